package io.daybreak.loadtest.cli;

import io.daybreak.client.SecretFile;
import io.daybreak.loadtest.agent.AgentServer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.concurrent.Callable;

/** Pays parts of a load that another process asks for. */
@Command(name = "agent", mixinStandardHelpOptions = true, sortOptions = false,
    description = {"Waits for 'run --agents' and pays its part of the load, with the secrets of this machine; prints READY agent=HOST:PORT.",
        "It asks nobody who he is, and whoever reaches its port can pay with these secrets: it belongs on loopback or on a private network."},
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {"0:stopped", "1:unexpected error", "3:cannot listen", "64:wrong command line or file"})
final class AgentCommand implements Callable<Integer> {
    private static final Path DEFAULT_SECRET_FILE = Path.of("data", "demo.secret");

    @Spec
    private CommandSpec spec;

    @Option(names = "--listen-host", defaultValue = "127.0.0.1", description = "Address (default: ${DEFAULT-VALUE}).")
    private String host;

    @Option(names = "--listen-port", defaultValue = "7400", description = "Port; 0 picks a free one (default: ${DEFAULT-VALUE}).")
    private int port;

    @Option(names = "--allow-plaintext-bind", description = "Needed for an address other than loopback: the network is trusted.")
    private boolean isPlaintextBindAllowed;

    @Option(names = "--secret-file", description = "File with lines CODE=secret, mode 0600. Without it the environment variable "
        + SecretFile.ENVIRONMENT_VARIABLE + ", else ./data/demo.secret.")
    private Path secretFile;

    @Override
    public Integer call() throws IOException {
        if (port < 0 || port > 65_535) {
            throw new ParameterException(spec.commandLine(), "--listen-port is 0 to 65535");
        }
        if (!isPlaintextBindAllowed && !InetAddress.getByName(host).isLoopbackAddress()) {
            throw new ParameterException(spec.commandLine(), "--listen-host " + host + " is not loopback: --allow-plaintext-bind says that the network is trusted");
        }
        try (AgentServer server = new AgentServer(host, port, code -> SecretFile.find(code, secretFile, System.getenv(), DEFAULT_SECRET_FILE))) {
            spec.commandLine().getOut().println("READY agent=" + host + ":" + server.port());
            spec.commandLine().getOut().flush();
            server.serve();
        } catch (final BindException ex) {
            spec.commandLine().getErr().println("cannot listen on " + host + ":" + port + ": " + ex.getMessage());
            return ExitCode.CONNECTION;
        }
        return ExitCode.OK;
    }
}
