package io.daybreak.loadtest.link;

import io.daybreak.iso8583.dialect.Dialect;

import java.io.IOException;
import java.util.Map;

/**
 * What a link speaks, for the tools: dialect and frames. Immutable; any thread.
 *
 * @param name  for reports
 * @param frame of both directions
 */
public record SimLink(String name, Dialect dialect, FrameForm frame) {
    private static final Map<String, String> DEMO = Map.of("demo-ascii", "1987-ascii", "demo-bcd", "1987-bcd");

    /**
     * Finds a link.
     *
     * @param fileOrName a link file, or the name of a built-in one
     * @throws IOException with one clear sentence if there is none or it is wrong
     */
    public static SimLink load(final String fileOrName) throws IOException {
        return new SimLink(fileOrName, Dialect.builtIn(DEMO.getOrDefault(fileOrName, fileOrName)), FrameForm.DEFAULT);
    }

    /** True for ISO 8583:1993. */
    public boolean is1993() {
        return dialect.version() == 1993;
    }

    /** 1000 for 1993, else 0: what is added to a message type. */
    public int mtiBase() {
        return dialect.versionDigit() * 1_000;
    }
}
