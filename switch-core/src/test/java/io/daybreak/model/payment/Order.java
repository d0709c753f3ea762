package io.daybreak.model.payment;

import io.daybreak.model.Command;
import org.agrona.MutableDirectBuffer;

/** A command that is neither a payment nor of the native protocol's model: a body by template, and words for a trace. */
public record Order(int templateId, String what, Body body) {
    /** Writes a body; returns its length. */
    public interface Body {
        int encode(MutableDirectBuffer buffer, int offset);
    }

    static Order of(final Command command) {
        return new Order(command.templateId(), command.toString(), command::encode);
    }

    @Override
    public String toString() {
        return what;
    }
}
