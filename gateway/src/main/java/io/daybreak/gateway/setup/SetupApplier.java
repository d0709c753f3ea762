package io.daybreak.gateway.setup;

import io.daybreak.client.DaybreakClient;
import io.daybreak.client.NewAccount;
import io.daybreak.client.Outcome;
import io.daybreak.protocol.codec.AccountDecoder;
import org.agrona.concurrent.UnsafeBuffer;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * Applies a set-up file: reads what is there, sends what is new or different, and tells what it did. Doing it again does
 * nothing. What is there and not in the file stays; to take a record away the file says {@code status: removed}.
 * <p>
 * One thread. Records of a section are sent {@value #WINDOW} at a time; a section begins when the one before has its
 * answers, for it may name its records.
 */
public final class SetupApplier {
    private static final int WINDOW = 256;

    private final DaybreakClient client;
    private final boolean isDryRun;
    private final Consumer<String> out;
    private final Deque<Pending> pending = new ArrayDeque<>();
    private int added;
    private int changed;
    private int same;
    private int refused;

    private record Pending(String what, Node item, boolean isNew, CompletableFuture<Outcome> outcome) {
    }

    /**
     * @param isDryRun says what would be done, and does nothing
     * @param out      takes a line for each record that is added, changed or refused, and the sums
     */
    public SetupApplier(final DaybreakClient client, final boolean isDryRun, final Consumer<String> out) {
        this.client = client;
        this.isDryRun = isDryRun;
        this.out = out;
    }

    /**
     * Applies a file.
     *
     * @return true if nothing was refused
     * @throws SetupException if the switch does not let this participant read its records
     */
    public boolean apply(final SetupFile file) throws SetupException {
        for (final Map.Entry<Section, List<SetupFile.Item>> entry : file.items().entrySet()) {
            final Section section = entry.getKey();
            final Map<String, UnsafeBuffer> existing = new HashMap<>();
            Records.fetch(client, section).forEach(record -> existing.put(section.keyOf(record), record));
            for (final SetupFile.Item item : entry.getValue()) {
                apply(section, item, existing.get(section.keyOf(item.message())));
            }
            while (!pending.isEmpty()) {
                finishOne();
            }
        }
        out.accept((isDryRun ? "dry run: " : "") + added + (isDryRun ? " to add, " : " added, ") + changed + (isDryRun ? " to change, " : " changed, ") + same
            + " as they were" + (refused > 0 ? ", " + refused + " refused" : ""));
        return refused == 0;
    }

    private void apply(final Section section, final SetupFile.Item item, final UnsafeBuffer existing) {
        final UnsafeBuffer message = item.message();
        final String what = section.name() + " " + section.keyOf(message);
        if (existing == null && isRemoval(section, message)) {
            same++;
            return;
        }
        String note = "added";
        if (existing != null) {
            section.keep(existing, message, item.item());
            final List<String> differences = section.differences(existing, message);
            if (differences.isEmpty()) {
                same++;
                return;
            }
            note = "changed, " + String.join(", ", differences);
        }
        if (isDryRun) {
            count(existing == null);
            out.accept("would be " + note + ": " + what);
            return;
        }
        if (pending.size() == WINDOW) {
            finishOne();
        }
        pending.add(new Pending(note + ": " + what, item.item(), existing == null, send(section, message)));
    }

    private static boolean isRemoval(final Section section, final UnsafeBuffer message) {
        final Field status = section.field("status");
        return status != null && "removed".equals(status.read(message, section.block()));
    }

    private CompletableFuture<Outcome> send(final Section section, final UnsafeBuffer message) {
        if (!section.isAccounts()) {
            return client.administerAsync(message);
        }
        final AccountDecoder account = new AccountDecoder().wrap(message, section.block(), AccountDecoder.BLOCK_LENGTH, AccountDecoder.SCHEMA_VERSION);
        return client.createAccountsAsync(List.of(new NewAccount(account.id(), account.userData128().hi(), account.userData128().lo(),
            account.userData64(), (int) account.ledger(), account.code(), account.flags()))).thenApply(outcomes -> outcomes.get(0));
    }

    private void finishOne() {
        final Pending next = pending.remove();
        final Outcome outcome = next.outcome.join();
        if (outcome.isApplied()) {
            count(next.isNew);
            out.accept(next.what);
        } else {
            refused++;
            out.accept("line " + next.item.line() + ", column " + next.item.column() + ": not " + next.what + ": " + outcome.resultName());
        }
    }

    private void count(final boolean isNew) {
        if (isNew) {
            added++;
        } else {
            changed++;
        }
    }
}
