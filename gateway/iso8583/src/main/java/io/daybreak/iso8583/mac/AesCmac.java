package io.daybreak.iso8583.mac;

import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** AES-CMAC (NIST SP 800-38B), of which the first 8 bytes are used. One thread. */
final class AesCmac extends AbstractMac {
    static final int BLOCK = 16;

    /** What a shift out of the highest bit puts in below, for blocks of 128 bits. */
    private static final int REDUCTION = 0x87;

    private final Cipher cipher;
    private final byte[] wholeKey;
    private final byte[] partKey;

    AesCmac(final MacKey key) {
        super(key, BLOCK);
        try {
            cipher = Cipher.getInstance("AES/CBC/NoPadding");
            cipher.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key.bytes(), "AES"), new IvParameterSpec(new byte[BLOCK]));
            wholeKey = twice(cipher.doFinal(new byte[BLOCK]));
            partKey = twice(wholeKey);
        } catch (final GeneralSecurityException ex) {
            throw new IllegalStateException("this Java has no AES", ex);
        }
    }

    private static byte[] twice(final byte[] value) {
        final byte[] result = new byte[BLOCK];
        for (int i = 0; i < BLOCK; i++) {
            final int below = i + 1 < BLOCK ? value[i + 1] >>> 7 & 1 : 0;
            result[i] = (byte) (value[i] << 1 | below);
        }
        if (value[0] < 0) {
            result[BLOCK - 1] ^= (byte) REDUCTION;
        }
        return result;
    }

    @Override
    Cipher begin() {
        // doFinal has put the chain back to its initial value.
        return cipher;
    }

    @Override
    void finish(final Cipher chain, final byte[] last, final int length, final byte[] result) throws GeneralSecurityException {
        if (length < BLOCK) {
            last[length] = (byte) 0x80;
        }
        final byte[] mask = length == BLOCK ? wholeKey : partKey;
        for (int i = 0; i < BLOCK; i++) {
            last[i] ^= mask[i];
        }
        chain.doFinal(last, 0, BLOCK, result, 0);
    }

    /** All 16 bytes, for the published vectors. */
    byte[] whole(final byte[] data) throws GeneralSecurityException {
        final int rest = data.length == 0 ? 0 : (data.length - 1) % BLOCK + 1;
        final byte[] out = new byte[data.length + BLOCK];
        final int done = cipher.update(data, 0, data.length - rest, out, 0);
        final byte[] last = Arrays.copyOf(Arrays.copyOfRange(data, data.length - rest, data.length), BLOCK);
        final byte[] result = new byte[BLOCK];
        assert done == data.length - rest;
        finish(cipher, last, rest, result);
        return result;
    }
}
