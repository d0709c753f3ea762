package io.daybreak.model;

import io.daybreak.protocol.CardStatus;
import io.daybreak.protocol.RecordStatus;
import io.daybreak.protocol.codec.ConfigurePaymentsEncoder;
import io.daybreak.protocol.codec.CutOverEncoder;
import io.daybreak.protocol.codec.PutCardEncoder;
import io.daybreak.protocol.codec.PutDayGroupEncoder;
import io.daybreak.protocol.codec.PutFeeEncoder;
import io.daybreak.protocol.codec.PutInstitutionEncoder;
import io.daybreak.protocol.codec.PutMerchantEncoder;
import io.daybreak.protocol.codec.PutTerminalEncoder;
import io.daybreak.protocol.codec.PutTierEncoder;
import io.daybreak.protocol.codec.PutTokenKeyEncoder;
import io.daybreak.protocol.codec.PutWalletEncoder;
import io.daybreak.protocol.codec.PutZoneEncoder;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.zone.ZoneOffsetTransition;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * A command of the administration of payments, as its body. The makers give a record that is in order, for a town in
 * which {@link #ACCOUNT}, {@link #SETTLEMENT}, {@link #EXCEPTIONS} and {@link #FEES} are accounts of {@link #CNY}; the
 * caller changes what the test is about.
 */
public record RecordCommand(int templateId, byte[] body) implements Command {
    public static final int CNY = 156;
    public static final long ACCOUNT = 501;
    public static final long MERCHANT_ACCOUNT = 502;
    public static final long SETTLEMENT = 503;
    public static final long EXCEPTIONS = 504;
    public static final long FEES = 505;
    public static final long INSTITUTION = 100_001;
    public static final long WALLET = 7;
    public static final int TIER = 3;
    public static final int ZONE = 9;
    public static final int DAY_GROUP = 1;
    public static final String MERCHANT = "M00000000000001";
    public static final String TERMINAL = "T0000001";
    public static final long NO_LIMIT = Long.MAX_VALUE;
    public static final int NO_COUNT = Integer.MAX_VALUE;

    private static RecordCommand of(final int templateId, final int length, final Consumer<MutableDirectBuffer> filler) {
        final MutableDirectBuffer buffer = new UnsafeBuffer(new byte[length]);
        filler.accept(buffer);
        return new RecordCommand(templateId, buffer.byteArray());
    }

    public static RecordCommand configurePayments(final Consumer<ConfigurePaymentsEncoder> change) {
        return of(ConfigurePaymentsEncoder.TEMPLATE_ID, ConfigurePaymentsEncoder.BLOCK_LENGTH, buffer -> change.accept(
            new ConfigurePaymentsEncoder().wrap(buffer, 0).paymentCapacity(4_096).cardCapacity(4_096).walletCapacity(4_096)
                .merchantCapacity(1_024).terminalCapacity(4_096).issuerRequestCapacity(1_024).storeAndForwardCapacity(1_024)
                .exceptionCapacity(1_024).identityWindowMs(86_400_000L).reversalWindowMs(7 * 86_400_000L)
                .holdWindowMs(30 * 86_400_000L).refundWindowMs(180 * 86_400_000L).futureToleranceMs(600_000)
                .reserveForFinishing(64)));
    }

    public static RecordCommand configurePayments() {
        return configurePayments(unchanged());
    }

    public static RecordCommand institution(final Consumer<PutInstitutionEncoder> change) {
        return of(PutInstitutionEncoder.TEMPLATE_ID, PutInstitutionEncoder.BLOCK_LENGTH, buffer -> change.accept(
            new PutInstitutionEncoder().wrap(buffer, 0).institution(INSTITUTION).settlementAccountId(SETTLEMENT)
                .exceptionAccountId(EXCEPTIONS).operations(0x3FFE).forcePostCapMinor(100_000).refundFundingLimitMinor(50_000)
                .unlinkedRefundLimitMinor(10_000).participantId(2).rights(31).dayGroup(DAY_GROUP).status(RecordStatus.ACTIVE)
                .currency(CNY)));
    }

    public static RecordCommand wallet(final Consumer<PutWalletEncoder> change) {
        return of(PutWalletEncoder.TEMPLATE_ID, PutWalletEncoder.BLOCK_LENGTH, buffer -> change.accept(
            new PutWalletEncoder().wrap(buffer, 0).walletId(WALLET).accountId(ACCOUNT).tierId(TIER).zoneId(ZONE)
                .status(RecordStatus.ACTIVE)));
    }

    public static RecordCommand card(final long token, final Consumer<PutCardEncoder> change) {
        return of(PutCardEncoder.TEMPLATE_ID, PutCardEncoder.BLOCK_LENGTH, buffer -> {
            final PutCardEncoder card = new PutCardEncoder().wrap(buffer, 0).walletId(WALLET).bin(99_000_100).tokenKeyId(1)
                .expiry(3_012).status(CardStatus.ACTIVE);
            card.token().hi(token == 0 ? 0 : 77).lo(token);
            change.accept(card);
        });
    }

    public static RecordCommand merchant(final String id, final Consumer<PutMerchantEncoder> change) {
        return of(PutMerchantEncoder.TEMPLATE_ID, PutMerchantEncoder.BLOCK_LENGTH, buffer -> change.accept(
            new PutMerchantEncoder().wrap(buffer, 0).merchant(id).accountId(MERCHANT_ACCOUNT).institution(0).mcc(5_411)
                .status(RecordStatus.ACTIVE)));
    }

    public static RecordCommand terminal(final String id, final Consumer<PutTerminalEncoder> change) {
        return of(PutTerminalEncoder.TEMPLATE_ID, PutTerminalEncoder.BLOCK_LENGTH, buffer -> change.accept(
            new PutTerminalEncoder().wrap(buffer, 0).terminal(id).institution(0).status(RecordStatus.ACTIVE)));
    }

    /** A row without any limit. */
    public static RecordCommand tier(final int channel, final Consumer<PutTierEncoder> change) {
        return of(PutTierEncoder.TEMPLATE_ID, PutTierEncoder.BLOCK_LENGTH, buffer -> change.accept(
            new PutTierEncoder().wrap(buffer, 0).perPaymentMinor(NO_LIMIT).perDayMinor(NO_LIMIT).perMonthMinor(NO_LIMIT)
                .perYearMinor(NO_LIMIT).balanceCeilingMinor(NO_LIMIT).countPerDay(NO_COUNT).countPerMonth(NO_COUNT)
                .countPerYear(NO_COUNT).validFromDate(2026_01_01).tierId(TIER).currency(CNY).channel((short) channel)
                .status((short) RecordStatus.ACTIVE).name("example")));
    }

    public static RecordCommand fee(final Consumer<PutFeeEncoder> change) {
        return of(PutFeeEncoder.TEMPLATE_ID, PutFeeEncoder.BLOCK_LENGTH, buffer -> change.accept(
            new PutFeeEncoder().wrap(buffer, 0).maximumMinor(NO_LIMIT).feeAccountId(FEES).basisPoints(60).currency(CNY)
                .status(RecordStatus.ACTIVE)));
    }

    /** A zone with what java.time knows of its changes from an instant on, 16 at most. */
    public static RecordCommand zone(final int zoneId, final ZoneId zone, final Instant from, final Consumer<PutZoneEncoder> change) {
        return of(PutZoneEncoder.TEMPLATE_ID, PutZoneEncoder.BLOCK_LENGTH, buffer -> {
            final PutZoneEncoder encoder = new PutZoneEncoder().wrap(buffer, 0).zoneId(zoneId).status(RecordStatus.ACTIVE)
                .offsetMinutes((short) (zone.getRules().getOffset(from).getTotalSeconds() / 60)).name("example");
            int count = 0;
            ZoneOffsetTransition next = zone.getRules().nextTransition(from);
            while (next != null && count < 16) {
                encoder.changeAtMinutes(count, next.toEpochSecond() / 60);
                encoder.changeToMinutes(count, (short) (next.getOffsetAfter().getTotalSeconds() / 60));
                count++;
                next = zone.getRules().nextTransition(next.getInstant());
            }
            change.accept(encoder.changeCount(count));
        });
    }

    /** UTC under another number. */
    public static RecordCommand zone(final Consumer<PutZoneEncoder> change) {
        return zone(ZONE, ZoneOffset.UTC, Instant.EPOCH, change);
    }

    /** Cut over at midnight UTC, the first date is the one of the schedule. */
    public static RecordCommand dayGroup(final Consumer<PutDayGroupEncoder> change) {
        return of(PutDayGroupEncoder.TEMPLATE_ID, PutDayGroupEncoder.BLOCK_LENGTH, buffer -> change.accept(
            new PutDayGroupEncoder().wrap(buffer, 0).graceMs(3_600_000).dayGroup(DAY_GROUP).status(RecordStatus.ACTIVE)));
    }

    public static RecordCommand cutOver(final Consumer<CutOverEncoder> change) {
        return of(CutOverEncoder.TEMPLATE_ID, CutOverEncoder.BLOCK_LENGTH, buffer -> change.accept(
            new CutOverEncoder().wrap(buffer, 0).dayGroup(DAY_GROUP)));
    }

    public static RecordCommand tokenKey(final int keyId, final Consumer<PutTokenKeyEncoder> change) {
        return of(PutTokenKeyEncoder.TEMPLATE_ID, PutTokenKeyEncoder.BLOCK_LENGTH, buffer -> change.accept(
            new PutTokenKeyEncoder().wrap(buffer, 0).keyId(keyId).purpose(1).checkValue(0xC0FFEE)));
    }

    /** Changes nothing. */
    public static <T> Consumer<T> unchanged() {
        return encoder -> {
        };
    }

    @Override
    public int encode(final MutableDirectBuffer buffer, final int offset) {
        buffer.putBytes(offset, body);
        return body.length;
    }

    @Override
    public boolean equals(final Object other) {
        return other instanceof RecordCommand command && command.templateId == templateId && Arrays.equals(command.body, body);
    }

    @Override
    public int hashCode() {
        return 31 * templateId + Arrays.hashCode(body);
    }

    @Override
    public String toString() {
        return "record " + templateId + " " + Arrays.toString(body);
    }
}
