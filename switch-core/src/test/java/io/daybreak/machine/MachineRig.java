package io.daybreak.machine;

import io.daybreak.memory.CollectedSlabs;
import io.daybreak.model.AccountView;
import io.daybreak.model.Answer;
import io.daybreak.model.BalanceView;
import io.daybreak.model.Command;
import io.daybreak.model.Id;
import io.daybreak.model.Ledger;
import io.daybreak.model.RecordCommand;
import io.daybreak.model.TransferCommand;
import io.daybreak.model.TransferView;
import io.daybreak.protocol.Participants;
import io.daybreak.protocol.Result;
import io.daybreak.protocol.codec.AccountsAnswerDecoder;
import io.daybreak.protocol.codec.BalancesAnswerDecoder;
import io.daybreak.protocol.codec.Id128Decoder;
import io.daybreak.protocol.codec.LookupAccountsEncoder;
import io.daybreak.protocol.codec.LookupParticipantEncoder;
import io.daybreak.protocol.codec.LookupTransfersEncoder;
import io.daybreak.protocol.codec.MessageHeaderDecoder;
import io.daybreak.protocol.codec.ParticipantAnswerDecoder;
import io.daybreak.protocol.codec.QueryAccountBalancesEncoder;
import io.daybreak.protocol.codec.QueryAccountTransfersEncoder;
import io.daybreak.protocol.codec.QueryReferenceEncoder;
import io.daybreak.protocol.codec.QueryStatusEncoder;
import io.daybreak.protocol.codec.QueryTotalsEncoder;
import io.daybreak.protocol.codec.ReferenceAnswerDecoder;
import io.daybreak.protocol.codec.StatusAnswerDecoder;
import io.daybreak.protocol.codec.SubmitAccountsDecoder;
import io.daybreak.protocol.codec.TotalsAnswerDecoder;
import io.daybreak.protocol.codec.TransferEncoder;
import io.daybreak.protocol.codec.TransfersAnswerDecoder;
import io.daybreak.state.ImageBytes;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A state machine with handles: commands and queries as values. Every answer's header, correlation id and sequence are
 * checked on the way. One thread.
 */
final class MachineRig implements Ledger, AutoCloseable {
    private static final int CORRELATION = 4711;
    private static final int MAX_CHAIN = 300;
    /** As large as the buffers that publishers lend, so that an answer that would not fit there fails here. */
    private static final int ANSWER_BYTES = 24 * 1024;

    StateMachine machine;
    private final CollectedSlabs slabs = new CollectedSlabs();
    private final MutableDirectBuffer command = new UnsafeBuffer(ByteBuffer.allocateDirect(TransferEncoder.BLOCK_LENGTH * MAX_CHAIN));
    private final MutableDirectBuffer query = new UnsafeBuffer(ByteBuffer.allocateDirect(ANSWER_BYTES));
    private final MutableDirectBuffer answer = new UnsafeBuffer(ByteBuffer.allocateDirect(ANSWER_BYTES));
    private final Outcome outcome = new Outcome();
    private final List<Outcome> chainOutcomes = new ArrayList<>();

    MachineRig() {
        machine = new StateMachine(slabs);
    }

    /** Goes on with a machine that has read what this one wrote. */
    void restartFromImage() {
        final byte[] image = ImageBytes.save(machine);
        final StateMachine loaded = ImageBytes.load(image, new StateMachine(slabs));
        assertThat(StateComparison.differences(machine, loaded)).isEmpty();
        assertThat(loaded.digest()).isEqualTo(machine.digest());
        assertThat(loaded.computeDigest()).isEqualTo(machine.digest());
        loaded.checkConservation();
        assertThat(ImageBytes.save(loaded)).isEqualTo(image);
        machine = loaded;
    }

    @Override
    public void beginEntry(final long timestampNs) {
        machine.beginEntry(timestampNs);
    }

    @Override
    public Answer apply(final int participantId, final Command value) {
        final int length = value.encode(command, 0);
        // Reading ahead leaves no trace, whatever the bytes are: replays do without, and must come to the same digest.
        machine.addToReadAhead(participantId, command, 0);
        machine.readAhead();
        machine.apply(value.templateId(), participantId, command, 0, length, outcome);
        return Answer.of(outcome);
    }

    @Override
    public List<Answer> applyChain(final int participantId, final List<TransferCommand> members) {
        while (chainOutcomes.size() < members.size()) {
            chainOutcomes.add(new Outcome());
        }
        machine.applyChainBegin(participantId, members.size());
        int offset = 0;
        for (int i = 0; i < members.size(); i++) {
            final int length = members.get(i).encode(command, offset);
            machine.applyChainMember(command, offset, chainOutcomes.get(i));
            offset += length;
        }
        machine.applyChainEnd();
        return chainOutcomes.stream().limit(members.size()).map(Answer::of).toList();
    }

    @Override
    public long lastSequence() {
        return machine.lastSequence();
    }

    // ----- queries --------------------------------------------------------------------------------------------------

    /** Asks and checks what every answer has in common; the decoder's block begins behind the header. */
    private int ask(final int queryTemplate, final int participantId, final int length, final int answerTemplate) {
        final boolean inPlace = queryTemplate == LookupAccountsEncoder.TEMPLATE_ID
            || queryTemplate == LookupTransfersEncoder.TEMPLATE_ID;
        if (inPlace) {
            // Look-ups do not fit in a slot of the ring: they lie where their answer will.
            answer.putBytes(0, query, 0, length);
        }
        final int answered = machine.query(queryTemplate, participantId, inPlace ? answer : query, 0, length, answer, 0);
        final MessageHeaderDecoder header = new MessageHeaderDecoder().wrap(answer, 0);
        assertThat(header.templateId()).as("template of the answer").isEqualTo(answerTemplate);
        assertThat(header.schemaId()).isEqualTo(7300);
        assertThat(answered).as("length of the answer").isBetween(MessageHeaderDecoder.ENCODED_LENGTH, ANSWER_BYTES);
        return answered;
    }

    List<AccountView> lookupAccounts(final int participantId, final Collection<Long> ids) {
        final LookupAccountsEncoder encoder = new LookupAccountsEncoder().wrap(query, 0).correlationId(CORRELATION);
        final LookupAccountsEncoder.AccountsEncoder group = encoder.accountsCount(ids.size());
        ids.forEach(id -> group.next().id(id));
        final int answered = ask(LookupAccountsEncoder.TEMPLATE_ID, participantId, encoder.encodedLength(),
            AccountsAnswerDecoder.TEMPLATE_ID);
        final AccountsAnswerDecoder decoder = new AccountsAnswerDecoder().wrapAndApplyHeader(answer, 0, new MessageHeaderDecoder());
        assertThat(decoder.correlationId()).isEqualTo(CORRELATION);
        assertThat(decoder.asOfSequence()).isEqualTo(machine.lastSequence());
        final List<AccountView> views = new ArrayList<>();
        for (final AccountsAnswerDecoder.AccountsDecoder a : decoder.accounts()) {
            views.add(new AccountView(a.id(), id(a.userData128()), a.userData64(), a.debitsPosted(), a.debitsPending(),
                a.creditsPosted(), a.creditsPending(), a.createdNs(), a.ledger(), a.code(), a.flags(), a.lookup()));
        }
        assertThat(answered).isEqualTo(MessageHeaderDecoder.ENCODED_LENGTH + decoder.encodedLength());
        return views;
    }

    AccountView account(final int participantId, final long id) {
        return lookupAccounts(participantId, List.of(id)).get(0);
    }

    AccountView account(final long id) {
        return account(Participants.FIRST_OPERATOR, id);
    }

    TransferView transfer(final int participantId, final Id id) {
        return lookupTransfers(participantId, 0, List.of(id)).transfers.get(0);
    }

    Page lookupTransfers(final int participantId, final int owner, final Collection<Id> ids) {
        final LookupTransfersEncoder encoder = new LookupTransfersEncoder().wrap(query, 0).correlationId(CORRELATION)
            .participantId(owner).reserved(0);
        final LookupTransfersEncoder.TransfersEncoder group = encoder.transfersCount(ids.size());
        ids.forEach(id -> group.next().id().hi(id.hi()).lo(id.lo()));
        ask(LookupTransfersEncoder.TEMPLATE_ID, participantId, encoder.encodedLength(), TransfersAnswerDecoder.TEMPLATE_ID);
        return decodePage();
    }

    Page accountTransfers(final int participantId, final long accountId, final long cursor, final int pageSize) {
        new QueryAccountTransfersEncoder().wrap(query, 0).correlationId(CORRELATION).accountId(accountId).cursor(cursor)
            .pageSize(pageSize).reserved(0);
        ask(QueryAccountTransfersEncoder.TEMPLATE_ID, participantId, QueryAccountTransfersEncoder.BLOCK_LENGTH,
            TransfersAnswerDecoder.TEMPLATE_ID);
        return decodePage();
    }

    /** All pages of an account's transfers, following the cursor. */
    List<TransferView> accountTransfers(final int participantId, final long accountId, final int pageSize) {
        final List<TransferView> all = new ArrayList<>();
        long cursor = 0;
        do {
            final Page page = accountTransfers(participantId, accountId, cursor, pageSize);
            assertThat(page.result).isZero();
            assertThat(page.transfers).hasSizeLessThanOrEqualTo(pageSize);
            all.addAll(page.transfers);
            cursor = page.nextCursor;
        } while (cursor != 0);
        return all;
    }

    private Page decodePage() {
        final TransfersAnswerDecoder decoder = new TransfersAnswerDecoder().wrapAndApplyHeader(answer, 0, new MessageHeaderDecoder());
        assertThat(decoder.correlationId()).isEqualTo(CORRELATION);
        assertThat(decoder.asOfSequence()).isEqualTo(machine.lastSequence());
        final long nextCursor = decoder.nextCursor();
        final long memoryBegins = decoder.memoryBeginsSequence();
        final int result = decoder.result();
        final List<TransferView> views = new ArrayList<>();
        for (final TransfersAnswerDecoder.TransfersDecoder t : decoder.transfers()) {
            views.add(new TransferView(id(t.id()), t.debitAccountId(), t.creditAccountId(), t.amountMinor(), id(t.pendingId()),
                id(t.userData128()), t.userData64(), t.sequence(), t.timestampNs(), t.timeoutMs(), t.ledger(), t.code(),
                t.flags(), t.result(), t.lookup(), t.holdState(), t.participantId()));
        }
        return new Page(result, nextCursor, memoryBegins, views);
    }

    HistoryPage accountHistory(final int participantId, final long accountId, final long cursor, final int pageSize) {
        new QueryAccountBalancesEncoder().wrap(query, 0).correlationId(CORRELATION).accountId(accountId).cursor(cursor)
            .pageSize(pageSize).reserved(0);
        ask(QueryAccountBalancesEncoder.TEMPLATE_ID, participantId, QueryAccountBalancesEncoder.BLOCK_LENGTH,
            BalancesAnswerDecoder.TEMPLATE_ID);
        final BalancesAnswerDecoder decoder = new BalancesAnswerDecoder().wrapAndApplyHeader(answer, 0, new MessageHeaderDecoder());
        assertThat(decoder.correlationId()).isEqualTo(CORRELATION);
        assertThat(decoder.asOfSequence()).isEqualTo(machine.lastSequence());
        final long nextCursor = decoder.nextCursor();
        final long memoryBegins = decoder.memoryBeginsSequence();
        final int result = decoder.result();
        final List<BalanceView> views = new ArrayList<>();
        for (final BalancesAnswerDecoder.BalancesDecoder b : decoder.balances()) {
            views.add(new BalanceView(b.sequence(), b.timestampNs(), b.debitsPosted(), b.debitsPending(), b.creditsPosted(),
                b.creditsPending()));
        }
        return new HistoryPage(result, nextCursor, memoryBegins, views);
    }

    /** All pages of an account's history, following the cursor. */
    List<BalanceView> accountHistory(final int participantId, final long accountId, final int pageSize) {
        final List<BalanceView> all = new ArrayList<>();
        long cursor = 0;
        do {
            final HistoryPage page = accountHistory(participantId, accountId, cursor, pageSize);
            assertThat(page.result).isZero();
            assertThat(page.balances).hasSizeLessThanOrEqualTo(pageSize);
            all.addAll(page.balances);
            cursor = page.nextCursor;
        } while (cursor != 0);
        return all;
    }

    /** Debits posted, debits pending, credits posted, credits pending, count of accounts. */
    List<BigInteger> totals(final int participantId, final long ledger) {
        new QueryTotalsEncoder().wrap(query, 0).correlationId(CORRELATION).ledger(ledger).reserved(0);
        ask(QueryTotalsEncoder.TEMPLATE_ID, participantId, QueryTotalsEncoder.BLOCK_LENGTH, TotalsAnswerDecoder.TEMPLATE_ID);
        final TotalsAnswerDecoder decoder = new TotalsAnswerDecoder().wrapAndApplyHeader(answer, 0, new MessageHeaderDecoder());
        assertThat(decoder.correlationId()).isEqualTo(CORRELATION);
        assertThat(decoder.asOfSequence()).isEqualTo(machine.lastSequence());
        assertThat(decoder.ledger()).isEqualTo(ledger);
        assertThat(decoder.result()).isZero();
        return List.of(big(decoder.debitsPosted()), big(decoder.debitsPending()), big(decoder.creditsPosted()),
            big(decoder.creditsPending()), BigInteger.valueOf(decoder.accountCount()));
    }

    int totalsResult(final int participantId, final long ledger) {
        new QueryTotalsEncoder().wrap(query, 0).correlationId(CORRELATION).ledger(ledger).reserved(0);
        ask(QueryTotalsEncoder.TEMPLATE_ID, participantId, QueryTotalsEncoder.BLOCK_LENGTH, TotalsAnswerDecoder.TEMPLATE_ID);
        return new TotalsAnswerDecoder().wrapAndApplyHeader(answer, 0, new MessageHeaderDecoder()).result();
    }

    Status status(final int participantId) {
        new QueryStatusEncoder().wrap(query, 0).correlationId(CORRELATION);
        ask(QueryStatusEncoder.TEMPLATE_ID, participantId, QueryStatusEncoder.BLOCK_LENGTH, StatusAnswerDecoder.TEMPLATE_ID);
        final StatusAnswerDecoder s = new StatusAnswerDecoder().wrapAndApplyHeader(answer, 0, new MessageHeaderDecoder());
        assertThat(s.correlationId()).isEqualTo(CORRELATION);
        return new Status(s.asOfSequence(), s.timestampNs(), s.digest(), s.accountCount(), s.holdCount(), s.idCount(),
            s.transferCount(), s.rulesVersion(), s.result());
    }

    ParticipantView participant(final int asking, final String code) {
        final LookupParticipantEncoder encoder = new LookupParticipantEncoder().wrap(query, 0).correlationId(CORRELATION);
        encoder.participantCode(code);
        ask(LookupParticipantEncoder.TEMPLATE_ID, asking, LookupParticipantEncoder.BLOCK_LENGTH,
            ParticipantAnswerDecoder.TEMPLATE_ID);
        final ParticipantAnswerDecoder p = new ParticipantAnswerDecoder().wrapAndApplyHeader(answer, 0, new MessageHeaderDecoder());
        assertThat(p.correlationId()).isEqualTo(CORRELATION);
        return new ParticipantView(p.result(), p.participantId(), p.keyId(), p.roles(), p.idCapacity(), p.participantCode());
    }

    /** All records of a kind, in the order of their slots, as the commands that put them. */
    List<RecordCommand> reference(final int kind) {
        return reference(Participants.FIRST_OPERATOR, kind, 128);
    }

    /** All records of a kind, page by page. */
    List<RecordCommand> reference(final int participantId, final int kind, final int pageSize) {
        final List<RecordCommand> records = new ArrayList<>();
        long cursor = 0;
        do {
            new QueryReferenceEncoder().wrap(query, 0).correlationId(CORRELATION).cursor(cursor).kind(kind).pageSize(pageSize).reserved(0);
            final int length = ask(QueryReferenceEncoder.TEMPLATE_ID, participantId, QueryReferenceEncoder.BLOCK_LENGTH,
                ReferenceAnswerDecoder.TEMPLATE_ID);
            final ReferenceAnswerDecoder decoder = new ReferenceAnswerDecoder().wrapAndApplyHeader(answer, 0, new MessageHeaderDecoder());
            assertThat(decoder.correlationId()).isEqualTo(CORRELATION);
            assertThat(decoder.asOfSequence()).isEqualTo(machine.lastSequence());
            assertThat(Result.name(decoder.result())).isEqualTo("OK");
            cursor = decoder.nextCursor();
            final int count = decoder.count();
            assertThat(count).isLessThanOrEqualTo(pageSize);
            final byte[] messages = new byte[decoder.messagesLength()];
            decoder.getMessages(messages, 0, messages.length);
            assertThat(length).isEqualTo(MessageHeaderDecoder.ENCODED_LENGTH + ReferenceAnswerDecoder.BLOCK_LENGTH + 2 + messages.length);
            final int first = records.size();
            for (int at = 0; at < messages.length; ) {
                final MessageHeaderDecoder header = new MessageHeaderDecoder().wrap(new UnsafeBuffer(messages), at);
                assertThat(header.templateId()).isEqualTo(kind);
                // An account is told with a group of one.
                final int block = header.blockLength() + (kind == SubmitAccountsDecoder.TEMPLATE_ID ? 44 : 0);
                at += MessageHeaderDecoder.ENCODED_LENGTH;
                records.add(new RecordCommand(kind, Arrays.copyOfRange(messages, at, at + block)));
                at += block;
            }
            assertThat(records.size() - first).isEqualTo(count);
        } while (cursor != 0);
        return records;
    }

    /** Result of asking for a page of records. */
    int referenceResult(final int participantId, final int kind, final long cursor, final int pageSize, final int reserved) {
        new QueryReferenceEncoder().wrap(query, 0).correlationId(CORRELATION).cursor(cursor).kind(kind).pageSize(pageSize).reserved(reserved);
        ask(QueryReferenceEncoder.TEMPLATE_ID, participantId, QueryReferenceEncoder.BLOCK_LENGTH, ReferenceAnswerDecoder.TEMPLATE_ID);
        final ReferenceAnswerDecoder decoder = new ReferenceAnswerDecoder().wrapAndApplyHeader(answer, 0, new MessageHeaderDecoder());
        assertThat(decoder.result() == Result.OK || decoder.messagesLength() == 0).isTrue();
        return decoder.result();
    }

    private static Id id(final Id128Decoder decoder) {
        return new Id(decoder.hi(), decoder.lo());
    }

    private static BigInteger big(final Id128Decoder decoder) {
        return new BigInteger(Long.toUnsignedString(decoder.hi())).shiftLeft(Long.SIZE)
            .add(new BigInteger(Long.toUnsignedString(decoder.lo())));
    }

    int slabCount() {
        return slabs.slabCount();
    }

    /** Lets the next rig of this process use the memory again; this one must not be used any more. */
    @Override
    public void close() {
        slabs.close();
    }

    record Page(int result, long nextCursor, long memoryBeginsSequence, List<TransferView> transfers) {
    }

    record HistoryPage(int result, long nextCursor, long memoryBeginsSequence, List<BalanceView> balances) {
    }

    record Status(long sequence, long timestampNs, long digest, long accountCount, long holdCount, long idCount,
                  long transferCount, long rulesVersion, int result) {
    }

    record ParticipantView(int result, long participantId, long keyId, int roles, long idCapacity, String code) {
    }
}
