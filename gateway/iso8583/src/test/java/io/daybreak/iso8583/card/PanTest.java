package io.daybreak.iso8583.card;

import io.daybreak.iso8583.codec.MessageIndex;
import io.daybreak.iso8583.dialect.Dialect;
import io.daybreak.iso8583.text.Iso8583Message;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

final class PanTest {
    private static final byte[] KEY = "a key of thirty-two bytes, no less".getBytes(StandardCharsets.US_ASCII);

    private static MessageIndex index(final String dialectName, final String pan, final String track) {
        final Dialect dialect = Dialect.builtIn(dialectName);
        final byte[] bytes = new Iso8583Message(200).set(2, pan).set(11, "000001").set(35, track).encode(dialect);
        final MessageIndex index = new MessageIndex(dialect);
        assertThat(index.index(new UnsafeBuffer(bytes), 0, bytes.length)).isZero();
        return index;
    }

    @ParameterizedTest
    @CsvSource({
        "4111111111111111, , true, true, 411111******1111",
        "4111111111111112, , true, false, 411111******1112",
        ", 4111111111111111=3012, true, true, 411111******1111",
        "4111111111111111, 4111111111111111=3012, true, true, 411111******1111",
        "4111111111111111, 4111111111111112=3012, false, true, 411111******1111",
        "4111111111111111, 41111111111111110=3012, false, true, 411111******1111",
        "378282246310005, , true, true, 378282*****0005",
        "4222222222222, , true, true, *************",
        "6799990100000000019, , true, true, 679999*********0019",
        "1234567, , false, false, *******",
        ", =3012, false, false, ''"})
    void shouldJudgeAndMask(final String pan, final String track, final boolean isConsistent, final boolean isLuhn, final String masked) {
        for (final String dialect : new String[] {"1987-ascii", "1987-bcd"}) {
            final MessageIndex index = index(dialect, pan, track);
            assertThat(Pan.isConsistent(index)).isEqualTo(isConsistent);
            assertThat(Pan.isLuhn(index)).isEqualTo(isLuhn);
            final byte[] text = new byte[21];
            final int length = Pan.mask(index, text, 1);
            assertThat(new String(text, 1, length, StandardCharsets.US_ASCII)).isEqualTo(masked);
            assertThat(Pan.length(index)).isEqualTo(masked.length());
        }
    }

    @Test
    void shouldGiveTheDigitsThatRoute() {
        assertThat(Pan.prefix(index("1987-bcd", null, "9900011234567890=3012"), 6)).isEqualTo(990001);
        assertThat(Pan.prefix(index("1987-ascii", "9900011234567890", null), 8)).isEqualTo(99000112);
        assertThat(Pan.prefix(index("1987-ascii", null, null), 6)).isEqualTo(MessageIndex.NULL_NUMBER);
        assertThatThrownBy(() -> Pan.prefix(index("1987-ascii", "9900011234567890", null), 9)).isInstanceOf(IllegalArgumentException.class);
        final byte[] digits = "411111111111111".getBytes(StandardCharsets.US_ASCII);
        assertThat(Pan.checkDigit(digits, 0, digits.length)).isEqualTo(1);
    }

    /** Against the JDK's Mac, whatever field, dialect and length. */
    @Test
    void shouldMakeTheSameTokenWhereverTheNumberStands() throws Exception {
        final PanTokens tokens = new PanTokens(new SecretKeySpec(KEY, "HmacSHA256"), new SecretKeySpec(KEY, 0, 20, "HmacSHA256"));
        for (final String pan : new String[] {"41111111", "4111111111111111", "6799990100000000019"}) {
            for (final String dialect : new String[] {"1987-ascii", "1987-bcd"}) {
                for (final MessageIndex index : new MessageIndex[] {index(dialect, pan, null), index(dialect, null, pan + "=3012101")}) {
                    assertThat(tokens.token(index)).isTrue();
                    assertToken(tokens, KEY.length, pan);
                    assertThat(tokens.previousToken(index)).isTrue();
                    assertToken(tokens, 20, pan);
                }
            }
            assertThat(tokens.token(pan.getBytes(StandardCharsets.US_ASCII), 0, pan.length())).isTrue();
            assertToken(tokens, KEY.length, pan);
        }
    }

    private static void assertToken(final PanTokens tokens, final int keyLength, final String pan) throws Exception {
        final Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(KEY, 0, keyLength, "HmacSHA256"));
        final ByteBuffer expected = ByteBuffer.wrap(mac.doFinal(pan.getBytes(StandardCharsets.US_ASCII)));
        assertThat(tokens.high()).isEqualTo(expected.getLong());
        assertThat(tokens.low()).isEqualTo(expected.getLong());
    }

    @Test
    void shouldMakeNoTokenOfWhatIsNoCard() {
        final PanTokens tokens = new PanTokens(new SecretKeySpec(KEY, "HmacSHA256"), null);
        assertThat(tokens.token(index("1987-ascii", "4111111111111111", null))).isTrue();
        assertThat(tokens.token(index("1987-ascii", "1234567", null))).isFalse();
        assertThat(tokens.high() | tokens.low()).as("not the card before").isZero();
        assertThat(tokens.token(index("1987-ascii", null, null))).isFalse();
        assertThat(tokens.hasPrevious()).isFalse();
        assertThat(tokens.previousToken(index("1987-ascii", "4111111111111111", null))).isFalse();
        assertThatThrownBy(() -> new PanTokens(new SecretKeySpec(new byte[15], "HmacSHA256"), null)).isInstanceOf(IllegalArgumentException.class);
    }

    /** RFC 4231, cases 1 and 2; case 6 is the next test. */
    @ParameterizedTest
    @CsvSource({
        "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b, 4869205468657265, b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
        "4a656665, 7768617420646f2079612077616e7420666f72206e6f7468696e673f, 5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"})
    void shouldBeAnHmac(final String key, final String data, final String expected) {
        final byte[] result = new byte[32];
        final byte[] bytes = HexFormat.of().parseHex(data);
        new HmacSha256(HexFormat.of().parseHex(key)).compute(bytes, 0, bytes.length, result);
        assertThat(HexFormat.of().formatHex(result)).isEqualTo(expected);
    }

    @Test
    void shouldHashALongKeyFirst() throws Exception {
        final byte[] key = new byte[131];
        java.util.Arrays.fill(key, (byte) 0xAA);
        final byte[] data = "Test Using Larger Than Block-Size Key - Hash Key First".getBytes(StandardCharsets.US_ASCII);
        final byte[] result = new byte[32];
        new HmacSha256(key).compute(data, 0, data.length, result);
        assertThat(HexFormat.of().formatHex(result)).isEqualTo("60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
    }

    @Test
    void shouldAllocateNothing() {
        final PanTokens tokens = new PanTokens(new SecretKeySpec(KEY, "HmacSHA256"), null);
        final MessageIndex index = index("1987-bcd", null, "4111111111111111=3012101");
        final com.sun.management.ThreadMXBean thread = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        final byte[] masked = new byte[19];
        long before = 0;
        for (int i = 0; i < 40_000; i++) {
            if (i == 10_000) {
                before = thread.getCurrentThreadAllocatedBytes();
            }
            tokens.token(index);
            Pan.mask(index, masked, 0);
            Pan.isLuhn(index);
        }
        assertThat(thread.getCurrentThreadAllocatedBytes() - before).isLessThan(50_000);
    }
}
