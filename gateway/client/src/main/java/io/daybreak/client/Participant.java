package io.daybreak.client;

/**
 * A participant, as an operator puts it and as a look-up answers it.
 *
 * @param participantId 1 to 65,535
 * @param code          1 to 16 printable ASCII characters
 * @param keyId         names the secret; the secret itself never travels
 * @param roles         bits of {@link io.daybreak.protocol.Participants}
 * @param idCapacity    transfer ids remembered for it
 * @param requestsPerSecond rate at which links take its requests; 0: any
 * @param burstMs       milliseconds of that rate that may come at once; 0: a second's
 */
public record Participant(int participantId, String code, long keyId, int roles, long idCapacity, long requestsPerSecond, int burstMs) {
    private static final long MAX_UINT32 = 0xFFFF_FFFFL;
    private static final int MAX_UINT16 = 0xFFFF;

    /** Checks only what would not fit on the wire: cut there, it would name another key or give other roles. */
    public Participant {
        if (keyId < 0 || keyId > MAX_UINT32 || roles < 0 || roles > MAX_UINT16) {
            throw new IllegalArgumentException("key id or roles of a participant do not fit: " + keyId + ", " + roles);
        }
        if (requestsPerSecond < 0 || requestsPerSecond > MAX_UINT32 || burstMs < 0 || burstMs > MAX_UINT16) {
            throw new IllegalArgumentException("rate or burst of a participant do not fit: " + requestsPerSecond + ", " + burstMs);
        }
    }

    /** A participant whose requests are taken at any rate. */
    public Participant(final int participantId, final String code, final long keyId, final int roles, final long idCapacity) {
        this(participantId, code, keyId, roles, idCapacity, 0, 0);
    }
}
