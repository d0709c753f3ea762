package io.daybreak.loadtest.recording;

import io.daybreak.journal.JournalException;
import io.daybreak.journal.replay.PublishedJournal;
import io.daybreak.port.ReplayTarget;
import io.daybreak.protocol.Limits;
import io.daybreak.protocol.Participants;
import io.daybreak.protocol.TransferFlags;
import io.daybreak.protocol.codec.TransferDecoder;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.OneToOneConcurrentArrayQueue;

import java.io.IOException;
import java.nio.ByteOrder;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Reads the traffic of a recording ahead of who sends it, so that no page of the journal is waited for when a request is due. A thread of its own reads; one
 * other thread takes requests and releases them. There are a fixed number of requests, which go round.
 */
public final class RecordingReader implements AutoCloseable {
    private static final long WAIT_NS = TimeUnit.MICROSECONDS.toNanos(20);

    private final Recording recording;
    private final int batch;
    private final OneToOneConcurrentArrayQueue<RecordedRequest> ready;
    private final OneToOneConcurrentArrayQueue<RecordedRequest> free;
    private final Thread thread = new Thread(this::read, "recording");
    private volatile boolean isDone;
    private volatile boolean isStopped;
    private volatile String failure;

    /**
     * Prepares the reading.
     *
     * @param batch    transfers of a request, at most; chains stay whole even so
     * @param requests more than are ever taken and not released
     */
    public RecordingReader(final Recording recording, final int batch, final int requests) {
        this.recording = recording;
        this.batch = Math.max(1, Math.min(batch, Limits.MAX_BATCH - recording.longestChain() + 1));
        ready = new OneToOneConcurrentArrayQueue<>(requests);
        free = new OneToOneConcurrentArrayQueue<>(requests);
        for (int i = 0; i < requests; i++) {
            free.offer(new RecordedRequest());
        }
        thread.setDaemon(true);
    }

    /** Begins to read. */
    public void start() {
        thread.start();
    }

    /** The next request, which is waited for; null behind the last one. */
    public RecordedRequest next() {
        while (true) {
            // Looked at first: what was ready before the end is not missed.
            final boolean isEnd = isDone;
            final RecordedRequest request = ready.poll();
            if (request != null || isEnd) {
                return request;
            }
            LockSupport.parkNanos(WAIT_NS);
        }
    }

    /** Takes a request back, to be filled again. */
    public void release(final RecordedRequest request) {
        free.offer(request);
    }

    /** Why the reading ended before the end; null if it did not. */
    public String failure() {
        return failure;
    }

    @Override
    public void close() {
        isStopped = true;
        LockSupport.unpark(thread);
    }

    private void read() {
        try (PublishedJournal journal = PublishedJournal.open(recording.data())) {
            final Requests requests = new Requests();
            while (!isStopped && journal.lastSequence() < recording.lastSequence() && journal.next()) {
                if (journal.lastSequence() >= recording.firstSequence()) {
                    journal.replay(requests);
                }
            }
        } catch (final IOException | JournalException ex) {
            failure = String.valueOf(ex.getMessage());
        } catch (final RuntimeException ex) {
            failure = "a defect: " + ex;
            throw ex;
        } finally {
            isDone = true;
        }
    }

    /** Makes requests of entries. */
    private final class Requests implements ReplayTarget {
        private RecordedRequest open;
        private long nextSequence;
        private long sequence;
        private long timestampNs;
        private boolean isInChain;

        @Override
        public void onEntry(final long firstSequence, final int count, final long entryNs) {
            sequence = firstSequence - 1;
            timestampNs = entryNs;
        }

        @Override
        public void onCommand(final int templateId, final int participantId, final DirectBuffer command, final int offset, final int length,
                              final int result) {
            sequence++;
            if (templateId != TransferDecoder.TEMPLATE_ID || participantId == Participants.SYSTEM || sequence < recording.firstSequence()
                || sequence > recording.lastSequence()) {
                return;
            }
            if (!isInChain && open != null && (open.count() >= batch || open.participantId() != participantId || nextSequence != sequence)) {
                emit();
            }
            if (open == null) {
                open = take();
                if (open == null) {
                    return;
                }
                open.begin(participantId, timestampNs - recording.firstNs(), sequence);
            }
            open.add(command, offset, result);
            nextSequence = sequence + 1;
            isInChain = (command.getShort(offset + TransferDecoder.flagsEncodingOffset(), ByteOrder.LITTLE_ENDIAN) & TransferFlags.LINKED) != 0;
        }

        @Override
        public void onEntryEnd(final long stateDigest) {
            if (!isInChain) {
                emit();
            }
        }

        private RecordedRequest take() {
            RecordedRequest request = free.poll();
            while (request == null && !isStopped) {
                LockSupport.parkNanos(WAIT_NS);
                request = free.poll();
            }
            return request;
        }

        private void emit() {
            if (open != null) {
                ready.offer(open);
                open = null;
            }
        }
    }
}
