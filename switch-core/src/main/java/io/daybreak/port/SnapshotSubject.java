package io.daybreak.port;

/** A state of its own, beside the switch's, that a snapshot is made of. One thread, the caller's. */
public interface SnapshotSubject extends RecoveryTarget, AutoCloseable {
    /**
     * Makes sure that the state is whole: its digest, computed from all that it holds, is the one given, and its books balance.
     *
     * @throws IllegalStateException if not
     */
    void check(long stateDigest);

    /** Writes the state's image. */
    void save(StateSink image);

    /** Memory that the state takes, in bytes. */
    long stateBytes();

    /** Gives the memory back. */
    @Override
    void close();
}
