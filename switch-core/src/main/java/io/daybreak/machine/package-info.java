/**
 * The one entry to the state machine: apply a command, return an outcome. Pure: no clock, no randomness, no I/O, no
 * thread. Owned by the ledger thread (at recovery by the thread that replays).
 */
package io.daybreak.machine;
