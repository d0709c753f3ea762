package io.daybreak.gateway.cli;

import io.daybreak.gateway.launch.ExitCode;
import io.daybreak.gateway.replay.Indexer;
import io.daybreak.gateway.replay.ReplayException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.util.concurrent.Callable;

/** Builds the index beside the journal. */
@Command(name = "index", mixinStandardHelpOptions = true,
    description = {"Builds, or goes on building, the index of a journal in DIR/index: from id and retrieval reference to sequence, and the tree of receipts.",
        "The only one of these commands that writes into the data directory. Run it now and then, such as each minute by a timer."},
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:Done.", "2:Wrong arguments.", "3:Another one builds it.", "4:The journal is damaged."})
final class IndexCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private JournalOptions journal;

    @Option(names = "--rebuild", description = "Delete its files, but not the key of the salts, and build it anew.")
    private boolean isRebuild;

    @Override
    public Integer call() {
        return journal.run(spec, this::index);
    }

    private ExitCode index() throws IOException, ReplayException {
        journal.print(spec, Indexer.update(journal.data, isRebuild));
        return ExitCode.OK;
    }
}
