package io.daybreak.gateway.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import io.daybreak.gateway.iso.IssuerSettings;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads what {@code iso8583} says of issuers. Says what is wrong in which object of a list. */
final class IssuerReader {
    private static final String LINKS = "iso8583.issuer-links";
    private static final String FIELDS = "iso8583.route-fields";
    private static final Set<String> LINK_KEYS = Set.of("issuer", "code", "host", "port", "link");
    private static final Set<String> FIELD_KEYS = Set.of("route", "request", "advice", "answer");
    private static final int MAX_ROUTE = 4_095;
    private static final int MAX_FIELD = 128;
    private static final long MIN_QUEUE = 256L << 10;

    private IssuerReader() {
    }

    static IssuerSettings read(final SettingsReader reader, final Config effective) {
        final String institution = reader.text("iso8583.institution");
        if (!institution.matches("[0-9]{1,11}")) {
            reader.problem("iso8583.institution must be 1 to 11 digits: " + institution);
        }
        long queueBytes = reader.size("iso8583.issuer-queue-bytes", MIN_QUEUE, 1L << 30);
        if (Long.bitCount(queueBytes) != 1) {
            reader.problem("iso8583.issuer-queue-bytes must be a power of two: " + queueBytes);
            queueBytes = MIN_QUEUE;
        }
        return new IssuerSettings(institution.isEmpty() ? "0" : institution, links(reader, effective), fields(reader, effective), (int) queueBytes,
            reader.oneOf("iso8583.pin-module", IssuerSettings.NO_PIN_MODULE, IssuerSettings.SOFTWARE_PIN_MODULE));
    }

    private static List<IssuerSettings.Link> links(final SettingsReader reader, final Config effective) {
        final List<IssuerSettings.Link> links = new ArrayList<>();
        final Set<String> codes = new HashSet<>();
        try {
            int index = 0;
            for (final Config config : effective.getConfigList(LINKS)) {
                final String place = LINKS + "[" + index++ + "]";
                checkKeys(reader, config, LINK_KEYS, place);
                try {
                    final int port = config.getInt("port");
                    final String code = config.getString("code");
                    if (port < 1 || port > 65_535) {
                        reader.problem(place + ".port must be from 1 to 65535: " + port);
                    }
                    if (!code.matches("[\\w.-]{1,16}") || !config.getString("issuer").matches("[\\w.-]{1,16}")) {
                        reader.problem(place + ": issuer and code must be 1 to 16 letters, digits, hyphens and dots");
                    }
                    if (!codes.add(code)) {
                        reader.problem(place + ".code is taken: " + code);
                    }
                    links.add(new IssuerSettings.Link(config.getString("issuer"), code, config.getString("host"), port, config.getString("link")));
                } catch (final ConfigException ex) {
                    reader.problem(place + ": " + ex.getMessage());
                }
            }
        } catch (final ConfigException ex) {
            reader.problem(LINKS + ": " + ex.getMessage());
        }
        return List.copyOf(links);
    }

    private static List<IssuerSettings.Fields> fields(final SettingsReader reader, final Config effective) {
        final List<IssuerSettings.Fields> fields = new ArrayList<>();
        try {
            int index = 0;
            for (final Config config : effective.getConfigList(FIELDS)) {
                final String place = FIELDS + "[" + index++ + "]";
                checkKeys(reader, config, FIELD_KEYS, place);
                try {
                    final int route = config.getInt("route");
                    if (route < 0 || route > MAX_ROUTE) {
                        reader.problem(place + ".route must be from 0 to " + MAX_ROUTE + ": " + route);
                    }
                    fields.add(new IssuerSettings.Fields(route, rows(reader, config, "request", place), rows(reader, config, "advice", place),
                        rows(reader, config, "answer", place)));
                } catch (final ConfigException ex) {
                    reader.problem(place + ": " + ex.getMessage());
                }
            }
        } catch (final ConfigException ex) {
            reader.problem(FIELDS + ": " + ex.getMessage());
        }
        return List.copyOf(fields);
    }

    private static Map<Integer, String> rows(final SettingsReader reader, final Config config, final String key, final String place) {
        final Map<Integer, String> rows = new HashMap<>();
        if (config.hasPath(key)) {
            for (final Map.Entry<String, Object> row : config.getObject(key).unwrapped().entrySet()) {
                final String action = String.valueOf(row.getValue());
                if (!row.getKey().matches("[0-9]{1,3}") || Integer.parseInt(row.getKey()) > MAX_FIELD
                    || !action.matches("pass|drop|set [ -~]{1,999}")) {
                    reader.problem(place + "." + key + " wants FIELD = pass, drop or \"set VALUE\": " + row.getKey());
                } else {
                    rows.put(Integer.parseInt(row.getKey()), action);
                }
            }
        }
        return Map.copyOf(rows);
    }

    private static void checkKeys(final SettingsReader reader, final Config config, final Set<String> known, final String place) {
        for (final String key : config.root().keySet()) {
            if (!known.contains(key)) {
                reader.problem(place + ": unknown key " + key);
            }
        }
    }
}
