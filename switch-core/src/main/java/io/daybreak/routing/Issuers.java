package io.daybreak.routing;

import io.daybreak.protocol.RecordStatus;
import io.daybreak.state.StateImage;
import io.daybreak.state.Stateful;


/**
 * The issuers, their links and their trace numbers.
 * <p>
 * <b>Trace numbers.</b> What we send to an issuer is known by DE 11 and DE 7, and such a pair is never used twice: DE 11
 * counts from 1 to 999,999 and begins anew; DE 7 is the second of command time, and moves on by one when all numbers were
 * used with it. Both are state, moved on by the very command that used them, so a replay after a crash ends at the same
 * place. Requests may push DE 7 at most {@link #MAX_SECONDS_AHEAD} seconds ahead of command time, then there are none for the
 * moment; reversals and advices always get one.
 * <p>
 * <b>Links.</b> Among the usable ones with a weight the choice goes round in proportion to the weights (each choice adds a
 * link's weight to its credit; the greatest credit is chosen and pays the sum of the weights; of equals the lowest id). One of weight
 * 0 is chosen only when no other can be. No chance is involved, and links share in small turns, not in runs.
 * <p>
 * At most {@link #MAX_ISSUERS} issuers with {@link Issuer#MAX_LINKS} links each. Ledger thread only.
 */
final class Issuers implements Stateful {
    static final int MAX_ISSUERS = 1_023;
    static final int MAX_LINK_ID = 4_095;
    static final int MAX_SECONDS_AHEAD = 5;

    private static final long NS_PER_SECOND = 1_000_000_000L;

    private final Issuer[] issuers = new Issuer[MAX_ISSUERS + 1];
    private final IssuerLink[] links = new IssuerLink[MAX_LINK_ID + 1];
    private int lastIssuerId;
    private int lastLinkId;
    private long digest;
    private int stan;
    private int transmission;
    private long transmissionSecond = -1;
    private int transmissionOfSecond;

    /** An issuer, or null. */
    Issuer issuer(final int issuerId) {
        return issuerId < 0 || issuerId > MAX_ISSUERS ? null : issuers[issuerId];
    }

    /** A link, or null. */
    IssuerLink link(final int linkId) {
        return linkId < 0 || linkId > MAX_LINK_ID ? null : links[linkId];
    }

    int lastIssuerId() {
        return lastIssuerId;
    }

    int lastLinkId() {
        return lastLinkId;
    }

    /** The issuer of this id, made if there is none. To be changed between {@link #before} and {@link #after}. */
    Issuer make(final int issuerId) {
        if (issuers[issuerId] == null) {
            issuers[issuerId] = new Issuer(issuerId);
            lastIssuerId = Math.max(lastIssuerId, issuerId);
            digest += hashOf(issuers[issuerId]);
        }
        return issuers[issuerId];
    }

    /** The link of this id, made if there is none. */
    IssuerLink makeLink(final int linkId) {
        if (links[linkId] == null) {
            links[linkId] = new IssuerLink(linkId);
            lastLinkId = Math.max(lastLinkId, linkId);
            digest += links[linkId].hash();
        }
        return links[linkId];
    }

    void before(final Issuer issuer) {
        digest -= issuer.hash();
    }

    void after(final Issuer issuer) {
        digest += issuer.hash();
    }

    void beforeTotals(final Issuer issuer) {
        digest -= issuer.totalsHash();
    }

    void afterTotals(final Issuer issuer) {
        digest += issuer.totalsHash();
    }

    void before(final IssuerLink link) {
        digest -= link.hash();
    }

    void after(final IssuerLink link) {
        digest += link.hash();
    }

    // ---- Trace numbers ----

    /** True if a request may have a trace number now. */
    boolean hasTraceNumber(final Issuer issuer, final long nowNs) {
        return issuer.used < Issuer.LAST_STAN || issuer.second + 1 - nowNs / NS_PER_SECOND <= MAX_SECONDS_AHEAD;
    }

    /** Takes the next pair: {@link #stan()} and {@link #transmission()} until the next call. */
    void takeTraceNumber(final Issuer issuer, final long nowNs) {
        digest -= issuer.traceHash();
        final long second = nowNs / NS_PER_SECOND;
        if (second > issuer.second) {
            issuer.second = second;
            issuer.used = 0;
        } else if (issuer.used == Issuer.LAST_STAN) {
            issuer.second++;
            issuer.used = 0;
        }
        issuer.used++;
        issuer.stan = issuer.stan == Issuer.LAST_STAN ? 1 : issuer.stan + 1;
        digest += issuer.traceHash();
        if (issuer.second != transmissionSecond) {
            transmissionSecond = issuer.second;
            transmissionOfSecond = TransmissionTime.ofEpochSecond(issuer.second);
        }
        stan = issuer.stan;
        transmission = transmissionOfSecond;
    }

    /** DE 11 of the pair that was taken. */
    int stan() {
        return stan;
    }

    /** DE 7 of the pair that was taken. */
    int transmission() {
        return transmission;
    }

    // ---- Links ----

    /** True if a message for the issuer could leave now. */
    boolean isReachable(final Issuer issuer) {
        for (final IssuerLink link : issuer.links) {
            if (link.isUsable()) {
                return true;
            }
        }
        return false;
    }

    /**
     * Chooses a link.
     *
     * @param preferred  taken if it is usable; 0: none
     * @param excluded   not taken; 0: none
     * @param forRequest true if the link's window counts
     * @return null if there is none
     */
    IssuerLink choose(final Issuer issuer, final int preferred, final int excluded, final boolean forRequest) {
        long total = 0;
        IssuerLink spare = null;
        for (final IssuerLink link : issuer.links) {
            if (isCandidate(link, excluded, forRequest)) {
                if (link.id == preferred) {
                    return link;
                }
                total += link.weight;
                spare = spare == null ? link : spare;
            }
        }
        return total == 0 ? spare : chooseByWeight(issuer, excluded, forRequest, total);
    }

    private IssuerLink chooseByWeight(final Issuer issuer, final int excluded, final boolean forRequest, final long total) {
        IssuerLink best = null;
        for (final IssuerLink link : issuer.links) {
            if (link.weight > 0 && isCandidate(link, excluded, forRequest)) {
                digest -= link.hash();
                link.credit += link.weight;
                digest += link.hash();
                best = best == null || link.credit > best.credit ? link : best;
            }
        }
        digest -= best.hash();
        best.credit -= total;
        digest += best.hash();
        return best;
    }

    private static boolean isCandidate(final IssuerLink link, final int excluded, final boolean forRequest) {
        return link.isUsable() && link.id != excluded && (!forRequest || link.pending < link.window);
    }

    /** Says whether a link is up. The turns of its issuer's links begin anew. */
    void setUp(final IssuerLink link, final boolean up) {
        before(link);
        link.up = up;
        after(link);
        final Issuer issuer = issuer(link.issuerId);
        if (issuer != null) {
            beginTurnsAnew(issuer);
        }
    }

    void beginTurnsAnew(final Issuer issuer) {
        for (final IssuerLink link : issuer.links) {
            before(link);
            link.credit = 0;
            after(link);
        }
    }

    @Override
    public void image(final StateImage image) {
        digest = image.word(digest);
        lastIssuerId = image.bounded(lastIssuerId, 0, MAX_ISSUERS);
        lastLinkId = image.bounded(lastLinkId, 0, MAX_LINK_ID);
        for (int id = 0; id <= lastIssuerId; id++) {
            if (image.flag(issuers[id] != null)) {
                issuers[id] = issuers[id] == null ? new Issuer(id) : issuers[id];
                issuers[id].image(image);
            }
        }
        for (int id = 0; id <= lastLinkId; id++) {
            if (image.flag(links[id] != null)) {
                links[id] = links[id] == null ? new IssuerLink(id) : links[id];
                links[id].image(image);
                if (image.isLoading() && links[id].status != RecordStatus.REMOVED) {
                    issuers[links[id].issuerId].addLink(links[id]);
                }
            }
        }
    }

    long digest() {
        return digest;
    }

    long computeDigest() {
        long sum = 0;
        for (final Issuer issuer : issuers) {
            sum += issuer == null ? 0 : hashOf(issuer);
        }
        for (final IssuerLink link : links) {
            sum += link == null ? 0 : link.hash();
        }
        return sum;
    }

    private static long hashOf(final Issuer issuer) {
        return issuer.hash() + issuer.traceHash() + issuer.totalsHash();
    }
}
