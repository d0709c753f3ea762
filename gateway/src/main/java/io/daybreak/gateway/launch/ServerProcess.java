package io.daybreak.gateway.launch;

import io.daybreak.gateway.config.Settings;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.concurrent.CountDownLatch;

/** The server as a process: READY on standard output, SIGTERM, exit codes. */
public final class ServerProcess {
    private static final Logger LOG = LoggerFactory.getLogger(ServerProcess.class);

    private ServerProcess() {
    }

    /**
     * Starts a server and keeps the calling thread until the process ends. Returns only if the server could not start.
     *
     * @return why not; the reason was printed on standard error
     */
    public static ExitCode run(final Settings settings, final boolean isDemo) {
        // Halt, not exit: no hook may run, and so nothing be drained or synced, once the switch no longer trusts itself.
        final Server server = new Server(settings, isDemo, System.getenv(), new DirectoryJournalOpener(), new StopOnFatal(Runtime.getRuntime()::halt));
        try {
            server.start();
        } catch (final StartException ex) {
            LOG.debug("not started", ex);
            System.err.println("daybreak: " + ex.getMessage());
            return ex.exitCode();
        }
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(server), "stop"));
        System.out.println(server.readyLine());
        System.out.flush();
        awaitEnd();
        return ExitCode.OK;
    }

    /** The shutdown hook: drains, and gives the exit code of a server that did as it was told. */
    private static void stop(final Server server) {
        ExitCode code = ExitCode.OK;
        try {
            server.close();
        } catch (final RuntimeException ex) {
            System.err.println("daybreak: the drain failed: " + ex);
            code = ExitCode.UNEXPECTED;
        }
        // Left alone, the JVM would end with 143, which a supervisor takes for a crash.
        Runtime.getRuntime().halt(code.code());
    }

    private static void awaitEnd() {
        try {
            new CountDownLatch(1).await();
        } catch (final InterruptedException ex) {
            Thread.currentThread().interrupt();
        }
    }
}
