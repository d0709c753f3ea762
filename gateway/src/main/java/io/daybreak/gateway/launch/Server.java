package io.daybreak.gateway.launch;

import io.daybreak.gateway.card.DataKeys;
import io.daybreak.gateway.card.TokenKeys;
import io.daybreak.gateway.config.Settings;
import io.daybreak.gateway.iso.IsoServer;
import io.daybreak.gateway.iso.IsoSettings;
import io.daybreak.gateway.iso.IssuerLinks;
import io.daybreak.gateway.iso.IssuerSettings;
import io.daybreak.gateway.key.KeyFile;
import io.daybreak.gateway.key.KeyFileException;
import io.daybreak.gateway.link.Admission;
import io.daybreak.gateway.link.Credentials;
import io.daybreak.gateway.link.EventLoops;
import io.daybreak.gateway.link.LinkCounters;
import io.daybreak.gateway.link.NativeServer;
import io.daybreak.gateway.link.SystemPort;
import io.daybreak.gateway.metrics.MetricsPage;
import io.daybreak.gateway.metrics.MetricsServer;
import io.daybreak.gateway.metrics.SwitchMetrics;
import io.daybreak.gateway.pin.PinSecurity;
import io.daybreak.gateway.pin.SoftwarePin;
import io.daybreak.journal.memory.HugeSlabAllocator;
import io.daybreak.machine.StateMachine;
import io.daybreak.pipeline.ClockAlarmListener;
import io.daybreak.pipeline.ClockGapException;
import io.daybreak.pipeline.FatalHandler;
import io.daybreak.pipeline.MachineRecovery;
import io.daybreak.pipeline.Pipeline;
import io.daybreak.pipeline.PipelineContext;
import io.daybreak.pipeline.ReplayMismatchException;
import io.daybreak.port.EffectSink;
import io.daybreak.port.EpochClock;
import io.daybreak.port.Journal;
import io.daybreak.protocol.KeyPurpose;
import io.daybreak.protocol.Participants;
import io.daybreak.protocol.Result;
import io.daybreak.protocol.codec.PutTokenKeyEncoder;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.MutableDirectBuffer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A running switch: takes the data directory, recovers, starts the pipeline and the links, and stops them in good order.
 * <pre>
 *   start:  directory and recovery -> state machine -> pipeline -> limits, first operator, demo -> listen
 *   stop:   accept no more -> refuse new commands -> await answers -> end links -> pipeline -> journal
 * </pre>
 * One thread starts it, one stops it. {@link #start} leaves nothing open when it throws.
 */
public final class Server implements AutoCloseable {
    /** Environment variable with the first operator's secret. */
    public static final String OPERATOR_KEY_VARIABLE = "DAYBREAK_OPERATOR_KEY";
    /** File of the data directory with the demo's secrets. */
    public static final String DEMO_SECRET_FILE = "demo.secret";

    private static final Logger LOG = LoggerFactory.getLogger(Server.class);
    private static final long LINKS_CLOSE_MS = 2_000;
    private static final long NS_PER_MS = 1_000_000L;

    private final Settings settings;
    private final boolean isDemo;
    private final Map<String, String> environment;
    private final JournalOpener journalOpener;
    private final FatalHandler fatalHandler;
    private final EpochClock clock = new MachineClock();
    private final Admission admission = new Admission();

    private Journal journal;
    private HugeSlabAllocator slabs;
    private Pipeline pipeline;
    private EventLoops loops;
    private NativeServer links;
    private IsoServer iso;
    private IssuerLinks issuers;
    private IssuerSettings issuerSettings = IssuerSettings.NONE;
    private KeyFile keyFile;
    private TokenKeys tokenKeys;
    private DataKeys dataKeys;
    private DataKeyKeeper dataKeyKeeper;
    private RateKeeper rateKeeper;
    private List<IsoServer.Bound> isoAddresses = List.of();
    private DiskReserveWatcher diskReserve;
    private MetricsServer metrics;
    private SnapshotKeeper snapshots;
    private IndexKeeper indexes;
    private JournalArchive archive;
    private InetSocketAddress address;
    private long recoveryMs;
    private boolean isStopped;
    private Credentials credentials;
    private Provisioner provisioner;
    private IsoSettings isoSettings;
    private boolean hasOperatorKey;
    private Replication replication;
    private ProcessControl control = ProcessControl.NONE;

    /**
     * @param environment where {@link #OPERATOR_KEY_VARIABLE} is looked up
     */
    Server(final Settings settings, final boolean isDemo, final Map<String, String> environment, final JournalOpener journalOpener,
           final FatalHandler fatalHandler) {
        this.settings = settings;
        this.isDemo = isDemo;
        this.environment = environment;
        this.journalOpener = journalOpener;
        this.fatalHandler = fatalHandler;
    }

    /**
     * Starts, and returns when everything listens.
     *
     * @throws StartException if it cannot, for a reason that the operator can act on
     */
    public void start() throws StartException {
        boolean isStarted = false;
        try {
            startParts();
            isStarted = true;
        } finally {
            if (!isStarted) {
                close();
            }
        }
    }

    private void startParts() throws StartException {
        final Credentials.Builder secrets = Credentials.builder();
        if (settings.security().secretsFile() != null) {
            SecretsFile.read(settings.security().secretsFile(), secrets);
        }
        final byte[] operatorKey = operatorKey();
        if (operatorKey != null) {
            secrets.put(Provisioner.OPERATOR_CODE, Credentials.DEFAULT_KEY_ID, operatorKey);
        }
        credentials = secrets.build();
        hasOperatorKey = operatorKey != null;
        if (settings.replication().isOn()) {
            replication = Replication.create(settings, credentials, fatalHandler, control, this::takeOver);
        }
        final PipelineContext context = pipelineContext();
        final boolean isStandby = settings.replication().standbyOf() != null;

        final StateMachine machine = recover();
        // The data directory is there and ours now, and the demo's keys go into it.
        isoSettings = isDemo ? settings.iso8583().withDemo() : settings.iso8583().links();
        keyFile = Keys.find(settings, isDemo, environment);
        if (!isoSettings.listeners().isEmpty()) {
            tokenKeys = Keys.tokens(keyFile);
            issuerSettings = isDemo ? settings.iso8583().issuers().with(settings.demo().issuerLink()) : settings.iso8583().issuers();
            if (!issuerSettings.links().isEmpty()) {
                dataKeys = Keys.cardData(keyFile, isStandby ? null : DataKeyKeeper.day(clock.wallNs() / NS_PER_MS));
                if (replication != null) {
                    replication.share(dataKeys);
                }
            }
        }
        final boolean isEmpty = machine.lastSequence() == 0;
        if (isEmpty && operatorKey == null && !isDemo && !isStandby) {
            throw new StartException(ExitCode.USAGE, "the journal in " + settings.data() + " is empty and there is no operator: give its key with"
                + " security.operator-key-file or " + OPERATOR_KEY_VARIABLE + ", or start with --demo");
        }
        provisioner = new Provisioner(settings.capacity(), settings.payments(), settings.demo());
        final boolean areLimitsJournaled = machine.isConfigured() && machine.hasLimits(provisioner.configureBody(), 0);

        final Path demoSecrets = settings.data().resolve(DEMO_SECRET_FILE);
        if (isEmpty && isDemo && !isStandby) {
            writeDemoSecrets(provisioner, demoSecrets);
        }
        startPipeline(context, machine);
        keepSnapshots();
        if (isStandby) {
            listen(credentials);
            serveMetrics();
            return;
        }
        if (!areLimitsJournaled) {
            require(provisioner.configure(links.systemPort()), "capacity, ids, deadlines and chain");
        }
        lead(demoSecrets, secrets, false);
        listen(credentials);
        listenToAcquirers();
        serveMetrics();
    }

    /** What a node does only when it leads. */
    private void lead(final Path demoSecrets, final Credentials.Builder secrets, final boolean isPromoted) throws StartException {
        final SystemPort systemPort = links.systemPort();
        if (replication != null) {
            require(replication.beginEpoch(), "replication");
            if (dataKeys != null) {
                dataKeys.epoch(replication.epoch());
            }
        }
        require(provisioner.configurePayments(systemPort), "capacity and payments");
        if (isDemo && !isPromoted) {
            provisionDemo(provisioner, systemPort, demoSecrets, hasOperatorKey, secrets);
            credentials = secrets.build();
        } else {
            provisionOperator(provisioner, systemPort, hasOperatorKey);
        }
        rateKeeper = new RateKeeper(loops.rates(), systemPort);
        rateKeeper.start();
        if (iso != null) {
            checkTokenKeys(systemPort);
            iso.readReference(systemPort);
        }
        if (issuers != null) {
            dataKeyKeeper = new DataKeyKeeper(dataKeys, systemPort, pipeline.clock()::nowNs, issuers::maximumAgeMs);
            if (isPromoted) {
                dataKeyKeeper.startPromoted();
            } else {
                dataKeyKeeper.start();
            }
            issuers.start(systemPort);
        }
        watchDisk();
    }

    /** A standby was promoted: everything that a primary does beside it begins. The promoting thread. */
    private void takeOver() {
        try {
            require(provisioner.configure(links.systemPort()), "capacity, ids, deadlines and chain");
            lead(null, null, true);
            listenToAcquirers();
        } catch (final StartException ex) {
            control.stop(ex.exitCode(), "after the promotion: " + ex.getMessage());
        }
    }

    /** Who runs the process; before {@link #start}. */
    void control(final ProcessControl processControl) {
        control = processControl;
    }

    private byte[] operatorKey() throws StartException {
        if (settings.security().operatorKeyFile() != null) {
            return SecretsFile.readKey(settings.security().operatorKeyFile());
        }
        final String fromEnvironment = environment.get(OPERATOR_KEY_VARIABLE);
        if (fromEnvironment == null || fromEnvironment.isEmpty()) {
            return null;
        }
        try {
            return SecretsFile.parse(fromEnvironment);
        } catch (final IllegalArgumentException ex) {
            throw new StartException(ExitCode.USAGE, OPERATOR_KEY_VARIABLE + " wants 64 hexadecimal digits");
        }
    }

    private PipelineContext pipelineContext() throws StartException {
        final Settings.PipelineValues values = settings.pipeline();
        try {
            return new PipelineContext()
                .ringCapacity(values.ringCapacity())
                .reserve(values.ringReserve())
                .maxClaim(values.maxClaim())
                // The event loops, the two ports of the switch itself, and what follows another node's journal.
                .maxPublishers(settings.links().eventLoops() + 3)
                .maxBatch(values.maxBatch())
                .waitYields(values.yields())
                .sampleEvery(values.sampleEvery())
                .maxChain(settings.capacity().maxChain())
                .maxEntryCommands(values.maxEntryCommands())
                .maxEntryBytes(values.maxEntryBytes())
                .clockMaxStepNs(values.clockMaxStepMs() * NS_PER_MS)
                .clockSlewPpm(values.clockSlewPpm())
                .clockMaxGapNs(values.clockMaxGapMs() * NS_PER_MS)
                .clockGapAccepted(values.isClockGapAccepted())
                .closeTimeoutMs(settings.shutdownTimeoutMs())
                .clockAlarmListener(new ClockAlarmLog())
                .entryFeed(replication == null ? null : replication.feed())
                .conclude();
        } catch (final IllegalArgumentException ex) {
            throw new StartException(ExitCode.USAGE, ex.getMessage(), ex);
        }
    }

    private StateMachine recover() throws StartException {
        final long beginNs = System.nanoTime();
        slabs = new HugeSlabAllocator(settings.readySlabs());
        final MachineRecovery recovery = new MachineRecovery(slabs);
        try {
            journal = journalOpener.open(settings, clock, replication == null ? null : replication.gate(), recovery);
        } catch (final ReplayMismatchException ex) {
            throw new StartException(ExitCode.RECOVERY_REFUSED, ex.getMessage(), ex);
        }
        final StateMachine machine = recovery.machine();
        // What the journal gives must be whole: a switch whose books do not balance may not go on.
        try {
            machine.checkConservation();
        } catch (final IllegalStateException ex) {
            throw new StartException(ExitCode.RECOVERY_REFUSED, "after recovery: " + ex.getMessage(), ex);
        }
        recoveryMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - beginNs);
        machine.reserve((int) settings.capacity().accounts());
        return machine;
    }

    private void startPipeline(final PipelineContext context, final StateMachine machine) throws StartException {
        loops = new EventLoops(settings.links(), IsoServer.room(isoSettings), admission,
            defect -> fatalHandler.onFatal(FatalHandler.Reason.DEFECT, "links: " + defect, defect));
        links = new NativeServer(settings.links(), loops);
        EffectSink effects = EffectSink.NONE;
        try {
            if (tokenKeys != null) {
                iso = new IsoServer(isoSettings, loops, keyFile);
                effects = iso.effectSink();
            }
            if (dataKeys != null) {
                issuers = new IssuerLinks(issuerSettings, isoSettings, loops, iso, keyFile, pinSecurity());
                effects = issuers.effectSink(effects);
            }
        } catch (final KeyFileException | IllegalArgumentException ex) {
            throw new StartException(ExitCode.USAGE, ex.getMessage(), ex);
        }
        if (replication != null) {
            effects = replication.effectSink(effects);
            replication.prepare(journal);
        }
        try {
            pipeline = new Pipeline(context, machine, journal, loops.replySink(), loops.replySink().effectSink(effects), clock, fatalHandler);
        } catch (final ClockGapException ex) {
            throw new StartException(ExitCode.CLOCK_GAP, ex.getMessage() + " (--set clock.accept-gap=true)", ex);
        }
        loops.connect(pipeline::newPublisher, pipeline.clock()::nowNs);
        if (iso != null) {
            iso.connect(tokenKeys, issuerSettings);
        }
        if (issuers != null) {
            issuers.connect(dataKeys);
        }
        if (replication != null) {
            replication.open(journal, pipeline, loops.memberPort());
            links.nodePort(replication);
        } else {
            links.nodePort(new LoneNode(journal));
        }
        archive = new JournalArchive(settings.data(), journal::durableSequence);
        links.forgottenIds(archive);
        pipeline.start();
        if (replication != null) {
            replication.start();
        }
    }

    private PinSecurity pinSecurity() throws StartException {
        if (!IssuerSettings.SOFTWARE_PIN_MODULE.equals(issuerSettings.pinModule())) {
            return PinSecurity.NONE;
        }
        if (!isDemo) {
            throw new StartException(ExitCode.USAGE, "iso8583.pin-module=software needs --demo: everybody knows its keys");
        }
        System.err.println("daybreak: PINs are handled by software with keys that everybody knows; for demonstrations only");
        LOG.warn("PINs are handled by software with keys that everybody knows; for demonstrations only");
        return new SoftwarePin();
    }

    /** The journal knows which token key its cards are under; with another one no card would be found. */
    private void checkTokenKeys(final SystemPort systemPort) throws StartException {
        final MutableDirectBuffer body = new ExpandableArrayBuffer(PutTokenKeyEncoder.BLOCK_LENGTH);
        new PutTokenKeyEncoder().wrap(body, 0).correlationId(0).keyId(tokenKeys.currentId()).purpose(KeyPurpose.TOKEN)
            .checkValue(tokenKeys.currentCheckValue() & 0xFFFF_FFFFL);
        final int result = systemPort.submit(PutTokenKeyEncoder.TEMPLATE_ID, Participants.SYSTEM, body, PutTokenKeyEncoder.BLOCK_LENGTH);
        if (result != Result.OK) {
            throw new StartException(ExitCode.USAGE, "token key " + tokenKeys.currentId() + " of the key file is not the one that the journal knows ("
                + Result.name(result) + ")");
        }
    }

    private static void require(final int result, final String settings) throws StartException {
        if (result != Result.OK) {
            throw new StartException(ExitCode.USAGE, "the settings of " + settings + " do not fit what the journal holds: " + Result.name(result));
        }
    }

    private void provisionOperator(final Provisioner provisioner, final SystemPort systemPort, final boolean hasKey) throws StartException {
        if (provisioner.isKnown(systemPort, Provisioner.OPERATOR_CODE)) {
            if (!hasKey) {
                LOG.warn("no key of {}: nobody can administer this switch", Provisioner.OPERATOR_CODE);
            }
            return;
        }
        if (!hasKey) {
            throw new StartException(ExitCode.USAGE, "there is no operator yet: give its key with security.operator-key-file or "
                + OPERATOR_KEY_VARIABLE);
        }
        provisioner.putOperator(systemPort);
    }

    /**
     * On the device before the first command, so that a crash in between leaves a demo that the next start completes, and
     * never participants whose secrets nobody has.
     */
    private static void writeDemoSecrets(final Provisioner provisioner, final Path demoSecrets) throws StartException {
        try {
            SecretsFile.write(demoSecrets, provisioner.newDemoSecrets());
        } catch (final IOException ex) {
            throw new StartException(ExitCode.UNEXPECTED, "cannot write " + demoSecrets + ": " + ex, ex);
        }
    }

    private void provisionDemo(final Provisioner provisioner, final SystemPort systemPort, final Path demoSecrets, final boolean hasOperatorKey,
                               final Credentials.Builder secrets) throws StartException {
        if (!Files.exists(demoSecrets)) {
            LOG.warn("--demo provisions only an empty journal, and {} is not there: nothing was added", demoSecrets);
            provisionOperator(provisioner, systemPort, hasOperatorKey);
            return;
        }
        SecretsFile.read(demoSecrets, secrets);
        if (!provisioner.isDemoComplete(systemPort)) {
            provisioner.provisionDemo(systemPort, clock.wallNs() / NS_PER_MS, tokenKeys);
        }
        System.err.println("daybreak: demo participants " + Provisioner.OPERATOR_CODE + " and " + Provisioner.DEMO_CODE
            + ", their secrets are in " + demoSecrets);
    }

    private void watchDisk() throws StartException {
        diskReserve = new DiskReserveWatcher(settings.data(), settings.journal().reserveBytes(), pipeline::refuseNew);
        try {
            diskReserve.start();
        } catch (final IOException ex) {
            throw new StartException(ExitCode.UNEXPECTED, "cannot tell the free space of " + settings.data() + ": " + ex, ex);
        }
    }

    private void keepSnapshots() {
        if (settings.snapshot().every() > 0) {
            snapshots = new SnapshotKeeper(settings, journal::durableSequence);
            snapshots.start();
        }
        if (settings.index().every() > 0) {
            indexes = new IndexKeeper(settings, journal::durableSequence);
            indexes.start();
        }
    }

    private void listen(final Credentials credentials) throws StartException {
        try {
            address = links.bind(credentials);
        } catch (final InterruptedException ex) {
            Thread.currentThread().interrupt();
            throw new StartException(ExitCode.UNEXPECTED, "interrupted", ex);
        } catch (final Exception ex) {
            // Netty throws the bind's IOException without declaring it.
            throw new StartException(ExitCode.CANNOT_BIND,
                "cannot listen on " + settings.links().host() + ":" + settings.links().port() + ": " + ex.getMessage(), ex);
        }
        LOG.info("links on {} with {} event loop(s), {}; {} secret(s)", address, settings.links().eventLoops(), links.isEpoll() ? "epoll" : "nio",
            credentials.count());
    }

    private void listenToAcquirers() throws StartException {
        if (iso == null) {
            return;
        }
        try {
            isoAddresses = iso.bind(loops.systemPort());
        } catch (final InterruptedException ex) {
            Thread.currentThread().interrupt();
            throw new StartException(ExitCode.UNEXPECTED, "interrupted", ex);
        } catch (final Exception ex) {
            throw new StartException(ExitCode.CANNOT_BIND, "cannot listen for ISO 8583: " + ex.getMessage(), ex);
        }
    }

    private void serveMetrics() throws StartException {
        if (settings.metrics().port() < 0) {
            return;
        }
        final MetricsPage page = new MetricsPage();
        SwitchMetrics.pipeline(page, pipeline.counters(), links.counters());
        SwitchMetrics.memory(page);
        SwitchMetrics.process(page, settings.journal().durability(), pipeline.stageTimes());
        if (replication != null) {
            SwitchMetrics.node(page, replication.node());
        }
        if (iso != null) {
            SwitchMetrics.acquirers(page, iso);
        }
        if (issuers != null) {
            SwitchMetrics.issuers(page, issuers);
        }
        SwitchMetrics.payments(page, loops.systemPort(), pipeline.clock()::nowNs);
        try {
            metrics = new MetricsServer(settings.metrics().host(), settings.metrics().port(), page);
        } catch (final IOException ex) {
            throw new StartException(ExitCode.CANNOT_BIND,
                "cannot listen for metrics on " + settings.metrics().host() + ":" + settings.metrics().port() + ": " + ex.getMessage(), ex);
        }
    }

    /** Where the page of figures is; null if there is none. */
    InetSocketAddress metricsAddress() {
        return metrics == null ? null : metrics.address();
    }

    /** Where the native port listens. */
    public InetSocketAddress address() {
        return address;
    }

    /** Where the ISO 8583 ports listen, in the order of the READY line. */
    public List<IsoServer.Bound> isoAddresses() {
        return isoAddresses;
    }

    /** The line that scripts wait for. */
    public String readyLine() {
        final StringBuilder line = new StringBuilder("READY native=").append(hostAndPort(address));
        for (final IsoServer.Bound bound : isoAddresses) {
            line.append(' ').append(bound.name()).append('=').append(hostAndPort(bound.address()));
        }
        if (metrics != null) {
            line.append(" metrics=").append(hostAndPort(metrics.address()));
        }
        if (replication != null) {
            line.append(" replication=").append(hostAndPort(replication.address()));
        }
        return line.append(" data=").append(settings.data()).append(" durability=").append(settings.journal().durability())
            .append(" sequence=").append(journal.durableSequence()).append(" recovery_ms=").append(recoveryMs)
            .append(settings.replication().standbyOf() != null ? " role=standby" : "").toString();
    }

    private static String hostAndPort(final InetSocketAddress address) {
        final String host = address.getAddress().getHostAddress();
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + address.getPort();
    }

    /** The connections to issuers; null if there are none. */
    public IssuerLinks issuers() {
        return issuers;
    }

    SystemPort systemPort() {
        return loops.systemPort();
    }

    DataKeys dataKeys() {
        return dataKeys;
    }

    DataKeyKeeper dataKeyKeeper() {
        return dataKeyKeeper;
    }

    LinkCounters linkCounters() {
        return links.counters();
    }

    Admission admission() {
        return admission;
    }

    /**
     * Drains and stops: nothing acknowledged is lost, nothing begun is left half done. May be called twice.
     */
    @Override
    public synchronized void close() {
        if (isStopped) {
            return;
        }
        isStopped = true;
        if (metrics != null) {
            metrics.close();
        }
        if (diskReserve != null) {
            diskReserve.close();
        }
        if (snapshots != null) {
            snapshots.close();
        }
        if (indexes != null) {
            indexes.close();
        }
        if (links != null && pipeline != null) {
            drainLinks();
        }
        if (archive != null) {
            archive.close();
        }
        if (replication != null) {
            replication.stop();
        }
        if (pipeline != null) {
            pipeline.close();
        }
        if (dataKeyKeeper != null) {
            dataKeyKeeper.close();
        }
        if (rateKeeper != null) {
            rateKeeper.close();
        }
        if (issuers != null) {
            issuers.close();
        }
        if (iso != null) {
            iso.close();
        }
        if (loops != null) {
            loops.close();
        }
        if (journal != null) {
            journal.close();
        }
        if (slabs != null) {
            slabs.close();
        }
    }

    /** The part between nodes; null if this switch has one. */
    Replication replication() {
        return replication;
    }

    private void drainLinks() {
        links.stopAccepting();
        if (iso != null) {
            iso.stopAccepting();
        }
        if (issuers != null) {
            issuers.stopConnecting();
        }
        admission.shutDown();
        if (!loops.awaitAnswers(settings.shutdownTimeoutMs())) {
            LOG.warn("not everything was answered within shutdown.timeout; it will be when it is asked for again");
        }
        if (!loops.closeLinks(LINKS_CLOSE_MS)) {
            LOG.debug("some peers did not close their side");
        }
    }

    /** Tells of a clock that the pipeline does not follow. */
    private static final class ClockAlarmLog implements ClockAlarmListener {
        @Override
        public void onClockAlarm(final long wallAheadNs) {
            LOG.warn("the wall clock differs by {} ms and is not followed; if it is right, accept it: admin accept-clock", wallAheadNs / NS_PER_MS);
        }

        @Override
        public void onClockAlarmCleared() {
            LOG.warn("the wall clock is followed again");
        }
    }
}
