package io.daybreak.pipeline;

import com.sun.management.ThreadMXBean;
import io.daybreak.port.EpochClock;
import io.daybreak.port.Journal;
import io.daybreak.port.ReplySink;
import io.daybreak.protocol.codec.QueryStatusEncoder;
import io.daybreak.protocol.codec.TransferEncoder;
import org.agrona.DirectBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.lang.management.ManagementFactory;

import static org.assertj.core.api.Assertions.assertThat;

@Timeout(120)
class AllocationTest {
    private static final int WARM_UP = 300_000;
    private static final int COMMANDS = 100_000;
    private static final int ROUNDS = 12;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final CountingSink sink = new CountingSink();
    private final EpochClock clock = new EpochClock() {
        @Override
        public long wallNs() {
            return System.currentTimeMillis() * 1_000_000L;
        }

        @Override
        public long monotonicNs() {
            return System.nanoTime();
        }
    };
    private final PipelineRig rig = new PipelineRig(
        new PipelineContext().ringCapacity(4_096).reserve(256).maxPublishers(2).maxBatch(512).sampleEvery(64), new CountingJournal(), sink, clock);
    private final AnswerBuffer answer = new AnswerBuffer();
    private final TransferEncoder transfer = new TransferEncoder();
    private final QueryStatusEncoder status = new QueryStatusEncoder();
    private long sent;

    /** Counts; keeps nothing. */
    private static final class CountingJournal implements Journal {
        private int commands;
        private long first;
        private volatile long appended;
        private volatile long durable;

        @Override
        public void beginEntry(final long firstSequence, final long timestampNs) {
            first = firstSequence;
            commands = 0;
        }

        @Override
        public void add(final int templateId, final int participantId, final DirectBuffer command, final int offset,
                        final int length, final int result) {
            commands++;
        }

        @Override
        public int entryBytes() {
            return commands * 100;
        }

        @Override
        public int entryCommands() {
            return commands;
        }

        @Override
        public void endEntry(final long stateDigest) {
            appended = first + commands - 1;
        }

        @Override
        public long sync() {
            durable = appended;
            return durable;
        }

        @Override
        public long durableSequence() {
            return durable;
        }

        @Override
        public void close() {
            // Nothing to give back.
        }
    }

    private static final class CountingSink implements ReplySink {
        private volatile long outcomes;
        private volatile long answers;

        @Override
        public void onOutcome(final long linkId, final long correlationId, final int index, final int requestCount,
                              final long sequence, final long timestampNs, final long amountMinor, final int result,
                              final int outcomeFlags) {
            outcomes = correlationId;
        }

        @Override
        public void onPayment(final long linkId, final long correlationId, final int templateId, final int result,
                              final int outcomeFlags, final DirectBuffer answer, final int offset, final int length) {
            throw new AssertionError("no payment was sent");
        }

        @Override
        public void onAnswer(final long linkId, final long correlationId, final Object answerBuffer,
                             final DirectBuffer reply, final int length) {
            answers++;
        }

        @Override
        public void onBatchEnd() {
            // Nobody waits to be woken.
        }
    }

    @Test
    void shouldAllocateNothingOnceItIsWarm() {
        rig.pipeline.start();
        // So few ids that the oldest are forgotten all the time: a memory that still grows takes an array now and then.
        rig.provision(1_000, 1_024, 100_000, 0);
        run(WARM_UP);
        final long[] ids = {id("daybreak-ledger"), id("daybreak-durability"), Thread.currentThread().getId()};
        final long[] least = {Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE};
        // What is allocated for each command or ring batch shows in every round. What a table needs when it grows, or a
        // compilation leaves behind, does not: the round that allocated least is the steady state.
        for (int round = 0; round < ROUNDS; round++) {
            final long[] before = threads.getThreadAllocatedBytes(ids);
            run(COMMANDS);
            final long[] after = threads.getThreadAllocatedBytes(ids);
            for (int i = 0; i < least.length; i++) {
                least[i] = Math.min(least[i], after[i] - before[i]);
            }
        }
        assertThat(least[0]).as("bytes of the ledger thread").isZero();
        assertThat(least[1]).as("bytes of the durability thread").isZero();
        // Reading the counters allocates on this thread.
        assertThat(least[2]).as("bytes of claim and publish").isLessThan(1_024);
        assertThat(rig.pipeline.counters().batches()).isGreaterThan(500);
        rig.close();
        assertThat(rig.fatalMessage.get()).isNull();
    }

    private static long id(final String name) {
        return Thread.getAllStackTraces().keySet().stream().filter(thread -> thread.getName().equals(name) && thread.isAlive())
            .mapToLong(Thread::getId).max().orElseThrow();
    }

    private void run(final int commands) {
        final long end = sent + commands;
        while (sent < end) {
            final int count = (int) Math.min(1 + sent % 17, end - sent);
            final long first = rig.publisher.tryClaim(count, CommandPublisher.NEW_REQUESTS);
            if (first == CommandPublisher.NOT_CLAIMED) {
                Thread.yield();
                continue;
            }
            for (int i = 0; i < count; i++) {
                final CommandSlot slot = rig.publisher.slot(first + i);
                PipelineRig.address(slot, PipelineRig.OPERATOR, TransferEncoder.TEMPLATE_ID, 1, ++sent);
                // The operator's ids are recent: their time is that of the clock.
                slot.commandLength = PipelineRig.encodeTransfer(transfer, slot, clock.wallNs() / 1_000_000L << 16, sent,
                    1 + sent % 1_000, 1 + (sent + 1) % 1_000, 5, 0, 0);
            }
            rig.publisher.publish(first, first + count - 1);
            if (sent % 1_000 == 0) {
                query();
            }
        }
        while (sink.outcomes < end) {
            Thread.yield();
        }
    }

    private void query() {
        final long sequence = rig.publisher.tryClaim(1, CommandPublisher.FINISHING);
        if (sequence != CommandPublisher.NOT_CLAIMED) {
            final CommandSlot slot = rig.publisher.slot(sequence);
            PipelineRig.address(slot, 0, QueryStatusEncoder.TEMPLATE_ID, 1, sent);
            status.wrap(slot.command, 0).correlationId(sent);
            slot.commandLength = QueryStatusEncoder.BLOCK_LENGTH;
            slot.answerBuffer = answer;
            rig.publisher.publish(sequence, sequence);
        }
    }
}
