package io.daybreak.loadtest.report;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.daybreak.client.NativeTransport;
import io.daybreak.loadtest.rig.IsoRunResult;
import io.daybreak.loadtest.rig.IsoSettings;
import io.daybreak.loadtest.rig.RigSettings;
import io.daybreak.loadtest.rig.RunResult;
import org.HdrHistogram.Histogram;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * A run as JSON, for scripts. Names are never changed, only added. Latencies are microseconds.
 */
public final class ResultJson {
    private static final double NS_PER_US = 1e3;
    private static final ObjectMapper MAPPER = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private ResultJson() {
    }

    /** Writes the file anew. */
    public static void write(final RunResult result, final Path file) throws IOException {
        Files.writeString(file, MAPPER.writeValueAsString(toJson(result)) + "\n", StandardCharsets.UTF_8);
    }

    /** Writes the file anew. */
    public static void write(final IsoRunResult result, final Path file) throws IOException {
        Files.writeString(file, MAPPER.writeValueAsString(toJson(result)) + "\n", StandardCharsets.UTF_8);
    }

    /** Writes what was approved less what was given back, minor units by card, in the form of an issuer's books. */
    public static void writeBooks(final IsoRunResult result, final Path file) throws IOException {
        final ObjectNode json = MAPPER.createObjectNode();
        final ObjectNode cards = json.putObject("cards");
        result.spentByCard().forEach((card, spent) -> cards.putObject(card).put("net", spent));
        json.put("unknown", result.unknown());
        Files.writeString(file, MAPPER.writeValueAsString(json) + "\n", StandardCharsets.UTF_8);
    }

    static ObjectNode toJson(final IsoRunResult result) {
        final IsoSettings settings = result.settings();
        final ObjectNode json = MAPPER.createObjectNode();
        json.put("loop", settings.isOpenLoop() ? "open" : "closed");
        json.put("protocol", "iso8583");
        json.put("throughput_per_s", result.throughputPerSecond());
        latency(json.putObject("latency_us"), result.latency());
        if (settings.isOpenLoop()) {
            latency(json.putObject("send_lag_us"), result.sendLag());
        }
        json.put("offered", result.offered());
        json.put("accepted", result.accepted());
        final ObjectNode refused = json.putObject("refused");
        result.refusedByCode().forEach(refused::put);
        json.put("follow_ups", result.followUps());
        json.put("unsent", result.unsent());
        json.put("unknown", result.unknown());
        result.errors().forEach(json.putArray("errors")::add);
        json.put("client_cpu_ns_per_transfer", result.cpuNsPerMessage());
        final ObjectNode proof = json.putObject("proof");
        proof.put("outcome", result.proof().name().toLowerCase(Locale.ROOT));
        result.proofText().forEach(proof.putArray("text")::add);
        final ObjectNode config = json.putObject("config");
        config.put("host", settings.host());
        config.put("port", settings.port());
        config.put("link", settings.link().profile().name());
        config.put("acquirer", settings.acquirer());
        pace(config, settings);
        config.put("mix", settings.mix().toString());
        config.put("connections", settings.connections());
        config.put("loops", settings.loops());
        config.put("window", settings.window());
        config.put("duration_ms", settings.duration().toMillis());
        config.put("warmup_ms", settings.warmup().toMillis());
        config.put("card_prefix", settings.cardPrefix());
        config.put("wallets", settings.wallets());
        config.put("merchants", settings.merchants());
        config.put("terminals", settings.terminals());
        config.put("amount_from", settings.amountFrom());
        config.put("amount_to", settings.amountTo());
        config.put("zipf", settings.zipf());
        config.put("seed", settings.seed());
        config.put("request_bytes", result.requestBytes());
        machine(config);
        return json;
    }

    private static void pace(final ObjectNode config, final IsoSettings settings) {
        if (settings.isOpenLoop()) {
            config.put("rate", settings.ratePerSecond());
            config.put("arrivals", settings.arrivals().name().toLowerCase(Locale.ROOT));
            config.put("burst", settings.burst());
            config.put("turn_us", settings.turn().toNanos() / NS_PER_US);
        } else {
            config.put("rate", "max");
        }
    }

    static void machine(final ObjectNode json) {
        json.put("transport", NativeTransport.name());
        json.put("java", System.getProperty("java.vm.version"));
        json.put("processors", Runtime.getRuntime().availableProcessors());
    }

    static ObjectNode toJson(final RunResult result) {
        final ObjectNode json = MAPPER.createObjectNode();
        json.put("loop", result.settings().isOpenLoop() ? "open" : "closed");
        json.put("throughput_per_s", result.throughputPerSecond());
        latency(json.putObject("latency_us"), result.latency());
        if (result.settings().isOpenLoop()) {
            latency(json.putObject("send_lag_us"), result.sendLag());
        }
        json.put("offered", result.offered());
        json.put("accepted", result.accepted());
        final ObjectNode refused = json.putObject("refused");
        result.refusedByResult().forEach(refused::put);
        json.put("unsent", result.unsent());
        json.put("unknown", result.unknown());
        result.errors().forEach(json.putArray("errors")::add);
        json.put("client_cpu_ns_per_transfer", result.cpuNsPerTransfer());
        final ObjectNode proof = json.putObject("proof");
        proof.put("outcome", result.proof().name().toLowerCase(Locale.ROOT));
        result.proofText().forEach(proof.putArray("text")::add);
        config(json.putObject("config"), result.settings());
        return json;
    }

    static void latency(final ObjectNode json, final Histogram histogram) {
        json.put("p50", histogram.getValueAtPercentile(50) / NS_PER_US);
        json.put("p90", histogram.getValueAtPercentile(90) / NS_PER_US);
        json.put("p99", histogram.getValueAtPercentile(99) / NS_PER_US);
        json.put("p999", histogram.getValueAtPercentile(99.9) / NS_PER_US);
        json.put("p9999", histogram.getValueAtPercentile(99.99) / NS_PER_US);
        json.put("max", histogram.getMaxValue() / NS_PER_US);
    }

    private static void config(final ObjectNode json, final RigSettings settings) {
        json.put("host", settings.host());
        json.put("port", settings.port());
        json.put("participant", settings.credentials().participantCode());
        if (settings.isOpenLoop()) {
            json.put("rate", settings.ratePerSecond());
            json.put("arrivals", settings.arrivals().name().toLowerCase(Locale.ROOT));
            json.put("burst", settings.burst());
            json.put("turn_us", settings.turn().toNanos() / NS_PER_US);
        } else {
            json.put("rate", "max");
        }
        json.put("mix", settings.mix().toString());
        json.put("connections", settings.connections());
        json.put("loops", settings.loops());
        json.put("batch", settings.batch());
        json.put("window", settings.window());
        json.put("duration_ms", settings.duration().toMillis());
        json.put("warmup_ms", settings.warmup().toMillis());
        json.put("debit_from", settings.debitFrom());
        json.put("accounts", settings.debitCount());
        json.put("credit_from", settings.creditFrom());
        json.put("credit_to", settings.creditFrom() + settings.creditCount() - 1);
        json.put("amount_from", settings.amountFrom());
        json.put("amount_to", settings.amountTo());
        json.put("zipf", settings.zipf());
        json.put("hot_share", settings.hotShare());
        json.put("ledger", settings.ledger());
        json.put("code", settings.code());
        json.put("seed", settings.seed());
        machine(json);
    }
}
