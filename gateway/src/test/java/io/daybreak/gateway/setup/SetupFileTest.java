package io.daybreak.gateway.setup;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

/** What a set-up file may say, and where it is told what is wrong with it. */
class SetupFileTest {
    private static final LocalDate TODAY = LocalDate.of(2026, 11, 23);
    private static final String HEAD = "format: daybreak-setup/1\n";

    /** The records of a file, as the file would say them. */
    private static List<Map<String, Object>> told(final String text) throws SetupException {
        return SetupFile.parse(text, TODAY).items().entrySet().stream()
            .flatMap(entry -> entry.getValue().stream().map(item -> entry.getKey().tell(item.message()))).toList();
    }

    static Stream<Arguments> wrong() {
        return Stream.of(
            arguments("", "the file is empty"),
            arguments("- 1", "line 1, column 1: a set-up file is a map of sections"),
            arguments("wallets: []", "line 1, column 1: format: daybreak-setup/1 is missing"),
            arguments("format: daybreak-setup/2", "line 1, column 9: format: daybreak-setup/1 is missing"),
            arguments(HEAD + "walets: []", "line 2, column 9: unknown section walets; there are zones, day-groups, participants"),
            arguments(HEAD + "wallets: 5", "line 2, column 10: wallets is a list of records"),
            arguments(HEAD + "wallets:\n  - 5", "line 3, column 5: a record of wallets is a map"),
            arguments(HEAD + "wallets:\n  - id: 5\n    acount: 6", "line 4, column 13: unknown field acount of wallets; there are id, account"),
            arguments(HEAD + "wallets:\n  - id: 5", "line 3, column 5: a record of wallets needs account"),
            arguments(HEAD + "wallets:\n  - id: five\n    account: 6", "line 3, column 9: id is a whole number, not five"),
            arguments(HEAD + "wallets:\n  - {id: 0x10, account: 6}", "line 3, column 10: id is a whole number, not 0x10"),
            arguments(HEAD + "wallets:\n  - id: -5\n    account: 6", "line 3, column 9: id is a number from 0 to 2^64 - 1, not -5"),
            arguments(HEAD + "wallets:\n  - id: 5\n    account: 6\n    tier: 65536", "line 5, column 11: tier is a number from 0 to 2^16 - 1, not 65536"),
            arguments(HEAD + "wallets:\n  - id: 5\n    account: [6]", "line 4, column 14: account is a single value"),
            arguments(HEAD + "wallets:\n  - id: 5\n    account:", "line 4, column 13: a value is missing"),
            arguments(HEAD + "wallets:\n  - id: 5\n    account: 6\n    status: gone", "status is one of active, blocked, removed, not gone"),
            arguments(HEAD + "wallets:\n  - id: 5\n    id: 6", "id"),
            arguments(HEAD + "wallets:\n  - {id: 5, account: 1}\n  - {id: 05, account: 2}", "line 4, column 5: wallets 5 is there already, in line 3"),
            arguments(HEAD + "wallets:\n  - id: 5..4\n    account: 6", "line 3, column 9: a range has 1 to 1000000 records"),
            arguments(HEAD + "wallets:\n  - id: 1..9999999\n    account: 6", "line 3, column 9: a range has 1 to 1000000 records"),
            arguments(HEAD + "terminals:\n  - id: T1..U2", "a range is FIRST..LAST"),
            arguments(HEAD + "wallets:\n  - id: 1..5\n    account: 6..9", "line 4, column 14: one field has the range"),
            arguments(HEAD + "merchants:\n  - {id: M234567890123456, account: 1, mcc: 5411}", "id is at most 15 printable ASCII characters"),
            arguments(HEAD + "cards:\n  - {token: 12, wallet: 1, bin: 99000100, expiry: 3012}", "token is 32 hexadecimal digits, not 12"),
            arguments(HEAD + "cards:\n  - {pan: 5, token: 12, wallet: 1, bin: 99000100, expiry: 3012}", "unknown field pan of cards"),
            arguments(HEAD + "zones:\n  - {id: 1, name: Europe/Pari}", "no time zone of this name is known here"),
            arguments(HEAD + "zones:\n  - {id: 1, changes: [\"60\", \"tomorrow 120\"]}", "changes are an offset in minutes"),
            arguments(HEAD + "day-groups:\n  - {id: 1, cut-over: \"24:00\"}", "cut-over is a time as \"HH:MM\""),
            arguments(HEAD + "day-groups:\n  - {id: 1, cut-over: \"23:00\", grace: 5}", "grace is a number with its unit"),
            arguments(HEAD + "day-groups:\n  - {id: 1, cut-over: \"23:00\", grace: 213503982335d}", "grace is below 2^63 ms"),
            arguments(HEAD + "routes:\n  - {id: 1, issuer: 1, prefix: 123456789, deadline: 5s}", "prefix is 1 to 8 digits"),
            arguments(HEAD + "routes:\n  - {id: 1, issuer: 1, prefix: 9, deadline: 50d}", "deadline is below 2^32 ms"),
            arguments(HEAD + "institutions: &a\n  - *a", "anchors and aliases are not taken"),
            arguments(HEAD + "wallets: []\n---\nformat: 1", "something stands behind the end of the document"),
            arguments("{\"format\": \"daybreak-setup/1\",\n \"wallets\": [{\"id\": 5}]}", "line 2, column 14: a record of wallets needs account"),
            arguments("{\"format\": \"daybreak-setup/1\"", "line 1"),
            arguments(HEAD + "wallets: " + "[".repeat(40), "nested too deeply"));
    }

    @ParameterizedTest
    @MethodSource("wrong")
    void shouldSayWhatIsWrongAndWhere(final String text, final String message) {
        assertThatThrownBy(() -> SetupFile.parse(text, TODAY)).isInstanceOf(SetupException.class).hasMessageContaining(message);
    }

    @Test
    void shouldExpandRangesAndCountAlong() throws SetupException {
        assertThat(told(HEAD + "terminals:\n  - {id: T0000009..T0000011, institution: 7}")).extracting(record -> record.get("id"))
            .containsExactly("T0000009", "T0000010", "T0000011");
        assertThat(told(HEAD + "merchants:\n  - {id: M00000000000099..M00000000000100, account: 100099.., mcc: 5411}"))
            .containsExactly(Map.of("id", "M00000000000099", "account", 100_099L, "mcc", 5_411L),
                Map.of("id", "M00000000000100", "account", 100_100L, "mcc", 5_411L));
    }

    @Test
    void shouldTakeYamlAndJsonAlike() throws SetupException {
        assertThat(told(HEAD + "fees:\n  - {currency: 156, basis-points: 60, maximum: none, fee-account: 9, gives-back-on-refund: true}"))
            .isEqualTo(told("""
                {"format": "daybreak-setup/1", "fees": [{"currency": 156, "basis-points": 60, "fee-account": 9, "gives-back-on-refund": true}]}"""));
    }

    /** Numbers are read as they stand: a leading zero makes no octal number, and a large one no floating point. */
    @Test
    void shouldReadNumbersAsTheyStand() throws SetupException {
        assertThat(told(HEAD + "wallets:\n  - {id: 00100001, account: 18446744073709551614}"))
            .containsExactly(Map.of("id", 100_001L, "account", "18446744073709551614"));
        assertThat(told(HEAD + "wallets:\n  - {id: 1_000, account: 010}")).containsExactly(Map.of("id", 1_000L, "account", 10L));
    }

    @Test
    void shouldComputeZonesFromTheirNames() throws SetupException {
        assertThat(told(HEAD + "zones:\n  - {id: 3, name: Europe/Paris}")).containsExactly(Map.of("id", 3L, "name", "Europe/Paris"));
        final String explicit = HEAD + "zones:\n  - {id: 3, name: Europe/Paris, changes: [\"60\", \"2027-03-28T01:00:00Z 120\"]}";
        assertThat(told(explicit).get(0)).containsEntry("changes", List.of("60", "2027-03-28T01:00:00Z 120"));
    }
}
