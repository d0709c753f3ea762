package io.daybreak.loadtest.cli;

import io.daybreak.loadtest.issuer.IssuerScript;
import io.daybreak.loadtest.issuer.IssuerSimulator;
import io.daybreak.loadtest.link.SimLink;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;

/** Serves as an issuer until stopped. */
@Command(name = "issuer", mixinStandardHelpOptions = true, sortOptions = false,
    description = {"An issuer's simulator: answers a switch over ISO 8583 by a script, well and badly, and keeps books of its own.",
        "Prints READY issuer=HOST:PORT. Lines on standard input steer it: books, script FILE, restart 500ms, disconnect, echo, "
            + "sign-on, sign-off, stop."},
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {"0:stopped", "1:unexpected error", "3:cannot listen", "64:wrong command line or file"})
final class IssuerCommand implements Callable<Integer> {
    private static final int ECHO = 301;

    @Spec
    private CommandSpec spec;

    @Option(names = "--host", defaultValue = "127.0.0.1", description = "Address to listen on (default: ${DEFAULT-VALUE}).")
    private String host;

    @Option(names = "--port", defaultValue = "8590", description = "Port; 0 picks a free one (default: ${DEFAULT-VALUE}).")
    private int port;

    @Option(names = "--script", defaultValue = "approve", paramLabel = "FILE|NAME",
        description = "What to do with which message; built in are approve (which shows every key), decline-by-amount, slow, faults, "
            + "away, acquirer (default: ${DEFAULT-VALUE}).")
    private String script;

    @Option(names = "--link", defaultValue = "demo-ascii", paramLabel = "FILE|NAME",
        description = "What the link speaks: a link file, or demo-ascii, demo-bcd, demo-mac, 1993-ascii, ascii-length, tpdu (default: ${DEFAULT-VALUE}).")
    private String link;

    @Option(names = "--books", paramLabel = "FILE",
        description = "Writes the books as JSON when stopped, and on the line books. Test cards stand in clear in it.")
    private Path books;

    @Option(names = "--detail", defaultValue = "0", paramLabel = "N",
        description = "How many of the newest messages the books list one by one (default: ${DEFAULT-VALUE}).")
    private int detail;

    @Option(names = "--remember", defaultValue = "1048576", paramLabel = "N",
        description = "Messages remembered, about 130 bytes each; older ones are no longer recognised (default: ${DEFAULT-VALUE}).")
    private int remember;

    @Override
    public Integer call() throws IOException, InterruptedException {
        final PrintWriter out = spec.commandLine().getOut();
        final CountDownLatch stopped = new CountDownLatch(1);
        final SimLink profile = SimLink.load(link);
        final IssuerScript first = IssuerScript.load(script);
        final IssuerSimulator issuer;
        try {
            issuer = new IssuerSimulator(host, port, profile, first, remember);
        } catch (final IOException ex) {
            spec.commandLine().getErr().println(ex.getMessage());
            return ExitCode.CONNECTION;
        }
        final Thread hook = new Thread(() -> end(issuer), "issuer-stop");
        Runtime.getRuntime().addShutdownHook(hook);
        final InetSocketAddress address = issuer.address();
        out.println("READY issuer=" + address.getHostString() + ":" + address.getPort());
        out.flush();
        final Thread reader = new Thread(() -> obey(issuer, stopped), "issuer-lines");
        reader.setDaemon(true);
        reader.start();
        stopped.await();
        return ExitCode.OK;
    }

    private void end(final IssuerSimulator issuer) {
        try {
            if (books != null) {
                issuer.writeBooks(books, detail);
            }
        } catch (final IOException | IllegalStateException ex) {
            System.err.println("books not written: " + ex.getMessage());
        } finally {
            issuer.close();
        }
    }

    private void obey(final IssuerSimulator issuer, final CountDownLatch stopped) {
        final PrintWriter out = spec.commandLine().getOut();
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            String line = lines.readLine();
            while (line != null) {
                try {
                    obey(issuer, stopped, line.strip());
                } catch (final IOException | IllegalArgumentException | IllegalStateException
                    | picocli.CommandLine.TypeConversionException ex) {
                    out.println("ERROR " + ex.getMessage());
                }
                out.flush();
                line = lines.readLine();
            }
        } catch (final IOException ex) {
            out.println("ERROR standard input: " + ex.getMessage());
        }
    }

    private void obey(final IssuerSimulator issuer, final CountDownLatch stopped, final String line) throws IOException {
        final PrintWriter out = spec.commandLine().getOut();
        final String[] words = line.split("\\s+", 2);
        switch (words[0]) {
            case "":
                return;
            case "books":
                if (books == null) {
                    out.println("BOOKS " + issuer.books(detail));
                } else {
                    issuer.writeBooks(books, detail);
                    out.println("BOOKS " + books);
                }
                return;
            case "script":
                issuer.script(IssuerScript.load(words.length > 1 ? words[1] : "approve"));
                break;
            case "restart":
                issuer.restart(words.length > 1 ? new DurationConverter().convert(words[1]) : Duration.ofMillis(500));
                break;
            case "disconnect":
                issuer.disconnect();
                break;
            case "echo":
                issuer.sendNetwork(ECHO);
                break;
            case "sign-on":
                issuer.sendNetwork(1);
                break;
            case "sign-off":
                issuer.sendNetwork(2);
                break;
            case "stop":
                stopped.countDown();
                break;
            default:
                throw new IllegalArgumentException("'" + words[0] + "' is none of books, script, restart, disconnect, echo, sign-on, "
                    + "sign-off, stop");
        }
        out.println("OK " + line);
    }
}
