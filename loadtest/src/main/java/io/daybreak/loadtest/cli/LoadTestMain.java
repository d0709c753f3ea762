package io.daybreak.loadtest.cli;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.io.PrintWriter;

/** Entry point of loadtest.jar. */
@Command(name = "loadtest", mixinStandardHelpOptions = true, versionProvider = LoadTestMain.Version.class,
    description = "Load generator, simulators and conformance run of the Daybreak payment switch.",
    subcommands = {RunCommand.class, ReplayCommand.class, FindMaxCommand.class, LimitsCommand.class, AgentCommand.class, ReportCommand.class, GrowCommand.class, IdleCommand.class, CrashClientCommand.class, CrashVerifyCommand.class, BareSwitchCommand.class,
        IssuerCommand.class, AcquirerCommand.class, SimulateCommand.class, JmhCommand.class},
    synopsisSubcommandLabel = "COMMAND",
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {"0:done", "1:unexpected error", "2:the money differs, or a case failed", "3:not connected, or a connection lost",
        "4:the proof is incomplete", "5:outcomes of a replay differ from the recording", "64:wrong command line or file"})
public final class LoadTestMain implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(LoadTestMain.class);

    @Spec
    private CommandSpec spec;

    private LoadTestMain() {
    }

    /** Runs a command and ends the process with its exit code. */
    public static void main(final String[] arguments) {
        System.exit(execute(arguments));
    }

    static int execute(final String... arguments) {
        final CommandLine line = new CommandLine(new LoadTestMain());
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.getCommandSpec().exitCodeOnInvalidInput(ExitCode.USAGE);
        setUsageCode(line);
        line.setExecutionExceptionHandler((ex, failed, parsed) -> {
            final PrintWriter err = failed.getErr();
            if (ex instanceof IOException) {
                err.println(ex.getMessage());
                return ExitCode.USAGE;
            }
            // A defect: the log has the place, the terminal the sentence.
            LOG.error("unexpected", ex);
            err.println("loadtest: unexpected: " + ex);
            return ExitCode.UNEXPECTED;
        });
        return line.execute(arguments);
    }

    private static void setUsageCode(final CommandLine line) {
        for (final CommandLine sub : line.getSubcommands().values()) {
            sub.getCommandSpec().exitCodeOnInvalidInput(ExitCode.USAGE);
            setUsageCode(sub);
        }
    }

    @Override
    public void run() {
        throw new CommandLine.ParameterException(spec.commandLine(), "a command is needed");
    }

    /** Version from the jar's manifest. */
    static final class Version implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            final String version = LoadTestMain.class.getPackage().getImplementationVersion();
            return new String[] {"loadtest " + (version == null ? "(not from a jar)" : version)};
        }
    }
}
