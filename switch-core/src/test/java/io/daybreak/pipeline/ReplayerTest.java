package io.daybreak.pipeline;

import io.daybreak.machine.StateMachine;
import io.daybreak.memory.CollectedSlabs;
import io.daybreak.protocol.TransferFlags;
import io.daybreak.protocol.codec.TransferEncoder;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Random;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class ReplayerTest {
    private final PipelineRig rig = new PipelineRig(PipelineRig.smallContext());
    private final StateMachine again = new StateMachine(new CollectedSlabs());
    private final Replayer replayer = new Replayer(again);

    /** Payments, holds that expire, chains that succeed and fail, repeats and nonsense, and a clock that runs. */
    private void record(final int rounds) {
        final long seed = 20_261_123;
        final Random random = new Random(seed);
        rig.start(10);
        long last = 0;
        for (int round = 1; round <= rounds; round++) {
            final long id = round * 100L;
            switch (random.nextInt(6)) {
                case 0:
                    last = rig.transfer(id, 1 + random.nextInt(10), 1 + random.nextInt(11), 5, TransferFlags.PENDING,
                        1 + random.nextInt(500));
                    break;
                case 1:
                    last = chain(id, 2 + random.nextInt(20), random.nextInt(3) == 0);
                    break;
                case 2:
                    last = rig.pay(Math.max(1, id - 100L * random.nextInt(3)), 1, 2, 5);
                    break;
                case 3:
                    last = rig.pay(id, 0, 2, 5);
                    break;
                default:
                    last = rig.pay(id, 1 + random.nextInt(10), 1 + random.nextInt(11), 1 + random.nextInt(1_000));
                    break;
            }
            if (random.nextInt(4) == 0) {
                rig.clock.pass(random.nextInt(50_000_000));
            }
        }
        rig.sink.awaitReply(last);
        rig.clock.pass(2_000_000_000L);
        Await.until("a tick", () -> rig.pipeline.counters().ticks() > 0);
        rig.close();
        rig.assertHealthy();
    }

    private long chain(final long idLo, final int members, final boolean failing) {
        final long[] first = {0};
        Await.until("slots", () -> (first[0] = rig.publisher.tryClaim(members, CommandPublisher.NEW_REQUESTS)) >= 0);
        for (int i = 0; i < members; i++) {
            final CommandSlot slot = rig.publisher.slot(first[0] + i);
            PipelineRig.address(slot, PipelineRig.OPERATOR, TransferEncoder.TEMPLATE_ID, PipelineRig.LINK, idLo * 1_000 + i);
            slot.commandLength = PipelineRig.encodeTransfer(new TransferEncoder(), slot, rig.setUpHi(), idLo + i, 1,
                failing && i == members / 2 ? 99 : 2, 3, i == members - 1 ? 0 : TransferFlags.LINKED, 0);
        }
        rig.publisher.slot(first[0]).chainLength = members;
        rig.publisher.publish(first[0], first[0] + members - 1);
        return idLo * 1_000 + members - 1;
    }

    @Test
    void shouldReachTheSameDigestAtEachEntry() {
        record(5_000);
        rig.journal.replay(replayer);
        assertThat(again.digest()).isEqualTo(rig.journal.entries().get(rig.journal.entryCount() - 1).digest);
        assertThat(again.digest()).isEqualTo(again.computeDigest());
        assertThat(again.lastSequence()).isEqualTo(rig.machine.lastSequence());
        assertThat(replayer.commands()).isEqualTo(rig.machine.lastSequence());
        assertThat(replayer.lastSequence()).isEqualTo(replayer.commands());
        assertThat(replayer.entries()).isEqualTo(rig.journal.entryCount());
        assertThat(replayer.lastTimestampNs()).isEqualTo(again.lastTimestampNs());
        again.checkConservation();
    }

    @Test
    void shouldNameTheSequenceWhoseResultDiffers() {
        record(300);
        final MemoryJournal.Entry entry = rig.journal.entries().get(rig.journal.entryCount() / 2);
        final MemoryJournal.Command command = entry.commands.get(0);
        entry.commands.set(0, new MemoryJournal.Command(command.templateId, command.participantId, command.body, 999));
        assertThatThrownBy(() -> rig.journal.replay(replayer)).isInstanceOf(ReplayMismatchException.class)
            .hasMessageContaining("RESULT_999")
            .satisfies(ex -> assertThat(((ReplayMismatchException) ex).sequence()).isEqualTo(entry.firstSequence));
    }

    @Test
    void shouldNameTheEntryWhoseDigestDiffers() {
        record(300);
        final MemoryJournal.Entry entry = rig.journal.entries().get(rig.journal.entryCount() / 2);
        entry.digest ^= 1;
        assertThatThrownBy(() -> rig.journal.replay(replayer)).isInstanceOf(ReplayMismatchException.class)
            .hasMessageContaining("digest").hasMessageContaining("sequence " + entry.lastSequence());
    }

    @Test
    void shouldNoticeAChangedAmountByTheDigest() {
        record(300);
        final MemoryJournal.Entry entry = rig.journal.entries().stream()
            .filter(one -> one.commands.stream().anyMatch(ReplayerTest::isAppliedTransfer)).findFirst().orElseThrow();
        final MemoryJournal.Command command = entry.commands.stream().filter(ReplayerTest::isAppliedTransfer).findFirst()
            .orElseThrow();
        command.body[32]++;
        assertThatThrownBy(() -> rig.journal.replay(replayer)).isInstanceOf(ReplayMismatchException.class)
            .hasMessageContaining("digest");
    }

    private static boolean isAppliedTransfer(final MemoryJournal.Command command) {
        return command.templateId == TransferEncoder.TEMPLATE_ID && command.result == 0;
    }

    @Test
    void shouldRefuseAGapOfSequences() {
        record(100);
        final List<MemoryJournal.Entry> entries = rig.journal.entries();
        assertThatThrownBy(() -> replayer.onEntry(2, 1, 1)).hasMessageContaining("the next sequence is 1");
        assertThat(entries).isNotEmpty();
    }

    @Test
    void shouldRefuseATimeThatDoesNotRise() {
        replayer.onEntry(1, 0, 100);
        replayer.onEntryEnd(again.digest());
        assertThatThrownBy(() -> replayer.onEntry(1, 0, 100)).hasMessageContaining("not after");
    }

    @Test
    void shouldRefuseAnEntryThatEndsWithinAChain() {
        final CommandSlot slot = new CommandSlot(new UnsafeBuffer(new byte[128]), new UnsafeBuffer(new byte[96]));
        PipelineRig.encodeTransfer(new TransferEncoder(), slot, 1, 1, 1, 2, 3, TransferFlags.LINKED, 0);
        replayer.onEntry(1, 1, 100);
        replayer.onCommand(TransferEncoder.TEMPLATE_ID, 1, slot.command, 0, TransferEncoder.BLOCK_LENGTH, 0);
        assertThatThrownBy(() -> replayer.onEntryEnd(0)).hasMessageContaining("open chain");
    }

    @Test
    void shouldRefuseMoreOrFewerCommandsThanAnnounced() {
        replayer.onEntry(1, 1, 100);
        assertThatThrownBy(() -> replayer.onEntryEnd(0)).hasMessageContaining("0 of 1");
        final Replayer other = new Replayer(new StateMachine(new CollectedSlabs()));
        other.onEntry(1, 0, 100);
        assertThatThrownBy(() -> other.onCommand(TransferEncoder.TEMPLATE_ID, 1, new UnsafeBuffer(new byte[128]), 0, 96, 0))
            .hasMessageContaining("outside its entry");
    }
}
