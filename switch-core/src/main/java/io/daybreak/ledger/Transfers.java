package io.daybreak.ledger;

import io.daybreak.deadline.DeadlineHeap;
import io.daybreak.matching.IdMemory;
import io.daybreak.memory.SlabAllocator;
import io.daybreak.memory.UndoLog;
import io.daybreak.participant.ParticipantTable;
import io.daybreak.protocol.AccountFlags;
import io.daybreak.protocol.OutcomeFlags;
import io.daybreak.protocol.Participants;
import io.daybreak.protocol.Result;
import io.daybreak.protocol.TransferFlags;
import io.daybreak.state.StateSections;

/**
 * The rules of transfers: decides, then moves the money.
 * <p>
 * Rules and their order: docs/native-protocol.md, "Precedence", parts F to H. {@link #decide} changes nothing; what it
 * found (accounts, hold, amount) it keeps for the {@link #post} that follows an OK. Every movement writes both sides of
 * it: debits of a ledger equal its credits at every sequence.
 * <p>
 * Ledger thread only. Amounts are minor units; no sum exceeds 2^63 - 1.
 */
public final class Transfers {
    /** A hold that no payment of the switch made. */
    public static final long NO_OWNER = -1;

    private static final long NS_PER_MS = 1_000_000L;

    private final UndoLog undo = new UndoLog();
    private final AccountTable accounts;
    private final HoldTable holds;
    private final TransferLog log;
    private final BalanceHistory history;
    private final LedgerTotals totals = new LedgerTotals();
    private final ParticipantTable participants;
    private final IdMemory ids;

    private boolean inChain;
    private long chainBeginPlace;

    // What decide() found, for post().
    private long debit;
    private long credit;
    private int holdSlot;
    private long amount;
    private long deadlineNs;

    // What expireNext() did, for whoever owns the hold.
    private long expiredOwner = NO_OWNER;
    private long expiredId;
    private long expiredAmount;

    public Transfers(final SlabAllocator allocator, final ParticipantTable participants, final IdMemory ids) {
        this.accounts = new AccountTable(allocator, undo);
        this.holds = new HoldTable(allocator, undo);
        this.log = new TransferLog(allocator, undo, accounts);
        this.history = new BalanceHistory(allocator, undo, accounts);
        this.participants = participants;
        this.ids = ids;
    }

    /** Sets the limits; what is above a lowered one goes by and by. */
    public void configure(final long holdCapacity, final long transfersRetained, final long historyRetained) {
        holds.configure(holdCapacity);
        log.configure(transfersRetained);
        history.configure(historyRetained);
    }

    /**
     * Decides about a transfer whose contents and identity are in order.
     *
     * @param admission what the memory of ids said to this new id: OK or BUSY
     * @return OK, a refusal, or a reason why nothing can be decided
     */
    public int decide(final TransferCommand command, final int participantIndex, final int participantId, final int admission,
                      final long nowNs) {
        return command.isOnHold()
            ? decideOnHold(command, participantIndex, participantId, admission, nowNs)
            : decideNew(command, participantIndex, admission, nowNs);
    }

    /** What the decided transfer moves, holds, releases or adds, in minor units. */
    public long decidedAmount() {
        return amount;
    }

    private int decideNew(final TransferCommand command, final int participantIndex, final int admission, final long nowNs) {
        debit = accounts.find(command.debitAccountId);
        if (!isGranted(participantIndex, Participants.RIGHT_DEBIT, command.debitAccountId, debit)) {
            return Result.NOT_GRANTED;
        }
        if (admission != Result.OK) {
            return admission;
        }
        final boolean pending = command.has(TransferFlags.PENDING);
        if (pending && holds.isFull()) {
            return Result.HOLD_CAPACITY_REACHED;
        }
        if (debit == AccountTable.NOT_FOUND) {
            return Result.DEBIT_ACCOUNT_NOT_FOUND;
        }
        credit = accounts.find(command.creditAccountId);
        if (credit == AccountTable.NOT_FOUND) {
            return Result.CREDIT_ACCOUNT_NOT_FOUND;
        }
        final int ledger = AccountTable.ledger(debit);
        if (ledger != AccountTable.ledger(credit)) {
            return Result.ACCOUNTS_MUST_HAVE_THE_SAME_LEDGER;
        }
        if (ledger != command.ledger) {
            return Result.TRANSFER_MUST_HAVE_THE_SAME_LEDGER_AS_ACCOUNTS;
        }
        final int status = checkStatus(AccountTable.flags(debit), AccountTable.flags(credit), true);
        if (status != Result.OK) {
            return status;
        }
        amount = command.amountOrMax();
        if (command.has(TransferFlags.BALANCING_DEBIT | TransferFlags.BALANCING_CREDIT)) {
            final int result = balance(command);
            if (result != Result.OK) {
                return result;
            }
        }
        if (pending) {
            final int result = checkPendingOverflow();
            if (result != Result.OK) {
                return result;
            }
        } else {
            if (AccountTable.debitsPosted(debit) + amount < 0) {
                return Result.OVERFLOWS_DEBITS_POSTED;
            }
            if (AccountTable.creditsPosted(credit) + amount < 0) {
                return Result.OVERFLOWS_CREDITS_POSTED;
            }
        }
        final int sums = checkSumOverflow();
        if (sums != Result.OK) {
            return sums;
        }
        deadlineNs = DeadlineHeap.NONE;
        if (command.timeoutMs != 0) {
            deadlineNs = deadline(command, nowNs);
            if (deadlineNs < 0) {
                return Result.OVERFLOWS_TIMEOUT;
            }
        }
        return checkFunds();
    }

    private int decideOnHold(final TransferCommand command, final int participantIndex, final int participantId,
                             final int admission, final long nowNs) {
        holdSlot = holds.find(participantId, command.pendingIdHi, command.pendingIdLo);
        if (holdSlot == HoldTable.NOT_FOUND) {
            return admission != Result.OK ? admission : closedHold(participantId, command.pendingIdHi, command.pendingIdLo);
        }
        final long hold = holds.address(holdSlot);
        if (HoldTable.deadlineNs(hold) <= nowNs) {
            // Before everything that a hold already swept is not asked for, so that the sweep limit shows in no outcome.
            return admission != Result.OK ? admission : Result.PENDING_TRANSFER_EXPIRED;
        }
        debit = accounts.address(HoldTable.debitSlot(hold));
        credit = accounts.address(HoldTable.creditSlot(hold));
        if (!isGranted(participantIndex, Participants.RIGHT_DEBIT, AccountTable.id(debit), debit)) {
            return Result.NOT_GRANTED;
        }
        if (admission != Result.OK) {
            return admission;
        }
        if (command.debitAccountId != 0 && command.debitAccountId != AccountTable.id(debit)) {
            return Result.PENDING_TRANSFER_HAS_DIFFERENT_DEBIT_ACCOUNT;
        }
        if (command.creditAccountId != 0 && command.creditAccountId != AccountTable.id(credit)) {
            return Result.PENDING_TRANSFER_HAS_DIFFERENT_CREDIT_ACCOUNT;
        }
        if (command.ledger != 0 && command.ledger != AccountTable.ledger(debit)) {
            return Result.PENDING_TRANSFER_HAS_DIFFERENT_LEDGER;
        }
        if (command.code != 0 && command.code != HoldTable.code(hold)) {
            return Result.PENDING_TRANSFER_HAS_DIFFERENT_CODE;
        }
        final long left = HoldTable.left(hold);
        amount = amountOnHold(command, left);
        if (command.has(TransferFlags.POST | TransferFlags.VOID) && amount > left) {
            return Result.EXCEEDS_PENDING_TRANSFER_AMOUNT;
        }
        if (command.has(TransferFlags.VOID)) {
            return Result.OK;
        }
        // A post of the very hold that closed an account finds it closed, and goes on.
        final int closedByHold = command.has(TransferFlags.POST) ? HoldTable.flags(hold) : 0;
        final int debitFlags = (closedByHold & TransferFlags.CLOSING_DEBIT) != 0
            ? AccountTable.flags(debit) & ~AccountFlags.CLOSED : AccountTable.flags(debit);
        final int creditFlags = (closedByHold & TransferFlags.CLOSING_CREDIT) != 0
            ? AccountTable.flags(credit) & ~AccountFlags.CLOSED : AccountTable.flags(credit);
        final boolean increase = command.has(TransferFlags.INCREASE);
        final int status = checkStatus(debitFlags, creditFlags, increase);
        if (status != Result.OK || command.has(TransferFlags.POST)) {
            return status;
        }
        if (increase) {
            int result = checkPendingOverflow();
            if (result == Result.OK) {
                result = checkSumOverflow();
            }
            if (result != Result.OK) {
                return result;
            }
        }
        if (command.has(TransferFlags.EXTEND)) {
            deadlineNs = deadline(command, nowNs);
            if (deadlineNs < 0) {
                return Result.OVERFLOWS_TIMEOUT;
            }
        }
        return increase ? checkFunds() : Result.OK;
    }

    private static long amountOnHold(final TransferCommand command, final long left) {
        final boolean all = command.has(TransferFlags.POST) && command.amount == TransferFlags.AMOUNT_ALL
            || command.has(TransferFlags.VOID) && command.amount == 0;
        return all ? left : command.amount;
    }

    /** What to answer to a transfer whose hold is not open: why it is not, as far as memory reaches. */
    private int closedHold(final int participantId, final long idHi, final long idLo) {
        final long known = ids.find(participantId, idHi, idLo);
        final long place;
        if (known != IdMemory.NOT_FOUND) {
            if (ids.result(known) != Result.OK) {
                return Result.PENDING_TRANSFER_NOT_FOUND;
            }
            place = log.find(ids.sequence(known), participantId, idHi, idLo);
            if (place < 0) {
                return Result.PENDING_TRANSFER_CLOSED;
            }
        } else {
            // Members of a chain in progress are not in the memory of ids yet.
            place = inChain ? log.findFrom(chainBeginPlace, participantId, idHi, idLo) : -1;
            if (place < 0) {
                // Behind the watermark nobody knows any more whether the hold ever was; it is not open, that is certain.
                return idHi >>> 16 < ids.watermarkMs(participantId)
                    ? Result.PENDING_TRANSFER_CLOSED : Result.PENDING_TRANSFER_NOT_FOUND;
            }
        }
        switch (TransferLog.holdState(log.address(place))) {
            case OutcomeFlags.HOLD_POSTED:
                return Result.PENDING_TRANSFER_ALREADY_POSTED;
            case OutcomeFlags.HOLD_VOIDED:
                return Result.PENDING_TRANSFER_ALREADY_VOIDED;
            case OutcomeFlags.HOLD_EXPIRED:
                return Result.PENDING_TRANSFER_EXPIRED;
            default:
                return Result.PENDING_TRANSFER_NOT_PENDING;
        }
    }

    private boolean isGranted(final int participantIndex, final int right, final long accountId, final long account) {
        return account == AccountTable.NOT_FOUND
            ? participants.isGranted(participantIndex, right, accountId, false, 0, 0)
            : participants.isGranted(participantIndex, right, accountId, true, AccountTable.ledger(account), AccountTable.code(account));
    }

    private static int checkStatus(final int debitFlags, final int creditFlags, final boolean asksForNewMoney) {
        final int any = debitFlags | creditFlags;
        if ((any & (AccountFlags.CLOSED | AccountFlags.FROZEN_DEBITS | AccountFlags.FROZEN_CREDITS)) == 0) {
            return Result.OK;
        }
        if ((debitFlags & AccountFlags.CLOSED) != 0) {
            return Result.DEBIT_ACCOUNT_CLOSED;
        }
        if ((creditFlags & AccountFlags.CLOSED) != 0) {
            return Result.CREDIT_ACCOUNT_CLOSED;
        }
        if (asksForNewMoney && (debitFlags & AccountFlags.FROZEN_DEBITS) != 0) {
            return Result.DEBIT_ACCOUNT_FROZEN;
        }
        return asksForNewMoney && (creditFlags & AccountFlags.FROZEN_CREDITS) != 0 ? Result.CREDIT_ACCOUNT_FROZEN : Result.OK;
    }

    private int balance(final TransferCommand command) {
        if (command.has(TransferFlags.BALANCING_DEBIT)) {
            // Each sum is at most 2^63 - 1, and debits posted and pending together are, too: no step can overflow.
            amount = Math.min(amount, AccountTable.creditsPosted(debit)
                - (AccountTable.debitsPosted(debit) + AccountTable.debitsPending(debit)));
            if (amount <= 0) {
                return Result.EXCEEDS_CREDITS;
            }
        }
        if (command.has(TransferFlags.BALANCING_CREDIT)) {
            amount = Math.min(amount, AccountTable.debitsPosted(credit)
                - (AccountTable.creditsPosted(credit) + AccountTable.creditsPending(credit)));
            if (amount <= 0) {
                return Result.EXCEEDS_DEBITS;
            }
        }
        return Result.OK;
    }

    private int checkPendingOverflow() {
        if (AccountTable.debitsPending(debit) + amount < 0) {
            return Result.OVERFLOWS_DEBITS_PENDING;
        }
        return AccountTable.creditsPending(credit) + amount < 0 ? Result.OVERFLOWS_CREDITS_PENDING : Result.OK;
    }

    private int checkSumOverflow() {
        if (AccountTable.debitsPending(debit) + AccountTable.debitsPosted(debit) + amount < 0) {
            return Result.OVERFLOWS_DEBITS;
        }
        return AccountTable.creditsPending(credit) + AccountTable.creditsPosted(credit) + amount < 0
            ? Result.OVERFLOWS_CREDITS : Result.OK;
    }

    private int checkFunds() {
        if ((AccountTable.flags(debit) & AccountFlags.DEBITS_MUST_NOT_EXCEED_CREDITS) != 0
            && AccountTable.debitsPending(debit) + AccountTable.debitsPosted(debit) + amount > AccountTable.creditsPosted(debit)) {
            return Result.EXCEEDS_CREDITS;
        }
        if ((AccountTable.flags(credit) & AccountFlags.CREDITS_MUST_NOT_EXCEED_DEBITS) != 0
            && AccountTable.creditsPending(credit) + AccountTable.creditsPosted(credit) + amount > AccountTable.debitsPosted(credit)) {
            return Result.EXCEEDS_DEBITS;
        }
        return Result.OK;
    }

    /** End of the time-out in epoch nanoseconds; negative if it lies beyond what 63 bits can say. */
    private static long deadline(final TransferCommand command, final long nowNs) {
        return nowNs + (command.timeoutMs & 0xFFFF_FFFFL) * NS_PER_MS;
    }

    /** Applies the transfer that {@link #decide} just said OK to. */
    public void post(final TransferCommand command, final int participantId, final long sequence, final long nowNs) {
        if (command.isOnHold()) {
            postOnHold(command, participantId, sequence, nowNs);
        } else {
            postNew(command, participantId, sequence, nowNs);
        }
    }

    private void postNew(final TransferCommand command, final int participantId, final long sequence, final long nowNs) {
        final boolean pending = command.has(TransferFlags.PENDING);
        if (pending) {
            movePending(amount);
        } else {
            movePosted(amount);
        }
        final long place = log.append(command.idHi, command.idLo, 0, 0, command.userDataHi, command.userDataLo,
            command.userData64, amount, sequence, nowNs, debit, credit, command.timeoutMs, participantId, command.code,
            command.flags, pending ? OutcomeFlags.HOLD_OPEN : OutcomeFlags.HOLD_NONE);
        if (pending) {
            holds.open(participantId, command.idHi, command.idLo, amount, deadlineNs, sequence, place,
                AccountTable.slot(debit), AccountTable.slot(credit), command.code, command.flags, NO_OWNER);
            changeClosed(command.flags, true);
        }
        remember(sequence, nowNs);
    }

    private void postOnHold(final TransferCommand command, final int participantId, final long sequence, final long nowNs) {
        final long hold = holds.address(holdSlot);
        final int code = HoldTable.code(hold);
        final long left = HoldTable.left(hold);
        if (command.has(TransferFlags.POST)) {
            final boolean closes = amount == left || command.has(TransferFlags.FINAL);
            movePending(closes ? -left : -amount);
            movePosted(amount);
            if (closes) {
                closeHold(hold, OutcomeFlags.HOLD_POSTED);
            } else {
                holds.setLeft(holdSlot, left - amount);
            }
        } else if (command.has(TransferFlags.VOID)) {
            movePending(-amount);
            if (amount == left) {
                changeClosed(HoldTable.flags(hold), false);
                closeHold(hold, OutcomeFlags.HOLD_VOIDED);
            } else {
                holds.setLeft(holdSlot, left - amount);
            }
        } else {
            if (command.has(TransferFlags.INCREASE)) {
                movePending(amount);
                holds.setLeft(holdSlot, left + amount);
            }
            if (command.has(TransferFlags.EXTEND)) {
                holds.setDeadline(holdSlot, deadlineNs);
            }
        }
        log.append(command.idHi, command.idLo, command.pendingIdHi, command.pendingIdLo, command.userDataHi, command.userDataLo,
            command.userData64, amount, sequence, nowNs, debit, credit, command.timeoutMs, participantId, code,
            command.flags, OutcomeFlags.HOLD_NONE);
        if (amount != 0) {
            remember(sequence, nowNs);
        }
    }

    /** Earliest deadline of an open hold in epoch nanoseconds, or {@link DeadlineHeap#NONE}. */
    public long nextDeadlineNs() {
        return holds.deadlines().earliestNs();
    }

    /** Expires the hold with the earliest deadline: releases what is left and writes a record of it, as of the deadline. */
    public void expireNext(final long sequence) {
        holdSlot = holds.deadlines().earliestHolder();
        final long hold = holds.address(holdSlot);
        debit = accounts.address(HoldTable.debitSlot(hold));
        credit = accounts.address(HoldTable.creditSlot(hold));
        final long left = HoldTable.left(hold);
        final long at = HoldTable.deadlineNs(hold);
        final long idHi = HoldTable.idHi(hold);
        final long idLo = HoldTable.idLo(hold);
        expiredOwner = HoldTable.owner(hold);
        expiredId = idLo;
        expiredAmount = left;
        movePending(-left);
        changeClosed(HoldTable.flags(hold), false);
        log.append(idHi, idLo, idHi, idLo, 0, 0, 0, left, sequence, at, debit, credit, 0, HoldTable.participantId(hold),
            HoldTable.code(hold), TransferFlags.EXPIRY, OutcomeFlags.HOLD_NONE);
        closeHold(hold, OutcomeFlags.HOLD_EXPIRED);
        remember(sequence, at);
    }

    /** Owner of the hold that {@link #expireNext} expired, or {@link #NO_OWNER}. */
    public long expiredOwner() {
        return expiredOwner;
    }

    /** Lower half of that hold's id. */
    public long expiredId() {
        return expiredId;
    }

    /** What that hold released, in minor units. */
    public long expiredAmount() {
        return expiredAmount;
    }

    private void closeHold(final long hold, final int holdState) {
        log.setHoldState(HoldTable.place(hold), holdState);
        holds.close(holdSlot);
    }

    private void changeClosed(final int transferFlags, final boolean closed) {
        if ((transferFlags & TransferFlags.CLOSING_DEBIT) != 0) {
            accounts.changeFlags(debit, closed ? AccountFlags.CLOSED : 0, closed ? 0 : AccountFlags.CLOSED);
        }
        if ((transferFlags & TransferFlags.CLOSING_CREDIT) != 0) {
            accounts.changeFlags(credit, closed ? AccountFlags.CLOSED : 0, closed ? 0 : AccountFlags.CLOSED);
        }
    }

    private void movePosted(final long delta) {
        accounts.addDebitsPosted(debit, delta);
        accounts.addCreditsPosted(credit, delta);
        totals.add(totals.indexOf(AccountTable.ledger(debit)), LedgerTotals.DEBITS_POSTED, delta);
        totals.add(totals.indexOf(AccountTable.ledger(credit)), LedgerTotals.CREDITS_POSTED, delta);
        assert AccountTable.debitsPosted(debit) >= 0 && AccountTable.creditsPosted(credit) >= 0;
    }

    private void movePending(final long delta) {
        accounts.addDebitsPending(debit, delta);
        accounts.addCreditsPending(credit, delta);
        totals.add(totals.indexOf(AccountTable.ledger(debit)), LedgerTotals.DEBITS_PENDING, delta);
        totals.add(totals.indexOf(AccountTable.ledger(credit)), LedgerTotals.CREDITS_PENDING, delta);
        assert AccountTable.debitsPending(debit) >= 0 && AccountTable.creditsPending(credit) >= 0;
    }

    private void remember(final long sequence, final long timestampNs) {
        if (((AccountTable.flags(debit) | AccountTable.flags(credit)) & AccountFlags.HISTORY) == 0) {
            return;
        }
        if ((AccountTable.flags(debit) & AccountFlags.HISTORY) != 0) {
            history.append(debit, sequence, timestampNs);
        }
        if ((AccountTable.flags(credit) & AccountFlags.HISTORY) != 0) {
            history.append(credit, sequence, timestampNs);
        }
    }

    // ----- Legs of the switch itself: {@link Legs} checks, these move. No grants, no identity of their own. -----------------

    void moveLeg(final int debitAccount, final int creditAccount, final long legAmount, final long idHi, final long idLo,
                 final long userData64, final int code, final long sequence, final long nowNs) {
        select(debitAccount, creditAccount);
        movePosted(legAmount);
        logLeg(idHi, idLo, 0, 0, legAmount, userData64, code, 0, OutcomeFlags.HOLD_NONE, sequence, nowNs);
        remember(sequence, nowNs);
    }

    void holdLeg(final int debitAccount, final int creditAccount, final long legAmount, final long idHi, final long idLo,
                 final long userData64, final int code, final long dueNs, final long owner, final long sequence, final long nowNs) {
        select(debitAccount, creditAccount);
        movePending(legAmount);
        final long place = logLeg(idHi, idLo, 0, 0, legAmount, userData64, code, TransferFlags.PENDING, OutcomeFlags.HOLD_OPEN,
            sequence, nowNs);
        holds.open(Participants.SYSTEM, idHi, idLo, legAmount, dueNs, sequence, place, debitAccount, creditAccount, code,
            TransferFlags.PENDING, owner);
        remember(sequence, nowNs);
    }

    LedgerView.Hold viewHold(final int participantId, final long idHi, final long idLo) {
        final int slot = holds.find(participantId, idHi, idLo);
        if (slot == HoldTable.NOT_FOUND) {
            return null;
        }
        final long hold = holds.address(slot);
        final long account = accounts.address(HoldTable.debitSlot(hold));
        return new LedgerView.Hold(HoldTable.left(hold), HoldTable.deadlineNs(hold), AccountTable.id(account),
            AccountTable.id(accounts.address(HoldTable.creditSlot(hold))), AccountTable.ledger(account));
    }

    int findHold(final long idHi, final long idLo) {
        return holds.find(Participants.SYSTEM, idHi, idLo);
    }

    long holdLeft(final int slot) {
        return HoldTable.left(holds.address(slot));
    }

    long holdDeadlineNs(final int slot) {
        return HoldTable.deadlineNs(holds.address(slot));
    }

    boolean holdsAreFull() {
        return holds.isFull();
    }

    /** Posts {@code legAmount} of a hold, at most what is left; the {@code last} one releases the rest. */
    void captureLeg(final int slot, final long legAmount, final boolean last, final long idHi, final long idLo,
                    final long userData64, final long sequence, final long nowNs) {
        final long hold = selectHold(slot);
        final long left = HoldTable.left(hold);
        final boolean closes = last || legAmount == left;
        movePending(closes ? -left : -legAmount);
        movePosted(legAmount);
        logLeg(idHi, idLo, HoldTable.idHi(hold), HoldTable.idLo(hold), legAmount, userData64, HoldTable.code(hold),
            last ? TransferFlags.POST | TransferFlags.FINAL : TransferFlags.POST, OutcomeFlags.HOLD_NONE, sequence, nowNs);
        if (closes) {
            closeHold(hold, OutcomeFlags.HOLD_POSTED);
        } else {
            holds.setLeft(slot, left - legAmount);
        }
        remember(sequence, nowNs);
    }

    /** Releases {@code legAmount} of a hold, at most what is left. */
    void releaseLeg(final int slot, final long legAmount, final long idHi, final long idLo, final long userData64,
                    final long sequence, final long nowNs) {
        final long hold = selectHold(slot);
        final long left = HoldTable.left(hold);
        movePending(-legAmount);
        logLeg(idHi, idLo, HoldTable.idHi(hold), HoldTable.idLo(hold), legAmount, userData64, HoldTable.code(hold),
            TransferFlags.VOID, OutcomeFlags.HOLD_NONE, sequence, nowNs);
        if (legAmount == left) {
            closeHold(hold, OutcomeFlags.HOLD_VOIDED);
        } else {
            holds.setLeft(slot, left - legAmount);
        }
        remember(sequence, nowNs);
    }

    /** Adds {@code legAmount} to a hold. */
    void increaseLeg(final int slot, final long legAmount, final long idHi, final long idLo, final long userData64,
                     final long sequence, final long nowNs) {
        final long hold = selectHold(slot);
        movePending(legAmount);
        logLeg(idHi, idLo, HoldTable.idHi(hold), HoldTable.idLo(hold), legAmount, userData64, HoldTable.code(hold),
            TransferFlags.INCREASE, OutcomeFlags.HOLD_NONE, sequence, nowNs);
        holds.setLeft(slot, HoldTable.left(hold) + legAmount);
        remember(sequence, nowNs);
    }

    private void select(final int debitAccount, final int creditAccount) {
        debit = accounts.address(debitAccount);
        credit = accounts.address(creditAccount);
    }

    private long selectHold(final int slot) {
        holdSlot = slot;
        final long hold = holds.address(slot);
        select(HoldTable.debitSlot(hold), HoldTable.creditSlot(hold));
        return hold;
    }

    private long logLeg(final long idHi, final long idLo, final long pendingIdHi, final long pendingIdLo, final long legAmount,
                        final long userData64, final int code, final int flags, final int holdState, final long sequence,
                        final long nowNs) {
        return log.append(idHi, idLo, pendingIdHi, pendingIdLo, 0, 0, userData64, legAmount, sequence, nowNs, debit, credit,
            0, Participants.SYSTEM, code, flags, holdState);
    }

    /** Forgets what is beyond the limits; a bounded step, to be called once a decided command or chain. */
    public void trim() {
        log.trim();
        history.trim();
    }

    /** From here on every change can be undone. */
    public void beginChain() {
        inChain = true;
        chainBeginPlace = log.end();
        undo.begin();
        accounts.mark();
        holds.mark();
        log.mark();
        history.mark();
        totals.mark();
    }

    /** The chain stands. */
    public void commitChain() {
        undo.commit();
        inChain = false;
    }

    /** The chain never was. */
    public void rollbackChain() {
        undo.rollback();
        accounts.rollback();
        holds.rollback();
        log.rollback();
        history.rollback();
        totals.rollback();
        inChain = false;
    }

    /** Creates an account; the caller has checked that it may. */
    public void createAccount(final long id, final int ledger, final int code, final int flags, final long userDataHi,
                             final long userDataLo, final long userData64, final long nowNs) {
        totals.addAccount(ledger);
        accounts.add(id, ledger, code, flags, userDataHi, userDataLo, userData64, nowNs);
    }

    /** True if accounts of one more ledger fit, or the ledger is known. */
    public boolean hasRoomForLedger(final int ledger) {
        return totals.hasRoomFor(ledger);
    }

    /** Adds what is state here to the list. */
    public void addTo(final StateSections sections) {
        sections.add("accounts", 1, accounts);
        sections.add("ledger-totals", 1, totals);
        sections.add("holds", 1, holds);
        sections.add("transfers", 1, log);
        sections.add("balance-history", 1, history);
    }

    /** The accounts. */
    public AccountTable accounts() {
        return accounts;
    }

    /** What memory keeps of transfers. */
    public TransferLog log() {
        return log;
    }

    /** What memory keeps of balances. */
    public BalanceHistory history() {
        return history;
    }

    /** Sums by ledger. */
    public LedgerTotals totals() {
        return totals;
    }

    /** Open holds. */
    public int holdCount() {
        return holds.count();
    }

    /** Running digest of all of it. */
    public long digest() {
        return accounts.digest() + 3 * holds.digest() + 5 * log.digest() + 7 * history.digest();
    }

    /** The same, computed from the tables. */
    public long computeDigest() {
        return accounts.computeDigest() + 3 * holds.computeDigest() + 5 * log.computeDigest() + 7 * history.computeDigest();
    }

    /**
     * Adds up all accounts and compares: by ledger, debits equal credits, posted and pending, and equal the running
     * totals.
     *
     * @throws IllegalStateException if money was made or lost; a defect
     */
    public void checkConservation() {
        final LedgerTotals fresh = new LedgerTotals();
        accounts.forEach(account -> {
            fresh.addAccount(AccountTable.ledger(account));
            final int index = fresh.indexOf(AccountTable.ledger(account));
            fresh.add(index, LedgerTotals.DEBITS_POSTED, AccountTable.debitsPosted(account));
            fresh.add(index, LedgerTotals.DEBITS_PENDING, AccountTable.debitsPending(account));
            fresh.add(index, LedgerTotals.CREDITS_POSTED, AccountTable.creditsPosted(account));
            fresh.add(index, LedgerTotals.CREDITS_PENDING, AccountTable.creditsPending(account));
        });
        for (int index = 0; index < fresh.count(); index++) {
            check(fresh, index, LedgerTotals.DEBITS_POSTED, LedgerTotals.CREDITS_POSTED, "posted");
            check(fresh, index, LedgerTotals.DEBITS_PENDING, LedgerTotals.CREDITS_PENDING, "pending");
        }
    }

    private void check(final LedgerTotals fresh, final int index, final int debits, final int credits, final String kind) {
        final int running = totals.indexOf(fresh.ledger(index));
        if (fresh.low(index, debits) != fresh.low(index, credits) || fresh.high(index, debits) != fresh.high(index, credits)) {
            throw new IllegalStateException("ledger " + fresh.ledger(index) + ": " + kind + " debits "
                + fresh.high(index, debits) + ":" + fresh.low(index, debits) + " and credits "
                + fresh.high(index, credits) + ":" + fresh.low(index, credits) + " differ");
        }
        if (running == LedgerTotals.NOT_FOUND || totals.low(running, debits) != fresh.low(index, debits)
            || totals.low(running, credits) != fresh.low(index, credits)) {
            throw new IllegalStateException("ledger " + fresh.ledger(index) + ": running totals of " + kind
                + " differ from the sum of the accounts");
        }
    }
}
