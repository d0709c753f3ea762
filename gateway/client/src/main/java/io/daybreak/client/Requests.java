package io.daybreak.client;

import io.daybreak.protocol.Limits;
import io.daybreak.protocol.codec.AcceptClockEncoder;
import io.daybreak.protocol.codec.AccountActionEncoder;
import io.daybreak.protocol.codec.AccountEncoder;
import io.daybreak.protocol.codec.ConfigureEncoder;
import io.daybreak.protocol.codec.LookupAccountsEncoder;
import io.daybreak.protocol.codec.LookupParticipantEncoder;
import io.daybreak.protocol.codec.LookupTransfersEncoder;
import io.daybreak.protocol.codec.MessageHeaderEncoder;
import io.daybreak.protocol.codec.PromoteEncoder;
import io.daybreak.protocol.codec.PutGrantEncoder;
import io.daybreak.protocol.codec.PutParticipantEncoder;
import io.daybreak.protocol.codec.QueryAccountBalancesEncoder;
import io.daybreak.protocol.codec.QueryAccountTransfersEncoder;
import io.daybreak.protocol.codec.QueryNodeEncoder;
import io.daybreak.protocol.codec.QueryRateEncoder;
import io.daybreak.protocol.codec.QueryReferenceEncoder;
import io.daybreak.protocol.codec.QueryPaymentStatusEncoder;
import io.daybreak.protocol.codec.QueryStatusEncoder;
import io.daybreak.protocol.codec.QueryTotalsEncoder;
import io.daybreak.protocol.codec.RaiseRulesEncoder;
import io.daybreak.protocol.codec.RemoveGrantEncoder;
import io.daybreak.protocol.codec.SubmitAccountActionsEncoder;
import io.daybreak.protocol.codec.SubmitAccountsEncoder;
import io.daybreak.protocol.codec.SubmitTransfersEncoder;
import io.daybreak.protocol.codec.TransferEncoder;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.time.Duration;
import java.util.List;

/** Encodes requests, whole, with their message header; the correlation id is set when they are sent. Static. */
final class Requests {
    private static final int HEADER_BYTES = MessageHeaderEncoder.ENCODED_LENGTH;
    private static final int GROUP_HEADER_BYTES = SubmitTransfersEncoder.TransfersEncoder.sbeHeaderSize();
    private static final long UINT32 = 0xFFFF_FFFFL;

    private Requests() {
    }

    static UnsafeBuffer transfers(final List<Transfer> transfers) {
        requireBatch(transfers.size());
        final UnsafeBuffer buffer = buffer(SubmitTransfersEncoder.BLOCK_LENGTH, transfers.size(), TransferEncoder.BLOCK_LENGTH);
        final SubmitTransfersEncoder request = new SubmitTransfersEncoder().wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder());
        request.transfersCount(transfers.size());
        final TransferEncoder encoder = new TransferEncoder();
        int offset = request.limit();
        for (final Transfer transfer : transfers) {
            transfer.encode(encoder.wrap(buffer, offset));
            offset += TransferEncoder.BLOCK_LENGTH;
        }
        return buffer;
    }

    static UnsafeBuffer accounts(final List<NewAccount> accounts) {
        requireBatch(accounts.size());
        final UnsafeBuffer buffer = buffer(SubmitAccountsEncoder.BLOCK_LENGTH, accounts.size(), AccountEncoder.BLOCK_LENGTH);
        final SubmitAccountsEncoder.AccountsEncoder group = new SubmitAccountsEncoder()
            .wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder())
            .accountsCount(accounts.size());
        for (final NewAccount account : accounts) {
            group.next().id(account.id());
            group.userData128().hi(account.userData128Hi()).lo(account.userData128Lo());
            group.userData64(account.userData64()).ledger(account.ledger() & UINT32).code(account.code()).flags(account.flags());
        }
        return buffer;
    }

    static UnsafeBuffer actions(final List<AccountAction> actions) {
        requireBatch(actions.size());
        final UnsafeBuffer buffer = buffer(SubmitAccountActionsEncoder.BLOCK_LENGTH, actions.size(), AccountActionEncoder.BLOCK_LENGTH);
        final SubmitAccountActionsEncoder.ActionsEncoder group = new SubmitAccountActionsEncoder()
            .wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder())
            .actionsCount(actions.size());
        for (final AccountAction action : actions) {
            group.next().accountId(action.accountId()).action(action.action()).sides(action.sides()).reserved(0);
        }
        return buffer;
    }

    static UnsafeBuffer lookupAccounts(final long[] ids) {
        requirePage(ids.length);
        final UnsafeBuffer buffer = buffer(LookupAccountsEncoder.BLOCK_LENGTH, ids.length, Long.BYTES);
        final LookupAccountsEncoder.AccountsEncoder group = new LookupAccountsEncoder()
            .wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder())
            .accountsCount(ids.length);
        for (final long id : ids) {
            group.next().id(id);
        }
        return buffer;
    }

    static UnsafeBuffer lookupTransfers(final int participantId, final List<TransferId> ids) {
        requirePage(ids.size());
        final UnsafeBuffer buffer = buffer(LookupTransfersEncoder.BLOCK_LENGTH, ids.size(), 2 * Long.BYTES);
        final LookupTransfersEncoder.TransfersEncoder group = new LookupTransfersEncoder()
            .wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder())
            .participantId(participantId)
            .reserved(0)
            .transfersCount(ids.size());
        for (final TransferId id : ids) {
            group.next().id().hi(id.hi()).lo(id.lo());
        }
        return buffer;
    }

    static UnsafeBuffer accountTransfers(final long accountId, final long cursor, final int pageSize) {
        requirePage(pageSize);
        final UnsafeBuffer buffer = buffer(QueryAccountTransfersEncoder.BLOCK_LENGTH);
        new QueryAccountTransfersEncoder().wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder())
            .accountId(accountId).cursor(cursor).pageSize(pageSize).reserved(0);
        return buffer;
    }

    static UnsafeBuffer accountBalances(final long accountId, final long cursor, final int pageSize) {
        requirePage(pageSize);
        final UnsafeBuffer buffer = buffer(QueryAccountBalancesEncoder.BLOCK_LENGTH);
        new QueryAccountBalancesEncoder().wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder())
            .accountId(accountId).cursor(cursor).pageSize(pageSize).reserved(0);
        return buffer;
    }

    static UnsafeBuffer totals(final int ledger) {
        final UnsafeBuffer buffer = buffer(QueryTotalsEncoder.BLOCK_LENGTH);
        new QueryTotalsEncoder().wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder()).ledger(ledger & UINT32).reserved(0);
        return buffer;
    }

    static UnsafeBuffer reference(final int kind, final long cursor, final int pageSize) {
        requirePage(pageSize);
        final UnsafeBuffer buffer = buffer(QueryReferenceEncoder.BLOCK_LENGTH);
        new QueryReferenceEncoder().wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder())
            .cursor(cursor).kind(kind).pageSize(pageSize).reserved(0);
        return buffer;
    }

    /** The caller may use its buffer again at once. */
    static UnsafeBuffer copyOf(final DirectBuffer message) {
        final byte[] bytes = new byte[message.capacity()];
        message.getBytes(0, bytes);
        return new UnsafeBuffer(bytes);
    }

    static UnsafeBuffer status() {
        final UnsafeBuffer buffer = buffer(QueryStatusEncoder.BLOCK_LENGTH);
        new QueryStatusEncoder().wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder());
        return buffer;
    }

    static UnsafeBuffer rate() {
        final UnsafeBuffer buffer = buffer(QueryRateEncoder.BLOCK_LENGTH);
        new QueryRateEncoder().wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder());
        return buffer;
    }

    static UnsafeBuffer paymentTables() {
        final UnsafeBuffer buffer = buffer(QueryPaymentStatusEncoder.BLOCK_LENGTH);
        new QueryPaymentStatusEncoder().wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder());
        return buffer;
    }

    static UnsafeBuffer lookupParticipant(final String code) {
        requireCode(code);
        final UnsafeBuffer buffer = buffer(LookupParticipantEncoder.BLOCK_LENGTH);
        new LookupParticipantEncoder().wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder()).participantCode(code);
        return buffer;
    }

    static UnsafeBuffer putParticipant(final Participant participant) {
        requireCode(participant.code());
        final UnsafeBuffer buffer = buffer(PutParticipantEncoder.BLOCK_LENGTH);
        new PutParticipantEncoder().wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder())
            .idCapacity(participant.idCapacity())
            .participantId(participant.participantId() & UINT32)
            .keyId(participant.keyId())
            .roles(participant.roles())
            .burstMs(participant.burstMs())
            .requestsPerSecond(participant.requestsPerSecond())
            .participantCode(participant.code());
        return buffer;
    }

    static UnsafeBuffer putGrant(final Grant grant) {
        final UnsafeBuffer buffer = buffer(PutGrantEncoder.BLOCK_LENGTH);
        new PutGrantEncoder().wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder())
            .fromValue(grant.fromValue())
            .toValue(grant.toValue())
            .participantId(grant.participantId() & UINT32)
            .ledger(grant.ledger() & UINT32)
            .kind(grant.kind())
            .rights(grant.rights())
            .reserved(0);
        return buffer;
    }

    static UnsafeBuffer removeGrant(final Grant grant) {
        final UnsafeBuffer buffer = buffer(RemoveGrantEncoder.BLOCK_LENGTH);
        new RemoveGrantEncoder().wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder())
            .fromValue(grant.fromValue())
            .toValue(grant.toValue())
            .participantId(grant.participantId() & UINT32)
            .ledger(grant.ledger() & UINT32)
            .kind(grant.kind())
            .rights(grant.rights())
            .reserved(0);
        return buffer;
    }

    static UnsafeBuffer configure(final StateLimits limits) {
        final UnsafeBuffer buffer = buffer(ConfigureEncoder.BLOCK_LENGTH);
        new ConfigureEncoder().wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder())
            .accountCapacity(limits.accountCapacity())
            .idCapacity(limits.idCapacity())
            .idGuaranteedWindowMs(limits.idGuaranteedWindowMs())
            .idFutureToleranceMs(limits.idFutureToleranceMs())
            .holdCapacity(limits.holdCapacity())
            .transfersRetained(limits.transfersRetained())
            .historyRetained(limits.historyRetained())
            .sweepLimit(limits.sweepLimit())
            .maxChain(limits.maxChain());
        return buffer;
    }

    static UnsafeBuffer acceptClock(final long acceptedEpochNs) {
        final UnsafeBuffer buffer = buffer(AcceptClockEncoder.BLOCK_LENGTH);
        new AcceptClockEncoder().wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder()).acceptedEpochNs(acceptedEpochNs);
        return buffer;
    }

    static UnsafeBuffer raiseRules(final int rulesVersion) {
        final UnsafeBuffer buffer = buffer(RaiseRulesEncoder.BLOCK_LENGTH);
        new RaiseRulesEncoder().wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder())
            .rulesVersion(rulesVersion & UINT32).reserved(0);
        return buffer;
    }

    static UnsafeBuffer node(final long minimumSequence, final Duration longest) {
        final UnsafeBuffer buffer = buffer(QueryNodeEncoder.BLOCK_LENGTH);
        new QueryNodeEncoder().wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder()).minimumSequence(minimumSequence)
            .timeoutMs(Math.min(longest.toMillis(), UINT32)).reserved(0);
        return buffer;
    }

    static UnsafeBuffer promote(final boolean isLossAccepted) {
        final UnsafeBuffer buffer = buffer(PromoteEncoder.BLOCK_LENGTH);
        new PromoteEncoder().wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder()).promoteFlags(isLossAccepted ? 1 : 0).reserved(0);
        return buffer;
    }

    private static UnsafeBuffer buffer(final int blockLength) {
        return new UnsafeBuffer(new byte[HEADER_BYTES + blockLength]);
    }

    private static UnsafeBuffer buffer(final int blockLength, final int count, final int entryBytes) {
        return new UnsafeBuffer(new byte[HEADER_BYTES + blockLength + GROUP_HEADER_BYTES + count * entryBytes]);
    }

    private static void requireBatch(final int count) {
        if (count < 1 || count > Limits.MAX_BATCH) {
            throw new IllegalArgumentException("a request has 1 to " + Limits.MAX_BATCH + " entries, not " + count);
        }
    }

    private static void requirePage(final int count) {
        if (count < 1 || count > Limits.MAX_PAGE) {
            throw new IllegalArgumentException("a query is for 1 to " + Limits.MAX_PAGE + " entries, not " + count);
        }
    }

    private static void requireCode(final String code) {
        if (!Credentials.isCode(code)) {
            throw new IllegalArgumentException("a participant's code is 1 to 16 printable ASCII characters");
        }
    }
}
