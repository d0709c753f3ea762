package io.daybreak.iso8583.mac;

/** How a key travels in 0800/101, and lies in a file: wrapped under a key that both ends have. Not thread safe. */
public interface KeyBlock {
    /**
     * Wraps a key.
     *
     * @param key its bytes
     * @throws KeyBlockException if this form cannot hold a key of that length
     */
    byte[] wrap(byte[] key) throws KeyBlockException;

    /**
     * Unwraps a key.
     *
     * @return its bytes; wipe them after use
     * @throws KeyBlockException if the block was changed, or made under another key
     */
    byte[] unwrap(byte[] block) throws KeyBlockException;
}
