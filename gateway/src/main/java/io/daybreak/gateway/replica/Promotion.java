package io.daybreak.gateway.replica;

import io.daybreak.journal.directory.Incarnation;
import io.daybreak.journal.directory.NodeState;
import io.daybreak.journal.format.EntryHeader;
import io.daybreak.journal.replicate.PromotionRule;
import io.daybreak.machine.MembershipView;
import io.daybreak.protocol.Acknowledgement;
import io.daybreak.protocol.Result;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Makes a standby the primary.
 * <p>
 * Rule: docs/replication.md, "Promotion". In this order: may this node be promoted at all, is nothing lost or is loss accepted, follow nobody, the new
 * epoch and incarnation on the device, everything received applied, lead. A crash between any two steps leaves a standby, or a primary of
 * the new epoch. One at a time; on a thread that may wait.
 */
public final class Promotion {
    private static final Logger LOG = LoggerFactory.getLogger(Promotion.class);
    private static final long LOOK_NS = 200_000L;
    private static final long TIMEOUT_NS = TimeUnit.SECONDS.toNanos(30);

    private final Node node;

    /** Of this node. */
    public Promotion(final Node node) {
        this.node = node;
    }

    /**
     * Promotes.
     *
     * @param isLossAccepted by the operator
     * @return OK, also if it leads already; NOT_A_MEMBER; LOSS_MUST_BE_ACCEPTED
     */
    public synchronized int promote(final boolean isLossAccepted) {
        if (node.isLeading()) {
            return Result.OK;
        }
        final long beginNs = System.nanoTime();
        final MembershipView membership = node.pipeline().membership();
        final int verdict = PromotionRule.judge(membership, node.settings().node());
        if (verdict == Result.NOT_A_MEMBER) {
            LOG.error("promotion refused: the journal here does not make {} a member", node.settings().node());
            return Result.NOT_A_MEMBER;
        }
        if (verdict != Result.OK && !isLossAccepted && !isFenced()) {
            LOG.error("promotion refused: what was acknowledged last may be missing here (last sequence known: {}); prove that the old primary is"
                + " stopped with replication.fence-command, or accept loss", node.status().primarySequence());
            return Result.LOSS_MUST_BE_ACCEPTED;
        }
        try {
            takeOver();
        } catch (final IOException | ExecutionException ex) {
            node.host().onFatal("the promotion failed half-way: " + ex, ex);
            return Result.BUSY;
        } catch (final InterruptedException ex) {
            Thread.currentThread().interrupt();
            return Result.BUSY;
        }
        LOG.warn("this node leads in epoch {} from sequence {} on, {} ms after the request", node.journal().epoch(), node.journal().syncedSequence(),
            (System.nanoTime() - beginNs) / 1_000_000L);
        return Result.OK;
    }

    private void takeOver() throws IOException, InterruptedException, ExecutionException {
        final Follower follower = node.follower();
        final long last = node.loop().submit(follower::stop).get();
        LOG.warn("promotion: last sequence known is {}, entry {}", node.journal().syncedSequence(), last);
        final long epoch = PromotionRule.epoch(node.seenEpoch(), node.journal().epoch());
        final long incarnation = PromotionRule.incarnation(Incarnation.read(node.journal().names().incarnation()), lastIncarnation(last), epoch);
        Incarnation.write(node.journal().names().incarnation(), incarnation);
        node.saveState(new NodeState(NodeState.Role.PRIMARY, epoch, epoch));
        node.loop().submit(() -> {
            node.journal().lead(epoch, incarnation);
            node.gate().onMembership(Acknowledgement.LOCAL, new int[0]);
            node.gate().start(last, node.journal().syncedSequence(), last, node.journal().syncedSequence());
        }).get();
        final long deadlineNs = System.nanoTime() + TIMEOUT_NS;
        boolean isTold = false;
        while (!node.pipeline().isLeading()) {
            isTold = isTold || node.loop().submit(follower::takeOver).get();
            if (System.nanoTime() - deadlineNs > 0) {
                throw new IOException("the state machine did not take over in time");
            }
            LockSupport.parkNanos(LOOK_NS);
        }
        node.loop().submit(node::onLeading).get();
        node.host().onLeading();
    }

    private long lastIncarnation(final long last) throws IOException {
        try (io.daybreak.journal.replay.LiveCursor log = new io.daybreak.journal.replay.LiveCursor(node.journal().names().queue())) {
            return last > 0 && log.seek(last) ? EntryHeader.incarnation(log.address()) : 0;
        }
    }

    /** Runs the operator's hook; its exit code 0 is the proof. */
    private boolean isFenced() {
        if (node.settings().fenceCommand().isEmpty()) {
            return false;
        }
        final List<String> command = new ArrayList<>(node.settings().fenceCommand());
        command.add(node.settings().standbyOf().getHostString() + ":" + node.settings().standbyOf().getPort());
        try {
            final Process process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
            if (!process.waitFor(node.settings().fenceTimeoutMs(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
                LOG.error("the fence command took longer than {} ms", node.settings().fenceTimeoutMs());
                return false;
            }
            LOG.warn("fence command: exit code {}", process.exitValue());
            return process.exitValue() == 0;
        } catch (final IOException ex) {
            LOG.error("the fence command cannot be run", ex);
            return false;
        } catch (final InterruptedException ex) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
