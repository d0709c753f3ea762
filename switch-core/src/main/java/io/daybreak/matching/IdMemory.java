package io.daybreak.matching;

import io.daybreak.memory.SlabAllocator;
import io.daybreak.protocol.Participants;
import io.daybreak.protocol.Result;
import io.daybreak.state.StateImage;
import io.daybreak.state.Stateful;
import org.agrona.UnsafeApi;

/**
 * Remembers the id of every decided command with its first outcome, so that a repeat gets the first answer.
 * <p>
 * Rule: docs/architecture.md, "Identity". An id is 128 bits; the top 48 bits of its high half are its own time in Unix
 * milliseconds, by which it is filed. Each participant has a capacity in ids, counted one by one, and a watermark:
 * <ul>
 * <li>an id whose time is at or above the watermark is known here, or it never came;</li>
 * <li>an id whose time is below it may have come and been forgotten; it is {@link Result#ID_EXPIRED} and never taken
 * for new;</li>
 * <li>the watermark moves only when a participant at its capacity gets one more id: then its oldest slice is forgotten
 * (more than one where slices are tiny), as a rule at most an eighth of its capacity, and the watermark is the greatest
 * forgotten time plus one. It never moves because time passed, and never because of what another participant does;</li>
 * <li>nothing is forgotten whose time is at or above {@code now - guaranteedWindow}: the answer is {@link Result#BUSY}
 * until time has passed. BUSY is also the answer for an id as old as the slice that would have to go: remembering it would
 * mean to forget it.</li>
 * </ul>
 * Chains: {@link #admit} looks at one id. The members of a chain are all admitted before the first is inserted, so a
 * participant may exceed its capacity by the length of one chain, until the next insert that may forget.
 * <p>
 * Cost: a look-up or insert reads one line of an index of half a megabyte, and an entry where that promises one. The worst
 * sender makes it read {@link IdSlice#MAX_GENERATIONS} times {@link IdGeneration#PROBE_LIMIT} cells. Forgetting a slice
 * costs the same whatever its size. Memory: 48 bytes per id and 9 for the index, 57.4 in all for slices filled in the
 * order of time; up to 80 where many ids come late; 8 KiB at least per slice.
 * <p>
 * Pure and deterministic: no clock, no randomness; a replay builds the same slices. Ledger thread only. Allocates on the
 * heap while it grows, nothing once slices are forgotten as fast as they fill.
 */
public final class IdMemory implements Stateful {
    /** Answer of {@link #find} for an id that is not remembered. */
    public static final long NOT_FOUND = 0;
    /** Participants at most. */
    public static final int MAX_PARTICIPANTS = 1024;
    /** Least capacity of a participant in ids. */
    public static final long MIN_CAPACITY = 1024;
    /** The bits of a fingerprint that are kept. */
    public static final long FINGERPRINT_MASK = -1L >>> 16;

    private static final int RESULT_BITS = 16;
    private static final int RESULT_MASK = (1 << RESULT_BITS) - 1;
    private static final int TIME_SHIFT = 16;
    private static final long LATEST_FACTOR = 0x2545F4914F6CDD1DL;

    private final BlockStock stock;
    private final char[] placeById = new char[Participants.MAX_ID + 1];
    private final ParticipantIds[] participants = new ParticipantIds[MAX_PARTICIPANTS];
    private int participantCount;
    private IdSlice freeSlices;
    private long totalCapacity;
    private long guaranteedWindowMs;
    private long futureToleranceMs;
    private long committedCapacity;
    private long size;
    private long digest;
    /** Latest command time of an insert. */
    private long latestMs;

    /** Empty, with a total capacity of 0 until {@link #configure}. */
    public IdMemory(final SlabAllocator allocator) {
        stock = new BlockStock(allocator);
        digest = configurationHash();
    }

    /**
     * Sets the limits; may be called again. A lower total keeps what participants have been given, and refuses more.
     *
     * @param newTotalCapacity       ids that the capacities of all participants may add up to
     * @param newGuaranteedWindowMs  ids younger than this are not forgotten, in milliseconds
     * @param newFutureToleranceMs   how far ahead of the command time an id may be, in milliseconds
     */
    public void configure(final long newTotalCapacity, final long newGuaranteedWindowMs, final long newFutureToleranceMs) {
        digest -= configurationHash();
        totalCapacity = newTotalCapacity;
        guaranteedWindowMs = newGuaranteedWindowMs;
        futureToleranceMs = newFutureToleranceMs;
        digest += configurationHash();
    }

    /**
     * Sets the capacity of a participant, known or new. Where it is lowered below what is remembered, the oldest slices
     * are forgotten at once, except those inside the guaranteed window.
     *
     * @return OK; {@link Result#PARTICIPANT_CAPACITY_REACHED}; {@link Result#ID_CAPACITY_REACHED} if the capacities of all
     *     would exceed the total; {@link Result#LIMIT_OUT_OF_RANGE} below {@link #MIN_CAPACITY}; checked in this order
     */
    public int putParticipant(final int participantId, final long capacity) {
        if (participantId <= Participants.SYSTEM || participantId > Participants.MAX_ID) {
            throw new IllegalArgumentException("participant id " + participantId);
        }
        ParticipantIds ids = of(participantId);
        if (ids == null && participantCount == MAX_PARTICIPANTS) {
            return Result.PARTICIPANT_CAPACITY_REACHED;
        }
        final long others = committedCapacity - (ids == null ? 0 : ids.capacity());
        if (capacity < 0 || capacity > totalCapacity - others) {
            return Result.ID_CAPACITY_REACHED;
        }
        if (capacity < MIN_CAPACITY) {
            return Result.LIMIT_OUT_OF_RANGE;
        }
        if (ids == null) {
            ids = new ParticipantIds(participantId);
            participants[participantCount++] = ids;
            placeById[participantId] = (char) participantCount;
        } else {
            digest -= ids.recordHash();
        }
        ids.capacity(capacity);
        committedCapacity = others + capacity;
        while (ids.exceedsCapacity(latestMs - guaranteedWindowMs)) {
            forgetOldest(ids);
        }
        digest += ids.recordHash();
        return Result.OK;
    }

    /** Handle of a remembered id, valid until the next insert, or {@link #NOT_FOUND}. */
    public long find(final int participantId, final long idHi, final long idLo) {
        final ParticipantIds ids = of(participantId);
        final long idMs = idHi >>> TIME_SHIFT;
        if (ids == null || idMs < ids.watermarkMs()) {
            return NOT_FOUND;
        }
        final IdSlice slice = ids.sliceOf(idMs);
        if (slice == null || idMs > slice.maxMs()) {
            return NOT_FOUND;
        }
        return slice.find(idHi, idLo);
    }

    /** Address of the word of the index that {@link #find} reads first, or {@link #NOT_FOUND}; to read ahead. Any id will do. */
    public long firstCell(final int participantId, final long idHi, final long idLo) {
        final ParticipantIds ids = participantId < 0 || participantId > Participants.MAX_ID ? null : of(participantId);
        final long idMs = idHi >>> TIME_SHIFT;
        if (ids == null || idMs < ids.watermarkMs()) {
            return NOT_FOUND;
        }
        final IdSlice slice = ids.sliceOf(idMs);
        return slice == null ? NOT_FOUND : slice.firstCell(idHi, idLo);
    }

    /**
     * Whether an id that {@link #find} did not know could be remembered. Changes nothing.
     *
     * @param nowMs command time in epoch milliseconds
     * @return OK; {@link Result#ID_EXPIRED} behind the watermark; {@link Result#BUSY} where the guaranteed window, or the
     *     id itself, would have to be forgotten, and where a sender has driven a slice to its bound of generations
     */
    public int admit(final int participantId, final long idHi, final long nowMs) {
        final ParticipantIds ids = known(participantId);
        final long idMs = idHi >>> TIME_SHIFT;
        if (idMs < ids.watermarkMs()) {
            return Result.ID_EXPIRED;
        }
        if (ids.size() >= ids.capacity() && !ids.canMakeRoom(idMs, nowMs - guaranteedWindowMs)) {
            return Result.BUSY;
        }
        final IdSlice slice = ids.sliceOf(idMs);
        if (slice != null && slice.isExhausted()
            && (idMs <= slice.maxMs() || ids.partAt(ids.indexOf(idMs), idMs, nowMs) == 0)) {
            return Result.BUSY;
        }
        return Result.OK;
    }

    /** True if the id's time is ahead of the command time by more than the tolerance. */
    public boolean isFuture(final long idHi, final long nowMs) {
        return (idHi >>> TIME_SHIFT) - nowMs > futureToleranceMs;
    }

    /**
     * Remembers an id that {@link #find} did not know and {@link #admit} let pass. May forget oldest slices first, which
     * moves the watermark.
     * <p>
     * If an id that was inserted since the admission moved the watermark past this one (members of one chain that are
     * far apart in time), it is forgotten at once: that can only be one older than the guaranteed window, and a repeat of
     * it is expired.
     *
     * @param fingerprint of the command's contents; the lower 48 bits are kept
     * @param result      0 to 65,535
     * @param timestampNs of the decision, in epoch nanoseconds
     * @param amount      of the outcome, in minor units
     * @param nowMs       command time in epoch milliseconds
     */
    public void insert(final int participantId, final long idHi, final long idLo, final long fingerprint, final int result,
                       final long sequence, final long timestampNs, final long amount, final long nowMs) {
        final ParticipantIds ids = known(participantId);
        final long idMs = idHi >>> TIME_SHIFT;
        final long windowStartMs = nowMs - guaranteedWindowMs;
        if (nowMs > latestMs) {
            digest += (nowMs - latestMs) * LATEST_FACTOR;
            latestMs = nowMs;
        }
        if (ids.mustForgetOldest(idMs, windowStartMs)) {
            digest -= ids.recordHash();
            do {
                forgetOldest(ids);
            } while (ids.mustForgetOldest(idMs, windowStartMs));
            digest += ids.recordHash();
        }
        if (idMs < ids.watermarkMs()) {
            return;
        }
        final IdSlice slice = sliceFor(ids, idMs, nowMs);
        final long fingerprintAndResult = fingerprint << RESULT_BITS | result & RESULT_MASK;
        final long entry = slice.add(idMs, idHi, idLo, stock);
        UnsafeApi.putLong(entry + IdGeneration.FINGERPRINT_AND_RESULT_OFFSET, fingerprintAndResult);
        UnsafeApi.putLong(entry + IdGeneration.SEQUENCE_OFFSET, sequence);
        UnsafeApi.putLong(entry + IdGeneration.TIMESTAMP_OFFSET, timestampNs);
        UnsafeApi.putLong(entry + IdGeneration.AMOUNT_OFFSET, amount);
        final long hash = Mix.ofEntry(participantId, idHi, idLo, fingerprintAndResult, sequence, timestampNs, amount);
        slice.addToDigest(hash);
        digest += hash;
        ids.onAdded();
        size++;
    }

    /** The lower 48 bits of the fingerprint of a handle's command. */
    public long fingerprintOf(final long handle) {
        return UnsafeApi.getLong(handle + IdGeneration.FINGERPRINT_AND_RESULT_OFFSET) >>> RESULT_BITS;
    }

    /** First result of a handle's command. */
    public int result(final long handle) {
        return (int) UnsafeApi.getLong(handle + IdGeneration.FINGERPRINT_AND_RESULT_OFFSET) & RESULT_MASK;
    }

    /** Sequence of the first decision. */
    public long sequence(final long handle) {
        return UnsafeApi.getLong(handle + IdGeneration.SEQUENCE_OFFSET);
    }

    /** Time of the first decision in epoch nanoseconds. */
    public long timestampNs(final long handle) {
        return UnsafeApi.getLong(handle + IdGeneration.TIMESTAMP_OFFSET);
    }

    /** Amount of the first outcome in minor units. */
    public long amount(final long handle) {
        return UnsafeApi.getLong(handle + IdGeneration.AMOUNT_OFFSET);
    }

    /** Times from here on are remembered, times below are expired; 0 as long as nothing was forgotten. */
    public long watermarkMs(final int participantId) {
        return known(participantId).watermarkMs();
    }

    /**
     * Where the watermark will be once the oldest slice is forgotten: one above the greatest time in it. The current
     * watermark if nothing is remembered.
     */
    public long nextWatermarkMs(final int participantId) {
        final ParticipantIds ids = known(participantId);
        return ids.sliceCount() == 0 ? ids.watermarkMs() : ids.slice(0).maxMs() + 1;
    }

    /** Ids remembered for a participant. */
    public long size(final int participantId) {
        return known(participantId).size();
    }

    /** Ids remembered for all participants. */
    public long size() {
        return size;
    }

    /** Ids that a participant may have remembered. */
    public long capacity(final int participantId) {
        return known(participantId).capacity();
    }

    /** Sum of the capacities of all participants. */
    public long committedCapacity() {
        return committedCapacity;
    }

    /** Slices of a participant. */
    public int sliceCount(final int participantId) {
        return known(participantId).sliceCount();
    }

    /** Bytes taken from the allocator; they are used again, never given back. */
    public long allocatedBytes() {
        return stock.allocatedBytes();
    }

    /**
     * Running digest of all that decides about later answers: ids with their outcomes, bounds of slices, watermarks,
     * limits. Does not depend on the order in which tables lie.
     */
    public long digest() {
        return digest;
    }

    /** The same, computed afresh from the tables; reads everything. */
    public long computeDigest() {
        long sum = configurationHash() + latestMs * LATEST_FACTOR;
        for (int i = 0; i < participantCount; i++) {
            final ParticipantIds ids = participants[i];
            sum += ids.recordHash();
            for (int place = 0; place < ids.sliceCount(); place++) {
                final IdSlice slice = ids.slice(place);
                sum += slice.recordHash(ids.participantId()) + slice.computeDigest(ids.participantId());
            }
        }
        return sum;
    }

    /** Generations that a look-up of this id would probe, for tests. */
    int generationsProbed(final int participantId, final long idHi) {
        final IdSlice slice = known(participantId).sliceOf(idHi >>> TIME_SHIFT);
        return slice == null ? 0 : slice.generationCount();
    }

    /** Cells of indexes that a look-up of this id would read at most, for tests. */
    int cellsRead(final int participantId, final long idHi, final long idLo) {
        final IdSlice slice = known(participantId).sliceOf(idHi >>> TIME_SHIFT);
        return slice == null ? 0 : slice.cellsRead(idHi, idLo);
    }

    /** The slice that takes a new id: the one of its time, or a new one parted from it. */
    private IdSlice sliceFor(final ParticipantIds ids, final long idMs, final long nowMs) {
        if (ids.sliceCount() == 0) {
            return openSlice(ids, ids.firstIndex(), ids.watermarkMs(), ids.firstCapacity(true));
        }
        final int index = ids.indexOf(idMs);
        final IdSlice slice = ids.at(index);
        if (idMs <= slice.maxMs()) {
            return slice;
        }
        final long startMs = ids.partAt(index, idMs, nowMs);
        if (startMs == 0) {
            return slice;
        }
        final boolean isFilled = slice.isAtTarget() && startMs == slice.maxMs() + 1;
        if (isFilled) {
            digest -= ids.recordHash();
            ids.onFilled(slice, nowMs);
            digest += ids.recordHash();
        }
        return openSlice(ids, index + 1, startMs, ids.firstCapacity(isFilled));
    }

    private IdSlice openSlice(final ParticipantIds ids, final int index, final long startMs, final int firstCapacity) {
        IdSlice slice = freeSlices;
        if (slice == null) {
            slice = new IdSlice();
        } else {
            freeSlices = slice.nextFree;
        }
        slice.open(startMs, digest, firstCapacity, stock);
        ids.insertSlice(index, slice);
        digest += slice.recordHash(ids.participantId());
        return slice;
    }

    /** Constant work. The participant's own record in the digest is the caller's to renew. */
    private void forgetOldest(final ParticipantIds ids) {
        final IdSlice oldest = ids.removeOldest();
        size -= oldest.count();
        digest -= oldest.digest() + oldest.recordHash(ids.participantId());
        oldest.close(stock);
        oldest.nextFree = freeSlices;
        freeSlices = oldest;
    }

    @Override
    public void image(final StateImage image) {
        totalCapacity = image.word(totalCapacity);
        guaranteedWindowMs = image.word(guaranteedWindowMs);
        futureToleranceMs = image.word(futureToleranceMs);
        committedCapacity = image.word(committedCapacity);
        size = image.word(size);
        digest = image.word(digest);
        latestMs = image.word(latestMs);
        participantCount = image.bounded(participantCount, 0, MAX_PARTICIPANTS);
        for (int i = 0; i < participantCount; i++) {
            final int id = image.bounded(image.isLoading() ? 0 : participants[i].participantId(), 1, Participants.MAX_ID);
            if (image.isLoading()) {
                participants[i] = new ParticipantIds(id);
                placeById[id] = (char) (i + 1);
            }
            participants[i].image(image, stock);
        }
    }

    private long configurationHash() {
        return Mix.ofRecord(6, totalCapacity, guaranteedWindowMs, futureToleranceMs);
    }

    private ParticipantIds of(final int participantId) {
        final int place = placeById[participantId];
        return place == 0 ? null : participants[place - 1];
    }

    private ParticipantIds known(final int participantId) {
        final ParticipantIds ids = of(participantId);
        if (ids == null) {
            throw new IllegalArgumentException("participant " + participantId + " has no share of the memory of ids");
        }
        return ids;
    }
}
