package io.daybreak.gateway.card;

import io.daybreak.iso8583.codec.MessageIndex;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.GeneralSecurityException;
import java.util.Arrays;

/**
 * Card number and expiry of a routed payment as the 48 bytes that travel through the journal: AES-256-GCM under the day's key.
 * Rule: docs/iso8583.md, "Card data".
 * <pre>
 *   0 version (1)   1 zero   2 key id (2, little endian)   4 nonce: start (4), loop (1), count (7)
 *  16 ciphertext: digits (1), number (10, two digits a byte), expiry (2), zero (3)        32 tag (16)
 * </pre>
 * The first four bytes are authenticated too. One per event loop, that thread only: the count is its own.
 */
public final class CardCipher {
    /** Bytes of a ciphertext with everything that opens it but the key. */
    public static final int BYTES = 48;
    /** {@link #open}: the key is dead. */
    public static final int GONE = -1;
    /** {@link #open}: no ciphertext of ours, or damaged. */
    public static final int INVALID = -2;

    private static final byte VERSION = 1;
    private static final int KEY_ID = 2;
    private static final int NONCE = 4;
    private static final int NONCE_BYTES = 12;
    private static final int TEXT = 16;
    private static final int TEXT_BYTES = 16;
    private static final int TAG_BITS = 128;
    private static final int EXPIRY = 11;
    private static final int MAX_DIGITS = 19;
    private static final long MAX_COUNT = 1L << 56;

    private final DataKeys keys;
    private final int loop;
    private final Cipher cipher;
    private final byte[] whole = new byte[BYTES];
    private final byte[] text = new byte[TEXT_BYTES];
    private final byte[] opened = new byte[TEXT_BYTES];
    private final byte[] pan = new byte[MAX_DIGITS];
    private long count;
    private int expiry;

    /** @param loop number of the event loop, below 256: no two have the same nonces */
    public CardCipher(final DataKeys keys, final int loop) {
        this.keys = keys;
        this.loop = loop;
        try {
            cipher = Cipher.getInstance("AES/GCM/NoPadding");
        } catch (final GeneralSecurityException ex) {
            throw new IllegalStateException("this machine lacks AES/GCM", ex);
        }
    }

    /**
     * Encrypts a message's card number.
     *
     * @param field     2, or a track that begins with the number
     * @param digits    of the number, 1 to 19
     * @param newExpiry YYMM; 0: none
     */
    public void seal(final MessageIndex message, final int field, final int digits, final int newExpiry, final MutableDirectBuffer to, final int at) {
        text[0] = (byte) digits;
        for (int i = 0; i < digits; i += 2) {
            text[1 + i / 2] = (byte) (message.digitAt(field, i) << 4 | (i + 1 < digits ? message.digitAt(field, i + 1) : 0));
        }
        text[EXPIRY] = (byte) (newExpiry / 1_000 << 4 | newExpiry / 100 % 10);
        text[EXPIRY + 1] = (byte) (newExpiry / 10 % 10 << 4 | newExpiry % 10);
        final DataKey key = keys.current();
        if (++count == MAX_COUNT) {
            throw new IllegalStateException("no nonces left");
        }
        final ByteBuffer head = ByteBuffer.wrap(whole);
        head.put(VERSION).put((byte) 0).order(ByteOrder.LITTLE_ENDIAN).putShort((short) key.id());
        head.order(ByteOrder.BIG_ENDIAN).putInt(keys.start()).putLong((long) loop << 56 | count);
        try {
            cipher.init(Cipher.ENCRYPT_MODE, key, new GCMParameterSpec(TAG_BITS, whole, NONCE, NONCE_BYTES));
            cipher.updateAAD(whole, 0, NONCE);
            cipher.doFinal(text, 0, TEXT_BYTES, whole, TEXT);
        } catch (final GeneralSecurityException ex) {
            throw new IllegalStateException("AES/GCM: " + ex.getClass().getSimpleName(), ex);
        } finally {
            Arrays.fill(text, (byte) 0);
        }
        to.putBytes(at, whole);
    }

    /**
     * Opens a ciphertext; {@link #wipe} follows when the number was used.
     *
     * @return digits of {@link #pan}, or {@link #GONE}, or {@link #INVALID}
     */
    public int open(final DirectBuffer from, final int at) {
        from.getBytes(at, whole);
        if (whole[0] != VERSION) {
            return INVALID;
        }
        final DataKey key = keys.find((whole[KEY_ID] & 0xFF) | (whole[KEY_ID + 1] & 0xFF) << 8);
        if (key == null) {
            return GONE;
        }
        try {
            cipher.init(Cipher.DECRYPT_MODE, key, new GCMParameterSpec(TAG_BITS, whole, NONCE, NONCE_BYTES));
            cipher.updateAAD(whole, 0, NONCE);
            cipher.doFinal(whole, TEXT, BYTES - TEXT, opened, 0);
        } catch (final GeneralSecurityException ex) {
            return INVALID;
        } catch (final IllegalStateException ex) {
            // Destroyed a moment ago.
            return GONE;
        }
        final int digits = opened[0];
        for (int i = 0; i < digits; i++) {
            pan[i] = (byte) ('0' + ((i & 1) == 0 ? opened[1 + i / 2] >> 4 & 0xF : opened[1 + i / 2] & 0xF));
        }
        expiry = ((opened[EXPIRY] >> 4 & 0xF) * 10 + (opened[EXPIRY] & 0xF)) * 100 + (opened[EXPIRY + 1] >> 4 & 0xF) * 10 + (opened[EXPIRY + 1] & 0xF);
        return digits;
    }

    /** Digits of what was opened last, as characters; the caller must not keep it. */
    public byte[] pan() {
        return pan;
    }

    /** YYMM of what was opened last; 0: none. */
    public int expiry() {
        return expiry;
    }

    /** Forgets what was opened. */
    public void wipe() {
        Arrays.fill(opened, (byte) 0);
        Arrays.fill(pan, (byte) 0);
        expiry = 0;
    }
}
