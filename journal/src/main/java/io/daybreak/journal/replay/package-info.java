/**
 * The reading side: linear scans of the queue's files and of the commit log, their merge into one stream of proven entries,
 * recovery with its repairs, and the read-only {@link io.daybreak.journal.replay.JournalReader}. Trusts no index and no metadata of Chronicle's.
 */
package io.daybreak.journal.replay;
