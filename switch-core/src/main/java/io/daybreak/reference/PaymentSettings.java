package io.daybreak.reference;

import io.daybreak.memory.Hashing;
import io.daybreak.protocol.codec.ConfigurePaymentsDecoder;
import io.daybreak.state.StateImage;
import io.daybreak.state.Stateful;
import org.agrona.DirectBuffer;

/**
 * Bounds and windows of payments, as ConfigurePayments put them. State: they decide. Ledger thread only; nothing stands
 * before {@link #isConfigured()}.
 */
public final class PaymentSettings implements Stateful {
    private static final int FIRST = ConfigurePaymentsDecoder.paymentCapacityEncodingOffset();
    private static final int COUNT = (ConfigurePaymentsDecoder.BLOCK_LENGTH - FIRST) / Long.BYTES;

    private final long[] values = new long[COUNT];
    private boolean configured;

    /** Takes the values of a block that was checked; false if they are those in force. */
    public boolean put(final DirectBuffer command, final int offset) {
        boolean same = configured;
        for (int i = 0; i < COUNT; i++) {
            final long value = command.getLong(offset + FIRST + i * Long.BYTES);
            same &= values[i] == value;
            values[i] = value;
        }
        configured = true;
        return !same;
    }

    private long value(final int fieldOffset) {
        return values[(fieldOffset - FIRST) / Long.BYTES];
    }

    /** True once they were put: before that there are no payments. */
    public boolean isConfigured() {
        return configured;
    }

    /** Payments remembered. */
    public long paymentCapacity() {
        return value(ConfigurePaymentsDecoder.paymentCapacityEncodingOffset());
    }

    /** Payments of the capacity that are kept for reversals and advices. */
    public long reserveForFinishing() {
        return value(ConfigurePaymentsDecoder.reserveForFinishingEncodingOffset());
    }

    /** Requests to issuers without an answer. */
    public long issuerRequestCapacity() {
        return value(ConfigurePaymentsDecoder.issuerRequestCapacityEncodingOffset());
    }

    /** Store-and-forward entries over all issuers. */
    public long storeAndForwardCapacity() {
        return value(ConfigurePaymentsDecoder.storeAndForwardCapacityEncodingOffset());
    }

    /** Items for a person. */
    public long exceptionCapacity() {
        return value(ConfigurePaymentsDecoder.exceptionCapacityEncodingOffset());
    }

    /** How long a request is remembered, so that its repeat gets the first answer. */
    public long identityWindowMs() {
        return value(ConfigurePaymentsDecoder.identityWindowMsEncodingOffset());
    }

    /** How long a payment can be reversed. */
    public long reversalWindowMs() {
        return value(ConfigurePaymentsDecoder.reversalWindowMsEncodingOffset());
    }

    /** Time-out of an authorisation's hold. */
    public long holdWindowMs() {
        return value(ConfigurePaymentsDecoder.holdWindowMsEncodingOffset());
    }

    /** How long a payment can be refunded. */
    public long refundWindowMs() {
        return value(ConfigurePaymentsDecoder.refundWindowMsEncodingOffset());
    }

    /** How far DE 7 may be ahead. */
    public long futureToleranceMs() {
        return value(ConfigurePaymentsDecoder.futureToleranceMsEncodingOffset());
    }

    @Override
    public void image(final StateImage image) {
        configured = image.flag(configured);
        image.words(values, COUNT);
    }

    /** Hash of the values; 0 before they are put. */
    public long digest() {
        long sum = 0;
        for (int i = 0; configured && i < COUNT; i++) {
            sum += Hashing.mix(i + 1L, values[i]);
        }
        return sum;
    }

    /** Is told when the values were put or changed: tables that they bound set their capacities. */
    public interface Listener {
        /** The values are in force from here on. */
        void onPaymentSettings(PaymentSettings settings);
    }
}
