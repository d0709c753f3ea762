package io.daybreak.gateway.iso;

import io.daybreak.gateway.key.KeyFile;
import io.daybreak.gateway.key.KeyFileException;
import io.daybreak.iso8583.link.LinkProfile;
import io.daybreak.iso8583.mac.KeyBlock;
import io.daybreak.iso8583.mac.KeyBlockException;
import io.daybreak.iso8583.mac.KeyWrap;
import io.daybreak.iso8583.mac.MacAlgorithm;
import io.daybreak.iso8583.mac.MacKey;
import io.daybreak.iso8583.mac.Tr31KeyBlock;

import javax.crypto.spec.SecretKeySpec;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The MAC keys of one link over all event loops: the current one, and after an exchange the one before for a while. Rule:
 * docs/iso8583.md, "MAC and keys".
 * <p>
 * Loops read {@link #inUse} without a lock; exchanges are rare and take turns. A key becomes current only once the key file
 * has it on the device, wrapped by AES key wrap in whatever form it came.
 */
final class LinkKeys {
    /** Behind the name of a link's keys: the key block protection key, which may serve for nothing else. */
    private static final String TR_31_KEY = "-tr31";

    /** Of a link without MACs. */
    static final LinkKeys NONE = new LinkKeys();

    /** MAC keys of a link in the file: a restart needs the newest, and an operator may want the one before it. */
    private static final int KEPT_KEYS = 2;

    private final KeyFile file;
    private final String name;
    private final MacAlgorithm algorithm;
    private final long oldKeyGoodForNs;
    private final KeyBlock wrapping;
    private final KeyBlock travelling;
    private volatile InUse inUse;

    /**
     * Keys as of a moment.
     *
     * @param current         signs what we send first
     * @param previous        good until {@code previousUntilNs} (as System.nanoTime); null if there is none
     * @param previousUntilNs meaningless without a previous key
     */
    record InUse(MacKey current, MacKey previous, long previousUntilNs) {
        boolean isPreviousGood(final long nowNs) {
            return previous != null && nowNs - previousUntilNs < 0;
        }
    }

    /** What became of an exchange. */
    enum Exchange {
        /** The key is current, and in the key file. */
        DONE,
        /** It does not unwrap, or its check value is wrong. */
        REFUSED,
        /** It could not be made durable; nothing has changed. */
        NOT_WRITTEN
    }

    private LinkKeys() {
        file = null;
        name = "";
        algorithm = null;
        oldKeyGoodForNs = 0;
        wrapping = null;
        travelling = null;
    }

    private LinkKeys(final LinkProfile profile, final KeyFile file, final KeyBlock wrapping, final KeyBlock travelling, final MacKey current) {
        this.file = file;
        name = profile.mac().keyId();
        algorithm = profile.mac().algorithm();
        oldKeyGoodForNs = TimeUnit.MILLISECONDS.toNanos(profile.mac().oldKeyGoodForMs());
        this.wrapping = wrapping;
        this.travelling = travelling;
        inUse = new InUse(current, null, 0);
    }

    /**
     * The keys of a link, from the key file: {@code link NAME ID} wraps, the last {@code mac NAME ID} is current, NAME being
     * the key's name in the link's file. A link whose keys travel in TR-31 blocks has {@code link NAME-tr31 ID} for these.
     */
    static LinkKeys of(final LinkProfile profile, final KeyFile file) throws KeyFileException {
        if (!profile.mac().isRequired()) {
            return NONE;
        }
        final String name = profile.mac().keyId();
        final List<KeyFile.Entry> wrappingKeys = file.entries(KeyFile.Purpose.LINK, name);
        final List<KeyFile.Entry> macKeys = file.entries(KeyFile.Purpose.MAC, name);
        if (wrappingKeys.isEmpty() || macKeys.isEmpty()) {
            throw new KeyFileException("link " + profile.name() + " needs the keys \"link " + name + "\" and \"mac " + name + "\" in the key file");
        }
        final KeyFile.Entry mac = macKeys.get(macKeys.size() - 1);
        final KeyBlock wrapping = new KeyWrap(new SecretKeySpec(wrappingKeys.get(wrappingKeys.size() - 1).value(), "AES"));
        try {
            final byte[] key = wrapping.unwrap(mac.value());
            try {
                return new LinkKeys(profile, file, wrapping, travelling(profile, file, wrapping), new MacKey(mac.id(), profile.mac().algorithm(), key));
            } finally {
                Arrays.fill(key, (byte) 0);
            }
        } catch (final KeyBlockException | IllegalArgumentException ex) {
            throw new KeyFileException("the key " + mac + " cannot be used: " + ex.getMessage(), ex);
        }
    }

    private static KeyBlock travelling(final LinkProfile profile, final KeyFile file, final KeyBlock wrapping) throws KeyFileException {
        if (profile.mac().keyBlock() != LinkProfile.KeyBlockForm.TR_31) {
            return wrapping;
        }
        final String name = profile.mac().keyId() + TR_31_KEY;
        final List<KeyFile.Entry> keys = file.entries(KeyFile.Purpose.LINK, name);
        if (keys.isEmpty()) {
            throw new KeyFileException("link " + profile.name() + " needs the key \"link " + name + "\" in the key file");
        }
        return new Tr31KeyBlock(keys.get(keys.size() - 1).value(), profile.mac().algorithm());
    }

    /** Whether keys come in TR-31 blocks, as characters; otherwise wrapped, in hexadecimal. */
    boolean isTr31() {
        return travelling instanceof Tr31KeyBlock;
    }

    /** The keys now; any thread. */
    InUse inUse() {
        return inUse;
    }

    /**
     * Takes a new key. Waits for the device: a key that only memory has would be lost by a crash, and with it the link.
     *
     * @param block      the wrapped key, or the characters of a key block
     * @param checkValue six capital hexadecimal digits
     */
    synchronized Exchange exchange(final String id, final byte[] block, final String checkValue, final long nowNs) {
        final MacKey key;
        final byte[] kept;
        try {
            final byte[] bytes = travelling.unwrap(block);
            try {
                key = new MacKey(id, algorithm, bytes);
                kept = travelling == wrapping ? block : wrapping.wrap(bytes);
            } finally {
                Arrays.fill(bytes, (byte) 0);
            }
        } catch (final KeyBlockException | IllegalArgumentException ex) {
            return Exchange.REFUSED;
        }
        if (!key.keyCheckValue().equals(checkValue)) {
            return Exchange.REFUSED;
        }
        final MacKey current = inUse.current();
        if (current.isSameKey(key) && current.id().equals(id)) {
            return Exchange.DONE;
        }
        try {
            file.addNewest(new KeyFile.Entry(KeyFile.Purpose.MAC, name, id, kept), KEPT_KEYS);
        } catch (final IOException ex) {
            return Exchange.NOT_WRITTEN;
        }
        inUse = new InUse(key, current, nowNs + oldKeyGoodForNs);
        return Exchange.DONE;
    }
}
