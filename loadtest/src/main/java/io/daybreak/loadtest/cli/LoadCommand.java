package io.daybreak.loadtest.cli;

import io.daybreak.client.Credentials;
import io.daybreak.loadtest.link.SimLink;
import io.daybreak.loadtest.rig.IsoMix;
import io.daybreak.loadtest.rig.IsoRun;
import io.daybreak.loadtest.rig.IsoSettings;
import io.daybreak.loadtest.rig.NativeMix;
import io.daybreak.loadtest.rig.RigSettings;
import io.daybreak.loadtest.workload.ArrivalSchedule.Arrivals;
import io.daybreak.loadtest.workload.DemoCards;
import io.daybreak.protocol.codec.MessageHeaderEncoder;
import io.daybreak.protocol.codec.OutcomesAnswerEncoder;
import io.daybreak.protocol.codec.SubmitTransfersEncoder;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Callable;

/** The options of every command that pays through a switch, and the settings that they make. */
abstract class LoadCommand implements Callable<Integer> {
    /** In front of a request's transfers: length, header, block, group. */
    private static final int FRAME_BYTES = Integer.BYTES + MessageHeaderEncoder.ENCODED_LENGTH + SubmitTransfersEncoder.BLOCK_LENGTH
        + SubmitTransfersEncoder.TransfersEncoder.sbeHeaderSize();
    private static final int TRANSFER_BYTES = SubmitTransfersEncoder.TransfersEncoder.sbeBlockLength();
    private static final int OUTCOMES_FRAME_BYTES = Integer.BYTES + MessageHeaderEncoder.ENCODED_LENGTH + OutcomesAnswerEncoder.BLOCK_LENGTH
        + OutcomesAnswerEncoder.OutcomesEncoder.sbeHeaderSize();
    private static final int OUTCOME_BYTES = OutcomesAnswerEncoder.OutcomesEncoder.sbeBlockLength();
    /** Of a complete 0200 and of its answer, roughly; the report tells the exact length of the request. */
    static final int ISO_BYTES = 320;
    private static final int SINGLE_WINDOW = 1_024;
    private static final int MIN_BATCH_WINDOW = 2;
    private static final int BATCH_WINDOW_TRANSFERS = 16_384;
    private static final int OPEN_LOOP_TRANSFERS = 262_144;
    private static final int CONNECTIONS = 4;
    private static final int ISO_CONNECTIONS = 8;
    private static final int ISO_WINDOW = 64;
    private static final int ISO_OPEN_LOOP_PAYMENTS = 65_536;
    private static final String ISO_MIX = "purchase=100";

    @Spec
    CommandSpec spec;

    @Mixin
    SwitchOptions where;

    @Option(names = "--protocol", defaultValue = "native", description = "native or iso8583 (default: ${DEFAULT-VALUE}).")
    Protocol protocol;

    @Option(names = "--arrivals", defaultValue = "poisson", description = "poisson or constant (default: ${DEFAULT-VALUE}).")
    private String arrivals;

    @Option(names = "--burst", defaultValue = "1", paramLabel = "N",
        description = "Requests of an open loop fall due so many at a time; the rate stays what it is (default: ${DEFAULT-VALUE}).")
    private int burst;

    @Option(names = "--connections", description = "Connections (default: 4, iso8583: 8).")
    private Integer connections;

    @Option(names = "--loops", defaultValue = "1", description = "Event loops, one thread each (default: ${DEFAULT-VALUE}).")
    private int loops;

    @Option(names = "--batch", defaultValue = "1", description = "native: transfers in a request, 1 to 8190 (default: ${DEFAULT-VALUE}).")
    private int batch;

    @Option(names = "--window", description = "Requests in flight on a connection. Default: 1024 single transfers, or batches of "
        + "16384 transfers together, at least 2; in an open loop 262144 transfers over all connections. iso8583: 64 payments; in an "
        + "open loop 65536 over all connections.")
    private Integer window;

    @Option(names = "--duration", defaultValue = "10s", converter = DurationConverter.class,
        description = "Measured part (default: ${DEFAULT-VALUE}).")
    Duration duration;

    @Option(names = "--warmup", defaultValue = "3s", converter = DurationConverter.class,
        description = "Before it, with the same load, not counted (default: ${DEFAULT-VALUE}).")
    Duration warmup;

    @Option(names = "--accounts", defaultValue = "1000",
        description = "native: debit accounts, from --debit-from on (default: ${DEFAULT-VALUE}).")
    private int accounts;

    @Option(names = "--debit-from", defaultValue = "1", description = "native: first debit account (default: ${DEFAULT-VALUE}).")
    private long debitFrom;

    @Option(names = "--credit-from", defaultValue = "100001", description = "native: first credit account (default: ${DEFAULT-VALUE}).")
    private long creditFrom;

    @Option(names = "--credit-to", defaultValue = "100100", description = "native: last credit account (default: ${DEFAULT-VALUE}).")
    private long creditTo;

    @Option(names = "--amount-from", defaultValue = "1", description = "Least amount, minor units (default: ${DEFAULT-VALUE}).")
    private int amountFrom;

    @Option(names = "--amount-to", defaultValue = "100", description = "Greatest amount, minor units (default: ${DEFAULT-VALUE}).")
    private int amountTo;

    @Option(names = "--zipf", defaultValue = "0",
        description = "Exponent of the law by which debit accounts (iso8583: wallets) are popular; 0: all alike (default: ${DEFAULT-VALUE}).")
    private double zipf;

    @Option(names = "--hot-share", defaultValue = "0",
        description = "native: share of the credits, 0 to 1, that go to the first credit account (default: ${DEFAULT-VALUE}).")
    private double hotShare;

    @Option(names = "--ledger", defaultValue = "0", description = "native: ledger; 0: that of the first debit account (default: ${DEFAULT-VALUE}).")
    private int ledger;

    @Option(names = "--code", defaultValue = "1", description = "native: code of the transfers (default: ${DEFAULT-VALUE}).")
    private int code;

    @Option(names = "--seed", defaultValue = "1", description = "Accounts, amounts and arrivals follow from it (default: ${DEFAULT-VALUE}).")
    long seed;

    @Option(names = "--turn", defaultValue = "100us", converter = DurationConverter.class,
        description = "An open loop sends at most this often; what is due in between shares a system call (default: ${DEFAULT-VALUE}).")
    private Duration turn;

    @Option(names = "--drain", defaultValue = "10s", converter = DurationConverter.class,
        description = "How long to wait for the last answers (default: ${DEFAULT-VALUE}).")
    private Duration drain;

    @Option(names = "--proof-participant", description = "Who reads the balances; its secret comes from the same file "
        + "(default: --participant).")
    private String proofParticipant;

    @Option(names = "--link", defaultValue = "demo-ascii", paramLabel = "FILE|NAME",
        description = "iso8583: what the link speaks: a link file, or demo-ascii, demo-bcd, demo-mac, 1993-ascii, ascii-length, tpdu "
            + "(default: ${DEFAULT-VALUE}).")
    private String link;

    @Option(names = "--mac-key", defaultValue = SimLink.DEMO_KEY, paramLabel = "HEX", showDefaultValue = CommandLine.Help.Visibility.NEVER,
        description = "iso8583: the key, where the link has MACs (default: the demo's).")
    private String macKey;

    @Option(names = "--mix", paramLabel = "KIND=SHARE,...",
        description = "What is paid. native: transfer, pending+post (a hold, then its post), pending+void (a hold, then its release), balance (a look-up of "
            + "the debit account); more than transfer needs --batch 1 (default: transfer=100). iso8583: purchase, authorise+complete, reversal (a purchase, "
            + "then its 0400), refund (a purchase, then all of it back), repeat (a purchase, then its 0201), balance (default: purchase=100).")
    private String mix;

    @Option(names = "--demo-wallets", defaultValue = "1000", paramLabel = "N",
        description = "iso8583: wallets 1 to N pay; 990 and 997 to 999 are left out (default: ${DEFAULT-VALUE}).")
    private int demoWallets;

    @Option(names = "--merchants", defaultValue = "100", description = "iso8583: merchants (default: ${DEFAULT-VALUE}).")
    private int merchants;

    @Option(names = "--terminals", defaultValue = "10000", description = "iso8583: terminals (default: ${DEFAULT-VALUE}).")
    private int terminals;

    @Option(names = "--card-prefix", defaultValue = DemoCards.LOCAL_PREFIX, paramLabel = "SIX DIGITS",
        description = "iso8583: 990001 local cards, 990002 cards that are routed to the demo's issuer (default: ${DEFAULT-VALUE}).")
    private String cardPrefix;

    @Option(names = "--acquirer", defaultValue = DemoCards.ACQUIRER, paramLabel = "DIGITS",
        description = "iso8583: DE 32 (default: ${DEFAULT-VALUE}).")
    private String acquirer;

    @Option(names = "--native-port", defaultValue = "7300",
        description = "iso8583: with --secret-file the money is proved over this port as well (default: ${DEFAULT-VALUE}).")
    private int nativePort;

    @Option(names = "--no-proof", description = "Do not read balances; the result says that the money is not proved.")
    private boolean isUnproved;

    /** Who reads the wallets of a run over ISO 8583 a second time; null: nobody. */
    final IsoRun.NativeProof nativeProof(final IsoSettings settings) throws IOException {
        // Routed cards have no wallet here: their issuer's books are the proof.
        return where.hasSecretFile() && settings.mayProve()
            ? new IsoRun.NativeProof(nativePort, proofParticipant == null ? where.credentials() : where.credentials(proofParticipant))
            : null;
    }

    /** The frames of a run over the native protocol, for who measures the machine with messages of the same size. */
    static int requestBytes(final int batch) {
        return FRAME_BYTES + batch * TRANSFER_BYTES;
    }

    /** Their answers. */
    static int replyBytes(final int batch) {
        return OUTCOMES_FRAME_BYTES + batch * OUTCOME_BYTES;
    }

    final void print(final String text) {
        spec.commandLine().getOut().print(text);
        spec.commandLine().getOut().flush();
    }

    final IsoSettings isoSettings(final double rate) throws IOException {
        final SimLink profile = SimLink.load(link, macKey);
        try {
            final int channels = connections == null ? ISO_CONNECTIONS : connections;
            final boolean isOpenLoop = rate != RigSettings.MAX_RATE;
            final int slots = window != null ? window : isOpenLoop ? Math.max(1, ISO_OPEN_LOOP_PAYMENTS / Math.max(1, channels)) : ISO_WINDOW;
            return new IsoSettings(where.host, where.port(SwitchOptions.ISO_PORT), profile, rate,
                Arrivals.valueOf(arrivals.toUpperCase(Locale.ROOT)), mix == null ? new IsoMix(ISO_MIX) : new IsoMix(mix), channels, loops, slots, duration, warmup, turn, drain,
                cardPrefix, demoWallets, merchants, terminals, amountFrom, amountTo, zipf, acquirer, seed,
                !isUnproved && !DemoCards.ROUTED_PREFIX.equals(cardPrefix), burst);
        } catch (final IllegalArgumentException ex) {
            throw new ParameterException(spec.commandLine(), String.valueOf(ex.getMessage()));
        }
    }

    final RigSettings settings(final double rate) throws IOException {
        try {
            final boolean isOpenLoop = rate != RigSettings.MAX_RATE;
            final Credentials credentials = where.credentials();
            final Credentials proof = proofParticipant == null ? credentials : where.credentials(proofParticipant);
            return new RigSettings(where.host, where.port(), credentials, proof, rate,
                Arrivals.valueOf(arrivals.toUpperCase(Locale.ROOT)), connections(), loops, batch, window == null ? window(isOpenLoop) : window,
                duration, warmup, turn, drain, debitFrom, accounts, creditFrom, Math.toIntExact(creditTo - creditFrom + 1), amountFrom,
                amountTo, zipf, hotShare, ledger, code, seed, !isUnproved, burst,
                mix == null ? NativeMix.TRANSFERS : new NativeMix(mix));
        } catch (final IllegalArgumentException | ArithmeticException ex) {
            throw new ParameterException(spec.commandLine(), String.valueOf(ex.getMessage()));
        }
    }

    private int connections() {
        return connections == null ? CONNECTIONS : connections;
    }

    private int window(final boolean isOpenLoop) {
        if (isOpenLoop) {
            return Math.max(MIN_BATCH_WINDOW, OPEN_LOOP_TRANSFERS / Math.max(1, batch * connections()));
        }
        return batch <= 1 ? SINGLE_WINDOW : Math.max(MIN_BATCH_WINDOW, BATCH_WINDOW_TRANSFERS / batch);
    }
}
