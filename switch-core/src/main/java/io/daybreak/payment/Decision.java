package io.daybreak.payment;

import io.daybreak.ledger.Legs;
import io.daybreak.protocol.PaymentState;
import org.agrona.DirectBuffer;

/**
 * The message at work and what has been found out about it. One instance, used for one command after another: a check that
 * finds something leaves it here for the posting that follows. Slots are those of their tables, -1 where nothing was found.
 * Amounts are minor units. Ledger thread only.
 */
final class Decision {
    static final int NOT_FOUND = -1;

    final PaymentCommand command = new PaymentCommand();
    /** The command's bytes, for what is passed on to an issuer. */
    DirectBuffer body;
    int bodyOffset;
    /** Sequence that the command takes if it is decided. */
    long sequence;
    long nowNs;
    /** Reply handles; no state, 0 at replay. */
    long linkId;
    long correlationId;

    /** Place and record of the payment that is being made of the message. */
    int place;
    long payment;

    int institution;
    int merchant;
    int card;
    int wallet;
    int walletAccount;
    int destinationWallet;
    int route;
    int businessDate;

    /** Place of the payment that the message refers to. */
    int original;

    /** What becomes of the payment; a family sets what differs from this. */
    long approved;
    int state;
    int retention;
    long detailMinor;
    boolean limitTold;
    /** Kind of {@link Totals}, or {@link #NOT_FOUND} for what is not counted. */
    int totalsKind;
    boolean isDeferred;
    /** False for an enquiry that decided nothing. */
    boolean isJournaled;
    /** A code is made for approvals only, and not for reversals and advices. */
    boolean wantsApprovalCode;
    boolean balancesTold;
    long ledgerBalance;
    long availableBalance;
    int balanceCurrency;

    void begin(final DirectBuffer buffer, final int offset, final long newSequence, final long newNowNs, final long newLinkId,
               final long newCorrelationId) {
        command.wrap(buffer, offset);
        body = buffer;
        bodyOffset = offset;
        sequence = newSequence;
        nowNs = newNowNs;
        linkId = newLinkId;
        correlationId = newCorrelationId;
        place = NOT_FOUND;
        payment = 0;
        institution = NOT_FOUND;
        merchant = NOT_FOUND;
        card = NOT_FOUND;
        wallet = NOT_FOUND;
        walletAccount = Legs.NO_ACCOUNT;
        destinationWallet = NOT_FOUND;
        route = NOT_FOUND;
        original = NOT_FOUND;
        businessDate = 0;
        approved = 0;
        state = PaymentState.DECLINED;
        retention = PaymentTable.REPEATABLE;
        detailMinor = 0;
        limitTold = false;
        totalsKind = NOT_FOUND;
        isDeferred = false;
        isJournaled = true;
        wantsApprovalCode = false;
        balancesTold = false;
        ledgerBalance = 0;
        availableBalance = 0;
        balanceCurrency = 0;
    }

    boolean isRouted() {
        return route != NOT_FOUND;
    }

    boolean isLocal() {
        return wallet != NOT_FOUND;
    }
}
