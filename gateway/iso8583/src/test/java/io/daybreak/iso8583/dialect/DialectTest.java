package io.daybreak.iso8583.dialect;

import com.typesafe.config.ConfigFactory;
import io.daybreak.iso8583.config.ConfigProblems;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

final class DialectTest {
    @Test
    void shouldDescribeEveryFieldInEveryBuiltInDialect() {
        for (final String name : Dialect.BUILT_IN) {
            final Dialect dialect = Dialect.builtIn(name);
            assertThat(name).startsWith(Integer.toString(dialect.version()));
            assertThat(dialect.bitmapEncoding() == BitmapEncoding.HEX).isEqualTo(name.endsWith("-ascii"));
            assertThat(dialect.mtiEncoding() == MtiEncoding.BCD).isEqualTo(name.endsWith("-bcd"));
            for (int field = 1; field <= Dialect.MAX_FIELD; field++) {
                assertThat(dialect.field(field).number()).isEqualTo(field);
                assertThat(dialect.field(field).name()).isNotBlank();
            }
            // What no log may show.
            for (final int field : new int[] {2, 14, 35, 36, 45, 48, 52, 53, 55, 96}) {
                assertThat(dialect.field(field).isSensitive()).as("%s, field %d", name, field).isTrue();
            }
        }
    }

    /** The lengths of the standard, of the fields that payments use. */
    @ParameterizedTest
    @CsvSource({"2, n..19, n..19", "3, n 6, n 6", "4, n 12, n 12", "7, n 10, n 10", "11, n 6, n 6", "12, n 6, n 12", "13, n 4, n 4", "15, n 4, n 6",
        "22, n 3, an 12", "24, n 3, n 3", "25, n 2, n 4", "30, x+n 9, n 24", "32, n..11, n..11", "35, z..37, z..37", "37, an 12, an 12",
        "38, an 6, an 6", "39, an 2, n 3", "41, ans 8, ans 8", "42, ans 15, ans 15", "43, ans 40, ans..99", "44, ans..25, ans..99", "48, ans...999, ans...999",
        "49, n 3, n 3", "52, b 8, b 8", "54, an...120, ans...120", "55, b...255, b...255", "56, ans...999, n..35", "64, b 8, b 8", "66, n 1, ans...204",
        "70, n 3, n 3", "74, n 10, n 10", "81, n 10, n 10", "86, n 16, n 16", "90, n 42, n 10", "91, an 1, n 3", "95, an 42, ans..99", "97, x+n 17, x+n 17",
        "101, ans..17, ans..17", "102, ans..28, ans..28", "103, ans..28, ans..28", "128, b 8, b 8"})
    void shouldHaveTheLengthsOfTheStandard(final int field, final String in87, final String in93) {
        for (final String encoding : new String[] {"ascii", "ascii-binary-bitmap", "bcd"}) {
            assertThat(Dialect.builtIn("1987-" + encoding).field(field).format()).isEqualTo(in87);
            assertThat(Dialect.builtIn("1993-" + encoding).field(field).format()).isEqualTo(in93);
        }
    }

    @Test
    void shouldLetALinkReplaceSingleThings() {
        final Dialect dialect = Dialect.load(ConfigFactory.parseString(
            "base = 1987-bcd, bitmap = hex, fields { 49 { format = \"n 3\", encoding = bcd-left }, 55 { encoding = hex, format = \"b...120\" } }"));
        assertThat(dialect.bitmapEncoding()).isEqualTo(BitmapEncoding.HEX);
        assertThat(dialect.field(49).encoding()).isEqualTo(ValueEncoding.BCD_LEFT);
        assertThat(dialect.field(55).encoding()).isEqualTo(ValueEncoding.HEX);
        assertThat(dialect.field(55).lengthEncoding()).isEqualTo(LengthEncoding.BCD);
        assertThat(dialect.field(11)).isEqualTo(Dialect.builtIn("1987-bcd").field(11));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "base = 1988-ascii | base | 1987-ascii, 1987-ascii-binary-bitmap",
        "base = 1987-ascii, bitmaps = hex | bitmaps | allowed are bitmap, fields, mti, version",
        "base = 1987-ascii, bitmap = octal | bitmap | hex, binary",
        "base = 1987-ascii, fields { 129 { name = x } } | fields.129 | not known here",
        "base = 1987-ascii, fields { 11 { size = 6 } } | fields.11.size | encoding, format, name, prefix, sensitive",
        "base = 1987-ascii, fields { 11 { format = \"6\" } } | fields.11.format | n..19",
        "base = 1987-ascii, fields { 11 { format = \"b 6\" } } | fields.11 | b goes with the encodings hex and raw",
        "base = 1987-ascii, fields { 41 { encoding = bcd-left } } | fields.41 | letters",
        "base = 1987-ascii, fields { 2 { format = \"n..100\" } } | fields.2 | two (..)",
        "base = 1987-ascii, fields { 64 { format = \"ans 16\", encoding = ascii } } | fields.64 | message authentication",
        "base = 1987-ascii, fields { 11 { format = \"n..6\" } } | fields.11.prefix | ascii, bcd, binary",
        "base = 1987-ascii, version = 2003 | version | 1987 to 1993",
        "version = 1987, mti = ascii, bitmap = hex | fields | all of 1 to 128"})
    void shouldSayWhatIsWrongAndWhatIsAllowed(final String text, final String path, final String allowed) {
        assertThatThrownBy(() -> Dialect.load(ConfigFactory.parseString(text)))
            .isInstanceOfSatisfying(ConfigProblems.class, problems -> assertThat(problems.problems())
                .anySatisfy(problem -> assertThat(problem).startsWith(path + ':').contains(allowed)));
    }
}
