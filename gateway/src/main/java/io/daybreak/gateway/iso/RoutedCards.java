package io.daybreak.gateway.iso;

import io.daybreak.protocol.PinMode;
import org.agrona.collections.Int2IntHashMap;
import org.agrona.collections.Long2LongHashMap;
import org.agrona.collections.LongHashSet;

import java.util.HashMap;
import java.util.Map;

/**
 * What the gateway knows of the routes in the state: which cards may be routed, and so need their number kept; which routes
 * pass PIN blocks; what the issuers' links are called. The state alone decides where a payment goes. Immutable once it is
 * shown to others; any thread.
 */
final class RoutedCards {
    /** Nothing is routed. */
    static final RoutedCards NONE = new Builder().build();

    private static final int PREFIX_DIGITS = 8;
    private static final int NONE_KNOWN = 0;

    /** Sets of prefixes of one length each, the longest first; and of each prefix the PinModes of its routes, as bits. */
    private final LongHashSet[] prefixes;
    private final Long2LongHashMap[] pinBits;
    private final long[] divisors;
    private final Int2IntHashMap pinModes;
    private final Map<String, Integer> linkIds;
    private final Int2IntHashMap issuers;
    private final Int2IntHashMap dayGroups;
    private final long maximumAgeMs;

    private RoutedCards(final Builder builder) {
        int lengths = 0;
        for (final LongHashSet set : builder.byLength) {
            lengths += set == null ? 0 : 1;
        }
        prefixes = new LongHashSet[lengths];
        divisors = new long[lengths];
        pinBits = new Long2LongHashMap[lengths];
        int at = 0;
        for (int length = PREFIX_DIGITS; length > 0; length--) {
            if (builder.byLength[length] != null) {
                prefixes[at] = builder.byLength[length];
                pinBits[at] = builder.pinBits[length];
                divisors[at++] = builder.divisor(length);
            }
        }
        pinModes = builder.pinModes;
        linkIds = Map.copyOf(builder.linkIds);
        issuers = builder.issuers;
        dayGroups = builder.dayGroups;
        maximumAgeMs = builder.maximumAgeMs;
    }

    /** Collects records. */
    static final class Builder {
        private final LongHashSet[] byLength = new LongHashSet[PREFIX_DIGITS + 1];
        private final Long2LongHashMap[] pinBits = new Long2LongHashMap[PREFIX_DIGITS + 1];
        private final Int2IntHashMap pinModes = new Int2IntHashMap(PinMode.REFUSE);
        private final Map<String, Integer> linkIds = new HashMap<>();
        private final Int2IntHashMap issuers = new Int2IntHashMap(NONE_KNOWN);
        private final Int2IntHashMap dayGroups = new Int2IntHashMap(NONE_KNOWN);
        private long maximumAgeMs;

        /** A route that is in use. */
        Builder route(final int routeId, final int prefixLength, final long prefix, final int pinMode) {
            if (byLength[prefixLength] == null) {
                byLength[prefixLength] = new LongHashSet();
                pinBits[prefixLength] = new Long2LongHashMap(0);
            }
            byLength[prefixLength].add(prefix);
            // The map has no room for what it says anyway where nothing was put.
            if (pinMode != PinMode.REFUSE) {
                pinModes.put(routeId, pinMode);
                pinBits[prefixLength].put(prefix, pinBits[prefixLength].get(prefix) | 1L << pinMode);
            }
            return this;
        }

        /** A link of an issuer. */
        Builder link(final String code, final int linkId, final int issuerId) {
            linkIds.put(code, linkId);
            issuers.put(linkId, issuerId);
            return this;
        }

        /** An issuer, and the age at which its store-and-forward gives up. */
        Builder issuer(final int issuerId, final int dayGroup, final long newMaximumAgeMs) {
            dayGroups.put(issuerId, dayGroup);
            maximumAgeMs = Math.max(maximumAgeMs, newMaximumAgeMs);
            return this;
        }

        RoutedCards build() {
            return new RoutedCards(this);
        }

        private long divisor(final int length) {
            long divisor = 1;
            for (int i = length; i < PREFIX_DIGITS; i++) {
                divisor *= 10;
            }
            return divisor;
        }
    }

    /**
     * Whether some route is for cards that begin like this.
     *
     * @param bin8 first eight digits
     */
    boolean isRouted(final long bin8) {
        for (int i = 0; i < prefixes.length; i++) {
            if (prefixes[i].contains(bin8 / divisors[i])) {
                return true;
            }
        }
        return false;
    }

    /** A PinMode. */
    int pinMode(final int routeId) {
        return pinModes.get(routeId);
    }

    /** What the routes for cards that begin like this do with PIN blocks, as bits by PinMode; 0: all refuse them. */
    long pinBits(final long bin8) {
        long bits = 0;
        for (int i = 0; i < pinBits.length; i++) {
            bits |= pinBits[i].get(bin8 / divisors[i]);
        }
        return bits;
    }

    /** Number of a link; 0: not known. */
    int linkId(final String code) {
        return linkIds.getOrDefault(code, 0);
    }

    /** Age at which store-and-forward gives up, of the issuer with the longest. */
    long maximumAgeMs() {
        return maximumAgeMs;
    }

    /** Group whose business days a link's issuer keeps; 0: not known. */
    int dayGroupOf(final int linkId) {
        return dayGroups.get(issuers.get(linkId));
    }
}
