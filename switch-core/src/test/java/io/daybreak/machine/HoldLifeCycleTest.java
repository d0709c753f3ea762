package io.daybreak.machine;

import io.daybreak.model.AccountActionCommand;
import io.daybreak.model.Answer;
import io.daybreak.model.ConfigureCommand;
import io.daybreak.model.Id;
import io.daybreak.model.TransferCommand;
import io.daybreak.model.TransferView;
import io.daybreak.protocol.OutcomeFlags;
import io.daybreak.protocol.Result;
import io.daybreak.protocol.TransferFlags;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.List;

import static io.daybreak.machine.Town.A;
import static io.daybreak.machine.Town.B;
import static io.daybreak.machine.Town.OPERATOR;
import static io.daybreak.machine.Town.PAYER;
import static org.assertj.core.api.Assertions.assertThat;

/** A hold from its making to its end, by every way that there is. */
class HoldLifeCycleTest {
    private static final long MS = 1_000_000;

    private final Town town = Town.empty().people().accounts(A, B);
    private final Id hold = town.freshId();

    @AfterEach
    void close() {
        town.close();
    }

    @Test
    void shouldPostInSeveralPartsUntilUsedUp() {
        town.ok(PAYER, TransferCommand.hold(hold, A, B, 100));
        assertBalances(0, 100);
        assertThat(post(30).amountMinor()).isEqualTo(30);
        assertBalances(30, 70);
        assertThat(state()).isEqualTo(OutcomeFlags.HOLD_OPEN);
        assertThat(post(30).amountMinor()).isEqualTo(30);
        town.gives(Result.EXCEEDS_PENDING_TRANSFER_AMOUNT, PAYER, TransferCommand.post(town.freshId(), hold, 41));
        assertThat(post(40).amountMinor()).isEqualTo(40);
        assertBalances(100, 0);
        assertThat(state()).isEqualTo(OutcomeFlags.HOLD_POSTED);
        town.gives(Result.PENDING_TRANSFER_ALREADY_POSTED, PAYER, TransferCommand.post(town.freshId(), hold, 1));
        town.gives(Result.PENDING_TRANSFER_ALREADY_POSTED, PAYER, TransferCommand.release(town.freshId(), hold, 0));
    }

    @Test
    void shouldReleaseRestWhenPostIsFinal() {
        town.ok(PAYER, TransferCommand.hold(hold, A, B, 100));
        assertThat(town.ok(PAYER, TransferCommand.post(town.freshId(), hold, 30).plusFlags(TransferFlags.FINAL)).amountMinor())
            .isEqualTo(30);
        assertBalances(30, 0);
        assertThat(state()).isEqualTo(OutcomeFlags.HOLD_POSTED);
        town.gives(Result.PENDING_TRANSFER_ALREADY_POSTED, PAYER, TransferCommand.post(town.freshId(), hold, 1));
    }

    @Test
    void shouldPostAllThatIsLeft() {
        town.ok(PAYER, TransferCommand.hold(hold, A, B, 100));
        post(30);
        assertThat(post(TransferFlags.AMOUNT_ALL).amountMinor()).isEqualTo(70);
        assertBalances(100, 0);
        assertThat(state()).isEqualTo(OutcomeFlags.HOLD_POSTED);
    }

    @Test
    void shouldReleaseInPartsAndThenWholly() {
        town.ok(PAYER, TransferCommand.hold(hold, A, B, 100));
        town.ok(PAYER, TransferCommand.release(town.freshId(), hold, 30));
        assertBalances(0, 70);
        post(10);
        assertThat(state()).isEqualTo(OutcomeFlags.HOLD_OPEN);
        assertThat(town.ok(PAYER, TransferCommand.release(town.freshId(), hold, 0)).amountMinor()).isEqualTo(60);
        assertBalances(10, 0);
        assertThat(state()).as("voided, though a part was posted").isEqualTo(OutcomeFlags.HOLD_VOIDED);
        town.gives(Result.PENDING_TRANSFER_ALREADY_VOIDED, PAYER, TransferCommand.post(town.freshId(), hold, 1));
    }

    @Test
    void shouldReleaseWhollyWhenLastPartIsReleased() {
        town.ok(PAYER, TransferCommand.hold(hold, A, B, 100));
        town.ok(PAYER, TransferCommand.release(town.freshId(), hold, 99));
        town.ok(PAYER, TransferCommand.release(town.freshId(), hold, 1));
        assertThat(state()).isEqualTo(OutcomeFlags.HOLD_VOIDED);
        assertBalances(0, 0);
    }

    @Test
    void shouldIncrease() {
        town.ok(PAYER, TransferCommand.hold(hold, A, B, 100).timeoutMs(10));
        assertThat(town.ok(PAYER, TransferCommand.increase(town.freshId(), hold, 50)).amountMinor()).isEqualTo(50);
        assertBalances(0, 150);
        assertThat(town.rig.machine.nextDeadlineNs()).as("an increase alone moves no deadline").isEqualTo(town.nowNs() + 10 * MS);
        assertThat(post(TransferFlags.AMOUNT_ALL).amountMinor()).isEqualTo(150);
    }

    @Test
    void shouldExtendFromTimeOfCommand() {
        town.ok(PAYER, TransferCommand.hold(hold, A, B, 100).timeoutMs(10));
        town.laterMs(9);
        assertThat(town.ok(PAYER, TransferCommand.extend(town.freshId(), hold, 10)).amountMinor()).isZero();
        assertThat(town.rig.machine.nextDeadlineNs()).isEqualTo(town.nowNs() + 10 * MS);
        town.laterMs(9);
        assertThat(post(1).result()).isZero();
        // Shorter is allowed as well: the time-out starts anew.
        town.ok(PAYER, TransferCommand.extend(town.freshId(), hold, 1));
        town.enter(town.nowNs() + MS);
        assertThat(town.rig.machine.sweptInEntry()).isOne();
        assertBalances(1, 0);
    }

    @Test
    void shouldGiveTimeOutToHoldThatHadNone() {
        town.ok(PAYER, TransferCommand.hold(hold, A, B, 100));
        assertThat(town.rig.machine.nextDeadlineNs()).isEqualTo(Long.MAX_VALUE);
        town.laterMs(365L * 86_400_000);
        town.ok(PAYER, TransferCommand.increase(town.freshId(), hold, 1).plusFlags(TransferFlags.EXTEND).timeoutMs(7));
        assertThat(town.rig.machine.nextDeadlineNs()).isEqualTo(town.nowNs() + 7 * MS);
        town.laterMs(7);
        assertBalances(0, 0);
    }

    @Test
    void shouldBeThereOneNanosecondBeforeItsDeadline() {
        town.ok(PAYER, TransferCommand.hold(hold, A, B, 100).timeoutMs(10));
        final long deadline = town.nowNs() + 10 * MS;
        town.enter(deadline - 1);
        assertThat(town.rig.machine.sweptInEntry()).isZero();
        assertThat(post(40).result()).isZero();
        town.enter(deadline);
        assertThat(town.rig.machine.sweptInEntry()).isOne();
        town.gives(Result.PENDING_TRANSFER_EXPIRED, PAYER, TransferCommand.post(town.freshId(), hold, 40));
        assertBalances(40, 0);
        assertThat(state()).isEqualTo(OutcomeFlags.HOLD_EXPIRED);
        assertThat(town.rig.machine.nextDeadlineNs()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void shouldWriteRecordWhenHoldExpires() {
        town.ok(PAYER, TransferCommand.hold(hold, A, B, 100).timeoutMs(10).code(7));
        final long deadline = town.nowNs() + 10 * MS;
        post(40);
        final long sequence = town.rig.lastSequence();
        town.enter(deadline + 5);
        assertThat(town.rig.lastSequence()).as("an expiry takes no sequence").isEqualTo(sequence);
        final TransferView expiry = town.rig.accountTransfers(OPERATOR, A, 0, 1).transfers().get(0);
        assertThat(expiry).isEqualTo(new TransferView(hold, A, B, 60, hold, Id.ZERO, 0, sequence, deadline, 0, 1, 7,
            TransferFlags.EXPIRY, Result.OK, OutcomeFlags.LOOKUP_APPLIED, OutcomeFlags.HOLD_NONE, PAYER));
        final TransferView itself = town.rig.transfer(PAYER, hold);
        assertThat(itself.flags()).isEqualTo(TransferFlags.PENDING);
        assertThat(itself.amountMinor()).isEqualTo(100);
    }

    @Test
    void shouldRefuseAsExpiredThoughNotSweptYet() {
        try (Town slow = Town.empty(ConfigureCommand.roomy().sweepLimit(1)).people().accounts(A, B)) {
            final Id first = slow.freshId();
            final Id second = slow.freshId();
            slow.ok(PAYER, TransferCommand.hold(first, A, B, 1).timeoutMs(10));
            slow.ok(PAYER, TransferCommand.hold(second, A, B, 2).timeoutMs(10));
            slow.laterMs(10);
            assertThat(slow.balances(A)).as("one of two is swept").containsExactly(0L, 2L, 0L, 0L);
            for (final TransferCommand command : List.of(TransferCommand.post(slow.freshId(), second, 1),
                TransferCommand.release(slow.freshId(), second, 0), TransferCommand.increase(slow.freshId(), second, 1),
                TransferCommand.extend(slow.freshId(), second, 1_000),
                TransferCommand.post(slow.freshId(), second, 1).debit(B).credit(A).ledger(5).code(5))) {
                slow.gives(Result.PENDING_TRANSFER_EXPIRED, PAYER, command);
            }
            slow.enter(slow.nowNs() + 1);
            assertThat(slow.balances(A)).containsExactly(0L, 0L, 0L, 0L);
        }
    }

    @Test
    void shouldOpenAgainWhenClosingHoldIsVoidedOrExpires() {
        final Id voided = town.freshId();
        town.ok(PAYER, TransferCommand.hold(hold, A, B, 1).timeoutMs(10)
            .plusFlags(TransferFlags.CLOSING_DEBIT | TransferFlags.CLOSING_CREDIT));
        assertThat(List.of(town.isClosed(A), town.isClosed(B))).containsExactly(true, true);
        town.laterMs(10);
        assertThat(List.of(town.isClosed(A), town.isClosed(B))).containsExactly(false, false);
        town.ok(PAYER, TransferCommand.hold(voided, A, B, 10).plusFlags(TransferFlags.CLOSING_CREDIT));
        assertThat(List.of(town.isClosed(A), town.isClosed(B))).containsExactly(false, true);
        town.ok(PAYER, TransferCommand.release(town.freshId(), voided, 4));
        assertThat(town.isClosed(B)).as("after a release in part").isTrue();
        town.ok(PAYER, TransferCommand.release(town.freshId(), voided, 6));
        assertThat(town.isClosed(B)).as("after the release of the rest").isFalse();
    }

    @Test
    void shouldStayClosedWhenClosingHoldIsPosted() {
        town.ok(PAYER, TransferCommand.hold(hold, A, B, 10).plusFlags(TransferFlags.CLOSING_CREDIT));
        post(4);
        town.ok(PAYER, TransferCommand.post(town.freshId(), hold, 1).plusFlags(TransferFlags.FINAL));
        assertThat(town.isClosed(B)).isTrue();
        town.gives(Result.CREDIT_ACCOUNT_CLOSED, PAYER, TransferCommand.transfer(town.freshId(), A, B, 1));
        town.gives(Result.ACCOUNT_ALREADY_CLOSED, OPERATOR, AccountActionCommand.close(B));
    }

    @Test
    void shouldNotCloseAccountThatHasHolds() {
        town.ok(PAYER, TransferCommand.hold(hold, A, B, 10));
        town.gives(Result.ACCOUNT_HAS_HOLDS, OPERATOR, AccountActionCommand.close(A));
        town.gives(Result.ACCOUNT_HAS_HOLDS, OPERATOR, AccountActionCommand.close(B));
        town.ok(PAYER, TransferCommand.release(town.freshId(), hold, 0));
        town.ok(OPERATOR, AccountActionCommand.close(A));
    }

    /** The table's places are used again and again: many holds at once, in turns of every length. */
    @Test
    void shouldReusePlacesOfHolds() {
        final int capacity = 64;
        try (Town narrow = Town.empty(ConfigureCommand.roomy().holdCapacity(capacity)).people().accounts(A, B)) {
            for (int round = 1; round <= 200; round++) {
                final int count = 1 + round % capacity;
                final Id[] holds = new Id[count];
                for (int i = 0; i < count; i++) {
                    holds[i] = narrow.freshId();
                    narrow.ok(PAYER, TransferCommand.hold(holds[i], A, B, 1 + i).timeoutMs(i % 3 == 0 ? 1 : 0));
                }
                if (count == capacity) {
                    narrow.gives(Result.HOLD_CAPACITY_REACHED, PAYER, TransferCommand.hold(narrow.freshId(), A, B, 1));
                }
                narrow.laterMs(1);
                for (int i = count - 1; i >= 0; i--) {
                    narrow.gives(i % 3 == 0 ? Result.PENDING_TRANSFER_EXPIRED : Result.OK, PAYER,
                        TransferCommand.release(narrow.freshId(), holds[i], 0));
                }
                assertThat(narrow.rig.status(OPERATOR).holdCount()).isZero();
                assertThat(narrow.balances(A)).containsExactly(0L, 0L, 0L, 0L);
            }
        }
    }

    private Answer post(final long amountMinor) {
        return town.ok(PAYER, TransferCommand.post(town.freshId(), hold, amountMinor));
    }

    private int state() {
        return town.rig.transfer(PAYER, hold).holdState();
    }

    private void assertBalances(final long posted, final long pending) {
        assertThat(town.balances(A)).containsExactly(posted, pending, 0L, 0L);
        assertThat(town.balances(B)).containsExactly(0L, 0L, posted, pending);
    }
}
