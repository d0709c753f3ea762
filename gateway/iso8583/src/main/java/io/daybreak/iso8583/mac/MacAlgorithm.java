package io.daybreak.iso8583.mac;

/** Which MAC a link uses. */
public enum MacAlgorithm {
    /** AES-CMAC (NIST SP 800-38B), its first 8 bytes. Keys of 16, 24 or 32 bytes. */
    AES_CMAC,
    /** ISO/IEC 9797-1 algorithm 3 with DES and padding method 1, "retail MAC", all 8 bytes. Keys of 16 bytes. */
    RETAIL;

    /** Whether a key of that many bytes fits. */
    public boolean isKeyLength(final int bytes) {
        return this == RETAIL ? bytes == 16 : bytes == 16 || bytes == 24 || bytes == 32;
    }
}
