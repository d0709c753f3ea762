package io.daybreak.iso8583.frame;

import io.daybreak.iso8583.config.StrictConfig;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * How a link cuts its stream of bytes into messages. docs/iso8583-wire.md, "Frames".
 * <pre>
 *  length | header | message          length counts header and message, and itself if it is inclusive
 * </pre>
 * Immutable, no state: the caller keeps the bytes. Any thread. Lengths and offsets are bytes. A frame longer than
 * {@link #maxFrameBytes} is refused as soon as its length is there, so that nobody buffers what will not be read.
 */
public final class Framing {
    /** {@link #next}: the frame is not complete yet. */
    public static final long NEED_MORE = 0;
    /** {@link #next}: the length is not a number, or less than its header. */
    public static final long BAD_LENGTH = -1;
    /** {@link #next}: the frame is longer than this link allows. */
    public static final long TOO_LONG = -2;
    /** {@link #next}: the header is not the one agreed. */
    public static final long BAD_HEADER = -3;
    /** {@link #next}: a frame without a message, where that is an error. */
    public static final long EMPTY = -4;
    /** Bytes of a TPDU. */
    public static final int TPDU_BYTES = 5;
    /** The greatest {@link #maxFrameBytes}: more than any message has, and what one peer can make us hold. */
    public static final int LARGEST_FRAME = 65_537;

    private static final int MAX_HEADER = 64;
    private static final int TPDU_ID = 0x60;

    private final LengthFormat lengthFormat;
    private final boolean isInclusive;
    private final HeaderKind headerKind;
    private final byte[] header;
    private final int maxFrameBytes;
    private final ZeroLength zeroLength;

    /**
     * A framing.
     *
     * @param lengthFormat  how the length is written
     * @param isInclusive   whether it counts itself
     * @param headerKind    what stands in front of the message
     * @param header        those bytes as we send them in requests; empty for NONE, 5 for a TPDU, at most 64
     * @param maxFrameBytes of the whole frame, 16 to {@link #LARGEST_FRAME}
     * @param zeroLength    what a frame without a message is
     */
    public Framing(final LengthFormat lengthFormat, final boolean isInclusive, final HeaderKind headerKind, final byte[] header,
                   final int maxFrameBytes, final ZeroLength zeroLength) {
        final boolean isRightHeader = switch (headerKind) {
            case NONE -> header.length == 0;
            case TPDU -> header.length == TPDU_BYTES;
            case LITERAL -> header.length > 0 && header.length <= MAX_HEADER;
        };
        if (!isRightHeader) {
            throw new IllegalArgumentException("the header has the wrong length for its kind");
        }
        if (maxFrameBytes < 16 || maxFrameBytes > LARGEST_FRAME) {
            throw new IllegalArgumentException("a frame has 16 to " + LARGEST_FRAME + " bytes");
        }
        this.lengthFormat = lengthFormat;
        this.isInclusive = isInclusive;
        this.headerKind = headerKind;
        this.header = header.clone();
        this.maxFrameBytes = Math.min(maxFrameBytes, (int) Math.min(LARGEST_FRAME, (long) lengthFormat.max() + lengthFormat.bytes()));
        this.zeroLength = zeroLength;
    }

    /** Reads a section {@code framing}; what is wrong is collected in the section. */
    public static Framing load(final StrictConfig section) {
        final LengthFormat format = section.oneOf("length", LengthFormat.class, LengthFormat.BINARY_2);
        final boolean isInclusive = section.flag("counts-itself", false);
        final HeaderKind kind = section.oneOf("header", HeaderKind.class, HeaderKind.NONE);
        final String tpdu = section.text("tpdu", "6000000000");
        final String literal = section.text("literal", "");
        final long max = section.number("max-frame", 4096L, 16, LARGEST_FRAME);
        final ZeroLength zero = section.oneOf("zero-length", ZeroLength.class, ZeroLength.IGNORE);
        byte[] header = {};
        if (kind == HeaderKind.TPDU) {
            if (tpdu.matches("[0-9A-Fa-f]{10}")) {
                header = HexFormat.of().parseHex(tpdu);
            } else {
                section.problem("tpdu", "must be 10 hexadecimal characters, such as 6000010002");
                header = new byte[TPDU_BYTES];
            }
        } else if (kind == HeaderKind.LITERAL) {
            if (literal.matches("[ -~]{1," + MAX_HEADER + '}')) {
                header = literal.getBytes(StandardCharsets.US_ASCII);
            } else {
                section.problem("literal", "must be 1 to " + MAX_HEADER + " printable characters");
                header = new byte[1];
            }
        }
        return new Framing(format, isInclusive, kind, header, (int) max, zero);
    }

    /**
     * Looks for a frame.
     *
     * @param buffer    holds what came
     * @param offset    of the frame's first byte
     * @param available bytes from there on
     * @return the whole frame's bytes if it is all there; {@link #NEED_MORE}; or one of the negative errors, after which nobody can
     *     tell where the next frame begins. The message is behind {@link #overhead}; a keep-alive has none
     */
    public long next(final DirectBuffer buffer, final int offset, final int available) {
        final int prefix = lengthFormat.bytes();
        if (available < prefix) {
            return NEED_MORE;
        }
        final long told = lengthAt(buffer, offset);
        if (told < 0) {
            return BAD_LENGTH;
        }
        if (told == 0 || isInclusive && told == prefix) {
            return zeroLength == ZeroLength.IGNORE ? prefix : EMPTY;
        }
        final long rest = isInclusive ? told - prefix : told;
        if (rest < header.length + 1) {
            return BAD_LENGTH;
        }
        if (rest + prefix > maxFrameBytes) {
            return TOO_LONG;
        }
        if (!isHeader(buffer, offset + prefix, Math.min(header.length, available - prefix))) {
            return BAD_HEADER;
        }
        return available < prefix + rest ? NEED_MORE : prefix + rest;
    }

    private long lengthAt(final DirectBuffer buffer, final int offset) {
        return switch (lengthFormat) {
            case BINARY_2 -> buffer.getShort(offset, ByteOrder.BIG_ENDIAN) & 0xFFFF;
            case BINARY_4 -> buffer.getInt(offset, ByteOrder.BIG_ENDIAN);
            case ASCII_4 -> {
                int number = 0;
                for (int i = 0; i < LengthFormat.ASCII_4.bytes(); i++) {
                    final int digit = buffer.getByte(offset + i) - '0';
                    if (digit < 0 || digit > 9) {
                        yield -1;
                    }
                    number = number * 10 + digit;
                }
                yield number;
            }
            case BCD_2 -> {
                int number = 0;
                for (int i = 0; i < LengthFormat.BCD_2.bytes(); i++) {
                    final int two = buffer.getByte(offset + i) & 0xFF;
                    if (two >>> 4 > 9 || (two & 15) > 9) {
                        yield -1;
                    }
                    number = number * 100 + (two >>> 4) * 10 + (two & 15);
                }
                yield number;
            }
        };
    }

    private boolean isHeader(final DirectBuffer buffer, final int offset, final int count) {
        if (headerKind == HeaderKind.TPDU) {
            return count == 0 || (buffer.getByte(offset) & 0xFF) == TPDU_ID;
        }
        for (int i = 0; i < count; i++) {
            if (buffer.getByte(offset + i) != header[i]) {
                return false;
            }
        }
        return true;
    }

    /** Bytes of the length. */
    public int prefixLength() {
        return lengthFormat.bytes();
    }

    /** Bytes of the header. */
    public int headerLength() {
        return header.length;
    }

    /** Bytes in front of a message: length and header. */
    public int overhead() {
        return lengthFormat.bytes() + header.length;
    }

    /** The longest frame, in bytes with its length. */
    public int maxFrameBytes() {
        return maxFrameBytes;
    }

    /** The longest message, in bytes. */
    public int maxMessageBytes() {
        return maxFrameBytes - overhead();
    }

    /** Whether a frame that {@link #next} told is a keep-alive, without a message. */
    public boolean isKeepAlive(final long frameBytes) {
        return frameBytes == lengthFormat.bytes();
    }

    /**
     * Writes the length of a frame.
     *
     * @param messageLength bytes of the message, without header; 0 writes a keep-alive, which has no header
     * @return bytes written: {@link #prefixLength}
     * @throws IllegalArgumentException if the frame would be longer than {@link #maxFrameBytes}
     */
    public int writePrefix(final MutableDirectBuffer buffer, final int offset, final int messageLength) {
        if (messageLength < 0 || messageLength > maxMessageBytes()) {
            throw new IllegalArgumentException("the message is too long for this link's frames");
        }
        final int prefix = lengthFormat.bytes();
        final int told = (messageLength == 0 ? 0 : messageLength + header.length) + (isInclusive ? prefix : 0);
        switch (lengthFormat) {
            case BINARY_2 -> buffer.putShort(offset, (short) told, ByteOrder.BIG_ENDIAN);
            case BINARY_4 -> buffer.putInt(offset, told, ByteOrder.BIG_ENDIAN);
            case ASCII_4 -> {
                int rest = told;
                for (int i = prefix - 1; i >= 0; i--) {
                    buffer.putByte(offset + i, (byte) ('0' + rest % 10));
                    rest /= 10;
                }
            }
            case BCD_2 -> {
                buffer.putByte(offset, (byte) (told / 1000 << 4 | told / 100 % 10));
                buffer.putByte(offset + 1, (byte) (told / 10 % 10 << 4 | told % 10));
            }
        }
        return prefix;
    }

    /** Writes our own header, as in requests; returns its bytes. */
    public int writeHeader(final MutableDirectBuffer buffer, final int offset) {
        buffer.putBytes(offset, header);
        return header.length;
    }

    /**
     * Writes the header of an answer: a TPDU with destination and source swapped, else the same bytes.
     *
     * @param request       holds the request's frame
     * @param requestHeader where its header begins, behind the length
     * @return bytes written: {@link #headerLength}
     */
    public int answerHeader(final DirectBuffer request, final int requestHeader, final MutableDirectBuffer buffer, final int offset) {
        if (headerKind != HeaderKind.TPDU) {
            return writeHeader(buffer, offset);
        }
        final byte id = request.getByte(requestHeader);
        final short destination = request.getShort(requestHeader + 1);
        final short source = request.getShort(requestHeader + 3);
        buffer.putByte(offset, id);
        buffer.putShort(offset + 1, source);
        buffer.putShort(offset + 3, destination);
        return TPDU_BYTES;
    }

    @Override
    public String toString() {
        return StrictConfig.nameOf(lengthFormat) + (isInclusive ? " inclusive" : " exclusive") + ", header "
            + StrictConfig.nameOf(headerKind) + (header.length == 0 ? "" : " " + Arrays.toString(header)) + ", at most " + maxFrameBytes;
    }
}
