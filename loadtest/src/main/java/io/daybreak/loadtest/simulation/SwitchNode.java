package io.daybreak.loadtest.simulation;

import io.daybreak.journal.DurabilityMode;
import io.daybreak.journal.JournalContext;
import io.daybreak.journal.JournalFailedException;
import io.daybreak.journal.JournalOpener;
import io.daybreak.journal.RecoveredJournal;
import io.daybreak.journal.RecoveryRefusedException;
import io.daybreak.loadtest.simulation.storage.SimDisk;
import io.daybreak.loadtest.simulation.storage.SimFileSystem;
import io.daybreak.loadtest.simulation.storage.SimQueue;
import io.daybreak.loadtest.simulation.storage.SimulatedCrash;
import io.daybreak.machine.StateMachine;
import io.daybreak.pipeline.FatalHandler;
import io.daybreak.pipeline.Pipeline;
import io.daybreak.pipeline.PipelineContext;
import io.daybreak.pipeline.PipelineSteps;
import io.daybreak.pipeline.Replayer;

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
    private static final int START = 10;
    private static final int LEDGER = 11;
    private static final int DURABILITY = 12;
    private static final int FLUSH = 13;
    private static final int TICK = 14;
    private static final int WRITE_BACK = 15;

    private static final String[] NAMES = {"", "takes transfer", "takes card message", "takes issuer's answer", "takes set-up", "link up",
        "message not sent", "", "", "", "starts", "ledger turn", "durability turn", "flush", "tick", "writes back"};
    /** Turns of the ledger ahead of the disk; more do not fit the journal's ring at their largest. */
    private static final int MOST_UNSYNCED_TURNS = 4;
    private static final long LINK_BUFFER_NS = 200 * World.US;

    private final World world;
    private final Wiring wiring;
    private final SplittableRandom random;
    private final SimulatedClock clock;
    private final SimDisk disk;
    private final SimFileSystem files;
    private final SimSlabs slabs = new SimSlabs();
    private final SimSlabs probeSlabs = new SimSlabs();
    private final History history = new History();
    private final SwitchLinks links;
    private final DurabilityMode durability;
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
    private long refusedProbes;
    private long probes;
    private Runnable onPermittedLoss = () -> {
    };
    private long permittedSequence;

    SwitchNode(final World world, final Wiring wiring, final DurabilityMode durability) {
        this.world = world;
        this.wiring = wiring;
        this.durability = durability;
        this.random = world.chance(1);
        this.clock = new SimulatedClock(world);
        this.disk = new SimDisk(world.chance(2), random.nextInt(8) == 0, wiring.isDeviceLying());
        this.files = new SimFileSystem(disk);
        this.syncNs = (50 + random.nextInt(600)) * World.US;
        this.commitLogBytes = (136 + random.nextInt(300)) * 1_024;
        self = world.add(this);
        links = new SwitchLinks(world, self);
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

    /** Whether it runs, and everything that it applied is durable. */
    boolean isQuiet() {
        return alive && unsyncedTurns == 0;
    }

    StateMachine machine() {
        return machine;
    }

    History history() {
        return history;
    }

    /** Starts, damaged copies looked at, and how many of these were refused. */
    String statistics() {
        return "starts=" + starts + " probes=" + probes + " refused=" + refusedProbes + " entries=" + history.entries();
    }

    long starts() {
        return starts;
    }

    long probes() {
        return probes;
    }

    /** What to do where mode process has lost what it may lose; {@link #permittedSequence} tells what is left. */
    void onPermittedLoss(final Runnable action) {
        onPermittedLoss = action;
    }

    long permittedSequence() {
        return permittedSequence;
    }

    // ---- Turns ----------------------------------------------------------------------------------------------------------

    @Override
    public void on(final int kind, final long number, final Object what) {
        if (kind == START) {
            if (!alive) {
                start();
            }
            return;
        }
        if (!alive) {
            return;
        }
        switch (kind) {
            case LEDGER, DURABILITY, FLUSH, TICK, WRITE_BACK -> {
                if (number == process) {
                    turn(kind);
                }
            }
            default -> {
                if (links.take(kind, number, what)) {
                    planLedger();
                } else {
                    // No room in the ring: the link keeps it and stops reading.
                    world.plan(LINK_BUFFER_NS, self, kind, number, what);
                }
            }
        }
        if (fatal != null || disk.isCrashed()) {
            ended();
        }
    }

    private void turn(final int kind) {
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
                    planLedger();
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
            fatal = "crashed";
            fatalReason = FatalHandler.Reason.JOURNAL_FAILED;
        }
    }

    private void planLedger() {
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
            if (!durabilityPlanned) {
                durabilityPlanned = true;
                long sync = syncNs / 2 + random.nextLong(syncNs);
                if (world.may(Fault.STALL) && random.nextInt(2_000) == 0) {
                    sync += random.nextLong(500 * World.MS);
                }
                world.plan(sync, self, DURABILITY, process, null);
            }
            planLedger();
        }
    }

    private void durabilityTurn() {
        durabilityPlanned = false;
        unsyncedTurns = 0;
        steps.stepDurability();
        planLedger();
    }

    // ---- Life -----------------------------------------------------------------------------------------------------------

    private JournalContext journalContext(final SimFileSystem where) {
        return new JournalContext().directory(where.getPath("/data")).durability(durability).clock(clock::wallNs).stepped(true)
            .queues((directory, number, ignoredClock, ignoredMapped) -> new SimQueue(directory, number))
            .maxEntryBytes(64 << 10).ringBytes(512 << 10).groupBytes(4 << 10).commitLogBytes(commitLogBytes).mappedBytes(1 << 20)
            .rollBytes(1 << 20).flushBytes(1 << 20);
    }

    private void start() {
        process++;
        starts++;
        fatal = null;
        fatalReason = null;
        fatalCause = null;
        ledgerPlanned = false;
        durabilityPlanned = false;
        unsyncedTurns = 0;
        slabs.giveBack();
        machine = new StateMachine(slabs);
        final HeldAgainst target = new HeldAgainst(new Replayer(machine), history);
        try {
            journal = JournalOpener.open(journalContext(files), target);
        } catch (final SimulatedCrash ex) {
            endedInStart("crashes while it starts");
            return;
        } catch (final JournalFailedException ex) {
            endedInStart("cannot start: " + ex.getMessage());
            return;
        } catch (final RecoveryRefusedException ex) {
            throw new SimulationFailure("a start was refused although nothing beyond the fault model had happened: " + ex.getMessage(), ex);
        }
        accept(target);
        machine.checkConservation();
        final PipelineContext context = new PipelineContext().ringCapacity(512).reserve(64).maxClaim(8).maxChain(8).maxPublishers(4).maxBatch(64)
            .maxEntryBytes(32 << 10).clockGapAccepted(true);
        pipeline = new Pipeline(context, machine, wiring.journal(history.watch(journal.journal())), links, links, clock, this::onFatal);
        links.started(pipeline.newPublisher(), pipeline.newPublisher());
        steps = pipeline.startStepped();
        alive = true;
        world.note("switch starts for the " + starts + ". time, at sequence " + target.sequence() + ", entry " + target.entries());
        world.plan(100 * World.MS, self, FLUSH, process, null);
        world.plan(0, self, TICK, process, null);
        world.plan(random.nextLong(5 * World.SECOND), self, WRITE_BACK, process, null);
    }

    /** The recovered state must hold everything that was told to anybody. */
    private void accept(final HeldAgainst target) {
        if (machine.lastSequence() < links.highestTold()) {
            if (durability == DurabilityMode.DISK || !links.wasPowerLost()) {
                throw new SimulationFailure("sequence " + links.highestTold() + " was told to its sender in mode " + durability
                    + "; after the restart the switch knows " + machine.lastSequence() + " sequences");
            }
            permittedSequence = machine.lastSequence();
            world.note("mode process lost sequences " + (permittedSequence + 1) + " to " + links.highestTold() + " with the power");
            links.forgetAfter(permittedSequence);
            onPermittedLoss.run();
        }
        links.powerIsBack();
        history.cut(target.entries());
    }

    private void onFatal(final FatalHandler.Reason reason, final String message, final Throwable cause) {
        fatal = message;
        fatalReason = reason;
        fatalCause = cause;
    }

    private void endedInStart(final String how) {
        world.note("switch " + how);
        if (!disk.isCrashed() && disk.errors() == 0) {
            throw new SimulationFailure("the start failed without a reason: " + how);
        }
        down(random.nextInt(3) == 0 && world.faults.contains(Fault.POWER));
    }

    /** The process ended by itself, or by the crash that was armed. */
    private void ended() {
        if (!disk.isCrashed()) {
            if (fatalReason == FatalHandler.Reason.DEFECT || disk.errors() == 0) {
                throw new SimulationFailure("the switch stopped itself: " + fatal, fatalCause);
            }
            world.note("switch stops: " + fatalReason);
        } else {
            world.note("switch crashes in the middle of operation " + disk.operations());
        }
        down(random.nextBoolean() ? world.faults.contains(Fault.POWER) : !world.faults.contains(Fault.KILL));
    }

    /** Ends the process now, between two of its turns. */
    void kill(final boolean power) {
        if (alive) {
            world.note(power ? "the power fails" : "switch is killed");
            down(power);
        }
    }

    /** A stop in good order. */
    void stop() {
        if (!alive) {
            return;
        }
        world.note("switch is stopped in good order");
        while (steps.stepLedger() || steps.stepDurability()) {
            continue;
        }
        if (fatal == null) {
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
        if (world.may(Fault.DAMAGE) && random.nextInt(3) == 0) {
            probe(power);
        }
        world.plan(random.nextLong(world.isCalm() ? 10 * World.MS : 2 * World.SECOND), self, START, 0, null);
    }

    // ---- Damage beyond the model ------------------------------------------------------------------------------------------

    /** Damages a copy of the disk, and starts from that: it must be refused, or nothing that was told may be missing. */
    private void probe(final boolean power) {
        probes++;
        final SimDisk copy = disk.copy(random.nextLong());
        final var names = copy.files("/data/journal/");
        if (names.isEmpty()) {
            return;
        }
        final String name = names.get(random.nextInt(names.size()));
        final String damage = copy.damage(name);
        if (damage == null) {
            return;
        }
        probeSlabs.giveBack();
        final HeldAgainst target = new HeldAgainst(new Replayer(new StateMachine(probeSlabs)), history);
        try {
            JournalOpener.open(journalContext(new SimFileSystem(copy)), target);
        } catch (final RecoveryRefusedException ex) {
            refusedProbes++;
            world.note("damaged copy refused: " + damage + ": " + ex.reason());
            return;
        } finally {
            probeSlabs.giveBack();
        }
        world.note("damaged copy recovered to sequence " + target.sequence() + ": " + damage);
        // A group that power loss has left in the commit log alone is there once: docs/journal-format.md, "Recovery", at its end.
        final boolean isOnlyCopy = power && name.contains("commit-");
        if (target.sequence() < links.highestTold() && !isOnlyCopy && durability == DurabilityMode.DISK) {
            throw new SimulationFailure("damage was not detected: " + damage + "; sequence " + links.highestTold()
                + " was told, the start from the damaged copy knows " + target.sequence());
        }
    }

    @Override
    public String name() {
        return "switch";
    }

    @Override
    public String nameOf(final int kind) {
        return NAMES[kind];
    }
}
