package io.daybreak.state;

/**
 * One pass over the state, either way: each call takes a value of the state and returns the one that shall stand there. When writing that is the
 * same, when reading the one that was written. See {@link Stateful#image}.
 * <p>
 * Not thread safe.
 */
public abstract class StateImage {
    /** Pages in which memory is looked at: those that are all zero take no room in the image. */
    public static final int PAGE_BYTES = 4_096;

    StateImage() {
    }

    /** True if the state is read from the image, false if it is written to it. */
    public abstract boolean isLoading();

    /** Version of the section at work: when reading the one that it was written with. */
    public abstract int version();

    /** A 64-bit word. */
    public abstract long word(long value);

    /**
     * Memory as it lies.
     *
     * @param address of the first byte; when reading, the memory is all zero before
     * @param bytes   a multiple of 8
     */
    public abstract void memory(long address, long bytes);

    /** A 32-bit integer. */
    public final int number(final int value) {
        final long read = word(value);
        if (read != (int) read) {
            throw new StateFormatException(read + " stands where a 32-bit integer should");
        }
        return (int) read;
    }

    /** A word that lies between two bounds, both included: sizes of what is made while reading. */
    public final long bounded(final long value, final long least, final long most) {
        final long read = word(value);
        if (read < least || read > most) {
            throw new StateFormatException(read + " stands where a number from " + least + " to " + most + " should");
        }
        return read;
    }

    /** As {@link #bounded(long, long, long)}. */
    public final int bounded(final int value, final int least, final int most) {
        return (int) bounded((long) value, least, most);
    }

    /** True or false. */
    public final boolean flag(final boolean value) {
        return bounded(value ? 1L : 0L, 0, 1) != 0;
    }

    /** The first {@code count} words of an array. */
    public final void words(final long[] values, final int count) {
        for (int i = 0; i < count; i++) {
            values[i] = word(values[i]);
        }
    }

    /** The first {@code count} integers of an array. */
    public final void numbers(final int[] values, final int count) {
        for (int i = 0; i < count; i++) {
            values[i] = number(values[i]);
        }
    }
}
