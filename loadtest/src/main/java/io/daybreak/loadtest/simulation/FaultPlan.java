package io.daybreak.loadtest.simulation;

import java.util.SplittableRandom;

/** Lets things go wrong, each kind at times of its own, until the world is calm. How often is drawn for each world. */
final class FaultPlan implements Actor {
    /** Of one kind in one world, at most. */
    private static final int MOST_STRIKES = 6;
    private static final int STRIKE = 1;
    private static final int FREE_SPACE = 2;
    private static final int LINK = 3;

    private final World world;
    private final SplittableRandom random;
    private final Cluster cluster;
    private final int[] remotes;
    private final int self;
    private final long meanGapNs;
    private final int[] left = new int[Fault.values().length];
    private int strikes;

    FaultPlan(final World world, final Cluster cluster, final long meanGapNs, final int... remotes) {
        this.world = world;
        this.cluster = cluster;
        this.remotes = remotes;
        this.random = world.chance(400);
        this.meanGapNs = meanGapNs;
        self = world.add(this);
    }

    void begin() {
        for (final Fault fault : Fault.values()) {
            if (world.faults.contains(fault) && random.nextInt(4) != 0) {
                // Bounded: a switch that does nothing but start again shows little.
                left[fault.ordinal()] = 1 + random.nextInt(MOST_STRIKES);
                next(fault);
            }
        }
    }

    private void next(final Fault fault) {
        world.plan(random.nextLong(2 * meanGapNs), self, STRIKE, fault.ordinal(), null);
    }

    @Override
    public void on(final int kind, final long number, final Object what) {
        if (kind == FREE_SPACE) {
            cluster.nodes().get((int) number).disk().full(false);
            return;
        }
        if (kind == LINK) {
            world.plan(0, cluster.leader().self(), SwitchNode.LINK_UP, number, what);
            return;
        }
        if (world.isCalm()) {
            return;
        }
        final Fault fault = Fault.values()[(int) number];
        strikes++;
        strike(fault);
        if (--left[fault.ordinal()] > 0) {
            next(fault);
        }
    }

    private SwitchNode any() {
        return cluster.nodes().get(random.nextInt(cluster.nodes().size()));
    }

    private void strike(final Fault fault) {
        final SwitchNode node = any();
        switch (fault) {
            case KILL -> {
                switch (random.nextInt(8)) {
                    case 0 -> node.stop();
                    case 1, 2 -> node.kill(false);
                    default -> node.disk().crashWithin(60);
                }
            }
            case POWER -> {
                if (random.nextBoolean()) {
                    node.kill(true);
                } else {
                    node.disk().crashWithin(60);
                }
            }
            case IO_ERROR -> node.disk().failWithin(40);
            case DISK_FULL -> {
                world.note("the disk is full");
                node.disk().full(true);
                world.plan(random.nextLong(3 * World.SECOND), self, FREE_SPACE, cluster.nodes().indexOf(node), null);
            }
            case NETWORK -> {
                if (cluster.isReplicated() && random.nextInt(3) == 0) {
                    world.cutWire(random.nextLong(6 * World.SECOND));
                } else {
                    world.cutOff(remotes[random.nextInt(remotes.length)], random.nextLong(4 * World.SECOND));
                }
            }
            case CLOCK -> clock(node);
            case PAUSE -> node.pause(random.nextLong(4 * World.SECOND));
            case PROMOTE -> cluster.switchOver();
            case ISSUER -> {
                final int link = random.nextInt(Town.LINKS);
                world.plan(0, self, LINK, link, Boolean.FALSE);
                world.plan(random.nextLong(8 * World.SECOND), self, LINK, link, Boolean.TRUE);
            }
            default -> {
                // STALL and DAMAGE strike where their time has come, in the switch.
            }
        }
    }

    private void clock(final SwitchNode node) {
        final int draw = random.nextInt(4);
        if (draw == 0) {
            node.clock().drift(random.nextInt(400) - 200);
        } else if (draw == 1) {
            node.clock().correct();
        } else {
            final long jumpNs = (random.nextLong(120_000) - 60_000) * World.MS;
            world.note("the wall clock of " + node.name() + " jumps by " + jumpNs / World.MS + " ms");
            node.clock().jump(jumpNs);
        }
    }

    /** Faults that struck. */
    int strikes() {
        return strikes;
    }

    /** Faults stop: what they have left is put right. */
    void end() {
        for (final SwitchNode node : cluster.nodes()) {
            node.disk().calm();
            node.clock().correct();
        }
        for (int link = 0; link < Town.LINKS; link++) {
            world.plan(10 * World.MS, self, LINK, link, Boolean.TRUE);
        }
    }

    @Override
    public String name() {
        return "faults";
    }

    @Override
    public String nameOf(final int kind) {
        return kind == STRIKE ? "strike" : kind == LINK ? "link to the issuer" : "space is free again";
    }
}
