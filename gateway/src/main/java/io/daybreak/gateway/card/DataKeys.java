package io.daybreak.gateway.card;

import io.daybreak.gateway.key.KeyFile;
import io.daybreak.gateway.key.KeyFileException;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.SecureRandom;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The keys of card data in flight, one a day, in the key file. Rule: docs/iso8583.md, "Card data".
 * <p>
 * A key is used only once the file has it on the device, and is called dead only once the file no longer has it. The number
 * of starts stands in the file too, and goes up before the first encryption of each start: nonces begin with it, so that none
 * is used twice under one key, whatever a crash has left out. Loops read without a lock; changes take turns and wait for the
 * device.
 */
public final class DataKeys {
    /** Name under which the key file counts starts. */
    private static final String STARTS = "starts";
    private static final DateTimeFormatter DATE = DateTimeFormatter.BASIC_ISO_DATE;
    private static final int MAX_ID = 0xFFFF;

    private static final int START_BITS = 20;
    private static final int RECORD_BYTES = Short.BYTES + DataKey.BYTES;

    private final KeyFile file;
    private final int start;
    private volatile int epoch;
    private volatile long version;
    private final SecureRandom random = new SecureRandom();
    /** Ascending by id; empty only on a standby that has not heard of any. */
    private volatile DataKey[] keys;

    private DataKeys(final KeyFile file, final int start, final DataKey[] keys) {
        this.file = file;
        this.start = start;
        this.keys = keys;
    }

    /**
     * Reads the keys, counts this start, and makes a key for today if there is none.
     *
     * @param today UTC
     * @throws KeyFileException if an entry is wrong, or the keys came from the environment, which cannot keep new ones
     * @throws IOException      if the file cannot be written
     */
    public static DataKeys open(final KeyFile file, final LocalDate today) throws KeyFileException, IOException {
        final DataKeys keys = openToFollow(file);
        keys.rotate(today);
        return keys;
    }

    /** The same on a standby, which makes no keys: it has those of its primary, see {@link #adopt}. */
    public static DataKeys openToFollow(final KeyFile file) throws KeyFileException, IOException {
        if (!file.isWritable()) {
            throw new KeyFileException("card data needs a new key each day, and keys from the environment cannot be added to: use security.key-file");
        }
        final List<DataKey> found = new ArrayList<>();
        for (final KeyFile.Entry entry : file.entries(KeyFile.Purpose.DATA, KeyFile.NO_NAME)) {
            try {
                found.add(new DataKey(id(LocalDate.parse(entry.id(), DATE)), entry.value()));
            } catch (final DateTimeParseException | IllegalArgumentException ex) {
                throw new KeyFileException("the key " + entry + " wants its day as YYYYMMDD and 64 hexadecimal digits", ex);
            }
        }
        found.sort((left, right) -> Integer.compare(left.id(), right.id()));
        final KeyFile.Entry counted = file.find(KeyFile.Purpose.DATA, STARTS, STARTS);
        if (counted != null && counted.value().length != Integer.BYTES) {
            throw new KeyFileException("the entry " + counted + " wants 8 hexadecimal digits");
        }
        final int start = (counted == null ? 0 : ByteBuffer.wrap(counted.value()).getInt()) + 1;
        if (start == 0) {
            throw new KeyFileException("the entry " + counted + " has counted all the starts that it can");
        }
        file.add(new KeyFile.Entry(KeyFile.Purpose.DATA, STARTS, STARTS, ByteBuffer.allocate(Integer.BYTES).putInt(start).array()));
        return new DataKeys(file, start, found.toArray(new DataKey[0]));
    }

    private static int id(final LocalDate day) {
        final long days = day.toEpochDay();
        if (days < 1 || days > MAX_ID) {
            throw new IllegalArgumentException("a day beyond what a key's id can say");
        }
        return (int) days;
    }

    /**
     * Begin of this start's nonces: the epoch in which the node leads, and the number of the start over all starts with this key file. Nodes share keys
     * and count their starts apart, but never lead in the same epoch. Both parts come round long after the keys of then are dead.
     */
    int start() {
        return epoch << START_BITS | start & (1 << START_BITS) - 1;
    }

    /** The epoch in which this node leads, before anything is encrypted in it. */
    public void epoch(final long leadsIn) {
        epoch = (int) leadsIn;
    }

    /** Rises with every change of the keys. */
    public long version() {
        return version;
    }

    /** All keys, for a standby: each 2 bytes id, little endian, and 32 bytes key. Who asked wipes it. */
    public synchronized byte[] export() {
        final ByteBuffer records = ByteBuffer.allocate(keys.length * RECORD_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (final DataKey key : keys) {
            final byte[] value = key.getEncoded();
            records.putShort((short) key.id()).put(value);
            Arrays.fill(value, (byte) 0);
        }
        return records.array();
    }

    /**
     * On a standby: has the keys of the primary, these and no others. On the device when this returns.
     *
     * @param exported as {@link #export} gives them
     * @throws IllegalArgumentException if it is not of that form
     */
    public synchronized void adopt(final byte[] exported) throws IOException {
        if (exported.length % RECORD_BYTES != 0) {
            throw new IllegalArgumentException("keys of " + exported.length + " bytes");
        }
        final ByteBuffer records = ByteBuffer.wrap(exported).order(ByteOrder.LITTLE_ENDIAN);
        final List<DataKey> adopted = new ArrayList<>();
        final List<KeyFile.Entry> fresh = new ArrayList<>();
        while (records.hasRemaining()) {
            final int id = records.getShort() & MAX_ID;
            final byte[] value = new byte[DataKey.BYTES];
            records.get(value);
            final DataKey key = new DataKey(id, value);
            final DataKey known = find(id);
            if (known != null && known.checkValue() == key.checkValue()) {
                adopted.add(known);
            } else {
                adopted.add(key);
                fresh.add(new KeyFile.Entry(KeyFile.Purpose.DATA, KeyFile.NO_NAME, LocalDate.ofEpochDay(id).format(DATE), value.clone()));
            }
            Arrays.fill(value, (byte) 0);
        }
        if (!fresh.isEmpty()) {
            file.add(fresh.toArray(new KeyFile.Entry[0]));
        }
        adopted.sort((left, right) -> Integer.compare(left.id(), right.id()));
        for (final DataKey key : keys) {
            if (adopted.stream().noneMatch(other -> other.id() == key.id())) {
                file.remove(KeyFile.Purpose.DATA, KeyFile.NO_NAME, LocalDate.ofEpochDay(key.id()).format(DATE));
            }
        }
        final DataKey[] before = keys;
        keys = adopted.toArray(new DataKey[0]);
        for (final DataKey key : before) {
            if (!adopted.contains(key)) {
                key.destroy();
            }
        }
        version++;
    }

    /**
     * On a node that was promoted before it heard of the newest keys: the journal knows another key of that day, so this one was never used, and goes. If
     * it was the newest, the key of the first day behind it that nobody has heard of takes its place.
     */
    public synchronized void replaceUnknown(final DataKey unknown) throws IOException {
        keys = Arrays.stream(keys).filter(other -> other != unknown).toArray(DataKey[]::new);
        file.remove(KeyFile.Purpose.DATA, KeyFile.NO_NAME, LocalDate.ofEpochDay(unknown.id()).format(DATE));
        unknown.destroy();
        rotate(LocalDate.ofEpochDay(unknown.id() + 1L));
        version++;
    }

    /** The key that encrypts now. */
    public DataKey current() {
        final DataKey[] now = keys;
        return now[now.length - 1];
    }

    /** All keys that live, the oldest first. */
    public List<DataKey> all() {
        return List.of(keys);
    }

    /** That key; null if it is dead, or never was. */
    DataKey find(final int id) {
        for (final DataKey key : keys) {
            if (key.id() == id) {
                return key;
            }
        }
        return null;
    }

    /**
     * Makes today's key, unless the newest is of today already, or of a later day: the clock may go back, keys do not.
     *
     * @param today UTC
     * @return whether there is a new key
     * @throws IOException if it could not be made durable; then the newest stays in use
     */
    public synchronized boolean rotate(final LocalDate today) throws IOException {
        final int id = id(today);
        if (keys.length != 0 && keys[keys.length - 1].id() >= id) {
            return false;
        }
        final byte[] value = new byte[DataKey.BYTES];
        random.nextBytes(value);
        file.add(new KeyFile.Entry(KeyFile.Purpose.DATA, KeyFile.NO_NAME, today.format(DATE), value.clone()));
        final DataKey[] grown = Arrays.copyOf(keys, keys.length + 1);
        grown[keys.length] = new DataKey(id, value);
        Arrays.fill(value, (byte) 0);
        keys = grown;
        version++;
        return true;
    }

    /**
     * Destroys the keys of the days before {@code day}, but never the one in use. They are out of use at once, and dead when
     * this returns.
     *
     * @return how many
     * @throws IOException if the file could not be written; those that it still has are tried again at the next call
     */
    public synchronized int destroyBefore(final LocalDate day) throws IOException {
        int destroyed = 0;
        for (final DataKey key : keys) {
            if (key.id() < day.toEpochDay() && key != current()) {
                final DataKey[] left = Arrays.stream(keys).filter(other -> other != key).toArray(DataKey[]::new);
                file.remove(KeyFile.Purpose.DATA, KeyFile.NO_NAME, LocalDate.ofEpochDay(key.id()).format(DATE));
                keys = left;
                key.destroy();
                version++;
                destroyed++;
            }
        }
        return destroyed;
    }
}
