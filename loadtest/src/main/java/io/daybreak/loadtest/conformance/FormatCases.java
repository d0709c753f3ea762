package io.daybreak.loadtest.conformance;

import io.daybreak.iso8583.codec.MessageIndex;
import io.daybreak.iso8583.dialect.BitmapEncoding;
import io.daybreak.iso8583.dialect.MtiEncoding;
import io.daybreak.iso8583.text.Iso8583Message;
import org.agrona.concurrent.UnsafeBuffer;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;

/** Form of messages, echoes, and answers to what is malformed. docs/iso8583.md, chapters 3 and 4. Static. */
final class FormatCases {
    private static final Duration SOON = Duration.ofSeconds(3);
    private static final Duration MOMENT = Duration.ofMillis(300);
    private static final String CHIP_DATA = "9F2608A1B2C3D4E5F60718950500000000009F360200FF";
    private static final String TRACK_EXPIRY = "3012";

    private FormatCases() {
    }

    static List<ConformanceCase> list() {
        return new Cases("Format")
            .add("format-missing", "A mandatory field that is missing gets 30 and is named, and what is valid is echoed",
                "FMT-01 FMT-02 FMT-03 FMT-09 PRE-03 MSG-02 DUP-10", run -> {
                    final Card card = run.card();
                    final Balance before = run.balance(card);
                    for (final int field : new int[] {2, 3, 4, 41, 42, 49}) {
                        final Iso8583Message request = run.purchase(card, 100).set(field, null);
                        run.ask(request).formatError(field).echoesWhatIsValid().hasNot(38);
                        // Not remembered: mended, the same message is decided.
                        if (field == 4) {
                            run.ask(request.set(4, "000000000100")).code("00");
                        }
                    }
                    run.ask(run.purchase(card, 100).set(11, null)).formatError(11).field(11, null);
                    run.ask(run.enquiry(card).set(37, null).set(41, null)).formatError(41);
                    run.moved(card, before, -100, -100);
                })
            .add("format-missing-time", "Without DE 7 a payment gets 30", "FMT-09", Need.VERSION_1987,
                run -> run.ask(run.purchase(run.card(), 100).set(7, null)).formatError(7).echoesWhatIsValid())
            .add("format-not-digits", "A numeric field with anything but digits gets 30, without harm to what follows",
                "FMT-08 FMT-27", EnumSet.of(Need.ASCII, Need.NO_MAC), run -> {
                    final Iso8583Message request = run.purchase(run.card(), 100);
                    final byte[] bytes = run.main().encode(request);
                    bytes[index(run, bytes).offset(4) + 3] = 'X';
                    run.sent(request.set(4, "000X00000100"));
                    run.main().socket().write(run.main().socket().frame(bytes));
                    run.await(run.main(), request.copy().set(4, null)).formatError(4);
                    run.ask(run.enquiry(run.card())).code("00");
                })
            .add("format-bcd-nibble", "A BCD field with a nibble above 9 gets 30", "FMT-08 FMT-14", EnumSet.of(Need.BCD, Need.NO_MAC),
                run -> {
                    final Iso8583Message request = run.purchase(run.card(), 100);
                    final byte[] bytes = run.main().encode(request);
                    bytes[index(run, bytes).offset(4)] = (byte) 0xA0;
                    run.main().socket().write(run.main().socket().frame(bytes));
                    run.await(run.main(), request.copy().set(4, null)).formatError(4);
                })
            .add("format-dates", "A date or time that does not exist gets 30", "FMT-08 FMT-26", Need.VERSION_1987, run -> {
                run.ask(run.purchase(run.card(), 100).set(7, "1332120000")).formatError(7);
                run.ask(run.purchase(run.card(), 100).set(12, "256161")).formatError(12);
                run.ask(run.purchase(run.card(), 100).set(13, "0231")).formatError(13);
                run.ask(run.purchase(run.card(), 100).set(14, "3013")).formatError(14);
            })
            .add("format-unreadable", "Without a readable MTI, or without DE 11 and 37, the connection closes, unanswered", "FMT-04", run -> {
                final Line line = run.open();
                run.send(line, run.purchase(run.card(), 100).set(11, null).set(37, null));
                run.check("the connection closes", isClosedSilently(line), "answered, or open");
                final Line other = run.open();
                final byte[] bytes = other.encode(run.network(301));
                bytes[0] = (byte) 0xFF;
                other.socket().write(other.socket().frame(bytes));
                run.check("an MTI that is no number closes the connection", isClosedSilently(other), "answered, or open");
                run.alive();
            })
            .add("format-not-asked", "Responses that nobody waits for, and notifications, are never answered", "FMT-05", run -> {
                final Line line = run.open();
                run.send(line, run.purchase(run.card(), 100).mti(210).set(39, "00"));
                run.send(line, run.reversal(430, run.purchase(run.card(), 100)).set(39, "00"));
                run.send(line, run.network(301).mti(810).set(39, "00"));
                run.silence(line, "a response is not answered", MOMENT, message -> true);
                run.ask(line, run.network(301)).code("00");
            })
            .add("format-unknown-mti", "A request of an unknown type gets 40, in a message of its own kind", "FMT-06 RC-02",
                Need.VERSION_1987, run -> {
                    run.ask(run.purchase(run.card(), 100).mti(600)).mti(610).code("40");
                    run.ask(run.purchase(run.card(), 100).mti(320)).mti(330).code("40");
                })
            .add("format-version", "An MTI of another version gets 30 with DE 44 = 000", "FMT-07", EnumSet.of(Need.VERSION_1987, Need.NO_MAC),
                run -> {
                    final Iso8583Message request = run.purchase(run.card(), 100);
                    final byte[] bytes = run.main().encode(request);
                    bytes[0] = (byte) (run.link().dialect().mtiEncoding() == MtiEncoding.ASCII ? '1' : 0x10 | bytes[0]);
                    run.sent(request.copy().mti(1_200));
                    run.main().socket().write(run.main().socket().frame(bytes));
                    run.await(run.main(), request).formatError(0);
                })
            .add("format-more-fields", "A field that the table does not have is ignored and not echoed", "FMT-10", run -> {
                run.ask(run.purchase(run.card(), 100).set(59, "NEVER HEARD OF")).code("00").hasNot(59);
                run.ask(run.purchase(run.card(), 100).set(120, "NOR OF THIS")).code("00").hasNot(120);
            })
            .add("format-left-over", "Bytes behind the last field, and a message that ends within a field, get 30", "FMT-11",
                Need.NO_MAC, run -> {
                    final Iso8583Message request = run.purchase(run.card(), 100);
                    final byte[] bytes = run.main().encode(request);
                    run.note("two bytes behind the last field");
                    run.main().socket().write(run.main().socket().frame(Arrays.copyOf(bytes, bytes.length + 2)));
                    run.await(run.main(), request).formatError(1);
                    final Iso8583Message cut = run.purchase(run.card(), 100);
                    final byte[] whole = run.main().encode(cut);
                    run.note("the last byte is missing");
                    run.main().socket().write(run.main().socket().frame(Arrays.copyOf(whole, whole.length - 1)));
                    run.await(run.main(), cut).formatError(49);
                })
            .add("format-bitmaps", "The secondary bitmap is there if, and only if, it is needed; bit 65 may not be", "FMT-11 FMT-12",
                Need.NO_MAC, run -> {
                    final Iso8583Message request = run.purchase(run.card(), 100);
                    run.main().socket().write(run.main().socket().frame(withSecondary(run, run.main().encode(request), 0)));
                    run.note("a needless secondary bitmap, all zero, is accepted");
                    run.await(run.main(), request).code("00");
                    final Iso8583Message third = run.purchase(run.card(), 100);
                    run.main().socket().write(run.main().socket().frame(withSecondary(run, run.main().encode(third), 0x80)));
                    run.note("bit 65");
                    run.await(run.main(), third).code("30");
                    final Iso8583Message echo = run.network(301);
                    run.ask(echo).code("00");
                    run.ask(run.purchase(run.card(), 100)).code("00");
                    run.check("an answer without a field above 64 has no secondary bitmap",
                        !index(run, run.main().lastBytes()).has(1), "one");
                })
            .add("format-chip-data", "DE 55 is taken in the link's form, parsed, not verified, and not returned", "FMT-13 OP-24",
                run -> {
                    run.ask(run.purchase(run.card(), 100).set(55, CHIP_DATA)).code("00").hasNot(55);
                    run.ask(run.purchase(run.card(), 100).set(55, "9F26FF00")).formatError(55);
                })
            .add("format-small-hexadecimal", "Small hexadecimal letters are read too", "FMT-13", EnumSet.of(Need.ASCII, Need.NO_MAC), run -> {
                final Iso8583Message request = run.purchase(run.card(), 100).set(55, CHIP_DATA);
                final byte[] bytes = run.main().encode(request);
                final MessageIndex index = index(run, bytes);
                if (index.byteLength(55) != CHIP_DATA.length()) {
                    run.skip("a link that carries DE 55 in hexadecimal");
                }
                final byte[] small = CHIP_DATA.toLowerCase(java.util.Locale.ROOT).getBytes(StandardCharsets.US_ASCII);
                System.arraycopy(small, 0, bytes, index.offset(55), small.length);
                run.sent(request);
                run.main().socket().write(run.main().socket().frame(bytes));
                run.await(run.main(), request).code("00");
            })
            .add("format-bcd", "On a BCD link odd digits are filled up as agreed, and characters stay characters", "FMT-14 DEMO-09", Need.BCD,
                run -> {
                    final Iso8583Message request = run.purchase(run.card(), 100).set(33, "123").set(22, "051");
                    run.ask(request).code("00").echoes();
                    final byte[] bytes = run.main().lastBytes();
                    final MessageIndex index = index(run, bytes);
                    run.equal("byte of DE 33 = 123, filled up on the right", 0x30, bytes[index.offset(33) + 1] & 0xFF);
                    run.equal("byte of DE 39, a character", (int) '0', (int) bytes[index.offset(39)]);
                    run.equal("byte of DE 49, a character", (int) '1', (int) bytes[index.offset(49)]);
                    run.equal("bytes of DE 4", 6, index.byteLength(4));
                })
            .add("format-track", "The card and its expiry may come from the track alone, and have to agree where both are there",
                "FMT-16 FMT-17", run -> {
                    final Card card = run.card();
                    final Balance before = run.balance(card);
                    final String track = card.pan() + "=" + TRACK_EXPIRY + "20100000000";
                    run.ask(run.purchase(card, 100).set(2, null).set(14, null).set(35, track)).code("00").hasNot(2, 35);
                    run.ask(run.purchase(card, 100).set(35, track)).code("00");
                    run.moved(card, before, -200, -200);
                    run.ask(run.purchase(run.card(), 100).set(35, track)).formatError(35);
                    run.ask(run.purchase(card, 100).set(14, "2912").set(35, track)).formatError(35);
                    run.ask(run.payment(200, "210000", card, 200)).code("00");
                })
            .add("format-time-ahead", "DE 7 has no year; more than 10 minutes ahead gets 30", "FMT-18 PRE-03", run -> {
                final Instant now = Instant.now();
                final Answer tooEarly = run.ask(run.purchase(run.card(), 100).set(7, Acquirer.time(now.plusSeconds(900))));
                tooEarly.formatError(run.is93() ? 12 : 7);
                run.ask(run.purchase(run.card(), 100).set(7, Acquirer.time(now.plusSeconds(480)))).code("00");
                run.ask(run.purchase(run.card(), 100).set(7, Acquirer.time(now.minusSeconds(7_200)))).code("00");
            })
            .add("format-echo", "What is echoed comes back byte for byte, and nothing that was not sent", "FMT-19 FMT-26 MSG-02 DEMO-07",
                run -> {
                    final Iso8583Message request = run.purchase(run.card(), 100).set(33, "00012345678").set(43, "SHOP  WITH  BLANKS");
                    final Answer answer = run.ask(request).mti().code("00").echoes().hasNot(14, 18, 22, 25, 43);
                    answer.field(4, "000000000100");
                    run.ask(run.purchase(run.card(), 100).set(12, null).set(13, null).set(33, null)).code("00").echoes();
                })
            .add("format-local-time", "DE 12 and 13 are local to the terminal and only echoed", "FMT-26", Need.VERSION_1987,
                run -> run.ask(run.purchase(run.card(), 100).set(12, "000001").set(13, "0229")).code("00").echoes())
            .add("format-reference", "DE 37 is the acquirer's; without it the switch makes one of twelve digits", "FMT-20", run -> {
                run.ask(run.purchase(run.card(), 100)).code("00").echoes();
                run.ask(run.purchase(run.card(), 100).set(37, null)).code("00").matches(37, "\\d{12}");
            })
            .add("format-approval", "DE 38 comes with approvals only; DE 15 with every answer of the classes 1, 2 and 4",
                "FMT-21 FMT-23 MSG-03 DAY-04", run -> {
                    final Iso8583Message request = run.purchase(run.card(), 100);
                    run.ask(request).code("00").matches(38, "[0-9A-Z]{6}").matches(15, "\\d{4}");
                    final Iso8583Message declined = run.purchase(Card.local(997), 12_345);
                    run.ask(declined).code("51").hasNot(38, 54).matches(15, "\\d{4}").field(4, "000000012345");
                    run.ask(run.reversal(400, request)).code("00").matches(15, "\\d{4}");
                    run.ask(run.enquiry(run.card())).code("00").matches(15, "\\d{4}");
                })
            .add("format-types", "Each message and its repeat are answered in the type of its table", "MSG-01 MSG-02", FormatCases::types)
            .add("format-clear", "No field of an answer but the echoed DE 2 holds a card number or track", "SEC-10", run -> {
                final Card card = run.card();
                final String track = card.pan() + "=" + TRACK_EXPIRY + "20100000000";
                for (final Iso8583Message request : List.of(run.purchase(card, 100).set(35, track),
                    run.purchase(card, 100).set(49, null).set(35, track), run.purchase(card, 0).set(35, track),
                    run.purchase(Card.local(997), 100), run.enquiry(card))) {
                    final Iso8583Message answer = run.ask(request).message();
                    answer.fields().forEach((field, value) -> run.check("DE " + field + " has no card number",
                        field == 2 || !value.contains(request.get(2)), "one"));
                }
            })
            .list();
    }

    private static boolean isClosedSilently(final Line line) {
        try {
            line.socket().read(SOON);
            return false;
        } catch (final IOException ex) {
            return true;
        }
    }

    private static MessageIndex index(final Acquirer run, final byte[] bytes) {
        final MessageIndex index = new MessageIndex(run.link().dialect());
        index.index(new UnsafeBuffer(bytes), 0, bytes.length);
        return index;
    }

    /** The same message with a secondary bitmap of which only the first byte may be set. */
    private static byte[] withSecondary(final Acquirer run, final byte[] message, final int firstByte) {
        final boolean isHex = run.link().dialect().bitmapEncoding() == BitmapEncoding.HEX;
        final int at = run.link().dialect().mtiEncoding().bytes();
        final int size = run.link().dialect().bitmapEncoding().bytes();
        final byte[] longer = new byte[message.length + size];
        System.arraycopy(message, 0, longer, 0, at + size);
        System.arraycopy(message, at + size, longer, at + 2 * size, message.length - at - size);
        if (isHex) {
            final int digit = Character.digit(message[at], 16) | 8;
            longer[at] = (byte) Character.toUpperCase(Character.forDigit(digit, 16));
            Arrays.fill(longer, at + size, at + 2 * size, (byte) '0');
            longer[at + size] = (byte) Character.forDigit(firstByte >> 4, 16);
        } else {
            longer[at] |= (byte) 0x80;
            Arrays.fill(longer, at + size, at + 2 * size, (byte) 0);
            longer[at + size] = (byte) firstByte;
        }
        return longer;
    }

    private static void types(final Acquirer run) throws IOException {
        final Card card = run.card();
        final Iso8583Message authorisation = run.authorisation(card, 100);
        final Iso8583Message purchase = run.purchase(card, 100);
        final Iso8583Message file = new Iso8583Message(302).set(2, card.pan()).set(7, purchase.get(7)).set(11, run.nextTrace())
            .set(32, run.acquirerId()).set(37, run.nextReference()).set(91, "3").set(101, "NEGFILE");
        final Iso8583Message[] messages = {authorisation, purchase, run.payment(120, "000000", card, 100), run.completion(authorisation, 100),
            run.reversal(400, purchase), run.reversal(420, purchase), file};
        final int[] answers = {110, 210, 130, 230, 410, 430, 312};
        for (int i = 0; i < messages.length; i++) {
            final int expected = run.is93() && answers[i] == 410 ? 430 : answers[i];
            run.ask(messages[i]).mti(expected).code("00");
            if (messages[i].mti() != 302) {
                run.ask(run.repeat(messages[i])).mti(expected).code("00");
            }
        }
        run.ask(run.reversal(420, messages[2])).code("00");
        run.ask(run.reversal(420, messages[3])).code("00");
    }
}
