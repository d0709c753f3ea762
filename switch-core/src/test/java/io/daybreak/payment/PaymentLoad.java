package io.daybreak.payment;

import io.daybreak.machine.Outcome;
import io.daybreak.machine.StateMachine;
import io.daybreak.protocol.CardStatus;
import io.daybreak.protocol.RecordStatus;
import io.daybreak.protocol.Result;
import io.daybreak.protocol.codec.ConfigurePaymentsEncoder;
import io.daybreak.protocol.codec.PaymentDecoder;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Purchases without end, straight into the state machine: for the test of allocation, and by {@link #main} for the time of one. All
 * bodies are made before; applying one only writes DE 11, 7 and 37 into it.
 */
final class PaymentLoad {
    private static final int BODIES = 1 << 15;
    private static final int ENTRY = 64;
    private static final int RUN = StateMachine.MAX_READ_AHEAD;
    private static final int RRN_CHARS = 12;
    private static final int STAN = PaymentDecoder.stanEncodingOffset();
    private static final int RRN = PaymentDecoder.rrnEncodingOffset();
    private static final int TRANSMISSION = PaymentDecoder.transmissionEncodingOffset();
    private static final int BODY_BYTES = 512;

    private final PaymentRig rig;
    private final StateMachine machine;
    private final MutableDirectBuffer bodies = new UnsafeBuffer(ByteBuffer.allocateDirect(BODIES * BODY_BYTES));
    private final MutableDirectBuffer answer = new UnsafeBuffer(ByteBuffer.allocateDirect(128));
    private final Outcome outcome = new Outcome();
    private long nowNs;
    private int next;
    private int transmission;
    private long approved;
    private boolean isReadAhead = true;

    PaymentLoad(final PaymentRig rig, final int wallets, final long payments) {
        this.rig = rig;
        this.machine = rig.machine;
        configure(payments, wallets);
        for (int i = PaymentRig.WALLETS + 1; i <= wallets; i++) {
            rig.account(PaymentRig.walletAccount(i), PaymentRig.CNY, 1);
            rig.wallet(i, 0, RecordStatus.ACTIVE);
            rig.card(i, 3012, CardStatus.ACTIVE, 0);
            rig.fund(PaymentRig.walletAccount(i), 1L << 40);
        }
        final SplittableRandom random = new SplittableRandom(8_583);
        for (int i = 0; i < BODIES; i++) {
            PaymentMessage.purchase(PaymentRig.WALLETS + 1 + random.nextInt(wallets - PaymentRig.WALLETS), 1 + random.nextInt(1_000))
                .merchant(PaymentRig.merchantName(1 + random.nextInt(PaymentRig.MERCHANTS))).encode(bodies, i * BODY_BYTES);
        }
        nowNs = rig.nowNs();
    }

    private void configure(final long payments, final int wallets) {
        new ConfigurePaymentsEncoder().wrap(rig.body(), 0).correlationId(0).paymentCapacity(payments).cardCapacity(wallets)
            .walletCapacity(wallets).merchantCapacity(1_000).terminalCapacity(1_000).issuerRequestCapacity(100)
            .storeAndForwardCapacity(1_000).exceptionCapacity(1_000).identityWindowMs(1_000).reversalWindowMs(1_000)
            .holdWindowMs(1_000).refundWindowMs(1_000).futureToleranceMs(1_000).reserveForFinishing(100);
        rig.apply(ConfigurePaymentsEncoder.TEMPLATE_ID, PaymentRig.OPERATOR, ConfigurePaymentsEncoder.BLOCK_LENGTH);
    }

    /** Applies so many purchases, in entries of 64 that are {@code entryNs} apart. */
    void purchases(final int count, final long entryNs) {
        for (int i = 0; i < count; i++) {
            if (i % ENTRY == 0) {
                nowNs += entryNs;
                machine.beginEntry(nowNs);
                final int second = (int) (nowNs / 1_000_000_000L % 86_400);
                transmission = 1_123_000_000 + second / 3_600 * 10_000 + second / 60 % 60 * 100 + second % 60;
            }
            if (i % RUN == 0) {
                prepare(Math.min(RUN, count - i));
            }
            final int body = (next & BODIES - 1) * BODY_BYTES;
            next++;
            machine.applyPayment(PaymentDecoder.TEMPLATE_ID, PaymentRig.PARTICIPANT, bodies, body, PaymentDecoder.BLOCK_LENGTH, 1, 2,
                outcome, answer, 0);
            approved += outcome.result == Result.OK ? 1 : 0;
        }
    }

    /** Writes the numbers of the next purchases, and has what they need read ahead, as the ledger stage does. */
    private void prepare(final int run) {
        for (int i = next; i < next + run; i++) {
            final int body = (i & BODIES - 1) * BODY_BYTES;
            bodies.putInt(body + STAN, i % 1_000_000, ByteOrder.LITTLE_ENDIAN);
            bodies.putInt(body + TRANSMISSION, transmission, ByteOrder.LITTLE_ENDIAN);
            putReference(body + RRN, i);
            if (isReadAhead) {
                machine.addPaymentToReadAhead(bodies, body);
            }
        }
        machine.readAhead();
    }

    private void putReference(final int at, final int number) {
        int rest = number;
        for (int i = RRN_CHARS - 1; i >= 0; i--) {
            bodies.putByte(at + i, (byte) ('0' + rest % 10));
            rest /= 10;
        }
    }

    /** Purchases approved so far. */
    long approved() {
        return approved;
    }

    /** Result of the last one. */
    int lastResult() {
        return outcome.result;
    }

    /**
     * Processor time of a purchase in the state machine, with 100,000 wallets if nothing else is said.
     *
     * @param args rounds of a million; wallets; false not to read ahead
     */
    public static void main(final String[] args) {
        final int rounds = args.length == 0 ? 6 : Integer.parseInt(args[0]);
        final PaymentRig rig = new PaymentRig();
        rig.recordsNothing = true;
        rig.build();
        final PaymentLoad load = new PaymentLoad(rig, args.length < 2 ? 100_000 : Integer.parseInt(args[1]), 1L << 22);
        load.isReadAhead = args.length < 3 || Boolean.parseBoolean(args[2]);
        final long[] perPurchase = new long[rounds];
        final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        for (int round = 0; round < rounds; round++) {
            // Time of the processor, so that a busy machine counts against nobody.
            final long start = threads.getCurrentThreadCpuTime();
            load.purchases(1_000_000, 64_000);
            perPurchase[round] = (threads.getCurrentThreadCpuTime() - start) / 1_000_000;
            System.out.println("round " + round + ": " + perPurchase[round] + " ns a purchase, approved " + load.approved()
                + ", remembered " + rig.status().payments() + ", last " + Result.name(load.lastResult()));
        }
        Arrays.sort(perPurchase);
        System.out.println("median " + perPurchase[rounds / 2] + " ns");
        rig.machine.checkConservation();
    }
}
