/**
 * What the journal's bytes mean: entry header, packed payload, checksum and chain hash, and the groups of the commit
 * log. Pure functions over memory; no file is opened here. Every form has its picture in docs/journal-format.md.
 */
package io.daybreak.journal.format;
