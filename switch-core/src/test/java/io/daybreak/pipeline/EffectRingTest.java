package io.daybreak.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.daybreak.port.EffectEmitter;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

class EffectRingTest {
    private static final int CAPACITY = 64 * 1024;

    private final EffectRing ring = new EffectRing(CAPACITY);
    private final UnsafeBuffer effect = new UnsafeBuffer(new byte[EffectEmitter.MAX_EFFECT_BYTES + 8]);

    @Test
    void shouldHandOnEffectsOfTheSlotsAskedForAndNoOthers() {
        emit(5, 1, 16);
        emit(5, 2, 16);
        emit(7, 3, 16);
        assertThat(drain(4)).isEmpty();
        assertThat(drain(5)).containsExactly(1L, 2L);
        assertThat(drain(6)).isEmpty();
        assertThat(drain(7)).containsExactly(3L);
    }

    @Test
    void shouldKeepOrderAndContentsWhileItWraps() {
        final Random random = new Random(11);
        long next = 1;
        long expected = 1;
        for (int slot = 0; slot < 20_000; slot++) {
            while (!ring.hasRoom(3)) {
                expected = check(drain(slot - 1L), expected);
            }
            for (int i = random.nextInt(4); i > 0; i--) {
                emit(slot, next++, 8 + random.nextInt(EffectEmitter.MAX_EFFECT_BYTES - 7));
            }
        }
        assertThat(check(drain(Long.MAX_VALUE), expected)).isEqualTo(next);
        assertThat(next).isGreaterThan(20_000);
    }

    @Test
    void shouldSayThereIsNoRoomBeforeItOverflows() {
        int effects = 0;
        while (ring.hasRoom(1)) {
            emit(1, ++effects, EffectEmitter.MAX_EFFECT_BYTES);
        }
        assertThat(effects).isGreaterThan(100);
        assertThat(drain(1)).hasSize(effects);
        assertThat(ring.hasRoom(100)).isTrue();
    }

    @Test
    void shouldRefuseAnEffectThatIsTooLarge() {
        assertThatThrownBy(() -> emit(1, 1, EffectEmitter.MAX_EFFECT_BYTES + 1)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void shouldPassEffectsBetweenTwoThreads() throws InterruptedException {
        final long count = 200_000;
        final AtomicLong applied = new AtomicLong(-1);
        final List<Long> wrong = new ArrayList<>();
        final Thread reader = new Thread(() -> {
            long expected = 1;
            while (expected <= count && wrong.isEmpty()) {
                final long[] next = {expected};
                ring.drain(applied.get(), (templateId, buffer, offset, length) -> {
                    if (buffer.getLong(offset) != next[0] || buffer.getByte(offset + length - 1) != (byte) next[0]) {
                        wrong.add(next[0]);
                    }
                    next[0]++;
                });
                expected = next[0];
            }
        });
        reader.start();
        for (long i = 1; i <= count; i++) {
            while (!ring.hasRoom(1)) {
                Thread.onSpinWait();
            }
            emit(i, i, 16 + (int) (i % 200));
            applied.set(i);
        }
        reader.join(20_000);
        assertThat(reader.isAlive()).isFalse();
        assertThat(wrong).isEmpty();
    }

    private void emit(final long slot, final long value, final int length) {
        ring.beginSlot(slot);
        effect.putByte(Math.max(length - 1, 8), (byte) value);
        effect.putLong(0, value);
        ring.emit(160, effect, 0, length);
    }

    private List<Long> drain(final long upTo) {
        final List<Long> values = new ArrayList<>();
        ring.drain(upTo, (templateId, buffer, offset, length) -> {
            assertThat(templateId).isEqualTo(160);
            values.add(buffer.getLong(offset));
        });
        return values;
    }

    private static long check(final List<Long> values, final long first) {
        long expected = first;
        for (final long value : values) {
            assertThat(value).isEqualTo(expected++);
        }
        return expected;
    }
}
