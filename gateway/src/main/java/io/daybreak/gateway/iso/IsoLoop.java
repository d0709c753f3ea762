package io.daybreak.gateway.iso;

import io.daybreak.gateway.card.Tokeniser;
import io.daybreak.gateway.link.LoopAgent;
import io.daybreak.gateway.link.PaymentReplies;
import io.daybreak.iso8583.codec.MessageIndex;
import io.daybreak.iso8583.dialect.Dialect;
import io.daybreak.iso8583.mac.MacKey;
import io.daybreak.iso8583.mac.MessageMac;
import io.daybreak.protocol.OutcomeFlags;
import org.agrona.DirectBuffer;

import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;

/**
 * What one event loop shares among its ISO 8583 connections: receive memory, contexts, codecs, tokens, MACs. Event loop's
 * thread only, but for what its parts say of themselves.
 */
final class IsoLoop implements PaymentReplies {
    private static final int MAX_MACS = 256;
    /** Of the loop's credit and contexts, kept for what finishes earlier work. */
    private static final int RESERVE_SHARE = 8;
    /** Issuers' responses that wait for their decision, of all contexts. */
    private static final int RESPONSE_SHARE = 8;
    /** Advices that were answered and are kept for their issuers, of all contexts. */
    private static final int ADVICE_SHARE = 16;

    final LoopAgent agent;
    final ReadSpace readSpace;
    final ContextTable contexts;
    final RequestReader reader;
    final ResponseWriter writer = new ResponseWriter();
    final BusinessDates dates;
    /** Writes network messages of our own. */
    NetworkWriter network = new NetworkWriter(IssuerSettings.NONE.institution());
    /** Learns of institutions that were put since the start; for the key worker's thread. */
    Runnable readReference = () -> { };
    /** Connections of acquirers that want notices of cut-over. */
    final Set<AcquirerSide> noticed = new LinkedHashSet<>();
    private final int maxFrameBytes;
    /** Does what must wait for the device. */
    final Executor keyWorker;
    /** Credit below which only what finishes earlier work is published. */
    final int creditReserve;
    private final Map<Dialect, MessageIndex> requestIndexes = new IdentityHashMap<>();
    private final Map<Dialect, MessageIndex> answerIndexes = new IdentityHashMap<>();
    private final Map<Dialect, MessageIndex> issuerIndexes = new IdentityHashMap<>();
    private final Map<MacKey, MessageMac> macs = new IdentityHashMap<>();
    /** What issuers have answered; null where there are no issuers. */
    IssuerResponses responses;
    private IssuerLoop issuers;
    private KeptAdvices advices;

    IsoLoop(final LoopAgent agent, final int contexts, final int maxFrameBytes, final Tokeniser tokeniser, final BusinessDates dates,
            final Executor keyWorker) {
        this.agent = agent;
        this.dates = dates;
        this.keyWorker = keyWorker;
        this.maxFrameBytes = maxFrameBytes;
        readSpace = new ReadSpace(maxFrameBytes);
        this.contexts = new ContextTable(contexts, contexts / RESERVE_SHARE, SMALL_REQUEST, maxFrameBytes);
        creditReserve = agent.credit() / RESERVE_SHARE;
        reader = new RequestReader(tokeniser);
        agent.paymentsTo(this);
    }

    /** An ordinary request with its chip data fits. */
    private static final int SMALL_REQUEST = 704;

    /** Reads requests where they were received. */
    MessageIndex requestIndex(final Dialect dialect) {
        return requestIndexes.computeIfAbsent(dialect, MessageIndex::new);
    }

    /** Reads requests where their contexts keep them. */
    MessageIndex answerIndex(final Dialect dialect) {
        return answerIndexes.computeIfAbsent(dialect, MessageIndex::new);
    }

    /** Reads issuers' responses where they are kept. */
    MessageIndex issuerIndex(final Dialect dialect) {
        return issuerIndexes.computeIfAbsent(dialect, MessageIndex::new);
    }

    /** From now on there are issuers; before the first payment. */
    void issuers(final IssuerLoop newIssuers, final int contextsInAll) {
        issuers = newIssuers;
        responses = new IssuerResponses(contexts.places(), Math.max(16, contextsInAll / RESPONSE_SHARE), maxFrameBytes);
        advices = new KeptAdvices(contexts, Math.max(1, contextsInAll / ADVICE_SHARE));
    }

    /** A business date was opened or closed; tells the connections that want to know. */
    void onDate(final int dayGroup, final int code, final int date) {
        for (final AcquirerSide side : noticed) {
            side.onDate(dayGroup, code, date);
        }
        if (issuers != null) {
            issuers.onDate(dayGroup, code, date);
        }
        agent.flushTouched();
    }

    /** A kept request, indexed; good until this is called again. */
    MessageIndex indexOf(final int place) {
        final MessageIndex index = answerIndex(contexts.side(place).dialect());
        index.indexAgain(contexts.memory(place), contexts.messageOffset(place), contexts.messageLength(place));
        return index;
    }

    /** An advice has reached its issuer: the acquirer's message is no longer needed. */
    void release(final long correlationId) {
        advices.release(correlationId);
    }

    /** Advices whose issuer has not answered for long go without what only they had. */
    void releaseOldAdvices(final long nowNs) {
        advices.releaseOld(nowNs);
    }

    /** This thread's MAC under a key. */
    MessageMac mac(final MacKey key) {
        MessageMac mac = macs.get(key);
        if (mac == null) {
            if (macs.size() >= MAX_MACS) {
                // Keys that were exchanged are never asked for again; those in use are made anew.
                macs.clear();
            }
            mac = key.newMac();
            macs.put(key, mac);
        }
        return mac;
    }

    @Override
    public void onPayment(final long linkId, final long correlationId, final int templateId, final int result, final int outcomeFlags,
                          final DirectBuffer answer, final int offset) {
        final int place = contexts.find(correlationId);
        if (place == ContextTable.NONE || (outcomeFlags & OutcomeFlags.DEFERRED) != 0) {
            return;
        }
        if (responses == null) {
            contexts.side(place).answer(place, templateId, result, answer, offset);
            contexts.close(place);
            return;
        }
        if (!responses.has(place) && contexts.isForIssuer(place)) {
            // Another loop has sent it before the issuer's answer could decide anything.
            issuers.drainInbox();
        }
        contexts.side(place).answer(place, templateId, result, answer, offset);
        responses.drop(place);
        if (contexts.isForIssuer(place) && contexts.kind(place).isAdvice() && ResponseCodes.isApproval(result)) {
            advices.add(place, System.nanoTime());
        } else {
            contexts.close(place);
        }
    }
}
