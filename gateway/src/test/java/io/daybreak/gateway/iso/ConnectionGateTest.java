package io.daybreak.gateway.iso;

import io.daybreak.gateway.iso.ConnectionGate.Place;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/** LINK-13, LINK-21: who may come, and who gives way. */
final class ConnectionGateTest {
    private static final long GRACE = 10;

    private final ConnectionGate.All all = new ConnectionGate.All(5);
    private final ConnectionGate.Own own = all.newOwn();
    private final ConnectionGate gate = new ConnectionGate(all, own, 3, GRACE);
    private final ConnectionGate other = new ConnectionGate(all, all.newOwn(), 4, GRACE);
    private final List<String> gone = new ArrayList<>();

    private Place enter(final ConnectionGate into, final String name, final long nowNs) {
        return into.enter(nowNs, () -> gone.add(name));
    }

    @Test
    void shouldRefuseOneTooManyWhileTheOthersHaveTheirTime() {
        enter(gate, "a", 0);
        enter(gate, "b", 1);
        final Place c = enter(gate, "c", 2);
        assertThat(enter(gate, "d", GRACE - 1)).isNull();
        assertThat(gone).isEmpty();
        c.leave();
        c.leave();
        assertThat(all.count()).isEqualTo(2);
        assertThat(enter(gate, "d", GRACE - 1)).isNotNull();
        assertThat(enter(gate, "e", GRACE - 1)).isNull();
    }

    @Test
    void shouldLetTheOldestSilentOneGiveWayAndNoneThatIsKnown() {
        final Place a = enter(gate, "a", 0);
        final Place b = enter(gate, "b", 1);
        final Place c = enter(gate, "c", 2);
        assertThat(a.known()).isTrue();
        assertThat(enter(gate, "d", GRACE + 1)).isNotNull();
        assertThat(gone).containsExactly("b");
        assertThat(b.known()).as("too late").isFalse();
        b.leave();
        assertThat(all.count()).as("counted once").isEqualTo(3);
        assertThat(c.known()).isTrue();
        final Place e = enter(gate, "e", 3 * GRACE);
        assertThat(gone).containsExactly("b", "d");
        assertThat(e.known()).isTrue();
        assertThat(enter(gate, "f", 1_000 * GRACE)).as("all are known").isNull();
        assertThat(gone).hasSize(2);
        assertThat(all.count()).isEqualTo(3);
    }

    /** The bound of the switch: the oldest of all gives way, whosoever it is. */
    @Test
    void shouldLetAnotherParticipantsSilentOneGiveWayAtTheBoundOfTheSwitch() {
        enter(gate, "a", 5).known();
        enter(gate, "b", 6);
        enter(other, "k", 0).known();
        enter(other, "l", 1);
        enter(other, "m", 2);
        assertThat(enter(gate, "c", GRACE)).as("nobody has had its time").isNull();
        assertThat(enter(gate, "c", GRACE + 1)).isNotNull();
        assertThat(gone).containsExactly("l");
        assertThat(enter(gate, "d", GRACE + 1)).as("its own bound comes first").isNull();
        assertThat(enter(other, "n", GRACE + 2)).isNotNull();
        assertThat(gone).containsExactly("l", "m");
        assertThat(all.count()).isEqualTo(5);
    }

    /** Listeners of one participant may have bounds of their own. */
    @Test
    void shouldNotTakeAPlaceThatWouldNotBeEnough() {
        final ConnectionGate narrow = new ConnectionGate(all, own, 1, GRACE);
        enter(gate, "a", 0);
        enter(gate, "b", 0);
        assertThat(enter(narrow, "c", 2 * GRACE)).isNull();
        assertThat(gone).isEmpty();
        assertThat(all.count()).isEqualTo(2);
    }
}
