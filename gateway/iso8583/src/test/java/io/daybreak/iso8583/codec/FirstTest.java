package io.daybreak.iso8583.codec;
import io.daybreak.iso8583.dialect.Dialect;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import static org.assertj.core.api.Assertions.assertThat;
import java.nio.charset.StandardCharsets;
final class FirstTest {
    @Test void shouldGoRound() {
        for (String n : Dialect.BUILT_IN) {
            Dialect d = Dialect.builtIn(n);
            UnsafeBuffer b = new UnsafeBuffer(new byte[600]);
            MessageBuilder w = new MessageBuilder();
            int mti = d.version() == 1987 ? 200 : 1200;
            int len = w.begin(d, b, 7, mti, true).number(2, 990001000000001234L).number(3, 123456).number(4, 100).ascii(7, "1123170000").number(11, 7)
                .ascii(35, "990001000000001234=30122010000").ascii(37, "ABC").ascii(41, "T0000001").binary(52, new byte[] {1,2,3,4,5,6,7,(byte) 0xFE})
                .binary(55, new byte[] {(byte) 0x9F, 2, 6}).number(70, 301).end();
            MessageIndex x = new MessageIndex(d);
            assertThat(x.index(b, 7, len)).as(n + " " + x.errorField() + x.errorReason() + new String(b.byteArray(), 7, len, StandardCharsets.ISO_8859_1)).isZero();
            assertThat(x.mti()).isEqualTo(mti);
            assertThat(x.number(2)).isEqualTo(990001000000001234L);
            assertThat(x.number(4)).isEqualTo(100);
            assertThat(x.number(70)).isEqualTo(301);
            assertThat(x.equalsAscii(35, "990001000000001234=30122010000")).isTrue();
            assertThat(x.equalsAscii(37, "ABC         ")).isTrue();
            assertThat(x.equalsAscii(52, "01020304050607FE")).isTrue();
            assertThat(x.equalsAscii(55, "9F0206")).isTrue();
        }
    }
}
