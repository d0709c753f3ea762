package io.daybreak.client;

import java.security.SecureRandom;
import java.util.SplittableRandom;
import java.util.function.LongSupplier;

/**
 * Mints transfer ids: 48 bits of the switch's time, then 80 bits that begin at a random place in each millisecond and
 * count up within it. Rule: docs/native-protocol.md, "Identity".
 * <p>
 * Thread safe. Ids of one minter rise strictly, also when its clock steps back: it then stays in the last millisecond
 * and counts on. Two minters meet with a chance of about 2<sup>-80</sup> per pair of ids of the same millisecond.
 */
public final class TransferIdMinter {
    private static final long MAX_TIME_MS = (1L << 48) - 1;
    private static final int TIME_SHIFT = 16;
    private static final long UPPER_RANDOM_MASK = 0xFFFFL;
    /** The random start leaves the upper half free, so that counting within a millisecond cannot run out. */
    private static final long UPPER_START_MASK = 0x7FFFL;

    private final LongSupplier timeMs;
    private final SplittableRandom random;
    private long lastMs;
    private long hi;
    private long lo;

    /** Seeded by the platform's source of secure randomness. */
    public TransferIdMinter(final LongSupplier timeMs) {
        this(timeMs, new SecureRandom().nextLong());
    }

    TransferIdMinter(final LongSupplier timeMs, final long seed) {
        this.timeMs = timeMs;
        this.random = new SplittableRandom(seed);
    }

    /** The next id: above every id that this minter gave before. */
    public synchronized TransferId next() {
        final long now = Math.min(Math.max(timeMs.getAsLong(), 0), MAX_TIME_MS);
        if (now > lastMs) {
            lastMs = now;
            hi = now << TIME_SHIFT | random.nextLong() & UPPER_START_MASK;
            lo = random.nextLong();
        } else if (++lo == 0) {
            if ((++hi & UPPER_RANDOM_MASK) == 0) {
                throw new IllegalStateException("2^79 ids in one millisecond");
            }
        }
        return new TransferId(hi, lo);
    }
}
