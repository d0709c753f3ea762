package io.daybreak.loadtest.rig;

import io.daybreak.iso8583.codec.MessageIndex;
import io.daybreak.iso8583.text.Iso8583Message;
import io.daybreak.loadtest.link.IsoSocket;
import io.daybreak.loadtest.link.SimLink;
import org.agrona.concurrent.UnsafeBuffer;

import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Many connections of an acquirer that wait most of the time: opens them, and asks each for an echo now and then. They come from several
 * loopback addresses in turn where the switch is on this machine, since one address has only so many ports. One thread; a connection
 * takes half a KiB here.
 */
public final class IdleLinks implements AutoCloseable {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyMMddHHmmss").withZone(ZoneOffset.UTC);
    private static final int TRACES = 1_000_000;
    private static final int READ_BYTES = 256;
    private static final int AT_ONCE = 256;
    private static final int PER_ADDRESS = 5_000;

    private final SimLink link;
    private final String acquirer;
    private final Duration patience;
    private final List<IsoSocket> sockets = new ArrayList<>();

    /**
     * @param acquirer DE 32
     * @param patience for one answer
     */
    public IdleLinks(final SimLink link, final String acquirer, final Duration patience) {
        this.link = link;
        this.acquirer = acquirer;
        this.patience = patience;
    }

    /** Opens more. @throws IOException if one cannot be opened, saying which */
    public void open(final String host, final int port, final int count) throws IOException {
        final boolean isLoopback = InetAddress.getByName(host).isLoopbackAddress();
        for (int i = 0; i < count; i++) {
            final int number = sockets.size();
            final InetAddress from = isLoopback ? InetAddress.getByName("127.0.0." + (1 + number / PER_ADDRESS)) : null;
            try {
                sockets.add(new IsoSocket(host, port, link.framing(), from, READ_BYTES));
            } catch (final IOException ex) {
                throw new IOException("connection " + (number + 1) + ": " + ex.getMessage(), ex);
            }
        }
    }

    /** Connections open. */
    public int count() {
        return sockets.size();
    }

    /**
     * Sends an 0800 (301 echo, 1 sign-on) on each, some hundred at once, and reads its answer.
     *
     * @return how many were answered with an approval
     * @throws IOException if a connection was closed, saying which
     */
    public int ask(final int networkCode) throws IOException {
        int answered = 0;
        for (int from = 0; from < sockets.size(); from += AT_ONCE) {
            final int until = Math.min(sockets.size(), from + AT_ONCE);
            for (int i = from; i < until; i++) {
                try {
                    sockets.get(i).write(sockets.get(i).frame(request(networkCode, i).encode(link.dialect(), link.newMac())));
                } catch (final IOException ex) {
                    throw new IOException("connection " + (i + 1) + " of " + sockets.size() + ": " + ex.getMessage(), ex);
                }
            }
            for (int i = from; i < until; i++) {
                answered += isAnswered(i) ? 1 : 0;
            }
        }
        return answered;
    }

    private boolean isAnswered(final int number) throws IOException {
        final byte[] answer;
        try {
            answer = sockets.get(number).read(patience);
        } catch (final IOException ex) {
            throw new IOException("connection " + (number + 1) + " of " + sockets.size() + ": " + ex.getMessage(), ex);
        }
        if (answer == null) {
            return false;
        }
        final MessageIndex index = new MessageIndex(link.dialect());
        return index.index(new UnsafeBuffer(answer), 0, answer.length) == 0 && index.number(11) == number % TRACES
            && (index.equalsAscii(39, "00") || index.equalsAscii(39, "800"));
    }

    private Iso8583Message request(final int networkCode, final int number) {
        final String now = TIME.format(Instant.now());
        final Iso8583Message request = new Iso8583Message(link.is1993() ? 1_804 : 800).set(7, now.substring(2))
            .set(11, String.format(Locale.ROOT, "%06d", number % TRACES)).set(32, acquirer);
        return link.is1993() ? request.set(12, now).set(24, networkCode == 1 ? 801 : 831)
            : request.set(70, String.format(Locale.ROOT, "%03d", networkCode));
    }

    @Override
    public void close() {
        sockets.forEach(IsoSocket::close);
        sockets.clear();
    }
}
