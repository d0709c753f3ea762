package io.daybreak.gateway.iso;

import io.daybreak.iso8583.codec.MessageBuilder;
import io.daybreak.iso8583.codec.MessageIndex;
import io.daybreak.iso8583.dialect.Dialect;
import io.daybreak.iso8583.frame.Framing;
import io.daybreak.iso8583.link.LinkProfile;
import io.daybreak.iso8583.link.Mti93;
import io.daybreak.iso8583.mac.MessageMac;
import org.agrona.concurrent.UnsafeBuffer;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.concurrent.TimeUnit;

/**
 * Writes the network messages that the switch sends of its own accord, on either side, and its answers to those of issuers.
 * Rule: docs/iso8583.md, "0800 and 0810". Event loop's thread only. Cold path.
 */
final class NetworkWriter {
    /** DE 70: sign-on. */
    static final int SIGN_ON = 1;
    /** DE 70: sign-off. */
    static final int SIGN_OFF = 2;
    /** DE 70: a date was opened. */
    static final int DATE_OPENED = 201;
    /** DE 70: a date was closed. */
    static final int DATE_CLOSED = 202;
    /** DE 70: echo. */
    static final int ECHO = 301;
    /** Greatest DE 11. */
    static final int MAX_STAN = 999_999;

    private static final long DATE_TIME = 10_000_000_000L;
    private static final int MONTHS = 10_000;
    private static final int YEARS = 1_000_000;
    private static final int CENTURY = 100;

    private final MessageBuilder builder = new MessageBuilder();
    private final byte[] institution;

    /** @param institution ours, DE 33 */
    NetworkWriter(final String institution) {
        this.institution = institution.getBytes(StandardCharsets.US_ASCII);
    }

    /**
     * Writes a request with its frame.
     *
     * @param code    DE 70
     * @param timeNs  Unix time
     * @param date    DE 15, YYYYMMDD; 0: none
     * @param mac     seals it; null without MACs
     * @return bytes of the frame
     */
    int request(final LinkProfile profile, final int code, final long timeNs, final int stan, final int date, final MessageMac mac,
                final UnsafeBuffer out, final int at) {
        final LocalDateTime now = LocalDateTime.ofInstant(Instant.ofEpochSecond(TimeUnit.NANOSECONDS.toSeconds(timeNs)), ZoneOffset.UTC);
        final long transmission = (now.getMonthValue() * 100L + now.getDayOfMonth()) * 1_000_000 + now.getHour() * 10_000L + now.getMinute() * 100L
            + now.getSecond();
        final boolean is1993 = profile.dialect().version() == 1993;
        begin(profile, is1993 ? 1804 : 800, !is1993, out, at).number(7, transmission).number(11, stan);
        if (is1993) {
            builder.number(12, now.getYear() % CENTURY * DATE_TIME + transmission);
        }
        if (date != 0) {
            builder.number(15, date % (is1993 ? YEARS : MONTHS));
        }
        if (is1993) {
            builder.number(24, Mti93.functionCode(code));
        }
        builder.ascii(33, institution);
        if (!is1993) {
            builder.number(70, code);
        }
        return frame(profile, mac, out, at);
    }

    /** Writes the answer to a request: 39 = 00, or 40 for a code that there is not. */
    int answer(final LinkProfile profile, final MessageIndex asked, final boolean isKnown, final MessageMac mac, final UnsafeBuffer out, final int at) {
        final boolean is1993 = profile.dialect().version() == 1993;
        begin(profile, is1993 ? 1814 : 810, !is1993 && asked.has(70), out, at).echo(7, asked).echo(11, asked).echo(12, asked).echo(13, asked);
        if (is1993) {
            builder.echo(24, asked);
        }
        builder.echo(32, asked).echo(33, asked).echo(37, asked);
        if (is1993) {
            builder.ascii(39, isKnown ? "800" : "115");
        } else {
            builder.ascii(39, isKnown ? "00" : "40");
        }
        builder.echo(41, asked).echo(53, asked);
        if (!is1993) {
            builder.echo(70, asked);
        }
        return frame(profile, mac, out, at);
    }

    private MessageBuilder begin(final LinkProfile profile, final int mti, final boolean hasSecondary, final UnsafeBuffer out, final int at) {
        final Dialect dialect = profile.dialect();
        return builder.begin(dialect, out, at + profile.framing().overhead(), mti, hasSecondary);
    }

    private int frame(final LinkProfile profile, final MessageMac mac, final UnsafeBuffer out, final int at) {
        final Framing framing = profile.framing();
        final int length = mac == null ? builder.end() : mac.seal(builder);
        framing.writePrefix(out, at, length);
        framing.writeHeader(out, at + framing.prefixLength());
        return framing.overhead() + length;
    }
}
