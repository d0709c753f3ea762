package io.daybreak.gateway.launch;

import io.daybreak.gateway.architecture.SourceTree;
import io.daybreak.gateway.iso.IssuerPeer;
import io.daybreak.gateway.metrics.MetricsPage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import static org.assertj.core.api.Assertions.assertThat;

/** DUP-17 and the figures of links and issuers: what is served, and that docs/operations.md, "Metrics", has all of it. */
@Timeout(60)
final class MetricsTest {
    @TempDir
    private Path directory;

    private static HttpResponse<String> send(final HttpRequest.Builder request) throws Exception {
        return HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private static HttpRequest.Builder to(final RoutedRig rig, final String path) {
        final InetSocketAddress address = rig.server.metricsAddress();
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + address.getPort() + path));
    }

    private static long value(final String page, final String name) {
        return Arrays.stream(page.split("\n")).filter(line -> line.startsWith(name + ' ')).map(line -> line.substring(name.length() + 1))
            .mapToLong(Long::parseLong).findFirst().orElseThrow(() -> new AssertionError(name + " is not on the page"));
    }

    @Test
    void shouldCountWhatLinksAndIssuersDid() throws Exception {
        try (IssuerPeer issuer = new IssuerPeer().open(); RoutedRig rig = new RoutedRig(directory, issuer.port(), "metrics.port=0", "stages.sample-every=1").awaitLinks(1)) {
            assertThat(rig.server.readyLine()).contains(" metrics=127.0.0.1:" + rig.server.metricsAddress().getPort() + " data=");
            assertThat(rig.ask(RoutedRig.purchase("9900010000000175")).get(39)).isEqualTo("00");
            assertThat(rig.ask(RoutedRig.purchase(RoutedRig.CARD)).get(39)).isEqualTo("00");
            assertThat(rig.ask(RoutedRig.purchase(RoutedRig.CARD).set(4, null)).get(39)).isEqualTo("30");
            issuer.does(IssuerPeer.SILENT);
            rig.deadline(30_000).acquirer().send(RoutedRig.purchase(RoutedRig.CARD));
            issuer.await(200, message -> issuer.received(200).size() == 2);

            final HttpResponse<String> response = send(to(rig, "/metrics"));
            assertThat(response.statusCode()).isEqualTo(200);
            assertThat(response.headers().firstValue("Content-Type")).contains(MetricsPage.TYPE);
            final String page = response.body();
            final String acquirer = "{link=\"iso8583\",side=\"acquirer\"}";
            assertThat(value(page, "daybreak_link_requests_total" + acquirer)).as("sign-on and four payments").isEqualTo(5);
            assertThat(value(page, "daybreak_link_format_errors_total" + acquirer)).isEqualTo(1);
            assertThat(value(page, "daybreak_link_mac_failures_total" + acquirer)).isZero();
            assertThat(value(page, "daybreak_link_responses_total{link=\"demo-issuer\",side=\"issuer\"}")).isEqualTo(1);
            assertThat(value(page, "daybreak_iso8583_connections")).isEqualTo(1);
            assertThat(value(page, "daybreak_iso8583_contexts")).as("the payment that waits").isEqualTo(1);
            assertThat(value(page, "daybreak_issuer_links_up")).isEqualTo(1);
            assertThat(value(page, "daybreak_issuer_requests_open")).isEqualTo(1);
            assertThat(value(page, "daybreak_issuer_messages_sent_total")).isEqualTo(2);
            assertThat(value(page, "daybreak_store_and_forward")).isZero();
            assertThat(value(page, "daybreak_payments")).isEqualTo(3);
            assertThat(value(page, "daybreak_wallets")).isEqualTo(20);
            assertThat(value(page, "daybreak_process_cpu_ns_total")).isPositive();
            final String applied = "{stage=\"apply\"}";
            assertThat(value(page, "daybreak_stage_ns_count" + applied)).as("at least the payments").isGreaterThanOrEqualTo(4);
            assertThat(value(page, "daybreak_stage_ns_bucket{stage=\"apply\",le=\"+Inf\"}")).isEqualTo(value(page, "daybreak_stage_ns_count" + applied));
            assertThat(value(page, "daybreak_stage_ns_sum" + applied)).isPositive();
            assertThat(value(page, "daybreak_stage_ns_count{stage=\"decode\"}")).as("what came from sockets").isGreaterThanOrEqualTo(4);

            assertThat(send(to(rig, "/")).statusCode()).isEqualTo(404);
            assertThat(send(to(rig, "/metrics").POST(HttpRequest.BodyPublishers.noBody())).statusCode()).isEqualTo(405);
            final Set<String> expected = documented();
            // Of nodes among others only: StandbyNodesSystemTest.
            expected.removeIf(name -> name.startsWith("daybreak_node_"));
            assertThat(named(page)).as("docs/operations.md, Metrics").isEqualTo(expected);
        }
    }

    /** Peers that begin a request and do not end it, or do not read, hold up nobody else for longer than their time. */
    @Test
    void shouldServeThePageBesidePeersThatAreSlow() throws Exception {
        try (RoutedRig rig = new RoutedRig(directory, 1, "metrics.port=0")) {
            final java.util.List<java.net.Socket> slow = new java.util.ArrayList<>();
            for (int i = 0; i < 6; i++) {
                final java.net.Socket socket = new java.net.Socket("127.0.0.1", rig.server.metricsAddress().getPort());
                socket.getOutputStream().write("GET /metr".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
                slow.add(socket);
            }
            assertThat(send(to(rig, "/metrics").timeout(java.time.Duration.ofSeconds(30))).statusCode()).isEqualTo(200);
            for (final java.net.Socket socket : slow) {
                socket.close();
            }
        }
    }

    private static Set<String> named(final String page) {
        return Arrays.stream(page.split("\n")).filter(line -> line.startsWith("# TYPE ")).map(line -> line.split(" ")[2])
            .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> documented() {
        final Set<String> names = new TreeSet<>();
        for (final String line : SourceTree.lines(SourceTree.find().root().resolve("docs/operations.md"))) {
            final Matcher name = Pattern.compile("`(daybreak_[a-z0-9_]+)`").matcher(line);
            while (name.find()) {
                names.add(name.group(1));
            }
        }
        return names;
    }

    @Test
    void shouldServeNoPageUnlessToldTo() throws Exception {
        try (RoutedRig rig = new RoutedRig(directory, 1)) {
            assertThat(rig.server.metricsAddress()).isNull();
            assertThat(rig.server.readyLine()).doesNotContain("metrics=");
        }
    }
}
