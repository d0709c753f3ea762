/**
 * The independent auditor of the state machine: a naive ledger in plain collections, a seeded workload that knows how
 * to reach every result code, and the commands and answers as values. Written from the published rules
 * (docs/native-protocol.md, "Precedence"), never from the state machine's code. Test code, one thread.
 */
package io.daybreak.model;
