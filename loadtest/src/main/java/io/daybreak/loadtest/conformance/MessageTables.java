package io.daybreak.loadtest.conformance;

import io.daybreak.iso8583.text.Iso8583Message;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which fields an answer must and may have: docs/iso8583.md, chapter 4, for 1987. Every answer of a run is held against it. Static.
 */
final class MessageTables {
    private static final Set<Integer> PAYMENT = Set.of(2, 3, 4, 7, 11, 12, 13, 15, 32, 33, 37, 38, 39, 41, 42, 44, 48, 49, 54, 55, 62, 63,
        64, 128);
    private static final Set<Integer> REVERSAL = Set.of(2, 3, 4, 7, 11, 12, 13, 15, 32, 33, 37, 39, 41, 42, 44, 49, 64, 128);
    private static final Set<Integer> FILE = Set.of(2, 7, 11, 12, 13, 32, 33, 37, 39, 41, 42, 44, 64, 128);
    private static final Set<Integer> TOTALS = Set.of(7, 11, 12, 13, 15, 32, 33, 37, 39, 41, 42, 44, 50, 66, 74, 75, 76, 77, 86, 87, 88,
        89, 97, 64, 128);
    private static final Set<Integer> NETWORK = Set.of(7, 11, 12, 13, 15, 32, 33, 37, 39, 41, 44, 48, 53, 70, 64, 128);
    private static final Map<Integer, Set<Integer>> MAY = new HashMap<>(Map.of(110, PAYMENT, 130, PAYMENT, 210, PAYMENT, 230, PAYMENT,
        410, REVERSAL, 430, REVERSAL, 312, FILE, 510, TOTALS, 530, TOTALS, 810, NETWORK));
    private static final Map<Integer, Set<Integer>> MUST = new HashMap<>(Map.of(110, Set.of(15, 37, 39), 130, Set.of(15, 37, 39),
        210, Set.of(15, 37, 39), 230, Set.of(15, 37, 39), 410, Set.of(15, 37, 39), 430, Set.of(15, 37, 39), 312, Set.of(39),
        510, Set.of(37, 39), 530, Set.of(37, 39), 810, Set.of(39)));

    private MessageTables() {
    }

    /** What is wrong about an answer; empty if nothing is. A 30 and an unknown type have what could be read. */
    static List<String> problems(final Iso8583Message answer) {
        final List<String> problems = new ArrayList<>();
        final Set<Integer> may = MAY.get(answer.mti());
        if (may == null || "30".equals(answer.get(39)) || "40".equals(answer.get(39))) {
            return problems;
        }
        for (final int field : answer.fields().keySet()) {
            if (!may.contains(field)) {
                problems.add("DE " + field + " does not belong into a " + Masking.mti(answer.mti()));
            }
        }
        for (final int field : MUST.get(answer.mti())) {
            if (!answer.has(field)) {
                problems.add("DE " + field + " is missing in a " + Masking.mti(answer.mti()));
            }
        }
        final boolean isApproval = "00".equals(answer.get(39)) || "10".equals(answer.get(39));
        final boolean isRequest = answer.mti() == 110 || answer.mti() == 210;
        if (isRequest && !isApproval && answer.has(38)) {
            problems.add("DE 38 in a " + answer.get(39));
        }
        if (!isApproval && answer.has(54)) {
            problems.add("DE 54 in a " + answer.get(39));
        }
        if (answer.has(38) && !answer.get(38).matches("[0-9A-Z]{6}")) {
            problems.add("DE 38 is not six of 0-9 and A-Z");
        }
        return problems;
    }
}
