package io.daybreak.gateway.replay;

/**
 * Money in a report.
 *
 * @param minor    minor units
 * @param currency ISO 4217 number
 */
record Amount(long minor, int currency) {
    @Override
    public String toString() {
        return Amounts.text(minor, currency);
    }
}
