package io.daybreak.gateway.link;

import io.daybreak.protocol.Limits;
import org.agrona.DirectBuffer;

import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;

/**
 * One connection's sign-on: keeps what Hello and Proof said until the participant's record is there, and proves.
 * <p>
 * Rule: docs/native-protocol.md, "Sign-on". An unknown participant costs the same work as a wrong proof, since it is
 * checked against a secret that nobody knows, and both get the same answer. Cold path; event loop's thread only.
 */
public final class SignOn {
    static final int CODE_BYTES = 16;

    private static final String ALGORITHM = "HmacSHA256";
    private static final byte[] CLIENT_LABEL = "daybreak client 1".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] SERVER_LABEL = "daybreak server 1".getBytes(StandardCharsets.US_ASCII);
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final byte[] NOBODYS_SECRET = random();

    final byte[] participantCode = new byte[CODE_BYTES];
    final byte[] clientNonce = new byte[Limits.SECRET_BYTES];
    final byte[] serverNonce = random();
    final byte[] proof = new byte[Limits.SECRET_BYTES];

    /** The nonce that goes into Challenge; the caller must not change it. */
    public byte[] serverNonce() {
        return serverNonce;
    }

    /** The nonce of Hello; the caller must not change it. */
    public byte[] clientNonce() {
        return clientNonce;
    }

    /** Takes code and nonce of a Hello. */
    public void onHello(final DirectBuffer view, final int codeOffset, final int nonceOffset) {
        view.getBytes(codeOffset, participantCode);
        view.getBytes(nonceOffset, clientNonce);
    }

    /** Takes the proof. */
    public void onProof(final DirectBuffer view, final int macOffset) {
        view.getBytes(macOffset, proof);
    }

    /** The code without its padding; bytes that are not ASCII make it a code that nobody has. */
    public String codeText() {
        int length = CODE_BYTES;
        while (length > 0 && participantCode[length - 1] == 0) {
            length--;
        }
        return new String(participantCode, 0, length, StandardCharsets.US_ASCII);
    }

    /** True if the proof was made with this secret; null stands for an unknown participant and is never right. */
    public boolean isProvedBy(final byte[] secret) {
        final byte[] expected = mac(secret == null ? NOBODYS_SECRET : secret, CLIENT_LABEL);
        return MessageDigest.isEqual(expected, proof) & secret != null;
    }

    /** What Welcome carries. */
    public byte[] serverProof(final byte[] secret) {
        return mac(secret, SERVER_LABEL);
    }

    private byte[] mac(final byte[] secret, final byte[] label) {
        try {
            final Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(secret, ALGORITHM));
            mac.update(label);
            mac.update(participantCode);
            mac.update(clientNonce);
            mac.update(serverNonce);
            return mac.doFinal();
        } catch (final GeneralSecurityException ex) {
            throw new IllegalStateException("this Java has no " + ALGORITHM, ex);
        }
    }

    private static byte[] random() {
        final byte[] bytes = new byte[Limits.SECRET_BYTES];
        RANDOM.nextBytes(bytes);
        return bytes;
    }
}
