package io.daybreak.loadtest.simulation;

import io.daybreak.journal.DurabilityMode;
import io.daybreak.journal.JournalContext;
import io.daybreak.journal.JournalFailedException;
import io.daybreak.journal.JournalOpener;
import io.daybreak.journal.NodeRefusedException;
import io.daybreak.journal.RecoveredJournal;
import io.daybreak.journal.RecoveryRefusedException;
import io.daybreak.journal.append.ChronicleJournal;
import io.daybreak.journal.directory.NodeState;
import io.daybreak.journal.replay.LiveCursor;
import io.daybreak.loadtest.simulation.storage.SimDisk;
import io.daybreak.loadtest.simulation.storage.SimFileSystem;
import io.daybreak.loadtest.simulation.storage.SimQueue;
import io.daybreak.loadtest.simulation.storage.SimulatedCrash;
import io.daybreak.machine.StateMachine;
import io.daybreak.pipeline.FatalHandler;
import io.daybreak.pipeline.MachineRecovery;
import io.daybreak.pipeline.Pipeline;
import io.daybreak.pipeline.PipelineContext;
import io.daybreak.pipeline.PipelineSteps;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.SplittableRandom;

/**
 * The switch's process on its machine: the real state machine behind the real pipeline and the real journal with its recovery, on a disk and by clocks that
 * are simulated. It starts, works, crashes in the middle of an operation, and starts again.
 * <p>
 * Its threads are turns that the world plans: a ledger turn soon after something was published, a durability turn a sync's time after something was
 * applied, the flusher's and the ticker's by their intervals. So a ledger turn may run while a sync is under way, and a crash may come between any two.
 */
final class SwitchNode implements Actor {
    /** Messages from outside: a transfer request, a card message, an issuer's answer, a command of the operator. */
    static final int TRANSFER = 1;
    static final int CARD = 2;
    static final int FROM_ISSUER = 3;
    static final int SET_UP = 4;
    /** A link to the issuer comes up. */
    static final int LINK_UP = 5;
    /** A message could not be sent to the issuer. */
    static final int NOT_SENT = 6;
    /** Between nodes: somebody connects, the call was taken, was not, a frame, the other side has closed, the connection is lost. */
    static final int WIRE_OPENED = 30;
    static final int WIRE_CONNECTED = 31;
    static final int WIRE_FAILED = 32;
    static final int WIRE_FRAME = 33;
    static final int WIRE_CLOSED = 34;
    static final int WIRE_LOST = 35;
    /** A node's own plans. */
    static final int REPLICA_TICK = 40;
    static final int REPLICA_PROGRESS = 41;
    static final int REPLICA_BATCH = 42;
    static final int REPLICA_CONNECT = 43;
    static final int REPLICA_BEGIN = 44;
    static final int REPLICA_PROMOTE = 45;
    /** Why a process ends by itself, though nothing has failed. */
    static final String FENCED = "another node leads";
    static final String RESTARTS = "begins anew to cut its journal";
    static final int MAX_ENTRY_BYTES = 64 << 10;
    private static final int START = 10;
    private static final int LEDGER = 11;
    private static final int DURABILITY = 12;
    private static final int FLUSH = 13;
    private static final int TICK = 14;
    private static final int WRITE_BACK = 15;
    private static final int SNAPSHOT = 16;

    private static final String[] NAMES = {"", "takes transfer", "takes card message", "takes issuer's answer", "takes set-up", "link up",
        "message not sent", "", "", "", "starts", "ledger turn", "durability turn", "flush", "tick", "writes back", "makes a snapshot"};
    /** Turns of the ledger ahead of the disk; more do not fit the journal's ring at their largest. */
    private static final int MOST_UNSYNCED_TURNS = 4;
    /** In one world: each costs as much as some hundred payments. */
    private static final int MOST_SNAPSHOTS = 3;
    private final World world;
    private final Wiring wiring;
    private final SplittableRandom random;
    private final SimulatedClock clock;
    private final SimDisk disk;
    private final SimFileSystem files;
    private final SimSlabs slabs = new SimSlabs();
    private final History history = new History();
    private final DamageProbe probe;
    private final SnapshotTurns snapshots;
    private final long snapshotGapNs;
    private int snapshotsTried;
    private final long rollBytes;
    private final SwitchLinks links;
    private final DurabilityMode durability;
    private final Cluster cluster;
    private final Replica replica;
    private final int number;
    private final int self;
    private final long syncNs;
    private final int commitLogBytes;

    private int process;
    private boolean alive;
    private boolean ledgerPlanned;
    private boolean durabilityPlanned;
    private int unsyncedTurns;
    private StateMachine machine;
    private RecoveredJournal journal;
    private Pipeline pipeline;
    private PipelineSteps steps;
    private String fatal;
    private FatalHandler.Reason fatalReason;
    private Throwable fatalCause;
    private long starts;
    private final Deque<EventQueue.Event> backlog = new ArrayDeque<>();
    private LiveCursor feed;
    private boolean isStandby;
    private boolean isAccepting;
    private long pausedUntilNs;

    /** @param plan null: this node is alone */
    SwitchNode(final World world, final Wiring wiring, final DurabilityMode durability, final Cluster cluster, final Promises promises,
               final ReplicationPlan plan) {
        this.world = world;
        this.wiring = wiring;
        this.durability = durability;
        this.cluster = cluster;
        this.number = cluster.nodes().size();
        this.replica = plan == null ? null : new Replica(world, this, wiring, plan, number);
        this.random = world.chance(1 + 600 * number);
        this.clock = new SimulatedClock(world);
        this.disk = new SimDisk(world.chance(2 + 600 * number), random.nextInt(8) == 0, wiring.isDeviceLying());
        this.files = new SimFileSystem(disk);
        this.syncNs = (50 + random.nextInt(600)) * World.US;
        this.commitLogBytes = (136 + random.nextInt(300)) * 1_024;
        this.rollBytes = (64L + random.nextInt(512)) << 10;
        probe = new DamageProbe(world, history, random.split(), this::journalContext);
        snapshots = new SnapshotTurns(world, wiring, files, random.split(), plan == null);
        snapshotGapNs = random.nextBoolean() ? 0 : World.SECOND / 10 + random.nextLong(20 * World.SECOND);
        self = world.add(this);
        links = new SwitchLinks(world, self, promises);
        cluster.add(this);
        world.plan(0, self, START, 0, null);
    }

    int self() {
        return self;
    }

    SimDisk disk() {
        return disk;
    }

    SimulatedClock clock() {
        return clock;
    }

    SwitchLinks links() {
        return links;
    }

    boolean isAlive() {
        return alive;
    }

    /** Whether it runs, and takes payments. */
    boolean isAccepting() {
        return alive && isAccepting;
    }

    /** Whether it runs, and everything that it applied is durable. */
    boolean isQuiet() {
        return alive && isAccepting && unsyncedTurns == 0;
    }

    /** Its part among the nodes; null if it is alone. */
    Replica replica() {
        return replica;
    }

    int process() {
        return process;
    }

    Pipeline pipeline() {
        return pipeline;
    }

    long syncTimeNs() {
        return syncNs / 2 + random.nextLong(syncNs);
    }

    StateMachine machine() {
        return machine;
    }

    History history() {
        return history;
    }

    /** Snapshots that it made. */
    int snapshots() {
        return snapshots.made();
    }

    /** Files of its journal that it let go of. */
    int released() {
        return snapshots.released();
    }

    /** Starts, damaged copies looked at, and how many of these were refused. */
    String statistics() {
        return "starts=" + starts + " probes=" + probe.probes() + " refused=" + probe.refused() + " entries=" + history.entries();
    }

    long starts() {
        return starts;
    }

    long probes() {
        return probe.probes();
    }

    // ---- Turns ----------------------------------------------------------------------------------------------------------

    @Override
    public void on(final int kind, final long numberOf, final Object what) {
        if (kind == START) {
            if (!alive) {
                start();
            }
            return;
        }
        if (!alive) {
            if (kind == WIRE_OPENED) {
                final Wire.End called = (Wire.End) what;
                world.plan(world.wireDelayNs(), called.other().node(), WIRE_FAILED, 0, called.other());
            }
            return;
        }
        if (world.nowNs() < pausedUntilNs) {
            world.plan(pausedUntilNs - world.nowNs(), self, kind, numberOf, what);
            return;
        }
        switch (kind) {
            case REPLICA_TICK, REPLICA_PROGRESS, REPLICA_BATCH, REPLICA_CONNECT, REPLICA_BEGIN, REPLICA_PROMOTE -> {
                if (numberOf == process) {
                    replicaTurn(kind, what);
                }
            }
            case WIRE_OPENED, WIRE_CONNECTED, WIRE_FAILED, WIRE_FRAME, WIRE_CLOSED, WIRE_LOST -> replicaTurn(kind, what);
            case LEDGER, DURABILITY, FLUSH, TICK, WRITE_BACK, SNAPSHOT -> {
                if (numberOf == process) {
                    turn(kind, numberOf);
                }
            }
            default -> {
                if (isListening(kind)) {
                    backlog.addLast(new EventQueue.Event(self, kind, numberOf, what));
                    takeBacklog();
                }
            }
        }
        if (alive && (fatal != null || disk.isCrashed())) {
            ended();
        }
    }

    /** Where the ring has no room, links keep what has come and stop reading. */
    private void takeBacklog() {
        boolean isTaken = false;
        while (!backlog.isEmpty()) {
            final EventQueue.Event next = backlog.peekFirst();
            if (!links.take(next.kind(), next.number(), next.what())) {
                break;
            }
            isTaken = true;
            backlog.removeFirst();
        }
        if (isTaken) {
            planLedger();
        }
    }

    /** A standby has links for native participants, whom it tells where it stands, and no others. */
    private boolean isListening(final int kind) {
        return isAccepting || isStandby && kind == TRANSFER;
    }

    private void replicaTurn(final int kind, final Object what) {
        final int before = process;
        try {
            replica.on(kind, what);
        } catch (final JournalFailedException | IOException | UncheckedIOException ex) {
            fatal = "following or leading: " + ex.getMessage();
            fatalReason = FatalHandler.Reason.JOURNAL_FAILED;
            fatalCause = ex;
        } catch (final SimulatedCrash ex) {
            if (alive && before == process) {
                fatal = "crashed";
                fatalReason = FatalHandler.Reason.JOURNAL_FAILED;
            }
        }
    }

    /** The process stops by itself, at the end of this turn. */
    void endsItself(final String why) {
        fatal = why;
        fatalReason = FatalHandler.Reason.JOURNAL_FAILED;
    }

    /** The process stands still for a while. */
    void pause(final long forNs) {
        if (alive) {
            world.note(name() + " stands still for " + forNs / World.MS + " ms");
            pausedUntilNs = world.nowNs() + forNs;
        }
    }

    /** It leads: links open, and payments come. */
    void onLeads() {
        isAccepting = true;
        isStandby = false;
        links.leads();
        cluster.onLeads(number, replica == null ? 1 : replica.epoch());
    }

    private void turn(final int kind, final long number) {
        try {
            switch (kind) {
                case LEDGER -> ledgerTurn();
                case DURABILITY -> durabilityTurn();
                case FLUSH -> {
                    journal.flush();
                    world.plan(100 * World.MS, self, FLUSH, process, null);
                }
                case TICK -> {
                    final long waitNs = steps.stepTicker();
                    world.plan(Math.max(World.MS, waitNs), self, TICK, process, null);
                    takeBacklog();
                    planLedger();
                }
                case SNAPSHOT -> {
                    if (++snapshotsTried < MOST_SNAPSHOTS) {
                        world.plan(1 + random.nextLong(2 * snapshotGapNs), self, SNAPSHOT, process, null);
                    }
                    snapshots.make();
                }
                default -> {
                    disk.writeBack();
                    world.plan(random.nextLong(5 * World.SECOND), self, WRITE_BACK, process, null);
                }
            }
        } catch (final JournalFailedException ex) {
            fatal = "flusher: " + ex.getMessage();
            fatalReason = FatalHandler.Reason.JOURNAL_FAILED;
        } catch (final SimulatedCrash ex) {
            // While a snapshot was made the process may have ended, and another one begun.
            if (alive && number == process) {
                fatal = "crashed";
                fatalReason = FatalHandler.Reason.JOURNAL_FAILED;
            }
        }
    }

    void planLedger() {
        if (!ledgerPlanned) {
            ledgerPlanned = true;
            world.plan(2 * World.US + random.nextInt(30_000), self, LEDGER, process, null);
        }
    }

    private void ledgerTurn() {
        ledgerPlanned = false;
        if (unsyncedTurns >= MOST_UNSYNCED_TURNS) {
            // The disk is behind; the durability turn plans the next one.
            return;
        }
        if (steps.stepLedger()) {
            unsyncedTurns++;
            planSync();
            planLedger();
        }
    }

    private void planSync() {
        if (!durabilityPlanned) {
            durabilityPlanned = true;
            long sync = syncTimeNs();
            if (world.may(Fault.STALL) && random.nextInt(2_000) == 0) {
                sync += random.nextLong(500 * World.MS);
            }
            world.plan(sync, self, DURABILITY, process, null);
        }
    }

    /** What a sync waits for may have come. */
    void planDurability() {
        if (!durabilityPlanned) {
            durabilityPlanned = true;
            world.plan(World.US, self, DURABILITY, process, null);
        }
    }

    private void durabilityTurn() {
        durabilityPlanned = false;
        final boolean hasWaited = journal.journal().isWaiting();
        steps.stepDurability();
        if (fatal != null || journal.journal().isWaiting()) {
            // It goes on when the other nodes have answered; what was applied by now is on the device, and waits for another turn.
            unsyncedTurns = Math.min(unsyncedTurns, 1);
            planLedger();
            return;
        }
        if (hasWaited && unsyncedTurns > 0) {
            // What was applied while it waited.
            unsyncedTurns--;
            planSync();
        } else {
            unsyncedTurns = 0;
        }
        takeBacklog();
        planLedger();
    }

    // ---- Life -----------------------------------------------------------------------------------------------------------

    private JournalContext journalContext(final SimFileSystem where) {
        return new JournalContext().directory(where.getPath("/data")).durability(durability).clock(clock::wallNs).stepped(true).following(isStandby)
            .gate(where == files && replica != null ? wiring.gate(replica.gate()) : null)
            .queues((directory, number, ignoredClock, ignoredMapped) -> new SimQueue(directory, number))
            .maxEntryBytes(MAX_ENTRY_BYTES).ringBytes(512 << 10).groupBytes(4 << 10).commitLogBytes(commitLogBytes).mappedBytes(1 << 20)
            .rollBytes(rollBytes).flushBytes(1 << 20);
    }

    private void start() {
        process++;
        starts++;
        fatal = null;
        fatalReason = null;
        fatalCause = null;
        feed = null;
        final ChronicleJournal chronicle;
        ledgerPlanned = false;
        durabilityPlanned = false;
        unsyncedTurns = 0;
        slabs.giveBack();
        isAccepting = false;
        pausedUntilNs = 0;
        final HeldAgainst target = new HeldAgainst(new MachineRecovery(slabs), history);
        try {
            isStandby = replica != null && cluster.startsAsStandby(number, NodeState.read(files.getPath("/data/journal/node")));
            if (replica != null) {
                replica.prepare();
            }
            journal = JournalOpener.open(journalContext(files), target);
            chronicle = (ChronicleJournal) journal.journal();
            if (isStandby) {
                feed = new LiveCursor(chronicle.names().queue());
                if (!feed.seekBehind(chronicle.committedEntry())) {
                    throw new SimulationFailure("entry " + chronicle.committedEntry() + " of the own journal cannot be read");
                }
            }
        } catch (final NodeRefusedException ex) {
            world.note(name() + " may not lead: " + ex.getMessage());
            cluster.onFenced(number);
            disk.killProcess();
            world.plan(random.nextLong(World.SECOND), self, START, 0, null);
            return;
        } catch (final SimulatedCrash ex) {
            endedInStart("crashes while it starts");
            return;
        } catch (final JournalFailedException | IOException ex) {
            endedInStart("cannot start: " + ex.getMessage());
            return;
        } catch (final RecoveryRefusedException ex) {
            throw new SimulationFailure("a start was refused although nothing beyond the fault model had happened: " + ex.getMessage(), ex);
        }
        machine = target.machine();
        accept();
        machine.checkConservation();
        final PipelineContext context = new PipelineContext().ringCapacity(512).reserve(64).maxClaim(8).maxChain(8).maxPublishers(4).maxBatch(64)
            .maxEntryBytes(32 << 10).clockGapAccepted(true).entryFeed(feed);
        pipeline = new Pipeline(context, machine, wiring.journal(history.watch(journal.journal())), links, links, clock, this::onFatal);
        links.started(pipeline.newPublisher(), pipeline.newPublisher(), replica);
        steps = pipeline.startStepped();
        alive = true;
        world.note(name() + " starts" + (isStandby ? " as a standby" : "") + " for the " + starts + ". time, at sequence " + machine.lastSequence() + ", entry "
            + journal.report().lastEntry() + ", replayed behind " + journal.report().snapshotSequence());
        joinOthers(chronicle);
        world.plan(100 * World.MS, self, FLUSH, process, null);
        world.plan(0, self, TICK, process, null);
        world.plan(random.nextLong(5 * World.SECOND), self, WRITE_BACK, process, null);
        if (snapshotGapNs > 0 && snapshotsTried < MOST_SNAPSHOTS) {
            world.plan(1 + random.nextLong(2 * snapshotGapNs), self, SNAPSHOT, process, null);
        }
    }

    private void joinOthers(final ChronicleJournal chronicle) {
        if (replica == null) {
            onLeads();
            return;
        }
        try {
            replica.open(chronicle, pipeline, feed);
        } catch (final IOException ex) {
            endsItself("joining the other nodes: " + ex.getMessage());
        } catch (final SimulatedCrash ex) {
            endsItself("crashed");
        }
        if (fatal != null) {
            ended();
        }
    }

    /** The recovered state must hold everything that was told to anybody. */
    private void accept() {
        if (!isStandby && machine.lastSequence() < links.highestTold()) {
            if (durability == DurabilityMode.DISK || !links.wasPowerLost()) {
                throw new SimulationFailure("sequence " + links.highestTold() + " was told to its sender in mode " + durability
                    + "; after the restart the switch knows " + machine.lastSequence() + " sequences");
            }
            world.note("mode process lost sequences " + (machine.lastSequence() + 1) + " to " + links.highestTold() + " with the power");
            cluster.forget(machine.lastSequence());
        }
        links.powerIsBack();
        history.cut(journal.report().lastEntry());
    }

    private void onFatal(final FatalHandler.Reason reason, final String message, final Throwable cause) {
        fatal = message;
        fatalReason = reason;
        fatalCause = cause;
    }

    private void endedInStart(final String how) {
        world.note(name() + " " + how);
        closeFeed();
        if (!disk.isCrashed() && disk.errors() == 0) {
            throw new SimulationFailure("the start failed without a reason: " + how);
        }
        down(random.nextInt(3) == 0 && world.faults.contains(Fault.POWER));
    }

    /** The process ended by itself, or by the crash that was armed. */
    private void ended() {
        if (FENCED.equals(fatal) || RESTARTS.equals(fatal)) {
            world.note(name() + ": " + fatal);
            if (FENCED.equals(fatal)) {
                cluster.onFenced(number);
            }
            down(false);
            return;
        }
        if (!disk.isCrashed()) {
            if (fatalReason == FatalHandler.Reason.DEFECT || disk.errors() == 0) {
                throw new SimulationFailure("the switch stopped itself: " + fatal, fatalCause);
            }
            world.note(name() + " stops: " + fatalReason);
        } else {
            world.note(name() + " crashes in the middle of operation " + disk.operations());
        }
        down(random.nextBoolean() ? world.faults.contains(Fault.POWER) : !world.faults.contains(Fault.KILL));
    }

    /** Ends the process now, between two of its turns. */
    void kill(final boolean power) {
        if (alive) {
            world.note(power ? "the power of " + name() + " fails" : name() + " is killed");
            down(power);
        }
    }

    /** A stop in good order. */
    void stop() {
        if (!alive) {
            return;
        }
        world.note(name() + " is stopped in good order");
        while (steps.stepLedger() || steps.stepDurability()) {
            continue;
        }
        if (fatal == null && !journal.journal().isWaiting()) {
            pipeline.close();
            try {
                journal.journal().sync();
                journal.flush();
                disk.aboutToClose();
                journal.journal().close();
            } catch (final JournalFailedException ex) {
                world.note("the stop fails: " + ex.getMessage());
            }
        }
        down(false);
    }

    private void down(final boolean power) {
        alive = false;
        if (power) {
            disk.losePower();
            links.powerLost();
        } else {
            disk.killProcess();
        }
        links.ended();
        backlog.clear();
        if (replica != null) {
            replica.ended(power && random.nextBoolean());
        }
        closeFeed();
        isAccepting = false;
        if (world.may(Fault.DAMAGE) && random.nextInt(3) == 0) {
            probe.run(disk, power, durability == DurabilityMode.DISK && !isStandby ? links.highestTold() : 0);
        }
        world.plan(random.nextLong(world.isCalm() ? 10 * World.MS : 2 * World.SECOND), self, START, 0, null);
    }

    private void closeFeed() {
        try {
            if (feed != null) {
                feed.close();
                feed = null;
            }
        } catch (final IOException ex) {
            throw new SimulationFailure("a cursor cannot be closed", ex);
        }
    }

    @Override
    public String name() {
        return replica == null ? "switch" : number == 0 ? "node A" : "node B";
    }

    @Override
    public String nameOf(final int kind) {
        return kind < NAMES.length ? NAMES[kind] : kind < REPLICA_TICK ? "connection" : "node's turn";
    }
}
