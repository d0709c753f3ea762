package io.daybreak.gateway.iso;

import io.daybreak.protocol.codec.FileUpdateDecoder;
import io.daybreak.protocol.codec.PaymentDecoder;
import io.daybreak.protocol.codec.ReconciliationDecoder;

/**
 * What kinds of requests there are, by message type in the terms of 1987: which fields they must have, which of them come
 * back, and what becomes of them. Rule: docs/iso8583.md, "Messages".
 */
enum MessageKind {
    /** 0100. */
    AUTHORISATION(100, PaymentDecoder.TEMPLATE_ID, false, fields(3, 7, 11, 32, 41), 0, Echo.PAYMENT),
    /** 0120. */
    AUTHORISATION_ADVICE(120, PaymentDecoder.TEMPLATE_ID, true, fields(3, 4, 7, 11, 32, 41, 49), 0, Echo.ADVICE),
    /** 0200. */
    FINANCIAL(200, PaymentDecoder.TEMPLATE_ID, false, fields(3, 7, 11, 32, 41), 0, Echo.PAYMENT),
    /** 0220. */
    FINANCIAL_ADVICE(220, PaymentDecoder.TEMPLATE_ID, true, fields(3, 4, 7, 11, 32, 41, 49), 0, Echo.ADVICE),
    /** 0302. */
    FILE_UPDATE(302, FileUpdateDecoder.TEMPLATE_ID, false, fields(2, 7, 11), high(91, 101), fields(2, 7, 11, 12, 13, 32, 33, 37, 41, 42)),
    /** 0400. */
    REVERSAL(400, PaymentDecoder.TEMPLATE_ID, true, fields(3, 4, 7, 11, 32, 41, 49), 0, Echo.PAYMENT),
    /** 0420. */
    REVERSAL_ADVICE(420, PaymentDecoder.TEMPLATE_ID, true, fields(3, 4, 7, 11, 32, 41, 49), 0, Echo.PAYMENT),
    /** 0500. */
    RECONCILIATION(500, ReconciliationDecoder.TEMPLATE_ID, false, fields(7, 11, 32, 50), 0, Echo.TOTALS),
    /** 0520. */
    RECONCILIATION_ADVICE(520, ReconciliationDecoder.TEMPLATE_ID, true, fields(7, 11, 32, 50), 0, Echo.TOTALS),
    /** 0800. */
    NETWORK(800, 0, true, fields(7, 11), high(70), fields(7, 11, 12, 13, 32, 33, 37, 41, 48, 53));

    /** Echoed in an answer of 30, as far as they are valid. */
    static final long ECHO_IN_ERROR = fields(7, 11, 12, 13, 32, 37, 41, 42, 49);

    /** Of fields 1 to 64, as a bitmap. */
    private static final class Echo {
        static final long PAYMENT = fields(2, 3, 4, 7, 11, 12, 13, 32, 33, 37, 41, 42, 49);
        static final long ADVICE = PAYMENT | fields(38);
        static final long TOTALS = fields(7, 11, 12, 13, 32, 33, 37, 41, 42, 50);
    }

    private static final MessageKind[] BY_MTI = new MessageKind[1_000];

    static {
        for (final MessageKind kind : values()) {
            BY_MTI[kind.mti] = kind;
            BY_MTI[kind.mti + 1] = kind;
        }
    }

    /** Message type in the terms of 1987, without the mark of a repeat. */
    final int mti;
    /** Of the ring's command; 0 if the link itself answers. */
    final int templateId;
    /** Finishes earlier work, so that room is kept for it. */
    final boolean isFinishing;
    /** Fields 1 to 64 that must be there. */
    final long mandatoryLow;
    /** Fields 65 to 128 that must be there. */
    final long mandatoryHigh;
    /** Fields 1 to 64 that come back. */
    final long echo;

    MessageKind(final int mti, final int templateId, final boolean isFinishing, final long mandatoryLow, final long mandatoryHigh, final long echo) {
        this.mti = mti;
        this.templateId = templateId;
        this.isFinishing = isFinishing;
        this.mandatoryLow = mandatoryLow;
        this.mandatoryHigh = mandatoryHigh;
        this.echo = echo;
    }

    /** The kind of a request's message type in the terms of 1987; null if there is none. */
    static MessageKind of(final int mti87) {
        return mti87 >= 0 && mti87 < BY_MTI.length ? BY_MTI[mti87] : null;
    }

    /** Whether it is an authorisation or a financial message, request or advice. */
    boolean isPayment() {
        return ordinal() <= FINANCIAL_ADVICE.ordinal();
    }

    /** Whether it reports a payment that has happened already. */
    boolean isAdvice() {
        return this == AUTHORISATION_ADVICE || this == FINANCIAL_ADVICE;
    }

    /** Whether it undoes an earlier one. */
    boolean isReversal() {
        return this == REVERSAL || this == REVERSAL_ADVICE;
    }

    /** A bitmap of fields 1 to 64. */
    static long fields(final int... fields) {
        long bits = 0;
        for (final int field : fields) {
            bits |= Long.MIN_VALUE >>> field - 1;
        }
        return bits;
    }

    /** A bitmap of fields 65 to 128. */
    static long high(final int... fields) {
        long bits = 0;
        for (final int field : fields) {
            bits |= Long.MIN_VALUE >>> field - 65;
        }
        return bits;
    }
}
