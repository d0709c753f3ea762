package io.daybreak.gateway.replay;

import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** A statement of an account as CSV: a head line, a line for the opening, one for each movement, one for the closing. */
public final class AccountStatement {
    private static final List<String> COLUMNS = List.of("sequence", "time", "kind", "side", "other-account", "amount", "balance", "available", "transfer");

    private AccountStatement() {
    }

    /** Writes the lines of a report of {@link AccountBook#statement}. */
    public static void csv(final Map<String, Object> report, final Consumer<String> out) {
        final Amount opening = (Amount) report.get("opening-balance");
        out.accept(String.join(",", COLUMNS) + ",currency");
        out.accept(",,opening,,,," + plain(opening) + ",,," + Amounts.code(opening.currency()));
        for (final Object each : (List<?>) report.get("lines")) {
            final Map<?, ?> line = (Map<?, ?>) each;
            final StringBuilder text = new StringBuilder();
            for (final String column : COLUMNS) {
                final Object value = line.get(column);
                // No name of a kind has a comma but one, and that is a matter of style.
                text.append(value instanceof Amount amount ? plain(amount) : value.toString().replace(",", "")).append(',');
            }
            out.accept(text + Amounts.code(opening.currency()));
        }
        out.accept(report.get("as-of-sequence") + "," + report.get("as-of-time") + ",closing,,,," + plain((Amount) report.get("closing-balance")) + ","
            + plain((Amount) report.get("closing-available")) + ",," + Amounts.code(opening.currency()));
    }

    private static String plain(final Amount amount) {
        return Amounts.plain(amount.minor(), amount.currency());
    }
}
