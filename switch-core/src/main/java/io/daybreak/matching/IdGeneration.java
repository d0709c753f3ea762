package io.daybreak.matching;

import io.daybreak.state.StateImage;

import org.agrona.UnsafeApi;

/**
 * A part of a slice: a log of entries and an index over it. It never grows: when it is full, the slice goes on in a
 * further generation, so that no insert ever pays for a rehash.
 * <pre>
 * entry  (48 bytes)   0 id, high half      24 sequence
 *                     8 id, low half       32 timestamp in epoch nanoseconds
 *                    16 fingerprint (48)   40 amount in minor units
 *                       | result (16)
 * block  (4 KiB)      85 entries
 * page   (4 KiB)      1,024 cells of 4 bytes, about half of them used
 * cell                tag | block of the log | slot in the block + 1 (7 bits);   0: empty
 * </pre>
 * A look-up reads the cells from the id's place on, and an entry where the tag agrees. Pages come when the first id
 * falls into them, so that opening a generation costs nothing that depends on its size. No look-up or insert reads
 * more than {@value #PROBE_LIMIT} cells: an insert that finds no empty one among them is refused.
 * <p>
 * Ledger thread only.
 */
final class IdGeneration {
    /** Most cells that one look-up or insert reads. At half load a run of this length is one in a thousand million. */
    static final int PROBE_LIMIT = 128;
    /** Largest number of entries: leaves seven bits for the tag. */
    static final int MAX_CAPACITY = 1 << 24;

    static final int ENTRY_BYTES = 48;
    static final int ID_HI_OFFSET = 0;
    static final int ID_LO_OFFSET = 8;
    static final int FINGERPRINT_AND_RESULT_OFFSET = 16;
    static final int SEQUENCE_OFFSET = 24;
    static final int TIMESTAMP_OFFSET = 32;
    static final int AMOUNT_OFFSET = 40;

    private static final int ENTRIES_PER_BLOCK = BlockStock.BLOCK_BYTES / ENTRY_BYTES;
    private static final int SLOT_BITS = 7;
    private static final int SLOT_MASK = (1 << SLOT_BITS) - 1;
    private static final int CELLS_PER_PAGE = BlockStock.BLOCK_BYTES / Integer.BYTES;
    private static final int CELL_MASK = CELLS_PER_PAGE - 1;
    private static final int ENTRIES_PER_PAGE = CELLS_PER_PAGE / 2;
    private static final int MAX_TAG_BITS = 16;
    private static final int FIRST_LOG_BLOCKS = 8;

    // The hash gives tag, cell and page from bits of their own.
    private static final int CELL_SHIFT = 16;
    private static final int PAGE_SHIFT = 32;

    /** The generation before this one in its slice or in the stock. */
    IdGeneration older;

    private final long[] pages;
    private long[] logBlocks = new long[FIRST_LOG_BLOCKS];
    private int blockCount;
    private int slotsLeft;
    private int count;
    private int capacity;
    private int positionBits;
    private int tagMask;
    /** Index pages not yet given up; only for a forgotten generation. */
    private int pagesLeft;

    IdGeneration(final int pageCount) {
        pages = new long[pageCount];
    }

    /** Index pages for so many entries; a power of two. */
    static int pageCountFor(final int capacityEntries) {
        final int least = (capacityEntries + ENTRIES_PER_PAGE - 1) / ENTRIES_PER_PAGE;
        return Integer.highestOneBit(2 * least - 1);
    }

    /** Starts anew, without entries or blocks. */
    void open(final int capacityEntries) {
        older = null;
        blockCount = 0;
        slotsLeft = 0;
        count = 0;
        capacity = capacityEntries;
        pagesLeft = pages.length;
        final int mostBlocks = (capacityEntries + ENTRIES_PER_BLOCK - 1) / ENTRIES_PER_BLOCK;
        positionBits = Integer.SIZE - Integer.numberOfLeadingZeros(mostBlocks - 1) + SLOT_BITS;
        tagMask = (1 << Math.min(MAX_TAG_BITS, Integer.SIZE - positionBits)) - 1;
    }

    /** Address of the entry of an id, or 0. */
    long find(final long hash, final long idHi, final long idLo) {
        final long page = pages[(int) (hash >>> PAGE_SHIFT) & pages.length - 1];
        if (page == 0) {
            return 0;
        }
        final int bits = positionBits;
        final int tag = (int) hash & tagMask;
        int cell = (int) (hash >>> CELL_SHIFT) & CELL_MASK;
        for (int i = 0; i < PROBE_LIMIT; i++) {
            final int value = UnsafeApi.getInt(page + (long) cell * Integer.BYTES);
            if (value == 0) {
                return 0;
            }
            if (value >>> bits == tag) {
                final long entry = entryAt(value & (1 << bits) - 1);
                if (UnsafeApi.getLong(entry + ID_LO_OFFSET) == idLo && UnsafeApi.getLong(entry + ID_HI_OFFSET) == idHi) {
                    return entry;
                }
            }
            cell = cell + 1 & CELL_MASK;
        }
        return 0;
    }

    /** Address of the first cell that a look-up reads, or 0. */
    long firstCell(final long hash) {
        final long page = pages[(int) (hash >>> PAGE_SHIFT) & pages.length - 1];
        return page == 0 ? 0 : page + ((int) (hash >>> CELL_SHIFT) & CELL_MASK) * (long) Integer.BYTES;
    }

    /** Address of a new entry for an id, whose half words are set, or 0 if there is no room for it here. */
    long add(final long hash, final long idHi, final long idLo, final BlockStock stock) {
        if (count == capacity) {
            return 0;
        }
        final int pageIndex = (int) (hash >>> PAGE_SHIFT) & pages.length - 1;
        long page = pages[pageIndex];
        if (page == 0) {
            page = stock.takeZeroed();
            pages[pageIndex] = page;
        }
        int cell = (int) (hash >>> CELL_SHIFT) & CELL_MASK;
        for (int i = 0; i < PROBE_LIMIT; i++) {
            final long cellAddress = page + (long) cell * Integer.BYTES;
            if (UnsafeApi.getInt(cellAddress) == 0) {
                final int position = append(stock);
                UnsafeApi.putInt(cellAddress, ((int) hash & tagMask) << positionBits | position);
                final long entry = entryAt(position);
                UnsafeApi.putLong(entry + ID_HI_OFFSET, idHi);
                UnsafeApi.putLong(entry + ID_LO_OFFSET, idLo);
                return entry;
            }
            cell = cell + 1 & CELL_MASK;
        }
        return 0;
    }

    int capacity() {
        return capacity;
    }

    int count() {
        return count;
    }

    int pageCount() {
        return pages.length;
    }

    /** Cells that a look-up of an id with this hash reads at most, for tests. */
    int cellsRead(final long hash) {
        final long page = pages[(int) (hash >>> PAGE_SHIFT) & pages.length - 1];
        int cells = 0;
        int cell = (int) (hash >>> CELL_SHIFT) & CELL_MASK;
        while (page != 0 && cells < PROBE_LIMIT && UnsafeApi.getInt(page + (long) cell * Integer.BYTES) != 0) {
            cell = cell + 1 & CELL_MASK;
            cells++;
        }
        return cells + 1;
    }

    /** Sum of the hashes of all entries, read from the log. */
    long computeDigest(final int participantId) {
        long sum = 0;
        for (int i = 0; i < count; i++) {
            final long entry = logBlocks[i / ENTRIES_PER_BLOCK] + (long) (i % ENTRIES_PER_BLOCK) * ENTRY_BYTES;
            sum += Mix.ofEntry(participantId, UnsafeApi.getLong(entry + ID_HI_OFFSET),
                UnsafeApi.getLong(entry + ID_LO_OFFSET), UnsafeApi.getLong(entry + FINGERPRINT_AND_RESULT_OFFSET),
                UnsafeApi.getLong(entry + SEQUENCE_OFFSET), UnsafeApi.getLong(entry + TIMESTAMP_OFFSET),
                UnsafeApi.getLong(entry + AMOUNT_OFFSET));
        }
        return sum;
    }

    /** Shows entries and index as they lie; when reading, this generation is open and empty. */
    void image(final StateImage image, final BlockStock stock) {
        count = image.bounded(count, 0, capacity);
        slotsLeft = image.bounded(slotsLeft, 0, ENTRIES_PER_BLOCK);
        final int blocks = image.bounded(blockCount, 0, capacity / ENTRIES_PER_BLOCK + 1);
        if (image.isLoading()) {
            logBlocks = new long[Math.max(FIRST_LOG_BLOCKS, blocks)];
            blockCount = blocks;
        }
        for (int i = 0; i < blocks; i++) {
            if (image.isLoading()) {
                logBlocks[i] = stock.takeZeroed();
            }
            image.memory(logBlocks[i], BlockStock.BLOCK_BYTES);
        }
        for (int i = 0; i < pages.length; i++) {
            if (image.flag(pages[i] != 0)) {
                if (image.isLoading()) {
                    pages[i] = stock.takeZeroed();
                }
                image.memory(pages[i], BlockStock.BLOCK_BYTES);
            }
        }
    }

    /** One of the blocks of this forgotten generation, or 0 when it has none left. */
    long giveUpBlock() {
        if (blockCount > 0) {
            return logBlocks[--blockCount];
        }
        while (pagesLeft > 0) {
            final long page = pages[--pagesLeft];
            if (page != 0) {
                pages[pagesLeft] = 0;
                return page;
            }
        }
        return 0;
    }

    private int append(final BlockStock stock) {
        if (slotsLeft == 0) {
            if (blockCount == logBlocks.length) {
                final long[] longer = new long[2 * blockCount];
                System.arraycopy(logBlocks, 0, longer, 0, blockCount);
                logBlocks = longer;
            }
            logBlocks[blockCount++] = stock.take();
            slotsLeft = ENTRIES_PER_BLOCK;
        }
        count++;
        return blockCount - 1 << SLOT_BITS | ENTRIES_PER_BLOCK - --slotsLeft;
    }

    private long entryAt(final int position) {
        return logBlocks[position >>> SLOT_BITS] + (long) ((position & SLOT_MASK) - 1) * ENTRY_BYTES;
    }
}
