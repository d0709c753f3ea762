package io.daybreak.model;

import io.daybreak.protocol.codec.RaiseRulesDecoder;
import io.daybreak.protocol.codec.RaiseRulesEncoder;
import org.agrona.MutableDirectBuffer;

/** Raises the version of the rules. */
public record RaiseRulesCommand(long rulesVersion, long reserved) implements Command {
    @Override
    public int templateId() {
        return RaiseRulesDecoder.TEMPLATE_ID;
    }

    @Override
    public int encode(final MutableDirectBuffer buffer, final int offset) {
        new RaiseRulesEncoder().wrap(buffer, offset).correlationId(1).rulesVersion(rulesVersion).reserved(reserved);
        return RaiseRulesEncoder.BLOCK_LENGTH;
    }
}
