package io.daybreak.protocol;

import org.junit.jupiter.api.Test;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The tables of docs/native-protocol.md say what the code says: every message, field, offset, type, flag and code is in
 * the document with the right number, and the document names none that does not exist.
 */
final class NativeProtocolTablesTest {
    private static final Map<String, String> TYPES = Map.of(
        "uint8", "u8", "uint16", "u16", "uint32", "u32", "uint64", "u64", "int16", "i16", "int64", "i64",
        "minutes16", "16 x u32", "offsets16", "16 x i16");

    private final SpecificationFile specification = SpecificationFile.read();
    private final SchemaFile schema = SchemaFile.read();

    @Test
    void shouldListEveryFieldOfEveryMessageAtItsOffset() {
        final List<String> expected = new ArrayList<>();
        for (final SchemaFile.Message message : schema.messages().values()) {
            if (isTheSwitchsOwn(message.templateId())) {
                continue;
            }
            addBlock(expected, message.name(), "", CodecMirror.codec(message.name(), "Decoder"), message.fields());
            for (final SchemaFile.Group group : message.groups()) {
                addBlock(expected, message.name(), group.name(),
                    CodecMirror.codec(message.name() + "$" + group.name(), "Decoder"), group.fields());
            }
        }
        final List<String> documented = new ArrayList<>();
        for (final SpecificationFile.Row row : specification.rows()) {
            if (row.chapter().startsWith("15.") && row.cell("field") != null) {
                documented.add(line(row.section(), row.group(), row.cell("offset"), row.cell("field"), row.cell("type")));
            }
        }
        assertThat(documented).containsExactlyElementsOf(expected);
    }

    /** Bodies and effects of acquirers' and issuers' messages never travel in this protocol. */
    private static boolean isTheSwitchsOwn(final int templateId) {
        return templateId >= 104 && templateId < 128 || templateId == 144 || templateId == 145 || templateId >= 160;
    }

    @Test
    void shouldSayWhichFieldsMustBeGivenInEverythingThatAParticipantSends() {
        final Set<String> sections = new TreeSet<>();
        for (final SpecificationFile.Row row : specification.rows()) {
            if (row.chapter().startsWith("15.") && row.cell("required") != null) {
                sections.add(row.section());
                assertThat(row.cell("required")).as("line %d", row.lineNumber()).isNotBlank();
                if (row.cell("field").startsWith("reserved")) {
                    assertThat(row.cell("required")).as("line %d", row.lineNumber()).isEqualTo("0");
                }
            }
        }
        final Set<String> sent = new TreeSet<>(Set.of("Hello", "Proof", "KeepAlive", "Goodbye"));
        schema.messages().values().stream()
            .filter(message -> message.templateId() >= 16 && message.templateId() < 64
                || message.templateId() >= 80 && message.templateId() < 100
                || message.templateId() >= 128 && message.templateId() < 144)
            .forEach(message -> sent.add(message.name()));
        assertThat(sections).isEqualTo(sent);
    }

    @Test
    void shouldListEveryResultWithItsNumberAndItsFamily() {
        final Map<Integer, String> documented = new TreeMap<>();
        for (final SpecificationFile.Row row : specification.rows()) {
            if (row.cell("family") != null) {
                final int code = Integer.parseInt(row.cell("code"));
                documented.put(code, row.cell("name"));
                assertThat(row.cell("family")).as("line %d", row.lineNumber())
                    .isEqualTo(code == Result.OK ? "OK" : Result.isDecided(code) ? "refused" : "not decided");
                if (code != Result.OK) {
                    assertThat(row.cell("what next")).as("line %d", row.lineNumber()).isNotBlank();
                }
            }
        }
        assertThat(documented).isEqualTo(byNumber(constants(Result.class, name -> true)));
    }

    @Test
    void shouldListEveryLinkErrorWithItsNumber() {
        final Map<Integer, String> expected = new TreeMap<>();
        for (final LinkError error : LinkError.values()) {
            expected.put(error.code(), error.name());
        }
        final Map<Integer, String> documented = new TreeMap<>();
        for (final SpecificationFile.Row row : specification.rows()) {
            if (row.cell("LinkError") != null) {
                documented.put(Integer.parseInt(row.cell("code")), row.cell("LinkError"));
            }
        }
        assertThat(documented).isEqualTo(expected);
    }

    @Test
    void shouldListEveryFlagAndSmallEnumerationWithItsValue() {
        final Predicate<String> single = name -> !name.endsWith("_MASK") && !name.startsWith("AMOUNT_");
        final Predicate<String> inAnswers = name -> name.startsWith("LOOKUP_") || name.startsWith("HOLD_");
        final Predicate<String> ofActions = name -> name.startsWith("ACTION_") || name.startsWith("SIDE_");

        assertThat(listed("TransferFlags")).isEqualTo(constants(TransferFlags.class, single));
        assertThat(listed("AccountFlags")).isEqualTo(constants(AccountFlags.class, single.and(ofActions.negate())));
        assertThat(listed("action or side")).isEqualTo(constants(AccountFlags.class, ofActions));
        assertThat(listed("of participants and grants")).isEqualTo(constants(Participants.class, single));
        assertThat(listed("OutcomeFlags")).isEqualTo(constants(OutcomeFlags.class, inAnswers.negate()));
        for (final Class<?> words : List.of(RecordStatus.class, CardStatus.class, InstitutionRights.class, PaymentOperation.class,
            PaymentChannel.class, PinMode.class, KeyPurpose.class, ExceptionReason.class, PaymentState.class)) {
            assertThat(listed(words.getSimpleName())).as(words.getSimpleName()).isEqualTo(constants(words, single));
        }
        assertThat(listed("lookup or hold state")).isEqualTo(constants(OutcomeFlags.class, inAnswers));
    }

    @Test
    void shouldStateTheFixedLimits() {
        final Map<String, String> defaults = new LinkedHashMap<>();
        for (final SpecificationFile.Row row : specification.rows()) {
            if (row.cell("limit") != null) {
                defaults.put(row.cell("limit"), row.cell("default"));
            }
        }
        assertThat(defaults)
            .containsEntry("bytes of a frame, without its length", String.format(Locale.ROOT, "%,d", Limits.MAX_FRAME_BYTES))
            .containsEntry("entries of a request batch", String.format(Locale.ROOT, "%,d", Limits.MAX_BATCH))
            .containsEntry("entries of a look-up, of a page", String.valueOf(Limits.MAX_PAGE));
    }

    private Map<String, Long> listed(final String column) {
        final Map<String, Long> values = new TreeMap<>();
        for (final SpecificationFile.Row row : specification.rows()) {
            if (row.cell(column) != null) {
                values.put(row.cell(column), Long.parseLong(row.cell("value")));
            }
        }
        return values;
    }

    private static Map<String, Long> constants(final Class<?> type, final Predicate<String> wanted) {
        final Map<String, Long> values = new TreeMap<>();
        for (final Field field : type.getDeclaredFields()) {
            if (Modifier.isPublic(field.getModifiers()) && field.getType().isPrimitive() && wanted.test(field.getName())) {
                try {
                    values.put(field.getName(), ((Number) field.get(null)).longValue());
                } catch (final IllegalAccessException ex) {
                    throw new AssertionError(ex);
                }
            }
        }
        return values;
    }

    private static Map<Integer, String> byNumber(final Map<String, Long> constants) {
        final Map<Integer, String> names = new TreeMap<>();
        constants.forEach((name, number) -> assertThat(names.put(number.intValue(), name)).as("twice %d", number).isNull());
        return names;
    }

    private static void addBlock(final List<String> lines, final String message, final String group, final Class<?> codec,
                                 final List<SchemaFile.Field> fields) {
        for (final SchemaFile.Field field : fields) {
            final int offset = CodecMirror.constant(codec, field.name() + "EncodingOffset");
            assertThat(CodecMirror.constant(codec, field.name() + "EncodingLength")).isEqualTo(field.size());
            lines.add(line(message, group, String.valueOf(offset), field.name(), TYPES.getOrDefault(field.type(), field.type())));
        }
    }

    private static String line(final String message, final String group, final String offset, final String field,
                               final String type) {
        return message + (group.isEmpty() ? "" : "." + group) + " " + offset + " " + field + " " + type;
    }
}
