package io.daybreak.gateway.iso;

import java.util.List;
import java.util.Map;

/**
 * Limits of the ISO 8583 links. Meaning, defaults and ranges: reference.conf, {@code iso8583}.
 *
 * @param listeners        where acquirers connect, in the order of the READY line
 * @param maxConnections   in all
 * @param maxUnsentBytes   of a connection; above it the peer counts as a slow reader
 * @param contextsPerLoop  requests without an answer, per event loop
 * @param tokenCache       tokens remembered, per event loop; a power of two, or 0
 * @param frameTimeoutMs   from a frame's first to its last byte
 */
public record IsoSettings(List<Listener> listeners, int maxConnections, int maxUnsentBytes, int contextsPerLoop, int tokenCache, int frameTimeoutMs) {
    /**
     * One listening port.
     *
     * @param name         as in READY, logs and metrics
     * @param host         address to bind
     * @param port         0: a free one
     * @param profile      one of the built-in links, or a file
     * @param participants codes of participants by institution, where they differ from the profile's default
     */
    public record Listener(String name, String host, int port, String profile, Map<Long, String> participants) {
    }
}
