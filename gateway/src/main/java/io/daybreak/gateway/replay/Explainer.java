package io.daybreak.gateway.replay;

import io.daybreak.journal.replay.KeptJournal;
import io.daybreak.journal.snapshot.SnapshotPosition;
import io.daybreak.ledger.LedgerView;
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
import io.daybreak.protocol.codec.TickDecoder;
import io.daybreak.protocol.codec.TransferDecoder;
import org.agrona.DirectBuffer;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Tells the whole story of one payment by executing the journal again: what was asked, what the decision saw, which rule decided, what moved, what was sent,
 * and what time did to it. Values are read from the state just before the command, with the ledger's own questions; the decision itself is made again
 * by the state machine, and is proven to be the first one. One thread.
 */
public final class Explainer implements Watcher {
    /** Commands that take about as long to execute as a snapshot takes to read. */
    private static final long WORTH_A_LEAP = 2_000_000;

    private final PaymentKey key;
    private final Finder finder;
    private final TreeSet<Long> sequences;
    private Rerun rerun;
    private SeenValues values;
    private final Commands commands = new Commands();
    private final PaymentCommand payment = new PaymentCommand();
    private final Story story;
    /** Payments of the story as they were last seen, by their id. */
    private final Map<Long, Seen> watched = new TreeMap<>();
    /** Trace number and transmission of what was sent to issuers and is not answered. */
    private final Set<String> outstanding = new HashSet<>();
    private final Set<String> sentBefore = new HashSet<>();
    private final List<Sent> effects = new ArrayList<>();
    private Story.Step step;
    private long legsSeen;
    private long noLeapBefore;

    private record Sent(long paymentId, String trace, String text) {
    }

    private Explainer(final PaymentKey key, final Finder finder, final TreeSet<Long> sequences, final Rerun rerun) {
        this.key = key;
        this.finder = finder;
        this.sequences = sequences;
        use(rerun);
        this.story = new Story((key.isTransfer() ? "transfer " : "payment ") + key.text());
    }

    /**
     * Tells it.
     *
     * @throws ReplayException if the journal does not have the payment
     */
    public static Story explain(final Path data, final PaymentKey key) throws IOException, ReplayException {
        final Finder finder = new Finder(key);
        final TreeSet<Long> sequences = finder.find(data);
        if (sequences.isEmpty()) {
            final KeptJournal kept = KeptJournal.of(data);
            throw new ReplayException(ReplayException.Reason.NOT_FOUND, "the journal has no decided command with "
                + (key.isTransfer() ? "transfer id " : "retrieval reference ") + key.text()
                + "; what was not decided (busy, malformed, a repeat) leaves no trace in it" + (kept.isWhole() ? "" : "; " + Rerun.tell(kept)));
        }
        final Explainer explainer = new Explainer(key, finder, sequences, Rerun.openBefore(data, new Moment(Long.MIN_VALUE, sequences.first())));
        try {
            return explainer.run();
        } finally {
            explainer.rerun.close();
        }
    }

    private void use(final Rerun opened) {
        rerun = opened;
        values = new SeenValues(opened.view());
    }

    private Story run() throws IOException, ReplayException {
        while (rerun.machine().lastSequence() < sequences.first() - 1 - maxEntry() && rerun.next()) {
            continue;
        }
        rerun.watch(this);
        legsSeen = rerun.view().ledger().end();
        boolean more = true;
        while (more && (rerun.machine().lastSequence() < sequences.last() || isOpen())) {
            leap();
            more = rerun.next();
        }
        story.isOpen = isOpen();
        story.readTo = rerun.machine().lastSequence();
        return story;
    }

    /**
     * Between what concerns the payment there may be most of the journal. Where the state of a later snapshot says that nothing of the payment has
     * changed up to there, the execution goes on from it: the last such snapshot before the payment's next command and before its hold falls due.
     */
    private void leap() throws IOException, ReplayException {
        final long last = rerun.machine().lastSequence();
        final Long next = sequences.higher(last);
        if (last < noLeapBefore || !outstanding.isEmpty() || last < sequences.first()) {
            return;
        }
        final LedgerView.Hold hold = hold();
        List<SnapshotPosition> ahead = KeptJournal.of(rerun.data()).snapshots().stream().filter(position -> position.sequence() > last + WORTH_A_LEAP
            && (next == null || position.sequence() < next) && (hold == null || position.timestampNs() < hold.deadlineNs())).toList();
        if (!ahead.isEmpty()) {
            rerun.close();
        }
        Rerun landed = null;
        while (landed == null && !ahead.isEmpty()) {
            landed = landAt(ahead.get(ahead.size() - 1), hold);
            // Something happened before it: halve the way.
            ahead = ahead.subList(0, ahead.size() / 2);
        }
        if (landed == null) {
            noLeapBefore = next == null ? Long.MAX_VALUE : next;
            if (!rerun.isOpen()) {
                landed = Rerun.openBefore(rerun.data(), new Moment(Long.MIN_VALUE, last + 1));
                while (landed.machine().lastSequence() < last && landed.next()) {
                    continue;
                }
            }
        }
        if (landed != null) {
            use(landed);
            rerun.watch(this);
            legsSeen = rerun.view().ledger().end();
        }
    }

    private Rerun landAt(final SnapshotPosition position, final LedgerView.Hold hold) throws IOException {
        final Rerun landed = Rerun.openAt(rerun.data(), position);
        final boolean isAsLeft = landed != null && Objects.equals(hold, holdIn(landed))
            && watched.values().stream().allMatch(seen -> seen.equals(landed.view().payments().read(seen.place(), seen.paymentId())));
        if (landed != null && !isAsLeft) {
            landed.close();
        }
        return isAsLeft ? landed : null;
    }

    private LedgerView.Hold hold() {
        return holdIn(rerun);
    }

    private LedgerView.Hold holdIn(final Rerun state) {
        return key.isTransfer() ? state.view().ledger().hold(finder.participant(), finder.rootHi(), finder.rootLo()) : null;
    }

    /** Commands of the largest entry, so that the entry of the first sequence is watched. */
    private static long maxEntry() {
        return 1 << 16;
    }

    private boolean isOpen() {
        if (key.isTransfer()) {
            return hold() != null;
        }
        return !outstanding.isEmpty() || watched.values().stream().anyMatch(seen -> seen.state() == PaymentState.AWAITING_ISSUER
            || seen.state() == PaymentState.AUTHORISED && seen.holdLeftMinor() > 0);
    }

    // ---- What the re-execution tells ----

    @Override
    public void beforeEntry(final long firstSequence, final long timestampNs) {
        step = null;
        effects.clear();
        legsSeen = rerun.view().ledger().end();
    }

    @Override
    public void afterDeadlines(final long lastSequence, final long timestampNs) {
        timer(lastSequence, timestampNs);
    }

    @Override
    public void beforeCommand(final long sequence, final long timestampNs, final int templateId, final int participantId,
                              final DirectBuffer command, final int offset, final int length) {
        effects.clear();
        step = null;
        if (sequences.contains(sequence) || concernsIssuer(templateId, command, offset, length)) {
            step = new Story.Step();
            if (templateId == PaymentDecoder.TEMPLATE_ID) {
                payment.wrap(command, offset);
                step.values.addAll(values.ofPayment(payment, original(), timestampNs));
            } else if (templateId == TransferDecoder.TEMPLATE_ID) {
                step.values.addAll(values.ofTransfer(command, offset, participantId));
            }
        }
    }

    /** What the payment at work refers to, if it is one of the story. */
    private Seen original() {
        Seen found = null;
        for (final Seen seen : watched.values()) {
            if (payment.originalStan() == 0 || payment.originalStan() == seen.stan() && payment.originalTransmission() == seen.transmission()) {
                found = found == null || payment.originalStan() != 0 ? seen : found;
            }
        }
        return found;
    }

    private boolean concernsIssuer(final int templateId, final DirectBuffer command, final int offset, final int length) {
        if (templateId == IssuerAnswerDecoder.TEMPLATE_ID) {
            final IssuerAnswerDecoder answer = new IssuerAnswerDecoder().wrap(command, offset, length, IssuerAnswerDecoder.SCHEMA_VERSION);
            outstanding.remove(trace((int) answer.stan(), (int) answer.transmission()));
            return sentBefore.contains(trace((int) answer.stan(), (int) answer.transmission()));
        }
        if (templateId == IssuerSendFailedDecoder.TEMPLATE_ID) {
            final IssuerSendFailedDecoder failed = new IssuerSendFailedDecoder().wrap(command, offset, length, IssuerSendFailedDecoder.SCHEMA_VERSION);
            return sentBefore.contains(trace((int) failed.stan(), (int) failed.transmission()));
        }
        return false;
    }

    private static String trace(final int stan, final int transmission) {
        return stan + "/" + transmission;
    }

    @Override
    public void onEffect(final int templateId, final DirectBuffer effect, final int offset, final int length) {
        if (templateId == SendToIssuerDecoder.TEMPLATE_ID) {
            final SendToIssuerDecoder send = new SendToIssuerDecoder().wrap(effect, offset, SendToIssuerDecoder.BLOCK_LENGTH,
                SendToIssuerDecoder.SCHEMA_VERSION);
            effects.add(new Sent(send.paymentId(), trace((int) send.stan(), (int) send.transmission()), String.format(Locale.ROOT,
                "to issuer %d on link %d: %04d of %s, DE 11 = %06d, DE 7 = %010d", send.issuerId(), send.linkId(), send.mti(),
                Amounts.text(send.amountMinor(), send.currency()), send.stan(), send.transmission())));
        }
    }

    @Override
    public void afterCommand(final long sequence, final long timestampNs, final int templateId, final int participantId,
                             final DirectBuffer command, final int offset, final int length, final int result) {
        if (sequences.contains(sequence)) {
            if (step == null) {
                // A member of a chain: all of it was taken before it was decided.
                step = new Story.Step();
            }
            decided(sequence, timestampNs, templateId, command, offset, length, result);
        } else if (step != null) {
            step.what = Commands.name(templateId);
            step.fields = commands.fields(templateId, command, offset, length);
            step.result = Result.name(result);
            finish(sequence, timestampNs, 0);
        } else if (templateId == TickDecoder.TEMPLATE_ID) {
            timer(sequence, timestampNs);
        } else {
            bySomethingElse(sequence, timestampNs, templateId, command, offset, length, result);
        }
        legsSeen = rerun.view().ledger().end();
    }

    private void decided(final long sequence, final long timestampNs, final int templateId, final DirectBuffer command, final int offset,
                         final int length, final int result) {
        step.fields = commands.fields(templateId, command, offset, length);
        step.what = Commands.name(templateId);
        step.result = Result.name(result);
        step.rules = DecisionRules.of(templateId, result);
        if (templateId == PaymentDecoder.TEMPLATE_ID) {
            payment.wrap(command, offset);
            step.responseCode = DecisionRules.responseCode(result);
            final long rrn0 = payment.hasRrn() ? payment.rrn0() : MadeReference.head(timestampNs, sequence);
            final int rrn1 = payment.hasRrn() ? payment.rrn1() : MadeReference.tail(sequence);
            final PaymentView payments = rerun.view().payments();
            final int place = payments.find(payment.institution(), rrn0, rrn1, sequence);
            if (place != PaymentView.NOT_FOUND) {
                watched.put(sequence, payments.read(place, sequence));
            }
            final Seen made = watched.get(sequence);
            values.mark(step, result, payment, made);
            if (result != Result.AWAITING_ISSUER) {
                step.sent.add(answer(payment.responseMti(), result, step.responseCode, made));
            }
        } else {
            values.mark(step, result);
            step.sent.add("to participant: outcome " + step.result);
        }
        finish(sequence, timestampNs, sequence);
    }

    private static String answer(final int mti, final int result, final String code, final Seen made) {
        final String responseCode = made != null && result == Result.DECLINED_BY_ISSUER ? Commands.responseCode(made.issuerCode()) : code;
        return String.format(Locale.ROOT, "to acquirer: %04d, DE 39 = %s by default", mti, responseCode)
            + (made != null && made.approvedMinor() > 0 ? ", " + Amounts.text(made.approvedMinor(), made.currency()) : "")
            + (made != null && !made.approvalCode().isEmpty() ? ", approval code " + made.approvalCode() : "");
    }

    /** Another command, such as a refund with a reference of its own, or the operator's, that changed a payment of the story. */
    private void bySomethingElse(final long sequence, final long timestampNs, final int templateId, final DirectBuffer command, final int offset,
                                 final int length, final int result) {
        if (hasNews(0)) {
            step = new Story.Step();
            step.what = Commands.name(templateId);
            step.fields = commands.fields(templateId, command, offset, length);
            step.result = Result.name(result);
            finish(sequence, timestampNs, 0);
        }
    }

    private void timer(final long sequence, final long timestampNs) {
        if (hasNews(0)) {
            step = new Story.Step();
            step.what = "deadline";
            finish(sequence, timestampNs, 0);
        }
        legsSeen = rerun.view().ledger().end();
    }

    private boolean hasNews(final long deciding) {
        final PaymentView payments = rerun.view().payments();
        return watched.values().stream().anyMatch(payments::hasChanged) || effects.stream().anyMatch(sent -> isOurs(sent.paymentId, deciding))
            || !newLegs(deciding).isEmpty();
    }

    private boolean isOurs(final long paymentId, final long deciding) {
        return paymentId != 0 && (paymentId == deciding || watched.containsKey(paymentId));
    }

    /** Movements since the last look that belong to the story. */
    private List<LedgerView.Leg> newLegs(final long deciding) {
        final LedgerView ledger = rerun.view().ledger();
        final List<LedgerView.Leg> legs = new ArrayList<>();
        for (long place = legsSeen; place < ledger.end(); place++) {
            final LedgerView.Leg leg = ledger.leg(place);
            if (leg != null && concerns(leg, deciding)) {
                legs.add(leg);
            }
        }
        return legs;
    }

    private boolean concerns(final LedgerView.Leg leg, final long deciding) {
        if (key.isTransfer()) {
            return leg.participantId() == finder.participant() && (deciding != 0 && leg.sequence() == deciding
                || leg.isExpiry() && leg.idHi() == finder.rootHi() && leg.idLo() == finder.rootLo());
        }
        return leg.participantId() == Participants.SYSTEM && (leg.isExpiry() ? watched.containsKey(leg.idLo())
            : step != null || watched.containsKey(leg.idLo()) || watched.containsKey(leg.pendingIdLo()));
    }

    private void finish(final long sequence, final long timestampNs, final long deciding) {
        step.sequence = sequence;
        step.timestampNs = timestampNs;
        step.legs.addAll(newLegs(deciding));
        if (step.what.equals("deadline") && step.legs.stream().anyMatch(LedgerView.Leg::isExpiry)) {
            step.what = "deadline of the hold";
        }
        for (final Sent sent : effects) {
            if (isOurs(sent.paymentId, deciding)) {
                step.sent.add(sent.text);
                outstanding.add(sent.trace);
                sentBefore.add(sent.trace);
            }
        }
        final PaymentView payments = rerun.view().payments();
        for (final Map.Entry<Long, Seen> entry : watched.entrySet()) {
            final Seen before = entry.getValue();
            if (payments.hasChanged(before) || entry.getKey() == deciding) {
                final Seen after = payments.read(before.place(), entry.getKey());
                step.became.add(became(after));
                if (before.state() == PaymentState.AWAITING_ISSUER && after.state() != PaymentState.AWAITING_ISSUER) {
                    step.rules = DecisionRules.of(PaymentDecoder.TEMPLATE_ID, after.result());
                    step.sent.add(answer(after.mti() + 10, after.result(), DecisionRules.responseCode(after.result()), after));
                }
                entry.setValue(after);
            }
        }
        story.steps.add(step);
        step = null;
        effects.clear();
        noLeapBefore = 0;
    }

    private static String became(final Seen seen) {
        final StringBuilder text = new StringBuilder(String.format(Locale.ROOT, "%04d of sequence %d: %s, %s", seen.mti(), seen.paymentId(),
            Commands.state(seen.state()), Result.name(seen.result())));
        part(text, "hold left", seen.holdLeftMinor(), seen);
        part(text, "captured", seen.capturedMinor(), seen);
        part(text, "refunded", seen.refundedMinor(), seen);
        part(text, "reversed", seen.reversedMinor(), seen);
        part(text, "fee", seen.feeMinor(), seen);
        return text.toString();
    }

    private static void part(final StringBuilder text, final String name, final long minor, final Seen seen) {
        if (minor != 0) {
            text.append(", ").append(name).append(' ').append(Amounts.text(minor, seen.currency()));
        }
    }
}
