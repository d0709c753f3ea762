package io.daybreak.loadtest.simulation;

import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;

/**
 * A whole switch with its acquirers, issuer, network, clocks and disk in one thread from one seed: round after round, each a world of its own that goes
 * wrong in its own way. Rule: docs/simulation.md. The same seed gives the same rounds, event by event.
 */
public final class Simulation {
    /** Payments of a round, about. */
    public static final int DEFAULT_PAYMENTS = 6_000;
    private static final long GOLDEN = 0x9E37_79B9_7F4A_7C15L;
    private static final int LINES = 40;

    private final long seed;
    private final Set<Fault> faults;
    private final int paymentsOfRound;
    private final int nodes;
    private final Wiring wiring;

    /**
     * What a simulation came to.
     *
     * @param rounds   run to their end
     * @param payments made in them
     * @param steps    events
     * @param strikes  faults that struck
     * @param starts   of the switch
     * @param probes   damaged copies that were looked at
     * @param hash     over all events of all rounds
     * @param failure  what was found; null if nothing was
     */
    public record Result(int rounds, long payments, long steps, long strikes, long starts, long probes, long hash, Finding failure) {
    }

    /**
     * A broken promise.
     *
     * @param round number of the round
     * @param step  event of the round
     * @param text  what was expected, what was found
     * @param last  the last that happened, in words
     * @param cause of it
     */
    public record Finding(int round, long step, String text, List<String> last, Throwable cause) {
    }

    /**
     * Of a seed.
     *
     * @param nodes           1: a switch alone; 2: a primary and its standby
     * @param paymentsOfRound about how many payments a round has
     */
    public Simulation(final long seed, final Set<Fault> faults, final int paymentsOfRound, final int nodes) {
        this(seed, faults, paymentsOfRound, nodes, Wiring.TRUE);
    }

    Simulation(final long seed, final Set<Fault> faults, final int paymentsOfRound, final int nodes, final Wiring wiring) {
        this.nodes = nodes;
        this.seed = seed;
        this.faults = faults;
        this.paymentsOfRound = paymentsOfRound;
        this.wiring = wiring;
    }

    /**
     * Runs rounds until a promise is broken or nobody wants more.
     *
     * @param firstRound number of the first round, from 0: a later one can be repeated without those before it
     * @param wantsMore  asked before each round
     * @param onRound    told the payments of each round at its end
     */
    public Result run(final int firstRound, final BooleanSupplier wantsMore, final LongConsumer onRound) {
        int rounds = 0;
        long payments = 0;
        long steps = 0;
        long strikes = 0;
        long starts = 0;
        long probes = 0;
        long hash = seed;
        while (wantsMore.getAsBoolean()) {
            final int number = firstRound + rounds;
            final Round round = new Round(seedOf(number), faults, paymentsOfRound, nodes, wiring);
            Finding failure = null;
            try {
                round.run();
            } catch (final RuntimeException | Error ex) {
                final String text = ex instanceof SimulationFailure ? ex.getMessage() : ex.toString();
                failure = new Finding(number, round.world().trace.steps(), text, round.world().trace.last(LINES), ex);
            }
            rounds++;
            payments += round.payments();
            onRound.accept(round.payments());
            steps += round.world().trace.steps();
            strikes += round.strikes();
            starts += round.starts();
            probes += round.probes();
            hash = Long.rotateLeft(hash, 7) * GOLDEN + round.world().trace.hash();
            if (failure != null) {
                return new Result(rounds, payments, steps, strikes, starts, probes, hash, failure);
            }
        }
        return new Result(rounds, payments, steps, strikes, starts, probes, hash, null);
    }

    private long seedOf(final int round) {
        long mixed = seed + (round + 1) * GOLDEN;
        mixed = (mixed ^ mixed >>> 30) * 0xBF58_476D_1CE4_E5B9L;
        mixed = (mixed ^ mixed >>> 27) * 0x94D0_49BB_1331_11EBL;
        return mixed ^ mixed >>> 31;
    }
}
