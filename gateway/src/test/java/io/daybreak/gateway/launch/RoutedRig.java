package io.daybreak.gateway.launch;

import io.daybreak.gateway.Await;
import io.daybreak.gateway.config.Settings;
import io.daybreak.gateway.iso.AcquirerPeer;
import io.daybreak.gateway.iso.IssuerPeer;
import io.daybreak.gateway.iso.Messages;
import io.daybreak.iso8583.link.LinkProfile;
import io.daybreak.iso8583.text.Iso8583Message;
import io.daybreak.protocol.Participants;
import io.daybreak.protocol.PinMode;
import io.daybreak.protocol.RecordStatus;
import io.daybreak.protocol.Result;
import io.daybreak.protocol.codec.MessageHeaderDecoder;
import io.daybreak.protocol.codec.PaymentStatusAnswerDecoder;
import io.daybreak.protocol.codec.PutIssuerEncoder;
import io.daybreak.protocol.codec.PutIssuerLinkEncoder;
import io.daybreak.protocol.codec.PutRouteEncoder;
import io.daybreak.protocol.codec.QueryPaymentStatusEncoder;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.MutableDirectBuffer;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import static org.assertj.core.api.Assertions.assertThat;

/** The whole switch of the demo in this process, with the issuer where a test wants it. */
final class RoutedRig implements AutoCloseable {
    static final LinkProfile ASCII = LinkProfile.builtIn("demo-ascii");
    static final String CARD = "9900020000000018";
    static final String CARD_WITH_STAND_IN = "9900021000000016";
    static final String CARD_WITH_PIN = "9900022000000014";
    private static final DateTimeFormatter SENT = DateTimeFormatter.ofPattern("MMddHHmmss").withZone(ZoneOffset.UTC);
    private static final AtomicInteger REFERENCES = new AtomicInteger();

    final AtomicReference<String> fatal = new AtomicReference<>();
    final Server server;
    private AcquirerPeer acquirer;

    RoutedRig(final Path directory, final int issuerPort, final String... more) throws Exception {
        this(directory, null, issuerPort, more);
    }

    RoutedRig(final Path directory, final Path config, final int issuerPort, final String... more) throws Exception {
        final List<String> overrides = new ArrayList<>(List.of("data=" + directory.resolve("data"), "native.port=0", "iso8583.port=0",
            "iso8583.bcd-port=-1", "journal.durability=process", "memory.ready-slabs=2", "capacity.ids=1000000", "capacity.accounts=20000",
            "iso8583.max-in-flight-per-loop=1024", "iso8583.token-cache=1024", "demo.wallets=20",
            "demo.issuer=127.0.0.1:" + issuerPort));
        overrides.addAll(List.of(more));
        server = new Server(Settings.load(config, overrides), true, Map.of(), new DirectoryJournalOpener(),
            (reason, message, cause) -> fatal.compareAndSet(null, reason + " " + message + " " + cause));
        server.start();
    }

    RoutedRig awaitLinks(final int count) {
        Await.until(count + " issuer links up", () -> server.issuers().linksUp() == count);
        return this;
    }

    InetSocketAddress address() {
        return server.isoAddresses().get(0).address();
    }

    /** The acquirer's connection, signed on. */
    AcquirerPeer acquirer() throws Exception {
        if (acquirer == null) {
            acquirer = new AcquirerPeer(address(), ASCII).signOn();
        }
        return acquirer;
    }

    /** A purchase with a reference of its own, sent now. */
    static Iso8583Message purchase(final String card) {
        return now(Messages.purchase().set(2, card).set(37, String.format("%012d", 700_000_000L + REFERENCES.incrementAndGet())));
    }

    static Iso8583Message now(final Iso8583Message message) {
        return message.set(7, SENT.format(Instant.now()));
    }

    Iso8583Message ask(final Iso8583Message message) throws Exception {
        return acquirer().ask(message);
    }

    private void put(final int templateId, final MutableDirectBuffer body, final int length) {
        assertThat(server.systemPort().submit(templateId, Participants.FIRST_OPERATOR, body, length)).isEqualTo(Result.OK);
    }

    /** The demo's routes with another deadline. */
    RoutedRig deadline(final int milliseconds) {
        route(1, 990_002, 6, milliseconds, PinMode.REFUSE);
        route(3, 9_900_022, 7, milliseconds, PinMode.SAME_ZONE);
        return this;
    }

    void route(final int id, final long prefix, final int digits, final int deadlineMs, final int pinMode) {
        final MutableDirectBuffer body = new ExpandableArrayBuffer(PutRouteEncoder.BLOCK_LENGTH);
        new PutRouteEncoder().wrap(body, 0).correlationId(0).amountFromMinor(0).amountToMinor(Long.MAX_VALUE).standInFloorMinor(0).standInDayMinor(0)
            .prefix(prefix).deadlineMs(deadlineMs).standInDayCount(0).standInOperations(0).routeId(id).issuerId(1).channels(0).currency(0)
            .standInChannels(0).status(RecordStatus.ACTIVE).prefixLength((short) digits).pinMode((short) pinMode).reserved(0).standInExcludedMccs("");
        put(PutRouteEncoder.TEMPLATE_ID, body, PutRouteEncoder.BLOCK_LENGTH);
    }

    /** The demo's issuer with other times, and flags (1 held, 2 wants totals). */
    RoutedRig issuer(final int retryMs, final int answerTimeoutMs, final int flags) {
        final MutableDirectBuffer body = new ExpandableArrayBuffer(PutIssuerEncoder.BLOCK_LENGTH);
        new PutIssuerEncoder().wrap(body, 0).correlationId(0).settlementAccountId(900_005).exceptionAccountId(900_006).institution(990_002)
            .maximumAgeMs(3L * 86_400_000).retryMs(retryMs).answerTimeoutMs(answerTimeoutMs).issuerId(1).window(32).maximumTries(1_000).flags(flags)
            .status(RecordStatus.ACTIVE).currency(156).dayGroup(1).reserved(0).code("ISS001");
        put(PutIssuerEncoder.TEMPLATE_ID, body, PutIssuerEncoder.BLOCK_LENGTH);
        return this;
    }

    /** One more link of the demo's issuer. */
    RoutedRig link(final int id, final String code, final int weight) {
        final MutableDirectBuffer body = new ExpandableArrayBuffer(PutIssuerLinkEncoder.BLOCK_LENGTH);
        new PutIssuerLinkEncoder().wrap(body, 0).correlationId(0).linkId(id).issuerId(1).weight(weight).status(RecordStatus.ACTIVE).window(4_096)
            .reserved(0).code(code);
        put(PutIssuerLinkEncoder.TEMPLATE_ID, body, PutIssuerLinkEncoder.BLOCK_LENGTH);
        return this;
    }

    /** Entries that wait for issuers. */
    long storedAndForwarded() {
        return status().storeAndForward();
    }

    PaymentStatusAnswerDecoder status() {
        return new PaymentStatusAnswerDecoder().wrapAndApplyHeader(server.systemPort().query(QueryPaymentStatusEncoder.TEMPLATE_ID,
            Participants.FIRST_OPERATOR, new ExpandableArrayBuffer(QueryPaymentStatusEncoder.BLOCK_LENGTH), QueryPaymentStatusEncoder.BLOCK_LENGTH), 0,
            new MessageHeaderDecoder());
    }

    void awaitDrained() {
        Await.until("store-and-forward to drain", () -> storedAndForwarded() == 0);
    }

    @Override
    public void close() throws java.io.IOException {
        if (acquirer != null) {
            acquirer.close();
        }
        server.close();
        assertThat(fatal.get()).isNull();
    }
}
