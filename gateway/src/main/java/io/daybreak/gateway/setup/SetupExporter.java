package io.daybreak.gateway.setup;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import io.daybreak.client.DaybreakClient;
import org.agrona.concurrent.UnsafeBuffer;

import java.io.IOException;
import java.io.Writer;
import java.time.LocalDate;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * Writes what a switch holds as a set-up file: applied to an empty switch it makes the same records. Secrets, balances and
 * what was removed are not part of it, nor whether accounts are frozen or closed. One thread.
 */
public final class SetupExporter {
    private final DaybreakClient client;

    public SetupExporter(final DaybreakClient client) {
        this.client = client;
    }

    /**
     * Writes everything.
     *
     * @param isYaml otherwise JSON
     * @param today  decides whether a zone's changes are those of its name
     */
    public void export(final Writer out, final boolean isYaml, final LocalDate today) throws IOException, SetupException {
        final JsonFactory factory = isYaml
            ? YAMLFactory.builder().disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER).enable(YAMLGenerator.Feature.INDENT_ARRAYS_WITH_INDICATOR)
                .disable(YAMLGenerator.Feature.SPLIT_LINES).build()
            : new JsonFactory();
        try (JsonGenerator generator = factory.createGenerator(out)) {
            generator.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
            if (!isYaml) {
                generator.useDefaultPrettyPrinter();
            }
            generator.writeStartObject();
            generator.writeStringField("format", SetupFile.FORMAT);
            for (final Section section : Section.all(today)) {
                final List<UnsafeBuffer> records = Records.fetch(client, section);
                if (!records.isEmpty()) {
                    write(generator, section, records);
                }
            }
            generator.writeEndObject();
        }
        out.write(System.lineSeparator());
        out.flush();
    }

    private static void write(final JsonGenerator generator, final Section section, final List<UnsafeBuffer> records) throws IOException {
        generator.writeArrayFieldStart(section.name());
        final List<UnsafeBuffer> sorted = records.stream()
            .sorted(Comparator.comparing((UnsafeBuffer record) -> order(section.keyOf(record)))).toList();
        for (final UnsafeBuffer record : sorted) {
            generator.writeStartObject();
            for (final Map.Entry<String, Object> value : section.tell(record).entrySet()) {
                generator.writeFieldName(value.getKey());
                write(generator, value.getValue());
            }
            generator.writeEndObject();
        }
        generator.writeEndArray();
    }

    private static void write(final JsonGenerator generator, final Object value) throws IOException {
        if (value instanceof final Long number) {
            generator.writeNumber(number);
        } else if (value instanceof final List<?> list) {
            generator.writeStartArray();
            for (final Object item : list) {
                generator.writeString(String.valueOf(item));
            }
            generator.writeEndArray();
        } else if ("true".equals(value) || "false".equals(value)) {
            generator.writeBoolean("true".equals(value));
        } else {
            generator.writeString(String.valueOf(value));
        }
    }

    /** Numbers in their order, each as long as the longest, so that 9 comes before 10. */
    private static String order(final String key) {
        final StringBuilder padded = new StringBuilder();
        for (final String part : key.split(" ")) {
            padded.append(part.matches("[0-9]+") ? "0".repeat(20 - Math.min(20, part.length())) + part : part).append(' ');
        }
        return padded.toString();
    }
}
