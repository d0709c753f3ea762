package io.daybreak.iso8583.mac;

import io.daybreak.iso8583.codec.MessageBuilder;
import io.daybreak.iso8583.codec.MessageIndex;
import org.agrona.DirectBuffer;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import javax.crypto.Cipher;

/**
 * What both MACs share: cipher block chaining over a range, a chunk at a time, of which the last block is kept; the calls upon
 * messages. The last block is always held back, since each algorithm ends in its own way.
 */
abstract class AbstractMac implements MessageMac {
    private static final int CHUNK = 1024;

    private final MacKey key;
    private final int block;
    private final byte[] in = new byte[CHUNK];
    private final byte[] out = new byte[CHUNK];
    private final byte[] mac = new byte[MAC_BYTES];
    private final byte[] expected = new byte[MAC_BYTES];

    AbstractMac(final MacKey key, final int block) {
        this.key = key;
        this.block = block;
    }

    @Override
    public final MacKey key() {
        return key;
    }

    @Override
    public final void compute(final DirectBuffer source, final int offset, final int length, final byte[] mac, final int macOffset) {
        if ((offset | length) < 0 || offset > source.capacity() - length) {
            throw new IndexOutOfBoundsException("the range is not within its buffer");
        }
        compute(source, null, offset, length, mac, macOffset);
    }

    @Override
    public final void compute(final byte[] source, final int offset, final int length, final byte[] mac, final int macOffset) {
        compute(null, source, offset, length, mac, macOffset);
    }

    private void compute(final DirectBuffer buffer, final byte[] array, final int offset, final int length, final byte[] mac,
                         final int macOffset) {
        try {
            final int blocks = Math.max(0, (length - 1) / block);
            int done = 0;
            final Cipher cipher = begin();
            while (done < blocks * block) {
                final int count = Math.min(CHUNK, blocks * block - done);
                read(buffer, array, offset + done, count);
                cipher.update(in, 0, count, out, 0);
                done += count;
            }
            final int rest = length - done;
            read(buffer, array, offset + done, rest);
            Arrays.fill(in, rest, block, (byte) 0);
            finish(cipher, in, rest, out);
            System.arraycopy(out, 0, mac, macOffset, MAC_BYTES);
        } catch (final GeneralSecurityException ex) {
            throw new IllegalStateException("the cipher failed", ex);
        }
    }

    private void read(final DirectBuffer buffer, final byte[] array, final int offset, final int count) {
        if (array != null) {
            System.arraycopy(array, offset, in, 0, count);
        } else {
            buffer.getBytes(offset, in, 0, count);
        }
    }

    /** The chaining cipher, at its beginning, with an initial value of zeros. */
    abstract Cipher begin() throws GeneralSecurityException;

    /**
     * Ends the chain.
     *
     * @param last   the last block, filled up with zeros
     * @param length how much of it is data, 0 (only if there is none at all) to a whole block
     * @param result takes at least {@link #MAC_BYTES}
     */
    abstract void finish(Cipher cipher, byte[] last, int length, byte[] result) throws GeneralSecurityException;

    @Override
    public final boolean verify(final MessageIndex message) {
        final int field = message.macField();
        if (field == 0 || message.length(field) != MAC_BYTES) {
            return false;
        }
        message.bytes(field, expected, 0);
        final int offset = message.messageOffset();
        compute(message.buffer(), offset, message.macOffset() - offset, mac, 0);
        // Takes as long whatever the first byte is that differs.
        return MessageDigest.isEqual(mac, expected);
    }

    @Override
    public final int seal(final MessageBuilder message) {
        final int length = message.prepareMac();
        compute(message.buffer(), message.messageOffset(), length, mac, 0);
        return message.mac(mac, 0, MAC_BYTES).end();
    }
}
