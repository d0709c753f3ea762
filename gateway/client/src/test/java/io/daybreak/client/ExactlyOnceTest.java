package io.daybreak.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.daybreak.client.StubSwitch.Reaction;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * Property: whatever the network and the switch do, every payment is made exactly once, and the caller is told so. The stub
 * remembers ids across connections, as the switch does across a crash; a seed decides where connections break.
 */
@Timeout(60)
class ExactlyOnceTest {
    private static final Credentials CREDENTIALS = new Credentials("ACQ001", new byte[32]);
    private static final Reaction[] TROUBLE = {Reaction.DROP_UNAPPLIED, Reaction.DROP_UNANSWERED, Reaction.DROP_HALF_ANSWERED,
        Reaction.SHUT_DOWN, Reaction.BAD_LENGTH, Reaction.ANSWER_IN_PIECES};
    private static final int PAYMENTS = 4_000;
    private static final int ACCOUNTS = 20;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 20_261_123})
    void shouldApplyEveryPaymentOnceWhileConnectionsBreak(final long seed) throws Exception {
        final Random random = new Random(seed);
        final Random trouble = new Random(seed + 1);
        final Map<Long, Long> expected = new HashMap<>();
        final List<CompletableFuture<List<Outcome>>> answers = new ArrayList<>();
        try (StubSwitch stub = new StubSwitch(CREDENTIALS, number -> {
            synchronized (trouble) {
                return trouble.nextInt(40) == 0 ? TROUBLE[trouble.nextInt(TROUBLE.length)] : Reaction.ANSWER;
            }
        });
            DaybreakClient client = DaybreakClient.builder().address("127.0.0.1", stub.port()).credentials(CREDENTIALS)
                .options(ClientOptions.DEFAULT.withBackOff(Duration.ofMillis(1), Duration.ofMillis(5))).connect()) {
            int made = 0;
            while (made < PAYMENTS) {
                final List<Transfer> batch = new ArrayList<>();
                final int size = Math.min(1 + random.nextInt(8), PAYMENTS - made);
                for (int i = 0; i < size; i++) {
                    final long account = random.nextInt(ACCOUNTS);
                    final long amount = 1 + random.nextInt(1_000);
                    batch.add(Transfer.of(client.nextId(), account, 1_000, amount, 156, 1));
                    expected.merge(account, amount, Long::sum);
                }
                answers.add(client.transfersAsync(batch));
                made += size;
            }
            final Set<Long> sequences = new HashSet<>();
            for (final CompletableFuture<List<Outcome>> answer : answers) {
                for (final Outcome outcome : answer.join()) {
                    assertThat(outcome.decision()).as("seed %d", seed).isEqualTo(Decision.APPLIED);
                    assertThat(sequences.add(outcome.sequence())).as("seed %d: one sequence, one payment", seed).isTrue();
                }
            }
            assertThat(stub.appliedCount()).as("seed %d", seed).isEqualTo(PAYMENTS);
            assertThat(stub.signOns.get()).as("the seed must break connections").isGreaterThan(3);
            for (final Map.Entry<Long, Long> entry : expected.entrySet()) {
                assertThat(stub.debited(entry.getKey())).as("seed %d, account %d", seed, entry.getKey()).isEqualTo(entry.getValue());
            }
        }
    }
}
