package io.daybreak.pipeline;

import io.daybreak.port.Journal;
import io.daybreak.port.ReplySink;
import org.agrona.DirectBuffer;

import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** Keeps what was replied, and checks of each reply that all it tells is durable. */
final class RecordingSink implements ReplySink {
    static final class Reply {
        final long linkId;
        final int index;
        final long sequence;
        final long timestampNs;
        final long amountMinor;
        final int result;
        final int flags;
        final long order;

        Reply(final long linkId, final int index, final long sequence, final long timestampNs, final long amountMinor,
              final int result, final int flags, final long order) {
            this.linkId = linkId;
            this.index = index;
            this.sequence = sequence;
            this.timestampNs = timestampNs;
            this.amountMinor = amountMinor;
            this.result = result;
            this.flags = flags;
            this.order = order;
        }
    }

    private final Journal journal;
    private final Map<Long, Reply> replies = new ConcurrentHashMap<>();
    private final Map<Long, AnswerBuffer> answers = new ConcurrentHashMap<>();
    private final List<String> violations = new CopyOnWriteArrayList<>();
    private volatile long count;
    private volatile long unannounced;
    private volatile RuntimeException fault;
    private volatile Runnable atBatchEnd = () -> { };

    RecordingSink(final Journal journal) {
        this.journal = journal;
    }

    /** Runs what a link does that waits for free slots. */
    void atBatchEnd(final Runnable action) {
        atBatchEnd = action;
    }

    void fail(final RuntimeException exception) {
        fault = exception;
    }

    @Override
    public void onOutcome(final long linkId, final long correlationId, final int index, final int requestCount,
                          final long sequence, final long timestampNs, final long amountMinor, final int result,
                          final int outcomeFlags) {
        if (fault != null) {
            throw fault;
        }
        check("outcome", correlationId, sequence);
        final Reply reply = new Reply(linkId, index, sequence, timestampNs, amountMinor, result, outcomeFlags, count);
        // Counted first: who sees the reply sees it counted.
        unannounced++;
        count++;
        if (replies.put(correlationId + index, reply) != null) {
            violations.add("two outcomes for " + correlationId + "+" + index);
        }
    }

    @Override
    public void onPayment(final long linkId, final long correlationId, final int templateId, final int result,
                          final int outcomeFlags, final DirectBuffer answer, final int offset, final int length) {
        throw new AssertionError("no payment was sent");
    }

    @Override
    public void onAnswer(final long linkId, final long correlationId, final Object answerBuffer, final DirectBuffer answer,
                         final int length) {
        if (fault != null) {
            throw fault;
        }
        // Every answer of a query begins with header, correlation id, as-of sequence.
        check("answer", correlationId, answer.getLong(16, ByteOrder.LITTLE_ENDIAN));
        unannounced++;
        count++;
        answers.put(correlationId, (AnswerBuffer) answerBuffer);
    }

    @Override
    public void onBatchEnd() {
        unannounced = 0;
        atBatchEnd.run();
    }

    private void check(final String what, final long correlationId, final long sequence) {
        if (sequence > journal.durableSequence()) {
            violations.add(what + " " + correlationId + " tells sequence " + sequence + ", durable is "
                + journal.durableSequence());
        }
    }

    long count() {
        return count;
    }

    /** Replies after the last {@code onBatchEnd}. */
    long unannounced() {
        return unannounced;
    }

    List<String> violations() {
        return violations;
    }

    /** Reply to the request, or null. */
    Reply reply(final long correlationId) {
        return replies.get(correlationId);
    }

    AnswerBuffer answer(final long correlationId) {
        return answers.get(correlationId);
    }

    Reply awaitReply(final long correlationId) {
        Await.until(() -> "reply to " + correlationId, () -> replies.containsKey(correlationId));
        return replies.get(correlationId);
    }

    void awaitCount(final long expected) {
        Await.until(() -> expected + " replies, there are " + count, () -> count >= expected);
    }
}
