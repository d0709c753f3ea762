package io.daybreak.routing;

import com.sun.management.ThreadMXBean;
import io.daybreak.memory.CollectedSlabs;
import io.daybreak.port.EffectEmitter;
import io.daybreak.protocol.Result;
import io.daybreak.protocol.codec.IssuerAnswerEncoder;
import io.daybreak.protocol.codec.PaymentEncoder;
import io.daybreak.protocol.codec.SendToIssuerDecoder;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

import java.lang.management.ManagementFactory;

import static org.assertj.core.api.Assertions.assertThat;

/** In steady state nothing is allocated on the heap: requests, answers, time-outs, reversals and advices. */
class IssuingAllocationTest implements IssuerOutcomes, EffectEmitter {
    private static final int ROUNDS = 100_000;
    private static final int WARM_UP_ROUNDS = 60_000;
    private static final long TOLERANCE_BYTES = 16 * 1024;
    private static final int REQUEST = 1;
    private static final int PURCHASE = 2;
    private static final int SILENT = 3;

    private final UnsafeBuffer payment = IssuingRig.payment(40, 500, encoder -> { });
    private final UnsafeBuffer response = new UnsafeBuffer(new byte[IssuerAnswerEncoder.BLOCK_LENGTH]);
    private final UnsafeBuffer answer = new UnsafeBuffer(new byte[96]);
    private final IssuerAnswerEncoder encoder = new IssuerAnswerEncoder();
    private final SendToIssuerDecoder sent = new SendToIssuerDecoder();
    private final Issuing issuing = new Issuing(new CollectedSlabs(), accountId -> 156);
    private final int[] sentStans = new int[8];
    private final int[] sentTransmissions = new int[8];
    private final int[] sentMtis = new int[8];
    private int sentCount;
    private long approved;
    private long ended;
    private long nowNs = IssuingRig.START_NS;
    private long sequence;

    @Test
    void shouldAllocateNothingInSteadyState() {
        prepare();
        for (int i = 0; i < WARM_UP_ROUNDS; i++) {
            round();
        }
        final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        threads.getCurrentThreadAllocatedBytes();
        final long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < ROUNDS; i++) {
            round();
        }
        assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(TOLERANCE_BYTES);
        assertThat(approved).isEqualTo(2L * (ROUNDS + WARM_UP_ROUNDS));
        assertThat(ended).as("reversal, completion, time-out's reversal").isEqualTo(3L * (ROUNDS + WARM_UP_ROUNDS));
        assertThat(issuing.storeAndForwardEntries()).isZero();
        assertThat(issuing.computeDigest()).isEqualTo(issuing.digest());
    }

    private void prepare() {
        final IssuingRig rig = new IssuingRig();
        issuing.tell(this);
        issuing.emitTo(this);
        issuing.configure(10_000, 1_000, 1_000, 1_000);
        rig.putIssuer(issuer -> { });
        rig.putLink(IssuingRig.LINK, link -> { });
        rig.putRoute(IssuingRig.ROUTE, route -> { });
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[512]);
        for (int templateId = 91; templateId <= 93; templateId++) {
            final int slot = rig.issuing.slotEnd(templateId) - 1;
            final int length = rig.issuing.encode(templateId, slot, buffer, 0);
            assertThat(issuing.administer(templateId, buffer, 8, length - 8, nowNs, ++sequence)).isEqualTo(Result.OK);
        }
        buffer.setMemory(0, 16, (byte) 0);
        buffer.putShort(0, (short) IssuingRig.LINK);
        buffer.putShort(2, (short) 1);
        assertThat(issuing.onLinkStatus(buffer, 0, 8, nowNs)).isEqualTo(Result.OK);
    }

    /** An approved request that is reversed, one that is completed, one that is never answered. */
    private void round() {
        nowNs += 1_000_000;
        request(REQUEST);
        issuing.waitAlso(REQUEST, 5, 6);
        reply(0);
        issuing.reverse(REQUEST, 500, -1, nowNs);
        reply(1);
        issuing.forget(REQUEST);
        sentCount = 0;
        request(PURCHASE);
        reply(0);
        sequence++;
        issuing.advise(4, PURCHASE, 0, 220, payment, 0, 1, 2, 20_260_101, 500, IssuerReply.CODE_00, 7, 0, 0, nowNs, sequence);
        reply(1);
        issuing.forget(PURCHASE);
        issuing.forget(4);
        sentCount = 0;
        request(SILENT);
        nowNs += 15_000_000_000L;
        issuing.expireNext(nowNs, sequence);
        reply(1);
        issuing.forget(SILENT);
        sentCount = 0;
    }

    private void request(final int place) {
        sequence++;
        if (issuing.request(IssuingRig.ROUTE, place, payment, 0, 1, 2, 20_260_101, 5, 6, sequence, nowNs) != Result.AWAITING_ISSUER) {
            throw new AssertionError("not sent");
        }
    }

    private void reply(final int index) {
        sequence++;
        encoder.wrap(response, 0).transmission(sentTransmissions[index]).stan(sentStans[index]).amountMinor(500)
            .mti(sentMtis[index] / 10 * 10 + 10).linkId(IssuingRig.LINK).responseCode(IssuerReply.CODE_00).currency(0);
        final int result = issuing.onAnswer(response, 0, response.capacity(), nowNs, sequence);
        if (result != Result.OK) {
            throw new AssertionError(Result.name(result));
        }
    }

    @Override
    public void emit(final int templateId, final DirectBuffer effect, final int offset, final int length) {
        if (templateId == SendToIssuerDecoder.TEMPLATE_ID) {
            sent.wrap(effect, offset, SendToIssuerDecoder.BLOCK_LENGTH, PaymentEncoder.SCHEMA_VERSION);
            sentStans[sentCount] = (int) sent.stan();
            sentTransmissions[sentCount] = (int) sent.transmission();
            sentMtis[sentCount++] = sent.mti();
        }
    }

    @Override
    public void onApproved(final int place, final long paymentId, final IssuerReply reply, final long now, final long at) {
        approved++;
        issuing.answer(place, answer, 0, 88, at, now);
    }

    @Override
    public void onDeclined(final int place, final long paymentId, final IssuerReply reply, final long now, final long at) {
        throw new AssertionError();
    }

    @Override
    public void onInvalid(final int place, final long paymentId, final IssuerReply reply, final long now, final long at) {
        throw new AssertionError();
    }

    @Override
    public void onTimedOut(final int place, final long paymentId, final long now, final long at) {
        issuing.answer(place, answer, 0, 88, at, now);
    }

    @Override
    public void onNotSent(final int place, final long paymentId, final long now, final long at) {
        throw new AssertionError();
    }

    @Override
    public void onEntryEnded(final int place, final long paymentId, final int issuerId, final int mti, final long amountMinor,
                             final int responseCode, final int how, final long now, final long at) {
        ended++;
    }

    @Override
    public void onReconciled(final int issuerId, final int date, final int responseCode, final long now, final long at) {
        throw new AssertionError();
    }
}
