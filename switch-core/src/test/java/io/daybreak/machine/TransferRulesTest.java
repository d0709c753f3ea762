package io.daybreak.machine;

import io.daybreak.model.Answer;
import io.daybreak.model.Id;
import io.daybreak.model.TransferCommand;
import io.daybreak.protocol.OutcomeFlags;
import io.daybreak.protocol.Result;
import io.daybreak.protocol.TransferFlags;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;

import static io.daybreak.machine.Town.A;
import static io.daybreak.machine.Town.B;
import static io.daybreak.machine.Town.NEW;
import static io.daybreak.machine.Town.NOWHERE;
import static io.daybreak.machine.Town.OPERATOR;
import static io.daybreak.machine.Town.PAYER;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * The rules of transfers, a row a rule or a boundary, in the order of the checks; the expected result stands last, and
 * for an applied transfer the amount behind it. Rule: docs/native-protocol.md, "Precedence".
 */
class TransferRulesTest {
    private static final int PENDING = TransferFlags.PENDING;
    private static final int POST = TransferFlags.POST;
    private static final int VOID = TransferFlags.VOID;
    private static final int INCREASE = TransferFlags.INCREASE;
    private static final int EXTEND = TransferFlags.EXTEND;
    private static final int FINAL = TransferFlags.FINAL;
    private static final int BALANCING_DEBIT = TransferFlags.BALANCING_DEBIT;
    private static final int BALANCING_CREDIT = TransferFlags.BALANCING_CREDIT;
    private static final int CLOSING_DEBIT = TransferFlags.CLOSING_DEBIT;
    private static final int CLOSING_CREDIT = TransferFlags.CLOSING_CREDIT;
    private static final long ALL = TransferFlags.AMOUNT_ALL;
    private static final long MAX = Long.MAX_VALUE;
    private static final long OVER_MAX = Long.MIN_VALUE;
    private static final long LAST_TOLERATED_MS = Town.START_NS / 1_000_000 + 10_000;

    private static TransferCommand pay() {
        return TransferCommand.transfer(NEW, A, B, 5);
    }

    private static TransferCommand hold() {
        return TransferCommand.hold(NEW, A, B, 5);
    }

    private static TransferCommand post() {
        return TransferCommand.post(NEW, Town.HOLD, 5);
    }

    private static TransferCommand release() {
        return TransferCommand.release(NEW, Town.HOLD, 5);
    }

    private static TransferCommand increase() {
        return TransferCommand.increase(NEW, Town.HOLD, 5);
    }

    private static TransferCommand extend() {
        return TransferCommand.extend(NEW, Town.HOLD, 5);
    }

    static List<Row> rows() {
        final List<Row> rows = new ArrayList<>();
        contents(rows);
        contentsAccountsAndAmount(rows);
        identity(rows);
        onHold(rows);
        accounts(rows);
        balancing(rows);
        overflows(rows);
        limits(rows);
        return rows;
    }

    private static void contents(final List<Row> rows) {
        row(rows, "id zero", pay().id(Id.ZERO), Result.ID_MUST_NOT_BE_ZERO);
        moves(rows, "id zero but for its low half", pay().id(new Id(0, 1)), 5);
        row(rows, "id max", pay().id(Id.MAX), Result.ID_MUST_NOT_BE_MAX);
        row(rows, "id max in its high half only: from the future", pay().id(new Id(-1, 1)), Result.ID_IN_THE_FUTURE);
        row(rows, "reserved field", pay().reserved(1), Result.RESERVED_MUST_BE_ZERO);
        row(rows, "reserved field, last bit", pay().reserved(0x8000_0000L), Result.RESERVED_MUST_BE_ZERO);
        for (int bit = 11; bit < 16; bit++) {
            row(rows, "flag bit " + bit, pay().flags(1 << bit), Result.RESERVED_MUST_BE_ZERO);
        }
        for (final int flags : new int[] {PENDING | POST, PENDING | VOID, POST | VOID, PENDING | POST | VOID,
            INCREASE | PENDING, INCREASE | POST, INCREASE | VOID, EXTEND | PENDING, EXTEND | POST, EXTEND | VOID,
            FINAL, FINAL | PENDING, FINAL | VOID, FINAL | INCREASE, FINAL | EXTEND,
            BALANCING_DEBIT | POST, BALANCING_DEBIT | VOID, BALANCING_DEBIT | INCREASE, BALANCING_DEBIT | EXTEND,
            BALANCING_CREDIT | POST, BALANCING_CREDIT | VOID, BALANCING_CREDIT | INCREASE, BALANCING_CREDIT | EXTEND,
            CLOSING_DEBIT, CLOSING_CREDIT, CLOSING_DEBIT | POST, CLOSING_CREDIT | VOID, CLOSING_DEBIT | INCREASE,
            CLOSING_CREDIT | BALANCING_DEBIT}) {
            row(rows, "flags " + Integer.toBinaryString(flags), pay().flags(flags), Result.FLAGS_ARE_MUTUALLY_EXCLUSIVE);
        }
        row(rows, "pending id on a plain transfer", pay().pendingId(Town.HOLD), Result.PENDING_ID_MUST_BE_ZERO);
        row(rows, "pending id on a hold", hold().pendingId(new Id(0, 1)), Result.PENDING_ID_MUST_BE_ZERO);
        for (final TransferCommand command : List.of(post(), release(), increase(), extend())) {
            final String name = name(command);
            row(rows, name + " without pending id", command.pendingId(Id.ZERO), Result.PENDING_ID_MUST_NOT_BE_ZERO);
            row(rows, name + " with pending id max", command.pendingId(Id.MAX), Result.PENDING_ID_MUST_NOT_BE_ZERO);
            row(rows, name + " of itself", command.pendingId(NEW), Result.PENDING_ID_MUST_BE_DIFFERENT);
        }
        row(rows, "time-out on a plain transfer", pay().timeoutMs(1), Result.TIMEOUT_MUST_BE_ZERO);
        row(rows, "time-out on a post", post().timeoutMs(1), Result.TIMEOUT_MUST_BE_ZERO);
        row(rows, "time-out on a void", release().timeoutMs(1), Result.TIMEOUT_MUST_BE_ZERO);
        row(rows, "time-out on an increase", increase().timeoutMs(1), Result.TIMEOUT_MUST_BE_ZERO);
        row(rows, "extend without time-out", extend().timeoutMs(0), Result.TIMEOUT_MUST_NOT_BE_ZERO);
        row(rows, "extend and increase without time-out", increase().plusFlags(EXTEND), Result.TIMEOUT_MUST_NOT_BE_ZERO);
    }

    private static void contentsAccountsAndAmount(final List<Row> rows) {
        row(rows, "no debit account", pay().debit(0), Result.DEBIT_ACCOUNT_ID_MUST_NOT_BE_ZERO);
        row(rows, "no accounts", pay().debit(0).credit(0), Result.DEBIT_ACCOUNT_ID_MUST_NOT_BE_ZERO);
        row(rows, "no credit account", pay().credit(0), Result.CREDIT_ACCOUNT_ID_MUST_NOT_BE_ZERO);
        row(rows, "one account on both sides", pay().credit(A), Result.ACCOUNTS_MUST_BE_DIFFERENT);
        row(rows, "post, one account on both sides", post().debit(A).credit(A), Result.ACCOUNTS_MUST_BE_DIFFERENT);
        for (final TransferCommand command : List.of(pay(), hold(), post(), release(), increase(), extend())) {
            row(rows, name(command) + ", amount 2^63", command.amount(OVER_MAX), Result.AMOUNT_OUT_OF_RANGE);
            row(rows, name(command) + ", amount 2^64-2", command.amount(-2), Result.AMOUNT_OUT_OF_RANGE);
        }
        for (final TransferCommand command : List.of(pay(), hold(), release(), increase(), extend())) {
            row(rows, name(command) + ", amount all", command.amount(ALL), Result.AMOUNT_OUT_OF_RANGE);
        }
        row(rows, "balancing, amount 2^63", pay().flags(BALANCING_DEBIT).amount(OVER_MAX), Result.AMOUNT_OUT_OF_RANGE);
        row(rows, "extend with an amount", extend().amount(1), Result.AMOUNT_MUST_BE_ZERO);
        for (final TransferCommand command : List.of(pay(), hold(), post(), increase(), increase().plusFlags(EXTEND).timeoutMs(5),
            pay().flags(BALANCING_DEBIT), hold().plusFlags(BALANCING_CREDIT), post().plusFlags(FINAL))) {
            row(rows, name(command) + ", amount zero", command.amount(0), Result.AMOUNT_MUST_NOT_BE_ZERO);
        }
        row(rows, "no ledger", pay().ledger(0), Result.LEDGER_MUST_NOT_BE_ZERO);
        row(rows, "hold, no ledger", hold().ledger(0), Result.LEDGER_MUST_NOT_BE_ZERO);
        row(rows, "no code", pay().code(0), Result.CODE_MUST_NOT_BE_ZERO);
        moves(rows, "last code", pay().code(65_535), 5);
        moves(rows, "plain, smallest amount", pay().amount(1), 1);
        moves(rows, "hold, longest time-out", hold().timeoutMs(0xFFFF_FFFFL), 5);
    }

    private static void identity(final List<Row> rows) {
        row(rows, "unknown participant", Town.UNKNOWN_PARTICIPANT, pay(), Result.PARTICIPANT_NOT_FOUND);
        row(rows, "barred participant", Town.BARRED, pay(), Result.NOT_GRANTED);
        row(rows, "id a millisecond too far in the future", pay().id(Id.at(LAST_TOLERATED_MS + 1, 0)), Result.ID_IN_THE_FUTURE);
        moves(rows, "id as far in the future as tolerated", pay().id(new Id(LAST_TOLERATED_MS << 16 | 0xFFFF, -1)), 5);
        moves(rows, "id as old as can be", pay().id(new Id(1, 0)), 5);
        for (final TransferCommand other : List.of(applied().amount(8), applied().debit(B).credit(A), applied().code(2),
            applied().ledger(2), applied().userData64(1), applied().userData128(new Id(0, 1)), applied().userData128(new Id(1, 0)),
            applied().flags(PENDING), applied().debit(NOWHERE), applied().credit(NOWHERE),
            TransferCommand.post(Town.APPLIED, Town.HOLD, 7))) {
            row(rows, "known id with other contents: " + other, other, Result.EXISTS_WITH_DIFFERENT_CONTENTS);
        }
        row(rows, "a hold's id with another time-out", TransferCommand.hold(Town.HOLD, A, B, 100).timeoutMs(9),
            Result.EXISTS_WITH_DIFFERENT_CONTENTS);
        moves(rows, "another participant's id is not known", OPERATOR, applied(), 7);
        row(rows, "no right to debit", Town.STRANGER, pay(), Result.NOT_GRANTED);
        row(rows, "no right on a hold's debit account", Town.FALLEN, TransferCommand.post(NEW, Town.HOLD_OF_FALLEN, 5),
            Result.NOT_GRANTED);
        row(rows, "no right to extend", Town.FALLEN, TransferCommand.extend(NEW, Town.HOLD_OF_FALLEN, 5), Result.NOT_GRANTED);
        moves(rows, "the operator may debit everything", OPERATOR, pay(), 5);
    }

    private static TransferCommand applied() {
        return TransferCommand.transfer(Town.APPLIED, A, B, 7);
    }

    private static void onHold(final List<Row> rows) {
        for (final int flag : new int[] {POST, VOID, INCREASE, EXTEND}) {
            final String name = name(pay().flags(flag));
            row(rows, name + " of an id never seen", on(Town.NEVER_SEEN, flag), Result.PENDING_TRANSFER_NOT_FOUND);
            row(rows, name + " of a refused id", on(Town.REFUSED, flag), Result.PENDING_TRANSFER_NOT_FOUND);
            row(rows, name + " of another's hold", on(Town.HOLD_OF_FALLEN, flag), Result.PENDING_TRANSFER_NOT_FOUND);
            row(rows, name + " of another's hold by the operator", OPERATOR, on(Town.HOLD, flag), Result.PENDING_TRANSFER_NOT_FOUND);
            row(rows, name + " of no hold, without rights", Town.STRANGER, on(Town.HOLD, flag), Result.PENDING_TRANSFER_NOT_FOUND);
            row(rows, name + " of a plain transfer", on(Town.APPLIED, flag), Result.PENDING_TRANSFER_NOT_PENDING);
            row(rows, name + " of a hold used up", on(Town.HOLD_POSTED, flag), Result.PENDING_TRANSFER_ALREADY_POSTED);
            row(rows, name + " of a hold voided", on(Town.HOLD_VOIDED, flag), Result.PENDING_TRANSFER_ALREADY_VOIDED);
            row(rows, name + " of a hold expired", on(Town.HOLD_EXPIRED, flag), Result.PENDING_TRANSFER_EXPIRED);
            row(rows, name + " of a hold expired, other accounts", on(Town.HOLD_EXPIRED, flag).debit(B).credit(A).ledger(9).code(9),
                Result.PENDING_TRANSFER_EXPIRED);
            final long left = flag == EXTEND ? 0 : 5;
            row(rows, name + ", other debit account", on(Town.HOLD, flag).debit(NOWHERE), Result.PENDING_TRANSFER_HAS_DIFFERENT_DEBIT_ACCOUNT);
            row(rows, name + ", other credit account", on(Town.HOLD, flag).credit(NOWHERE), Result.PENDING_TRANSFER_HAS_DIFFERENT_CREDIT_ACCOUNT);
            row(rows, name + ", accounts exchanged", on(Town.HOLD, flag).debit(B).credit(A), Result.PENDING_TRANSFER_HAS_DIFFERENT_DEBIT_ACCOUNT);
            row(rows, name + ", other ledger", on(Town.HOLD, flag).ledger(2), Result.PENDING_TRANSFER_HAS_DIFFERENT_LEDGER);
            row(rows, name + ", other code", on(Town.HOLD, flag).code(2), Result.PENDING_TRANSFER_HAS_DIFFERENT_CODE);
            moves(rows, name + ", the hold's own fields", on(Town.HOLD, flag).debit(A).credit(B).ledger(1).code(1), left);
            moves(rows, name + ", none of the hold's fields", on(Town.HOLD, flag), left);
        }
        row(rows, "post a little too much", post().amount(101), Result.EXCEEDS_PENDING_TRANSFER_AMOUNT);
        row(rows, "post more than is left", TransferCommand.post(NEW, Town.HOLD_PARTLY_POSTED, 61), Result.EXCEEDS_PENDING_TRANSFER_AMOUNT);
        row(rows, "post the largest amount", post().amount(MAX), Result.EXCEEDS_PENDING_TRANSFER_AMOUNT);
        row(rows, "release a little too much", release().amount(101), Result.EXCEEDS_PENDING_TRANSFER_AMOUNT);
        moves(rows, "post all there is, named", post().amount(100), 100);
        moves(rows, "post all that is left, named", TransferCommand.post(NEW, Town.HOLD_PARTLY_POSTED, 60), 60);
        moves(rows, "post all that is left", TransferCommand.post(NEW, Town.HOLD_PARTLY_POSTED, ALL), 60);
        moves(rows, "post, final", post().plusFlags(FINAL), 5);
        moves(rows, "post all, final", post().amount(ALL).plusFlags(FINAL), 100);
        moves(rows, "release all", release().amount(0), 100);
        moves(rows, "release all that is left", TransferCommand.release(NEW, Town.HOLD_PARTLY_POSTED, 0), 60);
        moves(rows, "release all, named", release().amount(100), 100);
        moves(rows, "increase and extend", increase().plusFlags(EXTEND).timeoutMs(1), 5);
    }

    private static void accounts(final List<Row> rows) {
        row(rows, "debit account not found", pay().debit(NOWHERE), Result.DEBIT_ACCOUNT_NOT_FOUND);
        row(rows, "neither account found", pay().debit(NOWHERE).credit(98), Result.DEBIT_ACCOUNT_NOT_FOUND);
        row(rows, "debit account not found, id max", OPERATOR, pay().debit(-1), Result.DEBIT_ACCOUNT_NOT_FOUND);
        row(rows, "credit account not found", pay().credit(NOWHERE), Result.CREDIT_ACCOUNT_NOT_FOUND);
        row(rows, "credit account not found, id max", pay().credit(-1), Result.CREDIT_ACCOUNT_NOT_FOUND);
        row(rows, "accounts of two ledgers", pay().credit(Town.EURO), Result.ACCOUNTS_MUST_HAVE_THE_SAME_LEDGER);
        row(rows, "accounts of two ledgers, the other named", pay().credit(Town.EURO).ledger(2), Result.ACCOUNTS_MUST_HAVE_THE_SAME_LEDGER);
        row(rows, "another ledger named", pay().ledger(2), Result.TRANSFER_MUST_HAVE_THE_SAME_LEDGER_AS_ACCOUNTS);
        moves(rows, "the other ledger", pay().debit(Town.EURO).credit(Town.EURO_TOO).ledger(2), 5);
        row(rows, "debit account closed", pay().debit(Town.CLOSED), Result.DEBIT_ACCOUNT_CLOSED);
        row(rows, "credit account closed", hold().credit(Town.CLOSED), Result.CREDIT_ACCOUNT_CLOSED);
        row(rows, "debit account closed by a hold", pay().debit(Town.CLOSED_BY_HOLD), Result.DEBIT_ACCOUNT_CLOSED);
        row(rows, "closing an account that is closed", hold().debit(Town.CLOSED).plusFlags(CLOSING_DEBIT), Result.DEBIT_ACCOUNT_CLOSED);
        for (final int flag : new int[] {POST, INCREASE, EXTEND}) {
            final String name = name(pay().flags(flag));
            row(rows, name + ", debit account closed since", on(Town.HOLD_DEBIT_CLOSED, flag), Result.DEBIT_ACCOUNT_CLOSED);
            row(rows, name + ", credit account closed since", on(Town.HOLD_CREDIT_CLOSED, flag), Result.CREDIT_ACCOUNT_CLOSED);
        }
        moves(rows, "void, debit account closed since", on(Town.HOLD_DEBIT_CLOSED, VOID), 5);
        moves(rows, "void, credit account closed since", on(Town.HOLD_CREDIT_CLOSED, VOID), 5);
        moves(rows, "post of the hold that closed", on(Town.HOLD_THAT_CLOSED, POST), 5);
        moves(rows, "void of the hold that closed", on(Town.HOLD_THAT_CLOSED, VOID), 5);
        row(rows, "increase of the hold that closed", on(Town.HOLD_THAT_CLOSED, INCREASE), Result.DEBIT_ACCOUNT_CLOSED);
        row(rows, "extend of the hold that closed", on(Town.HOLD_THAT_CLOSED, EXTEND), Result.DEBIT_ACCOUNT_CLOSED);
        row(rows, "debit side frozen", pay().debit(Town.FROZEN_DEBITS), Result.DEBIT_ACCOUNT_FROZEN);
        row(rows, "debit side frozen, hold", hold().debit(Town.FROZEN_DEBITS), Result.DEBIT_ACCOUNT_FROZEN);
        row(rows, "credit side frozen", pay().credit(Town.FROZEN_CREDITS), Result.CREDIT_ACCOUNT_FROZEN);
        moves(rows, "debit side frozen does not stop credits", pay().credit(Town.FROZEN_DEBITS), 5);
        moves(rows, "credit side frozen does not stop debits", pay().debit(Town.FROZEN_CREDITS), 5);
        row(rows, "increase, debit side frozen", on(Town.HOLD_DEBIT_FROZEN, INCREASE), Result.DEBIT_ACCOUNT_FROZEN);
        row(rows, "increase, credit side frozen", on(Town.HOLD_CREDIT_FROZEN, INCREASE), Result.CREDIT_ACCOUNT_FROZEN);
        row(rows, "increase and extend, frozen", on(Town.HOLD_DEBIT_FROZEN, INCREASE | EXTEND), Result.DEBIT_ACCOUNT_FROZEN);
        for (final Id hold : List.of(Town.HOLD_DEBIT_FROZEN, Town.HOLD_CREDIT_FROZEN)) {
            moves(rows, "post, frozen", on(hold, POST), 5);
            moves(rows, "void, frozen", on(hold, VOID), 5);
            moves(rows, "extend, frozen", on(hold, EXTEND), 0);
        }
    }

    private static void balancing(final List<Row> rows) {
        final TransferCommand debit = pay().debit(Town.RICH).flags(BALANCING_DEBIT);
        final TransferCommand credit = pay().credit(Town.OWED).flags(BALANCING_CREDIT);
        row(rows, "balancing debit, nothing there", debit.debit(Town.POOR), Result.EXCEEDS_CREDITS);
        row(rows, "balancing debit, less than nothing there", debit.debit(A), Result.EXCEEDS_CREDITS);
        row(rows, "balancing credit, nothing owed", credit.credit(Town.PAID), Result.EXCEEDS_DEBITS);
        row(rows, "balancing credit, less than nothing owed", credit.credit(Town.RICH), Result.EXCEEDS_DEBITS);
        row(rows, "both, neither has anything", pay().debit(Town.POOR).credit(Town.PAID).flags(BALANCING_DEBIT | BALANCING_CREDIT),
            Result.EXCEEDS_CREDITS);
        row(rows, "both, nothing owed", pay().debit(Town.RICH).credit(Town.PAID).flags(BALANCING_DEBIT | BALANCING_CREDIT),
            Result.EXCEEDS_DEBITS);
        moves(rows, "balancing debit, less than there is", debit.amount(999), 999);
        moves(rows, "balancing debit, what there is", debit.amount(1_000), 1_000);
        moves(rows, "balancing debit, more than there is", debit.amount(1_001), 1_000);
        moves(rows, "balancing debit, the largest amount", debit.amount(MAX), 1_000);
        moves(rows, "balancing debit, all", debit.amount(ALL), 1_000);
        moves(rows, "balancing debit, all of an account without limit", pay().debit(B).credit(A).amount(ALL).flags(BALANCING_DEBIT), 148);
        moves(rows, "balancing credit, all", credit.amount(ALL), 1_000);
        moves(rows, "balancing credit, a part", credit.amount(10), 10);
        moves(rows, "both, all", pay().debit(Town.RICH).credit(Town.OWED).amount(ALL).flags(BALANCING_DEBIT | BALANCING_CREDIT), 1_000);
        moves(rows, "balancing hold, all", hold().debit(Town.RICH).amount(ALL).plusFlags(BALANCING_DEBIT), 1_000);
    }

    private static void overflows(final List<Row> rows) {
        row(rows, "debits pending overflow", hold().debit(Town.FULL_PENDING_DEBITS).amount(1), Result.OVERFLOWS_DEBITS_PENDING);
        row(rows, "both pending overflow", hold().debit(Town.FULL_PENDING_DEBITS).credit(Town.FULL_PENDING_CREDITS), Result.OVERFLOWS_DEBITS_PENDING);
        row(rows, "credits pending overflow", hold().credit(Town.FULL_PENDING_CREDITS).amount(1), Result.OVERFLOWS_CREDITS_PENDING);
        row(rows, "increase, debits pending overflow", increase().pendingId(Town.HOLD_FULL), Result.OVERFLOWS_DEBITS_PENDING);
        row(rows, "increase by the largest amount", increase().amount(MAX), Result.OVERFLOWS_DEBITS_PENDING);
        row(rows, "debits posted overflow", pay().debit(Town.FULL_DEBITS).amount(1), Result.OVERFLOWS_DEBITS_POSTED);
        row(rows, "credits posted overflow", pay().credit(Town.FULL_CREDITS).amount(1), Result.OVERFLOWS_CREDITS_POSTED);
        row(rows, "debits overflow with what is pending", pay().debit(Town.FULL_PENDING_DEBITS).amount(1), Result.OVERFLOWS_DEBITS);
        row(rows, "debits overflow with what is posted", hold().debit(Town.FULL_DEBITS).amount(1), Result.OVERFLOWS_DEBITS);
        row(rows, "credits overflow with what is pending", pay().credit(Town.FULL_PENDING_CREDITS).amount(1), Result.OVERFLOWS_CREDITS);
        row(rows, "credits overflow with what is posted", hold().credit(Town.FULL_CREDITS).amount(1), Result.OVERFLOWS_CREDITS);
        moves(rows, "a full debit side takes credits", pay().credit(Town.FULL_DEBITS).amount(1), 1);
        moves(rows, "the largest amount fits once", pay().debit(Town.EURO).credit(Town.EURO_TOO).ledger(2).amount(MAX), MAX);
        moves(rows, "post of the largest hold", post().pendingId(Town.HOLD_FULL).amount(ALL), MAX);
        moves(rows, "void of the largest hold", release().pendingId(Town.HOLD_FULL).amount(0), MAX);
        final long room = Long.MAX_VALUE / 1_000_000 - Town.LATE_NS / 1_000_000;
        late(rows, "time-out a millisecond too far", hold().timeoutMs(room + 1), Result.OVERFLOWS_TIMEOUT);
        late(rows, "extend a millisecond too far", extend().timeoutMs(room + 1), Result.OVERFLOWS_TIMEOUT);
        late(rows, "longest time-out too far", hold().timeoutMs(0xFFFF_FFFFL), Result.OVERFLOWS_TIMEOUT);
        late(rows, "time-out as far as it goes", hold().timeoutMs(room - 1), Result.OK);
        late(rows, "extend as far as it goes", extend().timeoutMs(room - 1), Result.OK);
    }

    private static void limits(final List<Row> rows) {
        row(rows, "overdraws by one", pay().debit(Town.RICH).amount(1_001), Result.EXCEEDS_CREDITS);
        row(rows, "holds one too much", hold().debit(Town.RICH).amount(1_001), Result.EXCEEDS_CREDITS);
        row(rows, "overdraws an empty account", pay().debit(Town.POOR).amount(1), Result.EXCEEDS_CREDITS);
        row(rows, "overdraws, and overpays", pay().debit(Town.POOR).credit(Town.PAID), Result.EXCEEDS_CREDITS);
        moves(rows, "spends all", pay().debit(Town.RICH).amount(1_000), 1_000);
        moves(rows, "holds all", hold().debit(Town.RICH).amount(1_000), 1_000);
        row(rows, "overpays by one", pay().credit(Town.OWED).amount(1_001), Result.EXCEEDS_DEBITS);
        row(rows, "holds one too much for what is owed", hold().credit(Town.OWED).amount(1_001), Result.EXCEEDS_DEBITS);
        row(rows, "overpays what is not owed", pay().credit(Town.PAID).amount(1), Result.EXCEEDS_DEBITS);
        moves(rows, "pays back all", pay().credit(Town.OWED).amount(1_000), 1_000);
    }

    private static TransferCommand on(final Id hold, final int flags) {
        final boolean extend = (flags & EXTEND) != 0;
        return TransferCommand.onHold(NEW, hold, flags, flags == EXTEND ? 0 : 5).timeoutMs(extend ? 1_000 : 0);
    }

    private static String name(final TransferCommand command) {
        return (command.has(POST) ? "post" : command.has(VOID) ? "void" : command.has(INCREASE) ? "increase"
            : command.has(EXTEND) ? "extend" : command.has(PENDING) ? "hold" : "plain") + " " + command.flags();
    }

    private static void row(final List<Row> rows, final String name, final TransferCommand command, final int result) {
        row(rows, name, PAYER, command, result);
    }

    private static void moves(final List<Row> rows, final String name, final TransferCommand command, final long amount) {
        moves(rows, name, PAYER, command, amount);
    }

    private static void row(final List<Row> rows, final String name, final int participant, final TransferCommand command,
                            final int result) {
        rows.add(new Row(name, Town.START_NS, participant, command, result, 0));
    }

    private static void moves(final List<Row> rows, final String name, final int participant, final TransferCommand command,
                              final long amount) {
        rows.add(new Row(name, Town.START_NS, participant, command, Result.OK, amount));
    }

    private static void late(final List<Row> rows, final String name, final TransferCommand command, final int result) {
        rows.add(new Row(name, Town.LATE_NS, PAYER, command, result, result == Result.OK ? command.amountMinor() : 0));
    }

    @ParameterizedTest
    @MethodSource("rows")
    void shouldGiveResultOfRow(final Row row) {
        try (Town town = Town.settled(row.startNs)) {
            final long sequence = town.rig.lastSequence();
            final long digest = town.rig.machine.digest();
            final Answer answer = town.apply(row.participant, row.command);
            assertThat(Result.name(answer.result())).as(row.toString()).isEqualTo(Result.name(row.result));
            assertThat(answer.amountMinor()).as("amount").isEqualTo(row.amount);
            assertThat(answer.flags()).as("flags").isZero();
            assertThat(answer.timestampNs()).as("time").isEqualTo(row.startNs);
            final boolean decided = Result.isDecided(row.result);
            assertThat(answer.sequence()).as("sequence").isEqualTo(decided ? sequence + 1 : sequence);
            assertThat(town.rig.lastSequence()).as("last sequence").isEqualTo(answer.sequence());
            if (decided) {
                assertThat(town.rig.machine.digest()).as("digest").isNotEqualTo(digest);
                assertThat(town.apply(row.participant, row.command)).as("repeat").isEqualTo(new Answer(answer.result(),
                    OutcomeFlags.REPEATED, answer.amountMinor(), answer.sequence(), answer.timestampNs()));
            } else {
                assertThat(town.rig.machine.digest()).as("digest").isEqualTo(digest);
                assertThat(town.apply(row.participant, row.command)).as("the same again").isEqualTo(answer);
            }
        }
    }

    /** The first of two broken rules answers: for each base command every pair of ways to break it. */
    @ParameterizedTest
    @MethodSource("bases")
    void shouldAnswerFirstOfTwoBrokenRules(final Base base) {
        try (Town town = Town.settled(Town.LATE_NS)) {
            for (int i = 0; i < base.breaks.size(); i++) {
                final Break first = base.breaks.get(i);
                for (int j = i; j < base.breaks.size(); j++) {
                    final Break second = base.breaks.get(j);
                    if (i != j && !first.fitsWith(second)) {
                        continue;
                    }
                    final TransferCommand sound = base.command.id(town.freshId());
                    final TransferCommand broken = first.change.apply(i == j ? sound : second.change.apply(sound));
                    final int participant = first.participant != 0 ? first.participant
                        : second.participant != 0 ? second.participant : PAYER;
                    final Answer answer = town.apply(participant, broken);
                    assertThat(Result.name(answer.result())).as(base.name + ": " + first.name + ", and " + second.name)
                        .isEqualTo(Result.name(first.result));
                }
            }
        }
    }

    static List<Base> bases() {
        return List.of(plainBase("plain", pay(), false), plainBase("hold", hold(), true), onHoldBase("post", post()),
            onHoldBase("void", release()), onHoldBase("increase", increase()),
            onHoldBase("increase and extend", increase().plusFlags(EXTEND).timeoutMs(1)), onHoldBase("extend", extend()));
    }

    private static Base plainBase(final String name, final TransferCommand command, final boolean pending) {
        final List<Break> breaks = contentsBreaks(pending, false);
        breaks.add(new Break("debit account not found", Result.DEBIT_ACCOUNT_NOT_FOUND, "debit", t -> t.debit(NOWHERE)));
        breaks.add(new Break("credit account not found", Result.CREDIT_ACCOUNT_NOT_FOUND, "credit", t -> t.credit(NOWHERE - 1)));
        breaks.add(new Break("other ledger's account", Result.ACCOUNTS_MUST_HAVE_THE_SAME_LEDGER, "credit", t -> t.credit(Town.EURO)));
        breaks.add(new Break("other ledger", Result.TRANSFER_MUST_HAVE_THE_SAME_LEDGER_AS_ACCOUNTS, "ledger", t -> t.ledger(9)));
        breaks.add(new Break("debit account closed", Result.DEBIT_ACCOUNT_CLOSED, "debit", t -> t.debit(Town.CLOSED_BY_HOLD)));
        breaks.add(new Break("credit account closed", Result.CREDIT_ACCOUNT_CLOSED, "credit", t -> t.credit(Town.CLOSED)));
        breaks.add(new Break("debits frozen", Result.DEBIT_ACCOUNT_FROZEN, "debit", t -> t.debit(Town.FROZEN_DEBITS)));
        breaks.add(new Break("credits frozen", Result.CREDIT_ACCOUNT_FROZEN, "credit", t -> t.credit(Town.FROZEN_CREDITS)));
        breaks.add(new Break("nothing to balance the debit", Result.EXCEEDS_CREDITS, "debit balancing", t -> t.debit(Town.POOR).plusFlags(BALANCING_DEBIT)));
        breaks.add(new Break("nothing to balance the credit", Result.EXCEEDS_DEBITS, "credit balancing", t -> t.credit(Town.PAID).plusFlags(BALANCING_CREDIT)));
        if (pending) {
            breaks.add(new Break("debits pending overflow", Result.OVERFLOWS_DEBITS_PENDING, "debit", t -> t.debit(Town.FULL_PENDING_DEBITS)));
            breaks.add(new Break("credits pending overflow", Result.OVERFLOWS_CREDITS_PENDING, "credit", t -> t.credit(Town.FULL_PENDING_CREDITS)));
            breaks.add(new Break("debits overflow", Result.OVERFLOWS_DEBITS, "debit", t -> t.debit(Town.FULL_DEBITS)));
            breaks.add(new Break("credits overflow", Result.OVERFLOWS_CREDITS, "credit", t -> t.credit(Town.FULL_CREDITS)));
            breaks.add(new Break("time-out overflows", Result.OVERFLOWS_TIMEOUT, "timeout", t -> t.timeoutMs(0xFFFF_FFFFL)));
        } else {
            breaks.add(new Break("debits posted overflow", Result.OVERFLOWS_DEBITS_POSTED, "debit", t -> t.debit(Town.FULL_DEBITS)));
            breaks.add(new Break("credits posted overflow", Result.OVERFLOWS_CREDITS_POSTED, "credit", t -> t.credit(Town.FULL_CREDITS)));
            breaks.add(new Break("debits overflow", Result.OVERFLOWS_DEBITS, "debit", t -> t.debit(Town.FULL_PENDING_DEBITS)));
            breaks.add(new Break("credits overflow", Result.OVERFLOWS_CREDITS, "credit", t -> t.credit(Town.FULL_PENDING_CREDITS)));
        }
        breaks.add(new Break("overdraws", Result.EXCEEDS_CREDITS, "debit", t -> t.debit(Town.POOR)));
        breaks.add(new Break("overpays", Result.EXCEEDS_DEBITS, "credit", t -> t.credit(Town.PAID)));
        return new Base(name, command, breaks);
    }

    private static Base onHoldBase(final String name, final TransferCommand command) {
        final boolean extend = command.has(EXTEND);
        final boolean increase = command.has(INCREASE);
        final boolean release = command.has(VOID);
        final List<Break> breaks = contentsBreaks(extend, true);
        if (release || extend && !increase) {
            breaks.removeIf(b -> b.result == Result.AMOUNT_MUST_NOT_BE_ZERO);
        }
        breaks.add(new Break("hold not found", Result.PENDING_TRANSFER_NOT_FOUND, "pending", t -> t.pendingId(Town.NEVER_SEEN)));
        breaks.add(new Break("not a hold", Result.PENDING_TRANSFER_NOT_PENDING, "pending", t -> t.pendingId(Town.APPLIED)));
        breaks.add(new Break("posted", Result.PENDING_TRANSFER_ALREADY_POSTED, "pending", t -> t.pendingId(Town.HOLD_POSTED)));
        breaks.add(new Break("voided", Result.PENDING_TRANSFER_ALREADY_VOIDED, "pending", t -> t.pendingId(Town.HOLD_VOIDED)));
        breaks.add(new Break("expired", Result.PENDING_TRANSFER_EXPIRED, "pending", t -> t.pendingId(Town.HOLD_EXPIRED)));
        breaks.add(new Break("other debit account", Result.PENDING_TRANSFER_HAS_DIFFERENT_DEBIT_ACCOUNT, "debit", t -> t.debit(Town.POOR)));
        breaks.add(new Break("other credit account", Result.PENDING_TRANSFER_HAS_DIFFERENT_CREDIT_ACCOUNT, "credit", t -> t.credit(Town.PAID)));
        breaks.add(new Break("other ledger", Result.PENDING_TRANSFER_HAS_DIFFERENT_LEDGER, "ledger", t -> t.ledger(9)));
        breaks.add(new Break("other code", Result.PENDING_TRANSFER_HAS_DIFFERENT_CODE, "code", t -> t.code(9)));
        if (command.has(POST | VOID)) {
            breaks.add(new Break("too much", Result.EXCEEDS_PENDING_TRANSFER_AMOUNT, "amount", t -> t.amount(101)));
        }
        if (!release) {
            breaks.add(new Break("debit account closed", Result.DEBIT_ACCOUNT_CLOSED, "pending", t -> t.pendingId(Town.HOLD_DEBIT_CLOSED)));
            breaks.add(new Break("credit account closed", Result.CREDIT_ACCOUNT_CLOSED, "pending", t -> t.pendingId(Town.HOLD_CREDIT_CLOSED)));
        }
        if (increase) {
            breaks.add(new Break("debits frozen", Result.DEBIT_ACCOUNT_FROZEN, "pending", t -> t.pendingId(Town.HOLD_DEBIT_FROZEN)));
            breaks.add(new Break("credits frozen", Result.CREDIT_ACCOUNT_FROZEN, "pending", t -> t.pendingId(Town.HOLD_CREDIT_FROZEN)));
            breaks.add(new Break("debits pending overflow", Result.OVERFLOWS_DEBITS_PENDING, "amount", t -> t.amount(MAX)));
        }
        if (extend) {
            breaks.add(new Break("time-out overflows", Result.OVERFLOWS_TIMEOUT, "timeout", t -> t.timeoutMs(0xFFFF_FFFFL)));
        }
        // The hold named has its own accounts: naming those of another would be another rule broken.
        return new Base(name, command, breaks);
    }

    private static List<Break> contentsBreaks(final boolean mayHaveTimeout, final boolean onHold) {
        final List<Break> breaks = new ArrayList<>();
        breaks.add(new Break("id zero", Result.ID_MUST_NOT_BE_ZERO, "id", t -> t.id(Id.ZERO)));
        breaks.add(new Break("id max", Result.ID_MUST_NOT_BE_MAX, "id", t -> t.id(Id.MAX)));
        breaks.add(new Break("reserved", Result.RESERVED_MUST_BE_ZERO, "reserved", t -> t.reserved(1)));
        breaks.add(new Break("unknown flag", Result.RESERVED_MUST_BE_ZERO, "bit", t -> t.plusFlags(1 << 12)));
        breaks.add(new Break("flags exclude each other", Result.FLAGS_ARE_MUTUALLY_EXCLUSIVE, "final",
            t -> t.has(POST) ? t.plusFlags(VOID) : t.plusFlags(FINAL)));
        if (onHold) {
            breaks.add(new Break("no pending id", Result.PENDING_ID_MUST_NOT_BE_ZERO, "pending", t -> t.pendingId(Id.ZERO)));
            breaks.add(new Break("pending id max", Result.PENDING_ID_MUST_NOT_BE_ZERO, "pending", t -> t.pendingId(Id.MAX)));
            breaks.add(new Break("pending id is its own", Result.PENDING_ID_MUST_BE_DIFFERENT, "pending id", t -> t.pendingId(t.id())));
        } else {
            breaks.add(new Break("pending id", Result.PENDING_ID_MUST_BE_ZERO, "pending", t -> t.pendingId(Town.HOLD)));
        }
        if (!mayHaveTimeout) {
            breaks.add(new Break("time-out", Result.TIMEOUT_MUST_BE_ZERO, "timeout", t -> t.timeoutMs(1)));
        } else if (onHold) {
            breaks.add(new Break("no time-out", Result.TIMEOUT_MUST_NOT_BE_ZERO, "timeout", t -> t.timeoutMs(0)));
        }
        if (!onHold) {
            breaks.add(new Break("no debit account", Result.DEBIT_ACCOUNT_ID_MUST_NOT_BE_ZERO, "debit", t -> t.debit(0)));
            breaks.add(new Break("no credit account", Result.CREDIT_ACCOUNT_ID_MUST_NOT_BE_ZERO, "credit", t -> t.credit(0)));
        }
        breaks.add(new Break("same accounts", Result.ACCOUNTS_MUST_BE_DIFFERENT, "debit credit", t -> t.debit(A).credit(A)));
        breaks.add(new Break("amount out of range", Result.AMOUNT_OUT_OF_RANGE, "amount", t -> t.amount(OVER_MAX)));
        breaks.add(new Break("no amount", Result.AMOUNT_MUST_NOT_BE_ZERO, "amount", t -> t.amount(0)));
        if (!onHold) {
            breaks.add(new Break("no ledger", Result.LEDGER_MUST_NOT_BE_ZERO, "ledger", t -> t.ledger(0)));
            breaks.add(new Break("no code", Result.CODE_MUST_NOT_BE_ZERO, "code", t -> t.code(0)));
        }
        breaks.add(new Break("unknown participant", Result.PARTICIPANT_NOT_FOUND, "sender", t -> t, Town.UNKNOWN_PARTICIPANT));
        breaks.add(new Break("barred participant", Result.NOT_GRANTED, "sender", t -> t, Town.BARRED));
        breaks.add(new Break("from the future", Result.ID_IN_THE_FUTURE, "id",
            t -> t.id(Id.at(Town.LATE_NS / 1_000_000 + 10_001, t.id().lo()))));
        breaks.add(new Break("other contents", Result.EXISTS_WITH_DIFFERENT_CONTENTS, "id sender", t -> t.id(Town.REFUSED)));
        if (onHold) {
            breaks.add(new Break("no right", Result.NOT_GRANTED, "pending sender", t -> t.pendingId(Town.HOLD_OF_FALLEN), Town.FALLEN));
        } else {
            breaks.add(new Break("no right", Result.NOT_GRANTED, "sender", t -> t, Town.STRANGER));
        }
        return breaks;
    }

    /** One row of the table. */
    record Row(String name, long startNs, int participant, TransferCommand command, int result, long amount) {
        @Override
        public String toString() {
            return name + ": " + Result.name(result) + (result == Result.OK ? " " + amount : "");
        }
    }

    /** A sound command and the ways to break it, in the order of the checks. */
    record Base(String name, TransferCommand command, List<Break> breaks) {
        @Override
        public String toString() {
            return name;
        }
    }

    /**
     * One way to break a command.
     *
     * @param fields      what it changes; two ways that change the same field cannot be tried together
     * @param participant who sends it, or 0
     */
    record Break(String name, int result, String fields, UnaryOperator<TransferCommand> change,
                 int participant) {
        Break(final String name, final int result, final String fields,
              final UnaryOperator<TransferCommand> change) {
            this(name, result, fields, change, 0);
        }

        boolean fitsWith(final Break other) {
            return Arrays.stream(fields.split(" ")).noneMatch(List.of(other.fields.split(" "))::contains);
        }
    }
}
