package io.daybreak.gateway.iso;

import io.daybreak.iso8583.codec.MessageIndex;
import io.daybreak.iso8583.link.Mti93;
import io.daybreak.iso8583.link.Operation;
import io.daybreak.iso8583.mac.MessageMac;
import io.daybreak.pipeline.AnswerBuffer;
import io.daybreak.pipeline.CommandPublisher;
import io.daybreak.pipeline.CommandSlot;
import io.daybreak.protocol.Participants;
import io.daybreak.protocol.Result;
import io.daybreak.protocol.codec.CutOverEncoder;
import io.daybreak.protocol.codec.LookupParticipantDecoder;
import io.daybreak.protocol.codec.MessageHeaderDecoder;
import io.daybreak.protocol.codec.ParticipantAnswerDecoder;
import org.agrona.concurrent.UnsafeBuffer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.Instant;
import java.util.HexFormat;
import java.util.concurrent.RejectedExecutionException;

/**
 * 0800: sign-on, sign-off, echo, key exchange, cut-over notices. Rule: docs/iso8583.md, "Session" and "MAC and keys".
 * <p>
 * Event loop's thread only. Sign-on asks the state machine for the participant's record, a key exchange waits for the key
 * file on a thread of its own; both keep their request in a context meanwhile.
 */
final class NetworkRequests {
    private static final Logger LOG = LoggerFactory.getLogger(NetworkRequests.class);
    private static final int SIGN_ON = 1;
    private static final int SIGN_OFF = 2;
    static final int KEY_EXCHANGE = 101;
    static final int CUT_OVER_BEGINS = 201;
    private static final int CUT_OVER_ENDS = 202;
    private static final int ECHO = 301;

    private static final int KEY_ID_CHARS = 8;
    private static final int CHECK_CHARS = 6;
    private static final int MIN_BLOCK_CHARS = 48;
    private static final int MAX_BLOCK_CHARS = 144;
    /** A block with optional blocks; DE 48 has room for little more. */
    private static final int MAX_TR_31_CHARS = 900;
    /** Of an OutcomesAnswer frame: where the correlation id and the first outcome's result lie. */
    private static final int FRAME_CORRELATION = 12;
    private static final int FRAME_RESULT = 56;
    private static final int HALF_YEAR_DAYS = 183;

    private final IsoLoop loop;
    private final LinkPlan plan;
    private final AcquirerSide side;
    private final ParticipantAnswerDecoder participant = new ParticipantAnswerDecoder();
    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private final CutOverEncoder cutOver = new CutOverEncoder();

    NetworkRequests(final IsoLoop loop, final LinkPlan plan, final AcquirerSide side) {
        this.loop = loop;
        this.plan = plan;
        this.side = side;
    }

    /** Fields that come back; the key of an exchange does not. */
    long echo(final MessageIndex request) {
        return code(request) == KEY_EXCHANGE ? MessageKind.NETWORK.echo & ~MessageKind.fields(48) : MessageKind.NETWORK.echo;
    }

    /** DE 70, or what DE 24 says in its place. */
    private int code(final MessageIndex request) {
        return plan.is1993 ? Mti93.networkCode((int) request.number(24)) : (int) request.number(70);
    }

    /** Whether a request is a notice that a business date begins. */
    boolean isCutOver(final MessageIndex request) {
        return request.has(plan.is1993 ? 24 : 70) && code(request) == CUT_OVER_BEGINS;
    }

    /** One request, of good form and MAC; false if the connection must end. */
    boolean onRequest(final MessageIndex request, final int headerOffset, final int mti87, final MessageMac mac) {
        final int code = code(request);
        final Peer peer = request.has(32) ? plan.peer(request.number(32))
            : request.has(33) ? plan.peer(request.number(33)) : plan.defaultPeer;
        if (code == ECHO) {
            // Whoever names nobody is answered also where the link has no default.
            final boolean isStranger = peer == null && (request.has(32) || request.has(33));
            if (peer != null && (!plan.isSignOnNeeded || side.isSignedOn(peer)) && !side.known()) {
                return false;
            }
            return respond(isStranger ? LinkResult.INSTITUTION_NOT_OF_THE_LINK : Result.OK, request, headerOffset, mti87, mac);
        }
        if (code != SIGN_ON && code != SIGN_OFF && plan.isSignOnNeeded) {
            final Peer signing = peer == null ? plan.defaultPeer : peer;
            if (signing == null || !side.isSignedOn(signing)) {
                return respond(isKnown(code) ? LinkResult.NOT_SIGNED_ON : LinkResult.NETWORK_CODE_UNKNOWN, request, headerOffset, mti87, mac);
            }
        }
        if (!isKnown(code)) {
            return respond(LinkResult.NETWORK_CODE_UNKNOWN, request, headerOffset, mti87, mac);
        }
        if (peer == null) {
            return respond(LinkResult.INSTITUTION_NOT_OF_THE_LINK, request, headerOffset, mti87, mac);
        }
        if (code != SIGN_ON && code != SIGN_OFF && !side.known()) {
            return false;
        }
        switch (code) {
            case SIGN_ON -> {
                return signOn(request, peer, headerOffset, mti87, mac);
            }
            case SIGN_OFF -> {
                side.signOn(peer, false);
                return respond(Result.OK, request, headerOffset, mti87, mac);
            }
            case KEY_EXCHANGE -> {
                return exchangeKey(request, peer, headerOffset, mti87, mac);
            }
            case CUT_OVER_BEGINS -> {
                return cutOver(request, peer, headerOffset, mti87, mac);
            }
            default -> {
                return respond(Result.OK, request, headerOffset, mti87, mac);
            }
        }
    }

    private static boolean isKnown(final int code) {
        return code == SIGN_ON || code == SIGN_OFF || code == KEY_EXCHANGE || code == CUT_OVER_BEGINS || code == CUT_OVER_ENDS || code == ECHO;
    }

    private boolean respond(final int result, final MessageIndex request, final int headerOffset, final int mti87, final MessageMac mac) {
        return side.respond(result, mti87, echo(request), headerOffset, mac, 0, 0);
    }

    // ---- Sign-on ----

    private boolean signOn(final MessageIndex request, final Peer peer, final int headerOffset, final int mti87, final MessageMac mac) {
        final AnswerBuffer buffer = side.hasRoom(true) ? loop.agent.lend() : null;
        if (buffer == null) {
            return respond(LinkResult.WINDOW_FULL, request, headerOffset, mti87, mac);
        }
        final int place = side.openContext(peer, MessageKind.NETWORK, mti87, mac, true, headerOffset);
        final CommandPublisher publisher = loop.agent.publisher();
        final long claimed = place == ContextTable.NONE ? CommandPublisher.NOT_CLAIMED : publisher.tryClaim(1, CommandPublisher.FINISHING);
        if (claimed == CommandPublisher.NOT_CLAIMED) {
            if (place != ContextTable.NONE) {
                side.closeContext(place);
            }
            loop.agent.giveBack(buffer);
            return respond(LinkResult.WINDOW_FULL, request, headerOffset, mti87, mac);
        }
        final CommandSlot slot = publisher.slot(claimed);
        slot.command.setMemory(0, LookupParticipantDecoder.BLOCK_LENGTH, (byte) 0);
        slot.command.putLong(LookupParticipantDecoder.correlationIdEncodingOffset(), loop.contexts.correlationId(place), ByteOrder.LITTLE_ENDIAN);
        slot.command.putBytes(LookupParticipantDecoder.participantCodeEncodingOffset(), peer.code().getBytes(StandardCharsets.US_ASCII));
        slot.commandLength = LookupParticipantDecoder.BLOCK_LENGTH;
        side.fill(slot, LookupParticipantDecoder.TEMPLATE_ID, Participants.SYSTEM, place, buffer);
        publisher.publish(claimed, claimed);
        loop.agent.onPublished(1);
        return true;
    }

    /** The state machine has told who the participant is. */
    void onParticipant(final AnswerBuffer answer) {
        participant.wrapAndApplyHeader(answer.buffer, 0, header);
        final int place = loop.contexts.find(participant.correlationId());
        if (place == ContextTable.NONE) {
            return;
        }
        final Peer peer = loop.contexts.peer(place);
        final boolean isActive = participant.result() == Result.OK && (participant.roles() & Participants.ROLE_ACTIVE) != 0;
        if (isActive) {
            peer.resolved((int) participant.participantId());
        }
        side.signOn(peer, isActive);
        if (isActive) {
            side.known();
        }
        LOG.info("participant {} {}", peer.code(), isActive ? "signed on" : "is unknown or barred and did not sign on");
        if (!isActive || !learnDates(peer, participant.correlationId())) {
            side.answer(place, isActive ? Result.OK : LinkResult.PARTICIPANT_BARRED);
        }
    }

    /** Its institution may have been put since the start: then its business date is learned first. False if that is not needed. */
    private boolean learnDates(final Peer peer, final long name) {
        final long institution = plan.institutionOf(peer);
        if (institution == 0 || loop.dates.groupOf(institution) >= 0) {
            return false;
        }
        try {
            loop.keyWorker.execute(() -> {
                loop.readReference.run();
                loop.agent.eventLoop().execute(() -> onLearned(name));
            });
            return true;
        } catch (final RejectedExecutionException ex) {
            return false;
        }
    }

    private void onLearned(final long name) {
        final int place = loop.contexts.find(name);
        if (place != ContextTable.NONE) {
            side.answer(place, Result.OK);
            loop.agent.flushTouched();
        }
    }

    // ---- Key exchange ----

    private boolean exchangeKey(final MessageIndex request, final Peer peer, final int headerOffset, final int mti87, final MessageMac mac) {
        if (!plan.isAllowed(Operation.KEY_CHANGE)) {
            return respond(LinkResult.OPERATION_NOT_OF_THE_LINK, request, headerOffset, mti87, mac);
        }
        if (!plan.isMacRequired) {
            return respond(LinkResult.KEY_REFUSED, request, headerOffset, mti87, mac);
        }
        final int length = request.charLength(48);
        final int blockChars = length - KEY_ID_CHARS - CHECK_CHARS;
        final boolean isTr31 = plan.keys.isTr31();
        if (blockChars < MIN_BLOCK_CHARS || blockChars > (isTr31 ? MAX_TR_31_CHARS : MAX_BLOCK_CHARS) || !isTr31 && blockChars % 2 != 0) {
            return side.respond(LinkResult.FIELD_INVALID, mti87, echo(request), headerOffset, mac, 48, 0);
        }
        final byte[] characters = new byte[length];
        request.chars(48, characters, 0);
        final String text = new String(characters, StandardCharsets.US_ASCII);
        final String id = text.substring(0, KEY_ID_CHARS);
        final String blockText = text.substring(KEY_ID_CHARS, length - CHECK_CHARS);
        final String checkValue = text.substring(length - CHECK_CHARS).toUpperCase(java.util.Locale.ROOT);
        if (!id.matches("[\\w.-]+") || !blockText.matches(isTr31 ? "[ -~]+" : "[0-9A-Fa-f]+") || !checkValue.matches("[0-9A-F]+")) {
            return side.respond(LinkResult.FIELD_INVALID, mti87, echo(request), headerOffset, mac, 48, 0);
        }
        final int place = side.hasRoom(true) ? side.openContext(peer, MessageKind.NETWORK, mti87, mac, true, headerOffset) : ContextTable.NONE;
        if (place == ContextTable.NONE) {
            return respond(LinkResult.WINDOW_FULL, request, headerOffset, mti87, mac);
        }
        final byte[] block = isTr31 ? blockText.getBytes(StandardCharsets.US_ASCII) : HexFormat.of().parseHex(blockText);
        final long name = loop.contexts.correlationId(place);
        try {
            loop.keyWorker.execute(() -> {
                final LinkKeys.Exchange done = plan.keys.exchange(id, block, checkValue, System.nanoTime());
                loop.agent.eventLoop().execute(() -> onExchanged(name, id, done));
            });
        } catch (final RejectedExecutionException ex) {
            side.closeContext(place);
            return respond(LinkResult.WINDOW_FULL, request, headerOffset, mti87, mac);
        }
        return true;
    }

    private void onExchanged(final long name, final String id, final LinkKeys.Exchange done) {
        final int place = loop.contexts.find(name);
        if (place == ContextTable.NONE) {
            return;
        }
        LOG.info("link {}: key {} {}", plan.profile.name(), id, done);
        side.answer(place, switch (done) {
            case DONE -> Result.OK;
            case REFUSED -> LinkResult.KEY_REFUSED;
            case NOT_WRITTEN -> LinkResult.WINDOW_FULL;
        });
        loop.agent.flushTouched();
    }

    // ---- Cut-over ----

    private boolean cutOver(final MessageIndex request, final Peer peer, final int headerOffset, final int mti87, final MessageMac mac) {
        if (!plan.isAllowed(Operation.CUT_OVER) || peer.participantId() == Peer.UNKNOWN) {
            return respond(LinkResult.NOTICE_NOT_GRANTED, request, headerOffset, mti87, mac);
        }
        final long institution = request.has(32) ? request.number(32) : plan.institutionOf(peer);
        final int dayGroup = loop.dates.groupOf(institution);
        if (dayGroup < 0) {
            return respond(LinkResult.NOTICE_NOT_GRANTED, request, headerOffset, mti87, mac);
        }
        final int newDate = withYear((int) request.number(15));
        if (newDate < 0) {
            return side.respond(LinkResult.FIELD_INVALID, mti87, echo(request), headerOffset, mac, 15, 0);
        }
        final int place = side.hasRoom(true) ? side.openContext(peer, MessageKind.NETWORK, mti87, mac, true, headerOffset) : ContextTable.NONE;
        final CommandPublisher publisher = loop.agent.publisher();
        final long claimed = place == ContextTable.NONE ? CommandPublisher.NOT_CLAIMED : publisher.tryClaim(1, CommandPublisher.FINISHING);
        if (claimed == CommandPublisher.NOT_CLAIMED) {
            if (place != ContextTable.NONE) {
                side.closeContext(place);
            }
            return respond(LinkResult.WINDOW_FULL, request, headerOffset, mti87, mac);
        }
        final CommandSlot slot = publisher.slot(claimed);
        slot.command.setMemory(0, CutOverEncoder.BLOCK_LENGTH, (byte) 0);
        cutOver.wrap(slot.command, 0)
            .correlationId(loop.contexts.correlationId(place))
            .institution(institution)
            .dayGroup(dayGroup)
            .newDate(newDate);
        slot.commandLength = CutOverEncoder.BLOCK_LENGTH;
        side.fill(slot, CutOverEncoder.TEMPLATE_ID, peer.participantId(), place, null);
        publisher.publish(claimed, claimed);
        loop.agent.onPublished(1);
        return true;
    }

    private static int number(final LocalDate date) {
        return date.getYear() * 10_000 + date.getMonthValue() * 100 + date.getDayOfMonth();
    }

    /** YYYYMMDD of a date without its century or year: the one nearest to now; negative if there is no such date. */
    private int withYear(final int date) {
        final LocalDate today = LocalDate.ofInstant(Instant.ofEpochSecond(loop.agent.timeNs() / 1_000_000_000L), ZoneOffset.UTC);
        try {
            final int monthDay = date % 10_000;
            LocalDate found = LocalDate.of(plan.is1993 ? 2_000 + date / 10_000 : today.getYear(), monthDay / 100, monthDay % 100);
            if (!plan.is1993 && found.isBefore(today.minusDays(HALF_YEAR_DAYS))) {
                found = found.plusYears(1);
            } else if (!plan.is1993 && found.isAfter(today.plusDays(HALF_YEAR_DAYS))) {
                found = found.minusYears(1);
            }
            return number(found);
        } catch (final java.time.DateTimeException ex) {
            return -1;
        }
    }

    /** The outcome of a cut-over. */
    void onOutcome(final UnsafeBuffer memory, final int offset) {
        final int place = loop.contexts.find(memory.getLong(offset + FRAME_CORRELATION, ByteOrder.LITTLE_ENDIAN));
        if (place != ContextTable.NONE) {
            final int result = memory.getShort(offset + FRAME_RESULT, ByteOrder.LITTLE_ENDIAN) & 0xFFFF;
            side.answer(place, result);
        }
    }
}
