package io.daybreak.loadtest.agent;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.daybreak.client.Credentials;
import io.daybreak.loadtest.rig.Latencies;
import io.daybreak.loadtest.rig.NativeMix;
import io.daybreak.loadtest.rig.RigSettings;
import io.daybreak.loadtest.rig.RunResult;
import io.daybreak.loadtest.workload.ArrivalSchedule.Arrivals;
import org.HdrHistogram.Histogram;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.DataFormatException;

/**
 * What goes between the process that asks and an agent: a length of four bytes, then JSON. One request (the settings of a part, without any
 * secret), one answer (what was found, or {@code error}). Static.
 */
final class AgentMessages {
    /** A day of seconds, and more than that is no answer of ours. */
    static final int MAX_BYTES = 256 << 20;

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private AgentMessages() {
    }

    static void write(final DataOutputStream out, final JsonNode message) throws IOException {
        final byte[] bytes = MAPPER.writeValueAsBytes(message);
        out.writeInt(bytes.length);
        out.write(bytes);
        out.flush();
    }

    static JsonNode read(final DataInputStream in, final int mostBytes) throws IOException {
        final int length = in.readInt();
        if (length < 2 || length > mostBytes) {
            throw new IOException("a message of " + length + " bytes: this is no agent of ours");
        }
        final byte[] bytes = new byte[length];
        in.readFully(bytes);
        return MAPPER.readTree(bytes);
    }

    static ObjectNode object() {
        return MAPPER.createObjectNode();
    }

    // ----- the request -----

    static ObjectNode request(final RigSettings part) {
        final ObjectNode json = object();
        json.put("host", part.host()).put("port", part.port()).put("participant", part.credentials().participantCode())
            .put("proof_participant", part.proofCredentials().participantCode()).put("rate", part.isOpenLoop() ? part.ratePerSecond() : 0)
            .put("arrivals", part.arrivals().name()).put("burst", part.burst()).put("connections", part.connections()).put("loops", part.loops())
            .put("batch", part.batch()).put("window", part.window()).put("duration_ns", part.duration().toNanos())
            .put("warmup_ns", part.warmup().toNanos()).put("turn_ns", part.turn().toNanos()).put("drain_ns", part.drain().toNanos())
            .put("debit_from", part.debitFrom()).put("debit_count", part.debitCount()).put("credit_from", part.creditFrom())
            .put("credit_count", part.creditCount()).put("amount_from", part.amountFrom()).put("amount_to", part.amountTo())
            .put("zipf", part.zipf()).put("hot_share", part.hotShare()).put("ledger", part.ledger()).put("code", part.code())
            .put("seed", part.seed()).put("proof", part.mayProve()).put("mix", part.mix().toString());
        return json;
    }

    /** Finds a participant's secret on the agent's machine. */
    @FunctionalInterface
    interface Secrets {
        Credentials of(String participant) throws IOException;
    }

    /** @throws IllegalArgumentException naming what is out of range */
    static RigSettings settings(final JsonNode json, final Secrets secrets) throws IOException {
        final double rate = json.path("rate").asDouble();
        return new RigSettings(json.path("host").asText(), json.path("port").asInt(), secrets.of(json.path("participant").asText()),
            secrets.of(json.path("proof_participant").asText()), rate == 0 ? RigSettings.MAX_RATE : rate, Arrivals.valueOf(json.path("arrivals").asText()),
            json.path("connections").asInt(), json.path("loops").asInt(), json.path("batch").asInt(), json.path("window").asInt(),
            Duration.ofNanos(json.path("duration_ns").asLong()), Duration.ofNanos(json.path("warmup_ns").asLong()),
            Duration.ofNanos(json.path("turn_ns").asLong()), Duration.ofNanos(json.path("drain_ns").asLong()), json.path("debit_from").asLong(),
            json.path("debit_count").asInt(), json.path("credit_from").asLong(), json.path("credit_count").asInt(), json.path("amount_from").asInt(),
            json.path("amount_to").asInt(), json.path("zipf").asDouble(), json.path("hot_share").asDouble(), json.path("ledger").asInt(),
            json.path("code").asInt(), json.path("seed").asLong(), json.path("proof").asBoolean(), json.path("burst").asInt(),
            new NativeMix(json.path("mix").asText()));
    }

    // ----- the answer -----

    static void put(final ObjectNode json, final RunResult result) {
        json.put("throughput", result.throughputPerSecond()).put("offered", result.offered()).put("accepted", result.accepted())
            .put("unsent", result.unsent()).put("unknown", result.unknown()).put("cpu_ns", result.cpuNsPerTransfer())
            .put("proof", result.proof().name()).put("latency", text(result.latency())).put("send_lag", text(result.sendLag()));
        final ObjectNode refused = json.putObject("refused");
        result.refusedByResult().forEach(refused::put);
        result.errors().forEach(json.putArray("errors")::add);
        result.proofText().forEach(json.putArray("proof_text")::add);
    }

    static RunResult result(final JsonNode json, final RigSettings settings) throws IOException {
        final Map<String, Long> refused = new TreeMap<>();
        json.path("refused").properties().forEach(entry -> refused.put(entry.getKey(), entry.getValue().asLong()));
        return new RunResult(settings, json.path("throughput").asDouble(), histogram(json.path("latency").asText()),
            histogram(json.path("send_lag").asText()), json.path("offered").asLong(), json.path("accepted").asLong(), refused,
            json.path("unsent").asLong(), json.path("unknown").asLong(), texts(json.path("errors")), json.path("cpu_ns").asDouble(),
            RunResult.Proof.valueOf(json.path("proof").asText()), texts(json.path("proof_text")));
    }

    private static List<String> texts(final JsonNode json) {
        final List<String> texts = new ArrayList<>();
        json.forEach(text -> texts.add(text.asText()));
        return texts;
    }


    static String text(final Histogram histogram) {
        final ByteBuffer buffer = ByteBuffer.allocate(histogram.getNeededByteBufferCapacity());
        final int length = histogram.encodeIntoCompressedByteBuffer(buffer);
        buffer.flip().limit(length);
        return Base64.getEncoder().encodeToString(java.util.Arrays.copyOf(buffer.array(), length));
    }

    static Histogram histogram(final String text) throws IOException {
        try {
            final Histogram read = Histogram.decodeFromCompressedByteBuffer(ByteBuffer.wrap(Base64.getDecoder().decode(text)), Latencies.MAX_NS);
            final Histogram own = Latencies.newHistogram();
            own.add(read);
            return own;
        } catch (final DataFormatException | IllegalArgumentException | ArrayIndexOutOfBoundsException ex) {
            throw new IOException("a histogram that cannot be read: " + ex.getMessage(), ex);
        }
    }
}
