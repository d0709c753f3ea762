package io.daybreak.gateway.cli;

import io.daybreak.client.ClientException;
import io.daybreak.client.Credentials;
import io.daybreak.client.DaybreakClient;
import io.daybreak.client.Outcome;
import io.daybreak.client.ParticipantRecord;
import io.daybreak.client.SecretFile;
import io.daybreak.client.Transfer;
import io.daybreak.client.TransferId;
import io.daybreak.gateway.key.KeyFileException;
import io.daybreak.gateway.launch.ExitCode;
import io.daybreak.journal.JournalException;
import io.daybreak.journal.replay.DivergentTail;
import io.daybreak.port.ReplayTarget;
import io.daybreak.protocol.Result;
import io.daybreak.protocol.TransferFlags;
import io.daybreak.protocol.codec.TransferDecoder;
import org.agrona.DirectBuffer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;

/**
 * Shows what was cut from a former primary's journal, and sends its acknowledged transfers to the new one. Rule: docs/replication.md,
 * "Divergence".
 */
@Command(name = "divergent", mixinStandardHelpOptions = true,
    description = {"Shows what was cut from a former primary's journal when it joined again.",
        "With --resubmit its acknowledged, applied transfers are sent to the new primary, each as its participant and with its own id, so that none is made"
            + " twice. Payments of ISO 8583 are listed only."})
final class DivergentCommand implements Callable<Integer> {
    /** A chain is never cut: it is at most as long as a batch of this size. */
    private static final int BATCH = 1_024;
    private static final long NS_PER_S = 1_000_000_000L;

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "FILE", description = "DIR/journal/aside/divergent-N.entries of the former primary.")
    private Path file;

    @Mixin
    private JournalKeyOptions keys;

    @Option(names = "--resubmit", description = "Send the acknowledged transfers to the new primary.")
    private boolean isResubmitting;

    @Option(names = "--host", paramLabel = "HOST", defaultValue = "127.0.0.1", description = "Where the new primary listens (default ${DEFAULT-VALUE}).")
    private String host;

    @Option(names = "--port", paramLabel = "N", defaultValue = "7300", description = "Its native port (default ${DEFAULT-VALUE}).")
    private int port;

    @Option(names = "--secret-file", paramLabel = "FILE", description = "Secrets of OPERATOR and of the participants whose transfers are sent.")
    private Path secretFile;

    private final Map<Integer, List<Transfer>> toSend = new TreeMap<>();
    private int unsent;

    @Override
    public Integer call() {
        final PrintWriter out = spec.commandLine().getOut();
        try {
            keys.use();
            return show(out);
        } catch (final KeyFileException | JournalException ex) {
            spec.commandLine().getErr().println("daybreak: " + ex.getMessage());
            return ExitCode.USAGE.code();
        } catch (final IOException ex) {
            spec.commandLine().getErr().println("daybreak: " + file + ": " + ex.getMessage());
            return ExitCode.USAGE.code();
        } catch (final ClientException ex) {
            spec.commandLine().getErr().println("daybreak: " + ex.reason() + ": " + ex.getMessage());
            return ExitCode.UNEXPECTED.code();
        }
    }

    private int show(final PrintWriter out) throws IOException {
        try (DivergentTail tail = DivergentTail.open(file)) {
            out.println("common up to sequence " + tail.lastCommonSequence() + ", acknowledged up to sequence " + tail.acknowledgedSequence());
            final Printer printer = new Printer(out, tail.acknowledgedSequence());
            while (tail.next()) {
                tail.replay(printer);
            }
            out.println("acknowledged transfers: " + toSend.values().stream().mapToInt(List::size).sum() + ", other acknowledged commands: " + unsent);
            return isResubmitting ? resubmit(out) : ExitCode.OK.code();
        }
    }

    private int resubmit(final PrintWriter out) throws IOException {
        if (secretFile == null) {
            spec.commandLine().getErr().println("daybreak: --resubmit needs --secret-file");
            return ExitCode.USAGE.code();
        }
        final Map<String, byte[]> secrets = SecretFile.read(secretFile);
        final Map<Integer, String> codes = codes(secrets);
        int code = ExitCode.OK.code();
        for (final Map.Entry<Integer, List<Transfer>> participant : toSend.entrySet()) {
            final String name = codes.get(participant.getKey());
            if (name == null) {
                out.println("participant " + participant.getKey() + ": no secret, " + participant.getValue().size() + " transfers not sent");
                code = ExitCode.UNEXPECTED.code();
                continue;
            }
            try (DaybreakClient client = connect(new Credentials(name, secrets.get(name)))) {
                code = Math.max(code, send(client, name, participant.getValue(), out));
            }
        }
        return code;
    }

    private Map<Integer, String> codes(final Map<String, byte[]> secrets) throws IOException {
        final Map<Integer, String> codes = new HashMap<>();
        try (DaybreakClient operator = connect(SecretFile.credentials(secretFile, "OPERATOR"))) {
            for (final String name : secrets.keySet()) {
                final ParticipantRecord record = operator.participant(name);
                if (record.result() == Result.OK) {
                    codes.put(record.participant().participantId(), name);
                }
            }
        }
        return codes;
    }

    private DaybreakClient connect(final Credentials credentials) {
        return DaybreakClient.builder().address(host, port).credentials(credentials).connect();
    }

    private static int send(final DaybreakClient client, final String name, final List<Transfer> transfers, final PrintWriter out) {
        int again = 0;
        int made = 0;
        int failed = 0;
        int from = 0;
        while (from < transfers.size()) {
            int to = Math.min(transfers.size(), from + BATCH);
            while (to < transfers.size() && (transfers.get(to - 1).flags() & TransferFlags.LINKED) != 0) {
                to++;
            }
            final List<Outcome> outcomes = client.transfers(transfers.subList(from, to));
            for (int i = 0; i < outcomes.size(); i++) {
                if (outcomes.get(i).isApplied()) {
                    again += outcomes.get(i).isRepeated() ? 1 : 0;
                    made += outcomes.get(i).isRepeated() ? 0 : 1;
                } else {
                    failed++;
                    out.println("  " + transfers.get(from + i).id() + ": " + outcomes.get(i).resultName());
                }
            }
            from = to;
        }
        out.println("participant " + name + ": " + made + " made, " + again + " known there already, " + failed + " not applied");
        return failed == 0 ? ExitCode.OK.code() : ExitCode.UNEXPECTED.code();
    }

    /** Prints commands, and keeps the transfers that are to be sent. */
    private final class Printer implements ReplayTarget {
        private final PrintWriter out;
        private final long acknowledgedSequence;
        private final TransferDecoder transfer = new TransferDecoder();
        private long sequence;
        private String time = "";

        Printer(final PrintWriter out, final long acknowledgedSequence) {
            this.out = out;
            this.acknowledgedSequence = acknowledgedSequence;
        }

        @Override
        public void onEntry(final long firstSequence, final int count, final long timestampNs) {
            sequence = firstSequence;
            time = Instant.ofEpochSecond(timestampNs / NS_PER_S, timestampNs % NS_PER_S).toString();
        }

        @Override
        public void onCommand(final int templateId, final int participantId, final DirectBuffer command, final int offset, final int length,
                              final int result) {
            final boolean isAcknowledged = sequence <= acknowledgedSequence;
            String what = "template " + templateId;
            if (templateId == TransferDecoder.TEMPLATE_ID && length == TransferDecoder.BLOCK_LENGTH) {
                final Transfer found = read(command, offset);
                what = "transfer " + found.id() + " " + Long.toUnsignedString(found.debitAccountId()) + " -> "
                    + Long.toUnsignedString(found.creditAccountId()) + " amount " + Long.toUnsignedString(found.amountMinor());
                if (isAcknowledged && result == Result.OK) {
                    toSend.computeIfAbsent(participantId, id -> new ArrayList<>()).add(found);
                }
            } else if (isAcknowledged && participantId != 0) {
                unsent++;
            }
            out.println(sequence + " " + time + " participant " + participantId + " " + what + " " + Result.name(result)
                + (isAcknowledged ? " ACKNOWLEDGED" : " not acknowledged"));
            sequence++;
        }

        private Transfer read(final DirectBuffer command, final int offset) {
            transfer.wrap(command, offset, TransferDecoder.BLOCK_LENGTH, TransferDecoder.SCHEMA_VERSION);
            return new Transfer(new TransferId(transfer.id().hi(), transfer.id().lo()), transfer.debitAccountId(), transfer.creditAccountId(),
                transfer.amountMinor(), new TransferId(transfer.pendingId().hi(), transfer.pendingId().lo()), transfer.userData128().hi(),
                transfer.userData128().lo(), transfer.userData64(), transfer.timeoutMs(), (int) transfer.ledger(), transfer.code(), transfer.flags());
        }

        @Override
        public void onEntryEnd(final long stateDigest) {
            // What the digest was there tells nobody anything here.
        }
    }
}
