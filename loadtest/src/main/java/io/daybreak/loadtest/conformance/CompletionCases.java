package io.daybreak.loadtest.conformance;

import io.daybreak.iso8583.text.Iso8583Message;

import java.util.List;

/** Completions, and advices that report more than was approved. docs/iso8583.md, chapters 11 and 13. Static. */
final class CompletionCases {
    private CompletionCases() {
    }

    static List<ConformanceCase> list() {
        return new Cases("Completions and advices")
            .add("completion-full", "A completion by DE 90, or by DE 37 and 38, takes its amount from the hold", "CMP-01 CMP-04 CMP-08", run -> {
                final Card card = run.card();
                final Balance before = run.balance(card);
                final Iso8583Message first = run.authorisation(card, 1_000);
                final Answer held = run.ask(first).code("00");
                run.ask(run.completion(first, 1_000).set(38, held.get(38))).mti(230).code("00").field(38, held.get(38));
                final Iso8583Message second = run.authorisation(card, 500);
                final Answer heldToo = run.ask(second).code("00");
                run.ask(run.completion(second, 500).set(90, null).set(38, heldToo.get(38))).code("00");
                run.moved(card, before, -1_500, -1_500);
                run.ask(run.payment(200, "210000", card, 1_500)).code("00");
            })
            .add("completion-part", "A completion in part is final and releases the rest", "CMP-02 CMP-04", run -> {
                final Card card = run.card();
                final Balance before = run.balance(card);
                final Iso8583Message authorisation = run.authorisation(card, 1_000);
                run.ask(authorisation).code("00");
                run.ask(run.completion(authorisation, 600)).code("00");
                run.moved(card, before, -600, -600);
                run.ask(run.payment(200, "210000", card, 600)).code("00");
            })
            .add("completion-parts", "With DE 25 = 77 more will follow; the last one is final", "CMP-02 CMP-03 CMP-04 93-07", run -> {
                final Card card = run.card();
                final Balance before = run.balance(card);
                final Iso8583Message authorisation = run.authorisation(card, 1_000);
                run.ask(authorisation).code("00");
                run.ask(run.completion(authorisation, 300).set(25, "77")).code("00");
                run.moved(card, before, -300, -1_000);
                run.ask(run.completion(authorisation, 200).set(25, "77")).code("00");
                run.moved(card, before, -500, -1_000);
                run.ask(run.completion(authorisation, 100)).code("00");
                run.moved(card, before, -600, -600);
                run.ask(run.payment(200, "210000", card, 600)).code("00");
            })
            .add("completion-nothing", "A completion of nothing releases the hold", "CMP-06", run -> {
                final Card card = run.card();
                final Balance before = run.balance(card);
                final Iso8583Message authorisation = run.authorisation(card, 1_000);
                run.ask(authorisation).code("00");
                run.ask(run.completion(authorisation, 0)).code("00");
                run.moved(card, before, 0, 0);
            })
            .add("completion-above", "A completion above its hold is booked all the same, from the wallet as long as it has it",
                "CMP-07 ADV-04", run -> {
                    final Card card = run.card();
                    final Balance before = run.balance(card);
                    final Iso8583Message authorisation = run.authorisation(card, 1_000);
                    run.ask(authorisation).code("00");
                    run.ask(run.completion(authorisation, 1_400)).code("00");
                    run.moved(card, before, -1_400, -1_400);
                    run.ask(run.payment(200, "210000", card, 1_400)).code("00");
                })
            .add("completion-limits", "What was reserved at the hold is not taken once more, and what is released is given back",
                "CMP-10 LIM-06", run -> {
                    final Card limited = Card.local(990);
                    for (int i = 0; i < 4; i++) {
                        final Iso8583Message hold = run.authorisation(limited, 190_000);
                        run.ask(hold).code("00");
                        run.ask(run.completion(hold, 100)).code("00");
                        run.ask(run.payment(200, "210000", limited, 100)).code("00", "61");
                    }
                })
            .add("completion-refund", "What was captured, and nothing else, can be refunded", "CMP-11 REF-09 REF-10", run -> {
                final Card card = run.card();
                final Balance before = run.balance(card);
                final Iso8583Message authorisation = run.authorisation(card, 1_000);
                run.ask(authorisation).code("00");
                run.ask(run.completion(authorisation, 400)).code("00");
                run.ask(run.refund(authorisation, 401)).code("61");
                run.ask(run.refund(authorisation, 400)).code("00");
                run.moved(card, before, 0, 0);
            })
            .add("advice-hold", "An 0120 holds what the wallet has, and is answered 00", "ADV-03", run -> {
                final Card card = run.card();
                final Balance before = run.balance(card);
                final Iso8583Message advice = run.payment(120, "000000", card, 800).set(38, "OFF001");
                run.ask(advice).mti(130).code("00").field(38, "OFF001");
                run.moved(card, before, 0, -800);
                run.ask(run.reversal(420, advice)).code("00");
                final Iso8583Message tooMuch = run.payment(120, "000000", card, before.available() + 500);
                run.ask(tooMuch).code("00");
                run.moved(card, before, 0, -before.available());
                run.ask(run.reversal(420, tooMuch)).code("00");
                run.moved(card, before, 0, 0);
            })
            .add("advice-purchase", "An 0220 without any authorisation is booked", "ADV-06 CMP-07", run -> {
                final Card card = run.card();
                final Balance before = run.balance(card);
                final Iso8583Message advice = run.payment(220, "000000", card, 700);
                run.ask(advice).mti(230).code("00").hasNot(38);
                run.moved(card, before, -700, -700);
                run.ask(run.reversal(420, advice)).code("00");
                run.moved(card, before, 0, 0);
            })
            .add("advice-short", "A forced part takes what the wallet has, and nothing above the cap", "ADV-04 ADV-05 CMP-07", run -> {
                final Card empty = Card.local(997);
                run.ask(run.payment(200, "210000", empty, 300)).code("00");
                final Balance before = run.balance(empty);
                final Iso8583Message short1 = run.payment(220, "000000", empty, before.available() + 1_000);
                run.ask(short1).code("00");
                run.moved(empty, before, -before.available(), -before.available());
                run.ask(run.payment(200, "210000", empty, 300)).code("00");
                final Iso8583Message aboveCap = run.payment(220, "000000", empty, 100_001);
                run.ask(aboveCap).code("00");
                run.equal("the balance after a forced part above the cap", 300L, run.balance(empty).available());
                run.ask(run.payment(200, "010000", empty, 300)).code("00");
            })
            .add("advice-blocked-card", "A completion for a blocked card is booked", "CMP-07 ADV-01", run -> {
                final Card card = run.card();
                final Balance before = run.balance(card);
                final Iso8583Message authorisation = run.authorisation(card, 500);
                run.ask(authorisation).code("00");
                final Iso8583Message block = new Iso8583Message(302).set(2, card.pan()).set(7, authorisation.get(7))
                    .set(11, run.nextTrace()).set(32, run.acquirerId()).set(91, "1").set(101, "NEGFILE");
                run.ask(block).code("00");
                run.ask(run.completion(authorisation, 500)).code("00");
                run.ask(block.copy().set(11, run.nextTrace()).set(91, "3")).code("00");
                run.moved(card, before, -500, -500);
                run.ask(run.payment(200, "210000", card, 500)).code("00");
            })
            .add("advice-unknown", "Advices for an unknown card, merchant or terminal, or in another currency, are answered 00",
                "ADV-07 ADV-08 ADV-10", run -> {
                    final Card card = run.card();
                    final Balance before = run.balance(card);
                    run.ask(run.payment(220, "000000", Card.local(999_999_998L), 100)).code("00");
                    run.ask(run.payment(220, "000000", card, 100).set(42, "M99999999999999")).code("00");
                    run.ask(run.payment(220, "000000", card, 100).set(41, "T9999999")).code("00");
                    run.ask(run.payment(220, "000000", card, 100).set(49, "840")).code("00");
                    run.moved(card, before, 0, 0);
                    run.ask(run.payment(220, "000000", card, 100).set(39, "51")).code("00");
                    run.moved(card, before, -100, -100);
                    run.ask(run.payment(200, "210000", card, 100)).code("00");
                })
            .add("advice-refused", "Advices are refused only for format, institution or processing code, and for other contents",
                "ADV-01 ADV-02", run -> {
                    final Card card = run.card();
                    run.ask(run.payment(220, "000000", card, 100).set(49, null)).formatError(49);
                    run.ask(run.payment(220, "990000", card, 100)).code("12");
                    run.ask(run.payment(220, "000000", card, 100).set(32, "99999999")).code("31");
                    final Iso8583Message advice = run.payment(220, "000000", card, 100);
                    run.ask(advice).code("00");
                    run.ask(advice.copy().set(4, Acquirer.twelve(101))).code("94");
                    run.ask(run.reversal(420, advice)).code("00");
                })
            .add("advice-limits", "Advices ignore limits", "ADV-09", run -> {
                final Card limited = Card.local(990);
                final Iso8583Message advice = run.payment(220, "000000", limited, 250_000);
                run.ask(advice).code("00");
                run.ask(run.reversal(420, advice)).code("00");
            })
            .list();
    }
}
