package io.daybreak.loadtest.conformance;

import io.daybreak.iso8583.text.Iso8583Message;
import io.daybreak.loadtest.workload.DemoCards;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** What can be asked for, and what it moves. docs/iso8583.md, chapters 5 and 6. Static. */
final class OperationCases {
    private OperationCases() {
    }

    static List<ConformanceCase> list() {
        return new Cases("Operations")
            .add("operation-purchase", "A purchase moves its amount from the wallet at once, to the minor unit", "OP-01 OP-04 OP-32 RC-01 DEMO-03",
                run -> {
                    final Card card = run.card();
                    final Balance before = run.balance(card);
                    run.ask(run.purchase(card, 2_501)).code("00").has(38).echoes();
                    run.moved(card, before, -2_501, -2_501);
                    run.ask(run.purchase(card, 1)).code("00");
                    run.moved(card, before, -2_502, -2_502);
                })
            .add("operation-terminals", "Any terminal may be used with any merchant", "DEMO-06", run -> {
                final Card card = run.card();
                run.ask(run.purchase(card, 10).set(41, DemoCards.terminal(1)).set(42, DemoCards.merchant(100))).code("00");
                run.ask(run.purchase(card, 10).set(41, DemoCards.terminal(10_000)).set(42, DemoCards.merchant(1))).code("00");
                run.ask(run.purchase(card, 10).set(41, DemoCards.terminal(10_001))).code("58");
                run.ask(run.purchase(card, 10).set(42, DemoCards.merchant(101))).code("03");
            })
            .add("operation-wallets", "The demo's special wallets do what they are for", "DEMO-02 DEMO-04 RC-02", run -> {
                run.ask(run.purchase(Card.local(996), 100)).code("00");
                run.ask(run.purchase(Card.local(997), 100)).code("51");
                run.ask(run.purchase(Card.local(998), 100)).code("54");
                run.ask(run.purchase(Card.local(999), 100)).code("62");
                run.ask(run.purchase(Card.local(990), 250_000)).code("61");
            })
            .add("operation-hold", "An authorisation lowers the available balance and not the ledger balance", "OP-05 OP-15", run -> {
                final Card card = run.card();
                final Balance before = run.balance(card);
                run.ask(run.authorisation(card, 3_000)).mti(110).code("00").has(38);
                run.moved(card, before, 0, -3_000);
            })
            .add("operation-held", "What is held is not available: of six holds of a fifth each, and of a purchase behind five, the last fails",
                "OP-31", OperationCases::held)
            .add("operation-increment", "An increment adds to the hold, with a DE 38 of its own", "OP-06", run -> {
                final Card card = run.card();
                final Balance before = run.balance(card);
                final Iso8583Message first = run.authorisation(card, 1_000);
                final Answer held = run.ask(first).code("00");
                final Answer more = run.ask(run.authorisation(card, 500).set(90, run.original(first))).code("00").has(38);
                run.check("DE 38 is another one", !more.get(38).equals(held.get(38)), "the same");
                run.moved(card, before, 0, -1_500);
                run.ask(run.completion(first, 1_500)).code("00");
                run.moved(card, before, -1_500, -1_500);
                run.ask(run.payment(200, "210000", card, 1_500)).code("00");
            })
            .add("operation-increment-refused", "An increment of what is unknown gets 25, of what is closed 84", "OP-07", run -> {
                final Card card = run.card();
                final Iso8583Message never = run.authorisation(card, 100);
                run.ask(run.authorisation(card, 50).set(90, run.original(never))).code("25");
                final Iso8583Message completed = run.authorisation(card, 100);
                run.ask(completed).code("00");
                run.ask(run.completion(completed, 100)).code("00");
                run.ask(run.authorisation(card, 50).set(90, run.original(completed))).code("84");
                final Iso8583Message reversed = run.authorisation(card, 100);
                run.ask(reversed).code("00");
                run.ask(run.reversal(400, reversed)).code("00");
                run.ask(run.authorisation(card, 50).set(90, run.original(reversed))).code("84");
                run.ask(run.payment(200, "210000", card, 100)).code("00");
            })
            .add("operation-completion", "A completion moves its amount from the hold", "OP-08 CMP-01", run -> {
                final Card card = run.card();
                final Balance before = run.balance(card);
                final Iso8583Message authorisation = run.authorisation(card, 1_000);
                run.ask(authorisation).code("00");
                run.ask(run.completion(authorisation, 1_000)).mti(230).code("00");
                run.moved(card, before, -1_000, -1_000);
                run.ask(run.payment(200, "210000", card, 1_000)).code("00");
            })
            .add("operation-cash-out", "A cash-out takes its amount from the wallet, with or without a merchant", "OP-09", run -> {
                final Card card = run.card();
                final Balance before = run.balance(card);
                run.ask(run.payment(200, "010000", card, 700)).code("00").has(38);
                run.ask(run.payment(200, "010000", card, 300).set(42, null)).code("00");
                run.moved(card, before, -1_000, -1_000);
                run.ask(run.payment(200, "010000", Card.local(997), 300)).code("51");
            })
            .add("operation-refund", "A refund gives its amount back to the wallet", "OP-10 REF-01", run -> {
                final Card card = run.card();
                final Balance before = run.balance(card);
                final Iso8583Message purchase = run.purchase(card, 900);
                run.ask(purchase).code("00");
                run.ask(run.refund(purchase, 900)).mti(210).code("00");
                run.moved(card, before, 0, 0);
            })
            .add("operation-top-up", "A top-up, 21 or 28, adds its amount to the wallet", "OP-11", run -> {
                final Card card = run.card();
                final Balance before = run.balance(card);
                run.ask(run.payment(200, "210000", card, 400)).code("00");
                run.ask(run.payment(200, "280000", card, 600)).code("00");
                run.moved(card, before, 1_000, 1_000);
            })
            .add("operation-transfer", "A transfer moves its amount to the wallet of DE 103, named by card or number", "OP-12", run -> {
                final Card from = run.card();
                final Card to = run.card();
                final Balance before = run.balance(from);
                final Balance beforeTo = run.balance(to);
                run.ask(run.payment(200, "400000", from, 800).set(103, to.pan())).code("00");
                run.ask(run.payment(200, "400000", from, 200).set(103, String.valueOf(to.wallet()))).code("00");
                run.moved(from, before, -1_000, -1_000);
                run.moved(to, beforeTo, 1_000, 1_000);
                run.ask(run.payment(200, "400000", from, 10).set(103, DemoCards.pan("990001", 999_999_998L))).code("78");
                run.ask(run.payment(200, "400000", from, 10).set(103, "999999998")).code("78");
                run.ask(run.payment(200, "400000", from, 10).set(103, from.pan())).code("12");
                run.ask(run.payment(200, "400000", from, 10)).formatError(103);
                run.moved(from, before, -1_000, -1_000);
            })
            .add("operation-bill", "A bill payment needs a known biller and a reference", "OP-13", run -> {
                final Card card = run.card();
                final Balance before = run.balance(card);
                run.ask(run.payment(200, "500000", card, 650).set(103, "1").set(48, "BILL 2026/000123")).code("00");
                run.moved(card, before, -650, -650);
                run.ask(run.payment(200, "500000", card, 650).set(103, "999999").set(48, "BILL 2026/000123")).code("78");
                run.ask(run.payment(200, "500000", card, 650).set(103, "1")).formatError(48);
                run.moved(card, before, -650, -650);
            })
            .add("operation-enquiry", "A balance enquiry, 30 or 31, 0100 or 0200, moves nothing and tells two balances",
                "OP-14 OP-15", run -> {
                    final Card card = run.card();
                    final Balance first = run.balance(card);
                    run.equal("the balance by 0200 and 30", first, run.balance(run.ask(run.enquiry(card).mti(200).set(3, "300000")).code("00")));
                    run.equal("the balance with a DE 4", first, run.balance(run.ask(run.enquiry(card).set(4, Acquirer.twelve(5_000))).code("00")));
                    run.moved(card, first, 0, 0);
                })
            .add("operation-cashback", "A purchase with cashback takes the whole; it needs its entry in DE 54", "OP-16", run -> {
                final Card card = run.card();
                final Balance before = run.balance(card);
                run.ask(run.payment(200, "090000", card, 3_000).set(54, "0040156D000000001000")).code("00");
                run.moved(card, before, -3_000, -3_000);
                run.ask(run.payment(200, "090000", card, 3_000)).formatError(54);
                run.ask(run.payment(200, "090000", card, 3_000).set(54, "0040840D000000001000")).formatError(54);
                run.ask(run.payment(200, "090000", card, 3_000).set(54, "0040156D000000003001")).code("13");
                run.moved(card, before, -3_000, -3_000);
            })
            .add("operation-channel", "DE 22 and 25 say the channel: the limits of QR are its own", "OP-17 LIM-05", run -> {
                final Card limited = Card.local(990);
                run.ask(run.purchase(limited, 60_000).set(22, "031")).code("61");
                run.ask(run.purchase(limited, 100).set(22, "812")).code("00");
                if (!run.is93()) {
                    run.ask(run.purchase(limited, 100).set(25, "59")).code("00");
                }
            })
            .add("operation-currency", "Another currency than the wallet's gets 12", "OP-18 PRE-15", run -> {
                final Card card = run.card();
                final Balance before = run.balance(card);
                run.ask(run.purchase(card, 100).set(49, "840")).code("12");
                run.moved(card, before, 0, 0);
            })
            .add("operation-partial", "Partial approval where DE 60 asks for it, down to a tenth; reversed with what was approved",
                "OP-19 OP-20 REC-14", Need.VERSION_1987, run -> {
                    final Card card = run.card();
                    final Balance before = run.balance(card);
                    final long more = before.available() + 1_000;
                    run.ask(run.purchase(card, more)).code("51");
                    final Iso8583Message request = run.purchase(card, more).set(60, "PA");
                    run.ask(request).code("10").has(38).field(4, Acquirer.twelve(before.available()));
                    run.moved(card, before, -before.available(), -before.available());
                    run.ask(run.purchase(card, 100).set(60, "PA")).code("51");
                    run.ask(run.reversal(400, request)).code("00");
                    run.moved(card, before, 0, 0);
                    run.ask(run.purchase(card, before.available() * 10 + 1_000).set(60, "PA")).code("51");
                })
            .add("operation-not-offered", "Instalments, and currency conversion at the terminal, get 57", "OP-21 OP-22", Need.VERSION_1987,
                run -> {
                    run.ask(run.purchase(run.card(), 100).set(67, "03")).code("57");
                    run.ask(run.purchase(run.card(), 100).set(67, "01")).code("00");
                    run.ask(run.purchase(run.card(), 100).set(6, "000000000200")).code("57");
                    run.ask(run.purchase(run.card(), 100).set(51, "840")).code("57");
                    run.ask(run.purchase(run.card(), 100).set(51, "156")).code("00");
                })
            .add("operation-private", "Local wallets ignore DE 48 and 60 to 63, and do not return them", "OP-23",
                run -> run.ask(run.purchase(run.card(), 100).set(48, "ANY").set(60, "XX").set(61, "61").set(62, "62").set(63, "63"))
                    .code("00").hasNot(48, 60, 61, 62, 63))
            .add("operation-block", "0302 sets and clears the negative-file flag, each of them twice if one likes", "OP-25 OP-26 OP-27 PRE-12",
                run -> {
                    final Card card = run.card();
                    final Iso8583Message block = file(run, card, "1");
                    run.ask(block).mti(312).code("00");
                    run.ask(file(run, card, "1")).code("00");
                    run.ask(run.purchase(card, 100)).code("62");
                    run.ask(file(run, card, "3")).code("00");
                    run.ask(file(run, card, "3")).code("00");
                    run.ask(run.purchase(card, 100)).code("00");
                    run.ask(file(run, Card.local(999_999_998L), "1")).code("14");
                    run.ask(file(run, card, "1").set(101, "OTHER")).code("24");
                    if (!run.is93()) {
                        run.ask(file(run, card, "2")).code("24");
                    }
                })
            .add("operation-unknown", "A processing code that the table does not have gets 12; the account types are echoed", "OP-01 OP-02 RC-02",
                run -> {
                    run.ask(run.payment(200, "990000", run.card(), 100)).code("12");
                    run.ask(run.payment(100, "400000", run.card(), 100).set(103, "1")).code("12");
                    run.ask(run.payment(200, "001020", run.card(), 100)).code("00").field(3, "001020");
                })
            .list();
    }

    private static Iso8583Message file(final Acquirer run, final Card card, final String code) {
        final Iso8583Message purchase = run.purchase(card, 0);
        return new Iso8583Message(302).set(2, card.pan()).set(7, purchase.get(7)).set(11, purchase.get(11)).set(32, run.acquirerId())
            .set(37, purchase.get(37)).set(91, code).set(101, "NEGFILE");
    }

    private static void held(final Acquirer run) throws IOException {
        final Card card = run.card();
        final Balance before = run.balance(card);
        final long fifth = before.available() / 5;
        final List<Iso8583Message> holds = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            final Iso8583Message hold = run.authorisation(card, fifth);
            holds.add(hold);
            run.ask(hold).code("00");
        }
        run.ask(run.authorisation(card, fifth)).code("51");
        run.ask(run.purchase(card, fifth)).code("51");
        for (final Iso8583Message hold : holds) {
            run.ask(run.reversal(400, hold)).code("00");
        }
        run.moved(card, before, 0, 0);
    }
}
