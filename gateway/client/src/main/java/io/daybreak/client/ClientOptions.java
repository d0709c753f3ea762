package io.daybreak.client;

import io.daybreak.protocol.Limits;

import java.time.Duration;
import java.util.Objects;

/**
 * Bounds of a {@link DaybreakClient}.
 *
 * @param deadline         of each request: after it a command's outcome is UNKNOWN (or NOT_SENT)
 * @param maxInFlight      commands and queries without an answer, over all threads; at least one whole request batch
 * @param firstBackOff     pause before the second round of connection attempts; it doubles with each round, and each is
 *                         shortened by a random part of up to half, so that many clients do not come back in step
 * @param maxBackOff       longest pause between rounds
 * @param closeGrace       how long {@link DaybreakClient#close()} waits for outstanding answers
 * @param connection       bounds of the connection
 */
public record ClientOptions(Duration deadline, int maxInFlight, Duration firstBackOff, Duration maxBackOff, Duration closeGrace,
                            ConnectionOptions connection) {
    /** 30 s deadline, 16,384 in flight, back-off from 20 ms to 2 s, 10 s to close. */
    public static final ClientOptions DEFAULT = new ClientOptions(Duration.ofSeconds(30), 16_384, Duration.ofMillis(20),
        Duration.ofSeconds(2), Duration.ofSeconds(10), ConnectionOptions.DEFAULT);

    /** Checks the bounds. */
    public ClientOptions {
        requirePositive(deadline, "deadline");
        requirePositive(firstBackOff, "firstBackOff");
        requirePositive(maxBackOff, "maxBackOff");
        requirePositive(closeGrace, "closeGrace");
        Objects.requireNonNull(connection, "connection");
        if (maxInFlight < Limits.MAX_BATCH) {
            throw new IllegalArgumentException("maxInFlight must let one request batch through: " + Limits.MAX_BATCH);
        }
    }

    private static void requirePositive(final Duration duration, final String name) {
        if (duration.isNegative() || duration.isZero()) {
            throw new IllegalArgumentException(name + " must be above zero");
        }
    }

    /** The same with another deadline. */
    public ClientOptions withDeadline(final Duration newDeadline) {
        return new ClientOptions(newDeadline, maxInFlight, firstBackOff, maxBackOff, closeGrace, connection);
    }

    /** The same with another bound of commands in flight. */
    public ClientOptions withMaxInFlight(final int newMaxInFlight) {
        return new ClientOptions(deadline, newMaxInFlight, firstBackOff, maxBackOff, closeGrace, connection);
    }

    /** The same with another back-off. */
    public ClientOptions withBackOff(final Duration first, final Duration longest) {
        return new ClientOptions(deadline, maxInFlight, first, longest, closeGrace, connection);
    }

    /** The same with another grace for closing. */
    public ClientOptions withCloseGrace(final Duration newCloseGrace) {
        return new ClientOptions(deadline, maxInFlight, firstBackOff, maxBackOff, newCloseGrace, connection);
    }

    /** The same with other bounds of the connection. */
    public ClientOptions withConnection(final ConnectionOptions newConnection) {
        return new ClientOptions(deadline, maxInFlight, firstBackOff, maxBackOff, closeGrace, newConnection);
    }
}
