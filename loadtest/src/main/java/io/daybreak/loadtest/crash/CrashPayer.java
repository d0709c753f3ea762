package io.daybreak.loadtest.crash;

import io.daybreak.client.AccountRecord;
import io.daybreak.client.ClientOptions;
import io.daybreak.client.Credentials;
import io.daybreak.client.DaybreakClient;
import io.daybreak.client.Decision;
import io.daybreak.client.Outcome;
import io.daybreak.client.Transfer;
import io.daybreak.loadtest.workload.TransferPlan;
import io.daybreak.protocol.Limits;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Pays at a steady rate through a switch that is killed and started again, and writes everything down. It is the
 * acquirer's client that reconnects and resends; this class only keeps asking, with the same ids, until each transfer is
 * decided or it is told to stop.
 */
public final class CrashPayer {
    private static final long TICK_NS = TimeUnit.MILLISECONDS.toNanos(2);
    private static final Duration DEADLINE = Duration.ofSeconds(10);
    private static final double NS_PER_S = 1e9;
    private static final int PAUSE_AFTER_BUSY_MS = 5;

    private final Settings settings;
    private final AckLog log;
    private final Semaphore room;
    private final AtomicLong sent = new AtomicLong();
    private final AtomicLong applied = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();
    private final AtomicLong givenUp = new AtomicLong();
    private volatile boolean isStopped;
    private volatile long askUntilNs = Long.MAX_VALUE;

    /**
     * What it does.
     *
     * @param batch       transfers of a request
     * @param maxInFlight transfers without a final answer, over all connections
     * @param drain       how long to ask on after the end
     */
    public record Settings(String host, int port, Credentials credentials, Path ackLog, double ratePerSecond, int connections,
                           int batch, int maxInFlight, Duration duration, Duration drain, long debitFrom, int debitCount,
                           long creditFrom, int creditCount, int amountFrom, int amountTo, int code, long seed) {
    }

    /** What it did. */
    public record Summary(long sent, long applied, long refused, long unanswered, long reconnects) {
    }

    /** Opens the log. */
    public CrashPayer(final Settings settings) throws IOException {
        this.settings = settings;
        this.log = new AckLog(settings.ackLog());
        this.room = new Semaphore(settings.maxInFlight());
    }

    /** From another thread: no new transfers, then the drain. */
    public void stop() {
        isStopped = true;
    }

    /** Pays until told to stop, or for the duration; then drains. */
    public Summary run() throws IOException {
        final List<DaybreakClient> clients = new ArrayList<>();
        try (log) {
            for (int i = 0; i < settings.connections(); i++) {
                clients.add(connect());
            }
            final int ledger = log.isEmpty() ? writeBalances(clients.get(0)) : ledgerOf(clients.get(0));
            pay(clients, ledger);
            askUntilNs = System.nanoTime() + settings.drain().toNanos();
            awaitAnswers();
            long reconnects = 0;
            for (final DaybreakClient client : clients) {
                reconnects += client.reconnects();
            }
            closeAll(clients);
            return new Summary(sent.get(), applied.get(), refused.get(), sent.get() - applied.get() - refused.get(), reconnects);
        } finally {
            closeAll(clients);
        }
    }

    private static void closeAll(final List<DaybreakClient> clients) {
        clients.forEach(DaybreakClient::close);
    }

    private DaybreakClient connect() {
        return DaybreakClient.builder().address(settings.host(), settings.port()).credentials(settings.credentials())
            .options(ClientOptions.DEFAULT.withDeadline(DEADLINE).withCloseGrace(Duration.ofMillis(100))
                .withMaxInFlight(Math.max(2 * Limits.MAX_BATCH, 2 * settings.maxInFlight()))
                .withBackOff(Duration.ofMillis(10), Duration.ofMillis(200))).connect();
    }

    private int ledgerOf(final DaybreakClient client) {
        return client.lookupAccounts(settings.debitFrom()).accounts().get(0).ledger();
    }

    private int writeBalances(final DaybreakClient client) {
        final int ledger = ledgerOf(client);
        writeBalances(client, settings.debitFrom(), settings.debitCount());
        writeBalances(client, settings.creditFrom(), settings.creditCount());
        log.flush();
        return ledger;
    }

    private void writeBalances(final DaybreakClient client, final long from, final int count) {
        for (int first = 0; first < count; first += Limits.MAX_PAGE) {
            final long[] ids = new long[Math.min(Limits.MAX_PAGE, count - first)];
            for (int i = 0; i < ids.length; i++) {
                ids[i] = from + first + i;
            }
            for (final AccountRecord account : client.lookupAccounts(ids).accounts()) {
                if (account.isFound()) {
                    log.balance(account.id(), account.ledger(), account.debitsPosted(), account.creditsPosted());
                }
            }
        }
    }

    private void pay(final List<DaybreakClient> clients, final int ledger) {
        final TransferPlan plan = new TransferPlan(settings.debitCount(), settings.creditCount(), settings.amountFrom(),
            settings.amountTo(), 0, 0, settings.seed());
        final long startNs = System.nanoTime();
        long requests = 0;
        long elapsedNs = 0;
        while (!isStopped && elapsedNs < settings.duration().toNanos()) {
            final double due = elapsedNs / NS_PER_S * settings.ratePerSecond() / settings.batch();
            final List<List<Transfer>> turn = new ArrayList<>();
            while (requests < due && room.tryAcquire(settings.batch())) {
                turn.add(batch(clients.get((int) (requests % clients.size())), plan, ledger));
                requests++;
            }
            // In the file before anything of it is on the wire.
            log.flush();
            for (int i = 0; i < turn.size(); i++) {
                submit(clients.get((int) ((requests - turn.size() + i) % clients.size())), turn.get(i));
            }
            LockSupport.parkNanos(TICK_NS);
            elapsedNs = System.nanoTime() - startNs;
        }
    }

    private List<Transfer> batch(final DaybreakClient client, final TransferPlan plan, final int ledger) {
        final List<Transfer> transfers = new ArrayList<>(settings.batch());
        for (int i = 0; i < settings.batch(); i++) {
            plan.next();
            final Transfer transfer = Transfer.of(client.nextId(), settings.debitFrom() + plan.debitIndex(),
                settings.creditFrom() + plan.creditIndex(), plan.amountMinor(), ledger, settings.code());
            log.sent(transfer);
            transfers.add(transfer);
        }
        sent.addAndGet(transfers.size());
        return transfers;
    }

    private void submit(final DaybreakClient client, final List<Transfer> transfers) {
        client.transfersAsync(transfers).whenComplete((outcomes, failure) -> {
            if (failure != null) {
                // Closed, or never sent: nothing more will be known here.
                givenUp.addAndGet(transfers.size());
                room.release(transfers.size());
                return;
            }
            final List<Transfer> open = new ArrayList<>();
            for (int i = 0; i < transfers.size(); i++) {
                book(transfers.get(i), outcomes.get(i), open);
            }
            room.release(transfers.size() - open.size());
            askAgain(client, open);
        });
    }

    private void book(final Transfer transfer, final Outcome outcome, final List<Transfer> open) {
        if (outcome.decision() == Decision.APPLIED) {
            applied.incrementAndGet();
            log.answered(transfer, outcome);
        } else if (outcome.decision() == Decision.REFUSED) {
            refused.incrementAndGet();
            log.answered(transfer, outcome);
        } else {
            open.add(transfer);
        }
    }

    /** Undecided or unknown: the same transfers again, as long as there is time. */
    private void askAgain(final DaybreakClient client, final List<Transfer> open) {
        if (open.isEmpty()) {
            return;
        }
        if (System.nanoTime() < askUntilNs) {
            CompletableFuture.delayedExecutor(PAUSE_AFTER_BUSY_MS, TimeUnit.MILLISECONDS).execute(() -> submit(client, open));
        } else {
            givenUp.addAndGet(open.size());
            room.release(open.size());
        }
    }

    private void awaitAnswers() {
        while (System.nanoTime() < askUntilNs && applied.get() + refused.get() + givenUp.get() < sent.get()) {
            LockSupport.parkNanos(TICK_NS);
        }
    }
}
