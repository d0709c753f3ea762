package io.daybreak.gateway.card;

import io.daybreak.gateway.key.KeyFile;
import io.daybreak.gateway.key.KeyFileException;
import io.daybreak.iso8583.codec.MessageIndex;
import io.daybreak.iso8583.dialect.Dialect;
import io.daybreak.iso8583.text.Iso8583Message;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.HashSet;
import java.util.Set;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** SEC-04, SEC-05: docs/iso8583.md, "Card data". */
final class CardCipherTest {
    private static final LocalDate TODAY = LocalDate.of(2026, 11, 23);
    private static final Dialect DIALECT = Dialect.builtIn("1987-ascii");

    @TempDir
    private Path directory;

    private Path path() {
        return directory.resolve("keys");
    }

    private DataKeys open(final LocalDate day) throws Exception {
        return DataKeys.open(Files.exists(path()) ? KeyFile.read(path()) : KeyFile.create(path()), day);
    }

    private static MessageIndex message(final String pan) {
        final byte[] bytes = new Iso8583Message(200).set(2, pan).encode(DIALECT);
        final MessageIndex index = new MessageIndex(DIALECT);
        index.index(new UnsafeBuffer(bytes), 0, bytes.length);
        return index;
    }

    private static UnsafeBuffer seal(final CardCipher cipher, final String pan, final int expiry) {
        final UnsafeBuffer sealed = new UnsafeBuffer(new byte[CardCipher.BYTES]);
        cipher.seal(message(pan), 2, pan.length(), expiry, sealed, 0);
        return sealed;
    }

    private static String pan(final CardCipher cipher, final int digits) {
        return new String(cipher.pan(), 0, digits, StandardCharsets.US_ASCII);
    }

    @Test
    void shouldOpenWhatItSealedAlsoAfterARestartAndUnderTheNextDaysKey() throws Exception {
        final CardCipher cipher = new CardCipher(open(TODAY), 3);
        for (final String pan : new String[] {"9900020000000018", "12345678", "1234567890123456789", "990002000000001"}) {
            final UnsafeBuffer sealed = seal(cipher, pan, 3_012);
            assertThat(sealed.byteArray()).isNotEqualTo(seal(cipher, pan, 3_012).byteArray());
            final DataKeys later = open(TODAY.plusDays(1));
            final CardCipher other = new CardCipher(later, 0);
            final int digits = other.open(sealed, 0);
            assertThat(pan(other, digits)).isEqualTo(pan);
            assertThat(other.expiry()).isEqualTo(3_012);
            other.wipe();
            assertThat(other.pan()).containsOnly(0);
            assertThat(later.current().id()).isEqualTo((int) TODAY.plusDays(1).toEpochDay());
        }
    }

    @Test
    void shouldRefuseWhatWasChanged() throws Exception {
        final CardCipher cipher = new CardCipher(open(TODAY), 0);
        final UnsafeBuffer sealed = seal(cipher, "9900020000000018", 3_012);
        for (int i = 0; i < CardCipher.BYTES; i++) {
            sealed.putByte(i, (byte) (sealed.getByte(i) ^ 1));
            assertThat(cipher.open(sealed, 0)).as("byte " + i).isNegative();
            sealed.putByte(i, (byte) (sealed.getByte(i) ^ 1));
        }
        assertThat(cipher.open(sealed, 0)).isEqualTo(16);
        assertThat(cipher.open(new UnsafeBuffer(new byte[CardCipher.BYTES]), 0)).isEqualTo(CardCipher.INVALID);
    }

    /** Starts and loops have no nonce in common, whatever they count. */
    @Test
    void shouldNeverUseANonceTwice() throws Exception {
        final Set<String> nonces = new HashSet<>();
        int sealed = 0;
        for (int start = 0; start < 3; start++) {
            final DataKeys keys = open(TODAY);
            for (int loop = 0; loop < 3; loop++) {
                final CardCipher cipher = new CardCipher(keys, loop);
                for (int i = 0; i < 100; i++) {
                    final byte[] bytes = seal(cipher, "9900020000000018", 0).byteArray();
                    nonces.add(new String(bytes, 4, 12, StandardCharsets.ISO_8859_1));
                    sealed++;
                }
            }
        }
        assertThat(nonces).hasSize(sealed);
    }

    @Test
    void shouldBeUnreadableOnceTheKeyIsDestroyed() throws Exception {
        final DataKeys keys = open(TODAY);
        final CardCipher cipher = new CardCipher(keys, 0);
        final UnsafeBuffer sealed = seal(cipher, "9900020000000018", 3_012);
        final DataKey old = keys.current();
        final String line = Files.readAllLines(path()).stream().filter(text -> text.startsWith("data - ")).findFirst().orElseThrow();
        assertThat(line).startsWith("data - 20261123 = ");
        // A name for the file's bytes, so that they can still be seen when the file has been replaced.
        final Path before = directory.resolve("before");
        Files.createLink(before, path());
        assertThat(keys.destroyBefore(TODAY.plusDays(5))).as("the one in use lives").isZero();
        assertThat(keys.rotate(TODAY.plusDays(1))).isTrue();
        assertThat(keys.rotate(TODAY)).as("keys do not go back").isFalse();
        assertThat(keys.destroyBefore(TODAY)).isZero();
        assertThat(cipher.open(sealed, 0)).isEqualTo(16);
        assertThat(keys.destroyBefore(TODAY.plusDays(1))).isEqualTo(1);
        assertThat(cipher.open(sealed, 0)).isEqualTo(CardCipher.GONE);
        assertThat(old.isDestroyed()).isTrue();
        assertThatThrownBy(old::getEncoded).isInstanceOf(IllegalStateException.class);
        assertThat(Files.readString(path())).doesNotContain(line.substring(18)).contains("data - 20261124 = ");
        assertThat(Files.readAllBytes(before)).as("what the old file held").containsOnly(0);
        assertThat(new CardCipher(open(TODAY.plusDays(1)), 0).open(sealed, 0)).isEqualTo(CardCipher.GONE);
    }

    @Test
    void shouldWantAFileThatCanBeWritten() {
        assertThatThrownBy(() -> DataKeys.open(KeyFile.ofText("test", "token - 1 = " + "00".repeat(32)), TODAY)).isInstanceOf(KeyFileException.class);
        assertThatThrownBy(() -> DataKeys.open(KeyFile.ofText("test", "data - x = 00"), TODAY)).isInstanceOf(KeyFileException.class);
    }
}
