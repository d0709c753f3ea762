package io.daybreak.routing;

import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;

import static org.assertj.core.api.Assertions.assertThat;

/** DE 11 and 7 outwards: unique for an issuer, at any speed, over restarts. */
class TraceNumbersTest {
    private static final long NS_PER_SECOND = 1_000_000_000L;

    @BeforeEach
    void begin() {
        IssuingRig.recycle();
    }

    @Test
    void shouldWriteTheSecondAsTheCalendarDoes() {
        final DateTimeFormatter format = DateTimeFormatter.ofPattern("MMddHHmmss").withZone(ZoneOffset.UTC);
        final long seed = ThreadLocalRandom.current().nextLong(1L << 40);
        System.err.println("TraceNumbersTest: seed " + seed);
        final Random random = new Random(seed);
        for (int i = 0; i < 200_000; i++) {
            final long second = i < 100_000 ? i * 43_201L : random.nextInt(Integer.MAX_VALUE) * 2L;
            assertThat(TransmissionTime.ofEpochSecond(second)).as("seed %d second %d", seed, second)
                .isEqualTo(Integer.parseInt(format.format(Instant.ofEpochSecond(second))));
        }
    }

    @Test
    void shouldMoveTheSecondOnWhenAMillionNumbersAreUsed() {
        final Issuers issuers = new Issuers();
        final Issuer issuer = issuers.make(7);
        final long nowNs = IssuingRig.START_NS;
        final Set<Long> pairs = new HashSet<>();
        int taken = 0;
        while (issuers.hasTraceNumber(issuer, nowNs)) {
            issuers.takeTraceNumber(issuer, nowNs);
            taken++;
            if (taken % 997 == 0 || taken % 999_999 < 3) {
                assertThat(pairs.add((long) issuers.transmission() << 32 | issuers.stan())).isTrue();
            }
            assertThat(issuers.stan()).isBetween(1, 999_999);
        }
        assertThat(taken).as("this second and five to come").isEqualTo(6 * 999_999);
        assertThat(issuer.second).isEqualTo(nowNs / NS_PER_SECOND + 5);
        assertThat(issuers.hasTraceNumber(issuer, nowNs + NS_PER_SECOND)).isTrue();
        issuers.takeTraceNumber(issuer, nowNs);
        assertThat(issuer.second).as("a reversal gets one all the same").isEqualTo(nowNs / NS_PER_SECOND + 6);
        assertThat(issuers.computeDigest()).isEqualTo(issuers.digest());
    }

    @Test
    void shouldGoOnAfterARestartWhereItStopped() {
        IssuingRig rig = IssuingRig.ready();
        final Set<Long> used = new HashSet<>();
        final Random random = new Random(7);
        int place = 0;
        for (int restart = 0; restart < 8; restart++) {
            for (int i = 0; i < 100; i++) {
                final int before = rig.sent.size();
                rig.request(++place, random.nextInt(20) + 1, 10);
                for (final Sent sent : rig.sent.subList(before, rig.sent.size())) {
                    if (sent.mti() == 200) {
                        assertThat(used.add(sent.identity())).isTrue();
                    }
                }
                if (random.nextInt(3) == 0) {
                    rig.after(random.nextInt(900));
                }
            }
            rig = rig.restarted().up(IssuingRig.LINK);
        }
    }
}
