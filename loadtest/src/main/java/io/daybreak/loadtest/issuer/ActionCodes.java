package io.daybreak.loadtest.issuer;

/** Response codes of 1987 as action codes of 1993, as far as a script needs them. docs/iso8583.md, chapter 6. Static. */
final class ActionCodes {
    private static final String[][] CODES = {{"00", "000"}, {"10", "002"}, {"01", "107"}, {"05", "100"}, {"12", "902"}, {"13", "110"},
        {"14", "111"}, {"25", "914"}, {"30", "904"}, {"31", "920"}, {"40", "115"}, {"51", "116"}, {"54", "101"}, {"57", "119"},
        {"61", "121"}, {"62", "104"}, {"65", "123"}, {"68", "911"}, {"91", "907"}, {"94", "913"}, {"96", "909"}};
    private static final int REVERSAL = 4;
    private static final int NETWORK = 8;

    private ActionCodes() {
    }

    /** Three characters in the highest bytes. */
    static long of1993(final long code, final int messageClass) {
        final String two = "" + (char) (code >>> 56) + (char) (code >>> 48 & 0xFF);
        String three = (code >>> 40 & 0xFF) == 0 ? "909" : two + (char) (code >>> 40 & 0xFF);
        for (final String[] pair : CODES) {
            if (pair[0].equals(two) && (code >>> 40 & 0xFF) == 0) {
                three = pair[1];
            }
        }
        if ("000".equals(three)) {
            three = messageClass == REVERSAL ? "400" : messageClass == NETWORK ? "800" : messageClass == 5 ? "500" : three;
        }
        return (long) three.charAt(0) << 56 | (long) three.charAt(1) << 48 | (long) three.charAt(2) << 40;
    }
}
