package io.daybreak.loadtest.conformance;

import io.daybreak.iso8583.text.Iso8583Message;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/** Frames, connections, and what comes broken. docs/iso8583.md, chapter 1. Static. */
final class TransportCases {
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration SOON = Duration.ofSeconds(3);
    private static final Duration MOMENT = Duration.ofMillis(300);
    private static final Duration FRAME_TIME = Duration.ofSeconds(14);
    private static final int REQUESTS_IN_ONE_WRITE = 200;
    private static final int SOCKETS = 256;
    private static final int FLOOD = 3_000;

    private TransportCases() {
    }

    static List<ConformanceCase> list() {
        return new Cases("Transport")
            .add("transport-frame", "A message in a frame of the link is answered in a frame of the link",
                "LINK-01 LINK-02 DEMO-08 DEMO-09", run -> run.ask(run.network(301)).mti().code("00").echoes())
            .add("transport-split", "A message may arrive split at every byte", "LINK-05", TransportCases::split)
            .add("transport-many", "200 requests in one write are all answered, each once, in any order", "LINK-05 LINK-06 LINK-12",
                TransportCases::many)
            .add("transport-keep-alive", "A frame of length zero is skipped and never answered", "LINK-07", run -> {
                final Line line = run.open();
                line.socket().write(keepAlive(run));
                run.silence(line, "a keep-alive is not answered", MOMENT, message -> true);
                run.ask(line, run.network(301)).code("00");
            })
            .add("transport-long-frame", "A frame that is too long, or that no message can have, closes its connection alone",
                "LINK-08 LINK-14", run -> {
                    final Line line = run.open();
                    line.socket().write(longPrefix(run));
                    run.check("the connection is closed", line.socket().isClosedWithin(SOON), "open");
                    final Line other = run.open();
                    other.socket().write(run.link().framing().prefixLength() == 4 ? "000A0".getBytes() : new byte[] {0, 2, 48, 50});
                    run.check("a frame of two bytes closes the connection", other.socket().isClosedWithin(SOON), "open");
                    run.alive();
                })
            .add("transport-slow-frame", "A frame that is not complete after 10 s closes the connection; an idle one stays open", "LINK-09",
                Need.TIME, run -> {
                    final Line idle = run.open();
                    final Line line = run.open();
                    final byte[] frame = line.socket().frame(line.encode(run.network(301)));
                    line.socket().write(frame, 0, frame.length / 2);
                    run.check("the connection is closed", line.socket().isClosedWithin(FRAME_TIME), "open");
                    run.ask(idle, run.network(301)).code("00");
                })
            .add("transport-half-close", "After a half close the answers still come, then the switch closes", "LINK-10", run -> {
                final Line line = run.open();
                final Iso8583Message request = run.purchase(run.card(), 100);
                run.send(line, request);
                line.socket().shutdownOutput();
                run.await(line, request).code("00");
                run.check("the switch closes", line.socket().isClosedWithin(SOON), "open");
            })
            .add("transport-own-socket", "An answer comes on its own socket, and if that is gone a repeat on another gets it",
                "LINK-11 DUP-12", run -> {
                    final Card card = run.card();
                    final Balance before = run.balance(card);
                    final Iso8583Message request = run.purchase(card, 250);
                    final Line line = run.open();
                    run.send(line, request);
                    line.close();
                    run.silence(run.main(), "the answer does not come on another socket", MOMENT, message -> message.mti() == 210);
                    run.ask(run.repeat(request)).mti(210).code("00");
                    run.moved(card, before, -250, -250);
                })
            .add("transport-sockets", "A participant may have 256 sockets; one more is closed and disturbs none", "LINK-13",
                TransportCases::sockets)
            .add("transport-garbage", "Garbage ends at most its connection", "LINK-14 FMT-27 FMT-04", run -> {
                final Random random = new Random(8_583);
                for (int i = 0; i < 20; i++) {
                    final Line line = run.open();
                    final byte[] garbage = new byte[20 + random.nextInt(200)];
                    random.nextBytes(garbage);
                    line.socket().write(i % 2 == 0 ? garbage : line.socket().frame(garbage));
                    line.close();
                }
                run.alive();
            })
            .add("transport-flood", "A flood on one connection does not stop the others, and a peer that does not read harms itself alone",
                "LINK-14 FMT-27", run -> {
                    final Line flood = run.open();
                    final Thread writer = new Thread(() -> flood(run, flood), "flood");
                    writer.setDaemon(true);
                    writer.start();
                    for (int i = 0; i < 10; i++) {
                        final Iso8583Message echo = run.network(301);
                        run.send(run.main(), echo);
                        run.await(run.main(), echo, SECOND).code("00");
                    }
                    flood.close();
                    join(writer);
                    run.alive();
                })
            .list();
    }

    private static void split(final Acquirer run) throws IOException {
        final Line line = run.open();
        final int length = line.socket().frame(line.encode(run.enquiry(run.card()))).length;
        for (int at = 1; at < length; at++) {
            final Iso8583Message request = run.enquiry(run.card());
            final byte[] frame = line.socket().frame(line.encode(request));
            line.socket().write(frame, 0, at);
            run.pause(2);
            line.socket().write(frame, at, frame.length - at);
            final Iso8583Message answer = line.await(request, run.patience());
            if (answer == null || !"00".equals(answer.get(39))) {
                run.check("an enquiry split at byte " + at + " is answered 00", false, answer == null ? "not answered" : answer.get(39));
            }
        }
        run.check("an enquiry split at each of " + (length - 1) + " places is answered 00", true, "");
    }

    private static void many(final Acquirer run) throws IOException {
        final Card card = run.card();
        final Balance before = run.balance(card);
        final Line line = run.open();
        final ByteArrayOutputStream all = new ByteArrayOutputStream();
        final List<Iso8583Message> requests = new ArrayList<>();
        for (int i = 0; i < REQUESTS_IN_ONE_WRITE; i++) {
            final Iso8583Message request = run.purchase(card, 1);
            requests.add(request);
            all.write(line.socket().frame(line.encode(request)));
        }
        line.socket().write(all.toByteArray());
        final Set<String> approvals = new HashSet<>();
        for (final Iso8583Message request : requests) {
            final Iso8583Message answer = line.await(request, run.patience());
            if (answer == null || !"00".equals(answer.get(39))) {
                run.check("each of 200 requests is answered 00", false, answer == null ? "one is not answered" : answer.get(39));
            } else {
                approvals.add(answer.get(38));
            }
        }
        run.equal("the number of different DE 38", REQUESTS_IN_ONE_WRITE, approvals.size());
        run.silence(line, "no request is answered twice", MOMENT, message -> true);
        run.moved(card, before, -REQUESTS_IN_ONE_WRITE, -REQUESTS_IN_ONE_WRITE);
        run.ask(run.payment(200, "210000", card, REQUESTS_IN_ONE_WRITE)).code("00");
    }

    private static byte[] keepAlive(final Acquirer run) {
        final org.agrona.concurrent.UnsafeBuffer buffer = new org.agrona.concurrent.UnsafeBuffer(
            new byte[run.link().framing().prefixLength()]);
        run.link().framing().writePrefix(buffer, 0, 0);
        return buffer.byteArray();
    }

    private static byte[] longPrefix(final Acquirer run) {
        return run.link().framing().prefixLength() == 4 ? "9999".getBytes(java.nio.charset.StandardCharsets.US_ASCII)
            : new byte[] {(byte) 0xFF, (byte) 0xFF};
    }

    private static void sockets(final Acquirer run) throws IOException {
        run.main();
        Line last = null;
        for (int i = 1; i < SOCKETS; i++) {
            last = run.open();
        }
        run.ask(last, run.network(301)).code("00");
        final Line tooMany = run.open();
        boolean isRefused;
        try {
            tooMany.send(run.network(301));
            isRefused = tooMany.socket().isClosedWithin(SOON);
        } catch (final IOException ex) {
            isRefused = true;
        }
        if (!isRefused) {
            run.note("this switch allows more than 256 sockets");
        }
        run.ask(last, run.network(301)).code("00");
        run.alive();
        run.closeLines();
        run.pause(200);
    }

    private static void flood(final Acquirer run, final Line line) {
        try {
            final byte[] frame = line.socket().frame(line.encode(run.network(301)));
            for (int i = 0; i < FLOOD; i++) {
                line.socket().write(frame);
            }
        } catch (final IOException ex) {
            // The switch may cut a peer off that does not read.
            assert ex.getMessage() != null;
        }
    }

    private static void join(final Thread thread) {
        try {
            thread.join(5_000);
        } catch (final InterruptedException ex) {
            Thread.currentThread().interrupt();
        }
    }
}
