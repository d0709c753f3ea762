package io.daybreak.routing;

import io.daybreak.protocol.PinMode;
import io.daybreak.protocol.RecordStatus;
import io.daybreak.protocol.Result;
import io.daybreak.protocol.codec.MessageHeaderEncoder;
import io.daybreak.protocol.codec.PutIssuerDecoder;
import io.daybreak.protocol.codec.PutIssuerEncoder;
import io.daybreak.protocol.codec.PutIssuerLinkDecoder;
import io.daybreak.protocol.codec.PutIssuerLinkEncoder;
import io.daybreak.protocol.codec.PutRouteDecoder;
import io.daybreak.protocol.codec.PutRouteEncoder;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.util.function.LongToIntFunction;

/**
 * Takes issuers, links and routes as the operator puts them, and gives them back as the same messages. A record that is
 * REMOVED keeps its number, is used for nothing new, and is not given back. Putting the same twice changes nothing.
 * Ledger thread only.
 */
final class IssuerRecords {
    static final int MAX_WINDOW = 1_024;
    static final long MAX_LINK_WINDOW = 1_000_000;
    static final int MAX_TRIES = 10_000;
    static final long MAX_AGE_MS = 300L * 24 * 60 * 60 * 1_000;
    static final long MAX_PAUSE_MS = 24L * 60 * 60 * 1_000;
    static final long MAX_DEADLINE_MS = 600_000;

    private static final int ISSUER_FLAGS = Issuer.HELD | Issuer.WANTS_TOTALS;
    private static final int MCC_DIGITS = 4;

    private final Issuers issuers;
    private final Routes routes;
    private final LongToIntFunction currencyOf;
    private final PutIssuerDecoder putIssuer = new PutIssuerDecoder();
    private final PutIssuerLinkDecoder putLink = new PutIssuerLinkDecoder();
    private final PutRouteDecoder putRoute = new PutRouteDecoder();
    private final MessageHeaderEncoder header = new MessageHeaderEncoder();
    private final PutIssuerEncoder issuerEncoder = new PutIssuerEncoder();
    private final PutIssuerLinkEncoder linkEncoder = new PutIssuerLinkEncoder();
    private final PutRouteEncoder routeEncoder = new PutRouteEncoder();
    private final int[] mccs = new int[Route.MCCS];
    private final MutableDirectBuffer present = new UnsafeBuffer(new byte[256]);

    IssuerRecords(final Issuers issuers, final Routes routes, final LongToIntFunction currencyOf) {
        this.issuers = issuers;
        this.routes = routes;
        this.currencyOf = currencyOf;
    }

    int putIssuer(final DirectBuffer command, final int offset) {
        final PutIssuerDecoder body = putIssuer.wrap(command, offset, PutIssuerDecoder.BLOCK_LENGTH, PutIssuerDecoder.SCHEMA_VERSION);
        final int result = checkIssuer(body, command, offset + PutIssuerDecoder.codeEncodingOffset());
        if (result != Result.OK) {
            return result;
        }
        final Issuer known = issuers.issuer(body.issuerId());
        if (isUnchanged(PutIssuerDecoder.TEMPLATE_ID, body.issuerId(), known == null || known.status == RecordStatus.REMOVED,
            body.status(), command, offset, PutIssuerDecoder.BLOCK_LENGTH)) {
            return Issuing.UNCHANGED;
        }
        final Issuer issuer = issuers.make(body.issuerId());
        issuers.before(issuer);
        issuer.settlementAccountId = body.settlementAccountId();
        issuer.exceptionAccountId = body.exceptionAccountId();
        issuer.institution = body.institution();
        issuer.maximumAgeMs = body.maximumAgeMs();
        issuer.retryMs = body.retryMs();
        issuer.answerTimeoutMs = body.answerTimeoutMs();
        issuer.window = body.window();
        issuer.maximumTries = body.maximumTries();
        issuer.flags = body.flags();
        issuer.status = body.status();
        issuer.currency = body.currency();
        issuer.dayGroup = body.dayGroup();
        issuer.codeFirst = command.getLong(offset + PutIssuerDecoder.codeEncodingOffset());
        issuer.codeLast = command.getLong(offset + PutIssuerDecoder.codeEncodingOffset() + 8);
        issuers.after(issuer);
        return Result.OK;
    }

    private int checkIssuer(final PutIssuerDecoder body, final DirectBuffer command, final int codeOffset) {
        if (body.reserved() != 0) {
            return Result.RESERVED_MUST_BE_ZERO;
        }
        if (body.issuerId() < 1 || body.issuerId() > Issuers.MAX_ISSUERS || !isStatus(body.status())
            || !isWithin(body.maximumAgeMs(), 1, MAX_AGE_MS) || !isWithin(body.retryMs(), 1, MAX_PAUSE_MS)
            || !isWithin(body.answerTimeoutMs(), 1, MAX_PAUSE_MS) || !isWithin(body.window(), 1, MAX_WINDOW)
            || !isWithin(body.maximumTries(), 1, MAX_TRIES) || (body.flags() & ~ISSUER_FLAGS) != 0
            || !isWithin(body.currency(), 1, 999) || !isText(command, codeOffset)) {
            return Result.RECORD_INVALID;
        }
        final int settlementCurrency = currencyOf.applyAsInt(body.settlementAccountId());
        final int exceptionCurrency = currencyOf.applyAsInt(body.exceptionAccountId());
        if (settlementCurrency == Issuing.NO_ACCOUNT || exceptionCurrency == Issuing.NO_ACCOUNT) {
            return Result.RECORD_NAMES_AN_UNKNOWN_ACCOUNT;
        }
        return settlementCurrency == body.currency() && exceptionCurrency == body.currency() ? Result.OK : Result.RECORD_INVALID;
    }

    int putLink(final DirectBuffer command, final int offset) {
        final PutIssuerLinkDecoder body =
            putLink.wrap(command, offset, PutIssuerLinkDecoder.BLOCK_LENGTH, PutIssuerLinkDecoder.SCHEMA_VERSION);
        if (body.reserved() != 0) {
            return Result.RESERVED_MUST_BE_ZERO;
        }
        final int codeOffset = offset + PutIssuerLinkDecoder.codeEncodingOffset();
        if (body.linkId() < 1 || body.linkId() > Issuers.MAX_LINK_ID || !isStatus(body.status())
            || !isWithin(body.window(), 1, MAX_LINK_WINDOW) || !isText(command, codeOffset)) {
            return Result.RECORD_INVALID;
        }
        final Issuer issuer = issuers.issuer(body.issuerId());
        if (issuer == null) {
            return Result.RECORD_NAMES_AN_UNKNOWN_RECORD;
        }
        final IssuerLink known = issuers.link(body.linkId());
        final boolean isListed = known != null && known.status != RecordStatus.REMOVED;
        // A link with another issuer would take requests along; it is removed first, when nothing of it is pending.
        if (known != null && known.issuerId != issuer.id && (isListed || known.pending > 0)) {
            return Result.RECORD_INVALID;
        }
        if (!isListed && body.status() != RecordStatus.REMOVED && issuer.links.length == Issuer.MAX_LINKS) {
            return Result.RECORD_INVALID;
        }
        if (isUnchanged(PutIssuerLinkDecoder.TEMPLATE_ID, body.linkId(), !isListed, body.status(), command, offset,
            PutIssuerLinkDecoder.BLOCK_LENGTH)) {
            return Issuing.UNCHANGED;
        }
        final IssuerLink link = issuers.makeLink(body.linkId());
        issuers.before(link);
        link.issuerId = issuer.id;
        link.weight = body.weight();
        link.status = body.status();
        link.window = body.window();
        link.codeFirst = command.getLong(codeOffset);
        link.codeLast = command.getLong(codeOffset + 8);
        issuers.after(link);
        if (isListed) {
            issuer.removeLink(link);
        }
        if (link.status != RecordStatus.REMOVED) {
            issuer.addLink(link);
        }
        issuers.beginTurnsAnew(issuer);
        return Result.OK;
    }

    int putRoute(final DirectBuffer command, final int offset) {
        final PutRouteDecoder body = putRoute.wrap(command, offset, PutRouteDecoder.BLOCK_LENGTH, PutRouteDecoder.SCHEMA_VERSION);
        if (body.reserved() != 0) {
            return Result.RESERVED_MUST_BE_ZERO;
        }
        if (body.routeId() < 1 || body.routeId() > Routes.MAX_ROUTE_ID || !isStatus(body.status())
            || !Routes.isPrefix(body.prefixLength(), body.prefix()) || !isWithin(body.deadlineMs(), 1, MAX_DEADLINE_MS)
            || body.amountFromMinor() < 0 || body.amountToMinor() < body.amountFromMinor() || body.standInFloorMinor() < 0
            || body.standInDayMinor() < 0 || body.currency() > 999 || !Route.isChannelMask(body.channels())
            || !Route.isChannelMask(body.standInChannels()) || body.pinMode() > PinMode.TRANSLATE
            || !parseMccs(command, offset + PutRouteDecoder.standInExcludedMccsEncodingOffset())) {
            return Result.RECORD_INVALID;
        }
        if (issuers.issuer(body.issuerId()) == null) {
            return Result.RECORD_NAMES_AN_UNKNOWN_RECORD;
        }
        final Route known = routes.route(body.routeId());
        if (isUnchanged(PutRouteDecoder.TEMPLATE_ID, body.routeId(), known == null || known.status == RecordStatus.REMOVED,
            body.status(), command, offset, PutRouteDecoder.BLOCK_LENGTH)) {
            return Issuing.UNCHANGED;
        }
        final Route route = routes.make(body.routeId());
        routes.before(route);
        route.amountFromMinor = body.amountFromMinor();
        route.amountToMinor = body.amountToMinor();
        route.standInFloorMinor = body.standInFloorMinor();
        route.standInDayMinor = body.standInDayMinor();
        route.prefix = body.prefix();
        route.deadlineMs = body.deadlineMs();
        route.standInDayCount = body.standInDayCount();
        route.standInOperations = body.standInOperations();
        route.issuerId = body.issuerId();
        route.channels = body.channels();
        route.currency = body.currency();
        route.standInChannels = body.standInChannels();
        route.status = body.status();
        route.prefixLength = body.prefixLength();
        route.pinMode = body.pinMode();
        System.arraycopy(mccs, 0, route.standInExcludedMccs, 0, Route.MCCS);
        routes.after(route);
        return Result.OK;
    }

    /** True if the record would be given back as these very bytes, or is not there and is to be removed. */
    private boolean isUnchanged(final int templateId, final int slot, final boolean isAbsent, final int status,
                                final DirectBuffer command, final int offset, final int length) {
        if (isAbsent) {
            return status == RecordStatus.REMOVED;
        }
        encode(templateId, slot, present, 0);
        for (int i = Long.BYTES; i < length; i++) {
            if (command.getByte(offset + i) != present.getByte(MessageHeaderEncoder.ENCODED_LENGTH + i)) {
                return false;
            }
        }
        return true;
    }

    /** Up to eight categories of four digits, then zero bytes. */
    private boolean parseMccs(final DirectBuffer command, final int offset) {
        boolean ended = false;
        for (int i = 0; i < Route.MCCS; i++) {
            int mcc = 0;
            int digits = 0;
            for (int j = 0; j < MCC_DIGITS; j++) {
                final byte character = command.getByte(offset + i * MCC_DIGITS + j);
                digits += character >= '0' && character <= '9' ? 1 : 0;
                mcc = mcc * 10 + character - '0';
                if (character != 0 && (character < '0' || character > '9')) {
                    return false;
                }
            }
            if (digits != 0 && (digits != MCC_DIGITS || ended || mcc == 0)) {
                return false;
            }
            ended |= digits == 0;
            mccs[i] = digits == 0 ? 0 : mcc;
        }
        return true;
    }

    private static boolean isStatus(final int status) {
        return status >= RecordStatus.ACTIVE && status <= RecordStatus.REMOVED;
    }

    private static boolean isWithin(final long value, final long least, final long greatest) {
        return value >= least && value <= greatest;
    }

    /** 1 to 16 printable characters without blanks, then zero bytes. */
    private static boolean isText(final DirectBuffer buffer, final int offset) {
        boolean padding = false;
        for (int i = 0; i < 16; i++) {
            final byte character = buffer.getByte(offset + i);
            if (character == 0) {
                padding = true;
            } else if (padding || character <= ' ' || character > '~') {
                return false;
            }
        }
        return buffer.getByte(offset) != 0;
    }

    int slotEnd(final int templateId) {
        switch (templateId) {
            case PutIssuerDecoder.TEMPLATE_ID:
                return issuers.lastIssuerId() + 1;
            case PutIssuerLinkDecoder.TEMPLATE_ID:
                return issuers.lastLinkId() + 1;
            case PutRouteDecoder.TEMPLATE_ID:
                return routes.lastRouteId() + 1;
            default:
                return 0;
        }
    }

    int encode(final int templateId, final int slot, final MutableDirectBuffer buffer, final int offset) {
        switch (templateId) {
            case PutIssuerDecoder.TEMPLATE_ID:
                return encode(issuers.issuer(slot), buffer, offset);
            case PutIssuerLinkDecoder.TEMPLATE_ID:
                return encode(issuers.link(slot), buffer, offset);
            case PutRouteDecoder.TEMPLATE_ID:
                return encode(routes.route(slot), buffer, offset);
            default:
                return 0;
        }
    }

    private int encode(final Issuer issuer, final MutableDirectBuffer buffer, final int offset) {
        if (issuer == null || issuer.status == RecordStatus.REMOVED) {
            return 0;
        }
        issuerEncoder.wrapAndApplyHeader(buffer, offset, header).correlationId(0)
            .settlementAccountId(issuer.settlementAccountId).exceptionAccountId(issuer.exceptionAccountId)
            .institution(issuer.institution).maximumAgeMs(issuer.maximumAgeMs).retryMs(issuer.retryMs)
            .answerTimeoutMs(issuer.answerTimeoutMs).issuerId(issuer.id).window(issuer.window)
            .maximumTries(issuer.maximumTries).flags(issuer.flags).status(issuer.status).currency(issuer.currency)
            .dayGroup(issuer.dayGroup).reserved(0);
        final int code = offset + MessageHeaderEncoder.ENCODED_LENGTH + PutIssuerEncoder.codeEncodingOffset();
        buffer.putLong(code, issuer.codeFirst);
        buffer.putLong(code + 8, issuer.codeLast);
        return MessageHeaderEncoder.ENCODED_LENGTH + PutIssuerEncoder.BLOCK_LENGTH;
    }

    private int encode(final IssuerLink link, final MutableDirectBuffer buffer, final int offset) {
        if (link == null || link.status == RecordStatus.REMOVED) {
            return 0;
        }
        linkEncoder.wrapAndApplyHeader(buffer, offset, header).correlationId(0).linkId(link.id).issuerId(link.issuerId)
            .weight(link.weight).status(link.status).window(link.window).reserved(0);
        final int code = offset + MessageHeaderEncoder.ENCODED_LENGTH + PutIssuerLinkEncoder.codeEncodingOffset();
        buffer.putLong(code, link.codeFirst);
        buffer.putLong(code + 8, link.codeLast);
        return MessageHeaderEncoder.ENCODED_LENGTH + PutIssuerLinkEncoder.BLOCK_LENGTH;
    }

    private int encode(final Route route, final MutableDirectBuffer buffer, final int offset) {
        if (route == null || route.status == RecordStatus.REMOVED) {
            return 0;
        }
        routeEncoder.wrapAndApplyHeader(buffer, offset, header).correlationId(0).amountFromMinor(route.amountFromMinor)
            .amountToMinor(route.amountToMinor).standInFloorMinor(route.standInFloorMinor)
            .standInDayMinor(route.standInDayMinor).prefix(route.prefix).deadlineMs(route.deadlineMs)
            .standInDayCount(route.standInDayCount).standInOperations(route.standInOperations).routeId(route.id)
            .issuerId(route.issuerId).channels(route.channels).currency(route.currency)
            .standInChannels(route.standInChannels).status(route.status).prefixLength((short) route.prefixLength)
            .pinMode((short) route.pinMode).reserved(0);
        int at = offset + MessageHeaderEncoder.ENCODED_LENGTH + PutRouteEncoder.standInExcludedMccsEncodingOffset();
        for (final int mcc : route.standInExcludedMccs) {
            buffer.putByte(at++, (byte) (mcc == 0 ? 0 : '0' + mcc / 1_000));
            buffer.putByte(at++, (byte) (mcc == 0 ? 0 : '0' + mcc / 100 % 10));
            buffer.putByte(at++, (byte) (mcc == 0 ? 0 : '0' + mcc / 10 % 10));
            buffer.putByte(at++, (byte) (mcc == 0 ? 0 : '0' + mcc % 10));
        }
        return MessageHeaderEncoder.ENCODED_LENGTH + PutRouteEncoder.BLOCK_LENGTH;
    }
}
