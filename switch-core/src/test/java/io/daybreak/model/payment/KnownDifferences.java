package io.daybreak.model.payment;

/**
 * Where the switch was found to differ from docs/iso8583.md, and the model goes along until it is repaired, so that it can
 * go on to look for others. Each has a disabled test in {@link KnownDifferencesTest} that shows it; when that one passes,
 * its constant goes.
 */
final class KnownDifferences {
    /** ORG-01: the MTI in DE 90 is compared by its class only. */
    static final boolean MTI_BY_CLASS = Boolean.parseBoolean(System.getProperty("daybreak.paymodel.mti-by-class", "false"));
    /** OP-26, RTE-23: 0302 does not know routed cards. */
    static final boolean ROUTED_UNKNOWN_TO_0302 = Boolean.parseBoolean(System.getProperty("daybreak.paymodel.routed-0302", "true"));
    /** STI-03: stand-in looks at DE 18 and not at the merchant's category. */
    static final boolean ONLY_DE_18 = Boolean.parseBoolean(System.getProperty("daybreak.paymodel.only-de18", "false"));
    /** ADV-04: a completion beyond its tolerance loses the tolerance. */
    static final boolean NO_TOLERANCE_WHEN_FORCED = Boolean.parseBoolean(System.getProperty("daybreak.paymodel.no-tolerance", "false"));
    /** ORG-04 with REV-09: of an incomplete DE 90 of a reversal that came first, the rest is forgotten. */
    static final boolean LOOSE_BEFORE = Boolean.parseBoolean(System.getProperty("daybreak.paymodel.loose-before", "false"));

    /** REC-14: a routed completion of nothing is counted. */
    static final boolean ROUTED_NOTHING_COUNTED = Boolean.parseBoolean(System.getProperty("daybreak.paymodel.routed-nothing", "false"));

    /** REV-14: a partial reversal of a bill payment gives the whole fee back. */
    static final boolean WHOLE_FEE_OF_BILL = Boolean.parseBoolean(System.getProperty("daybreak.paymodel.bill-fee", "false"));

    /** PRE-13: a routed card whose message has a past DE 14 is declined without asking the issuer. */
    static final boolean ROUTED_EXPIRY = Boolean.parseBoolean(System.getProperty("daybreak.paymodel.routed-expiry", "true"));

    /** ADV-08: an advice at a blocked terminal or merchant moves nothing, as at an unknown one. */
    static final boolean BLOCKED_AS_UNKNOWN = Boolean.parseBoolean(System.getProperty("daybreak.paymodel.blocked-as-unknown", "true"));

    private KnownDifferences() {
    }
}
