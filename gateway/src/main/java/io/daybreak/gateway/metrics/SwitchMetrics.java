package io.daybreak.gateway.metrics;

import com.sun.management.OperatingSystemMXBean;
import io.daybreak.gateway.iso.IsoCounters;
import io.daybreak.gateway.iso.IsoServer;
import io.daybreak.gateway.iso.IssuerCounters;
import io.daybreak.gateway.iso.IssuerLinks;
import io.daybreak.gateway.link.LinkCounters;
import io.daybreak.gateway.link.SystemPort;
import io.daybreak.gateway.replica.Node;
import io.daybreak.pipeline.PipelineCounters;
import io.daybreak.pipeline.StageTimes;
import io.daybreak.protocol.Participants;
import io.daybreak.protocol.codec.MessageHeaderDecoder;
import io.daybreak.protocol.codec.PaymentStatusAnswerDecoder;
import io.daybreak.protocol.codec.QueryPaymentStatusEncoder;
import io.netty.buffer.PooledByteBufAllocator;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.MutableDirectBuffer;

import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.LongSupplier;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;

/** Which figures of the switch stand on its page; docs/operations.md, "Metrics", explains each. Static. */
public final class SwitchMetrics {
    private static final long NS_PER_S = 1_000_000_000L;
    private static final Path IO = Path.of("/proc/self/io");
    private static final String WRITTEN = "write_bytes:";
    /** Below a quarter of a microsecond nothing is told apart. */
    private static final int LEAST_STEP = 8 * 4 - 1;

    private SwitchMetrics() {
    }

    /** What the state machine says of its tables, asked once for each page. */
    private static final class Status {
        private final SystemPort port;
        private final LongSupplier nowNs;
        private final PaymentStatusAnswerDecoder answer = new PaymentStatusAnswerDecoder();

        Status(final SystemPort port, final LongSupplier nowNs) {
            this.port = port;
            this.nowNs = nowNs;
        }

        void ask() {
            final MutableDirectBuffer body = new ExpandableArrayBuffer(QueryPaymentStatusEncoder.BLOCK_LENGTH);
            new QueryPaymentStatusEncoder().wrap(body, 0).correlationId(0);
            answer.wrapAndApplyHeader(port.query(QueryPaymentStatusEncoder.TEMPLATE_ID, Participants.FIRST_OPERATOR, body,
                QueryPaymentStatusEncoder.BLOCK_LENGTH), 0, new MessageHeaderDecoder());
        }

        /** Seconds since a moment of command time; 0 if there is none. */
        long age(final long sinceNs) {
            return sinceNs <= 0 ? 0 : Math.max(0, (nowNs.getAsLong() - sinceNs) / NS_PER_S);
        }
    }

    /** What the pipeline and the native links have done. */
    public static void pipeline(final MetricsPage page, final PipelineCounters pipeline, final LinkCounters links) {
        page.counter("daybreak_commands_total", "Commands applied, whatever became of them.", "", pipeline::commands)
            .counter("daybreak_journaled_commands_total", "Commands that were decided and journaled.", "", pipeline::journaledCommands)
            .counter("daybreak_repeats_total", "Commands that were known and got their first outcome.", "", pipeline::repeats)
            .counter("daybreak_queries_total", "Queries answered.", "", pipeline::queries)
            .counter("daybreak_journal_syncs_total", "Syncs of the journal.", "", pipeline::syncs)
            .counter("daybreak_ring_claims_refused_total", "Claims that found the ring full.", "", pipeline::claimsRefused)
            .gauge("daybreak_ring_free_slots", "Free slots of the ring.", "", pipeline::ringRemaining)
            .counter("daybreak_native_connections_accepted_total", "Connections of the native protocol accepted.", "", links::accepted)
            .counter("daybreak_native_connections_closed_total", "Connections of the native protocol closed.", "", links::closed);
    }

    /** What the process holds in memory; slabs of the state machine lie outside of both. */
    public static void memory(final MetricsPage page) {
        page.gauge("daybreak_memory_heap_bytes", "Heap in use, with what has not been collected yet.", "",
                () -> Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory())
            .gauge("daybreak_memory_direct_bytes", "Direct buffers, and the pool of the links.", "", SwitchMetrics::directBytes);
    }

    /**
     * What the process took, and where the time of its commands goes.
     *
     * @param durability the mode
     * @param times      null: they are not timed
     */
    public static void process(final MetricsPage page, final String durability, final StageTimes times) {
        page.gauge("daybreak_info", "Always 1; the labels tell how the switch runs.", MetricsPage.label("durability", durability), () -> 1)
            .counter("daybreak_process_cpu_ns_total", "Processor time of all threads.", "", SwitchMetrics::cpuNs)
            .counter("daybreak_process_written_bytes_total", "Bytes sent to devices, as the system counts them; -1: it does not tell.", "",
                SwitchMetrics::writtenBytes)
            .counter("daybreak_gc_pauses_total", "Collections of the heap.", "", () -> collected(GarbageCollectorMXBean::getCollectionCount))
            .counter("daybreak_gc_pause_ms_total", "Their time.", "", () -> collected(GarbageCollectorMXBean::getCollectionTime));
        if (times != null) {
            for (final StageTimes.Stage stage : StageTimes.Stage.values()) {
                page.histogram("daybreak_stage_ns", "How long sampled commands took in each stage.", MetricsPage.label("stage", stage.word()), LEAST_STEP,
                    StageTimes.STEPS, StageTimes::stepToNs, step -> times.count(stage, step), () -> times.sumNs(stage));
            }
        }
    }

    private static long cpuNs() {
        return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime();
    }

    private static long writtenBytes() {
        try (Stream<String> lines = Files.lines(IO, StandardCharsets.UTF_8)) {
            return lines.filter(line -> line.startsWith(WRITTEN)).mapToLong(line -> Long.parseLong(line.substring(WRITTEN.length()).strip())).findFirst()
                .orElse(-1);
        } catch (final IOException ex) {
            // Not Linux, or not ours to read.
            return -1;
        }
    }

    private static long collected(final ToLongFunction<GarbageCollectorMXBean> what) {
        return ManagementFactory.getGarbageCollectorMXBeans().stream().mapToLong(what).filter(value -> value > 0).sum();
    }

    private static long directBytes() {
        long bytes = PooledByteBufAllocator.DEFAULT.metric().usedDirectMemory();
        for (final BufferPoolMXBean pool : ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class)) {
            bytes += "direct".equals(pool.getName()) ? pool.getMemoryUsed() : 0;
        }
        return bytes;
    }

    /** Where this node is among the others. */
    public static void node(final MetricsPage page, final Node node) {
        page.gauge("daybreak_node_leads", "1: this node leads; 0: it keeps another one's journal.", "", () -> node.isLeading() ? 1 : 0)
            .gauge("daybreak_node_epoch", "Epoch in which it leads or follows.", "", () -> node.status().epoch())
            .gauge("daybreak_node_connected", "A standby: 1 if entries come. A primary: standbys that entries go to.", "",
                () -> node.isLeading() ? node.members().connected() : node.status().isConnected() ? 1 : 0)
            .gauge("daybreak_node_in_sync", "A standby: 1 if its journal says so. A primary: standbys that answers wait for.", "",
                () -> node.isLeading() ? node.members().inSync() : node.status().isInSync() ? 1 : 0)
            .gauge("daybreak_node_lag_sequences", "Commands that this standby, or the slowest one of this primary, has not applied.", "",
                () -> node.isLeading() ? node.members().lagSequences() : Math.max(0, node.status().primarySequence() - node.status().appliedSequence()))
            .gauge("daybreak_node_lag_milliseconds", "Since it had all that there was.", "", () -> node.status().lagMs())
            .gauge("daybreak_node_degraded", "1: answers ought to wait for a standby, and do not.", "", () -> node.status().isDegraded() ? 1 : 0)
            .counter("daybreak_node_waits_total", "Times that answers waited for a standby after the own device.", "", () -> node.members().waits());
    }

    /** What the ISO 8583 listeners have done. */
    public static void acquirers(final MetricsPage page, final IsoServer server) {
        for (final IsoCounters counters : server.counters()) {
            link(page, counters, "acquirer");
        }
        page.gauge("daybreak_iso8583_connections", "Connections of acquirers.", "", server::connections)
            .gauge("daybreak_iso8583_contexts", "Requests in work, over all event loops.", "", server::contextsInUse)
            .gauge("daybreak_iso8583_contexts_capacity", "Requests that may be in work.", "", server::contextCapacity);
    }

    /** What the links to issuers have done. */
    public static void issuers(final MetricsPage page, final IssuerLinks issuers) {
        for (final IsoCounters counters : issuers.lineCounters()) {
            link(page, counters, "issuer");
        }
        final IssuerCounters all = issuers.counters();
        page.gauge("daybreak_issuer_links_up", "Links to issuers that are signed on.", "", issuers::linksUp)
            .counter("daybreak_issuer_messages_sent_total", "Messages for issuers handed to a socket.", "", all::sent)
            .counter("daybreak_issuer_answers_total", "Answers of issuers handed into the ring.", "", all::answered)
            .counter("daybreak_issuer_not_sent_total", "Messages of which no byte left: link gone or full, card data gone.", "", all::notSent)
            .counter("daybreak_issuer_lost_total", "Messages and answers dropped for lack of room; the deadline decides.", "", all::lost)
            .counter("daybreak_issuer_fields_lost_total", "Answers whose further fields did not go back, for lack of room.", "", all::fieldsLost);
    }

    private static void link(final MetricsPage page, final IsoCounters counters, final String side) {
        final String labels = MetricsPage.label("link", counters.name()) + ',' + MetricsPage.label("side", side);
        counter(page, labels, counters, "requests_total", "Requests: received from an acquirer, or sent to an issuer.", IsoCounters::requests);
        counter(page, labels, counters, "responses_total", "Responses: sent to an acquirer, or received from an issuer.", IsoCounters::responses);
        counter(page, labels, counters, "format_errors_total", "Requests answered 30, and an issuer's messages that could not be indexed.",
            IsoCounters::formatErrors);
        counter(page, labels, counters, "no_room_total", "Requests answered 91: window, table or ring full.", IsoCounters::noRoom);
        counter(page, labels, counters, "over_rate_total", "Requests answered 91: faster than the participant's rate.", IsoCounters::overRate);
        counter(page, labels, counters, "mac_failures_total", "Messages with a wrong or missing MAC.", IsoCounters::wrongMacs);
        counter(page, labels, counters, "unreadable_total", "Messages that closed their connection unanswered.", IsoCounters::unreadable);
        counter(page, labels, counters, "not_waited_for_total", "Responses and notifications that nobody waits for.", IsoCounters::notWaitedFor);
        counter(page, labels, counters, "connections_accepted_total", "Connections accepted, or made.", IsoCounters::accepted);
        counter(page, labels, counters, "connections_closed_total", "Connections closed.", IsoCounters::closed);
        counter(page, labels, counters, "connections_refused_total", "Connections closed at once: one too many.", IsoCounters::refused);
        counter(page, labels, counters, "slow_readers_total", "Connections cut off because they did not read.", IsoCounters::slowReaders);
        counter(page, labels, counters, "bad_frames_total", "Connections closed for a frame's length, header or time.", IsoCounters::badFrames);
        counter(page, labels, counters, "dropped_answers_total", "Answers whose connection had gone.", IsoCounters::droppedAnswers);
    }

    private static void counter(final MetricsPage page, final String labels, final IsoCounters counters, final String name, final String help,
                                final ToLongFunction<IsoCounters> value) {
        page.counter("daybreak_link_" + name, help, labels, () -> value.applyAsLong(counters));
    }

    /**
     * What the state machine's tables hold.
     *
     * @param port  asks it
     * @param nowNs command time
     */
    public static void payments(final MetricsPage page, final SystemPort port, final LongSupplier nowNs) {
        final Status status = new Status(port, nowNs);
        final PaymentStatusAnswerDecoder answer = status.answer;
        page.before(status::ask)
            .gauge("daybreak_payments", "Payments remembered.", "", answer::payments)
            .gauge("daybreak_payments_capacity", "Payments that can be remembered.", "", answer::paymentCapacity)
            .gauge("daybreak_payments_oldest_age_seconds", "Age of the oldest of them.", "", () -> status.age(answer.oldestPaymentNs()))
            .gauge("daybreak_reversals_before_original", "Reversals that wait for their original.", "", answer::reversalsBeforeOriginal)
            .gauge("daybreak_issuer_requests_open", "Requests to issuers without an answer.", "", answer::issuerRequests)
            .gauge("daybreak_issuer_requests_oldest_age_seconds", "Age of the oldest of them.", "", () -> status.age(answer.oldestIssuerRequestNs()))
            .gauge("daybreak_store_and_forward", "Entries that wait for issuers.", "", answer::storeAndForward)
            .gauge("daybreak_store_and_forward_oldest_age_seconds", "Age of the oldest of them.", "",
                () -> status.age(answer.oldestStoreAndForwardNs()))
            .gauge("daybreak_exceptions_open", "Items for a person.", "", answer::openExceptions)
            .counter("daybreak_issuer_late_answers_total", "Answers of issuers that came too late.", "", answer::lateAnswers)
            .gauge("daybreak_cards", "Cards.", "", answer::cards)
            .gauge("daybreak_wallets", "Wallets.", "", answer::wallets)
            .gauge("daybreak_merchants", "Merchants.", "", answer::merchants)
            .gauge("daybreak_terminals", "Terminals.", "", answer::terminals);
    }
}
