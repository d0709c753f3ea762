package io.daybreak.pipeline;

/**
 * Hears once when the wall clock differs from the pipeline clock by more than {@code clock.max-step}, and once when it
 * no longer does. Called by the ticker thread; must not block for long, since ticks wait for it.
 */
public interface ClockAlarmListener {
    /** Hears nothing. */
    ClockAlarmListener NOBODY = new ClockAlarmListener() {
        @Override
        public void onClockAlarm(final long wallAheadNs) {
            // Nobody is listening; the state can still be read from the clock.
        }

        @Override
        public void onClockAlarmCleared() {
            // As above.
        }
    };

    /**
     * The difference is not followed until an operator's AcceptClock, or until the wall clock comes back.
     *
     * @param wallAheadNs wall time less pipeline time in nanoseconds; negative if the wall clock is behind
     */
    void onClockAlarm(long wallAheadNs);

    /** The difference is within bounds again. */
    void onClockAlarmCleared();
}
