package io.daybreak.gateway.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

class SettingsTest {
    @TempDir
    private Path directory;

    private static List<String> problems(final Path file, final String... overrides) {
        return catchThrowableOfType(SettingsException.class, () -> Settings.load(file, List.of(overrides))).problems();
    }

    @Test
    void shouldTakeTheDefaults() throws SettingsException {
        final Settings settings = Settings.load(null, List.of());
        assertThat(settings.data()).isEqualTo(Path.of("./data"));
        assertThat(settings.links().port()).isEqualTo(7_300);
        assertThat(settings.links().host()).isEqualTo("127.0.0.1");
        assertThat(settings.links().maxFrameLength()).isEqualTo(786_260);
        assertThat(settings.links().eventLoops()).isEqualTo(Math.max(1, Runtime.getRuntime().availableProcessors() / 2));
        assertThat(settings.journal().durability()).isEqualTo("disk");
        assertThat(settings.journal().reserveBytes()).isEqualTo(256L << 20);
        assertThat(settings.capacity().accounts()).isEqualTo(1_000_000);
        assertThat(settings.capacity().guaranteedWindowMs()).isEqualTo(300_000);
        assertThat(settings.security().operatorKeyFile()).isNull();
    }

    @Test
    void shouldLetOverridesWinOverTheFile() throws Exception {
        final Path file = directory.resolve("daybreak.conf");
        Files.writeString(file, "native { port = 7400, idle-timeout = 5 s }\njournal.reserve-bytes = 1 GiB\n");
        final Settings settings = Settings.load(file, List.of("native.port=7401", "native.port=7402", "clock.max-step = 2 s"));
        assertThat(settings.links().port()).isEqualTo(7_402);
        assertThat(settings.links().idleTimeoutMs()).isEqualTo(5_000);
        assertThat(settings.journal().reserveBytes()).isEqualTo(1L << 30);
        assertThat(settings.pipeline().clockMaxStepMs()).isEqualTo(2_000);
    }

    @Test
    void shouldNameEverythingThatIsWrongAtOnce() throws IOException {
        final Path file = directory.resolve("daybreak.conf");
        Files.writeString(file, "native.prot = 7301\nnative.port = 70000\njournal { durability = memory }\nring = 5\n");
        assertThat(problems(file, "clock.max-step=soon", "capacity.accounts=many", "no.such.setting=1", "nonsense"))
            .hasSize(8)
            .anySatisfy(text -> assertThat(text).startsWith("unknown setting native.prot").contains("daybreak.conf: 1"))
            .anySatisfy(text -> assertThat(text).isEqualTo("native.port must be from 0 to 65535: 70000 (" + originOf(file, 2) + ")"))
            .anySatisfy(text -> assertThat(text).startsWith("journal.durability must be one of process, disk, standby: memory"))
            .anySatisfy(text -> assertThat(text).startsWith("unknown setting ring"))
            .anySatisfy(text -> assertThat(text).startsWith("clock.max-step"))
            .anySatisfy(text -> assertThat(text).startsWith("capacity.accounts"))
            .anySatisfy(text -> assertThat(text).isEqualTo("unknown setting no.such.setting (--set)"))
            .anySatisfy(text -> assertThat(text).isEqualTo("--set wants name=value: nonsense"));
    }

    private static String originOf(final Path file, final int line) {
        return file + ": " + line;
    }

    @Test
    void shouldSayWhatIsWrongWithTheFileItself() throws IOException {
        assertThat(problems(directory.resolve("missing.conf"))).singleElement().asString().startsWith("cannot read the configuration file");
        final Path broken = directory.resolve("broken.conf");
        Files.writeString(broken, "native { port = ");
        assertThat(problems(broken)).singleElement().asString().contains("broken.conf");
    }

    @Test
    void shouldBindPlaintextToLoopbackOnlyUnlessTold() throws SettingsException {
        assertThat(problems(null, "native.host=0.0.0.0")).singleElement().asString().contains("native.allow-plaintext-bind");
        assertThat(Settings.load(null, List.of("native.host=0.0.0.0", "native.allow-plaintext-bind=true")).links().host()).isEqualTo("0.0.0.0");
        assertThat(Settings.load(null, List.of("native.host=localhost")).links().host()).isEqualTo("localhost");
        assertThat(Settings.load(null, List.of("native.host=::1")).links().host()).isEqualTo("::1");
    }

    @ParameterizedTest
    @CsvSource({
        "native.max-in-flight=30000, native.max-in-flight-per-loop",
        "chain.max-members=500, ring.max-claim",
        "ring.capacity=1000, power of two",
        "native.read-buffer=16 KiB, does not hold a chain",
        "native.idle-timeout=0 s, native.idle-timeout",
        "native.allow-plaintext-bind=perhaps, native.allow-plaintext-bind",
        "data=, data",
        "native.max-frame-length=786261, native.max-frame-length",
    })
    void shouldCheckSettingsAgainstTheirLimitsAndEachOther(final String override, final String named) {
        assertThat(problems(null, override)).anySatisfy(text -> assertThat(text).contains(named));
    }

    @Test
    void shouldDescribeEverySettingInTheReference() throws IOException {
        final String text;
        try (InputStream in = Settings.class.getClassLoader().getResourceAsStream("reference.conf")) {
            text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
        final Config reference = ConfigFactory.parseString(text);
        reference.entrySet().forEach(entry -> {
            final List<String> comments = entry.getValue().origin().comments();
            final int line = entry.getValue().origin().lineNumber();
            assertThat(comments.isEmpty() && text.lines().toList().get(line - 2).isBlank())
                .as("%s has no remark of its own and does not stand under one", entry.getKey()).isFalse();
        });
    }
}
