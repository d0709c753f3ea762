package io.daybreak.gateway.iso;

import java.util.concurrent.atomic.LongAdder;

/**
 * What happened at one listener, or over one outbound link, for logs and metrics. Event loops add to it; any thread reads
 * it.
 */
public final class IsoCounters {
    private final String name;
    private final LongAdder accepted = new LongAdder();
    private final LongAdder closed = new LongAdder();
    private final LongAdder refused = new LongAdder();
    private final LongAdder requests = new LongAdder();
    private final LongAdder responses = new LongAdder();
    private final LongAdder formatErrors = new LongAdder();
    private final LongAdder unreadable = new LongAdder();
    private final LongAdder notWaitedFor = new LongAdder();
    private final LongAdder wrongMacs = new LongAdder();
    private final LongAdder noRoom = new LongAdder();
    private final LongAdder overRate = new LongAdder();
    private final LongAdder slowReaders = new LongAdder();
    private final LongAdder badFrames = new LongAdder();
    private final LongAdder droppedAnswers = new LongAdder();

    IsoCounters(final String name) {
        this.name = name;
    }

    /** The listener's name. */
    public String name() {
        return name;
    }

    /** Connections accepted. */
    public long accepted() {
        return accepted.sum();
    }

    /** Connections closed. */
    public long closed() {
        return closed.sum();
    }

    /** Connections closed at once, because there were too many. */
    public long refused() {
        return refused.sum();
    }

    /** Requests and advices read. */
    public long requests() {
        return requests.sum();
    }

    /** Responses written. */
    public long responses() {
        return responses.sum();
    }

    /** Requests answered 30. */
    public long formatErrors() {
        return formatErrors.sum();
    }

    /** Messages that could not even be answered; each closed its connection. */
    public long unreadable() {
        return unreadable.sum();
    }

    /** Responses and notifications that nobody waits for. */
    public long notWaitedFor() {
        return notWaitedFor.sum();
    }

    /** Requests with a wrong or missing MAC. */
    public long wrongMacs() {
        return wrongMacs.sum();
    }

    /** Requests answered 91 because a window, a table or the ring was full. */
    public long noRoom() {
        return noRoom.sum();
    }

    /** Requests answered 91 because their participant was faster than its rate. */
    public long overRate() {
        return overRate.sum();
    }

    /** Connections closed because they did not read. */
    public long slowReaders() {
        return slowReaders.sum();
    }

    /** Connections closed because of a frame's length, header, or time. */
    public long badFrames() {
        return badFrames.sum();
    }

    /** Answers whose connection had gone. */
    public long droppedAnswers() {
        return droppedAnswers.sum();
    }

    void onAccepted() {
        accepted.increment();
    }

    void onClosed() {
        closed.increment();
    }

    void onRefused() {
        refused.increment();
    }

    void onRequests(final int count) {
        requests.add(count);
    }

    void onResponses(final int count) {
        responses.add(count);
    }

    void onFormatError() {
        formatErrors.increment();
    }

    void onUnreadable() {
        unreadable.increment();
    }

    void onNotWaitedFor() {
        notWaitedFor.increment();
    }

    void onWrongMac() {
        wrongMacs.increment();
    }

    void onOverRate() {
        overRate.increment();
    }

    void onNoRoom() {
        noRoom.increment();
    }

    void onSlowReader() {
        slowReaders.increment();
    }

    void onBadFrame() {
        badFrames.increment();
    }

    void onDroppedAnswer() {
        droppedAnswers.increment();
    }
}
