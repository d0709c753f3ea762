package io.daybreak.routing;

import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Store-and-forward against a model in plain collections, step by step: what is sent, in which order, with which digit,
 * and what is told of the end of each entry. Beside the model, what must hold whatever the model says.
 */
class StoreAndForwardPropertyTest {
    private static final int SEEDS = 60;
    private static final int STEPS = 400;
    private static final int CARDS = 6;
    private static final int WINDOW = 5;
    private static final long RETRY_MS = 1_000;
    private static final long TIMEOUT_MS = 3_000;
    private static final long AGE_MS = 60_000;
    private static final int TRIES = 6;
    private static final String[] CODES = {"00", "00", "00", "21", "25", "94", "91", "96", "68", "05", "51"};

    @BeforeEach
    void begin() {
        IssuingRig.recycle();
    }

    @Test
    void shouldDoWhatTheModelDoes() {
        final long first = ThreadLocalRandom.current().nextLong(1L << 40);
        System.err.println("StoreAndForwardPropertyTest: seeds from " + first);
        for (int i = 0; i < SEEDS; i++) {
            IssuingRig.recycle();
            run(first + i);
        }
    }

    private static void run(final long seed) {
        final Random random = new Random(seed);
        final IssuingRig rig = IssuingRig.bare();
        rig.putIssuer(issuer -> issuer.window(WINDOW).retryMs(RETRY_MS).answerTimeoutMs(TIMEOUT_MS).maximumAgeMs(AGE_MS).maximumTries(TRIES));
        final Model model = new Model(rig.nowNs);
        final List<String> steps = new ArrayList<>();
        for (int step = 0; step < STEPS; step++) {
            steps.add(step(random, rig, model));
            assertThat(rig.sent.stream().map(sent -> sent.amount() + " " + sent.mti())).as("seed %d: sent after %s", seed, steps)
                .containsExactlyElementsOf(model.sent);
            assertThat(rig.told).as("seed %d: told after %s", seed, steps).containsExactlyElementsOf(model.told);
            assertThat(rig.issuing.nextDeadlineNs()).as("seed %d: deadline after %s", seed, steps).isEqualTo(model.nextDeadlineNs());
            assertThat(rig.issuing.storeAndForwardEntries()).isEqualTo(model.entries.size());
        }
        rig.check();
        assertThat(rig.replayed().issuing.digest()).as("seed %d: replay", seed).isEqualTo(rig.issuing.digest());
        checkMessages(seed, rig);
    }

    /** One identity, one message. */
    private static void checkMessages(final long seed, final IssuingRig rig) {
        final Map<Long, Sent> byIdentity = new HashMap<>();
        final Map<Long, Long> identityOf = new HashMap<>();
        for (final Sent sent : rig.sent) {
            final Sent known = byIdentity.putIfAbsent(sent.identity(), sent.withoutTry());
            assertThat(known == null || known.equals(sent.withoutTry())).as("seed %d: two messages with one identity", seed).isTrue();
            final Long other = identityOf.putIfAbsent(sent.amount(), sent.identity());
            assertThat(other == null || other == sent.identity()).as("seed %d: one message with two identities", seed).isTrue();
        }
    }

    private static String step(final Random random, final IssuingRig rig, final Model model) {
        final int dice = random.nextInt(20);
        if (dice < 6) {
            final int place = model.made + 1;
            final int card = 1 + random.nextInt(CARDS);
            rig.complete(place, Issuing.NO_PLACE, card, place);
            model.add(card);
            return "add " + place + " of card " + card;
        } else if (dice < 12 && !rig.sent.isEmpty()) {
            final Sent sent = rig.sent.get(random.nextInt(rig.sent.size()));
            final String code = CODES[random.nextInt(CODES.length)];
            rig.reply(sent, code);
            model.answer((int) sent.amount(), code);
            return "answer " + code + " to " + sent.amount();
        } else if (dice < 16) {
            final long ms = random.nextInt(4) == 0 ? random.nextInt(30_000) : random.nextInt(1_500);
            model.nowNs += ms * 1_000_000;
            rig.after(ms);
            model.sweep();
            return "after " + ms;
        } else if (dice == 16) {
            final boolean up = random.nextInt(3) != 0;
            rig.status(IssuingRig.LINK, up ? 1 : 0);
            model.up = up;
            model.send(StoreAndForward.MANY);
            return up ? "up" : "down";
        } else if (dice == 17) {
            final boolean held = random.nextInt(3) == 0;
            rig.action(held ? 1 : 2, 0);
            model.held = held;
            model.send(StoreAndForward.MANY);
            return held ? "hold" : "go on";
        } else if (dice == 18 && model.made > 0) {
            final int entry = 1 + random.nextInt(model.made);
            rig.action(3, entry);
            model.giveUp(entry);
            return "give up " + entry;
        } else if (!rig.sent.isEmpty()) {
            final Sent sent = rig.sent.get(rig.sent.size() - 1 - random.nextInt(Math.min(4, rig.sent.size())));
            rig.sendFailed(sent);
            model.sendFailed((int) sent.amount());
            return "send failed " + sent.amount();
        }
        return "nothing";
    }

    private static final class Entry {
        int number;
        int card;
        long createdNs;
        long deadlineNs;
        int tries;
        String lastCode = "-";
        boolean isSent;
        boolean isReady;
        boolean pauses;

        long ageNs() {
            return createdNs + AGE_MS * 1_000_000;
        }
    }

    private static final class Model {
        final List<Entry> entries = new ArrayList<>();
        final Deque<Entry> ready = new ArrayDeque<>();
        final List<String> sent = new ArrayList<>();
        final List<String> told = new ArrayList<>();
        long nowNs;
        int made;
        boolean up;
        boolean held;

        Model(final long nowNs) {
            this.nowNs = nowNs;
        }

        void add(final int card) {
            final Entry entry = new Entry();
            entry.number = ++made;
            entry.card = card;
            entry.createdNs = nowNs;
            entry.deadlineNs = entry.ageNs();
            final boolean alone = entries.stream().noneMatch(other -> other.card == card);
            entries.add(entry);
            if (alone) {
                makeReady(entry);
            }
            send(StoreAndForward.ONE);
        }

        private void makeReady(final Entry entry) {
            entry.isReady = true;
            entry.pauses = false;
            entry.deadlineNs = entry.ageNs();
            ready.add(entry);
        }

        void send(final int most) {
            for (int i = 0; i < most && up && !held && !ready.isEmpty() && entries.stream().filter(entry -> entry.isSent).count() < WINDOW; i++) {
                final Entry entry = ready.poll();
                entry.isReady = false;
                entry.isSent = true;
                sent.add(entry.number + " " + (220 + (entry.tries > 0 ? 1 : 0)));
                entry.tries++;
                entry.deadlineNs = nowNs + TIMEOUT_MS * 1_000_000;
            }
        }

        private Entry find(final int number) {
            return entries.stream().filter(entry -> entry.number == number).findFirst().orElse(null);
        }

        void answer(final int number, final String code) {
            final Entry entry = find(number);
            if (entry == null || entry.tries == 0) {
                return;
            }
            if (List.of("00", "21", "25", "94").contains(code)) {
                end(entry, code, IssuerOutcomes.ENDED);
            } else if (!List.of("91", "96", "68").contains(code)) {
                end(entry, code, IssuerOutcomes.REFUSED);
            } else if (entry.isSent) {
                entry.lastCode = code;
                again(entry, false);
            }
        }

        private void again(final Entry entry, final boolean isSilent) {
            if (entry.tries >= TRIES) {
                end(entry, entry.lastCode, IssuerOutcomes.TOO_MANY_TRIES);
            } else if (nowNs >= entry.ageNs()) {
                end(entry, entry.lastCode, IssuerOutcomes.TOO_OLD);
            } else {
                pause(entry, RETRY_MS << Math.min(entry.tries - 1, 4));
                if (isSilent) {
                    send(StoreAndForward.FEW);
                }
            }
        }

        private void pause(final Entry entry, final long ms) {
            entry.isSent = false;
            entry.pauses = true;
            entry.deadlineNs = Math.min(nowNs + ms * 1_000_000, entry.ageNs());
        }

        void sendFailed(final int number) {
            final Entry entry = find(number);
            if (entry != null && entry.isSent) {
                entry.tries--;
                pause(entry, RETRY_MS);
            }
        }

        void giveUp(final int number) {
            final Entry entry = find(number);
            if (entry != null) {
                end(entry, entry.lastCode, IssuerOutcomes.GIVEN_UP);
            }
        }

        private void end(final Entry entry, final String code, final int how) {
            final boolean first = entries.stream().filter(other -> other.card == entry.card).findFirst().orElseThrow() == entry;
            entries.remove(entry);
            ready.remove(entry);
            told.add("ended 220 of " + entry.number + " " + code + " how " + how);
            if (first) {
                entries.stream().filter(other -> other.card == entry.card).findFirst().ifPresent(this::makeReady);
            }
            send(StoreAndForward.FEW);
        }

        long nextDeadlineNs() {
            return entries.stream().mapToLong(entry -> entry.deadlineNs).min().orElse(Long.MAX_VALUE);
        }

        void sweep() {
            while (nextDeadlineNs() <= nowNs) {
                final Entry entry = entries.stream().min(Comparator.comparingLong((Entry e) -> e.deadlineNs).thenComparingInt(e -> e.number))
                    .orElseThrow();
                if (entry.isSent) {
                    again(entry, true);
                } else if (nowNs >= entry.ageNs()) {
                    end(entry, entry.lastCode, IssuerOutcomes.TOO_OLD);
                } else {
                    makeReady(entry);
                    send(StoreAndForward.ONE);
                }
            }
        }
    }
}
