package io.daybreak.routing;

import io.daybreak.protocol.PaymentOperation;
import io.daybreak.protocol.Result;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Everything at once, at random, with restarts in between: the replayed state is the same, pending trace numbers never meet, no
 * message has two identities, no request has two reversals, and in the end, when the issuer has answered everything, what
 * stands at the issuer is what the payments believe.
 */
class IssuingReplayTest {
    private static final int SEEDS = 40;
    private static final int STEPS = 300;
    private static final int PLACES = 60;

    @Test
    void shouldBeTheSameAfterARestart() {
        final long first = ThreadLocalRandom.current().nextLong(1L << 40);
        System.err.println("IssuingReplayTest: seeds from " + first);
        for (int i = 0; i < SEEDS; i++) {
            IssuingRig.recycle();
            new Run(first + i).run();
        }
    }

    /** An issuer that approves at random, and does what it says to the messages that reach it. */
    private static final class Run {
        private final long seed;
        private final Random random;
        private final List<Sent> all = new ArrayList<>();
        /** By the identity of the request or advice: 1 while its money stands. */
        private final Map<Long, Integer> stands = new HashMap<>();
        private final Map<Long, String> answers = new HashMap<>();
        /** What the payments believe stands at the issuer, by place. */
        private final Map<Integer, Integer> believed = new HashMap<>();
        /** Messages that have reached the issuer, each try by itself. */
        private final Set<Sent> arrived = Collections.newSetFromMap(new IdentityHashMap<>());
        /** Whose answers have come: a payment is not forgotten before, as the windows of payments see to. */
        private final Set<Long> replied = new HashSet<>();
        private IssuingRig rig;
        private final List<String> story = new ArrayList<>();
        private int seen;
        private int nextPlace = 1;

        Run(final long seed) {
            this.seed = seed;
            this.random = new Random(seed);
        }

        void run() {
            rig = IssuingRig.bare();
            rig.putLink(72, link -> link.weight(2));
            rig.putRoute(IssuingRig.ROUTE, route -> route.standInFloorMinor(100).standInDayMinor(300).standInDayCount(5)
                .standInOperations(1L << PaymentOperation.PURCHASE).deadlineMs(5_000));
            rig.up(71).up(72);
            for (int step = 0; step < STEPS; step++) {
                step();
                collect();
                hear();
                rig.check();
                if (random.nextInt(40) == 0) {
                    restart();
                }
            }
            finish();
            checkMessages();
        }

        private void restart() {
            final long digest = rig.issuing.digest();
            final IssuingRig replayed = rig.replayed();
            assertThat(replayed.issuing.digest()).as("seed %d", seed).isEqualTo(digest);
            assertThat(replayed.issuing.nextDeadlineNs()).isEqualTo(rig.issuing.nextDeadlineNs());
            rig = rig.restarted();
            rig.drainTold();
            seen = 0;
            if (random.nextBoolean()) {
                rig.up(71).up(72);
            }
        }

        private void collect() {
            while (seen < rig.sent.size()) {
                final Sent sent = rig.sent.get(seen++);
                all.add(sent);
                note(placeOf(sent), "sent " + sent.mti() + " as " + sent.stan());
            }
        }

        private void note(final int place, final String line) {
            story.add("of " + place + " " + line);
        }

        private void hear() {
            for (final String line : rig.drainTold()) {
                story.add(line);
                final String[] words = line.split(" ");
                final boolean approved = "approved".equals(words[0]);
                if (approved || "declined".equals(words[0])) {
                    believed.put(Integer.parseInt(words[1]), approved ? 1 : 0);
                } else if (!"ended".equals(words[0])) {
                    final int place = Integer.parseInt(words[2]);
                    believed.put(place, rig.issuing.isKnownToIssuer(place) ? 1 : 0);
                }
            }
        }

        private void step() {
            rig.onUnanswered = (r, place) -> {
                if (r.issuing.hasRoomToStore() && r.issuing.mayStandInAfterTimeOut(place, r.nowNs)) {
                    r.issuing.adviseStandInAfterTimeOut(place, 220, 50, IssuingRig.CODE_00, 0, r.nowNs);
                }
            };
            switch (random.nextInt(10)) {
                case 0:
                case 1:
                case 2:
                    rig.request(nextPlace++, 1 + random.nextInt(8), 50 + random.nextInt(100));
                    break;
                case 3:
                case 4:
                case 5:
                    if (!all.isEmpty()) {
                        deliver(all.get(random.nextInt(all.size())));
                    }
                    break;
                case 6:
                    rig.after(random.nextInt(3_000));
                    break;
                case 7:
                    rig.status(71 + random.nextInt(2), random.nextInt(4) == 0 ? 0 : 1);
                    break;
                case 8:
                    final int place = 1 + random.nextInt(nextPlace);
                    if (rig.issuing.isAwaiting(place)) {
                        rig.cancel(place);
                        note(place, "cancelled");
                        believed.put(place, 0);
                    } else if (rig.issuing.isKnownToIssuer(place) && rig.issuing.hasRoomToStore()) {
                        note(place, "reversed " + Result.name(rig.reverse(place, 50, -1)));
                        believed.put(place, 0);
                    }
                    break;
                default:
                    if (!all.isEmpty() && random.nextInt(3) == 0) {
                        sendFailed(all.get(all.size() - 1));
                    } else {
                        final int old = 1 + random.nextInt(nextPlace);
                        if (!rig.issuing.isAwaiting(old) && nextPlace > PLACES && all.stream()
                            .allMatch(sent -> placeOf(sent) != old || replied.contains(sent.identity()))) {
                            rig.forget(old);
                            note(old, "forgotten");
                        }
                    }
            }
        }

        private void sendFailed(final Sent sent) {
            // True only of a message that the issuer has not got.
            if (!answers.containsKey(sent.identity()) && rig.sendFailed(sent) == Result.OK) {
                all.remove(sent);
                note(placeOf(sent), "not sent " + sent.stan());
            }
        }

        /** The message reaches the issuer, which does it once, and answers; the answer may be lost. */
        private void deliver(final Sent sent) {
            final String code = answerTo(sent);
            note(placeOf(sent), sent.stan() + " arrives: " + code);
            if (random.nextInt(4) != 0) {
                note(placeOf(sent), sent.stan() + " answered: " + Result.name(rig.reply(sent, code)));
                replied.add(sent.identity());
            }
        }

        /** The first answer, but a reversal is done when it is sent again and its original has come meanwhile. */
        private String answerTo(final Sent sent) {
            if (arrived.add(sent) && "25".equals(answers.get(sent.identity()))) {
                answers.remove(sent.identity());
            }
            return answers.computeIfAbsent(sent.identity(), identity -> process(sent));
        }

        /** The payment's place, which the rig writes into DE 37. */
        private static int placeOf(final Sent sent) {
            return Integer.parseInt(new StringBuilder(sent.rrn().substring(0, 8)).reverse().toString());
        }

        private String process(final Sent sent) {
            if (sent.mti() / 100 == 4) {
                final long original = (long) sent.originalTransmission() << 32 | sent.originalStan();
                final boolean known = stands.containsKey(original);
                if (known || random.nextBoolean()) {
                    stands.put(original, 0);
                }
                return known ? "00" : "25";
            }
            if (sent.mti() / 10 % 10 == 2) {
                stands.put(sent.identity(), 1);
                return "00";
            }
            final boolean approves = random.nextInt(3) != 0;
            final boolean reversedBefore = stands.containsKey(sent.identity());
            stands.put(sent.identity(), approves && !reversedBefore ? 1 : 0);
            return approves && !reversedBefore ? "00" : "51";
        }

        /** Everything that was sent is delivered and answered, until nothing is left to be done. */
        private void finish() {
            rig.up(71).up(72);
            for (int round = 0; round == 0 || round < 400 && isAtWork(); round++) {
                rig.after(5_000);
                collect();
                for (final Sent sent : List.copyOf(all)) {
                    final String code = answerTo(sent);
                    note(placeOf(sent), sent.stan() + " answered at last " + code + ": " + Result.name(rig.reply(sent, code)));
                }
                collect();
                hear();
            }
            final Map<Integer, Integer> standing = new HashMap<>();
            final Set<Long> counted = new HashSet<>();
            for (final Sent sent : all) {
                if (counted.add(sent.identity())) {
                    standing.merge(placeOf(sent), stands.getOrDefault(sent.identity(), 0), Integer::sum);
                }
            }
            for (int place = 1; place < nextPlace; place++) {
                final String of = " " + place + " ";
                assertThat(standing.getOrDefault(place, 0)).as("seed %d: what stands for place %d: %s", seed, place,
                    story.stream().filter(line -> (line + " ").contains(of)).collect(Collectors.toList()))
                    .isEqualTo(believed.getOrDefault(place, 0));
            }
            assertThat(rig.issuing.storeAndForwardEntries()).as("seed %d", seed).isZero();
            assertThat(rig.issuing.pendingRequests()).isZero();
            rig.check();
            assertThat(rig.replayed().issuing.digest()).as("seed %d", seed).isEqualTo(rig.issuing.digest());
        }

        private boolean isAtWork() {
            return rig.issuing.storeAndForwardEntries() > 0 || rig.issuing.pendingRequests() > 0;
        }

        private void checkMessages() {
            final Map<Long, Sent> byIdentity = new HashMap<>();
            for (final Sent sent : all) {
                final Sent known = byIdentity.putIfAbsent(sent.identity(), sent.withoutTry());
                assertThat(known == null || known.equals(sent.withoutTry())).as("seed %d: %s and %s", seed, known, sent).isTrue();
            }
            final Map<Long, List<Sent>> reversals = byIdentity.values().stream().filter(sent -> sent.mti() == 420)
                .collect(Collectors.groupingBy(sent -> (long) sent.originalTransmission() << 32 | sent.originalStan()));
            reversals.forEach((original, list) -> assertThat(list).as("seed %d: reversals of one message", seed).hasSize(1));
        }
    }
}
