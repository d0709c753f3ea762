package io.daybreak.journal.cipher;

import java.security.SecureRandom;
import java.util.List;

import io.daybreak.journal.JournalKeyException;

/**
 * The journal's keys that a process has: the newest encrypts, all of them open. Immutable; any thread.
 * <p>
 * Whoever opens a journal may name its ring ({@code JournalContext.keys}). Readers take that of the process, which is named once at start, before anything
 * is read: a path that led the keys through every reader would not make them safer.
 */
public final class Keyring {
    /** No keys: what is written is readable, what is encrypted cannot be read. */
    public static final Keyring NONE = new Keyring(List.of(), false);

    private static final SecureRandom RANDOM = new SecureRandom();
    private static volatile Keyring ofProcess = NONE;

    private final List<JournalKey> keys;
    private final boolean encrypts;

    private Keyring(final List<JournalKey> keys, final boolean encrypts) {
        this.keys = List.copyOf(keys);
        this.encrypts = encrypts;
    }

    /**
     * A ring.
     *
     * @param keys     in the order in which they came into use; the last one encrypts
     * @param encrypts false: they open what is there, and what is written stays readable
     */
    public static Keyring of(final List<JournalKey> keys, final boolean encrypts) {
        if (keys.stream().map(JournalKey::id).distinct().count() != keys.size()) {
            throw new IllegalArgumentException("two journal keys have the same id");
        }
        return new Keyring(keys, encrypts && !keys.isEmpty());
    }

    /** The ring of readers and writers that are given none. */
    public static Keyring ofProcess() {
        return ofProcess;
    }

    /** Names the process's ring; what is open already keeps the one before. */
    public static void useForProcess(final Keyring ring) {
        ofProcess = ring;
    }

    /** Whether what is written is encrypted. */
    public boolean encrypts() {
        return encrypts;
    }

    /** The key that encrypts. */
    public JournalKey current() {
        if (!encrypts) {
            throw new IllegalStateException("nothing is encrypted");
        }
        return keys.get(keys.size() - 1);
    }

    /**
     * The key that opens something.
     *
     * @param what it, for the message
     * @throws JournalKeyException if it is not here, or another key of that number is
     */
    public JournalKey find(final int id, final int check, final String what) {
        for (final JournalKey key : keys) {
            if (key.id() == id) {
                if (key.check() != check) {
                    throw new JournalKeyException(what + " is encrypted with another key of the number " + id + " than the one that was given");
                }
                return key;
            }
        }
        throw new JournalKeyException(what + " is encrypted with journal key " + id + (keys.isEmpty() ? ", and no key was given" : ", which was not given"));
    }

    /** A salt that nobody ever had. */
    public static byte[] newSalt() {
        final byte[] salt = new byte[JournalKey.SALT_LENGTH];
        RANDOM.nextBytes(salt);
        return salt;
    }

    @Override
    public String toString() {
        return keys + (encrypts ? "" : ", for reading");
    }
}
