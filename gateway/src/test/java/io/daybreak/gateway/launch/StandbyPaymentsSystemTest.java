package io.daybreak.gateway.launch;

import io.daybreak.client.Credentials;
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
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Collectors;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Routed payments whose primary dies between the request and the issuer's response: the promoted node tells acquirers the truth, and the issuer gets one
 * reversal, card number and all, whoever leads afterwards.
 */
@Timeout(180)
class StandbyPaymentsSystemTest extends StandbyRig {
    private static final String LOCAL_CARD = "9900010000000019";

    private final int[] isoPorts = new int[2];

    private String[] waiting(final String... more) {
        final String[] both = {"--durability", "standby", "--set", "replication.when-standby-is-gone=wait", "--set", "memory.ready-slabs=2"};
        return java.util.stream.Stream.concat(java.util.stream.Stream.of(both), java.util.stream.Stream.of(more)).toArray(String[]::new);
    }

    /** As an operator sets a node up that has no demo: a listener, a link to the issuer, and a key file with the keys that both nodes share. */
    private String[] linked(final int index, final IssuerPeer issuer, final boolean hasDataKeys) throws IOException {
        final Path config = directory.resolve("node" + index + ".conf");
        Files.writeString(config, "iso8583.listeners = [{name = acquirers, host = 127.0.0.1, port = " + isoPorts[index] + ", link = demo-ascii}]\n"
            + "iso8583.issuer-links = [{issuer = ISS001, code = demo-issuer, host = 127.0.0.1, port = " + issuer.port() + ", link = demo-ascii}]\n");
        final Path keys = keys(index);
        Files.createFile(keys, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(keys, lines(directory.resolve("node0/keys"), line -> line.startsWith("token") || hasDataKeys && line.startsWith("data")));
        return waiting("--config", config.toString(), "--set", "security.key-file=" + keys);
    }

    private Path keys(final int index) {
        return directory.resolve("keys" + index);
    }

    private static String lines(final Path file, final java.util.function.Predicate<String> such) {
        try {
            return Files.readString(file).lines().filter(such).collect(Collectors.joining("\n", "", "\n"));
        } catch (final IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }

    private AcquirerPeer acquirer(final int node) {
        final AcquirerPeer[] peer = new AcquirerPeer[1];
        Await.until("the listener of node " + node, () -> {
            try {
                peer[0] = new AcquirerPeer(new InetSocketAddress("127.0.0.1", isoPorts[node]), RoutedRig.ASCII).signOn();
                return true;
            } catch (final java.net.ConnectException ex) {
                return false;
            } catch (final IOException ex) {
                throw new UncheckedIOException(ex);
            }
        });
        return peer[0];
    }

    /** By the standby's own journal: only then may it be promoted without a word about loss. */
    private void awaitInSync(final int node) {
        Await.until("node " + node + " knows us", () -> canSignOn(node));
        try (DaybreakClient reader = client("OPERATOR", node)) {
            Await.until("node " + node + " is in sync", () -> reader.node().isInSync());
        }
    }

    private static Iso8583Message approved(final AcquirerPeer acquirer, final String what) {
        final Iso8583Message[] answer = new Iso8583Message[1];
        Await.until(what, () -> {
            try {
                answer[0] = acquirer.ask(RoutedRig.purchase(RoutedRig.CARD));
                return "00".equals(answer[0].get(39));
            } catch (final IOException ex) {
                throw new UncheckedIOException(ex);
            }
        });
        return answer[0];
    }

    private static long reversals(final IssuerPeer issuer) {
        return issuer.received().stream().filter(message -> message.mti() == 420 || message.mti() == 421).count();
    }

    @Test
    void shouldReverseOnceAtTheIssuerWhatTheDeadPrimaryHadSent() throws Exception {
        for (int i = 0; i < isoPorts.length; i++) {
            try (ServerSocket free = free()) {
                isoPorts[i] = free.getLocalPort();
            }
        }
        ServerUnderTest first = null;
        try (IssuerPeer issuer = new IssuerPeer().open()) {
            first = node(0, false, waiting("--demo", "--issuer", "127.0.0.1:" + issuer.port(), "--iso8583-port", String.valueOf(isoPorts[0]),
                "--iso8583-bcd-port", "-1", "--set", "demo.wallets=20"));
            awaitReady(first);
            try (DaybreakClient operator = DaybreakClient.builder().credentials(new Credentials("OPERATOR",
                ServerUnderTest.demoSecret(directory.resolve("node0"), "OPERATOR"))).address("127.0.0.1", nativePorts[0]).connect()) {
                for (int i = 0; i < 2; i++) {
                    assertThat(operator.putParticipant(new Participant(11 + i, CODES[2 + i], 1, Participants.ROLE_STANDBY | Participants.ROLE_ACTIVE, 2_048))
                        .isApplied()).isTrue();
                }
            }
            try (ServerUnderTest second = node(1, true, linked(1, issuer, false))) {
                awaitReady(second);
                awaitInSync(1);
                Await.until("the keys of card data come over the connection", () -> !lines(keys(1), line -> line.startsWith("data")).isBlank());
                final Iso8583Message answered = RoutedRig.purchase(RoutedRig.CARD);
                final Iso8583Message open = RoutedRig.purchase(RoutedRig.CARD);
                final Iso8583Message approval;
                final Iso8583Message sent;
                try (AcquirerPeer acquirer = acquirer(0)) {
                    approved(acquirer, "the issuer's link");
                    approval = acquirer.ask(answered);
                    assertThat(approval.get(39)).isEqualTo("00");
                    issuer.does(IssuerPeer.SILENT);
                    acquirer.send(open);
                    sent = issuer.await(200, message -> open.get(37).equals(message.get(37)));
                    first.kill();
                }
                issuer.does(message -> message.mti() == 200 ? IssuerPeer.approval(message) : IssuerPeer.answer(message, "00"));
                try (DaybreakClient promoter = client("OPERATOR", 1)) {
                    assertThat(promoter.promote(false).result()).as(second.err()).isEqualTo(Result.OK);
                    try (AcquirerPeer acquirer = acquirer(1)) {
                        assertThat(acquirer.ask(RoutedRig.purchase(LOCAL_CARD)).get(39)).as("others go on at once").isEqualTo("00");
                        final Iso8583Message again = acquirer.ask(answered.copy().mti(201));
                        assertThat(again.get(39)).as("answered before").isEqualTo("00");
                        assertThat(again.get(38)).isEqualTo(approval.get(38));
                        final Iso8583Message reversal = issuer.await(420);
                        assertThat(reversal.get(2)).isEqualTo(sent.get(2)).isEqualTo(RoutedRig.CARD);
                        assertThat(reversal.get(90)).as("it names what was sent").startsWith("0200" + sent.get(11) + sent.get(7));
                        assertThat(acquirer.ask(open.copy().mti(201)).get(39)).as("what became of it").isEqualTo("91");
                        approved(acquirer, "routed by the new primary, under the same day's key");
                    }
                    assertThat(promoter.totals(156).isConserved()).isTrue();
                }
                assertThat(second.err()).doesNotContain("ALARM", "\tat ");

                // The old primary joins again, and leads again: what was reversed stays so.
                first = node(0, true, linked(0, issuer, true));
                awaitReady(first);
                awaitInSync(0);
                second.kill();
                try (DaybreakClient promoter = client("OPERATOR", 0)) {
                    assertThat(promoter.promote(false).result()).as(first.err()).isEqualTo(Result.OK);
                    try (AcquirerPeer acquirer = acquirer(0)) {
                        assertThat(acquirer.ask(open.copy().mti(201)).get(39)).isEqualTo("91");
                        assertThat(acquirer.ask(answered.copy().mti(201)).get(38)).isEqualTo(approval.get(38));
                        approved(acquirer, "routed by the old primary again");
                    }
                    assertThat(promoter.totals(156).isConserved()).isTrue();
                }
                assertThat(reversals(issuer)).as("reversals").isEqualTo(1);
                assertThat(issuer.received(200).stream().filter(message -> open.get(37).equals(message.get(37)))).as("never sent again").hasSize(1);
            }
        } finally {
            if (first != null) {
                first.close();
            }
        }
    }
}
