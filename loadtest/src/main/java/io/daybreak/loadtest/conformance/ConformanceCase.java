package io.daybreak.loadtest.conformance;

import java.io.IOException;
import java.util.List;
import java.util.Set;

/**
 * One case.
 *
 * @param id    short, never changed
 * @param group heading of the report
 * @param title one sentence that says what holds if it passes
 * @param rules ids of docs/iso8583-rules.csv
 * @param needs what must be there, else it is skipped
 */
public record ConformanceCase(String id, String group, String title, List<String> rules, Set<Need> needs, Body body) {
    /** What is done. */
    @FunctionalInterface
    interface Body {
        void run(Acquirer acquirer) throws IOException;
    }
}
