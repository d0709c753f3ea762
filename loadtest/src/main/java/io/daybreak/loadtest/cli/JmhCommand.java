package io.daybreak.loadtest.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Unmatched;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.jar.Attributes;
import java.util.jar.Manifest;

/**
 * Hands its arguments to JMH. JMH forks its own processes from a class path, where the openings of this jar's manifest
 * do not count, so they are given as options.
 */
@Command(name = "jmh", description = "Runs the microbenchmarks; all arguments go to JMH (try: jmh -h, jmh -l).")
final class JmhCommand implements Callable<Integer> {
    private static final String ALL_UNNAMED = "=ALL-UNNAMED";

    @Unmatched
    private List<String> arguments = new ArrayList<>();

    @Override
    public Integer call() throws IOException {
        final List<String> all = new ArrayList<>(arguments);
        final String openings = openings();
        if (!openings.isEmpty()) {
            all.add("-jvmArgsPrepend");
            all.add(openings);
        }
        org.openjdk.jmh.Main.main(all.toArray(new String[0]));
        return ExitCode.OK;
    }

    /** The Add-Opens of our manifest as options; empty if this does not run from the jar. */
    static String openings() throws IOException {
        for (final URL url : Collections.list(JmhCommand.class.getClassLoader().getResources("META-INF/MANIFEST.MF"))) {
            try (InputStream in = url.openStream()) {
                final Attributes attributes = new Manifest(in).getMainAttributes();
                final String opens = attributes.getValue("Add-Opens");
                if (opens != null && LoadTestMain.class.getName().equals(attributes.getValue(Attributes.Name.MAIN_CLASS))) {
                    final StringBuilder options = new StringBuilder("--enable-native-access" + ALL_UNNAMED);
                    for (final String module : opens.trim().split(" +")) {
                        options.append(" --add-opens=").append(module).append(ALL_UNNAMED);
                    }
                    return options.toString();
                }
            }
        }
        return "";
    }
}
