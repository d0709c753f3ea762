package io.daybreak.journal.snapshot;

import java.util.Arrays;

/**
 * The entry of the journal that a snapshot stands behind.
 *
 * @param sequence    of the last command applied
 * @param entryNumber of the last entry applied; 0: none
 * @param timestampNs command time of that entry, Unix nanoseconds
 * @param incarnation of the run that made it
 * @param epoch       its fencing number
 * @param stateDigest state digest stored with it
 * @param chainHash   its chain hash, 32 bytes: tells the journal, too
 * @param journalId   chain hash of the journal's first entry, 32 bytes: the journal's name
 */
public record SnapshotPosition(long sequence, long entryNumber, long timestampNs, long incarnation, long epoch, long stateDigest,
                               byte[] chainHash, byte[] journalId) {
    /** Before the first entry. */
    public static final SnapshotPosition BEGIN = new SnapshotPosition(0, 0, 0, 0, 0, 0, new byte[32], new byte[32]);

    @Override
    public boolean equals(final Object other) {
        return other instanceof SnapshotPosition that && entryNumber == that.entryNumber && sequence == that.sequence
            && Arrays.equals(chainHash, that.chainHash);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(chainHash);
    }

    @Override
    public String toString() {
        return "sequence " + sequence + ", entry " + entryNumber;
    }
}
