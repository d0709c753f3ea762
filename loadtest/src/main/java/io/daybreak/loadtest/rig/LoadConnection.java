package io.daybreak.loadtest.rig;

import io.daybreak.client.ConnectionListener;
import io.daybreak.client.Disconnect;
import io.daybreak.client.NativeConnection;
import io.daybreak.client.Session;
import io.daybreak.loadtest.rig.NativeMix.Kind;
import io.daybreak.loadtest.rig.UnknownTransfers.Effect;
import io.daybreak.loadtest.workload.TransferPlan;
import io.daybreak.protocol.Result;
import io.daybreak.protocol.TransferFlags;
import io.daybreak.protocol.codec.AccountsAnswerDecoder;
import io.daybreak.protocol.codec.LookupAccountsEncoder;
import io.daybreak.protocol.codec.MessageHeaderDecoder;
import io.daybreak.protocol.codec.MessageHeaderEncoder;
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
 * In a mix a request has its slot from its first message to its last answer; a hold's post or release follows the answer to the hold by itself.
 * <p>
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
    private static final int QUERY_BYTES = MessageHeaderEncoder.ENCODED_LENGTH + LookupAccountsEncoder.BLOCK_LENGTH
        + LookupAccountsEncoder.AccountsEncoder.sbeHeaderSize() + LookupAccountsEncoder.AccountsEncoder.sbeBlockLength();
    /** Longer than any hold of a run lives; the switch files it among its deadlines as it does with those of a shop. */
    private static final int HOLD_TIMEOUT_MS = 3_600_000;

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
    private final MessageHeaderEncoder header = new MessageHeaderEncoder();
    private final LookupAccountsEncoder lookup = new LookupAccountsEncoder();
    private final MessageHeaderDecoder answerHeader = new MessageHeaderDecoder();
    private final AccountsAnswerDecoder accounts = new AccountsAnswerDecoder();
    /** What each slot's request is, by the ordinals of the mix; null: plain transfers only. */
    private final byte[] kinds;
    private final boolean[] isSecond;
    /** Slots whose second message found no room. */
    private final int[] waiting;
    private int waitingCount;
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
        this.kinds = settings.mix().isPlain() ? null : new byte[slots];
        this.isSecond = new boolean[kinds == null ? 0 : slots];
        this.waiting = new int[kinds == null ? 0 : slots];
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
        return freeCount > 0 && waitingCount == 0 && isReady() && connection.isWritable();
    }

    @Override
    public boolean send(final long intended) {
        if (freeCount == 0 || waitingCount > 0) {
            return false;
        }
        final int slot = freeSlots[freeCount - 1];
        if (kinds != null) {
            return sendOfMix(slot, loop.nextKind(), intended);
        }
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

    private boolean sendOfMix(final int slot, final int kind, final long intended) {
        final boolean isQuery = kind == Kind.BALANCE.ordinal();
        final int offset = isQuery ? connection.claim(QUERY_BYTES, 1) : connection.claimTransfers(slot, 1);
        if (offset == NativeConnection.NOT_CLAIMED) {
            return false;
        }
        freeCount--;
        intendedNs[slot] = intended;
        missing[slot] = 1;
        kinds[slot] = (byte) kind;
        isSecond[slot] = false;
        final MutableDirectBuffer buffer = connection.buffer();
        if (isQuery) {
            plan.next();
            lookup.wrapAndApplyHeader(buffer, offset, header).correlationId(slot).accountsCount(1).next().id(settings.debitFrom() + plan.debitIndex());
        } else {
            encode(buffer, offset, slot);
            if (kind != Kind.TRANSFER.ordinal()) {
                buffer.putShort(offset + TransferEncoder.flagsEncodingOffset(), (short) TransferFlags.PENDING, ByteOrder.LITTLE_ENDIAN);
                buffer.putInt(offset + TransferEncoder.timeoutMsEncodingOffset(), HOLD_TIMEOUT_MS, ByteOrder.LITTLE_ENDIAN);
            }
        }
        hasUnflushed = true;
        return true;
    }

    /** The post or release of the hold that a slot made; false if there is no room now. */
    private boolean sendSecond(final int slot) {
        final int offset = connection.claimTransfers(slot, 1);
        if (offset == NativeConnection.NOT_CLAIMED) {
            return false;
        }
        final boolean isPost = kinds[slot] == Kind.PENDING_POST.ordinal();
        final MutableDirectBuffer buffer = connection.buffer();
        buffer.setMemory(offset, NativeConnection.TRANSFER_BYTES, (byte) 0);
        final int pending = offset + TransferEncoder.pendingIdEncodingOffset();
        buffer.putLong(pending, idHi[slot], ByteOrder.LITTLE_ENDIAN);
        buffer.putLong(pending + Long.BYTES, idLo[slot], ByteOrder.LITTLE_ENDIAN);
        idHi[slot] = loop.idHi();
        idLo[slot] = loop.nextIdLo();
        buffer.putLong(offset, idHi[slot], ByteOrder.LITTLE_ENDIAN);
        buffer.putLong(offset + Long.BYTES, idLo[slot], ByteOrder.LITTLE_ENDIAN);
        buffer.putLong(offset + TransferEncoder.amountMinorEncodingOffset(), isPost ? parcels[slot] & AMOUNT_MASK : 0, ByteOrder.LITTLE_ENDIAN);
        buffer.putShort(offset + TransferEncoder.flagsEncodingOffset(), (short) (isPost ? TransferFlags.POST : TransferFlags.VOID), ByteOrder.LITTLE_ENDIAN);
        missing[slot] = 1;
        hasUnflushed = true;
        loop.onOffered(intendedNs[slot]);
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
        if (kinds != null) {
            onOutcomeOfMix(slot, buffer.getShort(offset + OutcomesDecoder.resultEncodingOffset(), ByteOrder.LITTLE_ENDIAN) & 0xFFFF);
            return;
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

    private void onOutcomeOfMix(final int slot, final int result) {
        final boolean isApplied = result == Result.OK;
        loop.onAnswered(intendedNs[slot], readNs, 1, isApplied ? 1 : 0);
        missing[slot] = 0;
        if (!isApplied) {
            loop.onRefused(result, intendedNs[slot]);
            freeSlots[freeCount++] = slot;
            return;
        }
        final int debit = (int) (parcels[slot] >>> DEBIT_SHIFT);
        final int credit = (int) (parcels[slot] >>> CREDIT_SHIFT & CREDIT_MASK);
        final long amount = parcels[slot] & AMOUNT_MASK;
        final boolean isHold = kinds[slot] != Kind.TRANSFER.ordinal();
        if (isHold && !isSecond[slot]) {
            book.hold(debit, credit, amount);
            isSecond[slot] = true;
            intendedNs[slot] = readNs;
            if (waitingCount > 0 || !sendSecond(slot)) {
                waiting[waitingCount++] = slot;
            }
            return;
        }
        if (isHold) {
            book.hold(debit, credit, -amount);
        }
        if (kinds[slot] != Kind.PENDING_VOID.ordinal()) {
            book.add(debit, credit, amount);
        }
        freeSlots[freeCount++] = slot;
    }

    @Override
    public void onAnswer(final int templateId, final long correlationId, final DirectBuffer buffer, final int offset,
                         final int length) {
        final int slot = (int) correlationId;
        if (kinds == null || templateId != AccountsAnswerDecoder.TEMPLATE_ID || correlationId < 0 || correlationId >= missing.length
            || missing[slot] != 1 || kinds[slot] != Kind.BALANCE.ordinal()) {
            loop.onProtocolError("an answer to a query that was not asked");
            return;
        }
        if (--answersAtReading < 0) {
            readNs = System.nanoTime();
            answersAtReading = ANSWERS_PER_CLOCK_READING;
        }
        final int result = accounts.wrapAndApplyHeader(buffer, offset, answerHeader).accounts().next().lookup();
        loop.onAnswered(intendedNs[slot], readNs, 1, result == Result.OK ? 1 : 0);
        if (result != Result.OK) {
            loop.onRefused(result, intendedNs[slot]);
        }
        missing[slot] = 0;
        freeSlots[freeCount++] = slot;
    }

    @Override
    public void onBatchEnd(final NativeConnection source) {
        answersAtReading = 0;
        loop.onReadEnd(this);
        // An open loop flushes what it sends; what follows an answer goes out here.
        flush();
    }

    @Override
    public void onWritable(final NativeConnection source) {
        while (waitingCount > 0 && sendSecond(waiting[waitingCount - 1])) {
            waitingCount--;
        }
        loop.onReadEnd(this);
        flush();
    }

    @Override
    public void onClosed(final NativeConnection source, final Disconnect reason) {
        disconnect = reason;
    }

    /** Everything that was sent and not answered. */
    void collectUnknown(final UnknownTransfers unknown) {
        for (int slot = 0; slot < missing.length; slot++) {
            if (missing[slot] > 0 && kinds != null && kinds[slot] == Kind.BALANCE.ordinal()) {
                unknown.addQuery();
                continue;
            }
            // Outcomes of a request come in order, so the last ones are those that are missing.
            for (int i = batch - missing[slot]; i < batch; i++) {
                final int index = slot * batch + i;
                final long parcel = parcels[index];
                unknown.add(idHi[index], idLo[index], effect(slot), (int) (parcel >>> DEBIT_SHIFT), (int) (parcel >>> CREDIT_SHIFT & CREDIT_MASK),
                    parcel & AMOUNT_MASK);
            }
        }
    }

    private Effect effect(final int slot) {
        if (kinds == null || kinds[slot] == Kind.TRANSFER.ordinal()) {
            return Effect.MOVE;
        }
        return !isSecond[slot] ? Effect.HOLD : kinds[slot] == Kind.PENDING_POST.ordinal() ? Effect.POST : Effect.VOID;
    }
}
