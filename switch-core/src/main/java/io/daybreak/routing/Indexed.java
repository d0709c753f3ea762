package io.daybreak.routing;

/** What a trace number leads to: a kind in the high half, a slot or an issuer's id in the low. */
final class Indexed {
    static final int PAYMENT = 0;
    static final int ENTRY = 1;
    static final int TOTALS = 2;

    private Indexed() {
    }

    static long payment(final int slot) {
        return slot;
    }

    static long entry(final int slot) {
        return (long) ENTRY << 32 | slot;
    }

    static long totals(final int issuerId) {
        return (long) TOTALS << 32 | issuerId;
    }

    static int kind(final long value) {
        return (int) (value >>> 32);
    }

    static int slot(final long value) {
        return (int) value;
    }
}
