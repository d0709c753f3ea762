package io.daybreak.loadtest.rig;

import io.daybreak.client.DaybreakClient;
import io.daybreak.loadtest.rig.RunResult.Proof;
import io.daybreak.protocol.Result;

import java.util.List;

/**
 * Proves the money of a replay: for every account that the recording names, what was posted on it changed by what was acknowledged, to the minor unit, debits
 * and credits apart. What is held is not looked at, since holds may expire meanwhile. It holds only if nobody else moves money on these accounts.
 */
final class ReplayProof {
    private static final int MAX_EXAMPLES = 10;

    private final long[] accounts;
    private final long[] debits;
    private final long[] credits;
    private final short[] lookups;

    /** Reads the balances before. */
    ReplayProof(final DaybreakClient client, final long[] accounts) {
        this.accounts = accounts;
        debits = new long[accounts.length];
        credits = new long[accounts.length];
        lookups = new short[accounts.length];
        BalanceReader.read(client, accounts.length, index -> accounts[index], (index, account) -> {
            debits[index] = account.debitsPosted();
            credits[index] = account.creditsPosted();
            lookups[index] = (short) account.lookup();
        });
    }

    /** Reads them again, and compares. @param unknown transfers without an answer: each may have been applied once, or not at all */
    Proof compare(final DaybreakClient client, final ReplayBook book, final long unknown, final List<String> text) {
        final boolean mayBeMore = unknown > 0 || book.unattributed() > 0;
        final long[] differences = new long[1];
        BalanceReader.read(client, accounts.length, index -> accounts[index], (index, account) -> {
            differences[0] += compare(accounts[index], "debits", account.debitsPosted() - debits[index], book.debited(accounts[index]), mayBeMore, text);
            differences[0] += compare(accounts[index], "credits", account.creditsPosted() - credits[index], book.credited(accounts[index]), mayBeMore, text);
        });
        if (differences[0] > 0) {
            text.add(differences[0] + " sums differ (true only if nobody else moved money on these accounts)");
            return Proof.DIFFERENT;
        }
        if (mayBeMore) {
            text.add("without an answer " + unknown + ", posts of holds that were made before the traffic " + book.unattributed()
                + ": sums that are greater than what was acknowledged may be theirs");
        }
        int unreadable = 0;
        int first = 0;
        for (final short lookup : lookups) {
            if (lookup == Result.NOT_GRANTED) {
                unreadable++;
                first = lookup;
            }
        }
        if (unreadable > 0) {
            text.add(unreadable + " accounts could not be read: " + Result.name(first) + " (see --proof-participant)");
        }
        if (unreadable > 0 || mayBeMore) {
            return Proof.INCOMPLETE;
        }
        text.add("what was posted on every one of " + accounts.length + " accounts changed by what was acknowledged (holds only while nobody else pays on them)");
        return Proof.PROVED;
    }

    private static int compare(final long account, final String what, final long changed, final long acknowledged, final boolean mayBeMore,
                               final List<String> text) {
        if (changed == acknowledged || mayBeMore && changed > acknowledged) {
            return 0;
        }
        if (text.size() < MAX_EXAMPLES) {
            text.add("account " + Long.toUnsignedString(account) + ": " + what + " changed by " + changed + ", acknowledged were " + acknowledged);
        }
        return 1;
    }
}
