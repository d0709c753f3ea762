package io.daybreak.gateway.link;

import io.daybreak.pipeline.AnswerBuffer;
import io.daybreak.pipeline.CommandPublisher;
import io.daybreak.pipeline.CommandSlot;
import io.daybreak.pipeline.Slots;
import io.daybreak.protocol.LinkError;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BooleanSupplier;

/** A decoder between a byte array and lists of what it did; its publisher and its credit can be made to refuse. */
final class DecoderRig implements DecoderPort, CommandPublisher {
    static final int PARTICIPANT = 7;
    static final long LINK = LinkId.of(0, 3, 1);
    private static final int CAPACITY = 64 * 1024;

    final Admission admission = new Admission();
    final List<String> events = new ArrayList<>();
    final List<Integer> publishedRuns = new ArrayList<>();
    final List<Integer> priorities = new ArrayList<>();
    BooleanSupplier isRingFull = () -> false;
    int reserveFree;
    int credit = Integer.MAX_VALUE;
    int unanswered;
    int answerBuffers = Integer.MAX_VALUE;
    LinkError violation;

    private final byte[] memory = new byte[CAPACITY];
    private final UnsafeBuffer view = new UnsafeBuffer(memory);
    private final RequestDecoder decoder;
    private final List<CommandSlot> claimed = new ArrayList<>();
    private final int maxClaim;
    private long nextRingSequence;
    private int from;
    private int to;

    DecoderRig(final int maxChain, final int maxClaim) {
        this.maxClaim = maxClaim;
        decoder = new RequestDecoder(view, this, this, admission, 786_260, maxChain);
    }

    DecoderRig signedOn() {
        decoder.signOn(PARTICIPANT, LINK);
        return this;
    }

    /** Receives bytes and decodes. */
    RequestDecoder.Progress receive(final byte[] bytes, final int offset, final int length) {
        // As the link does it: what is left moves to the front, the read goes behind it.
        System.arraycopy(memory, from, memory, 0, to - from);
        to -= from;
        from = 0;
        System.arraycopy(bytes, offset, memory, to, length);
        to += length;
        return again();
    }

    RequestDecoder.Progress receive(final byte[] bytes) {
        return receive(bytes, 0, bytes.length);
    }

    /** Decodes again without new bytes. */
    RequestDecoder.Progress again() {
        from = decoder.decode(from, to);
        return decoder.progress();
    }

    int leftBytes() {
        return to - from;
    }

    int room() {
        return CAPACITY - leftBytes();
    }

    // ---- DecoderPort ----

    @Override
    public int credit() {
        return credit;
    }

    @Override
    public void onPublished(final int count) {
        credit -= count;
        unanswered += count;
    }

    @Override
    public boolean hasUnanswered() {
        return unanswered > 0;
    }

    @Override
    public AnswerBuffer lend() {
        return answerBuffers-- > 0 ? new AnswerBuffer() : null;
    }

    @Override
    public void giveBack(final AnswerBuffer buffer) {
        answerBuffers++;
    }

    @Override
    public void answer(final long correlationId, final int firstIndex, final int requestCount, final int count, final int result) {
        for (int i = 0; i < count; i++) {
            events.add("answer c" + correlationId + " " + (firstIndex + i) + "/" + requestCount + " r" + result);
        }
    }

    @Override
    public boolean onSessionMessage(final int templateId, final DirectBuffer buffer, final int offset, final int length) {
        events.add("session t" + templateId + " " + length);
        return true;
    }

    @Override
    public void onViolation(final LinkError error, final long correlationId, final String text) {
        violation = error;
        events.add("violation " + error + " c" + correlationId);
    }

    // ---- CommandPublisher ----

    @Override
    public long tryClaim(final int count, final int priority) {
        if (count < 1 || count > maxClaim) {
            throw new IllegalArgumentException("claim of " + count);
        }
        if (isRingFull.getAsBoolean() && (priority == NEW_REQUESTS || count > reserveFree)) {
            return NOT_CLAIMED;
        }
        if (!claimed.isEmpty()) {
            throw new IllegalStateException("claimed and not published");
        }
        priorities.add(priority);
        for (int i = 0; i < count; i++) {
            final CommandSlot slot = Slots.newSlot();
            // What an earlier lap left behind.
            slot.command.setMemory(0, CommandSlot.COMMAND_BYTES, (byte) 0xEE);
            slot.chainLength = 99;
            slot.answerBuffer = new AnswerBuffer();
            slot.index = -1;
            claimed.add(slot);
        }
        return nextRingSequence;
    }

    @Override
    public CommandSlot slot(final long ringSequence) {
        return claimed.get((int) (ringSequence - nextRingSequence));
    }

    @Override
    public void publish(final long first, final long last) {
        if (first != nextRingSequence || last != first + claimed.size() - 1) {
            throw new IllegalStateException("published other slots than were claimed");
        }
        for (final CommandSlot slot : claimed) {
            events.add(describe(slot));
        }
        publishedRuns.add(claimed.size());
        checkChainsAreWhole();
        nextRingSequence = last + 1;
        claimed.clear();
    }

    private void checkChainsAreWhole() {
        int open = 0;
        for (final CommandSlot slot : claimed) {
            if (open > 0) {
                open--;
                if (slot.chainLength != 0) {
                    throw new IllegalStateException("a chain begins within a chain");
                }
            } else if (slot.chainLength > 0) {
                open = slot.chainLength - 1;
            }
        }
        if (open > 0) {
            throw new IllegalStateException("a chain was published in two parts");
        }
    }

    private static String describe(final CommandSlot slot) {
        final byte[] body = new byte[slot.commandLength];
        final boolean isLookUp = slot.templateId == 48 || slot.templateId == 49;
        if (isLookUp) {
            slot.answerBuffer.buffer.getBytes(0, body);
        } else {
            slot.command.getBytes(0, body);
        }
        return "command t" + slot.templateId + " c" + slot.correlationId + " " + slot.index + "/" + slot.requestCount + " p" + slot.participantId
            + " l" + slot.linkId + " chain" + slot.chainLength + " " + (slot.answerBuffer == null ? "" : "lent ") + Arrays.hashCode(body)
            + " " + body.length;
    }

    @Override
    public int maxClaim() {
        return maxClaim;
    }
}
