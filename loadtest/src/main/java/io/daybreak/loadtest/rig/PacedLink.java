package io.daybreak.loadtest.rig;

/** One connection of a {@link PacedLoop}, and the book of what is in flight on it. Loop thread only. */
interface PacedLink {
    /** True from the sign-on to the end of the connection. */
    boolean isReady();

    /** True if nothing awaits an answer. */
    boolean isIdle();

    /** True if another request can be sent now. */
    boolean maySend();

    /**
     * Encodes one request.
     *
     * @param intendedNs when it was due, nanoseconds of the monotonic clock
     * @return false if window or socket take no more; nothing was done
     */
    boolean send(long intendedNs);

    /** Hands what was encoded to the socket: one system call. */
    void flush();

    /** Why the connection is gone; null as long as it is not. */
    String lost();

    /** Takes leave, if the protocol has a word for it. */
    void goodbye();

    /** Closes at once. */
    void close();
}
