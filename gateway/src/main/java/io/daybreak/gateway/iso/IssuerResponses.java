package io.daybreak.gateway.iso;

import org.agrona.BitUtil;
import org.agrona.BufferUtil;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.util.Arrays;

/**
 * Issuers' responses as they came, each beside the context of the request that it is for, until that is answered: the further
 * fields go back to the acquirer. Event loop's thread only. Bounded in number and size; without room the answer goes back
 * with what the state knows of it. Wiped when used.
 */
final class IssuerResponses {
    private static final int NONE = -1;

    private final int bytes;
    private final UnsafeBuffer memory;
    /** By the context's place. */
    private final int[] slots;
    private final int[] lengths;
    private final IssuerPlan[] plans;
    private final FieldRules[] rules;
    private final int[] free;
    private int freeCount;

    /**
     * @param places   of contexts
     * @param capacity responses
     * @param maxBytes of one
     */
    IssuerResponses(final int places, final int capacity, final int maxBytes) {
        bytes = BitUtil.align(maxBytes, 64);
        memory = new UnsafeBuffer(BufferUtil.allocateDirectAligned(Math.multiplyExact(capacity, bytes), 64));
        slots = new int[places];
        Arrays.fill(slots, NONE);
        lengths = new int[capacity];
        plans = new IssuerPlan[capacity];
        rules = new FieldRules[capacity];
        free = new int[capacity];
        for (int i = 0; i < capacity; i++) {
            free[freeCount++] = i;
        }
    }

    /** Keeps a response; false if there is no room, or the context has one. */
    boolean put(final int place, final IssuerPlan plan, final FieldRules rule, final DirectBuffer from, final int offset, final int length) {
        if (freeCount == 0 || length > bytes || slots[place] != NONE) {
            return false;
        }
        final int slot = free[--freeCount];
        memory.putBytes(slot * bytes, from, offset, length);
        lengths[slot] = length;
        plans[slot] = plan;
        rules[slot] = rule;
        slots[place] = slot;
        return true;
    }

    boolean has(final int place) {
        return slots[place] != NONE;
    }

    IssuerPlan plan(final int place) {
        return plans[slots[place]];
    }

    /** What the route passes back. */
    FieldRules rules(final int place) {
        return rules[slots[place]];
    }

    DirectBuffer memory() {
        return memory;
    }

    int offset(final int place) {
        return slots[place] * bytes;
    }

    int length(final int place) {
        return lengths[slots[place]];
    }

    /** Forgets and wipes the response of a context, if it has one. */
    void drop(final int place) {
        final int slot = slots[place];
        if (slot != NONE) {
            memory.setMemory(slot * bytes, lengths[slot], (byte) 0);
            slots[place] = NONE;
            plans[slot] = null;
            rules[slot] = null;
            free[freeCount++] = slot;
        }
    }

    /** Responses kept. */
    int count() {
        return free.length - freeCount;
    }
}
