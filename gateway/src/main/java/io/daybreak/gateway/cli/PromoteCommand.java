package io.daybreak.gateway.cli;

import io.daybreak.client.ClientException;
import io.daybreak.client.ClientOptions;
import io.daybreak.client.DaybreakClient;
import io.daybreak.client.NodeRecord;
import io.daybreak.client.SecretFile;
import io.daybreak.gateway.launch.ExitCode;
import io.daybreak.protocol.Result;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;

/** Makes a running standby the primary. */
@Command(name = "promote", mixinStandardHelpOptions = true,
    description = {"Makes a running standby the primary.",
        "Needs the operator's rights. The old primary is refused from then on, by the epoch. Prints the last sequence that the standby knows."})
final class PromoteCommand implements Callable<Integer> {
    private static final Duration DEADLINE = Duration.ofMinutes(11);

    @Spec
    private CommandSpec spec;

    @Option(names = "--host", paramLabel = "HOST", defaultValue = "127.0.0.1", description = "Where the standby listens (default ${DEFAULT-VALUE}).")
    private String host;

    @Option(names = "--port", paramLabel = "N", defaultValue = "7300", description = "Its native port (default ${DEFAULT-VALUE}).")
    private int port;

    @Option(names = "--participant", paramLabel = "CODE", defaultValue = "OPERATOR", description = "Who signs on (default ${DEFAULT-VALUE}).")
    private String participant;

    @Option(names = "--secret-file", paramLabel = "FILE",
        description = "File of lines CODE=64 hexadecimal digits. Without it the environment's DAYBREAK_SECRET.")
    private Path secretFile;

    @Option(names = "--accept-loss",
        description = "Promote although what was acknowledged last may be missing, and nothing proves that the old primary is stopped.")
    private boolean isLossAccepted;

    @Override
    public Integer call() {
        try (DaybreakClient client = DaybreakClient.builder().address(host, port)
            .credentials(SecretFile.find(participant, secretFile, System.getenv(), Path.of("./data/demo.secret")))
            .options(ClientOptions.DEFAULT.withDeadline(DEADLINE)).start()) {
            final NodeRecord before = client.node();
            spec.commandLine().getOut().println("last sequence known: received " + before.receivedSequence() + ", primary " + before.primarySequence());
            final NodeRecord after = client.promote(isLossAccepted);
            spec.commandLine().getOut().println("promote: " + Result.name(after.result()) + " " + after);
            return after.result() == Result.OK ? ExitCode.OK.code() : ExitCode.UNEXPECTED.code();
        } catch (final IOException ex) {
            spec.commandLine().getErr().println("daybreak: " + ex.getMessage());
            return ExitCode.USAGE.code();
        } catch (final ClientException ex) {
            spec.commandLine().getErr().println("daybreak: " + ex.reason() + ": " + ex.getMessage());
            return ExitCode.UNEXPECTED.code();
        }
    }
}
