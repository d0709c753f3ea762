package io.daybreak.gateway.replica;

import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;

/**
 * Keys on their way to a standby: AES-256-GCM under a key that both sides of one connection derive from the member's secret and from the nonces of
 * their sign-on, so that they are hidden where the connection itself is not encrypted, and nothing of another connection opens. Nonces count from 0.
 * <p>
 * Rule: docs/replication.md, "Keys of card data". One for each side of each connection, which only one of them seals with; one thread.
 */
final class KeyEnvelope {
    private static final byte[] LABEL = "daybreak card keys 1".getBytes(StandardCharsets.US_ASCII);
    private static final String MAC = "HmacSHA256";
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;

    private final SecretKeySpec key;
    private long count;

    KeyEnvelope(final byte[] secret, final byte[] clientNonce, final byte[] serverNonce) {
        try {
            final Mac mac = Mac.getInstance(MAC);
            mac.init(new SecretKeySpec(secret, MAC));
            mac.update(LABEL);
            mac.update(clientNonce);
            mac.update(serverNonce);
            key = new SecretKeySpec(mac.doFinal(), "AES");
        } catch (final GeneralSecurityException ex) {
            throw new IllegalStateException("this machine lacks " + MAC, ex);
        }
    }

    byte[] seal(final byte[] keys) {
        try {
            return cipher(Cipher.ENCRYPT_MODE).doFinal(keys);
        } catch (final GeneralSecurityException ex) {
            throw new IllegalStateException("AES/GCM: " + ex.getClass().getSimpleName(), ex);
        }
    }

    /** Null if it is none of the other side's, or out of turn. */
    byte[] open(final byte[] sealed) {
        try {
            return cipher(Cipher.DECRYPT_MODE).doFinal(sealed);
        } catch (final GeneralSecurityException ex) {
            return null;
        }
    }

    private Cipher cipher(final int mode) throws GeneralSecurityException {
        final Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, ByteBuffer.allocate(NONCE_BYTES).putLong(Integer.BYTES, count++).array()));
        return cipher;
    }
}
