package io.daybreak.port;

import org.agrona.DirectBuffer;

/** Takes the journal's entries in order, at recovery and in tools. One thread, the caller's. */
public interface ReplayTarget {
    /** An entry begins. {@code count} commands follow, sequences from {@code firstSequence} on without a gap. */
    void onEntry(long firstSequence, int count, long timestampNs);

    /** The next command of the entry, unpacked to the very bytes that were applied; valid during the call only. */
    void onCommand(int templateId, int participantId, DirectBuffer command, int offset, int length, int result);

    /**
     * The entry ends.
     *
     * @param stateDigest the digest stored with it; a target that applies compares it with its own
     */
    void onEntryEnd(long stateDigest);
}
