package io.daybreak.journal.maker;

import java.nio.file.Path;

/**
 * Settings of the maker of snapshots.
 *
 * @param dataDirectory       of the journal
 * @param keep                snapshots that stay, the newest ones, at least 1; the one that released files rely on stays besides
 * @param writeBytesPerSecond most that is written in a second; 0: as fast as it goes
 * @param cpuPercent          part of one processor that the maker takes, 1 to 100
 * @param retentionBytes      files of the journal may go when those behind them hold as much; 0: none goes by size
 * @param retentionMs         files of the journal may go when their last entry is older; 0: none goes by age
 * @param reserveBytes        room on the device that is the journal's; a snapshot that might cut into it is not made
 * @param memberBytes         files that a standby has not acknowledged stay, unless as much of the journal would have to stay for it
 * @param archiveCommand      run by the shell with the file's path as its argument before a file goes; empty: none
 * @param apart               older snapshots stay as well that are so many commands apart, for the tools to begin with; 0: none
 */
public record SnapshotContext(Path dataDirectory, int keep, long writeBytesPerSecond, int cpuPercent, long retentionBytes, long retentionMs,
                              long reserveBytes, long memberBytes, String archiveCommand, long apart) {
    /** Bytes that are kept for standbys where nothing else is said. */
    public static final long MEMBER_BYTES = 16L << 30;

    /** Two snapshots, everything of the journal, no limits. */
    public static SnapshotContext of(final Path dataDirectory) {
        return new SnapshotContext(dataDirectory, 2, 0, 100, 0, 0, 0, MEMBER_BYTES, "", 0);
    }

    /** Checks. */
    public SnapshotContext {
        if (keep < 1 || cpuPercent < 1 || cpuPercent > 100 || writeBytesPerSecond < 0 || retentionBytes < 0 || retentionMs < 0
            || reserveBytes < 0 || memberBytes < 0 || apart < 0) {
            throw new IllegalArgumentException("snapshot settings: keep " + keep + ", cpu-percent " + cpuPercent);
        }
    }
}
