package io.daybreak.machine;

import io.daybreak.calendar.Zones;
import io.daybreak.ledger.AccountTable;

/** What records ask about the accounts and zones that they name. Ledger thread only. */
final class AccountsView {
    /** No such account. */
    static final int NOT_FOUND = -1;

    private final AccountTable accounts;
    private final Zones zones;

    AccountsView(final AccountTable accounts, final Zones zones) {
        this.accounts = accounts;
        this.zones = zones;
    }

    /** Ledger of an account, which is the number of its currency; {@link #NOT_FOUND} if there is no such account. */
    int ledgerOf(final long accountId) {
        final long account = accounts.find(accountId);
        // A ledger of 2^31 and more is no currency; it equals none.
        return account == AccountTable.NOT_FOUND ? NOT_FOUND : AccountTable.ledger(account) & Integer.MAX_VALUE;
    }

    /** Slot of an account, which it keeps for ever; 0 if there is no such account. */
    int slotOf(final long accountId) {
        final long account = accounts.find(accountId);
        return account == AccountTable.NOT_FOUND ? 0 : AccountTable.slot(account);
    }

    /** True if the account is there, and of another currency. */
    boolean isOfOtherCurrency(final long accountId, final int currency) {
        final int ledger = ledgerOf(accountId);
        return ledger != NOT_FOUND && ledger != currency;
    }

    /** True if there is such a zone. */
    boolean isZone(final int zoneId) {
        return zoneId <= Zones.MAX_ID && zones.isKnown(zoneId);
    }
}
