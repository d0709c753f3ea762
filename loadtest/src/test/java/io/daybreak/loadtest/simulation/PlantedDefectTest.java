package io.daybreak.loadtest.simulation;

import io.daybreak.journal.CommitGate;
import io.daybreak.journal.replicate.FollowerView;
import io.daybreak.machine.StateMachine;
import io.daybreak.matching.IdMemory;
import io.daybreak.port.Journal;
import io.daybreak.protocol.codec.TransferDecoder;
import org.agrona.DirectBuffer;
import org.agrona.UnsafeApi;
import org.junit.jupiter.api.Test;

import java.lang.reflect.Field;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.EnumSet;

import static org.assertj.core.api.Assertions.assertThat;

/** Defects that are put in on purpose, between the true parts of the switch: the simulation must find each. */
final class PlantedDefectTest {
    private static final int PAYMENTS = 1_500;
    /** Far below a minute of simulation. */
    private static final int MOST_ROUNDS = 400;

    private static Simulation.Finding find(final Wiring wiring) {
        return find(1, wiring);
    }

    private static Simulation.Finding find(final int nodes, final Wiring wiring) {
        final int[] begun = new int[1];
        final Simulation.Result result = new Simulation(7, EnumSet.allOf(Fault.class), PAYMENTS, nodes, wiring)
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

        assertThat(finding.text()).containsAnyOf("was told to its sender", "before the last restart", "was told, the start from the damaged copy knows");
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

    @Test
    void shouldFindAnswersThatDoNotWaitForTheStandby() {
        final Simulation.Finding finding = find(2, new Wiring() {
            @Override
            public CommitGate gate(final CommitGate gate) {
                return new CommitGate() {
                    @Override
                    public void onAppended(final long entry, final long sequence) {
                        gate.onAppended(entry, sequence);
                    }

                    @Override
                    public boolean isLooking() {
                        return gate.isLooking();
                    }

                    @Override
                    public void onDurable(final long address) {
                        gate.onDurable(address);
                    }

                    @Override
                    public boolean await(final long entry) {
                        // Whatever the standbys say.
                        return true;
                    }

                    @Override
                    public boolean tryPass(final long entry) {
                        return true;
                    }

                    @Override
                    public void onCommitted(final long entry, final long sequence) {
                        gate.onCommitted(entry, sequence);
                    }
                };
            }
        });

        assertThat(finding.text()).contains("waiting for standbys; the one that is promoted knows");
    }

    @Test
    void shouldFindAStandbyThatAcknowledgesBeforeItsSync() {
        final Simulation.Finding finding = find(2, new Wiring() {
            @Override
            public FollowerView follower(final FollowerView follower) {
                return (FollowerView) Proxy.newProxyInstance(FollowerView.class.getClassLoader(), new Class<?>[] {FollowerView.class},
                    new InvocationHandler() {
                        private int syncs;

                        @Override
                        public Object invoke(final Object proxy, final Method method, final Object[] arguments) throws Throwable {
                            return "sync".equals(method.getName()) && ++syncs % 3 != 0 ? null : method.invoke(follower, arguments);
                        }
                    });
            }
        });

        assertThat(finding.text()).isNotEmpty();
    }

    @Test
    void shouldFindAnIdThatASnapshotForgets() {
        final Simulation.Finding finding = find(new ForgetfulSnapshots());

        assertThat(finding.text()).containsAnyOf("was told two outcomes", "was told for two transfers", "its balance is", "was told ID_",
            // Or the replay behind the snapshot finds out, where a hold was closed whose id is gone.
            "the rules say PENDING_TRANSFER_NOT_FOUND");
    }

    /** Snapshots without the ids of the newest transfers before them. The entries themselves stay, so that no digest tells. */
    private static final class ForgetfulSnapshots implements Wiring {
        private static final int FORGOTTEN = 64;

        private final TransferDecoder transfer = new TransferDecoder();
        private final int[] participantIds = new int[FORGOTTEN];
        private final long[] idHis = new long[FORGOTTEN];
        private final long[] idLos = new long[FORGOTTEN];
        private int count;

        @Override
        public Journal journal(final Journal journal) {
            return new Forwarding(journal) {
                @Override
                public void add(final int templateId, final int participant, final DirectBuffer command, final int offset, final int length,
                                final int result) {
                    super.add(templateId, participant, command, offset, length, result);
                    if (templateId == TransferDecoder.TEMPLATE_ID) {
                        transfer.wrap(command, offset, TransferDecoder.BLOCK_LENGTH, TransferDecoder.SCHEMA_VERSION);
                        final int at = count++ % FORGOTTEN;
                        participantIds[at] = participant;
                        idHis[at] = transfer.id().hi();
                        idLos[at] = transfer.id().lo();
                    }
                }
            };
        }

        @Override
        public void beforeSave(final StateMachine machine) {
            try {
                final Field field = StateMachine.class.getDeclaredField("ids");
                field.setAccessible(true);
                final IdMemory ids = (IdMemory) field.get(machine);
                for (int i = 0; i < FORGOTTEN; i++) {
                    if (ids.find(participantIds[i], idHis[i], idLos[i]) != IdMemory.NOT_FOUND) {
                        UnsafeApi.putInt(ids.firstCell(participantIds[i], idHis[i], idLos[i]), 0);
                    }
                }
            } catch (final ReflectiveOperationException ex) {
                throw new IllegalStateException(ex);
            }
        }
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
        public boolean isWaiting() {
            return journal.isWaiting();
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
