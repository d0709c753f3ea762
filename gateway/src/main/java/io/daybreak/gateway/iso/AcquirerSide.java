package io.daybreak.gateway.iso;

import io.daybreak.gateway.link.TokenBucket;
import io.daybreak.iso8583.codec.ErrorReason;
import io.daybreak.iso8583.codec.MessageIndex;
import io.daybreak.iso8583.dialect.Dialect;
import io.daybreak.iso8583.link.Mti93;
import io.daybreak.iso8583.link.Operation;
import io.daybreak.iso8583.mac.MessageMac;
import io.daybreak.pipeline.AnswerBuffer;
import io.daybreak.pipeline.CommandPublisher;
import io.daybreak.pipeline.CommandSlot;
import io.daybreak.protocol.Result;
import io.daybreak.protocol.codec.FileUpdateDecoder;
import io.daybreak.protocol.codec.PaymentDecoder;
import io.daybreak.protocol.codec.ReconciliationDecoder;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.ArrayList;
import java.util.List;

/**
 * The acquirer's side of a connection: takes requests, refuses what the link can refuse, hands the rest to the ring, and
 * answers. The order of the checks is that of docs/iso8583.md, "Order of the checks": format, MAC, sign-on, institution.
 * <p>
 * Event loop's thread only; allocates nothing per payment. Bounds: the window of the link's profile by connection, and a
 * quarter more for what finishes earlier work; at the bound, and where ring or tables are full, the answer is 91 at once.
 */
final class AcquirerSide implements LinkSide {
    private static final Logger LOG = LoggerFactory.getLogger(AcquirerSide.class);
    private static final int CLEAN = 0;
    /** Bytes left over behind the last field are told as the bitmap's fault. */
    private static final int FIELD_BITMAP = 1;
    /** Months. */
    private static final int HALF_A_YEAR = 6;

    private final IsoLoop loop;
    private final LinkPlan plan;
    private final IsoCounters counters;
    private final MessageIndex request;
    private final MessageIndex answered;
    private final NetworkRequests network;

    /** Null where the link wants none. */
    private CutOverNotices notices;
    private int noticeStan;
    private IsoLink link;
    private int inFlight;
    private int wrongMacs;
    private boolean isKnown;
    private int requests;
    private int responses;
    /** Participants that have signed on here, where a sign-on is for the connection alone. */
    private List<Peer> signedOnHere;
    /** Contexts of 0800 in work: what they wait for is told to the connection, and is lost with it. */
    private List<Long> networkContexts;

    AcquirerSide(final IsoLoop loop, final LinkPlan plan, final IsoCounters counters) {
        this.loop = loop;
        this.plan = plan;
        this.counters = counters;
        request = loop.requestIndex(plan.dialect);
        answered = loop.answerIndex(plan.dialect);
        network = new NetworkRequests(loop, plan, this);
    }

    /** How its messages are written. */
    Dialect dialect() {
        return plan.dialect;
    }

    @Override
    public void onOpen(final IsoLink opened) {
        link = opened;
        if (plan.profile.wantsNotices()) {
            notices = new CutOverNotices(this::sendNotice);
            loop.noticed.add(this);
        }
    }

    private int sendNotice(final int code, final int date) {
        final int at = link.isOpen() ? link.claim(ResponseWriter.MAX_BYTES) : -1;
        if (at < 0) {
            return 0;
        }
        noticeStan = noticeStan % NetworkWriter.MAX_STAN + 1;
        link.commit(loop.network.request(plan.profile, code, loop.agent.timeNs(), noticeStan, date, newestMac(), link.out(), at));
        return noticeStan;
    }

    /** A business date was opened or closed. */
    void onDate(final int dayGroup, final int code, final int date) {
        if (plan.defaultPeer != null && loop.dates.groupOf(plan.institutionOf(plan.defaultPeer)) == dayGroup) {
            notices.add(code, date, System.nanoTime());
        }
    }

    @Override
    public void onClosed() {
        LOG.debug("link {} {} closed, {} in work", counters.name(), link.linkId(), inFlight);
        countRead();
        if (notices != null) {
            loop.noticed.remove(this);
        }
        if (networkContexts != null) {
            for (final long context : networkContexts) {
                final int place = loop.contexts.find(context);
                if (place != ContextTable.NONE) {
                    loop.contexts.close(place);
                }
            }
            networkContexts = null;
        }
    }

    @Override
    public boolean hasUnanswered() {
        return inFlight > 0;
    }

    @Override
    public void onTick(final long nowNs) {
        if (notices != null) {
            notices.onTick(nowNs);
        }
        final long idleNs = plan.profile.timeOuts().idleCloseMs() * 1_000_000L;
        if (idleNs != 0 && nowNs - link.lastReceivedNs() > idleNs) {
            link.end("idle");
        }
    }

    @Override
    public void onReadEnd() {
        countRead();
    }

    private void countRead() {
        if (requests != 0) {
            counters.onRequests(requests);
            requests = 0;
        }
        countResponses();
    }

    private void countResponses() {
        if (responses != 0) {
            counters.onResponses(responses);
            responses = 0;
        }
    }

    // ---- A request's way in ----

    @Override
    public boolean onMessage(final UnsafeBuffer view, final int headerOffset, final int offset, final int length) {
        final int error = request.index(view, offset, length);
        final int mti = request.mti();
        if (mti == MessageIndex.NULL_MTI) {
            return unreadable();
        }
        final int function = mti / 10 % 10;
        if (!request.has(11) && !request.has(37)) {
            return unreadable();
        }
        if ((function & 1) != 0 || function > 2) {
            if (notices == null || mti % 1_000 / 100 != 8 || error != CLEAN || plan.isMacRequired && goodMac() == null
                || !notices.onAnswer(request.number(11), System.nanoTime())) {
                counters.onNotWaitedFor();
            }
            return true;
        }
        requests++;
        final int mti87 = plan.is1993 ? Mti93.to87(mti) : mti;
        if (error != CLEAN) {
            return formatError(headerOffset, mti % 1_000, request.errorReason() == ErrorReason.TRAILING ? FIELD_BITMAP : request.errorField());
        }
        final MessageKind kind = MessageKind.of(mti87);
        if (kind == null) {
            return refuse(LinkResult.MESSAGE_TYPE_UNKNOWN, mti % 1_000, MessageKind.ECHO_IN_ERROR, headerOffset, 0);
        }
        final int wrong = loop.reader.check(request, plan, kind, mti87);
        if (wrong != RequestReader.CLEAN) {
            return formatError(headerOffset, mti87, wrong);
        }
        MessageMac mac = null;
        if (plan.isMacRequired) {
            mac = goodMac();
            if (mac == null) {
                return wrongMac(headerOffset, kind, mti87);
            }
        }
        return kind == MessageKind.NETWORK ? network.onRequest(request, headerOffset, mti87, mac) : onBusiness(kind, mti87, mac, headerOffset);
    }

    private boolean unreadable() {
        counters.onUnreadable();
        link.end("unreadable message");
        return false;
    }

    private boolean formatError(final int headerOffset, final int mti87, final int field) {
        counters.onFormatError();
        return respond(LinkResult.FIELD_INVALID, mti87, MessageKind.ECHO_IN_ERROR, headerOffset, newestMac(), field, 0);
    }

    /** The MAC under which the request is right; null if it is not, or has none. */
    private MessageMac goodMac() {
        final LinkKeys.InUse keys = plan.keys.inUse();
        final MessageMac current = loop.mac(keys.current());
        if (current.verify(request)) {
            return current;
        }
        if (keys.isPreviousGood(System.nanoTime())) {
            final MessageMac previous = loop.mac(keys.previous());
            if (previous.verify(request)) {
                return previous;
            }
        }
        return null;
    }

    /** Signs what answers no good request; null without MACs. */
    private MessageMac newestMac() {
        return plan.isMacRequired ? loop.mac(plan.keys.inUse().current()) : null;
    }

    private boolean wrongMac(final int headerOffset, final MessageKind kind, final int mti87) {
        counters.onWrongMac();
        wrongMacs++;
        respond(LinkResult.MAC_WRONG, mti87, kind.echo, headerOffset, newestMac(), 0, 0);
        if (wrongMacs >= plan.profile.mac().maxFailures()) {
            link.end("wrong MACs");
            return false;
        }
        return true;
    }

    /** What the state machine decides, if the link lets it. */
    private boolean onBusiness(final MessageKind kind, final int mti87, final MessageMac mac, final int headerOffset) {
        final Peer peer = speaker();
        final Peer signing = peer == null ? plan.defaultPeer : peer;
        long institution = loop.reader.institution();
        if (plan.isSignOnNeeded && (signing == null || !isSignedOn(signing))) {
            return respond(LinkResult.NOT_SIGNED_ON, mti87, kind.echo, headerOffset, mac, 0, institution);
        }
        if (peer == null || peer.participantId() == Peer.UNKNOWN) {
            return respond(LinkResult.INSTITUTION_NOT_OF_THE_LINK, mti87, kind.echo, headerOffset, mac, 0, institution);
        }
        if (!known()) {
            return false;
        }
        final int refusal = refusal(kind, institution);
        if (refusal != CLEAN) {
            return respond(refusal, mti87, kind.echo, headerOffset, mac, 0, institution);
        }
        if (institution == 0) {
            institution = plan.institutionOf(peer);
        }
        final TokenBucket bucket = kind.isFinishing ? null : loop.agent.rateOf(peer.participantId());
        if (bucket != null) {
            final long nowNs = System.nanoTime();
            if (!bucket.isOpen(nowNs)) {
                counters.onOverRate();
                return respond(LinkResult.RATE_EXCEEDED, mti87, kind.echo, headerOffset, mac, 0, institution);
            }
            bucket.spend(1, nowNs);
        }
        if (!publish(kind, mti87, peer, institution, mac, headerOffset)) {
            counters.onNoRoom();
            return respond(LinkResult.WINDOW_FULL, mti87, kind.echo, headerOffset, mac, 0, institution);
        }
        return true;
    }

    /** Who speaks: by DE 32, or where that may be absent by DE 33, or by default; null if that is nobody of this link. */
    private Peer speaker() {
        if (request.has(32)) {
            return plan.peer(request.number(32));
        }
        return request.has(33) ? plan.peer(request.number(33)) : plan.defaultPeer;
    }

    private int refusal(final MessageKind kind, final long institution) {
        if (kind.isPayment() || kind.isReversal()) {
            return CLEAN;
        }
        if (kind == MessageKind.FILE_UPDATE) {
            if (!plan.isAllowed(Operation.FILE_UPDATE)) {
                return LinkResult.OPERATION_NOT_OF_THE_LINK;
            }
            return loop.reader.fileAction() == 0 ? LinkResult.FILE_ACTION_UNKNOWN : CLEAN;
        }
        if (!plan.isAllowed(Operation.RECONCILIATION)) {
            return LinkResult.OPERATION_NOT_OF_THE_LINK;
        }
        return isOfAnotherYear(loop.reader.dateOfTotals(), loop.dates.open(institution)) ? Result.BUSINESS_DATE_CLOSED : CLEAN;
    }

    /** The state machine knows dates of totals by month and day: one more than half a year from the open date is none of those. */
    private static boolean isOfAnotherYear(final int wanted, final int open) {
        return wanted != 0 && open != 0 && Math.abs(monthsOf(wanted) - monthsOf(open)) > HALF_A_YEAR;
    }

    private static int monthsOf(final int date) {
        return date / 10_000 * 12 + date / 100 % 100;
    }

    private boolean publish(final MessageKind kind, final int mti87, final Peer peer, final long institution, final MessageMac mac,
                            final int headerOffset) {
        final boolean isFinishing = kind.isFinishing;
        if (!hasRoom(isFinishing)) {
            return false;
        }
        final int place = openContext(peer, kind, mti87, mac, isFinishing, headerOffset);
        if (place == ContextTable.NONE) {
            return false;
        }
        final CommandPublisher publisher = loop.agent.publisher();
        final long claimed = publisher.tryClaim(1, isFinishing ? CommandPublisher.FINISHING : CommandPublisher.NEW_REQUESTS);
        if (claimed == CommandPublisher.NOT_CLAIMED) {
            closeContext(place);
            return false;
        }
        final CommandSlot slot = publisher.slot(claimed);
        slot.commandLength = switch (kind.templateId) {
            case PaymentDecoder.TEMPLATE_ID -> loop.reader.writePayment(slot.command);
            case ReconciliationDecoder.TEMPLATE_ID -> loop.reader.writeReconciliation(slot.command);
            default -> loop.reader.writeFileUpdate(slot.command, institution);
        };
        assert kind.templateId != 0 && (kind.templateId != FileUpdateDecoder.TEMPLATE_ID || kind == MessageKind.FILE_UPDATE);
        if (kind.templateId == PaymentDecoder.TEMPLATE_ID) {
            keepForIssuer(place);
        }
        fill(slot, kind.templateId, peer.participantId(), place, null);
        publisher.publish(claimed, claimed);
        loop.agent.onPublished(1);
        return true;
    }

    /** A PIN block that may not go on is wiped; the digits in its place keep the message readable. */
    private void keepForIssuer(final int place) {
        if (loop.reader.isForIssuer()) {
            loop.contexts.forIssuer(place);
        }
        if (request.has(52) && !loop.reader.isPinPassed()) {
            final int at = loop.contexts.messageOffset(place) + request.offset(52) - request.messageOffset();
            loop.contexts.memory(place).setMemory(at, request.byteLength(52), (byte) '0');
        }
    }

    /** Whether window, credit and shutdown allow one more. */
    boolean hasRoom(final boolean isFinishing) {
        return inFlight < (isFinishing ? plan.finishingWindow : plan.window)
            && loop.agent.credit() > (isFinishing ? 0 : loop.creditReserve)
            && !loop.agent.isShuttingDown();
    }

    /** Keeps the request that is being read; counts as in work until {@link #closeContext}. */
    int openContext(final Peer peer, final MessageKind kind, final int mti87, final MessageMac mac, final boolean isFinishing,
                    final int headerOffset) {
        final int place = loop.contexts.open(this, link.linkId(), peer, kind, mti87, mac, isFinishing, request.buffer(), headerOffset,
            request.messageOffset() - headerOffset, request.messageLength());
        if (place != ContextTable.NONE) {
            inFlight++;
            if (kind == MessageKind.NETWORK) {
                if (networkContexts == null) {
                    networkContexts = new ArrayList<>(1);
                }
                networkContexts.add(loop.contexts.correlationId(place));
            }
        }
        return place;
    }

    void closeContext(final int place) {
        inFlight--;
        if (networkContexts != null && loop.contexts.kind(place) == MessageKind.NETWORK) {
            networkContexts.remove(loop.contexts.correlationId(place));
        }
        loop.contexts.close(place);
    }

    void fill(final CommandSlot slot, final int templateId, final int participantId, final int place, final AnswerBuffer buffer) {
        slot.templateId = templateId;
        slot.participantId = participantId;
        slot.linkId = link.linkId();
        slot.correlationId = loop.contexts.correlationId(place);
        slot.index = 0;
        slot.requestCount = 1;
        slot.chainLength = 0;
        slot.answerBuffer = buffer;
    }

    /** A message was taken: of good form and MAC, by somebody who may speak. False if the connection had to give way meanwhile. */
    boolean known() {
        if (!isKnown) {
            isKnown = link.known();
        }
        return isKnown;
    }

    // ---- Sign-on ----

    boolean isSignedOn(final Peer peer) {
        return plan.isSignOnByConnection ? signedOnHere != null && signedOnHere.contains(peer) : peer.isSignedOn();
    }

    void signOn(final Peer peer, final boolean isSignedOn) {
        if (!plan.isSignOnByConnection) {
            peer.signedOn(isSignedOn);
            return;
        }
        if (signedOnHere == null) {
            signedOnHere = new ArrayList<>(1);
        }
        signedOnHere.remove(peer);
        if (isSignedOn) {
            signedOnHere.add(peer);
        }
    }

    // ---- Answers ----

    private boolean refuse(final int result, final int mti87, final long echo, final int headerOffset, final long institution) {
        return respond(result, mti87, echo, headerOffset, newestMac(), 0, institution);
    }

    /** Answers the request that is being read; false if the connection must end. */
    boolean respond(final int result, final int mti87, final long echo, final int headerOffset, final MessageMac mac, final int wrongField,
                    final long institution) {
        final int at = link.claim(ResponseWriter.MAX_BYTES);
        if (at < 0) {
            return false;
        }
        final ResponseWriter writer = loop.writer.begin(plan, request, mti87, echo).result(result);
        if (result == LinkResult.FIELD_INVALID) {
            writer.wrongField(wrongField);
        }
        final int messageClass = mti87 / 100;
        if (messageClass == 1 || messageClass == 2 || messageClass == 4 || messageClass == 5) {
            writer.settlementDate(openDate(institution));
        } else if (messageClass == 8) {
            network(writer, request, result);
        }
        link.commit(writer.write(mac, request.buffer(), headerOffset, link.out(), at));
        responses++;
        return true;
    }

    /** The date (YYYYMMDD) that is open for an institution; for nobody of this link, that of the link's default participant. */
    private int openDate(final long institution) {
        final int date = loop.dates.open(institution);
        return date != 0 || plan.defaultPeer == null ? date : loop.dates.open(plan.institutionOf(plan.defaultPeer));
    }

    /** Answers a payment, reconciliation or file update; the caller closes the context. */
    void answer(final int place, final int templateId, final int result, final DirectBuffer answer, final int offset) {
        inFlight--;
        final int at = link.isOpen() ? link.claim(ResponseWriter.MAX_BYTES) : -1;
        if (at < 0) {
            counters.onDroppedAnswer();
            return;
        }
        final ContextTable contexts = loop.contexts;
        final MessageKind kind = contexts.kind(place);
        answered.indexAgain(contexts.memory(place), contexts.messageOffset(place), contexts.messageLength(place));
        final ResponseWriter writer = loop.writer.begin(plan, answered, contexts.mti(place), kind.echo);
        if (templateId == ReconciliationDecoder.TEMPLATE_ID) {
            writer.reconciliation(result, answer, offset, openDate(answered.has(32) ? answered.number(32) : 0));
        } else {
            writer.payment(result, answer, offset);
            if (loop.responses != null && loop.responses.has(place)) {
                writer.issuerFields(issuersResponse(place), loop.responses.rules(place).low(FieldRules.ANSWER));
            }
        }
        writeResponse(place, writer, at);
        link.onAnswered();
    }

    /** What the issuer has answered, indexed. */
    private MessageIndex issuersResponse(final int place) {
        final IssuerResponses responses = loop.responses;
        final MessageIndex response = loop.issuerIndex(responses.plan(place).dialect);
        response.index(responses.memory(), responses.offset(place), responses.length(place));
        return response;
    }

    /** Answers a kept 0800 with a result alone, and closes its context. */
    void answer(final int place, final int result) {
        final ContextTable contexts = loop.contexts;
        final int at = link.isOpen() ? link.claim(ResponseWriter.MAX_BYTES) : -1;
        if (at < 0) {
            counters.onDroppedAnswer();
        } else {
            final MessageKind kind = contexts.kind(place);
            answered.indexAgain(contexts.memory(place), contexts.messageOffset(place), contexts.messageLength(place));
            final ResponseWriter writer = loop.writer.begin(plan, answered, contexts.mti(place), network.echo(answered)).result(result);
            if (kind == MessageKind.NETWORK) {
                network(writer, answered, result);
            }
            writeResponse(place, writer, at);
        }
        closeContext(place);
        link.onAnswered();
    }

    /** An answer to a notice of cut-over tells the date that is open now: the one that was asked for, or another. */
    private void network(final ResponseWriter writer, final MessageIndex asked, final int result) {
        writer.network();
        if (network.isCutOver(asked)) {
            if (result == Result.OK) {
                writer.dateAsAsked();
            } else {
                writer.settlementDate(openDate(asked.has(32) ? asked.number(32) : 0));
            }
        }
    }

    private void writeResponse(final int place, final ResponseWriter writer, final int at) {
        final ContextTable contexts = loop.contexts;
        link.commit(writer.write(contexts.mac(place), contexts.memory(place), contexts.headerOffset(place), link.out(), at));
        responses++;
        if (responses >= COUNT_EVERY) {
            countResponses();
        }
    }

    /** Counters are shared between threads: moved seldom. */
    private static final int COUNT_EVERY = 64;

    @Override
    public void onOutcomes(final UnsafeBuffer memory, final int offset, final int bytes, final int count) {
        network.onOutcome(memory, offset);
    }

    @Override
    public void onAnswer(final AnswerBuffer answer) {
        network.onParticipant(answer);
    }
}
