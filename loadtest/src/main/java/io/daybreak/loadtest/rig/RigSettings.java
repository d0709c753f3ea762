package io.daybreak.loadtest.rig;

import io.daybreak.client.Credentials;
import io.daybreak.loadtest.workload.ArrivalSchedule.Arrivals;
import io.daybreak.protocol.Limits;

import java.time.Duration;

/**
 * What a run does.
 *
 * @param proofCredentials who asks for balances; must be allowed to read all accounts of the run
 * @param ratePerSecond    transfers a second; {@link #MAX_RATE}: a closed loop, as fast as the window lets it
 * @param batch            transfers of a request
 * @param window           requests in flight on one connection; in an open loop a bound that only overload reaches
 * @param turn             an open loop sends what has fallen due at most this often: what is due in between shares one
 *                         system call
 * @param drain            how long to wait for answers after the end
 * @param ledger           0: that of the first debit account
 * @param burst            requests of an open loop that fall due together; the rate stays the same
 * @param mayProve         false: no balances are read, and the result says so
 * @param mix              how often each kind of request comes
 */
public record RigSettings(String host, int port, Credentials credentials, Credentials proofCredentials, double ratePerSecond,
                          Arrivals arrivals, int connections, int loops, int batch, int window, Duration duration, Duration warmup,
                          Duration turn, Duration drain, long debitFrom, int debitCount, long creditFrom, int creditCount,
                          int amountFrom, int amountTo, double zipf, double hotShare, int ledger, int code, long seed,
                          boolean mayProve, int burst, NativeMix mix) {
    /** Rate of a closed loop. */
    public static final double MAX_RATE = Double.POSITIVE_INFINITY;
    /** Accounts of a range; they share a word with the amount while a transfer is in flight. */
    public static final int MAX_DEBIT_ACCOUNTS = 1 << 28;
    /** As above. */
    public static final int MAX_CREDIT_ACCOUNTS = 1 << 20;
    /** As above. */
    public static final int MAX_AMOUNT = (1 << 16) - 1;
    /** Requests that fall due together. */
    public static final int MAX_BURST = 1 << 16;
    /** Transfers in flight over all connections: 24 bytes of book-keeping each. */
    public static final long MAX_IN_FLIGHT = 1 << 26;

    /** Checks the bounds; the message names the setting. */
    public RigSettings {
        require(port > 0 && port < 65_536, "--port is 1 to 65535");
        require(ratePerSecond > 0, "--rate is above 0");
        require(batch >= 1 && batch <= Limits.MAX_BATCH, "--batch is 1 to " + Limits.MAX_BATCH);
        require(connections >= 1 && loops >= 1 && loops <= connections, "--loops is 1 to --connections");
        require(window >= 1 && (long) window * batch * connections <= MAX_IN_FLIGHT,
            "--window times --batch times --connections is 1 to " + MAX_IN_FLIGHT);
        require(debitCount >= 1 && debitCount <= MAX_DEBIT_ACCOUNTS, "--accounts is 1 to " + MAX_DEBIT_ACCOUNTS);
        require(creditCount >= 1 && creditCount <= MAX_CREDIT_ACCOUNTS, "--credit-from to --credit-to is 1 to "
            + MAX_CREDIT_ACCOUNTS + " accounts");
        require(amountFrom >= 1 && amountTo >= amountFrom && amountTo <= MAX_AMOUNT, "amounts are 1 to " + MAX_AMOUNT);
        require(zipf >= 0, "--zipf is 0 or above");
        require(hotShare >= 0 && hotShare <= 1, "--hot-share is 0 to 1");
        require(code >= 1 && code <= 65_535, "--code is 1 to 65535");
        require(batch == 1 || mix.isPlain(), "--mix with more than transfer needs --batch 1");
        require(burst >= 1 && burst <= MAX_BURST, "--burst is 1 to " + MAX_BURST);
        require(duration.toNanos() > 0 && !warmup.isNegative() && !turn.isNegative() && !drain.isNegative(), "durations are above 0");
    }

    /** One request at a time, plain transfers. */
    public RigSettings(final String host, final int port, final Credentials credentials, final Credentials proofCredentials, final double ratePerSecond,
                       final Arrivals arrivals, final int connections, final int loops, final int batch, final int window, final Duration duration,
                       final Duration warmup, final Duration turn, final Duration drain, final long debitFrom, final int debitCount,
                       final long creditFrom, final int creditCount, final int amountFrom, final int amountTo, final double zipf,
                       final double hotShare, final int ledger, final int code, final long seed, final boolean mayProve) {
        this(host, port, credentials, proofCredentials, ratePerSecond, arrivals, connections, loops, batch, window, duration, warmup, turn, drain,
            debitFrom, debitCount, creditFrom, creditCount, amountFrom, amountTo, zipf, hotShare, ledger, code, seed, mayProve, 1, NativeMix.TRANSFERS);
    }

    private static void require(final boolean isMet, final String rule) {
        if (!isMet) {
            throw new IllegalArgumentException(rule);
        }
    }

    /** True if the schedule, not the answers, decides when requests are sent. */
    public boolean isOpenLoop() {
        return ratePerSecond != MAX_RATE;
    }

    /** When it sends. */
    Pace pace() {
        return new Pace(isOpenLoop(), arrivals, burst, batch, duration, warmup, turn, drain);
    }

    /** The same in this ledger. */
    public RigSettings withLedger(final int newLedger) {
        return new RigSettings(host, port, credentials, proofCredentials, ratePerSecond, arrivals, connections, loops, batch, window,
            duration, warmup, turn, drain, debitFrom, debitCount, creditFrom, creditCount, amountFrom, amountTo, zipf, hotShare,
            newLedger, code, seed, mayProve, burst, mix);
    }
}
