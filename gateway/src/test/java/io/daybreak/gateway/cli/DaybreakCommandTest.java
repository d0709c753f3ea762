package io.daybreak.gateway.cli;

import io.daybreak.gateway.launch.ExitCode;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;

class DaybreakCommandTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(final String... arguments) {
        return DaybreakCommand.newCommandLine().setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true)).execute(arguments);
    }

    @Test
    void shouldExplainEachCommand() {
        assertThat(run("--help")).isZero();
        assertThat(out.toString()).contains("serve", "config", "admin", "version", "Exit codes");
        for (final ExitCode code : ExitCode.values()) {
            assertThat(out.toString()).contains(code.code() + "   ");
        }
        describe(DaybreakCommand.newCommandLine());
    }

    /** Every command and every option says what it is for. */
    private static void describe(final CommandLine commandLine) {
        assertThat(commandLine.getCommandSpec().usageMessage().description()).as(commandLine.getCommandName()).isNotEmpty();
        commandLine.getCommandSpec().options().forEach(option -> assertThat(option.description()).as("%s %s", commandLine.getCommandName(), option).isNotEmpty());
        for (final Map.Entry<String, CommandLine> command : commandLine.getSubcommands().entrySet()) {
            describe(command.getValue());
        }
    }

    @Test
    void shouldRefuseWrongArguments() {
        assertThat(run()).isEqualTo(ExitCode.USAGE.code());
        assertThat(run("sirve")).isEqualTo(ExitCode.USAGE.code());
        assertThat(run("serve", "--native-port", "seven")).isEqualTo(ExitCode.USAGE.code());
        assertThat(run("serve", "--bogus")).isEqualTo(ExitCode.USAGE.code());
        assertThat(err.toString()).contains("sirve", "seven", "--bogus");
    }

    @Test
    void shouldRefuseWrongSettingsBeforeAnythingStarts() {
        assertThat(run("serve", "--set", "native.prot=1", "--native-port", "70000")).isEqualTo(ExitCode.USAGE.code());
        assertThat(err.toString()).contains("unknown setting native.prot", "native.port must be from 0 to 65535: 70000");
    }

    @Test
    void shouldPrintEffectiveSettingsAndTheReference() {
        assertThat(run("config", "--set", "native.port=1234", "--data", "/somewhere", "--durability", "process")).isZero();
        assertThat(out.toString()).contains("native.port = \"1234\"", "data = \"/somewhere\"", "journal.durability = \"process\"", "clock.max-step = \"10 s\"");
        assertThat(run("config", "--reference")).isZero();
        assertThat(out.toString()).contains("# Every setting of the Daybreak server");
    }

    @Test
    void shouldPrintVersions() {
        assertThat(run("version")).isZero();
        assertThat(out.toString()).contains("native protocol 1");
    }
}
