package io.daybreak.gateway.launch;

import io.daybreak.gateway.Await;
import io.daybreak.gateway.iso.AcquirerPeer;
import io.daybreak.gateway.iso.IssuerPeer;
import io.daybreak.gateway.iso.Messages;
import io.daybreak.gateway.pin.SoftwarePin;
import io.daybreak.iso8583.link.LinkProfile;
import io.daybreak.iso8583.mac.MacAlgorithm;
import io.daybreak.iso8583.mac.MacKey;
import io.daybreak.iso8583.text.Iso8583Message;
import io.daybreak.protocol.Participants;
import io.daybreak.protocol.ExceptionReason;
import io.daybreak.protocol.PinMode;
import io.daybreak.protocol.Result;
import io.daybreak.protocol.codec.CutOverEncoder;
import io.daybreak.protocol.codec.ExceptionsAnswerDecoder;
import io.daybreak.protocol.codec.IssuerLinkStatusEncoder;
import io.daybreak.protocol.codec.MessageHeaderDecoder;
import io.daybreak.protocol.codec.QueryExceptionsEncoder;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.MutableDirectBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Links to issuers over real sockets: several of them, other dialects, their sessions, and what lies behind them. */
@Timeout(120)
final class IssuerLinksTest {
    /** Another link's record that no test configures. */
    private static final int GHOST = 9;

    @TempDir
    private Path directory;

    private Path link(final String name, final String text) throws IOException {
        return Files.writeString(directory.resolve(name + ".conf"), "name = " + name + "\n" + text);
    }

    /** Settings with one more issuer link, of the demo's issuer. */
    private Path config(final int port, final String profile, final String more) throws IOException {
        return Files.writeString(directory.resolve("daybreak.conf"), "iso8583.issuer-links = [ { issuer = ISS001, code = second, host = localhost, port = "
            + port + ", link = \"" + profile + "\" } ]\n" + more);
    }

    private static void tellUp(final RoutedRig rig, final int linkId) {
        final MutableDirectBuffer body = new ExpandableArrayBuffer(IssuerLinkStatusEncoder.BLOCK_LENGTH);
        new IssuerLinkStatusEncoder().wrap(body, 0).linkId(linkId).status(1).reserved(0);
        assertThat(rig.server.systemPort().submit(IssuerLinkStatusEncoder.TEMPLATE_ID, Participants.SYSTEM, body, IssuerLinkStatusEncoder.BLOCK_LENGTH))
            .isEqualTo(Result.OK);
    }

    private static List<Integer> itemReasons(final RoutedRig rig) {
        final MutableDirectBuffer body = new ExpandableArrayBuffer(QueryExceptionsEncoder.BLOCK_LENGTH);
        new QueryExceptionsEncoder().wrap(body, 0).correlationId(0).cursor(0).pageSize(64).reserved1(0).reserved2(0);
        final ExceptionsAnswerDecoder answer = new ExceptionsAnswerDecoder().wrapAndApplyHeader(rig.server.systemPort().query(
            QueryExceptionsEncoder.TEMPLATE_ID, Participants.FIRST_OPERATOR, body, QueryExceptionsEncoder.BLOCK_LENGTH), 0, new MessageHeaderDecoder());
        final List<Integer> reasons = new ArrayList<>();
        answer.items().forEach(item -> reasons.add(item.reason()));
        return reasons;
    }

    /** RTE-04: the state believes in a link that is not there; nothing has left, and another link takes it. */
    @Test
    void shouldFailOverWhatHasNotBeenSent() throws Exception {
        try (IssuerPeer issuer = new IssuerPeer().open(); RoutedRig rig = new RoutedRig(directory, issuer.port()).awaitLinks(1)) {
            rig.link(GHOST, "ghost", 60_000);
            tellUp(rig, GHOST);
            for (int i = 0; i < 4; i++) {
                assertThat(rig.ask(RoutedRig.purchase(RoutedRig.CARD)).get(39)).isEqualTo("00");
            }
            assertThat(rig.server.issuers().counters().notSent()).isPositive();
            assertThat(issuer.received(200)).hasSize(4);
            issuer.die();
            rig.awaitLinks(0);
            assertThat(rig.ask(RoutedRig.purchase(RoutedRig.CARD)).get(39)).isEqualTo("91");
            assertThat(rig.storedAndForwarded()).as("nothing was sent, so nothing is reversed").isZero();
        }
    }

    /** RTE-03, RTE-04, SES-19: what may have left is not sent on the other link; its reversal is. */
    @Test
    void shouldNeverSendARequestASecondTimeOnAnotherLink() throws Exception {
        try (IssuerPeer first = new IssuerPeer().does(IssuerPeer.SILENT).open(); IssuerPeer second = new IssuerPeer().open();
             RoutedRig rig = new RoutedRig(directory, config(second.port(), "demo-ascii", ""), first.port())) {
            rig.link(2, "second", 0).deadline(500).issuer(100, 500, 0).awaitLinks(2);
            final Iso8583Message asked = RoutedRig.purchase(RoutedRig.CARD);
            rig.acquirer().send(asked);
            first.await(200);
            first.die();
            rig.awaitLinks(1);
            assertThat(rig.acquirer().receive().get(39)).isEqualTo("91");
            assertThat(second.await(420).get(90)).startsWith("0200" + first.received(200).get(0).get(11));
            rig.awaitDrained();
            assertThat(second.received(200)).isEmpty();
            assertThat(rig.ask(RoutedRig.purchase(RoutedRig.CARD)).get(39)).as("of weight 0, since no other is up").isEqualTo("00");
            assertThat(second.received(200)).hasSize(1);
        }
    }

    /** SES-17, SES-18. */
    @Test
    void shouldTryAgainAfterARefusedSignOnAndCloseAfterLostEchoes() throws Exception {
        final Path fast = link("fast", "time-outs { network = 150ms, idle-echo = 100ms, reconnect = 50ms, reconnect-max = 200ms }");
        try (IssuerPeer demo = new IssuerPeer(); IssuerPeer issuer = new IssuerPeer().signOns("05").open();
             RoutedRig rig = new RoutedRig(directory, config(issuer.port(), fast.toString(), ""), demo.port())) {
            rig.link(2, "second", 1);
            Await.until("three sign-ons", () -> signOns(issuer) >= 3);
            assertThat(rig.server.issuers().linksUp()).isZero();
            assertThat(issuer.received()).allMatch(message -> "001".equals(message.get(70)));
            issuer.signOns("00");
            rig.awaitLinks(1);
            issuer.await(800, message -> "301".equals(message.get(70)));
            assertThat(rig.ask(RoutedRig.purchase(RoutedRig.CARD)).get(39)).isEqualTo("00");
            final int before = signOns(issuer);
            issuer.echoes(false);
            Await.until("another connection", () -> signOns(issuer) > before);
            final int connected = issuer.received().size();
            issuer.echoes(true);
            assertThat(connected).isGreaterThan(before + 3);
            rig.awaitLinks(1);
            issuer.signOns(null).connection().disconnect();
            final int silent = signOns(issuer);
            Await.until("sign-ons that nobody answers", () -> signOns(issuer) > silent + 1);
        }
    }

    private static int signOns(final IssuerPeer issuer) {
        return (int) issuer.received(800).stream().filter(message -> "001".equals(message.get(70))).count();
    }

    /** ISS-01, 93-04, 93-05: issuers that speak BCD, or 1993. */
    @Test
    void shouldSpeakWhatTheIssuerSpeaks() throws Exception {
        for (final String profile : new String[] {"demo-bcd", "1993-ascii"}) {
            final boolean is93 = profile.startsWith("1993");
            final Path home = Files.createDirectories(directory.resolve(profile));
            try (IssuerPeer demo = new IssuerPeer(); IssuerPeer issuer = new IssuerPeer(0, LinkProfile.builtIn(profile)).open();
                 RoutedRig rig = new RoutedRig(home, config(issuer.port(), profile, ""), demo.port())) {
                rig.link(2, "second", 1).deadline(500).issuer(100, 500, 0).awaitLinks(1);
                issuer.does(message -> IssuerPeer.answer(message, is93 ? "000" : "00").set(38, "AB12CD").set(55, "8A023030"));
                final Iso8583Message answer = rig.ask(RoutedRig.purchase(RoutedRig.CARD).set(55, "9F1E0431323334"));
                assertThat(answer.get(39)).as(profile).isEqualTo("00");
                assertThat(answer.get(38)).isEqualTo("AB12CD");
                assertThat(answer.get(55)).isEqualTo("8A023030");
                assertThat(issuer.await(is93 ? 1_200 : 200).get(55)).isEqualTo("9F1E0431323334");
                issuer.does(message -> message.mti() % 1_000 / 100 == 2 ? IssuerPeer.answer(message, is93 ? "116" : "51") : null);
                assertThat(rig.ask(RoutedRig.purchase(RoutedRig.CARD)).get(39)).as(profile).isEqualTo("51");
                issuer.does(IssuerPeer.SILENT);
                assertThat(rig.ask(RoutedRig.purchase(RoutedRig.CARD)).get(39)).isEqualTo("91");
                final Iso8583Message sent = issuer.received(is93 ? 1_200 : 200).get(2);
                final Iso8583Message reversal = issuer.await(is93 ? 1_420 : 420);
                if (is93) {
                    assertThat(reversal.get(56)).isEqualTo("1200" + sent.get(11) + sent.get(12) + "08" + "00100001");
                    assertThat(reversal.get(24)).isEqualTo("400");
                    assertThat(sent.get(12).substring(2)).isEqualTo(sent.get(7));
                } else {
                    assertThat(reversal.get(90)).isEqualTo("0200" + sent.get(11) + sent.get(7) + "00000100001" + "00000100099");
                }
                issuer.does(message -> IssuerPeer.answer(message, is93 ? "400" : "00"));
                rig.awaitDrained();
            }
        }
    }

    /** RTE-27, 93-05: DE 4 of the response is what remains, and ends the entry all the same. */
    @Test
    void shouldEndAPartialReversalAtAnIssuerOf1993() throws Exception {
        try (IssuerPeer issuer = new IssuerPeer(0, LinkProfile.builtIn("1993-ascii")).open();
             RoutedRig rig = new RoutedRig(directory, issuer.port(), "demo.issuer-link=1993-ascii").issuer(100, 500, 0).awaitLinks(1)) {
            issuer.does(message -> IssuerPeer.answer(message, message.mti() / 100 == 14 ? "400" : "000").set(4, message.get(4)));
            final Iso8583Message purchase = RoutedRig.purchase(RoutedRig.CARD);
            assertThat(rig.ask(purchase).get(39)).isEqualTo("00");
            assertThat(rig.ask(RoutedRig.now(purchase.copy().mti(400).set(11, Messages.nextStan())
                .set(90, "0200" + purchase.get(11) + purchase.get(7) + "00000100001" + "00000000000").set(95, "000000001000" + "0".repeat(30))))
                .get(39)).isEqualTo("00");
            final Iso8583Message reversal = issuer.await(1_420);
            assertThat(reversal.get(24)).isEqualTo("401");
            assertThat(reversal.get(4)).isEqualTo("000000001000");
            assertThat(reversal.get(30)).isEqualTo("000000002500" + "0".repeat(12));
            rig.awaitDrained();
            assertThat(issuer.received(1_421)).isEmpty();
        }
    }

    /** A 1993 acquirer's words do not keep its reversal from an issuer of 1987. */
    @Test
    void shouldReverseAPaymentOfA1993AcquirerAtAnIssuerOf1987() throws Exception {
        try (IssuerPeer issuer = new IssuerPeer().does(IssuerPeer.SILENT).open();
             RoutedRig rig = new RoutedRig(directory, issuer.port(), "iso8583.1993-port=0").deadline(500).issuer(100, 500, 0).awaitLinks(1);
             AcquirerPeer acquirer = new AcquirerPeer(rig.server.isoAddresses().get(1).address(), LinkProfile.builtIn("1993-ascii")).signOn()) {
            final String now = java.time.format.DateTimeFormatter.ofPattern("yyMMddHHmmss").withZone(ZoneOffset.UTC).format(java.time.Instant.now());
            assertThat(acquirer.ask(Messages.purchase93().set(2, RoutedRig.CARD).set(12, now).set(25, "1503")).get(39)).isEqualTo("911");
            issuer.does(IssuerPeer::approval);
            assertThat(issuer.await(420).get(90)).startsWith("0200" + issuer.received(200).get(0).get(11));
            rig.awaitDrained();
        }
    }

    /** MAC-01, MAC-08: a link to an issuer with MACs signs what it sends and takes nothing that is not signed. */
    @Test
    void shouldSignAndVerifyOnALinkToAnIssuer() throws Exception {
        final MacKey key = new MacKey("demo-mac", MacAlgorithm.RETAIL, HexFormat.of().parseHex("0123456789abcdeffedcba9876543210"));
        try (IssuerPeer issuer = new IssuerPeer(0, LinkProfile.builtIn("demo-mac")).macs(key).open();
             RoutedRig rig = new RoutedRig(directory, issuer.port(), "demo.issuer-link=demo-mac", "metrics.port=0").deadline(1_000).issuer(100, 500, 0)
                 .awaitLinks(1)) {
            assertThat(rig.ask(RoutedRig.purchase(RoutedRig.CARD)).get(39)).isEqualTo("00");
            assertThat(issuer.wrongMacs()).as("of what the switch sent").isZero();
            issuer.macs(new MacKey("other", MacAlgorithm.RETAIL, new byte[16]));
            assertThat(rig.ask(RoutedRig.purchase(RoutedRig.CARD)).get(39)).as("an answer with a wrong MAC is none").isEqualTo("91");
            assertThat(rig.server.issuers().lineCounters().get(0).wrongMacs()).isPositive();
            issuer.macs(key);
            rig.awaitDrained();
        }
    }

    /** RTE-16. */
    @Test
    void shouldPassDropAndSetWhatTheRouteSays() throws Exception {
        final String fields = "iso8583.route-fields = [ { route = 1, request { 43 = drop, 62 = \"set SIXTYTWO\" }, answer { 55 = drop, 60 = pass } } ]";
        try (IssuerPeer demo = new IssuerPeer().open(); RoutedRig rig = new RoutedRig(directory, config(1, "demo-ascii", fields), demo.port()).awaitLinks(1)) {
            demo.does(message -> IssuerPeer.approval(message).set(55, "8A023030").set(60, "SIXTY").set(63, "X"));
            final Iso8583Message answer = rig.ask(RoutedRig.purchase(RoutedRig.CARD).set(43, "A shop").set(48, "x"));
            final Iso8583Message sent = demo.await(200);
            assertThat(sent.has(43)).isFalse();
            assertThat(sent.get(62)).isEqualTo("SIXTYTWO");
            assertThat(sent.get(48)).isEqualTo("x");
            assertThat(answer.has(55)).isFalse();
            assertThat(answer.get(60)).isEqualTo("SIXTY");
            assertThat(answer.get(63)).isEqualTo("X");
        }
    }

    /** SES-16, and totals for an issuer that asks for them. */
    @Test
    void shouldTellOfACutOverAndSendTotals() throws Exception {
        final Path noticed = link("noticed", "cut-over-notices = true");
        try (IssuerPeer demo = new IssuerPeer(); IssuerPeer issuer = new IssuerPeer().open();
             RoutedRig rig = new RoutedRig(directory, config(issuer.port(), noticed.toString(), "iso8583.listeners = [ { name = noticed, port = 0, link = \""
                 + link("noticed-acquirer", "cut-over-notices = true, default-participant = ACQ001, institutions = [\"00100001\"]") + "\" } ]"), demo.port())) {
            rig.link(2, "second", 1).issuer(100, 500, 2).awaitLinks(1);
            issuer.does(message -> message.mti() == 500 ? IssuerPeer.answer(message, "95") : IssuerPeer.approval(message));
            assertThat(rig.ask(RoutedRig.purchase(RoutedRig.CARD)).get(39)).isEqualTo("00");
            try (AcquirerPeer acquirer = new AcquirerPeer(rig.server.isoAddresses().stream().filter(bound -> bound.name().equals("noticed"))
                .findFirst().orElseThrow().address(), RoutedRig.ASCII).signOn()) {
                final MutableDirectBuffer body = new ExpandableArrayBuffer(CutOverEncoder.BLOCK_LENGTH);
                new CutOverEncoder().wrap(body, 0).correlationId(0).institution(0).newDate(0).dayGroup(1).reserved(0);
                assertThat(rig.server.systemPort().submit(CutOverEncoder.TEMPLATE_ID, Participants.FIRST_OPERATOR, body, CutOverEncoder.BLOCK_LENGTH))
                    .isEqualTo(Result.OK);
                final Iso8583Message notice = acquirer.receive();
                assertThat(notice.mti()).isEqualTo(800);
                assertThat(notice.get(70)).isEqualTo("201");
                acquirer.send(new Iso8583Message(810).set(7, notice.get(7)).set(11, notice.get(11)).set(39, "00").set(70, "201"));
                final String date = issuer.await(800, message -> "201".equals(message.get(70))).get(15);
                assertThat(notice.get(15)).isEqualTo(date);
                final LocalDate today = LocalDate.now(ZoneOffset.UTC);
                assertThat(List.of(monthDay(today.plusDays(1)), monthDay(today.plusDays(2)))).contains(date);
            }
            final Iso8583Message totals = issuer.await(500);
            assertThat(totals.get(50)).isEqualTo("156");
            assertThat(totals.get(76)).isEqualTo("0000000001");
            assertThat(totals.get(88)).endsWith("2500");
            Await.until("the difference to be recorded", () -> itemReasons(rig).contains(ExceptionReason.ISSUER_TOTALS_DIFFER));
        }
    }

    private static String monthDay(final LocalDate date) {
        return String.format(Locale.ROOT, "%02d%02d", date.getMonthValue(), date.getDayOfMonth());
    }

    /** SEC-05: what needs a key that is dead becomes an item. */
    @Test
    void shouldMakeAnItemOfWhatNobodyCanSendAnyMore() throws Exception {
        try (IssuerPeer issuer = new IssuerPeer(); RoutedRig rig = new RoutedRig(directory, issuer.port())) {
            assertThat(rig.ask(RoutedRig.purchase(RoutedRig.CARD_WITH_STAND_IN).set(4, "000000001000")).get(39)).isEqualTo("00");
            assertThat(rig.storedAndForwarded()).isEqualTo(1);
            final LocalDate tomorrow = LocalDate.now(ZoneOffset.UTC).plusDays(1);
            rig.server.dataKeys().rotate(tomorrow);
            assertThat(rig.server.dataKeys().destroyBefore(tomorrow)).isEqualTo(1);
            issuer.open();
            rig.awaitLinks(1).awaitDrained();
            assertThat(itemReasons(rig)).contains(ExceptionReason.CARD_DATA_GONE);
            assertThat(issuer.received(220)).isEmpty();
            assertThat(rig.ask(RoutedRig.purchase(RoutedRig.CARD)).get(39)).as("the new key is in use").isEqualTo("00");
        }
    }

    /** SEC-05, SEC-07: keys of days that nothing needs die; and a key that was swapped refuses the start. */
    @Test
    void shouldDestroyKeysThatNothingNeeds() throws Exception {
        final Path keys = directory.resolve("data/keys");
        try (IssuerPeer issuer = new IssuerPeer(); RoutedRig rig = new RoutedRig(directory, issuer.port())) {
            assertThat(rig.server.dataKeys().all()).hasSize(1);
            assertThat(Files.readString(keys)).contains("data - ", "data starts starts = 00000001");
        }
        final String old = "data - 20200101 = " + "17".repeat(32) + "\n";
        Files.writeString(keys, old, java.nio.file.StandardOpenOption.APPEND);
        try (IssuerPeer issuer = new IssuerPeer(); RoutedRig rig = new RoutedRig(directory, issuer.port())) {
            assertThat(Files.readString(keys)).contains("20200101", "starts = 00000002");
            rig.server.dataKeyKeeper().lookNow();
            assertThat(Files.readString(keys)).doesNotContain("20200101");
            assertThat(rig.server.dataKeys().all()).hasSize(1);
        }
        Files.writeString(keys, Files.readString(keys).replaceFirst("(data - \\d+ = )..", "$1" + "zz").replace("zz", "5a"));
        assertThatThrownBy(() -> new RoutedRig(directory, 1)).isInstanceOf(StartException.class).hasMessageContaining("data key");
    }

    /** PIN-04, PIN-05: with the demo's software. */
    @Test
    void shouldVerifyAndTranslatePinsWithTheSoftwareOfTheDemo() throws Exception {
        try (IssuerPeer issuer = new IssuerPeer().open(); RoutedRig rig = new RoutedRig(directory, issuer.port(), "iso8583.pin-module=software").awaitLinks(1)) {
            final byte[] card = "9900010000000019".getBytes(StandardCharsets.US_ASCII);
            final byte[] pin = SoftwarePin.pinOf(card, card.length);
            final String right = hex(SoftwarePin.seal0(pin, card, card.length, SoftwarePin.ACQUIRER_DES));
            pin[0] = (byte) (pin[0] == '0' ? '1' : '0');
            final String wrong = hex(SoftwarePin.seal0(pin, card, card.length, SoftwarePin.ACQUIRER_DES));
            assertThat(rig.ask(RoutedRig.purchase("9900010000000019").set(52, right)).get(39)).isEqualTo("00");
            assertThat(rig.ask(RoutedRig.purchase("9900010000000019").set(52, wrong)).get(39)).isEqualTo("55");
            assertThat(rig.ask(RoutedRig.purchase("9900010000000019").set(52, "0011223344556677")).get(39)).isEqualTo("88");
            rig.route(1, 990_002, 6, 5_000, PinMode.TRANSLATE);
            final byte[] routed = RoutedRig.CARD.getBytes(StandardCharsets.US_ASCII);
            final byte[] holders = "4711".getBytes(StandardCharsets.US_ASCII);
            // The route is read again after the record was put: until then its PINs are refused.
            Await.until("the route to translate", () -> {
                try {
                    return rig.ask(RoutedRig.purchase(RoutedRig.CARD).set(52, hex(SoftwarePin.seal0(holders, routed, routed.length, SoftwarePin.ACQUIRER_DES))))
                        .get(39).equals("00");
                } catch (final Exception ex) {
                    throw new IllegalStateException(ex);
                }
            });
            assertThat(issuer.await(200).get(52)).isEqualTo(hex(SoftwarePin.seal0(holders, routed, routed.length, SoftwarePin.ISSUER_DES)));
        }
    }

    private static String hex(final byte[] bytes) {
        return HexFormat.of().withUpperCase().formatHex(bytes);
    }

    /** RTE-29, RTE-17, with several loops: the acquirer's connection and the issuer's may be served by different ones. */
    @Test
    void shouldPassAnswersBackOverEventLoops() throws Exception {
        try (IssuerPeer issuer = new IssuerPeer().open(); RoutedRig rig = new RoutedRig(directory, issuer.port(), "native.event-loops=3").awaitLinks(1)) {
            issuer.does(message -> IssuerPeer.approval(message).set(55, "8A023030").set(44, message.get(37).substring(6)));
            for (int i = 0; i < 6; i++) {
                try (AcquirerPeer acquirer = new AcquirerPeer(rig.address(), RoutedRig.ASCII).signOn()) {
                    for (int j = 0; j < 5; j++) {
                        final Iso8583Message asked = RoutedRig.purchase(RoutedRig.CARD);
                        final Iso8583Message answer = acquirer.ask(asked);
                        assertThat(answer.get(39)).isEqualTo("00");
                        assertThat(answer.get(55)).isEqualTo("8A023030");
                        assertThat(answer.get(44)).isEqualTo(asked.get(37).substring(6));
                    }
                }
            }
            assertThat(rig.server.issuers().counters().fieldsLost()).isZero();
        }
    }
}
