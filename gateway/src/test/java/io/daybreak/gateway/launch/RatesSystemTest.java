package io.daybreak.gateway.launch;

import io.daybreak.client.Credentials;
import io.daybreak.client.DaybreakClient;
import io.daybreak.client.Outcome;
import io.daybreak.client.Participant;
import io.daybreak.client.RateRecord;
import io.daybreak.client.Transfer;
import io.daybreak.gateway.Await;
import io.daybreak.gateway.iso.AcquirerPeer;
import io.daybreak.gateway.iso.Messages;
import io.daybreak.iso8583.link.LinkProfile;
import io.daybreak.iso8583.text.Iso8583Message;
import io.daybreak.protocol.Participants;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;

import static org.assertj.core.api.Assertions.assertThat;

/** Rates of participants, over real sockets. Rule: docs/native-protocol.md, "Rates"; FMT-30. */
@Timeout(120)
final class RatesSystemTest {
    private static final int RATE = 400;
    private static final int TRANSFERS = 1_200;

    @TempDir
    private Path directory;

    private DaybreakClient client(final Matcher ready, final String code) throws IOException {
        return DaybreakClient.builder()
            .address(ready.group("host"), Integer.parseInt(ready.group("port")))
            .credentials(new Credentials(code, ServerUnderTest.demoSecret(directory.resolve("data"), code)))
            .connect();
    }

    private ServerUnderTest serve() throws IOException {
        return new ServerUnderTest(directory, Map.of(), "serve", "--demo", "--data", directory.resolve("data").toString(), "--native-port", "0",
            "--iso8583-port", "0", "--iso8583-bcd-port", "0");
    }

    private static void limit(final DaybreakClient operator, final DaybreakClient acquirer, final int perSecond, final int burstMs) {
        final Participant it = operator.participant("ACQ001").participant();
        assertThat(operator.putParticipant(new Participant(it.participantId(), it.code(), it.keyId(), it.roles(), it.idCapacity(), perSecond, burstMs))
            .isApplied()).isTrue();
        assertThat(operator.participant("ACQ001").participant().requestsPerSecond()).isEqualTo(perSecond);
        Await.until("the rate is in force", () -> acquirer.rate().requestsPerSecond() == perSecond);
    }

    @Test
    void shouldPaceOneParticipantAndLeaveOthersAlone() throws Exception {
        try (ServerUnderTest server = serve()) {
            final Matcher ready = server.ready();
            try (DaybreakClient acquirer = client(ready, "ACQ001"); DaybreakClient operator = client(ready, "OPERATOR")) {
                assertThat(acquirer.rate()).isEqualTo(new RateRecord(0, 0, 0));
                assertThat(operator.participant("ACQ001").participant().roles()).isEqualTo(Participants.ROLE_ACTIVE);
                limit(operator, acquirer, RATE, 100);
                assertThat(acquirer.rate().capacity()).isEqualTo(RATE / 10);
                final long beginNs = System.nanoTime();
                final List<CompletableFuture<Outcome>> outcomes = new ArrayList<>();
                for (int i = 0; i < TRANSFERS; i++) {
                    outcomes.add(acquirer.transferAsync(Transfer.of(acquirer.nextId(), 1 + i % 100, 100_001, 1, 156, 1)));
                }
                // While one waits for its tokens, another is answered.
                for (int i = 0; i < 100; i++) {
                    assertThat(operator.transfer(Transfer.of(operator.nextId(), 500, 100_002, 1, 156, 1)).isApplied()).isTrue();
                }
                assertThat(outcomes.get(TRANSFERS - 1)).isNotDone();
                for (final CompletableFuture<Outcome> outcome : outcomes) {
                    assertThat(outcome.get(60, TimeUnit.SECONDS).isApplied()).as("nothing is refused").isTrue();
                }
                final double seconds = (System.nanoTime() - beginNs) / 1e9;
                // What is read at once is taken in advance, so the last claim need not be waited for.
                assertThat(TRANSFERS / seconds).isLessThan(RATE * 1.3 + 256 / seconds);
                limit(operator, acquirer, 0, 0);
                assertThat(acquirer.transfers(List.of(Transfer.of(acquirer.nextId(), 1, 100_001, 1, 156, 1))).get(0).isApplied()).isTrue();
            }
        }
    }

    @Test
    void shouldAnswerTooFastPaymentsAtOnceAndLetReversalsPass() throws Exception {
        try (ServerUnderTest server = serve()) {
            final Matcher ready = server.ready();
            try (DaybreakClient acquirer = client(ready, "ACQ001"); DaybreakClient operator = client(ready, "OPERATOR");
                 AcquirerPeer peer = new AcquirerPeer(new InetSocketAddress(ready.group("host"), Integer.parseInt(ready.group("iso"))),
                     LinkProfile.builtIn("demo-ascii"))) {
                assertThat(peer.ask(RoutedRig.now(new Iso8583Message(800)).set(11, Messages.nextStan()).set(32, "00100001").set(70, "001")).get(39)).isEqualTo("00");
                limit(operator, acquirer, 5, 1_000);
                final int count = 40;
                final List<Iso8583Message> sent = new ArrayList<>();
                final ByteArrayOutputStream batch = new ByteArrayOutputStream();
                for (int i = 0; i < count; i++) {
                    final Iso8583Message purchase = RoutedRig.now(Messages.purchase().set(37, String.format("99%010d", i)));
                    sent.add(purchase);
                    batch.write(peer.frame(purchase));
                }
                peer.write(batch.toByteArray());
                int approved = 0;
                for (int i = 0; i < count; i++) {
                    final String code = peer.receive().get(39);
                    assertThat(code).isIn("00", "91");
                    approved += code.equals("00") ? 1 : 0;
                }
                assertThat(approved).isBetween(5, 15);
                for (int i = 0; i < 20; i++) {
                    final Iso8583Message purchase = sent.get(i);
                    final Iso8583Message reversal = RoutedRig.now(Messages.payment(400, "000000")).set(37, purchase.get(37))
                        .set(90, "0200" + purchase.get(11) + purchase.get(7) + "0000010000100000000000");
                    assertThat(peer.ask(reversal).get(39)).as("a reversal is never held up").isNotEqualTo("91");
                }
            }
        }
    }
}
