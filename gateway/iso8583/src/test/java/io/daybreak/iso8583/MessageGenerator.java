package io.daybreak.iso8583;

import io.daybreak.iso8583.dialect.Content;
import io.daybreak.iso8583.dialect.Dialect;
import io.daybreak.iso8583.dialect.FieldSpec;
import io.daybreak.iso8583.dialect.LengthKind;
import io.daybreak.iso8583.text.Iso8583Message;

import java.util.Random;

/** Messages with any fields and any contents that a dialect allows, the same ones for the same seed. */
public final class MessageGenerator {
    private static final String HEX = "0123456789ABCDEF";

    private final Random random;

    /** Says its seed through whoever fails with it. */
    public MessageGenerator(final long seed) {
        random = new Random(seed);
    }

    /** A message; variable fields have at least {@code minLength} characters. */
    public Iso8583Message next(final Dialect dialect, final int minLength) {
        final int[] types = {100, 101, 110, 120, 200, 210, 221, 302, 312, 400, 420, 421, 500, 520, 800, 810};
        final Iso8583Message message = new Iso8583Message(types[random.nextInt(types.length)] + (dialect.version() == 1993 ? 1000 : 0));
        final int last = random.nextInt(3) == 0 ? 128 : 64;
        final int density = 1 + random.nextInt(8);
        for (int field = 2; field <= last; field++) {
            if (field != 65 && random.nextInt(10) < density) {
                message.set(field, value(dialect.field(field), minLength));
            }
        }
        return message;
    }

    /** A value that fills a fixed field wholly. */
    public String value(final FieldSpec spec, final int minLength) {
        final int longest = random.nextInt(6) == 0 ? spec.maxLength() : Math.min(spec.maxLength(), 24);
        final int length = spec.lengthKind() == LengthKind.FIXED ? spec.maxLength() : minLength + random.nextInt(longest - minLength + 1);
        final StringBuilder text = new StringBuilder();
        for (int i = 0; i < (spec.content() == Content.B ? 2 * length : length); i++) {
            text.append(character(spec.content(), i));
        }
        return text.toString();
    }

    private char character(final Content content, final int index) {
        return switch (content) {
            case N -> digit();
            case AN -> "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz ".charAt(random.nextInt(63));
            case ANS -> (char) (' ' + random.nextInt(95));
            case B -> HEX.charAt(random.nextInt(16));
            case Z -> index == 16 ? '=' : digit();
            case XN -> index == 0 ? "CD".charAt(random.nextInt(2)) : digit();
        };
    }

    private char digit() {
        return (char) ('0' + random.nextInt(10));
    }
}
