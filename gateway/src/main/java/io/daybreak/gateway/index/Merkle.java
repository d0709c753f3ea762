package io.daybreak.gateway.index;

import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A tree of SHA-256 hashes over the records of a journal, in the form of RFC 9162, chapter 2: a leaf is the hash of a zero byte, its salt and its record; a node that of
 * a one byte and its two children; the left subtree of n leaves has the greatest power of two below n.
 * <p>
 * The salt makes a leaf tell nothing to those who do not have the record: neighbours' hashes in a receipt cannot be guessed from amounts and accounts.
 * It is the HMAC of the sequence under a key that stays with the operator. Not thread safe.
 */
public final class Merkle {
    /** Bytes of a hash, a salt, and the key. */
    public static final int HASH_BYTES = 32;
    private static final byte LEAF = 0;
    private static final byte NODE = 1;

    private Merkle() {
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (final GeneralSecurityException ex) {
            throw new IllegalStateException("every Java platform has SHA-256", ex);
        }
    }

    /** Makes the salts of leaves under one key; keeps what the key costs to set up. Not thread safe. */
    public static final class Salts {
        private final Mac mac;
        private final byte[] number = new byte[Long.BYTES];

        public Salts(final byte[] key) {
            try {
                mac = Mac.getInstance("HmacSHA256");
                mac.init(new SecretKeySpec(key, "HmacSHA256"));
            } catch (final GeneralSecurityException ex) {
                throw new IllegalStateException("every Java platform has HMAC-SHA-256", ex);
            }
        }

        /** Salt of a sequence's leaf. */
        public byte[] of(final long sequence) {
            ByteBuffer.wrap(number).putLong(sequence);
            return mac.doFinal(number);
        }
    }

    /** Hash of a leaf. */
    public static byte[] leaf(final byte[] salt, final byte[] record) {
        final MessageDigest digest = sha256();
        digest.update(LEAF);
        digest.update(salt);
        return digest.digest(record);
    }

    static byte[] node(final byte[] left, final byte[] right) {
        final MessageDigest digest = sha256();
        digest.update(NODE);
        digest.update(left);
        return digest.digest(right);
    }

    /** Root of a list of subtrees that are all of one size, but for the last, which may be smaller; at least one. */
    public static byte[] root(final List<byte[]> hashes) {
        return root(hashes, 0, hashes.size());
    }

    private static byte[] root(final List<byte[]> hashes, final int from, final int to) {
        if (to - from == 1) {
            return hashes.get(from);
        }
        final int split = from + split(to - from);
        return node(root(hashes, from, split), root(hashes, split, to));
    }

    private static int split(final int count) {
        return Integer.highestOneBit(count - 1);
    }

    /** Hashes beside the way from one of them to the root, from below to above. */
    public static List<byte[]> path(final List<byte[]> hashes, final int index) {
        final List<byte[]> path = new ArrayList<>();
        path(hashes, 0, hashes.size(), index, path);
        return path;
    }

    private static void path(final List<byte[]> hashes, final int from, final int to, final int index, final List<byte[]> path) {
        if (to - from == 1) {
            return;
        }
        final int split = from + split(to - from);
        if (index < split) {
            path(hashes, from, split, index, path);
            path.add(root(hashes, split, to));
        } else {
            path(hashes, split, to, index, path);
            path.add(root(hashes, from, split));
        }
    }

    /**
     * Whether a leaf stands at a place of the tree with this root.
     *
     * @param index  of the leaf, from 0
     * @param leaves of the whole tree
     */
    public static boolean isProven(final byte[] leaf, final long index, final long leaves, final List<byte[]> path, final byte[] root) {
        if (index < 0 || index >= leaves) {
            return false;
        }
        long place = index;
        long last = leaves - 1;
        byte[] hash = leaf;
        for (final byte[] beside : path) {
            if (last == 0 || beside.length != HASH_BYTES) {
                return false;
            }
            if ((place & 1) == 1 || place == last) {
                hash = node(beside, hash);
                while ((place & 1) == 0 && place != 0) {
                    place >>>= 1;
                    last >>>= 1;
                }
            } else {
                hash = node(hash, beside);
            }
            place >>>= 1;
            last >>>= 1;
        }
        return last == 0 && Arrays.equals(hash, root);
    }
}
