package io.daybreak.loadtest.simulation;

import io.daybreak.journal.append.ChronicleJournal;
import io.daybreak.journal.directory.Incarnation;
import io.daybreak.journal.directory.NodeState;
import io.daybreak.journal.replay.LiveCursor;
import io.daybreak.journal.replicate.LeaderSession;
import io.daybreak.journal.replicate.LeaderView;
import io.daybreak.journal.replicate.MemberWatch;
import io.daybreak.journal.replicate.PatrolFrame;
import io.daybreak.journal.replicate.PromotionRule;
import io.daybreak.journal.replicate.ReplicationFrames;
import io.daybreak.journal.replicate.SnapshotSource;
import io.daybreak.journal.replicate.StandbyGate;
import io.daybreak.machine.MembershipView;
import io.daybreak.pipeline.Pipeline;
import io.daybreak.protocol.Acknowledgement;
import io.daybreak.protocol.Result;
import io.daybreak.protocol.codec.BeginEpochEncoder;
import io.daybreak.protocol.codec.ConfigureEncoder;
import io.daybreak.protocol.codec.MemberStatusEncoder;
import org.agrona.concurrent.UnsafeBuffer;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A node among the nodes: its role and epoch, its connections, who is in sync, and its promotion; in the place of the gateway's {@code Node},
 * {@code Promotion} and {@code Patrol}, whose rules and sessions it runs. One thread; what belongs to a process begins anew with {@link #prepare}.
 */
final class Replica implements LeaderView, MemberWatch.Host {
    /** Outcome of BeginEpoch; those of MemberStatus bear the member's number. */
    private static final long BEGIN_EPOCH = 0;
    /** Outcome of Configure. */
    private static final long CONFIGURE = -1;
    private static final long TICK_NS = 50 * World.MS;
    private static final long PATROL_NS = World.SECOND;
    private static final int LARGEST_FRAME = ReplicationFrames.ENTRIES_LENGTH + LeaderSession.FRAME_BYTES + SwitchNode.MAX_ENTRY_BYTES;

    private final World world;
    private final SwitchNode node;
    private final Wiring wiring;
    private final ReplicationPlan plan;
    private final int number;
    private final UnsafeBuffer received = new UnsafeBuffer(ByteBuffer.allocateDirect(LARGEST_FRAME));
    private Cluster cluster;

    // Of one process.
    private StandbyGate gate;
    private MemberWatch watch;
    private ChronicleJournal journal;
    private Pipeline pipeline;
    private NodeState state = NodeState.ALONE;
    private MembershipView membership = MembershipView.NONE;
    private Standby standby;
    private boolean isLeading;
    private boolean hasBegun;
    private boolean isProgressPlanned;
    private boolean isBatchPlanned;
    private boolean isConnectPlanned;
    private boolean isPromoting;
    private boolean isLossAccepted;
    private boolean isOver;
    private long lastPatrolNs;
    private final List<Inbound> inbound = new ArrayList<>();
    /** By member, whether the word under way is that it is in sync. */
    private final Map<Integer, Boolean> pendingStatus = new HashMap<>();
    private Wire.End patrol;

    /** Another node's connection to this one. */
    private static final class Inbound {
        private final Wire.End end;
        private final LeaderSession session;
        private final LiveCursor log;
        private final int memberId;

        Inbound(final Wire.End end, final LeaderSession session, final LiveCursor log, final int memberId) {
            this.end = end;
            this.session = session;
            this.log = log;
            this.memberId = memberId;
        }
    }

    /** Marks an end as that of a patrol. */
    private enum Use {
        PATROL
    }

    Replica(final World world, final SwitchNode node, final Wiring wiring, final ReplicationPlan plan, final int number) {
        this.world = world;
        this.node = node;
        this.wiring = wiring;
        this.plan = plan;
        this.number = number;
    }

    void join(final Cluster nodes) {
        cluster = nodes;
    }

    ReplicationPlan plan() {
        return plan;
    }

    // ---- Life of a process ----------------------------------------------------------------------------------------------

    /** A process begins. */
    StandbyGate prepare() {
        gate = new StandbyGate(this::progressLater, world::nowNs);
        watch = new MemberWatch(gate, this, plan.ackTimeoutNs());
        journal = null;
        pipeline = null;
        standby = null;
        isLeading = false;
        hasBegun = false;
        isProgressPlanned = false;
        isBatchPlanned = false;
        isConnectPlanned = false;
        isPromoting = false;
        isOver = false;
        pendingStatus.clear();
        return gate;
    }

    StandbyGate gate() {
        return gate;
    }

    /** Journal and pipeline are there, and nothing has happened yet. {@code feed} is null on a node that leads. */
    void open(final ChronicleJournal opened, final Pipeline newPipeline, final LiveCursor feed) throws IOException {
        journal = opened;
        pipeline = newPipeline;
        state = NodeState.read(journal.names().node());
        isLeading = feed == null;
        gate.start(journal.syncedEntry(), journal.syncedSequence(), journal.committedEntry(), journal.durableSequence());
        membership = pipeline.membership();
        world.plan(TICK_NS, node.self(), SwitchNode.REPLICA_TICK, node.process(), null);
        if (isLeading) {
            gate.onStart(membership, journal.epoch());
            lastPatrolNs = world.nowNs();
            ask();
            // Whether or not somebody answers.
            world.plan(World.SECOND, node.self(), SwitchNode.REPLICA_BEGIN, node.process(), null);
        } else {
            standby = new Standby(world, this, journal, pipeline, node.history(), feed, wiring);
            standby.connect();
        }
    }

    /** The process is gone. */
    void ended(final boolean silently) {
        for (final Inbound connection : inbound) {
            connection.end.vanish(silently);
            close(connection.log);
        }
        inbound.clear();
        if (standby != null) {
            standby.end(silently);
            standby = null;
        }
        if (patrol != null) {
            patrol.vanish(silently);
            patrol = null;
        }
        isLeading = false;
        hasBegun = false;
    }

    private static void close(final LiveCursor log) {
        try {
            log.close();
        } catch (final IOException ex) {
            throw new SimulationFailure("a cursor cannot be closed", ex);
        }
    }

    // ---- Events ---------------------------------------------------------------------------------------------------------

    /** What happens to the node's connections and by its own plans. */
    void on(final int kind, final Object what) throws IOException {
        if (isOver) {
            return;
        }
        switch (kind) {
            case SwitchNode.REPLICA_TICK -> {
                world.plan(TICK_NS, node.self(), SwitchNode.REPLICA_TICK, node.process(), null);
                tick();
            }
            case SwitchNode.REPLICA_PROGRESS -> {
                isProgressPlanned = false;
                for (final Inbound connection : List.copyOf(inbound)) {
                    connection.session.onProgress(world.nowNs());
                }
            }
            case SwitchNode.REPLICA_BATCH -> {
                isBatchPlanned = false;
                if (standby != null) {
                    standby.onBatchEnd();
                    leaveIfClosed();
                }
            }
            case SwitchNode.REPLICA_CONNECT -> {
                isConnectPlanned = false;
                if (standby != null) {
                    standby.connect();
                }
            }
            case SwitchNode.REPLICA_BEGIN -> beginEpoch();
            case SwitchNode.REPLICA_PROMOTE -> promote((Integer) what);
            default -> onWire(kind, what);
        }
    }

    private void onWire(final int kind, final Object what) throws IOException {
        if (kind == SwitchNode.WIRE_FRAME) {
            final Wire.Arrival arrival = (Wire.Arrival) what;
            if (arrival.to().arrives(arrival)) {
                onFrame(arrival.to(), arrival.bytes());
            }
            return;
        }
        final Wire.End end = (Wire.End) what;
        switch (kind) {
            case SwitchNode.WIRE_OPENED -> onOpened(end);
            case SwitchNode.WIRE_CONNECTED -> {
                if (end.isClosed()) {
                    break;
                }
                if (end.user() == Use.PATROL) {
                    PatrolFrame.send(end, seenEpoch());
                } else if (standby != null && standby.has(end)) {
                    standby.onConnected();
                }
            }
            case SwitchNode.WIRE_FAILED, SwitchNode.WIRE_LOST -> onGone(end);
            default -> {
                if (end.onClosed()) {
                    onGone(end);
                }
            }
        }
    }

    /** Somebody connects. One that the journal does not know is not let in, which a signing-on finds out. */
    private void onOpened(final Wire.End end) {
        if (end.isClosed()) {
            return;
        }
        final MembershipView.Member caller = membership().find(Town.nodeCode(cluster.numberOf(end.other())));
        if (caller == null) {
            end.close();
            return;
        }
        end.accept();
        for (final Inbound before : List.copyOf(inbound)) {
            if (before.memberId == caller.participantId()) {
                before.end.close();
                remove(before);
            }
        }
        final LiveCursor log = new LiveCursor(journal.names().queue());
        final LeaderSession session = new LeaderSession(this, log, end, caller.participantId(), plan.catchUpBytes(), plan.silenceNs(),
            SwitchNode.MAX_ENTRY_BYTES, world.nowNs());
        final Inbound connection = new Inbound(end, session, log, caller.participantId());
        end.user(connection);
        inbound.add(connection);
    }

    private void remove(final Inbound connection) {
        if (inbound.remove(connection)) {
            close(connection.log);
        }
    }

    private void onFrame(final Wire.End end, final byte[] bytes) throws IOException {
        received.putBytes(0, bytes);
        if (!ReplicationFrames.isWellFormed(received, 0, bytes.length)) {
            throw new SimulationFailure("a frame is malformed");
        }
        if (end.user() instanceof Inbound connection) {
            if (inbound.contains(connection)) {
                connection.session.onFrame(received, 0, world.nowNs());
                if (end.isClosed()) {
                    remove(connection);
                }
            }
        } else if (end.user() == Use.PATROL) {
            onPatrolled(bytes.length);
            end.close();
        } else if (standby != null && standby.has(end)) {
            standby.onFrame(received);
            if (standby.isStreaming()) {
                cluster.onFollows(number, state.epoch());
            }
            if (!isBatchPlanned) {
                isBatchPlanned = true;
                world.plan(node.syncTimeNs(), node.self(), SwitchNode.REPLICA_BATCH, node.process(), null);
            }
            leaveIfClosed();
        }
    }

    private void leaveIfClosed() {
        if (standby != null && standby.hasLeft()) {
            standby.onClosed();
        }
    }

    private void onGone(final Wire.End end) {
        if (end.user() instanceof Inbound connection) {
            remove(connection);
        } else if (end.user() == Use.PATROL) {
            if (patrol == end) {
                patrol = null;
            }
            beginIfAsking();
        } else if (standby != null && standby.has(end)) {
            standby.onClosed();
        }
    }

    private void tick() throws IOException {
        for (final Inbound connection : List.copyOf(inbound)) {
            connection.session.onTick(world.nowNs());
            if (connection.end.isClosed()) {
                remove(connection);
            }
        }
        if (isLeading && world.nowNs() - lastPatrolNs >= PATROL_NS) {
            lastPatrolNs = world.nowNs();
            ask();
        }
        if (standby != null) {
            standby.onTick();
        }
        if (isLeading) {
            watch.onTick(world.nowNs());
        }
    }

    private void progressLater() {
        if (!isProgressPlanned) {
            isProgressPlanned = true;
            world.plan(2 * World.US, node.self(), SwitchNode.REPLICA_PROGRESS, node.process(), null);
        }
    }

    // ---- As a standby ---------------------------------------------------------------------------------------------------

    Wire.End call(final Standby caller) {
        return Wire.connect(world, node.self(), cluster.other(number).self(), caller);
    }

    void connectLater() {
        if (!isConnectPlanned) {
            isConnectPlanned = true;
            world.plan(plan.reconnectNs(), node.self(), SwitchNode.REPLICA_CONNECT, node.process(), null);
        }
    }

    /** There is something for the ledger's turn. */
    void onToApply() {
        node.planLedger();
    }

    /** The journal is to be cut, which the next start does. */
    void onRestart() {
        isOver = true;
        node.endsItself(SwitchNode.RESTARTS);
    }

    boolean isCaughtUp() {
        return standby != null && standby.isCaughtUp();
    }

    // ---- Patrol ---------------------------------------------------------------------------------------------------------

    private void ask() {
        if (patrol != null) {
            patrol.close();
        }
        patrol = Wire.connect(world, node.self(), cluster.other(number).self(), Use.PATROL);
    }

    private void onPatrolled(final int length) {
        patrol = null;
        if (ReplicationFrames.type(received, 0) == ReplicationFrames.REFUSAL && length > 0) {
            final ReplicationFrames.Refusal refusal = ReplicationFrames.refusal(received, 0);
            if (refusal == ReplicationFrames.Refusal.STALE_EPOCH) {
                onFenced(ReplicationFrames.refusalEpoch(received, 0));
            } else if (refusal == ReplicationFrames.Refusal.TWO_PRIMARIES) {
                throw new SimulationFailure("two nodes lead in the same epoch");
            }
        }
        beginIfAsking();
    }

    private void beginIfAsking() {
        if (isLeading && !hasBegun && !isOver) {
            beginEpoch();
        }
    }

    // ---- As a primary ---------------------------------------------------------------------------------------------------

    private void beginEpoch() {
        if (!isLeading || hasBegun) {
            return;
        }
        final byte[] settings = Town.configure();
        hasBegun = node.links().submit(ConfigureEncoder.TEMPLATE_ID, CONFIGURE, settings.length, body -> body.putBytes(0, settings))
            && node.links().submit(BeginEpochEncoder.TEMPLATE_ID, BEGIN_EPOCH, BeginEpochEncoder.BLOCK_LENGTH,
            body -> new BeginEpochEncoder().wrap(body, 0).correlationId(0).epoch(journal.epoch()).acknowledgement(plan.acknowledgement()).reserved1(0)
                .reserved2(0).nodeCode(Town.nodeCode(number)));
        if (!hasBegun) {
            world.plan(200 * World.US, node.self(), SwitchNode.REPLICA_BEGIN, node.process(), null);
        }
        node.planLedger();
    }

    /** What this node commanded is decided. */
    void onOutcome(final long correlationId, final int result) {
        if (correlationId == BEGIN_EPOCH) {
            if (result != Result.OK) {
                throw new SimulationFailure("node " + number + " began epoch " + journal.epoch() + " and was told " + Result.name(result));
            }
            node.onLeads();
        } else if (correlationId == CONFIGURE) {
            if (result != Result.OK) {
                throw new SimulationFailure("node " + number + " configures the state and was told " + Result.name(result));
            }
        } else {
            final boolean wasInSync = pendingStatus.remove((int) correlationId);
            if (wasInSync && result != Result.OK) {
                gate.unexpect((int) correlationId);
            }
        }
    }

    private void setStatus(final int memberId, final boolean isInSync) {
        if (pendingStatus.containsKey(memberId)) {
            return;
        }
        final boolean isTaken = node.links().submit(MemberStatusEncoder.TEMPLATE_ID, memberId, MemberStatusEncoder.BLOCK_LENGTH,
            body -> new MemberStatusEncoder().wrap(body, 0).correlationId(0).participantId(memberId).inSync(isInSync ? 1 : 0).reserved(0));
        if (isTaken) {
            pendingStatus.put(memberId, isInSync);
            if (isInSync) {
                // Ahead of the word, which is decided in a later turn: nothing behind it may be told without the member.
                gate.expect(memberId);
            }
            node.planLedger();
        }
    }

    /** The journal's word on members has changed, and is in force. */
    void onMembership(final MembershipView changed) {
        membership = changed;
        gate.onMembership(changed.acknowledgement(), changed.inSync());
        if (hasAllInSync()) {
            cluster.onAllInSync();
        }
    }

    private MembershipView membership() {
        return isLeading ? membership : pipeline.membership();
    }

    @Override
    public boolean isConnected(final int memberId) {
        for (final Inbound connection : inbound) {
            if (connection.memberId == memberId && connection.session.isStreaming()) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void onLeftOut(final int memberId) {
        world.note("node " + number + " goes on without member " + memberId);
        cluster.onAlone();
        setStatus(memberId, false);
        node.planDurability();
    }

    @Override
    public void onWaiting(final int memberId, final long waitedNs) {
        world.note("node " + number + " waits for member " + memberId);
    }

    // ---- LeaderView -----------------------------------------------------------------------------------------------------

    @Override
    public long epoch() {
        return isLeading ? journal.epoch() : 0;
    }

    @Override
    public long seenEpoch() {
        return Math.max(state.seenEpoch(), isLeading ? journal.epoch() : 0);
    }

    @Override
    public long incarnation() {
        return journal.incarnation();
    }

    @Override
    public long appendedEntry() {
        return gate.appendedEntry();
    }

    @Override
    public long appendedSequence() {
        return gate.appendedSequence();
    }

    @Override
    public long committedEntry() {
        return gate.committedEntry();
    }

    @Override
    public long committedSequence() {
        return gate.committedSequence();
    }

    @Override
    public void onAcknowledged(final int memberId, final long entry, final boolean isSynced, final long appliedSequence) {
        if (isSynced) {
            gate.onAcknowledged(memberId, entry);
            if (gate.waitedNs() > 0) {
                node.planDurability();
            }
        }
    }

    @Override
    public void onCaughtUp(final int memberId) {
        for (final MembershipView.Member member : membership.members()) {
            if (member.participantId() == memberId && member.isActive() && !member.isInSync()) {
                setStatus(memberId, true);
            }
        }
    }

    @Override
    public void onFenced(final long epoch) {
        if (epoch <= seenEpoch()) {
            return;
        }
        try {
            saveState(state.seen(epoch));
        } catch (final IOException ex) {
            node.endsItself("cannot keep epoch " + epoch + ": " + ex.getMessage());
            isOver = true;
            return;
        }
        if (isLeading) {
            gate.end();
            isOver = true;
            node.endsItself(SwitchNode.FENCED);
        }
    }

    void saveState(final NodeState changed) throws IOException {
        if (!changed.equals(state)) {
            changed.write(journal.names().node());
            state = changed;
        }
    }

    @Override
    public SnapshotSource newestSnapshot() throws IOException {
        return SnapshotSource.newest(journal.directory());
    }

    /** The other node's truth. */
    History otherHistory() {
        return cluster.other(number).history();
    }

    // ---- Promotion ------------------------------------------------------------------------------------------------------

    /** The operator wants this node to lead; the answer goes to the cluster. */
    void promote(final boolean lossIsAccepted) {
        isLossAccepted = lossIsAccepted;
        world.plan(world.wireDelayNs(), node.self(), SwitchNode.REPLICA_PROMOTE, node.process(), 0);
    }

    private void promote(final int step) throws IOException {
        if (isLeading) {
            return;
        }
        if (step == 0) {
            if (isPromoting) {
                return;
            }
            final int verdict = PromotionRule.judge(pipeline.membership(), Town.nodeCode(number));
            if (verdict == Result.NOT_A_MEMBER || verdict != Result.OK && !isLossAccepted) {
                cluster.onRefused(number, verdict);
                return;
            }
            isPromoting = true;
            standby.stop();
            cluster.onTakesOver(number, pipeline.membership(), journal.syncedSequence());
            world.plan(20 * World.US, node.self(), SwitchNode.REPLICA_PROMOTE, node.process(), 1);
        } else if (step == 1) {
            takeOver();
            world.plan(20 * World.US, node.self(), SwitchNode.REPLICA_PROMOTE, node.process(), 2);
        } else if (step == 2) {
            final boolean isTold = standby.takeOver();
            node.planLedger();
            world.plan(20 * World.US, node.self(), SwitchNode.REPLICA_PROMOTE, node.process(), isTold ? 3 : 2);
        } else if (!pipeline.isLeading()) {
            world.plan(20 * World.US, node.self(), SwitchNode.REPLICA_PROMOTE, node.process(), 3);
        } else {
            membership = new MembershipView(membership.epoch(), Acknowledgement.LOCAL, membership.nodeCode(), pipeline.membership().members().stream()
                .map(member -> new MembershipView.Member(member.participantId(), member.keyId(), member.isActive(), false, member.code())).toList());
            isLeading = true;
            standby.close();
            standby = null;
            lastPatrolNs = world.nowNs();
            world.note("node " + number + " leads in epoch " + journal.epoch() + " behind sequence " + journal.syncedSequence());
            beginEpoch();
        }
    }

    private void takeOver() throws IOException {
        final long last = journal.syncedEntry();
        final long epoch = PromotionRule.epoch(seenEpoch(), journal.epoch());
        final long incarnation = PromotionRule.incarnation(Incarnation.read(journal.names().incarnation()), standby.lastIncarnation(last), epoch);
        Incarnation.write(journal.names().incarnation(), incarnation);
        saveState(new NodeState(NodeState.Role.PRIMARY, epoch, epoch));
        journal.lead(epoch, incarnation);
        gate.onMembership(Acknowledgement.LOCAL, new int[0]);
        gate.start(last, journal.syncedSequence(), last, journal.syncedSequence());
    }

    /** Whether it leads, as far as it knows. */
    boolean isLeading() {
        return isLeading;
    }

    /** Whether every member but itself is in sync, by the journal's word. */
    boolean hasAllInSync() {
        for (final MembershipView.Member member : membership.members()) {
            if (!member.code().equals(Town.nodeCode(number)) && !member.isInSync()) {
                return false;
            }
        }
        return membership.members().size() > 1;
    }
}
