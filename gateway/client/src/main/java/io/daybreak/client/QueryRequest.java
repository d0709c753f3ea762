package io.daybreak.client;

import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A query: awaits one answer of one kind; asking again does no harm.
 *
 * @param <T> of the answer
 */
final class QueryRequest<T> extends PendingRequest<T> {
    private final int answerTemplateId;
    private final AnswerReader<T> reader;
    private T answer;

    /** Turns an answer's bytes into a value. */
    @FunctionalInterface
    interface AnswerReader<T> {
        /** @param offset of the message header */
        T read(DirectBuffer buffer, int offset);
    }

    QueryRequest(final UnsafeBuffer message, final int answerTemplateId, final AnswerReader<T> reader) {
        this(message, answerTemplateId, reader, true);
    }

    /** @param isResendable false if asking twice, perhaps elsewhere, is not asking once */
    QueryRequest(final UnsafeBuffer message, final int answerTemplateId, final AnswerReader<T> reader, final boolean isResendable) {
        super(message, 1, isResendable);
        this.answerTemplateId = answerTemplateId;
        this.reader = reader;
    }

    @Override
    void onAnswer(final int templateId, final DirectBuffer buffer, final int offset) {
        if (templateId != answerTemplateId) {
            throw new IllegalArgumentException("answer " + templateId + " where " + answerTemplateId + " was awaited");
        }
        answer = reader.read(buffer, offset);
    }

    @Override
    void complete() {
        promise.complete(answer);
    }

    @Override
    void abandon() {
        promise.completeExceptionally(new ClientException(ClientException.Reason.DEADLINE, "no answer to a query in time"));
    }
}
