package io.daybreak.pipeline;

import io.daybreak.machine.StateMachine;
import io.daybreak.port.Journal;

/**
 * The journal entry that the ledger stage is filling. Ledger thread only.
 * <p>
 * It opens with the first command that needs a time, so that a ring batch of queries alone neither stamps nor sweeps;
 * and the journal hears of it with the first command that is journaled, so that a ring batch in which nothing was decided
 * leaves no trace. An entry that only swept deadlines is journaled without commands.
 */
final class OpenEntry {
    /** The largest body, and what a journal may need beside it: template, participant, length, result, masks of what is there. */
    static final int COMMAND_BYTES_AT_MOST = CommandSlot.COMMAND_BYTES + 80;

    private final StateMachine machine;
    private final Journal journal;
    private final PipelineClock clock;
    private final int maxCommands;
    private final int maxBytes;

    private boolean open;
    private boolean inJournal;
    private long timestampNs;
    private long firstSequence;
    private long nextSequence;
    private long entries;
    private long commands;

    OpenEntry(final PipelineContext context, final StateMachine machine, final Journal journal,
              final PipelineClock clock) {
        this.machine = machine;
        this.journal = journal;
        this.clock = clock;
        maxCommands = context.maxEntryCommands();
        maxBytes = context.maxEntryBytes();
    }

    /** Makes sure that an entry is open which {@code count} more commands fit into, even at their largest. */
    void openFor(final int count) {
        if (inJournal && (journal.entryCommands() + count > maxCommands
            || journal.entryBytes() + count * COMMAND_BYTES_AT_MOST > maxBytes)) {
            end();
        }
        if (!open) {
            timestampNs = clock.stampNs();
            machine.beginEntry(timestampNs);
            firstSequence = machine.lastSequence() + 1;
            nextSequence = firstSequence;
            open = true;
        }
    }

    /** Command time of the open entry. */
    long timestampNs() {
        return timestampNs;
    }

    /** Adds a decided command with its outcome. */
    void add(final CommandSlot slot) {
        if (slot.outcome.sequence != nextSequence) {
            throw new IllegalStateException("a decided command took sequence " + slot.outcome.sequence + " where "
                + nextSequence + " was next");
        }
        nextSequence++;
        beginInJournal();
        try {
            journal.add(slot.templateId, slot.participantId, slot.command, 0, slot.commandLength, slot.outcome.result);
        } catch (final RuntimeException | Error ex) {
            throw new FailStop.JournalFault("append", ex);
        }
        commands++;
    }

    /** Ends the entry if one is open. */
    void end() {
        if (!open) {
            return;
        }
        if (machine.lastSequence() != nextSequence - 1) {
            throw new IllegalStateException("the state machine is at sequence " + machine.lastSequence()
                + ", the journal entry at " + (nextSequence - 1));
        }
        if (machine.sweptInEntry() > 0) {
            beginInJournal();
        }
        if (inJournal) {
            try {
                journal.endEntry(machine.digest());
            } catch (final RuntimeException | Error ex) {
                throw new FailStop.JournalFault("append", ex);
            }
            entries++;
        }
        open = false;
        inJournal = false;
    }

    private void beginInJournal() {
        if (!inJournal) {
            try {
                journal.beginEntry(firstSequence, timestampNs);
            } catch (final RuntimeException | Error ex) {
                throw new FailStop.JournalFault("append", ex);
            }
            inJournal = true;
        }
    }

    /** Entries handed to the journal since start. */
    long entries() {
        return entries;
    }

    /** Commands handed to the journal since start. */
    long commands() {
        return commands;
    }
}
