package io.daybreak.loadtest.conformance;

import io.daybreak.iso8583.mac.KeyBlockException;
import io.daybreak.iso8583.mac.KeyWrap;
import io.daybreak.iso8583.mac.MacAlgorithm;
import io.daybreak.iso8583.mac.MacKey;
import io.daybreak.iso8583.text.Iso8583Message;

import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import javax.crypto.spec.SecretKeySpec;

/** MACs and keys. docs/iso8583.md, chapter 21. Static. */
final class SecurityCases {
    private static final Duration SOON = Duration.ofSeconds(3);
    private static final int MAX_WRONG = 5;
    private static final String WRAPPING_KEY = "101112131415161718191a1b1c1d1e1f";
    private static final int OVERLAP_MS = 31_000;

    private SecurityCases() {
    }

    static List<ConformanceCase> list() {
        return new Cases("MAC and keys")
            .add("mac-none", "On a link without MACs one that comes is ignored, and none is sent", "MAC-02", Need.NO_MAC, run -> {
                run.ask(run.purchase(run.card(), 100).set(64, "0123456789ABCDEF")).code("00").hasNot(64, 128);
                run.ask(run.network(301).set(128, "0123456789ABCDEF")).code("00").hasNot(64, 128);
            })
            .add("mac-right", "A right MAC is taken, in DE 64 or 128, and each answer has one that is right", "MAC-03 MAC-04 MAC-05 MAC-08 MAC-15",
                Need.MAC, run -> {
                    run.ask(run.purchase(run.card(), 100)).code("00").has(64).hasNot(128);
                    final Iso8583Message purchase = run.purchase(run.card(), 100);
                    run.ask(purchase).code("00");
                    run.ask(run.reversal(400, purchase)).code("00");
                    run.ask(run.network(301)).code("00").has(128).hasNot(64);
                    run.equal("answers with a wrong or missing MAC", 0, run.main().wrongMacs());
                })
            .add("mac-wrong", "A wrong or missing MAC gets 96, and nothing is booked or remembered; the fifth closes the connection",
                "MAC-06 MAC-07 MAC-08 PRE-04 DUP-10", Need.MAC, SecurityCases::wrong)
            .add("mac-key-exchange", "0800/101 changes the key; old and new are good for 30 s", "MAC-09 MAC-11 MAC-12",
                EnumSet.of(Need.MAC, Need.TIME), SecurityCases::exchange)
            .list();
    }

    private static void wrong(final Acquirer run) throws IOException {
        final Card card = run.card();
        final Balance before = run.balance(card);
        final Line line = run.open();
        final byte[] other = new byte[16];
        new SecureRandom().nextBytes(other);
        line.mac(new MacKey("OTHER", run.link().profile().mac().algorithm(), other).newMac());
        final Iso8583Message request = run.purchase(card, 500);
        for (int i = 1; i <= MAX_WRONG; i++) {
            // One of them has none at all.
            if (i == 2) {
                line.mac(null);
            }
            run.ask(line, i == 1 ? request : run.purchase(card, 500)).code("96").hasNot(38);
        }
        run.check("the connection is closed behind the fifth", line.socket().isClosedWithin(SOON), "open");
        run.moved(card, before, 0, 0);
        run.ask(request).code("00");
        run.alive();
    }

    private static void exchange(final Acquirer run) throws IOException {
        final MacAlgorithm algorithm = run.link().profile().mac().algorithm();
        final byte[] fresh = new byte[16];
        new SecureRandom().nextBytes(fresh);
        final MacKey key = new MacKey("CONFORM1", algorithm, fresh);
        final String block = block(key);
        run.ask(run.network(101).set(48, block.substring(0, block.length() - 6) + "000000")).code("88");
        run.ask(run.network(101).set(48, "TOO SHORT")).formatError(48);
        run.alive();
        run.ask(run.network(101).set(48, block)).code("00");
        final Line renewed = run.open();
        renewed.mac(key.newMac());
        run.ask(renewed, run.network(301)).code("00");
        run.ask(run.network(301)).code("00");
        run.ask(renewed, run.network(101).set(48, block)).code("00");
        // Back to the key that everybody knows, so that later cases and runs can speak.
        run.pause(OVERLAP_MS);
        final Line stale = run.open();
        run.ask(stale, run.network(301)).code("96");
        run.ask(renewed, run.network(101).set(48, block(run.link().macKey()))).code("00");
        run.alive();
    }

    private static String block(final MacKey key) throws IOException {
        try {
            final KeyWrap wrap = new KeyWrap(new SecretKeySpec(HexFormat.of().parseHex(WRAPPING_KEY), "AES"));
            final String id = String.format(Locale.ROOT, "%-8s", key.id()).substring(0, 8);
            return id + HexFormat.of().withUpperCase().formatHex(key.wrap(wrap)) + key.keyCheckValue();
        } catch (final KeyBlockException ex) {
            throw new IOException("the key cannot be wrapped: " + ex.getMessage(), ex);
        }
    }
}
