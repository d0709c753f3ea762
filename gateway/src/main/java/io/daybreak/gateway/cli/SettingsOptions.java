package io.daybreak.gateway.cli;

import io.daybreak.gateway.config.Settings;
import io.daybreak.gateway.config.SettingsException;
import picocli.CommandLine.Option;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The flags that make up the settings, shared by the commands that read them. */
final class SettingsOptions {
    @Option(names = "--config", paramLabel = "FILE", description = "File with settings; see the config command for all of them.")
    private Path config;

    @Option(names = "--data", paramLabel = "DIR", description = "Data directory (setting data; default ./data).")
    private Path data;

    @Option(names = "--native-port", paramLabel = "N", description = "Port of the native protocol, 0 for a free one (setting native.port; default 7300).")
    private Integer nativePort;

    @Option(names = "--durability", paramLabel = "MODE",
        description = "process: an answered payment survives the death of the process. disk: also the loss of power (setting journal.durability; default disk).")
    private String durability;

    @Option(names = "--set", paramLabel = "NAME=VALUE", description = "Any setting; may be given more than once.")
    private List<String> overrides = new ArrayList<>();

    /** All of it together; the named flags win over {@code --set}, which wins over the file. */
    Settings load() throws SettingsException {
        final List<String> all = new ArrayList<>(overrides);
        if (data != null) {
            all.add("data=" + data);
        }
        if (nativePort != null) {
            all.add("native.port=" + nativePort);
        }
        if (durability != null) {
            all.add("journal.durability=" + durability);
        }
        return Settings.load(config, all);
    }

    /** Prints what is wrong, one line each. */
    static void print(final SettingsException wrong, final java.io.PrintWriter err) {
        err.println("daybreak: the settings are wrong:");
        for (final String problem : wrong.problems()) {
            err.println("  " + problem);
        }
    }
}
