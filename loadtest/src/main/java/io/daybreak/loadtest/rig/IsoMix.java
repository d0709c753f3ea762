package io.daybreak.loadtest.rig;

import io.daybreak.loadtest.workload.Random64;

import java.util.Arrays;

/** How often each kind of payment comes: {@code purchase=70,authorise+complete=15,reversal=5,refund=2,balance=8}. Immutable. */
public final class IsoMix {
    private final WeightedMix mix;

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

    /** @throws IllegalArgumentException naming what is wrong, and what is allowed */
    public IsoMix(final String text) {
        mix = new WeightedMix(text, Arrays.stream(Kind.values()).map(Kind::word).toList());
    }

    /** The ordinal of the next payment's kind. */
    int next(final Random64 random) {
        return mix.next(random);
    }

    @Override
    public String toString() {
        return mix.toString();
    }
}
