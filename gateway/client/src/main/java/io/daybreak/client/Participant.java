package io.daybreak.client;

/**
 * A participant, as an operator puts it and as a look-up answers it.
 *
 * @param participantId 1 to 65,535
 * @param code          1 to 16 printable ASCII characters
 * @param keyId         names the secret; the secret itself never travels
 * @param roles         bits of {@link io.daybreak.protocol.Participants}
 * @param idCapacity    transfer ids remembered for it
 */
public record Participant(int participantId, String code, long keyId, int roles, long idCapacity) {
}
