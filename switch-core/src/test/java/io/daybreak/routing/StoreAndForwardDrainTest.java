package io.daybreak.routing;

import io.daybreak.protocol.Result;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** A long queue goes out as fast as its issuer answers: no step grows with the length of the queue. */
class StoreAndForwardDrainTest {
    private static final int ENTRIES = 100_000;
    private static final int CARDS = 30_000;
    private static final long LONGEST_NS = 10_000_000_000L;

    @Test
    void shouldDrainAHundredThousandEntries() {
        IssuingRig.recycle();
        final IssuingRig rig = IssuingRig.bare();
        rig.issuing.configure(200_000, 1_000, 150_000, 1_000);
        for (int place = 1; place <= ENTRIES; place++) {
            assertThat(rig.complete(place, Issuing.NO_PLACE, 1 + place % CARDS, place)).isEqualTo(Result.OK);
        }
        assertThat(rig.sent).isEmpty();
        final long begin = System.nanoTime();
        rig.up(IssuingRig.LINK);
        final int[] lastOfCard = new int[CARDS + 1];
        int next = 0;
        while (next < rig.sent.size()) {
            final Sent sent = rig.sent.get(next++);
            final int card = 1 + (int) sent.amount() % CARDS;
            assertThat(sent.amount()).as("order of card %d", card).isGreaterThan(lastOfCard[card]);
            lastOfCard[card] = (int) sent.amount();
            rig.reply(sent, "00");
            assertThat(rig.sent.size() - next).as("window").isLessThanOrEqualTo(32);
        }
        assertThat(next).isEqualTo(ENTRIES);
        assertThat(rig.issuing.storeAndForwardEntries()).isZero();
        assertThat(rig.issuing.nextDeadlineNs()).isEqualTo(Long.MAX_VALUE);
        assertThat(System.nanoTime() - begin).isLessThan(LONGEST_NS);
        rig.check();
    }
}
