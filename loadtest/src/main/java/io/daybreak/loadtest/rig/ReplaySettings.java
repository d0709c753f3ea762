package io.daybreak.loadtest.rig;

import io.daybreak.client.Credentials;
import io.daybreak.loadtest.recording.Recording;
import io.daybreak.loadtest.workload.ArrivalSchedule.Arrivals;
import io.daybreak.protocol.Limits;

import java.time.Duration;
import java.util.Map;

/**
 * What a replay does.
 *
 * @param recording        what is sent
 * @param payers           who sends it, by the participant ids of the recording
 * @param operators        who may make the set-up, by participant ids of the recording; empty: it is assumed
 * @param proofCredentials who asks for balances; must be allowed to read all accounts of the recording
 * @param speed            requests are due after their recorded time divided by it; {@link #MAX_SPEED}: a closed loop in the recorded order
 * @param batch            transfers of one participant and one time that go out as one request, at most; chains stay whole even so
 * @param window           requests in flight of one participant
 * @param warmup           of the replay's own time, in no figure
 * @param turn             an open loop sends what has fallen due at most this often
 * @param drain            how long to wait for answers after the end
 * @param mayProve         false: no balances are read, and the result says so
 */
public record ReplaySettings(String host, int port, Recording recording, Map<Integer, Credentials> payers, Map<Integer, Credentials> operators,
                             Credentials proofCredentials, double speed, SetUp setUp, int batch, int window, Duration warmup, Duration turn,
                             Duration drain, boolean mayProve) {
    /** As fast as the window lets it. */
    public static final double MAX_SPEED = Double.POSITIVE_INFINITY;
    /** Requests in flight of one participant. */
    public static final int MAX_WINDOW = 1 << 18;
    /** Behind the last request: it is due within the measured part, not at its end. */
    private static final Duration BEHIND = Duration.ofMillis(1);
    private static final Duration LONGEST = Duration.ofDays(1);

    /** What becomes of the commands in front of the traffic. */
    public enum SetUp {
        /** Sent, if none of the accounts is there. */
        AUTO,
        /** Sent in any case. */
        SEND,
        /** Not sent: the switch was set up as the one that was recorded. */
        ASSUME
    }

    /** Checks the bounds; the message names the setting. */
    public ReplaySettings {
        require(port > 0 && port < 65_536, "--port is 1 to 65535");
        require(speed > 0, "--speed is above 0");
        require(batch >= 1 && batch <= Limits.MAX_BATCH, "--batch is 1 to " + Limits.MAX_BATCH);
        require(window >= 1 && window <= MAX_WINDOW, "--window is 1 to " + MAX_WINDOW);
        require((long) window * batch * payers.size() <= RigSettings.MAX_IN_FLIGHT, "--window times --batch times participants is 1 to " + RigSettings.MAX_IN_FLIGHT);
        require(!warmup.isNegative() && !turn.isNegative() && !drain.isNegative(), "durations are 0 or above");
        require(setUp != SetUp.SEND || !operators.isEmpty(), "--set-up send needs the secret of OPERATOR");
        require(speed == MAX_SPEED || warmup.toNanos() <= recording.spanNs() / speed, "--warmup is longer than the recording at this speed");
        payers = Map.copyOf(payers);
        operators = Map.copyOf(operators);
    }

    private static void require(final boolean isMet, final String rule) {
        if (!isMet) {
            throw new IllegalArgumentException(rule);
        }
    }

    /** True if the recorded times, not the answers, decide when requests are sent. */
    public boolean isOpenLoop() {
        return speed != MAX_SPEED;
    }

    /** Transfers a second that fall due on average; {@link RigSettings#MAX_RATE} in a closed loop. */
    public double ratePerSecond() {
        return isOpenLoop() ? recording.transfers() * 1e9 / (warmup.toNanos() + duration().toNanos()) : RigSettings.MAX_RATE;
    }

    /** The measured part; of a closed loop, which ends by itself, the longest. */
    public Duration duration() {
        return isOpenLoop() ? Duration.ofNanos((long) (recording.spanNs() / speed)).minus(warmup).plus(BEHIND) : LONGEST;
    }

    /** When it sends. */
    Pace pace() {
        return new Pace(isOpenLoop(), Arrivals.CONSTANT, 1, 1, duration(), warmup, turn, drain);
    }
}
