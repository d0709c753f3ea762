package io.daybreak.loadtest.rig;

import io.daybreak.client.ConnectionListener;
import io.daybreak.client.Disconnect;
import io.daybreak.client.NativeConnection;
import io.daybreak.client.Session;
import io.daybreak.loadtest.workload.TransferPlan;
import io.daybreak.protocol.Result;
import io.daybreak.protocol.codec.OutcomesAnswerDecoder.OutcomesDecoder;
import io.daybreak.protocol.codec.TransferEncoder;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

import java.nio.ByteOrder;

/**
 * One connection of a loop, and the book of what is in flight on it: primitive arrays, indexed by the slot that is the
 * request's correlation id.
 * <pre>
 *   parcels[slot * batch + i]:  | debit index 28 bits | credit index 20 bits | amount 16 bits |
 * </pre>
 * Loop thread only. The number of slots is the window: none free means that nothing is sent.
 */
final class LoadConnection implements ConnectionListener, PacedLink {
    private static final int CREDIT_SHIFT = 16;
    private static final int DEBIT_SHIFT = 36;
    private static final long AMOUNT_MASK = (1L << CREDIT_SHIFT) - 1;
    private static final long CREDIT_MASK = (1L << DEBIT_SHIFT - CREDIT_SHIFT) - 1;
    private static final int FLAGS_CODE_TIMEOUT_LEDGER = TransferEncoder.timeoutMsEncodingOffset();
    /** The clock is read once for so many answers: at 30 ns a reading it would cost more than decoding them. */
    private static final int ANSWERS_PER_CLOCK_READING = 32;

    private final LoadLoop loop;
    private final RigSettings settings;
    private final TransferPlan plan;
    private final int batch;
    private final long[] intendedNs;
    private final long[] parcels;
    private final long[] idHi;
    private final long[] idLo;
    private final int[] missing;
    private final int[] freeSlots;
    private final MoneyBook book;
    private int freeCount;
    private NativeConnection connection;
    private Session session;
    private Disconnect disconnect;
    private long readNs;
    private int answersAtReading;
    private boolean hasUnflushed;

    LoadConnection(final LoadLoop loop, final RigSettings settings, final TransferPlan plan, final MoneyBook book) {
        this.loop = loop;
        this.settings = settings;
        this.plan = plan;
        this.book = book;
        this.batch = settings.batch();
        final int slots = settings.window();
        this.intendedNs = new long[slots];
        this.missing = new int[slots];
        this.freeSlots = new int[slots];
        this.parcels = new long[slots * batch];
        this.idHi = new long[slots * batch];
        this.idLo = new long[slots * batch];
        for (int slot = slots - 1; slot >= 0; slot--) {
            freeSlots[freeCount++] = slot;
        }
    }

    void opened(final NativeConnection opened) {
        connection = opened;
    }

    Session session() {
        return session;
    }

    @Override
    public String lost() {
        return disconnect == null ? null : disconnect.toString();
    }

    @Override
    public boolean isReady() {
        return session != null && disconnect == null;
    }

    @Override
    public boolean isIdle() {
        return freeCount == freeSlots.length;
    }

    long inFlight() {
        return (long) (freeSlots.length - freeCount) * batch;
    }

    @Override
    public boolean maySend() {
        return freeCount > 0 && isReady() && connection.isWritable();
    }

    @Override
    public boolean send(final long intended) {
        if (freeCount == 0) {
            return false;
        }
        final int slot = freeSlots[freeCount - 1];
        final int offset = connection.claimTransfers(slot, batch);
        if (offset == NativeConnection.NOT_CLAIMED) {
            return false;
        }
        freeCount--;
        intendedNs[slot] = intended;
        missing[slot] = batch;
        final MutableDirectBuffer buffer = connection.buffer();
        final int first = slot * batch;
        for (int i = 0; i < batch; i++) {
            encode(buffer, offset + i * NativeConnection.TRANSFER_BYTES, first + i);
        }
        hasUnflushed = true;
        return true;
    }

    private void encode(final MutableDirectBuffer buffer, final int offset, final int index) {
        plan.next();
        final int debit = plan.debitIndex();
        final int credit = plan.creditIndex();
        final int amount = plan.amountMinor();
        final long hi = loop.idHi();
        final long lo = loop.nextIdLo();
        parcels[index] = (long) debit << DEBIT_SHIFT | (long) credit << CREDIT_SHIFT | amount;
        idHi[index] = hi;
        idLo[index] = lo;
        buffer.putLong(offset, hi, ByteOrder.LITTLE_ENDIAN);
        buffer.putLong(offset + Long.BYTES, lo, ByteOrder.LITTLE_ENDIAN);
        buffer.putLong(offset + TransferEncoder.debitAccountIdEncodingOffset(), settings.debitFrom() + debit, ByteOrder.LITTLE_ENDIAN);
        buffer.putLong(offset + TransferEncoder.creditAccountIdEncodingOffset(), settings.creditFrom() + credit, ByteOrder.LITTLE_ENDIAN);
        buffer.putLong(offset + TransferEncoder.amountMinorEncodingOffset(), amount, ByteOrder.LITTLE_ENDIAN);
        // Pending id, user data: zero.
        for (int zero = TransferEncoder.pendingIdEncodingOffset(); zero < FLAGS_CODE_TIMEOUT_LEDGER; zero += Long.BYTES) {
            buffer.putLong(offset + zero, 0L);
        }
        buffer.putInt(offset + FLAGS_CODE_TIMEOUT_LEDGER, 0);
        buffer.putInt(offset + TransferEncoder.ledgerEncodingOffset(), settings.ledger(), ByteOrder.LITTLE_ENDIAN);
        buffer.putShort(offset + TransferEncoder.codeEncodingOffset(), (short) settings.code(), ByteOrder.LITTLE_ENDIAN);
        buffer.putShort(offset + TransferEncoder.flagsEncodingOffset(), (short) 0);
        buffer.putInt(offset + TransferEncoder.reservedEncodingOffset(), 0);
    }

    @Override
    public void flush() {
        if (hasUnflushed) {
            hasUnflushed = false;
            connection.flush();
        }
    }

    @Override
    public void goodbye() {
        if (isReady()) {
            connection.goodbye();
        }
    }

    @Override
    public void close() {
        if (connection != null) {
            connection.close();
        }
    }

    @Override
    public void onReady(final NativeConnection ready, final Session newSession) {
        session = newSession;
        loop.onServerTime(newSession.serverTimeMs());
    }

    @Override
    public void onOutcome(final long correlationId, final int index, final int requestCount, final long sequence,
                          final long timestampNs, final long amountMinor, final int result, final int outcomeFlags) {
        throw new IllegalStateException("outcomes are read in place");
    }

    @Override
    public void onOutcomes(final long correlationId, final int firstIndex, final int requestCount, final int outcomeCount,
                           final DirectBuffer buffer, final int offset, final int entryBytes) {
        final int slot = (int) correlationId;
        if (correlationId < 0 || correlationId >= missing.length || requestCount != batch || outcomeCount > missing[slot]) {
            loop.onProtocolError("an answer that fits no request: correlation id " + correlationId);
            close();
            return;
        }
        if (--answersAtReading < 0) {
            readNs = System.nanoTime();
            answersAtReading = ANSWERS_PER_CLOCK_READING;
        }
        int accepted = 0;
        final int first = slot * batch + firstIndex;
        for (int i = 0; i < outcomeCount; i++) {
            final int result = buffer.getShort(offset + i * entryBytes + OutcomesDecoder.resultEncodingOffset(),
                ByteOrder.LITTLE_ENDIAN) & 0xFFFF;
            if (result == Result.OK) {
                final long parcel = parcels[first + i];
                book.add((int) (parcel >>> DEBIT_SHIFT), (int) (parcel >>> CREDIT_SHIFT & CREDIT_MASK), parcel & AMOUNT_MASK);
                accepted++;
            } else {
                loop.onRefused(result, intendedNs[slot]);
            }
        }
        loop.onAnswered(intendedNs[slot], readNs, outcomeCount, accepted);
        missing[slot] -= outcomeCount;
        if (missing[slot] == 0) {
            freeSlots[freeCount++] = slot;
        }
    }

    @Override
    public void onAnswer(final int templateId, final long correlationId, final DirectBuffer buffer, final int offset,
                         final int length) {
        loop.onProtocolError("an answer to a query that was not asked");
    }

    @Override
    public void onBatchEnd(final NativeConnection source) {
        answersAtReading = 0;
        loop.onReadEnd(this);
    }

    @Override
    public void onWritable(final NativeConnection source) {
        loop.onReadEnd(this);
    }

    @Override
    public void onClosed(final NativeConnection source, final Disconnect reason) {
        disconnect = reason;
    }

    /** Everything that was sent and not answered. */
    void collectUnknown(final UnknownTransfers unknown) {
        final boolean[] isFree = new boolean[missing.length];
        for (int i = 0; i < freeCount; i++) {
            isFree[freeSlots[i]] = true;
        }
        for (int slot = 0; slot < missing.length; slot++) {
            if (isFree[slot]) {
                continue;
            }
            // Outcomes of a request come in order, so the last ones are those that are missing.
            for (int i = batch - missing[slot]; i < batch; i++) {
                final int index = slot * batch + i;
                final long parcel = parcels[index];
                unknown.add(idHi[index], idLo[index], (int) (parcel >>> DEBIT_SHIFT),
                    (int) (parcel >>> CREDIT_SHIFT & CREDIT_MASK), parcel & AMOUNT_MASK);
            }
        }
    }
}
