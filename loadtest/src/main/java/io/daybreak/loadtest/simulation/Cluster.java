package io.daybreak.loadtest.simulation;

import io.daybreak.journal.directory.NodeState;
import io.daybreak.machine.MembershipView;
import io.daybreak.protocol.Acknowledgement;
import io.daybreak.protocol.Result;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * The nodes of the switch, and the person who runs them: starts each as primary or standby, promotes, accepts loss where the rule of the world allows some, and
 * knows what may be missing then. One thread.
 */
final class Cluster implements Actor {
    private static final int PROMOTE = 1;
    private static final long AGAIN_NS = 200 * World.MS;
    private static final int NOBODY = -1;

    private final World world;
    private final ReplicationPlan plan;
    private final Promises promises;
    private final SplittableRandom random;
    private final List<SwitchNode> nodes = new ArrayList<>();
    private final boolean[] joins = {false, true};
    private final int self;
    private int leader;
    private int promoting = NOBODY;
    private final long[] followedEpoch = new long[2];
    private long knownEpoch = 1;
    private boolean mayBeAlone;
    private int promotions;
    private Runnable onPermittedLoss = () -> {
    };
    private long permittedSequence;

    /** @param plan null: one node */
    Cluster(final World world, final ReplicationPlan plan, final Promises promises) {
        this.world = world;
        this.plan = plan;
        this.promises = promises;
        random = world.chance(500);
        self = world.add(this);
    }

    void add(final SwitchNode node) {
        nodes.add(node);
        if (node.replica() != null) {
            node.replica().join(this);
        }
    }

    /** What to do where the switch has lost what it may lose; {@link #permittedSequence} tells what is left. */
    void onPermittedLoss(final Runnable action) {
        onPermittedLoss = action;
    }

    long permittedSequence() {
        return permittedSequence;
    }

    List<SwitchNode> nodes() {
        return nodes;
    }

    SwitchNode other(final int number) {
        return nodes.get(1 - number);
    }

    int numberOf(final Wire.End end) {
        return end.node() == nodes.get(0).self() ? 0 : 1;
    }

    /** Who leads, or is to lead, as far as the operator knows. */
    SwitchNode leader() {
        return nodes.get(leader);
    }

    boolean isReplicated() {
        return plan != null;
    }

    /** Whether somebody leads, and everybody else has all of it. */
    boolean isWhole() {
        if (promoting != NOBODY) {
            return false;
        }
        for (final SwitchNode node : nodes) {
            if (!node.isAlive()) {
                return false;
            }
        }
        if (plan == null) {
            return true;
        }
        return leader().isAccepting() && other(leader).replica().isCaughtUp() && leader().replica().hasAllInSync();
    }

    boolean isPromoting() {
        return promoting != NOBODY;
    }

    /** Who follows. */
    SwitchNode standby() {
        return other(leader);
    }

    int promotions() {
        return promotions;
    }

    // ---- The operator ---------------------------------------------------------------------------------------------------

    /** How a node is to be started. */
    boolean startsAsStandby(final int number, final NodeState file) {
        if (promoting == number && file.role() == NodeState.Role.PRIMARY && file.epoch() > knownEpoch) {
            // The promotion was begun, and had come so far.
            return false;
        }
        return joins[number] || file.role() == NodeState.Role.STANDBY;
    }

    /** A node may not start as a primary, or had to stop being one: another one leads. */
    void onFenced(final int number) {
        joins[number] = true;
    }

    /** Has the standby promoted, whether or not there is a reason. */
    void switchOver() {
        // Where loss is accepted, the node must at least be one that has followed this primary: anything else is not a loss but another history.
        if (plan != null && promoting == NOBODY && (plan.isLossless() || followedEpoch[1 - leader] == knownEpoch)) {
            promoting = 1 - leader;
            if (!plan.isLossless()) {
                // The rule allows loss, so two must never lead: first the old one is proved to be stopped.
                leader().kill(random.nextInt(3) == 0 && world.faults.contains(Fault.POWER));
                joins[leader] = true;
            }
            world.note("node " + promoting + " is to be promoted");
            world.plan(0, self, PROMOTE, 0, null);
        }
    }

    @Override
    public void on(final int kind, final long number, final Object what) {
        if (promoting == NOBODY) {
            return;
        }
        final SwitchNode target = nodes.get(promoting);
        if (target.isAlive() && !target.isAccepting()) {
            target.replica().promote(!plan.isLossless());
        }
        world.plan(AGAIN_NS + random.nextLong(AGAIN_NS), self, PROMOTE, 0, null);
    }

    /** The node says that it may not be promoted. */
    void onRefused(final int number, final int verdict) {
        if (verdict == Result.OK || promoting != number) {
            return;
        }
        world.note("node " + number + " is not promoted: " + Result.name(verdict));
        promoting = NOBODY;
        joins[leader] = false;
        if (leader().isAlive() && !leader().isAccepting()) {
            // It was stopped for the other one, and is a standby by now: it is started anew, to lead as before.
            leader().kill(false);
        }
    }

    /** A promotion begins, and what the node has is what will have been. */
    void onTakesOver(final int number, final MembershipView membership, final long lastSequence) {
        if (lastSequence >= promises.highestTold()) {
            return;
        }
        final MembershipView.Member member = membership.find(Town.nodeCode(number));
        final boolean mustHaveAll = membership.acknowledgement() == Acknowledgement.WAIT
            || membership.acknowledgement() == Acknowledgement.DEGRADE && member.isInSync() && !mayBeAlone;
        if (mustHaveAll) {
            throw new SimulationFailure("sequence " + promises.highestTold() + " was told to its sender, waiting for standbys; the one that is promoted knows "
                + lastSequence + " sequences");
        }
        world.note("the promotion loses sequences " + (lastSequence + 1) + " to " + promises.highestTold());
        forget(lastSequence);
    }

    /** Everything behind a sequence is lost, as is allowed. */
    void forget(final long lastSequence) {
        permittedSequence = lastSequence;
        promises.forgetAfter(lastSequence);
        for (final SwitchNode node : nodes) {
            node.links().forgetAfter(lastSequence);
        }
        onPermittedLoss.run();
    }

    /** A primary goes on without its standby, as its rule allows. */
    void onAlone() {
        mayBeAlone = true;
    }

    /** A node's journal continues with that of the primary of this epoch. */
    void onFollows(final int number, final long epoch) {
        followedEpoch[number] = epoch;
    }

    /** A node leads: takes payments. */
    void onLeads(final int number, final long epoch) {
        if (number != leader && plan != null && plan.isLossless() && promoting != number) {
            return;
        }
        if (number != leader) {
            promotions++;
        }
        if (promoting == number) {
            promoting = NOBODY;
        }
        joins[number] = false;
        if (number != leader && !plan.isLossless()) {
            joins[leader] = true;
        }
        leader = number;
        knownEpoch = Math.max(knownEpoch, epoch);
    }

    /** The members' word on who is in sync has changed at the leader. */
    void onAllInSync() {
        mayBeAlone = false;
    }

    @Override
    public String name() {
        return "operator of nodes";
    }

    @Override
    public String nameOf(final int kind) {
        return "promotes";
    }
}
