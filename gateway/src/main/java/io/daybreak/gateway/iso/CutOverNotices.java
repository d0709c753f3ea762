package io.daybreak.gateway.iso;

import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;

/**
 * Notices of cut-over on one connection, one after the other: each is sent up to three times, and then given up. Payments never
 * wait for one. Rule: docs/iso8583.md, "Session". Event loop's thread only. At most {@link #MAX_WAITING} wait; of more the
 * oldest are left out.
 */
final class CutOverNotices {
    private static final int MAX_WAITING = 8;
    private static final int MAX_TRIES = 3;
    private static final long PAUSE_NS = TimeUnit.SECONDS.toNanos(10);

    private final Sender sender;
    private final ArrayDeque<int[]> waiting = new ArrayDeque<>(MAX_WAITING);
    private int tries;
    private int stan;
    private long sentNs;

    /** Sends a notice. */
    interface Sender {
        /** Its DE 11; 0: it could not be sent now. */
        int send(int code, int date);
    }

    CutOverNotices(final Sender sender) {
        this.sender = sender;
    }

    /**
     * One more.
     *
     * @param code DE 70
     * @param date DE 15, YYYYMMDD
     */
    void add(final int code, final int date, final long nowNs) {
        if (waiting.size() == MAX_WAITING) {
            next();
        }
        waiting.add(new int[] {code, date});
        if (waiting.size() == 1) {
            send(nowNs);
        }
    }

    private void send(final long nowNs) {
        final int[] notice = waiting.peek();
        stan = sender.send(notice[0], notice[1]);
        tries++;
        sentNs = nowNs;
    }

    private void next() {
        waiting.poll();
        tries = 0;
        stan = 0;
    }

    /** Whether an 0810 answers the notice that was sent last; whatever it says, the notice was heard. */
    boolean onAnswer(final long answered, final long nowNs) {
        if (waiting.isEmpty() || stan == 0 || answered != stan) {
            return false;
        }
        next();
        if (!waiting.isEmpty()) {
            send(nowNs);
        }
        return true;
    }

    void onTick(final long nowNs) {
        if (waiting.isEmpty() || nowNs - sentNs < PAUSE_NS) {
            return;
        }
        if (tries >= MAX_TRIES) {
            next();
        }
        if (!waiting.isEmpty()) {
            send(nowNs);
        }
    }
}
