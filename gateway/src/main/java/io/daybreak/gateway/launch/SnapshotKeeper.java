package io.daybreak.gateway.launch;

import io.daybreak.gateway.config.Settings;
import io.daybreak.journal.snapshot.SnapshotDirectory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/**
 * Has snapshots made while the switch runs, one each time that so many commands were decided since the last: runs the command {@code snapshot} as a
 * process of its own that gets what others leave, where the system has {@code chrt}, {@code ionice} and {@code nice}. In the switch's process the second state would share its memory's locks
 * and its fate: a maker that finds no memory must end alone.
 * <p>
 * A thread of its own. A failure is logged and tried again after as many commands more.
 */
final class SnapshotKeeper implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SnapshotKeeper.class);
    private static final long LOOK_NS = TimeUnit.SECONDS.toNanos(1);
    private static final long CLOSE_MS = 10_000;
    private static final List<Path> PROGRAMS = List.of(Path.of("/usr/bin"), Path.of("/bin"));
    /**
     * What puts the maker behind all others, each where it is there. Only the idle policy lets a woken thread of the switch take the processor at once;
     * behind a nice process it may wait for the rest of that one's slice, milliseconds.
     */
    private static final List<List<String>> POLITELY = List.of(List.of("chrt", "-i", "0"), List.of("ionice", "-c", "3"), List.of("nice", "-n", "19"));

    private final Settings settings;
    private final LongSupplier durableSequence;
    private final Thread thread = new Thread(this::run, "snapshot-keeper");
    private volatile Process process;
    private volatile boolean isStopping;

    SnapshotKeeper(final Settings settings, final LongSupplier durableSequence) {
        this.settings = settings;
        this.durableSequence = durableSequence;
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    private void run() {
        long last = newest();
        while (!isStopping) {
            if (durableSequence.getAsLong() - last >= settings.snapshot().every()) {
                last = durableSequence.getAsLong();
                make();
            }
            LockSupport.parkNanos(this, LOOK_NS);
        }
    }

    private long newest() {
        try {
            final List<Path> snapshots = new SnapshotDirectory(settings.data()).list();
            return snapshots.isEmpty() ? 0 : SnapshotDirectory.sequence(snapshots.get(0));
        } catch (final IOException ex) {
            LOG.warn("the snapshots cannot be listed: {}", ex.toString());
            return 0;
        }
    }

    private void make() {
        try {
            final Process maker = new ProcessBuilder(command()).redirectErrorStream(true).start();
            process = maker;
            if (isStopping) {
                maker.destroy();
            }
            String made = null;
            try (BufferedReader lines = new BufferedReader(new InputStreamReader(maker.getInputStream(), StandardCharsets.UTF_8))) {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    if (line.startsWith("SNAPSHOT ")) {
                        made = line;
                    } else if (line.startsWith("daybreak: ")) {
                        if (line.contains("ALARM")) {
                            LOG.error("{}", line.substring(line.indexOf("ALARM")));
                        } else {
                            LOG.warn("snapshot: {}", line);
                        }
                    } else {
                        LOG.debug("snapshot: {}", line);
                    }
                }
            }
            final int code = maker.waitFor();
            if (code == 0) {
                LOG.info("{}", made);
            } else if (!isStopping) {
                LOG.error("no snapshot was made: its process ended with {}", code);
            }
        } catch (final IOException ex) {
            if (!isStopping) {
                LOG.error("no snapshot was made", ex);
            }
        } catch (final InterruptedException ex) {
            LOG.debug("stopped while a snapshot was made");
        }
    }

    /** This very program, at the lowest priority where the system has {@code nice}; a command is to follow. */
    static List<String> ownCommand() {
        final List<String> command = new ArrayList<>();
        for (final List<String> politely : POLITELY) {
            PROGRAMS.stream().map(directory -> directory.resolve(politely.get(0))).filter(Files::isExecutable).findFirst().ifPresent(program -> {
                command.add(program.toString());
                command.addAll(politely.subList(1, politely.size()));
            });
        }
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-XX:+UseSerialGC");
        for (final String argument : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
            if (argument.startsWith("--add-") || argument.startsWith("--enable-native")) {
                command.add(argument);
            }
        }
        final String classPath = System.getProperty("java.class.path");
        if (classPath.endsWith(".jar") && !classPath.contains(File.pathSeparator)) {
            command.addAll(List.of("-jar", classPath));
        } else {
            command.addAll(List.of("-cp", classPath, Main.class.getName()));
        }
        return command;
    }

    /** The command line of a maker with this switch's settings. */
    private List<String> command() {
        final List<String> command = ownCommand();
        command.addAll(List.of("snapshot", "--gently", "--data", settings.data().toString()));
        set(command, "snapshot.keep", settings.snapshot().keep());
        set(command, "snapshot.apart", settings.snapshot().apart());
        set(command, "snapshot.write-rate", settings.snapshot().writeBytesPerSecond());
        set(command, "snapshot.cpu-percent", settings.snapshot().cpuPercent());
        set(command, "journal.reserve-bytes", settings.journal().reserveBytes());
        set(command, "journal.retention-bytes", settings.journal().retentionBytes());
        set(command, "journal.retention-age", settings.journal().retentionAgeMs() + " ms");
        if (settings.journal().keyFile() != null) {
            set(command, "journal.key-file", settings.journal().keyFile());
        }
        set(command, "journal.encryption", settings.journal().encryption().name().toLowerCase(Locale.ROOT));
        set(command, "replication.keep-bytes", settings.replication().keepBytes());
        set(command, "journal.archive-command", settings.journal().archiveCommand());
        return command;
    }

    private static void set(final List<String> command, final String name, final Object value) {
        command.add("--set");
        command.add(name + "=" + value);
    }

    /** Ends what is being made; the next maker takes away what it left. */
    @Override
    public void close() {
        isStopping = true;
        final Process maker = process;
        if (maker != null) {
            maker.destroy();
        }
        LockSupport.unpark(thread);
        try {
            thread.join(CLOSE_MS);
        } catch (final InterruptedException ex) {
            Thread.currentThread().interrupt();
        }
    }
}
