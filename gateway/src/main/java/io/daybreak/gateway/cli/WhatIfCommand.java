package io.daybreak.gateway.cli;

import io.daybreak.gateway.launch.ExitCode;
import io.daybreak.gateway.replay.Json;
import io.daybreak.gateway.replay.Moment;
import io.daybreak.gateway.replay.ReplayException;
import io.daybreak.gateway.replay.WhatIf;
import io.daybreak.gateway.setup.SetupException;
import io.daybreak.gateway.setup.SetupFile;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;

/** The same traffic under other rules. */
@Command(name = "what-if", mixinStandardHelpOptions = true,
    description = {"Executes the recorded traffic of a span under other limits, fees, tiers or routes, and tells which outcomes change, with amounts and examples.",
        "The configuration is a set-up file as for admin apply; each of its records is put whole where the span begins. Without one nothing changes."},
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:Told, whatever changes.", "2:Wrong arguments or configuration.", "4:The journal is damaged.",
        "10:The journal ends before the span begins."})
final class WhatIfCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private JournalOptions journal;

    @Option(names = "--config", paramLabel = "FILE", description = "Set-up file with the records that differ.")
    private Path config;

    @Option(names = "--from", paramLabel = "TIME|SEQUENCE", description = "Where the span begins; default: with the first payment.")
    private String from;

    @Option(names = "--to", paramLabel = "TIME|SEQUENCE", description = "Where it ends; default: with the journal.")
    private String to;

    @Override
    public Integer call() {
        return journal.run(spec, this::whatIf);
    }

    private ExitCode whatIf() throws IOException, ReplayException {
        final Map<String, Object> report = WhatIf.run(journal.data, from == null ? null : Moment.parse(from), to == null ? null : Moment.parse(to), puts());
        final PrintWriter out = spec.commandLine().getOut();
        out.print(journal.isJson ? Json.pretty(report) + System.lineSeparator() : WhatIf.text(report));
        out.flush();
        return ExitCode.OK;
    }

    private List<WhatIf.Put> puts() throws IOException, ReplayException {
        final List<WhatIf.Put> puts = new ArrayList<>();
        if (config != null) {
            if (!Files.isRegularFile(config)) {
                throw new NoSuchFileException(config.toString());
            }
            try {
                SetupFile.parse(Files.readString(config, StandardCharsets.UTF_8), LocalDate.now(ZoneOffset.UTC)).forEachBody(
                    (templateId, message, offset, length) -> puts.add(new WhatIf.Put(templateId, message, offset, length)));
            } catch (final SetupException ex) {
                throw new ReplayException(ReplayException.Reason.USAGE, config + ": " + ex.getMessage());
            }
        }
        return puts;
    }
}
