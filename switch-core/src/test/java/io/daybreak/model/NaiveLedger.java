package io.daybreak.model;

import io.daybreak.protocol.AccountFlags;
import io.daybreak.protocol.OutcomeFlags;
import io.daybreak.protocol.Participants;
import io.daybreak.protocol.Result;
import io.daybreak.protocol.TransferFlags;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The ledger written for obviousness: maps, lists and big integers, a rule a line, in the published order. It is what
 * the state machine is held against.
 * <p>
 * Rule: docs/native-protocol.md, "Transfers" and "Precedence". It never forgets an id, so it holds for a state machine
 * whose id capacity is not reached; records of transfers and histories it forgets as configured.
 */
public final class NaiveLedger implements Ledger {
    private static final BigInteger MAX_AMOUNT = BigInteger.valueOf(Long.MAX_VALUE);
    private static final long NS_PER_MS = 1_000_000;
    private static final int MAX_LEDGERS = 256;
    private static final int MAX_PARTICIPANTS = 1_024;
    private static final int MAX_GRANTS = 256;
    private static final int MIN_ID_CAPACITY = 1_024;
    private static final int NEWEST_RULES = 1;
    /** Memory forgets records of transfers, and of histories, so many at a time. */
    private static final int RECORDS_FORGOTTEN_AT_ONCE = 32_768;
    private static final int CHANGES_FORGOTTEN_AT_ONCE = 65_536;

    private final Map<Integer, ParticipantCommand> participants = new TreeMap<>();
    private final Map<Integer, List<GrantCommand>> grants = new TreeMap<>();
    private final Map<NaiveHold.Key, Remembered> remembered = new HashMap<>();
    private final List<Entry> records = new ArrayList<>();
    private final List<Change> history = new ArrayList<>();
    private final Map<NaiveHold.Key, Integer> closedHolds = new HashMap<>();
    private Map<Long, NaiveAccount> accounts = new HashMap<>();
    private Map<NaiveHold.Key, NaiveHold> openHolds = new HashMap<>();
    private TreeMap<NaiveHold.Due, NaiveHold> deadlines = new TreeMap<>();
    private ConfigureCommand limits;
    private long nowNs;
    private long lastSequence;
    private int sweptInEntry;
    private int recordsForgotten;
    private int changesForgotten;
    private int rulesVersion = 1;

    // ----- entries and deadlines ------------------------------------------------------------------------------------

    @Override
    public void beginEntry(final long timestampNs) {
        nowNs = timestampNs;
        sweptInEntry = 0;
        sweep();
    }

    private void sweep() {
        if (limits == null) {
            return;
        }
        for (int swept = 0; swept < limits.sweepLimit() && !deadlines.isEmpty(); swept++) {
            final NaiveHold first = deadlines.firstEntry().getValue();
            if (first.deadlineNs() > nowNs) {
                return;
            }
            expire(first);
            sweptInEntry++;
        }
    }

    private void expire(final NaiveHold hold) {
        final TransferCommand record = hold.contents().pendingId(hold.key().id()).amount(hold.left().longValueExact())
            .flags(TransferFlags.EXPIRY).timeoutMs(0).userData128(Id.ZERO).userData64(0);
        release(hold, hold.left(), OutcomeFlags.HOLD_EXPIRED);
        records.add(new Entry(hold.key().participantId(), record, lastSequence, hold.deadlineNs()));
        noteChange(hold.contents(), lastSequence, hold.deadlineNs());
        forget();
    }

    /** What is beyond the retained count is forgotten, once a whole lot of it is. */
    private void forget() {
        if (records.size() - recordsForgotten - RECORDS_FORGOTTEN_AT_ONCE >= limits.transfersRetained()) {
            recordsForgotten += RECORDS_FORGOTTEN_AT_ONCE;
        }
        if (history.size() - changesForgotten - CHANGES_FORGOTTEN_AT_ONCE >= limits.historyRetained()) {
            changesForgotten += CHANGES_FORGOTTEN_AT_ONCE;
        }
    }

    // ----- commands -------------------------------------------------------------------------------------------------

    @Override
    public Answer apply(final int participantId, final Command command) {
        if (limits == null && !(command instanceof ConfigureCommand)) {
            return undecided(Result.NOT_CONFIGURED);
        }
        if (command instanceof TransferCommand transfer) {
            return applyTransfer(participantId, transfer);
        } else if (command instanceof AccountCommand account) {
            return applyAccount(participantId, account);
        } else if (command instanceof AccountActionCommand action) {
            return applyAction(participantId, action);
        } else if (command instanceof ParticipantCommand participant) {
            return applyParticipant(participantId, participant);
        } else if (command instanceof GrantCommand grant) {
            return applyGrant(participantId, grant);
        } else if (command instanceof ConfigureCommand configure) {
            return applyConfigure(participantId, configure);
        } else if (command instanceof AcceptClockCommand accept) {
            final int sender = checkOperator(participantId);
            return sender != Result.OK ? undecided(sender)
                : decided(accept.acceptedEpochNs() < nowNs ? Result.CLOCK_WOULD_GO_BACK : Result.OK);
        } else if (command instanceof RaiseRulesCommand raise) {
            return applyRaiseRules(participantId, raise);
        } else {
            sweep();
            return decided(Result.OK);
        }
    }

    private Answer undecided(final int result) {
        return new Answer(result, 0, 0, lastSequence, nowNs);
    }

    /** Decided with that code: takes the next sequence. */
    private Answer decided(final int result) {
        if (!Result.isDecided(result)) {
            return undecided(result);
        }
        lastSequence++;
        return new Answer(result, 0, 0, lastSequence, nowNs);
    }

    // ----- transfers ------------------------------------------------------------------------------------------------

    private Answer applyTransfer(final int participantId, final TransferCommand transfer) {
        final int contents = checkContents(transfer);
        if (contents != Result.OK) {
            return undecided(contents);
        }
        final int identity = checkIdentity(participantId, transfer);
        if (identity != Result.OK) {
            return undecided(identity);
        }
        final Remembered known = remembered.get(new NaiveHold.Key(participantId, transfer.id()));
        if (known != null) {
            return known.repeat();
        }
        final int room = checkRightsAndRoom(participantId, transfer);
        if (room != Result.OK) {
            return undecided(room);
        }
        final Verdict verdict = judge(participantId, transfer);
        lastSequence++;
        if (verdict.result == Result.OK) {
            perform(participantId, transfer, verdict.amount, lastSequence);
        }
        forget();
        return remember(participantId, transfer, new Answer(verdict.result, 0, verdict.outcomeAmount(), lastSequence, nowNs));
    }

    private Answer remember(final int participantId, final TransferCommand transfer, final Answer answer) {
        remembered.put(new NaiveHold.Key(participantId, transfer.id()), new Remembered(transfer, answer));
        return answer;
    }

    @Override
    public List<Answer> applyChain(final int participantId, final List<TransferCommand> members) {
        if (limits == null) {
            return Collections.nCopies(members.size(), undecided(Result.NOT_CONFIGURED));
        }
        final int[] codes = new int[members.size()];
        final Set<Id> ids = new HashSet<>();
        boolean undecided = false;
        int knownMembers = 0;
        for (int i = 0; i < codes.length && !undecided; i++) {
            final TransferCommand member = members.get(i);
            codes[i] = checkContents(member);
            if (codes[i] == Result.OK && !ids.add(member.id())) {
                codes[i] = Result.CHAIN_REPEATS_AN_ID;
            }
            if (codes[i] == Result.OK) {
                codes[i] = checkIdentity(participantId, member);
            }
            undecided = codes[i] != Result.OK;
            if (remembered.containsKey(new NaiveHold.Key(participantId, member.id()))) {
                knownMembers++;
            }
        }
        if (undecided) {
            return othersGet(codes, Result.CHAIN_MEMBER_NOT_DECIDED);
        }
        if (knownMembers > 0) {
            final List<Answer> answers = new ArrayList<>();
            for (final TransferCommand member : members) {
                final Remembered known = remembered.get(new NaiveHold.Key(participantId, member.id()));
                answers.add(known != null ? known.repeat() : undecided(Result.CHAIN_MEMBER_EXISTS));
            }
            return answers;
        }
        return applyNewChain(participantId, members, codes);
    }

    private List<Answer> othersGet(final int[] codes, final int othersCode) {
        final List<Answer> answers = new ArrayList<>();
        for (final int code : codes) {
            answers.add(undecided(code != Result.OK ? code : othersCode));
        }
        return answers;
    }

    private List<Answer> applyNewChain(final int participantId, final List<TransferCommand> members, final int[] codes) {
        final Map<Long, NaiveAccount> accountsBefore = new HashMap<>(accounts);
        final Map<NaiveHold.Key, NaiveHold> holdsBefore = new HashMap<>(openHolds);
        final TreeMap<NaiveHold.Due, NaiveHold> deadlinesBefore = new TreeMap<>(deadlines);
        final int recordsBefore = records.size();
        final int historyBefore = history.size();
        final long[] amounts = new long[codes.length];
        // Members of the chain see those before them as transfers that are known, so their answers are remembered at once.
        for (int i = 0; i < codes.length; i++) {
            final TransferCommand member = members.get(i);
            codes[i] = checkRightsAndRoom(participantId, member);
            if (codes[i] == Result.OK) {
                final Verdict verdict = judge(participantId, member);
                codes[i] = verdict.result;
                amounts[i] = verdict.outcomeAmount();
                if (codes[i] == Result.OK) {
                    final long sequence = lastSequence + 1 + i;
                    perform(participantId, member, verdict.amount, sequence);
                    remember(participantId, member, new Answer(Result.OK, 0, amounts[i], sequence, nowNs));
                    continue;
                }
            }
            accounts = accountsBefore;
            openHolds = holdsBefore;
            deadlines = deadlinesBefore;
            records.subList(recordsBefore, records.size()).clear();
            history.subList(historyBefore, history.size()).clear();
            closedHolds.keySet().removeAll(openHolds.keySet());
            members.forEach(m -> remembered.remove(new NaiveHold.Key(participantId, m.id())));
            members.forEach(m -> closedHolds.remove(new NaiveHold.Key(participantId, m.id())));
            if (!Result.isDecided(codes[i])) {
                return othersGet(codes, Result.CHAIN_MEMBER_NOT_DECIDED);
            }
            Arrays.fill(amounts, 0);
            for (int j = 0; j < codes.length; j++) {
                codes[j] = j == i ? codes[i] : Result.LINKED_TRANSFER_FAILED;
            }
            break;
        }
        final List<Answer> answers = new ArrayList<>();
        for (int i = 0; i < codes.length; i++) {
            lastSequence++;
            answers.add(remember(participantId, members.get(i), new Answer(codes[i], 0, amounts[i], lastSequence, nowNs)));
        }
        forget();
        return answers;
    }

    /** A: the contents alone. */
    private static int checkContents(final TransferCommand t) {
        final boolean pending = t.has(TransferFlags.PENDING);
        final boolean post = t.has(TransferFlags.POST);
        final boolean release = t.has(TransferFlags.VOID);
        final boolean increase = t.has(TransferFlags.INCREASE);
        final boolean extend = t.has(TransferFlags.EXTEND);
        final boolean balancing = t.has(TransferFlags.BALANCING_DEBIT | TransferFlags.BALANCING_CREDIT);
        final boolean closing = t.has(TransferFlags.CLOSING_DEBIT | TransferFlags.CLOSING_CREDIT);
        final int kinds = (pending ? 1 : 0) + (post ? 1 : 0) + (release ? 1 : 0) + (increase || extend ? 1 : 0);
        final BigInteger amount = unsigned(t.amountMinor());
        final boolean all = t.amountMinor() == TransferFlags.AMOUNT_ALL;
        if (t.id().isZero()) {
            return Result.ID_MUST_NOT_BE_ZERO;
        }
        if (t.id().isMax()) {
            return Result.ID_MUST_NOT_BE_MAX;
        }
        if (t.reserved() != 0 || t.has(~TransferFlags.REQUEST_MASK)) {
            return Result.RESERVED_MUST_BE_ZERO;
        }
        if (kinds > 1 || t.has(TransferFlags.FINAL) && !post || balancing && t.isOnHold() || closing && !pending) {
            return Result.FLAGS_ARE_MUTUALLY_EXCLUSIVE;
        }
        if (!t.isOnHold() && !t.pendingId().isZero()) {
            return Result.PENDING_ID_MUST_BE_ZERO;
        }
        if (t.isOnHold() && (t.pendingId().isZero() || t.pendingId().isMax())) {
            return Result.PENDING_ID_MUST_NOT_BE_ZERO;
        }
        if (t.isOnHold() && t.pendingId().equals(t.id())) {
            return Result.PENDING_ID_MUST_BE_DIFFERENT;
        }
        if (t.timeoutMs() != 0 && !pending && !extend) {
            return Result.TIMEOUT_MUST_BE_ZERO;
        }
        if (t.timeoutMs() == 0 && extend) {
            return Result.TIMEOUT_MUST_NOT_BE_ZERO;
        }
        if (!t.isOnHold() && t.debitAccountId() == 0) {
            return Result.DEBIT_ACCOUNT_ID_MUST_NOT_BE_ZERO;
        }
        if (!t.isOnHold() && t.creditAccountId() == 0) {
            return Result.CREDIT_ACCOUNT_ID_MUST_NOT_BE_ZERO;
        }
        if (t.debitAccountId() != 0 && t.debitAccountId() == t.creditAccountId()) {
            return Result.ACCOUNTS_MUST_BE_DIFFERENT;
        }
        if (amount.compareTo(MAX_AMOUNT) > 0 && !(all && (post || balancing))) {
            return Result.AMOUNT_OUT_OF_RANGE;
        }
        if (extend && !increase && amount.signum() != 0) {
            return Result.AMOUNT_MUST_BE_ZERO;
        }
        if (amount.signum() == 0 && !release && !(extend && !increase)) {
            return Result.AMOUNT_MUST_NOT_BE_ZERO;
        }
        if (!t.isOnHold() && t.ledger() == 0) {
            return Result.LEDGER_MUST_NOT_BE_ZERO;
        }
        if (!t.isOnHold() && t.code() == 0) {
            return Result.CODE_MUST_NOT_BE_ZERO;
        }
        return Result.OK;
    }

    /** B to D: the sender, the id's time, and the same id with other contents. E never happens here. */
    private int checkIdentity(final int participantId, final TransferCommand t) {
        final int sender = checkSender(participantId);
        if (sender != Result.OK) {
            return sender;
        }
        if (t.id().epochMs() > nowNs / NS_PER_MS + limits.idFutureToleranceMs()) {
            return Result.ID_IN_THE_FUTURE;
        }
        final Remembered known = remembered.get(new NaiveHold.Key(participantId, t.id()));
        if (known != null && !known.contents.equals(t)) {
            return Result.EXISTS_WITH_DIFFERENT_CONTENTS;
        }
        return Result.OK;
    }

    private int checkSender(final int participantId) {
        final ParticipantCommand participant = participants.get(participantId);
        if (participant == null) {
            return Result.PARTICIPANT_NOT_FOUND;
        }
        return (participant.roles() & Participants.ROLE_ACTIVE) == 0 ? Result.NOT_GRANTED : Result.OK;
    }

    private int checkOperator(final int participantId) {
        final int sender = checkSender(participantId);
        return sender == Result.OK && !isOperator(participantId) ? Result.NOT_GRANTED : sender;
    }

    private boolean isOperator(final int participantId) {
        final ParticipantCommand participant = participants.get(participantId);
        return participant != null && (participant.roles() & Participants.ROLE_OPERATOR) != 0;
    }

    /** F and G: rights on the debit account, and room for a hold. */
    private int checkRightsAndRoom(final int participantId, final TransferCommand t) {
        if (t.isOnHold()) {
            final NaiveHold hold = openHolds.get(new NaiveHold.Key(participantId, t.pendingId()));
            // A hold past its deadline is as good as swept.
            if (hold != null && hold.deadlineNs() > nowNs && !mayDebit(participantId, hold.contents().debitAccountId())) {
                return Result.NOT_GRANTED;
            }
            return Result.OK;
        }
        if (!mayDebit(participantId, t.debitAccountId())) {
            return Result.NOT_GRANTED;
        }
        if (t.has(TransferFlags.PENDING) && openHolds.size() >= limits.holdCapacity()) {
            return Result.HOLD_CAPACITY_REACHED;
        }
        return Result.OK;
    }

    private boolean mayDebit(final int participantId, final long accountId) {
        return holds(participantId, accountId, Participants.RIGHT_DEBIT);
    }

    /** True if the participant may read that account, whether it exists or not. */
    public boolean mayRead(final int participantId, final long accountId) {
        return holds(participantId, accountId, Participants.RIGHT_READ | Participants.RIGHT_DEBIT);
    }

    private boolean holds(final int participantId, final long accountId, final int anyOfRights) {
        if (isOperator(participantId)) {
            return true;
        }
        for (final GrantCommand grant : grants.getOrDefault(participantId, List.of())) {
            if ((grant.rights() & anyOfRights) != 0 && matches(grant, accountId)) {
                return true;
            }
        }
        return false;
    }

    private boolean matches(final GrantCommand grant, final long accountId) {
        final NaiveAccount account = accounts.get(accountId);
        // The ledger of an account that does not exist is not known, and so cannot speak against the grant.
        if (grant.ledger() != 0 && account != null && account.contents().ledger() != grant.ledger()) {
            return false;
        }
        return switch (grant.kind()) {
            case Participants.GRANT_ACCOUNT -> grant.fromValue() == accountId;
            case Participants.GRANT_RANGE -> unsigned(grant.fromValue()).compareTo(unsigned(accountId)) <= 0
                && unsigned(accountId).compareTo(unsigned(grant.toValue())) <= 0;
            default -> account != null && account.contents().code() == grant.fromValue();
        };
    }

    /** H: the rules that depend on the state. */
    private Verdict judge(final int participantId, final TransferCommand t) {
        return t.isOnHold() ? judgeOnHold(participantId, t) : judgeNew(t);
    }

    private Verdict judgeOnHold(final int participantId, final TransferCommand t) {
        final NaiveHold.Key key = new NaiveHold.Key(participantId, t.pendingId());
        final NaiveHold hold = openHolds.get(key);
        if (hold == null) {
            return refuse(judgeMissingHold(key));
        }
        final TransferCommand original = hold.contents();
        if (hold.deadlineNs() <= nowNs) {
            return refuse(Result.PENDING_TRANSFER_EXPIRED);
        }
        if (t.debitAccountId() != 0 && t.debitAccountId() != original.debitAccountId()) {
            return refuse(Result.PENDING_TRANSFER_HAS_DIFFERENT_DEBIT_ACCOUNT);
        }
        if (t.creditAccountId() != 0 && t.creditAccountId() != original.creditAccountId()) {
            return refuse(Result.PENDING_TRANSFER_HAS_DIFFERENT_CREDIT_ACCOUNT);
        }
        if (t.ledger() != 0 && t.ledger() != original.ledger()) {
            return refuse(Result.PENDING_TRANSFER_HAS_DIFFERENT_LEDGER);
        }
        if (t.code() != 0 && t.code() != original.code()) {
            return refuse(Result.PENDING_TRANSFER_HAS_DIFFERENT_CODE);
        }
        final boolean everything = t.has(TransferFlags.POST) && t.amountMinor() == TransferFlags.AMOUNT_ALL
            || t.has(TransferFlags.VOID) && t.amountMinor() == 0;
        final BigInteger amount = everything ? hold.left() : unsigned(t.amountMinor());
        if (t.has(TransferFlags.POST | TransferFlags.VOID) && amount.compareTo(hold.left()) > 0) {
            return refuse(Result.EXCEEDS_PENDING_TRANSFER_AMOUNT);
        }
        final NaiveAccount debit = accounts.get(original.debitAccountId());
        final NaiveAccount credit = accounts.get(original.creditAccountId());
        final boolean release = t.has(TransferFlags.VOID);
        final boolean post = t.has(TransferFlags.POST);
        final boolean increase = t.has(TransferFlags.INCREASE);
        if (debit.isClosed() && !release && !(post && original.has(TransferFlags.CLOSING_DEBIT))) {
            return refuse(Result.DEBIT_ACCOUNT_CLOSED);
        }
        if (credit.isClosed() && !release && !(post && original.has(TransferFlags.CLOSING_CREDIT))) {
            return refuse(Result.CREDIT_ACCOUNT_CLOSED);
        }
        if (increase && debit.has(AccountFlags.FROZEN_DEBITS)) {
            return refuse(Result.DEBIT_ACCOUNT_FROZEN);
        }
        if (increase && credit.has(AccountFlags.FROZEN_CREDITS)) {
            return refuse(Result.CREDIT_ACCOUNT_FROZEN);
        }
        if (increase) {
            final int overflow = checkSums(debit, credit, amount, true);
            if (overflow != Result.OK) {
                return refuse(overflow);
            }
        }
        if (t.has(TransferFlags.EXTEND) && deadline(t).compareTo(MAX_AMOUNT) > 0) {
            return refuse(Result.OVERFLOWS_TIMEOUT);
        }
        if (increase) {
            final int limit = checkLimits(debit, credit, amount);
            if (limit != Result.OK) {
                return refuse(limit);
            }
        }
        return new Verdict(Result.OK, amount);
    }

    private int judgeMissingHold(final NaiveHold.Key key) {
        final Remembered known = remembered.get(key);
        if (known == null || known.answer.result() != Result.OK) {
            return Result.PENDING_TRANSFER_NOT_FOUND;
        }
        if (!isRecordInMemory(key)) {
            return Result.PENDING_TRANSFER_CLOSED;
        }
        return switch (closedHolds.getOrDefault(key, OutcomeFlags.HOLD_NONE)) {
            case OutcomeFlags.HOLD_POSTED -> Result.PENDING_TRANSFER_ALREADY_POSTED;
            case OutcomeFlags.HOLD_VOIDED -> Result.PENDING_TRANSFER_ALREADY_VOIDED;
            case OutcomeFlags.HOLD_EXPIRED -> Result.PENDING_TRANSFER_EXPIRED;
            default -> Result.PENDING_TRANSFER_NOT_PENDING;
        };
    }

    private Verdict judgeNew(final TransferCommand t) {
        final NaiveAccount debit = accounts.get(t.debitAccountId());
        final NaiveAccount credit = accounts.get(t.creditAccountId());
        final boolean pending = t.has(TransferFlags.PENDING);
        if (debit == null) {
            return refuse(Result.DEBIT_ACCOUNT_NOT_FOUND);
        }
        if (credit == null) {
            return refuse(Result.CREDIT_ACCOUNT_NOT_FOUND);
        }
        if (debit.contents().ledger() != credit.contents().ledger()) {
            return refuse(Result.ACCOUNTS_MUST_HAVE_THE_SAME_LEDGER);
        }
        if (t.ledger() != debit.contents().ledger()) {
            return refuse(Result.TRANSFER_MUST_HAVE_THE_SAME_LEDGER_AS_ACCOUNTS);
        }
        if (debit.isClosed()) {
            return refuse(Result.DEBIT_ACCOUNT_CLOSED);
        }
        if (credit.isClosed()) {
            return refuse(Result.CREDIT_ACCOUNT_CLOSED);
        }
        if (debit.has(AccountFlags.FROZEN_DEBITS)) {
            return refuse(Result.DEBIT_ACCOUNT_FROZEN);
        }
        if (credit.has(AccountFlags.FROZEN_CREDITS)) {
            return refuse(Result.CREDIT_ACCOUNT_FROZEN);
        }
        BigInteger amount = unsigned(t.amountMinor());
        if (t.has(TransferFlags.BALANCING_DEBIT)) {
            final BigInteger available = debit.creditsPosted().subtract(debit.debits());
            if (available.signum() <= 0) {
                return refuse(Result.EXCEEDS_CREDITS);
            }
            amount = amount.min(available);
        }
        if (t.has(TransferFlags.BALANCING_CREDIT)) {
            final BigInteger available = credit.debitsPosted().subtract(credit.credits());
            if (available.signum() <= 0) {
                return refuse(Result.EXCEEDS_DEBITS);
            }
            amount = amount.min(available);
        }
        final int overflow = checkSums(debit, credit, amount, pending);
        if (overflow != Result.OK) {
            return refuse(overflow);
        }
        if (deadline(t).compareTo(MAX_AMOUNT) > 0) {
            return refuse(Result.OVERFLOWS_TIMEOUT);
        }
        final int limit = checkLimits(debit, credit, amount);
        return limit != Result.OK ? refuse(limit) : new Verdict(Result.OK, amount);
    }

    private static int checkSums(final NaiveAccount debit, final NaiveAccount credit, final BigInteger amount,
                                 final boolean pending) {
        if (pending && overflows(debit.debitsPending(), amount)) {
            return Result.OVERFLOWS_DEBITS_PENDING;
        }
        if (pending && overflows(credit.creditsPending(), amount)) {
            return Result.OVERFLOWS_CREDITS_PENDING;
        }
        if (!pending && overflows(debit.debitsPosted(), amount)) {
            return Result.OVERFLOWS_DEBITS_POSTED;
        }
        if (!pending && overflows(credit.creditsPosted(), amount)) {
            return Result.OVERFLOWS_CREDITS_POSTED;
        }
        if (overflows(debit.debits(), amount)) {
            return Result.OVERFLOWS_DEBITS;
        }
        return overflows(credit.credits(), amount) ? Result.OVERFLOWS_CREDITS : Result.OK;
    }

    private static boolean overflows(final BigInteger sum, final BigInteger amount) {
        return sum.add(amount).compareTo(MAX_AMOUNT) > 0;
    }

    private static int checkLimits(final NaiveAccount debit, final NaiveAccount credit, final BigInteger amount) {
        if (debit.has(AccountFlags.DEBITS_MUST_NOT_EXCEED_CREDITS)
            && debit.debits().add(amount).compareTo(debit.creditsPosted()) > 0) {
            return Result.EXCEEDS_CREDITS;
        }
        if (credit.has(AccountFlags.CREDITS_MUST_NOT_EXCEED_DEBITS)
            && credit.credits().add(amount).compareTo(credit.debitsPosted()) > 0) {
            return Result.EXCEEDS_DEBITS;
        }
        return Result.OK;
    }

    private BigInteger deadline(final TransferCommand t) {
        return BigInteger.valueOf(nowNs).add(BigInteger.valueOf(t.timeoutMs()).multiply(BigInteger.valueOf(NS_PER_MS)));
    }

    // ----- effects --------------------------------------------------------------------------------------------------

    private void perform(final int participantId, final TransferCommand t, final BigInteger amount, final long sequence) {
        final NaiveHold hold = openHolds.get(new NaiveHold.Key(participantId, t.pendingId()));
        final TransferCommand base = t.isOnHold() ? hold.contents() : t;
        final BigInteger none = BigInteger.ZERO;
        if (t.has(TransferFlags.PENDING)) {
            move(t, none, amount);
            final NaiveHold.Key key = new NaiveHold.Key(participantId, t.id());
            final long deadlineNs = t.timeoutMs() == 0 ? NaiveHold.NEVER : deadline(t).longValueExact();
            putHold(new NaiveHold(key, t, amount, deadlineNs, sequence));
            setClosed(t.debitAccountId(), t.has(TransferFlags.CLOSING_DEBIT), true);
            setClosed(t.creditAccountId(), t.has(TransferFlags.CLOSING_CREDIT), true);
        } else if (t.has(TransferFlags.POST)) {
            move(base, amount, amount.negate());
            final BigInteger left = hold.left().subtract(amount);
            if (left.signum() == 0 || t.has(TransferFlags.FINAL)) {
                move(base, none, left.negate());
                closeHold(hold, OutcomeFlags.HOLD_POSTED);
            } else {
                putHold(hold.withLeft(left));
            }
        } else if (t.has(TransferFlags.VOID)) {
            if (amount.equals(hold.left())) {
                release(hold, amount, OutcomeFlags.HOLD_VOIDED);
            } else {
                move(base, none, amount.negate());
                putHold(hold.withLeft(hold.left().subtract(amount)));
            }
        } else if (t.isOnHold()) {
            NaiveHold changed = hold;
            if (t.has(TransferFlags.INCREASE)) {
                move(base, none, amount);
                changed = changed.withLeft(hold.left().add(amount));
            }
            if (t.has(TransferFlags.EXTEND)) {
                changed = changed.withDeadline(deadline(t).longValueExact());
            }
            removeHold(hold);
            putHold(changed);
        } else {
            move(t, amount, none);
        }
        records.add(new Entry(participantId, t.debit(base.debitAccountId()).credit(base.creditAccountId())
            .ledger(base.ledger()).code(base.code()).amount(amount.longValueExact()), sequence, nowNs));
        if (amount.signum() != 0) {
            noteChange(base, sequence, nowNs);
        }
    }

    private void move(final TransferCommand accountsOf, final BigInteger posted, final BigInteger pending) {
        accounts.computeIfPresent(accountsOf.debitAccountId(), (id, account) -> account.plusDebits(posted, pending));
        accounts.computeIfPresent(accountsOf.creditAccountId(), (id, account) -> account.plusCredits(posted, pending));
    }

    private void setClosed(final long accountId, final boolean concerned, final boolean closed) {
        if (concerned) {
            final NaiveAccount account = accounts.get(accountId);
            accounts.put(accountId, account.withFlags(closed ? account.flags() | AccountFlags.CLOSED
                : account.flags() & ~AccountFlags.CLOSED));
        }
    }

    /** Gives back all that is left; what the hold closed opens again. */
    private void release(final NaiveHold hold, final BigInteger left, final int state) {
        move(hold.contents(), BigInteger.ZERO, left.negate());
        setClosed(hold.contents().debitAccountId(), hold.contents().has(TransferFlags.CLOSING_DEBIT), false);
        setClosed(hold.contents().creditAccountId(), hold.contents().has(TransferFlags.CLOSING_CREDIT), false);
        closeHold(hold, state);
    }

    private void closeHold(final NaiveHold hold, final int state) {
        removeHold(hold);
        closedHolds.put(hold.key(), state);
    }

    private void putHold(final NaiveHold hold) {
        openHolds.put(hold.key(), hold);
        if (hold.expires()) {
            deadlines.put(hold.due(), hold);
        }
    }

    private void removeHold(final NaiveHold hold) {
        openHolds.remove(hold.key());
        deadlines.remove(hold.due());
    }

    private void noteChange(final TransferCommand base, final long sequence, final long timestampNs) {
        for (final long accountId : new long[] {base.debitAccountId(), base.creditAccountId()}) {
            final NaiveAccount account = accounts.get(accountId);
            if (account.has(AccountFlags.HISTORY)) {
                final AccountView view = account.view();
                history.add(new Change(accountId, new BalanceView(sequence, timestampNs, view.debitsPosted(),
                    view.debitsPending(), view.creditsPosted(), view.creditsPending())));
            }
        }
    }

    // ----- accounts and administration ------------------------------------------------------------------------------

    private Answer applyAccount(final int participantId, final AccountCommand a) {
        final int contents = checkAccountContents(a);
        if (contents != Result.OK) {
            return undecided(contents);
        }
        final int sender = checkOperator(participantId);
        if (sender != Result.OK) {
            return undecided(sender);
        }
        // The answer to a repeat has the first one's time; its sequence is not kept with 50 million accounts.
        final NaiveAccount existing = accounts.get(a.id());
        if (existing != null) {
            return existing.contents().equals(a)
                ? new Answer(Result.OK, OutcomeFlags.REPEATED, 0, lastSequence, existing.createdNs())
                : decided(Result.ACCOUNT_EXISTS_WITH_DIFFERENT_CONTENTS);
        }
        if (accounts.size() >= limits.accountCapacity()) {
            return undecided(Result.ACCOUNT_CAPACITY_REACHED);
        }
        final Set<Long> ledgers = new HashSet<>();
        accounts.values().forEach(account -> ledgers.add(account.contents().ledger()));
        if (ledgers.size() >= MAX_LEDGERS && !ledgers.contains(a.ledger())) {
            return undecided(Result.LEDGER_CAPACITY_REACHED);
        }
        final Answer answer = decided(Result.OK);
        accounts.put(a.id(), NaiveAccount.created(a, nowNs));
        return answer;
    }

    private static int checkAccountContents(final AccountCommand a) {
        final int bothLimits = AccountFlags.DEBITS_MUST_NOT_EXCEED_CREDITS | AccountFlags.CREDITS_MUST_NOT_EXCEED_DEBITS;
        if (a.id() == 0) {
            return Result.ID_MUST_NOT_BE_ZERO;
        }
        if (a.id() == -1) {
            return Result.ID_MUST_NOT_BE_MAX;
        }
        if ((a.flags() & ~AccountFlags.REQUEST_MASK) != 0) {
            return Result.RESERVED_MUST_BE_ZERO;
        }
        if ((a.flags() & bothLimits) == bothLimits) {
            return Result.FLAGS_ARE_MUTUALLY_EXCLUSIVE;
        }
        if (a.ledger() == 0) {
            return Result.LEDGER_MUST_NOT_BE_ZERO;
        }
        return a.code() == 0 ? Result.CODE_MUST_NOT_BE_ZERO : Result.OK;
    }

    private Answer applyAction(final int participantId, final AccountActionCommand a) {
        final boolean close = a.action() == AccountFlags.ACTION_CLOSE;
        final boolean freeze = a.action() == AccountFlags.ACTION_FREEZE;
        final int bothSides = AccountFlags.SIDE_DEBITS | AccountFlags.SIDE_CREDITS;
        if (!close && !freeze && a.action() != AccountFlags.ACTION_UNFREEZE) {
            return undecided(Result.MALFORMED_COMMAND);
        }
        if (close ? a.sides() != 0 : a.sides() == 0 || (a.sides() & ~bothSides) != 0) {
            return undecided(Result.MALFORMED_COMMAND);
        }
        if (a.reserved() != 0) {
            return undecided(Result.RESERVED_MUST_BE_ZERO);
        }
        final int sender = checkOperator(participantId);
        if (sender != Result.OK) {
            return undecided(sender);
        }
        final NaiveAccount account = accounts.get(a.accountId());
        if (account == null) {
            return decided(Result.ACCOUNT_NOT_FOUND);
        }
        if (account.isClosed()) {
            return decided(Result.ACCOUNT_ALREADY_CLOSED);
        }
        if (close && (account.debitsPending().signum() != 0 || account.creditsPending().signum() != 0)) {
            return decided(Result.ACCOUNT_HAS_HOLDS);
        }
        if (close && !account.debitsPosted().equals(account.creditsPosted())) {
            return decided(Result.ACCOUNT_HAS_A_BALANCE);
        }
        final int sides = ((a.sides() & AccountFlags.SIDE_DEBITS) != 0 ? AccountFlags.FROZEN_DEBITS : 0)
            | ((a.sides() & AccountFlags.SIDE_CREDITS) != 0 ? AccountFlags.FROZEN_CREDITS : 0);
        final int flags = close ? account.flags() | AccountFlags.CLOSED
            : freeze ? account.flags() | sides : account.flags() & ~sides;
        accounts.put(a.accountId(), account.withFlags(flags));
        return decided(Result.OK);
    }

    private Answer applyParticipant(final int senderId, final ParticipantCommand p) {
        final int roles = Participants.ROLE_OPERATOR | Participants.ROLE_ACTIVE | Participants.ROLE_STANDBY;
        if (p.participantId() < 1 || p.participantId() > Participants.MAX_ID || !isCode(p.code())) {
            return undecided(Result.MALFORMED_COMMAND);
        }
        if ((p.roles() & ~roles) != 0) {
            return undecided(Result.RESERVED_MUST_BE_ZERO);
        }
        final int sender = senderId == Participants.SYSTEM ? Result.OK : checkOperator(senderId);
        if (sender != Result.OK) {
            return undecided(sender);
        }
        final int id = (int) p.participantId();
        if (participants.size() >= MAX_PARTICIPANTS && !participants.containsKey(id)) {
            return undecided(Result.PARTICIPANT_CAPACITY_REACHED);
        }
        BigInteger capacity = unsigned(p.idCapacity());
        boolean codeTaken = false;
        for (final ParticipantCommand other : participants.values()) {
            if (other.participantId() != p.participantId()) {
                capacity = capacity.add(unsigned(other.idCapacity()));
                codeTaken |= other.code().equals(p.code());
            }
        }
        if (capacity.compareTo(unsigned(limits.idCapacity())) > 0) {
            return undecided(Result.ID_CAPACITY_REACHED);
        }
        if (unsigned(p.idCapacity()).compareTo(BigInteger.valueOf(MIN_ID_CAPACITY)) < 0) {
            return undecided(Result.LIMIT_OUT_OF_RANGE);
        }
        if (codeTaken) {
            return decided(Result.PARTICIPANT_CODE_TAKEN);
        }
        participants.put(id, p);
        return decided(Result.OK);
    }

    private static boolean isCode(final String code) {
        return !code.isEmpty() && code.chars().allMatch(c -> c > ' ' && c < 0x7F);
    }

    private Answer applyGrant(final int senderId, final GrantCommand g) {
        final int rights = Participants.RIGHT_READ | Participants.RIGHT_DEBIT;
        final boolean range = g.kind() == Participants.GRANT_RANGE;
        final boolean badValues = range ? unsigned(g.fromValue()).compareTo(unsigned(g.toValue())) > 0 : g.toValue() != 0;
        if (g.kind() < Participants.GRANT_ACCOUNT || g.kind() > Participants.GRANT_CODE || badValues
            || g.rights() == 0 || (g.rights() & ~rights) != 0) {
            return undecided(Result.MALFORMED_COMMAND);
        }
        if (g.reserved() != 0) {
            return undecided(Result.RESERVED_MUST_BE_ZERO);
        }
        final int sender = checkOperator(senderId);
        if (sender != Result.OK) {
            return undecided(sender);
        }
        if (g.participantId() > Participants.MAX_ID || !participants.containsKey((int) g.participantId())) {
            return undecided(Result.PARTICIPANT_NOT_FOUND);
        }
        final List<GrantCommand> held = grants.computeIfAbsent((int) g.participantId(), id -> new ArrayList<>());
        // DEBIT includes READ: with and without it is the same grant.
        final GrantCommand grant = (g.rights() & Participants.RIGHT_DEBIT) != 0 ? g.put().rights(rights) : g.put();
        if (g.remove()) {
            return decided(held.remove(grant) ? Result.OK : Result.GRANT_NOT_FOUND);
        }
        if (!held.contains(grant)) {
            if (held.size() >= MAX_GRANTS) {
                return undecided(Result.GRANT_CAPACITY_REACHED);
            }
            held.add(grant);
        }
        return decided(Result.OK);
    }

    private Answer applyConfigure(final int senderId, final ConfigureCommand c) {
        if (senderId != Participants.SYSTEM) {
            final int sender = checkOperator(senderId);
            if (sender != Result.OK) {
                return undecided(sender);
            }
        }
        if (c.accountCapacity() == 0 || c.idCapacity() == 0 || c.holdCapacity() == 0 || c.transfersRetained() == 0
            || c.sweepLimit() == 0 || c.maxChain() == 0) {
            return undecided(Result.LIMIT_OUT_OF_RANGE);
        }
        limits = c;
        return decided(Result.OK);
    }

    private Answer applyRaiseRules(final int senderId, final RaiseRulesCommand r) {
        if (r.reserved() != 0) {
            return undecided(Result.RESERVED_MUST_BE_ZERO);
        }
        final int sender = checkOperator(senderId);
        if (sender != Result.OK) {
            return undecided(sender);
        }
        if (r.rulesVersion() > NEWEST_RULES) {
            return undecided(Result.RULES_VERSION_UNKNOWN);
        }
        if (r.rulesVersion() < rulesVersion) {
            return decided(Result.RULES_VERSION_WOULD_GO_BACK);
        }
        rulesVersion = (int) r.rulesVersion();
        return decided(Result.OK);
    }

    // ----- what can be asked ----------------------------------------------------------------------------------------

    @Override
    public long lastSequence() {
        return lastSequence;
    }

    public long nowNs() {
        return nowNs;
    }

    public int sweptInEntry() {
        return sweptInEntry;
    }

    public ConfigureCommand limits() {
        return limits;
    }

    public long nextDeadlineNs() {
        return deadlines.isEmpty() ? Long.MAX_VALUE : deadlines.firstKey().deadlineNs();
    }

    public Collection<Long> accountIds() {
        return accounts.keySet();
    }

    public int accountCount() {
        return accounts.size();
    }

    /** The open holds in the order in which they were made. */
    List<NaiveHold.Key> openHoldKeys() {
        return openHolds.values().stream().sorted(Comparator.comparingLong(NaiveHold::sequence)).map(NaiveHold::key).toList();
    }

    public int openHoldCount() {
        return openHolds.size();
    }

    public int rememberedCount() {
        return remembered.size();
    }

    public int participantCount() {
        return participants.size();
    }

    /** What the participant sees of that account. */
    public AccountView account(final int participantId, final long accountId) {
        if (!mayRead(participantId, accountId)) {
            return AccountView.none(accountId, Result.NOT_GRANTED);
        }
        final NaiveAccount account = accounts.get(accountId);
        return account == null ? AccountView.none(accountId, Result.ACCOUNT_NOT_FOUND) : account.view();
    }

    /** What is left of an open hold, or null. */
    public BigInteger left(final int participantId, final Id id) {
        final NaiveHold hold = openHolds.get(new NaiveHold.Key(participantId, id));
        return hold == null ? null : hold.left();
    }

    /** The contents of an open hold, or null. */
    public TransferCommand openHold(final int participantId, final Id id) {
        final NaiveHold hold = openHolds.get(new NaiveHold.Key(participantId, id));
        return hold == null ? null : hold.contents();
    }

    /** Look-up of a participant's own transfer. For one that is not applied and in memory only id and state are set. */
    public TransferView transfer(final int participantId, final Id id) {
        final NaiveHold.Key key = new NaiveHold.Key(participantId, id);
        final Remembered known = remembered.get(key);
        if (known == null) {
            return outline(participantId, id, 0, 0, 0, Result.OK, OutcomeFlags.LOOKUP_UNKNOWN);
        }
        final Answer answer = known.answer;
        if (answer.result() != Result.OK) {
            return outline(participantId, id, answer.sequence(), answer.timestampNs(), 0, answer.result(),
                OutcomeFlags.LOOKUP_REFUSED);
        }
        for (int i = recordsForgotten; i < records.size(); i++) {
            final Entry entry = records.get(i);
            if (entry.sequence == answer.sequence() && !entry.contents.has(TransferFlags.EXPIRY)) {
                return view(entry);
            }
        }
        return outline(participantId, id, answer.sequence(), answer.timestampNs(), answer.amountMinor(), Result.OK,
            OutcomeFlags.LOOKUP_APPLIED_RECORD_FORGOTTEN);
    }

    private static TransferView outline(final int participantId, final Id id, final long sequence, final long timestampNs,
                                        final long amountMinor, final int result, final int lookup) {
        return new TransferView(id, 0, 0, amountMinor, Id.ZERO, Id.ZERO, 0, sequence, timestampNs, 0, 0, 0, 0, result, lookup,
            OutcomeFlags.HOLD_NONE, participantId);
    }

    /** All transfers of an account that memory keeps, newest first. */
    public List<TransferView> accountTransfers(final long accountId) {
        final List<TransferView> views = new ArrayList<>();
        for (int i = records.size() - 1; i >= recordsForgotten; i--) {
            final TransferCommand contents = records.get(i).contents;
            if (contents.debitAccountId() == accountId || contents.creditAccountId() == accountId) {
                views.add(view(records.get(i)));
            }
        }
        return views;
    }

    /** The balance history of an account that memory keeps, newest first. */
    public List<BalanceView> accountHistory(final long accountId) {
        final List<BalanceView> views = new ArrayList<>();
        for (int i = history.size() - 1; i >= changesForgotten; i--) {
            if (history.get(i).accountId == accountId) {
                views.add(history.get(i).balances);
            }
        }
        return views;
    }

    /** Sums of a ledger: debits posted, debits pending, credits posted, credits pending, count of accounts. */
    public List<BigInteger> totals(final long ledger) {
        BigInteger debitsPosted = BigInteger.ZERO;
        BigInteger debitsPending = BigInteger.ZERO;
        BigInteger creditsPosted = BigInteger.ZERO;
        BigInteger creditsPending = BigInteger.ZERO;
        int count = 0;
        for (final NaiveAccount account : accounts.values()) {
            if (account.contents().ledger() == ledger) {
                debitsPosted = debitsPosted.add(account.debitsPosted());
                debitsPending = debitsPending.add(account.debitsPending());
                creditsPosted = creditsPosted.add(account.creditsPosted());
                creditsPending = creditsPending.add(account.creditsPending());
                count++;
            }
        }
        return List.of(debitsPosted, debitsPending, creditsPosted, creditsPending, BigInteger.valueOf(count));
    }

    /** Transfers applied so far, expiries included, forgotten or not. */
    public int recordCount() {
        return records.size();
    }

    private TransferView view(final Entry entry) {
        final TransferCommand t = entry.contents;
        final NaiveHold.Key key = new NaiveHold.Key(entry.participantId, t.id());
        final int holdState = !t.has(TransferFlags.PENDING) ? OutcomeFlags.HOLD_NONE
            : closedHolds.getOrDefault(key, OutcomeFlags.HOLD_OPEN);
        return new TransferView(t.id(), t.debitAccountId(), t.creditAccountId(), t.amountMinor(), t.pendingId(),
            t.userData128(), t.userData64(), entry.sequence, entry.timestampNs, t.timeoutMs(), t.ledger(), t.code(), t.flags(),
            Result.OK, OutcomeFlags.LOOKUP_APPLIED, holdState, entry.participantId);
    }

    private boolean isRecordInMemory(final NaiveHold.Key key) {
        final long sequence = remembered.get(key).answer.sequence();
        if (recordsForgotten == 0) {
            return true;
        }
        // Expiries share the sequence of the command before them, but stand behind it.
        final Entry oldest = records.get(recordsForgotten);
        return sequence > oldest.sequence || sequence == oldest.sequence && !oldest.contents.has(TransferFlags.EXPIRY);
    }

    private static Verdict refuse(final int result) {
        return new Verdict(result, BigInteger.ZERO);
    }

    private static BigInteger unsigned(final long value) {
        return new BigInteger(Long.toUnsignedString(value));
    }

    private record Verdict(int result, BigInteger amount) {
        long outcomeAmount() {
            return amount.longValueExact();
        }
    }

    private record Remembered(TransferCommand contents, Answer answer) {
        Answer repeat() {
            return new Answer(answer.result(), OutcomeFlags.REPEATED, answer.amountMinor(), answer.sequence(),
                answer.timestampNs());
        }
    }

    private record Entry(int participantId, TransferCommand contents, long sequence, long timestampNs) {
    }

    private record Change(long accountId, BalanceView balances) {
    }
}
