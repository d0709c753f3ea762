package io.daybreak.loadtest.rig;

import java.time.Duration;

/** Pays many transfers in batches, as fast as they go, so that a run after it finds tables and a journal that are not empty. */
public final class Growth {
    private static final int BATCH = 8_190;
    private static final int CONNECTIONS = 2;
    private static final int WINDOW = 4;
    private static final Duration LONGEST = Duration.ofDays(1);

    private final LoadRun run;
    private final long transfers;
    private long answered;

    /**
     * Prepares it.
     *
     * @param settings  accounts, amounts, ledger and where the switch is
     * @param transfers how many, at least
     */
    public Growth(final RigSettings settings, final long transfers) {
        this.transfers = transfers;
        // The run that follows proves the money; what this one paid is in the balances before it.
        run = new LoadRun(new RigSettings(settings.host(), settings.port(), settings.credentials(), settings.proofCredentials(), RigSettings.MAX_RATE,
            settings.arrivals(), CONNECTIONS, 1, BATCH, WINDOW, LONGEST, Duration.ZERO, settings.turn(), settings.drain(), settings.debitFrom(),
            settings.debitCount(), settings.creditFrom(), settings.creditCount(), settings.amountFrom(), settings.amountFrom(), settings.zipf(),
            settings.hotShare(), settings.ledger(), settings.code(), settings.seed() - 1, false), new RunObserver() {
                @Override
                public void onProgress(final long elapsedNs, final long totalNs, final long soFar, final long refused) {
                    answered = soFar;
                    if (soFar >= Growth.this.transfers) {
                        stop();
                    }
                }
            });
    }

    /** Ends it early, from any thread. */
    public void stop() {
        run.stop();
    }

    /**
     * Pays.
     *
     * @return transfers answered
     * @throws LoadRun.NotStartedException if nothing could be sent, or a connection was lost on the way
     */
    public long run() throws LoadRun.NotStartedException {
        final RunResult result = run.run();
        if (!result.errors().isEmpty()) {
            throw new LoadRun.NotStartedException("while growing: " + result.errors().get(0));
        }
        return answered;
    }
}
