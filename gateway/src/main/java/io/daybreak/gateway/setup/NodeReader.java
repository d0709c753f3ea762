package io.daybreak.gateway.setup;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads YAML, or JSON if the first character is a brace, into nodes that know their places. Static. */
final class NodeReader {
    /** Deeper than any form here; a file that nests further is not one of ours. */
    private static final int MAX_DEPTH = 16;

    private NodeReader() {
    }

    static Node read(final String text) throws SetupException {
        final JsonFactory factory = text.stripLeading().startsWith("{") ? new JsonFactory() : new YAMLFactory();
        try (JsonParser parser = factory.createParser(text)) {
            if (parser.nextToken() == null) {
                throw new SetupException("the file is empty");
            }
            final Node root = node(parser, 0);
            if (parser.nextToken() != null) {
                throw new SetupException(line(parser), column(parser), "something stands behind the end of the document");
            }
            return root;
        } catch (final JsonProcessingException ex) {
            final JsonLocation place = ex.getLocation();
            throw new SetupException(place == null ? 1 : place.getLineNr(), place == null ? 1 : place.getColumnNr(), ex.getOriginalMessage());
        } catch (final IOException ex) {
            throw new SetupException(ex.getMessage());
        }
    }

    private static Node node(final JsonParser parser, final int depth) throws IOException, SetupException {
        final int line = line(parser);
        final int column = column(parser);
        if (depth > MAX_DEPTH) {
            throw new SetupException(line, column, "nested too deeply");
        }
        if (parser instanceof final YAMLParser yaml && (yaml.isCurrentAlias() || yaml.getObjectId() != null)) {
            throw new SetupException(line, column, "anchors and aliases are not taken");
        }
        final JsonToken token = parser.currentToken();
        if (token == JsonToken.START_OBJECT) {
            final Map<String, Node> fields = new LinkedHashMap<>();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                final String name = parser.currentName();
                final int nameLine = line(parser);
                final int nameColumn = column(parser);
                parser.nextToken();
                if (fields.put(name, node(parser, depth + 1)) != null) {
                    throw new SetupException(nameLine, nameColumn, name + " is given twice");
                }
            }
            return new Node(line, column, null, null, fields);
        }
        if (token == JsonToken.START_ARRAY) {
            final List<Node> items = new ArrayList<>();
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                items.add(node(parser, depth + 1));
            }
            return new Node(line, column, null, items, null);
        }
        if (token == JsonToken.VALUE_NULL) {
            throw new SetupException(line, column, "a value is missing");
        }
        return new Node(line, column, parser.getText(), null, null);
    }

    private static int line(final JsonParser parser) {
        return Math.max(1, parser.currentTokenLocation().getLineNr());
    }

    private static int column(final JsonParser parser) {
        return Math.max(1, parser.currentTokenLocation().getColumnNr());
    }
}
