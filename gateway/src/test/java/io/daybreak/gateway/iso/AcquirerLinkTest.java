package io.daybreak.gateway.iso;

import io.daybreak.gateway.Await;
import io.daybreak.iso8583.link.LinkProfile;
import io.daybreak.iso8583.text.Iso8583Message;
import io.daybreak.protocol.PaymentAnswerFlags;
import io.daybreak.protocol.PaymentChannel;
import io.daybreak.protocol.PaymentFlags;
import io.daybreak.protocol.PaymentOperation;
import io.daybreak.protocol.Result;
import io.daybreak.protocol.codec.PaymentDecoder;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

import static org.assertj.core.api.Assertions.assertThat;

/** Acquirers' links on real sockets: frames, sessions, formats, bounds. Rule ids: docs/iso8583.md. */
@Timeout(60)
final class AcquirerLinkTest {
    private static final LinkProfile ASCII = LinkProfile.builtIn("demo-ascii");

    @ParameterizedTest
    @ValueSource(strings = {"demo-ascii", "demo-bcd", "ascii-length"})
    void shouldAnswerAPurchaseAndEchoByteForByte(final String link) throws Exception {
        try (IsoRig rig = new IsoRig(link); AcquirerPeer peer = new AcquirerPeer(rig.address(), LinkProfile.builtIn(link)).signOn()) {
            rig.echo.decide((payment, answer) -> {
                answer.approvalCode("4K7Q2M");
                return Result.OK;
            });
            final Iso8583Message request = Messages.purchase().set(41, "T1      ").set(42, "M 1            ");
            final Iso8583Message answer = peer.ask(request);
            assertThat(answer.mti()).isEqualTo(210);
            assertThat(answer.get(39)).isEqualTo("00");
            assertThat(answer.get(38)).isEqualTo("4K7Q2M");
            assertThat(answer.get(15)).isEqualTo("1123");
            for (final int field : new int[] {2, 3, 4, 7, 11, 12, 13, 32, 37, 41, 42, 49}) {
                assertThat(answer.get(field)).as("field %s", field).isEqualTo(request.get(field));
            }
            assertThat(answer.fields().keySet()).containsExactlyInAnyOrder(2, 3, 4, 7, 11, 12, 13, 15, 32, 37, 38, 39, 41, 42, 49);
        }
    }

    @Test
    void shouldWriteWhatDecidesIntoTheRing() throws Exception {
        try (IsoRig rig = new IsoRig(); AcquirerPeer peer = new AcquirerPeer(rig.address(), ASCII).signOn()) {
            final Iso8583Message request = Messages.purchase().set(22, "812").set(18, "5411").set(60, "PA1");
            peer.ask(request);
            final PaymentDecoder payment = payment(rig, 0);
            assertThat(payment.mti()).isEqualTo(200);
            assertThat(payment.operation()).isEqualTo((short) PaymentOperation.PURCHASE);
            assertThat(payment.channel()).isEqualTo((short) PaymentChannel.E_COMMERCE);
            assertThat(payment.amountMinor()).isEqualTo(2_500);
            assertThat(payment.institution()).isEqualTo(100_001);
            assertThat(payment.stan()).isEqualTo(Long.parseLong(request.get(11)));
            assertThat(payment.transmission()).isEqualTo(1_123_103_000L);
            assertThat(payment.bin()).isEqualTo(99_000_100L);
            assertThat(payment.expiry()).isEqualTo(3_012);
            assertThat(payment.mcc()).isEqualTo(5_411);
            assertThat(payment.rrn()).isEqualTo("632710000101");
            assertThat(payment.terminal()).isEqualTo("T0000001");
            assertThat(payment.merchant()).isEqualTo("M00000000000001");
            assertThat(payment.token().hi()).isNotZero();
            assertThat(payment.previousToken().hi()).isZero();
            assertThat(payment.minimumPercent()).isEqualTo((short) 10);
            assertThat(payment.flags() & PaymentFlags.PARTIAL_APPROVAL).isNotZero();
            assertThat(payment.flags() & PaymentFlags.ADVICE).isZero();

            // The same card by its track has the same token; a repeat says so.
            peer.ask(without(request.copy().mti(201).set(35, Messages.PAN + "=30121010000"), 2));
            assertThat(payment(rig, 1).token().hi()).isEqualTo(payment.token().hi());
            assertThat(payment(rig, 1).token().lo()).isEqualTo(payment.token().lo());
            assertThat(payment(rig, 1).flags() & (PaymentFlags.REPEAT | PaymentFlags.HAS_TRACK))
                .isEqualTo(PaymentFlags.REPEAT | PaymentFlags.HAS_TRACK);
        }
    }

    @Test
    void shouldReadOriginalsAndWhatRemains() throws Exception {
        try (IsoRig rig = new IsoRig(); AcquirerPeer peer = new AcquirerPeer(rig.address(), ASCII).signOn()) {
            peer.ask(Messages.payment(420, "000000").set(90, "0201" + "000101" + Messages.SENT + "00000100001" + "00000000000")
                .set(95, "000000001000" + "0".repeat(30)));
            final PaymentDecoder payment = payment(rig, 0);
            assertThat(payment.operation()).isEqualTo((short) PaymentOperation.REVERSAL);
            assertThat(payment.originalMti()).isEqualTo(200);
            assertThat(payment.originalStan()).isEqualTo(101);
            assertThat(payment.originalTransmission()).isEqualTo(1_123_103_000L);
            assertThat(payment.originalInstitution()).isEqualTo(100_001);
            assertThat(payment.remainingMinor()).isEqualTo(1_000);
            assertThat(payment.flags()).isEqualTo(PaymentFlags.HAS_ORIGINAL | PaymentFlags.HAS_REMAINING | PaymentFlags.ADVICE);
        }
    }

    private static PaymentDecoder payment(final IsoRig rig, final int index) {
        return new PaymentDecoder().wrap(new UnsafeBuffer(rig.echo.payments().get(index)), 0, PaymentDecoder.BLOCK_LENGTH,
            PaymentDecoder.SCHEMA_VERSION);
    }

    @Test
    void shouldTellBalancesLimitsAndPartialAmounts() throws Exception {
        try (IsoRig rig = new IsoRig(); AcquirerPeer peer = new AcquirerPeer(rig.address(), ASCII).signOn()) {
            rig.echo.decide((payment, answer) -> {
                answer.flags(PaymentAnswerFlags.HAS_BALANCES).ledgerBalanceMinor(-1_234).availableBalanceMinor(987_654).currency(156);
                return Result.OK;
            });
            assertThat(peer.ask(Messages.payment(200, "310000")).get(54)).isEqualTo("0001156D0000000012340002156C000000987654");
            rig.echo.decide((payment, answer) -> {
                answer.flags(PaymentAnswerFlags.HAS_DETAIL).detail(3).detailMinor(32_000);
                return Result.LIMIT_PER_DAY;
            });
            final Iso8583Message limited = peer.ask(Messages.purchase());
            assertThat(limited.get(39)).isEqualTo("61");
            assertThat(limited.get(44)).isEqualTo("DAY3000000032000");
            assertThat(limited.has(38)).isFalse();
            rig.echo.decide((payment, answer) -> {
                answer.flags(PaymentAnswerFlags.HAS_AMOUNT).amountMinor(1_200);
                return Result.APPROVED_IN_PART;
            });
            final Iso8583Message partial = peer.ask(Messages.purchase());
            assertThat(partial.get(39)).isEqualTo("10");
            assertThat(partial.get(4)).isEqualTo("000000001200");
        }
    }

    // ---- Frames ----

    /** LINK-05. */
    @Test
    void shouldTakeAMessageThatIsSplitAtEveryPosition() throws Exception {
        try (IsoRig rig = new IsoRig(); AcquirerPeer peer = new AcquirerPeer(rig.address(), ASCII).signOn()) {
            final byte[] frame = peer.frame(Messages.purchase());
            for (int cut = 1; cut < frame.length; cut++) {
                final long seen = rig.counters().requests();
                peer.write(Arrays.copyOf(frame, cut));
                // The echo of another connection shows that the first part was read before the second is sent.
                peer.write(Arrays.copyOfRange(frame, cut, frame.length));
                assertThat(peer.receive().get(39)).as("cut at %s", cut).isEqualTo("00");
                assertThat(rig.counters().requests()).isGreaterThan(seen);
            }
            for (final byte octet : frame) {
                peer.write(new byte[] {octet});
            }
            assertThat(peer.receive().get(39)).isEqualTo("00");
        }
    }

    /** LINK-05, LINK-06. */
    @Test
    void shouldAnswerTwoHundredRequestsInOneWrite() throws Exception {
        try (IsoRig rig = new IsoRig(); AcquirerPeer peer = new AcquirerPeer(rig.address(), ASCII).signOn()) {
            final ByteArrayOutputStream all = new ByteArrayOutputStream();
            final Set<String> expected = new HashSet<>();
            for (int i = 0; i < 200; i++) {
                final Iso8583Message request = Messages.purchase();
                expected.add(request.get(11));
                all.write(peer.frame(request));
            }
            peer.write(all.toByteArray());
            final Set<String> answered = new HashSet<>();
            for (int i = 0; i < 200; i++) {
                final Iso8583Message answer = peer.receive();
                assertThat(answer.get(39)).isEqualTo("00");
                answered.add(answer.get(11));
            }
            assertThat(answered).isEqualTo(expected);
        }
    }

    /** LINK-04. */
    @Test
    void shouldSwapATpduAndReturnALiteralHeader() throws Exception {
        final String tpdu = file("framing { header = tpdu, tpdu = \"6000010002\", length = ascii-4, counts-itself = true }");
        try (IsoRig rig = new IsoRig(tpdu); AcquirerPeer peer = new AcquirerPeer(rig.address(), load(tpdu)).signOn()) {
            assertThat(peer.ask(Messages.purchase()).get(39)).isEqualTo("00");
            assertThat(peer.lastHeader()).isEqualTo(java.util.HexFormat.of().parseHex("6000020001"));
        }
        final String literal = file("framing { header = literal, literal = \"ISO\" }");
        try (IsoRig rig = new IsoRig(literal); AcquirerPeer peer = new AcquirerPeer(rig.address(), load(literal)).signOn()) {
            assertThat(peer.ask(Messages.purchase()).get(39)).isEqualTo("00");
            peer.write(new byte[] {0, 30, 'I', 'S', 'X'});
            assertThat(peer.receive()).as("another header").isNull();
        }
    }

    private static LinkProfile load(final String file) {
        return LinkProfile.load(new java.io.File(file));
    }

    /** LINK-07. */
    @Test
    void shouldSkipKeepAlivesWithoutAnAnswer() throws Exception {
        try (IsoRig rig = new IsoRig(); AcquirerPeer peer = new AcquirerPeer(rig.address(), ASCII).signOn()) {
            peer.write(new byte[] {0, 0, 0, 0});
            assertThat(peer.ask(Messages.purchase()).mti()).isEqualTo(210);
        }
    }

    /** LINK-08, LINK-14. */
    @ParameterizedTest
    @CsvSource({"ffff", "3000"})
    void shouldCloseOnAFrameThatIsTooLong(final String length) throws Exception {
        try (IsoRig rig = new IsoRig(); AcquirerPeer peer = new AcquirerPeer(rig.address(), ASCII).signOn();
             AcquirerPeer other = new AcquirerPeer(rig.address(), ASCII)) {
            peer.write(java.util.HexFormat.of().parseHex(length));
            assertThat(peer.receive()).isNull();
            assertThat(rig.counters().badFrames()).isEqualTo(1);
            assertThat(other.ask(Messages.purchase()).get(39)).isEqualTo("00");
        }
    }

    /** LINK-09. */
    @Test
    void shouldCloseOnAFrameThatIsNotFinishedInTime() throws Exception {
        final IsoRig.Options options = new IsoRig.Options();
        options.frameTimeoutMs = 100;
        try (IsoRig rig = new IsoRig(options); AcquirerPeer peer = new AcquirerPeer(rig.address(), ASCII)) {
            peer.write(new byte[] {1, 0, '0', '2'});
            assertThat(peer.receive()).isNull();
        }
    }

    /** FMT-04, LINK-14. */
    @Test
    void shouldCloseOnWhatItCannotReadAndServeOthersAsBefore() throws Exception {
        final Random random = new Random(7);
        try (IsoRig rig = new IsoRig(); AcquirerPeer good = new AcquirerPeer(rig.address(), ASCII).signOn()) {
            for (int i = 0; i < 50; i++) {
                final byte[] garbage = new byte[1 + random.nextInt(300)];
                random.nextBytes(garbage);
                try (AcquirerPeer bad = new AcquirerPeer(rig.address(), ASCII)) {
                    bad.write(bad.frame(garbage));
                    assertThat(bad.receive()).isNull();
                }
                assertThat(good.ask(Messages.purchase()).get(39)).isEqualTo("00");
            }
            assertThat(rig.counters().unreadable()).isEqualTo(50);
        }
    }

    /** LINK-10. */
    @Test
    void shouldAnswerAfterAHalfClose() throws Exception {
        try (IsoRig rig = new IsoRig(); AcquirerPeer peer = new AcquirerPeer(rig.address(), ASCII).signOn()) {
            rig.echo.holdUp(true);
            peer.send(Messages.purchase());
            peer.send(Messages.purchase());
            peer.halfClose();
            Await.until("both read", () -> rig.counters().requests() == 3);
            rig.echo.holdUp(false);
            assertThat(peer.receive().get(39)).isEqualTo("00");
            assertThat(peer.receive().get(39)).isEqualTo("00");
            assertThat(peer.receive()).isNull();
        }
    }

    /** LINK-11. */
    @Test
    void shouldDropTheAnswerOfAConnectionThatHasGone() throws Exception {
        try (IsoRig rig = new IsoRig()) {
            try (AcquirerPeer peer = new AcquirerPeer(rig.address(), ASCII).signOn()) {
                rig.echo.holdUp(true);
                peer.send(Messages.purchase());
                Await.until("read", () -> rig.counters().requests() == 2);
                peer.reset();
            }
            Await.until("closed", () -> rig.counters().closed() == 1);
            rig.echo.holdUp(false);
            Await.until("dropped", () -> rig.counters().droppedAnswers() == 1);
            try (AcquirerPeer peer = new AcquirerPeer(rig.address(), ASCII)) {
                assertThat(peer.ask(Messages.purchase()).get(39)).as("the sign-on has outlived its connection (SES-05)").isEqualTo("00");
            }
        }
    }

    /** LINK-15, LINK-14. */
    @Test
    void shouldCutOffAPeerThatDoesNotRead() throws Exception {
        try (IsoRig rig = new IsoRig(); AcquirerPeer good = new AcquirerPeer(rig.address(), ASCII).signOn();
             AcquirerPeer slow = new AcquirerPeer(rig.address(), ASCII, 4_096)) {
            final byte[] echoes = repeated(slow.frame(Messages.network(301)), 500);
            try {
                while (rig.counters().slowReaders() == 0) {
                    slow.write(echoes);
                }
            } catch (final IOException ex) {
                // Cut while we write.
                Await.until("cut off", () -> rig.counters().slowReaders() == 1);
            }
            assertThat(good.ask(Messages.purchase()).get(39)).isEqualTo("00");
        }
    }

    private static byte[] repeated(final byte[] frame, final int times) {
        final byte[] all = new byte[frame.length * times];
        for (int i = 0; i < times; i++) {
            System.arraycopy(frame, 0, all, i * frame.length, frame.length);
        }
        return all;
    }

    /** FMT-24, FMT-25, TIM-04. */
    @Test
    void shouldAnswer91AtOnceWhenThereIsNoRoomAndKeepRoomForReversals() throws Exception {
        try (IsoRig rig = new IsoRig(); AcquirerPeer peer = new AcquirerPeer(rig.address(), ASCII).signOn()) {
            rig.echo.room(4);
            rig.echo.holdUp(true);
            for (int i = 0; i < 5; i++) {
                peer.send(Messages.purchase());
            }
            final Iso8583Message refused = peer.receive();
            assertThat(refused.get(39)).isEqualTo("91");
            assertThat(refused.mti()).isEqualTo(210);
            assertThat(rig.counters().noRoom()).isEqualTo(1);
            peer.send(Messages.payment(400, "000000"));
            Await.until("read", () -> rig.counters().requests() == 7);
            assertThat(rig.counters().noRoom()).isEqualTo(1);
            rig.echo.holdUp(false);
            final List<Integer> answered = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                final Iso8583Message answer = peer.receive();
                assertThat(answer.get(39)).isEqualTo("00");
                answered.add(answer.mti());
            }
            assertThat(answered).contains(410);
        }
    }

    @Test
    void shouldAnswer91WhenAllContextsAreInUse() throws Exception {
        final IsoRig.Options options = new IsoRig.Options();
        options.contexts = 16;
        try (IsoRig rig = new IsoRig(options); AcquirerPeer peer = new AcquirerPeer(rig.address(), ASCII).signOn()) {
            rig.echo.holdUp(true);
            for (int i = 0; i < 15; i++) {
                peer.send(Messages.purchase());
            }
            assertThat(peer.receive().get(39)).as("fourteen, and two for what finishes").isEqualTo("91");
            peer.send(Messages.payment(420, "000000"));
            rig.echo.holdUp(false);
            for (int i = 0; i < 15; i++) {
                assertThat(peer.receive().get(39)).isEqualTo("00");
            }
        }
    }

    /** LINK-21: sockets that say nothing good keep nobody out, and take no place from those that do. */
    @Test
    void shouldLetASilentConnectionGiveWayToANewOne() throws Exception {
        final IsoRig.Options options = new IsoRig.Options();
        options.maxConnections = 3;
        options.frameTimeoutMs = 300;
        try (IsoRig rig = new IsoRig(options); AcquirerPeer silent = new AcquirerPeer(rig.address(), ASCII);
             AcquirerPeer first = new AcquirerPeer(rig.address(), ASCII).signOn(); AcquirerPeer second = new AcquirerPeer(rig.address(), ASCII)) {
            assertThat(second.ask(Messages.purchase().set(32, "00100009")).get(39)).as("nobody of this link").isEqualTo("31");
            assertThat(second.ask(Messages.purchase()).get(39)).isEqualTo("00");
            final AcquirerPeer third = newcomer(rig);
            assertThat(silent.receive()).as("it gave way").isNull();
            try (AcquirerPeer fourth = new AcquirerPeer(rig.address(), ASCII)) {
                assertThat(fourth.receive()).as("no other is silent").isNull();
            }
            assertThat(first.ask(Messages.purchase()).get(39)).isEqualTo("00");
            assertThat(second.ask(Messages.purchase()).get(39)).isEqualTo("00");
            assertThat(third.ask(Messages.purchase()).get(39)).isEqualTo("00");
            third.close();
            Await.until("counted once", () -> rig.server.connections() == 2);
            // Answered, but not taken: it stays a stranger.
            final AcquirerPeer stranger = new AcquirerPeer(rig.address(), ASCII);
            assertThat(stranger.ask(Messages.purchase().set(32, "00100009")).get(39)).isEqualTo("31");
            assertThat(stranger.ask(without(Messages.purchase(), 4)).get(39)).isEqualTo("30");
            newcomer(rig).close();
            assertThat(stranger.receive()).isNull();
            stranger.close();
        }
    }

    /** A connection that is taken, as soon as one gives way to it. */
    private static AcquirerPeer newcomer(final IsoRig rig) {
        final java.util.concurrent.atomic.AtomicReference<AcquirerPeer> taken = new java.util.concurrent.atomic.AtomicReference<>();
        Await.until("another gives way", () -> {
            try {
                final AcquirerPeer peer = new AcquirerPeer(rig.address(), ASCII);
                peer.send(Messages.network(301));
                if (peer.receive() != null) {
                    taken.set(peer);
                    return true;
                }
                peer.close();
            } catch (final IOException ex) {
                // Closed while it was asked: none has given way yet.
            }
            return false;
        });
        return taken.get();
    }

    /** LINK-13. */
    @Test
    void shouldCloseOneConnectionTooManyAtOnceAndDisturbNoOther() throws Exception {
        final IsoRig.Options options = new IsoRig.Options();
        options.maxConnections = 2;
        try (IsoRig rig = new IsoRig(options); AcquirerPeer first = new AcquirerPeer(rig.address(), ASCII).signOn();
             AcquirerPeer second = new AcquirerPeer(rig.address(), ASCII)) {
            assertThat(second.ask(Messages.network(301)).get(39)).isEqualTo("00");
            try (AcquirerPeer third = new AcquirerPeer(rig.address(), ASCII)) {
                assertThat(third.receive()).isNull();
            }
            assertThat(rig.counters().refused()).isEqualTo(1);
            assertThat(first.ask(Messages.purchase()).get(39)).isEqualTo("00");
            second.disconnect();
            Await.until("room again", () -> rig.server.connections() == 1);
            try (AcquirerPeer third = new AcquirerPeer(rig.address(), ASCII)) {
                assertThat(third.ask(Messages.purchase()).get(39)).isEqualTo("00");
            }
        }
    }

    @Test
    void shouldAnswerADeferredPaymentLaterAndOthersMeanwhile() throws Exception {
        try (IsoRig rig = new IsoRig(); AcquirerPeer peer = new AcquirerPeer(rig.address(), ASCII).signOn()) {
            rig.echo.decide((payment, answer) -> payment.amountMinor() == 1 ? Result.AWAITING_ISSUER : Result.OK);
            final Iso8583Message routed = Messages.purchase().set(4, "000000000001");
            peer.send(routed);
            final Iso8583Message local = Messages.purchase();
            assertThat(peer.ask(local).get(11)).isEqualTo(local.get(11));
            rig.echo.answerLater(rig.echo.deferredLinkId, rig.echo.deferredCorrelationId, Result.ISSUER_TIMED_OUT);
            final Iso8583Message answer = peer.receive();
            assertThat(answer.get(11)).isEqualTo(routed.get(11));
            assertThat(answer.get(39)).isEqualTo("91");
            // Once more by mistake, while another request has its place: an answer never reaches a later request.
            final long old = rig.echo.deferredCorrelationId;
            final Iso8583Message second = Messages.purchase().set(4, "000000000001");
            peer.send(second);
            Await.until("deferred", () -> rig.echo.deferredCorrelationId != old);
            assertThat((int) rig.echo.deferredCorrelationId).as("the same place").isEqualTo((int) old);
            rig.echo.answerLater(rig.echo.deferredLinkId, old, Result.OK);
            final Iso8583Message behind = Messages.purchase();
            assertThat(peer.ask(behind).get(11)).isEqualTo(behind.get(11));
            rig.echo.answerLater(rig.echo.deferredLinkId, rig.echo.deferredCorrelationId, Result.OK);
            assertThat(peer.receive().get(11)).isEqualTo(second.get(11));
        }
    }

    /** SEC-03: what was kept for an answer, or received, is gone once it is used. */
    @Test
    void shouldKeepNoCardNumberOnceEverythingIsAnswered() throws Exception {
        try (IsoRig rig = new IsoRig(); AcquirerPeer peer = new AcquirerPeer(rig.address(), ASCII).signOn()) {
            final byte[] frame = peer.frame(Messages.purchase());
            peer.write(Arrays.copyOf(frame, 60));
            Await.until("the beginning is read", () -> rig.counters().requests() == 1);
            peer.write(Arrays.copyOfRange(frame, 60, frame.length));
            assertThat(peer.receive().get(39)).isEqualTo("00");
            final IsoLoop loop = rig.server.loop(rig.loops.agents().get(0).eventLoop());
            final byte[] number = Messages.PAN.getBytes(java.nio.charset.StandardCharsets.US_ASCII);
            rig.loops.agents().get(0).eventLoop().submit(() -> {
                assertThat(loop.contexts.count()).isZero();
                assertThat(contains(loop.contexts.memory(0), number)).isFalse();
                assertThat(contains(loop.readSpace.view, number)).isFalse();
            }).get();
        }
    }

    private static boolean contains(final UnsafeBuffer memory, final byte[] wanted) {
        for (int at = 0; at + wanted.length <= memory.capacity(); at++) {
            int same = 0;
            while (same < wanted.length && memory.getByte(at + same) == wanted[same]) {
                same++;
            }
            if (same == wanted.length) {
                return true;
            }
        }
        return false;
    }

    // ---- Sessions ----

    /** SES-04, SES-05, SES-07, SES-08. */
    @Test
    void shouldServeAllConnectionsOfAParticipantAfterOneSignOn() throws Exception {
        try (IsoRig rig = new IsoRig(); AcquirerPeer first = new AcquirerPeer(rig.address(), ASCII);
             AcquirerPeer second = new AcquirerPeer(rig.address(), ASCII)) {
            final Iso8583Message refused = first.ask(Messages.purchase());
            assertThat(refused.get(39)).isEqualTo("91");
            assertThat(rig.echo.payments()).isEmpty();
            assertThat(first.ask(Messages.network(301)).get(39)).isEqualTo("00");
            assertThat(first.ask(Messages.network(2)).get(39)).isEqualTo("00");
            assertThat(first.ask(Messages.network(1)).get(39)).isEqualTo("00");
            assertThat(first.ask(Messages.network(1)).get(39)).isEqualTo("00");
            assertThat(second.ask(Messages.purchase()).get(39)).isEqualTo("00");
            assertThat(second.ask(Messages.network(2)).get(39)).isEqualTo("00");
            assertThat(first.ask(Messages.purchase()).get(39)).isEqualTo("91");
        }
    }

    /** SES-06. */
    @Test
    void shouldSignOnByConnectionOrNotAtAllWhereTheLinkSaysSo() throws Exception {
        try (IsoRig rig = new IsoRig(file("sign-on = connection")); AcquirerPeer first = new AcquirerPeer(rig.address(), ASCII).signOn();
             AcquirerPeer second = new AcquirerPeer(rig.address(), ASCII)) {
            assertThat(first.ask(Messages.purchase()).get(39)).isEqualTo("00");
            assertThat(second.ask(Messages.purchase()).get(39)).isEqualTo("91");
        }
        try (IsoRig rig = new IsoRig(file("sign-on = none")); AcquirerPeer peer = new AcquirerPeer(rig.address(), ASCII)) {
            assertThat(peer.ask(Messages.purchase()).get(39)).isEqualTo("00");
        }
    }

    private static String file(final String... lines) throws IOException {
        final java.nio.file.Path path = java.nio.file.Files.createTempFile("link", ".conf");
        path.toFile().deleteOnExit();
        java.nio.file.Files.writeString(path, "name = a-link\ndialect { base = 1987-ascii }\ndefault-participant = ACQ001\n"
            + "institutions = [\"00100001\", \"00100002\"]\n" + String.join("\n", lines));
        return path.toString();
    }

    /** SES-10, SES-11, SES-12, SES-15. */
    @Test
    void shouldEchoNetworkMessagesAndRefuseUnknownCodesAndTheBarred() throws Exception {
        try (IsoRig rig = new IsoRig(); AcquirerPeer peer = new AcquirerPeer(rig.address(), ASCII)) {
            final Iso8583Message request = Messages.network(301).set(12, "101112").set(13, "1123").set(32, "00100001").set(37, "ABCDEF123456")
                .set(41, "T0000001").set(48, "hello").set(53, "1234567890123456");
            final Iso8583Message echo = peer.ask(request);
            assertThat(echo.mti()).isEqualTo(810);
            final Iso8583Message expected = request.copy().mti(810).set(39, "00");
            assertThat(echo.fields()).isEqualTo(expected.fields());
            assertThat(peer.ask(Messages.network(999)).get(39)).isEqualTo("40");
            rig.echo.roles(0);
            assertThat(peer.ask(Messages.network(1)).get(39)).isEqualTo("31");
            assertThat(peer.ask(Messages.purchase()).get(39)).isEqualTo("91");
            rig.echo.roles(2);
            peer.signOn();
            assertThat(peer.ask(Messages.network(202)).get(39)).isEqualTo("00");
            assertThat(peer.ask(Messages.network(999)).get(39)).isEqualTo("40");
        }
    }

    /** SES-01, SES-02, SES-03. */
    @Test
    void shouldKnowWhoSpeaksByInstitution() throws Exception {
        final IsoRig.Options options = new IsoRig.Options();
        options.links = new String[] {file()};
        options.participants = java.util.Map.of(100_002L, "ACQ002");
        try (IsoRig rig = new IsoRig(options); AcquirerPeer peer = new AcquirerPeer(rig.address(), ASCII).signOn()) {
            assertThat(peer.ask(Messages.purchase()).get(39)).isEqualTo("00");
            assertThat(peer.ask(Messages.purchase().set(32, "00100002")).get(39)).as("the other one has not signed on").isEqualTo("91");
            assertThat(peer.ask(Messages.network(1).set(32, "00100002")).get(39)).isEqualTo("00");
            assertThat(peer.ask(Messages.purchase().set(32, "00100002")).get(39)).isEqualTo("00");
            assertThat(peer.ask(Messages.purchase().set(32, "00100003")).get(39)).isEqualTo("31");
            assertThat(peer.ask(Messages.network(1).set(32, "00100003")).get(39)).isEqualTo("31");
            assertThat(peer.ask(Messages.network(1).set(33, "00100003")).get(39)).isEqualTo("31");
        }
    }

    /** SES-14. */
    @Test
    void shouldRefuseANoticeThatWasNotGranted() throws Exception {
        try (IsoRig rig = new IsoRig(); AcquirerPeer peer = new AcquirerPeer(rig.address(), ASCII).signOn()) {
            assertThat(peer.ask(Messages.network(201).set(15, "1124")).get(39)).as("no such institution in the journal").isEqualTo("57");
            assertThat(peer.ask(Messages.network(201)).get(44)).as("DAY-08").startsWith("015");
            assertThat(peer.ask(Messages.network(201).set(15, "0230")).get(44)).as("no date").startsWith("015");
            assertThat(peer.ask(Messages.network(101)).get(44)).as("a key exchange without a key").startsWith("048");
        }
    }

    // ---- Formats ----

    /** FMT-17: a track has a separator, and behind it an expiry date or one more. */
    @ParameterizedTest
    @org.junit.jupiter.params.provider.CsvSource({"'', 30", "=, 30", "=301, 30", "=3012, 00", "=3000101, 30", "=3013101, 30", "D30121010000, 00",
        "==101, 00", "=3=12101, 30"})
    void shouldTakeNoTrackWithoutSeparatorOrDate(final String behind, final String code) throws Exception {
        try (IsoRig rig = new IsoRig(); AcquirerPeer peer = new AcquirerPeer(rig.address(), ASCII).signOn()) {
            for (final boolean alone : new boolean[] {true, false}) {
                final Iso8583Message request = Messages.purchase().set(35, Messages.PAN + behind).set(14, null);
                final Iso8583Message answer = peer.ask(alone ? request.set(2, null) : request);
                assertThat(answer.get(39)).isEqualTo(code);
                if (code.equals("30")) {
                    assertThat(answer.get(44)).isEqualTo("035");
                }
            }
        }
    }

    /** OP-13, SEC-01: the reference of a bill is kept, so it is not the number of the card that pays it. */
    @Test
    void shouldRefuseACardNumberAsTheReferenceOfABill() throws Exception {
        try (IsoRig rig = new IsoRig(); AcquirerPeer peer = new AcquirerPeer(rig.address(), ASCII).signOn()) {
            final Iso8583Message bill = Messages.payment(200, "500000").set(103, "1");
            assertThat(peer.ask(bill.copy().set(48, Messages.PAN)).get(44)).isEqualTo("048");
            assertThat(peer.ask(bill.copy().set(48, "9900 0100 0000 0175")).get(44)).isEqualTo("048");
            assertThat(peer.ask(bill.copy().set(48, "9900010000000176")).get(39)).isEqualTo("00");
            assertThat(rig.echo.payments()).hasSize(1);
        }
    }

    /** FMT-01, FMT-02, FMT-03, FMT-09. */
    @ParameterizedTest
    @ValueSource(ints = {2, 3, 4, 7, 11, 32, 41, 42, 49})
    void shouldAnswer30NamingTheFieldThatIsMissing(final int field) throws Exception {
        try (IsoRig rig = new IsoRig(); AcquirerPeer peer = new AcquirerPeer(rig.address(), ASCII).signOn()) {
            final Iso8583Message request = without(Messages.purchase(), field);
            final Iso8583Message answer = peer.ask(request);
            assertThat(answer.mti()).isEqualTo(210);
            assertThat(answer.get(39)).isEqualTo("30");
            assertThat(answer.get(44)).startsWith(String.format("%03d", field));
            for (final int echoed : new int[] {7, 11, 12, 13, 32, 37, 41, 42, 49}) {
                assertThat(answer.get(echoed)).as("field %s", echoed).isEqualTo(request.get(echoed));
            }
            assertThat(answer.has(2)).isFalse();
            assertThat(rig.echo.payments()).isEmpty();
            assertThat(peer.ask(Messages.purchase()).get(39)).as("the connection goes on").isEqualTo("00");
        }
    }

    private static Iso8583Message without(final Iso8583Message message, final int field) {
        final Iso8583Message copy = new Iso8583Message(message.mti());
        message.fields().forEach((number, value) -> {
            if (number != field) {
                copy.set(number, value);
            }
        });
        return copy;
    }

    /** FMT-08, FMT-16, FMT-17, ORG-02, OP-16, OP-24. */
    @ParameterizedTest
    @CsvSource({
        "7, 1323103000, 007", "7, 1123253000, 007", "12, 246000, 012", "13, 0230, 013", "14, 3013, 014",
        "35, 9900010000000019=3012101, 035", "35, 9900010000000175=2912101, 035",
        "90, 999900010111231030000000010000100000000000, 090", "55, 9F2608AB, 055"})
    void shouldAnswer30NamingTheFieldThatIsWrong(final int field, final String value, final String named) throws Exception {
        try (IsoRig rig = new IsoRig(); AcquirerPeer peer = new AcquirerPeer(rig.address(), ASCII).signOn()) {
            final Iso8583Message answer = peer.ask(Messages.purchase().set(field, value));
            assertThat(answer.get(39)).isEqualTo("30");
            assertThat(answer.get(44)).startsWith(named);
        }
    }

    /** FMT-01, FMT-11: in the middle of a message, and behind its end. */
    @Test
    void shouldAnswer30ForBytesThatCannotBeIndexed() throws Exception {
        try (IsoRig rig = new IsoRig(); AcquirerPeer peer = new AcquirerPeer(rig.address(), ASCII).signOn()) {
            final byte[] good = Messages.purchase().encode(peer.dialect);
            final byte[] letters = good.clone();
            // DE 13 stands in front of the last fields; its first digit becomes a letter.
            final int at = new String(good, java.nio.charset.StandardCharsets.US_ASCII).indexOf("1830001123") + 6;
            letters[at] = 'x';
            peer.write(peer.frame(letters));
            Iso8583Message answer = peer.receive();
            assertThat(answer.get(39)).isEqualTo("30");
            assertThat(answer.get(44)).startsWith("013");
            assertThat(answer.get(49)).isEqualTo("156");
            assertThat(answer.has(13)).isFalse();
            peer.write(peer.frame(Arrays.copyOf(good, good.length - 1)));
            answer = peer.receive();
            assertThat(answer.get(44)).startsWith("049");
            final byte[] longer = Arrays.copyOf(good, good.length + 1);
            peer.write(peer.frame(longer));
            answer = peer.receive();
            assertThat(answer.get(44)).startsWith("001");
            assertThat(rig.counters().formatErrors()).isEqualTo(3);
        }
    }

    /** FMT-05, FMT-06, FMT-07. */
    @Test
    void shouldCountResponsesAndRefuseMessageTypesThatNobodyKnows() throws Exception {
        try (IsoRig rig = new IsoRig(); AcquirerPeer peer = new AcquirerPeer(rig.address(), ASCII).signOn()) {
            peer.send(Messages.purchase().mti(210));
            peer.send(Messages.purchase().mti(440));
            assertThat(peer.ask(Messages.purchase().mti(600)).mti()).isEqualTo(610);
            assertThat(peer.ask(Messages.purchase().mti(322)).get(39)).isEqualTo("40");
            assertThat(rig.counters().notWaitedFor()).isEqualTo(2);
            final byte[] other = Messages.purchase().encode(peer.dialect);
            other[0] = '1';
            peer.write(peer.frame(other));
            final Iso8583Message answer = peer.receive();
            assertThat(answer.get(39)).isEqualTo("30");
            assertThat(answer.get(44)).startsWith("000");
        }
    }

    /** OP-21, OP-22: the state machine refuses them at their place in the order. */
    @Test
    void shouldTellTheStateMachineOfWhatNobodyOffers() throws Exception {
        try (IsoRig rig = new IsoRig(); AcquirerPeer peer = new AcquirerPeer(rig.address(), ASCII).signOn()) {
            peer.ask(Messages.purchase().set(67, "03"));
            peer.ask(Messages.purchase().set(6, "000000002500"));
            peer.ask(Messages.purchase().set(51, "840"));
            for (int i = 0; i < 3; i++) {
                assertThat(payment(rig, i).flags() & PaymentFlags.NOT_OFFERED).as("message %s", i).isNotZero();
            }
            peer.ask(Messages.purchase().set(67, "01").set(51, "156"));
            assertThat(payment(rig, 3).flags() & PaymentFlags.NOT_OFFERED).isZero();
        }
    }

    /** LINK-08, SES-02, FMT-23, MSG-01. */
    @Test
    void shouldAnswerStrangersFileUpdatesAndFragmentsAsTheTablesSay() throws Exception {
        try (IsoRig rig = new IsoRig(); AcquirerPeer peer = new AcquirerPeer(rig.address(), ASCII).signOn()) {
            assertThat(peer.ask(Messages.network(301).set(32, "99999999")).get(39)).isEqualTo("31");
            assertThat(peer.ask(Messages.network(301).set(33, "99999999")).get(39)).isEqualTo("31");
            for (final int mti : new int[] {302, 303}) {
                final Iso8583Message answer = peer.ask(new Iso8583Message(mti).set(2, Messages.PAN).set(7, Messages.SENT).set(11, "000001")
                    .set(91, "1").set(101, "NEGFILE"));
                assertThat(answer.mti()).isEqualTo(312);
                assertThat(answer.get(15)).isNull();
            }
        }
    }

    /** OP-03, PRE-14: the state machine tells it, since an unknown card comes before it; OP-01, OP-26. */
    @Test
    void shouldRefuseWhatTheLinkDoesNotOffer() throws Exception {
        final IsoRig.Options options = new IsoRig.Options();
        options.links = new String[] {file("operations = [purchase]")};
        try (IsoRig rig = new IsoRig(options); AcquirerPeer peer = new AcquirerPeer(rig.address(), ASCII).signOn()) {
            assertThat(peer.ask(Messages.purchase()).get(39)).isEqualTo("00");
            rig.echo.decide((payment, answer) -> (payment.flags() & PaymentFlags.NOT_OFFERED) != 0 ? Result.OPERATION_NOT_GRANTED : Result.OK);
            assertThat(peer.ask(Messages.payment(200, "010000")).get(39)).isEqualTo("57");
            assertThat(peer.ask(Messages.payment(400, "000000")).get(39)).isEqualTo("57");
            assertThat(peer.ask(Messages.payment(200, "000000")).get(39)).isEqualTo("00");
            assertThat(payment(rig, 1).operation()).isEqualTo((short) PaymentOperation.CASH_OUT);
            rig.echo.decide((payment, answer) -> Result.CARD_NOT_FOUND);
            assertThat(peer.ask(Messages.payment(200, "010000")).get(39)).isEqualTo("14");
        }
        try (IsoRig rig = new IsoRig(); AcquirerPeer peer = new AcquirerPeer(rig.address(), ASCII).signOn()) {
            final Iso8583Message update = new Iso8583Message(302).set(2, Messages.PAN).set(7, Messages.SENT).set(11, "000001");
            assertThat(peer.ask(update.copy().set(91, "1").set(101, "NEGFILE")).get(39)).isEqualTo("00");
            assertThat(peer.ask(update.copy().set(91, "2").set(101, "NEGFILE")).get(39)).isEqualTo("24");
            assertThat(peer.ask(update.copy().set(91, "1").set(101, "OTHER")).get(39)).isEqualTo("24");
            peer.ask(Messages.payment(200, "990000"));
            assertThat(payment(rig, 1).operation()).isEqualTo((short) PaymentOperation.UNKNOWN);
        }
    }

    /** REC-02, REC-11. */
    @Test
    void shouldCarryTotals() throws Exception {
        try (IsoRig rig = new IsoRig(); AcquirerPeer peer = new AcquirerPeer(rig.address(), ASCII).signOn()) {
            final Iso8583Message answer = peer.ask(new Iso8583Message(500).set(7, Messages.SENT).set(11, "000001").set(15, "1123").set(32, "00100001")
                .set(50, "156").set(76, "0000000003").set(88, "0000000000007500"));
            assertThat(answer.mti()).isEqualTo(510);
            assertThat(answer.get(39)).isEqualTo("00");
            assertThat(answer.get(66)).isEqualTo("1");
            assertThat(answer.get(76)).isEqualTo("0000000003");
            assertThat(answer.get(97)).isEqualTo("D0000000000007500");
        }
    }

    /** The same in 1993's words. */
    @Test
    void shouldSpeak1993() throws Exception {
        final LinkProfile profile = LinkProfile.builtIn("1993-ascii");
        try (IsoRig rig = new IsoRig("1993-ascii"); AcquirerPeer peer = new AcquirerPeer(rig.address(), profile).signOn()) {
            final Iso8583Message answer = peer.ask(Messages.purchase93());
            assertThat(answer.mti()).isEqualTo(1210);
            assertThat(answer.get(39)).isEqualTo("000");
            assertThat(answer.get(15)).isEqualTo("261123");
            final PaymentDecoder payment = payment(rig, 0);
            assertThat(payment.mti()).isEqualTo(200);
            assertThat(payment.transmission()).isEqualTo(1_123_103_000L);
            assertThat(payment.channel()).isEqualTo((short) PaymentChannel.CHIP);
            assertThat(peer.ask(Messages.network93(831)).mti()).isEqualTo(1814);
            assertThat(peer.ask(Messages.network93(999)).get(39)).isEqualTo("115");
        }
    }
}
