package io.daybreak.gateway.launch;

import io.daybreak.client.DaybreakClient;
import io.daybreak.client.Outcome;
import io.daybreak.client.Participant;
import io.daybreak.gateway.Await;
import io.daybreak.protocol.Participants;
import io.daybreak.protocol.Result;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/** What else two and three nodes must do: begin with a snapshot, TLS, fences, acknowledgements from memory, a second standby. */
@Timeout(180)
class StandbyNodesSystemTest extends StandbyRig {
    private static final String[] WAITING = {"--durability", "standby", "--set", "replication.when-standby-is-gone=wait"};

    private static String[] with(final String[] some, final String... more) {
        return Stream.concat(Stream.of(some), Stream.of(more)).toArray(String[]::new);
    }

    private void pay(final DaybreakClient client, final int count) {
        final List<CompletableFuture<Outcome>> outcomes = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            outcomes.add(client.transferAsync(payment(client, i)));
        }
        outcomes.forEach(outcome -> assertThat(outcome.join().isApplied()).isTrue());
    }

    private static void awaitInSync(final ServerUnderTest primary, final int node) {
        Await.until("node " + node + " in sync", () -> primary.err().contains("node " + node + " is in sync") || !primary.isAlive());
    }

    @Test
    void shouldBeginAStandbyWithTheSnapshotAndPromoteIt() throws Exception {
        final ServerUnderTest first = node(0, false, WAITING);
        try {
            awaitReady(first);
            try (DaybreakClient operator = client("OPERATOR", 0)) {
                provision(operator);
                pay(operator, 5_000);
                try (ServerUnderTest maker = new ServerUnderTest(directory, Map.of(), "snapshot", "--data", directory.resolve("node0").toString())) {
                    assertThat(maker.exitCode()).as(maker.err()).isZero();
                }
                pay(operator, 500);
                try (ServerUnderTest second = node(1, true, WAITING)) {
                    Await.until("begun anew with the snapshot", () -> second.out().lines().count() == 2 || !second.isAlive());
                    assertThat(second.err()).contains("begun anew with the primary's snapshot", "started from the snapshot of sequence");
                    awaitInSync(first, 12);
                    try (DaybreakClient reader = client("OPERATOR", 1)) {
                        awaitSameState(operator, reader);
                        assertThat(reader.node().isInSync()).isTrue();
                        pay(operator, 500);
                        first.kill();
                        assertThat(reader.promote(false).result()).isEqualTo(Result.OK);
                        assertThat(reader.lookupAccounts(51).accounts().get(0).creditsPosted()).isEqualTo(120);
                        assertThat(reader.totals(156).isConserved()).isTrue();
                    }
                }
            }
        } finally {
            first.close();
        }
    }

    @Test
    void shouldAcknowledgeFromMemoryWhereThatIsWanted() throws Exception {
        final String[] written = {"--set", "replication.acknowledge=write"};
        final ServerUnderTest first = node(0, false, with(WAITING, written));
        try {
            awaitReady(first);
            try (DaybreakClient operator = client("OPERATOR", 0)) {
                provision(operator);
                // A standby that syncs nothing is good for acknowledgements of writing, and for no others.
                try (ServerUnderTest second = node(1, true, with(written, "--durability", "process"))) {
                    awaitReady(second);
                    awaitInSync(first, 12);
                    pay(operator, 1_000);
                    Await.until("the standby knows us", () -> canSignOn(1));
                    try (DaybreakClient reader = client("OPERATOR", 1)) {
                        awaitSameState(operator, reader);
                        first.kill();
                        assertThat(reader.promote(false).result()).isEqualTo(Result.OK);
                        assertThat(reader.lookupAccounts(51).accounts().get(0).creditsPosted()).isEqualTo(20);
                    }
                }
            }
        } finally {
            first.close();
        }
    }

    @Test
    void shouldPromoteWithLossPossibleOnlyBehindTheFence() throws Exception {
        final Path proof = directory.resolve("stopped");
        final Path fence = Files.createFile(directory.resolve("fence"), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Files.writeString(fence, "#!/bin/sh\necho \"$1 $2\" >> " + directory.resolve("asked") + "\ntest -e " + proof + "\n");
        final String[] degrading = {"--durability", "standby"};
        final ServerUnderTest first = node(0, false, degrading);
        try {
            awaitReady(first);
            try (DaybreakClient operator = client("OPERATOR", 0)) {
                provision(operator);
                pay(operator, 10);
            }
            try (ServerUnderTest second = node(1, true, with(degrading, "--set", "replication.fence-command=" + fence + " rack7"))) {
                awaitReady(second);
                awaitInSync(first, 12);
                Await.until("the standby knows us", () -> canSignOn(1));
                try (DaybreakClient reader = client("OPERATOR", 1)) {
                    assertThat(reader.promote(false).result()).as("the fence proves nothing yet").isEqualTo(Result.LOSS_MUST_BE_ACCEPTED);
                    first.kill();
                    Files.createFile(proof);
                    assertThat(reader.promote(false).result()).isEqualTo(Result.OK);
                    assertThat(Files.readAllLines(directory.resolve("asked"))).hasSize(2).allMatch(("rack7 " + replicaAddress(0))::equals);
                    pay(reader, 10);
                }
            }
        } finally {
            first.close();
        }
    }

    @Test
    void shouldWaitForTwoStandbysAndGoOnWithEither() throws Exception {
        ServerUnderTest first = node(0, false, WAITING);
        ServerUnderTest third = null;
        try {
            awaitReady(first);
            try (DaybreakClient operator = client("OPERATOR", 0)) {
                provision(operator);
                assertThat(operator.putParticipant(new Participant(13, "NODE3", 1, Participants.ROLE_STANDBY | Participants.ROLE_ACTIVE, 2_048)).isApplied())
                    .isTrue();
                try (ServerUnderTest second = node(1, true, WAITING)) {
                    third = node(2, true, WAITING);
                    awaitReady(second);
                    awaitReady(third);
                    awaitInSync(first, 12);
                    awaitInSync(first, 13);
                    pay(operator, 2_000);
                    Await.until("both know us", () -> canSignOn(1) && canSignOn(2));
                    first.kill();
                    try (DaybreakClient reader = client("OPERATOR", 1)) {
                        assertThat(reader.promote(false).result()).isEqualTo(Result.OK);
                        assertThat(reader.lookupAccounts(51).accounts().get(0).creditsPosted()).isEqualTo(40);
                        // The other standby and the old primary follow the new one.
                        third.close();
                        third = node(2, true, with(WAITING, "--standby-of", replicaAddress(1)));
                        first = node(0, true, WAITING);
                        awaitReady(third);
                        awaitReady(first);
                        awaitInSync(second, 13);
                        awaitInSync(second, 11);
                        pay(reader, 1_000);
                        try (DaybreakClient other = client("OPERATOR", 2); DaybreakClient old = client("OPERATOR", 0)) {
                            awaitSameState(reader, other);
                            awaitSameState(reader, old);
                        }
                    }
                }
            }
        } finally {
            first.close();
            if (third != null) {
                third.close();
            }
        }
    }

    @Test
    void shouldSpeakTlsWithCertificatesOfBothSides() throws Exception {
        final Path one = certificate("one");
        final Path two = certificate("two");
        final Path stranger = certificate("stranger");
        final Path trust = directory.resolve("trust.pem");
        Files.writeString(trust, Files.readString(one) + Files.readString(two));
        final ServerUnderTest first = node(0, false, with(WAITING, tls(one, trust)));
        try {
            awaitReady(first);
            try (DaybreakClient operator = client("OPERATOR", 0)) {
                provision(operator);
                for (final String[] wrong : List.of(tls(stranger, trust), tls(two, stranger), new String[0])) {
                    try (ServerUnderTest second = node(1, true, with(WAITING, wrong))) {
                        awaitReady(second);
                        Await.until("refused", () -> second.err().contains("not following"));
                        assertThat(second.err()).doesNotContain("following 127.0.0.1:" + replicaPorts[0] + " in epoch");
                    }
                }
                assertThat(first.err()).as("nobody signed on").doesNotContain("signed on");
                try (ServerUnderTest second = node(1, true, with(WAITING, tls(two, trust)))) {
                    awaitReady(second);
                    awaitInSync(first, 12);
                    pay(operator, 1_000);
                    Await.until("the standby knows us", () -> canSignOn(1));
                    try (DaybreakClient reader = client("OPERATOR", 1)) {
                        awaitSameState(operator, reader);
                    }
                }
            }
        } finally {
            first.close();
        }
    }

    private static String[] tls(final Path certificate, final Path trust) {
        return new String[] {"--set", "replication.tls-certificate=" + certificate, "--set",
            "replication.tls-key=" + certificate.resolveSibling(certificate.getFileName() + ".key"), "--set", "replication.tls-trust=" + trust};
    }

    /** A key and a certificate of its own, as the JDK's keytool makes them, in PEM. */
    private Path certificate(final String name) throws Exception {
        final Path store = directory.resolve(name + ".p12");
        final Process keytool = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "keytool").toString(), "-genkeypair", "-alias", name,
            "-keyalg", "EC", "-groupname", "secp256r1", "-validity", "2", "-dname", "CN=" + name, "-ext", "SAN=ip:127.0.0.1", "-storetype", "PKCS12",
            "-keystore", store.toString(), "-storepass", "changeit").redirectErrorStream(true).redirectOutput(directory.resolve("keytool.txt").toFile()).start();
        assertThat(keytool.waitFor()).isZero();
        final KeyStore keys = KeyStore.getInstance(store.toFile(), "changeit".toCharArray());
        final Path certificate = directory.resolve(name + ".pem");
        Files.writeString(certificate, pem("CERTIFICATE", keys.getCertificate(name).getEncoded()));
        Files.writeString(directory.resolve(name + ".pem.key"), pem("PRIVATE KEY", keys.getKey(name, "changeit".toCharArray()).getEncoded()));
        return certificate;
    }

    private static String pem(final String what, final byte[] bytes) {
        return "-----BEGIN " + what + "-----\n" + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes) + "\n-----END " + what + "-----\n";
    }
}
