package io.daybreak.machine;

import io.daybreak.payment.Payments;
import io.daybreak.protocol.Participants;
import io.daybreak.protocol.Result;
import io.daybreak.protocol.codec.IssuerAnswerDecoder;
import io.daybreak.protocol.codec.IssuerLinkStatusDecoder;
import io.daybreak.protocol.codec.IssuerSendFailedDecoder;
import io.daybreak.protocol.codec.PutIssuerDecoder;
import io.daybreak.protocol.codec.ResolveExceptionDecoder;
import io.daybreak.protocol.codec.StoreAndForwardActionDecoder;
import org.agrona.DirectBuffer;

/**
 * What comes from issuers and their links, which only the switch itself may say, and what the operator puts about them;
 * and items that a person has settled. Ledger thread only.
 */
final class IssuerCommands {
    private final Administration administration;
    private final Payments payments;

    IssuerCommands(final Administration administration, final Payments payments) {
        this.administration = administration;
        this.payments = payments;
    }

    static boolean isOfFamily(final int templateId) {
        return templateId >= PutIssuerDecoder.TEMPLATE_ID && templateId <= ResolveExceptionDecoder.TEMPLATE_ID
            || templateId >= IssuerAnswerDecoder.TEMPLATE_ID && templateId <= IssuerSendFailedDecoder.TEMPLATE_ID;
    }

    int apply(final int templateId, final int participantId, final DirectBuffer command, final int offset, final int length,
              final long sequence, final long nowNs) {
        if (templateId <= ResolveExceptionDecoder.TEMPLATE_ID) {
            final int allowed = administration.checkOperator(participantId);
            if (allowed != Result.OK) {
                return allowed;
            }
            return templateId <= StoreAndForwardActionDecoder.TEMPLATE_ID
                ? payments.issuing().administer(templateId, command, offset, length, nowNs, sequence)
                : payments.resolve(command, offset, length, nowNs);
        }
        if (participantId != Participants.SYSTEM) {
            return Result.NOT_GRANTED;
        }
        switch (templateId) {
            case IssuerAnswerDecoder.TEMPLATE_ID:
                return payments.issuing().onAnswer(command, offset, length, nowNs, sequence);
            case IssuerLinkStatusDecoder.TEMPLATE_ID:
                return payments.issuing().onLinkStatus(command, offset, length, nowNs);
            default:
                return payments.issuing().onSendFailed(command, offset, length, nowNs, sequence);
        }
    }
}
