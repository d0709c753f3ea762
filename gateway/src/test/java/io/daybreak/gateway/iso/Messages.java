package io.daybreak.gateway.iso;

import io.daybreak.iso8583.text.Iso8583Message;

import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;

/** Requests as the demo's acquirer would send them. */
public final class Messages {
    public static final String PAN = "9900010000000175";
    public static final String SENT = "1123103000";
    private static final AtomicInteger STANS = new AtomicInteger();

    private Messages() {
    }

    public static String nextStan() {
        return String.format(Locale.ROOT, "%06d", STANS.incrementAndGet() % 1_000_000);
    }

    public static Iso8583Message purchase() {
        return payment(200, "000000");
    }

    public static Iso8583Message payment(final int mti, final String processingCode) {
        return new Iso8583Message(mti)
            .set(2, PAN)
            .set(3, processingCode)
            .set(4, "000000002500")
            .set(7, SENT)
            .set(11, nextStan())
            .set(12, "183000")
            .set(13, "1123")
            .set(14, "3012")
            .set(22, "051")
            .set(25, "00")
            .set(32, "00100001")
            .set(37, "632710000101")
            .set(41, "T0000001")
            .set(42, "M00000000000001")
            .set(49, "156");
    }

    public static Iso8583Message network(final int code) {
        return new Iso8583Message(800).set(7, SENT).set(11, nextStan()).set(70, code);
    }

    public static Iso8583Message network93(final int function) {
        return new Iso8583Message(1804).set(7, SENT).set(11, nextStan()).set(12, "261123103000").set(24, function);
    }

    public static Iso8583Message purchase93() {
        return new Iso8583Message(1200)
            .set(2, PAN)
            .set(3, "000000")
            .set(4, "000000002500")
            .set(11, nextStan())
            .set(12, "261123103000")
            .set(14, "3012")
            .set(22, "000000500000")
            .set(24, 200)
            .set(32, "00100001")
            .set(37, "632710000101")
            .set(41, "T0000001")
            .set(42, "M00000000000001")
            .set(49, "156");
    }
}
