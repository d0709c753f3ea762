package io.daybreak.journal.format;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.SplittableRandom;

import io.daybreak.journal.Commands;
import io.daybreak.journal.RecordingTarget;
import org.agrona.BufferUtil;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/** What is packed unpacks to the very same bytes, whatever they are. */
class CommandPackerPropertyTest {
    private static final int ROUNDS = 3_000;

    private final ByteBuffer memory = ByteBuffer.allocateDirect(1 << 16).alignedSlice(8);
    private final long entry = BufferUtil.address(memory);
    private final UnsafeBuffer command = new UnsafeBuffer(new byte[512]);
    /** What payments of one acquirer look like: most bytes as in the one before. */
    private final UnsafeBuffer payment = new UnsafeBuffer(new byte[512]);
    private final CommandPacker packer = new CommandPacker();

    @Test
    void shouldUnpackWhatWasPacked() {
        final long seed = System.nanoTime();
        final SplittableRandom random = new SplittableRandom(seed);
        for (int round = 0; round < ROUNDS; round++) {
            final long timestampNs = random.nextInt(3) == 0 ? random.nextLong() : 1_790_000_000_000_000_000L + random.nextLong(1L << 50);
            final int count = random.nextInt(60);
            final RecordingTarget expected = new RecordingTarget();
            final RecordingTarget actual = new RecordingTarget();
            EntryHeader.begin(entry, 1, 1, 17, timestampNs, 1, false);
            packer.beginEntry(timestampNs);
            expected.onEntry(17, count, timestampNs);
            long at = entry + EntryHeader.LENGTH;
            for (int i = 0; i < count; i++) {
                at = addAny(at, random, timestampNs, expected);
            }
            expected.onEntryEnd(round);
            EntryHeader.end(entry, count, (int) (at - entry) - EntryHeader.LENGTH, round);
            new CommandUnpacker().replay(entry, actual);
            assertThat(actual.lines).as("seed %d round %d", seed, round).isEqualTo(expected.lines);
        }
    }

    private long addAny(final long at, final SplittableRandom random, final long timestampNs, final RecordingTarget expected) {
        int template = Commands.TRANSFER;
        int length = Commands.TRANSFER_LENGTH;
        switch (random.nextInt(6)) {
            case 2 -> {
                template = 104 + random.nextInt(12);
                length = 8 * (4 + random.nextInt(61));
                for (int i = random.nextInt(40); i > 0; i--) {
                    payment.putByte(random.nextInt(length), (byte) random.nextInt(4));
                }
                command.putBytes(0, payment, 0, length);
            }
            case 0 -> Commands.anyTransfer(command, 0, random);
            case 1 -> {
                template = random.nextInt(3) == 0 ? Commands.TRANSFER : random.nextInt(1 << 16);
                length = random.nextInt(200);
                for (int i = 0; i < length; i++) {
                    command.putByte(i, (byte) random.nextInt());
                }
            }
            default -> Commands.ordinaryTransfer(command, 0, random, timestampNs / 1_000_000);
        }
        final int participant = random.nextInt(5) == 0 ? random.nextInt() : 7;
        final int result = random.nextInt(5) == 0 ? random.nextInt(1 << 16) : 0;
        expected.onCommand(template, participant, command, 0, length, result);
        final long end = packer.pack(at, template, participant, command, 0, length, result);
        assertThat(end - at).isLessThanOrEqualTo(CommandPacker.maxLength(length));
        return end;
    }

    @Test
    void shouldPackTheLargestBodyWithinTheBound() {
        packer.beginEntry(0);
        for (int length = 0; length <= 512; length++) {
            command.setMemory(0, 512, (byte) ~length);
            final long end = packer.pack(entry, -1, -1, command, 0, length, -1);
            assertThat(end - entry).as("length %d", length).isLessThanOrEqualTo(CommandPacker.maxLength(length));
        }
    }

    @Test
    void shouldPackASimilarPaymentInLessThanAThirdOfItsBytes() {
        final SplittableRandom random = new SplittableRandom(1);
        packer.beginEntry(1_790_000_000_000_000_000L);
        long at = entry;
        for (int i = 0; i < 100; i++) {
            for (int varying = 0; varying < 48; varying++) {
                command.putByte(varying, (byte) random.nextInt());
            }
            at = packer.pack(at, 104, 7, command, 0, 264, 0);
        }
        assertThat((at - entry) / 100.0).isLessThan(264 / 3.0);
    }

    @Test
    void shouldPackTheLargestTransferWithinTheBound() {
        for (int at = 0; at < Commands.TRANSFER_LENGTH; at++) {
            command.putByte(at, (byte) 0xFF);
        }
        command.putInt(92, 0);
        packer.beginEntry(Long.MIN_VALUE);
        final long end = packer.pack(entry, Commands.TRANSFER, -1, command, 0, Commands.TRANSFER_LENGTH, -1);
        assertThat(end - entry).isLessThanOrEqualTo(CommandPacker.MAX_PACKED_TRANSFER);
    }

    @Test
    void shouldPackAnOrdinaryTransferInLessThanThirtyBytes() {
        final SplittableRandom random = new SplittableRandom(1);
        packer.beginEntry(1_790_000_000_000_000_000L);
        long at = entry;
        for (int i = 0; i < 1_000; i++) {
            Commands.ordinaryTransfer(command, 0, random, 1_790_000_000_000L);
            at = packer.pack(at, Commands.TRANSFER, 7, command, 0, Commands.TRANSFER_LENGTH, 0);
        }
        assertThat((at - entry) / 1_000.0).isLessThan(30);
    }
}
