package io.daybreak.protocol;

import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

import static org.assertj.core.api.Assertions.assertThat;

/** The examples of docs/native-protocol.md are true: each decodes to what stands beside it, and encodes back. */
final class NativeProtocolExamplesTest {
    private final SpecificationFile specification = SpecificationFile.read();
    private final CodecMirror codecs = new CodecMirror(SchemaFile.read());

    @TestFactory
    Stream<DynamicTest> shouldDecodeToTheValuesBesideIt() {
        return specification.examples().stream().map(example -> DynamicTest.dynamicTest(
            example.message() + " at line " + example.lineNumber(),
            () -> assertThat(codecs.decode(example.message(), example.frame())).isEqualTo(example.values())));
    }

    @TestFactory
    Stream<DynamicTest> shouldEncodeBackToTheSameBytes() {
        return specification.examples().stream().map(example -> DynamicTest.dynamicTest(
            example.message() + " at line " + example.lineNumber(),
            () -> assertThat(CodecMirror.dump(
                codecs.encode(example.message(), example.valuesByName(), example.groupCounts())))
                .isEqualTo(CodecMirror.dump(example.frame()))));
    }

    @Test
    void shouldShowEveryMessageThatAFirstClientNeeds() {
        assertThat(specification.examples()).extracting(SpecificationFile.Example::message).contains(
            "Hello", "Challenge", "Proof", "Welcome", "SubmitTransfers", "OutcomesAnswer", "Error", "KeepAlive",
            "KeepAliveReply", "LookupAccounts", "AccountsAnswer", "Goodbye");
    }

    @Test
    void shouldGiveProofsThatFollowFromTheSecretAndTheNonces() {
        final Map<String, String> signOn = new HashMap<>();
        specification.rows().stream()
            .filter(row -> row.chapter().startsWith("3.") && row.cells().size() == 2)
            .forEach(row -> signOn.put(row.cells().get(0), row.cells().get(1)));

        assertThat(mac("daybreak client 1", signOn)).isEqualTo(signOn.get("Proof.mac"));
        assertThat(mac("daybreak server 1", signOn)).isEqualTo(signOn.get("Welcome.mac"));
        for (final SpecificationFile.Example example : specification.examples()) {
            final Map<String, String> values = example.valuesByName();
            switch (example.message()) {
                case "Hello" -> assertThat(values).containsEntry("clientNonce", signOn.get("clientNonce"))
                    .containsEntry("participantCode", '"' + signOn.get("participantCode") + '"');
                case "Challenge" -> assertThat(values).containsEntry("serverNonce", signOn.get("serverNonce"));
                case "Proof" -> assertThat(values).containsEntry("mac", signOn.get("Proof.mac"));
                case "Welcome" -> assertThat(values).containsEntry("mac", signOn.get("Welcome.mac"));
                default -> {
                }
            }
        }
    }

    private static String mac(final String label, final Map<String, String> signOn) {
        try {
            final HexFormat hex = HexFormat.of();
            final Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(hex.parseHex(signOn.get("secret")), "HmacSHA256"));
            mac.update(label.getBytes(StandardCharsets.US_ASCII));
            mac.update(Arrays.copyOf(signOn.get("participantCode").getBytes(StandardCharsets.US_ASCII), 16));
            mac.update(hex.parseHex(signOn.get("clientNonce")));
            mac.update(hex.parseHex(signOn.get("serverNonce")));
            return hex.formatHex(mac.doFinal());
        } catch (final GeneralSecurityException ex) {
            throw new AssertionError(ex);
        }
    }
}
