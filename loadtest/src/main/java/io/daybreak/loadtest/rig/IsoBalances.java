package io.daybreak.loadtest.rig;

import io.daybreak.iso8583.text.Iso8583Message;
import io.daybreak.loadtest.link.IsoSocket;
import io.daybreak.loadtest.link.SimLink;
import io.daybreak.loadtest.workload.DemoCards;

import java.io.IOException;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Reads the ledger balances of wallets by balance enquiries, a window of them in flight. Not thread safe. */
final class IsoBalances {
    /** A balance that was not told. */
    static final long NULL_BALANCE = Long.MIN_VALUE;

    private static final int IN_FLIGHT = 64;
    private static final int ENTRY = 20;
    private static final int TRACES = 999_999;
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("MMddHHmmss").withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter TIME_93 = DateTimeFormatter.ofPattern("yyMMddHHmmss").withZone(ZoneOffset.UTC);

    private IsoBalances() {
    }

    /**
     * @param wallets numbers
     * @param runTag  five characters that begin DE 37
     * @return minor units in the order of the wallets; {@link #NULL_BALANCE} where an enquiry was declined
     * @throws IOException if nobody is there, the sign-on is refused, or an answer is missing
     */
    static long[] read(final IsoSettings settings, final int[] wallets, final String runTag) throws IOException {
        final SimLink link = settings.link();
        final long[] balances = new long[wallets.length];
        java.util.Arrays.fill(balances, NULL_BALANCE);
        try (IsoSocket socket = new IsoSocket(settings.host(), settings.port(), link.framing())) {
            signOn(settings, socket);
            final Iso8583Message enquiry = IsoMessages.balance(link, settings);
            int sent = 0;
            for (int received = 0; received < wallets.length; received++) {
                while (sent < wallets.length && sent - received < IN_FLIGHT) {
                    enquiry.set(2, DemoCards.pan(settings.cardPrefix(), wallets[sent]))
                        .set(11, String.format(Locale.ROOT, "%06d", sent % TRACES + 1))
                        .set(37, runTag + String.format(Locale.ROOT, "%07d", sent));
                    stamp(link, enquiry);
                    socket.write(socket.frame(enquiry.encode(link.dialect(), link.newMac())));
                    sent++;
                }
                final byte[] answer = socket.read(PATIENCE);
                if (answer == null) {
                    throw new IOException("no answer to a balance enquiry in " + PATIENCE.toSeconds() + " s");
                }
                final Iso8583Message message = Iso8583Message.decode(link.dialect(), answer);
                if (message.get(37) == null || !message.get(37).startsWith(runTag)) {
                    throw new IOException("an answer that fits no balance enquiry");
                }
                balances[Integer.parseInt(message.get(37).substring(runTag.length()))] = ledger(message);
            }
        }
        return balances;
    }

    private static void stamp(final SimLink link, final Iso8583Message message) {
        final ZonedDateTime now = ZonedDateTime.now(ZoneOffset.UTC);
        if (link.is1993()) {
            message.set(12, TIME_93.format(now));
        } else {
            message.set(7, TIME.format(now));
        }
    }

    private static void signOn(final IsoSettings settings, final IsoSocket socket) throws IOException {
        final SimLink link = settings.link();
        final Iso8583Message signOn = new Iso8583Message(link.is1993() ? 1804 : 800).set(11, "000001").set(32, settings.acquirer());
        signOn.set(link.is1993() ? 24 : 70, link.is1993() ? "801" : "001");
        stamp(link, signOn);
        socket.write(socket.frame(signOn.encode(link.dialect(), link.newMac())));
        final byte[] answer = socket.read(PATIENCE);
        if (answer == null) {
            throw new IOException("no answer to the sign-on in " + PATIENCE.toSeconds() + " s");
        }
        final String code = Iso8583Message.decode(link.dialect(), answer).get(39);
        if (!"00".equals(code) && !"800".equals(code)) {
            throw new IOException("the sign-on was answered " + code);
        }
    }

    /** The entry of amount type 01 in DE 54, minor units. */
    private static long ledger(final Iso8583Message message) {
        final String amounts = message.get(54);
        for (int from = 0; amounts != null && from + ENTRY <= amounts.length(); from += ENTRY) {
            if ("01".equals(amounts.substring(from + 2, from + 4))) {
                final long minor = Long.parseLong(amounts.substring(from + 8, from + ENTRY));
                return amounts.charAt(from + 7) == 'D' ? -minor : minor;
            }
        }
        return NULL_BALANCE;
    }
}
