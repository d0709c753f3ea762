package io.daybreak.loadtest.issuer;

import io.daybreak.client.NativeConnection;
import io.daybreak.client.SendBuffers;
import io.daybreak.iso8583.codec.MessageBuilder;
import io.daybreak.iso8583.codec.MessageIndex;
import io.daybreak.iso8583.frame.Framing;
import io.daybreak.iso8583.link.Mti93;
import io.daybreak.iso8583.mac.MessageMac;
import io.daybreak.loadtest.link.FrameCutter;
import io.daybreak.loadtest.link.SimLink;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;

/**
 * One connection of a switch to the simulator: reads a message, decides by script and books, answers. Event loop thread only.
 */
final class IssuerChannel extends ChannelInboundHandlerAdapter {
    private static final int MAX_MESSAGE_BYTES = 8_192;
    private static final int SEND_BUFFERS = 4;
    private static final int SEND_BUFFER_BYTES = 128 << 10;
    private static final int NETWORK = 8;
    private static final int RECONCILIATION = 5;
    private static final int REVERSAL = 4;
    private static final int FILE_UPDATE = 3;
    private static final int FINANCIAL = 2;
    private static final int AUTHORISATION = 1;
    private static final int HUNDRED = 100;
    private static final int MAX_TRACE = 1_000_000;
    private static final long APPROVED = word("00");
    private static final long PARTIAL = word("10");
    private static final long DUPLICATE = word("94");
    private static final long NOT_SIGNED_ON = word("91");
    private static final long UNKNOWN_FUNCTION = word("40");
    private static final long REVERSED_BEFORE = word("12");
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("MMddHHmmss").withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter TIME_93 = DateTimeFormatter.ofPattern("yyMMddHHmmss").withZone(ZoneOffset.UTC);
    /** What an answer has of its request, in order. 38 to 39 are set, the others echoed. */
    private static final int[] FIELDS = {2, 3, 4, 7, 11, 12, 13, 15, 32, 33, 37, 38, 39, 41, 42, 48, 49, 50, 53, 54, 66, 70};

    private final IssuerSimulator issuer;
    private final SimLink link;
    private final MessageMac mac;
    private final FrameCutter cutter;
    private final MessageIndex index;
    private final IncomingMessage message;
    private final MessageBuilder builder = new MessageBuilder();
    private final UnsafeBuffer scratch = new UnsafeBuffer(new byte[MAX_MESSAGE_BYTES + 64]);
    private ChannelHandlerContext context;
    private SendBuffers out;
    private boolean isSignedOn;
    private boolean isClosing;
    private long restartNs = -1;
    private long approvals;
    private int ownTrace;

    IssuerChannel(final IssuerSimulator issuer, final SimLink link) {
        this.issuer = issuer;
        this.link = link;
        this.mac = link.newMac();
        this.cutter = new FrameCutter(link.framing(), this::onFrame);
        this.index = new MessageIndex(link.dialect());
        this.message = new IncomingMessage(index);
    }

    private static long word(final String text) {
        long word = 0;
        for (int i = 0; i < Long.BYTES; i++) {
            word = word << Byte.SIZE | (i < text.length() ? text.charAt(i) : 0);
        }
        return word;
    }

    boolean isSignedOn() {
        return isSignedOn;
    }

    @Override
    public void channelActive(final ChannelHandlerContext active) {
        context = active;
        out = new SendBuffers(active, SEND_BUFFER_BYTES, SEND_BUFFERS, () -> {
        });
        issuer.opened(this);
    }

    @Override
    public void channelInactive(final ChannelHandlerContext inactive) {
        issuer.closed(this);
    }

    @Override
    public void channelRead(final ChannelHandlerContext source, final Object read) {
        final ByteBuf in = (ByteBuf) read;
        try {
            if (!isClosing && !cutter.read(in)) {
                isClosing = true;
            }
        } finally {
            in.release();
        }
    }

    @Override
    public void channelReadComplete(final ChannelHandlerContext source) {
        flush();
        if (restartNs >= 0) {
            final long away = restartNs;
            restartNs = -1;
            issuer.restartNow(away);
        } else if (isClosing) {
            source.close();
        }
    }

    @Override
    public void channelWritabilityChanged(final ChannelHandlerContext source) {
        source.channel().config().setAutoRead(source.channel().isWritable());
    }

    @Override
    public void userEventTriggered(final ChannelHandlerContext source, final Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            source.close();
        }
    }

    @Override
    public void exceptionCaught(final ChannelHandlerContext source, final Throwable cause) {
        if (!(cause instanceof java.io.IOException)) {
            issuer.books().violation(Violation.NOT_UNDERSTOOD, String.valueOf(cause));
        }
        source.close();
    }

    void flush() {
        out.flush();
    }

    void close() {
        context.close();
    }

    void sendDelayed(final DirectBuffer frame, final int length) {
        send(frame, 0, length);
    }

    private boolean onFrame(final DirectBuffer buffer, final int offset, final int length) {
        if (index.index(buffer, offset, length) != 0) {
            issuer.books().violation(Violation.NOT_UNDERSTOOD, "a message with an error in field " + index.errorField() + ": "
                + index.errorReason());
            return index.mti() != MessageIndex.NULL_MTI;
        }
        if (mac != null && !mac.verify(index)) {
            issuer.books().violation(Violation.NOT_UNDERSTOOD, "a message with a wrong MAC");
            return true;
        }
        message.read(issuer.script().isTerminalOfIdentity);
        issuer.books().onMessage(message.mti());
        issuer.seen(index);
        if (message.function() % 2 == 1) {
            return true;
        }
        switch (message.messageClass()) {
            case NETWORK:
                onNetwork();
                break;
            case AUTHORISATION:
            case FINANCIAL:
            case REVERSAL:
                onPayment();
                break;
            case RECONCILIATION:
                answer(null, APPROVED, 0, -1);
                break;
            case FILE_UPDATE:
            default:
                answer(null, UNKNOWN_FUNCTION, 0, -1);
                break;
        }
        return !isClosing;
    }

    private void onNetwork() {
        final IssuerScript script = issuer.script();
        final int code = (int) (link.is1993() ? index.number(24) : index.number(70));
        switch (code) {
            case 1:
            case 801:
                if (script.signOnCode == null) {
                    return;
                }
                isSignedOn = "00".equals(script.signOnCode) || "000".equals(script.signOnCode) || "800".equals(script.signOnCode);
                answer(null, isSignedOn ? APPROVED : word(script.signOnCode), 0, -1);
                break;
            case 2:
            case 802:
                isSignedOn = false;
                answer(null, APPROVED, 0, -1);
                break;
            case 301:
            case 831:
                if (script.isEchoAnswered) {
                    answer(null, APPROVED, 0, -1);
                }
                break;
            case 101:
            case 811:
            case 201:
            case 202:
            case 821:
                answer(null, APPROVED, 0, -1);
                break;
            default:
                answer(null, UNKNOWN_FUNCTION, 0, -1);
                break;
        }
    }

    private IssuerRule rule() {
        final IssuerRule[] rules = issuer.script().rules;
        for (int i = 0; i < rules.length; i++) {
            if (rules[i].matches(message)) {
                return rules[i];
            }
        }
        return null;
    }

    private void onPayment() {
        final IssuerBooks books = issuer.books();
        if (!isSignedOn) {
            books.violation(Violation.NOT_SIGNED_ON, describe());
            answer(null, NOT_SIGNED_ON, 0, -1);
            return;
        }
        final IssuerRule rule = rule();
        if (rule != null && rule.reply == IssuerRule.Reply.LOST) {
            return;
        }
        final long identity = message.identity();
        long entry = books.find(identity);
        final boolean isKnown = entry != IssuerBooks.NULL_ENTRY;
        if (isKnown && !books.isSame(entry, message.mti(), message.card(), message.amountMinor(), message.referenceRest())) {
            books.violation(Violation.IDENTITY_USED_TWICE, describe());
            answer(rule, DUPLICATE, 0, -1);
            return;
        }
        if (isKnown) {
            books.onRepeat();
        } else {
            entry = remember(books, identity);
        }
        if (!isKnown || isToBeTriedAgain(books.code(entry))) {
            decide(books, rule, entry);
        }
        if (rule != null && rule.reply == IssuerRule.Reply.SILENT) {
            return;
        }
        if (rule != null && rule.reply == IssuerRule.Reply.DISCONNECT) {
            isClosing = true;
            return;
        }
        final long code = books.code(entry);
        answer(rule, code, books.approval(entry), code == PARTIAL ? books.stands(entry) : -1);
    }

    /** A switch tries these again, so they decided nothing. */
    private static boolean isToBeTriedAgain(final long code) {
        return code == NOT_SIGNED_ON || code == word("96") || code == word("68");
    }

    private long remember(final IssuerBooks books, final long identity) {
        final boolean isReversal = message.messageClass() == REVERSAL;
        final long key = isReversal ? message.reversalKey() : message.paymentKey();
        final long first = books.findPayment(key);
        if (first != IssuerBooks.NULL_ENTRY && books.identity(first) != identity) {
            books.violation(isReversal ? Violation.REVERSED_TWICE : Violation.TWO_IDENTITIES, describe() + ", first with trace "
                + books.identity(first) % MAX_TRACE + " at " + books.identity(first) / MAX_TRACE);
        }
        final int operation = message.operation();
        return books.add(identity, message.mti(), operation >= 20 && operation < 30, message.card(), message.amountMinor(),
            message.reference(), message.referenceRest(), key);
    }

    private void decide(final IssuerBooks books, final IssuerRule rule, final long entry) {
        long code = rule == null || rule.code == null ? APPROVED : word(rule.code);
        if (rule != null && rule.isCodeInAmount) {
            final long cents = message.amountMinor() % HUNDRED;
            code = ('0' + cents / 10) << 56 | ('0' + cents % 10) << 48;
        }
        if (message.messageClass() == REVERSAL) {
            books.decide(entry, code == APPROVED ? reverse(books) : code, 0, 0);
            return;
        }
        if (books.wasReversedBefore(message.identity())) {
            books.decide(entry, REVERSED_BEFORE, 0, 0);
            return;
        }
        final boolean isEnquiry = message.operation() / 10 == 3;
        long approved = isEnquiry || code != APPROVED && code != PARTIAL ? 0 : message.amountMinor();
        if (rule != null && rule.approvePercent < HUNDRED && code == APPROVED) {
            approved = approved * rule.approvePercent / HUNDRED;
            code = PARTIAL;
        }
        books.decide(entry, code, code == APPROVED || code == PARTIAL ? nextApproval() : 0, approved);
    }

    private long reverse(final IssuerBooks books) {
        final long original = books.find(message.originalIdentity());
        if (original == IssuerBooks.NULL_ENTRY) {
            books.onReversalUnknown(message.originalIdentity());
            return word(issuer.script().unknownOriginalCode);
        }
        books.reverse(original, message.remainsMinor());
        return APPROVED;
    }

    private long nextApproval() {
        long rest = ++approvals;
        long word = 0;
        for (int i = 0; i < 6; i++) {
            final long digit = rest % 36;
            word |= (digit < 10 ? '0' + digit : 'A' + digit - 10) << 16 + Byte.SIZE * i;
            rest /= 36;
        }
        return word;
    }

    private String describe() {
        return String.format("%04d, trace %06d, card ending in %04d, amount %d", message.mti(), Math.max(0, index.number(11)),
            message.card() % 10_000, message.amountMinor());
    }

    // ----- answers -----

    /**
     * Writes the answer to the message of the index and sends it as the rule says.
     *
     * @param rule     null: at once, and right
     * @param code     DE 39, two characters in the highest bytes
     * @param approval DE 38 in the same way; 0: none
     * @param approved DE 4 if it is not that of the request; -1
     */
    private void answer(final IssuerRule rule, final long code, final long approval, final long approved) {
        final Framing framing = link.framing();
        final int overhead = framing.overhead();
        final int length = encode(rule, overhead, Mti93.answer(message.mti()), code, approval, approved);
        framing.answerHeader(index.buffer(), index.messageOffset() - framing.headerLength(), scratch,
            framing.writePrefix(scratch, 0, length));
        issuer.books().onAnswer(code);
        final int frame = overhead + length;
        if (rule != null && rule.reply == IssuerRule.Reply.DISCONNECT_IN_ANSWER) {
            send(scratch, 0, frame / 2);
            isClosing = true;
            return;
        }
        final long delayNs = (rule == null || rule.delay == DelayPlan.NONE ? issuer.script().delay : rule.delay).nextNs(issuer.random());
        for (int i = rule == null ? 1 : rule.answers; i > 0; i--) {
            if (delayNs > 0 && message.messageClass() != NETWORK) {
                issuer.delayed().add(System.nanoTime() + delayNs, context.channel(), scratch, 0, frame);
                issuer.tick();
            } else {
                send(scratch, 0, frame);
            }
        }
        if (rule != null && rule.restartNs >= 0) {
            restartNs = rule.restartNs;
        }
    }

    private int encode(final IssuerRule rule, final int offset, final int mti, final long code, final long approval,
                       final long approved) {
        builder.begin(link.dialect(), scratch, offset, mti, index.has(70));
        int extra = 0;
        final int extras = rule == null ? 0 : rule.fieldNumbers.length;
        for (final int field : FIELDS) {
            while (extra < extras && rule.fieldNumbers[extra] < field) {
                builder.ascii(rule.fieldNumbers[extra], rule.fieldValues[extra]);
                extra++;
            }
            if (extra < extras && rule.fieldNumbers[extra] == field) {
                builder.ascii(field, rule.fieldValues[extra]);
                extra++;
            } else {
                put(rule, field, code, approval, approved);
            }
        }
        for (; extra < extras; extra++) {
            builder.ascii(rule.fieldNumbers[extra], rule.fieldValues[extra]);
        }
        return mac == null ? builder.end() : mac.seal(builder);
    }

    private void put(final IssuerRule rule, final int field, final long code, final long approval, final long approved) {
        switch (field) {
            case 4:
                if (approved >= 0 || rule != null && rule.isAmountWrong) {
                    builder.number(field, (approved >= 0 ? approved : message.amountMinor()) + (rule.isAmountWrong ? 1 : 0));
                } else {
                    builder.echo(field, index);
                }
                break;
            case 7:
                if (rule != null && rule.isTimeWrong && index.has(field)) {
                    // One second more or less, so that it stays a time.
                    final long time = index.number(field);
                    builder.number(field, time % HUNDRED == 0 ? time + 1 : time - 1);
                } else {
                    builder.echo(field, index);
                }
                break;
            case 11:
                if (rule != null && rule.isTraceWrong) {
                    builder.number(field, (index.number(field) + MAX_TRACE / 2) % MAX_TRACE);
                } else {
                    builder.echo(field, index);
                }
                break;
            case 37:
                if (rule != null && rule.isReferenceWrong) {
                    builder.ascii(field, "WRONG0000000");
                } else {
                    builder.echo(field, index);
                }
                break;
            case 38:
                if (approval != 0) {
                    builder.word(field, approval);
                } else if (message.isAdvice()) {
                    builder.echo(field, index);
                }
                break;
            case 39:
                if (rule == null || !rule.isCodeMissing) {
                    builder.word(field, link.is1993() ? ActionCodes.of1993(code, message.messageClass()) : code);
                }
                break;
            case 48:
                if (message.messageClass() == NETWORK) {
                    builder.echo(field, index);
                }
                break;
            case 54:
                if (message.operation() / 10 == 3 && code == APPROVED && message.messageClass() != REVERSAL) {
                    builder.ascii(field, "0001156C0000010000000002156C000001000000");
                }
                break;
            case 66:
                if (message.messageClass() == RECONCILIATION && !link.is1993()) {
                    builder.number(field, 1);
                }
                break;
            default:
                builder.echo(field, index);
                break;
        }
    }

    void sendNetwork(final int code) {
        final Framing framing = link.framing();
        final int overhead = framing.overhead();
        final ZonedDateTime now = ZonedDateTime.now(ZoneOffset.UTC);
        ownTrace = ownTrace % (MAX_TRACE - 1) + 1;
        if (link.is1993()) {
            builder.begin(link.dialect(), scratch, overhead, 1804, false).number(11, ownTrace).ascii(12, TIME_93.format(now))
                .number(24, code);
        } else {
            builder.begin(link.dialect(), scratch, overhead, 800, true).ascii(7, TIME.format(now)).number(11, ownTrace)
                .number(70, code);
        }
        final int length = mac == null ? builder.end() : mac.seal(builder);
        framing.writeHeader(scratch, framing.writePrefix(scratch, 0, length));
        send(scratch, 0, overhead + length);
        flush();
    }

    private void send(final DirectBuffer buffer, final int offset, final int length) {
        final int place = out.claim(length);
        if (place == NativeConnection.NOT_CLAIMED) {
            // The switch does not read: what waits for it is bounded by the water mark, which stops our reading.
            final byte[] copy = new byte[length];
            buffer.getBytes(offset, copy);
            context.writeAndFlush(Unpooled.wrappedBuffer(copy), context.voidPromise());
            return;
        }
        out.buffer().putBytes(place, buffer, offset, length);
    }
}
