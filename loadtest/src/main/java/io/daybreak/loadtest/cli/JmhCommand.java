package io.daybreak.loadtest.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Unmatched;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

/** Hands its arguments to JMH. */
@Command(name = "jmh", description = "Runs the microbenchmarks; all arguments go to JMH (try: jmh -h, jmh -l).")
final class JmhCommand implements Callable<Integer> {
    @Unmatched
    private List<String> arguments = new ArrayList<>();

    @Override
    public Integer call() throws IOException {
        org.openjdk.jmh.Main.main(arguments.toArray(new String[0]));
        return ExitCode.OK;
    }
}
