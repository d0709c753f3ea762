package io.daybreak.gateway.cli;

import io.daybreak.gateway.launch.ExitCode;
import io.daybreak.gateway.replay.Explainer;
import io.daybreak.gateway.replay.Json;
import io.daybreak.gateway.replay.PaymentKey;
import io.daybreak.gateway.replay.ReplayException;
import io.daybreak.gateway.replay.Story;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;

/** Tells the story of one payment. */
@Command(name = "explain", mixinStandardHelpOptions = true,
    description = {"Tells the whole story of one payment by executing the journal again: each message, what the decision saw, the rule that decided (marked >),",
        "what moved, what was sent, and what time did to it."},
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:Told.", "2:The id is none, or the data directory has no journal.", "4:The journal is damaged.", "10:The journal does not have the payment."})
final class ExplainCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private JournalOptions journal;

    @Parameters(paramLabel = "ID", description = "Transfer id (32 hexadecimal digits) or retrieval reference (DE 37).")
    private String id;

    @Override
    public Integer call() {
        return journal.run(spec, this::explain);
    }

    private ExitCode explain() throws IOException, ReplayException {
        final Story story = Explainer.explain(journal.data, PaymentKey.parse(id));
        final PrintWriter out = spec.commandLine().getOut();
        out.print(journal.isJson ? Json.pretty(story.toMap()) + System.lineSeparator() : story.toText());
        out.flush();
        return ExitCode.OK;
    }
}
