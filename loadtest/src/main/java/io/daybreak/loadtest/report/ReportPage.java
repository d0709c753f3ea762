package io.daybreak.loadtest.report;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Properties;

/**
 * One run, or several beside each other, as one page of HTML that needs no other file and no network: the data as JSON, the library of the
 * plots (uPlot, from its WebJar, with its licence), our script and style. Static.
 */
final class ReportPage {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private ReportPage() {
    }

    /** The whole page. */
    static String of(final List<ObjectNode> runs) throws IOException {
        final Properties webJars = new Properties();
        try (InputStream in = open("run-report/webjars.properties")) {
            webJars.load(in);
        }
        final String plots = webJars.getProperty("uplot");
        return "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
            + "<title>Load test</title>\n<!-- uPlot:\n" + text(plots + "LICENSE") + "-->\n<style>" + text(plots + "dist/uPlot.min.css") + "</style>\n<style>"
            + text("run-report/report.css") + "</style></head>\n<body><main><noscript>This page draws its plots by a script that is in it.</noscript></main>\n"
            + "<script type=\"application/json\" id=\"runs\">" + inScript(MAPPER.writeValueAsString(runs)) + "</script>\n<script>"
            + text(plots + "dist/uPlot.iife.min.js") + "</script>\n<script>\n" + text("run-report/report.js") + "</script></body></html>\n";
    }

    /** Nothing in the data can end the script element that holds it. */
    private static String inScript(final String json) {
        return json.replace("<", "\\u003c");
    }

    private static String text(final String resource) throws IOException {
        try (InputStream in = open(resource)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static InputStream open(final String resource) throws IOException {
        final InputStream in = ReportPage.class.getClassLoader().getResourceAsStream(resource);
        if (in == null) {
            throw new FileNotFoundException(resource + " is not in the jar");
        }
        return in;
    }
}
