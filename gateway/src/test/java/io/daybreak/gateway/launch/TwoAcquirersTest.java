package io.daybreak.gateway.launch;

import io.daybreak.gateway.iso.AcquirerPeer;
import io.daybreak.gateway.iso.Messages;
import io.daybreak.iso8583.link.LinkProfile;
import io.daybreak.iso8583.text.Iso8583Message;
import io.daybreak.protocol.InstitutionRights;
import io.daybreak.protocol.Participants;
import io.daybreak.protocol.PaymentOperation;
import io.daybreak.protocol.RecordStatus;
import io.daybreak.protocol.Result;
import io.daybreak.protocol.codec.PutInstitutionEncoder;
import io.daybreak.protocol.codec.PutParticipantEncoder;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.MutableDirectBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The whole switch with a second acquirer, which has every right: what it says of the first one's payments, and what it gets. Rule:
 * docs/iso8583.md, chapters 2, 4, 8 to 12, 15 and 24.
 */
@Timeout(120)
final class TwoAcquirersTest {
    private static final long FIRST = 100_001;
    private static final long SECOND = 100_002;
    private static final int SECOND_ID = 77;
    private static final String CARD = "9900010000000019";
    private static final DateTimeFormatter YEAR = DateTimeFormatter.ofPattern("yyMMddHHmmss").withZone(ZoneOffset.UTC);

    @TempDir
    private Path directory;
    private RoutedRig rig;
    private AcquirerPeer first;
    private AcquirerPeer second;
    private Iso8583Message beforeSignOn;

    @BeforeEach
    void start() throws Exception {
        final Path link = Files.writeString(directory.resolve("second.conf"),
            "name = second\ndefault-participant = ACQ002\ninstitutions = [\"00100002\"]");
        final Path shared = Files.writeString(directory.resolve("shared.conf"),
            "name = shared\ndefault-participant = ACQ001\ninstitutions = [\"00100001\", \"00100002\"]");
        final Path config = Files.writeString(directory.resolve("daybreak.conf"), "iso8583.listeners = [ { name = second, port = 0, link = \"" + link
            + "\" }, { name = shared, port = 0, link = \"" + shared + "\", participants { \"00100002\" = ACQ002 } } ]");
        rig = new RoutedRig(directory, config, 1, "iso8583.1993-port=0");
        put(PutParticipantEncoder.TEMPLATE_ID, PutParticipantEncoder.BLOCK_LENGTH, body -> new PutParticipantEncoder().wrap(body, 0).idCapacity(2_048)
            .participantId(SECOND_ID).keyId(1).roles(Participants.ROLE_ACTIVE).participantCode("ACQ002"));
        institution(SECOND, SECOND_ID, 0);
        first = rig.acquirer();
        second = new AcquirerPeer(address("second"), RoutedRig.ASCII);
        beforeSignOn = second.ask(ofSecond(RoutedRig.purchase(CARD)));
        second.signOn();
    }

    @AfterEach
    void stop() throws Exception {
        second.close();
        rig.close();
    }

    private interface Body {
        void write(MutableDirectBuffer body);
    }

    private void put(final int templateId, final int length, final Body record) {
        final MutableDirectBuffer body = new ExpandableArrayBuffer(length);
        record.write(body);
        assertThat(rig.server.systemPort().submit(templateId, templateId == PutParticipantEncoder.TEMPLATE_ID ? Participants.SYSTEM : Participants.FIRST_OPERATOR,
            body, length)).isEqualTo(Result.OK);
    }

    private void institution(final long number, final int participantId, final int moreRights) {
        put(PutInstitutionEncoder.TEMPLATE_ID, PutInstitutionEncoder.BLOCK_LENGTH, body -> new PutInstitutionEncoder().wrap(body, 0).institution(number)
            .settlementAccountId(900_003).exceptionAccountId(900_004).operations((1L << PaymentOperation.COUNT) - 2).forcePostCapMinor(100_000)
            .refundFundingLimitMinor(100_000).unlinkedRefundLimitMinor(0).participantId(participantId)
            .rights(InstitutionRights.FILE_UPDATE | InstitutionRights.RECONCILE | InstitutionRights.FORCE_POST | moreRights).dayGroup(1)
            .status(RecordStatus.ACTIVE).currency(156));
    }

    private java.net.InetSocketAddress address(final String name) {
        return rig.server.isoAddresses().stream().filter(bound -> bound.name().equals(name)).findFirst().orElseThrow().address();
    }

    private static Iso8583Message ofSecond(final Iso8583Message message) {
        return message.set(32, "00100002");
    }

    private static String original(final Iso8583Message message, final String institution) {
        return String.format("%04d", message.mti()) + message.get(11) + message.get(7) + "000" + institution + "0".repeat(11);
    }

    /** What refers to a payment: the same card, terminal, merchant and DE 37, a DE 11 of its own. */
    private static Iso8583Message about(final Iso8583Message original, final int mti) {
        return RoutedRig.now(original.copy().mti(mti).set(11, Messages.nextStan()));
    }

    private String balances(final String card) throws Exception {
        return first.ask(RoutedRig.now(Messages.payment(200, "310000").set(2, card).set(37, null))).get(54);
    }

    /** ORG-06, ORG-03: whatever it names it by, another acquirer's payment is not found, and nothing of it moves. */
    @Test
    void shouldFindNoPaymentOfAnotherAcquirer() throws Exception {
        final Iso8583Message purchase = RoutedRig.purchase(CARD);
        assertThat(first.ask(purchase).get(39)).isEqualTo("00");
        final Iso8583Message held = RoutedRig.purchase(CARD).mti(100);
        final String approval = first.ask(held).get(38);
        final String before = balances(CARD);
        for (final String named : new String[] {"00100002", "00100001", "00000000"}) {
            assertThat(second.ask(ofSecond(about(purchase, 400)).set(90, original(purchase, named))).get(39)).as("reversal, %s", named).isEqualTo("25");
            assertThat(second.ask(ofSecond(about(purchase, 420)).set(90, original(purchase, named))).get(39)).as("advice, %s", named).isEqualTo("25");
            assertThat(second.ask(ofSecond(about(held, 400)).set(90, original(held, named))).get(39)).as("of the hold, %s", named).isEqualTo("25");
            assertThat(second.ask(ofSecond(about(purchase, 200)).set(3, "200000").set(90, original(purchase, named))).get(39)).as("refund, %s", named)
                .isEqualTo("25");
            assertThat(second.ask(ofSecond(about(held, 100)).set(90, original(held, named))).get(39)).as("increment, %s", named).isEqualTo("25");
        }
        assertThat(second.ask(ofSecond(about(purchase, 400))).get(39)).as("by DE 37").isEqualTo("25");
        assertThat(second.ask(ofSecond(about(purchase, 200)).set(3, "200000")).get(39)).as("refund by DE 37").isNotEqualTo("00");
        assertThat(balances(CARD)).isEqualTo(before);

        // A completion reports what has happened, so it is booked, from the wallet's own funds and for its own acquirer; the hold stays.
        assertThat(second.ask(ofSecond(about(held, 220)).set(38, approval).set(90, original(held, "00100001"))).get(39)).isEqualTo("00");
        assertThat(second.ask(ofSecond(about(held, 220)).set(11, Messages.nextStan()).set(38, approval)).get(39)).isEqualTo("00");
        assertThat(first.ask(about(held, 220).set(38, approval).set(90, original(held, "00100001"))).get(39)).isEqualTo("00");
        final String after = balances(CARD);
        assertThat(ledger(before) - ledger(after)).as("three completions of 25.00").isEqualTo(7_500);
        assertThat(available(before) - available(after)).as("of which one was held").isEqualTo(5_000);
        assertThat(ledger(after)).as("nothing is held any more").isEqualTo(available(after));
        assertThat(first.ask(about(purchase, 400).set(90, original(purchase, "00100001"))).get(39)).as("its own acquirer finds it").isEqualTo("00");
        assertThat(ledger(balances(CARD))).isEqualTo(ledger(after) + 2_500);
    }

    private static long ledger(final String balances) {
        return Long.parseLong(balances.substring(8, 20));
    }

    private static long available(final String balances) {
        return Long.parseLong(balances.substring(28, 40));
    }

    /** DUP-01, REV-09: the same numbers at another acquirer are another payment; a reversal stands in nobody else's way. */
    @Test
    void shouldKeepTheSameIdentityOfTwoAcquirersApart() throws Exception {
        final Iso8583Message coming = RoutedRig.purchase(CARD);
        for (final String named : new String[] {"00100001", "00000000", "00100002"}) {
            assertThat(second.ask(ofSecond(about(coming, 420)).set(90, original(coming, named))).get(39)).isEqualTo("25");
        }
        assertThat(second.ask(ofSecond(about(coming, 420))).get(39)).as("by DE 37").isEqualTo("25");
        final String before = balances(CARD);
        final Iso8583Message answer = first.ask(coming);
        assertThat(answer.get(39)).as("another's reversal does not wait for it").isEqualTo("00");
        assertThat(second.ask(ofSecond(coming.copy())).get(39)).as("its own does").isEqualTo("12");

        final Iso8583Message paid = RoutedRig.purchase(CARD);
        final Iso8583Message one = first.ask(paid);
        final Iso8583Message two = second.ask(ofSecond(paid.copy()));
        assertThat(one.get(39) + two.get(39)).isEqualTo("0000");
        assertThat(two.get(38)).isNotEqualTo(one.get(38));
        assertThat(first.ask(paid.copy().mti(201)).fields()).isEqualTo(one.fields());
        assertThat(second.ask(ofSecond(paid.copy()).mti(201)).fields()).isEqualTo(two.fields());
        assertThat(second.ask(ofSecond(about(paid, 400)).set(90, original(paid, "00100002"))).get(39)).isEqualTo("00");
        assertThat(ledger(before) - ledger(balances(CARD))).as("the first one's two payments").isEqualTo(5_000);
        assertThat(first.ask(paid.copy().mti(201)).get(39)).isEqualTo("00");
        assertThat(first.ask(about(paid, 400).set(90, original(paid, "00100001"))).get(39)).isEqualTo("00");
        assertThat(ledger(before) - ledger(balances(CARD))).isEqualTo(2_500);
    }

    /** SES-02, SES-03: an institution speaks where its link names it, and only once its participant has signed on. */
    @Test
    void shouldTakeNoInstitutionOnASocketThatIsNotItsOwn() throws Exception {
        final String before = balances(CARD);
        assertThat(first.ask(ofSecond(RoutedRig.purchase(CARD))).get(39)).isEqualTo("31");
        assertThat(first.ask(ofSecond(Messages.network(2))).get(39)).as("nor signs it off").isEqualTo("31");
        assertThat(second.ask(RoutedRig.purchase(CARD)).get(39)).isEqualTo("31");
        assertThat(second.ask(Messages.network(2).set(33, "00100001")).get(39)).isEqualTo("31");
        assertThat(second.ask(new Iso8583Message(302).set(2, CARD).set(7, Messages.SENT).set(11, "000001").set(33, "00100001").set(91, "1")
            .set(101, "NEGFILE")).get(39)).isEqualTo("31");
        assertThat(balances(CARD)).isEqualTo(before);
        try (AcquirerPeer shared = new AcquirerPeer(address("shared"), RoutedRig.ASCII)) {
            assertThat(shared.ask(ofSecond(RoutedRig.purchase(CARD))).get(39)).as("both have signed on elsewhere").isEqualTo("00");
            assertThat(shared.ask(ofSecond(Messages.network(2))).get(39)).isEqualTo("00");
            assertThat(shared.ask(ofSecond(RoutedRig.purchase(CARD))).get(39)).isEqualTo("91");
            assertThat(second.ask(ofSecond(RoutedRig.purchase(CARD))).get(39)).as("of the participant, wherever").isEqualTo("91");
            assertThat(shared.ask(RoutedRig.purchase(CARD)).get(39)).as("the other is as before").isEqualTo("00");
        }
    }

    /** FMT-20, FMT-23: totals, also refused ones, have DE 15, and what was decided has DE 37. */
    @Test
    void shouldTellDateAndReferenceInEveryAnswerToTotals() throws Exception {
        final String today = first.ask(RoutedRig.purchase(CARD)).get(15);
        for (final int mti : new int[] {500, 520}) {
            final Iso8583Message request = RoutedRig.now(new Iso8583Message(mti)).set(11, Messages.nextStan()).set(32, "00100001").set(50, "156");
            final Iso8583Message answer = first.ask(request);
            assertThat(answer.get(39)).isEqualTo("00");
            assertThat(answer.get(15)).isEqualTo(today);
            assertThat(answer.get(37)).matches("\\d{12}");
            assertThat(first.ask(request.copy().mti(mti + 1)).fields()).as("its repeat").isEqualTo(answer.fields());
            assertThat(first.ask(request.copy().set(11, Messages.nextStan()).set(37, "ACQUIRERREF1")).get(37)).isEqualTo("ACQUIRERREF1");
            final Iso8583Message closed = first.ask(request.copy().set(11, Messages.nextStan()).set(15, today.equals("0101") ? "0202" : "0101"));
            assertThat(closed.get(39)).isEqualTo("25");
            assertThat(closed.get(15)).as("the date that is open").isEqualTo(today);
            assertThat(closed.get(37)).matches("\\d{12}");
            final Iso8583Message stranger = first.ask(ofSecond(request.copy().set(11, Messages.nextStan())));
            assertThat(stranger.get(39)).isEqualTo("31");
            assertThat(stranger.get(15)).isEqualTo(today);
            final Iso8583Message wrong = first.ask(request.copy().set(11, Messages.nextStan()).set(50, null));
            assertThat(wrong.get(39)).isEqualTo("30");
            assertThat(wrong.get(15)).isEqualTo(today);
            first.ask(Messages.network(2));
            assertThat(first.ask(request.copy().set(11, Messages.nextStan())).get(15)).as("signed off").isEqualTo(today);
            first.signOn();
        }
        assertThat(first.ask(RoutedRig.now(Messages.payment(200, "310000").set(37, null))).get(37)).as("an enquiry").matches("\\d{12}");
    }

    /** FMT-23, SES-14: also of an acquirer that was put while the switch runs. */
    @Test
    void shouldKnowTheDateOfAnAcquirerThatIsNew() throws Exception {
        final String today = first.ask(RoutedRig.purchase(CARD)).get(15);
        assertThat(beforeSignOn.get(39)).isEqualTo("91");
        assertThat(beforeSignOn.get(15)).as("nobody has asked for its date yet").isEqualTo(today);
        assertThat(second.ask(RoutedRig.purchase(CARD)).get(15)).as("31").isEqualTo(today);
        assertThat(second.ask(Messages.network(2)).get(39)).isEqualTo("00");
        final Iso8583Message signedOff = second.ask(ofSecond(RoutedRig.purchase(CARD)));
        assertThat(signedOff.get(39)).isEqualTo("91");
        assertThat(signedOff.get(15)).isEqualTo(today);
        second.signOn();
        institution(SECOND, SECOND_ID, InstitutionRights.CUT_OVER);
        // The day before New Year the first would be the next date.
        Assumptions.assumeFalse(today.equals("1231"));
        final Iso8583Message wrong = second.ask(Messages.network(201).set(15, today.equals("0101") ? "0301" : "0101"));
        assertThat(wrong.get(39)).as("granted, but not the next date").isEqualTo("12");
        assertThat(wrong.get(15)).isEqualTo(today);
    }

    /** DAY-08, SES-14: what a peer's 0800/201 may open, and the date that its answer tells. */
    @Test
    void shouldOpenTheNextDateByANoticeAndNoOther() throws Exception {
        final DateTimeFormatter monthDay = DateTimeFormatter.ofPattern("MMdd");
        final LocalDate today = LocalDate.parse(LocalDate.now(ZoneOffset.UTC).getYear() + first.ask(RoutedRig.purchase(CARD)).get(15),
            DateTimeFormatter.BASIC_ISO_DATE);
        final Iso8583Message barred = first.ask(Messages.network(201).set(15, today.plusDays(1).format(monthDay)));
        assertThat(barred.get(39)).as("not granted").isEqualTo("57");
        assertThat(barred.get(15)).isEqualTo(today.format(monthDay));
        institution(FIRST, 2, InstitutionRights.CUT_OVER);
        for (final int days : new int[] {-2, -1, 2, 30}) {
            final Iso8583Message answer = first.ask(Messages.network(201).set(15, today.plusDays(days).format(monthDay)));
            assertThat(answer.get(39)).as("%s days on", days).isEqualTo("12");
            assertThat(answer.get(15)).isEqualTo(today.format(monthDay));
        }
        assertThat(first.ask(Messages.network(201).set(15, today.format(monthDay))).get(39)).as("open already").isEqualTo("00");
        assertThat(first.ask(RoutedRig.purchase(CARD)).get(15)).isEqualTo(today.format(monthDay));
        for (int i = 0; i < 2; i++) {
            final Iso8583Message opened = first.ask(Messages.network(201).set(15, today.plusDays(1).format(monthDay)));
            assertThat(opened.get(39)).isEqualTo("00");
            assertThat(opened.get(15)).isEqualTo(today.plusDays(1).format(monthDay));
        }
        assertThat(first.ask(RoutedRig.purchase(CARD)).get(15)).isEqualTo(today.plusDays(1).format(monthDay));
        final Iso8583Message ended = first.ask(Messages.network(202).set(15, today.format(monthDay)));
        assertThat(ended.get(39)).isEqualTo("00");
        assertThat(ended.has(15)).as("it opens nothing").isFalse();
        assertThat(first.ask(Messages.network(201)).get(44)).startsWith("015");
    }

    /** 93-04, 93-06, 93-10: a year that is not this one. */
    @Test
    void shouldGoByTheYearsOf1993() throws Exception {
        try (AcquirerPeer peer = new AcquirerPeer(address("iso8583-1993"), LinkProfile.builtIn("1993-ascii"))) {
            final String now = YEAR.format(Instant.now());
            final int year = Integer.parseInt(now.substring(0, 2));
            final String before = String.format("%02d", year - 1) + now.substring(2);
            final String ahead = String.format("%02d", year + 1) + now.substring(2);
            final Iso8583Message paid = Messages.purchase93().set(2, CARD).set(12, now).set(37, "700100200300");
            final String balances = balances(CARD);
            if (!now.startsWith("0229", 2)) {
                assertThat(peer.ask(paid.copy().set(12, before)).get(39)).as("DUP-15").isEqualTo("913");
                final Iso8583Message future = peer.ask(paid.copy().set(12, ahead));
                assertThat(future.get(39)).as("FMT-18").isEqualTo("904");
                assertThat(future.get(44)).isEqualTo("012");
                assertThat(balances(CARD)).isEqualTo(balances);
                assertThat(peer.ask(paid).get(39)).isEqualTo("000");
                final Iso8583Message undo = Messages.purchase93().mti(1420).set(2, CARD).set(12, now).set(24, 400).set(37, null);
                final String original = "1200" + paid.get(11);
                assertThat(peer.ask(undo.copy().set(56, original + before + "0800100001")).get(39)).as("of the year before").isEqualTo("914");
                assertThat(peer.ask(undo.copy().set(11, Messages.nextStan()).set(56, original + now + "0800100001")).get(39)).isEqualTo("400");
                assertThat(balances(CARD)).isEqualTo(balances);
                final Iso8583Message totals = new Iso8583Message(1520).set(11, Messages.nextStan()).set(12, now).set(24, 500).set(32, "00100001").set(50, "156");
                assertThat(peer.ask(totals.copy().set(28, before.substring(0, 6))).get(39)).as("that date is closed").isEqualTo("503");
                final Iso8583Message taken = peer.ask(totals.copy().set(11, Messages.nextStan()).set(28, now.substring(0, 6)));
                assertThat(taken.get(39)).isEqualTo("500");
                assertThat(taken.get(15)).isEqualTo(now.substring(0, 6));
                assertThat(taken.get(37)).matches("\\d{12}");
            }
        }
    }
}
