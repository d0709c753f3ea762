package io.daybreak.loadtest.agent;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.daybreak.client.Credentials;
import io.daybreak.loadtest.rig.LoadRun;
import io.daybreak.loadtest.rig.RigSettings;
import io.daybreak.loadtest.rig.RunObserver;
import org.HdrHistogram.Histogram;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;

/**
 * Pays parts of a load for whoever connects, one after another, with the secrets of its own machine. A caller that goes away ends its part.
 * It asks nobody who he is: it belongs on loopback or on a private network. The thread that calls {@link #serve} does all the work.
 */
public final class AgentServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AgentServer.class);
    private static final int MAX_REQUEST_BYTES = 64 << 10;
    private static final int REQUEST_MS = 10_000;

    private final ServerSocket listening;
    private final AgentMessages.Secrets secrets;

    /** Where participants' secrets are. */
    @FunctionalInterface
    public interface Secrets {
        /** @throws IOException if there is none for this one */
        Credentials of(String participant) throws IOException;
    }

    /** Listens. @param port 0: a free one */
    public AgentServer(final String host, final int port, final Secrets secrets) throws IOException {
        this.secrets = secrets::of;
        listening = new ServerSocket();
        listening.bind(new InetSocketAddress(host, port));
    }

    /** Where it listens. */
    public int port() {
        return listening.getLocalPort();
    }

    /** Serves until it is closed. */
    public void serve() {
        while (!listening.isClosed()) {
            try (Socket caller = listening.accept()) {
                caller.setTcpNoDelay(true);
                caller.setSoTimeout(REQUEST_MS);
                pay(caller);
            } catch (final IOException ex) {
                if (!listening.isClosed()) {
                    LOG.warn("a caller was lost: {}", ex.getMessage());
                }
            }
        }
    }

    private void pay(final Socket caller) throws IOException {
        final DataInputStream in = new DataInputStream(caller.getInputStream());
        final DataOutputStream out = new DataOutputStream(caller.getOutputStream());
        final JsonNode request = AgentMessages.read(in, MAX_REQUEST_BYTES);
        final ObjectNode answer = AgentMessages.object();
        try {
            final RigSettings settings = AgentMessages.settings(request, secrets);
            final Seconds seconds = new Seconds(answer.putArray("seconds"));
            final LoadRun run = new LoadRun(settings, seconds);
            caller.setSoTimeout(0);
            final Thread watcher = new Thread(() -> watch(in, run), "agent-watch");
            watcher.setDaemon(true);
            watcher.start();
            AgentMessages.put(answer, run.run());
        } catch (final LoadRun.NotStartedException | IllegalArgumentException ex) {
            answer.put("error", String.valueOf(ex.getMessage()));
        } catch (final IOException ex) {
            answer.put("error", "the agent has no secret: " + ex.getMessage());
        }
        AgentMessages.write(out, answer);
    }

    /** The caller says nothing more; the end of the stream is the end of his interest. */
    private static void watch(final DataInputStream in, final LoadRun run) {
        try {
            while (in.read() >= 0) {
                LOG.debug("a caller that talks on");
            }
        } catch (final IOException gone) {
            LOG.debug("the caller is gone: {}", gone.getMessage());
        }
        run.stop();
    }

    private static final class Seconds implements RunObserver {
        private final ArrayNode rows;

        Seconds(final ArrayNode rows) {
            this.rows = rows;
        }

        @Override
        public void onCounts(final long fromNs, final long toNs, final long sent, final long answered, final long refused,
                             final Histogram histogram) {
            rows.addObject().put("from_ns", fromNs).put("to_ns", toNs).put("sent", sent).put("answered", answered).put("refused", refused)
                .put("latency", AgentMessages.text(histogram));
        }
    }

    @Override
    public void close() throws IOException {
        listening.close();
    }
}
