package io.daybreak.loadtest.crash;

import io.daybreak.client.AccountRecord;
import io.daybreak.client.DaybreakClient;
import io.daybreak.client.LedgerTotals;
import io.daybreak.client.TransferId;
import io.daybreak.client.TransferRecord;
import io.daybreak.client.TransferRecord.Lookup;
import io.daybreak.client.TransfersPage;
import io.daybreak.protocol.Limits;
import io.daybreak.protocol.Result;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * Holds the log of a {@link CrashPayer} against the switch: what was acknowledged is there exactly once, with the outcome
 * that was acknowledged; what was not is there at most once; no two acknowledgements name one sequence; every balance
 * changed by exactly the transfers that are there; the ledger's money is conserved. Not thread safe.
 */
public final class CrashAudit {
    private static final int REQUESTS_IN_FLIGHT = 16;
    private static final int MAX_FINDINGS = 20;

    private final Map<TransferId, Entry> entries = new LinkedHashMap<>();
    private final Map<Long, Before> balances = new LinkedHashMap<>();
    private final Map<Long, Long> debited = new HashMap<>();
    private final Map<Long, Long> credited = new HashMap<>();
    private final List<String> findings = new ArrayList<>();
    private long findingCount;
    private long acknowledged;
    private long unacknowledgedApplied;
    private long unacknowledgedRefused;
    private long unacknowledgedAbsent;
    private long untold;

    private static final class Entry {
        private final long debit;
        private final long credit;
        private final long amount;
        private boolean isAnswered;
        private int result;
        private long movedAmount;
        private long sequence;

        private Entry(final long debit, final long credit, final long amount) {
            this.debit = debit;
            this.credit = credit;
            this.amount = amount;
        }
    }

    private record Before(int ledger, long debitsPosted, long creditsPosted) {
    }

    /** What was found. */
    public record Report(long sent, long acknowledged, long unacknowledgedApplied, long unacknowledgedRefused,
                         long unacknowledgedAbsent, long untold, long accounts, long findingCount, List<String> findings) {
        /** True if every promise was kept, as far as it could be asked. */
        public boolean isClean() {
            return findingCount == 0;
        }
    }

    /** Reads the log and asks the switch about all of it. */
    public static Report audit(final Path ackLog, final DaybreakClient payer, final DaybreakClient reader) throws IOException {
        final CrashAudit audit = new CrashAudit();
        AckLog.read(ackLog, audit::onRecord);
        audit.checkSequences();
        audit.checkTransfers(payer);
        audit.checkBalances(reader);
        return audit.report();
    }

    private void onRecord(final ByteBuffer readRecord) {
        final int kind = readRecord.getInt(0);
        if (kind == AckLog.BALANCE) {
            balances.put(readRecord.getLong(8), new Before(readRecord.getInt(4), readRecord.getLong(24), readRecord.getLong(32)));
        } else if (kind == AckLog.SENT) {
            entries.put(AckLog.id(readRecord), new Entry(readRecord.getLong(24), readRecord.getLong(32), readRecord.getLong(40)));
        } else if (kind == AckLog.ANSWERED) {
            onAnswered(AckLog.id(readRecord), readRecord);
        } else {
            find("the log holds a record of kind " + kind);
        }
    }

    private void onAnswered(final TransferId id, final ByteBuffer readRecord) {
        final Entry entry = entries.get(id);
        if (entry == null) {
            find("answered but never written down as sent: " + id);
            return;
        }
        final int result = readRecord.getInt(4);
        final long sequence = readRecord.getLong(48);
        if (entry.isAnswered && (entry.result != result || entry.sequence != sequence)) {
            find(id + " was answered twice: " + Result.name(entry.result) + " at " + entry.sequence + ", then " + Result.name(result)
                + " at " + sequence);
        }
        entry.isAnswered = true;
        entry.result = result;
        entry.movedAmount = readRecord.getLong(40);
        entry.sequence = sequence;
    }

    private void checkSequences() {
        final Map<Long, TransferId> bySequence = new HashMap<>();
        entries.forEach((id, entry) -> {
            if (entry.isAnswered) {
                acknowledged++;
                final TransferId other = bySequence.put(entry.sequence, id);
                if (other != null) {
                    find("sequence " + entry.sequence + " was acknowledged for two transfers: " + other + " and " + id);
                }
            }
        });
    }

    private void checkTransfers(final DaybreakClient payer) {
        final Deque<CompletableFuture<TransfersPage>> pages = new ArrayDeque<>();
        final List<TransferId> all = new ArrayList<>(entries.keySet());
        for (int first = 0; first < all.size(); first += Limits.MAX_PAGE) {
            pages.add(payer.lookupTransfersAsync(0, all.subList(first, Math.min(all.size(), first + Limits.MAX_PAGE))));
            if (pages.size() == REQUESTS_IN_FLIGHT) {
                checkPage(pages.remove().join());
            }
        }
        while (!pages.isEmpty()) {
            checkPage(pages.remove().join());
        }
    }

    private void checkPage(final TransfersPage page) {
        if (page.result() != Result.OK) {
            find("transfers could not be looked up: " + Result.name(page.result()));
        }
        for (final TransferRecord found : page.transfers()) {
            final Entry entry = entries.get(found.id());
            if (entry == null) {
                find("asked for one transfer, told of another: " + found.id());
            } else if (found.lookup() == Lookup.EXPIRED) {
                untold++;
            } else if (entry.isAnswered) {
                checkAcknowledged(entry, found);
            } else {
                checkUnacknowledged(entry, found);
            }
        }
    }

    private void checkAcknowledged(final Entry entry, final TransferRecord found) {
        final boolean wasApplied = entry.result == Result.OK;
        if (wasApplied != found.lookup().isApplied() || !wasApplied && found.lookup() != Lookup.REFUSED) {
            find(found.id() + " was acknowledged " + Result.name(entry.result) + " at " + entry.sequence + ", now it is "
                + found.lookup());
            return;
        }
        if (found.result() != entry.result || found.sequence() != entry.sequence) {
            find(found.id() + " was acknowledged " + Result.name(entry.result) + " at " + entry.sequence + ", now it is "
                + Result.name(found.result()) + " at " + found.sequence());
        }
        if (wasApplied) {
            checkContents(entry, found);
            if (found.amountMinor() != entry.movedAmount) {
                find(found.id() + " moved " + entry.movedAmount + " when it was acknowledged, now " + found.amountMinor());
            }
            book(entry, found.amountMinor());
        }
    }

    private void checkUnacknowledged(final Entry entry, final TransferRecord found) {
        if (found.lookup().isApplied()) {
            unacknowledgedApplied++;
            checkContents(entry, found);
            book(entry, found.amountMinor());
        } else if (found.lookup() == Lookup.REFUSED) {
            unacknowledgedRefused++;
        } else {
            unacknowledgedAbsent++;
        }
    }

    private void checkContents(final Entry entry, final TransferRecord found) {
        if (found.lookup() == Lookup.APPLIED
            && (found.debitAccountId() != entry.debit || found.creditAccountId() != entry.credit)) {
            find(found.id() + " has other accounts than were sent");
        }
        if (found.amountMinor() != entry.amount) {
            find(found.id() + " has another amount than was sent: " + found.amountMinor() + " for " + entry.amount);
        }
    }

    private void book(final Entry entry, final long amount) {
        debited.merge(entry.debit, amount, Long::sum);
        credited.merge(entry.credit, amount, Long::sum);
    }

    private void checkBalances(final DaybreakClient reader) {
        final List<Long> ids = new ArrayList<>(balances.keySet());
        for (int first = 0; first < ids.size(); first += Limits.MAX_PAGE) {
            final long[] page = ids.subList(first, Math.min(ids.size(), first + Limits.MAX_PAGE)).stream()
                .mapToLong(Long::longValue).toArray();
            for (final AccountRecord account : reader.lookupAccounts(page).accounts()) {
                checkBalance(account, balances.get(account.id()));
            }
        }
        balances.values().stream().mapToInt(Before::ledger).distinct().forEach(ledger -> {
            final LedgerTotals totals = reader.totals(ledger);
            if (totals.result() != Result.OK || !totals.isConserved()) {
                find("ledger " + ledger + " is not conserved: " + totals);
            }
        });
    }

    private void checkBalance(final AccountRecord account, final Before before) {
        if (!account.isFound()) {
            find("account " + account.id() + " cannot be read: " + Result.name(account.lookup()));
            return;
        }
        // What cannot be told by id any longer may have moved money: then the sums prove nothing.
        if (untold == 0) {
            checkSum(account.id(), "debits", account.debitsPosted() - before.debitsPosted(), debited.getOrDefault(account.id(), 0L));
            checkSum(account.id(), "credits", account.creditsPosted() - before.creditsPosted(), credited.getOrDefault(account.id(), 0L));
        }
    }

    private void checkSum(final long accountId, final String what, final long changed, final long booked) {
        if (changed != booked) {
            find("account " + accountId + ": " + what + " changed by " + changed + ", the transfers that are there make " + booked);
        }
    }

    private void find(final String text) {
        findingCount++;
        if (findings.size() < MAX_FINDINGS) {
            findings.add(text);
        }
    }

    private Report report() {
        return new Report(entries.size(), acknowledged, unacknowledgedApplied, unacknowledgedRefused, unacknowledgedAbsent, untold,
            balances.size(), findingCount, List.copyOf(findings));
    }
}
