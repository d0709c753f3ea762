package io.daybreak.loadtest.conformance;

import io.daybreak.iso8583.text.Iso8583Message;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/** Totals of a period, in and out of balance. docs/iso8583.md, chapters 15 and 16. Static. */
final class ReconciliationCases {
    private static final String[] NOTHING = {"0", "0", "0", "0", "0", "0", "0", "0"};
    private static final int[] TOTALS = {74, 75, 76, 77, 86, 87, 88, 89};
    private static final int FIRST_AMOUNT = 4;

    private ReconciliationCases() {
    }

    static List<ConformanceCase> list() {
        return new Cases("Reconciliation")
            .add("totals-in-balance", "Debits, credits and their reversals are counted apart; right totals are in balance",
                "REC-01 REC-02 REC-05 REC-06 REC-07 REC-09 REC-10 DAY-04", ReconciliationCases::inBalance)
            .add("totals-not-counted", "Authorisations, enquiries, declines, and reversals that give nothing back are not counted",
                "REC-07 REC-08 REC-13", run -> {
                    close(run);
                    final Card card = run.card();
                    final Iso8583Message hold = run.authorisation(card, 500);
                    run.ask(hold).code("00");
                    run.ask(run.reversal(400, hold)).code("00");
                    run.balance(card);
                    final Iso8583Message declined = run.purchase(Card.local(997), 100);
                    run.ask(declined).code("51");
                    run.ask(run.reversal(400, declined)).code("00");
                    totals(run.ask(request(run, 500, null)).code("00"), NOTHING, "C0");
                })
            .add("totals-out-of-balance", "Wrong totals get 95 and ours, and the period closes all the same", "REC-02 REC-01", run -> {
                close(run);
                run.ask(run.purchase(run.card(), 1_500)).code("00");
                final String[] wrong = {"0", "0", "1", "0", "0", "0", "1501", "0"};
                final Answer answer = run.ask(request(run, 500, wrong)).code("95");
                if (!run.is93()) {
                    answer.field(66, "2");
                }
                totals(answer, new String[] {"0", "0", "1", "0", "0", "0", "1500", "0"}, "D1500");
                totals(run.ask(request(run, 500, NOTHING)).code("00"), NOTHING, "C0");
            })
            .add("totals-repeat", "A repeat gets the stored answer and closes nothing", "REC-03 REC-15", run -> {
                close(run);
                run.ask(run.purchase(run.card(), 700)).code("00");
                final Iso8583Message request = request(run, 500, null);
                final Answer first = run.ask(request).code("00");
                run.ask(run.purchase(run.card(), 300)).code("00");
                run.ask(run.repeat(request)).mti(first.message().mti()).sameAs(first, 39, 66, 74, 75, 76, 77, 86, 87, 88, 89, 97);
                totals(run.ask(request(run, 500, null)).code("00"), new String[] {"0", "0", "1", "0", "0", "0", "300", "0"}, "D300");
            })
            .add("totals-advice", "0520 has the same effect, and is answered 0530", "REC-15", run -> {
                close(run);
                run.ask(run.purchase(run.card(), 800)).code("00");
                totals(run.ask(request(run, 520, new String[] {"0", "0", "1", "0", "0", "0", "800", "0"})).mti(530).code("00"),
                    new String[] {"0", "0", "1", "0", "0", "0", "800", "0"}, "D800");
            })
            .add("totals-sent-only", "Only fields that were sent are compared; an empty period is closed with zeros", "REC-11 REC-13", run -> {
                close(run);
                totals(run.ask(request(run, 500, null)).code("00"), NOTHING, "C0");
                run.ask(run.purchase(run.card(), 900)).code("00");
                final Iso8583Message some = request(run, 500, null).set(76, "0000000001");
                run.ask(some).code("00");
            })
            .add("totals-date", "Without DE 15 the open date is meant; a date that never was gets 25", "REC-12", run -> {
                final Answer open = run.ask(request(run, 500, null)).code("00");
                final Iso8583Message named = request(run, 500, null).set(15, open.get(15));
                run.ask(named).code("00");
                final String never = Acquirer.time(Instant.now().plusSeconds(40L * 86_400)).substring(0, 4);
                run.ask(request(run, 500, null).set(15, never)).code("25").hasNot(74, 76, 86, 88);
            })
            .add("totals-advices", "Advices are counted with what they report; a reversal with what it gives back", "REC-14 REC-07", run -> {
                close(run);
                final Card empty = Card.local(997);
                run.ask(run.payment(220, "000000", empty, 500)).code("00");
                final Iso8583Message purchase = run.purchase(run.card(), 1_000);
                run.ask(purchase).code("00");
                run.ask(run.partial(400, purchase, 600)).code("00");
                run.ask(run.payment(220, "000000", run.card(), 100).set(42, "M99999999999999")).code("00");
                totals(run.ask(request(run, 500, null)).code("00"), new String[] {"0", "0", "2", "1", "0", "0", "1500", "400"}, "D1100");
            })
            .list();
    }

    /** Ends the period, whatever it held. */
    private static void close(final Acquirer run) throws IOException {
        run.ask(request(run, 500, null)).code("00");
    }

    private static Iso8583Message request(final Acquirer run, final int mti, final String[] values) {
        final Iso8583Message like = run.purchase(Card.local(1), 0);
        final Iso8583Message request = new Iso8583Message(mti).set(7, like.get(7)).set(11, like.get(11)).set(32, run.acquirerId())
            .set(37, like.get(37)).set(50, like.get(49));
        if (values != null) {
            for (int i = 0; i < TOTALS.length; i++) {
                request.set(TOTALS[i], padded(values[i], i));
            }
        }
        return request;
    }

    private static String padded(final String value, final int place) {
        return String.format(Locale.ROOT, place < FIRST_AMOUNT ? "%010d" : "%016d", Long.parseLong(value));
    }

    private static void totals(final Answer answer, final String[] values, final String net) {
        for (int i = 0; i < TOTALS.length; i++) {
            answer.field(TOTALS[i], padded(values[i], i));
        }
        answer.field(97, net.charAt(0) + String.format(Locale.ROOT, "%016d", Long.parseLong(net.substring(1))));
    }

    private static void inBalance(final Acquirer run) throws IOException {
        close(run);
        final Card card = run.card();
        final Iso8583Message purchase = run.purchase(card, 1_000);
        run.ask(purchase).code("00");
        run.ask(run.payment(200, "010000", card, 200)).code("00");
        final Iso8583Message hold = run.authorisation(card, 400);
        run.ask(hold).code("00");
        run.ask(run.completion(hold, 300)).code("00");
        run.ask(run.payment(200, "500000", card, 50).set(103, "1").set(48, "BILL")).code("00");
        run.ask(run.payment(200, "400000", card, 60).set(103, run.card().pan())).code("00");
        run.ask(run.payment(200, "090000", card, 70).set(54, "0040156D000000000020")).code("00");
        // Debits: 1,000 + 200 + 300 + 50 + 60 + 70.
        final Iso8583Message refund = run.refund(purchase, 150);
        run.ask(refund).code("00");
        final Iso8583Message topUp = run.payment(200, "210000", card, 500);
        run.ask(topUp).code("00");
        run.ask(run.reversal(400, topUp)).code("00");
        run.ask(run.partial(400, purchase, 600)).code("00");
        // Credits: 150 + 500; of these 500 reversed. Of the purchase 150 were refunded, so 850 were left, of which 600 remain.
        final String[] right = {"2", "1", "6", "1", "650", "500", "1680", "250"};
        final Answer answer = run.ask(request(run, 500, right)).code("00");
        if (!run.is93()) {
            answer.field(66, "1").matches(15, "\\d{4}");
        }
        totals(answer, right, "D1280");
    }
}
