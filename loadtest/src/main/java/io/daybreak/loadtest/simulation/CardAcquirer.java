package io.daybreak.loadtest.simulation;

import io.daybreak.protocol.PaymentFlags;
import io.daybreak.protocol.PaymentOperation;
import io.daybreak.protocol.Result;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * An acquirer of card payments: purchases, authorisations with their completion, reversals. Without an answer it sends a repeat, or gives up and sends a
 * reversal, which it repeats until that is answered. What it reckons to have been paid in the end goes to the auditor.
 */
final class CardAcquirer implements Actor {
    private static final int NEXT = 1;
    private static final int TIMEOUT = 3;
    private static final int STAGES = 4;
    private static final int WINDOW = 256;
    private static final int MOST_STAN = 999_999;
    private static final long TIMEOUT_NS = 7 * World.SECOND;

    private final World world;
    private final Auditor auditor;
    private final SplittableRandom random;
    private final int self;
    private final Cluster cluster;
    private int address;
    private final int number;
    private final int wanted;
    private final long gapNs;
    private final List<CardPayment> payments = new ArrayList<>();
    private int open;
    /** With its window full it begins nothing until something is finished. */
    private boolean isWaiting;
    private int stan;
    private long transmissionSecond;
    private int transmission;
    private long routedMinor;
    private int messages;

    /** One payment and what follows it. */
    private static final class CardPayment {
        private final int index;
        private CardMessage original;
        /** What is being asked now. */
        private CardMessage current;
        private int stage;
        private int tries;
        private boolean completes;
        private boolean reverses;
        private boolean done;
        private CardTold told;

        CardPayment(final int index) {
            this.index = index;
        }
    }

    CardAcquirer(final World world, final Auditor auditor, final Cluster cluster, final int number, final int wanted, final long gapNs) {
        this.world = world;
        this.auditor = auditor;
        this.cluster = cluster;
        this.number = number;
        this.wanted = wanted;
        this.gapNs = gapNs;
        this.random = world.chance(200 + number);
        self = world.add(this);
    }

    void begin() {
        world.plan(random.nextLong(gapNs), self, NEXT, 0, null);
    }

    /** Whether it begins nothing more. */
    boolean isMade() {
        return messages >= wanted;
    }

    /** Whether all that it began is answered as well. */
    boolean isDone() {
        return isMade() && open == 0;
    }

    /** Messages of payments so far, repeats not counted. */
    int made() {
        return messages;
    }

    int self() {
        return self;
    }

    /** What its routed payments come to. */
    long routedMinor() {
        return routedMinor;
    }

    @Override
    public void on(final int kind, final long numberOf, final Object what) {
        switch (kind) {
            case NEXT:
                isWaiting = open >= WINDOW;
                if (messages < wanted && !isWaiting) {
                    begin(new CardPayment(payments.size()));
                    world.plan(1 + random.nextLong(2 * gapNs), self, NEXT, 0, null);
                }
                break;
            case TIMEOUT:
                final CardPayment late = payments.get((int) (numberOf / STAGES));
                if (!late.done && late.stage == numberOf % STAGES) {
                    again(late);
                }
                break;
            default:
                onTold(payments.get((int) (numberOf / STAGES)), (int) (numberOf % STAGES), (CardTold) what);
                break;
        }
    }

    private void begin(final CardPayment payment) {
        final boolean routed = random.nextInt(3) == 0;
        final boolean authorises = !routed && random.nextInt(4) == 0;
        payments.add(payment);
        open++;
        payment.completes = authorises;
        payment.reverses = !authorises && random.nextInt(8) == 0;
        payment.original = message(payment, 0, authorises ? 100 : 200, authorises ? PaymentOperation.AUTHORISE : PaymentOperation.PURCHASE,
            random.nextInt(Town.WALLETS), routed, random.nextInt(Town.MERCHANTS), 1 + random.nextInt(3_000), 0, null);
        ask(payment, payment.original);
    }

    private CardMessage message(final CardPayment payment, final int stage, final int mti, final int operation, final int card, final boolean routed,
                                final int merchant, final long amount, final int flags, final CardMessage of) {
        messages++;
        stan = stan % MOST_STAN + 1;
        final long index = payment.index;
        return new CardMessage(self, number, index * STAGES + stage, mti, operation, card, routed, merchant, amount, stan, transmission(),
            of != null && operation == PaymentOperation.REVERSAL ? of.rrn() : String.format("R%d%010d", number, messages), flags, of);
    }

    /** DE 7 of now: month, day, hour, minute, second. */
    private int transmission() {
        final long second = world.nowNs() / World.SECOND;
        if (second != transmissionSecond) {
            transmissionSecond = second;
            final ZonedDateTime time = Instant.ofEpochSecond(second).atZone(ZoneOffset.UTC);
            transmission = time.getMonthValue() * 100_000_000 + time.getDayOfMonth() * 1_000_000 + time.getHour() * 10_000
                + time.getMinute() * 100 + time.getSecond();
        }
        return transmission;
    }

    private void ask(final CardPayment payment, final CardMessage message) {
        payment.current = message;
        payment.tries = 0;
        send(payment, message);
    }

    private void send(final CardPayment payment, final CardMessage message) {
        world.send(self, cluster.nodes().get(address).self(), SwitchNode.CARD, message.reply(), message);
        world.plan(TIMEOUT_NS + random.nextLong(World.SECOND), self, TIMEOUT, message.reply(), null);
    }

    private void again(final CardPayment payment) {
        address = (address + 1) % cluster.nodes().size();
        payment.tries++;
        if (payment.stage == 0 && random.nextInt(3) == 0) {
            reverse(payment);
        } else {
            send(payment, payment.current.repeat());
        }
    }

    private void reverse(final CardPayment payment) {
        final CardMessage original = payment.original;
        payment.stage = 1;
        ask(payment, message(payment, 1, 400, PaymentOperation.REVERSAL, original.card(), original.routed(), original.merchant(),
            original.amount(), PaymentFlags.HAS_ORIGINAL, original));
    }

    private void complete(final CardPayment payment) {
        final CardMessage original = payment.original;
        payment.stage = 2;
        ask(payment, message(payment, 2, 220, PaymentOperation.COMPLETION, original.card(), false, original.merchant(),
            1 + random.nextLong(original.amount()), PaymentFlags.HAS_ORIGINAL | PaymentFlags.ADVICE, original));
    }

    private void onTold(final CardPayment payment, final int stage, final CardTold told) {
        if (told.result() == Result.DUPLICATE_WITH_DIFFERENT_CONTENTS) {
            throw new SimulationFailure("the repeat of " + payment.current + " was taken for another message");
        }
        if (payment.done || stage != payment.stage) {
            return;
        }
        if (!Result.isDecided(told.result())) {
            // Sent again when its time is over.
            return;
        }
        switch (stage) {
            case 0 -> onAnswer(payment, told);
            case 1 -> onReversed(payment, told);
            default -> onCompleted(payment, told);
        }
    }

    private void onAnswer(final CardPayment payment, final CardTold told) {
        payment.told = told;
        if (told.result() != Result.OK) {
            finish(payment, 0);
        } else if (payment.reverses) {
            reverse(payment);
        } else if (payment.completes) {
            complete(payment);
        } else {
            finish(payment, payment.original.amount());
        }
    }

    private void onReversed(final CardPayment payment, final CardTold told) {
        switch (told.result()) {
            case Result.OK, Result.NOTHING_LEFT_TO_REVERSE, Result.ORIGINAL_NOT_FOUND -> finish(payment, 0);
            default -> throw new SimulationFailure("reversal " + payment.current + " of " + payment.original + " was told " + told);
        }
    }

    private void onCompleted(final CardPayment payment, final CardTold told) {
        if (told.result() != Result.OK) {
            throw new SimulationFailure("completion " + payment.current + " of " + payment.original + ", which was told " + payment.told
                + ", was told " + told);
        }
        finish(payment, payment.current.amount());
    }

    private void finish(final CardPayment payment, final long paid) {
        payment.done = true;
        open--;
        if (isWaiting) {
            isWaiting = false;
            world.plan(1 + random.nextLong(2 * gapNs), self, NEXT, 0, null);
        }
        final CardMessage original = payment.original;
        if (paid != 0) {
            auditor.moved(original.routed() ? Town.ISSUER_SETTLEMENT : Town.wallet(original.card()), Town.merchant(original.merchant()), paid);
            routedMinor += original.routed() ? paid : 0;
        }
        payment.current = null;
    }

    /** A payment that is not finished, for people; null if all are. */
    String unfinished() {
        for (final CardPayment payment : payments) {
            if (!payment.done) {
                return payment.current + " for " + payment.original + ", tried " + (payment.tries + 1) + " times";
            }
        }
        return null;
    }

    @Override
    public String name() {
        return "acquirer " + number;
    }

    @Override
    public String nameOf(final int kind) {
        return kind == NEXT ? "pays" : kind == TIMEOUT ? "looks for its answer to" : "is told of";
    }
}
