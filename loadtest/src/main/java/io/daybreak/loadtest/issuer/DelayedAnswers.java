package io.daybreak.loadtest.issuer;

import io.netty.channel.Channel;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Answers that wait for their time: a heap of primitives over a pool of slots, so that waiting costs no garbage. Event loop thread
 * only. Grows with the number of answers that wait, up to {@link #MAX_WAITING}; what comes beyond it is not kept, as if silent.
 */
final class DelayedAnswers {
    /** Most answers that wait. */
    static final int MAX_WAITING = 1 << 20;

    private static final int INITIAL = 1 << 10;

    private long[] dueNs = new long[INITIAL];
    private int[] slotOfPlace = new int[INITIAL];
    private UnsafeBuffer[] answers = new UnsafeBuffer[INITIAL];
    private int[] lengths = new int[INITIAL];
    private Channel[] channels = new Channel[INITIAL];
    private int[] free = new int[INITIAL];
    private int freeCount;
    private int slotCount;
    private int size;

    /** Takes them when their time has come. */
    @FunctionalInterface
    interface Sender {
        void send(Channel channel, DirectBuffer buffer, int length);
    }

    int size() {
        return size;
    }

    /** When the next one is due; {@link Long#MAX_VALUE}: none waits. */
    long nextNs() {
        return size == 0 ? Long.MAX_VALUE : dueNs[0];
    }

    /** Keeps a copy of a frame. @return false if too many wait */
    boolean add(final long due, final Channel channel, final DirectBuffer buffer, final int offset, final int length) {
        if (size == MAX_WAITING) {
            return false;
        }
        if (size == dueNs.length) {
            grow();
        }
        final int slot = freeCount > 0 ? free[--freeCount] : slotCount++;
        if (answers[slot] == null || answers[slot].capacity() < length) {
            answers[slot] = new UnsafeBuffer(new byte[Math.max(length, 512)]);
        }
        answers[slot].putBytes(0, buffer, offset, length);
        lengths[slot] = length;
        channels[slot] = channel;
        int place = size++;
        while (place > 0 && dueNs[place - 1 >> 1] > due) {
            dueNs[place] = dueNs[place - 1 >> 1];
            slotOfPlace[place] = slotOfPlace[place - 1 >> 1];
            place = place - 1 >> 1;
        }
        dueNs[place] = due;
        slotOfPlace[place] = slot;
        return true;
    }

    private void grow() {
        final int larger = dueNs.length * 2;
        dueNs = java.util.Arrays.copyOf(dueNs, larger);
        slotOfPlace = java.util.Arrays.copyOf(slotOfPlace, larger);
        answers = java.util.Arrays.copyOf(answers, larger);
        lengths = java.util.Arrays.copyOf(lengths, larger);
        channels = java.util.Arrays.copyOf(channels, larger);
        free = java.util.Arrays.copyOf(free, larger);
    }

    /** Hands out what is due. */
    void sendDue(final long nowNs, final Sender sender) {
        while (size > 0 && dueNs[0] <= nowNs) {
            final int slot = slotOfPlace[0];
            removeFirst();
            final Channel channel = channels[slot];
            channels[slot] = null;
            sender.send(channel, answers[slot], lengths[slot]);
            free[freeCount++] = slot;
        }
    }

    private void removeFirst() {
        size--;
        final long due = dueNs[size];
        final int slot = slotOfPlace[size];
        int place = 0;
        while (true) {
            int child = 2 * place + 1;
            if (child >= size) {
                break;
            }
            if (child + 1 < size && dueNs[child + 1] < dueNs[child]) {
                child++;
            }
            if (dueNs[child] >= due) {
                break;
            }
            dueNs[place] = dueNs[child];
            slotOfPlace[place] = slotOfPlace[child];
            place = child;
        }
        dueNs[place] = due;
        slotOfPlace[place] = slot;
    }
}
