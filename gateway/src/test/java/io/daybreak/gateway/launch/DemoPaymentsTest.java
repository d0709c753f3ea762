package io.daybreak.gateway.launch;

import io.daybreak.gateway.config.Settings;
import io.daybreak.gateway.iso.AcquirerPeer;
import io.daybreak.gateway.iso.Messages;
import io.daybreak.iso8583.link.LinkProfile;
import io.daybreak.iso8583.mac.MacAlgorithm;
import io.daybreak.iso8583.mac.MacKey;
import io.daybreak.iso8583.text.Iso8583Message;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** The demo as an acquirer meets it: sign-on, payments, a restart, and what is found on the disk afterwards. Rule: docs/iso8583.md, "Demo". */
@Timeout(120)
final class DemoPaymentsTest {
    private static final LinkProfile ASCII = LinkProfile.builtIn("demo-ascii");
    private static final DateTimeFormatter SENT = DateTimeFormatter.ofPattern("MMddHHmmss").withZone(ZoneOffset.UTC);

    private static final DateTimeFormatter SENT_93 = DateTimeFormatter.ofPattern("yyMMddHHmmss").withZone(ZoneOffset.UTC);

    @TempDir
    private Path directory;
    private final AtomicReference<String> fatal = new AtomicReference<>();

    private Server start(final String... more) throws Exception {
        final List<String> overrides = new ArrayList<>(List.of("data=" + directory.resolve("data"), "native.port=0", "iso8583.port=0",
            "iso8583.bcd-port=0", "iso8583.mac-port=0", "iso8583.1993-port=0", "journal.durability=process", "memory.ready-slabs=2", "capacity.ids=1000000"));
        overrides.addAll(List.of(more));
        final Server server = new Server(Settings.load(null, overrides), true, Map.of(), new DirectoryJournalOpener(),
            (reason, message, cause) -> fatal.compareAndSet(null, reason + " " + message + " " + cause));
        server.start();
        return server;
    }

    private static InetSocketAddress address(final Server server, final String name) {
        return server.isoAddresses().stream().filter(bound -> bound.name().equals(name)).findFirst().orElseThrow().address();
    }

    private static Iso8583Message now(final Iso8583Message message) {
        return message.set(7, SENT.format(Instant.now()));
    }

    @Test
    void shouldPayFromDemoWalletsOverEveryListener() throws Exception {
        try (Server server = start(); AcquirerPeer peer = new AcquirerPeer(address(server, "iso8583"), ASCII).signOn()) {
            assertThat(server.readyLine()).containsPattern("^READY native=\\S+ iso8583=\\S+:\\d+ iso8583-bcd=\\S+:\\d+ iso8583-mac=\\S+:\\d+ iso8583-1993=\\S+:\\d+ data=");
            final Iso8583Message purchase = now(Messages.purchase());
            final Iso8583Message answer = peer.ask(purchase);
            assertThat(answer.get(39)).isEqualTo("00");
            assertThat(answer.get(38)).matches("[0-9A-Z]{6}");
            assertThat(answer.get(15)).isEqualTo(purchase.get(7).substring(0, 4));
            assertThat(peer.ask(purchase.copy().mti(201)).fields()).as("the repeat").isEqualTo(answer.fields());
            assertThat(peer.ask(now(Messages.payment(200, "310000"))).get(54)).startsWith("0001156C000000997500");
            assertThat(peer.ask(now(Messages.purchase().set(2, "9900010000009978"))).get(39)).as("empty").isEqualTo("51");
            assertThat(peer.ask(now(Messages.purchase().set(2, "9900010000009986").set(14, null))).get(39)).as("expired").isEqualTo("54");
            assertThat(peer.ask(now(Messages.purchase().set(2, "9900010000009994"))).get(39)).as("negative file").isEqualTo("62");
            assertThat(peer.ask(now(Messages.purchase().set(42, "M99999999999999"))).get(39)).isEqualTo("03");
            assertThat(peer.ask(now(Messages.purchase().set(41, "T9999999"))).get(39)).isEqualTo("58");
            assertThat(peer.ask(now(Messages.purchase().set(2, "9900010000000019").set(32, "00100009"))).get(39)).isEqualTo("31");
            assertThat(peer.ask(now(Messages.purchase().set(2, "9900019999999990"))).get(39)).isEqualTo("14");
            try (AcquirerPeer bcd = new AcquirerPeer(address(server, "iso8583-bcd"), LinkProfile.builtIn("demo-bcd"))) {
                assertThat(bcd.ask(now(Messages.purchase())).get(39)).as("the sign-on is the participant's").isEqualTo("00");
            }
            try (AcquirerPeer mac = new AcquirerPeer(address(server, "iso8583-mac"), LinkProfile.builtIn("demo-mac"))) {
                final MacKey key = new MacKey("demo-mac", MacAlgorithm.RETAIL, HexFormat.of().parseHex("0123456789abcdeffedcba9876543210"));
                assertThat(mac.macs(key.newMac()).ask(now(Messages.purchase())).get(39)).isEqualTo("00");
            }
            try (AcquirerPeer version93 = new AcquirerPeer(address(server, "iso8583-1993"), LinkProfile.builtIn("1993-ascii"))) {
                final Iso8583Message paid = version93.ask(Messages.purchase93().set(12, SENT_93.format(Instant.now())));
                assertThat(paid.mti()).isEqualTo(1210);
                assertThat(paid.get(39)).isEqualTo("000");
            }
            assertThat(fatal.get()).isNull();
        }
    }

    /** DUP-13, SEC-07, SEC-09. */
    @Test
    void shouldKnowARepeatAfterARestartAndLeaveNoCardNumberBehind() throws Exception {
        final Iso8583Message purchase = now(Messages.purchase().set(35, Messages.PAN + "=301210100000"));
        final Iso8583Message answer;
        try (Server server = start("demo.wallets=50"); AcquirerPeer peer = new AcquirerPeer(address(server, "iso8583"), ASCII).signOn()) {
            answer = peer.ask(purchase);
            assertThat(answer.get(39)).isEqualTo("00");
        }
        try (Server server = start("demo.wallets=50"); AcquirerPeer peer = new AcquirerPeer(address(server, "iso8583"), ASCII)) {
            assertThat(peer.ask(purchase.copy().mti(201)).get(39)).as("a sign-on ends with the switch").isEqualTo("91");
            assertThat(peer.signOn().ask(purchase.copy().mti(201)).fields()).isEqualTo(answer.fields());
        }
        final String[] secrets = {Messages.PAN, "9900010000000175=", "301210100000"};
        try (Stream<Path> files = Files.walk(directory)) {
            for (final Path file : files.filter(Files::isRegularFile).toList()) {
                final String contents = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
                for (final String secret : secrets) {
                    assertThat(contents.contains(secret)).as("%s in %s", secret, file).isFalse();
                }
            }
        }
        final Path keys = directory.resolve("data/keys");
        final String text = Files.readString(keys);
        final int digit = text.indexOf("token - 1 = ") + "token - 1 = ".length();
        Files.writeString(keys, text.substring(0, digit) + (text.charAt(digit) == '0' ? '1' : '0') + text.substring(digit + 1));
        assertThatThrownBy(() -> start("demo.wallets=50").close()).isInstanceOf(StartException.class).hasMessageContaining("token key 1");
    }
}
