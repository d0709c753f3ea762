package io.daybreak.gateway.key;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;

import io.daybreak.gateway.key.JournalKeys.Encryption;
import io.daybreak.journal.cipher.Keyring;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Where the journal's keys come from, and what is refused. */
class JournalKeysTest {
    private static final String LINE_1 = "journal - 1 = " + "ab".repeat(32);
    private static final String LINE_2 = "journal - 2 = " + "cd".repeat(32);
    private static final Map<String, String> NOTHING = Map.of();

    @TempDir
    private Path directory;

    private Path file(final String text) throws Exception {
        final Path file = directory.resolve("keys");
        Files.writeString(file, text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        return file;
    }

    @Test
    void shouldEncryptWithTheLastLineOfTheFile() throws Exception {
        final Keyring ring = JournalKeys.read(file("# rotated\n" + LINE_2 + "\ntoken - 1 = " + "00".repeat(32) + "\n" + LINE_1 + "\n"), Encryption.AUTO, NOTHING);
        assertThat(ring.encrypts()).isTrue();
        assertThat(ring.current().id()).isEqualTo(1);
        assertThat(ring).hasToString("[journal key 2, journal key 1]");
    }

    @Test
    void shouldTakeTheEnvironmentWithoutAFile() throws Exception {
        final Map<String, String> environment = Map.of(JournalKeys.VARIABLE, LINE_1 + ";" + LINE_2);
        assertThat(JournalKeys.read(null, Encryption.AUTO, environment).current().id()).isEqualTo(2);
        assertThat(JournalKeys.read(file(LINE_1), Encryption.AUTO, environment).current().id()).as("the file wins").isEqualTo(1);
        assertThat(JournalKeys.read(null, Encryption.OFF, environment).encrypts()).isFalse();
        assertThat(JournalKeys.read(null, Encryption.AUTO, NOTHING).encrypts()).isFalse();
    }

    @Test
    void shouldRefuseWhatIsNoKey() throws Exception {
        assertThatThrownBy(() -> JournalKeys.read(null, Encryption.REQUIRED, NOTHING)).isInstanceOf(KeyFileException.class)
            .hasMessageContaining("journal.encryption is required").hasMessageContaining(JournalKeys.VARIABLE);
        final Path without = file("token - 1 = " + "00".repeat(32));
        assertThatThrownBy(() -> JournalKeys.read(without, Encryption.AUTO, NOTHING)).hasMessageContaining("has no key of the journal");
        final Path named = file("journal - first = " + "ab".repeat(32));
        assertThatThrownBy(() -> JournalKeys.read(named, Encryption.AUTO, NOTHING)).hasMessageContaining("JOURNAL - first wants a number");
        final Path shorter = file("journal - 1 = " + "ab".repeat(16));
        assertThatThrownBy(() -> JournalKeys.read(shorter, Encryption.AUTO, NOTHING)).hasMessageContaining("64 hexadecimal digits")
            .hasMessageNotContaining("abab");
        final Path open = file(LINE_1);
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rw-r--r--"));
        assertThatThrownBy(() -> JournalKeys.read(open, Encryption.AUTO, NOTHING)).hasMessageContaining("chmod 600");
    }
}
