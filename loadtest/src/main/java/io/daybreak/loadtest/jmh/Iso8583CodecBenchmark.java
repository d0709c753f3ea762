package io.daybreak.loadtest.jmh;

import io.daybreak.iso8583.codec.MessageBuilder;
import io.daybreak.iso8583.codec.MessageIndex;
import io.daybreak.iso8583.dialect.Dialect;
import org.agrona.concurrent.UnsafeBuffer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/**
 * A full 0200 read and its 0210 written, per dialect, over direct memory. The request has 24 fields, among them track 2, chip
 * data, merchant's name and private data (498 bytes in ASCII, 335 in BCD); it is indexed with every character checked, and ten of
 * its values are read. The answer (about 300 bytes in ASCII) echoes 18 fields and adds four. Expected: about 150 ns each, never
 * above 400 ns, and no allocation ({@code -prof gc}). The same with j8583: {@code Iso8583PeerBenchmark} among the tests.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class Iso8583CodecBenchmark {
    /** The dialect of both messages. */
    @Param({"1987-ascii", "1987-ascii-binary-bitmap", "1987-bcd"})
    public String dialectName;

    private final UnsafeBuffer request = new UnsafeBuffer(ByteBuffer.allocateDirect(1024));
    private final UnsafeBuffer answer = new UnsafeBuffer(ByteBuffer.allocateDirect(1024));
    private final byte[] approvalCode = "A1B2C3".getBytes(StandardCharsets.US_ASCII);
    private final byte[] balances = "0001156C0000010000000002156C000000990000".getBytes(StandardCharsets.US_ASCII);
    private final MessageBuilder builder = new MessageBuilder();
    private Dialect dialect;
    private MessageIndex index;
    private int length;

    /** Something to decode, and a check that what is written is what is read. */
    @Setup
    public void setUp() {
        dialect = Dialect.builtIn(dialectName);
        index = new MessageIndex(dialect);
        length = request(dialect, builder, request);
        if (decode() == 0 || index.errorField() != 0) {
            throw new IllegalStateException("the request cannot be read: field " + index.errorField() + ' ' + index.errorReason());
        }
        final MessageIndex check = new MessageIndex(dialect);
        if (check.index(answer, 0, encode()) != 0 || check.mti() != 210 || !check.isEqual(37, index) || check.number(4) != index.number(4)) {
            throw new IllegalStateException("the answer cannot be read");
        }
    }

    /** Writes a purchase with everything that a chip terminal sends. */
    static int request(final Dialect dialect, final MessageBuilder builder, final UnsafeBuffer buffer) {
        return fields(dialect, builder, buffer).end();
    }

    /** The same, not ended. */
    static MessageBuilder fields(final Dialect dialect, final MessageBuilder builder, final UnsafeBuffer buffer) {
        final byte[] chip = new byte[79];
        Arrays.fill(chip, (byte) 0x9F);
        return builder.begin(dialect, buffer, 0, 200, true)
            .ascii(2, "9900010000000019").number(3, 0).number(4, 123_456).number(7, 1_123_174_501L).number(11, 123_456)
            .number(12, 174_501).number(13, 1_123).number(14, 3_012).number(18, 5_411).number(22, 51).number(23, 1).number(25, 0)
            .number(32, 100_001).ascii(35, "9900010000000019=30122010000012300000").ascii(37, "632717123456").ascii(41, "T0000001")
            .ascii(42, "M00000000000001").ascii(43, "CORNER SHOP              SPRINGFIELD  CN")
            .ascii(48, "PURPOSE GROCERIES; CASHIER 0017").number(49, 156).binary(55, chip)
            .ascii(60, "000000TERMINAL 7.1").ascii(62, "BATCH 000123 INVOICE 000456").ascii(102, "W0000000001");
    }

    /** Indexes the request, checks all of it, and reads what a payment needs. */
    @Benchmark
    public long decode() {
        if (index.index(request, 0, length) != 0) {
            throw new IllegalStateException();
        }
        return index.number(2) + index.number(3) + index.number(4) + index.number(7) + index.number(11) + index.number(49)
            + index.word(37, 0) + index.word(37, 8) + index.word(41, 0) + index.mti();
    }

    /** Writes the answer: echoes, the approval, balances. */
    @Benchmark
    public int encode() {
        return builder.begin(dialect, answer, 0, 210)
            .echo(2, index).echo(3, index).echo(4, index).echo(7, index).echo(11, index).echo(12, index).echo(13, index)
            .number(15, 1_123).echo(18, index).echo(22, index).echo(25, index).echo(32, index).echo(37, index)
            .ascii(38, approvalCode).word(39, 0x3030_0000_0000_0000L).echo(41, index).echo(42, index).echo(43, index)
            .echo(48, index).echo(49, index).ascii(54, balances).echo(62, index).end();
    }
}
