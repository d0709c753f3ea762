package io.daybreak.loadtest.crash;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A real process of one of the executable jars, its output kept in files. */
public final class SwitchProcess {
    private static final Pattern READY = Pattern.compile(
        "READY native=\\S+:(\\d+)(?: iso\\S+=\\S+)* data=\\S+ durability=(\\S+) sequence=(\\d+) recovery_ms=(\\d+)");
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Path ROOT = Path.of("").toAbsolutePath().getParent();

    private final Process process;
    private final Path out;
    private final Path err;

    private SwitchProcess(final Process process, final Path out, final Path err) {
        this.process = process;
        this.out = out;
        this.err = err;
    }

    /** Starts the server's jar; {@code prefix} is what stands before java, such as a namespace of its own. */
    static SwitchProcess server(final List<String> prefix, final Path directory, final int port, final String durability)
        throws IOException {
        return server(prefix, directory, directory.resolve("data"), port, "--durability", durability);
    }

    /** The same with a data directory and options of one's own. */
    public static SwitchProcess server(final List<String> prefix, final Path directory, final Path data, final int port,
                                final String... options) throws IOException {
        final List<String> arguments = new ArrayList<>(List.of("serve", "--demo", "--data", data.toString(),
            "--native-port", Integer.toString(port),
            // Small, so that the commit log is recycled and the crash comes in every lap of it.
            "--set", "journal.commit-log-bytes=16MiB", "--set", "capacity.transfers-retained=200000",
            "--set", "capacity.accounts=10000"));
        if (!List.of(options).contains("--iso8583-port")) {
            arguments.addAll(List.of("--iso8583-port", "0"));
        }
        arguments.addAll(List.of("--iso8583-bcd-port", "0"));
        arguments.addAll(List.of(options));
        return start(prefix, "gateway/target/daybreak.jar", directory, "server", arguments.toArray(new String[0]));
    }

    /** Starts a command of the server's jar as it is given. */
    public static SwitchProcess gateway(final Path directory, final String name, final String... arguments) throws IOException {
        return start(List.of(), "gateway/target/daybreak.jar", directory, name, arguments);
    }

    /** Starts a command of the load generator's jar. */
    public static SwitchProcess loadTest(final Path directory, final String name, final String... arguments) throws IOException {
        return start(List.of(), "loadtest/target/loadtest.jar", directory, name, arguments);
    }

    private static SwitchProcess start(final List<String> prefix, final String jar, final Path directory, final String name,
                                       final String... arguments) throws IOException {
        final Path path = ROOT.resolve(jar);
        if (!Files.exists(path)) {
            throw new IllegalStateException(path + " is missing: build the whole project first (mvn package)");
        }
        final List<String> command = new ArrayList<>(prefix);
        command.addAll(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx512m", "-jar",
            path.toString()));
        command.addAll(List.of(arguments));
        final Path out = Files.createTempFile(directory, name, ".out");
        final Path err = Files.createTempFile(directory, name, ".err");
        return new SwitchProcess(
            new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile()).start(), out, err);
    }

    /** A port that was free a moment ago; the server keeps it over its restarts, so that the payer finds it again. */
    static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** Waits for the READY line; the sequence that it tells. */
    long awaitReady() throws IOException {
        return Long.parseLong(ready().group(3));
    }

    /** Waits for the READY line; the native port that it tells. */
    public int awaitPort() throws IOException {
        return Integer.parseInt(ready().group(1));
    }

    private Matcher ready() throws IOException {
        await("READY", () -> read(out).contains("READY") || !process.isAlive());
        final Matcher matcher = READY.matcher(read(out));
        if (!matcher.find()) {
            throw new AssertionError("the server did not become ready\n" + output());
        }
        return matcher;
    }

    /** SIGKILL to the process and all its children. */
    public void kill() throws InterruptedException {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            throw new AssertionError("not dead after SIGKILL");
        }
    }

    /** SIGTERM, then the exit code. */
    public int terminate() throws InterruptedException {
        process.destroy();
        return awaitExit();
    }

    public int awaitExit() throws InterruptedException {
        if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError("still running\n" + output());
        }
        return process.exitValue();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    public String output() {
        return read(out) + read(err);
    }

    private static String read(final Path path) {
        try {
            return Files.readString(path);
        } catch (final IOException ex) {
            throw new java.io.UncheckedIOException(ex);
        }
    }

    static void await(final String what, final BooleanSupplier condition) {
        final long end = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("no " + what + " within " + PATIENCE);
            }
            Thread.onSpinWait();
            Thread.yield();
        }
    }
}
