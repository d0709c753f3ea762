package io.daybreak.loadtest.workload;

import io.daybreak.iso8583.card.Pan;

import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * The demo's cards, terminals and merchants. docs/iso8583.md, "Demo": PAN = six digits of prefix, nine of the wallet's number, the
 * Luhn digit. Static.
 */
public final class DemoCards {
    /** Cards of wallets in this switch. */
    public static final String LOCAL_PREFIX = "990001";
    /** Cards that are routed to the demo's issuer. */
    public static final String ROUTED_PREFIX = "990002";
    /** DE 14 of every card. */
    public static final String EXPIRY = "3012";
    /** DE 49. */
    public static final String CURRENCY = "156";
    /** DE 32. */
    public static final String ACQUIRER = "00100001";
    /** DE 18 of every merchant. */
    public static final String CATEGORY = "5411";
    /** Terminals, from 1 on. */
    public static final int TERMINALS = 10_000;
    /** Merchants, from 1 on. */
    public static final int MERCHANTS = 100;
    /** Digits of a card. */
    public static final int PAN_DIGITS = 16;
    /** Has limits. */
    public static final int LIMITED_WALLET = 990;
    /** Has no money. */
    public static final int EMPTY_WALLET = 997;
    /** Its card has expired. */
    public static final int EXPIRED_WALLET = 998;
    /** Its card is on the negative file. */
    public static final int BLOCKED_WALLET = 999;

    private DemoCards() {
    }

    /** PAN of a wallet. @param prefix six digits */
    public static String pan(final String prefix, final long wallet) {
        final String digits = prefix + String.format(Locale.ROOT, "%09d", wallet);
        return digits + Pan.checkDigit(digits.getBytes(StandardCharsets.US_ASCII), 0, digits.length());
    }

    /** DE 41 of a terminal, from 1 on. */
    public static String terminal(final int number) {
        return String.format(Locale.ROOT, "T%07d", number);
    }

    /** DE 42 of a merchant, from 1 on. */
    public static String merchant(final int number) {
        return String.format(Locale.ROOT, "M%014d", number);
    }

    /** True if payments of that wallet go wrong by design: no load for it. */
    public static boolean isSpecial(final int wallet) {
        return wallet == LIMITED_WALLET || wallet == EMPTY_WALLET || wallet == EXPIRED_WALLET || wallet == BLOCKED_WALLET;
    }
}
