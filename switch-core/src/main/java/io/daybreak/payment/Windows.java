package io.daybreak.payment;

import io.daybreak.memory.Hashing;
import io.daybreak.state.StateImage;
import io.daybreak.state.Stateful;

/**
 * How long payments are known, and how many: settings that decide, so they are state and journaled (ConfigurePayments).
 * Nanoseconds of command time. Ledger thread only.
 */
final class Windows implements Stateful {
    private long identityNs;
    private long reversalNs;
    private long holdNs;
    private long refundNs;
    private long futureNs;
    private long reserveForFinishing;

    void configure(final long identityMs, final long reversalMs, final long holdMs, final long refundMs, final long futureMs,
                   final long reserve) {
        identityNs = identityMs * UtcTime.NS_PER_MS;
        reversalNs = reversalMs * UtcTime.NS_PER_MS;
        holdNs = holdMs * UtcTime.NS_PER_MS;
        refundNs = refundMs * UtcTime.NS_PER_MS;
        futureNs = futureMs * UtcTime.NS_PER_MS;
        reserveForFinishing = reserve;
    }

    @Override
    public void image(final StateImage image) {
        identityNs = image.word(identityNs);
        reversalNs = image.word(reversalNs);
        holdNs = image.word(holdNs);
        refundNs = image.word(refundNs);
        futureNs = image.word(futureNs);
        reserveForFinishing = image.word(reserveForFinishing);
    }

    /** How far DE 7 of a request may lie back. */
    long identityNs() {
        return identityNs;
    }

    /** How long an original can be reversed, and a reversal waits for its original. */
    long reversalNs() {
        return reversalNs;
    }

    /** Time-out of an authorisation's hold. */
    long holdNs() {
        return holdNs;
    }

    /** How long an original can be refunded. */
    long refundNs() {
        return refundNs;
    }

    /** How far DE 7 may be ahead. */
    long futureNs() {
        return futureNs;
    }

    /** Payments of the capacity that are kept for reversals, completions and other advices. */
    long reserveForFinishing() {
        return reserveForFinishing;
    }

    /** How long a payment of this retention is kept. Never shorter than an identity can still come in time. */
    long keptNs(final int retention) {
        final long identity = identityNs + futureNs;
        switch (retention) {
            case PaymentTable.REPEATABLE:
                return identity;
            case PaymentTable.REVERSIBLE:
                return Math.max(identity, reversalNs);
            case PaymentTable.COMPLETABLE:
                // Past the hold, so that a completion that comes too late is still told from one without a hold.
                return Math.max(identity, holdNs + reversalNs);
            default:
                return Math.max(identity, Math.max(refundNs, reversalNs));
        }
    }

    long digest() {
        return Hashing.mix(Hashing.mix(Hashing.mix(identityNs, reversalNs), Hashing.mix(holdNs, refundNs)),
            Hashing.mix(futureNs, reserveForFinishing));
    }
}
