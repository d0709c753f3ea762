package io.daybreak.gateway.launch;

import io.daybreak.client.DaybreakClient;
import io.daybreak.client.Participant;
import io.daybreak.gateway.Await;
import io.daybreak.gateway.iso.AcquirerPeer;
import io.daybreak.gateway.iso.IssuerPeer;
import io.daybreak.iso8583.text.Iso8583Message;
import io.daybreak.protocol.Participants;
import io.daybreak.protocol.Result;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/** A routed payment whose primary dies: the promoted node answers its repeat, and its issuer gets the reversal, card number and all. */
@Timeout(120)
class StandbyPaymentsTest extends StandbyRig {
    private String[] demo(final IssuerPeer issuer, final int isoPort) {
        return new String[] {"--demo", "--durability", "standby", "--set", "replication.when-standby-is-gone=wait", "--issuer", "127.0.0.1:" + issuer.port(),
            "--iso8583-port", String.valueOf(isoPort), "--iso8583-bcd-port", "-1", "--set", "demo.wallets=20", "--set", "capacity.accounts=20000",
            "--set", "memory.ready-slabs=2"};
    }

    @Test
    void shouldReverseAtTheIssuerWhatTheDeadPrimaryHadSent() throws Exception {
        final int isoPort;
        try (ServerSocket free = free()) {
            isoPort = free.getLocalPort();
        }
        ServerUnderTest first = null;
        try (IssuerPeer issuer = new IssuerPeer().open()) {
            issuer.does(IssuerPeer.SILENT);
            first = node(0, false, demo(issuer, isoPort));
            awaitReady(first);
            final Path demoSecrets = directory.resolve("node0/demo.secret");
            Files.writeString(directory.resolve("secrets"), Files.readString(demoSecrets).lines().filter(line -> line.startsWith("ACQ"))
                .collect(java.util.stream.Collectors.joining("\n", "", "\n")), StandardOpenOption.APPEND);
            // Tokens and MACs are the same on both nodes; keys of card data come over the connection.
            final Path keys = Files.createFile(directory.resolve("keys2"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.writeString(keys, Files.readString(directory.resolve("node0/keys")).lines().filter(line -> !line.startsWith("data"))
                .collect(java.util.stream.Collectors.joining("\n", "", "\n")));
            try (DaybreakClient operator = client("OPERATOR", 0)) {
                assertThat(operator.putParticipant(new Participant(11, "NODE1", 1, Participants.ROLE_STANDBY | Participants.ROLE_ACTIVE, 2_048)).isApplied()).isTrue();
                assertThat(operator.putParticipant(new Participant(12, "NODE2", 1, Participants.ROLE_STANDBY | Participants.ROLE_ACTIVE, 2_048)).isApplied()).isTrue();
            }
            final ServerUnderTest primary = first;
            final Iso8583Message asked = RoutedRig.purchase(RoutedRig.CARD);
            try (ServerUnderTest second = node(1, true, Stream.concat(Stream.of(demo(issuer, isoPort)), Stream.of("--set", "security.key-file=" + keys))
                .toArray(String[]::new))) {
                awaitReady(second);
                Await.until("in sync", () -> primary.err().contains("node 12 is in sync") || !primary.isAlive());
                Await.until("keys of card data", () -> readLines(keys).stream().anyMatch(line -> line.startsWith("data - 2")));
                final String card;
                try (AcquirerPeer acquirer = new AcquirerPeer(new InetSocketAddress("127.0.0.1", isoPort), RoutedRig.ASCII).signOn()) {
                    acquirer.send(asked);
                    card = issuer.await(200).get(2);
                    first.kill();
                }
                issuer.does(message -> IssuerPeer.answer(message, "00"));
                try (DaybreakClient promoter = client("OPERATOR", 1)) {
                    assertThat(promoter.promote(false).result()).as(second.err()).isEqualTo(Result.OK);
                    try (AcquirerPeer acquirer = new AcquirerPeer(new InetSocketAddress("127.0.0.1", isoPort), RoutedRig.ASCII).signOn()) {
                        assertThat(acquirer.ask(RoutedRig.purchase("9900010000000019")).get(39)).as("others go on at once").isEqualTo("00");
                        final Iso8583Message reversal = issuer.await(420);
                        assertThat(reversal.get(2)).isEqualTo(card).isEqualTo(RoutedRig.CARD);
                        assertThat(acquirer.ask(asked.copy().mti(201)).get(39)).as("what became of it").isEqualTo("91");
                        assertThat(acquirer.ask(RoutedRig.purchase(RoutedRig.CARD)).get(39)).as("routed by the new primary, under the same day's key").isEqualTo("00");
                    }
                    assertThat(promoter.totals(156).isConserved()).isTrue();
                }
                assertThat(issuer.received(200)).as("never sent again").hasSize(2);
                assertThat(second.err()).doesNotContain("ALARM", "\tat ");
            }
        } finally {
            if (first != null) {
                first.close();
            }
        }
    }

    private static List<String> readLines(final Path file) {
        try {
            return Files.readAllLines(file);
        } catch (final IOException ex) {
            throw new java.io.UncheckedIOException(ex);
        }
    }
}
