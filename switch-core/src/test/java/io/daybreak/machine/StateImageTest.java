package io.daybreak.machine;

import io.daybreak.memory.CollectedSlabs;
import io.daybreak.model.NaiveLedger;
import io.daybreak.model.Step;
import io.daybreak.model.Workload;
import io.daybreak.state.ImageBytes;
import io.daybreak.state.StateFormatException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.Arrays;
import java.util.List;
import java.util.Random;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** The image of the whole state: whoever reads it answers everything that comes after as the one who wrote it does. */
class StateImageTest {
    private static final int COMMANDS = 12_000;
    private static final int CUTS = 6;
    private static final long SEED = Long.getLong("daybreak.image.seed", 20_261_123L);

    static List<Workload.Profile> profiles() {
        return List.of(Workload.Profile.ORDINARY, Workload.Profile.NARROW, Workload.Profile.END_OF_TIME);
    }

    /** Results, sequences, deadlines swept and the digest are those of the whole journal, at every entry behind the cut. */
    @ParameterizedTest
    @MethodSource("profiles")
    void shouldGoOnFromImageAsFromTheWholeJournal(final Workload.Profile profile) {
        final Random random = new Random(SEED);
        try (MachineRig rig = new MachineRig()) {
            final JournalTape tape = record(rig, profile);
            final int end = tape.entries().size();
            for (int i = 0; i < CUTS; i++) {
                final int cut = 1 + random.nextInt(end - 1);
                final StateMachine written = new StateMachine(new CollectedSlabs());
                tape.replayInto(written, 0, cut);
                final byte[] image = ImageBytes.save(written);
                final StateMachine read = ImageBytes.load(image, new StateMachine(new CollectedSlabs()));
                assertThat(StateComparison.differences(written, read)).as("cut behind entry " + cut).isEmpty();
                assertThat(read.computeDigest()).isEqualTo(written.digest());
                tape.replayInto(read, cut, end);
                assertThat(read.digest()).isEqualTo(tape.lastDigest());
                assertThat(read.computeDigest()).isEqualTo(read.digest());
                tape.replayInto(written, cut, end);
                assertThat(StateComparison.differences(written, read)).as("at the end, cut behind entry " + cut).isEmpty();
                assertThat(ImageBytes.save(read)).isEqualTo(ImageBytes.save(written));
            }
        }
    }

    /** Every answer and everything that can be asked is what the naive ledger says, with a new machine from an image again and again. */
    @ParameterizedTest
    @MethodSource("profiles")
    void shouldAgreeWithNaiveLedgerThroughImages(final Workload.Profile profile) {
        try (Comparison comparison = new Comparison(profile, SEED, 2_500)) {
            comparison.restarting().run(COMMANDS);
        }
    }

    private static JournalTape record(final MachineRig rig, final Workload.Profile profile) {
        final NaiveLedger model = new NaiveLedger();
        final Workload workload = new Workload(SEED, profile, model);
        final JournalTape tape = new JournalTape(rig);
        for (int commands = 0; commands < COMMANDS;) {
            final Step step = workload.next();
            workload.note(step, step.applyTo(model));
            commands += step.applyTo(tape).size();
        }
        tape.end();
        return tape;
    }

    @Test
    void shouldNameEveryPartOnce() {
        final List<String> names = new StateMachine(new CollectedSlabs()).stateNames();
        assertThat(names).doesNotHaveDuplicates().startsWith("machine").contains("accounts", "holds", "transfers", "balance-history", "ledger-totals",
            "ids", "participants", "administration", "payments", "limits-used", "issuers", "routes", "routed-payments", "store-and-forward");
    }

    @Test
    void shouldReadOnlyIntoMachineThatIsNew() {
        try (Town town = Town.settled()) {
            final byte[] image = ImageBytes.save(town.rig.machine);
            assertThatThrownBy(() -> ImageBytes.load(image, town.rig.machine)).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void shouldRefuseImageThatIsDamagedOrCut() {
        final Random random = new Random(SEED);
        try (Town town = Town.settled()) {
            final byte[] image = ImageBytes.save(town.rig.machine);
            for (int i = 0; i < 30; i++) {
                final byte[] damaged = image.clone();
                final int at = random.nextInt(image.length);
                damaged[at] ^= (byte) (1 << random.nextInt(8));
                final byte[] cut = Arrays.copyOf(image, at);
                assertThatThrownBy(() -> ImageBytes.load(cut, new StateMachine(new CollectedSlabs()))).isInstanceOf(StateFormatException.class);
                try {
                    // Four bytes behind each begin and end mean nothing.
                    assertThat(ImageBytes.load(damaged, new StateMachine(new CollectedSlabs())).computeDigest()).isEqualTo(town.rig.machine.digest());
                } catch (final StateFormatException expected) {
                    assertThat(expected).hasMessageStartingWith("section ");
                }
            }
        }
    }
}
