package io.daybreak.payment;

import io.daybreak.ledger.Legs;
import org.agrona.DirectBuffer;
import org.agrona.UnsafeApi;

/**
 * Brings into the cache what a run of payments will need: buckets of their identity and reference, the cards, wallets and
 * accounts behind them, what the wallets have used of their limits, and the memory of the new records. Each of these is a
 * wait for memory of its own when payments are applied one by one; the waits of a run overlap.
 * <p>
 * Goes down the chain from card to account in loops, one step for all payments of the run, so that the reads of a loop do
 * not depend on each other. Figures: docs/adr/0010-the-iso-8583-path.md.
 * <p>
 * Changes nothing, and nothing depends on it but time: what it finds is looked up again. Ledger thread only; a run has at
 * most {@link #MAX_RUN} payments.
 */
public final class PaymentReadAhead {
    /** Most payments of a run: their lines must still be in the second-level cache when they are applied. */
    static final int MAX_RUN = 32;

    private static final int LINE_BYTES = 64;

    private final PaymentTable payments;
    private final Reference reference;
    private final Legs legs;
    private final PaymentCommand command = new PaymentCommand();
    private final long[] byTrace = new long[MAX_RUN];
    private final long[] byReference = new long[MAX_RUN];
    private final long[] byCard = new long[MAX_RUN];
    private final long[] tokensHi = new long[MAX_RUN];
    private final long[] tokensLo = new long[MAX_RUN];
    private final int[] wallets = new int[MAX_RUN];
    private final int[] accounts = new int[MAX_RUN];
    private int count;
    /** Where the words that were read end, so that the reads are not optimised away. */
    private long sum;

    PaymentReadAhead(final PaymentTable payments, final Reference reference, final Legs legs) {
        this.payments = payments;
        this.reference = reference;
        this.legs = legs;
    }

    /** Adds a payment to the run; one too many is left out. */
    public void add(final DirectBuffer buffer, final int offset) {
        final int n = count;
        if (n == MAX_RUN) {
            return;
        }
        command.wrap(buffer, offset);
        byTrace[n] = payments.traceBucket(command.institution(), command.stan(), command.transmission(), command.messageClass());
        byReference[n] = payments.referenceBucket(command.institution(), command.rrn0(), command.rrn1());
        tokensHi[n] = command.tokenHi();
        tokensLo[n] = command.tokenLo();
        byCard[n] = reference.cards().bucket(tokensHi[n], tokensLo[n]);
        count = n + 1;
    }

    /** Reads, and begins a new run. */
    void fetch() {
        final int n = count;
        if (n != 0) {
            sum += readBuckets(n) + readNewRecords(n) + readChains(n);
            findCards(n);
            sum += readWallets(n) + readAccounts(n);
            count = 0;
        }
    }

    private long readBuckets(final int n) {
        long read = 0;
        for (int i = 0; i < n; i++) {
            read += UnsafeApi.getInt(byTrace[i]) + UnsafeApi.getInt(byReference[i]) + UnsafeApi.getLong(byCard[i]);
        }
        return read;
    }

    private long readNewRecords(final int n) {
        final int from = payments.nextNewPlace();
        final int to = (int) Math.min(from + n, payments.placesWithMemory());
        long read = 0;
        for (int place = from; place < to; place++) {
            final long record = payments.address(place);
            for (int at = 0; at < PaymentTable.RECORD_BYTES; at += LINE_BYTES) {
                read += UnsafeApi.getLong(record + at);
            }
        }
        return read;
    }

    /** The first payment of each chain is compared when the identity is looked up. */
    private long readChains(final int n) {
        long read = 0;
        for (int i = 0; i < n; i++) {
            read += payments.readChain(UnsafeApi.getInt(byTrace[i])) + payments.readChain(UnsafeApi.getInt(byReference[i]));
        }
        return read;
    }

    private void findCards(final int n) {
        for (int i = 0; i < n; i++) {
            final int card = reference.cards().find(tokensHi[i], tokensLo[i]);
            wallets[i] = card == Decision.NOT_FOUND ? Decision.NOT_FOUND : reference.cards().walletSlot(card);
        }
    }

    private long readWallets(final int n) {
        long read = 0;
        for (int i = 0; i < n; i++) {
            final int wallet = wallets[i];
            accounts[i] = wallet == Decision.NOT_FOUND ? Legs.NO_ACCOUNT : reference.wallets().accountSlot(wallet);
            read += wallet == Decision.NOT_FOUND ? 0 : reference.wallets().tierId(wallet);
        }
        return read;
    }

    private long readAccounts(final int n) {
        long read = 0;
        for (int i = 0; i < n; i++) {
            read += accounts[i] == Legs.NO_ACCOUNT ? 0 : legs.currency(accounts[i]);
        }
        return read;
    }
}
