package io.daybreak.loadtest.issuer;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigSyntax;

import java.io.IOException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * What the issuer does: how it treats sign-ons and echoes, and rules, of which the first that is for a message decides. Without a
 * rule a message is approved at once. A HOCON file; the built-in ones, such as {@code approve}, show every key with its meaning.
 */
public final class IssuerScript {
    /** Scripts in the jar, by name. */
    public static final List<String> BUILT_IN = List.of("approve", "decline-by-amount", "slow", "faults", "away",
        "acquirer");

    private static final String RESOURCES = "issuer-scripts/";
    private static final Set<String> KEYS = Set.of("seed", "sign-on", "echo", "reversal-of-unknown", "identity", "delay", "rules");

    final long seed;
    /** DE 39 of a sign-on; null: no answer. */
    final String signOnCode;
    final boolean isEchoAnswered;
    final String unknownOriginalCode;
    /** A switch's trace numbers are unique; an acquirer's, if one should come directly, by terminal only. */
    final boolean isTerminalOfIdentity;
    final DelayPlan delay;
    final IssuerRule[] rules;

    private IssuerScript(final Config config) {
        for (final String key : config.root().keySet()) {
            if (!KEYS.contains(key)) {
                throw new ConfigException.BadPath(config.origin(), key, "not a key of a script");
            }
        }
        seed = config.hasPath("seed") ? config.getLong("seed") : 1;
        final String signOn = config.hasPath("sign-on") ? config.getString("sign-on") : "00";
        signOnCode = "silent".equals(signOn) ? null : signOn;
        isEchoAnswered = !config.hasPath("echo") || !"silent".equals(config.getString("echo"));
        unknownOriginalCode = config.hasPath("reversal-of-unknown") ? config.getString("reversal-of-unknown") : "25";
        final String identity = config.hasPath("identity") ? config.getString("identity") : "switch";
        if (!identity.equals("switch") && !identity.equals("terminal")) {
            throw new ConfigException.BadValue(config.origin(), "identity", "switch or terminal");
        }
        isTerminalOfIdentity = "terminal".equals(identity);
        delay = config.hasPath("delay") ? DelayPlan.read(config, "delay") : DelayPlan.NONE;
        final List<IssuerRule> list = new ArrayList<>();
        if (config.hasPath("rules")) {
            config.getConfigList("rules").forEach(rule -> list.add(new IssuerRule(rule)));
        }
        rules = list.toArray(new IssuerRule[0]);
    }

    /**
     * Reads a script.
     *
     * @param fileOrName a file, or the name of a built-in script
     * @throws IOException with one clear sentence if there is none or it is wrong
     */
    public static IssuerScript load(final String fileOrName) throws IOException {
        try {
            if (BUILT_IN.contains(fileOrName)) {
                final URL resource = IssuerScript.class.getClassLoader().getResource(RESOURCES + fileOrName + ".conf");
                return new IssuerScript(ConfigFactory.parseURL(resource).resolve());
            }
            final Path file = Path.of(fileOrName);
            if (!Files.isReadable(file)) {
                throw new IOException("no script '" + fileOrName + "': neither a file nor one of " + String.join(", ", BUILT_IN));
            }
            return parse(Files.readString(file));
        } catch (final ConfigException | IllegalArgumentException ex) {
            throw new IOException("script " + fileOrName + ": " + ex.getMessage(), ex);
        }
    }

    /**
     * From text.
     *
     * @throws ConfigException if it is wrong
     */
    public static IssuerScript parse(final String text) {
        return new IssuerScript(ConfigFactory.parseString(text, ConfigParseOptions.defaults().setSyntax(ConfigSyntax.CONF)).resolve());
    }
}
