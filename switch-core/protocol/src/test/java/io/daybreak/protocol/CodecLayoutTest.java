package io.daybreak.protocol;

import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The layout of every message, held against bytes that were written down once, by other code than the generator's.
 * <p>
 * {@code golden/native-v1.txt} has one line a message: its name, and a frame in which every field has a value of its own
 * (two entries in each group). A change that breaks this test breaks every client and every journal in the field: add a
 * file for the next version instead, and keep the old one readable.
 */
final class CodecLayoutTest {
    /** Bytes of the length prefix and the message header. */
    private static final int BODY = 12;

    private final SchemaFile schema = SchemaFile.read();
    private final CodecMirror codecs = new CodecMirror(schema);

    @TestFactory
    Stream<DynamicTest> shouldStillReadAndWriteTheGoldenBytesOfVersion1() throws IOException {
        final Map<String, byte[]> golden = golden();
        assertThat(golden.keySet()).containsExactlyInAnyOrderElementsOf(schema.messages().keySet());
        return golden.entrySet().stream().map(entry -> DynamicTest.dynamicTest(entry.getKey(), () -> {
            final List<CodecMirror.Value> values = codecs.decode(entry.getKey(), entry.getValue());
            final Map<String, String> byName = new LinkedHashMap<>();
            values.forEach(value -> byName.put(value.name(), value.text()));
            final List<String> fields = values.stream()
                .filter(value -> value.offset() >= BODY && !value.name().endsWith("ength") && !value.name().endsWith("numInGroup"))
                .map(CodecMirror.Value::text).toList();
            assertThat(fields).as("every field has a value of its own, so that no two can be confused").doesNotHaveDuplicates();
            final Map<String, Integer> counts = new LinkedHashMap<>();
            schema.message(entry.getKey()).groups().forEach(group -> counts.put(group.name(), 2));
            assertThat(CodecMirror.dump(codecs.encode(entry.getKey(), byName, counts)))
                .isEqualTo(CodecMirror.dump(entry.getValue()));
        }));
    }

    @Test
    void shouldLayOutRingBodiesLikeTheGroupEntriesTheyAreCopiedFrom() {
        assertSameLayout("SubmitTransfers$transfers", "Transfer", 96);
        assertSameLayout("SubmitAccounts$accounts", "Account", 40);
        assertSameLayout("SubmitAccountActions$actions", "AccountAction", 16);
    }

    /** A slot has 288 bytes for a command and 96 for a payment's answer; an effect has 512, an answer behind it included. */
    @Test
    void shouldKeepWhatLiesInTheRingWithinItsSlots() {
        for (final SchemaFile.Message message : schema.messages().values()) {
            final int template = message.templateId();
            final boolean isCommand = template >= 32 && template < 64 || template >= 80 && template < 144;
            final boolean isAnswer = template == 144 || template == 145;
            if (message.groups().isEmpty() && (isCommand || isAnswer || template >= 160)) {
                assertThat(blockLength(message.fields())).as(message.name())
                    .isLessThanOrEqualTo(isCommand ? 288 : isAnswer ? 96 : 512 - 96);
            }
        }
    }

    @Test
    void shouldAlignEveryFieldToItsSize() {
        for (final SchemaFile.Message message : schema.messages().values()) {
            assertAligned(message.name(), message.fields());
            message.groups().forEach(group -> assertAligned(message.name() + "." + group.name(), group.fields()));
        }
    }

    @Test
    void shouldSizeTheLargestFrameForTheLargestRequestBatch() {
        final int header = 8;
        final int block = 8;
        final int groupHeader = 4;
        assertThat(Limits.MAX_FRAME_BYTES).isEqualTo(header + block + groupHeader + Limits.MAX_BATCH * 96);
    }

    private void assertSameLayout(final String group, final String message, final int size) {
        final Class<?> entry = CodecMirror.codec(group, "Decoder");
        final Class<?> body = CodecMirror.codec(message, "Decoder");
        final String[] names = group.split("\\$");
        final List<SchemaFile.Field> entryFields = schema.message(names[0]).groups().get(0).fields();
        assertThat(schema.message(message).fields()).isEqualTo(entryFields);
        for (final SchemaFile.Field field : entryFields) {
            final String accessor = field.name() + "EncodingOffset";
            assertThat(CodecMirror.constant(body, accessor)).as(accessor).isEqualTo(CodecMirror.constant(entry, accessor));
        }
        assertThat(CodecMirror.constant(entry, "sbeBlockLength")).isEqualTo(size);
        assertThat(blockLength(schema.message(message).fields())).isEqualTo(size);
    }

    private static void assertAligned(final String name, final List<SchemaFile.Field> fields) {
        int offset = 0;
        for (final SchemaFile.Field field : fields) {
            final int alignment = field.alignment();
            assertThat(offset % alignment).as("%s.%s lies at %d", name, field.name(), offset).isZero();
            offset += field.size();
        }
    }

    private static int blockLength(final List<SchemaFile.Field> fields) {
        return fields.stream().mapToInt(SchemaFile.Field::size).sum();
    }

    private static Map<String, byte[]> golden() throws IOException {
        final Map<String, byte[]> golden = new LinkedHashMap<>();
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(
            CodecLayoutTest.class.getResourceAsStream("/golden/native-v1.txt"), StandardCharsets.US_ASCII))) {
            for (final String line : new ArrayList<>(reader.lines().toList())) {
                if (!line.startsWith("#")) {
                    final String[] parts = line.split(" ");
                    golden.put(parts[0], HexFormat.of().parseHex(parts[1]));
                }
            }
        }
        return golden;
    }
}
