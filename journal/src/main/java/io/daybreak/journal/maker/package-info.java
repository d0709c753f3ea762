/**
 * Makes snapshots by following the journal, and lets go of snapshots and files of the journal that are needed no more. Runs in the thread of whoever
 * calls, beside a switch that runs or does not.
 */
package io.daybreak.journal.maker;
