package io.daybreak.journal;

import java.util.List;

/**
 * What recovery found and did.
 *
 * @param lastSequence     sequence of the last recovered command, 0 if there is none
 * @param lastEntry        number of the last recovered entry, 0 if there is none
 * @param lastTimestampNs  its command time, 0 if there is none
 * @param lastStateDigest  the state digest stored with it, 0 if there is none
 * @param lastEpoch        its epoch, 0 if there is none
 * @param incarnation      number of the run that begins now
 * @param snapshotSequence sequence of the snapshot that the replay began behind, 0 if it began with the first entry
 * @param replayedCommands commands handed to the replay target
 * @param completedEntries entries that the commit log had and the queue had not
 * @param cutEntries       readable entries that were cut because one before them is lost and none of them was durable
 * @param cutBytes         bytes of the queue that were cut, readable or not
 * @param repairedFiles    files of the queue that were written anew
 * @param lostSequences    acknowledged in mode {@code process} and lost with the power, as that mode allows
 * @param durationMs       of recovery, until the journal could be appended to
 * @param messages         sentences for the operator, in order
 */
public record RecoveryReport(long lastSequence, long lastEntry, long lastTimestampNs, long lastStateDigest, long lastEpoch,
                             long incarnation, long snapshotSequence, long replayedCommands, long completedEntries, long cutEntries, long cutBytes,
                             int repairedFiles, long lostSequences, long durationMs, List<String> messages) {
}
