package io.daybreak.state;

import io.daybreak.memory.CollectedSlabs;
import io.daybreak.memory.RecordSlabs;
import org.agrona.UnsafeApi;
import org.junit.jupiter.api.Test;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Random;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** The form of sections: what is written is read, and nothing else is. */
class StateFormatTest {
    private static final int RECORDS = 100_000;
    private static final int RECORD_BYTES = 32;

    /** Words and memory, some of it zero. */
    private static final class Part implements Stateful {
        private final RecordSlabs records = new RecordSlabs(new CollectedSlabs(), RECORD_BYTES);
        private long first;
        private int second;
        private boolean third;
        private int count;

        Part fill(final int records, final int step) {
            first = Long.MIN_VALUE + 5;
            second = -7;
            third = true;
            count = records;
            this.records.ensureCapacity(count);
            final Random random = new Random(1);
            for (int i = 0; i < count; i += step) {
                UnsafeApi.putLong(this.records.address(i) + 8, random.nextLong());
            }
            return this;
        }

        @Override
        public void image(final StateImage image) {
            first = image.word(first);
            second = image.number(second);
            third = image.flag(third);
            count = image.bounded(count, 0, RECORDS);
            records.image(image, count);
        }

        long sum() {
            long sum = first * 31 + second + (third ? 1 : 0);
            for (int i = 0; i < count; i++) {
                sum = sum * 31 + UnsafeApi.getLong(records.address(i) + 8) + UnsafeApi.getLong(records.address(i));
            }
            return sum;
        }
    }

    private static byte[] write(final Part part, final int version) {
        final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        new StateWriter(ImageBytes.sink(bytes)).section("part", version, part);
        return bytes.toByteArray();
    }

    private static Part read(final byte[] bytes) {
        final Part part = new Part();
        new StateReader(ImageBytes.source(bytes)).section("part", 2, part);
        return part;
    }

    @Test
    void shouldReadWhatWasWritten() {
        for (final int step : new int[] {1, 3, 500, RECORDS}) {
            final Part part = new Part().fill(RECORDS - 1, step);
            assertThat(read(write(part, 1)).sum()).isEqualTo(part.sum());
        }
    }

    @Test
    void shouldTakeNoRoomForMemoryThatIsZero() {
        assertThat(write(new Part().fill(RECORDS, RECORDS), 1)).hasSizeLessThan(5_000);
    }

    @Test
    void shouldNoticeEveryBitThatFlipped() {
        final byte[] bytes = write(new Part().fill(40, 7), 1);
        for (int bit = 0; bit < bytes.length * 8; bit++) {
            final byte[] damaged = bytes.clone();
            damaged[bit / 8] ^= (byte) (1 << bit % 8);
            // Bytes that nothing is told by are the padding of the begin and the end.
            final boolean isPadding = bit / 32 * 4 == StateFrames.BEGIN_CRC + 4 || bit / 32 * 4 == bytes.length - 4;
            if (!isPadding) {
                assertThatThrownBy(() -> read(damaged)).as("bit " + bit).isInstanceOf(StateFormatException.class);
            }
        }
    }

    @Test
    void shouldNoticeEveryCut() {
        final byte[] bytes = write(new Part().fill(40, 7), 1);
        for (int length = 0; length < bytes.length; length++) {
            final byte[] cut = Arrays.copyOf(bytes, length);
            assertThatThrownBy(() -> read(cut)).as("cut to " + length).isInstanceOf(StateFormatException.class);
        }
    }

    @Test
    void shouldNoticeFramesThatAreMissingOrChangedPlaces() {
        final byte[] bytes = write(new Part().fill(RECORDS, 1), 1);
        final int first = StateFrames.BEGIN_LENGTH;
        final int frame = StateFrames.FRAME_BYTES;
        final byte[] without = new byte[bytes.length - frame];
        System.arraycopy(bytes, 0, without, 0, first);
        System.arraycopy(bytes, first + frame, without, first, without.length - first);
        assertThatThrownBy(() -> read(without)).isInstanceOf(StateFormatException.class).hasMessageContaining("frame 0");
        final byte[] changed = bytes.clone();
        System.arraycopy(bytes, first, changed, first + frame, frame);
        System.arraycopy(bytes, first + frame, changed, first, frame);
        assertThatThrownBy(() -> read(changed)).isInstanceOf(StateFormatException.class);
    }

    @Test
    void shouldRefuseVersionThatIsNewerAndSectionThatIsAnother() {
        assertThatThrownBy(() -> read(write(new Part(), 3))).isInstanceOf(StateFormatException.class)
            .hasMessage("section part has version 3; this program knows versions 1 to 2");
        assertThatThrownBy(() -> new StateReader(ImageBytes.source(write(new Part(), 1))).section("other", 1, new Part()))
            .isInstanceOf(StateFormatException.class).hasMessage("section other is expected, section part is there");
    }

    @Test
    void shouldRefuseNumbersBeyondTheirBounds() {
        final Part part = new Part();
        part.count = RECORDS + 1;
        assertThatThrownBy(() -> write(part, 1)).isInstanceOf(StateFormatException.class);
    }
}
