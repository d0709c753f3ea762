package io.daybreak.machine;

import io.daybreak.ledger.Transfers;
import io.daybreak.participant.ParticipantTable;
import io.daybreak.protocol.RecordStatus;
import io.daybreak.protocol.Result;
import io.daybreak.protocol.codec.ConfigurePaymentsDecoder;
import io.daybreak.protocol.codec.CutOverDecoder;
import io.daybreak.protocol.codec.PutCardDecoder;
import io.daybreak.protocol.codec.PutDayGroupDecoder;
import io.daybreak.protocol.codec.PutFeeDecoder;
import io.daybreak.protocol.codec.PutInstitutionDecoder;
import io.daybreak.protocol.codec.PutMerchantDecoder;
import io.daybreak.protocol.codec.PutTerminalDecoder;
import io.daybreak.protocol.codec.PutTierDecoder;
import io.daybreak.protocol.codec.PutTokenKeyDecoder;
import io.daybreak.protocol.codec.PutWalletDecoder;
import io.daybreak.protocol.codec.PutZoneDecoder;
import io.daybreak.reference.PaymentSettings;
import io.daybreak.routing.Issuing;
import org.agrona.DirectBuffer;

import java.util.ArrayList;
import java.util.List;

/**
 * What the operator puts for payments: bounds and windows, and the records that payments are decided by. Each command
 * puts a record whole; one that is there with the same contents is left alone and not journaled.
 * docs/native-protocol.md, "Administration of payments". Ledger thread only.
 */
final class PaymentAdministration {
    /** Not a result code: the record is there with the very contents asked for, or is not there and was to be removed. */
    static final int UNCHANGED = Issuing.UNCHANGED;

    private static final int FIRST_TEMPLATE = ConfigurePaymentsDecoder.TEMPLATE_ID;
    private static final int LAST_TEMPLATE = 99;
    private static final long MIN_PAYMENTS = 1_024;
    private static final long MAX_RECORDS = 1L << 30;
    /** Each wallet has room for the use of every channel. */
    private static final long MAX_WALLETS = 1L << 27;
    private static final long MAX_MS = 3_660L * 24 * 60 * 60 * 1_000;
    private static final int MAX_CURRENCY = 999;

    private final Administration administration;
    private final ReferenceData data;
    private final HolderCommands holders;
    private final AcquirerCommands acquirers;
    private final CalendarCommands calendar;
    private final List<PaymentSettings.Listener> listeners = new ArrayList<>();
    private final ConfigurePaymentsDecoder configure = new ConfigurePaymentsDecoder();

    PaymentAdministration(final Administration administration, final ParticipantTable participants, final Transfers transfers,
                          final ReferenceData data) {
        final AccountsView accounts = new AccountsView(transfers.accounts(), data.zones);
        this.administration = administration;
        this.data = data;
        this.holders = new HolderCommands(data, accounts);
        this.acquirers = new AcquirerCommands(data, accounts, participants);
        this.calendar = new CalendarCommands(data, accounts, administration);
    }

    /** Tells a table of the settings whenever they are put. To be called before the first command. */
    void tell(final PaymentSettings.Listener listener) {
        listeners.add(listener);
    }

    /** True for the templates of this family, whether or not there is such a command. */
    static boolean isOfFamily(final int templateId) {
        return templateId >= FIRST_TEMPLATE && templateId <= LAST_TEMPLATE;
    }

    /** Applies one command. A {@link Result}, or {@link #UNCHANGED}. */
    int apply(final int templateId, final int participantId, final DirectBuffer command, final int offset, final int length,
              final long nowNs) {
        if (length != blockLength(templateId)) {
            return Result.MALFORMED_COMMAND;
        }
        if (templateId == ConfigurePaymentsDecoder.TEMPLATE_ID) {
            return configure(participantId, command, offset);
        }
        if (!data.settings.isConfigured()) {
            return Result.NOT_CONFIGURED;
        }
        if (templateId == CutOverDecoder.TEMPLATE_ID) {
            return calendar.cutOver(participantId, command, offset, nowNs);
        }
        final int allowed = administration.checkOperator(participantId);
        return allowed != Result.OK ? allowed : put(templateId, command, offset, nowNs);
    }

    private int put(final int templateId, final DirectBuffer command, final int offset, final long nowNs) {
        switch (templateId) {
            case PutInstitutionDecoder.TEMPLATE_ID:
                return acquirers.putInstitution(command, offset);
            case PutWalletDecoder.TEMPLATE_ID:
                return holders.putWallet(command, offset);
            case PutCardDecoder.TEMPLATE_ID:
                return holders.putCard(command, offset);
            case PutMerchantDecoder.TEMPLATE_ID:
                return acquirers.putMerchant(command, offset);
            case PutTerminalDecoder.TEMPLATE_ID:
                return acquirers.putTerminal(command, offset);
            case PutTierDecoder.TEMPLATE_ID:
                return holders.putTier(command, offset);
            case PutFeeDecoder.TEMPLATE_ID:
                return acquirers.putFee(command, offset);
            case PutZoneDecoder.TEMPLATE_ID:
                return calendar.putZone(command, offset);
            case PutDayGroupDecoder.TEMPLATE_ID:
                return calendar.putDayGroup(command, offset, nowNs);
            default:
                return holders.putTokenKey(command, offset);
        }
    }

    private static int blockLength(final int templateId) {
        switch (templateId) {
            case ConfigurePaymentsDecoder.TEMPLATE_ID:
                return ConfigurePaymentsDecoder.BLOCK_LENGTH;
            case PutInstitutionDecoder.TEMPLATE_ID:
                return PutInstitutionDecoder.BLOCK_LENGTH;
            case PutWalletDecoder.TEMPLATE_ID:
                return PutWalletDecoder.BLOCK_LENGTH;
            case PutCardDecoder.TEMPLATE_ID:
                return PutCardDecoder.BLOCK_LENGTH;
            case PutMerchantDecoder.TEMPLATE_ID:
                return PutMerchantDecoder.BLOCK_LENGTH;
            case PutTerminalDecoder.TEMPLATE_ID:
                return PutTerminalDecoder.BLOCK_LENGTH;
            case PutTierDecoder.TEMPLATE_ID:
                return PutTierDecoder.BLOCK_LENGTH;
            case PutFeeDecoder.TEMPLATE_ID:
                return PutFeeDecoder.BLOCK_LENGTH;
            case PutZoneDecoder.TEMPLATE_ID:
                return PutZoneDecoder.BLOCK_LENGTH;
            case PutDayGroupDecoder.TEMPLATE_ID:
                return PutDayGroupDecoder.BLOCK_LENGTH;
            case CutOverDecoder.TEMPLATE_ID:
                return CutOverDecoder.BLOCK_LENGTH;
            case PutTokenKeyDecoder.TEMPLATE_ID:
                return PutTokenKeyDecoder.BLOCK_LENGTH;
            default:
                return -1;
        }
    }

    private int configure(final int participantId, final DirectBuffer command, final int offset) {
        configure.wrap(command, offset, ConfigurePaymentsDecoder.BLOCK_LENGTH, ConfigurePaymentsDecoder.SCHEMA_VERSION);
        final int allowed = administration.checkOperator(participantId);
        if (allowed != Result.OK) {
            return allowed;
        }
        if (!areCapacities() || !areWindows()) {
            return Result.LIMIT_OUT_OF_RANGE;
        }
        if (!data.settings.put(command, offset)) {
            return UNCHANGED;
        }
        data.configure(configure.cardCapacity(), configure.walletCapacity(), configure.merchantCapacity(), configure.terminalCapacity());
        for (int i = 0; i < listeners.size(); i++) {
            listeners.get(i).onPaymentSettings(data.settings);
        }
        return Result.OK;
    }

    private boolean areCapacities() {
        return isWithin(configure.paymentCapacity(), MIN_PAYMENTS, MAX_RECORDS)
            && isWithin(configure.reserveForFinishing(), 0, configure.paymentCapacity() - 1)
            && isWithin(configure.cardCapacity(), Math.max(1, data.cards.count()), MAX_RECORDS)
            && isWithin(configure.walletCapacity(), Math.max(1, data.wallets.count()), MAX_WALLETS)
            && isWithin(configure.merchantCapacity(), Math.max(1, data.merchants.count()), MAX_RECORDS)
            && isWithin(configure.terminalCapacity(), Math.max(1, data.terminals.count()), MAX_RECORDS)
            && isWithin(configure.issuerRequestCapacity(), 1, MAX_RECORDS)
            && isWithin(configure.storeAndForwardCapacity(), 1, MAX_RECORDS)
            && isWithin(configure.exceptionCapacity(), 1, MAX_RECORDS);
    }

    private boolean areWindows() {
        return isWithin(configure.identityWindowMs(), 1, MAX_MS) && isWithin(configure.reversalWindowMs(), 1, MAX_MS)
            && isWithin(configure.holdWindowMs(), 1, MAX_MS) && isWithin(configure.refundWindowMs(), 1, MAX_MS)
            && isWithin(configure.futureToleranceMs(), 0, MAX_MS);
    }

    private static boolean isWithin(final long value, final long least, final long greatest) {
        return value >= least && value <= greatest;
    }

    /** True for the states of a record that is put to be there. */
    static boolean isStatus(final int status) {
        return status == RecordStatus.ACTIVE || status == RecordStatus.BLOCKED;
    }

    /** True for amounts in minor units; 2^63 - 1 stands for none where a limit is meant. */
    static boolean isAmount(final long amountMinor) {
        return amountMinor >= 0;
    }

    /** True for numbers that ISO 4217 could give. */
    static boolean isCurrency(final int currency) {
        return currency >= 1 && currency <= MAX_CURRENCY;
    }
}
