package io.daybreak.machine;

import io.daybreak.acquirer.Institutions;
import io.daybreak.calendar.BusinessDays;
import io.daybreak.merchant.Fees;
import io.daybreak.merchant.Merchants;
import io.daybreak.merchant.Terminals;
import io.daybreak.participant.ParticipantTable;
import io.daybreak.protocol.InstitutionRights;
import io.daybreak.protocol.Participants;
import io.daybreak.protocol.PaymentOperation;
import io.daybreak.protocol.RecordStatus;
import io.daybreak.protocol.Result;
import io.daybreak.protocol.codec.PutFeeDecoder;
import io.daybreak.protocol.codec.PutInstitutionDecoder;
import io.daybreak.protocol.codec.PutMerchantDecoder;
import io.daybreak.protocol.codec.PutTerminalDecoder;
import io.daybreak.reference.Texts;
import org.agrona.DirectBuffer;

import static io.daybreak.machine.PaymentAdministration.UNCHANGED;
import static io.daybreak.machine.PaymentAdministration.isAmount;
import static io.daybreak.machine.PaymentAdministration.isCurrency;
import static io.daybreak.machine.PaymentAdministration.isStatus;

/**
 * Puts institutions, merchants, terminals and fees. docs/native-protocol.md, "Administration of payments". Each check
 * method gives the reason why a record is refused, in the order of the numbers. Ledger thread only.
 */
final class AcquirerCommands {
    private static final int RIGHTS_MASK = InstitutionRights.FILE_UPDATE | InstitutionRights.UNLINKED_REFUND
        | InstitutionRights.CUT_OVER | InstitutionRights.RECONCILE | InstitutionRights.FORCE_POST;
    /** Every operation but {@link PaymentOperation#UNKNOWN}, which nobody is granted. */
    private static final long OPERATIONS_MASK = (1L << PaymentOperation.COUNT) - 2;
    private static final int MAX_MCC = 9_999;
    private static final int MAX_TOLERANCE = 1_000;
    private static final int IDENTIFIER_LENGTH = 15;
    private static final int MERCHANT = PutMerchantDecoder.merchantEncodingOffset();
    private static final int TERMINAL = PutTerminalDecoder.terminalEncodingOffset();
    private static final int MERCHANT_OF_TERMINAL = PutTerminalDecoder.merchantEncodingOffset();

    private final ReferenceData data;
    private final AccountsView accounts;
    private final ParticipantTable participants;
    private final PutInstitutionDecoder institution = new PutInstitutionDecoder();
    private final PutMerchantDecoder merchant = new PutMerchantDecoder();
    private final PutTerminalDecoder terminal = new PutTerminalDecoder();
    private final PutFeeDecoder fee = new PutFeeDecoder();

    AcquirerCommands(final ReferenceData data, final AccountsView accounts, final ParticipantTable participants) {
        this.data = data;
        this.accounts = accounts;
        this.participants = participants;
    }

    int putInstitution(final DirectBuffer command, final int offset) {
        institution.wrap(command, offset, PutInstitutionDecoder.BLOCK_LENGTH, PutInstitutionDecoder.SCHEMA_VERSION);
        if (institution.reserved() != 0 || (institution.rights() & ~RIGHTS_MASK) != 0
            || (institution.operations() & ~OPERATIONS_MASK) != 0) {
            return Result.RESERVED_MUST_BE_ZERO;
        }
        final long number = institution.institution();
        final Institutions institutions = data.institutions;
        if (institution.status() == RecordStatus.REMOVED) {
            return institutions.remove(number, 0) ? Result.OK : UNCHANGED;
        }
        if (institutions.hasNoRoomFor(number, 0)) {
            return Result.RECORD_CAPACITY_REACHED;
        }
        final int result = checkInstitution(number);
        return result != Result.OK ? result
            : institutions.put(number, command, offset, accounts.slotOf(institution.settlementAccountId()),
            accounts.slotOf(institution.exceptionAccountId())) ? Result.OK : UNCHANGED;
    }

    private int checkInstitution(final long number) {
        if (number < 1 || number > Institutions.MAX_NUMBER || !isStatus(institution.status()) || !isCurrency(institution.currency())
            || !isAmount(institution.forcePostCapMinor()) || !isAmount(institution.refundFundingLimitMinor())
            || !isAmount(institution.unlinkedRefundLimitMinor())
            || accounts.isOfOtherCurrency(institution.settlementAccountId(), institution.currency())
            || accounts.isOfOtherCurrency(institution.exceptionAccountId(), institution.currency())) {
            return Result.RECORD_INVALID;
        }
        if (accounts.ledgerOf(institution.settlementAccountId()) == AccountsView.NOT_FOUND
            || accounts.ledgerOf(institution.exceptionAccountId()) == AccountsView.NOT_FOUND) {
            return Result.RECORD_NAMES_AN_UNKNOWN_ACCOUNT;
        }
        final boolean participantIsKnown = institution.participantId() <= Participants.MAX_ID
            && participants.find((int) institution.participantId()) != ParticipantTable.NOT_FOUND;
        final boolean groupIsKnown = institution.dayGroup() <= BusinessDays.MAX_ID && data.businessDays.isKnown(institution.dayGroup());
        return participantIsKnown && groupIsKnown ? Result.OK : Result.RECORD_NAMES_AN_UNKNOWN_RECORD;
    }

    int putMerchant(final DirectBuffer command, final int offset) {
        merchant.wrap(command, offset, PutMerchantDecoder.BLOCK_LENGTH, PutMerchantDecoder.SCHEMA_VERSION);
        final long first = command.getLong(offset + MERCHANT);
        final long second = command.getLong(offset + MERCHANT + 8);
        final Merchants merchants = data.merchants;
        if (merchant.status() == RecordStatus.REMOVED) {
            return merchants.remove(first, second) ? Result.OK : UNCHANGED;
        }
        if (merchants.hasNoRoomFor(first, second)) {
            return Result.RECORD_CAPACITY_REACHED;
        }
        final int result = checkMerchant(command, offset, merchants.find(first, second));
        return result != Result.OK ? result
            : merchants.put(first, second, command, offset, accounts.slotOf(merchant.accountId())) ? Result.OK : UNCHANGED;
    }

    private int checkMerchant(final DirectBuffer command, final int offset, final int slot) {
        final int biller = merchant.billerNumber() == 0 ? Merchants.NOT_FOUND : data.merchants.findBiller((int) merchant.billerNumber());
        if (!Texts.isIdentifier(command, offset + MERCHANT, IDENTIFIER_LENGTH) || command.getByte(offset + MERCHANT + IDENTIFIER_LENGTH) != 0
            || merchant.mcc() > MAX_MCC || !isStatus(merchant.status())
            || biller != Merchants.NOT_FOUND && biller != slot) {
            return Result.RECORD_INVALID;
        }
        if (accounts.ledgerOf(merchant.accountId()) == AccountsView.NOT_FOUND) {
            return Result.RECORD_NAMES_AN_UNKNOWN_ACCOUNT;
        }
        return isInstitution(merchant.institution()) ? Result.OK : Result.RECORD_NAMES_AN_UNKNOWN_RECORD;
    }

    /** 0 stands for all of them. */
    private boolean isInstitution(final long number) {
        return number == 0 || data.institutions.find(number) != Institutions.NOT_FOUND;
    }

    int putTerminal(final DirectBuffer command, final int offset) {
        terminal.wrap(command, offset, PutTerminalDecoder.BLOCK_LENGTH, PutTerminalDecoder.SCHEMA_VERSION);
        if (terminal.reserved1() != 0 || terminal.reserved2() != 0) {
            return Result.RESERVED_MUST_BE_ZERO;
        }
        final long identifier = command.getLong(offset + TERMINAL);
        final long number = terminal.institution();
        final Terminals terminals = data.terminals;
        if (terminal.status() == RecordStatus.REMOVED) {
            return terminals.remove(identifier, number) ? Result.OK : UNCHANGED;
        }
        if (terminals.hasNoRoomFor(identifier, number)) {
            return Result.RECORD_CAPACITY_REACHED;
        }
        if (!Texts.isIdentifier(command, offset + TERMINAL, PutTerminalDecoder.terminalLength()) || !isStatus(terminal.status())) {
            return Result.RECORD_INVALID;
        }
        final long first = command.getLong(offset + MERCHANT_OF_TERMINAL);
        final long second = command.getLong(offset + MERCHANT_OF_TERMINAL + 8);
        final boolean merchantIsKnown = first == 0 && second == 0 || data.merchants.find(first, second) != Merchants.NOT_FOUND;
        if (!merchantIsKnown || !isInstitution(number)) {
            return Result.RECORD_NAMES_AN_UNKNOWN_RECORD;
        }
        return terminals.put(identifier, number, command, offset) ? Result.OK : UNCHANGED;
    }

    int putFee(final DirectBuffer command, final int offset) {
        fee.wrap(command, offset, PutFeeDecoder.BLOCK_LENGTH, PutFeeDecoder.SCHEMA_VERSION);
        if (fee.reserved() != 0 || (fee.flags() & ~Fees.GIVES_BACK_ON_REFUND) != 0) {
            return Result.RESERVED_MUST_BE_ZERO;
        }
        final Fees fees = data.fees;
        if (fee.status() == RecordStatus.REMOVED) {
            return fees.remove(fee.institution(), Fees.key(fee.mcc(), fee.currency())) ? Result.OK : UNCHANGED;
        }
        if (fees.hasNoRoomFor(fee.institution(), Fees.key(fee.mcc(), fee.currency()))) {
            return Result.RECORD_CAPACITY_REACHED;
        }
        final int result = checkFee();
        return result != Result.OK ? result
            : fees.put(fee.institution(), fee.mcc(), fee.currency(), command, offset, accounts.slotOf(fee.feeAccountId()))
            ? Result.OK : UNCHANGED;
    }

    private int checkFee() {
        if (!isAmount(fee.fixedMinor()) || !isAmount(fee.minimumMinor()) || !isAmount(fee.maximumMinor())
            || fee.minimumMinor() > fee.maximumMinor() || fee.basisPoints() > Fees.WHOLE || fee.mcc() > MAX_MCC
            || !isCurrency(fee.currency()) || !isStatus(fee.status()) || fee.tolerancePerMille() > MAX_TOLERANCE
            || accounts.isOfOtherCurrency(fee.feeAccountId(), fee.currency())) {
            return Result.RECORD_INVALID;
        }
        if (accounts.ledgerOf(fee.feeAccountId()) == AccountsView.NOT_FOUND) {
            return Result.RECORD_NAMES_AN_UNKNOWN_ACCOUNT;
        }
        return isInstitution(fee.institution()) ? Result.OK : Result.RECORD_NAMES_AN_UNKNOWN_RECORD;
    }
}
