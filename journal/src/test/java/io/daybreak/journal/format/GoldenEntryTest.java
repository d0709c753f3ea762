package io.daybreak.journal.format;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;

import io.daybreak.journal.RecordingTarget;
import org.agrona.BufferUtil;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/** Entries of format version 1, byte for byte: what is written now must be readable by every later version. */
class GoldenEntryTest {
    private static final String GOLDEN = ""
        + "44424a450100000003000000000000002a00000000000000e8030000000000000400000098000000154d2f63fd1ee918020000000000000088776655"
        + "44332211de03000000000000282b68a56cf07956352f81a8ff5095fb2c21440651a83cdb8f89c3805cfdff41010b9c01010709cdab08070605040302"
        + "0111a18d06e2091f1fc8060204085bd8043412ffffffffffffffff12a28d06ffffffffffffffffff011100000500000000000000feffffffffffffff"
        + "000000000000000003c0cf24680000000900000000000000014d81650100281ffe01020304050607ff08090a0b0c0d0e0fff1011121314151617ff18"
        + "191a1b1c1d1e1fff2021222324252627e35c9d43";
    private static final long TIMESTAMP_NS = 1_795_000_000_123_456_789L;

    private final ByteBuffer memory = ByteBuffer.allocateDirect(4096).alignedSlice(8);
    private final long entry = BufferUtil.address(memory);

    private final UnsafeBuffer command = new UnsafeBuffer(new byte[96]);
    private final RecordingTarget expected = new RecordingTarget();

    @Test
    void shouldWriteVersion1() {
        final int length = writeEntry();
        final byte[] bytes = new byte[length];
        memory.limit(length).position(0);
        memory.get(bytes);
        assertThat(HexFormat.of().formatHex(bytes)).isEqualTo(GOLDEN);
    }

    @Test
    void shouldReadVersion1() {
        writeEntry();
        final byte[] bytes = HexFormat.of().parseHex(GOLDEN);
        memory.clear();
        memory.put(new byte[memory.capacity()]).clear();
        memory.put(bytes);
        assertThat(EntryHeader.lengthIfPlausible(entry, bytes.length)).isEqualTo(bytes.length);
        assertThat(EntryHeader.incarnation(entry)).isEqualTo(3);
        assertThat(EntryHeader.entryNumber(entry)).isEqualTo(42);
        assertThat(EntryHeader.firstSequence(entry)).isEqualTo(1_000);
        assertThat(EntryHeader.lastSequence(entry)).isEqualTo(1_003);
        assertThat(EntryHeader.timestampNs(entry)).isEqualTo(TIMESTAMP_NS);
        assertThat(EntryHeader.epoch(entry)).isEqualTo(2);
        assertThat(EntryHeader.stateDigest(entry)).isEqualTo(0x1122_3344_5566_7788L);
        assertThat(EntryHeader.durableSequence(entry)).isEqualTo(990);
        final EntrySeal seal = new EntrySeal();
        assertThat(seal.isChecksumGood(memory, 0, entry)).isTrue();
        assertThat(seal.acceptNext(memory, 0, entry)).isTrue();
        final RecordingTarget actual = new RecordingTarget();
        new CommandUnpacker().replay(entry, actual);
        assertThat(actual.lines).isEqualTo(expected.lines);
    }

    @Test
    void shouldNoticeEveryChangedBit() {
        final int length = writeEntry();
        final EntrySeal seal = new EntrySeal();
        for (int bit = 0; bit < length * 8; bit++) {
            memory.put(bit / 8, (byte) (memory.get(bit / 8) ^ 1 << bit % 8));
            memory.limit(memory.capacity());
            final boolean readable = EntryHeader.lengthIfPlausible(entry, length) == length && seal.isChecksumGood(memory, 0, entry);
            assertThat(readable).as("bit %d", bit).isFalse();
            memory.limit(memory.capacity());
            memory.put(bit / 8, (byte) (memory.get(bit / 8) ^ 1 << bit % 8));
        }
        assertThat(seal.isChecksumGood(memory, 0, entry)).isTrue();
    }

    /** An ordinary transfer, one with every field, a repeat of its accounts, an account. */
    private int writeEntry() {
        memory.clear();
        final CommandPacker packer = new CommandPacker();
        packer.beginEntry(TIMESTAMP_NS);
        EntryHeader.begin(entry, 3, 42, 1_000, TIMESTAMP_NS, 2, false);
        expected.onEntry(1_000, 4, TIMESTAMP_NS);
        long at = entry + EntryHeader.LENGTH;
        transfer(TIMESTAMP_NS / 1_000_000 - 5 << 16 | 0xABCD, 0x0102_0304_0506_0708L, 17, 100_001, 12_50, 0, 0, 0, 0, 0, 156, 1, 0);
        at = pack(packer, at, 100, 7, 96, 0);
        transfer(TIMESTAMP_NS / 1_000_000 + 300 << 16 | 0x1234, -1, 18, 100_002, -1, TIMESTAMP_NS / 1_000_000 - 9 << 16, 5, -2, 3, 600_000, 840,
            2, 4);
        at = pack(packer, at, 100, 8, 96, 91);
        transfer(TIMESTAMP_NS / 1_000_000 << 16, 9, 18, 100_002, 1, 0, 0, 0, 77, 0, 840, 2, 4);
        at = pack(packer, at, 100, 8, 96, 91);
        for (int i = 0; i < 40; i++) {
            command.putByte(i, (byte) i);
        }
        at = pack(packer, at, 101, 1, 40, 0);
        EntryHeader.end(entry, 4, (int) (at - entry) - EntryHeader.LENGTH, 0x1122_3344_5566_7788L);
        expected.onEntryEnd(0x1122_3344_5566_7788L);
        EntryHeader.durableSequence(entry, 990);
        new EntrySeal().seal(memory, 0, entry);
        memory.clear();
        return EntryHeader.length(entry);
    }

    private long pack(final CommandPacker packer, final long at, final int template, final int participant, final int length, final int result) {
        expected.onCommand(template, participant, command, 0, length, result);
        return packer.pack(at, template, participant, command, 0, length, result);
    }

    private void transfer(final long idHi, final long idLo, final long debit, final long credit, final long amount, final long pendingHi,
                          final long pendingLo, final long user128, final long user64, final int timeoutMs, final int ledger, final int code,
                          final int flags) {
        final ByteOrder order = ByteOrder.LITTLE_ENDIAN;
        command.setMemory(0, 96, (byte) 0);
        command.putLong(0, idHi, order);
        command.putLong(8, idLo, order);
        command.putLong(16, debit, order);
        command.putLong(24, credit, order);
        command.putLong(32, amount, order);
        command.putLong(40, pendingHi, order);
        command.putLong(48, pendingLo, order);
        command.putLong(56, user128, order);
        command.putLong(72, user64, order);
        command.putInt(80, timeoutMs, order);
        command.putInt(84, ledger, order);
        command.putShort(88, (short) code, order);
        command.putShort(90, (short) flags, order);
    }
}
