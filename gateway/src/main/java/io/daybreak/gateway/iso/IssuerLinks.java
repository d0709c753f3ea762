package io.daybreak.gateway.iso;

import io.daybreak.gateway.card.CardCipher;
import io.daybreak.gateway.card.DataKeys;
import io.daybreak.gateway.key.KeyFile;
import io.daybreak.gateway.key.KeyFileException;
import io.daybreak.gateway.link.EventLoops;
import io.daybreak.gateway.link.LinkId;
import io.daybreak.gateway.link.LoopAgent;
import io.daybreak.gateway.link.SystemPort;
import io.daybreak.gateway.pin.PinSecurity;
import io.daybreak.iso8583.config.ConfigProblems;
import io.daybreak.iso8583.link.LinkProfile;
import io.daybreak.port.EffectSink;
import io.daybreak.protocol.Participants;
import io.daybreak.protocol.Result;
import io.daybreak.protocol.codec.IssuerLinkStatusEncoder;
import io.daybreak.protocol.codec.PutIssuerLinkDecoder;
import io.daybreak.protocol.codec.ReconcileIssuerDecoder;
import io.daybreak.protocol.codec.ReferenceChangedDecoder;
import io.daybreak.protocol.codec.SendToIssuerDecoder;
import io.netty.channel.socket.SocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.MutableDirectBuffer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The connections to issuers, on the event loops that serve the acquirers. Made before the pipeline starts, since it takes
 * the state's effects; {@link #connect} before the first of them, {@link #start} when recovery is complete. Rule:
 * docs/iso8583.md, "Routing to issuers", "What an issuer sees".
 * <p>
 * All methods but the accessors and the sink are for the thread that starts and stops the switch. The routes and links of
 * the state are read again, on a thread of this class, after each change that an effect tells of.
 */
public final class IssuerLinks implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(IssuerLinks.class);
    private static final int MAX_TASKS = 4_096;
    private static final long WORKER_END_MS = 2_000;

    private final IssuerSettings settings;
    private final IsoSettings isoSettings;
    private final EventLoops loops;
    private final IsoServer server;
    private final PinSecurity pins;
    private final List<IssuerPlan> plans = new ArrayList<>();
    private final IssuerCounters counters = new IssuerCounters();
    private final AtomicInteger linksUp = new AtomicInteger();
    private final AtomicInteger kindsToRead = new AtomicInteger();
    private final ThreadPoolExecutor worker = new ThreadPoolExecutor(1, 1, 10, TimeUnit.SECONDS, new ArrayBlockingQueue<>(MAX_TASKS),
        new DefaultThreadFactory("issuers", true));

    private IssuerLine[] lines = {};
    private IssuerLoop[] issuerLoops = {};
    private volatile Map<Integer, IssuerLine> lineById = Map.of();
    private volatile RoutedCards routed = RoutedCards.NONE;
    private volatile SystemPort systemPort;

    /**
     * @param server  holds the acquirers' side of the same loops
     * @param keyFile MAC keys of links; null if there is none
     * @throws KeyFileException         if a link has no key that it needs
     * @throws IllegalArgumentException if a link's file or a route's table is wrong
     */
    public IssuerLinks(final IssuerSettings settings, final IsoSettings isoSettings, final EventLoops loops, final IsoServer server,
                       final KeyFile keyFile, final PinSecurity pins) throws KeyFileException {
        this.settings = settings;
        this.isoSettings = isoSettings;
        this.loops = loops;
        this.server = server;
        this.pins = pins;
        worker.allowCoreThreadTimeOut(true);
        final Map<Integer, FieldRules> rules = FieldRules.of(settings.fields());
        final Set<String> institutions = server.institutions();
        final Set<String> codes = new HashSet<>();
        for (final IssuerSettings.Link link : settings.links()) {
            if (!codes.add(link.code())) {
                throw new IllegalArgumentException("iso8583.issuers.links: the code " + link.code() + " is taken");
            }
            final LinkProfile profile = profile(link.profile());
            if (profile.mac().isRequired() && keyFile == null) {
                throw new KeyFileException("link " + profile.name() + " needs keys and there is no key file");
            }
            plans.add(new IssuerPlan(profile, LinkKeys.of(profile, keyFile), settings.institution(), rules, institutions));
        }
    }

    private static LinkProfile profile(final String name) {
        try {
            return LinkProfile.BUILT_IN.contains(name) ? LinkProfile.builtIn(name) : LinkProfile.load(Path.of(name).toFile());
        } catch (final ConfigProblems ex) {
            throw new IllegalArgumentException("issuer link " + name + ": " + String.join("; ", ex.problems()), ex);
        }
    }

    /** The largest frame that an issuer may send; the loops' receive memory holds it. */
    static int maxFrameBytes(final IssuerSettings settings) {
        int most = 0;
        for (final IssuerSettings.Link link : settings.links()) {
            most = Math.max(most, profile(link.profile()).framing().maxFrameBytes());
        }
        return most;
    }

    /** Gives each event loop its part; after the acquirers' side is connected, before the first effect. */
    public void connect(final DataKeys dataKeys) {
        final List<LoopAgent> agents = loops.agents();
        final KeptAmounts kept = new KeptAmounts();
        issuerLoops = new IssuerLoop[agents.size()];
        for (final LoopAgent agent : agents) {
            final IsoLoop iso = server.loop(agent.eventLoop());
            final CardCipher cards = new CardCipher(dataKeys, agent.index());
            final IssuerLoop loop = new IssuerLoop(iso, this, cards, kept, pins, settings.queueBytes());
            issuerLoops[agent.index()] = loop;
            iso.issuers(loop, isoSettings.contextsPerLoop());
            iso.reader.issuers(this::routed, cards, pins);
        }
        final Map<String, IssuerDesk> desks = new HashMap<>();
        final Map<String, Integer> loopOf = new HashMap<>();
        lines = new IssuerLine[plans.size()];
        for (int i = 0; i < lines.length; i++) {
            final IssuerSettings.Link link = settings.links().get(i);
            // All links of an issuer are served by one loop: what they share needs no lock.
            final int loop = loopOf.computeIfAbsent(link.issuer(), issuer -> loopOf.size() % issuerLoops.length);
            final IssuerDesk desk = desks.computeIfAbsent(link.issuer(), issuer -> new IssuerDesk());
            lines[i] = new IssuerLine(link, i, plans.get(i), issuerLoops[loop], desk, this, loops.isEpoll());
            issuerLoops[loop].add(lines[i]);
        }
    }

    /** Takes the effects that concern issuers; reply stage's thread. */
    public EffectSink effectSink(final EffectSink others) {
        return (templateId, effect, offset, length) -> {
            if (templateId == SendToIssuerDecoder.TEMPLATE_ID) {
                onSend(effect, offset, length);
            } else if (templateId == ReconcileIssuerDecoder.TEMPLATE_ID) {
                final int linkId = effect.getShort(offset + ReconcileIssuerDecoder.linkIdEncodingOffset(), ByteOrder.LITTLE_ENDIAN) & 0xFFFF;
                loopOfLine(linkId).onEffect(templateId, effect, offset, length);
            } else if (templateId == ReferenceChangedDecoder.TEMPLATE_ID) {
                readAgain(effect.getShort(offset + ReferenceChangedDecoder.kindEncodingOffset(), ByteOrder.LITTLE_ENDIAN) & 0xFFFF);
            } else {
                others.onEffect(templateId, effect, offset, length);
            }
        };
    }

    /** To the loop that holds the acquirer's request, or else to that of the issuer's link. */
    private void onSend(final DirectBuffer effect, final int offset, final int length) {
        final long origin = effect.getLong(offset + SendToIssuerDecoder.originLinkIdEncodingOffset(), ByteOrder.LITTLE_ENDIAN);
        final int linkId = effect.getShort(offset + SendToIssuerDecoder.linkIdEncodingOffset(), ByteOrder.LITTLE_ENDIAN) & 0xFFFF;
        final int loop = LinkId.loop(origin);
        (origin != 0 && loop < issuerLoops.length ? issuerLoops[loop] : loopOfLine(linkId))
            .onEffect(SendToIssuerDecoder.TEMPLATE_ID, effect, offset, length);
    }

    private IssuerLoop loopOfLine(final int linkId) {
        final IssuerLine line = lineById.get(linkId);
        return line == null ? issuerLoops[0] : line.loop;
    }

    // ---- Start ----

    /**
     * Tells the state that no link is up, reads its routes, and begins to connect; returns without waiting for any issuer.
     *
     * @param port asks the state
     */
    public void start(final SystemPort port) {
        systemPort = port;
        final MutableDirectBuffer body = new ExpandableArrayBuffer(IssuerLinkStatusEncoder.BLOCK_LENGTH);
        new IssuerLinkStatusEncoder().wrap(body, 0).linkId(0).status(0).reserved(0);
        final int result = port.submit(IssuerLinkStatusEncoder.TEMPLATE_ID, Participants.SYSTEM, body, IssuerLinkStatusEncoder.BLOCK_LENGTH);
        if (result != Result.OK) {
            LOG.warn("issuers' links could not be told down: {}", Result.name(result));
        }
        show(ReferenceMirror.read(port));
        for (final IssuerLoop loop : issuerLoops) {
            loop.start();
        }
        for (final IssuerLine line : lines) {
            line.start();
        }
    }

    private void show(final RoutedCards read) {
        final Map<Integer, IssuerLine> byId = new HashMap<>();
        for (final IssuerLine line : lines) {
            final int linkId = read.linkId(line.settings.code());
            if (linkId != 0) {
                byId.put(linkId, line);
            }
        }
        routed = read;
        lineById = Map.copyOf(byId);
    }

    /** A record was put; called on the reply stage's thread, which must not wait for an answer that it would bring itself. */
    private void readAgain(final int kind) {
        final int bit = kind == PutIssuerLinkDecoder.TEMPLATE_ID ? 2 : 1;
        if (systemPort != null && kindsToRead.getAndUpdate(bits -> bits | bit) == 0) {
            try {
                worker.execute(this::readNow);
            } catch (final RejectedExecutionException ex) {
                kindsToRead.set(0);
                LOG.warn("routes and issuers' links were changed, and could not be read again");
            }
        }
    }

    private void readNow() {
        final boolean isAboutLinks = (kindsToRead.getAndSet(0) & 2) != 0;
        try {
            show(ReferenceMirror.read(systemPort));
        } catch (final IllegalStateException ex) {
            LOG.warn("routes and issuers' links could not be read again: {}", ex.getMessage());
            return;
        }
        for (final IssuerLine line : lines) {
            try {
                line.loop.eventLoop().execute(isAboutLinks ? line::tellAgain : line::tellStatus);
            } catch (final RejectedExecutionException ex) {
                LOG.debug("stopped");
            }
        }
    }

    // ---- What the parts ask for ----

    /** Does what may wait. */
    Executor worker() {
        return worker;
    }

    RoutedCards routed() {
        return routed;
    }

    IssuerLine line(final int index) {
        return lines[index];
    }

    /** The line that a link's number means now; null: none is configured. */
    IssuerLine lineOf(final int linkId) {
        return lineById.get(linkId);
    }

    IssuerLoop loop(final int index) {
        return issuerLoops[index];
    }

    IsoLink newLink(final IssuerLine line, final SocketChannel channel) {
        return new IsoLink(line.loop.iso, channel, line.plan.framing, line.counters, isoSettings, new IssuerSide(line, line.loop, channel), null);
    }

    /** Age in milliseconds at which store-and-forward gives up, of the issuer with the longest. */
    public long maximumAgeMs() {
        return routed.maximumAgeMs();
    }

    /** Links that the state was told are up. */
    public int linksUp() {
        return linksUp.get();
    }

    void onToldUp(final int change) {
        linksUp.addAndGet(change);
    }

    /** What happened to messages for issuers. */
    public IssuerCounters counters() {
        return counters;
    }

    /** Counters of all lines, in the order of the settings. */
    public List<IsoCounters> lineCounters() {
        return java.util.Arrays.stream(lines).map(line -> line.counters).toList();
    }

    // ---- End ----

    /** Connects to nobody any more; connections that stand are ended with all others. */
    public void stopConnecting() {
        for (final IssuerLine line : lines) {
            try {
                line.loop.eventLoop().execute(line::stop);
            } catch (final RejectedExecutionException ex) {
                LOG.debug("stopped");
            }
        }
    }

    @Override
    public void close() {
        worker.shutdownNow();
        try {
            worker.awaitTermination(WORKER_END_MS, TimeUnit.MILLISECONDS);
        } catch (final InterruptedException ex) {
            Thread.currentThread().interrupt();
        }
    }
}
