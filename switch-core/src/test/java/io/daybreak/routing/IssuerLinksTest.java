package io.daybreak.routing;

import io.daybreak.protocol.RecordStatus;
import io.daybreak.protocol.Result;
import io.daybreak.protocol.codec.IssuerLinkStatusEncoder;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.stream.Collectors;

import static org.assertj.core.api.Assertions.assertThat;

/** Several ways to one issuer: shares by weight, health, reserve. */
class IssuerLinksTest {
    private IssuingRig rig;
    private int place;

    @BeforeEach
    void begin() {
        IssuingRig.recycle();
        rig = IssuingRig.bare();
    }

    private List<Integer> linksOf(final int requests) {
        final int before = rig.sent.size();
        for (int i = 0; i < requests; i++) {
            assertThat(rig.request(++place, 40 + place, 10)).isEqualTo(Result.AWAITING_ISSUER);
        }
        return rig.sent.subList(before, rig.sent.size()).stream().map(Sent::linkId).collect(Collectors.toList());
    }

    @Test
    void shouldShareByWeightInSmallTurns() {
        rig.putLink(71, link -> link.weight(5));
        rig.putLink(72, link -> link.weight(1));
        rig.putLink(73, link -> link.weight(1));
        rig.up(71).up(72).up(73);
        assertThat(linksOf(7)).containsExactly(71, 71, 72, 71, 73, 71, 71);
        assertThat(linksOf(700).stream().filter(link -> link == 71)).hasSize(500);
        final IssuingRig again = rig.replayed();
        assertThat(again.issuing.digest()).isEqualTo(rig.issuing.digest());
    }

    @Test
    void shouldPassByWhatIsDownBlockedOrFull() {
        rig.putLink(72, link -> { });
        rig.putLink(73, link -> link.weight(0));
        rig.up(71).up(73);
        assertThat(linksOf(3)).containsExactly(71, 71, 71);
        rig.down(71);
        assertThat(linksOf(2)).as("weight 0 when no other is up").containsExactly(73, 73);
        rig.up(72);
        assertThat(linksOf(2)).containsExactly(72, 72);
        rig.putLink(72, link -> link.window(2));
        assertThat(linksOf(1)).as("its window is full").containsExactly(73);
        rig.putLink(73, link -> link.weight(0).status(RecordStatus.BLOCKED));
        assertThat(rig.request(++place, 40, 10)).isEqualTo(Result.ISSUER_REQUEST_CAPACITY_REACHED);
    }

    @Test
    void shouldTakeAllLinksAsDownAfterARestart() {
        rig.putLink(72, link -> { });
        rig.up(71).up(72);
        rig.status(0, 0);
        assertThat(rig.request(1, 40, 10)).isEqualTo(Result.ISSUER_NOT_REACHABLE);
        rig.up(72);
        assertThat(linksOf(1)).containsExactly(72);
        rig.check();
    }

    @Test
    void shouldAnswerForLinksThatItDoesNotKnow() {
        assertThat(rig.status(99, 1)).isEqualTo(Result.RECORD_NOT_FOUND);
        assertThat(rig.status(0, 1)).isEqualTo(Result.MALFORMED_COMMAND);
        assertThat(rig.status(71, 2)).isEqualTo(Result.MALFORMED_COMMAND);
        final UnsafeBuffer command = new UnsafeBuffer(new byte[IssuerLinkStatusEncoder.BLOCK_LENGTH]);
        assertThat(rig.issuing.onLinkStatus(command, 0, 7, rig.nowNs)).isEqualTo(Result.MALFORMED_COMMAND);
        assertThat(rig.issuing.onAnswer(command, 0, 8, rig.nowNs, 1)).isEqualTo(Result.MALFORMED_COMMAND);
        assertThat(rig.issuing.onSendFailed(command, 0, 8, rig.nowNs, 1)).isEqualTo(Result.MALFORMED_COMMAND);
    }

    @Test
    void shouldSendAReversalWhereTheRequestWent() {
        rig.putLink(72, link -> { });
        rig.up(71).up(72);
        for (int i = 0; i < 4; i++) {
            linksOf(1);
            final Sent request = rig.last();
            rig.reply(request, "00");
            rig.reverse(place, 10, -1);
            assertThat(rig.last().linkId()).isEqualTo(request.linkId());
        }
    }
}
