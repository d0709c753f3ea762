package io.daybreak.protocol;

import org.w3c.dom.Element;
import org.w3c.dom.Node;

import java.io.InputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;

/**
 * The schema as its XML says it, read without the code generator, so that tests can hold the generated codecs, the
 * specification and the schema against each other.
 */
final class SchemaFile {
    /** Bytes of each type of field. */
    private static final Map<String, Integer> SIZES = Map.ofEntries(
        Map.entry("uint8", 1), Map.entry("uint16", 2), Map.entry("uint32", 4), Map.entry("uint64", 8), Map.entry("int16", 2),
        Map.entry("int64", 8), Map.entry("id128", 16), Map.entry("bytes32", 32), Map.entry("code16", 16), Map.entry("text6", 6),
        Map.entry("text8", 8), Map.entry("text12", 12), Map.entry("text16", 16), Map.entry("text32", 32), Map.entry("cipher48", 48),
        Map.entry("minutes16", 64), Map.entry("offsets16", 32));
    /** Bytes of the integer that an array's places have; what is made of characters and bytes may lie anywhere. */
    private static final Map<String, Integer> PLACES = Map.of("minutes16", 4, "offsets16", 2);

    /** A field of a block: its name and its type in the schema. */
    record Field(String name, String type) {
        int size() {
            return SIZES.get(type);
        }

        /** What the field's offset must be a multiple of. */
        int alignment() {
            final boolean isBytes = type.startsWith("text") || type.startsWith("cipher");
            return isBytes ? 1 : PLACES.getOrDefault(type, Math.min(8, size()));
        }
    }

    /** A repeating group. */
    record Group(String name, List<Field> fields) {
    }

    /** A message: its block, then its groups, then its texts. */
    record Message(String name, int templateId, List<Field> fields, List<Group> groups, List<String> texts) {
    }

    private final Map<String, Message> messages = new LinkedHashMap<>();

    private SchemaFile() {
    }

    static SchemaFile read() {
        final SchemaFile schema = new SchemaFile();
        try (InputStream in = SchemaFile.class.getResourceAsStream("/sbe/daybreak-sbe.xml")) {
            final DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
            factory.setNamespaceAware(true);
            for (final Element element : children(factory.newDocumentBuilder().parse(in).getDocumentElement(), "message")) {
                schema.add(element);
            }
        } catch (final Exception ex) {
            throw new IllegalStateException("the schema on the class path cannot be read", ex);
        }
        return schema;
    }

    Map<String, Message> messages() {
        return messages;
    }

    Message message(final String name) {
        final Message message = messages.get(name);
        if (message == null) {
            throw new AssertionError("no message " + name + " in the schema");
        }
        return message;
    }

    private void add(final Element element) {
        final List<Group> groups = new ArrayList<>();
        for (final Element group : children(element, "group")) {
            groups.add(new Group(group.getAttribute("name"), fields(group)));
        }
        final List<String> texts = new ArrayList<>();
        for (final Element text : children(element, "data")) {
            texts.add(text.getAttribute("name"));
        }
        final String name = element.getAttribute("name");
        messages.put(name, new Message(name, Integer.parseInt(element.getAttribute("id")), fields(element), groups, texts));
    }

    private static List<Field> fields(final Element parent) {
        final List<Field> fields = new ArrayList<>();
        for (final Element field : children(parent, "field")) {
            fields.add(new Field(field.getAttribute("name"), field.getAttribute("type")));
        }
        return fields;
    }

    private static List<Element> children(final Element parent, final String localName) {
        final List<Element> elements = new ArrayList<>();
        for (Node node = parent.getFirstChild(); node != null; node = node.getNextSibling()) {
            if (node instanceof Element element && element.getLocalName().equals(localName)) {
                elements.add(element);
            }
        }
        return elements;
    }
}
