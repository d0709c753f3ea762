package io.daybreak.loadtest.rig;

import io.daybreak.iso8583.codec.MessageIndex;
import io.daybreak.iso8583.dialect.Dialect;
import io.daybreak.iso8583.dialect.ValueEncoding;
import io.daybreak.iso8583.mac.MessageMac;
import io.daybreak.iso8583.text.Iso8583Message;
import io.daybreak.loadtest.link.IsoSocket;
import io.daybreak.loadtest.link.SimLink;
import org.agrona.concurrent.UnsafeBuffer;

import java.util.HexFormat;
import java.nio.charset.StandardCharsets;

/**
 * A whole frame, written once by the codec; what differs from message to message is patched over a copy of it, so that sending
 * costs a copy and a few stores. All patched fields have one length. Loop thread only.
 */
final class IsoTemplate {
    private static final int SEVEN = 7;
    private static final int TIME_DIGITS_87 = 10;
    private static final int TIME_DIGITS_93 = 12;
    private static final int ORIGINAL_TRACE_CHAR = 4;
    private static final int ORIGINAL_TIME_CHAR = 10;
    private static final int TRACE_DIGITS = 6;
    private static final int AMOUNT_DIGITS = 12;

    private final UnsafeBuffer frame;
    private final Dialect dialect;
    private final boolean is93;
    private final int messageOffset;
    private final int pan;
    private final int amount;
    private final int time;
    private final int trace;
    private final int localTime;
    private final int reference;
    private final int terminal;
    private final int merchant;
    private final int original;
    private final int macOffset;
    private final int macBytes;
    private final boolean isMacHex;
    private final boolean isPanBcd;
    private final boolean isOriginalBcd;
    private final MessageMac mac;
    private final byte[] macValue = new byte[MessageMac.MAC_BYTES];

    /** @param message with a value of the right length in every field that is patched later */
    IsoTemplate(final SimLink link, final Iso8583Message message) {
        this.dialect = link.dialect();
        this.is93 = link.is1993();
        this.mac = link.newMac();
        this.frame = new UnsafeBuffer(IsoSocket.frame(link.framing(), message.encode(dialect, mac)));
        this.messageOffset = link.framing().overhead();
        final MessageIndex index = new MessageIndex(dialect);
        if (index.index(frame, messageOffset, frame.capacity() - messageOffset) != 0) {
            throw new IllegalStateException("a template that is no message: field " + index.errorField());
        }
        this.pan = index.offset(2);
        this.amount = index.offset(4);
        this.time = is93 ? index.offset(12) : index.offset(SEVEN);
        this.trace = index.offset(11);
        this.localTime = is93 ? MessageIndex.NULL_OFFSET : index.offset(12);
        this.reference = index.offset(37);
        this.terminal = index.offset(41);
        this.merchant = index.offset(42);
        this.original = index.offset(is93 ? 56 : 90);
        this.macOffset = mac == null ? MessageIndex.NULL_OFFSET : index.macOffset();
        this.macBytes = mac == null ? 0 : index.byteLength(index.macField());
        this.isMacHex = macBytes != MessageMac.MAC_BYTES;
        this.isPanBcd = isBcd(2);
        this.isOriginalBcd = isBcd(is93 ? 56 : 90);
    }

    private boolean isBcd(final int field) {
        return dialect.field(field).encoding() == ValueEncoding.BCD_LEFT || dialect.field(field).encoding() == ValueEncoding.BCD_RIGHT;
    }

    /** Bytes with the frame. */
    int length() {
        return frame.capacity();
    }

    /** Bytes that a PAN takes here. */
    int panBytes(final int digits) {
        return isPanBcd ? digits / 2 : digits;
    }

    /** A PAN as it is written here. */
    byte[] panBytes(final String digits) {
        return isPanBcd ? HexFormat.of().parseHex(digits) : digits.getBytes(StandardCharsets.US_ASCII);
    }

    /** Copies the frame. */
    void copy(final UnsafeBuffer out, final int offset) {
        out.putBytes(offset, frame, 0, frame.capacity());
    }

    void putPan(final UnsafeBuffer out, final int offset, final byte[] pans, final int from, final int length) {
        out.putBytes(offset + pan, pans, from, length);
    }

    void putAmount(final UnsafeBuffer out, final int offset, final long minor) {
        DigitPatch.put(out, offset + amount, minor, AMOUNT_DIGITS, isBcd(4));
    }

    boolean hasAmount() {
        return amount != MessageIndex.NULL_OFFSET;
    }

    /** @param local hhmmss */
    void putTime(final UnsafeBuffer out, final int offset, final long when, final int local) {
        if (is93) {
            DigitPatch.put(out, offset + time, when, TIME_DIGITS_93, isBcd(12));
        } else {
            DigitPatch.put(out, offset + time, when, TIME_DIGITS_87, isBcd(SEVEN));
            DigitPatch.put(out, offset + localTime, local, TRACE_DIGITS, isBcd(12));
        }
    }

    void putTrace(final UnsafeBuffer out, final int offset, final long number) {
        DigitPatch.put(out, offset + trace, number, TRACE_DIGITS, isBcd(11));
    }

    void putReference(final UnsafeBuffer out, final int offset, final byte[] text) {
        out.putBytes(offset + reference, text);
    }

    void putTerminal(final UnsafeBuffer out, final int offset, final byte[] texts, final int from, final int length) {
        out.putBytes(offset + terminal, texts, from, length);
    }

    void putMerchant(final UnsafeBuffer out, final int offset, final byte[] texts, final int from, final int length) {
        out.putBytes(offset + merchant, texts, from, length);
    }

    boolean hasOriginal() {
        return original != MessageIndex.NULL_OFFSET;
    }

    void putOriginal(final UnsafeBuffer out, final int offset, final long number, final long when) {
        final int perByte = isOriginalBcd ? 2 : 1;
        DigitPatch.put(out, offset + original + ORIGINAL_TRACE_CHAR / perByte, number, TRACE_DIGITS, isOriginalBcd);
        DigitPatch.put(out, offset + original + ORIGINAL_TIME_CHAR / perByte, when, is93 ? TIME_DIGITS_93 : TIME_DIGITS_87,
            isOriginalBcd);
    }

    /** The last of the patches. */
    void seal(final UnsafeBuffer out, final int offset) {
        if (mac == null) {
            return;
        }
        mac.compute(out, offset + messageOffset, macOffset - messageOffset, macValue, 0);
        for (int i = 0; i < macValue.length; i++) {
            if (isMacHex) {
                out.putByte(offset + macOffset + 2 * i, (byte) Character.toUpperCase(Character.forDigit(macValue[i] >> 4 & 15, 16)));
                out.putByte(offset + macOffset + 2 * i + 1, (byte) Character.toUpperCase(Character.forDigit(macValue[i] & 15, 16)));
            } else {
                out.putByte(offset + macOffset + i, macValue[i]);
            }
        }
    }
}
