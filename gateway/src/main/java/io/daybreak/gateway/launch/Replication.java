package io.daybreak.gateway.launch;

import io.daybreak.gateway.card.DataKeys;
import io.daybreak.gateway.config.Settings;
import io.daybreak.gateway.link.Credentials;
import io.daybreak.gateway.link.NodePort;
import io.daybreak.gateway.link.SystemPort;
import io.daybreak.gateway.replica.Node;
import io.daybreak.gateway.replica.NodeHost;
import io.daybreak.gateway.replica.NodeStatus;
import io.daybreak.gateway.replica.Promotion;
import io.daybreak.gateway.replica.SharedKeys;
import io.daybreak.journal.CommitGate;
import io.daybreak.journal.append.ChronicleJournal;
import io.daybreak.journal.directory.DataDirectory;
import io.daybreak.journal.replay.LiveCursor;
import io.daybreak.pipeline.FatalHandler;
import io.daybreak.pipeline.Pipeline;
import io.daybreak.port.EffectSink;
import io.daybreak.port.EntryFeed;
import io.daybreak.port.Journal;
import io.netty.util.concurrent.DefaultThreadFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;

/**
 * The node within its server: in which order its parts are made, what it asks of the process, and who promotes it. The starting and stopping thread;
 * {@link NodePort} from any.
 */
final class Replication implements NodePort, NodeHost {
    private static final Logger LOG = LoggerFactory.getLogger(Replication.class);

    private final Settings settings;
    private final FatalHandler fatalHandler;
    private final ProcessControl control;
    private final Runnable onLeading;
    private final ExecutorService promotions = Executors.newSingleThreadExecutor(new DefaultThreadFactory("promotion", true));
    private Node node;
    private LiveCursor feed;
    private InetSocketAddress address;

    private Replication(final Settings settings, final FatalHandler fatalHandler, final ProcessControl control, final Runnable onLeading) {
        this.settings = settings;
        this.fatalHandler = fatalHandler;
        this.control = control;
        this.onLeading = onLeading;
    }

    static Replication create(final Settings settings, final Credentials credentials, final FatalHandler fatalHandler, final ProcessControl control,
                              final Runnable onLeading) throws StartException {
        if (credentials.secret(settings.replication().node(), settings.replication().keyId()) == null) {
            throw new StartException(ExitCode.USAGE, "security.secrets-file has no secret of replication.node " + settings.replication().node()
                + " with key id " + settings.replication().keyId());
        }
        final Replication replication = new Replication(settings, fatalHandler, control, onLeading);
        try {
            replication.node = new Node(settings.replication(), credentials, DirectoryJournalOpener.maxEntryBytes(settings), replication);
        } catch (final IOException | IllegalArgumentException ex) {
            throw new StartException(ExitCode.USAGE, "replication: " + ex.getMessage(), ex);
        }
        if (settings.replication().standbyOf() != null) {
            replication.feed = new LiveCursor(DataDirectory.queueOf(settings.data()));
        }
        return replication;
    }

    CommitGate gate() {
        return node.gate();
    }

    EffectSink effectSink(final EffectSink others) {
        return node.effectSink(others);
    }

    /** The journal is open: a standby's pipeline takes its entries from it. */
    void prepare(final Journal journal) throws StartException {
        if (feed == null) {
            return;
        }
        final ChronicleJournal chronicle = (ChronicleJournal) journal;
        try {
            if (!feed.seekBehind(chronicle.committedEntry())) {
                throw new StartException(ExitCode.RECOVERY_REFUSED, "entry " + chronicle.committedEntry() + " of the own journal cannot be read");
            }
        } catch (final IOException ex) {
            throw new StartException(ExitCode.JOURNAL_FAILED, ex.getMessage(), ex);
        }
    }

    /** Where a standby's pipeline takes its entries from; null on a node that leads. */
    EntryFeed feed() {
        return feed;
    }

    void open(final Journal journal, final Pipeline pipeline, final SystemPort systemPort) throws StartException {
        try {
            node.open((ChronicleJournal) journal, pipeline, systemPort, feed == null);
        } catch (final IOException ex) {
            throw new StartException(ExitCode.JOURNAL_FAILED, ex.getMessage(), ex);
        }
    }

    /** Listens, follows, or asks the others whether this node may still lead. */
    void start() throws StartException {
        try {
            address = node.start(feed);
            if (feed == null) {
                node.askPeers();
            }
        } catch (final InterruptedException ex) {
            Thread.currentThread().interrupt();
            throw new StartException(ExitCode.UNEXPECTED, "interrupted", ex);
        } catch (final Exception ex) {
            // Netty throws the bind's IOException without declaring it.
            throw new StartException(ExitCode.CANNOT_BIND, "cannot listen on " + settings.replication().host() + ":" + settings.replication().port()
                + ": " + ex.getMessage(), ex);
        }
    }

    /** What standbys must have besides the journal; before {@link #start}. */
    void share(final DataKeys keys) {
        node.share(new SharedKeys() {
            @Override
            public long version() {
                return keys.version();
            }

            @Override
            public byte[] export() {
                return keys.export();
            }

            @Override
            public void adopt(final byte[] exported) throws IOException {
                keys.adopt(exported);
            }
        });
    }

    Node node() {
        return node;
    }

    long epoch() {
        return node.journal().epoch();
    }

    int beginEpoch() {
        return node.beginEpoch();
    }

    InetSocketAddress address() {
        return address;
    }

    /** Before the pipeline ends. */
    void stop() {
        promotions.shutdown();
        if (node.isWaiting()) {
            // Nothing of it was told, and the journal has it: the next start asks the standby again.
            LOG.warn("payments wait for a standby that does not answer; they stay unanswered");
            node.stopWaiting();
        }
        node.close();
    }

    // ---- NodePort ----

    @Override
    public Status status() {
        final NodeStatus status = node.status();
        return new Status(status.appliedSequence(), status.receivedSequence(), status.primarySequence(), status.epoch(), status.incarnation(),
            status.lagMs(), status.isPrimary() ? ROLE_PRIMARY : ROLE_STANDBY, status.acknowledgement(), status.flags());
    }

    @Override
    public void promote(final boolean isLossAccepted, final Consumer<Integer> result) {
        try {
            promotions.execute(() -> result.accept(new Promotion(node).promote(isLossAccepted)));
        } catch (final RejectedExecutionException ex) {
            result.accept(io.daybreak.protocol.Result.SHUTTING_DOWN);
        }
    }

    // ---- NodeHost ----

    @Override
    public void onFenced(final String message) {
        control.stop(ExitCode.FENCED, message);
    }

    @Override
    public void onFatal(final String message, final Throwable cause) {
        final boolean isJournal = cause instanceof io.daybreak.journal.JournalException;
        fatalHandler.onFatal(isJournal ? FatalHandler.Reason.JOURNAL_FAILED : FatalHandler.Reason.DEFECT, message, cause);
    }

    @Override
    public void onRestart() {
        control.restart();
    }

    @Override
    public void onLeading() {
        onLeading.run();
    }
}
