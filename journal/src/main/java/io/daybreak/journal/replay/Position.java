package io.daybreak.journal.replay;

/**
 * A place between two entries from which a reader can go on, with what the next entry must continue.
 *
 * @param fileNumber     of the queue's file that holds the next entry, or ends before it; 0: the first file there is
 * @param offset         of the next entry's excerpt in that file
 * @param entryNumber    of the entry before, 0 if none
 * @param sequence       of the last command before, 0 if none
 * @param timestampNs    of the entry before, Unix nanoseconds
 * @param incarnation    of the entry before
 * @param chainHash      of the entry before; 32 zero bytes before the first
 */
public record Position(int fileNumber, long offset, long entryNumber, long sequence, long timestampNs, long incarnation, byte[] chainHash) {
    /** Before the first entry. */
    public static final Position BEGIN = new Position(0, 0, 0, 0, 0, 0, new byte[32]);
}
