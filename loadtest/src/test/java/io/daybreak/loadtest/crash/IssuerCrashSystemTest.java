package io.daybreak.loadtest.crash;

import io.daybreak.iso8583.frame.Framing;
import io.daybreak.iso8583.link.LinkProfile;
import io.daybreak.iso8583.text.Iso8583Message;
import io.daybreak.loadtest.issuer.IssuerScript;
import io.daybreak.loadtest.issuer.IssuerSimulator;
import io.daybreak.loadtest.link.SimLink;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The switch is killed between a request to an issuer and its response (docs/iso8583.md, RTE-22), as a process of its own with
 * the issuer's simulator beside it; afterwards nothing that it wrote holds a card number or a track (SEC-09).
 */
@Timeout(240)
final class IssuerCrashSystemTest {
    private static final LinkProfile LINK = LinkProfile.builtIn("demo-ascii");
    private static final DateTimeFormatter SENT = DateTimeFormatter.ofPattern("MMddHHmmss").withZone(ZoneOffset.UTC);
    private static final String CARD = "9900020000000018";
    private static final String LOCAL = "9900010000000019";
    private static final String TRACK = CARD + "=30121010000012345";
    private static final String PIN_BLOCK = "A1B2C3D4E5F60718";

    @TempDir
    private Path directory;
    private final Set<String> secrets = new TreeSet<>();

    /** An acquirer with one blocking socket. */
    private static final class Acquirer implements AutoCloseable {
        private final Socket socket;
        private final DataInputStream in;

        Acquirer(final int port) throws IOException {
            socket = new Socket("127.0.0.1", port);
            socket.setSoTimeout(30_000);
            in = new DataInputStream(socket.getInputStream());
            assertThat(ask(new Iso8583Message(800).set(7, SENT.format(Instant.now())).set(11, "000001").set(70, "001")).get(39)).isEqualTo("00");
        }

        void send(final Iso8583Message message) throws IOException {
            final byte[] bytes = message.encode(LINK.dialect());
            final Framing framing = LINK.framing();
            final UnsafeBuffer frame = new UnsafeBuffer(new byte[framing.overhead() + bytes.length]);
            framing.writePrefix(frame, 0, bytes.length);
            frame.putBytes(framing.overhead(), bytes);
            socket.getOutputStream().write(frame.byteArray());
        }

        Iso8583Message ask(final Iso8583Message message) throws IOException {
            send(message);
            return Iso8583Message.decode(LINK.dialect(), in.readNBytes(in.readUnsignedShort()));
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    private Iso8583Message purchase(final String card, final int number) {
        secrets.add(card);
        return new Iso8583Message(200).set(2, card).set(3, "000000").set(4, "000000002500").set(7, SENT.format(Instant.now()))
            .set(11, String.format("%06d", number)).set(12, "183000").set(13, "1123").set(14, "3012").set(22, "051").set(25, "00").set(32, "00100001")
            .set(37, String.format("%012d", 600_000 + number)).set(41, "T0000001").set(42, "M00000000000001").set(49, "156");
    }

    private SwitchProcess server(final int isoPort, final int issuerPort) throws IOException {
        return SwitchProcess.server(List.of(), directory, directory.resolve("data"), SwitchProcess.freePort(), "--iso8583-port", Integer.toString(isoPort), "--issuer",
            "127.0.0.1:" + issuerPort, "--demo-wallets", "20");
    }

    @Test
    void shouldTellTheTruthAndReverseAtTheIssuerAfterAKill() throws Exception {
        final List<Iso8583Message> atIssuer = new CopyOnWriteArrayList<>();
        final int isoPort = SwitchProcess.freePort();
        try (IssuerSimulator issuer = new IssuerSimulator("127.0.0.1", 0, SimLink.load("demo-ascii"),
            IssuerScript.parse("rules = [ { name = away, mti = [\"02x0\"], amount-ends = \"501\", reply = silent } ]"), 1_024)) {
            issuer.watch(message -> atIssuer.add(Iso8583Message.of(message)));
            SwitchProcess server = server(isoPort, issuer.address().getPort());
            try {
                server.awaitReady();
                final Iso8583Message approved = purchase(CARD, 11).set(35, TRACK).set(55, "9F1E0431323334");
                secrets.add(TRACK);
                secrets.add(TRACK.substring(TRACK.indexOf('=')));
                final Iso8583Message first;
                final Iso8583Message lost = purchase("9900020000000026", 12).set(4, "000000002501");
                try (Acquirer acquirer = new Acquirer(isoPort)) {
                    SwitchProcess.await("the issuer's link", () -> atIssuer.stream().anyMatch(message -> message.mti() == 800));
                    Iso8583Message answer = acquirer.ask(approved);
                    int number = 100;
                    while ("91".equals(answer.get(39)) && number < 10_000) {
                        // The link is told to the state a moment after the sign-on.
                        approved.set(11, String.format("%06d", number)).set(37, String.format("%012d", 600_000 + number++));
                        answer = acquirer.ask(approved);
                    }
                    first = answer;
                    assertThat(first.get(39)).isEqualTo("00");
                    assertThat(acquirer.ask(purchase(LOCAL, 13)).get(39)).isEqualTo("00");
                    assertThat(acquirer.ask(purchase("9900022000000014", 14).set(52, PIN_BLOCK)).get(39)).isEqualTo("00");
                    secrets.add(PIN_BLOCK);
                    acquirer.send(lost);
                    SwitchProcess.await("the request at the issuer", () -> isAtIssuer(atIssuer, 200, lost));
                    server.kill();
                }
                server = server(isoPort, issuer.address().getPort());
                server.awaitReady();
                try (Acquirer acquirer = new Acquirer(isoPort)) {
                    assertThat(acquirer.ask(lost.copy().mti(201)).get(39)).as("the truth about what the issuer never answered").isEqualTo("91");
                    final Iso8583Message again = acquirer.ask(approved.copy().mti(201));
                    assertThat(again.get(39)).isEqualTo("00");
                    assertThat(again.get(38)).as("the truth about what it had answered").isEqualTo(first.get(38));
                }
                SwitchProcess.await("the reversal at the issuer", () -> isAtIssuer(atIssuer, 420, lost));
                final Iso8583Message sent = atIssuer.stream().filter(message -> message.mti() == 200 && message.get(2).equals(lost.get(2))).findFirst().orElseThrow();
                final List<Iso8583Message> reversals = atIssuer.stream().filter(message -> message.mti() / 100 == 4).toList();
                assertThat(reversals).extracting(message -> message.get(11)).as("one reversal, of one identity").containsOnly(reversals.get(0).get(11));
                assertThat(reversals.get(0).get(90)).startsWith("0200" + sent.get(11) + sent.get(7));
                assertThat(reversals.get(0).get(14)).as("from what the key opens after the crash").isEqualTo("3012");
                assertThat(server.terminate()).as(server.output()).isZero();
            } finally {
                server.kill();
            }
        }
        assertNothingIsLeft();
    }

    private static boolean isAtIssuer(final List<Iso8583Message> atIssuer, final int mti, final Iso8583Message request) {
        return atIssuer.stream().anyMatch(message -> message.mti() == mti && request.get(2).equals(message.get(2)));
    }

    /** Journal, key file, logs and whatever else the processes have left. */
    private void assertNothingIsLeft() throws IOException {
        int looked = 0;
        try (Stream<Path> files = Files.walk(directory)) {
            for (final Path file : files.filter(Files::isRegularFile).toList()) {
                final byte[] bytes = Files.readAllBytes(file);
                final String contents = new String(bytes, StandardCharsets.ISO_8859_1);
                looked++;
                for (final String secret : secrets) {
                    assertThat(contents.contains(secret)).as("%s in %s", secret, file).isFalse();
                    assertThat(contents.contains(packed(secret))).as("%s, two digits a byte, in %s", secret, file).isFalse();
                }
            }
        }
        assertThat(looked).isGreaterThan(6);
    }

    private static String packed(final String digits) {
        final StringBuilder text = new StringBuilder();
        final String hex = digits.replace('=', 'D');
        for (int i = 0; i + 1 < hex.length(); i += 2) {
            text.append((char) Integer.parseInt(hex.substring(i, i + 2), 16));
        }
        return text.toString();
    }
}
