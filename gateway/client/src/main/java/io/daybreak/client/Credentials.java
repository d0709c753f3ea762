package io.daybreak.client;

import io.daybreak.protocol.Limits;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Objects;

/**
 * Who signs on, and the secret that proves it. Immutable; the secret never appears in {@link #toString()}.
 */
public final class Credentials {
    /** Bytes of a participant's code on the wire; shorter codes are padded with zero bytes. */
    static final int CODE_BYTES = 16;

    private final String participantCode;
    private final byte[] codeBytes;
    private final byte[] secret;

    /**
     * @param participantCode 1 to 16 printable ASCII characters
     * @param secret          32 bytes; copied
     */
    public Credentials(final String participantCode, final byte[] secret) {
        Objects.requireNonNull(participantCode, "participantCode");
        Objects.requireNonNull(secret, "secret");
        if (!isCode(participantCode)) {
            throw new IllegalArgumentException("a participant's code is 1 to 16 printable ASCII characters");
        }
        if (secret.length != Limits.SECRET_BYTES) {
            throw new IllegalArgumentException("a secret has " + Limits.SECRET_BYTES + " bytes, not " + secret.length);
        }
        this.participantCode = participantCode;
        this.codeBytes = java.util.Arrays.copyOf(participantCode.getBytes(StandardCharsets.US_ASCII), CODE_BYTES);
        this.secret = secret.clone();
    }

    /**
     * Credentials from a secret in hexadecimal.
     *
     * @throws IllegalArgumentException if it is not 64 hexadecimal digits; the message does not repeat them
     */
    public static Credentials ofHex(final String participantCode, final String secretHex) {
        return new Credentials(participantCode, parseHex(secretHex));
    }

    static byte[] parseHex(final String secretHex) {
        try {
            final byte[] secret = HexFormat.of().parseHex(secretHex.strip());
            if (secret.length == Limits.SECRET_BYTES) {
                return secret;
            }
        } catch (final IllegalArgumentException notHex) {
            // The exception's message quotes the secret: it must not travel on.
        }
        throw new IllegalArgumentException("a secret is " + 2 * Limits.SECRET_BYTES + " hexadecimal digits");
    }

    static boolean isCode(final String code) {
        if (code.isEmpty() || code.length() > CODE_BYTES) {
            return false;
        }
        for (int i = 0; i < code.length(); i++) {
            if (code.charAt(i) <= ' ' || code.charAt(i) > '~') {
                return false;
            }
        }
        return true;
    }

    /** The participant's code. */
    public String participantCode() {
        return participantCode;
    }

    byte[] codeBytes() {
        return codeBytes;
    }

    byte[] secret() {
        return secret;
    }

    @Override
    public String toString() {
        return "Credentials[" + participantCode + "]";
    }
}
