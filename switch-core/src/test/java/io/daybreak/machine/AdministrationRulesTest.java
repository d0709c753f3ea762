package io.daybreak.machine;

import io.daybreak.model.AcceptClockCommand;
import io.daybreak.model.AccountActionCommand;
import io.daybreak.model.AccountCommand;
import io.daybreak.model.Answer;
import io.daybreak.model.Command;
import io.daybreak.model.ConfigureCommand;
import io.daybreak.model.GrantCommand;
import io.daybreak.model.ParticipantCommand;
import io.daybreak.model.RaiseRulesCommand;
import io.daybreak.model.TickCommand;
import io.daybreak.model.TransferCommand;
import io.daybreak.protocol.Participants;
import io.daybreak.protocol.Result;
import io.daybreak.protocol.codec.AccountDecoder;
import io.daybreak.protocol.codec.TransferDecoder;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

import static io.daybreak.machine.Town.A;
import static io.daybreak.machine.Town.B;
import static io.daybreak.machine.Town.OPERATOR;
import static io.daybreak.machine.Town.PAYER;
import static io.daybreak.machine.Town.STRANGER;
import static io.daybreak.machine.Town.SYSTEM;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

/** Participants, grants, limits, clock and rules version: a row a rule, the expected result last. */
class AdministrationRulesTest {
    private static final int READ = Participants.RIGHT_READ;
    private static final int DEBIT = Participants.RIGHT_DEBIT;
    private static final ParticipantCommand NEWCOMER = ParticipantCommand.participant(40, "NEWCOMER");
    private static final GrantCommand GRANT = GrantCommand.grantAccount(STRANGER, A, DEBIT);
    private static final ConfigureCommand LIMITS = ConfigureCommand.roomy();

    static List<Arguments> rows() {
        final List<Arguments> rows = new ArrayList<>(List.of(
            arguments("participant 0", OPERATOR, NEWCOMER.participantId(0), Result.MALFORMED_COMMAND),
            arguments("participant 65536", OPERATOR, NEWCOMER.participantId(65_536), Result.MALFORMED_COMMAND),
            arguments("participant 65537", OPERATOR, NEWCOMER.participantId(65_537), Result.MALFORMED_COMMAND),
            arguments("participant 2^32-2", OPERATOR, NEWCOMER.participantId(0xFFFF_FFFEL), Result.MALFORMED_COMMAND),
            arguments("participant 65535", OPERATOR, NEWCOMER.participantId(65_535), Result.OK),
            arguments("no code", OPERATOR, NEWCOMER.code(""), Result.MALFORMED_COMMAND),
            arguments("code beyond ASCII", OPERATOR, NEWCOMER.code("\u00c4"), Result.MALFORMED_COMMAND),
            arguments("code with a control character", OPERATOR, NEWCOMER.code("A\n"), Result.MALFORMED_COMMAND),
            arguments("code with DEL", OPERATOR, NEWCOMER.code("A\u007f"), Result.MALFORMED_COMMAND),
            arguments("code with a hole", OPERATOR, NEWCOMER.code("A\0B"), Result.MALFORMED_COMMAND),
            arguments("code begins with a zero byte", OPERATOR, NEWCOMER.code("\0B"), Result.MALFORMED_COMMAND),
            arguments("longest code", OPERATOR, NEWCOMER.code("ABCDEFGHIJKLMNOP"), Result.OK),
            arguments("unknown role", OPERATOR, NEWCOMER.roles(8), Result.RESERVED_MUST_BE_ZERO),
            arguments("longest burst", OPERATOR, NEWCOMER.burstMs(65_535), Result.OK),
            arguments("highest rate", OPERATOR, NEWCOMER.requestsPerSecond(0xFFFF_FFFEL), Result.OK),
            arguments("by another", PAYER, NEWCOMER, Result.NOT_GRANTED),
            arguments("by an unknown participant", Town.UNKNOWN_PARTICIPANT, NEWCOMER, Result.PARTICIPANT_NOT_FOUND),
            arguments("more ids than there are", OPERATOR, NEWCOMER.idCapacity(LIMITS.idCapacity()), Result.ID_CAPACITY_REACHED),
            arguments("more ids than a long", OPERATOR, NEWCOMER.idCapacity(-1), Result.ID_CAPACITY_REACHED),
            arguments("the ids that are left", OPERATOR, NEWCOMER.idCapacity(LIMITS.idCapacity() - (5 << 20)), Result.OK),
            arguments("one id more than are left", OPERATOR, NEWCOMER.idCapacity(LIMITS.idCapacity() - (5 << 20) + 1), Result.ID_CAPACITY_REACHED),
            arguments("too few ids", OPERATOR, NEWCOMER.idCapacity(1_023), Result.LIMIT_OUT_OF_RANGE),
            arguments("no ids", OPERATOR, NEWCOMER.idCapacity(0), Result.LIMIT_OUT_OF_RANGE),
            arguments("fewest ids", OPERATOR, NEWCOMER.idCapacity(1_024), Result.OK),
            arguments("another's code", OPERATOR, NEWCOMER.code("PAYER"), Result.PARTICIPANT_CODE_TAKEN),
            arguments("code of another, changed", OPERATOR, ParticipantCommand.participant(STRANGER, "PAYER"), Result.PARTICIPANT_CODE_TAKEN),
            arguments("code is a prefix of another's", OPERATOR, NEWCOMER.code("PAYE"), Result.OK),
            arguments("the switch itself", SYSTEM, NEWCOMER, Result.OK),
            arguments("same again", OPERATOR, ParticipantCommand.participant(PAYER, "PAYER"), Result.OK),

            arguments("unknown kind", OPERATOR, GRANT.kind(0), Result.MALFORMED_COMMAND),
            arguments("unknown kind", OPERATOR, GRANT.kind(4), Result.MALFORMED_COMMAND),
            arguments("no right", OPERATOR, GRANT.rights(0), Result.MALFORMED_COMMAND),
            arguments("unknown right", OPERATOR, GRANT.rights(4), Result.MALFORMED_COMMAND),
            arguments("account to account", OPERATOR, GRANT.values(A, B), Result.MALFORMED_COMMAND),
            arguments("range backwards", OPERATOR, GrantCommand.grantRange(STRANGER, 5, 4, READ), Result.MALFORMED_COMMAND),
            arguments("range backwards, unsigned", OPERATOR, GrantCommand.grantRange(STRANGER, -1, 4, READ), Result.MALFORMED_COMMAND),
            arguments("range of everything", OPERATOR, GrantCommand.grantRange(STRANGER, 0, -1, READ), Result.OK),
            arguments("range of one", OPERATOR, GrantCommand.grantRange(STRANGER, 4, 4, READ), Result.OK),
            arguments("reserved", OPERATOR, GRANT.reserved(1), Result.RESERVED_MUST_BE_ZERO),
            arguments("grant by another", PAYER, GRANT, Result.NOT_GRANTED),
            arguments("grant to itself", STRANGER, GRANT, Result.NOT_GRANTED),
            arguments("to an unknown participant", OPERATOR, GRANT.participantId(Town.UNKNOWN_PARTICIPANT), Result.PARTICIPANT_NOT_FOUND),
            arguments("to participant 65536 and more", OPERATOR, GRANT.participantId(65_536 + STRANGER), Result.PARTICIPANT_NOT_FOUND),
            arguments("to the switch itself", OPERATOR, GRANT.participantId(0), Result.PARTICIPANT_NOT_FOUND),
            arguments("grant", OPERATOR, GRANT, Result.OK),
            arguments("remove what is not there", OPERATOR, GRANT.removal(), Result.GRANT_NOT_FOUND),
            arguments("remove, other ledger", OPERATOR, GrantCommand.grantRange(PAYER, 1, 1_000, DEBIT).ledger(1).removal(), Result.GRANT_NOT_FOUND),
            arguments("remove, other range", OPERATOR, GrantCommand.grantRange(PAYER, 1, 999, DEBIT).removal(), Result.GRANT_NOT_FOUND),
            arguments("remove, other right", OPERATOR, GrantCommand.grantRange(PAYER, 1, 1_000, READ).removal(), Result.GRANT_NOT_FOUND),
            arguments("remove, by another", PAYER, GrantCommand.grantRange(PAYER, 1, 1_000, DEBIT).removal(), Result.NOT_GRANTED),
            arguments("remove", OPERATOR, GrantCommand.grantRange(PAYER, 1, 1_000, DEBIT).removal(), Result.OK)));
        rows.addAll(limits());
        return rows;
    }

    private static List<Arguments> limits() {
        return List.of(
            arguments("limits by another", PAYER, LIMITS, Result.NOT_GRANTED),
            arguments("no accounts", OPERATOR, LIMITS.accountCapacity(0), Result.LIMIT_OUT_OF_RANGE),
            arguments("accounts beyond a long", OPERATOR, LIMITS.accountCapacity(-1), Result.LIMIT_OUT_OF_RANGE),
            arguments("no ids", OPERATOR, LIMITS.idCapacity(0), Result.LIMIT_OUT_OF_RANGE),
            arguments("ids beyond a long", OPERATOR, LIMITS.idCapacity(-1), Result.LIMIT_OUT_OF_RANGE),
            arguments("window beyond a long", OPERATOR, LIMITS.idGuaranteedWindowMs(-1), Result.LIMIT_OUT_OF_RANGE),
            arguments("tolerance beyond a long", OPERATOR, LIMITS.idFutureToleranceMs(-1), Result.LIMIT_OUT_OF_RANGE),
            arguments("no holds", OPERATOR, LIMITS.holdCapacity(0), Result.LIMIT_OUT_OF_RANGE),
            arguments("nothing retained", OPERATOR, LIMITS.transfersRetained(0), Result.LIMIT_OUT_OF_RANGE),
            arguments("nothing swept", OPERATOR, LIMITS.sweepLimit(0), Result.LIMIT_OUT_OF_RANGE),
            arguments("no chains", OPERATOR, LIMITS.maxChain(0), Result.LIMIT_OUT_OF_RANGE),
            arguments("chains without end", OPERATOR, LIMITS.maxChain(0xFFFF_FFFEL), Result.LIMIT_OUT_OF_RANGE),
            arguments("limits by the switch", SYSTEM, LIMITS, Result.OK),
            arguments("limits by the operator", OPERATOR, LIMITS.sweepLimit(7), Result.OK),

            arguments("clock by another", PAYER, new AcceptClockCommand(Town.START_NS), Result.NOT_GRANTED),
            arguments("clock would go back", OPERATOR, new AcceptClockCommand(Town.START_NS - 1), Result.CLOCK_WOULD_GO_BACK),
            arguments("clock before 1970", OPERATOR, new AcceptClockCommand(-1), Result.CLOCK_WOULD_GO_BACK),
            arguments("clock stays", OPERATOR, new AcceptClockCommand(Town.START_NS), Result.OK),
            arguments("clock goes ahead", OPERATOR, new AcceptClockCommand(Long.MAX_VALUE), Result.OK),

            arguments("rules by another", PAYER, new RaiseRulesCommand(1, 0), Result.NOT_GRANTED),
            arguments("rules, reserved", OPERATOR, new RaiseRulesCommand(1, 1), Result.RESERVED_MUST_BE_ZERO),
            arguments("rules back", OPERATOR, new RaiseRulesCommand(0, 0), Result.RULES_VERSION_WOULD_GO_BACK),
            arguments("rules to come", OPERATOR, new RaiseRulesCommand(2, 0), Result.RULES_VERSION_UNKNOWN),
            arguments("rules of the far future", OPERATOR, new RaiseRulesCommand(0xFFFF_FFFEL, 0), Result.RULES_VERSION_UNKNOWN),
            arguments("same rules", OPERATOR, new RaiseRulesCommand(1, 0), Result.OK),
            arguments("tick", SYSTEM, new TickCommand(), Result.OK));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rows")
    void shouldGiveResultOfRow(final String name, final int participant, final Command command, final int result) {
        try (Town town = Town.settled()) {
            final long sequence = town.rig.lastSequence();
            final long digest = town.rig.machine.digest();
            final Answer answer = town.gives(result, participant, command);
            assertThat(answer.sequence()).isEqualTo(Result.isDecided(result) ? sequence + 1 : sequence);
            assertThat(answer.flags()).isZero();
            if (!Result.isDecided(result)) {
                assertThat(town.rig.machine.digest()).isEqualTo(digest);
            }
        }
    }

    @Test
    void shouldRefuseEverythingUntilConfigured() {
        try (MachineRig rig = new MachineRig()) {
            rig.beginEntry(Town.START_NS);
            for (final Command command : List.of(NEWCOMER, GRANT, GRANT.removal(), AccountCommand.account(1),
                TransferCommand.transfer(Town.NEW, A, B, 1), new AcceptClockCommand(Long.MAX_VALUE), new RaiseRulesCommand(1, 0))) {
                assertThat(Result.name(rig.apply(SYSTEM, command).result())).as(command.toString()).isEqualTo("NOT_CONFIGURED");
            }
            assertThat(rig.applyChain(OPERATOR, TransferCommand.chain(TransferCommand.transfer(Town.NEW, A, B, 1),
                TransferCommand.transfer(Town.HOLD, A, B, 1)))).extracting(Answer::result).containsOnly(Result.NOT_CONFIGURED);
            assertThat(rig.apply(SYSTEM, LIMITS.sweepLimit(0)).result()).isEqualTo(Result.LIMIT_OUT_OF_RANGE);
            assertThat(rig.machine.isConfigured()).isFalse();
            assertThat(rig.apply(SYSTEM, LIMITS).sequence()).isOne();
            assertThat(rig.machine.isConfigured()).isTrue();
            assertThat(rig.machine.rulesVersion()).isOne();
        }
    }

    @Test
    void shouldFillTableOfParticipants() {
        try (Town town = Town.empty()) {
            for (int i = 2; i <= 1_024; i++) {
                town.ok(OPERATOR, ParticipantCommand.participant(i * 60, "P" + i).idCapacity(1_024));
            }
            town.gives(Result.PARTICIPANT_CAPACITY_REACHED, OPERATOR, ParticipantCommand.participant(7, "ONEMORE").idCapacity(1_024));
            town.ok(OPERATOR, ParticipantCommand.participant(1_024 * 60, "RENAMED").idCapacity(2_048).roles(0).keyId(9));
            assertThat(town.rig.participant(SYSTEM, "RENAMED"))
                .isEqualTo(new MachineRig.ParticipantView(0, 1_024 * 60, 9, 0, 2_048, "RENAMED"));
            assertThat(town.rig.participant(SYSTEM, "P1024").result()).as("the old code").isEqualTo(Result.PARTICIPANT_NOT_FOUND);
        }
    }

    @Test
    void shouldFillGrantsOfParticipant() {
        try (Town town = Town.empty().people()) {
            for (int i = 1; i <= 256; i++) {
                town.ok(OPERATOR, GrantCommand.grantAccount(STRANGER, i, READ));
            }
            town.gives(Result.GRANT_CAPACITY_REACHED, OPERATOR, GrantCommand.grantAccount(STRANGER, 257, READ));
            town.ok(OPERATOR, GrantCommand.grantAccount(STRANGER, 256, READ));
            town.ok(OPERATOR, GrantCommand.grantAccount(STRANGER, 3, READ).removal());
            town.ok(OPERATOR, GrantCommand.grantAccount(STRANGER, 257, READ));
            town.ok(OPERATOR, GrantCommand.grantAccount(PAYER, 257, READ));
        }
    }

    @Test
    void shouldBarAndAdmitParticipant() {
        try (Town town = Town.empty().people().accounts(A, B)) {
            final TransferCommand first = TransferCommand.transfer(town.freshId(), A, B, 1);
            final Answer answer = town.ok(PAYER, first);
            town.ok(OPERATOR, ParticipantCommand.participant(PAYER, "PAYER").roles(0));
            town.gives(Result.NOT_GRANTED, PAYER, first);
            town.gives(Result.NOT_GRANTED, PAYER, TransferCommand.transfer(town.freshId(), A, B, 1));
            town.ok(OPERATOR, ParticipantCommand.participant(PAYER, "PAYER"));
            assertThat(town.apply(PAYER, first).sequence()).isEqualTo(answer.sequence());
            town.ok(PAYER, TransferCommand.transfer(town.freshId(), A, B, 1));
        }
    }

    @Test
    void shouldGrantByAccountRangeAndCode() {
        try (Town town = Town.empty().people().accounts(A, B, 12)) {
            town.ok(OPERATOR, AccountCommand.account(20).code(9));
            town.ok(OPERATOR, AccountCommand.account(21).code(9).ledger(2));
            town.ok(OPERATOR, AccountCommand.account(22).ledger(2));
            mayDebit(town);
            final GrantCommand account = GrantCommand.grantAccount(STRANGER, A, DEBIT);
            town.ok(OPERATOR, account);
            mayDebit(town, A);
            town.ok(OPERATOR, account.removal());
            final GrantCommand range = GrantCommand.grantRange(STRANGER, B, 20, DEBIT);
            town.ok(OPERATOR, range);
            mayDebit(town, B, 12, 20);
            town.ok(OPERATOR, range.removal());
            final GrantCommand code = GrantCommand.grantCode(STRANGER, 9, DEBIT);
            town.ok(OPERATOR, code);
            mayDebit(town, 20, 21);
            town.ok(OPERATOR, code.removal());
            town.ok(OPERATOR, code.ledger(2));
            mayDebit(town, 21);
            town.ok(OPERATOR, range.ledger(2));
            mayDebit(town, 21);
            town.ok(OPERATOR, GrantCommand.grantRange(STRANGER, 0, -1, DEBIT).ledger(1));
            mayDebit(town, A, B, 12, 20, 21);
            town.ok(OPERATOR, GrantCommand.grantAccount(STRANGER, 22, READ));
            mayDebit(town, A, B, 12, 20, 21);
            // What does not exist can be granted by its id, not by its code.
            town.ok(OPERATOR, GrantCommand.grantAccount(STRANGER, 99, DEBIT));
            town.gives(Result.DEBIT_ACCOUNT_NOT_FOUND, STRANGER, TransferCommand.transfer(town.freshId(), 99, A, 1));
        }
    }

    /** Every account of the town is tried. */
    private static void mayDebit(final Town town, final long... granted) {
        final List<Long> may = new ArrayList<>();
        for (final long account : new long[] {A, B, 12, 20, 21, 22}) {
            final long ledger = account > 20 ? 2 : 1;
            final long other = account == A ? B : account == 21 ? 22 : ledger == 2 ? 21 : A;
            final Answer answer = town.apply(STRANGER, TransferCommand.transfer(town.freshId(), account, other, 1).ledger(ledger));
            assertThat(answer.result()).isIn(Result.OK, Result.NOT_GRANTED);
            if (answer.result() == Result.OK) {
                may.add(account);
            }
        }
        assertThat(may).containsExactly(Arrays.stream(granted).boxed().toArray(Long[]::new));
    }

    /** The link checks lengths; the machine does not rely on it. */
    @Test
    void shouldRefuseBodiesOfWrongLengthAndUnknownTemplates() {
        try (Town town = Town.settled()) {
            final long digest = town.rig.machine.digest();
            final UnsafeBuffer body = new UnsafeBuffer(new byte[256]);
            TransferCommand.transfer(Town.NEW, A, B, 1).encode(body, 0);
            final Outcome outcome = new Outcome();
            for (final int length : new int[] {0, 8, 95, 97}) {
                town.rig.machine.apply(TransferDecoder.TEMPLATE_ID, PAYER, body, 0, length, outcome);
                assertThat(outcome.result).isEqualTo(Result.MALFORMED_COMMAND);
                town.rig.machine.apply(AccountDecoder.TEMPLATE_ID, OPERATOR, body, 0, length, outcome);
                assertThat(outcome.result).isEqualTo(Result.MALFORMED_COMMAND);
            }
            for (final int template : new int[] {0, 1, 16, 48, 64, 104, 65_535}) {
                town.rig.machine.apply(template, OPERATOR, body, 0, 96, outcome);
                assertThat(outcome.result).as("template " + template).isEqualTo(Result.MALFORMED_COMMAND);
            }
            assertThat(town.rig.machine.digest()).isEqualTo(digest);
        }
    }

    /** Whatever bytes a body has, the answer is a result; what was decided is consistent. */
    @Test
    void shouldStandBodiesOfAnyBytes() {
        try (Town town = Town.settled()) {
            final SplittableRandom random = new SplittableRandom(16);
            final UnsafeBuffer body = new UnsafeBuffer(ByteBuffer.allocateDirect(4 * 128));
            final Outcome outcome = new Outcome();
            final Outcome[] outcomes = {new Outcome(), new Outcome(), new Outcome()};
            final List<Command> sound = List.of(TransferCommand.transfer(Town.NEW, A, B, 1), TransferCommand.post(Town.NEW, Town.HOLD, 1),
                TransferCommand.hold(Town.NEW, A, B, 1), AccountCommand.account(A), AccountActionCommand.freeze(A, 1), NEWCOMER, GRANT,
                GRANT.removal(), LIMITS, new AcceptClockCommand(1), new RaiseRulesCommand(1, 0), new TickCommand());
            for (int i = 0; i < 120_000; i++) {
                final Command command = sound.get(random.nextInt(sound.size()));
                final int length = command.encode(body, 0);
                for (int changes = random.nextInt(4); changes > 0; changes--) {
                    final int at = random.nextInt(length / 8) * 8;
                    body.putLong(at, switch (random.nextInt(4)) {
                        case 0 -> random.nextLong();
                        case 1 -> random.nextInt(30);
                        case 2 -> -1;
                        default -> body.getLong(at) ^ 1L << random.nextInt(64);
                    });
                }
                final int participant = random.nextInt(6);
                try {
                    if (command instanceof TransferCommand && random.nextInt(4) == 0) {
                        town.rig.machine.applyChainBegin(participant, outcomes.length);
                        for (int member = 0; member < outcomes.length; member++) {
                            body.putBytes((member + 1) * 128, body, 0, length);
                            body.putLong((member + 1) * 128 + 8, random.nextLong());
                            town.rig.machine.applyChainMember(body, (member + 1) * 128, outcomes[member]);
                        }
                        town.rig.machine.applyChainEnd();
                    } else {
                        town.rig.machine.apply(command.templateId(), participant, body, 0, length, outcome);
                    }
                } catch (final RuntimeException ex) {
                    throw new AssertionError(command + ", round " + i, ex);
                }
                if (i % 100 == 0) {
                    town.enter(town.nowNs() + 1 + random.nextInt(1_000_000));
                }
            }
        }
    }

    @Test
    void shouldNotLetTimeStandStill() {
        try (Town town = Town.empty()) {
            assertThatThrownBy(() -> town.enter(Town.START_NS))
                .isInstanceOf(IllegalStateException.class);
        }
    }
}
