package io.daybreak.machine;

import io.daybreak.model.ConfigureCommand;
import io.daybreak.model.Id;
import io.daybreak.model.TickCommand;
import io.daybreak.model.TransferCommand;
import io.daybreak.model.TransferView;
import io.daybreak.protocol.TransferFlags;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;

import static io.daybreak.machine.Town.A;
import static io.daybreak.machine.Town.B;
import static io.daybreak.machine.Town.OPERATOR;
import static io.daybreak.machine.Town.PAYER;
import static io.daybreak.machine.Town.SYSTEM;
import static org.assertj.core.api.Assertions.assertThat;

/** Deadlines fall in a total order, deadline then sequence, a bounded number at a time. */
class ExpiryOrderTest {
    private static final int SWEEP_LIMIT = 10;
    private static final int HOLDS = 1_000;

    @Test
    void shouldSweepInOrderOfDeadlineThenSequence() {
        try (Town town = Town.empty(ConfigureCommand.roomy().sweepLimit(SWEEP_LIMIT)).people().accounts(A, B)) {
            final SplittableRandom random = new SplittableRandom(4);
            final List<Due> expected = new ArrayList<>();
            for (int i = 0; i < HOLDS; i++) {
                final Id id = town.freshId();
                long timeoutMs = 100 + random.nextInt(20);
                final long sequence = town.ok(PAYER, TransferCommand.hold(id, A, B, 1).timeoutMs(timeoutMs)).sequence();
                if (i % 5 == 0) {
                    timeoutMs = 100 + random.nextInt(20);
                    town.ok(PAYER, TransferCommand.extend(town.freshId(), id, timeoutMs));
                }
                if (i % 7 == 0) {
                    town.ok(PAYER, TransferCommand.release(town.freshId(), id, 0));
                } else {
                    expected.add(new Due(town.nowNs() + timeoutMs * 1_000_000, sequence, id));
                }
                if (i % 50 == 0) {
                    town.enter(town.nowNs() + random.nextInt(2_000_000) + 1);
                }
            }
            expected.sort(Comparator.comparingLong(Due::deadlineNs).thenComparingLong(Due::sequence));
            town.laterMs(1_000);
            int swept = town.rig.machine.sweptInEntry();
            assertThat(swept).isEqualTo(SWEEP_LIMIT);
            while (swept < expected.size()) {
                assertThat(town.rig.machine.nextDeadlineNs()).isEqualTo(expected.get(swept).deadlineNs);
                final int before = town.rig.machine.sweptInEntry();
                if (swept % 3 == 0) {
                    town.ok(SYSTEM, new TickCommand());
                    swept += town.rig.machine.sweptInEntry() - before;
                } else {
                    town.enter(town.nowNs() + 1);
                    swept += town.rig.machine.sweptInEntry();
                }
                assertThat(swept).isLessThanOrEqualTo(expected.size());
                assertThat(newestExpiries(town, 1).get(0)).isEqualTo(expected.get(swept - 1).id);
            }
            final List<Id> inOrder = newestExpiries(town, expected.size());
            for (int i = 0; i < inOrder.size(); i++) {
                assertThat(inOrder.get(inOrder.size() - 1 - i)).isEqualTo(expected.get(i).id);
            }
            assertThat(town.balances(A)).containsExactly(0L, 0L, 0L, 0L);
        }
    }

    @Test
    void shouldSweepNoMoreThanLimitInOneEntryAndOneTick() {
        try (Town town = Town.empty(ConfigureCommand.roomy().sweepLimit(SWEEP_LIMIT)).people().accounts(A, B)) {
            for (int i = 0; i < 4 * SWEEP_LIMIT; i++) {
                town.ok(PAYER, TransferCommand.hold(town.freshId(), A, B, 1).timeoutMs(5));
            }
            final long due = town.nowNs() + 5_000_000;
            assertThat(town.rig.machine.nextDeadlineNs()).isEqualTo(due);
            town.enter(due);
            assertThat(town.rig.machine.sweptInEntry()).isEqualTo(SWEEP_LIMIT);
            town.ok(SYSTEM, new TickCommand());
            assertThat(town.rig.machine.sweptInEntry()).isEqualTo(2 * SWEEP_LIMIT);
            town.ok(PAYER, TransferCommand.transfer(town.freshId(), A, B, 1));
            assertThat(town.rig.machine.sweptInEntry()).as("other commands sweep nothing").isEqualTo(2 * SWEEP_LIMIT);
            town.enter(due + 1);
            assertThat(town.rig.machine.sweptInEntry()).isEqualTo(SWEEP_LIMIT);
            town.ok(SYSTEM, new TickCommand());
            town.ok(SYSTEM, new TickCommand());
            assertThat(town.rig.machine.sweptInEntry()).isEqualTo(2 * SWEEP_LIMIT);
            assertThat(town.rig.machine.nextDeadlineNs()).isEqualTo(Long.MAX_VALUE);
        }
    }

    @Test
    void shouldSweepNothingBeforeAnythingIsDue() {
        try (Town town = Town.empty().people().accounts(A, B)) {
            town.ok(PAYER, TransferCommand.hold(town.freshId(), A, B, 1).timeoutMs(5));
            town.ok(PAYER, TransferCommand.hold(town.freshId(), A, B, 1));
            town.enter(town.nowNs() + 4_999_999);
            assertThat(town.rig.machine.sweptInEntry()).isZero();
            town.ok(SYSTEM, new TickCommand());
            assertThat(town.rig.machine.sweptInEntry()).isZero();
        }
    }

    private static List<Id> newestExpiries(final Town town, final int count) {
        final List<Id> ids = new ArrayList<>();
        long cursor = 0;
        do {
            final MachineRig.Page page = town.rig.accountTransfers(OPERATOR, A, cursor, Math.min(128, count));
            for (final TransferView view : page.transfers()) {
                if ((view.flags() & TransferFlags.EXPIRY) != 0 && ids.size() < count) {
                    ids.add(view.id());
                }
            }
            cursor = page.nextCursor();
        } while (ids.size() < count);
        return ids;
    }

    private record Due(long deadlineNs, long sequence, Id id) {
    }
}
