package io.daybreak.loadtest.simulation;

import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * The issuer of the routed cards, with books of its own: it approves or declines by the amount's last digit, books a message once however often it comes,
 * gives back what is reversed, and declines what was reversed before it came. One thread.
 */
final class Issuer implements Actor {
    private static final int ANSWER = 1;
    private static final String APPROVED = "00";
    private static final String DECLINED = "51";
    private static final int DECLINED_DIGIT = 7;

    private final World world;
    private final SplittableRandom random;
    private final int self;
    private final Map<Long, Entry> books = new HashMap<>();
    private long approved;
    private long reversed;

    private static final class Entry {
        private long amount;
        private boolean isReversed;
        private String code;
    }

    Issuer(final World world) {
        this.world = world;
        this.random = world.chance(300);
        self = world.add(this);
    }

    int self() {
        return self;
    }

    /** What it has paid out for its holders and not got back. */
    long balance() {
        return approved - reversed;
    }

    @Override
    public void on(final int kind, final long number, final Object what) {
        final IssuerMessage message = (IssuerMessage) what;
        if (kind == ANSWER) {
            world.send(self, message.node(), SwitchNode.FROM_ISSUER, number, message);
            return;
        }
        final String code = message.isReversal() ? reverse(message) : book(message);
        final IssuerMessage answer = message.answer(code);
        final boolean bad = world.may(Fault.ISSUER);
        final int draw = random.nextInt(1_000);
        if (bad && draw < 15) {
            return;
        }
        long delay = world.isCalm() ? 5 * World.MS : World.MS + random.nextLong(60 * World.MS);
        if (bad && draw < 30) {
            delay += random.nextLong(4 * Town.ISSUER_DEADLINE_MS) * World.MS;
        }
        world.plan(delay, self, ANSWER, number, answer);
        if (bad && draw > 990) {
            world.plan(delay + random.nextLong(World.SECOND), self, ANSWER, number, answer);
        }
    }

    private String book(final IssuerMessage message) {
        final Entry entry = books.computeIfAbsent(message.identity(), identity -> new Entry());
        if (entry.code == null) {
            entry.amount = message.amount();
            if (entry.isReversed) {
                entry.code = DECLINED;
                entry.amount = 0;
            } else if (message.amount() % 10 == DECLINED_DIGIT) {
                entry.code = DECLINED;
                entry.amount = 0;
            } else {
                entry.code = APPROVED;
                approved += entry.amount;
            }
        }
        return entry.code;
    }

    private String reverse(final IssuerMessage message) {
        final Entry entry = books.computeIfAbsent(message.originalIdentity(), identity -> new Entry());
        if (!entry.isReversed) {
            entry.isReversed = true;
            reversed += entry.amount;
        }
        return APPROVED;
    }

    @Override
    public String name() {
        return "issuer";
    }

    @Override
    public String nameOf(final int kind) {
        return kind == ANSWER ? "answers" : "receives";
    }
}
