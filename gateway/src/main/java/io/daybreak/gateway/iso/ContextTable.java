package io.daybreak.gateway.iso;

import io.daybreak.iso8583.mac.MessageMac;
import org.agrona.BitUtil;
import org.agrona.BufferUtil;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * What one event loop keeps of each request until it is answered: its bytes as they came, the connection, and what the
 * answer needs. Rule: docs/iso8583.md, "Format" (echo) and "Card data" (gone once it is no longer needed).
 * <p>
 * Event loop's thread only. The bytes lie outside the heap, in places of two sizes, and are wiped when the context is
 * closed. A context is named by its place and its generation, so that an answer never reaches a later request. Bounds: so
 * many contexts in all; those above {@code reserve} are for what finishes earlier work. Full: {@link #NONE}.
 */
final class ContextTable {
    /** No context. */
    static final int NONE = -1;

    private static final int LARGE_SHARE = 16;

    private final int capacity;
    private final int reserve;
    private final int smallBytes;
    private final int largeBytes;
    private final int smallPlaces;
    private final UnsafeBuffer small;
    private final UnsafeBuffer large;
    private final int[] freeSmall;
    private final int[] freeLarge;
    private int freeSmallCount;
    private int freeLargeCount;

    private final int[] generations;
    private final int[] headerLengths;
    private final int[] messageLengths;
    private final AcquirerSide[] sides;
    private final Peer[] peers;
    private final MessageMac[] macs;
    private final MessageKind[] kinds;
    private final int[] mtis;
    private final long[] linkIds;
    private final boolean[] areForIssuers;
    private final boolean[] areAnswered;

    /**
     * @param capacity   contexts
     * @param reserve    of them kept for what finishes earlier work
     * @param smallBytes of an ordinary request
     * @param largeBytes of the largest frame; a sixteenth of the capacity may be larger than {@code smallBytes}
     */
    ContextTable(final int capacity, final int reserve, final int smallBytes, final int largeBytes) {
        this.capacity = capacity;
        this.reserve = reserve;
        this.smallBytes = BitUtil.align(smallBytes, 64);
        this.largeBytes = BitUtil.align(largeBytes, 64);
        smallPlaces = capacity;
        final int largePlaces = Math.max(1, capacity / LARGE_SHARE);
        small = new UnsafeBuffer(BufferUtil.allocateDirectAligned(Math.multiplyExact(smallPlaces, this.smallBytes), 64));
        large = new UnsafeBuffer(BufferUtil.allocateDirectAligned(Math.multiplyExact(largePlaces, this.largeBytes), 64));
        freeSmall = new int[smallPlaces];
        freeLarge = new int[largePlaces];
        for (int i = smallPlaces - 1; i >= 0; i--) {
            freeSmall[freeSmallCount++] = i;
        }
        for (int i = largePlaces - 1; i >= 0; i--) {
            freeLarge[freeLargeCount++] = smallPlaces + i;
        }
        final int places = smallPlaces + largePlaces;
        generations = new int[places];
        headerLengths = new int[places];
        messageLengths = new int[places];
        sides = new AcquirerSide[places];
        peers = new Peer[places];
        macs = new MessageMac[places];
        kinds = new MessageKind[places];
        mtis = new int[places];
        linkIds = new long[places];
        areForIssuers = new boolean[places];
        areAnswered = new boolean[places];
    }

    /** Contexts open now. */
    int count() {
        return capacity - freeSmallCount + freeLarge.length - freeLargeCount;
    }

    /**
     * Opens a context and keeps the request's header and message.
     *
     * @param isFinishing whether the reserve may be used
     * @return its place, or {@link #NONE}
     */
    int open(final AcquirerSide side, final long linkId, final Peer peer, final MessageKind kind, final int mti, final MessageMac mac,
             final boolean isFinishing, final DirectBuffer source, final int headerOffset, final int headerLength, final int messageLength) {
        final int bytes = headerLength + messageLength;
        if (!isFinishing && count() >= capacity - reserve) {
            return NONE;
        }
        final int place;
        if (bytes <= smallBytes && freeSmallCount > 0) {
            place = freeSmall[--freeSmallCount];
        } else if (bytes <= largeBytes && freeLargeCount > 0) {
            place = freeLarge[--freeLargeCount];
        } else {
            return NONE;
        }
        generations[place] = generations[place] + 1 & Integer.MAX_VALUE;
        headerLengths[place] = headerLength;
        messageLengths[place] = messageLength;
        sides[place] = side;
        linkIds[place] = linkId;
        areForIssuers[place] = false;
        areAnswered[place] = false;
        peers[place] = peer;
        macs[place] = mac;
        kinds[place] = kind;
        mtis[place] = mti;
        memory(place).putBytes(headerOffset(place), source, headerOffset, bytes);
        return place;
    }

    /** What names an open context outside of this table. */
    long correlationId(final int place) {
        return (long) generations[place] << 32 | place;
    }

    /** The open context of that name, or {@link #NONE}. */
    int find(final long correlationId) {
        final int place = (int) correlationId;
        return place >= 0 && place < sides.length && sides[place] != null && generations[place] == (int) (correlationId >>> 32) ? place : NONE;
    }

    /** Forgets a context and wipes its bytes. */
    void close(final int place) {
        wipe(memory(place), headerOffset(place), headerLengths[place] + messageLengths[place]);
        sides[place] = null;
        peers[place] = null;
        macs[place] = null;
        if (place < smallPlaces) {
            freeSmall[freeSmallCount++] = place;
        } else {
            freeLarge[freeLargeCount++] = place;
        }
    }

    /** In whole words, which every place has: for so few, a call out of the virtual machine would cost more. */
    private static void wipe(final UnsafeBuffer memory, final int from, final int bytes) {
        for (int at = from; at < from + bytes; at += Long.BYTES) {
            memory.putLong(at, 0);
        }
    }

    /** Where the bytes lie. */
    UnsafeBuffer memory(final int place) {
        return place < smallPlaces ? small : large;
    }

    /** Where the frame's header begins in {@link #memory}. */
    int headerOffset(final int place) {
        return place < smallPlaces ? place * smallBytes : (place - smallPlaces) * largeBytes;
    }

    /** Where the message begins in {@link #memory}. */
    int messageOffset(final int place) {
        return headerOffset(place) + headerLengths[place];
    }

    int messageLength(final int place) {
        return messageLengths[place];
    }

    AcquirerSide side(final int place) {
        return sides[place];
    }

    /** The connection's id when the request came: the side may have gone since. */
    long linkId(final int place) {
        return linkIds[place];
    }

    Peer peer(final int place) {
        return peers[place];
    }

    /** Under which key the request was found good; null without MACs. */
    MessageMac mac(final int place) {
        return macs[place];
    }

    MessageKind kind(final int place) {
        return kinds[place];
    }

    /** Places that there are, used or not. */
    int places() {
        return sides.length;
    }

    /** The request's card goes to an issuer, who may need what the request says beyond what decides about it. */
    void forIssuer(final int place) {
        areForIssuers[place] = true;
    }

    /** The issuer needs it no more. */
    void notForIssuer(final int place) {
        areForIssuers[place] = false;
    }

    /** The acquirer has its answer; the context stays open for the issuer. */
    void answered(final int place) {
        areAnswered[place] = true;
    }

    /** Whether {@link #answered} was said. */
    boolean isAnswered(final int place) {
        return areAnswered[place];
    }

    /** Whether {@link #forIssuer} was said. */
    boolean isForIssuer(final int place) {
        return areForIssuers[place];
    }

    /** Message type in the terms of 1987. */
    int mti(final int place) {
        return mtis[place];
    }
}
