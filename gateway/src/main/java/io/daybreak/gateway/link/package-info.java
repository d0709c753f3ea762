/**
 * The native links: frames in, answers out (docs/native-protocol.md).
 * <p>
 * Each event loop owns its connections, one publisher into the ring, one reply queue and one credit account; nothing of
 * it is shared with another loop. The reply stage writes finished frames into the loops' reply queues and wakes a loop
 * at most once per batch. No event loop ever blocks: a refused claim means that the link stops reading.
 */
package io.daybreak.gateway.link;
