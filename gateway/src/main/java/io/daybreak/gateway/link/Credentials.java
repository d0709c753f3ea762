package io.daybreak.gateway.link;

import io.daybreak.protocol.Limits;

import java.util.HashMap;
import java.util.Map;

/**
 * The secrets by which participants sign on, by participant code and key id. They come from files or the environment
 * and live here only; the journal holds key ids. Immutable.
 */
public final class Credentials {
    /** Key id of a secret that names none. */
    public static final int DEFAULT_KEY_ID = 1;

    private final Map<String, byte[]> secrets;

    private Credentials(final Map<String, byte[]> secrets) {
        this.secrets = secrets;
    }

    /** Starts with none. */
    public static Builder builder() {
        return new Builder();
    }

    /** The secret of 32 bytes, or null. The caller must not change it. */
    public byte[] secret(final String participantCode, final int keyId) {
        return secrets.get(key(participantCode, keyId));
    }

    /** True if a secret of this participant is known under any key id. */
    public boolean has(final String participantCode) {
        return secrets.keySet().stream().anyMatch(key -> key.startsWith(participantCode + '/'));
    }

    /** How many secrets there are. */
    public int count() {
        return secrets.size();
    }

    private static String key(final String participantCode, final int keyId) {
        return participantCode + '/' + keyId;
    }

    /** Collects secrets; a later one replaces an earlier one of the same code and key id. */
    public static final class Builder {
        private final Map<String, byte[]> secrets = new HashMap<>();

        private Builder() {
        }

        /**
         * Adds one secret.
         *
         * @throws IllegalArgumentException if it is not 32 bytes long
         */
        public Builder put(final String participantCode, final int keyId, final byte[] secret) {
            if (secret.length != Limits.SECRET_BYTES) {
                throw new IllegalArgumentException("the secret of " + participantCode + " has " + secret.length + " bytes, not " + Limits.SECRET_BYTES);
            }
            secrets.put(key(participantCode, keyId), secret.clone());
            return this;
        }

        /** The finished collection. */
        public Credentials build() {
            return new Credentials(Map.copyOf(secrets));
        }
    }
}
