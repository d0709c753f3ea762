package io.daybreak.gateway.launch;

import io.daybreak.gateway.card.TokenKeys;
import io.daybreak.gateway.config.Settings;
import io.daybreak.gateway.link.Credentials;
import io.daybreak.gateway.link.SystemPort;
import io.daybreak.protocol.AccountFlags;
import io.daybreak.protocol.Limits;
import io.daybreak.protocol.Participants;
import io.daybreak.protocol.Result;
import io.daybreak.protocol.codec.AccountDecoder;
import io.daybreak.protocol.codec.AccountEncoder;
import io.daybreak.protocol.codec.AccountsAnswerDecoder;
import io.daybreak.protocol.codec.ConfigureDecoder;
import io.daybreak.protocol.codec.ConfigureEncoder;
import io.daybreak.protocol.codec.ConfigurePaymentsDecoder;
import io.daybreak.protocol.codec.ConfigurePaymentsEncoder;
import io.daybreak.protocol.codec.GroupSizeEncodingEncoder;
import io.daybreak.protocol.codec.LookupAccountsDecoder;
import io.daybreak.protocol.codec.LookupAccountsEncoder;
import io.daybreak.protocol.codec.LookupParticipantDecoder;
import io.daybreak.protocol.codec.LookupParticipantEncoder;
import io.daybreak.protocol.codec.MessageHeaderDecoder;
import io.daybreak.protocol.codec.ParticipantAnswerDecoder;
import io.daybreak.protocol.codec.PutGrantDecoder;
import io.daybreak.protocol.codec.PutGrantEncoder;
import io.daybreak.protocol.codec.PutParticipantDecoder;
import io.daybreak.protocol.codec.PutParticipantEncoder;
import io.daybreak.protocol.codec.TransferDecoder;
import io.daybreak.protocol.codec.TransferEncoder;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.MutableDirectBuffer;

import java.security.SecureRandom;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What the switch itself puts into its journal at start, through the ring like everything else: the limits, the first
 * operator, and the demo's participants, accounts and money. Every step may be done again without effect, so that a
 * start that was cut short is completed by the next. Cold path, the starting thread only.
 */
final class Provisioner {
    static final String OPERATOR_CODE = "OPERATOR";
    static final String DEMO_CODE = "ACQ001";

    private static final int DEMO_ID = 2;
    private static final int LEDGER_CNY = 156;
    private static final long EXCEPTIONS = 900_004;
    private static final long ISSUER_SETTLEMENT = 900_005;
    private static final long ISSUER_EXCEPTIONS = 900_006;
    private static final int CODE_EXCEPTIONS = 10;
    private static final int SHARED_ACCOUNTS = 6;
    private static final long FIRST_WALLET = 1;
    private static final int MERCHANTS = 100;
    private static final long FIRST_MERCHANT = 100_001;
    private static final long ISSUANCE = 900_001;
    private static final long FEES = 900_002;
    private static final long SETTLEMENT = 900_003;
    private static final int CODE_WALLET = 1;
    private static final int CODE_MERCHANT = 2;
    private static final int CODE_SETTLEMENT = 7;
    private static final int CODE_FEES = 8;
    private static final int CODE_ISSUANCE = 9;
    private static final int CODE_FUNDING = 1;
    /** An operator pays seldom: it gets this much of the memory of ids, or a sixteenth where that is less. */
    private static final long OPERATOR_IDS = 65_536;
    /** The state machine grants no participant less. */
    private static final long MIN_IDS = 1_024;
    private static final int ID_TIME_SHIFT = 16;

    private final Settings.Capacity capacity;
    private final Settings.Payments payments;
    private final Settings.Demo demo;
    private final SecureRandom random = new SecureRandom();

    Provisioner(final Settings.Capacity capacity, final Settings.Payments payments, final Settings.Demo demo) {
        this.capacity = capacity;
        this.payments = payments;
        this.demo = demo;
    }

    /** Configure's block with the settings' limits. */
    DirectBuffer configureBody() {
        final MutableDirectBuffer body = new ExpandableArrayBuffer(ConfigureEncoder.BLOCK_LENGTH);
        new ConfigureEncoder().wrap(body, 0)
            .correlationId(0)
            .accountCapacity(capacity.accounts())
            .idCapacity(capacity.ids())
            .idGuaranteedWindowMs(capacity.guaranteedWindowMs())
            .idFutureToleranceMs(capacity.futureToleranceMs())
            .holdCapacity(capacity.holds())
            .transfersRetained(capacity.transfersRetained())
            .historyRetained(capacity.historyRetained())
            .sweepLimit(capacity.sweepLimit())
            .maxChain(capacity.maxChain());
        return body;
    }

    /** Journals the limits; returns the result code. */
    int configure(final SystemPort port) {
        return port.submit(ConfigureDecoder.TEMPLATE_ID, Participants.SYSTEM, configureBody(), ConfigureDecoder.BLOCK_LENGTH);
    }

    /** Journals the limits of payments, unless they are in force already; returns the result code. */
    int configurePayments(final SystemPort port) {
        final MutableDirectBuffer body = new ExpandableArrayBuffer(ConfigurePaymentsEncoder.BLOCK_LENGTH);
        new ConfigurePaymentsEncoder().wrap(body, 0)
            .correlationId(0)
            .paymentCapacity(payments.payments())
            .cardCapacity(payments.cards())
            .walletCapacity(payments.wallets())
            .merchantCapacity(payments.merchants())
            .terminalCapacity(payments.terminals())
            .issuerRequestCapacity(payments.issuerRequests())
            .storeAndForwardCapacity(payments.storeAndForward())
            .exceptionCapacity(payments.exceptions())
            .identityWindowMs(payments.identityWindowMs())
            .reversalWindowMs(payments.reversalWindowMs())
            .holdWindowMs(payments.holdWindowMs())
            .refundWindowMs(payments.refundWindowMs())
            .futureToleranceMs(payments.futureToleranceMs())
            .reserveForFinishing(payments.finishingReserve());
        return port.submit(ConfigurePaymentsDecoder.TEMPLATE_ID, Participants.SYSTEM, body, ConfigurePaymentsDecoder.BLOCK_LENGTH);
    }

    /** True if there is a participant with this code. */
    boolean isKnown(final SystemPort port, final String code) {
        final MutableDirectBuffer body = new ExpandableArrayBuffer(LookupParticipantEncoder.BLOCK_LENGTH);
        new LookupParticipantEncoder().wrap(body, 0).correlationId(0).participantCode(code);
        final DirectBuffer answer = port.query(LookupParticipantDecoder.TEMPLATE_ID, Participants.SYSTEM, body, LookupParticipantDecoder.BLOCK_LENGTH);
        return new ParticipantAnswerDecoder().wrapAndApplyHeader(answer, 0, new MessageHeaderDecoder()).result() == Result.OK;
    }

    void putOperator(final SystemPort port) {
        putParticipant(port, Participants.FIRST_OPERATOR, OPERATOR_CODE, Participants.ROLE_OPERATOR | Participants.ROLE_ACTIVE, operatorIds());
    }

    private long operatorIds() {
        return Math.max(MIN_IDS, Math.min(OPERATOR_IDS, capacity.ids() / 16));
    }

    /** New random secrets of the demo's participants, by code. */
    Map<String, byte[]> newDemoSecrets() {
        final Map<String, byte[]> secrets = new LinkedHashMap<>();
        secrets.put(OPERATOR_CODE, newSecret());
        secrets.put(DEMO_CODE, newSecret());
        return secrets;
    }

    private byte[] newSecret() {
        final byte[] secret = new byte[Limits.SECRET_BYTES];
        random.nextBytes(secret);
        return secret;
    }

    /** True once the last record of {@link #provisionDemo} is there. */
    boolean isDemoComplete(final SystemPort port) {
        return isKnown(port, DEMO_CODE) && DemoPayments.isComplete(port);
    }

    /**
     * Puts in whatever of the demo is not there yet.
     *
     * @param nowMs Unix milliseconds, for the ids of the funding transfers
     */
    void provisionDemo(final SystemPort port, final long nowMs, final TokenKeys tokenKeys) {
        putOperator(port);
        // What is left stays free for participants that are added while trying things out.
        putParticipant(port, DEMO_ID, DEMO_CODE, Participants.ROLE_ACTIVE, capacity.ids() - operatorIds() - capacity.ids() / 8);
        putAccounts(port);
        putGrant(port, Participants.GRANT_RANGE, FIRST_WALLET, FIRST_WALLET + demo.wallets() - 1, Participants.RIGHT_DEBIT);
        putGrant(port, Participants.GRANT_ACCOUNT, SETTLEMENT, 0, Participants.RIGHT_DEBIT);
        putGrant(port, Participants.GRANT_RANGE, FIRST_MERCHANT, FIRST_MERCHANT + MERCHANTS - 1, Participants.RIGHT_READ);
        if (demo.balanceMinor() > 0) {
            fund(port, unfunded(port), nowMs);
        }
        new DemoPayments(port, demo.wallets(), tokenKeys).put(new DemoPayments.Accounts(FIRST_WALLET, FIRST_MERCHANT, MERCHANTS, SETTLEMENT,
            EXCEPTIONS, FEES, ISSUER_SETTLEMENT, ISSUER_EXCEPTIONS), DEMO_ID);
    }

    private void putParticipant(final SystemPort port, final int id, final String code, final int roles, final long idCapacity) {
        final MutableDirectBuffer body = new ExpandableArrayBuffer(PutParticipantEncoder.BLOCK_LENGTH);
        new PutParticipantEncoder().wrap(body, 0)
            .correlationId(0)
            .idCapacity(idCapacity)
            .participantId(id)
            .keyId(Credentials.DEFAULT_KEY_ID)
            .roles(roles)
            .burstMs(0)
            .requestsPerSecond(0)
            .participantCode(code);
        require(port.submit(PutParticipantDecoder.TEMPLATE_ID, Participants.SYSTEM, body, PutParticipantDecoder.BLOCK_LENGTH), "participant " + code);
    }

    private void putGrant(final SystemPort port, final int kind, final long from, final long to, final int rights) {
        final MutableDirectBuffer body = new ExpandableArrayBuffer(PutGrantEncoder.BLOCK_LENGTH);
        new PutGrantEncoder().wrap(body, 0)
            .correlationId(0)
            .fromValue(from)
            .toValue(to)
            .participantId(DEMO_ID)
            .ledger(0)
            .kind(kind)
            .rights(rights)
            .reserved(0);
        require(port.submit(PutGrantDecoder.TEMPLATE_ID, Participants.FIRST_OPERATOR, body, PutGrantDecoder.BLOCK_LENGTH), "grant");
    }

    private void putAccounts(final SystemPort port) {
        final int count = demo.wallets() + MERCHANTS + SHARED_ACCOUNTS;
        final MutableDirectBuffer bodies = new ExpandableArrayBuffer(count * AccountEncoder.BLOCK_LENGTH);
        final AccountEncoder account = new AccountEncoder();
        int at = 0;
        for (int i = 0; i < demo.wallets(); i++) {
            at = putAccount(account, bodies, at, FIRST_WALLET + i, CODE_WALLET, AccountFlags.DEBITS_MUST_NOT_EXCEED_CREDITS);
        }
        for (int i = 0; i < MERCHANTS; i++) {
            at = putAccount(account, bodies, at, FIRST_MERCHANT + i, CODE_MERCHANT, 0);
        }
        at = putAccount(account, bodies, at, ISSUANCE, CODE_ISSUANCE, 0);
        at = putAccount(account, bodies, at, FEES, CODE_FEES, 0);
        at = putAccount(account, bodies, at, SETTLEMENT, CODE_SETTLEMENT, 0);
        at = putAccount(account, bodies, at, EXCEPTIONS, CODE_EXCEPTIONS, 0);
        at = putAccount(account, bodies, at, ISSUER_SETTLEMENT, CODE_SETTLEMENT, 0);
        putAccount(account, bodies, at, ISSUER_EXCEPTIONS, CODE_EXCEPTIONS, 0);
        requireAll(port.submit(AccountDecoder.TEMPLATE_ID, Participants.FIRST_OPERATOR, bodies, AccountDecoder.BLOCK_LENGTH, count), "account");
    }

    private static int putAccount(final AccountEncoder account, final MutableDirectBuffer bodies, final int at, final long id, final int code,
                                  final int flags) {
        bodies.setMemory(at, AccountEncoder.BLOCK_LENGTH, (byte) 0);
        account.wrap(bodies, at).id(id).ledger(LEDGER_CNY).code(code).flags(flags);
        return at + AccountEncoder.BLOCK_LENGTH;
    }

    /** Wallets that never got any money and should have, in ascending order. */
    private long[] unfunded(final SystemPort port) {
        final long[] found = new long[demo.wallets()];
        int count = 0;
        for (int first = 0; first < demo.wallets(); first += Limits.MAX_PAGE) {
            final int page = Math.min(Limits.MAX_PAGE, demo.wallets() - first);
            final MutableDirectBuffer body = new ExpandableArrayBuffer();
            final int length = LookupAccountsEncoder.BLOCK_LENGTH + GroupSizeEncodingEncoder.ENCODED_LENGTH + page * Long.BYTES;
            final LookupAccountsEncoder.AccountsEncoder ids = new LookupAccountsEncoder().wrap(body, 0).correlationId(0).accountsCount(page);
            for (int i = 0; i < page; i++) {
                ids.next().id(FIRST_WALLET + first + i);
            }
            final DirectBuffer answer = port.query(LookupAccountsDecoder.TEMPLATE_ID, Participants.FIRST_OPERATOR, body, length);
            for (final AccountsAnswerDecoder.AccountsDecoder wallet
                : new AccountsAnswerDecoder().wrapAndApplyHeader(answer, 0, new MessageHeaderDecoder()).accounts()) {
                if (wallet.creditsPosted() == 0 && wallet.id() != DemoPayments.EMPTY_WALLET) {
                    found[count++] = wallet.id();
                }
            }
        }
        return Arrays.copyOf(found, count);
    }

    private void fund(final SystemPort port, final long[] wallets, final long nowMs) {
        if (wallets.length == 0) {
            return;
        }
        final MutableDirectBuffer bodies = new ExpandableArrayBuffer(wallets.length * TransferEncoder.BLOCK_LENGTH);
        final TransferEncoder transfer = new TransferEncoder();
        for (int i = 0; i < wallets.length; i++) {
            final int at = i * TransferEncoder.BLOCK_LENGTH;
            bodies.setMemory(at, TransferEncoder.BLOCK_LENGTH, (byte) 0);
            transfer.wrap(bodies, at)
                .debitAccountId(ISSUANCE)
                .creditAccountId(wallets[i])
                .amountMinor(demo.balanceMinor())
                .ledger(LEDGER_CNY)
                .code(CODE_FUNDING);
            transfer.id().hi(nowMs << ID_TIME_SHIFT | random.nextInt(1 << ID_TIME_SHIFT)).lo(random.nextLong());
        }
        requireAll(port.submit(TransferDecoder.TEMPLATE_ID, Participants.FIRST_OPERATOR, bodies, TransferDecoder.BLOCK_LENGTH, wallets.length), "funding");
    }

    static void requireAll(final int[] results, final String what) {
        for (final int result : results) {
            require(result, what);
        }
    }

    static void require(final int result, final String what) {
        if (result != Result.OK) {
            throw new IllegalStateException("provisioning of a " + what + " was refused: " + Result.name(result));
        }
    }
}
