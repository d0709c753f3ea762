package io.daybreak.pipeline;

import io.daybreak.protocol.codec.QueryStatusEncoder;
import io.daybreak.protocol.codec.TransferEncoder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

@Timeout(60)
class FailStopTest {
    private final PipelineRig rig = new PipelineRig(PipelineRig.smallContext()).start(3);
    private final List<String> told = new ArrayList<>();

    @AfterEach
    void shouldCloseWithoutHanging() {
        rig.journal.openGate();
        rig.close();
        rig.close();
    }

    private void assertStopped(final FatalHandler.Reason reason, final String message) {
        Await.until("the fatal handler is told", () -> rig.fatals.get() > 0);
        assertThat(rig.fatalReason.get()).isEqualTo(reason);
        assertThat(rig.fatalMessage.get()).contains(message);
        assertThat(rig.pipeline.isFailed()).isTrue();
        assertThat(rig.publisher.tryClaim(1, CommandPublisher.NEW_REQUESTS)).isEqualTo(CommandPublisher.NOT_CLAIMED);
        assertThat(rig.publisher.tryClaim(1, CommandPublisher.FINISHING)).isEqualTo(CommandPublisher.NOT_CLAIMED);
        rig.close();
        assertThat(rig.fatals.get()).as("told once").isEqualTo(1);
    }

    @Test
    void shouldStopOnADefectOfTheLedgerStage() {
        final long before = rig.sink.count();
        rig.journal.gateSyncs();
        rig.pay(1, 1, 2, 3);
        Await.until("the sync has begun", rig.journal::isInSync);
        // A query without room for its answer: a defect of the publisher, which the ledger stage meets.
        rig.submit(0, QueryStatusEncoder.TEMPLATE_ID, slot -> QueryStatusEncoder.BLOCK_LENGTH);
        assertStopped(FatalHandler.Reason.DEFECT, "ledger stage");
        rig.journal.openGate();
        Await.until("the sync has ended", () -> !rig.journal.isInSync());
        assertThat(rig.sink.count()).as("no reply after the failure").isEqualTo(before);
    }

    @Test
    void shouldTellTheHandlerAlthoughThereAreNoWordsForTheCause() {
        // As when the heap is used up: then nobody else would end the process.
        final FailStop failStop = new FailStop((reason, message, cause) -> told.add(reason + " " + message));
        failStop.fail("ledger stage", new OutOfMemoryError() {
            private static final long serialVersionUID = 1L;

            @Override
            public String toString() {
                throw new IllegalStateException("no words");
            }
        }, () -> told.add("woken"));
        assertThat(told).containsExactly("woken", "DEFECT ledger stage");
    }

    @Test
    void shouldStopOnAChainThatIsTooLong() {
        rig.submit(PipelineRig.OPERATOR, TransferEncoder.TEMPLATE_ID, slot -> {
            slot.chainLength = 33;
            return TransferEncoder.BLOCK_LENGTH;
        });
        assertStopped(FatalHandler.Reason.DEFECT, "33 members");
    }

    @Test
    void shouldStopWhenAnAppendFails() {
        final long before = rig.sink.count();
        final int entries = rig.journal.entryCount();
        rig.journal.failAppends(new IllegalStateException("no append"));
        rig.pay(1, 1, 2, 3);
        assertStopped(FatalHandler.Reason.JOURNAL_FAILED, "no append");
        assertThat(rig.sink.count()).isEqualTo(before);
        assertThat(rig.journal.entryCount()).as("the entry was not completed").isEqualTo(entries);
    }

    @Test
    void shouldStopWhenASyncFails() {
        final long before = rig.sink.count();
        rig.journal.failSyncs(new UncheckedIOException(new IOException("Input/output error")));
        rig.pay(1, 1, 2, 3);
        assertStopped(FatalHandler.Reason.JOURNAL_FAILED, "Input/output error");
        assertThat(rig.sink.count()).isEqualTo(before);
        assertThat(rig.journal.durableSequence()).isEqualTo(5);
    }

    @Test
    void shouldTellAFullDiskApart() {
        rig.journal.failSyncs(new IllegalStateException("commit log",
            new UncheckedIOException(new IOException("No space left on device"))));
        rig.pay(1, 1, 2, 3);
        assertStopped(FatalHandler.Reason.DISK_FULL, "durability stage");
    }

    @Test
    void shouldTellAFullDiskApartWhenAppending() {
        rig.journal.failAppends(new UncheckedIOException(new IOException("No space left on device")));
        rig.pay(1, 1, 2, 3);
        assertStopped(FatalHandler.Reason.DISK_FULL, "ledger stage");
    }

    @Test
    void shouldStopWhenTheReplySinkFails() {
        rig.sink.fail(new IllegalStateException("no reply"));
        rig.pay(1, 1, 2, 3);
        assertStopped(FatalHandler.Reason.DEFECT, "no reply");
    }

    @Test
    void shouldTellTheFirstFailureAlone() {
        final List<String> told = new ArrayList<>();
        final FailStop failStop = new FailStop((reason, message, cause) -> told.add(message));
        failStop.fail("one", new IllegalStateException("first"), () -> { });
        failStop.fail("two", new IllegalStateException("second"), () -> { });
        assertThat(told).hasSize(1);
        assertThat(told.get(0)).contains("one").contains("first");
    }

    @Test
    void shouldLetPublishersGoThatWaitForSlots() throws Exception {
        rig.journal.gateSyncs();
        final Thread publisher = new Thread(() -> {
            final CommandPublisher own = rig.pipeline.newPublisher();
            final TransferEncoder encoder = new TransferEncoder();
            long id = 1_000;
            while (rig.pipeline.isOpen()) {
                final long sequence = own.tryClaim(1, CommandPublisher.NEW_REQUESTS);
                if (sequence == CommandPublisher.NOT_CLAIMED) {
                    Thread.yield();
                } else {
                    final CommandSlot slot = own.slot(sequence);
                    PipelineRig.address(slot, PipelineRig.OPERATOR, TransferEncoder.TEMPLATE_ID, PipelineRig.LINK, id);
                    slot.commandLength = PipelineRig.encodeTransfer(encoder, slot, rig.setUpHi(), id++, 1, 2, 3, 0, 0);
                    own.publish(sequence, sequence);
                }
            }
        });
        publisher.start();
        Await.until("the ring is full", () -> rig.pipeline.counters().claimsRefused() > 100);
        rig.journal.failSyncs(new IllegalStateException("no sync"));
        rig.journal.openGate();
        publisher.join(20_000);
        assertThat(publisher.isAlive()).isFalse();
        assertStopped(FatalHandler.Reason.JOURNAL_FAILED, "no sync");
    }
}
