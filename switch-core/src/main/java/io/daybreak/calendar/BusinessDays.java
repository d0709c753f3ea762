package io.daybreak.calendar;

import io.daybreak.memory.SlabAllocator;
import io.daybreak.memory.UndoLog;
import io.daybreak.port.EffectEmitter;
import io.daybreak.protocol.RecordStatus;
import io.daybreak.protocol.codec.DayOpenedEncoder;
import io.daybreak.protocol.codec.PutDayGroupDecoder;
import io.daybreak.reference.ReferenceTable;
import io.daybreak.state.StateImage;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.UnsafeApi;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The open business date of each group of participants. It is state, moved by the schedule, which is a deadline like
 * any other, or by a command; never back. The date before stays open for totals for a grace window.
 * <p>
 * A cut-over before noon opens the date of its own local day, one from noon on the date of the next: with a cut-over at
 * 22:00 what comes after it on Monday belongs to Tuesday. A local minute that does not exist, or comes twice, is as
 * {@link Zones#firstInstant} says. After a stop the days are opened one by one, in their order.
 * <pre>
 *    0 group, 0 (16)    16 grace    24 0, group, zone (4, 2, 2)    32 cut-over minute, status, 0 (2, 2, 4)
 *   40 open date, date before (4 each)    48 the date before closes    56 0    | 64 next cut-over
 * </pre>
 * A group that was removed keeps its dates for whoever still names it. Groups 1 to {@link #MAX_ID}. Ledger thread only.
 */
public final class BusinessDays extends ReferenceTable {
    /** Largest number of a group. */
    public static final int MAX_ID = 255;
    /** Cut-over minute of a group that is cut over by command only. */
    public static final int ONLY_BY_COMMAND = 65_535;
    /** No cut-over is due, ever. */
    public static final long NEVER = Long.MAX_VALUE;
    /** A command opens a date at most so many days after the open one: dates never go back, and a slip would stay. */
    public static final int MOST_DAYS_AHEAD = 31;

    private static final int GRACE_MS = 16;
    private static final int ZONE_ID = 30;
    private static final int CUT_OVER_MINUTE = 32;
    private static final int STATUS = 34;
    private static final int OPEN_DATE = 40;
    private static final int PREVIOUS_DATE = 44;
    private static final int PREVIOUS_CLOSES = 48;
    private static final int NEXT_CUT_OVER = 64;

    private static final long NS_PER_MS = 1_000_000L;
    private static final int NOON = 720;
    /** Where the block has its first date. */
    private static final int FIRST_DATE_IN_BLOCK = PutDayGroupDecoder.firstDateEncodingOffset();

    private final Zones zones;
    /** Slot of a group, plus one; follows from the records. */
    private final int[] slots = new int[MAX_ID + 1];
    private final MutableDirectBuffer block = new UnsafeBuffer(new byte[PutDayGroupDecoder.BLOCK_LENGTH]);
    private final MutableDirectBuffer effect = new UnsafeBuffer(new byte[DayOpenedEncoder.BLOCK_LENGTH]);
    private final DayOpenedEncoder dayOpened = new DayOpenedEncoder();
    private EffectEmitter effects = EffectEmitter.NONE;
    private long nextCutOverNs = NEVER;
    private int nextGroup;
    /** What the last cut-over opened; read right after it, and no state. */
    private int lastOpenedGroup;

    public BusinessDays(final SlabAllocator allocator, final UndoLog undo, final Zones zones) {
        super(allocator, undo, PutDayGroupDecoder.TEMPLATE_ID, PutDayGroupDecoder.BLOCK_LENGTH, 0, 128, 8, STATUS);
        this.zones = zones;
    }

    /** From now on DayOpened goes to {@code emitter}. */
    public void emitTo(final EffectEmitter emitter) {
        effects = emitter;
    }

    /** True for groups that were put and not removed. */
    public boolean isKnown(final int group) {
        return group >= 1 && group <= MAX_ID && findPresent(group, 0) != NOT_FOUND;
    }

    /**
     * Puts a group; the caller has checked the contents. A new one opens its first date, or the one that its schedule
     * has at this instant if that is 0; the first date of a group that is there is not looked at.
     *
     * @return false if it was there with these very contents
     */
    public boolean put(final int group, final DirectBuffer command, final int offset, final long nowNs) {
        block.putBytes(0, command, offset, PutDayGroupDecoder.BLOCK_LENGTH);
        final int firstDate = block.getInt(FIRST_DATE_IN_BLOCK);
        block.putInt(FIRST_DATE_IN_BLOCK, 0);
        final int existing = records.find(group, 0);
        if (existing != NOT_FOUND && hasContents(existing, block, 0)) {
            return false;
        }
        final int slot = write(group, 0, block, 0);
        slots[group] = slot + 1;
        if (openDateAt(slot) == 0) {
            records.beforeChange(slot);
            UnsafeApi.putInt(records.address(slot) + OPEN_DATE, firstDate != 0 ? firstDate : scheduledDate(slot, nowNs));
            records.afterChange(slot);
        }
        schedule(slot);
        findNext();
        return true;
    }

    @Override
    public boolean remove(final long group, final long zero) {
        final boolean wasThere = super.remove(group, zero);
        if (wasThere) {
            schedule(slots[(int) group] - 1);
            findNext();
        }
        return wasThere;
    }

    @Override
    public void image(final StateImage image) {
        super.image(image);
        image.numbers(slots, slots.length);
        nextCutOverNs = image.word(nextCutOverNs);
        nextGroup = image.bounded(nextGroup, 0, MAX_ID);
    }

    /** The date that the schedule has open at an instant. */
    private int scheduledDate(final int slot, final long nowNs) {
        final int zone = uint16(slot, ZONE_ID);
        final int minute = uint16(slot, CUT_OVER_MINUTE);
        final int local = zones.localDate(zone, nowNs);
        if (minute == ONLY_BY_COMMAND) {
            return local;
        }
        final boolean past = nowNs >= zones.firstInstant(zone, local, minute);
        final int ahead = minute < NOON ? 0 : 1;
        return Dates.ofEpochDay(Dates.toEpochDay(local) + (past ? ahead : ahead - 1));
    }

    /** To be called when a zone was put: the schedules that go by it change. */
    public void zoneChanged(final int zoneId) {
        for (int group = 1; group <= MAX_ID; group++) {
            if (slots[group] != 0 && uint16(slots[group] - 1, ZONE_ID) == zoneId) {
                schedule(slots[group] - 1);
            }
        }
        findNext();
    }

    private void schedule(final int slot) {
        final int minute = uint16(slot, CUT_OVER_MINUTE);
        final int open = openDateAt(slot);
        long next = NEVER;
        if (status(slot) == RecordStatus.ACTIVE && minute != ONLY_BY_COMMAND && open < Dates.LAST) {
            final int day = minute < NOON ? Dates.next(open) : open;
            next = zones.firstInstant(uint16(slot, ZONE_ID), day, minute);
        }
        UnsafeApi.putLong(records.address(slot) + NEXT_CUT_OVER, next);
    }

    /** The earliest cut-over; of several at one instant that of the lowest group. */
    private void findNext() {
        nextCutOverNs = NEVER;
        for (int group = 1; group <= MAX_ID; group++) {
            if (slots[group] != 0 && int64(slots[group] - 1, NEXT_CUT_OVER) < nextCutOverNs) {
                nextCutOverNs = int64(slots[group] - 1, NEXT_CUT_OVER);
                nextGroup = group;
            }
        }
    }

    /** Epoch nanoseconds of the next scheduled cut-over, or {@link #NEVER}. */
    public long nextCutOverNs() {
        return nextCutOverNs;
    }

    /**
     * Carries out the next scheduled cut-over, which is due.
     *
     * @return the group
     */
    public int cutOverNext(final long nowNs) {
        assert nextCutOverNs <= nowNs;
        final int group = nextGroup;
        cutOver(group, Dates.next(openDate(group)), nowNs);
        return group;
    }

    /**
     * As {@link #cutOverNext}, but straight to the date that the schedule has open now, for a group that is far behind. No date between
     * has had a payment: before a payment all that is due is opened.
     */
    public int cutOverToNow(final long nowNs) {
        assert nextCutOverNs <= nowNs;
        final int group = nextGroup;
        cutOver(group, Math.max(Dates.next(openDate(group)), scheduledDate(slots[group] - 1, nowNs)), nowNs);
        return group;
    }

    /** Opens a date, which is after the open one. The grace window of the date before begins now. */
    public void cutOver(final int group, final int newDate, final long nowNs) {
        final int slot = slots[group] - 1;
        final long record = records.address(slot);
        assert newDate > openDateAt(slot);
        records.beforeChange(slot);
        UnsafeApi.putInt(record + PREVIOUS_DATE, openDateAt(slot));
        UnsafeApi.putInt(record + OPEN_DATE, newDate);
        UnsafeApi.putLong(record + PREVIOUS_CLOSES, nowNs + int64(slot, GRACE_MS) * NS_PER_MS);
        records.afterChange(slot);
        schedule(slot);
        findNext();
        lastOpenedGroup = group;
        dayOpened.wrap(effect, 0).date(newDate).dayGroup(group).reserved(0);
        effects.emit(DayOpenedEncoder.TEMPLATE_ID, effect, 0, DayOpenedEncoder.BLOCK_LENGTH);
    }

    /** The group of the last cut-over; to be asked right after one. */
    public int lastOpenedGroup() {
        return lastOpenedGroup;
    }

    /** Date YYYYMMDD that is open for a group that was put. */
    public int openDate(final int group) {
        return openDateAt(slots[group] - 1);
    }

    /** The date open before it; 0: there was none. */
    public int previousDate(final int group) {
        return int32(slots[group] - 1, PREVIOUS_DATE);
    }

    /** Epoch nanoseconds from which on the date before takes no totals. */
    public long previousClosesNs(final int group) {
        return int64(slots[group] - 1, PREVIOUS_CLOSES);
    }

    private int openDateAt(final int slot) {
        return int32(slot, OPEN_DATE);
    }

    @Override
    public int status(final int slot) {
        return uint16(slot, STATUS);
    }

    /** Tells the open date as the first one, so that another switch goes on from there. */
    @Override
    public int encode(final int slot, final MutableDirectBuffer buffer, final int offset) {
        final int length = super.encode(slot, buffer, offset);
        if (length != 0) {
            buffer.putInt(offset + length - PutDayGroupDecoder.BLOCK_LENGTH + FIRST_DATE_IN_BLOCK, openDateAt(slot));
        }
        return length;
    }
}
