package io.daybreak.gateway.cli;

import io.daybreak.gateway.config.Settings;
import io.daybreak.gateway.config.SettingsException;
import io.daybreak.gateway.launch.ExitCode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;

/** Prints the settings that a server with the same flags would run with, after checking them. */
@Command(name = "config", mixinStandardHelpOptions = true,
    description = "Checks the settings and prints the effective ones, one NAME = VALUE a line.")
final class ConfigCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private SettingsOptions options;

    @Option(names = "--reference", description = "Prints the reference instead: every setting with its meaning, limits and default.")
    private boolean isReference;

    @Override
    public Integer call() {
        if (isReference) {
            spec.commandLine().getOut().print(reference());
            spec.commandLine().getOut().flush();
            return ExitCode.OK.code();
        }
        try {
            for (final Map.Entry<String, String> value : new TreeMap<>(options.load().values()).entrySet()) {
                spec.commandLine().getOut().println(value.getKey() + " = " + value.getValue());
            }
            return ExitCode.OK.code();
        } catch (final SettingsException ex) {
            SettingsOptions.print(ex, spec.commandLine().getErr());
            return ExitCode.USAGE.code();
        }
    }

    private static String reference() {
        try (InputStream in = Settings.class.getClassLoader().getResourceAsStream("reference.conf")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (final IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }
}
