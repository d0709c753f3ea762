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
 * minor unit, debits, credits and what is held apart. Transfers without an answer are looked up by id: applied, they count once; those that
 * cannot be told may count once or not at all. It holds only if nobody else moves money on these accounts meanwhile.
 */
final class MoneyProof {
    private static final int MAX_EXAMPLES = 10;

    private final MoneyBook book;
    /** What may have come on top, and what may have gone from the holds. */
    private final MoneyBook unresolvedMore;
    private final MoneyBook unresolvedLess;
    private final List<String> differences = new ArrayList<>();
    private long differenceCount;
    private long unknownApplied;
    private long unknownNotApplied;
    private long unknownUnresolved;

    MoneyProof(final RigSettings settings) {
        final boolean hasHolds = settings.mix().hasHolds();
        this.book = new MoneyBook(settings.debitCount(), settings.creditCount(), hasHolds);
        this.unresolvedMore = new MoneyBook(settings.debitCount(), settings.creditCount(), hasHolds);
        this.unresolvedLess = hasHolds ? new MoneyBook(settings.debitCount(), settings.creditCount(), true) : new MoneyBook(0, 0, false);
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
                    apply(entry);
                } else if (lookup == TransferRecord.Lookup.EXPIRED) {
                    addUnresolved(entry);
                } else {
                    unknownNotApplied++;
                }
            }
        }
    }

    private void apply(final UnknownTransfers.Entry entry) {
        final long amount = entry.amountMinor();
        switch (entry.effect()) {
            case MOVE -> book.add(entry.debitIndex(), entry.creditIndex(), amount);
            case HOLD -> book.hold(entry.debitIndex(), entry.creditIndex(), amount);
            case POST -> {
                book.add(entry.debitIndex(), entry.creditIndex(), amount);
                book.hold(entry.debitIndex(), entry.creditIndex(), -amount);
            }
            default -> book.hold(entry.debitIndex(), entry.creditIndex(), -amount);
        }
    }

    void addUnresolved(final UnknownTransfers.Entry entry) {
        unknownUnresolved++;
        final long amount = entry.amountMinor();
        switch (entry.effect()) {
            case MOVE -> unresolvedMore.add(entry.debitIndex(), entry.creditIndex(), amount);
            case HOLD -> unresolvedMore.hold(entry.debitIndex(), entry.creditIndex(), amount);
            case POST -> {
                unresolvedMore.add(entry.debitIndex(), entry.creditIndex(), amount);
                unresolvedLess.hold(entry.debitIndex(), entry.creditIndex(), amount);
            }
            default -> unresolvedLess.hold(entry.debitIndex(), entry.creditIndex(), amount);
        }
    }

    /** Compares both ranges; they may overlap. */
    void compare(final Balances debitsBefore, final Balances debitsAfter, final Balances creditsBefore, final Balances creditsAfter) {
        compareRange(debitsBefore, debitsAfter, debitsBefore.fromId, creditsBefore.fromId);
        compareRange(creditsBefore, creditsAfter, debitsBefore.fromId, creditsBefore.fromId);
    }

    private void compareRange(final Balances before, final Balances after, final long debitFrom, final long creditFrom) {
        for (int i = 0; i < before.debitsPosted.length; i++) {
            final long id = before.fromId + i;
            final long debit = id - debitFrom;
            final long credit = id - creditFrom;
            compareSum(id, "debits", after.debitsPosted[i] - before.debitsPosted[i], at(book.debited, debit), 0, at(unresolvedMore.debited, debit));
            compareSum(id, "credits", after.creditsPosted[i] - before.creditsPosted[i], at(book.credited, credit), 0, at(unresolvedMore.credited, credit));
            compareSum(id, "pending", after.pending[i] - before.pending[i], at(book.heldDebit, debit) + at(book.heldCredit, credit),
                at(unresolvedLess.heldDebit, debit) + at(unresolvedLess.heldCredit, credit),
                at(unresolvedMore.heldDebit, debit) + at(unresolvedMore.heldCredit, credit));
        }
    }

    private static long at(final long[] sums, final long index) {
        return index >= 0 && index < sums.length ? sums[(int) index] : 0;
    }

    private void compareSum(final long accountId, final String what, final long changed, final long acknowledged,
                            final long unresolvedLeast, final long unresolvedMost) {
        if (changed < acknowledged - unresolvedLeast || changed > acknowledged + unresolvedMost) {
            differenceCount++;
            if (differences.size() < MAX_EXAMPLES) {
                differences.add("account " + accountId + ": " + what + " changed by " + changed + ", acknowledged were " + acknowledged
                    + (unresolvedLeast + unresolvedMost == 0 ? "" : ", unresolved at most " + (unresolvedLeast + unresolvedMost)));
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
