/**
 * Nodes of one switch: connections between them, the role of this one, and its promotion. One event loop of its own runs it all, so that neither
 * payments nor their links wait for it. Rule: docs/replication.md.
 */
package io.daybreak.gateway.replica;
