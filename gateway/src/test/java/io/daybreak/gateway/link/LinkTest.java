package io.daybreak.gateway.link;

import io.daybreak.gateway.Await;
import io.daybreak.protocol.LinkError;
import io.daybreak.protocol.Result;
import io.daybreak.protocol.TransferFlags;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import static io.daybreak.gateway.link.LinkRig.payment;
import static io.daybreak.gateway.link.Wire.join;
import static io.daybreak.gateway.link.Wire.transfers;
import static io.daybreak.gateway.link.Wire.words;
import static org.assertj.core.api.Assertions.assertThat;

@Timeout(60)
class LinkTest {
    private static final byte[] KEEP_ALIVE = Wire.frame(8, 5, words(42));

    private final LinkRig.Options options = new LinkRig.Options();
    private LinkRig rig;

    private LinkRig rig() throws Exception {
        rig = new LinkRig(options);
        return rig;
    }

    @AfterEach
    void close() {
        if (rig != null) {
            rig.close();
        }
    }

    private void expectErrorAndEnd(final Peer peer, final LinkError error) throws IOException {
        Peer.Message message = peer.receive();
        while (message != null && message.templateId() != 8) {
            message = peer.receive();
        }
        assertThat(message).as("an Error").isNotNull();
        assertThat(message.error()).isEqualTo(error);
        assertThat(peer.receive()).as("end of the stream").isNull();
        assertThat(rig.server.counters().errors(error)).isPositive();
    }

    // ---- Sign-on ----

    @Test
    void shouldSignOnAndTellItsLimits() throws Exception {
        rig();
        try (Peer peer = new Peer(rig.address)) {
            final Peer.Message welcome = peer.signOn(LinkRig.CODE, LinkRig.SECRET);
            assertThat(welcome.templateId()).isEqualTo(4);
            assertThat(welcome.body().getLong(32)).isBetween(System.currentTimeMillis() - 60_000, System.currentTimeMillis());
            assertThat(welcome.body().getInt(48)).isEqualTo(1);
            assertThat(welcome.body().getInt(52)).isEqualTo(786_260);
            assertThat(welcome.body().getInt(56)).isEqualTo(4_096);
            assertThat(welcome.body().getInt(60)).isEqualTo(60_000);
            assertThat(welcome.body().getShort(64) & 0xFFFF).isEqualTo(8_190);
            assertThat(welcome.body().getShort(66)).isEqualTo((short) 64);
            LinkRig.pay(peer, 1);
        }
    }

    @Test
    void shouldTellTheTimeByWhichIdsAreJudged() throws Exception {
        options.wallAheadMs = 86_400_000;
        rig();
        final long leastMs = System.currentTimeMillis() + options.wallAheadMs - 60_000;
        try (Peer peer = new Peer(rig.address)) {
            peer.hello(LinkRig.CODE);
            final Peer.Message challenge = peer.receive();
            assertThat(challenge.body().getLong(0)).as("Challenge").isGreaterThan(leastMs);
        }
        try (Peer peer = new Peer(rig.address)) {
            assertThat(peer.signOn(LinkRig.CODE, LinkRig.SECRET).body().getLong(32)).as("Welcome").isGreaterThan(leastMs);
            peer.send(KEEP_ALIVE);
            assertThat(peer.receive().body().getLong(8)).as("KeepAliveReply").isGreaterThan(leastMs);
        }
    }

    @Test
    void shouldStopTheSwitchWhenTheDeliveryOfRepliesBreaksOff() throws Exception {
        final AtomicInteger asked = new AtomicInteger();
        options.timeNs = () -> {
            // The Challenge is made when Hello comes, Welcome when an answer is delivered.
            if (asked.incrementAndGet() == 2) {
                throw new OutOfMemoryError("no direct memory");
            }
            return 0;
        };
        rig();
        try (Peer peer = new Peer(rig.address)) {
            peer.hello(LinkRig.CODE);
            peer.proof(peer.mac(LinkRig.SECRET, "daybreak client 1", LinkRig.CODE, peer.challenge()));
            Await.until("the switch hears of it", () -> rig.fatal.get() != null);
            assertThat(rig.fatal.getAndSet(null)).contains("no direct memory");
        }
    }

    @Test
    void shouldNotTakeAStreamOfFramesForOneThatNeverEnds() throws Exception {
        options.frameMs = 300;
        rig();
        try (Peer peer = rig.peer()) {
            final long endNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(4 * options.frameMs);
            byte[] frame = transfers(1, payment());
            peer.send(frame, 0, 50);
            for (long i = 1; System.nanoTime() < endNs; i++) {
                // Each read ends within a frame, but each frame ends in time.
                final byte[] next = i % 2 == 0 ? transfers(i + 1, payment()) : transfers(i + 1, payment(), payment());
                peer.send(join(Arrays.copyOfRange(frame, 50, frame.length), Arrays.copyOf(next, 50)));
                final Peer.Message answer = peer.receive();
                assertThat(answer).isNotNull();
                assertThat(answer.error()).isNull();
                assertThat(answer.correlationId()).isEqualTo(i);
                frame = next;
            }
        }
    }

    @Test
    void shouldAnswerUnknownAndWronglyProvedAlike() throws Exception {
        rig();
        for (final String code : new String[] {LinkRig.CODE, "NOBODY", "", "\u0001\u0002"}) {
            try (Peer peer = new Peer(rig.address)) {
                final Peer.Message answer = peer.signOn(code, LinkRig.secret(9));
                assertThat(answer.error()).isEqualTo(LinkError.NOT_AUTHENTICATED);
                assertThat(answer.body().getShort(10)).as("length of the text").isEqualTo((short) "unknown participant or wrong proof".length());
                assertThat(peer.receive()).isNull();
            }
        }
    }

    @Test
    void shouldNotSignOnWithTheServersOwnProof() throws Exception {
        rig();
        try (Peer peer = new Peer(rig.address)) {
            peer.hello(LinkRig.CODE);
            peer.proof(peer.mac(LinkRig.SECRET, "daybreak server 1", LinkRig.CODE, peer.challenge()));
            expectErrorAndEnd(peer, LinkError.NOT_AUTHENTICATED);
        }
    }

    @Test
    void shouldNotSignOnWithAnEarlierProof() throws Exception {
        rig();
        final byte[] earlier;
        try (Peer peer = new Peer(rig.address)) {
            peer.hello(LinkRig.CODE);
            earlier = peer.mac(LinkRig.SECRET, "daybreak client 1", LinkRig.CODE, peer.challenge());
        }
        try (Peer peer = new Peer(rig.address)) {
            peer.hello(LinkRig.CODE);
            peer.challenge();
            peer.proof(earlier);
            expectErrorAndEnd(peer, LinkError.NOT_AUTHENTICATED);
        }
    }

    @Test
    void shouldRefuseTheBarred() throws Exception {
        rig();
        try (Peer peer = new Peer(rig.address)) {
            assertThat(peer.signOn(LinkRig.BARRED, LinkRig.secret(3)).error()).isEqualTo(LinkError.BARRED);
        }
    }

    @Test
    void shouldRefuseMessagesOutOfOrder() throws Exception {
        rig();
        final List<byte[]> tooEarly = List.of(KEEP_ALIVE, Wire.frame(2, 7, new byte[2]), Wire.frame(32, 3, new byte[32]), transfers(1, payment()),
            Wire.frame(8, 53, words(1)));
        for (final byte[] frame : tooEarly) {
            try (Peer peer = new Peer(rig.address)) {
                peer.send(frame);
                expectErrorAndEnd(peer, LinkError.OUT_OF_ORDER);
            }
        }
        try (Peer peer = new Peer(rig.address)) {
            peer.hello(LinkRig.CODE);
            peer.hello(LinkRig.CODE);
            expectErrorAndEnd(peer, LinkError.OUT_OF_ORDER);
        }
        try (Peer peer = rig.peer()) {
            peer.hello(LinkRig.CODE);
            expectErrorAndEnd(peer, LinkError.OUT_OF_ORDER);
        }
    }

    @Test
    void shouldRefuseAnotherProtocolVersion() throws Exception {
        rig();
        try (Peer peer = new Peer(rig.address)) {
            peer.hello(LinkRig.CODE, 2);
            expectErrorAndEnd(peer, LinkError.UNSUPPORTED_VERSION);
        }
    }

    @Test
    void shouldTakeRequestsThatStandBehindTheProof() throws Exception {
        rig();
        try (Peer peer = new Peer(rig.address)) {
            peer.hello(LinkRig.CODE);
            final byte[] mac = peer.mac(LinkRig.SECRET, "daybreak client 1", LinkRig.CODE, peer.challenge());
            peer.send(join(Wire.frame(32, 3, mac), transfers(1, payment()), transfers(2, payment())));
            assertThat(peer.receive().templateId()).isEqualTo(4);
            assertThat(peer.receive().correlationId()).isEqualTo(1);
            assertThat(peer.receive().correlationId()).isEqualTo(2);
        }
    }

    @Test
    void shouldEndASignOnThatTakesTooLong() throws Exception {
        options.signOnMs = 150;
        rig();
        try (Peer silent = new Peer(rig.address); Peer half = new Peer(rig.address)) {
            half.hello(LinkRig.CODE);
            half.challenge();
            expectErrorAndEnd(silent, LinkError.SIGN_ON_TIMEOUT);
            expectErrorAndEnd(half, LinkError.SIGN_ON_TIMEOUT);
        }
    }

    // ---- Requests ----

    @Test
    void shouldAnswerPipelinedSinglesInFull() throws Exception {
        rig();
        try (Peer peer = rig.peer()) {
            final int count = 3_000;
            final byte[][] frames = new byte[count][];
            for (int i = 0; i < count; i++) {
                frames[i] = transfers(i, payment());
            }
            peer.send(join(frames));
            for (int i = 0; i < count; i++) {
                final Peer.Message answer = peer.receive();
                assertThat(answer.correlationId()).isEqualTo(i);
                assertThat(answer.result(0)).isEqualTo(Result.OK);
                assertThat(answer.requestCount()).isEqualTo(1);
            }
        }
    }

    @Test
    void shouldAnswerABatchInOrderAndMergeItsOutcomes() throws Exception {
        rig();
        try (Peer peer = rig.peer()) {
            final byte[][] entries = new byte[8_190][];
            for (int i = 0; i < entries.length; i++) {
                entries[i] = payment(i % 10 < 3 ? TransferFlags.LINKED : 0);
            }
            peer.send(transfers(5, entries));
            assertThat(receiveBatch(peer, 5, 8_190)).isLessThan(200);
        }
    }

    /** Receives all outcomes of a request, in order and all OK; returns the number of frames. */
    private static int receiveBatch(final Peer peer, final long correlationId, final int count) throws IOException {
        int next = 0;
        int frames = 0;
        while (next < count) {
            final Peer.Message answer = peer.receive();
            assertThat(answer.templateId()).isEqualTo(64);
            assertThat(answer.correlationId()).isEqualTo(correlationId);
            assertThat(answer.firstIndex()).isEqualTo(next);
            assertThat(answer.requestCount()).isEqualTo(count);
            for (int i = 0; i < answer.count(); i++) {
                assertThat(answer.result(i)).isEqualTo(Result.OK);
            }
            next += answer.count();
            frames++;
        }
        return frames;
    }

    @Test
    void shouldAnswerOpenAndLongChainsInTheirPlace() throws Exception {
        rig();
        try (Peer peer = rig.peer()) {
            final List<byte[]> entries = new ArrayList<>();
            entries.add(payment());
            for (int i = 0; i < 100; i++) {
                entries.add(payment(TransferFlags.LINKED));
            }
            entries.add(payment());
            entries.add(payment());
            entries.add(payment(TransferFlags.LINKED));
            entries.add(payment(TransferFlags.LINKED));
            peer.send(transfers(1, entries.toArray(new byte[0][])));
            final List<Integer> results = new ArrayList<>();
            while (results.size() < entries.size()) {
                final Peer.Message answer = peer.receive();
                assertThat(answer.firstIndex()).isEqualTo(results.size());
                for (int i = 0; i < answer.count(); i++) {
                    results.add(answer.result(i));
                }
            }
            assertThat(results.get(0)).isEqualTo(Result.OK);
            assertThat(results.subList(1, 102)).containsOnly(Result.CHAIN_IS_TOO_LONG);
            assertThat(results.get(102)).isEqualTo(Result.OK);
            assertThat(results.subList(103, 105)).containsOnly(Result.CHAIN_IS_OPEN);
        }
    }

    @Test
    void shouldAnswerQueries() throws Exception {
        rig();
        try (Peer peer = rig.peer()) {
            LinkRig.pay(peer, 1);
            // More of them than there are answer buffers.
            for (int i = 0; i < 50; i++) {
                peer.send(Wire.batch(48, i, 8, words(1), words(2), words(3)));
                peer.send(Wire.frame(8, 53, words(1_000 + i)));
            }
            for (int i = 0; i < 50; i++) {
                final Peer.Message accounts = peer.receive();
                assertThat(accounts.templateId()).isEqualTo(65);
                assertThat(accounts.correlationId()).isEqualTo(i);
                assertThat(accounts.body().getShort(18)).as("accounts").isEqualTo((short) 3);
                final Peer.Message status = peer.receive();
                assertThat(status.templateId()).isEqualTo(69);
                assertThat(status.correlationId()).isEqualTo(1_000 + i);
            }
        }
    }

    @Test
    void shouldRefuseAdministrationOfOthersThanOperators() throws Exception {
        rig();
        try (Peer peer = new Peer(rig.address)) {
            peer.signOn(LinkRig.OTHER, LinkRig.secret(2));
            peer.send(Wire.frame(16, 37, words(9, 1)));
            final Peer.Message answer = peer.receive();
            assertThat(answer.correlationId()).isEqualTo(9);
            assertThat(answer.result(0)).isEqualTo(Result.NOT_GRANTED);
        }
    }

    // ---- Session ----

    @Test
    void shouldAnswerKeepAliveAndSendItsOwn() throws Exception {
        options.idleMs = 400;
        rig();
        try (Peer peer = rig.peer()) {
            peer.send(KEEP_ALIVE);
            final Peer.Message reply = peer.receive();
            assertThat(reply.templateId()).isEqualTo(6);
            assertThat(reply.body().getLong(0)).isEqualTo(42);

            final Peer.Message own = peer.receive();
            assertThat(own.templateId()).isEqualTo(5);
            peer.send(Wire.frame(16, 6, words(own.body().getLong(0), 0)));
            assertThat(peer.receive().templateId()).as("the next one, since the reply kept the link alive").isEqualTo(5);
            expectErrorAndEnd(peer, LinkError.IDLE_TIMEOUT);
        }
    }

    @Test
    void shouldSendOutstandingAnswersAfterGoodbye() throws Exception {
        rig();
        try (Peer peer = rig.peer()) {
            rig.journal.holdUp(true);
            final byte[][] frames = new byte[100][];
            for (int i = 0; i < frames.length; i++) {
                frames[i] = transfers(i, payment());
            }
            peer.send(join(frames));
            peer.send(join(Wire.frame(2, 7, new byte[2]), transfers(100, payment())));
            rig.journal.holdUp(false);
            for (int i = 0; i < frames.length; i++) {
                assertThat(peer.receive().correlationId()).isEqualTo(i);
            }
            assertThat(peer.receive()).as("end, and no answer to what stood behind Goodbye").isNull();
        }
    }

    @Test
    void shouldSendOutstandingAnswersToAPeerThatEndedItsDirection() throws Exception {
        rig();
        try (Peer peer = rig.peer()) {
            final byte[][] entries = new byte[8_190][];
            for (int i = 0; i < entries.length; i++) {
                entries[i] = payment();
            }
            peer.send(transfers(1, entries));
            peer.shutdownOutput();
            receiveBatch(peer, 1, 8_190);
            assertThat(peer.receive()).isNull();
        }
        Await.until("the link is forgotten", () -> rig.server.connections() == 0);
    }

    @Test
    void shouldAnswerAllOfAPeerThatEndedItsDirectionWhileItWasNotRead() throws Exception {
        options.maxInFlight = 100;
        rig();
        try (Peer peer = rig.peer(); Peer other = rig.peer()) {
            // More than the read buffer holds, and little enough for the rest, and the end, to lie in the socket.
            final byte[][] entries = new byte[1_000][];
            for (int i = 0; i < entries.length; i++) {
                entries[i] = payment();
            }
            rig.journal.holdUp(true);
            peer.send(transfers(1, entries));
            peer.shutdownOutput();
            Await.until("the link is paused", () -> rig.server.counters().pauses() > 0);
            // One event loop serves both: when this one has its answers, it has seen the other's end as well.
            for (int i = 0; i < 200; i++) {
                other.send(KEEP_ALIVE);
                assertThat(other.receive().templateId()).isEqualTo(6);
            }
            rig.journal.holdUp(false);
            receiveBatch(peer, 1, 1_000);
            assertThat(peer.receive()).isNull();
        }
        Await.until("the links are forgotten", () -> rig.server.connections() == 0);
    }

    @Test
    void shouldEndAFrameThatNeverEnds() throws Exception {
        options.frameMs = 200;
        rig();
        final byte[] batch = transfers(1, payment(), payment());
        for (final int sent : new int[] {3, 11, 23, 24, 60, 24 + 96, 24 + 96 + 95}) {
            try (Peer peer = rig.peer(); Peer neighbour = rig.peer()) {
                peer.send(batch, 0, sent);
                expectErrorAndEnd(peer, LinkError.FRAME_TIMEOUT);
                LinkRig.pay(neighbour, 1);
            }
        }
    }

    @Test
    void shouldEndAFrameThatTrickles() throws Exception {
        options.frameMs = 200;
        rig();
        try (Peer peer = rig.peer()) {
            final byte[] frame = transfers(1, payment());
            int sent = 0;
            while (rig.server.counters().errors(LinkError.FRAME_TIMEOUT) == 0 && sent < frame.length - 1) {
                peer.send(frame, sent++, 1);
                java.util.concurrent.locks.LockSupport.parkNanos(10_000_000);
            }
            assertThat(sent).as("bytes sent, each of them in time").isLessThan(frame.length - 1);
            expectErrorAndEnd(peer, LinkError.FRAME_TIMEOUT);
        }
    }

    @Test
    void shouldLetThePeerReadWhyThoughItStillSends() throws Exception {
        rig();
        try (Peer peer = rig.peer()) {
            // Closing a socket with unread bytes resets the connection, and a reset overtakes the Error.
            peer.send(join(Wire.frame(8, 0, words(1)), new byte[4 << 20]));
            expectErrorAndEnd(peer, LinkError.UNKNOWN_TEMPLATE);
        }
    }

    // ---- Limits ----

    @Test
    void shouldLimitConnectionsOfAParticipant() throws Exception {
        options.perParticipant = 2;
        rig();
        try (Peer first = rig.peer(); Peer second = rig.peer(); Peer third = new Peer(rig.address); Peer other = new Peer(rig.address)) {
            assertThat(third.signOn(LinkRig.CODE, LinkRig.SECRET).error()).isEqualTo(LinkError.TOO_MANY_CONNECTIONS);
            assertThat(other.signOn(LinkRig.OTHER, LinkRig.secret(2)).templateId()).isEqualTo(4);
            LinkRig.pay(first, 1);
            LinkRig.pay(second, 1);
        }
        Await.until("all are closed", () -> rig.server.connections() == 0);
        try (Peer again = rig.peer()) {
            LinkRig.pay(again, 1);
        }
    }

    @Test
    void shouldLimitConnectionsInAll() throws Exception {
        options.maxConnections = 2;
        rig();
        try (Peer first = rig.peer(); Peer second = rig.peer()) {
            for (int i = 0; i < 200; i++) {
                try (Peer refused = new Peer(rig.address)) {
                    refused.hello(LinkRig.CODE);
                    if (i == 0) {
                        expectErrorAndEnd(refused, LinkError.TOO_MANY_CONNECTIONS);
                    }
                }
            }
            LinkRig.pay(first, 1);
            LinkRig.pay(second, 1);
        }
        Await.until("all are closed", () -> rig.server.connections() == 0);
        try (Peer again = rig.peer()) {
            LinkRig.pay(again, 1);
        }
    }

    @Test
    void shouldStopReadingAtTheInFlightLimit() throws Exception {
        options.maxInFlight = 100;
        options.maxInFlightPerLoop = 150;
        rig();
        try (Peer peer = rig.peer(); Peer second = rig.peer(); Peer third = new Peer(rig.address)) {
            rig.journal.holdUp(true);
            final byte[][] frames = new byte[1_000][];
            for (int i = 0; i < frames.length; i++) {
                frames[i] = transfers(i, payment());
            }
            peer.send(join(frames));
            Await.until("the first is held", () -> rig.pipeline.counters().commands() >= 100);
            second.send(join(frames));
            Await.until("the loop is at its limit", () -> rig.server.counters().pauses() >= 2);
            third.hello(LinkRig.OTHER);
            third.challenge();
            rig.journal.holdUp(false);
            for (int i = 0; i < frames.length; i++) {
                assertThat(peer.receive().correlationId()).isEqualTo(i);
                assertThat(second.receive().correlationId()).isEqualTo(i);
            }
        }
    }

    @Test
    void shouldGoOnAfterAFullRing() throws Exception {
        // The smallest ring: its reserve and shares leave little for new requests, and both loops run into it.
        options.ringCapacity = 1_024;
        options.eventLoops = 2;
        rig();
        final List<Peer> peers = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            peers.add(rig.peer());
        }
        rig.journal.holdUp(true);
        final byte[][] frames = new byte[1_500][];
        final byte[][] payments = new byte[frames.length][];
        for (int p = 0; p < peers.size(); p++) {
            for (int i = 0; i < frames.length; i++) {
                frames[i] = transfers(i, payment());
            }
            peers.get(p).send(join(frames));
        }
        Await.until("links are paused", () -> rig.server.counters().pauses() >= 4);
        rig.journal.holdUp(false);
        for (final Peer peer : peers) {
            for (int i = 0; i < payments.length; i++) {
                final Peer.Message answer = peer.receive();
                assertThat(answer.correlationId()).isEqualTo(i);
                assertThat(answer.result(0)).isEqualTo(Result.OK);
            }
            peer.close();
        }
    }

    @Test
    void shouldCutASlowReaderAndSpareItsNeighbour() throws Exception {
        options.maxReplyBytes = 64 << 10;
        rig();
        try (Peer neighbour = rig.peer(); Peer slow = new Peer(rig.address, 4_096)) {
            slow.signOn(LinkRig.CODE, LinkRig.SECRET);
            final Thread sender = new Thread(() -> {
                final byte[] query = Wire.batch(48, 1, 8, lookUps());
                try {
                    while (true) {
                        slow.send(query);
                    }
                } catch (final IOException expected) {
                    // The switch has closed the connection.
                }
            });
            sender.start();
            int paid = 0;
            while (rig.server.counters().errors(LinkError.SLOW_READER) == 0) {
                LinkRig.pay(neighbour, paid++);
            }
            sender.join();
            LinkRig.pay(neighbour, paid);
        }
        Await.until("the link is forgotten", () -> rig.server.connections() == 0);
    }

    private static byte[][] lookUps() {
        final byte[][] ids = new byte[128][];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = words(i + 1);
        }
        return ids;
    }

    @Test
    void shouldDropAnswersOfAConnectionThatHasGone() throws Exception {
        options.maxConnections = 1;
        rig();
        final long queries;
        try (Peer gone = rig.peer()) {
            final long before = rig.pipeline.counters().commands();
            queries = rig.pipeline.counters().queries();
            rig.journal.holdUp(true);
            gone.send(join(transfers(1, payment()), transfers(2, payment())));
            gone.send(Wire.frame(8, 53, words(3)));
            Await.until("both are applied", () -> rig.pipeline.counters().commands() >= before + 2);
            gone.socket().setSoLinger(true, 0);
        }
        Await.until("the link is forgotten", () -> rig.server.connections() == 0);
        // The successor has the same slot, and its own look-up stands behind the answers that nobody waits for.
        try (Peer successor = new Peer(rig.address)) {
            successor.hello(LinkRig.CODE);
            successor.proof(successor.mac(LinkRig.SECRET, "daybreak client 1", LinkRig.CODE, successor.challenge()));
            Await.until("both queries are in", () -> rig.pipeline.counters().queries() >= queries + 2);
            rig.journal.holdUp(false);
            assertThat(successor.receive().templateId()).isEqualTo(4);
            LinkRig.pay(successor, 7);
        }
    }

    @Test
    void shouldRefuseWhileTheReserveIsReachedAndTakePaymentsAgain() throws Exception {
        rig();
        try (Peer peer = rig.peer()) {
            final byte[] paid = payment();
            peer.send(transfers(1, paid));
            assertThat(peer.receive().result(0)).isEqualTo(Result.OK);
            rig.pipeline.refuseNew(Result.STORAGE_RESERVE_REACHED);
            peer.send(transfers(2, payment(), paid, payment()));
            final Peer.Message answer = peer.receive();
            assertThat(answer.count()).isEqualTo(3);
            assertThat(answer.result(0)).isEqualTo(Result.STORAGE_RESERVE_REACHED);
            assertThat(answer.result(1)).as("a repeat gets its first outcome").isEqualTo(Result.OK);
            assertThat(answer.result(2)).isEqualTo(Result.STORAGE_RESERVE_REACHED);
            rig.pipeline.refuseNew(Result.OK);
            LinkRig.pay(peer, 2);
        }
    }

    @Test
    void shouldTellLinksThatTheSwitchStops() throws Exception {
        rig();
        try (Peer peer = rig.peer(); Peer stranger = new Peer(rig.address)) {
            rig.admission.shutDown();
            // It may be a repeat of an applied transfer: no answer can say that nothing was decided.
            peer.send(transfers(1, payment()));
            stranger.hello(LinkRig.CODE);
            expectErrorAndEnd(stranger, LinkError.SHUTTING_DOWN);
            assertThat(rig.server.awaitAnswers(5_000)).isTrue();
            final Thread closer = new Thread(() -> rig.server.closeLinks(5_000));
            closer.start();
            expectErrorAndEnd(peer, LinkError.SHUTTING_DOWN);
            closer.join();
        }
    }

    @Test
    void shouldWorkOnNioAsWell() throws Exception {
        options.isEpoll = false;
        rig();
        assertThat(rig.server.isEpoll()).isFalse();
        try (Peer peer = rig.peer()) {
            final byte[][] entries = new byte[8_190][];
            for (int i = 0; i < entries.length; i++) {
                entries[i] = payment();
            }
            peer.send(transfers(1, entries));
            peer.shutdownOutput();
            receiveBatch(peer, 1, 8_190);
            assertThat(peer.receive()).isNull();
        }
    }
}
