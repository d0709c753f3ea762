package io.daybreak.loadtest.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * Time, chance, the network between the actors, and what happened so far. Time is simulated: it stands still while somebody acts, and leaps to the
 * next event. Each actor has chance of its own, so that one more draw here changes nothing there. One thread.
 */
final class World {
    static final long US = 1_000L;
    static final long MS = 1_000_000L;
    static final long SECOND = 1_000_000_000L;
    /** 2026-11-23T09:00:00Z. */
    static final long BEGIN_NS = 1_795_424_400L * SECOND;

    static final int FRAME_ARRIVES = 0;
    static final int FRAME_DOUBLED = 1;
    static final int FRAME_OVERTAKES = 2;
    /** And the frame with it, as with any connection that ends. */
    static final int CONNECTION_LOST = 3;

    final Trace trace = new Trace();
    final Set<Fault> faults;
    private final EventQueue events = new EventQueue();
    private final List<Actor> actors = new ArrayList<>();
    private final long seed;
    private final SplittableRandom network;
    private final int lossPerMille;
    private final int doublePerMille;
    private final int latePerMille;
    private final long usualDelayNs;
    private long nowNs = BEGIN_NS;
    private long[] cutUntilNs = new long[16];
    private long wireCutUntilNs;
    private final boolean isWireMad;
    private boolean calm;

    World(final long seed, final Set<Fault> faults) {
        this.seed = seed;
        this.faults = faults;
        this.network = chance(1_000);
        // Each world has its own weather.
        final boolean bad = faults.contains(Fault.NETWORK);
        lossPerMille = bad ? network.nextInt(3) * network.nextInt(30) : 0;
        doublePerMille = bad ? network.nextInt(3) * network.nextInt(30) : 0;
        latePerMille = bad ? network.nextInt(3) * network.nextInt(30) : 0;
        usualDelayNs = (20 + network.nextInt(2_000)) * US;
        isWireMad = bad && network.nextInt(4) == 0;
    }

    /** Chance of its own for somebody with this number. */
    SplittableRandom chance(final int number) {
        return new SplittableRandom(seed ^ number * 0x9E37_79B9_7F4A_7C15L);
    }

    int add(final Actor actor) {
        actors.add(actor);
        return actors.size() - 1;
    }

    long nowNs() {
        return nowNs;
    }

    boolean may(final Fault fault) {
        return !calm && faults.contains(fault);
    }

    /** From now on nothing goes wrong any more. */
    void calm() {
        calm = true;
        note("faults stop");
        cutUntilNs = new long[cutUntilNs.length];
        wireCutUntilNs = 0;
    }

    boolean isCalm() {
        return calm;
    }

    void note(final String text) {
        trace.note(nowNs, text);
    }

    /** Plans something for an actor. */
    void plan(final long delayNs, final int actor, final int kind, final long number, final Object what) {
        events.plan(nowNs + Math.max(0, delayNs), new EventQueue.Event(actor, kind, number, what));
    }

    /** Cuts somebody off from everybody else for a while. */
    void cutOff(final int actor, final long forNs) {
        cutUntilNs[actor] = nowNs + forNs;
        note(actors.get(actor).name() + " is cut off for " + forNs / MS + " ms");
    }

    /** Cuts the nodes off from each other for a while. */
    void cutWire(final long forNs) {
        wireCutUntilNs = nowNs + forNs;
        note("the nodes are cut off from each other for " + forNs / MS + " ms");
    }

    /** Until then the nodes do not reach each other. */
    long wireCutUntilNs() {
        return wireCutUntilNs;
    }

    /** A connection waits for what was lost and is sent again, so one late frame makes all behind it late: it happens less often than to messages. */
    long wireDelayNs() {
        final long delay = usualDelayNs / 2 + network.nextLong(usualDelayNs);
        return !calm && network.nextInt(20_000) < latePerMille ? delay + network.nextLong(SECOND) : delay;
    }

    /** What becomes of a frame between two nodes. */
    int fateOfFrame() {
        if (calm || !isWireMad || network.nextInt(200) != 0) {
            return FRAME_ARRIVES;
        }
        return 1 + network.nextInt(CONNECTION_LOST);
    }

    /** Sends a message over the network, which may do with it what it does. */
    void send(final int from, final int to, final int kind, final long number, final Object what) {
        if (nowNs < cutUntilNs[from] || nowNs < cutUntilNs[to]) {
            return;
        }
        if (!calm && network.nextInt(1_000) < lossPerMille) {
            return;
        }
        plan(delayNs(), to, kind, number, what);
        if (!calm && network.nextInt(1_000) < doublePerMille) {
            plan(delayNs(), to, kind, number, what);
        }
    }

    private long delayNs() {
        final long delay = usualDelayNs / 2 + network.nextLong(usualDelayNs);
        return !calm && network.nextInt(1_000) < latePerMille ? delay + network.nextLong(3 * SECOND) : delay;
    }

    /** Lets the next event happen. False: there is none. */
    boolean step() {
        final long next = events.nextTimeNs();
        if (next == Long.MAX_VALUE) {
            return false;
        }
        nowNs = Math.max(nowNs, next);
        final EventQueue.Event event = events.take();
        final Actor actor = actors.get(event.actor());
        trace.event(nowNs, event.actor(), actor, event.kind(), event.number(), event.what());
        actor.on(event.kind(), event.number(), event.what());
        return true;
    }
}
