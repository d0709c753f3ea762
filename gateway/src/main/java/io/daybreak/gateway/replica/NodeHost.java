package io.daybreak.gateway.replica;

/** The process around a node. Any thread. */
public interface NodeHost {
    /** Another node leads in a later epoch: nothing may be answered any more, and the process ends. */
    void onFenced(String message);

    /** The own journal failed, or a defect: the process ends. */
    void onFatal(String message, Throwable cause);

    /** The journal must be cut, which a recovery does: everything begins anew in this process. */
    void onRestart();

    /** This node leads now: whatever a standby does not do is to be started. Called once, on the promoting thread. */
    void onLeading();
}
