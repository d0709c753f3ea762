package io.daybreak.loadtest.cli;

import io.daybreak.loadtest.simulator.BareSwitch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;

/** Serves the native protocol with nothing behind it, until stopped. */
@Command(name = "bare-switch", mixinStandardHelpOptions = true,
    description = {"Answers the native protocol with nothing behind it: no ring, no journal, no rules.",
        "What 'run' reaches against it is the load generator's own limit on this machine."})
final class BareSwitchCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private SwitchOptions where;

    @Option(names = "--remember", description = "Remember ids: repeats are told, transfers can be looked up.")
    private boolean isRemembering;

    @Override
    public Integer call() throws IOException, InterruptedException {
        try (BareSwitch bare = new BareSwitch(where.port, where.credentials(), isRemembering, BareSwitch.Fault.NONE, 1)) {
            spec.commandLine().getOut().println("READY native=127.0.0.1:" + bare.port());
            new CountDownLatch(1).await();
        }
        return ExitCode.OK;
    }
}
