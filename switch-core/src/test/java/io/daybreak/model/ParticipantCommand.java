package io.daybreak.model;

import io.daybreak.protocol.Participants;
import io.daybreak.protocol.codec.PutParticipantDecoder;
import io.daybreak.protocol.codec.PutParticipantEncoder;
import org.agrona.MutableDirectBuffer;

import java.nio.charset.StandardCharsets;

/** Creates a participant or changes it. The code is at most 16 characters of Latin 1, padded with zero bytes. */
public record ParticipantCommand(long participantId, String code, long keyId, int roles, long idCapacity, int burstMs,
                                 long requestsPerSecond) implements Command {
    public static ParticipantCommand participant(final long participantId, final String code) {
        return new ParticipantCommand(participantId, code, 1, Participants.ROLE_ACTIVE, 1 << 20, 0, 0);
    }

    public static ParticipantCommand operator(final long participantId, final String code) {
        return participant(participantId, code).roles(Participants.ROLE_ACTIVE | Participants.ROLE_OPERATOR);
    }

    public ParticipantCommand participantId(final long value) {
        return new ParticipantCommand(value, code, keyId, roles, idCapacity, burstMs, requestsPerSecond);
    }

    public ParticipantCommand code(final String value) {
        return new ParticipantCommand(participantId, value, keyId, roles, idCapacity, burstMs, requestsPerSecond);
    }

    public ParticipantCommand keyId(final long value) {
        return new ParticipantCommand(participantId, code, value, roles, idCapacity, burstMs, requestsPerSecond);
    }

    public ParticipantCommand roles(final int value) {
        return new ParticipantCommand(participantId, code, keyId, value, idCapacity, burstMs, requestsPerSecond);
    }

    public ParticipantCommand idCapacity(final long value) {
        return new ParticipantCommand(participantId, code, keyId, roles, value, burstMs, requestsPerSecond);
    }

    public ParticipantCommand burstMs(final int value) {
        return new ParticipantCommand(participantId, code, keyId, roles, idCapacity, value, requestsPerSecond);
    }

    public ParticipantCommand requestsPerSecond(final long value) {
        return new ParticipantCommand(participantId, code, keyId, roles, idCapacity, burstMs, value);
    }

    @Override
    public int templateId() {
        return PutParticipantDecoder.TEMPLATE_ID;
    }

    @Override
    public int encode(final MutableDirectBuffer buffer, final int offset) {
        final PutParticipantEncoder encoder = new PutParticipantEncoder().wrap(buffer, offset);
        encoder.correlationId(1).idCapacity(idCapacity).participantId(participantId).keyId(keyId).roles(roles)
            .burstMs(burstMs).requestsPerSecond(requestsPerSecond);
        final byte[] bytes = code.getBytes(StandardCharsets.ISO_8859_1);
        for (int i = 0; i < PutParticipantEncoder.participantCodeLength(); i++) {
            encoder.participantCode(i, i < bytes.length ? bytes[i] : 0);
        }
        return PutParticipantEncoder.BLOCK_LENGTH;
    }
}
