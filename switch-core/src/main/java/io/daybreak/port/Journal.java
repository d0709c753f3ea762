package io.daybreak.port;

import org.agrona.DirectBuffer;

/**
 * Where applied commands are kept.
 * <p>
 * Two threads call it. The <b>ledger thread</b> appends: {@link #beginEntry}, {@link #add} for each decided command in
 * sequence order, {@link #endEntry}. The <b>durability thread</b> calls {@link #sync}. An entry is never visible to
 * {@link #sync} before its {@code endEntry}.
 * <p>
 * Any failure is thrown, and is final: the caller stops the process and never tries again, since what a failed write or
 * sync left behind is unknown (docs/architecture.md, "Recovery").
 */
public interface Journal extends AutoCloseable {
    /**
     * Starts an entry. May wait while the journal has no room (back-pressure by the disk); the wait is counted.
     *
     * @param firstSequence sequence that the first command of the entry has, or would have if the entry stays empty
     * @param timestampNs   command time of the whole entry, above that of the entry before
     */
    void beginEntry(long firstSequence, long timestampNs);

    /**
     * Adds the next command of the entry.
     *
     * @param templateId    of the command's body as it lies in the ring
     * @param participantId who sent it
     * @param command       the body, an SBE block without its header
     * @param result        its outcome's result code
     */
    void add(int templateId, int participantId, DirectBuffer command, int offset, int length, int result);

    /** Bytes that the entry would occupy if it ended now, at most; lets the caller cut before the maximum. */
    int entryBytes();

    /** Commands added to the entry so far. */
    int entryCommands();

    /**
     * Ends the entry.
     *
     * @param stateDigest the state machine's running digest after the entry
     */
    void endEntry(long stateDigest);

    /**
     * Makes everything appended so far durable in the mode that was chosen, and publishes the durable sequence.
     * Durability thread only; blocks for as long as the device takes.
     *
     * @return the highest durable sequence, 0 if none
     */
    long sync();

    /**
     * Only where the pipeline is moved by steps, so that nobody may block: true if what the last {@link #sync} was to make durable waits for others. The
     * same call, later, goes on with just that, and takes nothing newer. Durability thread.
     */
    default boolean isWaiting() {
        return false;
    }

    /** Highest durable sequence. Any thread. */
    long durableSequence();

    /**
     * Drains and closes in good order: what was appended is durable in the queue as well. Called after both threads
     * have stopped.
     */
    @Override
    void close();
}
