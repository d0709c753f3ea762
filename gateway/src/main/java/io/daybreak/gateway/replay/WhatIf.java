package io.daybreak.gateway.replay;

import io.daybreak.machine.Outcome;
import io.daybreak.payment.MadeReference;
import io.daybreak.payment.PaymentCommand;
import io.daybreak.payment.PaymentView;
import io.daybreak.payment.PaymentView.Seen;
import io.daybreak.protocol.Participants;
import io.daybreak.protocol.PaymentState;
import io.daybreak.protocol.Result;
import io.daybreak.protocol.codec.IssuerAnswerDecoder;
import io.daybreak.protocol.codec.IssuerSendFailedDecoder;
import io.daybreak.protocol.codec.PaymentDecoder;
import io.daybreak.protocol.codec.SendToIssuerDecoder;
import io.daybreak.protocol.codec.TransferDecoder;
import org.agrona.DirectBuffer;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The same traffic under other rules. Two state machines execute the journal side by side: one as it was, which is proven at every step, and one that
 * from an instant on has other records (limits, tiers, fees, routes). What differs is told as a table, with examples.
 * <p>
 * What is done with recorded commands that follow on an outcome which has changed is stated in {@link #RULE}. One thread; memory of two states, and of
 * {@link Remembered#MOST} each of changed outcomes, issuers' requests and unanswered ones: the oldest are forgotten beyond, and the report tells how many;
 * a follow-up of a forgotten one is applied, and meets the other state's own answer.
 */
public final class WhatIf implements Watcher {
    /** The rule for recorded follow-ups of changed outcomes; part of every report. */
    public static final String RULE = "Recorded traffic is applied as it came. Of a payment that was approved and is now declined, what followed on it (captures,"
        + " completions, releases, reversals, refunds) is left out, since its sender would not have sent it. A payment that was declined and is now approved has no"
        + " recorded follow-up: its hold stays until it expires. An issuer's recorded answer goes to the request that the same payment sends now; if"
        + " it sends none, the answer is left out, and a request without a recorded answer times out. Where a record was put within the span, those of the"
        + " configuration are put again behind it.";
    private static final int EXAMPLES = 3;
    private static final int LINE = 120;

    /**
     * A record that is put at the begin of the span.
     *
     * @param templateId of the message
     * @param body       its block, without a header
     */
    public record Put(int templateId, DirectBuffer body, int offset, int length) {
    }

    private final Moment from;
    private final Moment to;
    private final List<Put> puts;
    private final Rerun rerun;
    private final AlternativeState alternative;
    private final SeenValues values;
    private final Commands commands = new Commands();
    private final PaymentCommand payment = new PaymentCommand();
    private boolean isBegun;
    private boolean isOver;

    private final Map<String, Group> groups = new TreeMap<>();
    private final Map<Integer, long[]> sums = new TreeMap<>();
    /** Payments that both states have sent to issuers, until the first of them is decided in both. */
    private final ArrayDeque<Awaiting> awaiting = new ArrayDeque<>();
    private final int mostEntries;
    /** What was approved and is now refused: transfers by id, payments by sequence. */
    private final Remembered<String, Boolean> lost;
    private final Remembered<String, SendToIssuer> sentAsItWas;
    private List<Story.Value> seen = List.of();
    private long compared;
    private long changed;
    private long leftOut;
    private long digestAsItWas;
    private String refusedPut;

    private record SendToIssuer(long sequence, int mti) {
    }

    private record Awaiting(long sequence, long alternativeSequence, long timestampNs, long institution, long rrn0, int rrn1, Map<String, Object> fields,
                            Amount amount) {
    }

    private static final class Group {
        private final String was;
        private final String is;
        private final String kind;
        private final int currency;
        private long count;
        private long minor;
        private final List<Map<String, Object>> examples = new ArrayList<>();

        Group(final String kind, final String was, final String is, final int currency) {
            this.kind = kind;
            this.was = was;
            this.is = is;
            this.currency = currency;
        }
    }

    private WhatIf(final Rerun rerun, final AlternativeState alternative, final Moment from, final Moment to, final List<Put> puts, final int mostEntries) {
        this.rerun = rerun;
        this.alternative = alternative;
        this.values = new SeenValues(alternative.view());
        this.from = from;
        this.to = to;
        this.puts = puts;
        this.mostEntries = mostEntries;
        this.lost = new Remembered<>(mostEntries);
        this.sentAsItWas = new Remembered<>(mostEntries);
    }

    /**
     * Executes both, from the newest snapshot before the span on.
     *
     * @param from first time or sequence under the other rules; null: from the first payment of a participant that is not the operator
     * @param to   last one; null: to the end
     */
    public static Map<String, Object> run(final Path data, final Moment from, final Moment to, final List<Put> puts) throws IOException, ReplayException {
        return run(data, from, to, puts, Remembered.MOST);
    }

    static Map<String, Object> run(final Path data, final Moment from, final Moment to, final List<Put> puts, final int mostEntries)
        throws IOException, ReplayException {
        try (Rerun opened = from == null ? Rerun.open(data) : Rerun.openBefore(data, from);
             AlternativeState alternative = new AlternativeState(data, opened.start(), mostEntries)) {
            return new WhatIf(opened, alternative, from, to, puts, mostEntries).run();
        }
    }

    private Map<String, Object> run() throws IOException, ReplayException {
        rerun.watch(this);
        while (!isOver && rerun.next()) {
            compareDecided();
        }
        if (refusedPut != null) {
            throw ReplayException.usage("a record of the configuration: " + refusedPut);
        }
        if (!isBegun) {
            throw new ReplayException(ReplayException.Reason.NOT_FOUND, "the journal ends at sequence " + rerun.machine().lastSequence() + ", "
                + Moment.text(rerun.machine().lastTimestampNs()) + ", before the span begins");
        }
        awaiting.forEach(this::compareAnswers);
        return report();
    }

    // ---- As it was: the watched execution; after each step the alternative does the same ----

    @Override
    public void beforeEntry(final long firstSequence, final long timestampNs) {
        isOver = to != null && (to.isSequence() ? firstSequence > to.sequence() : timestampNs > to.ns());
        digestAsItWas = rerun.machine().digest();
        if (!isOver) {
            alternative.beginEntry(timestampNs);
        }
    }

    @Override
    public void beforeCommand(final long sequence, final long timestampNs, final int templateId, final int participantId,
                              final DirectBuffer command, final int offset, final int length) {
        if (!isBegun && !isOver && begins(sequence, timestampNs, templateId, participantId)) {
            isBegun = true;
            puts.forEach(this::put);
        }
    }

    private void put(final Put put) {
        final int result = alternative.put(put);
        if (result != Result.OK && refusedPut == null) {
            refusedPut = Commands.name(put.templateId) + " is refused: " + Result.name(result);
            isOver = true;
        }
    }

    private boolean begins(final long sequence, final long timestampNs, final int templateId, final int participantId) {
        if (from == null) {
            return participantId != Participants.SYSTEM && participantId != Participants.FIRST_OPERATOR
                && (templateId == TransferDecoder.TEMPLATE_ID || templateId == PaymentDecoder.TEMPLATE_ID);
        }
        return from.isSequence() ? sequence >= from.sequence() : timestampNs >= from.ns();
    }

    @Override
    public void onEffect(final int templateId, final DirectBuffer effect, final int offset, final int length) {
        if (templateId == SendToIssuerDecoder.TEMPLATE_ID) {
            final SendToIssuerDecoder send = new SendToIssuerDecoder().wrap(effect, offset, SendToIssuerDecoder.BLOCK_LENGTH, SendToIssuerDecoder.SCHEMA_VERSION);
            sentAsItWas.put(trace((int) send.stan(), (int) send.transmission()), new SendToIssuer(send.paymentId(), send.mti()));
        }
    }

    private static String trace(final int stan, final int transmission) {
        return stan + "/" + transmission;
    }

    @Override
    public void afterCommand(final long sequence, final long timestampNs, final int templateId, final int participantId,
                             final DirectBuffer command, final int offset, final int length, final int result) {
        if (isOver) {
            return;
        }
        if (templateId == IssuerAnswerDecoder.TEMPLATE_ID || templateId == IssuerSendFailedDecoder.TEMPLATE_ID) {
            alternative.applyIssuers(templateId, participantId, command, offset, length, this::requestNow);
            return;
        }
        if (templateId == PaymentDecoder.TEMPLATE_ID) {
            payment(sequence, timestampNs, participantId, command, offset, length, result);
        } else if (templateId == TransferDecoder.TEMPLATE_ID) {
            transfer(sequence, timestampNs, participantId, command, offset, result);
        } else {
            alternative.apply(templateId, participantId, command, offset, length);
            if (isBegun) {
                // What was put within the span must not take the place of the configuration's.
                puts.stream().filter(put -> put.templateId == templateId).forEach(alternative::put);
            }
        }
    }

    /** The request that the same payment sends now, in place of the recorded one; null if it sends none. */
    private AlternativeState.Request requestNow(final int stan, final int transmission, final int linkId) {
        final SendToIssuer was = sentAsItWas.get(trace(stan, transmission));
        if (was == null) {
            // Sent before the snapshot that both began with: it is the same request in both.
            return new AlternativeState.Request(stan, transmission, linkId);
        }
        return alternative.request(was.sequence, was.mti);
    }

    private void payment(final long sequence, final long timestampNs, final int participantId, final DirectBuffer command, final int offset,
                         final int length, final int result) {
        payment.wrap(command, offset);
        final long rrn0 = payment.hasRrn() ? payment.rrn0() : MadeReference.head(timestampNs, sequence);
        final int rrn1 = payment.hasRrn() ? payment.rrn1() : MadeReference.tail(sequence);
        final Seen was = seen(rerun.view().payments(), payment.institution(), rrn0, rrn1, sequence);
        if (was != null && was.originalId() != 0 && lost.contains("p" + was.originalId())) {
            leftOut++;
            return;
        }
        if (isBegun) {
            seen = values.ofPayment(payment, null, timestampNs);
        }
        final Outcome outcome = alternative.applyPayment(sequence, participantId, command, offset, length);
        payment.wrap(command, offset);
        final Seen is = seen(alternative.view().payments(), payment.institution(), payment.hasRrn() ? rrn0
            : MadeReference.head(timestampNs, outcome.sequence), payment.hasRrn() ? rrn1 : MadeReference.tail(outcome.sequence), outcome.sequence);
        if (!isBegun) {
            return;
        }
        final Map<String, Object> fields = commands.fields(PaymentDecoder.TEMPLATE_ID, command, offset, length);
        final Amount amount = new Amount(payment.amountMinor(), payment.currency());
        if (result == Result.AWAITING_ISSUER && outcome.result == Result.AWAITING_ISSUER) {
            awaiting.add(new Awaiting(sequence, outcome.sequence, timestampNs, payment.institution(), rrn0, rrn1, fields, amount));
            return;
        }
        sums(amount.currency(), was, is);
        compare(sequence, timestampNs, "Payment " + Commands.operation(payment.operation()), result, outcome.result, approved(was), approved(is), amount, fields);
        if (isApproval(result) && !isApproval(outcome.result)) {
            lost.put("p" + sequence, true);
        }
    }

    private static boolean isApproval(final int result) {
        return result == Result.OK || result == Result.APPROVED_IN_PART || result == Result.APPROVED_BY_STAND_IN || result == Result.TAKEN_AS_AN_ITEM
            || result == Result.AWAITING_ISSUER;
    }

    private static long approved(final Seen seen) {
        return seen == null ? 0 : seen.approvedMinor();
    }

    private static Seen seen(final PaymentView payments, final long institution, final long rrn0, final int rrn1, final long sequence) {
        final int place = payments.find(institution, rrn0, rrn1, sequence);
        return place == PaymentView.NOT_FOUND ? null : payments.read(place, sequence);
    }

    private void transfer(final long sequence, final long timestampNs, final int participantId, final DirectBuffer command, final int offset,
                          final int result) {
        final TransferDecoder transfer = new TransferDecoder().wrap(command, offset, TransferDecoder.BLOCK_LENGTH, TransferDecoder.SCHEMA_VERSION);
        final String hold = "t" + Commands.id(transfer.pendingId().hi(), transfer.pendingId().lo());
        final String own = "t" + Commands.id(transfer.id().hi(), transfer.id().lo());
        if (lost.contains(hold)) {
            leftOut++;
            return;
        }
        final boolean counts = isBegun;
        final Amount amount = new Amount(transfer.amountMinor(), (int) transfer.ledger());
        final Map<String, Object> fields = commands.fields(TransferDecoder.TEMPLATE_ID, command, offset, TransferDecoder.BLOCK_LENGTH);
        alternative.applyTransfer(participantId, command, offset, is -> {
            if (counts) {
                compare(sequence, timestampNs, "Transfer", result, is, 0, 0, amount, fields);
                if (result == Result.OK && is != Result.OK) {
                    lost.put(own, true);
                }
            }
        });
    }

    // ---- Comparison ----

    private void compare(final long sequence, final long timestampNs, final String kind, final int was, final int is, final long approvedWas,
                         final long approvedIs, final Amount amount, final Map<String, Object> fields) {
        compared++;
        if (was == is && approvedWas == approvedIs) {
            return;
        }
        changed++;
        final Group group = groups.computeIfAbsent(kind + was + "/" + is + "/" + amount.currency(),
            key -> new Group(kind, Result.name(was), Result.name(is), amount.currency()));
        group.count++;
        group.minor += amount.minor();
        if (group.examples.size() < EXAMPLES) {
            final Story.Step step = new Story.Step();
            step.values.addAll(seen);
            values.mark(step, is, payment, null);
            final Map<String, Object> example = new LinkedHashMap<>();
            example.put("sequence", sequence);
            example.put("time", Moment.text(timestampNs));
            example.put("fields", fields);
            example.put("saw", step.values.stream().filter(value -> value.isDecided()).map(Story.Value::toMap).toList());
            group.examples.add(example);
        }
    }

    /** Those at the head that are decided in both, or that are too many to wait longer for. */
    private void compareDecided() {
        while (!awaiting.isEmpty() && (awaiting.size() > mostEntries || !isOpen(rerun.view().payments(), awaiting.peek(), awaiting.peek().sequence)
            && !isOpen(alternative.view().payments(), awaiting.peek(), awaiting.peek().alternativeSequence))) {
            compareAnswers(awaiting.poll());
        }
    }

    private static boolean isOpen(final PaymentView payments, final Awaiting each, final long sequence) {
        final Seen seen = seen(payments, each.institution, each.rrn0, each.rrn1, sequence);
        return seen != null && seen.state() == PaymentState.AWAITING_ISSUER;
    }

    private void compareAnswers(final Awaiting each) {
        final Seen was = seen(rerun.view().payments(), each.institution, each.rrn0, each.rrn1, each.sequence);
        final Seen is = seen(alternative.view().payments(), each.institution, each.rrn0, each.rrn1, each.alternativeSequence);
        if (was != null && is != null && was.state() != PaymentState.AWAITING_ISSUER) {
            seen = List.of();
            sums(each.amount.currency(), was, is);
            compare(each.sequence, each.timestampNs, "Payment " + Commands.operation(was.operation()), was.result(), is.result(), was.approvedMinor(),
                is.approvedMinor(), each.amount, each.fields);
            if (isApproval(was.result()) && !isApproval(is.result())) {
                lost.put("p" + each.sequence, true);
            }
        }
    }

    private void sums(final int currency, final Seen was, final Seen is) {
        final long[] sum = sums.computeIfAbsent(currency, key -> new long[4]);
        sum[0] += approved(was);
        sum[1] += approved(is);
        sum[2] += was == null ? 0 : was.feeMinor();
        sum[3] += is == null ? 0 : is.feeMinor();
    }

    private Map<String, Object> report() {
        final Map<String, Object> report = new LinkedHashMap<>();
        report.put("compared", compared);
        report.put("changed", changed);
        report.put("left-out", leftOut);
        report.put("forgotten", lost.forgotten() + sentAsItWas.forgotten() + alternative.forgotten());
        report.put("states-equal", alternative.digest() == (isOver ? digestAsItWas : rerun.machine().digest()));
        final List<Map<String, Object>> money = new ArrayList<>();
        sums.forEach((currency, sum) -> {
            final Map<String, Object> row = new LinkedHashMap<>();
            row.put("currency", Amounts.code(currency));
            row.put("approved", new Amount(sum[0], currency));
            row.put("approved-what-if", new Amount(sum[1], currency));
            row.put("fees", new Amount(sum[2], currency));
            row.put("fees-what-if", new Amount(sum[3], currency));
            money.add(row);
        });
        report.put("payments", money);
        final List<Map<String, Object>> changes = new ArrayList<>();
        for (final Group group : groups.values()) {
            final Map<String, Object> row = new LinkedHashMap<>();
            row.put("kind", group.kind);
            row.put("was", group.was);
            row.put("what-if", group.is);
            row.put("count", group.count);
            row.put("amount", new Amount(group.minor, group.currency));
            row.put("examples", group.examples);
            changes.add(row);
        }
        report.put("changes", changes);
        report.put("rule", RULE);
        return report;
    }

    /** The report for a person. */
    public static String text(final Map<String, Object> report) {
        final StringBuilder text = new StringBuilder();
        text.append(String.format("%s outcomes compared, %s changed, %s follow-ups left out%n", report.get("compared"), report.get("changed"), report.get("left-out")));
        for (final Object each : (List<?>) report.get("payments")) {
            final Map<?, ?> row = (Map<?, ?>) each;
            if (isNothing(row.get("approved")) && isNothing(row.get("approved-what-if"))) {
                continue;
            }
            text.append(String.format("  payments approved  %s -> %s   fees at once  %s -> %s%n", row.get("approved"), row.get("approved-what-if"),
                row.get("fees"), row.get("fees-what-if")));
        }
        if (!((List<?>) report.get("changes")).isEmpty()) {
            text.append(String.format("%n%-22s %-26s %-26s %9s %22s%n", "kind", "was", "what-if", "count", "amount"));
        }
        for (final Object each : (List<?>) report.get("changes")) {
            final Map<?, ?> row = (Map<?, ?>) each;
            text.append(String.format("%-22s %-26s %-26s %9s %22s%n", row.get("kind"), row.get("was"), row.get("what-if"), row.get("count"), row.get("amount")));
            for (final Object example : (List<?>) row.get("examples")) {
                example(text, (Map<?, ?>) example);
            }
        }
        text.append('\n');
        int column = 0;
        for (final String word : report.get("rule").toString().split(" ")) {
            if (column + word.length() > LINE) {
                text.append('\n');
                column = 0;
            }
            text.append(column == 0 ? "" : " ").append(word);
            column += word.length() + 1;
        }
        return text.append('\n').toString();
    }

    private static boolean isNothing(final Object amount) {
        return ((Amount) amount).minor() == 0;
    }

    private static void example(final StringBuilder text, final Map<?, ?> example) {
        text.append(String.format("    %s  sequence %s ", example.get("time"), example.get("sequence")));
        ((Map<?, ?>) example.get("fields")).forEach((name, value) -> {
            if (List.of("id", "rrn", "amount", "card", "debit", "credit").contains(name)) {
                text.append(' ').append(name).append(' ').append(value);
            }
        });
        text.append('\n');
        for (final Object each : (List<?>) example.get("saw")) {
            text.append("       ");
            ((Map<?, ?>) each).forEach((name, value) -> text.append(name.equals("decided") ? "" : (name.equals("name") ? "" : name + " ") + value + "  "));
            text.append('\n');
        }
    }
}
