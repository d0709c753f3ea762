package io.daybreak.pipeline;

import io.daybreak.port.EffectEmitter;
import io.daybreak.port.EffectSink;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import org.agrona.BitUtil;
import org.agrona.BufferUtil;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Effects on their way from the ledger stage to the reply stage: a byte ring with one producer and one consumer. Each
 * carries the ring sequence of the command that caused it; the consumer takes those of the slots that it replies to.
 * <pre>
 *   record:  | length (4) | template (4) | ring sequence (8) | effect, padded to 8 bytes |
 * </pre>
 * A record never wraps. The ledger stage asks for room before it applies ({@link #hasRoom}), so {@link #emit} never
 * waits; an overflow is a defect. What the ledger stage wrote is visible to whoever has seen its applied sequence.
 */
final class EffectRing implements EffectEmitter {
    static final int RECORD_HEADER = 16;
    private static final int PADDING = -1;
    private static final VarHandle TAIL;
    private static final VarHandle HEAD;

    static {
        try {
            TAIL = MethodHandles.lookup().findVarHandle(EffectRing.class, "tail", long.class);
            HEAD = MethodHandles.lookup().findVarHandle(EffectRing.class, "head", long.class);
        } catch (final ReflectiveOperationException ex) {
            throw new ExceptionInInitializerError(ex);
        }
    }

    private final UnsafeBuffer memory;
    private final int capacity;
    private final int mask;
    private volatile long tail;
    private volatile long head;
    /** Ledger stage: the slot that effects belong to from now on. */
    private long ringSequence;
    /** Ledger stage: the head when it was last looked at. */
    private long headSeen;
    /** Ledger stage: where the next record begins. */
    private long next;

    /** @param capacity bytes, a power of two */
    EffectRing(final int capacity) {
        if (Integer.bitCount(capacity) != 1) {
            throw new IllegalArgumentException("capacity " + capacity);
        }
        this.capacity = capacity;
        this.mask = capacity - 1;
        this.memory = new UnsafeBuffer(BufferUtil.allocateDirectAligned(capacity, 64));
    }

    // ---- Ledger stage ----

    /** Effects from now on are of the command at this ring sequence. */
    void beginSlot(final long sequence) {
        ringSequence = sequence;
    }

    /** True if {@code effects} of the greatest size fit. */
    boolean hasRoom(final int effects) {
        final long end = next + (long) (effects + 1) * (RECORD_HEADER + MAX_EFFECT_BYTES);
        if (end - headSeen > capacity) {
            headSeen = (long) HEAD.getAcquire(this);
        }
        return end - headSeen <= capacity;
    }

    @Override
    public void emit(final int templateId, final DirectBuffer effect, final int offset, final int length) {
        if (length > MAX_EFFECT_BYTES) {
            throw new IllegalStateException("an effect of " + length + " bytes, template " + templateId);
        }
        final int bytes = BitUtil.align(RECORD_HEADER + length, 8);
        int at = (int) next & mask;
        if (capacity - at < bytes) {
            ensureRoom(next + (capacity - at) + bytes);
            memory.putInt(at, capacity - at, ByteOrder.LITTLE_ENDIAN);
            memory.putInt(at + 4, PADDING, ByteOrder.LITTLE_ENDIAN);
            next += capacity - at;
            at = 0;
        } else {
            ensureRoom(next + bytes);
        }
        memory.putInt(at, length, ByteOrder.LITTLE_ENDIAN);
        memory.putInt(at + 4, templateId, ByteOrder.LITTLE_ENDIAN);
        memory.putLong(at + 8, ringSequence, ByteOrder.LITTLE_ENDIAN);
        memory.putBytes(at + RECORD_HEADER, effect, offset, length);
        next += bytes;
        TAIL.setRelease(this, next);
    }

    private void ensureRoom(final long end) {
        if (end - (long) HEAD.getAcquire(this) > capacity) {
            throw new IllegalStateException("a command has more effects than there was room for");
        }
    }

    // ---- Reply stage ----

    /** Hands on the effects of all slots up to {@code sequence}. Returns how many. */
    int drain(final long sequence, final EffectSink sink) {
        final long end = (long) TAIL.getAcquire(this);
        long position = (long) HEAD.getAcquire(this);
        int count = 0;
        while (position < end) {
            final int at = (int) position & mask;
            final int length = memory.getInt(at, ByteOrder.LITTLE_ENDIAN);
            final int templateId = memory.getInt(at + 4, ByteOrder.LITTLE_ENDIAN);
            if (templateId == PADDING) {
                position += length;
                continue;
            }
            if (memory.getLong(at + 8, ByteOrder.LITTLE_ENDIAN) > sequence) {
                break;
            }
            sink.onEffect(templateId, memory, at + RECORD_HEADER, length);
            position += BitUtil.align(RECORD_HEADER + length, 8);
            count++;
        }
        if (count > 0) {
            HEAD.setRelease(this, position);
        }
        return count;
    }
}
