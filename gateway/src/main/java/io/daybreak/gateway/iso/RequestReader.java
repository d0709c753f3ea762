package io.daybreak.gateway.iso;

import io.daybreak.gateway.card.CardCipher;
import io.daybreak.gateway.card.Tokeniser;
import io.daybreak.gateway.pin.PinSecurity;
import io.daybreak.iso8583.card.Pan;
import io.daybreak.iso8583.codec.MessageIndex;
import io.daybreak.iso8583.link.Mti93;
import io.daybreak.iso8583.link.Operation;
import io.daybreak.payment.ForwardingMark;
import io.daybreak.protocol.PaymentFlags;
import io.daybreak.protocol.PaymentOperation;
import io.daybreak.protocol.PinMode;
import io.daybreak.protocol.PinState;
import io.daybreak.protocol.ReconciliationFields;
import io.daybreak.protocol.codec.FileUpdateEncoder;
import io.daybreak.protocol.codec.PaymentEncoder;
import io.daybreak.protocol.codec.ReconciliationEncoder;
import org.agrona.concurrent.UnsafeBuffer;

import java.util.Arrays;
import java.util.function.Supplier;

/**
 * Finds out whether a request's fields are what its kind wants, and writes what decides about it straight into a ring
 * slot, in the terms of 1987. Rule: docs/iso8583.md, "Format", "Messages", "ISO 8583:1993".
 * <p>
 * In two steps, so that nothing is claimed for a message that is answered 30: {@link #check}, then {@code write...}, which
 * cannot fail. Reads the message of the last check. Event loop's thread only; allocates nothing.
 */
final class RequestReader {
    /** {@link #check}: nothing is wrong. */
    static final int CLEAN = 1_000;

    /** Bytes of a Payment's block in whole words; the slot has more. */
    private static final int CLEARED = PaymentEncoder.BLOCK_LENGTH + Long.BYTES - 1 & -Long.BYTES;
    private static final int MAX_PAN_OF_WALLET = 12;
    private static final int DE_54_ENTRY = 20;
    private static final int CASHBACK_TYPE = 40;
    private static final long DATE_TIME = 10_000_000_000L;
    /** What YY means: the standard's messages tell no century. */
    private static final int CENTURY = 2_000;
    private static final int LEAP_DAY = 229;
    private static final int TRACK_SEPARATOR = '=';
    private static final int BALANCE_DIGIT = 3;
    private static final int BALANCE_CODE = 310_000;
    private static final int TEXT_12 = 12;
    private static final int TEXT_8 = 8;
    private static final int TEXT_6 = 6;
    private static final int TEXT_16 = 16;
    private static final int MERCHANT_CHARS = 15;
    private static final int MAX_CHIP_BYTES = 1_024;
    private static final long CARD = MessageKind.fields(2, 35);
    private static final long TRANSMISSION = MessageKind.fields(7);

    private final Tokeniser tokeniser;
    private final PaymentEncoder payment = new PaymentEncoder();
    private final ReconciliationEncoder reconciliation = new ReconciliationEncoder();
    private final FileUpdateEncoder fileUpdate = new FileUpdateEncoder();
    private final byte[] chip = new byte[MAX_CHIP_BYTES];

    private Supplier<RoutedCards> routed = () -> RoutedCards.NONE;
    private CardCipher cards;
    private PinSecurity pins = PinSecurity.NONE;
    private boolean isForIssuer;
    private boolean isPinPassed;
    private MessageIndex message;
    private LinkPlan plan;
    private MessageKind kind;
    private int mti87;
    private int operation;
    /** False where the link's list lacks the operation: the state machine tells it, at its place in the order of checks. */
    private boolean isOfTheLink;
    private long transmission;
    private long cashback;
    private int expiry;

    RequestReader(final Tokeniser tokeniser) {
        this.tokeniser = tokeniser;
    }

    /** From now on card numbers of routed cards are kept for their issuers; before the first payment. */
    void issuers(final Supplier<RoutedCards> newRouted, final CardCipher newCards, final PinSecurity newPins) {
        routed = newRouted;
        cards = newCards;
        pins = newPins;
    }

    /** Whether the payment's card is one of an issuer; after {@link #writePayment}. */
    boolean isForIssuer() {
        return isForIssuer;
    }

    /** Whether the PIN block may go on to an issuer; after {@link #writePayment}. */
    boolean isPinPassed() {
        return isPinPassed;
    }

    /**
     * Looks at everything that the kind of message wants to be there and to have a certain form.
     *
     * @return the lowest field that is missing or wrong, or {@link #CLEAN}
     */
    int check(final MessageIndex checked, final LinkPlan checkedPlan, final MessageKind checkedKind, final int checkedMti87) {
        message = checked;
        plan = checkedPlan;
        kind = checkedKind;
        mti87 = checkedMti87;
        int wrong = lowestMissing();
        wrong = Math.min(wrong, checkTimes());
        if (plan.is1993) {
            wrong = Math.min(wrong, Functions93.check(message, kind));
        }
        return switch (kind) {
            case AUTHORISATION, AUTHORISATION_ADVICE, FINANCIAL, FINANCIAL_ADVICE -> Math.min(wrong, checkPayment());
            case REVERSAL, REVERSAL_ADVICE -> Math.min(wrong, checkReversal());
            case FILE_UPDATE -> Math.min(wrong, checkCard());
            case RECONCILIATION, RECONCILIATION_ADVICE -> Math.min(wrong, checkDate15());
            case NETWORK -> Math.min(wrong, checkNetwork());
        };
    }

    /** A cut-over needs its date, a key exchange its key. */
    private int checkNetwork() {
        final int code = plan.is1993 ? Mti93.networkCode((int) number(24)) : (int) number(70);
        if (code == NetworkRequests.CUT_OVER_BEGINS && !message.has(15) || message.has(15) && !isDate(message.number(15) % 10_000)) {
            return 15;
        }
        return code == NetworkRequests.KEY_EXCHANGE ? missing(48) : CLEAN;
    }

    private int lowestMissing() {
        long mandatory = kind.mandatoryLow;
        long mandatoryHigh = kind.mandatoryHigh;
        if (plan.is1993) {
            // DE 12 takes the place of 7, and the function code that of 70 and 91.
            mandatory = mandatory & ~TRANSMISSION | MessageKind.fields(12);
            mandatoryHigh &= ~MessageKind.high(70, 91);
            if (kind.mandatoryHigh != mandatoryHigh) {
                mandatory |= MessageKind.fields(24);
            }
        }
        final long missing = mandatory & ~message.lowBitmap();
        if (missing != 0) {
            return Long.numberOfLeadingZeros(missing) + 1;
        }
        final long missingHigh = mandatoryHigh & ~message.highBitmap();
        return missingHigh == 0 ? CLEAN : Long.numberOfLeadingZeros(missingHigh) + 65;
    }

    /** Dates and times that do not exist; sets {@link #transmission}. */
    private int checkTimes() {
        transmission = 0;
        if (plan.is1993) {
            if (message.has(12)) {
                transmission = message.number(12) % DATE_TIME;
                if (!isDateTime(transmission) || !isOfYear(transmission / 1_000_000, year(message.number(12)))) {
                    return 12;
                }
            }
            return message.has(7) && !isDateTime(message.number(7)) ? 7 : CLEAN;
        }
        if (message.has(7)) {
            transmission = message.number(7);
            if (!isDateTime(transmission)) {
                return 7;
            }
        }
        if (message.has(12) && !isTime(message.number(12))) {
            return 12;
        }
        return message.has(13) && !isDate(message.number(13)) ? 13 : CLEAN;
    }

    private static boolean isDateTime(final long number) {
        return isDate(number / 1_000_000) && isTime(number % 1_000_000);
    }

    private static boolean isTime(final long number) {
        return number < 240_000 && number / 100 % 100 < 60 && number % 100 < 60;
    }

    private static boolean isDate(final long number) {
        final int month = (int) (number / 100);
        final int day = (int) (number % 100);
        if (month < 1 || month > 12 || day < 1) {
            return false;
        }
        // Without a year 29 February is a date.
        return day <= (month == 2 ? 29 : month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31);
    }

    /** Whether a date, which any year might have, is one of this year's. */
    private static boolean isOfYear(final long monthDay, final int year) {
        return monthDay != LEAP_DAY || java.time.Year.isLeap(year);
    }

    /** Of YYMMDDhhmmss. */
    private static int year(final long dateTime) {
        return CENTURY + (int) (dateTime / DATE_TIME);
    }

    private int checkDate15() {
        final int field = plan.is1993 ? 28 : 15;
        return message.has(field) && !isDate(message.number(field) % 10_000) ? field : CLEAN;
    }

    /** The date whose totals an acquirer of 1993 wants, YYYYMMDD; 0: the open one, or it tells no year. */
    int dateOfTotals() {
        return plan.is1993 && message.has(28) ? CENTURY * 10_000 + (int) message.number(28) : 0;
    }

    private int checkPayment() {
        operation = PaymentOperation.UNKNOWN;
        isOfTheLink = true;
        int wrong = checkCard();
        if (message.has(3)) {
            final int found = plan.operation(kind, (int) message.number(3, 0, 2));
            isOfTheLink = found >= 0;
            operation = isOfTheLink ? found : ~found;
            if (plan.is1993 && Functions93.asksForBalance(message)) {
                operation = PaymentOperation.BALANCE;
                isOfTheLink = plan.isAllowed(Operation.BALANCE);
            }
        }
        if (operation != PaymentOperation.BALANCE) {
            wrong = Math.min(wrong, missing(4));
            wrong = Math.min(wrong, missing(49));
        }
        wrong = Math.min(wrong, checkExpiry());
        cashback = 0;
        switch (operation) {
            case PaymentOperation.AUTHORISE, PaymentOperation.PURCHASE -> wrong = Math.min(wrong, missing(42));
            case PaymentOperation.COMPLETION -> wrong = Math.min(wrong, missing(42));
            case PaymentOperation.REFUND -> wrong = Math.min(wrong, missing(42));
            case PaymentOperation.CASHBACK -> {
                wrong = Math.min(wrong, missing(42));
                cashback = readCashback();
                wrong = Math.min(wrong, cashback < 0 ? 54 : CLEAN);
            }
            case PaymentOperation.TRANSFER -> wrong = Math.min(wrong, missing(103));
            case PaymentOperation.BILL -> {
                wrong = Math.min(wrong, missing(48));
                wrong = Math.min(wrong, missing(103));
                // It is kept, and shown to whoever looks at the payment.
                if (wrong > 48 && message.has(48) && Pan.isWithin(message, 48, message)) {
                    wrong = 48;
                }
            }
            default -> {
                // Nothing more is wanted.
            }
        }
        if (message.has(55) && !isTlv()) {
            wrong = Math.min(wrong, 55);
        }
        return Math.min(wrong, checkOriginal());
    }

    private int checkReversal() {
        operation = PaymentOperation.REVERSAL;
        isOfTheLink = plan.isAllowed(Operation.REVERSAL);
        cashback = 0;
        int wrong = checkCard();
        wrong = Math.min(wrong, checkExpiry());
        wrong = Math.min(wrong, checkOriginal());
        if (message.has(95) && message.number(95, 0, 12) == MessageIndex.NULL_NUMBER) {
            wrong = Math.min(wrong, 95);
        }
        return wrong;
    }

    private int missing(final int field) {
        return message.has(field) ? CLEAN : field;
    }

    private int checkCard() {
        if ((message.lowBitmap() & CARD) == 0) {
            return 2;
        }
        if (message.has(2) && message.length(2) < Pan.MIN_DIGITS) {
            return 2;
        }
        return !message.has(35) || isTrack() && Pan.isConsistent(message) ? CLEAN : 35;
    }

    /** Whether DE 35 has its separator, and behind it an expiry date that there is, or a further separator where the card has none. */
    private boolean isTrack() {
        final int behind = Tokeniser.digits(message, 35) + 1;
        if (behind >= message.charLength(35)) {
            return false;
        }
        return message.charAt(35, behind) == TRACK_SEPARATOR || isMonth(message.number(35, behind, 4) % 100);
    }

    private static boolean isMonth(final long month) {
        return month >= 1 && month <= 12;
    }

    /** DE 14, or else the four digits behind the track's separator; both agree. */
    private int checkExpiry() {
        expiry = 0;
        if (message.has(14)) {
            expiry = (int) message.number(14);
            if (!isMonth(expiry % 100)) {
                return 14;
            }
        }
        if (message.has(35)) {
            final long ofTrack = message.number(35, Tokeniser.digits(message, 35) + 1, 4);
            if (ofTrack != MessageIndex.NULL_NUMBER) {
                if (expiry != 0 && expiry != ofTrack) {
                    return 35;
                }
                expiry = (int) ofTrack;
            }
        }
        return CLEAN;
    }

    /** DE 54's amount of type 40 in the currency of DE 49; negative if there is none, or if an entry has the wrong form. */
    private long readCashback() {
        final int length = message.charLength(54);
        for (int at = 0; at + DE_54_ENTRY <= length; at += DE_54_ENTRY) {
            if (message.number(54, at + 2, 2) == CASHBACK_TYPE) {
                // Cash in another currency is no part of DE 4.
                return message.has(49) && message.number(54, at + 4, 3) == message.number(49) ? message.number(54, at + 8, 12) : -1;
            }
        }
        return -1;
    }

    /** An original's identity has all its digits, and its message type is none or one that there is. */
    private int checkOriginal() {
        if (plan.is1993) {
            return !message.has(56) || isMessageType(Mti93.originalMti(message)) && Mti93.originalTrace(message) >= 0
                && Mti93.originalDateTime(message) >= 0 && Mti93.originalAcquirer(message) >= 0 ? CLEAN : 56;
        }
        if (!message.has(90)) {
            return CLEAN;
        }
        return isMessageType(message.number(90, 0, 4)) ? CLEAN : 90;
    }

    /** Zero: not known. */
    private static boolean isMessageType(final long originalMti) {
        return originalMti == 0 || MessageKind.of((int) originalMti) != null;
    }

    /** Whether DE 55 is tags, lengths and values to its end; nothing in it is interpreted. */
    private boolean isTlv() {
        final int length = message.length(55);
        if (length > chip.length) {
            return false;
        }
        try {
            return message.bytes(55, chip, 0) == length && isTlv(length);
        } finally {
            // Also of what is no TLV: nothing of a card's data stays.
            Arrays.fill(chip, 0, length, (byte) 0);
        }
    }

    private boolean isTlv(final int length) {
        int at = 0;
        while (at < length) {
            if ((chip[at++] & 0x1F) == 0x1F) {
                while (at < length && (chip[at] & 0x80) != 0) {
                    at++;
                }
                at++;
            }
            if (at >= length) {
                return false;
            }
            int size = chip[at++] & 0xFF;
            if (size > 0x80) {
                int bytes = size & 0x7F;
                if (bytes > 2 || at + bytes > length) {
                    return false;
                }
                size = 0;
                while (bytes-- > 0) {
                    size = size << 8 | chip[at++] & 0xFF;
                }
            }
            at += size;
        }
        return at == length;
    }

    /**
     * Whether the terminal asks for instalments, or on a card of our own for a currency conversion of its own: nobody offers them. After
     * the card was written.
     */
    private boolean isNotOffered() {
        return message.has(67) && message.number(67) > 1
            || !isForIssuer && (message.has(6) || message.has(51) && message.has(49) && message.number(51) != message.number(49));
    }

    // ---- Writing ----

    /** The institution that the message names in DE 32; 0 if none. */
    long institution() {
        return message.has(32) ? message.number(32) : 0;
    }

    /** Writes a Payment's block. */
    int writePayment(final UnsafeBuffer slot) {
        for (int at = 0; at < CLEARED; at += Long.BYTES) {
            // For so few, a call out of the virtual machine would cost more.
            slot.putLong(at, 0);
        }
        payment.wrap(slot, 0);
        int flags = kind.isFinishing && kind != MessageKind.REVERSAL ? PaymentFlags.ADVICE : 0;
        flags |= (mti87 & 1) != 0 ? PaymentFlags.REPEAT : 0;
        writeCard();
        flags |= writeAmounts();
        flags |= writeOriginal();
        flags |= writeDestination();
        writeParties(slot);
        final long condition = message.word(25, 0);
        if (condition == plan.moreToFollow && condition != 0) {
            flags |= PaymentFlags.MORE_TO_FOLLOW;
        }
        if (plan.isPartialAlways || plan.isPartialOnRequest && message.word(60, 0) >>> 48 == ('P' << 8 | 'A')) {
            flags |= PaymentFlags.PARTIAL_APPROVAL;
            payment.minimumPercent((short) plan.minimumPercent);
        }
        if (plan.isNotFoundOk && kind == MessageKind.REVERSAL_ADVICE) {
            flags |= PaymentFlags.NOT_FOUND_IS_OK;
        }
        if (message.has(35)) {
            flags |= PaymentFlags.HAS_TRACK;
        }
        if (!isOfTheLink || kind.isPayment() && isNotOffered()) {
            flags |= PaymentFlags.NOT_OFFERED;
        }
        final long entryMode = message.word(22, 0);
        payment.mti(mti87)
            .processingCode(processingCode())
            .currency((int) number(49))
            .mcc((int) number(plan.is1993 ? 26 : 18))
            // DE 22 and 25 of 1993 have other words, which an issuer of 1987 could not read.
            .entryMode(plan.is1993 ? 0 : (int) number(22))
            .condition(plan.is1993 ? 0 : (int) number(25))
            .expiry(expiry)
            .operation((short) operation)
            .channel((short) plan.channel(entryMode, condition))
            .pin((short) pin())
            .flags(flags);
        return PaymentEncoder.BLOCK_LENGTH;
    }

    /** An enquiry that only DE 24 tells of has to be one to an issuer of 1987 as well. */
    private long processingCode() {
        final long code = number(3);
        return operation == PaymentOperation.BALANCE && code / 100_000 != BALANCE_DIGIT ? BALANCE_CODE + code % 10_000 : code;
    }

    private void writeCard() {
        isForIssuer = false;
        final int field = message.has(2) ? 2 : 35;
        if (tokeniser.tokenise(message, field)) {
            final long bin = number8(message.word(field, 0));
            payment.token().hi(tokeniser.hi()).lo(tokeniser.lo());
            payment.previousToken().hi(tokeniser.previousHi()).lo(tokeniser.previousLo());
            payment.bin(bin);
            isForIssuer = cards != null && routed.get().isRouted(bin);
            // A reversal finds what it needs with its original.
            if (isForIssuer && !kind.isReversal()) {
                cards.seal(message, field, Tokeniser.digits(message, field), expiry, payment.buffer(),
                    payment.offset() + PaymentEncoder.cardCipherEncodingOffset());
            }
        }
    }

    /**
     * A PinState. Blocks for issuers are not opened: the route passes or translates them, or the state machine refuses them.
     * Those for our own cards are verified, if there is something that can.
     */
    private int pin() {
        isPinPassed = false;
        if (!message.has(52)) {
            return PinState.NONE;
        }
        if (isForIssuer) {
            final long modes = routed.get().pinBits(message.number(message.has(2) ? 2 : 35, 0, 8));
            isPinPassed = (modes & 1L << PinMode.SAME_ZONE) != 0 || (modes & 1L << PinMode.TRANSLATE) != 0 && pins.isPresent();
            return isPinPassed ? PinState.SAME_ZONE : PinState.NOT_SUPPORTED;
        }
        if (!pins.isPresent()) {
            return PinState.NOT_SUPPORTED;
        }
        final byte[] block = new byte[message.length(52)];
        message.bytes(52, block, 0);
        final int field = message.has(2) ? 2 : 35;
        final int digits = Math.min(Pan.MAX_DIGITS, Tokeniser.digits(message, field));
        final byte[] pan = new byte[digits];
        for (int i = 0; i < digits; i++) {
            pan[i] = (byte) ('0' + message.digitAt(field, i));
        }
        try {
            return switch (pins.verify(block, pan, digits, institution())) {
                case RIGHT -> PinState.RIGHT;
                case WRONG -> PinState.WRONG;
                case UNUSABLE -> PinState.NOT_SUPPORTED;
            };
        } finally {
            Arrays.fill(block, (byte) 0);
            Arrays.fill(pan, (byte) 0);
        }
    }

    /** Eight ASCII digits, the first in the highest byte. */
    private static long number8(final long word) {
        long number = 0;
        for (int shift = 56; shift >= 0; shift -= Byte.SIZE) {
            number = number * 10 + (word >>> shift & 15);
        }
        return number;
    }

    private int writeAmounts() {
        long amount = number(4);
        int flags = 0;
        if (plan.is1993) {
            if (kind.isReversal() && message.has(24) && message.number(24) == Mti93.REVERSAL_PARTIAL) {
                payment.remainingMinor(amount);
                amount = Math.max(0, Mti93.originalAmount(message));
                flags = PaymentFlags.HAS_REMAINING | PaymentFlags.AMOUNT_IS_THE_ORIGINALS;
            }
        } else if (kind.isReversal() && message.has(95)) {
            payment.remainingMinor(message.number(95, 0, 12));
            flags = PaymentFlags.HAS_REMAINING;
        }
        payment.amountMinor(amount).cashbackMinor(Math.max(0, cashback));
        return flags;
    }

    private int writeOriginal() {
        if (plan.is1993) {
            if (!message.has(56)) {
                return 0;
            }
            final int mti = Mti93.originalMti(message);
            final long stan = Mti93.originalTrace(message);
            final long sent = Mti93.originalDateTime(message);
            final long institution = Mti93.originalAcquirer(message);
            payment.originalMti(mti & ~1).originalStan(stan).originalTransmission(sent % DATE_TIME).originalInstitution(institution)
                .originalYear(sent == 0 ? 0 : year(sent));
            return (mti | stan | sent | institution) == 0 ? 0 : PaymentFlags.HAS_ORIGINAL;
        }
        if (!message.has(90)) {
            return 0;
        }
        final long mti = message.number(90, 0, 4);
        final long stan = message.number(90, 4, 6);
        final long sent = message.number(90, 10, 10);
        final long institution = message.number(90, 20, 11);
        final long forwarding = message.number(90, 31, 11);
        payment.originalMti((int) (mti & ~1)).originalStan(stan).originalTransmission(sent).originalInstitution(institution)
            .originalForwarding(ForwardingMark.of(forwarding));
        return (mti | stan | sent | institution | forwarding) == 0 ? 0 : PaymentFlags.HAS_ORIGINAL;
    }

    /** DE 103: a card of at least 13 digits, or the number of a wallet or biller. */
    private int writeDestination() {
        if (operation != PaymentOperation.TRANSFER && operation != PaymentOperation.BILL || !message.has(103)) {
            return 0;
        }
        final int digits = Tokeniser.digits(message, 103);
        if (digits > 0 && digits <= MAX_PAN_OF_WALLET) {
            payment.destinationId(message.number(103, 0, digits));
        } else if (operation == PaymentOperation.TRANSFER && tokeniser.tokenise(message, 103)) {
            payment.destinationToken().hi(tokeniser.hi()).lo(tokeniser.lo());
            payment.previousDestinationToken().hi(tokeniser.previousHi()).lo(tokeniser.previousLo());
        }
        return PaymentFlags.DESTINATION_IS_PRESENT;
    }

    private void writeParties(final UnsafeBuffer slot) {
        payment.institution(institution()).forwarding(ForwardingMark.of(number(33))).stan(number(11)).transmission(transmission);
        if (plan.is1993) {
            payment.localTime(transmission % 1_000_000).localDate((int) (transmission / 1_000_000)).year(year(number(12)));
        } else {
            payment.localTime(number(12)).localDate((int) number(13));
        }
        text(slot, 42, PaymentEncoder.merchantEncodingOffset(), MERCHANT_CHARS);
        text(slot, 37, PaymentEncoder.rrnEncodingOffset(), TEXT_12);
        text(slot, 41, PaymentEncoder.terminalEncodingOffset(), TEXT_8);
        text(slot, 38, PaymentEncoder.approvalCodeEncodingOffset(), TEXT_6);
        if (operation == PaymentOperation.BILL) {
            text(slot, 48, PaymentEncoder.referenceEncodingOffset(), TEXT_16);
        }
    }

    /** The first characters of a field; nothing if it is absent. */
    private void text(final UnsafeBuffer slot, final int field, final int at, final int most) {
        final int count = Math.min(most, message.charLength(field));
        int done = 0;
        while (count - done >= Long.BYTES) {
            slot.putLong(at + done, message.word(field, done), java.nio.ByteOrder.BIG_ENDIAN);
            done += Long.BYTES;
        }
        if (done < count) {
            long word = message.word(field, done);
            for (; done < count; done++) {
                slot.putByte(at + done, (byte) (word >>> 56));
                word <<= Byte.SIZE;
            }
        }
    }

    private long number(final int field) {
        return message.has(field) ? Math.max(0, message.number(field)) : 0;
    }

    /** Writes a Reconciliation's block. */
    int writeReconciliation(final UnsafeBuffer slot) {
        slot.setMemory(0, ReconciliationEncoder.BLOCK_LENGTH, (byte) 0);
        int sent = 0;
        sent |= message.has(74) ? ReconciliationFields.CREDIT_COUNT : 0;
        sent |= message.has(75) ? ReconciliationFields.CREDIT_REVERSAL_COUNT : 0;
        sent |= message.has(76) ? ReconciliationFields.DEBIT_COUNT : 0;
        sent |= message.has(77) ? ReconciliationFields.DEBIT_REVERSAL_COUNT : 0;
        sent |= message.has(86) ? ReconciliationFields.CREDIT_AMOUNT : 0;
        sent |= message.has(87) ? ReconciliationFields.CREDIT_REVERSAL_AMOUNT : 0;
        sent |= message.has(88) ? ReconciliationFields.DEBIT_AMOUNT : 0;
        sent |= message.has(89) ? ReconciliationFields.DEBIT_REVERSAL_AMOUNT : 0;
        sent |= message.has(97) ? ReconciliationFields.NET_AMOUNT : 0;
        reconciliation.wrap(slot, 0)
            .institution(institution())
            .creditAmount(number(86))
            .creditReversalAmount(number(87))
            .debitAmount(number(88))
            .debitReversalAmount(number(89))
            .netAmount(message.has(97) ? message.signedNumber(97) : 0)
            .creditCount(number(74))
            .creditReversalCount(number(75))
            .debitCount(number(76))
            .debitReversalCount(number(77))
            .stan(number(11))
            .transmission(transmission)
            .sent(sent)
            .mti(mti87)
            .currency((int) number(50))
            .settlementDate((int) (plan.is1993 ? number(28) % 10_000 : number(15)))
            .year(plan.is1993 ? year(number(12)) : 0);
        text(slot, 37, ReconciliationEncoder.rrnEncodingOffset(), TEXT_12);
        return ReconciliationEncoder.BLOCK_LENGTH;
    }

    /** What a file update asks for: 1 add, 3 delete; 0 if that, or its file, is not known here. */
    int fileAction() {
        if (!message.equalsAscii(101, "NEGFILE")) {
            return 0;
        }
        final long action = plan.is1993 ? Mti93.fileUpdateCode((int) message.number(24)) : message.charAt(91, 0) - '0';
        return action == 1 || action == 3 ? (int) action : 0;
    }

    /** Writes a FileUpdate's block; {@code institution} is that of whoever speaks. */
    int writeFileUpdate(final UnsafeBuffer slot, final long institution) {
        slot.setMemory(0, FileUpdateEncoder.BLOCK_LENGTH, (byte) 0);
        fileUpdate.wrap(slot, 0)
            .institution(institution)
            .stan(number(11))
            .transmission(transmission)
            .mti(mti87)
            .action(fileAction());
        if (tokeniser.tokenise(message, 2)) {
            fileUpdate.token().hi(tokeniser.hi()).lo(tokeniser.lo());
            fileUpdate.previousToken().hi(tokeniser.previousHi()).lo(tokeniser.previousLo());
            final long bin = number8(message.word(2, 0));
            fileUpdate.bin(routed.get().isRouted(bin) ? bin : 0);
        }
        return FileUpdateEncoder.BLOCK_LENGTH;
    }
}
