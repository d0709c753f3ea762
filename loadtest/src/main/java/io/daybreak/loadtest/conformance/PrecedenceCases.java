package io.daybreak.loadtest.conformance;

import io.daybreak.iso8583.text.Iso8583Message;
import io.daybreak.loadtest.workload.DemoCards;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * When several rules fail, the first in the order answers. The table is walked from its end: each message has all defects of the
 * one before and one more, which comes earlier in the order. docs/iso8583.md, chapter 7. Static.
 */
final class PrecedenceCases {
    private static final String PIN_BLOCK = "0123456789ABCDEF";

    private PrecedenceCases() {
    }

    static List<ConformanceCase> list() {
        return new Cases("Order of the checks")
            .add("order-walk", "With each earlier defect added the answer becomes that of the earlier check",
                "PRE-01 PRE-03 PRE-06 PRE-07 PRE-08 PRE-09 PRE-10 PRE-12 PRE-13 PRE-14 PRE-15 PRE-16 PRE-17 PRE-18 PRE-19 PIN-01 RC-02",
                PrecedenceCases::walk)
            .add("order-pairs", "Of two neighbours in the order the earlier one answers", "PRE-01 PRE-09 PRE-13 PRE-14", run -> {
                run.ask(run.purchase(Card.local(999), 100).set(42, DemoCards.merchant(999)).set(41, "T9999999")).code("03");
                run.ask(run.purchase(Card.local(999), 100).set(41, "T9999999")).code("58");
                run.ask(run.purchase(Card.local(998), 0)).code("54");
                run.ask(run.purchase(Card.local(997), 100).set(14, "2001")).code("54");
                run.ask(run.payment(200, "990000", Card.local(997), 0)).code("12");
                run.ask(run.payment(200, "400000", run.card(), 0).set(103, "999999998")).code("78");
                run.ask(run.refund(run.purchase(run.card(), 100), 0)).code("25");
            })
            .add("order-trace", "A check that is not reached leaves no trace: what failed earlier uses up nothing", "PRE-02 LIM-10", run -> {
                final Card limited = Card.local(990);
                for (int i = 0; i < 5; i++) {
                    run.ask(run.purchase(limited, 150_000).set(42, DemoCards.merchant(999))).code("03");
                    run.ask(run.purchase(limited, 150_000).set(14, "2001")).code("54");
                }
                run.ask(run.purchase(limited, 100)).code("00");
            })
            .add("order-sign-on", "Sign-on comes before institution, and format before sign-on", "PRE-05 PRE-03", run -> {
                run.ask(run.network(2)).code("00");
                run.ask(run.purchase(run.card(), 100).set(32, "99999999")).code("91");
                run.ask(run.purchase(run.card(), 100).set(49, null)).formatError(49);
                run.ask(run.network(999)).code("40");
                run.ask(run.network(1)).code("00");
            })
            .add("order-pin", "Without a PIN module a PIN block gets 88", "PIN-01 PRE-17",
                run -> run.ask(run.purchase(run.card(), 100).set(52, PIN_BLOCK)).code("88"))
            .list();
    }

    private static void walk(final Acquirer run) throws IOException {
        // An identity that is known, and one whose reversal came first.
        final Iso8583Message known = run.purchase(Card.local(997), 777);
        run.ask(known).code("51");
        final Iso8583Message reversed = run.purchase(Card.local(997), 300_000);
        run.ask(run.reversal(420, reversed)).code("25");
        // Field by field what goes wrong, from the last check to the first; a later entry overrides an earlier one.
        final List<Map.Entry<String, Map<Integer, String>>> defects = List.of(
            Map.entry("51", Map.of(2, Card.local(997).pan())),
            Map.entry("61", Map.of(2, Card.local(990).pan(), 4, Acquirer.twelve(300_000))),
            Map.entry("88", Map.of(52, PIN_BLOCK)),
            Map.entry("13", Map.of(4, Acquirer.twelve(0))),
            Map.entry("12", Map.of(49, "840")),
            Map.entry("12", Map.of(3, "990000")),
            Map.entry("54", Map.of(14, "2001")),
            Map.entry("62", Map.of(2, Card.local(999).pan())),
            Map.entry("14", Map.of(2, Card.local(999_999_998L).pan())),
            Map.entry("58", Map.of(41, "T9999999")),
            Map.entry("03", Map.of(42, DemoCards.merchant(999))));
        final Map<Integer, String> all = new TreeMap<>();
        for (final Map.Entry<String, Map<Integer, String>> defect : defects) {
            all.putAll(defect.getValue());
            final Iso8583Message message = run.purchase(Card.local(997), 100);
            all.forEach(message::set);
            run.note("wrong are DE " + new TreeSet<>(all.keySet()) + ": " + defect.getKey());
            run.ask(message).code(defect.getKey());
        }
        run.note("its reversal came before: that comes before merchant, terminal and card");
        run.ask(reversed.copy().set(52, PIN_BLOCK).set(42, DemoCards.merchant(999))).code("12");
        final Iso8583Message duplicate = known.copy();
        all.forEach(duplicate::set);
        duplicate.set(41, known.get(41)).set(4, Acquirer.twelve(778));
        run.note("a known identity with other contents");
        run.ask(duplicate).code("94");
        run.note("and an unknown institution");
        run.ask(duplicate.copy().set(32, "99999999")).code("31");
        run.note("and a field of the wrong form");
        run.ask(duplicate.copy().set(32, "99999999").set(55, "9F26FF00")).code("30");
    }
}
