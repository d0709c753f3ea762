package io.daybreak.gateway.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import io.daybreak.gateway.iso.IsoSettings;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads {@code iso8583.listeners}, a list of objects. Says what is wrong in which of them. */
final class ListenerReader {
    private static final String LIST = "iso8583.listeners";
    private static final Set<String> KEYS = Set.of("name", "host", "port", "link", "participants");

    private ListenerReader() {
    }

    static List<IsoSettings.Listener> read(final SettingsReader reader, final Config effective) {
        final List<IsoSettings.Listener> listeners = new ArrayList<>();
        final Set<String> names = new HashSet<>(Set.of("native", "iso8583", "iso8583-bcd", "iso8583-mac", "iso8583-1993"));
        try {
            int index = 0;
            for (final Config config : effective.getConfigList(LIST)) {
                final IsoSettings.Listener listener = readOne(reader, config, LIST + "[" + index++ + "]");
                if (listener != null) {
                    if (!names.add(listener.name())) {
                        reader.problem(LIST + ": the name " + listener.name() + " is taken");
                    }
                    listeners.add(listener);
                }
            }
        } catch (final ConfigException ex) {
            reader.problem(LIST + ": " + ex.getMessage());
        }
        return listeners;
    }

    private static IsoSettings.Listener readOne(final SettingsReader reader, final Config config, final String place) {
        for (final String key : config.root().keySet()) {
            if (!KEYS.contains(key)) {
                reader.problem(place + ": unknown key " + key);
            }
        }
        try {
            final String name = config.getString("name");
            final int port = config.getInt("port");
            if (!name.matches("[a-z0-9][a-z0-9-]{0,30}")) {
                reader.problem(place + ".name must be 1 to 31 characters a-z, 0-9 and hyphens: " + name);
            }
            if (port < 0 || port > 65_535) {
                reader.problem(place + ".port must be from 0 to 65535: " + port);
            }
            final Map<Long, String> participants = new HashMap<>();
            if (config.hasPath("participants")) {
                for (final Map.Entry<String, Object> entry : config.getObject("participants").unwrapped().entrySet()) {
                    if (!entry.getKey().matches("[0-9]{1,11}") || !String.valueOf(entry.getValue()).matches("[A-Z0-9]{1,16}")) {
                        reader.problem(place + ".participants wants \"DE 32\" = CODE: " + entry.getKey());
                    } else {
                        participants.put(Long.parseLong(entry.getKey()), String.valueOf(entry.getValue()));
                    }
                }
            }
            return new IsoSettings.Listener(name, config.hasPath("host") ? config.getString("host") : "127.0.0.1", port, config.getString("link"),
                Map.copyOf(participants));
        } catch (final ConfigException ex) {
            reader.problem(place + ": " + ex.getMessage());
            return null;
        }
    }
}
