package io.daybreak.gateway.pin;

/**
 * What knows PIN keys: a security module, reached by some implementation of this port. Rule: docs/iso8583.md, "PIN". The
 * switch itself never sees a PIN, and without a module it refuses messages with one.
 * <p>
 * Called on event loops, by several at once: an implementation must not wait.
 */
public interface PinSecurity {
    /** Bytes of DE 52. */
    int BLOCK_BYTES = 8;

    /** No module. */
    PinSecurity NONE = new PinSecurity() {
        @Override
        public boolean isPresent() {
            return false;
        }

        @Override
        public boolean translate(final byte[] block, final byte[] pan, final int panDigits, final long institution, final int issuerId) {
            return false;
        }

        @Override
        public Verdict verify(final byte[] block, final byte[] pan, final int panDigits, final long institution) {
            return Verdict.UNUSABLE;
        }
    };

    /** What became of a verification. */
    enum Verdict {
        /** It is the card's. */
        RIGHT,
        /** It is not. */
        WRONG,
        /** The block cannot be opened under the acquirer's key, or no PIN is in it. */
        UNUSABLE
    }

    /** Whether there is a module. */
    boolean isPresent();

    /**
     * From the acquirer's zone to the issuer's, in place.
     *
     * @param block       DE 52; the issuer's afterwards
     * @param pan         digits as characters
     * @param institution the acquirer's number
     * @return false if that cannot be done, and then the block is not changed
     */
    boolean translate(byte[] block, byte[] pan, int panDigits, long institution, int issuerId);

    /**
     * Whether a PIN is that of a card of ours.
     *
     * @param block       DE 52; it is not changed
     * @param pan         digits as characters
     * @param institution the acquirer's number
     */
    Verdict verify(byte[] block, byte[] pan, int panDigits, long institution);
}
