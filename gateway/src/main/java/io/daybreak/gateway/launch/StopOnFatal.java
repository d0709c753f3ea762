package io.daybreak.gateway.launch;

import io.daybreak.journal.JournalFailedException;
import io.daybreak.journal.JournalKeyException;
import io.daybreak.pipeline.FatalHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntConsumer;

/**
 * Fail-stop: one plain line on standard error, and the process ends at once, without shutdown hooks, so that nothing can
 * be written or answered any more. The next start recovers. Any thread; the first one counts.
 */
final class StopOnFatal implements FatalHandler {
    private static final Logger LOG = LoggerFactory.getLogger(StopOnFatal.class);

    private final AtomicBoolean isStopping = new AtomicBoolean();
    private final IntConsumer halt;

    StopOnFatal(final IntConsumer halt) {
        this.halt = halt;
    }

    @Override
    public void onFatal(final Reason reason, final String message, final Throwable cause) {
        if (!isStopping.compareAndSet(false, true)) {
            return;
        }
        ExitCode code = ExitCode.of(reason);
        try {
            if (isDiskFull(cause)) {
                code = ExitCode.DISK_FULL;
            } else if (cause instanceof JournalKeyException) {
                // A standby whose primary's entries it cannot open.
                code = ExitCode.USAGE;
            }
            tell(code, reason, message, cause);
        } finally {
            // Whatever became of the words (no memory for them, say): a switch that has failed must not stay half alive.
            halt.accept(code.code());
        }
    }

    /** The same for a reason that is no failure of the pipeline. */
    void stop(final ExitCode code, final String message) {
        if (!isStopping.compareAndSet(false, true)) {
            return;
        }
        try {
            System.err.println("daybreak: stopped (" + code + ", exit code " + code.code() + "): " + message);
            System.err.flush();
        } finally {
            halt.accept(code.code());
        }
    }

    private static void tell(final ExitCode code, final Reason reason, final String message, final Throwable cause) {
        if (reason == Reason.DEFECT) {
            // The only one whose stack tells the operator's helpers more than its message does.
            LOG.error("stopping", cause);
        }
        System.err.println("daybreak: stopped (" + code + ", exit code " + code.code() + "): " + message
            + (cause == null || cause.getMessage() == null || message.contains(cause.getMessage()) ? "" : ": " + cause.getMessage()));
        System.err.flush();
    }

    /** The journal knows better than its exception's words: a memory map without a block behind a page names no reason. */
    private static boolean isDiskFull(final Throwable cause) {
        return cause instanceof JournalFailedException failure && failure.isDiskFull();
    }
}
