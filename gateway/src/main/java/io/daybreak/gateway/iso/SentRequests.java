package io.daybreak.gateway.iso;

import org.agrona.collections.Long2LongHashMap;

/**
 * Which acquirer's request a message to an issuer was made of, until its response comes: what the response has for the
 * acquirer goes there. Decides nothing; the state matches responses by itself, but what another payment's response says must
 * not travel with this one's answer, so the same fields have to agree here. Event loop's thread only. Bounded: at the bound
 * the oldest are forgotten, and their answers go back without the issuer's further fields.
 */
final class SentRequests {
    /** No such message. */
    static final int NONE = -1;

    private static final int TRANSMISSION_SHIFT = 20;
    private static final int LINK_SHIFT = 51;

    private final Long2LongHashMap placeOf;
    private final int mask;
    private final long[] keys;
    private final long[] linkIds;
    private final long[] correlationIds;
    private final int[] routeIds;
    private final long[] rrns0;
    private final int[] rrns1;
    private final long[] amounts;
    private long next;

    /** @param capacity a power of two */
    SentRequests(final int capacity) {
        mask = capacity - 1;
        placeOf = new Long2LongHashMap(2 * capacity, 0.65f, NONE);
        keys = new long[capacity];
        linkIds = new long[capacity];
        correlationIds = new long[capacity];
        routeIds = new int[capacity];
        rrns0 = new long[capacity];
        rrns1 = new int[capacity];
        amounts = new long[capacity];
    }

    /** What names a message on a link; never 0, since no link has the number 0. */
    static long key(final int linkId, final long transmission, final long stan) {
        return (long) linkId << LINK_SHIFT | transmission << TRANSMISSION_SHIFT | stan;
    }

    /**
     * Remembers a message.
     *
     * @param rrn0   with {@code rrn1}: its DE 37, eight and four characters, the first the highest; 0: none
     * @param amount its DE 4
     */
    void put(final long key, final long linkId, final long correlationId, final int routeId, final long rrn0, final int rrn1, final long amount) {
        final int place = (int) next++ & mask;
        if (keys[place] != 0) {
            placeOf.remove(keys[place]);
        }
        final long before = placeOf.put(key, place);
        if (before != NONE) {
            keys[(int) before] = 0;
        }
        keys[place] = key;
        linkIds[place] = linkId;
        correlationIds[place] = correlationId;
        routeIds[place] = routeId;
        rrns0[place] = rrn0;
        rrns1[place] = rrn1;
        amounts[place] = amount;
    }

    /** Place of a message, or {@link #NONE}; good until the next {@link #put}. */
    int find(final long key) {
        return (int) placeOf.get(key);
    }

    /** Its response has come. What the place says can be read until the next {@link #put}. */
    void forget(final int place) {
        placeOf.remove(keys[place]);
        keys[place] = 0;
    }

    /** Whether a response's DE 37 is this message's; 0: the response has none. */
    boolean hasReference(final int place, final long rrn0, final int rrn1) {
        return rrn0 == 0 || rrns0[place] == 0 || rrns0[place] == rrn0 && rrns1[place] == rrn1;
    }

    long amount(final int place) {
        return amounts[place];
    }

    long linkId(final int place) {
        return linkIds[place];
    }

    long correlationId(final int place) {
        return correlationIds[place];
    }

    int routeId(final int place) {
        return routeIds[place];
    }

    int count() {
        return placeOf.size();
    }
}
