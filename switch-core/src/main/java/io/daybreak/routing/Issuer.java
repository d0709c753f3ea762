package io.daybreak.routing;

import io.daybreak.memory.Hashing;
import io.daybreak.protocol.RecordStatus;
import io.daybreak.protocol.codec.ReconciliationAnswerDecoder;
import io.daybreak.state.StateImage;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * An issuer: what the operator put, the trace numbers that it was sent, and the ends of its queues. The record and the
 * trace numbers are state; the queues' ends follow from the entries.
 */
final class Issuer {
    static final int HELD = 1;
    static final int WANTS_TOTALS = 1 << 1;
    static final int MAX_LINKS = 16;
    static final int NONE = -1;
    /** Greatest DE 11. */
    static final int LAST_STAN = 999_999;

    final int id;
    long settlementAccountId;
    long exceptionAccountId;
    long institution;
    long maximumAgeMs;
    long retryMs;
    long answerTimeoutMs;
    int window;
    int maximumTries;
    int flags;
    int status;
    int currency;
    int dayGroup;
    long codeFirst;
    long codeLast;

    /** Second of the last DE 7. */
    long second;
    /** Trace numbers used with that second. */
    int used;
    /** The last DE 11. */
    int stan;

    IssuerLink[] links = new IssuerLink[0];

    /** All entries in the order in which they were made. */
    int first = NONE;
    int last = NONE;
    /** Those that may be sent, in the order in which they became so. */
    int readyFirst = NONE;
    int readyLast = NONE;
    int entries;
    int inFlight;

    /** Totals that wait for an answer: none if the date is 0. */
    /** Of a ReconciliationAnswer; the reference behind it is for acquirers only. */
    final UnsafeBuffer totals = new UnsafeBuffer(new byte[ReconciliationAnswerDecoder.rrnEncodingOffset()]);
    int totalsDate;
    int totalsStan;
    int totalsTransmission;
    int totalsTries;
    long totalsCreatedNs;
    long totalsDeadlineNs;

    Issuer(final int id) {
        this.id = id;
    }

    boolean isActive() {
        return status == RecordStatus.ACTIVE;
    }

    boolean isHeld() {
        return (flags & HELD) != 0;
    }

    void addLink(final IssuerLink link) {
        int at = 0;
        while (at < links.length && links[at].id < link.id) {
            at++;
        }
        final IssuerLink[] more = new IssuerLink[links.length + 1];
        System.arraycopy(links, 0, more, 0, at);
        more[at] = link;
        System.arraycopy(links, at, more, at + 1, links.length - at);
        links = more;
    }

    void removeLink(final IssuerLink link) {
        final IssuerLink[] fewer = new IssuerLink[links.length - 1];
        int count = 0;
        for (final IssuerLink other : links) {
            if (other != link) {
                fewer[count++] = other;
            }
        }
        links = fewer;
    }

    void image(final StateImage image) {
        settlementAccountId = image.word(settlementAccountId);
        exceptionAccountId = image.word(exceptionAccountId);
        institution = image.word(institution);
        maximumAgeMs = image.word(maximumAgeMs);
        retryMs = image.word(retryMs);
        answerTimeoutMs = image.word(answerTimeoutMs);
        window = image.number(window);
        maximumTries = image.number(maximumTries);
        flags = image.number(flags);
        status = image.number(status);
        currency = image.number(currency);
        dayGroup = image.number(dayGroup);
        codeFirst = image.word(codeFirst);
        codeLast = image.word(codeLast);
        second = image.word(second);
        used = image.number(used);
        stan = image.number(stan);
        first = image.number(first);
        last = image.number(last);
        readyFirst = image.number(readyFirst);
        readyLast = image.number(readyLast);
        entries = image.number(entries);
        inFlight = image.number(inFlight);
        for (int at = 0; at < totals.capacity(); at += Long.BYTES) {
            totals.putLong(at, image.word(totals.getLong(at)));
        }
        totalsDate = image.number(totalsDate);
        totalsStan = image.number(totalsStan);
        totalsTransmission = image.number(totalsTransmission);
        totalsTries = image.number(totalsTries);
        totalsCreatedNs = image.word(totalsCreatedNs);
        totalsDeadlineNs = image.word(totalsDeadlineNs);
    }

    long hash() {
        long sum = Hashing.mix(settlementAccountId, exceptionAccountId);
        sum = Hashing.mix(sum, Hashing.mix(institution, maximumAgeMs));
        sum = Hashing.mix(sum, Hashing.mix(retryMs, answerTimeoutMs));
        sum = Hashing.mix(sum, (long) window << 48 | (long) maximumTries << 32 | (long) flags << 16 | status);
        sum = Hashing.mix(sum, (long) currency << 16 | dayGroup);
        sum = Hashing.mix(sum, Hashing.mix(codeFirst, codeLast));
        return Hashing.mix(sum, id);
    }

    /** Of what changes with every message. */
    long traceHash() {
        return Hashing.mix(Hashing.mix(second, (long) used << 32 | stan), ~id);
    }

    long totalsHash() {
        long sum = Hashing.mix((long) totalsDate << 32 | totalsStan, (long) totalsTransmission << 32 | totalsTries);
        sum = Hashing.mix(sum, Hashing.mix(totalsCreatedNs, totalsDeadlineNs));
        for (int at = 0; totalsDate != 0 && at + 8 <= totals.capacity(); at += 8) {
            sum = Hashing.mix(sum, totals.getLong(at));
        }
        return Hashing.mix(sum, id + (1L << 32));
    }
}
