package io.daybreak.gateway.iso;

import io.daybreak.iso8583.codec.MessageIndex;
import io.daybreak.iso8583.dialect.Dialect;
import io.daybreak.iso8583.frame.Framing;
import io.daybreak.iso8583.link.LinkProfile;
import io.daybreak.iso8583.mac.MessageMac;
import io.daybreak.iso8583.text.Iso8583Message;
import org.agrona.concurrent.UnsafeBuffer;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.util.Arrays;

/** An acquirer with a plain blocking socket. */
public final class AcquirerPeer implements AutoCloseable {
    private static final int TIMEOUT_MS = 10_000;

    final Dialect dialect;
    private final Framing framing;
    private final Socket socket = new Socket();
    private final InputStream in;
    private byte[] received = {};
    private MessageMac mac;
    private byte[] last;
    private byte[] lastHeader;

    public AcquirerPeer(final InetSocketAddress address, final LinkProfile profile) throws IOException {
        this(address, profile, 0);
    }

    /** @param receiveBytes of the socket's buffer; 0: as the machine likes */
    public AcquirerPeer(final InetSocketAddress address, final LinkProfile profile, final int receiveBytes) throws IOException {
        dialect = profile.dialect();
        framing = profile.framing();
        if (receiveBytes > 0) {
            socket.setReceiveBufferSize(receiveBytes);
        }
        socket.connect(address);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(TIMEOUT_MS);
        in = socket.getInputStream();
    }

    public AcquirerPeer macs(final MessageMac newMac) {
        mac = newMac;
        return this;
    }

    public byte[] frame(final Iso8583Message message) {
        return frame(mac == null ? message.encode(dialect) : message.encode(dialect, mac));
    }

    byte[] frame(final byte[] message) {
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[framing.overhead() + message.length]);
        final int prefix = framing.writePrefix(buffer, 0, message.length);
        framing.writeHeader(buffer, prefix);
        buffer.putBytes(framing.overhead(), message);
        return buffer.byteArray();
    }

    public void send(final Iso8583Message message) throws IOException {
        write(frame(message));
    }

    public void write(final byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
    }

    void halfClose() throws IOException {
        socket.shutdownOutput();
    }

    /** The next message, or null at the end of the stream. */
    public Iso8583Message receive() throws IOException {
        while (true) {
            final long frame = framing.next(new UnsafeBuffer(received), 0, received.length);
            if (frame > 0) {
                lastHeader = Arrays.copyOfRange(received, framing.prefixLength(), framing.overhead());
                last = Arrays.copyOfRange(received, framing.overhead(), (int) frame);
                received = Arrays.copyOfRange(received, (int) frame, received.length);
                return Iso8583Message.decode(dialect, last);
            }
            if (frame < 0) {
                throw new AssertionError("a frame that is none: " + frame);
            }
            final byte[] more = new byte[64 * 1024];
            int count;
            try {
                count = in.read(more);
            } catch (final SocketException ex) {
                // Reset by the switch: the same end, seen later.
                count = -1;
            }
            if (count < 0) {
                return null;
            }
            final ByteArrayOutputStream all = new ByteArrayOutputStream();
            all.write(received);
            all.write(more, 0, count);
            received = all.toByteArray();
        }
    }

    /** Whether the MAC of the last message is right under a key. */
    boolean isMacRight(final MessageMac under) {
        final MessageIndex index = new MessageIndex(dialect);
        index.index(new UnsafeBuffer(last), 0, last.length);
        return under.verify(index);
    }

    /** The header in front of the last message. */
    byte[] lastHeader() {
        return lastHeader;
    }

    /** The bytes of the last message. */
    byte[] lastBytes() {
        return last;
    }

    public Iso8583Message ask(final Iso8583Message message) throws IOException {
        send(message);
        return receive();
    }

    public AcquirerPeer signOn() throws IOException {
        final Iso8583Message answer = ask(dialect.version() == 1987 ? Messages.network(1) : Messages.network93(801));
        if (!"00".equals(answer.get(39)) && !"800".equals(answer.get(39))) {
            throw new AssertionError("not signed on: " + answer);
        }
        return this;
    }

    /** Resets the connection: unlike a close, it cannot be taken for a half close. */
    void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    /** Closes the socket; may be called before {@link #close}. */
    void disconnect() throws IOException {
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
