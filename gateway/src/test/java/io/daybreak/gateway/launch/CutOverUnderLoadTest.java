package io.daybreak.gateway.launch;

import io.daybreak.gateway.Await;
import io.daybreak.gateway.iso.AcquirerPeer;
import io.daybreak.gateway.iso.Messages;
import io.daybreak.iso8583.text.Iso8583Message;
import io.daybreak.protocol.Participants;
import io.daybreak.protocol.Result;
import io.daybreak.protocol.codec.CutOverEncoder;
import io.daybreak.protocol.codec.DayTotalsAnswerDecoder;
import io.daybreak.protocol.codec.MessageHeaderDecoder;
import io.daybreak.protocol.codec.QueryDayTotalsEncoder;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.MutableDirectBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * DAY-02, DAY-04, DAY-05, DAY-07: a business date is opened while acquirers pay. Nothing is lost or refused, each payment has exactly one
 * of the two dates, and what the acquirer counts by the DE 15 of its answers is what the totals of both dates say. Rule: docs/iso8583.md,
 * chapter 15.
 */
@Timeout(120)
final class CutOverUnderLoadTest {
    private static final int SOCKETS = 3;
    private static final int BATCH = 40;
    private static final int AFTER = 5;
    private static final int AMOUNT = 7;
    private static final long ACQUIRER = 100_001;

    @TempDir
    private Path directory;

    /** Pays in batches on a connection of its own until it is told to stop; counts its answers by DE 15. */
    private static final class Payer extends Thread {
        final Map<String, Integer> byDate = new TreeMap<>();
        final AtomicInteger batches = new AtomicInteger();
        final AtomicReference<Throwable> failure = new AtomicReference<>();
        private final AcquirerPeer peer;
        private final int wallet;
        private volatile boolean isStopping;
        private int turns;

        Payer(final AcquirerPeer peer, final int wallet) {
            super("payer " + wallet);
            this.peer = peer;
            this.wallet = wallet;
        }

        @Override
        public void run() {
            try {
                String latest = "";
                while (!isStopping) {
                    final ByteArrayOutputStream batch = new ByteArrayOutputStream();
                    for (int i = 0; i < BATCH; i++) {
                        batch.write(peer.frame(RoutedRig.now(Messages.purchase().set(2, card(wallet)).set(4, "000000000007")
                            .set(37, String.format("%02d%010d", wallet, ++turns)))));
                    }
                    peer.write(batch.toByteArray());
                    for (int i = 0; i < BATCH; i++) {
                        final Iso8583Message answer = peer.receive();
                        assertThat(answer.get(39)).isEqualTo("00");
                        // Answers of one connection keep their order, so that a date never comes back.
                        assertThat(answer.get(15)).isGreaterThanOrEqualTo(latest);
                        latest = answer.get(15);
                        byDate.merge(latest, 1, Integer::sum);
                    }
                    batches.incrementAndGet();
                }
            } catch (final Throwable ex) {
                failure.set(ex);
            }
        }

        private static String card(final int wallet) {
            final String digits = "990001" + String.format("%09d", wallet);
            int sum = 0;
            for (int i = 0; i < digits.length(); i++) {
                final int digit = (digits.charAt(digits.length() - 1 - i) - '0') * (i % 2 == 0 ? 2 : 1);
                sum += digit > 9 ? digit - 9 : digit;
            }
            return digits + (10 - sum % 10) % 10;
        }
    }

    @Test
    void shouldPutEveryPaymentIntoOneDateWhileTheDateChanges() throws Exception {
        try (RoutedRig rig = new RoutedRig(directory, 1)) {
            final AcquirerPeer control = rig.acquirer();
            final String oldDate = rig.ask(reconciliation(null)).get(15);
            final List<Payer> payers = new ArrayList<>();
            for (int i = 1; i <= SOCKETS; i++) {
                payers.add(new Payer(new AcquirerPeer(rig.address(), RoutedRig.ASCII), i));
            }
            payers.forEach(Thread::start);
            awaitBatches(payers, AFTER);
            cutOver(rig);
            final int[] then = payers.stream().mapToInt(payer -> payer.batches.get()).toArray();
            Await.until("payments of the new date", () -> {
                for (int i = 0; i < then.length; i++) {
                    if (payers.get(i).isAlive() && payers.get(i).batches.get() < then[i] + AFTER) {
                        return false;
                    }
                }
                return true;
            });
            for (final Payer payer : payers) {
                payer.isStopping = true;
                payer.join();
                payer.peer.close();
                assertThat(payer.failure.get()).isNull();
            }

            final Map<String, Integer> counted = new TreeMap<>();
            payers.forEach(payer -> payer.byDate.forEach((date, count) -> counted.merge(date, count, Integer::sum)));
            assertThat(counted).as("payments on both sides of the cut-over").hasSize(2).containsKey(oldDate);
            final String newDate = counted.keySet().stream().filter(date -> !date.equals(oldDate)).findFirst().orElseThrow();
            for (final String date : List.of(oldDate, newDate)) {
                final Iso8583Message totals = control.ask(reconciliation(date));
                assertThat(totals.get(39)).as("the old date still takes an 0500").isEqualTo("00");
                assertThat(totals.get(15)).isEqualTo(date);
                assertThat(Long.parseLong(totals.get(76))).as("payments of " + date).isEqualTo(counted.get(date).longValue());
                assertThat(Long.parseLong(totals.get(88))).isEqualTo(counted.get(date) * (long) AMOUNT);
            }
            assertThat(dayCount(rig, 0) + counted.get(oldDate)).as("day totals, all dates")
                .isEqualTo(counted.values().stream().mapToInt(Integer::intValue).sum());
        }
    }

    private static void awaitBatches(final List<Payer> payers, final int count) {
        Await.until(count + " batches each", () -> payers.stream().allMatch(payer -> payer.batches.get() >= count || !payer.isAlive()));
    }

    private static Iso8583Message reconciliation(final String date) {
        return RoutedRig.now(new Iso8583Message(500)).set(11, Messages.nextStan()).set(15, date).set(32, "00100001").set(50, "156");
    }

    private static void cutOver(final RoutedRig rig) {
        final MutableDirectBuffer body = new ExpandableArrayBuffer(CutOverEncoder.BLOCK_LENGTH);
        new CutOverEncoder().wrap(body, 0).correlationId(0).institution(0).newDate(0).dayGroup(1).reserved(0);
        assertThat(rig.server.systemPort().submit(CutOverEncoder.TEMPLATE_ID, Participants.FIRST_OPERATOR, body, CutOverEncoder.BLOCK_LENGTH))
            .isEqualTo(Result.OK);
    }

    /** Debits of the date that is open, as the operator sees them. */
    private static long dayCount(final RoutedRig rig, final int date) {
        final MutableDirectBuffer body = new ExpandableArrayBuffer(QueryDayTotalsEncoder.BLOCK_LENGTH);
        new QueryDayTotalsEncoder().wrap(body, 0).correlationId(0).institution(ACQUIRER).date(date).currency(156).reserved(0);
        return new DayTotalsAnswerDecoder().wrapAndApplyHeader(rig.server.systemPort().query(QueryDayTotalsEncoder.TEMPLATE_ID,
            Participants.FIRST_OPERATOR, body, QueryDayTotalsEncoder.BLOCK_LENGTH), 0, new MessageHeaderDecoder()).debitCount();
    }
}
