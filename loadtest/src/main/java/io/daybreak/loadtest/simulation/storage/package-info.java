/**
 * A machine's storage in memory, with a page cache that a loss of power takes away: a file system for {@code java.nio.file}, so that the journal's own
 * code runs on it, and the queue that stands in for Chronicle's. One thread.
 */
package io.daybreak.loadtest.simulation.storage;
