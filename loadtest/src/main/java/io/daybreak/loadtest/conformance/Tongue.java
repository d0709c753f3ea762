package io.daybreak.loadtest.conformance;

import io.daybreak.iso8583.link.Mti93;
import io.daybreak.iso8583.text.Iso8583Message;

import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Locale;

/**
 * Cases are written in the words of 1987; on a 1993 link they are said and heard in its own. docs/iso8583.md, chapter 24. Static.
 */
final class Tongue {
    private static final int VERSION = 1_000;
    private static final String CHIP = "210101510140";
    private static final String E_COMMERCE = "210150010140";
    private static final String QR = "210101310140";
    private static final int ORIGINAL_DIGITS = 42;

    private Tongue() {
    }

    /** A message as the link has it. @param is93 false: nothing changes */
    static Iso8583Message say(final Iso8583Message message, final boolean is93) {
        final Iso8583Message said = message.copy();
        if (!is93) {
            return said;
        }
        final int mti = message.mti();
        // 0400 and 0500 have no counterpart of their own: their advices mean the same.
        final int spoken = mti / 10 == 40 || mti / 10 == 50 ? mti + 20 : mti;
        final int known = Mti93.to93(spoken);
        said.mti(known == Mti93.NONE ? mti + VERSION : known);
        said.set(24, function(message));
        said.set(70, null).set(91, null);
        if (message.has(7) && message.get(7).length() == 10) {
            said.set(12, year() + message.get(7)).set(13, null);
        } else {
            said.set(12, null).set(13, null);
        }
        if (message.has(18)) {
            said.set(26, message.get(18)).set(18, null);
        }
        if (message.has(22)) {
            final String mode = message.get(22);
            said.set(22, mode.startsWith("81") ? E_COMMERCE : mode.startsWith("03") ? QR : CHIP);
        }
        if (message.has(25)) {
            said.set(25, "77".equals(message.get(25)) ? "1077" : "1000");
        }
        if (message.has(90)) {
            said.set(56, original(message.get(90))).set(90, null);
        }
        if (message.has(95)) {
            said.set(30, message.get(4) + "0".repeat(12)).set(4, message.get(95).substring(0, 12)).set(95, null);
        }
        if (mti / 100 == 5 && message.has(15)) {
            said.set(28, year() + message.get(15)).set(15, null);
        }
        return said;
    }

    private static String year() {
        return String.format(Locale.ROOT, "%02d", LocalDate.now(ZoneOffset.UTC).getYear() % 100);
    }

    private static String function(final Iso8583Message message) {
        final int operation = message.has(3) ? Integer.parseInt(message.get(3).substring(0, 1)) : 0;
        switch (message.mti() / 10) {
            case 10:
                return message.has(90) ? "106" : operation == 3 ? "108" : "100";
            case 12:
                return "100";
            case 20:
                return operation == 3 ? "108" : "200";
            case 22:
                return message.has(90) || message.has(38) ? "202" : "200";
            case 30:
                return "1".equals(message.get(91)) ? "301" : "303";
            case 40:
            case 42:
                return message.has(95) ? "401" : "400";
            case 50:
            case 52:
                return "500";
            case 80:
                return message.has(70) ? String.valueOf(functionOf(Integer.parseInt(message.get(70)))) : null;
            default:
                return null;
        }
    }

    private static int functionOf(final int networkCode) {
        final int function = Mti93.functionCode(networkCode);
        return function == Mti93.NONE ? 899 : function;
    }

    private static String original(final String data) {
        if (data.length() != ORIGINAL_DIGITS) {
            return data;
        }
        final int mti = Integer.parseInt(data.substring(0, 4));
        final int spoken = mti / 10 == 40 || mti / 10 == 50 ? mti + 20 : mti;
        final int known = mti == 0 ? 0 : Mti93.to93(spoken);
        // DE 56 has the acquirer without the zeros that fill DE 90 up; ours has eight digits.
        final String acquirer = data.substring(23, 31);
        return String.format(Locale.ROOT, "%04d", known == Mti93.NONE ? mti + VERSION : known) + data.substring(4, 10)
            + (data.substring(10, 20).matches("0*") ? "00" : year()) + data.substring(10, 20) + "08" + acquirer;
    }

    /** An answer in the words of 1987. */
    static Iso8583Message hear(final Iso8583Message message, final boolean is93) {
        final Iso8583Message heard = message.copy();
        if (!is93) {
            return heard;
        }
        final int known = Mti93.to87(message.mti());
        heard.mti(known == Mti93.NONE ? message.mti() % VERSION : known);
        if (message.has(39)) {
            heard.set(39, code(message.get(39)));
        }
        if (message.has(15) && message.get(15).length() == 6) {
            heard.set(15, message.get(15).substring(2));
        }
        if (message.has(12) && message.get(12).length() == 12) {
            heard.set(7, message.get(12).substring(2)).set(12, null);
        }
        if (message.has(24) && message.mti() / 100 % 10 == 8) {
            heard.set(70, String.format(Locale.ROOT, "%03d", Math.max(0, Mti93.networkCode(Integer.parseInt(message.get(24))))));
        }
        return heard.set(24, null);
    }

    private static String code(final String action) {
        switch (action) {
            case "000", "300", "400", "500", "800":
                return "00";
            case "002":
                return "10";
            case "501":
                return "95";
            case "503", "914":
                return "25";
            case "904":
                return "30";
            case "905":
                return "31";
            case "907", "911", "912":
                return "91";
            case "913":
                return "94";
            case "909", "916":
                return "96";
            case "115":
                return "40";
            case "109":
                return "03";
            case "120":
                return "58";
            case "111":
                return "14";
            case "104":
                return "62";
            case "101":
                return "54";
            case "119":
                return "57";
            case "114":
                return "78";
            case "110":
                return "13";
            case "121":
                return "61";
            case "123":
                return "65";
            case "116":
                return "51";
            case "921":
                return "88";
            case "106":
                return "75";
            case "117":
                return "55";
            case "301":
                return "24";
            case "902":
                return "12";
            default:
                // What only issuers say.
                return String.format(Locale.ROOT, "%02d", Mti93.responseCode(Integer.parseInt(action)));
        }
    }
}
