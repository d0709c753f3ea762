package io.daybreak.client;

import io.daybreak.protocol.OutcomeFlags;
import io.daybreak.protocol.Result;
import io.daybreak.protocol.codec.OutcomesAnswerDecoder.OutcomesDecoder;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.nio.ByteOrder;
import java.util.List;

/** A request of commands: awaits one outcome for each. Never fails: what is not heard is UNKNOWN or NOT_SENT. */
final class OutcomesRequest extends PendingRequest<List<Outcome>> {
    private final Outcome[] outcomes;
    private int missing;

    OutcomesRequest(final UnsafeBuffer message, final int commandCount, final boolean isResendable) {
        super(message, commandCount, isResendable);
        this.outcomes = new Outcome[commandCount];
        this.missing = commandCount;
    }

    @Override
    boolean onOutcomes(final int firstIndex, final int outcomeCount, final DirectBuffer buffer, final int offset,
                       final int entryBytes) {
        if (firstIndex + outcomeCount > outcomes.length) {
            throw new IllegalArgumentException("more outcomes than commands");
        }
        for (int i = 0; i < outcomeCount; i++) {
            // A final outcome heard before a resend stays as it was heard first.
            if (outcomes[firstIndex + i] == null) {
                outcomes[firstIndex + i] = read(buffer, offset + i * entryBytes);
                missing--;
            }
        }
        return missing == 0;
    }

    private static Outcome read(final DirectBuffer buffer, final int entry) {
        final int result = buffer.getShort(entry + OutcomesDecoder.resultEncodingOffset(), ByteOrder.LITTLE_ENDIAN) & 0xFFFF;
        final int flags = buffer.getShort(entry + OutcomesDecoder.outcomeFlagsEncodingOffset(), ByteOrder.LITTLE_ENDIAN);
        return new Outcome(Decision.of(result), result,
            buffer.getLong(entry + OutcomesDecoder.sequenceEncodingOffset(), ByteOrder.LITTLE_ENDIAN),
            buffer.getLong(entry + OutcomesDecoder.timestampNsEncodingOffset(), ByteOrder.LITTLE_ENDIAN),
            buffer.getLong(entry + OutcomesDecoder.amountMinorEncodingOffset(), ByteOrder.LITTLE_ENDIAN),
            (flags & OutcomeFlags.REPEATED) != 0);
    }

    @Override
    boolean isShutDownAnswer() {
        return has(Result.SHUTTING_DOWN);
    }

    @Override
    boolean isNotPrimaryAnswer() {
        return has(Result.NOT_PRIMARY);
    }

    private boolean has(final int result) {
        for (final Outcome outcome : outcomes) {
            if (outcome != null && outcome.result() == result) {
                return true;
            }
        }
        return false;
    }

    @Override
    void onResend() {
        for (int i = 0; i < outcomes.length; i++) {
            final Outcome outcome = outcomes[i];
            // "Not decided" holds for the first sending only: the second may be decided and its answer lost.
            if (outcome != null && outcome.decision() != Decision.APPLIED && outcome.decision() != Decision.REFUSED) {
                outcomes[i] = null;
                missing++;
            }
        }
    }

    @Override
    void complete() {
        promise.complete(List.of(outcomes));
    }

    @Override
    void abandon() {
        for (int i = 0; i < outcomes.length; i++) {
            if (outcomes[i] == null) {
                outcomes[i] = wasSent ? Outcome.UNKNOWN : Outcome.NOT_SENT;
            }
        }
        complete();
    }
}
