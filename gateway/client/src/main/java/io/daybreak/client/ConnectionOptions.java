package io.daybreak.client;

import io.daybreak.protocol.Limits;

/**
 * Bounds of one {@link NativeConnection}.
 *
 * @param connectTimeoutMs  for the TCP connection
 * @param signOnTimeoutMs   from the TCP connection to Welcome
 * @param keepAliveMs       a keep-alive is sent after so long without traffic, if the switch names no idle time of its
 *                          own; three of them in a row without any answer end the connection
 * @param sendBufferBytes   size of one send buffer; it grows once if a single request needs more
 * @param sendBuffers       how many there are: all full and not taken by the socket means that claims are refused
 * @param maxAnswerBytes    longest frame that the switch may send
 */
public record ConnectionOptions(int connectTimeoutMs, int signOnTimeoutMs, int keepAliveMs, int sendBufferBytes, int sendBuffers,
                                int maxAnswerBytes) {
    /** 2 s, 5 s, 10 s, 4 buffers of 256 KiB, frames as long as the protocol allows. */
    public static final ConnectionOptions DEFAULT = new ConnectionOptions(2_000, 5_000, 10_000, 256 << 10, 4,
        Limits.MAX_FRAME_BYTES);

    private static final int MIN_SEND_BUFFER_BYTES = 1 << 10;

    /** Checks the bounds. */
    public ConnectionOptions {
        if (connectTimeoutMs < 1 || signOnTimeoutMs < 1 || keepAliveMs < 1) {
            throw new IllegalArgumentException("time-outs are at least 1 ms");
        }
        if (sendBufferBytes < MIN_SEND_BUFFER_BYTES || sendBuffers < 1) {
            throw new IllegalArgumentException("at least one send buffer of " + MIN_SEND_BUFFER_BYTES + " bytes");
        }
        if (maxAnswerBytes < MIN_SEND_BUFFER_BYTES || maxAnswerBytes > Limits.MAX_FRAME_BYTES) {
            throw new IllegalArgumentException("maxAnswerBytes " + maxAnswerBytes);
        }
    }

    /** The same with another time for the TCP connection. */
    public ConnectionOptions withConnectTimeoutMs(final int timeoutMs) {
        return new ConnectionOptions(timeoutMs, signOnTimeoutMs, keepAliveMs, sendBufferBytes, sendBuffers, maxAnswerBytes);
    }

    /** The same with another time for the sign-on. */
    public ConnectionOptions withSignOnTimeoutMs(final int timeoutMs) {
        return new ConnectionOptions(connectTimeoutMs, timeoutMs, keepAliveMs, sendBufferBytes, sendBuffers, maxAnswerBytes);
    }

    /** The same with another keep-alive. */
    public ConnectionOptions withKeepAliveMs(final int timeMs) {
        return new ConnectionOptions(connectTimeoutMs, signOnTimeoutMs, timeMs, sendBufferBytes, sendBuffers, maxAnswerBytes);
    }

    /** The same with other send buffers. */
    public ConnectionOptions withSendBuffers(final int count, final int bytes) {
        return new ConnectionOptions(connectTimeoutMs, signOnTimeoutMs, keepAliveMs, bytes, count, maxAnswerBytes);
    }
}
