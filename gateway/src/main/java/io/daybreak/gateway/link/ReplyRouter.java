package io.daybreak.gateway.link;

import io.daybreak.pipeline.AnswerBuffer;
import io.daybreak.port.EffectSink;
import io.daybreak.port.ReplySink;
import io.daybreak.protocol.OutcomeFlags;
import io.daybreak.protocol.codec.DeferredAnswerDecoder;
import io.daybreak.protocol.codec.PaymentAnswerDecoder;
import io.daybreak.protocol.codec.PaymentDecoder;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.nio.ByteOrder;

/**
 * Takes outcomes from the reply stage and writes them as finished frames into the reply queue of the event loop that
 * owns the link. Neighbouring outcomes of one request share a frame.
 * <p>
 * Reply stage's thread only. Allocates nothing, never blocks; a loop is woken at most once until it has looked.
 */
public final class ReplyRouter implements ReplySink {
    /** Outcomes of one frame, at most: 32 KiB, so that a long batch's first answers leave before its last are in. */
    static final int MAX_RUN = 1_024;
    /** Records are shown to their loop when this much has gathered, without waiting for the end of the batch. */
    private static final int PUBLISH_BYTES = 32 * 1024;
    private static final long NO_LINK = 0L;

    private final LoopAgent[] loops;
    private final SystemPort[] systemPorts;

    private long runLinkId = NO_LINK;
    private long runCorrelationId;
    private int runFirstIndex;
    private int runRequestCount;
    private int runCount;
    private int runOffset;
    private ReplyQueue runQueue;
    private UnsafeBuffer runMemory;

    ReplyRouter(final LoopAgent[] loops, final SystemPort... systemPorts) {
        this.loops = loops;
        this.systemPorts = systemPorts;
    }

    @Override
    public void onOutcome(final long linkId, final long correlationId, final int index, final int requestCount, final long sequence,
                          final long timestampNs, final long amountMinor, final int result, final int outcomeFlags) {
        if (linkId == runLinkId && correlationId == runCorrelationId && index == runFirstIndex + runCount && runCount < MAX_RUN
            && runQueue.fits(runOffset, recordBytes(runCount + 1))) {
            putOutcome(sequence, timestampNs, amountMinor, result, outcomeFlags);
            return;
        }
        endRun();
        if (linkId == NO_LINK) {
            return;
        }
        if (LinkId.loop(linkId) == SystemPort.LOOP) {
            systemPorts[LinkId.slot(linkId)].onOutcome(correlationId, index, result);
            return;
        }
        runQueue = loops[LinkId.loop(linkId)].replyQueue();
        runMemory = runQueue.memory();
        runOffset = runQueue.open(ReplyQueue.RECORD_BYTES_MAX_SINGLE);
        runLinkId = linkId;
        runCorrelationId = correlationId;
        runFirstIndex = index;
        runRequestCount = requestCount;
        putOutcome(sequence, timestampNs, amountMinor, result, outcomeFlags);
    }

    @Override
    public void onPayment(final long linkId, final long correlationId, final int templateId, final int result, final int outcomeFlags,
                          final DirectBuffer answer, final int offset, final int length) {
        endRun();
        // Of a deferred one the loop learns that the ring is done with it; there is nothing to tell yet.
        putPayment(linkId, correlationId, templateId, result, outcomeFlags, answer, offset,
            (outcomeFlags & OutcomeFlags.DEFERRED) != 0 ? 0 : length, 1);
    }

    /** An answer that comes later than its outcome: the block of DeferredAnswer, and the payment's answer behind it. */
    private void onDeferredAnswer(final DirectBuffer effect, final int offset, final int length) {
        final long linkId = effect.getLong(offset + DeferredAnswerDecoder.linkIdEncodingOffset(), ByteOrder.LITTLE_ENDIAN);
        if (linkId == NO_LINK) {
            return;
        }
        endRun();
        final int answer = offset + DeferredAnswerDecoder.BLOCK_LENGTH;
        final int result = effect.getShort(answer + PaymentAnswerDecoder.resultEncodingOffset(), ByteOrder.LITTLE_ENDIAN) & 0xFFFF;
        putPayment(linkId, effect.getLong(offset + DeferredAnswerDecoder.correlationIdEncodingOffset(), ByteOrder.LITTLE_ENDIAN),
            PaymentDecoder.TEMPLATE_ID, result, 0, effect, answer, length - DeferredAnswerDecoder.BLOCK_LENGTH, 0);
    }

    private void putPayment(final long linkId, final long correlationId, final int templateId, final int result, final int outcomeFlags,
                            final DirectBuffer answer, final int offset, final int length, final int commandCount) {
        final LoopAgent loop = loops[LinkId.loop(linkId)];
        final ReplyQueue queue = loop.replyQueue();
        final int bytes = ReplyQueue.RECORD_HEADER + ReplyQueue.PAYMENT_PREFACE + length;
        final int at = queue.open(bytes);
        final int preface = at + ReplyQueue.RECORD_HEADER;
        final UnsafeBuffer memory = queue.memory();
        memory.putLong(preface, correlationId);
        memory.putInt(preface + 8, templateId);
        memory.putInt(preface + 12, result & 0xFFFF | outcomeFlags << 16);
        memory.putBytes(preface + ReplyQueue.PAYMENT_PREFACE, answer, offset, length);
        queue.close(at, bytes, ReplyQueue.PAYMENT, commandCount, linkId);
        if (queue.unpublished() >= PUBLISH_BYTES) {
            queue.publish();
            loop.wake();
        }
    }

    /** Takes the effects of payments: deferred answers go to their loops, all others to {@code others}. */
    public EffectSink effectSink(final EffectSink others) {
        return (templateId, effect, offset, length) -> {
            if (templateId == DeferredAnswerDecoder.TEMPLATE_ID) {
                onDeferredAnswer(effect, offset, length);
            } else {
                others.onEffect(templateId, effect, offset, length);
            }
        };
    }

    @Override
    public void onAnswer(final long linkId, final long correlationId, final Object answerBuffer, final DirectBuffer answer, final int length) {
        endRun();
        final AnswerBuffer lent = (AnswerBuffer) answerBuffer;
        lent.length = length;
        if (LinkId.loop(linkId) == SystemPort.LOOP) {
            systemPorts[LinkId.slot(linkId)].onAnswer(correlationId);
            return;
        }
        final LoopAgent loop = loops[LinkId.loop(linkId)];
        loop.offerAnswer(lent);
        final ReplyQueue queue = loop.replyQueue();
        queue.close(queue.open(ReplyQueue.RECORD_HEADER), ReplyQueue.RECORD_HEADER, ReplyQueue.ANSWER, 1, linkId);
    }

    @Override
    public void onBatchEnd() {
        endRun();
        for (final LoopAgent loop : loops) {
            if (loop.replyQueue().unpublished() != 0) {
                loop.replyQueue().publish();
                loop.wake();
            }
        }
    }

    private static int recordBytes(final int outcomes) {
        return ReplyQueue.RECORD_HEADER + Frames.OUTCOMES_PREFACE + outcomes * Frames.OUTCOME_BYTES;
    }

    private void putOutcome(final long sequence, final long timestampNs, final long amountMinor, final int result, final int outcomeFlags) {
        final int at = runOffset + recordBytes(runCount);
        runMemory.putLong(at, sequence);
        runMemory.putLong(at + 8, timestampNs);
        runMemory.putLong(at + 16, amountMinor);
        runMemory.putLong(at + 24, result & 0xFFFFL | (outcomeFlags & 0xFFFFL) << 16);
        runCount++;
    }

    /** Writes the head of the open frame, now that its length is known, and closes its record. */
    private void endRun() {
        if (runCount == 0) {
            return;
        }
        final int bytes = recordBytes(runCount);
        putPreface(runMemory, runOffset + ReplyQueue.RECORD_HEADER, runCorrelationId, runFirstIndex, runRequestCount, runCount);
        runQueue.close(runOffset, bytes, ReplyQueue.OUTCOMES, runCount, runLinkId);
        if (runQueue.unpublished() >= PUBLISH_BYTES) {
            runQueue.publish();
            loops[LinkId.loop(runLinkId)].wake();
        }
        runCount = 0;
        runLinkId = NO_LINK;
    }

    /** Writes everything of an OutcomesAnswer frame that stands before its first outcome. */
    static void putPreface(final UnsafeBuffer memory, final int at, final long correlationId, final int firstIndex, final int requestCount,
                           final int count) {
        memory.putInt(at, Frames.OUTCOMES_PREFACE - Frames.PREFIX + count * Frames.OUTCOME_BYTES);
        memory.putLong(at + 4, Frames.OUTCOMES_HEADER);
        memory.putLong(at + 12, correlationId);
        memory.putInt(at + 20, firstIndex);
        memory.putInt(at + 24, requestCount);
        memory.putInt(at + 28, Frames.group(Frames.OUTCOME_BYTES, count));
    }
}
