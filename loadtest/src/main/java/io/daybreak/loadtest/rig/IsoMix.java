package io.daybreak.loadtest.rig;

import io.daybreak.loadtest.workload.Random64;

import java.util.Arrays;
import java.util.Locale;

/** How often each kind of payment comes: {@code purchase=70,authorise+complete=15,reversal=5,refund=2,balance=8}. Immutable. */
public final class IsoMix {
    private static final int TABLE = 1 << 10;

    private final byte[] table = new byte[TABLE];
    private final String text;

    /** What a payment consists of. */
    public enum Kind {
        /** 0200. */
        PURCHASE("purchase"),
        /** 0100, then 0220 with the same amount. */
        AUTHORISE_COMPLETE("authorise+complete"),
        /** 0200, then 0400 of it. */
        REVERSAL("reversal"),
        /** 0200, then a refund of all of it. */
        REFUND("refund"),
        /** 0200, then its repeat 0201, which must bring the same DE 38. */
        REPEAT("repeat"),
        /** 0100 with 31. */
        BALANCE("balance");

        private final String word;

        Kind(final String word) {
            this.word = word;
        }

        /** As in the mix. */
        public String word() {
            return word;
        }
    }

    /** @throws IllegalArgumentException naming what is wrong */
    public IsoMix(final String text) {
        this.text = text;
        final double[] weights = new double[Kind.values().length];
        for (final String part : text.split(",")) {
            final String[] pair = part.strip().split("=");
            final Kind kind = Arrays.stream(Kind.values()).filter(known -> known.word.equals(pair[0].toLowerCase(Locale.ROOT))).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("--mix: '" + pair[0] + "' is none of purchase, authorise+complete, "
                    + "reversal, refund, repeat, balance"));
            if (pair.length != 2 || !pair[1].matches("\\d{1,4}(\\.\\d{1,3})?")) {
                throw new IllegalArgumentException("--mix: '" + part + "' is not a kind and its share, such as purchase=70");
            }
            weights[kind.ordinal()] += Double.parseDouble(pair[1]);
        }
        final double sum = Arrays.stream(weights).sum();
        if (!(sum > 0)) {
            throw new IllegalArgumentException("--mix: the shares are all 0");
        }
        double upTo = 0;
        int place = 0;
        for (int kind = 0; kind < weights.length; kind++) {
            upTo += weights[kind] / sum * TABLE;
            while (place < TABLE && place + 0.5 <= upTo) {
                table[place++] = (byte) kind;
            }
        }
    }

    /** The ordinal of the next payment's kind. */
    int next(final Random64 random) {
        return table[(int) (random.next() >>> 20) & TABLE - 1];
    }

    @Override
    public String toString() {
        return text;
    }
}
