package io.daybreak.loadtest.conformance;

import io.daybreak.iso8583.text.Iso8583Message;

import java.io.IOException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Cards of an issuer outside: what the issuer sees, what comes back, and what happens when it is slow, silent, wrong or gone.
 * docs/iso8583.md, chapters 17 to 20. The issuer is the simulator inside this run. Static.
 */
final class RoutingCases {
    private static final Duration DEADLINE = Duration.ofSeconds(8);
    private static final Duration RETRIES = Duration.ofSeconds(30);
    private static final Duration MOMENT = Duration.ofMillis(500);
    private static final Duration FAST = Duration.ofSeconds(1);
    private static final long STAND_IN = 100_000_000L;
    private static final long PIN_ROUTE = 200_000_000L;
    private static final String PIN_BLOCK = "0123456789ABCDEF";
    private static final String SILENT = "rules = [{ mti = [\"01x0\", \"02x0\"], reply = silent }]";
    private static final String LOST = "rules = [{ mti = [\"0100\", \"0200\"], reply = lost }]";
    private static final EnumSet<Need> SLOW = EnumSet.of(Need.ISSUER, Need.TIME);

    private RoutingCases() {
    }

    static List<ConformanceCase> list() {
        final Cases cases = new Cases("Routing to issuers");
        asked(cases);
        unanswered(cases);
        forwarded(cases);
        standIn(cases);
        return cases.list();
    }

    private static void asked(final Cases cases) {
        cases
            .add("route-approve", "A routed payment is approved by its issuer, with the issuer's DE 38", "RTE-01 RTE-06 DEMO-05 DEMO-11 ISS-01 OP-14",
                Need.ISSUER, run -> {
                    run.issuerReady();
                    final Iso8583Message request = run.purchase(run.routed(), 1_000);
                    final Answer answer = run.ask(request).mti(210).code("00").has(38, 15).echoes();
                    run.issuerGets(request.get(37), DEADLINE, 200);
                    run.check("the issuer has booked it once", run.issuer().netDebited(Long.parseLong(request.get(2))) == 1_000,
                        run.issuer().netDebited(Long.parseLong(request.get(2))));
                    run.check("DE 38 is of six", answer.get(38).length() == 6, answer.get(38));
                })
            .add("route-outward", "The issuer sees DE 32 of the acquirer, DE 33 of the switch, its own DE 11 and 7, and the rest unchanged",
                "ISS-02 ISS-03 ISS-05 RTE-15 RTE-16", Need.ISSUER, run -> {
                    run.issuerReady();
                    final Iso8583Message request = run.purchase(run.routed(), 1_100).set(43, "SHOP NAME                SHANGHAI     CN")
                        .set(48, "ADDITIONAL").set(60, "SIXTY").set(61, "SIXTY-ONE").set(62, "SIXTY-TWO").set(63, "SIXTY-THREE").set(23, "001")
                        .set(55, "9F2608A1B2C3D4E5F607189F360200FF").set(5, "000000000150").set(9, "60000136").set(16, "1123").set(50, "840");
                    run.ask(request).code("00");
                    final Iso8583Message seen = run.issuerGets(request.get(37), DEADLINE, 200);
                    for (final int field : new int[] {2, 3, 4, 12, 13, 14, 18, 22, 23, 25, 37, 41, 42, 43, 48, 49, 55, 60, 61, 62, 63, 5, 9, 16, 50}) {
                        final boolean isOfOneVersion = field == 12 || field == 13 || field == 18 || field == 22 || field == 25 || field == 43;
                        if (request.has(field) && !(isOfOneVersion && (run.is93() || run.isIssuer93()))) {
                            run.check("DE " + field + " goes out as it came", run.whole(field, request.get(field)).equals(seen.get(field)),
                                Masking.text(field, seen.get(field)));
                        }
                    }
                    run.equal("DE 32", run.acquirerId(), seen.get(32));
                    run.check("DE 33 is the switch", seen.has(33), "absent");
                    run.check("DE 15 is there", seen.has(15), "absent");
                    run.check("no DE 52 goes out", !seen.has(52), "there");
                })
            .add("route-traces", "Trace numbers outward are the switch's own, one for each message", "RTE-06", Need.ISSUER, run -> {
                run.issuerReady();
                final Set<String> pairs = new HashSet<>();
                for (int i = 0; i < 50; i++) {
                    final Iso8583Message request = run.purchase(run.routed(), 100).set(11, "000007");
                    run.ask(request).code("00");
                    final Iso8583Message seen = run.issuerGot(request.get(37), 200).get(0);
                    pairs.add(seen.get(7) + seen.get(11));
                }
                run.equal("the number of different DE 7 and 11", 50, pairs.size());
            })
            .add("route-back", "The issuer's DE 39, 44, 48, 54, 55, 62 and 63 come back, and the acquirer's own identity", "RTE-17 RC-04", Need.ISSUER,
                run -> {
                    run.issuerReady();
                    run.issuerDoes("rules = [{ mti = [\"0200\"], code = \"01\", fields { 44 = \"CALL ISSUER\", 48 = \"FROM THE ISSUER\", 62 = \"TWO\", "
                        + "63 = \"THREE\" } }]");
                    final Iso8583Message request = run.purchase(run.routed(), 500);
                    run.ask(request).code("01").hasNot(38).field(44, "CALL ISSUER").field(48, "FROM THE ISSUER").field(62, "TWO")
                        .field(63, "THREE").echoes();
                })
            .add("route-codes", "An issuer's response code is passed as it is", "RC-04", Need.ISSUER, run -> {
                run.issuerReady();
                for (final String code : new String[] {"05", "51", "54", "61", "14"}) {
                    run.issuerDoes("rules = [{ code = \"" + code + "\" }]");
                    run.ask(run.purchase(run.routed(), 500)).code(code);
                }
            })
            .add("route-partial", "An issuer's 10 is passed where it was asked for; otherwise 51, and reversed at the issuer", "RTE-18", Need.ISSUER,
                run -> {
                    run.issuerReady();
                    run.issuerDoes("rules = [{ mti = [\"0200\"], approve-amount-percent = 40 }]");
                    run.ask(run.purchase(run.routed(), 1_000).set(60, "PA")).code("10").field(4, Acquirer.twelve(400));
                    final Iso8583Message request = run.purchase(run.routed(), 1_000);
                    run.ask(request).code("51").hasNot(38);
                    run.issuerGets(request.get(37), DEADLINE, 420, 421);
                })
            .add("route-negative-file", "The negative file applies to routed cards too", "RTE-23", Need.ISSUER, run -> {
                run.issuerReady();
                final Card card = run.routed();
                final Iso8583Message like = run.purchase(card, 100);
                final Iso8583Message block = new Iso8583Message(302).set(2, card.pan()).set(7, like.get(7)).set(11, run.nextTrace())
                    .set(32, run.acquirerId()).set(91, "1").set(101, "NEGFILE");
                run.ask(block).code("00");
                run.ask(like).code("62");
                run.check("the issuer was not asked", run.issuerGot(like.get(37)).isEmpty(), "asked");
                run.ask(block.copy().set(11, run.nextTrace()).set(91, "3")).code("00");
                run.ask(run.purchase(card, 100)).code("00");
            })
            .add("route-repeat", "A repeat while the first is in work waits, and both are answered, each on its own socket", "DUP-07", Need.ISSUER,
                run -> {
                    run.issuerReady();
                    run.issuerDoes("delay = 700ms");
                    final Line other = run.open();
                    final Iso8583Message request = run.purchase(run.routed(), 900);
                    run.send(run.main(), request);
                    run.pause(100);
                    run.send(other, run.repeat(request));
                    final Answer first = run.await(run.main(), request).code("00");
                    run.await(other, run.repeat(request)).mti(210).sameAs(first, 38, 39, 15, 37);
                    run.equal("requests at the issuer", 1, run.issuerGot(request.get(37)).size());
                })
            .add("route-pin", "A route with pin = same-zone passes the PIN block; all others decline it", "PIN-03 DEMO-13 PIN-01", Need.ISSUER, run -> {
                run.issuerReady();
                final Iso8583Message passed = run.purchase(Card.routed(PIN_ROUTE + run.nextTrace()), 100).set(52, PIN_BLOCK)
                    .set(53, "2001010100000000");
                run.ask(passed).code("00");
                final Iso8583Message seen = run.issuerGets(passed.get(37), DEADLINE, 200);
                run.check("DE 52 goes out unchanged", PIN_BLOCK.equals(seen.get(52)), "another");
                run.equal("DE 53", "2001010100000000", seen.get(53));
                final Iso8583Message refused = run.purchase(run.routed(), 100).set(52, PIN_BLOCK);
                run.ask(refused).code("88");
                run.check("the issuer was not asked", run.issuerGot(refused.get(37)).isEmpty(), "asked");
            })
            .add("route-completion", "A routed authorisation's completion is answered 00 and goes on as an 0220", "RTE-19 RTE-20", Need.ISSUER, run -> {
                run.issuerReady();
                final Iso8583Message hold = run.authorisation(run.routed(), 1_000);
                run.ask(hold).code("00");
                final Iso8583Message completion = run.completion(hold, 800);
                run.ask(completion).mti(230).code("00");
                final Iso8583Message seen = run.issuerGets(completion.get(37), DEADLINE, 220, 221);
                run.equal("DE 4 of the 0220", Acquirer.twelve(800), seen.get(4));
            })
            .add("route-echo", "The switch signs on first, and answers the issuer's own echo", "SES-17 SES-20 SAF-08", Need.ISSUER, run -> {
                run.issuerReady();
                run.issuer().disconnect();
                run.eventually("the switch connects and signs on again", RETRIES, () -> run.issuer().signedOn() > 0);
                final String answer = run.isIssuer93() ? "1814" : "0810";
                final long before = run.issuer().books(0).path("messages").path(answer).asLong();
                run.issuer().sendNetwork(301);
                run.eventually("the issuer's echo is answered", DEADLINE,
                    () -> run.issuer().books(0).path("messages").path(answer).asLong() > before);
                run.check("nothing came before a sign-on", !run.issuer().books(0).path("violations").toString().contains("NOT_SIGNED_ON"),
                    "something");
            })
            .add("route-idle-echo", "The switch sends an echo on an idle issuer link", "SES-18", SLOW, run -> {
                run.issuerReady();
                run.eventually("an 0800 with 301 comes", Duration.ofSeconds(75), () -> run.issuerGot().stream()
                    .anyMatch(message -> run.isIssuer93() ? message.mti() == 1_804 && "831".equals(message.get(24))
                        : message.mti() == 800 && "301".equals(message.get(70))));
            })
            .add("route-totals", "A routed payment is counted when approved, and not when declined or reversed in flight", "REC-16", SLOW,
                RoutingCases::totals);
    }

    private static void totals(final Acquirer run) throws IOException {
        run.issuerReady();
        run.ask(reconcile(run)).code("00");
        run.ask(run.purchase(run.routed(), 1_000)).code("00");
        run.issuerDoes("rules = [{ code = \"51\" }]");
        run.ask(run.purchase(run.routed(), 100)).code("51");
        run.issuerDoes(LOST);
        final Iso8583Message request = run.purchase(run.routed(), 200);
        run.send(run.main(), request);
        run.await(run.main(), request, DEADLINE).code("91");
        run.ask(reconcile(run)).code("00").field(76, "0000000001").field(88, "0000000000001000").field(77, "0000000000");
    }

    private static Iso8583Message reconcile(final Acquirer run) {
        final Iso8583Message like = run.purchase(Card.local(1), 0);
        return new Iso8583Message(500).set(7, like.get(7)).set(11, like.get(11)).set(32, run.acquirerId()).set(37, like.get(37)).set(50, "156");
    }

    private static void unanswered(final Cases cases) {
        cases
            .add("issuer-silent", "An issuer that does not answer: 91 at the deadline, one reversal, never an approval, never a second request",
                "RTE-07 RTE-11 RTE-04 ISS-04 ISS-06 SAF-11 TIM-01 RTE-29", SLOW, run -> {
                    run.issuerReady();
                    run.issuerDoes(SILENT);
                    final Iso8583Message request = run.purchase(run.routed(), 1_500);
                    final long startNs = System.nanoTime();
                    run.send(run.main(), request);
                    run.ask(run.purchase(run.card(), 100)).code("00");
                    run.check("a local payment meanwhile takes no time", System.nanoTime() - startNs < FAST.toNanos(), "slow");
                    run.await(run.main(), request, DEADLINE).code("91").hasNot(38);
                    final Iso8583Message seen = run.issuerGets(request.get(37), DEADLINE, 200);
                    final Iso8583Message reversal = run.issuerGets(request.get(37), DEADLINE, 420, 421);
                    checkReversal(run, seen, reversal, "68");
                    run.pause(1_500);
                    run.equal("requests at the issuer", 1, run.issuerGot(request.get(37), 200, 201).size());
                    run.equal("different reversals at the issuer", 1L, run.issuerGot(request.get(37), 420, 421).stream()
                        .map(message -> message.get(7) + message.get(11)).distinct().count());
                    run.check("the issuer's books are even", run.issuer().netDebited(Long.parseLong(request.get(2))) == 0,
                        run.issuer().netDebited(Long.parseLong(request.get(2))));
                    run.ask(run.repeat(request)).code("91");
                })
            .add("issuer-late", "A late approval is not passed on and leads to the same one reversal; a wrong or second answer is ignored",
                "RTE-08 RTE-09 RTE-11 RTE-14 RC-03", SLOW, run -> {
                    run.issuerReady();
                    run.issuerDoes("rules = [{ mti = [\"0200\"], amount = 903, delay = 6500ms }, { mti = [\"0200\"], amount = 905, answers = 2 }, "
                        + "{ mti = [\"0200\"], amount = 906, wrong-trace = true }, { mti = [\"0200\"], amount = 907, wrong-amount = true }, "
                        + "{ mti = [\"0200\"], amount = 908, wrong-rrn = true }]");
                    final Iso8583Message twice = run.purchase(run.routed(), 905);
                    run.ask(twice).code("00");
                    run.silence(run.main(), "the second answer is not passed on", MOMENT, message -> true);
                    final Iso8583Message[] requests = {run.purchase(run.routed(), 903), run.purchase(run.routed(), 906),
                        run.purchase(run.routed(), 907), run.purchase(run.routed(), 908)};
                    for (final Iso8583Message request : requests) {
                        run.send(run.main(), request);
                    }
                    for (final Iso8583Message request : requests) {
                        run.await(run.main(), request, DEADLINE).code("91");
                        run.issuerGets(request.get(37), DEADLINE, 420, 421);
                    }
                    run.pause(3_000);
                    run.silence(run.main(), "the late approval is not passed on", MOMENT, message -> true);
                    for (final Iso8583Message request : requests) {
                        run.equal("different reversals", 1L, run.issuerGot(request.get(37), 420, 421).stream()
                            .map(message -> message.get(7) + message.get(11)).distinct().count());
                        run.equal("what the issuer has booked", 0L, run.issuer().netDebited(Long.parseLong(request.get(2))));
                    }
                    run.equal("what the issuer has booked of the payment answered twice", 905L,
                        run.issuer().netDebited(Long.parseLong(twice.get(2))));
                })
            .add("issuer-invalid", "An answer without DE 39 is no answer: 96, and reversed", "RTE-25", Need.ISSUER, run -> {
                run.issuerReady();
                run.issuerDoes("rules = [{ mti = [\"0200\"], no-code = true }]");
                final Iso8583Message request = run.purchase(run.routed(), 700);
                run.send(run.main(), request);
                run.await(run.main(), request, DEADLINE).code("96");
                run.issuerGets(request.get(37), DEADLINE, 420, 421);
            })
            .add("issuer-late-decline", "A late decline cancels a reversal that has not been sent", "RTE-10", SLOW, run -> {
                run.issuerReady();
                run.issuerDoes("rules = [{ mti = [\"0200\"], code = \"51\", delay = 6s }]");
                final Iso8583Message request = run.purchase(run.routed(), 700);
                run.send(run.main(), request);
                run.await(run.main(), request, DEADLINE).code("91");
                run.pause(2_000);
                run.check("the issuer's books are even", run.issuer().netDebited(Long.parseLong(request.get(2))) == 0, "not");
                run.check("at most one reversal came", run.issuerGot(request.get(37), 420).size() <= 1, "more");
            })
            .add("issuer-reversal-in-flight", "An acquirer's reversal of a payment in flight is answered 00 at once; the payment is declined 12",
                "RTE-12 RTE-26 RTE-11", Need.ISSUER, run -> {
                    run.issuerReady();
                    run.issuerDoes("rules = [{ mti = [\"0200\"], delay = 1500ms }]");
                    final Iso8583Message request = run.purchase(run.routed(), 800);
                    run.send(run.main(), request);
                    run.pause(200);
                    final Iso8583Message reversal = run.reversal(400, request);
                    run.send(run.main(), reversal);
                    run.await(run.main(), reversal, FAST).code("00");
                    run.await(run.main(), request, DEADLINE).code("12").hasNot(38);
                    run.issuerGets(request.get(37), DEADLINE, 420, 421);
                    run.eventually("the issuer's books are even", DEADLINE,
                        () -> run.issuer().netDebited(Long.parseLong(request.get(2))) == 0);
                    run.equal("different reversals", 1L, run.issuerGot(request.get(37), 420, 421).stream()
                        .map(message -> message.get(7) + message.get(11)).distinct().count());
                })
            .add("issuer-reversal", "A routed reversal, also in part, is answered 00 and goes on as an 0420 that names what we sent",
                "RTE-13 RTE-27 ISS-04 ISS-06", Need.ISSUER, run -> {
                    run.issuerReady();
                    final Iso8583Message request = run.purchase(run.routed(), 1_000);
                    run.ask(request).code("00");
                    final Iso8583Message seen = run.issuerGets(request.get(37), DEADLINE, 200);
                    run.ask(run.partial(400, request, 600)).code("00");
                    final Iso8583Message partial = run.issuerGets(request.get(37), DEADLINE, 420, 421);
                    if (run.isIssuer93()) {
                        run.equal("DE 24", "401", partial.get(24));
                        run.equal("DE 4", "000000000600", partial.get(4));
                        run.equal("DE 30", "000000001000" + "0".repeat(12), partial.get(30));
                    } else {
                        run.equal("DE 95 begins with", "000000000600", partial.get(95).substring(0, 12));
                    }
                    checkReversal(run, seen, partial, null);
                    run.eventually("the issuer has given back 400", DEADLINE,
                        () -> run.issuer().netDebited(Long.parseLong(request.get(2))) == 600);
                })
            .add("issuer-enquiry", "A routed enquiry that times out makes no reversal", "RTE-21", SLOW, run -> {
                run.issuerReady();
                run.issuerDoes(LOST);
                final Iso8583Message enquiry = run.enquiry(run.routed());
                run.send(run.main(), enquiry);
                run.await(run.main(), enquiry, DEADLINE).code("91");
                run.pause(1_000);
                run.check("no reversal came", run.issuerGot(enquiry.get(37), 420, 421).isEmpty(), "one");
            })
            .add("issuer-dies", "An issuer that dies in mid-flight, or in mid-message: 91 at the deadline, and reversed when it is back",
                "RTE-24 RTE-04 SES-19", SLOW, run -> {
                    run.issuerReady();
                    run.issuerDoes("rules = [{ mti = [\"0200\"], amount = 908, reply = disconnect }, "
                        + "{ mti = [\"0200\"], amount = 909, reply = disconnect-in-answer }]");
                    final Iso8583Message first = run.purchase(run.routed(), 908);
                    run.send(run.main(), first);
                    run.await(run.main(), first, DEADLINE).code("91");
                    run.issuerReady();
                    final Iso8583Message second = run.purchase(run.routed(), 909);
                    run.send(run.main(), second);
                    run.await(run.main(), second, DEADLINE).code("91");
                    for (final Iso8583Message request : List.of(first, second)) {
                        run.issuerGets(request.get(37), RETRIES, 420, 421);
                        run.equal("requests at the issuer", 1, run.issuerGot(request.get(37), 200, 201).size());
                    }
                })
            .add("issuer-gone", "With no link up a payment is declined 91 at once, without a reversal; the link comes back by itself",
                "RTE-05 RTE-28 SES-19 RTE-03", SLOW, run -> {
                    run.issuerReady();
                    run.issuer().restart(Duration.ofSeconds(2));
                    run.pause(300);
                    final Iso8583Message request = run.purchase(run.routed(), 800);
                    run.send(run.main(), request);
                    run.await(run.main(), request, FAST).code("91");
                    run.ask(run.purchase(run.card(), 100)).code("00");
                    run.issuerReady();
                    run.pause(1_000);
                    run.check("nothing of it came to the issuer", run.issuerGot(request.get(37)).isEmpty(), "something");
                    run.ask(run.purchase(run.routed(), 100)).code("00");
                });
    }

    /** DE 90 names what the switch had sent, and nothing of the track goes along. */
    private static void checkReversal(final Acquirer run, final Iso8583Message seen, final Iso8583Message reversal, final String reason) {
        if (run.isIssuer93()) {
            run.equal("DE 56 begins with", Masking.mti(seen.mti()) + seen.get(11) + seen.get(12), reversal.get(56).substring(0, 22));
        } else {
            run.equal("DE 90 begins with", Masking.mti(seen.mti()) + seen.get(11) + seen.get(7), reversal.get(90).substring(0, 20));
            run.equal("DE 4 of the reversal", seen.get(4), reversal.get(4));
        }
        run.equal("DE 2 of the reversal", Masking.text(2, seen.get(2)), Masking.text(2, reversal.get(2)));
        for (final int field : new int[] {35, 52, 55}) {
            run.check("no DE " + field + " goes with a reversal", !reversal.has(field), "there");
        }
        if (reason != null && !run.isIssuer93()) {
            run.equal("DE 39 of the reversal", reason, reversal.get(39));
        }
    }

    private static void forwarded(final Cases cases) {
        cases
            .add("saf-retry", "A retry is the same message as 0421, with the same DE 7, 11 and 37, until it is answered well",
                "SAF-03 SAF-05 SAF-04", SLOW, run -> {
                    run.issuerReady();
                    run.issuerDoes("rules = [{ mti = [\"0420\"], reply = lost }, { mti = [\"0421\"], times = 1, code = \"91\" }]");
                    final Iso8583Message request = run.purchase(run.routed(), 600);
                    run.ask(request).code("00");
                    run.ask(run.reversal(400, request)).code("00");
                    final Iso8583Message first = run.issuerGets(request.get(37), DEADLINE, 420);
                    run.eventually("it is tried twice more", RETRIES, () -> run.issuerGot(request.get(37), 421).size() >= 2);
                    for (final Iso8583Message again : run.issuerGot(request.get(37), 421)) {
                        run.equal("DE 7 and 11 of the retry", first.get(7) + first.get(11), again.get(7) + again.get(11));
                    }
                    run.eventually("the issuer has given it back", RETRIES,
                        () -> run.issuer().netDebited(Long.parseLong(request.get(2))) == 0);
                    final int count = run.issuerGot(request.get(37), 421).size();
                    run.pause(3_000);
                    run.equal("retries after 00", count, run.issuerGot(request.get(37), 421).size());
                })
            .add("saf-order", "The messages of one card go in order; other cards overtake", "SAF-01 SAF-11 SAF-02", SLOW, run -> {
                run.issuerReady();
                final Card stuck = run.routed();
                run.issuerDoes("rules = [{ mti = [\"042x\"], card = \"" + stuck.pan() + "\", times = 1, reply = lost }]");
                final Iso8583Message first = run.purchase(stuck, 300);
                final Iso8583Message second = run.purchase(stuck, 400);
                final Iso8583Message other = run.purchase(run.routed(), 500);
                run.ask(first).code("00");
                run.ask(second).code("00");
                run.ask(other).code("00");
                run.ask(run.reversal(400, first)).code("00");
                run.ask(run.reversal(400, second)).code("00");
                run.ask(run.reversal(400, other)).code("00");
                run.issuerGets(other.get(37), DEADLINE, 420, 421);
                run.check("the second of the stuck card has not gone", run.issuerGot(second.get(37), 420, 421).isEmpty(), "gone");
                run.issuerGets(second.get(37), RETRIES, 420, 421);
                run.check("the first was tried again before", run.issuerGot(first.get(37), 420, 421).size() >= 2, "not");
            })
            .add("saf-other-answer", "Any other answer ends the tries, and is left to a person", "SAF-06 SAF-04", SLOW, run -> {
                run.issuerReady();
                for (final String code : new String[] {"25", "94", "12"}) {
                    run.issuerDoes("rules = [{ mti = [\"042x\"], code = \"" + code + "\" }]");
                    final Iso8583Message request = run.purchase(run.routed(), 300);
                    run.ask(request).code("00");
                    run.ask(run.reversal(400, request)).code("00");
                    run.issuerGets(request.get(37), DEADLINE, 420, 421);
                    run.pause(2_500);
                    run.equal("tries answered " + code, 1, run.issuerGot(request.get(37), 420, 421).size());
                }
            })
            .add("saf-sign-on", "Nothing is sent before the issuer's link is signed on", "SAF-08 SES-17", SLOW, run -> {
                run.issuerReady();
                final Iso8583Message request = run.purchase(run.routed(), 300);
                run.ask(request).code("00");
                run.issuerDoes("sign-on = \"91\"");
                run.issuer().disconnect();
                run.ask(run.reversal(400, request)).code("00");
                run.pause(1_500);
                run.check("no reversal came while the sign-on was refused", run.issuerGot(request.get(37), 420, 421).isEmpty(), "one");
                run.issuerDoes("");
                run.issuerGets(request.get(37), RETRIES, 420, 421);
            });
    }

    private static void standIn(final Cases cases) {
        cases
            .add("stand-in", "Stand-in approves below its floor when the issuer is gone, and an advice follows", "STI-01 DEMO-12", SLOW, run -> {
                run.issuerReady();
                final Card card = Card.routed(STAND_IN + run.nextTrace());
                run.issuer().restart(Duration.ofSeconds(2));
                run.pause(300);
                final Iso8583Message above = run.purchase(card, 5_001);
                run.ask(above).code("91");
                final Iso8583Message request = run.purchase(card, 5_000);
                run.ask(request).code("00").has(38);
                run.issuerReady();
                run.issuerGets(request.get(37), RETRIES, 220, 221);
                run.check("what was declined is not advised", run.issuerGot(above.get(37)).isEmpty(), "advised");
            })
            .add("stand-in-counts", "Stand-in keeps a number and a sum by card and day", "STI-02 DEMO-12", SLOW, run -> {
                run.issuerReady();
                run.issuer().restart(Duration.ofSeconds(3));
                run.pause(300);
                final Card often = Card.routed(STAND_IN + run.nextTrace());
                for (int i = 0; i < 3; i++) {
                    run.ask(run.purchase(often, 100)).code("00");
                }
                run.ask(run.purchase(often, 100)).code("91");
                final Card much = Card.routed(STAND_IN + run.nextTrace());
                run.ask(run.purchase(much, 5_000)).code("00");
                run.ask(run.purchase(much, 5_000)).code("00");
                run.ask(run.purchase(much, 2_001)).code("91");
                run.issuerReady();
            })
            .add("stand-in-excluded", "Stand-in excludes channels, categories and operations, and cards on the negative file", "STI-03 STI-04", SLOW,
                run -> {
                    run.issuerReady();
                    final Card card = Card.routed(STAND_IN + run.nextTrace());
                    final Card blocked = Card.routed(STAND_IN + run.nextTrace());
                    final Iso8583Message like = run.purchase(blocked, 100);
                    final Iso8583Message block = new Iso8583Message(302).set(2, blocked.pan()).set(7, like.get(7)).set(11, run.nextTrace())
                        .set(32, run.acquirerId()).set(91, "1").set(101, "NEGFILE");
                    run.ask(block).code("00");
                    run.issuer().restart(Duration.ofSeconds(2));
                    run.pause(300);
                    run.ask(run.purchase(card, 100).set(22, "812")).code("91");
                    // DE 18 does not tell the category where the merchant's record does.
                    run.ask(run.purchase(card, 100).set(18, "6011")).code("00").has(38);
                    run.ask(run.payment(200, "010000", card, 100)).code("91");
                    run.ask(run.enquiry(card)).code("91");
                    run.ask(like).code("62");
                    run.issuerReady();
                    run.ask(block.copy().set(11, run.nextTrace()).set(91, "3")).code("00");
                })
            .add("stand-in-time-out", "After a time-out the reversal of the unanswered request goes first, then the advice; a declined advice "
                + "stays approved", "STI-05 STI-06 SAF-11 ISS-04", SLOW, run -> {
                run.issuerReady();
                run.issuerDoes("rules = [{ mti = [\"0200\"], reply = silent }, { mti = [\"022x\"], code = \"51\" }]");
                final Iso8583Message request = run.purchase(Card.routed(STAND_IN + run.nextTrace()), 400);
                run.send(run.main(), request);
                final Answer answer = run.await(run.main(), request, DEADLINE).code("00").has(38);
                run.issuerGets(request.get(37), RETRIES, 220, 221);
                final List<Integer> order = run.issuerGot(request.get(37)).stream().map(message -> message.mti() % 1_000 / 10 * 10).distinct().toList();
                run.equal("the order at the issuer", List.of(200, 420, 220), order);
                run.ask(run.repeat(request)).code("00").sameAs(answer, 38);
            });
    }
}
