package io.daybreak.routing;

import io.daybreak.memory.CollectedSlabs;
import io.daybreak.port.EffectEmitter;
import io.daybreak.protocol.PaymentOperation;
import io.daybreak.protocol.RecordStatus;
import io.daybreak.protocol.Result;
import io.daybreak.protocol.codec.DeferredAnswerDecoder;
import io.daybreak.protocol.codec.IssuerAnswerEncoder;
import io.daybreak.protocol.codec.IssuerLinkStatusEncoder;
import io.daybreak.protocol.codec.IssuerSendFailedEncoder;
import io.daybreak.protocol.codec.PaymentEncoder;
import io.daybreak.protocol.codec.PutIssuerEncoder;
import io.daybreak.protocol.codec.PutIssuerLinkEncoder;
import io.daybreak.protocol.codec.PutRouteEncoder;
import io.daybreak.protocol.codec.ReconcileIssuerDecoder;
import io.daybreak.protocol.codec.SendToIssuerDecoder;
import io.daybreak.protocol.codec.StoreAndForwardActionEncoder;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;

/**
 * The package with a recording payments side and a recording link side. Every decided step is kept as on a journal, so
 * that {@link #replayed} builds the same state once more, with nobody listening and nobody waiting.
 */
final class IssuingRig implements IssuerOutcomes, EffectEmitter {
    static final long START_NS = 1_767_225_600_000_000_000L;
    static final int ISSUER = 7;
    static final int LINK = 71;
    static final int ROUTE = 5;
    static final long BIN = 99_000_211L;
    static final long NS_PER_MS = 1_000_000L;
    static final int CODE_00 = IssuerReply.CODE_00;
    private static final CollectedSlabs SLABS = new CollectedSlabs();

    final Issuing issuing = new Issuing(SLABS, accountId -> accountId < 1_000_000 ? accountId < 900_000 ? 156 : 840 : Issuing.NO_ACCOUNT);
    final List<Sent> sent = new ArrayList<>();
    final List<String> told = new ArrayList<>();
    final List<String> answered = new ArrayList<>();
    final List<String> totals = new ArrayList<>();
    /** What the payments do when a request was not answered or not sent. */
    BiConsumer<IssuingRig, Integer> onUnanswered = (rig, place) -> { };
    private final List<Consumer<IssuingRig>> journal = new ArrayList<>();
    private final UnsafeBuffer buffer = new UnsafeBuffer(new byte[1_024]);
    private final UnsafeBuffer answer = new UnsafeBuffer(new byte[96]);
    private final boolean listening;
    long nowNs = START_NS;
    long sequence;

    IssuingRig() {
        this(true);
    }

    private IssuingRig(final boolean listening) {
        this.listening = listening;
        issuing.tell(this);
        if (listening) {
            issuing.emitTo(this);
        }
        issuing.configure(100_000, 1_000, 1_000, 1_000);
    }

    /** Takes back the memory of all rigs before: tests of one class run one after the other. */
    static void recycle() {
        SLABS.close();
    }

    /** One issuer with one link that is up, and one route. */
    static IssuingRig ready() {
        return bare().up(LINK);
    }

    /** The same with the link down. */
    static IssuingRig bare() {
        final IssuingRig rig = new IssuingRig();
        rig.putIssuer(issuer -> { });
        rig.putLink(LINK, link -> { });
        rig.putRoute(ROUTE, route -> { });
        return rig;
    }

    // ---- Steps ----

    /** Runs a step; if it was decided it is kept and takes a sequence. */
    int step(final ToIntFunction<IssuingRig> step) {
        sequence++;
        final int result = step.applyAsInt(this);
        if (Result.isDecided(result)) {
            journal.add(rig -> {
                rig.sequence++;
                step.applyAsInt(rig);
            });
        } else {
            sequence--;
        }
        return result;
    }

    /** Lets time pass and sweeps. */
    IssuingRig after(final long ms) {
        return at(nowNs + ms * NS_PER_MS);
    }

    IssuingRig at(final long ns) {
        nowNs = ns;
        journal.add(rig -> rig.nowNs = ns);
        while (issuing.nextDeadlineNs() <= nowNs) {
            sweepOne();
        }
        return this;
    }

    void sweepOne() {
        issuing.expireNext(nowNs, sequence);
        journal.add(rig -> rig.issuing.expireNext(rig.nowNs, rig.sequence));
    }

    /** The state as a restart finds it, built from the steps. */
    IssuingRig replayed() {
        final IssuingRig copy = new IssuingRig(false);
        copy.onUnanswered = onUnanswered;
        journal.forEach(step -> step.accept(copy));
        copy.journal.clear();
        return copy;
    }

    /** Goes on after a restart: from the replayed state, with links that are down, and someone listening again. */
    IssuingRig restarted() {
        final IssuingRig copy = replayed();
        copy.journal.addAll(journal);
        copy.issuing.emitTo(copy);
        copy.status(0, 0);
        return copy;
    }

    int putIssuer(final Consumer<PutIssuerEncoder> change) {
        final byte[] body = new byte[PutIssuerEncoder.BLOCK_LENGTH];
        final PutIssuerEncoder encoder = new PutIssuerEncoder().wrap(new UnsafeBuffer(body), 0);
        encoder.settlementAccountId(1).exceptionAccountId(2).institution(88).maximumAgeMs(259_200_000).retryMs(1_000)
            .answerTimeoutMs(10_000).issuerId(ISSUER).window(32).maximumTries(1_000).flags(0).status(RecordStatus.ACTIVE)
            .currency(156).dayGroup(1).code("ISSUER");
        change.accept(encoder);
        return administer(PutIssuerEncoder.TEMPLATE_ID, body);
    }

    int putLink(final int linkId, final Consumer<PutIssuerLinkEncoder> change) {
        final byte[] body = new byte[PutIssuerLinkEncoder.BLOCK_LENGTH];
        final PutIssuerLinkEncoder encoder = new PutIssuerLinkEncoder().wrap(new UnsafeBuffer(body), 0);
        encoder.linkId(linkId).issuerId(ISSUER).weight(1).status(RecordStatus.ACTIVE).window(10_000).code("LINK" + linkId);
        change.accept(encoder);
        return administer(PutIssuerLinkEncoder.TEMPLATE_ID, body);
    }

    int putRoute(final int routeId, final Consumer<PutRouteEncoder> change) {
        final byte[] body = new byte[PutRouteEncoder.BLOCK_LENGTH];
        final PutRouteEncoder encoder = new PutRouteEncoder().wrap(new UnsafeBuffer(body), 0);
        encoder.amountToMinor(Long.MAX_VALUE).prefix(990_002).prefixLength((short) 6).deadlineMs(15_000).routeId(routeId)
            .issuerId(ISSUER).status(RecordStatus.ACTIVE);
        change.accept(encoder);
        return administer(PutRouteEncoder.TEMPLATE_ID, body);
    }

    int administer(final int templateId, final byte[] body) {
        final UnsafeBuffer command = new UnsafeBuffer(body);
        return step(rig -> rig.issuing.administer(templateId, command, 0, body.length, rig.nowNs, rig.sequence));
    }

    int action(final int what, final long entryId) {
        final byte[] body = new byte[StoreAndForwardActionEncoder.BLOCK_LENGTH];
        new StoreAndForwardActionEncoder().wrap(new UnsafeBuffer(body), 0).entryId(entryId).issuerId(ISSUER).action(what);
        return administer(StoreAndForwardActionEncoder.TEMPLATE_ID, body);
    }

    IssuingRig up(final int linkId) {
        status(linkId, 1);
        return this;
    }

    IssuingRig down(final int linkId) {
        status(linkId, 0);
        return this;
    }

    int status(final int linkId, final int up) {
        final UnsafeBuffer command = new UnsafeBuffer(new byte[IssuerLinkStatusEncoder.BLOCK_LENGTH]);
        new IssuerLinkStatusEncoder().wrap(command, 0).linkId(linkId).status(up);
        return step(rig -> rig.issuing.onLinkStatus(command, 0, command.capacity(), rig.nowNs));
    }

    static UnsafeBuffer payment(final long card, final long amount, final Consumer<PaymentEncoder> change) {
        final UnsafeBuffer command = new UnsafeBuffer(new byte[PaymentEncoder.BLOCK_LENGTH]);
        final PaymentEncoder encoder = new PaymentEncoder().wrap(command, 0);
        encoder.token().hi(card).lo(card == 0 ? 0 : -card);
        encoder.amountMinor(amount).institution(100_001).merchant("M00000000000001").terminal("T0000001").stan(1).mti(200)
            .transmission(101_000_000).processingCode(0).bin(BIN).currency(156).mcc(5_411).entryMode(51)
            .operation((short) PaymentOperation.PURCHASE).channel((short) 1);
        encoder.putCardCipher(cipher(card), 0, 48);
        change.accept(encoder);
        return command;
    }

    private static byte[] cipher(final long card) {
        final byte[] bytes = new byte[48];
        new UnsafeBuffer(bytes).putLong(0, card + 1);
        return bytes;
    }

    static long rrnFirst(final int place) {
        long word = 0x3030_3030_3030_3030L;
        for (int i = 0, rest = place; i < 8; i++, rest /= 10) {
            word += (long) (rest % 10) << 8 * i;
        }
        return word;
    }

    int request(final int place, final long card, final long amount) {
        return request(place, payment(card, amount, encoder -> { }));
    }

    int request(final int place, final DirectBuffer payment) {
        return step(rig -> rig.issuing.request(ROUTE, place, payment, 0, rrnFirst(place), 0x3131_3131, 20_260_101,
            rig.listening ? 1_000 + place : 0, rig.listening ? place : 0, rig.sequence, rig.nowNs));
    }

    int cancel(final int place) {
        return step(rig -> {
            rig.issuing.cancel(place, rig.nowNs);
            rig.answerAll(place, "cancelled");
            return Result.OK;
        });
    }

    int reverse(final int place, final long amount, final long remaining) {
        return step(rig -> rig.issuing.reverse(place, amount, remaining, rig.nowNs));
    }

    int forget(final int place) {
        return step(rig -> {
            rig.issuing.forget(place);
            return Result.OK;
        });
    }

    /** A completion of {@code original} at {@code place}. */
    int complete(final int place, final int original, final long card, final long amount) {
        final UnsafeBuffer payment = payment(card, amount, encoder -> encoder.mti(220));
        return step(rig -> rig.issuing.advise(place, original, ROUTE, 220, payment, 0, rrnFirst(place), 0x3131_3131, 20_260_101, amount,
            CODE_00, approval("AB12CD"), 0, 0, rig.nowNs, rig.sequence));
    }

    static long approval(final String code) {
        long word = 0;
        for (int i = 5; i >= 0; i--) {
            word = word << 8 | code.charAt(i);
        }
        return word;
    }

    /** The issuer's response to a message. */
    int reply(final Sent message, final String code) {
        return reply(message, code, encoder -> { });
    }

    int reply(final Sent message, final String code, final Consumer<IssuerAnswerEncoder> change) {
        final UnsafeBuffer command = new UnsafeBuffer(new byte[IssuerAnswerEncoder.BLOCK_LENGTH]);
        final IssuerAnswerEncoder encoder = new IssuerAnswerEncoder().wrap(command, 0);
        encoder.transmission(message.transmission()).stan(message.stan()).amountMinor(message.amount())
            .mti(message.mti() / 10 * 10 + 10).linkId(message.linkId())
            .responseCode(IssuerReply.code(code.charAt(0), code.charAt(1))).rrn(message.rrn()).approvalCode("XY98ZT");
        change.accept(encoder);
        return step(rig -> rig.issuing.onAnswer(command, 0, command.capacity(), rig.nowNs, rig.sequence));
    }

    int sendFailed(final Sent message) {
        final UnsafeBuffer command = new UnsafeBuffer(new byte[IssuerSendFailedEncoder.BLOCK_LENGTH]);
        new IssuerSendFailedEncoder().wrap(command, 0).transmission(message.transmission()).stan(message.stan())
            .linkId(message.linkId()).mti(message.mti());
        return step(rig -> rig.issuing.onSendFailed(command, 0, command.capacity(), rig.nowNs, rig.sequence));
    }

    Sent last() {
        return sent.get(sent.size() - 1);
    }

    /** What was told or sent since the last question. */
    List<String> drainTold() {
        final List<String> copy = List.copyOf(told);
        told.clear();
        return copy;
    }

    void check() {
        if (issuing.digest() != issuing.computeDigest()) {
            throw new AssertionError("running digest and tables differ");
        }
    }

    // ---- The payments ----

    private void answerAll(final int place, final String text) {
        answer.putStringWithoutLengthAscii(0, text.substring(0, Math.min(8, text.length())) + "        ");
        issuing.answer(place, answer, 0, 8, sequence, nowNs);
    }

    @Override
    public void onApproved(final int place, final long paymentId, final IssuerReply reply, final long now, final long at) {
        told.add("approved " + place + (reply.isPartialApproval() ? " part " + reply.amountMinor() : ""));
        answerAll(place, "approved");
    }

    @Override
    public void onDeclined(final int place, final long paymentId, final IssuerReply reply, final long now, final long at) {
        told.add("declined " + place + " " + text(reply.responseCode()));
        answerAll(place, "declined");
    }

    @Override
    public void onInvalid(final int place, final long paymentId, final IssuerReply reply, final long now, final long at) {
        told.add("invalid " + place);
        answerAll(place, "invalid");
    }

    @Override
    public void onTimedOut(final int place, final long paymentId, final long now, final long at) {
        told.add("timed out " + place);
        onUnanswered.accept(this, place);
        answerAll(place, "timed out");
    }

    @Override
    public void onNotSent(final int place, final long paymentId, final long now, final long at) {
        told.add("not sent " + place);
        onUnanswered.accept(this, place);
        answerAll(place, "not sent");
    }

    @Override
    public void onEntryEnded(final int place, final long paymentId, final int issuerId, final int mti, final long amountMinor,
                             final int responseCode, final int how, final long now, final long at) {
        told.add("ended " + mti + " of " + place + " " + text(responseCode) + " how " + how);
    }

    @Override
    public void onReconciled(final int issuerId, final int date, final int responseCode, final long now, final long at) {
        told.add("reconciled " + issuerId + " " + date + " " + text(responseCode));
    }

    static String text(final int code) {
        return code == 0 ? "-" : "" + (char) (code >> 8) + (char) (code & 0xFF);
    }

    // ---- The links ----

    @Override
    public void emit(final int templateId, final DirectBuffer effect, final int offset, final int length) {
        if (templateId == SendToIssuerDecoder.TEMPLATE_ID) {
            sent.add(Sent.of(effect, offset));
        } else if (templateId == DeferredAnswerDecoder.TEMPLATE_ID) {
            final DeferredAnswerDecoder body = new DeferredAnswerDecoder().wrap(effect, offset, DeferredAnswerDecoder.BLOCK_LENGTH, 1);
            answered.add(body.linkId() + "/" + body.correlationId() + " "
                + effect.getStringWithoutLengthAscii(offset + DeferredAnswerDecoder.BLOCK_LENGTH, 8).trim());
        } else if (templateId == ReconcileIssuerDecoder.TEMPLATE_ID) {
            final ReconcileIssuerDecoder body = new ReconcileIssuerDecoder().wrap(effect, offset, ReconcileIssuerDecoder.BLOCK_LENGTH, 1);
            totals.add(body.issuerId() + "/" + body.linkId() + "/" + body.stan() + "/" + body.transmission());
        }
    }
}
