package io.daybreak.gateway.replica;

import io.daybreak.client.NativeTransport;
import io.daybreak.gateway.link.Credentials;
import io.daybreak.gateway.link.SystemPort;
import io.daybreak.journal.append.ChronicleJournal;
import io.daybreak.journal.directory.NodeState;
import io.daybreak.journal.replay.LiveCursor;
import io.daybreak.journal.replicate.LeaderSession;
import io.daybreak.journal.replicate.LeaderView;
import io.daybreak.journal.replicate.SnapshotSource;
import io.daybreak.journal.replicate.StandbyGate;
import io.daybreak.machine.MembershipView;
import io.daybreak.pipeline.Pipeline;
import io.daybreak.port.EffectSink;
import io.daybreak.protocol.Acknowledgement;
import io.daybreak.protocol.Participants;
import io.daybreak.protocol.codec.BeginEpochEncoder;
import io.daybreak.protocol.codec.MembershipChangedDecoder;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.util.concurrent.DefaultThreadFactory;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.MutableDirectBuffer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * This node among the nodes of its switch: its role and epoch, the port that others connect to, who of them is in sync, and what happens when one
 * is not.
 * <p>
 * Rule: docs/replication.md, "Members" and "Epochs". Its event loop owns the connections; commands about members go through the ring from a thread of
 * their own, since the event loop may wait for nothing. Bound: {@link #MAX_INBOUND} connections from other nodes.
 */
public final class Node implements LeaderView, AutoCloseable {
    static final int MAX_INBOUND = 16;
    private static final Logger LOG = LoggerFactory.getLogger(Node.class);
    private static final int TICK_MS = 50;
    private static final int HIGH_WATER_BYTES = 2 << 20;

    private final ReplicaSettings settings;
    private final Credentials credentials;
    private final StandbyGate gate;
    private final NodeHost host;
    private final SslContext serverTls;
    private final SslContext clientTls;
    private final MultiThreadIoEventLoopGroup group;
    private final EventLoop loop;
    private final AtomicBoolean isProgressScheduled = new AtomicBoolean();
    private final int maxEntryBytes;

    private ChronicleJournal journal;
    private Pipeline pipeline;
    private SystemPort systemPort;
    private volatile NodeState state = NodeState.ALONE;
    private volatile MembershipView membership = MembershipView.NONE;
    private volatile boolean isLeading;
    private volatile Follower follower;
    private SharedKeys sharedKeys;
    private Channel listener;

    // Event loop.
    private final List<InboundReplica> inbound = new ArrayList<>();
    private Patrol patrol;
    private Members members;

    /**
     * @param maxEntryBytes of the journal
     */
    public Node(final ReplicaSettings settings, final Credentials credentials, final int maxEntryBytes, final NodeHost host) throws IOException {
        this.settings = settings;
        this.credentials = credentials;
        this.maxEntryBytes = maxEntryBytes;
        this.host = host;
        serverTls = ReplicaTls.server(settings.tls());
        clientTls = ReplicaTls.client(settings.tls());
        gate = new StandbyGate(this::scheduleProgress);
        group = new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory("replica", true), NativeTransport.ioHandlerFactory());
        loop = group.next();
    }

    /** Where the journal waits; give it to the journal before that is opened. */
    public StandbyGate gate() {
        return gate;
    }

    /** What standbys must have besides the journal. Before {@link #start}. */
    public void share(final SharedKeys keys) {
        sharedKeys = keys;
    }

    SharedKeys sharedKeys() {
        return sharedKeys;
    }

    /** Takes changes of membership, in the order and at the time at which they are in force; everything else goes on to {@code others}. */
    public EffectSink effectSink(final EffectSink others) {
        return (templateId, effect, offset, length) -> {
            if (templateId == MembershipChangedDecoder.TEMPLATE_ID) {
                onMembership(MembershipView.of(effect, offset));
            } else {
                others.onEffect(templateId, effect, offset, length);
            }
        };
    }

    private void onMembership(final MembershipView changed) {
        membership = changed;
        gate.onMembership(changed.acknowledgement(), changed.inSync());
    }

    /**
     * The journal is open and the pipeline made, but not started.
     *
     * @param leads false on a standby
     */
    public void open(final ChronicleJournal opened, final Pipeline newPipeline, final SystemPort port, final boolean leads) throws IOException {
        journal = opened;
        pipeline = newPipeline;
        systemPort = port;
        state = NodeState.read(journal.names().node());
        isLeading = leads;
        members = new Members(this, port);
        gate.start(journal.syncedEntry(), journal.syncedSequence(), journal.committedEntry(), journal.durableSequence());
        membership = pipeline.membership();
        if (leads) {
            gate.onStart(membership, journal.epoch());
        }
    }

    /**
     * Listens, and follows whom it is to follow.
     *
     * @return where it listens
     */
    public InetSocketAddress start(final LiveCursor feed) throws InterruptedException, IOException {
        listener = new ServerBootstrap()
            .group(group)
            .channel(NativeTransport.serverChannelClass())
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, new WriteBufferWaterMark(HIGH_WATER_BYTES / 2, HIGH_WATER_BYTES))
            .childHandler(new ChannelInitializer<SocketChannel>() {
                @Override
                protected void initChannel(final SocketChannel channel) {
                    if (serverTls != null) {
                        channel.pipeline().addLast(serverTls.newHandler(channel.alloc()));
                    }
                    channel.pipeline().addLast(new InboundReplica(Node.this));
                }
            })
            .bind(settings.host(), settings.port())
            .sync()
            .channel();
        patrol = new Patrol(this);
        if (!isLeading) {
            follower = new Follower(this, journal, pipeline, feed);
            loop.execute(follower::connect);
        }
        loop.scheduleAtFixedRate(this::tick, TICK_MS, TICK_MS, TimeUnit.MILLISECONDS);
        return (InetSocketAddress) listener.localAddress();
    }

    /**
     * On a primary, before it takes commands: asks the other nodes whether one of them leads in a later epoch. Those that do not answer soon are
     * not waited for.
     */
    public void askPeers() throws InterruptedException {
        patrol.askOnce(settings.peers());
    }

    /** Journals who leads in which epoch and what answers wait for, if that changed. The caller is not of the pipeline. */
    public int beginEpoch() {
        final MutableDirectBuffer body = new ExpandableArrayBuffer(BeginEpochEncoder.BLOCK_LENGTH);
        new BeginEpochEncoder().wrap(body, 0).correlationId(0).epoch(journal.epoch()).acknowledgement(settings.acknowledgement()).reserved1(0)
            .reserved2(0).nodeCode(settings.node());
        return systemPort.submit(BeginEpochEncoder.TEMPLATE_ID, Participants.SYSTEM, body, BeginEpochEncoder.BLOCK_LENGTH);
    }

    // ---- Connections, event loop ----

    boolean isStreamingTo(final int memberId) {
        for (final InboundReplica connection : inbound) {
            if (connection.memberId() == memberId && connection.session() != null && connection.session().isStreaming()) {
                return true;
            }
        }
        return false;
    }

    boolean add(final InboundReplica connection) {
        if (inbound.size() >= MAX_INBOUND) {
            return false;
        }
        inbound.add(connection);
        return true;
    }

    void remove(final InboundReplica connection) {
        inbound.remove(connection);
    }

    LeaderSession newLeaderSession(final InboundReplica connection, final int memberId) {
        for (final InboundReplica other : List.copyOf(inbound)) {
            // A node that comes back before we saw it go.
            if (other != connection && other.memberId() == memberId) {
                other.close();
            }
        }
        return new LeaderSession(this, new LiveCursor(journal.names().queue()), connection, memberId, settings.catchUpBytesPerSecond(),
            TimeUnit.MILLISECONDS.toNanos(settings.silenceMs()), maxEntryBytes, System.nanoTime());
    }

    private void scheduleProgress() {
        if (!isProgressScheduled.get() && isProgressScheduled.compareAndSet(false, true)) {
            try {
                loop.execute(this::progress);
            } catch (final RejectedExecutionException ex) {
                LOG.debug("closing", ex);
            }
        }
    }

    private void progress() {
        isProgressScheduled.set(false);
        final long nowNs = System.nanoTime();
        for (int i = 0; i < inbound.size(); i++) {
            inbound.get(i).onProgress(nowNs);
        }
    }

    private void tick() {
        try {
            final long nowNs = System.nanoTime();
            for (final InboundReplica connection : List.copyOf(inbound)) {
                connection.onTick(nowNs);
            }
            patrol.onTick(nowNs);
            final Follower following = follower;
            if (following != null) {
                following.onTick(nowNs);
            }
            if (isLeading) {
                members.onTick(nowNs);
            }
        } catch (final RuntimeException | Error ex) {
            // Thrown on, it would only end this task, and with it every time limit.
            host.onFatal("replication: " + ex, ex);
        }
    }

    // ---- LeaderView, event loop ----

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
    public SnapshotSource newestSnapshot() throws IOException {
        return SnapshotSource.newest(journal.directory());
    }

    @Override
    public void onAcknowledged(final int memberId, final long entry, final boolean isSynced, final long appliedSequence) {
        members.onAcknowledged(memberId, entry, appliedSequence);
        if (isSynced || !settings.isSyncWanted()) {
            gate.onAcknowledged(memberId, entry);
        }
    }

    @Override
    public void onCaughtUp(final int memberId) {
        for (final MembershipView.Member member : membership.members()) {
            if (member.participantId() == memberId && member.isActive() && !member.isInSync()) {
                members.setStatus(memberId, true);
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
            host.onFatal("cannot keep epoch " + epoch + ": " + ex, ex);
            return;
        }
        if (isLeading) {
            gate.end();
            host.onFenced("another node leads in epoch " + epoch + ", this one led in epoch " + journal.epoch()
                + ": nothing is acknowledged here any more; join this node again with serve --standby-of");
        }
    }

    // ---- Role ----

    synchronized void saveState(final NodeState changed) throws IOException {
        if (!changed.equals(state)) {
            changed.write(journal.names().node());
            state = changed;
        }
    }

    NodeState state() {
        return state;
    }

    void onLeading() {
        onMembership(new MembershipView(membership.epoch(), Acknowledgement.LOCAL, membership.nodeCode(), pipeline.membership().members().stream()
            .map(member -> new MembershipView.Member(member.participantId(), member.keyId(), member.isActive(), false, member.code())).toList()));
        isLeading = true;
    }

    /** True if this node leads. Any thread. */
    public boolean isLeading() {
        return isLeading;
    }

    /** The follower of a standby, and of a node that was one; otherwise null. */
    Follower follower() {
        return follower;
    }

    MembershipView membership() {
        return isLeading ? membership : pipeline.membership();
    }

    Credentials credentials() {
        return credentials;
    }

    /** As configured. */
    public ReplicaSettings settings() {
        return settings;
    }

    EventLoop loop() {
        return loop;
    }

    SslContext clientTls() {
        return clientTls;
    }

    NodeHost host() {
        return host;
    }

    Pipeline pipeline() {
        return pipeline;
    }

    /** The own journal. */
    public ChronicleJournal journal() {
        return journal;
    }

    int maxEntryBytes() {
        return maxEntryBytes;
    }

    Patrol patrol() {
        return patrol;
    }

    /** The nodes that follow this one, while it leads. */
    public Members members() {
        return members;
    }

    /** What this node is now. Any thread. */
    public NodeStatus status() {
        final Follower following = follower;
        if (isLeading || following == null) {
            return new NodeStatus(true, false, members.isDegraded(), journal.epoch(), journal.incarnation(), gate.appendedSequence(), gate.committedSequence(),
                gate.appendedSequence(), members.lagMs(), members.inSync() > 0, gate.acknowledgement());
        }
        return following.status(state.epoch(), journal.incarnation());
    }

    /** Waits for standbys no longer, so that the pipeline can end; nothing that they did not acknowledge is told. */
    public void stopWaiting() {
        gate.end();
    }

    /** True while an answer waits for a standby. */
    public boolean isWaiting() {
        return gate.waitedNs() > 0;
    }

    @Override
    public void close() {
        if (members != null) {
            members.close();
        }
        if (listener != null) {
            listener.close().awaitUninterruptibly();
        }
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(3, TimeUnit.SECONDS);
    }
}
