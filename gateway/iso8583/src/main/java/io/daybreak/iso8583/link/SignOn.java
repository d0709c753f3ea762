package io.daybreak.iso8583.link;

/** What a sign-on (0800, DE 70 = 001) opens. docs/iso8583-wire.md, "Link files". */
public enum SignOn {
    /** Nothing need be opened. */
    NONE,
    /** All sockets of the participant, until sign-off or restart, also when sockets are lost. */
    PARTICIPANT,
    /** The socket on which it came. */
    CONNECTION
}
