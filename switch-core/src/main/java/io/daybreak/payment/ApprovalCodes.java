package io.daybreak.payment;

import io.daybreak.memory.Hashing;
import io.daybreak.memory.RecordSlabs;
import io.daybreak.memory.SlabAllocator;
import io.daybreak.state.StateImage;
import io.daybreak.state.Stateful;
import org.agrona.UnsafeApi;

/**
 * Makes approval codes (DE 38): six of 0-9 and A-Z. Rule: docs/iso8583.md, chapter 3, "DE 38 is made by the state machine and is
 * unique for a card within 30 days".
 * <p>
 * Each wallet counts its approvals; the count, multiplied by a number without a common divisor with 36^6, plus a start that
 * follows from the wallet, is the code. So a wallet, and each of its cards, meets a code again after 2,176,782,336
 * approvals and not before, and its codes do not look like a count. A code for a card that has no wallet here (stand-in)
 * follows from the count of all such codes.
 * <p>
 * Counts are state. Ledger thread only; four bytes a wallet.
 */
final class ApprovalCodes implements Stateful {
    /** Number of codes: 36^6. */
    static final long CODES = 36L * 36 * 36 * 36 * 36 * 36;
    /** No wallet. */
    static final int NO_WALLET = -1;

    /** Odd and no multiple of three: a bijection of the codes. */
    private static final long FACTOR = 1_234_567_891L;
    private static final int LENGTH = 6;

    private final RecordSlabs counts;
    private int wallets;
    private long digest;

    ApprovalCodes(final SlabAllocator allocator) {
        counts = new RecordSlabs(allocator, Integer.BYTES);
    }

    /** The next code of a wallet, or of no wallet, as six characters in the lower six bytes of a word, the first one lowest. */
    long next(final int walletSlot) {
        final int index = walletSlot + 1;
        if (index >= wallets) {
            wallets = index + 1;
            counts.ensureCapacity(wallets);
        }
        final long address = counts.address(index);
        final int count = UnsafeApi.getInt(address);
        UnsafeApi.putInt(address, count + 1);
        digest += hash(index, count + 1) - hash(index, count);
        return code(index, count & 0xFFFF_FFFFL);
    }

    /** The code of a wallet's approval number {@code count}. */
    static long code(final int index, final long count) {
        long number = (Math.floorMod(Hashing.mix(index), CODES) + count % CODES * FACTOR % CODES) % CODES;
        long word = 0;
        for (int i = 0; i < LENGTH; i++) {
            final int digit = (int) (number % 36);
            number /= 36;
            word = word << 8 | (digit < 10 ? '0' + digit : 'A' + digit - 10);
        }
        return word;
    }

    @Override
    public void image(final StateImage image) {
        wallets = image.bounded(wallets, 0, Integer.MAX_VALUE);
        digest = image.word(digest);
        // Memory is shown in words of 64 bits.
        counts.image(image, wallets + 1L & -2L);
    }

    long digest() {
        return digest;
    }

    long computeDigest() {
        long sum = 0;
        for (int index = 0; index < wallets; index++) {
            sum += hash(index, UnsafeApi.getInt(counts.address(index)));
        }
        return sum;
    }

    private static long hash(final int index, final int count) {
        return count == 0 ? 0 : Hashing.mix(index, count);
    }
}
