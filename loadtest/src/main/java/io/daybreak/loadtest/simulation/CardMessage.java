package io.daybreak.loadtest.simulation;

import io.daybreak.protocol.PaymentChannel;
import io.daybreak.protocol.PaymentFlags;
import io.daybreak.protocol.PaymentOperation;
import io.daybreak.protocol.codec.PaymentEncoder;
import org.agrona.MutableDirectBuffer;

/**
 * A message of a card acquirer as a link would hand it to the switch. Amounts in minor units.
 *
 * @param reply    what its answer refers to
 * @param original the message that DE 90 names; null if there is none
 */
record CardMessage(int sender, int acquirer, long reply, int mti, int operation, int card, boolean routed, int merchant, long amount, int stan,
                   int transmission, String rrn, int flags, CardMessage original) {
    private static final String TERMINAL = "T0000001";

    int participantId() {
        return Town.FIRST_CARD_PARTICIPANT + acquirer;
    }

    boolean isFinishing() {
        return operation == PaymentOperation.REVERSAL || operation == PaymentOperation.COMPLETION;
    }

    /** The repeat of it. */
    CardMessage repeat() {
        return new CardMessage(sender, acquirer, reply, mti / 10 * 10 + 1, operation, card, routed, merchant, amount, stan, transmission, rrn,
            flags | PaymentFlags.REPEAT, original);
    }

    void encode(final MutableDirectBuffer buffer) {
        buffer.setMemory(0, PaymentEncoder.BLOCK_LENGTH, (byte) 0);
        final PaymentEncoder encoder = new PaymentEncoder().wrap(buffer, 0);
        encoder.token().hi(Town.tokenHi(card)).lo(Town.tokenLo(card) + (routed ? 1_000 : 0));
        encoder.amountMinor(amount).institution(Town.FIRST_INSTITUTION + acquirer).merchant(Town.merchantName(merchant)).rrn(rrn).stan(stan)
            .terminal(TERMINAL).transmission(transmission).bin(routed ? Town.ROUTED_BIN : Town.LOCAL_BIN).flags(flags).mti(mti)
            .currency(Town.LEDGER).expiry(Town.EXPIRY).tokenKeyId(1).operation((short) operation).channel((short) PaymentChannel.CHIP);
        if (original != null) {
            encoder.originalMti(original.mti / 10 * 10).originalStan(original.stan).originalTransmission(original.transmission)
                .originalInstitution(Town.FIRST_INSTITUTION + acquirer);
        }
        if (routed) {
            for (int i = 0; i < PaymentEncoder.cardCipherLength(); i++) {
                encoder.cardCipher(i, (short) (i + 1));
            }
        }
    }

    @Override
    public String toString() {
        return String.format("%04d stan %d at %d rrn %s card %s%d amount %d", mti, stan, transmission, rrn, routed ? "routed " : "", card, amount);
    }
}
