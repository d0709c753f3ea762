package io.daybreak.gateway.replica;

import io.daybreak.protocol.LinkError;
import io.daybreak.protocol.Limits;
import io.daybreak.protocol.codec.ChallengeDecoder;
import io.daybreak.protocol.codec.ChallengeEncoder;
import io.daybreak.protocol.codec.ErrorDecoder;
import io.daybreak.protocol.codec.ErrorEncoder;
import io.daybreak.protocol.codec.HelloDecoder;
import io.daybreak.protocol.codec.HelloEncoder;
import io.daybreak.protocol.codec.MessageHeaderDecoder;
import io.daybreak.protocol.codec.MessageHeaderEncoder;
import io.daybreak.protocol.codec.ProofDecoder;
import io.daybreak.protocol.codec.ProofEncoder;
import io.daybreak.protocol.codec.WelcomeDecoder;
import io.daybreak.protocol.codec.WelcomeEncoder;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** The sign-on between nodes: the frames of the native protocol's sign-on, one whole message each. Cold path; one thread. */
final class SignOnFrames {
    private static final int PREFIX = Limits.LENGTH_PREFIX_BYTES;
    private static final int HEADER = MessageHeaderEncoder.ENCODED_LENGTH;

    private final UnsafeBuffer out = new UnsafeBuffer(new byte[ReplicaChannel.SIGN_ON_FRAME]);
    private final MessageHeaderEncoder header = new MessageHeaderEncoder();

    UnsafeBuffer buffer() {
        return out;
    }

    private int framed(final int length) {
        out.putInt(0, HEADER + length, ByteOrder.LITTLE_ENDIAN);
        return PREFIX + HEADER + length;
    }

    int hello(final String code, final byte[] nonce) {
        final HelloEncoder hello = new HelloEncoder().wrapAndApplyHeader(out, PREFIX, header);
        hello.protocolVersion(Limits.PROTOCOL_VERSION).reserved1(0).reserved2(0).participantCode(code);
        out.putBytes(hello.offset() + HelloEncoder.clientNonceEncodingOffset(), nonce);
        return framed(HelloEncoder.BLOCK_LENGTH);
    }

    int challenge(final byte[] nonce, final long timeMs) {
        final ChallengeEncoder challenge = new ChallengeEncoder().wrapAndApplyHeader(out, PREFIX, header).serverTimeMs(timeMs);
        out.putBytes(challenge.offset() + ChallengeEncoder.serverNonceEncodingOffset(), nonce);
        return framed(ChallengeEncoder.BLOCK_LENGTH);
    }

    int proof(final byte[] mac) {
        final ProofEncoder proof = new ProofEncoder().wrapAndApplyHeader(out, PREFIX, header);
        out.putBytes(proof.offset() + ProofEncoder.macEncodingOffset(), mac);
        return framed(ProofEncoder.BLOCK_LENGTH);
    }

    int welcome(final byte[] mac, final int participantId, final int maxFrame, final int silenceMs, final long timeMs) {
        final WelcomeEncoder welcome = new WelcomeEncoder().wrapAndApplyHeader(out, PREFIX, header);
        welcome.serverTimeMs(timeMs).sessionId(0).participantId(participantId).maxFrameLength(maxFrame).maxInFlight(0).idleTimeoutMs(silenceMs)
            .maxBatch(0).maxChain(0);
        out.putBytes(welcome.offset() + WelcomeEncoder.macEncodingOffset(), mac);
        return framed(WelcomeEncoder.BLOCK_LENGTH);
    }

    int error(final LinkError error, final String text) {
        final byte[] words = text.getBytes(StandardCharsets.US_ASCII);
        new ErrorEncoder().wrapAndApplyHeader(out, PREFIX, header).correlationId(0).errorCode(error.code()).putText(words, 0, words.length);
        return framed(ErrorEncoder.BLOCK_LENGTH + ErrorEncoder.textHeaderLength() + words.length);
    }

    /** Template of a frame, or 0 if it is no message of this schema with its block whole. */
    static int template(final DirectBuffer buffer, final int offset, final int bytes) {
        if (bytes < PREFIX + HEADER || unsigned(buffer, offset + PREFIX + 4) != HelloDecoder.SCHEMA_ID
            || unsigned(buffer, offset + PREFIX) > bytes - PREFIX - HEADER) {
            return 0;
        }
        final int template = unsigned(buffer, offset + PREFIX + 2);
        final int least = switch (template) {
            case HelloDecoder.TEMPLATE_ID -> HelloDecoder.BLOCK_LENGTH;
            case ChallengeDecoder.TEMPLATE_ID -> ChallengeDecoder.BLOCK_LENGTH;
            case ProofDecoder.TEMPLATE_ID -> ProofDecoder.BLOCK_LENGTH;
            case WelcomeDecoder.TEMPLATE_ID -> WelcomeDecoder.BLOCK_LENGTH;
            case ErrorDecoder.TEMPLATE_ID -> ErrorDecoder.BLOCK_LENGTH;
            default -> Integer.MAX_VALUE;
        };
        return unsigned(buffer, offset + PREFIX) < least ? 0 : template;
    }

    private static int unsigned(final DirectBuffer buffer, final int at) {
        return buffer.getShort(at, ByteOrder.LITTLE_ENDIAN) & 0xFFFF;
    }

    /** Where a frame's block begins. */
    static int block(final int offset) {
        return offset + PREFIX + MessageHeaderDecoder.ENCODED_LENGTH;
    }

    /** What an Error frame says. */
    static String error(final DirectBuffer buffer, final int offset) {
        final LinkError error = LinkError.of(unsigned(buffer, block(offset) + ErrorDecoder.errorCodeEncodingOffset()));
        return error == null ? "an unknown error" : error.name();
    }
}
