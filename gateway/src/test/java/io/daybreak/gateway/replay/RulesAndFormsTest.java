package io.daybreak.gateway.replay;

import org.junit.jupiter.api.Test;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** What the reports are made of: names of rules, amounts, times, ids, JSON. */
class RulesAndFormsTest {
    /** A rule id in an explanation leads somewhere. */
    @Test
    void shouldNameRulesThatAreWritten() throws Exception {
        Path docs = Path.of("docs");
        while (!Files.isDirectory(docs)) {
            docs = Path.of("..").resolve(docs);
        }
        final List<String> written = Files.readAllLines(docs.resolve("iso8583-rules.csv")).stream().map(line -> line.split(",")[0]).toList();
        assertThat(DecisionRules.ids()).hasSizeGreaterThan(20);
        assertThat(written).containsAll(DecisionRules.ids());
    }

    @Test
    void shouldWriteAmountsWithTheDecimalsOfTheirCurrency() {
        assertThat(Amounts.text(123_450, 156)).isEqualTo("1234.50 CNY");
        assertThat(Amounts.text(-5, 978)).isEqualTo("-0.05 EUR");
        assertThat(Amounts.text(500, 392)).isEqualTo("500 JPY");
        assertThat(Amounts.text(1_234, 48)).isEqualTo("1.234 BHD");
        assertThat(Amounts.text(7, 0)).isEqualTo("7 minor units of 0");
        assertThat(Amounts.text(Long.MAX_VALUE, 156)).isEqualTo("92233720368547758.07 CNY");
    }

    @Test
    void shouldReadTimesWithTheirZoneOnly() throws Exception {
        assertThat(Moment.parse("2026-11-23T22:05:00.5+08:00").ns()).isEqualTo(Moment.parse("2026-11-23T14:05:00.500Z").ns());
        assertThat(Moment.text(Moment.parse("2026-11-23T14:05:00.500Z").ns())).isEqualTo("2026-11-23T14:05:00.500000Z");
        assertThat(Moment.parse("42")).isEqualTo(new Moment(Long.MIN_VALUE, 42));
        for (final String wrong : new String[] {"", "yesterday", "2026-11-23", "2026-11-23T14:05:00", "9999999999999999999", "-1", "9999-01-01T00:00:00Z"}) {
            assertThatThrownBy(() -> Moment.parse(wrong)).as(wrong).isInstanceOf(ReplayException.class);
        }
    }

    @Test
    void shouldReadIdsAndReferences() throws Exception {
        assertThat(PaymentKey.parse("000000000000000700000000000000FF")).isEqualTo(new PaymentKey(true, 7, 255, "000000000000000700000000000000ff"));
        final PaymentKey reference = PaymentKey.parse("632710000101");
        assertThat(Commands.rrn(reference.hi(), (int) reference.lo())).isEqualTo("632710000101");
        for (final String wrong : new String[] {"", " ", "1234567890123", "a b", "\u00e9"}) {
            assertThatThrownBy(() -> PaymentKey.parse(wrong)).as(wrong).isInstanceOf(ReplayException.class);
        }
    }

    /** What a receipt is made of must stay as it is, or old receipts could not be made again. */
    @Test
    void shouldWriteARecordAsEver() throws Exception {
        final Map<String, Object> map = new LinkedHashMap<>();
        map.put("sequence", 5L);
        map.put("fields", Map.of("amount", new Amount(250, 156)));
        map.put("truth", true);
        map.put("none", null);
        map.put("list", List.of("a\"b", 1));
        final String text = "{\"sequence\":5,\"fields\":{\"amount\":{\"minor\":250,\"currency\":\"CNY\",\"value\":\"2.50\"}},\"truth\":true,\"none\":null,"
            + "\"list\":[\"a\\\"b\",1]}";
        assertThat(Json.line(map)).isEqualTo(text);
        assertThat(Json.line(Json.read(text))).isEqualTo(text);
        for (final String wrong : new String[] {"", "{", "[1", "{\"a\":1.5}", "{} {}", "nothing"}) {
            assertThatThrownBy(() -> Json.read(wrong)).as(wrong).isInstanceOf(ReplayException.class);
        }
    }

    @Test
    void shouldShowNoMoreOfACardThanSixDigitsAndALittleOfItsToken() {
        assertThat(Commands.card(99_000_100, 0x0123_4567_89AB_CDEFL)).isEqualTo("990001** token 0123...");
    }
}
