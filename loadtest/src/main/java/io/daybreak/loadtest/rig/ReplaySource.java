package io.daybreak.loadtest.rig;

import io.daybreak.loadtest.recording.RecordedRequest;
import io.daybreak.loadtest.recording.RecordingReader;
import io.daybreak.loadtest.workload.Schedule;

/** The requests of a recording, and when each is due at a speed. Loop thread only. */
final class ReplaySource implements Schedule {
    /** Far away, and no overflow when a start is added. */
    private static final long NEVER_NS = Long.MAX_VALUE / 4;

    private final RecordingReader reader;
    private final double speed;
    private RecordedRequest next;
    private boolean isTaken;
    private boolean isAtEnd;

    ReplaySource(final RecordingReader reader, final double speed) {
        this.reader = reader;
        this.speed = speed;
    }

    /** The next request, or null behind the last. */
    RecordedRequest peek() {
        if (next == null && !isAtEnd) {
            next = reader.next();
            isAtEnd = next == null;
        }
        return next;
    }

    /** Who takes the next request gives it back with {@link #release}. */
    RecordedRequest take() {
        final RecordedRequest taken = next;
        next = null;
        isTaken = true;
        return taken;
    }

    void release(final RecordedRequest request) {
        reader.release(request);
    }

    String failure() {
        return reader.failure();
    }

    @Override
    public long nextNs() {
        final RecordedRequest request = peek();
        return request == null ? NEVER_NS : (long) (request.offsetNs() / speed);
    }

    @Override
    public void advance() {
        if (!isTaken && next != null) {
            reader.release(next);
            next = null;
        }
        isTaken = false;
    }
}
