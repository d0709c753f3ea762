package io.daybreak.client;

import io.daybreak.client.ClientException.Reason;
import io.daybreak.protocol.codec.AccountsAnswerDecoder;
import io.daybreak.protocol.codec.BalancesAnswerDecoder;
import io.daybreak.protocol.codec.CutOverDecoder;
import io.daybreak.protocol.codec.MessageHeaderDecoder;
import io.daybreak.protocol.codec.NodeAnswerDecoder;
import io.daybreak.protocol.codec.ParticipantAnswerDecoder;
import io.daybreak.protocol.codec.RateAnswerDecoder;
import io.daybreak.protocol.codec.ReferenceAnswerDecoder;
import io.daybreak.protocol.codec.PaymentStatusAnswerDecoder;
import io.daybreak.protocol.codec.StatusAnswerDecoder;
import io.daybreak.protocol.codec.TotalsAnswerDecoder;
import io.daybreak.protocol.codec.TransfersAnswerDecoder;
import org.agrona.DirectBuffer;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * The switch, as an acquirer's program calls it. Every call comes in two forms: blocking, and with {@code Async} and a
 * future.
 * <p>
 * <b>A payment is made exactly once</b>, whatever happens on the way: a transfer carries its id from before it is first
 * sent; when the connection is lost, the client connects anew (to the next address, if there are several) and sends
 * what is unanswered again with the same ids; the switch gives the first outcome to a repeat. Outcomes are values:
 * see {@link Decision}. After the deadline the outcome is UNKNOWN: call {@code transfer} again <em>with the same value</em>,
 * now or tomorrow, to ask again. The client never mints an id of its own accord.
 * <p>
 * Accounts and grants put, participants put, and queries are resent as well, since doing them twice is doing them once;
 * account actions and the other administration are not: they may end UNKNOWN when the connection is lost.
 * <p>
 * Thread safe. Callbacks of futures run on the client's event loop: they must not block, nor make blocking calls.
 * Blocking calls cannot be interrupted, since what they sent cannot be either; the deadline bounds them. At most
 * {@link ClientOptions#maxInFlight()} commands are unanswered: beyond it a blocking call waits, an asynchronous one fails with
 * {@link Reason#BUSY} and has sent nothing.
 */
public final class DaybreakClient implements AutoCloseable {
    private final ClientAgent agent;
    private final TransferIdMinter minter;

    private DaybreakClient(final ClientAgent agent) {
        this.agent = agent;
        this.minter = new TransferIdMinter(agent.clock()::timeMs);
    }

    /** Begins the description of a client. */
    public static Builder builder() {
        return new Builder();
    }

    // ----- transfers -----

    /** An id for a new payment: above all that this client gave before, by the switch's time. */
    public TransferId nextId() {
        return minter.next();
    }

    /** The switch's time in Unix milliseconds, as far as this client knows it. */
    public long serverTimeMs() {
        return agent.clock().timeMs();
    }

    /** Submits one transfer and waits for its outcome. */
    public Outcome transfer(final Transfer transfer) {
        return transfers(List.of(transfer)).get(0);
    }

    /** Submits one transfer. */
    public CompletableFuture<Outcome> transferAsync(final Transfer transfer) {
        return first(transfersAsync(List.of(transfer)));
    }

    /**
     * Submits a request batch: 1 to 8,190 transfers, applied in order, each on its own unless linked.
     *
     * @return outcomes in the order of the transfers
     */
    public List<Outcome> transfers(final List<Transfer> transfers) {
        return await(agent.submit(new OutcomesRequest(Requests.transfers(transfers), transfers.size(), true), true));
    }

    /** As {@link #transfers(List)}. */
    public CompletableFuture<List<Outcome>> transfersAsync(final List<Transfer> transfers) {
        return agent.submit(new OutcomesRequest(Requests.transfers(transfers), transfers.size(), true), false);
    }

    // ----- accounts and administration; operator only -----

    /** Creates 1 to 8,190 accounts. */
    public List<Outcome> createAccounts(final List<NewAccount> accounts) {
        return await(agent.submit(new OutcomesRequest(Requests.accounts(accounts), accounts.size(), true), true));
    }

    /** As {@link #createAccounts(List)}. */
    public CompletableFuture<List<Outcome>> createAccountsAsync(final List<NewAccount> accounts) {
        return agent.submit(new OutcomesRequest(Requests.accounts(accounts), accounts.size(), true), false);
    }

    /** Freezes, unfreezes or closes 1 to 8,190 accounts. Not resent. */
    public List<Outcome> act(final List<AccountAction> actions) {
        return await(agent.submit(new OutcomesRequest(Requests.actions(actions), actions.size(), false), true));
    }

    /** As {@link #act(List)}. */
    public CompletableFuture<List<Outcome>> actAsync(final List<AccountAction> actions) {
        return agent.submit(new OutcomesRequest(Requests.actions(actions), actions.size(), false), false);
    }

    /** Creates a participant or changes it. */
    public Outcome putParticipant(final Participant participant) {
        return await(putParticipantAsync(participant));
    }

    /** As {@link #putParticipant(Participant)}. */
    public CompletableFuture<Outcome> putParticipantAsync(final Participant participant) {
        return first(agent.submit(new OutcomesRequest(Requests.putParticipant(participant), 1, true), false));
    }

    /** Grants a right; putting the same grant again changes nothing. */
    public Outcome putGrant(final Grant grant) {
        return await(putGrantAsync(grant));
    }

    /** As {@link #putGrant(Grant)}. */
    public CompletableFuture<Outcome> putGrantAsync(final Grant grant) {
        return first(agent.submit(new OutcomesRequest(Requests.putGrant(grant), 1, true), false));
    }

    /** Takes back a grant that was put with the same values. Not resent. */
    public Outcome removeGrant(final Grant grant) {
        return await(removeGrantAsync(grant));
    }

    /** As {@link #removeGrant(Grant)}. */
    public CompletableFuture<Outcome> removeGrantAsync(final Grant grant) {
        return first(agent.submit(new OutcomesRequest(Requests.removeGrant(grant), 1, false), false));
    }

    /** Changes the limits that the journal holds. Not resent. */
    public Outcome configure(final StateLimits limits) {
        return await(configureAsync(limits));
    }

    /** As {@link #configure(StateLimits)}. */
    public CompletableFuture<Outcome> configureAsync(final StateLimits limits) {
        return first(agent.submit(new OutcomesRequest(Requests.configure(limits), 1, false), false));
    }

    /** Accepts a step of the switch's wall clock, up to these Unix nanoseconds. Not resent. */
    public Outcome acceptClock(final long acceptedEpochNs) {
        return await(acceptClockAsync(acceptedEpochNs));
    }

    /** As {@link #acceptClock(long)}. */
    public CompletableFuture<Outcome> acceptClockAsync(final long acceptedEpochNs) {
        return first(agent.submit(new OutcomesRequest(Requests.acceptClock(acceptedEpochNs), 1, false), false));
    }

    /** Raises the version of the rules. Not resent. */
    public Outcome raiseRules(final int rulesVersion) {
        return await(raiseRulesAsync(rulesVersion));
    }

    /** As {@link #raiseRules(int)}. */
    public CompletableFuture<Outcome> raiseRulesAsync(final int rulesVersion) {
        return first(agent.submit(new OutcomesRequest(Requests.raiseRules(rulesVersion), 1, false), false));
    }

    /**
     * Sends an administration message of payments, such as PutWallet. Resent, but for CutOver: putting a record twice is
     * putting it once.
     *
     * @param message message header and block; the correlation id in it is not looked at
     */
    public Outcome administer(final DirectBuffer message) {
        return await(administerAsync(message));
    }

    /** As {@link #administer(DirectBuffer)}; any number may be under way, up to {@link ClientOptions#maxInFlight()}. */
    public CompletableFuture<Outcome> administerAsync(final DirectBuffer message) {
        final boolean isResendable = new MessageHeaderDecoder().wrap(message, 0).templateId() != CutOverDecoder.TEMPLATE_ID;
        return first(agent.submit(new OutcomesRequest(Requests.copyOf(message), 1, isResendable), false));
    }

    // ----- queries: fail with Reason.DEADLINE if there is no answer in time -----

    /** Looks up 1 to 128 accounts. */
    public AccountsPage lookupAccounts(final long... accountIds) {
        return await(lookupAccountsAsync(accountIds));
    }

    /** As {@link #lookupAccounts(long...)}. */
    public CompletableFuture<AccountsPage> lookupAccountsAsync(final long... accountIds) {
        return agent.submit(new QueryRequest<>(Requests.lookupAccounts(accountIds), AccountsAnswerDecoder.TEMPLATE_ID,
            Answers::accounts), false);
    }

    /** Looks up 1 to 128 of the own transfers. */
    public TransfersPage lookupTransfers(final List<TransferId> ids) {
        return await(lookupTransfersAsync(0, ids));
    }

    /** Looks up 1 to 128 transfers of a participant; 0: the own ones. Another's only as operator. */
    public CompletableFuture<TransfersPage> lookupTransfersAsync(final int participantId, final List<TransferId> ids) {
        return agent.submit(new QueryRequest<>(Requests.lookupTransfers(participantId, ids), TransfersAnswerDecoder.TEMPLATE_ID,
            Answers::transfers), false);
    }

    /**
     * A page of an account's transfers, newest first.
     *
     * @param cursor   0 for the first page, then {@link TransfersPage#nextCursor()} of the page before
     * @param pageSize 1 to 128
     */
    public TransfersPage accountTransfers(final long accountId, final long cursor, final int pageSize) {
        return await(accountTransfersAsync(accountId, cursor, pageSize));
    }

    /** As {@link #accountTransfers(long, long, int)}. */
    public CompletableFuture<TransfersPage> accountTransfersAsync(final long accountId, final long cursor, final int pageSize) {
        return agent.submit(new QueryRequest<>(Requests.accountTransfers(accountId, cursor, pageSize),
            TransfersAnswerDecoder.TEMPLATE_ID, Answers::transfers), false);
    }

    /** A page of the balance history of an account flagged so, newest first; parameters as for its transfers. */
    public BalancesPage accountBalances(final long accountId, final long cursor, final int pageSize) {
        return await(accountBalancesAsync(accountId, cursor, pageSize));
    }

    /** As {@link #accountBalances(long, long, int)}. */
    public CompletableFuture<BalancesPage> accountBalancesAsync(final long accountId, final long cursor, final int pageSize) {
        return agent.submit(new QueryRequest<>(Requests.accountBalances(accountId, cursor, pageSize),
            BalancesAnswerDecoder.TEMPLATE_ID, Answers::balances), false);
    }

    /** Sums over a ledger. */
    public LedgerTotals totals(final int ledger) {
        return await(totalsAsync(ledger));
    }

    /** As {@link #totals(int)}. */
    public CompletableFuture<LedgerTotals> totalsAsync(final int ledger) {
        return agent.submit(new QueryRequest<>(Requests.totals(ledger), TotalsAnswerDecoder.TEMPLATE_ID, Answers::totals), false);
    }

    /** Where the state machine stands. */
    public SwitchStatus status() {
        return await(statusAsync());
    }

    /** As {@link #status()}. */
    public CompletableFuture<SwitchStatus> statusAsync() {
        return agent.submit(new QueryRequest<>(Requests.status(), StatusAnswerDecoder.TEMPLATE_ID, Answers::status), false);
    }

    /** Sizes and ages of the tables of payments. */
    public PaymentTables paymentTables() {
        return await(paymentTablesAsync());
    }

    /** As {@link #paymentTables()}. */
    public CompletableFuture<PaymentTables> paymentTablesAsync() {
        return agent.submit(new QueryRequest<>(Requests.paymentTables(), PaymentStatusAnswerDecoder.TEMPLATE_ID, Answers::paymentTables), false);
    }

    /** What the node is that this client is connected to, and how far it has come. */
    public NodeRecord node() {
        return await(nodeAsync(0, Duration.ZERO));
    }

    /**
     * The same, once the node has applied a sequence: whatever this client asks afterwards on the same connection shows at least that.
     *
     * @param minimumSequence waited for
     * @param longest         for at most so long; then {@link NodeRecord#asOfSequence()} is smaller
     */
    public CompletableFuture<NodeRecord> nodeAsync(final long minimumSequence, final Duration longest) {
        return agent.submit(new QueryRequest<>(Requests.node(minimumSequence, longest), NodeAnswerDecoder.TEMPLATE_ID, Answers::node), false);
    }

    /**
     * Makes the standby that this client is connected to the primary; operator only.
     *
     * @param isLossAccepted although it may lack what was acknowledged last
     * @return its record; {@link NodeRecord#result()} says whether it leads now
     */
    public NodeRecord promote(final boolean isLossAccepted) {
        return await(agent.submit(new QueryRequest<>(Requests.promote(isLossAccepted), NodeAnswerDecoder.TEMPLATE_ID, Answers::node, false), false));
    }

    /** At which rate the switch takes this participant's requests, and how many it would take at once now. */
    public RateRecord rate() {
        return await(agent.submit(new QueryRequest<>(Requests.rate(), RateAnswerDecoder.TEMPLATE_ID, Answers::rate), false));
    }

    /** A participant by its code; operator only. */
    public ParticipantRecord participant(final String code) {
        return await(participantAsync(code));
    }

    /** As {@link #participant(String)}. */
    public CompletableFuture<ParticipantRecord> participantAsync(final String code) {
        return agent.submit(new QueryRequest<>(Requests.lookupParticipant(code), ParticipantAnswerDecoder.TEMPLATE_ID,
            Answers::participant), false);
    }

    /**
     * A page of the records of one kind, as the messages that put them; operator only. A page may be short, or empty, and
     * yet not be the last.
     *
     * @param kind     template id of those messages
     * @param cursor   0 for the first page, then {@link ReferencePage#nextCursor()} of the page before
     * @param pageSize 1 to 128
     */
    public ReferencePage reference(final int kind, final long cursor, final int pageSize) {
        return await(referenceAsync(kind, cursor, pageSize));
    }

    /** As {@link #reference(int, long, int)}. */
    public CompletableFuture<ReferencePage> referenceAsync(final int kind, final long cursor, final int pageSize) {
        return agent.submit(new QueryRequest<>(Requests.reference(kind, cursor, pageSize), ReferenceAnswerDecoder.TEMPLATE_ID,
            Answers::reference), false);
    }

    // ----- life -----

    /** True while signed on. Between connections requests wait; they need no care of the caller. */
    public boolean isConnected() {
        return agent.isReady();
    }

    /** How often a connection was lost and another one signed on. */
    public long reconnects() {
        return agent.reconnects();
    }

    /**
     * Takes no more requests, waits for outstanding answers (at most {@link ClientOptions#closeGrace()}), says goodbye,
     * closes. What is unanswered then is UNKNOWN or NOT_SENT.
     */
    @Override
    public void close() {
        agent.close();
    }

    private static CompletableFuture<Outcome> first(final CompletableFuture<List<Outcome>> outcomes) {
        return outcomes.thenApply(list -> list.get(0));
    }

    private <T> T await(final CompletableFuture<T> future) {
        agent.requireMayBlock();
        try {
            return future.join();
        } catch (final CompletionException ex) {
            if (ex.getCause() instanceof final ClientException cause) {
                throw cause;
            }
            throw ex;
        }
    }

    /** Describes a client. Not thread safe. */
    public static final class Builder {
        private final List<InetSocketAddress> addresses = new ArrayList<>();
        private Credentials credentials;
        private ClientOptions options = ClientOptions.DEFAULT;

        private Builder() {
        }

        /** One address of the switch; with several, the first that signs on is used. Names are resolved at each attempt. */
        public Builder address(final String host, final int port) {
            addresses.add(InetSocketAddress.createUnresolved(host, port));
            return this;
        }

        /** Who signs on. */
        public Builder credentials(final Credentials newCredentials) {
            this.credentials = Objects.requireNonNull(newCredentials, "credentials");
            return this;
        }

        /** Bounds; {@link ClientOptions#DEFAULT} if not called. */
        public Builder options(final ClientOptions newOptions) {
            this.options = Objects.requireNonNull(newOptions, "options");
            return this;
        }

        /** A client that connects in the background; requests wait for it until their deadline. */
        public DaybreakClient start() {
            if (addresses.isEmpty() || credentials == null) {
                throw new IllegalStateException("address and credentials are needed");
            }
            final ClientAgent agent = new ClientAgent(List.copyOf(addresses), credentials, options);
            agent.start();
            return new DaybreakClient(agent);
        }

        /**
         * A client that is signed on.
         *
         * @throws ClientException NOT_AUTHENTICATED at once; NOT_CONNECTED if it did not succeed within the deadline
         */
        public DaybreakClient connect() {
            final DaybreakClient client = start();
            try {
                client.agent.awaitReady();
            } catch (final ClientException ex) {
                client.close();
                throw ex;
            }
            return client;
        }
    }
}
