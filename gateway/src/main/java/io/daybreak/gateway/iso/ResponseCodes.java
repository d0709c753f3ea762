package io.daybreak.gateway.iso;

import io.daybreak.iso8583.link.LinkProfile;
import io.daybreak.protocol.Result;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * From results to DE 39, packed as {@code MessageBuilder.word} takes it. The default is the table of docs/iso8583.md,
 * "Results and response codes"; a link's own rows replace single ones. Immutable; any thread.
 */
final class ResponseCodes {
    /** Approvals of 1993 have another code for each class of message. */
    private static final int[] APPROVED = {
        Result.OK, Result.APPROVED_BY_STAND_IN, Result.TAKEN_AS_AN_ITEM, Result.NOTHING_LEFT_TO_REVERSE};

    /** Names in link files that stand for several results. */
    private static final Map<String, int[]> GROUPS = Map.ofEntries(
        Map.entry("approved", APPROVED),
        Map.entry("partially-approved", new int[] {Result.APPROVED_IN_PART}),
        Map.entry("unknown-merchant", new int[] {Result.MERCHANT_NOT_FOUND, Result.MERCHANT_NOT_ACTIVE}),
        Map.entry("unknown-terminal", new int[] {Result.TERMINAL_NOT_FOUND, Result.TERMINAL_NOT_ACTIVE}),
        Map.entry("invalid-processing-code", new int[] {Result.OPERATION_UNKNOWN}),
        Map.entry("invalid-amount", new int[] {Result.AMOUNT_INVALID}),
        Map.entry("unknown-card", new int[] {Result.CARD_NOT_FOUND}),
        Map.entry("not-found", new int[] {Result.ORIGINAL_NOT_FOUND, Result.BUSINESS_DATE_CLOSED}),
        Map.entry("format-error", new int[] {LinkResult.FIELD_INVALID, Result.TRANSMISSION_TIME_IN_THE_FUTURE}),
        Map.entry("unknown-institution",
            new int[] {Result.INSTITUTION_NOT_FOUND, LinkResult.INSTITUTION_NOT_OF_THE_LINK, LinkResult.PARTICIPANT_BARRED}),
        Map.entry("unknown-message", new int[] {LinkResult.MESSAGE_TYPE_UNKNOWN, LinkResult.NETWORK_CODE_UNKNOWN}),
        Map.entry("lost-card", new int[] {Result.CARD_LOST}),
        Map.entry("stolen-card", new int[] {Result.CARD_STOLEN}),
        Map.entry("insufficient-funds", new int[] {Result.INSUFFICIENT_FUNDS, Result.MERCHANT_SHORT_OF_FUNDS}),
        Map.entry("expired-card", new int[] {Result.CARD_EXPIRED}),
        Map.entry("wrong-pin", new int[] {Result.PIN_WRONG}),
        Map.entry("operation-not-granted", new int[] {Result.OPERATION_NOT_GRANTED, Result.NOT_GRANTED, LinkResult.NOTICE_NOT_GRANTED,
            LinkResult.OPERATION_NOT_OF_THE_LINK, LinkResult.OPERATION_NOT_OFFERED}),
        Map.entry("amount-limit", new int[] {Result.LIMIT_PER_PAYMENT, Result.LIMIT_PER_DAY, Result.LIMIT_PER_MONTH, Result.LIMIT_PER_YEAR,
            Result.BALANCE_CEILING, Result.UNLINKED_REFUND_LIMIT, Result.EXCEEDS_WHAT_WAS_CAPTURED}),
        Map.entry("negative-file", new int[] {Result.CARD_ON_NEGATIVE_FILE, Result.WALLET_NOT_ACTIVE}),
        Map.entry("over-remainder", new int[] {Result.EXCEEDS_WHAT_IS_LEFT}),
        Map.entry("count-limit", new int[] {Result.LIMIT_OF_COUNT}),
        Map.entry("pin-tries", new int[] {Result.PIN_TRIES_EXCEEDED}),
        Map.entry("pin-failed", new int[] {Result.PIN_NOT_SUPPORTED, LinkResult.KEY_REFUSED}),
        Map.entry("duplicate-differs", new int[] {Result.DUPLICATE_WITH_DIFFERENT_CONTENTS, Result.REQUEST_BEFORE_THE_WINDOW}),
        Map.entry("wrong-mac", new int[] {LinkResult.MAC_WRONG}));

    private final long[][] words;
    private final boolean is1993;

    private ResponseCodes(final long[][] words, final boolean is1993) {
        this.words = words;
        this.is1993 = is1993;
    }

    /**
     * The table of a link.
     *
     * @throws IllegalArgumentException naming rows that stand for no result
     */
    static ResponseCodes of(final LinkProfile profile) {
        final boolean is1993 = profile.dialect().version() == 1993;
        // One row of codes by class: the first digit of the message type's number in 1987.
        final long[][] words = new long[10][LinkResult.COUNT];
        for (int messageClass = 0; messageClass < words.length; messageClass++) {
            fillDefaults(words[messageClass], messageClass, is1993);
        }
        final Map<String, String> builtIn = LinkProfile.builtIn(is1993 ? "1993-ascii" : "demo-ascii").responseCodes().rows();
        final List<String> unknown = new ArrayList<>();
        final Map<String, Integer> names = names();
        profile.responseCodes().rows().forEach((name, code) -> {
            if (!code.equals(builtIn.get(name))) {
                final int[] results = results(name, names);
                if (results == null) {
                    unknown.add(name);
                } else {
                    for (final int result : results) {
                        for (final long[] row : words) {
                            row[result] = pack(code);
                        }
                    }
                }
            }
        });
        if (!unknown.isEmpty()) {
            throw new IllegalArgumentException("link " + profile.name() + ": response-codes has rows for no result: " + String.join(", ", unknown));
        }
        final long adviceNotFound = profile.payment().adviceNotFoundCode();
        if (adviceNotFound != 0) {
            words[NOT_FOUND_ADVICE][Result.ORIGINAL_NOT_FOUND] = adviceNotFound;
        }
        return new ResponseCodes(words, is1993);
    }

    /** Class under which reversal advices look up ORIGINAL_NOT_FOUND; no message has it. */
    private static final int NOT_FOUND_ADVICE = 9;

    private static int[] results(final String name, final Map<String, Integer> names) {
        if (name.matches("[0-9]+")) {
            final int number = Integer.parseInt(name);
            return number < LinkResult.COUNT ? new int[] {number} : null;
        }
        final int[] group = GROUPS.get(name);
        if (group != null) {
            return group;
        }
        final Integer result = names.get(name);
        return result == null ? null : new int[] {result};
    }

    private static Map<String, Integer> names() {
        final Map<String, Integer> names = new HashMap<>();
        try {
            for (final Class<?> type : new Class<?>[] {Result.class, LinkResult.class}) {
                for (final Field field : type.getDeclaredFields()) {
                    if (field.getType() == int.class && Modifier.isStatic(field.getModifiers()) && !Modifier.isPrivate(field.getModifiers())) {
                        names.put(field.getName().toLowerCase(Locale.ROOT).replace('_', '-'), field.getInt(null));
                    }
                }
            }
        } catch (final IllegalAccessException ex) {
            throw new IllegalStateException(ex);
        }
        return names;
    }

    private static void fillDefaults(final long[] row, final int messageClass, final boolean is1993) {
        final Row table = new Row(row, is1993);
        for (int result = 0; result < row.length; result++) {
            table.put("96", "909", result);
        }
        final String approved93 = switch (messageClass) {
            case 3 -> "300";
            case 4 -> "400";
            case 5 -> "500";
            case 8 -> "800";
            default -> "000";
        };
        table.put("00", approved93, APPROVED);
        table.put("10", "002", Result.APPROVED_IN_PART);
        table.put("30", "904", Result.TRANSMISSION_TIME_IN_THE_FUTURE, LinkResult.FIELD_INVALID);
        table.put("91", "907", Result.PAYMENT_CAPACITY_REACHED, Result.ISSUER_REQUEST_CAPACITY_REACHED, Result.RECORD_CAPACITY_REACHED,
            Result.HOLD_CAPACITY_REACHED, Result.BUSY, Result.STORAGE_RESERVE_REACHED, Result.SHUTTING_DOWN, Result.NOT_PRIMARY, Result.TOO_MANY_REPEATS_WAIT,
            Result.NOT_CONFIGURED, Result.ID_CAPACITY_REACHED, LinkResult.NOT_SIGNED_ON, LinkResult.WINDOW_FULL, LinkResult.RATE_EXCEEDED);
        table.put("31", "905", Result.INSTITUTION_NOT_FOUND, Result.PARTICIPANT_NOT_FOUND, LinkResult.INSTITUTION_NOT_OF_THE_LINK,
            LinkResult.PARTICIPANT_BARRED);
        table.put("94", "913", Result.DUPLICATE_WITH_DIFFERENT_CONTENTS, Result.REQUEST_BEFORE_THE_WINDOW);
        table.put("12", "902", Result.REVERSED_BEFORE, Result.DESTINATION_IS_THE_SOURCE, Result.OPERATION_UNKNOWN, Result.CURRENCY_DIFFERS, Result.CANCELLED_BY_REVERSAL,
            Result.BUSINESS_DATE_WOULD_GO_BACK);
        table.put("03", "109", Result.MERCHANT_NOT_FOUND, Result.MERCHANT_NOT_ACTIVE);
        table.put("58", "120", Result.TERMINAL_NOT_FOUND, Result.TERMINAL_NOT_ACTIVE);
        table.put("14", "111", Result.CARD_NOT_FOUND);
        table.put("41", "208", Result.CARD_LOST);
        table.put("43", "209", Result.CARD_STOLEN);
        table.put("62", "104", Result.CARD_ON_NEGATIVE_FILE, Result.WALLET_NOT_ACTIVE);
        table.put("54", "101", Result.CARD_EXPIRED);
        table.put("57", "119", Result.OPERATION_NOT_GRANTED, Result.NOT_GRANTED, LinkResult.NOTICE_NOT_GRANTED, LinkResult.OPERATION_NOT_OFFERED,
            LinkResult.OPERATION_NOT_OF_THE_LINK);
        table.put("25", "914", Result.ORIGINAL_NOT_FOUND);
        table.put("84", "902", Result.ORIGINAL_NOT_OPEN);
        table.put("78", "114", Result.DESTINATION_NOT_FOUND);
        table.put("13", "110", Result.AMOUNT_INVALID);
        table.put("64", "110", Result.EXCEEDS_WHAT_IS_LEFT);
        table.put("61", "121", Result.EXCEEDS_WHAT_WAS_CAPTURED, Result.LIMIT_PER_PAYMENT, Result.LIMIT_PER_DAY, Result.LIMIT_PER_MONTH,
            Result.LIMIT_PER_YEAR, Result.BALANCE_CEILING, Result.UNLINKED_REFUND_LIMIT);
        table.put("88", "921", Result.PIN_NOT_SUPPORTED, LinkResult.KEY_REFUSED);
        table.put("55", "117", Result.PIN_WRONG);
        table.put("75", "106", Result.PIN_TRIES_EXCEEDED);
        table.put("65", "123", Result.LIMIT_OF_COUNT);
        table.put("51", "116", Result.INSUFFICIENT_FUNDS, Result.MERCHANT_SHORT_OF_FUNDS);
        table.put("91", "912", Result.ROUTE_NEEDS_CARD_DATA, Result.ISSUER_NOT_REACHABLE);
        table.put("91", "911", Result.ISSUER_TIMED_OUT);
        table.put("95", "501", Result.OUT_OF_BALANCE);
        table.put("25", "503", Result.BUSINESS_DATE_CLOSED);
        table.put("40", "115", LinkResult.MESSAGE_TYPE_UNKNOWN, LinkResult.NETWORK_CODE_UNKNOWN);
        table.put("96", "916", LinkResult.MAC_WRONG);
        table.put("24", "301", LinkResult.FILE_ACTION_UNKNOWN);
    }

    private record Row(long[] row, boolean is1993) {
        void put(final String code87, final String code93, final int... results) {
            final long word = pack(is1993 ? code93 : code87);
            for (final int result : results) {
                row[result] = word;
            }
        }
    }

    static long pack(final String text) {
        long word = 0;
        for (int i = 0; i < Long.BYTES; i++) {
            word = word << Byte.SIZE | (i < text.length() ? text.charAt(i) : 0);
        }
        return word;
    }

    /**
     * DE 39 of a result.
     *
     * @param mti87 of the message that is answered, in the terms of 1987
     */
    long word(final int result, final int mti87) {
        final int messageClass = result == Result.ORIGINAL_NOT_FOUND && mti87 / 10 == 42 ? NOT_FOUND_ADVICE : mti87 / 100 % 10;
        return words[messageClass][result & LinkResult.COUNT - 1];
    }

    /**
     * DE 39 as an issuer gave it.
     *
     * @param code two characters, the first in the high byte
     */
    long issuerWord(final int code, final int mti87) {
        if (!is1993) {
            return (long) code << 48;
        }
        final int number = ((code >>> 8) - '0') * 10 + (code & 0xFF) - '0';
        return pack(String.format(Locale.ROOT, "%03d", io.daybreak.iso8583.link.Mti93.actionCode(number, mti87)));
    }

    /** Whether a result is told as an approval: with DE 38 and balances. */
    static boolean isApproval(final int result) {
        return result == Result.OK || result == Result.APPROVED_IN_PART || result == Result.APPROVED_BY_STAND_IN
            || result == Result.TAKEN_AS_AN_ITEM || result == Result.NOTHING_LEFT_TO_REVERSE;
    }
}
