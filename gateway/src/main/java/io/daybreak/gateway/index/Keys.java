package io.daybreak.gateway.index;

import io.daybreak.memory.Hashing;
import io.daybreak.payment.MadeReference;
import io.daybreak.payment.PaymentCommand;
import io.daybreak.protocol.codec.PaymentDecoder;
import io.daybreak.protocol.codec.TransferDecoder;
import org.agrona.DirectBuffer;

import java.nio.ByteOrder;

/** What a command is found by, as hashes of 64 bits: at most two a command. Whoever finds one compares the command itself. Not thread safe. */
public final class Keys {
    private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
    private static final long TRANSFER = 1;
    private static final long REFERENCE = 2;
    private static final long TRACE = 3;
    private static final int PENDING_ID = TransferDecoder.pendingIdEncodingOffset();

    private final PaymentCommand payment = new PaymentCommand();
    private final long[] keys = new long[2];
    private int count;

    /** Of a transfer's id. */
    public static long transfer(final long idHi, final long idLo) {
        return Hashing.mix(Hashing.mix(TRANSFER, idHi), idLo);
    }

    /** Of a retrieval reference. */
    public static long reference(final long rrn0, final int rrn1) {
        return Hashing.mix(Hashing.mix(REFERENCE, rrn0), rrn1);
    }

    /** Of what a reversal names its original by. */
    public static long original(final long institution, final int stan, final int transmission) {
        return Hashing.mix(Hashing.mix(TRACE, institution), (long) stan << Integer.SIZE | transmission & 0xFFFF_FFFFL);
    }

    /** Finds the keys of a command. */
    void of(final long sequence, final long timestampNs, final int templateId, final DirectBuffer command, final int offset) {
        count = 0;
        if (templateId == TransferDecoder.TEMPLATE_ID) {
            keys[count++] = transfer(command.getLong(offset, ORDER), command.getLong(offset + Long.BYTES, ORDER));
            final long pendingHi = command.getLong(offset + PENDING_ID, ORDER);
            final long pendingLo = command.getLong(offset + PENDING_ID + Long.BYTES, ORDER);
            if ((pendingHi | pendingLo) != 0) {
                keys[count++] = transfer(pendingHi, pendingLo);
            }
        } else if (templateId == PaymentDecoder.TEMPLATE_ID) {
            payment.wrap(command, offset);
            keys[count++] = payment.hasRrn() ? reference(payment.rrn0(), payment.rrn1())
                : reference(MadeReference.head(timestampNs, sequence), MadeReference.tail(sequence));
            if (payment.originalStan() != 0) {
                keys[count++] = original(payment.institution(), payment.originalStan(), payment.originalTransmission());
            }
        }
    }

    int count() {
        return count;
    }

    long key(final int index) {
        return keys[index];
    }
}
