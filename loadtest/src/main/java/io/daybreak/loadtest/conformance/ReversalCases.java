package io.daybreak.loadtest.conformance;

import io.daybreak.iso8583.text.Iso8583Message;

import java.util.List;

/** Finding originals, and undoing them. docs/iso8583.md, chapters 9 and 10. Static. */
final class ReversalCases {
    private static final String ZEROS_42 = "0".repeat(42);

    private ReversalCases() {
    }

    static List<ConformanceCase> list() {
        return new Cases("Originals and reversals")
            .add("reversal-full", "A reversal gives the whole back, and a second one gets 00 and moves nothing",
                "REV-01 REV-06 REV-17 ORG-01", run -> {
                    final Card card = run.card();
                    final Balance before = run.balance(card);
                    final Iso8583Message purchase = run.purchase(card, 2_000);
                    run.ask(purchase).code("00");
                    final Iso8583Message reversal = run.reversal(400, purchase);
                    run.ask(reversal).code("00").echoes();
                    run.moved(card, before, 0, 0);
                    run.ask(reversal).code("00");
                    run.ask(run.repeat(reversal)).code("00");
                    run.ask(run.reversal(420, purchase)).code("00");
                    run.moved(card, before, 0, 0);
                })
            .add("reversal-advice", "0420 and its repeat have the same effect as 0400", "REV-17 TIM-03", run -> {
                final Card card = run.card();
                final Balance before = run.balance(card);
                final Iso8583Message purchase = run.purchase(card, 800);
                run.ask(purchase).code("00");
                run.ask(run.repeat(run.reversal(420, purchase))).mti(430).code("00");
                run.moved(card, before, 0, 0);
            })
            .add("reversal-of-decline", "Reversing what was declined gets 00 and moves nothing", "REV-06", run -> {
                final Card empty = Card.local(997);
                final Balance before = run.balance(empty);
                final Iso8583Message purchase = run.purchase(empty, 800);
                run.ask(purchase).code("51");
                run.ask(run.reversal(400, purchase)).code("00");
                run.moved(empty, before, 0, 0);
            })
            .add("reversal-partial", "DE 95 says what remains; each partial reversal goes by what is left", "REV-02 REV-05 REV-14 93-05", run -> {
                final Card card = run.card();
                final Balance before = run.balance(card);
                final Iso8583Message purchase = run.purchase(card, 1_000);
                run.ask(purchase).code("00");
                run.ask(run.partial(400, purchase, 700)).code("00");
                run.moved(card, before, -700, -700);
                run.ask(run.partial(420, purchase, 250)).code("00");
                run.moved(card, before, -250, -250);
                run.ask(run.reversal(400, purchase)).code("00");
                run.moved(card, before, 0, 0);
            })
            .add("reversal-partial-bounds", "DE 95 of zeros is a full reversal, of what is left gives nothing back, above it gets 64",
                "REV-03 REV-04 PRE-16", run -> {
                    final Card card = run.card();
                    final Balance before = run.balance(card);
                    final Iso8583Message purchase = run.purchase(card, 1_000);
                    run.ask(purchase).code("00");
                    run.ask(run.partial(400, purchase, 1_000)).code("00");
                    run.moved(card, before, -1_000, -1_000);
                    run.ask(run.partial(400, purchase, 1_001)).code("64");
                    run.moved(card, before, -1_000, -1_000);
                    run.ask(run.partial(400, purchase, 600)).code("00");
                    run.ask(run.partial(400, purchase, 601)).code("64");
                    run.moved(card, before, -600, -600);
                    run.ask(run.partial(400, purchase, 0)).code("00");
                    run.moved(card, before, 0, 0);
                })
            .add("reversal-authorisation", "Reversing an authorisation releases what is not captured, and no more", "REV-07", run -> {
                final Card card = run.card();
                final Balance before = run.balance(card);
                final Iso8583Message authorisation = run.authorisation(card, 1_000);
                run.ask(authorisation).code("00");
                run.ask(run.completion(authorisation, 400).set(25, "77")).code("00");
                run.moved(card, before, -400, -1_000);
                run.ask(run.reversal(400, authorisation)).code("00");
                run.moved(card, before, -400, -400);
                run.ask(run.payment(200, "210000", card, 400)).code("00");
            })
            .add("reversal-after-refund", "Reversing what was refunded in part gives back only the rest", "REV-08", run -> {
                final Card card = run.card();
                final Balance before = run.balance(card);
                final Iso8583Message purchase = run.purchase(card, 1_000);
                run.ask(purchase).code("00");
                run.ask(run.refund(purchase, 300)).code("00");
                run.ask(run.reversal(400, purchase)).code("00");
                run.moved(card, before, 0, 0);
            })
            .add("reversal-first", "A reversal before its original gets 25; the original, when it comes, is declined and moves nothing",
                "REV-09 PRE-08 ORG-08", run -> {
                    final Card card = run.card();
                    final Balance before = run.balance(card);
                    final Iso8583Message late = run.purchase(card, 900);
                    run.ask(run.reversal(400, late)).code("25");
                    run.ask(late).code("12").hasNot(38);
                    run.ask(run.repeat(late)).code("12");
                    final Iso8583Message hold = run.authorisation(card, 900);
                    run.ask(run.reversal(420, hold)).code("25");
                    run.ask(hold).code("12");
                    run.moved(card, before, 0, 0);
                })
            .add("reversal-completion", "Reversing a completion gives its amount back and does not open the hold again", "REV-10", run -> {
                final Card card = run.card();
                final Balance before = run.balance(card);
                final Iso8583Message authorisation = run.authorisation(card, 1_000);
                run.ask(authorisation).code("00");
                final Iso8583Message completion = run.completion(authorisation, 1_000);
                run.ask(completion).code("00");
                run.ask(run.reversal(400, completion)).code("00");
                run.moved(card, before, 0, 0);
            })
            .add("reversal-of-credits", "Reversing a refund, top-up or transfer takes the money back; an 0400 gets 51 where it is gone",
                "REV-11", run -> {
                    final Card card = run.card();
                    final Balance before = run.balance(card);
                    final Iso8583Message topUp = run.payment(200, "210000", card, 600);
                    run.ask(topUp).code("00");
                    run.ask(run.reversal(400, topUp)).code("00");
                    run.moved(card, before, 0, 0);
                    final Iso8583Message transfer = run.payment(200, "400000", card, 500).set(103, run.card().pan());
                    run.ask(transfer).code("00");
                    run.ask(run.reversal(400, transfer)).code("00");
                    run.moved(card, before, 0, 0);
                    final Card empty = Card.local(997);
                    final Iso8583Message spent = run.payment(200, "210000", empty, 600);
                    run.ask(spent).code("00");
                    final Iso8583Message cash = run.payment(200, "010000", empty, 600);
                    run.ask(cash).code("00");
                    if (!run.is93()) {
                        // 1993 has the advice only, which is not refused.
                        run.ask(run.reversal(400, spent)).code("51");
                    }
                })
            .add("reversal-refund-anew", "A refund that was reversed may be made anew", "REV-11 REV-12", run -> {
                final Card card = run.card();
                final Balance before = run.balance(card);
                final Iso8583Message purchase = run.purchase(card, 1_000);
                run.ask(purchase).code("00");
                final Iso8583Message refund = run.refund(purchase, 1_000);
                run.ask(refund).code("00");
                run.ask(run.refund(purchase, 1)).code("61");
                run.ask(run.reversal(400, refund)).code("00");
                run.moved(card, before, -1_000, -1_000);
                run.ask(run.refund(purchase, 1_000)).code("00");
                run.moved(card, before, 0, 0);
            })
            .add("reversal-limits", "A reversal gives back the limits that its original had used", "REV-15 LIM-06", run -> {
                final Card limited = Card.local(990);
                for (int i = 0; i < 4; i++) {
                    final Iso8583Message purchase = run.purchase(limited, 190_000);
                    run.ask(purchase).code("00");
                    run.ask(run.reversal(400, purchase)).code("00");
                    final Iso8583Message hold = run.authorisation(limited, 190_000);
                    run.ask(hold).code("00");
                    run.ask(run.reversal(400, hold)).code("00");
                }
            })
            .add("reversal-amount", "DE 4 of a reversal whose DE 90 matches is not compared; its currency is", "REV-16", Need.VERSION_1987, run -> {
                final Card card = run.card();
                final Balance before = run.balance(card);
                final Iso8583Message purchase = run.purchase(card, 1_000);
                run.ask(purchase).code("00");
                run.ask(run.reversal(400, purchase).set(49, "840")).code("12");
                run.moved(card, before, -1_000, -1_000);
                run.ask(run.reversal(400, purchase).set(4, Acquirer.twelve(5))).code("00");
                run.moved(card, before, 0, 0);
            })
            .add("reversal-blocked-card", "A reversal is answered though the card is blocked by then", "REV-18 REV-13", run -> {
                final Card card = run.card();
                final Balance before = run.balance(card);
                final Iso8583Message purchase = run.purchase(card, 1_000);
                run.ask(purchase).code("00");
                final Iso8583Message block = new Iso8583Message(302).set(2, card.pan()).set(7, purchase.get(7)).set(11, run.nextTrace())
                    .set(32, run.acquirerId()).set(91, "1").set(101, "NEGFILE");
                run.ask(block).code("00");
                run.ask(run.reversal(400, purchase)).code("00");
                run.ask(block.copy().set(11, run.nextTrace()).set(91, "3")).code("00");
                run.moved(card, before, 0, 0);
            })
            .add("reversal-increment", "An increment is reversed by its own amount; reversing the first releases all", "REV-19", run -> {
                final Card card = run.card();
                final Balance before = run.balance(card);
                final Iso8583Message first = run.authorisation(card, 1_000);
                run.ask(first).code("00");
                final Iso8583Message increment = run.authorisation(card, 500).set(90, run.original(first));
                run.ask(increment).code("00");
                run.moved(card, before, 0, -1_500);
                run.ask(run.reversal(400, increment)).code("00");
                run.moved(card, before, 0, -1_000);
                run.ask(run.authorisation(card, 300).set(90, run.original(first))).code("00");
                run.ask(run.reversal(400, first)).code("00");
                run.moved(card, before, 0, 0);
            })
            .add("original-form", "DE 90 of the wrong form gets 30", "ORG-02", Need.VERSION_1987, run -> {
                final Iso8583Message purchase = run.purchase(run.card(), 100);
                run.ask(purchase).code("00");
                final Iso8583Message reversal = run.reversal(400, purchase);
                run.ask(reversal.copy().set(90, "9999" + reversal.get(90).substring(4))).formatError(90);
                final String ofRepeat = "0201" + reversal.get(90).substring(4);
                run.ask(reversal.set(90, ofRepeat)).code("00");
            })
            .add("original-institution", "Institutions in DE 90 are compared right-justified", "ORG-03 ORG-06", Need.VERSION_1987, run -> {
                final Card card = run.card();
                final Balance before = run.balance(card);
                final Iso8583Message purchase = run.purchase(card, 100).set(33, "00012345678");
                run.ask(purchase).code("00");
                final String start = run.original(purchase).substring(0, 20);
                run.ask(run.reversal(400, purchase).set(90, start + "00000100001" + "00099999999")).code("25");
                run.ask(run.reversal(400, purchase).set(90, start + "00000100001" + "00012345678")).code("00");
                run.moved(card, before, 0, 0);
            })
            .add("original-zeros", "With zeros in DE 90, or without it, the original is found by DE 37, 41, 2 and 4", "ORG-04 ORG-05", run -> {
                final Card card = run.card();
                final Balance before = run.balance(card);
                final Iso8583Message first = run.purchase(card, 310);
                run.ask(first).code("00");
                run.ask(run.reversal(400, first).set(90, ZEROS_42)).code("00");
                final Iso8583Message second = run.purchase(card, 320);
                run.ask(second).code("00");
                run.ask(run.reversal(400, second).set(90, null)).code("00");
                run.moved(card, before, 0, 0);
            })
            .add("original-token", "A match agrees in the card, else it is none", "ORG-06 ORG-08", run -> {
                final Card card = run.card();
                final Balance before = run.balance(card);
                final Iso8583Message purchase = run.purchase(card, 100);
                run.ask(purchase).code("00");
                run.ask(run.reversal(400, purchase).set(2, run.card().pan())).code("25");
                run.moved(card, before, -100, -100);
            })
            .add("original-two", "Two candidates are no match", "ORG-07", run -> {
                final Card card = run.card();
                final Balance before = run.balance(card);
                final Iso8583Message one = run.purchase(card, 555);
                final Iso8583Message two = run.purchase(card, 555).set(37, one.get(37));
                run.ask(one).code("00");
                run.ask(two).code("00");
                run.ask(run.reversal(400, one).set(90, null)).code("25");
                run.moved(card, before, -1_110, -1_110);
                run.ask(run.reversal(400, one)).code("00");
                run.ask(run.reversal(400, two)).code("00");
                run.moved(card, before, 0, 0);
            })
            .add("original-unknown", "An original that is not found gets 25, for 0400 and 0420 alike", "ORG-08", run -> {
                final Iso8583Message never = run.purchase(run.card(), 100);
                run.ask(run.reversal(400, never).set(37, run.nextReference())).code("25");
                run.ask(run.reversal(420, never).set(37, run.nextReference())).code("25");
                run.ask(run.reversal(420, run.purchase(run.card(), 100)).set(90, null)).code("25");
            })
            .add("original-of-reversal", "A reversal is no original", "ORG-10", run -> {
                final Card card = run.card();
                final Iso8583Message purchase = run.purchase(card, 100);
                run.ask(purchase).code("00");
                final Iso8583Message reversal = run.reversal(400, purchase);
                run.ask(reversal).code("00");
                run.ask(run.reversal(400, reversal).set(37, run.nextReference())).code("25");
            })
            .list();
    }
}
