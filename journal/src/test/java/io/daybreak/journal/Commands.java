package io.daybreak.journal;

import java.nio.ByteOrder;
import java.util.SplittableRandom;

import org.agrona.MutableDirectBuffer;

/** Makes command bodies that look like a switch's traffic, and such as nobody would send. */
public final class Commands {
    public static final int TRANSFER = 100;
    public static final int ACCOUNT = 101;
    public static final int TRANSFER_LENGTH = 96;
    private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;

    private Commands() {
    }

    /** A transfer as most are: a fresh id, two accounts out of a million, a small amount, nothing else. */
    public static void ordinaryTransfer(final MutableDirectBuffer buffer, final int offset, final SplittableRandom random, final long timeMs) {
        buffer.setMemory(offset, TRANSFER_LENGTH, (byte) 0);
        buffer.putLong(offset, timeMs - random.nextInt(20) << 16 | random.nextInt(1 << 16), ORDER);
        buffer.putLong(offset + 8, random.nextLong(), ORDER);
        buffer.putLong(offset + 16, 1 + random.nextInt(1_000_000), ORDER);
        buffer.putLong(offset + 24, 1 + random.nextInt(1_000_000), ORDER);
        buffer.putLong(offset + 32, 1 + random.nextInt(100_000), ORDER);
        buffer.putInt(offset + 84, 156, ORDER);
        buffer.putShort(offset + 88, (short) 1, ORDER);
    }

    /** Any 96 bytes that fit the form: each field absent, small, large or extreme. */
    public static void anyTransfer(final MutableDirectBuffer buffer, final int offset, final SplittableRandom random) {
        for (int at = 0; at < TRANSFER_LENGTH; at += 8) {
            buffer.putLong(offset + at, anyLong(random), ORDER);
        }
        if (random.nextInt(4) != 0) {
            buffer.putInt(offset + 92, 0, ORDER);
        }
    }

    private static long anyLong(final SplittableRandom random) {
        return switch (random.nextInt(8)) {
            case 0, 1, 2 -> 0;
            case 3 -> -1L;
            case 4 -> Long.MIN_VALUE;
            case 5 -> random.nextInt(1 << 14);
            case 6 -> random.nextLong() >>> random.nextInt(64);
            default -> random.nextLong();
        };
    }
}
