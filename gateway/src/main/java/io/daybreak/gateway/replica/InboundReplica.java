package io.daybreak.gateway.replica;

import io.daybreak.gateway.link.SignOn;
import io.daybreak.journal.replicate.LeaderSession;
import io.daybreak.journal.replicate.ReplicationFrames;
import io.daybreak.machine.MembershipView;
import io.daybreak.protocol.Limits;
import io.daybreak.protocol.LinkError;
import io.daybreak.protocol.codec.HelloDecoder;
import io.daybreak.protocol.codec.ProofDecoder;
import org.agrona.concurrent.UnsafeBuffer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/**
 * A node that connected to us: signs it on as a member, then has a {@link LeaderSession} for it. What is malformed, too long, too slow or from
 * somebody else ends the connection with a word. Event loop only.
 */
final class InboundReplica extends ReplicaChannel {
    private static final Logger LOG = LoggerFactory.getLogger(InboundReplica.class);
    private static final long SIGN_ON_NS = TimeUnit.SECONDS.toNanos(5);

    private final Node node;
    private final SignOn signOn = new SignOn();
    private final SignOnFrames frames = new SignOnFrames();
    private final long openedNs = System.nanoTime();
    private boolean isGreeted;
    private MembershipView.Member member;
    private LeaderSession session;
    private KeyEnvelope envelope;
    private long keysVersion = -1;

    InboundReplica(final Node node) {
        this.node = node;
    }

    @Override
    void onOpened() {
        if (!node.add(this)) {
            fail(LinkError.TOO_MANY_CONNECTIONS, "too many nodes are connected");
        }
    }

    @Override
    void onFrame(final UnsafeBuffer buffer, final int offset, final int bytes) throws IOException {
        if (session != null) {
            if (ReplicationFrames.isWellFormed(buffer, offset, bytes)) {
                session.onFrame(buffer, offset, System.nanoTime());
            } else {
                onMalformed();
            }
            return;
        }
        final int template = SignOnFrames.template(buffer, offset, bytes);
        final int block = SignOnFrames.block(offset);
        if (!isGreeted && template == HelloDecoder.TEMPLATE_ID) {
            isGreeted = true;
            if ((buffer.getShort(block, ByteOrder.LITTLE_ENDIAN) & 0xFFFF) != Limits.PROTOCOL_VERSION) {
                fail(LinkError.UNSUPPORTED_VERSION, "protocol version not spoken here");
                return;
            }
            signOn.onHello(buffer, block + HelloDecoder.participantCodeEncodingOffset(), block + HelloDecoder.clientNonceEncodingOffset());
            send(frames.buffer(), frames.challenge(signOn.serverNonce(), System.currentTimeMillis()));
        } else if (isGreeted && template == ProofDecoder.TEMPLATE_ID) {
            signOn.onProof(buffer, block + ProofDecoder.macEncodingOffset());
            onProof();
        } else {
            fail(template == 0 ? LinkError.MALFORMED_FRAME : LinkError.OUT_OF_ORDER, "Hello comes first, then Proof");
        }
    }

    private void onProof() {
        final MembershipView.Member found = node.membership().find(signOn.codeText());
        final byte[] secret = found == null ? null : node.credentials().secret(found.code(), found.keyId());
        if (!signOn.isProvedBy(secret)) {
            LOG.warn("{}: {} is no member or has the wrong secret", peer(), signOn.codeText().replaceAll("[^!-~]", "?"));
            fail(LinkError.NOT_AUTHENTICATED, "unknown node or wrong proof");
            return;
        }
        member = found;
        send(frames.buffer(), frames.welcome(signOn.serverProof(secret), found.participantId(), ReplicationFrames.LARGEST_WITHOUT_ENTRIES,
            node.settings().silenceMs(), System.currentTimeMillis()));
        envelope = new KeyEnvelope(secret, signOn.clientNonce(), signOn.serverNonce());
        session = node.newLeaderSession(this, found.participantId());
        LOG.info("node {} signed on from {}", found.code(), peer());
    }

    /** Participant; 0 before the sign-on. */
    int memberId() {
        return member == null ? 0 : member.participantId();
    }

    LeaderSession session() {
        return session;
    }

    void onProgress(final long nowNs) {
        try {
            if (session != null) {
                session.onProgress(nowNs);
            }
        } catch (final IOException | RuntimeException ex) {
            onDefect(ex);
        }
    }

    void onTick(final long nowNs) {
        try {
            if (session != null) {
                session.onTick(nowNs);
                shareKeys();
            } else if (nowNs - openedNs > SIGN_ON_NS) {
                fail(LinkError.SIGN_ON_TIMEOUT, "sign-on took too long");
            }
        } catch (final IOException | RuntimeException ex) {
            onDefect(ex);
        }
    }

    /** At first, and after each change. */
    private void shareKeys() {
        final SharedKeys keys = node.sharedKeys();
        if (keys == null || !session.isStreaming() || keys.version() == keysVersion) {
            return;
        }
        keysVersion = keys.version();
        final byte[] exported = keys.export();
        final byte[] sealed = envelope.seal(exported);
        Arrays.fill(exported, (byte) 0);
        final UnsafeBuffer frame = new UnsafeBuffer(new byte[ReplicationFrames.KEYS_LENGTH + sealed.length]);
        send(frame, ReplicationFrames.putKeys(frame, sealed));
    }

    private void fail(final LinkError error, final String text) {
        send(frames.buffer(), frames.error(error, text));
        close();
    }

    @Override
    void onBatchEnd() {
        // Acknowledgements take effect as they come.
    }

    @Override
    void onWritable() {
        onProgress(System.nanoTime());
    }

    @Override
    void onMalformed() {
        if (session == null) {
            fail(LinkError.FRAME_LENGTH, "frame length out of range");
        } else {
            send(frames.buffer(), ReplicationFrames.putRefusal(frames.buffer(), ReplicationFrames.Refusal.MALFORMED, node.seenEpoch(), 0));
            close();
        }
    }

    @Override
    void onClosed() {
        node.remove(this);
        try {
            if (session != null) {
                session.onClosed();
            }
        } catch (final IOException ex) {
            LOG.debug("closing", ex);
        }
        if (member != null) {
            LOG.info("node {} is gone", member.code());
        }
    }

    @Override
    void onDefect(final Exception cause) {
        // Reading our own journal failed, or worse: the standby cannot be served, but payments can.
        LOG.error("cannot serve {}", peer(), cause);
        close();
    }
}
