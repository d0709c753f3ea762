package io.daybreak.ledger;

import io.daybreak.memory.Hashing;
import io.daybreak.memory.SlabAllocator;
import org.agrona.UnsafeApi;

import java.util.Arrays;

/**
 * Finds an account's slot by its id: extendible hashing, which grows one segment at a time and so never pauses.
 * <p>
 * <pre>
 *   hash of the id:   63 ........ 32 | 31 ... 0         the upper half is the tag
 *   tag:              directory bits  ...  home bits     top {@code depth} bits choose the segment, low 12 bits the
 *                                                        entry where the search begins
 *   segment, 32 KiB:  4,096 entries; the first is not one, it counts the others
 *   entry, 8 bytes:   tag (upper 32 bits) | slot + 1 (lower 32 bits); 0 is free
 * </pre>
 * A look-up reads one line of the index in most cases, and most often its first guess is right, which the processor
 * learns to rely on; then the account itself, whose id decides. When a segment is half full it is split in two by the
 * next bit of the tag; that is the worst step: 2,048 entries, read and written in sequence. When a segment already uses
 * all bits of the directory, the directory doubles (at 50 million accounts: 65,536 words).
 * <p>
 * Accounts are never removed, so entries are not either. Ledger thread only.
 */
final class AccountIndex {
    /** No such account. */
    static final int NOT_FOUND = -1;

    private static final int ENTRIES = 4_096;
    private static final int ENTRY_MASK = ENTRIES - 1;
    private static final int SEGMENT_BYTES = ENTRIES * 8;
    private static final int SPLIT_ENTRIES = ENTRIES / 2;
    /** Segments are aligned to their size, which leaves the low bits of an address for the segment's depth. */
    private static final long DEPTH_MASK = SEGMENT_BYTES - 1;
    private static final int MAX_DEPTH = 20;

    private final SlabAllocator allocator;
    private final AccountSlots slots;
    private long[] directory = new long[1];
    private int depth;
    private long freeSegment;
    private long slabEnd;

    /** Tells the id of the account in a slot, so that a match of tags can be confirmed. */
    interface AccountSlots {
        long idOf(int slot);
    }

    AccountIndex(final SlabAllocator allocator, final AccountSlots slots) {
        this.allocator = allocator;
        this.slots = slots;
        directory[0] = newSegment();
    }

    static long hash(final long id) {
        return Hashing.mix(id);
    }

    /** Slot of an account, or {@link #NOT_FOUND}. {@code hash} is {@link #hash(long)} of the id. */
    int find(final long id, final long hash) {
        final int tag = (int) (hash >>> 32);
        final long segment = segmentOf(tag);
        int position = homeOf(tag);
        while (true) {
            final long entry = UnsafeApi.getLong(segment + position * 8L);
            if ((int) (entry >>> 32) == tag && entry != 0) {
                final int slot = (int) entry - 1;
                if (slots.idOf(slot) == id) {
                    return slot;
                }
            } else if (entry == 0) {
                return NOT_FOUND;
            }
            position = next(position);
        }
    }

    /** Brings the line that {@link #find} will read into the cache. Returns a word so that the read is not dropped. */
    long touch(final long hash) {
        final int tag = (int) (hash >>> 32);
        return UnsafeApi.getLong(segmentOf(tag) + homeOf(tag) * 8L);
    }

    /** Slot of the first account whose tag matches: most often the right one, which is enough to read ahead. */
    int findByTag(final long hash) {
        final int tag = (int) (hash >>> 32);
        final long segment = segmentOf(tag);
        int position = homeOf(tag);
        while (true) {
            final long entry = UnsafeApi.getLong(segment + position * 8L);
            if (entry == 0) {
                return NOT_FOUND;
            }
            if ((int) (entry >>> 32) == tag) {
                return (int) entry - 1;
            }
            position = next(position);
        }
    }

    /** Adds an account that is not there. */
    void add(final long hash, final int slot) {
        final int tag = (int) (hash >>> 32);
        long segment = segmentOf(tag);
        while (UnsafeApi.getLong(segment) >= SPLIT_ENTRIES) {
            split(tag);
            segment = segmentOf(tag);
        }
        put(segment, (long) tag << 32 | slot + 1);
    }

    private long segmentOf(final int tag) {
        // A shift by 32 would be a shift by 0: depth 0 needs the long.
        return directory[(int) ((tag & 0xFFFF_FFFFL) >>> 32 - depth)] & ~DEPTH_MASK;
    }

    /** Where the search begins; entry 0 is the segment's count. */
    private static int homeOf(final int tag) {
        return Math.max(1, tag & ENTRY_MASK);
    }

    private static int next(final int position) {
        return position == ENTRY_MASK ? 1 : position + 1;
    }

    private static void put(final long segment, final long entry) {
        int position = homeOf((int) (entry >>> 32));
        while (UnsafeApi.getLong(segment + position * 8L) != 0) {
            position = next(position);
        }
        UnsafeApi.putLong(segment + position * 8L, entry);
        UnsafeApi.putLong(segment, UnsafeApi.getLong(segment) + 1);
    }

    private void split(final int tag) {
        final int index = (int) ((tag & 0xFFFF_FFFFL) >>> 32 - depth);
        final long old = directory[index] & ~DEPTH_MASK;
        final int oldDepth = (int) (directory[index] & DEPTH_MASK);
        if (oldDepth == depth) {
            doubleDirectory();
        }
        final int newDepth = oldDepth + 1;
        final long low = newSegment();
        final long high = newSegment();
        final int splitBit = 32 - newDepth;
        for (long address = old + 8; address < old + SEGMENT_BYTES; address += 8) {
            final long entry = UnsafeApi.getLong(address);
            if (entry != 0) {
                put(((int) (entry >>> 32) >>> splitBit & 1) == 0 ? low : high, entry);
            }
        }
        final int span = 1 << depth - oldDepth;
        final int first = (int) ((tag & 0xFFFF_FFFFL) >>> 32 - depth) & -span;
        Arrays.fill(directory, first, first + span / 2, low | newDepth);
        Arrays.fill(directory, first + span / 2, first + span, high | newDepth);
        freeSegment(old);
    }

    private void doubleDirectory() {
        if (depth == MAX_DEPTH) {
            // Needs billions of accounts, or ids made so that their hashes collide; both are beyond the capacities.
            throw new IllegalStateException("account index: directory at its greatest depth");
        }
        final long[] doubled = new long[directory.length * 2];
        for (int i = 0; i < doubled.length; i++) {
            doubled[i] = directory[i >>> 1];
        }
        directory = doubled;
        depth++;
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

    private void freeSegment(final long segment) {
        UnsafeApi.putLong(segment, freeSegment);
        freeSegment = segment;
    }
}
