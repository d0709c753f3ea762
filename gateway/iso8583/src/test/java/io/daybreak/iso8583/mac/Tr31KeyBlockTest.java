package io.daybreak.iso8583.mac;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** MAC-14. */
final class Tr31KeyBlockTest {
    private static final byte[] PROTECTION = bytes("88E1AB2A2E3DD38C1FA039A536500CC8A87AB9D62DC92C01058FA79F44657DE6");
    private static final byte[] KEY = bytes("3F419E1CB7079442AA37474C2EFBF8B8");

    private static byte[] bytes(final String hex) {
        return HexFormat.of().parseHex(hex);
    }

    private static byte[] text(final String block) {
        return block.getBytes(StandardCharsets.US_ASCII);
    }

    /** The published example of version D: an AES PIN key. Its cryptography is the same; its use is not ours. */
    @Test
    void shouldAgreeWithThePublishedExampleAndRefuseItsUse() throws Exception {
        final String block = "D0112P0AE00E0000B82679114F470F540165EDFBF7E250FCEA43F810D215F8D207E2E417C07156A27E8E31DA05F7425509593D03A457DC34";
        assertThatThrownBy(() -> new Tr31KeyBlock(PROTECTION, MacAlgorithm.AES_CMAC).unwrap(text(block))).isInstanceOf(KeyBlockException.class);
        assertThat(new Tr31KeyBlock(PROTECTION, "P0", 'A', "E", MacAlgorithm.AES_CMAC).unwrap(text(block))).isEqualTo(KEY);
    }

    @ParameterizedTest
    @EnumSource
    void shouldUnwrapWhatItWrapped(final MacAlgorithm algorithm) throws Exception {
        for (final int protection : new int[] {16, 24, 32}) {
            final Tr31KeyBlock blocks = new Tr31KeyBlock(java.util.Arrays.copyOf(PROTECTION, protection), algorithm);
            final byte[] block = blocks.wrap(KEY);
            assertThat(new String(block, StandardCharsets.US_ASCII)).startsWith("D" + String.format("%04d", block.length)
                + (algorithm == MacAlgorithm.RETAIL ? "M3TC" : "M6AC"));
            assertThat(blocks.unwrap(block)).isEqualTo(KEY);
            assertThat(blocks.wrap(KEY)).as("padding is random").isNotEqualTo(block);
        }
    }

    @Test
    void shouldFindEveryChange() throws Exception {
        final Tr31KeyBlock blocks = new Tr31KeyBlock(PROTECTION, MacAlgorithm.RETAIL);
        final byte[] block = blocks.wrap(KEY);
        for (int i = 0; i < block.length; i++) {
            final byte[] changed = block.clone();
            changed[i] = (byte) (changed[i] == '1' ? '2' : '1');
            assertThatThrownBy(() -> blocks.unwrap(changed)).as("character %s", i).isInstanceOf(KeyBlockException.class)
                .hasMessageNotContaining(HexFormat.of().formatHex(KEY));
        }
        assertThatThrownBy(() -> new Tr31KeyBlock(KEY, MacAlgorithm.RETAIL).unwrap(block)).as("another key").isInstanceOf(KeyBlockException.class);
        assertThatThrownBy(() -> new Tr31KeyBlock(PROTECTION, MacAlgorithm.AES_CMAC).unwrap(block)).as("another use")
            .isInstanceOf(KeyBlockException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "D", "D0016M3TC00E0000", "D0112M3TC00E01000102", "A0088M3TC00E0000", "D0020M3TC00E01TT99XY"})
    void shouldRefuseWhatIsNoBlock(final String text) {
        assertThatThrownBy(() -> new Tr31KeyBlock(PROTECTION, MacAlgorithm.RETAIL).unwrap(text(text))).isInstanceOf(KeyBlockException.class);
    }

    @Test
    void shouldNotTakeKeysOfAnotherLength() {
        assertThatThrownBy(() -> new Tr31KeyBlock(new byte[15], MacAlgorithm.RETAIL)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Tr31KeyBlock(PROTECTION, MacAlgorithm.RETAIL).wrap(new byte[24])).isInstanceOf(KeyBlockException.class);
    }
}
