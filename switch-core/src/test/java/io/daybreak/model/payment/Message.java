package io.daybreak.model.payment;

import io.daybreak.payment.ForwardingMark;
import io.daybreak.protocol.PaymentChannel;
import io.daybreak.protocol.PaymentFlags;
import io.daybreak.protocol.PaymentOperation;
import io.daybreak.protocol.codec.PaymentDecoder;
import io.daybreak.protocol.codec.PaymentEncoder;
import org.agrona.MutableDirectBuffer;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;

/**
 * A payment message as a value, in the words of the ring's Payment body. Amounts are minor units. Fields are public and
 * changed only by the copying methods: what a message says does not change once it was sent.
 */
public final class Message implements Cloneable {
    private static final long NS_PER_SECOND = 1_000_000_000L;

    public int mti;
    public int operation;
    public int processingCode;
    /** Low word of the card's token; 0: no card. The high word is {@link #TOKEN_HI}. */
    public long card;
    public long bin;
    public int expiry;
    public long destinationCard;
    public long destinationId;
    public long amount;
    /** DE 95's first amount; -1: absent. */
    public long remaining = -1;
    public long cash;
    public long institution;
    public String merchant = "";
    public String terminal = "";
    public String rrn = "";
    public String approvalCode = "";
    public int stan;
    public int transmission;
    public int currency = PaymentTown.CNY;
    public int channel = PaymentChannel.CHIP;
    public int pin;
    /** Parts of DE 90, all zero: it is absent. */
    public int originalMti;
    public int originalStan;
    public int originalTransmission;
    public long originalInstitution;
    /** DE 33; 0: absent. */
    public long forwarding;
    /** DE 33 within DE 90. */
    public long originalForwarding;
    public boolean partialWanted;
    public int minimumPercent = 10;
    public boolean moreToFollow;
    public int mcc;

    /** High word of every token. */
    public static final long TOKEN_HI = 0x7A11_0000_0000_0001L;

    public Message copy() {
        try {
            return (Message) clone();
        } catch (final CloneNotSupportedException ex) {
            throw new IllegalStateException(ex);
        }
    }

    /** DE 7 of an instant. */
    static int transmissionAt(final long epochNs) {
        final LocalDateTime t = LocalDateTime.ofInstant(Instant.ofEpochSecond(Math.floorDiv(epochNs, NS_PER_SECOND)), ZoneOffset.UTC);
        return t.getMonthValue() * 100_000_000 + t.getDayOfMonth() * 1_000_000 + t.getHour() * 10_000 + t.getMinute() * 100 + t.getSecond();
    }

    /** The instant nearest to now that DE 7 may mean, in epoch nanoseconds (FMT-18). */
    static long instantOf(final int transmission, final long nowNs) {
        final int year = LocalDateTime.ofInstant(Instant.ofEpochSecond(nowNs / NS_PER_SECOND), ZoneOffset.UTC).getYear();
        long nearest = 0;
        for (int candidate = year - 1; candidate <= year + 1; candidate++) {
            final int month = transmission / 100_000_000;
            final int day = transmission / 1_000_000 % 100;
            if (month == 2 && day == 29 && !java.time.Year.isLeap(candidate)) {
                continue;
            }
            final long at = LocalDateTime.of(candidate, month, day, transmission / 10_000 % 100, transmission / 100 % 100, transmission % 100)
                .toEpochSecond(ZoneOffset.UTC) * NS_PER_SECOND;
            if (Math.abs(at - nowNs) < Math.abs(nearest - nowNs)) {
                nearest = at;
            }
        }
        return nearest;
    }

    /** 1 authorisation, 2 financial, 4 reversal. */
    int messageClass() {
        return mti / 100 % 10;
    }

    boolean isRepeat() {
        return mti % 2 == 1;
    }

    boolean isAdvice() {
        return mti / 10 % 10 == 2;
    }

    boolean isReversal() {
        return messageClass() == 4;
    }

    boolean hasOriginal() {
        return originalMti != 0 || originalStan != 0 || originalTransmission != 0 || originalInstitution != 0;
    }

    /** MTI of the 0xx0. */
    int firstMti() {
        return mti / 2 * 2;
    }

    int responseMti() {
        return firstMti() + 10;
    }

    /** The same as a repeat. */
    Message repeat() {
        final Message m = copy();
        m.mti = firstMti() + 1;
        return m;
    }

    /** Names another message in DE 90. */
    Message naming(final Message original) {
        originalMti = original.firstMti();
        originalStan = original.stan;
        originalTransmission = original.transmission;
        originalInstitution = original.institution;
        originalForwarding = original.forwarding;
        return this;
    }

    /** Writes the body, an SBE block without header; returns its length in bytes. */
    int encode(final MutableDirectBuffer buffer, final int offset) {
        buffer.setMemory(offset, PaymentEncoder.BLOCK_LENGTH, (byte) 0);
        final PaymentEncoder e = new PaymentEncoder().wrap(buffer, offset);
        if (card != 0) {
            e.token().hi(TOKEN_HI).lo(card);
        }
        if (destinationCard != 0) {
            e.destinationToken().hi(TOKEN_HI).lo(destinationCard);
        }
        e.destinationId(destinationId).amountMinor(amount).remainingMinor(Math.max(0, remaining)).cashbackMinor(cash)
            .institution(institution).originalInstitution(originalInstitution).forwarding(ForwardingMark.of(forwarding))
            .originalForwarding(ForwardingMark.of(originalForwarding)).merchant(merchant).rrn(rrn)
            .stan(stan).terminal(terminal).transmission(transmission).originalTransmission(originalTransmission)
            .originalStan(originalStan).processingCode(processingCode).bin(bin).localTime(120_000).flags(flags()).mti(mti)
            .originalMti(originalMti).currency(currency).mcc(mcc).entryMode(51).expiry(expiry).localDate(1123).tokenKeyId(card == 0 ? 0 : 1)
            .approvalCode(approvalCode).operation((short) operation).channel((short) channel).pin((short) pin)
            .minimumPercent((short) minimumPercent);
        if (operation == PaymentOperation.BILL) {
            e.reference("BILL-0001");
        }
        if (PaymentTown.isRouted(bin)) {
            for (int i = 0; i < PaymentEncoder.cardCipherLength(); i++) {
                e.cardCipher(i, (short) (i + 1));
            }
        }
        return PaymentDecoder.BLOCK_LENGTH;
    }

    private long flags() {
        int flags = 0;
        flags |= hasOriginal() ? PaymentFlags.HAS_ORIGINAL : 0;
        flags |= remaining >= 0 ? PaymentFlags.HAS_REMAINING : 0;
        flags |= partialWanted ? PaymentFlags.PARTIAL_APPROVAL : 0;
        flags |= moreToFollow ? PaymentFlags.MORE_TO_FOLLOW : 0;
        flags |= isAdvice() ? PaymentFlags.ADVICE : 0;
        flags |= isRepeat() ? PaymentFlags.REPEAT : 0;
        flags |= destinationCard != 0 || destinationId != 0 ? PaymentFlags.DESTINATION_IS_PRESENT : 0;
        return flags;
    }

    @Override
    public String toString() {
        final StringBuilder s = new StringBuilder(String.format("0%03d op=%d card=%d 4=%d 7=%010d 11=%06d 32=%d 37=%s 41=%s 42=%s",
            mti, operation, card, amount, transmission, stan, institution, rrn, terminal, merchant.trim()));
        s.append(hasOriginal() ? String.format(" 90=%04d/%06d/%010d/%d/%d", originalMti, originalStan, originalTransmission, originalInstitution, originalForwarding) : "");
        s.append(forwarding != 0 ? " 33=" + forwarding : "");
        s.append(remaining >= 0 ? " 95=" + remaining : "").append(cash != 0 ? " cash=" + cash : "");
        s.append(approvalCode.isEmpty() ? "" : " 38=" + approvalCode).append(moreToFollow ? " more" : "");
        s.append(partialWanted ? " partial" : "").append(destinationId != 0 ? " 103=" + destinationId : "");
        s.append(destinationCard != 0 ? " 103=card " + destinationCard : "").append(pin != 0 ? " pin=" + pin : "");
        s.append(currency != PaymentTown.CNY ? " 49=" + currency : "").append(channel != 1 ? " channel=" + channel : "");
        return s.append(expiry != 0 ? " 14=" + expiry : "").toString();
    }
}
