package io.daybreak.loadtest.simulation.storage;

import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * One file or directory: what the page cache holds, what the device holds, and which pages differ as far as the system knows. Sizes are bytes.
 */
final class SimFile {
    /** What the system writes back in one piece. */
    static final int PAGE = 4_096;
    /** What the device writes in one piece. */
    static final int SECTOR = 512;

    final boolean directory;
    private byte[] cache = new byte[0];
    private byte[] device = new byte[0];
    private long[] dirty = new long[1];
    private int size;
    private int deviceSize;
    /** Memory that the process has mapped over the whole file, for writing; null if it has not. */
    private ByteBuffer mapping;

    SimFile(final boolean directory) {
        this.directory = directory;
    }

    /** The same file on a copy of the disk. */
    SimFile copy() {
        harvest();
        final SimFile copy = new SimFile(directory);
        copy.cache = cache.clone();
        copy.device = device.clone();
        copy.dirty = dirty.clone();
        copy.size = size;
        copy.deviceSize = deviceSize;
        return copy;
    }

    /** Bytes that a process sees. */
    int size() {
        return size;
    }

    int deviceSize() {
        return deviceSize;
    }

    private void ensure(final int bytes) {
        if (bytes > cache.length) {
            final int capacity = Math.max((bytes + PAGE - 1) / PAGE * PAGE, Math.min(cache.length * 2, cache.length + (1 << 20)));
            cache = Arrays.copyOf(cache, capacity);
            device = Arrays.copyOf(device, capacity);
            dirty = Arrays.copyOf(dirty, capacity / PAGE / Long.SIZE + 1);
        }
    }

    void write(final int position, final ByteBuffer source, final int length) {
        ensure(position + length);
        source.get(cache, position, length);
        touched(position, length);
    }

    void write(final int position, final byte[] source, final int length) {
        ensure(position + length);
        System.arraycopy(source, 0, cache, position, length);
        touched(position, length);
    }

    void putInt(final int position, final int value) {
        ensure(position + Integer.BYTES);
        for (int i = 0; i < Integer.BYTES; i++) {
            cache[position + i] = (byte) (value >>> 8 * i);
        }
        touched(position, Integer.BYTES);
    }

    private void touched(final int position, final int length) {
        size = Math.max(size, position + length);
        for (int page = position / PAGE; page <= (position + length - 1) / PAGE; page++) {
            dirty[page >>> 6] |= 1L << page;
        }
    }

    /** Past the cache: on the device at once. With {@code torn}, only some of the sectors. */
    void writeThrough(final int position, final ByteBuffer source, final int length, final SplittableRandom torn) {
        ensure(position + length);
        for (int at = position; at < position + length; at += SECTOR) {
            final int end = Math.min(at + SECTOR, position + length);
            if (torn != null && torn.nextBoolean()) {
                source.position(source.position() + end - at);
                continue;
            }
            source.get(cache, at, end - at);
            System.arraycopy(cache, at, device, at, end - at);
        }
        size = Math.max(size, position + length);
        deviceSize = Math.max(deviceSize, size);
    }

    void read(final int position, final ByteBuffer target, final int length, final boolean direct) {
        if (!direct) {
            target.put(cache, position, length);
            return;
        }
        for (int at = position; at < position + length;) {
            final int end = Math.min((at / PAGE + 1) * PAGE, position + length);
            // The system writes a page back before it lets anybody read past it.
            target.put(isDirty(at / PAGE) ? cache : device, at, end - at);
            at = end;
        }
    }

    private boolean isDirty(final int page) {
        return (dirty[page >>> 6] >>> page & 1) != 0;
    }

    byte[] contents() {
        return Arrays.copyOf(cache, size);
    }

    void size(final int newSize) {
        ensure(newSize);
        if (newSize < size) {
            Arrays.fill(cache, newSize, size, (byte) 0);
            touched(newSize, Math.max(1, size - newSize));
        }
        size = newSize;
    }

    /** Everything to the device. */
    void sync() {
        harvest();
        for (int page = 0; page * PAGE < size || page * PAGE < deviceSize; page++) {
            if (isDirty(page)) {
                System.arraycopy(cache, page * PAGE, device, page * PAGE, PAGE);
            }
        }
        Arrays.fill(dirty, 0);
        deviceSize = size;
    }

    /** The system writes some pages back of its own accord. */
    void writeBack(final SplittableRandom random) {
        harvest();
        boolean any = false;
        for (int page = 0; page * PAGE < size; page++) {
            if (isDirty(page) && random.nextBoolean()) {
                System.arraycopy(cache, page * PAGE, device, page * PAGE, PAGE);
                dirty[page >>> 6] &= ~(1L << page);
                any = true;
            }
        }
        if (any) {
            deviceSize = Math.max(deviceSize, size);
        }
    }

    /** A sync that failed: some pages are on the device, and the system takes all of them for clean. */
    void syncInVain(final SplittableRandom random) {
        writeBack(random);
        Arrays.fill(dirty, 0);
    }

    /** Only what is on the device is left; of what was on its way, whatever chance has let through. */
    void losePower(final SplittableRandom random) {
        harvest();
        boolean grown = false;
        for (int page = 0; page * PAGE < size; page++) {
            if (!isDirty(page)) {
                continue;
            }
            final int fate = random.nextInt(4);
            for (int at = page * PAGE; at < (page + 1) * PAGE; at += SECTOR) {
                if (fate == 0 || fate == 1 && random.nextBoolean()) {
                    System.arraycopy(cache, at, device, at, SECTOR);
                    grown = true;
                }
            }
        }
        if (grown || size < deviceSize && random.nextBoolean()) {
            deviceSize = size;
        }
        Arrays.fill(device, deviceSize, device.length, (byte) 0);
        System.arraycopy(device, 0, cache, 0, device.length);
        Arrays.fill(dirty, 0);
        size = deviceSize;
    }

    /** A bit changes, in memory and on the device. */
    void flip(final int position, final int bit) {
        cache[position] ^= (byte) (1 << bit);
        device[position] ^= (byte) (1 << bit);
    }

    /** A stretch reads as zero bytes. */
    void wipe(final int from, final int to) {
        Arrays.fill(cache, from, to, (byte) 0);
        Arrays.fill(device, from, to, (byte) 0);
    }

    /** Highest position that is not zero, plus one. */
    int usedEnd() {
        int end = size;
        while (end > 0 && cache[end - 1] == 0) {
            end--;
        }
        return end;
    }

    MappedByteBuffer mapForReading(final int length) {
        harvest();
        final ByteBuffer copy = ByteBuffer.allocateDirect(length);
        copy.put(cache, 0, Math.min(length, size)).clear();
        // A direct buffer is a mapped one by its class, which is all that a reader of it needs.
        return (MappedByteBuffer) copy;
    }

    MappedByteBuffer mapForWriting(final int length) {
        harvest();
        ensure(length);
        touched(0, length);
        mapping = mapForReading(length);
        return (MappedByteBuffer) mapping;
    }

    /** Takes over what the process wrote into its mapping. */
    void harvest() {
        if (mapping != null) {
            final int length = mapping.capacity();
            mapping.duplicate().clear().get(cache, 0, length);
            touched(0, length);
        }
    }

    /** The process ends, or is about to give the mapping back: it must not be touched afterwards. */
    void unmap() {
        harvest();
        mapping = null;
    }
}
