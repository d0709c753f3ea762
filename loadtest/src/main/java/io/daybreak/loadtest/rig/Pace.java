package io.daybreak.loadtest.rig;

import io.daybreak.loadtest.workload.ArrivalSchedule.Arrivals;

import java.time.Duration;

/**
 * When a run sends, whatever it sends.
 *
 * @param isOpenLoop the schedule, not the answers, decides when requests are sent
 * @param burst      requests that fall due together
 * @param batch      commands of a request
 * @param turn       an open loop sends what has fallen due at most this often
 * @param drain      how long to wait for answers after the end
 */
record Pace(boolean isOpenLoop, Arrivals arrivals, int burst, int batch, Duration duration, Duration warmup, Duration turn, Duration drain) {
}
