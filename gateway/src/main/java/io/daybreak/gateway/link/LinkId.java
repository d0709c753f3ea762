package io.daybreak.gateway.link;

/**
 * Names a connection for as long as any of its commands may be under way: event loop, slot in the loop's table, and the
 * slot's generation, so that an outcome for a connection that has gone never reaches its successor.
 * <pre>
 *   63      56 55        48 47           32 31             0
 *  | zero     | loop       | slot          | generation     |
 * </pre>
 * Never 0, since generations begin at 1.
 */
public final class LinkId {
    static final int MAX_LOOPS = 255;
    static final int MAX_SLOTS = 1 << 16;

    private LinkId() {
    }

    static long of(final int loop, final int slot, final int generation) {
        return (long) loop << 48 | (long) slot << 32 | generation & 0xFFFF_FFFFL;
    }

    /** The event loop that serves the connection. */
    public static int loop(final long linkId) {
        return (int) (linkId >>> 48) & 0xFF;
    }

    static int slot(final long linkId) {
        return (int) (linkId >>> 32) & 0xFFFF;
    }
}
