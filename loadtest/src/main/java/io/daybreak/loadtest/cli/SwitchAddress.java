package io.daybreak.loadtest.cli;

import io.daybreak.client.Credentials;
import io.daybreak.client.SecretFile;
import picocli.CommandLine.Option;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Where the switch is, and where secrets are; the same for every command. */
class SwitchAddress {
    /** Where the native protocol listens. */
    static final int NATIVE_PORT = 7_300;
    /** Where ISO 8583 listens. */
    static final int ISO_PORT = 8_583;

    private static final Path DEFAULT_SECRET_FILE = Path.of("data", "demo.secret");

    @Option(names = "--host", defaultValue = "127.0.0.1", description = "Host of the switch (default: ${DEFAULT-VALUE}).")
    String host;

    @Option(names = "--port", description = "Port of the switch (default: 7300 for the native protocol, 8583 for iso8583).")
    private Integer port;

    @Option(names = "--secret-file", description = "File with lines CODE=secret, mode 0600. Without it the environment variable "
        + SecretFile.ENVIRONMENT_VARIABLE + ", else ./data/demo.secret.")
    Path secretFile;

    final int port() {
        return port(NATIVE_PORT);
    }

    final int port(final int otherwise) {
        return port == null ? otherwise : port;
    }

    final boolean hasSecretFile() {
        return secretFile != null;
    }

    final Credentials credentials(final String code) throws IOException {
        return SecretFile.find(code, secretFile, System.getenv(), DEFAULT_SECRET_FILE);
    }

    /** Null if no file has a secret of this participant. The environment's one secret is not everybody's. */
    final Credentials credentialsOfFile(final String code) throws IOException {
        final Path file = secretFile != null ? secretFile : System.getenv(SecretFile.ENVIRONMENT_VARIABLE) == null ? DEFAULT_SECRET_FILE : null;
        if (file == null || secretFile == null && !Files.exists(file)) {
            return null;
        }
        final byte[] secret = SecretFile.read(file).get(code);
        return secret == null ? null : new Credentials(code, secret);
    }
}
