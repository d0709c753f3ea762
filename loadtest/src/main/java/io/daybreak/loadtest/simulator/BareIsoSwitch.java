package io.daybreak.loadtest.simulator;

import io.daybreak.client.NativeConnection;
import io.daybreak.client.NativeTransport;
import io.daybreak.client.SendBuffers;
import io.daybreak.iso8583.codec.MessageBuilder;
import io.daybreak.iso8583.codec.MessageIndex;
import io.daybreak.iso8583.frame.Framing;
import io.daybreak.iso8583.link.Mti93;
import io.daybreak.iso8583.mac.MessageMac;
import io.daybreak.loadtest.link.FrameCutter;
import io.daybreak.loadtest.link.SimLink;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import org.agrona.DirectBuffer;
import org.agrona.collections.Long2LongHashMap;
import org.agrona.concurrent.UnsafeBuffer;

import java.net.InetSocketAddress;

/**
 * ISO 8583 with nothing behind it: approves every message, and keeps one sum by card. No ring, no journal, no rules, no memory of
 * identities. What the load generator reaches against it is the load generator's own limit on this machine.
 * <p>
 * One event loop thread owns everything. A fault may be asked for, to see the rig's proof fail.
 */
public final class BareIsoSwitch implements AutoCloseable {
    private static final int READ_BYTES = 256 << 10;
    private static final int MAX_MESSAGE_BYTES = 8_192;
    private static final int SEND_BUFFERS = 4;
    private static final int SEND_BUFFER_BYTES = 256 << 10;
    /** The map takes a sum of 0 only if 0 is not what marks a missing one. */
    private static final long NULL_SUM = Long.MIN_VALUE;
    private static final long OPENING_BALANCE = 1_000_000_000L;
    private static final int[] FIELDS = {2, 3, 4, 7, 11, 12, 13, 15, 32, 33, 37, 38, 39, 41, 42, 49, 54, 70};
    private static final long APPROVED = 0x3030L << 48;
    private static final long DECLINED = 0x3531L << 48;

    private final SimLink link;
    private final Fault fault;
    private final int faultEvery;
    private final MultiThreadIoEventLoopGroup group;
    private final ChannelGroup channels;
    private final Channel listening;
    private final Long2LongHashMap spent = new Long2LongHashMap(NULL_SUM);
    private long payments;

    /** What it does wrong, once in a while. */
    public enum Fault {
        /** Nothing. */
        NONE,
        /** Approves and books nothing. */
        FORGET,
        /** Books twice. */
        DOUBLE,
        /** Books and does not answer. */
        SILENT,
        /** Declines with 51. */
        DECLINE,
        /** Books, then closes the connection without an answer. */
        DROP
    }

    /**
     * Listens on loopback.
     *
     * @param port       0: a free one
     * @param faultEvery one payment in so many gets the fault
     */
    public BareIsoSwitch(final int port, final SimLink link, final Fault fault, final int faultEvery) {
        this.link = link;
        this.fault = fault;
        this.faultEvery = faultEvery;
        this.group = new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory("bare-iso8583", true),
            NativeTransport.ioHandlerFactory());
        this.channels = new DefaultChannelGroup(group.next());
        this.listening = new ServerBootstrap()
            .group(group)
            .channel(NativeTransport.serverChannelClass())
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(READ_BYTES))
            .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, new WriteBufferWaterMark(1 << 20, 4 << 20))
            .childHandler(new ChannelInitializer<>() {
                @Override
                protected void initChannel(final Channel channel) {
                    channels.add(channel);
                    channel.pipeline().addLast(new Link());
                }
            })
            .bind(new InetSocketAddress("127.0.0.1", port)).syncUninterruptibly().channel();
    }

    /** Where it listens. */
    public int port() {
        return ((InetSocketAddress) listening.localAddress()).getPort();
    }

    @Override
    public void close() {
        listening.close().awaitUninterruptibly();
        channels.close().awaitUninterruptibly();
        group.shutdownGracefully(0, 1, java.util.concurrent.TimeUnit.SECONDS).awaitUninterruptibly();
    }

    private final class Link extends ChannelInboundHandlerAdapter {
        private final FrameCutter cutter = new FrameCutter(link.framing(), this::onFrame);
        private final MessageIndex index = new MessageIndex(link.dialect());
        private final MessageBuilder builder = new MessageBuilder();
        private final MessageMac mac = link.newMac();
        private final UnsafeBuffer scratch = new UnsafeBuffer(new byte[MAX_MESSAGE_BYTES + 64]);
        private ChannelHandlerContext context;
        private SendBuffers out;

        @Override
        public void channelActive(final ChannelHandlerContext active) {
            context = active;
            out = new SendBuffers(active, SEND_BUFFER_BYTES, SEND_BUFFERS, () -> {
            });
        }

        @Override
        public void channelRead(final ChannelHandlerContext source, final Object message) {
            final ByteBuf in = (ByteBuf) message;
            try {
                if (!cutter.read(in)) {
                    source.close();
                }
            } finally {
                in.release();
            }
        }

        @Override
        public void channelReadComplete(final ChannelHandlerContext source) {
            out.flush();
        }

        @Override
        public void channelWritabilityChanged(final ChannelHandlerContext source) {
            source.channel().config().setAutoRead(source.channel().isWritable());
        }

        @Override
        public void exceptionCaught(final ChannelHandlerContext source, final Throwable cause) {
            source.close();
        }

        private boolean onFrame(final DirectBuffer buffer, final int offset, final int length) {
            if (index.index(buffer, offset, length) != 0) {
                return false;
            }
            final int kind = index.mti() / 100 % 10;
            final int operation = (int) (Math.max(0, index.number(3)) / 10_000);
            final boolean isPayment = kind == 1 || kind == 2 || kind == 4;
            final Fault now = isPayment && operation / 10 != 3 && fault != Fault.NONE && ++payments % faultEvery == 0 ? fault : Fault.NONE;
            if (isPayment && now != Fault.DECLINE) {
                book(kind, operation, now);
            }
            if (now == Fault.SILENT) {
                return true;
            }
            if (now == Fault.DROP) {
                return false;
            }
            answer(kind, operation, now == Fault.DECLINE ? DECLINED : APPROVED);
            return true;
        }

        private void book(final int kind, final int operation, final Fault now) {
            final boolean isRepeat = index.mti() % 2 == 1;
            final boolean isHold = kind == 1;
            if (isRepeat || isHold || operation / 10 == 3) {
                return;
            }
            final long amount = Math.max(0, index.number(4)) * (now == Fault.FORGET ? 0 : now == Fault.DOUBLE ? 2 : 1);
            if (amount > 0) {
                final long card = index.number(2);
                spent.put(card, spent.getOrDefault(card, 0) + (kind == 4 || operation / 10 == 2 ? -amount : amount));
            }
        }

        private void answer(final int kind, final int operation, final long code) {
            final Framing framing = link.framing();
            builder.begin(link.dialect(), scratch, framing.overhead(), Mti93.answer(index.mti()), index.has(70));
            for (final int field : FIELDS) {
                if (field == 39) {
                    builder.word(39, link.is1993() ? code(kind, code) : code);
                } else if (field == 38) {
                    if (code == APPROVED && (kind == 1 || kind == 2)) {
                        // Of the reference, so that a repeat gets the same.
                        builder.word(38, index.word(37, 6));
                    }
                } else if (field == 54) {
                    if (operation / 10 == 3) {
                        builder.ascii(54, balances());
                    }
                } else {
                    builder.echo(field, index);
                }
            }
            final int length = mac == null ? builder.end() : mac.seal(builder);
            framing.answerHeader(index.buffer(), index.messageOffset() - framing.headerLength(), scratch,
                framing.writePrefix(scratch, 0, length));
            final int frame = framing.overhead() + length;
            final int place = out.claim(frame);
            if (place == NativeConnection.NOT_CLAIMED) {
                final byte[] copy = new byte[frame];
                scratch.getBytes(0, copy);
                context.write(Unpooled.wrappedBuffer(copy), context.voidPromise());
            } else {
                out.buffer().putBytes(place, scratch, 0, frame);
            }
        }

        private long code(final int kind, final long code) {
            if (code != APPROVED) {
                return 0x313136L << 40;
            }
            return kind == 4 ? 0x343030L << 40 : kind == 8 ? 0x383030L << 40 : 0x303030L << 40;
        }

        private String balances() {
            final String minor = String.format("%012d", OPENING_BALANCE - spent.getOrDefault(index.number(2), 0));
            return "0001156C" + minor + "0002156C" + minor;
        }
    }
}
