package io.daybreak.gateway.link;

import io.daybreak.protocol.Limits;
import io.daybreak.protocol.codec.AcceptClockDecoder;
import io.daybreak.protocol.codec.AccountActionDecoder;
import io.daybreak.protocol.codec.AccountDecoder;
import io.daybreak.protocol.codec.ConfigureDecoder;
import io.daybreak.protocol.codec.ConfigurePaymentsDecoder;
import io.daybreak.protocol.codec.CutOverDecoder;
import io.daybreak.protocol.codec.GoodbyeDecoder;
import io.daybreak.protocol.codec.GroupSizeEncodingDecoder;
import io.daybreak.protocol.codec.HelloDecoder;
import io.daybreak.protocol.codec.KeepAliveDecoder;
import io.daybreak.protocol.codec.KeepAliveReplyDecoder;
import io.daybreak.protocol.codec.LookupAccountsDecoder;
import io.daybreak.protocol.codec.LookupParticipantDecoder;
import io.daybreak.protocol.codec.LookupTransfersDecoder;
import io.daybreak.protocol.codec.MessageHeaderDecoder;
import io.daybreak.protocol.codec.OutcomesAnswerDecoder;
import io.daybreak.protocol.codec.PromoteDecoder;
import io.daybreak.protocol.codec.ProofDecoder;
import io.daybreak.protocol.codec.PutCardDecoder;
import io.daybreak.protocol.codec.PutDayGroupDecoder;
import io.daybreak.protocol.codec.PutFeeDecoder;
import io.daybreak.protocol.codec.PutGrantDecoder;
import io.daybreak.protocol.codec.PutInstitutionDecoder;
import io.daybreak.protocol.codec.PutIssuerDecoder;
import io.daybreak.protocol.codec.PutIssuerLinkDecoder;
import io.daybreak.protocol.codec.PutMerchantDecoder;
import io.daybreak.protocol.codec.PutParticipantDecoder;
import io.daybreak.protocol.codec.PutRouteDecoder;
import io.daybreak.protocol.codec.PutTerminalDecoder;
import io.daybreak.protocol.codec.PutTierDecoder;
import io.daybreak.protocol.codec.PutTokenKeyDecoder;
import io.daybreak.protocol.codec.PutWalletDecoder;
import io.daybreak.protocol.codec.PutZoneDecoder;
import io.daybreak.protocol.codec.QueryAccountBalancesDecoder;
import io.daybreak.protocol.codec.QueryAccountTransfersDecoder;
import io.daybreak.protocol.codec.QueryDayTotalsDecoder;
import io.daybreak.protocol.codec.QueryExceptionsDecoder;
import io.daybreak.protocol.codec.QueryNodeDecoder;
import io.daybreak.protocol.codec.QueryRateDecoder;
import io.daybreak.protocol.codec.QueryPaymentDecoder;
import io.daybreak.protocol.codec.QueryPaymentStatusDecoder;
import io.daybreak.protocol.codec.QueryReferenceDecoder;
import io.daybreak.protocol.codec.QueryStatusDecoder;
import io.daybreak.protocol.codec.QueryStoreAndForwardDecoder;
import io.daybreak.protocol.codec.QueryTotalsDecoder;
import io.daybreak.protocol.codec.RaiseRulesDecoder;
import io.daybreak.protocol.codec.RemoveGrantDecoder;
import io.daybreak.protocol.codec.ResolveExceptionDecoder;
import io.daybreak.protocol.codec.StoreAndForwardActionDecoder;
import io.daybreak.protocol.codec.SubmitAccountActionsDecoder;
import io.daybreak.protocol.codec.SubmitAccountsDecoder;
import io.daybreak.protocol.codec.SubmitTransfersDecoder;
import io.daybreak.protocol.codec.TransferDecoder;

/**
 * The form of each message that a peer may send, as the decoder wants it: by template id, in arrays. A frame is
 * <pre>
 *  0        4                         12                20            24
 *  | length | block template schema v | correlation id  | entry count | entries ...
 *           |<- SBE message header  ->|<- root block  ->|<- group   ->|
 * </pre>
 * all little endian; the length counts what follows it. Immutable.
 */
final class Frames {
    /** What the decoder does with a template. */
    enum Kind {
        /** No message that a peer may send. */
        UNKNOWN,
        /** Belongs to the session; goes to the link itself. */
        SESSION,
        /** A request whose group entries become commands one by one. */
        BATCH,
        /** One administration command. */
        ADMINISTRATION,
        /** A query whose block fits a ring slot. */
        QUERY,
        /** A query with a group; it travels in the lent answer buffer. */
        QUERY_WITH_GROUP
    }

    static final int PREFIX = Limits.LENGTH_PREFIX_BYTES;
    static final int HEADER = MessageHeaderDecoder.ENCODED_LENGTH;
    static final int GROUP = GroupSizeEncodingDecoder.ENCODED_LENGTH;
    static final int SCHEMA_ID = HelloDecoder.SCHEMA_ID;
    static final int SCHEMA_VERSION = HelloDecoder.SCHEMA_VERSION;

    /** Bytes of one transfer on the wire and in the ring. */
    static final int TRANSFER_BYTES = TransferDecoder.BLOCK_LENGTH;
    /** Place of a transfer's flags within it. */
    static final int TRANSFER_FLAGS = TransferDecoder.flagsEncodingOffset();
    /** From the length prefix to the first entry of a batch. */
    static final int BATCH_PREFACE = PREFIX + HEADER + SubmitTransfersDecoder.BLOCK_LENGTH + GROUP;
    /** A whole frame with a single transfer. */
    static final int SINGLE_FRAME = BATCH_PREFACE + TRANSFER_BYTES;
    /** The message header of SubmitTransfers as one little-endian word. */
    static final long SUBMIT_TRANSFERS_HEADER = header(SubmitTransfersDecoder.BLOCK_LENGTH, SubmitTransfersDecoder.TEMPLATE_ID);
    /** The group header of one transfer as one little-endian word. */
    static final int GROUP_OF_ONE_TRANSFER = group(TRANSFER_BYTES, 1);

    /** Bytes of an outcome on the wire. */
    static final int OUTCOME_BYTES = OutcomesAnswerDecoder.OutcomesDecoder.sbeBlockLength();
    /** From the length prefix to the first outcome of an answer. */
    static final int OUTCOMES_PREFACE = PREFIX + HEADER + OutcomesAnswerDecoder.BLOCK_LENGTH + GROUP;
    /** The message header of OutcomesAnswer as one little-endian word. */
    static final long OUTCOMES_HEADER = header(OutcomesAnswerDecoder.BLOCK_LENGTH, OutcomesAnswerDecoder.TEMPLATE_ID);

    /** Largest frame before the session stands; Hello and Proof are far below. */
    static final int MAX_SIGN_ON_FRAME = 256;
    /** Largest message that is not a batch: a look-up of 128 transfer ids. */
    static final int MAX_WHOLE_FRAME = PREFIX + HEADER + LookupTransfersDecoder.BLOCK_LENGTH + GROUP + Limits.MAX_PAGE * 16;

    private static final int TEMPLATES = 160;
    private static final Kind[] KINDS = new Kind[TEMPLATES];
    private static final int[] BLOCK_LENGTHS = new int[TEMPLATES];
    private static final int[] ENTRY_LENGTHS = new int[TEMPLATES];
    private static final int[] BODY_TEMPLATES = new int[TEMPLATES];

    static {
        java.util.Arrays.fill(KINDS, Kind.UNKNOWN);
        put(Kind.SESSION, HelloDecoder.TEMPLATE_ID, HelloDecoder.BLOCK_LENGTH);
        put(Kind.SESSION, ProofDecoder.TEMPLATE_ID, ProofDecoder.BLOCK_LENGTH);
        put(Kind.SESSION, KeepAliveDecoder.TEMPLATE_ID, KeepAliveDecoder.BLOCK_LENGTH);
        put(Kind.SESSION, KeepAliveReplyDecoder.TEMPLATE_ID, KeepAliveReplyDecoder.BLOCK_LENGTH);
        put(Kind.SESSION, GoodbyeDecoder.TEMPLATE_ID, GoodbyeDecoder.BLOCK_LENGTH);
        // Asked of the node itself, which the link answers for.
        put(Kind.SESSION, QueryNodeDecoder.TEMPLATE_ID, QueryNodeDecoder.BLOCK_LENGTH);
        put(Kind.SESSION, QueryRateDecoder.TEMPLATE_ID, QueryRateDecoder.BLOCK_LENGTH);
        put(Kind.SESSION, PromoteDecoder.TEMPLATE_ID, PromoteDecoder.BLOCK_LENGTH);

        putGroup(Kind.BATCH, SubmitTransfersDecoder.TEMPLATE_ID, SubmitTransfersDecoder.BLOCK_LENGTH, TransferDecoder.BLOCK_LENGTH, TransferDecoder.TEMPLATE_ID);
        putGroup(Kind.BATCH, SubmitAccountsDecoder.TEMPLATE_ID, SubmitAccountsDecoder.BLOCK_LENGTH, AccountDecoder.BLOCK_LENGTH, AccountDecoder.TEMPLATE_ID);
        putGroup(Kind.BATCH, SubmitAccountActionsDecoder.TEMPLATE_ID, SubmitAccountActionsDecoder.BLOCK_LENGTH, AccountActionDecoder.BLOCK_LENGTH,
            AccountActionDecoder.TEMPLATE_ID);

        put(Kind.ADMINISTRATION, PutParticipantDecoder.TEMPLATE_ID, PutParticipantDecoder.BLOCK_LENGTH);
        put(Kind.ADMINISTRATION, PutGrantDecoder.TEMPLATE_ID, PutGrantDecoder.BLOCK_LENGTH);
        put(Kind.ADMINISTRATION, RemoveGrantDecoder.TEMPLATE_ID, RemoveGrantDecoder.BLOCK_LENGTH);
        put(Kind.ADMINISTRATION, ConfigureDecoder.TEMPLATE_ID, ConfigureDecoder.BLOCK_LENGTH);
        put(Kind.ADMINISTRATION, AcceptClockDecoder.TEMPLATE_ID, AcceptClockDecoder.BLOCK_LENGTH);
        put(Kind.ADMINISTRATION, RaiseRulesDecoder.TEMPLATE_ID, RaiseRulesDecoder.BLOCK_LENGTH);
        put(Kind.ADMINISTRATION, ConfigurePaymentsDecoder.TEMPLATE_ID, ConfigurePaymentsDecoder.BLOCK_LENGTH);
        put(Kind.ADMINISTRATION, PutInstitutionDecoder.TEMPLATE_ID, PutInstitutionDecoder.BLOCK_LENGTH);
        put(Kind.ADMINISTRATION, PutWalletDecoder.TEMPLATE_ID, PutWalletDecoder.BLOCK_LENGTH);
        put(Kind.ADMINISTRATION, PutCardDecoder.TEMPLATE_ID, PutCardDecoder.BLOCK_LENGTH);
        put(Kind.ADMINISTRATION, PutMerchantDecoder.TEMPLATE_ID, PutMerchantDecoder.BLOCK_LENGTH);
        put(Kind.ADMINISTRATION, PutTerminalDecoder.TEMPLATE_ID, PutTerminalDecoder.BLOCK_LENGTH);
        put(Kind.ADMINISTRATION, PutTierDecoder.TEMPLATE_ID, PutTierDecoder.BLOCK_LENGTH);
        put(Kind.ADMINISTRATION, PutFeeDecoder.TEMPLATE_ID, PutFeeDecoder.BLOCK_LENGTH);
        put(Kind.ADMINISTRATION, PutZoneDecoder.TEMPLATE_ID, PutZoneDecoder.BLOCK_LENGTH);
        put(Kind.ADMINISTRATION, PutDayGroupDecoder.TEMPLATE_ID, PutDayGroupDecoder.BLOCK_LENGTH);
        put(Kind.ADMINISTRATION, CutOverDecoder.TEMPLATE_ID, CutOverDecoder.BLOCK_LENGTH);
        put(Kind.ADMINISTRATION, PutIssuerDecoder.TEMPLATE_ID, PutIssuerDecoder.BLOCK_LENGTH);
        put(Kind.ADMINISTRATION, PutIssuerLinkDecoder.TEMPLATE_ID, PutIssuerLinkDecoder.BLOCK_LENGTH);
        put(Kind.ADMINISTRATION, PutRouteDecoder.TEMPLATE_ID, PutRouteDecoder.BLOCK_LENGTH);
        put(Kind.ADMINISTRATION, StoreAndForwardActionDecoder.TEMPLATE_ID, StoreAndForwardActionDecoder.BLOCK_LENGTH);
        put(Kind.ADMINISTRATION, ResolveExceptionDecoder.TEMPLATE_ID, ResolveExceptionDecoder.BLOCK_LENGTH);
        put(Kind.ADMINISTRATION, PutTokenKeyDecoder.TEMPLATE_ID, PutTokenKeyDecoder.BLOCK_LENGTH);

        putGroup(Kind.QUERY_WITH_GROUP, LookupAccountsDecoder.TEMPLATE_ID, LookupAccountsDecoder.BLOCK_LENGTH,
            LookupAccountsDecoder.AccountsDecoder.sbeBlockLength(), 0);
        putGroup(Kind.QUERY_WITH_GROUP, LookupTransfersDecoder.TEMPLATE_ID, LookupTransfersDecoder.BLOCK_LENGTH,
            LookupTransfersDecoder.TransfersDecoder.sbeBlockLength(), 0);
        put(Kind.QUERY, QueryAccountTransfersDecoder.TEMPLATE_ID, QueryAccountTransfersDecoder.BLOCK_LENGTH);
        put(Kind.QUERY, QueryAccountBalancesDecoder.TEMPLATE_ID, QueryAccountBalancesDecoder.BLOCK_LENGTH);
        put(Kind.QUERY, QueryTotalsDecoder.TEMPLATE_ID, QueryTotalsDecoder.BLOCK_LENGTH);
        put(Kind.QUERY, QueryStatusDecoder.TEMPLATE_ID, QueryStatusDecoder.BLOCK_LENGTH);
        put(Kind.QUERY, LookupParticipantDecoder.TEMPLATE_ID, LookupParticipantDecoder.BLOCK_LENGTH);
        put(Kind.QUERY, QueryReferenceDecoder.TEMPLATE_ID, QueryReferenceDecoder.BLOCK_LENGTH);
        put(Kind.QUERY, QueryPaymentDecoder.TEMPLATE_ID, QueryPaymentDecoder.BLOCK_LENGTH);
        put(Kind.QUERY, QueryExceptionsDecoder.TEMPLATE_ID, QueryExceptionsDecoder.BLOCK_LENGTH);
        put(Kind.QUERY, QueryStoreAndForwardDecoder.TEMPLATE_ID, QueryStoreAndForwardDecoder.BLOCK_LENGTH);
        put(Kind.QUERY, QueryPaymentStatusDecoder.TEMPLATE_ID, QueryPaymentStatusDecoder.BLOCK_LENGTH);
        put(Kind.QUERY, QueryDayTotalsDecoder.TEMPLATE_ID, QueryDayTotalsDecoder.BLOCK_LENGTH);
    }

    private Frames() {
    }

    /** What to do with a template id from the wire, any value. */
    static Kind kind(final int templateId) {
        return templateId < TEMPLATES ? KINDS[templateId] : Kind.UNKNOWN;
    }

    static int blockLength(final int templateId) {
        return BLOCK_LENGTHS[templateId];
    }

    static int entryLength(final int templateId) {
        return ENTRY_LENGTHS[templateId];
    }

    /** Template that an entry of a batch has in the ring. */
    static int bodyTemplate(final int templateId) {
        return BODY_TEMPLATES[templateId];
    }

    /** A message header as one little-endian word. */
    static long header(final int blockLength, final int templateId) {
        return blockLength | (long) templateId << 16 | (long) SCHEMA_ID << 32 | (long) SCHEMA_VERSION << 48;
    }

    /** A group header as one little-endian word. */
    static int group(final int entryLength, final int count) {
        return entryLength | count << 16;
    }

    private static void put(final Kind kind, final int templateId, final int blockLength) {
        KINDS[templateId] = kind;
        BLOCK_LENGTHS[templateId] = blockLength;
    }

    private static void putGroup(final Kind kind, final int templateId, final int blockLength, final int entryLength, final int bodyTemplate) {
        put(kind, templateId, blockLength);
        ENTRY_LENGTHS[templateId] = entryLength;
        BODY_TEMPLATES[templateId] = bodyTemplate;
    }
}
