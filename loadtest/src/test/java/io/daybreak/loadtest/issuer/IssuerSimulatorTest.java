package io.daybreak.loadtest.issuer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.daybreak.iso8583.text.Iso8583Message;
import io.daybreak.loadtest.link.IsoSocket;
import io.daybreak.loadtest.link.SimLink;
import io.daybreak.loadtest.workload.DemoCards;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.time.Duration;

/** The issuer over real sockets: what each key of a script does, and what the books say of it. */
@Timeout(30)
class IssuerSimulatorTest {
    private static final Duration SOON = Duration.ofSeconds(5);
    private static final Duration MOMENT = Duration.ofMillis(150);
    private static final String CARD = DemoCards.pan("990002", 1);

    private SimLink link;
    private IssuerSimulator issuer;
    private IsoSocket socket;

    @BeforeEach
    void start() throws IOException {
        link = SimLink.load("demo-ascii");
        issuer = new IssuerSimulator("127.0.0.1", 0, link, IssuerScript.load("faults"), 1 << 12);
        connect();
    }

    @AfterEach
    void stop() {
        socket.close();
        issuer.close();
    }

    private void connect() throws IOException {
        socket = new IsoSocket("127.0.0.1", issuer.address().getPort(), link.framing());
        assertThat(exchange(network(1)).get(39)).isEqualTo("00");
    }

    private static Iso8583Message network(final int code) {
        return new Iso8583Message(800).set(7, "0101120000").set(11, "000001").set(70, String.format("%03d", code));
    }

    private static Iso8583Message payment(final int mti, final int trace, final long amount) {
        return new Iso8583Message(mti).set(2, CARD).set(3, "000000").set(4, amount).set(7, "0101120000").set(11, trace)
            .set(32, "00100001").set(37, String.format("%012d", trace)).set(41, "T0000001").set(42, DemoCards.merchant(1)).set(49, "156");
    }

    private static Iso8583Message reversal(final int mti, final int trace, final Iso8583Message original) {
        final Iso8583Message reversal = original.copy().mti(mti).set(11, trace);
        return reversal.set(90, String.format("%04d", original.mti()) + String.format("%06d", Integer.parseInt(original.get(11)))
            + original.get(7) + "00000000000" + "00000000000");
    }

    private void send(final Iso8583Message message) throws IOException {
        socket.write(socket.frame(message.encode(link.dialect())));
    }

    private Iso8583Message receive(final Duration patience) throws IOException {
        final byte[] bytes = socket.read(patience);
        return bytes == null ? null : Iso8583Message.decode(link.dialect(), bytes);
    }

    private Iso8583Message exchange(final Iso8583Message message) throws IOException {
        send(message);
        return receive(SOON);
    }

    private long net() {
        return issuer.netDebited(Long.parseLong(CARD));
    }

    @Test
    void shouldApproveAndEcho() throws Exception {
        final Iso8583Message request = payment(200, 1, 1_000);
        final Iso8583Message answer = exchange(request);
        assertThat(answer.mti()).isEqualTo(210);
        for (final int field : new int[] {2, 3, 7, 11, 32, 37, 41, 42, 49}) {
            assertThat(Long.toString(field) + answer.get(field)).endsWith(field == 11 ? "000001" : request.get(field));
        }
        assertThat(answer.get(39)).isEqualTo("00");
        assertThat(answer.get(38)).matches("[0-9A-Z]{6}");
        assertThat(net()).isEqualTo(1_000);
    }

    @Test
    void shouldBookARepeatOnceAndAnswerItAlike() throws Exception {
        final Iso8583Message first = exchange(payment(200, 1, 1_000));
        final Iso8583Message again = exchange(payment(201, 1, 1_000));
        assertThat(again).isEqualTo(first);
        assertThat(net()).isEqualTo(1_000);
        assertThat(issuer.books(0).path("repeats").asLong()).isEqualTo(1);
        assertThat(issuer.books(0).path("violation_count").asLong()).isZero();
    }

    @Test
    void shouldGiveBackOnceHoweverOftenTheReversalComes() throws Exception {
        final Iso8583Message original = payment(200, 1, 1_000);
        exchange(original);
        assertThat(exchange(reversal(420, 2, original)).get(39)).isEqualTo("00");
        assertThat(exchange(reversal(421, 2, original)).get(39)).isEqualTo("00");
        assertThat(net()).isZero();
        assertThat(issuer.books(0).path("violation_count").asLong()).isZero();
    }

    @Test
    void shouldGiveBackAPart() throws Exception {
        final Iso8583Message original = payment(200, 1, 1_000);
        exchange(original);
        exchange(reversal(420, 2, original).set(95, "000000000700" + "0".repeat(30)));
        assertThat(net()).isEqualTo(700);
    }

    @Test
    void shouldDeclineWhatWasReversedBefore() throws Exception {
        final Iso8583Message original = payment(200, 1, 1_000);
        assertThat(exchange(reversal(420, 2, original)).get(39)).isEqualTo("25");
        assertThat(exchange(original).get(39)).isEqualTo("12");
        assertThat(net()).isZero();
    }

    @Test
    void shouldNoticeOnePaymentWithTwoIdentities() throws Exception {
        exchange(payment(200, 1, 1_000));
        exchange(payment(200, 7, 1_000).set(37, "000000000001"));
        assertThat(violations()).contains("TWO_IDENTITIES");
    }

    @Test
    void shouldNoticeOneIdentityWithTwoContents() throws Exception {
        exchange(payment(200, 1, 1_000));
        assertThat(exchange(payment(200, 1, 1_001)).get(39)).isEqualTo("94");
        assertThat(violations()).contains("IDENTITY_USED_TWICE");
    }

    @Test
    void shouldNoticeASecondReversalOfOneOriginal() throws Exception {
        final Iso8583Message original = payment(200, 1, 1_000);
        exchange(original);
        exchange(reversal(420, 2, original));
        exchange(reversal(420, 3, original));
        assertThat(violations()).contains("REVERSED_TWICE");
        assertThat(net()).isZero();
    }

    @Test
    void shouldNoticeTrafficBeforeTheSignOn() throws Exception {
        exchange(network(2));
        assertThat(exchange(payment(200, 1, 1_000)).get(39)).isEqualTo("91");
        assertThat(violations()).contains("NOT_SIGNED_ON");
    }

    private String violations() {
        final JsonNode list = issuer.books(0).path("violations");
        return list.toString();
    }

    @Test
    void shouldBeSilentAndHaveBooked() throws Exception {
        send(payment(200, 1, 5_901));
        assertThat(receive(MOMENT)).isNull();
        assertThat(net()).isEqualTo(5_901);
    }

    @Test
    void shouldLoseAMessageAsIfItHadNeverCome() throws Exception {
        send(payment(200, 1, 5_902));
        assertThat(receive(MOMENT)).isNull();
        assertThat(net()).isZero();
    }

    @Test
    void shouldAnswerLateAndInTheMeantimeOthers() throws Exception {
        issuer.script(IssuerScript.parse("rules = [{ amount-ends = \"3\", delay = 200ms }]"));
        send(payment(200, 1, 5_903));
        assertThat(exchange(payment(200, 2, 100)).get(11)).isEqualTo("000002");
        assertThat(receive(SOON).get(11)).isEqualTo("000001");
    }

    @Test
    void shouldAnswerTwiceAndWrongly() throws Exception {
        assertThat(exchange(payment(200, 1, 5_905)).get(11)).isEqualTo("000001");
        assertThat(receive(SOON).get(11)).isEqualTo("000001");
        assertThat(exchange(payment(200, 2, 5_906)).get(11)).isEqualTo("500002");
        assertThat(exchange(payment(200, 3, 5_907)).get(4)).isEqualTo("000000005908");
        assertThat(exchange(payment(200, 4, 5_912)).has(39)).isFalse();
        final Iso8583Message refers = exchange(payment(200, 5, 5_952));
        assertThat(refers.get(39) + refers.get(44)).isEqualTo("01CALL ISSUER");
    }

    @Test
    void shouldApproveAPart() throws Exception {
        final Iso8583Message answer = exchange(payment(200, 1, 5_911));
        assertThat(answer.get(39)).isEqualTo("10");
        assertThat(answer.get(4)).isEqualTo("000000002364");
        assertThat(net()).isEqualTo(2_364);
    }

    @Test
    void shouldCloseInTheMidstOfAnAnswer() throws Exception {
        send(payment(200, 1, 5_909));
        assertThatThrownBy(() -> receive(SOON)).isInstanceOf(IOException.class);
        connect();
        assertThat(net()).isEqualTo(5_909);
    }

    @Test
    void shouldBeAwayForAWhileAfterARestart() throws Exception {
        issuer.restart(Duration.ofMillis(300));
        assertThat(socket.isClosedWithin(SOON)).isTrue();
        assertThatThrownBy(this::connect).isInstanceOf(IOException.class);
        final long deadline = System.nanoTime() + SOON.toNanos();
        boolean isBack = false;
        while (!isBack && System.nanoTime() < deadline) {
            try {
                connect();
                isBack = true;
            } catch (final IOException ex) {
                java.util.concurrent.locks.LockSupport.parkNanos(10_000_000);
            }
        }
        assertThat(isBack).isTrue();
    }

    @Test
    void shouldSayTheCodeThatIsInTheAmount() throws Exception {
        issuer.script(IssuerScript.load("decline-by-amount"));
        assertThat(exchange(payment(200, 1, 990_051)).get(39)).isEqualTo("51");
        assertThat(exchange(payment(200, 2, 2_000_000)).get(39)).isEqualTo("61");
        assertThat(exchange(payment(200, 3, 100)).get(39)).isEqualTo("00");
    }

    @Test
    void shouldCountForRules() throws Exception {
        issuer.script(IssuerScript.parse("rules = [{ nth = 2, code = \"05\" }, { from = 4, times = 1, code = \"51\" }]"));
        final StringBuilder codes = new StringBuilder();
        for (int i = 1; i <= 6; i++) {
            codes.append(exchange(payment(200, i, 100)).get(39)).append(' ');
        }
        // The second rule does not see what the first one takes.
        assertThat(codes.toString()).isEqualTo("00 05 00 00 51 00 ");
    }

    @Test
    void shouldTryAgainWhatWasAnsweredForLater() throws Exception {
        issuer.script(IssuerScript.parse("rules = [{ mti = [\"0420\"], code = \"91\" }]"));
        final Iso8583Message original = payment(200, 1, 1_000);
        exchange(original);
        assertThat(exchange(reversal(420, 2, original)).get(39)).isEqualTo("91");
        assertThat(net()).isEqualTo(1_000);
        assertThat(exchange(reversal(421, 2, original)).get(39)).isEqualTo("00");
        assertThat(net()).isZero();
    }

    @Test
    void shouldSendNetworkMessagesOfItsOwn() throws Exception {
        issuer.sendNetwork(301);
        final Iso8583Message echo = receive(SOON);
        assertThat(echo.mti()).isEqualTo(800);
        assertThat(echo.get(70)).isEqualTo("301");
    }

    @Test
    void shouldDrawDelaysAsTheScriptSays() {
        final io.daybreak.loadtest.workload.Random64 random = new io.daybreak.loadtest.workload.Random64(1);
        final DelayPlan plan = IssuerScript.parse("delay { percentiles { 50 = 10ms, 100 = 20ms } }").delay;
        long below = 0;
        long most = 0;
        for (int i = 0; i < 10_000; i++) {
            final long delay = plan.nextNs(random);
            below += delay <= 10_000_000 ? 1 : 0;
            most = Math.max(most, delay);
        }
        assertThat(below).isBetween(4_700L, 5_300L);
        assertThat(most).isBetween(19_000_000L, 20_000_000L);
    }

    @Test
    void shouldNameWhatIsWrongInAScript() {
        assertThatThrownBy(() -> IssuerScript.parse("rules = [{ amuont = \"5\" }]")).hasMessageContaining("amuont");
        assertThatThrownBy(() -> IssuerScript.parse("delay { normal = 5ms }")).hasMessageContaining("normal");
        assertThatThrownBy(() -> IssuerScript.load("nothing")).isInstanceOf(IOException.class).hasMessageContaining("nothing");
        assertThat(IssuerScript.BUILT_IN).allSatisfy(name -> assertThat(IssuerScript.load(name)).isNotNull());
    }
}
