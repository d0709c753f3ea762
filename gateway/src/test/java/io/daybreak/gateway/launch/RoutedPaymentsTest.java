package io.daybreak.gateway.launch;

import io.daybreak.gateway.Await;
import io.daybreak.gateway.iso.IssuerPeer;
import io.daybreak.iso8583.text.Iso8583Message;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/** Payments for an issuer over real sockets: docs/iso8583.md, chapters 17 to 20. */
@Timeout(120)
final class RoutedPaymentsTest {
    @TempDir
    private Path directory;

    /** RTE-06, RTE-15, RTE-17, ISS-01 to ISS-05, SES-17. */
    @Test
    void shouldSignOnAndPassAPaymentToTheIssuerAndItsAnswerBack() throws Exception {
        try (IssuerPeer issuer = new IssuerPeer().open(); RoutedRig rig = new RoutedRig(directory, issuer.port()).awaitLinks(1)) {
            issuer.does(message -> IssuerPeer.approval(message).set(44, "K").set(48, "BACK").set(55, "8A023030").set(62, "SIX").set(63, "THREE").set(60, "NO"));
            final Iso8583Message asked = RoutedRig.purchase(RoutedRig.CARD).set(18, "5411").set(23, "001").set(35, RoutedRig.CARD + "=301210100000").set(43, "A shop")
                .set(48, "some data").set(55, "9F260811223344556677889F1E0431323334").set(60, "sixty").set(63, "x").set(5, "000000000100").set(50, "840");
            final Iso8583Message answer = rig.ask(asked);

            final Iso8583Message signOn = issuer.received().get(0);
            assertThat(signOn.mti()).isEqualTo(800);
            assertThat(signOn.get(70)).isEqualTo("001");
            assertThat(signOn.get(33)).isEqualTo("00100099");
            final Iso8583Message sent = issuer.await(200);
            assertThat(issuer.received()).as("nothing before the sign-on").first().isSameAs(signOn);
            for (final int field : new int[] {2, 3, 4, 5, 12, 13, 14, 18, 22, 23, 25, 32, 35, 37, 41, 42, 43, 48, 49, 50, 55, 60, 63}) {
                assertThat(sent.get(field)).as("field " + field).isEqualTo(asked.get(field).stripTrailing()
                    + " ".repeat(sent.get(field).length() - sent.get(field).stripTrailing().length()));
            }
            assertThat(sent.get(33)).isEqualTo("00100099");
            assertThat(sent.get(15)).isEqualTo(answer.get(15));
            assertThat(sent.get(11)).matches("[0-9]{6}");

            assertThat(answer.get(39)).isEqualTo("00");
            assertThat(answer.get(38)).isEqualTo("AB12CD");
            assertThat(List.of(answer.get(44), answer.get(48), answer.get(55), answer.get(62), answer.get(63)))
                .containsExactly("K", "BACK", "8A023030", "SIX", "THREE");
            assertThat(answer.has(60)).isFalse();
            for (final int field : new int[] {2, 3, 4, 7, 11, 12, 13, 32, 37, 41, 42, 49}) {
                assertThat(answer.get(field)).as("field " + field).isEqualTo(asked.get(field));
            }
            final Iso8583Message repeat = rig.ask(asked.copy().mti(201));
            assertThat(repeat.get(38)).isEqualTo("AB12CD");
            assertThat(repeat.has(55)).as("chip data is not repeated").isFalse();
            assertThat(issuer.received(200)).as("a repeat is not sent on").hasSize(1);
        }
    }

    /** SEC-10: a field of an issuer's with the card's number or a track in it does not come back; the others do. */
    @Test
    void shouldPassNoCardNumberOfTheIssuerBack() throws Exception {
        try (IssuerPeer issuer = new IssuerPeer().open(); RoutedRig rig = new RoutedRig(directory, issuer.port()).awaitLinks(1)) {
            issuer.does(message -> IssuerPeer.approval(message).set(44, "CARD " + RoutedRig.CARD).set(48, "9900 0200 0000 0018 IS FINE")
                .set(55, "5A08" + RoutedRig.CARD).set(62, "4111111111111111=3012101").set(63, "THREE"));
            final Iso8583Message approved = rig.ask(RoutedRig.purchase(RoutedRig.CARD));
            assertThat(approved.get(39)).isEqualTo("00");
            assertThat(approved.get(38)).isEqualTo("AB12CD");
            assertThat(approved.get(63)).isEqualTo("THREE");
            assertThat(new boolean[] {approved.has(44), approved.has(48), approved.has(55), approved.has(62)}).containsOnly(false);
            issuer.does(message -> IssuerPeer.answer(message, "05").set(44, RoutedRig.CARD).set(48, "ASK " + "X".repeat(900)));
            final Iso8583Message declined = rig.ask(RoutedRig.purchase(RoutedRig.CARD).set(35, RoutedRig.CARD + "=3012101").set(2, null));
            assertThat(declined.get(39)).isEqualTo("05");
            assertThat(declined.has(44)).isFalse();
            assertThat(declined.get(48)).startsWith("ASK X");
        }
    }

    /** RTE-28, RTE-05, SES-19. */
    @Test
    void shouldNotWaitForAnIssuerThatIsNotThereAndConnectWhenItComes() throws Exception {
        try (IssuerPeer issuer = new IssuerPeer(); RoutedRig rig = new RoutedRig(directory, issuer.port())) {
            assertThat(rig.ask(RoutedRig.purchase(RoutedRig.CARD)).get(39)).isEqualTo("91");
            assertThat(rig.ask(RoutedRig.purchase("9900010000000019")).get(39)).as("all others go on").isEqualTo("00");
            assertThat(rig.storedAndForwarded()).as("no reversal of what was never sent").isZero();
            issuer.open();
            rig.awaitLinks(1);
            assertThat(rig.ask(RoutedRig.purchase(RoutedRig.CARD)).get(39)).isEqualTo("00");
        }
    }

    /** RTE-07, RTE-09, RTE-11, ISS-04, ISS-06, SAF-03: and a repeat gets the first answer. */
    @Test
    void shouldReverseWhatTheIssuerDidNotAnswer() throws Exception {
        try (IssuerPeer issuer = new IssuerPeer().open(); RoutedRig rig = new RoutedRig(directory, issuer.port()).awaitLinks(1).deadline(400).issuer(100, 300, 0)) {
            issuer.does(IssuerPeer.SILENT);
            final Iso8583Message asked = RoutedRig.purchase(RoutedRig.CARD).set(5, "000000000100").set(35, RoutedRig.CARD + "=301210100000").set(55, "9F1E0431323334");
            final Iso8583Message answer = rig.ask(asked);
            assertThat(answer.get(39)).isEqualTo("91");
            final Iso8583Message sent = issuer.await(200);
            final Iso8583Message reversal = issuer.await(420);
            issuer.connection().send(IssuerPeer.approval(sent));
            final Iso8583Message again = issuer.await(421);
            assertThat(again.fields()).isEqualTo(reversal.fields());
            for (final int field : new int[] {2, 3, 4, 5, 14, 32, 33, 37, 41, 42, 49}) {
                assertThat(reversal.get(field)).as("field " + field).isEqualTo(sent.get(field));
            }
            assertThat(reversal.get(39)).isEqualTo("68");
            assertThat(reversal.get(90)).isEqualTo("0200" + sent.get(11) + sent.get(7) + "00000100001" + "00000100099");
            assertThat(reversal.has(35) || reversal.has(52) || reversal.has(55)).isFalse();
            assertThat(reversal.get(11)).isNotEqualTo(sent.get(11));
            issuer.does(message -> IssuerPeer.answer(message, "00"));
            rig.awaitDrained();
            assertThat(rig.ask(asked.copy().mti(201)).get(39)).isEqualTo("91");
            assertThat(issuer.received(420)).hasSize(1);
            assertThat(issuer.received(200)).hasSize(1);
        }
    }

    /** RTE-10: the decline comes while the reversal cannot leave. */
    @Test
    void shouldNotReverseWhatWasDeclinedLate() throws Exception {
        try (IssuerPeer issuer = new IssuerPeer().open(); RoutedRig rig = new RoutedRig(directory, issuer.port()).awaitLinks(1).deadline(300).issuer(100, 300, 1)) {
            issuer.does(IssuerPeer.SILENT);
            assertThat(rig.ask(RoutedRig.purchase(RoutedRig.CARD)).get(39)).isEqualTo("91");
            assertThat(rig.storedAndForwarded()).isEqualTo(1);
            issuer.connection().send(IssuerPeer.answer(issuer.await(200), "51"));
            rig.awaitDrained();
            rig.issuer(100, 300, 0);
            assertThat(issuer.received(420)).isEmpty();
        }
    }

    /** RTE-08, RTE-14, FMT-05: wrong trace numbers and second responses. */
    @Test
    void shouldCountAndIgnoreAnswersThatNobodyWaitsFor() throws Exception {
        try (IssuerPeer issuer = new IssuerPeer().open(); RoutedRig rig = new RoutedRig(directory, issuer.port()).awaitLinks(1)) {
            issuer.does(message -> {
                try {
                    issuer.connection().send(IssuerPeer.approval(message).set(11, "999998"));
                    issuer.connection().send(IssuerPeer.approval(message).set(4, "000000000001"));
                    issuer.connection().send(IssuerPeer.answer(message, "05").set(37, "000000000000"));
                    issuer.connection().send(IssuerPeer.approval(message).set(38, "RIGHT1"));
                } catch (final java.io.IOException ex) {
                    throw new java.io.UncheckedIOException(ex);
                }
                return IssuerPeer.answer(message, "51");
            });
            final Iso8583Message answer = rig.ask(RoutedRig.purchase(RoutedRig.CARD));
            assertThat(answer.get(39)).isEqualTo("00");
            assertThat(answer.get(38)).isEqualTo("RIGHT1");
            Await.until("all five answers", () -> rig.server.issuers().counters().answered() == 5);
            assertThat(rig.ask(RoutedRig.purchase("9900010000000019")).get(39)).isEqualTo("00");
            assertThat(issuer.received().stream().filter(message -> message.mti() != 200 && message.mti() != 800)).as("never answered").isEmpty();
            assertThat(rig.status().lateAnswers()).isEqualTo(4);
        }
    }

    /** RTE-08: what a response of another reference or amount says beside its code does not travel with the right one's. */
    @Test
    void shouldNotMixWhatAnotherAnswerSaysIntoTheRightOne() throws Exception {
        try (IssuerPeer issuer = new IssuerPeer().open(); RoutedRig rig = new RoutedRig(directory, issuer.port()).awaitLinks(1)) {
            issuer.does(message -> {
                try {
                    issuer.connection().send(IssuerPeer.approval(message).set(37, "000000000000").set(44, "OF ANOTHER").set(48, "OF ANOTHER"));
                    issuer.connection().send(IssuerPeer.approval(message).set(4, "000000000001").set(44, "OF ANOTHER").set(63, "OF ANOTHER"));
                } catch (final java.io.IOException ex) {
                    throw new java.io.UncheckedIOException(ex);
                }
                return IssuerPeer.approval(message).set(62, "ITS OWN");
            });
            final Iso8583Message answer = rig.ask(RoutedRig.purchase(RoutedRig.CARD));
            assertThat(answer.get(39)).isEqualTo("00");
            assertThat(answer.get(62)).isEqualTo("ITS OWN");
            assertThat(answer.get(44)).isNull();
            assertThat(answer.get(48)).isNull();
            assertThat(answer.get(63)).isNull();
        }
    }

    /** RTE-17: as far as a frame may be. */
    @Test
    void shouldPassBackAllThatALongAnswerSays() throws Exception {
        try (IssuerPeer issuer = new IssuerPeer().open(); RoutedRig rig = new RoutedRig(directory, issuer.port()).awaitLinks(1)) {
            issuer.does(message -> IssuerPeer.approval(message).set(44, "D".repeat(25)).set(48, "A".repeat(999)).set(62, "B".repeat(999))
                .set(63, "C".repeat(999)));
            final Iso8583Message answer = rig.ask(RoutedRig.purchase(RoutedRig.CARD));
            assertThat(answer.get(39)).isEqualTo("00");
            assertThat(answer.get(44)).hasSize(25);
            assertThat(answer.get(48)).hasSize(999);
            assertThat(answer.get(62)).hasSize(999);
            assertThat(answer.get(63)).hasSize(999);
        }
    }

    /** RTE-25: no DE 39, a blank one, and of the wrong form. */
    @Test
    void shouldTakeAnAnswerThatCannotBeReadForNone() throws Exception {
        try (IssuerPeer issuer = new IssuerPeer().open(); RoutedRig rig = new RoutedRig(directory, issuer.port()).awaitLinks(1)) {
            issuer.does(message -> message.mti() / 100 == 2 ? IssuerPeer.approval(message).set(39, null) : IssuerPeer.answer(message, "00"));
            assertThat(rig.ask(RoutedRig.purchase(RoutedRig.CARD)).get(39)).isEqualTo("96");
            assertThat(issuer.await(420).get(39)).isEqualTo("00");
            rig.awaitDrained();
            issuer.does(message -> {
                if (message.mti() / 100 != 2) {
                    return IssuerPeer.answer(message, "00");
                }
                final byte[] bytes = issuer.bytes(IssuerPeer.approval(message));
                // The last character of the currency, which stands at the end.
                bytes[bytes.length - 1] = 'x';
                try {
                    issuer.connection().write(bytes);
                } catch (final java.io.IOException ex) {
                    throw new java.io.UncheckedIOException(ex);
                }
                return null;
            });
            assertThat(rig.ask(RoutedRig.purchase(RoutedRig.CARD)).get(39)).isEqualTo("96");
            rig.awaitDrained();
            assertThat(issuer.received(420)).hasSize(2);
            issuer.does(message -> message.mti() / 100 == 2 ? IssuerPeer.answer(message, "  ") : IssuerPeer.answer(message, "00"));
            assertThat(rig.ask(RoutedRig.purchase(RoutedRig.CARD)).get(39)).isEqualTo("96");
            rig.awaitDrained();
            assertThat(issuer.received(420)).hasSize(3);
        }
    }

    /** RTE-24: dies with the request in its hands, in the middle of its answer. */
    @Test
    void shouldDeclineAndReverseWhatAnIssuerHadWhenItDied() throws Exception {
        try (IssuerPeer issuer = new IssuerPeer().open(); RoutedRig rig = new RoutedRig(directory, issuer.port()).awaitLinks(1).deadline(600).issuer(100, 500, 0)) {
            issuer.does(message -> {
                try {
                    final byte[] answer = issuer.bytes(IssuerPeer.approval(message));
                    issuer.connection().write(java.util.Arrays.copyOf(answer, answer.length / 2));
                    issuer.die();
                } catch (final java.io.IOException ex) {
                    throw new java.io.UncheckedIOException(ex);
                }
                return null;
            });
            assertThat(rig.ask(RoutedRig.purchase(RoutedRig.CARD)).get(39)).isEqualTo("91");
            assertThat(issuer.received(200)).hasSize(1);
            issuer.does(message -> IssuerPeer.answer(message, "00")).open();
            rig.awaitLinks(1);
            issuer.await(420);
            rig.awaitDrained();
            assertThat(issuer.received(200)).as("never sent again").hasSize(1);
        }
    }

    /** RTE-12, RTE-10. */
    @Test
    void shouldAnswerAReversalInFlightAtOnce() throws Exception {
        try (IssuerPeer issuer = new IssuerPeer().open(); RoutedRig rig = new RoutedRig(directory, issuer.port()).awaitLinks(1)) {
            issuer.does(message -> message.mti() / 100 == 4 ? IssuerPeer.answer(message, "00") : null);
            final Iso8583Message asked = RoutedRig.purchase(RoutedRig.CARD);
            rig.acquirer().send(asked);
            final Iso8583Message sent = issuer.await(200);
            final Iso8583Message reversal = RoutedRig.now(asked.copy().mti(400).set(11, "999000").set(90,
                "0200" + asked.get(11) + asked.get(7) + "00000100001" + "00000000000"));
            rig.acquirer().send(reversal);
            final Iso8583Message first = rig.acquirer().receive();
            final Iso8583Message second = rig.acquirer().receive();
            final Iso8583Message toReversal = first.mti() == 410 ? first : second;
            final Iso8583Message toPurchase = first.mti() == 410 ? second : first;
            assertThat(toReversal.get(39)).isEqualTo("00");
            assertThat(toPurchase.get(39)).isEqualTo("12");
            assertThat(issuer.received(420)).as("it never overtakes the request").isEmpty();
            issuer.connection().send(IssuerPeer.approval(sent));
            assertThat(issuer.await(420).get(39)).isEqualTo("17");
            rig.awaitDrained();
            assertThat(issuer.received(420)).hasSize(1);
        }
    }

    /** SAF-01, SAF-08, SAF-11, STI-01, RTE-19: nothing before the sign-on, then in order. */
    @Test
    void shouldDrainInOrderOnceSignedOn() throws Exception {
        try (IssuerPeer issuer = new IssuerPeer().signOns(null); RoutedRig rig = new RoutedRig(directory, issuer.port()).issuer(100, 500, 0)) {
            for (int i = 0; i < 3; i++) {
                final Iso8583Message answer = rig.ask(RoutedRig.purchase(RoutedRig.CARD_WITH_STAND_IN).set(4, String.format("%012d", 1_000 + i)));
                assertThat(answer.get(39)).isEqualTo("00");
                assertThat(answer.get(38)).matches("[0-9A-Z]{6}");
            }
            assertThat(rig.storedAndForwarded()).isEqualTo(3);
            issuer.open();
            issuer.await(800);
            assertThat(issuer.received()).allMatch(message -> message.mti() == 800);
            issuer.signOns("00").connection().disconnect();
            rig.awaitLinks(1).awaitDrained();
            assertThat(issuer.received(220)).extracting(message -> message.get(4)).containsExactly("000000001000", "000000001001", "000000001002");
            assertThat(issuer.received(220)).allMatch(message -> message.get(39).equals("00") && message.has(38) && message.get(2).equals(RoutedRig.CARD_WITH_STAND_IN));
            assertThat(issuer.received().stream().filter(message -> message.mti() / 100 == 4)).isEmpty();
        }
    }

    /** SAF-03, SAF-12, SEC-03: what is sent again is the same message, chip data included. */
    @Test
    void shouldSendAnAdviceAgainAsItWas() throws Exception {
        try (IssuerPeer issuer = new IssuerPeer().open(); RoutedRig rig = new RoutedRig(directory, issuer.port()).awaitLinks(1).issuer(100, 300, 0)) {
            issuer.does(message -> message.mti() == 220 ? null : IssuerPeer.answer(message, "00"));
            final Iso8583Message advice = RoutedRig.purchase(RoutedRig.CARD).mti(220).set(55, "9F1E0431323334").set(43, "A shop").set(48, "x");
            assertThat(rig.ask(advice).get(39)).isEqualTo("00");
            final Iso8583Message sent = issuer.await(220);
            assertThat(sent.get(55)).isEqualTo("9F1E0431323334");
            assertThat(issuer.await(221).fields()).isEqualTo(sent.fields());
            rig.awaitDrained();
        }
    }

    /** PIN-01 to PIN-03, DEMO-13. */
    @Test
    void shouldPassAPinBlockOnlyWhereTheRouteSaysSo() throws Exception {
        try (IssuerPeer issuer = new IssuerPeer().open(); RoutedRig rig = new RoutedRig(directory, issuer.port()).awaitLinks(1)) {
            assertThat(rig.ask(RoutedRig.purchase(RoutedRig.CARD).set(52, "0123456789ABCDEF")).get(39)).isEqualTo("88");
            assertThat(rig.ask(RoutedRig.purchase("9900010000000019").set(52, "0123456789ABCDEF")).get(39)).isEqualTo("88");
            assertThat(issuer.received(200)).isEmpty();
            assertThat(rig.ask(RoutedRig.purchase(RoutedRig.CARD_WITH_PIN).set(52, "0123456789ABCDEF").set(53, "0000000000000001")).get(39)).isEqualTo("00");
            final Iso8583Message sent = issuer.await(200);
            assertThat(sent.get(52)).isEqualTo("0123456789ABCDEF");
            assertThat(sent.get(53)).isEqualTo("0000000000000001");
        }
    }

    /** SES-20: the issuer's own network messages. */
    @Test
    void shouldAnswerTheIssuersNetworkMessagesAndHeedItsSignOff() throws Exception {
        try (IssuerPeer issuer = new IssuerPeer().open(); RoutedRig rig = new RoutedRig(directory, issuer.port()).awaitLinks(1)) {
            final Iso8583Message echo = RoutedRig.now(new Iso8583Message(800)).set(11, "000077").set(70, "301");
            issuer.connection().send(echo);
            assertThat(issuer.await(810).get(39)).isEqualTo("00");
            issuer.connection().send(echo.copy().set(11, "000078").set(70, "002"));
            rig.awaitLinks(0);
            assertThat(rig.ask(RoutedRig.purchase(RoutedRig.CARD)).get(39)).isEqualTo("91");
            issuer.connection().send(echo.copy().set(11, "000079").set(70, "001"));
            rig.awaitLinks(1);
            assertThat(rig.ask(RoutedRig.purchase(RoutedRig.CARD)).get(39)).isEqualTo("00");
            issuer.connection().send(echo.copy().set(11, "000080").set(70, "999"));
            assertThat(issuer.await(810, message -> message.get(11).equals("000080")).get(39)).isEqualTo("40");
        }
    }
}
