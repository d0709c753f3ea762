/**
 * The paced sender: event loops that encode on a schedule, measure from the intended time, and keep the books by which a run
 * proves its money. Nothing is handed between threads per message; loops publish intervals and counters.
 */
package io.daybreak.loadtest.rig;
