package io.daybreak.machine;

import io.daybreak.model.Id;
import io.daybreak.model.TransferCommand;
import io.daybreak.protocol.OutcomeFlags;
import io.daybreak.protocol.Result;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static io.daybreak.machine.Town.A;
import static io.daybreak.machine.Town.B;
import static io.daybreak.machine.Town.PAYER;
import static org.assertj.core.api.Assertions.assertThat;

/** What is refused for reasons outside the state is refused without a trace, and never hides what was decided before. */
class RefusalTest {
    private final Town town = Town.empty().people().accounts(A, B);

    @AfterEach
    void close() {
        town.close();
    }

    @Test
    void shouldAnswerRepeatWithFirstOutcomeWhileNewTransfersAreRefused() {
        final Id paid = town.freshId();
        final TransferCommand payment = TransferCommand.transfer(paid, A, B, 10);
        town.ok(PAYER, payment);
        for (final int reason : new int[] {Result.STORAGE_RESERVE_REACHED, Result.SHUTTING_DOWN}) {
            town.rig.machine.refuseNew(reason);
            final long sequence = town.rig.machine.lastSequence();
            town.gives(reason, PAYER, TransferCommand.transfer(town.freshId(), A, B, 1));
            assertThat(town.apply(PAYER, payment).flags()).isEqualTo(OutcomeFlags.REPEATED);
            assertThat(town.rig.machine.lastSequence()).as("nothing took a sequence").isEqualTo(sequence);
        }
        town.rig.machine.refuseNew(Result.OK);
        town.ok(PAYER, TransferCommand.transfer(town.freshId(), A, B, 1));
    }

    @Test
    void shouldLetHoldsBeFinishedBelowTheStorageReserve() {
        final Id hold = town.freshId();
        town.ok(PAYER, TransferCommand.hold(hold, A, B, 10));
        town.rig.machine.refuseNew(Result.STORAGE_RESERVE_REACHED);
        town.ok(PAYER, TransferCommand.post(town.freshId(), hold, 4));
        town.gives(Result.STORAGE_RESERVE_REACHED, PAYER, TransferCommand.hold(town.freshId(), A, B, 1));
        town.ok(PAYER, TransferCommand.release(town.freshId(), hold, 0));
        town.rig.machine.refuseNew(Result.SHUTTING_DOWN);
        town.gives(Result.SHUTTING_DOWN, PAYER, TransferCommand.post(town.freshId(), hold, 1));
    }
}
