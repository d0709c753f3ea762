package io.daybreak.iso8583.codec;

import io.daybreak.iso8583.dialect.BitmapEncoding;
import io.daybreak.iso8583.dialect.Dialect;
import io.daybreak.iso8583.dialect.FieldPlan;
import io.daybreak.iso8583.dialect.MtiEncoding;
import org.agrona.BufferUtil;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * Writes a message in place: the encoding flyweight. {@code begin}, the fields in ascending order, {@code end}. The bitmaps are
 * written last. Nothing is allocated. docs/iso8583-wire.md has the encodings.
 * <p>
 * Up to 7 bytes behind the message may be written over, as far as the buffer goes: store what follows it afterwards.
 * <p>
 * Not thread safe; one per thread, for any number of dialects and buffers. Lengths are digits or characters, of binary fields
 * bytes, as in {@link MessageIndex}.
 * <p>
 * What a caller does wrong, be it a field out of order, too long, or with characters that its content does not allow, is an
 * {@link IllegalArgumentException}, and a buffer that is too small an {@link IndexOutOfBoundsException}. After either the message
 * is spoilt: begin again. Messages of these exceptions never hold a value, since that could be a card number.
 */
public final class MessageBuilder {
    private static final int FIELD_BITMAP = 1;
    private static final int MAC_LOW = 64;
    private static final int MAC_HIGH = 128;
    private static final int MAX_MTI = 9999;
    private static final int WORD = 8;
    private static final long FIRST = Long.MIN_VALUE;
    private static final long MAX_LONG_BCD = 10_000_000_000_000_000L;
    private static final int MAX_WORD_DIGITS = 16;
    private static final long[] POWERS = powers();

    private Dialect dialect;
    private MutableDirectBuffer buffer;
    private Object base;
    /** Of the buffer's offset 0. */
    private long address;
    /** Behind the buffer's last byte. */
    private long limit;
    /** Where the next byte goes. */
    private long at;
    private int messageOffset;
    private boolean hasSecondary;
    private int lastField;
    private long low;
    private long high;

    private static long[] powers() {
        final long[] powers = new long[MessageIndex.MAX_NUMBER_DIGITS + 1];
        powers[0] = 1;
        for (int i = 1; i < powers.length; i++) {
            powers[i] = powers[i - 1] * 10;
        }
        return powers;
    }

    /** Begins a message that will have fields up to 64 only. */
    public MessageBuilder begin(final Dialect dialect, final MutableDirectBuffer buffer, final int offset, final int mti) {
        return begin(dialect, buffer, offset, mti, false);
    }

    /**
     * Begins a message.
     *
     * @param dialect      how to write
     * @param buffer       to write into; it may be expandable
     * @param offset       of the first byte
     * @param mti          0 to 9999, such as 210; its first digit must be the dialect's version
     * @param hasSecondary whether room for the second bitmap is left. If no field above 64 follows, it is closed again, which
     *                     costs a move of the message: set it where one is likely
     */
    public MessageBuilder begin(final Dialect dialect, final MutableDirectBuffer buffer, final int offset, final int mti,
                                final boolean hasSecondary) {
        if (mti < 0 || mti > MAX_MTI || mti / 1000 != dialect.versionDigit()) {
            throw new IllegalArgumentException("the message type is not one of this dialect's version");
        }
        if (offset < 0) {
            throw new IndexOutOfBoundsException("a negative offset");
        }
        this.dialect = dialect;
        this.buffer = buffer;
        this.messageOffset = offset;
        this.hasSecondary = hasSecondary;
        lastField = FIELD_BITMAP;
        low = 0;
        high = 0;
        map();
        at = address + offset;
        final int bitmapBytes = dialect.bitmapEncoding().bytes();
        final int mtiBytes = dialect.mtiEncoding().bytes();
        ensure(mtiBytes + bitmapBytes * (hasSecondary ? 2 : 1));
        if (mtiBytes == MtiEncoding.ASCII.bytes()) {
            Wire.putHalf(base, at, (int) (Wire.asciiOf(mti) >>> 32));
        } else {
            final int bcd = (int) (Wire.packed(Wire.digitsOf(mti)) >>> 16);
            Wire.putByte(base, at, bcd);
            Wire.putByte(base, at + 1, bcd >>> 8);
        }
        at += mtiBytes + bitmapBytes * (hasSecondary ? 2 : 1);
        return this;
    }

    /** The buffer of this message. */
    public MutableDirectBuffer buffer() {
        return buffer;
    }

    /** Where this message begins, in bytes from the buffer's start. */
    public int messageOffset() {
        return messageOffset;
    }

    private void map() {
        base = buffer.byteArray();
        address = buffer.addressOffset();
        limit = address + buffer.capacity();
    }

    /** Sees to it that so many bytes can be written; an expandable buffer may move for it. */
    private void ensure(final int bytes) {
        if (at + bytes > limit) {
            final long offset = at - address;
            buffer.checkLimit((int) offset + bytes);
            map();
            at = address + offset;
        }
    }

    /** Checks the order and marks the field as present; returns its plan. */
    private long open(final int field) {
        if (field <= lastField || field > Dialect.MAX_FIELD || field == MAC_LOW + 1) {
            throw wrong(field, "is out of order, or no field that may be set");
        }
        lastField = field;
        if (field <= MAC_LOW) {
            low |= FIRST >>> field - 1;
        } else {
            if (!hasSecondary) {
                throw wrong(field, "needs a second bitmap, for which begin() was given no room");
            }
            high |= FIRST >>> field - 1;
        }
        return dialect.plan(field);
    }

    private static IllegalArgumentException wrong(final int field, final String what) {
        return new IllegalArgumentException("field " + field + ' ' + what);
    }

    /**
     * Sets a field of digits. A fixed one is filled up with zeros in front, a variable one takes as many digits as the number has.
     *
     * @param value 0 or more, with no more digits than the field
     */
    public MessageBuilder number(final int field, final long value) {
        final long plan = open(field);
        if ((plan & FieldPlan.CONTENT_N) == 0) {
            throw wrong(field, "is no field of digits");
        }
        final int most = FieldPlan.count(plan);
        if (value < 0 || most < POWERS.length && value >= POWERS[most] || value >= POWERS[MessageIndex.MAX_NUMBER_DIGITS]) {
            throw wrong(field, "cannot take that number");
        }
        int count = most;
        if (FieldPlan.prefix(plan) != FieldPlan.PREFIX_NONE) {
            count = 1;
            while (count < MessageIndex.MAX_NUMBER_DIGITS && value >= POWERS[count]) {
                count++;
            }
            putLength(plan, count);
        }
        putDigits(plan, value, count);
        return this;
    }

    private void putDigits(final long plan, final long value, final int count) {
        if ((plan & FieldPlan.NIBBLES) == 0) {
            ensure(count);
            putAsciiDigits(value, count);
            at += count;
            return;
        }
        final int size = count + 1 >>> 1;
        ensure(size);
        final boolean isShifted = (count & 1) != 0 && (plan & FieldPlan.PAD_RIGHT) != 0;
        if (size <= WORD) {
            Wire.putFirst(base, at, limit, Wire.bcdOf(isShifted ? value * 10 : value) >>> 64 - 8 * size, size);
        } else {
            long rest = isShifted ? value % MAX_LONG_BCD * 10 : value;
            // 18 digits and more: rare enough to go one byte after the other.
            for (int i = size - 1; i >= 0; i--) {
                final int two = (int) (rest % 100);
                rest /= 100;
                Wire.putByte(base, at + i, two / 10 << 4 | two % 10);
            }
            if (isShifted && value >= MAX_LONG_BCD) {
                throw new IllegalArgumentException("more than 16 digits into an odd count that is padded behind: use ascii()");
            }
        }
        at += size;
    }

    private void putAsciiDigits(final long value, final int count) {
        if (count < WORD) {
            Wire.putFirst(base, at, limit, Wire.asciiOf((int) value) >>> 64 - 8 * count, count);
        } else if (count <= MAX_WORD_DIGITS) {
            // Two words that overlap where the count is below 16.
            final long high8 = count == WORD ? value : value / POWERS[count - WORD];
            Wire.putWord(base, at, Wire.asciiOf((int) high8));
            if (count > WORD) {
                Wire.putWord(base, at + count - WORD, Wire.asciiOf((int) (value % 100_000_000L)));
            }
        } else {
            long rest = value;
            for (int i = count - 1; i >= 0; i--) {
                Wire.putByte(base, at + i, '0' + (int) (rest % 10));
                rest /= 10;
            }
        }
    }

    /**
     * Sets a field of a letter and digits: C if the value is 0 or more, else D.
     *
     * @param value of which the amount is written
     */
    public MessageBuilder signedNumber(final int field, final long value) {
        final long plan = open(field);
        final int check = FieldPlan.check(plan);
        if (check != FieldPlan.CHECK_SIGNED && check != FieldPlan.CHECK_SIGNED_NIBBLES) {
            throw wrong(field, "is no field of a letter and digits");
        }
        final int digits = FieldPlan.count(plan) - 1;
        final long amount = Math.abs(value);
        if (amount < 0 || digits < POWERS.length && amount >= POWERS[digits] || amount >= POWERS[POWERS.length - 1]) {
            throw wrong(field, "cannot take that number");
        }
        ensure(1);
        Wire.putByte(base, at, value < 0 ? 'D' : 'C');
        at++;
        putDigits(check == FieldPlan.CHECK_SIGNED ? 0 : FieldPlan.NIBBLES, amount, digits);
        return this;
    }

    /**
     * Sets a field of characters or digits from canonical characters. A fixed field that is longer is filled up: digits with
     * zeros in front, letters with blanks behind. Lengths of binary and track fields must fit exactly.
     */
    public MessageBuilder ascii(final int field, final CharSequence text) {
        final long plan = open(field);
        final int length = text.length();
        final long start = openText(field, plan, length);
        if ((plan & FieldPlan.NIBBLES) == 0 && FieldPlan.check(plan) != FieldPlan.CHECK_SIGNED_NIBBLES) {
            for (int i = 0; i < length; i++) {
                final char character = text.charAt(i);
                Wire.putByte(base, start + i, character > 0x7F ? 0xFF : character);
            }
        } else {
            clearNibbles(plan, start, length);
            for (int i = 0; i < length; i++) {
                putNibble(field, plan, start, length, i, text.charAt(i));
            }
        }
        closeText(field, plan, start, length);
        return this;
    }

    /** As {@link #ascii(int, CharSequence)}. */
    public MessageBuilder ascii(final int field, final byte[] source, final int offset, final int length) {
        if ((offset | length) < 0 || offset > source.length - length) {
            throw new IndexOutOfBoundsException("the value is not within its array");
        }
        return ascii(field, source, BufferUtil.ARRAY_BASE_OFFSET + (long) offset, length);
    }

    /** As {@link #ascii(int, CharSequence)}, with the whole array. */
    public MessageBuilder ascii(final int field, final byte[] source) {
        return ascii(field, source, BufferUtil.ARRAY_BASE_OFFSET, source.length);
    }

    /** As {@link #ascii(int, CharSequence)}. */
    public MessageBuilder ascii(final int field, final DirectBuffer source, final int offset, final int length) {
        if ((offset | length) < 0 || offset > source.capacity() - length) {
            throw new IndexOutOfBoundsException("the value is not within its buffer");
        }
        return ascii(field, source.byteArray(), source.addressOffset() + offset, length);
    }

    private MessageBuilder ascii(final int field, final Object fromBase, final long from, final int length) {
        final long plan = open(field);
        final long start = openText(field, plan, length);
        if ((plan & FieldPlan.NIBBLES) == 0 && FieldPlan.check(plan) != FieldPlan.CHECK_SIGNED_NIBBLES) {
            Wire.copy(fromBase, from, base, start, length);
        } else {
            clearNibbles(plan, start, length);
            for (int i = 0; i < length; i++) {
                putNibble(field, plan, start, length, i, Wire.unsigned(fromBase, from + i));
            }
        }
        closeText(field, plan, start, length);
        return this;
    }

    /**
     * Sets a field from up to eight characters in a word, the first in the highest byte, ending with a zero byte if there are
     * fewer: the counterpart of {@link MessageIndex#word}.
     */
    public MessageBuilder word(final int field, final long word) {
        final int length = WORD - Long.numberOfTrailingZeros(word == 0 ? FIRST : word) / 8;
        final int count = word == 0 ? 0 : length;
        final long plan = open(field);
        final long start = openText(field, plan, count);
        final boolean isPlain = (plan & FieldPlan.NIBBLES) == 0 && FieldPlan.check(plan) != FieldPlan.CHECK_SIGNED_NIBBLES;
        if (!isPlain) {
            clearNibbles(plan, start, count);
        }
        for (int i = 0; i < count; i++) {
            final int character = (int) (word >>> 56 - 8 * i) & 0xFF;
            if (isPlain) {
                Wire.putByte(base, start + i, character);
            } else {
                putNibble(field, plan, start, count, i, character);
            }
        }
        closeText(field, plan, start, count);
        return this;
    }

    /** Writes length and filling; returns where the value's own characters (or, in BCD, its bytes) begin. */
    private long openText(final int field, final long plan, final int length) {
        final int most = FieldPlan.count(plan);
        if (length > most) {
            throw wrong(field, "is too short for that value");
        }
        if (isBinary(plan)) {
            throw wrong(field, "takes bytes: use binary()");
        }
        if (FieldPlan.prefix(plan) != FieldPlan.PREFIX_NONE) {
            putLength(plan, length);
            final int size = (plan & FieldPlan.NIBBLES) != 0 ? length + 1 >>> 1 : length;
            ensure(size);
            final long start = at;
            at += size;
            return start;
        }
        final int size = FieldPlan.fixedBytes(plan);
        ensure(size);
        final long start = at;
        at += size;
        if (length == most) {
            return start;
        }
        final int check = FieldPlan.check(plan);
        if (check == FieldPlan.CHECK_DIGITS) {
            fill(start, most - length, '0');
            return start + most - length;
        }
        if (check == FieldPlan.CHECK_AN || check == FieldPlan.CHECK_PRINTABLE) {
            fill(start + length, most - length, ' ');
            return start;
        }
        if (check == FieldPlan.CHECK_NIBBLES) {
            return start;
        }
        throw wrong(field, "needs a value of exactly its length");
    }

    private void fill(final long start, final int count, final int character) {
        for (int i = 0; i < count; i++) {
            Wire.putByte(base, start + i, character);
        }
    }

    private void clearNibbles(final long plan, final long start, final int length) {
        fill(start, (int) (at - start), 0);
    }

    private void putNibble(final int field, final long plan, final long start, final int length, final int index, final int character) {
        if ((plan & FieldPlan.NIBBLES) == 0) {
            if (index == 0) {
                Wire.putByte(base, start, character);
            } else {
                orNibble(field, start + 1, index - 1, character, false);
            }
            return;
        }
        final boolean isFixed = FieldPlan.prefix(plan) == FieldPlan.PREFIX_NONE;
        final int whole = isFixed ? FieldPlan.count(plan) : length;
        final int pad = (plan & FieldPlan.PAD_RIGHT) == 0 ? whole & 1 : 0;
        orNibble(field, start, index + pad + whole - length, character, FieldPlan.check(plan) == FieldPlan.CHECK_TRACK_NIBBLES);
    }

    private void orNibble(final int field, final long start, final int index, final int character, final boolean isTrack) {
        int nibble = character - '0';
        if (nibble < 0 || nibble > 9) {
            if (!isTrack || character != '=' && character != 'D') {
                throw wrong(field, "has a character that its content does not allow");
            }
            nibble = 0xD;
        }
        final long place = start + (index >>> 1);
        Wire.putByte(base, place, Wire.unsigned(base, place) | ((index & 1) == 0 ? nibble << 4 : nibble));
    }

    private void closeText(final int field, final long plan, final long start, final int length) {
        final boolean isSigned = FieldPlan.check(plan) == FieldPlan.CHECK_SIGNED_NIBBLES;
        if (length > 0 && ((plan & FieldPlan.NIBBLES) == 0 || isSigned)
            && !Wire.isClean(FieldPlan.check(plan), base, start, isSigned ? at : start + length)) {
            throw wrong(field, "has a character that its content does not allow");
        }
    }

    /** Sets a binary field. A fixed one takes exactly its length. */
    public MessageBuilder binary(final int field, final byte[] source, final int offset, final int length) {
        if ((offset | length) < 0 || offset > source.length - length) {
            throw new IndexOutOfBoundsException("the value is not within its array");
        }
        return binary(field, source, BufferUtil.ARRAY_BASE_OFFSET + (long) offset, length);
    }

    /** As {@link #binary(int, byte[], int, int)}, with the whole array. */
    public MessageBuilder binary(final int field, final byte[] source) {
        return binary(field, source, BufferUtil.ARRAY_BASE_OFFSET, source.length);
    }

    /** As {@link #binary(int, byte[], int, int)}. */
    public MessageBuilder binary(final int field, final DirectBuffer source, final int offset, final int length) {
        if ((offset | length) < 0 || offset > source.capacity() - length) {
            throw new IndexOutOfBoundsException("the value is not within its buffer");
        }
        return binary(field, source.byteArray(), source.addressOffset() + offset, length);
    }

    private MessageBuilder binary(final int field, final Object fromBase, final long from, final int length) {
        final long start = openBinary(field, length);
        if ((dialect.plan(field) & FieldPlan.HEX) == 0) {
            Wire.copy(fromBase, from, base, start, length);
        } else {
            for (int i = 0; i < length; i++) {
                putHex(start + 2L * i, Wire.unsigned(fromBase, from + i));
            }
        }
        return this;
    }

    private void putHex(final long place, final int octet) {
        Wire.putByte(base, place, Wire.hexDigit(octet >>> 4));
        Wire.putByte(base, place + 1, Wire.hexDigit(octet & 15));
    }

    /** Makes room for a binary value of that many bytes; returns where it goes. */
    private long openBinary(final int field, final int length) {
        final long plan = open(field);
        if (!isBinary(plan)) {
            throw wrong(field, "takes characters: use ascii()");
        }
        final int count = (plan & FieldPlan.HEX) != 0 ? 2 * length : length;
        final int most = FieldPlan.count(plan);
        if (FieldPlan.prefix(plan) != FieldPlan.PREFIX_NONE) {
            if (count > most) {
                throw wrong(field, "is too short for that value");
            }
            putLength(plan, count);
        } else if (length != FieldPlan.fixedUnits(plan)) {
            throw wrong(field, "needs a value of exactly its length");
        }
        ensure(count);
        final long start = at;
        at += count;
        return start;
    }

    private static boolean isBinary(final long plan) {
        final int check = FieldPlan.check(plan);
        return check == FieldPlan.CHECK_NONE || check == FieldPlan.CHECK_HEX;
    }

    private void putLength(final long plan, final int count) {
        ensure(FieldPlan.prefixBytes(plan));
        switch (FieldPlan.prefix(plan)) {
            case FieldPlan.PREFIX_ASCII_2 -> {
                final int tens = count / 10;
                Wire.putByte(base, at, '0' + tens);
                Wire.putByte(base, at + 1, '0' + count - 10 * tens);
                at += 2;
            }
            case FieldPlan.PREFIX_ASCII_3 -> {
                final int hundreds = count / 100;
                final int tens = count / 10;
                Wire.putByte(base, at, '0' + hundreds);
                Wire.putByte(base, at + 1, '0' + tens - 10 * hundreds);
                Wire.putByte(base, at + 2, '0' + count - 10 * tens);
                at += 3;
            }
            case FieldPlan.PREFIX_BCD_1 -> {
                Wire.putByte(base, at, count / 10 << 4 | count % 10);
                at++;
            }
            case FieldPlan.PREFIX_BCD_2 -> {
                Wire.putByte(base, at, count / 100);
                Wire.putByte(base, at + 1, count / 10 % 10 << 4 | count % 10);
                at += 2;
            }
            case FieldPlan.PREFIX_BINARY_1 -> {
                Wire.putByte(base, at, count);
                at++;
            }
            default -> {
                Wire.putByte(base, at, count >>> 8);
                Wire.putByte(base, at + 1, count);
                at += 2;
            }
        }
    }

    /**
     * Copies a field of another message: byte for byte where both dialects write it in the same way, else through its canonical
     * characters or bytes.
     *
     * @param source a message that this builder does not write over; if it lacks the field, nothing happens
     * @throws IllegalArgumentException also if this dialect's field is too short, or does not allow those characters
     */
    public MessageBuilder echo(final int field, final MessageIndex source) {
        if (!source.has(field)) {
            return this;
        }
        final long plan = dialect.plan(field);
        if (plan == source.dialect().plan(field)) {
            open(field);
            // The length in front as well: it is what it would be if we wrote it.
            final int prefix = FieldPlan.prefixBytes(plan);
            final int size = prefix + source.byteLength(field);
            ensure(size);
            Wire.copy(source.base(), source.addressOf(field) - prefix, base, at, size);
            at += size;
        } else {
            transcode(field, plan, source);
        }
        return this;
    }

    private void transcode(final int field, final long plan, final MessageIndex source) {
        if (isBinary(plan)) {
            final boolean isHex = (plan & FieldPlan.HEX) != 0;
            final int length = source.charLength(field) / 2;
            final long start = openBinary(field, length);
            for (int i = 0; i < length; i++) {
                final int octet = Wire.hexValue(source.charAt(field, 2 * i)) << 4 | Wire.hexValue(source.charAt(field, 2 * i + 1));
                if (isHex) {
                    putHex(start + 2L * i, octet);
                } else {
                    Wire.putByte(base, start + i, octet);
                }
            }
            return;
        }
        open(field);
        final int length = source.charLength(field);
        final long start = openText(field, plan, length);
        final boolean isPlain = (plan & FieldPlan.NIBBLES) == 0 && FieldPlan.check(plan) != FieldPlan.CHECK_SIGNED_NIBBLES;
        if (!isPlain) {
            clearNibbles(plan, start, length);
        }
        for (int i = 0; i < length; i++) {
            if (isPlain) {
                Wire.putByte(base, start + i, source.charAt(field, i));
            } else {
                putNibble(field, plan, start, length, i, source.charAt(field, i));
            }
        }
        closeText(field, plan, start, length);
    }

    /**
     * Writes the bitmaps with the MAC's bit set, as the MAC covers them. What follows must be {@link #mac}, then {@link #end}.
     *
     * @return bytes from the message's first on over which the MAC goes
     */
    public int prepareMac() {
        final int field = macField();
        final long lowBefore = low;
        final long highBefore = high;
        if (field == MAC_LOW) {
            low |= 1;
        } else {
            high |= 1;
        }
        putBitmaps();
        low = lowBefore;
        high = highBefore;
        return (int) (at - address) - messageOffset;
    }

    /** 128 if any field above 64 is set, else 64. */
    public int macField() {
        return high != 0 ? MAC_HIGH : MAC_LOW;
    }

    /** Sets the MAC in {@link #macField}. */
    public MessageBuilder mac(final byte[] source, final int offset, final int length) {
        return binary(macField(), source, offset, length);
    }

    /** As {@link #mac(byte[], int, int)}. */
    public MessageBuilder mac(final DirectBuffer source, final int offset, final int length) {
        return binary(macField(), source, offset, length);
    }

    /**
     * Writes the bitmaps.
     *
     * @return bytes of the whole message
     */
    public int end() {
        putBitmaps();
        return (int) (at - address) - messageOffset;
    }

    private void putBitmaps() {
        final int bitmapBytes = dialect.bitmapEncoding().bytes();
        final long primary = address + messageOffset + dialect.mtiEncoding().bytes();
        if (hasSecondary && high == 0) {
            final long body = primary + 2L * bitmapBytes;
            // Towards lower addresses, lowest first, and further than a word: what is read has not been written over.
            Wire.copy(base, body, base, primary + bitmapBytes, (int) (at - body));
            at -= bitmapBytes;
            hasSecondary = false;
        }
        if (dialect.bitmapEncoding() == BitmapEncoding.HEX) {
            Wire.putHexBitmap(base, primary, hasSecondary ? low | FIRST : low);
            if (hasSecondary) {
                Wire.putHexBitmap(base, primary + bitmapBytes, high);
            }
        } else {
            Wire.putBitmap(base, primary, hasSecondary ? low | FIRST : low);
            if (hasSecondary) {
                Wire.putBitmap(base, primary + bitmapBytes, high);
            }
        }
    }
}
