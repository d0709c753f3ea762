package io.daybreak.iso8583.text;

import io.daybreak.iso8583.codec.MessageBuilder;
import io.daybreak.iso8583.codec.MessageIndex;
import io.daybreak.iso8583.dialect.Content;
import io.daybreak.iso8583.dialect.Dialect;
import io.daybreak.iso8583.dialect.FieldSpec;
import io.daybreak.iso8583.mac.MessageMac;
import org.agrona.concurrent.UnsafeBuffer;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;

/**
 * A message as a map of texts, for tests, simulators and tools: digits and characters as they are, binary fields in hexadecimal.
 * Holds card numbers as Strings, which the server must never do. Not thread safe; allocates. Its text form has no values.
 */
public final class Iso8583Message {
    private static final int FIRST_OF_SECOND = 65;
    private static final int SMALL = 4_096;

    private final TreeMap<Integer, String> fields = new TreeMap<>();
    private int mti;

    /** A message without fields; mti such as 200 for 0200. */
    public Iso8583Message(final int mti) {
        this.mti = mti;
    }

    /** The message type, such as 200. */
    public int mti() {
        return mti;
    }

    /** Changes the message type; fields stay. */
    public Iso8583Message mti(final int newMti) {
        this.mti = newMti;
        return this;
    }

    /** Sets or replaces a field, 2 to 128 but 65; null takes it away. */
    public Iso8583Message set(final int field, final String value) {
        if (field < 2 || field > Dialect.MAX_FIELD || field == FIRST_OF_SECOND) {
            throw new IllegalArgumentException("no field that may be set");
        }
        if (value == null) {
            fields.remove(field);
        } else {
            fields.put(field, value);
        }
        return this;
    }

    /** Sets or replaces a field of digits. */
    public Iso8583Message set(final int field, final long value) {
        return set(field, Long.toString(value));
    }

    /** A field as text; null if absent. */
    public String get(final int field) {
        return fields.get(field);
    }

    /** Whether a field is there. */
    public boolean has(final int field) {
        return fields.containsKey(field);
    }

    /** All fields in ascending order; a copy. */
    public Map<Integer, String> fields() {
        return new TreeMap<>(fields);
    }

    /** A message of the same contents. */
    public Iso8583Message copy() {
        final Iso8583Message copy = new Iso8583Message(mti);
        copy.fields.putAll(fields);
        return copy;
    }

    /** The bytes, without frame and MAC. */
    public byte[] encode(final Dialect dialect) {
        return encode(dialect, null);
    }

    /**
     * The bytes, without a frame.
     *
     * @param mac adds the MAC's field; null for none
     * @throws IllegalArgumentException if a value does not fit its field
     */
    public byte[] encode(final Dialect dialect, final MessageMac mac) {
        int room = SMALL;
        for (final String value : fields.values()) {
            room += value.length() + 3;
        }
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[room]);
        final MessageBuilder builder = new MessageBuilder();
        builder.begin(dialect, buffer, 0, mti, !fields.isEmpty() && fields.lastKey() >= FIRST_OF_SECOND);
        for (final Map.Entry<Integer, String> entry : fields.entrySet()) {
            final FieldSpec spec = dialect.field(entry.getKey());
            if (spec.content() == Content.B) {
                builder.binary(entry.getKey(), HexFormat.of().parseHex(entry.getValue()));
            } else {
                builder.ascii(entry.getKey(), entry.getValue());
            }
        }
        final int length = mac == null ? builder.end() : mac.seal(builder);
        return Arrays.copyOf(buffer.byteArray(), length);
    }

    /**
     * The message in these bytes, with its MAC's field if it has one.
     *
     * @throws IllegalArgumentException if it is broken, naming the first wrong field and the reason
     */
    public static Iso8583Message decode(final Dialect dialect, final byte[] bytes) {
        final MessageIndex index = new MessageIndex(dialect);
        if (index.index(new UnsafeBuffer(bytes), 0, bytes.length) != 0) {
            throw new IllegalArgumentException("field " + index.errorField() + ": " + index.errorReason());
        }
        return of(index);
    }

    /** What is well formed in an indexed message. */
    public static Iso8583Message of(final MessageIndex index) {
        final Iso8583Message message = new Iso8583Message(index.mti());
        for (int field = 2; field <= Dialect.MAX_FIELD; field++) {
            if (index.has(field)) {
                final StringBuilder text = new StringBuilder();
                for (int i = 0; i < index.charLength(field); i++) {
                    text.append((char) index.charAt(field, i));
                }
                message.fields.put(field, text.toString());
            }
        }
        return message;
    }

    @Override
    public boolean equals(final Object other) {
        return other instanceof Iso8583Message message && message.mti == mti && message.fields.equals(fields);
    }

    @Override
    public int hashCode() {
        return 31 * mti + fields.hashCode();
    }

    /** Message type and which fields there are; no values, since nobody knows which dialect calls what sensitive. */
    @Override
    public String toString() {
        return MessageText.mti(mti) + ' ' + fields.keySet();
    }
}
