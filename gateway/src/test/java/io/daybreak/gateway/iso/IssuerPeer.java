package io.daybreak.gateway.iso;

import io.daybreak.gateway.Await;
import io.daybreak.iso8583.codec.MessageIndex;
import io.daybreak.iso8583.dialect.Dialect;
import io.daybreak.iso8583.frame.Framing;
import io.daybreak.iso8583.link.LinkProfile;
import io.daybreak.iso8583.mac.MacKey;
import io.daybreak.iso8583.text.Iso8583Message;
import org.agrona.concurrent.UnsafeBuffer;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Predicate;

/** An issuer with plain blocking sockets, which does what a test says. By default it takes sign-ons and echoes, and approves. */
public final class IssuerPeer implements AutoCloseable {
    /** Says nothing. */
    public static final Function<Iso8583Message, Iso8583Message> SILENT = message -> null;

    private final Dialect dialect;
    private final Framing framing;
    private final int port;
    private final List<Iso8583Message> received = new CopyOnWriteArrayList<>();
    private final List<Connection> connections = new CopyOnWriteArrayList<>();
    private final AtomicInteger wrongMacs = new AtomicInteger();
    private volatile MacKey macKey;
    private volatile ServerSocket listener;
    private volatile Function<Iso8583Message, Iso8583Message> behaviour = IssuerPeer::approval;
    private volatile String signOnCode = "00";
    private volatile boolean areEchoesAnswered = true;

    /** One connection of the switch. */
    public final class Connection {
        private final Socket socket;
        private byte[] rest = {};

        Connection(final Socket socket) {
            this.socket = socket;
        }

        /** Sends a message. */
        public synchronized void send(final Iso8583Message message) throws IOException {
            socket.getOutputStream().write(frame(message));
        }

        /** Sends bytes as they are. */
        public synchronized void write(final byte[] bytes) throws IOException {
            socket.getOutputStream().write(bytes);
        }

        /** Ends the connection. */
        public void disconnect() throws IOException {
            socket.close();
        }

        private void run() {
            try (socket) {
                final InputStream in = socket.getInputStream();
                final byte[] more = new byte[64 * 1024];
                int count = in.read(more);
                while (count >= 0) {
                    final int before = rest.length;
                    rest = Arrays.copyOf(rest, before + count);
                    System.arraycopy(more, 0, rest, before, count);
                    take();
                    count = in.read(more);
                }
            } catch (final IOException ex) {
                // The end of the connection, by whomever.
            }
            connections.remove(this);
        }

        private void take() throws IOException {
            long frame = framing.next(new UnsafeBuffer(rest), 0, rest.length);
            while (frame > 0) {
                final byte[] bytes = Arrays.copyOfRange(rest, framing.overhead(), (int) frame);
                check(bytes);
                // The MAC of what is sent back is its own.
                final Iso8583Message message = Iso8583Message.decode(dialect, bytes).set(64, null).set(128, null);
                rest = Arrays.copyOfRange(rest, (int) frame, rest.length);
                answer(message);
                frame = framing.next(new UnsafeBuffer(rest), 0, rest.length);
            }
        }

        private void answer(final Iso8583Message message) throws IOException {
            if (message.mti() % 1_000 / 100 == 8) {
                final boolean isSignOn = "001".equals(message.get(70)) || "801".equals(message.get(24));
                received.add(message);
                if (message.mti() / 10 % 10 % 2 == 0 && (isSignOn ? signOnCode != null : areEchoesAnswered)) {
                    final String ok = dialect.version() == 1993 ? "800" : "00";
                    send(message.copy().mti(message.mti() + 10).set(39, isSignOn ? signOnCode.equals("00") ? ok : signOnCode : ok));
                }
                return;
            }
            received.add(message);
            final Iso8583Message answer = behaviour.apply(message);
            if (answer != null) {
                send(answer);
            }
        }
    }

    public IssuerPeer() throws IOException {
        this(0, LinkProfile.builtIn("demo-ascii"));
    }

    public IssuerPeer(final int port, final LinkProfile profile) throws IOException {
        dialect = profile.dialect();
        framing = profile.framing();
        try (ServerSocket free = new ServerSocket()) {
            free.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            this.port = free.getLocalPort();
        }
    }

    /** Listens. */
    public IssuerPeer open() throws IOException {
        final ServerSocket opened = new ServerSocket();
        opened.setReuseAddress(true);
        opened.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        listener = opened;
        final Thread thread = new Thread(() -> accept(opened), "issuer-peer");
        thread.setDaemon(true);
        thread.start();
        return this;
    }

    private void accept(final ServerSocket from) {
        try {
            while (true) {
                final Connection connection = new Connection(from.accept());
                connections.add(connection);
                final Thread thread = new Thread(connection::run, "issuer-peer-connection");
                thread.setDaemon(true);
                thread.start();
            }
        } catch (final IOException ex) {
            // Closed.
        }
    }

    public int port() {
        return port;
    }

    /** From now on it signs with this key, and counts what is not signed with it. */
    public IssuerPeer macs(final MacKey key) {
        macKey = key;
        return this;
    }

    private void check(final byte[] bytes) {
        final MacKey key = macKey;
        if (key != null) {
            final MessageIndex index = new MessageIndex(dialect);
            index.index(new UnsafeBuffer(bytes), 0, bytes.length);
            if (!key.newMac().verify(index)) {
                wrongMacs.incrementAndGet();
            }
        }
    }

    /** Messages that came with a wrong MAC, or none. */
    public int wrongMacs() {
        return wrongMacs.get();
    }

    /** What it does with messages that are not about the network: the answer, or null for silence. */
    public IssuerPeer does(final Function<Iso8583Message, Iso8583Message> newBehaviour) {
        behaviour = newBehaviour;
        return this;
    }

    /** DE 39 of the answer to a sign-on; null: none comes. */
    public IssuerPeer signOns(final String code) {
        signOnCode = code;
        return this;
    }

    public IssuerPeer echoes(final boolean newAreAnswered) {
        areEchoesAnswered = newAreAnswered;
        return this;
    }

    /** An approval of a message. */
    public static Iso8583Message approval(final Iso8583Message message) {
        return answer(message, "00").set(38, "AB12CD");
    }

    /** What must be echoed, and a code. */
    public static Iso8583Message answer(final Iso8583Message message, final String code) {
        final Iso8583Message answer = new Iso8583Message((message.mti() & ~1) + 10);
        for (final int field : new int[] {2, 3, 4, 7, 11, 12, 32, 33, 37, 41, 42, 49}) {
            if (message.has(field)) {
                answer.set(field, message.get(field));
            }
        }
        return answer.set(39, code);
    }

    byte[] frame(final Iso8583Message message) {
        final MacKey key = macKey;
        final byte[] bytes = key == null ? message.encode(dialect) : message.encode(dialect, key.newMac());
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[framing.overhead() + bytes.length]);
        framing.writeHeader(buffer, framing.writePrefix(buffer, 0, bytes.length));
        buffer.putBytes(framing.overhead(), bytes);
        return buffer.byteArray();
    }

    /** Bytes of a message with its frame. */
    public byte[] bytes(final Iso8583Message message) {
        return frame(message);
    }

    /** All messages so far. */
    public List<Iso8583Message> received() {
        return received;
    }

    /** Those of a type. */
    public List<Iso8583Message> received(final int mti) {
        return received.stream().filter(message -> message.mti() == mti).toList();
    }

    /** Waits for a message of a type that is such; the first one. */
    public Iso8583Message await(final int mti, final Predicate<Iso8583Message> such) {
        Await.until("a message " + mti, () -> received(mti).stream().anyMatch(such));
        return received(mti).stream().filter(such).findFirst().orElseThrow();
    }

    public Iso8583Message await(final int mti) {
        return await(mti, message -> true);
    }

    public List<Connection> connections() {
        return connections;
    }

    /** The one connection that there is. */
    public Connection connection() {
        Await.until("a connection", () -> !connections.isEmpty());
        return connections.get(0);
    }

    /** Dies: no listener, no connection. */
    public void die() throws IOException {
        if (listener != null) {
            listener.close();
        }
        for (final Connection connection : connections) {
            connection.disconnect();
        }
    }

    @Override
    public void close() throws IOException {
        die();
    }
}
