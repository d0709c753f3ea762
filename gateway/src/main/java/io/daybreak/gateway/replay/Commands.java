package io.daybreak.gateway.replay;

import io.daybreak.payment.PaymentCommand;
import io.daybreak.protocol.Participants;
import io.daybreak.protocol.Result;
import io.daybreak.protocol.TransferFlags;
import io.daybreak.protocol.codec.AccountActionDecoder;
import io.daybreak.protocol.codec.AccountDecoder;
import io.daybreak.protocol.codec.FileUpdateDecoder;
import io.daybreak.protocol.codec.IssuerAnswerDecoder;
import io.daybreak.protocol.codec.IssuerLinkStatusDecoder;
import io.daybreak.protocol.codec.IssuerSendFailedDecoder;
import io.daybreak.protocol.codec.PaymentDecoder;
import io.daybreak.protocol.codec.PutCardDecoder;
import io.daybreak.protocol.codec.PutFeeDecoder;
import io.daybreak.protocol.codec.PutMerchantDecoder;
import io.daybreak.protocol.codec.PutParticipantDecoder;
import io.daybreak.protocol.codec.PutRouteDecoder;
import io.daybreak.protocol.codec.PutTierDecoder;
import io.daybreak.protocol.codec.PutWalletDecoder;
import io.daybreak.protocol.codec.ReconciliationDecoder;
import io.daybreak.protocol.codec.TickDecoder;
import io.daybreak.protocol.codec.TransferDecoder;
import org.agrona.DirectBuffer;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Commands of the journal as fields that a person reads: names in place of numbers, cards as the first six digits and four digits of the token, and no
 * ciphertext. Not thread safe.
 */
final class Commands {
    private static final long NO_LIMIT = Long.MAX_VALUE;
    private static final Map<Integer, String> NAMES = new TreeMap<>();
    private static final String[] OPERATIONS = {"unknown", "purchase", "authorise", "completion", "cash-out", "refund", "top-up", "transfer", "bill",
        "balance", "cashback", "reversal", "file-update", "reconciliation"};
    private static final String[] CHANNELS = {"all", "chip", "contactless", "qr", "e-commerce", "magnetic-stripe", "manual"};
    private static final String[] STATES = {"none", "declined", "authorised", "posted", "awaiting-issuer", "reversed", "expired", "completed", "item",
        "reversal-before-original"};
    private static final String[] PINS = {"none", "not-supported", "right", "wrong", "same-zone"};
    private static final String[] FLAGS = {"linked", "pending", "post", "void", "balancing-debit", "balancing-credit", "closing-debit",
        "closing-credit", "final", "increase", "extend"};

    static {
        for (final String name : ("32 PutParticipant 33 PutGrant 34 RemoveGrant 35 Configure 36 AcceptClock 37 RaiseRules 80 ConfigurePayments "
            + "81 PutInstitution 82 PutWallet 83 PutCard 84 PutMerchant 85 PutTerminal 86 PutTier 87 PutFee 88 PutZone 89 PutDayGroup 90 CutOver "
            + "91 PutIssuer 92 PutIssuerLink 93 PutRoute 94 StoreAndForwardAction 95 ResolveException 96 PutTokenKey 100 Transfer 101 Account "
            + "102 AccountAction 103 Tick 104 Payment 105 Reconciliation 106 FileUpdate 107 IssuerAnswer 108 IssuerLinkStatus "
            + "109 IssuerSendFailed").split(" (?=\\d)")) {
            NAMES.put(Integer.parseInt(name.substring(0, name.indexOf(' '))), name.substring(name.indexOf(' ') + 1));
        }
    }

    private final PaymentCommand payment = new PaymentCommand();
    private long timeNs;
    private String time = Moment.text(0);

    /** Name of a kind of command, as in the schema. */
    static String name(final int templateId) {
        return NAMES.getOrDefault(templateId, "Template" + templateId);
    }

    /** Number of a kind by its name, whatever its case; -1 if there is none. */
    static int templateId(final String name) {
        return NAMES.entrySet().stream().filter(entry -> entry.getValue().equalsIgnoreCase(name)).mapToInt(Map.Entry::getKey).findFirst().orElse(-1);
    }

    /** All names. */
    static String names() {
        return String.join(", ", NAMES.values());
    }

    static String operation(final int operation) {
        return of(OPERATIONS, operation);
    }

    static String channel(final int channel) {
        return of(CHANNELS, channel);
    }

    static String state(final int state) {
        return of(STATES, state);
    }

    private static String of(final String[] names, final int index) {
        return index >= 0 && index < names.length ? names[index] : Integer.toString(index);
    }

    /** An id of 128 bits. */
    static String id(final long hi, final long lo) {
        return HexFormat.of().toHexDigits(hi) + HexFormat.of().toHexDigits(lo);
    }

    /** Characters of a text field, without what pads it. */
    static String text(final DirectBuffer buffer, final int offset, final int length) {
        final StringBuilder text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            final byte character = buffer.getByte(offset + i);
            if (character >= ' ' && character <= '~') {
                text.append((char) character);
            }
        }
        return text.toString().stripTrailing();
    }

    /** Eight and four characters as they lie in words. */
    static String rrn(final long first, final int rest) {
        final StringBuilder text = new StringBuilder();
        for (int i = 0; i < 12; i++) {
            final int character = i < 8 ? (int) (first >>> i * 8) & 0xFF : rest >>> (i - 8) * 8 & 0xFF;
            if (character >= ' ' && character <= '~') {
                text.append((char) character);
            }
        }
        return text.toString();
    }

    /** The two characters of DE 39. */
    static String responseCode(final int code) {
        return code == 0 ? "" : "" + (char) (code >>> 8) + (char) (code & 0xFF);
    }

    /** A card as far as it may be shown: six digits of its number, four of its token. */
    static String card(final int bin, final long tokenHi) {
        return String.format(Locale.ROOT, "%06d** token %04x...", (bin & 0xFFFF_FFFFL) / 100, tokenHi >>> 48);
    }

    /** Names of a transfer's flags. */
    static String flags(final int flags) {
        final List<String> names = new ArrayList<>();
        for (int i = 0; i < FLAGS.length; i++) {
            if ((flags & 1 << i) != 0) {
                names.add(FLAGS[i]);
            }
        }
        if ((flags & TransferFlags.EXPIRY) != 0) {
            names.add("expiry");
        }
        return String.join(" ", names);
    }

    static String participant(final int participantId) {
        return participantId == Participants.SYSTEM ? "the switch" : Integer.toString(participantId);
    }

    /** A command of the journal with its place and outcome, for a program. Receipts are made of it: what it says of a command must stay as it is. */
    Map<String, Object> toMap(final long sequence, final long timestampNs, final int templateId, final int participantId, final DirectBuffer buffer,
                              final int offset, final int length, final int result) {
        final Map<String, Object> map = new LinkedHashMap<>();
        map.put("sequence", sequence);
        if (timestampNs != timeNs) {
            // All commands of an entry have one time.
            timeNs = timestampNs;
            time = Moment.text(timestampNs);
        }
        map.put("time", time);
        map.put("participant", participantId);
        map.put("kind", name(templateId));
        map.put("result", Result.name(result));
        map.put("fields", fields(templateId, buffer, offset, length));
        return map;
    }

    /** The same as the bytes that a receipt is made of. */
    byte[] record(final long sequence, final long timestampNs, final int templateId, final int participantId, final DirectBuffer buffer,
                  final int offset, final int length, final int result) {
        return Json.line(toMap(sequence, timestampNs, templateId, participantId, buffer, offset, length, result)).getBytes(StandardCharsets.UTF_8);
    }

    /** Fields of a command, in the order in which they are shown. */
    Map<String, Object> fields(final int templateId, final DirectBuffer buffer, final int offset, final int length) {
        final Map<String, Object> fields = new LinkedHashMap<>();
        switch (templateId) {
            case TransferDecoder.TEMPLATE_ID -> transfer(fields, buffer, offset);
            case PaymentDecoder.TEMPLATE_ID -> payment(fields, buffer, offset);
            case AccountDecoder.TEMPLATE_ID -> {
                final AccountDecoder account = new AccountDecoder().wrap(buffer, offset, length, AccountDecoder.SCHEMA_VERSION);
                fields.put("account", account.id());
                fields.put("ledger", account.ledger());
                fields.put("code", account.code());
                fields.put("flags", account.flags());
            }
            case AccountActionDecoder.TEMPLATE_ID -> {
                final AccountActionDecoder action = new AccountActionDecoder().wrap(buffer, offset, length, AccountActionDecoder.SCHEMA_VERSION);
                fields.put("account", action.accountId());
                fields.put("action", action.action() == 1 ? "freeze" : action.action() == 2 ? "unfreeze" : "close");
                fields.put("sides", action.sides());
            }
            case TickDecoder.TEMPLATE_ID -> { }
            default -> other(fields, templateId, buffer, offset, length);
        }
        return fields;
    }

    private static void transfer(final Map<String, Object> fields, final DirectBuffer buffer, final int offset) {
        final TransferDecoder transfer = new TransferDecoder().wrap(buffer, offset, TransferDecoder.BLOCK_LENGTH, TransferDecoder.SCHEMA_VERSION);
        fields.put("id", id(transfer.id().hi(), transfer.id().lo()));
        if ((transfer.pendingId().hi() | transfer.pendingId().lo()) != 0) {
            fields.put("hold", id(transfer.pendingId().hi(), transfer.pendingId().lo()));
        }
        if (transfer.debitAccountId() != 0 || transfer.creditAccountId() != 0) {
            fields.put("debit", transfer.debitAccountId());
            fields.put("credit", transfer.creditAccountId());
        }
        fields.put("amount", transfer.amountMinor() == TransferFlags.AMOUNT_ALL ? "all"
            : new Amount(transfer.amountMinor(), (int) transfer.ledger()));
        put(fields, "flags", flags(transfer.flags()));
        if (transfer.timeoutMs() != 0) {
            fields.put("timeout-ms", transfer.timeoutMs());
        }
        fields.put("code", transfer.code());
    }

    private void payment(final Map<String, Object> fields, final DirectBuffer buffer, final int offset) {
        payment.wrap(buffer, offset);
        fields.put("message", String.format(Locale.ROOT, "%04d", payment.mti()));
        fields.put("operation", operation(payment.operation()));
        fields.put("amount", new Amount(payment.amountMinor(), payment.currency()));
        if (payment.cashbackMinor() != 0) {
            fields.put("cashback", new Amount(payment.cashbackMinor(), payment.currency()));
        }
        fields.put("channel", channel(payment.channel()));
        fields.put("institution", payment.institution());
        put(fields, "rrn", rrn(payment.rrn0(), payment.rrn1()));
        fields.put("stan", String.format(Locale.ROOT, "%06d", payment.stan()));
        fields.put("transmission", String.format(Locale.ROOT, "%010d", payment.transmission()));
        put(fields, "merchant", text(buffer, offset + PaymentDecoder.merchantEncodingOffset(), 16));
        put(fields, "terminal", text(buffer, offset + PaymentDecoder.terminalEncodingOffset(), 8));
        if (payment.hasToken()) {
            fields.put("card", card(payment.bin(), payment.tokenHi()));
        }
        if (payment.pin() != 0) {
            fields.put("pin", of(PINS, payment.pin()));
        }
        if (payment.originalMti() != 0) {
            fields.put("original", String.format(Locale.ROOT, "%04d stan %06d transmission %010d", payment.originalMti(), payment.originalStan(),
                payment.originalTransmission()));
        }
        if (payment.remainingMinor() != 0) {
            fields.put("remaining", new Amount(payment.remainingMinor(), payment.currency()));
        }
    }

    private static void other(final Map<String, Object> fields, final int templateId, final DirectBuffer buffer, final int offset, final int length) {
        switch (templateId) {
            case IssuerAnswerDecoder.TEMPLATE_ID -> {
                final IssuerAnswerDecoder answer = new IssuerAnswerDecoder().wrap(buffer, offset, length, IssuerAnswerDecoder.SCHEMA_VERSION);
                fields.put("message", String.format(Locale.ROOT, "%04d", answer.mti()));
                fields.put("link", answer.linkId());
                fields.put("response-code", responseCode(answer.responseCode()));
                fields.put("stan", String.format(Locale.ROOT, "%06d", answer.stan()));
                fields.put("transmission", String.format(Locale.ROOT, "%010d", answer.transmission()));
                put(fields, "rrn", text(buffer, offset + IssuerAnswerDecoder.rrnEncodingOffset(), 12));
            }
            case IssuerSendFailedDecoder.TEMPLATE_ID -> {
                final IssuerSendFailedDecoder failed = new IssuerSendFailedDecoder().wrap(buffer, offset, length, IssuerSendFailedDecoder.SCHEMA_VERSION);
                fields.put("message", String.format(Locale.ROOT, "%04d", failed.mti()));
                fields.put("link", failed.linkId());
                fields.put("stan", String.format(Locale.ROOT, "%06d", failed.stan()));
                fields.put("transmission", String.format(Locale.ROOT, "%010d", failed.transmission()));
            }
            case IssuerLinkStatusDecoder.TEMPLATE_ID -> {
                final IssuerLinkStatusDecoder status = new IssuerLinkStatusDecoder().wrap(buffer, offset, length, IssuerLinkStatusDecoder.SCHEMA_VERSION);
                fields.put("link", status.linkId());
                fields.put("status", status.status() == 0 ? "down" : "up");
            }
            case FileUpdateDecoder.TEMPLATE_ID -> {
                final FileUpdateDecoder update = new FileUpdateDecoder().wrap(buffer, offset, length, FileUpdateDecoder.SCHEMA_VERSION);
                fields.put("institution", update.institution());
                fields.put("action", update.action() == 1 ? "add" : "delete");
                fields.put("card", String.format(Locale.ROOT, "token %04x...", update.token().hi() >>> 48));
            }
            case ReconciliationDecoder.TEMPLATE_ID -> {
                final ReconciliationDecoder totals = new ReconciliationDecoder().wrap(buffer, offset, length, ReconciliationDecoder.SCHEMA_VERSION);
                fields.put("institution", totals.institution());
                fields.put("message", String.format(Locale.ROOT, "%04d", totals.mti()));
                fields.put("net", new Amount(totals.netAmount(), totals.currency()));
            }
            default -> records(fields, templateId, buffer, offset, length);
        }
    }

    private static void records(final Map<String, Object> fields, final int templateId, final DirectBuffer buffer, final int offset, final int length) {
        switch (templateId) {
            case PutParticipantDecoder.TEMPLATE_ID -> fields.put("code", text(buffer, offset + PutParticipantDecoder.participantCodeEncodingOffset(),
                PutParticipantDecoder.participantCodeLength()));
            case PutWalletDecoder.TEMPLATE_ID -> {
                final PutWalletDecoder wallet = new PutWalletDecoder().wrap(buffer, offset, length, PutWalletDecoder.SCHEMA_VERSION);
                fields.put("wallet", wallet.walletId());
                fields.put("account", wallet.accountId());
                fields.put("tier", wallet.tierId());
            }
            case PutCardDecoder.TEMPLATE_ID -> {
                final PutCardDecoder card = new PutCardDecoder().wrap(buffer, offset, length, PutCardDecoder.SCHEMA_VERSION);
                fields.put("card", card((int) card.bin(), card.token().hi()));
                fields.put("wallet", card.walletId());
            }
            case PutMerchantDecoder.TEMPLATE_ID -> {
                final PutMerchantDecoder merchant = new PutMerchantDecoder().wrap(buffer, offset, length, PutMerchantDecoder.SCHEMA_VERSION);
                fields.put("merchant", text(buffer, offset + PutMerchantDecoder.merchantEncodingOffset(), 16));
                fields.put("account", merchant.accountId());
            }
            case PutTierDecoder.TEMPLATE_ID -> {
                final PutTierDecoder tier = new PutTierDecoder().wrap(buffer, offset, length, PutTierDecoder.SCHEMA_VERSION);
                fields.put("tier", tier.tierId());
                fields.put("channel", channel(tier.channel()));
                limit(fields, "per-payment", tier.perPaymentMinor(), tier.currency());
                limit(fields, "per-day", tier.perDayMinor(), tier.currency());
                limit(fields, "per-month", tier.perMonthMinor(), tier.currency());
                limit(fields, "per-year", tier.perYearMinor(), tier.currency());
                limit(fields, "balance-ceiling", tier.balanceCeilingMinor(), tier.currency());
            }
            case PutFeeDecoder.TEMPLATE_ID -> {
                final PutFeeDecoder fee = new PutFeeDecoder().wrap(buffer, offset, length, PutFeeDecoder.SCHEMA_VERSION);
                fields.put("mcc", fee.mcc());
                fields.put("basis-points", fee.basisPoints());
                fields.put("fixed", new Amount(fee.fixedMinor(), fee.currency()));
            }
            case PutRouteDecoder.TEMPLATE_ID -> {
                final PutRouteDecoder route = new PutRouteDecoder().wrap(buffer, offset, length, PutRouteDecoder.SCHEMA_VERSION);
                fields.put("route", route.routeId());
                fields.put("issuer", route.issuerId());
            }
            // Records that change seldom; admin export tells them whole.
            default -> { }
        }
    }

    private static void limit(final Map<String, Object> fields, final String name, final long minor, final int currency) {
        if (minor != NO_LIMIT) {
            fields.put(name, new Amount(minor, currency));
        }
    }

    private static void put(final Map<String, Object> fields, final String name, final String value) {
        if (!value.isEmpty()) {
            fields.put(name, value);
        }
    }
}
