package io.daybreak.gateway.iso;

import io.daybreak.gateway.Await;
import io.daybreak.pipeline.AnswerBuffer;
import io.daybreak.pipeline.CommandPublisher;
import io.daybreak.pipeline.CommandSlot;
import io.daybreak.pipeline.Slots;
import io.daybreak.port.EffectSink;
import io.daybreak.port.ReplySink;
import io.daybreak.protocol.OutcomeFlags;
import io.daybreak.protocol.Participants;
import io.daybreak.protocol.Result;
import io.daybreak.protocol.codec.DeferredAnswerEncoder;
import io.daybreak.protocol.codec.FileUpdateDecoder;
import io.daybreak.protocol.codec.LookupParticipantDecoder;
import io.daybreak.protocol.codec.MessageHeaderEncoder;
import io.daybreak.protocol.codec.ParticipantAnswerEncoder;
import io.daybreak.protocol.codec.PaymentAnswerEncoder;
import io.daybreak.protocol.codec.PaymentDecoder;
import io.daybreak.protocol.codec.ReconciliationAnswerEncoder;
import io.daybreak.protocol.codec.ReconciliationDecoder;
import org.agrona.concurrent.UnsafeBuffer;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;

/**
 * Stands where ring, state machine and reply stage would, so that a test of links decides what is answered, and when: every
 * payment is approved unless a test says otherwise. What the state machine itself answers is tested with the state machine.
 */
final class EchoSwitch implements AutoCloseable {
    /** The date of every answer. */
    static final int DATE = 20_261_123;

    private static final int CAPACITY = 4_096;
    private static final int QUIT = -1;

    private final List<CommandSlot> ring = new ArrayList<>();
    private final BlockingQueue<Integer> published = new ArrayBlockingQueue<>(2 * CAPACITY);
    private final List<byte[]> payments = new ArrayList<>();
    private final Thread thread = new Thread(this::run, "echo-switch");
    private volatile ReplySink replies;
    private volatile EffectSink effects;
    private volatile int room = CAPACITY;
    private volatile boolean isHeldUp;
    private volatile int roles = Participants.ROLE_ACTIVE;
    private volatile BiFunction<PaymentDecoder, PaymentAnswerEncoder, Integer> decision = (payment, answer) -> Result.OK;
    private volatile int adminResult = Result.OK;
    private long next;
    private long done;

    EchoSwitch() {
        for (int i = 0; i < CAPACITY; i++) {
            ring.add(Slots.newSlot());
        }
    }

    void start(final ReplySink newReplies, final EffectSink newEffects) {
        replies = newReplies;
        effects = newEffects;
        thread.setDaemon(true);
        thread.start();
    }

    /** What payments get: writes into the answer, returns the result; AWAITING_ISSUER defers. */
    void decide(final BiFunction<PaymentDecoder, PaymentAnswerEncoder, Integer> newDecision) {
        decision = newDecision;
    }

    /** What commands that are no payments get. */
    void answerAdministration(final int result) {
        adminResult = result;
    }

    /** Roles of every participant that is looked up; 0: barred. */
    void roles(final int newRoles) {
        roles = newRoles;
    }

    /** While held up, nothing is answered. */
    void holdUp(final boolean newIsHeldUp) {
        isHeldUp = newIsHeldUp;
    }

    /** How many commands may be under way; what finishes earlier work may have a quarter more. */
    void room(final int newRoom) {
        room = newRoom;
    }

    /** Bodies of the payments that came, in order. */
    List<byte[]> payments() {
        synchronized (payments) {
            return List.copyOf(payments);
        }
    }

    /** A publisher for one more thread. */
    CommandPublisher newPublisher() {
        return new CommandPublisher() {
            @Override
            public long tryClaim(final int count, final int priority) {
                synchronized (ring) {
                    final int bound = priority == FINISHING ? room + room / 4 : room;
                    if (next + count - done > Math.min(bound, CAPACITY)) {
                        return NOT_CLAIMED;
                    }
                    next += count;
                    return next - count;
                }
            }

            @Override
            public CommandSlot slot(final long ringSequence) {
                return ring.get((int) (ringSequence % CAPACITY));
            }

            @Override
            public void publish(final long first, final long last) {
                for (long sequence = first; sequence <= last; sequence++) {
                    published.add((int) (sequence % CAPACITY));
                }
            }

            @Override
            public int maxClaim() {
                return 64;
            }
        };
    }

    /** An answer that comes after its request was deferred. */
    void answerLater(final long linkId, final long correlationId, final int result) {
        final UnsafeBuffer effect = new UnsafeBuffer(new byte[DeferredAnswerEncoder.BLOCK_LENGTH + PaymentAnswerEncoder.BLOCK_LENGTH]);
        new DeferredAnswerEncoder().wrap(effect, 0).linkId(linkId).correlationId(correlationId);
        new PaymentAnswerEncoder().wrap(effect, DeferredAnswerEncoder.BLOCK_LENGTH).settlementDate(DATE).result(result);
        later.add(effect);
        published.add(LATER);
    }

    private static final int LATER = -2;
    private final BlockingQueue<UnsafeBuffer> later = new ArrayBlockingQueue<>(CAPACITY);

    private void run() {
        try {
            while (true) {
                final Integer index = published.poll(1, TimeUnit.MILLISECONDS);
                while (isHeldUp) {
                    Thread.onSpinWait();
                }
                if (index == null) {
                    continue;
                }
                if (index == QUIT) {
                    return;
                }
                if (index == LATER) {
                    final UnsafeBuffer effect = later.take();
                    effects.onEffect(DeferredAnswerEncoder.TEMPLATE_ID, effect, 0, effect.capacity());
                } else {
                    reply(ring.get(index));
                    synchronized (ring) {
                        done++;
                    }
                }
                if (published.isEmpty()) {
                    replies.onBatchEnd();
                }
            }
        } catch (final InterruptedException ex) {
            Thread.currentThread().interrupt();
        }
    }

    private void reply(final CommandSlot slot) {
        switch (slot.templateId) {
            case LookupParticipantDecoder.TEMPLATE_ID -> lookUp(slot);
            case PaymentDecoder.TEMPLATE_ID, FileUpdateDecoder.TEMPLATE_ID -> pay(slot);
            case ReconciliationDecoder.TEMPLATE_ID -> reconcile(slot);
            default -> replies.onOutcome(slot.linkId, slot.correlationId, slot.index, slot.requestCount, 1, 1, 0, adminResult, 0);
        }
    }

    private void lookUp(final CommandSlot slot) {
        final AnswerBuffer answer = slot.answerBuffer;
        final byte[] code = new byte[16];
        slot.command.getBytes(LookupParticipantDecoder.participantCodeEncodingOffset(), code);
        final String text = new String(code, StandardCharsets.US_ASCII).trim();
        new ParticipantAnswerEncoder().wrapAndApplyHeader(answer.buffer, 0, new MessageHeaderEncoder())
            .correlationId(slot.command.getLong(0))
            .participantId(text.equals("ACQ001") ? 2 : 3)
            .roles(roles)
            .result(Result.OK)
            .participantCode(text);
        answer.length = MessageHeaderEncoder.ENCODED_LENGTH + ParticipantAnswerEncoder.BLOCK_LENGTH;
        replies.onAnswer(slot.linkId, slot.correlationId, answer, answer.buffer, answer.length);
    }

    private void pay(final CommandSlot slot) {
        final byte[] body = new byte[slot.commandLength];
        slot.command.getBytes(0, body);
        synchronized (payments) {
            payments.add(body);
        }
        slot.answer.setMemory(0, CommandSlot.ANSWER_BYTES, (byte) 0);
        final PaymentAnswerEncoder answer = new PaymentAnswerEncoder().wrap(slot.answer, 0).settlementDate(DATE);
        int result = Result.OK;
        if (slot.templateId == PaymentDecoder.TEMPLATE_ID) {
            result = decision.apply(new PaymentDecoder().wrap(slot.command, 0, PaymentDecoder.BLOCK_LENGTH, PaymentDecoder.SCHEMA_VERSION), answer);
        }
        final int flags = result == Result.AWAITING_ISSUER ? OutcomeFlags.DEFERRED : 0;
        if (flags != 0) {
            deferredLinkId = slot.linkId;
            deferredCorrelationId = slot.correlationId;
        }
        replies.onPayment(slot.linkId, slot.correlationId, slot.templateId, result, flags, slot.answer, 0, CommandSlot.ANSWER_BYTES);
    }

    /** Where the last deferred payment's answer goes. */
    volatile long deferredLinkId;
    /** Where the last deferred payment's answer goes. */
    volatile long deferredCorrelationId;

    private void reconcile(final CommandSlot slot) {
        slot.answer.setMemory(0, CommandSlot.ANSWER_BYTES, (byte) 0);
        new ReconciliationAnswerEncoder().wrap(slot.answer, 0).settlementDate(DATE).settlementCode(1).debitCount(3).debitAmount(7_500)
            .netAmount(-7_500).currency(156);
        replies.onPayment(slot.linkId, slot.correlationId, slot.templateId, Result.OK, 0, slot.answer, 0, CommandSlot.ANSWER_BYTES);
    }

    @Override
    public void close() {
        isHeldUp = false;
        published.add(QUIT);
        Await.until("the echo to end", () -> !thread.isAlive());
    }
}
