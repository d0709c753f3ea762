package io.daybreak.machine;

import io.daybreak.protocol.Participants;
import io.daybreak.protocol.Result;
import io.daybreak.protocol.codec.IssuerAnswerDecoder;
import io.daybreak.protocol.codec.IssuerLinkStatusDecoder;
import io.daybreak.protocol.codec.IssuerSendFailedDecoder;
import io.daybreak.protocol.codec.PutIssuerDecoder;
import io.daybreak.protocol.codec.PutIssuerLinkDecoder;
import io.daybreak.protocol.codec.PutRouteDecoder;
import io.daybreak.protocol.codec.StoreAndForwardActionDecoder;
import io.daybreak.reference.PaymentSettings;
import io.daybreak.reference.ReferenceKind;
import io.daybreak.routing.Issuing;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * Who may command what about issuers: the operator puts issuers, links and routes and acts on store-and-forward; answers,
 * the state of links and failed sends come from the switch itself and from nobody else. Ledger thread only.
 */
final class IssuerCommands {
    private final Issuing issuing;
    private final Administration administration;
    private final PaymentSettings settings;

    IssuerCommands(final Issuing issuing, final Administration administration, final PaymentSettings settings) {
        this.issuing = issuing;
        this.administration = administration;
        this.settings = settings;
    }

    /** Bounds the tables of issuers. Stand-in counts for as many cards in a day as there may be cards. */
    void onPaymentSettings(final PaymentSettings newSettings, final long cardCapacity) {
        issuing.configure(newSettings.paymentCapacity(), newSettings.issuerRequestCapacity(), newSettings.storeAndForwardCapacity(),
            cardCapacity);
    }

    static boolean isOfFamily(final int templateId) {
        return isOfOperator(templateId) || isOfSystem(templateId);
    }

    private static boolean isOfOperator(final int templateId) {
        return templateId >= PutIssuerDecoder.TEMPLATE_ID && templateId <= StoreAndForwardActionDecoder.TEMPLATE_ID;
    }

    private static boolean isOfSystem(final int templateId) {
        return templateId >= IssuerAnswerDecoder.TEMPLATE_ID && templateId <= IssuerSendFailedDecoder.TEMPLATE_ID;
    }

    /** Applies one command. A {@link Result}, or {@link Issuing#UNCHANGED}. */
    int apply(final int templateId, final int participantId, final DirectBuffer command, final int offset, final int length,
              final long nowNs, final long sequence) {
        if (!settings.isConfigured()) {
            return Result.NOT_CONFIGURED;
        }
        if (isOfOperator(templateId)) {
            final int allowed = administration.checkOperator(participantId);
            return allowed != Result.OK ? allowed : issuing.administer(templateId, command, offset, length, nowNs, sequence);
        }
        if (participantId != Participants.SYSTEM) {
            return Result.NOT_GRANTED;
        }
        switch (templateId) {
            case IssuerAnswerDecoder.TEMPLATE_ID:
                return issuing.onAnswer(command, offset, length, nowNs, sequence);
            case IssuerLinkStatusDecoder.TEMPLATE_ID:
                return issuing.onLinkStatus(command, offset, length, nowNs);
            default:
                return issuing.onSendFailed(command, offset, length, nowNs, sequence);
        }
    }

    /** The kinds of records that are kept here. */
    ReferenceKind[] kinds() {
        return new ReferenceKind[] {
            new Kind(issuing, PutIssuerDecoder.TEMPLATE_ID), new Kind(issuing, PutIssuerLinkDecoder.TEMPLATE_ID),
            new Kind(issuing, PutRouteDecoder.TEMPLATE_ID)};
    }

    private static final class Kind implements ReferenceKind {
        private final Issuing issuing;
        private final int templateId;

        Kind(final Issuing issuing, final int templateId) {
            this.issuing = issuing;
            this.templateId = templateId;
        }

        @Override
        public int templateId() {
            return templateId;
        }

        @Override
        public int slotEnd() {
            return issuing.slotEnd(templateId);
        }

        @Override
        public int encode(final int slot, final MutableDirectBuffer buffer, final int offset) {
            return issuing.encode(templateId, slot, buffer, offset);
        }
    }
}
