package io.daybreak.model;

import org.agrona.MutableDirectBuffer;

/** A command as a value that knows its body in the ring. */
public sealed interface Command permits TransferCommand, AccountCommand, AccountActionCommand, ParticipantCommand, GrantCommand,
    ConfigureCommand, AcceptClockCommand, RaiseRulesCommand, TickCommand, RecordCommand {
    /** Template id of the body. */
    int templateId();

    /** Writes the body, an SBE block without header; returns its length in bytes. */
    int encode(MutableDirectBuffer buffer, int offset);
}
