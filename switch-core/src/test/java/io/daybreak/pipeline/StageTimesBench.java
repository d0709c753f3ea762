package io.daybreak.pipeline;

import io.daybreak.port.EpochClock;
import io.daybreak.port.Journal;
import io.daybreak.port.ReplySink;
import io.daybreak.protocol.codec.TransferEncoder;
import org.agrona.DirectBuffer;

import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

/**
 * What it costs to time one command in 64: whole pipelines in one process, two that time and two that do not, pay in turn, and the
 * processor time of their threads and of the publisher is compared round by round. The journal keeps nothing and the sink counts, so that
 * all that is left is what the timing is added to.
 * <p>
 * A main class, not a test: arguments are rounds and commands per round. Its figures are in docs/benchmarks.md.
 */
public final class StageTimesBench {
    private static final int ACCOUNTS = 10_000;
    private static final int CLAIM = 16;
    private static final int EVERY = 64;

    private final Sink sink = new Sink();
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
    private final TransferEncoder transfer = new TransferEncoder();
    private final PipelineRig rig;
    private final long[] threads;
    private long sent;

    private StageTimesBench(final int sampleEvery) {
        final Set<Thread> before = new HashSet<>(Thread.getAllStackTraces().keySet());
        rig = new PipelineRig(new PipelineContext().sampleEvery(sampleEvery), new Counting(), sink, clock);
        rig.pipeline.start();
        threads = Thread.getAllStackTraces().keySet().stream().filter(thread -> !before.contains(thread) && thread.getName().startsWith("daybreak"))
            .mapToLong(Thread::getId).toArray();
        rig.provision(ACCOUNTS, 1_024, 200_000, 0);
    }

    /** Counts; keeps nothing. */
    private static final class Counting implements Journal {
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
        public void add(final int templateId, final int participantId, final DirectBuffer command, final int offset, final int length,
                        final int result) {
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

    private static final class Sink implements ReplySink {
        private volatile long newest;

        @Override
        public void onOutcome(final long linkId, final long correlationId, final int index, final int requestCount, final long sequence,
                              final long timestampNs, final long amountMinor, final int result, final int outcomeFlags) {
            newest = correlationId;
        }

        @Override
        public void onPayment(final long linkId, final long correlationId, final int templateId, final int result, final int outcomeFlags,
                              final DirectBuffer answer, final int offset, final int length) {
            throw new AssertionError("no payment was sent");
        }

        @Override
        public void onAnswer(final long linkId, final long correlationId, final Object answerBuffer, final DirectBuffer reply, final int length) {
            throw new AssertionError("nothing was asked");
        }

        @Override
        public void onBatchEnd() {
            // Nobody waits to be woken.
        }
    }

    /** Processor time of a round, nanoseconds for a command. */
    private double round(final int commands) {
        final long before = cpuNs();
        final long end = sent + commands;
        while (sent < end) {
            final long first = rig.publisher.tryClaim(CLAIM, CommandPublisher.NEW_REQUESTS);
            if (first == CommandPublisher.NOT_CLAIMED) {
                Thread.yield();
                continue;
            }
            // A link reads the clock for each read of its socket, timed or not.
            rig.publisher.received(System.nanoTime());
            final long idHi = System.currentTimeMillis() << 16;
            for (int i = 0; i < CLAIM; i++) {
                final CommandSlot slot = rig.publisher.slot(first + i);
                PipelineRig.address(slot, PipelineRig.OPERATOR, TransferEncoder.TEMPLATE_ID, 1, ++sent);
                slot.commandLength = PipelineRig.encodeTransfer(transfer, slot, idHi, sent, 1 + sent * 7_919 % ACCOUNTS, 1 + (sent * 104_729 + 1) % ACCOUNTS,
                    1, 0, 0);
            }
            rig.publisher.publish(first, first + CLAIM - 1);
        }
        while (sink.newest < end) {
            Thread.yield();
        }
        return (cpuNs() - before) / (double) commands;
    }

    private long cpuNs() {
        long sum = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        for (final long thread : threads) {
            sum += ManagementFactory.getThreadMXBean().getThreadCpuTime(thread);
        }
        return sum;
    }

    /** Arguments: rounds, commands per round. */
    public static void main(final String[] args) {
        final int rounds = args.length > 0 ? Integer.parseInt(args[0]) : 40;
        final int commands = args.length > 1 ? Integer.parseInt(args[1]) / CLAIM * CLAIM : 1_000_000;
        // Where the tables of a pipeline come to lie differs by more than what is measured: so each kind is made first once, and last once.
        final StageTimesBench[] off = new StageTimesBench[2];
        final StageTimesBench[] on = new StageTimesBench[2];
        off[0] = new StageTimesBench(0);
        on[0] = new StageTimesBench(EVERY);
        on[1] = new StageTimesBench(EVERY);
        off[1] = new StageTimesBench(0);
        final double[] ratios = new double[rounds];
        final double[] plain = new double[rounds];
        for (int i = -rounds / 4; i < rounds; i++) {
            final boolean isOffFirst = (i & 1) == 0;
            final double first = round(isOffFirst ? off : on, commands);
            final double second = round(isOffFirst ? on : off, commands);
            if (i >= 0) {
                plain[i] = isOffFirst ? first : second;
                ratios[i] = isOffFirst ? second / first : first / second;
            }
        }
        Arrays.sort(ratios);
        Arrays.sort(plain);
        System.out.printf(Locale.ROOT, "%d rounds of %,d commands in turn: %.0f ns of processor time a command without; with one in %d timed, the ratio "
                + "is %.4f in the middle, %.4f to %.4f in the middle half, %.4f to %.4f at the ends%n", rounds, commands, plain[rounds / 2], EVERY, ratios[rounds / 2],
            ratios[rounds / 4], ratios[rounds * 3 / 4], ratios[0], ratios[rounds - 1]);
        for (int i = 0; i < off.length; i++) {
            off[i].rig.pipeline.close();
            on[i].rig.pipeline.close();
        }
    }

    private static double round(final StageTimesBench[] pair, final int commands) {
        return (pair[0].round(commands) + pair[1].round(commands)) / 2;
    }
}
