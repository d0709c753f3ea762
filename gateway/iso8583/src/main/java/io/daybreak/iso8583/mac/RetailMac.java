package io.daybreak.iso8583.mac;

import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * ISO/IEC 9797-1 algorithm 3 with DES: chaining under the key's first half, and the last block decrypted under the second and
 * encrypted under the first. Padding method 1: zeros up to a whole block, none if it is whole. One thread.
 */
final class RetailMac extends AbstractMac {
    static final int BLOCK = 8;

    private final Cipher chain;
    private final Cipher decrypt;
    private final Cipher encrypt;
    private final byte[] work = new byte[BLOCK];

    RetailMac(final MacKey key) {
        super(key, BLOCK);
        final SecretKeySpec first = new SecretKeySpec(Arrays.copyOf(key.bytes(), BLOCK), "DES");
        final SecretKeySpec second = new SecretKeySpec(Arrays.copyOfRange(key.bytes(), BLOCK, 2 * BLOCK), "DES");
        try {
            chain = Cipher.getInstance("DES/CBC/NoPadding");
            chain.init(Cipher.ENCRYPT_MODE, first, new IvParameterSpec(new byte[BLOCK]));
            decrypt = Cipher.getInstance("DES/ECB/NoPadding");
            decrypt.init(Cipher.DECRYPT_MODE, second);
            encrypt = Cipher.getInstance("DES/ECB/NoPadding");
            encrypt.init(Cipher.ENCRYPT_MODE, first);
        } catch (final GeneralSecurityException ex) {
            throw new IllegalStateException("this Java has no DES", ex);
        }
    }

    @Override
    Cipher begin() {
        return chain;
    }

    @Override
    void finish(final Cipher cipher, final byte[] last, final int length, final byte[] result) throws GeneralSecurityException {
        cipher.doFinal(last, 0, BLOCK, result, 0);
        decrypt.doFinal(result, 0, BLOCK, work, 0);
        encrypt.doFinal(work, 0, BLOCK, result, 0);
    }
}
