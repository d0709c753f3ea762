package io.daybreak.iso8583.frame;

import com.typesafe.config.ConfigFactory;
import io.daybreak.iso8583.config.ConfigProblems;
import io.daybreak.iso8583.config.StrictConfig;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.HexFormat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

final class FramingTest {
    private static final byte[] NO_HEADER = {};
    private static final byte[] TPDU = {0x60, 0, 1, 0, 2};

    private static UnsafeBuffer bytes(final String hex) {
        return new UnsafeBuffer(HexFormat.of().parseHex(hex.replace(" ", "")));
    }

    private static Framing framing(final LengthFormat format, final boolean isInclusive) {
        return new Framing(format, isInclusive, HeaderKind.NONE, NO_HEADER, 600, ZeroLength.IGNORE);
    }

    @ParameterizedTest
    @CsvSource({
        // format, inclusive, what came, result
        "BINARY_2, false, '',                 0",
        "BINARY_2, false, 00,                 0",
        "BINARY_2, false, 0003,               0",
        "BINARY_2, false, 0003 4142,          0",
        "BINARY_2, false, 0003 414243,        5",
        "BINARY_2, false, 0003 41424344,      5",
        "BINARY_2, true,  0005 414243,        5",
        "BINARY_2, true,  0002,               2",
        "BINARY_2, true,  0000,               2",
        "BINARY_2, true,  0001,              -1",
        "BINARY_2, false, 0000 0003,          2",
        "BINARY_2, false, 0257,              -2",
        "BINARY_2, false, FFFF,              -2",
        "BINARY_4, false, 00000003 414243,    7",
        "BINARY_4, true,  00000007 414243,    7",
        "BINARY_4, false, 80000000,          -1",
        "BINARY_4, false, 7FFFFFFF,          -2",
        "ASCII_4,  false, 30303033 414243,    7",
        "ASCII_4,  true,  30303037 414243,    7",
        "ASCII_4,  false, 3030303A,          -1",
        "ASCII_4,  false, 30303030,           4",
        "BCD_2,    false, 0010 41424344454647484950, 12",
        "BCD_2,    true,  0012 41424344454647484950, 12",
        "BCD_2,    false, 000A,              -1",
        "BCD_2,    false, 9999,              -2"})
    void shouldFindFrames(final LengthFormat format, final boolean isInclusive, final String hex, final long expected) {
        final UnsafeBuffer buffer = bytes("FFFF" + hex);
        assertThat(framing(format, isInclusive).next(buffer, 2, buffer.capacity() - 2)).isEqualTo(expected);
    }

    @Test
    void shouldFindEveryFrameOfAStreamHoweverItIsCut() {
        final UnsafeBuffer stream = bytes("0003 414243 0000 0001 44 0002 4546");
        final Framing framing = framing(LengthFormat.BINARY_2, false);
        for (int cut = 0; cut <= stream.capacity(); cut++) {
            final StringBuilder found = new StringBuilder();
            int offset = 0;
            for (final int end : new int[] {cut, stream.capacity()}) {
                long frame = framing.next(stream, offset, end - offset);
                while (frame > 0) {
                    found.append(framing.isKeepAlive(frame) ? "-" : stream.getStringWithoutLengthAscii(offset + framing.overhead(),
                        (int) frame - framing.overhead())).append(' ');
                    offset += (int) frame;
                    frame = framing.next(stream, offset, end - offset);
                }
                assertThat(frame).isEqualTo(Framing.NEED_MORE);
            }
            assertThat(found).as("cut at %d", cut).hasToString("ABC - D EF ");
        }
    }

    @Test
    void shouldSwapTheAddressesOfATpdu() {
        final Framing framing = new Framing(LengthFormat.BINARY_2, false, HeaderKind.TPDU, TPDU, 600, ZeroLength.IGNORE);
        final UnsafeBuffer request = bytes("0008 60 0003 0004 414243");
        assertThat(framing.next(request, 0, 10)).isEqualTo(10);
        assertThat(framing.overhead()).isEqualTo(7);
        final UnsafeBuffer answer = new UnsafeBuffer(new byte[10]);
        assertThat(framing.writePrefix(answer, 0, 3)).isEqualTo(2);
        assertThat(framing.answerHeader(request, 2, answer, 2)).isEqualTo(5);
        assertThat(HexFormat.of().formatHex(answer.byteArray())).isEqualTo("00086000040003000000");
        assertThat(framing.writeHeader(answer, 2)).isEqualTo(5);
        assertThat(HexFormat.of().formatHex(answer.byteArray())).isEqualTo("00086000010002000000");
        assertThat(framing.next(bytes("0008 61"), 0, 3)).as("no TPDU").isEqualTo(Framing.BAD_HEADER);
        assertThat(framing.next(bytes("0005 6000030004"), 0, 7)).as("no message behind the header").isEqualTo(Framing.BAD_LENGTH);
    }

    @Test
    void shouldKnowALiteralHeader() {
        final Framing framing = new Framing(LengthFormat.ASCII_4, true, HeaderKind.LITERAL, "ISO0".getBytes(), 600, ZeroLength.REFUSE);
        final UnsafeBuffer frame = bytes("30303130 49534F30 4142");
        frame.putBytes(0, "0010".getBytes());
        assertThat(framing.next(frame, 0, 10)).isEqualTo(10);
        frame.putByte(5, (byte) 'X');
        assertThat(framing.next(frame, 0, 6)).as("as early as can be").isEqualTo(Framing.BAD_HEADER);
        assertThat(framing.next(bytes("30303034"), 0, 4)).isEqualTo(Framing.EMPTY);
    }

    @ParameterizedTest
    @CsvSource({"BINARY_2, false, 0120", "BINARY_2, true, 0122", "BINARY_4, false, 00000120", "ASCII_4, true, 30323932", "BCD_2, false, 0288"})
    void shouldWriteWhatItReads(final LengthFormat format, final boolean isInclusive, final String prefix) {
        final Framing framing = framing(format, isInclusive);
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[600]);
        final int length = framing.writePrefix(buffer, 0, 288);
        assertThat(HexFormat.of().formatHex(buffer.byteArray(), 0, length)).isEqualTo(prefix);
        assertThat(framing.next(buffer, 0, 600)).isEqualTo(length + 288);
        final int empty = framing.writePrefix(buffer, 0, 0);
        assertThat(framing.isKeepAlive(framing.next(buffer, 0, empty))).isTrue();
        assertThatThrownBy(() -> framing.writePrefix(buffer, 0, 601 - length)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void shouldNotPromiseMoreThanItsLengthCanTell() {
        final Framing framing = new Framing(LengthFormat.ASCII_4, false, HeaderKind.NONE, NO_HEADER, 60_000, ZeroLength.IGNORE);
        assertThat(framing.maxMessageBytes()).isEqualTo(9_999);
    }

    @Test
    void shouldSayWhatIsWrongInAFile() {
        final StrictConfig section = StrictConfig.of(ConfigFactory.parseString(
            "length = binary-3, header = tpdu, tpdu = 60, max-frame = 10, zero-length = answer, counts-itself = maybe, tail = 3"));
        Framing.load(section);
        assertThatThrownBy(section::conclude).isInstanceOfSatisfying(ConfigProblems.class, problems ->
            assertThat(problems.problems()).hasSize(6).anySatisfy(text -> assertThat(text).startsWith("length: is \"binary-3\"")
                .contains("binary-2, binary-4, ascii-4, bcd-2")).anySatisfy(text -> assertThat(text).startsWith("tail: is not known")));
    }
}
