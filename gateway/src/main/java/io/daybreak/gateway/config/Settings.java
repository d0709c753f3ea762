package io.daybreak.gateway.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigOriginFactory;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import io.daybreak.gateway.iso.IsoSettings;
import io.daybreak.gateway.iso.IssuerSettings;
import io.daybreak.gateway.key.JournalKeys;
import io.daybreak.gateway.link.LinkSettings;
import io.daybreak.gateway.replica.ReplicaSettings;
import io.daybreak.journal.maker.SnapshotContext;
import io.daybreak.protocol.Limits;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * The server's settings after all checks. Meaning, defaults and limits of each: {@code reference.conf}. Immutable.
 *
 * @param data                the data directory
 * @param links               the native port and its limits
 * @param iso8583             the ISO 8583 ports and their limits
 * @param demo                what --demo puts in
 * @param metrics             where the page of figures is
 * @param security            where secrets come from
 * @param capacity            limits that decide about outcomes; journaled with Configure
 * @param payments            limits of payments; journaled with ConfigurePayments
 * @param pipeline            the ring, entries and the clock
 * @param journal             durability and room
 * @param index               the index of the journal
 * @param replication         this node among others
 * @param readySlabs          slabs of memory that stand ready
 * @param shutdownTimeoutMs   longest time of a drain
 * @param values              the effective values by name, for the {@code config} command
 */
public record Settings(Path data, LinkSettings links, Iso8583 iso8583, Demo demo, Metrics metrics, Security security, Capacity capacity, Payments payments,
                       PipelineValues pipeline, JournalValues journal, SnapshotValues snapshot, IndexValues index, ReplicaSettings replication, int readySlabs,
                       long shutdownTimeoutMs, Map<String, String> values) {
    private static final String REFERENCE = "reference.conf";
    private static final int MIN_FRAME = 4_096;
    private static final int MAX_CREDIT = 1 << 20;
    private static final int TRANSFER_BYTES = 96;
    private static final long MAX_RETAINED = 1L << 32;
    private static final long MAX_RECORDS = 1L << 30;
    private static final long MAX_WALLETS = 1L << 27;
    private static final Duration YEAR = Duration.ofDays(366);
    private static final Duration HUNDRED_YEARS = Duration.ofDays(36_525);
    private static final Duration TEN_YEARS = Duration.ofDays(3_660);

    /**
     * Where secrets come from.
     *
     * @param operatorKeyFile null if not set
     * @param secretsFile     null if not set
     * @param keyFile         null if not set
     */
    public record Security(Path operatorKeyFile, Path secretsFile, Path keyFile) {
    }

    /**
     * The ISO 8583 ports.
     *
     * @param links         listeners that were configured, and limits
     * @param demoListeners those of --demo
     * @param issuers       connections to issuers that were configured, and what routes pass
     */
    public record Iso8583(IsoSettings links, List<IsoSettings.Listener> demoListeners, IssuerSettings issuers) {
        /** All limits, with the demo's listeners in front of the others. */
        public IsoSettings withDemo() {
            final List<IsoSettings.Listener> all = new ArrayList<>(demoListeners);
            all.addAll(links.listeners());
            return new IsoSettings(all, links.maxConnections(), links.maxUnsentBytes(), links.contextsPerLoop(), links.tokenCache(),
                links.frameTimeoutMs());
        }
    }

    /**
     * What {@code --demo} puts in.
     *
     * @param wallets       wallets, each with a card
     * @param balanceMinor  what each has
     * @param issuerHost    where the demo's issuer is
     * @param issuerPort    where the demo's issuer is
     * @param issuerProfile what it speaks: a built-in link or a file
     */
    public record Demo(int wallets, long balanceMinor, String issuerHost, int issuerPort, String issuerProfile) {
        /** The connection to the demo's issuer. */
        public IssuerSettings.Link issuerLink() {
            return new IssuerSettings.Link("ISS001", "demo-issuer", issuerHost, issuerPort, issuerProfile);
        }
    }

    /**
     * Where the page of figures is.
     *
     * @param port 0 picks a free one; negative: nowhere
     */
    public record Metrics(String host, int port) {
    }

    /**
     * What Configure journals, in the units of that message.
     *
     * @param accounts              accounts
     * @param ids                   transfer ids over all participants
     * @param holds                 open holds
     * @param transfersRetained     transfers kept for queries
     * @param historyRetained       balance history entries kept for queries
     * @param guaranteedWindowMs    of the memory of ids
     * @param futureToleranceMs     of an id's time
     * @param sweepLimit            deadlines per entry
     * @param maxChain              members of a chain
     */
    public record Capacity(long accounts, long ids, long holds, long transfersRetained, long historyRetained, long guaranteedWindowMs,
                           long futureToleranceMs, int sweepLimit, int maxChain) {
    }

    /**
     * What ConfigurePayments journals, in the units of that message.
     *
     * @param payments          payments remembered
     * @param finishingReserve  of these, kept for reversals and advices
     * @param cards             cards
     * @param wallets           wallets
     * @param merchants         merchants
     * @param terminals         terminals
     * @param issuerRequests    requests to issuers without an answer
     * @param storeAndForward   entries that wait for issuers
     * @param exceptions        items for a person
     * @param identityWindowMs  of repeats
     * @param reversalWindowMs  of reversals
     * @param holdWindowMs      of an authorisation's hold
     * @param refundWindowMs    of refunds
     * @param futureToleranceMs of DE 7
     */
    public record Payments(long payments, long finishingReserve, long cards, long wallets, long merchants, long terminals, long issuerRequests,
                           long storeAndForward, long exceptions, long identityWindowMs, long reversalWindowMs, long holdWindowMs,
                           long refundWindowMs, long futureToleranceMs) {
    }

    /**
     * What the pipeline is made with.
     *
     * @param ringCapacity    slots
     * @param ringReserve     slots
     * @param maxClaim        slots
     * @param maxBatch        slots
     * @param yields          of an idle stage
     * @param sampleEvery     of one slot in so many the stages are timed; 0: of none
     * @param maxEntryCommands commands
     * @param maxEntryBytes   bytes
     * @param clockMaxStepMs  milliseconds
     * @param clockSlewPpm    millionths
     * @param clockMaxGapMs   milliseconds
     * @param isClockGapAccepted for this start
     */
    public record PipelineValues(int ringCapacity, int ringReserve, int maxClaim, int maxBatch, int yields, int sampleEvery, int maxEntryCommands, int maxEntryBytes,
                                 long clockMaxStepMs, int clockSlewPpm, long clockMaxGapMs, boolean isClockGapAccepted) {
    }

    /**
     * The journal's part.
     *
     * @param durability     {@code process}, {@code disk} or {@code standby}
     * @param reserveBytes   free space below which new payments are refused
     * @param commitLogBytes of one of the two files
     * @param flushBytes     of the queue that may be appended and not synced
     * @param flushIntervalMs after which they are synced all the same
     * @param keyFile        with its keys; null if not set
     * @param encryption     whether they encrypt
     */
    public record JournalValues(String durability, long reserveBytes, long commitLogBytes, long flushBytes, long flushIntervalMs,
                                long retentionBytes, long retentionAgeMs, String archiveCommand, Path keyFile, JournalKeys.Encryption encryption) {
    }

    /**
     * Snapshots.
     *
     * @param every              commands after which the switch makes one itself; 0: it makes none
     * @param keep               newest ones that stay
     * @param writeBytesPerSecond of the maker; 0: no limit
     * @param cpuPercent         of one processor, for the maker
     * @param apart              older ones that stay are at least so many commands apart; 0: none stays
     */
    public record SnapshotValues(long every, int keep, long writeBytesPerSecond, int cpuPercent, long apart) {
    }

    /**
     * The index of the journal.
     *
     * @param every commands after which the switch has it go on; 0: it does not
     */
    public record IndexValues(long every) {
    }

    /** What the maker of snapshots needs of it. */
    public SnapshotContext snapshotContext() {
        return new SnapshotContext(data, snapshot.keep(), snapshot.writeBytesPerSecond(), snapshot.cpuPercent(), journal.retentionBytes(),
            journal.retentionAgeMs(), journal.reserveBytes(), replication.keepBytes(), journal.archiveCommand(), snapshot.apart());
    }

    /**
     * Reads and checks everything.
     *
     * @param file      null if there is none
     * @param overrides {@code name=value}, the last one of a name wins
     * @throws SettingsException with everything that is wrong
     */
    public static Settings load(final Path file, final List<String> overrides) throws SettingsException {
        final List<String> problems = new ArrayList<>();
        final Config reference = ConfigFactory.parseResources(Settings.class.getClassLoader(), REFERENCE);
        Config given = ConfigFactory.empty();
        if (file != null) {
            given = onlyKnown(parse(file, problems), reference, problems);
        }
        final Config effective = withOverrides(given, overrides, reference, problems).withFallback(reference).resolve();
        final SettingsReader reader = new SettingsReader(effective);
        reader.problems().addAll(problems);
        final Settings settings = read(reader, effective);
        if (!reader.problems().isEmpty()) {
            throw new SettingsException(reader.problems());
        }
        return settings;
    }

    private static Config parse(final Path file, final List<String> problems) {
        if (!Files.isReadable(file) || Files.isDirectory(file)) {
            problems.add("cannot read the configuration file " + file);
            return ConfigFactory.empty();
        }
        try {
            return ConfigFactory.parseFile(file.toFile()).resolve();
        } catch (final ConfigException ex) {
            problems.add(ex.getMessage());
            return ConfigFactory.empty();
        }
    }

    private static Config onlyKnown(final Config given, final Config reference, final List<String> problems) {
        Config known = ConfigFactory.empty();
        for (final Map.Entry<String, ConfigValue> entry : given.entrySet()) {
            if (isKnown(reference, entry.getKey())) {
                known = known.withValue(entry.getKey(), entry.getValue());
            } else {
                problems.add("unknown setting " + entry.getKey() + " (" + entry.getValue().origin().description() + ")");
            }
        }
        return known;
    }

    private static Config withOverrides(final Config given, final List<String> overrides, final Config reference, final List<String> problems) {
        Config result = given;
        for (final String override : overrides) {
            final int equals = override.indexOf('=');
            if (equals <= 0) {
                problems.add("--set wants name=value: " + override);
                continue;
            }
            final String name = override.substring(0, equals).trim();
            if (!isKnown(reference, name)) {
                problems.add("unknown setting " + name + " (--set)");
                continue;
            }
            result = result.withValue(name, ConfigValueFactory.fromAnyRef(override.substring(equals + 1).trim())
                .withOrigin(ConfigOriginFactory.newSimple("--set")));
        }
        return result;
    }

    /** Only names of single values are known, not those of their groups. */
    private static boolean isKnown(final Config reference, final String name) {
        try {
            ConfigUtil.splitPath(name);
            return reference.hasPath(name) && reference.getValue(name).valueType() != com.typesafe.config.ConfigValueType.OBJECT;
        } catch (final ConfigException ex) {
            return false;
        }
    }

    private static Settings read(final SettingsReader reader, final Config effective) {
        final int maxChain = reader.integer("chain.max-members", 1, 512);
        final LinkSettings links = readLinks(reader, maxChain);
        checkBind(reader, "native", links.host(), reader.flag("native.allow-plaintext-bind"));
        final Map<String, String> values = new TreeMap<>();
        effective.entrySet().forEach(entry -> values.put(entry.getKey(), entry.getValue().render(ConfigRenderOptions.concise())));
        return new Settings(
            required(reader, "data"),
            links,
            readIso8583(reader, effective),
            readDemo(reader),
            readMetrics(reader),
            new Security(path(reader, "security.operator-key-file"), path(reader, "security.secrets-file"), path(reader, "security.key-file")),
            readCapacity(reader, maxChain),
            readPayments(reader),
            readPipeline(reader, maxChain),
            new JournalValues(
                reader.oneOf("journal.durability", "process", "disk", "standby"),
                reader.size("journal.reserve-bytes", 0, 1L << 40),
                reader.size("journal.commit-log-bytes", 16L << 20, 1L << 30),
                reader.size("journal.flush-bytes", 64L << 10, 1L << 30),
                reader.milliseconds("journal.flush-interval", Duration.ofMillis(1), Duration.ofMinutes(1)),
                reader.size("journal.retention-bytes", 0, 1L << 50),
                reader.milliseconds64("journal.retention-age", Duration.ZERO, HUNDRED_YEARS),
                reader.text("journal.archive-command"),
                path(reader, "journal.key-file"),
                JournalKeys.Encryption.valueOf(reader.oneOf("journal.encryption", "auto", "required", "off").toUpperCase(Locale.ROOT))),
            new SnapshotValues(
                reader.whole("snapshot.every", 0, Long.MAX_VALUE),
                reader.integer("snapshot.keep", 1, 1_000),
                reader.size("snapshot.write-rate", 0, 1L << 40),
                reader.integer("snapshot.cpu-percent", 1, 100),
                reader.whole("snapshot.apart", 0, Long.MAX_VALUE)),
            new IndexValues(reader.whole("index.every", 0, Long.MAX_VALUE)),
            ReplicaReader.read(reader),
            reader.integer("memory.ready-slabs", 1, 4_096),
            reader.milliseconds("shutdown.timeout", Duration.ofMillis(100), Duration.ofHours(1)),
            Map.copyOf(values));
    }

    private static LinkSettings readLinks(final SettingsReader reader, final int maxChain) {
        final int loops = reader.integer("native.event-loops", 0, 64);
        final int maxInFlightPerLoop = reader.integer("native.max-in-flight-per-loop", maxChain, MAX_CREDIT);
        final int maxInFlight = reader.integer("native.max-in-flight", maxChain, MAX_CREDIT);
        if (maxInFlight > maxInFlightPerLoop) {
            reader.problem("native.max-in-flight " + maxInFlight + " is above native.max-in-flight-per-loop " + maxInFlightPerLoop);
        }
        final int readBuffer = (int) reader.size("native.read-buffer", 16 << 10, 1 << 20);
        if (readBuffer < maxChain * TRANSFER_BYTES + MIN_FRAME) {
            reader.problem("native.read-buffer " + readBuffer + " does not hold a chain of chain.max-members " + maxChain);
        }
        final int maxConnections = reader.integer("native.max-connections", 1, 60_000);
        return new LinkSettings(
            reader.text("native.host"),
            reader.integer("native.port", 0, 65_535),
            loops == 0 ? Math.max(1, Runtime.getRuntime().availableProcessors() / 2) : loops,
            "epoll".equals(reader.oneOf("native.transport", "epoll", "nio")),
            reader.integer("native.backlog", 1, 65_535),
            reader.integer("native.max-frame-length", MIN_FRAME, Limits.MAX_FRAME_BYTES),
            maxInFlight,
            maxInFlightPerLoop,
            maxChain,
            readBuffer,
            (int) reader.size("native.max-reply-bytes", 64 << 10, 64 << 20),
            reader.integer("native.answer-buffers", 1, 4_096),
            maxConnections,
            reader.integer("native.max-connections-per-participant", 1, 60_000),
            reader.milliseconds("native.sign-on-timeout", Duration.ofMillis(100), Duration.ofMinutes(5)),
            reader.milliseconds("native.idle-timeout", Duration.ofMillis(200), Duration.ofHours(24)),
            reader.milliseconds("native.frame-timeout", Duration.ofMillis(100), Duration.ofMinutes(10)));
    }

    private static Capacity readCapacity(final SettingsReader reader, final int maxChain) {
        return new Capacity(
            reader.whole("capacity.accounts", 1, Integer.MAX_VALUE - 1L),
            reader.whole("capacity.ids", 16_384, 1L << 36),
            reader.whole("capacity.holds", 1, 1L << 30),
            reader.whole("capacity.transfers-retained", 1_024, MAX_RETAINED),
            reader.whole("capacity.history-retained", 1_024, MAX_RETAINED),
            reader.milliseconds64("ids.guaranteed-window", Duration.ZERO, YEAR),
            reader.milliseconds64("ids.future-tolerance", Duration.ZERO, YEAR),
            reader.integer("deadlines.sweep-limit", 1, 1_000_000),
            maxChain);
    }

    private static Payments readPayments(final SettingsReader reader) {
        final long payments = reader.whole("capacity.payments", 1_024, MAX_RECORDS);
        return new Payments(
            payments,
            reader.whole("capacity.payments-for-finishing", 0, payments - 1),
            reader.whole("capacity.cards", 1, MAX_RECORDS),
            reader.whole("capacity.wallets", 1, MAX_WALLETS),
            reader.whole("capacity.merchants", 1, MAX_RECORDS),
            reader.whole("capacity.terminals", 1, MAX_RECORDS),
            reader.whole("capacity.issuer-requests", 1, MAX_RECORDS),
            reader.whole("capacity.store-and-forward", 1, MAX_RECORDS),
            reader.whole("capacity.exceptions", 1, MAX_RECORDS),
            reader.milliseconds64("payments.identity-window", Duration.ofMillis(1), TEN_YEARS),
            reader.milliseconds64("payments.reversal-window", Duration.ofMillis(1), TEN_YEARS),
            reader.milliseconds64("payments.hold-window", Duration.ofMillis(1), TEN_YEARS),
            reader.milliseconds64("payments.refund-window", Duration.ofMillis(1), TEN_YEARS),
            reader.milliseconds64("payments.future-tolerance", Duration.ZERO, TEN_YEARS));
    }

    private static PipelineValues readPipeline(final SettingsReader reader, final int maxChain) {
        final int capacity = reader.integer("ring.capacity", 64, 1 << 20);
        if (Integer.bitCount(capacity) != 1) {
            reader.problem("ring.capacity must be a power of two: " + capacity);
        }
        final int maxClaim = reader.integer("ring.max-claim", 1, Math.max(1, capacity / 8));
        if (maxClaim < maxChain) {
            reader.problem("ring.max-claim " + maxClaim + " does not hold a chain of chain.max-members " + maxChain);
        }
        final int sampleEvery = reader.integer("stages.sample-every", 0, capacity);
        if (Integer.bitCount(sampleEvery) > 1) {
            reader.problem("stages.sample-every must be 0 or a power of two: " + sampleEvery);
        }
        final long maxStepMs = reader.milliseconds64("clock.max-step", Duration.ofMillis(1), Duration.ofDays(1));
        return new PipelineValues(
            capacity,
            reader.integer("ring.reserve", 1, Math.max(1, capacity / 2)),
            maxClaim,
            reader.integer("ring.max-batch", 1, capacity),
            reader.integer("ring.yields", 0, 10_000),
            sampleEvery,
            reader.integer("entry.max-commands", maxChain, capacity),
            (int) reader.size("entry.max-bytes", (maxChain + 1L) * 128, 16 << 20),
            maxStepMs,
            reader.integer("clock.slew-ppm", 0, 1_000),
            reader.milliseconds64("clock.max-gap", Duration.ofMillis(maxStepMs), Duration.ofDays(36_525)),
            reader.flag("clock.accept-gap"));
    }

    private static Iso8583 readIso8583(final SettingsReader reader, final Config effective) {
        final boolean isPlaintextBindAllowed = reader.flag("iso8583.allow-plaintext-bind");
        final String host = reader.text("iso8583.host");
        checkBind(reader, "iso8583", host, isPlaintextBindAllowed);
        final int tokenCache = reader.integer("iso8583.token-cache", 0, 1 << 22);
        if (Integer.bitCount(tokenCache) > 1) {
            reader.problem("iso8583.token-cache must be 0 or a power of two: " + tokenCache);
        }
        final List<IsoSettings.Listener> demo = new ArrayList<>();
        addDemoListener(demo, "iso8583", host, reader.integer("iso8583.port", -1, 65_535), "demo-ascii");
        addDemoListener(demo, "iso8583-bcd", host, reader.integer("iso8583.bcd-port", -1, 65_535), "demo-bcd");
        addDemoListener(demo, "iso8583-mac", host, reader.integer("iso8583.mac-port", -1, 65_535), "demo-mac");
        addDemoListener(demo, "iso8583-1993", host, reader.integer("iso8583.1993-port", -1, 65_535), "1993-ascii");
        final List<IsoSettings.Listener> listeners = ListenerReader.read(reader, effective);
        for (final IsoSettings.Listener listener : listeners) {
            checkBind(reader, "iso8583", listener.host(), isPlaintextBindAllowed);
        }
        return new Iso8583(new IsoSettings(
            listeners,
            reader.integer("iso8583.max-connections", 1, 60_000),
            (int) reader.size("iso8583.max-reply-bytes", 64 << 10, 64 << 20),
            reader.integer("iso8583.max-in-flight-per-loop", 16, 1 << 18),
            Integer.bitCount(tokenCache) > 1 ? 0 : tokenCache,
            reader.milliseconds("iso8583.frame-timeout", Duration.ofMillis(100), Duration.ofMinutes(10))), List.copyOf(demo), IssuerReader.read(reader, effective));
    }

    private static void addDemoListener(final List<IsoSettings.Listener> listeners, final String name, final String host, final int port,
                                        final String link) {
        if (port >= 0) {
            listeners.add(new IsoSettings.Listener(name, host, port, link, Map.of()));
        }
    }

    private static Demo readDemo(final SettingsReader reader) {
        final String issuer = reader.text("demo.issuer");
        final int colon = issuer.lastIndexOf(':');
        int port = 0;
        try {
            port = Integer.parseInt(issuer.substring(colon + 1));
        } catch (final NumberFormatException ex) {
            port = 0;
        }
        if (colon < 1 || port < 1 || port > 65_535) {
            reader.problem("demo.issuer wants HOST:PORT: " + issuer);
        }
        return new Demo(
            reader.integer("demo.wallets", 1, 100_000),
            reader.whole("demo.balance", 0, 1_000_000_000_000L),
            colon < 1 ? "" : issuer.substring(0, colon),
            port,
            reader.text("demo.issuer-link"));
    }

    private static Metrics readMetrics(final SettingsReader reader) {
        final String host = reader.text("metrics.host");
        checkBind(reader, "metrics", host, reader.flag("metrics.allow-plaintext-bind"));
        return new Metrics(host, reader.integer("metrics.port", -1, 65_535));
    }

    static void checkBind(final SettingsReader reader, final String protocol, final String host, final boolean isPlaintextBindAllowed) {
        try {
            if (!isPlaintextBindAllowed && !InetAddress.getByName(host).isLoopbackAddress()) {
                reader.problem(protocol + ".host " + host + " is not loopback and the port speaks plaintext:"
                    + " set " + protocol + ".allow-plaintext-bind=true if the network is trusted");
            }
        } catch (final UnknownHostException ex) {
            reader.problem(protocol + ".host is no address of this machine: " + host);
        }
    }

    private static Path required(final SettingsReader reader, final String name) {
        final Path path = path(reader, name);
        if (path == null) {
            reader.problem(name + " must not be empty");
        }
        return path;
    }

    private static Path path(final SettingsReader reader, final String name) {
        final String text = reader.text(name);
        try {
            return text.isEmpty() ? null : Path.of(text);
        } catch (final InvalidPathException ex) {
            reader.problem(name + ": " + ex.getMessage());
            return null;
        }
    }
}
