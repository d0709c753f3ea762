package io.daybreak.loadtest.simulator;

import io.daybreak.client.NativeTransport;
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

import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;

/**
 * Answers every so many bytes with so many bytes, and looks at none: what a socket, the kernel and an event loop cost before any switch
 * has done anything. One event loop thread owns everything.
 */
public final class EchoPeer implements AutoCloseable {
    private static final int READ_BYTES = 256 << 10;
    private static final int ANSWER_BYTES = 256 << 10;

    private final int requestBytes;
    private final int replyBytes;
    private final ByteBuf answers;
    private final MultiThreadIoEventLoopGroup group;
    private final ChannelGroup channels;
    private final Channel listening;

    /** Listens on a free port of loopback. */
    public EchoPeer(final int requestBytes, final int replyBytes) {
        this.requestBytes = requestBytes;
        this.replyBytes = replyBytes;
        answers = Unpooled.unreleasableBuffer(Unpooled.directBuffer(ANSWER_BYTES).writeZero(ANSWER_BYTES));
        group = new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory("echo", true), NativeTransport.ioHandlerFactory());
        channels = new DefaultChannelGroup(group.next());
        listening = new ServerBootstrap().group(group).channel(NativeTransport.serverChannelClass())
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(READ_BYTES))
            .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, new WriteBufferWaterMark(16 << 20, 32 << 20))
            .childHandler(new ChannelInitializer<>() {
                @Override
                protected void initChannel(final Channel channel) {
                    channels.add(channel);
                    channel.pipeline().addLast(new Link());
                }
            })
            .bind(new InetSocketAddress("127.0.0.1", 0)).syncUninterruptibly().channel();
    }

    /** Where it listens. */
    public int port() {
        return ((InetSocketAddress) listening.localAddress()).getPort();
    }

    @Override
    public void close() {
        listening.close().awaitUninterruptibly();
        channels.close().awaitUninterruptibly();
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    }

    private final class Link extends ChannelInboundHandlerAdapter {
        private long received;

        @Override
        public void channelRead(final ChannelHandlerContext context, final Object message) {
            final ByteBuf bytes = (ByteBuf) message;
            received += bytes.readableBytes();
            bytes.release();
            long owed = received / requestBytes * replyBytes;
            received %= requestBytes;
            while (owed > 0) {
                final int part = (int) Math.min(owed, ANSWER_BYTES);
                context.write(answers.slice(0, part), context.voidPromise());
                owed -= part;
            }
        }

        @Override
        public void channelReadComplete(final ChannelHandlerContext context) {
            context.flush();
        }

        @Override
        public void exceptionCaught(final ChannelHandlerContext context, final Throwable cause) {
            context.close();
        }
    }
}
