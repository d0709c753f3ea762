package io.daybreak.journal.snapshot;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.GeneralSecurityException;
import java.util.Arrays;

import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

import io.daybreak.journal.cipher.JournalKey;
import io.daybreak.journal.cipher.Keyring;

/**
 * Encrypts the image of a snapshot, piece by piece, or opens it: AES-256-GCM under a key of the file's own.
 * <pre>
 *   header  128 int32 id of the key     132 int32 check of the key     136 byte[16] salt of the file
 *   image   pieces: ciphertext of {@link #TEXT_BYTES} (of the last piece 1 to as many), tag of 16 bytes
 *   nonce   number of the piece from 0 (8, little endian), 1 for the last piece and 0 for the others (1), three zeros
 * </pre>
 * The whole header is authenticated with each piece, so that pieces of two snapshots do not mix; the mark of the last one tells a cut. Rule:
 * docs/journal-format.md, "Encryption". The platform's cipher does it all: there are few pieces, and its garbage hurts nobody here. Not thread safe.
 */
final class SnapshotCipher {
    /** Bytes of the image in a piece. */
    static final int TEXT_BYTES = 256 << 10;
    /** Bytes of a whole piece as stored. */
    static final int PIECE_BYTES = TEXT_BYTES + 16;

    private static final String USE = "daybreak journal snapshot";
    private static final int TAG_BITS = 128;
    private static final int NONCE_BYTES = 12;

    private final Cipher cipher;
    private final SecretKeySpec key;
    private final int mode;
    private final byte[] header;
    private long piece;

    private SnapshotCipher(final JournalKey from, final byte[] salt, final int mode, final ByteBuffer header) {
        try {
            final byte[] derived = from.derive(USE, salt);
            key = new SecretKeySpec(derived, "AES");
            Arrays.fill(derived, (byte) 0);
            cipher = Cipher.getInstance("AES/GCM/NoPadding");
        } catch (final GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has AES/GCM", e);
        }
        this.mode = mode;
        this.header = header.array().clone();
    }

    /** For a file whose header is complete. */
    static SnapshotCipher sealing(final Keyring keys, final byte[] salt, final ByteBuffer header) {
        return new SnapshotCipher(keys.current(), salt, Cipher.ENCRYPT_MODE, header);
    }

    /**
     * For a file that was encrypted.
     *
     * @throws io.daybreak.journal.JournalKeyException if its key is missing or another one
     */
    static SnapshotCipher opening(final Keyring keys, final ByteBuffer header, final String what) {
        final ByteBuffer bytes = header.order(ByteOrder.LITTLE_ENDIAN);
        final byte[] salt = new byte[JournalKey.SALT_LENGTH];
        System.arraycopy(bytes.array(), SnapshotHeader.SALT, salt, 0, salt.length);
        return new SnapshotCipher(keys.find(bytes.getInt(SnapshotHeader.KEY_ID), bytes.getInt(SnapshotHeader.KEY_CHECK), what), salt,
            Cipher.DECRYPT_MODE, header);
    }

    /**
     * The next piece.
     *
     * @return bytes of the result, or -1 if it does not open
     */
    int next(final byte[] from, final int length, final boolean isLast, final byte[] to) {
        final byte[] nonce = ByteBuffer.allocate(NONCE_BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(piece++).put((byte) (isLast ? 1 : 0)).array();
        try {
            cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
            cipher.updateAAD(header);
            return cipher.doFinal(from, 0, length, to, 0);
        } catch (final AEADBadTagException e) {
            return -1;
        } catch (final GeneralSecurityException e) {
            throw new IllegalStateException("AES/GCM: " + e.getClass().getSimpleName(), e);
        }
    }
}
