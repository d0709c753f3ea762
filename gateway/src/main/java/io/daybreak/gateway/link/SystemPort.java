package io.daybreak.gateway.link;

import io.daybreak.pipeline.AnswerBuffer;
import io.daybreak.pipeline.CommandPublisher;
import io.daybreak.pipeline.CommandSlot;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * The switch's own way through the ring: configuration, the first operator, demo accounts. The caller waits for the
 * outcomes; one caller at a time, any thread but those of the pipeline and of the event loops. Cold path.
 * <p>
 * A caller holds the port until it is answered. What others' answers wait for, such as the word that a standby is out of sync, must go through a port of
 * its own: {@link EventLoops#memberPort}.
 */
public final class SystemPort {
    /** Stands in link ids where an event loop's number would. */
    static final int LOOP = LinkId.MAX_LOOPS;

    private static final long TIMEOUT_NS = TimeUnit.SECONDS.toNanos(30);
    private static final long POLL_NS = TimeUnit.MICROSECONDS.toNanos(50);
    private static final long MAX_POLL_NS = TimeUnit.MILLISECONDS.toNanos(2);

    private final long linkId;
    private AnswerBuffer answer = new AnswerBuffer();
    private CommandPublisher publisher;
    private long pollNs;

    // Set before the commands are published; written by the reply stage, then read by the caller behind answered.
    private int[] results;
    private long correlationId;
    private volatile int answered;

    /** @param number which of the switch's ports; stands where a connection's place in its loop would */
    SystemPort(final int number) {
        linkId = LinkId.of(LOOP, number, 1);
    }

    void connect(final CommandPublisher newPublisher) {
        publisher = newPublisher;
    }

    /**
     * Submits {@code count} commands of {@code length} bytes each, one behind the other in the buffer, and waits until all
     * are answered.
     *
     * @return their result codes, in order
     * @throws IllegalStateException if the pipeline does not answer within 30 seconds
     */
    public synchronized int[] submit(final int templateId, final int participantId, final DirectBuffer bodies, final int length, final int count) {
        final long deadlineNs = System.nanoTime() + TIMEOUT_NS;
        begin(count);
        int done = 0;
        while (done < count) {
            final int run = Math.min(count - done, publisher.maxClaim());
            final long first = claim(run, deadlineNs);
            for (int i = 0; i < run; i++) {
                final CommandSlot slot = publisher.slot(first + i);
                slot.command.putBytes(0, bodies, (done + i) * length, length);
                fill(slot, templateId, participantId, length, done + i, count, null);
            }
            publisher.publish(first, first + run - 1);
            done += run;
        }
        awaitAnswers(count, deadlineNs);
        return results;
    }

    /** Submits one command. */
    public int submit(final int templateId, final int participantId, final DirectBuffer body, final int length) {
        return submit(templateId, participantId, body, length, 1)[0];
    }

    /**
     * Asks one query and waits for its answer.
     *
     * @param body the block, and for a look-up the group behind it
     * @return the answer, a whole message with its header, in memory of its own: callers on several threads do not disturb each other
     */
    public synchronized DirectBuffer query(final int templateId, final int participantId, final DirectBuffer body, final int length) {
        final long deadlineNs = System.nanoTime() + TIMEOUT_NS;
        begin(1);
        final long claimed = claim(1, deadlineNs);
        final CommandSlot slot = publisher.slot(claimed);
        if (Frames.entryLength(templateId) == 0) {
            slot.command.putBytes(0, body, 0, length);
        } else {
            answer.buffer.putBytes(0, body, 0, length);
        }
        fill(slot, templateId, participantId, length, 0, 1, answer);
        publisher.publish(claimed, claimed);
        awaitAnswers(1, deadlineNs);
        final byte[] copy = new byte[answer.length];
        answer.buffer.getBytes(0, copy);
        return new UnsafeBuffer(copy);
    }

    private void begin(final int count) {
        correlationId++;
        results = new int[count];
        pollNs = POLL_NS;
        answered = 0;
    }

    private long claim(final int count, final long deadlineNs) {
        long claimed = publisher.tryClaim(count, CommandPublisher.FINISHING);
        while (claimed == CommandPublisher.NOT_CLAIMED) {
            waitALittle(deadlineNs);
            claimed = publisher.tryClaim(count, CommandPublisher.FINISHING);
        }
        return claimed;
    }

    private void fill(final CommandSlot slot, final int templateId, final int participantId, final int length, final int index, final int count,
                      final AnswerBuffer lent) {
        slot.templateId = templateId;
        slot.commandLength = length;
        slot.participantId = participantId;
        slot.linkId = linkId;
        slot.correlationId = correlationId;
        slot.index = index;
        slot.requestCount = count;
        slot.chainLength = 0;
        slot.answerBuffer = lent;
    }

    private void awaitAnswers(final int count, final long deadlineNs) {
        while (answered < count) {
            waitALittle(deadlineNs);
        }
    }

    private void waitALittle(final long deadlineNs) {
        if (System.nanoTime() - deadlineNs > 0) {
            // What is answered yet goes to nobody: neither counted for the next caller, nor into memory that it uses.
            correlationId++;
            answer = new AnswerBuffer();
            throw new IllegalStateException("the pipeline does not answer");
        }
        LockSupport.parkNanos(pollNs);
        pollNs = Math.min(MAX_POLL_NS, pollNs + pollNs / 8);
    }

    /** Reply stage only. */
    @SuppressWarnings("NonAtomicOperationOnVolatileField")
    void onOutcome(final long answeredId, final int index, final int result) {
        if (answered >= 0 && answeredId == correlationId) {
            results[index] = result;
            answered = answered + 1;
        }
    }

    /** Reply stage only. */
    void onAnswer(final long answeredId) {
        if (answered >= 0 && answeredId == correlationId) {
            answered = 1;
        }
    }
}
