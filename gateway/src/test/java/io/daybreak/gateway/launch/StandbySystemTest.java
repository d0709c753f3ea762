package io.daybreak.gateway.launch;

import io.daybreak.client.DaybreakClient;
import io.daybreak.client.NodeRecord;
import io.daybreak.client.Outcome;
import io.daybreak.gateway.Await;
import io.daybreak.protocol.Result;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

import static org.assertj.core.api.Assertions.assertThat;

/** Two nodes as an operator starts them: following, killing, promoting, joining again. */
@Timeout(180)
class StandbySystemTest extends StandbyRig {
    private static final Logger LOG = LoggerFactory.getLogger(StandbySystemTest.class);
    private static final int PAYMENTS_OF_A_ROUND = 12_000;

    @Test
    void shouldFollowServeQueriesAndRefusePayments() throws Exception {
        try (ServerUnderTest primary = node(0, false)) {
            awaitReady(primary);
            try (DaybreakClient operator = client("OPERATOR", 0)) {
                provision(operator);
                try (ServerUnderTest standby = node(1, true)) {
                    awaitReady(standby);
                    // Nobody can sign on at a standby before it has the participants.
                    try (DaybreakClient acquirer = client("ACQ001", 0)) {
                        for (int i = 0; i < 1_000; i++) {
                            assertThat(acquirer.transfer(payment(acquirer, i))).matches(Outcome::isApplied, "applied");
                        }
                        Await.until("the standby knows us", () -> canSignOn(1));
                        try (DaybreakClient reader = client("OPERATOR", 1)) {
                            awaitSameState(operator, reader);
                            final NodeRecord record = reader.node();
                            assertThat(record.isPrimary()).isFalse();
                            assertThat(record.isConnected()).isTrue();
                            assertThat(reader.transfer(payment(reader, 1)).result()).isEqualTo(Result.NOT_PRIMARY);
                            assertThat(reader.lookupAccounts(51).accounts().get(0).creditsPosted()).isEqualTo(20);
                            assertThat(reader.promote(false).result()).isEqualTo(Result.LOSS_MUST_BE_ACCEPTED);
                        }
                    }
                }
            }
        }
    }

    @Test
    void shouldLoseNothingWhenThePrimaryIsKilledAndTheStandbyPromoted() throws Exception {
        final String[] waiting = {"--durability", "standby", "--set", "replication.when-standby-is-gone=wait"};
        ServerUnderTest first = node(0, false, waiting);
        ServerUnderTest second = null;
        try {
            awaitReady(first);
            try (DaybreakClient operator = client("OPERATOR", 0)) {
                provision(operator);
            }
            second = node(1, true, waiting);
            awaitReady(second);
            Await.until("the standby knows us", () -> canSignOn(1));
            final ServerUnderTest watched = first;
            Await.until("in sync", () -> watched.err().contains("node 12 is in sync"));
            final List<CompletableFuture<Outcome>> outcomes = new ArrayList<>();
            try (DaybreakClient acquirer = client("ACQ001", 0, 1); DaybreakClient promoter = client("OPERATOR", 1)) {
                for (int i = 0; i < 20_000; i++) {
                    outcomes.add(acquirer.transferAsync(payment(acquirer, i)));
                    if (i == 10_000) {
                        outcomes.get(5_000).join();
                        first.kill();
                        assertThat(promoter.promote(false).result()).isEqualTo(Result.OK);
                    }
                    if (i % 1_000 == 999) {
                        outcomes.get(i - 900).join();
                    }
                }
                for (final CompletableFuture<Outcome> outcome : outcomes) {
                    assertThat(outcome.join().isApplied()).isTrue();
                }
                assertThat(promoter.lookupAccounts(51).accounts().get(0).creditsPosted()).as("each payment once").isEqualTo(400);
                assertThat(promoter.totals(156).isConserved()).isTrue();
                assertThat(promoter.node().epoch()).isEqualTo(2);

                // The old primary comes back as if nothing had happened, and is refused; then it joins.
                try (ServerUnderTest back = node(0, false, waiting)) {
                    assertThat(back.exitCode()).as(back.err()).isEqualTo(ExitCode.FENCED.code());
                    assertThat(back.err()).contains("epoch 2");
                }
                first = node(0, true, waiting);
                awaitReady(first);
                Await.until("it knows us", () -> canSignOn(0));
                final ServerUnderTest promoted = second;
                Await.until("in sync", () -> promoted.err().contains("node 11 is in sync"));
                try (DaybreakClient reader = client("OPERATOR", 0)) {
                    awaitSameState(promoter, reader);
                }
            }
        } finally {
            first.close();
            if (second != null) {
                second.close();
            }
        }
    }

    /** Round after round on the same data: whoever leads is killed under load, the other one promoted, the killed one joined again. */
    @Test
    @Tag("nightly")
    @Timeout(3_600)
    void shouldLoseNothingInManyRounds() throws Exception {
        final int rounds = Integer.getInteger("daybreak.standby.rounds", 100);
        final long[] promotionUs = new long[rounds];
        long underWay = 0;
        final String[] waiting = {"--durability", "standby", "--set", "replication.when-standby-is-gone=wait"};
        final ServerUnderTest[] nodes = new ServerUnderTest[2];
        long paid = 0;
        try {
            nodes[0] = node(0, false, waiting);
            awaitReady(nodes[0]);
            try (DaybreakClient operator = client("OPERATOR", 0)) {
                provision(operator);
            }
            nodes[1] = node(1, true, waiting);
            awaitReady(nodes[1]);
            try (DaybreakClient acquirer = client("ACQ001", 0, 1)) {
                for (int round = 0; round < rounds; round++) {
                    final int leader = round % 2;
                    final int other = 1 - leader;
                    Await.until("in sync in round " + round, () -> nodes[leader].err().contains("node " + (11 + other) + " is in sync"));
                    final List<CompletableFuture<Outcome>> outcomes = new ArrayList<>();
                    final CompletableFuture<Void> killed = new CompletableFuture<>();
                    final int killAt = 1_000 + round * 37 % 3_000;
                    for (int i = 0; i < PAYMENTS_OF_A_ROUND; i++) {
                        final CompletableFuture<Outcome> outcome = acquirer.transferAsync(payment(acquirer, i));
                        outcomes.add(outcome);
                        if (i == killAt) {
                            // By another thread, the moment that this one is answered: then many others are under way.
                            outcome.thenRunAsync(nodes[leader]::kill).thenRun(() -> killed.complete(null));
                        }
                    }
                    killed.join();
                    final long answered = outcomes.stream().filter(CompletableFuture::isDone).count();
                    underWay += outcomes.size() - answered;
                    try (DaybreakClient promoter = client("OPERATOR", other)) {
                        // One payment more, so that there is one to be answered whatever the kill left.
                        outcomes.add(acquirer.transferAsync(payment(acquirer, 1)));
                        final CompletableFuture<?> firstAnswer = CompletableFuture.anyOf(outcomes.stream().filter(outcome -> !outcome.isDone())
                            .toArray(CompletableFuture[]::new));
                        final long askedNs = System.nanoTime();
                        final CompletableFuture<Long> firstNs = firstAnswer.thenApply(outcome -> System.nanoTime());
                        assertThat(promoter.promote(false).result()).as("round %d", round).isEqualTo(Result.OK);
                        promotionUs[round] = (firstNs.join() - askedNs) / 1_000;
                        for (final CompletableFuture<Outcome> outcome : outcomes) {
                            assertThat(outcome.join().isApplied()).as("round %d", round).isTrue();
                        }
                        paid += outcomes.size();
                        assertThat(promoter.totals(156).isConserved()).isTrue();
                        long credits = 0;
                        for (long wallet = 51; wallet <= 100; wallet++) {
                            credits += promoter.lookupAccounts(wallet).accounts().get(0).creditsPosted();
                        }
                        assertThat(credits).as("round %d: each payment once", round).isEqualTo(paid);
                    }
                    nodes[leader] = node(leader, true, waiting);
                    awaitReady(nodes[leader]);
                }
            }
            final long[] sorted = java.util.Arrays.stream(promotionUs).sorted().toArray();
            LOG.warn("{} rounds, {} payments made once each, {} of them under way at a kill; microseconds from the request to promote to the first"
                + " payment acknowledged: least {}, median {}, greatest {}", rounds, paid, underWay, sorted[0], sorted[rounds / 2], sorted[rounds - 1]);
            assertThat(underWay).as("killed under load").isPositive();
        } finally {
            for (final ServerUnderTest node : nodes) {
                if (node != null) {
                    node.close();
                }
            }
        }
    }

    @Test
    void shouldGoOnAloneAndListWhatWasAcknowledgedThen() throws Exception {
        final String[] degrading = {"--durability", "standby"};
        final ServerUnderTest first = node(0, false, degrading);
        ServerUnderTest second = null;
        try {
            awaitReady(first);
            try (DaybreakClient operator = client("OPERATOR", 0)) {
                provision(operator);
            }
            second = node(1, true, degrading);
            awaitReady(second);
            Await.until("in sync", () -> first.err().contains("node 12 is in sync"));
            final ServerUnderTest lost = second;
            lost.kill();
            try (DaybreakClient acquirer = client("ACQ001", 0)) {
                // Answered although the standby is gone: after the time-out, and with an alarm.
                assertThat(acquirer.transfer(payment(acquirer, 7))).as(first::err).matches(Outcome::isApplied, "applied");
                assertThat(first.err()).contains("ALARM: node 12 does not answer: payments go on without it");
                for (int i = 0; i < 10; i++) {
                    assertThat(acquirer.transfer(payment(acquirer, i))).matches(Outcome::isApplied, "applied");
                }
            }
            first.kill();
            second = node(1, true, degrading);
            awaitReady(second);
            try (DaybreakClient operator = client("OPERATOR", 1)) {
                assertThat(operator.promote(false).result()).isEqualTo(Result.LOSS_MUST_BE_ACCEPTED);
                assertThat(operator.promote(true).result()).isEqualTo(Result.OK);
                assertThat(operator.lookupAccounts(58).accounts().get(0).creditsPosted()).as("lost with the old primary").isZero();
                try (ServerUnderTest back = node(0, true, degrading)) {
                    Await.until("begun anew with the shorter journal", () -> back.out().lines().count() == 2 || !back.isAlive());
                    final ServerUnderTest promoted = second;
                    Await.until("in sync", () -> promoted.err().contains("node 11 is in sync"));
                    try (DaybreakClient reader = client("OPERATOR", 0)) {
                        awaitSameState(operator, reader);
                    }
                    final Path aside = directory.resolve("node0").resolve("journal").resolve("aside");
                    final Path tail;
                    try (java.util.stream.Stream<Path> files = Files.list(aside)) {
                        tail = files.filter(file -> file.toString().endsWith(".entries")).findFirst().orElseThrow();
                    }
                    try (ServerUnderTest resubmit = new ServerUnderTest(directory, Map.of(), "divergent", tail.toString(), "--resubmit", "--port",
                        String.valueOf(nativePorts[1]), "--secret-file", directory.resolve("secrets").toString())) {
                        assertThat(resubmit.exitCode()).as(resubmit.err() + resubmit.out()).isZero();
                        assertThat(resubmit.out()).contains("acknowledged transfers: 11", "participant ACQ001: 11 made, 0 known there already");
                    }
                    assertThat(operator.lookupAccounts(58).accounts().get(0).creditsPosted()).isEqualTo(2);
                }
            }
        } finally {
            first.close();
            if (second != null) {
                second.close();
            }
        }
    }

    @Test
    void shouldAnswerGarbageStrangersAndFloodsAtTheReplicationPort() throws Exception {
        try (ServerUnderTest primary = node(0, false)) {
            awaitReady(primary);
            try (DaybreakClient operator = client("OPERATOR", 0)) {
                provision(operator);
                final java.util.SplittableRandom random = new java.util.SplittableRandom(20261123);
                for (int round = 0; round < 30; round++) {
                    try (java.net.Socket socket = new java.net.Socket(InetAddress.getLoopbackAddress(), replicaPorts[0])) {
                        socket.setSoTimeout(10_000);
                        final byte[] garbage = new byte[1 + random.nextInt(4_096)];
                        random.nextBytes(garbage);
                        if (round % 3 == 0) {
                            // A length that is believable, and then nothing that is.
                            java.nio.ByteBuffer.wrap(garbage).order(java.nio.ByteOrder.LITTLE_ENDIAN).put(0, (byte) 64);
                        }
                        socket.getOutputStream().write(garbage);
                        socket.shutdownOutput();
                        assertThat(endOf(socket)).as("round %d", round).isTrue();
                    } catch (final java.net.SocketException ex) {
                        // Closed while we were still sending: that is an answer as well.
                        assertThat(ex.getMessage()).isNotNull();
                    }
                }
                assertThat(operator.transfer(payment(operator, 1)).isApplied()).isTrue();
                assertThat(primary.err()).doesNotContain("\tat ");
            }
        }
    }

    private static boolean endOf(final java.net.Socket socket) throws IOException {
        final byte[] answer = socket.getInputStream().readAllBytes();
        return answer.length < 1_024;
    }
}
