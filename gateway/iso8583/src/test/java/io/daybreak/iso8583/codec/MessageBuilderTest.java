package io.daybreak.iso8583.codec;

import io.daybreak.iso8583.dialect.Dialect;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Consumer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

final class MessageBuilderTest {
    private static final Dialect ASCII = Dialect.builtIn("1987-ascii");
    private static final Dialect BCD = Dialect.builtIn("1987-bcd");

    private final UnsafeBuffer buffer = new UnsafeBuffer(new byte[2048]);
    private final MessageBuilder builder = new MessageBuilder();

    static List<String> dialects() {
        return Dialect.BUILT_IN;
    }

    private String ascii(final int length) {
        return new String(buffer.byteArray(), 0, length, StandardCharsets.ISO_8859_1);
    }

    private String hex(final int length) {
        return HexFormat.of().withUpperCase().formatHex(buffer.byteArray(), 0, length);
    }

    @Test
    void shouldFillUpWithZerosInFrontAndBlanksBehind() {
        final int length = builder.begin(ASCII, buffer, 0, 200).number(3, 10).ascii(4, "100").ascii(37, "R1").ascii(39, "00").ascii(41, "T1").end();
        assertThat(ascii(length)).isEqualTo("0200" + "300000000A800000" + "000010" + "000000000100" + "R1          " + "00" + "T1      ");
    }

    @Test
    void shouldPadOddCountsAsTheDialectSays() {
        final int length = builder.begin(BCD, buffer, 0, 200).number(2, 12345).ascii(3, "7").number(22, 51).number(32, 123)
            .ascii(35, "12345=1").ascii(36, "9=8").end();
        assertThat(hex(length)).isEqualTo("0200" + "6000040130000000" + "05123450" + "000007" + "0051" + "031230" + "0712345D10" + "0003393D38");
    }

    @Test
    void shouldWriteNumbersOfEveryLengthAtTheVeryEndOfABuffer() {
        for (final Dialect dialect : List.of(ASCII, BCD)) {
            for (int digits = 1; digits <= 18; digits++) {
                final long number = Long.parseLong("987654321987654321".substring(0, digits));
                final int exact = dialect == ASCII ? 20 + 2 + digits : 10 + 1 + (digits + 1) / 2;
                if (dialect == BCD && digits == 17) {
                    continue; // Told to be too much, see the next test.
                }
                final UnsafeBuffer tight = new UnsafeBuffer(new byte[exact]);
                assertThat(builder.begin(dialect, tight, 0, 200).number(2, number).end()).isEqualTo(exact);
                final MessageIndex index = new MessageIndex(dialect);
                assertThat(index.index(tight, 0, exact)).isZero();
                assertThat(index.number(2)).isEqualTo(number);
                assertThatThrownBy(() -> builder.begin(dialect, new UnsafeBuffer(new byte[exact - 1]), 0, 200).number(2, number).end())
                    .isInstanceOf(IndexOutOfBoundsException.class);
            }
        }
    }

    @Test
    void shouldCloseTheGapIfNoFieldAboveSixtyFourCame() {
        for (final Dialect dialect : List.of(ASCII, BCD)) {
            final int with = builder.begin(dialect, buffer, 0, 200, true).number(11, 7).ascii(48, "x".repeat(300)).end();
            final byte[] first = Arrays.copyOf(buffer.byteArray(), with);
            final int without = builder.begin(dialect, buffer, 0, 200, false).number(11, 7).ascii(48, "x".repeat(300)).end();
            assertThat(first).isEqualTo(Arrays.copyOf(buffer.byteArray(), without));
        }
    }

    @Test
    void shouldGrowAnExpandableBuffer() {
        final MutableDirectBuffer expandable = new ExpandableArrayBuffer(4);
        final int length = builder.begin(ASCII, expandable, 1, 200).number(11, 7).ascii(48, "y".repeat(900)).end();
        final MessageIndex index = new MessageIndex(ASCII);
        assertThat(index.index(expandable, 1, length)).isZero();
        assertThat(index.length(48)).isEqualTo(900);
    }

    @Test
    void shouldTakeEveryFormOfAValue() {
        final byte[] text = "xxABCDEF".getBytes(StandardCharsets.US_ASCII);
        final int first = builder.begin(ASCII, buffer, 0, 210).ascii(38, "ABCDEF").end();
        final String expected = ascii(first);
        assertThat(ascii(builder.begin(ASCII, buffer, 0, 210).ascii(38, text, 2, 6).end())).isEqualTo(expected);
        assertThat(ascii(builder.begin(ASCII, buffer, 0, 210).ascii(38, new UnsafeBuffer(text), 2, 6).end())).isEqualTo(expected);
        assertThat(ascii(builder.begin(ASCII, buffer, 0, 210).word(38, 0x4142434445460000L).end())).isEqualTo(expected);
        assertThat(hex(builder.begin(BCD, buffer, 0, 210).word(3, 0x3132330000000000L).end())).isEqualTo("0210" + "2000000000000000" + "000123");
        assertThat(ascii(builder.begin(ASCII, buffer, 0, 210).binary(52, new byte[] {1, 2, 3, 4, 5, 6, 7, (byte) 0xFE}).end()))
            .isEqualTo("0210" + "0000000000001000" + "01020304050607FE");
        assertThat(ascii(builder.begin(ASCII, buffer, 0, 510, true).signedNumber(97, -42).end()))
            .isEqualTo("0510" + "8000000000000000" + "0000000080000000" + "D0000000000000042");
        assertThat(hex(builder.begin(BCD, buffer, 0, 510, true).signedNumber(97, 42).end()))
            .isEqualTo("0510" + "8000000000000000" + "0000000080000000" + "43" + "0000000000000042");
    }

    @Test
    void shouldRefuseWhatNoCallerMayDo() {
        refuse(b -> b.number(11, 1).number(11, 1));
        refuse(b -> b.number(11, 1).number(4, 1));
        refuse(b -> b.number(70, 301));
        refuse(b -> b.number(11, 1_000_000));
        refuse(b -> b.number(11, -1));
        refuse(b -> b.number(37, 1));
        refuse(b -> b.number(2, 1_000_000_000_000_000_000L));
        refuse(b -> b.ascii(11, "1234567"));
        refuse(b -> b.ascii(11, "12A456"));
        refuse(b -> b.ascii(37, "r\u00e9f"));
        refuse(b -> b.ascii(38, "AB-CD"));
        refuse(b -> b.ascii(52, "0102030405060708"));
        refuse(b -> b.binary(52, new byte[7]));
        refuse(b -> b.binary(37, new byte[12]));
        refuse(b -> b.binary(55, new byte[256]));
        refuse(b -> b.ascii(35, "123=A"));
        refuse(b -> b.ascii(1, "0"));
        refuse(b -> b.ascii(44, "x".repeat(26)));
        assertThatThrownBy(() -> builder.begin(ASCII, buffer, 0, 1200)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> builder.begin(ASCII, buffer, 0, 200, true).number(65, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> builder.begin(BCD, buffer, 0, 200).ascii(2, "123=")).isInstanceOf(IllegalArgumentException.class)
            .hasMessageNotContaining("123");
    }

    private void refuse(final Consumer<MessageBuilder> call) {
        assertThatThrownBy(() -> call.accept(builder.begin(ASCII, buffer, 0, 200))).isInstanceOf(IllegalArgumentException.class);
    }

    /** A hundred thousand messages each way; what the thread allocated is what the first ones took, and nothing after. */
    @ParameterizedTest
    @MethodSource("dialects")
    void shouldAllocateNothing(final String name) {
        final Dialect dialect = Dialect.builtIn(name);
        final MessageIndex index = new MessageIndex(dialect);
        final int mti = dialect.version() == 1987 ? 200 : 1200;
        final UnsafeBuffer answer = new UnsafeBuffer(new byte[1024]);
        final com.sun.management.ThreadMXBean thread = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        final byte[] chip = new byte[40];
        long before = 0;
        long sum = 0;
        for (int i = 0; i < 120_000; i++) {
            if (i == 20_000) {
                before = thread.getCurrentThreadAllocatedBytes();
            }
            final int length = builder.begin(dialect, buffer, 0, mti, true).number(2, 990001000000001234L).number(3, 0).number(4, i).number(7, 1123174501)
                .number(11, i).ascii(35, "990001000000001234=3012").word(37, 0x3132330000000000L).binary(55, chip).number(70, 301).end();
            sum += index.index(buffer, 0, length);
            sum += index.number(4) + index.word(37, 0);
            sum += builder.begin(dialect, answer, 0, mti + 10).echo(2, index).echo(4, index).echo(11, index).echo(37, index).end();
        }
        // The bean's own answer takes some; a byte for each message would be 100,000.
        assertThat(thread.getCurrentThreadAllocatedBytes() - before).as("sum %d", sum).isLessThan(50_000);
    }
}
