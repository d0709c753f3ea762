package io.daybreak.loadtest.conformance;

import io.daybreak.iso8583.text.Iso8583Message;

import java.util.List;

/** Refunds and limits. docs/iso8583.md, chapters 12 and 14. Static. */
final class RefundCases {
    private static final long DAY_LIMIT = 500_000;
    private static final long PAYMENT_LIMIT = 200_000;
    private static final long CEILING = 1_000_000;
    private static final int PAYMENTS_BY_DAY = 50;

    private RefundCases() {
    }

    static List<ConformanceCase> list() {
        return new Cases("Refunds and limits")
            .add("refund-parts", "A refund may come in parts, up to what was captured; beyond it gets 61", "REF-01 REF-02 PRE-16", run -> {
                final Card card = run.card();
                final Balance before = run.balance(card);
                final Iso8583Message purchase = run.purchase(card, 1_000);
                run.ask(purchase).code("00");
                run.ask(run.refund(purchase, 400)).code("00");
                run.ask(run.refund(purchase, 500)).code("00");
                run.ask(run.refund(purchase, 101)).code("61");
                run.moved(card, before, -100, -100);
                run.ask(run.refund(purchase, 100)).code("00");
                run.ask(run.refund(purchase, 1)).code("61");
                run.moved(card, before, 0, 0);
            })
            .add("refund-by-reference", "A refund may name its original by DE 37 with 41 and 42", "REF-01", run -> {
                final Card card = run.card();
                final Balance before = run.balance(card);
                final Iso8583Message purchase = run.purchase(card, 800);
                run.ask(purchase).code("00");
                run.ask(run.refund(purchase, 800).set(90, null).set(37, purchase.get(37))).code("00");
                run.moved(card, before, 0, 0);
                run.ask(run.refund(purchase, 1)).code("61");
            })
            .add("refund-unknown", "A refund whose DE 90 names nothing gets 25, whatever rights there are", "REF-03", run -> {
                final Card card = run.card();
                final Balance before = run.balance(card);
                run.ask(run.refund(run.purchase(card, 500), 500)).code("25");
                run.moved(card, before, 0, 0);
            })
            .add("refund-unlinked", "An unlinked refund needs its right, and keeps its limit", "REF-04", run -> {
                final Card card = run.card();
                final Balance before = run.balance(card);
                run.ask(run.payment(200, "200000", card, 450)).code("00").has(38);
                run.moved(card, before, 450, 450);
                run.ask(run.payment(200, "200000", card, 100_001)).code("61");
                run.ask(run.payment(200, "010000", card, 450)).code("00");
            })
            .add("refund-blocked-card", "A linked refund ignores the card's block; an unlinked one does not", "REF-07", run -> {
                final Card card = run.card();
                final Balance before = run.balance(card);
                final Iso8583Message purchase = run.purchase(card, 500);
                run.ask(purchase).code("00");
                final Iso8583Message block = new Iso8583Message(302).set(2, card.pan()).set(7, purchase.get(7)).set(11, run.nextTrace())
                    .set(32, run.acquirerId()).set(91, "1").set(101, "NEGFILE");
                run.ask(block).code("00");
                run.ask(run.refund(purchase, 500)).code("00");
                run.ask(run.payment(200, "200000", card, 100)).code("62");
                run.ask(block.copy().set(11, run.nextTrace()).set(91, "3")).code("00");
                run.moved(card, before, 0, 0);
            })
            .add("refund-nothing-left", "What was reversed or never captured leaves nothing; a refund is no original of another", "REF-09", run -> {
                final Card card = run.card();
                final Iso8583Message reversed = run.purchase(card, 500);
                run.ask(reversed).code("00");
                run.ask(run.reversal(400, reversed)).code("00");
                run.ask(run.refund(reversed, 500)).code("61");
                final Iso8583Message hold = run.authorisation(card, 500);
                run.ask(hold).code("00");
                run.ask(run.refund(hold, 100)).code("61");
                final Iso8583Message purchase = run.purchase(card, 500);
                run.ask(purchase).code("00");
                final Iso8583Message refund = run.refund(purchase, 500);
                run.ask(refund).code("00");
                run.ask(run.refund(refund, 100)).code("25");
            })
            .add("refund-originals", "The original may be a cashback purchase; the currency is the original's", "REF-10", run -> {
                final Card card = run.card();
                final Balance before = run.balance(card);
                final Iso8583Message cashback = run.payment(200, "090000", card, 1_000).set(54, "0040156D000000000300");
                run.ask(cashback).code("00");
                run.ask(run.refund(cashback, 400).set(49, "840")).code("12");
                run.ask(run.refund(cashback, 400)).code("00");
                run.moved(card, before, -600, -600);
            })
            .add("refund-advice", "A refund advice is booked and answered 00", "REF-11", run -> {
                final Card card = run.card();
                final Balance before = run.balance(card);
                final Iso8583Message purchase = run.purchase(card, 500);
                run.ask(purchase).code("00");
                run.ask(run.refund(purchase, 200).mti(220)).mti(230).code("00");
                run.moved(card, before, -300, -300);
            })
            .add("limit-payment", "A payment above the limit for one payment gets 61; DE 44 says which limit and what is left, if asked for",
                "LIM-01 LIM-08 RC-05", run -> {
                final Answer answer = run.ask(run.purchase(Card.local(990), PAYMENT_LIMIT + 1)).code("61").hasNot(38);
                if (run.link().profile().payment().hasErrorDetail()) {
                    answer.matches(44, "PAY\\d{13}");
                }
                run.ask(run.purchase(Card.local(990), 100)).code("00");
            })
            .add("limit-channel", "Limits are kept for all channels and for each; the stricter holds", "LIM-05 OP-17", run -> {
                run.ask(run.purchase(Card.local(990), 60_000).set(22, "031")).code("61");
                run.ask(run.purchase(Card.local(990), 60_000).set(22, "051")).code("00");
            })
            .add("limit-ceiling", "A top-up that takes the wallet above its ceiling gets 61, and a refund does not", "LIM-04", run -> {
                final Card limited = Card.local(990);
                final Iso8583Message purchase = run.purchase(limited, 1_000);
                run.ask(purchase).code("00");
                final long room = CEILING - run.balance(limited).ledger();
                run.ask(run.payment(200, "210000", limited, room + 1)).code("61");
                run.ask(run.refund(purchase, 1_000)).code("00");
            })
            .add("limit-day", "A payment above the day's sum gets 61, and one above the day's number 65; declines use up nothing",
                "LIM-02 LIM-03 LIM-10", run -> {
                    final Card limited = Card.local(990);
                    long sum = 0;
                    Answer last = run.ask(run.purchase(limited, PAYMENT_LIMIT));
                    while (last.isApproved() && sum < DAY_LIMIT) {
                        sum += PAYMENT_LIMIT;
                        last = run.ask(run.purchase(limited, PAYMENT_LIMIT));
                    }
                    last.code("61");
                    for (int i = 0; i < PAYMENTS_BY_DAY + 5 && !"65".equals(last.code()); i++) {
                        last = run.ask(run.purchase(limited, 1));
                        run.isOneOf(last.code(), "00", "65");
                    }
                    last.code("65");
                })
            .list();
    }
}
