package io.daybreak.routing;

/**
 * What an issuer's DE 39 does to a store-and-forward entry.
 * <pre>
 *   00 21 25 94   end it
 *   91 96 68      it is tried again, as after silence
 *   others        end it, and a person looks at it
 * </pre>
 * But 25 to the reversal of a request that the issuer approved late does not end it: it is tried again.
 */
final class EndCodes {
    static final int NOT_FOUND = IssuerReply.code('2', '5');

    private static final int[] ENDS = {IssuerReply.CODE_00, IssuerReply.code('2', '1'), NOT_FOUND, IssuerReply.code('9', '4')};
    private static final int[] REPEATS = {IssuerReply.code('9', '1'), IssuerReply.code('9', '6'), IssuerReply.code('6', '8')};

    private EndCodes() {
    }

    static boolean ends(final int code) {
        return isIn(ENDS, code);
    }

    static boolean repeats(final int code) {
        return isIn(REPEATS, code);
    }

    private static boolean isIn(final int[] codes, final int code) {
        for (final int listed : codes) {
            if (listed == code) {
                return true;
            }
        }
        return false;
    }
}
