package io.daybreak.model;

import io.daybreak.protocol.codec.TickDecoder;
import io.daybreak.protocol.codec.TickEncoder;
import org.agrona.MutableDirectBuffer;

/** A deadline is due; published by the switch itself. */
public record TickCommand() implements Command {
    @Override
    public int templateId() {
        return TickDecoder.TEMPLATE_ID;
    }

    @Override
    public int encode(final MutableDirectBuffer buffer, final int offset) {
        new TickEncoder().wrap(buffer, offset).correlationId(0);
        return TickEncoder.BLOCK_LENGTH;
    }
}
