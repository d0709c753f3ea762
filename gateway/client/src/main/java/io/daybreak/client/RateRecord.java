package io.daybreak.client;

/**
 * At which rate the switch takes the requests of the participant that asked; its bucket of tokens, over all of its connections.
 *
 * @param requestsPerSecond 0: any rate, and then the rest is 0
 * @param capacity          requests that may come at once when none came for long
 * @param available         requests that may come at once now; negative: as many were taken in advance
 */
public record RateRecord(long requestsPerSecond, long capacity, long available) {
    /** Whether there is a limit. */
    public boolean isLimited() {
        return requestsPerSecond != 0;
    }
}
