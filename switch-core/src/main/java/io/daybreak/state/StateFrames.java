package io.daybreak.state;

import org.agrona.UnsafeApi;

/**
 * The form of an image. All integers are little endian; a frame is at most 1 MiB.
 * <pre>
 *   image    sections, one behind the other
 *   section  begin frame, data frames, end frame
 *
 *   begin  0 int32 DBSB   4 int32 version   8 name, 24 bytes, ASCII, zero padded        32 int32 CRC32C of 0..31      36 0
 *   data   0 int32 DBSD   4 int32 length    8 int32 number in the section, from 0       12 int32 CRC32C of 0..11 and the content    16 content
 *   end    0 int32 DBSE   4 int32 data frames      8 int64 bytes of their contents      16 int32 CRC32C of 0..15      20 0
 * </pre>
 * The content is words of 64 bits, and memory as runs of pages of 4 KiB: a word with the number of zero pages in its upper and the number of
 * others in its lower half, then those others, the last one of the memory as short as it is.
 */
final class StateFrames {
    static final int BEGIN = 'D' | 'B' << 8 | 'S' << 16 | 'B' << 24;
    static final int DATA = 'D' | 'B' << 8 | 'S' << 16 | 'D' << 24;
    static final int END = 'D' | 'B' << 8 | 'S' << 16 | 'E' << 24;

    static final int FRAME_BYTES = 1 << 20;
    static final int NAME_BYTES = 24;

    static final int BEGIN_LENGTH = 40;
    static final int BEGIN_VERSION = 4;
    static final int BEGIN_NAME = 8;
    static final int BEGIN_CRC = 32;

    static final int DATA_LENGTH = 16;
    static final int DATA_BYTES = 4;
    static final int DATA_NUMBER = 8;
    static final int DATA_CRC = 12;

    static final int END_LENGTH = 24;
    static final int END_FRAMES = 4;
    static final int END_BYTES = 8;
    static final int END_CRC = 16;

    private StateFrames() {
    }

    static boolean isZero(final long address, final long bytes) {
        for (long at = address; at < address + bytes; at += Long.BYTES) {
            if (UnsafeApi.getLong(at) != 0) {
                return false;
            }
        }
        return true;
    }
}
