package io.daybreak.loadtest.conformance;

import io.daybreak.iso8583.text.Iso8583Message;

import java.io.IOException;
import java.util.List;

/** What is said otherwise in ISO 8583:1993; all other cases run in it as well. docs/iso8583.md, chapter 24. Static. */
final class VersionCases {
    private VersionCases() {
    }

    static List<ConformanceCase> list() {
        return new Cases("ISO 8583:1993")
            .add("93-types", "The types of 1993 mean what those of 1987 mean, and are answered in their own", "93-01 93-02 93-03 93-08 93-13",
                Need.VERSION_1993, run -> {
                    final Card card = run.card();
                    final Iso8583Message hold = run.authorisation(card, 100);
                    raw(run, hold, 1_110, "000");
                    raw(run, run.completion(hold, 100), 1_230, "000");
                    final Iso8583Message purchase = run.purchase(card, 100);
                    raw(run, purchase, 1_210, "000");
                    raw(run, run.repeat(purchase), 1_210, "000");
                    raw(run, run.reversal(420, purchase), 1_430, "400");
                    raw(run, run.network(301), 1_814, "800");
                    raw(run, run.network(1), 1_814, "800");
                    raw(run, run.network(999), 1_814, "115");
                    raw(run, run.purchase(Card.local(997), 100), 1_210, "116");
                    final Iso8583Message request = Tongue.say(run.reversal(420, purchase), true).mti(1_400);
                    run.sent(request);
                    run.main().socket().write(run.main().socket().frame(request.encode(run.link().dialect(), run.link().newMac())));
                    final Iso8583Message refused = run.main().await(run.purchase(card, 1).set(11, request.get(11)).set(37, request.get(37)),
                        run.patience());
                    run.check("1400, which a 1993 link does not have, gets 115", refused != null && "40".equals(refused.get(39)),
                        refused == null ? "not answered" : refused.get(39));
                    run.ask(run.payment(200, "210000", card, 100)).code("00");
                })
            .add("93-function", "A function code that the table does not have, or that says two things, gets 904 with DE 44 = 024", "93-02",
                Need.VERSION_1993, run -> {
                    final Card card = run.card();
                    final Balance before = run.balance(card);
                    said(run, Tongue.say(run.purchase(card, 100), true).set(24, "299")).formatError(24);
                    said(run, Tongue.say(run.authorisation(card, 100), true).set(24, "200")).formatError(24);
                    said(run, Tongue.say(run.authorisation(card, 100), true).set(24, "106")).formatError(56);
                    final Iso8583Message first = run.authorisation(card, 100);
                    run.ask(first).code("00");
                    said(run, Tongue.say(run.authorisation(card, 50).set(90, run.original(first)), true).set(24, "100")).formatError(24);
                    run.ask(run.reversal(420, first)).code("00");
                    run.moved(card, before, 0, 0);
                    said(run, Tongue.say(run.purchase(card, 100), true).set(24, null)).code("00");
                    run.moved(card, before, -100, -100);
                    run.ask(run.payment(200, "210000", card, 100)).code("00");
                })
            .add("93-original", "DE 56 names the original; DE 30 has to agree with it in a partial reversal", "93-04 93-05", Need.VERSION_1993, run -> {
                final Card card = run.card();
                final Balance before = run.balance(card);
                final Iso8583Message purchase = run.purchase(card, 1_000);
                run.ask(purchase).code("00");
                said(run, Tongue.say(run.partial(420, purchase, 400), true).set(30, Acquirer.twelve(999) + "0".repeat(12))).code("13");
                said(run, Tongue.say(run.partial(420, purchase, 400), true).set(30, null)).formatError(30);
                run.ask(run.partial(420, purchase, 400)).code("00");
                run.moved(card, before, -400, -400);
            })
            .add("93-time", "DE 12 takes the place of DE 7, which is optional and echoed", "93-06 93-10", Need.VERSION_1993, run -> {
                final Iso8583Message said = Tongue.say(run.purchase(run.card(), 100), true);
                run.ask(run.purchase(run.card(), 100)).code("00").matches(15, "\\d{4}");
                said(run, said.copy().set(7, null)).code("00");
            })
            .add("93-totals", "1520 has DE 28 for the date, and 500 or 501 for an answer", "93-09 93-10", Need.VERSION_1993, run -> {
                final Iso8583Message like = run.purchase(run.card(), 100);
                final Iso8583Message request = new Iso8583Message(520).set(7, like.get(7)).set(11, like.get(11)).set(32, run.acquirerId())
                    .set(37, like.get(37)).set(50, "156");
                raw(run, request, 1_530, "500");
                final Iso8583Message wrong = request.copy().set(11, run.nextTrace()).set(37, run.nextReference()).set(76, "0000009999");
                raw(run, wrong, 1_530, "501");
            })
            .add("93-file", "1304 with 301 adds, with 303 deletes", "93-11", Need.VERSION_1993, run -> {
                final Card card = run.card();
                final Iso8583Message like = run.purchase(card, 100);
                final Iso8583Message block = new Iso8583Message(302).set(2, card.pan()).set(7, like.get(7)).set(11, run.nextTrace())
                    .set(32, run.acquirerId()).set(91, "1").set(101, "NEGFILE");
                raw(run, block, 1_314, "300");
                run.ask(run.purchase(card, 100)).code("62");
                raw(run, block.copy().set(11, run.nextTrace()).set(91, "3"), 1_314, "300");
                run.ask(run.purchase(card, 100)).code("00");
            })
            .add("93-increment", "An increment is an 1100 with 106, an enquiry one with 108", "93-12 93-07", Need.VERSION_1993, run -> {
                final Card card = run.card();
                final Balance before = run.balance(card);
                final Iso8583Message first = run.authorisation(card, 500);
                run.ask(first).code("00");
                run.ask(run.authorisation(card, 200).set(90, run.original(first))).code("00");
                run.moved(card, before, 0, -700);
            })
            .list();
    }

    /** Asks in the words of 1993 as they stand. */
    private static Answer said(final Acquirer run, final Iso8583Message message) throws IOException {
        run.sent(message);
        run.main().socket().write(run.main().socket().frame(message.encode(run.link().dialect(), run.link().newMac())));
        return run.await(run.main(), run.purchase(Card.local(1), 1).set(11, message.get(11)).set(37, message.get(37)));
    }

    /** Asks, and looks at the bytes of the answer themselves. */
    private static void raw(final Acquirer run, final Iso8583Message request, final int mti, final String action) throws IOException {
        run.ask(request);
        final Iso8583Message answer = Iso8583Message.decode(run.link().dialect(), run.main().lastBytes());
        run.equal("MTI", Masking.mti(mti), Masking.mti(answer.mti()));
        run.equal("DE 39", action, answer.get(39));
    }
}
