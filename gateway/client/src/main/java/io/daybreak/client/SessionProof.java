package io.daybreak.client;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Proofs of the sign-on: HMAC-SHA-256 of a label, the participant's code and both nonces, keyed with its secret.
 * Rule: docs/native-protocol.md, "Sign-on". The two labels differ, so that neither side can be made to compute the
 * other's proof. Static and thread safe.
 */
public final class SessionProof {
    private static final byte[] CLIENT_LABEL = "daybreak client 1".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] SERVER_LABEL = "daybreak server 1".getBytes(StandardCharsets.US_ASCII);

    private SessionProof() {
    }

    /** What the participant sends in Proof. All arrays as on the wire: code 16 bytes, nonces 32. */
    public static byte[] ofClient(final byte[] secret, final byte[] code, final byte[] clientNonce, final byte[] serverNonce) {
        return mac(secret, CLIENT_LABEL, code, clientNonce, serverNonce);
    }

    /** What the switch sends in Welcome. */
    public static byte[] ofServer(final byte[] secret, final byte[] code, final byte[] clientNonce, final byte[] serverNonce) {
        return mac(secret, SERVER_LABEL, code, clientNonce, serverNonce);
    }

    /** Compares two proofs in a time that does not depend on where they differ. */
    public static boolean matches(final byte[] expected, final byte[] actual) {
        return MessageDigest.isEqual(expected, actual);
    }

    private static byte[] mac(final byte[] secret, final byte[] label, final byte[] code, final byte[] clientNonce,
                              final byte[] serverNonce) {
        try {
            final Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret, "HmacSHA256"));
            mac.update(label);
            mac.update(code);
            mac.update(clientNonce);
            return mac.doFinal(serverNonce);
        } catch (final GeneralSecurityException ex) {
            throw new IllegalStateException("every Java platform has HmacSHA256", ex);
        }
    }
}
