package io.daybreak.gateway.iso;

/**
 * What a link itself answers before the state machine decides anything; numbers beside those of
 * {@link io.daybreak.protocol.Result}, in one table with them. Rule: docs/iso8583.md, "Results and response codes".
 */
final class LinkResult {
    /** Results of either kind are below this. */
    static final int COUNT = 256;

    /** Format; DE 44 names the field. */
    static final int FIELD_INVALID = 240;
    static final int MESSAGE_TYPE_UNKNOWN = 241;
    static final int NETWORK_CODE_UNKNOWN = 242;
    static final int MAC_WRONG = 243;
    static final int KEY_REFUSED = 244;
    static final int NOT_SIGNED_ON = 245;
    /** The connection's window, the ring, or a table of the loop has no room. */
    static final int WINDOW_FULL = 246;
    static final int INSTITUTION_NOT_OF_THE_LINK = 247;
    static final int PARTICIPANT_BARRED = 248;
    static final int NOTICE_NOT_GRANTED = 249;
    static final int FILE_ACTION_UNKNOWN = 250;
    static final int OPERATION_NOT_OFFERED = 251;
    static final int OPERATION_NOT_OF_THE_LINK = 252;
    /** The participant sends faster than its rate. */
    static final int RATE_EXCEEDED = 253;

    private LinkResult() {
    }
}
