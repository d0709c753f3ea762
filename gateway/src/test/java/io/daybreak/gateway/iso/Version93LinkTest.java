package io.daybreak.gateway.iso;

import io.daybreak.iso8583.link.LinkProfile;
import io.daybreak.iso8583.text.Iso8583Message;
import io.daybreak.protocol.PaymentChannel;
import io.daybreak.protocol.PaymentFlags;
import io.daybreak.protocol.PaymentOperation;
import io.daybreak.protocol.codec.PaymentDecoder;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/** What is said otherwise on acquirers' links of 1993. Rule: docs/iso8583.md, chapter 24. */
@Timeout(60)
final class Version93LinkTest {
    private static final String ORIGINAL = "1200" + "000101" + "261123103000" + "0800100001";

    private IsoRig rig;
    private AcquirerPeer peer;

    @BeforeEach
    void signOn() throws Exception {
        rig = new IsoRig("1993-ascii");
        peer = new AcquirerPeer(rig.address(), LinkProfile.builtIn("1993-ascii")).signOn();
    }

    @AfterEach
    void end() throws Exception {
        peer.close();
        rig.close();
    }

    private PaymentDecoder asked(final Iso8583Message message) throws Exception {
        final int index = rig.echo.payments().size();
        final Iso8583Message answer = peer.ask(message);
        assertThat(answer.get(39)).as("%s", answer.get(44)).isNotEqualTo("904");
        return new PaymentDecoder().wrap(new UnsafeBuffer(rig.echo.payments().get(index)), 0, PaymentDecoder.BLOCK_LENGTH,
            PaymentDecoder.SCHEMA_VERSION);
    }

    private static Iso8583Message payment(final int mti, final int function) {
        return Messages.purchase93().mti(mti).set(24, function);
    }

    @Test
    void shouldPutNothingOf1993IntoFieldsOf1987() throws Exception {
        final PaymentDecoder payment = asked(payment(1200, 200).set(25, "1503").set(26, "5411").set(22, "210101510140"));
        assertThat(payment.condition()).as("DE 25 of 1987 has two digits").isZero();
        assertThat(payment.entryMode()).isZero();
        assertThat(payment.mcc()).isEqualTo(5_411);
        assertThat(asked(payment(1220, 202).set(56, "1100" + ORIGINAL.substring(4)).set(25, "1077")).flags() & PaymentFlags.MORE_TO_FOLLOW)
            .isNotZero();
        assertThat(asked(payment(1220, 202).set(56, "1100" + ORIGINAL.substring(4)).set(25, "1377")).flags() & PaymentFlags.MORE_TO_FOLLOW)
            .isZero();
    }

    @ParameterizedTest
    @CsvSource({"000050500000, 4", "000000500000, 1", "000000A00000, 2", "000000M00000, 2", "000000300000, 3", "000000200000, 5", "000000100000, 6",
        "810000000000, 6"})
    void shouldReadTheChannelFromTheEntryMode(final String entryMode, final int channel) throws Exception {
        assertThat(asked(payment(1200, 200).set(22, entryMode)).channel()).isEqualTo((short) channel);
        assertThat(PaymentChannel.E_COMMERCE).isEqualTo(4);
    }

    @ParameterizedTest
    @CsvSource({"1100, 200, 024", "1100, 104, 024", "1100, 106, 056", "1120, 106, 024", "1200, 100, 024", "1220, 108, 024", "1220, 201, 038",
        "1420, 402, 024", "1420, 401, 030"})
    void shouldAnswer904ForAFunctionThatTheTableDoesNotHave(final int mti, final int function, final String field) throws Exception {
        final Iso8583Message answer = peer.ask(payment(mti, function));
        assertThat(answer.get(39)).isEqualTo("904");
        assertThat(answer.get(44)).startsWith(field);
        assertThat(rig.echo.payments()).isEmpty();
    }

    @Test
    void shouldTakeEachFunctionOfTheTable() throws Exception {
        asked(payment(1100, 100));
        asked(payment(1100, 106).set(56, "1100" + ORIGINAL.substring(4)));
        asked(payment(1120, 100));
        asked(payment(1200, 200));
        asked(payment(1220, 200));
        asked(payment(1220, 201).set(38, "ABC123"));
        asked(payment(1420, 400).set(56, ORIGINAL));
        final PaymentDecoder part = asked(payment(1420, 401).set(56, ORIGINAL).set(4, "000000000700").set(30, "000000002500" + "0".repeat(12)));
        assertThat(part.remainingMinor()).isEqualTo(700);
        assertThat(part.amountMinor()).isEqualTo(2_500);
        assertThat(part.flags() & PaymentFlags.AMOUNT_IS_THE_ORIGINALS).as("compared by the state machine").isNotZero();
        final PaymentDecoder enquiry = asked(payment(1100, 108).set(3, "001000").set(4, null).set(42, null).set(49, null));
        assertThat(enquiry.operation()).isEqualTo((short) PaymentOperation.BALANCE);
        assertThat(enquiry.processingCode()).as("an enquiry to issuers of 1987 as well").isEqualTo(311_000);
        asked(payment(1100, 100).set(24, null));
    }

    @ParameterizedTest
    @CsvSource({"1210", "9999", "1400"})
    void shouldAnswer904ForAnOriginalThatIsNone(final String mti) throws Exception {
        assertThat(peer.ask(payment(1420, 400).set(56, mti + ORIGINAL.substring(4))).get(44)).startsWith("056");
        assertThat(peer.ask(payment(1420, 400).set(56, ORIGINAL.substring(0, 22) + "0900100001")).get(44)).as("its length lies").startsWith("056");
    }

    @Test
    void shouldTakeZerosForNotKnown() throws Exception {
        final PaymentDecoder none = asked(payment(1420, 400).set(56, "0".repeat(22) + "0800000000"));
        assertThat(none.flags() & PaymentFlags.HAS_ORIGINAL).isZero();
        final PaymentDecoder some = asked(payment(1420, 400).set(56, "0000" + ORIGINAL.substring(4)));
        assertThat(some.flags() & PaymentFlags.HAS_ORIGINAL).isNotZero();
        assertThat(some.originalMti()).isZero();
        assertThat(some.originalStan()).isEqualTo(101);
    }

    @ParameterizedTest
    @CsvSource({"1400", "1500", "1300", "1800"})
    void shouldNotKnowTypesThat1993DoesNotHaveHere(final int mti) throws Exception {
        assertThat(peer.ask(payment(mti, 400).set(50, "156")).get(39)).isEqualTo("115");
    }

    /** 93-06: DE 12, and that of DE 56, have a year, and it goes in. */
    @Test
    void shouldPassTheYearsOn() throws Exception {
        final PaymentDecoder paid = asked(payment(1420, 400).set(12, "281231235959").set(56, "1200" + "000101" + "271123103000" + "0800100001"));
        assertThat(paid.year()).isEqualTo(2028);
        assertThat(paid.transmission()).isEqualTo(1_231_235_959L);
        assertThat(paid.originalYear()).isEqualTo(2027);
        assertThat(asked(payment(1420, 400).set(37, "632710000199").set(56, "0000" + "000000" + "000000000000" + "010")).originalYear()).isZero();
        assertThat(asked(payment(1200, 200).set(12, "280229120000")).transmission()).as("a leap year").isEqualTo(229_120_000);
        final Iso8583Message none = peer.ask(payment(1200, 200).set(12, "270229120000"));
        assertThat(none.get(39)).isEqualTo("904");
        assertThat(none.get(44)).isEqualTo("012");
    }
}
