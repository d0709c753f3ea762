package io.daybreak.gateway.iso;

import java.util.ArrayList;
import java.util.List;

/**
 * What the lines to one issuer share: whether it has signed off, which holds for all of them. One event loop's thread only.
 */
final class IssuerDesk {
    final List<IssuerLine> lines = new ArrayList<>();
    private boolean isSignedOff;

    boolean isSignedOff() {
        return isSignedOff;
    }

    /** The issuer takes traffic (again). */
    void onSignedOn() {
        isSignedOff = false;
        lines.forEach(IssuerLine::tellStatus);
    }

    /** The issuer has sent 0800/002: nothing new goes out until it, or we on a new connection, sign on. */
    void onSignedOff() {
        isSignedOff = true;
        lines.forEach(IssuerLine::tellStatus);
    }
}
