package io.daybreak.journal;

import java.io.IOException;

import io.daybreak.journal.directory.DataDirectory;
import io.daybreak.journal.replay.Recovery;
import io.daybreak.port.RecoveryTarget;
import io.daybreak.port.ReplayTarget;
import io.daybreak.port.StateSource;
import io.daybreak.state.StateFormatException;

/** Opens the journal of a data directory: takes the directory, recovers, and continues. */
public final class JournalOpener {
    private JournalOpener() {
    }

    /**
     * Recovers and opens. Blocks for as long as the replay takes; the target is called on this thread.
     *
     * @param context settings, concluded here if they are not yet
     * @param target  takes every recovered entry in order; what it throws (a digest that differs, say) ends the opening
     * @throws DataDirectoryInUseException if another process owns the directory
     * @throws RecoveryRefusedException    if something durable is damaged or missing
     * @throws JournalFailedException      if the device fails
     */
    public static RecoveredJournal open(final JournalContext context, final ReplayTarget target) {
        return open(context, new WholeJournal(target));
    }

    /**
     * As {@link #open(JournalContext, ReplayTarget)}, but begins with the newest snapshot that is good, if there is one.
     *
     * @param target takes the snapshot and every entry behind it
     */
    public static RecoveredJournal open(final JournalContext context, final RecoveryTarget target) {
        context.conclude();
        DataDirectory directory = null;
        try {
            directory = DataDirectory.own(context.directory());
            final Recovery recovery = new Recovery(context, directory);
            final RecoveredJournal recovered = new RecoveredJournal(recovery.run(target), recovery.report());
            directory = null;
            return recovered;
        } catch (final IOException e) {
            throw new JournalFailedException("recovering", e, false);
        } finally {
            if (directory != null) {
                release(directory);
            }
        }
    }

    /** A target that knows no snapshots. */
    private record WholeJournal(ReplayTarget target) implements RecoveryTarget {
        @Override
        public ReplayTarget fromBegin() {
            return target;
        }

        @Override
        public ReplayTarget fromSnapshot(final StateSource snapshot) {
            throw new StateFormatException("snapshots are not asked for");
        }
    }

    private static void release(final DataDirectory directory) {
        try {
            directory.close();
        } catch (final IOException e) {
            throw new JournalFailedException("giving back the data directory", e, false);
        }
    }
}
