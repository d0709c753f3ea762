package io.daybreak.loadtest.simulation;

import io.daybreak.journal.RecoveryRefusedException;
import io.daybreak.journal.maker.SnapshotContext;
import io.daybreak.journal.maker.SnapshotMaker;
import io.daybreak.journal.maker.SnapshotResult;
import io.daybreak.loadtest.simulation.storage.SimFileSystem;

import java.io.IOException;
import java.util.SplittableRandom;

/**
 * The maker of snapshots in the switch's process. It works beside the switch: before each of its steps the world may go on for a while, so that payments,
 * crashes and whole restarts fall between any two. One thread; one maker at a time on a machine.
 */
final class SnapshotTurns {
    private static final int MOST_EVENTS_BETWEEN = 300;
    private static final int LEAST_RETAINED = 16 << 10;
    private static final int RETAINED_RANGE = 256 << 10;

    private final World world;
    private final Wiring wiring;
    private final SplittableRandom random;
    private final SnapshotContext context;
    private final SimSlabs slabs = new SimSlabs();
    private boolean isAtWork;
    private int made;
    private int released;

    SnapshotTurns(final World world, final Wiring wiring, final SimFileSystem files, final SplittableRandom random,
                  final boolean mayRelease) {
        this.world = world;
        this.wiring = wiring;
        this.random = random;
        final long retained = !mayRelease || random.nextInt(3) == 0 ? 0 : LEAST_RETAINED + random.nextInt(RETAINED_RANGE);
        context = new SnapshotContext(files.getPath("/data"), 1 + random.nextInt(3), 0, 100, retained, 0, 0, SnapshotContext.MEMBER_BYTES, "", 0);
    }

    /**
     * Makes one, if there is something new. A crash in it is thrown, as from any other work of the process.
     *
     * @throws SimulationFailure if it finds the journal or the state to be wrong
     */
    void make() {
        if (isAtWork) {
            return;
        }
        isAtWork = true;
        try {
            final SnapshotResult result = new SnapshotMaker(context, () -> new CopiedState(slabs, wiring::beforeSave), step -> letOthersWork()).run();
            if (result.isNew()) {
                made++;
                world.note("snapshot at " + result.position() + " of " + result.bytes() + " bytes; files released: " + result.releasedFiles().size());
            }
            released += result.releasedFiles().size();
        } catch (final IOException ex) {
            world.note("no snapshot: " + ex.getMessage());
        } catch (final RecoveryRefusedException ex) {
            throw new SimulationFailure("a snapshot was refused although nothing beyond the fault model had happened: " + ex.getMessage(), ex);
        } finally {
            isAtWork = false;
        }
    }

    private void letOthersWork() {
        if (random.nextInt(3) == 0) {
            int events = random.nextInt(MOST_EVENTS_BETWEEN);
            while (events > 0 && world.step()) {
                events--;
            }
        }
    }

    /** Snapshots so far. */
    int made() {
        return made;
    }

    /** Files of the journal that were let go of. */
    int released() {
        return released;
    }
}
