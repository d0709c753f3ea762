package io.daybreak.gateway.launch;

import io.daybreak.client.Credentials;
import io.daybreak.client.DaybreakClient;
import io.daybreak.client.LedgerTotals;
import io.daybreak.client.Outcome;
import io.daybreak.client.Transfer;
import io.daybreak.protocol.AccountFlags;
import io.daybreak.protocol.Result;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.stream.LongStream;

import static org.assertj.core.api.Assertions.assertThat;

/** The jar as an operator starts it. */
@Timeout(180)
class ServeSystemTest {
    private static final Map<String, String> NOTHING = Map.of();
    private static final String KEY = "ab".repeat(32);

    @TempDir
    private Path directory;

    private ServerUnderTest serve(final Map<String, String> environment, final String... more) throws IOException {
        final List<String> arguments = new ArrayList<>(List.of("serve", "--data", data().toString(), "--native-port", "0"));
        arguments.addAll(List.of(more));
        return new ServerUnderTest(directory, environment, arguments.toArray(new String[0]));
    }

    private Path data() {
        return directory.resolve("data");
    }

    private DaybreakClient client(final Matcher ready, final String code) throws IOException {
        return DaybreakClient.builder()
            .address(ready.group("host"), Integer.parseInt(ready.group("port")))
            .credentials(new Credentials(code, ServerUnderTest.demoSecret(data(), code)))
            .connect();
    }

    private static Transfer payment(final DaybreakClient client, final long wallet, final long amount) {
        return Transfer.of(client.nextId(), wallet, 100_001, amount, 156, 1);
    }

    @Test
    void shouldProvisionTheDemoPayDrainAndRecover() throws Exception {
        final long sequence;
        try (ServerUnderTest server = serve(NOTHING, "--demo")) {
            final Matcher ready = server.ready();
            assertThat(ready.group("host")).isEqualTo("127.0.0.1");
            assertThat(ready.group("data")).isEqualTo(data().toString());
            assertThat(ready.group("durability")).isEqualTo("disk");
            assertThat(server.out().lines()).as("nothing but READY on standard output").hasSize(1);
            assertThat(server.err()).contains(data().resolve("demo.secret").toString()).doesNotContain("WARN");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(data().resolve("demo.secret")))).isEqualTo("rw-------");
            try (DaybreakClient acquirer = client(ready, "ACQ001"); DaybreakClient operator = client(ready, "OPERATOR")) {
                assertThat(operator.lookupAccounts(LongStream.rangeClosed(1, 100).toArray()).accounts())
                    .allMatch(wallet -> wallet.balanceMinor() == 1_000_000 && wallet.flags() == AccountFlags.DEBITS_MUST_NOT_EXCEED_CREDITS);
                assertThat(operator.lookupAccounts(1_000, 100_100, 900_001, 900_002, 900_003).accounts()).allMatch(account -> account.isFound());
                assertThat(acquirer.transfer(payment(acquirer, 1, 250)).isApplied()).isTrue();
                assertThat(acquirer.transfer(payment(acquirer, 1, 1_000_000)).result()).isEqualTo(Result.EXCEEDS_CREDITS);
                assertThat(acquirer.transfer(Transfer.of(acquirer.nextId(), 900_001, 1, 5, 156, 1)).result()).isEqualTo(Result.NOT_GRANTED);
                final LedgerTotals totals = operator.totals(156);
                assertThat(totals.isConserved()).isTrue();
                assertThat(totals.accountCount()).isEqualTo(1_106);
                sequence = operator.status().asOfSequence();
            }
            server.terminate();
            assertThat(server.exitCode()).isZero();
            assertThat(server.err()).doesNotContain("WARN");
        }
        try (ServerUnderTest server = serve(NOTHING, "--demo", "--durability", "process")) {
            final Matcher ready = server.ready();
            assertThat(Long.parseLong(ready.group("sequence"))).as("nothing was provisioned again; the links to issuers were told to be down").isEqualTo(sequence + 1);
            assertThat(ready.group("durability")).isEqualTo("process");
            try (DaybreakClient operator = client(ready, "OPERATOR")) {
                assertThat(operator.lookupAccounts(1).accounts().get(0).balanceMinor()).isEqualTo(999_750);
            }
            try (ServerUnderTest second = serve(NOTHING, "--demo")) {
                assertThat(second.exitCode()).isEqualTo(ExitCode.DATA_DIRECTORY_IN_USE.code());
                assertThat(second.err()).contains("in use").doesNotContain("\tat ");
            }
            assertThat(server.isAlive()).isTrue();
        }
        // The kill above was SIGKILL. Other limits are journaled by the next start.
        try (ServerUnderTest server = serve(NOTHING, "--demo", "--set", "capacity.accounts=2000", "--set", "ids.future-tolerance=10 s")) {
            assertThat(Long.parseLong(server.ready().group("sequence"))).isEqualTo(sequence + 3);
            server.terminate();
            assertThat(server.exitCode()).isZero();
        }
        try (ServerUnderTest server = serve(NOTHING, "--demo", "--set", "capacity.accounts=100")) {
            assertThat(server.exitCode()).isEqualTo(ExitCode.USAGE.code());
            assertThat(server.err()).contains("LIMIT_OUT_OF_RANGE");
        }
    }

    @Test
    void shouldDrainUnderLoad() throws Exception {
        try (ServerUnderTest server = serve(NOTHING, "--demo")) {
            final Matcher ready = server.ready();
            final List<CompletableFuture<Outcome>> outcomes = new ArrayList<>();
            try (DaybreakClient acquirer = client(ready, "ACQ001")) {
                for (int i = 0; i < 5_000; i++) {
                    outcomes.add(acquirer.transferAsync(payment(acquirer, 1 + i % 1_000, 1)));
                }
                outcomes.get(0).join();
                server.terminate();
                assertThat(server.exitCode()).isZero();
            }
            final long acknowledged = outcomes.stream().filter(outcome -> outcome.isDone() && !outcome.isCompletedExceptionally()
                && outcome.join().isApplied()).count();
            assertThat(acknowledged).isPositive();
            try (ServerUnderTest again = serve(NOTHING, "--demo")) {
                try (DaybreakClient operator = client(again.ready(), "OPERATOR")) {
                    final long paid = operator.lookupAccounts(100_001).accounts().get(0).creditsPosted();
                    assertThat(paid).isBetween(acknowledged, 5_000L);
                    assertThat(operator.totals(156).isConserved()).isTrue();
                }
            }
        }
    }

    @Test
    void shouldNeedAnOperatorOnAnEmptyJournal() throws Exception {
        try (ServerUnderTest server = serve(NOTHING)) {
            assertThat(server.exitCode()).isEqualTo(ExitCode.USAGE.code());
            assertThat(server.err()).contains("DAYBREAK_OPERATOR_KEY").doesNotContain("\tat ");
        }
        try (ServerUnderTest server = serve(Map.of("DAYBREAK_OPERATOR_KEY", "short"))) {
            assertThat(server.exitCode()).isEqualTo(ExitCode.USAGE.code());
            assertThat(server.err()).doesNotContain("short");
        }
        final Path keyFile = directory.resolve("operator.key");
        Files.writeString(keyFile, KEY + "\n");
        Files.setPosixFilePermissions(keyFile, PosixFilePermissions.fromString("rw-r--r--"));
        try (ServerUnderTest server = serve(NOTHING, "--set", "security.operator-key-file=" + keyFile)) {
            assertThat(server.exitCode()).isEqualTo(ExitCode.USAGE.code());
            assertThat(server.err()).contains("chmod 600");
        }
        Files.setPosixFilePermissions(keyFile, PosixFilePermissions.fromString("rw-------"));
        try (ServerUnderTest server = serve(NOTHING, "--set", "security.operator-key-file=" + keyFile)) {
            final Matcher ready = server.ready();
            assertThat(ready.group("sequence")).as("limits of the ledger, limits of payments and operator").isEqualTo("3");
            try (ServerUnderTest status = new ServerUnderTest(directory, Map.of("DAYBREAK_SECRET", KEY), "admin", "status", "--port", ready.group("port"))) {
                assertThat(status.exitCode()).as(status.err()).isZero();
                assertThat(status.out()).startsWith("status: OK sequence=3").contains("rules=1")
                    .contains("payments: OK remembered=0 capacity=").contains(" oldest=none reversals-before-original=0 cards=0 ")
                    .contains("issuers: requests=0 oldest=none store-and-forward=0 oldest=none late-answers=0");
            }
            try (ServerUnderTest wrong = new ServerUnderTest(directory, Map.of("DAYBREAK_SECRET", "cd".repeat(32)), "admin", "status", "--port",
                ready.group("port"))) {
                assertThat(wrong.exitCode()).isEqualTo(ExitCode.UNEXPECTED.code());
                assertThat(wrong.err()).contains("NOT_AUTHENTICATED");
            }
        }
    }

    @Test
    void shouldSayThatItCannotBind() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
            ServerUnderTest server = new ServerUnderTest(directory, NOTHING, "serve", "--demo", "--data", data().toString(), "--native-port",
                String.valueOf(taken.getLocalPort()))) {
            assertThat(server.exitCode()).isEqualTo(ExitCode.CANNOT_BIND.code());
            assertThat(server.err()).contains("cannot listen on 127.0.0.1:" + taken.getLocalPort()).doesNotContain("\tat ");
        }
    }

    @Test
    void shouldCompleteADemoThatWasCutShort() throws Exception {
        try (ServerUnderTest server = serve(NOTHING, "--demo")) {
            io.daybreak.gateway.Await.until("the secrets are there", () -> Files.exists(data().resolve("demo.secret")));
            server.kill();
        }
        try (ServerUnderTest server = serve(NOTHING, "--demo")) {
            try (DaybreakClient operator = client(server.ready(), "OPERATOR")) {
                assertThat(operator.lookupAccounts(1, 1_000).accounts()).allMatch(wallet -> wallet.balanceMinor() == 1_000_000);
                assertThat(operator.lookupAccounts(900_001).accounts().get(0).debitsPosted()).isEqualTo(999_000_000);
                assertThat(operator.totals(156).isConserved()).isTrue();
            }
        }
    }

    @Test
    void shouldAdministerFromTheCommandLine() throws Exception {
        try (ServerUnderTest server = serve(NOTHING, "--demo")) {
            final String port = server.ready().group("port");
            assertThat(admin(port, "create-accounts", "--first-id", "5001", "--count", "2", "--ledger", "156", "--code", "1"))
                .contains("account 5001: OK", "account 5002: OK");
            try (ServerUnderTest command = new ServerUnderTest(directory, NOTHING, "admin", "create-accounts", "--first-id", "6001", "--ledger", "156",
                "--code", "65537", "--port", port, "--secret-file", data().resolve("demo.secret").toString())) {
                assertThat(command.exitCode()).as("a code that would be cut to 1").isEqualTo(ExitCode.USAGE.code());
                assertThat(command.err()).contains("65537");
            }
            assertThat(admin(port, "freeze", "5001", "--sides", "debits")).contains("account 5001: OK");
            assertThat(admin(port, "accounts", "5001", "1")).contains("account 5001: ledger=156", "balance=1000000");
            assertThat(admin(port, "put-participant", "--id", "3", "--code", "ACQ002", "--id-capacity", "2000")).contains("participant ACQ002: OK");
            assertThat(admin(port, "grant", "--to-participant", "3", "--kind", "range", "--from", "1", "--to", "10")).contains("grant: OK");
            assertThat(admin(port, "participant", "ACQ002")).contains("id=3", "active");
            assertThat(admin(port, "totals", "156")).contains("conserved").doesNotContain("NOT");
            assertThat(admin(port, "account-transfers", "1")).contains("APPLIED", "amount=1000000");
        }
    }

    private String admin(final String port, final String... arguments) throws Exception {
        final List<String> all = new ArrayList<>(List.of("admin"));
        all.addAll(List.of(arguments));
        all.addAll(List.of("--port", port, "--secret-file", data().resolve("demo.secret").toString()));
        try (ServerUnderTest command = new ServerUnderTest(directory, NOTHING, all.toArray(new String[0]))) {
            assertThat(command.exitCode()).as(command.err() + command.out()).isZero();
            return command.out();
        }
    }
}
