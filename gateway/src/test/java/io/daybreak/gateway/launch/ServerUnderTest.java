package io.daybreak.gateway.launch;

import io.daybreak.gateway.Await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The executable jar in a process of its own. */
final class ServerUnderTest implements AutoCloseable {
    static final Pattern READY = Pattern.compile(
        "READY native=(?<host>[0-9.]+):(?<port>\\d+)(?: iso8583=[0-9.]+:(?<iso>\\d+) iso8583-bcd=[0-9.]+:(?<bcd>\\d+))?(?: iso8583-mac=[0-9.]+:(?<mac>\\d+))?(?: iso8583-1993=[0-9.]+:(?<v93>\\d+))? data=(?<data>\\S+) durability=(?<durability>process|disk) sequence=(?<sequence>\\d+) recovery_ms=\\d+");
    private static final long TIMEOUT_S = 60;

    private final Process process;
    private final Path out;
    private final Path err;

    /** Runs {@code java -jar daybreak.jar} with these arguments. */
    ServerUnderTest(final Path directory, final Map<String, String> environment, final String... arguments) throws IOException {
        out = Files.createTempFile(directory, "out", ".txt");
        err = Files.createTempFile(directory, "err", ".txt");
        final List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-jar");
        command.add(System.getProperty("daybreak.jar", "target/daybreak.jar"));
        command.addAll(List.of(arguments));
        final ProcessBuilder builder = new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("DAYBREAK_"));
        builder.environment().putAll(environment);
        process = builder.start();
    }

    /** Waits for the READY line. */
    Matcher ready() {
        Await.until("READY or the end", () -> out().endsWith("\n") || !process.isAlive());
        final Matcher matcher = READY.matcher(out().strip());
        if (!matcher.matches()) {
            throw new AssertionError("not READY: " + out() + err());
        }
        return matcher;
    }

    /** Waits for the end and returns the exit code. */
    int exitCode() throws InterruptedException {
        if (!process.waitFor(TIMEOUT_S, TimeUnit.SECONDS)) {
            throw new AssertionError("still running: " + out() + err());
        }
        return process.exitValue();
    }

    /** SIGTERM. */
    void terminate() {
        process.destroy();
    }

    /** SIGKILL. */
    void kill() {
        process.destroyForcibly().onExit().join();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    String out() {
        return read(out);
    }

    String err() {
        return read(err);
    }

    private static String read(final Path file) {
        try {
            return Files.readString(file);
        } catch (final IOException ex) {
            throw new AssertionError(ex);
        }
    }

    /** A secret of the demo. */
    static byte[] demoSecret(final Path data, final String code) throws IOException {
        for (final String line : Files.readAllLines(data.resolve("demo.secret"), StandardCharsets.US_ASCII)) {
            if (line.startsWith(code + "=")) {
                return HexFormat.of().parseHex(line.substring(code.length() + 1));
            }
        }
        throw new AssertionError("no secret of " + code);
    }

    @Override
    public void close() {
        kill();
    }
}
