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

    @Option(names = "--iso8583-port", paramLabel = "N",
        description = "Port of the demo's ISO 8583 listener in ASCII, 0 for a free one (setting iso8583.port; default 8583).")
    private Integer isoPort;

    @Option(names = "--iso8583-bcd-port", paramLabel = "N",
        description = "The same in BCD (setting iso8583.bcd-port; default 8584).")
    private Integer bcdPort;

    @Option(names = "--iso8583-mac-port", paramLabel = "N",
        description = "The same in ASCII with MACs; listens only if given (setting iso8583.mac-port).")
    private Integer macPort;

    @Option(names = "--iso8583-1993-port", paramLabel = "N",
        description = "The same in ASCII of ISO 8583:1993; listens only if given (setting iso8583.1993-port).")
    private Integer version93Port;

    @Option(names = "--demo-wallets", paramLabel = "N", description = "Wallets of the demo, at most 100000 (setting demo.wallets; default 1000).")
    private Integer demoWallets;

    @Option(names = "--demo-balance", paramLabel = "MINOR", description = "What each of them has (setting demo.balance; default 1000000).")
    private Long demoBalance;

    @Option(names = "--issuer", paramLabel = "HOST:PORT", description = "Where the demo's issuer listens (setting demo.issuer; default 127.0.0.1:8590).")
    private String issuer;

    @Option(names = "--metrics-port", paramLabel = "N",
        description = "Port of the page of metrics, 0 for a free one; none unless given (setting metrics.port).")
    private Integer metricsPort;

    @Option(names = "--durability", paramLabel = "MODE",
        description = {"process: an answered payment survives the death of the process. disk: also the loss of power. standby: also the loss of"
            + " the machine (setting journal.durability; default disk)."})
    private String durability;

    @Option(names = "--standby-of", paramLabel = "HOST:PORT",
        description = "Follows the primary whose replication port this is, until it is promoted (setting replication.standby-of).")
    private String standbyOf;

    @Option(names = "--set", paramLabel = "NAME=VALUE", description = "Any setting; may be given more than once.")
    private List<String> overrides = new ArrayList<>();

    /** All of it together; the named flags win over {@code --set}, which wins over the file. */
    Settings load() throws SettingsException {
        final List<String> all = new ArrayList<>(overrides);
        if (data != null) {
            all.add("data=" + data);
        }
        add(all, "native.port", nativePort);
        add(all, "iso8583.port", isoPort);
        add(all, "iso8583.bcd-port", bcdPort);
        add(all, "iso8583.mac-port", macPort);
        add(all, "iso8583.1993-port", version93Port);
        add(all, "demo.wallets", demoWallets);
        add(all, "demo.balance", demoBalance);
        add(all, "demo.issuer", issuer);
        add(all, "metrics.port", metricsPort);
        add(all, "journal.durability", durability);
        add(all, "replication.standby-of", standbyOf);
        return Settings.load(config, all);
    }

    private static void add(final List<String> overrides, final String setting, final Object value) {
        if (value != null) {
            overrides.add(setting + "=" + value);
        }
    }

    /** Prints what is wrong, one line each. */
    static void print(final SettingsException wrong, final java.io.PrintWriter err) {
        err.println("daybreak: the settings are wrong:");
        for (final String problem : wrong.problems()) {
            err.println("  " + problem);
        }
    }
}
