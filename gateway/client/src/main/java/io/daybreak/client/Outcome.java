package io.daybreak.client;

import io.daybreak.protocol.Result;

/**
 * Answer to one command: a value, whatever it says.
 *
 * @param decision    what became of it
 * @param result      one of {@link Result}; {@link #NO_RESULT} if {@code decision} is UNKNOWN or NOT_SENT
 * @param sequence    place of the decision in the total order
 * @param timestampNs command time of the decision, Unix nanoseconds
 * @param amountMinor what was moved, held, posted, released or added, in minor units
 * @param isRepeated  the id was known: this is its first outcome, given again
 */
public record Outcome(Decision decision, int result, long sequence, long timestampNs, long amountMinor, boolean isRepeated) {
    /** The switch did not say. */
    public static final int NO_RESULT = -1;

    /** No answer in time. */
    static final Outcome UNKNOWN = new Outcome(Decision.UNKNOWN, NO_RESULT, 0, 0, 0, false);
    /** Never left. */
    static final Outcome NOT_SENT = new Outcome(Decision.NOT_SENT, NO_RESULT, 0, 0, 0, false);

    /** True if it was applied, now or at the first time of asking. */
    public boolean isApplied() {
        return decision == Decision.APPLIED;
    }

    /** Name of the result code. */
    public String resultName() {
        return result == NO_RESULT ? decision.name() : Result.name(result);
    }
}
