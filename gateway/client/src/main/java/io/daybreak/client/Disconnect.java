package io.daybreak.client;

import io.daybreak.protocol.LinkError;

/**
 * Why a connection ended.
 *
 * @param kind      which side, and which rule
 * @param errorCode number of a {@link LinkError} if the switch sent one, else {@link #NO_ERROR_CODE}
 * @param text      for a person; empty if there is nothing to say
 */
public record Disconnect(Kind kind, int errorCode, String text) {
    /** The switch sent no Error message. */
    public static final int NO_ERROR_CODE = 0;

    /** Who ended it. */
    public enum Kind {
        /** The connection could not be established. */
        NOT_CONNECTED,
        /** This side closed it. */
        CLOSED_HERE,
        /** The switch closed it, or the network did. */
        CLOSED_BY_PEER,
        /** The switch sent an Error message first; its code and text are given. */
        REFUSED_BY_PEER,
        /** The switch could not prove that it knows our secret: whoever listens there is not our switch. */
        PEER_NOT_AUTHENTICATED,
        /** Sign-on did not finish in time. */
        SIGN_ON_TIMEOUT,
        /** The switch sent what the protocol does not allow. */
        MALFORMED_FRAME,
        /** The switch answered no keep-alive. */
        PEER_SILENT,
        /** A read or write failed. */
        IO_ERROR
    }

    /** True if another attempt with the same credentials at the same address is bound to fail as well. */
    public boolean isAuthenticationFailure() {
        return kind == Kind.PEER_NOT_AUTHENTICATED
            || kind == Kind.REFUSED_BY_PEER && errorCode == LinkError.NOT_AUTHENTICATED.code();
    }

    @Override
    public String toString() {
        final LinkError error = LinkError.of(errorCode);
        return kind + (errorCode == NO_ERROR_CODE ? "" : " " + (error == null ? "error " + errorCode : error.name()))
            + (text.isEmpty() ? "" : ": " + text);
    }
}
