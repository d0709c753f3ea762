package io.daybreak.iso8583.codec;

import io.daybreak.iso8583.MessageGenerator;
import io.daybreak.iso8583.dialect.Dialect;
import io.daybreak.iso8583.text.Iso8583Message;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import static org.assertj.core.api.Assertions.assertThat;

/** What is written is what is read, whatever it is. */
final class RoundTripPropertyTest {
    private static final long SEED = 8583;
    private static final int MESSAGES = 2_000;

    static List<String> dialects() {
        return Dialect.BUILT_IN;
    }

    @ParameterizedTest
    @MethodSource("dialects")
    void shouldReadWhatItWrote(final String name) {
        final Dialect dialect = Dialect.builtIn(name);
        final MessageGenerator generator = new MessageGenerator(SEED);
        for (int i = 0; i < MESSAGES; i++) {
            final Iso8583Message message = generator.next(dialect, 0);
            assertThat(Iso8583Message.decode(dialect, message.encode(dialect))).as("%s, seed %d, message %d", name, SEED, i).isEqualTo(message);
        }
    }

    /** A field that is echoed goes byte for byte into a message of the same dialect, and with the same meaning into any other. */
    @ParameterizedTest
    @MethodSource("dialects")
    void shouldEchoIntoEveryDialectOfItsVersion(final String name) {
        final Dialect from = Dialect.builtIn(name);
        final MessageGenerator generator = new MessageGenerator(SEED + 1);
        final MessageIndex index = new MessageIndex(from);
        final MessageBuilder builder = new MessageBuilder();
        final Map<String, Dialect> all = new TreeMap<>();
        dialects().forEach(other -> all.put(other, Dialect.builtIn(other)));
        for (int i = 0; i < MESSAGES / 4; i++) {
            final Iso8583Message message = generator.next(from, 0);
            final byte[] bytes = message.encode(from);
            assertThat(index.index(new UnsafeBuffer(bytes), 0, bytes.length)).isZero();
            for (final String other : dialects()) {
                final Dialect to = all.get(other);
                if (to.version() == from.version()) {
                    final UnsafeBuffer buffer = new UnsafeBuffer(new byte[64 * 1024]);
                    builder.begin(to, buffer, 3, message.mti(), true);
                    for (int field = 2; field <= Dialect.MAX_FIELD; field++) {
                        builder.echo(field, index);
                    }
                    final int length = builder.end();
                    final byte[] echoed = Arrays.copyOfRange(buffer.byteArray(), 3, 3 + length);
                    assertThat(Iso8583Message.decode(to, echoed)).as("%s to %s, message %d", name, other, i).isEqualTo(message);
                    assertThat(echoed).as("%s to %s, message %d", name, other, i).isEqualTo(message.encode(to));
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("dialects")
    void shouldRefuseAMessageThatIsCutAnywhere(final String name) {
        final Dialect dialect = Dialect.builtIn(name);
        final MessageGenerator generator = new MessageGenerator(SEED + 2);
        final MessageIndex index = new MessageIndex(dialect);
        for (int i = 0; i < 20; i++) {
            final Iso8583Message message = generator.next(dialect, 1).set(7, "1123174501").set(70, "301");
            final byte[] bytes = message.encode(dialect);
            final UnsafeBuffer buffer = new UnsafeBuffer(bytes);
            for (int length = 0; length < bytes.length; length++) {
                assertThat(index.index(buffer, 0, length)).as("%s cut at %d", name, length).isNotZero();
                assertThat(index.isComplete()).as("%s cut at %d", name, length).isFalse();
                final int cut = length;
                for (int field = 2; field <= Dialect.MAX_FIELD; field++) {
                    if (index.has(field)) {
                        assertThat(index.offset(field) + index.byteLength(field)).as("field %d", field).isLessThanOrEqualTo(cut);
                    }
                }
            }
            final byte[] longer = Arrays.copyOf(bytes, bytes.length + 1);
            index.index(new UnsafeBuffer(longer), 0, longer.length);
            assertThat(index.errorReason()).isEqualTo(ErrorReason.TRAILING);
            assertThat(Iso8583Message.of(index)).isEqualTo(message);
        }
    }
}
