package io.daybreak.gateway.launch;

import io.daybreak.gateway.card.DataKeys;
import io.daybreak.gateway.card.TokenKeys;
import io.daybreak.gateway.config.Settings;
import io.daybreak.gateway.key.KeyFile;
import io.daybreak.gateway.key.KeyFileException;
import io.daybreak.iso8583.mac.KeyBlockException;
import io.daybreak.iso8583.mac.KeyWrap;

import javax.crypto.spec.SecretKeySpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/**
 * Where the switch's keys come from: a key file, the demo's own, or the environment. Rule: docs/operations.md, "Keys". Cold
 * path, the starting thread only.
 */
final class Keys {
    /** Environment variable with the lines of a key file. */
    static final String VARIABLE = "DAYBREAK_KEYS";
    /** File of the data directory with the demo's keys. */
    static final String DEMO_FILE = "keys";

    private static final String DEMO_MAC = "demo-mac";
    /** Known to everybody (docs/iso8583.md, "Demo"), and so refused without --demo. */
    private static final byte[] DEMO_MAC_KEY = HexFormat.of().parseHex("0123456789abcdeffedcba9876543210");
    private static final byte[] DEMO_WRAPPING_KEY = HexFormat.of().parseHex("101112131415161718191a1b1c1d1e1f");

    private Keys() {
    }

    /**
     * Finds the keys.
     *
     * @return null if there are none
     */
    static KeyFile find(final Settings settings, final boolean isDemo, final Map<String, String> environment) throws StartException {
        final Path configured = settings.security().keyFile();
        final String text = environment.get(VARIABLE);
        try {
            final KeyFile keys;
            if (configured != null) {
                keys = KeyFile.read(configured);
            } else if (isDemo) {
                keys = demo(settings.data().resolve(DEMO_FILE));
            } else {
                keys = text == null || text.isEmpty() ? null : KeyFile.ofText(VARIABLE, text);
            }
            if (keys != null && !isDemo) {
                refuseDemoKeys(keys);
            }
            return keys;
        } catch (final KeyFileException ex) {
            throw new StartException(ExitCode.USAGE, ex.getMessage(), ex);
        }
    }

    private static KeyFile demo(final Path path) throws KeyFileException, StartException {
        if (Files.exists(path)) {
            return KeyFile.read(path);
        }
        try {
            final byte[] token = new byte[TokenKeys.MIN_BYTES];
            new SecureRandom().nextBytes(token);
            final KeyFile keys = KeyFile.create(path);
            keys.add(new KeyFile.Entry(KeyFile.Purpose.TOKEN, KeyFile.NO_NAME, "1", token),
                new KeyFile.Entry(KeyFile.Purpose.LINK, DEMO_MAC, "1", DEMO_WRAPPING_KEY.clone()),
                new KeyFile.Entry(KeyFile.Purpose.MAC, DEMO_MAC, DEMO_MAC,
                    new KeyWrap(new SecretKeySpec(DEMO_WRAPPING_KEY, "AES")).wrap(DEMO_MAC_KEY)));
            return keys;
        } catch (final IOException | KeyBlockException ex) {
            throw new StartException(ExitCode.UNEXPECTED, "cannot write " + path + ": " + ex, ex);
        }
    }

    private static void refuseDemoKeys(final KeyFile keys) throws KeyFileException {
        for (final KeyFile.Entry entry : keys.entries(KeyFile.Purpose.LINK, DEMO_MAC)) {
            if (Arrays.equals(entry.value(), DEMO_WRAPPING_KEY)) {
                throw new KeyFileException("the key " + entry + " is the demo's, which everybody knows; it needs --demo");
            }
        }
    }

    /**
     * The keys of card data, today's among them.
     *
     * @param today UTC; null on a standby, which makes none
     */
    static DataKeys cardData(final KeyFile keys, final LocalDate today) throws StartException {
        try {
            return today == null ? DataKeys.openToFollow(keys) : DataKeys.open(keys, today);
        } catch (final KeyFileException ex) {
            throw new StartException(ExitCode.USAGE, ex.getMessage(), ex);
        } catch (final IOException ex) {
            throw new StartException(ExitCode.UNEXPECTED, "cannot write the key file: " + ex, ex);
        }
    }

    /** The token keys: the last in the file is current, the one before it previous. */
    static TokenKeys tokens(final KeyFile keys) throws StartException {
        final List<KeyFile.Entry> found = keys == null ? List.of() : keys.entries(KeyFile.Purpose.TOKEN, KeyFile.NO_NAME);
        if (found.isEmpty()) {
            throw new StartException(ExitCode.USAGE, "ISO 8583 links need a token key: give it with security.key-file or " + VARIABLE);
        }
        try {
            final KeyFile.Entry current = found.get(found.size() - 1);
            if (found.size() == 1) {
                return TokenKeys.of(Integer.parseInt(current.id()), current.value());
            }
            final KeyFile.Entry previous = found.get(found.size() - 2);
            return TokenKeys.of(Integer.parseInt(current.id()), current.value(), Integer.parseInt(previous.id()), previous.value());
        } catch (final IllegalArgumentException ex) {
            throw new StartException(ExitCode.USAGE, "the token keys of the key file: " + ex.getMessage(), ex);
        }
    }
}
