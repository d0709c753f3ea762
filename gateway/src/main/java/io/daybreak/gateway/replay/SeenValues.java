package io.daybreak.gateway.replay;

import io.daybreak.ledger.LedgerView;
import io.daybreak.limits.Limits;
import io.daybreak.limits.Tiers;
import io.daybreak.machine.StateView;
import io.daybreak.payment.PaymentCommand;
import io.daybreak.payment.PaymentView.Seen;
import io.daybreak.payment.Reference;
import io.daybreak.protocol.AccountFlags;
import io.daybreak.protocol.PaymentOperation;
import io.daybreak.protocol.RecordStatus;
import io.daybreak.protocol.Result;
import io.daybreak.protocol.codec.TransferDecoder;
import org.agrona.DirectBuffer;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** Reads from a state what the next command will see of it. One thread. */
final class SeenValues {
    private static final int NONE = -1;

    private final StateView view;

    SeenValues(final StateView view) {
        this.view = view;
    }

    // ---- Transfers ----

    List<Story.Value> ofTransfer(final DirectBuffer command, final int offset, final int participantId) {
        final TransferDecoder transfer = new TransferDecoder().wrap(command, offset, TransferDecoder.BLOCK_LENGTH, TransferDecoder.SCHEMA_VERSION);
        final List<Story.Value> values = new ArrayList<>();
        long debit = transfer.debitAccountId();
        long credit = transfer.creditAccountId();
        final long pendingHi = transfer.pendingId().hi();
        final long pendingLo = transfer.pendingId().lo();
        if ((pendingHi | pendingLo) != 0) {
            final LedgerView.Hold hold = view.ledger().hold(participantId, pendingHi, pendingLo);
            if (hold == null) {
                values.add(new Story.Value("hold", Map.of("state", "not open"), false));
            } else {
                values.add(hold(hold));
                debit = hold.debitAccountId();
                credit = hold.creditAccountId();
            }
        }
        values.add(account("debit account " + debit, view.ledger().account(debit)));
        values.add(account("credit account " + credit, view.ledger().account(credit)));
        return values;
    }

    private static Story.Value hold(final LedgerView.Hold hold) {
        final Map<String, Object> parts = new LinkedHashMap<>();
        parts.put("left", new Amount(hold.leftMinor(), hold.ledger()));
        parts.put("until", hold.deadlineNs() == Long.MAX_VALUE ? "closed by its owner" : Moment.text(hold.deadlineNs()));
        return new Story.Value("hold", parts, false);
    }

    private static Story.Value account(final String name, final LedgerView.Account account) {
        final Map<String, Object> parts = new LinkedHashMap<>();
        if (account == null) {
            parts.put("state", "not there");
        } else {
            parts.put("balance", new Amount(account.balance(), account.ledger()));
            parts.put("held", new Amount(account.debitsPending(), account.ledger()));
            parts.put("available", new Amount(account.available(), account.ledger()));
            final int flags = account.flags();
            if ((flags & (AccountFlags.CLOSED | AccountFlags.FROZEN_DEBITS | AccountFlags.FROZEN_CREDITS)) != 0) {
                parts.put("state", (flags & AccountFlags.CLOSED) != 0 ? "closed" : "frozen");
            }
            if ((flags & AccountFlags.DEBITS_MUST_NOT_EXCEED_CREDITS) == 0) {
                parts.put("may", "be overdrawn");
            }
        }
        return new Story.Value(name, parts, false);
    }

    /** Marks what a transfer's refusal is about. */
    void mark(final Story.Step step, final int result) {
        final String name = switch (result) {
            case Result.EXCEEDS_CREDITS, Result.DEBIT_ACCOUNT_NOT_FOUND, Result.DEBIT_ACCOUNT_CLOSED, Result.DEBIT_ACCOUNT_FROZEN -> "debit account";
            case Result.EXCEEDS_DEBITS, Result.CREDIT_ACCOUNT_NOT_FOUND, Result.CREDIT_ACCOUNT_CLOSED, Result.CREDIT_ACCOUNT_FROZEN -> "credit account";
            default -> result >= Result.PENDING_TRANSFER_NOT_FOUND && result <= Result.EXCEEDS_PENDING_TRANSFER_AMOUNT ? "hold" : null;
        };
        decide(step, value -> name != null && value.name().startsWith(name));
    }

    private static void decide(final Story.Step step, final Predicate<Story.Value> decides) {
        step.values.replaceAll(value -> decides.test(value) ? new Story.Value(value.name(), value.parts(), true) : value);
    }

    // ---- Payments ----

    List<Story.Value> ofPayment(final PaymentCommand payment, final Seen original, final long nowNs) {
        final List<Story.Value> values = new ArrayList<>();
        final Reference reference = view.reference();
        merchant(values, reference, payment);
        int wallet = NONE;
        if (payment.hasToken()) {
            int card = reference.cards().find(payment.tokenHi(), payment.tokenLo());
            if (card < 0 && (payment.previousTokenHi() | payment.previousTokenLo()) != 0) {
                card = reference.cards().find(payment.previousTokenHi(), payment.previousTokenLo());
            }
            wallet = card < 0 ? NONE : reference.cards().walletSlot(card);
            card(values, reference, payment, card, wallet);
        }
        if (original != null && payment.operation() != PaymentOperation.PURCHASE) {
            original(values, original);
        }
        if (wallet >= 0) {
            if (payment.messageClass() <= 2 && payment.operation() != PaymentOperation.COMPLETION && payment.operation() != PaymentOperation.REFUND
                && payment.operation() != PaymentOperation.TOP_UP && !payment.isAdvice()) {
                reference.limits().uses(wallet, payment.channel(), nowNs).forEach(use -> values.add(limit(use, payment)));
            }
            final long ceiling = reference.limits().ceilingMinor(wallet);
            final LedgerView.Account account = view.ledger().account(reference.wallets().accountId(wallet));
            if (ceiling != Tiers.NO_LIMIT && account != null && payment.operation() == PaymentOperation.TOP_UP) {
                final Map<String, Object> parts = new LinkedHashMap<>();
                parts.put("limit", new Amount(ceiling, payment.currency()));
                parts.put("left", new Amount(Math.max(0, ceiling - account.balance()), payment.currency()));
                parts.put("asked", new Amount(payment.amountMinor(), payment.currency()));
                values.add(new Story.Value("balance ceiling", parts, false));
            }
            values.add(account("wallet's account " + reference.wallets().accountId(wallet),
                view.ledger().account(reference.wallets().accountId(wallet))));
        }
        return values;
    }

    private static void merchant(final List<Story.Value> values, final Reference reference, final PaymentCommand payment) {
        if ((payment.merchant0() | payment.merchant1()) == 0) {
            return;
        }
        final int slot = reference.merchants().find(payment.merchant0(), payment.merchant1());
        final Map<String, Object> parts = new LinkedHashMap<>();
        if (slot < 0) {
            parts.put("state", "not there");
        } else {
            parts.put("account", reference.merchants().accountId(slot));
            parts.put("mcc", reference.merchants().mcc(slot));
            if (reference.merchants().status(slot) != 0) {
                parts.put("status", status(reference.merchants().status(slot)));
            }
        }
        values.add(new Story.Value("merchant", parts, false));
    }

    private static String status(final int status) {
        return status == RecordStatus.ACTIVE ? "active"
            : status == RecordStatus.BLOCKED ? "blocked" : "removed";
    }

    private void card(final List<Story.Value> values, final Reference reference, final PaymentCommand payment, final int card, final int wallet) {
        final Map<String, Object> parts = new LinkedHashMap<>();
        if (wallet >= 0) {
            parts.put("wallet", reference.wallets().walletId(wallet));
            parts.put("wallet-status", status(reference.wallets().status(wallet)));
            parts.put("tier", reference.wallets().tierId(wallet));
            parts.put("expiry", String.format("%04d", reference.cards().expiry(card)));
            if (reference.cards().pinTries(card) > 0) {
                parts.put("wrong-pins", reference.cards().pinTries(card));
            }
        } else {
            final int route = view.payments().route(payment);
            parts.put("route", route < 0 ? "none" : Integer.toString(route));
        }
        if (card >= 0 && reference.cards().isOnNegativeFile(card)) {
            parts.put("negative-file", "listed");
        }
        values.add(new Story.Value("card", parts, false));
    }

    private static void original(final List<Story.Value> values, final Seen original) {
        final Map<String, Object> parts = new LinkedHashMap<>();
        parts.put("sequence", original.paymentId());
        parts.put("state", Commands.state(original.state()));
        parts.put("approved", new Amount(original.approvedMinor(), original.currency()));
        parts.put("hold-left", new Amount(original.holdLeftMinor(), original.currency()));
        parts.put("captured", new Amount(original.capturedMinor(), original.currency()));
        parts.put("refunded", new Amount(original.refundedMinor(), original.currency()));
        parts.put("reversed", new Amount(original.reversedMinor(), original.currency()));
        values.add(new Story.Value("original", parts, false));
    }

    private static Story.Value limit(final Limits.Use use, final PaymentCommand payment) {
        final boolean counts = use.result() == Result.LIMIT_OF_COUNT;
        final Map<String, Object> parts = new LinkedHashMap<>();
        parts.put("limit", counts ? use.limit() : new Amount(use.limit(), payment.currency()));
        if (use.result() != Result.LIMIT_PER_PAYMENT) {
            parts.put("used", counts ? use.used() : new Amount(use.used(), payment.currency()));
            parts.put("left", counts ? Math.max(0, use.left()) : new Amount(Math.max(0, use.left()), payment.currency()));
        }
        parts.put("asked", counts ? 1L : new Amount(payment.amountMinor(), payment.currency()));
        return new Story.Value((counts ? "limit, " : "limit by ") + use.period() + ", " + Commands.channel(use.channel()), parts, false);
    }

    /** Marks what a payment's refusal is about. */
    void mark(final Story.Step step, final int result, final PaymentCommand payment, final Seen made) {
        switch (result) {
            case Result.LIMIT_PER_PAYMENT -> decide(step, value -> value.name().startsWith("limit by payment") && exceeds(value, "limit"));
            case Result.LIMIT_PER_DAY -> decide(step, value -> value.name().startsWith("limit by day") && exceeds(value, "left"));
            case Result.LIMIT_PER_MONTH -> decide(step, value -> value.name().startsWith("limit by month") && exceeds(value, "left"));
            case Result.LIMIT_PER_YEAR -> decide(step, value -> value.name().startsWith("limit by year") && exceeds(value, "left"));
            case Result.LIMIT_OF_COUNT -> decide(step, value -> value.name().startsWith("limit, payments")
                && Long.valueOf(0).equals(value.parts().get("left")));
            case Result.BALANCE_CEILING -> decide(step, value -> value.name().equals("balance ceiling"));
            case Result.INSUFFICIENT_FUNDS -> decide(step, value -> value.name().startsWith("wallet's account"));
            case Result.MERCHANT_NOT_FOUND, Result.MERCHANT_NOT_ACTIVE -> decide(step, value -> value.name().equals("merchant"));
            case Result.CARD_NOT_FOUND, Result.CARD_LOST, Result.CARD_STOLEN, Result.CARD_ON_NEGATIVE_FILE, Result.CARD_EXPIRED, Result.PIN_WRONG,
                Result.PIN_TRIES_EXCEEDED, Result.WALLET_NOT_ACTIVE -> decide(step, value -> value.name().equals("card"));
            case Result.ORIGINAL_NOT_OPEN, Result.EXCEEDS_WHAT_IS_LEFT, Result.EXCEEDS_WHAT_WAS_CAPTURED, Result.NOTHING_LEFT_TO_REVERSE ->
                decide(step, value -> value.name().equals("original"));
            default -> {
                if (payment.hasRrn() && made != null && made.isLimitTold()) {
                    decide(step, value -> value.name().startsWith("limit by") && exceeds(value, "left"));
                }
            }
        }
    }

    private static boolean exceeds(final Story.Value value, final String bound) {
        return value.parts().get("asked") instanceof Amount asked && value.parts().get(bound) instanceof Amount most && asked.minor() > most.minor();
    }
}
