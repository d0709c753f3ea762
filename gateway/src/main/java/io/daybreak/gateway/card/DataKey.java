package io.daybreak.gateway.card;

import javax.crypto.Mac;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import java.io.ObjectOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;

/**
 * The key under which one day's card data is encrypted. Its id is its day, counted from 1970-01-01 (UTC). Once destroyed it
 * opens nothing any more. Any thread.
 */
public final class DataKey implements SecretKey {
    /** Bytes of a key: AES-256. */
    public static final int BYTES = 32;

    private static final long serialVersionUID = 1L;
    private static final String MAC = "HmacSHA256";
    private static final byte[] CHECKED_TEXT = "daybreak data key".getBytes(StandardCharsets.US_ASCII);

    private final int id;
    private final transient byte[] value;
    private final int checkValue;
    private volatile boolean isDead;

    DataKey(final int id, final byte[] value) {
        if (value.length != BYTES) {
            throw new IllegalArgumentException("a data key has " + BYTES + " bytes");
        }
        this.id = id;
        this.value = value.clone();
        // Not a block encrypted under the key: in GCM that is the secret of its tags.
        try {
            final Mac mac = Mac.getInstance(MAC);
            mac.init(new SecretKeySpec(value, MAC));
            final byte[] check = mac.doFinal(CHECKED_TEXT);
            checkValue = (check[0] & 0xFF) << 24 | (check[1] & 0xFF) << 16 | (check[2] & 0xFF) << 8 | check[3] & 0xFF;
        } catch (final GeneralSecurityException ex) {
            throw new IllegalStateException("this machine lacks " + MAC, ex);
        }
    }

    /** Its day, days since 1970-01-01. */
    public int id() {
        return id;
    }

    /** Tells it from others without telling what it is; unsigned. */
    public int checkValue() {
        return checkValue;
    }

    @Override
    public void destroy() {
        isDead = true;
        Arrays.fill(value, (byte) 0);
    }

    @Override
    public boolean isDestroyed() {
        return isDead;
    }

    @Override
    public String getAlgorithm() {
        return "AES";
    }

    @Override
    public String getFormat() {
        return "RAW";
    }

    @Override
    public byte[] getEncoded() {
        if (isDead) {
            throw new IllegalStateException("the key " + id + " is destroyed");
        }
        return value.clone();
    }

    private void writeObject(final ObjectOutputStream out) {
        throw new IllegalStateException("a key is not written to streams");
    }

    @Override
    public String toString() {
        return "data key " + id;
    }
}
