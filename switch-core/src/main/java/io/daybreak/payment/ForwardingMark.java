package io.daybreak.payment;

import io.daybreak.memory.Hashing;

/**
 * What is kept of an institution in DE 33: twenty-four bits that tell institutions apart, since eleven digits have no room in a payment's
 * record. Of the institutions that are not the right one, one of sixteen million passes for it. Rule: docs/iso8583.md, ORG-06.
 * <p>
 * Part of the journal's format. Any thread.
 */
public final class ForwardingMark {
    /** No institution. */
    public static final int NONE = 0;
    /** Bits of a mark. */
    static final int BITS = 24;
    private static final long SALT = 0x3E91C5A7064DB28FL;

    private ForwardingMark() {
    }

    /** The mark of an institution's number; {@link #NONE} for zero, and for nothing else. */
    public static int of(final long institution) {
        return institution == 0 ? NONE : Math.max(1, (int) (Hashing.fold(institution ^ SALT, SALT) >>> Long.SIZE - BITS));
    }
}
