package io.daybreak.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.daybreak.client.ClientException.Reason;
import io.daybreak.client.StubSwitch.Reaction;
import io.daybreak.protocol.Result;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;

/** The acquirer's client against a scripted switch on a real socket. */
@Timeout(30)
class DaybreakClientTest {
    private static final Credentials CREDENTIALS = new Credentials("ACQ001", new byte[32]);
    private static final ClientOptions OPTIONS = ClientOptions.DEFAULT.withDeadline(Duration.ofSeconds(10))
        .withBackOff(Duration.ofMillis(2), Duration.ofMillis(20));

    private static DaybreakClient connect(final StubSwitch stub) {
        return connect(stub, OPTIONS);
    }

    private static DaybreakClient connect(final StubSwitch stub, final ClientOptions options) {
        return DaybreakClient.builder().address("127.0.0.1", stub.port()).credentials(CREDENTIALS).options(options).connect();
    }

    private static Transfer transfer(final DaybreakClient client, final long amount) {
        return Transfer.of(client.nextId(), 1, 2, amount, 156, 1);
    }

    private static StubSwitch.Script first(final Reaction... reactions) {
        return number -> number < reactions.length ? reactions[number] : Reaction.ANSWER;
    }

    @Test
    void shouldPayAndSayGoodbye() throws Exception {
        try (StubSwitch stub = new StubSwitch(CREDENTIALS, first())) {
            try (DaybreakClient client = connect(stub)) {
                final Outcome outcome = client.transfer(transfer(client, 25));
                assertThat(outcome).isEqualTo(new Outcome(Decision.APPLIED, Result.OK, 1, stub.serverTimeMs * 1_000_000L, 25, false));
                assertThat(client.isConnected()).isTrue();
            }
            assertThat(stub.debited(1)).isEqualTo(25);
            assertThat(stub.goodbyes).hasValue(1);
        }
    }

    @Test
    void shouldMintIdsByTheServersTime() throws Exception {
        try (StubSwitch stub = new StubSwitch(CREDENTIALS, first())) {
            stub.serverTimeMs = 1_234_567_890_123L;
            try (DaybreakClient client = connect(stub)) {
                assertThat(client.nextId().timeMs()).isBetween(1_234_567_890_123L, 1_234_567_900_123L);
            }
        }
    }

    @Test
    void shouldKeepTheOrderOfABatchThatIsAnsweredInPieces() throws Exception {
        try (StubSwitch stub = new StubSwitch(CREDENTIALS, first(Reaction.ANSWER_IN_PIECES)); DaybreakClient client = connect(stub)) {
            final List<Transfer> transfers = new ArrayList<>();
            for (int i = 1; i <= 500; i++) {
                transfers.add(transfer(client, i));
            }
            final List<Outcome> outcomes = client.transfers(transfers);
            for (int i = 1; i <= 500; i++) {
                assertThat(outcomes.get(i - 1).amountMinor()).isEqualTo(i);
            }
        }
    }

    @Test
    void shouldSendTheLargestBatch() throws Exception {
        try (StubSwitch stub = new StubSwitch(CREDENTIALS, first()); DaybreakClient client = connect(stub)) {
            final List<Transfer> transfers = new ArrayList<>();
            for (int i = 0; i < StubSwitch.MAX_BATCH; i++) {
                transfers.add(transfer(client, 1));
            }
            assertThat(client.transfers(transfers)).hasSize(StubSwitch.MAX_BATCH).allMatch(Outcome::isApplied);
            assertThat(stub.debited(1)).isEqualTo(StubSwitch.MAX_BATCH);
        }
    }

    @Test
    void shouldResendWithTheSameIdWhenTheAnswerIsLost() throws Exception {
        try (StubSwitch stub = new StubSwitch(CREDENTIALS, first(Reaction.DROP_UNANSWERED)); DaybreakClient client = connect(stub)) {
            final Outcome outcome = client.transfer(transfer(client, 7));
            assertThat(outcome.decision()).isEqualTo(Decision.APPLIED);
            assertThat(outcome.isRepeated()).isTrue();
            assertThat(stub.debited(1)).isEqualTo(7);
            assertThat(stub.signOns).hasValue(2);
            assertThat(client.reconnects()).isEqualTo(1);
        }
    }

    @Test
    void shouldResendWhenTheRequestIsLost() throws Exception {
        try (StubSwitch stub = new StubSwitch(CREDENTIALS, first(Reaction.DROP_UNAPPLIED, Reaction.DROP_UNAPPLIED));
            DaybreakClient client = connect(stub)) {
            final Outcome outcome = client.transfer(transfer(client, 7));
            assertThat(outcome.isApplied()).isTrue();
            assertThat(outcome.isRepeated()).isFalse();
            assertThat(stub.requestCount()).isEqualTo(3);
        }
    }

    @Test
    void shouldTakeUpABatchWhoseAnswerBrokeOff() throws Exception {
        try (StubSwitch stub = new StubSwitch(CREDENTIALS, first(Reaction.DROP_HALF_ANSWERED)); DaybreakClient client = connect(stub)) {
            final List<Transfer> transfers = List.of(transfer(client, 1), transfer(client, 2), transfer(client, 3), transfer(client, 4));
            final List<Outcome> outcomes = client.transfers(transfers);
            assertThat(outcomes).extracting(Outcome::amountMinor).containsExactly(1L, 2L, 3L, 4L);
            assertThat(outcomes).extracting(Outcome::isRepeated).containsExactly(false, false, true, true);
            assertThat(stub.debited(1)).isEqualTo(10);
        }
    }

    @Test
    void shouldHoldWhatIsNotDecidedByAStoppingSwitchForTheNextStart() throws Exception {
        try (StubSwitch stub = new StubSwitch(CREDENTIALS, first(Reaction.SHUT_DOWN)); DaybreakClient client = connect(stub)) {
            assertThat(client.transfer(transfer(client, 3)).isApplied()).isTrue();
            assertThat(stub.signOns).hasValue(2);
        }
    }

    @Test
    void shouldGiveBusyToTheCaller() throws Exception {
        try (StubSwitch stub = new StubSwitch(CREDENTIALS, first(Reaction.BUSY)); DaybreakClient client = connect(stub)) {
            final Transfer transfer = transfer(client, 3);
            final Outcome busy = client.transfer(transfer);
            assertThat(busy.decision()).isEqualTo(Decision.NOT_DECIDED);
            assertThat(busy.resultName()).isEqualTo("BUSY");
            assertThat(client.transfer(transfer).isApplied()).isTrue();
        }
    }

    @Test
    void shouldSayUnknownAfterTheDeadlineAndLetTheSameIdBeAskedAgain() throws Exception {
        try (StubSwitch stub = new StubSwitch(CREDENTIALS, first(Reaction.SWALLOW));
            DaybreakClient client = connect(stub, OPTIONS.withDeadline(Duration.ofMillis(150)))) {
            final Transfer transfer = transfer(client, 9);
            final Outcome unknown = client.transfer(transfer);
            assertThat(unknown.decision()).isEqualTo(Decision.UNKNOWN);
            assertThat(unknown.resultName()).isEqualTo("UNKNOWN");
            final Outcome asked = client.transfer(transfer);
            assertThat(asked.isApplied()).isTrue();
            assertThat(asked.isRepeated()).isTrue();
            assertThat(stub.debited(1)).isEqualTo(9);
        }
    }

    @Test
    void shouldSayNotSentWhenThereWasNeverAConnection() throws Exception {
        final int port;
        try (StubSwitch gone = new StubSwitch(CREDENTIALS, first())) {
            port = gone.port();
        }
        try (DaybreakClient client = DaybreakClient.builder().address("127.0.0.1", port).credentials(CREDENTIALS)
            .options(OPTIONS.withDeadline(Duration.ofMillis(100))).start()) {
            assertThat(client.transfer(transfer(client, 1)).decision()).isEqualTo(Decision.NOT_SENT);
            assertThatThrownBy(client::status).isInstanceOf(ClientException.class)
                .extracting(ex -> ((ClientException) ex).reason()).isEqualTo(Reason.DEADLINE);
        }
    }

    @Test
    void shouldNotResendAnAccountAction() throws Exception {
        try (StubSwitch stub = new StubSwitch(CREDENTIALS, first(Reaction.DROP_UNANSWERED)); DaybreakClient client = connect(stub)) {
            assertThat(client.act(List.of(AccountAction.close(5))).get(0).decision()).isEqualTo(Decision.UNKNOWN);
            assertThat(client.act(List.of(AccountAction.close(6))).get(0).decision()).isEqualTo(Decision.APPLIED);
            assertThat(stub.requestCount()).isEqualTo(2);
        }
    }

    @Test
    void shouldRefuseMoreThanItMayHaveInFlight() throws Exception {
        try (StubSwitch stub = new StubSwitch(CREDENTIALS, number -> Reaction.SWALLOW)) {
            final DaybreakClient client = connect(stub, OPTIONS.withMaxInFlight(8_190).withCloseGrace(Duration.ofMillis(50)));
            final List<CompletableFuture<Outcome>> outcomes = new ArrayList<>();
            for (int i = 0; i < 8_190; i++) {
                outcomes.add(client.transferAsync(transfer(client, 1)));
            }
            assertThatThrownBy(() -> client.transferAsync(transfer(client, 1)).join()).isInstanceOf(CompletionException.class)
                .cause().isInstanceOf(ClientException.class).hasMessageContaining("in flight");
            assertThat(outcomes).noneMatch(CompletableFuture::isDone);
            client.close();
            assertThat(outcomes).allMatch(future -> future.join().decision() == Decision.UNKNOWN
                || future.join().decision() == Decision.NOT_SENT);
        }
    }

    @Test
    void shouldNotLeaveThoseWaitingWhoGetRoomFromTheClosing() throws Exception {
        try (StubSwitch stub = new StubSwitch(CREDENTIALS, number -> Reaction.SWALLOW)) {
            final DaybreakClient client = connect(stub, OPTIONS.withMaxInFlight(8_190).withCloseGrace(Duration.ofMillis(50)));
            final List<Transfer> all = new ArrayList<>();
            for (int i = 0; i < 8_190; i++) {
                all.add(transfer(client, 1));
            }
            client.transfersAsync(all);
            final List<FutureTask<Outcome>> waiting = new ArrayList<>();
            final List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                final Transfer transfer = transfer(client, 1);
                final FutureTask<Outcome> task = new FutureTask<>(() -> client.transfer(transfer));
                waiting.add(task);
                threads.add(new Thread(task, "waits for room"));
            }
            threads.forEach(Thread::start);
            for (final Thread thread : threads) {
                final long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
                while (thread.getState() != Thread.State.TIMED_WAITING && System.nanoTime() < deadlineNs) {
                    Thread.onSpinWait();
                }
            }
            client.close();
            for (final FutureTask<Outcome> task : waiting) {
                assertThat(task.get(5, TimeUnit.SECONDS).decision()).isEqualTo(Decision.NOT_SENT);
            }
        }
    }

    @Test
    void shouldRefuseABatchAboveTheLimitOfTheSwitch() throws Exception {
        try (StubSwitch stub = new StubSwitch(CREDENTIALS, first())) {
            stub.maxBatch = 2;
            try (DaybreakClient client = connect(stub)) {
                assertThatThrownBy(() -> client.transfers(List.of(transfer(client, 1), transfer(client, 2), transfer(client, 3))))
                    .isInstanceOf(ClientException.class).extracting(ex -> ((ClientException) ex).reason()).isEqualTo(Reason.TOO_LARGE);
                assertThat(client.transfer(transfer(client, 1)).isApplied()).isTrue();
            }
        }
    }

    @Test
    void shouldNotTrustASwitchThatDoesNotKnowTheSecret() throws Exception {
        try (StubSwitch stub = new StubSwitch(CREDENTIALS, first())) {
            stub.isMacWrong = true;
            assertThatThrownBy(() -> connect(stub)).isInstanceOf(ClientException.class)
                .hasMessageContaining("does not know the secret")
                .extracting(ex -> ((ClientException) ex).reason()).isEqualTo(Reason.NOT_AUTHENTICATED);
            assertThat(stub.requestCount()).isZero();
        }
    }

    @Test
    void shouldSayWhenTheSwitchDoesNotAcceptTheSecret() throws Exception {
        try (StubSwitch stub = new StubSwitch(new Credentials("ACQ001", "another secret of 32 bytes, yes.".getBytes(
            java.nio.charset.StandardCharsets.US_ASCII)), first())) {
            assertThatThrownBy(() -> connect(stub)).isInstanceOf(ClientException.class).hasMessageContaining("NOT_AUTHENTICATED");
        }
    }

    @Test
    void shouldUseTheAddressThatAnswers() throws Exception {
        final int gonePort;
        try (StubSwitch gone = new StubSwitch(CREDENTIALS, first())) {
            gonePort = gone.port();
        }
        try (StubSwitch impostor = new StubSwitch(CREDENTIALS, first()); StubSwitch stub = new StubSwitch(CREDENTIALS, first())) {
            impostor.isMacWrong = true;
            try (DaybreakClient client = DaybreakClient.builder().address("127.0.0.1", gonePort).address("127.0.0.1", impostor.port())
                .address("127.0.0.1", stub.port()).credentials(CREDENTIALS).options(OPTIONS).connect()) {
                assertThat(client.transfer(transfer(client, 1)).isApplied()).isTrue();
                assertThat(stub.appliedCount()).isEqualTo(1);
            }
        }
    }

    @Test
    void shouldRecoverFromAnswersThatAreNone() throws Exception {
        try (StubSwitch stub = new StubSwitch(CREDENTIALS, first(Reaction.BAD_LENGTH, Reaction.BAD_TEMPLATE, Reaction.REFUSE));
            DaybreakClient client = connect(stub)) {
            assertThat(client.transfer(transfer(client, 1)).isApplied()).isTrue();
            assertThat(stub.signOns).hasValue(4);
        }
    }

    @Test
    void shouldLookUpAccounts() throws Exception {
        try (StubSwitch stub = new StubSwitch(CREDENTIALS, first()); DaybreakClient client = connect(stub)) {
            client.transfer(transfer(client, 12));
            final AccountsPage page = client.lookupAccounts(1, 404);
            assertThat(page.asOfSequence()).isEqualTo(1);
            assertThat(page.accounts().get(0).debitsPosted()).isEqualTo(12);
            assertThat(page.accounts().get(0).balanceMinor()).isEqualTo(-12);
            assertThat(page.accounts().get(1).isFound()).isFalse();
        }
    }

    @Test
    void shouldAdministerWithOneOutcome() throws Exception {
        try (StubSwitch stub = new StubSwitch(CREDENTIALS, first()); DaybreakClient client = connect(stub)) {
            assertThat(client.putParticipant(new Participant(2, "ACQ002", 1, 2, 4096)).isApplied()).isTrue();
            assertThat(client.putGrant(Grant.range(2, 2, 1, 1000)).isApplied()).isTrue();
            assertThat(client.createAccounts(List.of(NewAccount.of(1, 156, 1, 0)))).hasSize(1);
        }
    }

    @Test
    void shouldNotTakeWhatDoesNotFitOnTheWire() {
        assertThatThrownBy(() -> NewAccount.of(1, 156, 65_536, 0)).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("65536");
        assertThatThrownBy(() -> NewAccount.of(1, 156, 1, -1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Participant(2, "ACQ002", 1L << 32, 2, 4096)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Participant(2, "ACQ002", 1, 65_536, 4096)).isInstanceOf(IllegalArgumentException.class);
        assertThat(new Participant(2, "ACQ002", (1L << 32) - 1, 65_535, 4096).keyId()).isEqualTo(0xFFFF_FFFFL);
        assertThat(NewAccount.of(1, 156, 65_535, 0).code()).isEqualTo(65_535);
    }

    @Test
    void shouldRefuseAfterClose() throws Exception {
        try (StubSwitch stub = new StubSwitch(CREDENTIALS, first())) {
            final DaybreakClient client = connect(stub);
            client.close();
            client.close();
            assertThatThrownBy(() -> client.transfer(transfer(client, 1))).isInstanceOf(ClientException.class)
                .extracting(ex -> ((ClientException) ex).reason()).isEqualTo(Reason.CLOSED);
        }
    }

    @Test
    void shouldRefuseToBlockItsOwnEventLoop() throws Exception {
        final CountDownLatch isChained = new CountDownLatch(1);
        try (StubSwitch stub = new StubSwitch(CREDENTIALS, number -> {
            isChained.await();
            return Reaction.ANSWER;
        }); DaybreakClient client = connect(stub)) {
            final CompletableFuture<Outcome> nested = client.transferAsync(transfer(client, 1))
                .thenApply(outcome -> client.transfer(transfer(client, 2)));
            isChained.countDown();
            assertThatThrownBy(nested::join).hasCauseInstanceOf(IllegalStateException.class);
        }
    }
}
