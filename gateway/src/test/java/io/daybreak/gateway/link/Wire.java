package io.daybreak.gateway.link;

import io.daybreak.protocol.codec.HelloDecoder;
import io.daybreak.protocol.codec.MessageHeaderEncoder;
import io.daybreak.protocol.codec.SubmitTransfersDecoder;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Builds frames byte by byte, without the generated encoders, so that tests do not share a mistake with the code. */
final class Wire {
    private Wire() {
    }

    /** A frame: prefix, header, body. */
    static byte[] frame(final int blockLength, final int templateId, final byte[] body) {
        return frame(8 + body.length, blockLength, templateId, HelloDecoder.SCHEMA_ID, HelloDecoder.SCHEMA_VERSION, body);
    }

    /** A frame whose header may lie. */
    static byte[] frame(final int length, final int blockLength, final int templateId, final int schemaId, final int version, final byte[] body) {
        return ByteBuffer.allocate(4 + MessageHeaderEncoder.ENCODED_LENGTH + body.length).order(ByteOrder.LITTLE_ENDIAN)
            .putInt(length)
            .putShort((short) blockLength).putShort((short) templateId).putShort((short) schemaId).putShort((short) version)
            .put(body)
            .array();
    }

    /** A batch frame of any template with correlation id, group header and entries. */
    static byte[] batch(final int templateId, final long correlationId, final int entryLength, final byte[]... entries) {
        final ByteBuffer body = ByteBuffer.allocate(12 + entryLength * entries.length).order(ByteOrder.LITTLE_ENDIAN)
            .putLong(correlationId).putShort((short) entryLength).putShort((short) entries.length);
        for (final byte[] entry : entries) {
            body.put(entry);
        }
        return frame(8, templateId, body.array());
    }

    /** SubmitTransfers. */
    static byte[] transfers(final long correlationId, final byte[]... entries) {
        return batch(SubmitTransfersDecoder.TEMPLATE_ID, correlationId, 96, entries);
    }

    /** A transfer of 96 bytes that can be told from others by its id. */
    static byte[] transfer(final long idHi, final long idLo, final long debit, final long credit, final long amount, final int flags) {
        return ByteBuffer.allocate(96).order(ByteOrder.LITTLE_ENDIAN)
            .putLong(idHi).putLong(idLo).putLong(debit).putLong(credit).putLong(amount)
            .putLong(0).putLong(0)
            .putLong(0).putLong(0).putLong(0)
            .putInt(0).putInt(156).putShort((short) 1).putShort((short) flags).putInt(0)
            .array();
    }

    /** A transfer that only the decoder looks at. */
    static byte[] transfer(final long id, final int flags) {
        return transfer(id, id, 1, 2, 3, flags);
    }

    /** One behind the other. */
    static byte[] join(final byte[]... parts) {
        final ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (final byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    /** A body of eight-byte words. */
    static byte[] words(final long... words) {
        final ByteBuffer body = ByteBuffer.allocate(words.length * 8).order(ByteOrder.LITTLE_ENDIAN);
        for (final long word : words) {
            body.putLong(word);
        }
        return body.array();
    }
}
