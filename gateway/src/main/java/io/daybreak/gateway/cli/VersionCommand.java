package io.daybreak.gateway.cli;

import io.daybreak.machine.StateMachine;
import io.daybreak.protocol.Limits;
import io.daybreak.protocol.codec.HelloDecoder;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Tells what this build is and what it speaks. */
@Command(name = "version", mixinStandardHelpOptions = true, description = "Prints the versions of the product, its protocol and its rules.")
final class VersionCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        for (final String line : new Provider().getVersion()) {
            spec.commandLine().getOut().println(line);
        }
    }

    /** The same lines for {@code --version}. */
    static final class Provider implements IVersionProvider {
        @Override
        public String[] getVersion() {
            final String version = DaybreakCommand.class.getPackage().getImplementationVersion();
            return new String[] {
                "daybreak " + (version == null ? "(not packaged)" : version),
                "native protocol " + Limits.PROTOCOL_VERSION + ", schema " + HelloDecoder.SCHEMA_VERSION + ", rules "
                    + StateMachine.FIRST_RULES_VERSION + " to " + StateMachine.LAST_RULES_VERSION,
                "Java " + Runtime.version(),
            };
        }
    }
}
