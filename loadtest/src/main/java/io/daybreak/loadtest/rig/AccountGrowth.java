package io.daybreak.loadtest.rig;

import io.daybreak.client.ClientException;
import io.daybreak.client.ClientOptions;
import io.daybreak.client.Credentials;
import io.daybreak.client.DaybreakClient;
import io.daybreak.client.NewAccount;
import io.daybreak.client.Outcome;
import io.daybreak.protocol.Limits;
import org.HdrHistogram.Histogram;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * Makes a switch's data set large: creates accounts in batches over one connection, a few batches under way, and tells how
 * long each batch waited for its answer, so that a pause of the switch while its tables grow is seen. Doing it again does
 * no harm: an account that exists is answered as a repeat. One thread.
 */
public final class AccountGrowth {
    private final Settings settings;
    private final Histogram latencies = Latencies.newHistogram();
    private long created;
    private long repeated;
    private long refused;
    private String firstRefusal = "";

    /** A growth that has not begun. */
    public AccountGrowth(final Settings settings) {
        this.settings = Objects.requireNonNull(settings, "settings");
    }

    /**
     * Creates all of them, or stops at the first batch with a refusal; what was asked for until then is awaited.
     *
     * @throws ClientException if the switch cannot be reached, or does not answer within the client's deadline
     */
    public Result run() {
        final ClientOptions options = ClientOptions.DEFAULT.withMaxInFlight(Math.max(Limits.MAX_BATCH, settings.batch * settings.batchesInFlight));
        try (DaybreakClient client = DaybreakClient.builder().address(settings.host, settings.port).credentials(settings.operator)
            .options(options).connect()) {
            final long startNs = System.nanoTime();
            final Deque<Batch> underWay = new ArrayDeque<>();
            final long end = settings.firstId + settings.count;
            for (long id = settings.firstId; id < end && refused == 0; ) {
                if (underWay.size() == settings.batchesInFlight) {
                    finish(underWay.poll());
                }
                final int size = (int) Math.min(settings.batch, end - id);
                underWay.add(send(client, id, size));
                id += size;
            }
            while (!underWay.isEmpty()) {
                finish(underWay.poll());
            }
            return new Result(created, repeated, refused, firstRefusal, System.nanoTime() - startNs, latencies);
        }
    }

    private Batch send(final DaybreakClient client, final long firstId, final int size) {
        final List<NewAccount> accounts = new ArrayList<>(size);
        for (int i = 0; i < size; i++) {
            accounts.add(NewAccount.of(firstId + i, settings.ledger, settings.code, settings.flags));
        }
        final Batch batch = new Batch(firstId, System.nanoTime());
        // Timed when it arrives, on the client's thread, not when its turn to be looked at comes.
        batch.answer = client.createAccountsAsync(accounts).whenComplete((outcomes, ex) -> batch.answeredNs = System.nanoTime());
        return batch;
    }

    private void finish(final Batch batch) {
        final List<Outcome> outcomes;
        try {
            outcomes = batch.answer.join();
        } catch (final CompletionException ex) {
            if (ex.getCause() instanceof final ClientException cause) {
                throw cause;
            }
            throw ex;
        }
        latencies.recordValue(Latencies.bounded(batch.answeredNs - batch.sentNs));
        for (int i = 0; i < outcomes.size(); i++) {
            final Outcome outcome = outcomes.get(i);
            if (!outcome.isApplied()) {
                if (refused++ == 0) {
                    firstRefusal = "account " + Long.toUnsignedString(batch.firstId + i) + ": " + outcome.resultName();
                }
            } else if (outcome.isRepeated()) {
                repeated++;
            } else {
                created++;
            }
        }
    }

    /**
     * What to create and where.
     *
     * @param operator        credentials with operator's rights
     * @param firstId         id of the first account; the others follow
     * @param count           how many, 1 or more
     * @param ledger          currency of all
     * @param code            kind of account
     * @param flags           bits of {@link io.daybreak.protocol.AccountFlags}
     * @param batch           accounts in a request, 1 to {@link Limits#MAX_BATCH}
     * @param batchesInFlight requests under way, 1 to 64
     */
    public record Settings(String host, int port, Credentials operator, long firstId, long count, int ledger, int code, int flags,
                           int batch, int batchesInFlight) {
        private static final int MOST_IN_FLIGHT = 64;

        /** Checks the bounds. */
        public Settings {
            if (count < 1 || firstId < 1 || firstId + count < firstId) {
                throw new IllegalArgumentException("ids of accounts run from 1 on, and 1 or more are created");
            }
            if (batch < 1 || batch > Limits.MAX_BATCH) {
                throw new IllegalArgumentException("a batch has 1 to " + Limits.MAX_BATCH + " accounts, not " + batch);
            }
            if (batchesInFlight < 1 || batchesInFlight > MOST_IN_FLIGHT) {
                throw new IllegalArgumentException("1 to " + MOST_IN_FLIGHT + " batches may be under way, not " + batchesInFlight);
            }
        }
    }

    /**
     * What came of it.
     *
     * @param firstRefusal account and result code, empty if none was refused
     * @param elapsedNs    from the first request to the last answer
     * @param latencies    nanoseconds from a batch's request to its answer
     */
    public record Result(long created, long repeated, long refused, String firstRefusal, long elapsedNs, Histogram latencies) {
    }

    private static final class Batch {
        private final long firstId;
        private final long sentNs;
        private CompletableFuture<List<Outcome>> answer;
        private volatile long answeredNs;

        Batch(final long firstId, final long sentNs) {
            this.firstId = firstId;
            this.sentNs = sentNs;
        }
    }
}
