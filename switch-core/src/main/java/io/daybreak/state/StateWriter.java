package io.daybreak.state;

import io.daybreak.port.StateSink;
import org.agrona.BufferUtil;
import org.agrona.UnsafeApi;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/**
 * Writes sections to a sink, frame by frame; holds 1 MiB. Form: {@link StateFrames}. Not thread safe; the owner of the state calls it, and the
 * state does not change between the first section and the last.
 */
public final class StateWriter extends StateImage {
    private static final long MOST_PAGES = 1L << 31;

    private final StateSink sink;
    private final ByteBuffer frame = BufferUtil.allocateDirectAligned(StateFrames.FRAME_BYTES, 4_096).order(ByteOrder.LITTLE_ENDIAN);
    private final long frameAddress = BufferUtil.address(frame);
    private final CRC32C crc = new CRC32C();
    private int position = StateFrames.DATA_LENGTH;
    private int frames;
    private long sectionBytes;
    private int version;

    public StateWriter(final StateSink sink) {
        this.sink = sink;
    }

    @Override
    public boolean isLoading() {
        return false;
    }

    @Override
    public int version() {
        return version;
    }

    /** Writes one section, whole. */
    public void section(final String name, final int sectionVersion, final Stateful part) {
        begin(name, sectionVersion);
        part.image(this);
        end();
    }

    private void begin(final String name, final int sectionVersion) {
        version = sectionVersion;
        frames = 0;
        sectionBytes = 0;
        final byte[] text = name.getBytes(StandardCharsets.US_ASCII);
        if (text.length > StateFrames.NAME_BYTES) {
            throw new IllegalArgumentException("section name " + name);
        }
        UnsafeApi.setMemory(frameAddress, StateFrames.BEGIN_LENGTH, (byte) 0);
        frame.putInt(0, StateFrames.BEGIN).putInt(StateFrames.BEGIN_VERSION, sectionVersion);
        for (int i = 0; i < text.length; i++) {
            frame.put(StateFrames.BEGIN_NAME + i, text[i]);
        }
        frame.putInt(StateFrames.BEGIN_CRC, crc(0, StateFrames.BEGIN_CRC));
        write(StateFrames.BEGIN_LENGTH);
    }

    private void end() {
        flush();
        UnsafeApi.setMemory(frameAddress, StateFrames.END_LENGTH, (byte) 0);
        frame.putInt(0, StateFrames.END).putInt(StateFrames.END_FRAMES, frames).putLong(StateFrames.END_BYTES, sectionBytes);
        frame.putInt(StateFrames.END_CRC, crc(0, StateFrames.END_CRC));
        write(StateFrames.END_LENGTH);
    }

    @Override
    public long word(final long value) {
        if (position == StateFrames.FRAME_BYTES) {
            flush();
        }
        UnsafeApi.putLong(frameAddress + position, value);
        position += Long.BYTES;
        return value;
    }

    @Override
    public void memory(final long address, final long bytes) {
        if ((bytes & Long.BYTES - 1) != 0) {
            throw new IllegalArgumentException("memory of " + bytes + " bytes");
        }
        long at = address;
        final long end = address + bytes;
        while (at < end) {
            final long zeroEnd = runEnd(at, end, true);
            final long dataEnd = runEnd(zeroEnd, end, false);
            word(pages(zeroEnd - at) << 32 | pages(dataEnd - zeroEnd));
            copy(zeroEnd, dataEnd);
            at = dataEnd;
        }
    }

    /** End of the run of pages that are all zero, or none of which is. */
    private static long runEnd(final long from, final long end, final boolean zero) {
        long at = from;
        while (at < end && at - from < MOST_PAGES && StateFrames.isZero(at, Math.min(PAGE_BYTES, end - at)) == zero) {
            at = Math.min(end, at + PAGE_BYTES);
        }
        return at;
    }

    private static long pages(final long bytes) {
        return (bytes + PAGE_BYTES - 1) / PAGE_BYTES;
    }

    private void copy(final long from, final long end) {
        long at = from;
        while (at < end) {
            if (position == StateFrames.FRAME_BYTES) {
                flush();
            }
            final long bytes = Math.min(end - at, StateFrames.FRAME_BYTES - position);
            UnsafeApi.copyMemory(at, frameAddress + position, bytes);
            position += (int) bytes;
            at += bytes;
        }
    }

    private void flush() {
        final int bytes = position - StateFrames.DATA_LENGTH;
        if (bytes > 0) {
            frame.putInt(0, StateFrames.DATA).putInt(StateFrames.DATA_BYTES, bytes).putInt(StateFrames.DATA_NUMBER, frames);
            crc.reset();
            update(0, StateFrames.DATA_CRC);
            update(StateFrames.DATA_LENGTH, position);
            frame.putInt(StateFrames.DATA_CRC, (int) crc.getValue());
            write(position);
            frames++;
            sectionBytes += bytes;
            position = StateFrames.DATA_LENGTH;
        }
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

    private void write(final int bytes) {
        frame.limit(bytes).position(0);
        sink.write(frame);
        frame.clear();
    }
}
