package io.daybreak.loadtest.agent;

import com.fasterxml.jackson.databind.JsonNode;
import io.daybreak.loadtest.rig.Latencies;
import io.daybreak.loadtest.rig.LoadRun;
import io.daybreak.loadtest.rig.RigSettings;
import io.daybreak.loadtest.rig.RunObserver;
import io.daybreak.loadtest.rig.RunResult;
import io.daybreak.loadtest.rig.RunResult.Proof;
import org.HdrHistogram.Histogram;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * A run whose load several agents make. Each gets its share of rate and connections, and accounts that no other pays on, so that each
 * proves the money of its own. They begin when they have signed on, within a fraction of a second of each other. What they found is added
 * up as counts and histograms; no percentile is a mean of theirs.
 */
public final class AgentsRun {
    private static final int CONNECT_MS = 5_000;
    private static final long MARGIN_S = 120;

    private final RigSettings settings;
    private final List<InetSocketAddress> agents;
    private final RunObserver observer;
    private final List<Socket> sockets = new ArrayList<>();

    private record Part(InetSocketAddress agent, RunResult result, JsonNode seconds) {
    }

    /**
     * Prepares one.
     *
     * @throws IllegalArgumentException if there are fewer accounts or connections than agents
     */
    public AgentsRun(final RigSettings settings, final List<InetSocketAddress> agents, final RunObserver observer) {
        if (agents.isEmpty() || agents.size() > Math.min(settings.connections(), Math.min(settings.debitCount(), settings.creditCount()))) {
            throw new IllegalArgumentException("--agents: each needs a connection, a debit account and a credit account of its own");
        }
        this.settings = settings;
        this.agents = List.copyOf(agents);
        this.observer = observer;
    }

    private RigSettings part(final int index) {
        final int all = agents.size();
        final int debit = (int) ((long) settings.debitCount() * index / all);
        final int credit = (int) ((long) settings.creditCount() * index / all);
        final int connections = settings.connections() / all + (index < settings.connections() % all ? 1 : 0);
        final double rate = settings.isOpenLoop() ? settings.ratePerSecond() * connections / settings.connections() : RigSettings.MAX_RATE;
        return new RigSettings(settings.host(), settings.port(), settings.credentials(), settings.proofCredentials(), rate, settings.arrivals(), connections,
            Math.min(settings.loops(), connections), settings.batch(), settings.window(), settings.duration(), settings.warmup(), settings.turn(),
            settings.drain(), settings.debitFrom() + debit, (int) ((long) settings.debitCount() * (index + 1) / all) - debit,
            settings.creditFrom() + credit, (int) ((long) settings.creditCount() * (index + 1) / all) - credit, settings.amountFrom(),
            settings.amountTo(), settings.zipf(), settings.hotShare(), settings.ledger(), settings.code(), settings.seed() + 1_000_003L * index,
            settings.mayProve(), settings.burst(), settings.mix());
    }

    /** Ends the run early, from another thread: the agents see that nobody waits any more, and what they found is lost. */
    public void stop() {
        synchronized (sockets) {
            sockets.forEach(AgentsRun::close);
        }
    }

    private static void close(final Socket socket) {
        try {
            socket.close();
        } catch (final IOException ex) {
            throw new IllegalStateException(ex);
        }
    }

    /**
     * Runs to the end.
     *
     * @throws LoadRun.NotStartedException if an agent cannot be reached, cannot pay, or is lost
     */
    public RunResult run() throws LoadRun.NotStartedException {
        final Part[] parts = new Part[agents.size()];
        final String[] problems = new String[agents.size()];
        final CountDownLatch done = new CountDownLatch(agents.size());
        observer.onStart(System.nanoTime() + settings.warmup().toNanos());
        for (int i = 0; i < parts.length; i++) {
            final int index = i;
            final Thread thread = new Thread(() -> {
                try {
                    parts[index] = ask(index);
                } catch (final IOException ex) {
                    problems[index] = String.valueOf(ex.getMessage());
                } finally {
                    done.countDown();
                }
            }, "agent-" + i);
            thread.setDaemon(true);
            thread.start();
        }
        try {
            done.await();
        } catch (final InterruptedException ex) {
            Thread.currentThread().interrupt();
            stop();
        }
        for (int i = 0; i < parts.length; i++) {
            if (parts[i] == null) {
                throw new LoadRun.NotStartedException("agent " + agents.get(i).getHostString() + ":" + agents.get(i).getPort() + ": " + problems[i]);
            }
        }
        final List<Part> all = List.of(parts);
        try {
            tellSeconds(all);
        } catch (final IOException ex) {
            throw new LoadRun.NotStartedException(ex.getMessage());
        }
        return sum(all);
    }

    private Part ask(final int index) throws IOException {
        final InetSocketAddress agent = agents.get(index);
        try (Socket socket = new Socket()) {
            synchronized (sockets) {
                sockets.add(socket);
            }
            socket.connect(new InetSocketAddress(agent.getHostString(), agent.getPort()), CONNECT_MS);
            socket.setTcpNoDelay(true);
            socket.setSoTimeout((int) Math.min(Integer.MAX_VALUE, TimeUnit.SECONDS.toMillis(MARGIN_S) + settings.warmup().toMillis()
                + settings.duration().toMillis() + settings.drain().toMillis()));
            final RigSettings part = part(index);
            AgentMessages.write(new DataOutputStream(socket.getOutputStream()), AgentMessages.request(part));
            final JsonNode answer = AgentMessages.read(new DataInputStream(socket.getInputStream()), AgentMessages.MAX_BYTES);
            if (answer.has("error")) {
                throw new IOException(answer.path("error").asText());
            }
            return new Part(agent, AgentMessages.result(answer, part), answer.path("seconds"));
        } catch (final java.io.EOFException ex) {
            throw new IOException("it ended without an answer", ex);
        }
    }

    /** The first second of all, the second of all, and so on: as far as all have one. */
    private void tellSeconds(final List<Part> parts) throws IOException {
        final int rows = parts.stream().mapToInt(part -> part.seconds.size()).min().orElse(0);
        for (int row = 0; row < rows; row++) {
            final Histogram latency = Latencies.newHistogram();
            long sent = 0;
            long answered = 0;
            long refused = 0;
            for (final Part part : parts) {
                final JsonNode second = part.seconds.get(row);
                latency.add(AgentMessages.histogram(second.path("latency").asText()));
                sent += second.path("sent").asLong();
                answered += second.path("answered").asLong();
                refused += second.path("refused").asLong();
            }
            final JsonNode first = parts.get(0).seconds.get(row);
            observer.onInterval(latency);
            observer.onCounts(first.path("from_ns").asLong(), first.path("to_ns").asLong(), sent, answered, refused, latency);
        }
    }

    private RunResult sum(final List<Part> parts) {
        final Histogram latency = Latencies.newHistogram();
        final Histogram sendLag = Latencies.newHistogram();
        final Map<String, Long> refused = new TreeMap<>();
        final List<String> errors = new ArrayList<>();
        final List<String> text = new ArrayList<>();
        double throughput = 0;
        double cpuNs = 0;
        long offered = 0;
        long accepted = 0;
        long unsent = 0;
        long unknown = 0;
        Proof proof = settings.mayProve() ? Proof.PROVED : Proof.SKIPPED;
        for (final Part part : parts) {
            final RunResult result = part.result;
            final String name = part.agent.getHostString() + ":" + part.agent.getPort() + ": ";
            latency.add(result.latency());
            sendLag.add(result.sendLag());
            result.refusedByResult().forEach((code, count) -> refused.merge(code, count, Long::sum));
            result.errors().forEach(error -> errors.add(name + error));
            result.proofText().forEach(line -> text.add(name + line));
            throughput += result.throughputPerSecond();
            cpuNs += result.cpuNsPerTransfer() * result.accepted();
            offered += result.offered();
            accepted += result.accepted();
            unsent += result.unsent();
            unknown += result.unknown();
            proof = worse(proof, result.proof());
        }
        return new RunResult(settings, throughput, latency, sendLag, offered, accepted, refused, unsent, unknown, errors,
            accepted == 0 ? 0 : cpuNs / accepted, proof, text);
    }

    private static Proof worse(final Proof one, final Proof other) {
        final List<Proof> order = List.of(Proof.PROVED, Proof.SKIPPED, Proof.INCOMPLETE, Proof.DIFFERENT);
        return order.indexOf(one) >= order.indexOf(other) ? one : other;
    }
}
