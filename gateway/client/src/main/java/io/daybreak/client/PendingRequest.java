package io.daybreak.client;

import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;

/**
 * A request between its submission and its answer: its bytes, kept for resending, and the promise to its caller.
 * Made by the caller's thread, then owned by the client's event loop.
 *
 * @param <T> of the answer
 */
abstract class PendingRequest<T> {
    final UnsafeBuffer message;
    final int commandCount;
    final boolean isResendable;
    final CompletableFuture<T> promise = new CompletableFuture<>();
    long correlationId;
    long deadlineNs;
    boolean wasSent;
    Future<?> timer;

    /**
     * @param message      header and message; the correlation id is the first field of every message's block
     * @param isResendable sending it twice does what sending it once does
     */
    PendingRequest(final UnsafeBuffer message, final int commandCount, final boolean isResendable) {
        this.message = message;
        this.commandCount = commandCount;
        this.isResendable = isResendable;
    }

    /** Takes outcomes; true once all are there. */
    boolean onOutcomes(final int firstIndex, final int outcomeCount, final DirectBuffer buffer, final int offset,
                       final int entryBytes) {
        throw new IllegalArgumentException("outcomes for a query");
    }

    /** Takes the answer to a query and keeps the promise. */
    void onAnswer(final int templateId, final DirectBuffer buffer, final int offset) {
        throw new IllegalArgumentException("answer " + templateId + " to a command");
    }

    /** True if the switch is stopping and another one, or the next start, should be asked. */
    boolean isShutDownAnswer() {
        return false;
    }

    /** True if whoever answered does not lead, and another node should be asked. */
    boolean isNotPrimaryAnswer() {
        return false;
    }

    /** The answer is lost with the connection; what was heard may be less than what will be true. */
    void onResend() {
    }

    /** Everything that was awaited is there. */
    abstract void complete();

    /** No answer will be awaited any longer. */
    abstract void abandon();
}
