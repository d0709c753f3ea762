package io.daybreak.machine;

import io.daybreak.ledger.AccountTable;
import io.daybreak.matching.IdMemory;
import org.agrona.UnsafeApi;

/**
 * Brings into the cache what a run of transfers will need: the lines of their accounts and the lines of the index where
 * their ids should be. With a million accounts most of a transfer's time goes into waiting for memory, and the misses of a
 * run can be waited for together.
 * <p>
 * First the addresses are computed, which misses little; then they are read in loops so short that the processor has
 * dozens of the reads under way at once: its window of instructions is the limit, so nothing else is done in them. Accounts
 * that lie behind others are looked for in the same way, line by line.
 * <p>
 * Changes nothing, and nothing depends on it but time. Ledger thread only; a run has at most {@link #MAX_RUN} transfers.
 */
final class ReadAhead {
    /** Most transfers of a run: their lines must still be in the first-level cache when they are applied. */
    static final int MAX_RUN = 32;
    /** Lines read behind the first: at three quarters full, one account in eighteen lies further away. */
    private static final int ROUNDS = 6;

    private final AccountTable accounts;
    private final IdMemory ids;
    private final long[] accountIds = new long[2 * MAX_RUN];
    private final long[] lines = new long[2 * MAX_RUN];
    private final long[] cells = new long[MAX_RUN];
    private int lineCount;
    private int cellCount;
    /** Where the words that were read end, so that the reads are not optimised away. */
    private long sum;

    ReadAhead(final AccountTable accounts, final IdMemory ids) {
        this.accounts = accounts;
        this.ids = ids;
    }

    /** Adds a transfer to the run; one too many is left out. */
    void add(final int participantId, final long idHi, final long idLo, final long debitAccountId, final long creditAccountId) {
        final int n = lineCount;
        if (n == 2 * MAX_RUN) {
            return;
        }
        accountIds[n] = debitAccountId;
        lines[n] = accounts.firstLine(debitAccountId);
        accountIds[n + 1] = creditAccountId;
        lines[n + 1] = accounts.firstLine(creditAccountId);
        lineCount = n + 2;
        final long cell = ids.firstCell(participantId, idHi, idLo);
        if (cell != IdMemory.NOT_FOUND) {
            cells[cellCount++] = cell;
        }
    }

    /** Reads, and begins a new run. */
    void fetch() {
        int count = lineCount;
        long read = readLines(count) + readCells(cellCount);
        for (int round = 0; round < ROUNDS && count > 0; round++) {
            count = keepMissed(count);
            read += readLines(count);
        }
        sum += read;
        lineCount = 0;
        cellCount = 0;
    }

    private long readLines(final int count) {
        long read = 0;
        for (int i = 0; i < count; i++) {
            read += UnsafeApi.getLong(lines[i]);
        }
        return read;
    }

    private long readCells(final int count) {
        long read = 0;
        for (int i = 0; i < count; i++) {
            read += UnsafeApi.getInt(cells[i]);
        }
        return read;
    }

    /** Keeps the accounts that lie further on than the line just read, and steps to the next. Returns how many. */
    private int keepMissed(final int count) {
        int kept = 0;
        for (int i = 0; i < count; i++) {
            final long line = lines[i];
            final long id = accountIds[i];
            final long found = AccountTable.id(line);
            lines[kept] = AccountTable.nextLine(line);
            accountIds[kept] = id;
            kept += found != id && found != 0 ? 1 : 0;
        }
        return kept;
    }
}
