package io.daybreak.iso8583.link;

import io.daybreak.iso8583.codec.MessageIndex;

/**
 * The business of ISO 8583:1993 in the words of 1987, which the switch thinks in, and back. docs/iso8583-wire.md, "1993".
 * Message types differ in the first digit, except that 1304 is 0302 and 1804 is 0800 (1993 calls its functions by DE 24 there, and
 * network messages advices); what DE 70, 90, 91 and 95 say in 1987 stands in DE 24, 56 and 30. Stateless; nothing is allocated.
 */
public final class Mti93 {
    /** No such message, function or code. */
    public static final int NONE = -1;

    /** DE 24: an original reversal in full. */
    public static final int REVERSAL_FULL = 400;
    /** DE 24: in part; DE 4 is what remains, the first 12 digits of DE 30 what the original was. */
    public static final int REVERSAL_PARTIAL = 401;
    /** DE 24 of an authorisation that adds to an earlier one. */
    public static final int AUTHORISATION_SUPPLEMENTARY = 104;
    /** DE 24 of a financial message that completes an authorisation for the same amount. */
    public static final int COMPLETION_SAME = 201;
    /** DE 24 of a financial message that completes an authorisation for another amount. */
    public static final int COMPLETION_DIFFERENT = 202;

    /** DE 56: message type, trace number and local date and time, then the acquirer with its length. */
    private static final int ORIGINAL_MTI = 0;
    private static final int ORIGINAL_TRACE = 4;
    private static final int ORIGINAL_DATE_TIME = 10;
    private static final int ORIGINAL_ACQUIRER_LENGTH = 22;
    private static final int ORIGINAL_ACQUIRER = 24;
    private static final int DE_ORIGINAL_AMOUNTS = 30;
    private static final int DE_ORIGINAL = 56;
    private static final int AMOUNT_DIGITS = 12;

    private static final int VERSION = 1_000;

    private Mti93() {
    }

    /** The 1987 message type of a 1993 one, such as 200 for 1200; {@link #NONE} if the switch has no such message. */
    public static int to87(final int mti93) {
        final int base = mti93 - mti93 % 10 - VERSION;
        final int origin = mti93 % 10;
        return switch (base) {
            case 100, 110, 120, 130, 200, 210, 220, 230, 400, 410, 420, 430, 500, 510, 520, 530 -> origin <= 1 ? base + origin : NONE;
            case 300, 310 -> origin == 4 || origin == 5 ? base + origin - 2 : NONE;
            case 800, 810 -> origin == 4 || origin == 5 ? base + origin - 4 : NONE;
            default -> NONE;
        };
    }

    /** The 1993 message type of a 1987 one; {@link #NONE} if the switch has no such message. */
    public static int to93(final int mti87) {
        final int base = mti87 - mti87 % 10;
        final int origin = mti87 % 10;
        return switch (base) {
            case 100, 110, 120, 130, 200, 210, 220, 230, 400, 410, 420, 430, 500, 510, 520, 530 -> origin <= 1 ? mti87 + VERSION : NONE;
            case 300, 310 -> origin == 2 || origin == 3 ? mti87 + VERSION + 2 : NONE;
            case 800, 810 -> origin <= 1 ? mti87 + VERSION + 4 : NONE;
            default -> NONE;
        };
    }

    /** The message type of the answer, in either version: the third digit one higher, without the mark of a repeat. */
    public static int answer(final int mti) {
        // Every hundred and ten is even, so the lowest bit of the number is that of its last digit.
        return (mti & ~1) + 10;
    }

    /** DE 70 of a network message's DE 24; {@link #NONE} if there is no such function. */
    public static int networkCode(final int functionCode) {
        return switch (functionCode) {
            case 801 -> 1;
            case 802 -> 2;
            case 811 -> 101;
            case 821 -> 201;
            case 822 -> 202;
            case 831 -> 301;
            default -> NONE;
        };
    }

    /** DE 24 of a network message's DE 70; {@link #NONE} if there is no such code. */
    public static int functionCode(final int networkCode) {
        return switch (networkCode) {
            case 1 -> 801;
            case 2 -> 802;
            case 101 -> 811;
            case 201 -> 821;
            case 202 -> 822;
            case 301 -> 831;
            default -> NONE;
        };
    }

    /** DE 91 (1 add, 3 delete) of a file update's DE 24 (301, 303); {@link #NONE} if there is no such function. */
    public static int fileUpdateCode(final int functionCode) {
        return functionCode == 301 || functionCode == 303 ? functionCode - 300 : NONE;
    }

    /** The original's 1987 message type from DE 56; {@link #NONE} if absent or no such message. */
    public static int originalMti(final MessageIndex message) {
        final long mti = message.number(DE_ORIGINAL, ORIGINAL_MTI, 4);
        return mti == MessageIndex.NULL_NUMBER ? NONE : to87((int) mti);
    }

    /** The original's trace number from DE 56; {@link MessageIndex#NULL_NUMBER} if absent. */
    public static long originalTrace(final MessageIndex message) {
        return message.number(DE_ORIGINAL, ORIGINAL_TRACE, 6);
    }

    /** The original's DE 12, YYMMDDhhmmss, from DE 56; {@link MessageIndex#NULL_NUMBER} if absent. */
    public static long originalDateTime(final MessageIndex message) {
        return message.number(DE_ORIGINAL, ORIGINAL_DATE_TIME, 12);
    }

    /** The original's acquirer from DE 56, as a number; {@link MessageIndex#NULL_NUMBER} if absent, or its length is wrong. */
    public static long originalAcquirer(final MessageIndex message) {
        final long length = message.number(DE_ORIGINAL, ORIGINAL_ACQUIRER_LENGTH, 2);
        if (length < 1 || length > 11 || message.length(DE_ORIGINAL) != ORIGINAL_ACQUIRER + length) {
            return MessageIndex.NULL_NUMBER;
        }
        return message.number(DE_ORIGINAL, ORIGINAL_ACQUIRER, (int) length);
    }

    /** The original's amount from DE 30, in minor units; {@link MessageIndex#NULL_NUMBER} if absent. */
    public static long originalAmount(final MessageIndex message) {
        return message.number(DE_ORIGINAL_AMOUNTS, 0, AMOUNT_DIGITS);
    }

    /**
     * The action code of a 1987 response code by the common table, for issuers' answers that are passed on.
     *
     * @param code87 such as 51
     * @param mti87  of the request: approvals have another code for each kind of message
     * @return such as 116; 909 if there is none
     */
    public static int actionCode(final int code87, final int mti87) {
        return switch (code87) {
            case 0 -> switch (mti87 / 100) {
                case 3 -> 300;
                case 4 -> 400;
                case 5 -> 500;
                case 8 -> 800;
                default -> 0;
            };
            case 1, 2 -> 107;
            case 3 -> 109;
            case 4 -> 200;
            case 5 -> 100;
            case 9 -> 923;
            case 10 -> 2;
            case 12, 40 -> 902;
            case 13, 64 -> 110;
            case 14 -> 111;
            case 15, 92 -> 908;
            case 25 -> mti87 / 100 == 3 ? 302 : 914;
            case 30 -> 904;
            case 31 -> 905;
            case 33 -> 201;
            case 34 -> 202;
            case 36 -> 204;
            case 38 -> 206;
            case 41 -> 208;
            case 43 -> 209;
            case 51 -> 116;
            case 54 -> 101;
            case 55 -> 117;
            case 56 -> 118;
            case 57 -> 119;
            case 58 -> 120;
            case 59 -> 102;
            case 61 -> 121;
            case 62 -> 104;
            case 63 -> 122;
            case 65 -> 123;
            case 68 -> 911;
            case 75 -> 106;
            case 88 -> 921;
            case 90 -> 906;
            case 91 -> 907;
            case 94 -> 913;
            case 95 -> 501;
            default -> 909;
        };
    }

    /** The 1987 response code of an action code, for what an issuer of 1993 answers; 96 if there is none. */
    public static int responseCode(final int actionCode) {
        return switch (actionCode) {
            case 0, 300, 400, 500, 600, 700, 800 -> 0;
            case 2 -> 10;
            case 100 -> 5;
            case 101 -> 54;
            case 102 -> 59;
            case 104 -> 62;
            case 106 -> 75;
            case 107 -> 1;
            case 109 -> 3;
            case 110 -> 13;
            case 111 -> 14;
            case 116 -> 51;
            case 117 -> 55;
            case 118 -> 56;
            case 119 -> 57;
            case 120 -> 58;
            case 121 -> 61;
            case 122 -> 63;
            case 123 -> 65;
            case 200 -> 4;
            case 201 -> 33;
            case 202 -> 34;
            case 204 -> 36;
            case 206 -> 38;
            case 208 -> 41;
            case 209 -> 43;
            case 302, 914 -> 25;
            case 501 -> 95;
            case 902 -> 12;
            case 904 -> 30;
            case 905 -> 31;
            case 906 -> 90;
            case 907, 912 -> 91;
            case 908 -> 15;
            case 911 -> 68;
            case 913 -> 94;
            case 921 -> 88;
            case 923 -> 9;
            default -> 96;
        };
    }
}
