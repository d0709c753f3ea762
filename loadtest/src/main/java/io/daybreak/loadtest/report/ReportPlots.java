package io.daybreak.loadtest.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.knowm.xchart.ChartEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.XYSeries.XYSeriesRenderStyle;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.Styler.LegendLayout;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.markers.SeriesMarkers;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/** A PNG of each plot of one run, or of several beside each other, for documents: white, 1600 x 900. Needs no display. Static. */
public final class ReportPlots {
    private static final String FORMAT = "png";
    private static final int WIDTH = 1_600;
    private static final int HEIGHT = 900;
    private static final double LEAST_US = 0.1;
    private static final double FULL = 100;
    private static final Color INK = new Color(0x1d2430);
    private static final Color SOFT = new Color(0x667085);
    private static final Color LINE = new Color(0xe3e0d9);
    private static final Color[] PALETTE = {new Color(0x2f5fd0), new Color(0xd9822b), new Color(0x2a9d8f), new Color(0xa23b72), new Color(0x7a6ff0),
        new Color(0x8a8f98), new Color(0xc2b280)};

    private ReportPlots() {
    }

    /** Writes the plots for which there are data into the directory, which is made if it is missing. */
    public static void write(final List<ObjectNode> runs, final Path directory) throws IOException {
        System.setProperty("java.awt.headless", "true");
        Files.createDirectories(directory);
        save(percentiles(runs), directory.resolve("percentiles.png"));
        if (runs.size() == 1) {
            final ObjectNode run = runs.get(0);
            save(lines("Latency over time", "second", run.path("series"), true, "p50_us", "p99_us", "max_us"), directory.resolve("latency.png"));
            if (run.has("stages")) {
                save(stages(run), directory.resolve("stages.png"));
            }
            final JsonNode resources = run.path("resources");
            if (resources.has("switch_cpu")) {
                save(lines("Processor time, cores", "second", resources, false, "switch_cpu", "client_cpu", "machine_steal_cpu"), directory.resolve("cpu.png"));
                save(lines("Bytes written by the switch, a second", "second", resources, false, "switch_written_bytes"), directory.resolve("bytes.png"));
            }
        }
        save(rates(runs), directory.resolve("rates.png"));
        if (runs.stream().anyMatch(run -> run.has("steps"))) {
            save(steps(runs), directory.resolve("steps.png"));
        }
    }

    /**
     * Draws the series of a file of values that commas separate: the first column is the axis, the others are lines. The endings of their names tell the unit
     * ({@code _per_s}, {@code _us}, {@code _ms}); what has another unit than the first line has an axis of its own on the right.
     *
     * @param isLogarithmic the axis of the first column
     * @throws IOException with one clear sentence if the file cannot be drawn
     */
    public static void writeSeries(final Path csv, final boolean isLogarithmic, final Path png) throws IOException {
        System.setProperty("java.awt.headless", "true");
        final SeriesCsv series = SeriesCsv.read(csv);
        if (isLogarithmic && series.rows().get(0)[0] <= 0) {
            throw new IOException(csv + ": " + series.names().get(0) + " is not always above 0, so its axis cannot be logarithmic: --x linear");
        }
        final List<String> units = series.names().stream().skip(1).map(ReportPlots::unit).distinct().toList();
        if (units.size() > 2) {
            throw new IOException(csv + ": columns of more than two units (" + String.join(", ", units) + ") do not go into one plot");
        }
        final XYChart chart = chart(csv.getFileName().toString().replaceFirst("\\.csv$", ""), series.names().get(0).replace('_', ' '), ReportPlots::number);
        chart.getStyler().setXAxisLogarithmic(isLogarithmic).setXAxisTickLabelsFormattingFunction(ReportPlots::number);
        for (int group = 0; group < units.size(); group++) {
            chart.setYAxisGroupTitle(group, units.get(group));
            chart.getStyler().setYAxisMin(group, 0.0);
            chart.getStyler().setYAxisGroupPosition(group, group == 0 ? Styler.YAxisPosition.Left : Styler.YAxisPosition.Right);
        }
        for (int column = 1; column < series.names().size(); column++) {
            final List<Double> x = new ArrayList<>();
            final List<Double> y = new ArrayList<>();
            for (final double[] row : series.rows()) {
                if (!Double.isNaN(row[column])) {
                    x.add(row[0]);
                    y.add(row[column]);
                }
            }
            final String unit = unit(series.names().get(column));
            final String name = series.names().get(column).replaceFirst("(_per_s|_us|_ms)$", "").replace('_', ' ') + (unit.isEmpty() ? "" : ", " + unit);
            add(chart, name, x, y);
            if (!x.isEmpty()) {
                // Few points, each a measurement of its own. Names of columns differ, and so do these.
                chart.getSeries(name).setMarker(SeriesMarkers.CIRCLE).setYAxisGroup(units.indexOf(unit));
            }
        }
        if (chart.getSeriesCollection().isEmpty()) {
            throw new IOException(csv + " has nothing to draw");
        }
        save(chart, png);
    }

    private static String unit(final String column) {
        return column.endsWith("_per_s") ? "a second" : column.endsWith("_us") ? "microseconds" : column.endsWith("_ms") ? "milliseconds" : "";
    }

    private static void save(final XYChart chart, final Path file) throws IOException {
        if (!chart.getSeriesCollection().isEmpty()) {
            Files.write(file, ChartEncoder.getBytes(chart, FORMAT));
        }
    }

    private static XYChart chart(final String title, final String x, final Function<Double, String> y) {
        final XYChart chart = new XYChartBuilder().width(WIDTH).height(HEIGHT).title(title).xAxisTitle(x).build();
        final Font font = new Font(Font.SANS_SERIF, Font.PLAIN, 22);
        chart.getStyler().setSeriesColors(PALETTE).setChartBackgroundColor(Color.WHITE).setPlotBackgroundColor(Color.WHITE).setPlotBorderVisible(false)
            .setChartTitleFont(font.deriveFont(Font.BOLD, 30f)).setChartTitleFontColor(INK).setChartTitleBoxVisible(false).setChartPadding(24)
            .setLegendPosition(LegendPosition.OutsideS).setLegendLayout(LegendLayout.Horizontal).setLegendBorderColor(Color.WHITE)
            .setLegendBackgroundColor(Color.WHITE).setLegendFont(font).setLegendSeriesLineLength(30);
        chart.getStyler().setAxisTickLabelsFont(font).setAxisTickLabelsColor(SOFT).setAxisTitleFont(font).setPlotGridLinesColor(LINE)
            .setPlotGridLinesStroke(new BasicStroke(1f)).setAxisTicksLineVisible(false).setAxisTickMarksColor(LINE).setYAxisTickLabelsFormattingFunction(y);
        return chart;
    }

    private static void add(final XYChart chart, final String name, final List<Double> x, final List<Double> y) {
        if (x.isEmpty()) {
            return;
        }
        String unique = name;
        while (chart.getSeries(unique) != null) {
            unique += "'";
        }
        final XYSeries series = chart.addSeries(unique, x, y);
        series.setMarker(SeriesMarkers.NONE);
        series.setLineWidth(3f);
    }

    private static XYChart percentiles(final List<ObjectNode> runs) {
        final XYChart chart = chart("How many waited how long", "percentile", ReportPlots::time);
        chart.getStyler().setYAxisLogarithmic(true);
        chart.getStyler().setXAxisTickLabelsFormattingFunction(ReportPlots::percentile);
        for (final ObjectNode run : runs) {
            curve(chart, name(run), run.path("percentiles"));
        }
        final JsonNode echo = runs.get(0).path("limits").path("echo").path("percentiles");
        curve(chart, "echo on this machine", echo);
        return chart;
    }

    private static void curve(final XYChart chart, final String name, final JsonNode points) {
        final List<Double> x = new ArrayList<>();
        final List<Double> y = new ArrayList<>();
        for (final JsonNode point : points) {
            x.add(-Math.log10(1 - point.get(0).asDouble()));
            y.add(Math.max(LEAST_US, point.get(1).asDouble()));
        }
        add(chart, name, x, y);
    }

    private static String percentile(final double place) {
        final double value = FULL * (1 - Math.pow(10, -place));
        return String.format(Locale.ROOT, "%." + Math.max(0, (int) Math.ceil(place) - 2) + "f %%", value);
    }

    private static XYChart lines(final String title, final String x, final JsonNode from, final boolean isLatency, final String... names) {
        final XYChart chart = chart(title, x, isLatency ? ReportPlots::time : ReportPlots::number);
        chart.getStyler().setYAxisLogarithmic(isLatency);
        if (!isLatency) {
            chart.getStyler().setYAxisMin(0.0);
        }
        final List<Double> at = middles(from);
        for (final String name : names) {
            series(chart, name.replace("_us", "").replace('_', ' '), at, from.path(name), 1);
        }
        return chart;
    }

    private static List<Double> middles(final JsonNode from) {
        final List<Double> at = new ArrayList<>();
        if (from.has("at_s")) {
            from.path("at_s").forEach(value -> at.add(value.asDouble()));
        } else {
            for (int i = 0; i < from.path("from_s").size(); i++) {
                at.add((from.path("from_s").get(i).asDouble() + from.path("to_s").get(i).asDouble()) / 2);
            }
        }
        return at;
    }

    private static void series(final XYChart chart, final String name, final List<Double> at, final JsonNode values, final double factor) {
        final List<Double> x = new ArrayList<>();
        final List<Double> y = new ArrayList<>();
        for (int i = 0; i < Math.min(at.size(), values.size()); i++) {
            if (!values.get(i).isNull()) {
                x.add(at.get(i));
                y.add(values.get(i).asDouble() * factor);
            }
        }
        add(chart, name, x, y);
    }

    private static XYChart stages(final ObjectNode run) {
        final XYChart chart = chart("Where the time goes inside the switch, means of each second", "second", ReportPlots::time);
        chart.getStyler().setDefaultSeriesRenderStyle(XYSeriesRenderStyle.Area);
        chart.getStyler().setYAxisMin(0.0);
        final List<Double> at = middles(run.path("resources"));
        final List<String> stages = StageTrace.STAGES;
        // Areas are painted one over the other, so the highest sum comes first.
        for (int upTo = stages.size() - 1; upTo >= 0; upTo--) {
            final List<Double> sums = new ArrayList<>();
            for (int i = 0; i < at.size(); i++) {
                double sum = 0;
                for (int stage = 0; stage <= upTo; stage++) {
                    sum += run.path("stages").path("mean_us").path(stages.get(stage)).path(i).asDouble();
                }
                sums.add(sum);
            }
            add(chart, stages.get(upTo), at, sums);
        }
        return chart;
    }

    private static XYChart rates(final List<ObjectNode> runs) {
        final XYChart chart = chart("Accepted a second", "second", ReportPlots::number);
        chart.getStyler().setYAxisMin(0.0);
        for (final ObjectNode run : runs) {
            final JsonNode series = run.path("series");
            final List<Double> y = new ArrayList<>();
            for (int i = 0; i < series.path("accepted").size(); i++) {
                y.add(series.path("accepted").get(i).asDouble() / Math.max(1e-3, series.path("to_s").get(i).asDouble() - series.path("from_s").get(i).asDouble()));
            }
            add(chart, name(run), middles(series), y);
        }
        return chart;
    }

    private static XYChart steps(final List<ObjectNode> runs) {
        final XYChart chart = chart("Latency by rate", "offered a second", ReportPlots::time);
        chart.getStyler().setYAxisLogarithmic(true);
        chart.getStyler().setXAxisTickLabelsFormattingFunction(ReportPlots::number);
        for (final ObjectNode run : runs) {
            final String[][] percentiles = runs.size() > 1 ? new String[][] {{"p99", name(run)}}
                : new String[][] {{"p50", "p50"}, {"p99", "p99"}, {"p999", "p99.9"}};
            for (final String[] percentile : percentiles) {
                final List<Double> x = new ArrayList<>();
                final List<Double> y = new ArrayList<>();
                for (final JsonNode step : run.path("steps")) {
                    x.add(step.path("rate").asDouble());
                    y.add(Math.max(LEAST_US, step.path("latency_us").path(percentile[0]).asDouble()));
                }
                add(chart, percentile[1], x, y);
            }
        }
        return chart;
    }

    private static String name(final ObjectNode run) {
        return run.path("name").asText("this run");
    }

    private static String time(final double us) {
        return us < 1e3 ? short3(us) + " us" : us < 1e6 ? short3(us / 1e3) + " ms" : short3(us / 1e6) + " s";
    }

    private static String number(final double value) {
        return value < 1e3 ? short3(value) : value < 1e6 ? short3(value / 1e3) + " k" : short3(value / 1e6) + " M";
    }

    private static String short3(final double value) {
        final String text = String.format(Locale.ROOT, "%.3g", value);
        return text.contains("e") ? String.format(Locale.ROOT, "%.0f", value) : text.contains(".") ? text.replaceFirst("\\.?0+$", "") : text;
    }
}
