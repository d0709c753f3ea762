package io.daybreak.gateway.index;

import java.util.ArrayList;
import java.util.List;

/** Takes leaves in order and keeps the root of each whole block; the leaves themselves only of the block at work. Not thread safe. */
public final class Leaves {
    /** Leaves of a block. */
    public static final int BLOCK = 4_096;

    private final List<byte[]> blocks;
    private final List<byte[]> current = new ArrayList<>(BLOCK);

    public Leaves() {
        this(List.of());
    }

    /** Goes on behind blocks that are known. */
    public Leaves(final List<byte[]> known) {
        blocks = new ArrayList<>(known);
    }

    /** The next leaf. */
    public void add(final byte[] leaf) {
        current.add(leaf);
        if (current.size() == BLOCK) {
            blocks.add(Merkle.root(current));
            current.clear();
        }
    }

    /** How many there are. */
    public long count() {
        return (long) blocks.size() * BLOCK + current.size();
    }

    /** Roots of all blocks, the last of which may not be full. */
    public List<byte[]> blocks() {
        final List<byte[]> all = new ArrayList<>(blocks);
        if (!current.isEmpty()) {
            all.add(Merkle.root(current));
        }
        return all;
    }

    /** Root of all of it; null if there is no leaf. */
    public byte[] root() {
        final List<byte[]> all = blocks();
        return all.isEmpty() ? null : Merkle.root(all);
    }
}
