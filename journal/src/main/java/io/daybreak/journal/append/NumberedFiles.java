package io.daybreak.journal.append;

import net.openhft.chronicle.core.time.TimeProvider;
import net.openhft.chronicle.queue.RollCycle;
import net.openhft.chronicle.queue.rollcycles.RollCycleArithmetic;

/**
 * A roll cycle whose cycles are file numbers: 1, 2, 3 and so on, rolled when the journal says so and not when a
 * calendar does. Files are called {@code 00000001.cq4}.
 * <p>
 * Why not one of Chronicle's: a start never appends to a file of an earlier run (a file that we only read cannot be hurt by what
 * Chronicle makes of its damaged metadata), a file is rolled by its size as well, and gaps between cycles would make Chronicle
 * look for a file per missing cycle when it rolls.
 * <p>
 * Chronicle names a cycle's file by formatting the instant "cycle times length behind epoch". Pattern letter g is the
 * modified Julian day, so with days as length and the epoch at day 0 of that count, the name is the number.
 */
final class NumberedFiles implements RollCycle {
    /** Day 0 of the modified Julian count, 1858-11-17, in Unix milliseconds. */
    static final long EPOCH_MS = -40_587L * 86_400_000L;
    private static final int INDEX_COUNT = 4_096;
    private static final int INDEX_SPACING = 256;

    private final RollCycleArithmetic arithmetic = RollCycleArithmetic.of(INDEX_COUNT, INDEX_SPACING);
    private volatile int number;

    NumberedFiles(final int number) {
        this.number = number;
    }

    /** The file that is appended to from now on. */
    void number(final int newNumber) {
        number = newNumber;
    }

    int number() {
        return number;
    }

    static String fileName(final int number) {
        return String.format("%08d.cq4", number);
    }

    @Override
    public String format() {
        return "gggggggg";
    }

    @Override
    public int lengthInMillis() {
        return 86_400_000;
    }

    @Override
    public int defaultIndexCount() {
        return INDEX_COUNT;
    }

    @Override
    public int defaultIndexSpacing() {
        return INDEX_SPACING;
    }

    @Override
    public int current(final TimeProvider time, final long epoch) {
        return number;
    }

    @Override
    public long toIndex(final int cycle, final long sequenceNumber) {
        return arithmetic.toIndex(cycle, sequenceNumber);
    }

    @Override
    public long toSequenceNumber(final long index) {
        return arithmetic.toSequenceNumber(index);
    }

    @Override
    public int toCycle(final long index) {
        return arithmetic.toCycle(index);
    }

    @Override
    public long maxMessagesPerCycle() {
        return arithmetic.maxMessagesPerCycle();
    }

    @Override
    public String toString() {
        return "NumberedFiles";
    }
}
