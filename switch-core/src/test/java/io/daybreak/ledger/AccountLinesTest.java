package io.daybreak.ledger;

import io.daybreak.memory.CollectedSlabs;
import io.daybreak.memory.UndoLog;
import io.daybreak.state.StateReader;
import io.daybreak.state.StateWriter;
import org.agrona.UnsafeApi;
import org.junit.jupiter.api.Test;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;

import static org.assertj.core.api.Assertions.assertThat;

/** Lines of accounts, against a map that is told where they go. */
class AccountLinesTest {
    private static final int MARK = 56;

    private final Map<Long, Long> where = new HashMap<>();
    private final AccountLines lines =
        new AccountLines(new CollectedSlabs(), address -> where.put(UnsafeApi.getLong(address), address));

    private void add(final long id) {
        final long address = lines.add(id, AccountLines.hash(id));
        assertThat(UnsafeApi.getLong(address + MARK)).isZero();
        UnsafeApi.putLong(address + MARK, ~id);
        where.put(id, address);
    }

    @Test
    void shouldFindEveryLineWhereItWasToldToBeAndWhole() {
        final SplittableRandom random = new SplittableRandom(1);
        for (int i = 1; i <= 50_000; i++) {
            add(i);
            add(random.nextLong() | Long.MIN_VALUE);
        }
        where.forEach((id, address) -> {
            assertThat(lines.find(id, AccountLines.hash(id))).isEqualTo(address);
            assertThat(UnsafeApi.getLong(address + MARK)).isEqualTo(~id);
        });
        final long[] seen = new long[1];
        lines.forEach(address -> {
            assertThat(where.get(UnsafeApi.getLong(address))).isEqualTo(address);
            seen[0]++;
        });
        assertThat(seen[0]).isEqualTo(where.size());
    }

    @Test
    void shouldLeadFromTheFirstLineToTheAccountAsFindDoes() {
        for (int i = 1; i <= 20_000; i++) {
            add(i);
        }
        where.forEach((id, address) -> {
            long line = lines.first(AccountLines.hash(id));
            while (line != address) {
                assertThat(UnsafeApi.getLong(line)).isNotZero().isNotEqualTo(id);
                line = AccountLines.nextAddress(line);
            }
        });
    }

    @Test
    void shouldNotFindWhatIsNotThere() {
        assertThat(lines.find(7, AccountLines.hash(7))).isEqualTo(AccountLines.NOT_FOUND);
        for (int i = 1; i <= 1_000; i++) {
            add(i);
        }
        for (long id = 1_001; id <= 3_000; id++) {
            assertThat(lines.find(id, AccountLines.hash(id))).isEqualTo(AccountLines.NOT_FOUND);
        }
        // What a free line has for an id: no account's, and asked for by a post that leaves its account open.
        assertThat(lines.find(0, AccountLines.hash(0))).isEqualTo(AccountLines.NOT_FOUND);
    }

    /** A directory of many segments of different depths, read into a table whose lines lie elsewhere. */
    @Test
    void shouldLieAlikeInATableReadFromAnImage() {
        for (final int accounts : new int[] {0, 1, 1_000, 60_000}) {
            final AccountTable written = new AccountTable(new CollectedSlabs(), new UndoLog());
            for (int i = 1; i <= accounts; i++) {
                written.add(i * 7_919L, 1, i & 0xFF, 0, i, 0, 0, i);
            }
            final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            new StateWriter(buffer -> {
                while (buffer.hasRemaining()) {
                    bytes.write(buffer.get());
                }
            }).section("accounts", 1, written);
            final ByteBuffer left = ByteBuffer.wrap(bytes.toByteArray());
            final AccountTable read = new AccountTable(new CollectedSlabs(), new UndoLog());
            new StateReader(buffer -> {
                while (buffer.hasRemaining() && left.hasRemaining()) {
                    buffer.put(left.get());
                }
                return !buffer.hasRemaining();
            }).section("accounts", 1, read);
            assertThat(read.computeDigest()).isEqualTo(written.digest()).isEqualTo(read.digest());
            for (int i = 1; i <= accounts; i++) {
                final long line = read.find(i * 7_919L);
                assertThat(read.address(i - 1)).isEqualTo(line);
                assertThat(AccountTable.code(line)).isEqualTo(i & 0xFF);
            }
            // It grows on as the other one does.
            for (int i = accounts + 1; i <= accounts + 5_000; i++) {
                written.add(i * 7_919L, 1, 1, 0, 0, 0, 0, i);
                read.add(i * 7_919L, 1, 1, 0, 0, 0, 0, i);
            }
            assertThat(read.computeDigest()).isEqualTo(written.computeDigest());
        }
    }
}
