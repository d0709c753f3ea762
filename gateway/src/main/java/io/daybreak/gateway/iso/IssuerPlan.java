package io.daybreak.gateway.iso;

import io.daybreak.iso8583.dialect.Dialect;
import io.daybreak.iso8583.frame.Framing;
import io.daybreak.iso8583.link.LinkProfile;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** An issuer link's profile, made ready for the hot path. Immutable but for the keys that it leads to; any thread. */
final class IssuerPlan {
    final LinkProfile profile;
    final Framing framing;
    final Dialect dialect;
    final boolean is1993;
    final LinkKeys keys;
    final boolean isMacRequired;
    /** Ours, as DE 33 has it. */
    final byte[] institution;
    /** The same as a number. */
    final long institutionNumber;
    private final Map<Integer, FieldRules> rules;
    private final FieldRules defaultRules;
    private final Map<Long, byte[]> acquirers = new HashMap<>();

    /** @param institutions of acquirers, as their links' files have them: a number alone would lose its leading zeros */
    IssuerPlan(final LinkProfile profile, final LinkKeys keys, final String institution, final Map<Integer, FieldRules> rules,
               final Iterable<String> institutions) {
        this.profile = profile;
        this.keys = keys;
        this.rules = rules;
        framing = profile.framing();
        dialect = profile.dialect();
        is1993 = dialect.version() == 1993;
        isMacRequired = profile.mac().isRequired();
        this.institution = institution.getBytes(StandardCharsets.US_ASCII);
        institutionNumber = Long.parseLong(institution);
        defaultRules = rules.get(0);
        for (final String acquirer : institutions) {
            acquirers.put(Long.parseLong(acquirer), acquirer.getBytes(StandardCharsets.US_ASCII));
        }
    }

    /** What a route passes. */
    FieldRules rules(final int routeId) {
        return rules.getOrDefault(routeId, defaultRules);
    }

    /** An acquirer's number as DE 32 has it; null if no link has it. */
    byte[] acquirer(final long number) {
        return acquirers.get(number);
    }
}
