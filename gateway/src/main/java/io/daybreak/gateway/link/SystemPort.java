package io.daybreak.gateway.link;

import io.daybreak.pipeline.AnswerBuffer;
import io.daybreak.pipeline.CommandPublisher;
import io.daybreak.pipeline.CommandSlot;
import org.agrona.DirectBuffer;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * The switch's own way through the ring: configuration, the first operator, demo accounts. One command at a time, and
 * the caller waits for its outcome; any thread but those of the pipeline and of the event loops.
 */
public final class SystemPort {
    /** Stands in link ids where an event loop's number would. */
    static final int LOOP = LinkId.MAX_LOOPS;

    private static final long LINK_ID = LinkId.of(LOOP, 0, 1);
    private static final long TIMEOUT_NS = TimeUnit.SECONDS.toNanos(30);
    private static final long POLL_NS = TimeUnit.MICROSECONDS.toNanos(100);

    private final AnswerBuffer answer = new AnswerBuffer();
    private CommandPublisher publisher;
    private long correlationId;

    // Written by the reply stage, read by the caller after answeredId.
    private int result;
    private volatile long answeredId;

    SystemPort() {
    }

    void connect(final CommandPublisher newPublisher) {
        publisher = newPublisher;
    }

    /**
     * Submits one command and waits for it to be decided and durable.
     *
     * @return its result code
     */
    public synchronized int submit(final int templateId, final int participantId, final DirectBuffer body, final int length) {
        return roundTrip(templateId, participantId, body, length, null);
    }

    /**
     * Asks one query and waits for its answer.
     *
     * @param body the block; for a look-up, block and group
     * @return the answer, a whole message with its header, valid until the next call
     */
    public synchronized DirectBuffer query(final int templateId, final int participantId, final DirectBuffer body, final int length) {
        roundTrip(templateId, participantId, body, length, answer);
        return answer.buffer;
    }

    private int roundTrip(final int templateId, final int participantId, final DirectBuffer body, final int length, final AnswerBuffer lent) {
        final long deadlineNs = System.nanoTime() + TIMEOUT_NS;
        long claimed = publisher.tryClaim(1, CommandPublisher.FINISHING);
        while (claimed == CommandPublisher.NOT_CLAIMED) {
            waitALittle(deadlineNs);
            claimed = publisher.tryClaim(1, CommandPublisher.FINISHING);
        }
        final long id = ++correlationId;
        final CommandSlot slot = publisher.slot(claimed);
        if (Frames.entryLength(templateId & 0x7F) != 0 && lent != null) {
            lent.buffer.putBytes(0, body, 0, length);
        } else {
            slot.command.putBytes(0, body, 0, length);
        }
        slot.templateId = templateId;
        slot.commandLength = length;
        slot.participantId = participantId;
        slot.linkId = LINK_ID;
        slot.correlationId = id;
        slot.index = 0;
        slot.requestCount = 1;
        slot.chainLength = 0;
        slot.answerBuffer = lent;
        publisher.publish(claimed, claimed);
        while (answeredId != id) {
            waitALittle(deadlineNs);
        }
        return result;
    }

    private static void waitALittle(final long deadlineNs) {
        if (System.nanoTime() - deadlineNs > 0) {
            throw new IllegalStateException("the pipeline does not answer");
        }
        LockSupport.parkNanos(POLL_NS);
    }

    /** Reply stage only. */
    void onOutcome(final long answeredCorrelationId, final int newResult) {
        result = newResult;
        answeredId = answeredCorrelationId;
    }

    /** Reply stage only. */
    void onAnswer(final long answeredCorrelationId) {
        answeredId = answeredCorrelationId;
    }
}
