package io.daybreak.model.payment;

import io.daybreak.protocol.PaymentOperation;
import io.daybreak.protocol.Result;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

import static io.daybreak.model.payment.MatchingOrdersTest.Event.ANSWER;
import static io.daybreak.model.payment.MatchingOrdersTest.Event.COMPLETION;
import static io.daybreak.model.payment.MatchingOrdersTest.Event.COMPLETION_REPEAT;
import static io.daybreak.model.payment.MatchingOrdersTest.Event.ORIGINAL;
import static io.daybreak.model.payment.MatchingOrdersTest.Event.REFUND;
import static io.daybreak.model.payment.MatchingOrdersTest.Event.REPEAT;
import static io.daybreak.model.payment.MatchingOrdersTest.Event.RESTART;
import static io.daybreak.model.payment.MatchingOrdersTest.Event.REVERSAL;
import static io.daybreak.model.payment.MatchingOrdersTest.Event.REVERSAL_REPEAT;
import static io.daybreak.model.payment.MatchingOrdersTest.Event.TIME_OUT;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Rule DUP-20: in every order of original, repeat, reversal, repeat of the reversal, completion, refund, the issuer's
 * response, its time-out and a restart, up to five of them, the balances are those that each side reckons from nothing but
 * what it was told. The histories of a round share a switch, each with its own trace numbers; what they move is seen as
 * the difference of the balances before and after.
 */
class MatchingOrdersTest {
    private static final long MS = 1_000_000L;
    private static final long AMOUNT = 2_000;
    private static final long CAPTURED = 1_500;
    private static final long REFUNDED = 700;
    private static final int ROUND = 40;
    private static final long WALLET = 1;
    private static final long MERCHANT = 101;

    enum Event {
        ORIGINAL, REPEAT, REVERSAL, REVERSAL_REPEAT, COMPLETION, COMPLETION_REPEAT, REFUND, ANSWER, TIME_OUT, RESTART
    }

    /** What the original is, and which messages there are about it. */
    enum Scene {
        PURCHASE(false, ORIGINAL, REPEAT, REVERSAL, REVERSAL_REPEAT, REFUND, RESTART),
        /** The repeat has a DE 7 of its own. */
        PURCHASE_REFRESHED(false, ORIGINAL, REPEAT, REVERSAL, REVERSAL_REPEAT, RESTART),
        /** The reversal names its original by DE 37, 41, 2 and 4. */
        PURCHASE_BY_REFERENCE(false, ORIGINAL, REPEAT, REVERSAL, REVERSAL_REPEAT, REFUND, RESTART),
        AUTHORISATION(false, ORIGINAL, REPEAT, REVERSAL, REVERSAL_REPEAT, COMPLETION, COMPLETION_REPEAT, RESTART),
        /** The reversal names the completion. */
        COMPLETION_REVERSED(false, ORIGINAL, COMPLETION, COMPLETION_REPEAT, REVERSAL, REVERSAL_REPEAT, RESTART),
        ROUTED_PURCHASE(true, ORIGINAL, REPEAT, REVERSAL, REVERSAL_REPEAT, ANSWER, TIME_OUT, RESTART),
        /** The issuer declines. */
        ROUTED_DECLINE(true, ORIGINAL, REPEAT, REVERSAL, REVERSAL_REPEAT, ANSWER, TIME_OUT, RESTART),
        ROUTED_AUTHORISATION(true, ORIGINAL, REVERSAL, REVERSAL_REPEAT, COMPLETION, COMPLETION_REPEAT, ANSWER, TIME_OUT);

        final boolean routed;
        final Event[] events;

        Scene(final boolean routed, final Event... events) {
            this.routed = routed;
            this.events = events;
        }
    }

    @ParameterizedTest
    @EnumSource(Scene.class)
    void shouldLeaveBalancesThatEachSideCanReckon(final Scene scene) {
        runAll(scene, Integer.getInteger("daybreak.orders.length", 3));
    }

    @Tag("nightly")
    @ParameterizedTest
    @EnumSource(Scene.class)
    void shouldLeaveBalancesThatEachSideCanReckonInEveryOrderOfFive(final Scene scene) {
        runAll(scene, 5);
    }

    private static void runAll(final Scene scene, final int length) {
        final List<List<Event>> orders = new ArrayList<>();
        collect(scene, length, new ArrayList<>(), orders);
        for (int from = 0; from < orders.size(); from += ROUND) {
            try (Round round = new Round(scene)) {
                for (final List<Event> order : orders.subList(from, Math.min(orders.size(), from + ROUND))) {
                    round.run(order);
                }
            }
        }
    }

    private static void collect(final Scene scene, final int length, final List<Event> begun, final List<List<Event>> into) {
        if (!begun.isEmpty()) {
            into.add(List.copyOf(begun));
        }
        if (begun.size() < length) {
            for (final Event event : scene.events) {
                if (!begun.contains(event)) {
                    begun.add(event);
                    collect(scene, length, begun, into);
                    begun.remove(begun.size() - 1);
                }
            }
        }
    }

    /** An issuer that books what it approves when it comes, whatever becomes of its answer, and undoes what is reversed. */
    private static final class Issuer {
        private final boolean approves;
        private final Map<String, Long> booked = new TreeMap<>();
        private final Set<String> reversed = new HashSet<>();
        private final Set<String> advised = new HashSet<>();
        private final Map<Long, Set<String>> identities = new TreeMap<>();

        Issuer(final boolean approves) {
            this.approves = approves;
        }

        void receive(final SwitchRig.ToIssuer m) {
            final String identity = m.stan() + "/" + m.transmission();
            final String original = m.originalStan() + "/" + m.originalTransmission();
            if (m.isRequest()) {
                assertThat(booked).as("a request is sent once: " + m).doesNotContainKey(identity);
                booked.put(identity, approves && m.firstMti() == 200 ? m.amount() : 0);
            } else if (m.firstMti() == 420) {
                assertThat(booked).as("the request goes before its reversal: " + m).containsKey(original);
                identities.computeIfAbsent(m.paymentId(), k -> new HashSet<>()).add(identity);
                assertThat(identities.get(m.paymentId())).as("one reversal, with one identity: " + m).hasSize(1);
                reversed.add(identity);
                booked.put(original, 0L);
            } else if (advised.add(identity)) {
                booked.put("advice " + identity, m.amount());
            }
        }

        long sum() {
            return booked.values().stream().mapToLong(Long::longValue).sum();
        }
    }

    /** One switch, and histories on it. */
    private static final class Round implements AutoCloseable {
        private final Scene scene;
        private final PaymentComparison town;
        private final SwitchRig rig;
        private final Issuer issuer;
        private long nowNs = PaymentTown.START_NS;
        private int received;
        private int number;
        private Map<Event, Integer> told;
        private final Map<Long, Event> askers = new TreeMap<>();
        private long correlation;
        private Message original;
        private Message completion;
        private List<Event> order;

        Round(final Scene scene) {
            this.scene = scene;
            this.town = new PaymentComparison(scene.routed, 4_096);
            this.rig = town.rig;
            this.issuer = new Issuer(scene != Scene.ROUTED_DECLINE);
        }

        void run(final List<Event> events) {
            number++;
            order = events;
            told = new EnumMap<>(Event.class);
            askers.clear();
            original = message(scene == Scene.AUTHORISATION || scene == Scene.COMPLETION_REVERSED || scene == Scene.ROUTED_AUTHORISATION ? 100 : 200,
                scene == Scene.AUTHORISATION || scene == Scene.COMPLETION_REVERSED || scene == Scene.ROUTED_AUTHORISATION
                    ? PaymentOperation.AUTHORISE : PaymentOperation.PURCHASE, 1);
            completion = message(220, PaymentOperation.COMPLETION, 2).naming(original);
            completion.amount = CAPTURED;
            final Map<Long, long[]> before = balances();
            final long issuerBefore = issuer.sum();
            final List<String> log = new ArrayList<>();
            for (final Event event : events) {
                nowNs += 20 * MS;
                perform(event);
                listen();
                log.add(event + (told.containsKey(event) ? " told " + Result.name(told.get(event)) : ""));
            }
            settle();
            log.add("at last: " + told.entrySet().stream().map(e -> e.getKey() + " told " + Result.name(e.getValue())).toList());
            final String where = scene + " " + log;
            compare(before, issuerBefore, where);
            rig.check();
        }

        private Message message(final int mti, final int operation, final int part) {
            final Message m = new Message();
            m.mti = mti;
            m.operation = operation;
            m.institution = PaymentTown.INSTITUTION;
            m.terminal = PaymentTown.TERMINALS[0];
            m.merchant = PaymentTown.GROCER;
            m.card = scene.routed ? PaymentTown.ROUTED_CARD : WALLET;
            m.bin = PaymentTown.binOf(m.card);
            m.stan = number * 10 + part;
            m.transmission = Message.transmissionAt(nowNs);
            m.rrn = String.valueOf(632_710_000_000L + number * 10L + part);
            m.amount = AMOUNT;
            return m;
        }

        private void perform(final Event event) {
            switch (event) {
                case ORIGINAL -> send(event, original);
                case REPEAT -> {
                    final Message m = original.repeat();
                    m.transmission = scene == Scene.PURCHASE_REFRESHED ? Message.transmissionAt(nowNs + 3_000 * MS) : m.transmission;
                    send(event, m);
                }
                case REVERSAL, REVERSAL_REPEAT -> {
                    final Message of = scene == Scene.COMPLETION_REVERSED ? completion : original;
                    final Message m = message(420, PaymentOperation.REVERSAL, 3);
                    m.transmission = of.transmission;
                    m.rrn = of.rrn;
                    m.amount = of.amount;
                    if (scene != Scene.PURCHASE_BY_REFERENCE) {
                        m.naming(of);
                    }
                    send(event, event == REVERSAL ? m : m.repeat());
                }
                case COMPLETION -> send(event, completion);
                case COMPLETION_REPEAT -> send(event, completion.repeat());
                case REFUND -> {
                    final Message m = message(200, PaymentOperation.REFUND, 4).naming(original);
                    m.processingCode = 200_000;
                    m.amount = REFUNDED;
                    send(event, m);
                }
                case ANSWER -> {
                    for (final SwitchRig.ToIssuer m : List.copyOf(rig.toIssuer)) {
                        if (m.isRequest() && m.rrn().equals(original.rrn)) {
                            rig.apply(nowNs, 0, SwitchRig.issuerAnswer(m, issuer.approves ? "00" : "51", m.amount(), issuer.approves ? "ISSUER" : ""));
                        }
                    }
                }
                case TIME_OUT -> {
                    nowNs += (PaymentTown.DEADLINE_MS + 1) * MS;
                    rig.apply(nowNs, 0, SwitchRig.tick());
                }
                default -> rig.restart();
            }
        }

        private void send(final Event event, final Message m) {
            correlation++;
            askers.put(correlation, event);
            final SwitchRig.Reply reply = rig.payment(nowNs, PaymentTown.ACQUIRER, m, 1, correlation);
            if (!reply.isDeferred()) {
                tell(event, reply.result());
            }
        }

        private void tell(final Event event, final int result) {
            final Integer before = told.put(event, result);
            assertThat(before).as(event + " of " + order + " was told twice").isNull();
        }

        /** Deferred answers reach the acquirer, messages the issuer. */
        private void listen() {
            for (final SwitchRig.LateReply reply : rig.lateReplies) {
                if (reply.link() != 0 && askers.containsKey(reply.correlation())) {
                    tell(askers.get(reply.correlation()), reply.answer().result());
                }
            }
            rig.lateReplies.clear();
            for (; received < rig.toIssuer.size(); received++) {
                issuer.receive(rig.toIssuer.get(received));
            }
        }

        /** The time-out passes, and all that waits for the issuer is delivered and answered. */
        private void settle() {
            nowNs += 3 * PaymentTown.DEADLINE_MS * MS;
            rig.apply(nowNs, 0, SwitchRig.tick());
            listen();
            if (scene.routed) {
                final Set<String> answered = new HashSet<>();
                for (int i = 0; i < rig.toIssuer.size(); i++) {
                    final SwitchRig.ToIssuer m = rig.toIssuer.get(i);
                    if (!m.isRequest() && answered.add(m.mti() + "/" + m.stan() + "/" + m.transmission())) {
                        nowNs += MS;
                        rig.apply(nowNs, 0, SwitchRig.issuerAnswer(m, "00", -1, ""));
                        listen();
                    }
                }
                nowNs += 60_000 * MS;
                rig.apply(nowNs, 0, SwitchRig.tick());
                listen();
            }
            // The acquirer, that has not heard of its original for whatever reason, asks once more.
            nowNs += MS;
            if (order.contains(ORIGINAL) && !told.containsKey(ORIGINAL)) {
                final SwitchRig.Reply reply = rig.payment(nowNs, PaymentTown.ACQUIRER, original.repeat(), 1, ++correlation);
                tell(ORIGINAL, reply.result());
            } else if (order.contains(REPEAT) && !told.containsKey(REPEAT)) {
                final SwitchRig.Reply reply = rig.payment(nowNs, PaymentTown.ACQUIRER, original.repeat(), 1, ++correlation);
                tell(REPEAT, reply.result());
            }
        }

        private boolean approved(final Event... events) {
            return Arrays.stream(events).anyMatch(e -> told.containsKey(e) && Said.isApproval(told.get(e)));
        }

        private void compare(final Map<Long, long[]> before, final long issuerBefore, final String where) {
            final NaivePayments.Fee fee = new NaivePayments.Fee(60, 0, 0, PaymentTown.NONE, 0);
            final boolean reversed = approved(REVERSAL, REVERSAL_REPEAT);
            final boolean originalApproved = approved(ORIGINAL, REPEAT);
            long held = 0;
            long moved;
            long refunded = 0;
            if (original.operation == PaymentOperation.AUTHORISE) {
                final boolean completed = approved(COMPLETION, COMPLETION_REPEAT);
                moved = completed ? CAPTURED : 0;
                if (scene == Scene.COMPLETION_REVERSED) {
                    moved = reversed ? 0 : moved;
                    // An authorisation that comes behind its own completion holds, as it is told.
                    held = originalApproved && !isFinishedAfter(ORIGINAL, COMPLETION, COMPLETION_REPEAT) ? AMOUNT : 0;
                } else {
                    held = originalApproved && !reversed && !isFinishedAfter(ORIGINAL, COMPLETION, COMPLETION_REPEAT) ? AMOUNT : 0;
                    if (originalApproved && reversed && !isFinishedAfter(ORIGINAL, REVERSAL, REVERSAL_REPEAT)) {
                        held = AMOUNT;
                    }
                }
            } else {
                moved = originalApproved ? AMOUNT : 0;
                refunded = approved(REFUND) ? REFUNDED : 0;
                moved = reversed ? refunded : moved;
            }
            final long fees = fee.of(moved);
            final Map<Long, long[]> expected = new TreeMap<>();
            final long payer = scene.routed ? PaymentTown.ISSUER_SETTLEMENT : WALLET;
            for (final long id : before.keySet()) {
                expected.put(id, new long[2]);
            }
            expected.get(payer)[0] = refunded - moved;
            expected.get(payer)[1] = scene.routed ? 0 : -held;
            expected.get(MERCHANT)[0] = moved - refunded - fees;
            expected.get(MERCHANT)[1] = scene.routed ? 0 : held;
            expected.get(PaymentTown.FEES)[0] = fees;
            final Map<Long, long[]> after = balances();
            final Map<Long, String> actual = new TreeMap<>();
            final Map<Long, String> wanted = new TreeMap<>();
            for (final long id : before.keySet()) {
                actual.put(id, after.get(id)[0] - before.get(id)[0] + ", held " + (after.get(id)[1] - before.get(id)[1]));
                wanted.put(id, expected.get(id)[0] + ", held " + expected.get(id)[1]);
            }
            assertThat(actual).as("balances by what the acquirer was told, " + where).isEqualTo(wanted);
            if (scene.routed) {
                assertThat(issuer.sum() - issuerBefore).as("the issuer's books, " + where).isEqualTo(moved);
            }
        }

        /** True if an order has one of the later events, answered with an approval, behind the first approval of the earlier one. */
        private boolean isFinishedAfter(final Event first, final Event... later) {
            int begins = order.indexOf(first);
            if (order.contains(REPEAT) && first == ORIGINAL) {
                final int repeat = order.indexOf(REPEAT);
                begins = begins < 0 ? repeat : Math.min(begins, repeat);
            }
            int ends = Integer.MAX_VALUE;
            for (final Event e : later) {
                if (order.contains(e) && approved(e)) {
                    ends = Math.min(ends, order.indexOf(e));
                }
            }
            return ends != Integer.MAX_VALUE && begins >= 0 && ends > begins;
        }

        /** By account: credits less debits posted, and credits less debits pending. */
        private Map<Long, long[]> balances() {
            final Map<Long, long[]> balances = new TreeMap<>();
            rig.accounts(town.model.accounts().keySet()).forEach((id, text) -> {
                final String[] parts = text.split("/");
                balances.put(id, new long[] {Long.parseLong(parts[2]) - Long.parseLong(parts[0]), Long.parseLong(parts[3]) - Long.parseLong(parts[1])});
            });
            return balances;
        }

        @Override
        public void close() {
            town.close();
        }
    }
}
