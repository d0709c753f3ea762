package io.daybreak.gateway.iso;

import io.daybreak.gateway.card.TokenKeys;
import io.daybreak.gateway.card.Tokeniser;
import io.daybreak.gateway.key.KeyFile;
import io.daybreak.gateway.key.KeyFileException;
import io.daybreak.gateway.link.EventLoops;
import io.daybreak.gateway.link.LoopAgent;
import io.daybreak.gateway.link.ReferencePages;
import io.daybreak.gateway.link.SystemPort;
import io.daybreak.iso8583.config.ConfigProblems;
import io.daybreak.iso8583.link.LinkProfile;
import io.daybreak.port.EffectSink;
import io.daybreak.protocol.Participants;
import io.daybreak.protocol.Result;
import io.daybreak.protocol.codec.DayOpenedDecoder;
import io.daybreak.protocol.codec.DayTotalsAnswerDecoder;
import io.daybreak.protocol.codec.LookupParticipantDecoder;
import io.daybreak.protocol.codec.LookupParticipantEncoder;
import io.daybreak.protocol.codec.MessageHeaderDecoder;
import io.daybreak.protocol.codec.ParticipantAnswerDecoder;
import io.daybreak.protocol.codec.PutDayGroupDecoder;
import io.daybreak.protocol.codec.PutInstitutionDecoder;
import io.daybreak.protocol.codec.QueryDayTotalsDecoder;
import io.daybreak.protocol.codec.QueryDayTotalsEncoder;
import io.daybreak.protocol.codec.QueryReferenceDecoder;
import io.daybreak.protocol.codec.QueryReferenceEncoder;
import io.daybreak.protocol.codec.ReferenceAnswerDecoder;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.SocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.net.InetSocketAddress;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The ISO 8583 ports: listeners and their links, on the event loops that they share with the native port. Made before the
 * pipeline starts, since the pipeline needs the {@link #effectSink}; connected after; binds when recovery is complete.
 * <p>
 * All methods but the accessors and the sink are for the thread that starts and stops the switch.
 */
public final class IsoServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(IsoServer.class);
    private static final int MAX_KEY_EXCHANGES = 64;
    private static final int MAX_PAGE = 64;
    private static final long READ_PAUSE_NS = TimeUnit.SECONDS.toNanos(1);

    private final IsoSettings settings;
    private final EventLoops loops;
    private final SignOns signOns = new SignOns();
    private final BusinessDates dates = new BusinessDates();
    private final List<Port> ports = new ArrayList<>();
    private final Map<LoopAgent, IsoLoop> isoLoops = new IdentityHashMap<>();
    private final ConnectionGate.All connections;
    private final ThreadPoolExecutor keyWorker = new ThreadPoolExecutor(0, 1, 10, TimeUnit.SECONDS, new ArrayBlockingQueue<>(MAX_KEY_EXCHANGES),
        new DefaultThreadFactory("keys", true));

    private volatile SystemPort reference;
    private long lastReadNs;

    /** One listener and all of its connections. */
    private static final class Port {
        final IsoSettings.Listener listener;
        final LinkPlan plan;
        final ConnectionGate gate;
        final IsoCounters counters;
        Channel channel;

        Port(final IsoSettings.Listener listener, final LinkPlan plan, final ConnectionGate gate) {
            this.listener = listener;
            this.plan = plan;
            this.gate = gate;
            counters = new IsoCounters(listener.name());
        }
    }

    /**
     * A listening port.
     *
     * @param name    of the listener
     * @param address bound
     */
    public record Bound(String name, InetSocketAddress address) {
    }

    /**
     * @param keyFile MAC keys of links; null if there is none
     * @throws KeyFileException         if a link has no key that it needs
     * @throws IllegalArgumentException if a link's file is wrong, with everything that is
     */
    public IsoServer(final IsoSettings settings, final EventLoops loops, final KeyFile keyFile) throws KeyFileException {
        this.settings = settings;
        this.loops = loops;
        connections = new ConnectionGate.All(settings.maxConnections());
        final Map<String, ConnectionGate.Own> ofParticipant = new HashMap<>();
        for (final IsoSettings.Listener listener : settings.listeners()) {
            final LinkProfile profile = profile(listener.profile());
            final LinkKeys keys = profile.mac().isRequired() && keyFile == null ? missing(profile) : LinkKeys.of(profile, keyFile);
            final LinkPlan plan = new LinkPlan(profile, listener.participants(), signOns, keys);
            final ConnectionGate.Own own = ofParticipant.computeIfAbsent(
                profile.defaultParticipant().isEmpty() ? listener.name() : profile.defaultParticipant(), code -> connections.newOwn());
            ports.add(new Port(listener, plan, new ConnectionGate(connections, own, profile.windows().maxSockets(),
                TimeUnit.MILLISECONDS.toNanos(settings.frameTimeoutMs()))));
        }
    }

    private static LinkKeys missing(final LinkProfile profile) throws KeyFileException {
        throw new KeyFileException("link " + profile.name() + " needs keys and there is no key file");
    }

    private static LinkProfile profile(final String name) {
        try {
            return LinkProfile.BUILT_IN.contains(name) ? LinkProfile.builtIn(name) : LinkProfile.load(Path.of(name).toFile());
        } catch (final ConfigProblems ex) {
            throw new IllegalArgumentException("link " + name + ": " + String.join("; ", ex.problems()), ex);
        }
    }

    /** What the event loops need for these links. */
    public static EventLoops.Room room(final IsoSettings settings) {
        return settings.listeners().isEmpty() ? EventLoops.Room.NATIVE_ONLY : new EventLoops.Room(settings.maxConnections(), settings.contextsPerLoop());
    }

    /** Takes the effects that concern these links; reply stage's thread. */
    public EffectSink effectSink() {
        return (templateId, effect, offset, length) -> {
            if (templateId == DayOpenedDecoder.TEMPLATE_ID) {
                onDayOpened(effect.getShort(offset + DayOpenedDecoder.dayGroupEncodingOffset(), ByteOrder.LITTLE_ENDIAN) & 0xFFFF,
                    effect.getInt(offset + DayOpenedDecoder.dateEncodingOffset(), ByteOrder.LITTLE_ENDIAN));
            }
        };
    }

    /** Links that want a notice get one now, and another when the old date is closed: that needs no command, only its time. */
    private void onDayOpened(final int dayGroup, final int date) {
        final int before = dates.opened(dayGroup, date);
        try {
            for (final IsoLoop loop : isoLoops.values()) {
                loop.agent.eventLoop().execute(() -> loop.onDate(dayGroup, NetworkWriter.DATE_OPENED, date));
                if (before != 0 && before != date) {
                    loop.agent.eventLoop().schedule(() -> loop.onDate(dayGroup, NetworkWriter.DATE_CLOSED, before), dates.graceMs(dayGroup),
                        TimeUnit.MILLISECONDS);
                }
            }
        } catch (final RejectedExecutionException ex) {
            LOG.debug("a date was opened after the end");
        }
    }

    /** Learns which institutions there are, and their business dates; after recovery, before anything listens. */
    public void readReference(final SystemPort systemPort) {
        reference = systemPort;
        final PutDayGroupDecoder group = new PutDayGroupDecoder();
        ReferencePages.each(systemPort, PutDayGroupDecoder.TEMPLATE_ID, PutDayGroupDecoder.BLOCK_LENGTH, (record, at) -> {
            group.wrap(record, at, PutDayGroupDecoder.BLOCK_LENGTH, PutDayGroupDecoder.SCHEMA_VERSION);
            dates.graceMs(group.dayGroup(), group.graceMs());
        });
        long cursor = 0;
        do {
            final MutableDirectBuffer body = new ExpandableArrayBuffer(QueryReferenceEncoder.BLOCK_LENGTH);
            new QueryReferenceEncoder().wrap(body, 0).correlationId(0).cursor(cursor).kind(PutInstitutionDecoder.TEMPLATE_ID).pageSize(MAX_PAGE)
                .reserved(0);
            final DirectBuffer answer = systemPort.query(QueryReferenceDecoder.TEMPLATE_ID, Participants.FIRST_OPERATOR, body,
                QueryReferenceDecoder.BLOCK_LENGTH);
            final ReferenceAnswerDecoder page = new ReferenceAnswerDecoder().wrapAndApplyHeader(answer, 0, new MessageHeaderDecoder());
            cursor = page.nextCursor();
            final byte[] messages = new byte[page.messagesLength()];
            final int count = page.count();
            page.getMessages(messages, 0, messages.length);
            final DirectBuffer records = new UnsafeBuffer(messages);
            final PutInstitutionDecoder institution = new PutInstitutionDecoder();
            for (int i = 0; i < count; i++) {
                institution.wrapAndApplyHeader(records, i * (MessageHeaderDecoder.ENCODED_LENGTH + PutInstitutionDecoder.BLOCK_LENGTH),
                    new MessageHeaderDecoder());
                dates.belongs(institution.institution(), institution.dayGroup());
                final int date = openDate(systemPort, institution.institution(), institution.currency());
                if (date != 0) {
                    dates.learned(institution.dayGroup(), date);
                }
            }
        } while (cursor != 0);
    }

    /** The same, for institutions that were put since; at most once a second. The key worker's thread. */
    private void readReferenceAgain() {
        final long nowNs = System.nanoTime();
        if (reference == null || lastReadNs != 0 && nowNs - lastReadNs < READ_PAUSE_NS) {
            return;
        }
        lastReadNs = nowNs;
        try {
            readReference(reference);
        } catch (final IllegalStateException ex) {
            LOG.warn("institutions cannot be read: {}", ex.getMessage());
        }
    }

    private static int openDate(final SystemPort systemPort, final long institution, final int currency) {
        final MutableDirectBuffer body = new ExpandableArrayBuffer(QueryDayTotalsEncoder.BLOCK_LENGTH);
        new QueryDayTotalsEncoder().wrap(body, 0).correlationId(0).institution(institution).date(0).currency(currency).reserved(0);
        final DirectBuffer answer = systemPort.query(QueryDayTotalsDecoder.TEMPLATE_ID, Participants.FIRST_OPERATOR, body,
            QueryDayTotalsDecoder.BLOCK_LENGTH);
        final MessageHeaderDecoder header = new MessageHeaderDecoder().wrap(answer, 0);
        // No payments yet: nobody can tell the date.
        return header.templateId() != DayTotalsAnswerDecoder.TEMPLATE_ID ? 0
            : (int) new DayTotalsAnswerDecoder().wrapAndApplyHeader(answer, 0, header).date();
    }

    /** Gives each event loop what its ISO 8583 links share; after the loops are connected, before the first payment. */
    public void connect(final TokenKeys tokenKeys) {
        connect(tokenKeys, IssuerSettings.NONE);
    }

    /**
     * The same where there are issuers, whose connections share the loops' receive memory.
     *
     * @param issuers their links
     */
    public void connect(final TokenKeys tokenKeys, final IssuerSettings issuers) {
        final SecureRandom random = new SecureRandom();
        int maxFrame = IssuerLinks.maxFrameBytes(issuers);
        for (final Port port : ports) {
            maxFrame = Math.max(maxFrame, port.plan.framing.maxFrameBytes());
        }
        for (final LoopAgent agent : loops.agents()) {
            final Tokeniser tokeniser = new Tokeniser(tokenKeys.newTokens(), settings.tokenCache(), random.nextLong(), random.nextLong());
            final IsoLoop loop = new IsoLoop(agent, settings.contextsPerLoop(), maxFrame, tokeniser, dates, keyWorker);
            loop.network = new NetworkWriter(issuers.institution());
            loop.readReference = this::readReferenceAgain;
            isoLoops.put(agent, loop);
        }
    }

    /**
     * Listens.
     *
     * @param systemPort asks who the participants are; those that the journal does not know are asked for at their sign-on
     * @throws java.io.IOException if an address cannot be bound (thrown as is by Netty, unchecked)
     */
    public List<Bound> bind(final SystemPort systemPort) throws InterruptedException {
        resolvePeers(systemPort);
        loops.start();
        final List<Bound> bound = new ArrayList<>();
        for (final Port port : ports) {
            port.channel = loops.bootstrap()
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(final SocketChannel channel) {
                        channel.pipeline().addLast(acquirerLink(port, channel));
                    }
                })
                .bind(port.listener.host(), port.listener.port())
                .sync()
                .channel();
            final InetSocketAddress address = (InetSocketAddress) port.channel.localAddress();
            LOG.info("ISO 8583 link {} ({}) on {}", port.listener.name(), port.plan.profile.name(), address);
            bound.add(new Bound(port.listener.name(), address));
        }
        return bound;
    }

    private IsoLink acquirerLink(final Port port, final SocketChannel channel) {
        final IsoLoop loop = loop(channel.eventLoop());
        return new IsoLink(loop, channel, port.plan.framing, port.counters, settings, new AcquirerSide(loop, port.plan, port.counters), port.gate);
    }

    /** What the ISO 8583 links of one event loop share. */
    IsoLoop loop(final EventLoop eventLoop) {
        return isoLoops.get(loops.agentOf(eventLoop));
    }

    private void resolvePeers(final SystemPort systemPort) {
        for (final Peer peer : signOns.peers()) {
            final MutableDirectBuffer body = new ExpandableArrayBuffer(LookupParticipantEncoder.BLOCK_LENGTH);
            new LookupParticipantEncoder().wrap(body, 0).correlationId(0).participantCode(peer.code());
            final ParticipantAnswerDecoder answer = new ParticipantAnswerDecoder().wrapAndApplyHeader(
                systemPort.query(LookupParticipantDecoder.TEMPLATE_ID, Participants.SYSTEM, body, LookupParticipantDecoder.BLOCK_LENGTH), 0,
                new MessageHeaderDecoder());
            if (answer.result() == Result.OK) {
                peer.resolved((int) answer.participantId());
            } else {
                LOG.warn("participant {} of an ISO 8583 link is not known yet", peer.code());
            }
        }
    }

    /** Numbers of acquirers as the links' files have them. */
    Set<String> institutions() {
        final Set<String> institutions = new TreeSet<>();
        ports.forEach(port -> institutions.addAll(port.plan.profile.institutions()));
        return institutions;
    }

    /** Counters of all listeners, in their order. */
    public List<IsoCounters> counters() {
        return ports.stream().map(port -> port.counters).toList();
    }

    /** Requests in work over all event loops. Read without a lock: a figure for people, which may be a moment old. */
    public long contextsInUse() {
        long count = 0;
        for (final IsoLoop loop : isoLoops.values()) {
            count += loop.contexts.count();
        }
        return count;
    }

    /** Requests that may be in work over all event loops. */
    public long contextCapacity() {
        return (long) settings.contextsPerLoop() * isoLoops.size();
    }

    /** Connections now. */
    public int connections() {
        return connections.count();
    }

    /** Takes no new connections. */
    public void stopAccepting() {
        for (final Port port : ports) {
            if (port.channel != null) {
                port.channel.close().awaitUninterruptibly();
            }
        }
    }

    @Override
    public void close() {
        stopAccepting();
        keyWorker.shutdown();
    }
}
