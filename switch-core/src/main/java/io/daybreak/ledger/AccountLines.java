package io.daybreak.ledger;

import io.daybreak.memory.Hashing;
import io.daybreak.memory.SlabAllocator;
import io.daybreak.state.StateImage;
import io.daybreak.state.Stateful;
import org.agrona.UnsafeApi;

import java.util.Arrays;

/**
 * The lines of the accounts, 64 bytes each, where the hash of the id says: extendible hashing, which grows one segment at
 * a time and so never pauses. An index apart from the lines would cost each look-up a second miss, and on most machines a
 * second walk of the page table, which is the dearer half of it.
 * <pre>
 *   hash of the id:    top {@code depth} bits choose the segment, low 11 bits the line where the search begins
 *   segment, 128 KiB:  2,048 lines; the first is not one, it counts the others
 *   line, 64 bytes:    the id, and what the owner keeps; the id of a free line is 0
 * </pre>
 * A segment three quarters full is split in two by the next bit of the hash; that is the worst step: 1,536 lines moved. So
 * an address is valid until the next account is added. When a segment already uses all bits of the directory, the
 * directory doubles (at 50 million accounts: 65,536 words).
 * <p>
 * Accounts are never removed. Ledger thread only. Takes 85 to 171 bytes per account.
 */
final class AccountLines implements Stateful {
    /** No such account. */
    static final long NOT_FOUND = 0;

    static final int LINE_BYTES = 64;
    private static final int LINE_SHIFT = 6;
    private static final int LINES = 2_048;
    private static final long LINE_MASK = LINES - 1;
    private static final int SEGMENT_BYTES = LINES * LINE_BYTES;
    private static final int SPLIT_LINES = LINES * 3 / 4;
    /** Segments are aligned to their size, which leaves the low bits of an address for the segment's depth. */
    private static final long DEPTH_MASK = SEGMENT_BYTES - 1;
    private static final int MAX_DEPTH = 24;

    private final SlabAllocator allocator;
    private final Listener listener;
    /** Never shorter than two words: a shift by 64, for none of the bits, would be a shift by 0. */
    private long[] directory = new long[2];
    private int shift = 63;
    /** The one of the empty table. */
    private final long onlySegment;
    private long freeSegment;
    private long slabEnd;

    /** Is told where an account's line has gone. */
    interface Listener {
        void onMoved(long address);
    }

    /** Sees one line after another. */
    interface Visitor {
        void onLine(long address);
    }

    AccountLines(final SlabAllocator allocator, final Listener listener) {
        this.allocator = allocator;
        this.listener = listener;
        onlySegment = newSegment();
        Arrays.fill(directory, onlySegment);
    }

    static long hash(final long id) {
        return Hashing.mix(id);
    }

    /** Address of an account's line, or {@link #NOT_FOUND}. {@code hash} is {@link #hash(long)} of the id. */
    long find(final long id, final long hash) {
        final long segment = segmentOf(hash);
        long line = homeOf(hash);
        while (true) {
            final long address = segment + line;
            final long found = UnsafeApi.getLong(address);
            if (found == id) {
                // 0 is no account's id, and what a free line has.
                return id == 0 ? NOT_FOUND : address;
            }
            if (found == 0) {
                return NOT_FOUND;
            }
            line = next(line);
        }
    }

    /** Address of the line that {@link #find} reads first. */
    long first(final long hash) {
        return segmentOf(hash) + homeOf(hash);
    }

    /** Address of the line that {@link #find} reads after the one at {@code address}. */
    static long nextAddress(final long address) {
        final long segment = address & -SEGMENT_BYTES;
        return segment + next(address - segment);
    }

    /** Adds an account that is not there. Returns its line, all zero but for the id; others may have moved. */
    long add(final long id, final long hash) {
        long segment = segmentOf(hash);
        while (UnsafeApi.getLong(segment) >= SPLIT_LINES) {
            split(hash);
            segment = segmentOf(hash);
        }
        final long address = freeLine(segment, hash);
        UnsafeApi.putLong(address, id);
        return address;
    }

    /** Shows every line, in the order in which they lie. */
    void forEach(final Visitor visitor) {
        long before = 0;
        for (final long word : directory) {
            final long segment = word & ~DEPTH_MASK;
            for (long line = LINE_BYTES; segment != before && line < SEGMENT_BYTES; line += LINE_BYTES) {
                if (UnsafeApi.getLong(segment + line) != 0) {
                    visitor.onLine(segment + line);
                }
            }
            before = segment;
        }
    }

    @Override
    public void image(final StateImage image) {
        final int bits = image.bounded(Long.SIZE - shift, 1, MAX_DEPTH);
        if (image.isLoading()) {
            shift = Long.SIZE - bits;
            directory = new long[1 << bits];
        }
        int index = 0;
        boolean first = true;
        while (index < directory.length) {
            final int depth = image.bounded((int) (directory[index] & DEPTH_MASK), 0, bits);
            final int span = 1 << bits - depth;
            if (image.isLoading()) {
                // The first one was made with the table.
                final long segment = first ? onlySegment : newSegment();
                Arrays.fill(directory, index, index + span, segment | depth);
            }
            image.memory(directory[index] & ~DEPTH_MASK, SEGMENT_BYTES);
            first = false;
            index += span;
        }
        if (image.isLoading()) {
            forEach(listener::onMoved);
        }
    }

    private long segmentOf(final long hash) {
        return directory[(int) (hash >>> shift)] & ~DEPTH_MASK;
    }

    /** Offset of the line where the search begins; line 0 is the segment's count. */
    private static long homeOf(final long hash) {
        return Math.max(1, hash & LINE_MASK) << LINE_SHIFT;
    }

    private static long next(final long line) {
        return line == SEGMENT_BYTES - LINE_BYTES ? LINE_BYTES : line + LINE_BYTES;
    }

    /** The line for an account that is not there, counted. */
    private static long freeLine(final long segment, final long hash) {
        long line = homeOf(hash);
        while (UnsafeApi.getLong(segment + line) != 0) {
            line = next(line);
        }
        UnsafeApi.putLong(segment, UnsafeApi.getLong(segment) + 1);
        return segment + line;
    }

    private void split(final long hash) {
        final int index = (int) (hash >>> shift);
        final long old = directory[index] & ~DEPTH_MASK;
        final int oldDepth = (int) (directory[index] & DEPTH_MASK);
        if (oldDepth == Long.SIZE - shift) {
            doubleDirectory();
        }
        final int newDepth = oldDepth + 1;
        final long low = newSegment();
        final long high = newSegment();
        for (long line = old + LINE_BYTES; line < old + SEGMENT_BYTES; line += LINE_BYTES) {
            final long id = UnsafeApi.getLong(line);
            if (id != 0) {
                final long lineHash = hash(id);
                final long to = freeLine((lineHash >>> Long.SIZE - newDepth & 1) == 0 ? low : high, lineHash);
                UnsafeApi.copyMemory(line, to, LINE_BYTES);
                listener.onMoved(to);
            }
        }
        final int span = 1 << Long.SIZE - shift - oldDepth;
        final int first = (int) (hash >>> shift) & -span;
        Arrays.fill(directory, first, first + span / 2, low | newDepth);
        Arrays.fill(directory, first + span / 2, first + span, high | newDepth);
        UnsafeApi.putLong(old, freeSegment);
        freeSegment = old;
    }

    private void doubleDirectory() {
        if (Long.SIZE - shift == MAX_DEPTH) {
            // Needs billions of accounts, or ids made so that their hashes collide; both are beyond the capacities.
            throw new IllegalStateException("accounts: directory at its greatest depth");
        }
        final long[] doubled = new long[directory.length * 2];
        for (int i = 0; i < doubled.length; i++) {
            doubled[i] = directory[i >>> 1];
        }
        directory = doubled;
        shift--;
    }

    private long newSegment() {
        if (freeSegment != 0) {
            final long segment = freeSegment;
            freeSegment = UnsafeApi.getLong(segment);
            UnsafeApi.setMemory(segment, SEGMENT_BYTES, (byte) 0);
            return segment;
        }
        if ((slabEnd & SlabAllocator.SLAB_BYTES - 1) == 0) {
            slabEnd = allocator.allocateZeroed();
        }
        final long segment = slabEnd;
        slabEnd += SEGMENT_BYTES;
        return segment;
    }
}
