package io.daybreak.loadtest.cli;

import io.daybreak.loadtest.simulation.Fault;
import io.daybreak.loadtest.simulation.Simulation;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

import java.io.PrintWriter;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;

/** Runs the deterministic simulation. */
@Command(name = "simulate", mixinStandardHelpOptions = true, sortOptions = false,
    description = {"Runs a whole switch with acquirers, an issuer, network, clocks and a disk in one thread from one seed, lets things go wrong, and "
        + "checks every promise. The same seed gives the same run, event by event, and so the same hash.",
        "Without --minutes, --rounds and --payments it runs for one minute."},
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {"0:all promises kept", "1:unexpected error", "2:a promise was broken; the command that repeats it is printed",
        "64:wrong command line"})
final class SimulateCommand implements Callable<Integer> {
    private static final Logger LOG = LoggerFactory.getLogger(SimulateCommand.class);
    private static final long NS_PER_MINUTE = 60_000_000_000L;
    private static final double NS_PER_SECOND = 1e9;

    @Spec
    private CommandSpec spec;

    @Option(names = "--seed", paramLabel = "NUMBER", description = "Seed (default: a fresh one, which is printed).")
    private Long seed;

    @Option(names = "--faults", paramLabel = "LIST", defaultValue = "all", converter = FaultsConverter.class,
        description = "all, none, or some of: kill, power, io-error, disk-full, stall, damage, network, clock, issuer, pause, promote (default: all).")
    private Faults faults;

    @Option(names = "--minutes", paramLabel = "NUMBER", description = "Begin no new round after so many minutes of real time; may be a fraction.")
    private Double minutes;

    @Option(names = "--payments", paramLabel = "NUMBER", description = "Begin no new round after so many payments.")
    private Long payments;

    @Option(names = "--rounds", paramLabel = "NUMBER", description = "Rounds to run. What --minutes or --payments have ended is repeated by it.")
    private Integer rounds;

    @Option(names = "--first-round", paramLabel = "NUMBER", defaultValue = "0", description = "Number of the first round (default: 0).")
    private int firstRound;

    @Option(names = "--round-payments", paramLabel = "NUMBER", defaultValue = "" + Simulation.DEFAULT_PAYMENTS,
        description = "About how many payments a round has (default: ${DEFAULT-VALUE}).")
    private int roundPayments;

    @Option(names = "--nodes", paramLabel = "NUMBER", defaultValue = "1", description = "1: a switch alone; 2: a primary and its standby (default: 1).")
    private int nodes;

    /** A set of faults, as an option's type. */
    record Faults(Set<Fault> set) {
    }

    /** Reads the option. */
    static final class FaultsConverter implements ITypeConverter<Faults> {
        @Override
        public Faults convert(final String value) {
            try {
                return new Faults(Fault.parse(value));
            } catch (final IllegalArgumentException ex) {
                throw new TypeConversionException("'" + value + "' is not all, none, or names of " + Arrays.toString(Fault.values())
                    .toLowerCase(Locale.ROOT).replace('_', '-'));
            }
        }
    }

    @Override
    public Integer call() {
        if (roundPayments < 100 || roundPayments > 60_000) {
            throw new ParameterException(spec.commandLine(), "--round-payments must lie between 100 and 60000");
        }
        if (nodes != 1 && nodes != 2) {
            throw new ParameterException(spec.commandLine(), "--nodes must be 1 or 2");
        }
        final long usedSeed = seed == null ? new SecureRandom().nextLong() >>> 1 : seed;
        final PrintWriter out = spec.commandLine().getOut();
        final String faultText = Fault.text(faults.set());
        out.printf("seed=%d faults=%s%n", usedSeed, faultText);
        out.flush();
        final long beginNs = System.nanoTime();
        final Limit limit = new Limit(beginNs);
        final Simulation.Result result = new Simulation(usedSeed, faults.set(), roundPayments, nodes).run(firstRound, limit::wantsMore, limit::count);
        final double seconds = (System.nanoTime() - beginNs) / NS_PER_SECOND;
        final String command = "simulate --seed " + usedSeed + " --faults " + faultText
            + (roundPayments == Simulation.DEFAULT_PAYMENTS ? "" : " --round-payments " + roundPayments) + (nodes == 1 ? "" : " --nodes " + nodes);
        final Simulation.Finding failure = result.failure();
        if (failure != null) {
            out.println("FAILED in round " + failure.round() + " at step " + failure.step() + ": " + failure.text());
            out.println("The last events (time of the world):");
            failure.last().forEach(out::println);
            if (failure.cause() != null && !(failure.text().equals(failure.cause().getMessage()) && failure.cause().getCause() == null)) {
                LOG.error("round {}", failure.round(), failure.cause());
            }
        }
        out.printf(Locale.ROOT, "rounds=%d payments=%d steps=%d faults=%d starts=%d damaged-copies=%d seconds=%.1f payments-per-second=%.0f hash=%016x%n",
            result.rounds(), result.payments(), result.steps(), result.strikes(), result.starts(), result.probes(), seconds, result.payments() / seconds,
            result.hash());
        if (failure != null) {
            out.println("Repeat it: java -jar loadtest.jar " + command + " --first-round " + failure.round() + " --rounds 1");
            out.flush();
            return ExitCode.MONEY_DIFFERS;
        }
        out.println("The same again: java -jar loadtest.jar " + command + (firstRound == 0 ? "" : " --first-round " + firstRound) + " --rounds "
            + result.rounds());
        out.flush();
        return ExitCode.OK;
    }

    /** When it is enough. */
    private final class Limit {
        private final long beginNs;
        private int begun;
        private long made;

        Limit(final long beginNs) {
            this.beginNs = beginNs;
        }

        boolean wantsMore() {
            final double mostMinutes = minutes != null ? minutes : rounds == null && payments == null ? 1 : Double.MAX_VALUE;
            final boolean more = (rounds == null || begun < rounds) && (payments == null || made < payments)
                && System.nanoTime() - beginNs < mostMinutes * NS_PER_MINUTE;
            begun++;
            return more;
        }

        void count(final long paymentsOfRound) {
            made += paymentsOfRound;
        }
    }
}
