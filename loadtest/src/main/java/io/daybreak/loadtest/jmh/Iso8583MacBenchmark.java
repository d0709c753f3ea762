package io.daybreak.loadtest.jmh;

import io.daybreak.iso8583.card.PanTokens;
import io.daybreak.iso8583.codec.MessageBuilder;
import io.daybreak.iso8583.codec.MessageIndex;
import io.daybreak.iso8583.dialect.Dialect;
import io.daybreak.iso8583.mac.MacAlgorithm;
import io.daybreak.iso8583.mac.MacKey;
import io.daybreak.iso8583.mac.MessageMac;
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

import javax.crypto.spec.SecretKeySpec;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;

/**
 * What a link computes with keys: the MAC of a purchase of 24 fields is verified, a response is sealed, and a card number becomes
 * a token (which a link remembers: the switch computes it for a card's first payment). No allocation ({@code -prof gc}).
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class Iso8583MacBenchmark {
    /** The MAC. */
    @Param({"RETAIL", "AES_CMAC"})
    public MacAlgorithm algorithm;

    private final Dialect dialect = Dialect.builtIn("1987-ascii");
    private final UnsafeBuffer request = new UnsafeBuffer(ByteBuffer.allocateDirect(1_024));
    private final UnsafeBuffer answer = new UnsafeBuffer(ByteBuffer.allocateDirect(1_024));
    private final MessageBuilder builder = new MessageBuilder();
    private final MessageIndex index = new MessageIndex(dialect);
    private PanTokens tokens;
    private MessageMac mac;

    /** A sealed request, indexed. */
    @Setup
    public void setUp() {
        final byte[] key = new byte[16];
        for (int i = 0; i < key.length; i++) {
            key[i] = (byte) (i * 37 + 1);
        }
        mac = new MacKey("benchmark", algorithm, key).newMac();
        tokens = new PanTokens(new SecretKeySpec(new byte[32], "HmacSHA256"), null);
        Iso8583CodecBenchmark.fields(dialect, builder, request);
        index.index(request, 0, mac.seal(builder));
        if (!verify()) {
            throw new IllegalStateException("the MAC is not found right");
        }
    }

    /** Verifies the request's MAC. */
    @Benchmark
    public boolean verify() {
        return mac.verify(index);
    }

    /** Writes a short response and seals it. */
    @Benchmark
    public int seal() {
        builder.begin(dialect, answer, 0, 210).echo(2, index).echo(3, index).echo(4, index).echo(7, index).echo(11, index)
            .echo(37, index).word(39, 0x3030_0000_0000_0000L).echo(41, index).echo(42, index).echo(49, index);
        return mac.seal(builder);
    }

    /** Makes the token of DE 2. */
    @Benchmark
    public long token() {
        tokens.token(index);
        return tokens.low();
    }
}
