package io.daybreak.protocol;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;

/**
 * Result codes of outcomes. Each name states the violated rule; numbers are never reused or reordered.
 * <p>
 * Three families, told apart by number:
 * <ul>
 * <li>{@link #OK};</li>
 * <li>1 to 63, <b>not decided</b>: the state machine did nothing and remembers nothing, the same id may be sent again;</li>
 * <li>from 64 on, <b>refused</b>: the outcome is final, it is remembered with the id and every repeat gets it.</li>
 * </ul>
 * Within each family the number is the order in which the rules are checked: where several rules are broken, the
 * answer is the lowest number, except where docs/native-protocol.md, "Precedence", says otherwise.
 */
public final class Result {
    /** Applied. */
    public static final int OK = 0;

    // Not decided: what is wrong with the contents alone. Any state would give the same answer.
    public static final int MALFORMED_COMMAND = 1;
    public static final int ID_MUST_NOT_BE_ZERO = 2;
    public static final int ID_MUST_NOT_BE_MAX = 3;
    public static final int RESERVED_MUST_BE_ZERO = 4;
    public static final int FLAGS_ARE_MUTUALLY_EXCLUSIVE = 5;
    public static final int PENDING_ID_MUST_BE_ZERO = 6;
    public static final int PENDING_ID_MUST_NOT_BE_ZERO = 7;
    public static final int PENDING_ID_MUST_BE_DIFFERENT = 8;
    public static final int TIMEOUT_MUST_BE_ZERO = 9;
    public static final int TIMEOUT_MUST_NOT_BE_ZERO = 10;
    public static final int DEBIT_ACCOUNT_ID_MUST_NOT_BE_ZERO = 11;
    public static final int CREDIT_ACCOUNT_ID_MUST_NOT_BE_ZERO = 12;
    public static final int ACCOUNTS_MUST_BE_DIFFERENT = 13;
    public static final int AMOUNT_OUT_OF_RANGE = 14;
    public static final int AMOUNT_MUST_BE_ZERO = 15;
    public static final int AMOUNT_MUST_NOT_BE_ZERO = 16;
    public static final int LEDGER_MUST_NOT_BE_ZERO = 17;
    public static final int CODE_MUST_NOT_BE_ZERO = 18;

    // Not decided: the chain as a whole.
    public static final int CHAIN_IS_OPEN = 24;
    public static final int CHAIN_IS_TOO_LONG = 25;
    public static final int CHAIN_REPEATS_AN_ID = 26;
    public static final int CHAIN_MEMBER_NOT_DECIDED = 27;
    public static final int CHAIN_MEMBER_EXISTS = 28;

    // Not decided: identity, rights, room.
    public static final int PARTICIPANT_NOT_FOUND = 32;
    public static final int ID_IN_THE_FUTURE = 33;
    public static final int EXISTS_WITH_DIFFERENT_CONTENTS = 34;
    public static final int ID_EXPIRED = 35;
    public static final int NOT_GRANTED = 36;
    public static final int BUSY = 37;
    public static final int STORAGE_RESERVE_REACHED = 38;
    public static final int HOLD_CAPACITY_REACHED = 39;
    public static final int ACCOUNT_CAPACITY_REACHED = 40;
    public static final int PARTICIPANT_CAPACITY_REACHED = 41;
    public static final int GRANT_CAPACITY_REACHED = 42;
    public static final int LEDGER_CAPACITY_REACHED = 43;
    public static final int ID_CAPACITY_REACHED = 44;
    public static final int NOT_CONFIGURED = 45;
    public static final int RULES_VERSION_UNKNOWN = 46;
    public static final int LIMIT_OUT_OF_RANGE = 47;
    public static final int SHUTTING_DOWN = 48;

    // Not decided: payments.
    public static final int PAYMENT_CAPACITY_REACHED = 49;
    public static final int ISSUER_REQUEST_CAPACITY_REACHED = 50;
    public static final int RECORD_CAPACITY_REACHED = 51;
    public static final int TRANSMISSION_TIME_IN_THE_FUTURE = 52;
    public static final int REQUEST_BEFORE_THE_WINDOW = 53;
    public static final int DUPLICATE_WITH_DIFFERENT_CONTENTS = 54;
    /** No answer yet: the first request is still with its issuer, and this repeat waits with it. */
    public static final int WAITS_FOR_THE_FIRST = 55;
    public static final int TOO_MANY_REPEATS_WAIT = 56;
    public static final int INSTITUTION_NOT_FOUND = 57;
    public static final int ANSWER_NOT_WAITED_FOR = 58;

    // Not decided: this node, or what was asked of it.
    /** This node is a standby: commands go to the primary. */
    public static final int NOT_PRIMARY = 59;
    /** The node's own journal does not make it a member: it can never be promoted. */
    public static final int NOT_A_MEMBER = 60;
    /** What the primary acknowledged last may be missing here, and nobody accepted that. */
    public static final int LOSS_MUST_BE_ACCEPTED = 61;

    // Refused and remembered: transfers.
    public static final int LINKED_TRANSFER_FAILED = 64;
    public static final int PENDING_TRANSFER_NOT_FOUND = 65;
    public static final int PENDING_TRANSFER_NOT_PENDING = 66;
    public static final int PENDING_TRANSFER_HAS_DIFFERENT_DEBIT_ACCOUNT = 67;
    public static final int PENDING_TRANSFER_HAS_DIFFERENT_CREDIT_ACCOUNT = 68;
    public static final int PENDING_TRANSFER_HAS_DIFFERENT_LEDGER = 69;
    public static final int PENDING_TRANSFER_HAS_DIFFERENT_CODE = 70;
    public static final int PENDING_TRANSFER_ALREADY_POSTED = 71;
    public static final int PENDING_TRANSFER_ALREADY_VOIDED = 72;
    public static final int PENDING_TRANSFER_EXPIRED = 73;
    public static final int PENDING_TRANSFER_CLOSED = 74;
    public static final int EXCEEDS_PENDING_TRANSFER_AMOUNT = 75;
    public static final int DEBIT_ACCOUNT_NOT_FOUND = 76;
    public static final int CREDIT_ACCOUNT_NOT_FOUND = 77;
    public static final int ACCOUNTS_MUST_HAVE_THE_SAME_LEDGER = 78;
    public static final int TRANSFER_MUST_HAVE_THE_SAME_LEDGER_AS_ACCOUNTS = 79;
    public static final int DEBIT_ACCOUNT_CLOSED = 80;
    public static final int CREDIT_ACCOUNT_CLOSED = 81;
    public static final int DEBIT_ACCOUNT_FROZEN = 82;
    public static final int CREDIT_ACCOUNT_FROZEN = 83;
    public static final int OVERFLOWS_DEBITS_PENDING = 84;
    public static final int OVERFLOWS_CREDITS_PENDING = 85;
    public static final int OVERFLOWS_DEBITS_POSTED = 86;
    public static final int OVERFLOWS_CREDITS_POSTED = 87;
    public static final int OVERFLOWS_DEBITS = 88;
    public static final int OVERFLOWS_CREDITS = 89;
    public static final int OVERFLOWS_TIMEOUT = 90;
    public static final int EXCEEDS_CREDITS = 91;
    public static final int EXCEEDS_DEBITS = 92;

    // Refused: accounts and administration. Their identity is the account's or participant's own id.
    public static final int ACCOUNT_NOT_FOUND = 128;
    public static final int ACCOUNT_EXISTS_WITH_DIFFERENT_CONTENTS = 129;
    public static final int ACCOUNT_ALREADY_CLOSED = 130;
    public static final int ACCOUNT_HAS_HOLDS = 131;
    public static final int ACCOUNT_HAS_A_BALANCE = 132;
    public static final int PARTICIPANT_CODE_TAKEN = 133;
    public static final int GRANT_NOT_FOUND = 134;
    public static final int CLOCK_WOULD_GO_BACK = 135;
    public static final int RULES_VERSION_WOULD_GO_BACK = 136;
    public static final int RECORD_INVALID = 137;
    public static final int RECORD_NOT_FOUND = 138;
    public static final int RECORD_NAMES_AN_UNKNOWN_ACCOUNT = 139;
    public static final int RECORD_NAMES_AN_UNKNOWN_RECORD = 140;
    public static final int BUSINESS_DATE_WOULD_GO_BACK = 141;
    public static final int EPOCH_WOULD_GO_BACK = 142;

    // Payments: applied, and there is more to say than OK.
    /** The request is with the issuer; the answer comes as an effect. */
    public static final int AWAITING_ISSUER = 160;
    public static final int APPROVED_IN_PART = 161;
    public static final int APPROVED_BY_STAND_IN = 162;
    /** An advice was taken, and an item for a person was made of it. */
    public static final int TAKEN_AS_AN_ITEM = 163;
    /** A reversal of what was reversed, declined or released already: nothing moves. */
    public static final int NOTHING_LEFT_TO_REVERSE = 164;

    // Payments: refused. The order of the numbers is the order of the checks.
    public static final int REVERSED_BEFORE = 170;
    public static final int MERCHANT_NOT_FOUND = 171;
    public static final int MERCHANT_NOT_ACTIVE = 172;
    public static final int TERMINAL_NOT_FOUND = 173;
    public static final int TERMINAL_NOT_ACTIVE = 174;
    public static final int CARD_NOT_FOUND = 175;
    public static final int CARD_LOST = 176;
    public static final int CARD_STOLEN = 177;
    public static final int CARD_ON_NEGATIVE_FILE = 178;
    public static final int CARD_EXPIRED = 179;
    public static final int OPERATION_UNKNOWN = 180;
    public static final int OPERATION_NOT_GRANTED = 181;
    public static final int ORIGINAL_NOT_FOUND = 182;
    public static final int ORIGINAL_NOT_OPEN = 183;
    public static final int DESTINATION_NOT_FOUND = 184;
    public static final int CURRENCY_DIFFERS = 185;
    public static final int AMOUNT_INVALID = 186;
    public static final int EXCEEDS_WHAT_IS_LEFT = 187;
    public static final int EXCEEDS_WHAT_WAS_CAPTURED = 188;
    public static final int PIN_NOT_SUPPORTED = 189;
    public static final int PIN_WRONG = 190;
    public static final int PIN_TRIES_EXCEEDED = 191;
    public static final int LIMIT_PER_PAYMENT = 192;
    public static final int LIMIT_PER_DAY = 193;
    public static final int LIMIT_PER_MONTH = 194;
    public static final int LIMIT_PER_YEAR = 195;
    public static final int LIMIT_OF_COUNT = 196;
    public static final int BALANCE_CEILING = 197;
    public static final int UNLINKED_REFUND_LIMIT = 198;
    public static final int WALLET_NOT_ACTIVE = 199;
    public static final int INSUFFICIENT_FUNDS = 200;
    public static final int MERCHANT_SHORT_OF_FUNDS = 201;
    public static final int ROUTE_NEEDS_CARD_DATA = 202;
    public static final int ISSUER_NOT_REACHABLE = 203;
    public static final int ISSUER_TIMED_OUT = 204;
    /** The issuer declined; its code is in the answer. */
    public static final int DECLINED_BY_ISSUER = 205;
    public static final int ISSUER_ANSWER_INVALID = 206;
    /** The acquirer reversed the payment while it was with its issuer. */
    public static final int CANCELLED_BY_REVERSAL = 207;
    public static final int OUT_OF_BALANCE = 208;
    public static final int BUSINESS_DATE_CLOSED = 209;
    /** A transfer to the wallet that pays; checked with its destination. */
    public static final int DESTINATION_IS_THE_SOURCE = 210;

    private static final int FIRST_DECIDED_REFUSAL = 64;

    private Result() {
    }

    /** True if the command took its place in the order: it was applied, or it was refused for good. */
    public static boolean isDecided(final int result) {
        return result == OK || result >= FIRST_DECIDED_REFUSAL;
    }

    /** The constant's name, or {@code RESULT_n} for a number this version does not know. Cold path: it searches. */
    public static String name(final int result) {
        try {
            for (final Field field : Result.class.getDeclaredFields()) {
                if (Modifier.isPublic(field.getModifiers()) && field.getType() == int.class && field.getInt(null) == result) {
                    return field.getName();
                }
            }
        } catch (final IllegalAccessException ex) {
            throw new IllegalStateException(ex);
        }
        return "RESULT_" + result;
    }
}
