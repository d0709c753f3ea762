package io.daybreak.calendar;

import io.daybreak.memory.SlabAllocator;
import io.daybreak.memory.UndoLog;
import io.daybreak.protocol.codec.PutZoneDecoder;
import io.daybreak.reference.ReferenceTable;
import io.daybreak.state.StateImage;
import org.agrona.DirectBuffer;

/**
 * Time zones, each as an offset and its coming changes: the state machine reads no table of the machine it runs on, and
 * a replay sees the offsets of then.
 * <pre>
 *    0 zone id, 0 (16)    16 zone id, offset, count of changes, status (2 each)    24 changes at (16 x 4)
 *   88 changes to (16 x 2)    120 name (32)    152 0
 * </pre>
 * Zone 0 is UTC and is always there. A zone that was removed goes on to give local times to whoever still names it.
 * Offsets are minutes east of UTC; the last change holds for ever. Ledger thread only.
 */
public final class Zones extends ReferenceTable {
    /** UTC. */
    public static final int UTC = 0;
    /** Largest id. */
    public static final int MAX_ID = 511;
    /** Most changes of a zone. */
    public static final int MAX_CHANGES = 16;
    /** Largest offset either way, in minutes. */
    public static final int MAX_OFFSET = 18 * 60;

    private static final int OFFSET_MINUTES = 18;
    private static final int CHANGE_COUNT = 20;
    private static final int STATUS = 22;
    private static final int CHANGE_AT = 24;
    private static final int CHANGE_TO = 88;

    private static final long NS_PER_SECOND = 1_000_000_000L;
    private static final int SECONDS_PER_MINUTE = 60;
    private static final int SECONDS_PER_DAY = 86_400;

    /** Slot of a zone, plus one; follows from the records. */
    private final int[] slots = new int[MAX_ID + 1];
    /** The local day that was asked for last, by zone: its bounds in epoch seconds, and its date. No state. */
    private final long[] dayBegin = new long[MAX_ID + 1];
    private final long[] dayEnd = new long[MAX_ID + 1];
    private final int[] dayDate = new int[MAX_ID + 1];
    private long segmentBegin;
    private long segmentEnd;

    public Zones(final SlabAllocator allocator, final UndoLog undo) {
        super(allocator, undo, PutZoneDecoder.TEMPLATE_ID, PutZoneDecoder.BLOCK_LENGTH, 0, 256, 20, STATUS);
    }

    /** True for UTC and for zones that were put and not removed. */
    public boolean isKnown(final int zoneId) {
        return zoneId == UTC || findPresent(zoneId, 0) != NOT_FOUND;
    }

    /**
     * Puts a zone; the caller has checked the contents.
     *
     * @return false if it was there with these very contents
     */
    public boolean put(final int zoneId, final DirectBuffer command, final int offset) {
        final int existing = records.find(zoneId, 0);
        if (existing != NOT_FOUND && hasContents(existing, command, offset)) {
            return false;
        }
        slots[zoneId] = write(zoneId, 0, command, offset) + 1;
        dayBegin[zoneId] = 0;
        dayEnd[zoneId] = 0;
        return true;
    }

    @Override
    public void image(final StateImage image) {
        super.image(image);
        image.numbers(slots, slots.length);
    }

    /** Offset from UTC in seconds, east positive, at an instant in epoch nanoseconds; 0 for a zone that is not there. */
    public int offsetSeconds(final int zoneId, final long epochNs) {
        return offsetAt(zoneId, Math.floorDiv(epochNs, NS_PER_SECOND));
    }

    /** Also tells from when to when it holds, in epoch seconds. */
    private int offsetAt(final int zoneId, final long epochSeconds) {
        segmentBegin = Long.MIN_VALUE;
        segmentEnd = Long.MAX_VALUE;
        if (slots[zoneId] == 0) {
            return 0;
        }
        final int slot = slots[zoneId] - 1;
        final int count = uint16(slot, CHANGE_COUNT);
        int minutes = int16(slot, OFFSET_MINUTES);
        for (int i = 0; i < count; i++) {
            final long at = changeAt(slot, i);
            if (epochSeconds < at) {
                segmentEnd = at;
                break;
            }
            segmentBegin = at;
            minutes = int16(slot, CHANGE_TO + i * Short.BYTES);
        }
        return minutes * SECONDS_PER_MINUTE;
    }

    private long changeAt(final int slot, final int change) {
        return (int32(slot, CHANGE_AT + change * Integer.BYTES) & 0xFFFF_FFFFL) * SECONDS_PER_MINUTE;
    }

    private int int16(final int slot, final int at) {
        return (short) uint16(slot, at);
    }

    /** The local date YYYYMMDD at an instant in epoch nanoseconds. */
    public int localDate(final int zoneId, final long epochNs) {
        final long seconds = Math.floorDiv(epochNs, NS_PER_SECOND);
        if (seconds < dayBegin[zoneId] || seconds >= dayEnd[zoneId]) {
            final int offset = offsetAt(zoneId, seconds);
            final long day = Math.floorDiv(seconds + offset, (long) SECONDS_PER_DAY);
            dayBegin[zoneId] = Math.max(segmentBegin, day * SECONDS_PER_DAY - offset);
            dayEnd[zoneId] = Math.min(segmentEnd, (day + 1) * SECONDS_PER_DAY - offset);
            dayDate[zoneId] = Dates.ofEpochDay(day);
        }
        return dayDate[zoneId];
    }

    /**
     * The first instant, in epoch nanoseconds, at which the local clock shows a minute of a date or has passed it: of a
     * minute that comes twice the first, of one that is skipped the moment of the change.
     *
     * @param minute of the local day, 0 to 1,439
     */
    public long firstInstant(final int zoneId, final int date, final int minute) {
        final long wanted = Dates.toEpochDay(date) * SECONDS_PER_DAY + minute * SECONDS_PER_MINUTE;
        long from = Long.MIN_VALUE;
        while (true) {
            final int offset = offsetAt(zoneId, from);
            final long instant = Math.max(segmentBegin, wanted - offset);
            if (instant < segmentEnd) {
                return instant > Long.MAX_VALUE / NS_PER_SECOND ? Long.MAX_VALUE : instant * NS_PER_SECOND;
            }
            from = segmentEnd;
        }
    }

    @Override
    public int status(final int slot) {
        return uint16(slot, STATUS);
    }
}
