package io.daybreak.ledger;

import io.daybreak.protocol.TransferFlags;

/**
 * Reads accounts, holds and the newest transfers for those who look at a state without being part of it: the tools that execute a journal
 * again. Changes nothing, and costs the ledger nothing: nothing there knows of it. Allocates. The thread that owns the state.
 */
public final class LedgerView {
    private final Transfers transfers;

    public LedgerView(final Transfers transfers) {
        this.transfers = transfers;
    }

    /**
     * An account as it stands; sums are minor units.
     *
     * @param ledger ISO 4217 number of its currency
     */
    public record Account(long id, int ledger, int code, int flags, long debitsPosted, long debitsPending, long creditsPosted,
                          long creditsPending) {
        /** Posted credits less posted debits. */
        public long balance() {
            return creditsPosted - debitsPosted;
        }

        /** The balance less what is held of it. */
        public long available() {
            return balance() - debitsPending;
        }
    }

    /** A movement as the log keeps it; an expiry of a hold has its id, and the flag EXPIRY. */
    public record Leg(long idHi, long idLo, long pendingIdHi, long pendingIdLo, long debitAccountId, long creditAccountId, int ledger,
                      long amountMinor, long userData64, long sequence, long timestampNs, int participantId, int code, int flags) {
        /** True if the passing of time made it. */
        public boolean isExpiry() {
            return (flags & TransferFlags.EXPIRY) != 0;
        }
    }

    /** An open hold: what is left of it, and when it falls due, Unix nanoseconds; {@link Long#MAX_VALUE}: never. */
    public record Hold(long leftMinor, long deadlineNs, long debitAccountId, long creditAccountId, int ledger) {
    }

    /** The account, or null. */
    public Account account(final long accountId) {
        final long address = transfers.accounts().find(accountId);
        return address == AccountTable.NOT_FOUND ? null : accountAt(address);
    }

    /** The account in a slot. */
    public Account accountInSlot(final int slot) {
        return accountAt(transfers.accounts().address(slot));
    }

    private static Account accountAt(final long address) {
        return new Account(AccountTable.id(address), AccountTable.ledger(address), AccountTable.code(address), AccountTable.flags(address),
            AccountTable.debitsPosted(address), AccountTable.debitsPending(address), AccountTable.creditsPosted(address),
            AccountTable.creditsPending(address));
    }

    /** Place that the next movement will have. */
    public long end() {
        return transfers.log().end();
    }

    /** The movement at a place, or null if memory has forgotten it. */
    public Leg leg(final long place) {
        final TransferLog log = transfers.log();
        if (!log.holds(place)) {
            return null;
        }
        final long record = log.address(place);
        final long debit = transfers.accounts().address(TransferLog.debitSlot(record));
        final long credit = transfers.accounts().address(TransferLog.creditSlot(record));
        return new Leg(TransferLog.idHi(record), TransferLog.idLo(record), TransferLog.pendingIdHi(record), TransferLog.pendingIdLo(record),
            AccountTable.id(debit), AccountTable.id(credit), AccountTable.ledger(debit), TransferLog.amount(record),
            TransferLog.userData64(record), TransferLog.sequence(record), TransferLog.timestampNs(record), TransferLog.participantId(record),
            TransferLog.code(record), TransferLog.flags(record));
    }

    /** True if the running sums of debits and credits, which are added up apart, are equal in every ledger; cheap. */
    public boolean isConserved() {
        final LedgerTotals totals = transfers.totals();
        for (int i = 0; i < totals.count(); i++) {
            if (totals.low(i, LedgerTotals.DEBITS_POSTED) != totals.low(i, LedgerTotals.CREDITS_POSTED)
                || totals.high(i, LedgerTotals.DEBITS_POSTED) != totals.high(i, LedgerTotals.CREDITS_POSTED)
                || totals.low(i, LedgerTotals.DEBITS_PENDING) != totals.low(i, LedgerTotals.CREDITS_PENDING)
                || totals.high(i, LedgerTotals.DEBITS_PENDING) != totals.high(i, LedgerTotals.CREDITS_PENDING)) {
                return false;
            }
        }
        return true;
    }

    /** The open hold with this id, or null. */
    public Hold hold(final int participantId, final long idHi, final long idLo) {
        return transfers.viewHold(participantId, idHi, idLo);
    }
}
