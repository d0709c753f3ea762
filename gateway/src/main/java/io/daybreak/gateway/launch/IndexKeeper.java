package io.daybreak.gateway.launch;

import io.daybreak.gateway.config.Settings;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/**
 * Has the index go on while the switch runs: the command {@code index}, as a process of its own at the lowest priority, at start and each time that so
 * many commands were decided since. Its files are written whole and never changed, so it may end at any time; the next one goes on.
 * <p>
 * A thread of its own. A failure is logged and tried again after as many commands more.
 */
final class IndexKeeper implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(IndexKeeper.class);
    private static final long LOOK_NS = TimeUnit.SECONDS.toNanos(1);
    private static final long CLOSE_MS = 10_000;

    private final Settings settings;
    private final LongSupplier durableSequence;
    private final Thread thread = new Thread(this::run, "index-keeper");
    private volatile Process process;
    private volatile boolean isStopping;

    IndexKeeper(final Settings settings, final LongSupplier durableSequence) {
        this.settings = settings;
        this.durableSequence = durableSequence;
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    private void run() {
        long next = 0;
        while (!isStopping) {
            final long durable = durableSequence.getAsLong();
            if (durable >= next) {
                next = durable + settings.index().every();
                make();
            }
            LockSupport.parkNanos(this, LOOK_NS);
        }
    }

    private void make() {
        final List<String> command = new ArrayList<>(SnapshotKeeper.ownCommand());
        command.addAll(List.of("index", "--data", settings.data().toString()));
        if (settings.journal().keyFile() != null) {
            command.addAll(List.of("--journal-key-file", settings.journal().keyFile().toString()));
        }
        try {
            final Process builder = new ProcessBuilder(command).redirectErrorStream(true).start();
            process = builder;
            if (isStopping) {
                builder.destroy();
            }
            try (BufferedReader lines = new BufferedReader(new InputStreamReader(builder.getInputStream(), StandardCharsets.UTF_8))) {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    if (line.startsWith("daybreak: ")) {
                        LOG.warn("index: {}", line);
                    } else {
                        LOG.debug("index: {}", line);
                    }
                }
            }
            final int code = builder.waitFor();
            if (code != 0 && !isStopping) {
                LOG.error("the index was not built: its process ended with {}", code);
            }
        } catch (final IOException ex) {
            if (!isStopping) {
                LOG.error("the index was not built", ex);
            }
        } catch (final InterruptedException ex) {
            LOG.debug("stopped while the index was built");
        }
    }

    /** Ends what is at work. */
    @Override
    public void close() {
        isStopping = true;
        final Process builder = process;
        if (builder != null) {
            builder.destroy();
        }
        LockSupport.unpark(thread);
        try {
            thread.join(CLOSE_MS);
        } catch (final InterruptedException ex) {
            Thread.currentThread().interrupt();
        }
    }
}
