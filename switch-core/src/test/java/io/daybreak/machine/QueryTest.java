package io.daybreak.machine;

import io.daybreak.model.AccountCommand;
import io.daybreak.model.AccountView;
import io.daybreak.model.Answer;
import io.daybreak.model.BalanceView;
import io.daybreak.model.ConfigureCommand;
import io.daybreak.model.GrantCommand;
import io.daybreak.model.Id;
import io.daybreak.model.TransferCommand;
import io.daybreak.model.TransferView;
import io.daybreak.protocol.AccountFlags;
import io.daybreak.protocol.OutcomeFlags;
import io.daybreak.protocol.Participants;
import io.daybreak.protocol.Result;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.LongStream;

import static io.daybreak.machine.Town.A;
import static io.daybreak.machine.Town.B;
import static io.daybreak.machine.Town.BARRED;
import static io.daybreak.machine.Town.NOWHERE;
import static io.daybreak.machine.Town.OPERATOR;
import static io.daybreak.machine.Town.PAYER;
import static io.daybreak.machine.Town.STRANGER;
import static io.daybreak.machine.Town.SYSTEM;
import static io.daybreak.machine.Town.UNKNOWN_PARTICIPANT;
import static org.assertj.core.api.Assertions.assertThat;

/** What can be asked, by whom, and how far memory reaches. */
class QueryTest {
    private static final int RECORDS_FORGOTTEN_AT_ONCE = 32_768;

    @Test
    void shouldLookUpAccounts() {
        try (Town town = Town.empty().people()) {
            final AccountCommand account = AccountCommand.account(A).userData128(new Id(-5, 7)).userData64(-9).ledger(0xFFFF_FFFFL)
                .code(65_535).flags(AccountFlags.HISTORY | AccountFlags.CREDITS_MUST_NOT_EXCEED_DEBITS);
            town.laterMs(1);
            town.ok(OPERATOR, account);
            final long createdNs = town.nowNs();
            town.laterMs(1);
            final AccountView expected = new AccountView(A, new Id(-5, 7), -9, 0, 0, 0, 0, createdNs, 0xFFFF_FFFFL, 65_535,
                AccountFlags.HISTORY | AccountFlags.CREDITS_MUST_NOT_EXCEED_DEBITS, 0);
            assertThat(town.rig.lookupAccounts(PAYER, List.of(A, NOWHERE, 5_000L))).containsExactly(expected,
                AccountView.none(NOWHERE, Result.ACCOUNT_NOT_FOUND), AccountView.none(5_000, Result.NOT_GRANTED));
            assertThat(town.rig.lookupAccounts(OPERATOR, List.of(5_000L, A, A))).containsExactly(
                AccountView.none(5_000, Result.ACCOUNT_NOT_FOUND), expected, expected);
            for (final int participant : new int[] {STRANGER, BARRED, UNKNOWN_PARTICIPANT}) {
                assertThat(town.rig.account(participant, A)).isEqualTo(AccountView.none(A, Result.NOT_GRANTED));
            }
            assertThat(town.rig.lookupAccounts(OPERATOR, List.of())).isEmpty();
        }
    }

    @Test
    void shouldLookUpWholePage() {
        try (Town town = Town.empty().people()) {
            final List<Long> ids = LongStream.range(1, 129).boxed().toList();
            town.accounts(ids.stream().mapToLong(Long::longValue).toArray());
            assertThat(town.rig.lookupAccounts(OPERATOR, ids)).extracting(AccountView::id).isEqualTo(ids);
            final List<Id> transfers = new ArrayList<>();
            for (int i = 0; i < 128; i++) {
                transfers.add(town.freshId());
                town.ok(PAYER, TransferCommand.transfer(transfers.get(i), A, B, 1));
            }
            assertThat(town.rig.lookupTransfers(PAYER, 0, transfers).transfers()).extracting(TransferView::id).isEqualTo(transfers);
        }
    }

    @Test
    void shouldLookUpTransfersInEveryState() {
        try (Town town = Town.settled()) {
            final List<Id> ids = List.of(Town.APPLIED, Town.REFUSED, Town.NEVER_SEEN, Town.HOLD, Town.HOLD_PARTLY_POSTED,
                Town.HOLD_POSTED, Town.HOLD_VOIDED, Town.HOLD_EXPIRED);
            final List<TransferView> views = town.rig.lookupTransfers(PAYER, 0, ids).transfers();
            assertThat(views).extracting(TransferView::id).isEqualTo(ids);
            assertThat(views).extracting(TransferView::lookup).containsExactly(OutcomeFlags.LOOKUP_APPLIED,
                OutcomeFlags.LOOKUP_REFUSED, OutcomeFlags.LOOKUP_UNKNOWN, 1, 1, 1, 1, 1);
            assertThat(views).extracting(TransferView::holdState).containsExactly(0, 0, 0, OutcomeFlags.HOLD_OPEN,
                OutcomeFlags.HOLD_OPEN, OutcomeFlags.HOLD_POSTED, OutcomeFlags.HOLD_VOIDED, OutcomeFlags.HOLD_EXPIRED);
            assertThat(views.get(1).result()).isEqualTo(Result.EXCEEDS_CREDITS);
            assertThat(views.get(1).sequence()).isEqualTo(town.rig.lastSequence());
            assertThat(town.rig.lookupTransfers(OPERATOR, PAYER, ids).transfers()).as("the operator sees all").isEqualTo(views);
            assertThat(town.rig.lookupTransfers(OPERATOR, 0, ids).transfers()).extracting(TransferView::lookup)
                .as("under its own ids there is nothing").containsOnly(OutcomeFlags.LOOKUP_UNKNOWN);
            final MachineRig.Page others = town.rig.lookupTransfers(STRANGER, PAYER, ids);
            assertThat(others.result()).isEqualTo(Result.NOT_GRANTED);
            assertThat(others.transfers()).isEmpty();
            assertThat(town.rig.lookupTransfers(PAYER, PAYER, ids).transfers()).isEqualTo(views);
        }
    }

    @Test
    void shouldPageTransfersOfAccountNewestFirst() {
        try (Town town = Town.empty().people().accounts(A, B, 12)) {
            final List<Id> ofB = new ArrayList<>();
            for (int i = 0; i < 300; i++) {
                final Id id = town.freshId();
                if (i % 3 == 0) {
                    town.ok(PAYER, TransferCommand.transfer(id, A, 12, 1));
                } else {
                    town.ok(PAYER, i % 3 == 1 ? TransferCommand.transfer(id, A, B, 1) : TransferCommand.transfer(id, B, 12, 1));
                    ofB.add(0, id);
                }
            }
            for (final int pageSize : new int[] {1, 7, 100, 128}) {
                assertThat(town.rig.accountTransfers(PAYER, B, pageSize)).extracting(TransferView::id).isEqualTo(ofB);
            }
            // A page is a place in history: what comes later does not shift it.
            final MachineRig.Page first = town.rig.accountTransfers(PAYER, B, 0, 10);
            town.ok(PAYER, TransferCommand.transfer(town.freshId(), A, B, 1));
            assertThat(town.rig.accountTransfers(PAYER, B, first.nextCursor(), 10).transfers()).extracting(TransferView::id)
                .isEqualTo(ofB.subList(10, 20));
            assertThat(town.rig.accountTransfers(PAYER, B, 0, 128).memoryBeginsSequence()).isLessThanOrEqualTo(1);
        }
    }

    @Test
    void shouldAnswerEmptyPageOfAccountWithoutTransfers() {
        try (Town town = Town.empty().people().accounts(A)) {
            final MachineRig.Page page = town.rig.accountTransfers(PAYER, A, 0, 10);
            assertThat(page.transfers()).isEmpty();
            assertThat(List.of(page.result(), (int) page.nextCursor())).containsExactly(0, 0);
            assertThat(town.rig.accountHistory(PAYER, A, 0, 10).balances()).isEmpty();
        }
    }

    @Test
    void shouldRefusePagesWithoutRightOrAccount() {
        try (Town town = Town.empty().people().accounts(A)) {
            for (final int participant : new int[] {STRANGER, BARRED, UNKNOWN_PARTICIPANT}) {
                assertThat(town.rig.accountTransfers(participant, A, 0, 10).result()).isEqualTo(Result.NOT_GRANTED);
                assertThat(town.rig.accountHistory(participant, A, 0, 10).result()).isEqualTo(Result.NOT_GRANTED);
            }
            assertThat(town.rig.accountTransfers(PAYER, NOWHERE, 0, 10).result()).isEqualTo(Result.ACCOUNT_NOT_FOUND);
            assertThat(town.rig.accountHistory(PAYER, NOWHERE, 0, 10).result()).isEqualTo(Result.ACCOUNT_NOT_FOUND);
        }
    }

    @Test
    void shouldStandWildCursorsAndPageSizes() {
        try (Town town = Town.empty().people().accounts(A, B)) {
            for (int i = 0; i < 200; i++) {
                town.ok(PAYER, TransferCommand.transfer(town.freshId(), A, B, 1));
            }
            final long digest = town.rig.machine.digest();
            for (final long cursor : new long[] {1, 2, 199, 200, 201, 1_000_000, Long.MAX_VALUE, Long.MIN_VALUE, -1}) {
                for (final int size : new int[] {0, 1, 128, 129, 100_000, -1}) {
                    final MachineRig.Page page = town.rig.accountTransfers(PAYER, A, cursor, size);
                    assertThat(page.transfers()).hasSizeLessThanOrEqualTo(128);
                    assertThat(page.transfers()).allSatisfy(view -> assertThat(view.debitAccountId()).isEqualTo(A));
                    assertThat(town.rig.accountHistory(PAYER, A, cursor, size).balances()).isEmpty();
                }
            }
            assertThat(town.rig.machine.digest()).isEqualTo(digest);
        }
    }

    /** A cursor of one account, used for another, must not show what the asker may not see. */
    @Test
    void shouldNotShowOtherAccountsThroughTheirCursor() {
        try (Town town = Town.empty().people().accounts(A, B, 5_000, 5_001)) {
            town.ok(PAYER, TransferCommand.transfer(town.freshId(), A, B, 1));
            for (int i = 0; i < 20; i++) {
                town.ok(OPERATOR, TransferCommand.transfer(town.freshId(), 5_000, 5_001, 1));
            }
            for (long cursor = 0; cursor < 40; cursor++) {
                assertThat(town.rig.accountTransfers(PAYER, A, cursor, 128).transfers())
                    .allSatisfy(view -> assertThat(view.debitAccountId()).isEqualTo(A));
            }
        }
    }

    @Test
    void shouldTellWhereMemoryBegins() {
        final int retained = 1_024;
        try (Town town = Town.empty(ConfigureCommand.roomy().transfersRetained(retained)).people().accounts(A, B)) {
            final Id first = town.freshId();
            final Id hold = town.freshId();
            final Answer answer = town.ok(PAYER, TransferCommand.transfer(first, A, B, 3));
            town.ok(PAYER, TransferCommand.hold(hold, A, B, 5));
            for (int i = 0; i < RECORDS_FORGOTTEN_AT_ONCE + retained; i++) {
                town.ok(PAYER, TransferCommand.transfer(town.freshId(), A, B, 1));
            }
            final MachineRig.Page page = town.rig.accountTransfers(PAYER, A, 0, 128);
            assertThat(page.memoryBeginsSequence()).isGreaterThan(answer.sequence());
            final List<TransferView> all = town.rig.accountTransfers(PAYER, A, 128);
            assertThat(all.size()).isBetween(retained, retained + RECORDS_FORGOTTEN_AT_ONCE);
            assertThat(all.get(all.size() - 1).sequence()).isEqualTo(page.memoryBeginsSequence());
            final TransferView forgotten = town.rig.transfer(PAYER, first);
            assertThat(forgotten.lookup()).isEqualTo(OutcomeFlags.LOOKUP_APPLIED_RECORD_FORGOTTEN);
            assertThat(List.of(forgotten.amountMinor(), forgotten.sequence(), forgotten.timestampNs()))
                .containsExactly(3L, answer.sequence(), answer.timestampNs());
            assertThat(town.apply(PAYER, TransferCommand.transfer(first, A, B, 3)).isRepeated()).isTrue();
            // The hold outlives its record.
            town.ok(PAYER, TransferCommand.post(town.freshId(), hold, 2));
            town.ok(PAYER, TransferCommand.release(town.freshId(), hold, 0));
            town.gives(Result.PENDING_TRANSFER_CLOSED, PAYER, TransferCommand.release(town.freshId(), hold, 0));
        }
    }

    @Test
    void shouldKeepHistoryOfFlaggedAccountsOnly() {
        try (Town town = Town.empty().people().accounts(B)) {
            town.ok(OPERATOR, AccountCommand.account(A).flags(AccountFlags.HISTORY));
            final Id hold = town.freshId();
            final Answer plain = town.ok(PAYER, TransferCommand.transfer(town.freshId(), A, B, 5));
            final long startNs = town.nowNs();
            town.gives(Result.CREDIT_ACCOUNT_NOT_FOUND, PAYER, TransferCommand.transfer(town.freshId(), A, NOWHERE, 5));
            final Answer held = town.ok(PAYER, TransferCommand.hold(hold, A, B, 9).timeoutMs(10));
            town.ok(PAYER, TransferCommand.extend(town.freshId(), hold, 20));
            final Answer posted = town.ok(PAYER, TransferCommand.post(town.freshId(), hold, 4));
            town.laterMs(50);
            final Answer credit = town.ok(PAYER, TransferCommand.transfer(town.freshId(), B, A, 1));
            assertThat(town.rig.accountHistory(PAYER, A, 2)).containsExactly(
                new BalanceView(credit.sequence(), town.nowNs(), 9, 0, 1, 0),
                new BalanceView(posted.sequence(), startNs + 20_000_000, 9, 0, 0, 0),
                new BalanceView(posted.sequence(), startNs, 9, 5, 0, 0),
                new BalanceView(held.sequence(), startNs, 5, 9, 0, 0),
                new BalanceView(plain.sequence(), startNs, 5, 0, 0, 0));
            assertThat(town.rig.accountHistory(PAYER, B, 100)).isEmpty();
        }
    }

    @Test
    void shouldReadWithReadRight() {
        try (Town town = Town.empty().people().accounts(A, B, 12)) {
            town.ok(OPERATOR, GrantCommand.grantAccount(STRANGER, A, Participants.RIGHT_READ));
            town.ok(OPERATOR, GrantCommand.grantAccount(STRANGER, B, Participants.RIGHT_DEBIT));
            assertThat(town.rig.lookupAccounts(STRANGER, List.of(A, B, 12L))).extracting(AccountView::lookup)
                .containsExactly(0, 0, Result.NOT_GRANTED);
            town.gives(Result.NOT_GRANTED, STRANGER, TransferCommand.transfer(town.freshId(), A, B, 1));
            town.ok(STRANGER, TransferCommand.transfer(town.freshId(), B, A, 1));
            town.ok(OPERATOR, GrantCommand.grantAccount(STRANGER, B, Participants.RIGHT_DEBIT).removal());
            assertThat(town.rig.account(STRANGER, B).lookup()).isEqualTo(Result.NOT_GRANTED);
        }
    }

    @Test
    void shouldSumTotalsBeyondSixtyFourBits() {
        try (Town town = Town.empty().people().accounts(A, B, 12, 13)) {
            town.ok(OPERATOR, AccountCommand.account(20).ledger(2));
            town.ok(PAYER, TransferCommand.transfer(town.freshId(), A, B, Long.MAX_VALUE));
            town.ok(PAYER, TransferCommand.transfer(town.freshId(), 12, 13, Long.MAX_VALUE));
            town.ok(PAYER, TransferCommand.transfer(town.freshId(), 13, 12, Long.MAX_VALUE));
            town.ok(PAYER, TransferCommand.hold(town.freshId(), B, A, 9));
            final BigInteger posted = BigInteger.valueOf(Long.MAX_VALUE).multiply(BigInteger.valueOf(3));
            assertThat(town.rig.totals(PAYER, 1)).containsExactly(posted, BigInteger.valueOf(9), posted, BigInteger.valueOf(9),
                BigInteger.valueOf(4));
            assertThat(town.rig.totals(PAYER, 2)).last().isEqualTo(BigInteger.ONE);
            assertThat(town.rig.totals(PAYER, 3)).containsOnly(BigInteger.ZERO);
            assertThat(town.rig.totalsResult(BARRED, 1)).isNotZero();
            assertThat(town.rig.totalsResult(UNKNOWN_PARTICIPANT, 1)).isNotZero();
        }
    }

    @Test
    void shouldTellStatus() {
        try (Town town = Town.empty().people().accounts(A, B)) {
            town.ok(PAYER, TransferCommand.transfer(town.freshId(), A, B, 1));
            town.ok(PAYER, TransferCommand.hold(town.freshId(), A, B, 1));
            town.gives(Result.DEBIT_ACCOUNT_NOT_FOUND, PAYER, TransferCommand.transfer(town.freshId(), NOWHERE, B, 1));
            assertThat(town.rig.status(PAYER)).isEqualTo(new MachineRig.Status(town.rig.lastSequence(), town.nowNs(),
                town.rig.machine.digest(), 2, 1, 3, 2, 1, 0));
            assertThat(town.rig.status(BARRED).result()).isNotZero();
        }
    }

    @Test
    void shouldLookUpParticipants() {
        try (Town town = Town.empty().people()) {
            for (final int asking : new int[] {SYSTEM, OPERATOR}) {
                final MachineRig.ParticipantView view = town.rig.participant(asking, "PAYER");
                assertThat(view).isEqualTo(new MachineRig.ParticipantView(0, PAYER, 1, Participants.ROLE_ACTIVE, 1 << 20, "PAYER"));
                assertThat(town.rig.participant(asking, "PAYERX").result()).isEqualTo(Result.PARTICIPANT_NOT_FOUND);
                assertThat(town.rig.participant(asking, "PAYE").result()).isEqualTo(Result.PARTICIPANT_NOT_FOUND);
                assertThat(town.rig.participant(asking, "").result()).isEqualTo(Result.PARTICIPANT_NOT_FOUND);
                assertThat(town.rig.participant(asking, "BARRED").roles()).isZero();
            }
            assertThat(town.rig.participant(PAYER, "PAYER").result()).isNotZero();
            assertThat(town.rig.participant(PAYER, "STRANGER").participantId()).isZero();
        }
    }

    @Test
    void shouldAnswerBeforeAnythingIsConfigured() {
        try (MachineRig rig = new MachineRig()) {
            assertThat(rig.machine.isConfigured()).isFalse();
            assertThat(rig.participant(SYSTEM, "OPERATOR").result()).isNotZero();
            assertThat(rig.account(OPERATOR, A).lookup()).isNotZero();
            assertThat(rig.accountTransfers(OPERATOR, A, 0, 10).result()).isNotZero();
            assertThat(rig.lastSequence()).isZero();
            rig.beginEntry(Town.START_NS);
            assertThat(rig.apply(SYSTEM, AccountCommand.account(1)).result()).isEqualTo(Result.NOT_CONFIGURED);
            assertThat(rig.apply(OPERATOR, TransferCommand.transfer(Town.NEW, A, B, 1)).result()).isEqualTo(Result.NOT_CONFIGURED);
            assertThat(rig.machine.computeDigest()).isEqualTo(rig.machine.digest());
        }
    }

    /** A query stops nobody but its sender, whatever its bytes are. */
    @Test
    void shouldStandMalformedQueries() {
        try (Town town = Town.settled()) {
            final long digest = town.rig.machine.digest();
            final SplittableRandom random = new SplittableRandom(11);
            final UnsafeBuffer query = new UnsafeBuffer(ByteBuffer.allocateDirect(24 * 1024));
            final UnsafeBuffer answer = new UnsafeBuffer(ByteBuffer.allocateDirect(24 * 1024));
            for (int i = 0; i < 60_000; i++) {
                final int template = 48 + i % 7;
                final int length = random.nextInt(i % 5 == 0 ? 3_000 : 60);
                for (int at = 0; at < length; at += 8) {
                    query.putLong(at, random.nextInt(3) == 0 ? random.nextLong() : random.nextInt(40));
                }
                final int answered;
                try {
                    answered = town.rig.machine.query(template, 1 + random.nextInt(4), query, 0, length, answer, 0);
                } catch (final RuntimeException ex) {
                    throw new AssertionError("template " + template + ", length " + length + ", round " + i, ex);
                }
                assertThat(answered).isBetween(8, 24 * 1024);
            }
            assertThat(town.rig.machine.digest()).isEqualTo(digest);
        }
    }
}
