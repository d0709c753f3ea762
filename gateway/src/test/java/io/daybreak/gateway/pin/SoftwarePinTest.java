package io.daybreak.gateway.pin;

import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;

import static org.assertj.core.api.Assertions.assertThat;

/** PIN-04: ISO 9564 formats 0 and 4. */
final class SoftwarePinTest {
    private static final byte[] PAN = "9900010000000019".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] OTHER = "9900010000000175".getBytes(StandardCharsets.US_ASCII);
    private final SoftwarePin pins = new SoftwarePin();

    private static byte[] seal(final int format, final byte[] pin, final byte[] pan, final boolean isIssuers) {
        return format == 0 ? SoftwarePin.seal0(pin, pan, pan.length, isIssuers ? SoftwarePin.ISSUER_DES : SoftwarePin.ACQUIRER_DES)
            : SoftwarePin.seal4(pin, pan, pan.length, isIssuers ? SoftwarePin.ISSUER_AES : SoftwarePin.ACQUIRER_AES);
    }

    @Test
    void shouldTellARightPinFromAWrongOne() {
        final byte[] right = SoftwarePin.pinOf(PAN, PAN.length);
        final byte[] wrong = right.clone();
        wrong[2] = (byte) (wrong[2] == '9' ? '0' : wrong[2] + 1);
        for (final int format : new int[] {0, 4}) {
            assertThat(pins.verify(seal(format, right, PAN, false), PAN, PAN.length, 1)).isEqualTo(PinSecurity.Verdict.RIGHT);
            assertThat(pins.verify(seal(format, wrong, PAN, false), PAN, PAN.length, 1)).isEqualTo(PinSecurity.Verdict.WRONG);
            assertThat(pins.verify(seal(format, right, PAN, true), PAN, PAN.length, 1)).as("another zone's key")
                .isNotEqualTo(PinSecurity.Verdict.RIGHT);
            assertThat(pins.verify(seal(format, right, PAN, false), OTHER, OTHER.length, 1)).as("another card").isNotEqualTo(PinSecurity.Verdict.RIGHT);
        }
        assertThat(pins.verify(new byte[5], PAN, PAN.length, 1)).isEqualTo(PinSecurity.Verdict.UNUSABLE);
    }

    @Test
    void shouldTranslateIntoTheIssuersZone() {
        final byte[] pin = "471100".getBytes(StandardCharsets.US_ASCII);
        for (final int format : new int[] {0, 4}) {
            final byte[] block = seal(format, pin, PAN, false);
            assertThat(pins.translate(block, PAN, PAN.length, 1, 1)).isTrue();
            assertThat(block).isEqualTo(seal(format, pin, PAN, true));
        }
        final byte[] none = new byte[8];
        assertThat(pins.translate(none, PAN, PAN.length, 1, 1)).isFalse();
        assertThat(none).containsOnly(0);
    }

    /** A block of format 0 in clear is the XOR of two fields that everybody can write down. */
    @Test
    void shouldHaveTheFormOfTheStandard() throws Exception {
        final byte[] block = SoftwarePin.seal0("1234".getBytes(StandardCharsets.US_ASCII), PAN, PAN.length, SoftwarePin.ISSUER_DES);
        final byte[] key = java.util.Arrays.copyOf(SoftwarePin.ISSUER_DES, 24);
        System.arraycopy(SoftwarePin.ISSUER_DES, 0, key, 16, 8);
        final javax.crypto.Cipher cipher = javax.crypto.Cipher.getInstance("DESede/ECB/NoPadding");
        cipher.init(javax.crypto.Cipher.DECRYPT_MODE, new javax.crypto.spec.SecretKeySpec(key, "DESede"));
        // 041234FFFFFFFFFF xor 0000001000000001: the digits 001000000001 stand before the check digit.
        assertThat(java.util.HexFormat.of().formatHex(cipher.doFinal(block))).isEqualTo("041234efffffffFE".toLowerCase(java.util.Locale.ROOT));
    }
}
