package io.daybreak.machine;

import io.daybreak.ledger.AccountTable;
import io.daybreak.ledger.BalanceHistory;
import io.daybreak.ledger.LedgerTotals;
import io.daybreak.ledger.TransferLog;
import io.daybreak.ledger.Transfers;
import io.daybreak.matching.IdMemory;
import io.daybreak.participant.ParticipantTable;
import io.daybreak.payment.PaymentQueries;
import io.daybreak.payment.Payments;
import io.daybreak.protocol.Limits;
import io.daybreak.protocol.OutcomeFlags;
import io.daybreak.protocol.Participants;
import io.daybreak.protocol.Result;
import io.daybreak.protocol.codec.AccountsAnswerEncoder;
import io.daybreak.protocol.codec.BalancesAnswerEncoder;
import io.daybreak.protocol.codec.DayTotalsAnswerEncoder;
import io.daybreak.protocol.codec.ExceptionsAnswerEncoder;
import io.daybreak.protocol.codec.LookupAccountsDecoder;
import io.daybreak.protocol.codec.LookupParticipantDecoder;
import io.daybreak.protocol.codec.LookupTransfersDecoder;
import io.daybreak.protocol.codec.MessageHeaderEncoder;
import io.daybreak.protocol.codec.ParticipantAnswerEncoder;
import io.daybreak.protocol.codec.PaymentRecordAnswerEncoder;
import io.daybreak.protocol.codec.PaymentStatusAnswerEncoder;
import io.daybreak.protocol.codec.QueryAccountBalancesDecoder;
import io.daybreak.protocol.codec.QueryAccountTransfersDecoder;
import io.daybreak.protocol.codec.QueryDayTotalsDecoder;
import io.daybreak.protocol.codec.QueryExceptionsDecoder;
import io.daybreak.protocol.codec.QueryPaymentDecoder;
import io.daybreak.protocol.codec.QueryPaymentStatusDecoder;
import io.daybreak.protocol.codec.QueryReferenceDecoder;
import io.daybreak.protocol.codec.QueryStatusDecoder;
import io.daybreak.protocol.codec.QueryStoreAndForwardDecoder;
import io.daybreak.protocol.codec.QueryTotalsDecoder;
import io.daybreak.protocol.codec.StatusAnswerEncoder;
import io.daybreak.protocol.codec.StoreAndForwardAnswerEncoder;
import io.daybreak.protocol.codec.TotalsAnswerEncoder;
import io.daybreak.protocol.codec.TransfersAnswerEncoder;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

import java.nio.ByteOrder;

/**
 * Answers questions about the state as of the last sequence; changes nothing. docs/native-protocol.md, "Queries".
 * <p>
 * Ledger thread only. The work of a query is bounded by a page, {@link Limits#MAX_PAGE} entries. A query whose bytes do
 * not make sense is answered like one about nothing: the link has checked its form before.
 */
final class Queries {
    private static final int FIRST_QUERY = 48;
    private static final int LAST_QUERY = 63;
    private static final int FIRST_PAYMENT_QUERY = QueryReferenceDecoder.TEMPLATE_ID;
    private static final int LAST_PAYMENT_QUERY = QueryDayTotalsDecoder.TEMPLATE_ID;
    private static final int GROUP_HEADER_BYTES = 4;

    private final StateMachine machine;
    private final ParticipantTable participants;
    private final IdMemory ids;
    private final AccountTable accounts;
    private final Transfers transfers;
    private final TransferLog log;
    private final BalanceHistory history;
    private final ReferenceQueries reference;
    private final Payments payments;
    private final PaymentQueries paymentQueries;

    private final LookupAccountsDecoder lookupAccounts = new LookupAccountsDecoder();
    private final LookupTransfersDecoder lookupTransfers = new LookupTransfersDecoder();
    private final QueryAccountTransfersDecoder accountTransfers = new QueryAccountTransfersDecoder();
    private final QueryAccountBalancesDecoder accountBalances = new QueryAccountBalancesDecoder();
    private final QueryTotalsDecoder totals = new QueryTotalsDecoder();
    private final QueryStatusDecoder status = new QueryStatusDecoder();
    private final LookupParticipantDecoder lookupParticipant = new LookupParticipantDecoder();
    private final MessageHeaderEncoder header = new MessageHeaderEncoder();
    private final AccountsAnswerEncoder accountsAnswer = new AccountsAnswerEncoder();
    private final TransfersAnswerEncoder transfersAnswer = new TransfersAnswerEncoder();
    private final BalancesAnswerEncoder balancesAnswer = new BalancesAnswerEncoder();
    private final TotalsAnswerEncoder totalsAnswer = new TotalsAnswerEncoder();
    private final StatusAnswerEncoder statusAnswer = new StatusAnswerEncoder();
    private final ParticipantAnswerEncoder participantAnswer = new ParticipantAnswerEncoder();
    /** The ids asked for, read before the answer may overwrite the question. */
    private final long[] asked = new long[2 * Limits.MAX_PAGE];
    /** Places of the records of a page, found before the answer's count is written. */
    private final long[] page = new long[Limits.MAX_PAGE];

    Queries(final StateMachine machine, final ParticipantTable participants, final IdMemory ids, final Transfers transfers,
            final ReferenceQueries reference, final Payments payments, final PaymentQueries paymentQueries) {
        this.payments = payments;
        this.paymentQueries = paymentQueries;
        this.reference = reference;
        this.machine = machine;
        this.participants = participants;
        this.ids = ids;
        this.transfers = transfers;
        this.accounts = transfers.accounts();
        this.log = transfers.log();
        this.history = transfers.history();
    }

    static boolean isQuery(final int templateId) {
        return templateId >= FIRST_QUERY && templateId <= LAST_QUERY
            || templateId >= FIRST_PAYMENT_QUERY && templateId <= LAST_PAYMENT_QUERY;
    }

    int answer(final int templateId, final int participantId, final DirectBuffer query, final int offset, final int length,
               final MutableDirectBuffer answer, final int answerOffset) {
        final int index = participants.find(participantId);
        final boolean isSystem = participantId == Participants.SYSTEM;
        final boolean active = isSystem || index != ParticipantTable.NOT_FOUND && participants.isActive(index);
        switch (templateId) {
            case LookupAccountsDecoder.TEMPLATE_ID:
                return accounts(active, index, query, offset, length, answer, answerOffset);
            case LookupTransfersDecoder.TEMPLATE_ID:
                return transfers(active, index, participantId, query, offset, length, answer, answerOffset);
            case QueryAccountTransfersDecoder.TEMPLATE_ID:
                return accountTransfers(active, index, query, offset, answer, answerOffset);
            case QueryAccountBalancesDecoder.TEMPLATE_ID:
                return accountBalances(active, index, query, offset, answer, answerOffset);
            case QueryTotalsDecoder.TEMPLATE_ID:
                return totals(active, query, offset, answer, answerOffset);
            case QueryStatusDecoder.TEMPLATE_ID:
                return status(active, query, offset, answer, answerOffset);
            case LookupParticipantDecoder.TEMPLATE_ID:
                return participant(isSystem || active && participants.isOperator(index), query, offset, answer, answerOffset);
            case QueryReferenceDecoder.TEMPLATE_ID:
                return reference.answer(isSystem || active && participants.isOperator(index), query, offset, answer, answerOffset);
            default:
                return reference.isConfigured()
                    ? ofPayments(templateId, isSystem || active && index != ParticipantTable.NOT_FOUND && participants.isOperator(index),
                    active, query, offset, answer, answerOffset)
                    : notConfigured(templateId, query, offset, answer, answerOffset);
        }
    }

    private int ofPayments(final int templateId, final boolean isOperator, final boolean isActive, final DirectBuffer query,
                           final int offset, final MutableDirectBuffer answer, final int answerOffset) {
        final long asOf = machine.lastSequence();
        return templateId == QueryStoreAndForwardDecoder.TEMPLATE_ID
            ? payments.issuing().query(isOperator, query, offset, asOf, answer, answerOffset)
            : paymentQueries.answer(templateId, isActive, isOperator, asOf, query, offset, answer, answerOffset);
    }

    private int notConfigured(final int templateId, final DirectBuffer query, final int offset, final MutableDirectBuffer answer,
                              final int answerOffset) {
        switch (templateId) {
            case QueryPaymentDecoder.TEMPLATE_ID:
                return nothing(query, offset, answer, answerOffset, PaymentRecordAnswerEncoder.TEMPLATE_ID,
                    PaymentRecordAnswerEncoder.BLOCK_LENGTH, PaymentRecordAnswerEncoder.resultEncodingOffset(), 0);
            case QueryExceptionsDecoder.TEMPLATE_ID:
                return nothing(query, offset, answer, answerOffset, ExceptionsAnswerEncoder.TEMPLATE_ID,
                    ExceptionsAnswerEncoder.BLOCK_LENGTH, ExceptionsAnswerEncoder.resultEncodingOffset(),
                    ExceptionsAnswerEncoder.ItemsEncoder.sbeBlockLength());
            case QueryStoreAndForwardDecoder.TEMPLATE_ID:
                return nothing(query, offset, answer, answerOffset, StoreAndForwardAnswerEncoder.TEMPLATE_ID,
                    StoreAndForwardAnswerEncoder.BLOCK_LENGTH, StoreAndForwardAnswerEncoder.resultEncodingOffset(),
                    StoreAndForwardAnswerEncoder.EntriesEncoder.sbeBlockLength());
            case QueryPaymentStatusDecoder.TEMPLATE_ID:
                return nothing(query, offset, answer, answerOffset, PaymentStatusAnswerEncoder.TEMPLATE_ID,
                    PaymentStatusAnswerEncoder.BLOCK_LENGTH, PaymentStatusAnswerEncoder.resultEncodingOffset(), 0);
            case QueryDayTotalsDecoder.TEMPLATE_ID:
                return nothing(query, offset, answer, answerOffset, DayTotalsAnswerEncoder.TEMPLATE_ID,
                    DayTotalsAnswerEncoder.BLOCK_LENGTH, DayTotalsAnswerEncoder.resultEncodingOffset(), 0);
            default:
                throw new IllegalArgumentException("not a query: " + templateId);
        }
    }

    /** An answer of zeros that says NOT_CONFIGURED; with a group of no entries if {@code entryBytes} is not 0. */
    private int nothing(final DirectBuffer query, final int offset, final MutableDirectBuffer answer, final int answerOffset,
                        final int templateId, final int blockLength, final int resultOffset, final int entryBytes) {
        final long correlationId = query.getLong(offset, ByteOrder.LITTLE_ENDIAN);
        header.wrap(answer, answerOffset).blockLength(blockLength).templateId(templateId)
            .schemaId(MessageHeaderEncoder.SCHEMA_ID).version(MessageHeaderEncoder.SCHEMA_VERSION);
        final int block = answerOffset + MessageHeaderEncoder.ENCODED_LENGTH;
        answer.setMemory(block, blockLength + GROUP_HEADER_BYTES, (byte) 0);
        answer.putLong(block, correlationId, ByteOrder.LITTLE_ENDIAN);
        answer.putLong(block + Long.BYTES, machine.lastSequence(), ByteOrder.LITTLE_ENDIAN);
        answer.putShort(block + resultOffset, (short) Result.NOT_CONFIGURED, ByteOrder.LITTLE_ENDIAN);
        answer.putShort(block + blockLength, (short) entryBytes, ByteOrder.LITTLE_ENDIAN);
        return MessageHeaderEncoder.ENCODED_LENGTH + blockLength + (entryBytes == 0 ? 0 : GROUP_HEADER_BYTES);
    }

    private boolean mayRead(final boolean active, final int index, final long accountId, final long address) {
        if (!active || index == ParticipantTable.NOT_FOUND) {
            return false;
        }
        return address == AccountTable.NOT_FOUND ? participants.isGranted(index, Participants.RIGHT_READ, accountId, false, 0, 0)
            : participants.isGranted(index, Participants.RIGHT_READ, accountId, true, AccountTable.ledger(address),
            AccountTable.code(address));
    }

    /**
     * Entries of a look-up's group that will be answered, at most a page of them; 0 if the group is not what its header
     * says. The link has checked it; an exception here would stop the switch, so it is not left to the link alone.
     */
    private static int entriesAsked(final DirectBuffer query, final int groupOffset, final int groupLength, final int entryBytes) {
        if (groupLength < GROUP_HEADER_BYTES) {
            return 0;
        }
        final int blockLength = query.getShort(groupOffset, ByteOrder.LITTLE_ENDIAN) & 0xFFFF;
        final int count = query.getShort(groupOffset + 2, ByteOrder.LITTLE_ENDIAN) & 0xFFFF;
        final boolean fits = blockLength == entryBytes && GROUP_HEADER_BYTES + count * entryBytes <= groupLength;
        return fits ? Math.min(count, Limits.MAX_PAGE) : 0;
    }

    private int accounts(final boolean active, final int index, final DirectBuffer query, final int offset, final int length,
                         final MutableDirectBuffer answer, final int answerOffset) {
        lookupAccounts.wrap(query, offset, LookupAccountsDecoder.BLOCK_LENGTH, LookupAccountsDecoder.SCHEMA_VERSION);
        final long correlationId = lookupAccounts.correlationId();
        final int count = entriesAsked(query, offset + LookupAccountsDecoder.BLOCK_LENGTH,
            length - LookupAccountsDecoder.BLOCK_LENGTH, LookupAccountsDecoder.AccountsDecoder.sbeBlockLength());
        if (count > 0) {
            final LookupAccountsDecoder.AccountsDecoder group = lookupAccounts.accounts();
            for (int i = 0; i < count; i++) {
                asked[i] = group.next().id();
            }
        }
        final AccountsAnswerEncoder.AccountsEncoder entry = accountsAnswer.wrapAndApplyHeader(answer, answerOffset, header)
            .correlationId(correlationId).asOfSequence(machine.lastSequence()).accountsCount(count);
        for (int i = 0; i < count; i++) {
            final long id = asked[i];
            final long address = accounts.find(id);
            entry.next().id(id).reserved1(0).reserved2(0);
            if (!mayRead(active, index, id, address)) {
                emptyAccount(entry, Result.NOT_GRANTED);
            } else if (address == AccountTable.NOT_FOUND) {
                emptyAccount(entry, Result.ACCOUNT_NOT_FOUND);
            } else {
                final int slot = AccountTable.slot(address);
                entry.userData64(accounts.userData64(slot))
                    .debitsPosted(AccountTable.debitsPosted(address))
                    .debitsPending(AccountTable.debitsPending(address))
                    .creditsPosted(AccountTable.creditsPosted(address))
                    .creditsPending(AccountTable.creditsPending(address))
                    .createdNs(accounts.createdNs(slot))
                    .ledger(AccountTable.ledger(address) & 0xFFFF_FFFFL)
                    .code(AccountTable.code(address))
                    .flags(AccountTable.flags(address))
                    .lookup(Result.OK);
                entry.userData128().hi(accounts.userDataHi(slot)).lo(accounts.userDataLo(slot));
            }
        }
        return MessageHeaderEncoder.ENCODED_LENGTH + accountsAnswer.encodedLength();
    }

    private static void emptyAccount(final AccountsAnswerEncoder.AccountsEncoder entry, final int lookup) {
        entry.userData64(0).debitsPosted(0).debitsPending(0).creditsPosted(0).creditsPending(0).createdNs(0).ledger(0).code(0)
            .flags(0).lookup(lookup);
        entry.userData128().hi(0).lo(0);
    }

    private int transfers(final boolean active, final int index, final int participantId, final DirectBuffer query,
                          final int offset, final int length, final MutableDirectBuffer answer, final int answerOffset) {
        lookupTransfers.wrap(query, offset, LookupTransfersDecoder.BLOCK_LENGTH, LookupTransfersDecoder.SCHEMA_VERSION);
        final long correlationId = lookupTransfers.correlationId();
        final long owner = lookupTransfers.participantId() == 0 ? participantId : lookupTransfers.participantId();
        final int count = entriesAsked(query, offset + LookupTransfersDecoder.BLOCK_LENGTH,
            length - LookupTransfersDecoder.BLOCK_LENGTH, LookupTransfersDecoder.TransfersDecoder.sbeBlockLength());
        if (count > 0) {
            final LookupTransfersDecoder.TransfersDecoder group = lookupTransfers.transfers();
            for (int i = 0; i < count; i++) {
                group.next();
                asked[2 * i] = group.id().hi();
                asked[2 * i + 1] = group.id().lo();
            }
        }
        final boolean allowed = active && index != ParticipantTable.NOT_FOUND
            && (owner == participantId || participants.isOperator(index)) && owner <= Participants.MAX_ID
            && participants.find((int) owner) != ParticipantTable.NOT_FOUND;
        final TransfersAnswerEncoder.TransfersEncoder entry =
            beginTransfers(answer, answerOffset, correlationId, 0, allowed ? Result.OK : Result.NOT_GRANTED, allowed ? count : 0);
        for (int i = 0; allowed && i < count; i++) {
            lookUp(entry, (int) owner, asked[2 * i], asked[2 * i + 1]);
        }
        return MessageHeaderEncoder.ENCODED_LENGTH + transfersAnswer.encodedLength();
    }

    private void lookUp(final TransfersAnswerEncoder.TransfersEncoder entry, final int owner, final long idHi, final long idLo) {
        final long known = ids.find(owner, idHi, idLo);
        if (known == IdMemory.NOT_FOUND) {
            final boolean expired = idHi >>> 16 < ids.watermarkMs(owner);
            emptyTransfer(entry, idHi, idLo, 0, 0, 0, Result.OK,
                expired ? OutcomeFlags.LOOKUP_EXPIRED : OutcomeFlags.LOOKUP_UNKNOWN, owner);
            return;
        }
        final int result = ids.result(known);
        final long sequence = ids.sequence(known);
        final long place = result == Result.OK ? log.find(sequence, owner, idHi, idLo) : -1;
        if (place >= 0) {
            transfer(entry, log.address(place));
        } else {
            emptyTransfer(entry, idHi, idLo, ids.amount(known), sequence, ids.timestampNs(known), result,
                result == Result.OK ? OutcomeFlags.LOOKUP_APPLIED_RECORD_FORGOTTEN : OutcomeFlags.LOOKUP_REFUSED, owner);
        }
    }

    private TransfersAnswerEncoder.TransfersEncoder beginTransfers(final MutableDirectBuffer answer, final int answerOffset,
                                                                   final long correlationId, final long nextCursor,
                                                                   final int result, final int count) {
        return transfersAnswer.wrapAndApplyHeader(answer, answerOffset, header).correlationId(correlationId)
            .asOfSequence(machine.lastSequence()).nextCursor(nextCursor).memoryBeginsSequence(log.beginSequence())
            .result(result).reserved1(0).reserved2(0).transfersCount(count);
    }

    private void transfer(final TransfersAnswerEncoder.TransfersEncoder entry, final long record) {
        final long debit = accounts.address(TransferLog.debitSlot(record));
        entry.next().debitAccountId(AccountTable.id(debit))
            .creditAccountId(AccountTable.id(accounts.address(TransferLog.creditSlot(record))))
            .amountMinor(TransferLog.amount(record))
            .userData64(TransferLog.userData64(record))
            .sequence(TransferLog.sequence(record))
            .timestampNs(TransferLog.timestampNs(record))
            .timeoutMs(TransferLog.timeoutMs(record) & 0xFFFF_FFFFL)
            .ledger(AccountTable.ledger(debit) & 0xFFFF_FFFFL)
            .code(TransferLog.code(record))
            .flags(TransferLog.flags(record))
            .result(Result.OK)
            .lookup((short) OutcomeFlags.LOOKUP_APPLIED)
            .holdState((short) TransferLog.holdState(record))
            .participantId(TransferLog.participantId(record))
            .reserved(0);
        entry.id().hi(TransferLog.idHi(record)).lo(TransferLog.idLo(record));
        entry.pendingId().hi(TransferLog.pendingIdHi(record)).lo(TransferLog.pendingIdLo(record));
        entry.userData128().hi(TransferLog.userDataHi(record)).lo(TransferLog.userDataLo(record));
    }

    private static void emptyTransfer(final TransfersAnswerEncoder.TransfersEncoder entry, final long idHi, final long idLo,
                                      final long amount, final long sequence, final long timestampNs, final int result,
                                      final int lookup, final int owner) {
        entry.next().debitAccountId(0).creditAccountId(0).amountMinor(amount).userData64(0).sequence(sequence)
            .timestampNs(timestampNs).timeoutMs(0).ledger(0).code(0).flags(0).result(result).lookup((short) lookup)
            .holdState((short) OutcomeFlags.HOLD_NONE).participantId(owner).reserved(0);
        entry.id().hi(idHi).lo(idLo);
        entry.pendingId().hi(0).lo(0);
        entry.userData128().hi(0).lo(0);
    }

    private int accountTransfers(final boolean active, final int index, final DirectBuffer query, final int offset,
                                 final MutableDirectBuffer answer, final int answerOffset) {
        accountTransfers.wrap(query, offset, QueryAccountTransfersDecoder.BLOCK_LENGTH, QueryAccountTransfersDecoder.SCHEMA_VERSION);
        final long correlationId = accountTransfers.correlationId();
        final long accountId = accountTransfers.accountId();
        final long cursor = accountTransfers.cursor();
        final long pageSize = accountTransfers.pageSize();
        final long account = accounts.find(accountId);
        final int result = checkPage(active, index, accountId, account, pageSize);
        int count = 0;
        long next = 0;
        if (result == Result.OK) {
            final int slot = AccountTable.slot(account);
            next = cursor == 0 ? AccountTable.newestTransfer(account) : cursor;
            while (count < pageSize && next > 0 && log.holds(next - 1) && isOf(log.address(next - 1), slot)) {
                page[count++] = next - 1;
                next = TransferLog.olderOf(log.address(next - 1), slot);
            }
        }
        final TransfersAnswerEncoder.TransfersEncoder entry = beginTransfers(answer, answerOffset, correlationId,
            next > 0 && log.holds(next - 1) && count == pageSize ? next : 0, result, count);
        for (int i = 0; i < count; i++) {
            transfer(entry, log.address(page[i]));
        }
        return MessageHeaderEncoder.ENCODED_LENGTH + transfersAnswer.encodedLength();
    }

    /** A cursor is the asker's word: it must lead to a record of the account that was checked. */
    private static boolean isOf(final long record, final int slot) {
        return TransferLog.debitSlot(record) == slot || TransferLog.creditSlot(record) == slot;
    }

    private int checkPage(final boolean active, final int index, final long accountId, final long account, final long pageSize) {
        if (pageSize < 1 || pageSize > Limits.MAX_PAGE) {
            return Result.MALFORMED_COMMAND;
        }
        if (!mayRead(active, index, accountId, account)) {
            return Result.NOT_GRANTED;
        }
        return account == AccountTable.NOT_FOUND ? Result.ACCOUNT_NOT_FOUND : Result.OK;
    }

    private int accountBalances(final boolean active, final int index, final DirectBuffer query, final int offset,
                                final MutableDirectBuffer answer, final int answerOffset) {
        accountBalances.wrap(query, offset, QueryAccountBalancesDecoder.BLOCK_LENGTH, QueryAccountBalancesDecoder.SCHEMA_VERSION);
        final long correlationId = accountBalances.correlationId();
        final long accountId = accountBalances.accountId();
        final long cursor = accountBalances.cursor();
        final long pageSize = accountBalances.pageSize();
        final long account = accounts.find(accountId);
        final int result = checkPage(active, index, accountId, account, pageSize);
        int count = 0;
        long next = 0;
        if (result == Result.OK) {
            final int slot = AccountTable.slot(account);
            next = cursor == 0 ? accounts.newestHistory(slot) : cursor;
            while (count < pageSize && next > 0 && history.holds(next - 1)
                && BalanceHistory.slot(history.address(next - 1)) == slot) {
                page[count++] = next - 1;
                next = BalanceHistory.older(history.address(next - 1));
            }
        }
        final BalancesAnswerEncoder.BalancesEncoder entry = balancesAnswer.wrapAndApplyHeader(answer, answerOffset, header)
            .correlationId(correlationId).asOfSequence(machine.lastSequence())
            .nextCursor(next > 0 && history.holds(next - 1) && count == pageSize ? next : 0)
            .memoryBeginsSequence(history.beginSequence()).result(result).reserved1(0).reserved2(0).balancesCount(count);
        for (int i = 0; i < count; i++) {
            final long record = history.address(page[i]);
            entry.next().sequence(BalanceHistory.sequence(record)).timestampNs(BalanceHistory.timestampNs(record))
                .debitsPosted(BalanceHistory.debitsPosted(record)).debitsPending(BalanceHistory.debitsPending(record))
                .creditsPosted(BalanceHistory.creditsPosted(record)).creditsPending(BalanceHistory.creditsPending(record));
        }
        return MessageHeaderEncoder.ENCODED_LENGTH + balancesAnswer.encodedLength();
    }

    private int totals(final boolean active, final DirectBuffer query, final int offset, final MutableDirectBuffer answer,
                       final int answerOffset) {
        totals.wrap(query, offset, QueryTotalsDecoder.BLOCK_LENGTH, QueryTotalsDecoder.SCHEMA_VERSION);
        final long correlationId = totals.correlationId();
        final long ledger = totals.ledger();
        final LedgerTotals sums = transfers.totals();
        final int index = active ? sums.indexOf((int) ledger) : LedgerTotals.NOT_FOUND;
        final boolean found = index != LedgerTotals.NOT_FOUND;
        totalsAnswer.wrapAndApplyHeader(answer, answerOffset, header).correlationId(correlationId)
            .asOfSequence(machine.lastSequence()).accountCount(found ? sums.accountCount(index) : 0).ledger(ledger)
            .result(active ? Result.OK : Result.NOT_GRANTED).reserved(0);
        totalsAnswer.debitsPosted().hi(high(index, LedgerTotals.DEBITS_POSTED)).lo(low(index, LedgerTotals.DEBITS_POSTED));
        totalsAnswer.debitsPending().hi(high(index, LedgerTotals.DEBITS_PENDING)).lo(low(index, LedgerTotals.DEBITS_PENDING));
        totalsAnswer.creditsPosted().hi(high(index, LedgerTotals.CREDITS_POSTED)).lo(low(index, LedgerTotals.CREDITS_POSTED));
        totalsAnswer.creditsPending().hi(high(index, LedgerTotals.CREDITS_PENDING)).lo(low(index, LedgerTotals.CREDITS_PENDING));
        return MessageHeaderEncoder.ENCODED_LENGTH + totalsAnswer.encodedLength();
    }

    private long high(final int index, final int sum) {
        return index == LedgerTotals.NOT_FOUND ? 0 : transfers.totals().high(index, sum);
    }

    private long low(final int index, final int sum) {
        return index == LedgerTotals.NOT_FOUND ? 0 : transfers.totals().low(index, sum);
    }

    private int status(final boolean active, final DirectBuffer query, final int offset, final MutableDirectBuffer answer,
                       final int answerOffset) {
        status.wrap(query, offset, QueryStatusDecoder.BLOCK_LENGTH, QueryStatusDecoder.SCHEMA_VERSION);
        final long correlationId = status.correlationId();
        statusAnswer.wrapAndApplyHeader(answer, answerOffset, header).correlationId(correlationId)
            .asOfSequence(machine.lastSequence()).timestampNs(machine.lastTimestampNs()).digest(active ? machine.digest() : 0)
            .accountCount(active ? accounts.count() : 0).holdCount(active ? transfers.holdCount() : 0)
            .idCount(active ? ids.size() : 0).transferCount(active ? log.end() : 0).rulesVersion(machine.rulesVersion())
            .result(active ? Result.OK : Result.NOT_GRANTED).reserved(0);
        return MessageHeaderEncoder.ENCODED_LENGTH + statusAnswer.encodedLength();
    }

    private int participant(final boolean allowed, final DirectBuffer query, final int offset, final MutableDirectBuffer answer,
                            final int answerOffset) {
        lookupParticipant.wrap(query, offset, LookupParticipantDecoder.BLOCK_LENGTH, LookupParticipantDecoder.SCHEMA_VERSION);
        final long correlationId = lookupParticipant.correlationId();
        final int codeOffset = offset + LookupParticipantDecoder.participantCodeEncodingOffset();
        final long codeFirst = query.getLong(codeOffset);
        final long codeLast = query.getLong(codeOffset + 8);
        final int index = allowed ? participants.findByCode(codeFirst, codeLast) : ParticipantTable.NOT_FOUND;
        final boolean found = index != ParticipantTable.NOT_FOUND;
        participantAnswer.wrapAndApplyHeader(answer, answerOffset, header).correlationId(correlationId)
            .asOfSequence(machine.lastSequence()).idCapacity(found ? participants.idCapacity(index) : 0)
            .participantId(found ? participants.participantId(index) : 0).keyId(found ? participants.keyId(index) & 0xFFFF_FFFFL : 0)
            .roles(found ? participants.roles(index) : 0)
            .result(found ? Result.OK : allowed ? Result.PARTICIPANT_NOT_FOUND : Result.NOT_GRANTED)
            .requestsPerSecond(found ? participants.requestsPerSecond(index) & 0xFFFF_FFFFL : 0).burstMs(found ? participants.burstMs(index) : 0).reserved(0);
        final int answerCodeOffset =
            answerOffset + MessageHeaderEncoder.ENCODED_LENGTH + ParticipantAnswerEncoder.participantCodeEncodingOffset();
        answer.putLong(answerCodeOffset, codeFirst);
        answer.putLong(answerCodeOffset + 8, codeLast);
        return MessageHeaderEncoder.ENCODED_LENGTH + participantAnswer.encodedLength();
    }
}
