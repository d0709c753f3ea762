package io.daybreak.loadtest.rig;

import io.daybreak.loadtest.workload.Random64;

import java.util.Arrays;

/** How often each kind of request comes over the native protocol: {@code transfer=70,pending+post=15,pending+void=5,balance=10}. Immutable. */
public final class NativeMix {
    /** Plain transfers only. */
    public static final NativeMix TRANSFERS = new NativeMix("transfer=100");

    private final WeightedMix mix;

    /** What a request consists of. */
    public enum Kind {
        /** A transfer in one step. */
        TRANSFER("transfer"),
        /** A hold, then a post of all of it. */
        PENDING_POST("pending+post"),
        /** A hold, then its release. */
        PENDING_VOID("pending+void"),
        /** A look-up of the debit account. */
        BALANCE("balance");

        private final String word;

        Kind(final String word) {
            this.word = word;
        }
    }

    /** @throws IllegalArgumentException naming what is wrong, and what is allowed */
    public NativeMix(final String text) {
        mix = new WeightedMix(text, Arrays.stream(Kind.values()).map(kind -> kind.word).toList());
    }

    /** The ordinal of the next request's kind. */
    int next(final Random64 random) {
        return mix.next(random);
    }

    /** True if there is nothing but plain transfers. */
    public boolean isPlain() {
        return !hasHolds() && !mix.has(Kind.BALANCE.ordinal());
    }

    /** True if some requests make holds. */
    boolean hasHolds() {
        return mix.has(Kind.PENDING_POST.ordinal()) || mix.has(Kind.PENDING_VOID.ordinal());
    }

    @Override
    public boolean equals(final Object other) {
        return other instanceof final NativeMix that && mix.toString().equals(that.mix.toString());
    }

    @Override
    public int hashCode() {
        return mix.toString().hashCode();
    }

    @Override
    public String toString() {
        return mix.toString();
    }
}
