package io.daybreak.journal.format;

import java.nio.ByteBuffer;

import io.daybreak.journal.cipher.Keyring;
import io.daybreak.port.ReplayTarget;
import org.agrona.UnsafeApi;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Unpacks the payload of an entry to the very bytes that were applied, and hands them to a {@link ReplayTarget}.
 * <p>
 * Rule: docs/journal-format.md, "Payload". The twin of {@link CommandPacker}. The payload has passed its checksum; still every read is kept
 * within it, so that a defect ends in an exception and not in foreign memory. Not thread safe.
 */
public final class CommandUnpacker {
    private final UnsafeBuffer transfer;
    private final long transferAddress;
    private final UnsafeBuffer raw = new UnsafeBuffer(0, 0);

    private final SparseBody sparse = new SparseBody();
    private final EntryCipher cipher;
    private long entryTimeMs;
    private long at;
    private long end;

    /** Opens what is encrypted with the keys of the process. */
    public CommandUnpacker() {
        this(Keyring.ofProcess());
    }

    /** Opens what is encrypted with these keys. */
    public CommandUnpacker(final Keyring keys) {
        cipher = EntryCipher.ofReader(keys);
        transfer = new UnsafeBuffer(ByteBuffer.allocateDirect(CommandPacker.TRANSFER_LENGTH));
        transferAddress = transfer.addressOffset();
    }

    /**
     * Replays one entry: {@code onEntry}, its commands, {@code onEntryEnd}.
     *
     * @throws io.daybreak.journal.JournalKeyException  if it is encrypted and its key is missing or another one
     * @throws io.daybreak.journal.ForgedEntryException if it is encrypted and does not open
     * @throws IllegalStateException if the payload does not hold exactly the commands that the header tells of
     */
    public void replay(final long entry, final ReplayTarget target) {
        final int count = EntryHeader.count(entry);
        final long timestampNs = EntryHeader.timestampNs(entry);
        // Before the target hears of it: what cannot be opened was not there.
        if (EntryHeader.isEncrypted(entry)) {
            at = cipher.open(entry);
            end = at + cipher.textLength();
        } else {
            at = entry + EntryHeader.LENGTH;
            end = at + EntryHeader.payloadLength(entry);
        }
        target.onEntry(EntryHeader.firstSequence(entry), count, timestampNs);
        entryTimeMs = timestampNs / 1_000_000L;
        sparse.beginEntry();

        long debitAccountId = 0;
        long creditAccountId = 0;
        int ledger = 0;
        int code = 0;
        int flags = 0;
        int participantId = 0;
        int result = 0;
        for (int i = 0; i < count; i++) {
            final int present = next() & 0xFF;
            if ((present & CommandPacker.RAW) != 0) {
                unpackRaw(present, target);
                continue;
            }
            if ((present & CommandPacker.CONTEXT) != 0) {
                final int changed = next();
                if ((changed & CommandPacker.LEDGER_CHANGED) != 0) {
                    ledger = (int) nextVarint();
                }
                if ((changed & CommandPacker.CODE_CHANGED) != 0) {
                    code = (int) nextVarint();
                }
                if ((changed & CommandPacker.FLAGS_CHANGED) != 0) {
                    flags = (int) nextVarint();
                }
                if ((changed & CommandPacker.PARTICIPANT_CHANGED) != 0) {
                    participantId = (int) nextVarint();
                }
                if ((changed & CommandPacker.RESULT_CHANGED) != 0) {
                    result = (int) nextVarint();
                }
            }
            nextId(CommandPacker.ID_HI);
            if ((present & CommandPacker.SAME_DEBIT) == 0) {
                debitAccountId = nextVarint();
            }
            if ((present & CommandPacker.SAME_CREDIT) == 0) {
                creditAccountId = nextVarint();
            }
            final long amountMinor = nextVarint();
            if ((present & CommandPacker.PENDING_ID) != 0) {
                nextId(CommandPacker.PENDING_ID_HI);
            } else {
                put(CommandPacker.PENDING_ID_HI, 0);
                put(CommandPacker.PENDING_ID_LO, 0);
            }
            final boolean hasUserData = (present & CommandPacker.USER_DATA_128) != 0;
            put(CommandPacker.USER_DATA_128_HI, hasUserData ? nextLong() : 0);
            put(CommandPacker.USER_DATA_128_LO, hasUserData ? nextLong() : 0);
            put(CommandPacker.USER_DATA_64_OFFSET, (present & CommandPacker.USER_DATA_64) != 0 ? nextVarint() : 0);
            final long timeoutMs = (present & CommandPacker.TIMEOUT) != 0 ? nextVarint() : 0;
            put(CommandPacker.DEBIT_ACCOUNT, debitAccountId);
            put(CommandPacker.CREDIT_ACCOUNT, creditAccountId);
            put(CommandPacker.AMOUNT, amountMinor);
            put(CommandPacker.TIMEOUT_MS, timeoutMs & 0xFFFF_FFFFL | (long) ledger << 32);
            put(CommandPacker.CODE, code & 0xFFFFL | (flags & 0xFFFFL) << 16);
            target.onCommand(CommandPacker.TRANSFER_TEMPLATE_ID, participantId, transfer, 0, CommandPacker.TRANSFER_LENGTH, result);
        }
        if (at != end) {
            throw new IllegalStateException("payload of entry " + EntryHeader.entryNumber(entry) + " has " + (end - at)
                + " bytes behind its last command");
        }
        target.onEntryEnd(EntryHeader.stateDigest(entry));
    }

    private void unpackRaw(final int present, final ReplayTarget target) {
        if (present != CommandPacker.RAW && present != CommandPacker.SPARSE) {
            throw new IllegalStateException("unknown form of command 0x" + Integer.toHexString(present));
        }
        final int templateId = (int) nextVarint();
        final int participantId = (int) nextVarint();
        final int result = (int) nextVarint();
        final long length = nextVarint();
        if (present == CommandPacker.SPARSE) {
            unpackSparse(templateId, participantId, result, length, target);
            return;
        }
        if (length < 0 || length > end - at) {
            throw overrun();
        }
        raw.wrap(at, (int) length);
        at += length;
        target.onCommand(templateId, participantId, raw, 0, (int) length, result);
    }

    private void unpackSparse(final int templateId, final int participantId, final int result, final long length,
                              final ReplayTarget target) {
        if (length > SparseBody.MAX_LENGTH || !SparseBody.fits((int) length)) {
            throw new IllegalStateException("a sparse command of " + length + " bytes");
        }
        final long behind = sparse.unpack(at, end, templateId, (int) length);
        if (behind < 0) {
            throw overrun();
        }
        at = behind;
        target.onCommand(templateId, participantId, sparse.body(), 0, (int) length, result);
    }

    private void nextId(final int hiOffset) {
        final long zigzag = nextVarint();
        final long difference = zigzag >>> 1 ^ -(zigzag & 1);
        require(Short.BYTES);
        final long low16 = UnsafeApi.getShort(at) & 0xFFFFL;
        at += Short.BYTES;
        put(hiOffset, entryTimeMs + difference << 16 | low16);
        put(hiOffset + Long.BYTES, nextLong());
    }

    private void put(final int offset, final long value) {
        UnsafeApi.putLong(transferAddress + offset, value);
    }

    private byte next() {
        require(1);
        return UnsafeApi.getByte(at++);
    }

    private long nextLong() {
        require(Long.BYTES);
        final long value = UnsafeApi.getLong(at);
        at += Long.BYTES;
        return value;
    }

    private long nextVarint() {
        long value = 0;
        for (int shift = 0; shift < Long.SIZE; shift += 7) {
            final byte b = next();
            value |= (b & 0x7FL) << shift;
            if (b >= 0) {
                return value;
            }
        }
        throw new IllegalStateException("varint longer than 64 bits");
    }

    private void require(final int bytes) {
        if (end - at < bytes) {
            throw overrun();
        }
    }

    private static IllegalStateException overrun() {
        return new IllegalStateException("command reaches beyond its payload");
    }
}
