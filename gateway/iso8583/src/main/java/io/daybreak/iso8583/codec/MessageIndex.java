package io.daybreak.iso8583.codec;

import io.daybreak.iso8583.dialect.BitmapEncoding;
import io.daybreak.iso8583.dialect.Dialect;
import io.daybreak.iso8583.dialect.FieldPlan;
import io.daybreak.iso8583.dialect.MtiEncoding;
import org.agrona.BufferUtil;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * Where each field of a message lies: the decoding flyweight. {@link #index} walks over a message once, checks every
 * character of every field, and remembers offsets and lengths; everything else reads the message in place. Nothing is copied
 * or allocated. docs/iso8583-wire.md has the encodings.
 * <p>
 * Not thread safe; one per thread and dialect. Points into the buffer of the last {@code index}: what it tells is true until
 * that memory changes, and it must not be used after that memory was freed or its (expandable) buffer has grown. No read leaves
 * the message's bytes, however broken they are. Allocates when it is made, and once for each of the first bitmaps that it sees.
 * <p>
 * Units: offsets are bytes from the buffer's start. {@link #length} counts digits or characters; of binary fields the bytes that
 * the value stands for, however they are written. "Canonical characters" are digits for BCD, {@code =} for the separator of a
 * track, two upper-case hexadecimal characters for each byte of a binary field, and otherwise the characters themselves.
 */
public final class MessageIndex {
    /** {@link #number} of a field that is absent or empty. */
    public static final long NULL_NUMBER = -1;
    /** Offset of what is not there. */
    public static final int NULL_OFFSET = -1;
    /** {@link #mti} that could not be read. */
    public static final int NULL_MTI = -1;
    /** {@link #errorField} of the message type. Errors of both bitmaps name field 1. */
    public static final int FIELD_MTI = 0;
    /** The most digits that {@link #number} takes. */
    public static final int MAX_NUMBER_DIGITS = 18;

    private static final int FIELD_BITMAP = 1;
    private static final int MAC_LOW = 64;
    private static final int MAC_HIGH = 128;
    private static final long FIRST = Long.MIN_VALUE;
    private static final long LAST = 1L;
    private static final int WORD = 8;
    /** A link has a dozen bitmaps in use. A power of two; each takes some 4 kB. */
    private static final int SHAPES = 32;
    private static final int SHAPE_SHIFT = 64 - Integer.numberOfTrailingZeros(SHAPES);
    /** So rare must the bitmaps in a slot be that others get it; a peer that sends nonsense must not make us work out layouts. */
    private static final int MAX_MISSES = 64;
    private static final long SPREAD = 0x9E3779B97F4A7C15L;

    private final Dialect dialect;
    private final boolean isHexBitmap;
    private final int mtiBytes;
    private final int bitmapBytes;
    /** Offset in the upper half, then 16 bits of bytes on the wire, then 16 of units. Of meaning where the presence bit is set. */
    private final long[] places = new long[Dialect.MAX_FIELD + 1];

    /** Layouts of the bitmaps that come, by their hash; made when first wanted. */
    private final Shape[] shapes = new Shape[SHAPES];
    /** Offsets of the blocks of {@link #shape}. */
    private final int[] starts = new int[Dialect.MAX_FIELD + 2];

    /** The layout of the message; null if it was indexed field by field, and all is in {@link #places}. */
    private Shape shape;
    private Object base;
    /** Of the buffer's offset 0. */
    private long address;
    /** Keeps memory outside the heap from being freed under us. */
    private DirectBuffer buffer;
    private int messageOffset;
    private int messageLength;
    private int mti = NULL_MTI;
    private long low;
    private long high;
    private int error;
    private boolean isComplete;
    /** The characters were found good before. */
    private boolean isTrusted;

    /** For messages of one dialect. */
    public MessageIndex(final Dialect dialect) {
        this.dialect = dialect;
        this.isHexBitmap = dialect.bitmapEncoding() == BitmapEncoding.HEX;
        this.mtiBytes = dialect.mtiEncoding().bytes();
        this.bitmapBytes = dialect.bitmapEncoding().bytes();
    }

    /**
     * Reads a message, without its frame's length and header.
     * <p>
     * After an error the fields before it are there, and if the message's structure could still be followed (see
     * {@link #isComplete}) also those behind it; a field that is itself wrong is not. Only the first error is told.
     *
     * @param source holds the message
     * @param offset of its first byte
     * @param length in bytes
     * @return 0, or {@code errorField << 8 | reason's code}
     * @throws IndexOutOfBoundsException if the range is not within the buffer
     */
    public int index(final DirectBuffer source, final int offset, final int length) {
        if ((offset | length) < 0 || offset > source.capacity() - length) {
            throw new IndexOutOfBoundsException("the message is not within its buffer");
        }
        buffer = source;
        base = source.byteArray();
        address = source.addressOffset();
        messageOffset = offset;
        messageLength = length;
        low = 0;
        high = 0;
        mti = NULL_MTI;
        error = 0;
        isComplete = true;
        shape = null;
        if (!isWellFormed(base, address + offset, length)) {
            diagnose(base, address + offset, address + offset + length);
        }
        return error;
    }

    /**
     * As {@link #index}, of a message in which an index of this dialect has found no error before, and which was kept since: what
     * the fields hold need not be looked at again. Lengths are, so that nothing outside of the range is ever read.
     */
    public int indexAgain(final DirectBuffer source, final int offset, final int length) {
        isTrusted = true;
        try {
            return index(source, offset, length);
        } finally {
            isTrusted = false;
        }
    }

    /**
     * The fast way: leaves at the first doubt, and {@link #diagnose} finds out what it was.
     */
    private boolean isWellFormed(final Object bytes, final long start, final int length) {
        long at = start + mtiBytes;
        final long end = start + length;
        if (end - at < bitmapBytes || !readMti(bytes, start)) {
            return false;
        }
        if (isHexBitmap && !Wire.isHexBitmap(bytes, at)) {
            return false;
        }
        final long first = bitmapAt(bytes, at);
        long second = 0;
        at += bitmapBytes;
        if (first < 0) {
            if (end - at < bitmapBytes || isHexBitmap && !Wire.isHexBitmap(bytes, at)) {
                return false;
            }
            second = bitmapAt(bytes, at);
            if (second < 0) {
                return false;
            }
            setPlace(FIELD_BITMAP, at, bitmapBytes, WORD);
            at += bitmapBytes;
        }
        final Shape known = shapeOf(first, second);
        if (!(known == null ? walk(bytes, at, end, first, second) : walk(bytes, at, end, known))) {
            return false;
        }
        shape = known;
        low = first;
        high = second;
        return true;
    }

    private Shape shapeOf(final long first, final long second) {
        final int slot = (int) ((first ^ Long.rotateLeft(second, 1)) * SPREAD >>> SHAPE_SHIFT);
        Shape found = shapes[slot];
        if (found == null) {
            found = new Shape();
            shapes[slot] = found;
            found.fill(dialect, first, second);
        } else if (found.first != first || found.second != second) {
            if (++found.misses < MAX_MISSES) {
                return null;
            }
            found.fill(dialect, first, second);
        } else if (found.misses != 0) {
            found.misses = 0;
        }
        return found;
    }

    /** Block by block, with a layout that is known. */
    private boolean walk(final Object bytes, final long start, final long end, final Shape known) {
        final long origin = address;
        final int count = known.segments;
        final boolean isToBeChecked = !isTrusted;
        long at = start;
        for (int i = 0; i < count; i++) {
            final long block = at;
            starts[i] = (int) (block - origin);
            at += known.blockBytes[i];
            if (at > end) {
                return false;
            }
            final int last = isToBeChecked ? known.firstCheck[i + 1] : 0;
            for (int k = known.firstCheck[i]; k < last; k++) {
                if (!isBlockClean(known.checks[k], bytes, block + known.checkFrom[k], block + known.checkTo[k])) {
                    return false;
                }
            }
            final int field = known.variable[i];
            if (field == 0) {
                break;
            }
            final long plan = dialect.plan(field);
            final long prefix = at;
            final long value = prefix + FieldPlan.prefixBytes(plan);
            if (value > end) {
                return false;
            }
            at = variable(field, plan, bytes, prefix, value, end);
            if (at < 0 || isToBeChecked && !Wire.isClean(FieldPlan.check(plan), bytes, (plan & FieldPlan.APART) != 0 ? value : prefix, at)) {
                return false;
            }
        }
        return at == end;
    }

    private static boolean isBlockClean(final int check, final Object bytes, final long from, final long to) {
        return switch (check) {
            case Shape.CHECK_HIGH_ZERO -> Wire.unsigned(bytes, from) >>> 4 == 0;
            case Shape.CHECK_LOW_ZERO -> (Wire.unsigned(bytes, from) & 15) == 0;
            default -> Wire.isClean(check, bytes, from, to);
        };
    }

    /** Places a variable field, of which the prefix is all there; returns its end, or a negative number if its length or padding is wrong. */
    private long variable(final int field, final long plan, final Object bytes, final long prefix, final long value, final long end) {
        final int kind = FieldPlan.prefix(plan);
        final int count = kind == FieldPlan.PREFIX_ASCII_2 ? twoDigits(bytes, prefix) : readLength(kind, bytes, prefix);
        final int size = sizeOf(plan, count);
        places[field] = value - address << 32 | (long) size << 16 | unitsOf(plan, count);
        if (count < 0 || count > FieldPlan.count(plan) || value + size > end
            || (count & 1) != 0 && ((plan & FieldPlan.HEX) != 0 || isPaddedWrong(plan, count, bytes, value, size))) {
            return -1;
        }
        return value + size;
    }

    /** Field by field. Neighbours of one content are checked together, eight characters at a time. */
    private boolean walk(final Object bytes, final long start, final long end, final long first, final long second) {
        long at = start;
        final Dialect d = dialect;
        final long[] found = places;
        final long origin = address;
        int checkOfRun = FieldPlan.CHECK_NONE;
        long run = at;
        long bits = first & ~FIRST;
        int from = 1;
        while (true) {
            if (bits == 0) {
                if (from != 1 || second == 0) {
                    break;
                }
                bits = second;
                from = MAC_LOW + 1;
            }
            final int zeros = Long.numberOfLeadingZeros(bits);
            bits ^= FIRST >>> zeros;
            final int field = from + zeros;
            final long plan = d.plan(field);
            final long prefix = at;
            final int kind = FieldPlan.prefix(plan);
            final long value;
            if (kind == FieldPlan.PREFIX_NONE) {
                value = prefix;
                at = prefix + FieldPlan.fixedBytes(plan);
                found[field] = value - origin << 32 | FieldPlan.fixedSizes(plan);
                if (at > end || (plan & FieldPlan.ODD) != 0 && isPaddedWrong(plan, 1, bytes, value, FieldPlan.fixedBytes(plan))) {
                    return false;
                }
            } else {
                value = prefix + FieldPlan.prefixBytes(plan);
                if (value > end) {
                    return false;
                }
                at = variable(field, plan, bytes, prefix, value, end);
                if (at < 0) {
                    return false;
                }
            }
            final int check = FieldPlan.check(plan);
            if (check != checkOfRun || (plan & FieldPlan.APART) != 0) {
                if (!Wire.isClean(checkOfRun, bytes, run, prefix)) {
                    return false;
                }
                checkOfRun = check;
                run = (plan & FieldPlan.APART) != 0 ? value : prefix;
            }
        }
        return at == end && Wire.isClean(checkOfRun, bytes, run, at);
    }

    /** The careful way, field by field. */
    private void diagnose(final Object bytes, final long start, final long end) {
        mti = NULL_MTI;
        if (end - start < mtiBytes + bitmapBytes) {
            fail(FIELD_MTI, ErrorReason.TOO_SHORT);
            if (end - start >= mtiBytes) {
                readMti(bytes, start);
            }
            return;
        }
        if (!readMti(bytes, start)) {
            if (mti == NULL_MTI) {
                fail(FIELD_MTI, ErrorReason.MESSAGE_TYPE);
                return;
            }
            fail(FIELD_MTI, ErrorReason.VERSION);
        }
        long at = start + mtiBytes;
        if (isHexBitmap && !Wire.isHexBitmap(bytes, at)) {
            fail(FIELD_BITMAP, ErrorReason.BITMAP);
            return;
        }
        final long first = bitmapAt(bytes, at);
        long second = 0;
        at += bitmapBytes;
        if (first < 0) {
            if (end - at < bitmapBytes || isHexBitmap && !Wire.isHexBitmap(bytes, at)) {
                fail(FIELD_BITMAP, ErrorReason.BITMAP);
                return;
            }
            second = bitmapAt(bytes, at);
            setPlace(FIELD_BITMAP, at, bitmapBytes, WORD);
            setPresent(FIELD_BITMAP);
            at += bitmapBytes;
        }
        int lastField = FIELD_BITMAP;
        for (int field = 2; field <= Dialect.MAX_FIELD; field++) {
            if (isSet(first, second, field)) {
                at = diagnoseField(field, bytes, at, end);
                if (at < 0) {
                    return;
                }
                lastField = field;
            }
        }
        if (at != end) {
            fail(lastField, ErrorReason.TRAILING);
        }
    }

    /** Returns where the next field begins, or a negative number if nobody can tell. */
    private long diagnoseField(final int field, final Object bytes, final long prefix, final long end) {
        final long plan = dialect.plan(field);
        long at = prefix;
        int count = FieldPlan.count(plan);
        int size = FieldPlan.fixedBytes(plan);
        int units = FieldPlan.fixedUnits(plan);
        ErrorReason reason = field == MAC_LOW + 1 ? ErrorReason.NOT_ALLOWED : ErrorReason.NONE;
        if (FieldPlan.prefix(plan) != FieldPlan.PREFIX_NONE) {
            if (end - at < FieldPlan.prefixBytes(plan)) {
                return fail(field, ErrorReason.TRUNCATED);
            }
            final int most = count;
            count = readLength(FieldPlan.prefix(plan), bytes, at);
            if (count < 0) {
                return fail(field, ErrorReason.LENGTH);
            }
            if (count > most) {
                reason = ErrorReason.TOO_LONG;
            }
            at += FieldPlan.prefixBytes(plan);
            size = sizeOf(plan, count);
            units = unitsOf(plan, count);
        }
        if (size > end - at) {
            // A length that is too long is the likelier cause, and the better word for whoever must mend it.
            isComplete = false;
            return fail(field, reason == ErrorReason.NONE ? ErrorReason.TRUNCATED : reason);
        }
        if (reason == ErrorReason.NONE) {
            if (!Wire.isClean(FieldPlan.check(plan), bytes, at, at + size) || (plan & FieldPlan.HEX) != 0 && (count & 1) != 0) {
                reason = ErrorReason.CONTENT;
            } else if (isPaddedWrong(plan, count, bytes, at, size)) {
                reason = ErrorReason.PADDING;
            }
        }
        if (reason == ErrorReason.NONE) {
            setPlace(field, at, size, units);
            setPresent(field);
        } else {
            fail(field, reason);
        }
        return at + size;
    }

    private long fail(final int field, final ErrorReason reason) {
        if (error == 0) {
            error = field << 8 | reason.code();
        }
        isComplete &= reason.canGoOn();
        return -1;
    }

    private boolean readMti(final Object bytes, final long start) {
        int number;
        if (mtiBytes == MtiEncoding.ASCII.bytes()) {
            final long digits = Wire.half(bytes, start) & 0xFFFFFFFFL | (long) 0x30303030 << 32;
            if (Wire.notDigits(digits) != 0) {
                return false;
            }
            final int pairs = (int) ((digits & 0x0F0F0F0F) * 10 + ((digits & 0x0F0F0F0F) >>> 8)) & 0x00FF00FF;
            number = (pairs & 0xFF) * 100 + (pairs >>> 16);
        } else {
            final int one = Wire.unsigned(bytes, start);
            final int two = Wire.unsigned(bytes, start + 1);
            if (Wire.notDecimal(one << 8 | two) != 0) {
                return false;
            }
            number = ((one >>> 4) * 10 + (one & 15)) * 100 + (two >>> 4) * 10 + (two & 15);
        }
        mti = number;
        return number / 1000 == dialect.versionDigit();
    }

    private long bitmapAt(final Object bytes, final long at) {
        return isHexBitmap ? Wire.hexBitmap(bytes, at) : Wire.bitmap(bytes, at);
    }

    private static boolean isSet(final long first, final long second, final int field) {
        return (field <= MAC_LOW ? first << field - 1 : second << field - 1) < 0;
    }

    /** The count in front of a value, or a negative number if it is none. All its bytes are there. */
    private static int readLength(final int prefix, final Object bytes, final long at) {
        final int one = Wire.unsigned(bytes, at);
        switch (prefix) {
            case FieldPlan.PREFIX_ASCII_2:
                return twoDigits(bytes, at);
            case FieldPlan.PREFIX_ASCII_3: {
                final int hundreds = one - '0';
                final int tens = Wire.unsigned(bytes, at + 1) - '0';
                final int ones = Wire.unsigned(bytes, at + 2) - '0';
                return (hundreds | tens | ones | 9 - hundreds | 9 - tens | 9 - ones) < 0 ? -1 : hundreds * 100 + tens * 10 + ones;
            }
            case FieldPlan.PREFIX_BCD_1:
                return Wire.notDecimal(one) != 0 ? -1 : (one >>> 4) * 10 + (one & 15);
            case FieldPlan.PREFIX_BCD_2: {
                final int two = Wire.unsigned(bytes, at + 1);
                return one > 9 || Wire.notDecimal(two) != 0 ? -1 : one * 100 + (two >>> 4) * 10 + (two & 15);
            }
            case FieldPlan.PREFIX_BINARY_1:
                return one;
            default:
                return one << 8 | Wire.unsigned(bytes, at + 1);
        }
    }

    private static int twoDigits(final Object bytes, final long at) {
        final int tens = Wire.unsigned(bytes, at) - '0';
        final int ones = Wire.unsigned(bytes, at + 1) - '0';
        return (tens | ones | 9 - tens | 9 - ones) < 0 ? -1 : tens * 10 + ones;
    }

    private static int sizeOf(final long plan, final int count) {
        return (plan & FieldPlan.NIBBLES) != 0 ? count + 1 >>> 1 : count;
    }

    private static int unitsOf(final long plan, final int count) {
        return (plan & FieldPlan.HEX) != 0 ? count >>> 1 : count;
    }

    private static boolean isPaddedWrong(final long plan, final int count, final Object bytes, final long value, final int size) {
        if ((plan & FieldPlan.NIBBLES) == 0 || (count & 1) == 0) {
            return false;
        }
        return (plan & FieldPlan.PAD_RIGHT) != 0
            ? (Wire.unsigned(bytes, value + size - 1) & 15) != 0 : Wire.unsigned(bytes, value) >>> 4 != 0;
    }

    private void setPlace(final int field, final long at, final int size, final int units) {
        places[field] = at - address << 32 | (long) size << 16 | units;
    }

    private void setPresent(final int field) {
        if (field <= MAC_LOW) {
            low |= FIRST >>> field - 1;
        } else {
            high |= FIRST >>> field - 1;
        }
    }

    private long place(final int field) {
        final Shape known = shape;
        if (known == null) {
            return places[field];
        }
        final int segment = known.segmentOf[field];
        return segment == Shape.NO_SEGMENT ? places[field] : known.placeInBlock[field] + ((long) starts[segment] << 32);
    }

    /** The dialect that is read. */
    public Dialect dialect() {
        return dialect;
    }

    /** The buffer of the last {@link #index}; null before. */
    public DirectBuffer buffer() {
        return buffer;
    }

    /** Where the message begins, in bytes from the buffer's start. */
    public int messageOffset() {
        return messageOffset;
    }

    /** Bytes of the whole message. */
    public int messageLength() {
        return messageLength;
    }

    /** Of the first error: 1 to 128, {@link #FIELD_MTI}, or 1 for a bitmap. 0 also if there is none. */
    public int errorField() {
        return error >>> 8;
    }

    /** Of the first error; NONE if there is none. */
    public ErrorReason errorReason() {
        return ErrorReason.of(error & 0xFF);
    }

    /** Whether all fields were found, be it that some are wrong. False after an error that hides what follows. */
    public boolean isComplete() {
        return isComplete;
    }

    /** The message type, such as 200 for 0200; {@link #NULL_MTI} if it could not be read. */
    public int mti() {
        return mti;
    }

    /** Whether a field, 1 to 128, is there and well formed. 1 stands for the second bitmap. */
    public boolean has(final int field) {
        return isSet(low, high, field) && field > 0 && field <= Dialect.MAX_FIELD;
    }

    /** Presence of the fields 1 to 64; field 1 is the highest bit. */
    public long lowBitmap() {
        return low;
    }

    /** Presence of the fields 65 to 128; field 65 is the highest bit. */
    public long highBitmap() {
        return high;
    }

    /** Where a field's value begins, behind its length, in bytes from the buffer's start; {@link #NULL_OFFSET} if absent. */
    public int offset(final int field) {
        return has(field) ? (int) (place(field) >>> 32) : NULL_OFFSET;
    }

    /** Bytes of a field's value on the wire, without its length in front; 0 if absent. */
    public int byteLength(final int field) {
        return has(field) ? (int) place(field) >>> 16 : 0;
    }

    /** Digits, characters, or of a binary field the bytes it stands for; 0 if absent. */
    public int length(final int field) {
        return has(field) ? (int) place(field) & 0xFFFF : 0;
    }

    /** Where the MAC's bytes begin: of field 128 if there is any of 65 to 128, else of 64; {@link #NULL_OFFSET} if absent. */
    public int macOffset() {
        return offset(macField());
    }

    /** Which field is the MAC: 128 or 64; 0 if there is none. The bytes before its offset, from the message's first, are MACed. */
    public int macField() {
        if (high != 0) {
            return (high & LAST) != 0 ? MAC_HIGH : 0;
        }
        return (low & LAST) != 0 ? MAC_LOW : 0;
    }

    /**
     * The number in a field of digits.
     *
     * @return {@link #NULL_NUMBER} if it is absent or empty
     * @throws IllegalArgumentException if the dialect has no digits there, or more than {@link #MAX_NUMBER_DIGITS} came
     */
    public long number(final int field) {
        final long plan = dialect.plan(field);
        if ((plan & FieldPlan.CONTENT_N) == 0) {
            throw new IllegalArgumentException("not a field of digits");
        }
        if (!has(field)) {
            return NULL_NUMBER;
        }
        final long place = place(field);
        final int units = (int) place & 0xFFFF;
        final int size = (int) place >>> 16;
        if (units == 0) {
            return NULL_NUMBER;
        }
        if (units > MAX_NUMBER_DIGITS) {
            throw new IllegalArgumentException("more digits than a long can hold; ask for parts");
        }
        final long end = address + (place >>> 32) + size;
        if ((plan & FieldPlan.NIBBLES) == 0) {
            return Wire.number(base, end, units);
        }
        return size <= WORD
            ? Wire.bcdNumber(base, end, size, (plan & FieldPlan.PAD_RIGHT) != 0 && (units & 1) != 0) : number(field, 0, units);
    }

    /**
     * A number within a longer field, such as the trace number within DE 90.
     *
     * @param from  first character, from 0
     * @param count characters, 1 to {@link #MAX_NUMBER_DIGITS}
     * @return {@link #NULL_NUMBER} if the field is absent or shorter, or if one of the characters is no digit
     */
    public long number(final int field, final int from, final int count) {
        if (from < 0 || count < 1 || count > MAX_NUMBER_DIGITS) {
            throw new IllegalArgumentException("from 1 to 18 digits");
        }
        if (from > length(field) - count) {
            return NULL_NUMBER;
        }
        long number = 0;
        for (int i = from; i < from + count; i++) {
            final int digit = charAt(field, i) - '0';
            if (digit < 0 || digit > 9) {
                return NULL_NUMBER;
            }
            number = number * 10 + digit;
        }
        return number;
    }

    /**
     * The amount in a field of a letter and digits.
     *
     * @return negative if it is D (debit)
     * @throws IllegalArgumentException if the field is absent, or the dialect has something else there
     */
    public long signedNumber(final int field) {
        final int check = FieldPlan.check(dialect.plan(field));
        if (!has(field) || check != FieldPlan.CHECK_SIGNED && check != FieldPlan.CHECK_SIGNED_NIBBLES) {
            throw new IllegalArgumentException("absent, or not a field of a letter and digits");
        }
        final long number = number(field, 1, length(field) - 1);
        return charAt(field, 0) == 'D' ? -number : number;
    }

    /**
     * A canonical character of a field.
     *
     * @param index from 0; of a binary field it counts hexadecimal characters
     * @throws IndexOutOfBoundsException if it is not there
     */
    public int charAt(final int field, final int index) {
        final long place = has(field) ? place(field) : 0;
        final int units = (int) place & 0xFFFF;
        final long plan = dialect.plan(field);
        final long value = address + (place >>> 32);
        final int check = FieldPlan.check(plan);
        final boolean isBinary = isBinary(check);
        if (index < 0 || index >= (isBinary ? 2 * units : units)) {
            throw new IndexOutOfBoundsException("no such character");
        }
        if (check == FieldPlan.CHECK_NONE) {
            return Wire.hexDigit(Wire.nibble(base, value, index));
        }
        if ((plan & FieldPlan.NIBBLES) != 0) {
            final int pad = (plan & FieldPlan.PAD_RIGHT) == 0 ? units & 1 : 0;
            final int nibble = Wire.nibble(base, value, index + pad);
            return nibble > 9 ? '=' : '0' + nibble;
        }
        if (check == FieldPlan.CHECK_SIGNED_NIBBLES && index > 0) {
            return '0' + Wire.nibble(base, value + 1, index - 1);
        }
        final int character = Wire.unsigned(base, value + index);
        return switch (check) {
            case FieldPlan.CHECK_HEX -> character >= 'a' ? character - ' ' : character;
            case FieldPlan.CHECK_TRACK -> character == 'D' ? '=' : character;
            default -> character;
        };
    }

    private static boolean isBinary(final int check) {
        return check == FieldPlan.CHECK_NONE || check == FieldPlan.CHECK_HEX;
    }

    /**
     * The value, 0 to 9, of a digit.
     *
     * @param index from 0
     * @return {@link #NULL_NUMBER} as an int if that character is none
     * @throws IndexOutOfBoundsException if it is not there
     */
    public int digitAt(final int field, final int index) {
        final int digit = charAt(field, index) - '0';
        return digit < 0 || digit > 9 ? (int) NULL_NUMBER : digit;
    }

    /** How many canonical characters {@link #chars} gives; 0 if absent. */
    public int charLength(final int field) {
        final int units = length(field);
        return isBinary(FieldPlan.check(dialect.plan(field))) ? 2 * units : units;
    }

    /**
     * Writes a field's canonical characters.
     *
     * @param destination with room for {@link #charLength} from the offset on
     * @return how many; 0 if absent
     * @throws IndexOutOfBoundsException if there is no room
     */
    public int chars(final int field, final MutableDirectBuffer destination, final int offset) {
        final int count = charLength(field);
        destination.checkLimit(offset + count);
        if (offset < 0) {
            throw new IndexOutOfBoundsException("a negative offset");
        }
        return copyChars(field, destination.byteArray(), destination.addressOffset() + offset, count);
    }

    /** As {@link #chars(int, MutableDirectBuffer, int)}. */
    public int chars(final int field, final byte[] destination, final int offset) {
        final int count = charLength(field);
        if (offset < 0 || offset > destination.length - count) {
            throw new IndexOutOfBoundsException("no room for the field");
        }
        return copyChars(field, destination, BufferUtil.ARRAY_BASE_OFFSET + (long) offset, count);
    }

    private int copyChars(final int field, final Object toBase, final long to, final int count) {
        final int check = FieldPlan.check(dialect.plan(field));
        if (check == FieldPlan.CHECK_DIGITS || check == FieldPlan.CHECK_AN || check == FieldPlan.CHECK_PRINTABLE
            || check == FieldPlan.CHECK_SIGNED) {
            if (count > 0) {
                Wire.copy(base, address + (place(field) >>> 32), toBase, to, count);
            }
            return count;
        }
        for (int i = 0; i < count; i++) {
            Wire.putByte(toBase, to + i, charAt(field, i));
        }
        return count;
    }

    /**
     * Writes the bytes that a binary field stands for.
     *
     * @return how many; 0 if absent
     * @throws IllegalArgumentException  if the dialect has no bytes there
     * @throws IndexOutOfBoundsException if there is no room
     */
    public int bytes(final int field, final byte[] destination, final int offset) {
        final int count = length(field);
        if (offset < 0 || offset > destination.length - count) {
            throw new IndexOutOfBoundsException("no room for the field");
        }
        return copyBytes(field, destination, BufferUtil.ARRAY_BASE_OFFSET + (long) offset, count);
    }

    /** As {@link #bytes(int, byte[], int)}. */
    public int bytes(final int field, final MutableDirectBuffer destination, final int offset) {
        final int count = length(field);
        destination.checkLimit(offset + count);
        if (offset < 0) {
            throw new IndexOutOfBoundsException("a negative offset");
        }
        return copyBytes(field, destination.byteArray(), destination.addressOffset() + offset, count);
    }

    private int copyBytes(final int field, final Object toBase, final long to, final int count) {
        final int check = FieldPlan.check(dialect.plan(field));
        if (!isBinary(check)) {
            throw new IllegalArgumentException("not a binary field");
        }
        final long value = address + (place(field) >>> 32);
        for (int i = 0; i < count; i++) {
            final int octet = check == FieldPlan.CHECK_NONE ? Wire.unsigned(base, value + i)
                : Wire.hexValue(Wire.unsigned(base, value + 2L * i)) << 4 | Wire.hexValue(Wire.unsigned(base, value + 2L * i + 1));
            Wire.putByte(toBase, to + i, octet);
        }
        return count;
    }

    /**
     * Up to eight canonical characters in a word, the first in the highest byte; missing ones are zero bytes. For keys and
     * comparisons: {@code word(39, 0) == 0x3030_0000_0000_0000L} is "00".
     *
     * @param from first character, from 0
     * @return 0 if there are none from there on
     */
    public long word(final int field, final int from) {
        final int count = Math.min(WORD, charLength(field) - from);
        if (from < 0 || count <= 0) {
            return 0;
        }
        final int check = FieldPlan.check(dialect.plan(field));
        if (check == FieldPlan.CHECK_DIGITS || check == FieldPlan.CHECK_AN || check == FieldPlan.CHECK_PRINTABLE) {
            // Backwards from the last one, because behind it the message may end.
            final long end = address + (place(field) >>> 32) + from + count;
            return Long.reverseBytes(Wire.word(base, end - WORD)) << 64 - 8 * count;
        }
        long word = 0;
        for (int i = 0; i < count; i++) {
            word = word << 8 | charAt(field, from + i);
        }
        return word << 64 - 8 * count;
    }

    /** Whether a field is there and has exactly these canonical characters. Not for secrets: it stops at the first difference. */
    public boolean equalsAscii(final int field, final CharSequence text) {
        final int count = charLength(field);
        if (!has(field) || text.length() != count) {
            return false;
        }
        for (int i = 0; i < count; i++) {
            if (charAt(field, i) != text.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /** Whether both messages have the field with the same canonical characters, or neither has it. */
    public boolean isEqual(final int field, final MessageIndex other) {
        if (has(field) != other.has(field) || charLength(field) != other.charLength(field)) {
            return false;
        }
        for (int from = 0; from < charLength(field); from += WORD) {
            if (word(field, from) != other.word(field, from)) {
                return false;
            }
        }
        return true;
    }

    /** The memory of the value, for the builder; of meaning only if the field is there. */
    Object base() {
        return base;
    }

    long addressOf(final int field) {
        return address + (place(field) >>> 32);
    }
}
