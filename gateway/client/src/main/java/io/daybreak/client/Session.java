package io.daybreak.client;

/**
 * What the switch told in Welcome.
 *
 * @param sessionId      number of the session, for both sides' logs
 * @param participantId  who we are to the switch
 * @param maxFrameLength bytes of a frame without its length prefix
 * @param maxInFlight    commands without an answer on this connection; beyond it the switch stops reading
 * @param idleTimeoutMs  silence after which the switch closes; 0: never
 * @param maxBatch       entries of a request batch
 * @param maxChain       members of a linked chain
 * @param serverTimeMs   the switch's Unix milliseconds when it sent this
 */
public record Session(long sessionId, int participantId, int maxFrameLength, int maxInFlight, int idleTimeoutMs, int maxBatch,
                      int maxChain, long serverTimeMs) {
}
