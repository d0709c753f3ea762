package io.daybreak.loadtest.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.management.GarbageCollectionNotificationInfo;
import com.sun.management.OperatingSystemMXBean;

import java.io.IOException;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import javax.management.ListenerNotFoundException;
import javax.management.NotificationEmitter;
import javax.management.NotificationListener;
import javax.management.openmbean.CompositeData;

/**
 * What a run took while it ran: processor time of the load generator, the machine and the switch, bytes written, pauses of the garbage
 * collectors. One sample a second by a thread of its own, which takes some hundred microseconds each time.
 */
public final class ResourceTrace implements AutoCloseable {
    private static final Path STAT = Path.of("/proc/stat");
    private static final double NS_PER_S = 1e9;
    private static final double NS_PER_MS = 1e6;
    private static final double TICKS_PER_S = 100;
    private static final int USER = 1;
    private static final int NICE = 2;
    private static final int SYSTEM = 3;
    private static final int IRQ = 6;
    private static final int SOFT_IRQ = 7;
    private static final int STEAL = 8;

    private final SwitchFigures source;
    private final List<Sample> samples = new CopyOnWriteArrayList<>();
    private final List<double[]> pauses = new CopyOnWriteArrayList<>();
    private final List<NotificationEmitter> collectors = new ArrayList<>();
    private final NotificationListener listener = (notification, handback) -> onCollection(notification.getUserData());
    private final Thread thread = new Thread(this::run, "load-resources");
    private final long originNs = System.nanoTime();
    private final long originVmMs = System.currentTimeMillis() - ManagementFactory.getRuntimeMXBean().getStartTime();
    private volatile boolean isStopped;
    private volatile String problem;

    private record Sample(long ns, long ownCpuNs, long[] machine, Map<String, Double> figures) {
        double figure(final String name) {
            return figures.getOrDefault(name, Double.NaN);
        }
    }

    /** @param metricsPort the switch's page of figures; below 0: none */
    public ResourceTrace(final String host, final int metricsPort) {
        source = metricsPort < 0 ? null : new SwitchFigures(host, metricsPort);
        for (final GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
            if (collector instanceof NotificationEmitter) {
                ((NotificationEmitter) collector).addNotificationListener(listener, null, null);
                collectors.add((NotificationEmitter) collector);
            }
        }
        thread.setDaemon(true);
        thread.start();
    }

    private void onCollection(final Object data) {
        final GarbageCollectionNotificationInfo info = GarbageCollectionNotificationInfo.from((CompositeData) data);
        if (!info.getGcName().contains("Concurrent") && !info.getGcCause().equals("No GC")) {
            final double at = originNs + (info.getGcInfo().getStartTime() - originVmMs) * NS_PER_MS;
            pauses.add(new double[] {at, info.getGcInfo().getDuration()});
        }
    }

    private void run() {
        long next = System.nanoTime();
        while (!isStopped) {
            samples.add(sample());
            // A late sample is not followed by a hasty one: a rate over a few milliseconds is noise.
            next = Math.max(next + TimeUnit.SECONDS.toNanos(1), System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(500));
            while (!isStopped && System.nanoTime() < next) {
                LockSupport.parkNanos(next - System.nanoTime());
            }
        }
        samples.add(sample());
    }

    private Sample sample() {
        Map<String, Double> figures = Map.of();
        if (source != null) {
            try {
                figures = source.read();
            } catch (final IOException ex) {
                problem = "the switch's page of figures: " + ex.getMessage();
            }
        }
        return new Sample(System.nanoTime(), ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime(),
            machine(), figures);
    }

    /** Ticks of user, system, and stolen by the host; empty where the system does not tell. */
    private static long[] machine() {
        try {
            final String[] words = Files.readString(STAT, StandardCharsets.UTF_8).lines().findFirst().orElse("").split(" +");
            return words.length <= STEAL ? new long[0] : new long[] {
                Long.parseLong(words[USER]) + Long.parseLong(words[NICE]),
                Long.parseLong(words[SYSTEM]) + Long.parseLong(words[IRQ]) + Long.parseLong(words[SOFT_IRQ]), Long.parseLong(words[STEAL])};
        } catch (final IOException | NumberFormatException ex) {
            return new long[0];
        }
    }

    /** Ends the sampling, with a last sample. */
    @Override
    public void close() {
        isStopped = true;
        LockSupport.unpark(thread);
        try {
            thread.join(TimeUnit.SECONDS.toMillis(5));
        } catch (final InterruptedException ex) {
            Thread.currentThread().interrupt();
        }
        for (final NotificationEmitter collector : collectors) {
            try {
                collector.removeNotificationListener(listener);
            } catch (final ListenerNotFoundException ex) {
                throw new IllegalStateException(ex);
            }
        }
    }

    /** One value of the switch's page in the newest sample; NaN if it is not told. */
    double newest(final String name) {
        return samples.isEmpty() ? Double.NaN : samples.get(samples.size() - 1).figure(name);
    }

    /** Adds the series of the measured part, and the switch's stages if it tells them. @param fromNs its begin, by the monotonic clock */
    void writeTo(final ObjectNode json, final long fromNs, final double durationS) {
        final List<Sample> measured = samples.stream().filter(sample -> sample.ns >= fromNs - NS_PER_S / 2
            && sample.ns <= fromNs + (durationS + 1) * NS_PER_S).toList();
        final ObjectNode resources = json.putObject("resources");
        final ArrayNode at = resources.putArray("at_s");
        for (int i = 1; i < measured.size(); i++) {
            at.add(RunTrace.rounded((measured.get(i).ns - fromNs) / NS_PER_S));
        }
        rate(resources.putArray("client_cpu"), measured, sample -> sample.ownCpuNs / NS_PER_S);
        final String[] names = {"machine_user_cpu", "machine_system_cpu", "machine_steal_cpu"};
        for (int i = 0; i < names.length; i++) {
            final int which = i;
            rate(resources.putArray(names[i]), measured, sample -> which < sample.machine.length ? sample.machine[which] / TICKS_PER_S : Double.NaN);
        }
        if (source != null) {
            rate(resources.putArray("switch_cpu"), measured, sample -> sample.figure("daybreak_process_cpu_ns_total") / NS_PER_S);
            rate(resources.putArray("switch_commands"), measured, sample -> sample.figure("daybreak_commands_total"));
            rate(resources.putArray("switch_written_bytes"), measured, sample -> sample.figure("daybreak_process_written_bytes_total"));
            rate(resources.putArray("switch_syncs"), measured, sample -> sample.figure("daybreak_journal_syncs_total"));
            rate(resources.putArray("switch_gc_ms"), measured, sample -> sample.figure("daybreak_gc_pause_ms_total"));
            StageTrace.write(json, measured.stream().map(Sample::figures).toList());
            info(json);
        }
        final ArrayNode collections = resources.putArray("client_gc_at_s_and_ms");
        for (final double[] pause : pauses) {
            final double when = (pause[0] - fromNs) / NS_PER_S;
            if (when >= 0 && when <= durationS) {
                collections.addArray().add(RunTrace.rounded(when)).add(RunTrace.rounded(pause[1]));
            }
        }
        if (problem != null) {
            resources.put("problem", problem);
        }
    }

    /** What the switch says of itself. */
    private void info(final ObjectNode json) {
        for (final Sample sample : samples) {
            for (final String name : sample.figures.keySet()) {
                if (name.startsWith("daybreak_info{")) {
                    final ObjectNode about = json.putObject("switch");
                    for (final String label : name.substring(name.indexOf('{') + 1, name.length() - 1).split(",")) {
                        final String[] pair = label.split("=", 2);
                        about.put(pair[0], pair[1].replace("\"", ""));
                    }
                    about.put("commands_before", sample.figure("daybreak_commands_total"));
                    return;
                }
            }
        }
    }

    @FunctionalInterface
    private interface Reading {
        double of(Sample sample);
    }

    /** Growth a second between each sample and the next; null where it is not known. */
    private static void rate(final ArrayNode into, final List<Sample> measured, final Reading reading) {
        for (int i = 1; i < measured.size(); i++) {
            final Sample from = measured.get(i - 1);
            final Sample to = measured.get(i);
            final double value = (reading.of(to) - reading.of(from)) / ((to.ns - from.ns) / NS_PER_S);
            if (Double.isNaN(value)) {
                into.addNull();
            } else {
                into.add(RunTrace.rounded(value));
            }
        }
    }
}
