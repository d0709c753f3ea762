package io.daybreak.iso8583.mac;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * A TR-31 key block of version D (ANSI X9.143): a header that says what the key is for, the key encrypted, and a CMAC over both, under keys
 * that are derived from an AES key block protection key.
 * <pre>
 *   D 0112 M3 T C 00 E 00 00 | 2 * (2 + key + padding) hexadecimal digits | 32 digits of the CMAC
 *   |  |   |  | | |  | |  reserved
 *   |  |   |  | | |  | number of optional blocks, none here
 *   |  |   |  | | |  exportability
 *   |  |   |  | | key version
 *   |  |   |  | mode of use: C makes and verifies
 *   |  |   |  algorithm of the key: T triple DES, A AES
 *   |  |   usage: M3 ISO 9797-1 MAC algorithm 3, M6 CMAC
 *   |  characters of the whole block
 *   version
 * </pre>
 * Only MAC keys for one algorithm are taken, which may make and verify (C) or are not restricted (N): that is what a block is for. Blocks
 * with optional blocks are read; what stands in those is covered by the CMAC and otherwise ignored. One thread.
 */
public final class Tr31KeyBlock implements KeyBlock {
    private static final int HEADER = 16;
    private static final int MAC = 16;
    private static final int AES_BLOCK = 16;
    private static final int LENGTH_BYTES = 2;
    private static final int MAX_CHARS = 9_999;
    private static final int USAGE = 5;
    private static final int ALGORITHM = 7;
    private static final int MODE_OF_USE = 8;
    private static final int OPTIONAL_BLOCKS = 12;
    private static final int OPTIONAL_HEADER = 4;
    private static final int HEX = 16;
    private static final byte[] FOR_ENCRYPTION = {0, 0};
    private static final byte[] FOR_MAC = {0, 1};
    private static final String REFUSED = "no key block of version D for this use, changed, or made under another key";

    private final byte[] encryptionKey;
    private final AesCmac authentication;
    private final String usage;
    private final char keyAlgorithm;
    private final String modesOfUse;
    private final MacAlgorithm algorithm;
    private final SecureRandom random = new SecureRandom();

    /**
     * Under a key block protection key.
     *
     * @param protectionKey AES: 16, 24 or 32 bytes; used for nothing else
     * @param algorithm     of the MAC keys that are taken
     */
    public Tr31KeyBlock(final byte[] protectionKey, final MacAlgorithm algorithm) {
        this(protectionKey, algorithm == MacAlgorithm.RETAIL ? "M3" : "M6", algorithm == MacAlgorithm.RETAIL ? 'T' : 'A', "CN", algorithm);
    }

    /** For keys of any use, as the published example has one. */
    Tr31KeyBlock(final byte[] protectionKey, final String usage, final char keyAlgorithm, final String modesOfUse, final MacAlgorithm algorithm) {
        if (!MacAlgorithm.AES_CMAC.isKeyLength(protectionKey.length)) {
            throw new IllegalArgumentException("a key block protection key has 16, 24 or 32 bytes");
        }
        this.algorithm = algorithm;
        this.usage = usage;
        this.keyAlgorithm = keyAlgorithm;
        this.modesOfUse = modesOfUse;
        encryptionKey = derive(protectionKey, FOR_ENCRYPTION);
        authentication = cmac(derive(protectionKey, FOR_MAC));
    }

    private static AesCmac cmac(final byte[] key) {
        return new AesCmac(new MacKey("tr-31", MacAlgorithm.AES_CMAC, key));
    }

    /** As many blocks of CMACs as the key has: counter, purpose, a zero, what for, bits. */
    private static byte[] derive(final byte[] protectionKey, final byte[] purpose) {
        final AesCmac under = cmac(protectionKey);
        final byte[] derived = new byte[2 * MAC];
        final int bits = protectionKey.length * Byte.SIZE;
        try {
            for (int counter = 1; counter <= 2; counter++) {
                final byte[] input = {(byte) counter, purpose[0], purpose[1], 0, 0, (byte) (protectionKey.length / Byte.SIZE), (byte) (bits >>> Byte.SIZE),
                    (byte) bits};
                System.arraycopy(under.whole(input), 0, derived, (counter - 1) * MAC, MAC);
            }
        } catch (final GeneralSecurityException ex) {
            throw new IllegalStateException("this Java has no AES", ex);
        }
        return Arrays.copyOf(derived, protectionKey.length);
    }

    @Override
    public byte[] wrap(final byte[] key) throws KeyBlockException {
        if (!algorithm.isKeyLength(key.length)) {
            throw new KeyBlockException("a key of that length does not fit the MAC's algorithm");
        }
        // Padded to the longest key, so that the length of the block does not tell that of the key.
        final int padded = align(LENGTH_BYTES + (algorithm == MacAlgorithm.RETAIL ? 24 : 32));
        final byte[] payload = new byte[padded];
        random.nextBytes(payload);
        final int bits = key.length * Byte.SIZE;
        payload[0] = (byte) (bits >>> Byte.SIZE);
        payload[1] = (byte) bits;
        System.arraycopy(key, 0, payload, LENGTH_BYTES, key.length);
        final String header = String.format(Locale.ROOT, "D%04d%s%cC00E0000", HEADER + 2 * (padded + MAC), usage, keyAlgorithm);
        try {
            final byte[] mac = mac(header, payload);
            final byte[] encrypted = crypt(Cipher.ENCRYPT_MODE, payload, mac);
            final HexFormat hex = HexFormat.of().withUpperCase();
            return (header + hex.formatHex(encrypted) + hex.formatHex(mac)).getBytes(StandardCharsets.US_ASCII);
        } catch (final GeneralSecurityException ex) {
            throw new KeyBlockException("the key could not be wrapped");
        } finally {
            Arrays.fill(payload, (byte) 0);
        }
    }

    private static int align(final int bytes) {
        return (bytes + AES_BLOCK - 1) / AES_BLOCK * AES_BLOCK;
    }

    /** @param block its characters */
    @Override
    public byte[] unwrap(final byte[] block) throws KeyBlockException {
        final String text = new String(block, StandardCharsets.US_ASCII);
        final int header = headerLength(text);
        final String digits = text.substring(header);
        if (digits.length() % (2 * AES_BLOCK) != 0 || digits.length() < 2 * (AES_BLOCK + MAC) || !digits.matches("[0-9A-Fa-f]+")) {
            throw new KeyBlockException(REFUSED);
        }
        final byte[] encrypted = HexFormat.of().parseHex(digits.substring(0, digits.length() - 2 * MAC));
        final byte[] mac = HexFormat.of().parseHex(digits.substring(digits.length() - 2 * MAC));
        byte[] payload = {};
        try {
            payload = crypt(Cipher.DECRYPT_MODE, encrypted, mac);
            if (!MessageDigest.isEqual(mac(text.substring(0, header), payload), mac)) {
                throw new KeyBlockException(REFUSED);
            }
            final int bits = (payload[0] & 0xFF) << Byte.SIZE | payload[1] & 0xFF;
            final int length = bits / Byte.SIZE;
            if (bits % Byte.SIZE != 0 || !algorithm.isKeyLength(length) || LENGTH_BYTES + length > payload.length) {
                throw new KeyBlockException(REFUSED);
            }
            return Arrays.copyOfRange(payload, LENGTH_BYTES, LENGTH_BYTES + length);
        } catch (final GeneralSecurityException ex) {
            throw new KeyBlockException(REFUSED);
        } finally {
            Arrays.fill(payload, (byte) 0);
        }
    }

    /** Characters of header and optional blocks, if the block is of this version and for this use. */
    private int headerLength(final String text) throws KeyBlockException {
        if (text.length() < HEADER || text.length() > MAX_CHARS || !text.startsWith(String.format(Locale.ROOT, "D%04d", text.length()))
            || !text.startsWith(usage, USAGE) || text.charAt(ALGORITHM) != keyAlgorithm || modesOfUse.indexOf(text.charAt(MODE_OF_USE)) < 0
            || !text.substring(OPTIONAL_BLOCKS, HEADER).matches("[0-9]{4}")) {
            throw new KeyBlockException(REFUSED);
        }
        int at = HEADER;
        for (int left = Integer.parseInt(text.substring(OPTIONAL_BLOCKS, OPTIONAL_BLOCKS + 2)); left > 0; left--) {
            final int digits = at + 2;
            final int length = at + OPTIONAL_HEADER > text.length() || !text.substring(digits, digits + 2).matches("[0-9A-F]{2}") ? 0
                : Integer.parseInt(text.substring(digits, digits + 2), HEX);
            if (length < OPTIONAL_HEADER || at + length > text.length()) {
                throw new KeyBlockException(REFUSED);
            }
            at += length;
        }
        return at;
    }

    private byte[] mac(final String header, final byte[] payload) throws GeneralSecurityException {
        final byte[] all = Arrays.copyOf(header.getBytes(StandardCharsets.US_ASCII), header.length() + payload.length);
        System.arraycopy(payload, 0, all, header.length(), payload.length);
        try {
            return authentication.whole(all);
        } finally {
            Arrays.fill(all, (byte) 0);
        }
    }

    private byte[] crypt(final int mode, final byte[] bytes, final byte[] initial) throws GeneralSecurityException {
        final Cipher cipher = Cipher.getInstance("AES/CBC/NoPadding");
        cipher.init(mode, new SecretKeySpec(encryptionKey, "AES"), new IvParameterSpec(initial));
        return cipher.doFinal(bytes);
    }
}
