package io.daybreak.loadtest.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.daybreak.client.Credentials;
import io.daybreak.client.DaybreakClient;
import io.daybreak.loadtest.simulator.BareSwitch;
import io.daybreak.loadtest.simulator.BareSwitch.Fault;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;

/** The payer writes down what it must, and the auditor sees what is wrong. */
@Timeout(60)
class CrashTest {
    private static final Credentials CREDENTIALS = new Credentials("ACQ001", new byte[32]);

    @TempDir
    private Path directory;

    private Path log() {
        return directory.resolve("ack.log");
    }

    private CrashPayer.Summary pay(final BareSwitch bare) throws Exception {
        return new CrashPayer(new CrashPayer.Settings("127.0.0.1", bare.port(), CREDENTIALS, log(), 20_000, 2, 5, 5_000,
            Duration.ofMillis(400), Duration.ofSeconds(10), 1, 200, 100_001, 20, 1, 100, 1, 1)).run();
    }

    private CrashAudit.Report audit(final BareSwitch bare) throws Exception {
        try (DaybreakClient client = DaybreakClient.builder().address("127.0.0.1", bare.port()).credentials(CREDENTIALS).connect()) {
            return CrashAudit.audit(log(), client, client);
        }
    }

    @Test
    void shouldAcknowledgeEverythingOnceAlthoughConnectionsBreak() throws Exception {
        try (BareSwitch bare = new BareSwitch(0, CREDENTIALS, true, Fault.DROP, 1_500)) {
            final CrashPayer.Summary summary = pay(bare);
            assertThat(summary.sent()).isPositive().isEqualTo(summary.applied());
            assertThat(summary.unanswered()).isZero();
            assertThat(summary.reconnects()).isPositive();
            final CrashAudit.Report report = audit(bare);
            assertThat(report.findings()).isEmpty();
            assertThat(report.isClean()).isTrue();
            assertThat(report.acknowledged()).isEqualTo(summary.sent());
            assertThat(report.accounts()).isEqualTo(220);
        }
    }

    @Test
    void shouldGoOnWithTheSameLog() throws Exception {
        try (BareSwitch bare = new BareSwitch(0, CREDENTIALS, true, Fault.NONE, 1)) {
            final long first = pay(bare).sent();
            final long second = pay(bare).sent();
            final CrashAudit.Report report = audit(bare);
            assertThat(report.isClean()).isTrue();
            assertThat(report.sent()).isEqualTo(first + second);
        }
    }

    @Test
    void shouldSeeThatAnAcknowledgedTransferIsGone() throws Exception {
        try (BareSwitch bare = new BareSwitch(0, CREDENTIALS, true, Fault.NONE, 1)) {
            pay(bare);
        }
        try (BareSwitch another = new BareSwitch(0, CREDENTIALS, true, Fault.NONE, 1)) {
            final CrashAudit.Report report = audit(another);
            assertThat(report.isClean()).isFalse();
            assertThat(report.findings().get(0)).contains("was acknowledged OK", "now it is UNKNOWN");
        }
    }

    @Test
    void shouldSeeThatMoneyMovedTwice() throws Exception {
        try (BareSwitch bare = new BareSwitch(0, CREDENTIALS, true, Fault.DOUBLE, 2_000)) {
            pay(bare);
            assertThat(audit(bare).findings()).isNotEmpty().allMatch(line -> line.startsWith("account "));
        }
    }

    @Test
    void shouldSeeThatASequenceWasGivenTwice() throws Exception {
        try (BareSwitch bare = new BareSwitch(0, CREDENTIALS, true, Fault.NONE, 1)) {
            pay(bare);
            // The last two records are answers: the last one now claims the sequence of the one before.
            try (FileChannel file = FileChannel.open(log(), StandardOpenOption.READ, StandardOpenOption.WRITE)) {
                final ByteBuffer sequence = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
                file.read(sequence, file.size() - 2 * AckLog.RECORD_BYTES + 48);
                file.write(sequence.flip(), file.size() - AckLog.RECORD_BYTES + 48);
            }
            assertThat(audit(bare).findings()).anyMatch(line -> line.contains("was acknowledged for two transfers"));
        }
    }

    @Test
    void shouldLeaveOutATornRecordAndCutItBeforeGoingOn() throws Exception {
        try (BareSwitch bare = new BareSwitch(0, CREDENTIALS, true, Fault.NONE, 1)) {
            final long first = pay(bare).sent();
            Files.write(log(), new byte[] {2, 0, 0, 0, 9}, StandardOpenOption.APPEND);
            assertThat(audit(bare).isClean()).isTrue();
            final long second = pay(bare).sent();
            final CrashAudit.Report report = audit(bare);
            assertThat(report.isClean()).isTrue();
            assertThat(report.sent()).isEqualTo(first + second);
        }
    }
}
