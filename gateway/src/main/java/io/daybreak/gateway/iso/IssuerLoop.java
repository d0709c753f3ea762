package io.daybreak.gateway.iso;

import io.daybreak.gateway.card.CardCipher;
import io.daybreak.gateway.link.LinkId;
import io.daybreak.gateway.pin.PinSecurity;
import io.daybreak.iso8583.codec.MessageIndex;
import io.daybreak.iso8583.link.Mti93;
import io.daybreak.iso8583.mac.MessageMac;
import io.daybreak.pipeline.CommandPublisher;
import io.daybreak.pipeline.CommandSlot;
import io.daybreak.protocol.Participants;
import io.daybreak.protocol.codec.IssuerAnswerEncoder;
import io.daybreak.protocol.codec.IssuerLinkStatusEncoder;
import io.daybreak.protocol.codec.IssuerSendFailedEncoder;
import io.daybreak.protocol.codec.ReconcileIssuerDecoder;
import io.daybreak.protocol.codec.SendToIssuerDecoder;
import io.netty.channel.EventLoop;
import org.agrona.BufferUtil;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.ManyToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * What one event loop does for issuers: writes messages of the requests whose contexts it holds, carries them to the lines
 * that it serves, or to the loop that does, and hands responses into the ring.
 * <pre>
 *   reply stage -- effects --> loop of the request -- frames --> loop of the line --> issuer
 *   acquirer <-- loop of the request <-- responses -- loop of the line <-- issuer;  loop of the line -- commands --> ring
 * </pre>
 * Event loop's thread only, but for {@link #onEffect} (reply stage) and {@link #post} (other loops). Bounds: the three
 * queues. What finds no room in the first becomes a message that has not left; in the second also; a response that finds none
 * goes to the ring alone. Commands that the ring has no room for wait here, and issuers are not read meanwhile.
 */
final class IssuerLoop {
    /** Reason of an IssuerSendFailed: the link is gone or full. */
    static final int NOT_SENT = 0;
    /** Reason of an IssuerSendFailed: nobody can read the card number any more. */
    static final int CARD_DATA_GONE = 1;

    private static final int REVERSAL_CLASS = 4;
    private static final Logger LOG = LoggerFactory.getLogger(IssuerLoop.class);
    private static final int FRAME = 1;
    private static final int RESPONSE = 2;
    private static final int DONE = 3;
    private static final int FRAME_HEAD = 56;
    private static final int RESPONSE_HEAD = 16;
    private static final int REFUSED_BYTES = 16;
    private static final int REFUSED_QUEUE = 1 << 20;
    private static final int MAX_COMMANDS = 8_192;
    private static final int MAX_SENT = 1 << 16;
    private static final int RETRY_US = 500;
    private static final int TICK_MS = 500;
    private static final int APPROVED_IN_PART = '1' << 8 | '0';
    private static final int BALANCE_ENTRY = 20;
    private static final int LEDGER = 1;
    private static final int AVAILABLE = 2;
    private static final int MAX_COMMAND_BYTES = 96;

    final IsoLoop iso;
    final OutwardWriter writer;
    private final IssuerLinks links;
    private final OneToOneRingBuffer effects;
    private final OneToOneRingBuffer refused;
    private final ManyToOneRingBuffer inbox;
    private final AtomicBoolean isWoken = new AtomicBoolean();
    private final Runnable drainTask = this::drain;
    private final Runnable retryTask = this::retry;
    private final SentRequests sent = new SentRequests(MAX_SENT);
    private final UnsafeBuffer scratch = new UnsafeBuffer(BufferUtil.allocateDirectAligned(FRAME_HEAD + OutwardWriter.MAX_BYTES, 64));
    private final UnsafeBuffer command = new UnsafeBuffer(new byte[MAX_COMMAND_BYTES]);
    private final SendToIssuerDecoder send = new SendToIssuerDecoder();
    private final ReconcileIssuerDecoder reconcile = new ReconcileIssuerDecoder();
    private final IssuerAnswerEncoder answer = new IssuerAnswerEncoder();
    private final ArrayDeque<byte[]> waiting = new ArrayDeque<>();
    private final List<IssuerLine> lines = new ArrayList<>();
    private boolean isRetryArmed;
    private final byte[] balances = new byte[6 * BALANCE_ENTRY];

    IssuerLoop(final IsoLoop iso, final IssuerLinks links, final CardCipher cards, final KeptAmounts kept, final PinSecurity pins,
               final int queueBytes) {
        this.iso = iso;
        this.links = links;
        writer = new OutwardWriter(cards, kept, pins);
        effects = new OneToOneRingBuffer(ring(queueBytes));
        refused = new OneToOneRingBuffer(ring(Math.min(REFUSED_QUEUE, queueBytes)));
        inbox = new ManyToOneRingBuffer(ring(queueBytes));
    }

    private static UnsafeBuffer ring(final int bytes) {
        return new UnsafeBuffer(BufferUtil.allocateDirectAligned(bytes + RingBufferDescriptor.TRAILER_LENGTH, 64));
    }

    void start() {
        eventLoop().scheduleAtFixedRate(this::tick, TICK_MS, TICK_MS, TimeUnit.MILLISECONDS);
    }

    void add(final IssuerLine line) {
        lines.add(line);
    }

    EventLoop eventLoop() {
        return iso.agent.eventLoop();
    }

    long timeNs() {
        return iso.agent.timeNs();
    }

    // ---- Other threads' side ----

    /** A SendToIssuer or ReconcileIssuer; reply stage only. */
    void onEffect(final int templateId, final DirectBuffer effect, final int offset, final int length) {
        if (!effects.write(templateId, effect, offset, length)) {
            refuse(templateId, effect, offset);
        }
        wake();
    }

    /** There is no room for a message, so it has not left. */
    private void refuse(final int templateId, final DirectBuffer effect, final int offset) {
        final UnsafeBuffer named = new UnsafeBuffer(new byte[REFUSED_BYTES]);
        if (templateId == SendToIssuerDecoder.TEMPLATE_ID) {
            final SendToIssuerDecoder message = new SendToIssuerDecoder().wrap(effect, offset, SendToIssuerDecoder.BLOCK_LENGTH,
                SendToIssuerDecoder.SCHEMA_VERSION);
            named.putInt(0, (int) message.transmission());
            named.putInt(4, (int) message.stan());
            named.putInt(8, message.linkId());
            named.putInt(12, message.mti());
            if (refused.write(FRAME, named, 0, REFUSED_BYTES)) {
                return;
            }
        }
        // The state hears of it at the message's deadline.
        links.counters().onLost();
    }

    private boolean post(final int kind, final DirectBuffer from, final int offset, final int length) {
        if (!inbox.write(kind, from, offset, length)) {
            return false;
        }
        wake();
        return true;
    }

    private void wake() {
        if (!isWoken.get() && !isWoken.getAndSet(true)) {
            try {
                eventLoop().execute(drainTask);
            } catch (final RejectedExecutionException ex) {
                LOG.debug("messages for issuers after the end");
            }
        }
    }

    // ---- This thread ----

    private void drain() {
        try {
            // Before the look at the queues: what comes after it wakes us again.
            isWoken.set(false);
            drainInbox();
            effects.read((templateId, buffer, offset, length) -> {
                if (templateId == SendToIssuerDecoder.TEMPLATE_ID) {
                    onSend(buffer, offset);
                } else {
                    onReconcile(buffer, offset);
                }
            });
            refused.read((kind, buffer, offset, length) -> tellFailed(buffer.getInt(offset) & 0xFFFF_FFFFL, buffer.getInt(offset + 4) & 0xFFFF_FFFFL,
                buffer.getInt(offset + 8), buffer.getInt(offset + 12), NOT_SENT));
            iso.agent.flushTouched();
        } catch (final RuntimeException | Error ex) {
            iso.agent.onDefect(ex);
        }
    }

    /** What other loops have sent; also before an answer that may need an issuer's response. */
    void drainInbox() {
        inbox.read(this::onPosted);
    }

    private void onPosted(final int kind, final DirectBuffer buffer, final int offset, final int length) {
        switch (kind) {
            case FRAME -> {
                final IssuerLine line = links.line(buffer.getInt(offset));
                scratch.putBytes(0, buffer, offset, length);
                transmit(line, length - FRAME_HEAD);
                scratch.setMemory(0, length, (byte) 0);
            }
            case RESPONSE -> keep(buffer.getLong(offset), links.line(buffer.getInt(offset + 8)), buffer.getInt(offset + 12), buffer,
                offset + RESPONSE_HEAD, length - RESPONSE_HEAD);
            default -> iso.release(buffer.getLong(offset));
        }
    }

    // ---- To the issuer ----

    /** A business date was opened or closed. */
    void onDate(final int dayGroup, final int code, final int date) {
        for (final IssuerLine line : lines) {
            if (line.plan.profile.wantsNotices() && links.routed().dayGroupOf(line.linkId()) == dayGroup) {
                line.onDate(code, date);
            }
        }
    }

    private void onSend(final DirectBuffer buffer, final int offset) {
        send.wrap(buffer, offset, SendToIssuerDecoder.BLOCK_LENGTH, SendToIssuerDecoder.SCHEMA_VERSION);
        final IssuerLine line = links.lineOf(send.linkId());
        final int place = send.originLinkId() == 0 ? ContextTable.NONE : iso.contexts.find(send.originCorrelationId());
        final boolean isRequest = send.mti() / 10 % 10 == 0;
        if (line == null || isRequest && place == ContextTable.NONE) {
            // Of a request that nobody waits for any more nothing needs to leave: it was reversed, or its answer is out.
            tellFailed(send.transmission(), send.stan(), send.linkId(), send.mti(), NOT_SENT);
            return;
        }
        final MessageIndex request = place == ContextTable.NONE ? null : iso.indexOf(place);
        final MessageMac mac = line.plan.isMacRequired ? iso.mac(line.plan.keys.inUse().current()) : null;
        final int bytes = writer.write(line.plan, send, request, mac, links.routed().pinMode(send.routeId()), scratch, FRAME_HEAD);
        if (bytes < 0) {
            // What was written before it failed has the card's number in it.
            scratch.setMemory(0, scratch.capacity(), (byte) 0);
            LOG.warn("issuer link {}: message {} of payment {} cannot be written: {}", line.settings.code(), send.mti(), send.paymentId(),
                bytes == OutwardWriter.CARD_DATA_GONE ? "its card data is gone" : "its fields do not fit the link");
            tellFailed(send.transmission(), send.stan(), send.linkId(), send.mti(), bytes == OutwardWriter.CARD_DATA_GONE ? CARD_DATA_GONE : NOT_SENT);
            return;
        }
        head(line.index, send.mti(), SentRequests.key(send.linkId(), send.transmission(), send.stan()), send.routeId(),
            place == ContextTable.NONE ? 0 : send.originLinkId(), send.originCorrelationId());
        final int rrn = offset + SendToIssuerDecoder.rrnEncodingOffset();
        scratch.putInt(36, buffer.getInt(rrn + Long.BYTES, ByteOrder.BIG_ENDIAN));
        scratch.putLong(40, buffer.getLong(rrn, ByteOrder.BIG_ENDIAN));
        scratch.putLong(48, send.amountMinor());
        dispatch(line, bytes);
    }

    private void onReconcile(final DirectBuffer buffer, final int offset) {
        reconcile.wrap(buffer, offset, ReconcileIssuerDecoder.BLOCK_LENGTH, ReconcileIssuerDecoder.SCHEMA_VERSION);
        final IssuerLine line = links.lineOf(reconcile.linkId());
        if (line == null) {
            return;
        }
        final MessageMac mac = line.plan.isMacRequired ? iso.mac(line.plan.keys.inUse().current()) : null;
        final int bytes = writer.writeTotals(line.plan, reconcile, mac, scratch, FRAME_HEAD);
        if (bytes > 0) {
            // Whether it leaves or not, the state tries again when no answer comes.
            head(line.index, 500, SentRequests.key(reconcile.linkId(), reconcile.transmission(), reconcile.stan()), 0, 0, 0);
            dispatch(line, bytes);
        }
    }

    private void head(final int lineIndex, final int mti, final long key, final int routeId, final long originLinkId, final long originCorrelationId) {
        scratch.putInt(0, lineIndex);
        scratch.putInt(4, mti);
        scratch.putLong(8, key);
        scratch.putLong(16, originLinkId);
        scratch.putLong(24, originCorrelationId);
        scratch.putInt(32, routeId);
    }

    /** To the line's loop, which may be this one; then the scratch memory forgets the card. */
    private void dispatch(final IssuerLine line, final int bytes) {
        if (line.loop == this) {
            transmit(line, bytes);
        } else if (!line.loop.post(FRAME, scratch, 0, FRAME_HEAD + bytes)) {
            tellFailed();
        }
        scratch.setMemory(0, FRAME_HEAD + bytes, (byte) 0);
    }

    /** What the scratch memory holds, head and frame. */
    private void transmit(final IssuerLine line, final int bytes) {
        if (!line.transmit(scratch, FRAME_HEAD, bytes)) {
            tellFailed();
            return;
        }
        if (scratch.getLong(16) != 0) {
            sent.put(scratch.getLong(8), scratch.getLong(16), scratch.getLong(24), scratch.getInt(32), scratch.getLong(40), scratch.getInt(36),
                scratch.getLong(48));
        }
        links.counters().onSent();
    }

    private void tellFailed() {
        final long key = scratch.getLong(8);
        tellFailed(key >>> 20 & 0x7FFF_FFFFL, key & 0xF_FFFFL, (int) (key >>> 51), scratch.getInt(4), NOT_SENT);
    }

    private void tellFailed(final long transmission, final long stan, final int linkId, final int mti, final int reason) {
        links.counters().onNotSent();
        command.setMemory(0, IssuerSendFailedEncoder.BLOCK_LENGTH, (byte) 0);
        new IssuerSendFailedEncoder().wrap(command, 0).transmission(transmission).stan(stan).linkId(linkId).mti(mti).reason(reason).reserved(0);
        publish(IssuerSendFailedEncoder.TEMPLATE_ID, IssuerSendFailedEncoder.BLOCK_LENGTH);
    }

    // ---- From the issuer ----

    /**
     * A response: its further fields to the request's loop, and the rest of it into the ring, in this order, so that they are
     * there when the payment is answered.
     *
     * @param isWhole whether it could be read to its end; otherwise it is no answer, but may name what it was to answer
     */
    void onResponse(final IssuerLine line, final MessageIndex message, final int mti87, final boolean isWhole) {
        final int linkId = line.linkId() == 0 ? links.routed().linkId(line.settings.code()) : line.linkId();
        if (linkId == 0) {
            line.counters.onNotWaitedFor();
            return;
        }
        final int code = isWhole ? responseCode(message, line.plan.is1993) : 0;
        final int place = sent.find(SentRequests.key(linkId, Math.max(0, message.number(7)), Math.max(0, message.number(11))));
        if (place != SentRequests.NONE && isWhole && isOf(place, line, message, mti87, code)) {
            sent.forget(place);
            passBack(line, message, mti87, code, place);
        }
        writeAnswer(line, message, mti87, linkId, code, isWhole);
        publish(IssuerAnswerEncoder.TEMPLATE_ID, IssuerAnswerEncoder.BLOCK_LENGTH);
        links.counters().onAnswered();
    }

    /** RTE-08: a response also agrees in DE 37 and 4, if it has them; DE 4 may be less where a part was approved. */
    private boolean isOf(final int place, final IssuerLine line, final MessageIndex message, final int mti87, final int code) {
        final boolean hasReference = message.charLength(37) == SendToIssuerDecoder.rrnLength();
        if (!sent.hasReference(place, hasReference ? message.word(37, 0) : 0, hasReference ? (int) (message.word(37, Long.BYTES) >>> 32) : 0)) {
            return false;
        }
        final long amount = amount(line, message, mti87);
        return amount < 0 || amount == sent.amount(place) || code == APPROVED_IN_PART && amount < sent.amount(place);
    }

    /** DE 4 of a response; negative: none. In the response to a partial reversal of 1993 it is what remains: nothing to compare. */
    private static long amount(final IssuerLine line, final MessageIndex message, final int mti87) {
        return message.has(4) && !(line.plan.is1993 && mti87 / 100 == REVERSAL_CLASS) ? message.number(4) : -1L;
    }

    private void passBack(final IssuerLine line, final MessageIndex message, final int mti87, final int code, final int place) {
        final IssuerLoop origin = links.loop(LinkId.loop(sent.linkId(place)));
        final long correlationId = sent.correlationId(place);
        if (mti87 / 10 % 10 == 3) {
            if (!isTriedAgain(code)) {
                // The advice is done with: nothing needs the acquirer's message any more.
                if (origin == this) {
                    iso.release(correlationId);
                } else {
                    command.putLong(0, correlationId);
                    origin.post(DONE, command, 0, Long.BYTES);
                }
            }
            return;
        }
        if (origin == this) {
            keep(correlationId, line, sent.routeId(place), message.buffer(), message.messageOffset(), message.messageLength());
            return;
        }
        final int length = message.messageLength();
        if (length > OutwardWriter.MAX_BYTES) {
            return;
        }
        scratch.putLong(0, correlationId);
        scratch.putInt(8, line.index);
        scratch.putInt(12, sent.routeId(place));
        scratch.putBytes(RESPONSE_HEAD, message.buffer(), message.messageOffset(), length);
        origin.post(RESPONSE, scratch, 0, RESPONSE_HEAD + length);
        scratch.setMemory(0, RESPONSE_HEAD + length, (byte) 0);
    }

    /** 68, 91, 96: the same message will go out once more. */
    private static boolean isTriedAgain(final int code) {
        return code == ('6' << 8 | '8') || code == ('9' << 8 | '1') || code == ('9' << 8 | '6') || code == 0;
    }

    private void keep(final long correlationId, final IssuerLine line, final int routeId, final DirectBuffer from, final int offset, final int length) {
        final int place = iso.contexts.find(correlationId);
        if (place != ContextTable.NONE && !iso.responses.put(place, line.plan, line.plan.rules(routeId), from, offset, length)) {
            links.counters().onFieldsLost();
        }
    }

    /** DE 39 in the terms of 1987 as two characters; 0: none. */
    static int responseCode(final MessageIndex message, final boolean is1993) {
        if (!message.has(39)) {
            return 0;
        }
        if (!is1993) {
            // Blanks say nothing: such an answer is none, and the payment is reversed.
            return message.charAt(39, 0) == ' ' || message.charAt(39, 1) == ' ' ? 0 : message.charAt(39, 0) << 8 | message.charAt(39, 1);
        }
        final long action = message.number(39);
        final int code = Mti93.responseCode((int) action);
        return '0' + code / 10 << 8 | '0' + code % 10;
    }

    private void writeAnswer(final IssuerLine line, final MessageIndex message, final int mti87, final int linkId, final int code, final boolean isWhole) {
        command.setMemory(0, IssuerAnswerEncoder.BLOCK_LENGTH, (byte) 0);
        answer.wrap(command, 0)
            .transmission(Math.max(0, message.number(7)))
            .stan(Math.max(0, message.number(11)))
            .amountMinor(isWhole ? amount(line, message, mti87) : -1L)
            .mti(mti87)
            .linkId(linkId)
            .responseCode(code);
        if (!isWhole) {
            return;
        }
        text(message, 37, IssuerAnswerEncoder.rrnEncodingOffset(), IssuerAnswerEncoder.rrnLength());
        text(message, 38, IssuerAnswerEncoder.approvalCodeEncodingOffset(), IssuerAnswerEncoder.approvalCodeLength());
        putBalances(message);
    }

    private void text(final MessageIndex message, final int field, final int at, final int most) {
        if (message.charLength(field) == most) {
            message.chars(field, command, at);
        }
    }

    private void putBalances(final MessageIndex message) {
        final int length = message.charLength(54);
        if (length == 0 || length > balances.length || length % BALANCE_ENTRY != 0) {
            return;
        }
        for (int at = 0; at < length; at += BALANCE_ENTRY) {
            final long type = digits(message, at + 2, 2);
            final long amount = digits(message, at + 8, 12);
            final long currency = digits(message, at + 4, 3);
            if (amount < 0 || currency < 0 || type != LEDGER && type != AVAILABLE) {
                continue;
            }
            final long signed = message.charAt(54, at + 7) == 'D' ? -amount : amount;
            answer.currency((int) currency);
            if (type == LEDGER) {
                answer.ledgerBalanceMinor(signed);
            } else {
                answer.availableBalanceMinor(signed);
            }
        }
    }

    private static long digits(final MessageIndex message, final int from, final int count) {
        long number = 0;
        for (int i = 0; i < count; i++) {
            final int digit = message.digitAt(54, from + i);
            if (digit < 0) {
                return -1;
            }
            number = number * 10 + digit;
        }
        return number;
    }

    // ---- Into the ring ----

    /** A link is ready for traffic, or is no longer. */
    void tellLink(final int linkId, final boolean isUp) {
        command.setMemory(0, IssuerLinkStatusEncoder.BLOCK_LENGTH, (byte) 0);
        new IssuerLinkStatusEncoder().wrap(command, 0).linkId(linkId).status(isUp ? 1 : 0).reserved(0);
        publish(IssuerLinkStatusEncoder.TEMPLATE_ID, IssuerLinkStatusEncoder.BLOCK_LENGTH);
    }

    private void publish(final int templateId, final int length) {
        if (waiting.isEmpty() && tryPublish(templateId, command, length)) {
            return;
        }
        if (waiting.size() >= MAX_COMMANDS && templateId == IssuerAnswerEncoder.TEMPLATE_ID) {
            // As if the issuer had been silent: the deadline decides.
            links.counters().onLost();
            return;
        }
        final byte[] kept = new byte[Integer.BYTES + length];
        new UnsafeBuffer(kept).putInt(0, templateId);
        command.getBytes(0, kept, Integer.BYTES, length);
        waiting.add(kept);
        if (waiting.size() == 1) {
            lines.forEach(line -> line.read(false));
        }
        armRetry();
    }

    /** These commands have no outcome to wait for, and so take nothing of the loop's credit. */
    private boolean tryPublish(final int templateId, final DirectBuffer from, final int length) {
        final CommandPublisher publisher = iso.agent.publisher();
        final long claimed = publisher.tryClaim(1, CommandPublisher.FINISHING);
        if (claimed == CommandPublisher.NOT_CLAIMED) {
            return false;
        }
        final CommandSlot slot = publisher.slot(claimed);
        final MutableDirectBuffer body = slot.command;
        body.putBytes(0, from, 0, length);
        slot.templateId = templateId;
        slot.commandLength = length;
        slot.participantId = Participants.SYSTEM;
        slot.linkId = 0;
        slot.correlationId = 0;
        slot.index = 0;
        slot.requestCount = 1;
        slot.chainLength = 0;
        slot.answerBuffer = null;
        publisher.publish(claimed, claimed);
        return true;
    }

    private void armRetry() {
        if (!isRetryArmed) {
            isRetryArmed = true;
            eventLoop().schedule(retryTask, RETRY_US, TimeUnit.MICROSECONDS);
        }
    }

    private void retry() {
        isRetryArmed = false;
        try {
            byte[] kept = waiting.peek();
            while (kept != null) {
                final UnsafeBuffer body = new UnsafeBuffer(kept, Integer.BYTES, kept.length - Integer.BYTES);
                if (!tryPublish(new UnsafeBuffer(kept).getInt(0), body, body.capacity())) {
                    armRetry();
                    return;
                }
                waiting.poll();
                kept = waiting.peek();
            }
            lines.forEach(line -> line.read(true));
        } catch (final RuntimeException | Error ex) {
            iso.agent.onDefect(ex);
        }
    }

    private void tick() {
        try {
            iso.releaseOldAdvices(System.nanoTime());
        } catch (final RuntimeException | Error ex) {
            iso.agent.onDefect(ex);
        }
    }
}
