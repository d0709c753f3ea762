/** Snapshots: files that hold the state as of one entry of the journal, so that a start need not replay what came before. */
package io.daybreak.journal.snapshot;
