package io.daybreak.protocol;

import io.daybreak.protocol.codec.Id128Decoder;
import io.daybreak.protocol.codec.Id128Encoder;
import io.daybreak.protocol.codec.MessageHeaderDecoder;
import io.daybreak.protocol.codec.MessageHeaderEncoder;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Turns a frame into the lines that the specification prints beside an example, and such lines into a frame, by calling
 * the generated codecs by the names of the schema.
 * <p>
 * Values are written as in the specification: numbers in decimal, an id as {@code 0x<high>_<low>} or 0, 32 bytes in
 * hex, text in quotes.
 */
final class CodecMirror {
    private static final String CODECS = "io.daybreak.protocol.codec.";
    private static final int HEADER = MessageHeaderDecoder.ENCODED_LENGTH;

    /** One line: where in the frame the value begins, its name, and the value. */
    record Value(int offset, String name, String text) {
    }

    private final SchemaFile schema;

    CodecMirror(final SchemaFile schema) {
        this.schema = schema;
    }

    /** A class of the generated codecs: a message's, or a group's with {@code Message$Group}. */
    static Class<?> codec(final String name, final String suffix) {
        try {
            final int dollar = name.indexOf('$');
            return Class.forName(CODECS + (dollar < 0 ? name + suffix
                : name.substring(0, dollar) + suffix + "$" + capital(name.substring(dollar + 1)) + suffix));
        } catch (final ClassNotFoundException ex) {
            throw new AssertionError("no generated codec for " + name, ex);
        }
    }

    /** Result of a static accessor that the generator writes for each field, such as {@code idEncodingOffset}. */
    static int constant(final Class<?> codec, final String method) {
        return (int) call(null, codec, method);
    }

    /** Every value of the frame, in the order of its bytes. */
    List<Value> decode(final String messageName, final byte[] frame) {
        final SchemaFile.Message message = schema.message(messageName);
        final UnsafeBuffer buffer = new UnsafeBuffer(frame);
        final List<Value> values = new ArrayList<>();
        values.add(new Value(0, "frameLength", String.valueOf(buffer.getInt(0, ByteOrder.LITTLE_ENDIAN))));
        final MessageHeaderDecoder header = new MessageHeaderDecoder().wrap(buffer, Limits.LENGTH_PREFIX_BYTES);
        values.add(new Value(4, "blockLength", String.valueOf(header.blockLength())));
        values.add(new Value(6, "templateId", String.valueOf(header.templateId())));
        values.add(new Value(8, "schemaId", String.valueOf(header.schemaId())));
        values.add(new Value(10, "version", String.valueOf(header.version())));

        final Object decoder = create(codec(messageName, "Decoder"));
        call(decoder, "wrapAndApplyHeader", new Class<?>[] {DirectBuffer.class, int.class, MessageHeaderDecoder.class},
            buffer, Limits.LENGTH_PREFIX_BYTES, header);
        int offset = Limits.LENGTH_PREFIX_BYTES + HEADER;
        for (final SchemaFile.Field field : message.fields()) {
            values.add(new Value(offset, field.name(), get(decoder, field)));
            offset += field.size();
        }
        for (final SchemaFile.Group group : message.groups()) {
            offset = decodeGroup(decoder, group, offset, values);
        }
        for (final String text : message.texts()) {
            final String value = (String) call(decoder, decoder.getClass(), text);
            final int length = value.getBytes(java.nio.charset.StandardCharsets.UTF_8).length;
            values.add(new Value(offset, text + ".length", String.valueOf(length)));
            values.add(new Value(offset + 2, text, '"' + value + '"'));
            offset += 2 + length;
        }
        if (offset != frame.length) {
            throw new AssertionError(messageName + ": " + (frame.length - offset) + " bytes after the message's end");
        }
        return values;
    }

    /** The frame of a message with these values; what is not among them, such as lengths, follows from the message. */
    byte[] encode(final String messageName, final Map<String, String> values, final Map<String, Integer> groupCounts) {
        final SchemaFile.Message message = schema.message(messageName);
        final MutableDirectBuffer buffer = new ExpandableArrayBuffer();
        final Object encoder = create(codec(messageName, "Encoder"));
        call(encoder, "wrapAndApplyHeader",
            new Class<?>[] {MutableDirectBuffer.class, int.class, MessageHeaderEncoder.class},
            buffer, Limits.LENGTH_PREFIX_BYTES, new MessageHeaderEncoder());
        for (final SchemaFile.Field field : message.fields()) {
            set(encoder, field, values.get(field.name()));
        }
        for (final SchemaFile.Group group : message.groups()) {
            final int count = groupCounts.get(group.name());
            final Object groupEncoder = call(encoder, group.name() + "Count", new Class<?>[] {int.class}, count);
            for (int i = 0; i < count; i++) {
                call(groupEncoder, groupEncoder.getClass(), "next");
                for (final SchemaFile.Field field : group.fields()) {
                    set(groupEncoder, field, values.get(group.name() + "[" + i + "]." + field.name()));
                }
            }
        }
        for (final String text : message.texts()) {
            call(encoder, text, new Class<?>[] {String.class}, unquoted(values.get(text)));
        }
        final int length = HEADER + (int) call(encoder, encoder.getClass(), "encodedLength");
        buffer.putInt(0, length, ByteOrder.LITTLE_ENDIAN);
        final byte[] frame = new byte[Limits.LENGTH_PREFIX_BYTES + length];
        buffer.getBytes(0, frame);
        return frame;
    }

    private int decodeGroup(final Object decoder, final SchemaFile.Group group, final int start, final List<Value> values) {
        final Object groupDecoder = call(decoder, decoder.getClass(), group.name());
        final int count = (int) call(groupDecoder, groupDecoder.getClass(), "count");
        final int blockLength = (int) call(groupDecoder, groupDecoder.getClass(), "actingBlockLength");
        values.add(new Value(start, group.name() + ".blockLength", String.valueOf(blockLength)));
        values.add(new Value(start + 2, group.name() + ".numInGroup", String.valueOf(count)));
        int offset = start + 4;
        for (int i = 0; i < count; i++) {
            call(groupDecoder, groupDecoder.getClass(), "next");
            int inEntry = 0;
            for (final SchemaFile.Field field : group.fields()) {
                values.add(new Value(offset + inEntry, group.name() + "[" + i + "]." + field.name(), get(groupDecoder, field)));
                inEntry += field.size();
            }
            offset += blockLength;
        }
        return offset;
    }

    private static String get(final Object decoder, final SchemaFile.Field field) {
        switch (field.type()) {
            case "id128":
                final Id128Decoder id = (Id128Decoder) call(decoder, decoder.getClass(), field.name());
                return id.hi() == 0 && id.lo() == 0 ? "0" : String.format("0x%016x_%016x", id.hi(), id.lo());
            case "bytes32":
                final byte[] bytes = new byte[32];
                call(decoder, "get" + capital(field.name()), new Class<?>[] {byte[].class, int.class, int.class}, bytes, 0, 32);
                return HexFormat.of().formatHex(bytes);
            case "cipher48":
                final byte[] cipher = new byte[48];
                call(decoder, "get" + capital(field.name()), new Class<?>[] {byte[].class, int.class, int.class}, cipher, 0, 48);
                return HexFormat.of().formatHex(cipher);
            case "minutes16", "offsets16":
                final List<String> places = new ArrayList<>();
                for (int i = 0; i < 16; i++) {
                    places.add(String.valueOf(call(decoder, field.name(), new Class<?>[] {int.class}, i)));
                }
                return String.join(" ", places);
            case "code16", "text6", "text8", "text12", "text16", "text32":
                return '"' + (String) call(decoder, decoder.getClass(), field.name()) + '"';
            case "uint64":
                return Long.toUnsignedString((long) call(decoder, decoder.getClass(), field.name()));
            default:
                return String.valueOf(call(decoder, decoder.getClass(), field.name()));
        }
    }

    private static void set(final Object encoder, final SchemaFile.Field field, final String text) {
        if (text == null) {
            throw new AssertionError("no value for " + field.name());
        }
        switch (field.type()) {
            case "id128" -> {
                final Id128Encoder id = (Id128Encoder) call(encoder, encoder.getClass(), field.name());
                final String[] halves = text.equals("0") ? new String[] {"0", "0"} : text.substring(2).split("_");
                id.hi(Long.parseUnsignedLong(halves[0], 16)).lo(Long.parseUnsignedLong(halves[1], 16));
            }
            case "bytes32" -> call(encoder, "put" + capital(field.name()),
                new Class<?>[] {byte[].class, int.class, int.class}, HexFormat.of().parseHex(text), 0, 32);
            case "cipher48" -> call(encoder, "put" + capital(field.name()),
                new Class<?>[] {byte[].class, int.class, int.class}, HexFormat.of().parseHex(text), 0, 48);
            case "minutes16" -> {
                final String[] places = text.split(" ");
                for (int i = 0; i < places.length; i++) {
                    call(encoder, field.name(), new Class<?>[] {int.class, long.class}, i, Long.parseLong(places[i]));
                }
            }
            case "offsets16" -> {
                final String[] places = text.split(" ");
                for (int i = 0; i < places.length; i++) {
                    call(encoder, field.name(), new Class<?>[] {int.class, short.class}, i, Short.parseShort(places[i]));
                }
            }
            case "code16", "text6", "text8", "text12", "text16", "text32" ->
                call(encoder, field.name(), new Class<?>[] {String.class}, unquoted(text));
            case "uint8" -> call(encoder, field.name(), new Class<?>[] {short.class}, Short.parseShort(text));
            case "int16" -> call(encoder, field.name(), new Class<?>[] {short.class}, Short.parseShort(text));
            case "uint16" -> call(encoder, field.name(), new Class<?>[] {int.class}, Integer.parseInt(text));
            case "uint64" -> call(encoder, field.name(), new Class<?>[] {long.class}, Long.parseUnsignedLong(text));
            default -> call(encoder, field.name(), new Class<?>[] {long.class}, Long.parseLong(text));
        }
    }

    private static String unquoted(final String text) {
        return text.substring(1, text.length() - 1);
    }

    private static String capital(final String name) {
        return name.substring(0, 1).toUpperCase(Locale.ROOT) + name.substring(1);
    }

    private static Object create(final Class<?> type) {
        try {
            return type.getConstructor().newInstance();
        } catch (final ReflectiveOperationException ex) {
            throw new AssertionError(ex);
        }
    }

    private static Object call(final Object target, final Class<?> type, final String method) {
        try {
            return type.getMethod(method).invoke(target);
        } catch (final ReflectiveOperationException ex) {
            throw new AssertionError(type.getSimpleName() + "." + method, ex);
        }
    }

    private static Object call(final Object target, final String method, final Class<?>[] types, final Object... arguments) {
        try {
            final Method found = target.getClass().getMethod(method, types);
            return found.invoke(target, arguments);
        } catch (final ReflectiveOperationException ex) {
            throw new AssertionError(target.getClass().getSimpleName() + "." + method + Arrays.toString(types), ex);
        }
    }

    /** Bytes in lines of 16, for messages of failed tests. */
    static String dump(final byte[] bytes) {
        final StringBuilder text = new StringBuilder();
        final ByteBuffer buffer = ByteBuffer.wrap(bytes);
        while (buffer.hasRemaining()) {
            text.append(String.format("%4d |", buffer.position()));
            for (int i = 0; i < 16 && buffer.hasRemaining(); i++) {
                text.append(String.format(" %02x", buffer.get()));
            }
            text.append('\n');
        }
        return text.toString();
    }
}
