package io.daybreak.gateway.iso;

import io.daybreak.iso8583.codec.MessageIndex;
import io.daybreak.iso8583.link.Mti93;
import io.daybreak.iso8583.mac.MessageMac;
import io.daybreak.pipeline.AnswerBuffer;
import io.netty.channel.Channel;
import org.agrona.concurrent.UnsafeBuffer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.concurrent.TimeUnit;

/**
 * The issuer's side of a connection that we made: signs on, keeps watch by echoes, answers the issuer's own 0800, and hands
 * its responses on. Rule: docs/iso8583.md, "Session", "Routing to issuers".
 * <p>
 * Event loop's thread only. One network request of ours is under way at a time.
 */
final class IssuerSide implements LinkSide {
    private static final Logger LOG = LoggerFactory.getLogger(IssuerSide.class);
    private static final int SIGN_ON = NetworkWriter.SIGN_ON;
    private static final int SIGN_OFF = NetworkWriter.SIGN_OFF;
    private static final int ECHO = NetworkWriter.ECHO;
    private static final int NONE = 0;
    private static final int MAX_LOST_ECHOES = 3;

    private final IssuerLine line;
    private final IssuerLoop loop;
    private final IssuerPlan plan;
    private final IsoCounters counters;
    private final MessageIndex message;
    private final Channel channel;

    private IsoLink link;
    private boolean isSignedOn;
    /** DE 70 of our network request that waits for its answer; {@link #NONE}: none does. */
    private int waitsFor = NONE;
    private int waitsForStan;
    private int networkStan;
    private final CutOverNotices notices = new CutOverNotices(this::write);
    private long networkSentNs;
    private int lostEchoes;
    private int wrongMacs;

    IssuerSide(final IssuerLine line, final IssuerLoop loop, final Channel channel) {
        this.line = line;
        this.loop = loop;
        this.channel = channel;
        plan = line.plan;
        counters = line.counters;
        message = loop.iso.requestIndex(plan.dialect);
    }

    boolean isSignedOn() {
        return isSignedOn && link.isOpen();
    }

    @Override
    public void onOpen(final IsoLink opened) {
        link = opened;
        link.wipeOutput();
        line.onOpen(this, channel);
        send(SIGN_ON);
    }

    @Override
    public void onClosed() {
        isSignedOn = false;
        line.onLost();
    }

    @Override
    public void onReadEnd() {
        // Counted one by one: an issuer's responses are commands each.
    }

    @Override
    public boolean hasUnanswered() {
        return false;
    }

    @Override
    public void onOutcomes(final UnsafeBuffer memory, final int offset, final int bytes, final int count) {
        throw new IllegalStateException("commands about issuers have no outcomes to tell");
    }

    @Override
    public void onAnswer(final AnswerBuffer answer) {
        throw new IllegalStateException("issuer links ask nothing");
    }

    // ---- Our network requests ----

    private void send(final int code) {
        if (write(code, 0) != 0) {
            waitsFor = code;
            waitsForStan = networkStan;
            networkSentNs = System.nanoTime();
        }
    }

    /** DE 11 of it; 0 if the link has no room. */
    private int write(final int code, final int date) {
        final int at = link.isOpen() ? link.claim(OutwardWriter.MAX_BYTES) : -1;
        if (at < 0) {
            return 0;
        }
        networkStan = networkStan % NetworkWriter.MAX_STAN + 1;
        link.commit(loop.iso.network.request(plan.profile, code, loop.timeNs(), networkStan, date, mac(), link.out(), at));
        return networkStan;
    }

    /** The business date of the issuer's group was opened or closed. */
    void onDate(final int code, final int date) {
        if (isSignedOn()) {
            notices.add(code, date, System.nanoTime());
        }
    }

    private MessageMac mac() {
        return plan.isMacRequired ? loop.iso.mac(plan.keys.inUse().current()) : null;
    }

    @Override
    public void onTick(final long nowNs) {
        notices.onTick(nowNs);
        final long networkNs = TimeUnit.MILLISECONDS.toNanos(plan.profile.timeOuts().networkMs());
        if (waitsFor != NONE) {
            if (nowNs - networkSentNs > networkNs) {
                onNoAnswer();
            }
            return;
        }
        final long idleEchoNs = TimeUnit.MILLISECONDS.toNanos(plan.profile.timeOuts().idleEchoMs());
        if (isSignedOn && idleEchoNs != 0 && nowNs - link.lastReceivedNs() > idleEchoNs) {
            send(ECHO);
        }
    }

    private void onNoAnswer() {
        if (waitsFor == SIGN_ON) {
            link.end("no answer to our sign-on");
            return;
        }
        waitsFor = NONE;
        lostEchoes++;
        if (lostEchoes >= MAX_LOST_ECHOES) {
            link.end("echoes lost");
        } else {
            send(ECHO);
        }
    }

    private void onNetworkAnswer() {
        final int asked = waitsFor;
        if (asked == NONE || message.number(11) != waitsForStan) {
            if (!notices.onAnswer(message.number(11), System.nanoTime())) {
                counters.onNotWaitedFor();
            }
            return;
        }
        waitsFor = NONE;
        if (asked != SIGN_ON) {
            lostEchoes = 0;
            return;
        }
        if (IssuerLoop.responseCode(message, plan.is1993) == ('0' << 8 | '0')) {
            isSignedOn = true;
            line.onSignedOn();
        } else {
            link.end("sign-on refused");
        }
    }

    // ---- What comes ----

    @Override
    public boolean onMessage(final UnsafeBuffer view, final int headerOffset, final int offset, final int length) {
        final int error = message.index(view, offset, length);
        final int mti = message.mti();
        if (mti == MessageIndex.NULL_MTI) {
            counters.onUnreadable();
            link.end("unreadable message");
            return false;
        }
        lostEchoes = 0;
        final int mti87 = plan.is1993 ? Mti93.to87(mti) : mti;
        if (plan.isMacRequired && !isMacGood()) {
            return onWrongMac();
        }
        if (mti87 == 800 || mti87 == 801) {
            return error != 0 ? onBadNetworkRequest() : onNetworkRequest();
        }
        if (mti87 == 810) {
            if (error == 0) {
                onNetworkAnswer();
            } else {
                counters.onFormatError();
            }
            return true;
        }
        if (mti87 < 0 || mti87 / 10 % 10 % 2 == 0 || !message.has(7) || !message.has(11)) {
            counters.onNotWaitedFor();
            return true;
        }
        if (error != 0) {
            counters.onFormatError();
        }
        counters.onResponses(1);
        loop.onResponse(line, message, mti87, error == 0);
        return true;
    }

    private boolean isMacGood() {
        final LinkKeys.InUse keys = plan.keys.inUse();
        return loop.iso.mac(keys.current()).verify(message)
            || keys.isPreviousGood(System.nanoTime()) && loop.iso.mac(keys.previous()).verify(message);
    }

    private boolean onWrongMac() {
        counters.onWrongMac();
        wrongMacs++;
        if (wrongMacs >= plan.profile.mac().maxFailures()) {
            link.end("wrong MACs");
            return false;
        }
        return true;
    }

    private boolean onBadNetworkRequest() {
        counters.onFormatError();
        return true;
    }

    private boolean onNetworkRequest() {
        counters.onRequests(1);
        final int code = plan.is1993 ? message.has(24) ? Mti93.networkCode((int) message.number(24)) : -1
            : message.has(70) ? (int) message.number(70) : -1;
        final boolean isKnown = code == SIGN_ON || code == SIGN_OFF || code == ECHO;
        final int at = link.claim(OutwardWriter.MAX_BYTES);
        if (at < 0) {
            return false;
        }
        link.commit(loop.iso.network.answer(plan.profile, message, isKnown, mac(), link.out(), at));
        if (code == SIGN_OFF) {
            LOG.info("issuer link {}: the issuer signs off", line.settings.code());
            line.desk.onSignedOff();
        } else if (code == SIGN_ON) {
            line.desk.onSignedOn();
        }
        return true;
    }

    // ---- What goes ----

    /** As {@link IssuerLine#transmit}. */
    boolean transmit(final UnsafeBuffer frame, final int offset, final int length) {
        final int at = link.claim(length);
        if (at < 0) {
            return false;
        }
        link.out().putBytes(at, frame, offset, length);
        link.commit(length);
        counters.onRequests(1);
        return true;
    }
}
