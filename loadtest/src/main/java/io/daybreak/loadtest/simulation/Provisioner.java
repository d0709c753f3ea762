package io.daybreak.loadtest.simulation;

import io.daybreak.protocol.Result;

import java.util.List;

/** Builds the town, one command after the other, each sent until the switch has answered it. */
final class Provisioner implements Actor {
    static final int SEND = 1;
    private static final long AGAIN_NS = 500 * World.MS;

    private final World world;
    private final int self;
    private final Cluster cluster;
    private final List<SetUpCommand> commands;
    private int next;

    Provisioner(final World world, final Cluster cluster) {
        this.world = world;
        this.cluster = cluster;
        self = world.add(this);
        commands = Town.commands(self, cluster.nodes().size());
        world.plan(0, self, SEND, 0, null);
    }

    boolean isDone() {
        return next == commands.size();
    }

    @Override
    public void on(final int kind, final long number, final Object what) {
        if (kind == SEND) {
            if (number == next) {
                world.plan(10 * World.US, cluster.leader().self(), SwitchNode.SET_UP, next, commands.get(next));
                world.plan(AGAIN_NS, self, SEND, number, null);
            }
        } else if (number == next) {
            final Told told = (Told) what;
            if (told.result() != Result.OK) {
                throw new SimulationFailure("building the town: " + commands.get(next) + " expected OK, got " + told);
            }
            next++;
            if (next < commands.size()) {
                world.plan(0, self, SEND, next, null);
            }
        }
    }

    @Override
    public String name() {
        return "operator";
    }

    @Override
    public String nameOf(final int kind) {
        return kind == SEND ? "sends" : "is told";
    }
}
