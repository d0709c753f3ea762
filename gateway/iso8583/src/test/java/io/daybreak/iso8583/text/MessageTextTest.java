package io.daybreak.iso8583.text;

import io.daybreak.iso8583.codec.MessageIndex;
import io.daybreak.iso8583.dialect.Dialect;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

import java.util.Arrays;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

final class MessageTextTest {
    private static final String PAN = "9900010000000019";

    private static MessageIndex index(final Dialect dialect, final byte[] bytes, final int length) {
        final MessageIndex index = new MessageIndex(dialect);
        index.index(new UnsafeBuffer(bytes), 0, length);
        return index;
    }

    private static Iso8583Message payment() {
        return new Iso8583Message(200).set(2, PAN).set(3, "000000").set(4, 10_000).set(14, "3012").set(35, PAN + "=3012101123").set(36, PAN + "=1")
            .set(37, "632717123456").set(41, "T0000001").set(45, "B" + PAN + "^DOE/J^3012101").set(48, "ref " + PAN).set(52, "0123456789ABCDEF")
            .set(55, "5A08" + PAN).set(60, "card " + PAN + "!").set(90, "020000000111231745010000010000100000000000").set(102, PAN).set(103, PAN);
    }

    @Test
    void shouldShowNoCardNumberTrackOrPinBlock() {
        for (final Dialect dialect : new Dialect[] {Dialect.builtIn("1987-ascii"), Dialect.builtIn("1987-bcd")}) {
            final byte[] bytes = payment().encode(dialect);
            final MessageIndex index = index(dialect, bytes, bytes.length);
            for (final String text : new String[] {MessageText.line(index), MessageText.dump(index), payment().toString()}) {
                assertThat(text).doesNotContain(PAN).doesNotContain("3012").doesNotContain("0123456789ABCDEF").doesNotContain("000000001");
            }
            assertThat(MessageText.line(index)).startsWith("0200 2=990001******0019 3=000000 4=000000010000 14=[4] 35=[27] 36=[18] 37=632717123456 "
                + "41=T0000001 45=[31] 48=[20] 52=[8] 55=[10] 60=card 990001******0019! 90=");
            assertThat(MessageText.dump(index)).contains("4=000000010000    Amount, transaction");
        }
    }

    @Test
    void shouldTellTheErrorAndNothingOfWhatCouldNotBeRead() {
        final Dialect dialect = Dialect.builtIn("1987-ascii");
        final byte[] bytes = payment().encode(dialect);
        for (int length = 0; length < bytes.length; length++) {
            final String text = MessageText.line(index(dialect, Arrays.copyOf(bytes, length), length));
            assertThat(text).contains("error=").doesNotContain(PAN).doesNotContain("0000000019");
        }
        assertThat(MessageText.line(index(dialect, bytes, 30))).isEqualTo("0200 error=BITMAP in field 1");
    }

    @Test
    void shouldBeFriendlyToTests() {
        final Iso8583Message message = payment();
        assertThat(message.get(4)).isEqualTo("10000");
        assertThat(message.copy()).isEqualTo(message).hasSameHashCodeAs(message);
        assertThat(message.copy().set(4, null).has(4)).isFalse();
        assertThat(message.copy().mti(210)).isNotEqualTo(message);
        final Dialect dialect = Dialect.builtIn("1987-ascii");
        assertThat(Iso8583Message.decode(dialect, message.encode(dialect)).get(4)).isEqualTo("000000010000");
        assertThatThrownBy(() -> Iso8583Message.decode(dialect, new byte[3])).isInstanceOf(IllegalArgumentException.class)
            .hasMessage("field 0: TOO_SHORT");
        assertThatThrownBy(() -> message.set(65, "1")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> message.copy().set(41, "too long for it").encode(dialect)).isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("field 41");
    }
}
