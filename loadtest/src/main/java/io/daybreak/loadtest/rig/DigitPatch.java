package io.daybreak.loadtest.rig;

import org.agrona.MutableDirectBuffer;

import java.nio.ByteOrder;

/** Writes numbers of a fixed, even count of digits over a message that is already there: two digits at a time, by a table. Static. */
final class DigitPatch {
    private static final int HUNDRED = 100;
    private static final short[] PAIRS = new short[HUNDRED];
    private static final byte[] BCD = new byte[HUNDRED];

    static {
        for (int i = 0; i < HUNDRED; i++) {
            // Little-endian, so that the first digit lies first.
            PAIRS[i] = (short) ('0' + i / 10 | '0' + i % 10 << Byte.SIZE);
            BCD[i] = (byte) (i / 10 << 4 | i % 10);
        }
    }

    private DigitPatch() {
    }

    /**
     * Writes digits.
     *
     * @param offset of the first
     * @param digits even
     * @param isBcd  two a byte
     */
    static void put(final MutableDirectBuffer buffer, final int offset, final long value, final int digits, final boolean isBcd) {
        long rest = value;
        if (isBcd) {
            for (int i = digits / 2 - 1; i >= 0; i--) {
                buffer.putByte(offset + i, BCD[(int) (rest % HUNDRED)]);
                rest /= HUNDRED;
            }
        } else {
            for (int i = digits - 2; i >= 0; i -= 2) {
                buffer.putShort(offset + i, PAIRS[(int) (rest % HUNDRED)], ByteOrder.LITTLE_ENDIAN);
                rest /= HUNDRED;
            }
        }
    }
}
