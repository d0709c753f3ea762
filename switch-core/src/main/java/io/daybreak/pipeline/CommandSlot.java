package io.daybreak.pipeline;

import io.daybreak.machine.Outcome;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * One place of the ring: a command on its way in and its outcome on the way out.
 * <p>
 * A publisher writes all fields but {@link #outcome} and {@link #answer} between claim and publish; the ledger stage
 * writes these two; the reply stage reads them. The slots' areas lie side by side in one block of memory.
 */
public final class CommandSlot {
    /** Bytes of a command area; the largest body of the schema fits. */
    public static final int COMMAND_BYTES = 288;
    /** Bytes of an answer area; what a payment's response says fits. */
    public static final int ANSWER_BYTES = 96;

    /** The command's body, an SBE block without its header. */
    public final UnsafeBuffer command;
    /** What the response to a payment says, an SBE block without its header; other commands leave it alone. */
    public final UnsafeBuffer answer;
    /** Its outcome. */
    public final Outcome outcome = new Outcome();
    /** Template id of the body. */
    public int templateId;
    /** Bytes of the body. */
    public int commandLength;
    /** Who sent it. */
    public int participantId;
    /** Where the answer goes; 0: nobody waits. The publisher's side gives it meaning. */
    public long linkId;
    /** Of the request. */
    public long correlationId;
    /** Place in the request, from 0. */
    public int index;
    /** Entries of the whole request. */
    public int requestCount;
    /**
     * Members of the linked chain that begins here, all of them published with one publish call; 0 for a transfer that
     * stands alone and for the members after the first.
     */
    public int chainLength;
    /** For a query: where its answer goes, lent by the publisher; otherwise null. */
    public AnswerBuffer answerBuffer;

    CommandSlot(final UnsafeBuffer command, final UnsafeBuffer answer) {
        this.command = command;
        this.answer = answer;
    }
}
