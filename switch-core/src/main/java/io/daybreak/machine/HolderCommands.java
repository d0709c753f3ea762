package io.daybreak.machine;

import io.daybreak.calendar.Dates;
import io.daybreak.card.Cards;
import io.daybreak.card.TokenKeys;
import io.daybreak.card.Wallets;
import io.daybreak.limits.Tiers;
import io.daybreak.protocol.CardStatus;
import io.daybreak.protocol.KeyPurpose;
import io.daybreak.protocol.PaymentChannel;
import io.daybreak.protocol.RecordStatus;
import io.daybreak.protocol.Result;
import io.daybreak.protocol.codec.PutCardDecoder;
import io.daybreak.protocol.codec.PutTierDecoder;
import io.daybreak.protocol.codec.PutTokenKeyDecoder;
import io.daybreak.protocol.codec.PutWalletDecoder;
import io.daybreak.reference.Texts;
import org.agrona.DirectBuffer;

import static io.daybreak.machine.PaymentAdministration.UNCHANGED;
import static io.daybreak.machine.PaymentAdministration.isAmount;
import static io.daybreak.machine.PaymentAdministration.isCurrency;
import static io.daybreak.machine.PaymentAdministration.isStatus;

/**
 * Puts wallets, cards, tiers and the ids of token keys. docs/native-protocol.md, "Administration of payments". Each
 * check method gives the reason why a record is refused, in the order of the numbers. Ledger thread only.
 */
final class HolderCommands {
    private static final int MAX_BIN = 99_999_999;

    private final ReferenceData data;
    private final AccountsView accounts;
    private final PutWalletDecoder wallet = new PutWalletDecoder();
    private final PutCardDecoder card = new PutCardDecoder();
    private final PutTierDecoder tier = new PutTierDecoder();
    private final PutTokenKeyDecoder key = new PutTokenKeyDecoder();

    HolderCommands(final ReferenceData data, final AccountsView accounts) {
        this.data = data;
        this.accounts = accounts;
    }

    int putWallet(final DirectBuffer command, final int offset) {
        wallet.wrap(command, offset, PutWalletDecoder.BLOCK_LENGTH, PutWalletDecoder.SCHEMA_VERSION);
        final long id = wallet.walletId();
        if (wallet.reserved() != 0) {
            return Result.RESERVED_MUST_BE_ZERO;
        }
        final Wallets wallets = data.wallets;
        if (wallet.status() == RecordStatus.REMOVED) {
            return wallets.remove(id, 0) ? Result.OK : UNCHANGED;
        }
        if (wallets.hasNoRoomFor(id, 0)) {
            return Result.RECORD_CAPACITY_REACHED;
        }
        final int result = checkWallet(id);
        return result != Result.OK ? result : wallets.put(id, command, offset, accounts.slotOf(wallet.accountId())) ? Result.OK : UNCHANGED;
    }

    private int checkWallet(final long id) {
        final int ledger = accounts.ledgerOf(wallet.accountId());
        final int row = wallet.tierId() == 0 || wallet.tierId() > Tiers.MAX_ID ? Tiers.NOT_FOUND : data.tiers.anyRow(wallet.tierId());
        final boolean currencyDiffers = row != Tiers.NOT_FOUND && ledger != AccountsView.NOT_FOUND && data.tiers.currency(row) != ledger;
        if (id == 0 || id == -1 || !isStatus(wallet.status()) || currencyDiffers) {
            return Result.RECORD_INVALID;
        }
        if (ledger == AccountsView.NOT_FOUND) {
            return Result.RECORD_NAMES_AN_UNKNOWN_ACCOUNT;
        }
        return wallet.tierId() != 0 && row == Tiers.NOT_FOUND || !accounts.isZone(wallet.zoneId())
            ? Result.RECORD_NAMES_AN_UNKNOWN_RECORD : Result.OK;
    }

    int putCard(final DirectBuffer command, final int offset) {
        card.wrap(command, offset, PutCardDecoder.BLOCK_LENGTH, PutCardDecoder.SCHEMA_VERSION);
        final long hi = card.token().hi();
        final long lo = card.token().lo();
        if (card.reserved() != 0 || (card.flags() & ~CardStatus.NEGATIVE_FILE) != 0) {
            return Result.RESERVED_MUST_BE_ZERO;
        }
        final Cards cards = data.cards;
        if (card.status() == CardStatus.REMOVED) {
            return cards.remove(hi, lo) ? Result.OK : UNCHANGED;
        }
        if (cards.hasNoRoomFor(hi, lo)) {
            return Result.RECORD_CAPACITY_REACHED;
        }
        final int month = card.expiry() % 100;
        if (hi == 0 && lo == 0 || card.bin() > MAX_BIN || month < 1 || month > 12 || card.expiry() > 9_912
            || card.status() < CardStatus.ACTIVE || card.status() > CardStatus.REMOVED) {
            return Result.RECORD_INVALID;
        }
        // A card of an issuer has no wallet here; it is put for its status and for the negative file.
        final int walletSlot = card.walletId() == 0 ? Wallets.NOT_FOUND : data.wallets.find(card.walletId());
        if (walletSlot == Wallets.NOT_FOUND && card.walletId() != 0) {
            return Result.RECORD_NAMES_AN_UNKNOWN_RECORD;
        }
        return cards.put(hi, lo, command, offset, walletSlot) ? Result.OK : UNCHANGED;
    }

    int putTier(final DirectBuffer command, final int offset) {
        tier.wrap(command, offset, PutTierDecoder.BLOCK_LENGTH, PutTierDecoder.SCHEMA_VERSION);
        if (tier.reserved() != 0) {
            return Result.RESERVED_MUST_BE_ZERO;
        }
        final int id = tier.tierId();
        final int channel = tier.channel();
        if (id < 1 || id > Tiers.MAX_ID || channel >= PaymentChannel.COUNT) {
            return Result.RECORD_INVALID;
        }
        final Tiers tiers = data.tiers;
        if (tier.status() == RecordStatus.REMOVED) {
            return tiers.remove(id, channel) ? Result.OK : UNCHANGED;
        }
        return !isTier(command, offset) ? Result.RECORD_INVALID : tiers.put(id, channel, command, offset) ? Result.OK : UNCHANGED;
    }

    private boolean isTier(final DirectBuffer command, final int offset) {
        final int first = data.tiers.anyRow(tier.tierId());
        return isStatus(tier.status()) && isCurrency(tier.currency())
            && isAmount(tier.perPaymentMinor()) && isAmount(tier.perDayMinor()) && isAmount(tier.perMonthMinor())
            && isAmount(tier.perYearMinor()) && isAmount(tier.balanceCeilingMinor())
            && (tier.channel() == PaymentChannel.ALL || tier.balanceCeilingMinor() == Tiers.NO_LIMIT)
            && tier.countPerDay() <= Tiers.NO_COUNT && tier.countPerMonth() <= Tiers.NO_COUNT && tier.countPerYear() <= Tiers.NO_COUNT
            && (tier.validFromDate() == 0 || Dates.isDate(tier.validFromDate()))
            && (first == Tiers.NOT_FOUND || data.tiers.currency(first) == tier.currency())
            && Texts.isName(command, offset + PutTierDecoder.nameEncodingOffset(), PutTierDecoder.nameLength());
    }

    int putTokenKey(final DirectBuffer command, final int offset) {
        key.wrap(command, offset, PutTokenKeyDecoder.BLOCK_LENGTH, PutTokenKeyDecoder.SCHEMA_VERSION);
        final int slot = data.tokenKeys.find(key.purpose(), key.keyId());
        if (slot != TokenKeys.NOT_FOUND) {
            return data.tokenKeys.checkValue(slot) == (int) key.checkValue() ? UNCHANGED : Result.RECORD_INVALID;
        }
        if (data.tokenKeys.hasNoRoomFor(TokenKeys.key(key.purpose(), key.keyId()), 0)) {
            return Result.RECORD_CAPACITY_REACHED;
        }
        if (key.keyId() == 0 || key.purpose() < KeyPurpose.TOKEN || key.purpose() > KeyPurpose.MAC) {
            return Result.RECORD_INVALID;
        }
        data.tokenKeys.put(key.purpose(), key.keyId(), command, offset);
        return Result.OK;
    }
}
