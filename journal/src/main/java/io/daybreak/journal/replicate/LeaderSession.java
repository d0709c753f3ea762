package io.daybreak.journal.replicate;

import java.io.IOException;
import java.nio.ByteOrder;
import java.util.Arrays;

import io.daybreak.journal.format.EntryHeader;
import io.daybreak.journal.replicate.ReplicationFrames.Refusal;
import org.agrona.DirectBuffer;
import org.agrona.UnsafeApi;
import org.agrona.concurrent.UnsafeBuffer;

import static io.daybreak.journal.replicate.ReplicationFrames.get;
import static io.daybreak.journal.replicate.ReplicationFrames.put;

/**
 * The primary's side of one connection to a standby: finds where the two journals part, sends everything behind that, and takes
 * acknowledgements.
 * <p>
 * Rule: docs/replication.md, "Protocol". Equal chain hashes at one entry prove that everything before is equal too, so the place is found by
 * asking for a few hashes, the last first. Entries are sent before they are durable here; what is acknowledged travels along. While the standby
 * is far behind, bytes are limited; once it was near, they are not. Acknowledgements must name an entry with which a frame ended, and its hash.
 * <p>
 * Pure: time comes with the calls. One thread. Bounds: frames of {@link #FRAME_BYTES} or one entry, {@link #UNACKNOWLEDGED_FRAMES} without an answer.
 */
public final class LeaderSession {
    /** A frame is closed when it has so many bytes of entries. */
    public static final int FRAME_BYTES = 256 << 10;
    /** Frames that may be under way. */
    static final int UNACKNOWLEDGED_FRAMES = 256;
    private static final long HEARTBEAT_NS = 250_000_000L;
    private static final long NS_PER_S = 1_000_000_000L;

    private enum State {
        /** Signed on; FOLLOW comes first. */
        EXPECT_FOLLOW,
        /** Asked for a hash. */
        PROBING,
        /** A snapshot goes out; the standby begins anew with it, over another connection. */
        SENDING_SNAPSHOT,
        /** Entries go out. */
        STREAMING,
        /** Refused, or over. */
        CLOSED
    }

    private final LeaderView view;
    private final EntryLog log;
    private final FramePort port;
    private final int memberId;
    private final long catchUpBytesPerSecond;
    private final long silenceNs;
    private final UnsafeBuffer frame;
    private final byte[] hash = new byte[EntryHeader.CHAIN_HASH_LENGTH];
    private final byte[] otherHash = new byte[EntryHeader.CHAIN_HASH_LENGTH];

    // Frames that are not acknowledged, a ring.
    private final long[] sentEntries = new long[UNACKNOWLEDGED_FRAMES];
    private final long[] sentSequences = new long[UNACKNOWLEDGED_FRAMES];
    private final byte[][] sentHashes = new byte[UNACKNOWLEDGED_FRAMES][EntryHeader.CHAIN_HASH_LENGTH];
    private int sentHead;
    private int sentCount;

    private State state = State.EXPECT_FOLLOW;
    private long epoch;
    private long low;
    private long high;
    private long probe;
    private long step = 1;
    private boolean hasFoundCommon;
    private long differing;
    private long sent;
    private long acknowledged;
    private long toldCommitted = -1;
    private long lastHeardNs;
    private long lastSentNs;
    private boolean isNear;
    private long allowanceBytes;
    private long allowanceAtNs;
    private long appendedAtTick = Long.MAX_VALUE;
    private SnapshotSender snapshot;

    /**
     * For a member that has signed on.
     *
     * @param catchUpBytesPerSecond limit while it is far behind
     * @param silenceNs             without a frame from it the connection ends
     * @param maxEntryBytes         of the journal
     */
    public LeaderSession(final LeaderView view, final EntryLog log, final FramePort port, final int memberId, final long catchUpBytesPerSecond,
                         final long silenceNs, final int maxEntryBytes, final long nowNs) {
        this.view = view;
        this.log = log;
        this.port = port;
        this.memberId = memberId;
        this.catchUpBytesPerSecond = catchUpBytesPerSecond;
        this.silenceNs = silenceNs;
        lastHeardNs = nowNs;
        allowanceAtNs = nowNs;
        frame = new UnsafeBuffer(java.nio.ByteBuffer.allocateDirect(ReplicationFrames.ENTRIES_LENGTH + FRAME_BYTES + maxEntryBytes));
    }

    /** A whole, well-formed frame came. */
    public void onFrame(final DirectBuffer buffer, final int offset, final long nowNs) throws IOException {
        if (state == State.CLOSED) {
            return;
        }
        lastHeardNs = nowNs;
        switch (ReplicationFrames.type(buffer, offset)) {
            case ReplicationFrames.FOLLOW -> onFollow(buffer, offset, nowNs);
            case ReplicationFrames.PROBED -> onProbed(buffer, offset, nowNs);
            case ReplicationFrames.ACKNOWLEDGE -> onAcknowledge(buffer, offset, nowNs);
            case ReplicationFrames.SNAPSHOT_HAVE -> onSnapshotHave(buffer, offset, nowNs);
            case ReplicationFrames.REFUSAL -> onRefusal(buffer, offset);
            default -> refuse(Refusal.MALFORMED, 0);
        }
    }

    private void onFollow(final DirectBuffer buffer, final int offset, final long nowNs) throws IOException {
        if (state != State.EXPECT_FOLLOW) {
            refuse(Refusal.MALFORMED, 0);
            return;
        }
        final long theirEpoch = get(buffer, offset + ReplicationFrames.EPOCH);
        final boolean isPatrol = (get(buffer, offset + ReplicationFrames.FOLLOW_FLAGS) & ReplicationFrames.FLAG_PATROL) != 0;
        epoch = view.epoch();
        if (theirEpoch > view.seenEpoch()) {
            view.onFenced(theirEpoch);
        }
        if (isPatrol) {
            final boolean isNewer = view.seenEpoch() > theirEpoch;
            refuse(isNewer ? Refusal.STALE_EPOCH : epoch == theirEpoch ? Refusal.TWO_PRIMARIES : Refusal.NOTHING_NEWER, 0);
            return;
        }
        if (epoch == 0) {
            refuse(Refusal.NOT_PRIMARY, 0);
            return;
        }
        if (view.seenEpoch() > epoch) {
            refuse(Refusal.STALE_EPOCH, 0);
            return;
        }
        final long theirLast = get(buffer, offset + ReplicationFrames.FOLLOW_ENTRY);
        if (theirLast < 0) {
            refuse(Refusal.MALFORMED, 0);
            return;
        }
        low = 0;
        high = Math.min(theirLast, view.appendedEntry());
        buffer.getBytes(offset + ReplicationFrames.FOLLOW_HASH, otherHash);
        if (high == 0) {
            // To load an image is quicker than to apply all that led to it.
            if (theirLast > 0 || !offerSnapshot(nowNs)) {
                stream(0, nowNs);
            }
        } else if (theirLast == high) {
            probe = high;
            compare(nowNs);
        } else {
            ask(high);
        }
    }

    private void ask(final long entry) {
        probe = entry;
        ReplicationFrames.header(frame, ReplicationFrames.PROBE, ReplicationFrames.PROBE_LENGTH);
        put(frame, ReplicationFrames.PROBE_ENTRY, entry);
        port.send(frame, ReplicationFrames.PROBE_LENGTH);
        state = State.PROBING;
    }

    private void onProbed(final DirectBuffer buffer, final int offset, final long nowNs) throws IOException {
        if (state != State.PROBING || get(buffer, offset + ReplicationFrames.PROBED_ENTRY) != probe) {
            refuse(Refusal.MALFORMED, 0);
        } else if (get(buffer, offset + ReplicationFrames.PROBED_FOUND) == 0) {
            offerOrRefuse(probe, nowNs);
        } else {
            buffer.getBytes(offset + ReplicationFrames.PROBED_HASH, otherHash);
            compare(nowNs);
        }
    }

    /** Back from the end in growing steps to an entry that both have, then between that and the first that differs. */
    private void compare(final long nowNs) throws IOException {
        if (log.seek(probe)) {
            hashOf(log.address(), hash);
        } else if (!hashOfSnapshot(probe)) {
            offerOrRefuse(probe, nowNs);
            return;
        }
        if (Arrays.equals(hash, otherHash)) {
            low = probe;
            hasFoundCommon = true;
        } else {
            high = probe - 1;
            differing = probe;
        }
        if (low == high) {
            stream(low, nowNs);
        } else if (hasFoundCommon) {
            ask(low + (high - low + 1) / 2);
        } else {
            ask(Math.max(1, high - step + 1));
            step *= 2;
        }
    }

    /** The last entry before the first that is kept stands in the snapshot that covers what was released. */
    private boolean hashOfSnapshot(final long entry) throws IOException {
        try (SnapshotSource newest = view.newestSnapshot()) {
            if (newest == null || newest.position().entryNumber() != entry) {
                return false;
            }
            System.arraycopy(newest.position().chainHash(), 0, hash, 0, hash.length);
            return true;
        }
    }

    private void offerOrRefuse(final long entry, final long nowNs) throws IOException {
        if (!offerSnapshot(nowNs)) {
            refuse(Refusal.NEEDS_A_SNAPSHOT, entry);
        }
    }

    private boolean offerSnapshot(final long nowNs) throws IOException {
        final SnapshotSource newest = view.newestSnapshot();
        if (newest == null) {
            return false;
        }
        snapshot = new SnapshotSender(newest, port);
        snapshot.offer(epoch, view.incarnation(), differing);
        state = State.SENDING_SNAPSHOT;
        lastSentNs = nowNs;
        return true;
    }

    private void onSnapshotHave(final DirectBuffer buffer, final int offset, final long nowNs) throws IOException {
        if (state != State.SENDING_SNAPSHOT || !snapshot.onHave(buffer, offset)) {
            refuse(Refusal.MALFORMED, 0);
            return;
        }
        onProgress(nowNs);
    }

    private void sendSnapshot(final long nowNs) throws IOException {
        while (port.isWritable() && snapshot.hasMore() && hasAllowance(nowNs)) {
            allowanceBytes -= snapshot.sendPart(false);
            lastSentNs = nowNs;
        }
        if (nowNs - lastSentNs > HEARTBEAT_NS && port.isWritable()) {
            snapshot.sendPart(true);
            lastSentNs = nowNs;
        }
    }

    /** The connection is over. */
    public void onClosed() throws IOException {
        state = State.CLOSED;
        if (snapshot != null) {
            snapshot.close();
            snapshot = null;
        }
    }

    private static void hashOf(final long entry, final byte[] to) {
        for (int i = 0; i < to.length; i++) {
            to[i] = UnsafeApi.getByte(entry + EntryHeader.LENGTH - EntryHeader.CHAIN_HASH_LENGTH + i);
        }
    }

    private void stream(final long behind, final long nowNs) throws IOException {
        if (!log.seekBehind(behind)) {
            offerOrRefuse(behind, nowNs);
            return;
        }
        sent = behind;
        acknowledged = behind;
        ReplicationFrames.header(frame, ReplicationFrames.STREAM, ReplicationFrames.STREAM_LENGTH);
        put(frame, ReplicationFrames.EPOCH, epoch);
        put(frame, ReplicationFrames.INCARNATION, view.incarnation());
        put(frame, ReplicationFrames.STREAM_ENTRY, behind);
        port.send(frame, ReplicationFrames.STREAM_LENGTH);
        state = State.STREAMING;
        onProgress(nowNs);
    }

    /** Something was appended or acknowledged, or the connection can take more. */
    public void onProgress(final long nowNs) throws IOException {
        if (state == State.SENDING_SNAPSHOT) {
            sendSnapshot(nowNs);
        }
        if (state != State.STREAMING) {
            return;
        }
        while (port.isWritable() && sentCount < UNACKNOWLEDGED_FRAMES && sent < view.appendedEntry() && hasAllowance(nowNs)) {
            sendEntries(nowNs);
        }
        if (toldCommitted != view.committedEntry() && port.isWritable()) {
            sendFrame(0, 0, nowNs);
        }
    }

    private boolean hasAllowance(final long nowNs) {
        if (isNear) {
            return true;
        }
        allowanceBytes = Math.min(catchUpBytesPerSecond,
            allowanceBytes + (long) ((nowNs - allowanceAtNs) * (double) catchUpBytesPerSecond / NS_PER_S));
        allowanceAtNs = nowNs;
        return allowanceBytes > 0;
    }

    private void sendEntries(final long nowNs) throws IOException {
        final long last = view.appendedEntry();
        int count = 0;
        int bytes = 0;
        int slot = 0;
        while (bytes < FRAME_BYTES && log.next(last)) {
            final int length = log.length();
            UnsafeApi.copyMemory(log.address(), frame.addressOffset() + ReplicationFrames.ENTRIES_LENGTH + bytes, length);
            bytes += length;
            count++;
            slot = (sentHead + sentCount) % UNACKNOWLEDGED_FRAMES;
            sentEntries[slot] = EntryHeader.entryNumber(log.address());
            sentSequences[slot] = EntryHeader.lastSequence(log.address());
            hashOf(log.address(), sentHashes[slot]);
        }
        sentCount++;
        sent = sentEntries[slot];
        allowanceBytes -= bytes;
        sendFrame(count, bytes, nowNs);
    }

    private void sendFrame(final int count, final int bytes, final long nowNs) {
        ReplicationFrames.header(frame, ReplicationFrames.ENTRIES, ReplicationFrames.ENTRIES_LENGTH + bytes);
        put(frame, ReplicationFrames.EPOCH, epoch);
        put(frame, ReplicationFrames.INCARNATION, view.incarnation());
        // The sequence first: it may only be older than its entry's, never newer.
        final long committedSequence = view.committedSequence();
        toldCommitted = view.committedEntry();
        put(frame, ReplicationFrames.ENTRIES_COMMITTED_ENTRY, toldCommitted);
        put(frame, ReplicationFrames.ENTRIES_COMMITTED_SEQUENCE, committedSequence);
        put(frame, ReplicationFrames.ENTRIES_LAST_ENTRY, view.appendedEntry());
        put(frame, ReplicationFrames.ENTRIES_LAST_SEQUENCE, view.appendedSequence());
        put(frame, ReplicationFrames.ENTRIES_TIME, nowNs);
        frame.putInt(ReplicationFrames.ENTRIES_COUNT, count, ByteOrder.LITTLE_ENDIAN);
        frame.putInt(ReplicationFrames.ENTRIES_BYTES, bytes, ByteOrder.LITTLE_ENDIAN);
        port.send(frame, ReplicationFrames.ENTRIES_LENGTH + bytes);
        lastSentNs = nowNs;
    }

    private void onAcknowledge(final DirectBuffer buffer, final int offset, final long nowNs) throws IOException {
        if (state != State.STREAMING || get(buffer, offset + ReplicationFrames.EPOCH) != epoch
            || get(buffer, offset + ReplicationFrames.INCARNATION) != view.incarnation()) {
            refuse(Refusal.MALFORMED, 0);
            return;
        }
        final long entry = get(buffer, offset + ReplicationFrames.ACK_ENTRY);
        if (entry != acknowledged) {
            while (sentCount > 0 && sentEntries[sentHead] < entry) {
                sentHead = (sentHead + 1) % UNACKNOWLEDGED_FRAMES;
                sentCount--;
            }
            buffer.getBytes(offset + ReplicationFrames.ACK_HASH, otherHash);
            if (sentCount == 0 || sentEntries[sentHead] != entry || sentSequences[sentHead] != get(buffer, offset + ReplicationFrames.ACK_SEQUENCE)
                || !Arrays.equals(otherHash, sentHashes[sentHead])) {
                refuse(Refusal.BROKEN_CHAIN, entry);
                return;
            }
            sentHead = (sentHead + 1) % UNACKNOWLEDGED_FRAMES;
            sentCount--;
            acknowledged = entry;
        }
        final boolean isSynced = (get(buffer, offset + ReplicationFrames.ACK_FLAGS) & ReplicationFrames.FLAG_SYNCED) != 0;
        view.onAcknowledged(memberId, entry, isSynced, get(buffer, offset + ReplicationFrames.ACK_APPLIED));
        if (acknowledged >= appendedAtTick || acknowledged == view.appendedEntry()) {
            isNear = true;
            view.onCaughtUp(memberId);
        }
        onProgress(nowNs);
    }

    private void onRefusal(final DirectBuffer buffer, final int offset) {
        final long theirEpoch = ReplicationFrames.refusalEpoch(buffer, offset);
        if (ReplicationFrames.refusal(buffer, offset) == Refusal.STALE_EPOCH && theirEpoch > view.seenEpoch()) {
            view.onFenced(theirEpoch);
        }
        state = State.CLOSED;
        port.close();
    }

    /** Some times a second. */
    public void onTick(final long nowNs) throws IOException {
        if (state == State.CLOSED) {
            return;
        }
        if (nowNs - lastHeardNs > silenceNs) {
            refuse(Refusal.SILENT, 0);
            return;
        }
        if (state == State.SENDING_SNAPSHOT) {
            onProgress(nowNs);
        }
        if (state == State.STREAMING) {
            if (epoch != view.epoch()) {
                refuse(Refusal.NOT_PRIMARY, 0);
                return;
            }
            if (isNear && acknowledged < appendedAtTick && nowNs - lastHeardNs > silenceNs / 2) {
                isNear = false;
            }
            appendedAtTick = view.appendedEntry();
            onProgress(nowNs);
            if (nowNs - lastSentNs > HEARTBEAT_NS && port.isWritable()) {
                sendFrame(0, 0, nowNs);
            }
        }
    }

    private void refuse(final Refusal reason, final long entry) {
        state = State.CLOSED;
        port.send(frame, ReplicationFrames.putRefusal(frame, reason, view.seenEpoch(), entry));
        port.close();
    }

    /** Last entry that the member has acknowledged on this connection. */
    public long acknowledged() {
        return acknowledged;
    }

    /** True while entries go out. */
    public boolean isStreaming() {
        return state == State.STREAMING;
    }
}
