package io.daybreak.model.payment;

import io.daybreak.model.AccountActionCommand;
import io.daybreak.model.AccountCommand;
import io.daybreak.model.ConfigureCommand;
import io.daybreak.model.Id;
import io.daybreak.model.ParticipantCommand;
import io.daybreak.model.TransferCommand;
import io.daybreak.protocol.AccountFlags;
import io.daybreak.protocol.CardStatus;
import io.daybreak.protocol.InstitutionRights;
import io.daybreak.protocol.Participants;
import io.daybreak.protocol.PaymentChannel;
import io.daybreak.protocol.PaymentOperation;
import io.daybreak.protocol.RecordStatus;
import io.daybreak.protocol.codec.ConfigurePaymentsDecoder;
import io.daybreak.protocol.codec.ConfigurePaymentsEncoder;
import io.daybreak.protocol.codec.CutOverDecoder;
import io.daybreak.protocol.codec.CutOverEncoder;
import io.daybreak.protocol.codec.PutCardDecoder;
import io.daybreak.protocol.codec.PutCardEncoder;
import io.daybreak.protocol.codec.PutDayGroupDecoder;
import io.daybreak.protocol.codec.PutDayGroupEncoder;
import io.daybreak.protocol.codec.PutFeeDecoder;
import io.daybreak.protocol.codec.PutFeeEncoder;
import io.daybreak.protocol.codec.PutInstitutionDecoder;
import io.daybreak.protocol.codec.PutInstitutionEncoder;
import io.daybreak.protocol.codec.PutIssuerDecoder;
import io.daybreak.protocol.codec.PutIssuerEncoder;
import io.daybreak.protocol.codec.PutIssuerLinkDecoder;
import io.daybreak.protocol.codec.PutIssuerLinkEncoder;
import io.daybreak.protocol.codec.PutMerchantDecoder;
import io.daybreak.protocol.codec.PutMerchantEncoder;
import io.daybreak.protocol.codec.PutRouteDecoder;
import io.daybreak.protocol.codec.PutRouteEncoder;
import io.daybreak.protocol.codec.PutTerminalDecoder;
import io.daybreak.protocol.codec.PutTerminalEncoder;
import io.daybreak.protocol.codec.PutTierDecoder;
import io.daybreak.protocol.codec.PutTierEncoder;
import io.daybreak.protocol.codec.PutWalletDecoder;
import io.daybreak.protocol.codec.PutWalletEncoder;
import io.daybreak.protocol.codec.PutZoneDecoder;
import io.daybreak.protocol.codec.PutZoneEncoder;
import org.agrona.MutableDirectBuffer;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** A small town of wallets, cards, merchants, terminals, two acquirers and an issuer, for the switch and for the model. */
public final class PaymentTown {
    public static final int CNY = 156;
    public static final int USD = 840;
    public static final long NONE = Long.MAX_VALUE;
    static final long START_NS = Instant.parse("2026-11-23T10:30:00Z").getEpochSecond() * 1_000_000_000L;

    static final int OPERATOR = Participants.FIRST_OPERATOR;
    static final int ACQUIRER = 2;
    static final int SMALL_ACQUIRER = 3;
    static final long INSTITUTION = 100_001;
    static final long SMALL_INSTITUTION = 200_002;

    static final long SETTLEMENT = 201;
    static final long EXCEPTION = 202;
    static final long SMALL_SETTLEMENT = 203;
    static final long SMALL_EXCEPTION = 204;
    static final long FEES = 301;
    static final long ISSUER_SETTLEMENT = 401;
    static final long ISSUER_EXCEPTION = 402;
    static final long DOLLARS = 501;
    static final long SOURCE = 999;
    static final long DOLLAR_SOURCE = 998;

    static final long BALANCE = 1_000_000;
    static final long FORCE_CAP = 3_000;
    static final long FUNDING_LIMIT = 2_500;
    static final long UNLINKED_LIMIT = 2_000;
    static final long GRACE_MS = 3_600_000;
    static final long HOLD_MS = 30L * 86_400_000;

    static final long LIMITED_HERE = 5;
    static final long LIMITED_EAST = 6;
    static final long POOR = 7;
    static final long EXPIRED = 8;
    static final long DOLLAR_WALLET = 9;
    static final long CEILING = 10;
    /** Wallets whose card has the wallet's number as token. */
    static final int WALLETS = 10;
    static final long LOST_CARD = 21;
    static final long STOLEN_CARD = 22;
    static final long SECOND_CARD = 23;
    static final long UNKNOWN_CARD = 77;
    static final long ROUTED_CARD = 9_001;
    static final long ROUTED_CARD_2 = 9_002;
    static final long STAND_IN_CARD = 9_101;
    static final int EXPIRY = 3012;

    static final String GROCER = merchant(1);
    static final String RESTAURANT = merchant(2);
    static final String CASINO = merchant(3);
    static final String BLOCKED_MERCHANT = merchant(4);
    static final String UNKNOWN_MERCHANT = merchant(9);
    static final String[] TERMINALS = {"T0000001", "T0000002", "T0000003"};
    static final String BLOCKED_TERMINAL = "T0000004";
    static final String UNKNOWN_TERMINAL = "T0000009";

    static final int ISSUER = 1;
    static final int LINK_1 = 11;
    static final int LINK_2 = 12;
    static final int DEADLINE_MS = 5_000;

    private static final long ALL_OPERATIONS = (1L << PaymentOperation.COUNT) - 2;
    private static final long SMALL_OPERATIONS = ALL_OPERATIONS & ~(1L << PaymentOperation.CASH_OUT | 1L << PaymentOperation.TOP_UP
        | 1L << PaymentOperation.TRANSFER | 1L << PaymentOperation.CASHBACK | 1L << PaymentOperation.BALANCE);
    private static final int ALL_RIGHTS = 31;

    private PaymentTown() {
    }

    static String merchant(final int number) {
        return String.format("M%014d", number);
    }

    static boolean isRouted(final long bin) {
        return bin / 100 == 990_002;
    }

    static long binOf(final long card) {
        return card >= STAND_IN_CARD ? 99_000_210 : card >= ROUTED_CARD ? 99_000_200 : 99_000_100;
    }

    /** Everything that the switch must be told, in order; the model is told by {@link #tell}. */
    static List<Order> orders(final long paymentCapacity) {
        final List<Order> orders = new ArrayList<>();
        orders.add(Order.of(ConfigureCommand.roomy()));
        orders.add(Order.of(ParticipantCommand.operator(OPERATOR, "OPERATOR")));
        orders.add(Order.of(ParticipantCommand.participant(ACQUIRER, "ACQ001")));
        orders.add(Order.of(ParticipantCommand.participant(SMALL_ACQUIRER, "ACQ002")));
        final int limited = AccountFlags.DEBITS_MUST_NOT_EXCEED_CREDITS;
        for (int wallet = 1; wallet <= WALLETS; wallet++) {
            if (wallet != DOLLAR_WALLET) {
                orders.add(Order.of(account(wallet).flags(limited)));
            }
        }
        for (int merchant = 1; merchant <= 4; merchant++) {
            orders.add(Order.of(account(100 + merchant).flags(limited)));
        }
        for (final long id : new long[] {SETTLEMENT, EXCEPTION, SMALL_SETTLEMENT, SMALL_EXCEPTION, FEES, ISSUER_SETTLEMENT, ISSUER_EXCEPTION, SOURCE}) {
            orders.add(Order.of(account(id)));
        }
        orders.add(Order.of(account(DOLLARS).ledger(USD).flags(limited)));
        orders.add(Order.of(account(DOLLAR_SOURCE).ledger(USD)));
        for (final long wallet : new long[] {1, 2, 3, 4, LIMITED_HERE, LIMITED_EAST, EXPIRED, CEILING}) {
            orders.add(Order.of(fund(wallet, wallet == CEILING ? 40_000 : BALANCE)));
        }
        orders.add(Order.of(TransferCommand.transfer(Id.at(START_NS / 1_000_000, 9), DOLLAR_SOURCE, DOLLARS, BALANCE).ledger(USD)));
        orders.add(configurePayments(paymentCapacity));
        orders.add(zone(1, 480));
        orders.add(dayGroup(1));
        orders.add(tier(1, PaymentChannel.ALL, 20_000, 60_000, 200_000, 1_000_000, NONE, 6, 40, 400));
        orders.add(tier(1, PaymentChannel.QR, 5_000, 9_000, NONE, NONE, NONE, 3, Integer.MAX_VALUE, Integer.MAX_VALUE));
        orders.add(tier(2, PaymentChannel.ALL, NONE, NONE, NONE, NONE, 50_000, Integer.MAX_VALUE, Integer.MAX_VALUE, Integer.MAX_VALUE));
        orders.add(institution(INSTITUTION, ACQUIRER, SETTLEMENT, EXCEPTION, ALL_OPERATIONS, ALL_RIGHTS));
        orders.add(institution(SMALL_INSTITUTION, SMALL_ACQUIRER, SMALL_SETTLEMENT, SMALL_EXCEPTION, SMALL_OPERATIONS,
            ALL_RIGHTS & ~(InstitutionRights.FILE_UPDATE | InstitutionRights.UNLINKED_REFUND)));
        for (int wallet = 1; wallet <= WALLETS; wallet++) {
            orders.add(wallet(wallet, RecordStatus.ACTIVE));
        }
        for (int wallet = 1; wallet <= WALLETS; wallet++) {
            orders.add(card(wallet, wallet, wallet == EXPIRED ? 2610 : EXPIRY, CardStatus.ACTIVE));
        }
        orders.add(card(LOST_CARD, 1, EXPIRY, CardStatus.LOST));
        orders.add(card(STOLEN_CARD, 2, EXPIRY, CardStatus.STOLEN));
        orders.add(card(SECOND_CARD, 1, EXPIRY, CardStatus.ACTIVE));
        orders.add(merchant(GROCER, 101, 5411, RecordStatus.ACTIVE, 1));
        orders.add(merchant(RESTAURANT, 102, 5812, RecordStatus.ACTIVE, 2));
        orders.add(merchant(CASINO, 103, 6011, RecordStatus.ACTIVE, 0));
        orders.add(merchant(BLOCKED_MERCHANT, 104, 5411, RecordStatus.BLOCKED, 0));
        for (final String terminal : TERMINALS) {
            orders.add(terminal(terminal, RecordStatus.ACTIVE));
        }
        orders.add(terminal(BLOCKED_TERMINAL, RecordStatus.BLOCKED));
        orders.add(fee(5411, 60, 0, 0, NONE, 0));
        orders.add(fee(5812, 125, 3, 5, 200, 200));
        return orders;
    }

    /** The issuer of the routed cards, with two links and stand-in for some. */
    static List<Order> issuerOrders() {
        final List<Order> orders = new ArrayList<>();
        orders.add(put(PutIssuerDecoder.TEMPLATE_ID, "put issuer", (buffer, offset) -> {
            new PutIssuerEncoder().wrap(clear(buffer, offset, PutIssuerEncoder.BLOCK_LENGTH), offset).settlementAccountId(ISSUER_SETTLEMENT)
                .exceptionAccountId(ISSUER_EXCEPTION).institution(990_002).maximumAgeMs(3L * 86_400_000).retryMs(2_000).answerTimeoutMs(10_000)
                .issuerId(ISSUER).window(32).maximumTries(1_000).status(RecordStatus.ACTIVE).currency(CNY).dayGroup(1).code("ISSUER");
            return PutIssuerEncoder.BLOCK_LENGTH;
        }));
        for (final int link : new int[] {LINK_1, LINK_2}) {
            orders.add(put(PutIssuerLinkDecoder.TEMPLATE_ID, "put issuer link " + link, (buffer, offset) -> {
                new PutIssuerLinkEncoder().wrap(clear(buffer, offset, PutIssuerLinkEncoder.BLOCK_LENGTH), offset).linkId(link).issuerId(ISSUER)
                    .weight(1).status(RecordStatus.ACTIVE).window(1_024).code("LINK" + link);
                return PutIssuerLinkEncoder.BLOCK_LENGTH;
            }));
        }
        orders.add(route(1, 990_002, 6, 0));
        orders.add(route(2, 9_900_021, 7, 5_000));
        return orders;
    }

    private static Order route(final int id, final int prefix, final int length, final long floor) {
        return put(PutRouteDecoder.TEMPLATE_ID, "put route " + prefix, (buffer, offset) -> {
            new PutRouteEncoder().wrap(clear(buffer, offset, PutRouteEncoder.BLOCK_LENGTH), offset).amountToMinor(NONE).standInFloorMinor(floor)
                .standInDayMinor(floor == 0 ? 0 : 12_000).prefix(prefix).deadlineMs(DEADLINE_MS).standInDayCount(floor == 0 ? 0 : 3)
                .standInOperations(floor == 0 ? 0 : 1 << PaymentOperation.PURCHASE | 1 << PaymentOperation.AUTHORISE).routeId(id).issuerId(ISSUER)
                .standInChannels(floor == 0 ? 0 : 0x7F & ~(1 << PaymentChannel.E_COMMERCE)).status(RecordStatus.ACTIVE).prefixLength((short) length)
                .standInExcludedMccs(floor == 0 ? "" : "6011");
            return PutRouteEncoder.BLOCK_LENGTH;
        });
    }

    private static Order put(final int templateId, final String what, final Order.Body body) {
        return new Order(templateId, what, body);
    }

    private static MutableDirectBuffer clear(final MutableDirectBuffer buffer, final int offset, final int length) {
        buffer.setMemory(offset, length, (byte) 0);
        return buffer;
    }

    private static AccountCommand account(final long id) {
        return AccountCommand.account(id).ledger(CNY);
    }

    private static TransferCommand fund(final long wallet, final long amount) {
        return TransferCommand.transfer(Id.at(START_NS / 1_000_000, wallet), SOURCE, wallet, amount).ledger(CNY);
    }

    private static Order configurePayments(final long capacity) {
        return put(ConfigurePaymentsDecoder.TEMPLATE_ID, "configure payments", (buffer, offset) -> {
            new ConfigurePaymentsEncoder().wrap(clear(buffer, offset, ConfigurePaymentsEncoder.BLOCK_LENGTH), offset).paymentCapacity(capacity)
                .cardCapacity(1_024).walletCapacity(1_024).merchantCapacity(1_024).terminalCapacity(1_024).issuerRequestCapacity(1_024)
                .storeAndForwardCapacity(4_096).exceptionCapacity(1 << 16).identityWindowMs(86_400_000).reversalWindowMs(7L * 86_400_000)
                .holdWindowMs(HOLD_MS).refundWindowMs(180L * 86_400_000).futureToleranceMs(600_000).reserveForFinishing(capacity / 8);
            return ConfigurePaymentsEncoder.BLOCK_LENGTH;
        });
    }

    private static Order zone(final int id, final int minutes) {
        return put(PutZoneDecoder.TEMPLATE_ID, "put zone " + id, (buffer, offset) -> {
            new PutZoneEncoder().wrap(clear(buffer, offset, PutZoneEncoder.BLOCK_LENGTH), offset).zoneId(id).offsetMinutes((short) minutes)
                .status(RecordStatus.ACTIVE).name("East");
            return PutZoneEncoder.BLOCK_LENGTH;
        });
    }

    private static Order dayGroup(final int id) {
        return put(PutDayGroupDecoder.TEMPLATE_ID, "put day group " + id, (buffer, offset) -> {
            new PutDayGroupEncoder().wrap(clear(buffer, offset, PutDayGroupEncoder.BLOCK_LENGTH), offset).graceMs(GRACE_MS).firstDate(20_261_123)
                .dayGroup(id).status(RecordStatus.ACTIVE);
            return PutDayGroupEncoder.BLOCK_LENGTH;
        });
    }

    private static Order tier(final int id, final int channel, final long payment, final long day, final long month, final long year,
                              final long ceiling, final int countDay, final int countMonth, final int countYear) {
        return put(PutTierDecoder.TEMPLATE_ID, "put tier " + id, (buffer, offset) -> {
            new PutTierEncoder().wrap(clear(buffer, offset, PutTierEncoder.BLOCK_LENGTH), offset).perPaymentMinor(payment).perDayMinor(day)
                .perMonthMinor(month).perYearMinor(year).balanceCeilingMinor(ceiling).countPerDay(countDay).countPerMonth(countMonth)
                .countPerYear(countYear).validFromDate(20_210_601).tierId(id).currency(CNY).channel((short) channel)
                .status((short) RecordStatus.ACTIVE).name("tier");
            return PutTierEncoder.BLOCK_LENGTH;
        });
    }

    private static Order institution(final long number, final int participant, final long settlement, final long exception,
                                     final long operations, final int rights) {
        return put(PutInstitutionDecoder.TEMPLATE_ID, "put institution " + number, (buffer, offset) -> {
            new PutInstitutionEncoder().wrap(clear(buffer, offset, PutInstitutionEncoder.BLOCK_LENGTH), offset).institution(number)
                .settlementAccountId(settlement).exceptionAccountId(exception).operations(operations).forcePostCapMinor(FORCE_CAP)
                .refundFundingLimitMinor(FUNDING_LIMIT).unlinkedRefundLimitMinor(UNLINKED_LIMIT).participantId(participant).rights(rights)
                .dayGroup(1).status(RecordStatus.ACTIVE).currency(CNY);
            return PutInstitutionEncoder.BLOCK_LENGTH;
        });
    }

    static Order wallet(final long id, final int status) {
        return put(PutWalletDecoder.TEMPLATE_ID, "put wallet " + id + " status " + status, (buffer, offset) -> {
            new PutWalletEncoder().wrap(clear(buffer, offset, PutWalletEncoder.BLOCK_LENGTH), offset).walletId(id).accountId(accountOf(id))
                .tierId(tierOf(id)).zoneId(zoneOf(id)).status(status);
            return PutWalletEncoder.BLOCK_LENGTH;
        });
    }

    static long accountOf(final long wallet) {
        return wallet == DOLLAR_WALLET ? DOLLARS : wallet;
    }

    static int tierOf(final long wallet) {
        return wallet == LIMITED_HERE || wallet == LIMITED_EAST ? 1 : wallet == CEILING ? 2 : 0;
    }

    static int zoneOf(final long wallet) {
        return wallet == LIMITED_EAST ? 1 : 0;
    }

    private static Order card(final long token, final long wallet, final int expiry, final int status) {
        return put(PutCardDecoder.TEMPLATE_ID, "put card " + token, (buffer, offset) -> {
            final PutCardEncoder e = new PutCardEncoder().wrap(clear(buffer, offset, PutCardEncoder.BLOCK_LENGTH), offset);
            e.token().hi(Message.TOKEN_HI).lo(token);
            e.walletId(wallet).bin(binOf(token)).tokenKeyId(1).expiry(expiry).status(status);
            return PutCardEncoder.BLOCK_LENGTH;
        });
    }

    private static Order merchant(final String id, final long account, final int mcc, final int status, final int biller) {
        return put(PutMerchantDecoder.TEMPLATE_ID, "put merchant " + id, (buffer, offset) -> {
            new PutMerchantEncoder().wrap(clear(buffer, offset, PutMerchantEncoder.BLOCK_LENGTH), offset).merchant(id).accountId(account)
                .mcc(mcc).status(status).billerNumber(biller);
            return PutMerchantEncoder.BLOCK_LENGTH;
        });
    }

    private static Order terminal(final String id, final int status) {
        return put(PutTerminalDecoder.TEMPLATE_ID, "put terminal " + id, (buffer, offset) -> {
            new PutTerminalEncoder().wrap(clear(buffer, offset, PutTerminalEncoder.BLOCK_LENGTH), offset).terminal(id).status(status);
            return PutTerminalEncoder.BLOCK_LENGTH;
        });
    }

    private static Order fee(final int mcc, final int basisPoints, final long fixed, final long minimum, final long maximum, final int tolerance) {
        return put(PutFeeDecoder.TEMPLATE_ID, "put fee " + mcc, (buffer, offset) -> {
            new PutFeeEncoder().wrap(clear(buffer, offset, PutFeeEncoder.BLOCK_LENGTH), offset).fixedMinor(fixed).minimumMinor(minimum)
                .maximumMinor(maximum).feeAccountId(FEES).basisPoints(basisPoints).mcc(mcc).currency(CNY).status(RecordStatus.ACTIVE)
                .tolerancePerMille(tolerance);
            return PutFeeEncoder.BLOCK_LENGTH;
        });
    }

    static Order cutOver(final int newDate) {
        return put(CutOverDecoder.TEMPLATE_ID, "cut over to " + newDate, (buffer, offset) -> {
            new CutOverEncoder().wrap(clear(buffer, offset, CutOverEncoder.BLOCK_LENGTH), offset).newDate(newDate).dayGroup(1);
            return CutOverEncoder.BLOCK_LENGTH;
        });
    }

    static Order freeze(final long wallet, final boolean freeze) {
        final AccountActionCommand command = freeze ? AccountActionCommand.freeze(accountOf(wallet), AccountFlags.SIDE_DEBITS)
            : AccountActionCommand.unfreeze(accountOf(wallet), AccountFlags.SIDE_DEBITS);
        return new Order(command.templateId(), (freeze ? "freeze " : "unfreeze ") + wallet, command::encode);
    }

    /** The same for the model. */
    static void tell(final NaivePayments model) {
        for (int wallet = 1; wallet <= WALLETS; wallet++) {
            final NaivePayments.Account account = model.addAccount(accountOf(wallet), true);
            final boolean funded = wallet != POOR;
            account.credits = !funded ? 0 : wallet == CEILING ? 40_000 : BALANCE;
            model.addWallet(wallet, accountOf(wallet), wallet == DOLLAR_WALLET ? USD : CNY, tierOf(wallet), zoneOf(wallet) == 1 ? 480 : 0);
            model.addCard(wallet, wallet, wallet == EXPIRED ? 2610 : EXPIRY, CardStatus.ACTIVE);
        }
        model.addCard(LOST_CARD, 1, EXPIRY, CardStatus.LOST);
        model.addCard(STOLEN_CARD, 2, EXPIRY, CardStatus.STOLEN);
        model.addCard(SECOND_CARD, 1, EXPIRY, CardStatus.ACTIVE);
        for (int merchant = 1; merchant <= 4; merchant++) {
            model.addAccount(100 + merchant, true);
        }
        for (final long id : new long[] {SETTLEMENT, EXCEPTION, SMALL_SETTLEMENT, SMALL_EXCEPTION, FEES, ISSUER_SETTLEMENT, ISSUER_EXCEPTION, SOURCE,
            DOLLAR_SOURCE}) {
            model.addAccount(id, false);
        }
        model.account(SOURCE).debits = 7 * BALANCE + 40_000;
        model.account(DOLLAR_SOURCE).debits = BALANCE;
        model.addMerchant(GROCER, 101, 5411, true, 1);
        model.addMerchant(RESTAURANT, 102, 5812, true, 2);
        model.addMerchant(CASINO, 103, 6011, true, 0);
        model.addMerchant(BLOCKED_MERCHANT, 104, 5411, false, 0);
        for (final String terminal : TERMINALS) {
            model.addTerminal(terminal, true);
        }
        model.addTerminal(BLOCKED_TERMINAL, false);
        model.addFee(5411, new NaivePayments.Fee(60, 0, 0, NONE, 0));
        model.addFee(5812, new NaivePayments.Fee(125, 3, 5, 200, 200));
        model.addTier(1, PaymentChannel.ALL, new NaivePayments.Tier(20_000, 60_000, 200_000, 1_000_000, NONE, 6, 40, 400));
        model.addTier(1, PaymentChannel.QR, new NaivePayments.Tier(5_000, 9_000, NONE, NONE, NONE, 3, NONE, NONE));
        model.addTier(2, PaymentChannel.ALL, new NaivePayments.Tier(NONE, NONE, NONE, NONE, 50_000, NONE, NONE, NONE));
        model.addInstitution(INSTITUTION, ACQUIRER, SETTLEMENT, EXCEPTION, ALL_OPERATIONS, ALL_RIGHTS);
        model.addInstitution(SMALL_INSTITUTION, SMALL_ACQUIRER, SMALL_SETTLEMENT, SMALL_EXCEPTION, SMALL_OPERATIONS,
            ALL_RIGHTS & ~(InstitutionRights.FILE_UPDATE | InstitutionRights.UNLINKED_REFUND));
    }
}
