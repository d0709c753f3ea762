package io.daybreak.gateway.card;

import io.daybreak.gateway.key.KeyFile;
import io.daybreak.gateway.key.KeyFileException;

import java.io.IOException;
import java.nio.ByteBuffer;
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

    private final KeyFile file;
    private final int start;
    private final SecureRandom random = new SecureRandom();
    /** Ascending by id; never empty. */
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
        final DataKeys keys = new DataKeys(file, start, found.toArray(new DataKey[0]));
        keys.rotate(today);
        return keys;
    }

    private static int id(final LocalDate day) {
        final long days = day.toEpochDay();
        if (days < 1 || days > MAX_ID) {
            throw new IllegalArgumentException("a day beyond what a key's id can say");
        }
        return (int) days;
    }

    /** Number of this start over all starts with this key file; unsigned, unique. */
    int start() {
        return start;
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
        if (keys.length != 0 && current().id() >= id) {
            return false;
        }
        final byte[] value = new byte[DataKey.BYTES];
        random.nextBytes(value);
        file.add(new KeyFile.Entry(KeyFile.Purpose.DATA, KeyFile.NO_NAME, today.format(DATE), value.clone()));
        final DataKey[] grown = Arrays.copyOf(keys, keys.length + 1);
        grown[keys.length] = new DataKey(id, value);
        Arrays.fill(value, (byte) 0);
        keys = grown;
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
                destroyed++;
            }
        }
        return destroyed;
    }
}
