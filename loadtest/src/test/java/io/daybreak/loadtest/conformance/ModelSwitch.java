package io.daybreak.loadtest.conformance;

import io.daybreak.iso8583.codec.MessageIndex;
import io.daybreak.iso8583.link.Mti93;
import io.daybreak.iso8583.mac.MessageMac;
import io.daybreak.iso8583.text.Iso8583Message;
import io.daybreak.loadtest.link.IsoSocket;
import io.daybreak.loadtest.link.SimLink;
import io.daybreak.loadtest.workload.DemoCards;
import org.agrona.concurrent.UnsafeBuffer;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A switch of plain collections that obeys docs/iso8583.md for local wallets, as far as an acquirer can tell: to test the conformance
 * cases themselves, and to plant defects that they have to find. One lock, a thread for each connection; nothing is durable.
 */
final class ModelSwitch implements AutoCloseable {
    private static final String DATE = "1123";
    private static final int MAX_SOCKETS = 256;
    private static final long CAP = 100_000;
    private static final Set<Integer> TYPES = Set.of(100, 120, 200, 220, 400, 420, 302, 500, 520, 800);
    private static final int[] ECHOED = {2, 3, 7, 11, 12, 13, 32, 33, 37, 41, 42, 49};
    private static final int[] ECHOED_30 = {7, 11, 12, 13, 32, 37, 41, 42, 49};

    /** What it does wrong. */
    enum Defect {
        NONE, NO_DUPLICATE_CHECK, REVERSAL_TWICE, NEW_APPROVAL_ON_REPEAT, PARTIAL_REVERSAL_IN_FULL, LATE_ORIGINAL_BOOKED, TOTALS_WRONG
    }

    private static final class Wallet {
        private long ledger;
        private long held;
        private boolean isBlocked;
        private long spentToday;
        private long countToday;

        long available() {
            return ledger - held;
        }
    }

    private static final class Payment {
        private final Iso8583Message request;
        private Iso8583Message answer;
        private String kind = "";
        private Wallet wallet;
        private Wallet other;
        private long amount;
        private long left;
        private long captured;
        private long refunded;
        private Payment parent;
        private boolean isClosed;
        private boolean isCounted;
        private final List<Payment> increments = new ArrayList<>();

        private Payment(final Iso8583Message request) {
            this.request = request;
        }
    }

    private final SimLink link;
    private final Defect defect;
    private final ServerSocket server;
    private final AtomicInteger sockets = new AtomicInteger();
    private final Map<String, Wallet> wallets = new HashMap<>();
    private final Map<String, Payment> identities = new HashMap<>();
    private final List<Payment> payments = new ArrayList<>();
    private final Set<String> reversedBefore = new HashSet<>();
    private final Map<String, Iso8583Message> stored = new HashMap<>();
    private long[] totals = new long[8];
    private boolean isSignedOn;
    private int approvals;
    private int references;

    ModelSwitch(final SimLink link, final Defect defect) throws IOException {
        this.link = link;
        this.defect = defect;
        this.server = new ServerSocket(0, 512, InetAddress.getLoopbackAddress());
        for (int i = 1; i <= 1_000; i++) {
            final Wallet wallet = new Wallet();
            wallet.ledger = i == DemoCards.EMPTY_WALLET ? 0 : 1_000_000;
            wallet.isBlocked = i == DemoCards.BLOCKED_WALLET;
            wallets.put(DemoCards.pan("990001", i), wallet);
        }
        final Thread acceptor = new Thread(this::accept, "model-accept");
        acceptor.setDaemon(true);
        acceptor.start();
    }

    int port() {
        return server.getLocalPort();
    }

    @Override
    public void close() throws IOException {
        server.close();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                final Socket socket = server.accept();
                final Thread thread = new Thread(() -> serve(socket), "model-link");
                thread.setDaemon(true);
                thread.start();
            } catch (final IOException ex) {
                return;
            }
        }
    }

    private void serve(final Socket socket) {
        try (socket) {
            if (sockets.incrementAndGet() > MAX_SOCKETS) {
                return;
            }
            final MessageMac mac = link.newMac();
            final InputStream in = socket.getInputStream();
            final OutputStream out = socket.getOutputStream();
            byte[] buffer = new byte[1 << 16];
            int filled = 0;
            int wrongMacs = 0;
            while (true) {
                int from = 0;
                final ByteArrayOutputStream answers = new ByteArrayOutputStream();
                while (true) {
                    final long frame = link.framing().next(new UnsafeBuffer(buffer), from, filled - from);
                    if (frame == 0) {
                        break;
                    }
                    if (frame < 0) {
                        out.write(answers.toByteArray());
                        return;
                    }
                    if (!link.framing().isKeepAlive(frame)) {
                        final byte[] message = Arrays.copyOfRange(buffer, from + link.framing().overhead(), from + (int) frame);
                        final MessageIndex index = new MessageIndex(link.dialect());
                        index.index(new UnsafeBuffer(message), 0, message.length);
                        final Iso8583Message answer;
                        final boolean isMacWrong = mac != null && !mac.verify(index);
                        synchronized (this) {
                            answer = answer(index, isMacWrong);
                        }
                        if (answer != null) {
                            answers.write(IsoSocket.frame(link.framing(), answer.encode(link.dialect(), mac)));
                        }
                        wrongMacs = isMacWrong ? wrongMacs + 1 : wrongMacs;
                        if (wrongMacs == 5 || answer == null && !isReadable(index)) {
                            out.write(answers.toByteArray());
                            return;
                        }
                    }
                    from += (int) frame;
                }
                out.write(answers.toByteArray());
                out.flush();
                System.arraycopy(buffer, from, buffer, 0, filled - from);
                filled -= from;
                if (filled == buffer.length) {
                    buffer = Arrays.copyOf(buffer, buffer.length * 2);
                }
                final int count = in.read(buffer, filled, buffer.length - filled);
                if (count < 0) {
                    return;
                }
                filled += count;
            }
        } catch (final IOException ex) {
            // The peer is gone.
            assert !ex.toString().isEmpty();
        } finally {
            sockets.decrementAndGet();
        }
    }

    private static boolean isReadable(final MessageIndex index) {
        return index.mti() != MessageIndex.NULL_MTI && (index.has(11) || index.has(37));
    }

    // ----- one message -----

    private Iso8583Message answer(final MessageIndex index, final boolean isMacWrong) {
        if (!isReadable(index)) {
            return null;
        }
        final Iso8583Message request = Iso8583Message.of(index);
        final int mti = request.mti();
        final int base = mti & ~1;
        if (mti / 10 % 2 == 1 || mti / 10 % 10 == 4) {
            return null;
        }
        final int wrong = index.errorReason() == io.daybreak.iso8583.codec.ErrorReason.NONE ? -1
            : index.errorReason() == io.daybreak.iso8583.codec.ErrorReason.TRAILING ? 1 : index.errorField();
        if (wrong >= 0) {
            return format(request, wrong);
        }
        if (!TYPES.contains(base)) {
            return echo(request, "40", ECHOED_30);
        }
        final int field = formProblem(request, base);
        if (field >= 0) {
            return format(request, field);
        }
        if (isMacWrong) {
            return base == 800 || base == 302 || base / 100 == 5 ? echo(request, "96", ECHOED_30) : dated(echo(request, "96", ECHOED));
        }
        if (base == 800) {
            return network(request);
        }
        if (!isSignedOn) {
            return dated(echo(request, "91", ECHOED));
        }
        final String institution = request.has(32) ? request.get(32) : request.has(33) ? request.get(33) : DemoCards.ACQUIRER;
        if (!institution.equals(DemoCards.ACQUIRER)) {
            return dated(echo(request, "31", ECHOED));
        }
        if (base == 302) {
            return file(request);
        }
        if (base == 500 || base == 520) {
            return totals(request);
        }
        return dated(payment(request, base));
    }

    private Iso8583Message dated(final Iso8583Message answer) {
        if (answer.mti() / 100 != 3) {
            answer.set(15, DATE);
            if (!answer.has(37)) {
                answer.set(37, String.format("632710%06d", ++references));
            }
        }
        return answer;
    }

    private Iso8583Message format(final Iso8583Message request, final int field) {
        final Iso8583Message answer = echo(request, "30", ECHOED_30).set(44, String.format("%03d", field));
        if (answer.mti() >= 1_000) {
            answer.mti(answer.mti() % 1_000);
        }
        return answer.mti() / 100 == 8 || answer.mti() / 100 == 3 ? answer : dated(answer);
    }

    private static Iso8583Message echo(final Iso8583Message request, final String code, final int... fields) {
        final Iso8583Message answer = new Iso8583Message(Mti93.answer(request.mti())).set(39, code);
        for (final int field : fields) {
            answer.set(field, request.get(field));
        }
        return request.has(4) && fields == ECHOED && request.mti() / 100 != 3 ? answer.set(4, request.get(4)) : answer;
    }

    private static int formProblem(final Iso8583Message request, final int base) {
        final List<Integer> missing = new ArrayList<>();
        final int operation = request.has(3) ? Integer.parseInt(request.get(3).substring(0, 2)) : -1;
        final boolean isEnquiry = operation / 10 == 3 && (base == 100 || base == 200);
        final boolean isPayment = base / 100 == 1 || base / 100 == 2;
        need(request, missing, 7, 11);
        if (isPayment || base / 100 == 4) {
            need(request, missing, 3, 32, 41);
            if (!request.has(2) && !request.has(35)) {
                missing.add(2);
            }
            if (!isEnquiry) {
                need(request, missing, 4, 49);
            }
        }
        if (isPayment && (operation == 0 || operation == 9 || operation == 20)) {
            need(request, missing, 42);
        }
        if (isPayment && (operation == 40 || operation == 50) && base == 200) {
            need(request, missing, 103);
        }
        if (operation == 50 && base == 200) {
            need(request, missing, 48);
        }
        if (operation == 9 && isPayment) {
            need(request, missing, 54);
            if (request.has(54) && !request.get(54).substring(4, 7).equals(request.get(49))) {
                missing.add(54);
            }
        }
        if (base == 302) {
            need(request, missing, 2, 91, 101);
        }
        if (base == 800) {
            need(request, missing, 70);
        }
        if (base / 100 == 5) {
            need(request, missing, 32, 50);
        }
        if (!isTime(request.get(7), "MMddHHmmss")) {
            missing.add(7);
        }
        if (request.has(12) && !isTime(request.get(12), "HHmmss")) {
            missing.add(12);
        }
        if (request.has(13) && !isTime(request.get(13), "MMdd")) {
            missing.add(13);
        }
        if (request.has(14) && Integer.parseInt(request.get(14)) % 100 > 12) {
            missing.add(14);
        }
        if (request.has(35) && (request.has(2) && !request.get(35).startsWith(request.get(2) + "=")
            || request.has(14) && !request.get(35).split("=")[1].startsWith(request.get(14)))) {
            missing.add(35);
        }
        if (request.has(55) && request.get(55).startsWith("9F26FF")) {
            missing.add(55);
        }
        if (request.has(90) && base != 120 && isPaymentOrReversal(base) && !request.get(90).startsWith("0000")
            && !TYPES.contains(Integer.parseInt(request.get(90).substring(0, 4)) & ~1)) {
            missing.add(90);
        }
        if (missing.isEmpty() && ChronoUnit.SECONDS.between(Instant.now(), at(request.get(7))) > 600) {
            missing.add(7);
        }
        return missing.stream().sorted().findFirst().orElse(-1);
    }

    private static boolean isPaymentOrReversal(final int base) {
        return base / 100 == 1 || base / 100 == 2 || base / 100 == 4;
    }

    private static void need(final Iso8583Message request, final List<Integer> missing, final int... fields) {
        for (final int field : fields) {
            if (!request.has(field)) {
                missing.add(field);
            }
        }
    }

    private static boolean isTime(final String text, final String form) {
        if (text == null) {
            return false;
        }
        final int[] most = form.startsWith("HH") ? new int[] {23, 59, 59} : new int[] {12, 31, 23, 59, 59};
        for (int i = 0; i < text.length() / 2; i++) {
            final int number = Integer.parseInt(text.substring(2 * i, 2 * i + 2));
            if (number > most[i] || number == 0 && !form.startsWith("HH") && i < 2) {
                return false;
            }
        }
        return form.startsWith("HH") || !List.of("0230", "0231", "0431", "0631", "0931", "1131").contains(text.substring(0, 4));
    }

    private static Instant at(final String time) {
        final LocalDateTime now = LocalDateTime.now(ZoneOffset.UTC);
        LocalDateTime when = LocalDateTime.of(now.getYear(), Integer.parseInt(time.substring(0, 2)), Integer.parseInt(time.substring(2, 4)),
            Integer.parseInt(time.substring(4, 6)), Integer.parseInt(time.substring(6, 8)), Integer.parseInt(time.substring(8)));
        if (ChronoUnit.DAYS.between(now, when) > 180) {
            when = when.minusYears(1);
        }
        return when.toInstant(ZoneOffset.UTC);
    }

    private Iso8583Message network(final Iso8583Message request) {
        final Iso8583Message answer = echo(request, "00", 7, 11, 12, 13, 32, 33, 37, 41, 53, 70);
        final String who = request.has(32) ? request.get(32) : request.get(33);
        if (who != null && !who.equals(DemoCards.ACQUIRER)) {
            return answer.set(39, "31");
        }
        switch (request.get(70)) {
            case "001":
                isSignedOn = true;
                return answer;
            case "002":
                isSignedOn = false;
                return answer;
            case "301", "202":
                return answer;
            case "201":
                return request.has(15) && request.get(15).matches("(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])") ? answer.set(39, "57")
                    : answer.set(39, "30").set(44, "015");
            default:
                return answer.set(39, "40");
        }
    }

    private Iso8583Message file(final Iso8583Message request) {
        final Iso8583Message answer = echo(request, "00", 2, 7, 11, 12, 13, 32, 33, 37, 41, 42);
        final Wallet wallet = wallets.get(request.get(2));
        if (!"NEGFILE".equals(request.get(101).strip()) || !"13".contains(request.get(91))) {
            return answer.set(39, "24");
        }
        if (wallet == null) {
            return answer.set(39, "14");
        }
        wallet.isBlocked = "1".equals(request.get(91));
        return answer;
    }

    private Iso8583Message totals(final Iso8583Message request) {
        final Iso8583Message answer = echo(request, "00", 7, 11, 12, 13, 32, 33, 37, 41, 42, 50).set(15, DATE);
        if (!answer.has(37)) {
            answer.set(37, "000000000001");
        }
        final String identity = request.get(11) + request.get(7) + request.get(37);
        if (stored.containsKey(identity)) {
            return stored.get(identity);
        }
        if (request.has(15) && !request.get(15).equals(DATE)) {
            return answer.set(39, "25");
        }
        final int[] fields = {74, 75, 76, 77, 86, 87, 88, 89};
        boolean isBalanced = true;
        for (int i = 0; i < fields.length; i++) {
            final String own = String.format(i < 4 ? "%010d" : "%016d", totals[i] + (defect == Defect.TOTALS_WRONG && i == 6 ? 1 : 0));
            answer.set(fields[i], own);
            isBalanced &= !request.has(fields[i]) || request.get(fields[i]).equals(own);
        }
        final long net = totals[4] + totals[7] - totals[6] - totals[5];
        answer.set(97, (net >= 0 ? "C" : "D") + String.format("%016d", Math.abs(net))).set(66, isBalanced ? "1" : "2")
            .set(39, isBalanced ? "00" : "95");
        totals = new long[8];
        stored.put(identity, answer);
        return answer;
    }

    // ----- payments -----

    private Iso8583Message payment(final Iso8583Message request, final int base) {
        final boolean isRepeat = request.mti() % 2 == 1;
        final int operation = Integer.parseInt(request.get(3).substring(0, 2));
        final String pan = request.has(2) ? request.get(2) : request.get(35).split("=")[0];
        if (operation / 10 == 3 && base < 400) {
            return enquiry(request, pan);
        }
        final String identity = base / 100 + "|" + request.get(41) + "|" + request.get(11) + "|" + request.get(7) + "|" + request.get(37);
        Payment known = defect == Defect.NO_DUPLICATE_CHECK && !isRepeat ? null : identities.get(identity);
        if (known == null && defect != Defect.NO_DUPLICATE_CHECK) {
            // A repeat matches without DE 7, and so does a first that comes behind its repeat.
            known = payments.stream().filter(payment -> (isRepeat || payment.request.mti() % 2 == 1)
                && payment.request.mti() / 100 == base / 100
                && payment.request.get(41).equals(request.get(41)) && payment.request.get(11).equals(request.get(11))
                && request.has(37) && request.get(37).equals(payment.request.get(37)) && pan.equals(payment.request.get(2))
                && request.get(4).equals(payment.request.get(4))).reduce((first, second) -> second).orElse(null);
        }
        if (known != null) {
            for (final int field : new int[] {2, 3, 4, 49}) {
                if (!String.valueOf(known.request.get(field)).equals(String.valueOf(request.get(field)))) {
                    return echo(request, "94", ECHOED);
                }
            }
            final Iso8583Message again = echo(request, known.answer.get(39), ECHOED);
            for (final int field : new int[] {3, 4, 11, 15, 37, 38, 54}) {
                again.set(field, known.answer.get(field));
            }
            return defect == Defect.NEW_APPROVAL_ON_REPEAT && again.has(38) ? again.set(38, approval()) : again;
        }
        final Payment payment = new Payment(request.copy());
        if (ChronoUnit.HOURS.between(at(request.get(7)), Instant.now()) > 24) {
            return echo(request, base == 220 || base == 120 || base == 420 ? "00" : "94", ECHOED);
        }
        payment.answer = echo(request, "00", ECHOED);
        final boolean isLate = reversedBefore.contains(request.get(11) + request.get(7)) && base < 400;
        final String code = isLate && defect != Defect.LATE_ORIGINAL_BOOKED ? "12" : base == 400 || base == 420 ? reverse(payment)
            : base == 120 || base == 220 ? advise(payment, pan, operation) : decide(payment, pan, operation, base);
        payment.answer.set(39, code);
        if (("00".equals(code) || "10".equals(code)) && (base == 100 || base == 200)) {
            payment.answer.set(38, approval());
        }
        if (base == 220 || base == 120) {
            payment.answer.set(38, request.get(38));
        }
        dated(payment.answer);
        identities.put(identity, payment);
        payments.add(payment);
        return payment.answer.copy();
    }

    private String approval() {
        return String.format("A%05d", ++approvals % 100_000);
    }

    private Iso8583Message enquiry(final Iso8583Message request, final String pan) {
        final Iso8583Message answer = echo(request, "00", ECHOED);
        final Wallet wallet = wallets.get(pan);
        if (wallet == null) {
            return answer.set(39, "14");
        }
        return answer.set(54, "0001156C" + String.format("%012d", wallet.ledger) + "0002156C" + String.format("%012d", wallet.available()))
            .set(38, approval());
    }

    private String decide(final Payment payment, final String pan, final int operation, final int base) {
        final Iso8583Message request = payment.request;
        final Payment original = request.has(90) || operation == 20 ? find(request, pan, operation == 20) : null;
        final boolean isLinked = operation == 20 && original != null;
        if (request.has(42) && !isMerchant(request.get(42))) {
            return "03";
        }
        if (!request.get(41).matches("T000\\d{4}|T0010000")) {
            return "58";
        }
        final Wallet wallet = wallets.get(pan);
        if (wallet == null) {
            return "14";
        }
        if (wallet.isBlocked && !isLinked) {
            return "62";
        }
        if (!isLinked && (pan.equals(DemoCards.pan("990001", DemoCards.EXPIRED_WALLET))
            || request.has(14) && !request.get(14).equals(DemoCards.EXPIRY))) {
            return "54";
        }
        final boolean isKnown = base == 100 ? operation == 0 : Set.of(0, 1, 9, 20, 21, 28, 40, 50).contains(operation);
        if (!isKnown) {
            return "12";
        }
        if (request.has(67) && !"01".equals(request.get(67)) || request.has(6) || request.has(51) && !"156".equals(request.get(51))) {
            return "57";
        }
        if (base == 100 && request.has(90)) {
            if (original == null || !"hold".equals(original.kind)) {
                return "25";
            }
            if (original.isClosed) {
                return "84";
            }
        }
        if (operation == 20 && request.has(90) && (original == null || original.kind.equals("refund"))) {
            return "25";
        }
        Wallet other = null;
        if (operation == 40) {
            final String to = request.get(103);
            other = wallets.get(to.length() >= 13 ? to : DemoCards.pan("990001", Long.parseLong(to)));
            if (other == null) {
                return "78";
            }
            if (other == wallet) {
                return "12";
            }
        }
        if (operation == 50 && Long.parseLong(request.get(103)) > 100) {
            return "78";
        }
        if (!"156".equals(request.get(49))) {
            return "12";
        }
        long amount = Long.parseLong(request.get(4));
        if (amount == 0 || operation == 9 && Long.parseLong(request.get(54).substring(8)) > amount) {
            return "13";
        }
        if (isLinked && amount > original.captured - original.refunded) {
            return "61";
        }
        if (request.has(52)) {
            return "88";
        }
        final boolean isLimited = pan.equals(DemoCards.pan("990001", DemoCards.LIMITED_WALLET));
        final boolean isDebit = operation != 20 && operation != 21 && operation != 28;
        if (operation == 20 && !isLinked && amount > CAP) {
            return "61";
        }
        if (isLimited && isDebit) {
            if (amount > 200_000) {
                payment.answer.set(44, "PAY0" + String.format("%012d", 200_000));
                return "61";
            }
            if (request.get(22).startsWith("03") && amount > 50_000 || wallet.spentToday + amount > 500_000) {
                return "61";
            }
            if (wallet.countToday >= 50) {
                return "65";
            }
        }
        if (isLimited && (operation == 21 || operation == 28) && wallet.ledger + amount > 1_000_000) {
            return "61";
        }
        String code = "00";
        if (isDebit && amount > wallet.available()) {
            final boolean isPartial = request.has(60) && request.get(60).startsWith("PA") && wallet.available() * 10 >= amount
                && (operation == 0);
            if (!isPartial) {
                return "51";
            }
            amount = wallet.available();
            payment.answer.set(4, String.format("%012d", amount));
            code = "10";
        }
        payment.wallet = wallet;
        payment.other = other;
        payment.amount = amount;
        payment.left = amount;
        if (isDebit) {
            wallet.spentToday += amount;
            wallet.countToday++;
        }
        if (base == 100) {
            payment.kind = "hold";
            wallet.held += amount;
            if (request.has(90)) {
                payment.parent = original;
                original.increments.add(payment);
            }
        } else if (operation == 20) {
            payment.kind = "refund";
            wallet.ledger += amount;
            if (isLinked) {
                original.refunded += amount;
                payment.parent = original;
            }
            count(payment, 0, 4, amount);
        } else if (operation == 21 || operation == 28) {
            payment.kind = "top-up";
            wallet.ledger += amount;
            count(payment, 0, 4, amount);
        } else {
            payment.kind = "debit";
            payment.captured = operation == 0 || operation == 9 ? amount : 0;
            wallet.ledger -= amount;
            if (other != null) {
                other.ledger += amount;
            }
            count(payment, 2, 6, amount);
        }
        return code;
    }

    private static boolean isMerchant(final String merchant) {
        return merchant.matches("M\\d{14}") && Long.parseLong(merchant.substring(1)) >= 1 && Long.parseLong(merchant.substring(1)) <= 100;
    }

    private void count(final Payment payment, final int number, final int sum, final long amount) {
        payment.isCounted = true;
        totals[number]++;
        totals[sum] += amount;
    }

    private Payment find(final Iso8583Message request, final String pan, final boolean isRefund) {
        final String data = request.get(90);
        final boolean hasData = data != null && !data.startsWith("0000") && !data.substring(4, 10).matches("0*")
            && !data.substring(10, 20).matches("0*");
        final List<Payment> found = payments.stream().filter(payment -> pan.equals(pan(payment)) && payment.request.mti() / 100 != 4
            && (hasData ? payment.request.get(11).equals(data.substring(4, 10)) && payment.request.get(7).equals(data.substring(10, 20))
                && (payment.request.mti() & ~1) == (Integer.parseInt(data.substring(0, 4)) & ~1)
                && (data.substring(31).matches("0*") || String.format("%011d", Long.parseLong(payment.request.has(33)
                    ? payment.request.get(33) : "0")).equals(data.substring(31)))
                : request.has(37) && request.get(37).equals(payment.request.get(37)) && request.get(41).equals(payment.request.get(41))
                    && (isRefund || request.has(38) || request.get(4).equals(payment.request.get(4))))).toList();
        return found.size() == 1 ? found.get(0) : null;
    }

    private static String pan(final Payment payment) {
        return payment.request.has(2) ? payment.request.get(2) : payment.request.get(35).split("=")[0];
    }

    private String advise(final Payment payment, final String pan, final int operation) {
        final Iso8583Message request = payment.request;
        final Wallet wallet = wallets.get(pan);
        final boolean isAdviceKnown = request.mti() / 10 == 12 ? operation == 0 : Set.of(0, 1, 9, 20, 21, 28).contains(operation);
        if (!isAdviceKnown) {
            return "12";
        }
        final long amount = Long.parseLong(request.get(4));
        if (wallet == null || !"156".equals(request.get(49)) || !request.get(41).matches("T000\\d{4}|T0010000")
            || request.has(42) && request.get(42).contains("99999999")) {
            return "00";
        }
        payment.wallet = wallet;
        if (request.mti() / 10 == 12) {
            payment.kind = "hold";
            payment.amount = Math.min(amount, wallet.available());
            payment.left = payment.amount;
            wallet.held += payment.amount;
            wallet.spentToday += payment.amount;
            wallet.countToday++;
            return "00";
        }
        if (operation == 20) {
            final Payment original = find(request, pan, true);
            payment.kind = "refund";
            payment.amount = amount;
            payment.left = amount;
            wallet.ledger += amount;
            if (original != null) {
                original.refunded += amount;
                payment.parent = original;
            }
            count(payment, 0, 4, amount);
            return "00";
        }
        final Payment hold = request.has(90) || request.has(38) ? find(request, pan, false) : null;
        payment.kind = "debit";
        long covered = 0;
        if (hold != null && "hold".equals(hold.kind) && !hold.isClosed) {
            final long whole = hold.left + hold.increments.stream().mapToLong(increment -> increment.left).sum();
            covered = Math.min(amount, whole);
            final boolean isFinal = !"77".equals(request.get(25));
            release(hold, isFinal ? whole : covered);
            hold.isClosed |= isFinal;
            wallet.spentToday -= isFinal ? Math.max(0, whole - amount) : 0;
            hold.captured += amount;
            payment.parent = hold;
        }
        final long forced = amount - covered;
        wallet.spentToday += forced;
        wallet.countToday += hold == null ? 1 : 0;
        final long paid = covered + (forced > CAP ? 0 : Math.min(forced, Math.max(0, wallet.available() - covered)));
        wallet.ledger -= paid;
        payment.amount = paid;
        payment.left = paid;
        payment.captured = amount;
        if (amount > 0) {
            count(payment, 2, 6, amount);
        }
        return "00";
    }

    private static void release(final Payment hold, final long amount) {
        long rest = amount;
        final long own = Math.min(rest, hold.left);
        hold.left -= own;
        hold.wallet.held -= own;
        rest -= own;
        for (final Payment increment : hold.increments) {
            final long part = Math.min(rest, increment.left);
            increment.left -= part;
            hold.wallet.held -= part;
            rest -= part;
        }
    }

    private String reverse(final Payment payment) {
        final Iso8583Message request = payment.request;
        final Payment original = find(request, pan(payment), false);
        if (original == null) {
            if (request.has(90)) {
                final boolean isReversal = request.get(90).startsWith("04");
                if (!isReversal) {
                    reversedBefore.add(request.get(90).substring(4, 20));
                }
            }
            return "25";
        }
        if (!request.get(49).equals(original.request.get(49))) {
            return "12";
        }
        if (original.kind.isEmpty()) {
            return "00";
        }
        if ("hold".equals(original.kind)) {
            final long whole = original.left + original.increments.stream().mapToLong(increment -> increment.left).sum();
            if (!original.isClosed) {
                original.wallet.spentToday -= whole;
                original.wallet.countToday--;
            }
            release(original, whole);
            original.isClosed = true;
            return "00";
        }
        final long remains = request.has(95) && defect != Defect.PARTIAL_REVERSAL_IN_FULL ? Long.parseLong(request.get(95).substring(0, 12)) : 0;
        final long left = original.left - original.refunded;
        if (remains > original.left) {
            return "64";
        }
        final long back = defect == Defect.REVERSAL_TWICE && left == 0 && remains == 0 ? original.amount : Math.max(0, left - remains);
        final boolean isCredit = "refund".equals(original.kind) || "top-up".equals(original.kind);
        if (isCredit && back > original.wallet.available() && request.mti() / 10 == 40) {
            return "51";
        }
        original.wallet.ledger += isCredit ? -back : back;
        if (original.other != null) {
            original.other.ledger -= back;
        }
        original.left -= Math.min(back, original.left);
        original.captured -= Math.min(back, original.captured);
        if ("refund".equals(original.kind) && original.parent != null) {
            original.parent.refunded -= back;
        }
        if (!isCredit) {
            original.wallet.spentToday -= back;
            original.wallet.countToday -= remains == 0 && back > 0 ? 1 : 0;
        }
        if (back > 0 && original.isCounted) {
            totals[isCredit ? 1 : 3]++;
            totals[isCredit ? 5 : 7] += back;
        }
        return "00";
    }

    Map<String, Long> balances() {
        final Map<String, Long> balances = new LinkedHashMap<>();
        wallets.forEach((pan, wallet) -> balances.put(pan, wallet.ledger));
        return balances;
    }
}
