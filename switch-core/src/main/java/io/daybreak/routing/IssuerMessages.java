package io.daybreak.routing;

import io.daybreak.port.EffectEmitter;
import io.daybreak.protocol.codec.DeferredAnswerEncoder;
import io.daybreak.protocol.codec.ReconcileIssuerEncoder;
import io.daybreak.protocol.codec.ReconciliationAnswerEncoder;
import io.daybreak.protocol.codec.ReferenceChangedEncoder;
import io.daybreak.protocol.codec.SendToIssuerEncoder;
import org.agrona.DirectBuffer;
import org.agrona.UnsafeApi;
import org.agrona.concurrent.UnsafeBuffer;

/** Writes the effects of this package. A message's contents come from the record of its payment. Ledger thread only. */
final class IssuerMessages {
    private final RoutedPayments payments;
    private final UnsafeBuffer buffer = new UnsafeBuffer(new byte[EffectEmitter.MAX_EFFECT_BYTES]);
    private final SendToIssuerEncoder send = new SendToIssuerEncoder();
    private final DeferredAnswerEncoder deferred = new DeferredAnswerEncoder();
    private final ReconcileIssuerEncoder reconcile = new ReconcileIssuerEncoder();
    private final ReferenceChangedEncoder changed = new ReferenceChangedEncoder();
    private EffectEmitter effects = EffectEmitter.NONE;

    IssuerMessages(final RoutedPayments payments) {
        this.payments = payments;
    }

    void emitTo(final EffectEmitter emitter) {
        effects = emitter;
    }

    /**
     * The payment's own request, on the link that its record names.
     *
     * @param original slot of the payment that DE 90 names; NONE: no DE 90
     */
    void sendRequest(final int slot, final int original) {
        final long record = payments.address(slot);
        final int waiter = payments.firstWaiter(slot);
        final boolean waits = waiter != RoutedPayments.NONE;
        begin(record, waits ? payments.waiters().linkId(waiter) : 0, waits ? payments.waiters().correlationId(waiter) : 0)
            .amountMinor(UnsafeApi.getLong(record + RoutedPayments.AMOUNT)).remainingMinor(Issuing.NOTHING_REMAINS_TOLD)
            .stan(UnsafeApi.getInt(record + RoutedPayments.STAN))
            .transmission(UnsafeApi.getInt(record + RoutedPayments.TRANSMISSION))
            .originalStan(original == RoutedPayments.NONE ? 0 : payments.sentStan(original))
            .originalTransmission(original == RoutedPayments.NONE ? 0 : payments.sentTransmission(original))
            .originalMti(original == RoutedPayments.NONE ? 0 : payments.sentMti(original))
            .mti(RoutedPayments.number(record + RoutedPayments.MTI))
            .linkId(RoutedPayments.number(record + RoutedPayments.LINK)).responseCode(0);
        putApprovalCode(0);
        effects.emit(SendToIssuerEncoder.TEMPLATE_ID, buffer, 0, SendToIssuerEncoder.BLOCK_LENGTH);
    }

    /**
     * A store-and-forward entry.
     *
     * @param entry address of its record
     * @param mti   with the repeat digit
     */
    void sendEntry(final int slot, final long entry, final int mti, final long originLinkId, final long originCorrelationId) {
        begin(payments.address(slot), originLinkId, originCorrelationId)
            .amountMinor(UnsafeApi.getLong(entry + StoreAndForward.AMOUNT))
            .remainingMinor(UnsafeApi.getLong(entry + StoreAndForward.REMAINING))
            .stan(UnsafeApi.getInt(entry + StoreAndForward.STAN))
            .transmission(UnsafeApi.getInt(entry + StoreAndForward.TRANSMISSION))
            .originalStan(UnsafeApi.getInt(entry + StoreAndForward.ORIGINAL_STAN))
            .originalTransmission(UnsafeApi.getInt(entry + StoreAndForward.ORIGINAL_TRANSMISSION))
            .originalMti(RoutedPayments.number(entry + StoreAndForward.ORIGINAL_MTI))
            .mti(mti)
            .linkId(RoutedPayments.number(entry + StoreAndForward.LINK))
            .responseCode(RoutedPayments.number(entry + StoreAndForward.ADVICE_CODE));
        putApprovalCode(RoutedPayments.approvalCode(entry + StoreAndForward.APPROVAL_CODE));
        effects.emit(SendToIssuerEncoder.TEMPLATE_ID, buffer, 0, SendToIssuerEncoder.BLOCK_LENGTH);
    }

    private SendToIssuerEncoder begin(final long record, final long originLinkId, final long originCorrelationId) {
        send.wrap(buffer, 0).originLinkId(originLinkId).originCorrelationId(originCorrelationId)
            .paymentId(UnsafeApi.getLong(record))
            .institution(UnsafeApi.getLong(record + RoutedPayments.INSTITUTION))
            .processingCode(UnsafeApi.getInt(record + RoutedPayments.PROCESSING_CODE))
            .localTime(UnsafeApi.getInt(record + RoutedPayments.LOCAL_TIME))
            .settlementDate(UnsafeApi.getInt(record + RoutedPayments.SETTLEMENT_DATE))
            .issuerId(RoutedPayments.number(record + RoutedPayments.ISSUER))
            .routeId(RoutedPayments.number(record + RoutedPayments.ROUTE))
            .currency(RoutedPayments.number(record + RoutedPayments.CURRENCY))
            .mcc(RoutedPayments.number(record + RoutedPayments.MCC))
            .entryMode(RoutedPayments.number(record + RoutedPayments.ENTRY_MODE))
            .condition(RoutedPayments.number(record + RoutedPayments.CONDITION))
            .localDate(RoutedPayments.number(record + RoutedPayments.LOCAL_DATE))
            .flags(UnsafeApi.getInt(record + RoutedPayments.FLAGS) & 0xFFFF_FFFFL);
        copy(record + RoutedPayments.MERCHANT, SendToIssuerEncoder.merchantEncodingOffset(), 16);
        copy(record + RoutedPayments.RRN, SendToIssuerEncoder.rrnEncodingOffset(), 12);
        copy(record + RoutedPayments.TERMINAL, SendToIssuerEncoder.terminalEncodingOffset(), 8);
        copy(record + RoutedPayments.CIPHER, SendToIssuerEncoder.cardCipherEncodingOffset(), RoutedPayments.CIPHER_BYTES);
        return send;
    }

    private void copy(final long from, final int to, final int bytes) {
        for (int i = 0; i < bytes; i += 4) {
            buffer.putInt(to + i, UnsafeApi.getInt(from + i));
        }
    }

    private void putApprovalCode(final long code) {
        final int at = SendToIssuerEncoder.approvalCodeEncodingOffset();
        buffer.putInt(at, (int) code);
        buffer.putShort(at + 4, (short) (code >>> 32));
    }

    /** One answer to one who waits. */
    void answer(final long linkId, final long correlationId, final DirectBuffer answer, final int offset, final int length,
                final long sequence, final long timestampNs) {
        deferred.wrap(buffer, 0).linkId(linkId).correlationId(correlationId).sequence(sequence).timestampNs(timestampNs);
        buffer.putBytes(DeferredAnswerEncoder.BLOCK_LENGTH, answer, offset, length);
        effects.emit(DeferredAnswerEncoder.TEMPLATE_ID, buffer, 0, DeferredAnswerEncoder.BLOCK_LENGTH + length);
    }

    /** Our totals. */
    void reconcile(final Issuer issuer, final int linkId) {
        reconcile.wrap(buffer, 0).stan(issuer.totalsStan).transmission(issuer.totalsTransmission).issuerId(issuer.id)
            .linkId(linkId).reserved(0);
        final int length = issuer.totals.capacity();
        buffer.putBytes(ReconcileIssuerEncoder.BLOCK_LENGTH, issuer.totals, 0, length);
        buffer.putShort(ReconcileIssuerEncoder.BLOCK_LENGTH + ReconciliationAnswerEncoder.mtiEncodingOffset(),
            (short) (issuer.totalsTries > 1 ? Reconciliations.MTI + 1 : Reconciliations.MTI));
        effects.emit(ReconcileIssuerEncoder.TEMPLATE_ID, buffer, 0, ReconcileIssuerEncoder.BLOCK_LENGTH + length);
    }

    /** A record of this kind was put. */
    void changed(final int templateId) {
        changed.wrap(buffer, 0).kind(templateId).reserved1(0).reserved2(0);
        effects.emit(ReferenceChangedEncoder.TEMPLATE_ID, buffer, 0, ReferenceChangedEncoder.BLOCK_LENGTH);
    }
}
