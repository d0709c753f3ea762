package io.daybreak.iso8583.card;

import io.daybreak.iso8583.codec.MessageIndex;
import io.daybreak.iso8583.dialect.Dialect;
import io.daybreak.iso8583.text.Iso8583Message;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Card numbers where none should be: SEC-10. */
final class PanWithinTest {
    private static final String NUMBER = "9900010000000019";

    private static MessageIndex index(final String dialectName, final Iso8583Message message) {
        final Dialect dialect = Dialect.builtIn(dialectName);
        final byte[] bytes = message.encode(dialect);
        final MessageIndex index = new MessageIndex(dialect);
        assertThat(index.index(new UnsafeBuffer(bytes), 0, bytes.length)).isZero();
        return index;
    }

    private static boolean isWithin(final String dialect, final int field, final String value, final Iso8583Message card) {
        return Pan.isWithin(index(dialect, new Iso8583Message(210).set(field, value)), field, index("1987-ascii", card));
    }

    @ParameterizedTest
    @CsvSource({
        "9900010000000019, true",
        "CARD 9900010000000019., true",
        "19900010000000019, true",
        "9900 0100 0000 0019, true",
        "x9900-0100-0000-0019x, true",
        "990001 00000000 19, true",
        "990001000000001, false",
        "9900010000000018, false",
        "9900/0100/0000/0019, false",
        "990001******0019, false",
        "4111111111111111=3012101, true",
        "4111111111111111D3012101, true",
        ";4111111111111111=3012, true",
        "4111111111111112=3012101, false",
        "4111111111111111=301, false",
        "4111111111111111, false",
        "14111111111111111=3012, false",
        "411111111111=3012101, false"})
    void shouldFindTheNumberInText(final String text, final boolean expected) {
        for (final String dialect : new String[] {"1987-ascii", "1987-bcd"}) {
            assertThat(isWithin(dialect, 48, text, new Iso8583Message(200).set(2, NUMBER))).as(dialect).isEqualTo(expected);
            assertThat(isWithin(dialect, 48, text, new Iso8583Message(200).set(35, NUMBER + "=3012101"))).as("from the track").isEqualTo(expected);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"5A089900010000000019", "5A09F9900010000000019F", "570C9900010000000019D3012101F", "8A023030",
        "9F10103939303030313030303030303030313939"})
    void shouldFindTheNumberInChipData(final String tlv) {
        final String even = tlv.length() % 2 == 0 ? tlv : tlv + "0";
        for (final String dialect : new String[] {"1987-ascii", "1987-bcd"}) {
            final boolean expected = !even.startsWith("8A");
            assertThat(isWithin(dialect, 55, even, new Iso8583Message(200).set(2, NUMBER))).as(dialect).isEqualTo(expected);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"9900010000000019", "0001156C000000997500"})
    void shouldFindNothingWithoutACard(final String text) {
        assertThat(isWithin("1987-ascii", 48, text, new Iso8583Message(200).set(11, "000001"))).isFalse();
    }
}
