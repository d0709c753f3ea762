package io.daybreak.port;

import java.nio.ByteBuffer;

/** Gives the bytes of an image in order. One thread, the reader's. */
@FunctionalInterface
public interface StateSource {
    /**
     * Fills the buffer from position to limit, or as far as there are bytes.
     *
     * @return false if the bytes ended before the limit
     */
    boolean read(ByteBuffer bytes);
}
