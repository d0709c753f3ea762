package io.daybreak.gateway.replay;

import java.math.BigDecimal;
import java.util.Currency;
import java.util.HashMap;
import java.util.Map;

/** Amounts for people: minor units with the decimals and the letters of their currency, by its ISO 4217 number. */
public final class Amounts {
    private static final Map<Integer, Currency> CURRENCIES = new HashMap<>();

    static {
        for (final Currency currency : Currency.getAvailableCurrencies()) {
            // A few share a number with the one that took their place; whichever it is, the decimals are the same.
            CURRENCIES.merge(currency.getNumericCode(), currency, (a, b) -> a.getCurrencyCode().compareTo(b.getCurrencyCode()) < 0 ? a : b);
        }
    }

    private Amounts() {
    }

    /** Such as {@code 1234.50 CNY}; of an unknown number {@code 123450 minor units of 999}. */
    public static String text(final long minor, final int currency) {
        final Currency known = known(currency);
        return known == null ? minor + " minor units of " + currency : plain(minor, currency) + " " + known.getCurrencyCode();
    }

    /** The number alone, with the decimals of its currency. */
    public static String plain(final long minor, final int currency) {
        final Currency known = known(currency);
        return known == null ? Long.toString(minor) : BigDecimal.valueOf(minor, known.getDefaultFractionDigits()).toPlainString();
    }

    /** Letters of the currency, or its number. */
    public static String code(final int currency) {
        final Currency known = known(currency);
        return known == null ? Integer.toString(currency) : known.getCurrencyCode();
    }

    private static Currency known(final int currency) {
        final Currency known = CURRENCIES.get(currency);
        return known == null || currency == 0 || known.getDefaultFractionDigits() < 0 ? null : known;
    }
}
