package io.daybreak.gateway.launch;

import io.daybreak.client.Credentials;
import io.daybreak.client.DaybreakClient;
import io.daybreak.client.Outcome;
import io.daybreak.client.Transfer;
import io.daybreak.client.TransferId;
import io.daybreak.gateway.Await;
import io.daybreak.gateway.index.JournalIndex;
import io.daybreak.gateway.iso.AcquirerPeer;
import io.daybreak.gateway.iso.IssuerPeer;
import io.daybreak.gateway.iso.Messages;
import io.daybreak.iso8583.card.Pan;
import io.daybreak.iso8583.link.LinkProfile;
import io.daybreak.iso8583.text.Iso8583Message;
import io.daybreak.protocol.Result;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/** The tools as an operator runs them: processes of their own, on the files of a switch that runs and on those of one that is stopped. */
@Timeout(300)
class ReplayToolsSystemTest {
    private static final DateTimeFormatter SENT = DateTimeFormatter.ofPattern("MMddHHmmss").withZone(ZoneOffset.UTC);
    private static final long LIMITED_WALLET = 990;
    private static final String ROUTED_CARD = "9900020000000018";

    @TempDir
    private Path directory;

    private int references;

    /** What a tool said. */
    private record Answer(int exitCode, String out, String err) {
    }

    private Answer tool(final String... arguments) throws Exception {
        final List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--data", data().toString()));
        try (ServerUnderTest process = new ServerUnderTest(directory, Map.of(), all.toArray(new String[0]))) {
            final int exitCode = process.exitCode();
            assertThat(process.err()).doesNotContain("\tat ");
            return new Answer(exitCode, process.out(), process.err());
        }
    }

    private String good(final String... arguments) throws Exception {
        final Answer answer = tool(arguments);
        assertThat(answer.exitCode).as("%s: %s", List.of(arguments), answer.err).isZero();
        return answer.out;
    }

    private Path data() {
        return directory.resolve("data");
    }

    private static String pan(final long wallet) {
        final byte[] pan = (String.format(Locale.ROOT, "990001%09d", wallet) + '0').getBytes(StandardCharsets.US_ASCII);
        pan[pan.length - 1] = (byte) ('0' + Pan.checkDigit(pan, 0, pan.length - 1));
        return new String(pan, StandardCharsets.US_ASCII);
    }

    private Iso8583Message message(final int mti, final String card, final String amount, final String entryMode) {
        return Messages.payment(mti, "000000").set(2, card).set(4, amount).set(7, SENT.format(Instant.now())).set(22, entryMode)
            .set(37, String.format(Locale.ROOT, "8%011d", ++references));
    }

    private static Iso8583Message following(final Iso8583Message original, final int mti) {
        return original.copy().mti(mti).set(7, SENT.format(Instant.now())).set(11, Messages.nextStan())
            .set(90, String.format(Locale.ROOT, "%04d", original.mti()) + original.get(11) + original.get(7) + "00000100001" + "00000000000");
    }

    @Test
    void shouldTellTheTruthBesideARunningSwitchAndAfterIt() throws Exception {
        final TransferId paid;
        final TransferId declined;
        final TransferId hold;
        final Outcome first;
        final Iso8583Message authorised;
        try (IssuerPeer issuer = new IssuerPeer().open();
             ServerUnderTest server = new ServerUnderTest(directory, Map.of(), "serve", "--demo", "--data", data().toString(), "--native-port", "0",
                 "--iso8583-port", "0", "--iso8583-bcd-port", "0", "--issuer", "127.0.0.1:" + issuer.port())) {
            final Matcher ready = server.ready();
            try (DaybreakClient acquirer = DaybreakClient.builder().address(ready.group("host"), Integer.parseInt(ready.group("port")))
                .credentials(new Credentials("ACQ001", ServerUnderTest.demoSecret(data(), "ACQ001"))).connect();
                 AcquirerPeer peer = new AcquirerPeer(new InetSocketAddress("127.0.0.1", Integer.parseInt(ready.group("iso"))),
                     LinkProfile.builtIn("demo-ascii")).signOn()) {
                paid = acquirer.nextId();
                first = acquirer.transfer(Transfer.of(paid, 1, 100_001, 250, 156, 1));
                assertThat(first.isApplied()).isTrue();
                declined = acquirer.nextId();
                assertThat(acquirer.transfer(Transfer.of(declined, 1, 100_001, 1_000_000, 156, 1)).result()).isEqualTo(Result.EXCEEDS_CREDITS);
                hold = acquirer.nextId();
                assertThat(acquirer.transfer(Transfer.hold(hold, 2, 100_002, 5_000, 156, 1, 3_600_000)).isApplied()).isTrue();
                assertThat(acquirer.transfer(Transfer.post(acquirer.nextId(), hold, 1_200)).isApplied()).isTrue();

                nativeStories(paid, declined, hold);
                limits(peer);
                authorised = completion(peer);
                routed(peer, issuer);

                final String balance = good("balance", "--account", "1", "--at", Long.toString(first.sequence()));
                assertThat(balance).contains("balance         9997.50 CNY");
                assertThat(good("balance", "--account", "1", "--at", Long.toString(first.sequence() - 1))).contains("balance         10000.00 CNY");
                assertThat(good("verify")).startsWith("VERIFIED");
            }
            server.terminate();
            assertThat(server.exitCode()).isZero();
        }
        assertThat(good("statement", "--account", "1", "--from", "1", "--to", "2030-01-01T00:00:00Z")).contains(
            first.sequence() + ",").contains(",post,debit,100001,2.50,9997.50,9997.50," + paid + ",CNY");
        whatIf();
        receipts(paid);
        assertThat(good("explain", authorised.get(37))).contains("CMP");
        refusals();
        changedByte();
    }

    private void nativeStories(final TransferId paid, final TransferId declined, final TransferId hold) throws Exception {
        assertThat(good("explain", paid.toString())).contains("result  OK").contains("2.50 CNY  1 -> 100001  post")
            .contains("balance 10000.00 CNY");
        final String refusal = good("explain", declined.toString());
        assertThat(refusal).contains("EXCEEDS_CREDITS").contains("> debit account 1").contains("available 9997.50 CNY").contains("moved     nothing");
        final String story = good("explain", hold.toString());
        assertThat(story).contains("still open").contains("50.00 CNY  2 -> 100002  hold").contains("12.00 CNY  2 -> 100002  capture")
            .contains("hold ").contains("left 50.00 CNY");
        assertThat(good("explain", hold.toString(), "--json")).contains("\"left\" : {").contains("\"minor\" : 5000");
    }

    private void limits(final AcquirerPeer peer) throws Exception {
        final String card = pan(LIMITED_WALLET);
        assertThat(peer.ask(message(200, card, "000000030000", "031")).get(39)).isEqualTo("00");
        final Iso8583Message tooMuch = message(200, card, "000000025000", "031");
        assertThat(peer.ask(tooMuch).get(39)).isEqualTo("61");
        final String story = good("explain", tooMuch.get(37));
        assertThat(story).contains("LIMIT_PER_DAY  DE 39 = 61  rule LIM-02, PRE-18")
            .containsPattern("> limit by day, qr +limit 500.00 CNY  used 300.00 CNY  left 200.00 CNY  asked 250.00 CNY")
            .doesNotContain(card).doesNotContain(card.substring(6));
    }

    private Iso8583Message completion(final AcquirerPeer peer) throws Exception {
        final Iso8583Message authorise = message(100, pan(5), "000000010000", "051");
        final Iso8583Message answer = peer.ask(authorise);
        assertThat(answer.get(39)).isEqualTo("00");
        final Iso8583Message completion = following(authorise, 220).set(4, "000000006000").set(38, answer.get(38));
        assertThat(peer.ask(completion).get(39)).isEqualTo("00");
        assertThat(peer.ask(following(completion, 400)).get(39)).isEqualTo("00");
        final String story = good("explain", authorise.get(37));
        assertThat(story).contains("100.00 CNY  5 -> 100001  hold").contains("60.00 CNY  5 -> 100001  capture").contains("message 0400")
            .contains("hold-left 100.00 CNY").contains("reversed 60.00 CNY").contains("approval code " + answer.get(38));
        final Iso8583Message again = following(completion, 400);
        assertThat(peer.ask(again).get(39)).isEqualTo("00");
        assertThat(good("explain", authorise.get(37))).contains("NOTHING_LEFT_TO_REVERSE  DE 39 = 00  rule REV-06");
        final Iso8583Message wrong = message(220, pan(5), "000000999900", "051").set(90, "0100" + "0".repeat(38));
        peer.ask(wrong);
        final Iso8583Message forced = message(100, pan(5), "000000000100", "051");
        peer.ask(forced);
        final Iso8583Message over = following(forced, 220).set(4, "000000090000");
        assertThat(peer.ask(over).get(39)).isEqualTo("00");
        return forced.set(37, over.get(37));
    }

    private void routed(final AcquirerPeer peer, final IssuerPeer issuer) throws Exception {
        issuer.does(message -> message.mti() == 200 ? IssuerPeer.approval(message) : IssuerPeer.answer(message, "00"));
        final Iso8583Message[] answered = new Iso8583Message[1];
        final Iso8583Message[] asked = new Iso8583Message[1];
        Await.until("the issuer's link to be up", () -> {
            try {
                asked[0] = message(200, ROUTED_CARD, "000000007700", "051");
                answered[0] = peer.ask(asked[0]);
                return "00".equals(answered[0].get(39));
            } catch (final java.io.IOException ex) {
                throw new AssertionError(ex);
            }
        });
        final String story = good("explain", asked[0].get(37));
        assertThat(story).contains("AWAITING_ISSUER  rule RTE-01").contains("to issuer 1 on link 1: 0200 of 77.00 CNY").contains("IssuerAnswer")
            .contains("to acquirer: 0210, DE 39 = 00").doesNotContain("still open");
        issuer.does(IssuerPeer.SILENT);
        final Iso8583Message silent = message(200, ROUTED_CARD, "000000008800", "051");
        assertThat(peer.ask(silent).get(39)).isEqualTo("91");
        final String timedOut = good("explain", silent.get(37));
        assertThat(timedOut).contains("deadline").contains("ISSUER_TIMED_OUT").contains("RTE-07").contains("0420 of 88.00 CNY").contains("still open");
        issuer.does(message -> IssuerPeer.answer(message, "00"));
        Await.until("the reversal is answered", () -> issuer.received().stream().anyMatch(message -> message.mti() == 421));
    }

    private void whatIf() throws Exception {
        final String same = good("what-if", "--json");
        assertThat(same).contains("\"changed\" : 0").contains("\"left-out\" : 0").contains("\"states-equal\" : true");
        final Path config = directory.resolve("tiers.yaml");
        Files.writeString(config, """
            format: daybreak-setup/1
            tiers:
              - id: 1
                name: stricter
                currency: 156
                per-payment: 5000
              - id: 2
                name: example
                currency: 156
                per-day: 500000
              - id: 2
                channel: qr
                name: example
                currency: 156
                per-day: 90000
            """);
        final String other = good("what-if", "--config", config.toString());
        assertThat(other).containsPattern("Payment authorise +OK +LIMIT_PER_PAYMENT +1 +100.00 CNY")
            .containsPattern("Payment purchase +LIMIT_PER_DAY +OK +1 +250.00 CNY").contains("limit by payment, all").containsPattern("[1-9] follow-ups left out");
        Files.writeString(config, "format: daybreak-setup/1\ntiers:\n  - id: nine\n");
        assertThat(tool("what-if", "--config", config.toString()).exitCode).isEqualTo(ExitCode.USAGE.code());
    }

    private void receipts(final TransferId paid) throws Exception {
        final KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        final Path key = pem("PRIVATE KEY", pair.getPrivate().getEncoded());
        final Path publicKey = pem("PUBLIC KEY", pair.getPublic().getEncoded());
        final Path foreign = pem("PUBLIC KEY", KeyPairGenerator.getInstance("Ed25519").generateKeyPair().getPublic().getEncoded());
        good("index");
        final Path statement = directory.resolve("statement.txt");
        good("verify", "--sign", key.toString(), "--statement", statement.toString());
        assertThat(tool("verify", "--sign", key.toString(), "--statement", statement.toString()).exitCode).as("never overwritten").isEqualTo(2);
        good("verify", "--against", statement.toString(), "--public-key", publicKey.toString());
        assertThat(tool("verify", "--against", statement.toString(), "--public-key", foreign.toString()).exitCode).isEqualTo(ExitCode.NOT_PROVEN.code());
        final String text = Files.readString(statement);
        final Path changed = directory.resolve("changed.txt");
        Files.writeString(changed, text.replaceFirst("sequence: \\d", "sequence: 9"));
        assertThat(tool("verify", "--against", changed.toString(), "--public-key", publicKey.toString()).exitCode).isEqualTo(ExitCode.NOT_PROVEN.code());

        final Path receipt = directory.resolve("receipt.json");
        Files.writeString(receipt, good("receipt", paid.toString(), "--statement", statement.toString()));
        assertThat(good("receipt", "--check", receipt.toString(), "--public-key", publicKey.toString())).contains("proven").contains("2.50");
        Files.writeString(receipt, Files.readString(receipt).replace("\\\"minor\\\":250", "\\\"minor\\\":950"));
        final Answer forged = tool("receipt", "--check", receipt.toString(), "--public-key", publicKey.toString());
        assertThat(forged.exitCode).isEqualTo(ExitCode.NOT_PROVEN.code());
        assertThat(forged.out).isEmpty();
        assertThat(good("explain", paid.toString())).as("by the index as by reading").contains("2.50 CNY  1 -> 100001  post");
    }

    private String root(final Path key, final String name) throws Exception {
        final Path statement = directory.resolve(name);
        final String report = good("verify", "--sign", key.toString(), "--statement", statement.toString());
        final Matcher line = Pattern.compile("receipts-root: ([0-9a-f]{64})").matcher(Files.readString(statement));
        if (!line.find()) {
            assertThat(report).contains("no-receipts-root");
            return null;
        }
        assertThat(report).contains("receipts-root          " + line.group(1));
        return line.group(1);
    }

    /** A run of the switch, and with it a file of the journal; the last of its payments. */
    private TransferId run(final int payments) throws Exception {
        try (ServerUnderTest server = new ServerUnderTest(directory, Map.of(), "serve", "--demo", "--data", data().toString(), "--native-port", "0",
            "--durability", "process", "--demo-wallets", "100", "--iso8583-port", "0", "--iso8583-bcd-port", "0")) {
            final Matcher ready = server.ready();
            TransferId last = null;
            try (DaybreakClient acquirer = DaybreakClient.builder().address(ready.group("host"), Integer.parseInt(ready.group("port")))
                .credentials(new Credentials("ACQ001", ServerUnderTest.demoSecret(data(), "ACQ001"))).connect()) {
                final ArrayDeque<CompletableFuture<Outcome>> underWay = new ArrayDeque<>();
                for (int i = 0; i < payments; i++) {
                    last = acquirer.nextId();
                    underWay.add(acquirer.transferAsync(Transfer.of(last, 1 + i % 100, 100_001, 1, 156, 1)));
                    if (underWay.size() > 500) {
                        assertThat(underWay.remove().join().isApplied()).isTrue();
                    }
                }
                underWay.forEach(outcome -> assertThat(outcome.join().isApplied()).isTrue());
            }
            server.terminate();
            assertThat(server.exitCode()).isZero();
            return last;
        }
    }

    /** The tree of receipts is over all commands, those of released files as well. */
    @Test
    void shouldSignTheSameRootWhenFilesWereReleased() throws Exception {
        final KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        final Path key = pem("PRIVATE KEY", pair.getPrivate().getEncoded());
        final Path publicKey = pem("PUBLIC KEY", pair.getPublic().getEncoded());
        final TransferId early = run(200_000);
        assertThat(root(key, "without-index.txt")).isNull();
        good("snapshot");
        run(65_000);
        final TransferId paid = run(100);
        assertThat(good("index")).contains("262144");
        final String whole = root(key, "whole.txt");
        assertThat(whole).isNotNull();
        assertThat(good("snapshot", "--set", "journal.retention-bytes=1")).endsWith(" released=1\n");
        assertThat(good("verify")).contains("begins-behind-sequence");
        assertThat(root(key, "kept.txt")).isEqualTo(whole);
        final Path receipt = directory.resolve("kept.json");
        final String statement = directory.resolve("kept.txt").toString();
        Files.writeString(receipt, good("receipt", paid.toString(), "--statement", statement));
        assertThat(good("receipt", "--check", receipt.toString(), "--public-key", publicKey.toString())).contains("proven").contains("0.01");
        final Answer released = tool("receipt", early.toString(), "--statement", statement);
        assertThat(released.exitCode).as(released.err).isEqualTo(ExitCode.NOT_IN_THE_JOURNAL.code());
        // Nothing but the newest snapshot, which stands within a block: what lies between it and the index is in the files.
        try (Stream<Path> snapshots = Files.list(data().resolve("snapshots"))) {
            Files.delete(snapshots.filter(file -> file.toString().endsWith(".snapshot")).sorted().findFirst().orElseThrow());
        }
        assertThat(root(key, "newest-snapshot.txt")).isEqualTo(whole);
        good("index", "--rebuild");
        assertThat(root(key, "index-begun-later.txt")).isNull();
        final Answer none = tool("receipt", paid.toString(), "--statement", statement);
        assertThat(none.exitCode).as(none.err).isEqualTo(ExitCode.NOT_IN_THE_JOURNAL.code());
    }

    private Path pem(final String label, final byte[] der) throws Exception {
        final Path file = Files.createTempFile(directory, "key", ".pem");
        Files.writeString(file, "-----BEGIN " + label + "-----\n" + Base64.getMimeEncoder().encodeToString(der) + "\n-----END " + label + "-----\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        return file;
    }

    private void refusals() throws Exception {
        assertThat(tool("explain", "00000000000000000000000000000abc").exitCode).isEqualTo(ExitCode.NOT_IN_THE_JOURNAL.code());
        assertThat(tool("explain", "what is this").exitCode).isEqualTo(ExitCode.USAGE.code());
        assertThat(tool("balance", "--account", "1", "--at", "yesterday").exitCode).isEqualTo(ExitCode.USAGE.code());
        final Answer early = tool("balance", "--account", "1", "--at", "2001-01-01T00:00:00Z");
        assertThat(early.exitCode).isEqualTo(ExitCode.NOT_IN_THE_JOURNAL.code());
        assertThat(early.err).contains("the journal begins at");
        assertThat(tool("dump", "--kind", "Nothing").exitCode).isEqualTo(ExitCode.USAGE.code());
        assertThat(good("dump", "--kind", "Payment", "--json").lines()).allMatch(line -> line.startsWith("{\"sequence\":"));
        assertThat(tool("verify", "--sign", "nowhere.pem").exitCode).isEqualTo(ExitCode.USAGE.code());
    }

    private void changedByte() throws Exception {
        final Path file;
        try (Stream<Path> files = Files.list(data().resolve("journal/queue"))) {
            file = files.filter(path -> path.toString().endsWith(".cq4")).sorted().findFirst().orElseThrow();
        }
        final byte[] bytes = Files.readAllBytes(file);
        // The state digest of an entry in the middle: found by its letters.
        int at = bytes.length / 4;
        while (bytes[at] != 'D' || bytes[at + 1] != 'B' || bytes[at + 2] != 'J' || bytes[at + 3] != 'E') {
            at--;
        }
        bytes[at + 56] ^= 1;
        Files.write(file, bytes);
        final Answer found = tool("verify");
        assertThat(found.exitCode).isEqualTo(ExitCode.RECOVERY_REFUSED.code());
        assertThat(found.out).startsWith("DAMAGED").contains("FOUND  sequence").contains(file.getFileName().toString());
    }
}
