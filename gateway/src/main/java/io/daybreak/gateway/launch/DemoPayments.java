package io.daybreak.gateway.launch;

import io.daybreak.gateway.card.TokenKeys;
import io.daybreak.gateway.link.SystemPort;
import io.daybreak.iso8583.card.Pan;
import io.daybreak.iso8583.card.PanTokens;
import io.daybreak.protocol.CardStatus;
import io.daybreak.protocol.InstitutionRights;
import io.daybreak.protocol.Participants;
import io.daybreak.protocol.PaymentChannel;
import io.daybreak.protocol.PaymentOperation;
import io.daybreak.protocol.PinMode;
import io.daybreak.protocol.RecordStatus;
import io.daybreak.protocol.codec.MessageHeaderDecoder;
import io.daybreak.protocol.codec.PutCardEncoder;
import io.daybreak.protocol.codec.PutDayGroupEncoder;
import io.daybreak.protocol.codec.PutFeeEncoder;
import io.daybreak.protocol.codec.PutInstitutionEncoder;
import io.daybreak.protocol.codec.PutIssuerEncoder;
import io.daybreak.protocol.codec.PutIssuerLinkEncoder;
import io.daybreak.protocol.codec.PutMerchantEncoder;
import io.daybreak.protocol.codec.PutRouteEncoder;
import io.daybreak.protocol.codec.PutTerminalEncoder;
import io.daybreak.protocol.codec.PutTierEncoder;
import io.daybreak.protocol.codec.PutWalletEncoder;
import io.daybreak.protocol.codec.QueryReferenceDecoder;
import io.daybreak.protocol.codec.QueryReferenceEncoder;
import io.daybreak.protocol.codec.ReferenceAnswerDecoder;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.MutableDirectBuffer;

import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * The demo's records of payments: day group, tiers, institution, wallets, cards, merchants, terminals, fee, issuer and its
 * routes. Rule: docs/iso8583.md, "Demo". Each record is put whole and may be put again without effect. Cold path, the
 * starting thread only.
 */
final class DemoPayments {
    /** Wallet without money. */
    static final long EMPTY_WALLET = 997;

    private static final int CURRENCY = 156;
    private static final int MCC = 5_411;
    private static final int DAY_GROUP = 1;
    private static final int TIER_DEMO = 1;
    private static final int TIER_EXAMPLE = 2;
    private static final int TIER_EXAMPLE_3 = 3;
    private static final int TIER_EXAMPLE_2 = 4;
    private static final int TIER_EXAMPLE_1 = 5;
    private static final int TIERS_AS_OF = 20_210_601;
    private static final long NO_LIMIT = Long.MAX_VALUE;
    private static final long NO_COUNT = Integer.MAX_VALUE;
    private static final long GRACE_MS = 3_600_000;
    private static final long INSTITUTION = 100_001;
    private static final long WALLET_OF_EXAMPLE_TIER = 990;
    private static final long WALLET_OF_EXPIRED_CARD = 998;
    private static final long WALLET_ON_NEGATIVE_FILE = 999;
    private static final int EXPIRY = 3_012;
    private static final int EXPIRED = 2_012;
    private static final int TERMINALS = 10_000;
    private static final long CAP_MINOR = 100_000;
    private static final int FEE_BASIS_POINTS = 60;
    private static final int ISSUER_ID = 1;
    private static final int ISSUER_LINK_ID = 1;
    private static final int BIN = 990_002;
    private static final int BATCH = 4_096;
    private static final int BODY = 512;

    private final SystemPort port;
    private final int wallets;
    private final TokenKeys tokenKeys;

    /**
     * Accounts that the records name.
     *
     * @param firstWallet      wallets are numbered from here on
     * @param firstMerchant    the same for merchants
     * @param merchants        how many
     * @param settlement       the acquirer's
     * @param exceptions       the acquirer's
     * @param fees             all fees
     * @param issuerSettlement the issuer's
     * @param issuerExceptions the issuer's
     */
    record Accounts(long firstWallet, long firstMerchant, int merchants, long settlement, long exceptions, long fees, long issuerSettlement,
                    long issuerExceptions) {
    }

    /** Writes the {@code index}th body; returns its length. */
    private interface Body {
        int write(MutableDirectBuffer body, int offset, int index);
    }

    DemoPayments(final SystemPort port, final int wallets, final TokenKeys tokenKeys) {
        this.port = port;
        this.wallets = wallets;
        this.tokenKeys = tokenKeys;
    }

    /** True if the last record, a route, is there. */
    static boolean isComplete(final SystemPort port) {
        final MutableDirectBuffer body = new ExpandableArrayBuffer(QueryReferenceEncoder.BLOCK_LENGTH);
        new QueryReferenceEncoder().wrap(body, 0).correlationId(0).cursor(0).kind(PutRouteEncoder.TEMPLATE_ID).pageSize(1).reserved(0);
        return new ReferenceAnswerDecoder().wrapAndApplyHeader(
            port.query(QueryReferenceDecoder.TEMPLATE_ID, Participants.FIRST_OPERATOR, body, QueryReferenceDecoder.BLOCK_LENGTH), 0,
            new MessageHeaderDecoder()).count() > 0;
    }

    /** Puts in everything, the routes last. */
    void put(final Accounts accounts, final int participantId) {
        putDayGroup();
        putTiers();
        putInstitution(accounts, participantId);
        putWallets(accounts);
        putCards();
        putMerchants(accounts);
        putTerminals();
        putFee(accounts);
        putIssuer(accounts);
        putRoutes();
    }

    private void submit(final int templateId, final String what, final int count, final Body write) {
        final MutableDirectBuffer bodies = new ExpandableArrayBuffer(BODY);
        int done = 0;
        while (done < count) {
            final int run = Math.min(count - done, BATCH);
            int length = 0;
            for (int i = 0; i < run; i++) {
                bodies.setMemory(i * length, BODY, (byte) 0);
                length = write.write(bodies, i * length, done + i);
            }
            Provisioner.requireAll(port.submit(templateId, Participants.FIRST_OPERATOR, bodies, length, run), what);
            done += run;
        }
    }

    private void putDayGroup() {
        submit(PutDayGroupEncoder.TEMPLATE_ID, "day group", 1, (body, offset, index) -> {
            new PutDayGroupEncoder().wrap(body, offset).graceMs(GRACE_MS).firstDate(0).dayGroup(DAY_GROUP).zoneId(0).cutOverMinute(0)
                .status(RecordStatus.ACTIVE);
            return PutDayGroupEncoder.BLOCK_LENGTH;
        });
    }

    private void putTiers() {
        putTier(TIER_DEMO, "demo", PaymentChannel.ALL, NO_LIMIT, NO_LIMIT, NO_LIMIT, NO_COUNT, NO_LIMIT, 0);
        putTier(TIER_EXAMPLE, "example", PaymentChannel.ALL, 200_000, 500_000, 5_000_000, 50, 1_000_000, TIERS_AS_OF);
        putTier(TIER_EXAMPLE, "example", PaymentChannel.QR, NO_LIMIT, 50_000, NO_LIMIT, NO_COUNT, NO_LIMIT, TIERS_AS_OF);
        putTier(TIER_EXAMPLE_3, "example-3", PaymentChannel.ALL, 500_000, 1_000_000, NO_LIMIT, NO_COUNT, 2_000_000, TIERS_AS_OF);
        putTier(TIER_EXAMPLE_2, "example-2", PaymentChannel.ALL, 5_000_000, 10_000_000, NO_LIMIT, NO_COUNT, 50_000_000, TIERS_AS_OF);
        putTier(TIER_EXAMPLE_1, "example-1", PaymentChannel.ALL, NO_LIMIT, NO_LIMIT, NO_LIMIT, NO_COUNT, NO_LIMIT, TIERS_AS_OF);
    }

    private void putTier(final int id, final String name, final int channel, final long perPayment, final long perDay, final long perYear,
                         final long countPerDay, final long ceiling, final int asOf) {
        submit(PutTierEncoder.TEMPLATE_ID, "tier", 1, (body, offset, index) -> {
            new PutTierEncoder().wrap(body, offset).perPaymentMinor(perPayment).perDayMinor(perDay).perMonthMinor(NO_LIMIT).perYearMinor(perYear)
                .balanceCeilingMinor(ceiling).countPerDay(countPerDay).countPerMonth(NO_COUNT).countPerYear(NO_COUNT).validFromDate(asOf).tierId(id)
                .currency(CURRENCY).channel((short) channel).status((short) RecordStatus.ACTIVE).name(name);
            return PutTierEncoder.BLOCK_LENGTH;
        });
    }

    private void putInstitution(final Accounts accounts, final int participantId) {
        final int rights = InstitutionRights.FILE_UPDATE | InstitutionRights.UNLINKED_REFUND | InstitutionRights.RECONCILE
            | InstitutionRights.FORCE_POST;
        submit(PutInstitutionEncoder.TEMPLATE_ID, "institution", 1, (body, offset, index) -> {
            new PutInstitutionEncoder().wrap(body, offset).institution(INSTITUTION).settlementAccountId(accounts.settlement)
                .exceptionAccountId(accounts.exceptions).operations((1L << PaymentOperation.COUNT) - 2).forcePostCapMinor(CAP_MINOR)
                .refundFundingLimitMinor(CAP_MINOR).unlinkedRefundLimitMinor(CAP_MINOR).participantId(participantId).rights(rights)
                .dayGroup(DAY_GROUP).status(RecordStatus.ACTIVE).currency(CURRENCY);
            return PutInstitutionEncoder.BLOCK_LENGTH;
        });
    }

    private void putWallets(final Accounts accounts) {
        submit(PutWalletEncoder.TEMPLATE_ID, "wallet", wallets, (body, offset, index) -> {
            final long number = index + 1L;
            new PutWalletEncoder().wrap(body, offset).walletId(number).accountId(accounts.firstWallet + index)
                .tierId(number == WALLET_OF_EXAMPLE_TIER ? TIER_EXAMPLE : TIER_DEMO).zoneId(0).status(RecordStatus.ACTIVE);
            return PutWalletEncoder.BLOCK_LENGTH;
        });
    }

    private void putCards() {
        final PanTokens tokens = tokenKeys.newTokens();
        submit(PutCardEncoder.TEMPLATE_ID, "card", wallets, (body, offset, index) -> {
            final long number = index + 1L;
            final byte[] pan = pan(number);
            if (!tokens.token(pan, 0, pan.length)) {
                throw new IllegalStateException("a card number without a token");
            }
            int bin = 0;
            for (int i = 0; i < 8; i++) {
                bin = bin * 10 + pan[i] - '0';
            }
            final PutCardEncoder card = new PutCardEncoder().wrap(body, offset).walletId(number).bin(bin).tokenKeyId(tokenKeys.currentId())
                .expiry(number == WALLET_OF_EXPIRED_CARD ? EXPIRED : EXPIRY).status(CardStatus.ACTIVE)
                .flags(number == WALLET_ON_NEGATIVE_FILE ? CardStatus.NEGATIVE_FILE : 0);
            card.token().hi(tokens.high()).lo(tokens.low());
            return PutCardEncoder.BLOCK_LENGTH;
        });
        tokens.destroy();
    }

    private static byte[] pan(final long wallet) {
        final byte[] pan = (String.format(Locale.ROOT, "990001%09d", wallet) + '0').getBytes(StandardCharsets.US_ASCII);
        pan[pan.length - 1] = (byte) ('0' + Pan.checkDigit(pan, 0, pan.length - 1));
        return pan;
    }

    private void putMerchants(final Accounts accounts) {
        submit(PutMerchantEncoder.TEMPLATE_ID, "merchant", accounts.merchants, (body, offset, index) -> {
            new PutMerchantEncoder().wrap(body, offset).merchant(String.format(Locale.ROOT, "M%014d", index + 1))
                .accountId(accounts.firstMerchant + index).institution(0).mcc(MCC).status(RecordStatus.ACTIVE).billerNumber(index + 1);
            return PutMerchantEncoder.BLOCK_LENGTH;
        });
    }

    private void putTerminals() {
        submit(PutTerminalEncoder.TEMPLATE_ID, "terminal", TERMINALS, (body, offset, index) -> {
            new PutTerminalEncoder().wrap(body, offset).terminal(String.format(Locale.ROOT, "T%07d", index + 1)).institution(0)
                .status(RecordStatus.ACTIVE);
            return PutTerminalEncoder.BLOCK_LENGTH;
        });
    }

    private void putFee(final Accounts accounts) {
        submit(PutFeeEncoder.TEMPLATE_ID, "fee", 1, (body, offset, index) -> {
            new PutFeeEncoder().wrap(body, offset).institution(0).fixedMinor(0).minimumMinor(0).maximumMinor(NO_LIMIT).feeAccountId(accounts.fees)
                .basisPoints(FEE_BASIS_POINTS).mcc(MCC).currency(CURRENCY).status(RecordStatus.ACTIVE).flags(0).tolerancePerMille(0);
            return PutFeeEncoder.BLOCK_LENGTH;
        });
    }

    private void putIssuer(final Accounts accounts) {
        submit(PutIssuerEncoder.TEMPLATE_ID, "issuer", 1, (body, offset, index) -> {
            new PutIssuerEncoder().wrap(body, offset).settlementAccountId(accounts.issuerSettlement).exceptionAccountId(accounts.issuerExceptions)
                .institution(BIN).maximumAgeMs(3L * 86_400_000).retryMs(1_000).answerTimeoutMs(10_000).issuerId(ISSUER_ID).window(32)
                .maximumTries(1_000).flags(0).status(RecordStatus.ACTIVE).currency(CURRENCY).dayGroup(DAY_GROUP).code("ISS001");
            return PutIssuerEncoder.BLOCK_LENGTH;
        });
        submit(PutIssuerLinkEncoder.TEMPLATE_ID, "issuer's link", 1, (body, offset, index) -> {
            new PutIssuerLinkEncoder().wrap(body, offset).linkId(ISSUER_LINK_ID).issuerId(ISSUER_ID).weight(1).status(RecordStatus.ACTIVE)
                .window(4_096).code("demo-issuer");
            return PutIssuerLinkEncoder.BLOCK_LENGTH;
        });
    }

    /** All cards of the BIN, those with stand-in, and those whose PIN block is passed. */
    private void putRoutes() {
        putRoute(2, BIN * 10 + 1, 7, 5_000, 12_000, 3, PinMode.REFUSE);
        putRoute(3, BIN * 10 + 2, 7, 0, 0, 0, PinMode.SAME_ZONE);
        putRoute(1, BIN, 6, 0, 0, 0, PinMode.REFUSE);
    }

    private void putRoute(final int id, final long prefix, final int prefixLength, final long floor, final long daySum, final int dayCount,
                          final int pinMode) {
        final int eCommerceExcluded = (1 << PaymentChannel.COUNT) - 2 & ~(1 << PaymentChannel.E_COMMERCE);
        submit(PutRouteEncoder.TEMPLATE_ID, "route", 1, (body, offset, index) -> {
            new PutRouteEncoder().wrap(body, offset).amountFromMinor(0).amountToMinor(NO_LIMIT).standInFloorMinor(floor).standInDayMinor(daySum)
                .prefix(prefix).deadlineMs(5_000).standInDayCount(dayCount)
                .standInOperations(floor == 0 ? 0 : 1L << PaymentOperation.PURCHASE | 1L << PaymentOperation.AUTHORISE)
                .routeId(id).issuerId(ISSUER_ID).channels(0).currency(0).standInChannels(floor == 0 ? 0 : eCommerceExcluded)
                .status(RecordStatus.ACTIVE).prefixLength((short) prefixLength).pinMode((short) pinMode)
                .standInExcludedMccs(floor == 0 ? "" : "6011");
            return PutRouteEncoder.BLOCK_LENGTH;
        });
    }
}
