package io.daybreak.journal.replicate;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

import io.daybreak.journal.LastEntry;
import io.daybreak.journal.format.EntryHeader;
import io.daybreak.journal.format.EntrySeal;
import io.daybreak.journal.replicate.ReplicationFrames.Refusal;
import org.agrona.DirectBuffer;
import org.agrona.UnsafeApi;
import org.agrona.concurrent.UnsafeBuffer;

import static io.daybreak.journal.replicate.ReplicationFrames.get;
import static io.daybreak.journal.replicate.ReplicationFrames.put;

/**
 * The standby's side of its connection to the primary: tells what it has, takes entries, proves each (checksum, number, sequence, time, epoch,
 * chain), keeps them, acknowledges what is kept, and lets be applied what is acknowledged by all.
 * <p>
 * Rule: docs/replication.md, "Protocol". It follows nobody of an epoch below the greatest it knows. It cuts its journal only behind what it
 * knows to be acknowledged; or, where the leader's epoch is later than that entry's, anywhere the leader says, since then it was itself the primary that others left.
 * <p>
 * Pure: time comes with the calls. One thread.
 */
public final class FollowerSession {
    private static final long HEARTBEAT_NS = 250_000_000L;

    private enum State {
        /** FOLLOW is out. */
        GREETED,
        /** A snapshot comes. */
        RECEIVING_SNAPSHOT,
        /** Entries come. */
        STREAMING,
        /** Over. */
        CLOSED
    }

    private final FollowerView view;
    private final EntryLog log;
    private final FramePort port;
    private final long silenceNs;
    private final EntrySeal seal = new EntrySeal();
    private final UnsafeBuffer out = new UnsafeBuffer(new byte[ReplicationFrames.LARGEST_WITHOUT_ENTRIES]);
    private State state = State.GREETED;
    private Refusal refusedWith;
    private Refusal refusal;
    private long refusalEpoch;
    private long epoch;
    private long incarnation;
    private long lastEntry;
    private long lastSequence;
    private long lastTimestampNs;
    private long lastIncarnation;
    private long lastEpoch;
    private boolean hasUnsynced;
    private long toldCommittedEntry;
    private long toldCommittedSequence;
    private long committedEntry;
    private long lastHeardNs;
    private long lastSentNs;
    private final byte[] snapshotHash = new byte[EntryHeader.CHAIN_HASH_LENGTH];
    private final CRC32C crc = new CRC32C();
    private long snapshotSequence;
    private long snapshotEntry;
    private long snapshotBytes;
    private long snapshotOffset;

    /** For a connection whose sign-on succeeded; {@link #begin} sends the first frame. */
    public FollowerSession(final FollowerView view, final EntryLog log, final FramePort port, final long silenceNs) {
        this.view = view;
        this.log = log;
        this.port = port;
        this.silenceNs = silenceNs;
    }

    /** Says what this node has. */
    public void begin(final long nowNs) throws IOException {
        lastHeardNs = nowNs;
        lastSentNs = nowNs;
        lastEntry = view.lastEntry();
        lastSequence = view.lastSequence();
        committedEntry = view.committedEntry();
        seal.chainHash(view.chainHash());
        if (lastEntry > 0) {
            if (log.seek(lastEntry)) {
                lastTimestampNs = EntryHeader.timestampNs(log.address());
                lastIncarnation = EntryHeader.incarnation(log.address());
                lastEpoch = EntryHeader.epoch(log.address());
            } else if (log.seekBehind(lastEntry)) {
                // It stands in the snapshot that this journal begins with. Not the node's own epoch, which is that of the leader it heard of last: entries of
                // earlier ones may lie between.
                final LastEntry recovered = view.recovered();
                lastTimestampNs = recovered.timestampNs();
                lastIncarnation = recovered.incarnation();
                lastEpoch = recovered.epoch();
            } else {
                throw new IOException("entry " + lastEntry + " of the own journal cannot be read");
            }
        }
        sendFollow();
    }

    private void sendFollow() {
        ReplicationFrames.header(out, ReplicationFrames.FOLLOW, ReplicationFrames.FOLLOW_LENGTH);
        put(out, ReplicationFrames.EPOCH, view.seenEpoch());
        put(out, ReplicationFrames.INCARNATION, 0);
        put(out, ReplicationFrames.FOLLOW_ENTRY, view.lastEntry());
        put(out, ReplicationFrames.FOLLOW_SEQUENCE, view.lastSequence());
        put(out, ReplicationFrames.FOLLOW_COMMITTED, view.committedEntry());
        put(out, ReplicationFrames.FOLLOW_FLAGS, 0);
        out.putBytes(ReplicationFrames.FOLLOW_HASH, view.chainHash());
        port.send(out, ReplicationFrames.FOLLOW_LENGTH);
    }

    /** A whole, well-formed frame came. Entries are acknowledged by {@link #onBatchEnd}. */
    public void onFrame(final UnsafeBuffer buffer, final int offset, final long nowNs) throws IOException {
        if (state == State.CLOSED) {
            return;
        }
        lastHeardNs = nowNs;
        switch (ReplicationFrames.type(buffer, offset)) {
            case ReplicationFrames.PROBE -> onProbe(buffer, offset);
            case ReplicationFrames.STREAM -> onStream(buffer, offset);
            case ReplicationFrames.ENTRIES -> onEntries(buffer, offset, nowNs);
            case ReplicationFrames.SNAPSHOT -> onSnapshot(buffer, offset, nowNs);
            case ReplicationFrames.SNAPSHOT_PART -> onSnapshotPart(buffer, offset, nowNs);
            case ReplicationFrames.REFUSAL -> {
                refusal = ReplicationFrames.refusal(buffer, offset);
                refusalEpoch = ReplicationFrames.refusalEpoch(buffer, offset);
                state = State.CLOSED;
                port.close();
            }
            default -> refuse(Refusal.MALFORMED, 0);
        }
    }

    private void onProbe(final DirectBuffer buffer, final int offset) throws IOException {
        final long entry = get(buffer, offset + ReplicationFrames.PROBE_ENTRY);
        if (state != State.GREETED || entry < 1 || entry > lastEntry) {
            refuse(Refusal.MALFORMED, 0);
            return;
        }
        final boolean isFound = log.seek(entry);
        ReplicationFrames.header(out, ReplicationFrames.PROBED, ReplicationFrames.PROBED_LENGTH);
        put(out, ReplicationFrames.PROBED_ENTRY, entry);
        put(out, ReplicationFrames.PROBED_FOUND, isFound ? 1 : 0);
        for (int i = 0; i < EntryHeader.CHAIN_HASH_LENGTH; i++) {
            out.putByte(ReplicationFrames.PROBED_HASH + i, isFound ? UnsafeApi.getByte(log.address() + EntryHeader.CHAIN_HASH_OFFSET + i) : 0);
        }
        port.send(out, ReplicationFrames.PROBED_LENGTH);
    }

    private void onStream(final DirectBuffer buffer, final int offset) throws IOException {
        final long theirEpoch = get(buffer, offset + ReplicationFrames.EPOCH);
        final long behind = get(buffer, offset + ReplicationFrames.STREAM_ENTRY);
        if (state != State.GREETED || behind < 0 || behind > lastEntry) {
            refuse(Refusal.MALFORMED, 0);
            return;
        }
        if (theirEpoch < view.seenEpoch()) {
            refuse(Refusal.STALE_EPOCH, 0);
            return;
        }
        if (behind < committedEntry && theirEpoch <= lastEpoch) {
            refuse(Refusal.ACKNOWLEDGED_IS_MISSING, behind);
            return;
        }
        view.onLeader(theirEpoch);
        if (behind < lastEntry) {
            state = State.CLOSED;
            view.onCut(behind);
            port.close();
            return;
        }
        epoch = theirEpoch;
        incarnation = get(buffer, offset + ReplicationFrames.INCARNATION);
        state = State.STREAMING;
    }

    private void onSnapshot(final DirectBuffer buffer, final int offset, final long nowNs) throws IOException {
        final long theirEpoch = get(buffer, offset + ReplicationFrames.EPOCH);
        snapshotSequence = get(buffer, offset + ReplicationFrames.SNAPSHOT_SEQUENCE);
        snapshotEntry = get(buffer, offset + ReplicationFrames.SNAPSHOT_ENTRY);
        snapshotBytes = get(buffer, offset + ReplicationFrames.SNAPSHOT_BYTES);
        if (state != State.GREETED || snapshotSequence < 1 || snapshotEntry < 1 || snapshotBytes < 1) {
            refuse(Refusal.MALFORMED, 0);
            return;
        }
        if (theirEpoch < view.seenEpoch()) {
            refuse(Refusal.STALE_EPOCH, 0);
            return;
        }
        final long differing = get(buffer, offset + ReplicationFrames.SNAPSHOT_DIFFERS);
        final boolean isOtherJournal = differing != 0 && differing <= committedEntry;
        if ((snapshotEntry < committedEntry || isOtherJournal) && theirEpoch <= lastEpoch) {
            refuse(Refusal.ACKNOWLEDGED_IS_MISSING, isOtherJournal ? differing : snapshotEntry);
            return;
        }
        buffer.getBytes(offset + ReplicationFrames.SNAPSHOT_HASH, snapshotHash);
        view.onLeader(theirEpoch);
        snapshotOffset = view.onSnapshot(snapshotSequence, snapshotEntry, snapshotBytes);
        state = State.RECEIVING_SNAPSHOT;
        have(nowNs);
        endSnapshot();
    }

    private void onSnapshotPart(final UnsafeBuffer buffer, final int offset, final long nowNs) throws IOException {
        final int length = buffer.getInt(offset + ReplicationFrames.PART_BYTES, ByteOrder.LITTLE_ENDIAN);
        if (state != State.RECEIVING_SNAPSHOT || get(buffer, offset + ReplicationFrames.PART_SEQUENCE) != snapshotSequence
            || get(buffer, offset + ReplicationFrames.PART_OFFSET) != snapshotOffset || length > snapshotBytes - snapshotOffset) {
            refuse(Refusal.MALFORMED, 0);
            return;
        }
        final ByteBuffer part = buffer.byteBuffer().duplicate().clear().limit(offset + ReplicationFrames.PART_LENGTH + length)
            .position(offset + ReplicationFrames.PART_LENGTH);
        crc.reset();
        crc.update(part.duplicate());
        if ((int) crc.getValue() != buffer.getInt(offset + ReplicationFrames.PART_CHECKSUM, ByteOrder.LITTLE_ENDIAN)) {
            refuse(Refusal.BROKEN_CHAIN, 0);
            return;
        }
        view.onSnapshotPart(part);
        snapshotOffset += length;
        if (nowNs - lastSentNs > HEARTBEAT_NS) {
            have(nowNs);
        }
        endSnapshot();
    }

    private void endSnapshot() throws IOException {
        if (snapshotOffset < snapshotBytes) {
            return;
        }
        if (view.onSnapshotEnd(snapshotSequence, snapshotEntry, snapshotHash)) {
            state = State.CLOSED;
            port.close();
        } else {
            refuse(Refusal.BROKEN_CHAIN, 0);
        }
    }

    private void have(final long nowNs) {
        ReplicationFrames.header(out, ReplicationFrames.SNAPSHOT_HAVE, ReplicationFrames.HAVE_LENGTH);
        put(out, ReplicationFrames.HAVE_SEQUENCE, snapshotSequence);
        put(out, ReplicationFrames.HAVE_OFFSET, snapshotOffset);
        port.send(out, ReplicationFrames.HAVE_LENGTH);
        lastSentNs = nowNs;
    }

    private void onEntries(final UnsafeBuffer buffer, final int offset, final long nowNs) {
        if (state != State.STREAMING || get(buffer, offset + ReplicationFrames.EPOCH) != epoch
            || get(buffer, offset + ReplicationFrames.INCARNATION) != incarnation) {
            refuse(Refusal.MALFORMED, 0);
            return;
        }
        final int count = buffer.getInt(offset + ReplicationFrames.ENTRIES_COUNT, ByteOrder.LITTLE_ENDIAN);
        final int end = offset + ReplicationFrames.ENTRIES_LENGTH + buffer.getInt(offset + ReplicationFrames.ENTRIES_BYTES, ByteOrder.LITTLE_ENDIAN);
        final ByteBuffer bytes = buffer.byteBuffer();
        int at = offset + ReplicationFrames.ENTRIES_LENGTH;
        for (int i = 0; i < count; i++) {
            final long address = buffer.addressOffset() + at;
            final int length = EntryHeader.lengthIfPlausible(address, end - at);
            if (length == 0 || !isNext(address) || !seal.isChecksumGood(bytes.clear(), at, address) || !seal.acceptNext(bytes.clear(), at, address)) {
                refuse(Refusal.BROKEN_CHAIN, lastEntry + 1);
                return;
            }
            while (!view.append(address, length)) {
                view.sync();
            }
            hasUnsynced = true;
            lastEntry = EntryHeader.entryNumber(address);
            lastSequence = EntryHeader.lastSequence(address);
            lastTimestampNs = EntryHeader.timestampNs(address);
            lastIncarnation = EntryHeader.incarnation(address);
            lastEpoch = EntryHeader.epoch(address);
            at += length;
        }
        if (at != end) {
            refuse(Refusal.MALFORMED, 0);
            return;
        }
        toldCommittedEntry = get(buffer, offset + ReplicationFrames.ENTRIES_COMMITTED_ENTRY);
        toldCommittedSequence = get(buffer, offset + ReplicationFrames.ENTRIES_COMMITTED_SEQUENCE);
        view.onLeaderPosition(get(buffer, offset + ReplicationFrames.ENTRIES_LAST_ENTRY),
            get(buffer, offset + ReplicationFrames.ENTRIES_LAST_SEQUENCE), nowNs);
    }

    private boolean isNext(final long address) {
        return EntryHeader.entryNumber(address) == lastEntry + 1 && EntryHeader.firstSequence(address) == lastSequence + 1
            && EntryHeader.count(address) >= 0 && EntryHeader.timestampNs(address) > lastTimestampNs
            && EntryHeader.incarnation(address) >= lastIncarnation && EntryHeader.epoch(address) >= lastEpoch && EntryHeader.epoch(address) <= epoch;
    }

    /** Everything that had come was handed over: keep it, acknowledge it, and let be applied what may. */
    public void onBatchEnd(final long nowNs) {
        if (hasUnsynced) {
            view.sync();
            hasUnsynced = false;
            if (state == State.STREAMING) {
                acknowledge(nowNs);
            }
        }
        if (state != State.STREAMING) {
            return;
        }
        if (toldCommittedEntry > committedEntry) {
            final boolean isAll = toldCommittedEntry > lastEntry;
            final long entry = isAll ? lastEntry : toldCommittedEntry;
            if (entry > committedEntry) {
                committedEntry = entry;
                view.onCommitted(entry, isAll ? lastSequence : Math.min(toldCommittedSequence, lastSequence));
            }
        }
    }

    private void acknowledge(final long nowNs) {
        ReplicationFrames.header(out, ReplicationFrames.ACKNOWLEDGE, ReplicationFrames.ACK_LENGTH);
        put(out, ReplicationFrames.EPOCH, epoch);
        put(out, ReplicationFrames.INCARNATION, incarnation);
        put(out, ReplicationFrames.ACK_ENTRY, lastEntry);
        put(out, ReplicationFrames.ACK_SEQUENCE, lastSequence);
        put(out, ReplicationFrames.ACK_APPLIED, view.appliedSequence());
        put(out, ReplicationFrames.ACK_FLAGS, view.isSyncing() ? ReplicationFrames.FLAG_SYNCED : 0);
        out.putBytes(ReplicationFrames.ACK_HASH, seal.chainHash());
        port.send(out, ReplicationFrames.ACK_LENGTH);
        lastSentNs = nowNs;
    }

    /** Some times a second. */
    public void onTick(final long nowNs) {
        if (state == State.CLOSED) {
            return;
        }
        if (nowNs - lastHeardNs > silenceNs) {
            refuse(Refusal.SILENT, 0);
        } else if (state == State.STREAMING && nowNs - lastSentNs > HEARTBEAT_NS) {
            acknowledge(nowNs);
        } else if (state == State.RECEIVING_SNAPSHOT && nowNs - lastSentNs > HEARTBEAT_NS) {
            have(nowNs);
        }
    }

    private void refuse(final Refusal reason, final long entry) {
        state = State.CLOSED;
        refusedWith = reason;
        port.send(out, ReplicationFrames.putRefusal(out, reason, view.seenEpoch(), entry));
        port.close();
    }

    /** True while entries come. */
    public boolean isStreaming() {
        return state == State.STREAMING;
    }

    /** Why this side ended it; null if it did not. */
    public Refusal refusedWith() {
        return refusedWith;
    }

    /** Why the leader ended it; null if it did not. */
    public Refusal refusal() {
        return refusal;
    }

    /** Epoch that the leader named when it ended it. */
    public long refusalEpoch() {
        return refusalEpoch;
    }
}
