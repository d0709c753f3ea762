package io.daybreak.gateway.iso;

import io.daybreak.gateway.card.TokenKeys;
import io.daybreak.gateway.Await;
import io.daybreak.iso8583.link.LinkProfile;
import io.daybreak.payment.ForwardingMark;
import io.daybreak.protocol.codec.PaymentDecoder;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

import static org.assertj.core.api.Assertions.assertThat;

/** What becomes of card data on an acquirer's link, on real sockets: docs/iso8583.md, "Card data" and "PIN". */
final class CardDataLinkTest {
    private static final LinkProfile ASCII = LinkProfile.builtIn("demo-ascii");
    private static final String OTHER_PAN = "9900010000000019";

    private static PaymentDecoder payment(final IsoRig rig, final int index) {
        return new PaymentDecoder().wrap(new UnsafeBuffer(rig.echo.payments().get(index)), 0, PaymentDecoder.BLOCK_LENGTH,
            PaymentDecoder.SCHEMA_VERSION);
    }

    /** SEC-08: both cards of a transfer go in with the tokens of both keys. */
    @Test
    void shouldSendBothTokensOfBothCardsOfATransfer() throws Exception {
        final IsoRig.Options options = new IsoRig.Options();
        final byte[] newer = new byte[32];
        Arrays.fill(newer, (byte) 7);
        options.tokenKeys = TokenKeys.of(2, newer, 1, new byte[32]);
        try (IsoRig rig = new IsoRig(options); AcquirerPeer peer = new AcquirerPeer(rig.address(), ASCII).signOn()) {
            peer.ask(Messages.purchase().set(2, OTHER_PAN));
            peer.ask(Messages.payment(200, "400000").set(103, OTHER_PAN));
            final PaymentDecoder own = payment(rig, 0);
            final PaymentDecoder transfer = payment(rig, 1);
            assertThat(own.previousToken().hi()).isNotZero();
            assertThat(transfer.destinationToken().hi()).isEqualTo(own.token().hi());
            assertThat(transfer.destinationToken().lo()).isEqualTo(own.token().lo());
            assertThat(transfer.previousDestinationToken().hi()).isEqualTo(own.previousToken().hi());
            assertThat(transfer.previousDestinationToken().lo()).isEqualTo(own.previousToken().lo());
            assertThat(transfer.previousToken().hi()).isNotEqualTo(own.previousToken().hi());
        }
    }

    /** ORG-01, ORG-06. */
    @Test
    void shouldReadTheForwardingInstitutionOfAMessageAndOfItsOriginal() throws Exception {
        try (IsoRig rig = new IsoRig(); AcquirerPeer peer = new AcquirerPeer(rig.address(), ASCII).signOn()) {
            peer.ask(Messages.payment(420, "000000").set(33, "00012345678")
                .set(90, "0200" + "000101" + Messages.SENT + "00000100001" + "00087654321"));
            assertThat(payment(rig, 0).forwarding()).isEqualTo(ForwardingMark.of(12_345_678L));
            assertThat(payment(rig, 0).originalForwarding()).isEqualTo(ForwardingMark.of(87_654_321L));
        }
    }

    /** OP-16: the cash is a part of DE 4, so it is in the currency of DE 49. */
    @ParameterizedTest
    @CsvSource({"0040156D000000001000, 00", "0040840D000000001000, 30", "0001156D0000000010000040156D000000001000, 00",
        "0040156D00000000100, 30", "0001156D000000001000, 30"})
    void shouldTakeCashInThePaymentsCurrencyOnly(final String additionalAmounts, final String code) throws Exception {
        try (IsoRig rig = new IsoRig(); AcquirerPeer peer = new AcquirerPeer(rig.address(), ASCII).signOn()) {
            final var answer = peer.ask(Messages.payment(200, "090000").set(54, additionalAmounts));
            assertThat(answer.get(39)).isEqualTo(code);
            if (code.equals("30")) {
                assertThat(answer.get(44)).startsWith("054");
            } else {
                assertThat(payment(rig, 0).cashbackMinor()).isEqualTo(1_000);
            }
        }
    }

    /** PIN-02, SEC-03: the beginning of a message whose end never comes. */
    @Test
    void shouldWipeAnUnfinishedMessageWhenItsConnectionEnds() throws Exception {
        try (IsoRig rig = new IsoRig(); AcquirerPeer peer = new AcquirerPeer(rig.address(), ASCII).signOn()) {
            peer.write(Arrays.copyOf(peer.frame(Messages.purchase()), 60));
            peer.halfClose();
            assertThat(peer.receive()).isNull();
            assertNothingIsLeft(rig);
        }
    }

    /** PIN-02, SEC-03: what arrives when the connection has been told to end. */
    @Test
    void shouldWipeWhatItThrowsAway() throws Exception {
        try (IsoRig rig = new IsoRig(); AcquirerPeer peer = new AcquirerPeer(rig.address(), ASCII).signOn()) {
            peer.write(peer.frame("garbage".getBytes(StandardCharsets.US_ASCII)));
            assertThat(peer.receive()).isNull();
            peer.send(Messages.purchase());
            peer.halfClose();
            Await.until("closed", () -> rig.counters().closed() == 1);
            assertThat(rig.counters().requests()).as("nobody reads it").isEqualTo(1);
            assertNothingIsLeft(rig);
        }
    }

    private static void assertNothingIsLeft(final IsoRig rig) throws Exception {
        final IsoLoop loop = rig.server.loop(rig.loops.agents().get(0).eventLoop());
        final byte[] beginning = Messages.PAN.substring(0, 8).getBytes(StandardCharsets.US_ASCII);
        rig.loops.agents().get(0).eventLoop().submit(() -> {
            final byte[] memory = new byte[loop.readSpace.view.capacity()];
            loop.readSpace.view.getBytes(0, memory);
            assertThat(new String(memory, StandardCharsets.ISO_8859_1)).doesNotContain(new String(beginning, StandardCharsets.US_ASCII));
        }).get();
    }
}
