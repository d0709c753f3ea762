package io.daybreak.iso8583.mac;

import io.daybreak.iso8583.codec.MessageBuilder;
import io.daybreak.iso8583.codec.MessageIndex;
import org.agrona.DirectBuffer;

/**
 * A message authentication code under one key. It goes over the message as sent, from the message type to the byte before the MAC's
 * own bytes, with the MAC's bit set in the bitmap, without frame and header. docs/iso8583-wire.md, "MAC".
 * <p>
 * Not thread safe: one per thread. Our side allocates nothing; whether the provider's ciphers do is theirs (the JDK's do not for
 * AES, and take a small array per call for DES).
 */
public interface MessageMac {
    /** Bytes of a MAC in a message. */
    int MAC_BYTES = 8;

    /** The key. */
    MacKey key();

    /** Writes the {@link #MAC_BYTES} of the MAC over a range. */
    void compute(DirectBuffer source, int offset, int length, byte[] mac, int macOffset);

    /** Writes the {@link #MAC_BYTES} of the MAC over a range. */
    void compute(byte[] source, int offset, int length, byte[] mac, int macOffset);

    /**
     * Whether a message has a MAC and it is right. Takes the same time wherever it differs.
     *
     * @param message indexed, its bytes unchanged since
     */
    boolean verify(MessageIndex message);

    /**
     * Adds the MAC to a message of which everything else is written, and ends it.
     *
     * @return as {@link MessageBuilder#end}
     */
    int seal(MessageBuilder message);
}
