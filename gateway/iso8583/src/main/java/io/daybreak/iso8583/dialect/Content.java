package io.daybreak.iso8583.dialect;

/** What characters a field is made of. docs/iso8583-wire.md, "Fields". */
public enum Content {
    /** Digits. */
    N,
    /** Letters, digits and blanks. */
    AN,
    /** Printable ASCII, 0x20 to 0x7E. */
    ANS,
    /** Bytes. */
    B,
    /** Track data: digits and the separator {@code =}, which some write as {@code D}. */
    Z,
    /** The letter C (credit) or D (debit) and then digits; the length counts the letter. Fixed length only. */
    XN
}
