package io.daybreak.model;

import io.daybreak.protocol.codec.AcceptClockDecoder;
import io.daybreak.protocol.codec.AcceptClockEncoder;
import org.agrona.MutableDirectBuffer;

/** Accepts a step of the wall clock. */
public record AcceptClockCommand(long acceptedEpochNs) implements Command {
    @Override
    public int templateId() {
        return AcceptClockDecoder.TEMPLATE_ID;
    }

    @Override
    public int encode(final MutableDirectBuffer buffer, final int offset) {
        new AcceptClockEncoder().wrap(buffer, offset).correlationId(1).acceptedEpochNs(acceptedEpochNs);
        return AcceptClockEncoder.BLOCK_LENGTH;
    }
}
