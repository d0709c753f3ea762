package io.daybreak.iso8583.frame;

/** What a frame without a message is. */
public enum ZeroLength {
    /** A keep-alive: skipped, and never answered, so that two ends cannot echo each other for ever. */
    IGNORE,
    /** An error; the link closes. */
    REFUSE
}
