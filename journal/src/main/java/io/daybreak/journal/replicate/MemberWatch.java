package io.daybreak.journal.replicate;

import java.util.HashMap;
import java.util.Map;

import io.daybreak.protocol.Acknowledgement;

/**
 * On a primary: who of the members that answers wait for does not answer in time, and what follows from that.
 * <p>
 * Rule: docs/replication.md, "Durability". A member that is away, or behind while an answer has waited for {@code timeoutNs}, is left out; where answers must
 * wait, there is an alarm instead, every ten seconds. Time comes with the calls, nanoseconds of a monotonic clock. One thread. Bound: the members.
 */
public final class MemberWatch {
    private static final long ALARM_NS = 10_000_000_000L;

    /** The node around it. */
    public interface Host {
        /** True if entries go out to the member. */
        boolean isConnected(int memberId);

        /** Answers wait for the member no longer; to be journaled. Told again and again until it is. */
        void onLeftOut(int memberId);

        /** Answers must wait for the member, and have done so for too long. */
        void onWaiting(int memberId, long waitedNs);
    }

    private final StandbyGate gate;
    private final Host host;
    private final long timeoutNs;
    private final Map<Integer, Long> absentSinceNs = new HashMap<>();
    private long alarmedAtNs;
    private boolean hasAlarmed;

    /** @param timeoutNs that answers wait, and that a member may be away */
    public MemberWatch(final StandbyGate gate, final Host host, final long timeoutNs) {
        this.gate = gate;
        this.host = host;
        this.timeoutNs = timeoutNs;
    }

    /** Some times a second, while this node leads. */
    public void onTick(final long nowNs) {
        final boolean isLate = gate.waitedNs() > timeoutNs;
        for (final StandbyGate.Member member : gate.required()) {
            final boolean isBehind = member.entry() < gate.appendedEntry();
            if (isLate && isBehind || isAway(member.id(), nowNs)) {
                if (gate.leaveOut(member.id())) {
                    host.onLeftOut(member.id());
                } else if (isLate && (!hasAlarmed || nowNs - alarmedAtNs > ALARM_NS)) {
                    hasAlarmed = true;
                    alarmedAtNs = nowNs;
                    host.onWaiting(member.id(), gate.waitedNs());
                }
            }
        }
    }

    private boolean isAway(final int memberId, final long nowNs) {
        if (host.isConnected(memberId)) {
            absentSinceNs.remove(memberId);
            return false;
        }
        return nowNs - absentSinceNs.computeIfAbsent(memberId, id -> nowNs) > timeoutNs;
    }

    /** True if answers go on without a member under the rule in force. */
    public boolean isDegrading() {
        return gate.acknowledgement() == Acknowledgement.DEGRADE;
    }
}
