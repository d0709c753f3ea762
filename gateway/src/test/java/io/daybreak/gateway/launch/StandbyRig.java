package io.daybreak.gateway.launch;

import io.daybreak.client.Credentials;
import io.daybreak.client.DaybreakClient;
import io.daybreak.client.Outcome;
import io.daybreak.client.Participant;
import io.daybreak.client.SwitchStatus;
import io.daybreak.client.Transfer;
import io.daybreak.gateway.Await;
import io.daybreak.protocol.Participants;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;

/** Nodes as an operator starts them: processes, with their ports known to each other beforehand. */
abstract class StandbyRig {
    static final int NODES = 3;
    static final String[] CODES = {"OPERATOR", "ACQ001", "NODE1", "NODE2", "NODE3"};

    @TempDir
    Path directory;
    final int[] nativePorts = new int[NODES];
    final int[] replicaPorts = new int[NODES];

    @BeforeEach
    void setUp() throws IOException {
        final StringBuilder secrets = new StringBuilder();
        for (int i = 0; i < CODES.length; i++) {
            secrets.append(CODES[i]).append('=').append(HexFormat.of().formatHex(secret(CODES[i]))).append('\n');
        }
        final Path file = Files.createFile(directory.resolve("secrets"), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(file, secrets);
        // Both nodes must know each other's ports before they start, and use the same ones again after a restart.
        final List<ServerSocket> free = new ArrayList<>();
        for (int i = 0; i < 2 * NODES; i++) {
            free.add(free());
        }
        for (int i = 0; i < NODES; i++) {
            nativePorts[i] = free.get(i).getLocalPort();
            replicaPorts[i] = free.get(NODES + i).getLocalPort();
        }
        for (final ServerSocket socket : free) {
            socket.close();
        }
    }

    static ServerSocket free() throws IOException {
        return new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    }

    static byte[] secret(final String code) {
        final byte[] secret = new byte[32];
        java.util.Arrays.fill(secret, (byte) code.hashCode());
        return secret;
    }

    ServerUnderTest node(final int index, final boolean isStandby, final String... more) throws IOException {
        final List<String> arguments = new ArrayList<>(List.of("serve", "--data", directory.resolve("node" + index).toString(),
            "--native-port", String.valueOf(nativePorts[index]), "--set", "replication.node=NODE" + (index + 1),
            "--set", "replication.port=" + replicaPorts[index], "--set", "security.secrets-file=" + directory.resolve("secrets"),
            "--set", "capacity.accounts=2000", "--set", "capacity.ids=4000000", "--set", "memory.ready-slabs=1",
            "--set", "replication.ack-timeout=500 ms", "--set", "replication.peers=" + peers(index)));
        if (isStandby && !List.of(more).contains("--standby-of")) {
            arguments.addAll(List.of("--standby-of", replicaAddress(index == 0 ? 1 : 0)));
        }
        arguments.addAll(List.of(more));
        return new ServerUnderTest(directory, Map.of("DAYBREAK_OPERATOR_KEY", HexFormat.of().formatHex(secret("OPERATOR"))),
            arguments.toArray(new String[0]));
    }

    String replicaAddress(final int node) {
        return "127.0.0.1:" + replicaPorts[node];
    }

    private String peers(final int index) {
        return java.util.stream.IntStream.range(0, NODES).filter(other -> other != index).mapToObj(this::replicaAddress)
            .collect(java.util.stream.Collectors.joining(" "));
    }

    static void awaitReady(final ServerUnderTest server) {
        Await.until("READY or the end", () -> server.out().endsWith("\n") || !server.isAlive());
        assertThat(server.out()).as(server.err()).startsWith("READY");
    }

    DaybreakClient client(final String code, final int... nodes) {
        final DaybreakClient.Builder builder = DaybreakClient.builder().credentials(new Credentials(code, secret(code)));
        for (final int node : nodes) {
            builder.address("127.0.0.1", nativePorts[node]);
        }
        return builder.connect();
    }

    /** Participants, wallets with money, both nodes. */
    void provision(final DaybreakClient operator) {
        assertThat(operator.putParticipant(new Participant(11, "NODE1", 1, Participants.ROLE_STANDBY | Participants.ROLE_ACTIVE, 2_048)).isApplied()).isTrue();
        assertThat(operator.putParticipant(new Participant(12, "NODE2", 1, Participants.ROLE_STANDBY | Participants.ROLE_ACTIVE, 2_048)).isApplied()).isTrue();
        assertThat(operator.putParticipant(new Participant(2, "ACQ001", 1, Participants.ROLE_OPERATOR | Participants.ROLE_ACTIVE, 2_000_000)).isApplied()).isTrue();
        final List<io.daybreak.client.NewAccount> accounts = new ArrayList<>();
        for (long id = 1; id <= 100; id++) {
            accounts.add(io.daybreak.client.NewAccount.of(id, 156, 1, 0));
        }
        assertThat(operator.createAccounts(accounts)).allMatch(Outcome::isApplied);
    }

    static Transfer payment(final DaybreakClient client, final long debit) {
        return Transfer.of(client.nextId(), 1 + debit % 50, 51 + debit % 50, 1, 156, 1);
    }

    static void awaitSameState(final DaybreakClient primary, final DaybreakClient standby) {
        final SwitchStatus expected = primary.status();
        assertThat(standby.nodeAsync(expected.asOfSequence(), Duration.ofSeconds(20)).join().asOfSequence()).isGreaterThanOrEqualTo(expected.asOfSequence());
        final SwitchStatus actual = standby.status();
        assertThat(actual.asOfSequence()).isEqualTo(expected.asOfSequence());
        assertThat(actual.digest()).isEqualTo(expected.digest());
    }

    boolean canSignOn(final int node) {
        try (DaybreakClient client = client("OPERATOR", node)) {
            return client.isConnected();
        } catch (final io.daybreak.client.ClientException ex) {
            return false;
        }
    }
}
