package io.daybreak.model.payment;

import io.daybreak.protocol.PaymentChannel;
import io.daybreak.protocol.PaymentOperation;
import io.daybreak.protocol.PinState;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;

/**
 * Seeded traffic of two acquirers in a small town: few cards, terminals and trace numbers, so that messages meet; clocks
 * that jump over hours, days and months. It looks at the model only for approval codes and references that the switch made.
 */
final class PaymentTraffic {
    /** What kind of traffic. */
    enum Profile {
        /** All operations on wallets without limits. */
        LOCAL,
        /** Wallets with limits: few other things, many days. */
        LIMITS,
        /** Routed cards and an issuer that answers as it likes. */
        ROUTED
    }

    private static final long MS = 1_000_000L;
    private static final long HOUR = 3_600_000L * MS;
    private static final int RECENT = 60;
    private static final long[] AMOUNTS = {1, 7, 99, 100, 250, 1_000, 2_000, 2_500, 3_000, 3_001, 4_999, 9_999};

    private record Sent(long atNs, Message message) {
    }

    private final Random random;
    private final Profile profile;
    private final NaivePayments model;
    private final Deque<Sent> recent = new ArrayDeque<>();
    private final Deque<Message> heldBack = new ArrayDeque<>();
    private final List<Message> routedInFlight = new ArrayList<>();
    private long nowNs = PaymentTown.START_NS;
    private Step.Reconcile lastReconcile;
    private int reconciliations = 500_000;
    private long references = 910_000_000_000L;

    PaymentTraffic(final long seed, final Profile profile, final NaivePayments model) {
        this.random = new Random(seed);
        this.profile = profile;
        this.model = model;
    }

    private boolean oneIn(final int n) {
        return random.nextInt(n) == 0;
    }

    private <T> T pick(final T[] values) {
        return values[random.nextInt(values.length)];
    }

    private long amount() {
        return oneIn(3) ? 1 + random.nextInt(12_000) : AMOUNTS[random.nextInt(AMOUNTS.length)];
    }

    Step next() {
        advance();
        final int kind = random.nextInt(100);
        if (profile == Profile.ROUTED && !routedInFlight.isEmpty() && oneIn(3)) {
            return issuer();
        }
        if (kind < 34) {
            return pay(request());
        } else if (kind < 44) {
            return again();
        } else if (kind < 58) {
            return reverse();
        } else if (kind < 69) {
            return pay(completion());
        } else if (kind < 74) {
            return pay(increment());
        } else if (kind < 82) {
            return pay(refund());
        } else if (kind < 85) {
            return heldBackOrNew();
        } else if (kind < 88) {
            return reconcile();
        } else if (kind < 91) {
            return pay(enquiry());
        } else if (kind < 94) {
            return pay(odd());
        } else if (kind < 96) {
            return other();
        } else {
            return pay(advice());
        }
    }

    private void advance() {
        nowNs += 1 + random.nextInt(900) * MS;
        final boolean limits = profile == Profile.LIMITS;
        if (oneIn(limits ? 40 : 250)) {
            nowNs += (1 + random.nextInt(14)) * HOUR;
        } else if (oneIn(limits ? 150 : 1_200)) {
            nowNs += (24 + random.nextInt(24 * 35)) * HOUR;
        } else if (oneIn(15)) {
            nowNs += random.nextInt(7_000) * MS;
        }
    }

    // ----- messages -------------------------------------------------------------------------------------------------

    private Message blank(final int mti, final int operation, final int processingCode) {
        final Message m = new Message();
        m.mti = mti;
        m.operation = operation;
        m.processingCode = processingCode * 10_000;
        m.institution = oneIn(8) ? PaymentTown.SMALL_INSTITUTION : PaymentTown.INSTITUTION;
        m.terminal = pick(PaymentTown.TERMINALS);
        m.merchant = oneIn(3) ? PaymentTown.RESTAURANT : oneIn(4) ? PaymentTown.CASINO : PaymentTown.GROCER;
        m.stan = 1 + random.nextInt(40);
        m.transmission = Message.transmissionAt(nowNs - random.nextInt(4) * 1_000 * MS);
        m.rrn = oneIn(20) ? "" : String.valueOf(references++);
        m.forwarding = oneIn(3) ? 700_000 + random.nextInt(2) : 0;
        card(m, card());
        m.amount = amount();
        return m;
    }

    private void card(final Message m, final long card) {
        m.card = card;
        m.bin = PaymentTown.binOf(card);
        m.expiry = oneIn(4) ? 0 : card == PaymentTown.EXPIRED ? 2610 : PaymentTown.EXPIRY;
    }

    private long card() {
        if (profile == Profile.LIMITS && !oneIn(6)) {
            return oneIn(2) ? PaymentTown.LIMITED_HERE : PaymentTown.LIMITED_EAST;
        }
        if (profile == Profile.ROUTED && !oneIn(5)) {
            return oneIn(3) ? PaymentTown.STAND_IN_CARD : oneIn(2) ? PaymentTown.ROUTED_CARD : PaymentTown.ROUTED_CARD_2;
        }
        return oneIn(12) ? PaymentTown.POOR : oneIn(20) ? PaymentTown.CEILING : 1 + random.nextInt(4);
    }

    private int channel() {
        return oneIn(3) ? PaymentChannel.QR : oneIn(4) ? PaymentChannel.E_COMMERCE : PaymentChannel.CHIP;
    }

    private Message request() {
        final boolean routed = profile == Profile.ROUTED;
        final int kind = random.nextInt(routed ? 86 : 100);
        final Message m;
        if (kind < 40) {
            m = blank(200, PaymentOperation.PURCHASE, 0);
        } else if (kind < 65) {
            m = blank(100, PaymentOperation.AUTHORISE, 0);
        } else if (kind < 73) {
            m = blank(200, PaymentOperation.CASH_OUT, 1);
            m.merchant = oneIn(2) ? "" : m.merchant;
        } else if (kind < 79 && !routed) {
            m = blank(200, PaymentOperation.CASHBACK, 9);
            m.cash = oneIn(15) ? m.amount + 1 : m.amount * random.nextInt(100) / 100;
        } else if (kind < 86) {
            m = blank(200, PaymentOperation.TOP_UP, oneIn(2) ? 21 : 28);
            m.merchant = "";
        } else if (kind < 94) {
            m = blank(200, PaymentOperation.TRANSFER, 40);
            m.merchant = "";
            if (oneIn(2)) {
                m.destinationCard = 1 + random.nextInt(PaymentTown.WALLETS);
            } else {
                m.destinationId = oneIn(12) ? 4_711 : 1 + random.nextInt(PaymentTown.WALLETS);
            }
        } else {
            m = blank(200, PaymentOperation.BILL, 50);
            m.merchant = "";
            m.destinationId = oneIn(10) ? 77 : 1 + random.nextInt(2);
        }
        m.channel = channel();
        m.partialWanted = oneIn(4) && (!routed || m.operation != PaymentOperation.TOP_UP);
        if (oneIn(8) && m.card <= PaymentTown.WALLETS) {
            m.amount *= 100 + random.nextInt(200);
        }
        if (oneIn(30)) {
            m.amount = 0;
        }
        if (oneIn(12) && m.card <= PaymentTown.WALLETS) {
            m.pin = oneIn(3) ? PinState.WRONG : oneIn(8) ? PinState.NOT_SUPPORTED : PinState.RIGHT;
        }
        return m;
    }

    private Message enquiry() {
        final Message m = blank(oneIn(2) ? 100 : 200, PaymentOperation.BALANCE, oneIn(2) ? 30 : 31);
        card(m, 1 + random.nextInt(4));
        m.amount = 0;
        m.merchant = "";
        return m;
    }

    private Message odd() {
        final Message m = request();
        switch (random.nextInt(15)) {
            case 0 -> m.merchant = PaymentTown.UNKNOWN_MERCHANT;
            case 1 -> m.merchant = PaymentTown.BLOCKED_MERCHANT;
            case 2 -> m.terminal = PaymentTown.UNKNOWN_TERMINAL;
            case 3 -> m.terminal = PaymentTown.BLOCKED_TERMINAL;
            case 4 -> card(m, PaymentTown.UNKNOWN_CARD);
            case 5 -> card(m, PaymentTown.LOST_CARD);
            case 6 -> card(m, PaymentTown.STOLEN_CARD);
            case 7 -> card(m, PaymentTown.EXPIRED);
            case 8 -> m.expiry = oneIn(2) ? 3011 : 2601;
            case 9 -> {
                m.operation = PaymentOperation.UNKNOWN;
                m.processingCode = 990_000;
            }
            case 10 -> m.currency = PaymentTown.USD;
            case 11 -> card(m, PaymentTown.DOLLAR_WALLET);
            case 12 -> m.transmission = Message.transmissionAt(nowNs + 700_000 * MS);
            case 13 -> m.transmission = Message.transmissionAt(nowNs - 30 * HOUR);
            default -> m.institution = 300_003;
        }
        if (m.card > PaymentTown.WALLETS || m.card == PaymentTown.EXPIRED) {
            m.pin = 0;
        }
        return m;
    }

    private Message recent(final long withinNs, final int... operations) {
        final List<Message> fitting = new ArrayList<>();
        for (final Sent sent : recent) {
            for (final int operation : operations) {
                if (sent.message.operation == operation && !sent.message.isReversal() && nowNs - sent.atNs < withinNs) {
                    fitting.add(sent.message);
                }
            }
        }
        return fitting.isEmpty() ? null : fitting.get(random.nextInt(fitting.size()));
    }

    private Message follow(final Message original, final int mti, final int operation, final int processingCode) {
        final Message m = blank(mti, operation, processingCode);
        m.institution = original.institution;
        m.terminal = original.terminal;
        m.merchant = original.merchant;
        m.currency = original.currency;
        m.channel = original.channel;
        card(m, original.card);
        return m;
    }

    private Message completion() {
        final Message original = recent(29 * 24 * HOUR, PaymentOperation.AUTHORISE);
        if (original == null || original.isAdvice() || original.hasOriginal()) {
            return advice();
        }
        final Message m = follow(original, 220, PaymentOperation.COMPLETION, 0);
        m.amount = oneIn(4) ? original.amount : oneIn(12) ? 0 : oneIn(4) ? original.amount + random.nextInt(5_000) : 1 + (long) (random.nextDouble() * original.amount);
        m.moreToFollow = m.amount != 0 && m.amount < original.amount && oneIn(2);
        m.rrn = oneIn(2) ? original.rrn : m.rrn;
        if (oneIn(10)) {
            m.merchant = oneIn(2) ? PaymentTown.RESTAURANT : PaymentTown.GROCER;
        }
        final NaivePayments.Payment p = model.paymentOf(original);
        if (oneIn(3) && p != null && !p.approvalCode.isEmpty() && !p.rrn.isEmpty()) {
            m.rrn = p.rrn;
            m.approvalCode = p.approvalCode;
        } else {
            m.naming(original);
            if (oneIn(25)) {
                m.originalStan = 999_999;
            }
        }
        return m;
    }

    private Message increment() {
        final Message original = recent(29 * 24 * HOUR, PaymentOperation.AUTHORISE);
        if (original == null || original.isAdvice() || original.hasOriginal()) {
            return request();
        }
        final NaivePayments.Payment p = model.paymentOf(original);
        if (p == null || !p.open && nowNs - p.atNs > 20 * HOUR) {
            return request();
        }
        final Message m = follow(original, 100, PaymentOperation.AUTHORISE, 0).naming(original);
        if (oneIn(25)) {
            m.originalStan = 999_999;
        }
        return m;
    }

    private Message refund() {
        final Message original = recent(170 * 24 * HOUR, PaymentOperation.PURCHASE, PaymentOperation.AUTHORISE, PaymentOperation.CASHBACK, PaymentOperation.CASH_OUT);
        final NaivePayments.Payment p = original == null ? null : model.paymentOf(original);
        if (p == null || p.left() <= 0 && nowNs - p.atNs > 20 * HOUR) {
            return request();
        }
        final Message m = follow(original, 200, PaymentOperation.REFUND, 20);
        m.merchant = original.merchant.isEmpty() ? PaymentTown.GROCER : original.merchant;
        m.amount = oneIn(3) ? original.amount : 1 + (long) (random.nextDouble() * original.amount);
        if (oneIn(6)) {
            m.amount = Math.min(m.amount, 2_100);
        } else if (oneIn(2) && !original.rrn.isEmpty()) {
            m.rrn = original.rrn;
        } else {
            m.naming(original);
        }
        return m;
    }

    private Message advice() {
        final Message m;
        final int kind = random.nextInt(3);
        if (kind == 0 && profile != Profile.ROUTED) {
            m = blank(120, PaymentOperation.AUTHORISE, 0);
        } else {
            m = blank(220, kind == 1 && profile != Profile.ROUTED ? PaymentOperation.CASH_OUT : PaymentOperation.PURCHASE, kind == 1 && profile != Profile.ROUTED ? 1 : 0);
        }
        if (oneIn(10)) {
            m.merchant = PaymentTown.UNKNOWN_MERCHANT;
        } else if (oneIn(10)) {
            m.terminal = PaymentTown.UNKNOWN_TERMINAL;
        } else if (oneIn(10)) {
            m.currency = PaymentTown.USD;
        } else if (oneIn(12) && m.mti == 220) {
            card(m, PaymentTown.UNKNOWN_CARD);
        } else if (oneIn(15)) {
            m.transmission = Message.transmissionAt(nowNs - 30 * HOUR);
        }
        if (oneIn(3)) {
            m.amount += 3_001;
        }
        return m;
    }

    // ----- steps ----------------------------------------------------------------------------------------------------

    private static int participant(final Message m) {
        return m.institution == PaymentTown.SMALL_INSTITUTION ? PaymentTown.SMALL_ACQUIRER : PaymentTown.ACQUIRER;
    }

    private Step pay(final Message m) {
        if (m.operation != PaymentOperation.BALANCE) {
            recent.addLast(new Sent(nowNs, m));
            if (recent.size() > RECENT) {
                recent.removeFirst();
            }
            if (PaymentTown.isRouted(m.bin) && !m.isReversal() && !m.isAdvice() && !m.isRepeat()) {
                routedInFlight.add(m);
            }
        }
        return new Step.Pay(nowNs, participant(m), m);
    }

    private Step again() {
        final List<Sent> fitting = recent.stream().filter(s -> nowNs - s.atNs < 12 * HOUR
            && Math.abs(Message.instantOf(s.message.transmission, nowNs) - nowNs) < 14 * HOUR).toList();
        if (fitting.isEmpty()) {
            return pay(request());
        }
        final Message first = fitting.get(fitting.size() - 1 - random.nextInt(Math.min(fitting.size(), 12))).message;
        final Message m = oneIn(3) ? first.copy() : first.repeat();
        if (m.isRepeat() && !m.rrn.isEmpty() && oneIn(5)) {
            m.transmission = Message.transmissionAt(nowNs);
        } else if (oneIn(8)) {
            switch (random.nextInt(4)) {
                case 0 -> m.amount += 1;
                case 1 -> m.processingCode += 1_000;
                case 2 -> m.currency = m.currency == PaymentTown.CNY ? PaymentTown.USD : PaymentTown.CNY;
                default -> card(m, m.card == 1 ? 2 : 1);
            }
        }
        return new Step.Pay(nowNs, participant(m), m);
    }

    private Message reversalOf(final Message original) {
        final Message m = follow(original, oneIn(2) ? 400 : 420, PaymentOperation.REVERSAL, original.processingCode / 10_000);
        m.processingCode = original.processingCode;
        m.amount = original.amount;
        m.rrn = original.rrn;
        m.channel = PaymentChannel.CHIP;
        if (oneIn(4) && !original.rrn.isEmpty()) {
            if (oneIn(2)) {
                m.naming(original);
                m.originalStan = 0;
            }
        } else {
            m.naming(original);
            if (oneIn(5)) {
                m.amount += 1;
            }
            if (oneIn(15)) {
                m.originalForwarding = oneIn(2) ? 0 : 700_000 + random.nextInt(3);
            }
        }
        if (oneIn(25)) {
            m.currency = PaymentTown.USD;
        }
        return m;
    }

    private Step reverse() {
        Message original = recent(150 * HOUR, PaymentOperation.PURCHASE, PaymentOperation.AUTHORISE, PaymentOperation.COMPLETION,
            PaymentOperation.CASH_OUT, PaymentOperation.CASHBACK, PaymentOperation.TOP_UP, PaymentOperation.TRANSFER, PaymentOperation.BILL,
            PaymentOperation.REFUND);
        final NaivePayments.Payment p = original == null ? null : model.paymentOf(original);
        if (original == null || p == null || p.captured == 0 && p.held == 0 && nowNs - p.atNs > 20 * HOUR) {
            return pay(request());
        }
        final boolean before = oneIn(8);
        if (before) {
            original = request();
            heldBack.addLast(original);
        }
        final Message m = reversalOf(original);
        if (!before && oneIn(4) && original.amount > 0) {
            m.remaining = oneIn(6) ? original.amount + random.nextInt(2) : (long) (random.nextDouble() * original.amount);
        }
        return pay(m);
    }

    private Step heldBackOrNew() {
        while (!heldBack.isEmpty() && nowNs - Message.instantOf(heldBack.peekFirst().transmission, nowNs) > 20 * HOUR) {
            heldBack.removeFirst();
        }
        return pay(heldBack.isEmpty() ? request() : heldBack.removeFirst());
    }

    private Step reconcile() {
        if (lastReconcile != null && oneIn(4) && nowNs - lastReconcile.atNs() < 12 * HOUR) {
            final Step.Reconcile r = lastReconcile;
            return new Step.Reconcile(nowNs, r.participant(), r.mti() / 2 * 2 + (oneIn(2) ? 1 : 0), r.institution(), r.stan(), r.transmission(),
                r.monthAndDay(), r.honest());
        }
        final boolean small = oneIn(5);
        final int date = oneIn(3) ? 0 : oneIn(3) && model.previousDate() != 0 ? model.previousDate() % 10_000 : oneIn(10) ? 101 : model.openDate() % 10_000;
        lastReconcile = new Step.Reconcile(nowNs, small ? PaymentTown.SMALL_ACQUIRER : PaymentTown.ACQUIRER, oneIn(2) ? 500 : 520,
            small ? PaymentTown.SMALL_INSTITUTION : PaymentTown.INSTITUTION, reconciliations++, Message.transmissionAt(nowNs), date,
            oneIn(3) ? null : Boolean.valueOf(!oneIn(4)));
        return lastReconcile;
    }

    private Step other() {
        switch (random.nextInt(8)) {
            case 0, 1:
                return new Step.FileUpdate(nowNs, PaymentTown.ACQUIRER, PaymentTown.INSTITUTION, 600_000 + random.nextInt(1_000),
                    Message.transmissionAt(nowNs), oneIn(6) ? PaymentTown.UNKNOWN_CARD : card(), oneIn(3));
            case 2:
                return new Step.Freeze(nowNs, 1 + random.nextInt(4), false);
            case 3:
                return new Step.Freeze(nowNs, 1 + random.nextInt(4), oneIn(2));
            case 4:
                return new Step.CutOver(nowNs, oneIn(3) ? model.openDate() : 0);
            case 5:
                return new Step.Tick(nowNs);
            case 6:
                if (profile == Profile.ROUTED) {
                    return new Step.LinkStatus(nowNs, !oneIn(3));
                }
                return new Step.Tick(nowNs);
            default:
                return new Step.Restart(nowNs);
        }
    }

    private Step issuer() {
        final Message m = routedInFlight.get(random.nextInt(routedInFlight.size()));
        if (!oneIn(5)) {
            routedInFlight.remove(m);
        }
        final int kind = random.nextInt(10);
        final boolean partial = kind == 0 && m.partialWanted && m.amount > 20;
        return new Step.Issuer(nowNs, m, partial ? "10" : kind < 3 ? "51" : "00", partial ? m.amount / 2 : m.amount, oneIn(15));
    }
}
