package io.daybreak.routing;

/**
 * Hears what became of messages to issuers; the payments implement it. Called by {@link Issuing} in the middle of a
 * command or a sweep, at most once a request for the first five methods: from then on the request is over. The callee may call
 * {@link Issuing#answer}, {@link Issuing#reverse}, the advising methods and {@link Issuing#forget} of the same payment;
 * nothing else of {@link Issuing}.
 * <p>
 * {@code place} is the payment's slot as given to {@link Issuing#request}, {@code paymentId} the sequence of the command
 * that asked. {@code sequence} is that of the command at work, in a sweep the last one taken; {@code nowNs} the command
 * time in epoch nanoseconds. Ledger thread only.
 */
public interface IssuerOutcomes {
    /** The store-and-forward entry was taken by the issuer: its code ends it (00, 21, 25, 94). */
    int ENDED = 1;
    /** The issuer answered with a code that neither ends nor repeats it: an item for a person. */
    int REFUSED = 2;
    /** It grew older than the issuer's maximum age: an item. */
    int TOO_OLD = 3;
    /** It was tried as often as allowed: an item. */
    int TOO_MANY_TRIES = 4;
    /** The operator gave it up: an item. */
    int GIVEN_UP = 5;
    /** A reversal that was never sent became needless: the issuer had declined, or nothing had been sent to it. No item. */
    int NEEDLESS = 6;
    /** The key of its card's ciphertext is gone: it can never be sent. An item. */
    int CARD_DATA_GONE = 7;

    /**
     * The issuer approved in time. {@link IssuerReply#isPartialApproval} tells of a part, which then is what
     * {@link IssuerReply#amountMinor} says, above 0, at most what was asked for and at least the link's minimum; else the
     * whole amount is approved, and the response may lack it.
     */
    void onApproved(int place, long paymentId, IssuerReply reply, long nowNs, long sequence);

    /** The issuer declined in time. */
    void onDeclined(int place, long paymentId, IssuerReply reply, long nowNs, long sequence);

    /**
     * The issuer approved in part what could not be approved in part (not asked for, below the minimum, no or too large
     * an amount), or gave no answer of the right form. The payment is to be declined: INSUFFICIENT_FUNDS where the part is one that
     * was not wanted, else ISSUER_ANSWER_INVALID. The reversal stands in store-and-forward already.
     */
    void onInvalid(int place, long paymentId, IssuerReply reply, long nowNs, long sequence);

    /** Place of the authorisation that a request adds to, for its DE 90; {@link Issuing#NO_PLACE}: it is no increment. Asked while it is sent. */
    default int originalOf(final int place) {
        return Issuing.NO_PLACE;
    }

    /**
     * No answer before the deadline. The payment is to be declined (ISSUER_TIMED_OUT), or approved by stand-in
     * ({@link Issuing#mayStandInAfterTimeOut}); the reversal of the unanswered request stands in store-and-forward
     * already, ahead of what is added now. A balance enquiry has none.
     */
    void onTimedOut(int place, long paymentId, long nowNs, long sequence);

    /**
     * Nothing of the request has left, and no other link is up: the payment is to be declined (ISSUER_NOT_REACHABLE), or
     * approved by stand-in as after a time-out. There is no reversal.
     */
    void onNotSent(int place, long paymentId, long nowNs, long sequence);

    /**
     * A store-and-forward entry is over. Not called for what {@link Issuing#forget} took away.
     *
     * @param place        of the payment; -1 if it was forgotten since
     * @param issuerId     where it was to go
     * @param mti          120, 220 or 420
     * @param amountMinor  of the message
     * @param responseCode DE 39 of the last answer, as {@link IssuerReply#code} makes it; 0: none came
     * @param how          {@link #ENDED} to {@link #NEEDLESS}; {@link #REFUSED} to {@link #GIVEN_UP} and {@link #CARD_DATA_GONE} make an item, of
     *                     an advice against the operator
     */
    void onEntryEnded(int place, long paymentId, int issuerId, int mti, long amountMinor, int responseCode, int how, long nowNs,
                      long sequence);

    /**
     * An issuer answered our totals.
     *
     * @param date         YYYYMMDD that they were of
     * @param responseCode 00 in balance, anything else is a difference; 0: no answer, given up
     */
    void onReconciled(int issuerId, int date, int responseCode, long nowNs, long sequence);
}
