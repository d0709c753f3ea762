package io.daybreak.gateway.launch;

import io.daybreak.gateway.config.Settings;
import io.daybreak.port.EpochClock;
import io.daybreak.port.Journal;
import io.daybreak.port.ReplayTarget;

/** The journal in the data directory. */
public final class DirectoryJournalOpener implements JournalOpener {
    @Override
    public Journal open(final Settings settings, final EpochClock clock, final ReplayTarget target) {
        throw new UnsupportedOperationException();
    }
}
