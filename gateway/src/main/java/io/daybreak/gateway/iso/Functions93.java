package io.daybreak.gateway.iso;

import io.daybreak.iso8583.codec.MessageIndex;
import io.daybreak.iso8583.link.Mti93;

/**
 * What DE 24 may be in a request of ISO 8583:1993, and what it wants to be there. Rule: docs/iso8583.md, chapter 24. Where DE 24 is
 * absent the message means what it would mean in 1987. Network messages and file updates have codes of their own for functions that
 * nobody knows. Stateless; allocates nothing.
 */
final class Functions93 {
    private static final int AUTHORISATION = 100;
    private static final int INCREMENT = 106;
    private static final int BALANCE = 108;
    private static final int FINANCIAL = 200;
    private static final int TOTALS = 500;
    private static final int DE_FUNCTION = 24;

    private Functions93() {
    }

    /** The lowest field that is missing or does not fit the function, or {@link RequestReader#CLEAN}. */
    static int check(final MessageIndex message, final MessageKind kind) {
        if (!message.has(DE_FUNCTION)) {
            return RequestReader.CLEAN;
        }
        final int function = (int) message.number(DE_FUNCTION);
        return switch (kind) {
            case AUTHORISATION -> function == INCREMENT ? missing(message, 56)
                // An authorisation that names an earlier one would say two things.
                : function == AUTHORISATION && !message.has(56) || function == BALANCE ? RequestReader.CLEAN : DE_FUNCTION;
            case AUTHORISATION_ADVICE -> known(function == AUTHORISATION);
            case FINANCIAL -> known(function == FINANCIAL || function == BALANCE);
            case FINANCIAL_ADVICE -> function == Mti93.COMPLETION_SAME || function == Mti93.COMPLETION_DIFFERENT ? completion(message)
                : known(function == FINANCIAL);
            case REVERSAL, REVERSAL_ADVICE -> function == Mti93.REVERSAL_PARTIAL ? missing(message, 30) : known(function == Mti93.REVERSAL_FULL);
            case RECONCILIATION, RECONCILIATION_ADVICE -> known(function == TOTALS);
            case FILE_UPDATE, NETWORK -> RequestReader.CLEAN;
        };
    }

    private static int known(final boolean isKnown) {
        return isKnown ? RequestReader.CLEAN : DE_FUNCTION;
    }

    private static int missing(final MessageIndex message, final int field) {
        return message.has(field) ? RequestReader.CLEAN : field;
    }

    /** A completion names its authorisation by DE 56, or by 37 and 38. */
    private static int completion(final MessageIndex message) {
        return message.has(56) ? RequestReader.CLEAN : Math.min(missing(message, 37), missing(message, 38));
    }

    /** Whether a payment asks for the balance, whatever its processing code says. */
    static boolean asksForBalance(final MessageIndex message) {
        return message.has(DE_FUNCTION) && message.number(DE_FUNCTION) == BALANCE;
    }
}
