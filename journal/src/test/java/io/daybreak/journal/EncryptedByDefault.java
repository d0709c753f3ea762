package io.daybreak.journal;

import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

import io.daybreak.journal.cipher.JournalKey;
import io.daybreak.journal.cipher.Keyring;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** While a test runs, the process has a journal key: whatever the test writes is encrypted. */
public final class EncryptedByDefault implements BeforeEachCallback, AfterEachCallback {
    /** Keys of these numbers, the same each time; the last encrypts. */
    public static Keyring ring(final int... ids) {
        return Keyring.of(keys(ids), true);
    }

    /** The same, for reading only. */
    public static Keyring readingRing(final int... ids) {
        return Keyring.of(keys(ids), false);
    }

    /** The key of that number, or another one of the same number. */
    public static JournalKey key(final int id, final long seed) {
        final byte[] bytes = new byte[JournalKey.LENGTH];
        final SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) random.nextInt();
        }
        return new JournalKey(id, bytes);
    }

    private static List<JournalKey> keys(final int... ids) {
        return IntStream.of(ids).mapToObj(id -> key(id, id)).toList();
    }

    @Override
    public void beforeEach(final ExtensionContext context) {
        Keyring.useForProcess(ring(1));
    }

    @Override
    public void afterEach(final ExtensionContext context) {
        Keyring.useForProcess(Keyring.NONE);
    }
}
