package io.daybreak.gateway.cli;

import io.daybreak.gateway.launch.ExitCode;
import io.daybreak.gateway.replay.AccountBook;
import io.daybreak.gateway.replay.AccountStatement;
import io.daybreak.gateway.replay.Moment;
import io.daybreak.gateway.replay.ReplayException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.Map;
import java.util.concurrent.Callable;

/** What moved on an account. */
@Command(name = "statement", mixinStandardHelpOptions = true,
    description = {"Tells what moved on an account between two instants, with the balance after each command.", "CSV, with amounts in units of the currency; or JSON."},
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:Told.", "2:Wrong arguments.", "4:The journal is damaged.",
        "10:The account was not there then, or the journal does not reach so far."})
final class StatementCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private JournalOptions journal;

    @Option(names = "--account", paramLabel = "ID", required = true, description = "The account.")
    private long account;

    @Option(names = "--from", paramLabel = "TIME|SEQUENCE", required = true, description = "First time (ISO 8601 with zone) or sequence.")
    private String from;

    @Option(names = "--to", paramLabel = "TIME|SEQUENCE", required = true, description = "Last time or sequence, inclusive.")
    private String to;

    @Override
    public Integer call() {
        return journal.run(spec, this::statement);
    }

    private ExitCode statement() throws IOException, ReplayException {
        final PrintWriter out = spec.commandLine().getOut();
        final Map<String, Object> report = AccountBook.statement(journal.data, account, Moment.parse(from), Moment.parse(to));
        if (journal.isJson) {
            journal.print(spec, report);
        } else {
            AccountStatement.csv(report, out::println);
            out.flush();
        }
        return ExitCode.OK;
    }
}
