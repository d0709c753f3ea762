package io.daybreak.ledger;

import io.daybreak.protocol.AccountFlags;

/**
 * Movements that the switch itself makes for a payment, several in one command. They are transfers of the participant 0: each has its
 * record in the log and moves both sides, but no grant is asked for and no id is remembered, since the payment has both.
 * <p>
 * The caller checks everything first, with the questions here, and then moves; nothing can fail in between, so nothing has
 * to be undone. The id of a leg is the command time in milliseconds and the number of the leg (upper half), and the
 * sequence of the command (lower half); a hold keeps the id of its first leg.
 * <p>
 * An account is named by its slot, which it keeps. Amounts are minor units. Ledger thread only.
 */
public final class Legs {
    /** No such account. */
    public static final int NO_ACCOUNT = -1;
    /** No such hold. */
    public static final int NO_HOLD = HoldTable.NOT_FOUND;

    private static final long NS_PER_MS = 1_000_000L;
    private static final int LEG_BITS = 16;

    private final Transfers transfers;
    private final AccountTable accounts;
    private long sequence;
    private long nowNs;
    private long userData64;
    private int code;
    private int leg;

    public Legs(final Transfers transfers) {
        this.transfers = transfers;
        this.accounts = transfers.accounts();
    }

    /**
     * The legs that follow belong to one command.
     *
     * @param newCode       the transfers' code, not 0
     * @param newUserData64 the transfers' user data
     */
    public void begin(final long newSequence, final long newNowNs, final int newCode, final long newUserData64) {
        sequence = newSequence;
        nowNs = newNowNs;
        code = newCode;
        userData64 = newUserData64;
        leg = 0;
    }

    /** Slot of an account, or {@link #NO_ACCOUNT}. */
    public int find(final long accountId) {
        final long address = accounts.find(accountId);
        return address == AccountTable.NOT_FOUND ? NO_ACCOUNT : AccountTable.slot(address);
    }

    /** The account's ledger: the ISO 4217 number of its currency. */
    public int currency(final int account) {
        return AccountTable.ledger(address(account));
    }

    /** Posted credits less posted debits. */
    public long postedBalance(final int account) {
        final long address = address(account);
        return AccountTable.creditsPosted(address) - AccountTable.debitsPosted(address);
    }

    /** Posted balance less what is held. */
    public long availableBalance(final int account) {
        return postedBalance(account) - AccountTable.debitsPending(address(account));
    }

    /** Most that can be debited now: what is there, or as much as a sum can say where the account may be overdrawn. */
    public long debitable(final int account) {
        final long address = address(account);
        final long room = Long.MAX_VALUE - AccountTable.debitsPosted(address) - AccountTable.debitsPending(address);
        final boolean bounded = (AccountTable.flags(address) & AccountFlags.DEBITS_MUST_NOT_EXCEED_CREDITS) != 0;
        return bounded ? Math.max(0, Math.min(room, availableBalance(account))) : room;
    }

    /** Most that can be credited now. */
    public long creditable(final int account) {
        final long address = address(account);
        final long taken = AccountTable.creditsPosted(address) + AccountTable.creditsPending(address);
        final boolean bounded = (AccountTable.flags(address) & AccountFlags.CREDITS_MUST_NOT_EXCEED_DEBITS) != 0;
        return bounded ? Math.max(0, AccountTable.debitsPosted(address) - taken) : Long.MAX_VALUE - taken;
    }

    /** True if the account is closed for good. */
    public boolean isClosed(final int account) {
        return (AccountTable.flags(address(account)) & AccountFlags.CLOSED) != 0;
    }

    /** True if new debits may be made: neither closed nor frozen on that side. */
    public boolean isOpenForDebits(final int account) {
        return (AccountTable.flags(address(account)) & (AccountFlags.CLOSED | AccountFlags.FROZEN_DEBITS)) == 0;
    }

    /** True if new credits may be made. */
    public boolean isOpenForCredits(final int account) {
        return (AccountTable.flags(address(account)) & (AccountFlags.CLOSED | AccountFlags.FROZEN_CREDITS)) == 0;
    }

    /** Moves money; nothing happens for 0. The caller has checked {@link #debitable} and {@link #creditable}. */
    public void move(final int debit, final int credit, final long amountMinor) {
        if (amountMinor != 0 && debit != credit) {
            transfers.moveLeg(debit, credit, amountMinor, nextId(), sequence, userData64, code, sequence, nowNs);
        }
    }

    /** True if no further hold can be made. */
    public boolean holdsAreFull() {
        return transfers.holdsAreFull();
    }

    /**
     * Makes a hold.
     *
     * @param deadlineNs epoch nanoseconds
     * @param owner      told when the hold expires
     */
    public void hold(final int debit, final int credit, final long amountMinor, final long deadlineNs, final long owner) {
        transfers.holdLeg(debit, credit, amountMinor, nextId(), sequence, userData64, code, deadlineNs, owner, sequence,
            nowNs);
    }

    /** The open hold that a command of this time and sequence made as its first leg, or {@link #NO_HOLD}. */
    public int findHold(final long madeAtNs, final long madeBySequence) {
        return transfers.findHold(madeAtNs / NS_PER_MS << LEG_BITS, madeBySequence);
    }

    /** What is left of an open hold. */
    public long left(final int hold) {
        return transfers.holdLeft(hold);
    }

    /** True if the hold's deadline has passed, swept or not. */
    public boolean isDue(final int hold, final long atNs) {
        return transfers.holdDeadlineNs(hold) <= atNs;
    }

    /** Posts a part of a hold, at most what is left; the last capture releases the rest. */
    public void capture(final int hold, final long amountMinor, final boolean last) {
        transfers.captureLeg(hold, amountMinor, last, nextId(), sequence, userData64, sequence, nowNs);
    }

    /** Releases a part of a hold, at most what is left; all of it closes the hold. */
    public void release(final int hold, final long amountMinor) {
        transfers.releaseLeg(hold, amountMinor, nextId(), sequence, userData64, sequence, nowNs);
    }

    /** Adds to a hold. */
    public void increase(final int hold, final long amountMinor) {
        transfers.increaseLeg(hold, amountMinor, nextId(), sequence, userData64, sequence, nowNs);
    }

    private long nextId() {
        return nowNs / NS_PER_MS << LEG_BITS | leg++;
    }

    private long address(final int account) {
        return accounts.address(account);
    }
}
