package io.daybreak.payment;

import io.daybreak.protocol.Participants;
import io.daybreak.protocol.PaymentOperation;
import io.daybreak.protocol.RecordStatus;
import io.daybreak.protocol.Result;
import io.daybreak.protocol.codec.DeferredAnswerDecoder;
import io.daybreak.protocol.codec.IssuerAnswerEncoder;
import io.daybreak.protocol.codec.IssuerLinkStatusEncoder;
import io.daybreak.protocol.codec.IssuerSendFailedEncoder;
import io.daybreak.protocol.codec.PaymentAnswerDecoder;
import io.daybreak.protocol.codec.PutIssuerEncoder;
import io.daybreak.protocol.codec.PutIssuerLinkEncoder;
import io.daybreak.protocol.codec.PutRouteEncoder;
import io.daybreak.protocol.codec.ReconcileIssuerDecoder;
import io.daybreak.protocol.codec.SendToIssuerDecoder;
import io.daybreak.routing.Sent;
import org.agrona.DirectBuffer;

import java.util.ArrayList;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/** A town with an issuer outside: what is sent to it and what is answered later are values. */
final class IssuerTown {
    static final int ISSUER = 7;
    static final int LINK = 71;
    static final int ROUTE = 5;
    static final int BIN = 99_000_211;
    static final long DEADLINE_MS = 15_000;
    static final long FLOOR = 5_000;

    record Late(long linkId, long correlationId, int result, long amount, String approvalCode, int issuerCode, int mti, int stan,
                int settlementDate, long paymentId) {
    }

    PaymentRig rig;
    final List<Sent> sent = new ArrayList<>();
    final List<Late> answered = new ArrayList<>();
    final List<Integer> totals = new ArrayList<>();

    private IssuerTown(final PaymentRig rig) {
        listenTo(rig);
    }

    /** With a link that is up and no stand-in. */
    static IssuerTown up() {
        final IssuerTown town = down();
        town.link(1);
        return town;
    }

    static IssuerTown down() {
        final IssuerTown town = new IssuerTown(PaymentRig.town());
        town.putIssuer(0);
        town.putLink();
        town.putRoute(0);
        return town;
    }

    private void listenTo(final PaymentRig newRig) {
        rig = newRig;
        rig.machine.emitTo(this::onEffect);
    }

    /** The switch is killed and started again: its state from the journal, nobody waiting, every link down, then up. */
    void restart() {
        kill();
        link(1);
    }

    void kill() {
        listenTo(rig.replay());
        link(0, 0);
    }

    int putIssuer(final int flags) {
        final PutIssuerEncoder encoder = new PutIssuerEncoder().wrap(rig.body(), 0).correlationId(0)
            .settlementAccountId(PaymentRig.ISSUER_SETTLEMENT).exceptionAccountId(PaymentRig.ISSUER_EXCEPTION).institution(88)
            .maximumAgeMs(3 * PaymentRig.DAY_MS).retryMs(1_000).answerTimeoutMs(10_000).issuerId(ISSUER).window(32).maximumTries(1_000)
            .flags(flags).status(RecordStatus.ACTIVE).currency(PaymentRig.CNY).dayGroup(PaymentRig.DAY_GROUP).reserved(0);
        encoder.code("ISSUER");
        return rig.apply(PutIssuerEncoder.TEMPLATE_ID, PaymentRig.OPERATOR, PutIssuerEncoder.BLOCK_LENGTH);
    }

    int putLink() {
        new PutIssuerLinkEncoder().wrap(rig.body(), 0).correlationId(0).linkId(LINK).issuerId(ISSUER).weight(1).status(RecordStatus.ACTIVE)
            .window(1_000).reserved(0).code("LINK");
        return rig.apply(PutIssuerLinkEncoder.TEMPLATE_ID, PaymentRig.OPERATOR, PutIssuerLinkEncoder.BLOCK_LENGTH);
    }

    int putRoute(final long floor) {
        return putRoute(floor, "");
    }

    int putRoute(final long floor, final String excludedMccs) {
        new PutRouteEncoder().wrap(rig.body(), 0).correlationId(0).amountFromMinor(0).amountToMinor(Long.MAX_VALUE).standInFloorMinor(floor)
            .standInDayMinor(2 * floor).prefix(990_002).deadlineMs(DEADLINE_MS).standInDayCount(10)
            .standInOperations(1L << PaymentOperation.PURCHASE | 1L << PaymentOperation.AUTHORISE).routeId(ROUTE).issuerId(ISSUER)
            .channels(0).currency(0).standInChannels(0).status(RecordStatus.ACTIVE).prefixLength((short) 6).pinMode((short) 0).reserved(0)
            .standInExcludedMccs(excludedMccs);
        return rig.apply(PutRouteEncoder.TEMPLATE_ID, PaymentRig.OPERATOR, PutRouteEncoder.BLOCK_LENGTH);
    }

    int link(final int status) {
        return link(LINK, status);
    }

    private int link(final int linkId, final int status) {
        new IssuerLinkStatusEncoder().wrap(rig.body(), 0).linkId(linkId).status(status).reserved(0);
        return rig.apply(IssuerLinkStatusEncoder.TEMPLATE_ID, Participants.SYSTEM, IssuerLinkStatusEncoder.BLOCK_LENGTH);
    }

    static PaymentMessage purchase(final long amount) {
        return PaymentMessage.purchase(50, amount).bin(BIN);
    }

    /** Stamps and sends a message that goes to the issuer. */
    PaymentMessage request(final PaymentMessage message) {
        final PaymentMessage stamped = rig.stamp(message);
        final PaymentRig.Reply reply = rig.send(stamped);
        assertThat(Result.name(reply.result())).isEqualTo("AWAITING_ISSUER");
        return stamped;
    }

    int reply(final Sent message, final String code) {
        return reply(message, code, message.amount());
    }

    int reply(final Sent message, final String code, final long amount) {
        rig.body().setMemory(0, IssuerAnswerEncoder.BLOCK_LENGTH, (byte) 0);
        new IssuerAnswerEncoder().wrap(rig.body(), 0).transmission(message.transmission()).stan(message.stan()).amountMinor(amount)
            .mti(message.mti() / 10 * 10 + 10).linkId(message.linkId()).responseCode(code.charAt(0) << 8 | code.charAt(1))
            .rrn(message.rrn()).approvalCode("ISS123").currency(0);
        return rig.apply(IssuerAnswerEncoder.TEMPLATE_ID, Participants.SYSTEM, IssuerAnswerEncoder.BLOCK_LENGTH);
    }

    int sendFailed(final Sent message) {
        new IssuerSendFailedEncoder().wrap(rig.body(), 0).transmission(message.transmission()).stan(message.stan())
            .linkId(message.linkId()).mti(message.mti()).reserved(0);
        return rig.apply(IssuerSendFailedEncoder.TEMPLATE_ID, Participants.SYSTEM, IssuerSendFailedEncoder.BLOCK_LENGTH);
    }

    Sent last() {
        return sent.get(sent.size() - 1);
    }

    List<Integer> mtis() {
        return sent.stream().map(Sent::mti).toList();
    }

    long issuer() {
        return rig.balance(PaymentRig.ISSUER_SETTLEMENT);
    }

    long merchant() {
        return rig.balance(PaymentRig.merchantAccount(1));
    }

    private void onEffect(final int templateId, final DirectBuffer effect, final int offset, final int length) {
        switch (templateId) {
            case SendToIssuerDecoder.TEMPLATE_ID:
                sent.add(Sent.of(effect, offset));
                break;
            case DeferredAnswerDecoder.TEMPLATE_ID:
                final DeferredAnswerDecoder late = new DeferredAnswerDecoder().wrap(effect, offset, DeferredAnswerDecoder.BLOCK_LENGTH, 1);
                final PaymentAnswerDecoder a = new PaymentAnswerDecoder()
                    .wrap(effect, offset + DeferredAnswerDecoder.BLOCK_LENGTH, PaymentAnswerDecoder.BLOCK_LENGTH, 1);
                answered.add(new Late(late.linkId(), late.correlationId(), a.result(), a.amountMinor(), a.approvalCode(), a.issuerCode(),
                    a.mti(), (int) a.stan(), (int) a.settlementDate(), a.paymentId()));
                break;
            case ReconcileIssuerDecoder.TEMPLATE_ID:
                totals.add((int) new ReconcileIssuerDecoder().wrap(effect, offset, ReconcileIssuerDecoder.BLOCK_LENGTH, 1).stan());
                break;
            default:
        }
    }
}
