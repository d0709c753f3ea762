package io.daybreak.machine;

import io.daybreak.model.AccountActionCommand;
import io.daybreak.model.AccountCommand;
import io.daybreak.model.Answer;
import io.daybreak.model.Command;
import io.daybreak.model.ConfigureCommand;
import io.daybreak.model.Id;
import io.daybreak.model.TransferCommand;
import io.daybreak.protocol.AccountFlags;
import io.daybreak.protocol.OutcomeFlags;
import io.daybreak.protocol.Result;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.List;

import static io.daybreak.machine.Town.A;
import static io.daybreak.machine.Town.B;
import static io.daybreak.machine.Town.OPERATOR;
import static io.daybreak.machine.Town.PAYER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

/** Creating accounts, freezing and closing them: a row a rule, in the order of the checks, the expected result last. */
class AccountRulesTest {
    private static final long NEW_ACCOUNT = 500;
    private static final int BOTH = AccountFlags.SIDE_DEBITS | AccountFlags.SIDE_CREDITS;
    private static final AccountCommand ACCOUNT = AccountCommand.account(NEW_ACCOUNT);

    static List<Arguments> rows() {
        return List.of(
            arguments("id zero", OPERATOR, ACCOUNT.id(0), Result.ID_MUST_NOT_BE_ZERO),
            arguments("id max", OPERATOR, ACCOUNT.id(-1), Result.ID_MUST_NOT_BE_MAX),
            arguments("largest id", OPERATOR, ACCOUNT.id(-2), Result.OK),
            arguments("id 2^63", OPERATOR, ACCOUNT.id(Long.MIN_VALUE), Result.OK),
            arguments("unknown flag", OPERATOR, ACCOUNT.flags(8), Result.RESERVED_MUST_BE_ZERO),
            arguments("created frozen", OPERATOR, ACCOUNT.flags(AccountFlags.FROZEN_DEBITS), Result.RESERVED_MUST_BE_ZERO),
            arguments("created closed", OPERATOR, ACCOUNT.flags(AccountFlags.CLOSED), Result.RESERVED_MUST_BE_ZERO),
            arguments("last flag bit", OPERATOR, ACCOUNT.flags(1 << 15), Result.RESERVED_MUST_BE_ZERO),
            arguments("both limits", OPERATOR, ACCOUNT.flags(3), Result.FLAGS_ARE_MUTUALLY_EXCLUSIVE),
            arguments("both limits and history", OPERATOR, ACCOUNT.flags(7), Result.FLAGS_ARE_MUTUALLY_EXCLUSIVE),
            arguments("one limit and history", OPERATOR, ACCOUNT.flags(5), Result.OK),
            arguments("no ledger", OPERATOR, ACCOUNT.ledger(0), Result.LEDGER_MUST_NOT_BE_ZERO),
            arguments("largest ledger", OPERATOR, ACCOUNT.ledger(0xFFFF_FFFFL), Result.OK),
            arguments("no code", OPERATOR, ACCOUNT.code(0), Result.CODE_MUST_NOT_BE_ZERO),
            arguments("by another than the operator", PAYER, ACCOUNT, Result.NOT_GRANTED),
            arguments("by a barred participant", Town.BARRED, ACCOUNT, Result.NOT_GRANTED),
            arguments("by an unknown participant", Town.UNKNOWN_PARTICIPANT, ACCOUNT, Result.PARTICIPANT_NOT_FOUND),
            arguments("other ledger", OPERATOR, AccountCommand.account(A).ledger(2), Result.ACCOUNT_EXISTS_WITH_DIFFERENT_CONTENTS),
            arguments("other code", OPERATOR, AccountCommand.account(A).code(2), Result.ACCOUNT_EXISTS_WITH_DIFFERENT_CONTENTS),
            arguments("other flags", OPERATOR, AccountCommand.account(A).flags(4), Result.ACCOUNT_EXISTS_WITH_DIFFERENT_CONTENTS),
            arguments("other user data", OPERATOR, AccountCommand.account(A).userData64(1), Result.ACCOUNT_EXISTS_WITH_DIFFERENT_CONTENTS),
            arguments("other user data, high", OPERATOR, AccountCommand.account(A).userData128(new Id(1, 0)), Result.ACCOUNT_EXISTS_WITH_DIFFERENT_CONTENTS),
            arguments("other user data, low", OPERATOR, AccountCommand.account(A).userData128(new Id(0, 1)), Result.ACCOUNT_EXISTS_WITH_DIFFERENT_CONTENTS),
            arguments("new", OPERATOR, ACCOUNT, Result.OK),

            arguments("unknown action", OPERATOR, new AccountActionCommand(A, 0, 1, 0), Result.MALFORMED_COMMAND),
            arguments("unknown action", OPERATOR, new AccountActionCommand(A, 4, 1, 0), Result.MALFORMED_COMMAND),
            arguments("no side", OPERATOR, AccountActionCommand.freeze(A, 0), Result.MALFORMED_COMMAND),
            arguments("unknown side", OPERATOR, AccountActionCommand.unfreeze(A, 4), Result.MALFORMED_COMMAND),
            arguments("close one side", OPERATOR, new AccountActionCommand(A, AccountFlags.ACTION_CLOSE, 1, 0), Result.MALFORMED_COMMAND),
            arguments("reserved", OPERATOR, new AccountActionCommand(A, AccountFlags.ACTION_FREEZE, 1, 1), Result.RESERVED_MUST_BE_ZERO),
            arguments("action by another", PAYER, AccountActionCommand.freeze(A, 1), Result.NOT_GRANTED),
            arguments("action by an unknown participant", Town.UNKNOWN_PARTICIPANT, AccountActionCommand.freeze(A, 1), Result.PARTICIPANT_NOT_FOUND),
            arguments("freeze nothing", OPERATOR, AccountActionCommand.freeze(Town.NOWHERE, 1), Result.ACCOUNT_NOT_FOUND),
            arguments("unfreeze nothing", OPERATOR, AccountActionCommand.unfreeze(Town.NOWHERE, 1), Result.ACCOUNT_NOT_FOUND),
            arguments("close nothing", OPERATOR, AccountActionCommand.close(Town.NOWHERE), Result.ACCOUNT_NOT_FOUND),
            arguments("freeze closed", OPERATOR, AccountActionCommand.freeze(Town.CLOSED, 1), Result.ACCOUNT_ALREADY_CLOSED),
            arguments("unfreeze closed", OPERATOR, AccountActionCommand.unfreeze(Town.CLOSED, 1), Result.ACCOUNT_ALREADY_CLOSED),
            arguments("close closed", OPERATOR, AccountActionCommand.close(Town.CLOSED), Result.ACCOUNT_ALREADY_CLOSED),
            arguments("close, closed by a hold", OPERATOR, AccountActionCommand.close(Town.CLOSED_BY_HOLD), Result.ACCOUNT_ALREADY_CLOSED),
            arguments("close with holds and a balance", OPERATOR, AccountActionCommand.close(B), Result.ACCOUNT_HAS_HOLDS),
            arguments("close with a hold on the credit side", OPERATOR, AccountActionCommand.close(Town.FULL_PENDING_CREDITS), Result.ACCOUNT_HAS_HOLDS),
            arguments("close with a balance", OPERATOR, AccountActionCommand.close(Town.RICH), Result.ACCOUNT_HAS_A_BALANCE),
            arguments("close with a balance on the debit side", OPERATOR, AccountActionCommand.close(Town.OWED), Result.ACCOUNT_HAS_A_BALANCE),
            arguments("close empty", OPERATOR, AccountActionCommand.close(Town.POOR), Result.OK),
            arguments("freeze", OPERATOR, AccountActionCommand.freeze(A, BOTH), Result.OK),
            arguments("freeze frozen", OPERATOR, AccountActionCommand.freeze(Town.FROZEN_DEBITS, 1), Result.OK),
            arguments("unfreeze what is not frozen", OPERATOR, AccountActionCommand.unfreeze(A, BOTH), Result.OK));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rows")
    void shouldGiveResultOfRow(final String name, final int participant, final Command command, final int result) {
        try (Town town = Town.settled()) {
            final long sequence = town.rig.lastSequence();
            final Answer answer = town.gives(result, participant, command);
            assertThat(answer.sequence()).isEqualTo(Result.isDecided(result) ? sequence + 1 : sequence);
            assertThat(answer.flags()).isZero();
            assertThat(answer.amountMinor()).isZero();
        }
    }

    @Test
    void shouldTellRepeatFromOriginalWhateverHappenedSince() {
        try (Town town = Town.settled()) {
            town.ok(OPERATOR, ACCOUNT.flags(AccountFlags.HISTORY));
            final long createdNs = town.nowNs();
            final long digest = town.rig.machine.digest();
            assertThat(town.ok(OPERATOR, ACCOUNT.flags(AccountFlags.HISTORY)).flags()).isEqualTo(OutcomeFlags.REPEATED);
            assertThat(town.rig.machine.digest()).isEqualTo(digest);
            town.laterMs(5);
            town.ok(OPERATOR, AccountActionCommand.freeze(NEW_ACCOUNT, BOTH));
            assertThat(town.ok(OPERATOR, ACCOUNT.flags(AccountFlags.HISTORY)).isRepeated()).isTrue();
            town.ok(OPERATOR, AccountActionCommand.close(NEW_ACCOUNT));
            final Answer repeat = town.ok(OPERATOR, ACCOUNT.flags(AccountFlags.HISTORY));
            assertThat(repeat.isRepeated()).isTrue();
            assertThat(repeat.timestampNs()).isEqualTo(createdNs);
            assertThat(town.isClosed(NEW_ACCOUNT)).as("still closed").isTrue();
        }
    }

    @Test
    void shouldFreezeAndUnfreezeSidesByThemselves() {
        try (Town town = Town.empty().people().accounts(A, B)) {
            town.ok(OPERATOR, AccountActionCommand.freeze(A, AccountFlags.SIDE_DEBITS));
            town.ok(OPERATOR, AccountActionCommand.freeze(A, AccountFlags.SIDE_CREDITS));
            assertThat(town.rig.account(A).flags()).isEqualTo(AccountFlags.FROZEN_DEBITS | AccountFlags.FROZEN_CREDITS);
            town.ok(OPERATOR, AccountActionCommand.unfreeze(A, AccountFlags.SIDE_DEBITS));
            assertThat(town.rig.account(A).flags()).isEqualTo(AccountFlags.FROZEN_CREDITS);
            town.ok(PAYER, TransferCommand.transfer(town.freshId(), A, B, 1));
            town.gives(Result.CREDIT_ACCOUNT_FROZEN, PAYER, TransferCommand.transfer(town.freshId(), B, A, 1));
        }
    }

    @Test
    void shouldRefuseAccountsBeyondCapacity() {
        try (Town town = Town.empty(ConfigureCommand.roomy().accountCapacity(3)).people().accounts(1, 2, 3)) {
            town.gives(Result.ACCOUNT_CAPACITY_REACHED, OPERATOR, AccountCommand.account(4));
            assertThat(town.ok(OPERATOR, AccountCommand.account(3)).isRepeated()).isTrue();
            town.gives(Result.ACCOUNT_EXISTS_WITH_DIFFERENT_CONTENTS, OPERATOR, AccountCommand.account(3).code(9));
            town.ok(OPERATOR, ConfigureCommand.roomy().accountCapacity(4));
            town.ok(OPERATOR, AccountCommand.account(4));
            town.gives(Result.ACCOUNT_CAPACITY_REACHED, OPERATOR, AccountCommand.account(5));
        }
    }

    @Test
    void shouldRefuseLedgersBeyondCapacity() {
        try (Town town = Town.empty()) {
            for (int ledger = 1; ledger <= 256; ledger++) {
                town.ok(OPERATOR, AccountCommand.account(ledger).ledger(ledger * 7_919L));
            }
            town.gives(Result.LEDGER_CAPACITY_REACHED, OPERATOR, AccountCommand.account(257).ledger(5));
            town.ok(OPERATOR, AccountCommand.account(257).ledger(256 * 7_919L));
        }
    }
}
