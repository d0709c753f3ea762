/**
 * The data directory and its small files: lock, incarnation, durable mark, and the syncing of directory entries.
 * Layout: docs/journal-format.md, "Data directory".
 */
package io.daybreak.journal.directory;
