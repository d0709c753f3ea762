package io.daybreak.port;

import java.nio.ByteBuffer;

/** Takes the bytes of an image in order. One thread, the writer's. */
@FunctionalInterface
public interface StateSink {
    /** Takes all bytes from position to limit; the buffer is used again afterwards. Failures are unchecked exceptions of the implementation. */
    void write(ByteBuffer bytes);
}
