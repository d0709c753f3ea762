package io.daybreak.gateway.link;

import io.daybreak.protocol.Participants;

import java.util.concurrent.atomic.AtomicReferenceArray;

/** The buckets of participants whose rate is limited; of the others there is none. Any thread; a look-up is one read of an array. */
public final class ParticipantRates {
    private final AtomicReferenceArray<TokenBucket> byParticipant = new AtomicReferenceArray<>(Participants.MAX_ID + 1);

    /** The participant's bucket; null if any rate is taken from it. */
    public TokenBucket of(final int participantId) {
        return byParticipant.get(participantId);
    }

    /**
     * What the participant's record says. A bucket that is there goes on with what it holds.
     *
     * @param perSecond requests a second; 0: any number
     * @param burstMs   milliseconds of the rate that may come at once; 0: {@link TokenBucket#DEFAULT_BURST_MS}
     */
    public void put(final int participantId, final long perSecond, final int burstMs) {
        final TokenBucket bucket = byParticipant.get(participantId);
        if (perSecond == 0) {
            byParticipant.set(participantId, null);
        } else if (bucket == null) {
            byParticipant.set(participantId, new TokenBucket(perSecond, burstMs, System.nanoTime()));
        } else {
            bucket.change(perSecond, burstMs);
        }
    }
}
