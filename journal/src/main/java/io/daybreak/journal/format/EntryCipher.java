package io.daybreak.journal.format;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

import org.agrona.BufferUtil;
import org.agrona.UnsafeApi;

import io.daybreak.journal.ForgedEntryException;
import io.daybreak.journal.cipher.AesGcm;
import io.daybreak.journal.cipher.JournalKey;
import io.daybreak.journal.cipher.Keyring;

/**
 * Encrypts payloads of entries, and opens them.
 * <pre>
 *   payload as stored, with flag 0 of the entry:
 *      0  int32    id of the key
 *      4  int32    check of the key
 *      8  byte[16] salt of the run that encrypted
 *     24  the payload, AES-256-GCM under the key of that run; nonce: entry number (8, little endian), four zeros
 *      n  byte[16] tag, over bytes 0..71 of the entry's header, bytes 0..23 of this, and the ciphertext
 * </pre>
 * Rule: docs/journal-format.md, "Encryption". A run is one opening of a journal; within it an entry's number is given once, so no nonce comes twice,
 * and another run, also one that writes an entry of that number anew behind a cut, has another key. Everything that recovery, chain and followers need
 * stays readable and is authenticated. One thread; allocates nothing but for the first entry of a run, and for a larger entry than all before.
 */
public final class EntryCipher {
    /** Bytes in front of the ciphertext. */
    public static final int LEAD = 8 + JournalKey.SALT_LENGTH;
    /** Bytes behind it. */
    public static final int TAIL = AesGcm.TAG_LENGTH;
    /** What encryption adds to an entry. */
    public static final int OVERHEAD = LEAD + TAIL;

    private static final String USE = "daybreak journal entries";
    private static final int CHECK_OFFSET = 4;
    private static final int SALT_OFFSET = 8;
    private static final int HEADER_BYTES = EntryHeader.CHAIN_HASH_OFFSET;
    private static final int LEAST_TEXT = 64 << 10;

    private final Keyring keys;
    private final ByteBuffer known = ByteBuffer.allocateDirect(HEADER_BYTES + LEAD).order(ByteOrder.LITTLE_ENDIAN);
    private final long knownAddress = BufferUtil.address(known);
    private AesGcm cipher;
    /** Of the run that {@link #cipher} is for. */
    private int id;
    private int check;
    private long saltFirst;
    private long saltSecond;
    private ByteBuffer text;
    private long textAddress;
    private int textLength;

    private EntryCipher(final Keyring keys) {
        this.keys = keys;
    }

    /** For a new run, under the ring's newest key. */
    public static EntryCipher ofNewRun(final Keyring keys) {
        final EntryCipher made = new EntryCipher(keys);
        final byte[] salt = Keyring.newSalt();
        final ByteBuffer words = ByteBuffer.wrap(salt).order(ByteOrder.LITTLE_ENDIAN);
        made.run(keys.current(), words.getLong(0), words.getLong(Long.BYTES), salt);
        return made;
    }

    /** For reading entries of any runs. */
    public static EntryCipher ofReader(final Keyring keys) {
        return new EntryCipher(keys);
    }

    private void run(final JournalKey key, final long first, final long second, final byte[] salt) {
        final byte[] derived = key.derive(USE, salt);
        cipher = new AesGcm(derived);
        Arrays.fill(derived, (byte) 0);
        id = key.id();
        check = key.check();
        saltFirst = first;
        saltSecond = second;
    }

    /** Encrypts an entry that is complete but for chain hash and checksum; its payload lies behind {@link #LEAD}, with room for {@link #TAIL}. */
    public void seal(final long entry) {
        final long payload = entry + EntryHeader.LENGTH;
        UnsafeApi.putInt(payload, id);
        UnsafeApi.putInt(payload + CHECK_OFFSET, check);
        UnsafeApi.putLong(payload + SALT_OFFSET, saltFirst);
        UnsafeApi.putLong(payload + SALT_OFFSET + Long.BYTES, saltSecond);
        final int length = EntryHeader.payloadLength(entry) - OVERHEAD;
        gatherKnown(entry);
        cipher.seal(EntryHeader.entryNumber(entry), knownAddress, HEADER_BYTES + LEAD, payload + LEAD, length, payload + LEAD + length);
    }

    /**
     * Opens an encrypted entry, which stays as it is.
     *
     * @return address of its payload, {@link #textLength} bytes; valid until the next call
     * @throws io.daybreak.journal.JournalKeyException if its key is missing or another one
     * @throws ForgedEntryException                    if it does not open
     */
    public long open(final long entry) {
        final long payload = entry + EntryHeader.LENGTH;
        final int length = EntryHeader.payloadLength(entry) - OVERHEAD;
        if (length < 0) {
            throw forged(entry);
        }
        begin(payload, entry);
        if (text == null || text.capacity() < length) {
            if (text != null) {
                BufferUtil.free(text);
            }
            text = ByteBuffer.allocateDirect(Math.max(LEAST_TEXT, Integer.highestOneBit(length) << 1));
            textAddress = BufferUtil.address(text);
        }
        gatherKnown(entry);
        if (!cipher.open(EntryHeader.entryNumber(entry), knownAddress, HEADER_BYTES + LEAD, payload + LEAD, length, payload + LEAD + length,
            textAddress)) {
            throw forged(entry);
        }
        textLength = length;
        return textAddress;
    }

    /** Bytes of what was opened last. */
    public int textLength() {
        return textLength;
    }

    private static ForgedEntryException forged(final long entry) {
        return new ForgedEntryException(EntryHeader.entryNumber(entry), EntryHeader.firstSequence(entry));
    }

    private void begin(final long payload, final long entry) {
        final int wantedId = UnsafeApi.getInt(payload);
        final int wantedCheck = UnsafeApi.getInt(payload + CHECK_OFFSET);
        final long first = UnsafeApi.getLong(payload + SALT_OFFSET);
        final long second = UnsafeApi.getLong(payload + SALT_OFFSET + Long.BYTES);
        if (cipher != null && wantedId == id && wantedCheck == check && first == saltFirst && second == saltSecond) {
            return;
        }
        final JournalKey key = keys.find(wantedId, wantedCheck, "entry " + EntryHeader.entryNumber(entry) + " of the journal");
        run(key, first, second, ByteBuffer.allocate(JournalKey.SALT_LENGTH).order(ByteOrder.LITTLE_ENDIAN).putLong(first).putLong(second).array());
    }

    private void gatherKnown(final long entry) {
        UnsafeApi.copyMemory(entry, knownAddress, HEADER_BYTES);
        UnsafeApi.copyMemory(entry + EntryHeader.LENGTH, knownAddress + HEADER_BYTES, LEAD);
    }
}
