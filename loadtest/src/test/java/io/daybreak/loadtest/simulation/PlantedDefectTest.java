package io.daybreak.loadtest.simulation;

import io.daybreak.port.Journal;
import org.agrona.DirectBuffer;
import org.junit.jupiter.api.Test;

import java.util.EnumSet;

import static org.assertj.core.api.Assertions.assertThat;

/** Defects that are put in on purpose, between the true parts of the switch: the simulation must find each. */
final class PlantedDefectTest {
    private static final int PAYMENTS = 1_500;
    /** Far below a minute of simulation. */
    private static final int MOST_ROUNDS = 100;

    private static Simulation.Finding find(final Wiring wiring) {
        final int[] begun = new int[1];
        final Simulation.Result result = new Simulation(7, EnumSet.allOf(Fault.class), PAYMENTS, wiring)
            .run(0, () -> begun[0]++ < MOST_ROUNDS, made -> { });
        assertThat(result.failure()).as("found within " + MOST_ROUNDS + " rounds").isNotNull();
        assertThat(result.failure().last()).isNotEmpty();
        return result.failure();
    }

    @Test
    void shouldFindRepliesThatLeaveBeforeTheSync() {
        final Simulation.Finding finding = find(new Wiring() {
            @Override
            public Journal journal(final Journal journal) {
                return new Forwarding(journal) {
                    private int calls;

                    @Override
                    public long sync() {
                        return calls++ % 2 == 0 ? journal.durableSequence() : super.sync();
                    }
                };
            }
        });

        assertThat(finding.text()).containsAnyOf("was told to its sender", "before the last restart");
    }

    @Test
    void shouldFindACommandThatIsNotJournaled() {
        final Simulation.Finding finding = find(new Wiring() {
            @Override
            public Journal journal(final Journal journal) {
                return new Forwarding(journal) {
                    private int commands;

                    @Override
                    public void add(final int templateId, final int participantId, final DirectBuffer command, final int offset,
                                    final int length, final int result) {
                        if (++commands % 1_000 != 0) {
                            super.add(templateId, participantId, command, offset, length, result);
                        }
                    }
                };
            }
        });

        // The journal itself refuses the gap that it leaves in the sequences.
        assertThat(finding.text()).contains("sequence");
    }

    @Test
    void shouldFindADigestThatIsNotTheStates() {
        final Simulation.Finding finding = find(new Wiring() {
            @Override
            public Journal journal(final Journal journal) {
                return new Forwarding(journal) {
                    private int entries;

                    @Override
                    public void endEntry(final long stateDigest) {
                        super.endEntry(++entries % 500 == 0 ? stateDigest + 1 : stateDigest);
                    }
                };
            }
        });

        assertThat(finding.text()).contains("digest");
    }

    @Test
    void shouldFindADeviceThatSaysTooEarlyThatItHasWritten() {
        final Simulation.Finding finding = find(new Wiring() {
            @Override
            public boolean isDeviceLying() {
                return true;
            }
        });

        assertThat(finding.text()).containsAnyOf("a start was refused", "was told to its sender");
    }

    /** The true journal, to be lied about. */
    private static class Forwarding implements Journal {
        private final Journal journal;

        Forwarding(final Journal journal) {
            this.journal = journal;
        }

        @Override
        public void beginEntry(final long firstSequence, final long timestampNs) {
            journal.beginEntry(firstSequence, timestampNs);
        }

        @Override
        public void add(final int templateId, final int participantId, final DirectBuffer command, final int offset, final int length,
                        final int result) {
            journal.add(templateId, participantId, command, offset, length, result);
        }

        @Override
        public int entryBytes() {
            return journal.entryBytes();
        }

        @Override
        public int entryCommands() {
            return journal.entryCommands();
        }

        @Override
        public void endEntry(final long stateDigest) {
            journal.endEntry(stateDigest);
        }

        @Override
        public long sync() {
            return journal.sync();
        }

        @Override
        public long durableSequence() {
            return journal.durableSequence();
        }

        @Override
        public void close() {
            journal.close();
        }
    }
}
