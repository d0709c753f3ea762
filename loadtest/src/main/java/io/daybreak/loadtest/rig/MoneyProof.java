package io.daybreak.loadtest.rig;

import io.daybreak.client.DaybreakClient;
import io.daybreak.client.TransferId;
import io.daybreak.client.TransferRecord;
import io.daybreak.client.TransfersPage;
import io.daybreak.loadtest.rig.BalanceReader.Balances;
import io.daybreak.protocol.Limits;

import java.util.ArrayList;
import java.util.List;

/**
 * Proves the money of a run: for every account of its ranges, what the balances changed by is what was acknowledged, to the
 * minor unit, debits and credits apart. Transfers without an answer are looked up by id: applied, they count once; those that
 * cannot be told may count once or not at all. It holds only if nobody else moves money on these accounts meanwhile.
 */
final class MoneyProof {
    private static final int MAX_EXAMPLES = 10;

    private final MoneyBook book;
    private final MoneyBook unresolvedBook;
    private final List<String> differences = new ArrayList<>();
    private long differenceCount;
    private long unknownApplied;
    private long unknownNotApplied;
    private long unknownUnresolved;

    MoneyProof(final RigSettings settings) {
        this.book = new MoneyBook(settings.debitCount(), settings.creditCount());
        this.unresolvedBook = new MoneyBook(settings.debitCount(), settings.creditCount());
    }

    void addAcknowledged(final MoneyBook acknowledged) {
        book.add(acknowledged);
    }

    /** Asks what became of the transfers without an answer. */
    void resolve(final DaybreakClient client, final List<UnknownTransfers.Entry> entries) {
        for (int first = 0; first < entries.size(); first += Limits.MAX_PAGE) {
            final List<UnknownTransfers.Entry> page = entries.subList(first, Math.min(first + Limits.MAX_PAGE, entries.size()));
            final List<TransferId> ids = new ArrayList<>();
            for (final UnknownTransfers.Entry entry : page) {
                ids.add(entry.id());
            }
            final TransfersPage answer = client.lookupTransfers(ids);
            for (int i = 0; i < page.size(); i++) {
                final UnknownTransfers.Entry entry = page.get(i);
                final TransferRecord.Lookup lookup = i < answer.transfers().size() ? answer.transfers().get(i).lookup()
                    : TransferRecord.Lookup.EXPIRED;
                if (lookup.isApplied()) {
                    unknownApplied++;
                    book.add(entry.debitIndex(), entry.creditIndex(), entry.amountMinor());
                } else if (lookup == TransferRecord.Lookup.EXPIRED) {
                    addUnresolved(entry);
                } else {
                    unknownNotApplied++;
                }
            }
        }
    }

    void addUnresolved(final UnknownTransfers.Entry entry) {
        unknownUnresolved++;
        unresolvedBook.add(entry.debitIndex(), entry.creditIndex(), entry.amountMinor());
    }

    /** Compares both ranges; they may overlap. */
    void compare(final Balances debitsBefore, final Balances debitsAfter, final Balances creditsBefore, final Balances creditsAfter) {
        compareRange(debitsBefore, debitsAfter, debitsBefore.fromId, creditsBefore.fromId);
        compareRange(creditsBefore, creditsAfter, debitsBefore.fromId, creditsBefore.fromId);
    }

    private void compareRange(final Balances before, final Balances after, final long debitFrom, final long creditFrom) {
        for (int i = 0; i < before.debitsPosted.length; i++) {
            final long id = before.fromId + i;
            compareSum(id, "debits", after.debitsPosted[i] - before.debitsPosted[i], at(book.debited, id - debitFrom),
                at(unresolvedBook.debited, id - debitFrom));
            compareSum(id, "credits", after.creditsPosted[i] - before.creditsPosted[i], at(book.credited, id - creditFrom),
                at(unresolvedBook.credited, id - creditFrom));
            compareSum(id, "pending", after.pending[i] - before.pending[i], 0, 0);
        }
    }

    private static long at(final long[] sums, final long index) {
        return index >= 0 && index < sums.length ? sums[(int) index] : 0;
    }

    private void compareSum(final long accountId, final String what, final long changed, final long acknowledged,
                            final long unresolved) {
        if (changed < acknowledged || changed > acknowledged + unresolved) {
            differenceCount++;
            if (differences.size() < MAX_EXAMPLES) {
                differences.add("account " + accountId + ": " + what + " changed by " + changed + ", acknowledged were " + acknowledged
                    + (unresolved == 0 ? "" : ", unresolved at most " + unresolved));
            }
        }
    }

    long differenceCount() {
        return differenceCount;
    }

    List<String> differences() {
        return differences;
    }

    long unknownApplied() {
        return unknownApplied;
    }

    long unknownNotApplied() {
        return unknownNotApplied;
    }

    long unknownUnresolved() {
        return unknownUnresolved;
    }
}
