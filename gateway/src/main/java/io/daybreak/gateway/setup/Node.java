package io.daybreak.gateway.setup;

import java.util.List;
import java.util.Map;

/**
 * A value of a set-up file and its place. Exactly one of the three is there.
 *
 * @param line   from 1
 * @param column from 1
 * @param text   of a scalar, as it was written: {@code 00100001} keeps its zeros
 * @param items  of a list
 * @param fields of a map, in the order of the file
 */
record Node(int line, int column, String text, List<Node> items, Map<String, Node> fields) {
    String requireText(final String name) throws SetupException {
        if (text == null) {
            throw new SetupException(this, name + " is a single value");
        }
        return text;
    }

    /** The items of a list; a single value is a list of one. */
    List<Node> requireItems(final String name) throws SetupException {
        if (fields != null) {
            throw new SetupException(this, name + " is a list");
        }
        return items != null ? items : List.of(this);
    }

    /** The same place with another text. */
    Node with(final String newText) {
        return new Node(line, column, newText, null, null);
    }
}
