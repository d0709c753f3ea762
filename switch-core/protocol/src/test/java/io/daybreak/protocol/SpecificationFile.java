package io.daybreak.protocol;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * {@code docs/native-protocol.md} as data: its hex examples and its tables.
 * <p>
 * An example is a fenced block that begins with {@code ```hex MessageName}; its lines are
 * {@code offset | bytes | name = value}, and a line without a name continues the one before. A table row is known by its
 * first two cells.
 */
final class SpecificationFile {
    private static final Pattern EXAMPLE_LINE = Pattern.compile("\\s*(\\d+) \\| ([0-9a-f ]+?)\\s*\\|\\s?(.*)");

    /** An example: where it stands, what it shows, its bytes, and the values printed beside them. */
    record Example(int lineNumber, String message, byte[] frame, List<CodecMirror.Value> values) {
        Map<String, String> valuesByName() {
            final Map<String, String> byName = new LinkedHashMap<>();
            values.forEach(value -> byName.put(value.name(), value.text()));
            return byName;
        }

        Map<String, Integer> groupCounts() {
            final Map<String, Integer> counts = new LinkedHashMap<>();
            for (final CodecMirror.Value value : values) {
                if (value.name().endsWith(".numInGroup")) {
                    counts.put(value.name().substring(0, value.name().indexOf('.')), Integer.parseInt(value.text()));
                }
            }
            return counts;
        }
    }

    /** A row of a table, its cells trimmed and without back quotes, and the headings that it stands under. */
    record Row(int lineNumber, String chapter, String section, String group, List<String> header, List<String> cells) {
        String cell(final String column) {
            final int index = header.indexOf(column);
            return index < 0 ? null : cells.get(index);
        }
    }

    private final List<String> lines;

    private SpecificationFile(final List<String> lines) {
        this.lines = lines;
    }

    /** Finds the document from the directory in which the test runs, upwards. */
    static SpecificationFile read() {
        Path directory = Path.of("").toAbsolutePath();
        while (!Files.exists(directory.resolve("docs/native-protocol.md"))) {
            directory = directory.getParent();
            if (directory == null) {
                throw new AssertionError("docs/native-protocol.md is neither here nor in a directory above");
            }
        }
        try {
            return new SpecificationFile(Files.readAllLines(directory.resolve("docs/native-protocol.md")));
        } catch (final IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }

    List<Example> examples() {
        final List<Example> examples = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).startsWith("```hex ")) {
                examples.add(example(i));
            }
        }
        return examples;
    }

    List<Row> rows() {
        final List<Row> rows = new ArrayList<>();
        String chapter = "";
        String section = "";
        String group = "";
        List<String> header = null;
        for (int i = 0; i < lines.size(); i++) {
            final String line = lines.get(i);
            if (line.startsWith("## ")) {
                chapter = line.substring(3);
                section = "";
                group = "";
            } else if (line.startsWith("### ")) {
                section = line.substring(4);
                group = "";
            } else if (line.startsWith("Group `")) {
                group = line.substring(7, line.indexOf('`', 7));
            }
            if (!line.startsWith("|")) {
                header = null;
            } else if (header == null) {
                header = cells(line);
            } else if (!line.startsWith("|-") && !line.startsWith("|:")) {
                rows.add(new Row(i + 1, chapter, section, group, header, cells(line)));
            }
        }
        return rows;
    }

    private Example example(final int start) {
        final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        final List<CodecMirror.Value> values = new ArrayList<>();
        for (int i = start + 1; !lines.get(i).startsWith("```"); i++) {
            final Matcher matcher = EXAMPLE_LINE.matcher(lines.get(i));
            if (!matcher.matches() || Integer.parseInt(matcher.group(1)) != bytes.size()) {
                throw new AssertionError("line " + (i + 1) + " is no line of an example at offset " + bytes.size()
                    + ": " + lines.get(i));
            }
            final String right = matcher.group(3);
            final int equals = right.indexOf(" = ");
            if (equals >= 0 && !right.startsWith(" ")) {
                values.add(new CodecMirror.Value(bytes.size(), right.substring(0, equals), right.substring(equals + 3)));
            } else if (!right.isBlank()) {
                final CodecMirror.Value begun = values.remove(values.size() - 1);
                values.add(new CodecMirror.Value(begun.offset(), begun.name(), begun.text() + right.strip()));
            }
            bytes.writeBytes(HexFormat.ofDelimiter(" ").parseHex(matcher.group(2)));
        }
        return new Example(start + 1, lines.get(start).substring(7).strip(), bytes.toByteArray(), values);
    }

    private static List<String> cells(final String line) {
        final List<String> cells = new ArrayList<>();
        for (final String cell : line.substring(1, line.lastIndexOf('|')).split("\\|", -1)) {
            cells.add(cell.strip().replace("`", ""));
        }
        return cells;
    }
}
