package io.daybreak.gateway.cli;

import io.daybreak.gateway.launch.ExitCode;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command line's root. */
@Command(name = "daybreak", mixinStandardHelpOptions = true, versionProvider = VersionCommand.Provider.class,
    description = "A payment switch for digital wallets.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {ServeCommand.class, SnapshotCommand.class, AdminCommand.class, PromoteCommand.class, DivergentCommand.class,
        ConfigCommand.class, VerifyCommand.class, DumpCommand.class, ExplainCommand.class, BalanceCommand.class, StatementCommand.class, WhatIfCommand.class, ReceiptCommand.class, IndexCommand.class, VersionCommand.class,
        CommandLine.HelpCommand.class},
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
        "0:All went well.",
        "1:Something unexpected; the message says what.",
        "2:Wrong arguments, settings or secrets.",
        "3:Another server owns the data directory.",
        "4:Recovery refused: the journal is damaged or does not fit this version.",
        "5:The address cannot be bound.",
        "6:Stopped: a defect in the state machine or the pipeline.",
        "7:Stopped: appending to the journal, or syncing it, failed.",
        "8:Stopped: the device has no room left.",
        "9:The wall clock is too far ahead of the journal.",
        "10:The journal does not have the payment, the account or the time that was asked for.",
        "11:A signature, a statement or a receipt does not prove what it says.",
        "12:Another node leads in a later epoch, or the data directory is a standby's."})
public final class DaybreakCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a command is missing");
    }

    /** Runs one command line; returns the exit code. */
    public static int run(final String... arguments) {
        return newCommandLine().execute(arguments);
    }

    static CommandLine newCommandLine() {
        return new CommandLine(new DaybreakCommand())
            .setExecutionExceptionHandler((failure, commandLine, parsed) -> {
                commandLine.getErr().println("daybreak: " + failure);
                return ExitCode.UNEXPECTED.code();
            });
    }
}
