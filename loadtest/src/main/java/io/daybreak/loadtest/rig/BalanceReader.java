package io.daybreak.loadtest.rig;

import io.daybreak.client.AccountRecord;
import io.daybreak.client.AccountsPage;
import io.daybreak.client.DaybreakClient;
import io.daybreak.protocol.Limits;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntToLongFunction;

/** Reads the balances of accounts, 128 a request, a few requests in flight. */
final class BalanceReader {
    private static final int REQUESTS_IN_FLIGHT = 32;

    private BalanceReader() {
    }

    /**
     * @param fromId first account
     * @param count  of neighbouring ids
     */
    static Balances read(final DaybreakClient client, final long fromId, final int count) {
        final Balances balances = new Balances(fromId, count);
        balances.sequence = read(client, count, index -> fromId + index, balances::put);
        return balances;
    }

    /** Takes an account by its place among those that were asked for. */
    @FunctionalInterface
    interface Place {
        void put(int index, AccountRecord account);
    }

    /**
     * Reads any accounts; returns the greatest sequence that an answer was of.
     *
     * @param idAt account by its place, from 0
     */
    static long read(final DaybreakClient client, final int count, final IntToLongFunction idAt, final Place into) {
        final Deque<Page> pages = new ArrayDeque<>();
        long sequence = 0;
        for (int first = 0; first < count; first += Limits.MAX_PAGE) {
            final long[] ids = new long[Math.min(Limits.MAX_PAGE, count - first)];
            for (int i = 0; i < ids.length; i++) {
                ids[i] = idAt.applyAsLong(first + i);
            }
            pages.add(new Page(first, client.lookupAccountsAsync(ids)));
            if (pages.size() == REQUESTS_IN_FLIGHT) {
                sequence = Math.max(sequence, pages.remove().putInto(into));
            }
        }
        while (!pages.isEmpty()) {
            sequence = Math.max(sequence, pages.remove().putInto(into));
        }
        return sequence;
    }

    private record Page(int first, CompletableFuture<AccountsPage> answer) {
        long putInto(final Place into) {
            final AccountsPage page = answer.join();
            for (int i = 0; i < page.accounts().size(); i++) {
                into.put(first + i, page.accounts().get(i));
            }
            return page.asOfSequence();
        }
    }

    /** Sums of neighbouring accounts, by place from the first. */
    static final class Balances {
        final long fromId;
        final long[] debitsPosted;
        final long[] creditsPosted;
        final long[] pending;
        /** Result of the look-up: 0 if the sums are there. */
        final short[] lookups;
        int ledger;
        long sequence;

        private Balances(final long fromId, final int count) {
            this.fromId = fromId;
            debitsPosted = new long[count];
            creditsPosted = new long[count];
            pending = new long[count];
            lookups = new short[count];
        }

        private void put(final int index, final AccountRecord account) {
            lookups[index] = (short) account.lookup();
            debitsPosted[index] = account.debitsPosted();
            creditsPosted[index] = account.creditsPosted();
            pending[index] = account.debitsPending() + account.creditsPending();
            if (account.isFound() && ledger == 0) {
                ledger = account.ledger();
            }
        }

        int unreadable() {
            int count = 0;
            for (final short lookup : lookups) {
                count += lookup == 0 ? 0 : 1;
            }
            return count;
        }

        int firstUnreadableResult() {
            for (final short lookup : lookups) {
                if (lookup != 0) {
                    return lookup;
                }
            }
            return 0;
        }
    }
}
