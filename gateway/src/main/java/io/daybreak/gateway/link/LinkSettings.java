package io.daybreak.gateway.link;

/**
 * Limits of the native links. Meaning, defaults and ranges: reference.conf, {@code native}.
 *
 * @param host               address to bind
 * @param port               0: a free one
 * @param eventLoops         threads that serve connections
 * @param isEpollAllowed     use epoll where it loads, else always NIO
 * @param backlog            connections that may wait to be accepted
 * @param maxFrameLength     bytes of a frame without its prefix
 * @param maxInFlight        commands without an answer, per connection
 * @param maxInFlightPerLoop the same, per event loop
 * @param maxChain           members of a linked chain
 * @param readBufferBytes    receive memory of a connection
 * @param maxReplyBytes      unsent replies of a connection; above it the peer counts as a slow reader
 * @param answerBuffers      queries under way, per event loop
 * @param maxConnections     in all
 * @param maxConnectionsPerParticipant signed on as the same participant
 * @param signOnTimeoutMs    from accept to Welcome
 * @param idleTimeoutMs      without any byte from the peer
 * @param frameTimeoutMs     from a frame's first to its last byte
 */
public record LinkSettings(String host, int port, int eventLoops, boolean isEpollAllowed, int backlog, int maxFrameLength, int maxInFlight,
                           int maxInFlightPerLoop, int maxChain, int readBufferBytes, int maxReplyBytes, int answerBuffers, int maxConnections,
                           int maxConnectionsPerParticipant, int signOnTimeoutMs, int idleTimeoutMs, int frameTimeoutMs) {
}
