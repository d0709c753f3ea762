package io.daybreak.iso8583.config;

import java.util.List;

/** A dialect or link profile cannot be used. Names every problem that was found, not only the first. */
public final class ConfigProblems extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient List<String> problems;

    /**
     * With what is wrong.
     *
     * @param problems one sentence for each, beginning with the path of the key
     */
    public ConfigProblems(final List<String> problems) {
        super(String.join(System.lineSeparator(), problems));
        this.problems = List.copyOf(problems);
    }

    /** One sentence for each problem, beginning with the path of the key. Never empty. */
    public List<String> problems() {
        return problems;
    }
}
