package io.daybreak.loadtest.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.daybreak.loadtest.link.SimLink;
import io.daybreak.loadtest.rig.IdleLinks;
import io.daybreak.loadtest.workload.DemoCards;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Opens many connections that mostly wait, and tells what each costs the switch. */
@Command(name = "idle", mixinStandardHelpOptions = true, sortOptions = false,
    description = {"Opens ISO 8583 connections that mostly wait, and asks each for an echo.",
        "With --pid and --metrics-port (of a switch on this machine) it measures heap and direct memory before and after, each after a full "
            + "collection, and divides the difference by the connections. Connections are opened and used once before the first measurement, "
            + "so that what is made once is not counted."},
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {"0:all echoes were answered, and a connection costs less than --most", "1:unexpected error",
        "2:an echo was not answered, or a connection costs more", "3:no switch, or a connection was lost", "64:wrong command line or file"})
final class IdleCommand implements Callable<Integer> {
    private static final int ECHO = 301;
    private static final int SIGN_ON = 1;
    private static final int FIRST = 100;
    private static final int COLLECTIONS = 3;
    private static final long COLLECTION_S = 60;

    @Spec
    private CommandSpec spec;

    @Option(names = "--host", defaultValue = "127.0.0.1", description = "Host of the switch (default: ${DEFAULT-VALUE}).")
    private String host;

    @Option(names = "--port", defaultValue = "8583", description = "Its ISO 8583 port (default: ${DEFAULT-VALUE}).")
    private int port;

    @Option(names = "--link", defaultValue = "demo-ascii", paramLabel = "FILE|NAME",
        description = "What the link speaks; its windows.sockets must allow as many connections (default: ${DEFAULT-VALUE}).")
    private String link;

    @Option(names = "--mac-key", defaultValue = SimLink.DEMO_KEY, paramLabel = "HEX", showDefaultValue = CommandLine.Help.Visibility.NEVER,
        description = "The key, where the link has MACs (default: the demo's).")
    private String macKey;

    @Option(names = "--acquirer", defaultValue = DemoCards.ACQUIRER, paramLabel = "DIGITS", description = "DE 32 (default: ${DEFAULT-VALUE}).")
    private String acquirer;

    @Option(names = "--links", defaultValue = "10000", paramLabel = "N", description = "Connections (default: ${DEFAULT-VALUE}).")
    private int links;

    @Option(names = "--rounds", defaultValue = "2", paramLabel = "N", description = "Echoes on each (default: ${DEFAULT-VALUE}).")
    private int rounds;

    @Option(names = "--hold", defaultValue = "5s", converter = DurationConverter.class,
        description = "Silence between two rounds (default: ${DEFAULT-VALUE}).")
    private Duration hold;

    @Option(names = "--pid", defaultValue = "-1", paramLabel = "N", showDefaultValue = CommandLine.Help.Visibility.NEVER,
        description = "Process of the switch, whose memory is measured.")
    private long pid;

    @Option(names = "--metrics-port", defaultValue = "-1", paramLabel = "N", showDefaultValue = CommandLine.Help.Visibility.NEVER,
        description = "Its page of metrics.")
    private int metricsPort;

    @Option(names = "--most", defaultValue = "20000", paramLabel = "BYTES",
        description = "What a connection may cost in heap and direct memory (default: ${DEFAULT-VALUE}).")
    private long most;

    @Option(names = "--json", paramLabel = "FILE", description = "Writes the figures as JSON.")
    private Path json;

    @Override
    public Integer call() throws IOException, InterruptedException {
        final boolean isMeasured = pid >= 0 && metricsPort >= 0;
        if (pid >= 0 != metricsPort >= 0) {
            throw new ParameterException(spec.commandLine(), "--pid and --metrics-port go together");
        }
        if (links <= FIRST || rounds < 1) {
            throw new ParameterException(spec.commandLine(), "--links is more than " + FIRST + ", --rounds 1 or more");
        }
        try (IdleLinks idle = new IdleLinks(SimLink.load(link, macKey), acquirer, Duration.ofSeconds(10))) {
            return run(idle, isMeasured);
        } catch (final IOException ex) {
            spec.commandLine().getErr().println("ended: " + ex.getMessage());
            return ExitCode.CONNECTION;
        }
    }

    private int run(final IdleLinks idle, final boolean isMeasured) throws IOException, InterruptedException {
        idle.open(host, port, FIRST);
        if (idle.ask(SIGN_ON) != FIRST) {
            throw new IOException("the sign-on was not approved");
        }
        final long before = isMeasured ? usedBytes() : 0;
        final long startNs = System.nanoTime();
        idle.open(host, port, links - FIRST);
        final long openMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNs);
        long answered = 0;
        long slowestMs = 0;
        for (int round = 0; round < rounds; round++) {
            if (round > 0) {
                LockSupport.parkNanos(hold.toNanos());
            }
            final long roundNs = System.nanoTime();
            answered += idle.ask(ECHO);
            slowestMs = Math.max(slowestMs, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - roundNs));
        }
        final long each = isMeasured ? Math.max(0, usedBytes() - before) / (links - FIRST) : -1;
        final long asked = (long) rounds * links;
        spec.commandLine().getOut().println(String.format(Locale.ROOT, "%d connections, opened in %d ms; %d of %d echoes answered, slowest round %d ms%s",
            idle.count(), openMs, answered, asked, slowestMs, isMeasured ? "; " + each + " bytes of heap and direct memory each" : ""));
        spec.commandLine().getOut().flush();
        if (json != null) {
            final ObjectNode node = new ObjectMapper().createObjectNode();
            node.put("links", idle.count()).put("open_ms", openMs).put("echoes_asked", asked).put("echoes_answered", answered)
                .put("slowest_round_ms", slowestMs);
            if (isMeasured) {
                node.put("bytes_each", each);
            }
            Files.writeString(json, new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValueAsString(node) + "\n",
                StandardCharsets.UTF_8);
        }
        return answered == asked && each <= most ? ExitCode.OK : ExitCode.CASE_FAILED;
    }

    /** The least after some full collections: what is used, and not what has not been collected yet. */
    private long usedBytes() throws IOException, InterruptedException {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < COLLECTIONS; i++) {
            final Process collection = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(), Long.toString(pid), "GC.run")
                .redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.to(new File("/dev/null"))).start();
            if (!collection.waitFor(COLLECTION_S, TimeUnit.SECONDS) || collection.exitValue() != 0) {
                collection.destroy();
                throw new IOException("jcmd " + pid + " GC.run failed; it needs a JDK, and the switch's user");
            }
            final String page = page();
            least = Math.min(least, value(page, "daybreak_memory_heap_bytes") + value(page, "daybreak_memory_direct_bytes"));
        }
        return least;
    }

    private String page() throws IOException, InterruptedException {
        final HttpResponse<String> response = HttpClient.newHttpClient().send(
            HttpRequest.newBuilder(URI.create("http://" + host + ":" + metricsPort + "/metrics")).build(), HttpResponse.BodyHandlers.ofString());
        return response.body();
    }

    private static long value(final String page, final String name) throws IOException {
        for (final String line : page.split("\n")) {
            if (line.startsWith(name + ' ')) {
                return Long.parseLong(line.substring(name.length() + 1));
            }
        }
        throw new IOException(name + " is not on the page of metrics");
    }
}
