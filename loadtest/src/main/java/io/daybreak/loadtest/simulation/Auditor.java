package io.daybreak.loadtest.simulation;

import io.daybreak.protocol.Result;
import io.daybreak.protocol.TransferFlags;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * Knows what the participants, acquirers and issuers were told, and nothing else; works with plain collections and plain sums. From that it says what
 * every balance must be. One thread.
 */
final class Auditor {
    private final World world;
    /** What each sequence was told to be. */
    private final Map<Long, TransferRequest.Member> bySequence = new HashMap<>();
    /** Account to balance: posted credits less posted debits. In order of accounts, so that findings come in one order. */
    private final TreeMap<Long, Long> cardMoney = new TreeMap<>();
    private long acknowledged;
    private int era;

    Auditor(final World world) {
        this.world = world;
    }

    /** The outcome of a transfer was told: the first one, or it must be the first one again. */
    void told(final int participantId, final TransferRequest.Member member, final Told told) {
        if (told.era() < era) {
            // On its way when the switch forgot it: nobody can hold the switch to it.
            return;
        }
        final Told first = member.told;
        if (first == null) {
            member.told = told;
            acknowledged++;
            final TransferRequest.Member other = bySequence.put(told.sequence(), member);
            if (other != null && other != member) {
                throw new SimulationFailure("sequence " + told.sequence() + " was told for two transfers: " + other + " and " + member);
            }
            checkAmount(member, told);
        } else if (first.result() != told.result() || first.sequence() != told.sequence() || first.amount() != told.amount()
            || first.timestampNs() != told.timestampNs()) {
            throw new SimulationFailure("participant " + participantId + " was told two outcomes of transfer " + member + ": first " + first
                + ", then " + told);
        }
    }

    private static void checkAmount(final TransferRequest.Member member, final Told told) {
        final boolean balancing = (member.flags & TransferFlags.BALANCING_DEBIT) != 0;
        final boolean voids = (member.flags & TransferFlags.VOID) != 0;
        final long expected = told.result() == Result.OK ? member.amount : 0;
        if (balancing && told.result() == Result.OK ? told.amount() > member.amount : !voids && told.amount() != expected) {
            throw new SimulationFailure("transfer " + member + " expected amount " + expected + ", was told " + told);
        }
    }

    /** In mode process a loss of power may take what was told: nothing above this sequence was. */
    void forgetAfter(final long sequence) {
        era++;
        bySequence.keySet().removeIf(told -> told > sequence);
    }

    /** An acquirer or issuer reckons that money has moved by card. */
    void moved(final long debit, final long credit, final long amount) {
        cardMoney.merge(debit, -amount, Long::sum);
        cardMoney.merge(credit, amount, Long::sum);
    }

    /** Outcomes told for the first time. */
    long acknowledged() {
        return acknowledged;
    }

    /** What each account must hold when everything is told: by account, what was moved to it less what was moved from it. */
    TreeMap<Long, Long> balances(final Iterable<NativeAcquirer> acquirers) {
        final TreeMap<Long, Long> balances = new TreeMap<>(cardMoney);
        for (int i = 0; i < Town.WALLETS; i++) {
            balances.merge(Town.BANK, -Town.OPENING_BALANCE, Long::sum);
            balances.merge(Town.wallet(i), Town.OPENING_BALANCE, Long::sum);
        }
        for (final NativeAcquirer acquirer : acquirers) {
            for (final TransferRequest request : acquirer.requests()) {
                for (final TransferRequest.Member member : request.members) {
                    final boolean moves = (member.flags & (TransferFlags.PENDING | TransferFlags.VOID)) == 0;
                    if (moves && member.told.result() == Result.OK) {
                        balances.merge(member.debit, -member.told.amount(), Long::sum);
                        balances.merge(member.credit, member.told.amount(), Long::sum);
                    }
                }
            }
        }
        long sum = 0;
        for (final long balance : balances.values()) {
            sum += balance;
        }
        if (sum != 0) {
            throw new SimulationFailure("the auditor's own books do not add up to zero but to " + sum + " at " + world.nowNs());
        }
        return balances;
    }
}
