package io.daybreak.iso8583.mac;

import io.daybreak.iso8583.codec.MessageBuilder;
import io.daybreak.iso8583.codec.MessageIndex;
import io.daybreak.iso8583.dialect.Dialect;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import javax.crypto.spec.SecretKeySpec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

final class MacVectorsTest {
    private static final HexFormat HEX = HexFormat.of();
    private static final String AES_KEY = "2b7e151628aed2a6abf7158809cf4f3c";
    private static final String DES_KEY = "0123456789abcdeffedcba9876543210";
    private static final String NIST_MESSAGE = "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"
        + "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710";

    private static MacKey key(final MacAlgorithm algorithm, final String hex) {
        return new MacKey("k1", algorithm, HEX.parseHex(hex));
    }

    /** NIST SP 800-38B, appendix D: AES-128 examples 1 to 4, and AES-256's. */
    @ParameterizedTest
    @CsvSource({
        AES_KEY + ", 0, bb1d6929e95937287fa37d129b756746",
        AES_KEY + ", 16, 070a16b46b4d4144f79bdd9dd04a287c",
        AES_KEY + ", 40, dfa66747de9ae63030ca32611497c827",
        AES_KEY + ", 64, 51f0bebf7e3b9d92fc49741779363cfe",
        "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4, 0, 028962f61b7bf89efc6b551f4667d983",
        "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4, 64, e1992190549f6ed5696a2c056c315410"})
    void shouldComputeCmac(final String key, final int length, final String expected) throws Exception {
        final byte[] message = Arrays.copyOf(HEX.parseHex(NIST_MESSAGE), length);
        final AesCmac mac = new AesCmac(key(MacAlgorithm.AES_CMAC, key));
        assertThat(HEX.formatHex(mac.whole(message))).isEqualTo(expected);
        final byte[] cut = new byte[8];
        mac.compute(message, 0, length, cut, 0);
        assertThat(HEX.formatHex(cut)).isEqualTo(expected.substring(0, 16));
        mac.compute(new UnsafeBuffer(message), 0, length, cut, 0);
        assertThat(HEX.formatHex(cut)).as("again, and from a buffer").isEqualTo(expected.substring(0, 16));
    }

    /** ISO/IEC 9797-1, annex on test vectors: algorithm 3, padding method 1. */
    @ParameterizedTest
    @CsvSource({"'Now is the time for all ', a1c72e74ea3fa9b6", "'Now is the time for it', 2e2b1428cc78254f"})
    void shouldComputeRetailMac(final String text, final String expected) {
        final MessageMac mac = key(MacAlgorithm.RETAIL, DES_KEY).newMac();
        final byte[] data = text.getBytes(StandardCharsets.US_ASCII);
        final byte[] result = new byte[8];
        for (int i = 0; i < 2; i++) {
            mac.compute(data, 0, data.length, result, 0);
            assertThat(HEX.formatHex(result)).isEqualTo(expected);
        }
    }

    /** Two equal halves are a single key, whose algorithm 3 is plain chaining: the FIPS 113 example. */
    @Test
    void shouldDegenerateToASingleKey() {
        final MessageMac mac = key(MacAlgorithm.RETAIL, "0123456789abcdef0123456789abcdef").newMac();
        final byte[] data = "7654321 Now is the time for ".getBytes(StandardCharsets.US_ASCII);
        final byte[] result = new byte[8];
        mac.compute(data, 0, data.length, result, 0);
        assertThat(HEX.formatHex(result)).isEqualTo("f1d30f6849312ca4");
    }

    /** Longer than what goes through the cipher at once; the same whatever it is fed from. */
    @Test
    void shouldChainOverChunks() {
        final byte[] data = new byte[5_000];
        new Random(1).nextBytes(data);
        final MessageMac cmac = key(MacAlgorithm.AES_CMAC, AES_KEY).newMac();
        final byte[] whole = new byte[8];
        for (final int length : new int[] {1_023, 1_024, 1_025, 1_040, 2_048, 2_049, 5_000}) {
            cmac.compute(data, 0, length, whole, 0);
            try {
                assertThat(Arrays.copyOf(new AesCmac(key(MacAlgorithm.AES_CMAC, AES_KEY)).whole(Arrays.copyOf(data, length)), 8)).isEqualTo(whole);
            } catch (final java.security.GeneralSecurityException ex) {
                throw new AssertionError(ex);
            }
        }
    }

    @Test
    void shouldSealAndVerifyMessagesInEveryDialect() {
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[512]);
        for (final String name : Dialect.BUILT_IN) {
            final Dialect dialect = Dialect.builtIn(name);
            final MessageIndex index = new MessageIndex(dialect);
            for (final MacKey key : new MacKey[] {key(MacAlgorithm.RETAIL, DES_KEY), key(MacAlgorithm.AES_CMAC, AES_KEY)}) {
                for (final boolean isLong : new boolean[] {false, true}) {
                    final MessageMac mac = key.newMac();
                    final MessageBuilder builder = new MessageBuilder().begin(dialect, buffer, 5, dialect.version() == 1987 ? 800 : 1804, true).number(11, 7);
                    final int length = mac.seal(isLong ? builder.number(71, 1) : builder);
                    assertThat(index.index(buffer, 5, length)).isZero();
                    assertThat(index.macField()).isEqualTo(isLong ? 128 : 64);
                    assertThat(mac.verify(index)).isTrue();
                    assertThat(key.newMac().verify(index)).isTrue();
                    for (int i = 0; i < length; i++) {
                        // Lowest bits: digits and hexadecimal letters stay what they are, so that most messages stay readable.
                        buffer.putByte(5 + i, (byte) (buffer.getByte(5 + i) ^ 1));
                        assertThat(index.index(buffer, 5, length) == 0 && mac.verify(index)).as("%s, byte %d", name, i).isFalse();
                        buffer.putByte(5 + i, (byte) (buffer.getByte(5 + i) ^ 1));
                    }
                }
            }
            final int without = new MessageBuilder().begin(dialect, buffer, 0, dialect.version() == 1987 ? 800 : 1804).number(11, 7).end();
            assertThat(index.index(buffer, 0, without)).isZero();
            assertThat(key(MacAlgorithm.RETAIL, DES_KEY).newMac().verify(index)).isFalse();
        }
    }

    @Test
    void shouldTellKeysByTheirCheckValue() {
        // The well-known value of this key under triple DES.
        assertThat(key(MacAlgorithm.RETAIL, DES_KEY).keyCheckValue()).isEqualTo("08D7B4");
        assertThat(key(MacAlgorithm.AES_CMAC, AES_KEY).keyCheckValue()).hasSize(6).isNotEqualTo("000000");
        final MacKey key = key(MacAlgorithm.RETAIL, DES_KEY);
        assertThat(key).hasToString("key k1 (RETAIL, check value 08D7B4)");
        assertThat(key.isSameKey(key(MacAlgorithm.RETAIL, DES_KEY))).isTrue();
        assertThat(key.isSameKey(key(MacAlgorithm.RETAIL, "00" + DES_KEY.substring(2)))).isFalse();
        assertThatThrownBy(() -> key(MacAlgorithm.RETAIL, "0123456789abcdef")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> key(MacAlgorithm.AES_CMAC, "00")).isInstanceOf(IllegalArgumentException.class);
    }

    /** RFC 3394, 4.1, 4.3 and 4.6. */
    @ParameterizedTest
    @CsvSource({
        "000102030405060708090a0b0c0d0e0f, 00112233445566778899aabbccddeeff, 1fa68b0a8112b447aef34bd8fb5a7b829d3e862371d2cfe5",
        "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f, 00112233445566778899aabbccddeeff, 64e8c3f9ce0f5ba263e9777905818a2a93c8191e7d6e8ae7",
        "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f, 00112233445566778899aabbccddeeff000102030405060708090a0b0c0d0e0f,"
            + " 28c9f404c4b810f4cbccb35cfb87f8263f5786e2d80ed326cbc7f0e71a99f43bfb988b9b7a02dd21"})
    void shouldWrapKeys(final String wrappingKey, final String key, final String wrapped) throws Exception {
        final KeyBlock block = new KeyWrap(new SecretKeySpec(HEX.parseHex(wrappingKey), "AES"));
        assertThat(HEX.formatHex(block.wrap(HEX.parseHex(key)))).isEqualTo(wrapped);
        assertThat(HEX.formatHex(block.unwrap(HEX.parseHex(wrapped)))).isEqualTo(key);
        final byte[] changed = HEX.parseHex(wrapped);
        for (int i = 0; i < changed.length; i++) {
            changed[i] ^= 1;
            assertThatThrownBy(() -> block.unwrap(changed)).isInstanceOf(KeyBlockException.class);
            changed[i] ^= 1;
        }
        assertThatThrownBy(() -> block.unwrap(new byte[16])).isInstanceOf(KeyBlockException.class);
        assertThatThrownBy(() -> block.wrap(new byte[12])).isInstanceOf(KeyBlockException.class);
    }
}
