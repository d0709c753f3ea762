package io.daybreak.loadtest.recording;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.daybreak.client.AccountAction;
import io.daybreak.client.AccountRecord;
import io.daybreak.client.Credentials;
import io.daybreak.client.DaybreakClient;
import io.daybreak.client.Grant;
import io.daybreak.client.NewAccount;
import io.daybreak.client.Outcome;
import io.daybreak.client.Participant;
import io.daybreak.client.SecretFile;
import io.daybreak.client.Transfer;
import io.daybreak.client.TransferId;
import io.daybreak.loadtest.crash.SwitchProcess;
import io.daybreak.protocol.AccountFlags;
import io.daybreak.protocol.Participants;
import io.daybreak.protocol.TransferFlags;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/** Journals of real switches, sent again to real, fresh ones. */
@Timeout(240)
class ReplaySystemTest {
    private static final long SEED = 20_261_127L;
    private static final int LEDGER = 156;
    private static final int WALLETS = 12;
    private static final int SHOP = 500;
    private static final int ISSUANCE = 900;
    private static final int NOBODY = 777;
    private static final int ROUNDS = 150;

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private Path directory;

    private Path secrets() throws IOException {
        final Path file = directory.resolve("secrets");
        if (!Files.exists(file)) {
            Files.writeString(directory.resolve("operator.key"), "01".repeat(32) + "\n");
            Files.writeString(file, "OPERATOR=" + "01".repeat(32) + "\nALPHA=" + "0a".repeat(32) + "\nBETA=" + "0b".repeat(32) + "\n");
            for (final Path each : List.of(file, directory.resolve("operator.key"))) {
                Files.setPosixFilePermissions(each, PosixFilePermissions.fromString("rw-------"));
            }
        }
        return file;
    }

    /** A switch with an operator and nothing else. */
    private SwitchProcess serve(final String data, final String... more) throws IOException {
        final List<String> arguments = new ArrayList<>(List.of("serve", "--data", directory.resolve(data).toString(), "--native-port", "0", "--set",
            "capacity.transfers-retained=200000", "--set", "capacity.accounts=10000", "--set", "security.operator-key-file=" + directory.resolve("operator.key"),
            "--set", "security.secrets-file=" + secrets()));
        arguments.addAll(List.of(more));
        return SwitchProcess.gateway(directory, data, arguments.toArray(new String[0]));
    }

    private DaybreakClient client(final int port, final String code) throws IOException {
        return DaybreakClient.builder().address("127.0.0.1", port).credentials(SecretFile.credentials(secrets(), code)).connect();
    }

    private static void put(final DaybreakClient operator) {
        final List<NewAccount> accounts = new ArrayList<>();
        for (int i = 1; i <= 2 * WALLETS; i++) {
            accounts.add(NewAccount.of(i, LEDGER, 1, AccountFlags.DEBITS_MUST_NOT_EXCEED_CREDITS));
        }
        accounts.add(NewAccount.of(SHOP, LEDGER, 2, 0));
        accounts.add(NewAccount.of(ISSUANCE, LEDGER, 9, 0));
        assertThat(operator.createAccounts(accounts)).allMatch(Outcome::isApplied);
        for (int i = 0; i < 2; i++) {
            assertThat(operator.putParticipant(new Participant(10 + i, i == 0 ? "ALPHA" : "BETA", 1, Participants.ROLE_ACTIVE, 100_000)).isApplied()).isTrue();
            assertThat(operator.putGrant(Grant.range(10 + i, Participants.RIGHT_DEBIT, 1 + (long) i * WALLETS, (1L + i) * WALLETS)).isApplied()).isTrue();
        }
        final List<Transfer> money = new ArrayList<>();
        for (int i = 1; i <= 2 * WALLETS; i++) {
            money.add(Transfer.of(operator.nextId(), ISSUANCE, i, 10_000, LEDGER, 1));
        }
        assertThat(operator.transfers(money)).allMatch(Outcome::isApplied);
    }

    /** All kinds of transfers of one participant on its own wallets, some of them refused; returns how many. */
    private static int pay(final DaybreakClient client, final int firstWallet, final SplittableRandom random) {
        int sent = 0;
        final List<TransferId> holds = new ArrayList<>();
        for (int round = 0; round < ROUNDS; round++) {
            final List<Transfer> request = new ArrayList<>();
            final int from = firstWallet + random.nextInt(WALLETS);
            final int to = random.nextInt(3) == 0 ? SHOP : firstWallet + (from - firstWallet + 1) % WALLETS;
            final int amount = 1 + random.nextInt(4_000);
            switch (random.nextInt(8)) {
                case 0 -> {
                    final TransferId id = client.nextId();
                    holds.add(id);
                    request.add(Transfer.hold(id, from, to, amount, LEDGER, 1, 0));
                }
                case 1 -> {
                    if (!holds.isEmpty()) {
                        final TransferId hold = holds.get(random.nextInt(holds.size()));
                        request.add(random.nextBoolean() ? Transfer.post(client.nextId(), hold, 1 + random.nextInt(amount))
                            : Transfer.post(client.nextId(), hold, TransferFlags.AMOUNT_ALL).withFlags(TransferFlags.FINAL));
                    }
                }
                case 2 -> {
                    if (!holds.isEmpty()) {
                        request.add(Transfer.release(client.nextId(), holds.get(random.nextInt(holds.size()))));
                    }
                }
                case 3 -> {
                    request.add(Transfer.of(client.nextId(), from, to, amount, LEDGER, 1).withFlags(TransferFlags.LINKED));
                    request.add(Transfer.of(client.nextId(), from, SHOP + (random.nextBoolean() ? 0 : NOBODY), 1, LEDGER, 1));
                }
                case 4 -> request.add(Transfer.of(client.nextId(), from, SHOP, TransferFlags.AMOUNT_ALL, LEDGER, 1).withFlags(TransferFlags.BALANCING_DEBIT)
                    .withUserData(1, 2, 3));
                default -> {
                    for (int i = 0; i < 5; i++) {
                        request.add(Transfer.of(client.nextId(), from, to, 1 + amount / 8, LEDGER, 1));
                    }
                }
            }
            if (!request.isEmpty()) {
                client.transfers(request);
                sent += request.size();
            }
        }
        return sent;
    }

    private List<AccountRecord> balances(final int port) throws IOException {
        final long[] ids = new long[2 * WALLETS + 2];
        for (int i = 0; i < 2 * WALLETS; i++) {
            ids[i] = i + 1L;
        }
        ids[2 * WALLETS] = SHOP;
        ids[2 * WALLETS + 1] = ISSUANCE;
        try (DaybreakClient operator = client(port, "OPERATOR")) {
            return operator.lookupAccounts(ids).accounts().stream().map(account -> new AccountRecord(account.id(), account.lookup(), 0, 0, 0, account.debitsPosted(),
                account.debitsPending(), account.creditsPosted(), account.creditsPending(), 0, account.ledger(), account.code(), account.flags())).toList();
        }
    }

    private int replay(final String name, final int port, final Path secretFile, final String... more) throws Exception {
        final List<String> arguments = new ArrayList<>(List.of("replay", "--port", Integer.toString(port), "--secret-file", secretFile.toString(), "--json",
            directory.resolve(name + ".json").toString(), "--journal"));
        arguments.addAll(List.of(more));
        final SwitchProcess replay = SwitchProcess.loadTest(directory, name, arguments.toArray(new String[0]));
        final int code = replay.awaitExit();
        Files.writeString(directory.resolve(name + ".txt"), replay.output());
        return code;
    }

    private String text(final String name) throws IOException {
        return Files.readString(directory.resolve(name + ".txt"));
    }

    private JsonNode json(final String name) throws IOException {
        return new ObjectMapper().readTree(directory.resolve(name + ".json").toFile());
    }

    @Test
    void shouldGiveTheRecordedOutcomesAndBalancesAtAnySpeed() throws Exception {
        final SwitchProcess recorded = serve("recorded");
        final List<AccountRecord> balances;
        int sent = 0;
        try {
            final int port = recorded.awaitPort();
            try (DaybreakClient operator = client(port, "OPERATOR")) {
                put(operator);
            }
            try (DaybreakClient alpha = client(port, "ALPHA"); DaybreakClient beta = client(port, "BETA")) {
                for (int turn = 0; turn < 4; turn++) {
                    sent += pay(turn % 2 == 0 ? alpha : beta, 1 + turn % 2 * WALLETS, new SplittableRandom(SEED + turn));
                }
            }
            balances = balances(port);
            assertThat(recorded.terminate()).isZero();
        } finally {
            recorded.kill();
        }
        final String journal = directory.resolve("recorded").toString();
        for (final String[] how : new String[][] {{"max"}, {"10"}, {"max", "--batch", "100", "--window", "3"}, {"1", "--batch", "8190"}}) {
            final String name = "fresh-" + String.join("", how);
            final SwitchProcess fresh = serve(name);
            try {
                final int port = fresh.awaitPort();
                final List<String> more = new ArrayList<>(List.of(journal, "--speed"));
                more.addAll(List.of(how));
                assertThat(replay(name, port, secrets(), more.toArray(new String[0]))).as("exit code, seed %d%n%s", SEED, text(name)).isZero();
                assertThat(balances(port)).isEqualTo(balances);
                final JsonNode json = json(name);
                assertThat(json.path("proof").path("outcome").asText()).isEqualTo("proved");
                assertThat(json.path("offered").asLong()).isEqualTo(sent);
                assertThat(json.path("loop").asText()).isEqualTo("max".equals(how[0]) ? "closed" : "open");
                final JsonNode replay = json.path("replay");
                assertThat(replay.path("transfers").asLong()).isEqualTo(sent).isEqualTo(replay.path("same").asLong());
                assertThat(replay.path("recorded")).isEqualTo(replay.path("replayed"));
                assertThat(replay.path("recorded").size()).as("kinds of outcomes").isGreaterThan(4);
                assertThat(replay.path("set_up").toString()).isEqualTo("{\"sent\":true,\"participants\":2,\"grants\":2,\"accounts\":26,\"transfers\":24}");
                assertThat(replay.path("not_sent").toString()).contains("{\"kind\":\"Configure\",\"whose\":\"the switch's own\",\"count\":1}");
                // Once more: everything is a repeat, and that is no replay.
                if (how.length == 1 && "max".equals(how[0])) {
                    assertThat(replay(name, port, secrets(), more.toArray(new String[0]))).as(text(name)).isEqualTo(5);
                    assertThat(json(name).path("replay").path("repeated").asLong()).isEqualTo(sent);
                    assertThat(text(name)).contains("the switch was not fresh").contains("assumed as in the recording");
                }
            } finally {
                fresh.kill();
            }
        }
    }

    @Test
    void shouldTellWhatDiffersAndWhatItCannotSend() throws Exception {
        final SwitchProcess recorded = serve("recorded");
        try {
            final int port = recorded.awaitPort();
            try (DaybreakClient operator = client(port, "OPERATOR")) {
                put(operator);
            }
            try (DaybreakClient operator = client(port, "OPERATOR"); DaybreakClient alpha = client(port, "ALPHA")) {
                assertThat(alpha.transfer(Transfer.of(alpha.nextId(), 1, SHOP, 5, LEDGER, 1)).isApplied()).isTrue();
                assertThat(operator.act(List.of(AccountAction.freeze(1, AccountFlags.SIDE_DEBITS)))).allMatch(Outcome::isApplied);
                for (int i = 0; i < 7; i++) {
                    assertThat(alpha.transfer(Transfer.of(alpha.nextId(), 1, SHOP, 5, LEDGER, 1)).resultName()).isEqualTo("DEBIT_ACCOUNT_FROZEN");
                }
            }
        } finally {
            recorded.kill();
        }
        final SwitchProcess fresh = serve("fresh");
        try {
            final int port = fresh.awaitPort();
            assertThat(replay("fresh", port, secrets(), directory.resolve("recorded").toString(), "--speed", "max", "--report",
                directory.resolve("fresh.html").toString(), "--no-limits")).as(text("fresh")).isEqualTo(5);
            assertThat(text("fresh")).contains("1 AccountAction (operators')").contains("1 as recorded, 7 not")
                .contains("7 were DEBIT_ACCOUNT_FROZEN and are OK: sequence ").contains("PROVED");
            assertThat(json("fresh").path("replay").path("differences").get(0).path("examples").size()).isEqualTo(3);
            assertThat(Files.readString(directory.resolve("fresh.html"))).contains("\"replay\":{\"journal\"");
            final AccountRecord shop = balances(port).get(2 * WALLETS);
            assertThat(shop.creditsPosted()).isEqualTo(40);
        } finally {
            fresh.kill();
        }
    }

    @Test
    void shouldRefuseAJournalWithoutItsKeyOrItsBegin() throws Exception {
        final Path keys = Files.writeString(directory.resolve("journal.keys"), "journal - 1 = " + "ab".repeat(32) + "\n");
        Files.setPosixFilePermissions(keys, PosixFilePermissions.fromString("rw-------"));
        for (int start = 0; start < 2; start++) {
            final SwitchProcess recorded = serve("recorded", "--set", "journal.key-file=" + keys);
            try {
                final int port = recorded.awaitPort();
                if (start == 0) {
                    try (DaybreakClient operator = client(port, "OPERATOR")) {
                        put(operator);
                    }
                }
                try (DaybreakClient alpha = client(port, "ALPHA")) {
                    assertThat(alpha.transfer(Transfer.of(alpha.nextId(), 1, SHOP, 5, LEDGER, 1)).isApplied()).isTrue();
                }
                assertThat(recorded.terminate()).isZero();
            } finally {
                recorded.kill();
            }
        }
        final Path journal = directory.resolve("recorded");
        assertThat(replay("no-key", 1, secrets(), journal.toString(), "--speed", "1")).isEqualTo(64);
        assertThat(text("no-key")).contains("is encrypted with journal key 1, and no key was given").doesNotContain("\tat ");
        Files.writeString(keys, "journal - 1 = " + "ac".repeat(32) + "\n");
        assertThat(replay("other-key", 1, secrets(), journal.toString(), "--speed", "1", "--journal-key-file", keys.toString())).isEqualTo(64);
        assertThat(text("other-key")).contains("with another key of the number 1").doesNotContain("\tat ");
        Files.writeString(keys, "journal - 1 = " + "ab".repeat(32) + "\n");
        final SwitchProcess fresh = serve("fresh");
        try {
            assertThat(replay("with-key", fresh.awaitPort(), secrets(), journal.toString(), "--speed", "max", "--journal-key-file", keys.toString()))
                .as(text("with-key")).isZero();
        } finally {
            fresh.kill();
        }
        final Path queue = journal.resolve("journal/queue");
        try (Stream<Path> files = Files.list(queue)) {
            Files.delete(files.filter(file -> file.toString().endsWith(".cq4")).sorted().findFirst().orElseThrow());
        }
        assertThat(replay("released", 1, secrets(), journal.toString(), "--speed", "1", "--journal-key-file", keys.toString())).isEqualTo(64);
        assertThat(text("released")).contains("what was before has been released").contains("snapshot").doesNotContain("\tat ");
    }

    /** The mix of a run, too, against a real switch: each of its kinds, proved. */
    @Test
    void shouldAssumeTheSetUpOfADemo() throws Exception {
        final SwitchProcess recorded = SwitchProcess.server(List.of(), directory, directory.resolve("demo"), 0, "--demo-wallets", "50");
        try {
            final SwitchProcess load = SwitchProcess.loadTest(directory, "load", "run", "--port", Integer.toString(recorded.awaitPort()), "--secret-file",
                directory.resolve("demo/demo.secret").toString(), "--rate", "2000", "--duration", "1s", "--warmup", "0s", "--accounts", "50", "--mix",
                "transfer=55,pending+post=25,pending+void=10,balance=10");
            assertThat(load.awaitExit()).as(load.output()).isZero();
            assertThat(load.output()).contains("PROVED").contains("mix          transfer=55,pending+post=25,pending+void=10,balance=10");
            final SwitchProcess fast = SwitchProcess.loadTest(directory, "fast", "run", "--port", Integer.toString(recorded.awaitPort()), "--secret-file",
                directory.resolve("demo/demo.secret").toString(), "--rate", "max", "--duration", "500ms", "--warmup", "0s", "--accounts", "50", "--amount-to", "1",
                "--mix", "pending+post=1,pending+void=1");
            assertThat(fast.awaitExit()).as(fast.output()).isZero();
            // The recorded switch goes on: a journal is read beside it.
            final SwitchProcess fresh = SwitchProcess.server(List.of(), directory, directory.resolve("fresh"), 0, "--demo-wallets", "50");
            try {
                final Path secretFile = directory.resolve("fresh/demo.secret");
                final int port = fresh.awaitPort();
                assertThat(replay("demo", port, secretFile, directory.resolve("demo").toString(), "--speed", "10")).as(text("demo")).isZero();
                assertThat(text("demo")).contains("assumed as in the recording").contains("50 PutWallet (operators')");
                final JsonNode series = json("demo").path("latency_us");
                assertThat(series.path("p99").asDouble()).isPositive();
                final Credentials acquirer = SecretFile.credentials(secretFile, "ACQ001");
                try (DaybreakClient client = DaybreakClient.builder().address("127.0.0.1", port).credentials(acquirer).connect()) {
                    assertThat(client.lookupAccounts(1).accounts().get(0).debitsPosted()).isPositive();
                }
            } finally {
                fresh.kill();
            }
        } finally {
            recorded.kill();
        }
    }
}
