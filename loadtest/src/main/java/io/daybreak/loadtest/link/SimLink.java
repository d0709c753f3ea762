package io.daybreak.loadtest.link;

import io.daybreak.iso8583.config.ConfigProblems;
import io.daybreak.iso8583.dialect.Dialect;
import io.daybreak.iso8583.frame.Framing;
import io.daybreak.iso8583.link.LinkProfile;
import io.daybreak.iso8583.mac.MacKey;
import io.daybreak.iso8583.mac.MessageMac;

import java.io.File;
import java.io.IOException;
import java.util.HexFormat;

/**
 * What a link speaks, for the tools: its profile, and the MAC's key where it has MACs. Immutable; any thread.
 *
 * @param profile dialect, framing and rules
 * @param macKey  null: no MACs
 */
public record SimLink(LinkProfile profile, MacKey macKey) {
    /** Known to everybody; refused by a switch that is not a demo. */
    public static final String DEMO_KEY = "0123456789abcdeffedcba9876543210";

    private static final int BITS_PER_DIGIT = 4;
    private static final int VERSION_1993 = 1993;
    private static final int THOUSAND = 1_000;

    /**
     * Finds a link, with the demo's MAC key if it has MACs.
     *
     * @param fileOrName a link file, or the name of a built-in one
     * @throws IOException with one clear sentence if there is none or it is wrong
     */
    public static SimLink load(final String fileOrName) throws IOException {
        return load(fileOrName, DEMO_KEY);
    }

    /** As {@link #load(String)}, with a MAC key of so many hexadecimal digits. */
    public static SimLink load(final String fileOrName, final String macKey) throws IOException {
        try {
            final LinkProfile profile = LinkProfile.BUILT_IN.contains(fileOrName) ? LinkProfile.builtIn(fileOrName)
                : LinkProfile.load(existing(fileOrName));
            return new SimLink(profile, profile.mac().isRequired()
                ? new MacKey(profile.mac().keyId(), profile.mac().algorithm(), HexFormat.of().parseHex(macKey)) : null);
        } catch (final ConfigProblems ex) {
            throw new IOException("link " + fileOrName + ": " + String.join("; ", ex.problems()), ex);
        } catch (final IllegalArgumentException ex) {
            throw new IOException("MAC key of " + macKey.length() * BITS_PER_DIGIT + " bits: " + ex.getMessage(), ex);
        }
    }

    private static File existing(final String name) throws IOException {
        final File file = new File(name);
        if (!file.canRead()) {
            throw new IOException("no link '" + name + "': neither a file nor one of " + String.join(", ", LinkProfile.BUILT_IN));
        }
        return file;
    }

    /** How messages are written. */
    public Dialect dialect() {
        return profile.dialect();
    }

    /** How they are cut out of the stream. */
    public Framing framing() {
        return profile.framing();
    }

    /** Computes MACs, for one thread; null if there are none. */
    public MessageMac newMac() {
        return macKey == null ? null : macKey.newMac();
    }

    /** True for ISO 8583:1993. */
    public boolean is1993() {
        return dialect().version() == VERSION_1993;
    }

    /** What is added to a message type of 1987: 1000 for 1993. */
    public int mtiBase() {
        return dialect().versionDigit() * THOUSAND;
    }
}
