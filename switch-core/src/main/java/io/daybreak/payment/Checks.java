package io.daybreak.payment;

import io.daybreak.ledger.Legs;
import io.daybreak.protocol.CardStatus;
import io.daybreak.protocol.PaymentFlags;
import io.daybreak.protocol.PaymentOperation;
import io.daybreak.protocol.PinMode;
import io.daybreak.protocol.PinState;
import io.daybreak.protocol.RecordStatus;
import io.daybreak.protocol.Result;
import io.daybreak.routing.Issuing;

/**
 * The checks that most payments have in common, each leaving what it found in the {@link Decision}. Their order is the published
 * precedence: docs/iso8583.md, chapter 7; the families call them in the order of the results' numbers. Nothing here moves
 * money; a wrong PIN is the only thing that leaves a trace.
 * <p>
 * Ledger thread only.
 */
final class Checks {
    /** Wrong PINs in a row after which a card's PIN is asked for no more. */
    static final int PIN_TRIES = 3;
    private final Reference reference;
    private final Issuing issuing;
    private final Legs legs;

    Checks(final Reference reference, final Issuing issuing, final Legs legs) {
        this.reference = reference;
        this.issuing = issuing;
        this.legs = legs;
    }

    /** DE 42, then DE 41. A merchant is needed where it is paid or pays. */
    int merchantAndTerminal(final Decision decision) {
        final int merchant = merchant(decision, needsMerchant(decision.command.operation()));
        return merchant == Result.OK ? terminal(decision) : merchant;
    }

    private static boolean needsMerchant(final int operation) {
        switch (operation) {
            case PaymentOperation.PURCHASE:
            case PaymentOperation.AUTHORISE:
            case PaymentOperation.COMPLETION:
            case PaymentOperation.REFUND:
            case PaymentOperation.CASHBACK:
                return true;
            default:
                return false;
        }
    }

    private int merchant(final Decision decision, final boolean isNeeded) {
        final PaymentCommand command = decision.command;
        if (command.merchant0() == 0 && command.merchant1() == 0) {
            return isNeeded ? Result.MERCHANT_NOT_FOUND : Result.OK;
        }
        final int slot = reference.merchants().find(command.merchant0(), command.merchant1());
        if (slot == Decision.NOT_FOUND) {
            return Result.MERCHANT_NOT_FOUND;
        }
        final long acquirer = reference.merchants().institution(slot);
        final int status = reference.merchants().status(slot);
        if (acquirer != 0 && acquirer != command.institution() || status == RecordStatus.REMOVED) {
            return Result.MERCHANT_NOT_FOUND;
        }
        decision.merchant = slot;
        return status == RecordStatus.ACTIVE && legs.isOpenForCredits(reference.merchants().accountSlot(slot))
            ? Result.OK : Result.MERCHANT_NOT_ACTIVE;
    }

    private int terminal(final Decision decision) {
        final PaymentCommand command = decision.command;
        if (command.terminal() == 0) {
            return Result.OK;
        }
        final int slot = reference.terminals().find(command.terminal(), command.institution());
        if (slot == Decision.NOT_FOUND) {
            return Result.TERMINAL_NOT_FOUND;
        }
        final long merchant0 = reference.terminals().merchant0(slot);
        final long merchant1 = reference.terminals().merchant1(slot);
        final boolean anyMerchant = merchant0 == 0 && merchant1 == 0;
        if (decision.merchant != Decision.NOT_FOUND && !anyMerchant
            && (merchant0 != command.merchant0() || merchant1 != command.merchant1())) {
            return Result.TERMINAL_NOT_FOUND;
        }
        return reference.terminals().status(slot) == RecordStatus.ACTIVE ? Result.OK : Result.TERMINAL_NOT_ACTIVE;
    }

    /** The card: one of ours, with its wallet; or one that a route leads to. */
    int cardIsKnown(final Decision decision) {
        final PaymentCommand command = decision.command;
        if (!command.hasToken()) {
            return Result.CARD_NOT_FOUND;
        }
        final int slot = findCard(command.tokenHi(), command.tokenLo(), command.previousTokenHi(), command.previousTokenLo());
        if (slot != Decision.NOT_FOUND) {
            decision.card = slot;
            final int wallet = reference.cards().walletSlot(slot);
            if (wallet != Decision.NOT_FOUND && reference.wallets().status(wallet) != RecordStatus.REMOVED) {
                decision.wallet = wallet;
                decision.walletAccount = reference.wallets().accountSlot(wallet);
                return Result.OK;
            }
        }
        final int route = issuing.route(command.bin() & 0xFFFF_FFFFL, command.amountMinor(), command.channel(), command.currency());
        if (route == Issuing.NO_ROUTE) {
            return Result.CARD_NOT_FOUND;
        }
        decision.route = route;
        return Result.OK;
    }

    /** Slot of a card by its current token, or by the one under the key before. */
    int findCard(final long hi, final long lo, final long previousHi, final long previousLo) {
        final int slot = reference.cards().find(hi, lo);
        return slot == Decision.NOT_FOUND && (previousHi | previousLo) != 0 ? reference.cards().find(previousHi, previousLo) : slot;
    }

    /** A card that was found by its previous token is known by the current one from now on. */
    void retoken(final Decision decision) {
        final PaymentCommand command = decision.command;
        if (decision.card != Decision.NOT_FOUND && command.hasToken()
            && (reference.cards().tokenHi(decision.card) != command.tokenHi()
            || reference.cards().tokenLo(decision.card) != command.tokenLo())) {
            decision.card = reference.cards().retoken(decision.card, command.tokenHi(), command.tokenLo(), command.tokenKeyId());
        }
    }

    /** Lost, stolen, on the negative file, expired. */
    int cardIsGood(final Decision decision) {
        if (decision.card != Decision.NOT_FOUND) {
            final int status = reference.cards().status(decision.card);
            if (status == CardStatus.LOST) {
                return Result.CARD_LOST;
            }
            if (status == CardStatus.STOLEN) {
                return Result.CARD_STOLEN;
            }
            if (reference.cards().isOnNegativeFile(decision.card)) {
                return Result.CARD_ON_NEGATIVE_FILE;
            }
        }
        return isExpired(decision) ? Result.CARD_EXPIRED : Result.OK;
    }

    /** The card's own date has passed, or the message's has, or it is not the card's. */
    private boolean isExpired(final Decision decision) {
        final int told = decision.command.expiry();
        final int own = decision.card == Decision.NOT_FOUND ? 0 : reference.cards().expiry(decision.card);
        if (told == 0 && own == 0) {
            return false;
        }
        final int zone = decision.isLocal() ? reference.wallets().zoneId(decision.wallet) : 0;
        final int yearAndMonth = reference.zones().localDate(zone, decision.nowNs) / 100 % 10_000;
        return own != 0 && own < yearAndMonth || told != 0 && (told < yearAndMonth || own != 0 && told != own);
    }

    /** Known, granted to the acquirer, and offered. */
    int operationIsGranted(final Decision decision) {
        final int operation = decision.command.operation();
        if (operation == PaymentOperation.UNKNOWN || operation >= PaymentOperation.COUNT) {
            return Result.OPERATION_UNKNOWN;
        }
        return (reference.institutions().operations(decision.institution) & 1L << operation) != 0
            && !decision.command.has(PaymentFlags.NOT_OFFERED)
            ? Result.OK : Result.OPERATION_NOT_GRANTED;
    }

    /** True if the acquirer has a right of {@link io.daybreak.protocol.InstitutionRights}. */
    boolean hasRight(final Decision decision, final int right) {
        return (reference.institutions().rights(decision.institution) & right) != 0;
    }

    /** A local payment is in the wallet's currency. */
    int currencyIsTheWallets(final Decision decision) {
        return legs.currency(decision.walletAccount) == decision.command.currency() ? Result.OK : Result.CURRENCY_DIFFERS;
    }

    int amountIsPositive(final Decision decision) {
        return decision.command.amountMinor() > 0 ? Result.OK : Result.AMOUNT_INVALID;
    }

    /** The PIN that came with the message, if one did. A wrong one is counted, a right one ends the count. */
    int pin(final Decision decision) {
        switch (decision.command.pin()) {
            case PinState.NONE:
                return Result.OK;
            case PinState.SAME_ZONE:
                return decision.isRouted() && issuing.pinMode(decision.route) != PinMode.REFUSE ? Result.OK : Result.PIN_NOT_SUPPORTED;
            case PinState.RIGHT:
            case PinState.WRONG:
                // The PINs of an issuer's cards are the issuer's to verify.
                return decision.isRouted() ? Result.PIN_NOT_SUPPORTED : verifiedPin(decision);
            default:
                return Result.PIN_NOT_SUPPORTED;
        }
    }

    private int verifiedPin(final Decision decision) {
        final int tries = reference.cards().pinTries(decision.card);
        if (tries >= PIN_TRIES) {
            return Result.PIN_TRIES_EXCEEDED;
        }
        final boolean right = decision.command.pin() == PinState.RIGHT;
        if (!right || tries != 0) {
            reference.cards().setPinTries(decision.card, right ? 0 : tries + 1);
        }
        return right ? Result.OK : Result.PIN_WRONG;
    }

    /** True if {@link #pin} would change the card's tries: then an enquiry is a decision. */
    boolean pinLeavesATrace(final Decision decision) {
        final int pin = decision.command.pin();
        final int tries = decision.isRouted() ? PIN_TRIES : reference.cards().pinTries(decision.card);
        return tries < PIN_TRIES && (pin == PinState.WRONG || pin == PinState.RIGHT && tries != 0);
    }

    /** The limits of the wallet's tier for a payment out of it. */
    int limits(final Decision decision) {
        final int result = reference.limits().check(decision.wallet, decision.command.channel(), decision.command.amountMinor(),
            decision.nowNs);
        if (result != Result.OK) {
            decision.detailMinor = reference.limits().leftMinor();
            decision.limitTold = true;
        }
        return result;
    }

    /** The balance ceiling of a wallet that is to be paid. */
    int ceiling(final Decision decision, final int walletSlot) {
        final int account = reference.wallets().accountSlot(walletSlot);
        final long balance = legs.postedBalance(account) + decision.command.amountMinor();
        return balance < 0 ? Result.BALANCE_CEILING : reference.limits().checkCeiling(walletSlot, balance);
    }

    /** True if the wallet may be debited: it is active and its account neither closed nor frozen. */
    boolean walletMayPay(final int walletSlot) {
        return reference.wallets().status(walletSlot) == RecordStatus.ACTIVE
            && legs.isOpenForDebits(reference.wallets().accountSlot(walletSlot));
    }

    /** True if the wallet may be credited. */
    boolean walletMayTake(final int walletSlot) {
        return reference.wallets().status(walletSlot) == RecordStatus.ACTIVE
            && legs.isOpenForCredits(reference.wallets().accountSlot(walletSlot));
    }

}
