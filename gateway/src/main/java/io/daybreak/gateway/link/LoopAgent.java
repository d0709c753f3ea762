package io.daybreak.gateway.link;

import io.daybreak.pipeline.AnswerBuffer;
import io.daybreak.pipeline.CommandPublisher;
import io.netty.channel.EventLoop;
import org.agrona.concurrent.OneToOneConcurrentArrayQueue;

import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * What one event loop shares among its connections: the publisher, the reply queue, the credit, the answer buffers, the
 * table of links and the stock of write buffers.
 * <p>
 * Event loop's thread only, but for {@link #replyQueue()}, {@link #offerAnswer} and {@link #wake}, which the reply stage
 * calls. Bounds: {@code credit} commands under way, {@code answerBuffers} queries, {@code slots} connections.
 */
public final class LoopAgent {
    /** Connections above the limit that may hear why they are refused; more are closed without a word. */
    private static final int REFUSED_SLOTS = 64;
    private static final int STOCK = 64;
    private static final int HOUSEKEEPING_MS = 50;
    private static final int RETRY_US = 500;

    final int index;
    final EventLoop eventLoop;
    final CommandPublisher publisher;
    final LinkSettings settings;
    final Admission admission;
    final ParticipantRates rates;
    final LinkCounters counters;

    private final ReplyQueue replyQueue;
    private final OneToOneConcurrentArrayQueue<AnswerBuffer> answers;
    private final AtomicBoolean isWoken = new AtomicBoolean();
    private final Runnable drainTask = this::drain;
    private final Runnable retryTask = this::retry;
    private final Consumer<Throwable> defects;
    private final LongSupplier timeNs;
    private final int credit;

    private final LoopLink[] links;
    private final int[] generations;
    private final int[] freeSlots;
    private int freeSlotCount;

    private final AnswerBuffer[] freeAnswers;
    private int freeAnswerCount;

    private final ArrayDeque<LoopLink> touched = new ArrayDeque<>();
    private final ArrayDeque<LoopLink> paused = new ArrayDeque<>();
    private final ArrayDeque<OutBuffer> stock = new ArrayDeque<>();
    private PaymentReplies paymentReplies = PaymentReplies.NONE;
    private boolean isStarted;
    private boolean isRetryArmed;
    private int underWay;

    LoopAgent(final int index, final EventLoop eventLoop, final CommandPublisher publisher, final LongSupplier timeNs, final LinkSettings settings,
              final EventLoops.Room room, final Admission admission, final ParticipantRates rates, final LinkCounters counters,
              final Consumer<Throwable> defects) {
        this.index = index;
        this.defects = defects;
        this.eventLoop = eventLoop;
        this.publisher = publisher;
        this.timeNs = timeNs;
        this.settings = settings;
        this.admission = admission;
        this.rates = rates;
        this.counters = counters;
        credit = settings.maxInFlightPerLoop();
        replyQueue = new ReplyQueue(credit, room.paymentsInWork());
        answers = new OneToOneConcurrentArrayQueue<>(settings.answerBuffers());
        freeAnswers = new AnswerBuffer[settings.answerBuffers()];
        for (int i = 0; i < freeAnswers.length; i++) {
            freeAnswers[freeAnswerCount++] = new AnswerBuffer();
        }
        final int slots = Math.min(settings.maxConnections() + room.links() + REFUSED_SLOTS, LinkId.MAX_SLOTS);
        links = new LoopLink[slots];
        generations = new int[slots];
        freeSlots = new int[slots];
        for (int i = slots - 1; i >= 0; i--) {
            freeSlots[freeSlotCount++] = i;
        }
    }

    /** Begins to watch the connections' times. */
    void start() {
        if (isStarted) {
            return;
        }
        isStarted = true;
        eventLoop.scheduleAtFixedRate(this::houseKeep, HOUSEKEEPING_MS, HOUSEKEEPING_MS, TimeUnit.MILLISECONDS);
    }

    // ---- Reply stage's side ----

    ReplyQueue replyQueue() {
        return replyQueue;
    }

    /** The answer that the next ANSWER record of the queue means. Never full: as long as there are answer buffers. */
    void offerAnswer(final AnswerBuffer buffer) {
        if (!answers.offer(buffer)) {
            throw new IllegalStateException("more answers than answer buffers");
        }
    }

    /** Makes the loop look at its reply queue, unless it was told already and has not looked yet. */
    void wake() {
        if (!isWoken.get() && !isWoken.getAndSet(true)) {
            eventLoop.execute(drainTask);
        }
    }

    /** From now on outcomes of payments go there; before the loop's first payment. */
    public void paymentsTo(final PaymentReplies replies) {
        paymentReplies = replies;
    }

    /** Position of this loop among all, from 0. */
    public int index() {
        return index;
    }

    /** The thread. */
    public EventLoop eventLoop() {
        return eventLoop;
    }

    /** The loop's way into the ring. */
    public CommandPublisher publisher() {
        return publisher;
    }

    /** Whether the switch is stopping. */
    public boolean isShuttingDown() {
        return admission.isShuttingDown();
    }

    /** The participant's bucket; null if any rate is taken from it. */
    public TokenBucket rateOf(final int participantId) {
        return rates.of(participantId);
    }

    /** The pipeline's time, Unix nanoseconds. */
    public long timeNs() {
        return timeNs.getAsLong();
    }

    /** Something happened that must not; the process will not go on. */
    public void onDefect(final Throwable defect) {
        defects.accept(defect);
    }

    /** What a participant is told about the time, Unix milliseconds. */
    long timeMs() {
        return TimeUnit.NANOSECONDS.toMillis(timeNs.getAsLong());
    }

    // ---- Links ----

    /** Takes a new connection into the table; 0 if the table is full. */
    public long register(final LoopLink link) {
        if (freeSlotCount == 0) {
            return 0;
        }
        final int slot = freeSlots[--freeSlotCount];
        links[slot] = link;
        generations[slot]++;
        if (generations[slot] == 0) {
            generations[slot] = 1;
        }
        return LinkId.of(index, slot, generations[slot]);
    }

    /** Forgets a closed connection; outcomes that still come for it are dropped. */
    public void unregister(final LoopLink link) {
        final int slot = LinkId.slot(link.linkId());
        if (links[slot] == link) {
            links[slot] = null;
            freeSlots[freeSlotCount++] = slot;
        }
        paused.remove(link);
    }

    /** Commands that this loop may still publish: a limit that no connection may go beyond, since replies have room for no more. */
    public int credit() {
        return credit - underWay;
    }

    /** Commands and queries of this loop without an outcome, those of closed connections included. */
    public int underWay() {
        return underWay;
    }

    public void onPublished(final int count) {
        underWay += count;
    }

    /** An answer buffer for one query, or null if all are lent. */
    public AnswerBuffer lend() {
        return freeAnswerCount == 0 ? null : freeAnswers[--freeAnswerCount];
    }

    /** A lent buffer is free again. */
    public void giveBack(final AnswerBuffer buffer) {
        freeAnswers[freeAnswerCount++] = buffer;
    }

    /** The link could not go on for lack of room; it is asked again when replies have gone out, or after a moment. */
    public void pause(final LoopLink link) {
        paused.add(link);
        if (underWay == 0) {
            // No reply of ours will wake us: the ring is full of others' commands.
            armRetry();
        }
    }

    // ---- Writing ----

    /** A write buffer from the stock. */
    public OutBuffer takeOutBuffer() {
        final OutBuffer buffer = stock.poll();
        return buffer == null ? new OutBuffer() : buffer;
    }

    /** Back into the stock. */
    public void returnOutBuffer(final OutBuffer buffer) {
        if (stock.size() < STOCK) {
            buffer.length = 0;
            stock.push(buffer);
        } else {
            buffer.bytes.release();
        }
    }

    /** The loop has ended; any thread then. */
    void releaseStock() {
        OutBuffer buffer = stock.poll();
        while (buffer != null) {
            buffer.bytes.release();
            buffer = stock.poll();
        }
    }

    /** The link has something to write; it is flushed at the end of what the loop does now. */
    public void touch(final LoopLink link) {
        touched.add(link);
    }

    /** One write for each link that has something. */
    public void flushTouched() {
        LoopLink link = touched.poll();
        while (link != null) {
            link.flush();
            link = touched.poll();
        }
    }

    /** Ends all connections, with a word to those who can hear it. */
    void closeLinks() {
        for (final LoopLink link : links) {
            if (link != null) {
                link.onShutdown();
            }
        }
        flushTouched();
    }

    int linkCount() {
        return links.length - freeSlotCount;
    }

    private void drain() {
        try {
            // Before the look at the queue: what is published after it wakes us again.
            isWoken.set(false);
            final int answered = deliver();
            flushTouched();
            if (answered > 0) {
                counters.onDrain(answered);
                retryPaused();
            }
        } catch (final RuntimeException | Error ex) {
            // Credit and queue no longer fit together: replies would stop without a word.
            defects.accept(ex);
        }
    }

    private int deliver() {
        final ReplyQueue queue = replyQueue;
        final long end = queue.published();
        int answered = 0;
        while (queue.head() < end) {
            final int offset = queue.headOffset();
            final int kind = queue.kind(offset);
            if (kind == ReplyQueue.OUTCOMES) {
                final int count = queue.commandCount(offset);
                answered += count;
                final LoopLink link = find(queue.linkId(offset));
                if (link != null) {
                    final int frame = offset + ReplyQueue.RECORD_HEADER;
                    link.onOutcomes(queue.memory(), frame, Frames.OUTCOMES_PREFACE + count * Frames.OUTCOME_BYTES, count);
                }
            } else if (kind == ReplyQueue.ANSWER) {
                answered++;
                final AnswerBuffer buffer = answers.poll();
                final LoopLink link = find(queue.linkId(offset));
                if (link != null) {
                    link.onAnswer(buffer);
                }
                giveBack(buffer);
            } else if (kind == ReplyQueue.PAYMENT) {
                answered += queue.commandCount(offset);
                final int preface = offset + ReplyQueue.RECORD_HEADER;
                final int words = queue.memory().getInt(preface + 12);
                paymentReplies.onPayment(queue.linkId(offset), queue.memory().getLong(preface), queue.memory().getInt(preface + 8),
                    words & 0xFFFF, words >>> 16, queue.memory(), preface + ReplyQueue.PAYMENT_PREFACE);
            }
            queue.advance(offset);
        }
        queue.release();
        underWay -= answered;
        return answered;
    }

    private LoopLink find(final long linkId) {
        final LoopLink link = links[LinkId.slot(linkId)];
        return link != null && link.linkId() == linkId ? link : null;
    }

    private void retry() {
        isRetryArmed = false;
        try {
            retryPaused();
        } catch (final RuntimeException | Error ex) {
            defects.accept(ex);
        }
    }

    private void retryPaused() {
        for (int i = paused.size(); i > 0; i--) {
            paused.poll().resume();
        }
        flushTouched();
        if (!paused.isEmpty() && underWay == 0) {
            armRetry();
        }
    }

    private void armRetry() {
        if (!isRetryArmed) {
            isRetryArmed = true;
            eventLoop.schedule(retryTask, RETRY_US, TimeUnit.MICROSECONDS);
        }
    }

    private void houseKeep() {
        try {
            final long nowNs = System.nanoTime();
            for (final LoopLink link : links) {
                if (link != null) {
                    link.onTick(nowNs);
                }
            }
            flushTouched();
        } catch (final RuntimeException | Error ex) {
            // Thrown on, it would only end this task, and with it every time limit.
            defects.accept(ex);
        }
    }
}
