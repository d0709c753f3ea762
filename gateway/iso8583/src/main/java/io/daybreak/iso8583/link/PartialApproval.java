package io.daybreak.iso8583.link;

/** Whether a payment may be approved for less than was asked. */
public enum PartialApproval {
    /** Never. */
    NEVER,
    /** If DE 60 of the request asks for it. */
    ON_REQUEST,
    /** Always. */
    ALWAYS
}
