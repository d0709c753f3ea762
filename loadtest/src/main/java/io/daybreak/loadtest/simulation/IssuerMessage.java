package io.daybreak.loadtest.simulation;

import io.daybreak.protocol.codec.SendToIssuerDecoder;
import org.agrona.DirectBuffer;

/**
 * A message between the switch and the issuer, either way. The node is the actor whose link it goes over. Amounts in minor units; the code is DE 39, two characters as a number.
 */
record IssuerMessage(int node, int linkId, int mti, int stan, int transmission, long amount, long remaining, int originalStan, int originalTransmission,
                     String rrn, int code, long paymentId) {
    private static final int MTI_ANSWERS = 10;

    static IssuerMessage of(final int node, final DirectBuffer effect, final int offset) {
        final SendToIssuerDecoder body = new SendToIssuerDecoder().wrap(effect, offset, SendToIssuerDecoder.BLOCK_LENGTH,
            SendToIssuerDecoder.SCHEMA_VERSION);
        return new IssuerMessage(node, body.linkId(), body.mti(), (int) body.stan(), (int) body.transmission(), body.amountMinor(),
            body.remainingMinor(), (int) body.originalStan(), (int) body.originalTransmission(), body.rrn(), 0, body.paymentId());
    }

    /** DE 11 and 7: what the issuer knows it by. */
    long identity() {
        return (long) transmission << 32 | stan;
    }

    /** The identity of what a reversal names. */
    long originalIdentity() {
        return (long) originalTransmission << 32 | originalStan;
    }

    boolean isReversal() {
        return mti / 100 == 4;
    }

    IssuerMessage answer(final String responseCode) {
        return new IssuerMessage(node, linkId, mti / 10 * 10 + MTI_ANSWERS, stan, transmission, amount, 0, 0, 0, rrn,
            responseCode.charAt(0) << 8 | responseCode.charAt(1), paymentId);
    }

    @Override
    public String toString() {
        return String.format("%04d stan %d at %d link %d amount %d%s%s", mti, stan, transmission, linkId, amount,
            isReversal() ? " of stan " + originalStan : "", code == 0 ? "" : " code " + (char) (code >> 8) + (char) (code & 255));
    }
}
