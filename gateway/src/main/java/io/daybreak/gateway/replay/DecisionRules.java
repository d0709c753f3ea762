package io.daybreak.gateway.replay;

import io.daybreak.protocol.Result;
import io.daybreak.protocol.codec.PaymentDecoder;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Which written rule stands behind a result: ids of docs/iso8583-rules.csv for payments, the chapter of docs/native-protocol.md for the rest; and the
 * DE 39 that a link answers by default.
 */
final class DecisionRules {
    private static final String TABLE = """
        OK 00
        AWAITING_ISSUER -- RTE-01 RTE-07
        APPROVED_IN_PART 10 RTE-18
        APPROVED_BY_STAND_IN 00 STI-01
        TAKEN_AS_AN_ITEM 00 ADV-01 CMP-07
        NOTHING_LEFT_TO_REVERSE 00 REV-06
        REVERSED_BEFORE 12 PRE-08 REV-09
        MERCHANT_NOT_FOUND 03 PRE-09
        MERCHANT_NOT_ACTIVE 03 PRE-09
        TERMINAL_NOT_FOUND 58 PRE-09
        TERMINAL_NOT_ACTIVE 58 PRE-09
        CARD_NOT_FOUND 14 PRE-10
        CARD_LOST 41 PRE-11
        CARD_STOLEN 43 PRE-11
        CARD_ON_NEGATIVE_FILE 62 PRE-12
        CARD_EXPIRED 54 PRE-13
        OPERATION_UNKNOWN 12 PRE-14
        OPERATION_NOT_GRANTED 57 PRE-14
        ORIGINAL_NOT_FOUND 25 PRE-14 ORG-08
        ORIGINAL_NOT_OPEN 84 PRE-14
        DESTINATION_NOT_FOUND 78 PRE-14
        DESTINATION_IS_THE_SOURCE 12 PRE-14
        CURRENCY_DIFFERS 12 PRE-15
        AMOUNT_INVALID 13 PRE-16
        EXCEEDS_WHAT_IS_LEFT 64 PRE-16 REV-04
        EXCEEDS_WHAT_WAS_CAPTURED 61 PRE-16 REF-02
        PIN_NOT_SUPPORTED 88 PRE-17
        PIN_WRONG 55 PRE-17
        PIN_TRIES_EXCEEDED 75 PRE-17
        LIMIT_PER_PAYMENT 61 LIM-01 PRE-18
        LIMIT_PER_DAY 61 LIM-02 PRE-18
        LIMIT_PER_MONTH 61 LIM-02 PRE-18
        LIMIT_PER_YEAR 61 LIM-02 PRE-18
        LIMIT_OF_COUNT 65 LIM-03 PRE-18
        BALANCE_CEILING 61 LIM-04 PRE-18
        UNLINKED_REFUND_LIMIT 61 REF-04 PRE-18
        WALLET_NOT_ACTIVE 62 PRE-19
        INSUFFICIENT_FUNDS 51 PRE-19
        MERCHANT_SHORT_OF_FUNDS 51 REF-06 PRE-19
        ROUTE_NEEDS_CARD_DATA 91 RTE-05
        ISSUER_NOT_REACHABLE 91 RTE-05
        ISSUER_TIMED_OUT 91 RTE-07 RTE-11
        DECLINED_BY_ISSUER -- RC-04
        ISSUER_ANSWER_INVALID 96 RTE-25
        CANCELLED_BY_REVERSAL 12 RTE-12
        OUT_OF_BALANCE 95 REC-02
        BUSINESS_DATE_CLOSED 25 DAY-05
        """;
    private static final Map<String, String[]> ROWS = new HashMap<>();

    static {
        TABLE.lines().forEach(line -> {
            final String[] words = line.strip().split(" ");
            ROWS.put(words[0], words);
        });
    }

    private DecisionRules() {
    }

    /** Names of the rules behind a result of a command, the nearest first; none for what is simply in order. */
    static List<String> of(final int templateId, final int result) {
        final String[] row = ROWS.get(Result.name(result));
        final List<String> rules = new ArrayList<>();
        if (templateId == PaymentDecoder.TEMPLATE_ID && row != null) {
            rules.addAll(List.of(row).subList(2, row.length));
        } else if (result != Result.OK) {
            rules.add("native-protocol.md, Precedence, " + result);
        }
        return rules;
    }

    /** All rule ids that are named here. */
    static List<String> ids() {
        return ROWS.values().stream().flatMap(row -> List.of(row).subList(2, row.length).stream()).distinct().sorted().toList();
    }

    /** DE 39 by default; empty where none is sent, or another than ours. */
    static String responseCode(final int result) {
        final String[] row = ROWS.get(Result.name(result));
        return row == null ? "96" : row[1].equals("--") ? "" : row[1];
    }
}
