package io.daybreak.model.payment;

import io.daybreak.machine.Outcome;
import io.daybreak.machine.StateComparison;
import io.daybreak.machine.StateMachine;
import io.daybreak.memory.CollectedSlabs;
import io.daybreak.protocol.OutcomeFlags;
import io.daybreak.protocol.Result;
import io.daybreak.protocol.codec.AccountsAnswerDecoder;
import io.daybreak.protocol.codec.DayTotalsAnswerDecoder;
import io.daybreak.protocol.codec.DeferredAnswerDecoder;
import io.daybreak.protocol.codec.ExceptionsAnswerDecoder;
import io.daybreak.protocol.codec.FileUpdateEncoder;
import io.daybreak.protocol.codec.IssuerAnswerEncoder;
import io.daybreak.protocol.codec.IssuerLinkStatusEncoder;
import io.daybreak.protocol.codec.LookupAccountsEncoder;
import io.daybreak.protocol.codec.MessageHeaderDecoder;
import io.daybreak.protocol.codec.PaymentAnswerDecoder;
import io.daybreak.protocol.codec.PaymentEncoder;
import io.daybreak.protocol.codec.QueryDayTotalsEncoder;
import io.daybreak.protocol.codec.QueryExceptionsEncoder;
import io.daybreak.protocol.codec.ReconciliationAnswerDecoder;
import io.daybreak.protocol.codec.ReconciliationEncoder;
import io.daybreak.protocol.codec.SendToIssuerDecoder;
import io.daybreak.protocol.codec.TickEncoder;
import io.daybreak.state.ImageBytes;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A state machine with handles for payments, and the tape of what would be journaled of it, for replay. Each command is an
 * entry of its own. One thread.
 */
final class SwitchRig implements AutoCloseable {
    private static final int BYTES = 64 * 1024;

    /** What an answer said. */
    record Reply(int result, int outcomeFlags, long sequence, Answer answer) {
        boolean isRepeated() {
            return (outcomeFlags & OutcomeFlags.REPEATED) != 0;
        }

        boolean isDeferred() {
            return (outcomeFlags & OutcomeFlags.DEFERRED) != 0;
        }

        boolean isJournaled() {
            return Result.isDecided(result) && (outcomeFlags & (OutcomeFlags.REPEATED | OutcomeFlags.NOT_JOURNALED)) == 0;
        }
    }

    /** A PaymentAnswer block. */
    record Answer(long paymentId, long amount, long ledgerBalance, long availableBalance, long left, int stan, int processingCode,
                  int date, int transmission, String rrn, int mti, String approvalCode, int issuerCode, int flags, int result) {
        static Answer of(final DirectBuffer buffer, final int offset) {
            final PaymentAnswerDecoder d = new PaymentAnswerDecoder().wrap(buffer, offset, PaymentAnswerDecoder.BLOCK_LENGTH, 1);
            return new Answer(d.paymentId(), d.amountMinor(), d.ledgerBalanceMinor(), d.availableBalanceMinor(), d.detailMinor(),
                (int) d.stan(), (int) d.processingCode(), (int) d.settlementDate(), (int) d.transmission(), d.rrn().trim(), d.mti(),
                d.approvalCode().trim(), d.issuerCode(), d.flags(), d.result());
        }
    }

    /** A ReconciliationAnswer block. */
    record Totals(int result, int outcomeFlags, NaiveTotals.Sums sums, long net, int date, int settlementCode, int mti) {
    }

    /** An answer that came as an effect. */
    record LateReply(long link, long correlation, Answer answer) {
    }

    /** A message for an issuer, that left by an effect. */
    record ToIssuer(long paymentId, int mti, int stan, int transmission, int originalStan, int originalTransmission, int originalMti,
                    int linkId, long amount, long remaining, String rrn, int acquirerOrigin, int responseCode, String approvalCode,
                    String terminal, long institution) {
        int firstMti() {
            return mti / 2 * 2;
        }

        boolean isRequest() {
            return firstMti() == 100 || firstMti() == 200;
        }
    }

    /** An item for a person. */
    record Item(long itemId, int reason, long amount, long institution, int stan) {
    }

    private record Entry(long atNs, int templateId, int participant, byte[] body, int result, long digest, int swept) {
    }

    private CollectedSlabs slabs = new CollectedSlabs();
    StateMachine machine = new StateMachine(slabs);
    boolean restartsFromImage;
    final List<LateReply> lateReplies = new ArrayList<>();
    final List<ToIssuer> toIssuer = new ArrayList<>();
    private final List<Entry> tape = new ArrayList<>();
    private final MutableDirectBuffer command = new UnsafeBuffer(ByteBuffer.allocateDirect(BYTES));
    private final MutableDirectBuffer query = new UnsafeBuffer(ByteBuffer.allocateDirect(BYTES));
    private final MutableDirectBuffer answer = new UnsafeBuffer(ByteBuffer.allocateDirect(BYTES));
    private final Outcome outcome = new Outcome();

    SwitchRig() {
        machine.emitTo(this::onEffect);
    }

    private void onEffect(final int templateId, final DirectBuffer effect, final int offset, final int length) {
        assertThat(length).isLessThanOrEqualTo(512);
        if (templateId == DeferredAnswerDecoder.TEMPLATE_ID) {
            final DeferredAnswerDecoder d = new DeferredAnswerDecoder().wrap(effect, offset, DeferredAnswerDecoder.BLOCK_LENGTH, 1);
            lateReplies.add(new LateReply(d.linkId(), d.correlationId(), Answer.of(effect, offset + DeferredAnswerDecoder.BLOCK_LENGTH)));
        } else if (templateId == SendToIssuerDecoder.TEMPLATE_ID) {
            final SendToIssuerDecoder d = new SendToIssuerDecoder().wrap(effect, offset, SendToIssuerDecoder.BLOCK_LENGTH, 1);
            toIssuer.add(new ToIssuer(d.paymentId(), d.mti(), (int) d.stan(), (int) d.transmission(), (int) d.originalStan(),
                (int) d.originalTransmission(), d.originalMti(), d.linkId(), d.amountMinor(), d.remainingMinor(), d.rrn().trim(), 0,
                d.responseCode(), d.approvalCode().trim(), d.terminal().trim(), d.institution()));
        }
    }

    private long begun;

    private void begin(final long atNs) {
        machine.beginEntry(atNs);
        begun = machine.digest();
    }

    private void end(final long atNs, final int templateId, final int participant, final int length, final boolean journaled, final int result,
                     final String what) {
        final long digest = machine.digest();
        assertThat(digest != begun).as("digest changed by " + what + ", result " + Result.name(result)).isEqualTo(journaled);
        if (journaled || machine.sweptInEntry() > 0) {
            final byte[] body = new byte[journaled ? length : 0];
            command.getBytes(0, body);
            tape.add(new Entry(atNs, journaled ? templateId : 0, participant, body, result, digest, machine.sweptInEntry()));
        }
    }

    /** A command that is not a payment; the result. */
    int apply(final long atNs, final int participant, final Order order) {
        begin(atNs);
        final int length = order.body().encode(command, 0);
        machine.apply(order.templateId(), participant, command, 0, length, outcome);
        final int result = outcome.result;
        end(atNs, order.templateId(), participant, length, Result.isDecided(result) && outcome.flags == 0, result, order.what());
        return result;
    }

    Reply payment(final long atNs, final int participant, final Message message, final long link, final long correlation) {
        begin(atNs);
        final int length = message.encode(command, 0);
        answer.setMemory(0, 128, (byte) 0);
        machine.applyPayment(PaymentEncoder.TEMPLATE_ID, participant, command, 0, length, link, correlation, outcome, answer, 0);
        final Reply reply = new Reply(outcome.result, outcome.flags, outcome.sequence, Answer.of(answer, 0));
        end(atNs, PaymentEncoder.TEMPLATE_ID, participant, length, reply.isJournaled(), reply.result, message.toString());
        return reply;
    }

    Totals reconcile(final long atNs, final int participant, final int mti, final long institution, final int currency, final int stan,
                     final int transmission, final int monthAndDay, final NaiveTotals.Sums sent) {
        begin(atNs);
        command.setMemory(0, ReconciliationEncoder.BLOCK_LENGTH, (byte) 0);
        final ReconciliationEncoder e = new ReconciliationEncoder().wrap(command, 0).institution(institution).stan(stan)
            .transmission(transmission).mti(mti).currency(currency).settlementDate(monthAndDay);
        if (sent != null) {
            e.creditCount(sent.number(NaiveTotals.CREDITS)).creditReversalCount(sent.number(NaiveTotals.CREDIT_REVERSALS))
                .debitCount(sent.number(NaiveTotals.DEBITS)).debitReversalCount(sent.number(NaiveTotals.DEBIT_REVERSALS))
                .creditAmount(sent.amount(NaiveTotals.CREDITS)).creditReversalAmount(sent.amount(NaiveTotals.CREDIT_REVERSALS))
                .debitAmount(sent.amount(NaiveTotals.DEBITS)).debitReversalAmount(sent.amount(NaiveTotals.DEBIT_REVERSALS))
                .netAmount(sent.net()).sent(511);
        }
        answer.setMemory(0, 128, (byte) 0);
        machine.applyPayment(ReconciliationEncoder.TEMPLATE_ID, participant, command, 0, ReconciliationEncoder.BLOCK_LENGTH, 0, 0, outcome, answer, 0);
        final ReconciliationAnswerDecoder d = new ReconciliationAnswerDecoder().wrap(answer, 0, ReconciliationAnswerDecoder.BLOCK_LENGTH, 1);
        final NaiveTotals.Sums sums = new NaiveTotals.Sums(new long[] {d.creditCount(), d.creditReversalCount(), d.debitCount(),
            d.debitReversalCount(), d.creditAmount(), d.creditReversalAmount(), d.debitAmount(), d.debitReversalAmount()});
        final Totals totals = new Totals(outcome.result, outcome.flags, sums, d.netAmount(), (int) d.settlementDate(), d.settlementCode(), d.mti());
        end(atNs, ReconciliationEncoder.TEMPLATE_ID, participant, ReconciliationEncoder.BLOCK_LENGTH,
            Result.isDecided(totals.result) && (totals.outcomeFlags & (OutcomeFlags.REPEATED | OutcomeFlags.NOT_JOURNALED)) == 0, totals.result,
            "0500");
        return totals;
    }

    Reply fileUpdate(final long atNs, final int participant, final long institution, final int stan, final int transmission, final long token,
                     final boolean add) {
        begin(atNs);
        command.setMemory(0, FileUpdateEncoder.BLOCK_LENGTH, (byte) 0);
        final FileUpdateEncoder e = new FileUpdateEncoder().wrap(command, 0);
        e.token().hi(Message.TOKEN_HI).lo(token);
        e.institution(institution).stan(stan).transmission(transmission).mti(302).action(add ? 1 : 3)
            .bin(PaymentTown.isRouted(PaymentTown.binOf(token)) ? PaymentTown.binOf(token) : 0);
        answer.setMemory(0, 128, (byte) 0);
        machine.applyPayment(FileUpdateEncoder.TEMPLATE_ID, participant, command, 0, FileUpdateEncoder.BLOCK_LENGTH, 0, 0, outcome, answer, 0);
        final Reply reply = new Reply(outcome.result, outcome.flags, outcome.sequence, Answer.of(answer, 0));
        end(atNs, FileUpdateEncoder.TEMPLATE_ID, participant, FileUpdateEncoder.BLOCK_LENGTH, reply.isJournaled(), reply.result, "0302");
        return reply;
    }

    static Order tick() {
        return new Order(TickEncoder.TEMPLATE_ID, "tick", (buffer, offset) -> {
            new TickEncoder().wrap(buffer, offset).correlationId(1);
            return TickEncoder.BLOCK_LENGTH;
        });
    }

    static Order linkStatus(final int link, final boolean up) {
        return new Order(IssuerLinkStatusEncoder.TEMPLATE_ID, "link " + link + (up ? " up" : " down"), (buffer, offset) -> {
            new IssuerLinkStatusEncoder().wrap(buffer, offset).linkId(link).status(up ? 1 : 0).reserved(0);
            return IssuerLinkStatusEncoder.BLOCK_LENGTH;
        });
    }

    /** An issuer's response to a message that left. {@code amount} -1: DE 4 absent. */
    static Order issuerAnswer(final ToIssuer request, final String code, final long amount, final String approvalCode) {
        return new Order(IssuerAnswerEncoder.TEMPLATE_ID, "issuer answers " + request.mti() + " " + request.stan() + " with " + code + " 4=" + amount,
            (buffer, offset) -> {
                buffer.setMemory(offset, IssuerAnswerEncoder.BLOCK_LENGTH, (byte) 0);
                new IssuerAnswerEncoder().wrap(buffer, offset).transmission(request.transmission()).stan(request.stan()).amountMinor(amount)
                    .mti(request.firstMti() + 10).linkId(request.linkId()).responseCode(code.charAt(0) << 8 | code.charAt(1))
                    .rrn(request.rrn()).approvalCode(approvalCode);
                return IssuerAnswerEncoder.BLOCK_LENGTH;
            });
    }

    // ----- queries --------------------------------------------------------------------------------------------------

    /** Balances by account: debits posted, debits pending, credits posted, credits pending. */
    Map<Long, String> accounts(final Collection<Long> ids) {
        final LookupAccountsEncoder encoder = new LookupAccountsEncoder().wrap(answer, 0).correlationId(1);
        final LookupAccountsEncoder.AccountsEncoder group = encoder.accountsCount(ids.size());
        ids.forEach(id -> group.next().id(id));
        machine.query(LookupAccountsEncoder.TEMPLATE_ID, PaymentTown.OPERATOR, answer, 0, encoder.encodedLength(), answer, 0);
        final AccountsAnswerDecoder decoder = new AccountsAnswerDecoder().wrapAndApplyHeader(answer, 0, new MessageHeaderDecoder());
        final Map<Long, String> balances = new TreeMap<>();
        for (final AccountsAnswerDecoder.AccountsDecoder a : decoder.accounts()) {
            balances.put(a.id(), a.debitsPosted() + "/" + a.debitsPending() + "/" + a.creditsPosted() + "/" + a.creditsPending());
        }
        return balances;
    }

    NaiveTotals.Sums dayTotals(final long institution, final int currency, final int date) {
        query.setMemory(0, QueryDayTotalsEncoder.BLOCK_LENGTH, (byte) 0);
        new QueryDayTotalsEncoder().wrap(query, 0).institution(institution).date(date).currency(currency);
        machine.query(QueryDayTotalsEncoder.TEMPLATE_ID, PaymentTown.OPERATOR, query, 0, QueryDayTotalsEncoder.BLOCK_LENGTH, answer, 0);
        final DayTotalsAnswerDecoder d = new DayTotalsAnswerDecoder().wrapAndApplyHeader(answer, 0, new MessageHeaderDecoder());
        return new NaiveTotals.Sums(new long[] {d.creditCount(), d.creditReversalCount(), d.debitCount(), d.debitReversalCount(),
            d.creditAmount(), d.creditReversalAmount(), d.debitAmount(), d.debitReversalAmount()});
    }

    /** All items, oldest first. */
    List<Item> items(final long behind) {
        final List<Item> items = new ArrayList<>();
        long cursor = behind;
        do {
            query.setMemory(0, QueryExceptionsEncoder.BLOCK_LENGTH, (byte) 0);
            new QueryExceptionsEncoder().wrap(query, 0).cursor(cursor).pageSize(64);
            machine.query(QueryExceptionsEncoder.TEMPLATE_ID, PaymentTown.OPERATOR, query, 0, QueryExceptionsEncoder.BLOCK_LENGTH, answer, 0);
            final ExceptionsAnswerDecoder d = new ExceptionsAnswerDecoder().wrapAndApplyHeader(answer, 0, new MessageHeaderDecoder());
            cursor = d.nextCursor();
            for (final ExceptionsAnswerDecoder.ItemsDecoder item : d.items()) {
                items.add(new Item(item.itemId(), item.reason(), item.amountMinor(), item.institution(), (int) item.stan()));
            }
        } while (cursor != 0);
        return items;
    }

    // ----- replay ---------------------------------------------------------------------------------------------------

    /** A restart: a fresh machine replays the tape, comes to the same digests, and takes over. */
    void restart() {
        final CollectedSlabs freshSlabs = new CollectedSlabs();
        final StateMachine fresh = new StateMachine(freshSlabs);
        final MutableDirectBuffer sink = new UnsafeBuffer(ByteBuffer.allocateDirect(256));
        for (int i = 0; i < tape.size(); i++) {
            final Entry entry = tape.get(i);
            fresh.beginEntry(entry.atNs);
            if (entry.templateId != 0) {
                command.putBytes(0, entry.body);
                if (StateMachine.isPayment(entry.templateId)) {
                    fresh.applyPayment(entry.templateId, entry.participant, command, 0, entry.body.length, 0, 0, outcome, sink, 0);
                } else {
                    fresh.apply(entry.templateId, entry.participant, command, 0, entry.body.length, outcome);
                }
                if (outcome.result != entry.result) {
                    assertThat(Result.name(outcome.result)).as("replay of entry " + i + ", template " + entry.templateId)
                        .isEqualTo(Result.name(entry.result));
                }
            }
            if (fresh.digest() != entry.digest || fresh.sweptInEntry() != entry.swept) {
                assertThat(fresh.sweptInEntry()).as("swept at replay of entry " + i).isEqualTo(entry.swept);
                assertThat(fresh.digest()).as("digest at replay of entry " + i + ", template " + entry.templateId).isEqualTo(entry.digest);
            }
        }
        assertThat(fresh.computeDigest()).as("digest computed after replay").isEqualTo(fresh.digest());
        slabs.close();
        slabs = freshSlabs;
        machine = restartsFromImage ? readFromImage(fresh) : fresh;
        machine.emitTo(this::onEffect);
    }

    /** A machine that has read the image of another one, of which it must be the equal. */
    private StateMachine readFromImage(final StateMachine written) {
        final byte[] image = ImageBytes.save(written);
        final StateMachine loaded = ImageBytes.load(image, new StateMachine(slabs));
        assertThat(StateComparison.differences(written, loaded)).as("fields that the image lacks").isEmpty();
        assertThat(loaded.digest()).as("digest read").isEqualTo(written.digest());
        assertThat(loaded.computeDigest()).as("digest computed from what was read").isEqualTo(written.digest());
        assertThat(ImageBytes.save(loaded)).as("image of what was read from an image").isEqualTo(image);
        return loaded;
    }

    @Override
    public void close() {
        slabs.close();
    }

    void check() {
        machine.checkConservation();
        assertThat(machine.computeDigest()).as("computed digest").isEqualTo(machine.digest());
    }
}
