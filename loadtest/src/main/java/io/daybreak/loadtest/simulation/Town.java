package io.daybreak.loadtest.simulation;

import io.daybreak.protocol.AccountFlags;
import io.daybreak.protocol.CardStatus;
import io.daybreak.protocol.Participants;
import io.daybreak.protocol.RecordStatus;
import io.daybreak.protocol.codec.AccountEncoder;
import io.daybreak.protocol.codec.ConfigureEncoder;
import io.daybreak.protocol.codec.ConfigurePaymentsEncoder;
import io.daybreak.protocol.codec.PutCardEncoder;
import io.daybreak.protocol.codec.PutDayGroupEncoder;
import io.daybreak.protocol.codec.PutGrantEncoder;
import io.daybreak.protocol.codec.PutInstitutionEncoder;
import io.daybreak.protocol.codec.PutIssuerEncoder;
import io.daybreak.protocol.codec.PutIssuerLinkEncoder;
import io.daybreak.protocol.codec.PutMerchantEncoder;
import io.daybreak.protocol.codec.PutParticipantEncoder;
import io.daybreak.protocol.codec.PutRouteEncoder;
import io.daybreak.protocol.codec.PutTerminalEncoder;
import io.daybreak.protocol.codec.PutWalletEncoder;
import io.daybreak.protocol.codec.TransferEncoder;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.MutableDirectBuffer;

import java.util.ArrayList;
import java.util.List;

/** The small world of accounts, wallets, cards, merchants and an issuer that every simulation is about, as commands that build it. */
final class Town {
    static final int LEDGER = 156;
    static final int OPERATOR = Participants.FIRST_OPERATOR;
    static final int FIRST_PARTICIPANT = 100;
    static final int PARTICIPANTS = 3;
    static final int FIRST_CARD_PARTICIPANT = 110;
    static final int FIRST_NODE = 120;
    static final long FIRST_INSTITUTION = 100_001;
    static final int INSTITUTIONS = 2;
    static final long BANK = 1;
    static final long SETTLEMENT = 901;
    static final long EXCEPTION = 902;
    static final long ISSUER_SETTLEMENT = 903;
    static final long ISSUER_EXCEPTION = 904;
    static final long FIRST_WALLET = 10_000;
    static final int WALLETS = 24;
    static final long FIRST_MERCHANT = 20_000;
    static final int MERCHANTS = 4;
    static final long OPENING_BALANCE = 1_000_000;
    static final int ISSUER = 7;
    static final int FIRST_LINK = 71;
    static final int LINKS = 2;
    static final int LOCAL_BIN = 99_000_100;
    static final int ROUTED_BIN = 99_000_211;
    static final long ISSUER_DEADLINE_MS = 5_000;
    static final int EXPIRY = 3_012;

    private static final long NS_PER_MS = 1_000_000L;
    private static final long SECOND_MS = 1_000;
    private static final long HOUR_MS = 3_600 * SECOND_MS;
    private static final long DAY_MS = 24 * HOUR_MS;
    private static final long ALL_OPERATIONS = (1L << 14) - 2;

    private final MutableDirectBuffer buffer = new ExpandableArrayBuffer(512);
    private final List<SetUpCommand> commands = new ArrayList<>();
    private final int sender;
    private final int nodes;

    private Town(final int sender, final int nodes) {
        this.sender = sender;
        this.nodes = nodes;
    }

    static long wallet(final int number) {
        return FIRST_WALLET + number;
    }

    static long merchant(final int number) {
        return FIRST_MERCHANT + number;
    }

    /** By which a node signs on with the other one. */
    static String nodeCode(final int number) {
        return number == 0 ? "NODEA" : "NODEB";
    }

    static String merchantName(final int number) {
        return String.format("M%014d", number);
    }

    /** Every account whose balance is compared. */
    static long[] accounts() {
        final long[] ids = new long[6 + WALLETS + MERCHANTS - 1];
        int at = 0;
        for (final long id : new long[] {BANK, SETTLEMENT, EXCEPTION, ISSUER_SETTLEMENT, ISSUER_EXCEPTION}) {
            ids[at++] = id;
        }
        for (int i = 0; i < WALLETS; i++) {
            ids[at++] = wallet(i);
        }
        for (int i = 0; i < MERCHANTS; i++) {
            ids[at++] = merchant(i);
        }
        return ids;
    }

    /** Body of the command that every primary begins with. */
    static byte[] configure() {
        final Town town = new Town(0, 1);
        town.putConfigure();
        return town.commands.get(0).body();
    }

    /** Commands that build it, to be sent one after the other. */
    static List<SetUpCommand> commands(final int sender, final int nodes) {
        final Town town = new Town(sender, nodes);
        town.build();
        return town.commands;
    }

    private void build() {
        putConfigure();
        participant(OPERATOR, "OPERATOR", Participants.ROLE_ACTIVE | Participants.ROLE_OPERATOR, 1 << 12);
        for (int i = 0; i < PARTICIPANTS; i++) {
            participant(FIRST_PARTICIPANT + i, "NATIVE" + i, Participants.ROLE_ACTIVE, 1 << 16);
        }
        for (int i = 0; i < INSTITUTIONS; i++) {
            participant(FIRST_CARD_PARTICIPANT + i, "ACQ" + i, Participants.ROLE_ACTIVE, 4_096);
        }
        for (int i = 0; nodes > 1 && i < nodes; i++) {
            participant(FIRST_NODE + i, nodeCode(i), Participants.ROLE_ACTIVE | Participants.ROLE_STANDBY, 4_096);
        }
        configurePayments();
        for (final long id : new long[] {BANK, SETTLEMENT, EXCEPTION, ISSUER_SETTLEMENT, ISSUER_EXCEPTION}) {
            account(id, 0);
        }
        dayGroup();
        for (int i = 0; i < MERCHANTS; i++) {
            account(merchant(i), 0);
        }
        for (int i = 0; i < WALLETS; i++) {
            account(wallet(i), AccountFlags.DEBITS_MUST_NOT_EXCEED_CREDITS);
        }
        for (int i = 0; i < PARTICIPANTS; i++) {
            grant(FIRST_PARTICIPANT + i, FIRST_WALLET, FIRST_MERCHANT + MERCHANTS);
        }
        for (int i = 0; i < WALLETS; i++) {
            fund(i);
        }
        institutions();
        wallets();
        issuer();
    }

    private void putConfigure() {
        put(ConfigureEncoder.TEMPLATE_ID, Participants.SYSTEM, ConfigureEncoder.BLOCK_LENGTH, new ConfigureEncoder().wrap(buffer, 0).correlationId(0)
            .accountCapacity(10_000).idCapacity(1 << 18).idGuaranteedWindowMs(0).idFutureToleranceMs(60_000).holdCapacity(1 << 14)
            .transfersRetained(1 << 12).historyRetained(1 << 10).sweepLimit(256).maxChain(8));
    }

    private void configurePayments() {
        put(ConfigurePaymentsEncoder.TEMPLATE_ID, Participants.SYSTEM, ConfigurePaymentsEncoder.BLOCK_LENGTH, new ConfigurePaymentsEncoder()
            .wrap(buffer, 0).correlationId(0).paymentCapacity(1 << 15).cardCapacity(64).walletCapacity(64).merchantCapacity(64)
            .terminalCapacity(64).issuerRequestCapacity(1 << 12).storeAndForwardCapacity(1 << 13).exceptionCapacity(1 << 10)
            .identityWindowMs(DAY_MS).reversalWindowMs(7 * DAY_MS).holdWindowMs(30 * DAY_MS).refundWindowMs(180 * DAY_MS)
            .futureToleranceMs(600 * SECOND_MS).reserveForFinishing(1 << 12));
    }

    private void institutions() {
        for (int i = 0; i < INSTITUTIONS; i++) {
            put(PutInstitutionEncoder.TEMPLATE_ID, OPERATOR, PutInstitutionEncoder.BLOCK_LENGTH, new PutInstitutionEncoder().wrap(buffer, 0)
                .correlationId(0).institution(FIRST_INSTITUTION + i).settlementAccountId(SETTLEMENT).exceptionAccountId(EXCEPTION)
                .operations(ALL_OPERATIONS).forcePostCapMinor(100_000).refundFundingLimitMinor(20_000).unlinkedRefundLimitMinor(50_000)
                .participantId(FIRST_CARD_PARTICIPANT + i).rights(31).dayGroup(1).status(RecordStatus.ACTIVE).currency(LEDGER).reserved(0));
        }
        for (int i = 0; i < MERCHANTS; i++) {
            final PutMerchantEncoder encoder = new PutMerchantEncoder().wrap(buffer, 0).correlationId(0);
            encoder.merchant(merchantName(i)).accountId(merchant(i)).institution(0).mcc(5_411).status(RecordStatus.ACTIVE).billerNumber(0);
            put(PutMerchantEncoder.TEMPLATE_ID, OPERATOR, PutMerchantEncoder.BLOCK_LENGTH, encoder);
        }
        buffer.setMemory(0, PutTerminalEncoder.BLOCK_LENGTH, (byte) 0);
        put(PutTerminalEncoder.TEMPLATE_ID, OPERATOR, PutTerminalEncoder.BLOCK_LENGTH, new PutTerminalEncoder().wrap(buffer, 0).correlationId(0)
            .terminal("T0000001").institution(0).status(RecordStatus.ACTIVE).reserved1(0).reserved2(0));
    }

    private void wallets() {
        for (int i = 0; i < WALLETS; i++) {
            put(PutWalletEncoder.TEMPLATE_ID, OPERATOR, PutWalletEncoder.BLOCK_LENGTH, new PutWalletEncoder().wrap(buffer, 0).correlationId(0)
                .walletId(1 + i).accountId(wallet(i)).tierId(0).zoneId(0).status(RecordStatus.ACTIVE).reserved(0));
            final PutCardEncoder card = new PutCardEncoder().wrap(buffer, 0).correlationId(0);
            card.token().hi(tokenHi(i)).lo(tokenLo(i));
            card.walletId(1 + i).bin(LOCAL_BIN).tokenKeyId(1).expiry(EXPIRY).status(CardStatus.ACTIVE).flags(0).reserved(0);
            put(PutCardEncoder.TEMPLATE_ID, OPERATOR, PutCardEncoder.BLOCK_LENGTH, card);
        }
    }

    static long tokenHi(final int card) {
        return 1 + card;
    }

    static long tokenLo(final int card) {
        return 0x77_0000L + card;
    }

    private void issuer() {
        final PutIssuerEncoder issuer = new PutIssuerEncoder().wrap(buffer, 0).correlationId(0).settlementAccountId(ISSUER_SETTLEMENT)
            .exceptionAccountId(ISSUER_EXCEPTION).institution(88).maximumAgeMs(3 * DAY_MS).retryMs(SECOND_MS).answerTimeoutMs(10 * SECOND_MS)
            .issuerId(ISSUER).window(32).maximumTries(10_000).flags(0).status(RecordStatus.ACTIVE).currency(LEDGER).dayGroup(1).reserved(0);
        issuer.code("ISSUER");
        put(PutIssuerEncoder.TEMPLATE_ID, OPERATOR, PutIssuerEncoder.BLOCK_LENGTH, issuer);
        for (int i = 0; i < LINKS; i++) {
            put(PutIssuerLinkEncoder.TEMPLATE_ID, OPERATOR, PutIssuerLinkEncoder.BLOCK_LENGTH, new PutIssuerLinkEncoder().wrap(buffer, 0)
                .correlationId(0).linkId(FIRST_LINK + i).issuerId(ISSUER).weight(1).status(RecordStatus.ACTIVE).window(1_000).reserved(0)
                .code("LINK" + i));
        }
        put(PutRouteEncoder.TEMPLATE_ID, OPERATOR, PutRouteEncoder.BLOCK_LENGTH, new PutRouteEncoder().wrap(buffer, 0).correlationId(0)
            .amountFromMinor(0).amountToMinor(Long.MAX_VALUE).standInFloorMinor(0).standInDayMinor(0).prefix(990_002)
            .deadlineMs(ISSUER_DEADLINE_MS).standInDayCount(0).standInOperations(0).routeId(5).issuerId(ISSUER).channels(0).currency(0)
            .standInChannels(0).status(RecordStatus.ACTIVE).prefixLength((short) 6).pinMode((short) 0).reserved(0).standInExcludedMccs(""));
    }

    private void participant(final int id, final String code, final int roles, final long ids) {
        put(PutParticipantEncoder.TEMPLATE_ID, Participants.SYSTEM, PutParticipantEncoder.BLOCK_LENGTH, new PutParticipantEncoder().wrap(buffer, 0)
            .correlationId(0).idCapacity(ids).participantId(id).keyId(1).roles(roles).burstMs(0).requestsPerSecond(0).participantCode(code));
    }

    private void account(final long id, final int flags) {
        final AccountEncoder encoder = new AccountEncoder().wrap(buffer, 0).id(id).userData64(0).ledger(LEDGER).code(1).flags(flags);
        encoder.userData128().hi(0).lo(0);
        put(AccountEncoder.TEMPLATE_ID, OPERATOR, AccountEncoder.BLOCK_LENGTH, encoder);
    }

    private void grant(final int participant, final long from, final long to) {
        put(PutGrantEncoder.TEMPLATE_ID, OPERATOR, PutGrantEncoder.BLOCK_LENGTH, new PutGrantEncoder().wrap(buffer, 0).correlationId(0)
            .fromValue(from).toValue(to).participantId(participant).ledger(0).kind(Participants.GRANT_RANGE)
            .rights(Participants.RIGHT_DEBIT).reserved(0));
    }

    private void dayGroup() {
        put(PutDayGroupEncoder.TEMPLATE_ID, OPERATOR, PutDayGroupEncoder.BLOCK_LENGTH, new PutDayGroupEncoder().wrap(buffer, 0).correlationId(0)
            .graceMs(HOUR_MS).firstDate(20_261_123).dayGroup(1).zoneId(0).cutOverMinute(0).status(RecordStatus.ACTIVE).reserved(0));
    }

    private void fund(final int wallet) {
        buffer.setMemory(0, TransferEncoder.BLOCK_LENGTH, (byte) 0);
        final TransferEncoder encoder = new TransferEncoder().wrap(buffer, 0).debitAccountId(BANK).creditAccountId(wallet(wallet))
            .amountMinor(OPENING_BALANCE).ledger(LEDGER).code(1);
        encoder.id().hi(World.BEGIN_NS / NS_PER_MS << 16).lo(1 + wallet);
        put(TransferEncoder.TEMPLATE_ID, OPERATOR, TransferEncoder.BLOCK_LENGTH, encoder);
    }

    private void put(final int templateId, final int participantId, final int length, final Object encoded) {
        final byte[] body = new byte[length];
        buffer.getBytes(0, body);
        commands.add(new SetUpCommand(sender, templateId, participantId, body));
    }
}
