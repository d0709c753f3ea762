package io.daybreak.gateway.iso;

import io.daybreak.gateway.link.ReferencePages;
import io.daybreak.gateway.link.SystemPort;
import io.daybreak.protocol.RecordStatus;
import io.daybreak.protocol.codec.PutIssuerDecoder;
import io.daybreak.protocol.codec.PutIssuerLinkDecoder;
import io.daybreak.protocol.codec.PutRouteDecoder;

/** Reads routes and issuers' links out of the state. Waits for answers: not for event loops, nor for the pipeline's threads. */
final class ReferenceMirror {
    private ReferenceMirror() {
    }

    /** The records as they are now. */
    static RoutedCards read(final SystemPort port) {
        final RoutedCards.Builder builder = new RoutedCards.Builder();
        final PutRouteDecoder route = new PutRouteDecoder();
        ReferencePages.each(port, PutRouteDecoder.TEMPLATE_ID, PutRouteDecoder.BLOCK_LENGTH, (records, at) -> {
            route.wrap(records, at, PutRouteDecoder.BLOCK_LENGTH, PutRouteDecoder.SCHEMA_VERSION);
            if (route.status() == RecordStatus.ACTIVE) {
                builder.route(route.routeId(), route.prefixLength(), route.prefix(), route.pinMode());
            }
        });
        final PutIssuerDecoder issuer = new PutIssuerDecoder();
        ReferencePages.each(port, PutIssuerDecoder.TEMPLATE_ID, PutIssuerDecoder.BLOCK_LENGTH, (records, at) -> {
            issuer.wrap(records, at, PutIssuerDecoder.BLOCK_LENGTH, PutIssuerDecoder.SCHEMA_VERSION);
            builder.issuer(issuer.issuerId(), issuer.dayGroup(), issuer.maximumAgeMs());
        });
        final PutIssuerLinkDecoder link = new PutIssuerLinkDecoder();
        ReferencePages.each(port, PutIssuerLinkDecoder.TEMPLATE_ID, PutIssuerLinkDecoder.BLOCK_LENGTH, (records, at) -> {
            link.wrap(records, at, PutIssuerLinkDecoder.BLOCK_LENGTH, PutIssuerLinkDecoder.SCHEMA_VERSION);
            builder.link(link.code(), link.linkId(), link.issuerId());
        });
        return builder.build();
    }
}
