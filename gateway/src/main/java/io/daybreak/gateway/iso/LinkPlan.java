package io.daybreak.gateway.iso;

import io.daybreak.iso8583.dialect.Dialect;
import io.daybreak.iso8583.frame.Framing;
import io.daybreak.iso8583.link.LinkProfile;
import io.daybreak.iso8583.link.Operation;
import io.daybreak.iso8583.link.PartialApproval;
import io.daybreak.iso8583.link.SignOn;
import io.daybreak.protocol.PaymentChannel;
import io.daybreak.protocol.PaymentOperation;

import java.util.Map;

/**
 * A link's profile, made ready for the hot path: tables by number instead of maps by name, participants in place of their
 * codes. Immutable but for the participants and keys that it leads to; any thread.
 */
final class LinkPlan {
    /** No partial approval below this part of DE 4, in per cent. */
    private static final int MINIMUM_PERCENT = 10;
    private static final int CODES = 100;

    final LinkProfile profile;
    final Framing framing;
    final Dialect dialect;
    final boolean is1993;
    final ResponseCodes codes;
    final LinkKeys keys;
    /** Participant that speaks where no institution is named; null: nobody. */
    final Peer defaultPeer;
    /** Whether a sign-on is for the connection alone. */
    final boolean isSignOnByConnection;
    final boolean isSignOnNeeded;
    final boolean isMacRequired;
    final boolean hasErrorDetail;
    final boolean isPartialAlways;
    final boolean isPartialOnRequest;
    final int minimumPercent = MINIMUM_PERCENT;
    final long moreToFollow;
    final boolean isNotFoundOk;
    /** Requests of a connection without an answer. */
    final int window;
    /** The same for what finishes earlier work: a quarter more. */
    final int finishingWindow;

    private final long[] institutions;
    private final Peer[] peers;
    /** By kind of message and first two digits of DE 3. */
    private final byte[][] operations = new byte[MessageKind.values().length][CODES];
    private final boolean[] isAllowed = new boolean[Operation.values().length];
    private final long[] ecommerceEntryModes;
    private final long[] ecommerceConditions;

    /**
     * @param participants codes of participants by institution, where they differ from the profile's default
     * @throws IllegalArgumentException if an institution has no participant, or the profile's tables name what does not exist
     */
    LinkPlan(final LinkProfile profile, final Map<Long, String> participants, final SignOns signOns, final LinkKeys keys) {
        this.profile = profile;
        this.keys = keys;
        framing = profile.framing();
        dialect = profile.dialect();
        is1993 = dialect.version() == 1993;
        codes = ResponseCodes.of(profile);
        defaultPeer = profile.defaultParticipant().isEmpty() ? null : signOns.peer(profile.defaultParticipant());
        isSignOnByConnection = profile.signOn() == SignOn.CONNECTION;
        isSignOnNeeded = profile.signOn() != SignOn.NONE;
        isMacRequired = profile.mac().isRequired();
        final LinkProfile.Payment payment = profile.payment();
        hasErrorDetail = payment.hasErrorDetail();
        isPartialAlways = payment.partialApproval() == PartialApproval.ALWAYS;
        isPartialOnRequest = payment.partialApproval() == PartialApproval.ON_REQUEST;
        moreToFollow = payment.partialCompletionMarker();
        isNotFoundOk = payment.adviceNotFoundCode() == ResponseCodes.pack(is1993 ? "400" : "00");
        ecommerceEntryModes = payment.ecommerceEntryModes().stream().mapToLong(Long::longValue).toArray();
        ecommerceConditions = payment.ecommerceConditions().stream().mapToLong(Long::longValue).toArray();
        window = profile.windows().maxInFlight();
        finishingWindow = window + Math.max(1, window / 4);
        institutions = new long[profile.institutions().size()];
        peers = new Peer[institutions.length];
        for (int i = 0; i < institutions.length; i++) {
            institutions[i] = Long.parseLong(profile.institutions().get(i));
            final String code = participants.getOrDefault(institutions[i], profile.defaultParticipant());
            if (code.isEmpty()) {
                throw new IllegalArgumentException("link " + profile.name() + ": institution " + profile.institutions().get(i) + " has no participant");
            }
            peers[i] = signOns.peer(code);
        }
        for (final Operation operation : profile.operations()) {
            isAllowed[operation.ordinal()] = true;
        }
        profile.processingCodes().forEach(this::put);
    }

    private void put(final int code, final Operation operation) {
        switch (operation) {
            case PURCHASE -> {
                put(MessageKind.AUTHORISATION, code, Operation.AUTHORISATION, PaymentOperation.AUTHORISE);
                put(MessageKind.AUTHORISATION_ADVICE, code, Operation.ADVICE, PaymentOperation.AUTHORISE);
                put(MessageKind.FINANCIAL, code, Operation.PURCHASE, PaymentOperation.PURCHASE);
                put(MessageKind.FINANCIAL_ADVICE, code, Operation.ADVICE, PaymentOperation.COMPLETION);
            }
            case AUTHORISATION -> {
                put(MessageKind.AUTHORISATION, code, Operation.AUTHORISATION, PaymentOperation.AUTHORISE);
                put(MessageKind.AUTHORISATION_ADVICE, code, Operation.ADVICE, PaymentOperation.AUTHORISE);
            }
            case CASHBACK -> putFinancial(code, operation, PaymentOperation.CASHBACK);
            case CASH_OUT -> putFinancial(code, operation, PaymentOperation.CASH_OUT);
            case REFUND -> putFinancial(code, operation, PaymentOperation.REFUND);
            case TOP_UP -> putFinancial(code, operation, PaymentOperation.TOP_UP);
            case BALANCE -> {
                put(MessageKind.AUTHORISATION, code, operation, PaymentOperation.BALANCE);
                put(MessageKind.FINANCIAL, code, operation, PaymentOperation.BALANCE);
            }
            case TRANSFER -> put(MessageKind.FINANCIAL, code, operation, PaymentOperation.TRANSFER);
            case BILL_PAYMENT -> put(MessageKind.FINANCIAL, code, operation, PaymentOperation.BILL);
            default -> {
                // What has a message type of its own needs no processing code.
            }
        }
    }

    private void putFinancial(final int code, final Operation operation, final int paymentOperation) {
        put(MessageKind.FINANCIAL, code, operation, paymentOperation);
        put(MessageKind.FINANCIAL_ADVICE, code, Operation.ADVICE, paymentOperation);
    }

    private void put(final MessageKind kind, final int code, final Operation operation, final int paymentOperation) {
        operations[kind.ordinal()][code] = (byte) (isAllowed[operation.ordinal()] ? paymentOperation : ~paymentOperation);
    }

    /**
     * What a payment message asks for.
     *
     * @param code first two digits of DE 3
     * @return a PaymentOperation, UNKNOWN among them; its complement, which is negative, if the link does not allow it
     */
    int operation(final MessageKind kind, final int code) {
        return operations[kind.ordinal()][code];
    }

    /** Whether the link's list has this operation. */
    boolean isAllowed(final Operation operation) {
        return isAllowed[operation.ordinal()];
    }

    /** The participant of an institution, or null if it is not one of this link. */
    Peer peer(final long institution) {
        for (int i = 0; i < institutions.length; i++) {
            if (institutions[i] == institution) {
                return peers[i];
            }
        }
        return null;
    }

    /** The first institution of a participant; 0 if it has none here. */
    long institutionOf(final Peer peer) {
        for (int i = 0; i < peers.length; i++) {
            if (peers[i] == peer) {
                return institutions[i];
            }
        }
        return 0;
    }

    /**
     * How the card or wallet was presented.
     *
     * @param entryMode DE 22, packed
     * @param condition DE 25, packed
     */
    int channel(final long entryMode, final long condition) {
        if (is1993) {
            return channel93(entryMode);
        }
        if (condition != 0 && startsWithAny(condition, ecommerceConditions) || entryMode != 0 && startsWithAny(entryMode, ecommerceEntryModes)) {
            return PaymentChannel.E_COMMERCE;
        }
        return switch ((int) (entryMode >>> 48)) {
            case '0' << 8 | '5' -> PaymentChannel.CHIP;
            case '0' << 8 | '7' -> PaymentChannel.CONTACTLESS;
            case '0' << 8 | '3' -> PaymentChannel.QR;
            case '0' << 8 | '2', '9' << 8 | '0' -> PaymentChannel.MAGNETIC_STRIPE;
            default -> PaymentChannel.MANUAL;
        };
    }

    /** The fifth character of DE 22 says where the cardholder was, the seventh how the card's data came in. */
    private static int channel93(final long entryMode) {
        if ((entryMode >>> 24 & 0xFF) == '5') {
            return PaymentChannel.E_COMMERCE;
        }
        return switch ((int) (entryMode >>> 8) & 0xFF) {
            case '5' -> PaymentChannel.CHIP;
            case 'A', 'M' -> PaymentChannel.CONTACTLESS;
            case '3' -> PaymentChannel.QR;
            case '2' -> PaymentChannel.MAGNETIC_STRIPE;
            default -> PaymentChannel.MANUAL;
        };
    }

    private static boolean startsWithAny(final long word, final long[] beginnings) {
        for (final long beginning : beginnings) {
            final int unused = Long.numberOfTrailingZeros(beginning) & ~7;
            if ((word ^ beginning) >>> unused == 0) {
                return true;
            }
        }
        return false;
    }
}
