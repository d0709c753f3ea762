package io.daybreak.gateway.metrics;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.netty.util.concurrent.DefaultThreadFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Serves the page of figures at {@code GET /metrics}, in plain text over HTTP/1.1 and without authentication: it belongs on loopback or
 * on a private network. Four threads; at most 16 requests wait, further ones are closed. A request that is not there in full, and an
 * answer that is not taken, within {@value #MOST_SECONDS} s ends its connection, so that a slow peer cannot keep the page from others.
 */
public final class MetricsServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(MetricsServer.class);
    private static final int MAX_WAITING = 16;
    private static final int THREADS = 4;
    private static final int MOST_SECONDS = 5;
    private static final int OK = 200;
    private static final int NOT_FOUND = 404;
    private static final int METHOD_NOT_ALLOWED = 405;
    private static final int FAILED = 500;

    static {
        // The server of the JDK has limits of time, but none by default, and takes them in no other way.
        for (final String limit : new String[] {"sun.net.httpserver.maxReqTime", "sun.net.httpserver.maxRspTime"}) {
            if (System.getProperty(limit) == null) {
                System.setProperty(limit, String.valueOf(MOST_SECONDS));
            }
        }
    }

    private final HttpServer server;
    private final ThreadPoolExecutor thread = new ThreadPoolExecutor(THREADS, THREADS, 0, TimeUnit.SECONDS, new ArrayBlockingQueue<>(MAX_WAITING),
        new DefaultThreadFactory("metrics", true), new ThreadPoolExecutor.AbortPolicy());
    private final MetricsPage page;

    /**
     * Listens.
     *
     * @param port 0 picks a free one
     * @throws IOException if the address cannot be bound
     */
    public MetricsServer(final String host, final int port, final MetricsPage page) throws IOException {
        this.page = page;
        server = HttpServer.create(new InetSocketAddress(host, port), MAX_WAITING);
        server.createContext("/", this::answer);
        server.setExecutor(thread);
        server.start();
    }

    /** Where it listens. */
    public InetSocketAddress address() {
        return server.getAddress();
    }

    private void answer(final HttpExchange exchange) throws IOException {
        try (exchange) {
            if (!"/metrics".equals(exchange.getRequestURI().getPath())) {
                exchange.sendResponseHeaders(NOT_FOUND, -1);
            } else if (!"GET".equals(exchange.getRequestMethod())) {
                exchange.sendResponseHeaders(METHOD_NOT_ALLOWED, -1);
            } else {
                writePage(exchange);
            }
        }
    }

    private void writePage(final HttpExchange exchange) throws IOException {
        final byte[] body;
        try {
            body = page.write().getBytes(StandardCharsets.UTF_8);
        } catch (final IllegalStateException ex) {
            // While the switch stops, or stands still, nobody answers what the state machine is asked.
            LOG.warn("the page of metrics could not be written: {}", ex.getMessage());
            exchange.sendResponseHeaders(FAILED, -1);
            return;
        }
        exchange.getResponseHeaders().set("Content-Type", MetricsPage.TYPE);
        exchange.sendResponseHeaders(OK, body.length);
        exchange.getResponseBody().write(body);
    }

    @Override
    public void close() {
        server.stop(0);
        thread.shutdownNow();
    }
}
