package io.daybreak.machine;

import io.daybreak.protocol.Participants;
import io.daybreak.protocol.codec.MembershipChangedDecoder;
import org.agrona.DirectBuffer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What the journal said about the nodes of this switch at one sequence, for other threads than the ledger's. Immutable.
 *
 * @param epoch           that the last BeginEpoch named; 0 before the first
 * @param acknowledgement what answers wait for, one of {@code Acknowledgement}
 * @param nodeCode        who led then
 * @param members         the nodes
 */
public record MembershipView(long epoch, int acknowledgement, String nodeCode, List<Member> members) {
    /** Before anything was said. */
    public static final MembershipView NONE = new MembershipView(0, 0, "", List.of());

    /**
     * A node.
     *
     * @param participantId by which it is known
     * @param keyId         names its secret
     * @param isActive      false: barred
     * @param isInSync      it has all that is acknowledged
     * @param code          by which it signs on
     */
    public record Member(int participantId, int keyId, boolean isActive, boolean isInSync, String code) {
    }

    /** From a MembershipChanged block with its group. */
    public static MembershipView of(final DirectBuffer block, final int offset) {
        final MembershipChangedDecoder changed = new MembershipChangedDecoder();
        changed.wrap(block, offset, MembershipChangedDecoder.BLOCK_LENGTH, MembershipChangedDecoder.SCHEMA_VERSION);
        final long epoch = changed.epoch();
        final int acknowledgement = changed.acknowledgement();
        final String node = changed.nodeCode();
        final List<Member> members = new ArrayList<>();
        for (final MembershipChangedDecoder.MembersDecoder member : changed.members()) {
            members.add(new Member((int) member.participantId(), (int) member.keyId(), (member.roles() & Participants.ROLE_ACTIVE) != 0,
                member.inSync() == 1, member.memberCode()));
        }
        return new MembershipView(epoch, acknowledgement, node, List.copyOf(members));
    }

    /** The member with a code that is not barred; null if there is none. */
    public Member find(final String code) {
        for (final Member member : members) {
            if (member.isActive && member.code.equals(code)) {
                return member;
            }
        }
        return null;
    }

    /** Participants that are in sync. */
    public int[] inSync() {
        final int[] found = new int[members.size()];
        int count = 0;
        for (final Member member : members) {
            if (member.isInSync) {
                found[count++] = member.participantId;
            }
        }
        return Arrays.copyOf(found, count);
    }
}
