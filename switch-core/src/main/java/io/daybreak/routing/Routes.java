package io.daybreak.routing;

import io.daybreak.memory.Hashing;
import io.daybreak.state.StateImage;
import io.daybreak.state.Stateful;

import java.util.Arrays;

/**
 * Which issuer answers for a card: among the active routes to active issuers whose conditions hold, the longest prefix of the
 * first eight digits wins, then the lowest id. A longer prefix whose conditions do not hold does not hide a shorter one.
 * <p>
 * At most {@link #MAX_ROUTE_ID} routes, found by id; a hash table by length and prefix leads to the routes of one prefix,
 * chained by id. A look-up probes at most the eight lengths that are in use. Ledger thread only.
 */
final class Routes implements Stateful {
    static final int MAX_ROUTE_ID = 4_095;
    static final int MAX_PREFIX_LENGTH = 8;

    /** Twice the routes, a power of two: half empty at most. */
    private static final int SLOTS = 8_192;
    private static final long[] POWERS = {1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000};

    private final Issuers issuers;
    private final Route[] routes = new Route[MAX_ROUTE_ID + 1];
    private final Route[] byPrefix = new Route[SLOTS];
    /** Bit n: a route with a prefix of n digits. */
    private int lengths;
    private int lastRouteId;
    private long digest;

    Routes(final Issuers issuers) {
        this.issuers = issuers;
    }

    /** A route, or null. */
    Route route(final int routeId) {
        return routeId < 0 || routeId > MAX_ROUTE_ID ? null : routes[routeId];
    }

    int lastRouteId() {
        return lastRouteId;
    }

    /** Id of the route, or {@link Issuing#NO_ROUTE}. */
    int find(final long bin8, final long amountMinor, final int channel, final int currency) {
        for (int length = MAX_PREFIX_LENGTH; length > 0; length--) {
            if ((lengths & 1 << length) != 0) {
                Route route = byPrefix[slotOf(length, bin8 / POWERS[MAX_PREFIX_LENGTH - length])];
                while (route != null) {
                    if (route.takes(amountMinor, channel, currency) && issuers.issuer(route.issuerId).isActive()) {
                        return route.id;
                    }
                    route = route.next;
                }
            }
        }
        return Issuing.NO_ROUTE;
    }

    /** The route of this id, made if there is none. To be changed between {@link #before} and {@link #after}. */
    Route make(final int routeId) {
        if (routes[routeId] == null) {
            routes[routeId] = new Route(routeId);
            lastRouteId = Math.max(lastRouteId, routeId);
            digest += routes[routeId].hash();
        }
        return routes[routeId];
    }

    void before(final Route route) {
        digest -= route.hash();
    }

    /** The route was changed: the look-up is laid out anew. */
    void after(final Route route) {
        digest += route.hash();
        layOut();
    }

    private void layOut() {
        Arrays.fill(byPrefix, null);
        lengths = 0;
        for (int id = lastRouteId; id > 0; id--) {
            if (routes[id] != null && routes[id].isActive()) {
                final int slot = slotOf(routes[id].prefixLength, routes[id].prefix);
                routes[id].next = byPrefix[slot];
                byPrefix[slot] = routes[id];
                lengths |= 1 << routes[id].prefixLength;
            }
        }
    }

    /** Slot of a prefix: where its routes are, or an empty one. */
    private int slotOf(final int length, final long prefix) {
        int slot = (int) (Hashing.mix(length, prefix) & SLOTS - 1);
        while (byPrefix[slot] != null && (byPrefix[slot].prefixLength != length || byPrefix[slot].prefix != prefix)) {
            slot = slot + 1 & SLOTS - 1;
        }
        return slot;
    }

    static boolean isPrefix(final int length, final long prefix) {
        return length >= 1 && length <= MAX_PREFIX_LENGTH && prefix < POWERS[length];
    }

    @Override
    public void image(final StateImage image) {
        digest = image.word(digest);
        lastRouteId = image.bounded(lastRouteId, 0, MAX_ROUTE_ID);
        for (int id = 0; id <= lastRouteId; id++) {
            if (image.flag(routes[id] != null)) {
                routes[id] = routes[id] == null ? new Route(id) : routes[id];
                routes[id].image(image);
            }
        }
        if (image.isLoading()) {
            layOut();
        }
    }

    long digest() {
        return digest;
    }

    long computeDigest() {
        long sum = 0;
        for (final Route route : routes) {
            sum += route == null ? 0 : route.hash();
        }
        return sum;
    }
}
