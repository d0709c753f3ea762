package io.daybreak.gateway.launch;

import io.daybreak.gateway.cli.DaybreakCommand;

/**
 * Where {@code java -jar daybreak.jar} begins. Sets what the libraries read when their classes load, so that no flag of
 * the JVM is needed, and leaves the rest to the command line. A property that was given with {@code -D} stays.
 */
public final class Main {
    private static final String[][] PROPERTIES = {
        // Frames and slots are checked by our own code, once; a check in every access costs a tenth of the throughput.
        {"agrona.disable.bounds.checks", "true"},
        // Sends usage data, writes to standard output, starts threads: none of it belongs into a server.
        {"chronicle.analytics.disable", "true"},
        {"chronicle.announcer.disable", "true"},
        {"chronicle.disk.monitor.disable", "true"},
        {"io.netty.leakDetection.level", "disabled"},
    };

    private Main() {
    }

    /** Runs one command and ends the process with its exit code. */
    public static void main(final String[] arguments) {
        for (final String[] property : PROPERTIES) {
            if (System.getProperty(property[0]) == null) {
                System.setProperty(property[0], property[1]);
            }
        }
        System.exit(DaybreakCommand.run(arguments));
    }
}
