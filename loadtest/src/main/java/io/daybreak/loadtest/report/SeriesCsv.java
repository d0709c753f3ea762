package io.daybreak.loadtest.report;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * A series as a table of numbers: what was varied in the first column, what was measured in the others, which may have gaps. Immutable.
 *
 * @param names of the columns, the first of them of what was varied
 * @param rows  a number for each column, by the first one ascending; NaN where there is none
 */
record SeriesCsv(List<String> names, List<double[]> rows) {
    /**
     * Reads a file of values that commas separate, with a line of names in front.
     *
     * @throws IOException with one clear sentence if it is not such a file
     */
    static SeriesCsv read(final Path file) throws IOException {
        if (!Files.isReadable(file) || Files.isDirectory(file)) {
            throw new IOException("there is no file " + file + " that can be read");
        }
        final List<String> lines;
        try {
            lines = Files.readAllLines(file, StandardCharsets.UTF_8);
        } catch (final CharacterCodingException ex) {
            throw new IOException(file + " is no text", ex);
        }
        final List<String> names = lines.isEmpty() ? List.of() : cells(lines.get(0));
        if (names.size() < 2 || names.stream().anyMatch(String::isEmpty) || names.stream().distinct().count() < names.size()) {
            throw new IOException(file + ", line 1: it wants the names of two columns or more, each another, with commas between");
        }
        final List<double[]> rows = new ArrayList<>();
        for (int i = 1; i < lines.size(); i++) {
            if (!lines.get(i).isBlank()) {
                rows.add(row(file + ", line " + (i + 1), names.size(), cells(lines.get(i))));
            }
        }
        if (rows.isEmpty()) {
            throw new IOException(file + " has no rows");
        }
        rows.sort(Comparator.comparingDouble(row -> row[0]));
        return new SeriesCsv(names, List.copyOf(rows));
    }

    private static List<String> cells(final String line) {
        final List<String> cells = new ArrayList<>();
        for (final String cell : line.split(",", -1)) {
            cells.add(cell.strip());
        }
        return cells;
    }

    private static double[] row(final String where, final int columns, final List<String> cells) throws IOException {
        if (cells.size() != columns) {
            throw new IOException(where + ": " + cells.size() + " values in " + columns + " columns");
        }
        final double[] row = new double[columns];
        for (int i = 0; i < columns; i++) {
            try {
                row[i] = i > 0 && cells.get(i).isEmpty() ? Double.NaN : Double.parseDouble(cells.get(i));
            } catch (final NumberFormatException ex) {
                throw new IOException(where + ": '" + cells.get(i) + "' is no number", ex);
            }
            if (Double.isInfinite(row[i]) || i == 0 && Double.isNaN(row[i])) {
                throw new IOException(where + ": '" + cells.get(i) + "' is no number that can be drawn");
            }
        }
        return row;
    }
}
