package io.daybreak.gateway.link;

import io.daybreak.protocol.Participants;
import io.daybreak.protocol.codec.MessageHeaderDecoder;
import io.daybreak.protocol.codec.QueryReferenceDecoder;
import io.daybreak.protocol.codec.QueryReferenceEncoder;
import io.daybreak.protocol.codec.ReferenceAnswerDecoder;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.util.function.ObjIntConsumer;

/** Reads the records of a kind out of the state. Waits for answers: not for event loops, nor for the pipeline's threads. */
public final class ReferencePages {
    private static final int PAGE = 64;

    private ReferencePages() {
    }

    /**
     * Every record of a kind, page by page.
     *
     * @param kind        template of the command that puts it
     * @param blockLength of that command
     * @param record      gets the buffer, and the offset of each record's block in it
     */
    public static void each(final SystemPort port, final int kind, final int blockLength, final ObjIntConsumer<DirectBuffer> record) {
        long cursor = 0;
        do {
            final MutableDirectBuffer body = new ExpandableArrayBuffer(QueryReferenceEncoder.BLOCK_LENGTH);
            new QueryReferenceEncoder().wrap(body, 0).correlationId(0).cursor(cursor).kind(kind).pageSize(PAGE).reserved(0);
            final DirectBuffer answer = port.query(QueryReferenceDecoder.TEMPLATE_ID, Participants.FIRST_OPERATOR, body, QueryReferenceDecoder.BLOCK_LENGTH);
            final ReferenceAnswerDecoder page = new ReferenceAnswerDecoder().wrapAndApplyHeader(answer, 0, new MessageHeaderDecoder());
            cursor = page.nextCursor();
            final int count = page.count();
            final byte[] messages = new byte[page.messagesLength()];
            page.getMessages(messages, 0, messages.length);
            final DirectBuffer records = new UnsafeBuffer(messages);
            for (int i = 0; i < count; i++) {
                record.accept(records, i * (MessageHeaderDecoder.ENCODED_LENGTH + blockLength) + MessageHeaderDecoder.ENCODED_LENGTH);
            }
        } while (cursor != 0);
    }
}
