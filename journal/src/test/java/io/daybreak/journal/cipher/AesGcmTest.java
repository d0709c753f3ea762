package io.daybreak.journal.cipher;

import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import java.util.SplittableRandom;

import com.sun.management.ThreadMXBean;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

import org.agrona.BufferUtil;
import org.agrona.UnsafeApi;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Ours against the platform's AES/GCM, both ways; against vectors of the GCM specification; every flipped bit; no allocation. */
class AesGcmTest {
    private static final long SEED = Long.getLong("daybreak.cipher.seed", 20_261_123L);
    private static final int LARGEST = 9_000;

    private final SplittableRandom random = new SplittableRandom(SEED);
    private final ByteBuffer memory = ByteBuffer.allocateDirect(3 * LARGEST).order(ByteOrder.LITTLE_ENDIAN);
    private final long known = BufferUtil.address(memory);
    private final long text = known + LARGEST + 3;
    private final long opened = text + LARGEST;

    private byte[] bytes(final int length) {
        final byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) random.nextInt();
        }
        return bytes;
    }

    private static void put(final long address, final byte[] bytes) {
        for (int i = 0; i < bytes.length; i++) {
            UnsafeApi.putByte(address + i, bytes[i]);
        }
    }

    private static byte[] get(final long address, final int length) {
        final byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = UnsafeApi.getByte(address + i);
        }
        return bytes;
    }

    private static byte[] platform(final int mode, final byte[] key, final long nonce, final byte[] known, final byte[] text) throws GeneralSecurityException {
        final Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        final byte[] iv = ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN).putLong(nonce).array();
        cipher.init(mode, new SecretKeySpec(key, "AES"), new GCMParameterSpec(128, iv));
        cipher.updateAAD(known);
        return cipher.doFinal(text);
    }

    @Test
    void shouldGiveWhatThePlatformGivesAndOpenWhatItSealed() throws GeneralSecurityException {
        for (int round = 0; round < 2_000; round++) {
            final byte[] key = bytes(AesGcm.KEY_LENGTH);
            final AesGcm cipher = new AesGcm(key);
            final long nonce = random.nextLong();
            final byte[] aad = bytes(random.nextInt(4) == 0 ? random.nextInt(200) : 96);
            final byte[] plain = bytes(round < 100 ? round : random.nextInt(random.nextInt(10) == 0 ? 8_500 : 300));
            put(known, aad);
            put(text, plain);
            cipher.seal(nonce, known, aad.length, text, plain.length, text + plain.length);
            final byte[] sealed = get(text, plain.length + AesGcm.TAG_LENGTH);
            assertThat(sealed).as("seed " + SEED + " round " + round).isEqualTo(platform(Cipher.ENCRYPT_MODE, key, nonce, aad, plain));
            assertThat(cipher.open(nonce, known, aad.length, text, plain.length, text + plain.length, opened)).isTrue();
            assertThat(get(opened, plain.length)).isEqualTo(plain);
            assertThat(get(text, sealed.length)).isEqualTo(sealed);
        }
    }

    /** Test case 13 and 14 of "The Galois/Counter Mode of Operation", whose nonces are zero. */
    @Test
    void shouldGiveTheVectorsOfTheSpecification() {
        final AesGcm cipher = new AesGcm(new byte[AesGcm.KEY_LENGTH]);
        cipher.seal(0, known, 0, text, 0, text);
        assertThat(HexFormat.of().formatHex(get(text, 16))).isEqualTo("530f8afbc74536b9a963b4f1c4cb738b");
        put(text, new byte[16]);
        cipher.seal(0, known, 0, text, 16, text + 16);
        assertThat(HexFormat.of().formatHex(get(text, 32))).isEqualTo("cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919");
    }

    @Test
    void shouldNotOpenWhateverBitIsFlipped() {
        final AesGcm cipher = new AesGcm(bytes(AesGcm.KEY_LENGTH));
        final int length = 45;
        put(known, bytes(96));
        put(text, bytes(length));
        cipher.seal(7, known, 96, text, length, text + length);
        put(opened, new byte[length]);
        for (int bit = 0; bit < 96 * 8; bit++) {
            flip(known, bit);
            assertThat(cipher.open(7, known, 96, text, length, text + length, opened)).as("known " + bit).isFalse();
            flip(known, bit);
        }
        for (int bit = 0; bit < (length + AesGcm.TAG_LENGTH) * 8; bit++) {
            flip(text, bit);
            assertThat(cipher.open(7, known, 96, text, length, text + length, opened)).as("text " + bit).isFalse();
            flip(text, bit);
        }
        for (int bit = 0; bit < Long.SIZE; bit++) {
            assertThat(cipher.open(7 ^ 1L << bit, known, 96, text, length, text + length, opened)).as("nonce " + bit).isFalse();
        }
        assertThat(get(opened, length)).as("nothing is given away of what does not open").containsOnly(0);
        assertThat(cipher.open(7, known, 96, text, length, text + length, opened)).isTrue();
    }

    private static void flip(final long address, final int bit) {
        UnsafeApi.putByte(address + bit / 8, (byte) (UnsafeApi.getByte(address + bit / 8) ^ 1 << bit % 8));
    }

    @Test
    void shouldAllocateNothing() {
        final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        final AesGcm cipher = new AesGcm(bytes(AesGcm.KEY_LENGTH));
        final long thread = Thread.currentThread().getId();
        seal(cipher, 20_000);
        final long before = threads.getThreadAllocatedBytes(thread);
        seal(cipher, 20_000);
        assertThat(threads.getThreadAllocatedBytes(thread) - before).isLessThan(4_096);
    }

    private void seal(final AesGcm cipher, final int messages) {
        for (int i = 0; i < messages; i++) {
            cipher.seal(i, known, 96, text, 700 + i % 64, text + 800);
        }
    }
}
