package io.daybreak.iso8583.codec;

import io.daybreak.iso8583.dialect.Dialect;
import io.daybreak.iso8583.dialect.FieldPlan;

/**
 * The layout of all messages with the same bitmaps, worked out once: fixed fields that follow each other are a block, in which each
 * has a known place; only variable fields must be looked at one by one. A link sends a handful of bitmaps over and over, and a
 * payment's 24 fields are 8 variable ones and 5 blocks: the walk is a third of what it is field by field.
 * <p>
 * A segment is a block, which may be empty, and the variable field behind it, if there is one. Written over when its slot is needed
 * for other bitmaps; allocates only when it is made.
 */
final class Shape {
    /** Beyond FieldPlan.CHECK_*: the upper nibble of one byte is zero. */
    static final int CHECK_HIGH_ZERO = 10;
    /** Beyond FieldPlan.CHECK_*: the lower nibble of one byte is zero. */
    static final int CHECK_LOW_ZERO = 11;
    /** {@link #segmentOf} of a variable field. */
    static final byte NO_SEGMENT = -1;

    /** No more segments than variable fields and one; no more checks than two for each field. */
    private static final int MAX_SEGMENTS = Dialect.MAX_FIELD + 2;
    private static final int MAX_CHECKS = 2 * Dialect.MAX_FIELD;

    /** Bitmaps; not those of any message before the first {@link #fill}. */
    long first;
    long second;
    /** Messages in a row that wanted this slot for other bitmaps. */
    int misses;
    int segments;
    /** Of each segment: bytes of its block. */
    final int[] blockBytes = new int[MAX_SEGMENTS];
    /** Of each segment: the first of its block's checks; the next one's is its end. */
    final short[] firstCheck = new short[MAX_SEGMENTS + 1];
    /** Of each segment: the variable field behind the block, 0 if none. */
    final short[] variable = new short[MAX_SEGMENTS];
    final byte[] checks = new byte[MAX_CHECKS];
    /** Of each check: where its bytes begin and end, from the start of the block. */
    final int[] checkFrom = new int[MAX_CHECKS];
    final int[] checkTo = new int[MAX_CHECKS];
    /** Of each fixed field: in which segment's block it lies; of the others {@link #NO_SEGMENT}. */
    final byte[] segmentOf = new byte[Dialect.MAX_FIELD + 1];
    /** Of each fixed field: offset from its block's start in the upper half, then bytes and units as in an index. */
    final long[] placeInBlock = new long[Dialect.MAX_FIELD + 1];

    /** Works out the layout for these bitmaps. */
    void fill(final Dialect dialect, final long newFirst, final long newSecond) {
        first = newFirst;
        second = newSecond;
        misses = 0;
        java.util.Arrays.fill(segmentOf, NO_SEGMENT);
        int segment = 0;
        int count = 0;
        int size = 0;
        firstCheck[0] = 0;
        for (int field = 2; field <= Dialect.MAX_FIELD; field++) {
            if ((field <= 64 ? newFirst << field - 1 : newSecond << field - 1) < 0) {
                final long plan = dialect.plan(field);
                if (FieldPlan.prefix(plan) == FieldPlan.PREFIX_NONE) {
                    segmentOf[field] = (byte) segment;
                    placeInBlock[field] = (long) size << 32 | FieldPlan.fixedSizes(plan);
                    count = addChecks(plan, count, firstCheck[segment], size);
                    size += FieldPlan.fixedBytes(plan);
                } else {
                    close(segment, size, field, count);
                    segment++;
                    size = 0;
                }
            }
        }
        close(segment, size, 0, count);
        segments = segment + 1;
    }

    private void close(final int segment, final int size, final int field, final int count) {
        blockBytes[segment] = size;
        variable[segment] = (short) field;
        firstCheck[segment + 1] = (short) count;
    }

    private int addChecks(final long plan, final int count, final int firstOfBlock, final int from) {
        int next = count;
        final int check = FieldPlan.check(plan);
        final int to = from + FieldPlan.fixedBytes(plan);
        if ((plan & FieldPlan.ODD) != 0) {
            final boolean isRight = (plan & FieldPlan.PAD_RIGHT) != 0;
            final int place = isRight ? to - 1 : from;
            next = insert(next, firstOfBlock, isRight ? CHECK_LOW_ZERO : CHECK_HIGH_ZERO, place, place + 1);
        }
        if (check == FieldPlan.CHECK_NONE) {
            return next;
        }
        final int last = next - 1;
        if (last >= firstOfBlock && checks[last] == check && checkTo[last] == from && (plan & FieldPlan.APART) == 0) {
            checkTo[last] = to;
            return next;
        }
        return put(next, check, from, to);
    }

    /** Before the last check, so that the one of digits stays last and can grow. */
    private int insert(final int count, final int firstOfBlock, final int check, final int from, final int to) {
        if (count == firstOfBlock) {
            return put(count, check, from, to);
        }
        final int last = count - 1;
        put(count, checks[last], checkFrom[last], checkTo[last]);
        put(last, check, from, to);
        return count + 1;
    }

    private int put(final int at, final int check, final int from, final int to) {
        checks[at] = (byte) check;
        checkFrom[at] = from;
        checkTo[at] = to;
        return at + 1;
    }
}
