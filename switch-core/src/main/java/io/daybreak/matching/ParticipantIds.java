package io.daybreak.matching;

import io.daybreak.state.StateImage;

/**
 * The slices of one participant, oldest first, and its watermark.
 * <p>
 * The slices part the time line: the first holds every time from the watermark up to the second's start, the last one
 * has no end. They are parted anew only where no id is in the way, behind the greatest time that a slice holds:
 * <ul>
 * <li>when a slice holds its target of ids and a later one comes; the target doubles with each slice from
 * {@value #FIRST_CAPACITY} to {@value #LAST_CAPACITY}, and never exceeds an eighth of the capacity;</li>
 * <li>when an id is further ahead of the command time than it lately took to fill two slices. It gets a slice of its own
 * on a grid of the length of one, small at first. Without this, one clock that runs a minute ahead would close the slice
 * in use a minute ahead, and all traffic of that minute would pile up in it. The number of such slices is limited
 * ({@link #mayOpenAhead}), since each takes some blocks.</li>
 * </ul>
 * Ids that are late go to the slice of their time.
 * <p>
 * Ledger thread only.
 */
final class ParticipantIds {
    /** Capacity of the first generation of a participant's first slice, in ids. */
    static final int FIRST_CAPACITY = 2048;
    /** Capacity of the first generation of a slice in full use: its index of half a megabyte stays in the cache. */
    static final int LAST_CAPACITY = 65_536;

    private static final int SLICES_PER_CAPACITY = 8;
    private static final int FREE_AHEAD_SLICES = 16;
    private static final int IDS_PER_AHEAD_SLICE = 4096;
    private static final long MAX_SLICES = 1 << 20;
    /** Clocks of one participant's hosts differ; what they differ by in the time of two slices needs no slice of its own. */
    private static final int AHEAD_PACES = 2;
    private static final long NO_PACE = Long.MAX_VALUE / AHEAD_PACES;

    private final int participantId;
    private long capacity;
    private long size;
    private long watermarkMs;
    private int target = FIRST_CAPACITY;
    /** Command time that it lately took to fill a slice of the target's size. */
    private long paceMs = NO_PACE;
    private long lastFilledMs = Long.MIN_VALUE;

    // Slices lie from head to end; the room behind the end is won back by moving them to the front, once per many drops.
    private IdSlice[] slices = new IdSlice[0];
    private long[] startsMs = new long[0];
    private int head;
    private int end;
    private int lastFound;

    ParticipantIds(final int participantId) {
        this.participantId = participantId;
    }

    /** Sets the capacity in ids; makes room for as many slices as it can need, so that inserts never have to. */
    void capacity(final long newCapacity) {
        capacity = newCapacity;
        final int last = lastTarget();
        target = Math.min(last, Math.max(target, FIRST_CAPACITY));
        final long most = FREE_AHEAD_SLICES + 2 + newCapacity / IDS_PER_AHEAD_SLICE
            + newCapacity / (Math.min(FIRST_CAPACITY, last) / 2);
        final int length = (int) (2 * Math.min(MAX_SLICES, most));
        if (length > slices.length) {
            moveTo(new IdSlice[length], new long[length]);
        }
    }

    /** The slice that holds the time, or null if there is none. The time is not behind the watermark. */
    IdSlice sliceOf(final long idMs) {
        return head == end ? null : slices[indexOf(idMs)];
    }

    /** Position of the slice that holds the time; there is at least one. */
    int indexOf(final long idMs) {
        final int found = lastFound;
        if (isAt(found, idMs)) {
            return found;
        }
        // The newest two get nearly all that is not where the last one was.
        int index = end - 1;
        if (!isAt(index, idMs)) {
            index--;
            if (!isAt(index, idMs)) {
                index = search(idMs);
            }
        }
        lastFound = index;
        return index;
    }

    /**
     * Where to part the slice at {@code index} for an id later than all in it.
     *
     * @return start of the new slice for the id in milliseconds, or 0 if it shall go to the slice as it is
     */
    long partAt(final int index, final long idMs, final long nowMs) {
        final IdSlice slice = slices[index];
        if (end - head >= slices.length / 2) {
            return 0;
        }
        if (idMs - nowMs > AHEAD_PACES * paceMs && mayOpenAhead()) {
            final long gridMs = idMs - idMs % paceMs;
            if (gridMs > slice.maxMs()) {
                return gridMs;
            }
        }
        return slice.isAtTarget() ? slice.maxMs() + 1 : 0;
    }

    /** Notes that a slice was filled; a small one took the less time for it. */
    void onFilled(final IdSlice slice, final long nowMs) {
        if (lastFilledMs != Long.MIN_VALUE) {
            final long smallness = Math.max(1, target / slice.firstCapacity());
            paceMs = Math.min(Math.max(1, (nowMs - lastFilledMs) * smallness), NO_PACE);
        }
        lastFilledMs = nowMs;
        target = Math.min(2 * target, lastTarget());
    }

    /** Puts an opened slice at a position; those from there on move by one. */
    void insertSlice(final int at, final IdSlice slice) {
        int index = at;
        if (end == slices.length) {
            index -= head;
            moveTo(slices, startsMs);
        }
        System.arraycopy(slices, index, slices, index + 1, end - index);
        System.arraycopy(startsMs, index, startsMs, index + 1, end - index);
        slices[index] = slice;
        startsMs[index] = slice.startMs();
        end++;
        lastFound = index;
    }

    /** Takes the oldest slice off and moves the watermark behind its greatest time. */
    IdSlice removeOldest() {
        final IdSlice oldest = slices[head];
        slices[head++] = null;
        lastFound = Math.max(lastFound, head);
        size -= oldest.count();
        watermarkMs = oldest.maxMs() + 1;
        return oldest;
    }

    /**
     * True if there is room for one more id, or oldest slices can be forgotten to make some: whole slices whose ids are
     * all older than {@code windowStartMs} and than the id itself.
     */
    boolean canMakeRoom(final long idMs, final long windowStartMs) {
        long excess = size + 1 - capacity;
        for (int i = head; excess > 0; i++) {
            if (!isForgettable(slices[i], idMs, windowStartMs)) {
                return false;
            }
            excess -= slices[i].count();
        }
        return true;
    }

    /** True if the oldest slice has to go before one more id comes, and may. */
    boolean mustForgetOldest(final long idMs, final long windowStartMs) {
        return size >= capacity && isForgettable(slices[head], idMs, windowStartMs);
    }

    /** True if more is remembered than the capacity allows since it was lowered, and the oldest slice may go. */
    boolean exceedsCapacity(final long windowStartMs) {
        return size > capacity && slices[head].maxMs() < windowStartMs;
    }

    void onAdded() {
        size++;
    }

    int participantId() {
        return participantId;
    }

    long capacity() {
        return capacity;
    }

    long size() {
        return size;
    }

    /** Times below it are forgotten, from it on they are remembered. */
    long watermarkMs() {
        return watermarkMs;
    }

    /**
     * Room in the first generation of a new slice.
     *
     * @param isBehindFull whether it takes over from a slice that was filled, or was opened for an id far ahead
     */
    int firstCapacity(final boolean isBehindFull) {
        return isBehindFull ? target : Math.min(target, IDS_PER_AHEAD_SLICE);
    }

    int sliceCount() {
        return end - head;
    }

    /** The slice at a place, 0 being the oldest. */
    IdSlice slice(final int place) {
        return slices[head + place];
    }

    int firstIndex() {
        return head;
    }

    IdSlice at(final int index) {
        return slices[index];
    }

    /** Hash of what decides about later ids, apart from the slices. */
    long recordHash() {
        return Mix.ofRecord(4, participantId, capacity, watermarkMs) + Mix.ofRecord(5, paceMs, lastFilledMs, target);
    }

    /** Shows all of it; when reading, nothing is remembered here yet. */
    void image(final StateImage image, final BlockStock stock) {
        capacity = image.word(capacity);
        size = image.word(size);
        watermarkMs = image.word(watermarkMs);
        target = image.bounded(target, 1, LAST_CAPACITY);
        paceMs = image.word(paceMs);
        lastFilledMs = image.word(lastFilledMs);
        // The room for slices decides, too: when half of it is used, slices are parted no more.
        final int length = image.bounded(slices.length, 0, (int) (2 * MAX_SLICES));
        final int count = image.bounded(end - head, 0, length);
        if (image.isLoading()) {
            slices = new IdSlice[length];
            startsMs = new long[length];
            end = count;
        }
        for (int i = head; i < end; i++) {
            if (image.isLoading()) {
                slices[i] = new IdSlice();
            }
            slices[i].image(image, stock);
            startsMs[i] = slices[i].startMs();
        }
    }

    private static boolean isForgettable(final IdSlice slice, final long idMs, final long windowStartMs) {
        return slice.maxMs() < windowStartMs && slice.maxMs() < idMs;
    }

    /** Keeps the blocks that thinly filled slices take to a small part of what the ids take. */
    private boolean mayOpenAhead() {
        return end - head < FREE_AHEAD_SLICES + size / IDS_PER_AHEAD_SLICE;
    }

    private int lastTarget() {
        return (int) Math.min(LAST_CAPACITY, Long.highestOneBit(capacity / SLICES_PER_CAPACITY));
    }

    private boolean isAt(final int index, final long idMs) {
        return index < end && (index == head || startsMs[index] <= idMs) && (index + 1 == end || idMs < startsMs[index + 1]);
    }

    private int search(final long idMs) {
        int low = head;
        int high = end - 1;
        while (low < high) {
            final int middle = low + high + 1 >>> 1;
            if (startsMs[middle] <= idMs) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    private void moveTo(final IdSlice[] newSlices, final long[] newStartsMs) {
        final int count = end - head;
        System.arraycopy(slices, head, newSlices, 0, count);
        System.arraycopy(startsMs, head, newStartsMs, 0, count);
        lastFound = Math.max(0, lastFound - head);
        for (int i = count; newSlices == slices && i < end; i++) {
            slices[i] = null;
        }
        slices = newSlices;
        startsMs = newStartsMs;
        head = 0;
        end = count;
    }
}
