package io.daybreak.machine;

import io.daybreak.model.Answer;
import io.daybreak.model.ConfigureCommand;
import io.daybreak.model.NaiveLedger;
import io.daybreak.model.ParticipantCommand;
import io.daybreak.model.Step;
import io.daybreak.model.Workload;
import io.daybreak.protocol.Participants;
import io.daybreak.protocol.Result;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The journal's commands give the same results, sweeps and digests again: what was not journaled (repeats, commands not
 * decided, queries, entries that came to nothing) has left no trace.
 */
class ReplayTest {
    private static final long SEED = 7_300;
    private static final int COMMANDS = 25_000;
    private static final String GOLDEN = "/io/daybreak/machine/replay-golden.txt";

    static List<Workload.Profile> profiles() {
        return List.of(Workload.Profile.ORDINARY, Workload.Profile.NARROW, Workload.Profile.END_OF_TIME);
    }

    @ParameterizedTest
    @MethodSource("profiles")
    void shouldReplayToSameState(final Workload.Profile profile) {
        try (MachineRig rig = new MachineRig()) {
            final JournalTape tape = record(rig, profile, SEED, COMMANDS, Long.MAX_VALUE, new TreeMap<>());
            final StateMachine first = tape.replay();
            final StateMachine second = tape.replay();
            assertThat(first.digest()).isEqualTo(tape.lastDigest()).isEqualTo(second.digest());
            assertThat(first.computeDigest()).isEqualTo(first.digest());
            assertThat(first.lastSequence()).isEqualTo(rig.machine.lastSequence());
            assertThat(first.nextDeadlineNs()).isEqualTo(rig.machine.nextDeadlineNs());
            first.checkConservation();
        }
    }

    /** Ids are forgotten, refused as expired and as busy meanwhile: none of it may depend on what was not journaled. */
    @Test
    void shouldReplayToSameStateWhenIdsAreForgotten() {
        final Map<Integer, Integer> results = new TreeMap<>();
        final Workload.Profile profile = new Workload.Profile("few ids", Workload.START_NS,
            Workload.Profile.ORDINARY.limits().idGuaranteedWindowMs(120_000), 40, false, false);
        try (MachineRig rig = new MachineRig()) {
            final JournalTape tape = record(rig, profile, SEED, 2 * COMMANDS, 1_024, results);
            assertThat(results).as("results").containsKeys(Result.ID_EXPIRED, Result.BUSY);
            assertThat(tape.replay().digest()).isEqualTo(tape.lastDigest());
        }
    }

    /** Limits are changed under way: what memory keeps, how many deadlines fall, how many holds there may be. */
    @Test
    void shouldReplayToSameStateWhenLimitsChange() {
        try (MachineRig rig = new MachineRig()) {
            final NaiveLedger model = new NaiveLedger();
            final Workload workload = new Workload(SEED + 1, Workload.Profile.NARROW, model);
            final JournalTape tape = record(rig, model, workload, 60_000, Long.MAX_VALUE, new TreeMap<>(), true);
            assertThat(tape.replay().digest()).isEqualTo(tape.lastDigest());
        }
    }

    @Test
    void shouldGiveSameDigestOnEveryPlatform() throws IOException {
        try (MachineRig rig = new MachineRig()) {
            final JournalTape tape = record(rig, Workload.Profile.ORDINARY, SEED, COMMANDS / 2, Long.MAX_VALUE, new TreeMap<>());
            final String actual = "commands " + rig.lastSequence() + "\njournal " + Long.toHexString(tape.contentsHash())
                + "\ndigest " + Long.toHexString(tape.lastDigest()) + "\n";
            try (InputStream golden = ReplayTest.class.getResourceAsStream(GOLDEN)) {
                assertThat(golden).as(GOLDEN).isNotNull();
                assertThat(actual).as("If the journal line differs, the workload was changed; if only the digest does, the"
                    + " rules or the records of the state machine were, and journals of before no longer replay: raise the"
                    + " rules version, or, before the first release, write the new lines into " + GOLDEN)
                    .isEqualTo(new String(golden.readAllBytes(), StandardCharsets.UTF_8));
            }
        }
    }

    private static JournalTape record(final MachineRig rig, final Workload.Profile profile, final long seed, final int count,
                                      final long idCapacity, final Map<Integer, Integer> results) {
        final NaiveLedger model = new NaiveLedger();
        return record(rig, model, new Workload(seed, profile, model), count, idCapacity, results, false);
    }

    private static JournalTape record(final MachineRig rig, final NaiveLedger model, final Workload workload, final int count,
                                      final long idCapacity, final Map<Integer, Integer> results, final boolean changesLimits) {
        final JournalTape tape = new JournalTape(rig);
        final SplittableRandom random = new SplittableRandom(count);
        int commands = 0;
        while (commands < count) {
            Step step = workload.next();
            if (step instanceof Step.Single single && single.command() instanceof ParticipantCommand participant
                && idCapacity < participant.idCapacity()) {
                step = new Step.Single(single.participantId(), participant.idCapacity(idCapacity));
            }
            workload.note(step, step.applyTo(model));
            if (changesLimits && step instanceof Step.Single single && single.command() instanceof ConfigureCommand limits
                && limits.accountCapacity() > 0) {
                step = new Step.Single(single.participantId(), limits.sweepLimit(1 + random.nextInt(20))
                    .holdCapacity(20 + random.nextInt(100)).transfersRetained(1_024L << random.nextInt(8))
                    .historyRetained(1_024L << random.nextInt(8)).accountCapacity(100 + random.nextInt(300))
                    .idGuaranteedWindowMs(random.nextInt(10_000)).idFutureToleranceMs(random.nextInt(1_000)));
            }
            final List<Answer> answers = step.applyTo(tape);
            commands += answers.size();
            answers.forEach(answer -> results.merge(answer.result(), 1, Integer::sum));
            if (commands % 50 == 0 && rig.machine.isConfigured() && model.participantCount() > 0) {
                rig.account(Participants.FIRST_OPERATOR, 1 + commands % 40);
                rig.accountTransfers(Participants.FIRST_OPERATOR, 1, 0, 20);
            }
        }
        tape.end();
        assertThat(rig.machine.computeDigest()).isEqualTo(rig.machine.digest());
        rig.machine.checkConservation();
        return tape;
    }
}
