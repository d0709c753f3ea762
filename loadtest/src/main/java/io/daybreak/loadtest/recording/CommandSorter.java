package io.daybreak.loadtest.recording;

import io.daybreak.protocol.Participants;
import io.daybreak.protocol.Result;
import io.daybreak.protocol.codec.AccountDecoder;
import io.daybreak.protocol.codec.PutGrantDecoder;
import io.daybreak.protocol.codec.PutParticipantDecoder;
import io.daybreak.protocol.codec.TransferDecoder;
import org.agrona.DirectBuffer;

import java.nio.ByteOrder;
import java.util.BitSet;

/**
 * Says of each command of a journal, in order, what it is to who sends it again. Each pass over the journal needs a sorter of its own, since what it
 * says depends on what came before. One thread.
 */
final class CommandSorter {
    /** What a command is to who sends it again. */
    enum Part {
        /** Made before the clock starts: participants, grants, accounts, and what operators paid before the traffic began. */
        SET_UP,
        /** Sent at its time. */
        TRAFFIC,
        /** No client could send it, or it is not sent: counted by its kind. */
        NOT_SENT
    }

    private final long from;
    private final BitSet participants = new BitSet();
    private final BitSet operators = new BitSet();
    private boolean isBegun;

    /** @param from sequence with which the traffic begins; 0: with the first transfer of a participant that is no operator */
    CommandSorter(final long from) {
        this.from = from;
        // A switch makes them itself.
        participants.set(Participants.SYSTEM);
        participants.set(Participants.FIRST_OPERATOR);
        operators.set(Participants.FIRST_OPERATOR);
    }

    Part sort(final long sequence, final int templateId, final int participantId, final DirectBuffer command, final int offset, final int result) {
        switch (templateId) {
            case TransferDecoder.TEMPLATE_ID:
                if (participantId == Participants.SYSTEM) {
                    return Part.NOT_SENT;
                }
                isBegun |= from > 0 ? sequence >= from : !operators.get(participantId);
                return isBegun ? Part.TRAFFIC : Part.SET_UP;
            case PutParticipantDecoder.TEMPLATE_ID:
                final int id = command.getInt(offset + PutParticipantDecoder.participantIdEncodingOffset(), ByteOrder.LITTLE_ENDIAN);
                final int roles = command.getShort(offset + PutParticipantDecoder.rolesEncodingOffset(), ByteOrder.LITTLE_ENDIAN);
                if (result != Result.OK || participants.get(id)) {
                    return Part.NOT_SENT;
                }
                participants.set(id);
                operators.set(id, (roles & Participants.ROLE_OPERATOR) != 0);
                return Part.SET_UP;
            case PutGrantDecoder.TEMPLATE_ID:
            case AccountDecoder.TEMPLATE_ID:
                return result == Result.OK ? Part.SET_UP : Part.NOT_SENT;
            default:
                return Part.NOT_SENT;
        }
    }
}
