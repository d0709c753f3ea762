package io.daybreak.gateway.cli;

import io.daybreak.gateway.config.Settings;
import io.daybreak.gateway.config.SettingsException;
import io.daybreak.gateway.key.JournalKeys;
import io.daybreak.gateway.key.KeyFileException;
import io.daybreak.gateway.launch.ExitCode;
import io.daybreak.journal.DamagedJournalException;
import io.daybreak.journal.DataDirectoryInUseException;
import io.daybreak.journal.ForgedEntryException;
import io.daybreak.journal.JournalKeyException;
import io.daybreak.journal.RecoveryRefusedException;
import io.daybreak.journal.ReleasedJournalException;
import io.daybreak.journal.cipher.Keyring;
import io.daybreak.journal.maker.SnapshotContext;
import io.daybreak.journal.maker.SnapshotMaker;
import io.daybreak.journal.maker.SnapshotResult;
import io.daybreak.pipeline.MachineCopy;
import io.daybreak.pipeline.ReplayMismatchException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.util.concurrent.Callable;

/** Makes a snapshot beside a switch that runs or does not. */
@Command(name = "snapshot", mixinStandardHelpOptions = true,
    description = {"Makes a snapshot of what is durable, beside a switch that runs or does not, and lets go of what the settings allow.",
        "Applies the journal from the newest snapshot on in a state of its own: it needs the memory of a second state. Give it the settings of the"
            + " server. Prints one line on standard output."})
final class SnapshotCommand implements Callable<Integer> {
    private static final int WHOLE_PROCESSOR = 100;

    @Spec
    private CommandSpec spec;

    @Mixin
    private SettingsOptions options;

    @Option(names = "--gently", description = "Keeps to snapshot.cpu-percent, for a machine without processors to spare.")
    private boolean isGentle;

    @Option(names = "--json", description = "Prints the line as JSON.")
    private boolean isJson;

    @Override
    public Integer call() {
        final PrintWriter err = spec.commandLine().getErr();
        try {
            final Settings settings = options.load();
            Keyring.useForProcess(JournalKeys.read(settings.journal().keyFile(), settings.journal().encryption(), System.getenv()));
            final SnapshotContext context = settings.snapshotContext();
            final SnapshotResult result = new SnapshotMaker(new SnapshotContext(context.dataDirectory(), context.keep(), context.writeBytesPerSecond(),
                isGentle ? context.cpuPercent() : WHOLE_PROCESSOR, context.retentionBytes(), context.retentionMs(), context.reserveBytes(),
                context.memberBytes(), context.archiveCommand(), context.apart()),
                MachineCopy::new).run();
            result.messages().forEach(message -> err.println("daybreak: " + message));
            print(result);
            return ExitCode.OK.code();
        } catch (final SettingsException ex) {
            SettingsOptions.print(ex, err);
            return ExitCode.USAGE.code();
        } catch (final KeyFileException | JournalKeyException ex) {
            err.println("daybreak: " + ex.getMessage());
            return ExitCode.USAGE.code();
        } catch (final DataDirectoryInUseException ex) {
            err.println("daybreak: " + ex.getMessage());
            return ExitCode.DATA_DIRECTORY_IN_USE.code();
        } catch (final RecoveryRefusedException | DamagedJournalException | ReleasedJournalException | ForgedEntryException | ReplayMismatchException
                       | IllegalStateException ex) {
            err.println("daybreak: " + ex.getMessage());
            return ExitCode.RECOVERY_REFUSED.code();
        } catch (final NoSuchFileException ex) {
            err.println("daybreak: there is no journal: " + ex.getFile());
            return ExitCode.USAGE.code();
        } catch (final IOException ex) {
            err.println("daybreak: " + ex);
            return ExitCode.UNEXPECTED.code();
        }
    }

    private void print(final SnapshotResult result) throws IOException {
        final String file = result.snapshot() == null ? "" : result.snapshot().toString();
        final long bytes = result.snapshot() == null ? 0 : Files.size(result.snapshot());
        final PrintWriter out = spec.commandLine().getOut();
        if (isJson) {
            out.printf("{\"new\":%b,\"sequence\":%d,\"file\":\"%s\",\"bytes\":%d,\"replayed\":%d,\"duration_ms\":%d,\"state_bytes\":%d,\"released\":%d}%n",
                result.isNew(), result.position().sequence(), file.replace("\\", "\\\\").replace("\"", "\\\""), bytes, result.replayed(), result.durationMs(),
                result.stateBytes(), result.releasedFiles().size());
        } else {
            out.printf("SNAPSHOT new=%b sequence=%d file=%s bytes=%d replayed=%d duration_ms=%d state_bytes=%d released=%d%n", result.isNew(),
                result.position().sequence(), file, bytes, result.replayed(), result.durationMs(), result.stateBytes(), result.releasedFiles().size());
        }
        out.flush();
    }
}
