package io.daybreak.iso8583.mac;

import java.security.GeneralSecurityException;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

/**
 * AES key wrap (RFC 3394): 8 bytes more than the key, which must be 16 to 64 bytes, a multiple of 8. Finds any change. It does
 * not bind the key to a purpose, as a TR-31 block does. One thread.
 */
public final class KeyWrap implements KeyBlock {
    private static final int HALF = 8;
    private static final int MIN = 16;
    private static final int MAX = 64;

    private final Cipher cipher;
    private final SecretKey wrappingKey;

    /**
     * Under a wrapping key.
     *
     * @param wrappingKey AES: 16, 24 or 32 bytes
     */
    public KeyWrap(final SecretKey wrappingKey) {
        this.wrappingKey = wrappingKey;
        try {
            cipher = Cipher.getInstance("AESWrap");
        } catch (final GeneralSecurityException ex) {
            throw new IllegalStateException("this Java has no AES key wrap", ex);
        }
    }

    @Override
    public byte[] wrap(final byte[] key) throws KeyBlockException {
        if (key.length < MIN || key.length > MAX || key.length % HALF != 0) {
            throw new KeyBlockException("a key to be wrapped has 16 to 64 bytes, a multiple of 8");
        }
        try {
            cipher.init(Cipher.WRAP_MODE, wrappingKey);
            return cipher.wrap(new SecretKeySpec(key, "RAW"));
        } catch (final GeneralSecurityException ex) {
            throw new KeyBlockException("the key could not be wrapped");
        }
    }

    @Override
    public byte[] unwrap(final byte[] block) throws KeyBlockException {
        if (block.length < MIN + HALF || block.length > MAX + HALF || block.length % HALF != 0) {
            throw new KeyBlockException("a wrapped key has 24 to 72 bytes, a multiple of 8");
        }
        try {
            cipher.init(Cipher.UNWRAP_MODE, wrappingKey);
            return cipher.unwrap(block, "RAW", Cipher.SECRET_KEY).getEncoded();
        } catch (final GeneralSecurityException ex) {
            throw new KeyBlockException("the wrapped key was changed, or wrapped under another key");
        }
    }
}
