package io.daybreak.client;

import io.daybreak.client.TransferRecord.HoldState;
import io.daybreak.client.TransferRecord.Lookup;
import io.daybreak.protocol.codec.AccountsAnswerDecoder;
import io.daybreak.protocol.codec.BalancesAnswerDecoder;
import io.daybreak.protocol.codec.GroupSizeEncodingDecoder;
import io.daybreak.protocol.codec.Id128Decoder;
import io.daybreak.protocol.codec.MessageHeaderDecoder;
import io.daybreak.protocol.codec.NodeAnswerDecoder;
import io.daybreak.protocol.codec.ParticipantAnswerDecoder;
import io.daybreak.protocol.codec.RateAnswerDecoder;
import io.daybreak.protocol.codec.ReferenceAnswerDecoder;
import io.daybreak.protocol.codec.PaymentStatusAnswerDecoder;
import io.daybreak.protocol.codec.StatusAnswerDecoder;
import io.daybreak.protocol.codec.SubmitAccountsDecoder;
import io.daybreak.protocol.codec.TotalsAnswerDecoder;
import io.daybreak.protocol.codec.TransfersAnswerDecoder;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Turns answers to queries into values. Static. */
final class Answers {
    private Answers() {
    }

    static AccountsPage accounts(final DirectBuffer buffer, final int offset) {
        final AccountsAnswerDecoder answer = new AccountsAnswerDecoder().wrapAndApplyHeader(buffer, offset, new MessageHeaderDecoder());
        final long asOfSequence = answer.asOfSequence();
        final List<AccountRecord> accounts = new ArrayList<>();
        for (final AccountsAnswerDecoder.AccountsDecoder account : answer.accounts()) {
            accounts.add(new AccountRecord(account.id(), account.lookup(), account.userData128().hi(), account.userData128().lo(),
                account.userData64(), account.debitsPosted(), account.debitsPending(), account.creditsPosted(),
                account.creditsPending(), account.createdNs(), (int) account.ledger(), account.code(), account.flags()));
        }
        return new AccountsPage(asOfSequence, List.copyOf(accounts));
    }

    static TransfersPage transfers(final DirectBuffer buffer, final int offset) {
        final TransfersAnswerDecoder answer = new TransfersAnswerDecoder()
            .wrapAndApplyHeader(buffer, offset, new MessageHeaderDecoder());
        final List<TransferRecord> transfers = new ArrayList<>();
        for (final TransfersAnswerDecoder.TransfersDecoder transfer : answer.transfers()) {
            transfers.add(new TransferRecord(id(transfer.id()), Lookup.of(transfer.lookup()), transfer.result(),
                transfer.debitAccountId(), transfer.creditAccountId(), transfer.amountMinor(), id(transfer.pendingId()),
                transfer.userData128().hi(), transfer.userData128().lo(), transfer.userData64(), transfer.sequence(),
                transfer.timestampNs(), transfer.timeoutMs(), (int) transfer.ledger(), transfer.code(), transfer.flags(),
                HoldState.of(transfer.holdState()), (int) transfer.participantId()));
        }
        return new TransfersPage(answer.result(), answer.asOfSequence(), answer.nextCursor(), answer.memoryBeginsSequence(),
            List.copyOf(transfers));
    }

    static BalancesPage balances(final DirectBuffer buffer, final int offset) {
        final BalancesAnswerDecoder answer = new BalancesAnswerDecoder().wrapAndApplyHeader(buffer, offset, new MessageHeaderDecoder());
        final List<BalanceRecord> balances = new ArrayList<>();
        for (final BalancesAnswerDecoder.BalancesDecoder balance : answer.balances()) {
            balances.add(new BalanceRecord(balance.sequence(), balance.timestampNs(), balance.debitsPosted(), balance.debitsPending(),
                balance.creditsPosted(), balance.creditsPending()));
        }
        return new BalancesPage(answer.result(), answer.asOfSequence(), answer.nextCursor(), answer.memoryBeginsSequence(),
            List.copyOf(balances));
    }

    static LedgerTotals totals(final DirectBuffer buffer, final int offset) {
        final TotalsAnswerDecoder answer = new TotalsAnswerDecoder().wrapAndApplyHeader(buffer, offset, new MessageHeaderDecoder());
        return new LedgerTotals(answer.result(), answer.asOfSequence(), (int) answer.ledger(), answer.accountCount(),
            sum(answer.debitsPosted()), sum(answer.debitsPending()), sum(answer.creditsPosted()), sum(answer.creditsPending()));
    }

    static ReferencePage reference(final DirectBuffer buffer, final int offset) {
        final ReferenceAnswerDecoder answer = new ReferenceAnswerDecoder()
            .wrapAndApplyHeader(buffer, offset, new MessageHeaderDecoder());
        final byte[] records = new byte[answer.messagesLength()];
        final List<UnsafeBuffer> messages = new ArrayList<>();
        final ReferencePage page = new ReferencePage(answer.result(), answer.asOfSequence(), answer.nextCursor(), messages);
        answer.getMessages(records, 0, records.length);
        int at = 0;
        while (at < records.length) {
            final int length = lengthOf(new UnsafeBuffer(records, at, records.length - at));
            messages.add(new UnsafeBuffer(Arrays.copyOfRange(records, at, at + length)));
            at += length;
        }
        return page;
    }

    /** Accounts are told as SubmitAccounts with a group; all other records are blocks. */
    private static int lengthOf(final DirectBuffer message) {
        final MessageHeaderDecoder header = new MessageHeaderDecoder().wrap(message, 0);
        final int block = MessageHeaderDecoder.ENCODED_LENGTH + header.blockLength();
        if (header.templateId() != SubmitAccountsDecoder.TEMPLATE_ID) {
            return block;
        }
        final GroupSizeEncodingDecoder group = new GroupSizeEncodingDecoder().wrap(message, block);
        return block + GroupSizeEncodingDecoder.ENCODED_LENGTH + group.blockLength() * group.numInGroup();
    }

    static SwitchStatus status(final DirectBuffer buffer, final int offset) {
        final StatusAnswerDecoder answer = new StatusAnswerDecoder().wrapAndApplyHeader(buffer, offset, new MessageHeaderDecoder());
        return new SwitchStatus(answer.result(), answer.asOfSequence(), answer.timestampNs(), answer.digest(), answer.accountCount(),
            answer.holdCount(), answer.idCount(), answer.transferCount(), (int) answer.rulesVersion());
    }

    static RateRecord rate(final DirectBuffer buffer, final int offset) {
        final RateAnswerDecoder answer = new RateAnswerDecoder().wrapAndApplyHeader(buffer, offset, new MessageHeaderDecoder());
        return new RateRecord(answer.requestsPerSecond(), answer.capacity(), answer.available());
    }

    static PaymentTables paymentTables(final DirectBuffer buffer, final int offset) {
        final PaymentStatusAnswerDecoder answer = new PaymentStatusAnswerDecoder().wrapAndApplyHeader(buffer, offset, new MessageHeaderDecoder());
        return new PaymentTables(answer.result(), answer.asOfSequence(), answer.payments(), answer.paymentCapacity(), answer.oldestPaymentNs(),
            answer.reversalsBeforeOriginal(), answer.issuerRequests(), answer.oldestIssuerRequestNs(), answer.storeAndForward(),
            answer.oldestStoreAndForwardNs(), answer.openExceptions(), answer.lateAnswers(), answer.cards(), answer.wallets(), answer.merchants(),
            answer.terminals());
    }

    static ParticipantRecord participant(final DirectBuffer buffer, final int offset) {
        final ParticipantAnswerDecoder answer = new ParticipantAnswerDecoder()
            .wrapAndApplyHeader(buffer, offset, new MessageHeaderDecoder());
        return new ParticipantRecord(answer.result(), answer.asOfSequence(), new Participant((int) answer.participantId(),
            answer.participantCode(), answer.keyId(), answer.roles(), answer.idCapacity(), answer.requestsPerSecond(), (int) answer.burstMs()));
    }

    static NodeRecord node(final DirectBuffer buffer, final int offset) {
        final NodeAnswerDecoder answer = new NodeAnswerDecoder().wrapAndApplyHeader(buffer, offset, new MessageHeaderDecoder());
        return new NodeRecord(answer.result(), answer.asOfSequence(), answer.receivedSequence(), answer.primarySequence(), answer.epoch(),
            answer.incarnation(), answer.lagMs(), answer.nodeRole() == 1, (answer.nodeFlags() & 1) != 0, (answer.nodeFlags() & 2) != 0,
            (answer.nodeFlags() & 4) != 0,
            answer.acknowledgement());
    }

    private static TransferId id(final Id128Decoder decoder) {
        return new TransferId(decoder.hi(), decoder.lo());
    }

    private static BigInteger sum(final Id128Decoder decoder) {
        return new BigInteger(1, ByteBuffer.allocate(2 * Long.BYTES).putLong(decoder.hi()).putLong(decoder.lo()).array());
    }
}
