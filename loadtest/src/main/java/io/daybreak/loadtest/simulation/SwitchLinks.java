package io.daybreak.loadtest.simulation;

import io.daybreak.machine.MembershipView;
import io.daybreak.pipeline.AnswerBuffer;
import io.daybreak.pipeline.CommandPublisher;
import io.daybreak.pipeline.CommandSlot;
import io.daybreak.port.EffectSink;
import io.daybreak.port.ReplySink;
import io.daybreak.protocol.OutcomeFlags;
import io.daybreak.protocol.Participants;
import io.daybreak.protocol.Result;
import io.daybreak.protocol.TransferFlags;
import io.daybreak.protocol.codec.DeferredAnswerDecoder;
import io.daybreak.protocol.codec.IssuerAnswerEncoder;
import io.daybreak.protocol.codec.IssuerLinkStatusEncoder;
import io.daybreak.protocol.codec.IssuerSendFailedEncoder;
import io.daybreak.protocol.codec.MembershipChangedDecoder;
import io.daybreak.protocol.codec.PaymentAnswerDecoder;
import io.daybreak.protocol.codec.PaymentEncoder;
import io.daybreak.protocol.codec.SendToIssuerDecoder;
import io.daybreak.protocol.codec.TransferEncoder;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.util.function.Consumer;

/**
 * The links of the simulated switch, in the place of the gateway's: messages in become commands in the ring, outcomes and effects become messages out. It
 * remembers the highest sequence that it ever told to anybody. One thread.
 */
final class SwitchLinks implements ReplySink, EffectSink {
    /** Kinds of the messages to others. */
    static final int TOLD = 20;
    static final int CARD_TOLD = 21;
    static final int TO_ISSUER = 22;

    private final World world;
    private final int node;
    private final TransferEncoder transfer = new TransferEncoder();
    private final PaymentAnswerDecoder answer = new PaymentAnswerDecoder();
    private final boolean[] linkUp = new boolean[Town.LINKS];
    private CommandPublisher acquirers;
    private CommandPublisher system;
    private int issuer = -1;
    private final Promises promises;
    private Replica replica;
    private long highestTold;
    private boolean powerLost;
    private Consumer<DirectBuffer> onAnswer;

    SwitchLinks(final World world, final int node, final Promises promises) {
        this.world = world;
        this.node = node;
        this.promises = promises;
    }

    void issuer(final int actor) {
        issuer = actor;
    }

    // ---- Life -----------------------------------------------------------------------------------------------------------

    /** A process begins. */
    void started(final CommandPublisher forAcquirers, final CommandPublisher forSystem, final Replica ofReplica) {
        acquirers = forAcquirers;
        system = forSystem;
        replica = ofReplica;
    }

    /** The node leads: links to the issuer open. */
    void leads() {
        for (int i = 0; i < Town.LINKS; i++) {
            linkUp[i] = false;
            // What the journal says of links is from before the start.
            world.plan(0, node, SwitchNode.LINK_UP, i, Boolean.FALSE);
            world.plan((i + 1) * 20 * World.MS, node, SwitchNode.LINK_UP, i, Boolean.TRUE);
        }
    }

    void ended() {
        acquirers = null;
        system = null;
    }

    void powerLost() {
        powerLost = true;
    }

    void powerIsBack() {
        powerLost = false;
    }

    boolean wasPowerLost() {
        return powerLost;
    }

    long highestTold() {
        return highestTold;
    }

    void forgetAfter(final long sequence) {
        highestTold = Math.min(highestTold, sequence);
    }

    // ---- In -------------------------------------------------------------------------------------------------------------

    /** Takes a message. False: the ring has no room for it now. */
    boolean take(final int kind, final long number, final Object what) {
        return switch (kind) {
            case SwitchNode.TRANSFER -> transfers((TransferRequest) what);
            case SwitchNode.CARD -> card((CardMessage) what);
            case SwitchNode.FROM_ISSUER -> fromIssuer((IssuerMessage) what);
            case SwitchNode.NOT_SENT -> notSent((IssuerMessage) what);
            case SwitchNode.LINK_UP -> linkStatus((int) number, (Boolean) what);
            default -> setUp((int) number, (SetUpCommand) what);
        };
    }

    private boolean transfers(final TransferRequest request) {
        final TransferRequest.Member[] members = request.members;
        final boolean finishes = members.length == 1 && (members[0].flags & (TransferFlags.POST | TransferFlags.VOID)) != 0;
        final long first = acquirers.tryClaim(members.length, finishes ? CommandPublisher.FINISHING : CommandPublisher.NEW_REQUESTS);
        if (first == CommandPublisher.NOT_CLAIMED) {
            return false;
        }
        for (int i = 0; i < members.length; i++) {
            final CommandSlot slot = acquirers.slot(first + i);
            members[i].encode(transfer, slot.command);
            fill(slot, TransferEncoder.TEMPLATE_ID, TransferEncoder.BLOCK_LENGTH, request.participantId, request.sender + 1, request.number, i,
                members.length);
            slot.chainLength = i == 0 && members.length > 1 ? members.length : 0;
        }
        acquirers.publish(first, first + members.length - 1);
        return true;
    }

    private boolean card(final CardMessage message) {
        final long at = acquirers.tryClaim(1, message.isFinishing() ? CommandPublisher.FINISHING : CommandPublisher.NEW_REQUESTS);
        if (at == CommandPublisher.NOT_CLAIMED) {
            return false;
        }
        final CommandSlot slot = acquirers.slot(at);
        message.encode(slot.command);
        fill(slot, PaymentEncoder.TEMPLATE_ID, PaymentEncoder.BLOCK_LENGTH, message.participantId(), message.sender() + 1, message.reply(), 0, 1);
        acquirers.publish(at, at);
        return true;
    }

    private boolean setUp(final int number, final SetUpCommand command) {
        final long at = system.tryClaim(1, CommandPublisher.FINISHING);
        if (at == CommandPublisher.NOT_CLAIMED) {
            return false;
        }
        final CommandSlot slot = system.slot(at);
        slot.command.putBytes(0, command.body());
        fill(slot, command.templateId(), command.body().length, command.participantId(), command.sender() + 1, number, 0, 1);
        system.publish(at, at);
        return true;
    }

    private boolean fromIssuer(final IssuerMessage message) {
        if (!linkUp[message.linkId() - Town.FIRST_LINK]) {
            // The link is gone, and its socket with what was on the way.
            return true;
        }
        final long at = system.tryClaim(1, CommandPublisher.FINISHING);
        if (at == CommandPublisher.NOT_CLAIMED) {
            return false;
        }
        final CommandSlot slot = system.slot(at);
        slot.command.setMemory(0, IssuerAnswerEncoder.BLOCK_LENGTH, (byte) 0);
        new IssuerAnswerEncoder().wrap(slot.command, 0).transmission(message.transmission()).stan(message.stan()).amountMinor(message.amount())
            .mti(message.mti()).linkId(message.linkId()).responseCode(message.code()).rrn(message.rrn()).approvalCode("ISS123").currency(0);
        fill(slot, IssuerAnswerEncoder.TEMPLATE_ID, IssuerAnswerEncoder.BLOCK_LENGTH, Participants.SYSTEM, 0, 0, 0, 1);
        system.publish(at, at);
        return true;
    }

    private boolean notSent(final IssuerMessage message) {
        final long at = system.tryClaim(1, CommandPublisher.FINISHING);
        if (at == CommandPublisher.NOT_CLAIMED) {
            return false;
        }
        final CommandSlot slot = system.slot(at);
        new IssuerSendFailedEncoder().wrap(slot.command, 0).transmission(message.transmission()).stan(message.stan()).linkId(message.linkId())
            .mti(message.mti()).reserved(0);
        fill(slot, IssuerSendFailedEncoder.TEMPLATE_ID, IssuerSendFailedEncoder.BLOCK_LENGTH, Participants.SYSTEM, 0, 0, 0, 1);
        system.publish(at, at);
        return true;
    }

    /** A link to the issuer comes up or goes down. */
    private boolean linkStatus(final int link, final boolean up) {
        final long at = system.tryClaim(1, CommandPublisher.FINISHING);
        if (at == CommandPublisher.NOT_CLAIMED) {
            return false;
        }
        linkUp[link] = up;
        final CommandSlot slot = system.slot(at);
        new IssuerLinkStatusEncoder().wrap(slot.command, 0).linkId(Town.FIRST_LINK + link).status(up ? 1 : 0).reserved(0);
        fill(slot, IssuerLinkStatusEncoder.TEMPLATE_ID, IssuerLinkStatusEncoder.BLOCK_LENGTH, Participants.SYSTEM, 0, 0, 0, 1);
        system.publish(at, at);
        return true;
    }

    /** Puts a command of the switch itself into the ring. Its outcome goes to the replica. False: no room. */
    boolean submit(final int templateId, final long correlationId, final int length, final Consumer<UnsafeBuffer> body) {
        final long at = system.tryClaim(1, CommandPublisher.FINISHING);
        if (at == CommandPublisher.NOT_CLAIMED) {
            return false;
        }
        final CommandSlot slot = system.slot(at);
        body.accept(slot.command);
        fill(slot, templateId, length, Participants.SYSTEM, node + 1, correlationId, 0, 1);
        system.publish(at, at);
        return true;
    }

    /** Puts a query into the ring, whose answer is handed to {@code taker}. False: no room. */
    boolean ask(final int templateId, final int participantId, final Consumer<UnsafeBuffer> query, final int length, final boolean inAnswerBuffer,
                final Consumer<DirectBuffer> taker) {
        final long at = system.tryClaim(1, CommandPublisher.FINISHING);
        if (at == CommandPublisher.NOT_CLAIMED) {
            return false;
        }
        final CommandSlot slot = system.slot(at);
        final AnswerBuffer buffer = new AnswerBuffer();
        query.accept(inAnswerBuffer ? buffer.buffer : slot.command);
        fill(slot, templateId, length, participantId, node + 1, 0, 0, 1);
        slot.answerBuffer = buffer;
        onAnswer = taker;
        system.publish(at, at);
        return true;
    }

    private static void fill(final CommandSlot slot, final int templateId, final int length, final int participantId, final long linkId,
                             final long correlationId, final int index, final int count) {
        slot.templateId = templateId;
        slot.commandLength = length;
        slot.participantId = participantId;
        slot.linkId = linkId;
        slot.correlationId = correlationId;
        slot.index = index;
        slot.requestCount = count;
        slot.chainLength = 0;
        slot.answerBuffer = null;
    }

    // ---- Out ------------------------------------------------------------------------------------------------------------

    @Override
    public void onOutcome(final long linkId, final long correlationId, final int index, final int requestCount, final long sequence,
                          final long timestampNs, final long amountMinor, final int result, final int outcomeFlags) {
        if (Result.isDecided(result)) {
            tells(sequence);
        }
        final int actor = (int) linkId - 1;
        if (actor == node) {
            replica.onOutcome(correlationId, result);
            return;
        }
        world.send(node, actor, TOLD, correlationId, new Told(promises.era(), index, sequence, timestampNs, amountMinor, result, outcomeFlags));
    }

    @Override
    public void onPayment(final long linkId, final long correlationId, final int templateId, final int result, final int outcomeFlags,
                          final DirectBuffer buffer, final int offset, final int length) {
        answer.wrap(buffer, offset, PaymentAnswerDecoder.BLOCK_LENGTH, PaymentAnswerDecoder.SCHEMA_VERSION);
        if ((outcomeFlags & OutcomeFlags.DEFERRED) == 0) {
            tellCard(linkId, correlationId, result, false);
        }
    }

    private void tells(final long sequence) {
        highestTold = Math.max(highestTold, sequence);
        promises.told(sequence);
    }

    private void tellCard(final long linkId, final long correlationId, final int result, final boolean later) {
        tells(answer.paymentId());
        if (linkId != 0) {
            final int actor = (int) linkId - 1;
            world.send(node, actor, CARD_TOLD, correlationId, new CardTold(result, answer.amountMinor(), answer.paymentId(), later));
        }
    }

    @Override
    public void onAnswer(final long linkId, final long correlationId, final Object answerBuffer, final DirectBuffer buffer, final int length) {
        onAnswer.accept(buffer);
    }

    @Override
    public void onBatchEnd() {
        // Messages are on their way one by one.
    }

    @Override
    public void onEffect(final int templateId, final DirectBuffer effect, final int offset, final int length) {
        if (templateId == SendToIssuerDecoder.TEMPLATE_ID) {
            final IssuerMessage message = IssuerMessage.of(node, effect, offset);
            tells(message.paymentId());
            final int link = message.linkId() - Town.FIRST_LINK;
            if (linkUp[link]) {
                world.send(node, issuer, TO_ISSUER, message.stan(), message);
            } else {
                world.plan(0, node, SwitchNode.NOT_SENT, message.stan(), message);
            }
        } else if (templateId == MembershipChangedDecoder.TEMPLATE_ID) {
            if (replica != null) {
                replica.onMembership(MembershipView.of(effect, offset));
            }
        } else if (templateId == DeferredAnswerDecoder.TEMPLATE_ID) {
            final DeferredAnswerDecoder later = new DeferredAnswerDecoder().wrap(effect, offset, DeferredAnswerDecoder.BLOCK_LENGTH,
                DeferredAnswerDecoder.SCHEMA_VERSION);
            answer.wrap(effect, offset + DeferredAnswerDecoder.BLOCK_LENGTH, PaymentAnswerDecoder.BLOCK_LENGTH,
                PaymentAnswerDecoder.SCHEMA_VERSION);
            tellCard(later.linkId(), later.correlationId(), answer.result(), true);
        }
    }
}
