package io.daybreak.iso8583.link;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import io.daybreak.iso8583.config.ConfigProblems;
import io.daybreak.iso8583.config.StrictConfig;
import io.daybreak.iso8583.dialect.Dialect;
import io.daybreak.iso8583.frame.Framing;
import io.daybreak.iso8583.mac.MacAlgorithm;

import java.io.File;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a link speaks, as data. Every key, its default and its limits: {@code iso8583/links/reference.conf}, which also gives
 * whatever a link's own file leaves out. Times are milliseconds, amounts minor units. Immutable.
 *
 * @param name               for logs and metrics; a-z, 0-9 and hyphens
 * @param framing            how messages are cut out of the stream
 * @param dialect            how they are written
 * @param mac                message authentication
 * @param timeOuts           times of waiting
 * @param windows            bounds in number and age
 * @param signOn             what a sign-on opens
 * @param defaultParticipant who speaks where DE 32 and 33 are absent; empty if nobody
 * @param institutions       what DE 32 may be; at least one unless the link is an issuer's
 * @param processingCodes    first two digits of DE 3 to what is asked for
 * @param responseCodes      internal results to DE 39
 * @param operations         what may be asked for at all
 * @param payment            rules that differ from link to link
 * @param wantsNotices       whether the peer is told when a business date is opened and closed
 */
public record LinkProfile(String name, Framing framing, Dialect dialect, Mac mac, TimeOuts timeOuts, Windows windows, SignOn signOn,
                          String defaultParticipant, List<String> institutions, Map<Integer, Operation> processingCodes,
                          CodeTable responseCodes, Set<Operation> operations, Payment payment, boolean wantsNotices) {
    /** Built-in examples for {@link #builtIn}. */
    public static final List<String> BUILT_IN = List.of("demo-ascii", "demo-bcd", "demo-mac", "1993-ascii", "ascii-length", "tpdu");

    private static final String FOLDER = "iso8583/links/";
    private static final long SECOND = 1_000;
    private static final long MINUTE = 60 * SECOND;
    private static final long DAY = 24 * 60 * MINUTE;

    /** How a MAC key travels in 0800/101. */
    public enum KeyBlockForm {
        /** RFC 3394, in hexadecimal. */
        AES_KEY_WRAP,
        /** A TR-31 key block of version D. */
        TR_31
    }

    /** Whether MACs are required. */
    public enum MacMode {
        /** None; one that comes is ignored, and none is sent. */
        NONE,
        /** Every message has one, both ways. */
        REQUIRED
    }

    /**
     * Message authentication.
     *
     * @param mode            whether there is any
     * @param algorithm       which
     * @param keyId           of the key in the key file; empty if there is no MAC
     * @param keyBlock        how keys travel in 0800/101
     * @param maxFailures     wrong or missing MACs on one connection, after which it closes
     * @param oldKeyGoodForMs how long the key before stays good after a change
     */
    public record Mac(MacMode mode, MacAlgorithm algorithm, String keyId, KeyBlockForm keyBlock, int maxFailures, long oldKeyGoodForMs) {
        /** Whether every message must have one. */
        public boolean isRequired() {
            return mode == MacMode.REQUIRED;
        }
    }

    /**
     * Times of waiting, in milliseconds.
     *
     * @param requestMs     for the answer to a request of ours
     * @param networkMs     for the answer to an 0800 of ours
     * @param idleEchoMs    of silence, after which we send an echo on issuer links; 0 never
     * @param idleCloseMs   of silence, after which an acquirer's socket is closed; 0 never
     * @param reconnectMs   first wait before connecting again; it doubles
     * @param reconnectMaxMs longest wait before connecting again
     */
    public record TimeOuts(long requestMs, long networkMs, long idleEchoMs, long idleCloseMs, long reconnectMs, long reconnectMaxMs) {
    }

    /**
     * Bounds in number and age.
     *
     * @param maxSockets      of one participant
     * @param maxInFlight     requests of one socket that wait for their answers
     * @param identitiesMs    age up to which a repeat is known
     * @param reversalsMs     age up to which an original can be reversed
     * @param holdsMs         age up to which a hold can be completed
     * @param refundsMs       age up to which a payment can be refunded
     */
    public record Windows(int maxSockets, int maxInFlight, long identitiesMs, long reversalsMs, long holdsMs, long refundsMs) {
    }

    /**
     * Rules that differ from link to link.
     *
     * @param partialCompletionMarker DE 25 of a completion after which more will follow, packed
     * @param adviceNotFoundCode      DE 39 of an advice whose original is unknown, packed
     * @param hasErrorDetail          whether DE 44 names the wrong field, or the limit
     * @param partialApproval         whether less than was asked may be approved
     * @param partialMinimumMinor     the least that may
     * @param ecommerceEntryModes     DE 22 that mean e-commerce, packed; compared over their own length
     * @param ecommerceConditions     DE 25 that mean e-commerce, packed
     * @param aheadToleranceMs        how far DE 7 may be ahead of our clock
     */
    public record Payment(long partialCompletionMarker, long adviceNotFoundCode, boolean hasErrorDetail, PartialApproval partialApproval,
                          long partialMinimumMinor, List<Long> ecommerceEntryModes, List<Long> ecommerceConditions,
                          long aheadToleranceMs) {
    }

    /**
     * One of the examples in this library.
     *
     * @param name one of {@link #BUILT_IN}
     */
    public static LinkProfile builtIn(final String name) {
        if (!BUILT_IN.contains(name)) {
            throw new ConfigProblems(List.of("link: is \"" + name + "\", but must be one of " + String.join(", ", BUILT_IN) + ", or a file"));
        }
        return load(resource(name));
    }

    /**
     * A link's file.
     *
     * @throws ConfigProblems if it cannot be read, or something in it is wrong
     */
    public static LinkProfile load(final File file) {
        try {
            return load(ConfigFactory.parseFile(file, com.typesafe.config.ConfigParseOptions.defaults().setAllowMissing(false)).resolve());
        } catch (final ConfigException ex) {
            throw new ConfigProblems(List.of("link file: " + ex.getMessage()));
        }
    }

    /**
     * A link's section.
     *
     * @param config resolved; what it leaves out comes from the reference
     * @throws ConfigProblems naming each path that is wrong or unknown, and what is allowed
     */
    public static LinkProfile load(final Config config) {
        Config own = config;
        final Config reference = resource("reference");
        Config defaults = reference;
        // Tables are taken whole: a link that names its codes does not also want those that it does not name.
        for (final String table : List.of("processing-codes", "response-codes")) {
            if (own.hasPath(table)) {
                defaults = defaults.withoutPath(table);
            }
        }
        own = own.withFallback(defaults);
        final StrictConfig root = StrictConfig.of(own);
        final Dialect dialect = dialect(root);
        if (dialect != null && dialect.version() == 1993 && !config.hasPath("response-codes")) {
            return load(config.withFallback(resource("action-codes-1993")));
        }
        final LinkProfile profile = read(root, dialect);
        root.conclude();
        return profile;
    }

    private static Config resource(final String name) {
        return ConfigFactory.parseResources(LinkProfile.class.getClassLoader(), FOLDER + name + ".conf",
            com.typesafe.config.ConfigParseOptions.defaults().setAllowMissing(false)).resolve();
    }

    private static Dialect dialect(final StrictConfig root) {
        try {
            return Dialect.load(root.raw("dialect"));
        } catch (final ConfigProblems ex) {
            root.addAll("dialect", ex.problems());
            return null;
        }
    }

    private static LinkProfile read(final StrictConfig root, final Dialect dialect) {
        final int version = dialect == null ? 1987 : dialect.version();
        final String name = root.text("name", "");
        if (!name.matches("[a-z0-9][a-z0-9-]{0,30}")) {
            root.problem("name", "must be 1 to 31 characters a-z, 0-9 and hyphens");
        }
        final List<String> institutions = root.texts("institutions", List.of());
        for (final String institution : institutions) {
            if (!institution.matches("[0-9]{1,11}")) {
                root.problem("institutions", "must be 1 to 11 digits each, as DE 32 has them");
            }
        }
        final Map<Integer, Operation> processingCodes = processingCodes(root);
        final CodeTable responseCodes = CodeTable.load(root, "response-codes", version);
        return new LinkProfile(name, Framing.load(root.section("framing")), dialect, mac(root.section("mac")), timeOuts(root.section("time-outs")),
            windows(root.section("windows")), root.oneOf("sign-on", SignOn.class, SignOn.PARTICIPANT), participant(root), institutions,
            processingCodes, responseCodes, operations(root), payment(root.section("payment"), version), root.flag("cut-over-notices", false));
    }

    private static String participant(final StrictConfig root) {
        final String participant = root.text("default-participant", "");
        if (!participant.matches("[A-Z0-9]{0,16}")) {
            root.problem("default-participant", "must be a participant's code, up to 16 characters A-Z and 0-9, or empty");
        }
        return participant;
    }

    private static Mac mac(final StrictConfig section) {
        final MacMode mode = section.oneOf("mode", MacMode.class, MacMode.NONE);
        final String key = section.text("key", "");
        if (mode == MacMode.REQUIRED && key.isEmpty()) {
            section.problem("key", "must be the id of a key, since mode is required");
        }
        return new Mac(mode, section.oneOf("algorithm", MacAlgorithm.class, MacAlgorithm.RETAIL), key,
            section.oneOf("key-block", KeyBlockForm.class, KeyBlockForm.AES_KEY_WRAP),
            (int) section.number("max-failures", 5L, 1, 1_000), section.milliseconds("old-key-good-for", 30 * SECOND, 0, 60 * MINUTE));
    }

    private static TimeOuts timeOuts(final StrictConfig section) {
        return new TimeOuts(
            section.milliseconds("request", 10 * SECOND, 50, 10 * MINUTE),
            section.milliseconds("network", 10 * SECOND, 50, 10 * MINUTE),
            section.milliseconds("idle-echo", MINUTE, 0, DAY),
            section.milliseconds("idle-close", 0, 0, 30 * DAY),
            section.milliseconds("reconnect", SECOND, 10, 10 * MINUTE),
            section.milliseconds("reconnect-max", 30 * SECOND, 10, 60 * MINUTE));
    }

    private static Windows windows(final StrictConfig section) {
        return new Windows(
            (int) section.number("sockets", 256L, 1, 100_000),
            (int) section.number("in-flight", 1_024L, 1, 65_536),
            section.milliseconds("identities", DAY, MINUTE, 30 * DAY),
            section.milliseconds("reversals", 7 * DAY, MINUTE, 366 * DAY),
            section.milliseconds("holds", 30 * DAY, MINUTE, 366 * DAY),
            section.milliseconds("refunds", 180 * DAY, MINUTE, 3_660 * DAY));
    }

    private static Map<Integer, Operation> processingCodes(final StrictConfig root) {
        final Map<Integer, Operation> codes = new LinkedHashMap<>();
        for (final Map.Entry<String, String> row : root.table("processing-codes").entrySet()) {
            final Operation operation = StrictConfig.find(Operation.class, row.getValue());
            if (!row.getKey().matches("[0-9]{2}")) {
                root.problem("processing-codes." + row.getKey(), "must be two digits, the first of DE 3");
            } else if (operation == null) {
                root.problem("processing-codes." + row.getKey(), "is \"" + row.getValue() + "\", but must be one of "
                    + StrictConfig.names(Operation.class));
            } else {
                codes.put(Integer.parseInt(row.getKey()), operation);
            }
        }
        return Map.copyOf(codes);
    }

    private static Set<Operation> operations(final StrictConfig root) {
        final Set<Operation> operations = EnumSet.noneOf(Operation.class);
        for (final String text : root.texts("operations", List.of())) {
            final Operation operation = StrictConfig.find(Operation.class, text);
            if (operation == null) {
                root.problem("operations", "has \"" + text + "\", but may have only " + StrictConfig.names(Operation.class));
            } else {
                operations.add(operation);
            }
        }
        return java.util.Collections.unmodifiableSet(operations);
    }

    private static Payment payment(final StrictConfig section, final int version) {
        final String marker = code(section, "partial-completion", version == 1987 ? "77" : "1077", version == 1987 ? 2 : 4);
        final String notFound = code(section, "advice-not-found", version == 1987 ? "25" : "914", version == 1987 ? 2 : 3);
        return new Payment(CodeTable.pack(marker), CodeTable.pack(notFound), section.flag("error-detail", true),
            section.oneOf("partial-approval", PartialApproval.class, PartialApproval.ON_REQUEST),
            section.number("partial-minimum", 1L, 1, 1_000_000_000_000L),
            packed(section, "e-commerce-entry-modes", List.of("81"), 12), packed(section, "e-commerce-conditions", List.of("59"), 4),
            section.milliseconds("ahead-tolerance", 10 * MINUTE, 0, DAY));
    }

    private static String code(final StrictConfig section, final String key, final String fallback, final int length) {
        final String code = section.text(key, fallback);
        if (!code.matches("[0-9A-Z]{" + length + '}')) {
            section.problem(key, "must be " + length + " characters 0-9A-Z in this dialect");
            return fallback;
        }
        return code;
    }

    private static List<Long> packed(final StrictConfig section, final String key, final List<String> fallback, final int most) {
        final List<String> codes = section.texts(key, fallback);
        for (final String code : codes) {
            if (!code.matches("[0-9A-Z]{1," + Math.min(most, Long.BYTES) + '}')) {
                section.problem(key, "must be a list of codes, each of 1 to " + Math.min(most, Long.BYTES) + " characters 0-9A-Z");
                return List.of();
            }
        }
        return java.util.Arrays.stream(CodeTable.packAll(codes)).boxed().toList();
    }

    /** What the first two digits of DE 3 ask for; null if the link has no such row. */
    public Operation operation(final int firstTwoDigits) {
        return processingCodes.get(firstTwoDigits);
    }
}
