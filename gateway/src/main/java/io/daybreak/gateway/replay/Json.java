package io.daybreak.gateway.replay;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;

import java.io.IOException;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reports as JSON, and back: maps, lists, texts, whole numbers, truth values, amounts. */
public final class Json {
    private static final JsonFactory FACTORY = new JsonFactory();

    private Json() {
    }

    /** On one line. */
    public static String line(final Object value) {
        return write(value, false);
    }

    /** On many lines, for people. */
    public static String pretty(final Object value) {
        return write(value, true);
    }

    private static String write(final Object value, final boolean isPretty) {
        final StringWriter text = new StringWriter();
        try (JsonGenerator generator = FACTORY.createGenerator(text)) {
            if (isPretty) {
                generator.useDefaultPrettyPrinter();
            }
            write(generator, value);
        } catch (final IOException ex) {
            throw new IllegalStateException("memory takes whatever is written", ex);
        }
        return text.toString();
    }

    private static void write(final JsonGenerator generator, final Object value) throws IOException {
        if (value instanceof Map<?, ?> map) {
            generator.writeStartObject();
            for (final Map.Entry<?, ?> field : map.entrySet()) {
                generator.writeFieldName(field.getKey().toString());
                write(generator, field.getValue());
            }
            generator.writeEndObject();
        } else if (value instanceof Iterable<?> list) {
            generator.writeStartArray();
            for (final Object item : list) {
                write(generator, item);
            }
            generator.writeEndArray();
        } else if (value instanceof Amount amount) {
            generator.writeStartObject();
            generator.writeNumberField("minor", amount.minor());
            generator.writeStringField("currency", Amounts.code(amount.currency()));
            generator.writeStringField("value", Amounts.plain(amount.minor(), amount.currency()));
            generator.writeEndObject();
        } else if (value instanceof Number number) {
            generator.writeNumber(number.longValue());
        } else if (value instanceof Boolean truth) {
            generator.writeBoolean(truth);
        } else if (value == null) {
            generator.writeNull();
        } else {
            generator.writeString(value.toString());
        }
    }

    /** Reads one value; whole numbers as Long. */
    static Object read(final String text) throws ReplayException {
        try (JsonParser parser = FACTORY.createParser(text)) {
            parser.nextToken();
            final Object value = value(parser);
            if (parser.nextToken() != null) {
                throw ReplayException.usage("more follows the JSON value");
            }
            return value;
        } catch (final IOException ex) {
            throw ReplayException.usage("this is no JSON: " + ex.getMessage().lines().findFirst().orElse(""));
        }
    }

    private static Object value(final JsonParser parser) throws IOException, ReplayException {
        final JsonToken token = parser.currentToken();
        if (token == null) {
            throw ReplayException.usage("this is no JSON: it ends too early");
        }
        switch (token) {
            case START_OBJECT:
                final Map<String, Object> map = new LinkedHashMap<>();
                while (parser.nextToken() == JsonToken.FIELD_NAME) {
                    final String name = parser.currentName();
                    parser.nextToken();
                    map.put(name, value(parser));
                }
                return map;
            case START_ARRAY:
                final List<Object> list = new ArrayList<>();
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    list.add(value(parser));
                }
                return list;
            case VALUE_NUMBER_INT:
                return parser.getLongValue();
            case VALUE_TRUE:
            case VALUE_FALSE:
                return parser.getBooleanValue();
            case VALUE_NULL:
                return null;
            case VALUE_STRING:
                return parser.getText();
            default:
                throw ReplayException.usage("this is no JSON that is written here: " + token);
        }
    }
}
