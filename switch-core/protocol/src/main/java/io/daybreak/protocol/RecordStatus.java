package io.daybreak.protocol;

/** State of a record that the operator puts. */
public final class RecordStatus {
    /** In use. */
    public static final int ACTIVE = 1;
    /** Known and not to be used. */
    public static final int BLOCKED = 2;
    /** Forgotten as soon as nothing refers to it; as if never put. */
    public static final int REMOVED = 3;

    private RecordStatus() {
    }
}
