package io.daybreak.machine;

import io.daybreak.ledger.AccountTable;
import io.daybreak.participant.ParticipantTable;
import io.daybreak.protocol.AccountFlags;
import io.daybreak.protocol.Limits;
import io.daybreak.protocol.Result;
import io.daybreak.protocol.codec.MessageHeaderEncoder;
import io.daybreak.protocol.codec.PutGrantEncoder;
import io.daybreak.protocol.codec.PutIssuerDecoder;
import io.daybreak.protocol.codec.PutIssuerLinkDecoder;
import io.daybreak.protocol.codec.PutParticipantEncoder;
import io.daybreak.protocol.codec.PutRouteDecoder;
import io.daybreak.protocol.codec.QueryReferenceDecoder;
import io.daybreak.protocol.codec.ReferenceAnswerEncoder;
import io.daybreak.protocol.codec.SubmitAccountsEncoder;
import io.daybreak.reference.ReferenceKind;
import io.daybreak.routing.Issuing;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

import java.nio.ByteOrder;

/**
 * Tells the records that were put, kind by kind, each as the message that would put it again: what {@code admin export}
 * reads. Changes nothing. Ledger thread only.
 * <p>
 * A page looks at no more than {@link #MOST_SLOTS} slots, so that it may be short, or empty, and yet have a next one.
 */
final class ReferenceQueries {
    private static final int MOST_SLOTS = 4_096;
    /** Room for the records of a page: what a publisher lends, less the answer around them. */
    private static final int MOST_BYTES = 23 * 1024;
    private static final int BLOCK = MessageHeaderEncoder.ENCODED_LENGTH;
    private static final int LENGTH = BLOCK + ReferenceAnswerEncoder.BLOCK_LENGTH;
    private static final int RECORDS = LENGTH + ReferenceAnswerEncoder.messagesHeaderLength();
    /** Records of no kind are longer than this: the check is made before they are written. */
    private static final int MOST_OF_ONE = 512;
    /** Grants of a participant, rounded up to a power of two: cursors of grants go by it. */
    private static final int GRANTS_SHIFT = 9;

    private final StateMachine machine;
    private final ReferenceData data;
    private final QueryReferenceDecoder query = new QueryReferenceDecoder();
    private final ReferenceAnswerEncoder encoder = new ReferenceAnswerEncoder();
    private final MessageHeaderEncoder header = new MessageHeaderEncoder();
    private final ReferenceKind[] kinds = new ReferenceKind[256];

    ReferenceQueries(final StateMachine machine, final ParticipantTable participants, final AccountTable accounts, final ReferenceData data,
                     final Issuing issuing) {
        this.machine = machine;
        this.data = data;
        add(new ParticipantKind(participants));
        add(new GrantKind(participants));
        add(new AccountKind(accounts));
        for (final ReferenceKind kind : data.tables) {
            add(kind);
        }
        add(new IssuingKind(issuing, PutIssuerDecoder.TEMPLATE_ID));
        add(new IssuingKind(issuing, PutIssuerLinkDecoder.TEMPLATE_ID));
        add(new IssuingKind(issuing, PutRouteDecoder.TEMPLATE_ID));
    }

    /** True once payments are configured. */
    boolean isConfigured() {
        return data.settings.isConfigured();
    }

    /** Makes a kind known. To be called before the first query. */
    void add(final ReferenceKind kind) {
        kinds[kind.templateId()] = kind;
    }

    int answer(final boolean allowed, final DirectBuffer buffer, final int offset, final MutableDirectBuffer answer, final int answerOffset) {
        query.wrap(buffer, offset, QueryReferenceDecoder.BLOCK_LENGTH, QueryReferenceDecoder.SCHEMA_VERSION);
        final long correlationId = query.correlationId();
        final long cursor = query.cursor();
        final int pageSize = query.pageSize();
        final ReferenceKind kind = query.kind() < kinds.length ? kinds[query.kind()] : null;
        int result = Result.OK;
        if (pageSize < 1 || pageSize > Limits.MAX_PAGE || kind == null) {
            result = Result.MALFORMED_COMMAND;
        } else if (query.reserved() != 0) {
            result = Result.RESERVED_MUST_BE_ZERO;
        } else if (!allowed) {
            result = Result.NOT_GRANTED;
        }
        int count = 0;
        int at = answerOffset + RECORDS;
        long next = 0;
        if (result == Result.OK && cursor >= 0 && cursor < kind.slotEnd()) {
            int slot = (int) cursor;
            final int end = kind.slotEnd();
            final int last = Math.min(end, slot + MOST_SLOTS);
            while (slot < last && count < pageSize && at - answerOffset <= MOST_BYTES - MOST_OF_ONE) {
                final int length = kind.encode(slot, answer, at);
                assert length <= MOST_OF_ONE;
                at += length;
                count += length > 0 ? 1 : 0;
                slot++;
            }
            next = slot < end ? slot : 0;
        }
        encoder.wrapAndApplyHeader(answer, answerOffset, header).correlationId(correlationId).asOfSequence(machine.lastSequence())
            .nextCursor(next).count(count).result(result).reserved(0);
        answer.putShort(answerOffset + LENGTH, (short) (at - answerOffset - RECORDS), ByteOrder.LITTLE_ENDIAN);
        return at - answerOffset;
    }

    /** Issuers, their links, routes. */
    private static final class IssuingKind implements ReferenceKind {
        private final Issuing issuing;
        private final int templateId;

        IssuingKind(final Issuing issuing, final int templateId) {
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

    /** Participants, as PutParticipant. */
    private static final class ParticipantKind implements ReferenceKind {
        private final ParticipantTable participants;
        private final PutParticipantEncoder encoder = new PutParticipantEncoder();
        private final MessageHeaderEncoder header = new MessageHeaderEncoder();

        ParticipantKind(final ParticipantTable participants) {
            this.participants = participants;
        }

        @Override
        public int templateId() {
            return PutParticipantEncoder.TEMPLATE_ID;
        }

        @Override
        public int slotEnd() {
            return participants.count();
        }

        @Override
        public int encode(final int slot, final MutableDirectBuffer buffer, final int offset) {
            encoder.wrapAndApplyHeader(buffer, offset, header).correlationId(0).idCapacity(participants.idCapacity(slot))
                .participantId(participants.participantId(slot)).keyId(participants.keyId(slot) & 0xFFFF_FFFFL)
                .roles(participants.roles(slot)).burstMs(participants.burstMs(slot))
                .requestsPerSecond(participants.requestsPerSecond(slot) & 0xFFFF_FFFFL);
            final int code = offset + BLOCK + PutParticipantEncoder.participantCodeEncodingOffset();
            buffer.putLong(code, participants.codeFirst(slot));
            buffer.putLong(code + 8, participants.codeLast(slot));
            return BLOCK + PutParticipantEncoder.BLOCK_LENGTH;
        }
    }

    /** Grants, as PutGrant: slots go by participant and place among its grants. */
    private static final class GrantKind implements ReferenceKind {
        private final ParticipantTable participants;
        private final PutGrantEncoder encoder = new PutGrantEncoder();
        private final MessageHeaderEncoder header = new MessageHeaderEncoder();

        GrantKind(final ParticipantTable participants) {
            this.participants = participants;
        }

        @Override
        public int templateId() {
            return PutGrantEncoder.TEMPLATE_ID;
        }

        @Override
        public int slotEnd() {
            return participants.count() << GRANTS_SHIFT;
        }

        @Override
        public int encode(final int slot, final MutableDirectBuffer buffer, final int offset) {
            final int index = slot >>> GRANTS_SHIFT;
            final int grant = slot & (1 << GRANTS_SHIFT) - 1;
            if (grant >= participants.grantCount(index)) {
                return 0;
            }
            encoder.wrapAndApplyHeader(buffer, offset, header).correlationId(0).fromValue(participants.grantFrom(index, grant))
                .toValue(participants.grantTo(index, grant)).participantId(participants.participantId(index))
                .ledger(participants.grantLedger(index, grant) & 0xFFFF_FFFFL).kind(participants.grantKind(index, grant))
                .rights(participants.grantRights(index, grant)).reserved(0);
            return BLOCK + PutGrantEncoder.BLOCK_LENGTH;
        }
    }

    /** Accounts, as SubmitAccounts of one; whether they are frozen or closed is not told, for no put says it. */
    private static final class AccountKind implements ReferenceKind {
        private final AccountTable accounts;
        private final SubmitAccountsEncoder encoder = new SubmitAccountsEncoder();
        private final MessageHeaderEncoder header = new MessageHeaderEncoder();

        AccountKind(final AccountTable accounts) {
            this.accounts = accounts;
        }

        @Override
        public int templateId() {
            return SubmitAccountsEncoder.TEMPLATE_ID;
        }

        @Override
        public int slotEnd() {
            return accounts.count();
        }

        @Override
        public int encode(final int slot, final MutableDirectBuffer buffer, final int offset) {
            final long address = accounts.address(slot);
            final SubmitAccountsEncoder.AccountsEncoder entry =
                encoder.wrapAndApplyHeader(buffer, offset, header).correlationId(0).accountsCount(1).next();
            entry.id(AccountTable.id(address)).userData64(accounts.userData64(slot))
                .ledger(AccountTable.ledger(address) & 0xFFFF_FFFFL).code(AccountTable.code(address))
                .flags(AccountTable.flags(address) & AccountFlags.REQUEST_MASK);
            entry.userData128().hi(accounts.userDataHi(slot)).lo(accounts.userDataLo(slot));
            return BLOCK + encoder.encodedLength();
        }
    }
}
