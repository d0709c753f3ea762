package io.daybreak.gateway.setup;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

import java.math.BigInteger;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * A field of a record: its name in the file, its place in the message, and how one becomes the other. Offsets count from
 * the block's beginning. Immutable.
 */
abstract class Field {
    /** What an amount without limit is called. */
    static final String NONE = "none";
    private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;

    /** What becomes of a field that a record has already. */
    enum Keeps {
        /** The file says it all. */
        NOTHING,
        /** What is there stays if the file does not give the field: it changes while the switch runs. */
        IF_ABSENT,
        /** What is there stays: the field is for new records. */
        ALWAYS
    }

    final String name;
    final int offset;
    final int bytes;
    /** Text that stands for a field that is not given; null if it must be. */
    final String absent;
    private boolean isCounted;
    private Keeps keeps = Keeps.NOTHING;

    Field(final String name, final int offset, final int bytes, final String absent) {
        this.name = name;
        this.offset = offset;
        this.bytes = bytes;
        this.absent = absent;
    }

    /** Writes what the file says; {@code block} is the block's place in the message. */
    abstract void write(Node node, MutableDirectBuffer message, int block) throws SetupException;

    /** What the file would say: a string, a long, or a list of strings. */
    abstract Object read(DirectBuffer message, int block);

    /** Takes over what a record that is there says. */
    void copy(final DirectBuffer from, final MutableDirectBuffer to, final int block) {
        to.putBytes(block + offset, from, block + offset, bytes);
    }

    /** In a range of records the field counts along with the key. */
    final Field counted() {
        isCounted = true;
        return this;
    }

    final boolean isCounted() {
        return isCounted;
    }

    final Field keeps(final Keeps what) {
        keeps = what;
        return this;
    }

    final Keeps keeps() {
        return keeps;
    }

    static SetupException wrong(final Node node, final String name, final String wanted) {
        return new SetupException(node, name + " is " + wanted + ", not " + node.text());
    }

    static long number(final Node node, final String name, final int bytes) throws SetupException {
        final String text = node.requireText(name).replace("_", "");
        try {
            final BigInteger value = new BigInteger(text);
            if (value.signum() < 0 || value.bitLength() > bytes * Byte.SIZE) {
                throw wrong(node, name, "a number from 0 to 2^" + bytes * Byte.SIZE + " - 1");
            }
            return value.longValue();
        } catch (final NumberFormatException ex) {
            throw wrong(node, name, "a whole number");
        }
    }

    static void put(final MutableDirectBuffer message, final int at, final int bytes, final long value) {
        switch (bytes) {
            case 1 -> message.putByte(at, (byte) value);
            case 2 -> message.putShort(at, (short) value, ORDER);
            case 4 -> message.putInt(at, (int) value, ORDER);
            default -> message.putLong(at, value, ORDER);
        }
    }

    static long get(final DirectBuffer message, final int at, final int bytes) {
        return switch (bytes) {
            case 1 -> message.getByte(at) & 0xFFL;
            case 2 -> message.getShort(at, ORDER) & 0xFFFFL;
            case 4 -> message.getInt(at, ORDER) & 0xFFFF_FFFFL;
            default -> message.getLong(at, ORDER);
        };
    }

    /** An unsigned whole number; {@code words} may stand for some. */
    static Field number(final String name, final int offset, final int bytes, final String absent, final Map<String, Long> words) {
        return new Field(name, offset, bytes, absent) {
            @Override
            void write(final Node node, final MutableDirectBuffer message, final int block) throws SetupException {
                final Long word = words.get(node.requireText(name));
                put(message, block + offset, bytes, word != null ? word : number(node, name, bytes));
            }

            @Override
            Object read(final DirectBuffer message, final int block) {
                final long value = get(message, block + offset, bytes);
                for (final Map.Entry<String, Long> word : words.entrySet()) {
                    if (word.getValue() == value) {
                        return word.getKey();
                    }
                }
                return value < 0 ? Long.toUnsignedString(value) : (Object) value;
            }
        };
    }

    static Field number(final String name, final int offset, final int bytes, final String absent) {
        return number(name, offset, bytes, absent, Map.of());
    }

    /** One of some words. */
    static Field word(final String name, final int offset, final int bytes, final String absent, final Map<String, Long> words) {
        return new Field(name, offset, bytes, absent) {
            @Override
            void write(final Node node, final MutableDirectBuffer message, final int block) throws SetupException {
                final Long value = words.get(node.requireText(name));
                if (value == null) {
                    throw wrong(node, name, "one of " + String.join(", ", words.keySet()));
                }
                put(message, block + offset, bytes, value);
            }

            @Override
            Object read(final DirectBuffer message, final int block) {
                final long value = get(message, block + offset, bytes);
                return words.entrySet().stream().filter(word -> word.getValue() == value).map(Map.Entry::getKey).findFirst()
                    .orElse(String.valueOf(value));
            }
        };
    }

    /** A list of words, the bits of a mask; {@code all} stands for every one, or for 0 if {@code allIsZero}. */
    static Field words(final String name, final int offset, final int bytes, final String absent, final Map<String, Long> words,
                       final boolean allIsZero) {
        final long every = words.values().stream().mapToLong(Long::longValue).reduce(0, (a, b) -> a | b);
        final long all = allIsZero ? 0 : every;
        return new Field(name, offset, bytes, absent) {
            @Override
            void write(final Node node, final MutableDirectBuffer message, final int block) throws SetupException {
                long mask = 0;
                for (final Node item : node.requireItems(name)) {
                    final String text = item.requireText(name);
                    final Long bit = "all".equals(text) ? Long.valueOf(all) : "nothing".equals(text) && !allIsZero ? Long.valueOf(0) : words.get(text);
                    if (bit == null) {
                        throw wrong(item, name, "a list of " + String.join(", ", words.keySet()) + ", all" + (allIsZero ? "" : " or nothing"));
                    }
                    mask |= bit;
                }
                put(message, block + offset, bytes, mask);
            }

            @Override
            Object read(final DirectBuffer message, final int block) {
                final long mask = get(message, block + offset, bytes);
                if (mask == all) {
                    return "all";
                }
                if (mask == 0) {
                    return "nothing";
                }
                final List<String> list = new ArrayList<>();
                words.forEach((word, bit) -> {
                    if ((mask & bit) == bit) {
                        list.add(word);
                    }
                });
                return list;
            }
        };
    }

    /** One bit of a field that others may share. */
    static Field bit(final String name, final int offset, final int bytes, final int bit) {
        return new Field(name, offset, bytes, "false") {
            @Override
            void write(final Node node, final MutableDirectBuffer message, final int block) throws SetupException {
                final String text = node.requireText(name);
                if (!"true".equals(text) && !"false".equals(text)) {
                    throw wrong(node, name, "true or false");
                }
                final long before = get(message, block + offset, bytes);
                put(message, block + offset, bytes, "true".equals(text) ? before | bit : before & ~(long) bit);
            }

            @Override
            Object read(final DirectBuffer message, final int block) {
                return (get(message, block + offset, bytes) & bit) != 0 ? "true" : "false";
            }

            @Override
            void copy(final DirectBuffer from, final MutableDirectBuffer to, final int block) {
                put(to, block + offset, bytes, get(to, block + offset, bytes) & ~(long) bit | get(from, block + offset, bytes) & bit);
            }
        };
    }

    /** ASCII text of at most {@code most} characters, the rest of it padded; blanks at its end are not told. */
    static Field text(final String name, final int offset, final int bytes, final int most, final char padding, final String absent) {
        return new Field(name, offset, bytes, absent) {
            @Override
            void write(final Node node, final MutableDirectBuffer message, final int block) throws SetupException {
                final String text = node.requireText(name);
                if (text.length() > most || !text.chars().allMatch(character -> character >= ' ' && character <= '~')) {
                    throw wrong(node, name, "at most " + most + " printable ASCII characters");
                }
                message.setMemory(block + offset, bytes, (byte) 0);
                if (!text.isEmpty()) {
                    message.setMemory(block + offset, most, (byte) padding);
                    message.putBytes(block + offset, text.getBytes(StandardCharsets.US_ASCII));
                }
            }

            @Override
            Object read(final DirectBuffer message, final int block) {
                final byte[] value = new byte[bytes];
                message.getBytes(block + offset, value);
                int length = bytes;
                while (length > 0 && (value[length - 1] == 0 || value[length - 1] == padding)) {
                    length--;
                }
                return new String(value, 0, length, StandardCharsets.US_ASCII);
            }
        };
    }

    /** Sixteen bytes as 32 hexadecimal digits, the upper half first. */
    static Field hex128(final String name, final int offset, final String absent) {
        return new Field(name, offset, 16, absent) {
            @Override
            void write(final Node node, final MutableDirectBuffer message, final int block) throws SetupException {
                final String text = node.requireText(name);
                if (!text.matches("[0-9a-fA-F]{32}")) {
                    throw wrong(node, name, "32 hexadecimal digits");
                }
                put(message, block + offset, 8, Long.parseUnsignedLong(text.substring(0, 16), 16));
                put(message, block + offset + 8, 8, Long.parseUnsignedLong(text.substring(16), 16));
            }

            @Override
            Object read(final DirectBuffer message, final int block) {
                final HexFormat hex = HexFormat.of();
                return hex.toHexDigits(get(message, block + offset, 8)) + hex.toHexDigits(get(message, block + offset + 8, 8));
            }
        };
    }

    /** A time of day as HH:MM, or a word. */
    static Field minuteOfDay(final String name, final int offset, final Map<String, Long> words, final String absent) {
        return new Field(name, offset, 2, absent) {
            @Override
            void write(final Node node, final MutableDirectBuffer message, final int block) throws SetupException {
                final String text = node.requireText(name);
                final Long word = words.get(text);
                if (word == null && !text.matches("([01][0-9]|2[0-3]):[0-5][0-9]")) {
                    throw wrong(node, name, "a time as \"HH:MM\" or one of " + String.join(", ", words.keySet()));
                }
                put(message, block + offset, 2, word != null ? word : Integer.parseInt(text.substring(0, 2)) * 60L + Integer.parseInt(text.substring(3)));
            }

            @Override
            Object read(final DirectBuffer message, final int block) {
                final long minute = get(message, block + offset, 2);
                return words.entrySet().stream().filter(word -> word.getValue() == minute).map(Map.Entry::getKey).findFirst()
                    .orElse(String.format(Locale.ROOT, "%02d:%02d", minute / 60, minute % 60));
            }
        };
    }

    /** A duration in milliseconds, written with its unit: ms, s, m, h or d. */
    static Field duration(final String name, final int offset, final int bytes, final String absent) {
        final Map<String, Long> units = new java.util.LinkedHashMap<>();
        units.put("d", 86_400_000L);
        units.put("h", 3_600_000L);
        units.put("m", 60_000L);
        units.put("s", 1_000L);
        units.put("ms", 1L);
        return new Field(name, offset, bytes, absent) {
            @Override
            void write(final Node node, final MutableDirectBuffer message, final int block) throws SetupException {
                final String text = node.requireText(name);
                final String unit = text.replaceAll("[0-9_ ]", "");
                final String digits = text.replaceAll("[^0-9]", "");
                if (!units.containsKey(unit) || digits.isEmpty() || digits.length() > 12) {
                    throw wrong(node, name, "a number with its unit (ms, s, m, h, d)");
                }
                final BigInteger milliseconds = new BigInteger(digits).multiply(BigInteger.valueOf(units.get(unit)));
                if (milliseconds.bitLength() > Math.min(bytes * Byte.SIZE, Long.SIZE - 1)) {
                    throw wrong(node, name, "below 2^" + Math.min(bytes * Byte.SIZE, Long.SIZE - 1) + " ms");
                }
                put(message, block + offset, bytes, milliseconds.longValue());
            }

            @Override
            Object read(final DirectBuffer message, final int block) {
                final long milliseconds = get(message, block + offset, bytes);
                for (final Map.Entry<String, Long> unit : units.entrySet()) {
                    if (milliseconds % unit.getValue() == 0 && milliseconds > 0) {
                        return milliseconds / unit.getValue() + unit.getKey();
                    }
                }
                return "0ms";
            }
        };
    }

    /** True if the field says in this message what it says when it is not given. */
    final boolean isAbsent(final DirectBuffer message, final int block) {
        return absent != null && Objects.equals(String.valueOf(read(message, block)), absent);
    }
}
