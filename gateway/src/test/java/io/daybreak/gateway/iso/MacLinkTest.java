package io.daybreak.gateway.iso;

import io.daybreak.gateway.key.KeyFile;
import io.daybreak.iso8583.codec.MessageIndex;
import io.daybreak.iso8583.link.LinkProfile;
import io.daybreak.iso8583.mac.KeyWrap;
import io.daybreak.iso8583.mac.MacAlgorithm;
import io.daybreak.iso8583.mac.MacKey;
import io.daybreak.iso8583.mac.Tr31KeyBlock;
import io.daybreak.iso8583.text.Iso8583Message;
import io.daybreak.protocol.codec.DayOpenedEncoder;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import javax.crypto.spec.SecretKeySpec;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Links with MACs, and the exchange of their keys. Rule: docs/iso8583.md, "MAC and keys". */
@Timeout(60)
final class MacLinkTest {
    private static final byte[] FIRST = HexFormat.of().parseHex("0123456789abcdeffedcba9876543210");
    private static final byte[] SECOND = HexFormat.of().parseHex("00112233445566778899aabbccddeeff");
    private static final byte[] PROTECTION = HexFormat.of().parseHex("88e1ab2a2e3dd38c1fa039a536500cc8a87ab9d62dc92c01058fa79f44657de6");
    private static final KeyWrap WRAP = new KeyWrap(new SecretKeySpec(HexFormat.of().parseHex("101112131415161718191a1b1c1d1e1f"), "AES"));

    @TempDir
    private Path directory;
    private boolean hasNotices;

    private IsoRig rig(final MacAlgorithm algorithm, final String oldKeyGoodFor) throws Exception {
        return rig(algorithm, oldKeyGoodFor, "aes-key-wrap");
    }

    private IsoRig rig(final MacAlgorithm algorithm, final String oldKeyGoodFor, final String keyBlock) throws Exception {
        final Path link = directory.resolve("link.conf");
        Files.writeString(link, "name = macs\ndialect { base = 1987-ascii }\ndefault-participant = ACQ001\ninstitutions = [\"00100001\"]\n"
            + "mac { mode = required, key = k, algorithm = " + algorithm.name().toLowerCase(java.util.Locale.ROOT).replace('_', '-')
            + ", old-key-good-for = " + oldKeyGoodFor + ", key-block = " + keyBlock + " }\ncut-over-notices = " + hasNotices);
        final IsoRig.Options options = new IsoRig.Options();
        options.links = new String[] {link.toString()};
        final KeyFile keys = KeyFile.create(directory.resolve("keys"));
        keys.add(new KeyFile.Entry(KeyFile.Purpose.LINK, "k", "1", HexFormat.of().parseHex("101112131415161718191a1b1c1d1e1f")),
            new KeyFile.Entry(KeyFile.Purpose.LINK, "k-tr31", "1", PROTECTION),
            new KeyFile.Entry(KeyFile.Purpose.MAC, "k", "KEY00001", WRAP.wrap(FIRST)));
        options.keyFile = keys;
        return new IsoRig(options);
    }

    private AcquirerPeer peer(final IsoRig rig) throws Exception {
        return new AcquirerPeer(rig.address(), LinkProfile.load(directory.resolve("link.conf").toFile()));
    }

    private static MacKey key(final MacAlgorithm algorithm, final byte[] bytes) {
        return new MacKey("any", algorithm, bytes);
    }

    /** MAC-03 to MAC-05, MAC-08: field 64, and 128 where anything above 64 is there. */
    @ParameterizedTest
    @CsvSource({"RETAIL", "AES_CMAC"})
    void shouldTakeAndGiveMacs(final MacAlgorithm algorithm) throws Exception {
        try (IsoRig rig = rig(algorithm, "30s"); AcquirerPeer peer = peer(rig)) {
            final MacKey key = key(algorithm, FIRST);
            peer.macs(key.newMac()).signOn();
            assertThat(peer.isMacRight(key.newMac())).isTrue();
            assertThat(peer.ask(Messages.purchase()).get(39)).isEqualTo("00");
            assertThat(peer.isMacRight(key.newMac())).isTrue();
            final Iso8583Message reversal = peer.ask(Messages.payment(420, "000000").set(90, "0200" + "0".repeat(38)));
            assertThat(reversal.get(39)).isEqualTo("00");
            assertThat(reversal.has(64)).isTrue();
        }
    }

    /** MAC-06, MAC-07. */
    @Test
    void shouldRefuseWrongAndMissingMacsAndCloseAfterFive() throws Exception {
        try (IsoRig rig = rig(MacAlgorithm.RETAIL, "30s"); AcquirerPeer good = peer(rig); AcquirerPeer bad = peer(rig)) {
            good.macs(key(MacAlgorithm.RETAIL, FIRST).newMac()).signOn();
            bad.macs(key(MacAlgorithm.RETAIL, SECOND).newMac());
            for (int i = 0; i < 4; i++) {
                final Iso8583Message answer = bad.macs(i == 0 ? null : key(MacAlgorithm.RETAIL, SECOND).newMac()).ask(Messages.purchase());
                assertThat(answer.get(39)).isEqualTo("96");
                assertThat(bad.isMacRight(key(MacAlgorithm.RETAIL, FIRST).newMac())).as("signed under the newest key").isTrue();
            }
            assertThat(bad.ask(Messages.network(301)).get(39)).as("the fifth is answered").isEqualTo("96");
            assertThat(bad.receive()).isNull();
            assertThat(rig.echo.payments()).isEmpty();
            assertThat(rig.counters().wrongMacs()).isEqualTo(5);
            assertThat(good.ask(Messages.purchase()).get(39)).isEqualTo("00");
        }
    }

    /** MAC-09 to MAC-11: durable before the answer, and both good for a while. */
    @Test
    void shouldExchangeAKeyThatIsInTheFileBeforeTheAnswer() throws Exception {
        try (IsoRig rig = rig(MacAlgorithm.RETAIL, "30s"); AcquirerPeer peer = peer(rig)) {
            final MacKey first = key(MacAlgorithm.RETAIL, FIRST);
            final MacKey second = key(MacAlgorithm.RETAIL, SECOND);
            peer.macs(first.newMac()).signOn();
            final Iso8583Message answer = peer.ask(exchange("KEY00002", second));
            assertThat(answer.get(39)).isEqualTo("00");
            assertThat(answer.has(48)).isFalse();
            assertThat(peer.isMacRight(first.newMac())).as("under the key of its request").isTrue();
            final List<KeyFile.Entry> kept = KeyFile.read(directory.resolve("keys")).entries(KeyFile.Purpose.MAC, "k");
            assertThat(kept.get(kept.size() - 1).id()).isEqualTo("KEY00002");
            assertThat(WRAP.unwrap(kept.get(kept.size() - 1).value())).isEqualTo(SECOND);

            assertThat(peer.ask(Messages.purchase()).get(39)).as("the old key, still").isEqualTo("00");
            assertThat(peer.isMacRight(first.newMac())).isTrue();
            peer.macs(second.newMac());
            assertThat(peer.ask(Messages.purchase()).get(39)).isEqualTo("00");
            assertThat(peer.isMacRight(second.newMac())).isTrue();
            assertThat(peer.ask(exchange("KEY00002", second)).get(39)).as("the same exchange again").isEqualTo("00");
        }
    }

    private static Iso8583Message exchange(final String id, final MacKey key) throws Exception {
        return Messages.network(101).set(48, id + HexFormat.of().withUpperCase().formatHex(key.wrap(WRAP)) + key.keyCheckValue());
    }

    /** MAC-14: the same exchange with a TR-31 key block; in the file the key lies wrapped as always. */
    @ParameterizedTest
    @CsvSource({"RETAIL", "AES_CMAC"})
    void shouldTakeAKeyInATr31Block(final MacAlgorithm algorithm) throws Exception {
        final Tr31KeyBlock blocks = new Tr31KeyBlock(PROTECTION, algorithm);
        final Tr31KeyBlock others = new Tr31KeyBlock(PROTECTION, algorithm == MacAlgorithm.RETAIL ? MacAlgorithm.AES_CMAC : MacAlgorithm.RETAIL);
        try (IsoRig rig = rig(algorithm, "30s", "tr-31"); AcquirerPeer peer = peer(rig)) {
            final MacKey second = key(algorithm, SECOND);
            peer.macs(key(algorithm, FIRST).newMac()).signOn();
            assertThat(peer.ask(exchange("KEY00002", second)).get(39)).as("AES key wrap, which this link does not take").isEqualTo("88");
            assertThat(peer.ask(exchange(others, second)).get(39)).as("a block for another use").isEqualTo("88");
            assertThat(peer.ask(exchange(blocks, second)).get(39)).isEqualTo("00");
            final List<KeyFile.Entry> kept = KeyFile.read(directory.resolve("keys")).entries(KeyFile.Purpose.MAC, "k");
            assertThat(WRAP.unwrap(kept.get(kept.size() - 1).value())).isEqualTo(SECOND);
            peer.macs(second.newMac());
            assertThat(peer.ask(Messages.purchase()).get(39)).isEqualTo("00");
            assertThat(peer.isMacRight(second.newMac())).isTrue();
        }
    }

    private static Iso8583Message exchange(final Tr31KeyBlock blocks, final MacKey key) throws Exception {
        return Messages.network(101).set(48, "KEY00002" + new String(key.wrap(blocks), StandardCharsets.US_ASCII) + key.keyCheckValue());
    }

    /** MAC-11. */
    @Test
    void shouldRefuseTheOldKeyAfterItsTime() throws Exception {
        try (IsoRig rig = rig(MacAlgorithm.RETAIL, "0s"); AcquirerPeer peer = peer(rig)) {
            peer.macs(key(MacAlgorithm.RETAIL, FIRST).newMac()).signOn();
            assertThat(peer.ask(exchange("KEY00002", key(MacAlgorithm.RETAIL, SECOND))).get(39)).isEqualTo("00");
            assertThat(peer.ask(Messages.purchase()).get(39)).isEqualTo("96");
        }
    }

    /** MAC-12, SES-13. */
    @Test
    void shouldRefuseAKeyThatDoesNotUnwrapAndKeepTheOne() throws Exception {
        try (IsoRig rig = rig(MacAlgorithm.RETAIL, "0s"); AcquirerPeer peer = peer(rig)) {
            final MacKey second = key(MacAlgorithm.RETAIL, SECOND);
            peer.macs(key(MacAlgorithm.RETAIL, FIRST).newMac());
            assertThat(peer.ask(exchange("KEY00002", second)).get(39)).as("not signed on").isEqualTo("91");
            peer.signOn();
            final String good = exchange("KEY00002", second).get(48);
            final String otherCheck = good.substring(0, good.length() - 6) + "000000";
            assertThat(peer.ask(Messages.network(101).set(48, otherCheck)).get(39)).isEqualTo("88");
            final String changed = good.substring(0, 8) + (good.charAt(8) == '0' ? '1' : '0') + good.substring(9);
            assertThat(peer.ask(Messages.network(101).set(48, changed)).get(39)).isEqualTo("88");
            final Iso8583Message form = peer.ask(Messages.network(101).set(48, "KEY00002XYZ"));
            assertThat(form.get(39)).isEqualTo("30");
            assertThat(form.get(44)).startsWith("048");
            assertThat(peer.ask(Messages.network(101)).get(39)).isEqualTo("30");
            assertThat(peer.ask(Messages.purchase()).get(39)).isEqualTo("00");
        }
    }

    /** MAC-12, MAC-14: every character of a key block counts, and so does its end; none of the damaged ones changes a key. */
    @ParameterizedTest
    @CsvSource({"aes-key-wrap", "tr-31"})
    void shouldTakeNoDamagedKeyBlock(final String form) throws Exception {
        final boolean isTr31 = form.equals("tr-31");
        try (IsoRig rig = rig(MacAlgorithm.RETAIL, "0s", form); AcquirerPeer peer = peer(rig)) {
            final MacKey first = key(MacAlgorithm.RETAIL, FIRST);
            final MacKey second = key(MacAlgorithm.RETAIL, SECOND);
            peer.macs(first.newMac()).signOn();
            final String good = (isTr31 ? exchange(new Tr31KeyBlock(PROTECTION, MacAlgorithm.RETAIL), second) : exchange("KEY00002", second)).get(48);
            for (int at = 8; at < good.length(); at++) {
                final String changed = good.substring(0, at) + (good.charAt(at) == '1' ? '2' : '1') + good.substring(at + 1);
                assertThat(peer.ask(Messages.network(101).set(48, changed)).get(39)).as("character %s", at).isIn("88", "30");
            }
            for (int length = 0; length < good.length(); length++) {
                assertThat(peer.ask(Messages.network(101).set(48, length == 0 ? " " : good.substring(0, length))).get(39)).as("cut at %s", length)
                    .isIn("88", "30");
            }
            assertThat(peer.ask(Messages.network(101).set(48, good + good.substring(good.length() - 6))).get(39)).as("longer").isIn("88", "30");
            assertThat(peer.ask(Messages.purchase()).get(39)).as("the key is the same").isEqualTo("00");
            final List<KeyFile.Entry> kept = KeyFile.read(directory.resolve("keys")).entries(KeyFile.Purpose.MAC, "k");
            assertThat(kept).hasSize(1);
            assertThat(kept.get(0).id()).isEqualTo("KEY00001");
            assertThat(peer.ask(Messages.network(101).set(48, good)).get(39)).as("undamaged").isEqualTo("00");
            assertThat(peer.macs(second.newMac()).ask(Messages.purchase()).get(39)).isEqualTo("00");
        }
    }

    /** MAC-06, MAC-11: an exchange is a message like any other; nobody but who has the key makes one, and an old one brings no old key back. */
    @Test
    void shouldTakeNoExchangeThatWasForgedOrRecorded() throws Exception {
        final MacKey first = key(MacAlgorithm.RETAIL, FIRST);
        final MacKey second = key(MacAlgorithm.RETAIL, SECOND);
        final MacKey third = key(MacAlgorithm.RETAIL, HexFormat.of().parseHex("ffeeddccbbaa99887766554433221100"));
        try (IsoRig rig = rig(MacAlgorithm.RETAIL, "10m"); AcquirerPeer peer = peer(rig); AcquirerPeer other = peer(rig)) {
            peer.macs(first.newMac()).signOn();
            assertThat(other.ask(exchange("KEY00002", second)).get(39)).as("no MAC").isEqualTo("96");
            assertThat(other.macs(second.newMac()).ask(exchange("KEY00002", second)).get(39)).as("under the new key").isEqualTo("96");
            final byte[] recorded = peer.frame(exchange("KEY00002", second));
            peer.write(recorded);
            assertThat(peer.receive().get(39)).isEqualTo("00");
            assertThat(peer.macs(second.newMac()).ask(exchange("KEY00003", third)).get(39)).isEqualTo("00");
            other.write(recorded);
            assertThat(other.receive().get(39)).as("its key is two exchanges old").isEqualTo("96");
            assertThat(peer.macs(third.newMac()).ask(Messages.purchase()).get(39)).isEqualTo("00");
            assertThat(peer.macs(second.newMac()).ask(Messages.purchase()).get(39)).as("good for a while").isEqualTo("00");
            assertThat(peer.macs(first.newMac()).ask(Messages.purchase()).get(39)).isEqualTo("96");
            final List<KeyFile.Entry> kept = KeyFile.read(directory.resolve("keys")).entries(KeyFile.Purpose.MAC, "k");
            assertThat(kept.stream().map(KeyFile.Entry::id)).containsExactly("KEY00002", "KEY00003");
        }
    }

    /** MAC-06, MAC-08: an answer counts as one only with its MAC, whoever asked. */
    @Test
    void shouldTakeNoAnswerToItsNoticeWithoutAMac() throws Exception {
        hasNotices = true;
        try (IsoRig rig = rig(MacAlgorithm.RETAIL, "30s"); AcquirerPeer peer = peer(rig)) {
            final MacKey key = key(MacAlgorithm.RETAIL, FIRST);
            rig.server.loop(rig.loops.agents().get(0).eventLoop()).dates.belongs(100_001, 1);
            peer.macs(key.newMac()).signOn();
            final UnsafeBuffer effect = new UnsafeBuffer(new byte[DayOpenedEncoder.BLOCK_LENGTH]);
            new DayOpenedEncoder().wrap(effect, 0).date(20_261_124).dayGroup(1).reserved(0);
            rig.server.effectSink().onEffect(DayOpenedEncoder.TEMPLATE_ID, effect, 0, DayOpenedEncoder.BLOCK_LENGTH);
            final Iso8583Message notice = peer.receive();
            assertThat(notice.get(70)).isEqualTo("201");
            assertThat(notice.get(15)).isEqualTo("1124");
            assertThat(peer.isMacRight(key.newMac())).isTrue();
            final Iso8583Message heard = new Iso8583Message(810).set(7, notice.get(7)).set(11, notice.get(11)).set(39, "00").set(70, "201");
            peer.macs(null).send(heard);
            peer.macs(key(MacAlgorithm.RETAIL, SECOND).newMac()).send(heard);
            assertThat(peer.macs(key.newMac()).ask(Messages.network(301)).get(39)).isEqualTo("00");
            assertThat(rig.counters().notWaitedFor()).isEqualTo(2);
            peer.send(heard);
            assertThat(peer.ask(Messages.network(301)).get(39)).isEqualTo("00");
            assertThat(rig.counters().notWaitedFor()).as("that one was").isEqualTo(2);
        }
    }

    /** MAC-05, FMT-11: a MAC that is not where it belongs, or not all of it. */
    @Test
    void shouldTakeNoMacThatIsCutOrInTheWrongPlace() throws Exception {
        try (IsoRig rig = rig(MacAlgorithm.RETAIL, "30s"); AcquirerPeer peer = peer(rig)) {
            final MacKey key = key(MacAlgorithm.RETAIL, FIRST);
            peer.macs(key.newMac()).signOn();
            final byte[] low = Messages.purchase().encode(peer.dialect, key.newMac());
            final byte[] high = Messages.payment(420, "000000").set(90, "0200" + "0".repeat(38)).encode(peer.dialect, key.newMac());
            for (int missing = 1; missing <= 16; missing++) {
                for (final byte[] whole : new byte[][] {low, high}) {
                    peer.write(peer.frame(Arrays.copyOf(whole, whole.length - missing)));
                    final Iso8583Message answer = peer.receive();
                    assertThat(answer.get(39)).as("%s missing", missing).isEqualTo("30");
                    assertThat(answer.get(44)).isEqualTo(whole == low ? "064" : "128");
                }
            }
            peer.write(peer.frame(Arrays.copyOf(low, low.length + 1)));
            assertThat(peer.receive().get(39)).as("a byte behind it").isEqualTo("30");
            assertThat(rig.echo.payments()).as("not one of them").isEmpty();

            // DE 64 covers nothing behind it: with DE 90 there the MAC is DE 128, or there is none.
            final Iso8583Message early = Messages.payment(420, "000000").set(90, "0200" + "0".repeat(38));
            final byte[] zeros = early.copy().set(64, "0".repeat(16)).encode(peer.dialect);
            final MessageIndex index = new MessageIndex(peer.dialect);
            index.index(new UnsafeBuffer(zeros), 0, zeros.length);
            final byte[] mac = new byte[8];
            key.newMac().compute(zeros, 0, index.offset(64), mac, 0);
            peer.write(peer.frame(early.copy().set(64, HexFormat.of().withUpperCase().formatHex(mac)).encode(peer.dialect)));
            assertThat(peer.receive().get(39)).isEqualTo("96");
            assertThat(rig.echo.payments()).isEmpty();
            peer.write(peer.frame(high));
            assertThat(peer.receive().get(39)).as("whole").isEqualTo("00");
        }
    }

    @Test
    void shouldNotStartWithoutTheKeysThatALinkNeeds() {
        final IsoRig.Options options = new IsoRig.Options();
        options.links = new String[] {"demo-mac"};
        assertThatThrownBy(() -> new IsoRig(options).close()).hasMessageContaining("demo-mac");
    }
}
