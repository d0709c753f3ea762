package io.daybreak.routing;

import io.daybreak.deadline.DeadlineHeap;
import io.daybreak.memory.SlabAllocator;
import io.daybreak.memory.UndoLog;
import io.daybreak.state.StateImage;
import io.daybreak.state.Stateful;
import org.agrona.DirectBuffer;

/**
 * Our totals on their way to issuers that ask for them: one set an issuer, sent until it is answered. A repeat is the
 * same message with the repeat digit. Ledger thread only.
 */
final class Reconciliations implements Stateful {
    static final int MTI = 500;

    private static final long NS_PER_MS = 1_000_000L;
    private static final int MAX_DOUBLINGS = 4;

    private final Issuers issuers;
    private final RoutedPayments payments;
    private final IssuerMessages messages;
    private final IssuerOutcomes outcomes;
    private final DeadlineHeap deadlines;

    Reconciliations(final SlabAllocator allocator, final UndoLog undo, final Issuers issuers, final RoutedPayments payments,
                    final IssuerMessages messages, final IssuerOutcomes outcomes) {
        this.issuers = issuers;
        this.payments = payments;
        this.messages = messages;
        this.outcomes = outcomes;
        this.deadlines = new DeadlineHeap(allocator, undo);
    }

    void start(final Issuer issuer, final int date, final DirectBuffer totals, final int offset, final int length,
               final long nowNs, final long sequence) {
        if (issuer.totalsDate != 0) {
            end(issuer, 0, nowNs, sequence);
        }
        issuers.takeTraceNumber(issuer, nowNs);
        issuers.beforeTotals(issuer);
        issuer.totals.putBytes(0, totals, offset, Math.min(length, issuer.totals.capacity()));
        issuer.totalsDate = date;
        issuer.totalsStan = issuers.stan();
        issuer.totalsTransmission = issuers.transmission();
        issuer.totalsTries = 0;
        issuer.totalsCreatedNs = nowNs;
        issuers.afterTotals(issuer);
        payments.index(issuer.id, issuer.totalsTransmission, issuer.totalsStan, Indexed.totals(issuer.id));
        tryNow(issuer, nowNs);
    }

    /** Sends, if a link is up, and sets the time of the next try. */
    private void tryNow(final Issuer issuer, final long nowNs) {
        final IssuerLink link = issuers.choose(issuer, 0, 0, false);
        issuers.beforeTotals(issuer);
        issuer.totalsTries += link == null ? 0 : 1;
        final long pauseMs = link == null ? issuer.retryMs
            : issuer.answerTimeoutMs + (issuer.retryMs << Math.min(issuer.totalsTries - 1, MAX_DOUBLINGS));
        issuer.totalsDeadlineNs = nowNs + pauseMs * NS_PER_MS;
        issuers.afterTotals(issuer);
        deadlines.add(issuer.id, issuer.totalsDeadlineNs, issuer.id);
        if (link != null) {
            messages.reconcile(issuer, link.id);
        }
    }

    /** The totals lie with their issuers; here is when they are sent again. */
    @Override
    public void image(final StateImage image) {
        deadlines.image(image);
    }

    DeadlineHeap deadlines() {
        return deadlines;
    }

    void expireNext(final long nowNs, final long sequence) {
        final Issuer issuer = issuers.issuer(deadlines.earliestHolder());
        if (issuer.totalsTries >= issuer.maximumTries || nowNs >= issuer.totalsCreatedNs + issuer.maximumAgeMs * NS_PER_MS) {
            end(issuer, 0, nowNs, sequence);
        } else {
            deadlines.remove(issuer.id);
            tryNow(issuer, nowNs);
        }
    }

    boolean onAnswer(final Issuer issuer, final IssuerReply reply, final long nowNs, final long sequence) {
        if (issuer.totalsDate == 0 || issuer.totalsTries == 0 || reply.responseCode() == 0 || !reply.answers(MTI)
            || EndCodes.repeats(reply.responseCode())) {
            return false;
        }
        end(issuer, reply.responseCode(), nowNs, sequence);
        return true;
    }

    private void end(final Issuer issuer, final int responseCode, final long nowNs, final long sequence) {
        final int date = issuer.totalsDate;
        deadlines.remove(issuer.id);
        payments.unindex(issuer.id, issuer.totalsTransmission, issuer.totalsStan);
        issuers.beforeTotals(issuer);
        issuer.totalsDate = 0;
        issuer.totalsDeadlineNs = 0;
        issuers.afterTotals(issuer);
        outcomes.onReconciled(issuer.id, date, responseCode, nowNs, sequence);
    }
}
