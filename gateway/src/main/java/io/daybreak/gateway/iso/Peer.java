package io.daybreak.gateway.iso;

/**
 * What all connections of one participant share, over links and event loops: whether it is signed on. Lives as long as the
 * switch, so that a sign-on outlives lost connections and ends by sign-off or restart. Any thread.
 */
final class Peer {
    /** Not found in the journal yet. */
    static final int UNKNOWN = 0;

    private final String code;
    private volatile int participantId;
    private volatile boolean isSignedOn;

    Peer(final String code) {
        this.code = code;
    }

    /** The participant's code. */
    String code() {
        return code;
    }

    /** The participant's number, or {@link #UNKNOWN} before its first sign-on. */
    int participantId() {
        return participantId;
    }

    /** The journal has told the number. */
    void resolved(final int newParticipantId) {
        participantId = newParticipantId;
    }

    boolean isSignedOn() {
        return isSignedOn;
    }

    void signedOn(final boolean newIsSignedOn) {
        isSignedOn = newIsSignedOn;
    }
}
