package io.daybreak.machine;

import com.sun.management.ThreadMXBean;
import io.daybreak.model.AccountCommand;
import io.daybreak.model.Command;
import io.daybreak.model.ConfigureCommand;
import io.daybreak.model.ParticipantCommand;
import io.daybreak.model.RecordCommand;
import io.daybreak.protocol.CardStatus;
import io.daybreak.protocol.Participants;
import io.daybreak.protocol.Result;
import io.daybreak.protocol.codec.PutCardEncoder;
import io.daybreak.protocol.codec.QueryReferenceEncoder;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;

import static io.daybreak.machine.Town.OPERATOR;
import static io.daybreak.model.RecordCommand.card;
import static io.daybreak.model.RecordCommand.configurePayments;
import static io.daybreak.model.RecordCommand.cutOver;
import static io.daybreak.model.RecordCommand.dayGroup;
import static io.daybreak.model.RecordCommand.fee;
import static io.daybreak.model.RecordCommand.institution;
import static io.daybreak.model.RecordCommand.merchant;
import static io.daybreak.model.RecordCommand.terminal;
import static io.daybreak.model.RecordCommand.tier;
import static io.daybreak.model.RecordCommand.tokenKey;
import static io.daybreak.model.RecordCommand.wallet;
import static io.daybreak.model.RecordCommand.zone;
import static org.assertj.core.api.Assertions.assertThat;

/** Records replay to the same digest at every entry, are told as what puts them again, and cost no garbage. */
class RecordReplayTest {
    private static final long SEED = 80;
    private static final int[] KINDS = {81, 82, 83, 84, 85, 86, 87, 88, 89, 96};
    private static final String[] ZONES = {"UTC", "Europe/Paris", "America/New_York", "Asia/Kathmandu"};

    private static String id(final char first, final int length, final int number) {
        return first + String.format("%0" + (length - 1) + "d", number);
    }

    /** A record of any kind, often one that is refused, or is there already, or removes what is there. */
    private static RecordCommand any(final SplittableRandom random, final Instant now) {
        final int status = 1 + random.nextInt(3);
        final int small = random.nextInt(6);
        return switch (random.nextInt(13)) {
            case 0 -> institution(e -> e.institution(1 + small).status(status).rights(random.nextInt(32)).dayGroup(random.nextInt(4)));
            case 1 -> wallet(e -> e.walletId(small).tierId(random.nextInt(4)).zoneId(random.nextInt(4)).status(status));
            case 2 -> card(1 + random.nextInt(40), e -> e.walletId(small).status(1 + random.nextInt(4)).flags(random.nextInt(2)));
            case 3 -> merchant(id('M', 15, small), e -> e.institution(random.nextInt(4)).billerNumber(random.nextInt(5)).status(status));
            case 4 -> terminal(id('T', 8, random.nextInt(40)), e -> e.institution(random.nextInt(4)).status(status));
            case 5 -> tier(random.nextInt(7), e -> e.tierId(1 + random.nextInt(3)).perDayMinor(random.nextInt(1_000)).status((short) status));
            case 6 -> fee(e -> e.institution(random.nextInt(4)).mcc(random.nextInt(3)).basisPoints(random.nextInt(100)).status(status));
            case 7 -> zone(1 + random.nextInt(3), ZoneId.of(ZONES[random.nextInt(ZONES.length)]), now, e -> e.status(random.nextInt(5) == 0 ? 3 : 1));
            case 8 -> dayGroup(e -> e.dayGroup(1 + random.nextInt(3)).zoneId(random.nextInt(4)).cutOverMinute(random.nextInt(24) * 60).status(status));
            case 9 -> cutOver(e -> e.dayGroup(1 + random.nextInt(3)));
            case 10 -> tokenKey(1 + random.nextInt(200), e -> e.purpose(2).checkValue(5));
            case 11 -> configurePayments(e -> e.cardCapacity(20 + random.nextInt(20)).identityWindowMs(1 + random.nextInt(3)));
            default -> card(1 + random.nextInt(40), e -> e.walletId(small));
        };
    }

    private static void prepare(final io.daybreak.model.Ledger ledger) {
        final List<Command> commands = new ArrayList<>(List.of(ConfigureCommand.roomy(), ParticipantCommand.operator(OPERATOR, "OPERATOR"),
            configurePayments()));
        for (long account = RecordCommand.ACCOUNT; account <= RecordCommand.FEES; account++) {
            commands.add(AccountCommand.account(account).ledger(RecordCommand.CNY));
        }
        commands.add(ParticipantCommand.participant(2, "PAYER"));
        commands.forEach(command -> assertThat(ledger.apply(Participants.SYSTEM, command).result()).isZero());
    }

    @Test
    void shouldReplayToSameStateAndTellWhatPutsItAgain() {
        try (MachineRig rig = new MachineRig(); MachineRig other = new MachineRig()) {
            final JournalTape tape = new JournalTape(rig);
            final SplittableRandom random = new SplittableRandom(SEED);
            final TreeMap<Integer, Integer> results = new TreeMap<>();
            long nowNs = Town.START_NS;
            tape.beginEntry(nowNs);
            prepare(tape);
            for (int i = 0; i < 30_000; i++) {
                if (random.nextInt(5) == 0) {
                    nowNs += 1 + random.nextLong(random.nextInt(200) == 0 ? 40 * 3_600_000_000_000L : 1_000_000_000L);
                    tape.beginEntry(nowNs);
                }
                final RecordCommand command = any(random, Instant.ofEpochSecond(nowNs / 1_000_000_000L));
                results.merge(tape.apply(OPERATOR, command).result(), 1, Integer::sum);
                if (i % 1_000 == 0) {
                    assertThat(rig.machine.computeDigest()).as("seed %d, command %d", SEED, i).isEqualTo(rig.machine.digest());
                }
            }
            tape.end();
            assertThat(results).containsKeys(Result.OK, Result.RECORD_CAPACITY_REACHED, Result.RECORD_INVALID, Result.RECORD_NOT_FOUND,
                Result.RECORD_NAMES_AN_UNKNOWN_RECORD, Result.LIMIT_OUT_OF_RANGE);
            assertThat(results.get(Result.OK)).isGreaterThan(5_000);
            final StateMachine replayed = tape.replay();
            assertThat(replayed.digest()).isEqualTo(tape.lastDigest()).isEqualTo(replayed.computeDigest());
            assertThat(replayed.nextDeadlineNs()).isEqualTo(rig.machine.nextDeadlineNs());
            putAgain(rig, other, nowNs);
        }
    }

    /** Another switch that is given the records, in the order of what names what, tells the same. */
    private static void putAgain(final MachineRig rig, final MachineRig other, final long nowNs) {
        // A removed record that others name would be refused there; it is put back first.
        final List<RecordCommand> back = new ArrayList<>();
        for (int i = 1; i <= 3; i++) {
            final int number = i;
            back.add(zone(number, ZoneId.of("UTC"), Instant.EPOCH, RecordCommand.unchanged()));
            back.add(dayGroup(e -> e.dayGroup(number)));
            back.add(tier(0, e -> e.tierId(number)));
        }
        for (int i = 1; i <= 6; i++) {
            final int number = i;
            back.add(institution(e -> e.institution(number)));
            back.add(wallet(e -> e.walletId(number).zoneId(0)));
        }
        for (int i = 0; i < 6; i++) {
            back.add(merchant(id('M', 15, i), RecordCommand.unchanged()));
        }
        back.forEach(command -> assertThat(Result.name(rig.apply(OPERATOR, command).result())).as(command.toString()).isEqualTo("OK"));
        other.beginEntry(nowNs);
        prepare(other);
        for (final int kind : new int[] {96, 88, 89, 86, 81, 82, 83, 84, 85, 87}) {
            rig.reference(kind).forEach(record ->
                assertThat(Result.name(other.apply(OPERATOR, record).result())).as(record.toString()).isEqualTo("OK"));
        }
        for (final int kind : KINDS) {
            assertThat(rig.reference(kind)).as("kind " + kind).isNotEmpty();
            assertThat(other.reference(kind)).as("kind " + kind).containsExactlyInAnyOrderElementsOf(rig.reference(kind));
            for (final int pageSize : new int[] {1, 3, 127}) {
                assertThat(rig.reference(OPERATOR, kind, pageSize)).isEqualTo(rig.reference(kind));
            }
        }
    }

    @Test
    void shouldTellParticipantsGrantsAndAccounts() {
        try (Town town = Town.settled()) {
            assertThat(town.rig.reference(32)).hasSize(5)
                .contains(new RecordCommand(32, body(ParticipantCommand.operator(OPERATOR, "OPERATOR"))));
            assertThat(town.rig.reference(33)).hasSize(2);
            assertThat(town.rig.reference(17)).hasSize(16);
            assertThat(town.rig.reference(OPERATOR, 17, 5)).isEqualTo(town.rig.reference(17));
            assertThat(town.rig.reference(Town.SYSTEM, 33, 1)).isEqualTo(town.rig.reference(33));
        }
    }

    /** With the correlation id of an answer. */
    private static byte[] body(final Command command) {
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[512]);
        final int length = command.encode(buffer, 0);
        buffer.putLong(0, 0);
        final byte[] body = new byte[length];
        buffer.getBytes(0, body);
        return body;
    }

    @Test
    void shouldRefuseQueriesThatAskForNothing() {
        try (Town town = RecordRulesTest.settled()) {
            for (final int kind : new int[] {0, 16, 34, 80, 90, 128, 255, 256, 65_535}) {
                assertThat(town.rig.referenceResult(OPERATOR, kind, 0, 1, 0)).as("kind %d", kind).isEqualTo(Result.MALFORMED_COMMAND);
            }
            assertThat(town.rig.referenceResult(OPERATOR, 82, 0, 0, 0)).isEqualTo(Result.MALFORMED_COMMAND);
            assertThat(town.rig.referenceResult(OPERATOR, 82, 0, 129, 0)).isEqualTo(Result.MALFORMED_COMMAND);
            assertThat(town.rig.referenceResult(OPERATOR, 82, 0, 1, 1)).isEqualTo(Result.RESERVED_MUST_BE_ZERO);
            assertThat(town.rig.referenceResult(Town.PAYER, 82, 0, 1, 0)).isEqualTo(Result.NOT_GRANTED);
            assertThat(town.rig.referenceResult(Town.UNKNOWN_PARTICIPANT, 82, 0, 1, 0)).isEqualTo(Result.NOT_GRANTED);
            for (final long cursor : new long[] {-1, 1, 2, Long.MAX_VALUE, Long.MIN_VALUE, 1L << 32}) {
                assertThat(town.rig.referenceResult(OPERATOR, 82, cursor, 1, 0)).isZero();
            }
        }
    }

    /** Pages of every kind fit into what a publisher lends, however long the records. */
    @Test
    void shouldFillPagesOfTheLongestRecords() {
        try (Town town = RecordRulesTest.settled()) {
            for (int i = 1; i <= 300; i++) {
                town.ok(OPERATOR, zone(i, ZoneId.of("Europe/Paris"), Instant.ofEpochSecond(Town.START_NS / 1_000_000_000L), RecordCommand.unchanged()));
            }
            assertThat(town.rig.reference(88)).hasSize(300);
        }
    }

    @Test
    void shouldAllocateNothingWhenCardsArePutAndAskedFor() {
        try (Town town = RecordRulesTest.settled()) {
            final UnsafeBuffer buffer = new UnsafeBuffer(ByteBuffer.allocateDirect(512));
            final UnsafeBuffer query = new UnsafeBuffer(ByteBuffer.allocateDirect(64));
            final UnsafeBuffer answer = new UnsafeBuffer(ByteBuffer.allocateDirect(24 * 1024));
            card(1, RecordCommand.unchanged()).encode(buffer, 0);
            new QueryReferenceEncoder().wrap(query, 0).correlationId(1).cursor(0).kind(83).pageSize(5).reserved(0);
            final Outcome outcome = new Outcome();
            putCards(town, buffer, query, answer, outcome, 60_000);
            final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
            threads.getCurrentThreadAllocatedBytes();
            final long before = threads.getCurrentThreadAllocatedBytes();
            putCards(town, buffer, query, answer, outcome, 100_000);
            assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(16 * 1024);
        }
    }

    private static void putCards(final Town town, final UnsafeBuffer buffer, final UnsafeBuffer query, final UnsafeBuffer answer,
                                 final Outcome outcome, final int rounds) {
        for (int i = 0; i < rounds; i++) {
            buffer.putLong(PutCardEncoder.tokenEncodingOffset() + 8, 1 + i % 50);
            buffer.putShort(PutCardEncoder.statusEncodingOffset(), (short) (i / 50 % 2 == 0 ? CardStatus.LOST : CardStatus.REMOVED));
            town.rig.machine.apply(PutCardEncoder.TEMPLATE_ID, OPERATOR, buffer, 0, PutCardEncoder.BLOCK_LENGTH, outcome);
            if (outcome.result != Result.OK) {
                throw new AssertionError(Result.name(outcome.result));
            }
            town.rig.machine.query(QueryReferenceEncoder.TEMPLATE_ID, OPERATOR, query, 0, QueryReferenceEncoder.BLOCK_LENGTH, answer, 0);
        }
    }
}
