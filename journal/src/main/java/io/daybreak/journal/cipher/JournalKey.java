package io.daybreak.journal.cipher;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;

import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * One key of the journal. Nothing is encrypted under it: each run of a process and each snapshot draws a salt and has a key of its own, made of this
 * one and the salt. So nonces need to differ within one run only, whatever is restored, cut or promoted.
 * <p>
 * Rule: docs/journal-format.md, "Encryption". Immutable; any thread. Never printed.
 */
public final class JournalKey {
    /** Bytes of a key. */
    public static final int LENGTH = AesGcm.KEY_LENGTH;
    /** Bytes of a salt. */
    public static final int SALT_LENGTH = 16;

    private static final String CHECK_LABEL = "daybreak journal key check";

    private final int id;
    private final byte[] bytes;
    private final int check;

    /**
     * A key.
     *
     * @param id    1 to 2^31 - 1
     * @param bytes 32, random
     */
    public JournalKey(final int id, final byte[] bytes) {
        if (id < 1 || bytes.length != LENGTH) {
            throw new IllegalArgumentException("a journal key has an id from 1 on and " + LENGTH + " bytes");
        }
        this.id = id;
        this.bytes = bytes.clone();
        try {
            final MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            sha256.update(CHECK_LABEL.getBytes(StandardCharsets.US_ASCII));
            check = ByteBuffer.wrap(sha256.digest(bytes)).order(ByteOrder.LITTLE_ENDIAN).getInt();
        } catch (final GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** Its number in the key file. */
    public int id() {
        return id;
    }

    /** Tells it from another key of the same number, and nothing else of it. */
    public int check() {
        return check;
    }

    /**
     * The key of one run, or of one file.
     *
     * @param use  what it is for; no two uses share a key
     * @param salt 16 bytes
     */
    public byte[] derive(final String use, final byte[] salt) {
        try {
            final Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(bytes, "HmacSHA256"));
            mac.update(use.getBytes(StandardCharsets.US_ASCII));
            mac.update((byte) 0);
            mac.update(salt);
            return mac.doFinal();
        } catch (final GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has HmacSHA256", e);
        }
    }

    @Override
    public boolean equals(final Object other) {
        return other instanceof JournalKey that && id == that.id && MessageDigest.isEqual(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(new int[] {id, check});
    }

    @Override
    public String toString() {
        return "journal key " + id;
    }
}
