package io.daybreak.loadtest.issuer;

/** What a switch must never do to an issuer, and did. */
enum Violation {
    /** One payment (DE 2, 3, 32, 37, 41 and class) came with two different pairs of DE 11 and 7: it may be booked twice. */
    TWO_IDENTITIES,
    /** One pair of DE 11 and 7 came with different contents. */
    IDENTITY_USED_TWICE,
    /** One original was reversed by two messages with different identities, in the same way. */
    REVERSED_TWICE,
    /** Something other than an 0800 came before the sign-on, or after a sign-off. */
    NOT_SIGNED_ON,
    /** An answer that fits no request of ours, or a message that could not be read. */
    NOT_UNDERSTOOD
}
