package io.daybreak.payment;

import io.daybreak.protocol.Result;
import io.daybreak.routing.Sent;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Every order of what can happen to a request that is with its issuer: the acquirer repeats it, reverses it, repeats the
 * reversal, the issuer answers, the deadline passes; the issuer approves or declines; its messages arrive in their order, or the
 * request is overtaken by its reversal. A model that knows only what each side was told says what each believes, and all three
 * believe the same. Here and there the switch is killed in between.
 */
class RoutedPermutationTest {
    private static final long AMOUNT = 10_000;
    private static final int EVENTS = 5;
    private static final int RESTART_EVERY = 401;

    private final IssuerTown town = IssuerTown.up();
    /** The issuer's books: 1 where the money of a message stands. */
    private final Map<Long, Integer> stands = new HashMap<>();
    private final Map<Long, String> codes = new HashMap<>();
    private int runs;
    private long expectedPaid;

    @Test
    void shouldAgreeInEveryOrder() {
        town.rig.checksDigest = false;
        final List<int[]> orders = new ArrayList<>();
        permute(new int[] {0, 1, 2, 3, 4}, 0, orders);
        assertThat(orders).hasSize(120);
        for (final boolean overtaken : new boolean[] {false, true}) {
            for (final String code : new String[] {"00", "51"}) {
                for (final int[] order : orders) {
                    run(order, code, overtaken);
                }
            }
        }
        town.rig.replay();
        assertThat(town.rig.items()).isEmpty();
        assertThat(town.rig.machine.digest()).isEqualTo(town.rig.machine.computeDigest());
    }

    private static void permute(final int[] order, final int from, final List<int[]> orders) {
        if (from == EVENTS) {
            orders.add(order.clone());
            return;
        }
        for (int i = from; i < EVENTS; i++) {
            swap(order, from, i);
            permute(order, from + 1, orders);
            swap(order, from, i);
        }
    }

    private static void swap(final int[] order, final int first, final int second) {
        final int kept = order[first];
        order[first] = order[second];
        order[second] = kept;
    }

    private void run(final int[] order, final String code, final boolean overtaken) {
        final StringBuilder story = new StringBuilder("issuer says " + code + (overtaken ? ", request overtaken:" : ":"));
        town.sent.clear();
        town.answered.clear();
        final PaymentMessage purchase = town.request(PaymentMessage.purchase(1_000 + runs, AMOUNT).bin(IssuerTown.BIN));
        final PaymentMessage reversal = town.rig.stamp(PaymentMessage.reversal(purchase));
        final Sent request = town.last();
        codes.put(request.identity(), code);
        if (!overtaken) {
            process(request);
        }
        boolean reversed = false;
        boolean isReversalSent = false;
        boolean approved = false;
        for (final int event : order) {
            final int answeredBefore = town.answered.size();
            PaymentRig.Reply reply = null;
            switch (event) {
                case 0:
                    story.append(" repeat");
                    reply = town.rig.send(purchase.repeat());
                    approved |= isApproval(reply.result());
                    break;
                case 1:
                case 2:
                    story.append(event == 1 ? " reversal" : " reversal-repeat");
                    reply = town.rig.send(isReversalSent ? reversal.repeat() : reversal);
                    isReversalSent = true;
                    reversed |= reply.result() == Result.OK || reply.result() == Result.NOTHING_LEFT_TO_REVERSE;
                    break;
                case 3:
                    story.append(" answer");
                    town.reply(request, process(request));
                    break;
                default:
                    story.append(" deadline");
                    town.rig.tickAfter(IssuerTown.DEADLINE_MS);
            }
            approved |= town.answered.subList(answeredBefore, town.answered.size()).stream().anyMatch(late -> isApproval(late.result()));
            if (++runs % RESTART_EVERY == 0) {
                story.append(" restart");
                town.restart();
            }
            deliverReversals();
        }
        finish(story.toString(), request);
        expectedPaid += approved && !reversed ? AMOUNT : 0;
        assertThat(-town.issuer()).as("what the issuer owes us: %s", story).isEqualTo(expectedPaid);
        assertThat(stands.values().stream().mapToLong(count -> count * AMOUNT).sum()).as("the issuer's books: %s", story)
            .isEqualTo(expectedPaid);
        assertThat(town.merchant() + town.rig.balance(PaymentRig.FEES)).as("the merchant: %s", story).isEqualTo(expectedPaid);
        assertThat(town.sent.stream().filter(sent -> sent.mti() / 100 == 4).map(Sent::identity).distinct().count())
            .as("reversals: %s", story).isLessThanOrEqualTo(1);
    }

    private static boolean isApproval(final int result) {
        return result == Result.OK;
    }

    /** What the issuer does with a message when it arrives, once. */
    private String process(final Sent message) {
        if (message.mti() / 100 == 4) {
            final long original = (long) message.originalTransmission() << 32 | message.originalStan();
            return stands.replace(original, 0) == null ? "25" : "00";
        }
        if (!stands.containsKey(message.identity())) {
            stands.put(message.identity(), "00".equals(codes.get(message.identity())) ? 1 : 0);
        }
        return codes.get(message.identity());
    }

    /** The issuer answers reversals at once. */
    private void deliverReversals() {
        for (final Sent sent : List.copyOf(town.sent)) {
            if (sent.mti() / 100 == 4) {
                town.reply(sent, process(sent));
            }
        }
    }

    private void finish(final String story, final Sent request) {
        town.rig.tickAfter(IssuerTown.DEADLINE_MS);
        town.reply(request, process(request));
        for (int i = 0; i < 10 && town.rig.status().storeAndForward() > 0; i++) {
            deliverReversals();
            town.rig.tickAfter(30_000);
        }
        deliverReversals();
        assertThat(town.rig.status().storeAndForward()).as(story).isZero();
        assertThat(town.rig.status().issuerRequests()).as(story).isZero();
    }
}
