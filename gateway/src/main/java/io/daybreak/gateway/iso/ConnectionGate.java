package io.daybreak.gateway.iso;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Counts the connections of one participant, and with all others those of the switch. One on which nothing good was said yet is a
 * newcomer: whoever it is, it may not keep a participant out. So at a bound the oldest newcomer gives way to a new connection, if it had its
 * time; one that is known never does. Rule: docs/iso8583.md, "Transport". Any thread; cold path.
 */
final class ConnectionGate {
    /** What all gates share; guards everything here. */
    static final class All {
        private final int most;
        private final List<Own> participants = new ArrayList<>();
        private int count;

        /** @param most connections of all gates together */
        All(final int most) {
            this.most = most;
        }

        /** The count of one more participant. */
        synchronized Own newOwn() {
            final Own own = new Own();
            participants.add(own);
            return own;
        }

        /** Connections now. */
        synchronized int count() {
            return count;
        }

        /** The oldest of those that had their time; null if there is none. */
        private Place oldest(final long nowNs) {
            Place oldest = null;
            for (final Own own : participants) {
                final Place first = own.oldest(nowNs);
                if (first != null && (oldest == null || first.enteredNs - oldest.enteredNs < 0)) {
                    oldest = first;
                }
            }
            return oldest;
        }
    }

    /** Connections of one participant, over all of its listeners. */
    static final class Own {
        /** In the order in which they came. */
        private final Set<Place> newcomers = new LinkedHashSet<>();
        private int count;

        private Place oldest(final long nowNs) {
            final Iterator<Place> places = newcomers.iterator();
            final Place first = places.hasNext() ? places.next() : null;
            return first != null && nowNs - first.enteredNs >= first.graceNs ? first : null;
        }
    }

    private final All all;
    private final Own own;
    private final int maxOwn;
    private final long graceNs;

    /**
     * @param maxOwn  most connections of the participant
     * @param graceNs how long a newcomer may stay silent before it has to give way
     */
    ConnectionGate(final All all, final Own own, final int maxOwn, final long graceNs) {
        this.all = all;
        this.own = own;
        this.maxOwn = maxOwn;
        this.graceNs = graceNs;
    }

    /**
     * One more.
     *
     * @param nowNs   as System.nanoTime
     * @param giveWay closes the connection; called at most once, from any thread, when it has no place any more
     * @return null if there are too many, and then it is not counted
     */
    Place enter(final long nowNs, final Runnable giveWay) {
        final Place place = new Place(nowNs, giveWay);
        Place last = null;
        synchronized (all) {
            if (own.count == maxOwn) {
                last = own.oldest(nowNs);
            } else if (all.count == all.most) {
                last = all.oldest(nowNs);
            }
            if (last != null) {
                last.takeAway();
            } else if (own.count >= maxOwn || all.count >= all.most) {
                return null;
            }
            own.count++;
            all.count++;
            own.newcomers.add(place);
        }
        if (last != null) {
            last.giveWay.run();
        }
        return place;
    }

    /** The place of one connection, from when it came until it goes. */
    final class Place {
        private final long enteredNs;
        private final long graceNs = ConnectionGate.this.graceNs;
        private final Runnable giveWay;
        private boolean isOver;

        private Place(final long enteredNs, final Runnable giveWay) {
            this.enteredNs = enteredNs;
            this.giveWay = giveWay;
        }

        /** Something good was said here: it keeps its place. False if it has none any more. */
        boolean known() {
            synchronized (all) {
                own.newcomers.remove(this);
                return !isOver;
            }
        }

        /** The connection is gone. */
        void leave() {
            synchronized (all) {
                takeAway();
            }
        }

        private void takeAway() {
            if (!isOver) {
                isOver = true;
                own.newcomers.remove(this);
                own.count--;
                all.count--;
            }
        }
    }
}
