package io.daybreak.model.payment;

import io.daybreak.protocol.PaymentChannel;
import io.daybreak.protocol.Result;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Chapter 14: what wallets have used of their limits, kept as plain sums by wallet, channel and period. */
final class NaiveLimits {
    private static final long NS_PER_SECOND = 1_000_000_000L;

    private final Map<List<Integer>, NaivePayments.Tier> tiers = new HashMap<>();
    private final Map<List<Object>, long[]> used = new HashMap<>();
    /** What is left of the limit that refused last. */
    long left;

    void add(final int tierId, final int channel, final NaivePayments.Tier tier) {
        tiers.put(List.of(tierId, channel), tier);
    }

    private List<Integer> channels(final int tierId, final int channel) {
        return channel == PaymentChannel.ALL || !tiers.containsKey(List.of(tierId, channel))
            ? List.of(PaymentChannel.ALL) : List.of(PaymentChannel.ALL, channel);
    }

    private static String period(final int kind, final NaivePayments.Wallet wallet, final long atNs) {
        final LocalDate date = Instant.ofEpochSecond(atNs / NS_PER_SECOND).atOffset(ZoneOffset.ofTotalSeconds(wallet.zoneMinutes * 60)).toLocalDate();
        return switch (kind) {
            case 0 -> date.toString();
            case 1 -> date.getYear() + "-" + date.getMonthValue();
            default -> "" + date.getYear();
        };
    }

    /** Sum and number used, of a day (0), month (1) or year (2). */
    private long[] used(final NaivePayments.Wallet wallet, final int channel, final int kind, final long atNs) {
        return used.computeIfAbsent(List.of(wallet.id, channel, kind, period(kind, wallet, atNs)), k -> new long[2]);
    }

    int check(final NaivePayments.Wallet wallet, final int channel, final long amount, final int payments, final long nowNs) {
        if (wallet.tierId == 0) {
            return Result.OK;
        }
        final List<Integer> rows = channels(wallet.tierId, channel);
        left = Long.MAX_VALUE;
        for (final int row : rows) {
            final long most = tiers.get(List.of(wallet.tierId, row)).perPayment();
            left = Math.min(left, most);
        }
        if (amount > left) {
            return Result.LIMIT_PER_PAYMENT;
        }
        for (int kind = 0; kind < 3; kind++) {
            left = Long.MAX_VALUE;
            for (final int row : rows) {
                left = Math.min(left, Math.max(0, tiers.get(List.of(wallet.tierId, row)).sum(kind) - used(wallet, row, kind, nowNs)[0]));
            }
            if (amount > left) {
                return kind == 0 ? Result.LIMIT_PER_DAY : kind == 1 ? Result.LIMIT_PER_MONTH : Result.LIMIT_PER_YEAR;
            }
        }
        left = Long.MAX_VALUE;
        for (int kind = 0; kind < 3; kind++) {
            for (final int row : rows) {
                left = Math.min(left, Math.max(0, tiers.get(List.of(wallet.tierId, row)).count(kind) - used(wallet, row, kind, nowNs)[1]));
            }
        }
        return payments > left ? Result.LIMIT_OF_COUNT : Result.OK;
    }

    void use(final NaivePayments.Wallet wallet, final int channel, final long amount, final int payments, final long atNs) {
        if (wallet.tierId != 0) {
            for (final int row : channels(wallet.tierId, channel)) {
                for (int kind = 0; kind < 3; kind++) {
                    used(wallet, row, kind, atNs)[0] += amount;
                    used(wallet, row, kind, atNs)[1] += payments;
                }
            }
        }
    }

    /** A period that is over is not looked at any more, so that giving back to it does no harm. */
    void giveBack(final NaivePayments.Wallet wallet, final int channel, final long amount, final int payments, final long usedAtNs) {
        use(wallet, channel, -amount, -payments, usedAtNs);
    }

    boolean fitsCeiling(final NaivePayments.Wallet wallet, final long balanceAfter) {
        return wallet.tierId == 0 || balanceAfter <= tiers.get(List.of(wallet.tierId, PaymentChannel.ALL)).ceiling();
    }
}
