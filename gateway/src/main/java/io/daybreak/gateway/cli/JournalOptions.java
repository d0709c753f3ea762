package io.daybreak.gateway.cli;

import io.daybreak.gateway.key.KeyFileException;
import io.daybreak.gateway.launch.ExitCode;
import io.daybreak.gateway.replay.Json;
import io.daybreak.gateway.replay.ReplayException;
import io.daybreak.journal.DamagedJournalException;
import io.daybreak.journal.DataDirectoryInUseException;
import io.daybreak.journal.ForgedEntryException;
import io.daybreak.journal.JournalKeyException;
import io.daybreak.journal.ReleasedJournalException;
import io.daybreak.pipeline.ReplayMismatchException;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** What all commands that read a journal have in common: where it is, in which form they answer, and what they end with when they cannot. */
final class JournalOptions {
    @Option(names = "--data", paramLabel = "DIR", defaultValue = "./data", description = "Data directory, of a running switch or of none (default ./data).")
    Path data;

    @Mixin
    private JournalKeyOptions keys;

    @Option(names = "--json", description = "Answer in JSON.")
    boolean isJson;

    /** What a command does. */
    interface Work {
        ExitCode run() throws IOException, ReplayException;
    }

    /** Runs a command; what goes wrong becomes one line on standard error, and an exit code. */
    int run(final CommandSpec spec, final Work work) {
        final PrintWriter err = spec.commandLine().getErr();
        try {
            keys.use();
            return work.run().code();
        } catch (final KeyFileException | JournalKeyException ex) {
            err.println("daybreak: " + ex.getMessage());
            return ExitCode.USAGE.code();
        } catch (final ReplayException ex) {
            err.println("daybreak: " + ex.getMessage());
            return switch (ex.reason()) {
                case USAGE -> ExitCode.USAGE.code();
                case NOT_FOUND -> ExitCode.NOT_IN_THE_JOURNAL.code();
                case NOT_PROVEN -> ExitCode.NOT_PROVEN.code();
            };
        } catch (final NoSuchFileException ex) {
            err.println("daybreak: " + (ex.getReason() == null ? "there is no file" : ex.getReason()) + ": " + ex.getFile());
            return ExitCode.USAGE.code();
        } catch (final FileAlreadyExistsException ex) {
            err.println("daybreak: " + ex.getFile() + " is there already; it is not overwritten");
            return ExitCode.USAGE.code();
        } catch (final DataDirectoryInUseException ex) {
            err.println("daybreak: " + ex.getMessage());
            return ExitCode.DATA_DIRECTORY_IN_USE.code();
        } catch (final ReleasedJournalException ex) {
            err.println("daybreak: " + ex.getMessage());
            return ExitCode.NOT_IN_THE_JOURNAL.code();
        } catch (final DamagedJournalException | ForgedEntryException | ReplayMismatchException ex) {
            err.println("daybreak: " + ex.getMessage() + "; run verify, and see the document on operations, Recovery is refused");
            return ExitCode.RECOVERY_REFUSED.code();
        } catch (final IOException ex) {
            err.println("daybreak: " + ex);
            return ExitCode.UNEXPECTED.code();
        }
    }

    /** Prints a report of names and values in the form that was asked for. */
    void print(final CommandSpec spec, final Map<String, Object> report) {
        final PrintWriter out = spec.commandLine().getOut();
        if (isJson) {
            out.println(Json.pretty(report));
        } else {
            final int width = report.keySet().stream().mapToInt(String::length).max().orElse(0);
            report.forEach((name, value) -> {
                if (value instanceof List<?> list) {
                    list.forEach(each -> out.printf("%-" + width + "s  %s%n", name, Json.line(each)));
                } else {
                    out.printf("%-" + width + "s  %s%n", name, value);
                }
            });
        }
        out.flush();
    }
}
