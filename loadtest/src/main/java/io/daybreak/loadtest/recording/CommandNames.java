package io.daybreak.loadtest.recording;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What kinds of commands are called, by template id: the schema itself is read, so that a new kind has its name at once. Immutable. */
final class CommandNames {
    private static final String SCHEMA = "sbe/daybreak-sbe.xml";
    private static final Pattern MESSAGE = Pattern.compile("<sbe:message name=\"(\\w+)\" id=\"(\\d+)\"");

    private final Map<Integer, String> names = new HashMap<>();

    CommandNames() throws IOException {
        try (InputStream in = CommandNames.class.getClassLoader().getResourceAsStream(SCHEMA)) {
            if (in == null) {
                throw new FileNotFoundException(SCHEMA + " is not in the jar");
            }
            final Matcher matcher = MESSAGE.matcher(new String(in.readAllBytes(), StandardCharsets.UTF_8));
            while (matcher.find()) {
                names.put(Integer.parseInt(matcher.group(2)), matcher.group(1));
            }
        }
    }

    String of(final int templateId) {
        return names.getOrDefault(templateId, "Template" + templateId);
    }
}
