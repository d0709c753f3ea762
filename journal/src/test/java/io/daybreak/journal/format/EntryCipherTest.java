package io.daybreak.journal.format;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import io.daybreak.journal.EncryptedByDefault;
import io.daybreak.journal.ForgedEntryException;
import io.daybreak.journal.JournalException;
import io.daybreak.journal.cipher.JournalKey;
import io.daybreak.journal.cipher.Keyring;
import org.agrona.BufferUtil;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** An encrypted entry: where its parts lie, and that no bit of it that is not for the chain can change unnoticed. */
class EntryCipherTest {
    private static final byte[] PAYLOAD = "nobody's business".getBytes(java.nio.charset.StandardCharsets.US_ASCII);

    private final ByteBuffer memory = ByteBuffer.allocateDirect(512).order(ByteOrder.LITTLE_ENDIAN);
    private final long entry = BufferUtil.address(memory);

    private int seal(final EntryCipher cipher, final long number) {
        EntryHeader.begin(entry, 3, number, 1_000, 1_790_000_000_000_000_000L, 2, true);
        memory.position(EntryHeader.LENGTH + EntryCipher.LEAD).put(PAYLOAD);
        EntryHeader.end(entry, 1, EntryCipher.OVERHEAD + PAYLOAD.length, 77);
        EntryHeader.durableSequence(entry, 999);
        cipher.seal(entry);
        return EntryHeader.LENGTH + EntryHeader.payloadLength(entry);
    }

    @Test
    void shouldLieWhereTheDocumentSays() {
        final Keyring keys = EncryptedByDefault.ring(5);
        final int length = seal(EntryCipher.ofNewRun(keys), 42);
        assertThat(EntryHeader.isEncrypted(entry)).isTrue();
        assertThat(memory.getShort(6)).isEqualTo((short) 1);
        assertThat(length).isEqualTo(EntryHeader.LENGTH + 24 + PAYLOAD.length + 16);
        assertThat(memory.getInt(EntryHeader.LENGTH)).isEqualTo(5);
        assertThat(memory.getInt(EntryHeader.LENGTH + 4)).isEqualTo(keys.current().check());
        final EntryCipher reader = EntryCipher.ofReader(keys);
        final long text = reader.open(entry);
        final byte[] opened = new byte[reader.textLength()];
        for (int i = 0; i < opened.length; i++) {
            opened[i] = org.agrona.UnsafeApi.getByte(text + i);
        }
        assertThat(opened).isEqualTo(PAYLOAD);
    }

    @Test
    void shouldNoticeEachFlippedBit() {
        final EntryCipher reader = EntryCipher.ofReader(EncryptedByDefault.ring(5));
        final int length = seal(EntryCipher.ofNewRun(EncryptedByDefault.ring(5)), 42);
        for (int bit = 0; bit < length * 8; bit++) {
            final int at = bit / 8;
            if (at >= EntryHeader.CHAIN_HASH_OFFSET && at < EntryHeader.LENGTH) {
                // The chain hash is made of all the rest, and proves itself.
                continue;
            }
            memory.put(at, (byte) (memory.get(at) ^ 1 << bit % 8));
            final int place = bit;
            if (EntryHeader.payloadLength(entry) >= 0 && EntryHeader.payloadLength(entry) <= memory.capacity() - EntryHeader.LENGTH) {
                assertThatThrownBy(() -> reader.open(entry)).as("bit " + place).isInstanceOf(JournalException.class);
            }
            memory.put(at, (byte) (memory.get(at) ^ 1 << bit % 8));
        }
        reader.open(entry);
    }

    @Test
    void shouldNotTakeTheEntryOfAnotherPlaceOrRun() {
        final Keyring keys = EncryptedByDefault.ring(5);
        seal(EntryCipher.ofNewRun(keys), 42);
        memory.putLong(16, 43);
        assertThatThrownBy(() -> EntryCipher.ofReader(keys).open(entry)).isInstanceOf(ForgedEntryException.class).hasMessageContaining("entry 43");
        memory.putLong(16, 42);
        EntryCipher.ofReader(keys).open(entry);
        memory.put(EntryHeader.LENGTH + 8, (byte) (memory.get(EntryHeader.LENGTH + 8) + 1));
        assertThatThrownBy(() -> EntryCipher.ofReader(keys).open(entry)).isInstanceOf(ForgedEntryException.class);
    }

    @Test
    void shouldDrawAnotherKeyForEachRun() {
        final Set<String> seen = new HashSet<>();
        for (int run = 0; run < 200; run++) {
            final int length = seal(EntryCipher.ofNewRun(EncryptedByDefault.ring(5)), 42);
            final byte[] stored = new byte[length];
            memory.get(0, stored);
            seen.add(java.util.HexFormat.of().formatHex(stored, EntryHeader.LENGTH + EntryCipher.LEAD, length));
        }
        assertThat(seen).hasSize(200);
    }

    @Test
    void shouldRefuseRingsThatAreNone() {
        final JournalKey key = EncryptedByDefault.key(1, 1);
        assertThatThrownBy(() -> Keyring.of(List.of(key, EncryptedByDefault.key(1, 2)), true)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new JournalKey(0, new byte[32])).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new JournalKey(1, new byte[16])).isInstanceOf(IllegalArgumentException.class);
        assertThat(EncryptedByDefault.ring(1, 2)).hasToString("[journal key 1, journal key 2]");
        assertThat(Keyring.of(List.of(), true).encrypts()).isFalse();
    }
}
