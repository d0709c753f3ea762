package io.daybreak.loadtest.report;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/** Reads the switch's page of figures: names with their labels, and values. Any thread; one request takes at most two seconds. */
final class SwitchFigures {
    private static final Duration LONGEST = Duration.ofSeconds(2);
    private static final int OK = 200;

    private final HttpClient client = HttpClient.newBuilder().connectTimeout(LONGEST).version(HttpClient.Version.HTTP_1_1).build();
    private final HttpRequest request;

    SwitchFigures(final String host, final int port) {
        request = HttpRequest.newBuilder(URI.create("http://" + host + ':' + port + "/metrics")).timeout(LONGEST).build();
    }

    /** @throws IOException if there is no page, or it is late */
    Map<String, Double> read() throws IOException {
        try {
            final HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
            if (response.statusCode() != OK) {
                throw new IOException("no page of figures at " + request.uri() + ": status " + response.statusCode());
            }
            return parse(response.body());
        } catch (final InterruptedException ex) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", ex);
        }
    }

    static Map<String, Double> parse(final String page) {
        final Map<String, Double> figures = new HashMap<>();
        for (final String line : page.split("\n")) {
            final int space = line.lastIndexOf(' ');
            if (!line.startsWith("#") && space > 0) {
                try {
                    figures.put(line.substring(0, space), Double.parseDouble(line.substring(space + 1)));
                } catch (final NumberFormatException ex) {
                    // Not one of ours: a page may have lines that we do not know.
                    figures.remove(line);
                }
            }
        }
        return figures;
    }
}
