/**
 * Snapshots: files that hold the state as of one entry of the journal, so that a start need not replay what came before; and what may go of the
 * journal because they exist. Runs in the thread of whoever calls.
 */
package io.daybreak.journal.snapshot;
