package io.daybreak.model.payment;

import io.daybreak.protocol.CardStatus;
import io.daybreak.protocol.ExceptionReason;
import io.daybreak.protocol.InstitutionRights;
import io.daybreak.protocol.PaymentChannel;
import io.daybreak.protocol.PaymentOperation;
import io.daybreak.protocol.PinState;
import io.daybreak.protocol.Result;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What payments do to balances, limits, totals and items, as docs/iso8583.md says it: records in lists, searched from the
 * newest. Nothing is forgotten; the traffic keeps away from the edges of the windows, where the switch may forget at its
 * leisure. Amounts are minor units, times epoch nanoseconds. One thread.
 */
public final class NaivePayments {
    private static final long NS_PER_MS = 1_000_000L;
    private static final long IDENTITY_WINDOW_NS = 86_400_000L * NS_PER_MS;
    private static final long FUTURE_NS = 600_000L * NS_PER_MS;
    private static final long REVERSAL_WINDOW_NS = 7 * IDENTITY_WINDOW_NS;
    private static final long REFUND_WINDOW_NS = 180 * IDENTITY_WINDOW_NS;
    /** That of holds, and of reversals behind it. */
    private static final long COMPLETION_WINDOW_NS = PaymentTown.HOLD_MS * NS_PER_MS + REVERSAL_WINDOW_NS;
    private static final int MAX_WAITERS = 8;
    private static final int PIN_TRIES = 3;

    /** A fee by category: basis points, fixed part, bounds, and by how many thousandths a completion may exceed its hold. */
    record Fee(int basisPoints, long fixed, long minimum, long maximum, int tolerance) {
        static final Fee NONE = new Fee(0, 0, 0, 0, 0);

        long of(final long amount) {
            return Math.min(amount, Math.max(minimum, Math.min(maximum, (amount * basisPoints + 5_000) / 10_000 + fixed)));
        }
    }

    /** A row of a tier. */
    record Tier(long perPayment, long perDay, long perMonth, long perYear, long ceiling, long countDay, long countMonth, long countYear) {
        long sum(final int kind) {
            return kind == 0 ? perDay : kind == 1 ? perMonth : perYear;
        }

        long count(final int kind) {
            return kind == 0 ? countDay : kind == 1 ? countMonth : countYear;
        }
    }

    static final class Account {
        long debits;
        long debitsPending;
        long credits;
        long creditsPending;
        boolean frozenDebits;
        final boolean limited;

        Account(final boolean limited) {
            this.limited = limited;
        }

        long available() {
            return limited ? credits - debits - debitsPending : Long.MAX_VALUE / 4;
        }

        @Override
        public String toString() {
            return debits + "/" + debitsPending + "/" + credits + "/" + creditsPending;
        }
    }

    static final class Wallet {
        final long id;
        final long accountId;
        final int currency;
        final int tierId;
        final int zoneMinutes;

        Wallet(final long id, final long accountId, final int currency, final int tierId, final int zoneMinutes) {
            this.id = id;
            this.accountId = accountId;
            this.currency = currency;
            this.tierId = tierId;
            this.zoneMinutes = zoneMinutes;
        }
    }

    static final class Card {
        final Wallet wallet;
        final int expiry;
        final int status;
        boolean negative;
        int pinTries;

        Card(final Wallet wallet, final int expiry, final int status) {
            this.wallet = wallet;
            this.expiry = expiry;
            this.status = status;
        }
    }

    record Merchant(long accountId, int mcc, boolean active) {
    }

    record Institution(int participant, long settlement, long exception, long operations, int rights) {
    }

    /** A business group's dates. */
    private int openDate = 20_261_123;
    private int previousDate;
    private long previousClosesNs;

    /** One message that was decided, and what has become of it. */
    static final class Payment {
        Message m;
        long atNs;
        int result;
        int date;
        Said said;
        /** Told by the switch: DE 38 and 37 of the first answer. */
        String approvalCode = "";
        String rrn = "";
        /** Approved: DE 4, or less. */
        long amount;
        /** Payer and receiver of the postings; 0: nothing was posted. */
        long payer;
        long receiver;
        /** What the payer itself paid; the acquirer's exception account paid the rest. */
        long fromPayer;
        /** Of a completion: what of it came from the hold. */
        long fromHold;
        /** A refund's part that the settlement account lent the merchant. */
        long funded;
        boolean fundedByException;
        Fee fee = Fee.NONE;
        /** What the fee was reckoned on. */
        long feeBase;
        Wallet wallet;
        /** Authorisation: what is held still, and whether the hold is open. */
        long held;
        /** Authorisation: all that was authorised, increments included, less what was reversed. */
        long authorised;
        boolean open;
        boolean expired;
        long deadlineNs;
        /** What was moved for good, undone by reversals, and refunded. Of an authorisation: by its completions. */
        long captured;
        long undone;
        long refunded;
        /** An authorisation of which something was released by a reversal in full. */
        boolean reversed;
        /** Completion, increment: the authorisation. Refund: the original. */
        Payment root;
        int limitsCount;
        boolean waits;
        boolean routed;
        List<long[]> waiters = new ArrayList<>();

        boolean isDeclined() {
            return !Said.isApproval(result) && result != Result.AWAITING_ISSUER;
        }

        long left() {
            return captured - undone - refunded;
        }
    }

    /** A reconciliation that was answered. */
    record Reconciled(int result, int date, NaiveTotals.Sums sums) {
    }

    /** An item for a person. */
    record Item(int reason, long amount, long institution, int stan) {
    }

    /** An answer that comes later. */
    record Deferred(long link, long correlation, Said said) {
    }

    private final TreeMap<Long, Account> accounts = new TreeMap<>();
    private final Map<Long, Wallet> wallets = new HashMap<>();
    private final Map<Long, Card> cards = new HashMap<>();
    private final Set<Long> negativeRouted = new LinkedHashSet<>();
    private final Map<String, Merchant> merchants = new HashMap<>();
    private final Map<Long, Long> billers = new HashMap<>();
    private final Map<String, Boolean> terminals = new HashMap<>();
    private final Map<Integer, Fee> fees = new HashMap<>();
    private final Map<Long, Institution> institutions = new HashMap<>();
    private final NaiveLimits limits = new NaiveLimits();
    private final NaiveTotals totals = new NaiveTotals();
    /** By acquirer and trace number, oldest first. */
    private final Map<List<Long>, List<Payment>> byTrace = new HashMap<>();
    private final Map<List<Object>, List<Payment>> byReference = new HashMap<>();
    private final Map<List<Long>, List<Payment>> reversalsBefore = new HashMap<>();
    private final List<Payment> holds = new ArrayList<>();
    private final List<Payment> waiting = new ArrayList<>();
    private final Map<List<Object>, Reconciled> reconciled = new HashMap<>();
    private final Map<List<Object>, Integer> fileUpdates = new HashMap<>();
    private final List<Item> items = new ArrayList<>();
    private final List<Deferred> deferred = new ArrayList<>();
    private final Map<List<Object>, long[]> standIn = new HashMap<>();
    private boolean issuerUp;
    private long nowNs;

    // ----- what the town tells --------------------------------------------------------------------------------------

    Account addAccount(final long id, final boolean limited) {
        final Account account = new Account(limited);
        accounts.put(id, account);
        return account;
    }

    Account account(final long id) {
        return accounts.get(id);
    }

    TreeMap<Long, Account> accounts() {
        return accounts;
    }

    void addWallet(final long id, final long accountId, final int currency, final int tierId, final int zoneMinutes) {
        wallets.put(id, new Wallet(id, accountId, currency, tierId, zoneMinutes));
    }

    void addCard(final long token, final long wallet, final int expiry, final int status) {
        cards.put(token, new Card(wallets.get(wallet), expiry, status));
    }

    void addMerchant(final String id, final long accountId, final int mcc, final boolean active, final long biller) {
        merchants.put(id, new Merchant(accountId, mcc, active));
        if (biller != 0) {
            billers.put(biller, accountId);
        }
        billerFees.put(accountId, mcc);
    }

    private final Map<Long, Integer> billerFees = new HashMap<>();

    void addTerminal(final String id, final boolean active) {
        terminals.put(id, active);
    }

    void addFee(final int mcc, final Fee fee) {
        fees.put(mcc, fee);
    }

    void addTier(final int tierId, final int channel, final Tier tier) {
        limits.add(tierId, channel, tier);
    }

    void addInstitution(final long number, final int participant, final long settlement, final long exception, final long operations,
                        final int rights) {
        institutions.put(number, new Institution(participant, settlement, exception, operations, rights));
    }

    void freeze(final long wallet, final boolean freeze) {
        accounts.get(wallets.get(wallet).accountId).frozenDebits = freeze;
    }

    void issuerIsUp(final boolean up) {
        issuerUp = up;
    }

    // ----- time -----------------------------------------------------------------------------------------------------

    /** A command begins at that time: what fell due before it is done, earliest first. */
    void begin(final long atNs) {
        nowNs = atNs;
        while (true) {
            Payment due = null;
            for (final Payment p : holds) {
                if (p.deadlineNs <= nowNs && (due == null || p.deadlineNs < due.deadlineNs)) {
                    due = p;
                }
            }
            for (final Payment p : waiting) {
                if (p.deadlineNs <= nowNs && (due == null || p.deadlineNs < due.deadlineNs)) {
                    due = p;
                }
            }
            final long cutOverNs = nextCutOverNs();
            if (cutOverNs <= nowNs && (due == null || cutOverNs < due.deadlineNs)) {
                cutOver(next(openDate));
            } else if (due == null) {
                return;
            } else if (due.waits) {
                timeOut(due);
            } else {
                expire(due);
            }
        }
    }

    private void expire(final Payment p) {
        holds.remove(p);
        final long rest = p.held;
        release(p, rest);
        p.open = false;
        p.expired = true;
        giveBackLimits(p, rest, p.captured == 0 ? p.limitsCount : 0);
    }

    private static int next(final int date) {
        final LocalDate d = LocalDate.of(date / 10_000, date / 100 % 100, date % 100).plusDays(1);
        return d.getYear() * 10_000 + d.getMonthValue() * 100 + d.getDayOfMonth();
    }

    /** The schedule opens a date at its own midnight, UTC. */
    private long nextCutOverNs() {
        final int date = next(openDate);
        return LocalDate.of(date / 10_000, date / 100 % 100, date % 100).atStartOfDay().toEpochSecond(ZoneOffset.UTC) * 1_000_000_000L;
    }

    private void cutOver(final int date) {
        previousDate = openDate;
        openDate = date;
        previousClosesNs = nowNs + PaymentTown.GRACE_MS * NS_PER_MS;
    }

    /** The operator's command; DAY-08. */
    int cutOverBy(final int date) {
        final int wanted = date == 0 ? next(openDate) : date;
        if (wanted == openDate) {
            return Result.OK;
        }
        if (wanted != next(openDate)) {
            return Result.BUSINESS_DATE_WOULD_GO_BACK;
        }
        cutOver(wanted);
        return Result.OK;
    }

    int openDate() {
        return openDate;
    }

    int previousDate() {
        return previousDate;
    }

    // ----- postings -------------------------------------------------------------------------------------------------

    private void move(final long from, final long to, final long amount) {
        accounts.get(from).debits += amount;
        accounts.get(to).credits += amount;
    }

    private void hold(final Payment p, final long amount) {
        accounts.get(p.payer).debitsPending += amount;
        accounts.get(p.receiver).creditsPending += amount;
        p.held += amount;
    }

    /** A routed authorisation holds nothing here; what the issuer approved is kept in the same field. */
    private void release(final Payment p, final long amount) {
        if (p.routed) {
            p.held -= amount;
            return;
        }
        accounts.get(p.payer).debitsPending -= amount;
        accounts.get(p.receiver).creditsPending -= amount;
        p.held -= amount;
    }

    private void endHold(final Payment p) {
        p.open = false;
        holds.remove(p);
    }

    private void giveBackLimits(final Payment p, final long amount, final int payments) {
        if (p.wallet != null) {
            limits.giveBack(p.wallet, p.m.channel, amount, payments, p.atNs);
        }
    }

    private void item(final Payment p, final int reason, final long amount) {
        items.add(new Item(reason, amount, p.m.institution, p.m.stan));
    }

    // ----- one message ----------------------------------------------------------------------------------------------

    /** Decides a payment message. */
    Said payment(final int participant, final Message m, final long link, final long correlation) {
        final long de7 = Message.instantOf(m.transmission, nowNs);
        if (de7 > nowNs + FUTURE_NS) {
            return undecided(m, Result.TRANSMISSION_TIME_IN_THE_FUTURE);
        }
        final Institution institution = institutions.get(m.institution);
        if (institution == null) {
            return undecided(m, Result.INSTITUTION_NOT_FOUND);
        }
        if (institution.participant() != participant) {
            return undecided(m, Result.NOT_GRANTED);
        }
        final Payment known = findKnown(m);
        if (known != null) {
            if (!sameContents(known.m, m)) {
                return undecided(m, Result.DUPLICATE_WITH_DIFFERENT_CONTENTS);
            }
            if (known.waits) {
                if (known.waiters.size() > MAX_WAITERS) {
                    return undecided(m, Result.TOO_MANY_REPEATS_WAIT);
                }
                known.waiters.add(new long[] {link, correlation});
                final Said said = undecided(m, Result.WAITS_FOR_THE_FIRST);
                said.deferred = true;
                return said;
            }
            return repeated(known, m);
        }
        final boolean old = de7 < nowNs - IDENTITY_WINDOW_NS;
        if (old && !m.isAdvice()) {
            return undecided(m, Result.REQUEST_BEFORE_THE_WINDOW);
        }
        if (m.operation == PaymentOperation.BALANCE) {
            return enquire(m, institution);
        }
        final Payment p = new Payment();
        p.m = m;
        p.atNs = nowNs;
        p.date = openDate;
        p.rrn = m.rrn;
        p.amount = m.amount;
        final int oldGrant = old && !m.isReversal() ? checkGrant(m, institution) : Result.OK;
        if (oldGrant != Result.OK) {
            p.result = oldGrant;
        } else if (old) {
            p.result = Result.TAKEN_AS_AN_ITEM;
            item(p, ExceptionReason.ADVICE_BEFORE_WINDOW, m.amount);
        } else if (m.isReversal()) {
            p.result = decideReversal(p, institution);
        } else if (wasReversedBefore(m)) {
            p.result = Result.REVERSED_BEFORE;
        } else if (m.isAdvice()) {
            p.result = decideAdvice(p, institution);
        } else {
            p.result = decideRequest(p, institution);
        }
        remember(p);
        final Said said = say(p);
        p.said = said;
        if (p.result == Result.AWAITING_ISSUER) {
            p.waits = true;
            p.deadlineNs = nowNs + PaymentTown.DEADLINE_MS * NS_PER_MS;
            p.waiters.add(new long[] {link, correlation});
            waiting.add(p);
            said.deferred = true;
        }
        return said;
    }

    private Said undecided(final Message m, final int result) {
        final Said said = new Said();
        said.result = result;
        said.mti = m.responseMti();
        return said;
    }

    private Said say(final Payment p) {
        final Said said = new Said();
        said.payment = p;
        said.result = p.result;
        said.date = p.date;
        said.mti = p.m.responseMti();
        said.stan = p.m.stan;
        said.processingCode = p.m.processingCode;
        said.amount = Said.isApproval(p.result) ? p.m.isReversal() || p.m.isAdvice() ? p.m.amount : p.amount : p.m.amount;
        said.approvalCode = Said.isApproval(p.result) && !p.m.isReversal() && !p.m.isAdvice();
        said.left = p.result >= Result.LIMIT_PER_PAYMENT && p.result <= Result.LIMIT_OF_COUNT ? limits.left : -1;
        said.alsoResult = alsoResult;
        alsoResult = -1;
        return said;
    }

    private int alsoResult = -1;

    private Said repeated(final Payment p, final Message m) {
        final Said said = new Said();
        final Said first = p.said;
        said.payment = p;
        said.result = p.result;
        said.repeated = true;
        said.date = first.date;
        said.mti = m.responseMti();
        said.stan = first.stan;
        said.processingCode = first.processingCode;
        said.amount = first.amount;
        said.approvalCode = first.approvalCode;
        return said;
    }

    // ----- identity -------------------------------------------------------------------------------------------------

    private static List<Long> trace(final long institution, final int stan) {
        return List.of(institution, (long) stan);
    }

    private void remember(final Payment p) {
        byTrace.computeIfAbsent(trace(p.m.institution, p.m.stan), k -> new ArrayList<>()).add(p);
        if (!p.m.rrn.isEmpty()) {
            byReference.computeIfAbsent(List.of(p.m.institution, p.m.rrn), k -> new ArrayList<>()).add(p);
        }
    }

    /** The switch made DE 37 of a message that had none; originals are found by it as by any other. */
    void referenceWasMade(final Payment p, final String rrn) {
        p.rrn = rrn;
        byReference.computeIfAbsent(List.of(p.m.institution, rrn), k -> new ArrayList<>()).add(p);
    }

    /** DUP-01, DUP-05 and DUP-06: the newest that has the identity, and for or of a repeat the newest without DE 7. */
    private Payment findKnown(final Message m) {
        final List<Payment> candidates = byTrace.getOrDefault(trace(m.institution, m.stan), List.of());
        for (int i = candidates.size() - 1; i >= 0; i--) {
            final Message first = candidates.get(i).m;
            if (first.terminal.equals(m.terminal) && first.messageClass() == m.messageClass() && first.transmission == m.transmission
                && first.rrn.equals(m.rrn)) {
                return candidates.get(i);
            }
        }
        if (!m.rrn.isEmpty()) {
            for (int i = candidates.size() - 1; i >= 0; i--) {
                final Message first = candidates.get(i).m;
                if ((m.isRepeat() || first.isRepeat()) && first.terminal.equals(m.terminal) && first.messageClass() == m.messageClass() && first.rrn.equals(m.rrn)
                    && first.card == m.card && first.amount == m.amount) {
                    return candidates.get(i);
                }
            }
        }
        return null;
    }

    private static boolean sameContents(final Message a, final Message b) {
        return a.card == b.card && a.processingCode == b.processingCode && a.amount == b.amount && a.currency == b.currency;
    }

    // ----- originals ------------------------------------------------------------------------------------------------

    /** The last search of an original found more than one. */
    private boolean ambiguous;

    private static boolean mayBeOriginal(final Payment p) {
        return !p.m.isReversal();
    }

    /** ORG-01 to ORG-07. {@code null}: none, or more than one. */
    private Payment findOriginal(final Message m, final boolean byAmount, final boolean byMerchant) {
        final long windowNs = m.isReversal() ? REVERSAL_WINDOW_NS : m.operation == PaymentOperation.REFUND ? REFUND_WINDOW_NS
            : COMPLETION_WINDOW_NS;
        final Set<Payment> found = new LinkedHashSet<>();
        if (m.originalMti != 0 && m.originalStan != 0 && m.originalTransmission != 0) {
            for (final Payment p : byTrace.getOrDefault(trace(m.institution, m.originalStan), List.of())) {
                if (p.atNs >= nowNs - windowNs && mayBeOriginal(p) && counts(p) && agreesWithDe90(p.m, m) && p.m.card == m.card) {
                    found.add(p);
                }
            }
        } else if (!m.rrn.isEmpty()) {
            for (final Payment p : byReference.getOrDefault(List.of(m.institution, m.rrn), List.of())) {
                if (p.atNs >= nowNs - windowNs && mayBeOriginal(p) && counts(p) && agreesWithDe90(p.m, m) && p.m.card == m.card && p.m.terminal.equals(m.terminal)
                    && (!byAmount || p.m.amount == m.amount || p.result == Result.APPROVED_IN_PART && p.amount == m.amount)
                    && (!byMerchant || soldBy(p).equals(m.merchant) && refundable(p) != null && (!p.isDeclined() || p.result == Result.CANCELLED_BY_REVERSAL))) {
                    found.add(byAmount ? p : whole(p));
                }
            }
        }
        ambiguous = found.size() > 1;
        if (found.size() > 1 && m.originalMti != 0 && m.originalStan != 0 && m.originalTransmission != 0) {
            // DE 90 is complete and fits more than one: DE 37 decides, and then DE 41.
            if (found.stream().anyMatch(p -> p.rrn.equals(m.rrn))) {
                found.removeIf(p -> !p.rrn.equals(m.rrn));
            }
            if (found.size() > 1) {
                found.removeIf(p -> !p.m.terminal.equals(m.terminal));
            }
        }
        return found.size() == 1 ? found.iterator().next() : null;
    }

    /** ORG-07: what can be completed or refunded counts for those windows, everything else for that of reversals. */
    private boolean counts(final Payment p) {
        final boolean authorisation = p.m.operation == PaymentOperation.AUTHORISE;
        final boolean refundable = authorisation ? p.captured - p.undone != 0
            : p.payer != 0 && !p.isDeclined() && (p.m.operation == PaymentOperation.PURCHASE || p.m.operation == PaymentOperation.CASHBACK
            || p.m.operation == PaymentOperation.COMPLETION);
        final boolean completable = authorisation && !p.isDeclined();
        return p.waits || p.atNs >= nowNs - (refundable ? REFUND_WINDOW_NS : completable ? COMPLETION_WINDOW_NS : REVERSAL_WINDOW_NS);
    }

    /** A completion or increment stands for its authorisation; an increment that was declined is none. */
    private static Payment whole(final Payment p) {
        return p.root != null && !p.isDeclined() && p.m.operation != PaymentOperation.REFUND ? p.root : p;
    }


    /** Who was authorised sells, whatever DE 42 of the completion says. */
    private static String soldBy(final Payment p) {
        return p.m.operation == PaymentOperation.COMPLETION && p.root != null && p.root.receiver != 0 ? p.root.m.merchant : p.m.merchant;
    }

    private static boolean agreesWithDe90(final Message first, final Message m) {
        return (m.originalMti == 0 || first.firstMti() == m.originalMti / 2 * 2) && (m.originalStan == 0 || first.stan == m.originalStan)
            && (m.originalTransmission == 0 || first.transmission == m.originalTransmission)
            && (m.originalInstitution == 0 || first.institution == m.originalInstitution)
            && (!m.hasOriginal() || m.originalForwarding == 0 || first.forwarding == m.originalForwarding);
    }

    private Payment findAuthorisation(final Message m) {
        Payment found = null;
        if (m.hasOriginal()) {
            found = findOriginal(m, false, false);
        } else {
            int count = 0;
            for (final Payment p : byReference.getOrDefault(List.of(m.institution, m.rrn), List.of())) {
                if (p.m.operation == PaymentOperation.AUTHORISE && p.m.card == m.card && p.atNs >= nowNs - COMPLETION_WINDOW_NS && counts(p) && p.approvalCode.equals(m.approvalCode)) {
                    found = p;
                    count++;
                }
            }
            found = count == 1 ? found : null;
        }
        return found == null || found.m.operation != PaymentOperation.AUTHORISE ? null : whole(found);
    }

    /** REV-09. */
    private boolean wasReversedBefore(final Message m) {
        for (final Payment p : reversalsBefore.getOrDefault(List.of(m.institution, m.card), List.of())) {
            final Message r = p.m;
            if (p.atNs < nowNs - REVERSAL_WINDOW_NS) {
                continue;
            }
            if (r.originalMti != 0 && r.originalStan != 0 && r.originalTransmission != 0) {
                if (agreesWithDe90(m, r)) {
                    return true;
                }
            } else if (!r.rrn.isEmpty() && r.rrn.equals(m.rrn) && r.terminal.equals(m.terminal) && r.amount == m.amount
                && agreesWithDe90(m, r)) {
                return true;
            }
        }
        return false;
    }

    // ----- checks of a request --------------------------------------------------------------------------------------

    private int checkPlace(final Message m) {
        final boolean mandatory = switch (m.operation) {
            case PaymentOperation.PURCHASE, PaymentOperation.AUTHORISE, PaymentOperation.COMPLETION, PaymentOperation.CASHBACK,
                PaymentOperation.REFUND -> true;
            default -> false;
        };
        if (!m.merchant.isEmpty() || mandatory) {
            final Merchant merchant = merchants.get(m.merchant);
            if (merchant == null) {
                return Result.MERCHANT_NOT_FOUND;
            }
            if (!merchant.active()) {
                return Result.MERCHANT_NOT_ACTIVE;
            }
        }
        final Boolean terminal = terminals.get(m.terminal);
        return terminal == null ? Result.TERMINAL_NOT_FOUND : !terminal ? Result.TERMINAL_NOT_ACTIVE : Result.OK;
    }

    private int checkCard(final Message m, final boolean linkedRefund) {
        final Card card = cards.get(m.card);
        if (card == null) {
            return !PaymentTown.isRouted(m.bin) ? Result.CARD_NOT_FOUND
                : negativeRouted.contains(m.card) && !linkedRefund ? Result.CARD_ON_NEGATIVE_FILE : Result.OK;
        }
        if (linkedRefund) {
            return Result.OK;
        }
        if (card.status == CardStatus.LOST) {
            return Result.CARD_LOST;
        }
        if (card.status == CardStatus.STOLEN) {
            return Result.CARD_STOLEN;
        }
        if (card.negative) {
            return Result.CARD_ON_NEGATIVE_FILE;
        }
        final int month = monthOf(card.wallet.zoneMinutes);
        return card.expiry < month || m.expiry != 0 && (m.expiry < month || m.expiry != card.expiry) ? Result.CARD_EXPIRED : Result.OK;
    }

    /** YYMM of now. */
    private int monthOf(final int zoneMinutes) {
        final LocalDate today = Instant.ofEpochSecond(nowNs / 1_000_000_000L).atOffset(ZoneOffset.ofTotalSeconds(zoneMinutes * 60)).toLocalDate();
        return (today.getYear() - 2000) * 100 + today.getMonthValue();
    }

    private static int checkGrant(final Message m, final Institution institution) {
        return m.operation == PaymentOperation.UNKNOWN ? Result.OPERATION_UNKNOWN
            : (institution.operations() & 1L << m.operation) == 0 ? Result.OPERATION_NOT_GRANTED : Result.OK;
    }

    private int checkPin(final Message m, final boolean routed) {
        final Card card = cards.get(m.card);
        if (m.pin == PinState.NONE) {
            return Result.OK;
        }
        if (m.pin == PinState.NOT_SUPPORTED || m.pin == PinState.SAME_ZONE || routed) {
            return Result.PIN_NOT_SUPPORTED;
        }
        if (card.pinTries >= PIN_TRIES) {
            return Result.PIN_TRIES_EXCEEDED;
        }
        card.pinTries = m.pin == PinState.WRONG ? card.pinTries + 1 : 0;
        return m.pin == PinState.WRONG ? Result.PIN_WRONG : Result.OK;
    }

    private static int firstOf(final int... results) {
        for (final int result : results) {
            if (result != Result.OK) {
                return result;
            }
        }
        return Result.OK;
    }

    private Said enquire(final Message m, final Institution institution) {
        final Card card = cards.get(m.card);
        int result = firstOf(wasReversedBefore(m) ? Result.REVERSED_BEFORE : Result.OK, checkPlace(m), checkCard(m, false), checkGrant(m, institution));
        if (result == Result.OK) {
            result = firstOf(m.currency != 0 && card.wallet.currency != m.currency ? Result.CURRENCY_DIFFERS : Result.OK, checkPin(m, false));
        }
        final Said said = undecided(m, result);
        said.enquiry = true;
        said.date = openDate;
        if (result == Result.OK) {
            final Account account = accounts.get(card.wallet.accountId);
            said.ledgerBalance = account.credits - account.debits;
            said.availableBalance = account.available();
        }
        return said;
    }

    // ----- requests -------------------------------------------------------------------------------------------------

    private int decideRequest(final Payment p, final Institution institution) {
        final Message m = p.m;
        final boolean refund = m.operation == PaymentOperation.REFUND;
        final Payment original = refund ? findOriginal(m, false, true) : null;
        final Payment refunded = original == null ? null : refundable(original);
        // A refund whose reference fits nothing is unlinked, and then meets the checks of every request.
        final boolean linked = refund && refunded != null;
        int result = firstOf(checkPlace(m), checkCard(m, linked), checkGrant(m, institution));
        if (result != Result.OK) {
            return result;
        }
        final boolean increment = m.operation == PaymentOperation.AUTHORISE && m.hasOriginal();
        Payment root = null;
        if (increment) {
            root = findAuthorisation(m);
            if (root == null) {
                return Result.ORIGINAL_NOT_FOUND;
            }
            if (!root.open) {
                return Result.ORIGINAL_NOT_OPEN;
            }
        } else if (refund && refunded == null
            && (m.hasOriginal() || original != null || (institution.rights() & InstitutionRights.UNLINKED_REFUND) == 0)) {
            return Result.ORIGINAL_NOT_FOUND;
        }
        final Card card = cards.get(m.card);
        p.routed = card == null;
        p.wallet = card == null ? null : card.wallet;
        p.root = increment ? root : refunded;
        Wallet destination = null;
        Long biller = null;
        if (m.operation == PaymentOperation.TRANSFER) {
            destination = m.destinationCard != 0 ? cards.containsKey(m.destinationCard) ? cards.get(m.destinationCard).wallet : null
                : wallets.get(m.destinationId);
            if (destination == null) {
                return Result.DESTINATION_NOT_FOUND;
            }
            if (destination == p.wallet) {
                return TRANSFER_TO_ITSELF;
            }
        } else if (m.operation == PaymentOperation.BILL) {
            biller = billers.get(m.destinationId);
            if (biller == null) {
                return Result.DESTINATION_NOT_FOUND;
            }
        }
        if (p.routed && m.currency != PaymentTown.CNY || !p.routed && (p.wallet.currency != m.currency || destination != null && destination.currency != m.currency
            || linked && refunded.m.currency != m.currency)) {
            return Result.CURRENCY_DIFFERS;
        }
        if (m.amount == 0 || m.operation == PaymentOperation.CASHBACK && m.cash > m.amount) {
            return Result.AMOUNT_INVALID;
        }
        if (linked && m.amount > refunded.left()) {
            return Result.EXCEEDS_WHAT_WAS_CAPTURED;
        }
        result = checkPin(m, p.routed);
        if (result != Result.OK) {
            return result;
        }
        if (p.routed) {
            p.receiver = merchants.containsKey(m.merchant) ? merchants.get(m.merchant).accountId() : 0;
            return m.operation == PaymentOperation.REFUND ? askIssuerToRefund(p, institution) : askIssuer(p);
        }
        return post(p, institution, destination, biller, increment);
    }

    private static final int TRANSFER_TO_ITSELF = 210;

    /** What a refund may name: a purchase, with or without cashback, or what was captured of an authorisation. */
    private static Payment refundable(final Payment original) {
        return switch (original.m.operation) {
            case PaymentOperation.PURCHASE, PaymentOperation.CASHBACK -> original;
            case PaymentOperation.AUTHORISE, PaymentOperation.COMPLETION -> whole(original);
            default -> null;
        };
    }

    private static boolean isDebit(final int operation) {
        return operation != PaymentOperation.REFUND && operation != PaymentOperation.TOP_UP;
    }

    private int post(final Payment p, final Institution institution, final Wallet destination, final Long biller, final boolean increment) {
        final Message m = p.m;
        final Account account = accounts.get(p.wallet.accountId);
        final Merchant merchant = merchants.get(m.merchant);
        final int payments = increment ? 0 : 1;
        if (isDebit(m.operation)) {
            final int limit = limits.check(p.wallet, m.channel, m.amount, payments, nowNs);
            if (limit != Result.OK) {
                return limit;
            }
        }
        final Wallet receiving = m.operation == PaymentOperation.TOP_UP ? p.wallet : destination;
        if (receiving != null) {
            final Account to = accounts.get(receiving.accountId);
            if (!limits.fitsCeiling(receiving, to.credits - to.debits + m.amount)) {
                return Result.BALANCE_CEILING;
            }
        }
        if (m.operation == PaymentOperation.REFUND) {
            if (p.root == null && m.amount > PaymentTown.UNLINKED_LIMIT) {
                return Result.UNLINKED_REFUND_LIMIT;
            }
            return refund(p, institution, merchant);
        }
        if (m.operation == PaymentOperation.TOP_UP) {
            return book(p, institution.settlement(), p.wallet.accountId, Fee.NONE, 0, NaiveTotals.CREDITS);
        }
        if (account.frozenDebits) {
            return Result.WALLET_NOT_ACTIVE;
        }
        int result = Result.OK;
        if (account.available() < m.amount) {
            final boolean mayBePartial = m.partialWanted && !increment
                && (m.operation == PaymentOperation.PURCHASE || m.operation == PaymentOperation.AUTHORISE);
            final long most = Math.max(0, account.available());
            if (!mayBePartial || most == 0 || most * 100 < m.amount * m.minimumPercent) {
                return Result.INSUFFICIENT_FUNDS;
            }
            p.amount = most;
            result = Result.APPROVED_IN_PART;
        }
        limits.use(p.wallet, m.channel, p.amount, payments, nowNs);
        p.limitsCount = payments;
        p.payer = p.wallet.accountId;
        switch (m.operation) {
            case PaymentOperation.AUTHORISE:
                authorise(p, merchant, increment);
                return result;
            case PaymentOperation.CASH_OUT:
                return book(p, p.payer, institution.settlement(), Fee.NONE, 0, NaiveTotals.DEBITS);
            case PaymentOperation.TRANSFER:
                return book(p, p.payer, destination.accountId, Fee.NONE, 0, NaiveTotals.DEBITS);
            case PaymentOperation.BILL:
                return book(p, p.payer, biller, fees.getOrDefault(billerFees.get(biller), Fee.NONE), p.amount, NaiveTotals.DEBITS);
            case PaymentOperation.CASHBACK:
                return book(p, p.payer, merchant.accountId(), feeOf(merchant), p.amount - m.cash, NaiveTotals.DEBITS);
            default:
                book(p, p.payer, merchant.accountId(), feeOf(merchant), p.amount, NaiveTotals.DEBITS);
                return result;
        }
    }

    private Fee feeOf(final Merchant merchant) {
        return fees.getOrDefault(merchant.mcc(), Fee.NONE);
    }

    /** An ordinary posting: payer to receiver, and the receiver's fee. */
    private int book(final Payment p, final long payer, final long receiver, final Fee fee, final long feeBase, final int kind) {
        p.payer = payer;
        p.receiver = receiver;
        p.fee = fee;
        p.feeBase = feeBase;
        p.captured = p.amount;
        p.fromPayer = p.amount;
        move(payer, receiver, p.amount);
        move(receiver, PaymentTown.FEES, fee.of(feeBase));
        totals.count(p.m.institution, p.m.currency, p.date, kind, p.amount);
        return Result.OK;
    }

    private void authorise(final Payment p, final Merchant merchant, final boolean increment) {
        final Payment root = increment ? p.root : p;
        if (!increment) {
            p.receiver = merchant.accountId();
            p.fee = feeOf(merchant);
            p.open = true;
            p.deadlineNs = nowNs + PaymentTown.HOLD_MS * NS_PER_MS;
            holds.add(p);
        }
        root.authorised += p.amount;
        hold(root, p.amount);
    }

    private int refund(final Payment p, final Institution institution, final Merchant merchant) {
        final long has = Math.max(0, accounts.get(merchant.accountId()).available());
        final long lacks = Math.max(0, p.amount - has);
        if (lacks > PaymentTown.FUNDING_LIMIT) {
            return Result.MERCHANT_SHORT_OF_FUNDS;
        }
        move(institution.settlement(), merchant.accountId(), lacks);
        p.funded = lacks;
        if (p.root != null) {
            p.root.refunded += p.amount;
        }
        return book(p, merchant.accountId(), p.wallet.accountId, Fee.NONE, 0, NaiveTotals.CREDITS);
    }

    // ----- advices --------------------------------------------------------------------------------------------------

    private int decideAdvice(final Payment p, final Institution institution) {
        final Message m = p.m;
        final int grant = checkGrant(m, institution);
        if (grant != Result.OK) {
            return grant;
        }
        final Merchant merchant = merchants.get(m.merchant);
        final Card card = cards.get(m.card);
        final boolean atMerchant = m.operation != PaymentOperation.CASH_OUT;
        if (merchant == null && (atMerchant || !m.merchant.isEmpty()) || !terminals.containsKey(m.terminal)
            || (card != null ? card.wallet.currency : PaymentTown.isRouted(m.bin) ? PaymentTown.CNY : m.currency) != m.currency) {
            item(p, 0, m.amount);
            return Result.TAKEN_AS_AN_ITEM;
        }
        p.wallet = card == null ? null : card.wallet;
        p.routed = card == null && PaymentTown.isRouted(m.bin);
        if (m.operation == PaymentOperation.AUTHORISE) {
            return adviseHold(p, merchant);
        }
        final Payment named = m.operation == PaymentOperation.COMPLETION ? findAuthorisation(m) : null;
        final Payment root = named == null || named.isDeclined() ? null : named;
        p.root = root;
        if (root != null ? root.routed : p.routed) {
            return completeRouted(p, merchants.get(soldBy(p)), root);
        }
        final Merchant seller = merchants.get(soldBy(p));
        final long receiver = atMerchant ? seller.accountId() : institution.settlement();
        p.payer = p.wallet == null ? institution.exception() : p.wallet.accountId;
        p.receiver = receiver;
        p.fee = atMerchant ? feeOf(seller) : Fee.NONE;
        p.feeBase = m.operation == PaymentOperation.CASHBACK ? m.amount - m.cash : m.amount;
        final boolean open = root != null && root.open;
        final long fromHold = open ? Math.min(m.amount, root.held) : 0;
        final long tolerance = open ? root.authorised * p.fee.tolerance() / 1_000 : 0;
        final long room = open ? root.authorised + tolerance - (root.captured - root.undone) - fromHold : 0;
        final Account payer = accounts.get(p.payer);
        if (fromHold > 0) {
            release(root, fromHold);
            move(p.payer, receiver, fromHold);
        }
        if (open && (!m.moreToFollow || root.held == 0)) {
            final long rest = root.held;
            release(root, rest);
            endHold(root);
            giveBackLimits(root, rest, root.captured + fromHold == 0 ? root.limitsCount : 0);
        }
        final long excess = m.amount - fromHold;
        final long tolerated = Math.max(0, Math.min(excess, Math.min(tolerance, room)));
        final boolean tolerable = p.wallet != null && payer.available() >= tolerated && !payer.frozenDebits;
        final long forced = tolerable ? excess - tolerated : excess;
        long fromWallet = tolerable ? tolerated : 0;
        if (p.wallet == null) {
            fromWallet = 0;
        } else if (forced <= PaymentTown.FORCE_CAP && !payer.frozenDebits) {
            fromWallet += Math.min(forced, Math.max(0, payer.available() - fromWallet));
        }
        move(p.payer, receiver, fromWallet);
        move(institution.exception(), receiver, excess - fromWallet);
        move(receiver, PaymentTown.FEES, p.fee.of(p.feeBase));
        p.fromPayer = fromHold + fromWallet;
        p.fromHold = fromHold;
        p.captured = m.amount;
        if (root != null) {
            root.captured += m.amount;
        }
        if (p.wallet != null && excess > 0) {
            limits.use(p.wallet, m.channel, fromWallet, fromHold > 0 ? 0 : 1, nowNs);
            p.limitsCount = fromHold > 0 ? 0 : 1;
        }
        if (m.amount > 0) {
            totals.count(m.institution, m.currency, p.date, NaiveTotals.DEBITS, m.amount);
        }
        final boolean asItem = forced > 0 || isBlocked(m) && m.amount > 0 || !open || m.operation != PaymentOperation.COMPLETION;
        if (asItem) {
            item(p, 0, m.amount);
        }
        return asItem ? Result.TAKEN_AS_AN_ITEM : Result.OK;
    }

    /** Lost, stolen, on the negative file, or expired: an advice is booked all the same, and a person looks at it. */
    private boolean isBlocked(final Message m) {
        return cards.containsKey(m.card) && checkCard(m, false) != Result.OK;
    }

    /** ADV-03. */
    private int adviseHold(final Payment p, final Merchant merchant) {
        final long has = p.wallet == null || accounts.get(p.wallet.accountId).frozenDebits ? 0 : Math.max(0, accounts.get(p.wallet.accountId).available());
        p.amount = Math.min(has, p.m.amount);
        if (p.amount > 0) {
            p.payer = p.wallet.accountId;
            limits.use(p.wallet, p.m.channel, p.amount, 1, nowNs);
            p.limitsCount = 1;
            authorise(p, merchant, false);
        }
        if (p.amount < p.m.amount || isBlocked(p.m)) {
            item(p, 0, p.m.amount);
            return Result.TAKEN_AS_AN_ITEM;
        }
        return Result.OK;
    }

    // ----- reversals ------------------------------------------------------------------------------------------------

    private int decideReversal(final Payment p, final Institution institution) {
        final Message m = p.m;
        if ((institution.operations() & 1L << PaymentOperation.REVERSAL) == 0) {
            return Result.OPERATION_NOT_GRANTED;
        }
        final Payment original = findOriginal(m, true, false);
        if (original == null && ambiguous) {
            return Result.ORIGINAL_NOT_FOUND;
        }
        if (original == null) {
            reversalsBefore.computeIfAbsent(List.of(m.institution, m.card), k -> new ArrayList<>()).add(p);
            return Result.ORIGINAL_NOT_FOUND;
        }
        if (original.m.currency != m.currency) {
            return Result.CURRENCY_DIFFERS;
        }
        if (original.waits) {
            cancel(original);
            return Result.OK;
        }
        if (original.isDeclined()) {
            alsoResult = m.remaining > 0 ? Result.EXCEEDS_WHAT_IS_LEFT : -1;
            return Result.NOTHING_LEFT_TO_REVERSE;
        }
        return original.m.operation == PaymentOperation.AUTHORISE
            ? reverseHold(p, original, Math.max(0, m.remaining)) : reversePosting(p, original, Math.max(0, m.remaining), institution);
    }

    private int reverseHold(final Payment p, final Payment original, final long remaining) {
        final Payment root = whole(original);
        final boolean increment = root != original;
        final long left = !root.open ? 0 : increment ? Math.min(original.amount - original.undone, root.held) : root.held;
        if (left == 0) {
            alsoResult = remaining > 0 ? Result.EXCEEDS_WHAT_IS_LEFT : -1;
            return Result.NOTHING_LEFT_TO_REVERSE;
        }
        if (remaining > left) {
            return exceeds(p, left);
        }
        final long given = left - remaining;
        root.authorised -= given;
        release(root, given);
        if (increment) {
            original.undone += given;
        }
        if (root.held == 0) {
            endHold(root);
        }
        giveBackLimits(increment ? original : root, given, root.held == 0 && root.captured == 0 && !increment ? root.limitsCount : 0);
        return Result.OK;
    }

    /** REV-04; a person looks at what an advice reports and cannot be. */
    private int exceeds(final Payment p, final long left) {
        if (p.m.isAdvice()) {
            item(p, ExceptionReason.REVERSAL_EXCEEDS, p.m.remaining - left);
        }
        return Result.EXCEEDS_WHAT_IS_LEFT;
    }

    private int reversePosting(final Payment p, final Payment original, final long remaining, final Institution institution) {
        final Message m = p.m;
        final boolean ofCompletion = original.m.operation == PaymentOperation.COMPLETION && original.root != null;
        final long left = ofCompletion ? Math.min(original.left(), original.root.left()) : original.left();
        if (left <= 0) {
            alsoResult = remaining > 0 ? Result.EXCEEDS_WHAT_IS_LEFT : -1;
            return Result.NOTHING_LEFT_TO_REVERSE;
        }
        if (remaining > left) {
            return exceeds(p, left);
        }
        final long given = left - remaining;
        if (given == 0) {
            alsoResult = Result.NOTHING_LEFT_TO_REVERSE;
            return Result.OK;
        }
        final boolean credit = !isDebit(original.m.operation);
        final Account receiver = accounts.get(original.receiver);
        final boolean fromWallet = credit || original.m.operation == PaymentOperation.TRANSFER;
        int result = Result.OK;
        long toPayer = given;
        if (fromWallet && !original.routed) {
            long paid = given;
            if (receiver.available() < given) {
                if (!m.isAdvice()) {
                    return Result.INSUFFICIENT_FUNDS;
                }
                paid = Math.max(0, receiver.available());
                item(p, 0, given);
                result = Result.TAKEN_AS_AN_ITEM;
            }
            // The exception account lends the receiver what it lacks.
            move(institution.exception(), original.receiver, given - paid);
            move(original.receiver, original.payer, given);
            final long lent = Math.min(original.funded, given);
            move(original.payer, institution.settlement(), lent);
            original.funded -= lent;
        } else {
            final long sold = original.captured - original.undone;
            final long feeBack = original.m.operation == PaymentOperation.CASHBACK
                ? original.fee.of(original.feeBase) - original.fee.of(Math.max(0, original.feeBase - given))
                : original.fee.of(sold) - original.fee.of(sold - given);
            move(PaymentTown.FEES, original.receiver, feeBack);
            if (original.m.operation == PaymentOperation.CASHBACK) {
                original.feeBase = Math.max(0, original.feeBase - given);
            }
            final long lacks = Math.max(0, given - Math.max(0, receiver.available()));
            move(institution.settlement(), original.receiver, lacks);
            // What the exception account paid goes back before what the wallet paid.
            final long toException = original.payer == institution.exception() ? 0 : Math.min(given, original.captured - original.undone - original.fromPayer);
            move(original.receiver, institution.exception(), toException);
            move(original.receiver, original.payer, given - toException);
            toPayer = given - toException;
            original.fromPayer -= toPayer;
            final long lent = Math.min(original.funded, given);
            move(original.payer, original.fundedByException ? institution.exception() : institution.settlement(), lent);
            original.funded -= lent;
        }
        original.undone += given;
        if (original.m.operation == PaymentOperation.REFUND && original.root != null) {
            original.root.refunded -= given;
        }
        if (ofCompletion) {
            original.root.undone += given;
            if (original.routed) {
                original.root.authorised = Math.min(original.root.authorised, original.root.captured - original.root.undone + original.root.held);
            }
        }
        if (isDebit(original.m.operation)) {
            // original.fromPayer is what is left of it by now.
            final long besides = ofCompletion ? Math.min(toPayer, Math.max(0, original.fromPayer + toPayer - original.fromHold)) : toPayer;
            giveBackLimits(original, besides, original.captured == original.undone ? original.limitsCount : 0);
            if (ofCompletion) {
                giveBackLimits(original.root, toPayer - besides, 0);
            }
        }
        totals.count(m.institution, m.currency, p.date, credit ? NaiveTotals.CREDIT_REVERSALS : NaiveTotals.DEBIT_REVERSALS, given);
        return result;
    }

    // ----- issuers --------------------------------------------------------------------------------------------------

    private int askIssuer(final Payment p) {
        if (!issuerUp) {
            return approveByStandIn(p) ? Result.APPROVED_BY_STAND_IN : Result.ISSUER_NOT_REACHABLE;
        }
        return Result.AWAITING_ISSUER;
    }

    /** What is asked for is taken at once, so that two in flight are no more than what was captured. */
    private int askIssuerToRefund(final Payment p, final Institution institution) {
        if (p.root == null && p.m.amount > PaymentTown.UNLINKED_LIMIT) {
            return Result.UNLINKED_REFUND_LIMIT;
        }
        if (lackingOf(p) > PaymentTown.FUNDING_LIMIT) {
            return Result.MERCHANT_SHORT_OF_FUNDS;
        }
        final int result = askIssuer(p);
        if (result == Result.AWAITING_ISSUER && p.root != null) {
            p.root.refunded += p.m.amount;
        }
        return result;
    }

    private long lackingOf(final Payment refund) {
        final long merchant = refund.root == null ? merchants.get(refund.m.merchant).accountId() : refund.root.receiver;
        return Math.max(0, refund.m.amount - Math.max(0, accounts.get(merchant).available()));
    }

    private boolean approveByStandIn(final Payment p) {
        final Message m = p.m;
        final boolean may = m.bin == 99_000_210 && m.amount <= 5_000 && m.channel != PaymentChannel.E_COMMERCE
            && merchants.get(m.merchant) != null && merchants.get(m.merchant).mcc() != 6011
            && (m.operation == PaymentOperation.PURCHASE || m.operation == PaymentOperation.AUTHORISE);
        if (!may) {
            return false;
        }
        final long[] used = standIn.computeIfAbsent(List.of(m.card, nowNs / IDENTITY_WINDOW_NS), k -> new long[2]);
        if (used[0] + 1 > 3 || used[1] + m.amount > 12_000) {
            return false;
        }
        used[0]++;
        used[1] += m.amount;
        bookRouted(p, m.amount);
        return true;
    }

    private void bookRouted(final Payment p, final long amount) {
        final Institution institution = institutions.get(p.m.institution);
        final Merchant merchant = merchants.get(p.m.merchant);
        p.amount = amount;
        if (p.m.operation == PaymentOperation.AUTHORISE && p.root != null) {
            if (p.root.open) {
                p.root.held += amount;
                p.root.authorised += amount;
            }
        } else if (p.m.operation == PaymentOperation.REFUND) {
            final long payer = p.root == null ? merchant.accountId() : p.root.receiver;
            final long lacks = lackingOf(p);
            final boolean funded = lacks <= PaymentTown.FUNDING_LIMIT;
            move(funded ? institution.settlement() : institution.exception(), payer, lacks);
            p.funded = lacks;
            p.fundedByException = !funded;
            book(p, payer, PaymentTown.ISSUER_SETTLEMENT, Fee.NONE, 0, NaiveTotals.CREDITS);
        } else if (p.m.operation == PaymentOperation.TOP_UP) {
            book(p, institution.settlement(), PaymentTown.ISSUER_SETTLEMENT, Fee.NONE, 0, NaiveTotals.CREDITS);
        } else if (p.m.operation == PaymentOperation.AUTHORISE) {
            p.receiver = merchant.accountId();
            p.held = Math.max(0, amount - (p.captured - p.undone));
            p.authorised = amount;
            p.open = true;
        } else if (p.m.operation == PaymentOperation.CASH_OUT) {
            book(p, PaymentTown.ISSUER_SETTLEMENT, institution.settlement(), Fee.NONE, 0, NaiveTotals.DEBITS);
        } else {
            book(p, PaymentTown.ISSUER_SETTLEMENT, merchant.accountId(), feeOf(merchant), amount, NaiveTotals.DEBITS);
        }
    }

    private int completeRouted(final Payment p, final Merchant merchant, final Payment root) {
        final boolean open = root != null && root.open;
        final long fromHold = p.m.operation != PaymentOperation.COMPLETION ? p.m.amount : open ? Math.min(p.m.amount, root.held) : 0;
        final long excess = p.m.amount - fromHold;
        final long tolerance = open ? root.authorised * feeOf(merchant).tolerance() / 1_000 : 0;
        final long room = open ? root.authorised + tolerance - (root.captured - root.undone) - root.held : 0;
        final boolean exceeds = excess > Math.max(0, Math.min(tolerance, room));
        p.fromPayer = p.m.amount;
        p.payer = PaymentTown.ISSUER_SETTLEMENT;
        p.receiver = merchant.accountId();
        p.fee = feeOf(merchant);
        p.feeBase = p.m.amount;
        p.captured = p.m.amount;
        move(PaymentTown.ISSUER_SETTLEMENT, p.receiver, p.m.amount);
        move(p.receiver, PaymentTown.FEES, p.fee.of(p.feeBase));
        if (p.m.amount > 0) {
            totals.count(p.m.institution, p.m.currency, p.date, NaiveTotals.DEBITS, p.m.amount);
        }
        if (root != null) {
            root.captured += p.m.amount;
            root.held -= fromHold;
            if (!p.m.moreToFollow || root.held == 0) {
                root.open = false;
                root.held = 0;
            }
        }
        alsoResult = Result.TAKEN_AS_AN_ITEM;
        return exceeds ? Result.TAKEN_AS_AN_ITEM : Result.OK;
    }

    private void finish(final Payment p, final int result) {
        p.waits = false;
        waiting.remove(p);
        p.result = result;
        if (p.m.operation == PaymentOperation.REFUND && p.root != null && !Said.isApproval(result)) {
            p.root.refunded -= p.m.amount;
        }
        final Said said = say(p);
        p.said = said;
        for (final long[] waiter : p.waiters) {
            deferred.add(new Deferred(waiter[0], waiter[1], said));
        }
        p.waiters.clear();
    }

    private void cancel(final Payment p) {
        finish(p, Result.CANCELLED_BY_REVERSAL);
    }

    private void timeOut(final Payment p) {
        p.waits = false;
        finish(p, approveByStandIn(p) ? Result.APPROVED_BY_STAND_IN : Result.ISSUER_TIMED_OUT);
    }

    /** The issuer's response to a request: what was approved, or -1 for a decline. */
    void issuerAnswered(final Payment p, final long approved, final int invalidResult) {
        if (!p.waits) {
            return;
        }
        if (approved < 0) {
            finish(p, invalidResult);
        } else if (approved < p.m.amount && p.m.operation != PaymentOperation.PURCHASE && p.m.operation != PaymentOperation.AUTHORISE) {
            // OP-19, RTE-18: a part is offered for these alone.
            finish(p, Result.INSUFFICIENT_FUNDS);
        } else {
            bookRouted(p, approved);
            finish(p, approved < p.m.amount ? Result.APPROVED_IN_PART : Result.OK);
        }
    }

    /** A restart: who waits for answers is no longer there. */
    void restarted() {
        for (final Payment p : waiting) {
            p.waiters.clear();
            p.waiters.add(new long[2]);
        }
    }

    /** The payment that was decided last for that very message, or {@code null}. */
    Payment paymentOf(final Message m) {
        for (final Payment p : byTrace.getOrDefault(trace(m.institution, m.stan), List.of())) {
            if (p.m == m) {
                return p;
            }
        }
        return null;
    }

    /** The switch took the other of two results that the document allows. */
    void decidedOtherwise(final Payment p) {
        if (p.result == Result.EXCEEDS_WHAT_IS_LEFT) {
            exceeds(p, 0);
        }
    }

    List<Deferred> deferred() {
        return deferred;
    }

    void clearDeferred() {
        deferred.clear();
    }

    // ----- totals, file updates -------------------------------------------------------------------------------------

    /** 0500 and 0520. {@code sent} is null where the message has no totals. */
    Reconciled reconcile(final long institution, final int currency, final int stan, final int transmission, final int monthAndDay) {
        final List<Object> identity = List.of(institution, stan, transmission);
        final Reconciled known = reconciled.get(identity);
        if (known != null) {
            return known;
        }
        final int date = monthAndDay == 0 || monthAndDay == openDate % 10_000 ? openDate
            : previousDate != 0 && monthAndDay == previousDate % 10_000 && nowNs < previousClosesNs ? previousDate : 0;
        if (date == 0) {
            return new Reconciled(Result.BUSINESS_DATE_CLOSED, 0, new NaiveTotals.Sums());
        }
        final NaiveTotals.Sums sums = totals.period(institution, currency, date);
        totals.closePeriod(institution, currency, date);
        final Reconciled answer = new Reconciled(Result.OK, date, sums);
        reconciled.put(identity, answer);
        return answer;
    }

    NaiveTotals.Sums dayTotals(final long institution, final int currency, final int date) {
        return totals.day(institution, currency, date);
    }

    NaiveTotals.Sums periodTotals(final long institution, final int currency, final int date) {
        return totals.period(institution, currency, date);
    }

    /** Stores what the comparison of totals has made of the answer, for repeats. */
    void correct(final long institution, final int stan, final int transmission, final Reconciled answer) {
        reconciled.put(List.of(institution, stan, transmission), answer);
    }

    boolean isReconciled(final long institution, final int stan, final int transmission) {
        return reconciled.containsKey(List.of(institution, stan, transmission));
    }

    int fileUpdate(final long institution, final int stan, final int transmission, final long token, final long bin, final boolean add) {
        final List<Object> identity = List.of(institution, stan, transmission, token);
        final Integer known = fileUpdates.get(identity);
        if (known != null) {
            return known;
        }
        final int result;
        if (!cards.containsKey(token) && !PaymentTown.isRouted(bin)) {
            result = Result.CARD_NOT_FOUND;
        } else if ((institutions.get(institution).rights() & InstitutionRights.FILE_UPDATE) == 0) {
            result = Result.OPERATION_NOT_GRANTED;
        } else if (cards.containsKey(token)) {
            cards.get(token).negative = add;
            result = Result.OK;
        } else {
            if (add) {
                negativeRouted.add(token);
            } else {
                negativeRouted.remove(token);
            }
            result = Result.OK;
        }
        fileUpdates.put(identity, result);
        return result;
    }

    List<Item> items() {
        return items;
    }

    /** Sum over all accounts of credits less debits; never anything but zero. */
    long imbalance() {
        return accounts.values().stream().mapToLong(a -> a.credits - a.debits + a.creditsPending - a.debitsPending).sum();
    }
}
