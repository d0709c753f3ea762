package io.daybreak.routing;

import io.daybreak.protocol.codec.SendToIssuerDecoder;
import org.agrona.DirectBuffer;

/** A message for an issuer, as the effect told it. */
public record Sent(int issuerId, int linkId, int mti, int stan, int transmission, long paymentId, long amount, long remaining, int originalMti,
            int originalStan, int originalTransmission, int responseCode, String rrn, String approvalCode, long originLinkId,
            long originCorrelationId, int routeId, String merchant, String terminal, long institution, long cipher) {

    /** Reads an effect. */
    public static Sent of(final DirectBuffer effect, final int offset) {
        final SendToIssuerDecoder body = new SendToIssuerDecoder().wrap(effect, offset, SendToIssuerDecoder.BLOCK_LENGTH,
            SendToIssuerDecoder.SCHEMA_VERSION);
        return new Sent(body.issuerId(), body.linkId(), body.mti(), (int) body.stan(), (int) body.transmission(), body.paymentId(),
            body.amountMinor(), body.remainingMinor(), body.originalMti(), (int) body.originalStan(), (int) body.originalTransmission(),
            body.responseCode(), body.rrn(), body.approvalCode(), body.originLinkId(), body.originCorrelationId(), body.routeId(),
            body.merchant(), body.terminal(), body.institution(),
            effect.getLong(offset + SendToIssuerDecoder.cardCipherEncodingOffset()));
    }

    /** DE 11 and 7: what the issuer knows it by. */
    public long identity() {
        return (long) transmission << 32 | stan;
    }

    /** What must be the same in every try. */
    Sent withoutTry() {
        return new Sent(issuerId, 0, mti / 10 * 10, stan, transmission, paymentId, amount, remaining, originalMti, originalStan,
            originalTransmission, responseCode, rrn, approvalCode, 0, 0, routeId, merchant, terminal, institution, cipher);
    }
}
