package io.daybreak.gateway.iso;

import io.daybreak.gateway.card.CardCipher;
import io.daybreak.gateway.card.Tokeniser;
import io.daybreak.gateway.pin.PinSecurity;
import io.daybreak.iso8583.codec.MessageBuilder;
import io.daybreak.iso8583.codec.MessageIndex;
import io.daybreak.iso8583.link.Mti93;
import io.daybreak.iso8583.mac.MessageMac;
import io.daybreak.protocol.PinMode;
import io.daybreak.protocol.codec.ReconcileIssuerDecoder;
import io.daybreak.protocol.codec.ReconciliationAnswerDecoder;
import io.daybreak.protocol.codec.SendToIssuerDecoder;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Writes what goes to issuers: from the effect, which names all that the state holds, and from the acquirer's request, if it
 * is still there, for what the route passes. Without it the card comes from the effect's ciphertext. Rule: docs/iso8583.md,
 * "What an issuer sees".
 * <p>
 * Event loop's thread only. Nothing is allocated but what the cipher and rare fields need.
 */
final class OutwardWriter {
    /** Room that any message takes at most, its frame included. */
    static final int MAX_BYTES = 8_192;
    /** The key of the card's ciphertext is dead. */
    static final int CARD_DATA_GONE = -1;
    /** The link's dialect has no room for what the message must say. */
    static final int NOT_WRITTEN = -2;

    private static final long NO_REMAINDER = -1L;
    private static final int MAX_PAN = 19;
    private static final int REVERSAL_CLASS = 4;
    private static final int TIMED_OUT = '6' << 8 | '8';
    private static final long OWN = MessageKind.fields(2, 3, 7, 11, 32, 33, 41);
    private static final long KEPT = KeptAmounts.BITS;
    /** Fields whose meaning or form differs between 1987 and 1993: never taken from a message of the other version. */
    private static final long OF_ONE_VERSION = MessageKind.fields(12, 13, 18, 22, 25, 26, 43, 44);
    private static final long LOCAL_TIME = MessageKind.fields(12);
    private static final int CONDITIONS = 100;
    private static final long LOCAL_DATE = MessageKind.fields(13);
    private static final int REMAINDER_DIGITS = 12;
    private static final int REPLACEMENT_CHARS = 42;
    private static final int ORIGINAL_93_HEAD = 24;
    private static final int YEARS = 1_000_000;
    private static final int MONTHS = 10_000;
    private static final long DATE_TIME = 10_000_000_000L;

    private final MessageBuilder builder = new MessageBuilder();
    private final CardCipher cards;
    private final KeptAmounts kept;
    private final PinSecurity pins;
    private final ReconciliationAnswerDecoder totals = new ReconciliationAnswerDecoder();
    private final byte[] pan = new byte[MAX_PAN];
    private final byte[] text = new byte[REPLACEMENT_CHARS];

    private IssuerPlan plan;
    private SendToIssuerDecoder effect;
    private MessageIndex request;
    private FieldRules rules;
    private int kind;
    private boolean isReversal;
    private boolean isSameVersion;
    private int panDigits;
    private int expiry;
    private byte[][] keptValues;
    private byte[] pinBlock;

    OutwardWriter(final CardCipher cards, final KeptAmounts kept, final PinSecurity pins) {
        this.cards = cards;
        this.kept = kept;
        this.pins = pins;
    }

    /**
     * Writes a message with its frame.
     *
     * @param newRequest the acquirer's, indexed; null if it is gone, or a reversal is sent
     * @param mac        seals it; null without MACs
     * @param pinMode    of the route
     * @return bytes of the frame, or {@link #CARD_DATA_GONE}, or {@link #NOT_WRITTEN}
     */
    int write(final IssuerPlan newPlan, final SendToIssuerDecoder newEffect, final MessageIndex newRequest, final MessageMac mac, final int pinMode,
              final UnsafeBuffer out, final int at) {
        plan = newPlan;
        effect = newEffect;
        isReversal = effect.mti() / 100 == REVERSAL_CLASS;
        request = isReversal ? null : newRequest;
        rules = plan.rules(effect.routeId());
        kind = effect.mti() / 10 % 10 == 2 ? FieldRules.ADVICE : FieldRules.REQUEST;
        isSameVersion = request != null && (request.dialect().version() == 1993) == plan.is1993;
        keptValues = isReversal ? kept.of(effect.paymentId()) : null;
        boolean hasPin = false;
        try {
            if (!readCard()) {
                return CARD_DATA_GONE;
            }
            if (kind == FieldRules.REQUEST && request != null && (request.lowBitmap() & KEPT) != 0) {
                kept.keep(effect.paymentId(), request);
            }
            hasPin = request != null && kind == FieldRules.REQUEST && request.has(52) && pinMode != PinMode.REFUSE;
            return writeAll(mac, hasPin, pinMode, out, at);
        } catch (final IllegalArgumentException ex) {
            // What the acquirer's dialect holds need not fit into the issuer's: then without what is only passed on.
            return hasPin ? NOT_WRITTEN : writeWithoutPassed(mac, out, at);
        } finally {
            java.util.Arrays.fill(pan, (byte) 0);
            if (pinBlock != null) {
                java.util.Arrays.fill(pinBlock, (byte) 0);
            }
            pinBlock = null;
            keptValues = null;
            request = null;
            effect = null;
        }
    }

    private int writeWithoutPassed(final MessageMac mac, final UnsafeBuffer out, final int at) {
        request = null;
        try {
            return writeAll(mac, false, PinMode.REFUSE, out, at);
        } catch (final IllegalArgumentException ex) {
            return NOT_WRITTEN;
        }
    }

    /** The card's number and expiry; false if the key is gone. */
    private boolean readCard() {
        expiry = 0;
        if (request != null && (request.has(2) || request.has(35))) {
            final int field = request.has(2) ? 2 : 35;
            panDigits = Math.min(MAX_PAN, Tokeniser.digits(request, field));
            for (int i = 0; i < panDigits; i++) {
                pan[i] = (byte) ('0' + request.digitAt(field, i));
            }
            expiry = request.has(14) ? (int) request.number(14) : 0;
            return true;
        }
        panDigits = cards.open(effect.buffer(), effect.offset() + SendToIssuerDecoder.cardCipherEncodingOffset());
        if (panDigits < 0) {
            return false;
        }
        System.arraycopy(cards.pan(), 0, pan, 0, panDigits);
        expiry = cards.expiry();
        cards.wipe();
        return true;
    }

    private int writeAll(final MessageMac mac, final boolean hasPin, final int pinMode, final UnsafeBuffer out, final int at) {
        final int begin = at + plan.framing.overhead();
        long low = ownFields() | passedLow();
        if (hasPin) {
            low |= MessageKind.fields(52);
            low |= request.lowBitmap() & MessageKind.fields(53);
        }
        final long high = ownHighFields() | passedHigh();
        builder.begin(plan.dialect, out, begin, plan.is1993 ? Mti93.to93(effect.mti()) : effect.mti(), high != 0);
        long fields = low;
        while (fields != 0) {
            final int zeros = Long.numberOfLeadingZeros(fields);
            fields ^= Long.MIN_VALUE >>> zeros;
            put(zeros + 1, pinMode);
        }
        fields = high;
        while (fields != 0) {
            final int zeros = Long.numberOfLeadingZeros(fields);
            fields ^= Long.MIN_VALUE >>> zeros;
            put(zeros + 65, pinMode);
        }
        return frame(mac, out, at);
    }

    private int frame(final MessageMac mac, final UnsafeBuffer out, final int at) {
        final int length = mac == null ? builder.end() : mac.seal(builder);
        plan.framing.writePrefix(out, at, length);
        plan.framing.writeHeader(out, at + plan.framing.prefixLength());
        return plan.framing.overhead() + length;
    }

    /** What the state says, whatever the request says. */
    private long ownFields() {
        long own = OWN;
        own |= bit(4, effect.amountMinor() != 0 || request != null && request.has(4));
        own |= bit(14, expiry != 0);
        own |= bit(15, effect.settlementDate() != 0);
        own |= bit(37, effect.rrn(0) != 0);
        own |= bit(38, kind == FieldRules.ADVICE && effect.approvalCode(0) != 0);
        own |= bit(39, !plan.is1993 && kind == FieldRules.ADVICE && (isReversal || effect.responseCode() != 0));
        own |= bit(42, effect.merchant(0) != 0);
        own |= bit(49, effect.currency() != 0);
        if (plan.is1993) {
            own |= bit(12, true) | bit(24, true) | bit(56, effect.originalMti() != 0) | bit(30, isReversal && effect.remainingMinor() != NO_REMAINDER);
            own |= bit(25, isReversal);
        }
        if (isReversal || request == null) {
            own |= bit(plan.is1993 ? 26 : 18, effect.mcc() != 0);
            own |= bit(22, !plan.is1993 && effect.entryMode() != 0);
            // An entry of an older journal may have a reason of 1993 here, which the field cannot hold.
            own |= bit(25, !plan.is1993 && effect.condition() != 0 && effect.condition() < CONDITIONS);
            if (!plan.is1993 && effect.localDate() != 0) {
                own |= LOCAL_TIME | LOCAL_DATE;
            }
            for (int i = 0; keptValues != null && i < keptValues.length; i++) {
                own |= bit(KeptAmounts.FIELDS[i], keptValues[i] != null);
            }
        }
        return own;
    }

    private static long bit(final int field, final boolean isSet) {
        return isSet ? Long.MIN_VALUE >>> field - 1 : 0;
    }

    private long ownHighFields() {
        return plan.is1993 ? 0 : (effect.originalMti() != 0 ? MessageKind.high(90) : 0)
            | (isReversal && effect.remainingMinor() != NO_REMAINDER ? MessageKind.high(95) : 0);
    }

    private long passedLow() {
        if (isReversal) {
            return 0;
        }
        long passed = request == null ? 0 : rules.low(kind) & request.lowBitmap();
        if (!isSameVersion) {
            passed &= ~OF_ONE_VERSION;
        }
        return passed | fixed(true);
    }

    private long passedHigh() {
        return isReversal ? 0 : (request == null ? 0 : rules.high(kind) & request.highBitmap()) | fixed(false);
    }

    private long fixed(final boolean isLow) {
        long fields = 0;
        if (rules.hasValues(kind)) {
            for (int i = 0; i < Long.SIZE; i++) {
                fields |= rules.value(kind, i + (isLow ? 1 : 65)) != null ? Long.MIN_VALUE >>> i : 0;
            }
        }
        return fields;
    }

    private void put(final int field, final int pinMode) {
        final byte[] value = isReversal ? null : rules.value(kind, field);
        if (value != null) {
            builder.ascii(field, value);
            return;
        }
        switch (field) {
            case 2 -> builder.ascii(2, pan, 0, panDigits);
            case 3 -> builder.number(3, effect.processingCode());
            case 4 -> builder.number(4, plan.is1993 && isReversal && effect.remainingMinor() != NO_REMAINDER ? effect.remainingMinor()
                : effect.amountMinor());
            case 7 -> builder.number(7, effect.transmission());
            case 11 -> builder.number(11, effect.stan());
            case 12 -> putTime();
            case 14 -> builder.number(14, expiry);
            case 15 -> builder.number(15, effect.settlementDate() % (plan.is1993 ? YEARS : MONTHS));
            case 24 -> builder.number(24, functionCode());
            case 30 -> {
                digits(0, REMAINDER_DIGITS, effect.amountMinor());
                digits(REMAINDER_DIGITS, REMAINDER_DIGITS, 0);
                builder.ascii(30, text, 0, 2 * REMAINDER_DIGITS);
            }
            case 32 -> putAcquirer();
            case 33 -> builder.ascii(33, plan.institution);
            case 37 -> characters(37, SendToIssuerDecoder.rrnEncodingOffset(), SendToIssuerDecoder.rrnLength());
            case 38 -> characters(38, SendToIssuerDecoder.approvalCodeEncodingOffset(), SendToIssuerDecoder.approvalCodeLength());
            case 39 -> builder.word(39, (effect.responseCode() == 0 ? '0' << 8 | '0' : (long) effect.responseCode()) << 48);
            case 41 -> characters(41, SendToIssuerDecoder.terminalEncodingOffset(), SendToIssuerDecoder.terminalLength());
            case 42 -> characters(42, SendToIssuerDecoder.merchantEncodingOffset(), SendToIssuerDecoder.merchantLength());
            case 49 -> builder.number(49, effect.currency());
            case 52 -> putPin(pinMode);
            case 56 -> putOriginal93();
            case 90 -> putOriginal();
            case 95 -> putRemainder();
            default -> putPassedOrTold(field);
        }
    }

    /** What the request has, or else what the state keeps of it. */
    private void putPassedOrTold(final int field) {
        if (request != null) {
            if (field == 25 && plan.is1993 && !isSameVersion) {
                return;
            }
            builder.echo(field, request);
            return;
        }
        switch (field) {
            case 13 -> builder.number(13, effect.localDate());
            case 18, 26 -> builder.number(field, effect.mcc());
            case 22 -> builder.number(22, effect.entryMode());
            case 25 -> builder.number(25, plan.is1993 ? effect.responseCode() == TIMED_OUT ? 4_021 : 4_000 : effect.condition());
            default -> putKept(field);
        }
    }

    private void putKept(final int field) {
        for (int i = 0; i < KeptAmounts.FIELDS.length; i++) {
            if (KeptAmounts.FIELDS[i] == field) {
                builder.ascii(field, keptValues[i]);
            }
        }
    }

    /** The terminal's time; in 1993 ours, which takes the place of DE 7 in the identity. */
    private void putTime() {
        if (plan.is1993) {
            builder.number(12, yearOf(effect.transmission()) * DATE_TIME + effect.transmission());
        } else if (isSameVersion) {
            builder.echo(12, request);
        } else {
            builder.number(12, effect.localTime());
        }
    }

    /** Two digits: the year of the business date, or its neighbour where the two lie on different sides of its end. */
    private long yearOf(final long transmission) {
        final int date = (int) effect.settlementDate();
        final int month = (int) (transmission / 100_000_000);
        final int openMonth = date / 100 % 100;
        final int year = date / 10_000 + (month == 12 && openMonth == 1 ? -1 : month == 1 && openMonth == 12 ? 1 : 0);
        return year % 100;
    }

    private int functionCode() {
        if (isReversal) {
            return effect.remainingMinor() != NO_REMAINDER ? Mti93.REVERSAL_PARTIAL : Mti93.REVERSAL_PARTIAL - 1;
        }
        if (effect.mti() / 100 == 1) {
            return effect.processingCode() / 10_000 / 10 == 3 ? 108 : effect.originalMti() != 0 ? 106 : 100;
        }
        return effect.originalMti() != 0 ? Mti93.COMPLETION_SAME : 200;
    }

    private void putAcquirer() {
        final byte[] acquirer = plan.acquirer(effect.institution());
        if (acquirer == null) {
            builder.number(32, effect.institution());
        } else {
            builder.ascii(32, acquirer);
        }
    }

    /** Characters of the effect, which fills up with zero bytes. */
    private void characters(final int field, final int from, final int most) {
        final DirectBuffer buffer = effect.buffer();
        final int at = effect.offset() + from;
        int length = 0;
        while (length < most && buffer.getByte(at + length) != 0) {
            length++;
        }
        builder.ascii(field, buffer, at, length);
    }

    private void putPin(final int pinMode) {
        if (pinMode == PinMode.SAME_ZONE) {
            builder.echo(52, request);
            return;
        }
        pinBlock = new byte[request.length(52)];
        request.bytes(52, pinBlock, 0);
        if (!pins.translate(pinBlock, pan, panDigits, effect.institution(), effect.issuerId())) {
            throw new IllegalArgumentException("the PIN block cannot be translated");
        }
        builder.binary(52, pinBlock);
    }

    private void putOriginal() {
        digits(0, 4, effect.originalMti());
        digits(4, 6, effect.originalStan());
        digits(10, 10, effect.originalTransmission());
        digits(20, 11, effect.institution());
        digits(31, 11, plan.institutionNumber);
        builder.ascii(90, text, 0, 42);
    }

    private void putOriginal93() {
        digits(0, 4, Mti93.to93(effect.originalMti()));
        digits(4, 6, effect.originalStan());
        digits(10, 12, yearOf(effect.originalTransmission()) * DATE_TIME + effect.originalTransmission());
        final byte[] acquirer = plan.acquirer(effect.institution());
        int count = 11;
        if (acquirer == null) {
            digits(ORIGINAL_93_HEAD, count, effect.institution());
        } else {
            count = acquirer.length;
            System.arraycopy(acquirer, 0, text, ORIGINAL_93_HEAD, count);
        }
        digits(22, 2, count);
        builder.ascii(56, text, 0, ORIGINAL_93_HEAD + count);
    }

    private void putRemainder() {
        java.util.Arrays.fill(text, (byte) '0');
        digits(0, REMAINDER_DIGITS, effect.remainingMinor());
        builder.ascii(95, text, 0, REPLACEMENT_CHARS);
    }

    private void digits(final int at, final int count, final long number) {
        long rest = number;
        for (int i = count - 1; i >= 0; i--) {
            text[at + i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
    }

    // ---- Totals ----

    /**
     * Writes our totals (0500, 0501) with their frame.
     *
     * @return bytes of the frame, or {@link #NOT_WRITTEN}
     */
    int writeTotals(final IssuerPlan newPlan, final ReconcileIssuerDecoder sent, final MessageMac mac, final UnsafeBuffer out, final int at) {
        plan = newPlan;
        totals.wrap(sent.buffer(), sent.offset() + ReconcileIssuerDecoder.BLOCK_LENGTH, ReconciliationAnswerDecoder.BLOCK_LENGTH,
            ReconciliationAnswerDecoder.SCHEMA_VERSION);
        // 1993 has no request for totals with an answer, only the advice: chapter 24.
        final int mti = plan.is1993 ? Mti93.to93(520 + totals.mti() % 10) : totals.mti();
        final long date = totals.settlementDate();
        try {
            builder.begin(plan.dialect, out, at + plan.framing.overhead(), mti, true).number(7, sent.transmission()).number(11, sent.stan());
            if (plan.is1993) {
                final int month = (int) (sent.transmission() / 100_000_000);
                final long year = date / 10_000 + (month == 1 && date / 100 % 100 == 12 ? 1 : 0);
                builder.number(12, year % 100 * DATE_TIME + sent.transmission()).number(24, 500).number(28, date % YEARS);
            } else {
                builder.number(15, date % MONTHS);
            }
            builder.ascii(33, plan.institution).number(50, totals.currency()).number(74, totals.creditCount()).number(75, totals.creditReversalCount())
                .number(76, totals.debitCount()).number(77, totals.debitReversalCount()).number(86, totals.creditAmount())
                .number(87, totals.creditReversalAmount()).number(88, totals.debitAmount()).number(89, totals.debitReversalAmount())
                .signedNumber(97, totals.netAmount());
            return frame(mac, out, at);
        } catch (final IllegalArgumentException ex) {
            return NOT_WRITTEN;
        }
    }
}
