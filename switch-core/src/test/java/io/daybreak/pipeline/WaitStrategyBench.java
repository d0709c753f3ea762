package io.daybreak.pipeline;

import com.lmax.disruptor.BlockingWaitStrategy;
import com.lmax.disruptor.LiteBlockingWaitStrategy;
import com.lmax.disruptor.WaitStrategy;
import com.lmax.disruptor.YieldingWaitStrategy;
import io.daybreak.machine.StateMachine;
import io.daybreak.memory.CollectedSlabs;
import io.daybreak.port.EffectSink;
import io.daybreak.port.EpochClock;
import io.daybreak.port.Journal;
import io.daybreak.port.ReplySink;
import io.daybreak.protocol.Participants;
import io.daybreak.protocol.codec.AccountEncoder;
import io.daybreak.protocol.codec.ConfigureEncoder;
import io.daybreak.protocol.codec.PutParticipantEncoder;
import io.daybreak.protocol.codec.TransferEncoder;
import org.agrona.DirectBuffer;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Arrays;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;

/**
 * Compares wait strategies in the whole pipeline: the real state machine, a journal whose sync takes as long as a device
 * (a park of 140 us), one publisher. Prints, for each strategy and in interleaved rounds, the rate that a closed loop with a
 * window reaches, and latency and processor time at an open-loop rate with exponential gaps, from the intended time.
 * <p>
 * A main class, not a test: arguments are seconds per run, rate per second, rounds. Its figures are in docs/benchmarks.md.
 */
public final class WaitStrategyBench {
    private static final int ACCOUNTS = 10_000;
    private static final int WINDOW = 4_096;
    private static final int CLAIM = 16;
    private static final long SYNC_NS = 140_000;
    private static final String[] NAMES = {"park", "yield 10, park", "yield 100, park", "lite blocking", "blocking", "yielding"};

    private final StateMachine machine = new StateMachine(new CollectedSlabs());
    private final Sink sink = new Sink();
    private final Pipeline pipeline;
    private final CommandPublisher publisher;
    private final TransferEncoder transfer = new TransferEncoder();
    private final Random random = new Random(1);
    private long sent;
    private long claimed;

    private WaitStrategyBench(final int strategy) {
        pipeline = new Pipeline(new PipelineContext(), machine, new SlowJournal(), sink, EffectSink.NONE, new RunningClock(),
            (reason, message, cause) -> {
                System.err.println(message + ": " + cause);
                Runtime.getRuntime().halt(1);
            }, strategy(strategy), strategy(strategy));
        publisher = pipeline.newPublisher();
    }

    private static WaitStrategy strategy(final int index) {
        switch (index) {
            case 0:
                return new ParkingWaitStrategy(0);
            case 1:
                return new ParkingWaitStrategy(10);
            case 2:
                return new ParkingWaitStrategy(100);
            case 3:
                return new LiteBlockingWaitStrategy();
            case 4:
                return new BlockingWaitStrategy();
            default:
                return new YieldingWaitStrategy();
        }
    }

    /** Both clocks of this machine. */
    private static final class RunningClock implements EpochClock {
        @Override
        public long wallNs() {
            return System.currentTimeMillis() * 1_000_000L;
        }

        @Override
        public long monotonicNs() {
            return System.nanoTime();
        }
    }

    private static final class SlowJournal implements Journal {
        private int commands;

        @Override
        public void beginEntry(final long firstSequence, final long timestampNs) {
            commands = 0;
        }

        @Override
        public void add(final int templateId, final int participantId, final DirectBuffer command, final int offset,
                        final int length, final int result) {
            commands++;
        }

        @Override
        public int entryBytes() {
            return commands * 50;
        }

        @Override
        public int entryCommands() {
            return commands;
        }

        @Override
        public void endEntry(final long stateDigest) {
            // Nothing is kept.
        }

        @Override
        public long sync() {
            LockSupport.parkNanos(SYNC_NS);
            return 0;
        }

        @Override
        public long durableSequence() {
            return 0;
        }

        @Override
        public void close() {
            // Nothing to give back.
        }
    }

    private static final class Sink implements ReplySink {
        private final long[] latenciesNs = new long[4_000_000];
        private volatile long received;
        private int measured;
        private boolean measuring;
        private long refused;

        @Override
        public void onOutcome(final long linkId, final long correlationId, final int index, final int requestCount,
                              final long sequence, final long timestampNs, final long amountMinor, final int result,
                              final int outcomeFlags) {
            if (measuring && measured < latenciesNs.length) {
                latenciesNs[measured++] = System.nanoTime() - correlationId;
            }
            refused += result == 0 ? 0 : 1;
            received = received + 1;
        }

        @Override
        public void onPayment(final long linkId, final long correlationId, final int templateId, final int result,
                              final int outcomeFlags, final DirectBuffer answer, final int offset, final int length) {
            throw new AssertionError("no payment was sent");
        }

        @Override
        public void onAnswer(final long linkId, final long correlationId, final Object answerBuffer,
                             final DirectBuffer answer, final int length) {
            throw new AssertionError("no query was sent");
        }

        @Override
        public void onBatchEnd() {
            // The bench looks at the count itself.
        }
    }

    private void provision() {
        pipeline.start();
        CommandSlot slot = claim();
        new ConfigureEncoder().wrap(slot.command, 0).correlationId(0).accountCapacity(100_000).idCapacity(8_000_000)
            .idGuaranteedWindowMs(0).idFutureToleranceMs(3_600_000).holdCapacity(1_000).transfersRetained(1 << 20)
            .historyRetained(1_024).sweepLimit(1_024).maxChain(256);
        publish(slot, Participants.SYSTEM, ConfigureEncoder.TEMPLATE_ID, ConfigureEncoder.BLOCK_LENGTH);
        slot = claim();
        new PutParticipantEncoder().wrap(slot.command, 0).correlationId(0).idCapacity(1_000_000).participantId(1).keyId(1)
            .roles(Participants.ROLE_ACTIVE | Participants.ROLE_OPERATOR).burstMs(0).requestsPerSecond(0).participantCode("OPERATOR");
        publish(slot, Participants.SYSTEM, PutParticipantEncoder.TEMPLATE_ID, PutParticipantEncoder.BLOCK_LENGTH);
        for (int account = 1; account <= ACCOUNTS; account++) {
            slot = claim();
            final AccountEncoder encoder = new AccountEncoder().wrap(slot.command, 0);
            encoder.id(account).userData64(0).ledger(PipelineRig.LEDGER).code(1).flags(0);
            encoder.userData128().hi(0).lo(0);
            publish(slot, 1, AccountEncoder.TEMPLATE_ID, AccountEncoder.BLOCK_LENGTH);
        }
        awaitAll(ACCOUNTS + 2);
    }

    private CommandSlot claim() {
        while ((claimed = publisher.tryClaim(1, CommandPublisher.NEW_REQUESTS)) < 0) {
            Thread.yield();
        }
        return publisher.slot(claimed);
    }

    private void publish(final CommandSlot slot, final int participantId, final int templateId, final int length) {
        PipelineRig.address(slot, participantId, templateId, 1, 0);
        slot.commandLength = length;
        publisher.publish(claimed, claimed);
        sent++;
    }

    private void awaitAll(final long count) {
        while (sink.received < count) {
            LockSupport.parkNanos(10_000);
        }
    }

    private void pay(final int count, final long intendedNs) {
        long first;
        while ((first = publisher.tryClaim(count, CommandPublisher.NEW_REQUESTS)) < 0) {
            LockSupport.parkNanos(10_000);
        }
        final long idHi = System.currentTimeMillis() << 16;
        for (long sequence = first; sequence < first + count; sequence++) {
            final CommandSlot slot = publisher.slot(sequence);
            PipelineRig.address(slot, 1, TransferEncoder.TEMPLATE_ID, 1, intendedNs);
            final int debit = random.nextInt(ACCOUNTS);
            slot.commandLength = PipelineRig.encodeTransfer(transfer, slot, idHi, ++sent, 1 + debit,
                1 + (debit + 1 + random.nextInt(ACCOUNTS - 1)) % ACCOUNTS, 5, 0, 0);
        }
        publisher.publish(first, first + count - 1);
    }

    /** Commands per second of a closed loop. */
    private double closedLoop(final double seconds) {
        final long begin = System.nanoTime();
        final long before = sink.received;
        while (System.nanoTime() - begin < seconds * 1e9) {
            if (sent - sink.received <= WINDOW - CLAIM) {
                pay(CLAIM, 0);
            } else {
                LockSupport.parkNanos(10_000);
            }
        }
        awaitAll(sent);
        return (sink.received - before) / ((System.nanoTime() - begin) / 1e9);
    }

    /** Latencies in microseconds at p50, p99, p99.9, then processor time in percent of one core: ledger, durability, publisher. */
    private double[] openLoop(final double seconds, final double rate) {
        final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        final long[] ids = {threadId("daybreak-ledger"), threadId("daybreak-durability"), Thread.currentThread().getId()};
        final long[] before = new long[3];
        for (int i = 0; i < 3; i++) {
            before[i] = threads.getThreadCpuTime(ids[i]);
        }
        sink.measured = 0;
        sink.measuring = true;
        final long begin = System.nanoTime();
        final double end = seconds * 1e9;
        double next = 0;
        while (next < end) {
            final long elapsed = System.nanoTime() - begin;
            if (next <= elapsed) {
                pay(1, begin + (long) next);
                next += -Math.log(1 - random.nextDouble()) * 1e9 / rate;
            } else if (next - elapsed > 5_000) {
                LockSupport.parkNanos((long) (next - elapsed));
            }
        }
        awaitAll(sent);
        final double wall = System.nanoTime() - begin;
        sink.measuring = false;
        final long[] sorted = Arrays.copyOf(sink.latenciesNs, sink.measured);
        Arrays.sort(sorted);
        final double[] result = new double[6];
        final double[] points = {0.5, 0.99, 0.999};
        for (int i = 0; i < 3; i++) {
            result[i] = sorted[(int) (points[i] * (sorted.length - 1))] / 1e3;
            result[3 + i] = (threads.getThreadCpuTime(ids[i]) - before[i]) / wall * 100;
        }
        return result;
    }

    private static long threadId(final String name) {
        return Thread.getAllStackTraces().keySet().stream().filter(thread -> thread.getName().equals(name) && thread.isAlive())
            .mapToLong(Thread::getId).max().orElseThrow();
    }

    /** Arguments: seconds per run, open-loop rate per second, rounds, and optionally the numbers of strategies. */
    public static void main(final String[] args) {
        final double seconds = Double.parseDouble(args[0]);
        final double rate = Double.parseDouble(args[1]);
        final int rounds = Integer.parseInt(args[2]);
        System.out.println("strategy               closed M/s   p50 us   p99 us  p99.9 us   ledger%  durab.%  publisher%");
        final double[][][] figures = new double[NAMES.length][7][rounds];
        final boolean[] chosen = new boolean[NAMES.length];
        for (int i = 3; i < args.length; i++) {
            chosen[Integer.parseInt(args[i])] = true;
        }
        final WaitStrategyBench warmUp = new WaitStrategyBench(0);
        warmUp.provision();
        warmUp.closedLoop(1);
        warmUp.openLoop(1, rate);
        warmUp.pipeline.close();
        for (int round = 0; round < rounds; round++) {
            for (int place = 0; place < NAMES.length; place++) {
                // Each round begins with another one, so that none always has the coldest code or the busiest moment.
                final int strategy = (place + round) % NAMES.length;
                if (args.length > 3 && !chosen[strategy]) {
                    continue;
                }
                final WaitStrategyBench bench = new WaitStrategyBench(strategy);
                bench.provision();
                bench.closedLoop(seconds / 2);
                figures[strategy][0][round] = bench.closedLoop(seconds) / 1e6;
                bench.openLoop(seconds / 4, rate);
                final double[] open = bench.openLoop(seconds, rate);
                for (int i = 0; i < 6; i++) {
                    figures[strategy][1 + i][round] = open[i];
                }
                bench.pipeline.close();
                if (bench.sink.refused != 0) {
                    throw new IllegalStateException(bench.sink.refused + " payments were refused");
                }
            }
        }
        for (int strategy = 0; strategy < NAMES.length; strategy++) {
            if (args.length > 3 && !chosen[strategy]) {
                continue;
            }
            final double[][] of = figures[strategy];
            for (int figure = 0; figure < of.length; figure++) {
                Arrays.sort(of[figure]);
            }
            // The rate's best is its largest, all others' the smallest; medians beside them show how noisy the machine was.
            System.out.println(String.format(Locale.ROOT, "%-16s best  %10.2f %9.0f %8.0f %9.0f %9.1f %8.1f %10.1f", NAMES[strategy],
                of[0][rounds - 1], of[1][0], of[2][0], of[3][0], of[4][0], of[5][0], of[6][0]));
            System.out.println(String.format(Locale.ROOT, "%-16s median%10.2f %9.0f %8.0f %9.0f %9.1f %8.1f %10.1f", "",
                of[0][rounds / 2], of[1][rounds / 2], of[2][rounds / 2], of[3][rounds / 2], of[4][rounds / 2], of[5][rounds / 2],
                of[6][rounds / 2]));
        }
    }
}
