package io.daybreak.gateway.launch;

import io.daybreak.gateway.config.Settings;
import io.daybreak.journal.CommitGate;
import io.daybreak.port.EpochClock;
import io.daybreak.port.Journal;
import io.daybreak.port.RecoveryTarget;

/** Takes the data directory, recovers what it holds, and gives the journal, open for appending. */
@FunctionalInterface
interface JournalOpener {
    /**
     * Opens.
     *
     * @param clock  for the journal's own housekeeping
     * @param gate   what must be waited for beside the own device; null if nothing
     * @param target gets the newest good snapshot, if there is one, and every entry behind it, before this returns; on a standby those that
     *               are known to be acknowledged
     * @throws StartException if the directory is in use, or what it holds must not be continued
     */
    Journal open(Settings settings, EpochClock clock, CommitGate gate, RecoveryTarget target) throws StartException;
}
