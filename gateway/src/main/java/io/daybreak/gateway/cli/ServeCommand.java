package io.daybreak.gateway.cli;

import io.daybreak.gateway.config.Settings;
import io.daybreak.gateway.config.SettingsException;
import io.daybreak.gateway.launch.ExitCode;
import io.daybreak.gateway.launch.ServerProcess;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import java.util.concurrent.Callable;

/** Runs the switch until it is told to stop. */
@Command(name = "serve", mixinStandardHelpOptions = true,
    description = {"Runs the switch.",
        "Prints one line READY ... on standard output when everything listens; logs go to standard error. SIGTERM drains and ends with 0."})
final class ServeCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private SettingsOptions options;

    @Option(names = "--demo", description = "On an empty journal: participants, accounts and money to try things out; their secrets go to DIR/demo.secret.")
    private boolean isDemo;

    @Override
    public Integer call() {
        try {
            final Settings settings = options.load();
            if (isDemo && settings.replication().standbyOf() != null) {
                spec.commandLine().getErr().println("daybreak: --demo and --standby-of exclude each other: a standby gets everything from its primary");
                return ExitCode.USAGE.code();
            }
            return ServerProcess.run(settings, isDemo).code();
        } catch (final SettingsException ex) {
            SettingsOptions.print(ex, spec.commandLine().getErr());
            return ExitCode.USAGE.code();
        }
    }
}
