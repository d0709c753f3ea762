package io.daybreak.loadtest.simulation;

import io.daybreak.journal.JournalContext;
import io.daybreak.journal.JournalOpener;
import io.daybreak.journal.NodeRefusedException;
import io.daybreak.journal.RecoveryRefusedException;
import io.daybreak.loadtest.simulation.storage.SimDisk;
import io.daybreak.loadtest.simulation.storage.SimFileSystem;
import io.daybreak.pipeline.MachineRecovery;

import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;

/**
 * Damage beyond the model: a copy of a disk gets a flipped bit, or a stretch of zeros, and a start from it must be refused, or nothing that was told may be
 * missing. One thread.
 */
final class DamageProbe {
    private static final String JOURNAL = "/data/journal/";
    private static final String SNAPSHOTS = "/data/snapshots/";

    private final World world;
    private final History history;
    private final SplittableRandom random;
    private final SimSlabs slabs = new SimSlabs();
    private final Function<SimFileSystem, JournalContext> contexts;
    private long probes;
    private long refused;

    /** @param contexts settings of a start from a file system */
    DamageProbe(final World world, final History history, final SplittableRandom random, final Function<SimFileSystem, JournalContext> contexts) {
        this.world = world;
        this.history = history;
        this.random = random;
        this.contexts = contexts;
    }

    /**
     * Looks at a damaged copy.
     *
     * @param isPowerLost whether the machine has just lost its power
     * @param owed        sequence that must be there; 0 if none must
     */
    void run(final SimDisk disk, final boolean isPowerLost, final long owed) {
        final SimDisk copy = disk.copy(random.nextLong());
        List<String> names = copy.files(random.nextInt(4) == 0 ? SNAPSHOTS : JOURNAL);
        if (names.isEmpty()) {
            names = copy.files(JOURNAL);
        }
        final String name = names.isEmpty() ? null : names.get(random.nextInt(names.size()));
        final String damage = name == null ? null : copy.damage(name);
        if (damage == null) {
            return;
        }
        probes++;
        final HeldAgainst target = new HeldAgainst(new MachineRecovery(slabs), history);
        try {
            JournalOpener.open(contexts.apply(new SimFileSystem(copy)), target);
        } catch (final RecoveryRefusedException ex) {
            refused++;
            world.note("damaged copy refused: " + damage + ": " + ex.reason());
            return;
        } catch (final NodeRefusedException ex) {
            // Damaged or not, another node leads.
            return;
        } finally {
            slabs.giveBack();
        }
        world.note("damaged copy recovered to sequence " + target.sequence() + ": " + damage);
        // A group that power loss has left in the commit log alone is there once: docs/journal-format.md, "Recovery", at its end.
        final boolean isOnlyCopy = isPowerLost && name.contains("commit-");
        if (target.sequence() < owed && !isOnlyCopy) {
            throw new SimulationFailure("damage was not detected: " + damage + "; sequence " + owed
                + " was told, the start from the damaged copy knows " + target.sequence());
        }
    }

    /** Damaged copies that were looked at. */
    long probes() {
        return probes;
    }

    /** How many of them were refused. */
    long refused() {
        return refused;
    }
}
