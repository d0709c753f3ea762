package io.daybreak.pipeline;

import io.daybreak.port.EffectSink;
import io.daybreak.protocol.Result;
import io.daybreak.protocol.TransferFlags;
import io.daybreak.protocol.codec.TickDecoder;
import io.daybreak.protocol.codec.TransferEncoder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.ArrayList;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

@Timeout(120)
class TickerTest {
    private static final long S = 1_000_000_000L;

    private PipelineRig rig = new PipelineRig(PipelineRig.smallContext());

    @AfterEach
    void close() {
        rig.journal.openGate();
        rig.close();
    }

    private long hold(final long idLo, final long timeoutMs) {
        return rig.transfer(idLo, 1, 2, 10, TransferFlags.PENDING, timeoutMs);
    }

    private List<MemoryJournal.Entry> entriesWithTicks() {
        final List<MemoryJournal.Entry> ticks = new ArrayList<>();
        for (final MemoryJournal.Entry entry : rig.journal.entries()) {
            if (entry.commands.stream().anyMatch(command -> command.templateId == TickDecoder.TEMPLATE_ID)) {
                ticks.add(entry);
            }
        }
        return ticks;
    }

    @Test
    void shouldSweepWithOneTickWhenTheDeadlineIsDueAndWriteNothingElse() {
        rig.start(3);
        final RecordingSink.Reply hold = rig.sink.awaitReply(hold(1, 5_000));
        assertThat(hold.result).isEqualTo(Result.OK);
        final int entries = rig.journal.entryCount();
        rig.clock.pass(5 * S - 1_000);
        final long batches = rig.pipeline.counters().batches();
        awaitTickerLooks();
        assertThat(rig.journal.entryCount()).isEqualTo(entries);
        assertThat(rig.pipeline.counters().batches()).isEqualTo(batches);
        // The stamps before ran some nanoseconds ahead of a clock that stood still; these are slewed away meanwhile.
        rig.clock.pass(2_000);
        Await.until("a tick", () -> rig.pipeline.counters().ticks() == 1);
        awaitTickerLooks();
        assertThat(rig.journal.entryCount()).as("one entry for the tick, and nothing after it").isEqualTo(entries + 1);
        final MemoryJournal.Entry entry = entriesWithTicks().get(0);
        assertThat(entry.timestampNs).isGreaterThanOrEqualTo(hold.timestampNs + 5 * S);
        assertThat(entry.commands).hasSize(1);
        assertThat(entry.commands.get(0).participantId).isZero();
        rig.close();
        rig.machine.checkConservation();
        assertThat(rig.machine.nextDeadlineNs()).isEqualTo(Long.MAX_VALUE);
        rig.assertHealthy();
    }

    /** The ticker looks at its clock at least every 2 ms here, so this many looks take some ms of waiting for a condition. */
    private void awaitTickerLooks() {
        final long before = rig.clock.reads();
        Await.until("the ticker looks", () -> rig.clock.reads() > before + 40);
    }

    @Test
    void shouldHaveAtMostOneTickInTheRing() {
        rig.start(3);
        for (int i = 1; i <= 10; i++) {
            hold(i, 5_000);
        }
        rig.sink.awaitReply(hold(11, 6_000));
        rig.journal.gateAppends();
        final long payment = rig.pay(1_000, 1, 2, 1);
        Await.until("the ledger stage waits for the journal", rig.journal::isInAppend);
        rig.clock.pass(20 * S);
        Await.until("a tick", () -> rig.pipeline.counters().ringRemaining() == 1_024 - 2);
        awaitTickerLooks();
        assertThat(rig.pipeline.counters().ringRemaining()).as("the payment and one tick").isEqualTo(1_024 - 2);
        rig.journal.openAppendGate();
        assertThat(rig.sink.awaitReply(payment).result).isEqualTo(Result.OK);
        Await.until("the tick", () -> rig.pipeline.counters().ticks() == 1);
        rig.assertHealthy();
    }

    @Test
    void shouldTickAgainWhileDeadlinesAreLeftOver() {
        rig.pipeline.start();
        rig.provision(3, 10);
        long last = 0;
        for (int i = 1; i <= 200; i++) {
            last = hold(i, 5_000);
        }
        rig.sink.awaitReply(last);
        final int entries = rig.journal.entryCount();
        rig.clock.pass(6 * S);
        // Each tick's entry sweeps ten when it begins and ten more by the tick.
        Await.until("all swept", () -> rig.pipeline.counters().ticks() == 10);
        awaitTickerLooks();
        assertThat(rig.pipeline.counters().ticks()).isEqualTo(10);
        assertThat(rig.journal.entryCount()).isEqualTo(entries + 10);
        rig.close();
        assertThat(rig.machine.nextDeadlineNs()).isEqualTo(Long.MAX_VALUE);
        rig.assertHealthy();
    }

    @Test
    void shouldJournalAnEntryThatOnlySwept() {
        rig.start(3);
        rig.sink.awaitReply(hold(1, 5_000));
        rig.close();
        rig.clock.pass(6 * S);
        final MemoryJournal journal = new MemoryJournal();
        final OpenEntry entry = new OpenEntry(PipelineRig.smallContext().conclude(), rig.machine, journal,
            new PipelineClock(rig.clock, rig.machine.lastTimestampNs(), 10 * S, 1_000));
        entry.openFor(1);
        // The command turns out not to be decided, so nothing is added.
        entry.end();
        assertThat(journal.entryCount()).isEqualTo(1);
        assertThat(journal.entries().get(0).commands).isEmpty();
        assertThat(journal.entries().get(0).digest).isEqualTo(rig.machine.digest());
        entry.openFor(1);
        entry.end();
        assertThat(journal.entryCount()).as("nothing swept, nothing decided").isEqualTo(1);
    }

    @Test
    void shouldTickForDeadlinesThatWereOpenBeforeTheStart() {
        rig.start(3);
        rig.sink.awaitReply(hold(1, 5_000));
        rig.close();
        final SettableClock later = new SettableClock();
        later.pass(3_600 * S);
        final long digest = rig.machine.digest();
        final MemoryJournal journal = new MemoryJournal();
        try (Pipeline second = new Pipeline(PipelineRig.smallContext(), rig.machine, journal, new RecordingSink(journal), EffectSink.NONE, later,
            (reason, message, cause) -> { })) {
            second.start();
            Await.until("a tick", () -> second.counters().ticks() == 1);
        }
        assertThat(rig.machine.digest()).isNotEqualTo(digest);
        assertThat(rig.machine.nextDeadlineNs()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void shouldSweepAMillionHoldsDueAtOneInstantInBoundedStepsWhilePaymentsGoOn() {
        final int holds = 1_000_000;
        final int sweepLimit = 1_024;
        rig.close();
        rig = new PipelineRig(PipelineRig.smallContext().ringCapacity(8_192).reserve(1_024).maxClaim(256).maxBatch(1_024),
            new MemoryJournal(false));
        rig.pipeline.start();
        rig.provision(3, sweepLimit);
        final CommandPublisher publisher = rig.pipeline.newPublisher();
        final TransferEncoder encoder = new TransferEncoder();
        final long[] first = {0};
        for (int sent = 0; sent < holds; sent += 250) {
            Await.until("slots", () -> (first[0] = publisher.tryClaim(250, CommandPublisher.NEW_REQUESTS)) >= 0);
            for (int i = 0; i < 250; i++) {
                final CommandSlot slot = publisher.slot(first[0] + i);
                PipelineRig.address(slot, PipelineRig.OPERATOR, TransferEncoder.TEMPLATE_ID, 0, 0);
                slot.commandLength = PipelineRig.encodeTransfer(encoder, slot, rig.setUpHi(), sent + i + 1, 1, 2, 10,
                    TransferFlags.PENDING, 5_000);
            }
            publisher.publish(first[0], first[0] + 249);
        }
        // All of them within some thousand nanoseconds, since the clock stands still: one instant to the ticker.
        rig.sink.awaitReply(rig.pay(2_000_000, 1, 2, 1));
        rig.clock.pass(6 * S);
        int payments = 0;
        long swept = 0;
        while (rig.pipeline.counters().ticks() == 0 || swept < holds / (2 * sweepLimit)) {
            final long before = rig.pipeline.counters().entries();
            final RecordingSink.Reply reply = rig.sink.awaitReply(rig.pay(3_000_000 + payments++, 2, 1, 1));
            assertThat(reply.result).isEqualTo(Result.OK);
            swept += rig.pipeline.counters().entries() - before;
        }
        rig.sink.awaitReply(rig.pay(9_000_000, 2, 1, 1));
        Await.until("all swept", () -> {
            final long ticks = rig.pipeline.counters().ticks();
            awaitTickerLooks();
            return ticks == rig.pipeline.counters().ticks();
        });
        rig.close();
        assertThat(rig.machine.nextDeadlineNs()).isEqualTo(Long.MAX_VALUE);
        rig.machine.checkConservation();
        // An entry sweeps at most twice the limit: so the sweeps were spread over at least this many of them.
        assertThat(rig.pipeline.counters().entries()).isGreaterThan(holds / (2 * sweepLimit));
        assertThat(payments).as("payments between the sweeps").isGreaterThan(10);
        rig.assertHealthy();
    }
}
