package io.daybreak.gateway.launch;

import io.daybreak.gateway.config.Settings;
import io.daybreak.gateway.key.JournalKeys;
import io.daybreak.gateway.key.KeyFileException;
import io.daybreak.journal.CommitGate;
import io.daybreak.journal.DataDirectoryInUseException;
import io.daybreak.journal.DurabilityMode;
import io.daybreak.journal.JournalContext;
import io.daybreak.journal.JournalFailedException;
import io.daybreak.journal.JournalKeyException;
import io.daybreak.journal.NodeRefusedException;
import io.daybreak.journal.RecoveredJournal;
import io.daybreak.journal.RecoveryRefusedException;
import io.daybreak.journal.cipher.Keyring;
import io.daybreak.port.EpochClock;
import io.daybreak.port.Journal;
import io.daybreak.port.RecoveryTarget;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The journal in the data directory, with its failures turned into what the operator needs to know. */
final class DirectoryJournalOpener implements JournalOpener {
    private static final Logger LOG = LoggerFactory.getLogger(DirectoryJournalOpener.class);

    /** Largest entry that the journal takes, of our own and of others. */
    static int maxEntryBytes(final Settings settings) {
        return Math.max(settings.pipeline().maxEntryBytes(), JournalContext.DEFAULT_MAX_ENTRY_BYTES);
    }

    @Override
    public Journal open(final Settings settings, final EpochClock clock, final CommitGate gate, final RecoveryTarget target) throws StartException {
        final Keyring keys;
        try {
            keys = JournalKeys.read(settings.journal().keyFile(), settings.journal().encryption(), System.getenv());
        } catch (final KeyFileException ex) {
            throw new StartException(ExitCode.USAGE, ex.getMessage(), ex);
        }
        // Whatever else of this process reads the journal: what is sent to standbys, snapshots, the index.
        Keyring.useForProcess(keys);
        final JournalContext context = new JournalContext()
            .keys(keys)
            .directory(settings.data())
            .durability("process".equals(settings.journal().durability()) ? DurabilityMode.PROCESS : DurabilityMode.DISK)
            .following(settings.replication().standbyOf() != null)
            .gate(gate)
            .clock(clock::wallNs)
            .maxEntryBytes(maxEntryBytes(settings))
            .commitLogBytes(settings.journal().commitLogBytes())
            .flushBytes(settings.journal().flushBytes())
            .flushIntervalMs(settings.journal().flushIntervalMs())
            .progress(new ProgressLine());
        try {
            context.conclude();
        } catch (final IllegalArgumentException ex) {
            throw new StartException(ExitCode.USAGE, ex.getMessage(), ex);
        }
        try {
            final RecoveredJournal recovered = io.daybreak.journal.JournalOpener.open(context, target);
            recovered.report().messages().forEach(LOG::warn);
            if (keys.encrypts()) {
                LOG.info("the journal is encrypted with {}", keys.current());
            }
            if (recovered.report().snapshotSequence() > 0) {
                LOG.info("started from the snapshot of sequence {}", recovered.report().snapshotSequence());
            }
            if (recovered.report().replayedCommands() > 0) {
                LOG.info("replayed {} commands up to sequence {}", recovered.report().replayedCommands(), recovered.report().lastSequence());
            }
            return recovered.journal();
        } catch (final DataDirectoryInUseException ex) {
            throw new StartException(ExitCode.DATA_DIRECTORY_IN_USE, ex.getMessage(), ex);
        } catch (final NodeRefusedException ex) {
            throw new StartException(ExitCode.FENCED, ex.getMessage(), ex);
        } catch (final JournalKeyException ex) {
            throw new StartException(ExitCode.USAGE, ex.getMessage(), ex);
        } catch (final RecoveryRefusedException ex) {
            throw new StartException(ExitCode.RECOVERY_REFUSED, ex.getMessage(), ex);
        } catch (final JournalFailedException ex) {
            throw new StartException(ex.isDiskFull() ? ExitCode.DISK_FULL : ExitCode.JOURNAL_FAILED, ex.getMessage(), ex);
        }
    }
}
