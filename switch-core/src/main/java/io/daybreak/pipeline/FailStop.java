package io.daybreak.pipeline;

import java.io.IOException;
import java.lang.invoke.VarHandle;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Whether the pipeline runs, and the one way to stop it for good. Any thread.
 * <p>
 * The library's own exception handling ({@code BatchEventProcessor}) would skip a half-applied command or leave producers
 * waiting for ever, so the stages run loops of their own and end here.
 */
final class FailStop {
    private static final int OPEN = 0;
    private static final int CLOSING = 1;
    private static final int FAILED = 2;

    private final AtomicInteger state = new AtomicInteger(OPEN);
    private final FatalHandler fatalHandler;

    FailStop(final FatalHandler fatalHandler) {
        this.fatalHandler = fatalHandler;
    }

    /** True while commands are taken. */
    boolean isOpen() {
        return state.get() == OPEN;
    }

    boolean isFailed() {
        return state.get() == FAILED;
    }

    /** No more commands from now on; false if that was so before. */
    boolean beginClosing() {
        final boolean begun = state.compareAndSet(OPEN, CLOSING);
        // Pairs with the claim's compare-and-set followed by isOpen(): either the closing thread sees the claim, or the
        // claiming thread sees that the pipeline closes.
        VarHandle.fullFence();
        return begun;
    }

    /**
     * Stops everything: the first failure is told to the handler, later ones are consequences of it.
     *
     * @param where the stage that failed
     * @param wake  run after the state has changed and before the handler, so that nobody waits for a stage that is gone
     */
    void fail(final String where, final Throwable cause, final Runnable wake) {
        if (state.getAndSet(FAILED) != FAILED) {
            wake.run();
            final boolean isJournal = cause instanceof JournalFault;
            final Throwable fault = isJournal ? cause.getCause() : cause;
            FatalHandler.Reason reason = isJournal ? FatalHandler.Reason.JOURNAL_FAILED : FatalHandler.Reason.DEFECT;
            String message = where;
            try {
                if (isJournal && isDiskFull(fault)) {
                    reason = FatalHandler.Reason.DISK_FULL;
                }
                message = where + ": " + (isJournal ? cause.getMessage() + ": " : "") + fault;
            } catch (final Throwable ex) {
                // No memory for words, most likely. Whatever it was: the handler must hear of the failure all the same.
                message = where;
            }
            fatalHandler.onFatal(reason, message, fault);
        }
    }

    private static boolean isDiskFull(final Throwable fault) {
        // Bounded: a cycle of causes would be a defect of its own.
        Throwable cause = fault;
        for (int depth = 0; cause != null && depth < 32; depth++) {
            if (cause instanceof IOException && cause.getMessage() != null) {
                final String message = cause.getMessage().toLowerCase(Locale.ROOT);
                if (message.contains("no space left") || message.contains("disk quota exceeded")) {
                    return true;
                }
            }
            cause = cause.getCause();
        }
        return false;
    }

    /** The journal threw; the cause is what it threw. Tells a broken device from a defect of ours. */
    static final class JournalFault extends RuntimeException {
        private static final long serialVersionUID = 1L;

        JournalFault(final String operation, final Throwable cause) {
            super("journal " + operation + " failed", cause);
        }
    }
}
