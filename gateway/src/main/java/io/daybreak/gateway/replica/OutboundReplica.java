package io.daybreak.gateway.replica;

import io.daybreak.client.SessionProof;
import io.daybreak.journal.replicate.ReplicationFrames;
import io.daybreak.protocol.codec.ChallengeDecoder;
import io.daybreak.protocol.codec.ErrorDecoder;
import io.daybreak.protocol.codec.WelcomeDecoder;
import org.agrona.concurrent.UnsafeBuffer;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/**
 * A connection that this node makes to another one: proves who it is, has the other prove it too, then speaks the frames of replication. Event
 * loop only.
 */
final class OutboundReplica extends ReplicaChannel {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int CODE_BYTES = 16;
    private static final int SECRET_BYTES = 32;
    private static final long SIGN_ON_NS = TimeUnit.SECONDS.toNanos(5);

    /** What is done with the connection. */
    interface Use {
        /** Signed on; frames may be as long as this returns. */
        int onSignedOn(OutboundReplica connection) throws IOException;

        /** A whole, well-formed frame. */
        void onFrame(UnsafeBuffer buffer, int offset) throws IOException;

        /** What came is handed over. */
        void onBatchEnd();

        /** It is over. */
        void onClosed(String why);

        /** Something of our own failed. */
        void onDefect(Exception cause);
    }

    private final String code;
    private final byte[] secret;
    private final Use use;
    private final SignOnFrames frames = new SignOnFrames();
    private final byte[] clientNonce = new byte[SECRET_BYTES];
    private final byte[] serverNonce = new byte[SECRET_BYTES];
    private final long openedNs = System.nanoTime();
    private KeyEnvelope envelope;
    private boolean isProved;
    private boolean isSignedOn;
    private String why = "the other side closed";

    OutboundReplica(final String code, final byte[] secret, final Use use) {
        this.code = code;
        this.secret = secret;
        this.use = use;
        RANDOM.nextBytes(clientNonce);
    }

    @Override
    void onOpened() {
        send(frames.buffer(), frames.hello(code, clientNonce));
    }

    @Override
    void onFrame(final UnsafeBuffer buffer, final int offset, final int bytes) throws IOException {
        if (isSignedOn) {
            if (ReplicationFrames.isWellFormed(buffer, offset, bytes)) {
                use.onFrame(buffer, offset);
            } else {
                onMalformed();
            }
            return;
        }
        final int template = SignOnFrames.template(buffer, offset, bytes);
        final int block = SignOnFrames.block(offset);
        final byte[] paddedCode = Arrays.copyOf(code.getBytes(StandardCharsets.US_ASCII), CODE_BYTES);
        if (template == ChallengeDecoder.TEMPLATE_ID && !isProved) {
            buffer.getBytes(block + ChallengeDecoder.serverNonceEncodingOffset(), serverNonce);
            isProved = true;
            send(frames.buffer(), frames.proof(SessionProof.ofClient(secret, paddedCode, clientNonce, serverNonce)));
        } else if (template == WelcomeDecoder.TEMPLATE_ID && isProved) {
            final byte[] mac = new byte[SECRET_BYTES];
            buffer.getBytes(block + WelcomeDecoder.macEncodingOffset(), mac);
            if (!SessionProof.matches(SessionProof.ofServer(secret, paddedCode, clientNonce, serverNonce), mac)) {
                end("whoever listens there does not know our secret");
                return;
            }
            isSignedOn = true;
            envelope = new KeyEnvelope(secret, clientNonce, serverNonce);
            allowFrames(use.onSignedOn(this));
        } else if (template == ErrorDecoder.TEMPLATE_ID) {
            end("refused: " + SignOnFrames.error(buffer, offset));
        } else {
            end("it does not speak this protocol");
        }
    }

    /** What a KEYS frame holds; null if it cannot be opened. */
    byte[] openKeys(final UnsafeBuffer buffer, final int offset) {
        return envelope.open(ReplicationFrames.keys(buffer, offset));
    }

    void onTick(final long nowNs) {
        if (!isSignedOn && nowNs - openedNs > SIGN_ON_NS) {
            end("the sign-on took too long");
        }
    }

    void end(final String reason) {
        why = reason;
        close();
    }

    @Override
    void onBatchEnd() {
        if (isSignedOn) {
            use.onBatchEnd();
        }
    }

    @Override
    void onWritable() {
        // Only acknowledgements go out, and those are few.
    }

    @Override
    void onMalformed() {
        end("a frame that is none of this protocol");
    }

    @Override
    void onClosed() {
        use.onClosed(why);
    }

    @Override
    void onDefect(final Exception cause) {
        use.onDefect(cause);
    }
}
