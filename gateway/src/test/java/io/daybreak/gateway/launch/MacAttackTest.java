package io.daybreak.gateway.launch;

import io.daybreak.gateway.iso.AcquirerPeer;
import io.daybreak.gateway.iso.Messages;
import io.daybreak.iso8583.link.LinkProfile;
import io.daybreak.iso8583.mac.MacAlgorithm;
import io.daybreak.iso8583.mac.MacKey;
import io.daybreak.iso8583.text.Iso8583Message;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.HexFormat;

import static org.assertj.core.api.Assertions.assertThat;

/** Who reads and changes the line of a link with MACs, against the whole switch: MAC-03, MAC-06, DUP-03, DUP-19. */
@Timeout(120)
final class MacAttackTest {
    private static final LinkProfile LINK = LinkProfile.builtIn("demo-mac");
    private static final MacKey KEY = new MacKey("demo-mac", MacAlgorithm.RETAIL, HexFormat.of().parseHex("0123456789abcdeffedcba9876543210"));
    private static final String CARD = "9900010000000019";
    private static final int PREFIX = 2;
    /** Of the message type: request or response. */
    private static final int FUNCTION = 2;

    @TempDir
    private Path directory;

    private static AcquirerPeer peer(final RoutedRig rig) throws Exception {
        return new AcquirerPeer(rig.server.isoAddresses().stream().filter(bound -> bound.name().equals("iso8583-mac")).findFirst().orElseThrow().address(),
            LINK).macs(KEY.newMac());
    }

    private static String balances(final RoutedRig rig) throws Exception {
        return rig.ask(RoutedRig.now(Messages.payment(200, "310000").set(2, CARD).set(37, null))).get(54);
    }

    private static byte[] changed(final byte[] frame, final int at, final int bit) {
        final byte[] copy = frame.clone();
        copy[at] ^= (byte) (1 << bit);
        return copy;
    }

    /** A recorded message is right, and so is its MAC: it is a duplicate, on whatever socket, and money moves once. */
    @Test
    void shouldAnswerARecordedMessageAsTheDuplicateThatItIs() throws Exception {
        try (RoutedRig rig = new RoutedRig(directory, 1, "iso8583.mac-port=0"); AcquirerPeer peer = peer(rig).signOn(); AcquirerPeer thief = peer(rig)) {
            final Iso8583Message purchase = RoutedRig.purchase(CARD);
            final Iso8583Message hold = RoutedRig.purchase(CARD).mti(100);
            final Iso8583Message completion = RoutedRig.now(hold.copy().mti(220).set(11, Messages.nextStan())
                .set(90, "0100" + hold.get(11) + hold.get(7) + "000" + "00100001" + "0".repeat(11)));
            final Iso8583Message refund = RoutedRig.now(purchase.copy().set(3, "200000").set(4, "000000000500").set(11, Messages.nextStan())
                .set(90, "0200" + purchase.get(11) + purchase.get(7) + "000" + "00100001" + "0".repeat(11)));
            final Iso8583Message part = RoutedRig.now(purchase.copy().mti(420).set(11, Messages.nextStan()).set(90, refund.get(90))
                .set(95, "000000001500" + "0".repeat(30)));
            final Iso8583Message topUp = RoutedRig.purchase(CARD).set(3, "210000");
            final Iso8583Message totals = RoutedRig.now(new Iso8583Message(500)).set(11, Messages.nextStan()).set(32, "00100001").set(50, "156");
            for (final Iso8583Message message : new Iso8583Message[] {purchase, hold, completion, refund, part, topUp, totals}) {
                final byte[] recorded = peer.frame(message);
                peer.write(recorded);
                final Iso8583Message answer = peer.receive();
                assertThat(answer.get(39)).as("%04d", message.mti()).isEqualTo("00");
                final String after = balances(rig);
                for (int i = 0; i < 3; i++) {
                    thief.write(recorded);
                    assertThat(thief.receive().set(64, null).set(128, null).fields()).as("%04d again", message.mti())
                        .isEqualTo(answer.copy().set(64, null).set(128, null).fields());
                }
                assertThat(balances(rig)).isEqualTo(after);
            }
        }
    }

    /** Any bit of a message: it is refused, nothing is decided of it, and its sender's own comes through afterwards. */
    @Test
    void shouldTakeNoMessageOfWhichABitWasChanged() throws Exception {
        try (RoutedRig rig = new RoutedRig(directory, 1, "iso8583.mac-port=0"); AcquirerPeer own = peer(rig).signOn()) {
            final Iso8583Message purchase = RoutedRig.purchase(CARD);
            final byte[] good = own.frame(purchase);
            final String before = balances(rig);
            AcquirerPeer thief = peer(rig);
            int answered = 0;
            for (int at = PREFIX; at < good.length; at++) {
                if (at == PREFIX + FUNCTION) {
                    // A response, which nobody waits for and nobody answers.
                    continue;
                }
                // The sixth bit of a hexadecimal letter is its case, which is all the same.
                thief.write(changed(good, at, (at * 7) % 5));
                final Iso8583Message answer = thief.receive();
                if (answer == null) {
                    thief.close();
                    thief = peer(rig);
                } else {
                    answered++;
                    assertThat(answer.get(39)).as("byte %s", at).isIn("96", "30", "40");
                }
            }
            thief.close();
            assertThat(answered).isGreaterThan(good.length / 2);
            assertThat(balances(rig)).isEqualTo(before);
            own.write(good);
            assertThat(own.receive().get(39)).isEqualTo("00");
            assertThat(balances(rig)).isNotEqualTo(before);
        }
    }
}
