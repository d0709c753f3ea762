package io.daybreak.loadtest.conformance;

import io.daybreak.iso8583.text.Iso8583Message;
import io.daybreak.loadtest.workload.DemoCards;

import java.io.IOException;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The same message again. docs/iso8583.md, chapter 8. Static. */
final class DuplicateCases {
    private static final int[] FIRST_ANSWER = {3, 4, 11, 15, 37, 38, 39, 54};
    private static final int MANY = 2_000;
    private static final long DAYS_S = 86_400;

    private DuplicateCases() {
    }

    static List<ConformanceCase> list() {
        return new Cases("Duplicates and repeats")
            .add("duplicate-same", "The same 0200 again gets the first answer, and nothing moves", "DUP-01 DUP-03 DUP-08", run -> {
                final Card card = run.card();
                final Balance before = run.balance(card);
                final Iso8583Message request = run.purchase(card, 1_200);
                final Answer first = run.ask(request).code("00");
                run.ask(request).mti(210).code("00").sameAs(first, FIRST_ANSWER).echoes();
                run.ask(request).sameAs(first, FIRST_ANSWER);
                run.moved(card, before, -1_200, -1_200);
            })
            .add("duplicate-repeat", "A repeat 0201 gets the MTI and the fields of the first answer, whatever its DE 7", "DUP-05 DUP-08 MSG-01 TIM-02",
                run -> {
                    final Card card = run.card();
                    final Balance before = run.balance(card);
                    final Iso8583Message request = run.purchase(card, 1_300);
                    final Answer first = run.ask(request).code("00");
                    run.ask(run.repeat(request)).mti(210).code("00").sameAs(first, FIRST_ANSWER);
                    final Iso8583Message refreshed = run.repeat(request).set(7, Acquirer.time(Instant.now().plusSeconds(7)));
                    run.ask(refreshed).mti(210).code("00").sameAs(first, FIRST_ANSWER).echoes();
                    run.moved(card, before, -1_300, -1_300);
                })
            .add("duplicate-other-line", "A repeat is recognised on another socket", "DUP-12", run -> {
                final Card card = run.card();
                final Balance before = run.balance(card);
                final Iso8583Message request = run.purchase(card, 400);
                final Answer first = run.ask(request).code("00");
                run.ask(run.open(), run.repeat(request)).mti(210).sameAs(first, FIRST_ANSWER);
                run.moved(card, before, -400, -400);
            })
            .add("duplicate-first", "A repeat of what never came is decided as if it were the first", "DUP-06", run -> {
                final Card card = run.card();
                final Balance before = run.balance(card);
                final Iso8583Message request = run.purchase(card, 600);
                final Answer first = run.ask(run.repeat(request)).mti(210).code("00").has(38);
                run.ask(request).sameAs(first, FIRST_ANSWER);
                run.note("the first comes later, with another DE 7");
                run.ask(request.copy().set(7, Acquirer.time(Instant.now().minusSeconds(30)))).sameAs(first, FIRST_ANSWER);
                run.moved(card, before, -600, -600);
                run.ask(run.reversal(400, request)).code("00");
            })
            .add("duplicate-contents", "A known identity with another card, processing code, amount or currency gets 94", "DUP-04 DUP-03", run -> {
                final Card card = run.card();
                final Balance before = run.balance(card);
                final Iso8583Message request = run.purchase(card, 700);
                final Answer first = run.ask(request).code("00");
                run.ask(request.copy().set(4, Acquirer.twelve(701))).code("94").hasNot(38);
                run.ask(request.copy().set(2, run.card().pan())).code("94");
                run.ask(request.copy().set(3, "010000")).code("94");
                run.ask(request.copy().set(49, "840")).code("94");
                run.ask(request).sameAs(first, FIRST_ANSWER);
                run.moved(card, before, -700, -700);
            })
            .add("duplicate-key", "Trace number and terminal alone are not the key", "DUP-01 DUP-02", run -> {
                final Card card = run.card();
                final Balance before = run.balance(card);
                final Iso8583Message request = run.purchase(card, 100);
                run.ask(request).code("00");
                run.ask(request.copy().set(7, Acquirer.time(Instant.now().minusSeconds(60)))).code("00");
                run.ask(request.copy().set(37, run.nextReference())).code("00");
                run.ask(request.copy().set(41, other(request.get(41)))).code("00");
                run.ask(request.copy().mti(100)).code("00");
                run.moved(card, before, -400, -500);
                run.ask(run.reversal(400, request.copy().mti(100))).code("00");
                run.ask(run.payment(200, "210000", card, 300)).code("00");
            })
            .add("duplicate-refusal", "Refusals are remembered like approvals", "DUP-09", run -> {
                final Card empty = Card.local(997);
                final Iso8583Message request = run.purchase(empty, 500);
                run.ask(request).code("51");
                run.ask(run.payment(200, "210000", empty, 500)).code("00");
                run.ask(request).code("51").hasNot(38);
                run.ask(run.repeat(request)).code("51");
                run.ask(run.payment(200, "010000", empty, 500)).code("00");
            })
            .add("duplicate-undecided", "What was refused before it was decided may come again", "DUP-10", run -> {
                final Card card = run.card();
                final Iso8583Message request = run.purchase(card, 100);
                run.ask(request.copy().set(55, "9F26FF00")).code("30");
                run.ask(request.copy().set(32, "99999999")).code("31");
                run.ask(request).code("00").has(38);
            })
            .add("duplicate-enquiry", "Enquiries are not remembered: a repeat tells the balance as it is then", "DUP-11", run -> {
                final Card card = run.card();
                final Iso8583Message enquiry = run.enquiry(card);
                final Balance first = run.balance(run.ask(enquiry).code("00"));
                run.ask(run.purchase(card, 150)).code("00");
                final Balance second = run.balance(run.ask(run.repeat(enquiry)).mti(110).code("00"));
                run.equal("the repeated enquiry's balance", first.ledger() - 150, second.ledger());
            })
            .add("duplicate-window", "A request before the window gets 94; an advice before it gets 00", "DUP-15 DUP-16", run -> {
                final Card card = run.card();
                final Balance before = run.balance(card);
                final String old = Acquirer.time(Instant.now().minusSeconds(3 * DAYS_S));
                run.ask(run.purchase(card, 100).set(7, old)).code("94");
                run.ask(run.payment(220, "000000", card, 100).set(7, old)).code("00");
                run.moved(card, before, 0, 0);
            })
            .add("duplicate-wrap", "Many payments of one terminal with wrapping trace numbers do not collide", "DUP-18", DuplicateCases::wrap)
            .add("duplicate-advice", "An advice or reversal is booked once, however often it comes", "DUP-19", run -> {
                final Card card = run.card();
                final Balance before = run.balance(card);
                final Iso8583Message purchase = run.purchase(card, 1_000);
                run.ask(purchase).code("00");
                final Iso8583Message partial = run.partial(420, purchase, 600);
                for (int i = 0; i < 3; i++) {
                    run.ask(i == 0 ? partial : run.repeat(partial)).mti(430).code("00");
                }
                run.moved(card, before, -600, -600);
                final Iso8583Message authorisation = run.authorisation(card, 500);
                run.ask(authorisation).code("00");
                final Iso8583Message completion = run.completion(authorisation, 500);
                for (int i = 0; i < 3; i++) {
                    run.ask(i == 0 ? completion : run.repeat(completion)).mti(230).code("00");
                }
                run.moved(card, before, -1_100, -1_100);
                run.ask(run.payment(200, "210000", card, 500)).code("00");
            })
            .list();
    }

    private static String other(final String terminal) {
        return DemoCards.terminal(Integer.parseInt(terminal.substring(1)) % DemoCards.TERMINALS + 1);
    }

    private static void wrap(final Acquirer run) throws IOException {
        final Card card = run.card();
        final Balance before = run.balance(card);
        final Set<String> approvals = new HashSet<>();
        final Line line = run.open();
        for (int i = 0; i < MANY; i++) {
            final Iso8583Message request = run.purchase(card, 1).set(11, String.format("%06d", i % 2 == 0 ? 999_999 : 1));
            line.send(request);
            final Iso8583Message answer = line.await(request, run.patience());
            if (answer == null || !"00".equals(answer.get(39))) {
                run.check("payments with equal trace numbers and other references are all approved", false,
                    answer == null ? "one is not answered" : answer.get(39));
            } else {
                approvals.add(answer.get(38));
            }
        }
        run.equal("the number of different DE 38", MANY, approvals.size());
        run.moved(card, before, -MANY, -MANY);
        run.ask(run.payment(200, "210000", card, MANY)).code("00");
    }
}
