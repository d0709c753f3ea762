package io.daybreak.gateway.link;

import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;

final class TokenBucketTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    @Test
    void shouldBeginFullEmptyAndFillAtItsRate() {
        final TokenBucket bucket = new TokenBucket(100, 500, 7);
        assertThat(bucket.capacity()).isEqualTo(50);
        assertThat(bucket.available(7)).isEqualTo(50);
        bucket.spend(50, 7);
        assertThat(bucket.isOpen(7)).isFalse();
        assertThat(bucket.isOpen(7 + SECOND / 100 - 1)).isFalse();
        assertThat(bucket.isOpen(7 + SECOND / 100)).isTrue();
        assertThat(bucket.available(7 + 10 * SECOND)).as("never more than fits in").isEqualTo(50);
    }

    @Test
    void shouldOpenAgainOnlyWhenADebtIsPaid() {
        final TokenBucket bucket = new TokenBucket(10, 0, 0);
        bucket.spend(25, 0);
        assertThat(bucket.available(0)).isEqualTo(-15);
        assertThat(bucket.isOpen(3 * SECOND / 2)).isFalse();
        assertThat(bucket.isOpen(8 * SECOND / 5)).isTrue();
    }

    @Test
    void shouldHoldOneRequestHoweverSlowItIs() {
        final TokenBucket bucket = new TokenBucket(1, 1, 0);
        assertThat(bucket.capacity()).isEqualTo(1);
        bucket.spend(1, 0);
        assertThat(bucket.isOpen(SECOND - 1)).isFalse();
        assertThat(bucket.isOpen(SECOND)).isTrue();
    }

    @Test
    void shouldKeepWhatWasSpentWhenTheRateChanges() {
        final TokenBucket bucket = new TokenBucket(1_000, 1_000, 0);
        bucket.spend(1_000, 0);
        bucket.change(10, 1_000);
        assertThat(bucket.isOpen(0)).isFalse();
        assertThat(bucket.available(SECOND)).isEqualTo(10);
    }

    /** Whoever always asks, whenever and for how much it likes, gets no more than bucket, rate and one claim; and who waits is never starved. */
    @RepeatedTest(300)
    void shouldPassNoMoreThanItsRate(final RepetitionInfo repetition) {
        final SplittableRandom random = new SplittableRandom(repetition.getCurrentRepetition());
        final long perSecond = 1 + (random.nextLong() >>> 32 >>> random.nextInt(32));
        final int burstMs = random.nextInt(65_536) >>> random.nextInt(17);
        final long beginNs = random.nextLong() >> 2;
        final int claim = 1 + random.nextInt(256);
        final TokenBucket bucket = new TokenBucket(perSecond, burstMs, beginNs);
        long now = beginNs;
        long taken = 0;
        for (int turn = 0; turn < 60; turn++) {
            now += random.nextLong(2 * SECOND) >>> random.nextInt(32);
            for (int i = 0; i < 10 && bucket.isOpen(now); i++) {
                bucket.spend(claim, now);
                taken += claim;
            }
            final double most = bucket.capacity() + (double) (now - beginNs) / SECOND * bucket.perSecond() + claim;
            assertThat((double) taken).isLessThanOrEqualTo(most + 1);
        }
        final long debt = -Math.min(0, bucket.available(now));
        assertThat(bucket.isOpen(now + (debt + 1) * SECOND / bucket.perSecond() + SECOND / bucket.perSecond() + 2)).isTrue();
    }
}
