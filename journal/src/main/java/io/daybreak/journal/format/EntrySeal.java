package io.daybreak.journal.format;

import java.nio.ByteBuffer;
import java.security.DigestException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.zip.CRC32C;

import org.agrona.UnsafeApi;

/**
 * Chain hash and checksum of entries, computed when an entry is sealed and again when it is read.
 * <p>
 * Rule: docs/journal-format.md, "Chain hash" and "Checksum". Remembers the chain hash of the last entry that was sealed
 * or accepted; before the first entry it is 32 zero bytes. Allocates nothing after construction. Not thread safe: one
 * for the durability thread, one for each reader.
 */
public final class EntrySeal {
    private final MessageDigest sha256;
    private final CRC32C crc32c = new CRC32C();
    private final byte[] chainHash = new byte[EntryHeader.CHAIN_HASH_LENGTH];
    private final byte[] computed = new byte[EntryHeader.CHAIN_HASH_LENGTH];

    /** Starts before the first entry of a journal. */
    public EntrySeal() {
        try {
            sha256 = MessageDigest.getInstance("SHA-256");
        } catch (final NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** Continues behind the entry whose chain hash is given. */
    public void chainHash(final byte[] hash) {
        System.arraycopy(hash, 0, chainHash, 0, chainHash.length);
    }

    /** A copy of the chain hash of the last entry. */
    public byte[] chainHash() {
        return chainHash.clone();
    }

    /**
     * Completes an entry: chain hash, then checksum. All other fields are set already.
     *
     * @param view    a view whose memory holds the entry; its position and limit are changed
     * @param index   where in the view the entry begins
     * @param address the same place as a raw address
     */
    public void seal(final ByteBuffer view, final int index, final long address) {
        final int payloadLength = EntryHeader.payloadLength(address);
        hash(view, index, payloadLength);
        for (int i = 0; i < EntryHeader.CHAIN_HASH_LENGTH; i++) {
            UnsafeApi.putByte(address + EntryHeader.CHAIN_HASH_OFFSET + i, computed[i]);
        }
        System.arraycopy(computed, 0, chainHash, 0, chainHash.length);
        final int covered = EntryHeader.LENGTH + payloadLength;
        UnsafeApi.putInt(address + covered, checksum(view, index, covered));
    }

    /** Takes an entry that somebody else sealed, and that was proved when it came, for the last one. */
    public void accept(final long address) {
        for (int i = 0; i < chainHash.length; i++) {
            chainHash[i] = UnsafeApi.getByte(address + EntryHeader.CHAIN_HASH_OFFSET + i);
        }
    }

    /** Whether the checksum of an entry with a plausible length is right. */
    public boolean isChecksumGood(final ByteBuffer view, final int index, final long address) {
        final int covered = EntryHeader.LENGTH + EntryHeader.payloadLength(address);
        return checksum(view, index, covered) == UnsafeApi.getInt(address + covered);
    }

    /** Whether the entry continues the chain; if so, it becomes the last one. */
    public boolean acceptNext(final ByteBuffer view, final int index, final long address) {
        hash(view, index, EntryHeader.payloadLength(address));
        for (int i = 0; i < EntryHeader.CHAIN_HASH_LENGTH; i++) {
            if (UnsafeApi.getByte(address + EntryHeader.CHAIN_HASH_OFFSET + i) != computed[i]) {
                return false;
            }
        }
        System.arraycopy(computed, 0, chainHash, 0, chainHash.length);
        return true;
    }

    /** CRC32C over a part of the view. */
    public int checksum(final ByteBuffer view, final int index, final int length) {
        crc32c.reset();
        view.limit(index + length).position(index);
        crc32c.update(view);
        return (int) crc32c.getValue();
    }

    private void hash(final ByteBuffer view, final int index, final int payloadLength) {
        sha256.update(chainHash);
        view.limit(index + EntryHeader.CHAIN_HASH_OFFSET).position(index);
        sha256.update(view);
        view.limit(index + EntryHeader.LENGTH + payloadLength).position(index + EntryHeader.LENGTH);
        sha256.update(view);
        try {
            sha256.digest(computed, 0, computed.length);
        } catch (final DigestException e) {
            throw new IllegalStateException("32 bytes hold a SHA-256", e);
        }
    }

    @Override
    public String toString() {
        return "EntrySeal" + Arrays.toString(chainHash);
    }
}
