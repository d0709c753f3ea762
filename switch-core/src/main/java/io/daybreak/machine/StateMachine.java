package io.daybreak.machine;

import io.daybreak.memory.SlabAllocator;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/** The state machine's entry. */
public final class StateMachine {
    public StateMachine(final SlabAllocator allocator) {
        throw new UnsupportedOperationException();
    }

    public void beginEntry(final long timestampNs) {
    }

    public int sweptInEntry() {
        return 0;
    }

    public void apply(final int templateId, final int participantId, final DirectBuffer command, final int offset,
                      final int length, final Outcome outcome) {
    }

    public void applyChainBegin(final int participantId, final int memberCount) {
    }

    public void applyChainMember(final DirectBuffer command, final int offset, final Outcome outcome) {
    }

    public void applyChainEnd() {
    }

    public static boolean isQuery(final int templateId) {
        return templateId >= 48 && templateId < 64;
    }

    public int query(final int templateId, final int participantId, final DirectBuffer query, final int offset,
                     final int length, final MutableDirectBuffer answer, final int answerOffset) {
        return 0;
    }

    public long lastSequence() {
        return 0;
    }

    public long lastTimestampNs() {
        return 0;
    }

    public long digest() {
        return 0;
    }

    public long computeDigest() {
        return 0;
    }

    public long nextDeadlineNs() {
        return Long.MAX_VALUE;
    }

    public boolean isConfigured() {
        return false;
    }

    public int rulesVersion() {
        return 1;
    }

    public void checkConservation() {
    }
}
