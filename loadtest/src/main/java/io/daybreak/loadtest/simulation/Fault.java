package io.daybreak.loadtest.simulation;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/** What may go wrong in a simulated world. docs/simulation.md, "Fault model". */
public enum Fault {
    /** The switch's process ends in the middle of something. */
    KILL,
    /** The machine loses its power. */
    POWER,
    /** A write or sync fails. */
    IO_ERROR,
    /** The disk is full for a while. */
    DISK_FULL,
    /** A sync takes long. */
    STALL,
    /** Bits and blocks of a copy of the disk are damaged; the copy must be refused, or recovered whole. */
    DAMAGE,
    /** Messages are lost, doubled, late and out of order; sides are cut off from each other. */
    NETWORK,
    /** The switch's wall clock jumps and drifts. */
    CLOCK,
    /** Issuers decline, are late or silent; their links go down. */
    ISSUER,
    /** A node's process stands still for a while. */
    PAUSE,
    /** The operator has the standby promoted. */
    PROMOTE;

    /**
     * Reads {@code all}, {@code none}, or names with commas between.
     *
     * @throws IllegalArgumentException for a name that is none
     */
    public static Set<Fault> parse(final String text) {
        final Set<Fault> faults = EnumSet.noneOf(Fault.class);
        if ("all".equalsIgnoreCase(text)) {
            faults.addAll(EnumSet.allOf(Fault.class));
        } else if (!"none".equalsIgnoreCase(text)) {
            for (final String name : text.split(",")) {
                faults.add(valueOf(name.strip().toUpperCase(Locale.ROOT).replace('-', '_')));
            }
        }
        return faults;
    }

    /** As {@link #parse} reads it. */
    public static String text(final Set<Fault> faults) {
        if (faults.size() == values().length) {
            return "all";
        }
        final StringBuilder text = new StringBuilder();
        for (final Fault fault : values()) {
            if (faults.contains(fault)) {
                text.append(text.length() == 0 ? "" : ",").append(fault.name().toLowerCase(Locale.ROOT).replace('_', '-'));
            }
        }
        return text.length() == 0 ? "none" : text.toString();
    }
}
