package io.daybreak.payment;

import io.daybreak.machine.Outcome;
import io.daybreak.machine.StateMachine;
import io.daybreak.memory.CollectedSlabs;
import io.daybreak.model.ConfigureCommand;
import io.daybreak.protocol.AccountFlags;
import io.daybreak.protocol.CardStatus;
import io.daybreak.protocol.OutcomeFlags;
import io.daybreak.protocol.Participants;
import io.daybreak.protocol.RecordStatus;
import io.daybreak.protocol.Result;
import io.daybreak.protocol.codec.AccountDecoder;
import io.daybreak.protocol.codec.AccountEncoder;
import io.daybreak.protocol.codec.AccountActionEncoder;
import io.daybreak.protocol.codec.AccountsAnswerDecoder;
import io.daybreak.protocol.codec.ConfigurePaymentsEncoder;
import io.daybreak.protocol.codec.CutOverEncoder;
import io.daybreak.protocol.codec.DayTotalsAnswerDecoder;
import io.daybreak.protocol.codec.ExceptionsAnswerDecoder;
import io.daybreak.protocol.codec.FileUpdateEncoder;
import io.daybreak.protocol.codec.LookupAccountsEncoder;
import io.daybreak.protocol.codec.MessageHeaderDecoder;
import io.daybreak.protocol.codec.PaymentAnswerDecoder;
import io.daybreak.protocol.codec.PaymentDecoder;
import io.daybreak.protocol.codec.PaymentRecordAnswerDecoder;
import io.daybreak.protocol.codec.PaymentStatusAnswerDecoder;
import io.daybreak.protocol.codec.PutCardEncoder;
import io.daybreak.protocol.codec.PutDayGroupEncoder;
import io.daybreak.protocol.codec.PutFeeEncoder;
import io.daybreak.protocol.codec.PutInstitutionEncoder;
import io.daybreak.protocol.codec.PutMerchantEncoder;
import io.daybreak.protocol.codec.PutParticipantEncoder;
import io.daybreak.protocol.codec.PutTerminalEncoder;
import io.daybreak.protocol.codec.PutTierEncoder;
import io.daybreak.protocol.codec.PutWalletEncoder;
import io.daybreak.protocol.codec.QueryDayTotalsEncoder;
import io.daybreak.protocol.codec.QueryExceptionsEncoder;
import io.daybreak.protocol.codec.QueryPaymentEncoder;
import io.daybreak.protocol.codec.QueryPaymentStatusEncoder;
import io.daybreak.protocol.codec.ReconciliationAnswerDecoder;
import io.daybreak.protocol.codec.ReconciliationEncoder;
import io.daybreak.protocol.codec.ResolveExceptionEncoder;
import io.daybreak.protocol.codec.TickDecoder;
import io.daybreak.protocol.codec.TransferEncoder;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A state machine with a small town of payments around it: one acquirer, wallets with cards, merchants, terminals. Messages and
 * answers are values. After each command money is conserved. Everything that was
 * journaled is kept, so that {@link #replay()} can do it again.
 */
final class PaymentRig implements AutoCloseable {
    static final int OPERATOR = Participants.FIRST_OPERATOR;
    static final int PARTICIPANT = 100;
    static final int OTHER_PARTICIPANT = 101;
    static final long ACQUIRER = 100_001;
    static final long OTHER_ACQUIRER = 100_002;
    static final int CNY = 156;
    static final int USD = 840;
    static final int MCC = 5411;
    static final long BANK = 1;
    static final long USD_BANK = 2;
    static final long FEES = 900;
    static final long SETTLEMENT = 901;
    static final long EXCEPTION = 902;
    static final long ISSUER_SETTLEMENT = 903;
    static final long ISSUER_EXCEPTION = 904;
    static final long MERCHANT_ACCOUNTS = 100_000;
    static final long WALLET_ACCOUNTS = 10_000;
    static final int BILLER = 77;
    static final long ALL_OPERATIONS = (1L << 14) - 2;
    static final int WALLETS = 12;
    static final int MERCHANTS = 3;
    static final int DAY_GROUP = 1;
    static final long OPENING_BALANCE = 1_000_000;
    static final long FORCE_POST_CAP = 100_000;
    static final long REFUND_FUNDING = 20_000;
    static final long UNLINKED_LIMIT = 50_000;
    static final long NO_LIMIT = Long.MAX_VALUE;
    static final long SECOND_MS = 1_000;
    static final long HOUR_MS = 3_600 * SECOND_MS;
    static final long DAY_MS = 24 * HOUR_MS;

    private static final long NS_PER_MS = 1_000_000;

    private static final List<PaymentRig> OPEN = new ArrayList<>();

    final StateMachine machine;
    final List<Journaled> journal = new ArrayList<>();
    /** Checks the digest against the tables after each command, too: slow, since it reads all buckets. */
    boolean checksDigest;
    /** Keeps no journal and checks nothing: for loads. */
    boolean recordsNothing;

    private final CollectedSlabs slabs = new CollectedSlabs();
    private final MutableDirectBuffer command = new UnsafeBuffer(ByteBuffer.allocateDirect(1024));
    private final MutableDirectBuffer answer = new UnsafeBuffer(ByteBuffer.allocateDirect(24 * 1024));
    private final Outcome outcome = new Outcome();
    private long nowNs = Instant.parse("2026-11-23T12:00:00Z").toEpochMilli() * NS_PER_MS;
    private int nextStan = 1;
    private long nextRrn = 1;
    private long nextTransfer = 1;

    record Journaled(long timestampNs, int templateId, int participantId, byte[] body, int result) {
    }

    record Reply(int result, int outcomeFlags, long sequence, long paymentId, long amount, long ledgerBalance, long availableBalance,
                 long detail, long cashback, int stan, int processingCode, int settlementDate, int transmission, String rrn, int mti,
                 String approvalCode, int answerFlags) {
        boolean isRepeated() {
            return (outcomeFlags & OutcomeFlags.REPEATED) != 0;
        }

        /** What a repeat must say again. */
        List<Object> repeatable() {
            return List.of(result, paymentId, amount, stan, processingCode, settlementDate, rrn, mti, approvalCode);
        }
    }

    record Sums(long creditCount, long creditAmount, long creditReversalCount, long creditReversalAmount, long debitCount,
                long debitAmount, long debitReversalCount, long debitReversalAmount, long net) {
        static final Sums NONE = new Sums(0, 0, 0, 0, 0, 0, 0, 0, 0);
    }

    record Reconciled(int result, int outcomeFlags, int settlementCode, int date, int mti, Sums sums, String rrn) {
    }

    record Item(long itemId, long paymentId, long amount, int reason, int state) {
    }

    record Record(int result, int paymentResult, int state, long amount, long captured, long refunded, long reversed, long fee) {
    }

    record Status(long payments, long capacity, long reversalsBeforeOriginal, long openExceptions, long issuerRequests,
                  long storeAndForward) {
    }

    PaymentRig() {
        machine = new StateMachine(slabs);
        OPEN.add(this);
    }

    /** Lets the next town use the memory of this one, which must not be used any more. */
    @Override
    public void close() {
        slabs.close();
        OPEN.remove(this);
    }

    /** Closes every town that is still open. For the end of a test. */
    static void closeAll() {
        new ArrayList<>(OPEN).forEach(PaymentRig::close);
    }

    /** The town, built. */
    static PaymentRig town() {
        final PaymentRig rig = new PaymentRig();
        rig.build();
        return rig;
    }

    static String merchantName(final int number) {
        return String.format("M%014d", number);
    }

    static long merchantAccount(final int number) {
        return MERCHANT_ACCOUNTS + number;
    }

    static long walletAccount(final int number) {
        return WALLET_ACCOUNTS + number;
    }

    // ---- Building -------------------------------------------------------------------------------------------------------

    void build() {
        final ConfigureCommand limits = new ConfigureCommand(200_000, 1 << 18, 0, 60_000, 10_000, 1 << 16, 1_024, 1_024, 100);
        must(apply(limits.templateId(), Participants.SYSTEM, limits.encode(command, 0)));
        participant(OPERATOR, "OPERATOR", Participants.ROLE_ACTIVE | Participants.ROLE_OPERATOR);
        participant(PARTICIPANT, "ACQ001", Participants.ROLE_ACTIVE);
        participant(OTHER_PARTICIPANT, "ACQ002", Participants.ROLE_ACTIVE);
        configurePayments(10_000, 100, 100);
        account(BANK, CNY, 0);
        account(USD_BANK, USD, 0);
        for (final long id : new long[] {FEES, SETTLEMENT, EXCEPTION, ISSUER_SETTLEMENT, ISSUER_EXCEPTION}) {
            account(id, CNY, 0);
        }
        dayGroup(DAY_GROUP, 20_261_123);
        institution(ACQUIRER, PARTICIPANT, ALL_OPERATIONS, 31);
        institution(OTHER_ACQUIRER, OTHER_PARTICIPANT, ALL_OPERATIONS, 31);
        fee(100, 5, 0, 0);
        for (int i = 1; i <= MERCHANTS; i++) {
            account(merchantAccount(i), CNY, AccountFlags.DEBITS_MUST_NOT_EXCEED_CREDITS);
            merchant(i, RecordStatus.ACTIVE);
        }
        terminal("T0000001", RecordStatus.ACTIVE);
        terminal("T0000002", RecordStatus.ACTIVE);
        for (int i = 1; i <= WALLETS; i++) {
            account(walletAccount(i), CNY, AccountFlags.DEBITS_MUST_NOT_EXCEED_CREDITS);
            wallet(i, 0, RecordStatus.ACTIVE);
            card(i, 3012, CardStatus.ACTIVE, 0);
            fund(walletAccount(i), OPENING_BALANCE);
        }
    }

    void participant(final int id, final String code, final int roles) {
        new PutParticipantEncoder().wrap(command, 0).correlationId(0).idCapacity(id == OPERATOR ? 1 << 17 : 4_096).participantId(id).keyId(1).roles(roles)
            .burstMs(0).requestsPerSecond(0).participantCode(code);
        must(apply(PutParticipantEncoder.TEMPLATE_ID, Participants.SYSTEM, PutParticipantEncoder.BLOCK_LENGTH));
    }

    void configurePayments(final long payments, final long reserve, final long items) {
        new ConfigurePaymentsEncoder().wrap(command, 0).correlationId(0).paymentCapacity(payments).cardCapacity(1_000)
            .walletCapacity(1_000).merchantCapacity(1_000).terminalCapacity(1_000).issuerRequestCapacity(100)
            .storeAndForwardCapacity(1_000).exceptionCapacity(items).identityWindowMs(DAY_MS).reversalWindowMs(7 * DAY_MS)
            .holdWindowMs(30 * DAY_MS).refundWindowMs(180 * DAY_MS).futureToleranceMs(600 * SECOND_MS).reserveForFinishing(reserve);
        must(apply(ConfigurePaymentsEncoder.TEMPLATE_ID, Participants.SYSTEM, ConfigurePaymentsEncoder.BLOCK_LENGTH));
    }

    /** Windows so short that payments are forgotten in the middle of a test. */
    void shortWindows(final long payments, final long identityMs, final long reversalMs, final long holdMs, final long refundMs) {
        new ConfigurePaymentsEncoder().wrap(command, 0).correlationId(0).paymentCapacity(payments).cardCapacity(1_000)
            .walletCapacity(1_000).merchantCapacity(1_000).terminalCapacity(1_000).issuerRequestCapacity(100)
            .storeAndForwardCapacity(1_000).exceptionCapacity(10_000).identityWindowMs(identityMs).reversalWindowMs(reversalMs)
            .holdWindowMs(holdMs).refundWindowMs(refundMs).futureToleranceMs(600 * SECOND_MS).reserveForFinishing(payments / 8);
        must(apply(ConfigurePaymentsEncoder.TEMPLATE_ID, Participants.SYSTEM, ConfigurePaymentsEncoder.BLOCK_LENGTH));
    }

    void account(final long id, final int currency, final int flags) {
        final AccountEncoder encoder = new AccountEncoder().wrap(command, 0).id(id).userData64(0).ledger(currency).code(1).flags(flags);
        encoder.userData128().hi(0).lo(0);
        must(apply(AccountDecoder.TEMPLATE_ID, OPERATOR, AccountEncoder.BLOCK_LENGTH));
    }

    void accountAction(final long id, final int action, final int sides) {
        new AccountActionEncoder().wrap(command, 0).accountId(id).action(action).sides(sides).reserved(0);
        must(apply(AccountActionEncoder.TEMPLATE_ID, OPERATOR, AccountActionEncoder.BLOCK_LENGTH));
    }

    void dayGroup(final int group, final int firstDate) {
        new PutDayGroupEncoder().wrap(command, 0).correlationId(0).graceMs(HOUR_MS).firstDate(firstDate).dayGroup(group).zoneId(0)
            .cutOverMinute(0).status(RecordStatus.ACTIVE).reserved(0);
        must(apply(PutDayGroupEncoder.TEMPLATE_ID, OPERATOR, PutDayGroupEncoder.BLOCK_LENGTH));
    }

    void institution(final long number, final int participant, final long operations, final long rights) {
        new PutInstitutionEncoder().wrap(command, 0).correlationId(0).institution(number).settlementAccountId(SETTLEMENT)
            .exceptionAccountId(EXCEPTION).operations(operations).forcePostCapMinor(FORCE_POST_CAP)
            .refundFundingLimitMinor(REFUND_FUNDING).unlinkedRefundLimitMinor(UNLINKED_LIMIT).participantId(participant).rights(rights)
            .dayGroup(DAY_GROUP).status(RecordStatus.ACTIVE).currency(CNY).reserved(0);
        must(apply(PutInstitutionEncoder.TEMPLATE_ID, OPERATOR, PutInstitutionEncoder.BLOCK_LENGTH));
    }

    void fee(final int basisPoints, final long fixed, final int tolerancePerMille, final int flags) {
        fee(MCC, basisPoints, fixed, tolerancePerMille, flags);
    }

    void fee(final int mcc, final int basisPoints, final long fixed, final int tolerancePerMille, final int flags) {
        new PutFeeEncoder().wrap(command, 0).correlationId(0).institution(0).fixedMinor(fixed).minimumMinor(0).maximumMinor(NO_LIMIT)
            .feeAccountId(FEES).basisPoints(basisPoints).mcc(mcc).currency(CNY).status(RecordStatus.ACTIVE).flags(flags)
            .tolerancePerMille(tolerancePerMille).reserved(0);
        must(apply(PutFeeEncoder.TEMPLATE_ID, OPERATOR, PutFeeEncoder.BLOCK_LENGTH));
    }

    void merchant(final int number, final int status) {
        merchant(number, MCC, status);
    }

    void merchant(final int number, final int mcc, final int status) {
        final PutMerchantEncoder encoder = new PutMerchantEncoder().wrap(command, 0).correlationId(0);
        encoder.merchant(merchantName(number)).accountId(merchantAccount(number)).institution(0).mcc(mcc).status(status)
            .billerNumber(number == MERCHANTS ? BILLER : 0);
        must(apply(PutMerchantEncoder.TEMPLATE_ID, OPERATOR, PutMerchantEncoder.BLOCK_LENGTH));
    }

    void terminal(final String name, final int status) {
        command.setMemory(0, PutTerminalEncoder.BLOCK_LENGTH, (byte) 0);
        new PutTerminalEncoder().wrap(command, 0).correlationId(0).terminal(name).institution(0).status(status).reserved1(0).reserved2(0);
        must(apply(PutTerminalEncoder.TEMPLATE_ID, OPERATOR, PutTerminalEncoder.BLOCK_LENGTH));
    }

    void wallet(final int number, final int tier, final int status) {
        new PutWalletEncoder().wrap(command, 0).correlationId(0).walletId(number).accountId(walletAccount(number)).tierId(tier).zoneId(0)
            .status(status).reserved(0);
        must(apply(PutWalletEncoder.TEMPLATE_ID, OPERATOR, PutWalletEncoder.BLOCK_LENGTH));
    }

    void card(final int number, final int expiry, final int status, final int flags) {
        card(number, PaymentMessage.TOKEN_LOW + number, number, expiry, status, flags);
    }

    void card(final long hi, final long lo, final long wallet, final int expiry, final int status, final int flags) {
        final PutCardEncoder encoder = new PutCardEncoder().wrap(command, 0).correlationId(0);
        encoder.token().hi(hi).lo(lo);
        encoder.walletId(wallet).bin(99000100).tokenKeyId(1).expiry(expiry).status(status).flags(flags).reserved(0);
        must(apply(PutCardEncoder.TEMPLATE_ID, OPERATOR, PutCardEncoder.BLOCK_LENGTH));
    }

    void tier(final int id, final int channel, final long perPayment, final long perDay, final long perMonth, final long perYear,
              final int countPerDay, final long ceiling) {
        new PutTierEncoder().wrap(command, 0).correlationId(0).perPaymentMinor(perPayment).perDayMinor(perDay).perMonthMinor(perMonth)
            .perYearMinor(perYear).balanceCeilingMinor(ceiling).countPerDay(countPerDay).countPerMonth(Integer.MAX_VALUE)
            .countPerYear(Integer.MAX_VALUE).validFromDate(20_260_101).tierId(id).currency(CNY).channel((short) channel)
            .status((short) RecordStatus.ACTIVE).reserved(0).name("tier" + id);
        must(apply(PutTierEncoder.TEMPLATE_ID, OPERATOR, PutTierEncoder.BLOCK_LENGTH));
    }

    /** Moves money from the bank's account, by a native transfer of the operator. */
    void fund(final long account, final long amount) {
        transfer(account < USD_BANK * 10 && account == USD_BANK ? USD_BANK : BANK, account, amount, CNY);
    }

    void transfer(final long debit, final long credit, final long amount, final int currency) {
        final TransferEncoder encoder = new TransferEncoder().wrap(command, 0);
        encoder.id().hi(nowNs / NS_PER_MS << 16).lo(nextTransfer++);
        encoder.debitAccountId(debit).creditAccountId(credit).amountMinor(amount).userData64(0).timeoutMs(0).ledger(currency).code(1)
            .flags(0).reserved(0);
        encoder.pendingId().hi(0).lo(0);
        encoder.userData128().hi(0).lo(0);
        must(apply(TransferEncoder.TEMPLATE_ID, OPERATOR, TransferEncoder.BLOCK_LENGTH));
    }

    int cutOver(final int newDate) {
        new CutOverEncoder().wrap(command, 0).correlationId(0).institution(0).newDate(newDate).dayGroup(DAY_GROUP).reserved(0);
        return apply(CutOverEncoder.TEMPLATE_ID, OPERATOR, CutOverEncoder.BLOCK_LENGTH);
    }

    private static void must(final int result) {
        assertThat(Result.name(result)).isEqualTo("OK");
    }

    // ---- Time -----------------------------------------------------------------------------------------------------------

    long nowNs() {
        return nowNs;
    }

    /** Time passes; what falls due does so with the next command. */
    void advance(final long ms) {
        nowNs += ms * NS_PER_MS;
    }

    /** Time passes, and the switch notices. */
    void tickAfter(final long ms) {
        advance(ms);
        command.setMemory(0, 8, (byte) 0);
        apply(TickDecoder.TEMPLATE_ID, Participants.SYSTEM, TickDecoder.BLOCK_LENGTH);
    }

    /** DE 7 of now. */
    int transmission() {
        return transmission(nowNs);
    }

    static int transmission(final long ns) {
        final ZonedDateTime time = Instant.ofEpochSecond(0, ns).atZone(ZoneOffset.UTC);
        return time.getMonthValue() * 100_000_000 + time.getDayOfMonth() * 1_000_000 + time.getHour() * 10_000 + time.getMinute() * 100
            + time.getSecond();
    }

    // ---- Commands -------------------------------------------------------------------------------------------------------

    /** Gives a message an identity of its own, as far as it has none: DE 11, DE 7, DE 37. */
    PaymentMessage stamp(final PaymentMessage message) {
        final PaymentMessage copy = message.copy();
        if (copy.stan == 0) {
            copy.stan = nextStan++;
        }
        if (copy.transmission == 0) {
            copy.transmission = transmission();
        }
        if (copy.rrn.isEmpty()) {
            copy.rrn = String.format("R%011d", nextRrn++);
        }
        return copy;
    }

    /** Stamps and sends; for messages that no later one refers to. */
    Reply pay(final PaymentMessage message) {
        return send(stamp(message));
    }

    /** Sends a message as it is. */
    Reply send(final PaymentMessage message) {
        return send(PARTICIPANT, message);
    }

    Reply send(final int participant, final PaymentMessage message) {
        applyPayment(PaymentDecoder.TEMPLATE_ID, participant, message.encode(command, 0));
        final PaymentAnswerDecoder a = new PaymentAnswerDecoder().wrap(answer, 0, PaymentAnswerDecoder.BLOCK_LENGTH, 1);
        assertThat(a.result()).as("result of the answer").isEqualTo(outcome.result);
        return new Reply(outcome.result, outcome.flags, outcome.sequence, a.paymentId(), a.amountMinor(), a.ledgerBalanceMinor(),
            a.availableBalanceMinor(), a.detailMinor(), a.cashbackMinor(), (int) a.stan(), (int) a.processingCode(),
            (int) a.settlementDate(), (int) a.transmission(), a.rrn(), a.mti(), a.approvalCode(), a.flags());
    }

    Reconciled reconcile(final int mti, final int stan, final int date, final int sent, final Sums sums) {
        return reconcile(mti, stan, transmission(), date, sent, sums);
    }

    Reconciled reconcile(final int mti, final int stan, final int transmission, final int date, final int sent, final Sums sums) {
        return reconcile(mti, stan, transmission, 0, String.format("X%011d", stan), date, sent, sums);
    }

    Reconciled reconcile(final int mti, final int stan, final int transmission, final int year, final String rrn, final int date, final int sent,
                         final Sums sums) {
        final ReconciliationEncoder encoder = new ReconciliationEncoder().wrap(command, 0).institution(ACQUIRER)
            .creditAmount(sums.creditAmount).creditReversalAmount(sums.creditReversalAmount).debitAmount(sums.debitAmount)
            .debitReversalAmount(sums.debitReversalAmount).netAmount(sums.net).creditCount(sums.creditCount)
            .creditReversalCount(sums.creditReversalCount).debitCount(sums.debitCount).debitReversalCount(sums.debitReversalCount)
            .stan(stan).transmission(transmission).sent(sent);
        encoder.rrn(rrn).mti(mti).currency(CNY).settlementDate(date).year(year);
        applyPayment(ReconciliationEncoder.TEMPLATE_ID, PARTICIPANT, ReconciliationEncoder.BLOCK_LENGTH);
        final ReconciliationAnswerDecoder a =
            new ReconciliationAnswerDecoder().wrap(answer, 0, ReconciliationAnswerDecoder.BLOCK_LENGTH, 1);
        return new Reconciled(outcome.result, outcome.flags, a.settlementCode(), (int) a.settlementDate(), a.mti(),
            new Sums(a.creditCount(), a.creditAmount(), a.creditReversalCount(), a.creditReversalAmount(), a.debitCount(),
                a.debitAmount(), a.debitReversalCount(), a.debitReversalAmount(), a.netAmount()), a.rrn());
    }

    int updateFile(final int card, final int action) {
        return updateFile(card, action, 0);
    }

    /** The same of a card that a route leads to. */
    int updateFile(final int card, final int action, final int bin) {
        final FileUpdateEncoder encoder = new FileUpdateEncoder().wrap(command, 0);
        encoder.token().hi(card).lo(PaymentMessage.TOKEN_LOW + card);
        encoder.previousToken().hi(0).lo(0);
        encoder.institution(ACQUIRER).stan(nextStan++).transmission(transmission()).mti(302).action(action).bin(bin);
        applyPayment(FileUpdateEncoder.TEMPLATE_ID, PARTICIPANT, FileUpdateEncoder.BLOCK_LENGTH);
        return outcome.result;
    }

    int lastOutcomeFlags() {
        return outcome.flags;
    }

    int resolve(final long itemId) {
        command.setMemory(0, ResolveExceptionEncoder.BLOCK_LENGTH, (byte) 0);
        new ResolveExceptionEncoder().wrap(command, 0).correlationId(0).itemId(itemId).note("paid by hand");
        return apply(ResolveExceptionEncoder.TEMPLATE_ID, OPERATOR, ResolveExceptionEncoder.BLOCK_LENGTH);
    }

    /** Applies a body that lies in {@link #body}. */
    int apply(final int templateId, final int participant, final int length) {
        beginEntry();
        machine.apply(templateId, participant, command, 0, length, outcome);
        journal(templateId, participant, length);
        return outcome.result;
    }

    private void applyPayment(final int templateId, final int participant, final int length) {
        beginEntry();
        machine.applyPayment(templateId, participant, command, 0, length, 7, 8, outcome, answer, 0);
        journal(templateId, participant, length);
    }

    /** Where a body is put for {@link #apply}. */
    MutableDirectBuffer body() {
        return command;
    }

    private void beginEntry() {
        nowNs += NS_PER_MS;
        machine.beginEntry(nowNs);
        if (machine.sweptInEntry() > 0) {
            journal.add(new Journaled(nowNs, 0, 0, new byte[0], 0));
        }
    }

    private void journal(final int templateId, final int participant, final int length) {
        if (recordsNothing) {
            return;
        }
        final boolean decided = Result.isDecided(outcome.result)
            && (outcome.flags & (OutcomeFlags.REPEATED | OutcomeFlags.NOT_JOURNALED)) == 0;
        if (decided) {
            final byte[] bytes = new byte[length];
            command.getBytes(0, bytes);
            journal.add(new Journaled(nowNs, templateId, participant, bytes, outcome.result));
        }
        machine.checkConservation();
        if (checksDigest) {
            assertThat(machine.digest()).as("running digest").isEqualTo(machine.computeDigest());
        }
    }

    /** A new machine that was told the journal again; its digest is this one's. */
    PaymentRig replay() {
        assertThat(machine.digest()).as("running digest").isEqualTo(machine.computeDigest());
        final PaymentRig again = new PaymentRig();
        long timestampNs = 0;
        for (final Journaled entry : journal) {
            if (entry.timestampNs != timestampNs) {
                again.machine.beginEntry(entry.timestampNs);
                timestampNs = entry.timestampNs;
            }
            if (entry.templateId != 0) {
                again.command.putBytes(0, entry.body);
                if (StateMachine.isPayment(entry.templateId)) {
                    again.machine.applyPayment(entry.templateId, entry.participantId, again.command, 0, entry.body.length, 0, 0,
                        again.outcome, again.answer, 0);
                } else {
                    again.machine.apply(entry.templateId, entry.participantId, again.command, 0, entry.body.length, again.outcome);
                }
                assertThat(Result.name(again.outcome.result)).isEqualTo(Result.name(entry.result));
            }
        }
        assertThat(again.machine.digest()).as("digest after replay").isEqualTo(machine.digest());
        again.nowNs = nowNs;
        again.nextStan = nextStan;
        again.nextRrn = nextRrn;
        again.nextTransfer = nextTransfer;
        again.journal.addAll(journal);
        return again;
    }

    // ---- Questions ------------------------------------------------------------------------------------------------------

    /** Posted credits less posted debits. */
    long balance(final long account) {
        return accountWord(account, true);
    }

    /** Posted balance less what is held. */
    long available(final long account) {
        return accountWord(account, false);
    }

    long wallet(final int number) {
        return balance(walletAccount(number));
    }

    long availableOf(final int number) {
        return available(walletAccount(number));
    }

    private long accountWord(final long account, final boolean posted) {
        final LookupAccountsEncoder encoder = new LookupAccountsEncoder().wrap(answer, 0).correlationId(0);
        encoder.accountsCount(1).next().id(account);
        machine.query(LookupAccountsEncoder.TEMPLATE_ID, OPERATOR, answer, 0, encoder.encodedLength(), answer, 0);
        final AccountsAnswerDecoder decoder = new AccountsAnswerDecoder().wrapAndApplyHeader(answer, 0, new MessageHeaderDecoder());
        final AccountsAnswerDecoder.AccountsDecoder a = decoder.accounts().next();
        return a.creditsPosted() - a.debitsPosted() - (posted ? 0 : a.debitsPending());
    }

    Sums dayTotals(final int date) {
        new QueryDayTotalsEncoder().wrap(command, 0).correlationId(5).institution(ACQUIRER).date(date).currency(CNY).reserved(0);
        machine.query(QueryDayTotalsEncoder.TEMPLATE_ID, OPERATOR, command, 0, QueryDayTotalsEncoder.BLOCK_LENGTH, answer, 0);
        final DayTotalsAnswerDecoder a = new DayTotalsAnswerDecoder().wrapAndApplyHeader(answer, 0, new MessageHeaderDecoder());
        assertThat(a.result()).isZero();
        return new Sums(a.creditCount(), a.creditAmount(), a.creditReversalCount(), a.creditReversalAmount(), a.debitCount(),
            a.debitAmount(), a.debitReversalCount(), a.debitReversalAmount(), a.netAmount());
    }

    List<Item> items() {
        final List<Item> items = new ArrayList<>();
        long cursor = 0;
        do {
            new QueryExceptionsEncoder().wrap(command, 0).correlationId(5).cursor(cursor).pageSize(10).reserved1(0).reserved2(0);
            machine.query(QueryExceptionsEncoder.TEMPLATE_ID, OPERATOR, command, 0, QueryExceptionsEncoder.BLOCK_LENGTH, answer, 0);
            final ExceptionsAnswerDecoder a = new ExceptionsAnswerDecoder().wrapAndApplyHeader(answer, 0, new MessageHeaderDecoder());
            assertThat(a.result()).isZero();
            cursor = a.nextCursor();
            for (final ExceptionsAnswerDecoder.ItemsDecoder item : a.items()) {
                items.add(new Item(item.itemId(), item.paymentId(), item.amountMinor(), item.reason(), item.state()));
            }
        } while (cursor != 0);
        return items;
    }

    List<Integer> itemReasons() {
        return items().stream().map(Item::reason).toList();
    }

    Record record(final String rrn) {
        new QueryPaymentEncoder().wrap(command, 0).correlationId(5).institution(ACQUIRER).paymentId(0).rrn(rrn).reserved(0);
        machine.query(QueryPaymentEncoder.TEMPLATE_ID, OPERATOR, command, 0, QueryPaymentEncoder.BLOCK_LENGTH, answer, 0);
        final PaymentRecordAnswerDecoder a = new PaymentRecordAnswerDecoder().wrapAndApplyHeader(answer, 0, new MessageHeaderDecoder());
        return new Record(a.result(), a.paymentResult(), a.state(), a.amountMinor(), a.capturedMinor(), a.refundedMinor(),
            a.reversedMinor(), a.feeMinor());
    }

    Status status() {
        new QueryPaymentStatusEncoder().wrap(command, 0).correlationId(5);
        machine.query(QueryPaymentStatusEncoder.TEMPLATE_ID, PARTICIPANT, command, 0, QueryPaymentStatusEncoder.BLOCK_LENGTH, answer, 0);
        final PaymentStatusAnswerDecoder a = new PaymentStatusAnswerDecoder().wrapAndApplyHeader(answer, 0, new MessageHeaderDecoder());
        assertThat(a.result()).isZero();
        return new Status(a.payments(), a.paymentCapacity(), a.reversalsBeforeOriginal(), a.openExceptions(), a.issuerRequests(),
            a.storeAndForward());
    }
}
