package io.daybreak.machine;

import io.daybreak.model.Command;
import io.daybreak.model.ParticipantCommand;
import io.daybreak.protocol.Acknowledgement;
import io.daybreak.protocol.Participants;
import io.daybreak.protocol.Result;
import io.daybreak.protocol.codec.BeginEpochDecoder;
import io.daybreak.protocol.codec.BeginEpochEncoder;
import io.daybreak.protocol.codec.MemberStatusDecoder;
import io.daybreak.protocol.codec.MemberStatusEncoder;
import io.daybreak.protocol.codec.MembershipChangedDecoder;
import org.agrona.MutableDirectBuffer;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/** Members, who is in sync, epochs. docs/replication.md, "Members". */
final class MembershipTest {
    private static final int NODE1 = 11;
    private static final int NODE2 = 12;
    private static final int NODE = Participants.ROLE_STANDBY | Participants.ROLE_ACTIVE;

    private final Town town = new Town();
    private final List<MembershipView> told = new ArrayList<>();

    MembershipTest() {
        town.rig.machine.emitTo((templateId, effect, offset, length) -> {
            if (templateId == MembershipChangedDecoder.TEMPLATE_ID) {
                told.add(MembershipView.of(effect, offset));
            }
        });
    }

    private record Status(long participantId, int inSync) implements Command {
        @Override
        public int templateId() {
            return MemberStatusDecoder.TEMPLATE_ID;
        }

        @Override
        public int encode(final MutableDirectBuffer buffer, final int offset) {
            new MemberStatusEncoder().wrap(buffer, offset).correlationId(1).participantId(participantId).inSync(inSync).reserved(0);
            return MemberStatusEncoder.BLOCK_LENGTH;
        }
    }

    private record Epoch(long epoch, int acknowledgement, String node) implements Command {
        @Override
        public int templateId() {
            return BeginEpochDecoder.TEMPLATE_ID;
        }

        @Override
        public int encode(final MutableDirectBuffer buffer, final int offset) {
            new BeginEpochEncoder().wrap(buffer, offset).correlationId(1).epoch(epoch).acknowledgement(acknowledgement).reserved1(0).reserved2(0)
                .nodeCode(node);
            return BeginEpochEncoder.BLOCK_LENGTH;
        }
    }

    private void putNode(final int id, final String code) {
        town.ok(Participants.FIRST_OPERATOR, ParticipantCommand.participant(id, code).roles(NODE).idCapacity(1_024));
    }

    private MembershipView view() {
        return town.rig.machine.membership().view();
    }

    @Test
    void shouldTakeWordAboutNodesFromTheSwitchItselfOnly() {
        putNode(NODE1, "NODE1");
        town.gives(Result.NOT_GRANTED, Participants.FIRST_OPERATOR, new Status(NODE1, 1));
        town.gives(Result.NOT_GRANTED, Participants.FIRST_OPERATOR, new Epoch(1, Acknowledgement.WAIT, "NODE1"));
        town.gives(Result.PARTICIPANT_NOT_FOUND, Participants.SYSTEM, new Status(NODE2, 1));
        town.gives(Result.PARTICIPANT_NOT_FOUND, Participants.SYSTEM, new Status(Participants.FIRST_OPERATOR, 1));
        town.gives(Result.MALFORMED_COMMAND, Participants.SYSTEM, new Status(NODE1, 2));
        town.gives(Result.MALFORMED_COMMAND, Participants.SYSTEM, new Epoch(1, 3, "NODE1"));
        assertThat(view().inSync()).isEmpty();
    }

    @Test
    void shouldTellEveryChangeAsItIsInForce() {
        putNode(NODE1, "NODE1");
        putNode(NODE2, "NODE2");
        town.ok(Participants.SYSTEM, new Epoch(1, Acknowledgement.WAIT, "NODE1"));
        town.ok(Participants.SYSTEM, new Status(NODE2, 1));
        assertThat(told).hasSize(4);
        final MembershipView last = told.get(3);
        assertThat(last).isEqualTo(view());
        assertThat(last.epoch()).isEqualTo(1);
        assertThat(last.acknowledgement()).isEqualTo(Acknowledgement.WAIT);
        assertThat(last.nodeCode()).isEqualTo("NODE1");
        assertThat(last.inSync()).containsExactly(NODE2);
        assertThat(last.find("NODE2")).isEqualTo(new MembershipView.Member(NODE2, 1, true, true, "NODE2"));
        assertThat(last.find("ACQ")).isNull();
    }

    @Test
    void shouldForgetWhoWasInSyncWithAnEpoch() {
        putNode(NODE2, "NODE2");
        town.ok(Participants.SYSTEM, new Epoch(1, Acknowledgement.WAIT, "NODE1"));
        town.ok(Participants.SYSTEM, new Status(NODE2, 1));
        town.ok(Participants.SYSTEM, new Epoch(2, Acknowledgement.WAIT, "NODE2"));
        assertThat(view().inSync()).isEmpty();
        town.gives(Result.EPOCH_WOULD_GO_BACK, Participants.SYSTEM, new Epoch(1, Acknowledgement.WAIT, "NODE1"));
    }

    @Test
    void shouldTakeABarredNodeOutOfSync() {
        putNode(NODE2, "NODE2");
        town.ok(Participants.SYSTEM, new Status(NODE2, 1));
        town.ok(Participants.FIRST_OPERATOR, ParticipantCommand.participant(NODE2, "NODE2").roles(Participants.ROLE_STANDBY).idCapacity(1_024));
        assertThat(view().inSync()).isEmpty();
        assertThat(view().find("NODE2")).isNull();
    }

    @Test
    void shouldHaveAtMostEightNodes() {
        for (int i = 0; i < Membership.MAX_MEMBERS; i++) {
            putNode(100 + i, "NODE" + i);
        }
        town.gives(Result.PARTICIPANT_CAPACITY_REACHED, Participants.FIRST_OPERATOR,
            ParticipantCommand.participant(200, "NINTH").roles(NODE).idCapacity(1_024));
        putNode(100, "NODE0");
    }

    @Test
    void shouldShowInTheDigestOnlyWhatWasCommanded() {
        final long before = town.rig.machine.digest();
        assertThat(town.rig.machine.membership().digest()).isZero();
        putNode(NODE1, "NODE1");
        town.ok(Participants.SYSTEM, new Epoch(1, Acknowledgement.LOCAL, "NODE1"));
        assertThat(town.rig.machine.digest()).isNotEqualTo(before).isEqualTo(town.rig.machine.computeDigest());
    }
}
