package io.daybreak.iso8583.link;

import io.daybreak.iso8583.codec.MessageIndex;
import io.daybreak.iso8583.dialect.Dialect;
import io.daybreak.iso8583.text.Iso8583Message;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

final class Mti93Test {
    @ParameterizedTest
    @CsvSource({"1100, 100", "1101, 101", "1110, 110", "1120, 120", "1200, 200", "1210, 210", "1220, 220", "1221, 221", "1230, 230", "1304, 302", "1305, 303",
        "1314, 312", "1420, 420", "1421, 421", "1430, 430", "1520, 520", "1530, 530", "1804, 800", "1805, 801", "1814, 810"})
    void shouldMapMessageTypesBothWays(final int mti93, final int mti87) {
        assertThat(Mti93.to87(mti93)).isEqualTo(mti87);
        assertThat(Mti93.to93(mti87)).isEqualTo(mti93);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1000, 1102, 1400, 1401, 1500, 1510, 1140, 1300, 1600, 1700, 1800, 1806, 1900, 9999})
    void shouldNotKnowOthers(final int mti93) {
        assertThat(Mti93.to87(mti93)).isEqualTo(Mti93.NONE);
    }

    @ParameterizedTest
    @CsvSource({"100, 110", "101, 110", "121, 130", "200, 210", "221, 230", "302, 312", "303, 312", "421, 430", "800, 810", "1804, 1814", "1805, 1814",
        "1421, 1430"})
    void shouldKnowTheAnswer(final int mti, final int answer) {
        assertThat(Mti93.answer(mti)).isEqualTo(answer);
    }

    @ParameterizedTest
    @CsvSource({"1, 801", "2, 802", "101, 811", "201, 821", "202, 822", "301, 831"})
    void shouldMapNetworkFunctions(final int code, final int function) {
        assertThat(Mti93.functionCode(code)).isEqualTo(function);
        assertThat(Mti93.networkCode(function)).isEqualTo(code);
    }

    @Test
    void shouldMapFileUpdates() {
        assertThat(Mti93.fileUpdateCode(301)).isEqualTo(1);
        assertThat(Mti93.fileUpdateCode(303)).isEqualTo(3);
        assertThat(Mti93.fileUpdateCode(302)).isEqualTo(Mti93.NONE);
    }

    @Test
    void shouldReadTheOriginal() {
        final MessageIndex index = index("1200" + "000123" + "261123174501" + "08" + "00100001", "000000010000000000000000");
        assertThat(Mti93.originalMti(index)).isEqualTo(200);
        assertThat(Mti93.originalTrace(index)).isEqualTo(123);
        assertThat(Mti93.originalDateTime(index)).isEqualTo(261123174501L);
        assertThat(Mti93.originalAcquirer(index)).isEqualTo(100001);
        assertThat(Mti93.originalAmount(index)).isEqualTo(10000);
        final MessageIndex broken = index("1200" + "000123" + "261123174501" + "09" + "00100001", null);
        assertThat(Mti93.originalAcquirer(broken)).as("its length lies").isEqualTo(MessageIndex.NULL_NUMBER);
        assertThat(Mti93.originalAmount(broken)).isEqualTo(MessageIndex.NULL_NUMBER);
        final MessageIndex none = index(null, null);
        assertThat(Mti93.originalMti(none)).isEqualTo(Mti93.NONE);
        assertThat(Mti93.originalTrace(none)).isEqualTo(MessageIndex.NULL_NUMBER);
    }

    private static MessageIndex index(final String original, final String amounts) {
        final Dialect dialect = Dialect.builtIn("1993-bcd");
        final byte[] bytes = new Iso8583Message(1420).set(11, 7).set(30, amounts).set(56, original).encode(dialect);
        final MessageIndex index = new MessageIndex(dialect);
        assertThat(index.index(new UnsafeBuffer(bytes), 0, bytes.length)).isZero();
        return index;
    }

    @Test
    void shouldMapCodesThereAndBack() {
        for (int code = 0; code < 100; code++) {
            final int action = Mti93.actionCode(code, 200);
            if (action != 100) {
                // Where two codes of 1987 are one action code, the first of them comes back.
                final int back = Mti93.responseCode(action);
                assertThat(Mti93.actionCode(back, 200)).as("code %d", code).isEqualTo(action);
            }
        }
        assertThat(Mti93.actionCode(0, 420)).isEqualTo(400);
        assertThat(Mti93.actionCode(0, 800)).isEqualTo(800);
        assertThat(Mti93.actionCode(96, 200)).isEqualTo(909);
        assertThat(Mti93.responseCode(116)).isEqualTo(51);
        assertThat(Mti93.responseCode(907)).as("ask again").isEqualTo(91);
        assertThat(Mti93.responseCode(999)).isEqualTo(5);
        assertThat(Mti93.actionCode(40, 200)).isEqualTo(100);
    }
}
