package io.daybreak.iso8583.link;

import io.daybreak.iso8583.codec.MessageIndex;

/**
 * The business of ISO 8583:1993 in the words of 1987, which the switch thinks in, and back. docs/iso8583-wire.md, "1993".
 * Message types differ in the first digit, except that 1304 is 0302 and 1804 is 0800 (1993 calls its functions by DE 24 there, and
 * network messages advices), and that reversals and totals are advices only; what DE 70, 90, 91 and 95 say in 1987 stands in DE 24, 56 and 30. Stateless; nothing is allocated.
 */
public final class Mti93 {
    /** No such message, function or code. */
    public static final int NONE = -1;

    /** DE 24: an original reversal in full. */
    public static final int REVERSAL_FULL = 400;
    /** DE 24: in part; DE 4 is what remains, the first 12 digits of DE 30 what the original was. */
    public static final int REVERSAL_PARTIAL = 401;
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

    /** Pairs of a response code of 1987 and its action code. */
    private static final int[] CODES = {1, 107, 2, 108, 3, 109, 4, 200, 5, 100, 7, 207, 9, 923, 10, 2, 12, 902, 13, 110, 14, 111, 15, 908, 25, 914, 30, 904,
        31, 905, 33, 201, 34, 202, 36, 204, 38, 206, 41, 208, 43, 209, 51, 116, 54, 101, 55, 117, 56, 118, 57, 119, 58, 120, 59, 102, 61, 121, 62, 104,
        63, 122, 64, 110, 65, 123, 68, 911, 75, 106, 78, 114, 88, 921, 90, 906, 91, 912, 92, 908, 93, 124, 94, 913, 95, 501, 96, 909};
    private static final int DECLINED = 5;
    private static final int DECLINED_93 = 100;
    private static final int UNAVAILABLE = 91;
    /** Our own word for no room; an issuer that says it wants to be asked later, as with 91. */
    private static final int UNAVAILABLE_93 = 907;

    private Mti93() {
    }

    /** The 1987 message type of a 1993 one, such as 200 for 1200; {@link #NONE} if the switch has no such message. */
    public static int to87(final int mti93) {
        final int base = mti93 - mti93 % 10 - VERSION;
        final int origin = mti93 % 10;
        return switch (base) {
            case 100, 110, 120, 130, 200, 210, 220, 230, 420, 430, 520, 530 -> origin <= 1 ? base + origin : NONE;
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
            case 100, 110, 120, 130, 200, 210, 220, 230, 420, 430, 520, 530 -> origin <= 1 ? mti87 + VERSION : NONE;
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

    /** The original's 1987 message type from DE 56, 0 where that is not known; {@link #NONE} if absent or no such message. */
    public static int originalMti(final MessageIndex message) {
        final long mti = message.number(DE_ORIGINAL, ORIGINAL_MTI, 4);
        return mti == MessageIndex.NULL_NUMBER ? NONE : mti == 0 ? 0 : to87((int) mti);
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
     * The action code of a 1987 response code, for issuers' answers that are passed on. docs/iso8583.md, "Internal results".
     *
     * @param code87 such as 51
     * @param mti87  of the request: approvals have another code for each kind of message
     * @return such as 116; 100 if there is none
     */
    public static int actionCode(final int code87, final int mti87) {
        if (code87 == 0) {
            return approved(mti87 / 100);
        }
        for (int i = 0; i < CODES.length; i += 2) {
            if (CODES[i] == code87) {
                return CODES[i + 1];
            }
        }
        return DECLINED_93;
    }

    private static int approved(final int messageClass) {
        return switch (messageClass) {
            case 3, 4, 5, 8 -> messageClass * 100;
            default -> 0;
        };
    }

    /**
     * The 1987 response code of an action code, for what an issuer of 1993 answers: the first row of the table that has it.
     *
     * @return such as 51; 05 if there is none
     */
    public static int responseCode(final int actionCode) {
        switch (actionCode) {
            case 0, 300, 400, 500, 600, 700, 800:
                return 0;
            case UNAVAILABLE_93:
                return UNAVAILABLE;
            default:
                break;
        }
        for (int i = 0; i < CODES.length; i += 2) {
            if (CODES[i + 1] == actionCode) {
                return CODES[i];
            }
        }
        return DECLINED;
    }
}
