package io.daybreak.loadtest.cli;

import io.daybreak.client.Credentials;
import picocli.CommandLine.Option;

import java.io.IOException;

/** Where the switch is and who we are. */
final class SwitchOptions extends SwitchAddress {
    @Option(names = "--participant", defaultValue = "ACQ001", description = "Who pays (default: ${DEFAULT-VALUE}).")
    String participant;

    Credentials credentials() throws IOException {
        return credentials(participant);
    }
}
