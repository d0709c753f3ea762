package io.daybreak.gateway.setup;

import io.daybreak.protocol.codec.PutRouteDecoder;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/** A route's prefix: digits, whose number and count are two fields of the record. */
final class PrefixField extends Field {
    private static final int VALUE = PutRouteDecoder.prefixEncodingOffset();
    private static final int LENGTH = PutRouteDecoder.prefixLengthEncodingOffset();

    PrefixField() {
        super("prefix", VALUE, 0, null);
    }

    @Override
    void write(final Node node, final MutableDirectBuffer message, final int block) throws SetupException {
        final String text = node.requireText(name);
        if (!text.matches("[0-9]{1,8}")) {
            throw wrong(node, name, "1 to 8 digits");
        }
        put(message, block + VALUE, 4, Long.parseLong(text));
        put(message, block + LENGTH, 1, text.length());
    }

    @Override
    Object read(final DirectBuffer message, final int block) {
        final String digits = String.valueOf(get(message, block + VALUE, 4));
        return "0".repeat(Math.max(0, (int) get(message, block + LENGTH, 1) - digits.length())) + digits;
    }
}
