package io.daybreak.gateway.launch;

import io.daybreak.gateway.config.Settings;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.concurrent.SynchronousQueue;

/** The server as a process: READY on standard output, SIGTERM, exit codes, and a new server in the old one's place where a standby needs that. */
public final class ServerProcess {
    private static final Logger LOG = LoggerFactory.getLogger(ServerProcess.class);

    private final Settings settings;
    private final boolean isDemo;
    private final StopOnFatal stopOnFatal;
    private final SynchronousQueue<Server> restarts = new SynchronousQueue<>();
    private volatile Server current;
    private volatile boolean isStopping;

    private ServerProcess(final Settings settings, final boolean isDemo) {
        this.settings = settings;
        this.isDemo = isDemo;
        // Halt, not exit: no hook may run, and so nothing be drained or synced, once the switch no longer trusts itself.
        this.stopOnFatal = new StopOnFatal(Runtime.getRuntime()::halt);
    }

    /**
     * Starts a server and keeps the calling thread until the process ends. Returns only if the server could not start.
     *
     * @return why not; the reason was printed on standard error
     */
    public static ExitCode run(final Settings settings, final boolean isDemo) {
        return new ServerProcess(settings, isDemo).run();
    }

    private ExitCode run() {
        boolean isHooked = false;
        while (true) {
            final Server server = new Server(settings, isDemo, System.getenv(), new DirectoryJournalOpener(), stopOnFatal);
            server.control(new Control(server));
            try {
                server.start();
            } catch (final StartException ex) {
                LOG.debug("not started", ex);
                System.err.println("daybreak: " + ex.getMessage());
                return ex.exitCode();
            }
            current = server;
            if (!isHooked) {
                isHooked = true;
                Runtime.getRuntime().addShutdownHook(new Thread(this::stop, "stop"));
            }
            System.out.println(server.readyLine());
            System.out.flush();
            try {
                restarts.take().close();
            } catch (final InterruptedException ex) {
                Thread.currentThread().interrupt();
                return ExitCode.OK;
            }
            LOG.warn("starting anew with the journal as the primary has it");
        }
    }

    /** The shutdown hook: drains, and gives the exit code of a server that did as it was told. */
    private void stop() {
        isStopping = true;
        ExitCode code = ExitCode.OK;
        try {
            current.close();
        } catch (final RuntimeException ex) {
            System.err.println("daybreak: the drain failed: " + ex);
            code = ExitCode.UNEXPECTED;
        }
        // Left alone, the JVM would end with 143, which a supervisor takes for a crash.
        Runtime.getRuntime().halt(code.code());
    }

    private final class Control implements ProcessControl {
        private final Server server;

        Control(final Server server) {
            this.server = server;
        }

        @Override
        public void stop(final ExitCode code, final String message) {
            stopOnFatal.stop(code, message);
        }

        @Override
        public void restart() {
            if (isStopping) {
                return;
            }
            final Thread thread = new Thread(() -> {
                try {
                    restarts.put(server);
                } catch (final InterruptedException ex) {
                    Thread.currentThread().interrupt();
                }
            }, "restart");
            thread.setDaemon(true);
            thread.start();
        }
    }
}
