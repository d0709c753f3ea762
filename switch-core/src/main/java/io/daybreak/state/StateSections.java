package io.daybreak.state;

import java.util.ArrayList;
import java.util.List;

/**
 * All parts of a state, by name, in the order in which they are written: the one list of what is state. Filled once, when the state is built.
 */
public final class StateSections {
    private final List<Section> sections = new ArrayList<>();

    private record Section(String name, int version, Stateful part) {
    }

    /**
     * Adds a part.
     *
     * @param name    at most 24 ASCII characters, not used by another part, never changed
     * @param version of its form, from 1; raised when the form changes, and then the part reads the older ones as well
     */
    public void add(final String name, final int version, final Stateful part) {
        for (final Section section : sections) {
            if (section.name.equals(name)) {
                throw new IllegalArgumentException("two sections " + name);
            }
        }
        sections.add(new Section(name, version, part));
    }

    /** Names of all parts. */
    public List<String> names() {
        final List<String> names = new ArrayList<>();
        for (final Section section : sections) {
            names.add(section.name);
        }
        return names;
    }

    /** Writes all of them. */
    public void write(final StateWriter writer) {
        for (final Section section : sections) {
            writer.section(section.name, section.version, section.part);
        }
    }

    /**
     * Reads all of them into parts that are empty.
     *
     * @throws StateFormatException if that cannot be done; the parts are good for nothing then
     */
    public void read(final StateReader reader) {
        for (final Section section : sections) {
            reader.section(section.name, section.version, section.part);
        }
    }
}
