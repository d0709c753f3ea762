package io.daybreak.loadtest.rig;

import io.daybreak.client.AccountRecord;
import io.daybreak.client.AccountsPage;
import io.daybreak.client.DaybreakClient;
import io.daybreak.protocol.Limits;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;

/** Reads the balances of a range of accounts, 128 a request, a few requests in flight. */
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
        final Deque<CompletableFuture<AccountsPage>> pages = new ArrayDeque<>();
        for (int first = 0; first < count; first += Limits.MAX_PAGE) {
            final long[] ids = new long[Math.min(Limits.MAX_PAGE, count - first)];
            for (int i = 0; i < ids.length; i++) {
                ids[i] = fromId + first + i;
            }
            pages.add(client.lookupAccountsAsync(ids));
            if (pages.size() == REQUESTS_IN_FLIGHT) {
                balances.put(pages.remove().join());
            }
        }
        while (!pages.isEmpty()) {
            balances.put(pages.remove().join());
        }
        return balances;
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

        private void put(final AccountsPage page) {
            sequence = Math.max(sequence, page.asOfSequence());
            for (final AccountRecord account : page.accounts()) {
                final int index = (int) (account.id() - fromId);
                lookups[index] = (short) account.lookup();
                debitsPosted[index] = account.debitsPosted();
                creditsPosted[index] = account.creditsPosted();
                pending[index] = account.debitsPending() + account.creditsPending();
                if (account.isFound() && ledger == 0) {
                    ledger = account.ledger();
                }
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
