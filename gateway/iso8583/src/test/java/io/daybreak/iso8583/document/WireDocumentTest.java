package io.daybreak.iso8583.document;

import com.typesafe.config.ConfigFactory;
import io.daybreak.iso8583.codec.ErrorReason;
import io.daybreak.iso8583.codec.MessageIndex;
import io.daybreak.iso8583.config.StrictConfig;
import io.daybreak.iso8583.dialect.Dialect;
import io.daybreak.iso8583.dialect.FieldSpec;
import io.daybreak.iso8583.frame.Framing;
import io.daybreak.iso8583.link.LinkProfile;
import io.daybreak.iso8583.mac.MacAlgorithm;
import io.daybreak.iso8583.mac.MacKey;
import io.daybreak.iso8583.text.Iso8583Message;
import io.daybreak.iso8583.text.MessageText;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import static org.assertj.core.api.Assertions.assertThat;

/** docs/iso8583-wire.md against the codec: tables, and golden hex of every message type. */
final class WireDocumentTest {
    private static final HexFormat HEX = HexFormat.of().withUpperCase();
    private static final String RETAIL_KEY = "0123456789ABCDEFFEDCBA9876543210";
    private static final String AES_KEY = "2B7E151628AED2A6ABF7158809CF4F3C";

    private final List<String> lines = read();

    private record Example(String title, Map<Integer, String> fields, Map<String, String> hex) {
        int mti() {
            return Integer.parseInt(title.substring(0, 4));
        }

        Iso8583Message message() {
            final Iso8583Message message = new Iso8583Message(mti());
            fields.forEach(message::set);
            return message;
        }
    }

    private static List<String> read() {
        Path directory = Path.of("").toAbsolutePath();
        while (!Files.exists(directory.resolve("docs/iso8583-wire.md"))) {
            directory = directory.getParent();
        }
        try {
            return Files.readAllLines(directory.resolve("docs/iso8583-wire.md"));
        } catch (final IOException ex) {
            throw new AssertionError(ex);
        }
    }

    private List<Example> examples() {
        final List<Example> examples = new ArrayList<>();
        Example current = null;
        String dialect = null;
        for (final String line : lines) {
            if (line.equals("```iso8583")) {
                current = new Example("", new TreeMap<>(), new TreeMap<>());
                dialect = null;
            } else if (line.equals("```") && current != null) {
                examples.add(current);
                current = null;
            } else if (current != null && current.title().isEmpty()) {
                current = new Example(line, current.fields(), current.hex());
            } else if (current != null && !line.startsWith(" ")) {
                dialect = line;
            } else if (current != null && dialect != null) {
                current.hex().merge(dialect, line.strip(), String::concat);
            } else if (current != null) {
                current.fields().put(Integer.parseInt(line.substring(2, 6).strip()), line.substring(6));
            }
        }
        return examples;
    }

    @TestFactory
    List<DynamicTest> shouldDecodeAndEncodeEveryExample() {
        return examples().stream().map(example -> DynamicTest.dynamicTest(example.title(), () -> {
            assertThat(example.hex()).hasSize(2);
            for (final Map.Entry<String, String> hex : example.hex().entrySet()) {
                final Dialect dialect = Dialect.builtIn(hex.getKey());
                assertThat(Iso8583Message.decode(dialect, HEX.parseHex(hex.getValue()))).isEqualTo(example.message());
                assertThat(Iso8583Message.decode(dialect, HEX.parseHex(hex.getValue())).fields()).isEqualTo(example.fields());
                assertThat(HEX.formatHex(example.message().encode(dialect))).isEqualTo(hex.getValue());
            }
        })).toList();
    }

    @Test
    void shouldHaveAnExampleOfEveryMessage() {
        final Set<String> there = new TreeSet<>();
        for (final Example example : examples()) {
            final String code = example.fields().getOrDefault(70, example.mti() == 1804 ? example.fields().get(24) : "");
            there.add(MessageText.mti(example.mti()) + (code.isEmpty() ? "" : "/" + code));
        }
        assertThat(there).contains("0100", "0101", "0110", "0120", "0121", "0130", "0200", "0201", "0210", "0220", "0221", "0230", "0302", "0312",
            "0400", "0401", "0410", "0420", "0421", "0430", "0500", "0510", "0520", "0530", "0800/001", "0800/002", "0800/101", "0800/201", "0800/301",
            "0810/001", "0810/002", "0810/101", "0810/201", "0810/301", "1100", "1110", "1200", "1210", "1220", "1230", "1304", "1314", "1420", "1430",
            "1520", "1530", "1804/801", "1804/802", "1804/811", "1804/821", "1804/831", "1814");
    }

    private List<String[]> rows(final String chapter, final int columns) {
        final List<String[]> rows = new ArrayList<>();
        boolean isInChapter = false;
        for (final String line : lines) {
            isInChapter = line.startsWith("## ") ? line.equals("## " + chapter) : isInChapter;
            if (isInChapter && line.startsWith("| ") && !line.startsWith("|--")) {
                final String[] cells = line.substring(2, line.length() - 1).split("\\|", -1);
                if (cells.length == columns) {
                    for (int i = 0; i < cells.length; i++) {
                        cells[i] = cells[i].strip().replace("`", "");
                    }
                    rows.add(cells);
                }
            }
        }
        return rows;
    }

    @Test
    void shouldListEveryFieldAsTheFilesHaveIt() {
        final Map<Integer, String> documented = new TreeMap<>();
        for (final String[] row : rows("All fields", 8)) {
            if (row[0].matches("\\d+")) {
                documented.put(Integer.parseInt(row[0]), String.join("|", row));
            }
        }
        final Dialect ascii = Dialect.builtIn("1987-ascii");
        final Dialect bcd = Dialect.builtIn("1987-bcd");
        final Dialect ascii93 = Dialect.builtIn("1993-ascii");
        final Dialect bcd93 = Dialect.builtIn("1993-bcd");
        final Map<Integer, String> actual = new TreeMap<>();
        for (int field = 2; field <= Dialect.MAX_FIELD; field++) {
            if (field != 65) {
                final FieldSpec spec = ascii.field(field);
                final FieldSpec spec93 = ascii93.field(field);
                actual.put(field, String.join("|", Integer.toString(field), spec.name(), spec.format(), StrictConfig.nameOf(spec.encoding()),
                    StrictConfig.nameOf(bcd.field(field).encoding()), spec93.name().equals(spec.name()) ? "" : spec93.name(), spec93.format(),
                    StrictConfig.nameOf(bcd93.field(field).encoding())));
                assertThat(bcd.field(field).format()).isEqualTo(spec.format());
                assertThat(bcd93.field(field).format()).isEqualTo(spec93.format());
            }
        }
        assertThat(documented).isEqualTo(actual);
    }

    @Test
    void shouldNameEveryFieldThatDumpsHide() {
        final String text = String.join(" ", lines);
        final Matcher matcher = Pattern.compile("show of fields ([\\d, and]+) only the length").matcher(text);
        assertThat(matcher.find()).isTrue();
        final Set<Integer> documented = new TreeSet<>();
        for (final String number : matcher.group(1).split("\\D+")) {
            documented.add(Integer.parseInt(number));
        }
        final Set<Integer> hidden = new TreeSet<>();
        for (int field = 3; field <= Dialect.MAX_FIELD; field++) {
            if (Dialect.builtIn("1987-ascii").field(field).isSensitive()) {
                hidden.add(field);
            }
        }
        assertThat(documented).isEqualTo(hidden);
    }

    @Test
    void shouldShowEveryFraming() {
        final Set<String> formats = new HashSet<>();
        for (final String[] row : rows("Frames", 3)) {
            if (row[1].equals("yes") || row[1].equals("no")) {
                formats.add(row[0]);
                final Framing framing = Framing.load(StrictConfig.of(ConfigFactory.parseString("length = " + row[0] + ", counts-itself = " + row[1])));
                final UnsafeBuffer buffer = new UnsafeBuffer(new byte[4]);
                assertThat(HEX.formatHex(buffer.byteArray(), 0, framing.writePrefix(buffer, 0, 288))).as(String.join(" ", row)).isEqualTo(row[2]);
            }
        }
        assertThat(formats).hasSize(4);
    }

    @Test
    void shouldListEveryErrorReason() {
        final Map<String, String> documented = new TreeMap<>();
        for (final String[] row : rows("Errors", 4)) {
            documented.put(row[1], row[0] + (row[3].startsWith("yes") ? " goes on" : ""));
        }
        documented.remove("name");
        final Map<String, String> reasons = new TreeMap<>();
        for (final ErrorReason reason : ErrorReason.values()) {
            if (reason != ErrorReason.NONE) {
                reasons.put(reason.name(), reason.code() + (reason.canGoOn() ? " goes on" : ""));
                assertThat(ErrorReason.of(reason.code())).isEqualTo(reason);
            }
        }
        assertThat(documented).isEqualTo(reasons);
    }

    @Test
    void shouldListEveryExampleLink() {
        final List<String> names = new ArrayList<>();
        rows("Link files", 2).forEach(row -> names.add(row[0]));
        names.remove("example");
        assertThat(names).isEqualTo(LinkProfile.BUILT_IN);
    }

    @Test
    void shouldHaveRightMacs() {
        assertThat(String.join(" ", lines)).contains(RETAIL_KEY, AES_KEY);
        int macs = 0;
        for (final String[] row : rows("MAC", 3)) {
            if (row[0].startsWith("1987")) {
                final Dialect dialect = Dialect.builtIn(row[0]);
                final MacAlgorithm algorithm = StrictConfig.find(MacAlgorithm.class, row[1]);
                final MacKey key = new MacKey("k", algorithm, HEX.parseHex(algorithm == MacAlgorithm.RETAIL ? RETAIL_KEY : AES_KEY));
                final byte[] bytes = HEX.parseHex(row[2]);
                final MessageIndex index = new MessageIndex(dialect);
                assertThat(index.index(new UnsafeBuffer(bytes), 0, bytes.length)).isZero();
                assertThat(key.newMac().verify(index)).as(row[2]).isTrue();
                final Iso8583Message message = Iso8583Message.of(index).set(index.macField(), null);
                assertThat(HEX.formatHex(message.encode(dialect, key.newMac()))).isEqualTo(row[2]);
                macs++;
            }
        }
        assertThat(macs).isEqualTo(8);
    }
}
