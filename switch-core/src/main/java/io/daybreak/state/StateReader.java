package io.daybreak.state;

import io.daybreak.port.StateSource;
import org.agrona.BufferUtil;
import org.agrona.UnsafeApi;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/**
 * Reads sections from a source, frame by frame; nothing of a frame is used before its checksum has been found right. Form: {@link StateFrames}.
 * Not thread safe.
 */
public final class StateReader extends StateImage {
    private final StateSource source;
    private final ByteBuffer frame = BufferUtil.allocateDirectAligned(StateFrames.FRAME_BYTES, 4_096).order(ByteOrder.LITTLE_ENDIAN);
    private final long frameAddress = BufferUtil.address(frame);
    private final CRC32C crc = new CRC32C();
    private int position;
    private int end;
    private int frames;
    private long sectionBytes;
    private int version;
    private String name = "";

    public StateReader(final StateSource source) {
        this.source = source;
    }

    @Override
    public boolean isLoading() {
        return true;
    }

    @Override
    public int version() {
        return version;
    }

    /**
     * Reads the next section, which must be this one.
     *
     * @param newestVersion newest version that is known
     * @throws StateFormatException if it is another one, damaged, cut, or newer than known
     */
    public void section(final String expected, final int newestVersion, final Stateful part) {
        begin(expected, newestVersion);
        part.image(this);
        end();
    }

    private void begin(final String expected, final int newestVersion) {
        name = expected;
        frames = 0;
        sectionBytes = 0;
        position = 0;
        end = 0;
        read(0, StateFrames.BEGIN_LENGTH);
        check(frame.getInt(0) == StateFrames.BEGIN, "does not begin where it should");
        check(frame.getInt(StateFrames.BEGIN_CRC) == crc(0, StateFrames.BEGIN_CRC), "has a damaged begin");
        final byte[] text = new byte[StateFrames.NAME_BYTES];
        int length = 0;
        for (int i = 0; i < text.length; i++) {
            text[i] = frame.get(StateFrames.BEGIN_NAME + i);
            length = text[i] != 0 ? i + 1 : length;
        }
        final String found = new String(text, 0, length, StandardCharsets.US_ASCII);
        check(found.equals(expected), "is expected, section " + found + " is there");
        version = frame.getInt(StateFrames.BEGIN_VERSION);
        check(version >= 1 && version <= newestVersion, "has version " + version + "; this program knows versions 1 to " + newestVersion);
    }

    private void end() {
        check(position == end, "holds more than is known of");
        read(0, StateFrames.END_LENGTH);
        check(frame.getInt(0) == StateFrames.END, "does not end where it should");
        check(frame.getInt(StateFrames.END_CRC) == crc(0, StateFrames.END_CRC), "has a damaged end");
        check(frame.getInt(StateFrames.END_FRAMES) == frames && frame.getLong(StateFrames.END_BYTES) == sectionBytes,
            "has lost frames");
    }

    private void check(final boolean holds, final String otherwise) {
        if (!holds) {
            throw new StateFormatException("section " + name + " " + otherwise);
        }
    }

    @Override
    public long word(final long value) {
        if (position == end) {
            nextFrame();
        }
        check(position + Long.BYTES <= end, "has a word cut by the end of a frame");
        final long word = UnsafeApi.getLong(frameAddress + position);
        position += Long.BYTES;
        return word;
    }

    @Override
    public void memory(final long address, final long bytes) {
        long at = address;
        final long memoryEnd = address + bytes;
        while (at < memoryEnd) {
            final long run = word(0);
            final long zeroBytes = Math.min((run >>> 32) * PAGE_BYTES, memoryEnd - at);
            final long dataBytes = Math.min((run & 0xFFFF_FFFFL) * PAGE_BYTES, memoryEnd - at - zeroBytes);
            check(zeroBytes + dataBytes > 0, "has an empty run of memory");
            at += zeroBytes;
            copy(at, at + dataBytes);
            at += dataBytes;
        }
    }

    private void copy(final long from, final long to) {
        long at = from;
        while (at < to) {
            if (position == end) {
                nextFrame();
            }
            final long bytes = Math.min(to - at, end - position);
            UnsafeApi.copyMemory(frameAddress + position, at, bytes);
            position += (int) bytes;
            at += bytes;
        }
    }

    private void nextFrame() {
        read(0, StateFrames.DATA_LENGTH);
        final int bytes = frame.getInt(StateFrames.DATA_BYTES);
        check(frame.getInt(0) == StateFrames.DATA && frame.getInt(StateFrames.DATA_NUMBER) == frames && bytes > 0
            && bytes <= StateFrames.FRAME_BYTES - StateFrames.DATA_LENGTH, "ends before it is whole, or frame " + frames + " is damaged");
        read(StateFrames.DATA_LENGTH, bytes);
        position = StateFrames.DATA_LENGTH;
        end = position + bytes;
        crc.reset();
        update(0, StateFrames.DATA_CRC);
        update(position, end);
        check((int) crc.getValue() == frame.getInt(StateFrames.DATA_CRC), "is damaged in frame " + frames);
        frames++;
        sectionBytes += bytes;
    }

    private void read(final int from, final int bytes) {
        frame.limit(from + bytes).position(from);
        final boolean whole = source.read(frame);
        frame.clear();
        check(whole, "is cut");
    }

    private int crc(final int from, final int to) {
        crc.reset();
        update(from, to);
        return (int) crc.getValue();
    }

    private void update(final int from, final int to) {
        frame.limit(to).position(from);
        crc.update(frame);
        frame.clear();
    }
}
