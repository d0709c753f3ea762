package io.daybreak.gateway.card;

import io.daybreak.iso8583.codec.MessageIndex;
import io.daybreak.iso8583.dialect.Dialect;
import io.daybreak.iso8583.link.LinkProfile;
import io.daybreak.iso8583.text.Iso8583Message;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Random;

import static org.assertj.core.api.Assertions.assertThat;

/** SEC-01, SEC-08: tokens with and without memory are those of HMAC-SHA-256. */
final class TokeniserTest {
    private static final byte[] CURRENT = "current key of thirty-two bytes!".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] PREVIOUS = "previous key of thirty-two byte!".getBytes(StandardCharsets.US_ASCII);
    private static final TokenKeys KEYS = TokenKeys.of(2, CURRENT, 1, PREVIOUS);

    private static ByteBuffer hmac(final byte[] key, final String digits) throws Exception {
        final Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        return ByteBuffer.wrap(mac.doFinal(digits.getBytes(StandardCharsets.US_ASCII)));
    }

    private static MessageIndex index(final Dialect dialect, final int field, final String value) {
        final byte[] bytes = new Iso8583Message(200).set(field, value).encode(dialect);
        final MessageIndex index = new MessageIndex(dialect);
        assertThat(index.index(new UnsafeBuffer(bytes), 0, bytes.length)).isZero();
        return index;
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 64})
    void shouldGiveTheSameTokensHoweverMuchItRemembers(final int capacity) throws Exception {
        final Tokeniser tokeniser = new Tokeniser(KEYS.newTokens(), capacity, 11, 22);
        final Random random = new Random(5);
        final String[] numbers = new String[40];
        for (int i = 0; i < numbers.length; i++) {
            final StringBuilder digits = new StringBuilder();
            for (int length = 8 + random.nextInt(12); length > 0; length--) {
                digits.append((char) ('0' + random.nextInt(10)));
            }
            numbers[i] = digits.toString();
        }
        for (final String link : new String[] {"demo-ascii", "demo-bcd"}) {
            final Dialect dialect = LinkProfile.builtIn(link).dialect();
            for (int i = 0; i < 400; i++) {
                final String number = numbers[random.nextInt(numbers.length)];
                final boolean isTrack = random.nextBoolean() && number.length() < 19;
                assertThat(tokeniser.tokenise(isTrack ? index(dialect, 35, number + "=3012101000") : index(dialect, 2, number), isTrack ? 35 : 2)).isTrue();
                final ByteBuffer current = hmac(CURRENT, number);
                final ByteBuffer previous = hmac(PREVIOUS, number);
                assertThat(tokeniser.hi()).isEqualTo(current.getLong(0));
                assertThat(tokeniser.lo()).isEqualTo(current.getLong(8));
                assertThat(tokeniser.previousHi()).isEqualTo(previous.getLong(0));
                assertThat(tokeniser.previousLo()).isEqualTo(previous.getLong(8));
            }
        }
        assertThat(tokeniser.hits() > 0).isEqualTo(capacity > 0);
    }

    @Test
    void shouldGiveNoTokenForWhatIsNoCardNumber() {
        final Dialect dialect = LinkProfile.builtIn("demo-ascii").dialect();
        final Tokeniser tokeniser = new Tokeniser(TokenKeys.of(1, CURRENT).newTokens(), 16, 1, 2);
        assertThat(tokeniser.tokenise(index(dialect, 2, "1234567"), 2)).isFalse();
        assertThat(tokeniser.hi() | tokeniser.lo()).isZero();
        assertThat(tokeniser.tokenise(index(dialect, 103, "WALLET 17"), 103)).isFalse();
        assertThat(tokeniser.tokenise(index(dialect, 2, "12345678"), 2)).isTrue();
        assertThat(tokeniser.previousHi()).isZero();
    }

    /** That which is found by the hash depends on all of the key and all of the number. */
    @Test
    void shouldHashUnderAKey() {
        final SipHash128 one = new SipHash128(1, 2);
        final SipHash128 other = new SipHash128(1, 3);
        one.hash(5, 6, 7);
        final long hi = one.hi();
        final long lo = one.lo();
        other.hash(5, 6, 7);
        assertThat(hi).isNotEqualTo(other.hi());
        one.hash(5, 6, 8);
        assertThat(lo).isNotEqualTo(one.lo());
        one.hash(5, 6, 7);
        assertThat(one.hi()).isEqualTo(hi);
        assertThat(one.lo()).isEqualTo(lo);
    }
}
