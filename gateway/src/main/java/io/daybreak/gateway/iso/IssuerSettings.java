package io.daybreak.gateway.iso;

import java.util.List;
import java.util.Map;

/**
 * Where issuers are, and what their routes pass. Meaning, defaults and ranges: reference.conf, {@code iso8583.issuers}.
 *
 * @param institution our own number, DE 33 of what we send; 1 to 11 digits
 * @param links       connections to issuers; none: no card can be routed
 * @param fields      what routes pass, drop and set; what none of them names is as in docs/iso8583.md, "What an issuer sees"
 * @param queueBytes  messages on their way to issuers, per event loop; a power of two
 * @param pinModule   what verifies and translates PINs
 */
public record IssuerSettings(String institution, List<Link> links, List<Fields> fields, int queueBytes, String pinModule) {
    /** No PIN module. */
    public static final String NO_PIN_MODULE = "none";
    /** The software that is for demonstrations only. */
    public static final String SOFTWARE_PIN_MODULE = "software";
    /** Nothing is routed. */
    public static final IssuerSettings NONE = new IssuerSettings("00100099", List.of(), List.of(), 1 << 16, NO_PIN_MODULE);

    /**
     * One connection to an issuer. Its number and weight are state: PutIssuerLink with this code.
     *
     * @param issuer  code of the issuer's record
     * @param code    of the link's record
     * @param host    name or address
     * @param port    1 to 65535
     * @param profile one of the built-in links, or a file
     */
    public record Link(String issuer, String code, String host, int port, String profile) {
    }

    /**
     * What a route does with fields, by number: {@code pass}, {@code drop}, or {@code set VALUE}.
     *
     * @param routeId of the route's record; 0: all routes that have no rows of their own
     * @param request 0100 and 0200
     * @param advice  0120 and 0220
     * @param answer  back to the acquirer; set is not possible there
     */
    public record Fields(int routeId, Map<Integer, String> request, Map<Integer, String> advice, Map<Integer, String> answer) {
    }

    /** The same with one more link in front. */
    public IssuerSettings with(final Link link) {
        final List<Link> all = new java.util.ArrayList<>(links);
        all.add(0, link);
        return new IssuerSettings(institution, List.copyOf(all), fields, queueBytes, pinModule);
    }
}
