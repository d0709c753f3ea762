package io.daybreak.gateway.pin;

import javax.crypto.Cipher;
import javax.crypto.spec.SecretKeySpec;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * PIN security in software, for demonstrations: keys that everybody knows, PINs in the memory of an ordinary process. Blocks of
 * ISO 9564 format 0 (8 bytes, triple DES) and format 4 (16 bytes, AES); a card's PIN is computed from its number (the first
 * four digits of an AES block, letters counted as 0 to 5), so that none is stored. Known only with --demo and an explicit
 * setting. Any thread; allocates.
 */
public final class SoftwarePin implements PinSecurity {
    /** Under which acquirers' terminals encrypt, triple DES. */
    public static final byte[] ACQUIRER_DES = HexFormat.of().parseHex("89abcdef0123456776543210fedcba98");
    /** The same, AES. */
    public static final byte[] ACQUIRER_AES = HexFormat.of().parseHex("202122232425262728292a2b2c2d2e2f");
    /** Of issuers, triple DES. */
    public static final byte[] ISSUER_DES = HexFormat.of().parseHex("1032547698badcfeefcdab8967452301");
    /** The same, AES. */
    public static final byte[] ISSUER_AES = HexFormat.of().parseHex("303132333435363738393a3b3c3d3e3f");

    private static final byte[] VERIFICATION = HexFormat.of().parseHex("404142434445464748494a4b4c4d4e4f");
    private static final int AES_BLOCK = 16;
    private static final int MIN_PIN = 4;
    private static final int MAX_PIN = 12;
    private static final int PAN_DIGITS = 12;

    @Override
    public boolean isPresent() {
        return true;
    }

    @Override
    public boolean translate(final byte[] block, final byte[] pan, final int panDigits, final long institution, final int issuerId) {
        final byte[] pin = open(block, pan, panDigits, ACQUIRER_DES, ACQUIRER_AES);
        if (pin == null) {
            return false;
        }
        final byte[] sealed = block.length == BLOCK_BYTES ? seal0(pin, pan, panDigits, ISSUER_DES) : seal4(pin, pan, panDigits, ISSUER_AES);
        Arrays.fill(pin, (byte) 0);
        System.arraycopy(sealed, 0, block, 0, block.length);
        return true;
    }

    @Override
    public Verdict verify(final byte[] block, final byte[] pan, final int panDigits, final long institution) {
        final byte[] pin = open(block, pan, panDigits, ACQUIRER_DES, ACQUIRER_AES);
        if (pin == null) {
            return Verdict.UNUSABLE;
        }
        final byte[] right = pinOf(pan, panDigits);
        final boolean isRight = java.security.MessageDigest.isEqual(pin, right);
        Arrays.fill(pin, (byte) 0);
        Arrays.fill(right, (byte) 0);
        return isRight ? Verdict.RIGHT : Verdict.WRONG;
    }

    /** The PIN of a card, digits as characters. */
    public static byte[] pinOf(final byte[] pan, final int panDigits) {
        final byte[] text = new byte[AES_BLOCK];
        for (int i = 0; i < panDigits; i++) {
            text[i % AES_BLOCK] = (byte) (text[i % AES_BLOCK] << 4 ^ pan[i]);
        }
        final byte[] mixed = crypt("AES/ECB/NoPadding", "AES", Cipher.ENCRYPT_MODE, VERIFICATION, text);
        final byte[] pin = new byte[MIN_PIN];
        for (int i = 0; i < MIN_PIN; i++) {
            pin[i] = (byte) ('0' + (mixed[i] & 0xF) % 10);
        }
        return pin;
    }

    /** A block of format 0 under a double-length key. */
    public static byte[] seal0(final byte[] pin, final byte[] pan, final int panDigits, final byte[] key) {
        final byte[] block = new byte[BLOCK_BYTES];
        Arrays.fill(block, (byte) 0xFF);
        putNibble(block, 0, 0);
        putPin(block, pin);
        mixPan0(block, pan, panDigits);
        return sealed("DESede/ECB/NoPadding", "DESede", triple(key), block);
    }

    /** A block of format 4. The filling of the PIN field should be random; here it is zeros, since no PIN here is secret. */
    public static byte[] seal4(final byte[] pin, final byte[] pan, final int panDigits, final byte[] key) {
        final byte[] block = new byte[AES_BLOCK];
        Arrays.fill(block, 0, BLOCK_BYTES, (byte) 0xAA);
        putNibble(block, 0, 4);
        putPin(block, pin);
        final byte[] inner = sealed("AES/ECB/NoPadding", "AES", key, block);
        mix(inner, panField4(pan, panDigits));
        return sealed("AES/ECB/NoPadding", "AES", key, inner);
    }

    /** The text encrypted; the clear one is wiped. */
    private static byte[] sealed(final String transformation, final String algorithm, final byte[] key, final byte[] text) {
        try {
            return crypt(transformation, algorithm, Cipher.ENCRYPT_MODE, key, text);
        } finally {
            Arrays.fill(text, (byte) 0);
        }
    }

    private static void putPin(final byte[] block, final byte[] pin) {
        putNibble(block, 1, pin.length);
        for (int i = 0; i < pin.length; i++) {
            putNibble(block, 2 + i, pin[i] - '0');
        }
    }

    /** The PIN as characters; null if there is none in the block. */
    private static byte[] open(final byte[] block, final byte[] pan, final int panDigits, final byte[] desKey, final byte[] aesKey) {
        final byte[] clear;
        final int format;
        if (block.length == BLOCK_BYTES) {
            clear = crypt("DESede/ECB/NoPadding", "DESede", Cipher.DECRYPT_MODE, triple(desKey), block);
            mixPan0(clear, pan, panDigits);
            format = 0;
        } else if (block.length == AES_BLOCK) {
            final byte[] inner = crypt("AES/ECB/NoPadding", "AES", Cipher.DECRYPT_MODE, aesKey, block);
            mix(inner, panField4(pan, panDigits));
            clear = crypt("AES/ECB/NoPadding", "AES", Cipher.DECRYPT_MODE, aesKey, inner);
            format = 4;
        } else {
            return null;
        }
        try {
            return pinIn(clear, format);
        } finally {
            Arrays.fill(clear, (byte) 0);
        }
    }

    private static byte[] pinIn(final byte[] clear, final int format) {
        final int length = nibble(clear, 1);
        if (nibble(clear, 0) != format || length < MIN_PIN || length > MAX_PIN) {
            return null;
        }
        final byte[] pin = new byte[length];
        for (int i = 0; i < length; i++) {
            if (nibble(clear, 2 + i) > 9) {
                Arrays.fill(pin, (byte) 0);
                return null;
            }
            pin[i] = (byte) ('0' + nibble(clear, 2 + i));
        }
        return pin;
    }

    /** The twelve digits before the check digit, behind four zeros. */
    private static void mixPan0(final byte[] block, final byte[] pan, final int panDigits) {
        final byte[] field = new byte[BLOCK_BYTES];
        for (int i = 0; i < PAN_DIGITS; i++) {
            final int at = panDigits - 1 - PAN_DIGITS + i;
            putNibble(field, 4 + i, at < 0 ? 0 : pan[at] - '0');
        }
        mix(block, field);
    }

    private static byte[] panField4(final byte[] pan, final int panDigits) {
        final byte[] field = new byte[AES_BLOCK];
        putNibble(field, 0, Math.max(0, panDigits - PAN_DIGITS));
        final int leading = Math.max(0, PAN_DIGITS - panDigits);
        for (int i = 0; i < panDigits; i++) {
            putNibble(field, 1 + leading + i, pan[i] - '0');
        }
        return field;
    }

    private static void mix(final byte[] block, final byte[] with) {
        for (int i = 0; i < block.length; i++) {
            block[i] ^= with[i];
        }
    }

    private static int nibble(final byte[] block, final int at) {
        return (at & 1) == 0 ? block[at / 2] >> 4 & 0xF : block[at / 2] & 0xF;
    }

    private static void putNibble(final byte[] block, final int at, final int value) {
        block[at / 2] = (byte) ((at & 1) == 0 ? block[at / 2] & 0x0F | value << 4 : block[at / 2] & 0xF0 | value);
    }

    private static byte[] triple(final byte[] doubleLength) {
        final byte[] key = Arrays.copyOf(doubleLength, 24);
        System.arraycopy(doubleLength, 0, key, 16, 8);
        return key;
    }

    private static byte[] crypt(final String transformation, final String algorithm, final int mode, final byte[] key, final byte[] text) {
        try {
            final Cipher cipher = Cipher.getInstance(transformation);
            final Key secret = new SecretKeySpec(key, algorithm);
            cipher.init(mode, secret);
            return cipher.doFinal(text);
        } catch (final GeneralSecurityException ex) {
            throw new IllegalStateException("this machine lacks " + transformation, ex);
        }
    }
}
