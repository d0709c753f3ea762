package io.daybreak.loadtest.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** What a replay refuses before it reaches for a switch: one line, and an exit code. */
class ReplayCommandTest {
    @TempDir
    private Path directory;

    private static String refusal(final String... arguments) {
        final PrintStream before = System.err;
        final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        System.setErr(new PrintStream(bytes, true, StandardCharsets.UTF_8));
        try {
            assertThat(LoadTestMain.execute(arguments)).isEqualTo(ExitCode.USAGE);
        } finally {
            System.setErr(before);
        }
        final String text = bytes.toString(StandardCharsets.UTF_8);
        assertThat(text).doesNotContain("\tat ");
        return text;
    }

    @Test
    void shouldRefuseWhatIsNoJournal() throws Exception {
        assertThat(refusal("replay", "--journal", directory.resolve("none").toString(), "--speed", "1")).startsWith("there is no directory ").hasLineCount(1);
        assertThat(refusal("replay", "--journal", directory.toString(), "--speed", "1")).contains("is no data directory of a switch").hasLineCount(1);
        Files.createDirectories(directory.resolve("journal/queue"));
        assertThat(refusal("replay", "--journal", directory.toString(), "--speed", "max")).contains("is empty").hasLineCount(1);
        Files.writeString(directory.resolve("journal/queue/00000001.cq4"), "this is no queue of anybody's".repeat(1_000));
        assertThat(refusal("replay", "--journal", directory.toString(), "--speed", "10")).startsWith("the journal in ").hasLineCount(1);
    }

    @Test
    void shouldRefuseABadSpeed() {
        for (final String speed : new String[] {"0", "-1", "fast", "0.0", "1e3", "", "NaN", "10x"}) {
            assertThat(refusal("replay", "--journal", directory.toString(), "--speed", speed)).as(speed).contains("neither a number above 0").contains("max");
        }
        assertThat(refusal("replay", "--journal", directory.toString())).contains("--speed");
        assertThat(refusal("replay", "--speed", "1")).contains("--journal");
    }

    @Test
    void shouldRefuseKeysThatOthersMayRead() throws Exception {
        final Path keys = Files.writeString(directory.resolve("keys"), "journal - 1 = " + "ab".repeat(32));
        Files.setPosixFilePermissions(keys, PosixFilePermissions.fromString("rw-r--r--"));
        assertThat(refusal("replay", "--journal", directory.toString(), "--speed", "1", "--journal-key-file", keys.toString())).contains("chmod 600");
        Files.setPosixFilePermissions(keys, PosixFilePermissions.fromString("rw-------"));
        Files.writeString(keys, "journal - 1 = abc");
        assertThat(refusal("replay", "--journal", directory.toString(), "--speed", "1", "--journal-key-file", keys.toString())).contains("64 hexadecimal digits");
        Files.writeString(keys, "token - 1 = " + "ab".repeat(32));
        assertThat(refusal("replay", "--journal", directory.toString(), "--speed", "1", "--journal-key-file", keys.toString())).contains("no key of the journal");
    }
}
