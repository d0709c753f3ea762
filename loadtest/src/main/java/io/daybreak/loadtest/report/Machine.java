package io.daybreak.loadtest.report;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.management.OperatingSystemMXBean;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** What this machine is, as far as it tells: no figure means much without it. Static. */
public final class Machine {
    private static final Path CPU = Path.of("/proc/cpuinfo");
    private static final long MIB = 1 << 20;

    private Machine() {
    }

    /** Fills the object in. */
    public static void writeTo(final ObjectNode json) {
        json.put("processor", processor());
        json.put("processors", Runtime.getRuntime().availableProcessors());
        if (ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean) {
            json.put("memory_mib", ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getTotalMemorySize() / MIB);
        }
        json.put("virtual", has("flags", " hypervisor"));
        json.put("system", System.getProperty("os.name") + ' ' + System.getProperty("os.version") + ' ' + System.getProperty("os.arch"));
        json.put("java", System.getProperty("java.vm.name") + ' ' + System.getProperty("java.vm.version"));
    }

    private static String processor() {
        try (Stream<String> lines = Files.lines(CPU, StandardCharsets.UTF_8)) {
            return lines.filter(line -> line.startsWith("model name")).map(line -> line.substring(line.indexOf(':') + 1).strip()).findFirst()
                .orElse(System.getProperty("os.arch"));
        } catch (final IOException ex) {
            return System.getProperty("os.arch");
        }
    }

    private static boolean has(final String name, final String word) {
        try (Stream<String> lines = Files.lines(CPU, StandardCharsets.UTF_8)) {
            return lines.anyMatch(line -> line.startsWith(name) && line.contains(word));
        } catch (final IOException ex) {
            return false;
        }
    }
}
