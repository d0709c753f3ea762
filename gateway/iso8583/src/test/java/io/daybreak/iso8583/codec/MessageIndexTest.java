package io.daybreak.iso8583.codec;

import io.daybreak.iso8583.dialect.Dialect;
import io.daybreak.iso8583.text.Iso8583Message;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

final class MessageIndexTest {
    private static final Dialect ASCII = Dialect.builtIn("1987-ascii");
    private static final Dialect BCD = Dialect.builtIn("1987-bcd");

    private final MessageIndex ascii = new MessageIndex(ASCII);
    private final MessageIndex bcd = new MessageIndex(BCD);

    static List<String> dialects() {
        return Dialect.BUILT_IN;
    }

    private int indexAscii(final String text) {
        final byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        return ascii.index(new UnsafeBuffer(bytes), 0, bytes.length);
    }

    private int indexBcd(final String hex) {
        final byte[] bytes = HexFormat.of().parseHex(hex.replace(" ", ""));
        return bcd.index(new UnsafeBuffer(bytes), 0, bytes.length);
    }

    /** One row per reason; the first error counts, and what can still be found is. */
    @ParameterizedTest
    @CsvSource({
        // message, field, reason, are all fields found, a field that must be there
        "'',                                              0, TOO_SHORT, false, 0",
        "0200,                                            0, TOO_SHORT, false, 0",
        "02x00000000000000000,                            0, MESSAGE_TYPE, false, 0",
        "12000020000000000000000001,                      0, VERSION, true, 11",
        "0200002000000000000G000001,                      1, BITMAP, false, 0",
        "0200802000000000000004000000000,                 1, BITMAP, false, 0",
        "020080200000000000000400000000000X00,            1, BITMAP, false, 0",
        "02000020000000000000,                           11, TRUNCATED, false, 0",
        "0200002000000000000000001,                      11, TRUNCATED, false, 0",
        "020000200000000000000000012,                    11, TRAILING, true, 11",
        "020000300000000000000000X1123456,               11, CONTENT, true, 12",
        "02000030000000000000000001 23456,               12, CONTENT, true, 11",
        "0200402000000000000019123456789012345678,        2, TRUNCATED, false, 0",
        "020040200000000000002012345678901234567890000001, 2, TOO_LONG, true, 11",
        "02004020000000000000201234567890123456789,       2, TOO_LONG, false, 0",
        "0200402000000000000099123,                       2, TOO_LONG, false, 0",
        "02004020000000000000A9123,                       2, LENGTH, false, 0",
        "02004020000000000000 1123,                       2, LENGTH, false, 0",
        "0200402000000000000004123x000001,                2, CONTENT, true, 11",
        "020000000000000002000031FF,                     55, CONTENT, true, 0",
        "0200000000000000020000400FG,                    55, CONTENT, true, 0",
        "0200800000000000000080000000000000000000000000000000, 65, NOT_ALLOWED, true, 0",
    })
    void shouldNameTheFirstWrongFieldAndTheReason(final String text, final int field, final ErrorReason reason, final boolean isComplete,
                                                  final int there) {
        assertThat(indexAscii(text)).isEqualTo(field << 8 | reason.code()).isNotZero();
        assertThat(ascii.errorField()).isEqualTo(field);
        assertThat(ascii.errorReason()).isEqualTo(reason);
        assertThat(ascii.isComplete()).isEqualTo(isComplete);
        if (there != 0) {
            assertThat(ascii.has(there)).isTrue();
        }
        assertThat(reason == ErrorReason.TRAILING || !ascii.has(field)).as("a wrong field is not there").isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "02,                                             0, TOO_SHORT, false",
        "0A00 0020000000000000 000001,                   0, MESSAGE_TYPE, false",
        "0200 0020000000000000 00000A,                  11, CONTENT, true",
        "0200 4020000000000000 03 1234 000001,           2, PADDING, true",
        "0200 4020000000000000 03 123F 000001,           2, CONTENT, true",
        "0200 4020000000000000 0A 1230 000001,           2, LENGTH, false",
        "0200 4020000000000000 20 12345678901234567890 000001, 2, TOO_LONG, true",
        "0200 0000040000000000 1051,                    22, PADDING, true",
        "0200 0000000020000000 06 1A3456,               35, CONTENT, true",
        "0200 0000000020000000 05 12D451,               35, PADDING, true",
        "0200 0000000000000200 1003 010203,             55, LENGTH, false",
        "0200 0000000000000200 0256 010203,             55, TOO_LONG, false",
    })
    void shouldCheckNibblesAndPadding(final String hex, final int field, final ErrorReason reason, final boolean isComplete) {
        assertThat(indexBcd(hex)).isEqualTo(field << 8 | reason.code());
        assertThat(bcd.isComplete()).isEqualTo(isComplete);
    }

    @Test
    void shouldGoOnBehindAWrongFieldSoThatItsNeighboursCanBeEchoed() {
        // 2 (wrong), 4 (wrong), 7, 11, 37, 41
        assertThat(indexAscii("0200" + "5220000008800000" + "0412X4" + "00000000A000" + "1123174501" + "000007" + "ABCDEF123456" + "T0000001")).isNotZero();
        assertThat(ascii.errorField()).isEqualTo(2);
        assertThat(ascii.has(2)).isFalse();
        assertThat(ascii.has(4)).isFalse();
        assertThat(ascii.number(7)).isEqualTo(1123174501L);
        assertThat(ascii.number(11)).isEqualTo(7);
        assertThat(ascii.equalsAscii(37, "ABCDEF123456")).isTrue();
        assertThat(ascii.equalsAscii(41, "T0000001")).isTrue();
        assertThat(ascii.isComplete()).isTrue();
    }

    @Test
    void shouldForgetTheMessageBefore() {
        indexAscii("0200" + "0020000000000000" + "000007");
        indexAscii("02");
        assertThat(ascii.has(11)).isFalse();
        assertThat(ascii.mti()).isEqualTo(MessageIndex.NULL_MTI);
        assertThat(ascii.lowBitmap() | ascii.highBitmap()).isZero();
        assertThat(ascii.number(11)).isEqualTo(MessageIndex.NULL_NUMBER);
        assertThat(ascii.offset(11)).isEqualTo(MessageIndex.NULL_OFFSET);
        assertThat(ascii.length(11)).isZero();
    }

    @ParameterizedTest
    @MethodSource("dialects")
    void shouldReadValuesInEveryForm(final String name) {
        final Dialect dialect = Dialect.builtIn(name);
        final boolean is87 = dialect.version() == 1987;
        final Iso8583Message message = new Iso8583Message(is87 ? 200 : 1200)
            .set(2, "990001000000000019").set(3, "400010").set(4, "000000123456").set(32, "00100001").set(35, "990001000000000019=30121010000123")
            .set(37, "ab 45678901Z").set(41, "T0000001").set(48, "a=B~ !").set(49, "156").set(55, "9F0206000000001234").set(97, "D0000000000001234");
        final byte[] bytes = message.encode(dialect);
        final MessageIndex index = new MessageIndex(dialect);
        final UnsafeBuffer direct = new UnsafeBuffer(ByteBuffer.allocateDirect(bytes.length + 9));
        direct.putBytes(9, bytes);
        for (final MutableDirectBuffer buffer : List.of(direct, copyOf(bytes, 9))) {
            assertThat(index.index(buffer, 9, bytes.length)).isZero();
            assertThat(index.mti()).isEqualTo(message.mti());
            assertThat(index.number(2)).isEqualTo(990001000000000019L);
            assertThat(index.length(2)).isEqualTo(18);
            assertThat(index.number(3)).isEqualTo(400010);
            assertThat(index.number(3, 2, 2)).isZero();
            assertThat(index.number(3, 0, 2)).isEqualTo(40);
            assertThat(index.number(4)).isEqualTo(123456);
            assertThat(index.number(49)).isEqualTo(156);
            assertThat(index.number(37, 0, 4)).as("letters").isEqualTo(MessageIndex.NULL_NUMBER);
            assertThat(index.number(3, 4, 4)).as("behind the end").isEqualTo(MessageIndex.NULL_NUMBER);
            assertThat(index.number(5)).as("absent").isEqualTo(MessageIndex.NULL_NUMBER);
            assertThat(index.signedNumber(97)).isEqualTo(-1234);
            assertThat(index.charAt(35, 18)).isEqualTo('=');
            assertThat(index.digitAt(35, 18)).isEqualTo(-1);
            assertThat(index.digitAt(35, 19)).isEqualTo(3);
            assertThat(index.word(41, 0)).isEqualTo(0x5430303030303031L);
            assertThat(index.word(37, 8)).isEqualTo(0x3930315A00000000L);
            assertThat(index.word(41, 8)).isZero();
            assertThat(index.equalsAscii(48, "a=B~ !")).isTrue();
            assertThat(index.equalsAscii(48, "a=B~ ?")).isFalse();
            assertThat(index.equalsAscii(48, "a=B~ ")).isFalse();
            final byte[] chip = new byte[9];
            assertThat(index.bytes(55, chip, 0)).isEqualTo(9);
            assertThat(HexFormat.of().withUpperCase().formatHex(chip)).isEqualTo("9F0206000000001234");
            assertThat(index.length(55)).isEqualTo(9);
            assertThat(index.charLength(55)).isEqualTo(18);
            final byte[] track = new byte[40];
            assertThat(index.chars(35, track, 1)).isEqualTo(33);
            assertThat(new String(track, 1, 33, StandardCharsets.US_ASCII)).isEqualTo("990001000000000019=30121010000123");
            final MutableDirectBuffer text = new ExpandableArrayBuffer(4);
            assertThat(index.chars(2, text, 2)).isEqualTo(18);
            assertThat(text.getStringWithoutLengthAscii(2, 18)).isEqualTo("990001000000000019");
        }
    }

    private static UnsafeBuffer copyOf(final byte[] bytes, final int offset) {
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[offset + bytes.length]);
        buffer.putBytes(offset, bytes);
        return buffer;
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "8, 12345678", "9, 123456789", "16, 1234567890123456", "17, 12345678901234567", "18, 123456789012345678"})
    void shouldReadNumbersOfEveryLength(final int length, final long number) {
        for (final Dialect dialect : List.of(ASCII, BCD)) {
            final MessageIndex index = new MessageIndex(dialect);
            final byte[] bytes = new Iso8583Message(200).set(2, number).encode(dialect);
            assertThat(index.index(new UnsafeBuffer(bytes), 0, bytes.length)).isZero();
            assertThat(index.length(2)).isEqualTo(length);
            assertThat(index.number(2)).isEqualTo(number);
        }
    }

    @Test
    void shouldSayWhereTheMacIs() {
        indexAscii("0800" + "0020000000000001" + "000007" + "0123456789ABCDEF");
        assertThat(ascii.macField()).isEqualTo(64);
        assertThat(ascii.macOffset()).isEqualTo(26);
        indexAscii("0800" + "8020000000000000" + "0400000000000001" + "000007" + "301" + "0123456789ABCDEF");
        assertThat(ascii.macField()).isEqualTo(128);
        assertThat(ascii.macOffset()).isEqualTo(45);
        indexAscii("0800" + "8020000000000001" + "0400000000000000" + "000007" + "0123456789ABCDEF" + "301");
        assertThat(ascii.macField()).as("64 is not the last field").isZero();
        assertThat(ascii.macOffset()).isEqualTo(MessageIndex.NULL_OFFSET);
    }

    @Test
    void shouldRefuseWhatNoCallerMayAsk() {
        indexAscii("0200" + "0020000000000000" + "000007");
        assertThatThrownBy(() -> ascii.number(37)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> ascii.number(11, 0, 19)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> ascii.charAt(11, 6)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> ascii.charAt(12, 0)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> ascii.chars(11, new byte[5], 0)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> ascii.index(new UnsafeBuffer(new byte[10]), 5, 6)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> ascii.index(new UnsafeBuffer(new byte[10]), -1, 6)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThat(ascii.has(0)).isFalse();
        assertThat(ascii.has(129)).isFalse();
    }

    /** Every byte value in every content, at every place of a word: the checks of eight characters against the plain rule. */
    @Test
    void shouldCheckEveryCharacterAtEveryPlace() {
        final String[] alphabets = {"0123456789", "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz ", printable(), "0123456789ABCDEFabcdef",
            "0123456789=D"};
        final int[] fields = {32, 37, 48, 55, 35};
        final int[] lengths = {11, 12, 20, 20, 20};
        for (int i = 0; i < fields.length; i++) {
            for (int place = 0; place < lengths[i]; place++) {
                for (int value = 0; value < 256; value++) {
                    final StringBuilder text = new StringBuilder("0".repeat(lengths[i]));
                    text.setCharAt(place, (char) value);
                    final String prefix = fields[i] == 37 ? "" : fields[i] == 48 || fields[i] == 55 ? "020" : String.format("%02d", lengths[i]);
                    final int error = indexAscii("0200" + String.format("%016X", Long.MIN_VALUE >>> fields[i] - 1) + prefix + text);
                    final boolean isGood = alphabets[i].indexOf(value) >= 0;
                    assertThat(error).as("field %d, place %d, value %d", fields[i], place, value)
                        .isEqualTo(isGood ? 0 : fields[i] << 8 | ErrorReason.CONTENT.code());
                }
            }
        }
    }

    private static String printable() {
        final StringBuilder text = new StringBuilder();
        for (char character = ' '; character <= '~'; character++) {
            text.append(character);
        }
        return text.toString();
    }
}
