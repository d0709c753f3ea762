package io.daybreak.loadtest.conformance;

import io.daybreak.iso8583.dialect.Content;
import io.daybreak.iso8583.dialect.Dialect;
import io.daybreak.iso8583.dialect.FieldSpec;
import io.daybreak.iso8583.dialect.LengthKind;
import io.daybreak.iso8583.text.Iso8583Message;
import io.daybreak.loadtest.issuer.IssuerScript;
import io.daybreak.loadtest.issuer.IssuerSimulator;
import io.daybreak.loadtest.link.SimLink;
import io.daybreak.loadtest.workload.DemoCards;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/**
 * What a case works with: messages with identities of their own, lines to the switch, wallets that no other case uses at the same
 * time, checks that become the case's protocol. A check that fails ends the case. What a case has taken from a wallet is given back
 * after it by reversals.
 * <p>
 * One thread. Amounts are minor units.
 */
final class Acquirer implements AutoCloseable {
    /** Steps kept of a case. */
    static final int MAX_STEPS = 200;

    private static final int TRACES = 999_999;
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("MMddHHmmss").withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter LOCAL_TIME = DateTimeFormatter.ofPattern("HHmmss").withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter LOCAL_DATE = DateTimeFormatter.ofPattern("MMdd").withZone(ZoneOffset.UTC);
    private static final int BALANCE_ENTRY = 20;
    private static final int POLL_MS = 10;
    private static final String ZEROS_11 = "00000000000";

    private final ConformanceSettings settings;
    private final SimLink link;
    private final IssuerSimulator issuer;
    private final String runTag;
    private final Deque<Step> steps = new ArrayDeque<>();
    private final List<Line> lines = new ArrayList<>();
    private final List<Iso8583Message> toGiveBack = new ArrayList<>();
    private final Queue<Iso8583Message> issuerSaw = new ConcurrentLinkedQueue<>();
    private Line main;
    private int trace;
    private int references;
    private int nextWallet;
    private int nextRouted;
    private int terminal;

    Acquirer(final ConformanceSettings settings, final IssuerSimulator issuer) {
        this.settings = settings;
        this.link = settings.link();
        this.issuer = issuer;
        final long second = System.currentTimeMillis() / 1_000;
        final String text = Long.toString(second, 36).toUpperCase(Locale.ROOT);
        this.runTag = text.substring(text.length() - 5);
        this.trace = (int) (second * 7_919 % TRACES);
        this.terminal = (int) (second % DemoCards.TERMINALS) + 1;
        this.nextRouted = (int) (second % 9_000) * 1_000;
    }

    // ----- a case's life -----

    void begin() throws IOException {
        steps.clear();
        toGiveBack.clear();
        terminal = terminal % DemoCards.TERMINALS + 1;
        if (issuer != null) {
            issuer.script(IssuerScript.parse(""));
            issuerSaw.clear();
            issuer.watch(message -> issuerSaw.add(Iso8583Message.of(message)));
        }
        signOnAgain();
    }

    private void signOnAgain() throws IOException {
        if (main == null) {
            main = open();
        }
        final Iso8583Message signOn = network(1);
        main.send(signOn);
        final Iso8583Message answer = main.await(signOn, settings.patience());
        if (answer == null || !"00".equals(answer.get(39))) {
            throw new IOException("the sign-on was " + (answer == null ? "not answered" : "answered " + answer.get(39)));
        }
    }

    /** Gives back what the case took, on a fresh line, and closes the others; what comes of it no longer matters. */
    void end() {
        try {
            closeLines();
            if (!toGiveBack.isEmpty()) {
                signOnAgain();
                // The newest first: what paid for a later payment is there again before it is taken back.
                for (int i = toGiveBack.size() - 1; i >= 0; i--) {
                    final Iso8583Message payment = toGiveBack.get(i);
                    final Iso8583Message back = reversal(420, payment);
                    main.send(back);
                    main.await(back, settings.patience());
                }
            }
        } catch (final IOException | RuntimeException ex) {
            steps.add(new Step(Step.Kind.NOTE, "not given back after the case: " + ex.getMessage(), java.util.Map.of()));
        } finally {
            toGiveBack.clear();
        }
    }

    void closeLines() {
        lines.forEach(Line::close);
        lines.clear();
        main = null;
    }

    @Override
    public void close() {
        closeLines();
    }

    List<Step> steps() {
        return List.copyOf(steps);
    }

    private void step(final Step step) {
        if (steps.size() == MAX_STEPS) {
            steps.removeFirst();
        }
        steps.add(step);
    }

    // ----- checks -----

    void note(final String text) {
        step(new Step(Step.Kind.NOTE, Masking.cards(text), java.util.Map.of()));
    }

    /** @throws CaseFailure if it does not hold */
    void check(final String what, final boolean holds, final Object got) {
        final String text = Masking.cards(holds ? what : "expected: " + what + "; got: " + got);
        step(new Step(holds ? Step.Kind.PASSED : Step.Kind.FAILED, text, java.util.Map.of()));
        if (!holds) {
            throw new CaseFailure(text);
        }
    }

    void equal(final String what, final Object expected, final Object got) {
        check(what + " is " + expected, expected.equals(got), got);
    }

    void skip(final String reason) {
        throw new CaseSkipped(reason);
    }

    /** Of 1987's codes some are one in 1993. */
    boolean isOneOf(final String code, final String... expected) {
        for (final String one : expected) {
            if (one.equals(code) || is93() && ("84".equals(one) && "12".equals(code) || "64".equals(one) && "13".equals(code))) {
                return true;
            }
        }
        return false;
    }

    boolean is93() {
        return link.is1993();
    }

    boolean isEchoed(final int field) {
        return !is93() || field != 12 && field != 13 && field != 70;
    }

    /** A value as it is on the wire: fixed fields filled up. */
    String whole(final int field, final String value) {
        final FieldSpec spec = Dialect.builtIn("1987-ascii").field(field);
        if (spec.lengthKind() != LengthKind.FIXED || value.length() >= spec.maxLength()) {
            return value;
        }
        final String filling = spec.content() == Content.N ? "0" : " ";
        final String filled = filling.repeat(spec.maxLength() - value.length());
        return spec.content() == Content.N ? filled + value : value + filled;
    }

    /** Waits until something holds. */
    void eventually(final String what, final Duration patience, final BooleanSupplier condition) {
        final long deadline = System.nanoTime() + patience.toNanos();
        while (!condition.getAsBoolean() && System.nanoTime() < deadline) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(POLL_MS));
        }
        check(what, condition.getAsBoolean(), "not so after " + patience.toSeconds() + " s");
    }

    void pause(final long ms) {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(ms));
    }

    // ----- lines -----

    SimLink link() {
        return link;
    }

    Duration patience() {
        return settings.patience();
    }

    /** The line on which cases speak if they say nothing else. */
    Line main() throws IOException {
        if (main == null) {
            main = open();
        }
        return main;
    }

    /** Another line; it is closed after the case. */
    Line open() throws IOException {
        final Line line = new Line(settings.host(), settings.port(), link);
        lines.add(line);
        return line;
    }

    /** Written down as it is on the wire, for who compares it with a trace of theirs. */
    void sent(final Iso8583Message message) {
        final Iso8583Message said = message.mti() >= 1_000 ? message : Tongue.say(message, is93());
        step(new Step(Step.Kind.SENT, Masking.mti(said.mti()), Masking.fields(said)));
    }

    private void got(final Line line, final Iso8583Message message) {
        final Iso8583Message wire = line.asSaid(message);
        step(new Step(Step.Kind.GOT, Masking.mti(wire.mti()), Masking.fields(wire)));
    }

    void send(final Line line, final Iso8583Message message) throws IOException {
        sent(message);
        line.send(message);
    }

    Answer ask(final Iso8583Message message) throws IOException {
        return ask(main(), message);
    }

    Answer ask(final Line line, final Iso8583Message message) throws IOException {
        send(line, message);
        return await(line, message);
    }

    Answer await(final Line line, final Iso8583Message request) throws IOException {
        return await(line, request, settings.patience());
    }

    Answer await(final Line line, final Iso8583Message request, final Duration patience) throws IOException {
        final Iso8583Message answer = line.await(request, patience);
        if (answer == null) {
            check("an answer to the " + Masking.mti(request.mti()) + " within " + patience.toMillis() + " ms", false, "nothing");
        }
        got(line, answer);
        final List<String> problems = is93() ? List.of() : MessageTables.problems(answer);
        if (!problems.isEmpty()) {
            check("the answer has the fields of its table", false, String.join(", ", problems));
        }
        final Answer told = new Answer(this, request, answer);
        final int kind = request.mti() / 10;
        if (told.isApproved() && (kind == 10 || kind == 20) && request.has(4)) {
            toGiveBack.add(request);
        }
        return told;
    }

    /** Nothing of that kind comes for a while. */
    void silence(final Line line, final String what, final Duration while_, final Predicate<Iso8583Message> kind) throws IOException {
        final Iso8583Message answer = line.await(kind, while_);
        if (answer != null) {
            got(line, answer);
        }
        check(what, answer == null, "answered");
    }

    /** The switch still answers on the main line. */
    void alive() throws IOException {
        ask(network(301)).code("00");
    }

    // ----- messages -----

    int nextTrace() {
        trace = trace % TRACES + 1;
        return trace;
    }

    String nextReference() {
        return runTag + String.format(Locale.ROOT, "%07d", ++references);
    }

    static String time(final Instant when) {
        return TIME.format(when);
    }

    String acquirerId() {
        return settings.acquirer();
    }

    Iso8583Message network(final int code) {
        return new Iso8583Message(800).set(7, time(Instant.now())).set(11, six(nextTrace())).set(32, settings.acquirer())
            .set(70, String.format(Locale.ROOT, "%03d", code));
    }

    private static String six(final int number) {
        return String.format(Locale.ROOT, "%06d", number);
    }

    static String twelve(final long minor) {
        return String.format(Locale.ROOT, "%012d", minor);
    }

    /** A complete request with an identity of its own. */
    Iso8583Message payment(final int mti, final String processing, final Card card, final long minor) {
        final Instant now = Instant.now();
        return new Iso8583Message(mti).set(2, card.pan()).set(3, processing).set(4, twelve(minor)).set(7, time(now))
            .set(11, six(nextTrace())).set(12, LOCAL_TIME.format(now)).set(13, LOCAL_DATE.format(now)).set(14, DemoCards.EXPIRY)
            .set(18, DemoCards.CATEGORY).set(22, "051").set(25, "00").set(32, settings.acquirer()).set(37, nextReference())
            .set(41, DemoCards.terminal(terminal)).set(42, DemoCards.merchant(1)).set(49, DemoCards.CURRENCY);
    }

    Iso8583Message purchase(final Card card, final long minor) {
        return payment(200, "000000", card, minor);
    }

    Iso8583Message authorisation(final Card card, final long minor) {
        return payment(100, "000000", card, minor);
    }

    Iso8583Message enquiry(final Card card) {
        return payment(100, "310000", card, 0).set(4, null).set(42, null).set(18, null);
    }

    /** DE 90 that names a message of ours. */
    String original(final Iso8583Message of) {
        return Masking.mti(of.mti() & ~1) + six(Integer.parseInt(of.get(11))) + of.get(7)
            + ZEROS_11.substring(settings.acquirer().length()) + settings.acquirer() + ZEROS_11;
    }

    /** A reversal of a message of ours, in full. */
    Iso8583Message reversal(final int mti, final Iso8583Message of) {
        return new Iso8583Message(mti).set(2, of.get(2)).set(3, of.get(3)).set(4, of.get(4)).set(7, time(Instant.now()))
            .set(11, six(nextTrace())).set(12, of.get(12)).set(13, of.get(13)).set(22, of.get(22)).set(25, of.get(25))
            .set(32, of.get(32)).set(37, of.get(37)).set(41, of.get(41)).set(42, of.get(42)).set(49, of.get(49)).set(90, original(of));
    }

    /** A reversal in part. @param remains of the original, minor units */
    Iso8583Message partial(final int mti, final Iso8583Message of, final long remains) {
        return reversal(mti, of).set(95, twelve(remains) + "0".repeat(30));
    }

    /** A completion by DE 90. */
    Iso8583Message completion(final Iso8583Message authorisation, final long minor) {
        return payment(220, "000000", new Card(authorisation.get(2), 0), minor).set(37, authorisation.get(37))
            .set(41, authorisation.get(41)).set(42, authorisation.get(42)).set(90, original(authorisation));
    }

    /** A refund by DE 90. */
    Iso8583Message refund(final Iso8583Message of, final long minor) {
        return payment(200, "200000", new Card(of.get(2), 0), minor).set(41, of.get(41)).set(42, of.get(42)).set(90, original(of));
    }

    /** The same as a repeat. */
    Iso8583Message repeat(final Iso8583Message of) {
        return of.copy().mti(of.mti() | 1);
    }

    // ----- wallets and money -----

    /** The next wallet; cases with fewer wallets than they take share them. */
    Card card() {
        while (true) {
            final int wallet = settings.firstWallet() + nextWallet++ % settings.wallets();
            if (settings.wallets() < 10 || !DemoCards.isSpecial(wallet)) {
                return Card.local(wallet);
            }
        }
    }

    /** A card of the demo's issuer that no other run has used for a while. */
    Card routed() {
        return Card.routed(++nextRouted);
    }

    Balance balance(final Card card) throws IOException {
        return balance(ask(enquiry(card)).code("00"));
    }

    Balance balance(final Answer answer) {
        final String amounts = answer.get(54);
        check("DE 54 has two entries", amounts != null && amounts.length() == 2 * BALANCE_ENTRY, amounts);
        return new Balance(amount(amounts, 0, "01"), amount(amounts, BALANCE_ENTRY, "02"));
    }

    private long amount(final String amounts, final int from, final String type) {
        final String entry = amounts.substring(from, from + BALANCE_ENTRY);
        check("an entry of DE 54 is of the form 00 " + type + " 156 C or D and 12 digits",
            entry.matches("00" + type + "156[CD]\\d{12}"), entry);
        final long minor = Long.parseLong(entry.substring(8));
        return entry.charAt(7) == 'D' ? -minor : minor;
    }

    /** The wallet has changed by exactly that much since a balance. */
    void moved(final Card card, final Balance before, final long ledger, final long available) throws IOException {
        final Balance now = balance(card);
        equal("the ledger balance has changed by " + ledger + ": it", before.ledger() + ledger, now.ledger());
        equal("the available balance has changed by " + available + ": it", before.available() + available, now.available());
    }

    // ----- the issuer -----

    IssuerSimulator issuer() {
        return issuer;
    }

    /** Whether the switch speaks 1993 to it. */
    boolean isIssuer93() {
        return settings.issuerLink().is1993();
    }

    /** Goes on by this script. */
    void issuerDoes(final String script) {
        note("issuer: " + script);
        issuer.script(IssuerScript.parse(script));
    }

    /** What the issuer has got with that DE 37 since the case began. */
    List<Iso8583Message> issuerGot(final String reference) {
        return issuerSaw.stream().filter(message -> reference.equals(message.get(37))).toList();
    }

    /** As above, of these types only, in the words of 1987. */
    List<Iso8583Message> issuerGot(final String reference, final Integer... mtis) {
        return issuerGot(reference).stream().filter(message -> Arrays.asList(mtis).contains(message.mti() % 1_000)).toList();
    }

    /** What it has got at all since the case began. */
    List<Iso8583Message> issuerGot() {
        return List.copyOf(issuerSaw);
    }

    /** Waits for a message at the issuer. */
    Iso8583Message issuerGets(final String reference, final Duration patience, final Integer... mtis) {
        eventually("the issuer gets " + Arrays.stream(mtis).map(Masking::mti).toList() + " of reference " + reference, patience,
            () -> !issuerGot(reference, mtis).isEmpty());
        final Iso8583Message message = issuerGot(reference, mtis).get(0);
        step(new Step(Step.Kind.NOTE, "at the issuer: " + Masking.mti(message.mti()), Masking.fields(message)));
        return message;
    }

    /** The issuer is connected and signed on. */
    void issuerReady() {
        eventually("the switch is signed on at the issuer", Duration.ofSeconds(15), () -> issuer.signedOn() > 0);
    }
}
