package io.daybreak.gateway.key;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

final class KeyFileTest {
    @TempDir
    private Path directory;

    private static KeyFile.Entry entry(final KeyFile.Purpose purpose, final String name, final String id, final int fill) {
        final byte[] value = new byte[32];
        java.util.Arrays.fill(value, (byte) fill);
        return new KeyFile.Entry(purpose, name, id, value);
    }

    @Test
    void shouldKeepKeysInTheOrderOfTheirUseForTheirOwnerOnly() throws Exception {
        final Path path = directory.resolve("keys");
        final KeyFile file = KeyFile.create(path);
        file.add(entry(KeyFile.Purpose.TOKEN, "-", "1", 1));
        file.add(entry(KeyFile.Purpose.TOKEN, "-", "2", 2), entry(KeyFile.Purpose.MAC, "a-link", "K1", 3));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path))).isEqualTo("rw-------");
        final KeyFile again = KeyFile.read(path);
        assertThat(again.entries(KeyFile.Purpose.TOKEN, "-")).extracting(KeyFile.Entry::id).containsExactly("1", "2");
        assertThat(again.find(KeyFile.Purpose.MAC, "a-link", "K1").value()).hasSize(32).containsOnly(3);
        assertThat(again.find(KeyFile.Purpose.MAC, "other", "K1")).isNull();
        // Put again it is the newest.
        again.add(entry(KeyFile.Purpose.TOKEN, "-", "1", 4));
        assertThat(KeyFile.read(path).entries(KeyFile.Purpose.TOKEN, "-")).extracting(KeyFile.Entry::id).containsExactly("2", "1");
        again.remove(KeyFile.Purpose.TOKEN, "-", "2");
        assertThat(Files.readString(path)).doesNotContain("0202020202");
    }

    @Test
    void shouldKeepTheNewestOfKeysThatFollowEachOtherAndAllOthers() throws Exception {
        final Path path = directory.resolve("keys");
        final KeyFile file = KeyFile.create(path);
        file.add(entry(KeyFile.Purpose.TOKEN, "-", "1", 1), entry(KeyFile.Purpose.MAC, "other", "K1", 2));
        for (int i = 1; i <= 5; i++) {
            file.addNewest(entry(KeyFile.Purpose.MAC, "a-link", "K" + i, 16 + i), 2);
        }
        final KeyFile again = KeyFile.read(path);
        assertThat(again.entries(KeyFile.Purpose.MAC, "a-link")).extracting(KeyFile.Entry::id).containsExactly("K4", "K5");
        assertThat(again.entries(KeyFile.Purpose.MAC, "other")).hasSize(1);
        assertThat(again.entries(KeyFile.Purpose.TOKEN, "-")).hasSize(1);
        assertThat(Files.readString(path)).as("a key that nobody uses any more").doesNotContain("11111111");
    }

    @Test
    void shouldRefuseAFileThatOthersMayUse() throws Exception {
        final Path path = directory.resolve("keys");
        KeyFile.create(path).add(entry(KeyFile.Purpose.TOKEN, "-", "1", 1));
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-r-----"));
        assertThatThrownBy(() -> KeyFile.read(path)).isInstanceOf(KeyFileException.class).hasMessageContaining("chmod 600");
    }

    @ParameterizedTest
    @ValueSource(strings = {"token - 1", "token - 1 = 0", "token - 1 = xy", "spoon - 1 = 00", "token - 1 = 00;token - 1 = 01"})
    void shouldNameTheLineThatIsWrongAndNoKey(final String text) {
        assertThatThrownBy(() -> KeyFile.ofText("DAYBREAK_KEYS", text)).isInstanceOf(KeyFileException.class)
            .hasMessageMatching("DAYBREAK_KEYS line [12].*");
    }

    @Test
    void shouldTakeKeysFromTheEnvironmentAndAddNoneToThem() throws Exception {
        final KeyFile file = KeyFile.ofText("DAYBREAK_KEYS", "# remark; token - 1 = 0a0b ;link x 1=0c");
        assertThat(file.isWritable()).isFalse();
        assertThat(file.find(KeyFile.Purpose.LINK, "x", "1").value()).containsExactly(0x0c);
        assertThatThrownBy(() -> file.add(entry(KeyFile.Purpose.TOKEN, "-", "2", 2))).isInstanceOf(IOException.class);
    }
}
