package io.daybreak.matching;

import io.daybreak.state.StateImage;

/**
 * The ids of one participant within one stretch of time, forgotten together. Holds one generation as a rule; those
 * that come after the slice was closed may fill it, and then it goes on in further generations.
 * <p>
 * The salts that place ids in the index come from the digest of everything remembered when the slice was opened, so
 * that a sender cannot prepare ids that fall into one place, unless it knows all that the others sent. If it does,
 * {@link #MAX_GENERATIONS} bounds the work that it can cause.
 * <p>
 * Ledger thread only.
 */
final class IdSlice {
    /** Most generations that a look-up probes. */
    static final int MAX_GENERATIONS = 32;

    private static final int MIN_GENERATION_CAPACITY = 64;

    /** The next one in the stock of slices out of use. */
    IdSlice nextFree;

    private long startMs;
    private long maxMs;
    private long count;
    private long digest;
    private long saltHi;
    private long saltLo;
    private int firstCapacity;
    private int targetCount;
    private int generationCount;
    private IdGeneration newest;

    /** Starts anew. Closes to new times once it holds seven eighths of its first capacity: the rest is for stragglers. */
    void open(final long newStartMs, final long salt, final int newFirstCapacity, final BlockStock stock) {
        firstCapacity = newFirstCapacity;
        startMs = newStartMs;
        maxMs = newStartMs;
        count = 0;
        digest = 0;
        saltHi = Mix.ofRecord(1, salt, newStartMs, firstCapacity);
        saltLo = Mix.ofRecord(2, salt, newStartMs, firstCapacity);
        targetCount = firstCapacity - firstCapacity / 8;
        generationCount = 1;
        newest = stock.generation(firstCapacity);
    }

    /** Address of the entry of an id, or 0. */
    long find(final long idHi, final long idLo) {
        final long hash = Mix.ofId(idHi, idLo, saltHi, saltLo);
        IdGeneration generation = newest;
        do {
            final long entry = generation.find(hash, idHi, idLo);
            if (entry != 0) {
                return entry;
            }
            generation = generation.older;
        } while (generation != null);
        return 0;
    }

    long firstCell(final long idHi, final long idLo) {
        return newest.firstCell(Mix.ofId(idHi, idLo, saltHi, saltLo));
    }

    /** Address of a new entry for an id that is not here, with the id's halves set. */
    long add(final long idMs, final long idHi, final long idLo, final BlockStock stock) {
        final long hash = Mix.ofId(idHi, idLo, saltHi, saltLo);
        long entry = newest.add(hash, idHi, idLo, stock);
        if (entry == 0) {
            final IdGeneration further = stock.generation(furtherCapacity());
            further.older = newest;
            newest = further;
            generationCount++;
            entry = further.add(hash, idHi, idLo, stock);
        }
        count++;
        maxMs = Math.max(maxMs, idMs);
        return entry;
    }

    /** Shows all of it; when reading, this slice is new. */
    void image(final StateImage image, final BlockStock stock) {
        startMs = image.word(startMs);
        maxMs = image.word(maxMs);
        count = image.word(count);
        digest = image.word(digest);
        saltHi = image.word(saltHi);
        saltLo = image.word(saltLo);
        firstCapacity = image.number(firstCapacity);
        targetCount = image.number(targetCount);
        generationCount = image.bounded(generationCount, 1, MAX_GENERATIONS);
        // The newest comes first, and each is linked to the one before it.
        IdGeneration generation = newest;
        IdGeneration younger = null;
        for (int i = 0; i < generationCount; i++) {
            final int capacity = image.bounded(image.isLoading() ? 0 : generation.capacity(), 1, IdGeneration.MAX_CAPACITY);
            if (image.isLoading()) {
                generation = stock.generation(capacity);
                if (younger == null) {
                    newest = generation;
                } else {
                    younger.older = generation;
                }
            }
            generation.image(image, stock);
            younger = generation;
            generation = generation.older;
        }
    }

    void addToDigest(final long entryHash) {
        digest += entryHash;
    }

    /** Gives all memory back. */
    void close(final BlockStock stock) {
        stock.recycle(newest);
        newest = null;
    }

    /** True once ids later than all that are here should go to a slice of their own. */
    boolean isAtTarget() {
        return count >= targetCount || generationCount == MAX_GENERATIONS;
    }

    /** True if no further id may come: the next one might need a generation more than look-ups should probe. */
    boolean isExhausted() {
        return generationCount == MAX_GENERATIONS;
    }

    long startMs() {
        return startMs;
    }

    /** Greatest time of an id. */
    long maxMs() {
        return maxMs;
    }

    long count() {
        return count;
    }

    long digest() {
        return digest;
    }

    int firstCapacity() {
        return firstCapacity;
    }

    int generationCount() {
        return generationCount;
    }

    /** Hash of what decides when this slice closes and is forgotten, apart from its ids. */
    long recordHash(final int participantId) {
        return Mix.ofRecord(3, participantId, startMs, firstCapacity);
    }

    long computeDigest(final int participantId) {
        long sum = 0;
        for (IdGeneration generation = newest; generation != null; generation = generation.older) {
            sum += generation.computeDigest(participantId);
        }
        return sum;
    }

    int cellsRead(final long idHi, final long idLo) {
        final long hash = Mix.ofId(idHi, idLo, saltHi, saltLo);
        int cells = 0;
        for (IdGeneration generation = newest; generation != null; generation = generation.older) {
            cells += generation.cellsRead(hash);
        }
        return cells;
    }

    /**
     * The second generation is for stragglers of a closed slice and half the size of the first. From then on each is four
     * times the one before: seven hold a million ids of one millisecond, and a look-up probes them all. A generation that
     * refused an id while it was far from full had its ids in one place; a larger one would only cost memory.
     */
    private int furtherCapacity() {
        final int capacity = newest.capacity();
        if (generationCount == 1) {
            return Math.max(MIN_GENERATION_CAPACITY, capacity / 2);
        }
        return newest.count() < capacity / 2 ? capacity : Math.min(IdGeneration.MAX_CAPACITY, 4 * capacity);
    }
}
