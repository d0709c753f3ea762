package io.daybreak.loadtest.issuer;

import io.daybreak.iso8583.codec.MessageIndex;

/** Sees every message that an issuer gets, before it is answered. */
@FunctionalInterface
public interface IssuerWatcher {
    /** Sees nothing, and costs nothing. */
    IssuerWatcher NONE = message -> {
    };

    /**
     * Event loop thread.
     *
     * @param message valid during the call
     */
    void onMessage(MessageIndex message);
}
