package io.daybreak.gateway.iso;

import io.daybreak.protocol.PinMode;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Parts of the issuers' side that need no socket. */
final class IssuerPartsTest {
    /** SES-19. */
    @Test
    void shouldDoubleThePausesUpToTheGreatestAndSpreadThem() {
        assertThat(List.of(pause(0), pause(1), pause(2), pause(4), pause(5), pause(63))).containsExactly(1_000L, 2_000L, 4_000L, 16_000L, 30_000L, 30_000L);
        assertThat(IssuerLine.pauseMs(1_000, 30_000, 0, 0)).isEqualTo(800);
        assertThat(IssuerLine.pauseMs(1_000, 30_000, 0, 1)).isEqualTo(1_200);
    }

    private static long pause(final int failures) {
        return IssuerLine.pauseMs(1_000, 30_000, failures, 0.5);
    }

    @Test
    void shouldKnowWhichCardsMayBeRouted() {
        final RoutedCards cards = new RoutedCards.Builder().route(1, 6, 990_002, PinMode.REFUSE).route(2, 7, 9_900_022, PinMode.SAME_ZONE)
            .route(3, 8, 12_345_678, PinMode.TRANSLATE).link("a", 7, 3).issuer(3, 2, 5).issuer(4, 1, 3).build();
        assertThat(cards.isRouted(99_000_200)).isTrue();
        assertThat(cards.isRouted(99_000_100)).isFalse();
        assertThat(cards.isRouted(12_345_678)).isTrue();
        assertThat(cards.isRouted(12_345_679)).isFalse();
        assertThat(cards.pinBits(99_000_220)).isEqualTo(1L << PinMode.SAME_ZONE);
        assertThat(cards.pinBits(99_000_210)).isZero();
        assertThat(cards.pinBits(12_345_678)).isEqualTo(1L << PinMode.TRANSLATE);
        assertThat(cards.pinMode(2)).isEqualTo(PinMode.SAME_ZONE);
        assertThat(cards.pinMode(1)).isEqualTo(PinMode.REFUSE);
        assertThat(cards.pinMode(99)).isEqualTo(PinMode.REFUSE);
        assertThat(cards.linkId("a")).isEqualTo(7);
        assertThat(cards.linkId("b")).isZero();
        assertThat(cards.dayGroupOf(7)).isEqualTo(2);
        assertThat(cards.dayGroupOf(8)).isZero();
        assertThat(cards.maximumAgeMs()).isEqualTo(5);
        assertThat(RoutedCards.NONE.isRouted(99_000_200)).isFalse();
    }

    /** RTE-16. */
    @Test
    void shouldTakeTablesOfRoutes() {
        final Map<Integer, FieldRules> rules = FieldRules.of(List.of(
            new IssuerSettings.Fields(3, Map.of(43, "drop", 62, "set SIXTYTWO", 104, "pass"), Map.of(), Map.of(55, "drop")),
            new IssuerSettings.Fields(0, Map.of(48, "drop"), Map.of(35, "drop"), Map.of())));
        final FieldRules all = rules.get(0);
        final FieldRules third = rules.get(3);
        final long field48 = MessageKind.fields(48);
        assertThat(all.low(FieldRules.REQUEST) & field48).isZero();
        assertThat(third.low(FieldRules.REQUEST) & field48).as("route 0 goes for all").isZero();
        assertThat(all.low(FieldRules.ADVICE) & field48).isNotZero();
        assertThat(third.low(FieldRules.REQUEST) & MessageKind.fields(43)).isZero();
        assertThat(all.low(FieldRules.REQUEST) & MessageKind.fields(43)).isNotZero();
        assertThat(third.value(FieldRules.REQUEST, 62)).asString().isEqualTo("SIXTYTWO");
        assertThat(all.value(FieldRules.REQUEST, 62)).isNull();
        assertThat(third.high(FieldRules.REQUEST)).isEqualTo(MessageKind.high(103, 104));
        assertThat(third.low(FieldRules.ANSWER)).isEqualTo(MessageKind.fields(44, 48, 54, 62, 63));
        for (final int field : new int[] {2, 11, 39, 52, 64, 90}) {
            assertThatThrownBy(() -> FieldRules.of(List.of(new IssuerSettings.Fields(0, Map.of(field, "drop"), Map.of(), Map.of()))))
                .isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() -> FieldRules.of(List.of(new IssuerSettings.Fields(0, Map.of(), Map.of(35, "pass"), Map.of()))))
            .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> FieldRules.of(List.of(new IssuerSettings.Fields(0, Map.of(), Map.of(), Map.of(62, "set X")))))
            .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void shouldRememberSentRequestsUpToItsBound() {
        final SentRequests sent = new SentRequests(4);
        for (int i = 1; i <= 6; i++) {
            sent.put(SentRequests.key(9, 1_123_104_500L, i), 100 + i, 200 + i, i, 7, 8, 1_000);
        }
        assertThat(sent.count()).isEqualTo(4);
        assertThat(sent.find(SentRequests.key(9, 1_123_104_500L, 2))).isEqualTo(SentRequests.NONE);
        assertThat(sent.find(SentRequests.key(8, 1_123_104_500L, 4))).as("another link").isEqualTo(SentRequests.NONE);
        final int place = sent.find(SentRequests.key(9, 1_123_104_500L, 4));
        assertThat(sent.linkId(place)).isEqualTo(104);
        assertThat(sent.correlationId(place)).isEqualTo(204);
        assertThat(sent.routeId(place)).isEqualTo(4);
        assertThat(sent.hasReference(place, 7, 8)).isTrue();
        assertThat(sent.hasReference(place, 7, 9)).isFalse();
        assertThat(sent.hasReference(place, 6, 8)).isFalse();
        assertThat(sent.hasReference(place, 0, 0)).as("none in the response").isTrue();
        assertThat(sent.amount(place)).isEqualTo(1_000);
        sent.forget(place);
        assertThat(sent.find(SentRequests.key(9, 1_123_104_500L, 4))).as("once").isEqualTo(SentRequests.NONE);
        sent.put(SentRequests.key(9, 1_123_104_500L, 5), 1, 1, 1, 0, 0, 0);
        assertThat(sent.linkId(sent.find(SentRequests.key(9, 1_123_104_500L, 5)))).as("the same message again").isEqualTo(1);
    }

    @Test
    void shouldWipeResponsesAndSayWhenThereIsNoRoom() {
        final IssuerResponses responses = new IssuerResponses(8, 2, 4_000);
        final UnsafeBuffer bytes = new UnsafeBuffer("0210 with card data".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        assertThat(responses.put(3, null, FieldRules.defaults(), bytes, 0, bytes.capacity())).isTrue();
        assertThat(responses.put(3, null, null, bytes, 0, 1)).as("has one").isFalse();
        assertThat(responses.put(4, null, null, new UnsafeBuffer(new byte[4_096]), 0, 4_096)).as("too long").isFalse();
        assertThat(responses.put(4, null, null, bytes, 0, 1)).isTrue();
        assertThat(responses.put(5, null, null, bytes, 0, 1)).as("full").isFalse();
        final int at = responses.offset(3);
        assertThat(responses.memory().getByte(at)).isEqualTo((byte) '0');
        responses.drop(3);
        responses.drop(3);
        assertThat(responses.memory().getByte(at)).isZero();
        assertThat(responses.count()).isEqualTo(1);
        assertThat(responses.put(5, null, null, bytes, 0, 1)).isTrue();
    }
}
