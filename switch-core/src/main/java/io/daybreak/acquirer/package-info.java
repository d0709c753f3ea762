/**
 * Acquiring institutions: who they belong to, what they may do, and the accounts that they settle by. Pure: no clock,
 * no randomness, no thread. Owned by the ledger thread (at recovery by the thread that replays).
 */
package io.daybreak.acquirer;
