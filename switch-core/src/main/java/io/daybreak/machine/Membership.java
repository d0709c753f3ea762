package io.daybreak.machine;

import io.daybreak.memory.Hashing;
import io.daybreak.participant.ParticipantTable;
import io.daybreak.port.EffectEmitter;
import io.daybreak.protocol.Acknowledgement;
import io.daybreak.protocol.Participants;
import io.daybreak.protocol.Result;
import io.daybreak.protocol.codec.BeginEpochDecoder;
import io.daybreak.protocol.codec.MemberStatusDecoder;
import io.daybreak.protocol.codec.MembershipChangedEncoder;
import io.daybreak.state.StateImage;
import io.daybreak.state.Stateful;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.nio.ByteOrder;

/**
 * Which nodes make up this switch, which of them have all that is acknowledged, who leads in which epoch, and what its answers wait for.
 * <p>
 * Rule: docs/replication.md, "Members". A member is a participant with ROLE_STANDBY; at most {@link #MAX_MEMBERS}. The two commands come from
 * the switch itself. Every change is told as an effect, so that whoever waits for standbys hears of it once it is in force. Ledger thread
 * only; allocates nothing.
 */
public final class Membership implements Stateful {
    /** Most nodes of a switch. */
    public static final int MAX_MEMBERS = 8;
    private static final int EFFECT_BYTES = MembershipChangedEncoder.BLOCK_LENGTH + MembershipChangedEncoder.MembersEncoder.sbeHeaderSize()
        + MAX_MEMBERS * MembershipChangedEncoder.MembersEncoder.sbeBlockLength();
    private static final int CODE_LAST = 8;

    private final ParticipantTable participants;
    private final MemberStatusDecoder status = new MemberStatusDecoder();
    private final BeginEpochDecoder begin = new BeginEpochDecoder();
    private final MembershipChangedEncoder changed = new MembershipChangedEncoder();
    private final UnsafeBuffer effect = new UnsafeBuffer(new byte[EFFECT_BYTES]);
    private final int[] inSync = new int[MAX_MEMBERS];
    private int inSyncCount;
    private long epoch;
    private int acknowledgement;
    private long nodeFirst;
    private long nodeLast;
    private EffectEmitter effects = EffectEmitter.NONE;
    /** Not part of the state: lets a reader see that it must look again. */
    private int changes;

    Membership(final ParticipantTable participants) {
        this.participants = participants;
    }

    void emitTo(final EffectEmitter emitter) {
        effects = emitter;
    }

    @Override
    public void image(final StateImage image) {
        epoch = image.word(epoch);
        acknowledgement = image.bounded(acknowledgement, 0, Acknowledgement.WAIT);
        nodeFirst = image.word(nodeFirst);
        nodeLast = image.word(nodeLast);
        inSyncCount = image.bounded(inSyncCount, 0, MAX_MEMBERS);
        image.numbers(inSync, MAX_MEMBERS);
    }

    int setStatus(final int sender, final DirectBuffer command, final int offset) {
        status.wrap(command, offset, MemberStatusDecoder.BLOCK_LENGTH, MemberStatusDecoder.SCHEMA_VERSION);
        if (sender != Participants.SYSTEM) {
            return Result.NOT_GRANTED;
        }
        if (status.inSync() > 1 || status.reserved() != 0) {
            return Result.MALFORMED_COMMAND;
        }
        final int index = status.participantId() > Participants.MAX_ID ? ParticipantTable.NOT_FOUND : participants.find((int) status.participantId());
        if (index == ParticipantTable.NOT_FOUND || !isMember(participants.roles(index))) {
            return Result.PARTICIPANT_NOT_FOUND;
        }
        final boolean wanted = status.inSync() == 1;
        final int id = (int) status.participantId();
        if (wanted == isInSync(id)) {
            return PaymentAdministration.UNCHANGED;
        }
        if (wanted) {
            inSync[inSyncCount++] = id;
        } else {
            remove(id);
        }
        tell();
        return Result.OK;
    }

    int beginEpoch(final int sender, final DirectBuffer command, final int offset) {
        begin.wrap(command, offset, BeginEpochDecoder.BLOCK_LENGTH, BeginEpochDecoder.SCHEMA_VERSION);
        if (sender != Participants.SYSTEM) {
            return Result.NOT_GRANTED;
        }
        if (begin.acknowledgement() > Acknowledgement.WAIT || begin.reserved1() != 0 || begin.reserved2() != 0 || begin.epoch() < 1) {
            return Result.MALFORMED_COMMAND;
        }
        if (begin.epoch() < epoch) {
            return Result.EPOCH_WOULD_GO_BACK;
        }
        final long first = command.getLong(offset + BeginEpochDecoder.nodeCodeEncodingOffset(), ByteOrder.LITTLE_ENDIAN);
        final long last = command.getLong(offset + BeginEpochDecoder.nodeCodeEncodingOffset() + CODE_LAST, ByteOrder.LITTLE_ENDIAN);
        if (begin.epoch() == epoch && begin.acknowledgement() == acknowledgement && first == nodeFirst && last == nodeLast) {
            return PaymentAdministration.UNCHANGED;
        }
        if (begin.epoch() != epoch) {
            // Who was in sync with the primary before says nothing about the new one.
            inSyncCount = 0;
        }
        epoch = begin.epoch();
        acknowledgement = begin.acknowledgement();
        nodeFirst = first;
        nodeLast = last;
        tell();
        return Result.OK;
    }

    /** False if a participant with these roles would be one member too many. */
    boolean hasRoomFor(final int participantId, final int roles) {
        if ((roles & Participants.ROLE_STANDBY) == 0) {
            return true;
        }
        int others = 0;
        for (int i = 0; i < participants.count(); i++) {
            if ((participants.roles(i) & Participants.ROLE_STANDBY) != 0 && participants.participantId(i) != participantId) {
                others++;
            }
        }
        return others < MAX_MEMBERS;
    }

    /** A participant was put, whatever came of it: one that is no member any more is in sync no more. */
    void onParticipant(final int participantId, final int roles) {
        if (isInSync(participantId)) {
            final int index = participants.find(participantId);
            if (!isMember(participants.roles(index))) {
                remove(participantId);
            }
            tell();
        } else if ((roles & Participants.ROLE_STANDBY) != 0) {
            tell();
        }
    }

    private static boolean isMember(final int roles) {
        return (roles & Participants.ROLE_STANDBY) != 0 && (roles & Participants.ROLE_ACTIVE) != 0;
    }

    private void remove(final int id) {
        int at = 0;
        while (inSync[at] != id) {
            at++;
        }
        inSync[at] = inSync[--inSyncCount];
    }

    /** True if this participant has all that was acknowledged up to here. */
    public boolean isInSync(final int participantId) {
        for (int i = 0; i < inSyncCount; i++) {
            if (inSync[i] == participantId) {
                return true;
            }
        }
        return false;
    }

    /** Epoch that the last BeginEpoch named; 0 before the first. */
    public long epoch() {
        return epoch;
    }

    /** One of {@link Acknowledgement}. */
    public int acknowledgement() {
        return acknowledgement;
    }

    /** Rises with every change since this object was made. */
    public int changes() {
        return changes;
    }

    /** A copy for other threads. Allocates. */
    public MembershipView view() {
        write(effect, 0);
        return MembershipView.of(effect, 0);
    }

    private void tell() {
        changes++;
        final int length = write(effect, 0);
        effects.emit(MembershipChangedEncoder.TEMPLATE_ID, effect, 0, length);
    }

    /**
     * Writes a MembershipChanged block, group and all.
     *
     * @return its bytes
     */
    public int write(final UnsafeBuffer buffer, final int offset) {
        int members = 0;
        for (int i = 0; i < participants.count(); i++) {
            members += (participants.roles(i) & Participants.ROLE_STANDBY) != 0 ? 1 : 0;
        }
        changed.wrap(buffer, offset).epoch(epoch).acknowledgement(acknowledgement).reserved1(0).reserved2(0);
        putCode(buffer, offset + MembershipChangedEncoder.nodeCodeEncodingOffset(), nodeFirst, nodeLast);
        final MembershipChangedEncoder.MembersEncoder member = changed.membersCount(members);
        for (int i = 0; i < participants.count(); i++) {
            if ((participants.roles(i) & Participants.ROLE_STANDBY) != 0) {
                final int at = changed.limit();
                member.next().participantId(participants.participantId(i)).keyId(participants.keyId(i)).roles(participants.roles(i))
                    .inSync(isInSync(participants.participantId(i)) ? 1 : 0).reserved(0);
                putCode(buffer, at + MembershipChangedEncoder.MembersEncoder.memberCodeEncodingOffset(), participants.codeFirst(i),
                    participants.codeLast(i));
            }
        }
        return changed.limit() - offset;
    }

    private static void putCode(final UnsafeBuffer buffer, final int at, final long first, final long last) {
        buffer.putLong(at, first, ByteOrder.LITTLE_ENDIAN);
        buffer.putLong(at + CODE_LAST, last, ByteOrder.LITTLE_ENDIAN);
    }

    /** 0 as long as nothing of replication was ever commanded. */
    long digest() {
        long sum = epoch == 0 ? 0 : Hashing.mix(Hashing.mix(epoch, acknowledgement), Hashing.mix(nodeFirst, nodeLast));
        for (int i = 0; i < inSyncCount; i++) {
            sum += Hashing.mix(inSync[i], MAX_MEMBERS);
        }
        return sum;
    }
}
