package io.daybreak.loadtest.link;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

import java.nio.ByteOrder;

/**
 * What stands in front of a message: a length of 2 bytes or 4 digits, counting itself or not, then perhaps a header that the
 * length counts. Immutable; any thread.
 *
 * @param isAscii     4 digits instead of 2 big-endian bytes
 * @param isInclusive the length counts its own bytes
 * @param header      of every frame that we send; of the same size in frames that come
 * @param maxBytes    longest frame taken, without the length
 */
public record FrameForm(boolean isAscii, boolean isInclusive, byte[] header, int maxBytes) {
    /** Of the demo links. */
    public static final FrameForm DEFAULT = new FrameForm(false, false, new byte[0], 8_192);

    private static final int ASCII_BYTES = 4;
    private static final int TEN = 10;

    /** Bytes of the length. */
    public int prefixBytes() {
        return isAscii ? ASCII_BYTES : Short.BYTES;
    }

    /** Bytes of the header. */
    public int headerBytes() {
        return header.length;
    }

    /** Bytes in front of a message. */
    public int overheadBytes() {
        return prefixBytes() + header.length;
    }

    /** Bytes behind the length, header included; -1 if that cannot be. */
    public int length(final DirectBuffer buffer, final int offset) {
        int length = 0;
        if (isAscii) {
            for (int i = 0; i < ASCII_BYTES; i++) {
                final int digit = buffer.getByte(offset + i) - '0';
                if (digit < 0 || digit >= TEN) {
                    return -1;
                }
                length = length * TEN + digit;
            }
        } else {
            length = buffer.getShort(offset, ByteOrder.BIG_ENDIAN) & 0xFFFF;
        }
        if (isInclusive && length > 0) {
            length -= prefixBytes();
        }
        return length < 0 || length > maxBytes || length > 0 && length < header.length ? -1 : length;
    }

    /** Writes length and header in front of a message of so many bytes, which begins {@link #overheadBytes} behind the offset. */
    public void put(final MutableDirectBuffer buffer, final int offset, final int messageBytes) {
        final int length = messageBytes + header.length + (isInclusive ? prefixBytes() : 0);
        if (isAscii) {
            int rest = length;
            for (int i = ASCII_BYTES - 1; i >= 0; i--) {
                buffer.putByte(offset + i, (byte) ('0' + rest % TEN));
                rest /= TEN;
            }
        } else {
            buffer.putShort(offset, (short) length, ByteOrder.BIG_ENDIAN);
        }
        if (header.length > 0) {
            buffer.putBytes(offset + prefixBytes(), header);
        }
    }
}
