package io.daybreak.gateway.link;

import io.daybreak.protocol.OutcomeFlags;
import io.daybreak.protocol.codec.GroupSizeEncodingDecoder;
import io.daybreak.protocol.codec.MessageHeaderDecoder;
import io.daybreak.protocol.codec.TransfersAnswerDecoder;
import io.daybreak.protocol.codec.TransfersAnswerDecoder.TransfersDecoder;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

import java.nio.ByteOrder;

/**
 * Places of a TransfersAnswer, header first, where what memory has forgotten stands: entries with LOOKUP_EXPIRED. Stateless.
 */
public final class ForgottenAnswer {
    private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
    private static final int GROUP = MessageHeaderDecoder.ENCODED_LENGTH + TransfersAnswerDecoder.BLOCK_LENGTH;
    private static final int ENTRY = TransfersDecoder.sbeBlockLength();
    private static final int LOOKUP = TransfersDecoder.lookupEncodingOffset();

    private ForgottenAnswer() {
    }

    /** True if the message is such an answer, with such an entry. Cheap for any other message. */
    static boolean isExpiredIn(final DirectBuffer answer, final int length) {
        if (length < GROUP + GroupSizeEncodingDecoder.ENCODED_LENGTH
            || (answer.getShort(MessageHeaderDecoder.templateIdEncodingOffset(), ORDER) & 0xFFFF) != TransfersAnswerDecoder.TEMPLATE_ID) {
            return false;
        }
        for (int i = 0; i < count(length); i++) {
            if (isExpired(answer, i)) {
                return true;
            }
        }
        return false;
    }

    /** Entries of an answer of this length. */
    public static int count(final int length) {
        return (length - GROUP - GroupSizeEncodingDecoder.ENCODED_LENGTH) / ENTRY;
    }

    /** Whether memory has forgotten the id of an entry. */
    public static boolean isExpired(final DirectBuffer answer, final int entry) {
        return answer.getByte(at(entry) + LOOKUP) == OutcomeFlags.LOOKUP_EXPIRED;
    }

    private static int at(final int entry) {
        return GROUP + GroupSizeEncodingDecoder.ENCODED_LENGTH + entry * ENTRY;
    }

    /** Upper half of the id of an entry. */
    public static long idHi(final DirectBuffer answer, final int entry) {
        return answer.getLong(at(entry) + TransfersDecoder.idEncodingOffset(), ORDER);
    }

    /** Lower half. */
    public static long idLo(final DirectBuffer answer, final int entry) {
        return answer.getLong(at(entry) + TransfersDecoder.idEncodingOffset() + Long.BYTES, ORDER);
    }

    /** Whose id it is. */
    public static int participantId(final DirectBuffer answer, final int entry) {
        return answer.getInt(at(entry) + TransfersDecoder.participantIdEncodingOffset(), ORDER);
    }

    /** Puts in what the journal says of an entry. Amounts are minor units, time is Unix nanoseconds. */
    public static void put(final MutableDirectBuffer answer, final int entry, final int lookup, final int result, final long amountMinor, final long sequence,
                           final long timestampNs) {
        final int at = at(entry);
        answer.putLong(at + TransfersDecoder.amountMinorEncodingOffset(), amountMinor, ORDER);
        answer.putLong(at + TransfersDecoder.sequenceEncodingOffset(), sequence, ORDER);
        answer.putLong(at + TransfersDecoder.timestampNsEncodingOffset(), timestampNs, ORDER);
        answer.putShort(at + TransfersDecoder.resultEncodingOffset(), (short) result, ORDER);
        answer.putByte(at + LOOKUP, (byte) lookup);
    }
}
