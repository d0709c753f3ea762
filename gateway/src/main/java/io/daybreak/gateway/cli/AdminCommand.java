package io.daybreak.gateway.cli;

import io.daybreak.client.AccountAction;
import io.daybreak.client.AccountRecord;
import io.daybreak.client.ClientException;
import io.daybreak.client.ClientOptions;
import io.daybreak.client.DaybreakClient;
import io.daybreak.client.Grant;
import io.daybreak.client.LedgerTotals;
import io.daybreak.client.NewAccount;
import io.daybreak.client.Outcome;
import io.daybreak.client.Participant;
import io.daybreak.client.ParticipantRecord;
import io.daybreak.client.RateRecord;
import io.daybreak.client.SecretFile;
import io.daybreak.client.PaymentTables;
import io.daybreak.client.SwitchStatus;
import io.daybreak.client.TransferId;
import io.daybreak.client.TransferRecord;
import io.daybreak.client.TransfersPage;
import io.daybreak.gateway.card.TokenKeys;
import io.daybreak.gateway.key.KeyFile;
import io.daybreak.gateway.key.KeyFileException;
import io.daybreak.gateway.launch.ExitCode;
import io.daybreak.gateway.setup.SetupApplier;
import io.daybreak.gateway.setup.SetupException;
import io.daybreak.gateway.setup.SetupExporter;
import io.daybreak.gateway.setup.SetupFile;
import io.daybreak.iso8583.card.PanTokens;
import io.daybreak.protocol.AccountFlags;
import io.daybreak.protocol.Limits;
import io.daybreak.protocol.Participants;
import io.daybreak.protocol.Result;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Function;

/**
 * Administers a running switch over its native protocol. Each subcommand is one request, which the switch orders, journals
 * and explains like any other.
 */
@Command(name = "admin", mixinStandardHelpOptions = true,
    description = {"Administers a running switch over the native protocol.",
        "Needs the operator's rights for everything but looking at what the participant may read."})
final class AdminCommand implements Runnable {
    private static final String DEFAULT_SECRETS = "./data/demo.secret";
    /** A person waits: a switch that is not there must be told of soon. */
    private static final Duration DEADLINE = Duration.ofSeconds(5);
    private static final long NS_PER_MS = 1_000_000L;
    private static final long NS_PER_S = 1_000_000_000L;
    /** A card number, and the end of its line. */
    private static final int MAX_PAN_INPUT = 64;
    private static final int BIN_DIGITS = 8;

    @Spec
    private CommandSpec spec;

    @Option(names = "--host", paramLabel = "HOST", defaultValue = "127.0.0.1", scope = ScopeType.INHERIT,
        description = "Where the switch listens (default ${DEFAULT-VALUE}).")
    private String host;

    @Option(names = "--port", paramLabel = "N", defaultValue = "7300", scope = ScopeType.INHERIT,
        description = "Its native port (default ${DEFAULT-VALUE}).")
    private int port;

    @Option(names = "--participant", paramLabel = "CODE", defaultValue = "OPERATOR", scope = ScopeType.INHERIT,
        description = "Who signs on (default ${DEFAULT-VALUE}).")
    private String participant;

    @Option(names = "--secret-file", paramLabel = "FILE", scope = ScopeType.INHERIT,
        description = "File of lines CODE=64 hexadecimal digits. Without it the environment's DAYBREAK_SECRET, else " + DEFAULT_SECRETS + ".")
    private Path secretFile;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a command is missing");
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }

    private int ask(final Function<DaybreakClient, Integer> request) {
        try (DaybreakClient client = DaybreakClient.builder()
            .address(host, port)
            .credentials(SecretFile.find(participant, secretFile, System.getenv(), Path.of(DEFAULT_SECRETS)))
            .options(ClientOptions.DEFAULT.withDeadline(DEADLINE))
            .connect()) {
            return request.apply(client);
        } catch (final IOException ex) {
            spec.commandLine().getErr().println("daybreak: " + ex.getMessage());
            return ExitCode.USAGE.code();
        } catch (final IllegalArgumentException ex) {
            // A value that the protocol has no room for.
            spec.commandLine().getErr().println("daybreak: " + ex.getMessage());
            return ExitCode.USAGE.code();
        } catch (final ClientException ex) {
            spec.commandLine().getErr().println("daybreak: " + ex.reason() + ": " + ex.getMessage());
            return ExitCode.UNEXPECTED.code();
        }
    }

    /** Prints what became of a command. */
    private int tell(final Outcome outcome, final String what) {
        out().println(what + ": " + outcome.resultName() + (outcome.isApplied() ? " sequence=" + outcome.sequence() : "")
            + (outcome.isRepeated() ? " (as before)" : ""));
        return outcome.isApplied() ? ExitCode.OK.code() : ExitCode.UNEXPECTED.code();
    }

    private int tellAll(final List<Outcome> outcomes, final Function<Integer, String> what) {
        int code = ExitCode.OK.code();
        for (int i = 0; i < outcomes.size(); i++) {
            code = Math.max(code, tell(outcomes.get(i), what.apply(i)));
        }
        return code;
    }

    private static String time(final long epochNs) {
        return Instant.ofEpochSecond(Math.floorDiv(epochNs, NS_PER_S), Math.floorMod(epochNs, NS_PER_S)).toString();
    }

    @Command(name = "create-accounts", mixinStandardHelpOptions = true, description = "Creates accounts with ids in a row.")
    int createAccounts(
        @Option(names = "--first-id", paramLabel = "ID", required = true, description = "Id of the first.") final long firstId,
        @Option(names = "--count", paramLabel = "N", defaultValue = "1", description = "How many, 1 to 8190 (default ${DEFAULT-VALUE}).") final int count,
        @Option(names = "--ledger", paramLabel = "N", required = true, description = "Ledger: the ISO 4217 number of the currency.") final int ledger,
        @Option(names = "--code", paramLabel = "N", required = true, description = "What kind of account it is, to the operator.") final int code,
        @Option(names = "--debits-must-not-exceed-credits", description = "It may not be overdrawn.") final boolean isDebitLimited,
        @Option(names = "--credits-must-not-exceed-debits", description = "It may not be credited beyond its debits.") final boolean isCreditLimited,
        @Option(names = "--history", description = "Its balances are kept for queries.") final boolean hasHistory) {
        if (count < 1 || count > Limits.MAX_BATCH) {
            throw new ParameterException(spec.commandLine(), "--count must be from 1 to " + Limits.MAX_BATCH);
        }
        final int flags = (isDebitLimited ? AccountFlags.DEBITS_MUST_NOT_EXCEED_CREDITS : 0)
            | (isCreditLimited ? AccountFlags.CREDITS_MUST_NOT_EXCEED_DEBITS : 0)
            | (hasHistory ? AccountFlags.HISTORY : 0);
        return ask(client -> {
            final List<NewAccount> accounts = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                accounts.add(NewAccount.of(firstId + i, ledger, code, flags));
            }
            return tellAll(client.createAccounts(accounts), i -> "account " + Long.toUnsignedString(firstId + i));
        });
    }

    @Command(name = "freeze", mixinStandardHelpOptions = true, description = "Freezes accounts: no new debits, credits or both.")
    int freeze(
        @Parameters(paramLabel = "ID", arity = "1..*", description = "Account ids.") final long[] ids,
        @Option(names = "--sides", paramLabel = "SIDES", defaultValue = "both", description = "debits, credits or both (default ${DEFAULT-VALUE}).")
        final Side side) {
        return act(ids, id -> AccountAction.freeze(id, side.bits));
    }

    @Command(name = "unfreeze", mixinStandardHelpOptions = true, description = "Takes a freeze back.")
    int unfreeze(
        @Parameters(paramLabel = "ID", arity = "1..*", description = "Account ids.") final long[] ids,
        @Option(names = "--sides", paramLabel = "SIDES", defaultValue = "both", description = "debits, credits or both (default ${DEFAULT-VALUE}).")
        final Side side) {
        return act(ids, id -> AccountAction.unfreeze(id, side.bits));
    }

    @Command(name = "close", mixinStandardHelpOptions = true, description = "Closes accounts for good; they must have no holds and no balance.")
    int close(@Parameters(paramLabel = "ID", arity = "1..*", description = "Account ids.") final long[] ids) {
        return act(ids, AccountAction::close);
    }

    private int act(final long[] ids, final Function<Long, AccountAction> action) {
        final List<AccountAction> actions = new ArrayList<>();
        for (final long id : ids) {
            actions.add(action.apply(id));
        }
        return ask(client -> tellAll(client.act(actions), i -> "account " + Long.toUnsignedString(ids[i])));
    }

    /** Sides of an account. */
    enum Side {
        /** No new debits. */
        debits(AccountFlags.SIDE_DEBITS),
        /** No new credits. */
        credits(AccountFlags.SIDE_CREDITS),
        /** Neither. */
        both(AccountFlags.SIDE_DEBITS | AccountFlags.SIDE_CREDITS);

        private final int bits;

        Side(final int bits) {
            this.bits = bits;
        }
    }

    @Command(name = "put-participant", mixinStandardHelpOptions = true, description = "Creates a participant, or changes it.")
    int putParticipant(
        @Option(names = "--id", paramLabel = "N", required = true, description = "1 to 65535.") final int id,
        @Option(names = "--code", paramLabel = "CODE", required = true, description = "Name to sign on with, up to 16 printable characters.") final String code,
        @Option(names = "--key-id", paramLabel = "N", defaultValue = "1", description = "Which of its secrets counts (default ${DEFAULT-VALUE}).") final long keyId,
        @Option(names = "--id-capacity", paramLabel = "N", required = true, description = "Transfer ids remembered for it, at least 1024.") final long idCapacity,
        @Option(names = "--rate", paramLabel = "N", defaultValue = "0", description = "Requests a second that links take from it; 0: any number (default).") final long rate,
        @Option(names = "--burst", paramLabel = "MS", defaultValue = "0", description = "Milliseconds of the rate that may come at once; 0: a second's (default).") final int burstMs,
        @Option(names = "--operator", description = "May administer.") final boolean isOperator,
        @Option(names = "--standby", description = "Is a node of this switch: may follow the journal, and be promoted.") final boolean isNode,
        @Option(names = "--barred", description = "May not sign on or pay.") final boolean isBarred) {
        final int roles = (isOperator ? Participants.ROLE_OPERATOR : 0) | (isNode ? Participants.ROLE_STANDBY : 0)
            | (isBarred ? 0 : Participants.ROLE_ACTIVE);
        return ask(client -> tell(client.putParticipant(new Participant(id, code, keyId, roles, idCapacity, rate, burstMs)), "participant " + code));
    }

    @Command(name = "node", mixinStandardHelpOptions = true, description = "Shows what this node is, and how far it has come.")
    int node() {
        return ask(client -> {
            out().println(client.node());
            return ExitCode.OK.code();
        });
    }

    @Command(name = "rate", mixinStandardHelpOptions = true,
        description = "Shows at which rate the requests of the one who asks (--participant) are taken, and how many would be taken at once now.")
    int rate() {
        return ask(client -> {
            final RateRecord rate = client.rate();
            out().println("rate: " + (rate.isLimited() ? "requests-per-second=" + rate.requestsPerSecond() + " capacity=" + rate.capacity()
                + " available=" + rate.available() : "any"));
            return ExitCode.OK.code();
        });
    }

    @Command(name = "participant", mixinStandardHelpOptions = true, description = "Shows a participant.")
    int participant(@Parameters(paramLabel = "CODE", description = "Its code.") final String code) {
        return ask(client -> {
            final ParticipantRecord found = client.participant(code);
            if (found.result() != Result.OK) {
                out().println("participant " + code + ": " + Result.name(found.result()));
                return ExitCode.UNEXPECTED.code();
            }
            final Participant it = found.participant();
            out().println("participant " + it.code() + ": id=" + it.participantId() + " key-id=" + it.keyId() + " id-capacity=" + it.idCapacity()
                + (it.requestsPerSecond() == 0 ? "" : " rate=" + it.requestsPerSecond() + " burst-ms=" + it.burstMs())
                + ((it.roles() & Participants.ROLE_OPERATOR) != 0 ? " operator" : "")
                + ((it.roles() & Participants.ROLE_STANDBY) != 0 ? " standby" : "") + ((it.roles() & Participants.ROLE_ACTIVE) != 0 ? " active" : " barred"));
            return ExitCode.OK.code();
        });
    }

    /** The values of a grant, for giving and taking back. */
    static final class GrantOptions {
        @Option(names = "--to-participant", paramLabel = "N", required = true, description = "Participant id.")
        private int participantId;

        @Option(names = "--kind", paramLabel = "KIND", required = true, description = "account, range (of account ids) or code (of accounts).")
        private GrantKind kind;

        @Option(names = "--from", paramLabel = "N", required = true, description = "Account id, first id of the range, or account code.")
        private long from;

        @Option(names = "--to", paramLabel = "N", defaultValue = "0", description = "Last id of the range.")
        private long to;

        @Option(names = "--ledger", paramLabel = "N", defaultValue = "0", description = "Only accounts of this ledger; 0 for all.")
        private int ledger;

        @Option(names = "--read-only", description = "Balances and transfers only; otherwise it may debit as well.")
        private boolean isReadOnly;

        private Grant grant() {
            return new Grant(participantId, kind.number, isReadOnly ? Participants.RIGHT_READ : Participants.RIGHT_DEBIT, from, to, ledger);
        }
    }

    /** What a grant names accounts by. */
    enum GrantKind {
        /** One account. */
        account(Participants.GRANT_ACCOUNT),
        /** Account ids from one to another. */
        range(Participants.GRANT_RANGE),
        /** Accounts of one code. */
        code(Participants.GRANT_CODE);

        private final int number;

        GrantKind(final int number) {
            this.number = number;
        }
    }

    @Command(name = "grant", mixinStandardHelpOptions = true, description = "Lets a participant debit or read accounts.")
    int grant(@picocli.CommandLine.Mixin final GrantOptions grant) {
        return ask(client -> tell(client.putGrant(grant.grant()), "grant"));
    }

    @Command(name = "revoke", mixinStandardHelpOptions = true, description = "Takes back a grant that was given with the same values.")
    int revoke(@picocli.CommandLine.Mixin final GrantOptions grant) {
        return ask(client -> tell(client.removeGrant(grant.grant()), "grant"));
    }

    @Command(name = "accounts", mixinStandardHelpOptions = true, description = "Shows accounts, up to 128.")
    int accounts(@Parameters(paramLabel = "ID", arity = "1..128", description = "Account ids.") final long[] ids) {
        return ask(client -> {
            int code = ExitCode.OK.code();
            for (final AccountRecord account : client.lookupAccounts(ids).accounts()) {
                final String name = "account " + Long.toUnsignedString(account.id()) + ": ";
                if (account.isFound()) {
                    out().println(name + "ledger=" + account.ledger() + " code=" + account.code() + " flags=" + account.flags() + " balance=" + account.balanceMinor()
                        + " debits=" + account.debitsPosted() + " credits=" + account.creditsPosted() + " debits-pending=" + account.debitsPending()
                        + " credits-pending=" + account.creditsPending() + " created=" + time(account.createdNs()));
                } else {
                    out().println(name + Result.name(account.lookup()));
                    code = ExitCode.UNEXPECTED.code();
                }
            }
            return code;
        });
    }

    @Command(name = "transfers", mixinStandardHelpOptions = true, description = "Shows transfers by id, up to 128.")
    int transfers(
        @Parameters(paramLabel = "ID", arity = "1..128", description = "Ids of 32 hexadecimal digits.") final List<String> ids,
        @Option(names = "--of-participant", paramLabel = "N", defaultValue = "0", description = "Whose ids they are; 0: one's own.") final int of) {
        final List<TransferId> parsed;
        try {
            parsed = ids.stream().map(TransferId::parse).toList();
        } catch (final IllegalArgumentException ex) {
            throw new ParameterException(spec.commandLine(), ex.getMessage(), ex);
        }
        return ask(client -> tell(client.lookupTransfersAsync(of, parsed).join()));
    }

    @Command(name = "account-transfers", mixinStandardHelpOptions = true, description = "Shows the newest transfers of an account.")
    int accountTransfers(
        @Parameters(paramLabel = "ID", description = "Account id.") final long id,
        @Option(names = "--count", paramLabel = "N", defaultValue = "20", description = "How many, 1 to 128 (default ${DEFAULT-VALUE}).") final int count) {
        if (count < 1 || count > Limits.MAX_PAGE) {
            throw new ParameterException(spec.commandLine(), "--count must be from 1 to " + Limits.MAX_PAGE);
        }
        return ask(client -> tell(client.accountTransfers(id, 0, count)));
    }

    private int tell(final TransfersPage page) {
        if (page.result() != Result.OK) {
            out().println(Result.name(page.result()));
            return ExitCode.UNEXPECTED.code();
        }
        for (final TransferRecord transfer : page.transfers()) {
            out().println("transfer " + transfer.id() + ": " + transfer.lookup()
                + (transfer.lookup() == TransferRecord.Lookup.REFUSED ? " " + Result.name(transfer.result()) : "")
                + (transfer.lookup().isApplied()
                    ? " sequence=" + transfer.sequence() + " debit=" + Long.toUnsignedString(transfer.debitAccountId()) + " credit="
                        + Long.toUnsignedString(transfer.creditAccountId()) + " amount=" + transfer.amountMinor() + " ledger=" + transfer.ledger() + " code="
                        + transfer.code() + " flags=" + transfer.flags() + " hold=" + transfer.holdState() + " time=" + time(transfer.timestampNs())
                    : ""));
        }
        return ExitCode.OK.code();
    }

    @Command(name = "totals", mixinStandardHelpOptions = true, description = "Shows the sums of a ledger; they must be equal on both sides.")
    int totals(@Parameters(paramLabel = "LEDGER", description = "Ledger: the ISO 4217 number of the currency.") final int ledger) {
        return ask(client -> {
            final LedgerTotals totals = client.totals(ledger);
            if (totals.result() != Result.OK) {
                out().println("ledger " + ledger + ": " + Result.name(totals.result()));
                return ExitCode.UNEXPECTED.code();
            }
            out().println("ledger " + ledger + ": accounts=" + totals.accountCount() + " debits=" + totals.debitsPosted() + " credits=" + totals.creditsPosted()
                + " debits-pending=" + totals.debitsPending() + " credits-pending=" + totals.creditsPending() + " sequence=" + totals.asOfSequence()
                + (totals.isConserved() ? " conserved" : " NOT CONSERVED"));
            return totals.isConserved() ? ExitCode.OK.code() : ExitCode.DEFECT.code();
        });
    }

    @Command(name = "status", mixinStandardHelpOptions = true, description = "Shows where the state machine stands, and the tables of payments.")
    int status() {
        return ask(client -> {
            final SwitchStatus status = client.status();
            out().println("status: " + Result.name(status.result()) + " sequence=" + status.asOfSequence() + " time=" + time(status.timestampNs())
                + " digest=" + String.format("%016x", status.digest()) + " accounts=" + status.accountCount() + " holds=" + status.holdCount() + " ids="
                + status.idCount() + " transfers=" + status.transferCount() + " rules=" + status.rulesVersion());
            final PaymentTables tables = client.paymentTables();
            out().println("payments: " + Result.name(tables.result()) + " remembered=" + tables.payments() + " capacity=" + tables.paymentCapacity()
                + age(tables.oldestPaymentNs(), status) + " reversals-before-original=" + tables.reversalsBefore() + " cards=" + tables.cards()
                + " wallets=" + tables.wallets() + " merchants=" + tables.merchants() + " terminals=" + tables.terminals() + " items=" + tables.openItems());
            out().println("issuers: requests=" + tables.issuerRequests() + age(tables.oldestIssuerRequestNs(), status) + " store-and-forward="
                + tables.storeAndForward() + age(tables.oldestStoreAndForwardNs(), status) + " late-answers=" + tables.lateAnswers());
            out().println(client.node());
            return status.result() == Result.OK ? ExitCode.OK.code() : ExitCode.UNEXPECTED.code();
        });
    }

    /** How long the oldest entry of a table has been waiting, by the state machine's clock. */
    private static String age(final long oldestNs, final SwitchStatus status) {
        return oldestNs == 0 ? " oldest=none" : " oldest=" + Math.max(0, status.timestampNs() - oldestNs) / NS_PER_S + "s";
    }

    @Command(name = "apply", mixinStandardHelpOptions = true,
        description = {"Applies a set-up file: what is new or different in it is put, the rest is left alone.",
            "The form of the file: docs/operations.md. Exit code 0: everything is as the file says; 1: the switch refused some of it; 2: the file is wrong."})
    int apply(
        @Parameters(paramLabel = "FILE", description = "YAML, or JSON if it begins with a brace.") final Path file,
        @Option(names = "--dry-run", description = "Says what would be done, and does nothing.") final boolean isDryRun) {
        final SetupFile setup;
        try {
            setup = SetupFile.parse(Files.readString(file), LocalDate.now(ZoneOffset.UTC));
        } catch (final SetupException ex) {
            spec.commandLine().getErr().println("daybreak: " + file + ": " + ex.getMessage());
            return ExitCode.USAGE.code();
        } catch (final IOException ex) {
            spec.commandLine().getErr().println("daybreak: cannot read " + file + ": " + ex.getMessage());
            return ExitCode.USAGE.code();
        }
        return ask(client -> {
            try {
                return (new SetupApplier(client, isDryRun, out()::println).apply(setup) ? ExitCode.OK : ExitCode.UNEXPECTED).code();
            } catch (final SetupException ex) {
                return failed(ex);
            }
        });
    }

    @Command(name = "export", mixinStandardHelpOptions = true,
        description = {"Writes what the switch holds as a set-up file.", "Secrets and balances are not part of it."})
    int export(
        @Option(names = "--format", paramLabel = "FORM", defaultValue = "yaml", description = "yaml or json (default ${DEFAULT-VALUE}).") final SetupForm form,
        @Option(names = "--output", paramLabel = "FILE", description = "Where to write; without it the standard output.") final Path file) {
        return ask(client -> {
            try (Writer writer = file == null ? new StringWriter() : Files.newBufferedWriter(file)) {
                new SetupExporter(client).export(writer, form == SetupForm.yaml, LocalDate.now(ZoneOffset.UTC));
                if (file == null) {
                    out().print(writer);
                    out().flush();
                }
                return ExitCode.OK.code();
            } catch (final SetupException | IOException ex) {
                return failed(ex);
            }
        });
    }

    private int failed(final Exception ex) {
        spec.commandLine().getErr().println("daybreak: " + ex.getMessage());
        return ExitCode.UNEXPECTED.code();
    }

    /** Form of a set-up file. */
    enum SetupForm {
        /** For people. */
        yaml,
        /** For programs. */
        json
    }

    @Command(name = "token", mixinStandardHelpOptions = true,
        description = {"Prints the token of a card number that is read from the standard input.",
            "Needs no running switch. A card number is never given on a command line, where others could read it."})
    int token(@Option(names = "--key-file", paramLabel = "FILE", required = true, description = "The switch's key file.") final Path keyFile) {
        final byte[] digits = new byte[MAX_PAN_INPUT];
        try {
            final List<KeyFile.Entry> keys = KeyFile.read(keyFile).entries(KeyFile.Purpose.TOKEN, KeyFile.NO_NAME);
            if (keys.isEmpty()) {
                spec.commandLine().getErr().println("daybreak: " + keyFile + " has no token key");
                return ExitCode.USAGE.code();
            }
            final KeyFile.Entry key = keys.get(keys.size() - 1);
            final PanTokens tokens = TokenKeys.of(Integer.parseInt(key.id()), key.value()).newTokens();
            int length = System.in.readNBytes(digits, 0, digits.length);
            while (length > 0 && digits[length - 1] <= ' ') {
                length--;
            }
            if (!areDigits(digits, length) || !tokens.token(digits, 0, length)) {
                spec.commandLine().getErr().println("daybreak: a card number of 8 to 19 digits is read from the standard input");
                return ExitCode.USAGE.code();
            }
            out().println("token: " + HexFormat.of().toHexDigits(tokens.high()) + HexFormat.of().toHexDigits(tokens.low()) + " key-id: " + key.id()
                + " bin: " + new String(digits, 0, BIN_DIGITS, StandardCharsets.US_ASCII));
            return ExitCode.OK.code();
        } catch (final KeyFileException | IOException | IllegalArgumentException ex) {
            spec.commandLine().getErr().println("daybreak: " + ex.getMessage());
            return ExitCode.USAGE.code();
        } finally {
            Arrays.fill(digits, (byte) 0);
        }
    }

    private static boolean areDigits(final byte[] text, final int length) {
        for (int i = 0; i < length; i++) {
            if (text[i] < '0' || text[i] > '9') {
                return false;
            }
        }
        return length >= BIN_DIGITS;
    }

    @Command(name = "accept-clock", mixinStandardHelpOptions = true,
        description = "Accepts a step of the wall clock that the switch does not follow by itself.")
    int acceptClock(
        @Option(names = "--epoch-ms", paramLabel = "N", description = "Unix milliseconds to go on from; without it this machine's wall clock.") final Long epochMs) {
        final long acceptedNs = (epochMs == null ? System.currentTimeMillis() : epochMs) * NS_PER_MS;
        return ask(client -> tell(client.acceptClock(acceptedNs), "clock " + time(acceptedNs)));
    }
}
