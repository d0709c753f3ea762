package io.daybreak.loadtest.conformance;

import io.daybreak.iso8583.text.Iso8583Message;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;

/** Sign-on, echo, institutions. docs/iso8583.md, chapter 2. Static. */
final class SessionCases {
    private static final String STRANGER = "99999999";

    private SessionCases() {
    }

    static List<ConformanceCase> list() {
        return new Cases("Session")
            .add("session-sign-on", "Sign-on, sign-off and echo are always answered, signed on or not, and twice as well", "SES-07 MSG-01",
                run -> {
                    run.ask(run.network(1)).mti(810).code("00").echoes();
                    run.ask(run.network(1)).code("00");
                    run.ask(run.network(301)).code("00").echoes();
                    run.ask(run.network(2)).code("00");
                    run.ask(run.network(2)).code("00");
                    run.ask(run.network(301)).code("00");
                    run.ask(run.network(1)).code("00");
                })
            .add("session-signed-off", "What comes while signed off gets 91, decides nothing and is not remembered",
                "SES-08 PRE-05 DUP-10 ADV-02", run -> {
                    final Card card = run.card();
                    final Balance before = run.balance(card);
                    final Iso8583Message request = run.purchase(card, 300);
                    run.ask(run.network(2)).code("00");
                    run.ask(request).code("91").hasNot(38);
                    run.ask(run.enquiry(card)).code("91");
                    run.ask(run.reversal(420, request)).code("91");
                    run.ask(run.network(1)).code("00");
                    run.moved(card, before, 0, 0);
                    run.ask(request).code("00").has(38);
                    run.moved(card, before, -300, -300);
                })
            .add("session-all-sockets", "One sign-on serves all sockets of the participant, and outlives lost ones", "SES-04 SES-05", run -> {
                final Line other = run.open();
                run.ask(other, run.enquiry(run.card())).code("00");
                run.closeLines();
                run.pause(100);
                run.ask(run.open(), run.enquiry(run.card())).code("00");
            })
            .add("session-before-sign-off", "What was received before a sign-off is still answered", "SES-09", run -> {
                final Line line = run.open();
                final Iso8583Message request = run.purchase(run.card(), 100);
                final Iso8583Message signOff = run.network(2);
                final ByteArrayOutputStream both = new ByteArrayOutputStream();
                both.write(line.socket().frame(line.encode(request)));
                both.write(line.socket().frame(line.encode(signOff)));
                run.sent(request);
                run.sent(signOff);
                line.socket().write(both.toByteArray());
                run.await(line, request).code("00");
                run.await(line, signOff).code("00");
                run.ask(line, run.network(1)).code("00");
            })
            .add("session-echo-amid", "An echo is answered on its own socket in the midst of other traffic, with what it carried", "SES-10",
                run -> {
                    final Line line = run.open();
                    final List<Iso8583Message> traffic = new ArrayList<>();
                    final Iso8583Message echo = run.network(301).set(37, run.nextReference()).set(41, "T0000001").set(33, "00100001");
                    for (int i = 0; i < 50; i++) {
                        final Iso8583Message request = run.enquiry(run.card());
                        traffic.add(request);
                        line.send(request);
                        if (i == 25) {
                            run.send(line, echo);
                        }
                    }
                    run.await(line, echo).code("00").echoes();
                    for (final Iso8583Message request : traffic) {
                        final Iso8583Message answer = line.await(request, run.patience());
                        if (answer == null || !"00".equals(answer.get(39))) {
                            run.check("each of 50 enquiries around the echo is answered 00", false,
                                answer == null ? "one is not" : answer.get(39));
                        }
                    }
                })
            .add("session-who", "Without DE 32 an 0800 is of the institution in DE 33, or of the link's default participant", "SES-01", run -> {
                run.ask(run.network(301).set(32, null)).code("00").hasNot(32);
                run.ask(run.network(301).set(32, null).set(33, run.acquirerId())).code("00").field(33, run.acquirerId());
                run.ask(run.enquiry(run.card()).set(32, null)).formatError(32);
            })
            .add("session-stranger", "An institution that is not one of the link's gets 31", "SES-02 PRE-06 RC-02", run -> {
                run.ask(run.network(301).set(32, STRANGER)).code("31");
                run.ask(run.network(301).set(32, null).set(33, STRANGER)).code("31");
                run.ask(run.purchase(run.card(), 100).set(32, STRANGER)).code("31").hasNot(38);
                run.ask(run.reversal(420, run.purchase(run.card(), 100)).set(32, STRANGER)).code("31");
            })
            .add("session-unknown-code", "An 0800 with an unknown DE 70 gets 40", "SES-11 RC-02 PRE-05",
                run -> run.ask(run.network(999)).code("40"))
            .add("session-cut-over", "An 0800/201 is for whom it was granted to, else 57, and needs DE 15; 202 changes nothing", "SES-14 SES-15 DAY-08", run -> {
                final String date = java.time.LocalDate.now(java.time.ZoneOffset.UTC).plusDays(1)
                    .format(java.time.format.DateTimeFormatter.ofPattern(run.is93() ? "yyMMdd" : "MMdd"));
                run.ask(run.network(201).set(15, date)).code("57");
                run.ask(run.network(201)).formatError(15);
                run.ask(run.network(201).set(15, run.is93() ? "261332" : "1332")).formatError(15);
                run.ask(run.network(202)).code("00");
                run.alive();
            })
            .list();
    }
}
