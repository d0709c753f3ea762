package io.daybreak.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.daybreak.protocol.Result;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/** Ids, clock, secrets, proofs, decisions. */
class SmallPartsTest {
    private static final String SECRET = "0123456789abcdef".repeat(4);

    @TempDir
    private Path directory;

    // ----- ids -----

    @Test
    void shouldCarryTheTimeInTheFirstBits() {
        final TransferId id = new TransferIdMinter(() -> 0x0123_4567_89ABL, 1).next();
        assertThat(id.timeMs()).isEqualTo(0x0123_4567_89ABL);
        assertThat(id.toString()).startsWith("0123456789ab").hasSize(32);
        assertThat(TransferId.parse(id.toString())).isEqualTo(id);
    }

    @Test
    void shouldRiseStrictlyAlsoWhenTheClockStepsBack() {
        final AtomicLong clock = new AtomicLong(1_000);
        final TransferIdMinter minter = new TransferIdMinter(clock::get, 2);
        TransferId last = TransferId.NONE;
        for (int i = 0; i < 10_000; i++) {
            clock.set(1_000 + (i % 7 == 0 ? -500 : i / 10));
            final TransferId next = minter.next();
            assertThat(next).isGreaterThan(last);
            last = next;
        }
        assertThat(last.timeMs()).isEqualTo(1_999);
    }

    @Test
    void shouldCountOnFromTheLowerHalfIntoTheUpper() {
        final AtomicLong clock = new AtomicLong(5);
        final TransferIdMinter minter = new TransferIdMinter(clock::get, 3);
        final TransferId first = minter.next();
        final TransferId second = minter.next();
        assertThat(second.lo()).isEqualTo(first.lo() + 1);
        assertThat(second.hi()).isEqualTo(first.hi());
    }

    @Test
    void shouldMintOtherIdsThanAnotherMinterOfTheSameMillisecond() {
        assertThat(new TransferIdMinter(() -> 7L).next()).isNotEqualTo(new TransferIdMinter(() -> 7L).next());
    }

    @Test
    void shouldOrderIdsAsUnsignedNumbers() {
        assertThat(new TransferId(-1, 0)).isGreaterThan(new TransferId(1, 0));
        assertThat(new TransferId(1, -1)).isGreaterThan(new TransferId(1, 1));
        assertThatThrownBy(() -> TransferId.parse("12")).isInstanceOf(IllegalArgumentException.class);
    }

    // ----- clock -----

    @Test
    void shouldFollowTheServersTimeByTheMonotonicClock() {
        final AtomicLong nanos = new AtomicLong(-5_000_000_000L);
        final ServerClock clock = new ServerClock(nanos::get, 100);
        nanos.addAndGet(1_999_999);
        assertThat(clock.timeMs()).isEqualTo(101);
        clock.onServerTime(50);
        nanos.addAndGet(3_000_000);
        assertThat(clock.timeMs()).isEqualTo(53);
    }

    // ----- secrets -----

    private Path secretFile(final String text, final String mode) throws IOException {
        final Path file = directory.resolve("secrets");
        Files.writeString(file, text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
        return file;
    }

    @Test
    void shouldReadSecretsByCode() throws IOException {
        final Path file = secretFile("# operator first\n\nOPERATOR=" + SECRET + "\n ACQ001 = " + "ff".repeat(32) + " \n", "rw-------");
        assertThat(SecretFile.read(file)).containsOnlyKeys("OPERATOR", "ACQ001");
        assertThat(SecretFile.credentials(file, "OPERATOR").secret()).isEqualTo(HexFormat.of().parseHex(SECRET));
        assertThatThrownBy(() -> SecretFile.credentials(file, "ACQ002")).isInstanceOf(IOException.class)
            .hasMessageContaining("no secret for participant ACQ002");
    }

    @ParameterizedTest
    @ValueSource(strings = {"rw-r-----", "rw----r--", "rw--w----", "rwxrwxrwx"})
    void shouldRefuseAFileThatOthersCanAccess(final String mode) throws IOException {
        final Path file = secretFile("ACQ001=" + SECRET, mode);
        assertThatThrownBy(() -> SecretFile.read(file)).isInstanceOf(IOException.class).hasMessageContaining("chmod 600");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ACQ001", "=00", "ACQ001=12", "ACQ001=zz", "A CODE=00", "A-CODE-OF-SEVENTEEN=00"})
    void shouldNameTheLineButNeverTheSecret(final String line) throws IOException {
        final Path file = secretFile("# first\n" + line + SECRET + "00\n", "rw-------");
        assertThatThrownBy(() -> SecretFile.read(file)).isInstanceOf(IOException.class).hasMessageContaining("line 2")
            .hasMessageNotContaining(SECRET);
    }

    @Test
    void shouldRefuseASecondSecretForACodeAndAMissingFile() throws IOException {
        final Path file = secretFile("A=" + SECRET + "\nA=" + SECRET, "rw-------");
        assertThatThrownBy(() -> SecretFile.read(file)).hasMessageContaining("second secret for A");
        assertThatThrownBy(() -> SecretFile.read(directory.resolve("none"))).isInstanceOf(IOException.class)
            .hasMessageContaining("none");
    }

    @Test
    void shouldPreferTheFileNamedThenTheEnvironmentThenTheDefault() throws IOException {
        final Path file = secretFile("A=" + SECRET, "rw-------");
        final Map<String, String> environment = Map.of("DAYBREAK_SECRET", "ee".repeat(32));
        assertThat(SecretFile.find("A", file, environment, directory).secret()[0]).isEqualTo((byte) 0x01);
        assertThat(SecretFile.find("A", null, environment, directory).secret()[0]).isEqualTo((byte) 0xee);
        assertThat(SecretFile.find("A", null, Map.of(), file).secret()[0]).isEqualTo((byte) 0x01);
        assertThatThrownBy(() -> SecretFile.find("A", null, Map.of("DAYBREAK_SECRET", "xyzzy"), file)).isInstanceOf(IOException.class)
            .hasMessageNotContaining("xyzzy");
    }

    @Test
    void shouldNotShowTheSecret() {
        assertThat(Credentials.ofHex("ACQ001", SECRET).toString()).isEqualTo("Credentials[ACQ001]");
        assertThatThrownBy(() -> Credentials.ofHex("ACQ001", "nonsense")).hasMessageNotContaining("nonsense");
        assertThatThrownBy(() -> new Credentials("", new byte[32])).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Credentials("A", new byte[31])).isInstanceOf(IllegalArgumentException.class);
        assertThatCode(() -> new Credentials("SIXTEEN-LETTERS!", new byte[32])).doesNotThrowAnyException();
    }

    // ----- proofs -----

    /** The values were computed with another implementation (Python's hmac), from the sentence in the protocol's document. */
    @Test
    void shouldProveAsTheProtocolSays() {
        final byte[] secret = new byte[32];
        for (int i = 0; i < 32; i++) {
            secret[i] = (byte) i;
        }
        final byte[] code = new Credentials("ACQ001", secret).codeBytes();
        final byte[] clientNonce = new byte[32];
        Arrays.fill(clientNonce, (byte) 0x11);
        final byte[] serverNonce = new byte[32];
        Arrays.fill(serverNonce, (byte) 0x22);
        assertThat(code).isEqualTo("ACQ001\0\0\0\0\0\0\0\0\0\0".getBytes(StandardCharsets.US_ASCII));
        assertThat(HexFormat.of().formatHex(SessionProof.ofClient(secret, code, clientNonce, serverNonce))).isEqualTo("7691afb24d3c2cacc2acab2589c5d815cfa946b937764acb44a5ad96ea05bc0a");
        assertThat(HexFormat.of().formatHex(SessionProof.ofServer(secret, code, clientNonce, serverNonce))).isEqualTo("e9981c053b4ef43e3ad57ce1793632d0895ef9da2e2b0865ea7507754af2cf65");
    }

    // ----- decisions -----

    @ParameterizedTest
    @CsvSource({"0, APPLIED", "1, NOT_DECIDED", "37, NOT_DECIDED", "35, EXPIRED", "48, NOT_DECIDED", "64, REFUSED", "91, REFUSED",
        "128, REFUSED"})
    void shouldTellWhatAResultMeansForTheSender(final int result, final Decision decision) {
        assertThat(Decision.of(result)).isEqualTo(decision);
        assertThat(new Outcome(decision, result, 0, 0, 0, false).resultName()).isEqualTo(Result.name(result));
    }
}
