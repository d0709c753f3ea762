package io.daybreak.gateway.link;

import io.daybreak.pipeline.CommandSlot;
import org.agrona.BitUtil;
import org.agrona.BufferUtil;
import org.agrona.concurrent.UnsafeBuffer;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Finished reply frames on their way from the reply stage to one event loop: a byte ring with one producer and one
 * consumer, in memory outside the heap.
 * <p>
 * An own ring and not Agrona's, for two reasons: the producer extends an open record outcome by outcome without knowing
 * its length beforehand, and it publishes once per batch instead of once per record.
 * <pre>
 *   record:  | length (4) | kind and command count (4) | link id (8) | frame, padded to 8 bytes |
 * </pre>
 * A record never wraps; what is left at the end of the memory is filled with a padding record. <b>Never full</b>: a loop
 * has at most {@code credit} commands under way, each takes at most {@link #RECORD_BYTES_MAX_SINGLE} here, and the
 * capacity is computed from that; an overflow is a defect and is thrown as one.
 */
final class ReplyQueue {
    /** Kind of a record that holds a frame of outcomes. */
    static final int OUTCOMES = 1;
    /** Kind of a record that says: the next answer buffer belongs to this link. */
    static final int ANSWER = 2;
    /** Kind of a record that only fills the end of the memory. */
    static final int PADDING = 3;

    /** Kind of a record that holds a payment's outcome and answer. */
    static final int PAYMENT = 4;

    static final int RECORD_HEADER = 16;
    /** In front of a payment's answer: correlation id (8), template (4), result (2), outcome flags (2). */
    static final int PAYMENT_PREFACE = 16;
    /** What one outcome that could not be merged with its neighbours takes. */
    static final int RECORD_BYTES_MAX_SINGLE = RECORD_HEADER + Frames.OUTCOMES_PREFACE + Frames.OUTCOME_BYTES;
    /** What a payment's outcome takes. */
    static final int PAYMENT_RECORD_BYTES = RECORD_HEADER + PAYMENT_PREFACE + CommandSlot.ANSWER_BYTES;

    private static final int KIND_SHIFT = 24;
    private static final int COUNT_MASK = (1 << KIND_SHIFT) - 1;
    private static final VarHandle PUBLISHED;
    private static final VarHandle CONSUMED;

    static {
        try {
            PUBLISHED = MethodHandles.lookup().findVarHandle(Positions.class, "published", long.class);
            CONSUMED = MethodHandles.lookup().findVarHandle(Positions.class, "consumed", long.class);
        } catch (final ReflectiveOperationException ex) {
            throw new ExceptionInInitializerError(ex);
        }
    }

    /** The two shared positions, each on cache lines of its own: the padding fields keep false sharing away. */
    @SuppressWarnings("unused")
    private static final class Positions {
        long p01, p02, p03, p04, p05, p06, p07, p08, p09, p10, p11, p12, p13, p14, p15;
        volatile long published;
        long p21, p22, p23, p24, p25, p26, p27, p28, p29, p30, p31, p32, p33, p34, p35;
        volatile long consumed;
        long p41, p42, p43, p44, p45, p46, p47, p48, p49, p50, p51, p52, p53, p54, p55;
    }

    private final Positions positions = new Positions();
    private final UnsafeBuffer memory;
    private final int capacity;
    private final int mask;

    // Producer's own.
    private long tail;
    private long consumedSeen;

    // Consumer's own.
    private long head;

    /**
     * @param credit         most commands under way of the loop that reads this queue
     * @param paymentsInWork most payments among them; each may have a deferred answer beside its outcome
     */
    ReplyQueue(final int credit, final int paymentsInWork) {
        final int paymentCommands = Math.min(credit, paymentsInWork);
        // The power of two that holds the records, and never less than what paddings may take.
        capacity = BitUtil.findNextPositivePowerOfTwo((credit - paymentCommands) * RECORD_BYTES_MAX_SINGLE
            + (paymentCommands + paymentsInWork + 2) * PAYMENT_RECORD_BYTES);
        mask = capacity - 1;
        memory = new UnsafeBuffer(BufferUtil.allocateDirectAligned(capacity, 64));
    }

    UnsafeBuffer memory() {
        return memory;
    }

    // ---- Producer ----

    /**
     * Opens a record at the tail, with room for at least {@code bytes}.
     *
     * @return its offset in the memory
     */
    int open(final int bytes) {
        final int offset = (int) tail & mask;
        final int untilEnd = capacity - offset;
        if (untilEnd >= bytes) {
            ensureFree(tail + bytes);
            return offset;
        }
        ensureFree(tail + untilEnd + bytes);
        memory.putInt(offset, untilEnd);
        memory.putInt(offset + 4, PADDING << KIND_SHIFT);
        tail += untilEnd;
        return 0;
    }

    /** Whether the record opened at {@code offset} may grow to {@code bytes}. */
    boolean fits(final int offset, final int bytes) {
        return offset + bytes <= capacity && (tail + bytes - consumedSeen <= capacity || refreshFree(tail + bytes));
    }

    /** Ends the record at {@code offset}; the loop sees it after the next {@link #publish}. */
    void close(final int offset, final int bytes, final int kind, final int commandCount, final long linkId) {
        final int aligned = BitUtil.align(bytes, 8);
        memory.putInt(offset, aligned);
        memory.putInt(offset + 4, kind << KIND_SHIFT | commandCount);
        memory.putLong(offset + 8, linkId);
        tail += aligned;
    }

    /** Bytes closed and not yet published. */
    long unpublished() {
        return tail - (long) PUBLISHED.get(positions);
    }

    /** Lets the consumer see all closed records. */
    void publish() {
        // Volatile, not release: the wake-up flag is read after it, and the two must not change places.
        PUBLISHED.setVolatile(positions, tail);
    }

    private void ensureFree(final long end) {
        if (end - consumedSeen > capacity && !refreshFree(end)) {
            throw new IllegalStateException("reply queue overflows: the loop's credit was not kept");
        }
    }

    private boolean refreshFree(final long end) {
        consumedSeen = (long) CONSUMED.getAcquire(positions);
        return end - consumedSeen <= capacity;
    }

    // ---- Consumer ----

    /** Position up to which records are visible now. */
    long published() {
        return (long) PUBLISHED.getVolatile(positions);
    }

    /** Position of the next record to read. */
    long head() {
        return head;
    }

    /** Offset of the record at the head. */
    int headOffset() {
        return (int) head & mask;
    }

    int kind(final int offset) {
        return memory.getInt(offset + 4) >>> KIND_SHIFT;
    }

    int commandCount(final int offset) {
        return memory.getInt(offset + 4) & COUNT_MASK;
    }

    long linkId(final int offset) {
        return memory.getLong(offset + 8);
    }

    /** Moves the head past the record at {@code offset}. */
    void advance(final int offset) {
        head += memory.getInt(offset);
    }

    /** Gives the memory of all records before the head back to the producer. */
    void release() {
        CONSUMED.setRelease(positions, head);
    }
}
