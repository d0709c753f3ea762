package io.daybreak.loadtest.link;

import io.daybreak.iso8583.frame.Framing;
import org.agrona.concurrent.UnsafeBuffer;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/**
 * One blocking connection to a switch, for what is not about speed: writes whole frames or any bytes, reads frame by frame with a
 * deadline. Not thread safe, but one thread may write while another reads.
 */
public final class IsoSocket implements AutoCloseable {
    private static final int CONNECT_MS = 5_000;
    private static final int INITIAL_BYTES = 16 << 10;

    private final Socket socket;
    private final Framing framing;
    private final InputStream in;
    private final OutputStream out;
    private byte[] read;
    private UnsafeBuffer view;
    private int begin;
    private int end;

    /** Connects. @throws IOException if nobody listens there */
    public IsoSocket(final String host, final int port, final Framing framing) throws IOException {
        this(host, port, framing, null, INITIAL_BYTES);
    }

    /**
     * Connects from one of this machine's addresses.
     *
     * @param from      null: whichever the system takes
     * @param readBytes received at once; more is made when a message needs it
     * @throws IOException if nobody listens there
     */
    public IsoSocket(final String host, final int port, final Framing framing, final InetAddress from, final int readBytes) throws IOException {
        this.framing = framing;
        this.socket = new Socket();
        read = new byte[readBytes];
        view = new UnsafeBuffer(read);
        try {
            if (from != null) {
                socket.bind(new InetSocketAddress(from, 0));
            }
            socket.connect(new InetSocketAddress(host, port), CONNECT_MS);
            socket.setTcpNoDelay(true);
            in = socket.getInputStream();
            out = socket.getOutputStream();
        } catch (final IOException ex) {
            socket.close();
            throw new IOException(host + ":" + port + ": " + ex.getMessage(), ex);
        }
    }

    /** Sends bytes as they are. */
    public void write(final byte[] bytes) throws IOException {
        out.write(bytes);
        out.flush();
    }

    /** Sends some of the bytes as they are. */
    public void write(final byte[] bytes, final int offset, final int length) throws IOException {
        out.write(bytes, offset, length);
        out.flush();
    }

    /** A message with its frame. */
    public byte[] frame(final byte[] message) {
        return frame(framing, message);
    }

    /** A message with its frame. */
    public static byte[] frame(final Framing framing, final byte[] message) {
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[framing.overhead() + message.length]);
        final int prefix = framing.writePrefix(buffer, 0, message.length);
        framing.writeHeader(buffer, prefix);
        buffer.putBytes(framing.overhead(), message);
        return buffer.byteArray();
    }

    /** Ends our sending; the peer reads the end of the stream. */
    public void shutdownOutput() throws IOException {
        socket.shutdownOutput();
    }

    /**
     * The next message, without its frame; keep-alives are skipped.
     *
     * @param patience how long to wait for it
     * @return null if none came in that time
     * @throws EOFException if the peer has closed
     * @throws IOException  if the connection is lost, or the peer's frames cannot be followed
     */
    public byte[] read(final Duration patience) throws IOException {
        final long deadlineNs = System.nanoTime() + patience.toNanos();
        while (true) {
            final long frame = framing.next(view, begin, end - begin);
            if (frame < 0) {
                throw new IOException("a frame that cannot be: " + frame);
            }
            if (frame != Framing.NEED_MORE) {
                final int from = begin;
                begin += (int) frame;
                if (!framing.isKeepAlive(frame)) {
                    return Arrays.copyOfRange(read, from + framing.overhead(), from + (int) frame);
                }
            } else if (!fill(deadlineNs)) {
                return null;
            }
        }
    }

    private boolean fill(final long deadlineNs) throws IOException {
        if (begin > 0) {
            System.arraycopy(read, begin, read, 0, end - begin);
            end -= begin;
            begin = 0;
        }
        if (end == read.length) {
            read = Arrays.copyOf(read, read.length * 2);
            view = new UnsafeBuffer(read);
        }
        final long leftMs = TimeUnit.NANOSECONDS.toMillis(deadlineNs - System.nanoTime());
        if (leftMs <= 0) {
            return false;
        }
        socket.setSoTimeout((int) Math.min(leftMs, Integer.MAX_VALUE));
        try {
            final int count = in.read(read, end, read.length - end);
            if (count < 0) {
                throw new EOFException("the peer has closed the connection");
            }
            end += count;
            return true;
        } catch (final SocketTimeoutException ex) {
            return false;
        }
    }

    /**
     * True if the peer closes within that time; answers that come before it are dropped.
     *
     * @param patience how long to wait
     */
    public boolean isClosedWithin(final Duration patience) {
        final long deadlineNs = System.nanoTime() + patience.toNanos();
        try {
            while (read(Duration.ofNanos(Math.max(1_000_000, deadlineNs - System.nanoTime()))) != null) {
                if (System.nanoTime() > deadlineNs) {
                    return false;
                }
            }
            return false;
        } catch (final IOException ex) {
            return true;
        }
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (final IOException ex) {
            // What cannot be closed is closed.
            assert socket.isClosed();
        }
    }
}
