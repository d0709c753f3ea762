package io.daybreak.iso8583.link;

import com.typesafe.config.ConfigFactory;
import io.daybreak.iso8583.config.ConfigProblems;
import io.daybreak.iso8583.dialect.BitmapEncoding;
import io.daybreak.iso8583.mac.MacAlgorithm;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

final class LinkProfileTest {
    private static LinkProfile load(final String text) {
        return LinkProfile.load(ConfigFactory.parseString("name = x\n" + text));
    }

    @Test
    void shouldLoadEveryBuiltInLink() {
        for (final String name : LinkProfile.BUILT_IN) {
            assertThat(LinkProfile.builtIn(name).name()).isEqualTo(name);
        }
        assertThatThrownBy(() -> LinkProfile.builtIn("demo")).isInstanceOf(ConfigProblems.class).hasMessageContaining("demo-ascii");
    }

    @Test
    void shouldHaveTheDefaultsOfTheReference() {
        final LinkProfile link = LinkProfile.builtIn("demo-ascii");
        assertThat(link.framing()).hasToString("binary-2 exclusive, header none, at most 4096");
        assertThat(link.dialect().bitmapEncoding()).isEqualTo(BitmapEncoding.HEX);
        assertThat(link.mac().isRequired()).isFalse();
        assertThat(link.mac().maxFailures()).isEqualTo(5);
        assertThat(link.mac().oldKeyGoodForMs()).isEqualTo(30_000);
        assertThat(link.signOn()).isEqualTo(SignOn.PARTICIPANT);
        assertThat(link.defaultParticipant()).isEqualTo("ACQ001");
        assertThat(link.institutions()).containsExactly("00100001");
        assertThat(link.windows().maxSockets()).isEqualTo(256);
        assertThat(link.windows().identitiesMs()).isEqualTo(24 * 3_600_000L);
        assertThat(link.windows().reversalsMs()).isEqualTo(7 * 24 * 3_600_000L);
        assertThat(link.operation(0)).isEqualTo(Operation.PURCHASE);
        assertThat(link.operation(20)).isEqualTo(Operation.REFUND);
        assertThat(link.operation(17)).isNull();
        assertThat(link.operations()).contains(Operation.CASH_OUT, Operation.KEY_CHANGE);
        assertThat(link.payment().partialCompletionMarker()).isEqualTo(0x3737000000000000L);
        assertThat(link.payment().adviceNotFoundCode()).isEqualTo(0x3235000000000000L);
        assertThat(link.payment().aheadToleranceMs()).isEqualTo(600_000);
        assertThat(link.payment().ecommerceEntryModes()).containsExactly(0x3831000000000000L);
        assertThat(link.responseCodes().code("insufficient-funds")).isEqualTo("51");
        assertThat(link.responseCodes().code("never-heard-of")).isEqualTo("96");
    }

    @Test
    void shouldTakeWhatALinkSays() {
        final LinkProfile link = load("""
            dialect { base = 1987-bcd, fields { 49 { encoding = bcd-left } } }
            framing { length = ascii-4, counts-itself = true }
            mac { mode = required, algorithm = aes-cmac, key = k7 }
            sign-on = connection
            processing-codes { "26" = transfer }
            response-codes { default = "06", insufficient-funds = "61", "17" = "57" }
            operations = [purchase, reversal]
            payment { advice-not-found = "00", partial-completion = "88", e-commerce-entry-modes = ["01", "812"] }
            """);
        assertThat(link.mac()).isEqualTo(new LinkProfile.Mac(LinkProfile.MacMode.REQUIRED, MacAlgorithm.AES_CMAC, "k7",
            LinkProfile.KeyBlockForm.AES_KEY_WRAP, 5, 30_000));
        assertThat(link.processingCodes()).isEqualTo(Map.of(26, Operation.TRANSFER));
        assertThat(link.operations()).isEqualTo(Set.of(Operation.PURCHASE, Operation.REVERSAL));
        assertThat(link.payment().adviceNotFoundCode()).isEqualTo(0x3030000000000000L);
        final long[] words = link.responseCodes().words(20, name -> name.equals("insufficient-funds") ? 3 : -1);
        assertThat(words[3]).isEqualTo(0x3631000000000000L);
        assertThat(words[17]).isEqualTo(0x3537000000000000L);
        assertThat(words[0]).isEqualTo(0x3036000000000000L);
        assertThatThrownBy(() -> link.responseCodes().words(10, name -> -1)).isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("17, insufficient-funds");
    }

    @Test
    void shouldAnswerWithActionCodesIn1993() {
        final LinkProfile link = LinkProfile.builtIn("1993-ascii");
        assertThat(link.responseCodes().code("approved")).isEqualTo("000");
        assertThat(link.responseCodes().code("insufficient-funds")).isEqualTo("116");
        assertThat(link.payment().adviceNotFoundCode()).isEqualTo(0x3931340000000000L);
        assertThat(link.responseCodes().rows().keySet()).as("both tables know the same results")
            .isEqualTo(LinkProfile.builtIn("demo-ascii").responseCodes().rows().keySet());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "colour = red | colour | is not known here; allowed are cut-over-notices, default-participant, dialect",
        "framing { lenght = binary-2 } | framing.lenght | counts-itself, header, length",
        "framing { max-frame = 70000 } | framing.max-frame | from 16 to 65537",
        "framing = 2 | framing | section",
        "dialect { base = 1989 } | dialect.base | 1987-ascii",
        "dialect { fields { 11 { format = \"n 6 digits\" } } } | dialect.fields.11.format | such as",
        "sign-on = always | sign-on | none, participant, connection",
        "mac { mode = required } | mac.key | id of a key",
        "mac { algorithm = hmac } | mac.algorithm | aes-cmac, retail",
        "institutions = [\"ACQ\"] | institutions | 1 to 11 digits",
        "time-outs { request = 5 hours } | time-outs.request | 50 ms to 600000 ms",
        "time-outs { request = soon } | time-outs.request | duration",
        "processing-codes { \"0\" = purchase } | processing-codes.0 | two digits",
        "processing-codes { \"00\" = buy } | processing-codes.00 | authorisation, increment, purchase",
        "response-codes { approved = \"00\" } | response-codes | default",
        "response-codes { default = \"096\" } | response-codes | two characters",
        "operations = [purchase, theft] | operations | theft",
        "payment { partial-approval = sometimes } | payment.partial-approval | never, on-request, always",
        "payment { advice-not-found = \"0\" } | payment.advice-not-found | 2 characters",
        "windows { sockets = 0 } | windows.sockets | 1 to 100000",
        "name = \"Acquirer 1\" | name | a-z"})
    void shouldSayWhatIsWrongAndWhatIsAllowed(final String text, final String path, final String allowed) {
        assertThatThrownBy(() -> load(text)).isInstanceOfSatisfying(ConfigProblems.class, problems -> assertThat(problems.problems())
            .anySatisfy(problem -> assertThat(problem).startsWith(path + ':').contains(allowed)));
    }

    @Test
    void shouldTellAllProblemsAtOnce() {
        assertThatThrownBy(() -> load("colour = red, sign-on = x, framing { length = 3 }, dialect { base = y }"))
            .isInstanceOfSatisfying(ConfigProblems.class, problems -> assertThat(problems.problems()).hasSize(4));
    }

    @Test
    void shouldReadAFile(@TempDir final Path directory) throws Exception {
        final Path file = directory.resolve("link.conf");
        Files.writeString(file, "name = from-file");
        assertThat(LinkProfile.load(file.toFile()).name()).isEqualTo("from-file");
        Files.writeString(file, "name = {");
        assertThatThrownBy(() -> LinkProfile.load(file.toFile())).isInstanceOf(ConfigProblems.class);
        assertThatThrownBy(() -> LinkProfile.load(new File(directory.toFile(), "none.conf"))).isInstanceOf(ConfigProblems.class);
    }
}
