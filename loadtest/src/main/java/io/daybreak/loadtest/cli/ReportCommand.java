package io.daybreak.loadtest.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.daybreak.loadtest.report.ReportPlots;
import io.daybreak.loadtest.report.RunReport;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Pages and plots of results that were written before. */
@Command(name = "report", mixinStandardHelpOptions = true, synopsisSubcommandLabel = "COMMAND",
    description = "Makes pages and plots of results that 'run --json' wrote, and plots of series.")
final class ReportCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a command is needed: show, compare or series");
    }

    @Command(name = "show", mixinStandardHelpOptions = true, description = "One run as a page, as PNGs, or both.")
    int show(@Parameters(paramLabel = "FILE.json", description = "What 'run --json' wrote.") final Path file,
             @Option(names = "--html", paramLabel = "FILE", description = "The page.") final Path html,
             @Option(names = "--png", paramLabel = "DIR", description = "A PNG of each plot, for documents.") final Path png) throws IOException {
        return write(List.of(file), html, png, "show");
    }

    @Command(name = "compare", mixinStandardHelpOptions = true, description = "Two to seven runs beside each other; ratios are to the first.")
    int compare(@Parameters(arity = "2..7", paramLabel = "FILE.json", description = "What 'run --json' wrote; a run is called by its --name, else by its file.")
                final List<Path> files,
                @Option(names = "--html", paramLabel = "FILE", description = "The page.") final Path html,
                @Option(names = "--png", paramLabel = "DIR", description = "A PNG of each plot, for documents.") final Path png) throws IOException {
        return write(files, html, png, "compare");
    }

    @Command(name = "series", mixinStandardHelpOptions = true,
        description = "A PNG of a table: the first column is the axis, the others are lines. Endings of names are units: _per_s, _us, _ms.")
    int series(@Parameters(paramLabel = "FILE.csv", description = "A line of names, then rows of numbers, with commas between.") final Path file,
               @Option(names = "--x", paramLabel = "log|linear", defaultValue = "linear", description = "The axis (default: ${DEFAULT-VALUE}).") final Axis axis,
               @Option(names = "--png", paramLabel = "FILE.png", description = "The plot (default: beside the table, with its name).") final Path png)
        throws IOException {
        final Path into = png != null ? png : file.resolveSibling(file.getFileName().toString().replaceFirst("\\.csv$", "") + ".png");
        if (!Files.isDirectory(into.toAbsolutePath().getParent())) {
            throw new ParameterException(spec.commandLine().getSubcommands().get("series"), "there is no directory for " + into);
        }
        ReportPlots.writeSeries(file, axis == Axis.LOG, into);
        return ExitCode.OK;
    }

    /** How an axis is divided. */
    enum Axis {
        /** Equal factors are equally long. */
        LOG,
        /** Equal differences are. */
        LINEAR
    }

    private int write(final List<Path> files, final Path html, final Path png, final String command) throws IOException {
        final CommandLine line = spec.commandLine().getSubcommands().get(command);
        if (html == null && png == null) {
            throw new ParameterException(line, "--html FILE or --png DIR is needed");
        }
        final List<ObjectNode> runs = new ArrayList<>();
        for (final Path file : files) {
            final ObjectNode run = RunReport.read(file);
            if (!run.has("name")) {
                run.put("name", file.getFileName().toString().replaceFirst("\\.json$", ""));
            }
            runs.add(run);
        }
        if (html != null) {
            final Path directory = html.toAbsolutePath().getParent();
            if (!Files.isDirectory(directory)) {
                throw new ParameterException(line, "--html: there is no directory " + directory);
            }
            RunReport.writeHtml(runs, html);
        }
        if (png != null) {
            ReportPlots.write(runs, png);
        }
        return ExitCode.OK;
    }
}
