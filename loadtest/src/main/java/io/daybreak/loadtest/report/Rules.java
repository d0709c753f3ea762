package io.daybreak.loadtest.report;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What each rule of the specification says in a line, from docs/iso8583-rules.csv, which is built into the jar. Static. */
final class Rules {
    private static final String LIST = "conformance/iso8583-rules.csv";
    private static final Pattern ROW = Pattern.compile("([^,]*),([^,]*),(\"(?:[^\"]|\"\")*\"|[^,\"]*),([^,]*)");

    /**
     * A row.
     *
     * @param tag     A by an acquirer alone, I with an issuer, S inside of the switch
     * @param summary its first sentence
     */
    record Rule(String tag, String summary) {
    }

    private Rules() {
    }

    /** All rules by id, in the order of the document. */
    static Map<String, Rule> read() throws IOException {
        final Map<String, Rule> rules = new LinkedHashMap<>();
        try (InputStream in = Rules.class.getClassLoader().getResourceAsStream(LIST)) {
            if (in == null) {
                throw new IOException("the list of rules is missing in the jar: " + LIST);
            }
            final BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
            lines.readLine();
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                final Matcher row = ROW.matcher(line);
                if (row.matches()) {
                    final String text = row.group(3);
                    rules.put(row.group(1), new Rule(row.group(2),
                        text.startsWith("\"") ? text.substring(1, text.length() - 1).replace("\"\"", "\"") : text));
                }
            }
        }
        return rules;
    }
}
