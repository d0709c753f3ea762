package io.daybreak.gateway.iso;

import io.daybreak.iso8583.codec.MessageIndex;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Amounts, rates and currencies of settlement and billing that a routed request had, kept for its reversal; the state has no
 * room for what few messages have. Bounded: the oldest go. Lost by a restart, and then reversals go without them. Any
 * thread, one at a time: only messages that have such fields come here.
 */
final class KeptAmounts {
    /** In the order of the message. */
    static final int[] FIELDS = {5, 6, 9, 10, 16, 50, 51};
    static final long BITS = MessageKind.fields(FIELDS);

    private static final int MAX_PAYMENTS = 65_536;

    private final Map<Long, byte[][]> byPayment = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(final Map.Entry<Long, byte[][]> eldest) {
            return size() > MAX_PAYMENTS;
        }
    };

    /** Keeps what the request has of them. */
    synchronized void keep(final long paymentId, final MessageIndex request) {
        final byte[][] values = new byte[FIELDS.length][];
        for (int i = 0; i < FIELDS.length; i++) {
            if (request.has(FIELDS[i])) {
                values[i] = new byte[request.charLength(FIELDS[i])];
                request.chars(FIELDS[i], values[i], 0);
            }
        }
        byPayment.put(paymentId, values);
    }

    /** By index of {@link #FIELDS}; null if nothing was kept. */
    synchronized byte[][] of(final long paymentId) {
        return byPayment.isEmpty() ? null : byPayment.get(paymentId);
    }
}
