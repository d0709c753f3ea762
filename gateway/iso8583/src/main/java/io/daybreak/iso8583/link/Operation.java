package io.daybreak.iso8583.link;

/** What can be asked for over a link. Which may be is the link's list; which a participant may is its grants, elsewhere. */
public enum Operation {
    /** Reserve an amount. */
    AUTHORISATION,
    /** Reserve more on a hold. */
    INCREMENT,
    /** Pay from wallet to merchant. */
    PURCHASE,
    /** A purchase with cash. */
    CASHBACK,
    /** Cash from a wallet. */
    CASH_OUT,
    /** Give back what was paid. */
    REFUND,
    /** Into a wallet. */
    TOP_UP,
    /** Ask for a balance. */
    BALANCE,
    /** From wallet to wallet. */
    TRANSFER,
    /** To a biller. */
    BILL_PAYMENT,
    /** Report what happened: completions and advices. */
    ADVICE,
    /** Undo a request. */
    REVERSAL,
    /** Compare totals. */
    RECONCILIATION,
    /** Set or clear a card's negative-file flag. */
    FILE_UPDATE,
    /** Move the business date by 0800/201. */
    CUT_OVER,
    /** Change the MAC key by 0800/101. */
    KEY_CHANGE
}
