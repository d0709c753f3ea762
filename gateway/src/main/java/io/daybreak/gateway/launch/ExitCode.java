package io.daybreak.gateway.launch;

import io.daybreak.pipeline.FatalHandler;

/** What the process tells to whoever started it. Published in docs/operations.md; numbers are never reused. */
public enum ExitCode {
    /** All went well; for a server: it was asked to stop and drained. */
    OK(0),
    /** Something unexpected; the message says what. */
    UNEXPECTED(1),
    /** Wrong arguments, settings or secrets. */
    USAGE(2),
    /** Another server owns the data directory. */
    DATA_DIRECTORY_IN_USE(3),
    /** The journal is damaged, or does not fit this version; nothing was changed. */
    RECOVERY_REFUSED(4),
    /** The address cannot be bound. */
    CANNOT_BIND(5),
    /** The state machine or the pipeline broke one of its own invariants. */
    DEFECT(6),
    /** Appending to the journal, or syncing it, failed. */
    JOURNAL_FAILED(7),
    /** The device has no room left. */
    DISK_FULL(8),
    /** The wall clock is too far ahead of the journal. */
    CLOCK_GAP(9),
    /** The journal does not have the payment, the account or the time that a tool was asked for. */
    NOT_IN_THE_JOURNAL(10),
    /** A signature, a statement or a receipt does not prove what it says. */
    NOT_PROVEN(11),
    /** Another node leads in a later epoch, or the data directory is a standby's. */
    FENCED(12);

    private final int code;

    ExitCode(final int code) {
        this.code = code;
    }

    /** The number. */
    public int code() {
        return code;
    }

    static ExitCode of(final FatalHandler.Reason reason) {
        return switch (reason) {
            case DEFECT -> DEFECT;
            case JOURNAL_FAILED -> JOURNAL_FAILED;
            case DISK_FULL -> DISK_FULL;
        };
    }
}
