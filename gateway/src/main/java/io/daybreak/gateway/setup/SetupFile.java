package io.daybreak.gateway.setup;

import io.daybreak.protocol.codec.AccountDecoder;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.math.BigInteger;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A set-up file: its records by section, as the messages that put them, in the order in which they are applied. Everything
 * that can be said against the file without asking the switch has been said when it stands. Immutable.
 */
public final class SetupFile {
    /** What {@code format} must say. */
    static final String FORMAT = "daybreak-setup/1";
    /** Records that one entry may stand for, as a range. */
    private static final int MOST_OF_A_RANGE = 1_000_000;
    private static final String RANGE = "\\.\\.";

    /**
     * A record of the file.
     *
     * @param item    what the file says
     * @param message what puts it
     */
    record Item(Node item, UnsafeBuffer message) {
    }

    private final Map<Section, List<Item>> items;

    private SetupFile(final Map<Section, List<Item>> items) {
        this.items = items;
    }

    /**
     * Reads a file's text.
     *
     * @param today decides which years' changes the zones have
     * @throws SetupException with the place of what is wrong
     */
    public static SetupFile parse(final String text, final LocalDate today) throws SetupException {
        final Node root = NodeReader.read(text);
        if (root.fields() == null) {
            throw new SetupException(root, "a set-up file is a map of sections");
        }
        final Node format = root.fields().get("format");
        if (format == null || !FORMAT.equals(format.text())) {
            throw new SetupException(format == null ? root : format, "format: " + FORMAT + " is missing");
        }
        final Map<Section, List<Item>> items = new LinkedHashMap<>();
        final List<Section> sections = Section.all(today);
        for (final Section section : sections) {
            final Node list = root.fields().get(section.name());
            if (list != null) {
                if (list.items() == null) {
                    throw new SetupException(list, section.name() + " is a list of records");
                }
                items.put(section, records(section, list.items()));
            }
        }
        for (final Map.Entry<String, Node> field : root.fields().entrySet()) {
            if (!"format".equals(field.getKey()) && sections.stream().noneMatch(section -> section.name().equals(field.getKey()))) {
                throw new SetupException(field.getValue(), "unknown section " + field.getKey() + "; there are "
                    + String.join(", ", sections.stream().map(Section::name).toList()));
            }
        }
        return new SetupFile(items);
    }

    private static List<Item> records(final Section section, final List<Node> nodes) throws SetupException {
        final List<Item> records = new ArrayList<>();
        final Map<String, Node> seen = new HashMap<>();
        for (final Node node : nodes) {
            if (node.fields() == null) {
                throw new SetupException(node, "a record of " + section.name() + " is a map");
            }
            for (final Map.Entry<String, Node> field : node.fields().entrySet()) {
                if (section.field(field.getKey()) == null) {
                    throw new SetupException(field.getValue(), "unknown field " + field.getKey() + " of " + section.name() + "; there are "
                        + String.join(", ", section.fields().stream().map(it -> it.name).toList()));
                }
            }
            for (final Node item : expand(section, node)) {
                final UnsafeBuffer message = section.encode(item);
                final String key = section.keyOf(message);
                final Node first = seen.put(key, item);
                if (first != null) {
                    throw new SetupException(item, section.name() + " " + key + " is there already, in line " + first.line());
                }
                records.add(new Item(item, message));
            }
        }
        return records;
    }

    /** {@code id: T0000001..T0010000} stands for as many records; {@code account: 100001..} counts along. */
    private static List<Node> expand(final Section section, final Node node) throws SetupException {
        Node range = null;
        for (final Map.Entry<String, Node> field : node.fields().entrySet()) {
            if (section.field(field.getKey()).isCounted() && isRange(field.getValue()) && !field.getValue().text().endsWith("..")) {
                if (range != null) {
                    throw new SetupException(field.getValue(), "one field has the range, others count along as \"100001..\"");
                }
                range = field.getValue();
            }
        }
        if (range == null) {
            return List.of(node);
        }
        final String[] ends = range.text().split(RANGE, -1);
        final int digits = digits(ends[0]);
        final String prefix = ends[0].substring(0, ends[0].length() - digits);
        if (ends.length != 2 || digits == 0 || digits(ends[1]) == 0 || !ends[1].startsWith(prefix)) {
            throw new SetupException(range, "a range is FIRST..LAST, both ending in digits behind the same characters");
        }
        final BigInteger count = number(ends[1], prefix).subtract(number(ends[0], prefix)).add(BigInteger.ONE);
        if (count.signum() <= 0 || count.compareTo(BigInteger.valueOf(MOST_OF_A_RANGE)) > 0) {
            throw new SetupException(range, "a range has 1 to " + MOST_OF_A_RANGE + " records");
        }
        final List<Node> expanded = new ArrayList<>();
        for (int i = 0; i < count.intValue(); i++) {
            final Map<String, Node> fields = new LinkedHashMap<>(node.fields());
            for (final Map.Entry<String, Node> field : fields.entrySet()) {
                if (section.field(field.getKey()).isCounted() && isRange(field.getValue())) {
                    field.setValue(field.getValue().with(counted(field.getValue(), i)));
                }
            }
            expanded.add(new Node(node.line(), node.column(), null, null, fields));
        }
        return expanded;
    }

    private static boolean isRange(final Node node) {
        return node.text() != null && node.text().contains("..");
    }

    private static BigInteger number(final String text, final String prefix) {
        return new BigInteger(text.substring(prefix.length()));
    }

    private static String counted(final Node node, final int step) throws SetupException {
        final String first = node.text().split(RANGE, -1)[0];
        final int digits = digits(first);
        if (digits == 0) {
            throw new SetupException(node, "what counts along ends in digits");
        }
        final String counted = new BigInteger(first.substring(first.length() - digits)).add(BigInteger.valueOf(step)).toString();
        return first.substring(0, first.length() - digits) + "0".repeat(Math.max(0, digits - counted.length())) + counted;
    }

    private static int digits(final String text) {
        int digits = 0;
        while (digits < text.length() && text.charAt(text.length() - 1 - digits) >= '0' && text.charAt(text.length() - 1 - digits) <= '9') {
            digits++;
        }
        return digits;
    }

    /** Takes the records as the bodies of commands. */
    public interface BodyTaker {
        void take(int templateId, DirectBuffer message, int offset, int length);
    }

    /** Hands all records on, in the order in which they are applied, as what would lie in the ring. */
    public void forEachBody(final BodyTaker taker) {
        items.forEach((section, records) -> records.forEach(record -> taker.take(
            section.isAccounts() ? AccountDecoder.TEMPLATE_ID : section.templateId(), record.message(), section.block(), section.blockLength())));
    }

    /** Sections in the order in which they are applied. */
    Map<Section, List<Item>> items() {
        return items;
    }

    /** Records of the file. */
    public int count() {
        return items.values().stream().mapToInt(List::size).sum();
    }
}
