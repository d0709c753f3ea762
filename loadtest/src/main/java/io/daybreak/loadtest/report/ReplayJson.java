package io.daybreak.loadtest.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.daybreak.loadtest.recording.Recording;
import io.daybreak.loadtest.rig.ReplayOutcomes;
import io.daybreak.loadtest.rig.ReplayResult;
import io.daybreak.loadtest.rig.ReplaySettings;
import io.daybreak.protocol.Result;

import java.time.Instant;
import java.util.Locale;
import java.util.TreeSet;

/** A replay as JSON, in the form of {@link ResultJson}, with what was recorded beside it. Names are never changed, only added. Static. */
final class ReplayJson {
    private static final double NS_PER_US = 1e3;
    private static final double NS_PER_S = 1e9;
    private static final long NS_PER_MS = 1_000_000L;

    private ReplayJson() {
    }

    static ObjectNode toJson(final ReplayResult result) {
        final ReplaySettings settings = result.settings();
        final ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("loop", settings.isOpenLoop() ? "open" : "closed");
        json.put("throughput_per_s", result.throughputPerSecond());
        ResultJson.latency(json.putObject("latency_us"), result.latency());
        if (settings.isOpenLoop()) {
            ResultJson.latency(json.putObject("send_lag_us"), result.sendLag());
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
        config(json.putObject("config"), result);
        recording(json.putObject("replay"), result);
        return json;
    }

    /** As it was given: without a fraction where there is none. */
    static String speed(final ReplaySettings settings) {
        return settings.isOpenLoop() ? settings.speed() == Math.rint(settings.speed()) ? Long.toString((long) settings.speed())
            : Double.toString(settings.speed()) : "max";
    }

    private static void config(final ObjectNode json, final ReplayResult result) {
        final ReplaySettings settings = result.settings();
        json.put("host", settings.host());
        json.put("port", settings.port());
        json.put("participant", String.join(", ", new TreeSet<>(settings.recording().payers().values())));
        json.put("speed", speed(settings));
        if (settings.isOpenLoop()) {
            json.put("rate", settings.ratePerSecond());
            json.put("arrivals", "recorded");
            json.put("turn_us", settings.turn().toNanos() / NS_PER_US);
        } else {
            json.put("rate", "max");
        }
        json.put("connections", settings.payers().size());
        json.put("loops", 1);
        json.put("batch", settings.batch());
        json.put("window", settings.window());
        json.put("duration_ms", (settings.isOpenLoop() ? settings.duration().toNanos() : result.measuredNs()) / NS_PER_MS);
        json.put("warmup_ms", settings.warmup().toMillis());
        json.put("accounts", settings.recording().accounts().length);
        ResultJson.machine(json);
    }

    private static void recording(final ObjectNode json, final ReplayResult result) {
        final Recording recording = result.settings().recording();
        json.put("journal", recording.data().toString());
        json.put("from", Instant.ofEpochSecond(0, recording.firstNs()).toString());
        json.put("span_s", recording.spanNs() / NS_PER_S);
        json.put("first_sequence", recording.firstSequence());
        json.put("last_sequence", recording.lastSequence());
        json.put("transfers", recording.transfers());
        final ObjectNode setUp = json.putObject("set_up");
        setUp.put("sent", result.isSetUpSent());
        setUp.put("participants", recording.setUp().participants());
        setUp.put("grants", recording.setUp().grants());
        setUp.put("accounts", recording.setUp().accounts());
        setUp.put("transfers", recording.setUp().transfers());
        final ArrayNode notSent = json.putArray("not_sent");
        for (final Recording.NotSent kind : recording.notSent()) {
            notSent.addObject().put("kind", kind.kind()).put("whose", kind.why()).put("count", kind.count());
        }
        final ObjectNode recorded = json.putObject("recorded");
        recording.results().forEach((code, count) -> recorded.put(Result.name(code), count));
        final ReplayOutcomes outcomes = result.outcomes();
        final ObjectNode replayed = json.putObject("replayed");
        outcomes.byResult().forEach(replayed::put);
        json.put("same", outcomes.same());
        json.put("different", outcomes.different());
        json.put("repeated", outcomes.repeated());
        json.put("unanswered", result.unanswered());
        final ArrayNode differences = json.putArray("differences");
        for (final ReplayOutcomes.Difference difference : outcomes.differences()) {
            final ObjectNode row = differences.addObject().put("recorded", difference.recorded()).put("replayed", difference.replayed())
                .put("count", difference.count());
            difference.examples().forEach(row.putArray("examples")::add);
        }
    }
}
