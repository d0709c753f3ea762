package io.daybreak.gateway.replay;

import org.agrona.DirectBuffer;

/** Looks on while a journal is executed again. What it is given is valid during the call only. */
interface Watcher {
    /** An entry begins: the state stands as the one before left it, and deadlines are about to fall due. */
    default void beforeEntry(final long firstSequence, final long timestampNs) {
    }

    /** Deadlines have fallen due, if any were. */
    default void afterDeadlines(final long lastSequence, final long timestampNs) {
    }

    /** The command is next; for a member of a chain: it is next to be taken, and is decided with the last one. */
    default void beforeCommand(final long sequence, final long timestampNs, final int templateId, final int participantId,
                               final DirectBuffer command, final int offset, final int length) {
    }

    /** The command was decided as at first; the state is the one behind it, or behind its chain. */
    default void afterCommand(final long sequence, final long timestampNs, final int templateId, final int participantId,
                              final DirectBuffer command, final int offset, final int length, final int result) {
    }

    /** Something was to be told or sent because of the command, or the deadline, at work. */
    default void onEffect(final int templateId, final DirectBuffer effect, final int offset, final int length) {
    }

    /** The entry is done, and its digest was right. */
    default void afterEntry(final long lastSequence, final long timestampNs) {
    }
}
