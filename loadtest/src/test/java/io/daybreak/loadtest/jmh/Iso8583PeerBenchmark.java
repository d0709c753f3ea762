package io.daybreak.loadtest.jmh;

import com.solab.iso8583.IsoMessage;
import com.solab.iso8583.IsoType;
import com.solab.iso8583.MessageFactory;
import com.solab.iso8583.parse.FieldParseInfo;
import io.daybreak.iso8583.codec.MessageBuilder;
import io.daybreak.iso8583.dialect.Content;
import io.daybreak.iso8583.dialect.Dialect;
import io.daybreak.iso8583.dialect.FieldSpec;
import io.daybreak.iso8583.dialect.LengthKind;
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

import java.io.UnsupportedEncodingException;
import java.text.ParseException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * What j8583 takes for the message of {@link Iso8583CodecBenchmark} in ASCII: parsed into an IsoMessage, and its answer written to
 * bytes. Lies among the tests so that j8583 is not in the jar that we ship. To run both in one go:
 * <pre>
 * mvn -q -DskipTests package
 * java -cp loadtest/target/test-classes:loadtest/target/loadtest.jar:$HOME/.m2/repository/net/sf/j8583/j8583/3.0.1/j8583-3.0.1.jar \
 *   org.openjdk.jmh.Main Iso8583 -prof gc -jvmArgsPrepend --add-opens=java.base/jdk.internal.misc=ALL-UNNAMED
 * </pre>
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class Iso8583PeerBenchmark {
    private static final int[] ECHOED = {2, 3, 4, 7, 11, 12, 13, 18, 22, 25, 32, 37, 41, 42, 43, 48, 49, 62};

    private final Dialect dialect = Dialect.builtIn("1987-ascii");
    private final MessageFactory<IsoMessage> factory = new MessageFactory<>();
    private byte[] request;
    private IsoMessage parsed;

    /** The same request as ours. */
    @Setup
    public void setUp() throws ParseException, UnsupportedEncodingException {
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[1024]);
        final int length = Iso8583CodecBenchmark.request(dialect, new MessageBuilder(), buffer);
        request = Arrays.copyOf(buffer.byteArray(), length);
        factory.setCharacterEncoding("US-ASCII");
        final Map<Integer, FieldParseInfo> fields = new HashMap<>();
        for (int field = 2; field <= Dialect.MAX_FIELD; field++) {
            final FieldSpec spec = dialect.field(field);
            fields.put(field, FieldParseInfo.getInstance(type(spec), spec.lengthKind() == LengthKind.FIXED ? spec.maxLength() : 0, "US-ASCII", false));
        }
        factory.setParseMap(0x200, fields);
        parsed = decode();
        if (!"632717123456".equals(parsed.getObjectValue(37)) || encode().length < 200) {
            throw new IllegalStateException("the peer is not set up as it must be");
        }
    }

    private static IsoType type(final FieldSpec spec) {
        final boolean isBinary = spec.content() == Content.B;
        return switch (spec.lengthKind()) {
            case FIXED -> isBinary ? IsoType.BINARY : IsoType.ALPHA;
            case LLVAR -> isBinary ? IsoType.LLBIN : IsoType.LLVAR;
            case LLLVAR -> isBinary ? IsoType.LLLBIN : IsoType.LLLVAR;
        };
    }

    /** Parses the request. */
    @Benchmark
    public final IsoMessage decode() throws ParseException, UnsupportedEncodingException {
        return factory.parseMessage(request, 0);
    }

    /** Writes the answer: echoes, the approval, balances. */
    @Benchmark
    public final byte[] encode() {
        final IsoMessage answer = factory.newMessage(0x210);
        for (final int field : ECHOED) {
            answer.setField(field, parsed.getField(field));
        }
        answer.setValue(15, "1123", IsoType.ALPHA, 4);
        answer.setValue(38, "A1B2C3", IsoType.ALPHA, 6);
        answer.setValue(39, "00", IsoType.ALPHA, 2);
        answer.setValue(54, "0001156C0000010000000002156C000000990000", IsoType.LLLVAR, 0);
        return answer.writeData();
    }
}
