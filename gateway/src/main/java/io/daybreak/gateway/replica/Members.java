package io.daybreak.gateway.replica;

import io.daybreak.gateway.link.SystemPort;
import io.daybreak.journal.directory.MemberPositions;
import io.daybreak.journal.replicate.MemberWatch;
import io.daybreak.journal.replicate.StandbyGate;
import io.daybreak.machine.MembershipView;
import io.daybreak.protocol.Participants;
import io.daybreak.protocol.Result;
import io.daybreak.protocol.codec.MemberStatusEncoder;
import io.netty.util.concurrent.DefaultThreadFactory;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.MutableDirectBuffer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * A primary's care for the nodes that follow it: who is in sync, what happens when one does not answer, how far each has come, and what is kept for it.
 * <p>
 * Rule: docs/replication.md, "Members", "Durability", "What is kept for members". The node's event loop, but for the figures, which any thread may read.
 * Commands about members go through the ring from a thread of their own, since the event loop may wait for nothing.
 */
public final class Members implements MemberWatch.Host {
    private static final Logger LOG = LoggerFactory.getLogger(Members.class);
    private static final long KEEP_NS = TimeUnit.SECONDS.toNanos(1);
    private static final long NS_PER_MS = 1_000_000L;

    private final Node node;
    private final StandbyGate gate;
    private final MemberWatch watch;
    private final SystemPort systemPort;
    private final ExecutorService commands = Executors.newSingleThreadExecutor(new DefaultThreadFactory("replica-commands", true));
    private final Set<Integer> pendingStatus = new HashSet<>();
    private final Map<Integer, Position> positions = new TreeMap<>();
    private Map<Integer, Long> kept = Map.of();
    private boolean isRead;
    private long lastKeptNs;
    private volatile boolean isDegraded;
    private volatile boolean isClosing;
    private volatile long lagSequences;
    private volatile long lagMs;
    private volatile int connected;

    /** How far one member is. */
    private static final class Position {
        private long entry;
        private long appliedSequence;
        private long wantedSequence;
        private long wantedAtNs;
    }

    Members(final Node node, final SystemPort systemPort) {
        this.node = node;
        this.gate = node.gate();
        this.watch = new MemberWatch(gate, this, TimeUnit.MILLISECONDS.toNanos(node.settings().ackTimeoutMs()));
        this.systemPort = systemPort;
    }

    /** Some times a second, while this node leads. */
    void onTick(final long nowNs) {
        watch.onTick(nowNs);
        measure(nowNs);
        if (nowNs - lastKeptNs > KEEP_NS) {
            lastKeptNs = nowNs;
            keep();
        }
    }

    void onAcknowledged(final int memberId, final long entry, final long appliedSequence) {
        final Position position = positions.computeIfAbsent(memberId, id -> new Position());
        position.entry = entry;
        position.appliedSequence = appliedSequence;
    }

    private void measure(final long nowNs) {
        final long committed = gate.committedSequence();
        long greatestLag = 0;
        long greatestMs = 0;
        int count = 0;
        for (final Map.Entry<Integer, Position> member : positions.entrySet()) {
            final Position position = member.getValue();
            if (position.appliedSequence >= position.wantedSequence) {
                // What was to be had when this began is there: a new mark is set.
                position.wantedSequence = committed;
                position.wantedAtNs = nowNs;
            }
            if (node.isStreamingTo(member.getKey())) {
                count++;
                greatestLag = Math.max(greatestLag, committed - position.appliedSequence);
                if (position.appliedSequence < position.wantedSequence) {
                    greatestMs = Math.max(greatestMs, (nowNs - position.wantedAtNs) / NS_PER_MS);
                }
            }
        }
        lagSequences = Math.max(0, greatestLag);
        lagMs = greatestMs;
        connected = count;
    }

    /** Tells whoever lets go of files what members still need. Of one that never came nothing is kept: it begins with a snapshot. */
    private void keep() {
        try {
            if (!isRead) {
                isRead = true;
                MemberPositions.read(node.journal().names().members()).forEach((id, entry) -> onAcknowledged(id, entry, 0));
            }
            final Map<Integer, Long> now = new TreeMap<>();
            for (final MembershipView.Member member : node.membership().members()) {
                final Position position = positions.get(member.participantId());
                if (member.isActive() && position != null && !member.code().equals(node.settings().node())) {
                    now.put(member.participantId(), position.entry);
                }
            }
            if (!now.equals(kept)) {
                MemberPositions.write(node.journal().names().members(), now);
                kept = now;
            }
        } catch (final IOException ex) {
            LOG.warn("what members need of the journal cannot be written down: {}", ex.toString());
        }
    }

    @Override
    public boolean isConnected(final int memberId) {
        return node.isStreamingTo(memberId);
    }

    @Override
    public void onLeftOut(final int memberId) {
        if (!isDegraded) {
            LOG.error("ALARM: node {} does not answer: payments go on without it, and are on this device only", memberId);
        }
        isDegraded = watch.isDegrading();
        setStatus(memberId, false);
    }

    @Override
    public void onWaiting(final int memberId, final long waitedNs) {
        LOG.error("ALARM: node {} does not answer, and payments wait for it, {} ms by now", memberId, waitedNs / NS_PER_MS);
    }

    void setStatus(final int memberId, final boolean isInSync) {
        if (isClosing || !pendingStatus.add(memberId)) {
            return;
        }
        if (isInSync) {
            // Ahead of the word: nothing behind it may be told without the member.
            gate.expect(memberId);
        }
        commands.execute(() -> {
            int result = Result.BUSY;
            boolean isAnswered = true;
            try {
                final MutableDirectBuffer body = new ExpandableArrayBuffer(MemberStatusEncoder.BLOCK_LENGTH);
                new MemberStatusEncoder().wrap(body, 0).correlationId(0).participantId(memberId).inSync(isInSync ? 1 : 0).reserved(0);
                result = systemPort.submit(MemberStatusEncoder.TEMPLATE_ID, Participants.SYSTEM, body, MemberStatusEncoder.BLOCK_LENGTH);
            } catch (final IllegalStateException ex) {
                LOG.warn("node {} could not be journaled as {} sync: {}", memberId, isInSync ? "in" : "out of", ex.getMessage());
                // It may be journaled yet.
                isAnswered = false;
            }
            final int outcome = result;
            final boolean isUndone = isAnswered && isInSync && result != Result.OK;
            if (outcome == Result.OK) {
                LOG.warn("node {} is {} sync", memberId, isInSync ? "in" : "out of");
            }
            executeQuietly(() -> {
                pendingStatus.remove(memberId);
                if (isUndone) {
                    gate.unexpect(memberId);
                }
                isDegraded &= !(isInSync && outcome == Result.OK);
            });
        });
    }

    private void executeQuietly(final Runnable task) {
        try {
            node.loop().execute(task);
        } catch (final RejectedExecutionException ex) {
            LOG.debug("closing", ex);
        }
    }

    /** True while answers ought to wait for a member, and do not. Any thread. */
    public boolean isDegraded() {
        return isDegraded;
    }

    /** Members that entries go to. Any thread. */
    public int connected() {
        return connected;
    }

    /** Members that answers wait for. Any thread. */
    public int inSync() {
        return gate.required().length;
    }

    /** Commands that the slowest connected member has not applied. Any thread. */
    public long lagSequences() {
        return lagSequences;
    }

    /** Milliseconds since the slowest connected member had all that there was. Any thread. */
    public long lagMs() {
        return lagMs;
    }

    /** Times that answers waited for a member after the own device. Any thread. */
    public long waits() {
        return gate.waits();
    }

    void close() {
        isClosing = true;
        commands.shutdown();
    }
}
