package io.daybreak.pipeline;

import io.daybreak.port.EffectSink;
import io.daybreak.protocol.OutcomeFlags;
import io.daybreak.protocol.Participants;
import io.daybreak.protocol.Result;
import io.daybreak.protocol.TransferFlags;
import io.daybreak.protocol.codec.AccountsAnswerDecoder;
import io.daybreak.protocol.codec.LookupAccountsEncoder;
import io.daybreak.protocol.codec.MessageHeaderDecoder;
import io.daybreak.protocol.codec.QueryStatusEncoder;
import io.daybreak.protocol.codec.StatusAnswerDecoder;
import io.daybreak.protocol.codec.TransferEncoder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

import static io.daybreak.pipeline.PipelineRig.LINK;
import static io.daybreak.pipeline.PipelineRig.OPERATOR;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class PipelineTest {
    private PipelineRig rig = new PipelineRig(PipelineRig.smallContext());

    @AfterEach
    void close() {
        rig.journal.openGate();
        rig.close();
    }

    @Test
    void shouldAnswerCommandsInRingOrder() {
        rig.start(10);
        final long before = rig.sink.count();
        long last = 0;
        for (int i = 1; i <= 5_000; i++) {
            last = rig.pay(i, 1, 2, 3);
        }
        final long lastSequence = rig.sink.awaitReply(last).sequence;
        rig.sink.awaitCount(before + 5_000);
        for (int i = 0; i < 5_000; i++) {
            final RecordingSink.Reply reply = rig.sink.reply(last - i);
            assertThat(reply.result).isEqualTo(Result.OK);
            assertThat(reply.linkId).isEqualTo(LINK);
            assertThat(reply.sequence).isEqualTo(lastSequence - i);
            assertThat(reply.order).isEqualTo(before + 4_999 - i);
        }
        Await.until("the last replies are announced", () -> rig.sink.unannounced() == 0);
        rig.assertHealthy();
    }

    @Test
    void shouldNotReplyBeforeTheSyncThatCoversIt() {
        rig.start(10);
        final long before = rig.sink.count();
        rig.journal.gateSyncs();
        final long payment = rig.pay(1, 1, 2, 3);
        final long status = query(QueryStatusEncoder.TEMPLATE_ID);
        Await.until("applied", () -> rig.pipeline.counters().queries() == 1);
        Await.until("the sync has begun", rig.journal::isInSync);
        assertThat(rig.sink.count()).isEqualTo(before);
        rig.journal.openGate();
        assertThat(rig.sink.awaitReply(payment).result).isEqualTo(Result.OK);
        Await.until("answer", () -> rig.sink.answer(status) != null);
        rig.assertHealthy();
    }

    @Test
    void shouldAnswerAQueryAsOfWhatItSaw() {
        rig.start(10);
        rig.sink.awaitReply(rig.pay(1, 1, 2, 250));
        final long id = lookupAccounts(2);
        Await.until("answer", () -> rig.sink.answer(id) != null);
        final AnswerBuffer answer = rig.sink.answer(id);
        final AccountsAnswerDecoder accounts = new AccountsAnswerDecoder()
            .wrapAndApplyHeader(answer.buffer, 0, new MessageHeaderDecoder());
        assertThat(accounts.asOfSequence()).isEqualTo(13);
        assertThat(accounts.accounts().next().creditsPosted()).isEqualTo(250);
        rig.assertHealthy();
    }

    @Test
    void shouldMakeNoEntryForQueriesAlone() {
        rig.start(0);
        Await.until("provisioned", () -> rig.sink.count() == 2);
        final int entries = rig.journal.entryCount();
        final long syncs = rig.journal.syncs();
        long id = 0;
        for (int i = 0; i < 100; i++) {
            id = query(QueryStatusEncoder.TEMPLATE_ID);
        }
        final long last = id;
        Await.until("answers", () -> rig.sink.answer(last) != null);
        assertThat(rig.journal.entryCount()).isEqualTo(entries);
        assertThat(rig.journal.syncs()).isEqualTo(syncs);
        final StatusAnswerDecoder status = new StatusAnswerDecoder()
            .wrapAndApplyHeader(rig.sink.answer(last).buffer, 0, new MessageHeaderDecoder());
        assertThat(status.asOfSequence()).isEqualTo(2);
        assertThat(rig.pipeline.counters().queries()).isEqualTo(100);
        assertThat(rig.pipeline.counters().syncsSpared()).isPositive();
        rig.assertHealthy();
    }

    @Test
    void shouldJournalRefusalsButNeitherRepeatsNorWhatWasNotDecided() {
        rig.start(3);
        final long ok = rig.pay(1, 1, 2, 3);
        final long repeat = rig.pay(1, 1, 2, 3);
        final long refused = rig.pay(2, 1, 99, 3);
        final long malformed = rig.pay(3, 1, 1, 3);
        assertThat(rig.sink.awaitReply(malformed).result).isEqualTo(Result.ACCOUNTS_MUST_BE_DIFFERENT);
        assertThat(rig.sink.awaitReply(refused).result).isEqualTo(Result.CREDIT_ACCOUNT_NOT_FOUND);
        assertThat(rig.sink.awaitReply(repeat).flags).isEqualTo(OutcomeFlags.REPEATED);
        assertThat(rig.sink.reply(repeat).sequence).isEqualTo(rig.sink.awaitReply(ok).sequence);
        assertThat(rig.sink.reply(malformed).sequence).isEqualTo(rig.sink.reply(refused).sequence);
        assertThat(rig.journal.entries().stream().mapToInt(entry -> entry.commands.size()).sum()).isEqualTo(2 + 3 + 2);
        assertThat(rig.pipeline.counters().repeats()).isEqualTo(1);
        assertThat(rig.pipeline.counters().journaledCommands()).isEqualTo(7);
        rig.assertHealthy();
    }

    @Test
    void shouldMakeNoEntryWhenNothingWasDecided() {
        rig.start(3);
        final long first = rig.pay(1, 1, 2, 3);
        rig.sink.awaitReply(first);
        final int entries = rig.journal.entryCount();
        rig.sink.awaitReply(rig.pay(1, 1, 2, 3));
        rig.sink.awaitReply(rig.pay(2, 1, 1, 3));
        assertThat(rig.journal.entryCount()).isEqualTo(entries);
        rig.assertHealthy();
    }

    @Test
    void shouldStampEachEntryAboveTheOneBefore() {
        rig.start(3);
        long last = 0;
        for (int i = 1; i <= 2_000; i++) {
            last = rig.pay(i, 1, 2, 3);
        }
        rig.sink.awaitReply(last);
        final List<MemoryJournal.Entry> entries = rig.journal.entries();
        long sequence = 1;
        for (int i = 0; i < entries.size(); i++) {
            assertThat(entries.get(i).firstSequence).isEqualTo(sequence);
            sequence += entries.get(i).commands.size();
            if (i > 0) {
                assertThat(entries.get(i).timestampNs).isGreaterThan(entries.get(i - 1).timestampNs);
            }
        }
        rig.assertHealthy();
    }

    @Test
    void shouldKeepEntriesWithinTheirLimits() {
        rig.close();
        rig = new PipelineRig(PipelineRig.smallContext().maxBatch(1_024).maxEntryCommands(100).maxEntryBytes(16_000));
        rig.start(3);
        rig.journal.gateSyncs();
        long last = 0;
        for (int i = 1; i <= 500; i++) {
            last = rig.pay(i, 1, 2, 3);
        }
        rig.journal.openGate();
        rig.sink.awaitReply(last);
        for (final MemoryJournal.Entry entry : rig.journal.entries()) {
            assertThat(entry.commands.size()).isLessThanOrEqualTo(100);
            assertThat(entry.bytes).isLessThanOrEqualTo(16_000);
        }
        rig.assertHealthy();
    }

    @Test
    void shouldApplyAChainAsOneWithinOneEntry() {
        rig.close();
        rig = new PipelineRig(PipelineRig.smallContext().maxBatch(7).maxEntryCommands(32));
        rig.start(3);
        long id = 0;
        long last = 0;
        for (int round = 0; round < 200; round++) {
            last = chain(5 + round % 20, id, false);
            id += 40;
            rig.pay(id++, 1, 2, 1);
        }
        rig.sink.awaitReply(last);
        long ends = 0;
        for (final MemoryJournal.Entry entry : rig.journal.entries()) {
            boolean inChain = false;
            for (final MemoryJournal.Command command : entry.commands) {
                inChain = command.templateId == TransferEncoder.TEMPLATE_ID && (command.body[90] & TransferFlags.LINKED) != 0;
                ends += inChain ? 1 : 0;
            }
            assertThat(inChain).as("no entry ends within a chain").isFalse();
        }
        assertThat(ends).isPositive();
        assertThat(rig.pipeline.counters().greatestBatch()).isLessThan(7 + 32);
        rig.assertHealthy();
    }

    @Test
    void shouldFailAChainAsOne() {
        rig.start(3);
        final long failed = chain(3, 100, true);
        assertThat(rig.sink.awaitReply(failed).result).isEqualTo(Result.LINKED_TRANSFER_FAILED);
        assertThat(rig.sink.awaitReply(failed + 1).result).isEqualTo(Result.LINKED_TRANSFER_FAILED);
        assertThat(rig.sink.awaitReply(failed + 2).result).isEqualTo(Result.CREDIT_ACCOUNT_NOT_FOUND);
        rig.assertHealthy();
    }

    @Test
    void shouldNotDecideAChainWhoseFlagsDisagreeWithItsPublisher() {
        rig.start(3);
        final int entries = rig.journal.entryCount();
        // Alone but linked: in the journal it would open a chain that the next command is no part of.
        final long alone = rig.transfer(1, 1, 2, 3, TransferFlags.LINKED, 0);
        assertThat(rig.sink.awaitReply(alone).result).isEqualTo(Result.CHAIN_IS_OPEN);
        final long first = rig.publisher.tryClaim(2, CommandPublisher.NEW_REQUESTS);
        for (int i = 0; i < 2; i++) {
            final CommandSlot slot = rig.publisher.slot(first + i);
            PipelineRig.address(slot, OPERATOR, TransferEncoder.TEMPLATE_ID, LINK, 500 + i);
            slot.commandLength = PipelineRig.encodeTransfer(new TransferEncoder(), slot, rig.setUpHi(), 10 + i, 1, 2, 3, 0, 0);
        }
        rig.publisher.slot(first).chainLength = 2;
        rig.publisher.publish(first, first + 1);
        assertThat(rig.sink.awaitReply(500).result).isEqualTo(Result.CHAIN_IS_OPEN);
        assertThat(rig.sink.awaitReply(501).result).isEqualTo(Result.CHAIN_IS_OPEN);
        assertThat(rig.journal.entryCount()).isEqualTo(entries);
        rig.assertHealthy();
    }

    @Test
    void shouldWaitForTheRestOfAChainThatIsPublishedInPart() {
        rig.start(3);
        rig.sink.awaitReply(rig.pay(1, 1, 2, 3));
        final long first = rig.publisher.tryClaim(3, CommandPublisher.NEW_REQUESTS);
        fillMember(rig.publisher.slot(first), 0, 3, 100, false);
        rig.publisher.slot(first).chainLength = 3;
        rig.publisher.publish(first, first);
        // The next publisher's command is behind it in the ring, and must wait as well.
        final long behind = rig.pay(2, 1, 2, 3);
        Await.until("the ledger stage has nothing to do", () -> Thread.getAllStackTraces().keySet().stream()
            .noneMatch(thread -> thread.getName().equals("daybreak-ledger") && thread.getState() == Thread.State.RUNNABLE));
        assertThat(rig.sink.reply(behind)).isNull();
        fillMember(rig.publisher.slot(first + 1), 1, 3, 100, false);
        fillMember(rig.publisher.slot(first + 2), 2, 3, 100, false);
        rig.publisher.publish(first + 1, first + 2);
        assertThat(rig.sink.awaitReply(10_200).result).isEqualTo(Result.OK);
        assertThat(rig.sink.awaitReply(10_202).result).isEqualTo(Result.OK);
        assertThat(rig.sink.awaitReply(behind).sequence).isEqualTo(rig.sink.reply(10_202).sequence + 1);
        rig.assertHealthy();
    }

    @Test
    void shouldFreeTheSlotsBeforeItWakesWhoWaitsForThem() {
        rig.start(3);
        rig.sink.awaitReply(rig.pay(1, 1, 2, 3));
        Await.until("the ring is empty", () -> rig.pipeline.counters().ringRemaining() == 1_024);
        final AtomicLong free = new AtomicLong();
        rig.sink.atBatchEnd(() -> free.set(rig.pipeline.counters().ringRemaining()));
        rig.pay(2, 1, 2, 3);
        Await.until("the end of the batch", () -> free.get() != 0);
        assertThat(free.get()).isEqualTo(1_024);
    }

    @Test
    void shouldReplyToNobodyWhenNobodyWaits() {
        rig.start(3);
        final long first = rig.publisher.tryClaim(1, CommandPublisher.FINISHING);
        final CommandSlot slot = rig.publisher.slot(first);
        PipelineRig.address(slot, OPERATOR, TransferEncoder.TEMPLATE_ID, 0, 500);
        slot.commandLength = PipelineRig.encodeTransfer(new TransferEncoder(), slot, rig.setUpHi(), 10, 1, 2, 3, 0, 0);
        rig.publisher.publish(first, first);
        final long next = rig.pay(11, 1, 2, 3);
        rig.sink.awaitReply(next);
        assertThat(rig.sink.reply(500)).isNull();
    }

    @Test
    void shouldGiveTheAnswerBufferBackOnce() {
        rig.start(0);
        Await.until("provisioned", () -> rig.sink.count() == 2);
        final long id = query(QueryStatusEncoder.TEMPLATE_ID);
        Await.until("answer", () -> rig.sink.answer(id) != null);
        for (long sequence = 0; sequence < 3; sequence++) {
            assertThat(rig.publisher.slot(sequence).answerBuffer).isNull();
        }
    }

    @Test
    void shouldRefuseAStartAfterTooLongAGap() {
        final SettableClock clock = new SettableClock();
        rig.start(0);
        Await.until("provisioned", () -> rig.sink.count() == 2);
        rig.close();
        clock.pass(8L * 86_400 * 1_000_000_000L);
        assertThatThrownBy(() -> new Pipeline(PipelineRig.smallContext(), rig.machine, rig.journal, rig.sink, EffectSink.NONE, clock,
            (reason, message, cause) -> { })).isInstanceOf(ClockGapException.class);
        new Pipeline(PipelineRig.smallContext().clockGapAccepted(true), rig.machine, rig.journal, rig.sink, EffectSink.NONE, clock,
            (reason, message, cause) -> { }).close();
    }

    private long query(final int templateId) {
        return rig.submit(Participants.SYSTEM, templateId, slot -> {
            new QueryStatusEncoder().wrap(slot.command, 0).correlationId(slot.correlationId);
            slot.answerBuffer = new AnswerBuffer();
            return QueryStatusEncoder.BLOCK_LENGTH;
        });
    }

    private long lookupAccounts(final long account) {
        return rig.submit(OPERATOR, LookupAccountsEncoder.TEMPLATE_ID, slot -> {
            slot.answerBuffer = new AnswerBuffer();
            final LookupAccountsEncoder lookup = new LookupAccountsEncoder().wrap(slot.answerBuffer.buffer, 0);
            lookup.correlationId(slot.correlationId).accountsCount(1).next().id(account);
            return lookup.encodedLength();
        });
    }

    /** Publishes a chain with neighbouring correlation ids; returns the first of them. */
    private long chain(final int members, final long idLo, final boolean failing) {
        final long first = claimChain(members, idLo, failing);
        rig.publisher.publish(first, first + members - 1);
        return 10_000 + idLo * 2;
    }

    private long claimChain(final int members, final long idLo, final boolean failing) {
        final long[] first = {CommandPublisher.NOT_CLAIMED};
        Await.until("slots", () -> {
            first[0] = rig.publisher.tryClaim(members, CommandPublisher.NEW_REQUESTS);
            return first[0] != CommandPublisher.NOT_CLAIMED;
        });
        for (int i = 0; i < members; i++) {
            fillMember(rig.publisher.slot(first[0] + i), i, members, idLo, failing);
        }
        rig.publisher.slot(first[0]).chainLength = members;
        return first[0];
    }

    private void fillMember(final CommandSlot slot, final int place, final int members, final long idLo, final boolean failing) {
        final boolean last = place == members - 1;
        PipelineRig.address(slot, OPERATOR, TransferEncoder.TEMPLATE_ID, LINK, 10_000 + idLo * 2 + place);
        slot.commandLength = PipelineRig.encodeTransfer(new TransferEncoder(), slot, rig.setUpHi(), idLo + place + 1, 1,
            last && failing ? 99 : 2, 3, last ? 0 : TransferFlags.LINKED, 0);
    }
}
