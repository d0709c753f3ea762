package io.daybreak.loadtest.cli;

import io.daybreak.loadtest.conformance.CaseResult;
import io.daybreak.loadtest.conformance.CaseResult.Outcome;
import io.daybreak.loadtest.conformance.Conformance;
import io.daybreak.loadtest.conformance.ConformanceCase;
import io.daybreak.loadtest.conformance.ConformanceSettings;
import io.daybreak.loadtest.link.SimLink;
import io.daybreak.loadtest.report.ConformanceReport;
import io.daybreak.loadtest.report.ProgressLine;
import io.daybreak.loadtest.workload.DemoCards;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;

/** Certifies a link: runs the conformance cases against a switch. */
@Command(name = "acquirer", mixinStandardHelpOptions = true, sortOptions = false,
    description = {"A conformance run of an acquirer's link against any ISO 8583 switch: real messages, answers checked field by field, "
        + "money by balance enquiries.",
        "Cases use wallets of the demo and give back what they take. Nobody else may pay for this acquirer meanwhile, or the totals "
            + "differ. With --issuer-port an issuer simulator runs inside, and routed cards are tested as well."},
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {"0:every case that ran has passed", "1:unexpected error", "2:a case failed", "3:no switch, or the sign-on was refused",
        "64:wrong command line or file"})
final class AcquirerCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(names = "--host", defaultValue = "127.0.0.1", description = "Host of the switch (default: ${DEFAULT-VALUE}).")
    private String host;

    @Option(names = "--port", defaultValue = "8583", description = "Its ISO 8583 port (default: ${DEFAULT-VALUE}).")
    private int port;

    @Option(names = "--link", defaultValue = "demo-ascii", paramLabel = "FILE|NAME",
        description = "What the link speaks: a link file, or demo-ascii, demo-bcd, demo-mac, 1993-ascii, ascii-length, tpdu "
            + "(default: ${DEFAULT-VALUE}).")
    private String link;

    @Option(names = "--mac-key", defaultValue = SimLink.DEMO_KEY, paramLabel = "HEX", showDefaultValue = CommandLine.Help.Visibility.NEVER,
        description = "The key, where the link has MACs (default: the demo's).")
    private String macKey;

    @Option(names = "--acquirer", defaultValue = DemoCards.ACQUIRER, paramLabel = "DIGITS", description = "DE 32 (default: ${DEFAULT-VALUE}).")
    private String acquirer;

    @Option(names = "--first-wallet", defaultValue = "101", paramLabel = "N",
        description = "First wallet that cases may use (default: ${DEFAULT-VALUE}).")
    private int firstWallet;

    @Option(names = "--wallets", defaultValue = "200", paramLabel = "N",
        description = "How many; each case takes the next ones (default: ${DEFAULT-VALUE}).")
    private int wallets;

    @Option(names = "--only", split = ",", paramLabel = "ID", description = "Only these cases, or the cases of these rules.")
    private List<String> only = List.of();

    @Option(names = "--issuer-port", defaultValue = "-1", paramLabel = "N", showDefaultValue = CommandLine.Help.Visibility.NEVER,
        description = "Runs the issuer simulator inside, on this port, where the switch looks for the demo's issuer (8590).")
    private int issuerPort;

    @Option(names = "--issuer-link", defaultValue = "demo-ascii", paramLabel = "FILE|NAME",
        description = "What the switch speaks to it (default: ${DEFAULT-VALUE}).")
    private String issuerLink;

    @Option(names = "--patience", defaultValue = "7s", converter = DurationConverter.class,
        description = "How long an answer may take (default: ${DEFAULT-VALUE}).")
    private Duration patience;

    @Option(names = "--quick", description = "Leaves out cases that take more than some seconds.")
    private boolean isQuick;

    @Option(names = "--json", paramLabel = "FILE", description = "Writes the report as JSON.")
    private Path json;

    @Option(names = "--html", paramLabel = "FILE", description = "Writes the report as one HTML page.")
    private Path html;

    @Option(names = "--list", description = "Prints the cases and their rules as JSON, and ends.")
    private boolean isList;

    @Override
    public Integer call() throws IOException {
        final PrintWriter out = spec.commandLine().getOut();
        if (isList) {
            out.println(ConformanceReport.list(Conformance.cases()));
            out.flush();
            return ExitCode.OK;
        }
        final ConformanceSettings settings = settings();
        final boolean isWatched = ProgressLine.isWatched();
        final List<CaseResult> results;
        try {
            results = Conformance.run(settings, subject -> before(subject, isWatched), result -> after(out, result, isWatched));
        } catch (final IOException ex) {
            spec.commandLine().getErr().println("not started: " + ex.getMessage());
            return ExitCode.CONNECTION;
        }
        final ConformanceReport.Subject subject = new ConformanceReport.Subject(host + ":" + port, settings.link().profile().name(),
            settings.link().dialect().version(), acquirer, Instant.now());
        if (json != null) {
            ConformanceReport.writeJson(subject, results, json);
        }
        if (html != null) {
            ConformanceReport.writeHtml(subject, results, html);
        }
        final long failed = ConformanceReport.count(results, Outcome.FAILED);
        out.println(String.format(Locale.ROOT, "%d passed, %d failed, %d skipped", ConformanceReport.count(results, Outcome.PASSED), failed,
            ConformanceReport.count(results, Outcome.SKIPPED)));
        out.flush();
        return failed == 0 ? ExitCode.OK : ExitCode.CASE_FAILED;
    }

    private static void before(final ConformanceCase subject, final boolean isWatched) {
        if (isWatched) {
            System.err.print("\r\u001b[K" + subject.id());
            System.err.flush();
        }
    }

    private static void after(final PrintWriter out, final CaseResult result, final boolean isWatched) {
        if (isWatched) {
            System.err.print("\r\u001b[K");
            System.err.flush();
        }
        if (result.outcome() != Outcome.PASSED) {
            out.println(String.format(Locale.ROOT, "%-8s %-28s %s", result.outcome().name().toLowerCase(Locale.ROOT), result.subject().id(),
                result.reason()));
            out.flush();
        }
    }

    private ConformanceSettings settings() throws IOException {
        final Set<String> known = new TreeSet<>();
        Conformance.cases().forEach(subject -> {
            known.add(subject.id());
            known.addAll(subject.rules());
        });
        for (final String id : only) {
            if (!known.contains(id)) {
                throw new ParameterException(spec.commandLine(), "--only: '" + id + "' is neither a case nor a rule that has one (see --list)");
            }
        }
        if (wallets < 2 || firstWallet < 1) {
            throw new ParameterException(spec.commandLine(), "--wallets is 2 or more, --first-wallet 1 or more");
        }
        return new ConformanceSettings(host, port, SimLink.load(link, macKey), acquirer, firstWallet, wallets, Set.copyOf(only), issuerPort,
            SimLink.load(issuerLink, macKey), patience, isQuick);
    }
}
