package io.daybreak.gateway.iso;

import io.daybreak.gateway.architecture.SourceTree;
import io.daybreak.iso8583.link.LinkProfile;
import io.daybreak.iso8583.link.Mti93;
import io.daybreak.protocol.Result;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import static org.assertj.core.api.Assertions.assertThat;

/** RC-01, 93-03: the tables of docs/iso8583.md, "Results and response codes", are what links answer. */
final class ResponseCodesDocumentTest {
    private static final Pattern ROW = Pattern.compile("\\| ([A-Z_, ]+) \\| ([0-9]{2}) \\| ([0-9, ]{3,}) \\|.*");
    private static final Pattern PAIR = Pattern.compile("([0-9]{2}) ([0-9]{3})");

    private final List<String> document = SourceTree.lines(SourceTree.find().root().resolve("docs/iso8583.md"));

    @Test
    void shouldAnswerEachInternalResultAsTheDocumentSays() throws Exception {
        final ResponseCodes codes87 = ResponseCodes.of(LinkProfile.builtIn("demo-ascii"));
        final ResponseCodes codes93 = ResponseCodes.of(LinkProfile.builtIn("1993-ascii"));
        final List<String> seen = new ArrayList<>();
        for (final String line : document.subList(document.indexOf("### Internal results"), document.indexOf("## 7. Order of the checks"))) {
            final Matcher row = ROW.matcher(line);
            if (row.matches()) {
                for (final String name : row.group(1).split(", ")) {
                    seen.add(name);
                    final int result = number(name);
                    assertThat(codes87.word(result, 200)).as(name).isEqualTo(ResponseCodes.pack(row.group(2)));
                    for (final String action : row.group(3).split(", ")) {
                        final int messageClass = "300".equals(action) || "400".equals(action) || "500".equals(action) || "800".equals(action)
                            ? action.charAt(0) - '0' : 2;
                        assertThat(codes93.word(result, messageClass * 100 + 20)).as(name + " in 1993, class " + messageClass)
                            .isEqualTo(ResponseCodes.pack(action));
                    }
                }
            }
        }
        assertThat(seen).hasSizeGreaterThan(60).doesNotHaveDuplicates();
    }

    private static int number(final String name) throws ReflectiveOperationException {
        try {
            return Result.class.getField(name).getInt(null);
        } catch (final NoSuchFieldException ex) {
            return LinkResult.class.getDeclaredField(name).getInt(null);
        }
    }

    @Test
    void shouldPassAnIssuersCodeAsTheDocumentSays() {
        final String text = String.join(" ", document);
        final String sentence = text.substring(text.indexOf("An issuer's code of 1987 on a 1993 link"), text.indexOf("any other 100. Of an issuer of 1993"));
        final Matcher pair = PAIR.matcher(sentence.substring(sentence.indexOf(':')));
        int count = 0;
        while (pair.find()) {
            count++;
            assertThat(Mti93.actionCode(Integer.parseInt(pair.group(1)), 200)).as(pair.group(1)).isEqualTo(Integer.parseInt(pair.group(2)));
        }
        assertThat(count).isGreaterThan(40);
    }
}
