package io.daybreak.gateway.iso;

import io.daybreak.gateway.link.SystemPort;
import io.daybreak.protocol.Participants;
import io.daybreak.protocol.RecordStatus;
import io.daybreak.protocol.codec.MessageHeaderDecoder;
import io.daybreak.protocol.codec.PutIssuerDecoder;
import io.daybreak.protocol.codec.PutIssuerLinkDecoder;
import io.daybreak.protocol.codec.PutRouteDecoder;
import io.daybreak.protocol.codec.QueryReferenceDecoder;
import io.daybreak.protocol.codec.QueryReferenceEncoder;
import io.daybreak.protocol.codec.ReferenceAnswerDecoder;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.util.function.ObjIntConsumer;

/** Reads routes and issuers' links out of the state. Waits for answers: not for event loops, nor for the pipeline's threads. */
final class ReferenceMirror {
    private static final int PAGE = 64;

    private ReferenceMirror() {
    }

    /** The records as they are now. */
    static RoutedCards read(final SystemPort port) {
        final RoutedCards.Builder builder = new RoutedCards.Builder();
        final PutRouteDecoder route = new PutRouteDecoder();
        each(port, PutRouteDecoder.TEMPLATE_ID, PutRouteDecoder.BLOCK_LENGTH, (records, at) -> {
            route.wrap(records, at, PutRouteDecoder.BLOCK_LENGTH, PutRouteDecoder.SCHEMA_VERSION);
            if (route.status() == RecordStatus.ACTIVE) {
                builder.route(route.routeId(), route.prefixLength(), route.prefix(), route.pinMode());
            }
        });
        final PutIssuerDecoder issuer = new PutIssuerDecoder();
        each(port, PutIssuerDecoder.TEMPLATE_ID, PutIssuerDecoder.BLOCK_LENGTH, (records, at) -> {
            issuer.wrap(records, at, PutIssuerDecoder.BLOCK_LENGTH, PutIssuerDecoder.SCHEMA_VERSION);
            builder.issuer(issuer.issuerId(), issuer.dayGroup(), issuer.maximumAgeMs());
        });
        final PutIssuerLinkDecoder link = new PutIssuerLinkDecoder();
        each(port, PutIssuerLinkDecoder.TEMPLATE_ID, PutIssuerLinkDecoder.BLOCK_LENGTH, (records, at) -> {
            link.wrap(records, at, PutIssuerLinkDecoder.BLOCK_LENGTH, PutIssuerLinkDecoder.SCHEMA_VERSION);
            builder.link(link.code(), link.linkId(), link.issuerId());
        });
        return builder.build();
    }

    /** Every record of a kind, page by page. */
    static void each(final SystemPort port, final int kind, final int blockLength, final ObjIntConsumer<DirectBuffer> record) {
        long cursor = 0;
        do {
            final MutableDirectBuffer body = new ExpandableArrayBuffer(QueryReferenceEncoder.BLOCK_LENGTH);
            new QueryReferenceEncoder().wrap(body, 0).correlationId(0).cursor(cursor).kind(kind).pageSize(PAGE).reserved(0);
            final int count;
            final byte[] messages;
            // The answer lies in the port's one buffer: nobody else may ask before it was copied.
            synchronized (port) {
                final DirectBuffer answer = port.query(QueryReferenceDecoder.TEMPLATE_ID, Participants.FIRST_OPERATOR, body,
                    QueryReferenceDecoder.BLOCK_LENGTH);
                final ReferenceAnswerDecoder page = new ReferenceAnswerDecoder().wrapAndApplyHeader(answer, 0, new MessageHeaderDecoder());
                cursor = page.nextCursor();
                count = page.count();
                messages = new byte[page.messagesLength()];
                page.getMessages(messages, 0, messages.length);
            }
            final DirectBuffer records = new UnsafeBuffer(messages);
            for (int i = 0; i < count; i++) {
                record.accept(records, i * (MessageHeaderDecoder.ENCODED_LENGTH + blockLength) + MessageHeaderDecoder.ENCODED_LENGTH);
            }
        } while (cursor != 0);
    }
}
