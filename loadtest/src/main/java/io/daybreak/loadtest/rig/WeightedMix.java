package io.daybreak.loadtest.rig;

import io.daybreak.loadtest.workload.Random64;

import java.util.List;
import java.util.Locale;

/** How often each of some kinds comes, as people write it: {@code purchase=70,balance=30}. Shares are relative to their sum. Immutable. */
final class WeightedMix {
    private static final int TABLE = 1 << 10;
    private static final String SHARE = "\\d{1,4}(\\.\\d{1,3})?";

    private final byte[] table = new byte[TABLE];
    private final double[] weights;
    private final String text;

    /**
     * Reads it.
     *
     * @param kinds all that there are, at most 127
     * @throws IllegalArgumentException naming what is wrong, and what is allowed
     */
    WeightedMix(final String text, final List<String> kinds) {
        this.text = text;
        weights = new double[kinds.size()];
        final String allowed = String.join(", ", kinds);
        if (text.isBlank()) {
            throw new IllegalArgumentException("--mix: it is empty; it wants one or more of " + allowed + ", each with its share, such as " + kinds.get(0) + "=70");
        }
        for (final String part : text.split(",", -1)) {
            final int equals = part.indexOf('=');
            final String name = (equals < 0 ? part : part.substring(0, equals)).strip().toLowerCase(Locale.ROOT);
            final int kind = kinds.indexOf(name);
            if (kind < 0) {
                throw new IllegalArgumentException("--mix: '" + name + "' is none of " + allowed);
            }
            final String share = equals < 0 ? "" : part.substring(equals + 1).strip();
            if (!share.matches(SHARE)) {
                throw new IllegalArgumentException("--mix: '" + part.strip() + "' is not a kind and its share, 0 to 9999, such as " + kinds.get(0)
                    + "=70; kinds are " + allowed);
            }
            weights[kind] += Double.parseDouble(share);
        }
        double sum = 0;
        for (final double weight : weights) {
            sum += weight;
        }
        if (!(sum > 0)) {
            throw new IllegalArgumentException("--mix: the shares are all 0; one of " + allowed + " needs more");
        }
        double upTo = 0;
        int place = 0;
        for (int kind = 0; kind < weights.length; kind++) {
            upTo += weights[kind] / sum * TABLE;
            while (place < TABLE && place + 0.5 <= upTo) {
                table[place++] = (byte) kind;
            }
        }
    }

    /** The place of the next one among the kinds. */
    int next(final Random64 random) {
        return table[(int) (random.next() >>> 20) & TABLE - 1];
    }

    /** True if the kind at this place comes at all. */
    boolean has(final int kind) {
        return weights[kind] > 0;
    }

    @Override
    public String toString() {
        return text;
    }
}
