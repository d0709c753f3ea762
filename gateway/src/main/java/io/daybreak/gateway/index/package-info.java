/**
 * What is kept beside the journal so that a payment is found without reading all of it: files from id and retrieval reference to sequence, from sequence to place,
 * and the roots of the tree of receipts. Built by reading the journal, never by the switch's own threads; deleted without loss, and built again. Not
 * thread safe. docs/replay.md, "Index".
 */
package io.daybreak.gateway.index;
