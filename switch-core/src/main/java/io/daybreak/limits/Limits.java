package io.daybreak.limits;

import io.daybreak.calendar.Zones;
import io.daybreak.card.Wallets;
import io.daybreak.memory.SlabAllocator;
import io.daybreak.memory.UndoLog;
import io.daybreak.protocol.PaymentChannel;
import io.daybreak.protocol.Result;
import io.daybreak.state.StateImage;
import io.daybreak.state.Stateful;

import java.util.ArrayList;
import java.util.List;

/**
 * Whether a wallet's limits allow a payment, and what has been used of them. Days, months and years are those of the
 * wallet's time zone. A payment must keep the row of its channel and the row of all channels; what it uses is counted
 * by both, as far as they limit periods.
 * <p>
 * A wallet of tier 0 has no limits. A blocked row lets nothing through, and neither does a tier all of whose rows were
 * removed: a slip of the operator's must not open a wallet.
 * <p>
 * Amounts are minor units from 0 to 2^63 - 1. Nothing here checks before it counts, or counts when it checks. Ledger
 * thread only; allocates nothing.
 */
public final class Limits implements Stateful {
    private final Wallets wallets;
    private final Tiers tiers;
    private final Zones zones;
    private final Usage usage;
    private long left;
    private int refusedBy;

    public Limits(final SlabAllocator allocator, final UndoLog undo, final Wallets wallets, final Tiers tiers, final Zones zones) {
        this.wallets = wallets;
        this.tiers = tiers;
        this.zones = zones;
        this.usage = new Usage(allocator, undo);
    }

    /** Makes room for so many wallets. */
    public void configure(final long walletCapacity) {
        usage.configure(walletCapacity);
    }

    /** As {@link #check(int, int, long, int, long)} for a payment that counts as one. */
    public int check(final int walletSlot, final int channel, final long amountMinor, final long nowNs) {
        return check(walletSlot, channel, amountMinor, 1, nowNs);
    }

    /**
     * Whether the limits allow a payment. After a refusal {@link #leftMinor} and {@link #refusedByChannel} say more.
     *
     * @param channel  see {@link PaymentChannel}
     * @param payments that it counts as: 1, or 0 for an addition to one that was counted
     * @return OK, LIMIT_PER_PAYMENT, LIMIT_PER_DAY, LIMIT_PER_MONTH, LIMIT_PER_YEAR or LIMIT_OF_COUNT, the first in
     *     this order
     */
    public int check(final int walletSlot, final int channel, final long amountMinor, final int payments, final long nowNs) {
        final int tier = wallets.tierId(walletSlot);
        if (tier == 0) {
            return Result.OK;
        }
        final int all = tiers.row(tier, PaymentChannel.ALL);
        final int own = channel == PaymentChannel.ALL ? Tiers.NOT_FOUND : tiers.row(tier, channel);
        refusedBy = own != Tiers.NOT_FOUND && tiers.isBlocked(own) ? channel : PaymentChannel.ALL;
        left = 0;
        if (all == Tiers.NOT_FOUND && tiers.anyRow(tier) == Tiers.NOT_FOUND || isBlocked(all) || isBlocked(own)) {
            return Result.LIMIT_PER_PAYMENT;
        }
        narrow(channel, perPayment(all), perPayment(own));
        if (amountMinor > left) {
            return Result.LIMIT_PER_PAYMENT;
        }
        final long walletId = wallets.walletId(walletSlot);
        final int date = zones.localDate(wallets.zoneId(walletSlot), nowNs);
        final int usedAll = counts(all) ? usage.find(walletId, PaymentChannel.ALL) : Usage.NOT_FOUND;
        final int usedOwn = counts(own) ? usage.find(walletId, channel) : Usage.NOT_FOUND;
        return checkPeriods(channel, amountMinor, payments, all, own, usedAll, usedOwn, date);
    }

    private int checkPeriods(final int channel, final long amountMinor, final int payments, final int all, final int own,
                             final int usedAll, final int usedOwn, final int date) {
        if (counts(all) || counts(own)) {
            narrow(channel, leftOfDay(all, usedAll, date), leftOfDay(own, usedOwn, date));
            if (amountMinor > left) {
                return Result.LIMIT_PER_DAY;
            }
            narrow(channel, leftOfMonth(all, usedAll, date), leftOfMonth(own, usedOwn, date));
            if (amountMinor > left) {
                return Result.LIMIT_PER_MONTH;
            }
            narrow(channel, leftOfYear(all, usedAll, date), leftOfYear(own, usedOwn, date));
            if (amountMinor > left) {
                return Result.LIMIT_PER_YEAR;
            }
            narrow(channel, leftOfCounts(all, usedAll, date), leftOfCounts(own, usedOwn, date));
            if (payments > left) {
                return Result.LIMIT_OF_COUNT;
            }
        }
        return Result.OK;
    }

    /** Takes the narrower of what two rows leave. */
    private void narrow(final int channel, final long ofAll, final long ofOwn) {
        refusedBy = ofOwn < ofAll ? channel : PaymentChannel.ALL;
        left = Math.max(0, Math.min(ofAll, ofOwn));
    }

    private boolean isBlocked(final int row) {
        return row != Tiers.NOT_FOUND && tiers.isBlocked(row);
    }

    private boolean counts(final int row) {
        return row != Tiers.NOT_FOUND && tiers.limitsPeriods(row);
    }

    private long perPayment(final int row) {
        return row == Tiers.NOT_FOUND ? Tiers.NO_LIMIT : tiers.perPaymentMinor(row);
    }

    private long leftOfDay(final int row, final int used, final int date) {
        return row == Tiers.NOT_FOUND || tiers.perDayMinor(row) == Tiers.NO_LIMIT ? Tiers.NO_LIMIT
            : tiers.perDayMinor(row) - usage.day(used, date);
    }

    private long leftOfMonth(final int row, final int used, final int date) {
        return row == Tiers.NOT_FOUND || tiers.perMonthMinor(row) == Tiers.NO_LIMIT ? Tiers.NO_LIMIT
            : tiers.perMonthMinor(row) - usage.month(used, date);
    }

    private long leftOfYear(final int row, final int used, final int date) {
        return row == Tiers.NOT_FOUND || tiers.perYearMinor(row) == Tiers.NO_LIMIT ? Tiers.NO_LIMIT
            : tiers.perYearMinor(row) - usage.year(used, date);
    }

    private long leftOfCounts(final int row, final int used, final int date) {
        return row == Tiers.NOT_FOUND ? Tiers.NO_COUNT
            : Math.min(leftOfCount(tiers.countPerDay(row), usage.dayCount(used, date)),
            Math.min(leftOfCount(tiers.countPerMonth(row), usage.monthCount(used, date)),
                leftOfCount(tiers.countPerYear(row), usage.yearCount(used, date))));
    }

    private static long leftOfCount(final int limit, final int used) {
        return limit == Tiers.NO_COUNT ? Tiers.NO_COUNT : (long) limit - used;
    }

    /**
     * One limit of a wallet's tier, and how much of it is used.
     *
     * @param result  what a payment gets that does not keep it
     * @param period  payment, day, month, year, payments a day, payments a month, payments a year
     * @param channel see {@link PaymentChannel}; ALL: all together
     * @param limit   minor units, or payments
     * @param used    in the period that is running in the wallet's time zone
     */
    public record Use(int result, String period, int channel, long limit, long used) {
        /** What is left; below 0 where an advice took more. */
        public long left() {
            return limit - used;
        }
    }

    /** The limits that a payment of this wallet through a channel must keep at an instant, with what is used of them. Cold path. */
    public List<Use> uses(final int walletSlot, final int channel, final long nowNs) {
        final List<Use> uses = new ArrayList<>();
        final int tier = wallets.tierId(walletSlot);
        if (tier != 0) {
            add(uses, walletSlot, tiers.row(tier, PaymentChannel.ALL), PaymentChannel.ALL, nowNs);
            if (channel != PaymentChannel.ALL) {
                add(uses, walletSlot, tiers.row(tier, channel), channel, nowNs);
            }
        }
        return uses;
    }

    private void add(final List<Use> uses, final int walletSlot, final int row, final int channel, final long nowNs) {
        if (row == Tiers.NOT_FOUND) {
            return;
        }
        final int date = zones.localDate(wallets.zoneId(walletSlot), nowNs);
        final int used = usage.find(wallets.walletId(walletSlot), channel);
        add(uses, Result.LIMIT_PER_PAYMENT, "payment", channel, tiers.isBlocked(row) ? 0 : tiers.perPaymentMinor(row), 0);
        add(uses, Result.LIMIT_PER_DAY, "day", channel, tiers.perDayMinor(row), usage.day(used, date));
        add(uses, Result.LIMIT_PER_MONTH, "month", channel, tiers.perMonthMinor(row), usage.month(used, date));
        add(uses, Result.LIMIT_PER_YEAR, "year", channel, tiers.perYearMinor(row), usage.year(used, date));
        add(uses, Result.LIMIT_OF_COUNT, "payments a day", channel, count(tiers.countPerDay(row)), usage.dayCount(used, date));
        add(uses, Result.LIMIT_OF_COUNT, "payments a month", channel, count(tiers.countPerMonth(row)), usage.monthCount(used, date));
        add(uses, Result.LIMIT_OF_COUNT, "payments a year", channel, count(tiers.countPerYear(row)), usage.yearCount(used, date));
    }

    private static long count(final int limit) {
        return limit == Tiers.NO_COUNT ? Tiers.NO_LIMIT : limit;
    }

    private static void add(final List<Use> uses, final int result, final String period, final int channel, final long limit, final long used) {
        if (limit != Tiers.NO_LIMIT) {
            uses.add(new Use(result, period, channel, limit, used));
        }
    }

    /** What is left of the limit that refused: minor units, or payments after LIMIT_OF_COUNT. */
    public long leftMinor() {
        return left;
    }

    /** Channel of the row that refused; {@link PaymentChannel#ALL} for the row of all together. */
    public int refusedByChannel() {
        return refusedBy;
    }

    /** The largest amount that {@link #check} would allow, for partial approval; 0 if it allows none. */
    public long mostMinor(final int walletSlot, final int channel, final int payments, final long nowNs) {
        final int result = check(walletSlot, channel, Long.MAX_VALUE, payments, nowNs);
        if (result == Result.OK) {
            return Long.MAX_VALUE;
        }
        // Each refusal says what its limit leaves; with that amount the next limit is asked, five in all.
        long most = result == Result.LIMIT_OF_COUNT ? 0 : left;
        int next = result;
        while (next != Result.OK && most > 0) {
            next = check(walletSlot, channel, most, payments, nowNs);
            most = next == Result.OK ? most : next == Result.LIMIT_OF_COUNT ? 0 : left;
        }
        return most;
    }

    /** As {@link #reserve(int, int, long, int, long)} for a payment that counts as one. */
    public void reserve(final int walletSlot, final int channel, final long amountMinor, final long nowNs) {
        reserve(walletSlot, channel, amountMinor, 1, nowNs);
    }

    /**
     * Counts a payment as used, whether or not the limits allow it: an advice has happened already.
     *
     * @param payments that it counts as
     */
    public void reserve(final int walletSlot, final int channel, final long amountMinor, final int payments, final long nowNs) {
        final int tier = wallets.tierId(walletSlot);
        if (tier == 0) {
            return;
        }
        final int all = tiers.row(tier, PaymentChannel.ALL);
        final int own = channel == PaymentChannel.ALL ? Tiers.NOT_FOUND : tiers.row(tier, channel);
        final boolean countsAll = counts(all);
        final boolean countsOwn = counts(own);
        if (countsAll || countsOwn) {
            final int date = zones.localDate(wallets.zoneId(walletSlot), nowNs);
            final long walletId = wallets.walletId(walletSlot);
            if (countsAll) {
                usage.add(walletId, PaymentChannel.ALL, date, amountMinor, payments, nowNs);
            }
            if (countsOwn) {
                usage.add(walletId, channel, date, amountMinor, payments, nowNs);
            }
        }
    }

    /** As {@link #giveBack(int, int, long, int, long)} for a payment that no longer counts. */
    public void giveBack(final int walletSlot, final int channel, final long amountMinor, final long reservedAtNs) {
        giveBack(walletSlot, channel, amountMinor, 1, reservedAtNs);
    }

    /**
     * Gives back what was reserved at an instant, in full or in part. Periods that are over are not touched.
     *
     * @param payments that no longer count: 1 where all of a payment is given back, 0 where a part of it stays
     */
    public void giveBack(final int walletSlot, final int channel, final long amountMinor, final int payments, final long reservedAtNs) {
        final long walletId = wallets.walletId(walletSlot);
        final int all = usage.find(walletId, PaymentChannel.ALL);
        final int own = channel == PaymentChannel.ALL ? Usage.NOT_FOUND : usage.find(walletId, channel);
        if (all != Usage.NOT_FOUND || own != Usage.NOT_FOUND) {
            final int date = zones.localDate(wallets.zoneId(walletSlot), reservedAtNs);
            if (all != Usage.NOT_FOUND) {
                usage.subtract(all, date, amountMinor, payments, reservedAtNs);
            }
            if (own != Usage.NOT_FOUND) {
                usage.subtract(own, date, amountMinor, payments, reservedAtNs);
            }
        }
    }

    /**
     * Whether the wallet may hold a balance.
     *
     * @param balanceAfterMinor posted credits less posted debits, after the payment
     * @return OK or BALANCE_CEILING
     */
    public int checkCeiling(final int walletSlot, final long balanceAfterMinor) {
        return balanceAfterMinor > ceilingMinor(walletSlot) ? Result.BALANCE_CEILING : Result.OK;
    }

    /** Most that the wallet may hold. */
    public long ceilingMinor(final int walletSlot) {
        final int tier = wallets.tierId(walletSlot);
        final int all = tier == 0 ? Tiers.NOT_FOUND : tiers.row(tier, PaymentChannel.ALL);
        return all == Tiers.NOT_FOUND ? Tiers.NO_LIMIT : tiers.balanceCeilingMinor(all);
    }

    /** Records of use: wallets and channels that were counted. */
    public int usageCount() {
        return usage.count();
    }

    /** Remembers where a step that may be undone began. */
    public void mark() {
        usage.mark();
    }

    /** Goes back to the mark; the undo log has put the words back. */
    public void rollback() {
        usage.rollback();
    }

    @Override
    public void image(final StateImage image) {
        usage.image(image);
    }

    /** Running digest of what has been used. */
    public long digest() {
        return usage.digest();
    }

    /** The same, computed from the records. */
    public long computeDigest() {
        return usage.computeDigest();
    }
}
