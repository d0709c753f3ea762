package io.daybreak.model.payment;

import io.daybreak.protocol.OutcomeFlags;
import io.daybreak.protocol.PaymentAnswerFlags;
import io.daybreak.protocol.Result;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * The model and the switch side by side: each step goes to both, and everything that shows is compared. A difference
 * tells its kind, so that a history may be shortened without turning into another one.
 */
final class PaymentComparison implements AutoCloseable {
    private static final int SLOW_EVERY = 64;
    /** Nanoseconds before a step, one for each tick. */
    private static final int CATCH_UP_TICKS = 1_000;
    private static final long CODE_LIFE_NS = 30L * 86_400_000_000_000L;

    /** The two sides differ. */
    static final class Difference extends AssertionError {
        private static final long serialVersionUID = 1L;
        final String kind;

        Difference(final String kind, final String message, final Throwable cause) {
            super(kind + ": " + message, cause);
            this.kind = kind;
        }
    }

    final NaivePayments model = new NaivePayments();
    final SwitchRig rig = new SwitchRig();
    private final Map<List<Object>, Long> codes = new HashMap<>();
    private final Map<Message, SwitchRig.ToIssuer> requests = new HashMap<>();
    private final Map<Integer, Long> produced = new TreeMap<>();
    private long correlation;
    private long steps;
    private int itemsCompared;
    private long lastItem;
    private final boolean routed;

    PaymentComparison(final boolean routed, final long capacity) {
        this.routed = routed;
        long at = PaymentTown.START_NS - 1_000_000_000L;
        final List<Order> orders = new ArrayList<>(PaymentTown.orders(capacity));
        if (routed) {
            orders.addAll(PaymentTown.issuerOrders());
            orders.add(SwitchRig.linkStatus(PaymentTown.LINK_1, true));
        }
        for (final Order order : orders) {
            final int result = rig.apply(at++, order.what().startsWith("link") || order == orders.get(0) || order == orders.get(1) ? 0
                : PaymentTown.OPERATOR, order);
            if (result != Result.OK) {
                throw new Difference("town", order + ": " + Result.name(result), null);
            }
        }
        PaymentTown.tell(model);
        model.issuerIsUp(routed);
    }

    Map<Integer, Long> produced() {
        return produced;
    }

    void step(final Step step) {
        try {
            apply(step);
            steps++;
            compareBalances();
            if (steps % SLOW_EVERY == 0) {
                compareSlowly();
            }
        } catch (final Difference ex) {
            throw ex;
        } catch (final RuntimeException | AssertionError ex) {
            throw new Difference("failure " + ex.getClass().getSimpleName() + " " + firstLine(ex), step.toString(), ex);
        }
    }

    private static String firstLine(final Throwable ex) {
        final String message = String.valueOf(ex.getMessage()).strip();
        return message.lines().findFirst().orElse("").replaceAll("[0-9]+", "#");
    }

    private static void same(final Object actual, final Object expected, final String kind, final Object where) {
        if (!Objects.equals(actual, expected)) {
            throw new Difference(kind, "switch " + actual + ", model " + expected + "; " + where, null);
        }
    }

    private void apply(final Step step) {
        model.clearDeferred();
        rig.lateReplies.clear();
        final int before = rig.toIssuer.size();
        if (!(step instanceof Step.Restart)) {
            catchUp(step.atNs());
            model.begin(step.atNs());
        }
        if (step instanceof Step.Pay pay) {
            pay(pay);
        } else if (step instanceof Step.Reconcile reconcile) {
            reconcile(reconcile);
        } else if (step instanceof Step.FileUpdate f) {
            final int expected = model.fileUpdate(f.institution(), f.stan(), f.transmission(), f.token(), PaymentTown.binOf(f.token()), f.add());
            final SwitchRig.Reply reply = rig.fileUpdate(f.atNs(), f.participant(), f.institution(), f.stan(), f.transmission(), f.token(), f.add());
            same(Result.name(reply.result()), Result.name(expected), "result of 0302", f);
        } else if (step instanceof Step.Freeze f) {
            model.freeze(f.wallet(), f.freeze());
            rig.apply(f.atNs(), PaymentTown.OPERATOR, PaymentTown.freeze(f.wallet(), f.freeze()));
        } else if (step instanceof Step.CutOver c) {
            final int expected = model.cutOverBy(c.date());
            same(Result.name(rig.apply(c.atNs(), PaymentTown.OPERATOR, PaymentTown.cutOver(c.date()))), Result.name(expected), "result of cut-over", c);
        } else if (step instanceof Step.Tick t) {
            rig.apply(t.atNs(), 0, SwitchRig.tick());
        } else if (step instanceof Step.Restart) {
            rig.restart();
            model.restarted();
        } else if (step instanceof Step.LinkStatus l) {
            model.issuerIsUp(l.up());
            rig.apply(l.atNs(), 0, SwitchRig.linkStatus(PaymentTown.LINK_1, l.up()));
        } else if (step instanceof Step.Issuer i) {
            issuer(i);
        } else if (step instanceof Step.Drain d) {
            throw new IllegalStateException(d.toString());
        }
        for (final SwitchRig.ToIssuer sent : rig.toIssuer.subList(before, rig.toIssuer.size())) {
            if (step instanceof Step.Pay pay && sent.isRequest() && sent.rrn().equals(pay.message().rrn)) {
                requests.put(pay.message(), sent);
            }
        }
        compareDeferred(step);
    }

    /** An entry sweeps a bounded number of deadlines; ticks, as the switch sends them to itself, see to the rest. */
    private void catchUp(final long atNs) {
        for (int i = 0; i < CATCH_UP_TICKS && rig.machine.nextDeadlineNs() <= atNs - CATCH_UP_TICKS + i; i++) {
            rig.apply(atNs - CATCH_UP_TICKS + i, 0, SwitchRig.tick());
        }
    }

    private void pay(final Step.Pay pay) {
        final Message m = pay.message();
        correlation++;
        final Said said = model.payment(pay.participant(), m, 1, correlation);
        final SwitchRig.Reply reply = rig.payment(pay.atNs(), pay.participant(), m, 1, correlation);
        produced.merge(reply.result(), 1L, Long::sum);
        final String where = m + " expected " + said + " got " + reply;
        if (reply.result() != said.result && reply.result() != said.alsoResult) {
            same(Result.name(reply.result()), Result.name(said.result), "result", where);
        }
        if (said.payment != null && !said.repeated) {
            said.payment.result = reply.result();
            if (said.result != reply.result()) {
                model.decidedOtherwise(said.payment);
            }
        }
        same(reply.isRepeated(), said.repeated, "REPEATED", where);
        same(reply.isDeferred(), said.deferred, "DEFERRED", where);
        if (said.enquiry) {
            same((reply.outcomeFlags() & OutcomeFlags.NOT_JOURNALED) != 0, true, "NOT_JOURNALED", where);
            if (said.result == Result.OK) {
                same(List.of(reply.answer().ledgerBalance(), reply.answer().availableBalance()),
                    List.of(said.ledgerBalance, said.availableBalance), "balances of an enquiry", where);
                same((reply.answer().flags() & PaymentAnswerFlags.HAS_BALANCES) != 0, true, "HAS_BALANCES", where);
                same(reply.answer().approvalCode(), "", "DE 38 of an enquiry", where);
            }
        } else if (said.isDecided() && !said.deferred) {
            compareAnswer(m, said, reply.answer(), reply.isRepeated(), where);
        }
    }

    private void compareAnswer(final Message m, final Said said, final SwitchRig.Answer answer, final boolean repeated, final String where) {
        final NaivePayments.Payment p = said.payment;
        same(answer.result(), p.result, "result in the answer", where);
        same(answer.date(), said.date, "DE 15", where);
        same(answer.mti(), said.mti, "MTI", where);
        same(answer.stan(), said.stan, "DE 11", where);
        same(answer.processingCode(), said.processingCode, "DE 3", where);
        if ((answer.flags() & PaymentAnswerFlags.HAS_AMOUNT) != 0 || Said.isApproval(p.result)) {
            same(answer.amount(), said.amount, "DE 4", where);
        }
        if (repeated && p.routed) {
            learnWhatNobodyWasTold(p, answer);
        }
        if (repeated || !p.rrn.isEmpty()) {
            same(answer.rrn(), p.rrn, "DE 37", where);
        } else {
            same(answer.rrn().matches("[0-9]{12}"), true, "DE 37 made", where);
            model.referenceWasMade(p, answer.rrn());
        }
        same((answer.flags() & PaymentAnswerFlags.REPEATED) != 0, repeated, "REPEATED in the answer", where);
        if (p.m.isAdvice() || p.m.isReversal()) {
            same(answer.approvalCode().isEmpty() || answer.approvalCode().equals(p.m.approvalCode), true, "DE 38 of an advice or reversal", where);
        } else if (repeated) {
            same(answer.approvalCode(), p.approvalCode, "DE 38 of a repeat", where);
        } else if (!said.approvalCode) {
            same(answer.approvalCode(), "", "DE 38 of what is no approval", where);
        } else {
            same(answer.approvalCode().matches("[0-9A-Z]{6}"), true, "DE 38", where);
            p.approvalCode = answer.approvalCode();
            final Long before = p.routed ? null : codes.put(List.of(m.card, p.approvalCode), p.atNs);
            same(before == null || before < p.atNs - CODE_LIFE_NS, true, "DE 38 once in 30 days", where);
        }
        if (said.left >= 0) {
            same(answer.left(), said.left, "what is left of the limit", where);
        }
    }

    /** A repeat may be the first to tell DE 37 and 38: who waited was gone after a restart, or is answered in this very step. */
    private void learnWhatNobodyWasTold(final NaivePayments.Payment p, final SwitchRig.Answer answer) {
        if (p.rrn.isEmpty()) {
            model.referenceWasMade(p, answer.rrn());
        }
        if (p.approvalCode.isEmpty() && Said.isApproval(p.result)) {
            p.approvalCode = answer.approvalCode();
        }
    }

    private void compareDeferred(final Step step) {
        final Map<String, NaivePayments.Deferred> expected = new TreeMap<>();
        for (final NaivePayments.Deferred d : model.deferred()) {
            if (d.link() != 0) {
                expected.put(d.link() + "/" + d.correlation(), d);
            }
        }
        final Map<String, SwitchRig.LateReply> actual = new TreeMap<>();
        for (final SwitchRig.LateReply reply : rig.lateReplies) {
            if (reply.link() != 0) {
                actual.put(reply.link() + "/" + reply.correlation(), reply);
            }
        }
        same(actual.keySet(), expected.keySet(), "who gets a deferred answer", step);
        for (final Map.Entry<String, NaivePayments.Deferred> e : expected.entrySet()) {
            final SwitchRig.Answer answer = actual.get(e.getKey()).answer();
            final Said said = e.getValue().said();
            final NaivePayments.Payment p = said.payment;
            final String where = "deferred of " + p.m + " expected " + said + " got " + answer + " at " + step;
            produced.merge(answer.result(), 1L, Long::sum);
            same(Result.name(answer.result()), Result.name(p.result), "result of a deferred answer", where);
            same(answer.date(), said.date, "DE 15 of a deferred answer", where);
            same(answer.mti(), said.mti, "MTI of a deferred answer", where);
            same(answer.stan(), p.m.stan, "DE 11 of a deferred answer", where);
            same(answer.rrn().isEmpty() ? p.rrn : answer.rrn(), p.rrn.isEmpty() ? answer.rrn() : p.rrn, "DE 37 of a deferred answer", where);
            if (Said.isApproval(p.result)) {
                same(answer.amount(), said.amount, "DE 4 of a deferred answer", where);
                same(answer.approvalCode().isEmpty(), false, "DE 38 of a deferred answer", where);
            }
            p.approvalCode = answer.approvalCode();
            if (p.rrn.isEmpty()) {
                model.referenceWasMade(p, answer.rrn());
            }
        }
    }

    private void reconcile(final Step.Reconcile r) {
        final boolean repeated = model.isReconciled(r.institution(), r.stan(), r.transmission());
        NaivePayments.Reconciled expected = model.reconcile(r.institution(), PaymentTown.CNY, r.stan(), r.transmission(), r.monthAndDay());
        NaiveTotals.Sums sent = r.honest() == null ? null : expected.sums().copy();
        if (sent != null && !r.honest()) {
            sent.values()[5]++;
        }
        final SwitchRig.Totals actual = rig.reconcile(r.atNs(), r.participant(), r.mti(), r.institution(), PaymentTown.CNY, r.stan(), r.transmission(),
            r.monthAndDay(), sent);
        produced.merge(actual.result(), 1L, Long::sum);
        if (!repeated && expected.result() == Result.OK && sent != null && !r.honest()) {
            expected = new NaivePayments.Reconciled(Result.OUT_OF_BALANCE, expected.date(), expected.sums());
            model.correct(r.institution(), r.stan(), r.transmission(), expected);
        }
        final String where = r + " expected " + expected + " got " + actual;
        same(Result.name(actual.result()), Result.name(expected.result()), "result of 0500", where);
        if (expected.result() != Result.BUSINESS_DATE_CLOSED) {
            same((actual.outcomeFlags() & OutcomeFlags.REPEATED) != 0, repeated, "REPEATED of 0500", where);
            same(actual.sums(), expected.sums(), "totals of 0500", where);
            same(actual.net(), expected.sums().net(), "DE 97", where);
            same(actual.date(), expected.date(), "DE 15 of 0510", where);
            same(actual.settlementCode(), expected.result() == Result.OK ? 1 : 2, "DE 66", where);
        } else {
            same(actual.sums(), new NaiveTotals.Sums(), "totals of a closed date", where);
        }
    }

    private void issuer(final Step.Issuer i) {
        final SwitchRig.ToIssuer request = requests.get(i.message());
        if (request == null) {
            rig.apply(i.atNs(), 0, SwitchRig.tick());
            return;
        }
        final NaivePayments.Payment p = model.paymentOf(i.message());
        final boolean approves = "00".equals(i.code()) || "10".equals(i.code());
        final boolean agrees = !i.wrongTrace();
        if (p != null && agrees) {
            model.issuerAnswered(p, approves ? i.approved() : -1, Result.DECLINED_BY_ISSUER);
        }
        final SwitchRig.ToIssuer answered = i.wrongTrace() ? new SwitchRig.ToIssuer(0, request.mti(), request.stan() + 77_777, request.transmission(),
            0, 0, 0, request.linkId(), 0, 0, request.rrn(), 0, 0, "", "", 0) : request;
        rig.apply(i.atNs(), 0, SwitchRig.issuerAnswer(answered, i.code(), i.approved() < 0 ? i.message().amount : i.approved(),
            approves ? String.format("I%05d", steps % 100_000) : ""));
    }

    private void compareBalances() {
        final Map<Long, String> expected = new TreeMap<>();
        model.accounts().forEach((id, account) -> expected.put(id, account.toString()));
        final Map<Long, String> actual = rig.accounts(expected.keySet());
        if (!actual.equals(expected)) {
            final StringBuilder differences = new StringBuilder();
            expected.forEach((id, balances) -> differences.append(balances.equals(actual.get(id)) ? "" : id + ": switch " + actual.get(id)
                + ", model " + balances + "; "));
            throw new Difference("balances", differences.toString(), null);
        }
        same(model.imbalance(), 0L, "conservation of the model", "");
    }

    /** Totals by day, items and digests. */
    void compareSlowly() {
        try {
            rig.check();
        } catch (final RuntimeException | AssertionError ex) {
            throw new Difference("check " + firstLine(ex), "after " + steps + " steps", ex);
        }
        for (final long institution : new long[] {PaymentTown.INSTITUTION, PaymentTown.SMALL_INSTITUTION}) {
            for (final int date : new int[] {model.openDate(), model.previousDate()}) {
                if (date != 0) {
                    same(rig.dayTotals(institution, PaymentTown.CNY, date), model.dayTotals(institution, PaymentTown.CNY, date), "day totals",
                        institution + " on " + date);
                }
            }
        }
        if (!routed) {
            final List<SwitchRig.Item> items = rig.items(0);
            final List<String> actual = items.stream().map(i -> i.institution() + "/" + i.stan()).toList();
            final List<String> expected = model.items().stream().map(i -> i.institution() + "/" + i.stan()).toList();
            same(actual, expected, "items", "");
        }
    }

    @Override
    public void close() {
        rig.close();
    }
}
