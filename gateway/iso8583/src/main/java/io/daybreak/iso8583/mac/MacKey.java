package io.daybreak.iso8583.mac;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import javax.crypto.Cipher;
import javax.crypto.spec.SecretKeySpec;

/**
 * A key for MACs with its id and key check value. The check value is three bytes: of a double-length DES key the beginning of a
 * block of zeros encrypted with it (EDE); of an AES key the beginning of the CMAC of a block of zeros (ANSI X9.24-1, the way that
 * does not tell an encryption under the key). Immutable until {@link #destroy}; any thread. Its text form has no key in it.
 */
public final class MacKey {
    /** Bytes of a key check value. */
    public static final int CHECK_BYTES = 3;

    private static final int DES_BLOCK = 8;

    private final String id;
    private final MacAlgorithm algorithm;
    private final byte[] key;
    private final String checkValue;

    /**
     * A key.
     *
     * @param id        as both ends call it
     * @param algorithm what it is for
     * @param key       its bytes, which are copied; wipe yours
     * @throws IllegalArgumentException if the length does not fit the algorithm
     */
    public MacKey(final String id, final MacAlgorithm algorithm, final byte[] key) {
        if (!algorithm.isKeyLength(key.length)) {
            throw new IllegalArgumentException("the key's length does not fit its algorithm");
        }
        this.id = id;
        this.algorithm = algorithm;
        this.key = key.clone();
        this.checkValue = HexFormat.of().withUpperCase().formatHex(checkValue());
    }

    private byte[] checkValue() {
        if (algorithm == MacAlgorithm.AES_CMAC) {
            final byte[] mac = new byte[AbstractMac.MAC_BYTES];
            new AesCmac(this).compute(new byte[AesCmac.BLOCK], 0, AesCmac.BLOCK, mac, 0);
            return Arrays.copyOf(mac, CHECK_BYTES);
        }
        final byte[] triple = Arrays.copyOf(key, 24);
        System.arraycopy(key, 0, triple, 16, DES_BLOCK);
        try {
            final Cipher cipher = Cipher.getInstance("DESede/ECB/NoPadding");
            cipher.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(triple, "DESede"));
            return Arrays.copyOf(cipher.doFinal(new byte[DES_BLOCK]), CHECK_BYTES);
        } catch (final GeneralSecurityException ex) {
            throw new IllegalStateException("this Java has no triple DES", ex);
        } finally {
            Arrays.fill(triple, (byte) 0);
        }
    }

    /** As both ends call it. */
    public String id() {
        return id;
    }

    /** What it is for. */
    public MacAlgorithm algorithm() {
        return algorithm;
    }

    /** Six upper-case hexadecimal characters; may be shown. */
    public String keyCheckValue() {
        return checkValue;
    }

    /** Whether both have the same bytes; takes the same time wherever they differ. */
    public boolean isSameKey(final MacKey other) {
        return MessageDigest.isEqual(key, other.key);
    }

    /** A MAC with this key, for one thread. */
    public MessageMac newMac() {
        return algorithm == MacAlgorithm.RETAIL ? new RetailMac(this) : new AesCmac(this);
    }

    /** The key in a block for the other end. */
    public byte[] wrap(final KeyBlock keyBlock) throws KeyBlockException {
        return keyBlock.wrap(key);
    }

    byte[] bytes() {
        return key;
    }

    /** Wipes the key. MACs that were made before go on with what the provider holds. */
    public void destroy() {
        Arrays.fill(key, (byte) 0);
    }

    @Override
    public String toString() {
        return "key " + id + " (" + algorithm + ", check value " + checkValue + ")";
    }
}
