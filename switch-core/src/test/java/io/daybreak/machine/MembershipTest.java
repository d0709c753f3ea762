package io.daybreak.machine;

import io.daybreak.model.ParticipantCommand;
import io.daybreak.protocol.Acknowledgement;
import io.daybreak.protocol.Participants;
import io.daybreak.protocol.Result;
import io.daybreak.protocol.codec.BeginEpochDecoder;
import io.daybreak.protocol.codec.BeginEpochEncoder;
import io.daybreak.protocol.codec.MemberStatusDecoder;
import io.daybreak.protocol.codec.MemberStatusEncoder;
import io.daybreak.protocol.codec.MembershipChangedDecoder;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

import static io.daybreak.machine.Town.A;
import static io.daybreak.machine.Town.B;
import static org.assertj.core.api.Assertions.assertThat;

/** Members, who is in sync, epochs. docs/replication.md, "Members". */
final class MembershipTest {
    private static final int NODE1 = 11;
    private static final int NODE2 = 12;
    private static final int NODE = Participants.ROLE_STANDBY | Participants.ROLE_ACTIVE;

    private final UnsafeBuffer body = new UnsafeBuffer(new byte[256]);
    private final Outcome outcome = new Outcome();
    private final Town town = Town.empty().people().accounts(A, B);
    private final List<MembershipView> told = new ArrayList<>();

    MembershipTest() {
        town.rig.machine.emitTo((templateId, effect, offset, length) -> {
            if (templateId == MembershipChangedDecoder.TEMPLATE_ID) {
                told.add(MembershipView.of(effect, offset));
            }
        });
    }

    @AfterEach
    void close() {
        town.close();
    }

    private int apply(final int templateId, final int participantId, final int length) {
        final StateMachine machine = town.rig.machine;
        machine.beginEntry(machine.lastTimestampNs() + 1_000);
        machine.apply(templateId, participantId, body, 0, length, outcome);
        return outcome.result;
    }

    private void status(final int result, final int sender, final long participantId, final int inSync) {
        new MemberStatusEncoder().wrap(body, 0).correlationId(1).participantId(participantId).inSync(inSync).reserved(0);
        assertThat(Result.name(apply(MemberStatusDecoder.TEMPLATE_ID, sender, MemberStatusEncoder.BLOCK_LENGTH))).isEqualTo(Result.name(result));
    }

    private void epoch(final int result, final int sender, final long epoch, final int acknowledgement, final String node) {
        new BeginEpochEncoder().wrap(body, 0).correlationId(1).epoch(epoch).acknowledgement(acknowledgement).reserved1(0).reserved2(0).nodeCode(node);
        assertThat(Result.name(apply(BeginEpochDecoder.TEMPLATE_ID, sender, BeginEpochEncoder.BLOCK_LENGTH))).isEqualTo(Result.name(result));
    }

    private void participant(final int result, final ParticipantCommand command) {
        final int length = command.encode(body, 0);
        assertThat(Result.name(apply(command.templateId(), Participants.SYSTEM, length))).isEqualTo(Result.name(result));
    }

    private void putNode(final int id, final String code) {
        participant(Result.OK, ParticipantCommand.participant(id, code).roles(NODE).idCapacity(1_024));
    }

    private MembershipView view() {
        return town.rig.machine.membership().view();
    }

    @Test
    void shouldTakeWordAboutNodesFromTheSwitchItselfOnly() {
        putNode(NODE1, "NODE1");
        status(Result.NOT_GRANTED, Participants.FIRST_OPERATOR, NODE1, 1);
        epoch(Result.NOT_GRANTED, Participants.FIRST_OPERATOR, 1, Acknowledgement.WAIT, "NODE1");
        status(Result.PARTICIPANT_NOT_FOUND, Participants.SYSTEM, NODE2, 1);
        status(Result.PARTICIPANT_NOT_FOUND, Participants.SYSTEM, Participants.FIRST_OPERATOR, 1);
        status(Result.MALFORMED_COMMAND, Participants.SYSTEM, NODE1, 2);
        epoch(Result.MALFORMED_COMMAND, Participants.SYSTEM, 1, 3, "NODE1");
        assertThat(view().inSync()).isEmpty();
    }

    @Test
    void shouldTellEveryChangeAsItIsInForce() {
        putNode(NODE1, "NODE1");
        putNode(NODE2, "NODE2");
        epoch(Result.OK, Participants.SYSTEM, 1, Acknowledgement.WAIT, "NODE1");
        status(Result.OK, Participants.SYSTEM, NODE2, 1);
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
    void shouldBeInAnImageOfTheState() {
        putNode(NODE1, "NODE1");
        putNode(NODE2, "NODE2");
        epoch(Result.OK, Participants.SYSTEM, 7, Acknowledgement.WAIT, "NODE1");
        status(Result.OK, Participants.SYSTEM, NODE2, 1);
        final MembershipView before = view();
        town.rig.restartFromImage();
        assertThat(view()).isEqualTo(before);
        epoch(Result.EPOCH_WOULD_GO_BACK, Participants.SYSTEM, 6, Acknowledgement.WAIT, "NODE2");
    }

    @Test
    void shouldForgetWhoWasInSyncWithAnEpoch() {
        putNode(NODE2, "NODE2");
        epoch(Result.OK, Participants.SYSTEM, 1, Acknowledgement.WAIT, "NODE1");
        status(Result.OK, Participants.SYSTEM, NODE2, 1);
        epoch(Result.OK, Participants.SYSTEM, 2, Acknowledgement.WAIT, "NODE2");
        assertThat(view().inSync()).isEmpty();
        epoch(Result.EPOCH_WOULD_GO_BACK, Participants.SYSTEM, 1, Acknowledgement.WAIT, "NODE1");
    }

    @Test
    void shouldTakeABarredNodeOutOfSync() {
        putNode(NODE2, "NODE2");
        status(Result.OK, Participants.SYSTEM, NODE2, 1);
        participant(Result.OK, ParticipantCommand.participant(NODE2, "NODE2").roles(Participants.ROLE_STANDBY).idCapacity(1_024));
        assertThat(view().inSync()).isEmpty();
        assertThat(view().find("NODE2")).isNull();
    }

    @Test
    void shouldHaveAtMostEightNodes() {
        for (int i = 0; i < Membership.MAX_MEMBERS; i++) {
            putNode(100 + i, "NODE" + i);
        }
        participant(Result.PARTICIPANT_CAPACITY_REACHED,
            ParticipantCommand.participant(200, "NINTH").roles(NODE).idCapacity(1_024));
        putNode(100, "NODE0");
    }

    @Test
    void shouldShowInTheDigestOnlyWhatWasCommanded() {
        final long before = town.rig.machine.digest();
        assertThat(town.rig.machine.membership().digest()).isZero();
        putNode(NODE1, "NODE1");
        epoch(Result.OK, Participants.SYSTEM, 1, Acknowledgement.LOCAL, "NODE1");
        assertThat(town.rig.machine.digest()).isNotEqualTo(before).isEqualTo(town.rig.machine.computeDigest());
    }
}
