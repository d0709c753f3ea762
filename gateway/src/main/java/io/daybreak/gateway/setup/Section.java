package io.daybreak.gateway.setup;

import io.daybreak.gateway.setup.Field.Keeps;
import io.daybreak.protocol.AccountFlags;
import io.daybreak.protocol.CardStatus;
import io.daybreak.protocol.InstitutionRights;
import io.daybreak.protocol.Participants;
import io.daybreak.protocol.PaymentChannel;
import io.daybreak.protocol.PaymentOperation;
import io.daybreak.protocol.PinMode;
import io.daybreak.protocol.RecordStatus;
import io.daybreak.protocol.codec.AccountEncoder;
import io.daybreak.protocol.codec.GroupSizeEncodingEncoder;
import io.daybreak.protocol.codec.MessageHeaderEncoder;
import io.daybreak.protocol.codec.PutCardEncoder;
import io.daybreak.protocol.codec.PutDayGroupEncoder;
import io.daybreak.protocol.codec.PutFeeEncoder;
import io.daybreak.protocol.codec.PutGrantEncoder;
import io.daybreak.protocol.codec.PutInstitutionEncoder;
import io.daybreak.protocol.codec.PutIssuerEncoder;
import io.daybreak.protocol.codec.PutIssuerLinkEncoder;
import io.daybreak.protocol.codec.PutMerchantEncoder;
import io.daybreak.protocol.codec.PutParticipantEncoder;
import io.daybreak.protocol.codec.PutRouteEncoder;
import io.daybreak.protocol.codec.PutTerminalEncoder;
import io.daybreak.protocol.codec.PutTierEncoder;
import io.daybreak.protocol.codec.PutWalletEncoder;
import io.daybreak.protocol.codec.PutZoneEncoder;
import io.daybreak.protocol.codec.SubmitAccountsEncoder;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.nio.ByteOrder;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A section of a set-up file: records of one kind, each the message that puts it. The order of {@link #all} is that in
 * which they are applied: what is named comes before what names it. The form is told in docs/operations.md, "Set-up files".
 *
 * @param name        in the file
 * @param templateId  of the message, and kind of the query
 * @param blockLength of the message; of accounts, of an entry of its group
 * @param keys        the fields that tell records apart
 * @param fields      all fields, in the order in which they are written and told
 */
record Section(String name, int templateId, int blockLength, List<String> keys, List<Field> fields) {
    /** Written before the changes that follow from it. */
    static final Field ZONE_NAME = Field.text("name", PutZoneEncoder.nameEncodingOffset(), 32, 32, '\0', "");

    private static final int HEADER = MessageHeaderEncoder.ENCODED_LENGTH;
    private static final int ACCOUNT_BLOCK = HEADER + SubmitAccountsEncoder.BLOCK_LENGTH + GroupSizeEncodingEncoder.ENCODED_LENGTH;
    private static final Map<String, Long> NO_LIMIT = Map.of(Field.NONE, Long.MAX_VALUE);
    private static final Map<String, Long> NO_COUNT = Map.of(Field.NONE, (long) Integer.MAX_VALUE);
    private static final Map<String, Long> OPERATIONS = Words.bits(Words.of(PaymentOperation.class, "UNKNOWN", "COUNT"));
    private static final Map<String, Long> CHANNELS = Words.of(PaymentChannel.class, "COUNT");
    private static final Map<String, Long> CHANNEL_BITS = Words.bits(Words.of(PaymentChannel.class, "COUNT", "ALL"));

    /** Every section; zones have the changes of the years around this day. */
    static List<Section> all(final LocalDate today) {
        return List.of(zones(today), dayGroups(), participants(), accounts(), grants(), tiers(), institutions(), wallets(), cards(), merchants(),
            terminals(), fees(), issuers(), issuerLinks(), routes());
    }

    /** Where the block begins in the message. */
    int block() {
        return isAccounts() ? ACCOUNT_BLOCK : HEADER;
    }

    boolean isAccounts() {
        return templateId == SubmitAccountsEncoder.TEMPLATE_ID;
    }

    /** A message with header and zeros. */
    UnsafeBuffer newMessage() {
        final UnsafeBuffer message = new UnsafeBuffer(new byte[block() + blockLength]);
        new MessageHeaderEncoder().wrap(message, 0).templateId(templateId).schemaId(MessageHeaderEncoder.SCHEMA_ID)
            .version(MessageHeaderEncoder.SCHEMA_VERSION).blockLength(isAccounts() ? SubmitAccountsEncoder.BLOCK_LENGTH : blockLength);
        if (isAccounts()) {
            message.putShort(ACCOUNT_BLOCK - 4, (short) blockLength, ByteOrder.LITTLE_ENDIAN);
            message.putShort(ACCOUNT_BLOCK - 2, (short) 1, ByteOrder.LITTLE_ENDIAN);
        }
        return message;
    }

    /** The message of one record of the file. */
    UnsafeBuffer encode(final Node item) throws SetupException {
        final UnsafeBuffer message = newMessage();
        for (final Field field : fields) {
            final Node given = item.fields().get(field.name);
            if (given == null && field.absent == null) {
                throw new SetupException(item, "a record of " + name + " needs " + field.name);
            }
            field.write(given != null ? given : item.with(field.absent), message, block());
        }
        return message;
    }

    /** What tells a record apart: its keys as the file would say them. */
    String keyOf(final DirectBuffer message) {
        final List<String> values = new ArrayList<>();
        for (final String key : keys) {
            values.add(String.valueOf(field(key).read(message, block())));
        }
        return String.join(" ", values);
    }

    Field field(final String fieldName) {
        for (final Field field : fields) {
            if (field.name.equals(fieldName)) {
                return field;
            }
        }
        return null;
    }

    /** What the file would say of a record: all but what it need not. */
    Map<String, Object> tell(final DirectBuffer message) {
        final Map<String, Object> values = new LinkedHashMap<>();
        for (final Field field : fields) {
            if (keys.contains(field.name) || !field.isAbsent(message, block())) {
                values.put(field.name, field.read(message, block()));
            }
        }
        return values;
    }

    /** Takes over from a record that is there what the file leaves to the switch. */
    void keep(final DirectBuffer existing, final MutableDirectBuffer message, final Node item) {
        for (final Field field : fields) {
            final boolean stays = field.keeps() == Keeps.ALWAYS || field.keeps() == Keeps.IF_ABSENT && !item.fields().containsKey(field.name);
            if (stays) {
                field.copy(existing, message, block());
            }
        }
    }

    /** Names of the fields that two records say differently, with what they say. */
    List<String> differences(final DirectBuffer before, final DirectBuffer after) {
        final List<String> differences = new ArrayList<>();
        for (final Field field : fields) {
            final Object was = field.read(before, block());
            final Object is = field.read(after, block());
            if (!was.equals(is)) {
                differences.add(field.name + " " + was + " -> " + is);
            }
        }
        return differences;
    }

    private static Field status(final int offset, final int bytes) {
        return Field.word("status", offset, bytes, "active", Words.of(RecordStatus.class));
    }

    private static Field amount(final String name, final int offset, final String absent) {
        return Field.number(name, offset, 8, absent, NO_LIMIT);
    }

    private static Field zone(final int offset) {
        return Field.number("zone", offset, 2, "0");
    }

    private static Section zones(final LocalDate today) {
        return new Section("zones", PutZoneEncoder.TEMPLATE_ID, PutZoneEncoder.BLOCK_LENGTH, List.of("id"), List.of(
            Field.number("id", PutZoneEncoder.zoneIdEncodingOffset(), 2, null), ZONE_NAME, new ZoneField(today),
            status(PutZoneEncoder.statusEncodingOffset(), 2)));
    }

    private static Section dayGroups() {
        return new Section("day-groups", PutDayGroupEncoder.TEMPLATE_ID, PutDayGroupEncoder.BLOCK_LENGTH, List.of("id"), List.of(
            Field.number("id", PutDayGroupEncoder.dayGroupEncodingOffset(), 2, null),
            zone(PutDayGroupEncoder.zoneIdEncodingOffset()),
            Field.minuteOfDay("cut-over", PutDayGroupEncoder.cutOverMinuteEncodingOffset(), Map.of("by-command", 65_535L), null),
            Field.duration("grace", PutDayGroupEncoder.graceMsEncodingOffset(), 8, "1h"),
            Field.number("first-date", PutDayGroupEncoder.firstDateEncodingOffset(), 4, "0").keeps(Keeps.ALWAYS),
            status(PutDayGroupEncoder.statusEncodingOffset(), 2)));
    }

    private static Section participants() {
        final Map<String, Long> roles = new LinkedHashMap<>();
        roles.put("operator", (long) Participants.ROLE_OPERATOR);
        roles.put("active", (long) Participants.ROLE_ACTIVE);
        return new Section("participants", PutParticipantEncoder.TEMPLATE_ID, PutParticipantEncoder.BLOCK_LENGTH, List.of("id"), List.of(
            Field.number("id", PutParticipantEncoder.participantIdEncodingOffset(), 4, null),
            Field.text("code", PutParticipantEncoder.participantCodeEncodingOffset(), 16, 16, '\0', null),
            Field.number("key-id", PutParticipantEncoder.keyIdEncodingOffset(), 4, "1"),
            Field.words("roles", PutParticipantEncoder.rolesEncodingOffset(), 2, null, roles, false),
            Field.number("id-capacity", PutParticipantEncoder.idCapacityEncodingOffset(), 8, null),
            Field.number("requests-per-second", PutParticipantEncoder.requestsPerSecondEncodingOffset(), 4, "0"),
            Field.number("burst-ms", PutParticipantEncoder.burstMsEncodingOffset(), 2, "0")));
    }

    private static Section accounts() {
        final Map<String, Long> flags = Words.of(AccountFlags.class);
        flags.keySet().retainAll(List.of("debits-must-not-exceed-credits", "credits-must-not-exceed-debits", "history"));
        return new Section("accounts", SubmitAccountsEncoder.TEMPLATE_ID, AccountEncoder.BLOCK_LENGTH, List.of("id"), List.of(
            Field.number("id", AccountEncoder.idEncodingOffset(), 8, null).counted(),
            Field.number("ledger", AccountEncoder.ledgerEncodingOffset(), 4, null),
            Field.number("code", AccountEncoder.codeEncodingOffset(), 2, null),
            Field.words("flags", AccountEncoder.flagsEncodingOffset(), 2, "nothing", flags, false),
            Field.hex128("user-data-128", AccountEncoder.userData128EncodingOffset(), "0".repeat(32)),
            Field.number("user-data-64", AccountEncoder.userData64EncodingOffset(), 8, "0").counted()));
    }

    private static Section grants() {
        final Map<String, Long> kinds = Map.of("account", (long) Participants.GRANT_ACCOUNT, "range", (long) Participants.GRANT_RANGE,
            "code", (long) Participants.GRANT_CODE);
        final Map<String, Long> rights = new LinkedHashMap<>();
        rights.put("read", (long) Participants.RIGHT_READ);
        // Debiting includes reading, and the switch tells it so.
        rights.put("debit", (long) Participants.RIGHT_DEBIT | Participants.RIGHT_READ);
        return new Section("grants", PutGrantEncoder.TEMPLATE_ID, PutGrantEncoder.BLOCK_LENGTH,
            List.of("participant", "kind", "from", "to", "ledger", "rights"), List.of(
            Field.number("participant", PutGrantEncoder.participantIdEncodingOffset(), 4, null),
            Field.word("kind", PutGrantEncoder.kindEncodingOffset(), 2, null, kinds),
            Field.number("from", PutGrantEncoder.fromValueEncodingOffset(), 8, null),
            Field.number("to", PutGrantEncoder.toValueEncodingOffset(), 8, "0"),
            Field.number("ledger", PutGrantEncoder.ledgerEncodingOffset(), 4, "0"),
            Field.word("rights", PutGrantEncoder.rightsEncodingOffset(), 2, null, rights)));
    }

    private static Section tiers() {
        return new Section("tiers", PutTierEncoder.TEMPLATE_ID, PutTierEncoder.BLOCK_LENGTH, List.of("id", "channel"), List.of(
            Field.number("id", PutTierEncoder.tierIdEncodingOffset(), 2, null),
            Field.word("channel", PutTierEncoder.channelEncodingOffset(), 1, "all", CHANNELS),
            Field.text("name", PutTierEncoder.nameEncodingOffset(), 32, 32, '\0', ""),
            Field.number("currency", PutTierEncoder.currencyEncodingOffset(), 2, null),
            Field.number("valid-from", PutTierEncoder.validFromDateEncodingOffset(), 4, "0"),
            amount("per-payment", PutTierEncoder.perPaymentMinorEncodingOffset(), Field.NONE),
            amount("per-day", PutTierEncoder.perDayMinorEncodingOffset(), Field.NONE),
            amount("per-month", PutTierEncoder.perMonthMinorEncodingOffset(), Field.NONE),
            amount("per-year", PutTierEncoder.perYearMinorEncodingOffset(), Field.NONE),
            amount("balance-ceiling", PutTierEncoder.balanceCeilingMinorEncodingOffset(), Field.NONE),
            Field.number("count-per-day", PutTierEncoder.countPerDayEncodingOffset(), 4, Field.NONE, NO_COUNT),
            Field.number("count-per-month", PutTierEncoder.countPerMonthEncodingOffset(), 4, Field.NONE, NO_COUNT),
            Field.number("count-per-year", PutTierEncoder.countPerYearEncodingOffset(), 4, Field.NONE, NO_COUNT),
            status(PutTierEncoder.statusEncodingOffset(), 1)));
    }

    private static Section institutions() {
        return new Section("institutions", PutInstitutionEncoder.TEMPLATE_ID, PutInstitutionEncoder.BLOCK_LENGTH, List.of("id"), List.of(
            Field.number("id", PutInstitutionEncoder.institutionEncodingOffset(), 8, null),
            Field.number("participant", PutInstitutionEncoder.participantIdEncodingOffset(), 4, null),
            Field.number("currency", PutInstitutionEncoder.currencyEncodingOffset(), 2, null),
            Field.number("settlement-account", PutInstitutionEncoder.settlementAccountIdEncodingOffset(), 8, null),
            Field.number("exception-account", PutInstitutionEncoder.exceptionAccountIdEncodingOffset(), 8, null),
            Field.number("day-group", PutInstitutionEncoder.dayGroupEncodingOffset(), 2, null),
            Field.words("operations", PutInstitutionEncoder.operationsEncodingOffset(), 8, "nothing", OPERATIONS, false),
            Field.words("rights", PutInstitutionEncoder.rightsEncodingOffset(), 4, "nothing", Words.of(InstitutionRights.class), false),
            amount("force-post-cap", PutInstitutionEncoder.forcePostCapMinorEncodingOffset(), "0"),
            amount("refund-funding-limit", PutInstitutionEncoder.refundFundingLimitMinorEncodingOffset(), "0"),
            amount("unlinked-refund-limit", PutInstitutionEncoder.unlinkedRefundLimitMinorEncodingOffset(), "0"),
            status(PutInstitutionEncoder.statusEncodingOffset(), 2)));
    }

    private static Section wallets() {
        return new Section("wallets", PutWalletEncoder.TEMPLATE_ID, PutWalletEncoder.BLOCK_LENGTH, List.of("id"), List.of(
            Field.number("id", PutWalletEncoder.walletIdEncodingOffset(), 8, null).counted(),
            Field.number("account", PutWalletEncoder.accountIdEncodingOffset(), 8, null).counted(),
            Field.number("tier", PutWalletEncoder.tierIdEncodingOffset(), 2, "0"),
            zone(PutWalletEncoder.zoneIdEncodingOffset()),
            status(PutWalletEncoder.statusEncodingOffset(), 2)));
    }

    private static Section cards() {
        return new Section("cards", PutCardEncoder.TEMPLATE_ID, PutCardEncoder.BLOCK_LENGTH, List.of("token"), List.of(
            Field.hex128("token", PutCardEncoder.tokenEncodingOffset(), null),
            Field.number("wallet", PutCardEncoder.walletIdEncodingOffset(), 8, null),
            Field.number("bin", PutCardEncoder.binEncodingOffset(), 4, null),
            Field.number("key-id", PutCardEncoder.tokenKeyIdEncodingOffset(), 2, "1"),
            Field.number("expiry", PutCardEncoder.expiryEncodingOffset(), 2, null),
            Field.bit("negative-file", PutCardEncoder.flagsEncodingOffset(), 2, CardStatus.NEGATIVE_FILE).keeps(Keeps.IF_ABSENT),
            Field.word("status", PutCardEncoder.statusEncodingOffset(), 2, "active", Words.of(CardStatus.class, "NEGATIVE_FILE"))));
    }

    private static Section merchants() {
        return new Section("merchants", PutMerchantEncoder.TEMPLATE_ID, PutMerchantEncoder.BLOCK_LENGTH, List.of("id"), List.of(
            Field.text("id", PutMerchantEncoder.merchantEncodingOffset(), 16, 15, ' ', null).counted(),
            Field.number("account", PutMerchantEncoder.accountIdEncodingOffset(), 8, null).counted(),
            Field.number("institution", PutMerchantEncoder.institutionEncodingOffset(), 8, "0"),
            Field.number("mcc", PutMerchantEncoder.mccEncodingOffset(), 2, null),
            Field.number("biller-number", PutMerchantEncoder.billerNumberEncodingOffset(), 4, "0").counted(),
            status(PutMerchantEncoder.statusEncodingOffset(), 2)));
    }

    private static Section terminals() {
        return new Section("terminals", PutTerminalEncoder.TEMPLATE_ID, PutTerminalEncoder.BLOCK_LENGTH, List.of("id", "institution"), List.of(
            Field.text("id", PutTerminalEncoder.terminalEncodingOffset(), 8, 8, ' ', null).counted(),
            Field.number("institution", PutTerminalEncoder.institutionEncodingOffset(), 8, "0"),
            Field.text("merchant", PutTerminalEncoder.merchantEncodingOffset(), 16, 15, ' ', "").counted(),
            status(PutTerminalEncoder.statusEncodingOffset(), 2)));
    }

    private static Section fees() {
        return new Section("fees", PutFeeEncoder.TEMPLATE_ID, PutFeeEncoder.BLOCK_LENGTH, List.of("institution", "mcc", "currency"), List.of(
            Field.number("institution", PutFeeEncoder.institutionEncodingOffset(), 8, "0"),
            Field.number("mcc", PutFeeEncoder.mccEncodingOffset(), 2, "0"),
            Field.number("currency", PutFeeEncoder.currencyEncodingOffset(), 2, null),
            Field.number("basis-points", PutFeeEncoder.basisPointsEncodingOffset(), 4, "0"),
            amount("fixed", PutFeeEncoder.fixedMinorEncodingOffset(), "0"),
            amount("minimum", PutFeeEncoder.minimumMinorEncodingOffset(), "0"),
            amount("maximum", PutFeeEncoder.maximumMinorEncodingOffset(), Field.NONE),
            Field.number("fee-account", PutFeeEncoder.feeAccountIdEncodingOffset(), 8, null),
            Field.bit("gives-back-on-refund", PutFeeEncoder.flagsEncodingOffset(), 2, 1),
            Field.number("tolerance-per-mille", PutFeeEncoder.tolerancePerMilleEncodingOffset(), 2, "0"),
            status(PutFeeEncoder.statusEncodingOffset(), 2)));
    }

    private static Section issuers() {
        return new Section("issuers", PutIssuerEncoder.TEMPLATE_ID, PutIssuerEncoder.BLOCK_LENGTH, List.of("id"), List.of(
            Field.number("id", PutIssuerEncoder.issuerIdEncodingOffset(), 2, null),
            Field.text("code", PutIssuerEncoder.codeEncodingOffset(), 16, 16, '\0', null),
            Field.number("institution", PutIssuerEncoder.institutionEncodingOffset(), 8, null),
            Field.number("currency", PutIssuerEncoder.currencyEncodingOffset(), 2, null),
            Field.number("settlement-account", PutIssuerEncoder.settlementAccountIdEncodingOffset(), 8, null),
            Field.number("exception-account", PutIssuerEncoder.exceptionAccountIdEncodingOffset(), 8, null),
            Field.number("day-group", PutIssuerEncoder.dayGroupEncodingOffset(), 2, null),
            Field.number("window", PutIssuerEncoder.windowEncodingOffset(), 2, "32"),
            Field.duration("retry", PutIssuerEncoder.retryMsEncodingOffset(), 4, "1s"),
            Field.duration("answer-timeout", PutIssuerEncoder.answerTimeoutMsEncodingOffset(), 4, "10s"),
            Field.duration("maximum-age", PutIssuerEncoder.maximumAgeMsEncodingOffset(), 8, "3d"),
            Field.number("maximum-tries", PutIssuerEncoder.maximumTriesEncodingOffset(), 2, "1000"),
            Field.bit("held", PutIssuerEncoder.flagsEncodingOffset(), 2, 1).keeps(Keeps.IF_ABSENT),
            Field.bit("wants-reconciliation", PutIssuerEncoder.flagsEncodingOffset(), 2, 2),
            status(PutIssuerEncoder.statusEncodingOffset(), 2)));
    }

    private static Section issuerLinks() {
        return new Section("issuer-links", PutIssuerLinkEncoder.TEMPLATE_ID, PutIssuerLinkEncoder.BLOCK_LENGTH, List.of("id"), List.of(
            Field.number("id", PutIssuerLinkEncoder.linkIdEncodingOffset(), 2, null),
            Field.number("issuer", PutIssuerLinkEncoder.issuerIdEncodingOffset(), 2, null),
            Field.text("code", PutIssuerLinkEncoder.codeEncodingOffset(), 16, 16, '\0', null),
            Field.number("weight", PutIssuerLinkEncoder.weightEncodingOffset(), 2, "1"),
            Field.number("window", PutIssuerLinkEncoder.windowEncodingOffset(), 4, "1024"),
            status(PutIssuerLinkEncoder.statusEncodingOffset(), 2)));
    }

    private static Section routes() {
        return new Section("routes", PutRouteEncoder.TEMPLATE_ID, PutRouteEncoder.BLOCK_LENGTH, List.of("id"), List.of(
            Field.number("id", PutRouteEncoder.routeIdEncodingOffset(), 2, null),
            Field.number("issuer", PutRouteEncoder.issuerIdEncodingOffset(), 2, null),
            new PrefixField(),
            amount("amount-from", PutRouteEncoder.amountFromMinorEncodingOffset(), "0"),
            amount("amount-to", PutRouteEncoder.amountToMinorEncodingOffset(), Field.NONE),
            Field.words("channels", PutRouteEncoder.channelsEncodingOffset(), 2, "all", CHANNEL_BITS, true),
            Field.number("currency", PutRouteEncoder.currencyEncodingOffset(), 2, "0"),
            Field.duration("deadline", PutRouteEncoder.deadlineMsEncodingOffset(), 4, null),
            Field.word("pin", PutRouteEncoder.pinModeEncodingOffset(), 1, "refuse", Words.of(PinMode.class)),
            amount("stand-in-floor", PutRouteEncoder.standInFloorMinorEncodingOffset(), "0"),
            amount("stand-in-day", PutRouteEncoder.standInDayMinorEncodingOffset(), "0"),
            Field.number("stand-in-day-count", PutRouteEncoder.standInDayCountEncodingOffset(), 4, "0"),
            Field.words("stand-in-operations", PutRouteEncoder.standInOperationsEncodingOffset(), 4, "nothing", OPERATIONS, false),
            Field.words("stand-in-channels", PutRouteEncoder.standInChannelsEncodingOffset(), 2, "all", CHANNEL_BITS, true),
            Field.text("stand-in-excluded-mccs", PutRouteEncoder.standInExcludedMccsEncodingOffset(), 32, 32, '\0', ""),
            status(PutRouteEncoder.statusEncodingOffset(), 2)));
    }
}
