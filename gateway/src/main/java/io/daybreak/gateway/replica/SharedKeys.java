package io.daybreak.gateway.replica;

import java.io.IOException;

/**
 * Keys that a primary's standbys must have to take over, and that never stand in the journal. Rule: docs/replication.md, "Keys of card data". Event
 * loop of the node.
 */
public interface SharedKeys {
    /** Rises with every change of them. */
    long version();

    /** All of them, in bytes that only {@link #adopt} understands; at most 16 KiB. Who asked wipes them. */
    byte[] export();

    /** Has these and no others; durable when this returns. */
    void adopt(byte[] exported) throws IOException;
}
