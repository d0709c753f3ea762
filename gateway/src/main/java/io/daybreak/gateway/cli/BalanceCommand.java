package io.daybreak.gateway.cli;

import io.daybreak.gateway.launch.ExitCode;
import io.daybreak.gateway.replay.AccountBook;
import io.daybreak.gateway.replay.Moment;
import io.daybreak.gateway.replay.ReplayException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.util.concurrent.Callable;

/** An account's balance as of any instant. */
@Command(name = "balance", mixinStandardHelpOptions = true,
    description = "Tells an account's balance, holds and available balance as of a time or a sequence.",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:Told.", "2:Wrong arguments.", "4:The journal is damaged.",
        "10:The account was not there then, or the journal does not reach so far."})
final class BalanceCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private JournalOptions journal;

    @Option(names = "--account", paramLabel = "ID", required = true, description = "The account.")
    private long account;

    @Option(names = "--at", paramLabel = "TIME|SEQUENCE", required = true,
        description = "A time of ISO 8601 with its zone: after the last command at or before it; or a sequence: after that command.")
    private String at;

    @Override
    public Integer call() {
        return journal.run(spec, this::balance);
    }

    private ExitCode balance() throws IOException, ReplayException {
        journal.print(spec, AccountBook.balance(journal.data, account, Moment.parse(at)));
        return ExitCode.OK;
    }
}
