package io.daybreak.journal;

/** What an acknowledged command survives. Chosen by the operator; {@code disk} is the default. */
public enum DurabilityMode {
    /** Written to the queue's memory map: survives the death of the process, not the loss of power. */
    PROCESS,
    /** On the device before the reply: survives the loss of power. */
    DISK
}
