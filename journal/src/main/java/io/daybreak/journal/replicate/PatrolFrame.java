package io.daybreak.journal.replicate;

import org.agrona.concurrent.UnsafeBuffer;

/** What a primary tells the other nodes in its rounds: FOLLOW that asks for nothing but the epoch. */
public final class PatrolFrame {
    private PatrolFrame() {
    }

    /** Sends it. */
    public static void send(final FramePort port, final long epoch) {
        final UnsafeBuffer frame = new UnsafeBuffer(new byte[ReplicationFrames.FOLLOW_LENGTH]);
        ReplicationFrames.header(frame, ReplicationFrames.FOLLOW, ReplicationFrames.FOLLOW_LENGTH);
        ReplicationFrames.put(frame, ReplicationFrames.EPOCH, epoch);
        ReplicationFrames.put(frame, ReplicationFrames.FOLLOW_FLAGS, ReplicationFrames.FLAG_PATROL);
        port.send(frame, ReplicationFrames.FOLLOW_LENGTH);
    }
}
