package io.daybreak.loadtest.jmh;

import io.daybreak.protocol.codec.MessageHeaderDecoder;
import io.daybreak.protocol.codec.MessageHeaderEncoder;
import io.daybreak.protocol.codec.TransferDecoder;
import io.daybreak.protocol.codec.TransferEncoder;
import org.agrona.concurrent.UnsafeBuffer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;

/**
 * What it costs to write and to read one transfer with the generated flyweights, over direct memory: the floor under
 * everything that a link does. Expected: some ten nanoseconds each, and no allocation ({@code -prof gc}).
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(1)
public class TransferCodecBenchmark {
    private static final int LENGTH = MessageHeaderEncoder.ENCODED_LENGTH + TransferEncoder.BLOCK_LENGTH;

    private final UnsafeBuffer buffer = new UnsafeBuffer(ByteBuffer.allocateDirect(LENGTH));
    private final MessageHeaderEncoder headerEncoder = new MessageHeaderEncoder();
    private final MessageHeaderDecoder headerDecoder = new MessageHeaderDecoder();
    private final TransferEncoder encoder = new TransferEncoder();
    private final TransferDecoder decoder = new TransferDecoder();
    private long counter;

    /** Something to decode, and a check that it comes back. */
    @Setup
    public void setUp() {
        encode();
        final long sum = decode();
        if (sum != expectedSum()) {
            throw new IllegalStateException("a transfer does not come back as it was written: " + sum);
        }
    }

    private long expectedSum() {
        return counter * 4 + 1 + 2 + 156 + 7 + 100;
    }

    /** Writes all fields of a transfer. */
    @Benchmark
    public int encode() {
        final long next = ++counter;
        encoder.wrapAndApplyHeader(buffer, 0, headerEncoder);
        encoder.id().hi(next).lo(next);
        encoder.debitAccountId(1).creditAccountId(2).amountMinor(100);
        encoder.pendingId().hi(0).lo(0);
        encoder.userData128().hi(next).lo(next);
        encoder.userData64(0).timeoutMs(0).ledger(156).code(7).flags(0).reserved(0);
        return encoder.limit();
    }

    /** Reads all fields of a transfer. */
    @Benchmark
    public long decode() {
        decoder.wrapAndApplyHeader(buffer, 0, headerDecoder);
        return decoder.id().hi() + decoder.id().lo() + decoder.debitAccountId() + decoder.creditAccountId() + decoder.amountMinor()
            + decoder.pendingId().hi() + decoder.pendingId().lo() + decoder.userData128().hi() + decoder.userData128().lo()
            + decoder.userData64() + decoder.timeoutMs() + decoder.ledger() + decoder.code() + decoder.flags() + decoder.reserved();
    }
}
