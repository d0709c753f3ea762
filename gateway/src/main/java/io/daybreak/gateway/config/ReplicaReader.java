package io.daybreak.gateway.config;

import io.daybreak.gateway.replica.ReplicaSettings;
import io.daybreak.protocol.Acknowledgement;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Reads {@code replication}. */
final class ReplicaReader {
    private static final String NODE = "replication.node";
    private static final String STANDBY_OF = "replication.standby-of";

    private ReplicaReader() {
    }

    static ReplicaSettings read(final SettingsReader reader) {
        final String node = reader.text(NODE);
        if (!node.matches("[!-~]{0,16}")) {
            reader.problem(NODE + " wants a participant code of at most 16 characters: " + node);
        }
        final boolean isStandbyMode = "standby".equals(reader.text("journal.durability"));
        final String standbyOf = reader.text(STANDBY_OF);
        if (node.isEmpty() && (isStandbyMode || !standbyOf.isEmpty())) {
            reader.problem("journal.durability=standby and " + STANDBY_OF + " need " + NODE);
        }
        final List<InetSocketAddress> peers = new ArrayList<>();
        for (final String peer : words(reader, "replication.peers")) {
            peers.add(address(reader, "replication.peers", peer));
        }
        final ReplicaSettings.Tls tls = tls(reader);
        final String host = reader.text("replication.host");
        if (!node.isEmpty()) {
            Settings.checkBind(reader, "replication", host, tls != null || reader.flag("replication.allow-plaintext-bind"));
        }
        final boolean isWaiting = "wait".equals(reader.oneOf("replication.when-standby-is-gone", "degrade", "wait"));
        return new ReplicaSettings(node,
            reader.integer("replication.key-id", 1, Integer.MAX_VALUE),
            host,
            reader.integer("replication.port", 0, 65_535),
            standbyOf.isEmpty() ? null : address(reader, STANDBY_OF, standbyOf),
            peers,
            "sync".equals(reader.oneOf("replication.acknowledge", "sync", "write")),
            !isStandbyMode ? Acknowledgement.LOCAL : isWaiting ? Acknowledgement.WAIT : Acknowledgement.DEGRADE,
            reader.milliseconds("replication.ack-timeout", Duration.ofMillis(50), Duration.ofMinutes(10)),
            reader.milliseconds("replication.silence", Duration.ofMillis(500), Duration.ofMinutes(10)),
            reader.milliseconds("replication.reconnect", Duration.ofMillis(10), Duration.ofMinutes(1)),
            reader.size("replication.catch-up-bytes-per-second", 64L << 10, 1L << 40),
            reader.size("replication.keep-bytes", 0, 1L << 50),
            words(reader, "replication.fence-command"),
            reader.milliseconds("replication.fence-timeout", Duration.ofMillis(100), Duration.ofMinutes(10)),
            tls);
    }

    private static ReplicaSettings.Tls tls(final SettingsReader reader) {
        final String certificate = reader.text("replication.tls-certificate");
        final String key = reader.text("replication.tls-key");
        final String trust = reader.text("replication.tls-trust");
        if (certificate.isEmpty() && key.isEmpty() && trust.isEmpty()) {
            return null;
        }
        if (certificate.isEmpty() || key.isEmpty() || trust.isEmpty()) {
            reader.problem("replication.tls-certificate, tls-key and tls-trust go together");
        }
        return new ReplicaSettings.Tls(Path.of(certificate), Path.of(key), Path.of(trust));
    }

    private static List<String> words(final SettingsReader reader, final String name) {
        final String text = reader.text(name).trim();
        return text.isEmpty() ? List.of() : List.of(text.split("\\s+"));
    }

    private static InetSocketAddress address(final SettingsReader reader, final String name, final String text) {
        final int colon = text.lastIndexOf(':');
        try {
            final int port = colon < 1 ? 0 : Integer.parseInt(text.substring(colon + 1));
            if (port > 0 && port < 65_536) {
                return InetSocketAddress.createUnresolved(text.substring(0, colon), port);
            }
        } catch (final NumberFormatException ex) {
            reader.problem(name + ": " + ex.getMessage());
        }
        reader.problem(name + " wants HOST:PORT: " + text);
        return InetSocketAddress.createUnresolved("127.0.0.1", 1);
    }
}
