package io.daybreak.loadtest.conformance;

import io.daybreak.iso8583.codec.MessageIndex;
import io.daybreak.iso8583.link.Mti93;
import io.daybreak.iso8583.mac.MessageMac;
import io.daybreak.iso8583.text.Iso8583Message;
import io.daybreak.loadtest.link.IsoSocket;
import io.daybreak.loadtest.link.SimLink;
import org.agrona.concurrent.UnsafeBuffer;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * One connection of the acquirer: messages in the words of 1987 go out in the link's; answers are matched by their own fields, in
 * whatever order they come. Echoes of the switch are answered. Not thread safe.
 */
final class Line implements AutoCloseable {
    private final SimLink link;
    private final IsoSocket socket;
    private final List<Iso8583Message> inbox = new ArrayList<>();
    private MessageMac mac;
    /** Frames that carried a MAC which was wrong, or none. */
    private int wrongMacs;
    private byte[] lastBytes;
    /** What was heard, as it was said; an answer is asked for once. */
    private final Map<Iso8583Message, Iso8583Message> said = new IdentityHashMap<>();

    Line(final String host, final int port, final SimLink link) throws IOException {
        this.link = link;
        this.socket = new IsoSocket(host, port, link.framing());
        this.mac = link.newMac();
    }

    IsoSocket socket() {
        return socket;
    }

    /** Takes another key from now on. */
    void mac(final MessageMac other) {
        mac = other;
    }

    int wrongMacs() {
        return wrongMacs;
    }

    /** Of the last message read. */
    byte[] lastBytes() {
        return lastBytes;
    }

    /** A message as bytes, without frame. */
    byte[] encode(final Iso8583Message message) {
        return Tongue.say(message, link.is1993()).encode(link.dialect(), mac);
    }

    void send(final Iso8583Message message) throws IOException {
        socket.write(socket.frame(encode(message)));
    }

    /**
     * The answer to a request.
     *
     * @return null if none comes in time
     */
    Iso8583Message await(final Iso8583Message request, final Duration patience) throws IOException {
        return await(answer -> fits(request, answer), patience);
    }

    private static boolean fits(final Iso8583Message request, final Iso8583Message answer) {
        if (answer.mti() / 10 % 2 == 0) {
            return false;
        }
        final String trace = request.get(11);
        if (trace != null && answer.has(11)) {
            return Integer.parseInt(trace) == Integer.parseInt(answer.get(11))
                && (!request.has(37) || !answer.has(37) || request.get(37).equals(answer.get(37)));
        }
        return request.has(37) && request.get(37).equals(answer.get(37));
    }

    /** The first answer of that kind, be it one that came before; null if none comes in time. */
    Iso8583Message await(final Predicate<Iso8583Message> wanted, final Duration patience) throws IOException {
        for (final Iterator<Iso8583Message> known = inbox.iterator(); known.hasNext();) {
            final Iso8583Message message = known.next();
            if (wanted.test(message)) {
                known.remove();
                return message;
            }
        }
        final long deadlineNs = System.nanoTime() + patience.toNanos();
        while (true) {
            final byte[] bytes = socket.read(Duration.ofNanos(Math.max(1, deadlineNs - System.nanoTime())));
            if (bytes == null) {
                return null;
            }
            lastBytes = bytes;
            final Iso8583Message message = decode(bytes);
            if (message.mti() / 10 % 2 == 0) {
                answerOf(message);
            } else if (wanted.test(message)) {
                return message;
            } else {
                inbox.add(message);
            }
        }
    }

    private Iso8583Message decode(final byte[] bytes) throws IOException {
        final MessageIndex index = new MessageIndex(link.dialect());
        if (index.index(new UnsafeBuffer(bytes), 0, bytes.length) != 0) {
            throw new IOException("the switch sent a message with a wrong field " + index.errorField() + ": " + index.errorReason());
        }
        if (mac != null && !mac.verify(index)) {
            wrongMacs++;
        }
        final Iso8583Message message = Iso8583Message.of(index);
        if (!link.is1993()) {
            return message;
        }
        final Iso8583Message heard = Tongue.hear(message, true);
        said.put(heard, message);
        return heard;
    }

    /** A message that was heard, in the words in which it came. */
    Iso8583Message asSaid(final Iso8583Message heard) {
        final Iso8583Message message = said.remove(heard);
        return message == null ? heard : message;
    }

    private void answerOf(final Iso8583Message request) throws IOException {
        if (request.mti() / 100 == 8) {
            send(request.copy().mti(Mti93.answer(request.mti())).set(39, "00"));
        } else {
            inbox.add(request);
        }
    }

    @Override
    public void close() {
        socket.close();
    }
}
