package io.daybreak.loadtest.simulation;

import io.daybreak.journal.DurabilityMode;
import io.daybreak.machine.StateMachine;
import io.daybreak.protocol.codec.AccountsAnswerDecoder;
import io.daybreak.protocol.codec.LookupAccountsEncoder;
import io.daybreak.protocol.codec.MessageHeaderDecoder;
import io.daybreak.protocol.codec.PaymentStatusAnswerDecoder;
import io.daybreak.protocol.codec.QueryPaymentStatusEncoder;
import org.agrona.DirectBuffer;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;

/**
 * One world from its first command to the last look into the books: the town is built, payments run while things go wrong, faults stop, everything must come
 * to an end within a bounded time, and then every book must agree with every other. One thread.
 */
final class Round {
    private static final long SET_UP_NS = 120 * World.SECOND;
    private static final long TRAFFIC_NS = 1_200 * World.SECOND;
    /** Within this time after the faults everything that was asked must be answered, and everything for the issuer delivered. */
    private static final long PROGRESS_NS = 300 * World.SECOND;
    /** Holds live half a minute at most. */
    private static final long HOLDS_NS = 100 * World.SECOND;

    private final World world;
    private final Cluster cluster;
    private final ReplicationPlan plan;
    private final Auditor auditor;
    private final Provisioner provisioner;
    private final Issuer issuer;
    private final FaultPlan faults;
    private final DurabilityMode durability;
    private final List<NativeAcquirer> natives = new ArrayList<>();
    private final List<CardAcquirer> cards = new ArrayList<>();
    private boolean answered;

    /**
     * @param payments wanted, about
     * @param nodes    1, or 2: a primary and its standby
     */
    Round(final long seed, final Set<Fault> wanted, final int payments, final int nodes, final Wiring wiring) {
        world = new World(seed, wanted);
        final SplittableRandom random = world.chance(0);
        // Mode process loses what it may with the power; who was told by card cannot forget, so there cards stay at home.
        plan = nodes > 1 ? ReplicationPlan.draw(random) : null;
        durability = plan == null && random.nextInt(5) == 0 ? DurabilityMode.PROCESS : DurabilityMode.DISK;
        final Promises promises = new Promises();
        cluster = new Cluster(world, plan, promises);
        for (int i = 0; i < nodes; i++) {
            new SwitchNode(world, wiring, durability, cluster, promises, plan);
        }
        auditor = new Auditor(world);
        provisioner = new Provisioner(world, cluster);
        issuer = new Issuer(world);
        for (final SwitchNode node : cluster.nodes()) {
            node.links().issuer(issuer.self());
        }
        // Where loss is allowed, who was told by card cannot forget it.
        final int cardShare = durability == DurabilityMode.PROCESS || plan != null && !plan.isLossless() ? 0 : random.nextInt(4);
        final long gapNs = (20 + random.nextInt(100) * random.nextInt(60)) * World.US;
        for (int i = 0; i < Town.PARTICIPANTS; i++) {
            natives.add(new NativeAcquirer(world, auditor, cluster, i, payments * (4 - cardShare) / 4 / Town.PARTICIPANTS, gapNs));
        }
        for (int i = 0; cardShare > 0 && i < Town.INSTITUTIONS; i++) {
            cards.add(new CardAcquirer(world, auditor, cluster, i, payments * cardShare / 4 / Town.INSTITUTIONS, gapNs));
        }
        final int[] remotes = new int[natives.size() + cards.size() + 1];
        int at = 0;
        for (final NativeAcquirer acquirer : natives) {
            remotes[at++] = acquirer.self();
        }
        for (final CardAcquirer acquirer : cards) {
            remotes[at++] = acquirer.self();
        }
        remotes[at] = issuer.self();
        // As often as makes a few of each kind while payments are begun.
        final long trafficNs = gapNs * payments / (natives.size() + cards.size());
        faults = new FaultPlan(world, cluster, Math.max(20 * World.MS, trafficNs / (1 + random.nextInt(8))), remotes);
        cluster.onPermittedLoss(this::forget);
        world.note("mode " + durability + (plan == null ? "" : ", two nodes, " + plan) + ", " + payments + " payments, " + cardShare * 25 + " % by card, one in " + gapNs / World.US + " us");
    }

    private SwitchNode leader() {
        return cluster.leader();
    }

    World world() {
        return world;
    }

    private void forget() {
        auditor.forgetAfter(cluster.permittedSequence());
        for (final NativeAcquirer acquirer : natives) {
            acquirer.forgetAfter(cluster.permittedSequence());
        }
    }

    /** Payments that were made. */
    int payments() {
        int made = 0;
        for (final NativeAcquirer acquirer : natives) {
            made += acquirer.made();
        }
        for (final CardAcquirer acquirer : cards) {
            made += acquirer.made();
        }
        return made;
    }

    /** Faults that struck. */
    int strikes() {
        return faults.strikes();
    }

    long starts() {
        return cluster.nodes().stream().mapToLong(SwitchNode::starts).sum();
    }

    long probes() {
        return cluster.nodes().stream().mapToLong(SwitchNode::probes).sum();
    }

    /** Runs it. */
    void run() {
        until(SET_UP_NS, provisioner::isDone, "the town is not built");
        // Until the queue is synced: what a mode may lose with the power is not the town.
        pass(300 * World.MS);
        faults.begin();
        natives.forEach(NativeAcquirer::begin);
        cards.forEach(CardAcquirer::begin);
        final long endNs = world.nowNs() + TRAFFIC_NS;
        while (world.nowNs() < endNs && !isAllMade()) {
            world.step();
        }
        world.calm();
        faults.end();
        until(PROGRESS_NS, this::isAllDone, "no progress");
        pass(HOLDS_NS);
        final long settleNs = world.nowNs() + PROGRESS_NS;
        while (!isIssuerSettled()) {
            if (world.nowNs() > settleNs) {
                throw new SimulationFailure("messages for the issuer are still kept " + PROGRESS_NS / World.SECOND + " s after the faults");
            }
            pass(World.SECOND);
        }
        compare();
        restart(false);
        restart(world.faults.contains(Fault.POWER));
        compare();
        compareNodes();
        world.trace.mix(leader().machine().digest());
    }

    private boolean isAllMade() {
        for (final NativeAcquirer acquirer : natives) {
            if (!acquirer.isMade()) {
                return false;
            }
        }
        for (final CardAcquirer acquirer : cards) {
            if (!acquirer.isMade()) {
                return false;
            }
        }
        return true;
    }

    private boolean isAllDone() {
        for (final NativeAcquirer acquirer : natives) {
            if (!acquirer.isDone()) {
                return false;
            }
        }
        for (final CardAcquirer acquirer : cards) {
            if (!acquirer.isDone()) {
                return false;
            }
        }
        return cluster.isWhole();
    }

    private void until(final long withinNs, final BooleanSupplier done, final String otherwise) {
        final long endNs = world.nowNs() + withinNs;
        while (!done.getAsBoolean()) {
            if (!world.step() || world.nowNs() > endNs) {
                throw new SimulationFailure(otherwise + " within " + withinNs / World.SECOND + " s of simulated time" + unfinished());
            }
        }
    }

    private String unfinished() {
        for (final NativeAcquirer acquirer : natives) {
            for (final TransferRequest request : acquirer.requests()) {
                if (!request.isTold()) {
                    return "; open: " + acquirer.name() + ": " + request;
                }
            }
        }
        for (final CardAcquirer acquirer : cards) {
            if (acquirer.unfinished() != null) {
                return "; open: " + acquirer.name() + ": " + acquirer.unfinished();
            }
        }
        return "";
    }

    private void pass(final long ns) {
        final long endNs = world.nowNs() + ns;
        while (world.nowNs() < endNs && world.step()) {
            continue;
        }
    }

    // ---- The last look --------------------------------------------------------------------------------------------------

    private void restart(final boolean power) {
        // Once everything applied is durable, nothing of it may be missing, told or not.
        until(PROGRESS_NS, () -> cluster.leader().isQuiet(), "the switch does not come to rest");
        final long digest = leader().machine().digest();
        final long sequence = leader().machine().lastSequence();
        leader().kill(power);
        until(PROGRESS_NS, () -> leader().isAlive(), "the switch does not start");
        if (durability == DurabilityMode.DISK || !power) {
            if (leader().machine().lastSequence() != sequence || leader().machine().digest() != digest) {
                throw new SimulationFailure(String.format("before the last restart the state was at sequence %d, digest %016x; after it at %d, %016x",
                    sequence, digest, leader().machine().lastSequence(), leader().machine().digest()));
            }
        }
        pass(World.SECOND);
    }

    /** Whoever follows has all of it in the same state; and whoever may lead can. */
    private void compareNodes() {
        if (plan == null) {
            return;
        }
        for (int i = 0; i < (plan.isLossless() ? 2 : 1); i++) {
            if (i > 0) {
                until(PROGRESS_NS, cluster::isWhole, "the nodes do not come together");
                cluster.switchOver();
                until(PROGRESS_NS, () -> !cluster.isPromoting(), "the standby is not promoted");
            }
            until(PROGRESS_NS, () -> cluster.isWhole() && leader().isQuiet() && isFollowed(), "the standby does not come to what the primary has");
            final StateMachine standby = cluster.standby().machine();
            if (standby.digest() != leader().machine().digest() || standby.digest() != standby.computeDigest()) {
                throw new SimulationFailure(String.format("at sequence %d the primary's digest is %016x, the standby's %016x, computed %016x",
                    standby.lastSequence(), leader().machine().digest(), standby.digest(), standby.computeDigest()));
            }
            standby.checkConservation();
        }
        compare();
    }

    private boolean isFollowed() {
        return cluster.standby().machine().lastSequence() == leader().machine().lastSequence()
            && cluster.standby().pipeline().followedEntry() == leader().replica().committedEntry();
    }

    private void ask(final BooleanSupplier question) {
        answered = false;
        until(PROGRESS_NS, () -> leader().isAccepting() && question.getAsBoolean(), "the ring takes no query");
        until(PROGRESS_NS, () -> answered, "a query is not answered");
    }

    private boolean isIssuerSettled() {
        final boolean[] settled = new boolean[1];
        ask(() -> leader().links().ask(QueryPaymentStatusEncoder.TEMPLATE_ID, Town.OPERATOR,
            query -> new QueryPaymentStatusEncoder().wrap(query, 0).correlationId(1), QueryPaymentStatusEncoder.BLOCK_LENGTH, false, answer -> {
                final PaymentStatusAnswerDecoder status = new PaymentStatusAnswerDecoder().wrapAndApplyHeader(answer, 0, new MessageHeaderDecoder());
                settled[0] = status.issuerRequests() == 0 && status.storeAndForward() == 0;
                answered = true;
            }));
        return settled[0];
    }

    private void compare() {
        leader().machine().checkConservation();
        if (leader().machine().digest() != leader().machine().computeDigest()) {
            throw new SimulationFailure("the running digest " + Long.toHexString(leader().machine().digest()) + " is not that of the tables, "
                + Long.toHexString(leader().machine().computeDigest()));
        }
        final TreeMap<Long, Long> expected = auditor.balances(natives);
        final long[] accounts = Town.accounts();
        final LookupAccountsEncoder encoder = new LookupAccountsEncoder();
        final int length = LookupAccountsEncoder.BLOCK_LENGTH + 4 + accounts.length * Long.BYTES;
        ask(() -> leader().links().ask(LookupAccountsEncoder.TEMPLATE_ID, Town.OPERATOR, query -> {
            final LookupAccountsEncoder.AccountsEncoder ids = encoder.wrap(query, 0).correlationId(1).accountsCount(accounts.length);
            for (final long id : accounts) {
                ids.next().id(id);
            }
        }, length, true, answer -> {
            compare(expected, answer);
            answered = true;
        }));
        long routed = 0;
        for (final CardAcquirer acquirer : cards) {
            routed += acquirer.routedMinor();
        }
        if (routed != issuer.balance()) {
            throw new SimulationFailure("acquirers reckon " + routed + " of routed payments, the issuer's books say " + issuer.balance());
        }
    }

    private static void compare(final Map<Long, Long> expected, final DirectBuffer answer) {
        final AccountsAnswerDecoder decoder = new AccountsAnswerDecoder().wrapAndApplyHeader(answer, 0, new MessageHeaderDecoder());
        for (final AccountsAnswerDecoder.AccountsDecoder account : decoder.accounts()) {
            final long balance = account.creditsPosted() - account.debitsPosted();
            final long due = expected.getOrDefault(account.id(), 0L);
            if (balance != due) {
                throw new SimulationFailure("account " + account.id() + ": by what everybody was told its balance is " + due + ", the switch says "
                    + balance);
            }
            if (account.debitsPending() != 0 || account.creditsPending() != 0) {
                throw new SimulationFailure("account " + account.id() + ": every hold is closed or expired, the switch says "
                    + account.debitsPending() + " and " + account.creditsPending() + " are pending");
            }
        }
    }
}
