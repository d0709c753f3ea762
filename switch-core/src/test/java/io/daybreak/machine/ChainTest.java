package io.daybreak.machine;

import io.daybreak.model.Answer;
import io.daybreak.model.ConfigureCommand;
import io.daybreak.model.Id;
import io.daybreak.model.TransferCommand;
import io.daybreak.protocol.OutcomeFlags;
import io.daybreak.protocol.Result;
import io.daybreak.protocol.TransferFlags;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

import static io.daybreak.machine.Town.A;
import static io.daybreak.machine.Town.B;
import static io.daybreak.machine.Town.HOLD;
import static io.daybreak.machine.Town.NOWHERE;
import static io.daybreak.machine.Town.PAYER;
import static io.daybreak.machine.Town.POOR;
import static io.daybreak.machine.Town.STRANGER;
import static org.assertj.core.api.Assertions.assertThat;

/** Linked chains: all members or none, and what each of them is told. */
class ChainTest {
    private final Town town = Town.settled();

    @AfterEach
    void close() {
        town.close();
    }

    @Test
    void shouldApplyAllMembersInOrder() {
        final long sequence = town.rig.lastSequence();
        // The second spends what the first brought.
        final List<Answer> answers = chain(PAYER, TransferCommand.transfer(town.freshId(), A, POOR, 5),
            TransferCommand.transfer(town.freshId(), POOR, B, 5), TransferCommand.transfer(town.freshId(), A, B, 1));
        assertThat(results(answers)).containsExactly(0, 0, 0);
        assertThat(answers.stream().map(Answer::sequence)).containsExactly(sequence + 1, sequence + 2, sequence + 3);
        assertThat(answers.stream().map(Answer::amountMinor)).containsExactly(5L, 5L, 1L);
        assertThat(town.balances(POOR)).containsExactly(5L, 0L, 5L, 0L);
    }

    @Test
    void shouldApplyNoneWhenOneIsRefused() {
        final List<Long> before = everyBalance();
        final long sequence = town.rig.lastSequence();
        final TransferCommand[] members = {TransferCommand.transfer(town.freshId(), A, B, 5),
            TransferCommand.hold(town.freshId(), A, B, 5).timeoutMs(1), TransferCommand.post(town.freshId(), HOLD, 30),
            TransferCommand.transfer(town.freshId(), POOR, B, 1), TransferCommand.transfer(town.freshId(), A, NOWHERE, 1)};
        final List<Answer> answers = chain(PAYER, members);
        assertThat(results(answers)).containsExactly(Result.LINKED_TRANSFER_FAILED, Result.LINKED_TRANSFER_FAILED,
            Result.LINKED_TRANSFER_FAILED, Result.EXCEEDS_CREDITS, Result.LINKED_TRANSFER_FAILED);
        assertThat(answers.stream().map(Answer::amountMinor)).containsOnly(0L);
        assertThat(answers.get(4).sequence()).isEqualTo(sequence + 5);
        assertThat(everyBalance()).isEqualTo(before);
        assertThat(town.rig.machine.nextDeadlineNs()).as("the hold of the chain was taken back").isEqualTo(Long.MAX_VALUE);
        assertThat(chain(PAYER, members)).as("each its first outcome").isEqualTo(answers.stream().map(ChainTest::repeated).toList());
        town.ok(PAYER, TransferCommand.post(town.freshId(), HOLD, 100));
    }

    @Test
    void shouldRefuseNewChainsAsNewTransfersAreAndAnswerRepeats() {
        final TransferCommand[] known = {TransferCommand.transfer(town.freshId(), A, B, 5), TransferCommand.transfer(town.freshId(), A, B, 6)};
        final List<Answer> first = chain(PAYER, known);
        final long digest = town.rig.machine.digest();
        town.rig.machine.refuseNew(Result.STORAGE_RESERVE_REACHED);
        assertThat(results(chain(PAYER, TransferCommand.post(town.freshId(), HOLD, 1), TransferCommand.transfer(town.freshId(), A, B, 1))))
            .containsExactly(Result.CHAIN_MEMBER_NOT_DECIDED, Result.STORAGE_RESERVE_REACHED);
        assertThat(chain(PAYER, known)).as("each its first outcome").isEqualTo(first.stream().map(ChainTest::repeated).toList());
        assertThat(town.rig.machine.digest()).isEqualTo(digest);
        assertThat(results(chain(PAYER, TransferCommand.post(town.freshId(), HOLD, 1), TransferCommand.post(town.freshId(), HOLD, 1))))
            .as("what finishes earlier work").containsOnly(Result.OK);
        town.rig.machine.refuseNew(Result.SHUTTING_DOWN);
        assertThat(results(chain(PAYER, TransferCommand.post(town.freshId(), HOLD, 1), TransferCommand.post(town.freshId(), HOLD, 1))))
            .containsExactly(Result.SHUTTING_DOWN, Result.CHAIN_MEMBER_NOT_DECIDED);
        town.rig.machine.refuseNew(Result.OK);
        assertThat(results(chain(PAYER, TransferCommand.transfer(town.freshId(), A, B, 1), TransferCommand.transfer(town.freshId(), A, B, 1))))
            .containsOnly(Result.OK);
    }

    @Test
    void shouldRememberRefusedMembersOfItsOwnHold() {
        final Id hold = town.freshId();
        chain(PAYER, TransferCommand.hold(hold, A, B, 5), TransferCommand.transfer(town.freshId(), POOR, B, 1));
        town.gives(Result.PENDING_TRANSFER_NOT_FOUND, PAYER, TransferCommand.post(town.freshId(), hold, 5));
        assertThat(town.rig.transfer(PAYER, hold).lookup()).isEqualTo(OutcomeFlags.LOOKUP_REFUSED);
        assertThat(town.rig.transfer(PAYER, hold).result()).isEqualTo(Result.LINKED_TRANSFER_FAILED);
    }

    @Test
    void shouldUndoEverythingThatMembersDidToHoldsAndAccounts() {
        final List<Long> before = everyBalance();
        final Id closing = town.freshId();
        assertThat(results(chain(PAYER,
            TransferCommand.increase(town.freshId(), HOLD, 7),
            TransferCommand.extend(town.freshId(), HOLD, 1),
            TransferCommand.release(town.freshId(), Town.HOLD_PARTLY_POSTED, 0),
            TransferCommand.release(town.freshId(), Town.HOLD_THAT_CLOSED, 0),
            TransferCommand.hold(closing, A, B, 1).plusFlags(TransferFlags.CLOSING_CREDIT),
            TransferCommand.transfer(town.freshId(), A, B, 1)))).last().isEqualTo(Result.CREDIT_ACCOUNT_CLOSED);
        assertThat(everyBalance()).isEqualTo(before);
        assertThat(town.isClosed(B)).isFalse();
        assertThat(town.isClosed(Town.CLOSED_BY_HOLD)).isTrue();
        town.laterMs(10_000);
        town.gives(Result.EXCEEDS_PENDING_TRANSFER_AMOUNT, PAYER, TransferCommand.post(town.freshId(), HOLD, 101));
        town.ok(PAYER, TransferCommand.post(town.freshId(), HOLD, 100));
        town.ok(PAYER, TransferCommand.post(town.freshId(), Town.HOLD_PARTLY_POSTED, 60));
    }

    @Test
    void shouldWorkOnHoldThatItMadeItself() {
        final Id hold = town.freshId();
        final Id other = town.freshId();
        assertThat(results(chain(PAYER, TransferCommand.hold(hold, A, B, 50), TransferCommand.post(town.freshId(), hold, 20),
            TransferCommand.hold(other, A, B, 50), TransferCommand.release(town.freshId(), other, 0),
            TransferCommand.release(town.freshId(), hold, 0)))).containsOnly(Result.OK);
        assertThat(results(chain(PAYER, TransferCommand.hold(town.freshId(), A, B, 1), TransferCommand.release(town.freshId(), hold, 0))))
            .containsExactly(Result.LINKED_TRANSFER_FAILED, Result.PENDING_TRANSFER_ALREADY_VOIDED);
    }

    @Test
    void shouldTellWhyHoldOfSameChainIsClosed() {
        final Id hold = town.freshId();
        final Id plain = town.freshId();
        assertThat(results(chain(PAYER, TransferCommand.hold(hold, A, B, 5), TransferCommand.post(town.freshId(), hold, 5),
            TransferCommand.release(town.freshId(), hold, 0)))).last().isEqualTo(Result.PENDING_TRANSFER_ALREADY_POSTED);
        assertThat(results(chain(PAYER, TransferCommand.transfer(plain, A, B, 5), TransferCommand.post(town.freshId(), plain, 5))))
            .last().isEqualTo(Result.PENDING_TRANSFER_NOT_PENDING);
    }

    @Test
    void shouldDecideNothingWhenOneMemberIsNotDecided() {
        final long digest = town.rig.machine.digest();
        final long sequence = town.rig.lastSequence();
        final TransferCommand good = TransferCommand.transfer(town.freshId(), A, B, 5);
        final TransferCommand refused = TransferCommand.transfer(town.freshId(), POOR, B, 5);
        final TransferCommand bad = TransferCommand.transfer(town.freshId(), A, B, 0);
        final List<Answer> answers = chain(PAYER, good, refused, bad);
        assertThat(results(answers)).containsExactly(Result.CHAIN_MEMBER_NOT_DECIDED, Result.CHAIN_MEMBER_NOT_DECIDED,
            Result.AMOUNT_MUST_NOT_BE_ZERO);
        assertThat(answers.stream().map(Answer::sequence)).containsOnly(sequence);
        assertThat(town.rig.machine.digest()).isEqualTo(digest);
        town.ok(PAYER, good);
    }

    @Test
    void shouldTakeBackAppliedMembersWhenLaterOneIsNotDecided() {
        final long digest = town.rig.machine.digest();
        final List<Long> before = everyBalance();
        final Id hold = town.freshId();
        assertThat(results(chain(PAYER, TransferCommand.hold(hold, A, B, 5).timeoutMs(5), TransferCommand.post(town.freshId(), HOLD, 100),
            TransferCommand.transfer(town.freshId(), 2_000, B, 5)))).containsExactly(Result.CHAIN_MEMBER_NOT_DECIDED,
                Result.CHAIN_MEMBER_NOT_DECIDED, Result.NOT_GRANTED);
        assertThat(town.rig.machine.digest()).isEqualTo(digest);
        assertThat(everyBalance()).isEqualTo(before);
        assertThat(town.rig.transfer(PAYER, hold).lookup()).isEqualTo(OutcomeFlags.LOOKUP_UNKNOWN);
        town.ok(PAYER, TransferCommand.hold(hold, A, B, 5));
    }

    @Test
    void shouldRefuseWhenRefusedMemberComesBeforeOneWithoutRights() {
        assertThat(results(chain(PAYER, TransferCommand.transfer(town.freshId(), POOR, B, 5),
            TransferCommand.transfer(town.freshId(), 2_000, B, 5)))).containsExactly(Result.EXCEEDS_CREDITS, Result.LINKED_TRANSFER_FAILED);
        assertThat(results(chain(STRANGER, TransferCommand.transfer(town.freshId(), A, B, 5),
            TransferCommand.transfer(town.freshId(), A, B, 5)))).containsExactly(Result.NOT_GRANTED, Result.CHAIN_MEMBER_NOT_DECIDED);
        assertThat(results(chain(Town.UNKNOWN_PARTICIPANT, TransferCommand.transfer(town.freshId(), A, B, 5),
            TransferCommand.transfer(town.freshId(), A, B, 5)))).containsExactly(Result.PARTICIPANT_NOT_FOUND, Result.CHAIN_MEMBER_NOT_DECIDED);
    }

    @Test
    void shouldRefuseIdThatChainRepeats() {
        final Id id = town.freshId();
        assertThat(results(chain(PAYER, TransferCommand.transfer(id, A, B, 5), TransferCommand.transfer(town.freshId(), A, B, 5),
            TransferCommand.transfer(id, A, B, 5)))).containsExactly(Result.CHAIN_MEMBER_NOT_DECIDED, Result.CHAIN_MEMBER_NOT_DECIDED,
                Result.CHAIN_REPEATS_AN_ID);
    }

    @Test
    void shouldNotApplyUnknownMembersBesideKnownOnes() {
        final TransferCommand known = TransferCommand.transfer(town.freshId(), A, B, 5);
        final TransferCommand unknown = TransferCommand.transfer(town.freshId(), A, B, 5);
        final Answer first = town.ok(PAYER, known);
        final List<Long> before = everyBalance();
        final long digest = town.rig.machine.digest();
        assertThat(chain(PAYER, unknown, known)).containsExactly(
            new Answer(Result.CHAIN_MEMBER_EXISTS, 0, 0, first.sequence(), town.nowNs()), repeated(first));
        assertThat(everyBalance()).isEqualTo(before);
        assertThat(town.rig.machine.digest()).isEqualTo(digest);
        assertThat(results(chain(PAYER, unknown, known.amount(6))))
            .containsExactly(Result.CHAIN_MEMBER_NOT_DECIDED, Result.EXISTS_WITH_DIFFERENT_CONTENTS);
        town.ok(PAYER, unknown);
    }

    @Test
    void shouldTellLinkedMembersFromUnlinkedOnesByContents() {
        final TransferCommand one = TransferCommand.transfer(town.freshId(), A, B, 5);
        final TransferCommand two = TransferCommand.transfer(town.freshId(), A, B, 5);
        chain(PAYER, one, two);
        town.gives(Result.EXISTS_WITH_DIFFERENT_CONTENTS, PAYER, one);
        assertThat(town.apply(PAYER, two).isRepeated()).isTrue();
    }

    @Test
    void shouldRunOutOfHoldsWithinChain() {
        try (Town narrow = Town.empty(ConfigureCommand.roomy().holdCapacity(2)).people().accounts(A, B)) {
            final Id hold = narrow.freshId();
            final TransferCommand[] three = {TransferCommand.hold(hold, A, B, 1), TransferCommand.hold(narrow.freshId(), A, B, 1),
                TransferCommand.hold(narrow.freshId(), A, B, 1)};
            assertThat(results(narrow.rig.applyChain(PAYER, TransferCommand.chain(three)))).containsExactly(
                Result.CHAIN_MEMBER_NOT_DECIDED, Result.CHAIN_MEMBER_NOT_DECIDED, Result.HOLD_CAPACITY_REACHED);
            assertThat(results(narrow.rig.applyChain(PAYER, TransferCommand.chain(three[0],
                TransferCommand.release(narrow.freshId(), hold, 0), three[1], three[2])))).containsOnly(Result.OK);
        }
    }

    @Test
    void shouldApplyLongestChain() {
        final List<TransferCommand> members = new ArrayList<>();
        for (int i = 0; i < 256; i++) {
            members.add(TransferCommand.transfer(town.freshId(), A, B, 1));
        }
        assertThat(results(town.rig.applyChain(PAYER, TransferCommand.chain(members)))).containsOnly(Result.OK);
        members.replaceAll(member -> member.id(town.freshId()));
        members.set(255, TransferCommand.transfer(town.freshId(), POOR, B, 1));
        final List<Long> before = everyBalance();
        assertThat(results(town.rig.applyChain(PAYER, TransferCommand.chain(members)))).last().isEqualTo(Result.EXCEEDS_CREDITS);
        assertThat(everyBalance()).isEqualTo(before);
    }

    @Test
    void shouldKeepHistoryAndTransfersOfFailedChainToItself() {
        final int transfers = town.rig.accountTransfers(Town.OPERATOR, A, 100).size();
        chain(PAYER, TransferCommand.transfer(town.freshId(), A, B, 5), TransferCommand.transfer(town.freshId(), POOR, B, 1));
        assertThat(town.rig.accountTransfers(Town.OPERATOR, A, 100)).hasSize(transfers);
        chain(PAYER, TransferCommand.transfer(town.freshId(), A, B, 5), TransferCommand.transfer(town.freshId(), A, B, 1));
        assertThat(town.rig.accountTransfers(Town.OPERATOR, A, 100)).hasSize(transfers + 2);
    }

    private List<Answer> chain(final int participant, final TransferCommand... members) {
        return town.rig.applyChain(participant, TransferCommand.chain(members));
    }

    private List<Long> everyBalance() {
        final List<Long> all = new ArrayList<>();
        for (long id = A; id <= Town.CLOSED_BY_HOLD; id++) {
            if (id != 19) {
                all.addAll(town.balances(id));
            }
        }
        return all;
    }

    private static Answer repeated(final Answer first) {
        return new Answer(first.result(), OutcomeFlags.REPEATED, first.amountMinor(), first.sequence(), first.timestampNs());
    }

    private static List<Integer> results(final List<Answer> answers) {
        return answers.stream().map(Answer::result).toList();
    }
}
