package io.daybreak.iso8583.codec;

import io.daybreak.iso8583.GuardedMemory;
import io.daybreak.iso8583.MessageGenerator;
import io.daybreak.iso8583.dialect.Dialect;
import io.daybreak.iso8583.text.Iso8583Message;
import io.daybreak.iso8583.text.MessageText;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Broken messages: whatever comes, the index answers without reading outside the message, and all it says is consistent. Inputs are
 * valid messages with bytes changed, cut, inserted, doubled and moved, and the kept corpus: inputs which once broke something or stand
 * for a kind of defect, one a line with its dialect.
 * <p>
 * Each input lies in the middle of a buffer whose other bytes are at first zeros and then ones: an answer that depends on them has
 * read what it must not. Then it lies before {@link GuardedMemory the end of memory}, where one byte too far is an error at once.
 */
final class FuzzTest {
    private static final int MARGIN = 64;
    private static final int ROOM = 16 * 1024;
    private static final int INPUTS = 100_000;
    private static final int NIGHTLY_INPUTS = 1_000_000;
    private static final long SEED = 20_261_123;

    private final UnsafeBuffer zeros = new UnsafeBuffer(ByteBuffer.allocateDirect(ROOM));
    private final UnsafeBuffer ones = new UnsafeBuffer(new byte[ROOM]);
    private final GuardedMemory guarded;
    private final MessageBuilder builder = new MessageBuilder();
    private final UnsafeBuffer echo = new UnsafeBuffer(new byte[ROOM]);

    FuzzTest() throws IOException {
        guarded = new GuardedMemory();
    }

    @Test
    void shouldStandBeforeAGuardThatWorks() {
        boolean isSeen = false;
        try {
            guarded.behind();
            // The machine tells of the fault a little later, when the thread next passes through it.
            for (int i = 0; i < 1_000; i++) {
                Thread.yield();
            }
        } catch (final InternalError ex) {
            isSeen = true;
        }
        assertThat(isSeen).isTrue();
    }

    @Test
    void shouldSurviveMutationsOfValidMessages() {
        run(SEED, INPUTS);
    }

    @Test
    @Tag("nightly")
    void shouldSurviveAMillionFreshMutations() {
        final long seed = System.nanoTime();
        run(seed, NIGHTLY_INPUTS);
    }

    @Test
    void shouldSurviveTheKeptCorpus() throws IOException {
        int inputs = 0;
        try (InputStream in = FuzzTest.class.getResourceAsStream("/fuzz/corpus.txt")) {
            for (final String line : new String(in.readAllBytes(), StandardCharsets.US_ASCII).split("\n")) {
                if (!line.isBlank() && !line.startsWith("#")) {
                    final String[] parts = line.split(" ");
                    check(pair(parts[0]), HexFormat.of().parseHex(parts.length > 1 ? parts[1] : ""), 0, inputs);
                    inputs++;
                }
            }
        }
        assertThat(inputs).isGreaterThan(20);
    }

    private void run(final long seed, final int inputs) {
        final Random random = new Random(seed);
        final MessageGenerator generator = new MessageGenerator(seed);
        final List<MessageIndex[]> pairs = new ArrayList<>();
        Dialect.BUILT_IN.forEach(name -> pairs.add(pair(name)));
        byte[] valid = {};
        MessageIndex[] pair = null;
        int refused = 0;
        for (int i = 0; i < inputs; i++) {
            if (i % 20 == 0) {
                pair = pairs.get(random.nextInt(pairs.size()));
                if (random.nextBoolean()) {
                    // Works out the layout of these bitmaps; one that has seen many others goes field by field.
                    pair = new MessageIndex[] {new MessageIndex(pair[0].dialect()), new MessageIndex(pair[0].dialect())};
                }
                valid = generator.next(pair[0].dialect(), 0).encode(pair[0].dialect());
            }
            refused += check(pair, mutate(random, valid), seed, i) ? 0 : 1;
        }
        assertThat(refused).as("most inputs are broken").isBetween(inputs / 3, inputs);
    }

    private static MessageIndex[] pair(final String name) {
        final Dialect dialect = Dialect.builtIn(name);
        return new MessageIndex[] {new MessageIndex(dialect), new MessageIndex(dialect)};
    }

    private static byte[] mutate(final Random random, final byte[] valid) {
        byte[] bytes = valid.clone();
        for (int count = 1 + random.nextInt(3); count > 0; count--) {
            final int place = bytes.length == 0 ? 0 : random.nextInt(random.nextBoolean() ? bytes.length : Math.min(bytes.length, 40));
            switch (random.nextInt(6)) {
                case 0 -> bytes = java.util.Arrays.copyOf(bytes, place);
                case 1 -> bytes = java.util.Arrays.copyOf(bytes, bytes.length + 1 + random.nextInt(4));
                case 2 -> {
                    if (bytes.length > 0) {
                        bytes[place] ^= (byte) (1 << random.nextInt(8));
                    }
                }
                case 3 -> {
                    if (bytes.length > 0) {
                        bytes[place] = (byte) "09AFDx =\0\u00ff".charAt(random.nextInt(10));
                    }
                }
                case 4 -> {
                    final byte[] longer = new byte[bytes.length + 1];
                    System.arraycopy(bytes, 0, longer, 0, place);
                    longer[place] = (byte) random.nextInt();
                    System.arraycopy(bytes, place, longer, place + 1, bytes.length - place);
                    bytes = longer;
                }
                default -> {
                    if (bytes.length > place + 1) {
                        System.arraycopy(bytes, place + 1, bytes, place, bytes.length - place - 1);
                    }
                }
            }
        }
        return bytes;
    }

    /** Whether it is a good message. */
    private boolean check(final MessageIndex[] pair, final byte[] input, final long seed, final int number) {
        try {
            final int error = index(pair[0], zeros, input, (byte) 0);
            check(index(pair[1], ones, input, (byte) -1) == error, "the error depends on bytes outside the message");
            consistent(pair[0], pair[1], input.length, error);
            if (input.length <= GuardedMemory.SIZE) {
                guarded.buffer().putBytes(GuardedMemory.SIZE - input.length, input);
                check(pair[1].index(guarded.buffer(), GuardedMemory.SIZE - input.length, input.length) == error, "another error at the end of memory");
                // Nobody may ask this of a broken message; it stays inside all the same.
                pair[1].indexAgain(guarded.buffer(), GuardedMemory.SIZE - input.length, input.length);
            }
            if (error == 0) {
                check(pair[1].indexAgain(ones, MARGIN, input.length) == 0, "is not found again");
                consistent(pair[0], pair[1], input.length, error);
                goesRound(pair[0], input);
            }
            if (input.length % 16 == 0) {
                check(MessageText.line(pair[0]).length() < 2 * input.length + 2_048, "a dump without bounds");
            }
            return error == 0;
        } catch (final RuntimeException | InternalError ex) {
            throw new AssertionError(name(seed, number, input), ex);
        } catch (final AssertionError ex) {
            throw new AssertionError(name(seed, number, input), ex);
        }
    }

    private static String name(final long seed, final int number, final byte[] input) {
        return "seed " + seed + ", input " + number + ": " + HexFormat.of().formatHex(input);
    }

    private static int index(final MessageIndex index, final UnsafeBuffer buffer, final byte[] input, final byte margin) {
        buffer.setMemory(0, MARGIN, margin);
        buffer.putBytes(MARGIN, input);
        buffer.setMemory(MARGIN + input.length, MARGIN, margin);
        return index.index(buffer, MARGIN, input.length);
    }

    private static void consistent(final MessageIndex one, final MessageIndex other, final int length, final int error) {
        check(one.mti() == other.mti() && one.lowBitmap() == other.lowBitmap() && one.highBitmap() == other.highBitmap()
            && one.isComplete() == other.isComplete(), "depends on bytes outside the message");
        check(error == (one.errorField() << 8 | one.errorReason().code()), "the error is not what it says");
        int at = MARGIN;
        for (int field = 1; field <= Dialect.MAX_FIELD; field++) {
            if (one.has(field)) {
                check(one.offset(field) >= at && one.offset(field) + one.byteLength(field) <= MARGIN + length, "lies outside or overlaps");
                check(one.offset(field) == other.offset(field) && one.length(field) == other.length(field), "differs");
                at = one.offset(field) + one.byteLength(field);
                check(one.word(field, 0) == other.word(field, 0), "reads outside");
                check(error == 0 || field != one.errorField() || one.errorReason() == ErrorReason.TRAILING || field == 1, "wrong and there");
            }
        }
    }

    private static void check(final boolean isTrue, final String what) {
        if (!isTrue) {
            throw new AssertionError(what);
        }
    }

    /** What was accepted can be written again, and says the same. */
    private void goesRound(final MessageIndex index, final byte[] input) {
        builder.begin(index.dialect(), echo, 0, index.mti(), index.has(1));
        for (int field = 2; field <= Dialect.MAX_FIELD; field++) {
            builder.echo(field, index);
        }
        final byte[] again = new byte[builder.end()];
        echo.getBytes(0, again);
        final Iso8583Message decoded = Iso8583Message.decode(index.dialect(), again);
        check(decoded.equals(Iso8583Message.of(index)), "does not come back");
        check(again.length <= input.length, "grows");
        if (again.length <= GuardedMemory.SIZE && !(index.has(1) && index.highBitmap() == 0)) {
            builder.begin(index.dialect(), guarded.buffer(), GuardedMemory.SIZE - again.length, index.mti(), index.has(1));
            for (int field = 2; field <= Dialect.MAX_FIELD; field++) {
                builder.echo(field, index);
            }
            check(builder.end() == again.length, "differs at the end of memory");
        }
    }
}
