package io.daybreak.gateway.key;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import io.daybreak.journal.cipher.JournalKey;
import io.daybreak.journal.cipher.Keyring;

/**
 * The keys that the journal's payloads and snapshots are encrypted with: lines {@code journal - ID = 64 hexadecimal digits} of a key file, or of the
 * environment. The last line encrypts, all of them open. Rule: docs/operations.md, "Keys". Cold path.
 */
public final class JournalKeys {
    /** Environment variable with the lines of a key file. */
    public static final String VARIABLE = "DAYBREAK_JOURNAL_KEYS";

    private JournalKeys() {
    }

    /** Value of the setting {@code journal.encryption}. */
    public enum Encryption {
        /** What is written is encrypted if there is a key. */
        AUTO,
        /** As AUTO, and without a key nothing starts. */
        REQUIRED,
        /** Keys only open what is there. */
        OFF
    }

    /**
     * Reads the keys.
     *
     * @param file null: the environment's
     * @throws KeyFileException if they cannot be read, are none, or are required and missing
     */
    public static Keyring read(final Path file, final Encryption encryption, final Map<String, String> environment) throws KeyFileException {
        final String text = environment.get(VARIABLE);
        final String origin = file == null ? VARIABLE : file.toString();
        final KeyFile lines;
        if (file != null) {
            lines = KeyFile.read(file);
        } else {
            lines = text == null || text.isBlank() ? null : KeyFile.ofText(VARIABLE, text);
        }
        final List<JournalKey> keys = new ArrayList<>();
        if (lines != null) {
            for (final KeyFile.Entry entry : lines.entries(KeyFile.Purpose.JOURNAL, KeyFile.NO_NAME)) {
                keys.add(key(origin, entry));
            }
            if (keys.isEmpty()) {
                throw new KeyFileException(origin + " has no key of the journal: a line \"journal - 1 = 64 hexadecimal digits\"");
            }
        }
        if (keys.isEmpty() && encryption == Encryption.REQUIRED) {
            throw new KeyFileException("journal.encryption is required, and there is no key: give it with journal.key-file or " + VARIABLE);
        }
        return Keyring.of(keys, encryption != Encryption.OFF);
    }

    private static JournalKey key(final String origin, final KeyFile.Entry entry) throws KeyFileException {
        try {
            return new JournalKey(Integer.parseInt(entry.id()), entry.value());
        } catch (final IllegalArgumentException ex) {
            throw new KeyFileException(origin + ": " + entry + " wants a number from 1 on as its id, and 64 hexadecimal digits", ex);
        }
    }
}
