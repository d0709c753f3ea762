package io.daybreak.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Frames come out as they went in, wherever the network cuts them. */
class FrameReaderTest {
    private static final int MAX_FRAME = 20_000;

    private static ByteBuf wire(final List<byte[]> frames) {
        final ByteBuf wire = Unpooled.directBuffer();
        for (final byte[] frame : frames) {
            wire.writeIntLE(frame.length).writeBytes(frame);
        }
        return wire;
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void shouldCutFramesWhereverTheReadsEnd(final long seed) {
        final Random random = new Random(seed);
        final List<byte[]> sent = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            final byte[] frame = new byte[random.nextInt(20) == 0 ? 8 + random.nextInt(MAX_FRAME - 8) : 8 + random.nextInt(200)];
            random.nextBytes(frame);
            sent.add(frame);
        }
        sent.add(new byte[MAX_FRAME]);
        final List<byte[]> received = new ArrayList<>();
        final FrameReader reader = new FrameReader(MAX_FRAME, (buffer, offset, length) -> {
            final byte[] frame = new byte[length];
            buffer.getBytes(offset, frame);
            received.add(frame);
            return true;
        });
        final ByteBuf wire = wire(sent);
        while (wire.isReadable()) {
            final int bound = random.nextInt(3) == 0 ? 5 : 5_000;
            final ByteBuf part = wire.readSlice(Math.min(wire.readableBytes(), 1 + random.nextInt(bound)));
            // Heap and direct memory, as the transports deliver.
            assertThat(reader.read(random.nextBoolean() ? part : Unpooled.copiedBuffer(part))).as("seed %d", seed).isTrue();
        }
        assertThat(received).as("seed %d", seed).hasSameSizeAs(sent);
        for (int i = 0; i < sent.size(); i++) {
            assertThat(received.get(i)).as("seed %d, frame %d", seed, i).isEqualTo(sent.get(i));
        }
        wire.release();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 7, -1, Integer.MIN_VALUE, MAX_FRAME + 1, Integer.MAX_VALUE})
    void shouldStopAtALengthOutOfBounds(final int length) {
        final ByteBuf whole = Unpooled.directBuffer().writeIntLE(length).writeLong(0);
        assertThat(new FrameReader(MAX_FRAME, (buffer, offset, count) -> true).read(whole)).isFalse();
        // The same when the prefix itself is cut in two.
        final FrameReader reader = new FrameReader(MAX_FRAME, (buffer, offset, count) -> true);
        assertThat(reader.read(whole.slice(0, 2))).isTrue();
        assertThat(reader.read(whole.slice(2, 10))).isFalse();
        whole.release();
    }

    @Test
    void shouldStopWhenTheHandlerSaysSo() {
        final List<Integer> seen = new ArrayList<>();
        final FrameReader reader = new FrameReader(MAX_FRAME, (buffer, offset, length) -> {
            seen.add(length);
            return seen.size() < 2;
        });
        final ByteBuf wire = wire(List.of(new byte[8], new byte[9], new byte[10]));
        assertThat(reader.read(wire)).isFalse();
        assertThat(seen).containsExactly(8, 9);
        wire.release();
    }
}
