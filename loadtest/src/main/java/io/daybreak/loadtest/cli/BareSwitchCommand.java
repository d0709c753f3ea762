package io.daybreak.loadtest.cli;

import io.daybreak.loadtest.link.SimLink;
import io.daybreak.loadtest.simulator.BareIsoSwitch;
import io.daybreak.loadtest.simulator.BareSwitch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;

/** Serves a protocol with nothing behind it, until stopped. */
@Command(name = "bare-switch", mixinStandardHelpOptions = true,
    description = {"Answers the native protocol, or ISO 8583, with nothing behind it: no ring, no journal, no rules.",
        "What 'run' reaches against it is the load generator's own limit on this machine."},
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {"0:stopped", "1:unexpected error", "64:wrong command line or file"})
final class BareSwitchCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private SwitchOptions where;

    @Option(names = "--protocol", defaultValue = "native", description = "native or iso8583 (default: ${DEFAULT-VALUE}).")
    private Protocol protocol;

    @Option(names = "--link", defaultValue = "demo-ascii", paramLabel = "FILE|NAME",
        description = "iso8583: what the link speaks (default: ${DEFAULT-VALUE}).")
    private String link;

    @Option(names = "--remember", description = "native: remember ids; repeats are told, transfers can be looked up.")
    private boolean isRemembering;

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (protocol == Protocol.ISO8583) {
            try (BareIsoSwitch bare = new BareIsoSwitch(where.port(SwitchOptions.ISO_PORT), SimLink.load(link), BareIsoSwitch.Fault.NONE, 1)) {
                ready("iso8583", bare.port());
            }
        } else {
            try (BareSwitch bare = new BareSwitch(where.port(SwitchOptions.NATIVE_PORT), where.credentials(), isRemembering,
                BareSwitch.Fault.NONE, 1)) {
                ready("native", bare.port());
            }
        }
        return ExitCode.OK;
    }

    private void ready(final String name, final int port) throws InterruptedException {
        spec.commandLine().getOut().println("READY " + name + "=127.0.0.1:" + port);
        spec.commandLine().getOut().flush();
        new CountDownLatch(1).await();
    }
}
