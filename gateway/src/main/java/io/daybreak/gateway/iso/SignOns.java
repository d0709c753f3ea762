package io.daybreak.gateway.iso;

import java.util.Collection;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** The participants that speak ISO 8583, by code. Any thread; grows only with the links' files. */
final class SignOns {
    private final ConcurrentMap<String, Peer> peers = new ConcurrentHashMap<>();

    /** The one with that code, the same for all links. */
    Peer peer(final String code) {
        return peers.computeIfAbsent(code, Peer::new);
    }

    /** All. */
    Collection<Peer> peers() {
        return peers.values();
    }
}
