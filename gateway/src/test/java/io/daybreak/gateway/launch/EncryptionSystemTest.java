package io.daybreak.gateway.launch;

import io.daybreak.client.Credentials;
import io.daybreak.client.DaybreakClient;
import io.daybreak.client.Transfer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/** An encrypted journal as an operator runs it: killed, started, asked by the tools, its key changed, forgotten and mistaken. */
@Timeout(180)
class EncryptionSystemTest {
    private static final Map<String, String> NOTHING = Map.of();
    private static final String KEY_1 = "journal - 1 = " + "ab".repeat(32);
    private static final String KEY_2 = "journal - 2 = " + "cd".repeat(32);

    @TempDir
    private Path directory;

    private Path data() {
        return directory.resolve("data");
    }

    private ServerUnderTest run(final Map<String, String> environment, final String command, final String... more) throws IOException {
        final List<String> arguments = new ArrayList<>(List.of(command, "--data", data().toString()));
        arguments.addAll(List.of(more));
        return new ServerUnderTest(directory, environment, arguments.toArray(new String[0]));
    }

    private ServerUnderTest serve(final Map<String, String> environment, final String... more) throws IOException {
        final List<String> arguments = new ArrayList<>(List.of("--demo", "--demo-wallets", "10", "--native-port", "0", "--iso8583-port", "0",
            "--iso8583-bcd-port", "0"));
        arguments.addAll(List.of(more));
        return run(environment, "serve", arguments.toArray(new String[0]));
    }

    private Path keyFile(final String... lines) throws IOException {
        final Path file = directory.resolve("journal.keys");
        Files.write(file, List.of(lines), StandardCharsets.US_ASCII);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        return file;
    }

    private void pay(final ServerUnderTest server, final int payments) throws IOException {
        final Matcher ready = server.ready();
        try (DaybreakClient acquirer = DaybreakClient.builder().address(ready.group("host"), Integer.parseInt(ready.group("port")))
            .credentials(new Credentials("ACQ001", ServerUnderTest.demoSecret(data(), "ACQ001"))).connect()) {
            for (int i = 0; i < payments; i++) {
                assertThat(acquirer.transfer(Transfer.of(acquirer.nextId(), 1 + i % 10, 100_001, 7, 156, 1)).isApplied()).isTrue();
            }
        }
    }

    private void refuses(final ServerUnderTest process, final String... words) throws InterruptedException {
        try (process) {
            assertThat(process.exitCode()).as(process.err()).isEqualTo(ExitCode.USAGE.code());
            assertThat(process.err()).contains(words).doesNotContain("\tat ");
        }
    }

    private List<Path> filesWith(final String text) throws IOException {
        final List<Path> found = new ArrayList<>();
        for (final String part : List.of("journal", "snapshots")) {
            try (Stream<Path> files = Files.walk(data().resolve(part))) {
                for (final Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
                    if (new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).contains(text)) {
                        found.add(file);
                    }
                }
            }
        }
        return found;
    }

    @Test
    void shouldRunOnEncryptedAndRefuseWithoutTheKey() throws Exception {
        final String[] withFile = {"--set", "journal.key-file=" + keyFile(KEY_1), "--set", "journal.encryption=required"};
        try (ServerUnderTest server = serve(NOTHING, withFile)) {
            pay(server, 20);
            try (ServerUnderTest maker = run(Map.of("DAYBREAK_JOURNAL_KEYS", KEY_1), "snapshot")) {
                assertThat(maker.exitCode()).as(maker.err()).isZero();
            }
            pay(server, 5);
            server.kill();
        }
        // The codes of participants stand in commands and in the state.
        assertThat(filesWith("ACQ001")).isEmpty();
        refuses(serve(NOTHING), "is encrypted with journal key 1, and no key was given");
        refuses(serve(NOTHING, "--set", "journal.encryption=required"), "journal.encryption is required");
        refuses(serve(Map.of("DAYBREAK_JOURNAL_KEYS", "journal - 1 = " + "ac".repeat(32))), "with another key of the number 1");
        refuses(run(NOTHING, "snapshot"), "is encrypted with journal key 1");
        refuses(run(NOTHING, "balance", "--account", "100001", "--at", "2100-01-01T00:00:00Z"), "is encrypted with journal key 1");

        keyFile(KEY_1, KEY_2);
        try (ServerUnderTest server = serve(NOTHING, withFile)) {
            pay(server, 5);
            assertThat(server.err()).contains("the journal is encrypted with journal key 2").doesNotContain("WARN");
            server.terminate();
            assertThat(server.exitCode()).isZero();
        }
        refuses(serve(Map.of("DAYBREAK_JOURNAL_KEYS", KEY_1)), "is encrypted with journal key 2, which was not given");
        try (ServerUnderTest balance = run(NOTHING, "statement", "--account", "1", "--from", "1", "--to", "2100-01-01T00:00:00Z", "--json", "--journal-key-file", directory.resolve("journal.keys").toString())) {
            assertThat(balance.exitCode()).as(balance.err()).isZero();
            assertThat(balance.out()).contains("100001");
        }
        try (ServerUnderTest verify = run(Map.of("DAYBREAK_JOURNAL_KEYS", KEY_1 + ";" + KEY_2), "verify")) {
            assertThat(verify.exitCode()).as(verify.out() + verify.err()).isZero();
        }
        assertThat(filesWith("ACQ001")).isEmpty();
    }
}
