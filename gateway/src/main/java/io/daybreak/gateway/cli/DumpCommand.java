package io.daybreak.gateway.cli;

import io.daybreak.gateway.launch.ExitCode;
import io.daybreak.gateway.replay.Dumper;
import io.daybreak.gateway.replay.Moment;
import io.daybreak.gateway.replay.PaymentKey;
import io.daybreak.gateway.replay.ReplayException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;

/** Tells the commands of a journal. */
@Command(name = "dump", mixinStandardHelpOptions = true,
    description = {"Tells the commands of a journal, one a line: time, sequence, participant, kind, result, fields. Cards are masked.",
        "With --json one object a line."},
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:Done, if nothing was found as well.", "2:Wrong arguments.", "4:The journal is damaged."})
final class DumpCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private JournalOptions journal;

    @Option(names = "--from", paramLabel = "TIME|SEQUENCE", description = "First time (ISO 8601 with zone) or sequence.")
    private String from;

    @Option(names = "--to", paramLabel = "TIME|SEQUENCE", description = "Time before which it ends, or last sequence.")
    private String to;

    @Option(names = "--account", paramLabel = "ID", description = "Only what names or moves this account; executes the journal again to know.")
    private long account;

    @Option(names = "--participant", paramLabel = "ID", description = "Only this participant's; 0 is the switch.", defaultValue = "-1")
    private int participant;

    @Option(names = "--id", paramLabel = "ID", description = "Only this transfer id or retrieval reference.")
    private String id;

    @Option(names = "--kind", paramLabel = "NAME", description = "Only this kind of command, such as Transfer or Payment.")
    private String kind;

    @Override
    public Integer call() {
        return journal.run(spec, this::dump);
    }

    private ExitCode dump() throws IOException, ReplayException {
        final Moment begin = from == null ? null : Moment.parse(from);
        final Moment end = to == null ? null : Moment.parse(to);
        final int template = kind == null ? -1 : Dumper.kind(kind);
        final PrintWriter out = spec.commandLine().getOut();
        Dumper.dump(journal.data, new Dumper.Filter(begin == null || begin.isSequence() ? Long.MIN_VALUE : begin.ns(),
            end == null || end.isSequence() ? Long.MAX_VALUE : end.ns(), account, participant, template, id == null ? null : PaymentKey.parse(id),
            begin != null && begin.isSequence() ? begin.sequence() : 0, end != null && end.isSequence() ? end.sequence() : Long.MAX_VALUE),
            journal.isJson, out::println);
        out.flush();
        return ExitCode.OK;
    }
}
