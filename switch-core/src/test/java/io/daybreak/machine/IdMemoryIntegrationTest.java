package io.daybreak.machine;

import io.daybreak.model.Answer;
import io.daybreak.model.ConfigureCommand;
import io.daybreak.model.GrantCommand;
import io.daybreak.model.Id;
import io.daybreak.model.ParticipantCommand;
import io.daybreak.model.TransferCommand;
import io.daybreak.protocol.OutcomeFlags;
import io.daybreak.protocol.Participants;
import io.daybreak.protocol.Result;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.List;

import static io.daybreak.machine.Town.A;
import static io.daybreak.machine.Town.B;
import static io.daybreak.machine.Town.OPERATOR;
import static io.daybreak.machine.Town.PAYER;
import static io.daybreak.machine.Town.STRANGER;
import static org.assertj.core.api.Assertions.assertThat;

/** The memory of ids as a participant sees it: bounded, never lying, forgetting only for room. */
class IdMemoryIntegrationTest {
    private static final int CAPACITY = 1_024;
    private static final long WINDOW_MS = 10_000;

    private final Town town = Town.empty(ConfigureCommand.roomy().idGuaranteedWindowMs(WINDOW_MS)).people().accounts(A, B);
    private final long startMs = town.nowNs() / 1_000_000;
    private long nextMs = startMs;

    IdMemoryIntegrationTest() {
        town.ok(OPERATOR, ParticipantCommand.participant(PAYER, "PAYER").idCapacity(CAPACITY));
    }

    @AfterEach
    void close() {
        town.close();
    }

    @Test
    void shouldAnswerBusyRatherThanForgetInsideWindow() {
        fill();
        final long sequence = town.rig.lastSequence();
        final long digest = town.rig.machine.digest();
        final Answer busy = town.gives(Result.BUSY, PAYER, pay(startMs + CAPACITY));
        assertThat(busy.sequence()).isEqualTo(sequence);
        assertThat(town.rig.machine.digest()).isEqualTo(digest);
        assertThat(town.apply(PAYER, pay(startMs)).isRepeated()).as("the oldest is still known").isTrue();
        town.enter((startMs + WINDOW_MS) * 1_000_000);
        town.gives(Result.BUSY, PAYER, pay(startMs + CAPACITY));
        town.laterMs(CAPACITY);
        assertThat(town.ok(PAYER, pay(startMs + CAPACITY)).isRepeated()).as("taken for new, as busy is not remembered").isFalse();
    }

    @Test
    void shouldAnswerExpiredBehindWatermark() {
        fill();
        town.laterMs(2 * WINDOW_MS);
        town.ok(PAYER, pay(startMs + CAPACITY));
        final long balance = town.balances(A).get(0);
        town.gives(Result.ID_EXPIRED, PAYER, pay(startMs));
        town.gives(Result.ID_EXPIRED, PAYER, pay(startMs).id(Id.at(startMs - 1_000_000, 5)));
        town.gives(Result.ID_EXPIRED, PAYER, pay(startMs).amount(2));
        assertThat(town.balances(A).get(0)).as("debits posted").isEqualTo(balance);
        assertThat(town.rig.transfer(PAYER, pay(startMs).id()).lookup()).isEqualTo(OutcomeFlags.LOOKUP_EXPIRED);
        assertThat(town.apply(PAYER, pay(startMs + CAPACITY - 1)).isRepeated()).as("the newest before are known").isTrue();
    }

    @Test
    void shouldForgetNothingBecauseTimePasses() {
        final Answer first = town.ok(PAYER, pay(startMs));
        final Answer refused = town.gives(Result.DEBIT_ACCOUNT_NOT_FOUND, PAYER, pay(startMs + 1).debit(99));
        town.laterMs(30L * 86_400_000);
        assertThat(town.apply(PAYER, pay(startMs))).isEqualTo(repeated(first));
        assertThat(town.apply(PAYER, pay(startMs + 1).debit(99))).isEqualTo(repeated(refused));
        town.ok(PAYER, pay(startMs - 86_400_000));
    }

    @Test
    void shouldKeepMemoriesApart() {
        town.ok(OPERATOR, GrantCommand.grantAccount(STRANGER, A, Participants.RIGHT_DEBIT));
        final Answer other = town.ok(STRANGER, pay(startMs));
        fill();
        town.gives(Result.BUSY, PAYER, pay(startMs + CAPACITY));
        town.ok(STRANGER, pay(startMs + CAPACITY));
        town.laterMs(2 * WINDOW_MS);
        town.ok(PAYER, pay(startMs + CAPACITY));
        town.gives(Result.ID_EXPIRED, PAYER, pay(startMs));
        assertThat(town.apply(STRANGER, pay(startMs))).isEqualTo(repeated(other));
    }

    @Test
    void shouldFindRoomWhenOperatorRaisesCapacity() {
        fill();
        town.gives(Result.BUSY, PAYER, pay(startMs + CAPACITY));
        town.ok(OPERATOR, ParticipantCommand.participant(PAYER, "PAYER").idCapacity(CAPACITY * 2));
        town.ok(PAYER, pay(startMs + CAPACITY));
        assertThat(town.apply(PAYER, pay(startMs)).isRepeated()).isTrue();
    }

    @Test
    void shouldKeepOpenHoldsWhateverTheirAge() {
        final Id hold = Id.at(startMs, 1);
        final Id voided = Id.at(startMs, 2);
        town.ok(PAYER, TransferCommand.hold(hold, A, B, 100));
        town.ok(PAYER, TransferCommand.hold(voided, A, B, 100));
        town.ok(PAYER, TransferCommand.release(Id.at(startMs, 3), voided, 0));
        forgetAllUpTo(startMs + 3);
        town.gives(Result.ID_EXPIRED, PAYER, TransferCommand.hold(hold, A, B, 100));
        town.ok(PAYER, TransferCommand.post(Id.at(nowMs(), 4), hold, 60));
        town.ok(PAYER, TransferCommand.release(Id.at(nowMs(), 5), hold, 40));
        // Memory no longer reaches to it: it is closed, or it never was. To say "not found" would be to lie.
        town.gives(Result.PENDING_TRANSFER_CLOSED, PAYER, TransferCommand.post(Id.at(nowMs(), 6), voided, 60));
        town.gives(Result.PENDING_TRANSFER_NOT_FOUND, PAYER, TransferCommand.post(Id.at(nowMs(), 7), Id.at(nowMs(), 99), 60));
    }

    @Test
    void shouldAnswerWholeChainBusyOrExpired() {
        fill();
        final List<TransferCommand> chain = TransferCommand.chain(pay(startMs + CAPACITY), pay(startMs + CAPACITY + 1));
        assertThat(results(town.rig.applyChain(PAYER, chain))).containsExactly(Result.BUSY, Result.CHAIN_MEMBER_NOT_DECIDED);
        town.laterMs(2 * WINDOW_MS);
        assertThat(results(town.rig.applyChain(PAYER, chain))).containsExactly(Result.OK, Result.OK);
        assertThat(results(town.rig.applyChain(PAYER, TransferCommand.chain(pay(nowMs()), pay(startMs)))))
            .containsExactly(Result.CHAIN_MEMBER_NOT_DECIDED, Result.ID_EXPIRED);
        town.ok(PAYER, pay(nowMs()));
    }

    @Test
    void shouldTellOfNoMemberOfAnAppliedChainThatNothingWasDone() {
        final List<TransferCommand> forgotten = TransferCommand.chain(pay(startMs - 3), pay(startMs - 2), pay(startMs - 1));
        assertThat(results(town.rig.applyChain(PAYER, forgotten))).containsOnly(Result.OK);
        for (int i = 0; i < CAPACITY - 5; i++) {
            town.ok(PAYER, pay(startMs + 1 + i));
        }
        final long lateMs = startMs + WINDOW_MS;
        final List<TransferCommand> half = TransferCommand.chain(pay(startMs), pay(lateMs));
        town.enter(lateMs * 1_000_000);
        final List<Answer> first = town.rig.applyChain(PAYER, half);
        assertThat(results(first)).containsOnly(Result.OK);
        town.laterMs(2 * WINDOW_MS);
        nextMs = nowMs();
        while (town.apply(PAYER, pay(startMs)).result() != Result.ID_EXPIRED) {
            town.ok(PAYER, pay(nextMs++));
        }
        assertThat(results(town.rig.applyChain(PAYER, forgotten))).containsOnly(Result.ID_EXPIRED);
        final List<Answer> again = town.rig.applyChain(PAYER, half);
        assertThat(again.get(0).result()).isEqualTo(Result.ID_EXPIRED);
        assertThat(again.get(1)).as("still known").isEqualTo(repeated(first.get(1)));
    }

    @Test
    void shouldAnswerKnownMembersOfChainWhileBusy() {
        final List<TransferCommand> chain = TransferCommand.chain(pay(startMs - 2), pay(startMs - 1));
        final List<Answer> first = town.rig.applyChain(PAYER, chain);
        nextMs = startMs;
        for (int i = 0; i < CAPACITY - 2; i++) {
            town.ok(PAYER, pay(nextMs++));
        }
        town.gives(Result.BUSY, PAYER, pay(nextMs));
        assertThat(town.rig.applyChain(PAYER, chain)).isEqualTo(first.stream().map(IdMemoryIntegrationTest::repeated).toList());
    }

    /** Expired comes before rights, rights before busy. */
    @Test
    void shouldCheckExpiryThenRightsThenRoom() {
        fill();
        town.gives(Result.NOT_GRANTED, PAYER, pay(startMs + CAPACITY).debit(2_000));
        town.gives(Result.BUSY, PAYER, pay(startMs + CAPACITY).debit(999));
        town.laterMs(2 * WINDOW_MS);
        town.ok(PAYER, pay(startMs + CAPACITY));
        town.gives(Result.ID_EXPIRED, PAYER, pay(startMs).debit(2_000));
    }

    @Test
    void shouldKeepOutcomesOfAllKinds() {
        final Id hold = Id.at(startMs, 1);
        final List<TransferCommand> commands = List.of(TransferCommand.hold(hold, A, B, 100),
            TransferCommand.post(Id.at(startMs, 2), hold, 30), TransferCommand.increase(Id.at(startMs, 3), hold, 5),
            TransferCommand.extend(Id.at(startMs, 4), hold, 1_000), TransferCommand.release(Id.at(startMs, 5), hold, 0),
            TransferCommand.post(Id.at(startMs, 6), hold, 1));
        final List<Answer> answers = commands.stream().map(command -> town.apply(PAYER, command)).toList();
        assertThat(results(answers)).containsExactly(0, 0, 0, 0, 0, Result.PENDING_TRANSFER_ALREADY_VOIDED);
        assertThat(answers.stream().map(Answer::amountMinor)).containsExactly(100L, 30L, 5L, 0L, 75L, 0L);
        town.laterMs(5_000);
        for (int i = 0; i < commands.size(); i++) {
            assertThat(town.apply(PAYER, commands.get(i))).isEqualTo(repeated(answers.get(i)));
        }
    }

    private void fill() {
        while (nextMs < startMs + CAPACITY) {
            town.ok(PAYER, pay(nextMs++));
        }
    }

    private void forgetAllUpTo(final long epochMs) {
        nextMs = epochMs;
        for (int i = 0; i < 3 * CAPACITY; i++) {
            town.laterMs(2 * WINDOW_MS / CAPACITY);
            town.ok(PAYER, pay(nowMs()));
        }
    }

    private long nowMs() {
        return town.nowNs() / 1_000_000;
    }

    private static TransferCommand pay(final long epochMs) {
        return TransferCommand.transfer(Id.at(epochMs, 77), A, B, 1);
    }

    private static Answer repeated(final Answer first) {
        return new Answer(first.result(), OutcomeFlags.REPEATED, first.amountMinor(), first.sequence(), first.timestampNs());
    }

    private static List<Integer> results(final List<Answer> answers) {
        return answers.stream().map(Answer::result).toList();
    }
}
