package io.daybreak.gateway.link;

/**
 * Whether commands are taken at all. Written by the shutdown, read by every event loop once per decoded run; a plain
 * volatile flag. What is refused for other reasons is refused behind the ring, where a repeat still finds its first
 * outcome.
 */
public final class Admission {
    private volatile boolean isShuttingDown;

    boolean isShuttingDown() {
        return isShuttingDown;
    }

    /** From now on accounts and administration are answered SHUTTING_DOWN; transfers and queries are left unread until the links close. */
    public void shutDown() {
        isShuttingDown = true;
    }
}
