package io.daybreak.loadtest.conformance;

import io.daybreak.loadtest.issuer.IssuerScript;
import io.daybreak.loadtest.issuer.IssuerSimulator;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** All cases in their order, and running them. The calling thread does everything; an issuer simulator has a thread of its own. */
public final class Conformance {
    private static final int REMEMBERED = 1 << 16;

    private Conformance() {
    }

    /** Every case there is. */
    public static List<ConformanceCase> cases() {
        final List<ConformanceCase> cases = new ArrayList<>();
        cases.addAll(TransportCases.list());
        cases.addAll(SessionCases.list());
        cases.addAll(FormatCases.list());
        cases.addAll(OperationCases.list());
        cases.addAll(PrecedenceCases.list());
        cases.addAll(DuplicateCases.list());
        cases.addAll(ReversalCases.list());
        cases.addAll(CompletionCases.list());
        cases.addAll(RefundCases.list());
        cases.addAll(ReconciliationCases.list());
        cases.addAll(SecurityCases.list());
        cases.addAll(VersionCases.list());
        cases.addAll(RoutingCases.list());
        return cases;
    }

    /**
     * Runs them.
     *
     * @param before told of each case before it runs
     * @param after  told of each result
     * @throws IOException if there is no switch to begin with, or the issuer's port is not free
     */
    public static List<CaseResult> run(final ConformanceSettings settings, final Consumer<ConformanceCase> before,
                                       final Consumer<CaseResult> after) throws IOException {
        final List<CaseResult> results = new ArrayList<>();
        try (IssuerSimulator issuer = settings.issuerPort() < 0 ? null : new IssuerSimulator("127.0.0.1", settings.issuerPort(),
            settings.issuerLink(), IssuerScript.parse(""), REMEMBERED);
            Acquirer acquirer = new Acquirer(settings, issuer)) {
            // If nobody is there at all, that is no failed case.
            acquirer.begin();
            acquirer.end();
            for (final ConformanceCase subject : cases()) {
                if (isWanted(subject, settings.only())) {
                    before.accept(subject);
                    final CaseResult result = run(subject, acquirer, settings);
                    results.add(result);
                    after.accept(result);
                }
            }
        }
        return results;
    }

    private static boolean isWanted(final ConformanceCase subject, final Set<String> only) {
        return only.isEmpty() || only.contains(subject.id()) || subject.rules().stream().anyMatch(only::contains);
    }

    private static CaseResult run(final ConformanceCase subject, final Acquirer acquirer, final ConformanceSettings settings) {
        final Need missing = missing(subject, settings);
        if (missing != null) {
            return new CaseResult(subject, CaseResult.Outcome.SKIPPED, "needs " + missing.words(), List.of(), 0);
        }
        final long startNs = System.nanoTime();
        CaseResult.Outcome outcome = CaseResult.Outcome.PASSED;
        String reason = "";
        try {
            acquirer.begin();
            subject.body().run(acquirer);
        } catch (final CaseSkipped ex) {
            outcome = CaseResult.Outcome.SKIPPED;
            reason = "needs " + ex.getMessage();
        } catch (final CaseFailure ex) {
            outcome = CaseResult.Outcome.FAILED;
            reason = ex.getMessage();
        } catch (final IOException | RuntimeException ex) {
            outcome = CaseResult.Outcome.FAILED;
            reason = Masking.cards(ex instanceof IOException ? String.valueOf(ex.getMessage()) : ex.toString());
        } finally {
            acquirer.end();
        }
        return new CaseResult(subject, outcome, reason, acquirer.steps(), TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNs));
    }

    private static Need missing(final ConformanceCase subject, final ConformanceSettings settings) {
        for (final Need need : subject.needs()) {
            final boolean isThere = switch (need) {
                case ISSUER -> settings.issuerPort() >= 0;
                case MAC -> settings.link().macKey() != null;
                case NO_MAC -> settings.link().macKey() == null;
                case VERSION_1987 -> !settings.link().is1993();
                case VERSION_1993 -> settings.link().is1993();
                case ASCII -> isAscii(settings);
                case BCD -> !isAscii(settings);
                case TIME -> !settings.isQuick();
            };
            if (!isThere) {
                return need;
            }
        }
        return null;
    }

    private static boolean isAscii(final ConformanceSettings settings) {
        return settings.link().dialect().mtiEncoding() == io.daybreak.iso8583.dialect.MtiEncoding.ASCII;
    }
}
