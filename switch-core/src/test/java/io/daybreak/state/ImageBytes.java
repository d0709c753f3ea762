package io.daybreak.state;

import io.daybreak.machine.StateMachine;
import io.daybreak.port.StateSink;
import io.daybreak.port.StateSource;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;

/** Images of a state in an array. */
public final class ImageBytes {
    private ImageBytes() {
    }

    /** The whole state. */
    public static byte[] save(final StateMachine machine) {
        final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        machine.save(new StateWriter(sink(bytes)));
        return bytes.toByteArray();
    }

    /** Reads an image into a machine that is new. */
    public static StateMachine load(final byte[] image, final StateMachine machine) {
        machine.load(new StateReader(source(image)));
        return machine;
    }

    static StateSink sink(final ByteArrayOutputStream to) {
        return buffer -> {
            final byte[] chunk = new byte[buffer.remaining()];
            buffer.get(chunk);
            to.write(chunk, 0, chunk.length);
        };
    }

    static StateSource source(final byte[] bytes) {
        final ByteBuffer left = ByteBuffer.wrap(bytes);
        return buffer -> {
            final int count = Math.min(buffer.remaining(), left.remaining());
            buffer.put(left.slice(left.position(), count));
            left.position(left.position() + count);
            return !buffer.hasRemaining();
        };
    }
}
