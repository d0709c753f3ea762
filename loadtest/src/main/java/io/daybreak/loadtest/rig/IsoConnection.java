package io.daybreak.loadtest.rig;

import io.daybreak.client.NativeConnection;
import io.daybreak.client.NativeTransport;
import io.daybreak.client.SendBuffers;
import io.daybreak.iso8583.codec.MessageIndex;
import io.daybreak.iso8583.link.Mti93;
import io.daybreak.iso8583.text.Iso8583Message;
import io.daybreak.loadtest.link.FrameCutter;
import io.daybreak.loadtest.link.IsoSocket;
import io.daybreak.loadtest.link.SimLink;
import io.daybreak.loadtest.workload.DemoCards;
import io.daybreak.loadtest.workload.Random64;
import io.daybreak.loadtest.workload.TransferPlan;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.net.InetSocketAddress;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;

/**
 * One connection of a run over ISO 8583: signs on, and keeps the book of what is in flight on it in primitive arrays. A payment
 * has a slot of the window from its first message to its last answer.
 * <pre>
 *   DE 11 = round * window + slot + 1      so an answer's trace number says whose it is, without a look-up
 *   DE 37 = run 4 | connection 2 | count 6, to the base of 36
 *   DE 41 = the slot's terminal: one terminal pays one payment at a time
 * </pre>
 * Loop thread only. The number of slots is the window: none free means that nothing is sent.
 */
final class IsoConnection extends ChannelInboundHandlerAdapter implements PacedLink {
    private static final int READ_BYTES = 128 << 10;
    private static final int SEND_BUFFERS = 8;
    private static final int SEND_BUFFER_BYTES = 256 << 10;
    private static final int CONNECT_MS = 5_000;
    private static final int ANSWERS_PER_CLOCK_READING = 32;
    private static final int TRACES = 999_999;
    private static final int TERMINAL_BYTES = 8;
    private static final int MERCHANT_BYTES = 15;
    private static final int REFERENCE_BYTES = 12;
    private static final int REFERENCE_COUNT_AT = 6;
    private static final int REFERENCE_WORD_AT = 4;
    private static final int CODE_SHIFT = 40;
    private static final int FIRST = 0;
    private static final int SECOND = 1;
    private static final int FREE = -1;
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("MMddHHmmss").withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter TIME_93 = DateTimeFormatter.ofPattern("yyMMddHHmmss").withZone(ZoneOffset.UTC);

    private final IsoLoop loop;
    private final IsoSettings settings;
    private final SimLink link;
    private final IsoTables tables;
    private final IsoTemplate[] firsts;
    private final IsoTemplate[] seconds;
    private final TransferPlan plan;
    private final Random64 random;
    private final WalletBook book;
    private final FrameCutter cutter;
    private final MessageIndex index;
    private final int window;
    private final int rounds;
    private final byte[] reference = new byte[REFERENCE_BYTES];
    private final byte[] kinds;
    private final byte[] legs;
    private final int[] wallets;
    private final int[] merchants;
    private final int[] amounts;
    private final int[] traces;
    private final int[] round;
    private final int[] terminals;
    private final long[] times;
    private final long[] references;
    private final long[] approvals;
    private final long[] intendedNs;
    private final int[] originalTraces;
    private final long[] originalTimes;
    private final byte[][] firstReferences;
    /** Slots that are free, oldest first, so that trace numbers of one terminal stay apart as long as can be. */
    private final int[] free;
    private int freeHead;
    private int freeCount;
    /** Slots whose second message found no room. */
    private final int[] waiting;
    private int waitingCount;
    private Channel channel;
    private SendBuffers out;
    private boolean isReady;
    private String lost;
    private long readNs;
    private int answersAtReading;
    private boolean hasUnflushed;

    IsoConnection(final IsoLoop loop, final IsoSettings settings, final IsoTables tables, final TransferPlan plan,
                  final Random64 random, final WalletBook book, final String runTag, final int number) {
        this.loop = loop;
        this.settings = settings;
        this.link = settings.link();
        this.tables = tables;
        this.plan = plan;
        this.random = random;
        this.book = book;
        this.cutter = new FrameCutter(link.framing(), this::onFrame);
        this.index = new MessageIndex(link.dialect());
        this.firsts = tables.firsts();
        this.seconds = tables.seconds();
        this.window = settings.window();
        this.rounds = TRACES / window;
        kinds = new byte[window];
        legs = new byte[window];
        wallets = new int[window];
        merchants = new int[window];
        amounts = new int[window];
        traces = new int[window];
        round = new int[window];
        terminals = new int[window];
        times = new long[window];
        references = new long[window];
        approvals = new long[window];
        intendedNs = new long[window];
        originalTraces = new int[window];
        originalTimes = new long[window];
        firstReferences = new byte[window][REFERENCE_BYTES];
        free = new int[window];
        waiting = new int[window];
        for (int slot = 0; slot < window; slot++) {
            free[slot] = slot;
            traces[slot] = FREE;
            terminals[slot] = (int) (((long) number * window + slot) % settings.terminals());
        }
        freeCount = window;
        final String text = runTag + base36(number, 2) + "000000";
        for (int i = 0; i < REFERENCE_BYTES; i++) {
            reference[i] = (byte) text.charAt(i);
        }
    }

    private static String base36(final long number, final int digits) {
        final String text = Long.toString(number, 36).toUpperCase(java.util.Locale.ROOT);
        return "0".repeat(Math.max(0, digits - text.length())) + text.substring(Math.max(0, text.length() - digits));
    }

    void connect(final EventLoop eventLoop) {
        final ChannelFuture connecting = new Bootstrap()
            .group(eventLoop)
            .channel(NativeTransport.channelClass())
            .option(ChannelOption.TCP_NODELAY, true)
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MS)
            .option(ChannelOption.RECVBUF_ALLOCATOR, new AdaptiveRecvByteBufAllocator(READ_BYTES, READ_BYTES, 4 * READ_BYTES))
            .handler(this)
            .connect(new InetSocketAddress(settings.host(), settings.port()));
        channel = connecting.channel();
        connecting.addListener(done -> {
            if (!done.isSuccess()) {
                lost = String.valueOf(done.cause().getMessage());
            }
        });
    }

    // ----- the link -----

    @Override
    public boolean isReady() {
        return isReady && lost == null;
    }

    @Override
    public boolean isIdle() {
        return freeCount == window;
    }

    int inFlight() {
        return window - freeCount;
    }

    @Override
    public boolean maySend() {
        return freeCount > 0 && waitingCount == 0 && isReady() && out.hasRoom();
    }

    @Override
    public String lost() {
        return lost;
    }

    @Override
    public void flush() {
        if (hasUnflushed) {
            hasUnflushed = false;
            out.flush();
        }
    }

    @Override
    public void goodbye() {
        // A sign-off would end the session of every other connection of this participant.
        close();
    }

    @Override
    public void close() {
        isReady = false;
        if (channel != null) {
            channel.close();
        }
    }

    @Override
    public boolean send(final long intended) {
        if (freeCount == 0 || waitingCount > 0) {
            return false;
        }
        final int slot = free[freeHead];
        final int kind = loop.nextKind(random);
        final int offset = out.claim(firsts[kind].length());
        if (offset == NativeConnection.NOT_CLAIMED) {
            return false;
        }
        freeHead = freeHead + 1 == window ? 0 : freeHead + 1;
        freeCount--;
        plan.next();
        kinds[slot] = (byte) kind;
        legs[slot] = FIRST;
        wallets[slot] = plan.debitIndex();
        merchants[slot] = plan.creditIndex();
        amounts[slot] = plan.amountMinor();
        intendedNs[slot] = intended;
        encode(slot, firsts[kind], offset, false);
        return true;
    }

    private void encode(final int slot, final IsoTemplate template, final int offset, final boolean isRepeat) {
        final UnsafeBuffer buffer = out.buffer();
        template.copy(buffer, offset);
        template.putPan(buffer, offset, tables.pans(), wallets[slot] * tables.panBytes(), tables.panBytes());
        if (template.hasAmount()) {
            template.putAmount(buffer, offset, amounts[slot]);
        }
        if (isRepeat) {
            template.putReference(buffer, offset, firstReferences[slot]);
        } else {
            nextReference();
            template.putReference(buffer, offset, reference);
            final int next = round[slot];
            round[slot] = next + 1 == rounds ? 0 : next + 1;
            traces[slot] = next * window + slot + 1;
            times[slot] = loop.time();
            references[slot] = word(reference, REFERENCE_WORD_AT);
            System.arraycopy(reference, 0, firstReferences[slot], 0, REFERENCE_BYTES);
        }
        template.putTrace(buffer, offset, traces[slot]);
        template.putTime(buffer, offset, times[slot], loop.localTime());
        template.putTerminal(buffer, offset, tables.terminals(), terminals[slot] * TERMINAL_BYTES, TERMINAL_BYTES);
        template.putMerchant(buffer, offset, tables.merchants(), merchants[slot] * MERCHANT_BYTES, MERCHANT_BYTES);
        if (template.hasOriginal()) {
            template.putOriginal(buffer, offset, originalTraces[slot], originalTimes[slot]);
        }
        template.seal(buffer, offset);
        hasUnflushed = true;
    }

    private void nextReference() {
        for (int i = REFERENCE_BYTES - 1; i >= REFERENCE_COUNT_AT; i--) {
            final byte digit = reference[i];
            if (digit != 'Z') {
                reference[i] = (byte) (digit == '9' ? 'A' : digit + 1);
                return;
            }
            reference[i] = '0';
        }
    }

    private static long word(final byte[] text, final int from) {
        long word = 0;
        for (int i = 0; i < Long.BYTES; i++) {
            word = word << Byte.SIZE | text[from + i];
        }
        return word;
    }

    // ----- Netty, on the loop's thread -----

    @Override
    public void channelActive(final ChannelHandlerContext context) {
        out = new SendBuffers(context, SEND_BUFFER_BYTES, SEND_BUFFERS, this::onRoom);
        final ZonedDateTime now = ZonedDateTime.now(ZoneOffset.UTC);
        final Iso8583Message signOn = new Iso8583Message(link.is1993() ? 1804 : 800).set(11, "000001").set(32, settings.acquirer());
        if (link.is1993()) {
            signOn.set(12, TIME_93.format(now)).set(24, "801");
        } else {
            signOn.set(7, TIME.format(now)).set(70, "001");
        }
        sendAtOnce(signOn);
    }

    private void sendAtOnce(final Iso8583Message message) {
        final byte[] frame = IsoSocket.frame(link.framing(), message.encode(link.dialect(), link.newMac()));
        final int offset = out.claim(frame.length);
        if (offset != NativeConnection.NOT_CLAIMED) {
            out.buffer().putBytes(offset, frame);
            out.flush();
        }
    }

    @Override
    public void channelRead(final ChannelHandlerContext context, final Object read) {
        final ByteBuf in = (ByteBuf) read;
        try {
            if (lost == null && !cutter.read(in)) {
                lost = lost == null ? "frames that cannot be followed" : lost;
                context.close();
            }
        } finally {
            in.release();
        }
    }

    @Override
    public void channelReadComplete(final ChannelHandlerContext context) {
        answersAtReading = 0;
        loop.onReadEnd(this);
        flush();
    }

    @Override
    public void channelInactive(final ChannelHandlerContext context) {
        if (lost == null && isReady) {
            lost = "closed by the switch";
        } else if (lost == null && channel.isActive()) {
            lost = "closed before the sign-on was answered";
        }
        isReady = false;
    }

    @Override
    public void exceptionCaught(final ChannelHandlerContext context, final Throwable cause) {
        lost = lost == null ? String.valueOf(cause) : lost;
        context.close();
    }

    private void onRoom() {
        while (waitingCount > 0 && sendSecond(waiting[waitingCount - 1])) {
            waitingCount--;
        }
        loop.onReadEnd(this);
        flush();
    }

    // ----- answers -----

    private boolean onFrame(final DirectBuffer buffer, final int offset, final int length) {
        if (index.index(buffer, offset, length) != 0) {
            return wrong("an answer with a wrong field " + index.errorField() + ": " + index.errorReason());
        }
        final int mti = index.mti();
        if (mti / 10 % 2 == 0) {
            return onRequest();
        }
        if (mti / 100 % 10 == 8) {
            return onNetworkAnswer();
        }
        final long trace = index.number(11);
        final int slot = (int) (trace - 1) % window;
        if (trace < 1 || traces[slot] != trace || mti != expected(slot)
            || index.word(37, REFERENCE_WORD_AT) != references[slot]) {
            return wrong("an answer that fits no request: " + String.format("%04d", mti) + ", trace number " + trace);
        }
        if (--answersAtReading < 0) {
            readNs = System.nanoTime();
            answersAtReading = ANSWERS_PER_CLOCK_READING;
        }
        onAnswer(slot, (int) (index.word(39, 0) >>> CODE_SHIFT));
        return lost == null;
    }

    private int expected(final int slot) {
        return legs[slot] == FIRST ? tables.firstAnswers()[kinds[slot]] : tables.secondAnswers()[kinds[slot]];
    }

    private boolean wrong(final String text) {
        loop.onProtocolError(text);
        lost = text;
        return false;
    }

    private boolean onNetworkAnswer() {
        if (!isReady) {
            final String code = Iso8583Message.of(index).get(39);
            if ("00".equals(code) || "800".equals(code)) {
                isReady = true;
            } else {
                return wrong("the sign-on was answered " + code);
            }
        }
        return true;
    }

    private boolean onRequest() {
        final Iso8583Message request = Iso8583Message.of(index);
        sendAtOnce(request.mti(Mti93.answer(request.mti())).set(39, link.is1993() ? "800" : "00"));
        return true;
    }

    private void onAnswer(final int slot, final int code) {
        final boolean isApproved = loop.isApproval(code);
        loop.onAnswered(intendedNs[slot], readNs, 1, isApproved ? 1 : 0);
        if (!isApproved) {
            loop.onRefused(IsoLoop.codeIndex(code), intendedNs[slot]);
            release(slot);
            return;
        }
        if (legs[slot] == SECOND) {
            onSecondApproved(slot);
            release(slot);
            return;
        }
        final IsoMix.Kind kind = tables.kind(kinds[slot]);
        if (loop.isPartial(code)) {
            amounts[slot] = (int) index.number(4);
        }
        if (kind == IsoMix.Kind.BALANCE) {
            release(slot);
            return;
        }
        if (kind != IsoMix.Kind.AUTHORISE_COMPLETE) {
            book.add(wallets[slot], amounts[slot]);
        }
        if (kind == IsoMix.Kind.PURCHASE) {
            release(slot);
            return;
        }
        originalTraces[slot] = traces[slot];
        originalTimes[slot] = times[slot];
        approvals[slot] = index.word(38, 0);
        legs[slot] = SECOND;
        intendedNs[slot] = readNs;
        if (!sendSecond(slot)) {
            waiting[waitingCount++] = slot;
        }
    }

    private boolean sendSecond(final int slot) {
        final IsoTemplate template = seconds[kinds[slot]];
        final int offset = out.claim(template.length());
        if (offset == NativeConnection.NOT_CLAIMED) {
            return false;
        }
        encode(slot, template, offset, tables.kind(kinds[slot]) == IsoMix.Kind.REPEAT);
        loop.onFollowUp(intendedNs[slot]);
        return true;
    }

    private void onSecondApproved(final int slot) {
        switch (tables.kind(kinds[slot])) {
            case AUTHORISE_COMPLETE -> book.add(wallets[slot], amounts[slot]);
            case REVERSAL, REFUND -> book.add(wallets[slot], -amounts[slot]);
            case REPEAT -> {
                if (index.word(38, 0) != approvals[slot]) {
                    wrong("a repeat brought another DE 38 than its original");
                }
            }
            default -> throw new IllegalStateException("no second message");
        }
    }

    private void release(final int slot) {
        traces[slot] = FREE;
        int tail = freeHead + freeCount;
        if (tail >= window) {
            tail -= window;
        }
        free[tail] = slot;
        freeCount++;
    }

    /** Everything that was sent and not answered; returns how many messages. */
    int collectUnknown() {
        int count = 0;
        for (int slot = 0; slot < window; slot++) {
            if (traces[slot] != FREE) {
                count++;
                final IsoMix.Kind kind = tables.kind(kinds[slot]);
                if (legs[slot] == FIRST && kind != IsoMix.Kind.AUTHORISE_COMPLETE && kind != IsoMix.Kind.BALANCE
                    || legs[slot] == SECOND && kind == IsoMix.Kind.AUTHORISE_COMPLETE) {
                    book.addUnknown(wallets[slot], amounts[slot]);
                } else if (legs[slot] == SECOND && (kind == IsoMix.Kind.REVERSAL || kind == IsoMix.Kind.REFUND)) {
                    book.addUnknown(wallets[slot], -amounts[slot]);
                }
            }
        }
        return count;
    }
}
