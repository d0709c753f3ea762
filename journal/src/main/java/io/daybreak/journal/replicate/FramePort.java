package io.daybreak.journal.replicate;

import org.agrona.DirectBuffer;

/** Where frames go. A frame may be lost only together with the connection. */
public interface FramePort {
    /** False while the connection has taken as much as it may hold. */
    boolean isWritable();

    /** Sends one frame; its bytes are copied. */
    void send(DirectBuffer frame, int length);

    /** Ends the connection once what was sent is out. */
    void close();
}
