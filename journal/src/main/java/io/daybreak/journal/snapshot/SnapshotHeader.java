package io.daybreak.journal.snapshot;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.zip.CRC32C;

import io.daybreak.journal.cipher.JournalKey;

/**
 * First and last bytes of a snapshot. All integers are little endian.
 * <pre>
 *   header   0 int64 DBSNAPS1      8 int32 format version     12 int32 flags: bit 0 the image is encrypted
 *           16 int64 sequence     24 int64 entry number       32 int64 command time      40 int64 incarnation
 *           48 int64 epoch        56 int64 state digest       64 byte[32] chain hash     96 byte[32] journal
 *          128 if encrypted, see {@link SnapshotCipher}; else zeros                          252 int32 CRC32C of 0..251
 *   image    sections, perhaps encrypted, see docs/journal-format.md, "Snapshot"
 *   footer   0 int64 DBSNAPE1      8 int64 bytes of the image as stored     16 int32 CRC32C of them     20 int32 CRC32C of 0..19
 * </pre>
 */
final class SnapshotHeader {
    static final int LENGTH = 256;
    static final int FOOTER_LENGTH = 24;
    static final int FORMAT_VERSION = 1;

    static final int KEY_ID = 128;
    static final int KEY_CHECK = 132;
    static final int SALT = 136;

    private static final long MAGIC = letters("DBSNAPS1");
    private static final long FOOTER_MAGIC = letters("DBSNAPE1");
    private static final int CHAIN_HASH = 64;
    private static final int JOURNAL_ID = 96;
    private static final int HASH_LENGTH = 32;
    private static final int FLAGS = 12;
    private static final int ENCRYPTED = 1;
    private static final int CRC = LENGTH - Integer.BYTES;

    private SnapshotHeader() {
    }

    private static long letters(final String text) {
        long word = 0;
        for (int i = text.length() - 1; i >= 0; i--) {
            word = word << Byte.SIZE | text.charAt(i);
        }
        return word;
    }

    /** @param key null: the image is readable */
    static ByteBuffer encode(final SnapshotPosition position, final JournalKey key, final byte[] salt) {
        final ByteBuffer bytes = ByteBuffer.allocate(LENGTH).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(MAGIC).putInt(FORMAT_VERSION).putInt(0).putLong(position.sequence()).putLong(position.entryNumber())
            .putLong(position.timestampNs()).putLong(position.incarnation()).putLong(position.epoch()).putLong(position.stateDigest())
            .put(position.chainHash()).put(position.journalId());
        if (key != null) {
            bytes.putInt(FLAGS, ENCRYPTED).putInt(KEY_ID, key.id()).putInt(KEY_CHECK, key.check()).position(SALT).put(salt);
        }
        bytes.putInt(CRC, crc(bytes, CRC));
        return bytes.clear();
    }

    static SnapshotPosition decode(final Path file, final ByteBuffer buffer) {
        final ByteBuffer bytes = buffer.order(ByteOrder.LITTLE_ENDIAN);
        if (bytes.getLong(0) != MAGIC) {
            throw new SnapshotDamagedException(file, "it does not begin like one", null);
        }
        if (bytes.getInt(8) != FORMAT_VERSION || (bytes.getInt(FLAGS) & ~ENCRYPTED) != 0) {
            throw new SnapshotDamagedException(file, "its format is version " + bytes.getInt(8) + ", flags " + bytes.getInt(FLAGS)
                + "; this program knows version " + FORMAT_VERSION, null);
        }
        if (bytes.getInt(CRC) != crc(bytes, CRC)) {
            throw new SnapshotDamagedException(file, "its header is damaged", null);
        }
        final byte[] chainHash = new byte[HASH_LENGTH];
        final byte[] journalId = new byte[HASH_LENGTH];
        bytes.position(CHAIN_HASH).get(chainHash).position(JOURNAL_ID).get(journalId);
        return new SnapshotPosition(bytes.getLong(16), bytes.getLong(24), bytes.getLong(32), bytes.getLong(40), bytes.getLong(48),
            bytes.getLong(56), chainHash, journalId);
    }

    static boolean isEncrypted(final ByteBuffer header) {
        return (header.order(ByteOrder.LITTLE_ENDIAN).getInt(FLAGS) & ENCRYPTED) != 0;
    }

    static ByteBuffer encodeFooter(final long imageBytes, final int imageCrc) {
        final ByteBuffer bytes = ByteBuffer.allocate(FOOTER_LENGTH).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(FOOTER_MAGIC).putLong(imageBytes).putInt(imageCrc);
        bytes.putInt(20, crc(bytes, 20));
        return bytes.clear();
    }

    static void checkFooter(final Path file, final ByteBuffer buffer, final long imageBytes, final int imageCrc) {
        final ByteBuffer bytes = buffer.order(ByteOrder.LITTLE_ENDIAN);
        if (bytes.getLong(0) != FOOTER_MAGIC || bytes.getInt(20) != crc(bytes, 20) || bytes.getLong(8) != imageBytes) {
            throw new SnapshotDamagedException(file, "it is cut, or its end is damaged", null);
        }
        if (bytes.getInt(16) != imageCrc) {
            throw new SnapshotDamagedException(file, "its checksum is wrong", null);
        }
    }

    private static int crc(final ByteBuffer bytes, final int length) {
        final CRC32C crc = new CRC32C();
        crc.update(bytes.array(), 0, length);
        return (int) crc.getValue();
    }
}
