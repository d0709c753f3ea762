package io.daybreak.gateway.link;

import io.daybreak.protocol.Result;

/**
 * Whether new commands are taken at all. Written by the disk watcher and by the shutdown, read by every event loop once
 * per decoded run; plain volatile flags.
 */
public final class Admission {
    private volatile boolean isReserveReached;
    private volatile boolean isShuttingDown;

    /** Everything is taken. */
    boolean isOpen() {
        return !isReserveReached && !isShuttingDown;
    }

    boolean isShuttingDown() {
        return isShuttingDown;
    }

    /** The result code of what is refused now; meaningless while {@link #isOpen()}. */
    int refusal() {
        return isShuttingDown ? Result.SHUTTING_DOWN : Result.STORAGE_RESERVE_REACHED;
    }

    /**
     * Free space of the device fell below the reserve, or rose above it. Below it what finishes earlier work (posts,
     * voids, administration) and queries still pass: the reserve is there for them.
     */
    public void storageReserveReached(final boolean isReached) {
        isReserveReached = isReached;
    }

    /** True while new payments are refused for lack of space. */
    public boolean isStorageReserveReached() {
        return isReserveReached;
    }

    /** From now on every command is refused; queries are still answered until the links close. */
    public void shutDown() {
        isShuttingDown = true;
    }
}
