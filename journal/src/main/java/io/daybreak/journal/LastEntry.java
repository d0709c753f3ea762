package io.daybreak.journal;

/**
 * What the entry behind a journal's last one must not go back behind.
 *
 * @param timestampNs command time, Unix nanoseconds
 * @param incarnation of the process that made it
 * @param epoch       of the primary that made it
 */
public record LastEntry(long timestampNs, long incarnation, long epoch) {
}
