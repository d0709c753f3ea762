package io.daybreak.machine;

import io.daybreak.model.AccountCommand;
import io.daybreak.model.Answer;
import io.daybreak.model.Command;
import io.daybreak.model.RecordCommand;
import io.daybreak.protocol.CardStatus;
import io.daybreak.protocol.RecordStatus;
import io.daybreak.protocol.Result;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.ArrayList;
import java.util.List;

import static io.daybreak.machine.Town.OPERATOR;
import static io.daybreak.machine.Town.PAYER;
import static io.daybreak.machine.Town.SYSTEM;
import static io.daybreak.model.RecordCommand.CNY;
import static io.daybreak.model.RecordCommand.MERCHANT;
import static io.daybreak.model.RecordCommand.NO_LIMIT;
import static io.daybreak.model.RecordCommand.TERMINAL;
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
import static io.daybreak.model.RecordCommand.unchanged;
import static io.daybreak.model.RecordCommand.wallet;
import static io.daybreak.model.RecordCommand.zone;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

/** Records of payments: what is in order, what is refused and by which code, and that putting twice is putting once. */
class RecordRulesTest {
    private static final long EURO_ACCOUNT = 601;
    private static final String OTHER_MERCHANT = "M00000000000002";

    /** A record of every kind, in an order in which each finds what it names. */
    static List<RecordCommand> records() {
        return List.of(
            tokenKey(1, unchanged()),
            zone(unchanged()),
            dayGroup(unchanged()),
            tier(0, unchanged()),
            tier(3, e -> e.perDayMinor(1_000)),
            institution(unchanged()),
            wallet(unchanged()),
            card(1, unchanged()),
            merchant(MERCHANT, e -> e.billerNumber(5_000)),
            terminal(TERMINAL, unchanged()),
            fee(unchanged()),
            fee(e -> e.institution(RecordCommand.INSTITUTION).mcc(5_411).basisPoints(40)));
    }

    static Town settled() {
        final Town town = Town.empty().people();
        for (final long account : List.of(RecordCommand.ACCOUNT, RecordCommand.MERCHANT_ACCOUNT, RecordCommand.SETTLEMENT,
            RecordCommand.EXCEPTIONS, RecordCommand.FEES)) {
            town.ok(OPERATOR, AccountCommand.account(account).ledger(CNY));
        }
        town.ok(OPERATOR, AccountCommand.account(EURO_ACCOUNT).ledger(978));
        town.ok(SYSTEM, configurePayments());
        records().forEach(record -> town.ok(OPERATOR, record));
        return town;
    }

    static List<Arguments> rows() {
        final List<Arguments> rows = new ArrayList<>();
        rows.addAll(configuration());
        rows.addAll(acquirers());
        rows.addAll(holders());
        rows.addAll(calendar());
        return rows;
    }

    private static List<Arguments> configuration() {
        return List.of(
            arguments("bounds by another", PAYER, configurePayments(e -> e.cardCapacity(9)), Result.NOT_GRANTED),
            arguments("too few payments", OPERATOR, configurePayments(e -> e.paymentCapacity(1_023)), Result.LIMIT_OUT_OF_RANGE),
            arguments("payments beyond a long", OPERATOR, configurePayments(e -> e.paymentCapacity(-1)), Result.LIMIT_OUT_OF_RANGE),
            arguments("all of them reserved", OPERATOR, configurePayments(e -> e.reserveForFinishing(4_096)), Result.LIMIT_OUT_OF_RANGE),
            arguments("no cards", OPERATOR, configurePayments(e -> e.cardCapacity(0)), Result.LIMIT_OUT_OF_RANGE),
            arguments("wallets beyond what usage can hold", OPERATOR, configurePayments(e -> e.walletCapacity((1L << 27) + 1)), Result.LIMIT_OUT_OF_RANGE),
            arguments("no merchants", OPERATOR, configurePayments(e -> e.merchantCapacity(0)), Result.LIMIT_OUT_OF_RANGE),
            arguments("no terminals", OPERATOR, configurePayments(e -> e.terminalCapacity(0)), Result.LIMIT_OUT_OF_RANGE),
            arguments("no requests", OPERATOR, configurePayments(e -> e.issuerRequestCapacity(0)), Result.LIMIT_OUT_OF_RANGE),
            arguments("no store-and-forward", OPERATOR, configurePayments(e -> e.storeAndForwardCapacity(0)), Result.LIMIT_OUT_OF_RANGE),
            arguments("no exceptions", OPERATOR, configurePayments(e -> e.exceptionCapacity(0)), Result.LIMIT_OUT_OF_RANGE),
            arguments("no window of identities", OPERATOR, configurePayments(e -> e.identityWindowMs(0)), Result.LIMIT_OUT_OF_RANGE),
            arguments("a century of refunds", OPERATOR, configurePayments(e -> e.refundWindowMs(36_525L * 86_400_000)), Result.LIMIT_OUT_OF_RANGE),
            arguments("tolerance beyond a long", OPERATOR, configurePayments(e -> e.futureToleranceMs(-1)), Result.LIMIT_OUT_OF_RANGE),
            arguments("other bounds", SYSTEM, configurePayments(e -> e.cardCapacity(5_000)), Result.OK));
    }

    private static List<Arguments> acquirers() {
        return List.of(
            arguments("institution by another", PAYER, institution(e -> e.rights(0)), Result.NOT_GRANTED),
            arguments("institution, reserved", OPERATOR, institution(e -> e.reserved(1)), Result.RESERVED_MUST_BE_ZERO),
            arguments("institution, unknown operation", OPERATOR, institution(e -> e.operations(1L << 14)), Result.RESERVED_MUST_BE_ZERO),
            arguments("institution, operation that nobody has", OPERATOR, institution(e -> e.operations(1)), Result.RESERVED_MUST_BE_ZERO),
            arguments("institution, unknown right", OPERATOR, institution(e -> e.rights(32)), Result.RESERVED_MUST_BE_ZERO),
            arguments("institution 0", OPERATOR, institution(e -> e.institution(0)), Result.RECORD_INVALID),
            arguments("institution of twelve digits", OPERATOR, institution(e -> e.institution(100_000_000_000L)), Result.RECORD_INVALID),
            arguments("institution without status", OPERATOR, institution(e -> e.status(0)), Result.RECORD_INVALID),
            arguments("institution without currency", OPERATOR, institution(e -> e.currency(0)), Result.RECORD_INVALID),
            arguments("institution, cap beyond a long", OPERATOR, institution(e -> e.forcePostCapMinor(-1)), Result.RECORD_INVALID),
            arguments("institution, account of another currency", OPERATOR, institution(e -> e.settlementAccountId(EURO_ACCOUNT)), Result.RECORD_INVALID),
            arguments("institution, other account of another currency", OPERATOR, institution(e -> e.exceptionAccountId(EURO_ACCOUNT)), Result.RECORD_INVALID),
            arguments("institution, unknown account", OPERATOR, institution(e -> e.settlementAccountId(99)), Result.RECORD_NAMES_AN_UNKNOWN_ACCOUNT),
            arguments("institution, no account", OPERATOR, institution(e -> e.exceptionAccountId(0)), Result.RECORD_NAMES_AN_UNKNOWN_ACCOUNT),
            arguments("institution, unknown participant", OPERATOR, institution(e -> e.participantId(77)), Result.RECORD_NAMES_AN_UNKNOWN_RECORD),
            arguments("institution, participant out of range", OPERATOR, institution(e -> e.participantId(65_538)), Result.RECORD_NAMES_AN_UNKNOWN_RECORD),
            arguments("institution, unknown day group", OPERATOR, institution(e -> e.dayGroup(2)), Result.RECORD_NAMES_AN_UNKNOWN_RECORD),
            arguments("institution, day group out of range", OPERATOR, institution(e -> e.dayGroup(65_535)), Result.RECORD_NAMES_AN_UNKNOWN_RECORD),
            arguments("institution, largest number", OPERATOR, institution(e -> e.institution(99_999_999_999L)), Result.OK),

            arguments("merchant by another", PAYER, merchant(MERCHANT, unchanged()), Result.NOT_GRANTED),
            arguments("merchant of sixteen characters", OPERATOR, merchant("M000000000000001", unchanged()), Result.RECORD_INVALID),
            arguments("merchant not padded", OPERATOR, merchant("M1", unchanged()), Result.RECORD_INVALID),
            arguments("merchant of blanks", OPERATOR, merchant(" ".repeat(15), unchanged()), Result.RECORD_INVALID),
            arguments("merchant, category of five digits", OPERATOR, merchant(MERCHANT, e -> e.mcc(10_000)), Result.RECORD_INVALID),
            arguments("merchant without status", OPERATOR, merchant(MERCHANT, e -> e.status(0)), Result.RECORD_INVALID),
            arguments("merchant, unknown status", OPERATOR, merchant(MERCHANT, e -> e.status(4)), Result.RECORD_INVALID),
            arguments("merchant, biller number of another", OPERATOR, merchant(OTHER_MERCHANT, e -> e.billerNumber(5_000)), Result.RECORD_INVALID),
            arguments("merchant, unknown account", OPERATOR, merchant(MERCHANT, e -> e.accountId(99)), Result.RECORD_NAMES_AN_UNKNOWN_ACCOUNT),
            arguments("merchant, unknown acquirer", OPERATOR, merchant(MERCHANT, e -> e.institution(5)), Result.RECORD_NAMES_AN_UNKNOWN_RECORD),
            arguments("merchant with blanks at its end", OPERATOR, merchant("M1             ", unchanged()), Result.OK),

            arguments("terminal by another", PAYER, terminal(TERMINAL, unchanged()), Result.NOT_GRANTED),
            arguments("terminal, reserved", OPERATOR, terminal(TERMINAL, e -> e.reserved1(1)), Result.RESERVED_MUST_BE_ZERO),
            arguments("terminal, reserved too", OPERATOR, terminal(TERMINAL, e -> e.reserved2(1)), Result.RESERVED_MUST_BE_ZERO),
            arguments("terminal not padded", OPERATOR, terminal("T1", unchanged()), Result.RECORD_INVALID),
            arguments("terminal without status", OPERATOR, terminal(TERMINAL, e -> e.status(0)), Result.RECORD_INVALID),
            arguments("terminal, unknown merchant", OPERATOR, terminal(TERMINAL, e -> e.merchant(OTHER_MERCHANT)), Result.RECORD_NAMES_AN_UNKNOWN_RECORD),
            arguments("terminal, unknown acquirer", OPERATOR, terminal(TERMINAL, e -> e.institution(5)), Result.RECORD_NAMES_AN_UNKNOWN_RECORD),
            arguments("terminal of a merchant", OPERATOR, terminal(TERMINAL, e -> e.merchant(MERCHANT)), Result.OK),

            arguments("fee by another", PAYER, fee(unchanged()), Result.NOT_GRANTED),
            arguments("fee, reserved", OPERATOR, fee(e -> e.reserved(1)), Result.RESERVED_MUST_BE_ZERO),
            arguments("fee, unknown flag", OPERATOR, fee(e -> e.flags(2)), Result.RESERVED_MUST_BE_ZERO),
            arguments("fee above the amount", OPERATOR, fee(e -> e.basisPoints(10_001)), Result.RECORD_INVALID),
            arguments("fee, fixed part beyond a long", OPERATOR, fee(e -> e.fixedMinor(-1)), Result.RECORD_INVALID),
            arguments("fee, least above most", OPERATOR, fee(e -> e.minimumMinor(11).maximumMinor(10)), Result.RECORD_INVALID),
            arguments("fee, category of five digits", OPERATOR, fee(e -> e.mcc(10_000)), Result.RECORD_INVALID),
            arguments("fee, currency of four digits", OPERATOR, fee(e -> e.currency(1_000)), Result.RECORD_INVALID),
            arguments("fee, tolerance above all", OPERATOR, fee(e -> e.tolerancePerMille(1_001)), Result.RECORD_INVALID),
            arguments("fee, account of another currency", OPERATOR, fee(e -> e.feeAccountId(EURO_ACCOUNT)), Result.RECORD_INVALID),
            arguments("fee, unknown account", OPERATOR, fee(e -> e.feeAccountId(99)), Result.RECORD_NAMES_AN_UNKNOWN_ACCOUNT),
            arguments("fee, unknown acquirer", OPERATOR, fee(e -> e.institution(5)), Result.RECORD_NAMES_AN_UNKNOWN_RECORD),
            arguments("fee of another currency", OPERATOR, fee(e -> e.currency(978).feeAccountId(EURO_ACCOUNT)), Result.OK));
    }

    private static List<Arguments> holders() {
        return List.of(
            arguments("wallet by another", PAYER, wallet(unchanged()), Result.NOT_GRANTED),
            arguments("wallet, reserved", OPERATOR, wallet(e -> e.reserved(1)), Result.RESERVED_MUST_BE_ZERO),
            arguments("wallet 0", OPERATOR, wallet(e -> e.walletId(0)), Result.RECORD_INVALID),
            arguments("wallet of all ones", OPERATOR, wallet(e -> e.walletId(-1)), Result.RECORD_INVALID),
            arguments("wallet without status", OPERATOR, wallet(e -> e.status(0)), Result.RECORD_INVALID),
            arguments("wallet, account of another currency than its tier", OPERATOR, wallet(e -> e.accountId(EURO_ACCOUNT)), Result.RECORD_INVALID),
            arguments("wallet, unknown account", OPERATOR, wallet(e -> e.accountId(99)), Result.RECORD_NAMES_AN_UNKNOWN_ACCOUNT),
            arguments("wallet, unknown tier", OPERATOR, wallet(e -> e.tierId(4)), Result.RECORD_NAMES_AN_UNKNOWN_RECORD),
            arguments("wallet, tier out of range", OPERATOR, wallet(e -> e.tierId(65_535)), Result.RECORD_NAMES_AN_UNKNOWN_RECORD),
            arguments("wallet, unknown zone", OPERATOR, wallet(e -> e.zoneId(10)), Result.RECORD_NAMES_AN_UNKNOWN_RECORD),
            arguments("wallet, zone out of range", OPERATOR, wallet(e -> e.zoneId(512)), Result.RECORD_NAMES_AN_UNKNOWN_RECORD),
            arguments("wallet without tier and zone", OPERATOR, wallet(e -> e.tierId(0).zoneId(0).accountId(EURO_ACCOUNT)), Result.OK),

            arguments("card by another", PAYER, card(1, unchanged()), Result.NOT_GRANTED),
            arguments("card, reserved", OPERATOR, card(1, e -> e.reserved(1)), Result.RESERVED_MUST_BE_ZERO),
            arguments("card, unknown flag", OPERATOR, card(1, e -> e.flags(2)), Result.RESERVED_MUST_BE_ZERO),
            arguments("card without token", OPERATOR, card(0, unchanged()), Result.RECORD_INVALID),
            arguments("card, BIN of nine digits", OPERATOR, card(1, e -> e.bin(100_000_000)), Result.RECORD_INVALID),
            arguments("card, month 0", OPERATOR, card(1, e -> e.expiry(3_000)), Result.RECORD_INVALID),
            arguments("card, month 13", OPERATOR, card(1, e -> e.expiry(3_013)), Result.RECORD_INVALID),
            arguments("card, year of three digits", OPERATOR, card(1, e -> e.expiry(10_001)), Result.RECORD_INVALID),
            arguments("card without status", OPERATOR, card(1, e -> e.status(0)), Result.RECORD_INVALID),
            arguments("card, unknown status", OPERATOR, card(1, e -> e.status(5)), Result.RECORD_INVALID),
            arguments("card, unknown wallet", OPERATOR, card(1, e -> e.walletId(8)), Result.RECORD_NAMES_AN_UNKNOWN_RECORD),
            arguments("card that is stolen", OPERATOR, card(1, e -> e.status(CardStatus.STOLEN)), Result.OK),

            arguments("tier by another", PAYER, tier(0, unchanged()), Result.NOT_GRANTED),
            arguments("tier, reserved", OPERATOR, tier(0, e -> e.reserved(1)), Result.RESERVED_MUST_BE_ZERO),
            arguments("tier 0", OPERATOR, tier(0, e -> e.tierId(0)), Result.RECORD_INVALID),
            arguments("tier 1,024", OPERATOR, tier(0, e -> e.tierId(1_024)), Result.RECORD_INVALID),
            arguments("tier, unknown channel", OPERATOR, tier(7, unchanged()), Result.RECORD_INVALID),
            arguments("tier, removed, unknown channel", OPERATOR, tier(7, e -> e.status((short) 3)), Result.RECORD_INVALID),
            arguments("tier without status", OPERATOR, tier(0, e -> e.status((short) 0)), Result.RECORD_INVALID),
            arguments("tier, limit beyond a long", OPERATOR, tier(0, e -> e.perYearMinor(-1)), Result.RECORD_INVALID),
            arguments("tier, ceiling of a channel", OPERATOR, tier(3, e -> e.balanceCeilingMinor(5)), Result.RECORD_INVALID),
            arguments("tier, count beyond an int", OPERATOR, tier(0, e -> e.countPerMonth(0x8000_0000L)), Result.RECORD_INVALID),
            arguments("tier, no date", OPERATOR, tier(0, e -> e.validFromDate(2026_02_29)), Result.RECORD_INVALID),
            arguments("tier, currency of another row", OPERATOR, tier(3, e -> e.currency(978)), Result.RECORD_INVALID),
            arguments("tier, name of control characters", OPERATOR, tier(0, e -> e.name("a\tb")), Result.RECORD_INVALID),
            arguments("tier of another currency", OPERATOR, tier(0, e -> e.tierId(4).currency(978)), Result.OK),

            arguments("key by another", PAYER, tokenKey(1, unchanged()), Result.NOT_GRANTED),
            arguments("key 0", OPERATOR, tokenKey(0, unchanged()), Result.RECORD_INVALID),
            arguments("key for nothing", OPERATOR, tokenKey(2, e -> e.purpose(0)), Result.RECORD_INVALID),
            arguments("key for what is not known", OPERATOR, tokenKey(2, e -> e.purpose(5)), Result.RECORD_INVALID),
            arguments("key with another check value", OPERATOR, tokenKey(1, e -> e.checkValue(5)), Result.RECORD_INVALID),
            arguments("key of another purpose", OPERATOR, tokenKey(1, e -> e.purpose(2).checkValue(5)), Result.OK));
    }

    private static List<Arguments> calendar() {
        return List.of(
            arguments("zone by another", PAYER, zone(unchanged()), Result.NOT_GRANTED),
            arguments("zone 0 is UTC", OPERATOR, zone(e -> e.zoneId(0)), Result.RECORD_INVALID),
            arguments("zone 512", OPERATOR, zone(e -> e.zoneId(512)), Result.RECORD_INVALID),
            arguments("zone without status", OPERATOR, zone(e -> e.status(0)), Result.RECORD_INVALID),
            arguments("zone a day ahead", OPERATOR, zone(e -> e.offsetMinutes((short) 1_081)), Result.RECORD_INVALID),
            arguments("zone a day behind", OPERATOR, zone(e -> e.offsetMinutes((short) -1_081)), Result.RECORD_INVALID),
            arguments("zone with 17 changes", OPERATOR, zone(e -> e.changeCount(17)), Result.RECORD_INVALID),
            arguments("zone, changes not ascending", OPERATOR, zone(e -> change(e, 0, 100).changeAtMinutes(1, 100).changeCount(2)), Result.RECORD_INVALID),
            arguments("zone, change to nowhere", OPERATOR, zone(e -> e.changeAtMinutes(0, 1).changeToMinutes(0, (short) 2_000).changeCount(1)), Result.RECORD_INVALID),
            arguments("zone, change beyond the count", OPERATOR, zone(e -> change(e, 0, 100).changeCount(0)), Result.RECORD_INVALID),
            arguments("zone, name of control characters", OPERATOR, zone(e -> e.name("a\tb")), Result.RECORD_INVALID),
            arguments("zone with a change", OPERATOR, zone(e -> change(e, 0, 100).changeCount(1)), Result.OK),

            arguments("day group by another", PAYER, dayGroup(unchanged()), Result.NOT_GRANTED),
            arguments("day group, reserved", OPERATOR, dayGroup(e -> e.reserved(1)), Result.RESERVED_MUST_BE_ZERO),
            arguments("day group 0", OPERATOR, dayGroup(e -> e.dayGroup(0)), Result.RECORD_INVALID),
            arguments("day group 256", OPERATOR, dayGroup(e -> e.dayGroup(256)), Result.RECORD_INVALID),
            arguments("day group without status", OPERATOR, dayGroup(e -> e.status(0)), Result.RECORD_INVALID),
            arguments("day group, minute 1,440", OPERATOR, dayGroup(e -> e.cutOverMinute(1_440)), Result.RECORD_INVALID),
            arguments("day group, no date", OPERATOR, dayGroup(e -> e.firstDate(2026_13_01)), Result.RECORD_INVALID),
            arguments("day group, grace of years", OPERATOR, dayGroup(e -> e.graceMs(366L * 86_400_000)), Result.RECORD_INVALID),
            arguments("day group, unknown zone", OPERATOR, dayGroup(e -> e.zoneId(10)), Result.RECORD_NAMES_AN_UNKNOWN_RECORD),
            arguments("day group by command only", OPERATOR, dayGroup(e -> e.dayGroup(255).cutOverMinute(65_535)), Result.OK),

            arguments("cut-over by another", PAYER, cutOver(unchanged()), Result.NOT_GRANTED),
            arguments("cut-over, reserved", OPERATOR, cutOver(e -> e.reserved(1)), Result.RESERVED_MUST_BE_ZERO),
            arguments("cut-over to no date", OPERATOR, cutOver(e -> e.newDate(2026_11_31)), Result.RECORD_INVALID),
            arguments("cut-over a year ahead", OPERATOR, cutOver(e -> e.newDate(2027_11_23)), Result.RECORD_INVALID),
            arguments("cut-over of no group", OPERATOR, cutOver(e -> e.dayGroup(2)), Result.RECORD_NOT_FOUND),
            arguments("cut-over of group 65,535", OPERATOR, cutOver(e -> e.dayGroup(65_535)), Result.RECORD_NOT_FOUND),
            arguments("cut-over to the day before", OPERATOR, cutOver(e -> e.newDate(2020_01_01)), Result.BUSINESS_DATE_WOULD_GO_BACK),
            arguments("cut-over by no institution", PAYER, cutOver(e -> e.institution(5)), Result.NOT_GRANTED),
            arguments("cut-over by an institution of another", Town.STRANGER, cutOver(e -> e.institution(RecordCommand.INSTITUTION)), Result.NOT_GRANTED),
            arguments("cut-over by an institution without a date", PAYER, cutOver(e -> e.institution(RecordCommand.INSTITUTION)), Result.RECORD_INVALID),
            arguments("cut-over", OPERATOR, cutOver(unchanged()), Result.OK));
    }

    private static io.daybreak.protocol.codec.PutZoneEncoder change(final io.daybreak.protocol.codec.PutZoneEncoder zone, final int place,
                                                                    final int atMinutes) {
        return zone.changeAtMinutes(place, atMinutes).changeToMinutes(place, (short) 60);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rows")
    void shouldGiveResultOfRow(final String name, final int participant, final Command command, final int result) {
        try (Town town = settled()) {
            final long sequence = town.rig.lastSequence();
            final long digest = town.rig.machine.digest();
            final Answer answer = town.gives(result, participant, command);
            assertThat(answer.flags()).isZero();
            assertThat(answer.sequence()).isEqualTo(Result.isDecided(result) ? sequence + 1 : sequence);
            assertThat(town.rig.machine.digest() == digest).isEqualTo(!Result.isDecided(result));
        }
    }

    @Test
    void shouldLeaveAloneWhatIsThereAlready() {
        try (Town town = settled()) {
            final long sequence = town.rig.lastSequence();
            final long digest = town.rig.machine.digest();
            final List<RecordCommand> again = new ArrayList<>(records());
            again.add(configurePayments());
            for (final RecordCommand record : again) {
                final Answer answer = town.ok(OPERATOR, record);
                assertThat(answer.isRepeated()).as(record.toString()).isTrue();
                assertThat(answer.sequence()).isEqualTo(sequence);
            }
            assertThat(town.rig.machine.digest()).isEqualTo(digest);
        }
    }

    /** Each record in turn is changed and changed back: the second change leaves no trace but in the sequence. */
    @Test
    void shouldRemoveAndPutAgain() {
        try (Town town = settled()) {
            for (final RecordCommand record : List.of(
                fee(e -> e.status(RecordStatus.REMOVED)), terminal(TERMINAL, e -> e.status(RecordStatus.REMOVED)),
                merchant(MERCHANT, e -> e.status(RecordStatus.REMOVED)), card(1, e -> e.status(CardStatus.REMOVED)),
                wallet(e -> e.status(RecordStatus.REMOVED)), institution(e -> e.status(RecordStatus.REMOVED)),
                tier(3, e -> e.status((short) RecordStatus.REMOVED)), dayGroup(e -> e.status(RecordStatus.REMOVED)),
                zone(e -> e.status(RecordStatus.REMOVED)))) {
                assertThat(town.ok(OPERATOR, record).isRepeated()).as(record.toString()).isFalse();
                assertThat(town.ok(OPERATOR, record).isRepeated()).as("again " + record).isTrue();
            }
            assertThat(town.rig.reference(82)).isEmpty();
            town.gives(Result.RECORD_NAMES_AN_UNKNOWN_RECORD, OPERATOR, card(1, unchanged()));
            town.gives(Result.RECORD_NAMES_AN_UNKNOWN_RECORD, OPERATOR, wallet(unchanged()));
            town.gives(Result.RECORD_NAMES_AN_UNKNOWN_RECORD, OPERATOR, institution(unchanged()));
            town.gives(Result.RECORD_NOT_FOUND, OPERATOR, cutOver(unchanged()));
            records().forEach(record -> town.ok(OPERATOR, record));
            assertThat(town.rig.reference(82)).containsExactly(wallet(unchanged()));
        }
    }

    @Test
    void shouldTakeNothingBeforePaymentsAreConfigured() {
        try (Town town = Town.empty().people()) {
            for (final RecordCommand record : records()) {
                town.gives(Result.NOT_CONFIGURED, OPERATOR, record);
            }
            town.gives(Result.NOT_CONFIGURED, OPERATOR, cutOver(unchanged()));
        }
    }

    @Test
    void shouldRefuseRecordsBeyondCapacity() {
        try (Town town = settled()) {
            town.ok(SYSTEM, configurePayments(e -> e.cardCapacity(2).walletCapacity(2).merchantCapacity(2).terminalCapacity(2)));
            town.ok(OPERATOR, card(2, unchanged()));
            town.gives(Result.RECORD_CAPACITY_REACHED, OPERATOR, card(3, unchanged()));
            town.ok(OPERATOR, card(2, e -> e.status(CardStatus.LOST)));
            town.ok(OPERATOR, card(2, e -> e.status(CardStatus.REMOVED)));
            town.ok(OPERATOR, card(3, unchanged()));
            town.ok(OPERATOR, wallet(e -> e.walletId(8)));
            town.gives(Result.RECORD_CAPACITY_REACHED, OPERATOR, wallet(e -> e.walletId(9)));
            town.ok(OPERATOR, wallet(e -> e.walletId(8).status(RecordStatus.REMOVED)));
            town.gives(Result.RECORD_CAPACITY_REACHED, OPERATOR, wallet(e -> e.walletId(9)));
            town.ok(OPERATOR, merchant(OTHER_MERCHANT, unchanged()));
            town.gives(Result.RECORD_CAPACITY_REACHED, OPERATOR, merchant("M00000000000003", unchanged()));
            town.ok(OPERATOR, terminal("T0000002", unchanged()));
            town.gives(Result.RECORD_CAPACITY_REACHED, OPERATOR, terminal("T0000003", unchanged()));
            town.gives(Result.LIMIT_OUT_OF_RANGE, SYSTEM, configurePayments(e -> e.cardCapacity(1)));
            town.ok(SYSTEM, configurePayments());
            town.ok(OPERATOR, terminal("T0000003", unchanged()));
        }
    }

    @Test
    void shouldFindBillersByTheNumberThatTheyHaveNow() {
        try (Town town = settled()) {
            town.ok(OPERATOR, merchant(MERCHANT, e -> e.billerNumber(6_000)));
            town.ok(OPERATOR, merchant(OTHER_MERCHANT, e -> e.billerNumber(5_000)));
            town.gives(Result.RECORD_INVALID, OPERATOR, merchant(OTHER_MERCHANT, e -> e.billerNumber(6_000)));
            town.ok(OPERATOR, merchant(MERCHANT, e -> e.status(RecordStatus.REMOVED)));
            town.ok(OPERATOR, merchant(OTHER_MERCHANT, e -> e.billerNumber(6_000)));
            town.gives(Result.RECORD_INVALID, OPERATOR, merchant(MERCHANT, e -> e.billerNumber(6_000)));
            town.ok(OPERATOR, merchant(MERCHANT, e -> e.billerNumber(5_000)));
        }
    }

    /** Two acquirers give the same identifier; each has its own terminal. */
    @Test
    void shouldKeepTerminalsOfAcquirersApart() {
        try (Town town = settled()) {
            town.ok(OPERATOR, institution(e -> e.institution(5)));
            town.ok(OPERATOR, terminal(TERMINAL, e -> e.institution(5).status(RecordStatus.BLOCKED)));
            assertThat(town.rig.reference(85)).containsExactlyInAnyOrder(terminal(TERMINAL, unchanged()),
                terminal(TERMINAL, e -> e.institution(5).status(RecordStatus.BLOCKED)));
        }
    }
}
