package io.daybreak.client;

/**
 * Proofs for a peer that holds the same {@link Credentials}, without handing out the secret: for simulators and tests of
 * the switch's side. Static.
 */
public final class SecretAccess {
    private SecretAccess() {
    }

    /** True if this is what the participant must send in Proof. */
    public static boolean isClientProof(final Credentials credentials, final byte[] clientNonce, final byte[] serverNonce,
                                        final byte[] mac) {
        return SessionProof.matches(
            SessionProof.ofClient(credentials.secret(), credentials.codeBytes(), clientNonce, serverNonce), mac);
    }

    /** What the switch must send in Welcome. */
    public static byte[] serverProof(final Credentials credentials, final byte[] clientNonce, final byte[] serverNonce) {
        return SessionProof.ofServer(credentials.secret(), credentials.codeBytes(), clientNonce, serverNonce);
    }
}
