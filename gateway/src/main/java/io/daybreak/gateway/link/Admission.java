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

    /**
     * From now on every command is answered SHUTTING_DOWN, repeats as well: it says that nothing was decided by this
     * request, and nothing about an earlier one with the same id.
     */
    public void shutDown() {
        isShuttingDown = true;
    }
}
