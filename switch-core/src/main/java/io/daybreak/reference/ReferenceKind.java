package io.daybreak.reference;

import org.agrona.MutableDirectBuffer;

/** A kind of records that QueryReference tells, slot by slot in a fixed order. Ledger thread only. */
public interface ReferenceKind {
    /** Template id of the message that puts a record of this kind. */
    int templateId();

    /** Slots ever used: a walk goes from 0 to here. */
    int slotEnd();

    /**
     * Writes the record of a slot as the message that puts it: header and block, with correlation id 0.
     *
     * @return bytes written, or 0 if the slot holds none
     */
    int encode(int slot, MutableDirectBuffer buffer, int offset);
}
