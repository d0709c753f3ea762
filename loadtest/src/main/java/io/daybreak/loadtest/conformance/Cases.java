package io.daybreak.loadtest.conformance;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** A list of cases under one heading, as it is written down. Not thread safe. */
final class Cases {
    private final String group;
    private final List<ConformanceCase> list = new ArrayList<>();

    Cases(final String group) {
        this.group = group;
    }

    /** @param rules ids, separated by blanks */
    Cases add(final String id, final String title, final String rules, final ConformanceCase.Body body) {
        return add(id, title, rules, EnumSet.noneOf(Need.class), body);
    }

    Cases add(final String id, final String title, final String rules, final Need need, final ConformanceCase.Body body) {
        return add(id, title, rules, EnumSet.of(need), body);
    }

    Cases add(final String id, final String title, final String rules, final Set<Need> needs, final ConformanceCase.Body body) {
        list.add(new ConformanceCase(id, group, title, List.of(rules.split(" ")), needs, body));
        return this;
    }

    List<ConformanceCase> list() {
        return list;
    }
}
