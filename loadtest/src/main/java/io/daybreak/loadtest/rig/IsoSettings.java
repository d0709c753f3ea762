package io.daybreak.loadtest.rig;

import io.daybreak.loadtest.link.SimLink;
import io.daybreak.loadtest.workload.ArrivalSchedule.Arrivals;

import java.time.Duration;

/**
 * What a run over ISO 8583 does.
 *
 * @param ratePerSecond payments begun a second; {@link RigSettings#MAX_RATE}: a closed loop. Completions, reversals and refunds
 *                      follow their payment by themselves
 * @param window        payments in flight on one connection
 * @param turn          an open loop sends what has fallen due at most this often
 * @param drain         how long to wait for answers after the end
 * @param cardPrefix    six digits
 * @param wallets       from 1 on; the demo's special ones among them are left out
 * @param amountFrom    least amount, minor units
 * @param acquirer      DE 32
 * @param burst         payments of an open loop that fall due together; the rate stays the same
 * @param mayProve      false: no balances are read
 */
public record IsoSettings(String host, int port, SimLink link, double ratePerSecond, Arrivals arrivals, IsoMix mix, int connections,
                          int loops, int window, Duration duration, Duration warmup, Duration turn, Duration drain, String cardPrefix,
                          int wallets, int merchants, int terminals, int amountFrom, int amountTo, double zipf, String acquirer,
                          long seed, boolean mayProve, int burst) {
    /** Trace numbers have six digits, and tell slots of the window apart. */
    public static final int MAX_WINDOW = 1 << 17;
    /** Connections; two characters of DE 37 tell them apart. */
    public static final int MAX_CONNECTIONS = 1_024;

    /** Checks the bounds; the message names the setting. */
    public IsoSettings {
        require(port > 0 && port < 65_536, "--port is 1 to 65535");
        require(ratePerSecond > 0, "--rate is above 0");
        require(connections >= 1 && connections <= MAX_CONNECTIONS, "--connections is 1 to " + MAX_CONNECTIONS);
        require(loops >= 1 && loops <= connections, "--loops is 1 to --connections");
        require(window >= 1 && window <= MAX_WINDOW, "--window is 1 to " + MAX_WINDOW);
        require(wallets >= 1 && wallets <= 100_000, "--demo-wallets is 1 to 100000");
        require(merchants >= 1 && merchants <= RigSettings.MAX_CREDIT_ACCOUNTS, "--merchants is 1 to " + RigSettings.MAX_CREDIT_ACCOUNTS);
        require(terminals >= 1 && terminals <= 9_999_999, "--terminals is 1 to 9999999");
        require(amountFrom >= 1 && amountTo >= amountFrom && amountTo <= RigSettings.MAX_AMOUNT, "amounts are 1 to "
            + RigSettings.MAX_AMOUNT);
        require(cardPrefix.matches("\\d{6}"), "--card-prefix is six digits");
        require(acquirer.matches("\\d{1,11}"), "--acquirer is 1 to 11 digits");
        require(zipf >= 0, "--zipf is 0 or above");
        require(burst >= 1 && burst <= RigSettings.MAX_BURST, "--burst is 1 to " + RigSettings.MAX_BURST);
        require(duration.toNanos() > 0 && !warmup.isNegative() && !turn.isNegative() && !drain.isNegative(), "durations are above 0");
    }

    /** One payment at a time. */
    public IsoSettings(final String host, final int port, final SimLink link, final double ratePerSecond, final Arrivals arrivals, final IsoMix mix,
                       final int connections, final int loops, final int window, final Duration duration, final Duration warmup, final Duration turn,
                       final Duration drain, final String cardPrefix, final int wallets, final int merchants, final int terminals,
                       final int amountFrom, final int amountTo, final double zipf, final String acquirer, final long seed, final boolean mayProve) {
        this(host, port, link, ratePerSecond, arrivals, mix, connections, loops, window, duration, warmup, turn, drain, cardPrefix, wallets, merchants,
            terminals, amountFrom, amountTo, zipf, acquirer, seed, mayProve, 1);
    }

    private static void require(final boolean isMet, final String rule) {
        if (!isMet) {
            throw new IllegalArgumentException(rule);
        }
    }

    /** True if the schedule, not the answers, decides when payments begin. */
    public boolean isOpenLoop() {
        return ratePerSecond != RigSettings.MAX_RATE;
    }
}
