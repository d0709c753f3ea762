package io.daybreak.gateway.index;

import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/** The tree, for every place of every small size, and across blocks. */
class MerkleTest {
    private static List<byte[]> leaves(final int count) {
        final List<byte[]> leaves = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            leaves.add(Merkle.leaf(new Merkle.Salts(new byte[32]).of(i + 1), ("record " + i).getBytes(StandardCharsets.US_ASCII)));
        }
        return leaves;
    }

    @Test
    void shouldProveEachLeafAndNothingElse() {
        for (int count = 1; count <= 70; count++) {
            final List<byte[]> leaves = leaves(count);
            final byte[] root = Merkle.root(leaves);
            for (int i = 0; i < count; i++) {
                final List<byte[]> path = Merkle.path(leaves, i);
                assertThat(Merkle.isProven(leaves.get(i), i, count, path, root)).isTrue();
                assertThat(Merkle.isProven(leaves.get((i + 1) % count), i, count, path, root)).isEqualTo(count == 1);
                assertThat(Merkle.isProven(leaves.get(i), i + 1, count, path, root)).isFalse();
                assertThat(Merkle.isProven(leaves.get(i), i, count, path, leaves(1).get(0))).isEqualTo(count == 1);
            }
        }
    }

    /** Roots of blocks make the same tree as all leaves at once, and the ways join. */
    @Test
    void shouldMakeOneTreeOfBlocks() {
        final int count = 3 * Leaves.BLOCK + 17;
        final List<byte[]> leaves = leaves(count);
        final Leaves blocks = new Leaves();
        leaves.forEach(blocks::add);
        final byte[] root = Merkle.root(leaves);
        assertThat(blocks.root()).isEqualTo(root);
        for (final int place : new int[] {0, Leaves.BLOCK - 1, Leaves.BLOCK, 2 * Leaves.BLOCK + 5, 3 * Leaves.BLOCK, count - 1}) {
            final int block = place / Leaves.BLOCK;
            final List<byte[]> path = Merkle.path(leaves.subList(block * Leaves.BLOCK, Math.min(count, (block + 1) * Leaves.BLOCK)), place % Leaves.BLOCK);
            path.addAll(Merkle.path(blocks.blocks(), block));
            assertThat(Merkle.isProven(leaves.get(place), place, count, path, root)).isTrue();
        }
    }

    /** The salt: without it, whoever knows what a payment may be could try it against a neighbour's hash. */
    @Test
    void shouldSaltEachLeafDifferently() {
        final byte[] record = new byte[0];
        assertThat(Merkle.leaf(new Merkle.Salts(new byte[32]).of(1), record)).isNotEqualTo(Merkle.leaf(new Merkle.Salts(new byte[32]).of(2), record));
        final byte[] other = new byte[32];
        other[0] = 1;
        assertThat(new Merkle.Salts(new byte[32]).of(1)).isNotEqualTo(new Merkle.Salts(other).of(1));
    }
}
