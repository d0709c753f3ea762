package io.daybreak.gateway.link;

import io.daybreak.protocol.LinkError;

import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;

/** The other end of a link, written from the specification alone: a blocking socket and bytes. */
public final class Peer implements AutoCloseable {
    private static final int READ_TIMEOUT_MS = 20_000;

    private final Socket socket = new Socket();
    private final OutputStream out;
    private final DataInputStream in;
    private final byte[] clientNonce = new byte[32];

    /** Connects. */
    public Peer(final InetSocketAddress address) throws IOException {
        this(address, 0);
    }

    /** Connects with a receive buffer of so many bytes. */
    public Peer(final InetSocketAddress address, final int receiveBuffer) throws IOException {
        if (receiveBuffer > 0) {
            socket.setReceiveBufferSize(receiveBuffer);
        }
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(READ_TIMEOUT_MS);
        socket.connect(address);
        out = socket.getOutputStream();
        in = new DataInputStream(new java.io.BufferedInputStream(socket.getInputStream(), 1 << 16));
        Arrays.fill(clientNonce, (byte) 5);
    }

    /** One message as it came: template and body. */
    public record Message(int templateId, ByteBuffer body) {
        /** Error code of an Error. */
        public LinkError error() {
            return templateId == 8 ? LinkError.of(body.getShort(8) & 0xFFFF) : null;
        }

        /** First word of the body. */
        public long correlationId() {
            return body.getLong(0);
        }

        /** Place of an OutcomesAnswer's first outcome. */
        public int firstIndex() {
            return body.getInt(8);
        }

        /** Entries of the request that an OutcomesAnswer belongs to. */
        public int requestCount() {
            return body.getInt(12);
        }

        /** Outcomes of an OutcomesAnswer. */
        public int count() {
            return body.getShort(18) & 0xFFFF;
        }

        /** Result code of the outcome at a place. */
        public int result(final int outcome) {
            return body.getShort(20 + outcome * 32 + 24) & 0xFFFF;
        }
    }

    public void send(final byte[] bytes) throws IOException {
        out.write(bytes);
    }

    public void send(final byte[] bytes, final int offset, final int length) throws IOException {
        out.write(bytes, offset, length);
    }

    /** The next message, or null at the end of the stream or after a reset. */
    public Message receive() throws IOException {
        try {
            final int length = Integer.reverseBytes(in.readInt());
            final byte[] frame = new byte[length];
            in.readFully(frame);
            final ByteBuffer message = ByteBuffer.wrap(frame).order(ByteOrder.LITTLE_ENDIAN);
            if (message.getShort(4) != 7300 || message.getShort(6) != 1) {
                throw new AssertionError("schema or version of an answer");
            }
            return new Message(message.getShort(2) & 0xFFFF, message.slice(8, length - 8).order(ByteOrder.LITTLE_ENDIAN));
        } catch (final EOFException | SocketException ex) {
            return null;
        }
    }

    /** Sends Hello. */
    public void hello(final String code) throws IOException {
        hello(code, 1);
    }

    public void hello(final String code, final int version) throws IOException {
        send(Wire.frame(56, 1, ByteBuffer.allocate(56).order(ByteOrder.LITTLE_ENDIAN).putShort((short) version).putShort((short) 0).putInt(0)
            .put(code(code)).put(clientNonce).array()));
    }

    private static byte[] code(final String code) {
        return Arrays.copyOf(code.getBytes(StandardCharsets.US_ASCII), 16);
    }

    /** Receives the Challenge and returns the server's nonce. */
    public byte[] challenge() throws IOException {
        final Message challenge = receive();
        if (challenge == null || challenge.templateId() != 2) {
            throw new AssertionError("no Challenge: " + challenge);
        }
        final byte[] nonce = new byte[32];
        challenge.body().get(8, nonce);
        return nonce;
    }

    public void proof(final byte[] mac) throws IOException {
        send(Wire.frame(32, 3, mac));
    }

    /** HMAC of the sign-on. */
    public byte[] mac(final byte[] secret, final String label, final String code, final byte[] serverNonce) {
        try {
            final Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret, "HmacSHA256"));
            mac.update(label.getBytes(StandardCharsets.US_ASCII));
            mac.update(code(code));
            mac.update(clientNonce);
            return mac.doFinal(serverNonce);
        } catch (final GeneralSecurityException ex) {
            throw new AssertionError(ex);
        }
    }

    /** The whole sign-on; returns Welcome, or the Error. */
    public Message signOn(final String code, final byte[] secret) throws IOException {
        hello(code);
        final byte[] serverNonce = challenge();
        proof(mac(secret, "daybreak client 1", code, serverNonce));
        final Message welcome = receive();
        if (welcome != null && welcome.templateId() == 4) {
            final byte[] theirs = new byte[32];
            welcome.body().get(0, theirs);
            if (!Arrays.equals(theirs, mac(secret, "daybreak server 1", code, serverNonce))) {
                throw new AssertionError("the server's proof is wrong");
            }
        }
        return welcome;
    }

    /** Ends our direction. */
    public void shutdownOutput() throws IOException {
        socket.shutdownOutput();
    }

    public Socket socket() {
        return socket;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
