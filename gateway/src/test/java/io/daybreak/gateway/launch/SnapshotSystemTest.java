package io.daybreak.gateway.launch;

import io.daybreak.client.Credentials;
import io.daybreak.client.DaybreakClient;
import io.daybreak.client.Transfer;
import io.daybreak.gateway.Await;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/** Snapshots of the product: made beside the switch and in it, and what a start does with them after SIGKILL. */
class SnapshotSystemTest {
    @TempDir
    private Path directory;

    private Path data() {
        return directory.resolve("data");
    }

    private ServerUnderTest serve(final String... more) throws IOException {
        final Stream<String> arguments = Stream.concat(Stream.of("serve", "--data", data().toString(), "--demo", "--demo-wallets", "100",
            "--native-port", "0", "--iso8583-port", "0", "--iso8583-bcd-port", "0", "--set", "capacity.accounts=2000"), Stream.of(more));
        return new ServerUnderTest(directory, Map.of(), arguments.toArray(String[]::new));
    }

    private String snapshot(final String... more) throws Exception {
        final Stream<String> arguments = Stream.concat(Stream.of("snapshot", "--data", data().toString()), Stream.of(more));
        try (ServerUnderTest maker = new ServerUnderTest(directory, Map.of(), arguments.toArray(String[]::new))) {
            assertThat(maker.exitCode()).as(maker.err()).isZero();
            return maker.out().strip();
        }
    }

    private void pay(final Matcher ready, final int payments) throws Exception {
        try (DaybreakClient acquirer = DaybreakClient.builder().address(ready.group("host"), Integer.parseInt(ready.group("port")))
            .credentials(new Credentials("ACQ001", ServerUnderTest.demoSecret(data(), "ACQ001"))).connect()) {
            for (int i = 0; i < payments; i++) {
                assertThat(acquirer.transfer(Transfer.of(acquirer.nextId(), 1 + i % 100, 100_001, 10, 156, 1)).isApplied()).isTrue();
            }
        }
    }

    private List<Path> snapshots() throws IOException {
        try (Stream<Path> files = Files.list(data().resolve("snapshots"))) {
            return files.filter(file -> file.toString().endsWith(".snapshot")).sorted().toList();
        }
    }

    @Test
    void shouldStartFromASnapshotMadeBesideTheSwitch() throws Exception {
        final String made;
        final long sequence;
        try (ServerUnderTest server = serve()) {
            final Matcher ready = server.ready();
            pay(ready, 50);
            made = snapshot();
            assertThat(made).startsWith("SNAPSHOT new=true sequence=").contains(" file=" + snapshots().get(0)).endsWith(" released=0");
            assertThat(snapshot("--json")).startsWith("{\"new\":false,");
            pay(ready, 20);
            sequence = Long.parseLong(made.replaceAll(".*sequence=(\\d+) .*", "$1"));
            // The end of the block is SIGKILL.
        }
        try (ServerUnderTest server = serve()) {
            final Matcher ready = server.ready();
            assertThat(Long.parseLong(ready.group("sequence"))).isGreaterThanOrEqualTo(sequence + 20);
            assertThat(server.err()).contains("started from the snapshot of sequence " + sequence);
            pay(ready, 5);
        }
        Files.write(snapshots().get(0), new byte[] {1, 2, 3});
        try (ServerUnderTest server = serve()) {
            assertThat(Long.parseLong(server.ready().group("sequence"))).isGreaterThanOrEqualTo(sequence + 25);
            assertThat(server.err()).contains("it is passed over").doesNotContain("started from the snapshot");
        }
    }

    @Test
    void shouldMakeSnapshotsItselfWhenTold() throws Exception {
        try (ServerUnderTest server = serve("--set", "snapshot.every=40", "--set", "snapshot.keep=1")) {
            final Matcher ready = server.ready();
            Await.until("the first snapshot", () -> server.err().contains("SNAPSHOT new=true"));
            pay(ready, 60);
            Await.until("the second snapshot", () -> server.err().split("SNAPSHOT new=true").length > 2);
            assertThat(snapshots()).hasSize(1);
            server.terminate();
            assertThat(server.exitCode()).isZero();
            assertThat(server.err()).doesNotContain("ERROR");
        }
    }

    @Test
    void shouldSayWhenThereIsNoJournal() throws Exception {
        try (ServerUnderTest maker = new ServerUnderTest(directory, Map.of(), "snapshot", "--data", data().toString())) {
            assertThat(maker.exitCode()).isEqualTo(ExitCode.USAGE.code());
            assertThat(maker.err()).contains("there is no journal");
        }
    }
}
