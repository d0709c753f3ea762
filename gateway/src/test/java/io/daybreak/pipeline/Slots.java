package io.daybreak.pipeline;

import org.agrona.concurrent.UnsafeBuffer;

/** Makes ring slots for tests of publishers; in this package because only the ring makes them otherwise. */
public final class Slots {
    private Slots() {
    }

    /** A slot that belongs to no ring. */
    public static CommandSlot newSlot() {
        return new CommandSlot(new UnsafeBuffer(new byte[CommandSlot.COMMAND_BYTES]), new UnsafeBuffer(new byte[CommandSlot.ANSWER_BYTES]));
    }
}
